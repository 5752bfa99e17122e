#include "selfplay/sum_tree.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static ludus_sum_tree *create(int64_t capacity)
{
    ludus_sum_tree *tree;
    assert_int_equal(ludus_sum_tree_create(&tree, capacity, NULL), LUDUS_OK);
    return tree;
}

// Whole numbers as priorities keep every sum exact, so that the naive search must agree.
static void fill(ludus_sum_tree *tree, int64_t capacity, ludus_rng *rng)
{
    for (int64_t i = 0; i < capacity; i++) {
        ludus_sum_tree_set(tree, i, (float)ludus_rng_below(rng, 5));
    }
    ludus_sum_tree_set(tree, capacity - 1, 3.0f);
}

static int64_t naive_find(const ludus_sum_tree *tree, double mass)
{
    int64_t i = 0;
    while (mass >= (double)ludus_sum_tree_get(tree, i)) {
        mass -= (double)ludus_sum_tree_get(tree, i);
        i++;
    }
    return i;
}

static void sums_and_finds_equal_the_naive_ones(void **state)
{
    (void)state;
    static const int64_t capacities[] = {1, 2, 15, 16, 17, 255, 256, 257, 1000, 4097};
    ludus_rng rng;
    ludus_rng_init(&rng, 1, 0);
    for (size_t k = 0; k < sizeof(capacities) / sizeof(capacities[0]); k++) {
        const int64_t capacity = capacities[k];
        ludus_sum_tree *tree = create(capacity);
        fill(tree, capacity, &rng);
        for (int round = 0; round < 50; round++) {
            const int64_t leaf = ludus_rng_below(&rng, (uint32_t)capacity);
            ludus_sum_tree_set(tree, leaf, (float)(1 + ludus_rng_below(&rng, 9)));
            double total = 0.0;
            for (int64_t i = 0; i < capacity; i++) {
                total += (double)ludus_sum_tree_get(tree, i);
            }
            assert_true(ludus_sum_tree_total(tree) == total);
            const double mass = floor(ludus_rng_double(&rng) * total);
            assert_int_equal(ludus_sum_tree_find(tree, mass), naive_find(tree, mass));
            assert_int_equal(ludus_sum_tree_find(tree, mass + 0.5), naive_find(tree, mass + 0.5));
        }
        ludus_sum_tree_destroy(tree);
    }
}

static void the_maximum_is_the_largest_ever_set(void **state)
{
    (void)state;
    ludus_sum_tree *tree = create(300);
    assert_true(ludus_sum_tree_max(tree) == 1.0f);
    ludus_sum_tree_set(tree, 299, 5.0f);
    ludus_sum_tree_set(tree, 7, 0.25f);
    ludus_sum_tree_set(tree, 7, 0.0f);
    ludus_sum_tree_set(tree, 299, 2.0f);
    assert_true(ludus_sum_tree_max(tree) == 5.0f); // the largest ever
    ludus_sum_tree_destroy(tree);
}

#define LEAVES 40
#define DRAWS 200000

// Sum of (seen - expected)^2 / expected over the leaves, against the 99.9 % point of chi-square
// with 39 degrees of freedom. Stratified draws vary less, so plain ones are the harder test.
static void draws_follow_the_priorities(void **state)
{
    (void)state;
    ludus_sum_tree *tree = create(LEAVES);
    ludus_rng rng;
    ludus_rng_init(&rng, 2, 0);
    for (int64_t i = 0; i < LEAVES; i++) {
        ludus_sum_tree_set(tree, i, ludus_priority(ludus_rng_float(&rng) * 4.0f, 0.6f, 0.01f));
    }
    for (int32_t batch = 1; batch <= 32; batch += 31) {
        int64_t leaves[32];
        int32_t seen[LEAVES] = {0};
        for (int32_t i = 0; i < DRAWS / batch; i++) {
            ludus_sum_tree_sample(tree, &rng, batch, 0.4f, leaves, NULL);
            for (int32_t k = 0; k < batch; k++) {
                seen[leaves[k]]++;
            }
        }
        double chi = 0.0;
        const int32_t draws = DRAWS / batch * batch;
        for (int64_t i = 0; i < LEAVES; i++) {
            const double expected =
                draws * (double)ludus_sum_tree_get(tree, i) / ludus_sum_tree_total(tree);
            chi += (seen[i] - expected) * (seen[i] - expected) / expected;
        }
        assert_true(chi < 73.0);
    }
    ludus_sum_tree_destroy(tree);
}

static void a_zero_priority_is_never_drawn(void **state)
{
    (void)state;
    ludus_sum_tree *tree = create(1000);
    ludus_rng rng;
    ludus_rng_init(&rng, 3, 0);
    ludus_sum_tree_set(tree, 3, 0.1f);
    ludus_sum_tree_set(tree, 500, 0.3f);
    ludus_sum_tree_set(tree, 998, 1e-6f);
    for (int i = 0; i < 2000; i++) {
        int64_t leaves[16];
        ludus_sum_tree_sample(tree, &rng, 16, 1.0f, leaves, NULL);
        for (int k = 0; k < 16; k++) {
            assert_true(ludus_sum_tree_get(tree, leaves[k]) > 0.0f);
        }
    }
    // Rounding must not lead past the last leaf that has a share.
    assert_int_equal(ludus_sum_tree_find(tree, ludus_sum_tree_total(tree)), 998);
    ludus_sum_tree_destroy(tree);
}

// Schaul et al. 2016, equation in section 3.4: w_i = (1 / (N P(i)))^beta / max_j w_j, j of the
// batch.
static void weights_are_the_normalised_importance_weights(void **state)
{
    (void)state;
    ludus_sum_tree *tree = create(64);
    ludus_rng rng;
    ludus_rng_init(&rng, 4, 0);
    for (int64_t i = 0; i < 64; i++) {
        ludus_sum_tree_set(tree, i, 0.1f + ludus_rng_float(&rng));
    }
    const double beta = 0.4;
    double largest = 0.0;
    int64_t leaves[8];
    float weights[8];
    ludus_sum_tree_set(tree, 7, 1e-6f); // so small that it is not drawn: it must not count
    ludus_sum_tree_sample(tree, &rng, 8, (float)beta, leaves, weights);
    for (int i = 0; i < 8; i++) {
        const double p = (double)ludus_sum_tree_get(tree, leaves[i]) / ludus_sum_tree_total(tree);
        largest = fmax(largest, pow(64 * p, -beta));
    }
    for (int i = 0; i < 8; i++) {
        assert_int_not_equal(leaves[i], 7);
        const double p = (double)ludus_sum_tree_get(tree, leaves[i]) / ludus_sum_tree_total(tree);
        assert_float_equal(weights[i], (float)(pow(64 * p, -beta) / largest), 1e-5);
    }
    ludus_sum_tree_destroy(tree);
}

static void a_loaded_tree_goes_on_bit_for_bit(void **state)
{
    (void)state;
    ludus_sum_tree *a = create(777);
    ludus_sum_tree *b = create(777);
    ludus_rng rng;
    ludus_rng_init(&rng, 5, 0);
    for (int i = 0; i < 5000; i++) {
        ludus_sum_tree_set(a, ludus_rng_below(&rng, 777), ludus_rng_float(&rng));
    }
    ludus_buffer saved = {0};
    ludus_sum_tree_save(a, &saved);
    ludus_cursor in = {.data = saved.data, .size = saved.size};
    assert_int_equal(ludus_sum_tree_load(b, &in, NULL), LUDUS_OK);
    assert_int_equal(in.offset, saved.size);
    ludus_rng other = rng;
    for (int i = 0; i < 200; i++) {
        int64_t leaves[2][8];
        float weights[2][8];
        ludus_sum_tree_sample(a, &rng, 8, 0.5f, leaves[0], weights[0]);
        ludus_sum_tree_sample(b, &other, 8, 0.5f, leaves[1], weights[1]);
        assert_memory_equal(leaves[0], leaves[1], sizeof leaves[0]);
        assert_memory_equal(weights[0], weights[1], sizeof weights[0]);
        ludus_sum_tree_set(a, leaves[0][0], weights[0][0]);
        ludus_sum_tree_set(b, leaves[1][0], weights[1][0]);
    }
    assert_true(ludus_sum_tree_total(a) == ludus_sum_tree_total(b));
    assert_true(ludus_sum_tree_max(a) == ludus_sum_tree_max(b));
    ludus_buffer_free(&saved);
    ludus_sum_tree_destroy(a);
    ludus_sum_tree_destroy(b);
}

static void damaged_trees_are_refused_and_change_nothing(void **state)
{
    (void)state;
    ludus_sum_tree *tree = create(20);
    ludus_sum_tree *other = create(21);
    ludus_error error;
    for (int64_t i = 0; i < 20; i++) {
        ludus_sum_tree_set(tree, i, (float)i);
    }
    ludus_buffer saved = {0};
    ludus_sum_tree_save(tree, &saved);
    for (size_t bit = 0; bit < 8 * saved.size; bit++) {
        saved.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        ludus_cursor in = {.data = saved.data, .size = saved.size};
        assert_int_equal(ludus_sum_tree_load(tree, &in, &error), LUDUS_ERR_FORMAT);
        saved.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    for (size_t size = 0; size < saved.size; size++) {
        ludus_cursor in = {.data = saved.data, .size = size};
        assert_int_equal(ludus_sum_tree_load(tree, &in, &error), LUDUS_ERR_FORMAT);
    }
    ludus_cursor in = {.data = saved.data, .size = saved.size};
    assert_int_equal(ludus_sum_tree_load(other, &in, &error), LUDUS_ERR_FORMAT);
    assert_true(ludus_sum_tree_total(tree) == 190.0 && ludus_sum_tree_total(other) == 0.0);
    ludus_buffer_free(&saved);
    ludus_sum_tree_destroy(tree);
    ludus_sum_tree_destroy(other);
}

static void nothing_is_allocated_after_create(void **state)
{
    (void)state;
    ludus_sum_tree *tree = create(10000);
    ludus_rng rng;
    ludus_rng_init(&rng, 6, 0);
    const uint64_t before = ludus_alloc_count();
    fill(tree, 10000, &rng);
    int64_t leaves[32];
    float weights[32];
    ludus_sum_tree_sample(tree, &rng, 32, 0.4f, leaves, weights);
    assert_int_equal(ludus_alloc_count(), before);
    ludus_sum_tree_destroy(tree);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_and_finds_equal_the_naive_ones),
        cmocka_unit_test(the_maximum_is_the_largest_ever_set),
        cmocka_unit_test(draws_follow_the_priorities),
        cmocka_unit_test(a_zero_priority_is_never_drawn),
        cmocka_unit_test(weights_are_the_normalised_importance_weights),
        cmocka_unit_test(a_loaded_tree_goes_on_bit_for_bit),
        cmocka_unit_test(damaged_trees_are_refused_and_change_nothing),
        cmocka_unit_test(nothing_is_allocated_after_create),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
