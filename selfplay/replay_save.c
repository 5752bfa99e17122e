// The replay in a checkpoint:
//     "LUDUSRPL", u32 version, u32 zero, tag[32], u64 full chunks, then each {header, frame};
//     u64 first item of the open chunk, u32 records, u32 items, u64 bytes, raw bytes;
//     u64 hash of all of it.

#include "selfplay/replay_internal.h"

#include <inttypes.h>
#include <string.h>

#define VERSION 1u

static const char magic[8] = "LUDUSRPL";

// The tag, padded with zeros.
static void write_tag(const ludus_replay *replay, char tag[LUDUS_SEGMENT_TAG_MAX])
{
    memset(tag, 0, LUDUS_SEGMENT_TAG_MAX);
    memcpy(tag, replay->config.tag, strnlen(replay->config.tag, LUDUS_SEGMENT_TAG_MAX - 1));
}

void ludus_replay_save(const ludus_replay *replay, ludus_buffer *out)
{
    const ludus_replay_ring *ring = &replay->ring;
    const size_t start = out->size;
    ludus_buffer_put(out, magic, sizeof magic);
    ludus_buffer_put_u32(out, VERSION);
    ludus_buffer_put_u32(out, 0);
    char tag[LUDUS_SEGMENT_TAG_MAX];
    write_tag(replay, tag);
    ludus_buffer_put(out, tag, sizeof tag);
    ludus_buffer_put_u64(out, ring->end - ring->begin);
    for (size_t i = ring->begin; i < ring->end; i++) {
        uint8_t header[LUDUS_CHUNK_HEADER];
        ludus_chunk_header_write(&ring->chunks[i].chunk, header);
        ludus_buffer_put(out, header, sizeof header);
        ludus_buffer_put(out, ring->chunks[i].frame, ring->chunks[i].chunk.frame_bytes);
    }
    ludus_buffer_put_u64(out, (uint64_t)ring->open_first);
    ludus_buffer_put_u32(out, (uint32_t)ring->open_records);
    ludus_buffer_put_u32(out, (uint32_t)ring->open_items);
    ludus_buffer_put_u64(out, ring->open.size);
    ludus_buffer_put(out, ring->open.data, ring->open.size);
    if (!out->failed) {
        ludus_buffer_put_u64(out, ludus_hash64(out->data + start, out->size - start, 0));
    }
}

// ---- Loading ---------------------------------------------------------------------------------

static ludus_status damaged(const ludus_cursor *in, const char *what, ludus_error *error)
{
    return ludus_fail(error, LUDUS_ERR_FORMAT, "replay: %s at byte %zu", what, in->offset);
}

// Verifies a chunk down to its records and adds it to the ring.
static ludus_status load_chunk(ludus_replay *replay, ludus_replay_ring *ring, void *unpacker,
                               ludus_buffer *scratch, ludus_cursor *in, ludus_error *error)
{
    const size_t at = in->offset;
    const uint8_t *header = ludus_cursor_skip(in, LUDUS_CHUNK_HEADER);
    ludus_held_chunk held;
    if (header == NULL || !ludus_chunk_header_read(&held.chunk, header) || held.chunk.flags != 0 ||
        (ring->end > ring->begin && held.chunk.first != ring->open_first)) {
        return ludus_fail(error, LUDUS_ERR_FORMAT, "replay: a damaged chunk header at byte %zu",
                          at);
    }
    const uint8_t *frame = ludus_cursor_skip(in, held.chunk.frame_bytes);
    if (frame == NULL || !ludus_chunk_frame_fits(&held.chunk, frame)) {
        return ludus_fail(error, LUDUS_ERR_FORMAT, "replay: a damaged chunk at byte %zu", at);
    }
    if (scratch->capacity < held.chunk.raw_bytes) {
        ludus_buffer_free(scratch);
        scratch->data = ludus_alloc(held.chunk.raw_bytes, 1);
        scratch->capacity = scratch->data != NULL ? held.chunk.raw_bytes : 0;
    }
    held.serial = ++replay->next_serial;
    held.frame = scratch->data != NULL ? ludus_alloc(held.chunk.frame_bytes, 1) : NULL;
    if (held.frame == NULL) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "replay: out of memory");
    }
    memcpy(held.frame, frame, held.chunk.frame_bytes);
    ludus_status status = LUDUS_OK;
    if (!ludus_chunk_unpack(unpacker, &held.chunk, frame, scratch->data) ||
        !ludus_chunk_is_consistent(&held.chunk, scratch->data)) {
        status = ludus_fail(error, LUDUS_ERR_FORMAT, "replay: a damaged chunk at byte %zu", at);
    } else if (ludus_replay_ring_add(ring, &held) != LUDUS_OK) {
        status = ludus_fail(error, LUDUS_ERR_NOMEM, "replay: out of memory");
    }
    if (status != LUDUS_OK) {
        ludus_free(held.frame);
        return status;
    }
    ring->open_first = held.chunk.first + held.chunk.items;
    return LUDUS_OK;
}

static ludus_status load_open(ludus_replay_ring *ring, ludus_cursor *in, ludus_error *error)
{
    const uint64_t first = ludus_cursor_u64(in);
    const uint32_t records = ludus_cursor_u32(in);
    const uint32_t items = ludus_cursor_u32(in);
    const uint64_t size = ludus_cursor_u64(in);
    if (in->failed || size > LUDUS_CHUNK_MAX_RAW || items > INT32_MAX || records > items ||
        first > INT64_MAX / 2 || (records == 0) != (size == 0) || (records == 0) != (items == 0) ||
        (ring->end > ring->begin && (int64_t)first != ring->open_first)) {
        return damaged(in, "a damaged open chunk", error);
    }
    const uint8_t *raw = ludus_cursor_skip(in, (size_t)size);
    const ludus_chunk chunk = {
        .records = (int32_t)records, .items = (int32_t)items, .raw_bytes = (uint32_t)size};
    if (raw == NULL || (size > 0 && !ludus_chunk_is_consistent(&chunk, raw))) {
        return damaged(in, "a damaged open chunk", error);
    }
    ring->open_first = (int64_t)first;
    ring->open_records = chunk.records;
    ring->open_items = chunk.items;
    ludus_buffer_put(&ring->open, raw, (size_t)size);
    return ring->open.failed ? ludus_fail(error, LUDUS_ERR_NOMEM, "replay: out of memory")
                             : LUDUS_OK;
}

// Header up to the number of chunks.
static ludus_status load_header(const ludus_replay *replay, ludus_cursor *in, uint64_t *chunks,
                                ludus_error *error)
{
    const uint8_t *name = ludus_cursor_skip(in, sizeof magic);
    if (name == NULL || memcmp(name, magic, sizeof magic) != 0) {
        return damaged(in, "no replay", error);
    }
    const uint32_t version = ludus_cursor_u32(in);
    const uint32_t zero = ludus_cursor_u32(in);
    char tag[LUDUS_SEGMENT_TAG_MAX];
    char own[LUDUS_SEGMENT_TAG_MAX];
    write_tag(replay, own);
    ludus_cursor_get(in, tag, sizeof tag);
    *chunks = ludus_cursor_u64(in);
    if (in->failed || zero != 0 || tag[sizeof tag - 1] != '\0') {
        return damaged(in, "a damaged header", error);
    }
    if (version != VERSION) {
        return ludus_fail(error, LUDUS_ERR_UNSUPPORTED,
                          "replay: format version %" PRIu32 ", this program reads %u", version,
                          VERSION);
    }
    if (memcmp(tag, own, sizeof tag) != 0) {
        return ludus_fail(error, LUDUS_ERR_FORMAT, "replay: holds records of '%s', not of '%s'",
                          tag, own);
    }
    return LUDUS_OK;
}

static ludus_status load_ring(ludus_replay *replay, ludus_replay_ring *ring, void *unpacker,
                              ludus_cursor *in, ludus_error *error)
{
    const size_t start = in->offset;
    uint64_t chunks = 0;
    ludus_buffer scratch = {0};
    ludus_status status = load_header(replay, in, &chunks, error);
    for (uint64_t i = 0; status == LUDUS_OK && i < chunks; i++) {
        status = load_chunk(replay, ring, unpacker, &scratch, in, error);
    }
    ludus_buffer_free(&scratch);
    if (status == LUDUS_OK) {
        status = load_open(ring, in, error);
    }
    if (status != LUDUS_OK) {
        return status;
    }
    const uint64_t hash = ludus_hash64(in->data + start, in->offset - start, 0);
    const uint64_t wanted = ludus_cursor_u64(in);
    return in->failed || hash != wanted ? damaged(in, "a wrong checksum", error) : LUDUS_OK;
}

ludus_status ludus_replay_load(ludus_replay *replay, ludus_cursor *in, ludus_error *error)
{
    ludus_replay_ring ring = {0};
    void *unpacker = ludus_chunk_unpacker_create();
    const ludus_status status = unpacker != NULL
                                    ? load_ring(replay, &ring, unpacker, in, error)
                                    : ludus_fail(error, LUDUS_ERR_NOMEM, "replay: out of memory");
    ludus_chunk_unpacker_destroy(unpacker);
    if (status != LUDUS_OK) {
        ludus_replay_ring_free(&ring);
        return status;
    }
    ludus_replay_ring_free(&replay->ring);
    replay->ring = ring;
    ludus_replay_evict(replay);
    return LUDUS_OK;
}
