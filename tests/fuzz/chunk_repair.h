// Makes the checksums of mutated chunks right again, so that fuzzing reaches what is behind them.

#ifndef LUDUS_TESTS_FUZZ_CHUNK_REPAIR_H
#define LUDUS_TESTS_FUZZ_CHUNK_REPAIR_H

#include "selfplay/replay_chunk.h"

// Chunks one after another from `offset` on; at most `limit`. Returns where the last one ends.
static inline size_t repair_chunks(uint8_t *bytes, size_t size, size_t offset, uint64_t limit)
{
    for (uint64_t i = 0; i < limit && size - offset >= LUDUS_CHUNK_HEADER; i++) {
        uint8_t *header = bytes + offset;
        const size_t frame = ludus_load_u32(header + 28);
        offset += LUDUS_CHUNK_HEADER;
        if (frame <= size - offset) {
            ludus_store_u64(header + 32, ludus_hash64(bytes + offset, frame, 0));
        }
        ludus_store_u64(header + 40, ludus_hash64(header, 40, 0));
        offset = frame <= size - offset ? offset + frame : size;
    }
    return offset;
}

#endif
