#include "selfplay/replay.h"

#include "selfplay/replay_internal.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const ludus_option ludus_replay_options[] = {
    LUDUS_OPTION_INT64(ludus_replay_config, "replay", "capacity_items", capacity_items, 1, 1e12,
                       "positions or transitions kept for training"),
    LUDUS_OPTION_INT64(ludus_replay_config, "replay", "capacity_bytes", capacity_bytes, 0, 1e15,
                       "compressed memory they may take, bytes; 0 = no limit"),
    LUDUS_OPTION_INT32(ludus_replay_config, "replay", "chunk_bytes", chunk_bytes, 256, 16777216,
                       "bytes compressed together: more is smaller, less is quicker to draw from"),
    LUDUS_OPTION_INT64(ludus_replay_config, "replay", "cache_bytes", cache_bytes, 0, 1e12,
                       "decompressed chunks each reading thread keeps at hand, bytes"),
    LUDUS_OPTION_INT32(ludus_replay_config, "replay", "level", level, -50, 19,
                       "zstd compression level; below 0: larger and quicker to read"),
    LUDUS_OPTION_BOOL(ludus_replay_config, "replay", "segments", enable_segments,
                      "also keep every record in files under RUN/replay"),
};
const size_t ludus_replay_num_options =
    sizeof(ludus_replay_options) / sizeof(ludus_replay_options[0]);

ludus_replay_config ludus_replay_config_default(void)
{
    return (ludus_replay_config){
        .capacity_items = 500000,
        .chunk_bytes = 8192,
        .cache_bytes = 4 << 20,
        .level = 3,
    };
}

// ---- The ring --------------------------------------------------------------------------------

int64_t ludus_replay_ring_first(const ludus_replay_ring *ring)
{
    return ring->begin < ring->end ? ring->chunks[ring->begin].chunk.first : ring->open_first;
}

// Room for one more at the end: slides down when half of the array is free, else doubles it.
static ludus_status reserve_chunk(ludus_replay_ring *ring)
{
    const size_t count = ring->end - ring->begin;
    if (ring->end < ring->capacity) {
        return LUDUS_OK;
    }
    if (ring->begin > 0 && ring->begin >= ring->capacity / 2) {
        memmove(ring->chunks, ring->chunks + ring->begin, count * sizeof *ring->chunks);
        ring->begin = 0;
        ring->end = count;
        return LUDUS_OK;
    }
    const size_t capacity = ring->capacity > 0 ? 2 * ring->capacity : 64;
    ludus_held_chunk *grown =
        ludus_realloc(ring->chunks, ring->capacity, capacity, sizeof *ring->chunks);
    if (grown == NULL) {
        return LUDUS_ERR_NOMEM;
    }
    ring->chunks = grown;
    ring->capacity = capacity;
    return LUDUS_OK;
}

ludus_status ludus_replay_ring_add(ludus_replay_ring *ring, const ludus_held_chunk *held)
{
    const ludus_status status = reserve_chunk(ring);
    if (status != LUDUS_OK) {
        return status;
    }
    ring->chunks[ring->end++] = *held;
    ring->closed_records += held->chunk.records;
    ring->closed_raw += held->chunk.raw_bytes;
    ring->closed_stored += sizeof *held + held->chunk.frame_bytes;
    return LUDUS_OK;
}

static void drop_oldest(ludus_replay_ring *ring)
{
    ludus_held_chunk *oldest = &ring->chunks[ring->begin++];
    ring->closed_records -= oldest->chunk.records;
    ring->closed_raw -= oldest->chunk.raw_bytes;
    ring->closed_stored -= sizeof *oldest + oldest->chunk.frame_bytes;
    ludus_free(oldest->frame);
    oldest->frame = NULL;
}

void ludus_replay_ring_free(ludus_replay_ring *ring)
{
    while (ring->begin < ring->end) {
        drop_oldest(ring);
    }
    ludus_free(ring->chunks);
    ludus_buffer_free(&ring->open);
    *ring = (ludus_replay_ring){0};
}

void ludus_replay_evict(ludus_replay *replay)
{
    const ludus_replay_config *config = &replay->config;
    ludus_replay_ring *ring = &replay->ring;
    while (ring->begin < ring->end &&
           (ludus_replay_end(replay) - ludus_replay_first(replay) > config->capacity_items ||
            (config->capacity_bytes > 0 &&
             ring->closed_stored + ring->open.size > (uint64_t)config->capacity_bytes))) {
        drop_oldest(ring);
    }
}

// ---- Life cycle ------------------------------------------------------------------------------

ludus_status ludus_replay_create(ludus_replay **out, const ludus_replay_config *config,
                                 ludus_error *error)
{
    assert(config->capacity_items >= 1 && config->capacity_bytes >= 0 && config->level <= 19);
    assert(config->chunk_bytes >= 1 && (size_t)config->chunk_bytes <= LUDUS_CHUNK_MAX_RAW);
    *out = NULL;
    ludus_replay *replay = ludus_alloc(1, sizeof *replay);
    if (replay == NULL) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "replay: out of memory");
    }
    replay->config = *config;
    ludus_status status = ludus_chunk_packer_init(&replay->packer, config->level);
    if (status == LUDUS_OK && config->enable_segments) {
        status = ludus_segment_writer_create(&replay->writer, config->folder, config->tag);
    }
    if (status != LUDUS_OK) {
        ludus_replay_destroy(replay);
        return ludus_fail(error, status, "replay: %s", ludus_status_name(status));
    }
    *out = replay;
    return LUDUS_OK;
}

ludus_status ludus_replay_create_for_run(ludus_replay **out, ludus_replay_config *config,
                                         const char *tag, const char *folder, ludus_error *error)
{
    *out = NULL;
    snprintf(config->tag, sizeof config->tag, "%s", tag);
    if (folder == NULL) {
        config->enable_segments = false;
    } else if (snprintf(config->folder, sizeof config->folder, "%s/replay", folder) >=
                   (int)sizeof config->folder &&
               config->enable_segments) {
        return ludus_fail(error, LUDUS_ERR_ARG, "%s: the run's path is too long", folder);
    }
    return ludus_replay_create(out, config, error);
}

void ludus_replay_destroy(ludus_replay *replay)
{
    if (replay == NULL) {
        return;
    }
    (void)ludus_replay_flush(replay, NULL);
    ludus_segment_writer_destroy(replay->writer);
    ludus_chunk_packer_free(&replay->packer);
    ludus_replay_ring_free(&replay->ring);
    ludus_free(replay);
}

int64_t ludus_replay_first(const ludus_replay *replay)
{
    return ludus_replay_ring_first(&replay->ring);
}

int64_t ludus_replay_end(const ludus_replay *replay)
{
    return replay->ring.open_first + replay->ring.open_items;
}

void ludus_replay_stats_get(const ludus_replay *replay, ludus_replay_stats *out)
{
    const ludus_replay_ring *ring = &replay->ring;
    *out = (ludus_replay_stats){
        .records = ring->closed_records + ring->open_records,
        .items = ludus_replay_end(replay) - ludus_replay_first(replay),
        .raw_bytes = ring->closed_raw + ring->open.size,
        .stored_bytes = ring->closed_stored + ring->open.size,
        .file_bytes =
            replay->writer != NULL ? (size_t)ludus_segment_writer_bytes(replay->writer) : 0,
    };
}

// ---- Pushing ---------------------------------------------------------------------------------

// Compresses the open chunk: its frame is in packer.frame until the next call.
static ludus_status pack_open(ludus_replay *replay, ludus_chunk *chunk)
{
    const ludus_replay_ring *ring = &replay->ring;
    *chunk = (ludus_chunk){
        .first = ring->open_first,
        .records = ring->open_records,
        .items = ring->open_items,
        .raw_bytes = (uint32_t)ring->open.size,
    };
    return ludus_chunk_pack(&replay->packer, ring->open.data, chunk);
}

// The open chunk becomes a full one and an empty one begins; without memory all stays as it was.
static ludus_status close_chunk(ludus_replay *replay)
{
    ludus_replay_ring *ring = &replay->ring;
    ludus_held_chunk held = {.serial = replay->next_serial + 1};
    ludus_status status = pack_open(replay, &held.chunk);
    if (status != LUDUS_OK) {
        return status;
    }
    held.frame = ludus_alloc(held.chunk.frame_bytes, 1);
    if (held.frame == NULL) {
        return LUDUS_ERR_NOMEM;
    }
    memcpy(held.frame, replay->packer.frame, held.chunk.frame_bytes);
    status = ludus_replay_ring_add(ring, &held);
    if (status != LUDUS_OK) {
        ludus_free(held.frame);
        return status;
    }
    replay->next_serial++;
    ring->open_first += ring->open_items;
    ring->open_records = 0;
    ring->open_items = 0;
    ring->open.size = 0;
    return LUDUS_OK;
}

// The full chunks that the segment files lack begin at *index. Files that know more than this
// replay are those of another run, or were not truncated after a resume.
static ludus_status find_unwritten(const ludus_replay *replay, size_t *index, ludus_error *error)
{
    const ludus_replay_ring *ring = &replay->ring;
    const int64_t end = ludus_segment_writer_end(replay->writer);
    size_t i = ring->end;
    while (i > ring->begin && ring->chunks[i - 1].chunk.first >= end) {
        i--;
    }
    const ludus_chunk *before = i > ring->begin ? &ring->chunks[i - 1].chunk : NULL;
    if (end > ring->open_first || (before != NULL && before->first + before->items > end)) {
        return ludus_fail(error, LUDUS_ERR_STATE,
                          "%s: the files hold other records, up to item %" PRId64,
                          replay->config.folder, end);
    }
    *index = i;
    return LUDUS_OK;
}

// Brings the segment files up to date with the full chunks.
static ludus_status write_chunks(ludus_replay *replay, ludus_error *error)
{
    if (replay->writer == NULL) {
        return LUDUS_OK;
    }
    const ludus_replay_ring *ring = &replay->ring;
    size_t i = 0;
    ludus_status status = ludus_segment_writer_open(replay->writer, error);
    if (status == LUDUS_OK) {
        status = find_unwritten(replay, &i, error);
    }
    for (; status == LUDUS_OK && i < ring->end; i++) {
        status = ludus_segment_writer_append(replay->writer, &ring->chunks[i].chunk,
                                             ring->chunks[i].frame, error);
    }
    return status;
}

ludus_status ludus_replay_flush(ludus_replay *replay, ludus_error *error)
{
    const ludus_replay_ring *ring = &replay->ring;
    if (replay->writer == NULL || (ring->begin == ring->end && ring->open_items == 0)) {
        return LUDUS_OK;
    }
    ludus_status status = write_chunks(replay, error);
    if (status != LUDUS_OK || ring->open_items == 0) {
        return status;
    }
    ludus_chunk chunk;
    status = pack_open(replay, &chunk);
    if (status != LUDUS_OK) {
        return ludus_fail(error, status, "replay: out of memory");
    }
    chunk.flags = LUDUS_CHUNK_PROVISIONAL;
    return ludus_segment_writer_append(replay->writer, &chunk, replay->packer.frame, error);
}

static ludus_status append_record(ludus_replay_ring *ring, const void *bytes, size_t size,
                                  int32_t items)
{
    const size_t before = ring->open.size;
    ludus_chunk_append(&ring->open, bytes, size, items);
    if (ring->open.failed) {
        ring->open.failed = false;
        ring->open.size = before;
        return LUDUS_ERR_NOMEM;
    }
    ring->open_records++;
    ring->open_items += items;
    return LUDUS_OK;
}

ludus_status ludus_replay_push(ludus_replay *replay, const void *bytes, size_t size, int32_t items,
                               ludus_error *error)
{
    assert(items >= 1);
    const size_t chunk_bytes = (size_t)replay->config.chunk_bytes;
    ludus_replay_ring *ring = &replay->ring;
    if (size > LUDUS_REPLAY_MAX_RECORD) {
        return ludus_fail(error, LUDUS_ERR_ARG, "replay: a record of %zu bytes is too large", size);
    }
    const size_t chunks_before = ring->end - ring->begin;
    ludus_status status = LUDUS_OK;
    if (ring->open.size > 0 &&
        (ring->open.size + ludus_chunk_record_bytes(size, items) > chunk_bytes ||
         items > INT32_MAX - ring->open_items)) {
        status = close_chunk(replay);
    }
    if (status == LUDUS_OK) {
        status = append_record(ring, bytes, size, items);
    }
    if (status != LUDUS_OK) {
        return ludus_fail(error, status, "replay: out of memory");
    }
    if (ring->open.size >= chunk_bytes) {
        (void)close_chunk(replay); // without memory it stays open until the next push
    }
    if (ring->end - ring->begin > chunks_before) {
        status = write_chunks(replay, error);
    }
    ludus_replay_evict(replay);
    return status;
}
