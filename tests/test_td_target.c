// Claims about targets: each kind against its definition computed in another way.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "agents/td_target.h"
#include "selfplay/actors.h"
#include "selfplay/pqn_learner.h"

#define ACTIONS 4
#define ATOMS 11

static const ludus_munchausen off = {0};

static void fill(ludus_rng *rng, size_t n, float *out)
{
    for (size_t i = 0; i < n; i++) {
        out[i] = (float)ludus_rng_normal(rng);
    }
}

static void scalar_targets_choose_and_value_apart(void **state)
{
    (void)state;
    ludus_q_config q = ludus_q_config_default();
    const float values[ACTIONS] = {0.5f, 2.0f, -1.0f, 1.0f};
    const float others[ACTIONS] = {0.0f, 1.0f, 3.0f, 2.0f};
    ludus_td_row row = {.reward = 0.25f, .discount = 0.5f, .target = values, .select = values};
    float out;
    ludus_td_target(&q, &off, ACTIONS, &row, &out);
    assert_true(out == 1.25f); // 0.25 + 0.5 * 2
    row.select = others;       // double: the other net chooses action 2
    ludus_td_target(&q, &off, ACTIONS, &row, &out);
    assert_true(out == -0.25f);
    row.discount = 0.0f;
    ludus_td_target(&q, &off, ACTIONS, &row, &out);
    assert_true(out == 0.25f);
}

// Mass is kept, and so is the mean while nothing falls beyond the ends; one atom's mass lands on
// the two atoms beside its place.
static void categorical_targets_are_projections(void **state)
{
    (void)state;
    ludus_q_config q = ludus_q_config_default();
    ludus_rng rng;
    q.kind = LUDUS_Q_CATEGORICAL;
    q.atoms = ATOMS;
    q.v_min = -2.0f;
    q.v_max = 3.0f;
    ludus_rng_init(&rng, 3, 0);
    for (int trial = 0; trial < 2000; trial++) {
        float logits[ACTIONS * ATOMS], values[ACTIONS], out[ATOMS];
        fill(&rng, ACTIONS * ATOMS, logits);
        ludus_q_values(&q, ACTIONS, logits, values);
        const ludus_td_row row = {.reward = 0.8f * (float)ludus_rng_normal(&rng),
                                  .discount = trial % 3 == 0 ? 0.0f : ludus_rng_float(&rng),
                                  .target = logits,
                                  .select = values};
        ludus_td_target(&q, &off, ACTIONS, &row, out);
        double mass = 0.0, mean = 0.0;
        for (int32_t i = 0; i < ATOMS; i++) {
            assert_true(out[i] >= 0.0f);
            mass += (double)out[i];
            mean += (double)(out[i] * ludus_q_support(&q, i));
        }
        assert_true(fabs(mass - 1.0) < 1e-5);
        const float low = row.reward + row.discount * q.v_min;
        const float high = row.reward + row.discount * q.v_max;
        if (low >= q.v_min && high <= q.v_max) {
            const float best = values[ludus_q_best(ACTIONS, values)];
            assert_true(fabs(mean - (double)(row.reward + row.discount * best)) < 1e-4);
        }
    }
    float logits[ATOMS], out[ATOMS];
    for (int32_t i = 0; i < ATOMS; i++) {
        logits[i] = i == 4 ? 50.0f : -50.0f; // all mass on the value 0
    }
    const float value = 0.0f;
    const ludus_td_row row = {.reward = 0.6f, .discount = 0.9f, .target = logits, .select = &value};
    ludus_td_target(&q, &off, 1, &row, out);
    assert_true(fabsf(out[5] - 0.8f) < 1e-5f && fabsf(out[6] - 0.2f) < 1e-5f); // 0.5 and 1.0
}

static void quantile_targets_shift_every_quantile(void **state)
{
    (void)state;
    ludus_q_config q = ludus_q_config_default();
    const float outputs[2 * 3] = {1, 2, 3, 4, 5, 9};
    float values[2], out[3];
    q.kind = LUDUS_Q_QUANTILE;
    q.atoms = 3;
    ludus_q_values(&q, 2, outputs, values);
    assert_true(values[0] == 2.0f && values[1] == 6.0f);
    const ludus_td_row row = {
        .reward = 1.0f, .discount = 0.5f, .target = outputs, .select = values};
    ludus_td_target(&q, &off, 2, &row, out);
    assert_true(out[0] == 3.0f && out[1] == 3.5f && out[2] == 5.5f);
}

// The paper's equation 1 in double precision, written out.
static double munchausen_by_definition(const ludus_munchausen *m, const ludus_td_row *row)
{
    double now = 0.0, next = 0.0, soft = 0.0;
    for (int a = 0; a < ACTIONS; a++) {
        now += exp((double)(row->current[a] / m->tau));
        next += exp((double)(row->target[a] / m->tau));
    }
    const double log_pi = (double)(row->current[row->action] / m->tau) - log(now);
    const double bonus = fmax((double)m->tau * log_pi, (double)m->low);
    for (int a = 0; a < ACTIONS; a++) {
        const double pi = exp((double)(row->target[a] / m->tau)) / next;
        soft += pi * ((double)row->target[a] - (double)m->tau * log(pi));
    }
    return (double)row->reward + (double)m->alpha * bonus + (double)row->discount * soft;
}

static void munchausen_targets_follow_the_equation(void **state)
{
    (void)state;
    const ludus_q_config q = ludus_q_config_default();
    const ludus_munchausen m = {.enable = true, .tau = 0.5f, .alpha = 0.9f, .low = -1.0f};
    ludus_rng rng;
    ludus_rng_init(&rng, 9, 0);
    for (int trial = 0; trial < 1000; trial++) {
        float target[ACTIONS], current[ACTIONS], out;
        fill(&rng, ACTIONS, target);
        fill(&rng, ACTIONS, current);
        const ludus_td_row row = {.reward = (float)ludus_rng_normal(&rng),
                                  .discount = 0.9f,
                                  .action = (int32_t)ludus_rng_below(&rng, ACTIONS),
                                  .target = target,
                                  .select = target,
                                  .current = current};
        ludus_td_target(&q, &m, ACTIONS, &row, &out);
        assert_true(fabs((double)out - munchausen_by_definition(&m, &row)) < 1e-4);
    }
}

// The weighted mean of all n-step returns, the definition of a lambda return.
static double lambda_by_definition(int t, int steps, double gamma, double lambda,
                                   const float *reward, const uint8_t *end, const float *value,
                                   const float *cut)
{
    double sum = 0.0, mass = 1.0, discounted = 0.0, discount = 1.0;
    for (int k = t; k < steps; k++) {
        discounted += discount * (double)reward[k];
        discount *= gamma;
        if (end[k] != LUDUS_STEP_GOES_ON || k == steps - 1) {
            const double after = end[k] == LUDUS_STEP_TERMINATED  ? 0.0
                                 : end[k] == LUDUS_STEP_TRUNCATED ? (double)cut[k]
                                                                  : (double)value[k + 1];
            return sum + mass * (discounted + discount * after);
        }
        sum += mass * (1.0 - lambda) * (discounted + discount * (double)value[k + 1]);
        mass *= lambda;
    }
    return sum;
}

static void lambda_returns_are_mixtures_of_n_step_returns(void **state)
{
    (void)state;
    enum { STEPS = 40 };
    static const float lambdas[] = {0.0f, 0.65f, 1.0f};
    ludus_rng rng;
    ludus_rng_init(&rng, 4, 0);
    for (int trial = 0; trial < 300; trial++) {
        float reward[STEPS], value[STEPS + 1], cut[STEPS], returns[STEPS];
        uint8_t end[STEPS];
        const float lambda = lambdas[trial % 3];
        fill(&rng, STEPS, reward);
        fill(&rng, STEPS + 1, value);
        fill(&rng, STEPS, cut);
        for (int t = 0; t < STEPS; t++) {
            const uint32_t fate = ludus_rng_below(&rng, 10);
            end[t] = (uint8_t)(fate < 3 ? fate : LUDUS_STEP_GOES_ON);
        }
        ludus_lambda_returns(STEPS, 0.95f, lambda, reward, end, value, cut, returns);
        for (int t = 0; t < STEPS; t++) {
            const double wanted = lambda_by_definition(t, STEPS, (double)0.95f, (double)lambda,
                                                       reward, end, value, cut);
            assert_true(fabs((double)returns[t] - wanted) < 1e-4);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scalar_targets_choose_and_value_apart),
        cmocka_unit_test(categorical_targets_are_projections),
        cmocka_unit_test(quantile_targets_shift_every_quantile),
        cmocka_unit_test(munchausen_targets_follow_the_equation),
        cmocka_unit_test(lambda_returns_are_mixtures_of_n_step_returns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
