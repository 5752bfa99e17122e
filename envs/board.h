// Rectangular boards as numbers and text: what the placement games share.
//
// A cell is row * columns + column; row 0 is drawn at the top, column 0 at the left. A board in
// text is the rows from the top, separated by '/', each made of 'x' (the player who moves first),
// 'o', '.' and decimal numbers for runs of empty cells, and after a space the player to move:
//
//     ./ox1/3 o      3/1x1/o.. x
//
// Threads: any; nothing is kept.

#ifndef LUDUS_ENVS_BOARD_H
#define LUDUS_ENVS_BOARD_H

#include "base/base.h"

#define LUDUS_BOARD_MAX_SIDE 19
#define LUDUS_BOARD_MAX_CELLS (LUDUS_BOARD_MAX_SIDE * LUDUS_BOARD_MAX_SIDE)

typedef enum ludus_board_labels {
    LUDUS_BOARD_UPWARDS,   // letters, row 1 at the bottom: tic-tac-toe, gomoku
    LUDUS_BOARD_DOWNWARDS, // letters, row 1 at the top: othello
    LUDUS_BOARD_COLUMNS    // columns 1.., no rows: connect four
} ludus_board_labels;

typedef struct ludus_board_shape {
    int32_t rows, columns; // 1..LUDUS_BOARD_MAX_SIDE
    ludus_board_labels labels;
} ludus_board_shape;

// cells: [rows*columns] of 'x', 'o' or any drawable character; `last` is put in brackets, -1 for
// none. out: LUDUS_GAME_DRAW_MAX bytes are enough for every shape.
void ludus_board_draw(ludus_board_shape shape, const char *cells, int32_t last, char *out);

// "c3" -> cell, or -1 when it is no cell of this board. Letters of either case.
int32_t ludus_board_cell(ludus_board_shape shape, const char *text);
// cell -> "c3". out: [5] bytes are enough.
void ludus_board_cell_text(ludus_board_shape shape, int32_t cell, char *out);

// Reads a board in text into cells [rows*columns] of 'x', 'o', '.'; *to_move is 0, 1, or -1 when
// the text does not say.
ludus_status ludus_board_parse(ludus_board_shape shape, const char *text, char *cells,
                               int32_t *to_move, ludus_error *error);

// The same, for games where stones are only added and x begins: also checks the numbers of stones
// and that a stated player to move agrees with them. *to_move is 0 or 1.
ludus_status ludus_board_parse_alternating(ludus_board_shape shape, const char *text, char *cells,
                                           int32_t *to_move, ludus_error *error);

// Where a cell of a size x size board lands under symmetry 0..7 of the square; 0 is the identity,
// bit 0 mirrors left-right, bit 1 top-bottom, bit 2 transposes afterwards.
int32_t ludus_board_turn(int32_t size, int32_t sym, int32_t cell);

#endif
