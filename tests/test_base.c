// base: status lines, memory, clocks and hashes. Random streams, files and recipes have their own.

#include "base/base.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

// ---- Status ----------------------------------------------------------------------------------

static void every_status_has_its_own_name(void **state)
{
    (void)state;
    for (int i = 0; i < LUDUS_NUM_STATUS; i++) {
        const char *name = ludus_status_name((ludus_status)i);
        assert_non_null(name);
        for (int k = 0; k < i; k++) {
            assert_string_not_equal(name, ludus_status_name((ludus_status)k));
        }
    }
    assert_non_null(ludus_status_name((ludus_status)LUDUS_NUM_STATUS));
}

static void a_hostile_name_cannot_forge_lines(void **state)
{
    (void)state;
    ludus_error error;
    assert_int_equal(ludus_fail(&error, LUDUS_ERR_IO, "%s: gone", "a\nb\x1b[2J\x7f"), LUDUS_ERR_IO);
    assert_int_equal(error.status, LUDUS_ERR_IO);
    assert_string_equal(error.text, "a?b?[2J?: gone");
}

// Some terminals obey U+0080 .. U+009F, which "\x9b" alone is outside UTF-8, as they do "\x1b[".
static void control_characters_of_eight_bits_are_replaced_too(void **state)
{
    static const char *const cases[][2] = {
        {"\xc2\x80\xc2\x9b\xc2\x9f\xc2\xa0", "??????\xc2\xa0"},
        {"\x9b"
         "2J\x80\x9f\xa0",
         "?2J??\xa0"},
        {"\xe5\x9b\xbd \xc3\x9b \xf0\x9f\x80\x9b", "\xe5\x9b\xbd \xc3\x9b \xf0\x9f\x80\x9b"},
        {"\xe5\x9b", "\xe5?"}, // cut in the middle of a letter
        {"\xc0\x9b\xe0\x80\x9b\xed\xa0\x9b\xf4\x90\x80\x9b\xf5\x9b",
         "\xc0?\xe0??\xed\xa0?\xf4???\xf5?"},
    };
    ludus_error error;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ludus_fail(&error, LUDUS_ERR_IO, "%s", cases[i][0]);
        assert_string_equal(error.text, cases[i][1]);
    }
}

static void a_long_line_is_cut_and_terminated(void **state)
{
    (void)state;
    char text[2 * LUDUS_ERROR_TEXT_MAX];
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    ludus_error error;
    ludus_fail(&error, LUDUS_ERR_ARG, "%s", text);
    assert_int_equal(strlen(error.text), LUDUS_ERROR_TEXT_MAX - 1);
    assert_int_equal(ludus_fail_within(&error, "%s", "net.safetensors"), LUDUS_ERR_ARG);
    assert_int_equal(strlen(error.text), LUDUS_ERROR_TEXT_MAX - 1);
    assert_memory_equal(error.text, "net.safetensors: xxx", 20);
    assert_int_equal(ludus_fail_within(&error, "%s", text), LUDUS_ERR_ARG);
    assert_int_equal(strlen(error.text), LUDUS_ERROR_TEXT_MAX - 1);
}

static void within_puts_the_place_before_the_line(void **state)
{
    (void)state;
    ludus_error error;
    ludus_fail(&error, LUDUS_ERR_FORMAT, "byte %d", 17);
    assert_int_equal(ludus_fail_within(&error, "%s", "game.seg"), LUDUS_ERR_FORMAT);
    assert_string_equal(error.text, "game.seg: byte 17");
}

static void errors_may_go_nowhere(void **state)
{
    (void)state;
    assert_int_equal(ludus_fail(NULL, LUDUS_ERR_NOMEM, "x"), LUDUS_ERR_NOMEM);
    assert_int_equal(ludus_fail_within(NULL, "x"), LUDUS_ERR_STATE);
}

// ---- Memory ----------------------------------------------------------------------------------

static bool is_zero(const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] != 0) {
            return false;
        }
    }
    return true;
}

static void blocks_are_aligned_and_zero(void **state)
{
    (void)state;
    for (size_t size = 0; size < 300; size++) {
        uint8_t *block = ludus_alloc(size, 1);
        assert_non_null(block);
        assert_int_equal((uintptr_t)block % LUDUS_ALIGNMENT, 0);
        assert_true(is_zero(block, size));
        memset(block, 0xff, size); // so that the next block of this size is not zero by luck
        ludus_free(block);
    }
}

static void overflowing_sizes_give_null(void **state)
{
    (void)state;
    // Not constants, so that the compiler does not judge them first.
    volatile size_t huge = SIZE_MAX;
    const uint64_t before = ludus_alloc_count();
    assert_null(ludus_alloc(huge, 1));
    assert_null(ludus_alloc(huge / 2 + 1, 2));
    assert_null(ludus_alloc(huge / 8, 9));
    assert_null(ludus_alloc(huge - LUDUS_ALIGNMENT + 1, 1));
    assert_null(ludus_realloc(NULL, 0, huge / 4, 8));
    assert_int_equal(ludus_alloc_count(), before);
}

static void large_blocks_are_zero_though_used_before(void **state)
{
    const size_t size = ((size_t)40 << 20) + 77;
    (void)state;
    for (int round = 0; round < 3; round++) {
        uint8_t *block = ludus_alloc(size, 1);
        assert_non_null(block);
        assert_int_equal((uintptr_t)block % LUDUS_ALIGNMENT, 0);
        assert_true(is_zero(block, size));
        memset(block, 0xa5, size);
        ludus_free(block);
    }
}

static void realloc_keeps_zeroes_and_survives_failure(void **state)
{
    (void)state;
    int32_t *items = ludus_alloc(3, sizeof *items);
    for (int32_t i = 0; i < 3; i++) {
        items[i] = i + 1;
    }
    items = ludus_realloc(items, 3, 100, sizeof *items);
    assert_non_null(items);
    assert_int_equal(items[0], 1);
    assert_int_equal(items[2], 3);
    assert_true(is_zero((const uint8_t *)(items + 3), 97 * sizeof *items));
    volatile size_t huge = SIZE_MAX / 2;
    assert_null(ludus_realloc(items, 100, huge, sizeof *items));
    assert_int_equal(items[2], 3);
    items = ludus_realloc(items, 100, 2, sizeof *items);
    assert_int_equal(items[1], 2);
    ludus_free(items);
    ludus_free(NULL);
}

static void the_count_sees_every_block_on_every_thread(void **state)
{
    (void)state;
    const uint64_t before = ludus_alloc_count();
#pragma omp parallel for default(none) num_threads(4)
    for (int i = 0; i < 1000; i++) {
        ludus_free(ludus_alloc(1, 8));
    }
    assert_int_equal(ludus_alloc_count() - before, 1000);
}

static void strdup_copies(void **state)
{
    (void)state;
    char text[] = "residual";
    char *copy = ludus_strdup(text);
    text[0] = 'X';
    assert_string_equal(copy, "residual");
    ludus_free(copy);
}

// ---- Clocks ----------------------------------------------------------------------------------

static void clocks_run_forward(void **state)
{
    (void)state;
    const double start = ludus_clock(), busy = ludus_clock_thread();
    double last = start;
    while (ludus_clock_thread() - busy < 0.002) {
        const double now = ludus_clock();
        assert_true(now >= last);
        last = now;
    }
    assert_true(last > start);
    assert_true(ludus_clock_wall() > 1.7e9); // after November 2023
}

// ---- Hashes ----------------------------------------------------------------------------------

// The first outputs of SplitMix64 from state 1234567, as published with Vigna's reference code and
// used as the test vector of several standard libraries.
static void mix64_is_the_finaliser_of_splitmix64(void **state)
{
    (void)state;
    static const uint64_t published[5] = {6457827717110365317u, 3203168211198807973u,
                                          9817491932198370423u, 4593380528125082431u,
                                          16408922859458223821u};
    uint64_t x = 1234567;
    for (int i = 0; i < 5; i++) {
        x += 0x9e3779b97f4a7c15u;
        assert_int_equal(ludus_mix64(x), published[i]);
    }
}

// Flipping any one bit of the input flips each bit of the hash about half the time.
static void one_bit_changes_about_half_of_the_hash(void **state)
{
    (void)state;
    uint8_t block[61];
    int32_t trials = 0;
    int64_t flipped = 0;
    for (size_t i = 0; i < sizeof block; i++) {
        block[i] = (uint8_t)(i * 37);
    }
    for (size_t size = 1; size <= sizeof block; size += 4) {
        const uint64_t whole = ludus_hash64(block, size, 7);
        for (size_t bit = 0; bit < 8 * size; bit++) {
            block[bit / 8] ^= (uint8_t)(1u << (bit % 8));
            const uint64_t difference = whole ^ ludus_hash64(block, size, 7);
            block[bit / 8] ^= (uint8_t)(1u << (bit % 8));
            assert_int_not_equal(difference, 0);
            assert_in_range(__builtin_popcountll(difference), 8, 56);
            flipped += __builtin_popcountll(difference);
            trials++;
        }
    }
    const double mean = (double)flipped / trials;
    assert_true(mean > 31.5 && mean < 32.5);
}

static void lengths_and_seeds_are_part_of_the_hash(void **state)
{
    (void)state;
    static const uint8_t zeros[40];
    for (size_t a = 0; a <= sizeof zeros; a++) {
        for (size_t b = 0; b < a; b++) {
            assert_int_not_equal(ludus_hash64(zeros, a, 0), ludus_hash64(zeros, b, 0));
        }
        assert_int_not_equal(ludus_hash64(zeros, a, 0), ludus_hash64(zeros, a, 1));
    }
}

// Files carry these hashes, so they must not change. Values of this implementation.
static void hashes_in_files_stay_valid(void **state)
{
    (void)state;
    static const char text[] = "the quick brown fox jumps over the lazy dog";
    char moved[sizeof text + 1];
    memcpy(moved + 1, text, sizeof text);
    assert_int_equal(ludus_hash64(text, sizeof text - 1, 0), 0x7b2fcd84e3f4c894u);
    assert_int_equal(ludus_hash64(moved + 1, sizeof text - 1, 0),
                     0x7b2fcd84e3f4c894u); // any alignment
    assert_int_equal(ludus_hash64(NULL, 0, 0), 0x48218226ff3cd4bfu);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_status_has_its_own_name),
        cmocka_unit_test(a_hostile_name_cannot_forge_lines),
        cmocka_unit_test(control_characters_of_eight_bits_are_replaced_too),
        cmocka_unit_test(a_long_line_is_cut_and_terminated),
        cmocka_unit_test(within_puts_the_place_before_the_line),
        cmocka_unit_test(errors_may_go_nowhere),
        cmocka_unit_test(blocks_are_aligned_and_zero),
        cmocka_unit_test(overflowing_sizes_give_null),
        cmocka_unit_test(large_blocks_are_zero_though_used_before),
        cmocka_unit_test(realloc_keeps_zeroes_and_survives_failure),
        cmocka_unit_test(the_count_sees_every_block_on_every_thread),
        cmocka_unit_test(strdup_copies),
        cmocka_unit_test(clocks_run_forward),
        cmocka_unit_test(mix64_is_the_finaliser_of_splitmix64),
        cmocka_unit_test(one_bit_changes_about_half_of_the_hash),
        cmocka_unit_test(lengths_and_seeds_are_part_of_the_hash),
        cmocka_unit_test(hashes_in_files_stay_valid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
