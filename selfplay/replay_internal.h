// The replay store's insides, shared by replay.c, replay_reader.c and replay_save.c.

#ifndef LUDUS_SELFPLAY_REPLAY_INTERNAL_H
#define LUDUS_SELFPLAY_REPLAY_INTERNAL_H

#include "selfplay/replay.h"
#include "selfplay/replay_chunk.h"
#include "selfplay/segment_internal.h"

// A full chunk in memory.
typedef struct ludus_held_chunk {
    ludus_chunk chunk;
    uint64_t serial; // unique in the life of the replay: what readers' caches go by
    uint8_t *frame;  // [chunk.frame_bytes], owned
} ludus_held_chunk;

// The content: full chunks in item order, then the open one.
typedef struct ludus_replay_ring {
    ludus_held_chunk *chunks; // [begin, end) of capacity
    size_t begin, end, capacity;
    ludus_buffer open;  // raw bytes of the open chunk
    int64_t open_first; // item number of its first item
    int32_t open_records, open_items;
    int64_t closed_records; // in the full chunks
    size_t closed_raw;      // bytes before compression
    size_t closed_stored;   // and after it, with their headers
} ludus_replay_ring;

struct ludus_replay {
    ludus_replay_config config;
    ludus_replay_ring ring;
    ludus_chunk_packer packer;
    ludus_segment_writer *writer; // NULL without segments
    uint64_t next_serial;
};

// Item number of the oldest held item.
int64_t ludus_replay_ring_first(const ludus_replay_ring *ring);
// Makes room for one more chunk and adds it, taking ownership of its frame.
ludus_status ludus_replay_ring_add(ludus_replay_ring *ring, const ludus_held_chunk *held);
void ludus_replay_ring_free(ludus_replay_ring *ring);
// Drops the oldest full chunks while the content passes the capacities.
void ludus_replay_evict(ludus_replay *replay);

#endif
