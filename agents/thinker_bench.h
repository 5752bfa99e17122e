// What a thinker makes of a machine: evaluations a second by cores, and how soon it stands still.
//
// Searches run from positions of a random game, one after another, the tree forgotten between them;
// a fifth of the seconds each. What is reported are medians over the searches.
//
// Threads: the thinker's own. Repeat: times do not.

#ifndef LUDUS_AGENTS_THINKER_BENCH_H
#define LUDUS_AGENTS_THINKER_BENCH_H

#include "agents/thinker.h"

typedef struct ludus_thinker_bench {
    double evaluations_per_s;
    double simulations_per_s;
    double stop_ms; // from stop() to standing still
} ludus_thinker_bench;

// seconds: in all, > 0.
ludus_status ludus_thinker_bench_run(const ludus_game *game, const ludus_net *net,
                                     const ludus_thinker_config *config, double seconds,
                                     ludus_thinker_bench *out, ludus_error *error);

#endif
