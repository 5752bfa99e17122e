#include "selfplay/segment.h"

#include "selfplay/segment_internal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PATH_MAX_BYTES 4096

// ---- Reading ---------------------------------------------------------------------------------

// Memory for one chunk: grown on demand, for headers that have passed their checks only.
typedef struct read_space {
    void *unpacker;
    uint8_t *frame, *raw;
    size_t frame_capacity, raw_capacity;
} read_space;

static bool reserve(uint8_t **block, size_t *capacity, size_t wanted)
{
    if (*capacity < wanted) {
        ludus_free(*block);
        *block = ludus_alloc(wanted, 1);
        *capacity = *block != NULL ? wanted : 0;
    }
    return *block != NULL;
}

static ludus_status visit_chunk(const ludus_chunk *chunk, const uint8_t *raw,
                                ludus_segment_visit *visit, void *user)
{
    ludus_cursor cursor = {.data = raw, .size = chunk->raw_bytes};
    ludus_chunk_record record = {.first = chunk->first};
    for (int32_t i = 0; i < chunk->records; i++) {
        (void)ludus_chunk_record_read(&cursor, &record); // checked before
        const ludus_status status =
            visit(record.bytes, record.size, record.first, record.items, user);
        if (status != LUDUS_OK) {
            return status;
        }
        record.first += record.items;
    }
    return LUDUS_OK;
}

static ludus_status read_chunk(ludus_segment_scan *scan, read_space *space,
                               ludus_segment_visit *visit, void *user, ludus_error *error)
{
    const ludus_chunk *chunk = &scan->chunk;
    if (!reserve(&space->frame, &space->frame_capacity, chunk->frame_bytes)) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "%s: out of memory", scan->path);
    }
    const ludus_status status = ludus_segment_scan_frame(scan, space->frame, error);
    if (status != LUDUS_OK) {
        return status;
    }
    if (!reserve(&space->raw, &space->raw_capacity, chunk->raw_bytes)) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "%s: out of memory", scan->path);
    }
    if (!ludus_chunk_unpack(space->unpacker, chunk, space->frame, space->raw) ||
        !ludus_chunk_is_consistent(chunk, space->raw)) {
        return ludus_fail(error, LUDUS_ERR_FORMAT, "%s: a damaged chunk at byte %" PRIu64,
                          scan->path, scan->offset);
    }
    return visit_chunk(chunk, space->raw, visit, user);
}

// *passed: where the last chunk that will not be replaced ends.
static ludus_status read_chunks(ludus_segment_scan *scan, uint64_t *passed,
                                ludus_segment_visit *visit, void *user, ludus_error *error)
{
    read_space space = {.unpacker = ludus_chunk_unpacker_create()};
    ludus_status status = space.unpacker != NULL
                              ? LUDUS_OK
                              : ludus_fail(error, LUDUS_ERR_NOMEM, "%s: out of memory", scan->path);
    bool found = true;
    while (status == LUDUS_OK && found) {
        status = ludus_segment_scan_next(scan, &found, error);
        if (status == LUDUS_OK && found) {
            status = read_chunk(scan, &space, visit, user, error);
            if (status == LUDUS_OK && (scan->chunk.flags & LUDUS_CHUNK_PROVISIONAL) == 0) {
                *passed = scan->next;
            }
        }
    }
    ludus_chunk_unpacker_destroy(space.unpacker);
    ludus_free(space.frame);
    ludus_free(space.raw);
    return status;
}

ludus_status ludus_segment_read(const char *path, char *tag, ludus_segment_visit *visit, void *user,
                                ludus_error *error)
{
    uint64_t offset = 0;
    return ludus_segment_read_on(path, &offset, tag, visit, user, error);
}

ludus_status ludus_segment_read_on(const char *path, uint64_t *offset, char *tag,
                                   ludus_segment_visit *visit, void *user, ludus_error *error)
{
    ludus_segment_scan scan;
    memset(tag, 0, LUDUS_SEGMENT_TAG_MAX);
    ludus_status status = ludus_segment_scan_open(&scan, path, error);
    if (status != LUDUS_OK) {
        return status;
    }
    memcpy(tag, scan.tag, LUDUS_SEGMENT_TAG_MAX);
    if (*offset > scan.size) {
        status = ludus_fail(error, LUDUS_ERR_STATE, "%s: has become shorter", path);
    } else {
        scan.next = *offset > scan.next ? *offset : scan.next;
        status = read_chunks(&scan, offset, visit, user, error);
    }
    if (status == LUDUS_OK && scan.is_torn) {
        ludus_fail(error, LUDUS_OK,
                   "%s: the last %" PRIu64 " bytes are an unfinished chunk, left out", path,
                   scan.size - scan.next);
    } else if (status == LUDUS_OK) {
        ludus_fail(error, LUDUS_OK, "%s", "");
    }
    ludus_segment_scan_close(&scan);
    return status;
}

// ---- Truncating ------------------------------------------------------------------------------

// Where the chunks that end at or before `item` end; 0 when there are none.
static ludus_status whole_chunks(const char *path, int64_t item, uint64_t *keep, uint64_t *size,
                                 ludus_error *error)
{
    ludus_segment_scan scan;
    ludus_status status = ludus_segment_scan_open(&scan, path, error);
    if (status != LUDUS_OK) {
        return status;
    }
    *keep = 0;
    *size = scan.size;
    bool found = true;
    while (status == LUDUS_OK && found) {
        status = ludus_segment_scan_next(&scan, &found, error);
        if (!found || (scan.chunk.flags & LUDUS_CHUNK_PROVISIONAL) != 0 ||
            scan.chunk.first + scan.chunk.items > item) {
            break;
        }
        *keep = scan.next;
    }
    ludus_segment_scan_close(&scan);
    return status;
}

ludus_status ludus_segments_truncate(const char *folder, int64_t item, ludus_error *error)
{
    uint32_t *numbers;
    size_t count;
    ludus_status status = ludus_segment_list(folder, &numbers, &count, error);
    // From the newest back, until a file keeps something: what is before it is older still.
    while (status == LUDUS_OK && count > 0) {
        char path[PATH_MAX_BYTES];
        uint64_t keep = 0;
        uint64_t size = 0;
        ludus_segment_path(folder, numbers[--count], path, sizeof path);
        status = item > 0 ? whole_chunks(path, item, &keep, &size, error) : LUDUS_OK;
        if (status != LUDUS_OK) {
            break;
        }
        if ((keep == 0 && remove(path) != 0) ||
            (keep > 0 && keep < size && truncate(path, (off_t)keep) != 0)) {
            status = ludus_fail(error, LUDUS_ERR_IO, "%s: %s", path, strerror(errno));
        }
        if (keep > 0) {
            break;
        }
    }
    ludus_free(numbers);
    return status;
}
