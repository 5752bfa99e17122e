// The widest float vector of the CPU that the program is built for, in the vector extension of gcc
// and clang; what the direct kernels are written in. Internal to nets/.
//
// Vectors are plain values: + - * work lane by lane. Loads and stores need no alignment.

#ifndef LUDUS_NETS_VECTOR_H
#define LUDUS_NETS_VECTOR_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__AVX__)
#include <immintrin.h>
#endif

#if defined(__AVX512F__)
#define LUDUS_LANES 16
#elif defined(__AVX__)
#define LUDUS_LANES 8
#else
#define LUDUS_LANES 4
#endif

// For loops over a number of vectors that is a constant at every call.
#define LUDUS_ALWAYS_INLINE static inline __attribute__((always_inline))

typedef float ludus_vector __attribute__((vector_size(LUDUS_LANES * sizeof(float))));

static inline ludus_vector ludus_vector_load(const float *x)
{
    ludus_vector v;
    memcpy(&v, x, sizeof v);
    return v;
}

// The first `count` of LUDUS_LANES values, zeros after them.
static inline ludus_vector ludus_vector_load_part(const float *x, size_t count)
{
    ludus_vector v = {0};
    memcpy(&v, x, count * sizeof *x);
    return v;
}

// The same value, held in a register from here on: gcc would rather load an operand of several
// multiply-adds anew for each of them, and then loads are what bounds the loop.
static inline ludus_vector ludus_vector_hold(ludus_vector v)
{
#if defined(__AVX512F__)
    __asm__("" : "+v"(v)); // all 32 registers
#elif defined(__AVX__)
    __asm__("" : "+x"(v));
#endif
    return v;
}

static inline void ludus_vector_store(float *x, ludus_vector v)
{
    memcpy(x, &v, sizeof v);
}

static inline void ludus_vector_store_part(float *x, ludus_vector v, size_t count)
{
    memcpy(x, &v, count * sizeof *x);
}

static inline ludus_vector ludus_vector_all(float x)
{
#if LUDUS_LANES == 16
    return (ludus_vector)_mm512_set1_ps(x);
#elif LUDUS_LANES == 8
    return (ludus_vector)_mm256_set1_ps(x);
#else
    return (ludus_vector){x, x, x, x};
#endif
}

// a * b + c, rounded once where the CPU can.
static inline ludus_vector ludus_vector_fma(ludus_vector a, ludus_vector b, ludus_vector c)
{
#if defined(__FMA__) && LUDUS_LANES == 16
    return (ludus_vector)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
#elif defined(__FMA__) && LUDUS_LANES == 8
    return (ludus_vector)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
#else
    return a * b + c;
#endif
}

static inline ludus_vector ludus_vector_max(ludus_vector a, ludus_vector b)
{
#if LUDUS_LANES == 16
    return (ludus_vector)_mm512_max_ps((__m512)a, (__m512)b);
#elif LUDUS_LANES == 8
    return (ludus_vector)_mm256_max_ps((__m256)a, (__m256)b);
#else
    for (int i = 0; i < LUDUS_LANES; i++) {
        a[i] = a[i] > b[i] ? a[i] : b[i];
    }
    return a;
#endif
}

// A bit for each lane that differs from zero.
static inline uint32_t ludus_vector_nonzeros(ludus_vector v)
{
#if LUDUS_LANES == 16
    return _mm512_cmp_ps_mask((__m512)v, _mm512_setzero_ps(), _CMP_NEQ_UQ);
#elif LUDUS_LANES == 8
    return (uint32_t)_mm256_movemask_ps(_mm256_cmp_ps((__m256)v, _mm256_setzero_ps(), _CMP_NEQ_UQ));
#else
    uint32_t lanes = 0;
    for (int i = 0; i < LUDUS_LANES; i++) {
        lanes |= (uint32_t)(v[i] != 0.0f) << i;
    }
    return lanes;
#endif
}

// Of all lanes, halves first.
static inline float ludus_vector_sum(ludus_vector v)
{
#if LUDUS_LANES == 16
    return _mm512_reduce_add_ps((__m512)v);
#else
    float x[LUDUS_LANES];
    memcpy(x, &v, sizeof v);
    for (int half = LUDUS_LANES / 2; half > 0; half /= 2) {
        for (int i = 0; i < half; i++) {
            x[i] += x[i + half];
        }
    }
    return x[0];
#endif
}

// 1 / sqrt(v), good to the last bit or two; v > 0 and normal.
static inline ludus_vector ludus_vector_rsqrt(ludus_vector v)
{
#if LUDUS_LANES == 16
    const ludus_vector guess = (ludus_vector)_mm512_rsqrt14_ps((__m512)v);
#elif LUDUS_LANES == 8
    const ludus_vector guess = (ludus_vector)_mm256_rsqrt_ps((__m256)v);
#else
    ludus_vector guess = v;
    for (int i = 0; i < LUDUS_LANES; i++) {
        guess[i] = 1.0f / sqrtf(v[i]);
    }
#endif
    // One step of Newton's doubles the bits of the guess (14, or 12).
    const ludus_vector half = ludus_vector_all(0.5f) * v * guess;
    const ludus_vector error = ludus_vector_fma(-half, guess, ludus_vector_all(0.5f));
    return ludus_vector_fma(guess, error, guess);
}

// out[k] = the sum of column k of m [rows, columns], rows in order: the gradient of a bias.
static inline void ludus_column_sums(size_t rows, size_t columns, const float *m, float *out)
{
    memset(out, 0, columns * sizeof *out);
    for (size_t r = 0; r < rows; r++) {
        for (size_t k = 0; k < columns; k++) {
            out[k] += m[r * columns + k];
        }
    }
}

#endif
