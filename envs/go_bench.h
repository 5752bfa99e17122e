// How fast Go's rules run: random playouts, and lists of legal moves for the search.
//
// CPU time of the calling thread, so that a busy machine does not matter much.
//
// Threads: the calling one alone.

#ifndef LUDUS_ENVS_GO_BENCH_H
#define LUDUS_ENVS_GO_BENCH_H

#include "base/base.h"

typedef struct ludus_go_bench {
    double playouts_per_s;    // from the empty board to the end, its score included; one core
    double moves_per_playout; // passes included
    double positions_per_s;   // of a uniformly random game: all legal moves found and one played
} ludus_go_bench;

// About `seconds` of CPU time for each of the two.
ludus_status ludus_go_bench_run(int32_t size, double seconds, ludus_go_bench *out,
                                ludus_error *error);

#endif
