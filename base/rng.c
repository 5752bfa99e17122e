#include "base/rng.h"

#include <assert.h>
#include <math.h>

#include "base/hash.h"

void ludus_rng_init(ludus_rng *rng, uint64_t seed, uint64_t stream)
{
    // Both words are scrambled before they meet, so neighbouring seeds and streams do not overlap.
    uint64_t x = ludus_mix64(seed + 0x9e3779b97f4a7c15u) ^ ludus_mix64(~stream);
    for (int i = 0; i < 4; i++) {
        x += 0x9e3779b97f4a7c15u;
        rng->s[i] = ludus_mix64(x);
    }
    rng->s[0] |= 1; // never all zero
}

uint32_t ludus_rng_below(ludus_rng *rng, uint32_t n)
{
    assert(n >= 1);
    uint64_t product = (ludus_rng_u64(rng) >> 32) * n;
    if ((uint32_t)product < n) {
        const uint32_t threshold = (0u - n) % n;
        while ((uint32_t)product < threshold) {
            product = (ludus_rng_u64(rng) >> 32) * n;
        }
    }
    return (uint32_t)(product >> 32);
}

double ludus_rng_normal(ludus_rng *rng)
{
    double u, v, s;
    do {
        u = 2.0 * ludus_rng_double(rng) - 1.0;
        v = 2.0 * ludus_rng_double(rng) - 1.0;
        s = u * u + v * v;
    } while (s >= 1.0 || s == 0.0);
    return u * sqrt(-2.0 * log(s) / s);
}

double ludus_rng_gamma(ludus_rng *rng, double shape)
{
    assert(shape > 0.0);
    if (shape < 1.0) {
        const double boost = pow(1.0 - ludus_rng_double(rng), 1.0 / shape);
        return ludus_rng_gamma(rng, shape + 1.0) * boost;
    }
    const double d = shape - 1.0 / 3.0;
    const double c = 1.0 / sqrt(9.0 * d);
    for (;;) {
        const double x = ludus_rng_normal(rng);
        const double t = 1.0 + c * x;
        if (t <= 0.0) {
            continue;
        }
        const double v = t * t * t;
        const double u = 1.0 - ludus_rng_double(rng);
        if (log(u) < 0.5 * x * x + d - d * v + d * log(v)) {
            return d * v;
        }
    }
}

void ludus_rng_dirichlet(ludus_rng *rng, double alpha, int32_t n, float *out)
{
    assert(n >= 1);
    const ludus_rng start = *rng;
    double sum = 0.0;
    for (int32_t i = 0; i < n; i++) {
        const double g = ludus_rng_gamma(rng, alpha);
        out[i] = (float)g;
        sum += g;
    }
    // With a small alpha all may be too small for a float though not for a double: draw them again,
    // scaled before they are stored.
    if (sum > 0.0 && sum < 1e-20) {
        *rng = start;
        for (int32_t i = 0; i < n; i++) {
            out[i] = (float)(ludus_rng_gamma(rng, alpha) / sum);
        }
        return;
    }
    // And with a tiny one even the doubles are zero: the mass falls on one entry, as it nearly
    // does.
    if (!(sum > 0.0)) {
        out[ludus_rng_below(rng, (uint32_t)n)] = 1.0f;
        return;
    }
    for (int32_t i = 0; i < n; i++) {
        out[i] = (float)((double)out[i] / sum);
    }
}

void ludus_rng_shuffle(ludus_rng *rng, int32_t *items, int32_t n)
{
    for (int32_t i = n - 1; i > 0; i--) {
        const int32_t j = (int32_t)ludus_rng_below(rng, (uint32_t)i + 1);
        const int32_t swap = items[i];
        items[i] = items[j];
        items[j] = swap;
    }
}
