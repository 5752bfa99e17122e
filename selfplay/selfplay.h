// Self-play: many games at once on all cores, one net batch per evaluation, no locks.
//
// `slots` games are in flight, in groups of `batch` slots. A group is one unit of work for a
// thread: each of its games descends to one leaf, the leaves are evaluated as one full batch, the
// results are backed up, and so on. A phase gives every slot the same budget of net evaluations; a
// slot stops at the first move after its budget is spent, so a game may span phases (and nets).
// Search trees do not outlive a phase: the net changes between phases.
//
// Threads: a phase opens an OpenMP team; each worker has its own evaluator.
// Repeat: a slot's games depend on (seed, game number) and on the nets of its phases alone: game k
// of slot s is number s + slots * k. So the records are the same for any number of threads.

#ifndef LUDUS_SELFPLAY_SELFPLAY_H
#define LUDUS_SELFPLAY_SELFPLAY_H

#include "agents/mcts.h"
#include "base/file.h"
#include "nets/net.h"
#include "selfplay/record.h"

typedef struct ludus_selfplay ludus_selfplay;

typedef struct ludus_selfplay_config {
    int32_t slots;            // games in flight, a multiple of batch
    int32_t batch;            // rows per net evaluation
    int32_t evaluations;      // net evaluations per slot and phase
    int32_t fast_simulations; // playout cap randomisation (Wu 2019): simulations of a fast move
    float full_share;         // share of moves searched in full; 1 = every move
    float opening_share;      // share of games that begin with random moves
    int32_t opening_plies;    // at most this many of them, uniformly 1..opening_plies
    float varied_share;       // share of games whose start differs, where the game knows variants
    int32_t precision;        // ludus_precision of the workers' nets
    float resign_value;       // a player resigns below this root value, twice running; -1 = never
    float resign_playout;     // share of games played on all the same, to know false resignations
} ludus_selfplay_config;

ludus_selfplay_config ludus_selfplay_config_default(void);
// The [selfplay] section.
extern const ludus_option ludus_selfplay_options[];
extern const size_t ludus_selfplay_num_options;

typedef struct ludus_selfplay_stats {
    int64_t games; // finished in the phase
    int64_t plies; // of the finished games
    int64_t moves; // chosen by search in the phase
    int64_t simulations;
    int64_t evaluations; // net rows
    int64_t wins, draws; // of finished games, for the first player
    int64_t resigned;
    // Games that go on all the same (resign_playout): players who would have resigned one, and how
    // many of them did not lose it.
    int64_t played_on, false_resignations;
    double seconds;        // wall time of the phase
    double worker_seconds; // sum over workers of their busy time
    double net_seconds;    // of which inside net evaluation
} ludus_selfplay_stats;

// `net` gives the shape only; weights come with each phase. `threads` is not part of the result.
ludus_status ludus_selfplay_create(ludus_selfplay **out, const ludus_game *game,
                                   const ludus_selfplay_config *config,
                                   const ludus_mcts_config *search, const ludus_net *net,
                                   uint64_t seed, int32_t threads, ludus_error *error);
void ludus_selfplay_destroy(ludus_selfplay *selfplay); // NULL is accepted

// A finished game's record, in ascending game number; bytes are valid during the call.
typedef ludus_status ludus_selfplay_sink(const uint8_t *bytes, size_t size, int32_t plies,
                                         void *user, ludus_error *error);

// One phase with `net` (its `version` is written into the games begun): plays, then hands the
// finished games to `sink`.
ludus_status ludus_selfplay_phase(ludus_selfplay *selfplay, const ludus_net *net, uint64_t version,
                                  ludus_selfplay_sink *sink, void *user,
                                  ludus_selfplay_stats *stats, ludus_error *error);

// Games in progress, for checkpoints; between phases only.
void ludus_selfplay_save(const ludus_selfplay *selfplay, ludus_buffer *out);
ludus_status ludus_selfplay_load(ludus_selfplay *selfplay, ludus_cursor *in, ludus_error *error);

#endif
