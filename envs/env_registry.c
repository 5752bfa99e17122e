// Every world there is, the [env] and [atari] options, and the way from a name to a world.

#include "envs/env_internal.h"
#include "envs/registry_internal.h"

#include <string.h>

#define MAX_WORLDS 64

static const ludus_env_ops *const worlds[] = {
    &ludus_minatar_asterix_ops,  &ludus_minatar_breakout_ops,       &ludus_minatar_freeway_ops,
    &ludus_minatar_seaquest_ops, &ludus_minatar_space_invaders_ops, &ludus_cartpole_ops,
};

#define NUM_WORLDS (sizeof(worlds) / sizeof(worlds[0]))
_Static_assert(NUM_WORLDS <= MAX_WORLDS, "raise MAX_WORLDS");

static const char *const action_sets[] = {"full", "minimal", NULL};
static const char *const streams[] = {"fast", "original", NULL};
static const char *const resizes[] = {"area", "bilinear", NULL};

#define T ludus_env_config
const ludus_option ludus_env_options[] = {
    LUDUS_OPTION_FLOAT(T, "env", "sticky", sticky, -1, 1,
                       "probability that the last action repeats; -1 = the world's own"),
    LUDUS_OPTION_BOOL(T, "env", "ramping", ramping, "difficulty grows, where the world knows that"),
    LUDUS_OPTION_ENUM(T, "env", "actions", actions, action_sets,
                      "every action, or only those that do something in this world"),
    LUDUS_OPTION_ENUM(T, "env", "stream", stream, streams,
                      "random numbers: our own, or those of the published world"),
    LUDUS_OPTION_INT32(T, "env", "max_steps", max_steps, -1, 1e9,
                       "truncate after this many world steps; 0 = never, -1 = the world's own"),
    LUDUS_OPTION_BOOL(T, "env", "pixels", pixels, "learn from the drawing, as [atari] says"),
    LUDUS_OPTION_INT32(T, "atari", "frame_skip", atari.frame_skip, 1, 16, "world steps per action"),
    LUDUS_OPTION_INT32(T, "atari", "noop_max", atari.noop_max, 0, 1000,
                       "1 .. this many idle steps begin an episode; 0 = none"),
    LUDUS_OPTION_INT32(T, "atari", "height", atari.height, 8, 512, "picture height, pixels"),
    LUDUS_OPTION_INT32(T, "atari", "width", atari.width, 8, 512, "picture width, pixels"),
    LUDUS_OPTION_ENUM(T, "atari", "resize", atari.resize, resizes, "how pictures are resized"),
    LUDUS_OPTION_INT32(T, "atari", "stack", atari.stack, 1, 16, "pictures per observation"),
    LUDUS_OPTION_INT32(T, "atari", "time_limit", atari.time_limit, 0, 1e9,
                       "truncate after this many actions; 0 = never"),
    LUDUS_OPTION_BOOL(T, "atari", "grey", atari.grey, "luma instead of red, green and blue"),
    LUDUS_OPTION_BOOL(T, "atari", "clip_rewards", atari.clip_rewards, "rewards as -1, 0, +1"),
    LUDUS_OPTION_BOOL(T, "atari", "end_on_life", atari.end_on_life, "a lost life is an end"),
};
#undef T
const size_t ludus_env_num_options = sizeof(ludus_env_options) / sizeof(ludus_env_options[0]);

ludus_env_config ludus_env_config_default(void)
{
    return (ludus_env_config){
        .sticky = -1.0f,
        .ramping = true,
        .actions = LUDUS_ACTIONS_FULL,
        .stream = LUDUS_STREAM_FAST,
        .max_steps = -1,
        .pixels = false,
        .atari = ludus_atari_config_default(),
    };
}

const ludus_env_ops *const *ludus_env_worlds(size_t *count)
{
    *count = NUM_WORLDS;
    return worlds;
}

static ludus_status fail_unknown(const char *name, ludus_error *error)
{
    const char *known[MAX_WORLDS];
    for (size_t i = 0; i < NUM_WORLDS; i++) {
        known[i] = worlds[i]->name;
    }
    return ludus_registry_fail_unknown("world", name, known, NUM_WORLDS, error);
}

ludus_status ludus_env_open(ludus_env *env, const char *name, const ludus_env_config *config,
                            ludus_error *error)
{
    memset(env, 0, sizeof(*env));
    const ludus_env_ops *ops = NULL;
    for (size_t i = 0; i < NUM_WORLDS; i++) {
        if (strcmp(worlds[i]->name, name) == 0) {
            ops = worlds[i];
        }
    }
    if (ops == NULL) {
        return fail_unknown(name, error);
    }
    ludus_status status = ludus_env_create(env, ops, config, error);
    if (status == LUDUS_OK && config != NULL && config->pixels) {
        status = ludus_atari_wrap(env, &config->atari, error);
        if (status != LUDUS_OK) {
            ludus_env_close(env);
        }
    }
    return status;
}
