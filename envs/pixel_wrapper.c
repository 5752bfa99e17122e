// Wrappers that change the observation: pixels, skip with maximum, luma, resize, stack.

#include "envs/env_wrapper_internal.h"
#include "envs/obs_bits.h"
#include "envs/plane_resize.h"

#include <assert.h>
#include <math.h>
#include <string.h>

// ---- Kept observations: skip and stack ----------------------------------------------------

static void kept_observe(const void *self, void *obs)
{
    const ludus_env_wrapper *wrapper = self;
    memcpy(obs, wrapper->kept, wrapper->kept_bytes);
}

static void kept_observe_packed(const void *self, uint8_t *packed)
{
    const ludus_env_wrapper *wrapper = self;
    if (wrapper->inner.spec.obs_kind == LUDUS_OBS_BITS) {
        ludus_bits_pack(wrapper->kept, wrapper->kept_bytes, packed);
    } else {
        memcpy(packed, wrapper->kept, wrapper->kept_bytes);
    }
}

static bool are_bits(const uint8_t *kept, size_t size)
{
    uint8_t most = 0;
    for (size_t i = 0; i < size; i++) {
        most |= kept[i];
    }
    return most <= 1;
}

static bool are_finite(const uint8_t *kept, size_t size)
{
    for (size_t i = 0; i < size; i += sizeof(float)) {
        float value;
        memcpy(&value, kept + i, sizeof(value));
        if (!isfinite(value)) {
            return false;
        }
    }
    return true;
}

static ludus_status kept_load(void *self, const uint8_t *state)
{
    const ludus_env_wrapper *wrapper = self;
    const uint8_t *kept = state + ludus_env_state_bytes(&wrapper->inner);
    const ludus_obs_kind kind = wrapper->inner.spec.obs_kind;
    if ((kind == LUDUS_OBS_BITS && !are_bits(kept, wrapper->kept_bytes)) ||
        (kind == LUDUS_OBS_FLOATS && !are_finite(kept, wrapper->kept_bytes))) {
        return LUDUS_ERR_FORMAT;
    }
    return ludus_wrapper_load(self, state);
}

// ---- Frame skip ---------------------------------------------------------------------------

static void skip_reset(void *self, uint64_t seed)
{
    ludus_env_wrapper *wrapper = self;
    ludus_env_reset(&wrapper->inner, seed);
    ludus_env_observe(&wrapper->inner, wrapper->kept);
}

static void skip_restart(void *self)
{
    ludus_env_wrapper *wrapper = self;
    ludus_env_restart(&wrapper->inner);
    ludus_env_observe(&wrapper->inner, wrapper->kept);
}

static void keep_maximum(uint8_t *restrict kept, const uint8_t *restrict last, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        kept[i] = kept[i] > last[i] ? kept[i] : last[i];
    }
}

static void skip_step(void *self, int32_t action, ludus_env_result *out)
{
    ludus_env_wrapper *wrapper = self;
    const bool has_maximum = wrapper->inner.spec.obs_kind != LUDUS_OBS_FLOATS;
    bool has_first = false;
    float reward = 0.0f;
    float raw_reward = 0.0f;
    bool stuck = false;
    for (int32_t i = 0; i < wrapper->amount && !wrapper->inner.over; i++) {
        ludus_env_step(&wrapper->inner, action, out);
        reward += out->reward;
        raw_reward += out->raw_reward;
        stuck |= out->stuck;
        if (has_maximum && i == wrapper->amount - 2) {
            ludus_env_observe(&wrapper->inner, wrapper->kept);
            has_first = !wrapper->inner.over;
        }
    }
    if (has_first) {
        ludus_env_observe(&wrapper->inner, wrapper->scratch[0]);
        keep_maximum(wrapper->kept, wrapper->scratch[0], wrapper->kept_bytes);
    } else {
        ludus_env_observe(&wrapper->inner, wrapper->kept);
    }
    out->reward = reward;
    out->raw_reward = raw_reward;
    out->stuck = stuck;
}

static const ludus_env_ops skip_ops = {
    LUDUS_WRAPPER_COMMON("skip"), .reset = skip_reset,
    .restart = skip_restart,      .step = skip_step,
    .observe = kept_observe,      .observe_packed = kept_observe_packed,
    .save = ludus_wrapper_save,   .load = kept_load,
};

ludus_status ludus_env_wrap_skip(ludus_env *env, int32_t skip, ludus_error *error)
{
    assert(skip >= 1);
    const size_t bytes = ludus_env_obs_bytes(&env->spec);
    const size_t scratch[LUDUS_WRAPPER_SCRATCH] = {bytes, 0};
    const ludus_status status = ludus_env_wrap(env, &skip_ops, bytes, bytes, scratch, error);
    if (status == LUDUS_OK) {
        ((ludus_env_wrapper *)env->self)->amount = skip;
        env->spec.steps_per_second /= (float)skip;
    }
    return status;
}

// ---- Pixels -------------------------------------------------------------------------------

static void split_planes(const uint8_t *restrict rgb, size_t pixels, uint8_t *restrict planes)
{
    for (size_t i = 0; i < pixels; i++) {
        planes[i] = rgb[3 * i];
        planes[pixels + i] = rgb[3 * i + 1];
        planes[2 * pixels + i] = rgb[3 * i + 2];
    }
}

static void pixels_observe(const void *self, void *obs)
{
    const ludus_env_wrapper *wrapper = self;
    const int32_t *size = wrapper->inner.spec.frame_size;
    ludus_env_frame(&wrapper->inner, wrapper->scratch[0]);
    split_planes(wrapper->scratch[0], (size_t)size[0] * (size_t)size[1], obs);
}

static const ludus_env_ops pixels_ops = {
    LUDUS_WRAPPER_COMMON("pixels"), .reset = ludus_wrapper_reset, .restart = ludus_wrapper_restart,
    .step = ludus_wrapper_step,     .observe = pixels_observe,    .save = ludus_wrapper_save,
    .load = ludus_wrapper_load,
};

ludus_status ludus_env_wrap_pixels(ludus_env *env, ludus_error *error)
{
    const int32_t *size = env->spec.frame_size;
    if (size[0] <= 0) {
        return ludus_fail(error, LUDUS_ERR_UNSUPPORTED, "%s draws no frames", env->spec.name);
    }
    const size_t scratch[LUDUS_WRAPPER_SCRATCH] = {3 * (size_t)size[0] * (size_t)size[1], 0};
    const ludus_status status = ludus_env_wrap(env, &pixels_ops, 0, 0, scratch, error);
    if (status == LUDUS_OK) {
        env->spec.obs_kind = LUDUS_OBS_BYTES;
        env->spec.obs_shape[0] = 3;
        env->spec.obs_shape[1] = size[0];
        env->spec.obs_shape[2] = size[1];
        env->spec.stack = 1;
    }
    return status;
}

// ---- Luma ---------------------------------------------------------------------------------

static void grey_observe(const void *self, void *obs)
{
    const ludus_env_wrapper *wrapper = self;
    const int32_t *shape = wrapper->inner.spec.obs_shape;
    const size_t pixels = (size_t)shape[1] * (size_t)shape[2];
    const uint8_t *restrict r = wrapper->scratch[0];
    const uint8_t *restrict g = r + pixels;
    const uint8_t *restrict b = g + pixels;
    uint8_t *restrict luma = obs;
    ludus_env_observe(&wrapper->inner, wrapper->scratch[0]);
    for (size_t i = 0; i < pixels; i++) {
        luma[i] = (uint8_t)((77 * r[i] + 150 * g[i] + 29 * b[i] + 128) >> 8);
    }
}

static const ludus_env_ops grey_ops = {
    LUDUS_WRAPPER_COMMON("grey"), .reset = ludus_wrapper_reset, .restart = ludus_wrapper_restart,
    .step = ludus_wrapper_step,   .observe = grey_observe,      .save = ludus_wrapper_save,
    .load = ludus_wrapper_load,
};

ludus_status ludus_env_wrap_grey(ludus_env *env, ludus_error *error)
{
    if (env->spec.obs_kind != LUDUS_OBS_BYTES || env->spec.obs_shape[0] != 3) {
        return ludus_fail(error, LUDUS_ERR_UNSUPPORTED, "%s: luma needs red, green and blue",
                          env->spec.name);
    }
    const size_t scratch[LUDUS_WRAPPER_SCRATCH] = {ludus_env_obs_bytes(&env->spec), 0};
    const ludus_status status = ludus_env_wrap(env, &grey_ops, 0, 0, scratch, error);
    if (status == LUDUS_OK) {
        env->spec.obs_shape[0] = 1;
    }
    return status;
}

// ---- Resize -------------------------------------------------------------------------------

static void resize_observe(const void *self, void *obs)
{
    const ludus_env_wrapper *wrapper = self;
    const int32_t *shape = wrapper->inner.spec.obs_shape;
    const size_t in_pixels = (size_t)shape[1] * (size_t)shape[2];
    const size_t out_pixels = (size_t)wrapper->amount;
    ludus_env_observe(&wrapper->inner, wrapper->scratch[0]);
    for (size_t c = 0; c < (size_t)shape[0]; c++) {
        ludus_plane_resize_run(wrapper->table, wrapper->scratch[0] + c * in_pixels,
                               wrapper->scratch[1], (uint8_t *)obs + c * out_pixels);
    }
}

static const ludus_env_ops resize_ops = {
    LUDUS_WRAPPER_COMMON("resize"), .reset = ludus_wrapper_reset, .restart = ludus_wrapper_restart,
    .step = ludus_wrapper_step,     .observe = resize_observe,    .save = ludus_wrapper_save,
    .load = ludus_wrapper_load,
};

ludus_status ludus_env_wrap_resize(ludus_env *env, int32_t height, int32_t width,
                                   ludus_resize method, ludus_error *error)
{
    assert(height >= 1 && width >= 1);
    if (env->spec.obs_kind != LUDUS_OBS_BYTES) {
        return ludus_fail(error, LUDUS_ERR_UNSUPPORTED, "%s: only pictures can be resized",
                          env->spec.name);
    }
    const int32_t to[2] = {height, width};
    const int32_t *from = env->spec.obs_shape + 1;
    const size_t scratch[LUDUS_WRAPPER_SCRATCH] = {ludus_env_obs_bytes(&env->spec),
                                                   (size_t)from[1]};
    ludus_plane_resize *table = ludus_plane_resize_create(from, to, method);
    if (table == NULL) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "no memory to resize %s", env->spec.name);
    }
    const ludus_status status = ludus_env_wrap(env, &resize_ops, 0, 0, scratch, error);
    if (status != LUDUS_OK) {
        ludus_free(table);
        return status;
    }
    ludus_env_wrapper *wrapper = env->self;
    wrapper->table = table;
    wrapper->amount = height * width;
    env->spec.obs_shape[1] = height;
    env->spec.obs_shape[2] = width;
    return LUDUS_OK;
}

// ---- Stack --------------------------------------------------------------------------------

// The newest observation goes to the end; `moves_up` keeps the older ones, otherwise they are
// zeroed.
static void push(ludus_env_wrapper *wrapper, bool moves_up)
{
    const size_t bytes = ludus_env_obs_bytes(&wrapper->inner.spec);
    const size_t older = wrapper->kept_bytes - bytes;
    if (moves_up) {
        memmove(wrapper->kept, wrapper->kept + bytes, older);
    } else {
        memset(wrapper->kept, 0, older);
    }
    ludus_env_observe(&wrapper->inner, wrapper->kept + older);
}

static void stack_reset(void *self, uint64_t seed)
{
    ludus_env_wrapper *wrapper = self;
    ludus_env_reset(&wrapper->inner, seed);
    push(wrapper, false);
}

static void stack_restart(void *self)
{
    ludus_env_wrapper *wrapper = self;
    ludus_env_restart(&wrapper->inner);
    push(wrapper, false);
}

static void stack_step(void *self, int32_t action, ludus_env_result *out)
{
    ludus_env_wrapper *wrapper = self;
    ludus_env_step(&wrapper->inner, action, out);
    push(wrapper, true);
}

static const ludus_env_ops stack_ops = {
    LUDUS_WRAPPER_COMMON("stack"), .reset = stack_reset,
    .restart = stack_restart,      .step = stack_step,
    .observe = kept_observe,       .observe_packed = kept_observe_packed,
    .save = ludus_wrapper_save,    .load = kept_load,
};

ludus_status ludus_env_wrap_stack(ludus_env *env, int32_t depth, ludus_error *error)
{
    assert(depth >= 1);
    const size_t bytes = (size_t)depth * ludus_env_obs_bytes(&env->spec);
    const ludus_status status = ludus_env_wrap(env, &stack_ops, bytes, bytes, NULL, error);
    if (status == LUDUS_OK) {
        env->spec.obs_shape[0] *= depth;
        env->spec.stack *= depth;
    }
    return status;
}
