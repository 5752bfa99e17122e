// Claims about training: gradients equal finite differences of the plain C reference, results do
// not depend on threads, resume exactly, and learn.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "nets/net_reference.h"
#include "nets/noise.h"
#include "nets/trainer.h"
#include "sample_nets.h"

#define ROWS 8
#define MAX_INPUT (ROWS * 3 * 4 * 5)
#define MAX_OUTPUT (ROWS * 64)

typedef struct rows {
    float in[MAX_INPUT];
    float target[LUDUS_NET_MAX_HEADS][MAX_OUTPUT];
    int32_t action[ROWS];
    float weight[ROWS];
    ludus_batch batch;
} rows;

static void to_distribution(float *x, size_t k)
{
    float sum = 0.0f;
    for (size_t i = 0; i < k; i++) {
        x[i] = fabsf(x[i]) + 0.01f;
        sum += x[i];
    }
    for (size_t i = 0; i < k; i++) {
        x[i] /= sum;
    }
}

static void make_rows(const ludus_net *net, rows *r)
{
    const ludus_net_desc *d = ludus_net_describe(net);
    memset(&r->batch, 0, sizeof r->batch);
    sample_fill(r->in, MAX_INPUT, 11);
    r->batch.in = r->in;
    for (int32_t h = 0; h < d->num_heads; h++) {
        sample_fill(r->target[h], MAX_OUTPUT, 12 + (uint64_t)h);
        const ludus_head_kind kind = d->heads[h].kind;
        const bool is_q = kind == LUDUS_HEAD_Q;
        const size_t k = is_q ? (size_t)d->heads[h].atoms : ludus_net_head_outputs(net, h);
        for (size_t n = 0; n < ROWS; n++) {
            if (kind == LUDUS_HEAD_POLICY || kind == LUDUS_HEAD_WDL || (is_q && k > 1)) {
                to_distribution(r->target[h] + n * k, k);
            }
        }
        for (size_t i = 0; kind == LUDUS_HEAD_PLANES && i < ROWS * k; i++) {
            r->target[h][i] = 0.5f + 0.5f * r->target[h][i];
        }
        r->batch.target[h] = r->target[h];
    }
    for (int32_t n = 0; n < ROWS; n++) {
        r->action[n] = n % 3;
        r->weight[n] = 0.5f + 0.1f * (float)n;
    }
    r->batch.action = r->action;
    r->batch.weight = r->weight;
}

static double log_sum_exp(const double *z, size_t k)
{
    double sum = 0.0;
    for (size_t i = 0; i < k; i++) {
        sum += exp(z[i]);
    }
    return log(sum);
}

static double cross_entropy(const double *z, const float *t, size_t k)
{
    double loss = 0.0;
    for (size_t i = 0; i < k; i++) {
        loss += (double)t[i] * (log_sum_exp(z, k) - z[i]);
    }
    return loss;
}

static double huber(double d)
{
    return fabs(d) <= 1.0 ? 0.5 * d * d : fabs(d) - 0.5;
}

static double quantile(const double *z, const float *t, size_t k)
{
    double loss = 0.0;
    for (size_t i = 0; i < k; i++) {
        for (size_t j = 0; j < k; j++) {
            const double d = (double)t[j] - z[i], tau = ((double)i + 0.5) / (double)k;
            loss += fabs(tau - (d < 0.0)) * huber(d) / (double)k;
        }
    }
    return loss;
}

// One row's loss by the definitions in nets/loss.h, in double.
static double row_loss(const ludus_head_desc *h, ludus_loss_kind kind, const double *z,
                       const float *t, size_t k, int32_t action)
{
    double sum = 0.0;
    switch (h->kind) {
    case LUDUS_HEAD_Q:
        z += action * h->atoms;
        if (kind == LUDUS_LOSS_QUANTILE) {
            return quantile(z, t, (size_t)h->atoms);
        }
        return h->atoms > 1             ? cross_entropy(z, t, (size_t)h->atoms)
               : kind == LUDUS_LOSS_MSE ? (z[0] - (double)t[0]) * (z[0] - (double)t[0])
                                        : huber(z[0] - (double)t[0]);
    case LUDUS_HEAD_PLANES:
        for (size_t i = 0; i < k; i++) {
            sum += (log1p(exp(z[i])) - (double)t[i] * z[i]) / (double)k;
        }
        return sum;
    case LUDUS_HEAD_SCALARS:
        for (size_t i = 0; i < k; i++) {
            const double d = z[i] - (double)t[i];
            sum += kind == LUDUS_LOSS_HUBER ? huber(d) : d * d;
        }
        return sum;
    default:
        return cross_entropy(z, t, k);
    }
}

static double reference_loss(const ludus_net *net, const rows *r, const ludus_trainer_config *c)
{
    static double out[LUDUS_NET_MAX_HEADS][MAX_OUTPUT];
    double *heads[LUDUS_NET_MAX_HEADS], total = 0.0;
    const ludus_net_desc *d = ludus_net_describe(net);
    for (int h = 0; h < LUDUS_NET_MAX_HEADS; h++) {
        heads[h] = out[h];
    }
    const uint64_t noise = ludus_noise_step_seed(c->seed, 0);
    assert_int_equal(ludus_net_reference(net, ROWS, r->in, true, noise, heads), LUDUS_OK);
    for (int32_t h = 0; h < d->num_heads; h++) {
        const size_t k = ludus_net_head_outputs(net, h);
        const size_t tk = d->heads[h].kind == LUDUS_HEAD_Q ? (size_t)d->heads[h].atoms : k;
        for (size_t n = 0; n < ROWS; n++) {
            total += (double)d->heads[h].loss_weight * (double)r->weight[n] / ROWS *
                     row_loss(&d->heads[h], c->loss[h], out[h] + n * k, r->target[h] + n * tk, k,
                              r->action[n]);
        }
    }
    return total;
}

static ludus_trainer_config plain_config(int32_t shards)
{
    ludus_trainer_config c = ludus_trainer_config_default();
    c.batch = ROWS;
    c.shards = shards;
    c.ema_decay = 0.0f;
    c.weight_decay = 0.0f;
    return c;
}

static ludus_trainer *make_trainer(ludus_net *net, const ludus_trainer_config *config)
{
    ludus_trainer *trainer;
    ludus_error error;
    if (ludus_trainer_create(&trainer, net, config, &error)) {
        fail_msg("%s", error.text);
    }
    return trainer;
}

static double finite_difference(ludus_net *net, const rows *r, const ludus_trainer_config *c,
                                float *w)
{
    const float old = *w, step = 2e-5f; // small: a kink of a maximum or ReLU is seldom within
    *w = old + step;
    const double up = (double)*w, above = reference_loss(net, r, c);
    *w = old - step;
    const double down = (double)*w, below = reference_loss(net, r, c);
    *w = old;
    return (above - below) / (up - down);
}

// Every tensor: a handful of its weights against central differences.
static void check_gradients(const sample_net *sample, const ludus_trainer_config *config)
{
    static rows r;
    ludus_train_stats stats;
    ludus_net *net = sample_net_create(&sample->desc, 21);
    make_rows(net, &r);
    ludus_trainer *trainer = make_trainer(net, config);
    ludus_trainer_probe(trainer, &r.batch, &stats);
    const double loss = reference_loss(net, &r, config);
    if (fabs(loss - (double)stats.total) > 1e-4 * fabs(loss)) {
        fail_msg("%s: loss %g, reference %g", sample->name, (double)stats.total, loss);
    }
    for (size_t i = 0; i < ludus_net_num_tensors(net); i++) {
        const ludus_tensor t = ludus_net_tensor(net, i);
        const float *gradient = ludus_trainer_gradient(trainer, i);
        size_t count = 1;
        for (int32_t k = 0; k < t.rank; k++) {
            count *= (size_t)t.shape[k];
        }
        for (size_t k = 0; gradient != NULL && k < count; k += 1 + count / 7) {
            const double expected = finite_difference(net, &r, config, &t.data[k]);
            const double gap = fabs(expected - (double)gradient[k]);
            if (gap > 2e-3 * fabs(expected) + 3e-4) {
                fail_msg("%s, %s[%zu]: gradient %g, finite difference %g", sample->name, t.name, k,
                         (double)gradient[k], expected);
            }
        }
    }
    ludus_trainer_destroy(trainer);
    ludus_net_destroy(net);
}

static void gradients_equal_finite_differences(void **state)
{
    sample_net nets[NUM_SAMPLE_NETS];
    (void)state;
    sample_nets(nets);
    const ludus_trainer_config config = plain_config(1);
    for (int i = 0; i < NUM_SAMPLE_NETS; i++) {
        check_gradients(&nets[i], &config);
    }
}

static void other_losses_equal_finite_differences(void **state)
{
    sample_net nets[NUM_SAMPLE_NETS];
    (void)state;
    sample_nets(nets);
    ludus_trainer_config config = plain_config(1);
    config.loss[0] = LUDUS_LOSS_QUANTILE;
    check_gradients(&nets[7], &config);
    config.loss[0] = LUDUS_LOSS_MSE;
    check_gradients(&nets[6], &config);
    config.loss[0] = LUDUS_LOSS_AUTO;
    config.loss[3] = LUDUS_LOSS_HUBER;
    check_gradients(&nets[3], &config);
}

// The whole gradient in bf16 against the one in f32: distance over length. In nets as small as
// these a rectifier that rounding flips weighs much; operands in the wrong order would give
// about 1.
static double bf16_gradient_gap(const sample_net *sample)
{
    static rows r;
    ludus_train_stats stats;
    double gap = 0.0, length = 0.0;
    ludus_net *net = sample_net_create(&sample->desc, 21);
    make_rows(net, &r);
    ludus_trainer_config config = plain_config(1);
    ludus_trainer *exact = make_trainer(net, &config);
    config.precision = LUDUS_PRECISION_BF16;
    ludus_trainer *rounded = make_trainer(net, &config);
    ludus_trainer_probe(exact, &r.batch, &stats);
    ludus_trainer_probe(rounded, &r.batch, &stats);
    for (size_t i = 0; i < ludus_net_num_tensors(net); i++) {
        const ludus_tensor t = ludus_net_tensor(net, i);
        const float *a = ludus_trainer_gradient(exact, i), *b = ludus_trainer_gradient(rounded, i);
        size_t count = 1;
        for (int32_t k = 0; k < t.rank; k++) {
            count *= (size_t)t.shape[k];
        }
        for (size_t k = 0; a != NULL && k < count; k++) {
            gap += ((double)a[k] - (double)b[k]) * ((double)a[k] - (double)b[k]);
            length += (double)a[k] * (double)a[k];
        }
    }
    ludus_trainer_destroy(exact);
    ludus_trainer_destroy(rounded);
    ludus_net_destroy(net);
    return sqrt(gap / length);
}

static void bf16_gradients_are_near_those_of_f32(void **state)
{
    sample_net nets[NUM_SAMPLE_NETS];
    (void)state;
    sample_nets(nets);
    for (int i = 0; i < NUM_SAMPLE_NETS; i++) {
        const double gap = bf16_gradient_gap(&nets[i]);
        if (!(gap > 0.0 && gap < 0.25)) {
            fail_msg("%s: distance %g", nets[i].name, gap);
        }
    }
}

// The average forgets faster at first: it keeps min(decay, (1 + steps) / (10 + steps)).
static void averaged_weights_follow_their_recurrence(void **state)
{
    static rows r;
    sample_net nets[NUM_SAMPLE_NETS];
    ludus_train_stats stats;
    (void)state;
    sample_nets(nets);
    ludus_trainer_config config = plain_config(2);
    config.ema_decay = 0.25f;
    ludus_net *net = sample_net_create(&nets[0].desc, 81);
    make_rows(net, &r);
    ludus_trainer *trainer = make_trainer(net, &config);
    const float *w = ludus_net_tensor(net, 0).data;
    double expected = (double)w[3];
    for (int step = 1; step <= 5; step++) {
        const double keep = fmin(0.25, (1.0 + step) / (10.0 + step));
        ludus_trainer_step(trainer, &r.batch, &stats, NULL);
        expected = keep * expected + (1.0 - keep) * (double)w[3];
        const double average = (double)ludus_net_tensor(ludus_trainer_ema(trainer), 0).data[3];
        assert_true(fabs(average - expected) < 1e-6);
    }
    ludus_trainer_destroy(trainer);
    ludus_net_destroy(net);
}

static uint64_t train_hash(int32_t threads, int32_t steps, ludus_precision precision)
{
    static rows r;
    sample_net nets[NUM_SAMPLE_NETS];
    ludus_train_stats stats;
    sample_nets(nets);
    nets[5].desc.dropout = 0.3f;
    uint64_t hash = 0;
    for (int i = 3; i <= 5; i += 2) {
        ludus_net *net = sample_net_create(&nets[i].desc, 31);
        make_rows(net, &r);
        ludus_trainer_config config = plain_config(4);
        config.threads = threads;
        config.precision = precision;
        config.ema_decay = 0.9f;
        config.grad_clip = 0.5f;
        ludus_trainer *trainer = make_trainer(net, &config);
        for (int s = 0; s < steps; s++) {
            ludus_trainer_step(trainer, &r.batch, &stats, NULL);
        }
        hash = ludus_mix64(hash ^ ludus_net_hash(net)) ^ ludus_net_hash(ludus_trainer_ema(trainer));
        ludus_trainer_destroy(trainer);
        ludus_net_destroy(net);
    }
    return hash;
}

static void threads_do_not_change_the_weights(void **state)
{
    (void)state;
    const uint64_t one = train_hash(1, 5, LUDUS_PRECISION_F32);
    assert_int_equal(train_hash(2, 5, LUDUS_PRECISION_F32), one);
    assert_int_equal(train_hash(4, 5, LUDUS_PRECISION_F32), one);
    const uint64_t rounded = train_hash(1, 5, LUDUS_PRECISION_BF16);
    assert_int_not_equal(rounded, one);
    assert_int_equal(train_hash(2, 5, LUDUS_PRECISION_BF16), rounded);
    assert_int_equal(train_hash(4, 5, LUDUS_PRECISION_BF16), rounded);
    assert_int_not_equal(train_hash(1, 6, LUDUS_PRECISION_F32), one);
}

static void resume_is_exact(void **state)
{
    static rows r;
    sample_net nets[NUM_SAMPLE_NETS];
    ludus_train_stats stats;
    ludus_error error;
    ludus_buffer saved = {0};
    (void)state;
    sample_nets(nets);
    ludus_trainer_config config = plain_config(2);
    config.optimiser = LUDUS_OPTIMISER_ADAMW;
    config.ema_decay = 0.9f;
    ludus_net *net = sample_net_create(&nets[0].desc, 41), *copy;
    make_rows(net, &r);
    ludus_trainer *trainer = make_trainer(net, &config);
    for (int i = 0; i < 3; i++) {
        ludus_trainer_step(trainer, &r.batch, &stats, NULL);
    }
    ludus_trainer_save(trainer, &saved);
    assert_int_equal(ludus_net_clone(&copy, net), LUDUS_OK);
    ludus_trainer *other = make_trainer(copy, &config);
    for (size_t n = 0; n < saved.size; n += 1 + saved.size / 50) {
        ludus_cursor cut = {.data = saved.data, .size = n};
        assert_int_not_equal(ludus_trainer_load(other, &cut, &error), LUDUS_OK);
    }
    ludus_cursor whole = {.data = saved.data, .size = saved.size};
    assert_int_equal(ludus_trainer_load(other, &whole, &error), LUDUS_OK);
    for (int i = 0; i < 3; i++) {
        ludus_trainer_step(trainer, &r.batch, &stats, NULL);
        ludus_trainer_step(other, &r.batch, &stats, NULL);
    }
    assert_int_equal(ludus_net_hash(net), ludus_net_hash(copy));
    assert_int_equal(ludus_net_hash(ludus_trainer_ema(trainer)),
                     ludus_net_hash(ludus_trainer_ema(other)));
    assert_int_equal(ludus_trainer_steps(other), 6);
    ludus_buffer_free(&saved);
    ludus_trainer_destroy(trainer);
    ludus_trainer_destroy(other);
    ludus_net_destroy(net);
    ludus_net_destroy(copy);
}

static void frozen_tensors_stay(void **state)
{
    static rows r;
    sample_net nets[NUM_SAMPLE_NETS];
    ludus_train_stats stats;
    ludus_net *before;
    (void)state;
    sample_nets(nets);
    ludus_trainer_config config = plain_config(2);
    strcpy(config.freeze, "trunk.stem,trunk.block0");
    ludus_net *net = sample_net_create(&nets[0].desc, 51);
    make_rows(net, &r);
    assert_int_equal(ludus_net_clone(&before, net), LUDUS_OK);
    ludus_trainer *trainer = make_trainer(net, &config);
    ludus_trainer_step(trainer, &r.batch, &stats, NULL);
    for (size_t i = 0; i < ludus_net_num_tensors(net); i++) {
        const ludus_tensor a = ludus_net_tensor(before, i), b = ludus_net_tensor(net, i);
        const bool frozen =
            strncmp(a.name, "trunk.stem", 10) == 0 || strncmp(a.name, "trunk.block0", 12) == 0;
        const size_t bytes = (size_t)a.shape[0] * sizeof(float);
        assert_int_equal(memcmp(a.data, b.data, bytes) == 0, frozen);
    }
    ludus_trainer_destroy(trainer);
    ludus_net_destroy(net);
    ludus_net_destroy(before);
}

// Fits one batch; returns last loss over first.
static float overfit(const sample_net *sample, ludus_precision precision,
                     ludus_optimiser_kind optimiser, float lr)
{
    static rows r;
    ludus_train_stats first, last;
    ludus_net *net = sample_net_create(&sample->desc, 61);
    make_rows(net, &r);
    for (int32_t h = 0; h < sample->desc.num_heads; h++) {
        if (sample->desc.heads[h].kind == LUDUS_HEAD_POLICY) {
            memset(r.target[h], 0, sizeof r.target[h]);
            for (size_t n = 0; n < ROWS; n++) {
                r.target[h][n * 5 + n % 5] = 1.0f;
            }
        }
    }
    ludus_trainer_config config = plain_config(2);
    config.precision = precision;
    config.optimiser = optimiser;
    config.lr = lr;
    config.epsilon = optimiser == LUDUS_OPTIMISER_RMSPROP ? 0.01f : 1e-8f;
    config.beta2 = optimiser == LUDUS_OPTIMISER_RMSPROP ? 0.95f : 0.999f;
    ludus_trainer *trainer = make_trainer(net, &config);
    ludus_trainer_step(trainer, &r.batch, &first, NULL);
    for (int i = 0; i < 150; i++) {
        ludus_trainer_step(trainer, &r.batch, &last, NULL);
    }
    ludus_trainer_destroy(trainer);
    ludus_net_destroy(net);
    return last.loss[0] / first.loss[0];
}

static void each_trunk_learns_a_batch_by_heart(void **state)
{
    sample_net nets[NUM_SAMPLE_NETS];
    (void)state;
    sample_nets(nets);
    for (int i = 0; i < 7; i++) {
        assert_true(overfit(&nets[i], LUDUS_PRECISION_F32, LUDUS_OPTIMISER_ADAM, 0.01f) < 0.3f);
    }
    assert_true(overfit(&nets[0], LUDUS_PRECISION_BF16, LUDUS_OPTIMISER_ADAMW, 0.01f) < 0.3f);
    assert_true(overfit(&nets[0], LUDUS_PRECISION_F32, LUDUS_OPTIMISER_SGD, 0.05f) < 0.3f);
    assert_true(overfit(&nets[0], LUDUS_PRECISION_F32, LUDUS_OPTIMISER_RMSPROP, 0.003f) < 0.3f);
}

static void a_step_allocates_nothing(void **state)
{
    static rows r;
    sample_net nets[NUM_SAMPLE_NETS];
    ludus_train_stats stats;
    float errors[ROWS];
    (void)state;
    sample_nets(nets);
    const ludus_trainer_config config = plain_config(2);
    ludus_net *net = sample_net_create(&nets[7].desc, 71);
    make_rows(net, &r);
    ludus_trainer *trainer = make_trainer(net, &config);
    const uint64_t before = ludus_alloc_count();
    ludus_trainer_step(trainer, &r.batch, &stats, errors);
    assert_int_equal(ludus_alloc_count(), before);
    for (int n = 0; n < ROWS; n++) {
        assert_true(errors[n] > 0.0f);
    }
    ludus_trainer_destroy(trainer);
    ludus_net_destroy(net);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gradients_equal_finite_differences),
        cmocka_unit_test(other_losses_equal_finite_differences),
        cmocka_unit_test(bf16_gradients_are_near_those_of_f32),
        cmocka_unit_test(averaged_weights_follow_their_recurrence),
        cmocka_unit_test(threads_do_not_change_the_weights),
        cmocka_unit_test(resume_is_exact),
        cmocka_unit_test(frozen_tensors_stay),
        cmocka_unit_test(each_trunk_learns_a_batch_by_heart),
        cmocka_unit_test(a_step_allocates_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
