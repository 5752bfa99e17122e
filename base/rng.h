// Explicit random streams.
//
// A stream is named by (seed, stream): the run's seed and, say, a game number. So what one game
// draws does not depend on which thread plays it or on what other games draw.
// Generator: xoshiro256** (Blackman & Vigna 2018), seeded by SplitMix64. The struct is plain
// data: copy it to save a stream, assign it to go on.
//
// Repeat: the same calls give the same values on every machine (no libm in the integer and
// uniform calls; normal and gamma use it and repeat on one kind of machine).

#ifndef LUDUS_BASE_RNG_H
#define LUDUS_BASE_RNG_H

#include <stdbool.h>
#include <stdint.h>

typedef struct ludus_rng {
    uint64_t s[4];
} ludus_rng;

void ludus_rng_init(ludus_rng *rng, uint64_t seed, uint64_t stream);

static inline uint64_t ludus_rng_u64(ludus_rng *rng)
{
    uint64_t *s = rng->s;
    const uint64_t m = s[1] * 5;
    const uint64_t result = ((m << 7) | (m >> 57)) * 9;
    const uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = (s[3] << 45) | (s[3] >> 19);
    return result;
}

// 0 <= result < 1, 24 random bits.
// A state that is all zeros, as no seed gives, stays so: what is read from a file is asked first.
static inline bool ludus_rng_is_valid(const ludus_rng *rng)
{
    return (rng->s[0] | rng->s[1] | rng->s[2] | rng->s[3]) != 0;
}
static inline float ludus_rng_float(ludus_rng *rng)
{
    return (float)(ludus_rng_u64(rng) >> 40) * (1.0f / 16777216.0f);
}

// 0 <= result < 1, 53 random bits.
static inline double ludus_rng_double(ludus_rng *rng)
{
    return (double)(ludus_rng_u64(rng) >> 11) * (1.0 / 9007199254740992.0);
}

// 0 <= result < n, unbiased (Lemire 2019). n >= 1.
uint32_t ludus_rng_below(ludus_rng *rng, uint32_t n);

// Standard normal (polar method; draws a varying number of words, keeps no spare).
double ludus_rng_normal(ludus_rng *rng);

// Gamma(shape, 1), shape > 0 (Marsaglia & Tsang 2000). Dirichlet noise is normalised gammas.
double ludus_rng_gamma(ludus_rng *rng, double shape);

// out[0..n-1]: a sample of the symmetric Dirichlet(alpha); sums to 1. n >= 1, alpha > 0.
void ludus_rng_dirichlet(ludus_rng *rng, double alpha, int32_t n, float *out);

// Fisher-Yates shuffle.
void ludus_rng_shuffle(ludus_rng *rng, int32_t *items, int32_t n);

#endif
