// Files: whole reads with a limit, and writes that replace a file atomically or not at all.
//
// ludus_file_writer writes PATH.tmp.<pid>, and commit() flushes, fsyncs, renames over PATH and
// fsyncs the folder. Whatever goes wrong before (a full disk, a kill), PATH keeps its old bytes;
// the first write error sticks and commit() reports it.
//
// A link stays a link: the file it names is replaced; one that names nothing is refused. What is
// there and no regular file (a pipe, /dev/null, /dev/stdout) is written to as it is, so what was
// written stays; our own standard output and error go on where they are, files as well.
//
// Threads: one writer, one thread.

#ifndef LUDUS_BASE_FILE_H
#define LUDUS_BASE_FILE_H

#include <stdio.h>

#include "base/base.h"

typedef struct ludus_file_writer ludus_file_writer;

ludus_status ludus_file_writer_create(ludus_file_writer **out, const char *path,
                                      ludus_error *error);
// Appends `size` bytes. Errors are remembered and reported by commit, so calls may be chained.
void ludus_file_write(ludus_file_writer *writer, const void *data, size_t size);
// Makes the file real. On failure the target is untouched and the temporary file gone.
// Destroys the writer either way.
ludus_status ludus_file_commit(ludus_file_writer *writer, ludus_error *error);
// Drops everything. NULL is accepted.
void ludus_file_abandon(ludus_file_writer *writer);

// One call for small files.
ludus_status ludus_file_replace(const char *path, const void *data, size_t size,
                                ludus_error *error);

// Opens a regular file for reading; *size receives its bytes. Anything else is refused, without
// waiting for a pipe's writer. The caller closes *out, which is NULL on failure.
ludus_status ludus_file_open(FILE **out, const char *path, uint64_t *size, ludus_error *error);

// The whole file in a ludus_alloc block with one extra NUL byte; the caller frees. A file larger
// than `limit` bytes is refused before anything is allocated.
ludus_status ludus_file_read(const char *path, size_t limit, void **data, size_t *size,
                             ludus_error *error);

bool ludus_file_exists(const char *path);
// mkdir -p. LUDUS_ERR_ARG: the path is empty.
ludus_status ludus_file_make_folder(const char *path, ludus_error *error);
// Removes what writers that were killed left in the folder itself: files PATH.tmp.<pid> where no
// process of that number lives. Writers on other machines look dead, so the caller's lock must keep
// them out. Returns how many it removed; 0 too where the folder cannot be read.
int32_t ludus_file_forget_temporaries(const char *folder);

// Takes the file `path`, made if need be, as a lock that one process at a time can hold; the system
// takes it back when the process dies. LUDUS_ERR_STATE: another process holds it. *lock is given
// back by ludus_file_unlock; on failure it is -1, which unlock accepts.
ludus_status ludus_file_lock(int *lock, const char *path, ludus_error *error);
void ludus_file_unlock(int lock);

// Little-endian fields of binary formats; the caller checks the room first.
static inline uint32_t ludus_load_u32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}
static inline uint64_t ludus_load_u64(const uint8_t *p)
{
    return (uint64_t)ludus_load_u32(p) | (uint64_t)ludus_load_u32(p + 4) << 32;
}
static inline void ludus_store_u32(uint8_t *p, uint32_t v)
{
    for (int i = 0; i < 4; i++) {
        p[i] = (uint8_t)(v >> (8 * i));
    }
}
static inline void ludus_store_u64(uint8_t *p, uint64_t v)
{
    for (int i = 0; i < 8; i++) {
        p[i] = (uint8_t)(v >> (8 * i));
    }
}

// A growing block of bytes for serialising: write with put, take `data` when done.
typedef struct ludus_buffer {
    uint8_t *data;   // ludus_alloc block, owned
    size_t size;     // bytes used
    size_t capacity; // bytes held
    bool failed;     // memory ran out; later puts do nothing
} ludus_buffer;

void ludus_buffer_put(ludus_buffer *buffer, const void *data, size_t size);
void ludus_buffer_put_text(ludus_buffer *buffer, const char *text); // without its NUL
void ludus_buffer_put_u32(ludus_buffer *buffer, uint32_t value);
void ludus_buffer_put_u64(ludus_buffer *buffer, uint64_t value);
void ludus_buffer_free(ludus_buffer *buffer); // back to an empty buffer

// A checked reader over bytes from outside: once a read runs past the end, `failed` is set and
// everything after reads as zero, so a parser may check once at the end of each group of fields.
typedef struct ludus_cursor {
    const uint8_t *data; // borrowed
    size_t size;         // bytes
    size_t offset;       // next byte
    bool failed;
} ludus_cursor;

uint32_t ludus_cursor_u32(ludus_cursor *cursor);
uint64_t ludus_cursor_u64(ludus_cursor *cursor);
// Copies `size` bytes into out, or zeroes it and fails.
void ludus_cursor_get(ludus_cursor *cursor, void *out, size_t size);
// A borrowed view of the next `size` bytes, or NULL and fails.
const uint8_t *ludus_cursor_skip(ludus_cursor *cursor, size_t size);

#endif
