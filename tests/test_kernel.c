// Claims about the matrix kernels: in each pass and precision they compute the reference's sums of
// the rounded operands, for shapes with and without padding, strides and odd channels.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "nets/dnnl_backend.h"
#include "nets/layer.h"
#include "nets/layer_ref.h"
#include "sample_nets.h"

#define MAX_VALUES 40000
#define MAX_OUTPUTS 64

typedef struct shape {
    int32_t n, h, w, c, c_stored, o, kernel, stride, pad;
    int32_t thin; // if not 0: every second row is zero but for one value in so many
} shape;

static const shape shapes[] = {
    {3, 9, 9, 16, 16, 32, 3, 1, 1, 0}, // a trunk's
    {2, 6, 7, 64, 64, 64, 3, 1, 1, 0},
    {2, 4, 5, 3, 8, 24, 3, 1, 1, 0},   // an input with padded channels
    {2, 10, 10, 4, 4, 16, 3, 1, 0, 0}, // MinAtar
    {5, 10, 10, 4, 4, 16, 3, 1, 0, 9}, // the same, its rows with few values between others
    {4, 5, 9, 3, 3, 32, 2, 1, 0, 5},
    {2, 9, 8, 5, 5, 12, 4, 2, 1, 0},     // strided, odd channels
    {3, 5, 5, 24, 24, 2, 1, 1, 0, 0},    // a head's
    {7, 1, 1, 81, 81, 33, 1, 1, 0, 0},   // dense
    {9, 1, 1, 1024, 1024, 5, 1, 1, 0, 0} // rows that collide in the cache
};
enum { NUM_SHAPES = sizeof(shapes) / sizeof(shapes[0]) };

// One convolution's operands, as the kernels take them and as the reference does.
typedef struct operands {
    float src[MAX_VALUES], dst[MAX_VALUES], weights[MAX_VALUES], residual[MAX_VALUES];
    float bias[MAX_OUTPUTS];
    double ref_src[MAX_VALUES], ref_dst[MAX_VALUES], ref_weights[MAX_VALUES];
    double ref_bias[MAX_OUTPUTS];
    double y[MAX_VALUES], dx[MAX_VALUES], dw[MAX_VALUES], db[MAX_OUTPUTS];
    size_t num_src, num_dst, num_weights;
    ludus_ref_conv ref;
} operands;

static ludus_kernel_desc describe(const shape *s, ludus_kernel_pass pass, ludus_precision precision)
{
    return (ludus_kernel_desc){.pass = pass,
                               .precision = precision,
                               .n = s->n,
                               .h = s->h,
                               .w = s->w,
                               .c = s->c,
                               .c_stored = s->c_stored,
                               .o = s->o,
                               .kernel = s->kernel,
                               .stride = s->stride,
                               .pad = s->pad,
                               .has_bias = pass != LUDUS_KERNEL_BACKWARD_DATA};
}

// Values that bf16 holds exactly, so that the reference sees the same ones in every precision.
static void fill(float *x, size_t count, uint64_t seed, double *ref)
{
    sample_fill(x, count, seed);
    ludus_round_bf16(count, x, x);
    for (size_t i = 0; i < count; i++) {
        ref[i] = (double)x[i];
    }
}

static void fill_operands(const shape *s, operands *p)
{
    const ludus_kernel_desc d = describe(s, LUDUS_KERNEL_FORWARD, LUDUS_PRECISION_F32);
    const size_t c = (size_t)s->c_stored, k = (size_t)(s->kernel * s->kernel);
    p->ref = (ludus_ref_conv){(size_t)s->n,
                              (size_t)s->h,
                              (size_t)s->w,
                              c,
                              (size_t)ludus_kernel_out_size(s->h, &d),
                              (size_t)ludus_kernel_out_size(s->w, &d),
                              (size_t)s->o,
                              (size_t)s->kernel,
                              (size_t)s->stride,
                              (size_t)s->pad};
    p->num_src = p->ref.n * p->ref.h * p->ref.w * c;
    p->num_dst = p->ref.n * p->ref.ho * p->ref.wo * p->ref.o;
    p->num_weights = p->ref.o * (size_t)s->c * k;
    assert_true(p->num_src <= MAX_VALUES && p->num_dst <= MAX_VALUES);
    assert_true(p->ref.o * c * k <= MAX_VALUES && p->ref.o <= MAX_OUTPUTS);
    fill(p->src, p->num_src, 1, p->ref_src);
    fill(p->dst, p->num_dst, 2, p->ref_dst);
    fill(p->weights, p->num_weights, 3, p->dw);
    fill(p->bias, p->ref.o, 4, p->ref_bias);
    memset(p->ref_weights, 0, sizeof p->ref_weights); // those of the padding channels stay zero
    for (size_t i = 0; i < p->num_weights; i++) {
        const size_t o = i / ((size_t)s->c * k), rest = i % ((size_t)s->c * k);
        p->ref_weights[o * c * k + rest] = p->dw[i];
    }
    const size_t row = p->num_src / p->ref.n;
    for (size_t i = 0; i < p->num_src; i++) { // as do their values
        const bool thinned = s->thin > 0 && i / row % 2 == 0 && i % row % (size_t)s->thin != 0;
        if (i % c >= (size_t)s->c || thinned) {
            p->src[i] = 0.0f;
            p->ref_src[i] = 0.0;
        }
    }
}

static ludus_kernel *create(const ludus_kernel_desc *d, const ludus_kernel *like)
{
    ludus_kernel *kernel;
    ludus_error error;
    if (ludus_kernel_create(&kernel, d, like, &error)) {
        fail_msg("%s", error.text);
    }
    return kernel;
}

static void *block(size_t bytes)
{
    void *b = ludus_alloc(bytes + 64, 1);
    assert_non_null(b);
    return b;
}

// The values as the kernel reads them: f32, or bf16 of the same value. Caller frees.
static void *operand(ludus_precision precision, const float *x, size_t count)
{
    void *out = block(count * sizeof *x);
    if (precision == LUDUS_PRECISION_BF16) {
        ludus_to_bf16(count, x, out);
    } else {
        memcpy(out, x, count * sizeof *x);
    }
    return out;
}

static void expect_near(const char *what, int shape_index, const double *expected,
                        const float *given, size_t count, double bound)
{
    double largest = 0.0;
    for (size_t i = 0; i < count; i++) {
        largest = fmax(largest, fabs(expected[i]));
    }
    for (size_t i = 0; i < count; i++) {
        if (!(fabs(expected[i] - (double)given[i]) <= bound * largest)) {
            fail_msg("%s, shape %d, value %zu: %g, expected %g", what, shape_index, i,
                     (double)given[i], expected[i]);
        }
    }
}

static void forward_is_the_sum(ludus_precision precision)
{
    static operands p;
    static float out[MAX_VALUES];
    for (int i = 0; i < NUM_SHAPES; i++) {
        fill_operands(&shapes[i], &p);
        ludus_kernel_desc d = describe(&shapes[i], LUDUS_KERNEL_FORWARD, precision);
        d.is_wide = true;
        d.fuse_relu = i % 2 == 0;
        ludus_kernel *kernel = create(&d, NULL);
        void *src = operand(precision, p.src, p.num_src);
        void *packed = block(ludus_kernel_weights_bytes(kernel));
        ludus_kernel_pack(kernel, p.weights, packed);
        ludus_kernel_forward(kernel, src, packed, p.bias, NULL, out);
        ludus_ref_conv_forward(&p.ref, p.ref_src, p.ref_weights, p.ref_bias, p.y);
        for (size_t k = 0; d.fuse_relu && k < p.num_dst; k++) {
            p.y[k] = fmax(p.y[k], 0.0);
        }
        expect_near("forward", i, p.y, out, p.num_dst, 2e-6);
        ludus_free(packed);
        ludus_free(src);
        ludus_kernel_destroy(kernel);
    }
}

static void gradients_are_the_sums(ludus_precision precision)
{
    static operands p;
    static float dx[MAX_VALUES], dw[MAX_VALUES], db[MAX_OUTPUTS];
    for (int i = 0; i < NUM_SHAPES; i++) {
        const shape *s = &shapes[i];
        fill_operands(s, &p);
        ludus_kernel_desc d = describe(s, LUDUS_KERNEL_BACKWARD_WEIGHTS, precision);
        ludus_kernel *by_weights = create(&d, NULL);
        d = describe(s, LUDUS_KERNEL_BACKWARD_DATA, precision);
        d.is_wide = true;
        ludus_kernel *by_data = create(&d, NULL);
        void *src = operand(precision, p.src, p.num_src);
        void *ddst = operand(precision, p.dst, p.num_dst);
        void *gradient = block(ludus_kernel_weights_bytes(by_weights));
        void *packed = block(ludus_kernel_weights_bytes(by_data));
        ludus_kernel_backward_weights(by_weights, src, ddst, gradient, db);
        ludus_kernel_unpack(by_weights, gradient, dw);
        ludus_kernel_pack(by_data, p.weights, packed);
        ludus_kernel_backward_data(by_data, ddst, packed, dx);
        memset(p.dx, 0, sizeof p.dx);
        memset(p.dw, 0, sizeof p.dw);
        memset(p.db, 0, sizeof p.db);
        ludus_ref_conv_backward(&p.ref, p.ref_src, p.ref_weights, p.ref_dst, p.dx, p.dw, p.db);
        expect_near("source", i, p.dx, dx, p.num_src, 2e-6);
        expect_near("bias", i, p.db, db, p.ref.o, 2e-6);
        const size_t k = (size_t)(s->kernel * s->kernel), row = (size_t)s->c * k;
        for (size_t o = 0; o < p.ref.o; o++) {
            expect_near("weights", i, p.dw + o * (size_t)s->c_stored * k, dw + o * row, row, 1e-5);
        }
        ludus_free(packed);
        ludus_free(gradient);
        ludus_free(ddst);
        ludus_free(src);
        ludus_kernel_destroy(by_data);
        ludus_kernel_destroy(by_weights);
    }
}

static void f32_kernels_equal_the_reference(void **state)
{
    (void)state;
    forward_is_the_sum(LUDUS_PRECISION_F32);
    gradients_are_the_sums(LUDUS_PRECISION_F32);
}

static void bf16_kernels_sum_exact_products_in_f32(void **state)
{
    (void)state;
    if (!ludus_precision_is_native(LUDUS_PRECISION_BF16)) {
        skip();
    }
    forward_is_the_sum(LUDUS_PRECISION_BF16);
    gradients_are_the_sums(LUDUS_PRECISION_BF16);
}

// Narrow results, with the residual fused, are the wide ones plus the residual, rounded once.
static void bf16_results_are_rounded_once(void **state)
{
    static operands p;
    static float out[MAX_VALUES];
    (void)state;
    if (!ludus_precision_is_native(LUDUS_PRECISION_BF16)) {
        skip();
    }
    for (int i = 0; i < NUM_SHAPES; i++) {
        fill_operands(&shapes[i], &p);
        ludus_kernel_desc d = describe(&shapes[i], LUDUS_KERNEL_FORWARD, LUDUS_PRECISION_BF16);
        d.fuse_sum = true;
        ludus_kernel *kernel = create(&d, NULL);
        void *src = operand(LUDUS_PRECISION_BF16, p.src, p.num_src);
        void *residual = operand(LUDUS_PRECISION_BF16, p.dst, p.num_dst);
        uint16_t *dst = block(p.num_dst * sizeof *dst);
        void *packed = block(ludus_kernel_weights_bytes(kernel));
        ludus_kernel_pack(kernel, p.weights, packed);
        ludus_kernel_forward(kernel, src, packed, p.bias, residual, dst);
        ludus_from_bf16(p.num_dst, dst, out);
        ludus_ref_conv_forward(&p.ref, p.ref_src, p.ref_weights, p.ref_bias, p.y);
        for (size_t k = 0; k < p.num_dst; k++) {
            const double exact = p.y[k] + p.ref_dst[k];
            assert_true(fabs(exact - (double)out[k]) <= fabs(exact) / 256.0 + 1e-5);
        }
        ludus_free(packed);
        ludus_free(dst);
        ludus_free(residual);
        ludus_free(src);
        ludus_kernel_destroy(kernel);
    }
}

// Kernels for other numbers of rows read the same packed weights.
static void kernels_alike_share_weights(void **state)
{
    static operands p;
    static float out[MAX_VALUES], one[MAX_VALUES];
    (void)state;
    for (int i = 0; i < NUM_SHAPES; i++) {
        for (ludus_precision q = LUDUS_PRECISION_F32; q <= LUDUS_PRECISION_BF16; q++) {
            if (!ludus_precision_is_native(q)) {
                continue;
            }
            fill_operands(&shapes[i], &p);
            ludus_kernel_desc d = describe(&shapes[i], LUDUS_KERNEL_FORWARD, q);
            d.is_wide = true;
            ludus_kernel *many = create(&d, NULL);
            d.n = 1;
            ludus_kernel *single = create(&d, many);
            void *src = operand(q, p.src, p.num_src);
            void *packed = block(ludus_kernel_weights_bytes(many));
            ludus_kernel_pack(many, p.weights, packed);
            ludus_kernel_forward(many, src, packed, p.bias, NULL, out);
            ludus_kernel_forward(single, src, packed, p.bias, NULL, one);
            const size_t row = p.num_dst / p.ref.n;
            assert_memory_equal(one, out, row * sizeof *out);
            ludus_free(packed);
            ludus_free(src);
            ludus_kernel_destroy(single);
            ludus_kernel_destroy(many);
        }
    }
}

// A channel that the weights ignore decides whether rows are full or nearly empty.
static void convolutions_of_few_values_have_the_bits_of_full_ones(void **state)
{
    static const shape s = {2, 8, 10, 3, 3, 32, 3, 1, 0, 0};
    static operands p;
    static float few[MAX_VALUES], full[MAX_VALUES];
    (void)state;
    fill_operands(&s, &p);
    const ludus_kernel_desc d = describe(&s, LUDUS_KERNEL_FORWARD, LUDUS_PRECISION_F32);
    ludus_kernel *kernel = create(&d, NULL);
    void *packed = block(ludus_kernel_weights_bytes(kernel));
    for (size_t i = 0; i < p.num_weights; i++) {
        p.weights[i] *= (float)(i / 9 % 3 != 2);
    }
    ludus_kernel_pack(kernel, p.weights, packed);
    for (size_t i = 0; i < p.num_src; i++) {
        p.src[i] *= (float)(i % 3 != 2 && i % 7 == 0);
    }
    ludus_kernel_forward(kernel, p.src, packed, p.bias, NULL, few);
    for (size_t i = 2; i < p.num_src; i += 3) {
        p.src[i] = 1.0f;
    }
    ludus_kernel_forward(kernel, p.src, packed, p.bias, NULL, full);
    assert_memory_equal(few, full, p.num_dst * sizeof *few);
    ludus_free(packed);
    ludus_kernel_destroy(kernel);
}

static void bf16_rounds_to_nearest_even(void **state)
{
    static const struct {
        uint32_t bits;
        uint16_t expected;
    } cases[] = {{0x3f800000, 0x3f80}, {0x3f807fff, 0x3f80}, {0x3f808000, 0x3f80},
                 {0x3f818000, 0x3f82}, {0x3f808001, 0x3f81}, {0xbf80ffff, 0xbf81},
                 {0x7f7fffff, 0x7f80}, {0x7f800000, 0x7f80}, {0x80000000, 0x8000}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        float x, back;
        uint16_t half;
        memcpy(&x, &cases[i].bits, sizeof x);
        ludus_to_bf16(1, &x, &half);
        assert_int_equal(half, cases[i].expected);
        ludus_from_bf16(1, &half, &back);
        ludus_round_bf16(1, &x, &x);
        assert_memory_equal(&x, &back, sizeof x);
    }
    const uint32_t nan_bits = 0x7fffffff;
    float nan, back;
    uint16_t half;
    memcpy(&nan, &nan_bits, sizeof nan);
    ludus_to_bf16(1, &nan, &half);
    ludus_from_bf16(1, &half, &back);
    assert_true(isnan(back));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(f32_kernels_equal_the_reference),
        cmocka_unit_test(bf16_kernels_sum_exact_products_in_f32),
        cmocka_unit_test(bf16_results_are_rounded_once),
        cmocka_unit_test(kernels_alike_share_weights),
        cmocka_unit_test(convolutions_of_few_values_have_the_bits_of_full_ones),
        cmocka_unit_test(bf16_rounds_to_nearest_even),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
