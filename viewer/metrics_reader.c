#include "viewer/metrics_reader.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jansson.h>

#include "base/file.h"

#define PATH_BYTES 1024
#define METRICS "/metrics.jsonl"
#define TAIL_BYTES 128 // of what was read last, to notice that the file is another one
#define READ_BYTES ((size_t)64 << 10)

typedef struct series {
    char name[LUDUS_METRICS_NAME_MAX];
    double *values; // [capacity] of the reader
} series;

struct ludus_metrics_reader {
    char path[PATH_BYTES]; // of the file
    char title[LUDUS_METRICS_NAME_MAX];
    char notice[PATH_BYTES + 128];
    uint64_t offset;       // bytes of the file read
    char tail[TAIL_BYTES]; // the last of them
    size_t tail_size;
    bool has_more;
    bool is_skipping; // inside a line that is too long
    char line[LUDUS_METRICS_MAX_LINE];
    size_t line_size; // of the unfinished line
    int64_t damaged;
    int32_t rows, capacity;
    int32_t num_series;
    series series[LUDUS_METRICS_MAX_SERIES];
};

// ---- Rows ------------------------------------------------------------------------------------

static void forget_rows(ludus_metrics_reader *reader)
{
    reader->rows = 0;
    reader->damaged = 0;
    reader->line_size = 0;
    reader->is_skipping = false;
    reader->offset = 0;
    reader->tail_size = 0;
}

static bool grow(ludus_metrics_reader *reader)
{
    const int32_t wanted = reader->capacity ? 2 * reader->capacity : 256;
    for (int32_t i = 0; i < reader->num_series; i++) {
        double *values =
            ludus_realloc(reader->series[i].values, (size_t)reader->capacity, (size_t)wanted,
                          sizeof *values); // a failure leaves the others longer than needed
        if (values == NULL) {
            return false;
        }
        reader->series[i].values = values;
    }
    reader->capacity = wanted;
    return true;
}

// A very long run: half of the rows show the same curve.
static void thin_out(ludus_metrics_reader *reader)
{
    for (int32_t i = 0; i < reader->num_series; i++) {
        double *values = reader->series[i].values;
        for (int32_t r = 0; r < reader->rows / 2; r++) {
            const double late = values[2 * r + 1];
            values[r] = isnan(late) ? values[2 * r] : late;
        }
    }
    reader->rows /= 2;
}

static bool has_room(ludus_metrics_reader *reader)
{
    if (reader->rows < reader->capacity) {
        return true;
    }
    if (reader->rows >= LUDUS_METRICS_MAX_ROWS) {
        thin_out(reader);
        return true;
    }
    return grow(reader);
}

// The series of that name, made when it is new; NULL when there is no room for it.
static series *series_named(ludus_metrics_reader *reader, const char *name)
{
    const int32_t found = ludus_metrics_reader_find(reader, name);
    if (found >= 0) {
        return &reader->series[found];
    }
    if (reader->num_series == LUDUS_METRICS_MAX_SERIES) {
        return NULL;
    }
    series *s = &reader->series[reader->num_series];
    s->values = ludus_alloc((size_t)reader->capacity, sizeof *s->values);
    if (s->values == NULL) {
        return NULL;
    }
    snprintf(s->name, sizeof s->name, "%s", name);
    for (int32_t r = 0; r < reader->capacity; r++) {
        s->values[r] = NAN;
    }
    reader->num_series++;
    return s;
}

// A line that goes back (two sessions wrote the same file) replaces what is not before it.
static void drop_from(ludus_metrics_reader *reader, double iteration)
{
    const double *iterations = reader->series[0].values;
    while (reader->rows > 0 && !(iterations[reader->rows - 1] < iteration)) {
        reader->rows--;
    }
}

static void add_row(ludus_metrics_reader *reader, json_t *object)
{
    const json_t *iteration = json_object_get(object, "iteration");
    if (!json_is_number(iteration)) {
        reader->damaged++;
        return;
    }
    drop_from(reader, json_number_value(iteration));
    if (!has_room(reader)) {
        reader->damaged++;
        return;
    }
    const int32_t row = reader->rows++;
    for (int32_t i = 0; i < reader->num_series; i++) {
        reader->series[i].values[row] = NAN;
    }
    const char *name;
    json_t *value;
    json_object_foreach(object, name, value)
    {
        series *s = json_is_number(value) ? series_named(reader, name) : NULL;
        if (s != NULL) {
            s->values[row] = json_number_value(value);
        }
    }
}

// ---- Lines -----------------------------------------------------------------------------------

static void take_line(ludus_metrics_reader *reader)
{
    if (reader->is_skipping) {
        reader->damaged++;
    } else if (reader->line_size > 0) {
        json_t *object = json_loadb(reader->line, reader->line_size, 0, NULL);
        if (json_is_object(object)) {
            add_row(reader, object);
        } else {
            reader->damaged++;
        }
        json_decref(object);
    }
    reader->line_size = 0;
    reader->is_skipping = false;
}

static void keep_tail(ludus_metrics_reader *reader, const char *bytes, size_t size)
{
    if (size >= TAIL_BYTES) {
        memcpy(reader->tail, bytes + size - TAIL_BYTES, TAIL_BYTES);
        reader->tail_size = TAIL_BYTES;
        return;
    }
    const size_t keep =
        reader->tail_size + size > TAIL_BYTES ? TAIL_BYTES - size : reader->tail_size;
    memmove(reader->tail, reader->tail + reader->tail_size - keep, keep);
    memcpy(reader->tail + keep, bytes, size);
    reader->tail_size = keep + size;
}

void ludus_metrics_reader_feed(ludus_metrics_reader *reader, const char *bytes, size_t size)
{
    reader->offset += size;
    keep_tail(reader, bytes, size);
    while (size > 0) {
        const char *end = memchr(bytes, '\n', size);
        const size_t part = end != NULL ? (size_t)(end - bytes) : size;
        if (reader->is_skipping || part > sizeof reader->line - reader->line_size) {
            reader->is_skipping = true;
        } else {
            memcpy(reader->line + reader->line_size, bytes, part);
            reader->line_size += part;
        }
        if (end == NULL) {
            return;
        }
        take_line(reader);
        bytes = end + 1;
        size -= part + 1;
    }
}

// ---- The file --------------------------------------------------------------------------------

static void set_notice(ludus_metrics_reader *reader)
{
    reader->notice[0] = '\0';
    if (reader->damaged > 0) {
        snprintf(reader->notice, sizeof reader->notice, "%s: %" PRId64 " damaged line%s left out",
                 reader->path, reader->damaged, reader->damaged == 1 ? "" : "s");
    } else if (reader->rows == 0) {
        snprintf(reader->notice, sizeof reader->notice, "%s: no metrics yet", reader->path);
    }
}

// Whether what was read last still stands before the place to go on.
static bool is_same_file(const ludus_metrics_reader *reader, int file)
{
    struct stat info;
    char tail[TAIL_BYTES];
    if (fstat(file, &info) != 0 || (uint64_t)info.st_size < reader->offset) {
        return false;
    }
    const off_t at = (off_t)(reader->offset - reader->tail_size);
    return pread(file, tail, reader->tail_size, at) == (ssize_t)reader->tail_size &&
           memcmp(tail, reader->tail, reader->tail_size) == 0;
}

static bool read_new(ludus_metrics_reader *reader, int file)
{
    char *bytes = ludus_alloc(READ_BYTES, 1);
    size_t total = 0;
    ssize_t got = bytes != NULL ? 1 : 0;
    while (got > 0 && total < LUDUS_METRICS_POLL_BYTES) {
        got = pread(file, bytes, READ_BYTES, (off_t)reader->offset);
        if (got > 0) {
            ludus_metrics_reader_feed(reader, bytes, (size_t)got);
            total += (size_t)got;
        }
    }
    reader->has_more = got > 0;
    ludus_free(bytes);
    return total > 0;
}

bool ludus_metrics_reader_poll(ludus_metrics_reader *reader)
{
    char before[sizeof reader->notice];
    memcpy(before, reader->notice, sizeof before);
    reader->has_more = false;
    bool is_new = false;
    // Without O_NONBLOCK opening a pipe would wait for its writer.
    const int file = open(reader->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (file >= 0) {
        if (!is_same_file(reader, file)) {
            is_new = reader->rows > 0;
            forget_rows(reader);
        }
        is_new = read_new(reader, file) || is_new;
        close(file);
        set_notice(reader);
    } else if (errno == ENOENT && reader->rows == 0) {
        snprintf(reader->notice, sizeof reader->notice, "%s: no metrics yet", reader->path);
    } else {
        snprintf(reader->notice, sizeof reader->notice, "%s: %s", reader->path,
                 errno == ENOENT || errno == ENOTDIR ? "the file is gone" : strerror(errno));
    }
    return is_new || strcmp(before, reader->notice) != 0;
}

// ---- Life ------------------------------------------------------------------------------------

// The last part of a path: "runs/connect4/" is "connect4".
static void set_title(ludus_metrics_reader *reader, const char *path)
{
    size_t end = strlen(path);
    while (end > 1 && path[end - 1] == '/') {
        end--;
    }
    size_t begin = end;
    while (begin > 0 && path[begin - 1] != '/') {
        begin--;
    }
    snprintf(reader->title, sizeof reader->title, "%.*s", (int)(end - begin), path + begin);
}

// The folder of a further board of a mixed run (selfplay/board_mix.h) has games and no metrics:
// they are, or will be, those of the run above it.
static void set_path(ludus_metrics_reader *reader, const char *path, bool is_folder)
{
    snprintf(reader->path, sizeof reader->path, "%s/../recipe.ini", path);
    const bool is_in_run = is_folder && ludus_file_exists(reader->path);
    snprintf(reader->path, sizeof reader->path, "%s%s", path, is_folder ? METRICS : "");
    if (is_in_run && !ludus_file_exists(reader->path)) {
        snprintf(reader->path, sizeof reader->path, "%s/.." METRICS, path);
    }
}

ludus_status ludus_metrics_reader_create(ludus_metrics_reader **out, const char *path,
                                         ludus_error *error)
{
    struct stat info;
    *out = NULL;
    if (stat(path, &info) != 0) {
        return ludus_fail(error, LUDUS_ERR_IO, "%s: %s", path, strerror(errno));
    }
    if (strlen(path) + sizeof "/.." METRICS > PATH_BYTES) {
        return ludus_fail(error, LUDUS_ERR_ARG, "%.40s...: the path is too long", path);
    }
    if (!S_ISDIR(info.st_mode) && !S_ISREG(info.st_mode)) {
        return ludus_fail(error, LUDUS_ERR_IO, "%s: neither a folder nor a regular file", path);
    }
    ludus_metrics_reader *reader = ludus_alloc(1, sizeof *reader);
    if (reader == NULL) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "%s: out of memory", path);
    }
    set_path(reader, path, S_ISDIR(info.st_mode));
    set_title(reader, path);
    if (!grow(reader) || series_named(reader, "iteration") == NULL) {
        ludus_metrics_reader_destroy(reader);
        return ludus_fail(error, LUDUS_ERR_NOMEM, "%s: out of memory", path);
    }
    *out = reader;
    return LUDUS_OK;
}

void ludus_metrics_reader_destroy(ludus_metrics_reader *reader)
{
    for (int32_t i = 0; reader != NULL && i < reader->num_series; i++) {
        ludus_free(reader->series[i].values);
    }
    ludus_free(reader);
}

// ---- Reading them ----------------------------------------------------------------------------

bool ludus_metrics_reader_has_more(const ludus_metrics_reader *reader)
{
    return reader->has_more;
}

const char *ludus_metrics_reader_notice(const ludus_metrics_reader *reader)
{
    return reader->notice;
}

int64_t ludus_metrics_reader_damaged(const ludus_metrics_reader *reader)
{
    return reader->damaged;
}

const char *ludus_metrics_reader_title(const ludus_metrics_reader *reader)
{
    return reader->title;
}

int32_t ludus_metrics_reader_rows(const ludus_metrics_reader *reader)
{
    return reader->rows;
}

int32_t ludus_metrics_reader_series(const ludus_metrics_reader *reader)
{
    return reader->num_series;
}

const char *ludus_metrics_reader_name(const ludus_metrics_reader *reader, int32_t i)
{
    return reader->series[i].name;
}

int32_t ludus_metrics_reader_find(const ludus_metrics_reader *reader, const char *name)
{
    for (int32_t i = 0; i < reader->num_series; i++) {
        if (strncmp(reader->series[i].name, name, LUDUS_METRICS_NAME_MAX - 1) == 0) {
            return i;
        }
    }
    return -1;
}

const double *ludus_metrics_reader_values(const ludus_metrics_reader *reader, int32_t i)
{
    return reader->series[i].values;
}
