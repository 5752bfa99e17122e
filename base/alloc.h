// Memory: 64-byte aligned, zero-filled, overflow-checked.
//
// Threads: as malloc. ludus_alloc_count() is kept for the tests that prove "no allocation per
// simulation"; it is the one process-wide counter of the project and nothing depends on it.

#ifndef LUDUS_BASE_ALLOC_H
#define LUDUS_BASE_ALLOC_H

#include <stddef.h>
#include <stdint.h>

#define LUDUS_ALIGNMENT 64 // bytes; a cache line and the widest vector

// `count` items of `size` bytes, zeroed (large blocks on first touch: unused parts cost nothing).
// NULL when memory is short or count * size overflows. A product of 0 gives a valid pointer to
// nothing.
void *ludus_alloc(size_t count, size_t size);

// Grows or shrinks to `new_count` items, keeping min(old_count, new_count) of them and zeroing
// the rest. On NULL the old block stays valid.
void *ludus_realloc(void *block, size_t old_count, size_t new_count, size_t size);

// NULL is accepted.
void ludus_free(void *block);

// Blocks handed out since the start of the process by the two calls above.
uint64_t ludus_alloc_count(void);

// A NUL-terminated copy in a ludus_alloc block; NULL when memory is short.
char *ludus_strdup(const char *text);

#endif
