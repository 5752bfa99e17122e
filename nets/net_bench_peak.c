// The peak loops. Twelve accumulators hide the latency of a fused multiply-add (4 or 5 cycles, two
// per cycle) and leave registers for the operands, so that nothing spills.

#include "nets/net_bench.h"

#if defined(__AVX2__) && defined(__FMA__)
#include <immintrin.h>
#endif

#define ACCUMULATORS 12
#define STEPS 20000 // rounds between two looks at the clock; some tens of microseconds

#if defined(__clang__)
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 12")
#endif

// Results go here, so that the loops are not optimised away. Nobody reads it.
static volatile float sink_f32;
static volatile int32_t sink_int8;

// ---- f32 ----------------------------------------------------------------------------------------

#if defined(__AVX512F__)
#define F32_NAME "avx512 fma"
#define F32_OPS (2 * 16)
typedef __m512 f32_vector;
#define F32_SET(x) _mm512_set1_ps(x)
#define F32_FMA(a, b, c) _mm512_fmadd_ps(a, b, c)
#define F32_FIRST(a) _mm512_cvtss_f32(a)
#elif defined(__AVX2__) && defined(__FMA__)
#define F32_NAME "avx2 fma"
#define F32_OPS (2 * 8)
typedef __m256 f32_vector;
#define F32_SET(x) _mm256_set1_ps(x)
#define F32_FMA(a, b, c) _mm256_fmadd_ps(a, b, c)
#define F32_FIRST(a) _mm256_cvtss_f32(a)
#else
#define F32_NAME "plain"
#define F32_OPS 2
typedef float f32_vector;
#define F32_SET(x) (x)
#define F32_FMA(a, b, c) ((a) * (b) + (c))
#define F32_FIRST(a) (a)
#endif

// a = a * b + c settles at c / (1 - b): the values stay ordinary numbers.
static double run_f32(void)
{
    const f32_vector b = F32_SET(0.999f), c = F32_SET(0.001f);
    f32_vector a[ACCUMULATORS];
    UNROLL for (int i = 0; i < ACCUMULATORS; i++)
    {
        a[i] = F32_SET((float)i);
    }
    for (int32_t step = 0; step < STEPS; step++) {
        UNROLL for (int i = 0; i < ACCUMULATORS; i++)
        {
            a[i] = F32_FMA(a[i], b, c);
        }
    }
    UNROLL for (int i = 0; i < ACCUMULATORS; i++)
    {
        sink_f32 = F32_FIRST(a[i]);
    }
    return (double)STEPS * ACCUMULATORS * F32_OPS;
}

// ---- int8 ---------------------------------------------------------------------------------------

#if defined(__AVX512F__) && defined(__AVX512BW__)
typedef __m512i i8_vector;
#define I8_OPS (2 * 64)
#define I8_SET8(x) _mm512_set1_epi8(x)
#define I8_SET16(x) _mm512_set1_epi16(x)
#define I8_SET32(x) _mm512_set1_epi32(x)
#define I8_FIRST(a) _mm_cvtsi128_si32(_mm512_castsi512_si128(a))
#if defined(__AVX512VNNI__)
#define I8_NAME "avx512 vnni"
#define I8_DOT(a, u, s, ones) ((void)(ones), _mm512_dpbusd_epi32(a, u, s))
#else
#define I8_NAME "avx512 maddubs"
#define I8_DOT(a, u, s, ones)                                                                      \
    _mm512_add_epi32(a, _mm512_madd_epi16(_mm512_maddubs_epi16(u, s), ones))
#endif
#elif defined(__AVX2__) && defined(__FMA__)
#define I8_NAME "avx2 maddubs"
typedef __m256i i8_vector;
#define I8_OPS (2 * 32)
#define I8_SET8(x) _mm256_set1_epi8(x)
#define I8_SET16(x) _mm256_set1_epi16(x)
#define I8_SET32(x) _mm256_set1_epi32(x)
#define I8_FIRST(a) _mm256_cvtsi256_si32(a)
#define I8_DOT(a, u, s, ones)                                                                      \
    _mm256_add_epi32(a, _mm256_madd_epi16(_mm256_maddubs_epi16(u, s), ones))
#else
#define I8_NAME "plain"
typedef int32_t i8_vector;
#define I8_OPS 2
#define I8_SET8(x) (x)
#define I8_SET16(x) (x)
#define I8_SET32(x) (x)
#define I8_FIRST(a) (a)
#define I8_DOT(a, u, s, ones) ((a) + (u) * (s) * (ones))
#endif

// The compiler must not see that the operands never change, or it takes the products out of the
// loop.
#define HIDE(x) __asm__ volatile("" : "+r"(x))
#if defined(__AVX2__) && defined(__FMA__)
#undef HIDE
#if defined(__AVX512F__)
#define HIDE(x) __asm__ volatile("" : "+v"(x))
#else
#define HIDE(x) __asm__ volatile("" : "+x"(x))
#endif
#endif

static double run_int8(void)
{
    i8_vector u = I8_SET8(1), s = I8_SET8(1);
    const i8_vector ones = I8_SET16(1);
    i8_vector a[ACCUMULATORS];
    UNROLL for (int i = 0; i < ACCUMULATORS; i++)
    {
        a[i] = I8_SET32(i);
    }
    for (int32_t step = 0; step < STEPS; step++) {
        UNROLL for (int i = 0; i < ACCUMULATORS; i++)
        {
            HIDE(u);
            a[i] = I8_DOT(a[i], u, s, ones);
        }
    }
    UNROLL for (int i = 0; i < ACCUMULATORS; i++)
    {
        sink_int8 = I8_FIRST(a[i]);
    }
    return (double)STEPS * ACCUMULATORS * I8_OPS;
}

// ---- bf16 ---------------------------------------------------------------------------------------

#if defined(__AVX512F__) && defined(__AVX512BF16__)
#define BF16_NAME "avx512 bf16"
#define BF16_OPS (2 * 32)

static double run_bf16(void)
{
    __m512i pairs = _mm512_set1_epi32(0x3f803f80); // ones
    __m512 a[ACCUMULATORS];
    UNROLL for (int i = 0; i < ACCUMULATORS; i++)
    {
        a[i] = _mm512_set1_ps((float)i);
    }
    for (int32_t step = 0; step < STEPS; step++) {
        UNROLL for (int i = 0; i < ACCUMULATORS; i++)
        {
            HIDE(pairs);
            a[i] = _mm512_dpbf16_ps(a[i], (__m512bh)pairs, (__m512bh)pairs);
        }
    }
    UNROLL for (int i = 0; i < ACCUMULATORS; i++)
    {
        sink_f32 = _mm512_cvtss_f32(a[i]);
    }
    return (double)STEPS * ACCUMULATORS * BF16_OPS;
}
#else
#define BF16_NAME F32_NAME
#define run_bf16 run_f32
#endif

// ---- Any ----------------------------------------------------------------------------------------

static double run_loop(ludus_precision precision)
{
    switch (precision) {
    case LUDUS_PRECISION_INT8:
        return run_int8();
    case LUDUS_PRECISION_BF16:
        return ludus_precision_is_native(precision) ? run_bf16() : run_f32();
    default:
        return run_f32();
    }
}

double ludus_net_bench_peak(ludus_precision precision, double seconds)
{
    const double start = ludus_clock_thread();
    double operations = 0.0, spent = 0.0;
    do {
        operations += run_loop(precision);
        spent = ludus_clock_thread() - start;
    } while (spent < seconds || spent <= 0.0);
    return operations / spent * 1e-9;
}

const char *ludus_net_bench_peak_name(ludus_precision precision)
{
    if (precision == LUDUS_PRECISION_BF16 && ludus_precision_is_native(precision)) {
        return BF16_NAME;
    }
    return precision == LUDUS_PRECISION_INT8 ? I8_NAME : F32_NAME;
}
