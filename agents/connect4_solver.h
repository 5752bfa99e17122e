// Exact play in Connect Four: alpha-beta over bitboards with a transposition table.
//
//     ludus_connect4_solver *solver;
//     ludus_connect4_solver_create(&solver, (size_t)64 << 20);
//     int32_t score = ludus_connect4_solve(solver, pos);
//
// A score is exact and from the side of the player to move: 0 is a draw; n > 0 a win in which the
// winner's last stone is his (22 - n)th, so that 22 - n is small for quick wins; n < 0 the same
// loss. A win with the next stone at p plies is (43 - p) / 2, so scores lie in -21..21
// (the convention of P. Pons's solver and its test sets).
//
// Positions are those of the game "connect4" and must be unfinished.
// Random positions of 20 plies take under 1 ms, of 16 plies 5 ms, of 12 plies 60 ms, of 8 plies
// 0.9 s on average (one core of an AMD EPYC, 256 MiB table); the empty board minutes. For the
// first plies see agents/connect4_labels.h.
//
// Threads: one solver, one thread. No call allocates but create.
// Repeat: scores do not depend on the table's size or contents; times do.

#ifndef LUDUS_AGENTS_CONNECT4_SOLVER_H
#define LUDUS_AGENTS_CONNECT4_SOLVER_H

#include "base/base.h"
#include "envs/connect4_board.h"

typedef struct ludus_connect4_solver ludus_connect4_solver;

// Rounds table_bytes down to a power of two, at least 1 MiB.
ludus_status ludus_connect4_solver_create(ludus_connect4_solver **out, size_t table_bytes);
void ludus_connect4_solver_destroy(ludus_connect4_solver *solver); // NULL is accepted

// -21..21.
int32_t ludus_connect4_solve(ludus_connect4_solver *solver, const ludus_connect4_position *pos);
// -1, 0, 1: who wins, in about half the time.
int32_t ludus_connect4_solve_weak(ludus_connect4_solver *solver,
                                  const ludus_connect4_position *pos);

// The score of each move for the player to move; INT32_MIN for a full column.
void ludus_connect4_scores(ludus_connect4_solver *solver, const ludus_connect4_position *pos,
                           int32_t score[LUDUS_CONNECT4_COLUMNS]);
void ludus_connect4_scores_weak(ludus_connect4_solver *solver, const ludus_connect4_position *pos,
                                int32_t score[LUDUS_CONNECT4_COLUMNS]);

// Positions searched since create.
uint64_t ludus_connect4_solver_nodes(const ludus_connect4_solver *solver);

#endif
