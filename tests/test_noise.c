// Claims about noisy layers: the noise follows from the seed alone and is off at seed 0, executors
// and trainers agree with the reference about it, and it reaches files and recipes.

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
#define ROW_INPUT (3 * 4 * 5)
#define OUTPUTS 12 // 3 actions, 4 atoms
#define NOISY 8    // index of the noisy sample

static ludus_net_desc noisy_desc(void)
{
    sample_net nets[NUM_SAMPLE_NETS];
    sample_nets(nets);
    assert_true(nets[NOISY].desc.noisy);
    return nets[NOISY].desc;
}

static size_t count_of(const ludus_tensor *t)
{
    return (size_t)t->shape[0] * (t->rank > 1 ? (size_t)t->shape[1] : 1) *
           (t->rank > 2 ? (size_t)(t->shape[2] * t->shape[3]) : 1);
}

static ludus_net_exec *make_exec(const ludus_net *net, ludus_precision precision)
{
    static float calibration[ROWS * ROW_INPUT];
    ludus_net_exec *exec;
    ludus_error error;
    sample_fill(calibration, ROWS * ROW_INPUT, 8);
    const ludus_exec_config config = {.max_batch = ROWS,
                                      .precision = precision,
                                      .calibration = calibration,
                                      .calibration_rows = ROWS};
    if (ludus_net_exec_create(&exec, net, &config, &error)) {
        fail_msg("%s", error.text);
    }
    return exec;
}

static void forward(ludus_net_exec *exec, float out[ROWS * OUTPUTS])
{
    static float in[ROWS * ROW_INPUT];
    float *heads[LUDUS_NET_MAX_HEADS] = {out};
    sample_fill(in, ROWS * ROW_INPUT, 1);
    ludus_net_forward(exec, ROWS, in, heads);
}

// ---- Weights ---------------------------------------------------------------------------------

static void weights_begin_as_in_the_paper(void **state)
{
    const ludus_net_desc desc = noisy_desc();
    ludus_net *net;
    int sigmas = 0, means = 0;
    (void)state;
    assert_int_equal(ludus_net_create(&net, &desc, 5, NULL), LUDUS_OK);
    for (size_t i = 0; i < ludus_net_num_tensors(net); i++) {
        const ludus_tensor t = ludus_net_tensor(net, i);
        const char *fc1 = "heads.q.fc1."; // 12 inputs
        if (strncmp(t.name, fc1, strlen(fc1)) != 0) {
            continue;
        }
        const float bound = 1.0f / sqrtf(12.0f);
        const bool is_sigma = strstr(t.name, "_sigma") != NULL;
        float largest = 0.0f;
        for (size_t k = 0; k < count_of(&t); k++) {
            largest = fmaxf(largest, fabsf(t.data[k]));
            assert_true(is_sigma ? t.data[k] == 0.5f * bound : fabsf(t.data[k]) <= bound);
        }
        assert_true(is_sigma || largest > 0.6f * bound);
        sigmas += is_sigma;
        means += !is_sigma;
    }
    assert_int_equal(sigmas, 2);
    assert_int_equal(means, 2);
    ludus_net_destroy(net);
}

// E f = 0 and E f^2 = E|x| = sqrt(2 / pi) for a standard normal x.
static void noise_has_the_moments_of_rooted_normals(void **state)
{
    enum { COUNT = 20000 };
    static float in[COUNT], out[COUNT];
    double mean = 0.0, square = 0.0, product = 0.0;
    (void)state;
    ludus_noise_draw(7, 3, COUNT, COUNT, in, out);
    for (int i = 0; i < COUNT; i++) {
        mean += (double)in[i] / COUNT;
        square += (double)in[i] * (double)in[i] / COUNT;
        product += (double)in[i] * (double)out[i] / COUNT;
    }
    assert_true(fabs(mean) < 0.03);
    assert_true(fabs(square - sqrt(2.0 / 3.14159265358979)) < 0.02);
    assert_true(fabs(product) < 0.03);
}

// ---- Executors -------------------------------------------------------------------------------

// The net without noise that has the noisy one's means.
static ludus_net *plain_twin(const ludus_net *noisy)
{
    ludus_net_desc desc = *ludus_net_describe(noisy);
    ludus_net *net;
    desc.noisy = false;
    assert_int_equal(ludus_net_create(&net, &desc, 1, NULL), LUDUS_OK);
    size_t copied = 0;
    for (size_t i = 0; i < ludus_net_num_tensors(net); i++) {
        const ludus_tensor to = ludus_net_tensor(net, i);
        for (size_t k = 0; k < ludus_net_num_tensors(noisy); k++) {
            const ludus_tensor from = ludus_net_tensor(noisy, k);
            if (strcmp(from.name, to.name) == 0) {
                memcpy(to.data, from.data, count_of(&to) * sizeof(float));
                copied++;
            }
        }
    }
    assert_int_equal(copied, ludus_net_num_tensors(net));
    return net;
}

static void seed_zero_is_the_plain_net(void **state)
{
    static float expected[ROWS * OUTPUTS], out[ROWS * OUTPUTS];
    const ludus_net_desc desc = noisy_desc();
    (void)state;
    ludus_net *noisy = sample_net_create(&desc, 3), *plain = plain_twin(noisy);
    for (ludus_precision p = 0; p < LUDUS_NUM_PRECISIONS; p++) {
        ludus_net_exec *a = make_exec(plain, p), *b = make_exec(noisy, p);
        forward(a, expected);
        forward(b, out);
        assert_memory_equal(out, expected, sizeof out);
        ludus_net_exec_noise(b, 9);
        forward(b, out);
        assert_memory_not_equal(out, expected, sizeof out);
        ludus_net_exec_noise(b, 0);
        forward(b, out);
        assert_memory_equal(out, expected, sizeof out);
        ludus_net_exec_noise(a, 9); // of no effect
        forward(a, out);
        assert_memory_equal(out, expected, sizeof out);
        ludus_net_exec_destroy(a);
        ludus_net_exec_destroy(b);
    }
    ludus_net_destroy(plain);
    ludus_net_destroy(noisy);
}

static void noise_follows_from_the_seed_alone(void **state)
{
    static float first[ROWS * OUTPUTS], out[ROWS * OUTPUTS];
    const ludus_net_desc desc = noisy_desc();
    (void)state;
    ludus_net *net = sample_net_create(&desc, 3), *other = sample_net_create(&desc, 4);
    ludus_net_exec *a = make_exec(net, LUDUS_PRECISION_F32);
    ludus_net_exec *b = make_exec(other, LUDUS_PRECISION_F32);
    ludus_net_exec_noise(a, 21);
    forward(a, first);
    ludus_net_exec_noise(a, 22);
    forward(a, out);
    assert_memory_not_equal(out, first, sizeof out);
    const uint64_t before = ludus_alloc_count();
    ludus_net_exec_noise(b, 22);
    ludus_net_exec_noise(b, 21);
    assert_int_equal(ludus_net_exec_refresh(b, net, NULL), LUDUS_OK); // keeps the noise
    assert_int_equal(ludus_alloc_count(), before);
    forward(b, out);
    assert_memory_equal(out, first, sizeof out);
    ludus_net_exec_destroy(a);
    ludus_net_exec_destroy(b);
    ludus_net_destroy(net);
    ludus_net_destroy(other);
}

static void noisy_forward_equals_the_reference(void **state)
{
    static float in[ROWS * ROW_INPUT], out[ROWS * OUTPUTS];
    static double expected[ROWS * OUTPUTS];
    double *heads[LUDUS_NET_MAX_HEADS] = {expected};
    const ludus_net_desc desc = noisy_desc();
    (void)state;
    sample_fill(in, ROWS * ROW_INPUT, 1);
    ludus_net *net = sample_net_create(&desc, 3);
    ludus_net_exec *exec = make_exec(net, LUDUS_PRECISION_F32);
    for (uint64_t seed = 0; seed < 4; seed++) {
        ludus_net_exec_noise(exec, seed);
        forward(exec, out);
        assert_int_equal(ludus_net_reference(net, ROWS, in, false, seed, heads), LUDUS_OK);
        for (int i = 0; i < ROWS * OUTPUTS; i++) {
            assert_true(fabs((double)out[i] - expected[i]) < 1e-5 * (1.0 + fabs(expected[i])));
        }
    }
    ludus_net_exec_destroy(exec);
    ludus_net_destroy(net);
}

// ---- Gradients -------------------------------------------------------------------------------

static double sum_of_outputs(ludus_reference *ref, const float *in, int32_t head)
{
    double sum = 0.0;
    ludus_reference_forward(ref, in);
    for (size_t i = 0; i < ludus_reference_count(ref, head); i++) {
        sum += ref->values[head][i] * (1.0 + (double)(i % 3));
    }
    return sum;
}

// Trainers are held to the reference's loss by tests/test_trainer.c; here the reference's own
// backward pass is held to its forward pass.
static void reference_gradients_equal_finite_differences(void **state)
{
    static float in[ROWS * ROW_INPUT];
    const ludus_net_desc desc = noisy_desc();
    ludus_reference *ref;
    (void)state;
    sample_fill(in, ROWS * ROW_INPUT, 1);
    ludus_net *net = sample_net_create(&desc, 3);
    assert_int_equal(ludus_reference_create(&ref, net, ROWS), LUDUS_OK);
    ref->training = true;
    ref->noise = 17;
    const int32_t head = net->graph.num_nodes - 1;
    ludus_reference_forward(ref, in);
    for (size_t i = 0; i < ludus_reference_count(ref, head); i++) {
        ref->gradients[head][i] = 1.0 + (double)(i % 3);
    }
    ludus_reference_backward(ref);
    for (size_t i = 0; i < net->graph.num_tensors; i++) {
        const ludus_tensor *t = &net->graph.tensors[i];
        double *w = ref->params + (t->data - net->params);
        const double *gradient = ref->gradient + (t->data - net->params);
        for (size_t k = 0; k < count_of(t); k += 1 + count_of(t) / 5) {
            const double old = w[k], step = 1e-6;
            w[k] = old + step;
            const double above = sum_of_outputs(ref, in, head);
            w[k] = old - step;
            const double below = sum_of_outputs(ref, in, head);
            w[k] = old;
            const double expected = (above - below) / (2.0 * step);
            if (!(fabs(expected - gradient[k]) <= 1e-4 * (1.0 + fabs(expected)))) {
                fail_msg("%s[%zu]: %g, not %g", t->name, k, gradient[k], expected);
            }
        }
    }
    ludus_reference_destroy(ref);
    ludus_net_destroy(net);
}

// ---- Training --------------------------------------------------------------------------------

static ludus_trainer_config train_config(void)
{
    ludus_trainer_config c = ludus_trainer_config_default();
    c.batch = ROWS;
    c.shards = 1;
    c.ema_decay = 0.0f;
    c.lr = 0.05f;
    return c;
}

static ludus_batch make_batch(void)
{
    static float in[ROWS * ROW_INPUT], target[ROWS * 4];
    static const int32_t action[ROWS] = {0, 1, 2, 0, 1, 2, 0, 1};
    sample_fill(in, ROWS * ROW_INPUT, 1);
    for (int i = 0; i < ROWS * 4; i++) {
        target[i] = i % 4 == i / 4 % 4 ? 1.0f : 0.0f;
    }
    return (ludus_batch){.in = in, .target = {target}, .action = action};
}

// The net after `steps` steps; the caller destroys it.
static ludus_net *trained(const ludus_trainer_config *config, int steps)
{
    const ludus_net_desc desc = noisy_desc();
    const ludus_batch batch = make_batch();
    ludus_train_stats stats;
    ludus_trainer *trainer;
    ludus_error error;
    ludus_net *net = sample_net_create(&desc, 31);
    if (ludus_trainer_create(&trainer, net, config, &error)) {
        fail_msg("%s", error.text);
    }
    const uint64_t before = ludus_alloc_count();
    for (int i = 0; i < steps; i++) {
        ludus_trainer_step(trainer, &batch, &stats, NULL);
    }
    assert_int_equal(ludus_alloc_count(), before);
    ludus_trainer_destroy(trainer);
    return net;
}

static uint64_t trained_hash(const ludus_trainer_config *config, int steps)
{
    ludus_net *net = trained(config, steps);
    const uint64_t hash = ludus_net_hash(net);
    ludus_net_destroy(net);
    return hash;
}

static void threads_do_not_change_a_noisy_step(void **state)
{
    ludus_trainer_config config = train_config();
    (void)state;
    config.shards = 4;
    const uint64_t one = trained_hash(&config, 3);
    for (config.threads = 2; config.threads <= 4; config.threads++) {
        assert_int_equal(trained_hash(&config, 3), one);
    }
    config.seed = 1;
    assert_int_not_equal(trained_hash(&config, 3), one);
}

// Were each shard to draw its own noise, the sums would differ by far more than rounding.
static void all_shards_have_the_same_noise(void **state)
{
    ludus_trainer_config config = train_config();
    (void)state;
    ludus_net *one = trained(&config, 1);
    config.shards = 4;
    ludus_net *four = trained(&config, 1);
    for (size_t i = 0; i < ludus_net_num_tensors(one); i++) {
        const ludus_tensor a = ludus_net_tensor(one, i), b = ludus_net_tensor(four, i);
        for (size_t k = 0; k < count_of(&a); k++) {
            assert_true(fabsf(a.data[k] - b.data[k]) < 1e-5f);
        }
    }
    ludus_net_destroy(one);
    ludus_net_destroy(four);
}

static void each_step_has_its_own_noise(void **state)
{
    (void)state;
    assert_int_not_equal(ludus_noise_step_seed(1, 0), ludus_noise_step_seed(1, 1));
    assert_int_not_equal(ludus_noise_step_seed(1, 0), ludus_noise_step_seed(2, 0));
    // Without learning, the loss of the same rows changes with the noise alone.
    const ludus_net_desc desc = noisy_desc();
    ludus_trainer_config config = train_config();
    const ludus_batch batch = make_batch();
    ludus_train_stats first, second;
    ludus_trainer *trainer;
    config.lr = 0.0f;
    ludus_net *net = sample_net_create(&desc, 31);
    assert_int_equal(ludus_trainer_create(&trainer, net, &config, NULL), LUDUS_OK);
    ludus_trainer_step(trainer, &batch, &first, NULL);
    ludus_trainer_step(trainer, &batch, &second, NULL);
    assert_true(first.total != second.total);
    ludus_trainer_destroy(trainer);
    ludus_net_destroy(net);
}

static void weight_decay_spares_sigmas(void **state)
{
    ludus_trainer_config config = train_config();
    (void)state;
    config.weight_decay = 0.0f;
    ludus_net *without = trained(&config, 1);
    config.weight_decay = 1.0f;
    ludus_net *with = trained(&config, 1);
    for (size_t i = 0; i < ludus_net_num_tensors(with); i++) {
        const ludus_tensor a = ludus_net_tensor(without, i), b = ludus_net_tensor(with, i);
        const bool decays = a.rank > 1 && strstr(a.name, "_sigma") == NULL;
        assert_int_equal(memcmp(a.data, b.data, count_of(&a) * sizeof(float)) != 0, decays);
    }
    ludus_net_destroy(without);
    ludus_net_destroy(with);
}

// ---- Descriptions ----------------------------------------------------------------------------

static void files_keep_the_noise(void **state)
{
    const ludus_net_desc desc = noisy_desc();
    ludus_net *net = sample_net_create(&desc, 3), *read;
    void *bytes;
    size_t size;
    (void)state;
    assert_int_equal(ludus_net_to_bytes(net, NULL, &bytes, &size), LUDUS_OK);
    assert_int_equal(ludus_net_from_bytes(&read, bytes, size, NULL), LUDUS_OK);
    assert_true(ludus_net_describe(read)->noisy);
    assert_int_equal(ludus_net_hash(read), ludus_net_hash(net));
    ludus_net_destroy(net);
    ludus_net_destroy(read);
    ludus_free(bytes);
}

static void noise_without_a_q_head_is_refused(void **state)
{
    sample_net nets[NUM_SAMPLE_NETS];
    ludus_error error;
    (void)state;
    sample_nets(nets);
    nets[0].desc.noisy = true;
    assert_int_equal(ludus_net_desc_check(&nets[0].desc, &error), LUDUS_ERR_ARG);
    assert_non_null(strstr(error.text, "noisy"));
    assert_int_equal(ludus_net_desc_check(&nets[NOISY].desc, &error), LUDUS_OK);
}

static void recipes_turn_it_on(void **state)
{
    ludus_net_desc desc = ludus_net_desc_default();
    ludus_config *config;
    ludus_error error;
    (void)state;
    assert_false(desc.noisy);
    assert_int_equal(ludus_config_create(&config), LUDUS_OK);
    assert_int_equal(ludus_config_set(config, "net.noisy=true", &error), LUDUS_OK);
    assert_int_equal(
        ludus_config_apply(config, ludus_net_options, ludus_net_num_options, &desc, &error),
        LUDUS_OK);
    assert_true(desc.noisy);
    ludus_config_destroy(config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weights_begin_as_in_the_paper),
        cmocka_unit_test(noise_has_the_moments_of_rooted_normals),
        cmocka_unit_test(seed_zero_is_the_plain_net),
        cmocka_unit_test(noise_follows_from_the_seed_alone),
        cmocka_unit_test(noisy_forward_equals_the_reference),
        cmocka_unit_test(reference_gradients_equal_finite_differences),
        cmocka_unit_test(threads_do_not_change_a_noisy_step),
        cmocka_unit_test(all_shards_have_the_same_noise),
        cmocka_unit_test(each_step_has_its_own_noise),
        cmocka_unit_test(weight_decay_spares_sigmas),
        cmocka_unit_test(files_keep_the_noise),
        cmocka_unit_test(noise_without_a_q_head_is_refused),
        cmocka_unit_test(recipes_turn_it_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
