#include "nets/layer.h"

#include <math.h>
#include <string.h>

#define EPSILON 1e-5f

float ludus_batchnorm_epsilon(void)
{
    return EPSILON;
}

// ---- Batch norm ------------------------------------------------------------------------------

// Two passes: subtracting the mean first keeps the small differences that squares would lose.
static void channel_moments(size_t m, size_t c, const float *restrict x, float *restrict mean,
                            float *restrict var)
{
    memset(mean, 0, c * sizeof *mean);
    memset(var, 0, c * sizeof *var);
    for (size_t r = 0; r < m; r++) {
        const float *row = x + r * c;
#pragma omp simd
        for (size_t i = 0; i < c; i++) {
            mean[i] += row[i];
        }
    }
    const float scale = 1.0f / (float)m;
    for (size_t i = 0; i < c; i++) {
        mean[i] *= scale;
    }
    for (size_t r = 0; r < m; r++) {
        const float *row = x + r * c;
#pragma omp simd
        for (size_t i = 0; i < c; i++) {
            const float d = row[i] - mean[i];
            var[i] += d * d;
        }
    }
    for (size_t i = 0; i < c; i++) {
        var[i] *= scale;
    }
}

void ludus_batchnorm_infer(size_t m, size_t c, const float *restrict x, const float *restrict gamma,
                           const float *restrict beta, const float *restrict mean,
                           const float *restrict var, float *restrict y)
{
    for (size_t first = 0; first < c; first += 64) {
        float scale[64], shift[64];
        const size_t width = c - first < 64 ? c - first : 64;
        for (size_t i = 0; i < width; i++) {
            scale[i] = gamma[first + i] / sqrtf(var[first + i] + EPSILON);
            shift[i] = beta[first + i] - mean[first + i] * scale[i];
        }
        for (size_t r = 0; r < m; r++) {
            const float *in = x + r * c + first;
            float *out = y + r * c + first;
#pragma omp simd
            for (size_t i = 0; i < width; i++) {
                out[i] = in[i] * scale[i] + shift[i];
            }
        }
    }
}

void ludus_batchnorm_train(size_t m, size_t c, const float *x, const float *gamma,
                           const float *beta, float *mean, float *var, float *y)
{
    channel_moments(m, c, x, mean, var);
    ludus_batchnorm_infer(m, c, x, gamma, beta, mean, var, y);
}

static void batchnorm_sums(size_t m, size_t c, const float *restrict x, const float *restrict mean,
                           const float *restrict var, const float *restrict dy,
                           float *restrict dgamma, float *restrict dbeta)
{
    memset(dgamma, 0, c * sizeof *dgamma);
    memset(dbeta, 0, c * sizeof *dbeta);
    for (size_t r = 0; r < m; r++) {
        const float *in = x + r * c, *d = dy + r * c;
#pragma omp simd
        for (size_t i = 0; i < c; i++) {
            dbeta[i] += d[i];
            dgamma[i] += d[i] * (in[i] - mean[i]);
        }
    }
    for (size_t i = 0; i < c; i++) {
        dgamma[i] /= sqrtf(var[i] + EPSILON);
    }
}

void ludus_batchnorm_backward(size_t m, size_t c, const float *restrict x,
                              const float *restrict gamma, const float *restrict mean,
                              const float *restrict var, const float *restrict dy, bool add,
                              float *restrict dx, float *restrict dgamma, float *restrict dbeta)
{
    batchnorm_sums(m, c, x, mean, var, dy, dgamma, dbeta);
    const float scale = 1.0f / (float)m;
    for (size_t first = 0; first < c; first += 64) {
        // dx = k1 * dy - k2 * (x - mean) - k3, see Ioffe & Szegedy section 3.
        float k1[64], k2[64], k3[64], mu[64];
        const size_t width = c - first < 64 ? c - first : 64;
        for (size_t i = 0; i < width; i++) {
            const float inverse = 1.0f / sqrtf(var[first + i] + EPSILON);
            k1[i] = gamma[first + i] * inverse;
            k2[i] = k1[i] * inverse * dgamma[first + i] * scale;
            k3[i] = k1[i] * dbeta[first + i] * scale;
            mu[i] = mean[first + i];
        }
        for (size_t r = 0; r < m; r++) {
            const size_t at = r * c + first;
            if (!add) {
                memset(dx + at, 0, width * sizeof *dx);
            }
#pragma omp simd
            for (size_t i = 0; i < width; i++) {
                dx[at + i] += k1[i] * dy[at + i] - k2[i] * (x[at + i] - mu[i]) - k3[i];
            }
        }
    }
}

// ---- Layer norm ------------------------------------------------------------------------------

static void row_moments(size_t count, const float *x, float *mean, float *inverse)
{
    float sum = 0.0f, square = 0.0f;
#pragma omp simd reduction(+ : sum)
    for (size_t i = 0; i < count; i++) {
        sum += x[i];
    }
    const float mu = sum / (float)count;
#pragma omp simd reduction(+ : square)
    for (size_t i = 0; i < count; i++) {
        square += (x[i] - mu) * (x[i] - mu);
    }
    *mean = mu;
    *inverse = 1.0f / sqrtf(square / (float)count + EPSILON);
}

void ludus_layernorm_forward(size_t n, size_t a, size_t c, const float *restrict x,
                             const float *restrict gamma, const float *restrict beta,
                             float *restrict y)
{
    for (size_t r = 0; r < n; r++) {
        float mean, inverse;
        row_moments(a * c, x + r * a * c, &mean, &inverse);
        for (size_t cell = r * a; cell < (r + 1) * a; cell++) {
#pragma omp simd
            for (size_t i = 0; i < c; i++) {
                y[cell * c + i] = (x[cell * c + i] - mean) * inverse * gamma[i] + beta[i];
            }
        }
    }
}

// One row's gradients, but for dx.
static void layernorm_row(size_t a, size_t c, const float *restrict x, const float *restrict gamma,
                          const float *restrict dy, float mean, float inverse,
                          float *restrict dgamma, float *restrict dbeta, float *sum, float *dot)
{
    float s = 0.0f, d = 0.0f;
    for (size_t cell = 0; cell < a; cell++) {
        const float *xs = x + cell * c, *ds = dy + cell * c;
#pragma omp simd reduction(+ : s, d)
        for (size_t i = 0; i < c; i++) {
            const float normal = (xs[i] - mean) * inverse, scaled = ds[i] * gamma[i];
            dbeta[i] += ds[i];
            dgamma[i] += ds[i] * normal;
            s += scaled;
            d += scaled * normal;
        }
    }
    *sum = s / (float)(a * c);
    *dot = d / (float)(a * c);
}

void ludus_layernorm_backward(size_t n, size_t a, size_t c, const float *restrict x,
                              const float *restrict gamma, const float *restrict dy, bool add,
                              float *restrict dx, float *restrict dgamma, float *restrict dbeta)
{
    memset(dgamma, 0, c * sizeof *dgamma);
    memset(dbeta, 0, c * sizeof *dbeta);
    if (!add) {
        memset(dx, 0, n * a * c * sizeof *dx);
    }
    for (size_t r = 0; r < n; r++) {
        float mean, inverse, sum, dot;
        const float *xs = x + r * a * c, *ds = dy + r * a * c;
        row_moments(a * c, xs, &mean, &inverse);
        layernorm_row(a, c, xs, gamma, ds, mean, inverse, dgamma, dbeta, &sum, &dot);
        for (size_t cell = 0; cell < a; cell++) {
            float *to = dx + (r * a + cell) * c;
#pragma omp simd
            for (size_t i = 0; i < c; i++) {
                const float normal = (xs[cell * c + i] - mean) * inverse;
                to[i] += inverse * (ds[cell * c + i] * gamma[i] - sum - normal * dot);
            }
        }
    }
}

// ---- Element by element ----------------------------------------------------------------------

void ludus_relu_forward(size_t count, const float *restrict x, float *restrict y)
{
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        y[i] = x[i] > 0.0f ? x[i] : 0.0f;
    }
}

void ludus_relu_backward(size_t count, const float *restrict y, const float *restrict dy, bool add,
                         float *restrict dx)
{
    if (add) {
#pragma omp simd
        for (size_t i = 0; i < count; i++) {
            dx[i] += y[i] > 0.0f ? dy[i] : 0.0f;
        }
    } else {
#pragma omp simd
        for (size_t i = 0; i < count; i++) {
            dx[i] = y[i] > 0.0f ? dy[i] : 0.0f;
        }
    }
}

void ludus_add_forward(size_t count, const float *restrict x1, const float *restrict x2,
                       float *restrict y)
{
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        y[i] = x1[i] + x2[i];
    }
}

void ludus_copy_backward(size_t count, const float *restrict dy, bool add, float *restrict dx)
{
    if (!add) {
        memcpy(dx, dy, count * sizeof *dx);
        return;
    }
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        dx[i] += dy[i];
    }
}

// ---- Global pooling --------------------------------------------------------------------------

static void pool_max(size_t a, size_t c, const float *restrict row, float *restrict max)
{
    memcpy(max, row, c * sizeof *max);
    for (size_t cell = 1; cell < a; cell++) {
#pragma omp simd
        for (size_t i = 0; i < c; i++) {
            max[i] = row[cell * c + i] > max[i] ? row[cell * c + i] : max[i];
        }
    }
}

void ludus_pool_forward(size_t n, size_t a, size_t c, bool mean_only, const float *restrict x,
                        float *restrict y)
{
    const size_t width = mean_only ? c : 2 * c;
    for (size_t r = 0; r < n; r++) {
        float *mean = y + r * width, *max = mean + c;
        const float *row = x + r * a * c;
        memset(mean, 0, c * sizeof *mean);
        for (size_t cell = 0; cell < a; cell++) {
#pragma omp simd
            for (size_t i = 0; i < c; i++) {
                mean[i] += row[cell * c + i];
            }
        }
        for (size_t i = 0; i < c; i++) {
            mean[i] /= (float)a;
        }
        if (!mean_only) {
            pool_max(a, c, row, max);
        }
    }
}

void ludus_pool_backward(size_t n, size_t a, size_t c, bool mean_only, const float *restrict x,
                         const float *restrict y, const float *restrict dy, bool add,
                         float *restrict dx)
{
    const size_t width = mean_only ? c : 2 * c;
    for (size_t r = 0; r < n; r++) {
        const float *dmean = dy + r * width, *dmax = dmean + c, *max = y + r * width + c;
        const float share = 1.0f / (float)a;
        for (size_t cell = r * a; cell < (r + 1) * a; cell++) {
            float *out = dx + cell * c;
            if (!add) {
                memset(out, 0, c * sizeof *out);
            }
#pragma omp simd
            for (size_t i = 0; i < c; i++) {
                out[i] += dmean[i] * share;
            }
        }
        for (size_t i = 0; !mean_only && i < c; i++) {
            size_t cell = 0; // the first maximum takes it all
            while (x[(r * a + cell) * c + i] < max[i]) {
                cell++;
            }
            dx[(r * a + cell) * c + i] += dmax[i];
        }
    }
}

// ---- Per row and channel ---------------------------------------------------------------------

static float sigmoid(float x)
{
    return 1.0f / (1.0f + expf(-x));
}

#define SCALE_WIDTH 64 // channels at a time

static void sigmoids(size_t count, const float *x, float *y)
{
    for (size_t i = 0; i < count; i++) {
        y[i] = sigmoid(x[i]);
    }
}

void ludus_scale_forward(size_t n, size_t a, size_t c, const float *restrict x,
                         const float *restrict st, float *restrict y)
{
    for (size_t r = 0; r < n; r++) {
        for (size_t first = 0; first < c; first += SCALE_WIDTH) {
            const size_t width = c - first < SCALE_WIDTH ? c - first : SCALE_WIDTH;
            const float *t = st + r * 2 * c + c + first;
            float s[SCALE_WIDTH];
            sigmoids(width, st + r * 2 * c + first, s);
            for (size_t cell = r * a; cell < (r + 1) * a; cell++) {
                const float *in = x + cell * c + first;
                float *out = y + cell * c + first;
#pragma omp simd
                for (size_t i = 0; i < width; i++) {
                    out[i] = in[i] * s[i] + t[i];
                }
            }
        }
    }
}

static void scale_cell(size_t width, const float *restrict x, const float *restrict s,
                       const float *restrict dy, bool add, float *restrict dx, float *restrict ds,
                       float *restrict dt)
{
    if (!add) {
        memset(dx, 0, width * sizeof *dx);
    }
#pragma omp simd
    for (size_t i = 0; i < width; i++) {
        ds[i] += dy[i] * x[i];
        dt[i] += dy[i];
        dx[i] += dy[i] * s[i];
    }
}

void ludus_scale_backward(size_t n, size_t a, size_t c, const float *restrict x,
                          const float *restrict st, const float *restrict dy, bool add,
                          float *restrict dx, bool add_st, float *restrict dst)
{
    for (size_t r = 0; r < n; r++) {
        for (size_t first = 0; first < c; first += SCALE_WIDTH) {
            const size_t width = c - first < SCALE_WIDTH ? c - first : SCALE_WIDTH;
            const size_t begin = r * a * c + first, at = r * 2 * c + first;
            float s[SCALE_WIDTH], ds[SCALE_WIDTH] = {0}, dt[SCALE_WIDTH] = {0};
            sigmoids(width, st + at, s);
            for (size_t cell = 0; cell < a; cell++) {
                scale_cell(width, x + begin + cell * c, s, dy + begin + cell * c, add,
                           dx + begin + cell * c, ds, dt);
            }
            for (size_t i = 0; i < width; i++) {
                float *out = dst + at + i;
                out[0] = (add_st ? out[0] : 0.0f) + ds[i] * s[i] * (1.0f - s[i]);
                out[c] = (add_st ? out[c] : 0.0f) + dt[i];
            }
        }
    }
}

void ludus_bias_forward(size_t n, size_t a, size_t c, const float *restrict x,
                        const float *restrict b, float *restrict y)
{
    for (size_t cell = 0; cell < n * a; cell++) {
        const float *row = b + cell / a * c;
#pragma omp simd
        for (size_t i = 0; i < c; i++) {
            y[cell * c + i] = x[cell * c + i] + row[i];
        }
    }
}

void ludus_bias_backward(size_t n, size_t a, size_t c, const float *restrict dy, bool add_b,
                         float *restrict db)
{
    if (!add_b) {
        memset(db, 0, n * c * sizeof *db);
    }
    for (size_t cell = 0; cell < n * a; cell++) {
        float *row = db + cell / a * c;
#pragma omp simd
        for (size_t i = 0; i < c; i++) {
            row[i] += dy[cell * c + i];
        }
    }
}

void ludus_dropout(size_t count, float p, uint64_t key, const float *x, bool add, float *y)
{
    const uint64_t limit = (uint64_t)((double)p * 16777216.0);
    const float scale = 1.0f / (1.0f - p);
    for (size_t i = 0; i < count; i++) {
        const bool keep = ludus_mix64(key + i) >> 40 >= limit;
        const float v = keep ? x[i] * scale : 0.0f;
        y[i] = add ? y[i] + v : v;
    }
}

// ---- Dueling ---------------------------------------------------------------------------------

void ludus_dueling_forward(size_t n, size_t actions, size_t atoms, const float *restrict v,
                           const float *restrict adv, float *restrict q)
{
    for (size_t r = 0; r < n; r++) {
        for (size_t k = 0; k < atoms; k++) {
            const float *from = adv + r * actions * atoms + k;
            float *to = q + r * actions * atoms + k;
            float mean = 0.0f;
            for (size_t i = 0; i < actions; i++) {
                mean += from[i * atoms] / (float)actions;
            }
            for (size_t i = 0; i < actions; i++) {
                to[i * atoms] = v[r * atoms + k] + from[i * atoms] - mean;
            }
        }
    }
}

void ludus_dueling_backward(size_t n, size_t actions, size_t atoms, const float *restrict dq,
                            bool add_v, float *restrict dv, bool add_adv, float *restrict dadv)
{
    for (size_t r = 0; r < n; r++) {
        for (size_t k = 0; k < atoms; k++) {
            const float *from = dq + r * actions * atoms + k;
            float *to = dadv + r * actions * atoms + k;
            float sum = 0.0f;
            for (size_t i = 0; i < actions; i++) {
                sum += from[i * atoms];
            }
            float *value = dv + r * atoms + k;
            *value = (add_v ? *value : 0.0f) + sum;
            for (size_t i = 0; i < actions; i++) {
                const float d = from[i * atoms] - sum / (float)actions;
                to[i * atoms] = (add_adv ? to[i * atoms] : 0.0f) + d;
            }
        }
    }
}

// ---- Order and rounding ----------------------------------------------------------------------

typedef float four __attribute__((vector_size(16)));

static void transpose_4x4(size_t from_stride, size_t to_stride, const float *from, float *to)
{
    four a[4], b[4];
    for (size_t i = 0; i < 4; i++) {
        memcpy(&a[i], from + i * from_stride, sizeof a[i]);
    }
    b[0] = __builtin_shufflevector(a[0], a[1], 0, 4, 1, 5);
    b[1] = __builtin_shufflevector(a[2], a[3], 0, 4, 1, 5);
    b[2] = __builtin_shufflevector(a[0], a[1], 2, 6, 3, 7);
    b[3] = __builtin_shufflevector(a[2], a[3], 2, 6, 3, 7);
    a[0] = __builtin_shufflevector(b[0], b[1], 0, 1, 4, 5);
    a[1] = __builtin_shufflevector(b[0], b[1], 2, 3, 6, 7);
    a[2] = __builtin_shufflevector(b[2], b[3], 0, 1, 4, 5);
    a[3] = __builtin_shufflevector(b[2], b[3], 2, 3, 6, 7);
    for (size_t i = 0; i < 4; i++) {
        memcpy(to + i * to_stride, &a[i], sizeof a[i]);
    }
}

void ludus_concat_forward(size_t n, size_t k1, size_t k2, const float *x1, const float *x2,
                          float *y)
{
    for (size_t r = 0; r < n; r++) {
        memcpy(y + r * (k1 + k2), x1 + r * k1, k1 * sizeof *y);
        memcpy(y + r * (k1 + k2) + k1, x2 + r * k2, k2 * sizeof *y);
    }
}

void ludus_concat_backward(size_t n, size_t k1, size_t k2, const float *dy, bool add1, float *dx1,
                           bool add2, float *dx2)
{
    for (size_t r = 0; r < n; r++) {
        ludus_copy_backward(k1, dy + r * (k1 + k2), add1, dx1 + r * k1);
        ludus_copy_backward(k2, dy + r * (k1 + k2) + k1, add2, dx2 + r * k2);
    }
}

void ludus_transpose(size_t rows, size_t columns, const float *restrict from, float *restrict to)
{
    const size_t whole_rows = rows / 4 * 4, whole_columns = columns / 4 * 4;
    for (size_t i = 0; i < whole_rows; i += 4) {
        for (size_t k = 0; k < whole_columns; k += 4) {
            transpose_4x4(columns, rows, from + i * columns + k, to + k * rows + i);
        }
    }
    for (size_t i = 0; i < rows; i++) {
        for (size_t k = i < whole_rows ? whole_columns : 0; k < columns; k++) {
            to[k * rows + i] = from[i * columns + k];
        }
    }
}

// Not a number stays one: its lower half, which rounding would carry over, is cut off instead.
static inline uint32_t round_bits(uint32_t bits)
{
    const uint32_t rounded = bits + 0x7fffu + (bits >> 16 & 1u);
    return ((bits & 0x7fffffffu) > 0x7f800000u ? bits | 0x400000u : rounded) & 0xffff0000u;
}

void ludus_round_bf16(size_t count, const float *x, float *y)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, &x[i], sizeof bits);
        bits = round_bits(bits);
        memcpy(&y[i], &bits, sizeof bits);
    }
}

void ludus_to_bf16(size_t count, const float *restrict x, uint16_t *restrict y)
{
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, &x[i], sizeof bits);
        y[i] = (uint16_t)(round_bits(bits) >> 16);
    }
}

void ludus_from_bf16(size_t count, const uint16_t *restrict x, float *restrict y)
{
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        const uint32_t bits = (uint32_t)x[i] << 16;
        memcpy(&y[i], &bits, sizeof bits);
    }
}
