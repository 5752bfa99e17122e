// The wrappers: they check the contract once for all worlds, then call the world's table.

#include "envs/env.h"

#include "base/file.h"
#include "envs/env_internal.h"
#include "envs/obs_bits.h"

#include <assert.h>
#include <string.h>

// The saved block: tag, steps, over, then the world's own bytes.
#define HEADER_BYTES 16
#define MAX_SAVED_STEPS (1u << 30)

void ludus_env_assert_sound(const ludus_env *env)
{
    const ludus_env_ops *ops = env->ops;
    const ludus_env_spec *spec = &env->spec;
    assert(ops->name && ops->destroy && ops->reset && ops->restart && ops->step);
    assert(ops->observe && ops->save && ops->load && env->self != NULL);
    assert(spec->name[0] != '\0' && spec->num_actions >= 1 && spec->action_names != NULL);
    assert(spec->noop_action >= -1 && spec->noop_action < spec->num_actions);
    assert(spec->obs_shape[0] > 0 && spec->obs_shape[1] > 0 && spec->obs_shape[2] > 0);
    assert(spec->stack >= 1 && spec->obs_shape[0] % spec->stack == 0);
    assert(spec->max_steps >= 0 && spec->state_bytes > 0);
    assert(ops->frame != NULL || spec->frame_size[0] == 0);
    (void)ops;
    (void)spec;
}

ludus_status ludus_env_create(ludus_env *env, const ludus_env_ops *ops,
                              const ludus_env_config *config, ludus_error *error)
{
    memset(env, 0, sizeof(*env));
    assert(ops->create != NULL && ops->name != NULL);
    const ludus_env_config defaults = ludus_env_config_default();
    const ludus_env_config *used = config != NULL ? config : &defaults;
    const ludus_status status = ops->create(ops, used, &env->spec, &env->self, error);
    if (status != LUDUS_OK) {
        memset(env, 0, sizeof(*env));
        return status;
    }
    env->ops = ops;
    env->over = true;
    strncpy(env->spec.name, ops->name, sizeof(env->spec.name) - 1);
    if (used->max_steps >= 0) {
        env->spec.max_steps = used->max_steps;
    }
    ludus_env_assert_sound(env);
    return LUDUS_OK;
}

void ludus_env_close(ludus_env *env)
{
    if (env->ops != NULL) {
        env->ops->destroy(env->self);
    }
    memset(env, 0, sizeof(*env));
}

void ludus_env_reset(ludus_env *env, uint64_t seed)
{
    env->ops->reset(env->self, seed);
    env->steps = 0;
    env->over = false;
}

void ludus_env_restart(ludus_env *env)
{
    env->ops->restart(env->self);
    env->steps = 0;
    env->over = false;
}

void ludus_env_step(ludus_env *env, int32_t action, ludus_env_result *out)
{
    assert(!env->over && "reset first");
    assert(action >= 0 && action < env->spec.num_actions);
    memset(out, 0, sizeof(*out));
    env->ops->step(env->self, action, out);
    env->steps++;
    if (env->spec.max_steps > 0 && env->steps >= env->spec.max_steps && !out->terminated) {
        out->truncated = true;
        out->game_over = true;
    }
    if (!env->ops->is_wrapper) {
        out->raw_reward = out->reward;
        out->game_over = out->terminated || out->truncated;
    }
    env->over = out->terminated || out->truncated;
}

void ludus_env_observe(const ludus_env *env, void *obs)
{
    env->ops->observe(env->self, obs);
}

void ludus_env_observe_packed(const ludus_env *env, uint8_t *packed)
{
    if (env->ops->observe_packed != NULL) {
        env->ops->observe_packed(env->self, packed);
    } else {
        assert(env->spec.obs_kind != LUDUS_OBS_BITS && "worlds of bits pack themselves");
        env->ops->observe(env->self, packed);
    }
}

void ludus_env_frame(const ludus_env *env, uint8_t *rgb)
{
    assert(env->spec.frame_size[0] > 0 && env->ops->frame != NULL);
    env->ops->frame(env->self, rgb);
}

void ludus_env_draw(const ludus_env *env, char *out)
{
    out[0] = '\0';
    if (env->ops->draw != NULL) {
        env->ops->draw(env->self, out);
    }
}

int32_t ludus_env_lives(const ludus_env *env)
{
    return env->ops->lives != NULL ? env->ops->lives(env->self) : 1;
}

// Tells worlds, wrappers and layouts apart, so that a state is not loaded into another kind.
static uint32_t state_tag(const ludus_env *env)
{
    const uint64_t size = env->spec.state_bytes;
    const uint64_t hash = ludus_hash64(env->ops->name, strlen(env->ops->name), size);
    return (uint32_t)(hash >> 32);
}

size_t ludus_env_state_bytes(const ludus_env *env)
{
    return HEADER_BYTES + env->spec.state_bytes;
}

void ludus_env_save(const ludus_env *env, uint8_t *state)
{
    memset(state, 0, HEADER_BYTES);
    ludus_store_u32(state, state_tag(env));
    ludus_store_u32(state + 4, (uint32_t)env->steps);
    ludus_store_u32(state + 8, env->over ? 1 : 0);
    env->ops->save(env->self, state + HEADER_BYTES);
}

ludus_status ludus_env_load(ludus_env *env, const uint8_t *state, size_t size, ludus_error *error)
{
    if (size != ludus_env_state_bytes(env)) {
        return ludus_fail(error, LUDUS_ERR_FORMAT, "state of %s: %zu bytes instead of %zu",
                          env->spec.name, size, ludus_env_state_bytes(env));
    }
    if (ludus_load_u32(state) != state_tag(env)) {
        return ludus_fail(error, LUDUS_ERR_FORMAT, "state of another world, not of %s",
                          env->spec.name);
    }
    const uint32_t steps = ludus_load_u32(state + 4);
    const uint32_t over = ludus_load_u32(state + 8);
    // A wrapper's own bytes begin with its inner world's block: that one cannot be over when the
    // outer episode goes on.
    const bool inner_over = env->ops->is_wrapper && ludus_load_u32(state + HEADER_BYTES + 8) != 0;
    if (steps > MAX_SAVED_STEPS || over > 1 || ludus_load_u32(state + 12) != 0 ||
        (over == 0 && inner_over)) {
        return ludus_fail(error, LUDUS_ERR_FORMAT, "state of %s is damaged", env->spec.name);
    }
    const ludus_status status = env->ops->load(env->self, state + HEADER_BYTES);
    if (status != LUDUS_OK) {
        return ludus_fail(error, status, "state of %s is damaged", env->spec.name);
    }
    env->steps = (int32_t)steps;
    env->over = over == 1;
    return LUDUS_OK;
}

size_t ludus_env_obs_cells(const ludus_env_spec *spec)
{
    const int32_t *shape = spec->obs_shape;
    return (size_t)shape[0] * (size_t)shape[1] * (size_t)shape[2];
}

size_t ludus_env_obs_bytes(const ludus_env_spec *spec)
{
    const size_t cell = spec->obs_kind == LUDUS_OBS_FLOATS ? sizeof(float) : 1;
    return cell * ludus_env_obs_cells(spec);
}

size_t ludus_env_packed_bytes(const ludus_env_spec *spec)
{
    return spec->obs_kind == LUDUS_OBS_BITS ? ludus_bits_bytes(ludus_env_obs_cells(spec))
                                            : ludus_env_obs_bytes(spec);
}

void ludus_env_packed_to_floats(const ludus_env_spec *spec, const uint8_t *packed, float *out)
{
    const size_t count = ludus_env_obs_cells(spec);
    switch (spec->obs_kind) {
    case LUDUS_OBS_BITS:
        ludus_bits_to_floats(packed, count, out);
        break;
    case LUDUS_OBS_BYTES:
        for (size_t i = 0; i < count; i++) {
            out[i] = (float)packed[i] * (1.0f / 255.0f);
        }
        break;
    case LUDUS_OBS_FLOATS:
        memcpy(out, packed, count * sizeof(float));
        break;
    }
}
