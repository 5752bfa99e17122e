// How small and how quick the replay is for a board game: bytes per position, positions pushed per
// second, positions drawn per second (found, decompressed, replayed to the ply, policy read).
//
// The games are played by a search of LUDUS_REPLAY_BENCH_SIMULATIONS random playouts per move, so
// that visit counts look like those of training; some thousand positions of them are pushed over
// and over until `positions` are stored. Making the games is not timed.
//
// Threads: one; all times are those of the calling thread.
// Repeat: everything but the times depends on the game and the arguments alone.

#ifndef LUDUS_SELFPLAY_REPLAY_BENCH_H
#define LUDUS_SELFPLAY_REPLAY_BENCH_H

#include "selfplay/replay.h"

#define LUDUS_REPLAY_BENCH_SIMULATIONS 200

typedef struct ludus_replay_bench {
    int64_t records, positions;         // stored
    double raw_bytes_per_position;      // record bytes
    double stored_bytes_per_position;   // compressed, chunk headers not counted (they are 48 bytes)
    double pushed_per_second;           // positions
    double pushed_megabytes_per_second; // of record bytes, 1e6
    double drawn_per_second;            // positions, uniformly from all, in random order
    double drawn_sorted_per_second;     // the same number in ascending order
} ludus_replay_bench;

// `config` NULL: the default one; its capacity is raised to hold `positions`, 1..1e8.
ludus_status ludus_replay_bench_run(const char *game, const ludus_replay_config *config,
                                    int64_t positions, ludus_replay_bench *out, ludus_error *error);

#endif
