#include "selfplay/segment.h"

#include "sanitized.h"
#include "segment_run.h"
#include "selfplay/segment_internal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void read_file(const char *path, ludus_buffer *out)
{
    void *data;
    size_t size;
    assert_int_equal(ludus_file_read(path, (size_t)1 << 30, &data, &size, NULL), LUDUS_OK);
    ludus_buffer_put(out, data, size);
    ludus_free(data);
}

// ---- What is pushed is there -------------------------------------------------------------------

static void files_hold_exactly_what_was_pushed(void **state)
{
    const segment_run run = segment_run_init(state, "exact");
    ludus_replay *replay = segment_run_open(&run);
    ludus_replay_stats stats;
    for (int64_t i = 0; i < 1000; i += 125) {
        segment_push(replay, i, i + 125);
        if (i % 250 == 0) {
            assert_int_equal(ludus_replay_flush(replay, NULL), LUDUS_OK);
            assert_int_equal(segment_read_folder(&run, NULL), i + 125);
        }
    }
    ludus_replay_stats_get(replay, &stats);
    assert_true(stats.file_bytes >= (size_t)segment_file_size(run.first) - 8192);
    ludus_replay_destroy(replay); // writes the open chunk
    ludus_error note;
    assert_int_equal(segment_read_folder(&run, &note), 1000);
    assert_string_equal(note.text, "");
}

static void evicted_records_stay_in_the_files(void **state)
{
    segment_run run = segment_run_init(state, "evicted");
    run.config.capacity_items = 1000;
    ludus_replay *replay = segment_run_open(&run);
    segment_push(replay, 0, 1000);
    assert_true(ludus_replay_first(replay) > 0);
    ludus_replay_destroy(replay);
    assert_int_equal(segment_read_folder(&run, NULL), 1000);
}

static ludus_status stop_at_ten(const uint8_t *record, size_t size, int64_t first_item,
                                int32_t items, void *user)
{
    (void)record;
    (void)size;
    (void)first_item;
    (void)items;
    return ++*(int *)user == 10 ? LUDUS_ERR_STATE : LUDUS_OK;
}

static void a_visitor_can_stop(void **state)
{
    const segment_run run = segment_run_init(state, "stop");
    ludus_replay *replay = segment_run_open(&run);
    segment_push(replay, 0, 100);
    ludus_replay_destroy(replay);
    int visits = 0;
    char tag[LUDUS_SEGMENT_TAG_MAX];
    assert_int_equal(ludus_segment_read(run.first, tag, stop_at_ten, &visits, NULL),
                     LUDUS_ERR_STATE);
    assert_int_equal(visits, 10);
}

// Big records that do not compress fill files quickly.
static void a_full_file_is_followed_by_the_next(void **state)
{
    const segment_run run = segment_run_init(state, "many");
    ludus_replay *replay = segment_run_open(&run);
    const size_t size = (size_t)4 << 20;
    uint8_t *bytes = malloc(size);
    ludus_rng rng;
    ludus_rng_init(&rng, 8, 0);
    for (size_t k = 0; k < size; k += 8) {
        ludus_store_u64(bytes + k, ludus_rng_u64(&rng));
    }
    for (int i = 0; i < 20; i++) {
        assert_int_equal(ludus_replay_push(replay, bytes, size, 5, NULL), LUDUS_OK);
    }
    ludus_replay_destroy(replay);
    uint32_t *numbers;
    size_t count;
    assert_int_equal(ludus_segment_list(run.folder, &numbers, &count, NULL), LUDUS_OK);
    assert_int_equal(count, 2);
    assert_true((uint64_t)segment_file_size(run.first) >= LUDUS_SEGMENT_MAX_BYTES);
    assert_true((uint64_t)segment_file_size(run.first) < LUDUS_SEGMENT_MAX_BYTES + size + 4096);
    assert_int_equal(ludus_segments_truncate(run.folder, 40, NULL), LUDUS_OK);
    assert_int_equal(segment_file_size(run.first) / (off_t)size, 8);
    ludus_free(numbers);
    free(bytes);
}

static void equal_runs_write_equal_files(void **state)
{
    const segment_run runs[2] = {segment_run_init(state, "equal1"),
                                 segment_run_init(state, "equal2")};
    ludus_buffer bytes[2] = {{0}, {0}};
    for (int k = 0; k < 2; k++) {
        ludus_replay *replay = segment_run_open(&runs[k]);
        segment_push(replay, 0, 100);
        if (k == 1) {
            assert_int_equal(ludus_replay_flush(replay, NULL), LUDUS_OK); // leaves no trace
        }
        segment_push(replay, 100, 300);
        ludus_replay_destroy(replay);
        read_file(runs[k].first, &bytes[k]);
    }
    assert_int_equal(bytes[0].size, bytes[1].size);
    assert_memory_equal(bytes[0].data, bytes[1].data, bytes[0].size);
    ludus_buffer_free(&bytes[0]);
    ludus_buffer_free(&bytes[1]);
}

// ---- Kill and resume ---------------------------------------------------------------------------

// A run saved after `at` records, killed after `until` (files as they were then), resumed and
// finished writes the bytes of an undisturbed one.
static void interrupted(void **state, int64_t at, int64_t until, bool is_killed)
{
    char name[64];
    snprintf(name, sizeof name, "resume%d-%d-%d", (int)at, (int)until, is_killed);
    const segment_run run = segment_run_init(state, name);
    ludus_replay *replay = segment_run_open(&run);
    segment_push(replay, 0, at);
    ludus_buffer checkpoint = {0};
    ludus_replay_save(replay, &checkpoint);
    segment_push(replay, at, until);
    ludus_buffer killed = {0};
    if (is_killed && segment_file_size(run.first) > 0) {
        read_file(run.first, &killed);
    }
    ludus_replay_destroy(replay);
    if (is_killed) { // without what destroy wrote
        remove(run.first);
    }
    if (killed.size > 0) { // a torn last chunk, when one was begun after the checkpoint
        segment_write_file(run.first, killed.data,
                           until - at > 50 ? killed.size - 700 : killed.size);
    }
    replay = segment_run_open(&run);
    ludus_cursor in = {.data = checkpoint.data, .size = checkpoint.size};
    assert_int_equal(ludus_replay_load(replay, &in, NULL), LUDUS_OK);
    assert_int_equal(ludus_segments_truncate(run.folder, ludus_replay_end(replay), NULL), LUDUS_OK);
    segment_push(replay, at, 400);
    ludus_replay_destroy(replay);
    assert_int_equal(segment_read_folder(&run, NULL), 400);
    ludus_buffer_free(&killed);
    ludus_buffer_free(&checkpoint);
}

static void a_resumed_run_writes_what_an_undisturbed_one_does(void **state)
{
    const segment_run calm = segment_run_init(state, "calm");
    ludus_replay *replay = segment_run_open(&calm);
    segment_push(replay, 0, 400);
    ludus_replay_destroy(replay);
    ludus_buffer wanted = {0};
    read_file(calm.first, &wanted);
    static const int64_t points[][2] = {{0, 0},     {0, 300},   {5, 5},
                                        {150, 150}, {150, 151}, {200, 390}};
    for (size_t i = 0; i < sizeof(points) / sizeof(points[0]); i++) {
        for (int killed = 0; killed < 2; killed++) {
            interrupted(state, points[i][0], points[i][1], killed == 1);
            char name[64];
            snprintf(name, sizeof name, "resume%d-%d-%d", (int)points[i][0], (int)points[i][1],
                     killed);
            const segment_run run = segment_run_init(state, name);
            ludus_buffer got = {0};
            read_file(run.first, &got);
            assert_int_equal(got.size, wanted.size);
            assert_memory_equal(got.data, wanted.data, wanted.size);
            ludus_buffer_free(&got);
        }
    }
    ludus_buffer_free(&wanted);
}

static void a_torn_tail_is_ignored_with_a_note_and_cut_off(void **state)
{
    const segment_run run = segment_run_init(state, "torn");
    ludus_replay *replay = segment_run_open(&run);
    segment_push(replay, 0, 60);
    ludus_replay_destroy(replay);
    ludus_buffer whole = {0};
    read_file(run.first, &whole);
    int64_t before = 0;
    for (size_t size = 0; size <= whole.size; size += size < 200 ? 1 : 311) {
        segment_write_file(run.first, whole.data, size);
        segment_checker c = {0};
        char tag[LUDUS_SEGMENT_TAG_MAX];
        ludus_error note = {0};
        assert_int_equal(ludus_segment_read(run.first, tag, segment_check, &c, &note), LUDUS_OK);
        assert_false(c.is_wrong);
        assert_true(c.records >= before);
        assert_true(note.text[0] == '\0' || strstr(note.text, run.first) != NULL);
        before = c.records;
        ludus_segment_writer *writer;
        assert_int_equal(ludus_segment_writer_create(&writer, run.folder, "connect4"), LUDUS_OK);
        assert_int_equal(ludus_segment_writer_open(writer, NULL), LUDUS_OK);
        assert_true(ludus_segment_writer_end(writer) <= c.items);
        ludus_segment_writer_destroy(writer);
    }
    // A tail of zeros is what some file systems leave after a power cut.
    const uint8_t zeros[100] = {0};
    ludus_buffer_put(&whole, zeros, sizeof zeros);
    segment_write_file(run.first, whole.data, whole.size);
    ludus_error note;
    assert_int_equal(segment_read_folder(&run, &note), 60);
    assert_non_null(strstr(note.text, "the last 100 bytes"));
    ludus_buffer_free(&whole);
}

static void truncate_keeps_the_chunks_before_an_item(void **state)
{
    const segment_run run = segment_run_init(state, "truncate");
    ludus_replay *replay = segment_run_open(&run);
    segment_push(replay, 0, 200);
    ludus_replay_destroy(replay);
    for (int64_t item = 4000; item >= 0; item -= 500) {
        assert_int_equal(ludus_segments_truncate(run.folder, item, NULL), LUDUS_OK);
        uint32_t *numbers;
        size_t count;
        assert_int_equal(ludus_segment_list(run.folder, &numbers, &count, NULL), LUDUS_OK);
        ludus_free(numbers);
        segment_checker c = {0};
        char tag[LUDUS_SEGMENT_TAG_MAX];
        if (count > 0) {
            assert_int_equal(ludus_segment_read(run.first, tag, segment_check, &c, NULL), LUDUS_OK);
        }
        assert_false(c.is_wrong);
        assert_true(c.items <= item);
        assert_true(c.items + 1000 > item || item >= 4000);
        assert_int_equal(count, c.records > 0 ? 1 : 0);
    }
    assert_int_equal(ludus_segments_truncate(run.folder, 10, NULL), LUDUS_OK);
    assert_int_equal(ludus_segments_truncate("/nonexistent/folder", 10, NULL), LUDUS_OK);
}

static void files_of_another_run_are_not_mixed(void **state)
{
    segment_run run = segment_run_init(state, "mixed");
    ludus_replay *replay = segment_run_open(&run);
    ludus_error error;
    segment_push(replay, 0, 200);
    ludus_replay_destroy(replay);
    replay = segment_run_open(&run); // begins again at item 0, behind files that go further
    ludus_status status = LUDUS_OK;
    for (int64_t i = 0; i < 50 && status == LUDUS_OK; i++) {
        status = segment_push_one(replay, i, &error);
    }
    assert_int_equal(status, LUDUS_ERR_STATE);
    assert_non_null(strstr(error.text, run.folder));
    ludus_replay_destroy(replay);
    strcpy(run.config.tag, "othello");
    replay = segment_run_open(&run);
    for (int64_t i = status = 0; i < 50 && status == LUDUS_OK; i++) {
        status = segment_push_one(replay, i, &error);
    }
    assert_int_equal(status, LUDUS_ERR_STATE);
    assert_non_null(strstr(error.text, "'connect4', not of 'othello'"));
    ludus_replay_destroy(replay);
    assert_int_equal(segment_read_folder(&run, NULL), 200);
}

static void segments_may_begin_in_the_middle_of_a_run(void **state)
{
    segment_run run = segment_run_init(state, "late");
    run.config.enable_segments = false;
    ludus_replay *replay = segment_run_open(&run);
    segment_push(replay, 0, 100);
    ludus_buffer checkpoint = {0};
    ludus_replay_save(replay, &checkpoint);
    ludus_replay_destroy(replay);
    run.config.enable_segments = true;
    replay = segment_run_open(&run);
    ludus_cursor in = {.data = checkpoint.data, .size = checkpoint.size};
    assert_int_equal(ludus_replay_load(replay, &in, NULL), LUDUS_OK);
    segment_push(replay, 100, 200);
    ludus_replay_destroy(replay);
    assert_int_equal(segment_read_folder(&run, NULL), 200); // what memory still held is there too
    ludus_buffer_free(&checkpoint);
}

// ---- Damage ------------------------------------------------------------------------------------

static void every_flipped_bit_is_reported_with_its_place(void **state)
{
    const segment_run run = segment_run_init(state, "flip");
    ludus_replay *replay = segment_run_open(&run);
    segment_push(replay, 0, 60);
    ludus_replay_destroy(replay);
    ludus_buffer bytes = {0};
    read_file(run.first, &bytes);
    ludus_rng rng;
    ludus_rng_init(&rng, 12, 0);
    for (int i = 0; i < (LUDUS_TEST_SANITIZED ? 200 : 1000); i++) {
        const size_t at = i < 110 ? (size_t)i : ludus_rng_below(&rng, (uint32_t)bytes.size);
        const uint8_t bit = (uint8_t)(1u << ludus_rng_below(&rng, 8));
        bytes.data[at] ^= bit;
        segment_write_file(run.first, bytes.data, bytes.size);
        bytes.data[at] ^= bit;
        segment_checker c = {0};
        char tag[LUDUS_SEGMENT_TAG_MAX];
        ludus_error error = {0};
        const ludus_status status = ludus_segment_read(run.first, tag, segment_check, &c, &error);
        assert_true(status == LUDUS_ERR_FORMAT || status == LUDUS_ERR_UNSUPPORTED);
        assert_non_null(strstr(error.text, run.first));
        assert_true(at < 12 || strstr(error.text, "at byte ") != NULL);
        assert_false(c.is_wrong); // the records before the damage are right
    }
    ludus_buffer_free(&bytes);
}

static void forged_chunks_are_refused_without_allocation(void **state)
{
    const segment_run run = segment_run_init(state, "forged");
    ludus_replay *replay = segment_run_open(&run);
    segment_push(replay, 0, 60);
    ludus_replay_destroy(replay);
    ludus_buffer bytes = {0};
    read_file(run.first, &bytes);
    ludus_chunk good;
    assert_true(ludus_chunk_header_read(&good, bytes.data + LUDUS_SEGMENT_HEADER));
    for (int i = 0; i < 3; i++) {
        ludus_chunk forged = good;
        forged.raw_bytes = i == 0 ? UINT32_MAX : good.raw_bytes;
        forged.frame_bytes = i == 1 ? UINT32_MAX : good.frame_bytes;
        forged.records = i == 2 ? 0 : good.records;
        ludus_chunk_header_write(&forged, bytes.data + LUDUS_SEGMENT_HEADER);
        segment_write_file(run.first, bytes.data, bytes.size);
        segment_checker c = {0};
        char tag[LUDUS_SEGMENT_TAG_MAX];
        const uint64_t before = ludus_alloc_count();
        assert_int_equal(ludus_segment_read(run.first, tag, segment_check, &c, NULL),
                         LUDUS_ERR_FORMAT);
        assert_int_equal(ludus_alloc_count(), before);
    }
    // More raw bytes than the frame has: refused before the raw bytes get memory.
    ludus_chunk forged = good;
    forged.raw_bytes = (uint32_t)LUDUS_CHUNK_MAX_RAW;
    ludus_chunk_header_write(&forged, bytes.data + LUDUS_SEGMENT_HEADER);
    segment_write_file(run.first, bytes.data, bytes.size);
    segment_checker c = {0};
    char tag[LUDUS_SEGMENT_TAG_MAX];
    const uint64_t before = ludus_alloc_count();
    assert_int_equal(ludus_segment_read(run.first, tag, segment_check, &c, NULL), LUDUS_ERR_FORMAT);
    assert_true(ludus_alloc_count() - before <= 1); // the frame
    ludus_buffer_free(&bytes);
}

static void foreign_files_are_refused(void **state)
{
    char path[TEMP_PATH_MAX];
    char tag[LUDUS_SEGMENT_TAG_MAX];
    ludus_error error;
    segment_checker c = {0};
    temp_path(state, "foreign.seg", path);
    segment_write_file(path, "[run]\ngame = connect4\n", 22);
    assert_int_equal(ludus_segment_read(path, tag, segment_check, &c, &error), LUDUS_ERR_FORMAT);
    assert_non_null(strstr(error.text, "not a replay segment"));
    assert_int_equal(ludus_segment_read("/nonexistent.seg", tag, segment_check, &c, &error),
                     LUDUS_ERR_IO);
    assert_int_equal(ludus_segment_read("/tmp", tag, segment_check, &c, &error), LUDUS_ERR_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_hold_exactly_what_was_pushed),
        cmocka_unit_test(evicted_records_stay_in_the_files),
        cmocka_unit_test(a_visitor_can_stop),
        cmocka_unit_test(a_full_file_is_followed_by_the_next),
        cmocka_unit_test(equal_runs_write_equal_files),
        cmocka_unit_test(a_resumed_run_writes_what_an_undisturbed_one_does),
        cmocka_unit_test(a_torn_tail_is_ignored_with_a_note_and_cut_off),
        cmocka_unit_test(truncate_keeps_the_chunks_before_an_item),
        cmocka_unit_test(files_of_another_run_are_not_mixed),
        cmocka_unit_test(segments_may_begin_in_the_middle_of_a_run),
        cmocka_unit_test(every_flipped_bit_is_reported_with_its_place),
        cmocka_unit_test(forged_chunks_are_refused_without_allocation),
        cmocka_unit_test(foreign_files_are_refused),
    };
    return cmocka_run_group_tests(tests, temp_folder_create, temp_folder_destroy);
}
