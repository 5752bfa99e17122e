// Draws transitions from the replay and rebuilds them, uniformly or by priority.
//
// Letters: B rows, S,F as in selfplay/piece.h.
// Threads: opens a team of `threads`, one reader each; one call at a time.
// Repeat: a draw depends on (seed, step), the replay and the priorities alone.

#ifndef LUDUS_SELFPLAY_TRANSITION_SAMPLER_H
#define LUDUS_SELFPLAY_TRANSITION_SAMPLER_H

#include "selfplay/piece.h"
#include "selfplay/replay.h"
#include "selfplay/sum_tree.h"

typedef struct ludus_transition_sampler ludus_transition_sampler;

typedef struct ludus_transition_sampler_config {
    int32_t batch; // B
    int32_t threads;
    int32_t num_actions; // what is more in a record is refused
    float gamma;
    uint64_t seed;
} ludus_transition_sampler_config;

// Borrowed from the sampler until its next draw.
typedef struct ludus_transitions {
    const uint8_t *obs, *next;   // [B,S,F]
    const ludus_transition *row; // [B]
    const int64_t *item;         // [B] number in the replay
    const float *weight;         // [B] importance weights, or NULL when drawn uniformly
} ludus_transitions;

ludus_status ludus_transition_sampler_create(ludus_transition_sampler **out,
                                             const ludus_replay *replay,
                                             const ludus_piece_format *format,
                                             const ludus_transition_sampler_config *config,
                                             ludus_error *error);
// Before its replay; NULL is accepted.
void ludus_transition_sampler_destroy(ludus_transition_sampler *sampler);

// Rows for training step `step`. With `priorities` (leaf = item % its capacity) proportional to
// them and weighted with exponent beta, without (NULL) uniform over what the replay holds.
ludus_status ludus_transition_sampler_draw(ludus_transition_sampler *sampler, int64_t step,
                                           const ludus_sum_tree *priorities, int64_t capacity,
                                           float beta, ludus_transitions *out, ludus_error *error);

#endif
