#include "selfplay/metrics_log.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

struct ludus_metrics_log {
    FILE *stream;
    uint64_t size; // bytes
    char path[512];
};

static ludus_status fail_io(ludus_error *error, const char *path)
{
    return ludus_fail(error, LUDUS_ERR_IO, "%s: %s", path, strerror(errno));
}

ludus_status ludus_metrics_log_open(ludus_metrics_log **out, const char *path, uint64_t keep,
                                    ludus_error *error)
{
    *out = NULL;
    ludus_metrics_log *log = ludus_alloc(1, sizeof *log);
    if (log == NULL) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "%s: out of memory", path);
    }
    snprintf(log->path, sizeof log->path, "%s", path);
    log->stream = fopen(path, "ab");
    ludus_status status = log->stream == NULL ? fail_io(error, path) : LUDUS_OK;
    if (status == LUDUS_OK && fseeko(log->stream, 0, SEEK_END) != 0) {
        status = fail_io(error, path);
    }
    // A log shorter than promised (someone edited it) is kept as it is.
    if (status == LUDUS_OK) {
        const uint64_t present = (uint64_t)ftello(log->stream);
        log->size = keep < present ? keep : present;
        if (ftruncate(fileno(log->stream), (off_t)log->size) != 0) {
            status = fail_io(error, path);
        }
    }
    if (status != LUDUS_OK) {
        ludus_metrics_log_close(log);
        return status;
    }
    *out = log;
    return LUDUS_OK;
}

// Counts keep all their digits.
static json_t *number(double value)
{
    if (!isfinite(value)) {
        return json_null();
    }
    return floor(value) == value && fabs(value) < 9e15 ? json_integer((json_int_t)value)
                                                       : json_real(value);
}

ludus_status ludus_metrics_log_add(ludus_metrics_log *log, int64_t iteration, double seconds,
                                   int32_t n, const char *const *names, const double *values,
                                   ludus_error *error)
{
    json_t *line = json_object();
    json_object_set_new(line, "iteration", json_integer(iteration));
    json_object_set_new(line, "seconds", json_real(seconds));
    for (int32_t i = 0; i < n; i++) {
        json_object_set_new(line, names[i], number(values[i]));
    }
    char *text = json_dumps(line, JSON_COMPACT | JSON_REAL_PRECISION(7));
    json_decref(line);
    if (text == NULL) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "%s: out of memory", log->path);
    }
    const size_t length = strlen(text);
    const bool written = fwrite(text, 1, length, log->stream) == length &&
                         fputc('\n', log->stream) != EOF && fflush(log->stream) == 0;
    free(text);
    log->size += length + 1;
    return written ? LUDUS_OK : fail_io(error, log->path);
}

uint64_t ludus_metrics_log_size(const ludus_metrics_log *log)
{
    return log->size;
}

void ludus_metrics_log_close(ludus_metrics_log *log)
{
    if (log != NULL && log->stream != NULL) {
        fclose(log->stream);
    }
    ludus_free(log);
}
