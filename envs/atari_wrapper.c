// The Atari protocol, put together. The order is the usual one: what counts world steps is inside,
// what the agent sees outside.

#include "envs/atari_wrapper.h"

#include "envs/env_wrapper.h"
#include "envs/env_wrapper_internal.h"

ludus_atari_config ludus_atari_config_default(void)
{
    return (ludus_atari_config){
        .frame_skip = 4,
        .noop_max = 30,
        .height = 84,
        .width = 84,
        .resize = LUDUS_RESIZE_AREA,
        .stack = 4,
        .time_limit = 0,
        .grey = true,
        .clip_rewards = true,
        .end_on_life = true,
    };
}

// What changes the course of an episode.
static ludus_status wrap_course(ludus_env *env, const ludus_atari_config *config, int32_t *layers,
                                ludus_error *error)
{
    ludus_status status = LUDUS_OK;
    if (config->noop_max > 0) {
        status = ludus_env_wrap_noop(env, config->noop_max, error);
        *layers += status == LUDUS_OK;
    }
    if (status == LUDUS_OK && config->end_on_life) {
        status = ludus_env_wrap_life(env, error);
        *layers += status == LUDUS_OK;
    }
    if (status == LUDUS_OK) {
        status = ludus_env_wrap_pixels(env, error);
        *layers += status == LUDUS_OK;
    }
    if (status == LUDUS_OK && config->frame_skip > 1) {
        status = ludus_env_wrap_skip(env, config->frame_skip, error);
        *layers += status == LUDUS_OK;
    }
    if (status == LUDUS_OK && config->clip_rewards) {
        status = ludus_env_wrap_clip(env, error);
        *layers += status == LUDUS_OK;
    }
    if (status == LUDUS_OK && config->time_limit > 0) {
        status = ludus_env_wrap_limit(env, config->time_limit, error);
        *layers += status == LUDUS_OK;
    }
    return status;
}

// What changes the picture.
static ludus_status wrap_picture(ludus_env *env, const ludus_atari_config *config, int32_t *layers,
                                 ludus_error *error)
{
    ludus_status status = LUDUS_OK;
    if (config->grey) {
        status = ludus_env_wrap_grey(env, error);
        *layers += status == LUDUS_OK;
    }
    if (status == LUDUS_OK) {
        status = ludus_env_wrap_resize(env, config->height, config->width,
                                       (ludus_resize)config->resize, error);
        *layers += status == LUDUS_OK;
    }
    if (status == LUDUS_OK && config->stack > 1) {
        status = ludus_env_wrap_stack(env, config->stack, error);
        *layers += status == LUDUS_OK;
    }
    return status;
}

ludus_status ludus_atari_wrap(ludus_env *env, const ludus_atari_config *config, ludus_error *error)
{
    int32_t layers = 0;
    ludus_status status = wrap_course(env, config, &layers, error);
    if (status == LUDUS_OK) {
        status = wrap_picture(env, config, &layers, error);
    }
    for (; status != LUDUS_OK && layers > 0; layers--) {
        ludus_env_unwrap(env);
    }
    return status;
}
