#include "selfplay/replay.h"

#include "random_record.h"
#include "sanitized.h"
#include "selfplay/replay_chunk.h"

#include <omp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define PUSHES 2000

static ludus_replay_config small_config(void)
{
    ludus_replay_config config = ludus_replay_config_default();
    strcpy(config.tag, "test");
    return config;
}

static ludus_replay *create(const ludus_replay_config *config)
{
    ludus_replay *replay;
    assert_int_equal(ludus_replay_create(&replay, config, NULL), LUDUS_OK);
    return replay;
}

// Record i: bytes, size and items follow from i alone; its first 8 bytes are its first item.
static int32_t make_record(int64_t i, int64_t first, uint8_t *bytes, size_t *size)
{
    ludus_rng rng;
    ludus_rng_init(&rng, 77, (uint64_t)i);
    *size = 8 + ludus_rng_below(&rng, 900);
    for (size_t k = 8; k < *size; k++) {
        bytes[k] = (uint8_t)(ludus_rng_u64(&rng) & 15u);
    }
    ludus_store_u64(bytes, (uint64_t)first);
    return 1 + (int32_t)ludus_rng_below(&rng, 40);
}

// Pushes records from..to-1.
static void push(ludus_replay *replay, int64_t from, int64_t to)
{
    uint8_t bytes[1024];
    size_t size;
    for (int64_t i = from; i < to; i++) {
        const int32_t items = make_record(i, ludus_replay_end(replay), bytes, &size);
        assert_int_equal(ludus_replay_push(replay, bytes, size, items, NULL), LUDUS_OK);
    }
}

static bool is_right(const ludus_replay_found *found, int64_t item)
{
    return found->size >= 8 && (int64_t)ludus_load_u64(found->bytes) == found->first &&
           found->index >= 0 && found->index < found->items && found->first + found->index == item;
}

static ludus_buffer save(const ludus_replay *replay)
{
    ludus_buffer out = {0};
    ludus_replay_save(replay, &out);
    assert_false(out.failed);
    return out;
}

static void assert_same_bytes(const ludus_buffer *a, const ludus_buffer *b)
{
    assert_int_equal(a->size, b->size);
    assert_memory_equal(a->data, b->data, a->size);
}

// ---- Content ---------------------------------------------------------------------------------

static void find_returns_the_record_of_every_item(void **state)
{
    (void)state;
    const ludus_replay_config config = small_config();
    ludus_replay *replay = create(&config);
    ludus_replay_reader *reader;
    assert_int_equal(ludus_replay_reader_create(&reader, replay), LUDUS_OK);
    for (int64_t pushed = 0; pushed < PUSHES; pushed += 100) {
        push(replay, pushed, pushed + 100);
        for (int64_t item = 0; item < ludus_replay_end(replay); item += 7) {
            ludus_replay_found found;
            assert_int_equal(ludus_replay_find(reader, item, &found, NULL), LUDUS_OK);
            assert_true(is_right(&found, item));
        }
        ludus_replay_found last; // in the open chunk
        const int64_t item = ludus_replay_end(replay) - 1;
        assert_int_equal(ludus_replay_find(reader, item, &last, NULL), LUDUS_OK);
        assert_true(is_right(&last, item));
    }
    ludus_replay_reader_destroy(reader);
    ludus_replay_destroy(replay);
}

static void records_come_back_byte_for_byte(void **state)
{
    (void)state;
    const ludus_replay_config config = small_config();
    ludus_replay *replay = create(&config);
    push(replay, 0, 300);
    ludus_replay_reader *reader;
    assert_int_equal(ludus_replay_reader_create(&reader, replay), LUDUS_OK);
    int64_t item = 0;
    for (int64_t i = 0; i < 300; i++) {
        uint8_t bytes[1024];
        size_t size;
        ludus_replay_found found;
        const int32_t items = make_record(i, item, bytes, &size);
        assert_int_equal(ludus_replay_find(reader, item, &found, NULL), LUDUS_OK);
        assert_int_equal(found.items, items);
        assert_int_equal(found.size, size);
        assert_memory_equal(found.bytes, bytes, size);
        item += items;
    }
    assert_int_equal(item, ludus_replay_end(replay));
    ludus_replay_reader_destroy(reader);
    ludus_replay_destroy(replay);
}

static void the_ring_drops_the_oldest(void **state)
{
    (void)state;
    ludus_replay_config config = small_config();
    config.capacity_items = 5000;
    ludus_replay *replay = create(&config);
    ludus_replay_stats stats;
    int64_t first = 0;
    for (int64_t i = 0; i < PUSHES; i++) {
        push(replay, i, i + 1);
        assert_true(ludus_replay_first(replay) >= first);
        first = ludus_replay_first(replay);
        ludus_replay_stats_get(replay, &stats);
        assert_int_equal(stats.items, ludus_replay_end(replay) - first);
        assert_true(stats.items <= 5000);
        assert_true(first == 0 || stats.items > 4000);
    }
    ludus_replay_reader *reader;
    assert_int_equal(ludus_replay_reader_create(&reader, replay), LUDUS_OK);
    int64_t records = 0;
    for (int64_t item = first; item < ludus_replay_end(replay); records++) {
        ludus_replay_found found;
        assert_int_equal(ludus_replay_find(reader, item, &found, NULL), LUDUS_OK);
        assert_true(is_right(&found, item));
        item = found.first + found.items;
    }
    assert_int_equal(records, stats.records);
    ludus_replay_reader_destroy(reader);
    ludus_replay_destroy(replay);
}

static void the_ring_keeps_to_its_bytes(void **state)
{
    (void)state;
    ludus_replay_config config = small_config();
    config.capacity_bytes = 100000;
    ludus_replay *replay = create(&config);
    for (int64_t i = 0; i < PUSHES; i++) {
        ludus_replay_stats stats;
        push(replay, i, i + 1);
        ludus_replay_stats_get(replay, &stats);
        assert_true(stats.stored_bytes <= 100000);
        assert_true(stats.raw_bytes >= stats.stored_bytes);
    }
    assert_true(ludus_replay_first(replay) > 0);
    ludus_replay_destroy(replay);
}

static void a_reader_survives_pushes_between_its_finds(void **state)
{
    (void)state;
    ludus_replay_config config = small_config();
    config.capacity_items = 3000;
    ludus_replay *replay = create(&config);
    ludus_replay_reader *reader;
    push(replay, 0, 200);
    assert_int_equal(ludus_replay_reader_create(&reader, replay), LUDUS_OK);
    ludus_rng rng;
    ludus_rng_init(&rng, 3, 0);
    for (int64_t i = 200; i < PUSHES; i++) {
        push(replay, i, i + 1);
        for (int k = 0; k < 5; k++) {
            const int64_t first = ludus_replay_first(replay);
            const int64_t item =
                first + ludus_rng_below(&rng, (uint32_t)(ludus_replay_end(replay) - first));
            ludus_replay_found found;
            assert_int_equal(ludus_replay_find(reader, item, &found, NULL), LUDUS_OK);
            assert_true(is_right(&found, item));
        }
    }
    ludus_replay_reader_destroy(reader);
    ludus_replay_destroy(replay);
}

static void find_does_not_allocate_when_warm(void **state)
{
    (void)state;
    const ludus_replay_config config = small_config();
    ludus_replay *replay = create(&config);
    push(replay, 0, PUSHES);
    ludus_replay_reader *reader;
    assert_int_equal(ludus_replay_reader_create(&reader, replay), LUDUS_OK);
    ludus_rng rng;
    ludus_rng_init(&rng, 4, 0);
    uint64_t before = 0;
    for (int i = 0; i < 5000; i++) {
        ludus_replay_found found;
        const int64_t item = ludus_rng_below(&rng, (uint32_t)ludus_replay_end(replay));
        assert_int_equal(ludus_replay_find(reader, item, &found, NULL), LUDUS_OK);
        before = i == 1000 ? ludus_alloc_count() : before;
    }
    assert_int_equal(ludus_alloc_count(), before);
    ludus_replay_reader_destroy(reader);
    ludus_replay_destroy(replay);
}

static void large_records_and_chunks_are_kept(void **state)
{
    (void)state;
    ludus_replay_config config = small_config();
    config.chunk_bytes = (int32_t)LUDUS_CHUNK_MAX_RAW;
    config.level = 1;
    ludus_replay *replay = create(&config);
    ludus_error error;
    uint8_t *big = calloc(1, LUDUS_REPLAY_MAX_RECORD + 1);
    assert_non_null(big);
    assert_int_equal(ludus_replay_push(replay, big, LUDUS_REPLAY_MAX_RECORD + 1, 1, &error),
                     LUDUS_ERR_ARG);
    for (int64_t i = 0; i < 3; i++) {
        ludus_store_u64(big, (uint64_t)(10 * i));
        assert_int_equal(ludus_replay_push(replay, big, LUDUS_REPLAY_MAX_RECORD, 10, NULL),
                         LUDUS_OK);
    }
    ludus_replay_reader *reader;
    assert_int_equal(ludus_replay_reader_create(&reader, replay), LUDUS_OK);
    for (int64_t item = 0; item < 30; item++) {
        ludus_replay_found found;
        assert_int_equal(ludus_replay_find(reader, item, &found, NULL), LUDUS_OK);
        assert_true(is_right(&found, item));
        assert_int_equal(found.size, LUDUS_REPLAY_MAX_RECORD);
    }
    ludus_replay_reader_destroy(reader);
    ludus_replay_destroy(replay);
    free(big);
}

static void readers_run_side_by_side(void **state)
{
    (void)state;
    const ludus_replay_config config = small_config();
    ludus_replay *replay = create(&config);
    push(replay, 0, PUSHES);
    int wrong = 0;
#pragma omp parallel num_threads(4) default(none) shared(replay) reduction(+ : wrong)
    {
        ludus_replay_reader *reader = NULL;
        wrong += ludus_replay_reader_create(&reader, replay) != LUDUS_OK;
        ludus_rng rng;
        ludus_rng_init(&rng, 5, (uint64_t)omp_get_thread_num());
        for (int i = 0; wrong == 0 && i < 3000; i++) {
            ludus_replay_found found;
            const int64_t item = ludus_rng_below(&rng, (uint32_t)ludus_replay_end(replay));
            wrong += ludus_replay_find(reader, item, &found, NULL) != LUDUS_OK ||
                     !is_right(&found, item);
        }
        ludus_replay_reader_destroy(reader);
    }
    assert_int_equal(wrong, 0);
    ludus_replay_destroy(replay);
}

// ---- Checkpoints -----------------------------------------------------------------------------

static void equal_pushes_give_equal_bytes(void **state)
{
    (void)state;
    ludus_replay_config config = small_config();
    config.capacity_items = 10000;
    ludus_replay *a = create(&config);
    ludus_replay *b = create(&config);
    push(a, 0, PUSHES);
    push(b, 0, PUSHES);
    ludus_buffer saved[2] = {save(a), save(b)};
    assert_same_bytes(&saved[0], &saved[1]);
    ludus_buffer_free(&saved[0]);
    ludus_buffer_free(&saved[1]);
    ludus_replay_destroy(a);
    ludus_replay_destroy(b);
}

static void a_loaded_replay_goes_on_bit_for_bit(void **state)
{
    (void)state;
    ludus_replay_config config = small_config();
    config.capacity_items = 8000;
    for (int64_t at = 0; at <= 900; at += 180) {
        ludus_replay *a = create(&config);
        ludus_replay *b = create(&config);
        push(a, 0, at);
        push(b, 0, 50); // replaced by the load
        ludus_replay_reader *reader;
        assert_int_equal(ludus_replay_reader_create(&reader, b), LUDUS_OK);
        ludus_replay_found found;
        assert_int_equal(ludus_replay_find(reader, 0, &found, NULL), LUDUS_OK);
        ludus_buffer middle = save(a);
        ludus_cursor in = {.data = middle.data, .size = middle.size};
        assert_int_equal(ludus_replay_load(b, &in, NULL), LUDUS_OK);
        assert_int_equal(in.offset, middle.size);
        push(a, at, 1000);
        push(b, at, 1000);
        ludus_buffer saved[2] = {save(a), save(b)};
        assert_same_bytes(&saved[0], &saved[1]);
        ludus_replay_stats stats[2];
        ludus_replay_stats_get(a, &stats[0]);
        ludus_replay_stats_get(b, &stats[1]);
        assert_memory_equal(&stats[0], &stats[1], sizeof stats[0]);
        for (int64_t item = ludus_replay_first(b); item < ludus_replay_end(b); item++) {
            assert_int_equal(ludus_replay_find(reader, item, &found, NULL), LUDUS_OK);
            assert_true(is_right(&found, item));
        }
        ludus_buffer_free(&middle);
        ludus_buffer_free(&saved[0]);
        ludus_buffer_free(&saved[1]);
        ludus_replay_reader_destroy(reader);
        ludus_replay_destroy(a);
        ludus_replay_destroy(b);
    }
}

// A reader that has cached chunks of the old content must not answer from them.
static void readers_notice_a_load(void **state)
{
    (void)state;
    const ludus_replay_config config = small_config();
    ludus_replay *replay = create(&config);
    const uint8_t zeros[64] = {0};
    uint8_t ones[64];
    memset(ones, 1, sizeof ones);
    for (int i = 0; i < 400; i++) {
        assert_int_equal(ludus_replay_push(replay, zeros, sizeof zeros, 1, NULL), LUDUS_OK);
    }
    ludus_buffer saved = save(replay);
    ludus_replay_destroy(replay);
    replay = create(&config);
    for (int i = 0; i < 400; i++) {
        assert_int_equal(ludus_replay_push(replay, ones, sizeof ones, 1, NULL), LUDUS_OK);
    }
    ludus_replay_reader *reader;
    ludus_replay_found found;
    assert_int_equal(ludus_replay_reader_create(&reader, replay), LUDUS_OK);
    assert_int_equal(ludus_replay_find(reader, 0, &found, NULL), LUDUS_OK);
    assert_int_equal(found.bytes[0], 1);
    ludus_cursor in = {.data = saved.data, .size = saved.size};
    assert_int_equal(ludus_replay_load(replay, &in, NULL), LUDUS_OK);
    assert_int_equal(ludus_replay_find(reader, 0, &found, NULL), LUDUS_OK);
    assert_int_equal(found.bytes[0], 0);
    ludus_replay_reader_destroy(reader);
    ludus_replay_destroy(replay);
    ludus_buffer_free(&saved);
}

static void a_smaller_capacity_drops_at_load(void **state)
{
    (void)state;
    ludus_replay_config config = small_config();
    ludus_replay *large = create(&config);
    config.capacity_items = 2000;
    ludus_replay *small = create(&config);
    push(large, 0, 500);
    ludus_buffer saved = save(large);
    ludus_cursor in = {.data = saved.data, .size = saved.size};
    assert_int_equal(ludus_replay_load(small, &in, NULL), LUDUS_OK);
    assert_int_equal(ludus_replay_end(small), ludus_replay_end(large));
    assert_true(ludus_replay_end(small) - ludus_replay_first(small) <= 2000);
    ludus_buffer_free(&saved);
    ludus_replay_destroy(small);
    ludus_replay_destroy(large);
}

// ---- Damage ----------------------------------------------------------------------------------

// Loading `saved` fails and leaves the content of `replay`, which is `kept`.
static void assert_refused(ludus_replay *replay, const uint8_t *bytes, size_t size,
                           const ludus_buffer *kept)
{
    ludus_error error = {0};
    ludus_cursor in = {.data = bytes, .size = size};
    assert_int_not_equal(ludus_replay_load(replay, &in, &error), LUDUS_OK);
    assert_true(strlen(error.text) > 0);
    if (kept != NULL) {
        ludus_buffer now = save(replay);
        assert_same_bytes(&now, kept);
        ludus_buffer_free(&now);
    }
}

static void every_damage_to_a_checkpoint_is_found(void **state)
{
    (void)state;
    const ludus_replay_config config = small_config();
    ludus_replay *replay = create(&config);
    push(replay, 0, 60);
    ludus_buffer saved = save(replay);
    ludus_replay *other = create(&config);
    push(other, 500, 530);
    ludus_buffer kept = save(other);
    ludus_rng rng;
    ludus_rng_init(&rng, 6, 0);
    for (int i = 0; i < (LUDUS_TEST_SANITIZED ? 300 : 3000); i++) {
        // The first 200 rounds go through the header and the first chunk's header.
        const size_t at = i < 200 ? (size_t)i : ludus_rng_below(&rng, (uint32_t)saved.size);
        const uint8_t bit = (uint8_t)(1u << ludus_rng_below(&rng, 8));
        saved.data[at] ^= bit;
        assert_refused(other, saved.data, saved.size, i % 50 == 0 ? &kept : NULL);
        saved.data[at] ^= bit;
    }
    for (size_t size = 0; size < saved.size; size += size < 300 ? 1 : 97) {
        assert_refused(other, saved.data, size, NULL);
    }
    ludus_buffer now = save(other);
    assert_same_bytes(&now, &kept);
    ludus_buffer_free(&now);
    ludus_buffer_free(&kept);
    ludus_buffer_free(&saved);
    ludus_replay_destroy(other);
    ludus_replay_destroy(replay);
}

static void records_of_another_tag_are_refused(void **state)
{
    (void)state;
    ludus_replay_config config = small_config();
    ludus_replay *a = create(&config);
    strcpy(config.tag, "other");
    ludus_replay *b = create(&config);
    ludus_buffer saved = save(a);
    ludus_error error;
    ludus_cursor in = {.data = saved.data, .size = saved.size};
    assert_int_equal(ludus_replay_load(b, &in, &error), LUDUS_ERR_FORMAT);
    assert_non_null(strstr(error.text, "'test', not of 'other'"));
    ludus_buffer_free(&saved);
    ludus_replay_destroy(a);
    ludus_replay_destroy(b);
}

// Headers with right hashes but impossible sizes: refused before any memory of their size is asked
// for.
static void forged_sizes_are_refused_without_allocation(void **state)
{
    (void)state;
    const ludus_replay_config config = small_config();
    ludus_replay *replay = create(&config);
    push(replay, 0, 60);
    ludus_buffer saved = save(replay);
    const size_t at = 8 + 8 + 32 + 8; // of the first chunk's header
    ludus_chunk good;
    assert_true(ludus_chunk_header_read(&good, saved.data + at));
    for (int i = 0; i < 8; i++) {
        ludus_chunk forged = good;
        forged.raw_bytes = i == 0   ? UINT32_MAX
                           : i == 1 ? 0
                           : i == 2 ? good.raw_bytes * 2
                                    : good.raw_bytes;
        forged.frame_bytes = i == 3 ? UINT32_MAX : i == 4 ? 0 : good.frame_bytes;
        forged.records = i == 5 ? INT32_MAX : good.records;
        forged.items = i == 5 ? INT32_MAX : i == 6 ? -1 : good.items;
        forged.first = i == 7 ? INT64_MAX - 5 : good.first;
        ludus_chunk_header_write(&forged, saved.data + at);
        const uint64_t before = ludus_alloc_count();
        assert_refused(replay, saved.data, saved.size, NULL);
        // Number 5 is found by reading the (valid, small) frame: scratch and frame.
        assert_true(ludus_alloc_count() - before <= (i == 5 ? 2u : 0u));
    }
    ludus_chunk_header_write(&good, saved.data + at);
    ludus_store_u64(saved.data + at - 8, UINT64_MAX); // number of chunks
    const uint64_t before = ludus_alloc_count();
    assert_refused(replay, saved.data, saved.size, NULL);
    assert_true(ludus_alloc_count() - before < 40); // the chunks that are there
    ludus_buffer_free(&saved);
    ludus_replay_destroy(replay);
}

// ---- Size ------------------------------------------------------------------------------------

static void random_games_take_few_bytes(void **state)
{
    (void)state;
    static const char *const names[] = {"connect4", "othello"};
    for (size_t g = 0; g < 2; g++) {
        ludus_game game;
        assert_int_equal(ludus_game_open(&game, names[g], NULL), LUDUS_OK);
        const ludus_replay_config config = small_config();
        ludus_replay *replay = create(&config);
        for (uint64_t i = 0; i < 200; i++) {
            ludus_buffer bytes = {0};
            const int32_t plies = random_record_bytes(&game, 21, i, &bytes);
            assert_int_equal(ludus_replay_push(replay, bytes.data, bytes.size, plies, NULL), 0);
            ludus_buffer_free(&bytes);
        }
        ludus_replay_stats stats;
        ludus_replay_stats_get(replay, &stats);
        assert_true((double)stats.raw_bytes / (double)stats.items <= 45.0);
        assert_true((double)stats.stored_bytes / (double)stats.items <= 25.0);
        ludus_replay_destroy(replay);
        ludus_game_close(&game);
    }
}

static void options_fit_the_defaults(void **state)
{
    (void)state;
    ludus_config *recipe;
    ludus_replay_config config = ludus_replay_config_default();
    assert_int_equal(ludus_config_create(&recipe), LUDUS_OK);
    assert_int_equal(ludus_config_set(recipe, "replay.capacity_items=3k", NULL), LUDUS_OK);
    assert_int_equal(ludus_config_set(recipe, "replay.segments=on", NULL), LUDUS_OK);
    assert_int_equal(
        ludus_config_apply(recipe, ludus_replay_options, ludus_replay_num_options, &config, NULL),
        LUDUS_OK);
    assert_int_equal(config.capacity_items, 3000);
    assert_true(config.enable_segments);
    assert_int_equal(config.chunk_bytes, 8192);
    ludus_config_destroy(recipe);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(find_returns_the_record_of_every_item),
        cmocka_unit_test(records_come_back_byte_for_byte),
        cmocka_unit_test(the_ring_drops_the_oldest),
        cmocka_unit_test(the_ring_keeps_to_its_bytes),
        cmocka_unit_test(a_reader_survives_pushes_between_its_finds),
        cmocka_unit_test(find_does_not_allocate_when_warm),
        cmocka_unit_test(large_records_and_chunks_are_kept),
        cmocka_unit_test(readers_run_side_by_side),
        cmocka_unit_test(equal_pushes_give_equal_bytes),
        cmocka_unit_test(a_loaded_replay_goes_on_bit_for_bit),
        cmocka_unit_test(readers_notice_a_load),
        cmocka_unit_test(a_smaller_capacity_drops_at_load),
        cmocka_unit_test(every_damage_to_a_checkpoint_is_found),
        cmocka_unit_test(records_of_another_tag_are_refused),
        cmocka_unit_test(forged_sizes_are_refused_without_allocation),
        cmocka_unit_test(random_games_take_few_bytes),
        cmocka_unit_test(options_fit_the_defaults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
