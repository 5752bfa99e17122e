#include "selfplay/segment_internal.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_MAX_BYTES 4096

struct ludus_segment_writer {
    char *folder;
    char tag[LUDUS_SEGMENT_TAG_MAX];
    bool is_open;     // the fields below are known
    uint32_t number;  // of the newest file; 0 = none yet
    uint64_t size;    // its bytes up to the last full chunk; 0 = to be begun
    bool has_surplus; // the file may be longer: a provisional or torn chunk behind `size`
    int64_t end;      // one past the last item
    int file;         // descriptor, -1 = closed
    uint64_t written; // bytes since creation
};

ludus_status ludus_segment_writer_create(ludus_segment_writer **out, const char *folder,
                                         const char *tag)
{
    *out = NULL;
    ludus_segment_writer *writer = ludus_alloc(1, sizeof *writer);
    if (writer == NULL) {
        return LUDUS_ERR_NOMEM;
    }
    writer->file = -1;
    writer->folder = ludus_strdup(folder);
    if (writer->folder == NULL) {
        ludus_free(writer);
        return LUDUS_ERR_NOMEM;
    }
    memcpy(writer->tag, tag, strnlen(tag, sizeof writer->tag - 1));
    *out = writer;
    return LUDUS_OK;
}

static void close_file(ludus_segment_writer *writer)
{
    if (writer->file >= 0) {
        close(writer->file);
        writer->file = -1;
    }
}

void ludus_segment_writer_destroy(ludus_segment_writer *writer)
{
    if (writer == NULL) {
        return;
    }
    close_file(writer);
    ludus_free(writer->folder);
    ludus_free(writer);
}

int64_t ludus_segment_writer_end(const ludus_segment_writer *writer)
{
    return writer->end;
}

uint64_t ludus_segment_writer_bytes(const ludus_segment_writer *writer)
{
    return writer->written;
}

// ---- Finding the place -----------------------------------------------------------------------

// The end of the last full chunk of a file, 0 when it has none, and of its items.
static ludus_status scan_file(const ludus_segment_writer *writer, const char *path, uint64_t *size,
                              int64_t *end, ludus_error *error)
{
    ludus_segment_scan scan;
    ludus_status status = ludus_segment_scan_open(&scan, path, error);
    if (status != LUDUS_OK) {
        return status;
    }
    bool found = !scan.is_torn;
    if (found && strcmp(scan.tag, writer->tag) != 0) {
        status = ludus_fail(error, LUDUS_ERR_STATE, "%s: holds records of '%s', not of '%s'", path,
                            scan.tag, writer->tag);
    }
    while (status == LUDUS_OK && found) {
        status = ludus_segment_scan_next(&scan, &found, error);
        if (found && (scan.chunk.flags & LUDUS_CHUNK_PROVISIONAL) == 0) {
            *size = scan.next;
            *end = scan.chunk.first + scan.chunk.items;
        }
    }
    ludus_segment_scan_close(&scan);
    return status;
}

ludus_status ludus_segment_writer_open(ludus_segment_writer *writer, ludus_error *error)
{
    if (writer->is_open) {
        return LUDUS_OK;
    }
    uint32_t *numbers;
    size_t count;
    ludus_status status = ludus_segment_list(writer->folder, &numbers, &count, error);
    const uint32_t newest = count > 0 ? numbers[count - 1] : 0;
    uint64_t size = 0;
    int64_t end = 0;
    // A newest file without a full chunk says nothing about the end: the one before it does.
    for (size_t i = count; status == LUDUS_OK && i > 0 && end == 0; i--) {
        char path[PATH_MAX_BYTES];
        uint64_t bytes = 0;
        ludus_segment_path(writer->folder, numbers[i - 1], path, sizeof path);
        status = scan_file(writer, path, &bytes, &end, error);
        size = numbers[i - 1] == newest ? bytes : size;
    }
    ludus_free(numbers);
    if (status == LUDUS_OK) {
        writer->number = newest;
        writer->size = size;
        writer->end = end;
        writer->has_surplus = true;
        writer->is_open = true;
    }
    return status;
}

// ---- Appending -------------------------------------------------------------------------------

static ludus_status fail_file(const ludus_segment_writer *writer, int number, ludus_error *error)
{
    char path[PATH_MAX_BYTES];
    ludus_segment_path(writer->folder, writer->number, path, sizeof path);
    return ludus_fail(error, LUDUS_ERR_IO, "%s: %s", path, strerror(number));
}

static ludus_status write_all(ludus_segment_writer *writer, const void *data, size_t size,
                              uint64_t offset, ludus_error *error)
{
    const uint8_t *bytes = data;
    while (size > 0) {
        const ssize_t n = pwrite(writer->file, bytes, size, (off_t)offset);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return fail_file(writer, n < 0 ? errno : ENOSPC, error);
        }
        bytes += n;
        size -= (size_t)n;
        offset += (uint64_t)n;
    }
    return LUDUS_OK;
}

static ludus_status write_header(ludus_segment_writer *writer, ludus_error *error)
{
    uint8_t header[LUDUS_SEGMENT_HEADER] = {0};
    memcpy(header, LUDUS_SEGMENT_MAGIC, 8);
    ludus_store_u32(header + 8, LUDUS_SEGMENT_VERSION);
    memcpy(header + 16, writer->tag, sizeof writer->tag);
    ludus_store_u64(header + 48, ludus_hash64(header, 48, 0));
    return write_all(writer, header, sizeof header, 0, error);
}

static ludus_status open_file(ludus_segment_writer *writer, ludus_error *error)
{
    char path[PATH_MAX_BYTES];
    const ludus_status status = ludus_file_make_folder(writer->folder, error);
    if (status != LUDUS_OK) {
        return status;
    }
    ludus_segment_path(writer->folder, writer->number, path, sizeof path);
    writer->file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
    return writer->file >= 0 ? LUDUS_OK : fail_file(writer, errno, error);
}

// Makes the file that takes the next chunk end where that begins: the newest file or, when that is
// full, the next one.
static ludus_status open_place(ludus_segment_writer *writer, ludus_error *error)
{
    ludus_status status = LUDUS_OK;
    if (writer->number > 0 && writer->file < 0) {
        status = open_file(writer, error);
    }
    if (status == LUDUS_OK && writer->number > 0 && writer->has_surplus) {
        if (ftruncate(writer->file, (off_t)writer->size) != 0) {
            return fail_file(writer, errno, error);
        }
        writer->has_surplus = false;
    }
    if (status == LUDUS_OK && (writer->number == 0 || writer->size >= LUDUS_SEGMENT_MAX_BYTES)) {
        close_file(writer);
        writer->number++;
        writer->size = 0;
        writer->has_surplus = true; // whatever a file of that name may hold
        return open_place(writer, error);
    }
    return status;
}

// *end: where the chunk ends, if all goes well.
static ludus_status write_chunk(ludus_segment_writer *writer, const ludus_chunk *chunk,
                                const uint8_t *frame, uint64_t *end, ludus_error *error)
{
    uint8_t header[LUDUS_CHUNK_HEADER];
    ludus_status status = LUDUS_OK;
    *end = writer->size;
    if (*end == 0) {
        status = write_header(writer, error);
        *end = LUDUS_SEGMENT_HEADER;
    }
    ludus_chunk_header_write(chunk, header);
    if (status == LUDUS_OK) {
        status = write_all(writer, header, sizeof header, *end, error);
    }
    if (status == LUDUS_OK) {
        status = write_all(writer, frame, chunk->frame_bytes, *end + sizeof header, error);
    }
    *end += sizeof header + chunk->frame_bytes;
    return status;
}

ludus_status ludus_segment_writer_append(ludus_segment_writer *writer, const ludus_chunk *chunk,
                                         const uint8_t *frame, ludus_error *error)
{
    ludus_status status = ludus_segment_writer_open(writer, error);
    if (status == LUDUS_OK) {
        assert(chunk->first >= writer->end);
        status = open_place(writer, error);
    }
    if (status != LUDUS_OK) {
        return status;
    }
    uint64_t end = 0;
    status = write_chunk(writer, chunk, frame, &end, error);
    if (status != LUDUS_OK) {
        // Back to whole chunks; when even that fails the next append cuts, and readers ignore it.
        writer->has_surplus = ftruncate(writer->file, (off_t)writer->size) != 0;
        return status;
    }
    writer->written += end - writer->size;
    writer->has_surplus = (chunk->flags & LUDUS_CHUNK_PROVISIONAL) != 0;
    if (!writer->has_surplus) {
        writer->size = end;
        writer->end = chunk->first + chunk->items;
    }
    return LUDUS_OK;
}
