// Chunks: the unit in which records are compressed, kept, saved and written. Internal to selfplay/.
//
// Raw bytes of a chunk: records one after another, each {varint items, varint size, bytes}.
// Stored, in checkpoints and segment files alike, a chunk is a header of LUDUS_CHUNK_HEADER bytes
//     u32 magic, u32 flags, u64 first item, u32 records, u32 items, u32 raw bytes, u32 frame bytes,
//     u64 hash of the frame, u64 hash of the header so far
// and one zstd frame with content size and checksum. Nothing is allocated for a header that does
// not pass all of its checks.
//
// Threads: no shared state; a zstd context belongs to one thread.

#ifndef LUDUS_SELFPLAY_REPLAY_CHUNK_H
#define LUDUS_SELFPLAY_REPLAY_CHUNK_H

#include "base/file.h"

#define LUDUS_CHUNK_HEADER 48
#define LUDUS_CHUNK_MAX_RAW ((size_t)16 << 20) // bytes of records in a chunk
#define LUDUS_CHUNK_PROVISIONAL 1u // flag: the open chunk, written early; a full one follows later

typedef struct ludus_chunk {
    int64_t first;          // item number of its first item
    int32_t records, items; // 1 <= records <= items
    uint32_t raw_bytes;     // 1 .. LUDUS_CHUNK_MAX_RAW
    uint32_t frame_bytes;
    uint32_t flags; // LUDUS_CHUNK_*
    uint64_t frame_hash;
} ludus_chunk;

// zstd state of whoever compresses.
typedef struct ludus_chunk_packer {
    void *context;  // ZSTD_CCtx
    uint8_t *frame; // the last result
    size_t capacity;
} ludus_chunk_packer;

ludus_status ludus_chunk_packer_init(ludus_chunk_packer *packer, int32_t level);
void ludus_chunk_packer_free(ludus_chunk_packer *packer);
// Compresses `raw` into packer->frame and fills frame_bytes and frame_hash. The result depends on
// the raw bytes and the level alone.
ludus_status ludus_chunk_pack(ludus_chunk_packer *packer, const uint8_t *raw, ludus_chunk *chunk);

// A context for unpack (ZSTD_DCtx), NULL when memory is short.
void *ludus_chunk_unpacker_create(void);
void ludus_chunk_unpacker_destroy(void *unpacker); // NULL is accepted
// Decompresses into raw [raw_bytes]; false unless the frame holds exactly that much, undamaged.
bool ludus_chunk_unpack(void *unpacker, const ludus_chunk *chunk, const uint8_t *frame,
                        uint8_t *raw);

void ludus_chunk_header_write(const ludus_chunk *chunk, uint8_t out[LUDUS_CHUNK_HEADER]);
// False unless the header is whole and all its values are possible.
bool ludus_chunk_header_read(ludus_chunk *chunk, const uint8_t in[LUDUS_CHUNK_HEADER]);
// Whether the frame is the one the header was made for, by hash and by zstd's own header.
bool ludus_chunk_frame_fits(const ludus_chunk *chunk, const uint8_t *frame);

// Iterates over the records of raw bytes.
typedef struct ludus_chunk_record {
    const uint8_t *bytes; // borrowed
    size_t size;
    int64_t first; // item number
    int32_t items;
} ludus_chunk_record;

void ludus_chunk_append(ludus_buffer *raw, const void *bytes, size_t size, int32_t items);
size_t ludus_chunk_record_bytes(size_t size, int32_t items); // what append adds
// Reads the record at the cursor; record->first must hold its item number and is left for the
// caller to advance. False at damage.
bool ludus_chunk_record_read(ludus_cursor *cursor, ludus_chunk_record *record);
// Whether raw bytes are exactly chunk->records records of chunk->items items.
bool ludus_chunk_is_consistent(const ludus_chunk *chunk, const uint8_t *raw);

#endif
