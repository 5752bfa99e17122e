#include "selfplay/replay_chunk.h"

#include "selfplay/varint.h"

#include <assert.h>
#include <zstd.h>

#define MAGIC 0x4b4e4843u // "CHNK"
#define HASHED 40         // header bytes under its hash
#define ALL_FLAGS LUDUS_CHUNK_PROVISIONAL

// ---- zstd ------------------------------------------------------------------------------------

ludus_status ludus_chunk_packer_init(ludus_chunk_packer *packer, int32_t level)
{
    *packer = (ludus_chunk_packer){.context = ZSTD_createCCtx()};
    if (packer->context == NULL) {
        return LUDUS_ERR_NOMEM;
    }
    ZSTD_CCtx *context = packer->context;
    if (ZSTD_isError(ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level)) ||
        ZSTD_isError(ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)) ||
        ZSTD_isError(ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 1))) {
        ludus_chunk_packer_free(packer);
        return LUDUS_ERR_UNSUPPORTED;
    }
    return LUDUS_OK;
}

void ludus_chunk_packer_free(ludus_chunk_packer *packer)
{
    ZSTD_freeCCtx(packer->context);
    ludus_free(packer->frame);
    *packer = (ludus_chunk_packer){0};
}

ludus_status ludus_chunk_pack(ludus_chunk_packer *packer, const uint8_t *raw, ludus_chunk *chunk)
{
    assert(chunk->raw_bytes > 0 && chunk->raw_bytes <= LUDUS_CHUNK_MAX_RAW);
    const size_t bound = ZSTD_compressBound(chunk->raw_bytes);
    if (bound > packer->capacity) {
        uint8_t *frame = ludus_alloc(bound, 1);
        if (frame == NULL) {
            return LUDUS_ERR_NOMEM;
        }
        ludus_free(packer->frame);
        packer->frame = frame;
        packer->capacity = bound;
    }
    const size_t size =
        ZSTD_compress2(packer->context, packer->frame, packer->capacity, raw, chunk->raw_bytes);
    if (ZSTD_isError(size)) {
        return LUDUS_ERR_NOMEM; // the room suffices: only its workspace can be missing
    }
    chunk->frame_bytes = (uint32_t)size;
    chunk->frame_hash = ludus_hash64(packer->frame, size, 0);
    return LUDUS_OK;
}

void *ludus_chunk_unpacker_create(void)
{
    return ZSTD_createDCtx();
}

void ludus_chunk_unpacker_destroy(void *unpacker)
{
    ZSTD_freeDCtx(unpacker);
}

bool ludus_chunk_unpack(void *unpacker, const ludus_chunk *chunk, const uint8_t *frame,
                        uint8_t *raw)
{
    return ZSTD_decompressDCtx(unpacker, raw, chunk->raw_bytes, frame, chunk->frame_bytes) ==
           chunk->raw_bytes;
}

// ---- Headers ---------------------------------------------------------------------------------

void ludus_chunk_header_write(const ludus_chunk *chunk, uint8_t out[LUDUS_CHUNK_HEADER])
{
    ludus_store_u32(out, MAGIC);
    ludus_store_u32(out + 4, chunk->flags);
    ludus_store_u64(out + 8, (uint64_t)chunk->first);
    ludus_store_u32(out + 16, (uint32_t)chunk->records);
    ludus_store_u32(out + 20, (uint32_t)chunk->items);
    ludus_store_u32(out + 24, chunk->raw_bytes);
    ludus_store_u32(out + 28, chunk->frame_bytes);
    ludus_store_u64(out + 32, chunk->frame_hash);
    ludus_store_u64(out + HASHED, ludus_hash64(out, HASHED, 0));
}

bool ludus_chunk_header_read(ludus_chunk *chunk, const uint8_t in[LUDUS_CHUNK_HEADER])
{
    if (ludus_load_u32(in) != MAGIC || ludus_load_u64(in + HASHED) != ludus_hash64(in, HASHED, 0)) {
        return false;
    }
    const uint64_t first = ludus_load_u64(in + 8);
    const uint32_t records = ludus_load_u32(in + 16);
    const uint32_t items = ludus_load_u32(in + 20);
    *chunk = (ludus_chunk){
        .flags = ludus_load_u32(in + 4),
        .first = (int64_t)first,
        .records = (int32_t)records,
        .items = (int32_t)items,
        .raw_bytes = ludus_load_u32(in + 24),
        .frame_bytes = ludus_load_u32(in + 28),
        .frame_hash = ludus_load_u64(in + 32),
    };
    return (chunk->flags & ~ALL_FLAGS) == 0 && first <= INT64_MAX / 2 && records >= 1 &&
           records <= items && items <= INT32_MAX && chunk->raw_bytes >= 1 &&
           chunk->raw_bytes <= LUDUS_CHUNK_MAX_RAW && chunk->frame_bytes >= 1 &&
           chunk->frame_bytes <= ZSTD_compressBound(chunk->raw_bytes);
}

bool ludus_chunk_frame_fits(const ludus_chunk *chunk, const uint8_t *frame)
{
    return ludus_hash64(frame, chunk->frame_bytes, 0) == chunk->frame_hash &&
           ZSTD_getFrameContentSize(frame, chunk->frame_bytes) == chunk->raw_bytes &&
           ZSTD_findFrameCompressedSize(frame, chunk->frame_bytes) == chunk->frame_bytes;
}

// ---- Records inside --------------------------------------------------------------------------

void ludus_chunk_append(ludus_buffer *raw, const void *bytes, size_t size, int32_t items)
{
    assert(items >= 1);
    ludus_varint_put(raw, (uint64_t)items);
    ludus_varint_put(raw, size);
    ludus_buffer_put(raw, bytes, size);
}

size_t ludus_chunk_record_bytes(size_t size, int32_t items)
{
    uint8_t scratch[LUDUS_VARINT_MAX];
    return ludus_varint_write(scratch, (uint64_t)items) + ludus_varint_write(scratch, size) + size;
}

bool ludus_chunk_record_read(ludus_cursor *cursor, ludus_chunk_record *record)
{
    record->items = (int32_t)ludus_varint_get(cursor, INT32_MAX);
    record->size = (size_t)ludus_varint_get(cursor, LUDUS_CHUNK_MAX_RAW);
    record->bytes = ludus_cursor_skip(cursor, record->size);
    return !cursor->failed && record->items >= 1;
}

bool ludus_chunk_is_consistent(const ludus_chunk *chunk, const uint8_t *raw)
{
    ludus_cursor cursor = {.data = raw, .size = chunk->raw_bytes};
    ludus_chunk_record record = {0};
    int64_t items = 0;
    for (int32_t i = 0; i < chunk->records; i++) {
        if (!ludus_chunk_record_read(&cursor, &record)) {
            return false;
        }
        items += record.items;
    }
    return cursor.offset == cursor.size && items == chunk->items;
}
