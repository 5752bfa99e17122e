// Turns replay records of board games into training batches: draws positions, rebuilds their planes
// by replaying moves, and mixes the targets.
//
// Value target: (1 - search_share) * result of the game + search_share * root estimate.
// The auxiliary heads of agents/game_net.h get the game's end and the next ply's policy.
// Letters as in nets/net.h. Threads: opens a team of `threads`, one reader each.
// Repeat: row r of step t depends on (seed, t, r) and the replay's content alone.

#ifndef LUDUS_SELFPLAY_SAMPLER_H
#define LUDUS_SELFPLAY_SAMPLER_H

#include "nets/trainer.h"
#include "selfplay/record.h"
#include "selfplay/replay.h"

typedef struct ludus_sampler ludus_sampler;

typedef struct ludus_sampler_config {
    int32_t batch; // rows
    int32_t threads;
    uint64_t seed;
    float search_share;   // 0..1, see above
    bool enable_symmetry; // a random symmetry per row
} ludus_sampler_config;

ludus_status ludus_sampler_create(ludus_sampler **out, const ludus_game *game,
                                  const ludus_replay *replay, const ludus_net *net,
                                  const ludus_sampler_config *config, ludus_error *error);
void ludus_sampler_destroy(ludus_sampler *sampler); // before its replay; NULL is accepted

// Fills the sampler's own batch for training step `step` from the newest `window` items. Positions
// of random openings are never drawn. *batch stays valid until the next call.
ludus_status ludus_sampler_draw(ludus_sampler *sampler, int64_t step, int64_t window,
                                ludus_batch *batch, ludus_error *error);

#endif
