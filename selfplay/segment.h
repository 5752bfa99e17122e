// Segment files: the records of a run on disk, RUN/replay/NNNNNN.seg, append-only, in item order.
//
//     "LUDUSSEG", u32 version, u32 zero, tag[32], u64 hash of the header so far;
//     chunks as in selfplay/replay_chunk.h, until the end of the file.
//
// A file is closed at LUDUS_SEGMENT_MAX_BYTES and the next number begins. What a kill can leave is
// a last chunk that is cut short: readers stop before it, the next writer cuts it off. The last
// chunk may be provisional: the records of a chunk that was still open, replaced when it is full.
//
// Threads: independent calls; a folder has one writer at a time.

#ifndef LUDUS_SELFPLAY_SEGMENT_H
#define LUDUS_SELFPLAY_SEGMENT_H

#include "base/base.h"

#define LUDUS_SEGMENT_MAX_BYTES ((uint64_t)64 << 20) // a file that has reached it takes no more
#define LUDUS_SEGMENT_TAG_MAX 32                     // bytes, NUL included

// `record` is valid during the call.
typedef ludus_status ludus_segment_visit(const uint8_t *record, size_t size, int64_t first_item,
                                         int32_t items, void *user);

// Calls `visit` for each record of a file in order; stops at the first status not OK and returns
// it. `tag` [LUDUS_SEGMENT_TAG_MAX] receives what the records are, before the first visit. Damage
// is reported with file and byte. With LUDUS_OK error->text is empty, or one line about a last
// chunk that was cut short and left out.
ludus_status ludus_segment_read(const char *path, char *tag, ludus_segment_visit *visit, void *user,
                                ludus_error *error);

// The same for a file that grows: begins behind the *offset bytes read before (0 = the beginning)
// and moves *offset to where the next call should begin, also when it fails. A provisional chunk is
// visited but not passed, so its records come again. LUDUS_ERR_STATE: the file is shorter than
// *offset; LUDUS_ERR_FORMAT also when no chunk begins there any more: begin anew.
ludus_status ludus_segment_read_on(const char *path, uint64_t *offset, char *tag,
                                   ludus_segment_visit *visit, void *user, ludus_error *error);

// Before a run goes on from a checkpoint whose replay ends at `item`: cuts the files back to the
// chunks that were full then. (The records of the chunk that was open are in the checkpoint; the
// replay writes them again.) A missing folder is an empty one.
ludus_status ludus_segments_truncate(const char *folder, int64_t item, ludus_error *error);

#endif
