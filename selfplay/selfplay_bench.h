// How fast self-play is: evaluations and moves per second with a net of random weights, and how
// much of the workers' time is the net's.
//
// Phases of ludus_selfplay_phase are run one after another, the first (games still at their start)
// not counted; games go on from phase to phase as in training. Records are counted and dropped.
//
// Threads: opens teams of config.threads. All times are wall time: they suffer when others compute.
// Repeat: the times do not; which games are played follows from the arguments but `seconds`.

#ifndef LUDUS_SELFPLAY_SELFPLAY_BENCH_H
#define LUDUS_SELFPLAY_SELFPLAY_BENCH_H

#include "selfplay/selfplay.h"

typedef struct ludus_selfplay_bench_config {
    ludus_selfplay_config selfplay; // evaluations: per slot and phase
    ludus_mcts_config search;
    int32_t threads; // 1..1024
    double seconds;  // phases are begun until this much time has been counted; at least one
} ludus_selfplay_bench_config;

typedef struct ludus_selfplay_bench {
    int64_t phases, games, moves, evaluations; // counted
    double seconds;
    double evals_per_s;
    double moves_per_s;
    double bytes_per_position; // of the records of the finished games
    double net_share;          // of the workers' busy time, inside net evaluation
} ludus_selfplay_bench;

// The default self-play and search, one thread, 100 evaluations per slot and phase, 5 seconds.
ludus_selfplay_bench_config ludus_selfplay_bench_config_default(void);
// Fails when the net was made for another game.
ludus_status ludus_selfplay_bench_run(const ludus_game *game, const ludus_net *net,
                                      const ludus_selfplay_bench_config *config,
                                      ludus_selfplay_bench *out, ludus_error *error);

#endif
