// 64-bit mixing and checksums. Not cryptographic: guards against damage, not against malice.

#ifndef LUDUS_BASE_HASH_H
#define LUDUS_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

// A bijective scramble of 64 bits (the finaliser of SplitMix64, Steele et al. 2014).
static inline uint64_t ludus_mix64(uint64_t x)
{
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

// Hash of a block of bytes; the same on every machine. Chain blocks by passing the last result
// as `seed`. Every single-bit change changes the result.
uint64_t ludus_hash64(const void *data, size_t size, uint64_t seed);

#endif
