// Claims about TensorBoard event files and metrics.jsonl.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <glob.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "base/file.h"
#include "selfplay/event_file.h"
#include "selfplay/metrics_log.h"
#include "temp_folder.h"

// RFC 3720, appendix B.4.
static void crc32c_matches_published_vectors(void **state)
{
    (void)state;
    uint8_t data[32];
    memset(data, 0, sizeof data);
    assert_int_equal(ludus_crc32c(data, 32), 0x8a9136aau);
    memset(data, 0xff, sizeof data);
    assert_int_equal(ludus_crc32c(data, 32), 0x62a8ab43u);
    for (int i = 0; i < 32; i++) {
        data[i] = (uint8_t)i;
    }
    assert_int_equal(ludus_crc32c(data, 32), 0x46dd794eu);
}

static uint32_t masked(const void *data, size_t size)
{
    const uint32_t crc = ludus_crc32c(data, size);
    return ((crc >> 15) | (crc << 17)) + 0xa282ead8u;
}

// Reads the frames as a TFRecord reader does; returns how many there are.
static int check_frames(const uint8_t *bytes, size_t size, const uint8_t **last, size_t *last_size)
{
    int frames = 0;
    for (size_t at = 0; at < size; frames++) {
        assert_true(size - at >= 16);
        const uint64_t length = ludus_load_u64(bytes + at);
        assert_true(length <= size - at - 16);
        assert_int_equal(ludus_load_u32(bytes + at + 8), masked(bytes + at, 8));
        *last = bytes + at + 12;
        *last_size = (size_t)length;
        assert_int_equal(ludus_load_u32(*last + length), masked(*last, (size_t)length));
        at += 16 + (size_t)length;
    }
    return frames;
}

static void event_file_has_valid_frames_and_values(void **state)
{
    ludus_event_file *file;
    ludus_error error;
    char pattern[TEMP_PATH_MAX];
    glob_t found;
    void *bytes;
    size_t size, last_size = 0;
    const uint8_t *last = NULL;
    const char *tags[] = {"loss", "missing", "rate"};
    const double values[] = {0.5, (double)NAN, 2.0};
    assert_int_equal(ludus_event_file_create(&file, *state, &error), LUDUS_OK);
    assert_int_equal(ludus_event_file_add(file, 300, 3, tags, values, &error), LUDUS_OK);
    ludus_event_file_destroy(file);
    temp_path(state, "events.out.tfevents.*", pattern);
    assert_int_equal(glob(pattern, 0, NULL, &found), 0);
    assert_int_equal(ludus_file_read(found.gl_pathv[0], 1 << 20, &bytes, &size, &error), LUDUS_OK);
    globfree(&found);
    assert_int_equal(check_frames(bytes, size, &last, &last_size), 2);
    // wall_time, step = 300, summary { value { "loss" 0.5 } value { "rate" 2.0 } }
    static const uint8_t tail[] = {0x10, 0xac, 0x02, 0x2a, 26,   0x0a, 11,   0x0a, 4,   'l',  'o',
                                   's',  's',  0x15, 0,    0,    0,    0x3f, 0x0a, 11,  0x0a, 4,
                                   'r',  'a',  't',  'e',  0x15, 0,    0,    0,    0x40};
    assert_int_equal(last_size, 9 + sizeof tail);
    assert_memory_equal(last + 9, tail, sizeof tail);
    ludus_free(bytes);
}

static void metrics_are_cut_back_on_resume(void **state)
{
    ludus_metrics_log *log;
    ludus_error error;
    char path[TEMP_PATH_MAX];
    void *bytes;
    size_t size;
    const char *names[] = {"loss/policy", "bad"};
    const double values[] = {1.25, (double)INFINITY};
    temp_path(state, "metrics.jsonl", path);
    assert_int_equal(ludus_metrics_log_open(&log, path, 0, &error), LUDUS_OK);
    assert_int_equal(ludus_metrics_log_add(log, 1, 2.5, 2, names, values, &error), LUDUS_OK);
    const uint64_t keep = ludus_metrics_log_size(log);
    assert_int_equal(ludus_metrics_log_add(log, 2, 3.5, 2, names, values, &error), LUDUS_OK);
    ludus_metrics_log_close(log);
    assert_int_equal(ludus_metrics_log_open(&log, path, keep, &error), LUDUS_OK);
    ludus_metrics_log_close(log);
    assert_int_equal(ludus_file_read(path, 1 << 20, &bytes, &size, &error), LUDUS_OK);
    assert_int_equal(size, keep);
    json_t *line = json_loads(bytes, 0, NULL);
    assert_int_equal(json_integer_value(json_object_get(line, "iteration")), 1);
    assert_true(json_real_value(json_object_get(line, "loss/policy")) == 1.25);
    assert_true(json_is_null(json_object_get(line, "bad")));
    json_decref(line);
    ludus_free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(crc32c_matches_published_vectors),
        cmocka_unit_test(event_file_has_valid_frames_and_values),
        cmocka_unit_test(metrics_are_cut_back_on_resume),
    };
    return cmocka_run_group_tests(tests, temp_folder_create, temp_folder_destroy);
}
