#include "nets/direct_dense.h"

#include "nets/vector.h"

#define V LUDUS_LANES

// Twelve sums are in registers at a time, enough to hide the latency of a multiply-add; see
// nets/net_bench_peak.c.

// ---- Forward: dot products along I -----------------------------------------------------------

#define DOT_ROWS 4
#define DOT_OUTPUTS 3
#define ALIAS_FLOATS 1024 // rows a multiple of 4 KiB apart share eight lines of the first cache
#define COPY_FLOATS 2048  // of a row, at most: a copy of DOT_OUTPUTS rows shall fit that cache

// A few rows of w: vector i of row k at w[k * row + i * step].
typedef struct dot_rows {
    const float *w;
    size_t row, step;
} dot_rows;

// y[r,k] for `rows` rows of x and `outputs` rows of w; both are constants at every call.
LUDUS_ALWAYS_INLINE void dot_tile(int rows, int outputs, const ludus_dense_shape *s, const float *x,
                                  const dot_rows *w, const float *b, float floor, float *y)
{
    const size_t count = s->i, whole = count / V * V;
    const float *at = w->w;
    ludus_vector sum[DOT_ROWS][DOT_OUTPUTS] = {{{0}}};
    for (size_t i = 0; i < whole; i += V, at += w->step) {
        ludus_vector wv[DOT_OUTPUTS];
        for (int k = 0; k < outputs; k++) {
            wv[k] = ludus_vector_hold(ludus_vector_load(at + (size_t)k * w->row));
        }
        for (int r = 0; r < rows; r++) {
            const ludus_vector xv = ludus_vector_hold(ludus_vector_load(x + (size_t)r * count + i));
            for (int k = 0; k < outputs; k++) {
                sum[r][k] = ludus_vector_fma(xv, wv[k], sum[r][k]);
            }
        }
    }
    for (int r = 0; r < rows; r++) {
        for (int k = 0; k < outputs; k++) {
            if (whole < count) {
                const size_t rest = count - whole;
                sum[r][k] = ludus_vector_fma(
                    ludus_vector_load_part(x + (size_t)r * count + whole, rest),
                    ludus_vector_load_part(at + (size_t)k * w->row, rest), sum[r][k]);
            }
            const float v = ludus_vector_sum(sum[r][k]) + (b != NULL ? b[k] : 0.0f);
            y[(size_t)r * s->o + (size_t)k] = v > floor ? v : floor;
        }
    }
}

// Whether rows of w would push x's out of the cache, and there are enough of these to copy them
// for.
static bool rows_collide(const ludus_dense_shape *s)
{
    return s->i % ALIAS_FLOATS == 0 && s->i <= COPY_FLOATS && s->n >= (size_t)2 * DOT_ROWS;
}

LUDUS_ALWAYS_INLINE void dot_outputs(int outputs, const ludus_dense_shape *s, const float *x,
                                     const float *w, const float *b, float floor, float *y)
{
    _Alignas(64) float copy[DOT_OUTPUTS * COPY_FLOATS];
    dot_rows from = {.w = w, .row = s->i, .step = V};
    if (rows_collide(s)) {
        float *to = copy;
        for (size_t i = 0; i < s->i; i += V) {
            for (int k = 0; k < outputs; k++, to += V) {
                ludus_vector_store(to, ludus_vector_load(w + (size_t)k * s->i + i));
            }
        }
        from = (dot_rows){.w = copy, .row = V, .step = (size_t)outputs * V};
    }
    size_t r = 0;
    for (; r + DOT_ROWS <= s->n; r += DOT_ROWS) {
        dot_tile(DOT_ROWS, outputs, s, x + r * s->i, &from, b, floor, y + r * s->o);
    }
    for (; r < s->n; r++) {
        dot_tile(1, outputs, s, x + r * s->i, &from, b, floor, y + r * s->o);
    }
}

void ludus_dense_forward(const ludus_dense_shape *s, const float *restrict x,
                         const float *restrict w, const float *restrict b, bool relu,
                         float *restrict y)
{
    const float floor = relu ? 0.0f : -__builtin_inff();
    size_t k = 0;
    for (; k + DOT_OUTPUTS <= s->o; k += DOT_OUTPUTS) {
        dot_outputs(DOT_OUTPUTS, s, x, w + k * s->i, b != NULL ? b + k : NULL, floor, y + k);
    }
    for (; k < s->o; k++) {
        dot_outputs(1, s, x, w + k * s->i, b != NULL ? b + k : NULL, floor, y + k);
    }
}

// ---- Backward: panels of columns -------------------------------------------------------------
// Both gradients are sums over k of a[r,k] * p[k,:] for a few rows r, where p is a panel of PANEL
// columns of a wide matrix, copied out so that its rows lie together.

#define PANEL_VECTORS 4
#define PANEL (PANEL_VECTORS * V)
#define PANEL_ROWS 3
#define PANEL_DEPTH 128 // rows of a panel: 16 KiB with vectors of 8, half of the first cache

// Columns at..at+PANEL of rows 0..depth of m [.,stride]; zeros beyond the last column.
static void copy_panel(const float *m, size_t depth, size_t stride, size_t at, float *panel)
{
    const size_t width = stride - at < PANEL ? stride - at : PANEL;
    for (size_t k = 0; k < depth; k++) {
        const float *from = m + k * stride + at;
        float *to = panel + k * PANEL;
        if (width < PANEL) {
            memset(to, 0, PANEL * sizeof *to);
            memcpy(to, from, width * sizeof *to);
            continue;
        }
        for (int v = 0; v < PANEL_VECTORS; v++) {
            ludus_vector_store(to + v * V, ludus_vector_load(from + v * V));
        }
    }
}

// The left factor: element (r, k) at a[r * row + k * step].
typedef struct factor {
    const float *a;
    size_t row, step;
} factor;

LUDUS_ALWAYS_INLINE void panel_tile(int rows, const factor *f, const float *panel, size_t depth,
                                    bool add, float *out, size_t stride, size_t width)
{
    ludus_vector sum[PANEL_ROWS][PANEL_VECTORS] = {{{0}}};
    for (size_t k = 0; k < depth; k++) {
        ludus_vector a[PANEL_ROWS];
        for (int r = 0; r < rows; r++) {
            a[r] = ludus_vector_all(f->a[(size_t)r * f->row + k * f->step]);
        }
        for (int v = 0; v < PANEL_VECTORS; v++) {
            const ludus_vector p = ludus_vector_hold(ludus_vector_load(panel + k * PANEL + v * V));
            for (int r = 0; r < rows; r++) {
                sum[r][v] = ludus_vector_fma(a[r], p, sum[r][v]);
            }
        }
    }
    for (int r = 0; r < rows; r++) {
        float *to = out + (size_t)r * stride, part[PANEL];
        float *into = width < PANEL ? part : to;
        if (add && width < PANEL) {
            memset(part, 0, sizeof part);
            memcpy(part, to, width * sizeof *to);
        }
        for (int v = 0; v < PANEL_VECTORS; v++) {
            const ludus_vector old = add ? ludus_vector_load(into + v * V) : (ludus_vector){0};
            ludus_vector_store(into + v * V, add ? old + sum[r][v] : sum[r][v]);
        }
        if (width < PANEL) {
            memcpy(to, part, width * sizeof *to);
        }
    }
}

// out[rows, stride] = (or +=, beyond the first depth) f [rows, depth] m [depth, stride]
static void multiply(size_t rows, size_t depth, size_t stride, factor f, const float *m, float *out)
{
    _Alignas(64) float panel[PANEL_DEPTH * PANEL];
    for (size_t at = 0; at < stride; at += PANEL) {
        const size_t width = stride - at < PANEL ? stride - at : PANEL;
        for (size_t k = 0; k < depth; k += PANEL_DEPTH) {
            const size_t part = depth - k < PANEL_DEPTH ? depth - k : PANEL_DEPTH;
            copy_panel(m + k * stride, part, stride, at, panel);
            size_t r = 0;
            for (; r + PANEL_ROWS <= rows; r += PANEL_ROWS) {
                const factor here = {f.a + r * f.row + k * f.step, f.row, f.step};
                panel_tile(PANEL_ROWS, &here, panel, part, k > 0, out + r * stride + at, stride,
                           width);
            }
            const factor last = {f.a + r * f.row + k * f.step, f.row, f.step};
            if (rows - r == 2) {
                panel_tile(2, &last, panel, part, k > 0, out + r * stride + at, stride, width);
            } else if (rows - r == 1) {
                panel_tile(1, &last, panel, part, k > 0, out + r * stride + at, stride, width);
            }
        }
    }
}

void ludus_dense_backward_data(const ludus_dense_shape *s, const float *restrict dy,
                               const float *restrict w, float *restrict dx)
{
    multiply(s->n, s->o, s->i, (factor){dy, s->o, 1}, w, dx);
}

void ludus_dense_backward_weights(const ludus_dense_shape *s, const float *restrict x,
                                  const float *restrict dy, float *restrict dw, float *restrict db)
{
    multiply(s->o, s->n, s->i, (factor){dy, 1, s->o}, x, dw);
    if (db != NULL) {
        ludus_column_sums(s->n, s->o, dy, db);
    }
}
