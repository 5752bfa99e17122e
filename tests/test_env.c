// The contract of worlds, and the calls around it.

#include "envs/env.h"

#include "envs/env_bench.h"
#include "envs/env_wrapper.h"
#include "envs/obs_bits.h"

#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#ifdef NDEBUG
static const bool asserts_are_on = false;
#else
static const bool asserts_are_on = true;
#endif

static void check_world(const char *name, const ludus_env_config *config, int32_t episodes)
{
    ludus_env env, twin;
    ludus_error error;
    assert_int_equal(ludus_env_open(&env, name, config, &error), LUDUS_OK);
    assert_int_equal(ludus_env_open(&twin, name, config, &error), LUDUS_OK);
    if (ludus_env_check(&env, &twin, 17, episodes, 200000, &error) != LUDUS_OK) {
        fail_msg("%s", error.text);
    }
    ludus_env_close(&env);
    ludus_env_close(&twin);
}

static void every_world_keeps_the_contract(void **unused)
{
    (void)unused;
    size_t count = 0;
    const ludus_env_ops *const *worlds = ludus_env_worlds(&count);
    assert_true(count >= 6);
    for (size_t i = 0; i < count; i++) {
        check_world(worlds[i]->name, NULL, 20);
    }
}

static void every_world_keeps_the_contract_under_other_settings(void **unused)
{
    (void)unused;
    size_t count = 0;
    const ludus_env_ops *const *worlds = ludus_env_worlds(&count);
    for (size_t i = 0; i < count; i++) {
        ludus_env_config config = ludus_env_config_default();
        config.sticky = 0.0f;
        config.ramping = false;
        config.actions = LUDUS_ACTIONS_MINIMAL;
        config.stream = LUDUS_STREAM_ORIGINAL;
        config.max_steps = 60;
        check_world(worlds[i]->name, &config, 20);
    }
}

// Whether a child that runs `act` dies of a failed assertion.
static bool aborts(void (*act)(ludus_env *env), ludus_env *env)
{
    fflush(NULL);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        signal(SIGABRT, SIG_DFL);
        if (freopen("/dev/null", "w", stderr) == NULL) {
            _exit(1);
        }
        act(env);
        _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static void step_idle(ludus_env *env)
{
    ludus_env_result result;
    ludus_env_step(env, 0, &result);
}

static void step_out_of_range(ludus_env *env)
{
    ludus_env_result result;
    ludus_env_step(env, env->spec.num_actions, &result);
}

static void steps_outside_an_episode_are_asserted(void **unused)
{
    (void)unused;
    if (!asserts_are_on) {
        skip();
        return;
    }
    ludus_env env;
    ludus_env_config config = ludus_env_config_default();
    config.max_steps = 3;
    assert_int_equal(ludus_env_open(&env, "freeway", &config, NULL), LUDUS_OK);
    assert_true(aborts(step_idle, &env)); // before the first reset
    ludus_env_reset(&env, 0);
    assert_false(aborts(step_idle, &env));
    assert_true(aborts(step_out_of_range, &env));
    for (int i = 0; i < 3; i++) {
        step_idle(&env);
    }
    assert_true(aborts(step_idle, &env)); // after the end
    ludus_env_close(&env);
}

static void an_unknown_name_suggests_the_nearest(void **unused)
{
    (void)unused;
    ludus_env env;
    ludus_error error;
    assert_int_equal(ludus_env_open(&env, "brekout", NULL, &error), LUDUS_ERR_ARG);
    assert_non_null(strstr(error.text, "'breakout'"));
    assert_null(env.ops);
    ludus_env_close(&env);
}

static void recipes_set_every_option(void **unused)
{
    (void)unused;
    static const char text[] = "[env]\nsticky = 0.25\nramping = no\nactions = minimal\n"
                               "stream = original\nmax_steps = 12\npixels = yes\n"
                               "[atari]\nframe_skip = 2\nnoop_max = 3\nheight = 42\nwidth = 40\n"
                               "resize = bilinear\nstack = 5\ntime_limit = 7\ngrey = no\n"
                               "clip_rewards = no\nend_on_life = no\n";
    ludus_config *recipe = NULL;
    ludus_error error;
    ludus_env_config config = ludus_env_config_default();
    assert_int_equal(ludus_config_parse(&recipe, "test", text, sizeof(text) - 1, &error), LUDUS_OK);
    assert_int_equal(
        ludus_config_apply(recipe, ludus_env_options, ludus_env_num_options, &config, &error),
        LUDUS_OK);
    assert_int_equal(ludus_config_check_used(recipe, &error), LUDUS_OK);
    assert_true(config.sticky == 0.25f && !config.ramping && config.pixels);
    assert_int_equal(config.actions, LUDUS_ACTIONS_MINIMAL);
    assert_int_equal(config.stream, LUDUS_STREAM_ORIGINAL);
    assert_int_equal(config.max_steps, 12);
    const ludus_atari_config *atari = &config.atari;
    assert_true(atari->frame_skip == 2 && atari->noop_max == 3 && atari->height == 42);
    assert_true(atari->width == 40 && atari->resize == LUDUS_RESIZE_BILINEAR);
    assert_true(atari->stack == 5 && atari->time_limit == 7);
    assert_true(!atari->grey && !atari->clip_rewards && !atari->end_on_life);
    ludus_config_destroy(recipe);
}

static void a_limit_truncates_without_terminating(void **unused)
{
    (void)unused;
    ludus_env env;
    ludus_env_config config = ludus_env_config_default();
    config.max_steps = 10;
    assert_int_equal(ludus_env_open(&env, "freeway", &config, NULL), LUDUS_OK);
    for (int episode = 0; episode < 2; episode++) {
        ludus_env_reset(&env, 1);
        for (int i = 1; i <= 10; i++) {
            ludus_env_result result;
            ludus_env_step(&env, 2, &result);
            assert_false(result.terminated);
            assert_int_equal(result.truncated, i == 10);
            assert_int_equal(result.game_over, i == 10);
        }
        assert_true(env.over);
    }
    ludus_env_close(&env);
}

// Hash of the observations of 300 random steps.
static uint64_t hash_of_play(ludus_env *env)
{
    uint64_t hash = 0;
    ludus_rng rng;
    ludus_rng_init(&rng, 1, 0);
    for (int i = 0; i < 300 && !env->over; i++) {
        uint8_t packed[256];
        ludus_env_result result;
        ludus_env_observe_packed(env, packed);
        hash = ludus_hash64(packed, ludus_env_packed_bytes(&env->spec), hash);
        ludus_env_step(env, (int32_t)ludus_rng_below(&rng, 6), &result);
    }
    return hash;
}

static void reset_repeats_and_restart_goes_on(void **unused)
{
    (void)unused;
    for (int32_t stream = 0; stream < 2; stream++) {
        ludus_env env;
        ludus_env_config config = ludus_env_config_default();
        config.stream = stream;
        assert_int_equal(ludus_env_open(&env, "freeway", &config, NULL), LUDUS_OK);
        ludus_env_reset(&env, 9);
        const uint64_t first = hash_of_play(&env);
        ludus_env_restart(&env);
        const uint64_t second = hash_of_play(&env);
        ludus_env_reset(&env, 9);
        assert_true(hash_of_play(&env) == first);
        ludus_env_restart(&env);
        assert_true(hash_of_play(&env) == second);
        ludus_env_reset(&env, 10);
        const uint64_t other = hash_of_play(&env);
        assert_true(first != second && other != first && other != second);
        ludus_env_close(&env);
    }
}

static void a_state_loads_only_into_its_own_world(void **unused)
{
    (void)unused;
    ludus_env a, b;
    ludus_error error;
    assert_int_equal(ludus_env_open(&a, "breakout", NULL, NULL), LUDUS_OK);
    assert_int_equal(ludus_env_open(&b, "asterix", NULL, NULL), LUDUS_OK);
    ludus_env_reset(&a, 0);
    const size_t size = ludus_env_state_bytes(&a) + ludus_env_state_bytes(&b);
    uint8_t *state = ludus_alloc(size, 1);
    assert_non_null(state);
    ludus_env_save(&a, state);
    assert_int_not_equal(ludus_env_load(&b, state, ludus_env_state_bytes(&b), &error), LUDUS_OK);
    assert_true(b.over); // as before: no episode
    ludus_free(state);
    ludus_env_close(&a);
    ludus_env_close(&b);
}

// Observations that a wrapper kept are of the state as well.
static void a_state_of_impossible_numbers_is_refused(void **unused)
{
    (void)unused;
    ludus_env env;
    const float bad[] = {NAN, INFINITY, -INFINITY};
    assert_int_equal(ludus_env_open(&env, "cartpole", NULL, NULL), LUDUS_OK);
    const size_t inner = ludus_env_state_bytes(&env);
    assert_int_equal(ludus_env_wrap_stack(&env, 2, NULL), LUDUS_OK);
    const size_t size = ludus_env_state_bytes(&env);
    uint8_t *state = ludus_alloc(size, 1);
    ludus_env_reset(&env, 1);
    ludus_env_save(&env, state);
    assert_int_equal(ludus_env_load(&env, state, size, NULL), LUDUS_OK);
    assert_true(size >= inner + 8 * sizeof(float));
    for (size_t i = 0; i < 3; i++) {
        for (size_t k = 1; k <= 8; k += 7) { // of the two observations at the end
            uint8_t *place = state + size - k * sizeof(float);
            float good;
            memcpy(&good, place, sizeof(good));
            memcpy(place, &bad[i], sizeof(good));
            assert_int_equal(ludus_env_load(&env, state, size, NULL), LUDUS_ERR_FORMAT);
            memcpy(place, &good, sizeof(good));
        }
    }
    assert_int_equal(ludus_env_load(&env, state, size, NULL), LUDUS_OK);
    ludus_free(state);
    ludus_env_close(&env);
}

static void steps_and_observations_allocate_nothing(void **unused)
{
    (void)unused;
    size_t count = 0;
    const ludus_env_ops *const *worlds = ludus_env_worlds(&count);
    for (size_t i = 0; i < count; i++) {
        ludus_env env;
        ludus_rng rng;
        assert_int_equal(ludus_env_open(&env, worlds[i]->name, NULL, NULL), LUDUS_OK);
        uint8_t *obs = ludus_alloc(ludus_env_obs_bytes(&env.spec), 1);
        uint8_t *state = ludus_alloc(ludus_env_state_bytes(&env), 1);
        ludus_rng_init(&rng, i, 0);
        const uint64_t before = ludus_alloc_count();
        ludus_env_reset(&env, 1);
        for (int k = 0; k < 1000; k++) {
            ludus_env_result result;
            const uint32_t actions = (uint32_t)env.spec.num_actions;
            ludus_env_step(&env, (int32_t)ludus_rng_below(&rng, actions), &result);
            ludus_env_observe(&env, obs);
            ludus_env_save(&env, state);
            (void)ludus_env_load(&env, state, ludus_env_state_bytes(&env), NULL);
            if (env.over) {
                ludus_env_restart(&env);
            }
        }
        assert_true(ludus_alloc_count() == before);
        ludus_free(obs);
        ludus_free(state);
        ludus_env_close(&env);
    }
}

static void bits_round_trip_at_every_length(void **unused)
{
    (void)unused;
    // Guards behind the arrays: nothing is written past the end.
    uint8_t cells[1101], back[1101 + 1], bits[139];
    float floats[1101 + 1];
    ludus_rng rng;
    ludus_rng_init(&rng, 3, 0);
    for (size_t n = 0; n <= 1100; n++) {
        for (size_t i = 0; i < n; i++) {
            cells[i] = (uint8_t)(ludus_rng_u64(&rng) >> 63);
        }
        memset(bits, 0xee, sizeof(bits));
        back[n] = 0xee;
        floats[n] = 7.0f;
        ludus_bits_pack(cells, n, bits);
        ludus_bits_unpack(bits, n, back);
        ludus_bits_to_floats(bits, n, floats);
        for (size_t i = 0; i < n; i++) {
            assert_int_equal(bits[i / 8] >> (i % 8) & 1, cells[i]);
            assert_int_equal(back[i], cells[i]);
            assert_true(floats[i] == (float)cells[i]);
        }
        assert_true(n % 8 == 0 || bits[n / 8] >> (n % 8) == 0);
        assert_true(bits[ludus_bits_bytes(n)] == 0xee && back[n] == 0xee && floats[n] == 7.0f);
    }
}

static void nets_read_every_kind_as_floats(void **unused)
{
    (void)unused;
    const float plain[2] = {1.5f, -2.0f};
    const uint8_t bytes[2] = {0, 255};
    const uint8_t bits[1] = {2};
    float out[2];
    ludus_env_spec spec = {.obs_shape = {2, 1, 1}, .obs_kind = LUDUS_OBS_FLOATS};
    ludus_env_packed_to_floats(&spec, (const uint8_t *)plain, out);
    assert_true(out[0] == 1.5f && out[1] == -2.0f);
    spec.obs_kind = LUDUS_OBS_BYTES;
    ludus_env_packed_to_floats(&spec, bytes, out);
    assert_true(out[0] == 0.0f && out[1] == 1.0f);
    spec.obs_kind = LUDUS_OBS_BITS;
    ludus_env_packed_to_floats(&spec, bits, out);
    assert_true(out[0] == 0.0f && out[1] == 1.0f);
}

static void the_benchmark_has_one_signature(void **unused)
{
    (void)unused;
    size_t count = 0;
    const ludus_env_ops *const *worlds = ludus_env_worlds(&count);
    for (size_t i = 0; i < count; i++) {
        ludus_env_bench a, b;
        assert_int_equal(ludus_env_bench_run(worlds[i]->name, NULL, 5000, false, &a, NULL),
                         LUDUS_OK);
        assert_int_equal(ludus_env_bench_run(worlds[i]->name, NULL, 5000, false, &b, NULL),
                         LUDUS_OK);
        assert_true(a.signature == b.signature && a.episodes == b.episodes && a.steps == 5000);
        assert_true(a.steps_per_second > 0.0);
    }
}

// What our own stream gives, pinned: a change here is a change of every recorded run.
static void our_own_stream_is_pinned(void **unused)
{
    (void)unused;
    static const struct {
        const char *name;
        uint64_t signature;
    } pinned[] = {
        {"asterix", 0x8c7c964ca65d8db9u},        {"breakout", 0x78057808d7249ddeu},
        {"freeway", 0xbe7624f093bf0cf7u},        {"seaquest", 0xdc45b3428a5ff91eu},
        {"space_invaders", 0xa986ef13812fc5ceu},
    };
    for (size_t i = 0; i < sizeof(pinned) / sizeof(pinned[0]); i++) {
        ludus_env_bench bench;
        assert_int_equal(ludus_env_bench_run(pinned[i].name, NULL, 100000, true, &bench, NULL),
                         LUDUS_OK);
        if (bench.signature != pinned[i].signature) {
            fail_msg("%s: 0x%016llx", pinned[i].name, (unsigned long long)bench.signature);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_world_keeps_the_contract),
        cmocka_unit_test(every_world_keeps_the_contract_under_other_settings),
        cmocka_unit_test(steps_outside_an_episode_are_asserted),
        cmocka_unit_test(an_unknown_name_suggests_the_nearest),
        cmocka_unit_test(recipes_set_every_option),
        cmocka_unit_test(a_limit_truncates_without_terminating),
        cmocka_unit_test(reset_repeats_and_restart_goes_on),
        cmocka_unit_test(a_state_loads_only_into_its_own_world),
        cmocka_unit_test(a_state_of_impossible_numbers_is_refused),
        cmocka_unit_test(steps_and_observations_allocate_nothing),
        cmocka_unit_test(bits_round_trip_at_every_length),
        cmocka_unit_test(nets_read_every_kind_as_floats),
        cmocka_unit_test(the_benchmark_has_one_signature),
        cmocka_unit_test(our_own_stream_is_pinned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
