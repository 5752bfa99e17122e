// Claims about training: gradients equal finite differences of the plain C reference, results do
// not depend on threads, resume exactly, and learn.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "sample_nets.h"
#include "training_rows.h"

static ludus_trainer_config plain_config(int32_t shards)
{
    ludus_trainer_config c = ludus_trainer_config_default();
    c.batch = TRAINING_ROWS;
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

static double finite_difference(const ludus_net *net, const training_rows *r,
                                const ludus_trainer_config *c, float *w)
{
    const float old = *w, step = 2e-5f; // small: a kink of a maximum or ReLU is seldom within
    *w = old + step;
    const double up = (double)*w, above = training_rows_loss(net, r, c);
    *w = old - step;
    const double down = (double)*w, below = training_rows_loss(net, r, c);
    *w = old;
    return (above - below) / (up - down);
}

// Every tensor: a handful of its weights against central differences. `net`: what the batch goes
// through, on the trainer's weights.
static void check_tensors(const char *name, const ludus_trainer *trainer, const ludus_net *net,
                          const training_rows *r, const ludus_trainer_config *config)
{
    size_t compared = 0;
    for (size_t i = 0; i < ludus_net_num_tensors(net); i++) {
        const ludus_tensor t = ludus_net_tensor(net, i);
        const float *gradient = ludus_trainer_gradient(trainer, i);
        size_t count = 1;
        for (int32_t k = 0; k < t.rank; k++) {
            count *= (size_t)t.shape[k];
        }
        for (size_t k = 0; gradient != NULL && k < count; k += 1 + count / 7) {
            const double expected = finite_difference(net, r, config, &t.data[k]);
            const double gap = fabs(expected - (double)gradient[k]);
            if (!(gap <= 2e-3 * fabs(expected) + 3e-4)) {
                fail_msg("%s, %s[%zu]: gradient %g, finite difference %g", name, t.name, k,
                         (double)gradient[k], expected);
            }
            compared++;
        }
    }
    assert_true(compared > 0);
}

static void check_probe(const char *name, ludus_trainer *trainer, int32_t shape,
                        const ludus_trainer_config *config)
{
    static training_rows r;
    ludus_train_stats stats;
    const ludus_net *net = ludus_trainer_ema_for(trainer, shape); // without an average, the net
    training_rows_make(net, &r);
    r.batch.shape = shape;
    ludus_trainer_probe(trainer, &r.batch, &stats);
    const double loss = training_rows_loss(net, &r, config);
    if (!(fabs(loss - (double)stats.total) <= 1e-4 * fabs(loss))) {
        fail_msg("%s: loss %g, reference %g", name, (double)stats.total, loss);
    }
    check_tensors(name, trainer, net, &r, config);
}

static void check_gradients(const sample_net *sample, const ludus_trainer_config *config)
{
    ludus_net *net = sample_net_create(&sample->desc, 21);
    ludus_trainer *trainer = make_trainer(net, config);
    check_probe(sample->name, trainer, 0, config);
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
    static training_rows r;
    ludus_train_stats stats;
    double gap = 0.0, length = 0.0;
    ludus_net *net = sample_net_create(&sample->desc, 21);
    training_rows_make(net, &r);
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
    static training_rows r;
    sample_net nets[NUM_SAMPLE_NETS];
    ludus_train_stats stats;
    (void)state;
    sample_nets(nets);
    ludus_trainer_config config = plain_config(2);
    config.ema_decay = 0.25f;
    ludus_net *net = sample_net_create(&nets[0].desc, 81);
    training_rows_make(net, &r);
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
    static training_rows r;
    sample_net nets[NUM_SAMPLE_NETS];
    ludus_train_stats stats;
    sample_nets(nets);
    nets[5].desc.dropout = 0.3f;
    uint64_t hash = 0;
    for (int i = 3; i <= 5; i += 2) {
        ludus_net *net = sample_net_create(&nets[i].desc, 31);
        training_rows_make(net, &r);
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
    static training_rows r;
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
    training_rows_make(net, &r);
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
    static training_rows r;
    sample_net nets[NUM_SAMPLE_NETS];
    ludus_train_stats stats;
    ludus_net *before;
    (void)state;
    sample_nets(nets);
    ludus_trainer_config config = plain_config(2);
    strcpy(config.freeze, "trunk.stem, trunk.block0");
    ludus_net *net = sample_net_create(&nets[0].desc, 51);
    training_rows_make(net, &r);
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

static void settings_that_cannot_work_are_refused(void **state)
{
    sample_net nets[NUM_SAMPLE_NETS];
    ludus_trainer *trainer;
    ludus_error error;
    (void)state;
    sample_nets(nets);
    ludus_net *net = sample_net_create(&nets[0].desc, 51);
    ludus_trainer_config misspelt = plain_config(1), endless = misspelt, still = misspelt;
    strcpy(misspelt.freeze, "trunk.stem, trunk.blok0");
    assert_int_equal(ludus_trainer_create(&trainer, net, &misspelt, &error), LUDUS_ERR_ARG);
    assert_non_null(strstr(error.text, "\"trunk.blok0\""));
    endless.schedule = LUDUS_SCHEDULE_COSINE;
    endless.period = 0;
    assert_int_equal(ludus_trainer_create(&trainer, net, &endless, &error), LUDUS_ERR_ARG);
    assert_non_null(strstr(error.text, "train.period"));
    still.optimiser = LUDUS_OPTIMISER_ADAM;
    still.epsilon = 0.0f;
    assert_int_equal(ludus_trainer_create(&trainer, net, &still, &error), LUDUS_ERR_ARG);
    assert_non_null(strstr(error.text, "train.epsilon"));
    ludus_net_destroy(net);
}

// Fits one batch; returns last loss over first.
static float overfit(const sample_net *sample, ludus_precision precision,
                     ludus_optimiser_kind optimiser, float lr)
{
    static training_rows r;
    ludus_train_stats first, last;
    ludus_net *net = sample_net_create(&sample->desc, 61);
    training_rows_make(net, &r);
    for (int32_t h = 0; h < sample->desc.num_heads; h++) {
        if (sample->desc.heads[h].kind == LUDUS_HEAD_POLICY) {
            memset(r.target[h], 0, sizeof r.target[h]);
            for (size_t n = 0; n < TRAINING_ROWS; n++) {
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
    static training_rows r;
    sample_net nets[NUM_SAMPLE_NETS];
    ludus_train_stats stats;
    float errors[TRAINING_ROWS];
    (void)state;
    sample_nets(nets);
    const ludus_trainer_config config = plain_config(2);
    ludus_net *net = sample_net_create(&nets[7].desc, 71);
    training_rows_make(net, &r);
    ludus_trainer *trainer = make_trainer(net, &config);
    const uint64_t before = ludus_alloc_count();
    ludus_trainer_step(trainer, &r.batch, &stats, errors);
    assert_int_equal(ludus_alloc_count(), before);
    for (int n = 0; n < TRAINING_ROWS; n++) {
        assert_true(errors[n] > 0.0f);
    }
    ludus_trainer_destroy(trainer);
    ludus_net_destroy(net);
}

// ---- Boards of several sizes -----------------------------------------------------------------

static int32_t add_shape(ludus_trainer *trainer, int32_t h, int32_t w)
{
    ludus_error error;
    int32_t shape;
    if (ludus_trainer_add_shape(trainer, h, w, &shape, &error)) {
        fail_msg("%s", error.text);
    }
    return shape;
}

static void further_shapes_gradients_equal_finite_differences(void **state)
{
    sample_net nets[NUM_SAMPLE_NETS];
    (void)state;
    sample_nets(nets);
    const ludus_trainer_config config = plain_config(1);
    ludus_net *net = sample_net_create(&nets[9].desc, 21);
    ludus_trainer *trainer = make_trainer(net, &config);
    const int32_t wide = add_shape(trainer, 3, 6), small = add_shape(trainer, 2, 2);
    check_probe("3x6", trainer, wide, &config);
    check_probe("2x2", trainer, small, &config);
    check_probe("4x5 again", trainer, 0, &config);
    ludus_trainer_destroy(trainer);
    ludus_net_destroy(net);
}

// A trainer for one size, in the state of `from`.
static ludus_trainer *trainer_like(const ludus_trainer *from, const ludus_net *from_net,
                                   const ludus_trainer_config *config, int32_t h, int32_t w,
                                   ludus_net **net)
{
    ludus_buffer state = {0};
    assert_int_equal(ludus_net_resize(net, from_net, h, w, NULL), LUDUS_OK);
    ludus_trainer *trainer = make_trainer(*net, config);
    ludus_trainer_save(from, &state);
    ludus_cursor cursor = {.data = state.data, .size = state.size};
    assert_int_equal(ludus_trainer_load(trainer, &cursor, NULL), LUDUS_OK);
    ludus_buffer_free(&state);
    return trainer;
}

static void assert_same_tensors(const ludus_net *a, const ludus_net *b)
{
    for (size_t i = 0; i < ludus_net_num_tensors(a); i++) {
        const ludus_tensor x = ludus_net_tensor(a, i), y = ludus_net_tensor(b, i);
        size_t bytes = sizeof(float);
        for (int32_t k = 0; k < x.rank; k++) {
            bytes *= (size_t)x.shape[k];
        }
        assert_memory_equal(x.data, y.data, bytes);
    }
}

static void check_steps(const ludus_trainer_config *config)
{
    static const int32_t sizes[][2] = {{4, 5}, {3, 6}, {2, 2}}, order[] = {1, 0, 2, 2, 1, 0};
    static training_rows r;
    sample_net nets[NUM_SAMPLE_NETS];
    ludus_train_stats mixed_stats, stats;
    ludus_net *own_net;
    sample_nets(nets);
    ludus_net *net = sample_net_create(&nets[9].desc, 91);
    ludus_trainer *mixed = make_trainer(net, config);
    assert_int_equal(add_shape(mixed, 3, 6), 1);
    assert_int_equal(add_shape(mixed, 2, 2), 2);
    for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
        const int32_t *size = sizes[order[i]];
        ludus_trainer *own = trainer_like(mixed, net, config, size[0], size[1], &own_net);
        training_rows_make(own_net, &r);
        ludus_trainer_step(own, &r.batch, &stats, NULL);
        r.batch.shape = order[i];
        ludus_trainer_step(mixed, &r.batch, &mixed_stats, NULL);
        assert_memory_equal(&mixed_stats, &stats, sizeof stats);
        assert_int_equal(ludus_trainer_steps(mixed), (int64_t)i + 1);
        assert_same_tensors(net, own_net);
        assert_same_tensors(ludus_trainer_ema_for(mixed, order[i]), ludus_trainer_ema(own));
        assert_same_tensors(ludus_trainer_ema(mixed), ludus_trainer_ema(own));
        ludus_trainer_destroy(own);
        ludus_net_destroy(own_net);
    }
    ludus_trainer_destroy(mixed);
    ludus_net_destroy(net);
}

static void a_shapes_step_is_that_of_its_own_trainer(void **state)
{
    (void)state;
    for (int32_t threads = 1; threads <= 2; threads++) {
        ludus_trainer_config config = plain_config(4);
        config.threads = threads;
        config.optimiser = LUDUS_OPTIMISER_ADAMW;
        config.ema_decay = 0.9f;
        config.grad_clip = 0.5f;
        check_steps(&config);
        config.precision = LUDUS_PRECISION_BF16;
        check_steps(&config);
    }
}

static void a_size_that_the_weights_do_not_fit_is_refused(void **state)
{
    static training_rows r;
    sample_net nets[NUM_SAMPLE_NETS];
    ludus_train_stats stats;
    ludus_error error;
    int32_t shape = -1;
    (void)state;
    sample_nets(nets);
    const ludus_trainer_config config = plain_config(2);
    ludus_net *net = sample_net_create(&nets[0].desc, 92);
    ludus_trainer *trainer = make_trainer(net, &config);
    assert_int_equal(ludus_trainer_add_shape(trainer, 3, 6, &shape, &error), LUDUS_ERR_ARG);
    assert_non_null(strstr(error.text, "tied to 4x5"));
    assert_int_equal(shape, -1);
    training_rows_make(net, &r);
    ludus_trainer_step(trainer, &r.batch, &stats, NULL);
    ludus_trainer_destroy(trainer);
    ludus_net_destroy(net);
    net = sample_net_create(&nets[8].desc, 92);
    trainer = make_trainer(net, &config);
    assert_int_equal(ludus_trainer_add_shape(trainer, 4, 5, &shape, &error), LUDUS_ERR_ARG);
    assert_non_null(strstr(error.text, "noisy"));
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
        cmocka_unit_test(settings_that_cannot_work_are_refused),
        cmocka_unit_test(each_trunk_learns_a_batch_by_heart),
        cmocka_unit_test(a_step_allocates_nothing),
        cmocka_unit_test(further_shapes_gradients_equal_finite_differences),
        cmocka_unit_test(a_shapes_step_is_that_of_its_own_trainer),
        cmocka_unit_test(a_size_that_the_weights_do_not_fit_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
