#include "selfplay/event_file.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"

struct ludus_event_file {
    FILE *stream;
    ludus_buffer event, frame; // reused
    char path[512];
};

uint32_t ludus_crc32c(const void *data, size_t size)
{
    const uint8_t *p = data;
    uint32_t crc = 0xffffffffu;
    for (size_t i = 0; i < size; i++) {
        crc ^= p[i];
        for (int bit = 0; bit < 8; bit++) {
            crc = (crc >> 1) ^ (0x82f63b78u & (0u - (crc & 1u)));
        }
    }
    return ~crc;
}

// TFRecord stores checksums rotated and offset, so that a checksum of checksums stays useful.
static uint32_t masked_crc(const void *data, size_t size)
{
    const uint32_t crc = ludus_crc32c(data, size);
    return ((crc >> 15) | (crc << 17)) + 0xa282ead8u;
}

// ---- Protocol buffers -------------------------------------------------------------------------

static void put_varint(ludus_buffer *b, uint64_t value)
{
    while (value >= 0x80) {
        const uint8_t byte = (uint8_t)(value | 0x80);
        ludus_buffer_put(b, &byte, 1);
        value >>= 7;
    }
    const uint8_t byte = (uint8_t)value;
    ludus_buffer_put(b, &byte, 1);
}

static void put_bytes(ludus_buffer *b, uint32_t field, const void *data, size_t size)
{
    put_varint(b, field << 3 | 2u);
    put_varint(b, size);
    ludus_buffer_put(b, data, size);
}

static size_t varint_bytes(uint64_t value)
{
    size_t n = 1;
    for (; value >= 0x80; value >>= 7) {
        n++;
    }
    return n;
}

// Event.wall_time (1, double) and Event.step (2, int64).
static void begin_event(ludus_buffer *b, int64_t step)
{
    const double now = ludus_clock_wall();
    uint64_t bits;
    memcpy(&bits, &now, sizeof bits);
    b->size = 0;
    put_varint(b, 1u << 3 | 1u);
    ludus_buffer_put_u64(b, bits);
    put_varint(b, 2u << 3);
    put_varint(b, (uint64_t)step);
}

// Summary.Value { tag = 1: string, simple_value = 2: float } as field 1 of a Summary.
static size_t value_bytes(const char *tag)
{
    const size_t length = strlen(tag);
    return 1 + varint_bytes(length) + length + 5;
}

static void put_value(ludus_buffer *b, const char *tag, double value)
{
    const float single = (float)value;
    uint32_t bits;
    memcpy(&bits, &single, sizeof bits);
    put_varint(b, 1u << 3 | 2u);
    put_varint(b, value_bytes(tag));
    put_bytes(b, 1, tag, strlen(tag));
    put_varint(b, 2u << 3 | 5u);
    ludus_buffer_put_u32(b, bits);
}

// Event.summary (5).
static void put_summary(ludus_buffer *b, int32_t n, const char *const *tags, const double *values)
{
    size_t size = 0;
    for (int32_t i = 0; i < n; i++) {
        if (isfinite(values[i])) {
            size += 1 + varint_bytes(value_bytes(tags[i])) + value_bytes(tags[i]);
        }
    }
    put_varint(b, 5u << 3 | 2u);
    put_varint(b, size);
    for (int32_t i = 0; i < n; i++) {
        if (isfinite(values[i])) {
            put_value(b, tags[i], values[i]);
        }
    }
}

// ---- Files -----------------------------------------------------------------------------------

static ludus_status write_event(ludus_event_file *file, ludus_error *error)
{
    ludus_buffer *frame = &file->frame;
    frame->size = 0;
    ludus_buffer_put_u64(frame, file->event.size);
    const uint32_t length_crc = frame->failed ? 0 : masked_crc(frame->data, 8);
    ludus_buffer_put_u32(frame, length_crc);
    ludus_buffer_put(frame, file->event.data, file->event.size);
    ludus_buffer_put_u32(frame, masked_crc(file->event.data, file->event.size));
    if (frame->failed || file->event.failed) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "%s: out of memory", file->path);
    }
    if (fwrite(frame->data, 1, frame->size, file->stream) != frame->size ||
        fflush(file->stream) != 0) {
        return ludus_fail(error, LUDUS_ERR_IO, "%s: %s", file->path, strerror(errno));
    }
    return LUDUS_OK;
}

ludus_status ludus_event_file_create(ludus_event_file **out, const char *folder, ludus_error *error)
{
    *out = NULL;
    ludus_event_file *file = ludus_alloc(1, sizeof *file);
    if (file == NULL) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "%s: out of memory", folder);
    }
    snprintf(file->path, sizeof file->path, "%s/events.out.tfevents.%.0f.%ld.ludus", folder,
             ludus_clock_wall(), (long)getpid());
    file->stream = fopen(file->path, "wb");
    if (file->stream == NULL) {
        const ludus_status status =
            ludus_fail(error, LUDUS_ERR_IO, "%s: %s", file->path, strerror(errno));
        ludus_event_file_destroy(file);
        return status;
    }
    begin_event(&file->event, 0);
    static const char version[] = "brain.Event:2";
    put_bytes(&file->event, 3, version, sizeof version - 1);
    const ludus_status status = write_event(file, error);
    if (status != LUDUS_OK) {
        ludus_event_file_destroy(file);
        return status;
    }
    *out = file;
    return LUDUS_OK;
}

ludus_status ludus_event_file_add(ludus_event_file *file, int64_t step, int32_t n,
                                  const char *const *tags, const double *values, ludus_error *error)
{
    begin_event(&file->event, step);
    put_summary(&file->event, n, tags, values);
    return write_event(file, error);
}

void ludus_event_file_destroy(ludus_event_file *file)
{
    if (file == NULL) {
        return;
    }
    if (file->stream != NULL) {
        fclose(file->stream);
    }
    ludus_buffer_free(&file->event);
    ludus_buffer_free(&file->frame);
    ludus_free(file);
}
