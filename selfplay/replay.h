// The replay store of both agents: a ring of records, grouped in chunks, each chunk one zstd frame
// with a checksum. The newest chunk is open (plain bytes); older ones are compressed, kept in
// memory and, if asked, appended to segment files.
//
// A record is opaque bytes that count for `items` (the positions of a game, the transitions of a
// piece of an episode). Items are numbered 0, 1, 2, ... since the beginning of the run; the oldest
// records leave whole chunks at a time when `capacity_items` or `capacity_bytes` is passed.
//
//     ludus_replay_create(&replay, &config, &error);
//     ludus_replay_push(replay, bytes, size, items);
//     first = ludus_replay_first(replay); end = ludus_replay_end(replay);
//     ludus_replay_reader_create(&reader, replay);            // one per thread
//     ludus_replay_find(reader, item, &found);               // record bytes + index inside it
//
// Threads: push, flush, save and load by one thread while no reader is in use; readers of one
// replay may run at the same time, each on its own thread.
// Repeat: the content depends on the pushes and the config alone (and on zstd's version when
// capacity_bytes is set). Saved and loaded, it goes on bit for bit, its segment files included.

#ifndef LUDUS_SELFPLAY_REPLAY_H
#define LUDUS_SELFPLAY_REPLAY_H

#include "base/config.h"
#include "base/file.h"
#include "selfplay/segment.h"

#define LUDUS_REPLAY_MAX_RECORD (((size_t)16 << 20) - 32) // bytes

typedef struct ludus_replay ludus_replay;
typedef struct ludus_replay_reader ludus_replay_reader;

typedef struct ludus_replay_config {
    int64_t capacity_items; // ring size
    int64_t capacity_bytes; // of memory as in stored_bytes; 0 = no limit
    int32_t chunk_bytes;    // raw bytes of a chunk, 256 .. 16 MiB; a larger record has its own
    int64_t cache_bytes;    // about what each reader keeps decompressed
    int32_t level;          // zstd level, -50..19; below 0: larger and quicker to read
    bool enable_segments;   // also append closed chunks to files in `folder`
    char folder[256];       // of the segment files, when enabled; set by the run
    char tag[32];           // what the records are ("connect4", "breakout"): files are checked
} ludus_replay_config;

ludus_replay_config
ludus_replay_config_default(void);                // 500k items, 8 KiB chunks, 4 MiB caches, level 3
extern const ludus_option ludus_replay_options[]; // the [replay] section
extern const size_t ludus_replay_num_options;

ludus_status ludus_replay_create(ludus_replay **out, const ludus_replay_config *config,
                                 ludus_error *error);
// For a run: completes `config` with the tag and the folder FOLDER/replay of its segments, which
// are off when `folder` is NULL.
ludus_status ludus_replay_create_for_run(ludus_replay **out, ludus_replay_config *config,
                                         const char *tag, const char *folder, ludus_error *error);
void ludus_replay_destroy(ludus_replay *replay); // NULL is accepted

// items >= 1. A segment file that cannot be written is an error: memory keeps the record, the file
// its whole chunks, and the next full chunk (or flush) tries again what is missing.
ludus_status ludus_replay_push(ludus_replay *replay, const void *bytes, size_t size, int32_t items,
                               ludus_error *error);
// Writes the open chunk's records to the segment file too, so that its readers see every record
// pushed; done by destroy as well (which cannot report a failure). Nothing without segments.
ludus_status ludus_replay_flush(ludus_replay *replay, ludus_error *error);

int64_t ludus_replay_first(const ludus_replay *replay); // oldest item held
int64_t ludus_replay_end(const ludus_replay *replay);   // one past the newest
typedef struct ludus_replay_stats {
    int64_t records, items; // held
    size_t raw_bytes;       // of the held records
    size_t stored_bytes;    // memory they take: frames, chunk headers, the open chunk raw
    size_t file_bytes;      // written to segments since creation
} ludus_replay_stats;
void ludus_replay_stats_get(const ludus_replay *replay, ludus_replay_stats *out);

ludus_status ludus_replay_reader_create(ludus_replay_reader **out, const ludus_replay *replay);
// Before its replay; NULL is accepted.
void ludus_replay_reader_destroy(ludus_replay_reader *reader);

typedef struct ludus_replay_found {
    const uint8_t *bytes; // borrowed from the reader until its next find or the next push
    size_t size;
    int64_t first; // item number of the record's first item
    int32_t items;
    int32_t index; // the wanted item inside the record
} ludus_replay_found;
// `item` in first..end-1. Keeps chunks decompressed, as many as cache_bytes holds.
// Allocates only while its cache fills (tests/test_replay.c: find_does_not_allocate_when_warm).
ludus_status ludus_replay_find(ludus_replay_reader *reader, int64_t item, ludus_replay_found *out,
                               ludus_error *error);
// Asks the CPU to fetch what find(item) will read. For draws from a replay much larger than the
// CPU's caches: hint at a whole batch first, then find, and the waits for memory overlap.
void ludus_replay_hint(const ludus_replay_reader *reader, int64_t item);

// Checkpoints: everything held, bit for bit (chunk borders included). load verifies every byte and
// every record's frame before it replaces the content; it fails on records of another tag. A
// smaller capacity than the saved one drops the oldest.
void ludus_replay_save(const ludus_replay *replay, ludus_buffer *out);
ludus_status ludus_replay_load(ludus_replay *replay, ludus_cursor *in, ludus_error *error);

#endif
