// Reading segment files: names, headers, chunks.

#include "selfplay/segment_internal.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_DIGITS 6

// ---- Names -----------------------------------------------------------------------------------

void ludus_segment_path(const char *folder, uint32_t number, char *out, size_t size)
{
    snprintf(out, size, "%s/%0*" PRIu32 ".seg", folder, NAME_DIGITS, number);
}

// The number of "NNNNNN.seg", or 0 (files count from 1).
static uint32_t number_of(const char *name)
{
    uint32_t number = 0;
    for (int i = 0; i < NAME_DIGITS; i++) {
        if (name[i] < '0' || name[i] > '9') {
            return 0;
        }
        number = number * 10 + (uint32_t)(name[i] - '0');
    }
    return strcmp(name + NAME_DIGITS, ".seg") == 0 ? number : 0;
}

static int compare_numbers(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a;
    const uint32_t y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static ludus_status read_numbers(DIR *stream, uint32_t **numbers, size_t *count)
{
    size_t capacity = 0;
    const struct dirent *entry;
    while ((entry = readdir(stream)) != NULL) {
        const uint32_t number = number_of(entry->d_name);
        if (number == 0) {
            continue;
        }
        if (*count == capacity) {
            uint32_t *grown =
                ludus_realloc(*numbers, capacity, 2 * capacity + 16, sizeof **numbers);
            if (grown == NULL) {
                return LUDUS_ERR_NOMEM;
            }
            *numbers = grown;
            capacity = 2 * capacity + 16;
        }
        (*numbers)[(*count)++] = number;
    }
    return LUDUS_OK;
}

ludus_status ludus_segment_list(const char *folder, uint32_t **numbers, size_t *count,
                                ludus_error *error)
{
    *numbers = NULL;
    *count = 0;
    DIR *stream = opendir(folder);
    if (stream == NULL) {
        return errno == ENOENT ? LUDUS_OK
                               : ludus_fail(error, LUDUS_ERR_IO, "%s: %s", folder, strerror(errno));
    }
    const ludus_status status = read_numbers(stream, numbers, count);
    closedir(stream);
    if (status != LUDUS_OK) {
        ludus_free(*numbers);
        *numbers = NULL;
        *count = 0;
        return ludus_fail(error, status, "%s: out of memory", folder);
    }
    if (*count > 1) {
        qsort(*numbers, *count, sizeof **numbers, compare_numbers);
    }
    return LUDUS_OK;
}

// ---- Scanning --------------------------------------------------------------------------------

static ludus_status damaged(const ludus_segment_scan *scan, uint64_t offset, const char *what,
                            ludus_error *error)
{
    return ludus_fail(error, LUDUS_ERR_FORMAT, "%s: %s at byte %" PRIu64, scan->path, what, offset);
}

// Reads `size` bytes at the stream's place.
static ludus_status read_exactly(ludus_segment_scan *scan, void *out, size_t size,
                                 ludus_error *error)
{
    if (fread(out, 1, size, scan->stream) == size) {
        return LUDUS_OK;
    }
    return ludus_fail(error, LUDUS_ERR_IO, "%s: %s", scan->path,
                      ferror(scan->stream) ? strerror(errno) : "became shorter while it was read");
}

static ludus_status read_header(ludus_segment_scan *scan, ludus_error *error)
{
    uint8_t header[LUDUS_SEGMENT_HEADER];
    // A file that was cut short in its first bytes holds nothing yet.
    const size_t there = fread(header, 1, sizeof header, scan->stream);
    if (memcmp(header, LUDUS_SEGMENT_MAGIC, there < 8 ? there : 8) != 0) {
        return ludus_fail(error, LUDUS_ERR_FORMAT, "%s: not a replay segment", scan->path);
    }
    if (there < sizeof header) {
        scan->is_torn = true;
        return LUDUS_OK;
    }
    const uint32_t version = ludus_load_u32(header + 8);
    if (ludus_load_u64(header + 48) != ludus_hash64(header, 48, 0) ||
        ludus_load_u32(header + 12) != 0 || header[47] != '\0') {
        return damaged(scan, 0, "a damaged header", error);
    }
    if (version != LUDUS_SEGMENT_VERSION) {
        return ludus_fail(error, LUDUS_ERR_UNSUPPORTED,
                          "%s: format version %" PRIu32 ", this program reads %u", scan->path,
                          version, LUDUS_SEGMENT_VERSION);
    }
    memcpy(scan->tag, header + 16, LUDUS_SEGMENT_TAG_MAX);
    scan->next = sizeof header;
    return LUDUS_OK;
}

ludus_status ludus_segment_scan_open(ludus_segment_scan *scan, const char *path, ludus_error *error)
{
    *scan = (ludus_segment_scan){.path = path};
    ludus_status status = ludus_file_open(&scan->stream, path, &scan->size, error);
    if (status == LUDUS_OK) {
        status = read_header(scan, error);
    }
    if (status != LUDUS_OK) {
        ludus_segment_scan_close(scan);
    }
    return status;
}

ludus_status ludus_segment_scan_next(ludus_segment_scan *scan, bool *found, ludus_error *error)
{
    *found = false;
    const uint64_t left = scan->size - scan->next;
    if (scan->is_torn || left < LUDUS_CHUNK_HEADER) {
        scan->is_torn = scan->is_torn || left > 0;
        return LUDUS_OK;
    }
    if (fseeko(scan->stream, (off_t)scan->next, SEEK_SET) != 0) {
        return ludus_fail(error, LUDUS_ERR_IO, "%s: %s", scan->path, strerror(errno));
    }
    uint8_t header[LUDUS_CHUNK_HEADER];
    const ludus_status status = read_exactly(scan, header, sizeof header, error);
    if (status != LUDUS_OK) {
        return status;
    }
    static const uint8_t zeros[LUDUS_CHUNK_HEADER];
    if (memcmp(header, zeros, sizeof header) == 0) {
        scan->is_torn = true; // what some file systems leave after a power cut
        return LUDUS_OK;
    }
    const int64_t end = scan->chunk.first + scan->chunk.items;
    ludus_chunk chunk;
    if (!ludus_chunk_header_read(&chunk, header)) {
        return damaged(scan, scan->next, "a damaged chunk header", error);
    }
    if (chunk.first < end || (scan->chunk.flags & LUDUS_CHUNK_PROVISIONAL) != 0) {
        return damaged(scan, scan->next, "a chunk out of order", error);
    }
    if (chunk.frame_bytes > left - LUDUS_CHUNK_HEADER) {
        scan->is_torn = true;
        return LUDUS_OK;
    }
    scan->chunk = chunk;
    scan->offset = scan->next;
    scan->next += LUDUS_CHUNK_HEADER + chunk.frame_bytes;
    *found = true;
    return LUDUS_OK;
}

ludus_status ludus_segment_scan_frame(ludus_segment_scan *scan, uint8_t *frame, ludus_error *error)
{
    const ludus_status status = read_exactly(scan, frame, scan->chunk.frame_bytes, error);
    if (status == LUDUS_OK && !ludus_chunk_frame_fits(&scan->chunk, frame)) {
        return damaged(scan, scan->offset, "a damaged chunk", error);
    }
    return status;
}

void ludus_segment_scan_close(ludus_segment_scan *scan)
{
    if (scan->stream != NULL) {
        fclose(scan->stream);
        scan->stream = NULL;
    }
}
