// M. Matsumoto, T. Nishimura: Mersenne Twister, ACM TOMACS 8 (1998), figure 1 and table II.

#include "envs/mt19937.h"

#include <assert.h>

#define N LUDUS_MT19937_WORDS
#define M 397

void ludus_mt19937_init(ludus_mt19937 *mt, uint32_t seed)
{
    mt->key[0] = seed;
    for (uint32_t i = 1; i < N; i++) {
        const uint32_t last = mt->key[i - 1];
        mt->key[i] = 1812433253u * (last ^ (last >> 30)) + i;
    }
    mt->used = N;
}

static uint32_t twist(uint32_t high, uint32_t low)
{
    const uint32_t y = (high & 0x80000000u) | (low & 0x7fffffffu);
    return (y >> 1) ^ ((y & 1u) != 0 ? 0x9908b0dfu : 0u);
}

static void refill(ludus_mt19937 *mt)
{
    uint32_t *key = mt->key;
    for (int i = 0; i < N - M; i++) {
        key[i] = key[i + M] ^ twist(key[i], key[i + 1]);
    }
    for (int i = N - M; i < N - 1; i++) {
        key[i] = key[i + M - N] ^ twist(key[i], key[i + 1]);
    }
    key[N - 1] = key[M - 1] ^ twist(key[N - 1], key[0]);
    mt->used = 0;
}

uint32_t ludus_mt19937_u32(ludus_mt19937 *mt)
{
    if (mt->used >= N) {
        refill(mt);
    }
    uint32_t y = mt->key[mt->used++];
    y ^= y >> 11;
    y ^= y << 7 & 0x9d2c5680u;
    y ^= y << 15 & 0xefc60000u;
    return y ^ y >> 18;
}

double ludus_mt19937_double(ludus_mt19937 *mt)
{
    const uint32_t high = ludus_mt19937_u32(mt) >> 5;
    const uint32_t low = ludus_mt19937_u32(mt) >> 6;
    return ((double)high * 67108864.0 + (double)low) / 9007199254740992.0;
}

uint32_t ludus_mt19937_below(ludus_mt19937 *mt, uint32_t n)
{
    assert(n >= 1);
    const uint32_t top = n - 1;
    if (top == 0) {
        return 0;
    }
    uint32_t mask = top;
    for (int shift = 1; shift <= 16; shift *= 2) {
        mask |= mask >> shift;
    }
    uint32_t value = ludus_mt19937_u32(mt) & mask;
    while (value > top) {
        value = ludus_mt19937_u32(mt) & mask;
    }
    return value;
}
