#include "segment_run.h"

#include "selfplay/segment_internal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

segment_run segment_run_init(void **state, const char *name)
{
    segment_run run;
    temp_path(state, name, run.folder);
    ludus_segment_path(run.folder, 1, run.first, sizeof run.first);
    run.config = ludus_replay_config_default();
    run.config.enable_segments = true;
    strcpy(run.config.folder, run.folder);
    strcpy(run.config.tag, "connect4");
    return run;
}

ludus_replay *segment_run_open(const segment_run *run)
{
    ludus_replay *replay;
    assert_int_equal(ludus_replay_create(&replay, &run->config, NULL), LUDUS_OK);
    return replay;
}

int32_t segment_record(int64_t i, uint8_t *bytes, size_t *size)
{
    ludus_rng rng;
    ludus_rng_init(&rng, 99, (uint64_t)i);
    *size = 8 + ludus_rng_below(&rng, 900);
    for (size_t k = 0; k < *size; k++) {
        bytes[k] = (uint8_t)(ludus_rng_u64(&rng) & 63u);
    }
    return 1 + (int32_t)ludus_rng_below(&rng, 40);
}

ludus_status segment_push_one(ludus_replay *replay, int64_t i, ludus_error *error)
{
    uint8_t bytes[1024];
    size_t size;
    const int32_t items = segment_record(i, bytes, &size);
    return ludus_replay_push(replay, bytes, size, items, error);
}

void segment_push(ludus_replay *replay, int64_t from, int64_t to)
{
    for (int64_t i = from; i < to; i++) {
        assert_int_equal(segment_push_one(replay, i, NULL), LUDUS_OK);
    }
}

ludus_status segment_check(const uint8_t *record, size_t size, int64_t first_item, int32_t items,
                           void *user)
{
    segment_checker *c = user;
    uint8_t bytes[1024];
    size_t wanted;
    const int32_t wanted_items = segment_record(c->records, bytes, &wanted);
    c->is_wrong = c->is_wrong || wanted_items != items || first_item != c->items ||
                  size != wanted || memcmp(record, bytes, size) != 0;
    c->records++;
    c->items += items;
    return LUDUS_OK;
}

int64_t segment_read_folder(const segment_run *run, ludus_error *note)
{
    uint32_t *numbers;
    size_t count;
    segment_checker c = {0};
    assert_int_equal(ludus_segment_list(run->folder, &numbers, &count, NULL), LUDUS_OK);
    for (size_t i = 0; i < count; i++) {
        char path[TEMP_PATH_MAX + 16];
        char tag[LUDUS_SEGMENT_TAG_MAX];
        ludus_segment_path(run->folder, numbers[i], path, sizeof path);
        assert_int_equal(ludus_segment_read(path, tag, segment_check, &c, note), LUDUS_OK);
        assert_string_equal(tag, "connect4");
    }
    ludus_free(numbers);
    assert_false(c.is_wrong);
    return c.records;
}

off_t segment_file_size(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 ? info.st_size : -1;
}

void segment_write_file(const char *path, const void *data, size_t size)
{
    FILE *stream = fopen(path, "wb");
    assert_non_null(stream);
    assert_int_equal(fwrite(data, 1, size, stream), size);
    fclose(stream);
}
