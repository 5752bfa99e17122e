#include "envs/env_bench.h"

#include <string.h>

#define ACTIONS 4096        // drawn beforehand and repeated
#define SAMPLE_INTERVAL 997 // steps between observations that enter the signature

typedef struct bench {
    ludus_env env;
    uint8_t *obs;
    bool packed;
    size_t obs_bytes;
    uint8_t actions[ACTIONS];
} bench;

static ludus_status prepare(bench *b, const char *name, const ludus_env_config *config,
                            ludus_error *error)
{
    const ludus_status status = ludus_env_open(&b->env, name, config, error);
    if (status != LUDUS_OK) {
        return status;
    }
    const ludus_env_spec *spec = &b->env.spec;
    b->obs_bytes = b->packed ? ludus_env_packed_bytes(spec) : ludus_env_obs_bytes(spec);
    b->obs = ludus_alloc(b->obs_bytes, 1);
    if (b->obs == NULL) {
        ludus_env_close(&b->env);
        return ludus_fail(error, LUDUS_ERR_NOMEM, "no memory to measure %s", name);
    }
    ludus_rng rng;
    ludus_rng_init(&rng, 1, 1);
    for (int i = 0; i < ACTIONS; i++) {
        b->actions[i] = (uint8_t)ludus_rng_below(&rng, (uint32_t)spec->num_actions);
    }
    return LUDUS_OK;
}

static void play(bench *b, ludus_env_bench *out)
{
    uint64_t rewards = 0;
    for (int64_t i = 0; i < out->steps; i++) {
        ludus_env_result result;
        ludus_env_step(&b->env, b->actions[i % ACTIONS], &result);
        if (b->packed) {
            ludus_env_observe_packed(&b->env, b->obs);
        } else {
            ludus_env_observe(&b->env, b->obs);
        }
        rewards += (uint64_t)(int64_t)result.raw_reward;
        if (i % SAMPLE_INTERVAL == 0) {
            out->signature = ludus_hash64(b->obs, b->obs_bytes, out->signature);
        }
        if (b->env.over) {
            out->episodes++;
            ludus_env_restart(&b->env);
        }
    }
    const uint64_t tail[2] = {rewards, (uint64_t)out->episodes};
    out->signature = ludus_hash64(tail, sizeof(tail), out->signature);
}

ludus_status ludus_env_bench_run(const char *name, const ludus_env_config *config, int64_t steps,
                                 bool packed, ludus_env_bench *out, ludus_error *error)
{
    bench b = {.packed = packed};
    memset(out, 0, sizeof(*out));
    const ludus_status status = prepare(&b, name, config, error);
    if (status != LUDUS_OK) {
        return status;
    }
    out->steps = steps;
    ludus_env_reset(&b.env, 1);
    const double begin = ludus_clock_thread();
    play(&b, out);
    out->seconds = ludus_clock_thread() - begin;
    out->steps_per_second = (double)steps / (out->seconds > 0.0 ? out->seconds : 1e-9);
    ludus_free(b.obs);
    ludus_env_close(&b.env);
    return LUDUS_OK;
}
