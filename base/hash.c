#include "base/hash.h"

// Word by word: each step is a bijection of the state for a fixed word and of the word for a fixed
// state, so two blocks that differ in one word cannot meet again later.
uint64_t ludus_hash64(const void *data, size_t size, uint64_t seed)
{
    const uint8_t *p = data;
    uint64_t h = ludus_mix64(seed ^ (0x9e3779b97f4a7c15u * (uint64_t)(size + 1)));
    size_t left = size;
    for (; left >= 8; left -= 8, p += 8) {
        uint64_t word = 0;
        for (int i = 0; i < 8; i++) {
            word |= (uint64_t)p[i] << (8 * i);
        }
        h = ludus_mix64(h ^ word) + 0x9e3779b97f4a7c15u;
    }
    uint64_t tail = 0;
    for (size_t i = 0; i < left; i++) {
        tail |= (uint64_t)p[i] << (8 * i);
    }
    return ludus_mix64(h ^ tail);
}
