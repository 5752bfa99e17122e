// The checkpoint file: a header, the recipe, the learner's state. Internal to selfplay/.
//
//     "LUDUSCKP", u32 version, u32 zero, u64 iteration, u64 training time (double bits),
//     u64 length of metrics.jsonl, u64 recipe bytes, u64 state bytes,
//     u64 hash of recipe, u64 hash of state, u64 hash of the header so far;
//     recipe text; state.
//
// Everything is verified before it is used. Threads: independent calls.

#ifndef LUDUS_SELFPLAY_CHECKPOINT_H
#define LUDUS_SELFPLAY_CHECKPOINT_H

#include "base/file.h"

typedef struct ludus_checkpoint {
    uint64_t iteration;
    double seconds;
    uint64_t metrics_bytes;
    const char *recipe; // recipe_bytes characters; views into the bytes when parsed
    size_t recipe_bytes;
    const uint8_t *state;
    size_t state_bytes;
    uint64_t state_hash; // filled by write and parse
} ludus_checkpoint;

ludus_status ludus_checkpoint_write(const char *path, ludus_checkpoint *checkpoint,
                                    ludus_error *error);
// `bytes` must outlive the views in *out.
ludus_status ludus_checkpoint_parse(ludus_checkpoint *out, const void *bytes, size_t size,
                                    ludus_error *error);
// Reads and parses a file; *bytes is a ludus_alloc block that the caller frees.
ludus_status ludus_checkpoint_read(ludus_checkpoint *out, const char *path, void **bytes,
                                   ludus_error *error);

#endif
