// Unpacking runs on vectors where the machine can shuffle 32 bytes, and on 64-bit words elsewhere.

#include "envs/obs_bits.h"

#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "lanes are stored little-endian");

#ifdef __AVX2__

typedef uint8_t bytes32 __attribute__((vector_size(32)));
typedef uint32_t words8 __attribute__((vector_size(32)));

// 32 bits to 32 bytes of 0 or 1, the lowest bit first.
static inline void unpack_32(uint32_t bits, uint8_t *cells)
{
    const bytes32 select = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128,
                            1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    const words8 copies = {bits, bits, bits, bits, bits, bits, bits, bits};
    const bytes32 source = (bytes32)copies;
    // Byte i/8 of the word, taken from the copy in the same half of the register.
    const bytes32 byte =
        __builtin_shufflevector(source, source, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 18,
                                18, 18, 18, 18, 18, 18, 18, 19, 19, 19, 19, 19, 19, 19, 19);
    const bytes32 lane = (bytes32)((byte & select) == select) & 1;
    memcpy(cells, &lane, sizeof(lane)); // no vector is passed or returned: that would fix the ABI
}

#else

// Eight bits to eight bytes of 0 or 1, the lowest bit first.
static inline uint64_t spread(uint64_t bits)
{
    const uint64_t each = bits * 0x0101010101010101u & 0x8040201008040201u;
    return (each + 0x7f7f7f7f7f7f7f7fu) >> 7 & 0x0101010101010101u;
}

// 32 bits to 32 bytes of 0 or 1, the lowest bit first.
static inline void unpack_32(uint32_t bits, uint8_t *cells)
{
    for (size_t i = 0; i < 4; i++) {
        const uint64_t lane = spread(bits >> (8 * i) & 0xffu);
        memcpy(cells + 8 * i, &lane, sizeof(lane));
    }
}

#endif

void ludus_bits_pack(const uint8_t *cells, size_t count, uint8_t *bits)
{
    const size_t whole = count / 8;
    for (size_t i = 0; i < whole; i++) {
        uint64_t lane;
        memcpy(&lane, cells + 8 * i, 8);
        // Bit 8k moves to bit 56+k: the products do not overlap, because cells are 0 or 1.
        bits[i] = (uint8_t)(lane * 0x0102040810204080u >> 56);
    }
    if (count % 8 != 0) {
        unsigned last = 0;
        for (size_t k = 0; k < count % 8; k++) {
            last |= (unsigned)cells[8 * whole + k] << k;
        }
        bits[whole] = (uint8_t)last;
    }
}

// The 32 bits before bit `end`; end >= 32.
static uint32_t last_word(const uint8_t *bits, size_t end)
{
    const size_t first = (end - 32) / 8;
    uint32_t word;
    memcpy(&word, bits + first, sizeof(word));
    const uint64_t high = end % 8 != 0 ? bits[first + 4] : 0;
    return (uint32_t)((high << 32 | word) >> (end % 8));
}

void ludus_bits_unpack(const uint8_t *restrict bits, size_t count, uint8_t *restrict cells)
{
    if (count < 32) {
        for (size_t i = 0; i < count; i++) {
            cells[i] = (uint8_t)(bits[i / 8] >> (i % 8) & 1);
        }
        return;
    }
    for (size_t i = 0; i + 32 <= count; i += 32) {
        uint32_t word;
        memcpy(&word, bits + i / 8, sizeof(word));
        unpack_32(word, cells + i);
    }
    if (count % 32 != 0) {
        unpack_32(last_word(bits, count), cells + count - 32); // overlaps the one before
    }
}

void ludus_bits_to_floats(const uint8_t *restrict bits, size_t count, float *restrict out)
{
    const size_t whole = count / 8;
    for (size_t i = 0; i < whole; i++) {
        for (int k = 0; k < 8; k++) {
            out[8 * i + (size_t)k] = (float)(bits[i] >> k & 1);
        }
    }
    for (size_t k = 0; k < count % 8; k++) {
        out[8 * whole + k] = (float)(bits[whole] >> k & 1);
    }
}
