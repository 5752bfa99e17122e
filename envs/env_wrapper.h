// Wrappers: worlds around worlds. Each call replaces *env by a world that contains the old one,
// which the new one owns; on failure *env is as before. They compose in any order that makes sense:
//
//     ludus_env_open(&env, "breakout", NULL, &error);
//     ludus_env_wrap_pixels(&env, &error);               // [3,H,W] bytes from frame
//     ludus_env_wrap_skip(&env, 4, &error);
//     ludus_env_wrap_grey(&env, &error);                 // [1,H,W]
//     ludus_env_wrap_resize(&env, 84, 84, LUDUS_RESIZE_AREA, &error);
//     ludus_env_wrap_stack(&env, 4, &error);             // [4,84,84]
//
// frame, draw, lives and the action names are those of the innermost world; save and load cover
// all layers. Tests: tests/test_atari_wrapper.c.

#ifndef LUDUS_ENVS_ENV_WRAPPER_H
#define LUDUS_ENVS_ENV_WRAPPER_H

#include "envs/env.h"

// Each episode begins with 1..max idle steps, drawn from the wrapper's own stream. An episode that
// ends meanwhile is begun anew. Refused when the world has no idle action.
ludus_status ludus_env_wrap_noop(ludus_env *env, int32_t max, ludus_error *error);

// One step is `skip` steps with the same action and the sum of the rewards; it stops at the end of
// the episode. The observation is the cell-wise maximum of the last two (of the last alone after a
// reset, for floats, and when the episode ended before the skip was full).
ludus_status ludus_env_wrap_skip(ludus_env *env, int32_t skip, ludus_error *error);

// reward becomes -1, 0 or +1, its sign; raw_reward stays.
ludus_status ludus_env_wrap_clip(ludus_env *env, ludus_error *error);

// A lost life terminates the episode though the game is not over. restart then takes one idle step
// (where there is one) and goes on with the next life; reset always begins a new game.
ludus_status ludus_env_wrap_life(ludus_env *env, ludus_error *error);

// Truncates after `steps` steps of this layer.
ludus_status ludus_env_wrap_limit(ludus_env *env, int32_t steps, ludus_error *error);

// The observation becomes the drawing: [3,H,W] bytes; planes red, green, blue.
ludus_status ludus_env_wrap_pixels(ludus_env *env, ludus_error *error);

// Luma of ITU-R BT.601, (77 R + 150 G + 29 B + 128) / 256: [3,H,W] to [1,H,W]. Bytes only.
ludus_status ludus_env_wrap_grey(ludus_env *env, ludus_error *error);

// Every plane to [height,width]. AREA weighs each source pixel by the area it covers, BILINEAR
// takes the two nearest per axis, centres aligned; AREA enlarges as BILINEAR does. Bytes only.
ludus_status ludus_env_wrap_resize(ludus_env *env, int32_t height, int32_t width,
                                   ludus_resize method, ludus_error *error);

// The last `depth` observations along C, oldest first, zeros before the episode's first.
ludus_status ludus_env_wrap_stack(ludus_env *env, int32_t depth, ludus_error *error);

#endif
