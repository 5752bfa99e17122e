// Cart and pole against the published equations and a recorded reference trajectory.

#include "envs/env.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

// The state as it is saved: header of 16 bytes, then four doubles.
static void set_state(ludus_env *env, const double state[4])
{
    uint8_t bytes[256];
    assert_true(ludus_env_state_bytes(env) <= sizeof(bytes));
    ludus_env_reset(env, 0);
    ludus_env_save(env, bytes);
    memcpy(bytes + 16, state, 4 * sizeof(double));
    assert_int_equal(ludus_env_load(env, bytes, ludus_env_state_bytes(env), NULL), LUDUS_OK);
}

static void get_state(const ludus_env *env, double state[4])
{
    uint8_t bytes[256];
    ludus_env_save(env, bytes);
    memcpy(state, bytes + 16, 4 * sizeof(double));
}

static void open_cartpole(ludus_env *env)
{
    assert_int_equal(ludus_env_open(env, "cartpole", NULL, NULL), LUDUS_OK);
}

static void assert_near(double got, double wanted)
{
    if (!(fabs(got - wanted) <= 1e-12 * (1.0 + fabs(wanted)))) {
        fail_msg("%.17g instead of %.17g", got, wanted);
    }
}

// Barto, Sutton & Anderson 1983, appendix, with friction zero, term by term.
static void published_step(double s[4], double force)
{
    const double g = -9.8, mc = 1.0, m = 0.1, l = 0.5, tau = 0.02;
    const double theta = s[2], omega = s[3];
    const double numerator =
        -g * sin(theta) + cos(theta) * ((-force - m * l * omega * omega * sin(theta)) / (mc + m));
    const double alpha = numerator / (l * (4.0 / 3.0 - m * cos(theta) * cos(theta) / (mc + m)));
    const double a = (force + m * l * (omega * omega * sin(theta) - alpha * cos(theta))) / (mc + m);
    s[0] += tau * s[1];
    s[1] += tau * a;
    s[2] += tau * omega;
    s[3] += tau * alpha;
}

static void every_step_obeys_the_published_equations(void **unused)
{
    (void)unused;
    ludus_env env;
    ludus_rng rng;
    open_cartpole(&env);
    ludus_rng_init(&rng, 1, 0);
    for (int i = 0; i < 1000; i++) {
        double state[4], got[4];
        for (int k = 0; k < 4; k++) {
            state[k] = (k == 2 ? 0.2 : 2.0) * (2.0 * ludus_rng_double(&rng) - 1.0);
        }
        const int32_t action = i % 2;
        ludus_env_result result;
        set_state(&env, state);
        ludus_env_step(&env, action, &result);
        published_step(state, action == 1 ? 10.0 : -10.0);
        get_state(&env, got);
        for (int k = 0; k < 4; k++) {
            assert_near(got[k], state[k]);
        }
        const double limit = 12.0 * acos(-1.0) / 180.0;
        assert_true(result.terminated == (fabs(state[0]) > 2.4 || fabs(state[2]) > limit));
        assert_true(result.reward == 1.0f && !result.truncated);
    }
    ludus_env_close(&env);
}

// Recorded with Gymnasium 1.4.0, CartPole-v1, from state (0.01, -0.02, 0.03, 0.04).
static void a_recorded_trajectory_repeats(void **unused)
{
    (void)unused;
    static const int32_t actions[16] = {1, 0, 0, 1, 1, 1, 0, 1, 0, 0, 0, 0, 1, 1, 0, 1};
    static const double start[4] = {0.01, -0.02, 0.03, 0.04};
    static const struct {
        int step;
        double state[4];
    } recorded[] = {
        {3,
         {0.0083491485150647138, -0.021626799199488206, 0.034320397067156443,
          0.075911698947444095}},
        {11,
         {0.028077856496163192, -0.41423294199532729, 0.016302248345501057, 0.71337411497015268}},
        {23,
         {0.021530399344727599, 0.35738513162608021, 0.064467076015156707, -0.26234005290617923}},
        {37, {0.0061426863935510317, 0.33323932384628624, 0.2126163645878642, 0.27681318089648688}},
    };
    ludus_env env;
    size_t next = 0;
    open_cartpole(&env);
    set_state(&env, start);
    for (int i = 0; i <= 37; i++) {
        ludus_env_result result;
        ludus_env_step(&env, actions[i % 16], &result);
        assert_int_equal(result.terminated, i == 37);
        if (i == recorded[next].step) {
            double got[4];
            get_state(&env, got);
            for (int k = 0; k < 4; k++) {
                if (!(fabs(got[k] - recorded[next].state[k]) <= 1e-9)) {
                    fail_msg("step %d: %.17g", i, got[k]);
                }
            }
            next++;
        }
    }
    assert_int_equal(next, 4);
    ludus_env_close(&env);
}

static void five_hundred_steps_truncate(void **unused)
{
    (void)unused;
    ludus_env env;
    ludus_env_result result = {0};
    open_cartpole(&env);
    ludus_env_reset(&env, 5);
    for (int i = 0; i < 500; i++) {
        assert_false(env.over);
        float obs[4];
        ludus_env_observe(&env, obs);
        // A controller that balances: push where the pole leans and falls.
        const float lean = 3.0f * obs[2] + obs[3] + 0.1f * obs[0] + 0.2f * obs[1];
        ludus_env_step(&env, lean > 0.0f ? 1 : 0, &result);
    }
    assert_true(result.truncated && !result.terminated && result.game_over && env.over);
    ludus_env_close(&env);
}

static void episodes_begin_near_rest(void **unused)
{
    (void)unused;
    ludus_env env;
    double sum = 0.0;
    open_cartpole(&env);
    for (uint64_t seed = 0; seed < 1000; seed++) {
        double state[4];
        ludus_env_reset(&env, seed);
        get_state(&env, state);
        for (int k = 0; k < 4; k++) {
            assert_true(fabs(state[k]) <= 0.05);
            sum += state[k];
        }
    }
    assert_true(fabs(sum / 4000.0) < 0.003);
    ludus_env_close(&env);
}

static void sticky_actions_are_refused(void **unused)
{
    (void)unused;
    ludus_env env;
    ludus_error error;
    ludus_env_config config = ludus_env_config_default();
    config.sticky = 0.25f;
    assert_int_equal(ludus_env_open(&env, "cartpole", &config, &error), LUDUS_ERR_UNSUPPORTED);
    assert_non_null(strstr(error.text, "env.sticky"));
    ludus_env_close(&env);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_step_obeys_the_published_equations),
        cmocka_unit_test(a_recorded_trajectory_repeats),
        cmocka_unit_test(five_hundred_steps_truncate),
        cmocka_unit_test(episodes_begin_near_rest),
        cmocka_unit_test(sticky_actions_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
