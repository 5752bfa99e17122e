#define _DEFAULT_SOURCE // madvise

#include "base/alloc.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

// Relaxed: a statistic that orders nothing.
static atomic_uint_fast64_t allocations;

#define LAZY_BYTES ((size_t)32 << 20)
#define PAGE_BYTES ((size_t)4096)

// Zeroes a block. Of a large one Linux is asked to forget the pages: private pages come back as
// zeros when first touched, so an arena costs time and memory only as far as it is used.
static void clear(void *block, size_t bytes)
{
    unsigned char *start = block;
    if (bytes >= LAZY_BYTES) {
        const size_t head = (PAGE_BYTES - (size_t)((uintptr_t)block % PAGE_BYTES)) % PAGE_BYTES;
        const size_t whole = (bytes - head) / PAGE_BYTES * PAGE_BYTES;
        if (madvise(start + head, whole, MADV_DONTNEED) == 0) {
            memset(start, 0, head);
            memset(start + head + whole, 0, bytes - head - whole);
            return;
        }
    }
    memset(start, 0, bytes);
}

void *ludus_alloc(size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes) || bytes > SIZE_MAX - LUDUS_ALIGNMENT) {
        return NULL;
    }
    const size_t rounded = (bytes + LUDUS_ALIGNMENT - 1) / LUDUS_ALIGNMENT * LUDUS_ALIGNMENT;
    const size_t room = rounded > 0 ? rounded : LUDUS_ALIGNMENT;
    void *block = aligned_alloc(LUDUS_ALIGNMENT, room);
    if (block != NULL) {
        clear(block, room);
        atomic_fetch_add_explicit(&allocations, 1, memory_order_relaxed);
    }
    return block;
}

void *ludus_realloc(void *block, size_t old_count, size_t new_count, size_t size)
{
    void *grown = ludus_alloc(new_count, size);
    if (grown != NULL && block != NULL) {
        memcpy(grown, block, (old_count < new_count ? old_count : new_count) * size);
        ludus_free(block);
    }
    return grown;
}

void ludus_free(void *block)
{
    free(block);
}

uint64_t ludus_alloc_count(void)
{
    return atomic_load_explicit(&allocations, memory_order_relaxed);
}

char *ludus_strdup(const char *text)
{
    const size_t size = strlen(text) + 1;
    char *copy = ludus_alloc(size, 1);
    if (copy != NULL) {
        memcpy(copy, text, size);
    }
    return copy;
}
