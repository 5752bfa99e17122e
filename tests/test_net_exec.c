// Claims about forward passes: they equal the plain C reference, do not depend on the batch,
// allocate nothing, and agree between precisions.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <omp.h>
#include <string.h>

#include "nets/net_reference.h"
#include "sample_nets.h"

#define ROWS 37
#define MAX_INPUT (ROWS * 3 * 4 * 5)
#define MAX_OUTPUT (ROWS * 64)

typedef struct outputs {
    float head[LUDUS_NET_MAX_HEADS][MAX_OUTPUT];
} outputs;

static void forward(const ludus_net *net, ludus_precision precision, int32_t max_batch, int32_t n,
                    const float *in, outputs *out)
{
    static float calibration[MAX_INPUT];
    ludus_net_exec *exec;
    ludus_error error;
    float *heads[LUDUS_NET_MAX_HEADS];
    sample_fill(calibration, MAX_INPUT, 8);
    const ludus_exec_config config = {.max_batch = max_batch,
                                      .precision = precision,
                                      .calibration = calibration,
                                      .calibration_rows = ROWS};
    if (ludus_net_exec_create(&exec, net, &config, &error)) {
        fail_msg("%s", error.text);
    }
    for (int h = 0; h < LUDUS_NET_MAX_HEADS; h++) {
        heads[h] = out->head[h];
    }
    ludus_net_forward(exec, n, in, heads);
    ludus_net_exec_destroy(exec);
}

// Largest distance from the reference, relative to the largest output.
static double distance(const ludus_net *net, int32_t n, const float *in, const outputs *out)
{
    static double expected[LUDUS_NET_MAX_HEADS][MAX_OUTPUT];
    double *heads[LUDUS_NET_MAX_HEADS], worst = 0.0;
    for (int h = 0; h < LUDUS_NET_MAX_HEADS; h++) {
        heads[h] = expected[h];
    }
    assert_int_equal(ludus_net_reference(net, n, in, false, 0, heads), LUDUS_OK);
    for (int32_t h = 0; h < ludus_net_describe(net)->num_heads; h++) {
        double largest = 0.0, gap = 0.0;
        for (size_t i = 0; i < (size_t)n * ludus_net_head_outputs(net, h); i++) {
            assert_true(isfinite(out->head[h][i])); // fmax would pass over it
            largest = fmax(largest, fabs(expected[h][i]));
            gap = fmax(gap, fabs(expected[h][i] - (double)out->head[h][i]));
        }
        assert_true(largest > 0.0);
        worst = fmax(worst, gap / largest);
    }
    return worst;
}

static void forward_is_near_reference(ludus_precision precision, double bound)
{
    static outputs out;
    static float in[MAX_INPUT];
    sample_net nets[NUM_SAMPLE_NETS];
    sample_nets(nets);
    sample_fill(in, MAX_INPUT, 1);
    for (int i = 0; i < NUM_SAMPLE_NETS; i++) {
        ludus_net *net = sample_net_create(&nets[i].desc, 3);
        forward(net, precision, ROWS, ROWS, in, &out);
        const double gap = distance(net, ROWS, in, &out);
        if (!(gap < bound)) {
            fail_msg("%s: distance %g", nets[i].name, gap);
        }
        ludus_net_destroy(net);
    }
}

static void f32_equals_the_reference(void **state)
{
    (void)state;
    forward_is_near_reference(LUDUS_PRECISION_F32, 1e-5);
}

static void bf16_is_near_the_reference(void **state)
{
    (void)state;
    forward_is_near_reference(LUDUS_PRECISION_BF16, 0.03);
}

static void int8_is_near_the_reference(void **state)
{
    (void)state;
    forward_is_near_reference(LUDUS_PRECISION_INT8, 0.15);
}

static void rows_do_not_depend_on_the_batch(void **state)
{
    static outputs all, some;
    static float in[MAX_INPUT];
    sample_net nets[NUM_SAMPLE_NETS];
    (void)state;
    sample_nets(nets);
    sample_fill(in, MAX_INPUT, 2);
    for (int i = 0; i < NUM_SAMPLE_NETS; i++) {
        ludus_net *net = sample_net_create(&nets[i].desc, 4);
        for (ludus_precision p = 0; p < LUDUS_NUM_PRECISIONS; p++) {
            forward(net, p, ROWS, ROWS, in, &all);
            for (int32_t n = 1; n <= ROWS; n += n < 6 ? 1 : 7) {
                const size_t first = (size_t)(ROWS - n);
                forward(net, p, n, n, in + first * 3 * 4 * 5, &some);
                for (int32_t h = 0; h < nets[i].desc.num_heads; h++) {
                    const size_t k = ludus_net_head_outputs(net, h);
                    assert_memory_equal(some.head[h], all.head[h] + first * k,
                                        (size_t)n * k * sizeof(float));
                }
            }
        }
        ludus_net_destroy(net);
    }
}

// Sizes at which oneDNN chooses other kernels than for the small nets above.
static void rows_of_a_large_net_do_not_depend_on_the_batch(void **state)
{
    static float in[17 * 3 * 9 * 9];
    static float all[2][17 * 82], some[2][17 * 82];
    ludus_net_desc desc;
    sample_net nets[NUM_SAMPLE_NETS];
    (void)state;
    sample_nets(nets);
    desc = nets[0].desc;
    desc.in_shape[1] = desc.in_shape[2] = 9;
    desc.channels = 64;
    desc.blocks = 1;
    desc.heads[0].size = 82;
    desc.heads[1].hidden = 64;
    sample_fill(in, sizeof in / sizeof in[0], 2);
    ludus_net *net = sample_net_create(&desc, 4);
    for (ludus_precision p = 0; p < LUDUS_NUM_PRECISIONS; p++) {
        ludus_net_exec *exec;
        const ludus_exec_config config = {
            .max_batch = 17, .precision = p, .calibration = in, .calibration_rows = 17};
        assert_int_equal(ludus_net_exec_create(&exec, net, &config, NULL), LUDUS_OK);
        ludus_net_forward(exec, 17, in, (float *[]){all[0], all[1]});
        for (int32_t n = 1; n < 17; n += 2) {
            ludus_net_forward(exec, n, in, (float *[]){some[0], some[1]});
            assert_memory_equal(some[0], all[0], (size_t)n * 82 * sizeof(float));
            assert_memory_equal(some[1], all[1], (size_t)n * 3 * sizeof(float));
        }
        ludus_net_exec_destroy(exec);
    }
    ludus_net_destroy(net);
}

// By hand, for a 3x3 stem and two blocks with padding on 4x5, and the heads behind them.
static void operations_inside_the_board_are_counted(void **state)
{
    sample_net nets[NUM_SAMPLE_NETS];
    (void)state;
    sample_nets(nets);
    ludus_net *net = sample_net_create(&nets[0].desc, 4);
    const double taps = (3 * 4 - 2) * (3 * 5 - 2), cells = 4 * 5;
    const double trunk = taps * (3 * 8 + 4 * 8 * 8);
    const double policy = cells * 8 * 4 + cells * 4 * 5;
    const double value = cells * 8 * 3 + cells * 3 * 6 + 6 * 3;
    assert_true(ludus_net_flops(net) == 2.0 * (trunk + policy + value));
    ludus_net_destroy(net);
}

static void refresh_takes_the_new_weights(void **state)
{
    static outputs expected, out;
    static float in[MAX_INPUT];
    sample_net nets[NUM_SAMPLE_NETS];
    ludus_net_exec *exec;
    ludus_error error;
    float *heads[LUDUS_NET_MAX_HEADS];
    (void)state;
    sample_nets(nets);
    sample_fill(in, MAX_INPUT, 2);
    ludus_net *one = sample_net_create(&nets[0].desc, 5);
    ludus_net *two = sample_net_create(&nets[0].desc, 6);
    forward(two, LUDUS_PRECISION_F32, ROWS, ROWS, in, &expected);
    const ludus_exec_config config = {.max_batch = ROWS};
    assert_int_equal(ludus_net_exec_create(&exec, one, &config, &error), LUDUS_OK);
    assert_int_equal(ludus_net_exec_refresh(exec, two, &error), LUDUS_OK);
    for (int h = 0; h < LUDUS_NET_MAX_HEADS; h++) {
        heads[h] = out.head[h];
    }
    ludus_net_destroy(one);
    const uint64_t before = ludus_alloc_count();
    ludus_net_forward(exec, ROWS, in, heads);
    assert_int_equal(ludus_alloc_count(), before); // and allocates nothing
    assert_memory_equal(out.head[0], expected.head[0], ROWS * 5 * sizeof(float));
    ludus_net_exec_destroy(exec);
    ludus_net_destroy(two);
}

static void threads_with_an_executor_each_agree(void **state)
{
    static outputs out[4];
    static float in[MAX_INPUT];
    sample_net nets[NUM_SAMPLE_NETS];
    (void)state;
    sample_nets(nets);
    sample_fill(in, MAX_INPUT, 2);
    ludus_net *net = sample_net_create(&nets[0].desc, 5);
#pragma omp parallel for default(none) shared(net, in, out) num_threads(4)
    for (int i = 0; i < 4; i++) {
        ludus_net_exec *exec;
        float *heads[LUDUS_NET_MAX_HEADS] = {out[i].head[0], out[i].head[1]};
        const ludus_exec_config config = {.max_batch = ROWS};
        if (ludus_net_exec_create(&exec, net, &config, NULL) == LUDUS_OK) {
            ludus_net_forward(exec, ROWS, in, heads);
            ludus_net_exec_destroy(exec);
        }
    }
    for (int i = 1; i < 4; i++) {
        assert_memory_equal(out[i].head[0], out[0].head[0], ROWS * 5 * sizeof(float));
        assert_memory_equal(out[i].head[1], out[0].head[1], ROWS * 3 * sizeof(float));
    }
    assert_true(distance(net, ROWS, in, &out[3]) < 1e-5);
    ludus_net_destroy(net);
}

static void pooled_nets_fit_boards_of_any_size(void **state)
{
    sample_net nets[NUM_SAMPLE_NETS];
    ludus_error error;
    (void)state;
    sample_nets(nets);
    ludus_net *net = sample_net_create(&nets[9].desc, 5), *large, *back;
    assert_int_equal(ludus_net_resize(&large, net, 7, 6, &error), LUDUS_OK);
    assert_int_equal(ludus_net_describe(large)->heads[0].size, 7 * 6 + 2);
    assert_int_equal(ludus_net_hash(large), ludus_net_hash(net));
    assert_int_equal(ludus_net_resize(&back, large, 4, 5, &error), LUDUS_OK);
    static outputs out, expected;
    static float in[MAX_INPUT];
    sample_fill(in, MAX_INPUT, 2);
    forward(net, LUDUS_PRECISION_F32, ROWS, ROWS, in, &expected);
    forward(back, LUDUS_PRECISION_F32, ROWS, ROWS, in, &out);
    assert_memory_equal(out.head[0], expected.head[0], ROWS * 22 * sizeof(float));
    ludus_net_destroy(back);
    ludus_net_destroy(large);
    ludus_net_destroy(net);
    net = sample_net_create(&nets[0].desc, 5);
    assert_int_equal(ludus_net_resize(&large, net, 7, 6, &error), LUDUS_ERR_ARG);
    assert_non_null(strstr(error.text, "tied to 4x5 boards"));
    assert_null(large);
    ludus_net_destroy(net);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(f32_equals_the_reference),
        cmocka_unit_test(bf16_is_near_the_reference),
        cmocka_unit_test(int8_is_near_the_reference),
        cmocka_unit_test(rows_do_not_depend_on_the_batch),
        cmocka_unit_test(rows_of_a_large_net_do_not_depend_on_the_batch),
        cmocka_unit_test(operations_inside_the_board_are_counted),
        cmocka_unit_test(refresh_takes_the_new_weights),
        cmocka_unit_test(threads_with_an_executor_each_agree),
        cmocka_unit_test(pooled_nets_fit_boards_of_any_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
