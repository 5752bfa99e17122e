#include "selfplay/segment.h"

#include "sanitized.h"
#include "selfplay/replay.h"
#include "selfplay/segment_internal.h"
#include "temp_folder.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

// Every test writes to a folder of its own.
typedef struct run_folder {
    char folder[TEMP_PATH_MAX];
    char first[TEMP_PATH_MAX + 16]; // its first file
    ludus_replay_config config;
} run_folder;

static run_folder make_folder(void **state, const char *name)
{
    run_folder run;
    temp_path(state, name, run.folder);
    ludus_segment_path(run.folder, 1, run.first, sizeof run.first);
    run.config = ludus_replay_config_default();
    run.config.enable_segments = true;
    strcpy(run.config.folder, run.folder);
    strcpy(run.config.tag, "connect4");
    return run;
}

static ludus_replay *create(const run_folder *run)
{
    ludus_replay *replay;
    assert_int_equal(ludus_replay_create(&replay, &run->config, NULL), LUDUS_OK);
    return replay;
}

// Record i follows from i alone.
static int32_t make_record(int64_t i, uint8_t *bytes, size_t *size)
{
    ludus_rng rng;
    ludus_rng_init(&rng, 99, (uint64_t)i);
    *size = 8 + ludus_rng_below(&rng, 900);
    for (size_t k = 0; k < *size; k++) {
        bytes[k] = (uint8_t)(ludus_rng_u64(&rng) & 63u);
    }
    return 1 + (int32_t)ludus_rng_below(&rng, 40);
}

static ludus_status push_one(ludus_replay *replay, int64_t i, ludus_error *error)
{
    uint8_t bytes[1024];
    size_t size;
    const int32_t items = make_record(i, bytes, &size);
    return ludus_replay_push(replay, bytes, size, items, error);
}

static void push(ludus_replay *replay, int64_t from, int64_t to)
{
    for (int64_t i = from; i < to; i++) {
        assert_int_equal(push_one(replay, i, NULL), LUDUS_OK);
    }
}

// Counts records and checks that they are make_record's, in order, without gaps.
typedef struct checker {
    int64_t records, items;
    bool is_wrong;
} checker;

static ludus_status check_record(const uint8_t *record, size_t size, int64_t first_item,
                                 int32_t items, void *user)
{
    checker *c = user;
    uint8_t bytes[1024];
    size_t wanted;
    const int32_t wanted_items = make_record(c->records, bytes, &wanted);
    c->is_wrong = c->is_wrong || wanted_items != items || first_item != c->items ||
                  size != wanted || memcmp(record, bytes, size) != 0;
    c->records++;
    c->items += items;
    return LUDUS_OK;
}

// Reads all files of the folder; returns the number of records. `note` may be NULL.
static int64_t read_folder(const run_folder *run, ludus_error *note)
{
    uint32_t *numbers;
    size_t count;
    checker c = {0};
    assert_int_equal(ludus_segment_list(run->folder, &numbers, &count, NULL), LUDUS_OK);
    for (size_t i = 0; i < count; i++) {
        char path[TEMP_PATH_MAX + 16];
        char tag[LUDUS_SEGMENT_TAG_MAX];
        ludus_segment_path(run->folder, numbers[i], path, sizeof path);
        assert_int_equal(ludus_segment_read(path, tag, check_record, &c, note), LUDUS_OK);
        assert_string_equal(tag, "connect4");
    }
    ludus_free(numbers);
    assert_false(c.is_wrong);
    return c.records;
}

static off_t size_of(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 ? info.st_size : -1;
}

static void read_file(const char *path, ludus_buffer *out)
{
    void *data;
    size_t size;
    assert_int_equal(ludus_file_read(path, (size_t)1 << 30, &data, &size, NULL), LUDUS_OK);
    ludus_buffer_put(out, data, size);
    ludus_free(data);
}

static void write_file(const char *path, const void *data, size_t size)
{
    FILE *stream = fopen(path, "wb");
    assert_non_null(stream);
    assert_int_equal(fwrite(data, 1, size, stream), size);
    fclose(stream);
}

// ---- What is pushed is there -------------------------------------------------------------------

static void files_hold_exactly_what_was_pushed(void **state)
{
    const run_folder run = make_folder(state, "exact");
    ludus_replay *replay = create(&run);
    ludus_replay_stats stats;
    for (int64_t i = 0; i < 1000; i += 125) {
        push(replay, i, i + 125);
        if (i % 250 == 0) {
            assert_int_equal(ludus_replay_flush(replay, NULL), LUDUS_OK);
            assert_int_equal(read_folder(&run, NULL), i + 125);
        }
    }
    ludus_replay_stats_get(replay, &stats);
    assert_true(stats.file_bytes >= (size_t)size_of(run.first) - 8192);
    ludus_replay_destroy(replay); // writes the open chunk
    ludus_error note;
    assert_int_equal(read_folder(&run, &note), 1000);
    assert_string_equal(note.text, "");
}

static void evicted_records_stay_in_the_files(void **state)
{
    run_folder run = make_folder(state, "evicted");
    run.config.capacity_items = 1000;
    ludus_replay *replay = create(&run);
    push(replay, 0, 1000);
    assert_true(ludus_replay_first(replay) > 0);
    ludus_replay_destroy(replay);
    assert_int_equal(read_folder(&run, NULL), 1000);
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
    const run_folder run = make_folder(state, "stop");
    ludus_replay *replay = create(&run);
    push(replay, 0, 100);
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
    const run_folder run = make_folder(state, "many");
    ludus_replay *replay = create(&run);
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
    assert_true((uint64_t)size_of(run.first) >= LUDUS_SEGMENT_MAX_BYTES);
    assert_true((uint64_t)size_of(run.first) < LUDUS_SEGMENT_MAX_BYTES + size + 4096);
    assert_int_equal(ludus_segments_truncate(run.folder, 40, NULL), LUDUS_OK);
    assert_int_equal(size_of(run.first) / (off_t)size, 8);
    ludus_free(numbers);
    free(bytes);
}

static void equal_runs_write_equal_files(void **state)
{
    const run_folder runs[2] = {make_folder(state, "equal1"), make_folder(state, "equal2")};
    ludus_buffer bytes[2] = {{0}, {0}};
    for (int k = 0; k < 2; k++) {
        ludus_replay *replay = create(&runs[k]);
        push(replay, 0, 100);
        if (k == 1) {
            assert_int_equal(ludus_replay_flush(replay, NULL), LUDUS_OK); // leaves no trace
        }
        push(replay, 100, 300);
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
    const run_folder run = make_folder(state, name);
    ludus_replay *replay = create(&run);
    push(replay, 0, at);
    ludus_buffer checkpoint = {0};
    ludus_replay_save(replay, &checkpoint);
    push(replay, at, until);
    ludus_buffer killed = {0};
    if (is_killed && size_of(run.first) > 0) {
        read_file(run.first, &killed);
    }
    ludus_replay_destroy(replay);
    if (is_killed) { // without what destroy wrote
        remove(run.first);
    }
    if (killed.size > 0) { // a torn last chunk, when one was begun after the checkpoint
        write_file(run.first, killed.data, until - at > 50 ? killed.size - 700 : killed.size);
    }
    replay = create(&run);
    ludus_cursor in = {.data = checkpoint.data, .size = checkpoint.size};
    assert_int_equal(ludus_replay_load(replay, &in, NULL), LUDUS_OK);
    assert_int_equal(ludus_segments_truncate(run.folder, ludus_replay_end(replay), NULL),
                     LUDUS_OK);
    push(replay, at, 400);
    ludus_replay_destroy(replay);
    assert_int_equal(read_folder(&run, NULL), 400);
    ludus_buffer_free(&killed);
    ludus_buffer_free(&checkpoint);
}

static void a_resumed_run_writes_what_an_undisturbed_one_does(void **state)
{
    const run_folder calm = make_folder(state, "calm");
    ludus_replay *replay = create(&calm);
    push(replay, 0, 400);
    ludus_replay_destroy(replay);
    ludus_buffer wanted = {0};
    read_file(calm.first, &wanted);
    static const int64_t points[][2] = {{0, 0}, {0, 300}, {5, 5}, {150, 150}, {150, 151}, {200, 390}};
    for (size_t i = 0; i < sizeof(points) / sizeof(points[0]); i++) {
        for (int killed = 0; killed < 2; killed++) {
            interrupted(state, points[i][0], points[i][1], killed == 1);
            char name[64];
            snprintf(name, sizeof name, "resume%d-%d-%d", (int)points[i][0], (int)points[i][1],
                     killed);
            const run_folder run = make_folder(state, name);
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
    const run_folder run = make_folder(state, "torn");
    ludus_replay *replay = create(&run);
    push(replay, 0, 60);
    ludus_replay_destroy(replay);
    ludus_buffer whole = {0};
    read_file(run.first, &whole);
    int64_t before = 0;
    for (size_t size = 0; size <= whole.size; size += size < 200 ? 1 : 311) {
        write_file(run.first, whole.data, size);
        checker c = {0};
        char tag[LUDUS_SEGMENT_TAG_MAX];
        ludus_error note = {0};
        assert_int_equal(ludus_segment_read(run.first, tag, check_record, &c, &note), LUDUS_OK);
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
    write_file(run.first, whole.data, whole.size);
    ludus_error note;
    assert_int_equal(read_folder(&run, &note), 60);
    assert_non_null(strstr(note.text, "the last 100 bytes"));
    ludus_buffer_free(&whole);
}

static void truncate_keeps_the_chunks_before_an_item(void **state)
{
    const run_folder run = make_folder(state, "truncate");
    ludus_replay *replay = create(&run);
    push(replay, 0, 200);
    ludus_replay_destroy(replay);
    for (int64_t item = 4000; item >= 0; item -= 500) {
        assert_int_equal(ludus_segments_truncate(run.folder, item, NULL), LUDUS_OK);
        uint32_t *numbers;
        size_t count;
        assert_int_equal(ludus_segment_list(run.folder, &numbers, &count, NULL), LUDUS_OK);
        ludus_free(numbers);
        checker c = {0};
        char tag[LUDUS_SEGMENT_TAG_MAX];
        if (count > 0) {
            assert_int_equal(ludus_segment_read(run.first, tag, check_record, &c, NULL), LUDUS_OK);
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
    run_folder run = make_folder(state, "mixed");
    ludus_replay *replay = create(&run);
    ludus_error error;
    push(replay, 0, 200);
    ludus_replay_destroy(replay);
    replay = create(&run); // begins again at item 0, behind files that go further
    ludus_status status = LUDUS_OK;
    for (int64_t i = 0; i < 50 && status == LUDUS_OK; i++) {
        status = push_one(replay, i, &error);
    }
    assert_int_equal(status, LUDUS_ERR_STATE);
    assert_non_null(strstr(error.text, run.folder));
    ludus_replay_destroy(replay);
    strcpy(run.config.tag, "othello");
    replay = create(&run);
    for (int64_t i = status = 0; i < 50 && status == LUDUS_OK; i++) {
        status = push_one(replay, i, &error);
    }
    assert_int_equal(status, LUDUS_ERR_STATE);
    assert_non_null(strstr(error.text, "'connect4', not of 'othello'"));
    ludus_replay_destroy(replay);
    assert_int_equal(read_folder(&run, NULL), 200);
}

static void segments_may_begin_in_the_middle_of_a_run(void **state)
{
    run_folder run = make_folder(state, "late");
    run.config.enable_segments = false;
    ludus_replay *replay = create(&run);
    push(replay, 0, 100);
    ludus_buffer checkpoint = {0};
    ludus_replay_save(replay, &checkpoint);
    ludus_replay_destroy(replay);
    run.config.enable_segments = true;
    replay = create(&run);
    ludus_cursor in = {.data = checkpoint.data, .size = checkpoint.size};
    assert_int_equal(ludus_replay_load(replay, &in, NULL), LUDUS_OK);
    push(replay, 100, 200);
    ludus_replay_destroy(replay);
    assert_int_equal(read_folder(&run, NULL), 200); // what memory still held is there too
    ludus_buffer_free(&checkpoint);
}

// ---- Damage ------------------------------------------------------------------------------------

static void every_flipped_bit_is_reported_with_its_place(void **state)
{
    const run_folder run = make_folder(state, "flip");
    ludus_replay *replay = create(&run);
    push(replay, 0, 60);
    ludus_replay_destroy(replay);
    ludus_buffer bytes = {0};
    read_file(run.first, &bytes);
    ludus_rng rng;
    ludus_rng_init(&rng, 12, 0);
    for (int i = 0; i < (LUDUS_TEST_SANITIZED ? 200 : 1000); i++) {
        const size_t at = i < 110 ? (size_t)i : ludus_rng_below(&rng, (uint32_t)bytes.size);
        const uint8_t bit = (uint8_t)(1u << ludus_rng_below(&rng, 8));
        bytes.data[at] ^= bit;
        write_file(run.first, bytes.data, bytes.size);
        bytes.data[at] ^= bit;
        checker c = {0};
        char tag[LUDUS_SEGMENT_TAG_MAX];
        ludus_error error = {0};
        const ludus_status status =
            ludus_segment_read(run.first, tag, check_record, &c, &error);
        assert_true(status == LUDUS_ERR_FORMAT || status == LUDUS_ERR_UNSUPPORTED);
        assert_non_null(strstr(error.text, run.first));
        assert_true(at < 12 || strstr(error.text, "at byte ") != NULL);
        assert_false(c.is_wrong); // the records before the damage are right
    }
    ludus_buffer_free(&bytes);
}

static void forged_chunks_are_refused_without_allocation(void **state)
{
    const run_folder run = make_folder(state, "forged");
    ludus_replay *replay = create(&run);
    push(replay, 0, 60);
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
        write_file(run.first, bytes.data, bytes.size);
        checker c = {0};
        char tag[LUDUS_SEGMENT_TAG_MAX];
        const uint64_t before = ludus_alloc_count();
        assert_int_equal(ludus_segment_read(run.first, tag, check_record, &c, NULL),
                         LUDUS_ERR_FORMAT);
        assert_int_equal(ludus_alloc_count(), before);
    }
    // More raw bytes than the frame has: refused before the raw bytes get memory.
    ludus_chunk forged = good;
    forged.raw_bytes = (uint32_t)LUDUS_CHUNK_MAX_RAW;
    ludus_chunk_header_write(&forged, bytes.data + LUDUS_SEGMENT_HEADER);
    write_file(run.first, bytes.data, bytes.size);
    checker c = {0};
    char tag[LUDUS_SEGMENT_TAG_MAX];
    const uint64_t before = ludus_alloc_count();
    assert_int_equal(ludus_segment_read(run.first, tag, check_record, &c, NULL), LUDUS_ERR_FORMAT);
    assert_true(ludus_alloc_count() - before <= 1); // the frame
    ludus_buffer_free(&bytes);
}

static void foreign_files_are_refused(void **state)
{
    char path[TEMP_PATH_MAX];
    char tag[LUDUS_SEGMENT_TAG_MAX];
    ludus_error error;
    checker c = {0};
    temp_path(state, "foreign.seg", path);
    write_file(path, "[run]\ngame = connect4\n", 22);
    assert_int_equal(ludus_segment_read(path, tag, check_record, &c, &error), LUDUS_ERR_FORMAT);
    assert_non_null(strstr(error.text, "not a replay segment"));
    assert_int_equal(ludus_segment_read("/nonexistent.seg", tag, check_record, &c, &error),
                     LUDUS_ERR_IO);
    assert_int_equal(ludus_segment_read("/tmp", tag, check_record, &c, &error), LUDUS_ERR_IO);
}

// ---- A disk that fills up ------------------------------------------------------------------------

// In a child, because the limit cannot be taken back: files may have 20,000 bytes. Exit code 0 when
// everything went as it should.
static int fill_the_disk(const run_folder *run)
{
    const struct rlimit limit = {.rlim_cur = 20000, .rlim_max = RLIM_INFINITY};
    const struct rlimit none = {.rlim_cur = RLIM_INFINITY, .rlim_max = RLIM_INFINITY};
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigaction(SIGXFSZ, &ignore, NULL);
    ludus_replay *replay;
    ludus_error error = {0};
    if (ludus_replay_create(&replay, &run->config, &error) != LUDUS_OK) {
        return 1;
    }
    setrlimit(RLIMIT_FSIZE, &limit);
    int64_t i = 0;
    ludus_status status = LUDUS_OK;
    while (i < 500 && status == LUDUS_OK) {
        status = push_one(replay, i++, &error);
    }
    if (status != LUDUS_ERR_IO || strstr(error.text, run->first) == NULL) {
        return 2;
    }
    checker before = {0};
    char tag[LUDUS_SEGMENT_TAG_MAX];
    if (ludus_segment_read(run->first, tag, check_record, &before, &error) != LUDUS_OK ||
        before.records == 0 || before.is_wrong || error.text[0] != '\0') {
        return 3; // whole chunks only, all of them right
    }
    setrlimit(RLIMIT_FSIZE, &none);
    for (; i < 500; i++) { // somebody made room: nothing is missing in the end
        if (push_one(replay, i, &error) != LUDUS_OK) {
            return 4;
        }
    }
    ludus_replay_destroy(replay);
    return 0;
}

static void a_full_disk_loses_nothing_that_was_written(void **state)
{
    const run_folder run = make_folder(state, "full");
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        _exit(fill_the_disk(&run));
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_int_equal(read_folder(&run, NULL), 500);
}

static void a_folder_that_cannot_be_made_is_an_error(void **state)
{
    run_folder run = make_folder(state, "blocked");
    write_file(run.folder, "a file", 6);
    ludus_replay *replay = create(&run);
    ludus_error error = {0};
    ludus_status status = LUDUS_OK;
    int64_t i = 0;
    while (i < 100 && status == LUDUS_OK) {
        status = push_one(replay, i++, &error);
    }
    assert_int_equal(status, LUDUS_ERR_IO);
    assert_non_null(strstr(error.text, run.folder));
    ludus_replay_stats stats;
    ludus_replay_stats_get(replay, &stats);
    assert_int_equal(stats.records, i); // memory has them
    ludus_replay_destroy(replay);
}

// SIGKILL in the middle of writing, at whatever byte: what is there is right.
static void a_killed_writer_leaves_a_readable_file(void **state)
{
    for (int round = 0; round < (LUDUS_TEST_SANITIZED ? 3 : 10); round++) {
        char name[32];
        snprintf(name, sizeof name, "kill%d", round);
        const run_folder run = make_folder(state, name);
        const pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            ludus_replay *replay;
            if (ludus_replay_create(&replay, &run.config, NULL) == LUDUS_OK) {
                for (int64_t i = 0;; i++) {
                    (void)push_one(replay, i, NULL);
                }
            }
            _exit(1);
        }
        while (size_of(run.first) < 20000 + 10000 * round) {
            const struct timespec pause = {.tv_nsec = 200000};
            nanosleep(&pause, NULL);
        }
        assert_int_equal(kill(child, SIGKILL), 0);
        assert_int_equal(waitpid(child, NULL, 0), child);
        assert_true(read_folder(&run, NULL) > 10);
    }
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
        cmocka_unit_test(a_full_disk_loses_nothing_that_was_written),
        cmocka_unit_test(a_folder_that_cannot_be_made_is_an_error),
        cmocka_unit_test(a_killed_writer_leaves_a_readable_file),
    };
    return cmocka_run_group_tests(tests, temp_folder_create, temp_folder_destroy);
}
