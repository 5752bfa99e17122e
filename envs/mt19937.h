// The Mersenne Twister of Matsumoto & Nishimura 1998 with the seeding and the derived draws of
// numpy's RandomState, on which the published MinAtar worlds run. Only for traces that must repeat
// theirs; everything else draws from ludus_rng.

#ifndef LUDUS_ENVS_MT19937_H
#define LUDUS_ENVS_MT19937_H

#include <stdint.h>

#define LUDUS_MT19937_WORDS 624

typedef struct ludus_mt19937 {
    uint32_t key[LUDUS_MT19937_WORDS];
    uint32_t used; // words of key handed out, 0..624
} ludus_mt19937;

void ludus_mt19937_init(ludus_mt19937 *mt, uint32_t seed);
uint32_t ludus_mt19937_u32(ludus_mt19937 *mt);
// 0 <= result < 1, 53 random bits, two words.
double ludus_mt19937_double(ludus_mt19937 *mt);
// 0 <= result < n by masks and rejection; n = 1 draws nothing. n >= 1.
uint32_t ludus_mt19937_below(ludus_mt19937 *mt, uint32_t n);

#endif
