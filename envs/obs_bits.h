// Observations of zeros and ones: packed to bits and back. Cell i is bit i%8 of byte i/8.

#ifndef LUDUS_ENVS_OBS_BITS_H
#define LUDUS_ENVS_OBS_BITS_H

#include <stddef.h>
#include <stdint.h>

// Bytes for `cells` bits.
static inline size_t ludus_bits_bytes(size_t cells)
{
    return (cells + 7) / 8;
}

// cells: [count] of 0 or 1. bits: [ludus_bits_bytes(count)]; unused bits of the last are zero.
void ludus_bits_pack(const uint8_t *cells, size_t count, uint8_t *bits);
void ludus_bits_unpack(const uint8_t *bits, size_t count, uint8_t *cells);
void ludus_bits_to_floats(const uint8_t *bits, size_t count, float *out);

#endif
