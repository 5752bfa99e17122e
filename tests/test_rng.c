// Random streams: published vectors, fixed streams and distributions. Chi-square bounds are the
// 1e-6 quantile, and all seeds are fixed: a failure is a defect, not bad luck.

#include "base/base.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

// The reference implementation (Blackman & Vigna, prng.di.unimi.it/xoshiro256starstar.c) from the
// state {1, 2, 3, 4}; the same vector stands in the tests of Rust's rand_xoshiro.
static void words_are_xoshiro256starstar(void **state)
{
    (void)state;
    static const uint64_t published[10] = {
        11520u,
        0u,
        1509978240u,
        1215971899390074240u,
        1216172134540287360u,
        607988272756665600u,
        16172922978634559625u,
        8476171486693032832u,
        10595114339597558777u,
        2904607092377533576u,
    };
    ludus_rng rng = {{1, 2, 3, 4}};
    for (int i = 0; i < 10; i++) {
        assert_int_equal(ludus_rng_u64(&rng), published[i]);
    }
}

// Runs are promised to repeat: a stream must not change between versions.
static void streams_stay_what_they_were(void **state)
{
    (void)state;
    ludus_rng rng;
    ludus_rng_init(&rng, 1, 0);
    assert_int_equal(ludus_rng_u64(&rng), 0x68b02a87b58ad621u);
    ludus_rng_init(&rng, 1, 1);
    assert_int_equal(ludus_rng_u64(&rng), 0x53c348ec4a13cd28u);
    ludus_rng_init(&rng, UINT64_MAX, UINT64_MAX);
    assert_int_equal(ludus_rng_u64(&rng), 0x0983212965e7b92au);
}

static void a_copied_stream_goes_on_alike(void **state)
{
    (void)state;
    ludus_rng rng, copy;
    ludus_rng_init(&rng, 5, 6);
    ludus_rng_normal(&rng);
    copy = rng;
    for (int i = 0; i < 100; i++) {
        assert_true(ludus_rng_normal(&rng) == ludus_rng_normal(&copy));
    }
    assert_memory_equal(&rng, &copy, sizeof rng);
}

// Correlation of the bits of neighbouring streams: 64 streams by 64 seeds, all pairs by stream.
static void neighbouring_streams_share_nothing(void **state)
{
    (void)state;
    int64_t same = 0, words = 0;
    for (uint64_t seed = 0; seed < 64; seed++) {
        uint64_t last = 0;
        for (uint64_t stream = 0; stream < 64; stream++) {
            ludus_rng rng;
            ludus_rng_init(&rng, seed, stream);
            const uint64_t word = ludus_rng_u64(&rng);
            if (stream > 0) {
                same += 64 - __builtin_popcountll(word ^ last);
                words++;
            }
            last = word;
        }
    }
    // Binomial with n = 64 words, p = 1/2: 6 standard deviations.
    const double n = 64.0 * (double)words;
    assert_true(fabs((double)same - n / 2) < 6 * sqrt(n) / 2);
}

static double chi_square(const int32_t *seen, int32_t cells, double expected)
{
    double sum = 0.0;
    for (int32_t i = 0; i < cells; i++) {
        sum += (seen[i] - expected) * (seen[i] - expected) / expected;
    }
    return sum;
}

// Wilson-Hilferty: the chi-square with k degrees of freedom exceeds this once in a million.
static double chi_square_bound(int32_t k)
{
    const double t = 2.0 / (9.0 * k);
    return k * pow(1.0 - t + 4.753 * sqrt(t), 3.0);
}

static void below_is_unbiased(void **state)
{
    (void)state;
    static const uint32_t limits[] = {2, 3, 6, 7, 10, 49, 64, 100};
    ludus_rng rng;
    ludus_rng_init(&rng, 2, 0);
    for (size_t l = 0; l < sizeof limits / sizeof limits[0]; l++) {
        int32_t seen[100] = {0};
        const int32_t n = (int32_t)limits[l];
        for (int32_t i = 0; i < 2000 * n; i++) {
            const uint32_t value = ludus_rng_below(&rng, limits[l]);
            assert_true(value < limits[l]);
            seen[value]++;
        }
        assert_true(chi_square(seen, n, 2000.0) < chi_square_bound(n - 1));
    }
}

// With n = 3 * 2^30 plain multiplication would give every third value twice as often as the others
// (2^32 words on 3 * 2^30 values), so the residues modulo 3 show whether words are rejected.
static void below_rejects_what_would_bias_large_ranges(void **state)
{
    (void)state;
    ludus_rng rng;
    ludus_rng_init(&rng, 3, 0);
    int32_t seen[3] = {0};
    for (int32_t i = 0; i < 90000; i++) {
        seen[ludus_rng_below(&rng, 3u << 30) % 3]++;
    }
    assert_true(chi_square(seen, 3, 30000.0) < chi_square_bound(2));
    assert_int_equal(ludus_rng_below(&rng, 1), 0);
    assert_true(ludus_rng_below(&rng, UINT32_MAX) < UINT32_MAX);
}

static void uniforms_fill_the_unit_interval(void **state)
{
    (void)state;
    ludus_rng rng;
    ludus_rng_init(&rng, 4, 0);
    int32_t floats[64] = {0}, doubles[64] = {0};
    for (int32_t i = 0; i < 64000; i++) {
        const float f = ludus_rng_float(&rng);
        const double d = ludus_rng_double(&rng);
        assert_true(f >= 0.0f && f < 1.0f && d >= 0.0 && d < 1.0);
        floats[(int)(f * 64)]++;
        doubles[(int)(d * 64)]++;
    }
    assert_true(chi_square(floats, 64, 1000.0) < chi_square_bound(63));
    assert_true(chi_square(doubles, 64, 1000.0) < chi_square_bound(63));
    // The largest word stays below 1.
    ludus_rng largest = {{0, UINT64_MAX, 0, 0}};
    assert_true(ludus_rng_float(&largest) < 1.0f);
}

// The share below each of some quantiles, within 5 standard errors.
static void normals_follow_the_normal_law(void **state)
{
    (void)state;
    ludus_rng rng;
    ludus_rng_init(&rng, 5, 0);
    const int32_t n = 200000;
    double moments[4] = {0};
    int32_t below[9] = {0};
    for (int32_t i = 0; i < n; i++) {
        const double x = ludus_rng_normal(&rng);
        double power = 1.0;
        for (int k = 0; k < 4; k++) {
            power *= x;
            moments[k] += power / n;
        }
        for (int k = 0; k < 9; k++) {
            below[k] += x < (k - 4) * 0.5;
        }
    }
    assert_true(fabs(moments[0]) < 5 / sqrt(n));
    assert_true(fabs(moments[1] - 1.0) < 5 * sqrt(2.0 / n));
    assert_true(fabs(moments[2]) < 5 * sqrt(15.0 / n));
    assert_true(fabs(moments[3] - 3.0) < 5 * sqrt(96.0 / n));
    for (int k = 0; k < 9; k++) {
        const double p = 0.5 * erfc(-(k - 4) * 0.5 / sqrt(2.0));
        assert_true(fabs((double)below[k] / n - p) < 5 * sqrt(p * (1 - p) / n));
    }
}

// Gamma(a, 1) has mean a and variance a.
static void gammas_have_their_mean_and_variance(void **state)
{
    (void)state;
    static const double shapes[] = {0.1, 0.5, 1.0, 2.5, 40.0};
    const int32_t n = 100000;
    for (size_t s = 0; s < sizeof shapes / sizeof shapes[0]; s++) {
        const double a = shapes[s];
        ludus_rng rng;
        ludus_rng_init(&rng, 6, s);
        double mean = 0.0, square = 0.0;
        for (int32_t i = 0; i < n; i++) {
            const double x = ludus_rng_gamma(&rng, a);
            assert_true(x >= 0.0 && isfinite(x));
            mean += x / n;
            square += (x - a) * (x - a) / n;
        }
        assert_true(fabs(mean - a) < 5 * sqrt(a / n));
        // The fourth central moment is 3 a^2 + 6 a.
        assert_true(fabs(square - a) < 5 * sqrt((2 * a * a + 6 * a) / n));
    }
}

// Each share has mean 1/n and variance (1/n)(1 - 1/n) / (n alpha + 1).
static void dirichlet_shares_sum_to_one_with_their_moments(void **state)
{
    (void)state;
    enum { N = 7, DRAWS = 20000 };
    static const double alphas[] = {0.03, 0.3, 1.0, 10.0};
    for (size_t a = 0; a < sizeof alphas / sizeof alphas[0]; a++) {
        ludus_rng rng;
        ludus_rng_init(&rng, 7, a);
        double mean[N] = {0}, square = 0.0;
        for (int32_t i = 0; i < DRAWS; i++) {
            float share[N];
            double sum = 0.0;
            ludus_rng_dirichlet(&rng, alphas[a], N, share);
            for (int k = 0; k < N; k++) {
                assert_true(share[k] >= 0.0f && share[k] <= 1.0f);
                sum += (double)share[k];
                mean[k] += (double)share[k] / DRAWS;
            }
            assert_true(fabs(sum - 1.0) < 1e-6);
            square += ((double)share[0] - 1.0 / N) * ((double)share[0] - 1.0 / N) / DRAWS;
        }
        const double variance = (1.0 / N) * (1.0 - 1.0 / N) / (N * alphas[a] + 1.0);
        for (int k = 0; k < N; k++) {
            assert_true(fabs(mean[k] - 1.0 / N) < 5 * sqrt(variance / DRAWS));
        }
        assert_true(fabs(square / variance - 1.0) < 0.1);
    }
}

// Here most gammas are too small for a float and many for a double.
static void dirichlet_survives_tiny_alphas(void **state)
{
    (void)state;
    static const double alphas[] = {0.03, 0.01, 0.003, 1e-4, 1e-6};
    for (size_t a = 0; a < sizeof alphas / sizeof alphas[0]; a++) {
        ludus_rng rng;
        ludus_rng_init(&rng, 8, a);
        int32_t first = 0;
        for (int32_t i = 0; i < 20000; i++) {
            float share[2];
            ludus_rng_dirichlet(&rng, alphas[a], 2, share);
            assert_true(fabs((double)share[0] + (double)share[1] - 1.0) < 1e-6);
            first += share[0] > 0.5f;
        }
        assert_in_range(first, 10000 - 400, 10000 + 400);
    }
    ludus_rng rng;
    float whole;
    ludus_rng_init(&rng, 8, 99);
    ludus_rng_dirichlet(&rng, 0.3, 1, &whole);
    assert_true(fabsf(whole - 1.0f) < 1e-6f);
}

// All 24 orders of 4 items are equally frequent.
static void shuffles_are_uniform(void **state)
{
    (void)state;
    ludus_rng rng;
    ludus_rng_init(&rng, 9, 0);
    int32_t seen[256] = {0}, order[24], found = 0;
    for (int32_t i = 0; i < 24000; i++) {
        int32_t items[4] = {0, 1, 2, 3};
        ludus_rng_shuffle(&rng, items, 4);
        seen[items[0] | items[1] << 2 | items[2] << 4 | items[3] << 6]++;
    }
    for (int32_t i = 0; i < 256; i++) {
        if (seen[i] > 0) {
            assert_true(found < 24);
            order[found++] = seen[i];
        }
    }
    assert_int_equal(found, 24);
    assert_true(chi_square(order, 24, 1000.0) < chi_square_bound(23));
    ludus_rng_shuffle(&rng, NULL, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_xoshiro256starstar),
        cmocka_unit_test(streams_stay_what_they_were),
        cmocka_unit_test(a_copied_stream_goes_on_alike),
        cmocka_unit_test(neighbouring_streams_share_nothing),
        cmocka_unit_test(below_is_unbiased),
        cmocka_unit_test(below_rejects_what_would_bias_large_ranges),
        cmocka_unit_test(uniforms_fill_the_unit_interval),
        cmocka_unit_test(normals_follow_the_normal_law),
        cmocka_unit_test(gammas_have_their_mean_and_variance),
        cmocka_unit_test(dirichlet_shares_sum_to_one_with_their_moments),
        cmocka_unit_test(dirichlet_survives_tiny_alphas),
        cmocka_unit_test(shuffles_are_uniform),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
