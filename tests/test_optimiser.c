// Claims about optimisers and schedules: each recurrence by hand, in double.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "nets/optimiser.h"

#define STEPS 20
#define WEIGHTS 37 // some vectors and a rest, whatever the CPU

typedef struct weight {
    double w, m, v;
} weight;

typedef void recurrence(const ludus_trainer_config *c, double g, double decay, int64_t t,
                        weight *x);

static void sgd(const ludus_trainer_config *c, double g, double decay, int64_t t, weight *x)
{
    (void)t;
    x->m = (double)c->momentum * x->m + g + decay * x->w;
    x->w -= (double)c->lr * x->m;
}

// Centred, as Graves 2013 (eqs. 38-41 without momentum) and Mnih et al. 2015 have it.
static void rmsprop(const ludus_trainer_config *c, double g, double decay, int64_t t, weight *x)
{
    const double a = (double)c->beta2;
    (void)t;
    g += decay * x->w;
    x->m = a * x->m + (1.0 - a) * g;
    x->v = a * x->v + (1.0 - a) * g * g;
    x->w -= (double)c->lr * g / sqrt(x->v - x->m * x->m + (double)c->epsilon);
}

static void adam_step(const ludus_trainer_config *c, double g, int64_t t, weight *x)
{
    const double b1 = (double)c->beta1, b2 = (double)c->beta2;
    x->m = b1 * x->m + (1.0 - b1) * g;
    x->v = b2 * x->v + (1.0 - b2) * g * g;
    const double m = x->m / (1.0 - pow(b1, (double)t)), v = x->v / (1.0 - pow(b2, (double)t));
    x->w -= (double)c->lr * m / (sqrt(v) + (double)c->epsilon);
}

static void adam(const ludus_trainer_config *c, double g, double decay, int64_t t, weight *x)
{
    adam_step(c, g + decay * x->w, t, x);
}

static void adamw(const ludus_trainer_config *c, double g, double decay, int64_t t, weight *x)
{
    x->w -= (double)c->lr * decay * x->w;
    adam_step(c, g, t, x);
}

static void check(ludus_optimiser_kind kind, recurrence *expected)
{
    ludus_trainer_config c = ludus_trainer_config_default();
    float w[WEIGHTS], m[WEIGHTS] = {0}, v[WEIGHTS] = {0}, g[WEIGHTS];
    weight x[WEIGHTS] = {{0}};
    for (int i = 0; i < WEIGHTS; i++) {
        x[i].w = cos((double)i);
        w[i] = (float)x[i].w;
    }
    c.optimiser = kind;
    c.lr = 0.01f;
    c.beta2 = 0.95f;
    c.epsilon = 0.01f;
    for (int64_t t = 0; t < STEPS; t++) {
        for (int i = 0; i < WEIGHTS; i++) {
            g[i] = sinf((float)(t + i));
            expected(&c, 0.5 * (double)g[i], 0.1, t + 1, &x[i]);
        }
        const ludus_update u = {.count = WEIGHTS,
                                .w = w,
                                .g = g,
                                .m = m,
                                .v = v,
                                .clip = 0.5f,
                                .decay = 0.1f,
                                .lr = c.lr,
                                .step = t};
        ludus_optimiser_update(&c, &u);
        for (int i = 0; i < WEIGHTS; i++) {
            assert_true(fabs((double)w[i] - x[i].w) < 1e-5);
        }
    }
}

static void optimisers_follow_their_recurrences(void **state)
{
    (void)state;
    check(LUDUS_OPTIMISER_SGD, sgd);
    check(LUDUS_OPTIMISER_RMSPROP, rmsprop);
    check(LUDUS_OPTIMISER_ADAM, adam);
    check(LUDUS_OPTIMISER_ADAMW, adamw);
}

// A gradient that stays the same has no variance, and rounding may find less than none.
static void rmsprop_survives_steady_gradients(void **state)
{
    ludus_trainer_config c = ludus_trainer_config_default();
    float w[WEIGHTS] = {0}, m[WEIGHTS] = {0}, v[WEIGHTS] = {0}, g[WEIGHTS];
    (void)state;
    c.optimiser = LUDUS_OPTIMISER_RMSPROP;
    c.beta2 = 0.95f;
    c.epsilon = 1e-8f;
    for (int i = 0; i < WEIGHTS; i++) {
        g[i] = 1000.0f + (float)i;
    }
    for (int64_t t = 0; t < 1000; t++) {
        const ludus_update u = {
            .count = WEIGHTS, .w = w, .g = g, .m = m, .v = v, .clip = 1.0f, .lr = 1e-4f, .step = t};
        ludus_optimiser_update(&c, &u);
    }
    for (int i = 0; i < WEIGHTS; i++) {
        assert_true(isfinite(w[i]) && w[i] < 0.0f);
    }
}

static void expect_lr(const ludus_trainer_config *c, int64_t step, double lr)
{
    assert_true(fabs((double)ludus_schedule_lr(c, step) - lr) < 1e-6);
}

static void schedules_pass_through_known_points(void **state)
{
    ludus_trainer_config c = ludus_trainer_config_default();
    (void)state;
    c.lr = 0.8f;
    c.period = 100;
    c.gamma = 0.5f;
    c.lr_final = 0.2f;
    expect_lr(&c, 1000000, 0.8);
    c.schedule = LUDUS_SCHEDULE_STEP;
    expect_lr(&c, 99, 0.8);
    expect_lr(&c, 100, 0.4);
    expect_lr(&c, 399, 0.1);
    c.schedule = LUDUS_SCHEDULE_COSINE;
    expect_lr(&c, 0, 0.8);
    expect_lr(&c, 50, 0.5);
    expect_lr(&c, 100, 0.2);
    expect_lr(&c, 5000, 0.2);
    c.schedule = LUDUS_SCHEDULE_EXPONENTIAL;
    expect_lr(&c, 50, 0.8 * sqrt(0.5));
    expect_lr(&c, 100, 0.4);
    expect_lr(&c, 1000, 0.2);
    c.warmup = 4;
    expect_lr(&c, 0, 0.2);
    expect_lr(&c, 3, 0.8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(optimisers_follow_their_recurrences),
        cmocka_unit_test(rmsprop_survives_steady_gradients),
        cmocka_unit_test(schedules_pass_through_known_points),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
