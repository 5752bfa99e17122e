// What a simulation of tree search costs without the net: descending, expanding, backing up, and
// per move starting, choosing and advancing the tree.
//
// Games are played from the start with the uniform evaluator, one leaf at a time, with root noise
// and the subtree kept, as in self-play; the time inside ludus_evaluate is taken off. No evaluation
// cache: its hits would hide the cost of expanding. A repetition is as many whole games as fit into
// `seconds`, always the same ones in the same order, and the same again with each leaf evaluated
// five times, from which the time of one evaluation follows; what is reported are medians over
// repetitions.
//
// Threads: one; times are CPU seconds of the calling thread.
// Repeat: the times do not; a game of a given number is always the same.

#ifndef LUDUS_AGENTS_SEARCH_BENCH_H
#define LUDUS_AGENTS_SEARCH_BENCH_H

#include "agents/mcts.h"

typedef struct ludus_search_bench_config {
    int32_t simulations; // per move, 1..1e6
    bool enable_solver;  // of ludus_mcts_config
    int32_t repetitions; // 1..LUDUS_SEARCH_BENCH_MAX_REPETITIONS
    double seconds;      // of each, > 0; at least one game
} ludus_search_bench_config;
#define LUDUS_SEARCH_BENCH_MAX_REPETITIONS 101

typedef struct ludus_search_bench {
    double us_per_simulation;          // microseconds outside evaluate
    double evaluate_us;                // microseconds inside evaluate, per simulation
    double simulations_per_s;          // both together
    double simulations_per_move;       // fewer than asked once the solver has a proof
    double evaluations_per_simulation; // below 1: finished games and proofs need none
} ludus_search_bench;

// 400 simulations per move, solver off, 7 repetitions of .15 s.
ludus_search_bench_config ludus_search_bench_config_default(void);
ludus_status ludus_search_bench_run(const ludus_game *game, const ludus_search_bench_config *config,
                                    ludus_search_bench *out, ludus_error *error);

#endif
