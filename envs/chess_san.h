// Moves in standard algebraic notation: "Nf3", "exd8=Q+", "O-O-O#" (PGN standard, section 8.2.3).
//
// Reading is lenient: captures, checks, "!?" and "e.p." need not be said or right, zeros castle,
// "=" may be missing, longer forms ("Ng1-f3", "e2e4") are understood. What is never accepted is a
// move that is not legal or one that two pieces could make.
//
// Where a game counts as drawn moves are still read and written: records of games go on there.
// Threads: no state.

#ifndef LUDUS_ENVS_CHESS_SAN_H
#define LUDUS_ENVS_CHESS_SAN_H

#include "envs/chess_board.h"

#define LUDUS_CHESS_SAN_MAX 12 // bytes, NUL included: "Qa1xb2+", "exd8=Q#", "O-O-O+"

// A legal move as text. out: [LUDUS_CHESS_SAN_MAX].
void ludus_chess_to_san(const ludus_chess_board *board, ludus_chess_move move, char *out);
// text: [length], not NUL-terminated. LUDUS_ERR_FORMAT: not a move at all; LUDUS_ERR_ARG: no legal
// move, or several; *out is then untouched.
ludus_status ludus_chess_from_san(const ludus_chess_board *board, const char *text, size_t length,
                                  ludus_chess_move *out);

#endif
