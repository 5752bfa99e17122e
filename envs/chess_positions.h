// Positions of chess with one best move, to measure players with: tactics, and mates in one, two
// and three. Made by tests/tools/make_chess_positions.c, which says what makes a tactic.
//
// Lines are EPD: "FEN bm MOVE; id "NAME";" with the move in algebraic notation and NAME tactic.N,
// mate1.N, mate2.N or mate3.N. No mate is shorter; nine of the 42 have another first move that
// mates as fast (tests/test_mate_search.c).
//
// Threads: constants.

#ifndef LUDUS_ENVS_CHESS_POSITIONS_H
#define LUDUS_ENVS_CHESS_POSITIONS_H

#include "envs/chess.h"

extern const char *const ludus_chess_positions[]; // ends with NULL

typedef struct ludus_chess_exercise {
    ludus_move best;
    int32_t mate; // moves, 1..3; 0 = a tactic
} ludus_chess_exercise;

// Reads one line of EPD with a "bm" of one move into `pos`. The failure names what is missing.
ludus_status ludus_chess_exercise_read(const ludus_game *game, const char *line, void *pos,
                                       ludus_chess_exercise *out, ludus_error *error);

#endif
