// The wrappers on a small scripted world, and the whole protocol on real ones.

#include "envs/atari_wrapper.h"

#include "envs/env_wrapper.h"
#include "envs/plane_resize.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

// ---- A scripted world ---------------------------------------------------------------------
// One byte: the step t since the beginning, in the cell t % 4 of [1,2,2]. Reward 2.5 t on even
// steps, -t on odd ones. Three lives; one is lost every fifth step, the third ends the game. The
// action 0 is idle. The frame is 2x2: red t, green 2t, blue 3t in the same cell.

typedef struct toy {
    int32_t t, idle_steps, resets, restarts;
} toy;

static const char *const toy_actions[] = {"none", "act"};

static ludus_status toy_create(const ludus_env_ops *ops, const ludus_env_config *config,
                               ludus_env_spec *spec, void **self, ludus_error *error)
{
    (void)ops;
    (void)config;
    (void)error;
    *spec = (ludus_env_spec){
        .obs_kind = LUDUS_OBS_BYTES,
        .obs_shape = {1, 2, 2},
        .stack = 1,
        .num_actions = 2,
        .action_names = toy_actions,
        .frame_size = {2, 2},
        .steps_per_second = 60.0f,
        .state_bytes = sizeof(toy),
    };
    *self = ludus_alloc(1, sizeof(toy));
    return *self != NULL ? LUDUS_OK : LUDUS_ERR_NOMEM;
}

static void toy_destroy(void *self)
{
    ludus_free(self);
}

static void toy_reset(void *self, uint64_t seed)
{
    (void)seed;
    toy *s = self;
    *s = (toy){.resets = s->resets + 1};
}

static void toy_restart(void *self)
{
    toy *s = self;
    *s = (toy){.resets = s->resets, .restarts = s->restarts + 1};
}

static int32_t toy_lives(const void *self)
{
    return 3 - ((const toy *)self)->t / 5;
}

static void toy_step(void *self, int32_t action, ludus_env_result *out)
{
    toy *s = self;
    s->t++;
    s->idle_steps += action == 0;
    out->reward = s->t % 2 == 0 ? 2.5f * (float)s->t : -(float)s->t;
    out->terminated = toy_lives(s) <= 0;
}

static void toy_observe(const void *self, void *obs)
{
    const toy *s = self;
    memset(obs, 0, 4);
    ((uint8_t *)obs)[s->t % 4] = (uint8_t)s->t;
}

static void toy_frame(const void *self, uint8_t *rgb)
{
    const toy *s = self;
    memset(rgb, 0, 12);
    for (int c = 0; c < 3; c++) {
        rgb[3 * (s->t % 4) + c] = (uint8_t)((c + 1) * s->t);
    }
}

static void toy_save(const void *self, uint8_t *state)
{
    memcpy(state, self, sizeof(toy));
}

static ludus_status toy_load(void *self, const uint8_t *state)
{
    toy loaded;
    memcpy(&loaded, state, sizeof(loaded));
    if (loaded.t < 0 || loaded.t > 15) {
        return LUDUS_ERR_FORMAT;
    }
    *(toy *)self = loaded;
    return LUDUS_OK;
}

static const ludus_env_ops toy_ops = {
    .name = "toy",
    .summary = "scripted",
    .create = toy_create,
    .destroy = toy_destroy,
    .reset = toy_reset,
    .restart = toy_restart,
    .step = toy_step,
    .observe = toy_observe,
    .frame = toy_frame,
    .lives = toy_lives,
    .save = toy_save,
    .load = toy_load,
};

static toy *open_toy(ludus_env *env)
{
    assert_int_equal(ludus_env_create(env, &toy_ops, NULL, NULL), LUDUS_OK);
    return env->self;
}

static ludus_env_result step(ludus_env *env, int32_t action)
{
    ludus_env_result result;
    ludus_env_step(env, action, &result);
    return result;
}

static void expect_obs(const ludus_env *env, const uint8_t *wanted)
{
    uint8_t obs[64];
    const size_t size = ludus_env_obs_bytes(&env->spec);
    assert_true(size <= sizeof(obs));
    ludus_env_observe(env, obs);
    assert_memory_equal(obs, wanted, size);
}

// ---- The course of an episode -------------------------------------------------------------

static void skip_sums_rewards_and_shows_the_maximum_of_the_last_two(void **unused)
{
    (void)unused;
    ludus_env env;
    open_toy(&env);
    assert_int_equal(ludus_env_wrap_skip(&env, 4, NULL), LUDUS_OK);
    assert_true(env.spec.steps_per_second == 15.0f);
    ludus_env_reset(&env, 0);
    const ludus_env_result result = step(&env, 1);
    assert_true(result.reward == -1.0f + 5.0f - 3.0f + 10.0f);
    assert_true(result.raw_reward == result.reward);
    expect_obs(&env, (const uint8_t[4]){4, 0, 0, 3}); // of t = 3 and t = 4
    ludus_env_close(&env);
}

static void skip_stops_at_the_end_and_shows_the_last_frame(void **unused)
{
    (void)unused;
    ludus_env env;
    toy *world = open_toy(&env);
    assert_int_equal(ludus_env_wrap_skip(&env, 4, NULL), LUDUS_OK);
    ludus_env_reset(&env, 0);
    for (int i = 0; i < 3; i++) {
        assert_false(step(&env, 1).terminated);
    }
    const ludus_env_result result = step(&env, 1); // t = 13, 14, 15: the end
    assert_true(result.terminated && result.game_over);
    assert_int_equal(world->t, 15);
    assert_true(result.reward == -13.0f + 35.0f - 15.0f);
    expect_obs(&env, (const uint8_t[4]){0, 0, 0, 15});
    ludus_env_close(&env);
}

static void clipping_keeps_the_sign_and_the_raw_reward(void **unused)
{
    (void)unused;
    ludus_env env;
    open_toy(&env);
    assert_int_equal(ludus_env_wrap_clip(&env, NULL), LUDUS_OK);
    ludus_env_reset(&env, 0);
    ludus_env_result result = step(&env, 1);
    assert_true(result.reward == -1.0f && result.raw_reward == -1.0f);
    result = step(&env, 1);
    assert_true(result.reward == 1.0f && result.raw_reward == 5.0f);
    ludus_env_close(&env);
}

static void a_lost_life_ends_the_episode_but_not_the_game(void **unused)
{
    (void)unused;
    ludus_env env;
    toy *world = open_toy(&env);
    assert_int_equal(ludus_env_wrap_life(&env, NULL), LUDUS_OK);
    ludus_env_reset(&env, 0);
    for (int i = 1; i <= 5; i++) {
        const ludus_env_result result = step(&env, 1);
        assert_int_equal(result.terminated, i == 5);
        assert_false(result.game_over);
    }
    assert_true(env.over);
    ludus_env_restart(&env); // the next life: one idle step, the game goes on
    assert_int_equal(world->t, 6);
    assert_int_equal(world->idle_steps, 1);
    while (!env.over) {
        step(&env, 1);
    }
    ludus_env_restart(&env);
    while (!env.over) {
        assert_true(step(&env, 1).game_over == env.over); // the last life
    }
    assert_int_equal(world->t, 15);
    ludus_env_restart(&env);
    assert_int_equal(world->t, 0);
    ludus_env_close(&env);
}

static void a_reset_after_a_lost_life_begins_a_new_game(void **unused)
{
    (void)unused;
    ludus_env env;
    const toy *world = open_toy(&env);
    assert_int_equal(ludus_env_wrap_life(&env, NULL), LUDUS_OK);
    ludus_env_reset(&env, 0);
    while (!env.over) {
        step(&env, 1);
    }
    ludus_env_reset(&env, 0);
    assert_true(world->t == 0 && world->resets == 2);
    ludus_env_close(&env);
}

static void episodes_begin_with_one_to_max_idle_steps(void **unused)
{
    (void)unused;
    ludus_env env;
    const toy *world = open_toy(&env);
    assert_int_equal(ludus_env_wrap_noop(&env, 6, NULL), LUDUS_OK);
    int seen[7] = {0};
    for (uint64_t seed = 0; seed < 200; seed++) {
        ludus_env_reset(&env, seed);
        assert_true(world->t >= 1 && world->t <= 6 && world->idle_steps == world->t);
        seen[world->t]++;
        const int32_t first = world->t;
        ludus_env_reset(&env, seed);
        assert_int_equal(world->t, first);
    }
    for (int i = 1; i <= 6; i++) {
        assert_true(seen[i] > 10);
    }
    ludus_env_close(&env);
}

static void an_episode_that_ends_while_idle_is_begun_anew(void **unused)
{
    (void)unused;
    ludus_env env;
    const toy *world = open_toy(&env);
    assert_int_equal(ludus_env_wrap_noop(&env, 100, NULL), LUDUS_OK);
    bool was_restarted = false;
    for (uint64_t seed = 0; seed < 20; seed++) {
        ludus_env_reset(&env, seed);
        was_restarted = was_restarted || world->restarts > 0;
        assert_true(world->t < 15 && !env.over);
        step(&env, 1);
    }
    assert_true(was_restarted);
    ludus_env_close(&env);
}

static void a_world_without_an_idle_action_refuses_no_op_starts(void **unused)
{
    (void)unused;
    ludus_env env;
    ludus_error error;
    assert_int_equal(ludus_env_open(&env, "cartpole", NULL, NULL), LUDUS_OK);
    const void *self = env.self;
    const ludus_atari_config config = ludus_atari_config_default();
    assert_int_equal(ludus_atari_wrap(&env, &config, &error), LUDUS_ERR_UNSUPPORTED);
    assert_non_null(strstr(error.text, "atari.noop_max"));
    assert_true(env.self == self && !env.ops->is_wrapper); // as before
    ludus_env_close(&env);
}

static void a_limit_counts_the_steps_of_its_layer(void **unused)
{
    (void)unused;
    ludus_env env;
    const toy *world = open_toy(&env);
    assert_int_equal(ludus_env_wrap_skip(&env, 2, NULL), LUDUS_OK);
    assert_int_equal(ludus_env_wrap_limit(&env, 3, NULL), LUDUS_OK);
    ludus_env_reset(&env, 0);
    for (int i = 1; i <= 3; i++) {
        const ludus_env_result result = step(&env, 1);
        assert_true(result.truncated == (i == 3) && !result.terminated);
        assert_true(result.game_over == (i == 3));
    }
    assert_int_equal(world->t, 6);
    ludus_env_close(&env);
}

// ---- The picture --------------------------------------------------------------------------

static void pixels_are_the_planes_of_the_frame(void **unused)
{
    (void)unused;
    ludus_env env;
    open_toy(&env);
    assert_int_equal(ludus_env_wrap_pixels(&env, NULL), LUDUS_OK);
    assert_int_equal(env.spec.obs_shape[0], 3);
    ludus_env_reset(&env, 0);
    step(&env, 1);
    expect_obs(&env, (const uint8_t[12]){0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0});
    ludus_env_close(&env);
}

static void grey_is_the_luma_of_bt_601(void **unused)
{
    (void)unused;
    ludus_env env;
    const toy *world = open_toy(&env);
    assert_int_equal(ludus_env_wrap_pixels(&env, NULL), LUDUS_OK);
    assert_int_equal(ludus_env_wrap_grey(&env, NULL), LUDUS_OK);
    assert_int_equal(env.spec.obs_shape[0], 1);
    ludus_env_reset(&env, 0);
    while (!env.over) {
        step(&env, 1);
        uint8_t wanted[4] = {0};
        const double luma = (0.299 + 2 * 0.587 + 3 * 0.114) * world->t;
        wanted[world->t % 4] = (uint8_t)lround(luma);
        expect_obs(&env, wanted);
    }
    assert_int_not_equal(ludus_env_wrap_grey(&env, NULL), LUDUS_OK); // grey has no colours
    ludus_env_close(&env);
}

static void a_stack_is_oldest_first_and_zero_before_the_start(void **unused)
{
    (void)unused;
    ludus_env env;
    open_toy(&env);
    assert_int_equal(ludus_env_wrap_stack(&env, 3, NULL), LUDUS_OK);
    assert_true(env.spec.obs_shape[0] == 3 && env.spec.stack == 3);
    ludus_env_reset(&env, 0);
    step(&env, 1);
    expect_obs(&env, (const uint8_t[12]){0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0});
    step(&env, 1);
    step(&env, 1);
    expect_obs(&env, (const uint8_t[12]){0, 1, 0, 0, 0, 0, 2, 0, 0, 0, 0, 3});
    ludus_env_restart(&env);
    step(&env, 1);
    expect_obs(&env, (const uint8_t[12]){0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0});
    ludus_env_close(&env);
}

// Weights of output i by definition, in doubles.
static double reference_weight(ludus_resize method, int32_t from, int32_t to, int32_t i, int32_t k)
{
    const double scale = (double)from / to;
    if (method == LUDUS_RESIZE_AREA && from > to) {
        const double low = fmax(i * scale, k);
        const double high = fmin((i + 1) * scale, k + 1);
        return fmax(0.0, high - low) / scale;
    }
    const double centre = fmin(fmax((i + 0.5) * scale - 0.5, 0.0), from - 1);
    return fmax(0.0, 1.0 - fabs(centre - k));
}

static double reference_pixel(ludus_resize method, const int32_t from[2], const int32_t to[2],
                              const uint8_t *in, int32_t y, int32_t x)
{
    double sum = 0.0;
    for (int32_t i = 0; i < from[0]; i++) {
        const double row = reference_weight(method, from[0], to[0], y, i);
        for (int32_t k = 0; row > 0.0 && k < from[1]; k++) {
            sum += row * reference_weight(method, from[1], to[1], x, k) * in[i * from[1] + k];
        }
    }
    return sum;
}

static void check_resize(ludus_resize method, const int32_t from[2], const int32_t to[2])
{
    uint8_t *in = ludus_alloc((size_t)(from[0] * from[1]), 1);
    uint8_t *row = ludus_alloc((size_t)from[1], 1);
    uint8_t *out = ludus_alloc((size_t)(to[0] * to[1]), 1);
    ludus_plane_resize *resize = ludus_plane_resize_create(from, to, method);
    assert_true(in && row && out && resize);
    ludus_rng rng;
    ludus_rng_init(&rng, 1, (uint64_t)to[1]);
    for (int32_t i = 0; i < from[0] * from[1]; i++) {
        in[i] = (uint8_t)(ludus_rng_u64(&rng) >> 56);
    }
    ludus_plane_resize_run(resize, in, row, out);
    for (int32_t y = 0; y < to[0]; y++) {
        for (int32_t x = 0; x < to[1]; x++) {
            const double wanted = reference_pixel(method, from, to, in, y, x);
            if (!(fabs(wanted - out[y * to[1] + x]) <= 1.1)) { // rounded twice
                fail_msg("(%d,%d): %d instead of %.3f", y, x, out[y * to[1] + x], wanted);
            }
        }
    }
    ludus_free(in);
    ludus_free(row);
    ludus_free(out);
    ludus_free(resize);
}

static void resizing_agrees_with_its_definition(void **unused)
{
    (void)unused;
    static const int32_t sizes[][4] = {
        {160, 160, 84, 84}, {210, 160, 84, 84}, {100, 150, 84, 84}, {10, 10, 84, 84},
        {7, 300, 5, 9},     {1, 1, 3, 3},       {9, 9, 1, 1},       {168, 84, 84, 84},
    };
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        check_resize(LUDUS_RESIZE_AREA, sizes[i], sizes[i] + 2);
        check_resize(LUDUS_RESIZE_BILINEAR, sizes[i], sizes[i] + 2);
    }
}

static void resizing_keeps_flat_pictures_and_equal_sizes(void **unused)
{
    (void)unused;
    static const int32_t from[2] = {20, 30};
    static const int32_t small[2] = {7, 11};
    uint8_t in[600], row[30], out[600];
    for (int method = 0; method < 2; method++) {
        ludus_plane_resize *same = ludus_plane_resize_create(from, from, (ludus_resize)method);
        ludus_plane_resize *less = ludus_plane_resize_create(from, small, (ludus_resize)method);
        assert_true(same && less);
        for (int i = 0; i < 600; i++) {
            in[i] = (uint8_t)(i * 37);
        }
        ludus_plane_resize_run(same, in, row, out);
        assert_memory_equal(in, out, sizeof(in));
        memset(in, 255, sizeof(in));
        ludus_plane_resize_run(less, in, row, out);
        assert_memory_equal(in, out, 77);
        ludus_free(same);
        ludus_free(less);
    }
}

// ---- All together -------------------------------------------------------------------------

static void check_wrapped(const char *name, const ludus_env_config *config, int32_t episodes)
{
    ludus_env env, twin;
    ludus_error error;
    assert_int_equal(ludus_env_open(&env, name, config, &error), LUDUS_OK);
    assert_int_equal(ludus_env_open(&twin, name, config, &error), LUDUS_OK);
    if (ludus_env_check(&env, &twin, 23, episodes, 5000, &error) != LUDUS_OK) {
        fail_msg("%s", error.text);
    }
    ludus_env_close(&env);
    ludus_env_close(&twin);
}

static void the_protocol_gives_four_pictures_of_84_by_84(void **unused)
{
    (void)unused;
    ludus_env env;
    ludus_env_config config = ludus_env_config_default();
    config.pixels = true;
    assert_int_equal(ludus_env_open(&env, "breakout", &config, NULL), LUDUS_OK);
    const int32_t *shape = env.spec.obs_shape;
    assert_true(shape[0] == 4 && shape[1] == 84 && shape[2] == 84 && env.spec.stack == 4);
    assert_int_equal(env.spec.obs_kind, LUDUS_OBS_BYTES);
    assert_string_equal(env.spec.name, "breakout");
    ludus_env_close(&env);
    check_wrapped("breakout", &config, 6);
}

static void every_world_under_the_protocol_keeps_the_contract(void **unused)
{
    (void)unused;
    size_t count = 0;
    const ludus_env_ops *const *worlds = ludus_env_worlds(&count);
    for (size_t i = 0; i < count; i++) {
        ludus_env_config config = ludus_env_config_default();
        config.pixels = true;
        config.atari.noop_max = strcmp(worlds[i]->name, "cartpole") == 0 ? 0 : 30;
        config.atari.time_limit = 20;
        config.atari.frame_skip = 1 + (int32_t)i % 3;
        config.atari.grey = i % 2 == 0;
        config.atari.height = 42;
        config.atari.width = 42;
        check_wrapped(worlds[i]->name, &config, 4);
    }
}

static void wrappers_in_any_order_keep_the_contract(void **unused)
{
    (void)unused;
    ludus_env pair[2];
    ludus_error error;
    for (int i = 0; i < 2; i++) {
        ludus_env *env = &pair[i];
        open_toy(env);
        assert_int_equal(ludus_env_wrap_stack(env, 2, NULL), LUDUS_OK);
        assert_int_equal(ludus_env_wrap_life(env, NULL), LUDUS_OK);
        assert_int_equal(ludus_env_wrap_noop(env, 5, NULL), LUDUS_OK);
        assert_int_equal(ludus_env_wrap_clip(env, NULL), LUDUS_OK);
        assert_int_equal(ludus_env_wrap_skip(env, 2, NULL), LUDUS_OK);
        assert_int_equal(ludus_env_wrap_resize(env, 3, 5, LUDUS_RESIZE_AREA, NULL), LUDUS_OK);
        assert_int_equal(ludus_env_wrap_stack(env, 2, NULL), LUDUS_OK);
        assert_int_equal(ludus_env_wrap_limit(env, 4, NULL), LUDUS_OK);
        assert_true(env->spec.obs_shape[0] == 4 && env->spec.stack == 4);
    }
    // The toy counts its resets, which differ between the twins; level them first.
    ludus_env_reset(&pair[0], 0);
    ludus_env_reset(&pair[1], 0);
    if (ludus_env_check(&pair[0], &pair[1], 3, 40, 5000, &error) != LUDUS_OK) {
        fail_msg("%s", error.text);
    }
    ludus_env_close(&pair[0]);
    ludus_env_close(&pair[1]);
}

static void bits_can_be_stacked_and_skipped(void **unused)
{
    (void)unused;
    ludus_env pair[2];
    ludus_error error;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(ludus_env_open(&pair[i], "freeway", NULL, NULL), LUDUS_OK);
        assert_int_equal(ludus_env_wrap_skip(&pair[i], 3, NULL), LUDUS_OK);
        assert_int_equal(ludus_env_wrap_stack(&pair[i], 3, NULL), LUDUS_OK);
        assert_int_equal(ludus_env_wrap_limit(&pair[i], 50, NULL), LUDUS_OK);
        assert_int_equal(ludus_env_packed_bytes(&pair[i].spec), (2100 + 7) / 8);
    }
    if (ludus_env_check(&pair[0], &pair[1], 3, 6, 5000, &error) != LUDUS_OK) {
        fail_msg("%s", error.text);
    }
    ludus_env_close(&pair[0]);
    ludus_env_close(&pair[1]);
}

static void pixel_steps_allocate_nothing(void **unused)
{
    (void)unused;
    ludus_env env;
    ludus_env_config config = ludus_env_config_default();
    config.pixels = true;
    assert_int_equal(ludus_env_open(&env, "seaquest", &config, NULL), LUDUS_OK);
    uint8_t *obs = ludus_alloc(ludus_env_obs_bytes(&env.spec), 1);
    uint8_t *state = ludus_alloc(ludus_env_state_bytes(&env), 1);
    const uint64_t before = ludus_alloc_count();
    ludus_env_reset(&env, 1);
    for (int32_t i = 0; i < 100; i++) {
        step(&env, i % 6);
        ludus_env_observe(&env, obs);
        ludus_env_save(&env, state);
        assert_int_equal(ludus_env_load(&env, state, ludus_env_state_bytes(&env), NULL), LUDUS_OK);
        if (env.over) {
            ludus_env_restart(&env);
        }
    }
    assert_true(ludus_alloc_count() == before);
    ludus_free(obs);
    ludus_free(state);
    ludus_env_close(&env);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(skip_sums_rewards_and_shows_the_maximum_of_the_last_two),
        cmocka_unit_test(skip_stops_at_the_end_and_shows_the_last_frame),
        cmocka_unit_test(clipping_keeps_the_sign_and_the_raw_reward),
        cmocka_unit_test(a_lost_life_ends_the_episode_but_not_the_game),
        cmocka_unit_test(a_reset_after_a_lost_life_begins_a_new_game),
        cmocka_unit_test(episodes_begin_with_one_to_max_idle_steps),
        cmocka_unit_test(an_episode_that_ends_while_idle_is_begun_anew),
        cmocka_unit_test(a_world_without_an_idle_action_refuses_no_op_starts),
        cmocka_unit_test(a_limit_counts_the_steps_of_its_layer),
        cmocka_unit_test(pixels_are_the_planes_of_the_frame),
        cmocka_unit_test(grey_is_the_luma_of_bt_601),
        cmocka_unit_test(a_stack_is_oldest_first_and_zero_before_the_start),
        cmocka_unit_test(resizing_agrees_with_its_definition),
        cmocka_unit_test(resizing_keeps_flat_pictures_and_equal_sizes),
        cmocka_unit_test(the_protocol_gives_four_pictures_of_84_by_84),
        cmocka_unit_test(every_world_under_the_protocol_keeps_the_contract),
        cmocka_unit_test(wrappers_in_any_order_keep_the_contract),
        cmocka_unit_test(bits_can_be_stacked_and_skipped),
        cmocka_unit_test(pixel_steps_allocate_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
