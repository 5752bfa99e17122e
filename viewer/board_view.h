// Boards of all games in the window: where their cells are, what stands on them, how they look.
//
//     ludus_board_view_init(&view, &game);
//     ludus_board_view_place(&view, rect);                     // after each change of size
//     cell = ludus_board_view_cell_at(&view, event->x, event->y);
//     ludus_board_view_read(&view, pos, cells);
//     scene = ludus_board_scene_empty(); scene.cells = cells; ...
//     ludus_board_view_draw(&view, canvas, &scene);
//
// A cell is row * columns + column; row 0 is the one drawn on top (rank 8 of chess) unless the view
// is flipped. What stands on a cell is a ludus_mark: 0 for nothing, 1 and 2 for the stones of the
// first and second player, 1 + kind + 6 * colour for chess pieces.
//
// Threads: the window's.

#ifndef LUDUS_VIEWER_BOARD_VIEW_H
#define LUDUS_VIEWER_BOARD_VIEW_H

#include "envs/board.h"
#include "envs/game.h"
#include "viewer/canvas.h"

typedef uint8_t ludus_mark;
#define LUDUS_MARK_NONE 0
#define LUDUS_BOARD_GHOSTS 16
#define LUDUS_BOARD_ARROWS 16

typedef enum ludus_board_kind {
    LUDUS_BOARD_DROPS,   // Connect Four: discs in a frame
    LUDUS_BOARD_CLOTH,   // Othello
    LUDUS_BOARD_POINTS,  // Go, Gomoku: stones on crossings
    LUDUS_BOARD_CROSSES, // tic-tac-toe
    LUDUS_BOARD_PIECES   // chess
} ludus_board_kind;

typedef struct ludus_board_view {
    const ludus_game *game; // borrowed
    ludus_board_kind kind;
    int32_t rows, columns;
    bool is_flipped; // the second player sits below
    ludus_rect rect; // of the whole board with its coordinates
    ludus_rect grid; // of the cells
    float cell;      // side of a cell
} ludus_board_view;

// A stone that is not there: of a variation or under the mouse.
typedef struct ludus_board_ghost {
    int32_t cell;
    ludus_mark mark;
    int32_t number; // shown on it; 0 = none
} ludus_board_ghost;

typedef struct ludus_board_arrow {
    int32_t from, to; // cells
    ludus_colour colour;
    float weight; // 0..1, thin to thick
} ludus_board_arrow;

// What is drawn; pointers are used during the call only and may be NULL where it says so.
typedef struct ludus_board_scene {
    const ludus_mark *cells;    // [rows*columns]
    int32_t last_from, last_to; // cells of the last move, -1 = none
    int32_t selected;           // cell taken in hand, -1 = none
    int32_t alarm;              // cell of a king in check, -1 = none
    const bool *targets;        // [rows*columns] where the person may go, or NULL
    const bool *winning;        // [rows*columns] the line that won, or NULL
    const bool *dead;           // [rows*columns] stones taken for dead, or NULL
    const float *heat;          // [rows*columns] shares 0..1, < 0 = none, or NULL
    const float *owner;         // [rows*columns] 1 the first player's, 0 the second's, or NULL
    int32_t num_ghosts;
    ludus_board_ghost ghosts[LUDUS_BOARD_GHOSTS];
    int32_t num_arrows;
    ludus_board_arrow arrows[LUDUS_BOARD_ARROWS];
    float drop; // 0..1: how far the last stone has come (drops: fallen; others: grown); 1 = there
    int32_t moving; // cell whose piece is on its way from `moving_from`, -1 = none
    int32_t moving_from;
    bool hides_labels; // no coordinates
} ludus_board_scene;

ludus_board_scene ludus_board_scene_empty(void);

void ludus_board_view_init(ludus_board_view *view, const ludus_game *game);
// As large as fits, in the middle of `rect`; coordinates only where there is room.
void ludus_board_view_place(ludus_board_view *view, ludus_rect rect);

int32_t ludus_board_view_cell_at(const ludus_board_view *view, float x, float y); // or -1
ludus_point ludus_board_view_centre(const ludus_board_view *view, int32_t cell);
ludus_rect ludus_board_view_square(const ludus_board_view *view, int32_t cell);

// cells: [rows*columns].
void ludus_board_view_read(const ludus_board_view *view, const void *pos, ludus_mark *cells);
// The cell on which a legal move ends, and, for chess, where it begins (else -1). -1 for a pass.
int32_t ludus_board_view_move_to(const ludus_board_view *view, const void *pos, ludus_move move);
int32_t ludus_board_view_move_from(const ludus_board_view *view, const void *pos, ludus_move move);
// "e4": a move as people write it, of chess in short algebraic notation. pos: before the move.
// out: [LUDUS_GAME_TEXT_MAX].
void ludus_board_move_text(const ludus_game *game, const void *pos, ludus_move move, char *out);
// The mark that a move puts on its cell.
ludus_mark ludus_board_view_move_mark(const ludus_board_view *view, const void *pos,
                                      ludus_move move);
// The pass of this game, or LUDUS_MOVE_NONE.
ludus_move ludus_board_view_pass(const ludus_board_view *view);
// The line of a finished game that won it; false when there is none. out: [rows*columns].
bool ludus_board_view_winning_line(const ludus_board_view *view, const ludus_mark *cells,
                                   bool *out);
// "Black", "White", "Yellow", "X": what a side is called. side: 0 or 1.
const char *ludus_board_view_side_name(const ludus_board_view *view, int32_t side);

void ludus_board_view_draw(const ludus_board_view *view, ludus_canvas *canvas,
                           const ludus_board_scene *scene);
// One mark alone, for panels and dialogs.
void ludus_board_view_draw_mark(const ludus_board_view *view, ludus_canvas *canvas,
                                ludus_point centre, float cell, ludus_mark mark, float alpha);

#endif
