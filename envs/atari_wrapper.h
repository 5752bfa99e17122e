// The Atari protocol of Mnih et al. 2015 (Nature 518) over the drawing of any world:
// no-op starts, frame skip with the maximum of the last two frames, life loss as end, luma,
// resize to 84x84, a stack of 4, clipped rewards, a time limit. The parts are the wrappers of
// envs/env_wrapper.h; this puts them together in the usual order.

#ifndef LUDUS_ENVS_ATARI_WRAPPER_H
#define LUDUS_ENVS_ATARI_WRAPPER_H

#include "base/base.h"

struct ludus_env;

typedef enum ludus_resize { LUDUS_RESIZE_AREA, LUDUS_RESIZE_BILINEAR } ludus_resize;

typedef struct ludus_atari_config {
    int32_t frame_skip; // world steps per action, 1..16; the last two pictures are merged
    int32_t noop_max;   // 1 .. this many idle steps begin each episode; 0 = none
    int32_t height;     // of the picture, pixels
    int32_t width;      // of the picture, pixels
    int32_t resize;     // ludus_resize
    int32_t stack;      // pictures per observation, 1..16
    int32_t time_limit; // truncate after this many actions; 0 = never
    bool grey;          // luma instead of three colour planes
    bool clip_rewards;  // to -1, 0, +1
    bool end_on_life;   // a lost life ends the episode; restart goes on with the next life
} ludus_atari_config;

ludus_atari_config ludus_atari_config_default(void); // as in the paper, without a time limit

// Replaces *env by the wrapped world (takes it over); on failure *env is as before.
ludus_status ludus_atari_wrap(struct ludus_env *env, const ludus_atari_config *config,
                              ludus_error *error);

#endif
