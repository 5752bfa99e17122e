// The five MinAtar games against hashes of the published implementation (v1.0.15): 100,000 steps
// each, every observation bit, reward and end.

#include "envs/env_internal.h"
#include "envs/minatar_internal.h"
#include "tests/sha256_ref.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define TRACE_STEPS 100000

typedef struct trace {
    int64_t reward; // sum
    int64_t ends;   // steps with the terminal flag
    int32_t ramp;   // at the end
    char hash[65];
} trace;

// The published order of bits is [y][x][c], the first bit of a byte the highest.
static void hash_step(sha256_ref *sha, const ludus_env *env, const ludus_env_result *result)
{
    uint8_t obs[LUDUS_MINATAR_CHANNELS * LUDUS_MINATAR_CELLS];
    uint8_t bits[128] = {0};
    const int32_t channels = env->spec.obs_shape[0];
    ludus_env_observe(env, obs);
    for (int32_t cell = 0; cell < LUDUS_MINATAR_CELLS; cell++) {
        for (int32_t c = 0; c < channels; c++) {
            const int32_t at = cell * channels + c;
            const int value = obs[c * LUDUS_MINATAR_CELLS + cell];
            bits[at / 8] = (uint8_t)(bits[at / 8] | value << (7 - at % 8));
        }
    }
    sha256_ref_add(sha, bits, (size_t)(channels * LUDUS_MINATAR_CELLS + 7) / 8);
    const uint8_t tail[2] = {(uint8_t)(int)result->reward, result->terminated};
    sha256_ref_add(sha, tail, sizeof(tail));
}

static void run_trace(const char *name, bool goes_on, trace *out)
{
    ludus_env env;
    ludus_env_config config = ludus_env_config_default();
    config.stream = LUDUS_STREAM_ORIGINAL;
    config.max_steps = 0;
    assert_int_equal(ludus_env_open(&env, name, &config, NULL), LUDUS_OK);
    ludus_minatar *world = env.self;
    ludus_mt19937 actions;
    ludus_mt19937_init(&actions, 99);
    sha256_ref sha;
    sha256_ref_init(&sha);
    memset(out, 0, sizeof(*out));
    ludus_env_reset(&env, 0);
    for (int i = 0; i < TRACE_STEPS; i++) {
        ludus_env_result result;
        ludus_env_step(&env, (int32_t)ludus_mt19937_below(&actions, 6), &result);
        hash_step(&sha, &env, &result);
        out->reward += (int64_t)result.reward;
        out->ends += result.terminated;
        if (result.terminated && goes_on) {
            world->terminal = false;
            env.over = false;
        } else if (result.terminated) {
            ludus_env_restart(&env);
        }
    }
    out->ramp = world->rules->ramp(world->state);
    sha256_ref_finish(&sha, out->hash);
    ludus_env_close(&env);
}

static void expect_trace(const char *name, int64_t episodes, const char *hash)
{
    trace got;
    run_trace(name, false, &got);
    assert_int_equal(got.ends, episodes);
    assert_string_equal(got.hash, hash);
}

static void asterix_equals_the_published_trace(void **unused)
{
    (void)unused;
    expect_trace("asterix", 1414,
                 "cb9a61d1b6d84047b07a6ff19fa402751a60e028df44270452a712786b2dd62b");
}

static void breakout_equals_the_published_trace(void **unused)
{
    (void)unused;
    expect_trace("breakout", 8932,
                 "bb899dff5d6706b090f732030582f18de5f744f3a0c95b44bcd75a7e59873a51");
}

static void freeway_equals_the_published_trace(void **unused)
{
    (void)unused;
    expect_trace("freeway", 39, "e3dfbc2622379a59b78808b9af54dd8b1c21d31836194ea6e765138b95da0676");
}

static void seaquest_equals_the_published_trace(void **unused)
{
    (void)unused;
    expect_trace("seaquest", 3242,
                 "8c3ab8d4dcced9dfb56630d05f4d2c4b6649c9791d9bafcaf67845511a371467");
}

static void space_invaders_equals_the_published_trace(void **unused)
{
    (void)unused;
    expect_trace("space_invaders", 1972,
                 "b24e83f6ed6e4043bdc7323e2ad94b772dafe4648f1b353bb80eaaec7d80c897");
}

static void expect_endless_trace(const char *name, int64_t reward, int64_t ends, int32_t ramp,
                                 const char *hash)
{
    trace got;
    run_trace(name, true, &got);
    assert_int_equal(got.reward, reward);
    assert_int_equal(got.ends, ends);
    assert_int_equal(got.ramp, ramp);
    assert_string_equal(got.hash, hash);
}

static void asterix_played_on_past_its_ends_equals_the_published_trace(void **unused)
{
    (void)unused;
    expect_endless_trace("asterix", 4575, 13811, 9,
                         "8620333d1e611956fcfeae43be8ee5dd6f7017d33dc74b4c47c5fd17a296b365");
}

static void seaquest_played_on_past_its_ends_equals_the_published_trace(void **unused)
{
    (void)unused;
    expect_endless_trace("seaquest", 3488, 36822, 19,
                         "53d216b9bb078ee377c2c9aa22cb72c341b3e1cb8df1709c64c172e75685236f");
}

static void open_world(ludus_env *env, const char *name, ludus_env_config config)
{
    assert_int_equal(ludus_env_open(env, name, &config, NULL), LUDUS_OK);
}

static const char *const names[] = {"asterix", "breakout", "freeway", "seaquest", "space_invaders"};
#define NUM_NAMES (sizeof(names) / sizeof(names[0]))

// The full action that minimal action i stands for, found by name.
static int32_t full_action(const ludus_env *full, const ludus_env *minimal, int32_t i)
{
    for (int32_t k = 0; k < full->spec.num_actions; k++) {
        if (strcmp(full->spec.action_names[k], minimal->spec.action_names[i]) == 0) {
            return k;
        }
    }
    fail_msg("%s", minimal->spec.action_names[i]);
    return -1;
}

static void minimal_actions_are_the_full_ones_of_the_same_name(void **unused)
{
    (void)unused;
    for (size_t n = 0; n < NUM_NAMES; n++) {
        ludus_env full, minimal;
        ludus_env_config config = ludus_env_config_default();
        open_world(&full, names[n], config);
        config.actions = LUDUS_ACTIONS_MINIMAL;
        open_world(&minimal, names[n], config);
        ludus_rng rng;
        ludus_rng_init(&rng, 5, n);
        ludus_env_reset(&full, 3);
        ludus_env_reset(&minimal, 3);
        for (int i = 0; i < 500 && !full.over; i++) {
            const uint32_t actions = (uint32_t)minimal.spec.num_actions;
            const int32_t action = (int32_t)ludus_rng_below(&rng, actions);
            ludus_env_result a, b;
            uint8_t obs_a[1000], obs_b[1000];
            ludus_env_step(&minimal, action, &a);
            ludus_env_step(&full, full_action(&full, &minimal, action), &b);
            ludus_env_observe(&minimal, obs_a);
            ludus_env_observe(&full, obs_b);
            assert_true(a.reward == b.reward && a.terminated == b.terminated);
            assert_memory_equal(obs_a, obs_b, ludus_env_obs_bytes(&full.spec));
        }
        ludus_env_close(&full);
        ludus_env_close(&minimal);
    }
}

// Actions outside a game's minimal set act as "none".
static void actions_beyond_the_minimal_set_do_nothing(void **unused)
{
    (void)unused;
    for (size_t n = 0; n < NUM_NAMES; n++) {
        ludus_env idle, other, minimal;
        ludus_env_config config = ludus_env_config_default();
        config.actions = LUDUS_ACTIONS_MINIMAL;
        open_world(&minimal, names[n], config);
        config = ludus_env_config_default();
        config.sticky = 0.0f;
        open_world(&idle, names[n], config);
        open_world(&other, names[n], config);
        for (int32_t action = 1; action < LUDUS_MINATAR_ACTIONS; action++) {
            bool is_minimal = false;
            for (int32_t i = 0; i < minimal.spec.num_actions; i++) {
                is_minimal = is_minimal || full_action(&idle, &minimal, i) == action;
            }
            ludus_env_reset(&idle, 7);
            ludus_env_reset(&other, 7);
            for (int i = 0; i < 100 && !is_minimal && !idle.over; i++) {
                ludus_env_result a, b;
                uint8_t obs_a[1000], obs_b[1000];
                ludus_env_step(&idle, 0, &a);
                ludus_env_step(&other, action, &b);
                ludus_env_observe(&idle, obs_a);
                ludus_env_observe(&other, obs_b);
                assert_memory_equal(obs_a, obs_b, ludus_env_obs_bytes(&idle.spec));
            }
        }
        ludus_env_close(&idle);
        ludus_env_close(&other);
        ludus_env_close(&minimal);
    }
}

// Share of steps in which "right" was executed though "left" was asked, with "right" before.
static double stuck_share(float sticky)
{
    ludus_env env;
    ludus_env_config config = ludus_env_config_default();
    config.sticky = sticky;
    open_world(&env, "space_invaders", config);
    const ludus_minatar *world = env.self;
    int stuck = 0;
    int asked = 0;
    ludus_env_reset(&env, 1);
    for (int i = 0; i < 20000; i++) {
        ludus_env_result result;
        const int32_t before = world->last_action;
        const int32_t wanted = i % 2 == 0 ? LUDUS_MINATAR_RIGHT : LUDUS_MINATAR_LEFT;
        ludus_env_step(&env, wanted, &result);
        asked += before != wanted;
        stuck += before != wanted && world->last_action == before;
        if (env.over) {
            ludus_env_restart(&env);
        }
    }
    ludus_env_close(&env);
    return (double)stuck / asked;
}

static void sticky_is_the_share_of_repeated_actions(void **unused)
{
    (void)unused;
    assert_true(stuck_share(0.0f) == 0.0);
    const double quarter = stuck_share(0.25f);
    assert_true(quarter > 0.235 && quarter < 0.265);
    const double own = stuck_share(-1.0f); // MinAtar's own is 0.1
    assert_true(own > 0.09 && own < 0.11);
    ludus_env env;
    open_world(&env, "breakout", ludus_env_config_default());
    assert_true(env.spec.sticky == 0.1f); // what results name
    ludus_env_close(&env);
}

static int32_t ramp_after(const char *name, bool ramping)
{
    ludus_env env;
    ludus_env_config config = ludus_env_config_default();
    config.ramping = ramping;
    open_world(&env, name, config);
    ludus_minatar *world = env.self;
    ludus_rng rng;
    ludus_rng_init(&rng, 2, 0);
    ludus_env_reset(&env, 0);
    for (int i = 0; i < 20000; i++) {
        ludus_env_result result;
        ludus_env_step(&env, (int32_t)ludus_rng_below(&rng, 6), &result);
        world->terminal = false; // play on past the end, to reach the later levels
        env.over = false;
    }
    const int32_t ramp = world->rules->ramp(world->state);
    ludus_env_close(&env);
    return ramp;
}

static void difficulty_grows_only_when_asked(void **unused)
{
    (void)unused;
    static const char *const ramping[] = {"asterix", "seaquest", "space_invaders"};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(ramp_after(ramping[i], false), 0);
        assert_true(ramp_after(ramping[i], true) > 0);
    }
}

static double random_return(const char *name)
{
    ludus_env env;
    open_world(&env, name, ludus_env_config_default());
    ludus_rng rng;
    ludus_rng_init(&rng, 11, 0);
    double sum = 0.0;
    int episodes = 0;
    ludus_env_reset(&env, 12);
    for (int i = 0; i < 300000; i++) {
        ludus_env_result result;
        ludus_env_step(&env, (int32_t)ludus_rng_below(&rng, 6), &result);
        sum += (double)result.reward;
        if (env.over) {
            episodes++;
            ludus_env_restart(&env);
        }
    }
    ludus_env_close(&env);
    return sum / episodes;
}

static void our_own_stream_gives_the_published_random_returns(void **unused)
{
    (void)unused;
    // Published: .51 .51 .14 .105 2.83; bounds of about four standard errors.
    static const double low[NUM_NAMES] = {0.42, 0.48, 0.01, 0.09, 2.65};
    static const double high[NUM_NAMES] = {0.60, 0.54, 0.30, 0.12, 3.05};
    for (size_t n = 0; n < NUM_NAMES; n++) {
        const double got = random_return(names[n]);
        if (got < low[n] || got > high[n]) {
            fail_msg("%s: mean return %.3f", names[n], got);
        }
    }
}

static void channels_have_colours_and_letters_of_their_own(void **unused)
{
    (void)unused;
    for (size_t n = 0; n < NUM_NAMES; n++) {
        ludus_env env;
        open_world(&env, names[n], ludus_env_config_default());
        const ludus_minatar_rules *rules = ((const ludus_minatar *)env.self)->rules;
        for (int32_t a = 0; a < rules->channels; a++) {
            for (int32_t b = 0; b < a; b++) {
                const ludus_minatar_look *p = &rules->looks[a];
                const ludus_minatar_look *q = &rules->looks[b];
                const int distance = abs(p->rgb[0] - q->rgb[0]) + abs(p->rgb[1] - q->rgb[1]) +
                                     abs(p->rgb[2] - q->rgb[2]);
                assert_true(distance > 60 && p->glyph != q->glyph);
            }
        }
        ludus_env_close(&env);
    }
}

// The middle of each cell has the colour of a channel that is set there, or the background's.
static void frames_show_the_observation(void **unused)
{
    (void)unused;
    for (size_t n = 0; n < NUM_NAMES; n++) {
        ludus_env env;
        uint8_t obs[1000];
        open_world(&env, names[n], ludus_env_config_default());
        const ludus_minatar_rules *rules = ((const ludus_minatar *)env.self)->rules;
        const int32_t side = env.spec.frame_size[0];
        uint8_t *rgb = ludus_alloc((size_t)(3 * side * side), 1);
        assert_non_null(rgb);
        ludus_env_reset(&env, 4);
        ludus_env_observe(&env, obs);
        ludus_env_frame(&env, rgb);
        for (int32_t cell = 0; cell < 100; cell++) {
            const int32_t y = cell / 10 * 16 + 8;
            const int32_t x = cell % 10 * 16 + 8;
            const uint8_t *pixel = rgb + 3 * (y * side + x);
            bool is_any = false;
            bool is_shown = false;
            for (int32_t c = 0; c < rules->channels; c++) {
                const bool is_set = obs[c * 100 + cell] == 1;
                is_any = is_any || is_set;
                is_shown = is_shown || (is_set && memcmp(pixel, rules->looks[c].rgb, 3) == 0);
            }
            assert_true(is_any == is_shown);
        }
        ludus_free(rgb);
        ludus_env_close(&env);
    }
}

// A ball that passes bricks stays in sight, and no line is wider than a terminal.
static void text_drawings_are_easy_to_read(void **unused)
{
    (void)unused;
    for (size_t n = 0; n < NUM_NAMES; n++) {
        ludus_env env;
        char text[LUDUS_ENV_DRAW_MAX];
        open_world(&env, names[n], ludus_env_config_default());
        ludus_env_reset(&env, 4);
        ludus_env_draw(&env, text);
        for (const char *line = text; *line != '\0';) {
            const size_t width = strcspn(line, "\n");
            assert_true(width < 80 && line[width] == '\n');
            line += width + 1;
        }
        // The ball begins in the lowest row of bricks.
        assert_true(strcmp(names[n], "breakout") != 0 || memchr(text + 60, 'o', 20) != NULL);
        ludus_env_close(&env);
    }
}

static void text_drawings_mark_the_player(void **unused)
{
    (void)unused;
    ludus_env env;
    char text[LUDUS_ENV_DRAW_MAX];
    open_world(&env, "breakout", ludus_env_config_default());
    ludus_env_reset(&env, 4);
    ludus_env_draw(&env, text);
    static const char *const rows[] = {". . . . . . . . . .\n# # # # # # # # # #\n",
                                       "\n. . . . = . . . . .\n"};
    assert_non_null(strstr(text, rows[0]));
    assert_non_null(strstr(text, rows[1]));
    ludus_env_close(&env);
}

static void the_twister_gives_the_reference_values(void **unused)
{
    (void)unused;
    ludus_mt19937 mt;
    uint32_t value = 0;
    ludus_mt19937_init(&mt, 5489);
    for (int i = 0; i < 10000; i++) {
        value = ludus_mt19937_u32(&mt);
    }
    assert_int_equal(value, 4123659995u); // ISO C++, [rand.predef], 10000th of the default seed
    ludus_mt19937_init(&mt, 0);
    assert_true(ludus_mt19937_double(&mt) == 0.5488135039273248); // numpy's RandomState(0).rand()
    assert_int_equal(ludus_mt19937_below(&mt, 1), 0);
    assert_int_equal(mt.used, 2); // a choice of one draws nothing
}

static void the_reference_hash_is_sha_256(void **unused)
{
    (void)unused;
    sha256_ref sha;
    char hex[65];
    sha256_ref_init(&sha);
    sha256_ref_add(&sha, "abc", 3);
    sha256_ref_finish(&sha, hex);
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(asterix_equals_the_published_trace),
        cmocka_unit_test(breakout_equals_the_published_trace),
        cmocka_unit_test(freeway_equals_the_published_trace),
        cmocka_unit_test(seaquest_equals_the_published_trace),
        cmocka_unit_test(space_invaders_equals_the_published_trace),
        cmocka_unit_test(asterix_played_on_past_its_ends_equals_the_published_trace),
        cmocka_unit_test(seaquest_played_on_past_its_ends_equals_the_published_trace),
        cmocka_unit_test(minimal_actions_are_the_full_ones_of_the_same_name),
        cmocka_unit_test(actions_beyond_the_minimal_set_do_nothing),
        cmocka_unit_test(sticky_is_the_share_of_repeated_actions),
        cmocka_unit_test(difficulty_grows_only_when_asked),
        cmocka_unit_test(our_own_stream_gives_the_published_random_returns),
        cmocka_unit_test(channels_have_colours_and_letters_of_their_own),
        cmocka_unit_test(frames_show_the_observation),
        cmocka_unit_test(text_drawings_are_easy_to_read),
        cmocka_unit_test(text_drawings_mark_the_player),
        cmocka_unit_test(the_twister_gives_the_reference_values),
        cmocka_unit_test(the_reference_hash_is_sha_256),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
