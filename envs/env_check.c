// The contract test of every world: random play on two instances side by side.

#include "envs/env.h"
#include "envs/obs_bits.h"

#include <string.h>

typedef struct checker {
    ludus_env *env, *twin;
    size_t obs_bytes, packed_bytes, frame_bytes, state_bytes;
    uint8_t *obs, *obs_twin;       // [obs_bytes]
    uint8_t *packed, *packed_twin; // [packed_bytes]
    uint8_t *frame, *frame_twin;   // [frame_bytes]
    uint8_t *state, *state_twin;   // [state_bytes]
    int64_t steps, step_limit;
    ludus_rng rng;
    ludus_error *error;
} checker;

static ludus_status broken(const checker *c, const char *what)
{
    return ludus_fail(c->error, LUDUS_ERR_STATE, "%s: %s (step %d of its episode)",
                      c->env->spec.name, what, c->env->steps);
}

static ludus_status check_cells(const checker *c)
{
    const ludus_env_spec *spec = &c->env->spec;
    const size_t cells = ludus_env_obs_cells(spec);
    if (spec->obs_kind == LUDUS_OBS_BITS) {
        for (size_t i = 0; i < cells; i++) {
            if (c->obs[i] > 1) {
                return broken(c, "an observed bit is not 0 or 1");
            }
        }
        ludus_bits_pack(c->obs, cells, c->packed_twin);
        if (memcmp(c->packed, c->packed_twin, c->packed_bytes) != 0) {
            return broken(c, "the packed observation disagrees with the plain one");
        }
        return LUDUS_OK;
    }
    if (spec->obs_kind == LUDUS_OBS_FLOATS) {
        const float *values = (const float *)(const void *)c->obs;
        for (size_t i = 0; i < cells; i++) {
            if (!(values[i] >= -1e6f && values[i] <= 1e6f)) {
                return broken(c, "an observed float is out of bounds");
            }
        }
    }
    return memcmp(c->packed, c->obs, c->packed_bytes) == 0
               ? LUDUS_OK
               : broken(c, "the packed observation disagrees with the plain one");
}

static ludus_status check_drawings(checker *c)
{
    if (c->frame_bytes > 0) {
        ludus_env_frame(c->env, c->frame);
        ludus_env_frame(c->twin, c->frame_twin);
        if (memcmp(c->frame, c->frame_twin, c->frame_bytes) != 0) {
            return broken(c, "two equal worlds draw different frames");
        }
    }
    char text[LUDUS_ENV_DRAW_MAX], text_twin[LUDUS_ENV_DRAW_MAX];
    ludus_env_draw(c->env, text);
    ludus_env_draw(c->twin, text_twin);
    if (memchr(text, '\0', sizeof(text)) == NULL || strcmp(text, text_twin) != 0) {
        return broken(c, "two equal worlds draw different text");
    }
    return LUDUS_OK;
}

// Everything one can see of the two worlds is equal; reading it twice changes nothing.
static ludus_status check_view(checker *c, bool with_drawings)
{
    memset(c->obs, 0xa5, c->obs_bytes);
    memset(c->obs_twin, 0x5a, c->obs_bytes);
    memset(c->packed, 0xa5, c->packed_bytes);
    ludus_env_observe(c->env, c->obs_twin);
    ludus_env_observe(c->env, c->obs);
    if (memcmp(c->obs, c->obs_twin, c->obs_bytes) != 0) {
        return broken(c, "observing twice gives two observations, or leaves cells unwritten");
    }
    ludus_env_observe(c->twin, c->obs_twin);
    if (memcmp(c->obs, c->obs_twin, c->obs_bytes) != 0) {
        return broken(c, "same seed and actions gave different observations");
    }
    ludus_env_observe_packed(c->env, c->packed);
    if (c->env->over != c->twin->over || c->env->steps != c->twin->steps ||
        ludus_env_lives(c->env) != ludus_env_lives(c->twin)) {
        return broken(c, "same seed and actions gave different ends");
    }
    const ludus_status status = check_cells(c);
    return status == LUDUS_OK && with_drawings ? check_drawings(c) : status;
}

static bool same_result(const ludus_env_result *a, const ludus_env_result *b)
{
    return memcmp(&a->reward, &b->reward, sizeof(float)) == 0 &&
           memcmp(&a->raw_reward, &b->raw_reward, sizeof(float)) == 0 &&
           a->terminated == b->terminated && a->truncated == b->truncated &&
           a->game_over == b->game_over;
}

static ludus_status check_result(const checker *c, const ludus_env_result *result)
{
    if (result->terminated && result->truncated) {
        return broken(c, "a step both terminated and truncated");
    }
    if (!(result->reward >= -1e6f && result->reward <= 1e6f)) {
        return broken(c, "a reward is out of bounds");
    }
    if (result->game_over && !result->terminated && !result->truncated) {
        return broken(c, "the game is over but the episode is not");
    }
    if (c->env->spec.max_steps > 0 && c->env->steps >= c->env->spec.max_steps && !c->env->over) {
        return broken(c, "the episode passed its step limit");
    }
    return LUDUS_OK;
}

// The same step on both worlds.
static ludus_status check_step(checker *c)
{
    const uint32_t actions = (uint32_t)c->env->spec.num_actions;
    const int32_t action = (int32_t)ludus_rng_below(&c->rng, actions);
    ludus_env_result a, b;
    ludus_env_step(c->env, action, &a);
    ludus_env_step(c->twin, action, &b);
    c->steps++;
    if (!same_result(&a, &b)) {
        return broken(c, "same seed and actions gave different results");
    }
    const ludus_status status = check_result(c, &a);
    return status == LUDUS_OK ? check_view(c, c->steps % 16 == 0) : status;
}

// The saved state goes into the twin after that one was led astray; both must then agree, now and
// (through the steps that follow) for the rest of the episode.
static ludus_status check_save(checker *c)
{
    ludus_env_save(c->env, c->state);
    if (ludus_env_load(c->twin, c->state, c->state_bytes - 1, NULL) == LUDUS_OK) {
        return broken(c, "a state cut short was loaded");
    }
    ludus_env_reset(c->twin, ludus_rng_u64(&c->rng));
    ludus_error why;
    if (ludus_env_load(c->twin, c->state, c->state_bytes, &why) != LUDUS_OK) {
        return broken(c, "its own saved state was refused");
    }
    ludus_env_save(c->twin, c->state_twin);
    if (memcmp(c->state, c->state_twin, c->state_bytes) != 0) {
        return broken(c, "saving a loaded state gives another state");
    }
    return check_view(c, true);
}

// Any damage to a state is refused or gives a world that can still be used.
static ludus_status check_damage(checker *c)
{
    ludus_env_save(c->env, c->state);
    for (int i = 0; i < 8; i++) {
        memcpy(c->state_twin, c->state, c->state_bytes);
        const uint32_t at = ludus_rng_below(&c->rng, (uint32_t)c->state_bytes);
        c->state_twin[at] = (uint8_t)ludus_rng_u64(&c->rng);
        if (ludus_env_load(c->twin, c->state_twin, c->state_bytes, NULL) != LUDUS_OK) {
            continue;
        }
        for (int k = 0; k < 50 && !c->twin->over; k++) {
            ludus_env_result result;
            const uint32_t actions = (uint32_t)c->env->spec.num_actions;
            ludus_env_step(c->twin, (int32_t)ludus_rng_below(&c->rng, actions), &result);
            ludus_env_observe(c->twin, c->obs_twin);
        }
    }
    return ludus_env_load(c->twin, c->state, c->state_bytes, NULL) == LUDUS_OK
               ? LUDUS_OK
               : broken(c, "its own saved state was refused");
}

static ludus_status check_episode(checker *c, int32_t number, uint64_t seed)
{
    if (number % 2 == 0) {
        ludus_env_reset(c->env, seed);
        ludus_env_reset(c->twin, seed);
    } else {
        ludus_env_restart(c->env);
        ludus_env_restart(c->twin);
    }
    ludus_status status = check_view(c, true);
    const int32_t save_at = (int32_t)ludus_rng_below(&c->rng, 40);
    while (status == LUDUS_OK && !c->env->over) {
        if (c->steps >= c->step_limit) {
            return broken(c, "episodes do not end");
        }
        if (c->env->steps == save_at) {
            status = check_damage(c);
            status = status == LUDUS_OK ? check_save(c) : status;
        }
        status = status == LUDUS_OK ? check_step(c) : status;
    }
    return status == LUDUS_OK ? check_save(c) : status;
}

static bool allocate(checker *c)
{
    const ludus_env_spec *spec = &c->env->spec;
    c->obs_bytes = ludus_env_obs_bytes(spec);
    c->packed_bytes = ludus_env_packed_bytes(spec);
    c->frame_bytes = 3 * (size_t)spec->frame_size[0] * (size_t)spec->frame_size[1];
    c->state_bytes = ludus_env_state_bytes(c->env);
    c->obs = ludus_alloc(1, c->obs_bytes);
    c->packed = ludus_alloc(2, c->packed_bytes);
    c->frame = ludus_alloc(2, c->frame_bytes);
    c->state = ludus_alloc(2, c->state_bytes);
    c->obs_twin = ludus_alloc(1, c->obs_bytes); // aligned like obs, for floats
    if (!c->obs || !c->obs_twin || !c->packed || !c->frame || !c->state) {
        return false;
    }
    c->packed_twin = c->packed + c->packed_bytes;
    c->frame_twin = c->frame + c->frame_bytes;
    c->state_twin = c->state + c->state_bytes;
    return true;
}

ludus_status ludus_env_check(ludus_env *env, ludus_env *twin, uint64_t seed, int32_t episodes,
                             int64_t step_limit, ludus_error *error)
{
    checker c = {.env = env, .twin = twin, .step_limit = step_limit, .error = error};
    ludus_status status = LUDUS_OK;
    if (memcmp(&env->spec, &twin->spec, sizeof(env->spec)) != 0) {
        return broken(&c, "two worlds opened the same way differ in their spec");
    }
    ludus_rng_init(&c.rng, seed, 0);
    if (!allocate(&c)) {
        status = ludus_fail(error, LUDUS_ERR_NOMEM, "no memory to check %s", env->spec.name);
        goto done;
    }
    for (int32_t i = 0; status == LUDUS_OK && i < episodes; i++) {
        status = check_episode(&c, i, ludus_mix64(seed + (uint64_t)i));
    }
done:
    ludus_free(c.obs);
    ludus_free(c.obs_twin);
    ludus_free(c.packed);
    ludus_free(c.frame);
    ludus_free(c.state);
    return status;
}
