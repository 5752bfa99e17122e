// Lines of gomoku on rows of bits: bit = column, row 0 at the top. A window is five cells in a
// line on the board; it is open to a side when the other has no stone in it.
// tests/test_gomoku.c compares the counts with a plain loop: line_counts_match_the_reference.

#ifndef LUDUS_ENVS_GOMOKU_LINES_H
#define LUDUS_ENVS_GOMOKU_LINES_H

#include "envs/board.h"

typedef struct ludus_gomoku_rows {
    uint32_t row[LUDUS_BOARD_MAX_SIDE + 1]; // the last is unused and zero
} ludus_gomoku_rows;

typedef struct ludus_gomoku_lines {
    int32_t windows[6];  // open windows by the number of own stones in them
    int32_t open_threes; // six cells, the ends empty, three own stones and a gap between: an open
                         // four next
    int32_t completions; // empty cells that make five
} ludus_gomoku_lines;

// Whether the stone on (row, column) is part of five or more.
bool ludus_gomoku_five_through(const ludus_gomoku_rows *stones, int32_t size, int32_t row,
                               int32_t column);
bool ludus_gomoku_has_five(const ludus_gomoku_rows *stones, int32_t size);

void ludus_gomoku_count(const ludus_gomoku_rows *own, const ludus_gomoku_rows *other, int32_t size,
                        ludus_gomoku_lines *out);

#endif
