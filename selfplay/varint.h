// Unsigned integers of 1 to 10 bytes, seven bits a byte, low bits first (LEB128). Internal to
// selfplay/: records and chunks are written with them.
//
// Only the shortest form of a number is accepted, so equal content has equal bytes.
// Threads: no shared state.

#ifndef LUDUS_SELFPLAY_VARINT_H
#define LUDUS_SELFPLAY_VARINT_H

#include "base/file.h"

#define LUDUS_VARINT_MAX 10 // bytes

// Writes to out [LUDUS_VARINT_MAX]; returns the number of bytes.
size_t ludus_varint_write(uint8_t *out, uint64_t value);
void ludus_varint_put(ludus_buffer *buffer, uint64_t value);
// The next number, at most `limit`; anything else, or a longer form than needed, fails the cursor
// and gives 0.
uint64_t ludus_varint_get(ludus_cursor *cursor, uint64_t limit);

#endif
