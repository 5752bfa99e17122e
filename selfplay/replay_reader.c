#include "selfplay/replay_internal.h"

#include <assert.h>
#include <inttypes.h>

#define CACHE_LINE 64
#define HINT_BYTES 512 // of a chunk; what follows the CPU fetches by itself

// A decompressed chunk.
typedef struct slot {
    uint64_t serial; // of the chunk; 0 = empty
    uint8_t *raw;
    size_t capacity; // bytes of `raw`
} slot;

struct ludus_replay_reader {
    const ludus_replay *replay;
    void *unpacker;
    // Direct-mapped: a chunk's slot is serial % num_slots. Held chunks have serials in sequence, so
    // a cache with room for all of them never throws one out.
    size_t num_slots;
    slot *slots;
};

ludus_status ludus_replay_reader_create(ludus_replay_reader **out, const ludus_replay *replay)
{
    *out = NULL;
    ludus_replay_reader *reader = ludus_alloc(1, sizeof *reader);
    if (reader == NULL) {
        return LUDUS_ERR_NOMEM;
    }
    const size_t fit = (size_t)replay->config.cache_bytes / (size_t)replay->config.chunk_bytes;
    reader->replay = replay;
    reader->num_slots = fit < 2 ? 2 : fit;
    reader->slots = ludus_alloc(reader->num_slots, sizeof *reader->slots);
    reader->unpacker = ludus_chunk_unpacker_create();
    if (reader->slots == NULL || reader->unpacker == NULL) {
        ludus_replay_reader_destroy(reader);
        return LUDUS_ERR_NOMEM;
    }
    *out = reader;
    return LUDUS_OK;
}

void ludus_replay_reader_destroy(ludus_replay_reader *reader)
{
    if (reader == NULL) {
        return;
    }
    for (size_t i = 0; reader->slots != NULL && i < reader->num_slots; i++) {
        ludus_free(reader->slots[i].raw);
    }
    ludus_free(reader->slots);
    ludus_chunk_unpacker_destroy(reader->unpacker);
    ludus_free(reader);
}

// The full chunk that holds `item`. Chunks hold about the same number of items, so a straight line
// between the bounds finds it in a step or two: each step of a bisection would miss the cache.
static const ludus_held_chunk *chunk_of(const ludus_replay_ring *ring, int64_t item)
{
    const ludus_held_chunk *chunks = ring->chunks;
    size_t low = ring->begin, high = ring->end;
    int64_t low_first = chunks[low].chunk.first, high_first = ring->open_first;
    while (high - low > 1) {
        const double share = (double)(item - low_first) / (double)(high_first - low_first);
        const size_t guess = low + (size_t)(share * (double)(high - low));
        const ludus_held_chunk *held = &chunks[guess];
        if (item < held->chunk.first) {
            high = guess;
            high_first = held->chunk.first;
        } else if (item < held->chunk.first + held->chunk.items) {
            return held;
        } else {
            low = guess + 1;
            low_first = held->chunk.first + held->chunk.items;
        }
    }
    return &chunks[low];
}

static slot *slot_of(const ludus_replay_reader *reader, const ludus_held_chunk *held)
{
    return &reader->slots[held->serial % reader->num_slots];
}

static ludus_status fill_slot(ludus_replay_reader *reader, slot *s, const ludus_held_chunk *held,
                              ludus_error *error)
{
    s->serial = 0;
    if (s->capacity < held->chunk.raw_bytes) {
        // Room for chunks somewhat larger, so that a warm reader need not grow again.
        const size_t capacity = held->chunk.raw_bytes + held->chunk.raw_bytes / 8;
        ludus_free(s->raw);
        s->raw = ludus_alloc(capacity, 1);
        s->capacity = s->raw != NULL ? capacity : 0;
        if (s->raw == NULL) {
            return ludus_fail(error, LUDUS_ERR_NOMEM, "replay: out of memory");
        }
    }
    if (!ludus_chunk_unpack(reader->unpacker, &held->chunk, held->frame, s->raw)) {
        return ludus_fail(error, LUDUS_ERR_FORMAT,
                          "replay: the chunk of items %" PRId64 "..%" PRId64 " is damaged",
                          held->chunk.first, held->chunk.first + held->chunk.items - 1);
    }
    s->serial = held->serial;
    return LUDUS_OK;
}

// The record of `item` among raw bytes whose first item is `first`.
static ludus_status find_in(const uint8_t *raw, size_t size, int64_t first, int64_t item,
                            ludus_replay_found *out, ludus_error *error)
{
    ludus_cursor cursor = {.data = raw, .size = size};
    ludus_chunk_record record = {.first = first};
    while (ludus_chunk_record_read(&cursor, &record)) {
        if (item - record.first < record.items) {
            *out = (ludus_replay_found){
                .bytes = record.bytes,
                .size = record.size,
                .first = record.first,
                .items = record.items,
                .index = (int32_t)(item - record.first),
            };
            return LUDUS_OK;
        }
        record.first += record.items;
    }
    return ludus_fail(error, LUDUS_ERR_FORMAT, "replay: item %" PRId64 " is damaged", item);
}

void ludus_replay_hint(const ludus_replay_reader *reader, int64_t item)
{
    const ludus_replay_ring *ring = &reader->replay->ring;
    if (item >= ring->open_first) {
        return;
    }
    const ludus_held_chunk *held = chunk_of(ring, item);
    const slot *s = slot_of(reader, held);
    const bool is_warm = s->serial == held->serial;
    const uint8_t *bytes = is_warm ? s->raw : held->frame;
    const size_t size = is_warm ? held->chunk.raw_bytes : held->chunk.frame_bytes;
    for (size_t i = 0; i < size && i < HINT_BYTES; i += CACHE_LINE) {
        __builtin_prefetch(bytes + i);
    }
}

ludus_status ludus_replay_find(ludus_replay_reader *reader, int64_t item, ludus_replay_found *out,
                               ludus_error *error)
{
    const ludus_replay_ring *ring = &reader->replay->ring;
    assert(item >= ludus_replay_first(reader->replay) && item < ludus_replay_end(reader->replay));
    if (item >= ring->open_first) {
        return find_in(ring->open.data, ring->open.size, ring->open_first, item, out, error);
    }
    const ludus_held_chunk *held = chunk_of(ring, item);
    slot *s = slot_of(reader, held);
    if (s->serial != held->serial) {
        const ludus_status status = fill_slot(reader, s, held, error);
        if (status != LUDUS_OK) {
            return status;
        }
    }
    return find_in(s->raw, held->chunk.raw_bytes, held->chunk.first, item, out, error);
}
