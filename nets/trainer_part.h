// What follows the shards in a training step, one part of the parameters at a time: the batch's
// gradient and its norm, the optimiser, the running statistics, the average of the weights. A part
// is small enough to stay in a cache on the way. Internal to nets/.
//
// Threads: calls on different parts may run at the same time.
// Repeat: parts follow from the net alone; sums over shards run in shard order.

#ifndef LUDUS_NETS_TRAINER_PART_H
#define LUDUS_NETS_TRAINER_PART_H

#include "nets/trainer_lane.h"

// Whole rows of one tensor; of a noisy layer's means, with the sigmas that belong to them.
typedef struct ludus_part {
    size_t first, count; // floats of the parameter block
    bool trainable, frozen;
    float decay;
    bool has_sigma, sigma_frozen;
    size_t sigma;                      // where the sigmas begin
    size_t inputs;                     // of a row
    const float *noise_in, *noise_out; // [inputs], [rows]; the step's, borrowed
    double square;                     // of the gradients that are to be applied
} ludus_part;

typedef struct ludus_parts {
    ludus_part *part; // owned
    int32_t count;
    float *w, *ema; // the net's and the average's parameter blocks, borrowed; ema may be NULL
    float *gradient, *m, *v; // as the parameter block; owned, but for the gradient of one shard
    const ludus_lane_shard *shards; // borrowed
    const ludus_trainer_config *config;
} ludus_parts;

// One step's numbers.
typedef struct ludus_part_step {
    float clip; // factor on the gradient
    float lr;
    float ema_keep; // share of the old average
    int64_t step;   // 0, 1, 2, ...
} ludus_part_step;

// `shared` must outlive the parts; so must net, ema, shards and config.
ludus_status ludus_parts_init(ludus_parts *parts, ludus_net *net, ludus_net *ema,
                              const ludus_lane_shared *shared, const ludus_lane_shard *shards,
                              const ludus_trainer_config *config);
void ludus_parts_free(ludus_parts *parts); // a zeroed one is accepted

// The next of the names' beginnings in `freeze` and its length, or NULL; steps *list over it.
const char *ludus_freeze_next(const char **list, size_t *length);

// Sums the shards' gradients and their squares.
void ludus_part_gather(ludus_parts *parts, int32_t index);
void ludus_part_update(ludus_parts *parts, int32_t index, const ludus_part_step *step);
// L2 norm over all gathered parts.
float ludus_parts_norm(const ludus_parts *parts);

#endif
