// The insides of segment files (selfplay/segment.h). Internal to selfplay/.
//
// The writer opens lazily: the first append looks for the newest file of the folder, cuts off a
// torn or provisional last chunk and goes on behind it. A failed append leaves the file as it was.
//
// Threads: one writer, one thread.

#ifndef LUDUS_SELFPLAY_SEGMENT_INTERNAL_H
#define LUDUS_SELFPLAY_SEGMENT_INTERNAL_H

#include "selfplay/replay_chunk.h"
#include "selfplay/segment.h"

#define LUDUS_SEGMENT_MAGIC "LUDUSSEG"
#define LUDUS_SEGMENT_VERSION 1u
#define LUDUS_SEGMENT_HEADER 56 // bytes of the file's header

typedef struct ludus_segment_writer ludus_segment_writer;

ludus_status ludus_segment_writer_create(ludus_segment_writer **out, const char *folder,
                                         const char *tag);
void ludus_segment_writer_destroy(ludus_segment_writer *writer); // NULL is accepted
// Finds the newest file and where its whole chunks end; no effect when that is known already.
ludus_status ludus_segment_writer_open(ludus_segment_writer *writer, ludus_error *error);
int64_t ludus_segment_writer_end(const ludus_segment_writer *writer); // one past the last item
// Appends header and frame; chunk->first must not be before the end. A provisional chunk does not
// count for the end and is overwritten by the next append.
ludus_status ludus_segment_writer_append(ludus_segment_writer *writer, const ludus_chunk *chunk,
                                         const uint8_t *frame, ludus_error *error);
uint64_t ludus_segment_writer_bytes(const ludus_segment_writer *writer); // written since creation

// Shared by reader, writer and truncate. The numbers of the folder's segment files, ascending, in
// a ludus_alloc block; *count is 0 and *numbers NULL for a missing folder.
ludus_status ludus_segment_list(const char *folder, uint32_t **numbers, size_t *count,
                                ludus_error *error);
void ludus_segment_path(const char *folder, uint32_t number, char *out, size_t size);

// Walks the chunk headers of a file. Positions are bytes from its beginning.
typedef struct ludus_segment_scan {
    char tag[LUDUS_SEGMENT_TAG_MAX];
    uint64_t offset;   // of `chunk`'s header
    uint64_t next;     // where the chunk after it begins
    uint64_t size;     // of the file
    ludus_chunk chunk; // the chunk that next() found
    bool is_torn;      // the file ends inside a chunk (or its header) that begins at `next`
    FILE *stream;
    const char *path; // borrowed
} ludus_segment_scan;

ludus_status ludus_segment_scan_open(ludus_segment_scan *scan, const char *path,
                                     ludus_error *error);
// *found is false behind the last whole chunk; then is_torn says how the file ends.
ludus_status ludus_segment_scan_next(ludus_segment_scan *scan, bool *found, ludus_error *error);
// The frame of the chunk that next() found, into frame [chunk.frame_bytes], verified.
ludus_status ludus_segment_scan_frame(ludus_segment_scan *scan, uint8_t *frame, ludus_error *error);
void ludus_segment_scan_close(ludus_segment_scan *scan);

#endif
