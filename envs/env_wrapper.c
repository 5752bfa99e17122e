// Wrappers that change the course of an episode: no-op starts, clipping, lives, limits. Those that
// change the observation are in pixel_wrapper.c.

#include "envs/env_wrapper_internal.h"

#include "base/file.h"
#include "envs/env_internal.h"

#include <assert.h>
#include <string.h>

// ---- What all wrappers share --------------------------------------------------------------

static void release(ludus_env_wrapper *wrapper)
{
    ludus_free(wrapper->kept);
    ludus_free(wrapper->table);
    for (int i = 0; i < LUDUS_WRAPPER_SCRATCH; i++) {
        ludus_free(wrapper->scratch[i]);
    }
    ludus_free(wrapper);
}

ludus_status ludus_env_wrap(ludus_env *env, const ludus_env_ops *ops, size_t own_bytes,
                            size_t kept_bytes, const size_t *scratch_bytes, ludus_error *error)
{
    ludus_env_wrapper *wrapper = ludus_alloc(1, sizeof(*wrapper));
    if (wrapper == NULL) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "no memory for wrapper %s", ops->name);
    }
    bool is_short = false;
    wrapper->kept_bytes = kept_bytes;
    wrapper->kept = ludus_alloc(kept_bytes, 1);
    is_short = wrapper->kept == NULL;
    for (int i = 0; scratch_bytes != NULL && i < LUDUS_WRAPPER_SCRATCH; i++) {
        wrapper->scratch[i] = ludus_alloc(scratch_bytes[i], 1);
        is_short = is_short || wrapper->scratch[i] == NULL;
    }
    if (is_short) {
        release(wrapper);
        return ludus_fail(error, LUDUS_ERR_NOMEM, "no memory for wrapper %s", ops->name);
    }
    wrapper->inner = *env;
    env->ops = ops;
    env->self = wrapper;
    env->steps = 0;
    env->over = true;
    env->spec.max_steps = 0;
    env->spec.state_bytes = ludus_env_state_bytes(&wrapper->inner) + own_bytes;
    ludus_env_assert_sound(env);
    return LUDUS_OK;
}

void ludus_env_unwrap(ludus_env *env)
{
    ludus_env_wrapper *wrapper = env->self;
    *env = wrapper->inner;
    release(wrapper);
}

void ludus_wrapper_destroy(void *self)
{
    ludus_env_wrapper *wrapper = self;
    ludus_env_close(&wrapper->inner);
    release(wrapper);
}

void ludus_wrapper_reset(void *self, uint64_t seed)
{
    ludus_env_reset(&((ludus_env_wrapper *)self)->inner, seed);
}

void ludus_wrapper_restart(void *self)
{
    ludus_env_restart(&((ludus_env_wrapper *)self)->inner);
}

void ludus_wrapper_step(void *self, int32_t action, ludus_env_result *out)
{
    ludus_env_step(&((ludus_env_wrapper *)self)->inner, action, out);
}

void ludus_wrapper_observe(const void *self, void *obs)
{
    ludus_env_observe(&((const ludus_env_wrapper *)self)->inner, obs);
}

void ludus_wrapper_observe_packed(const void *self, uint8_t *packed)
{
    ludus_env_observe_packed(&((const ludus_env_wrapper *)self)->inner, packed);
}

void ludus_wrapper_frame(const void *self, uint8_t *rgb)
{
    ludus_env_frame(&((const ludus_env_wrapper *)self)->inner, rgb);
}

void ludus_wrapper_draw(const void *self, char *out)
{
    ludus_env_draw(&((const ludus_env_wrapper *)self)->inner, out);
}

int32_t ludus_wrapper_lives(const void *self)
{
    return ludus_env_lives(&((const ludus_env_wrapper *)self)->inner);
}

void ludus_wrapper_save(const void *self, uint8_t *state)
{
    const ludus_env_wrapper *wrapper = self;
    ludus_env_save(&wrapper->inner, state);
    memcpy(state + ludus_env_state_bytes(&wrapper->inner), wrapper->kept, wrapper->kept_bytes);
}

static ludus_status load_inner(ludus_env_wrapper *wrapper, const uint8_t *state)
{
    const size_t size = ludus_env_state_bytes(&wrapper->inner);
    return ludus_env_load(&wrapper->inner, state, size, NULL);
}

ludus_status ludus_wrapper_load(void *self, const uint8_t *state)
{
    ludus_env_wrapper *wrapper = self;
    const ludus_status status = load_inner(wrapper, state);
    if (status == LUDUS_OK) {
        const size_t offset = ludus_env_state_bytes(&wrapper->inner);
        memcpy(wrapper->kept, state + offset, wrapper->kept_bytes);
    }
    return status;
}

// ---- No-op starts -------------------------------------------------------------------------

static void idle_awhile(ludus_env_wrapper *wrapper)
{
    const int32_t noop = wrapper->inner.spec.noop_action;
    const int32_t steps = 1 + (int32_t)ludus_rng_below(&wrapper->rng, (uint32_t)wrapper->amount);
    for (int32_t i = 0; i < steps; i++) {
        ludus_env_result ignored;
        ludus_env_step(&wrapper->inner, noop, &ignored);
        if (wrapper->inner.over) {
            ludus_env_restart(&wrapper->inner);
        }
    }
}

static void noop_reset(void *self, uint64_t seed)
{
    ludus_env_wrapper *wrapper = self;
    ludus_rng_init(&wrapper->rng, seed, 1); // stream 0 is the world's
    ludus_env_reset(&wrapper->inner, seed);
    idle_awhile(wrapper);
}

static void noop_restart(void *self)
{
    ludus_env_wrapper *wrapper = self;
    ludus_env_restart(&wrapper->inner);
    idle_awhile(wrapper);
}

static void noop_save(const void *self, uint8_t *state)
{
    const ludus_env_wrapper *wrapper = self;
    ludus_env_save(&wrapper->inner, state);
    memcpy(state + ludus_env_state_bytes(&wrapper->inner), &wrapper->rng, sizeof(wrapper->rng));
}

static ludus_status noop_load(void *self, const uint8_t *state)
{
    ludus_env_wrapper *wrapper = self;
    const size_t offset = ludus_env_state_bytes(&wrapper->inner);
    ludus_rng rng;
    memcpy(&rng, state + offset, sizeof(rng));
    if (!ludus_rng_is_valid(&rng)) {
        return LUDUS_ERR_FORMAT;
    }
    const ludus_status status = load_inner(wrapper, state);
    if (status == LUDUS_OK) {
        wrapper->rng = rng;
    }
    return status;
}

static const ludus_env_ops noop_ops = {
    LUDUS_WRAPPER_COMMON("noop"),
    .reset = noop_reset,
    .restart = noop_restart,
    .step = ludus_wrapper_step,
    .observe = ludus_wrapper_observe,
    .observe_packed = ludus_wrapper_observe_packed,
    .save = noop_save,
    .load = noop_load,
};

ludus_status ludus_env_wrap_noop(ludus_env *env, int32_t max, ludus_error *error)
{
    assert(max >= 1);
    if (env->spec.noop_action < 0) {
        return ludus_fail(error, LUDUS_ERR_UNSUPPORTED,
                          "%s has no idle action for no-op starts: set atari.noop_max = 0",
                          env->spec.name);
    }
    const ludus_status status = ludus_env_wrap(env, &noop_ops, sizeof(ludus_rng), 0, NULL, error);
    if (status == LUDUS_OK) {
        ludus_env_wrapper *wrapper = env->self;
        wrapper->amount = max;
        ludus_rng_init(&wrapper->rng, 0, 1);
    }
    return status;
}

// ---- Clipped rewards ----------------------------------------------------------------------

static void clip_step(void *self, int32_t action, ludus_env_result *out)
{
    ludus_env_step(&((ludus_env_wrapper *)self)->inner, action, out);
    out->reward = (float)((out->reward > 0.0f) - (out->reward < 0.0f));
}

static const ludus_env_ops clip_ops = {
    LUDUS_WRAPPER_COMMON("clip"),     .reset = ludus_wrapper_reset,
    .restart = ludus_wrapper_restart, .step = clip_step,
    .observe = ludus_wrapper_observe, .observe_packed = ludus_wrapper_observe_packed,
    .save = ludus_wrapper_save,       .load = ludus_wrapper_load,
};

ludus_status ludus_env_wrap_clip(ludus_env *env, ludus_error *error)
{
    return ludus_env_wrap(env, &clip_ops, 0, 0, NULL, error);
}

// ---- A lost life is an end ----------------------------------------------------------------

static void life_reset(void *self, uint64_t seed)
{
    ludus_env_wrapper *wrapper = self;
    wrapper->life_lost = false;
    ludus_env_reset(&wrapper->inner, seed);
}

static void life_restart(void *self)
{
    ludus_env_wrapper *wrapper = self;
    const bool goes_on = wrapper->life_lost && !wrapper->inner.over;
    wrapper->life_lost = false;
    if (goes_on && wrapper->inner.spec.noop_action >= 0) {
        ludus_env_result ignored;
        ludus_env_step(&wrapper->inner, wrapper->inner.spec.noop_action, &ignored);
    }
    if (!goes_on || wrapper->inner.over) {
        ludus_env_restart(&wrapper->inner);
    }
}

static void life_step(void *self, int32_t action, ludus_env_result *out)
{
    ludus_env_wrapper *wrapper = self;
    const int32_t before = ludus_env_lives(&wrapper->inner);
    ludus_env_step(&wrapper->inner, action, out);
    if (!wrapper->inner.over && ludus_env_lives(&wrapper->inner) < before) {
        wrapper->life_lost = true;
        out->terminated = true;
    }
}

static void life_save(const void *self, uint8_t *state)
{
    const ludus_env_wrapper *wrapper = self;
    ludus_env_save(&wrapper->inner, state);
    ludus_store_u64(state + ludus_env_state_bytes(&wrapper->inner), wrapper->life_lost ? 1 : 0);
}

static ludus_status life_load(void *self, const uint8_t *state)
{
    ludus_env_wrapper *wrapper = self;
    const uint64_t life_lost = ludus_load_u64(state + ludus_env_state_bytes(&wrapper->inner));
    if (life_lost > 1) {
        return LUDUS_ERR_FORMAT;
    }
    const ludus_status status = load_inner(wrapper, state);
    if (status == LUDUS_OK) {
        wrapper->life_lost = life_lost == 1;
    }
    return status;
}

static const ludus_env_ops life_ops = {
    LUDUS_WRAPPER_COMMON("life"),
    .reset = life_reset,
    .restart = life_restart,
    .step = life_step,
    .observe = ludus_wrapper_observe,
    .observe_packed = ludus_wrapper_observe_packed,
    .save = life_save,
    .load = life_load,
};

ludus_status ludus_env_wrap_life(ludus_env *env, ludus_error *error)
{
    return ludus_env_wrap(env, &life_ops, sizeof(uint64_t), 0, NULL, error);
}

// ---- Time limit ---------------------------------------------------------------------------

static const ludus_env_ops limit_ops = {
    LUDUS_WRAPPER_COMMON("limit"),    .reset = ludus_wrapper_reset,
    .restart = ludus_wrapper_restart, .step = ludus_wrapper_step,
    .observe = ludus_wrapper_observe, .observe_packed = ludus_wrapper_observe_packed,
    .save = ludus_wrapper_save,       .load = ludus_wrapper_load,
};

ludus_status ludus_env_wrap_limit(ludus_env *env, int32_t steps, ludus_error *error)
{
    assert(steps >= 1);
    const ludus_status status = ludus_env_wrap(env, &limit_ops, 0, 0, NULL, error);
    if (status == LUDUS_OK) {
        env->spec.max_steps = steps; // ludus_env_step counts
    }
    return status;
}
