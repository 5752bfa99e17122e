// Optimisers and learning-rate schedules. Internal to nets/.
// The recurrences are written at each function; the sources are named in nets/trainer.h.
// Threads: calls on different ranges may run at the same time.

#ifndef LUDUS_NETS_OPTIMISER_H
#define LUDUS_NETS_OPTIMISER_H

#include "nets/trainer.h"

// Learning rate of step t = 0, 1, 2, ...
float ludus_schedule_lr(const ludus_trainer_config *config, int64_t step);

typedef struct ludus_update {
    size_t count;
    float *w;       // [count] weights
    const float *g; // [count] gradient, before clipping
    float *m, *v;   // [count] moments, zero at first
    float clip;     // factor on g from global-norm clipping, 0..1
    float decay;    // weight decay of these weights
    float lr;
    int64_t step; // 0, 1, 2, ...; for Adam's bias correction
} ludus_update;

void ludus_optimiser_update(const ludus_trainer_config *config, const ludus_update *u);

#endif
