#include "nets/direct_conv.h"

#include "nets/sparse_conv.h"
#include "nets/vector.h"

#define V LUDUS_LANES
#define PANEL LUDUS_CONV_PANEL
#define PANEL_VECTORS (PANEL / V)
#define TILE (12 / PANEL_VECTORS) // twelve sums in registers, see nets/direct_dense.c
#define BLOCK_FLOATS 6144         // of source and gradient at a time: most of the first cache

// ---- Weights ---------------------------------------------------------------------------------

static size_t depth_of(const ludus_conv_shape *s)
{
    return s->kernel * s->kernel * s->c;
}

static size_t row_in_of(const ludus_conv_shape *s)
{
    return s->h * s->w * s->c;
}

static size_t row_out_of(const ludus_conv_shape *s)
{
    return s->ho * s->wo * s->o;
}

// Place of weight (o, c, t) with t = kh * k + kw.
static size_t packed_place(const ludus_conv_shape *s, size_t o, size_t c, size_t t)
{
    return (o / PANEL * depth_of(s) + t * s->c + c) * PANEL + o % PANEL;
}

void ludus_conv_pack(const ludus_conv_shape *s, const float *weights, float *packed)
{
    const size_t taps = s->kernel * s->kernel;
    for (size_t o = 0; o < s->o; o++) {
        for (size_t c = 0; c < s->c; c++) {
            for (size_t t = 0; t < taps; t++) {
                packed[packed_place(s, o, c, t)] = weights[(o * s->c + c) * taps + t];
            }
        }
    }
}

void ludus_conv_unpack(const ludus_conv_shape *s, const float *packed, float *weights)
{
    const size_t taps = s->kernel * s->kernel;
    for (size_t o = 0; o < s->o; o++) {
        for (size_t c = 0; c < s->c; c++) {
            for (size_t t = 0; t < taps; t++) {
                weights[(o * s->c + c) * taps + t] = packed[packed_place(s, o, c, t)];
            }
        }
    }
}

// ---- Forward ---------------------------------------------------------------------------------

// A walk over the output cells of all rows: the source value where a cell's patch begins.
typedef struct walk {
    const ludus_conv_shape *shape;
    size_t row, h, w; // of the next cell
} walk;

static size_t next_patch(walk *k)
{
    const ludus_conv_shape *s = k->shape;
    const size_t at = ((k->row * s->h + k->h * s->stride) * s->w + k->w * s->stride) * s->c;
    if (++k->w == s->wo) {
        k->w = 0;
        if (++k->h == s->ho) {
            k->h = 0;
            k->row++;
        }
    }
    return at;
}

// y[cell, first..first+PANEL] for `cells` patches.
LUDUS_ALWAYS_INLINE void forward_tile(int cells, const ludus_conv_shape *s,
                                      const float *const *patch, const float *packed,
                                      ludus_vector sum[TILE][PANEL_VECTORS])
{
    const size_t run = s->kernel * s->c;
    for (size_t kh = 0; kh < s->kernel; kh++) {
        const size_t line = kh * s->w * s->c;
        for (size_t i = 0; i < run; i++) {
            ludus_vector w[PANEL_VECTORS];
            for (int v = 0; v < PANEL_VECTORS; v++) {
                w[v] = ludus_vector_hold(ludus_vector_load(packed + v * V));
            }
            packed += PANEL;
            for (int k = 0; k < cells; k++) {
                const ludus_vector x = ludus_vector_hold(ludus_vector_all(patch[k][line + i]));
                for (int v = 0; v < PANEL_VECTORS; v++) {
                    sum[k][v] = ludus_vector_fma(x, w[v], sum[k][v]);
                }
            }
        }
    }
}

LUDUS_ALWAYS_INLINE void forward_cells(int cells, const ludus_conv_shape *s, walk *at,
                                       const float *x, const float *packed, const float *b,
                                       ludus_vector floor, float *y)
{
    ludus_vector sum[TILE][PANEL_VECTORS] = {{{0}}};
    const float *patch[TILE];
    for (int k = 0; k < cells; k++) {
        patch[k] = x + next_patch(at);
    }
    forward_tile(cells, s, patch, packed, sum);
    for (int v = 0; v < PANEL_VECTORS; v++) {
        const ludus_vector bias = b != NULL ? ludus_vector_load(b + v * V) : (ludus_vector){0};
        for (int k = 0; k < cells; k++) {
            const ludus_vector z = ludus_vector_max(sum[k][v] + bias, floor);
            ludus_vector_store(y + (size_t)k * s->o + (size_t)(v * V), z);
        }
    }
}

static void forward_rows(const ludus_conv_shape *s, size_t n, const float *x, const float *packed,
                         const float *b, ludus_vector floor, float *y)
{
    const size_t cells = n * s->ho * s->wo;
    for (size_t o = 0; o < s->o; o += PANEL) {
        const float *weights = packed + o * depth_of(s), *bias = b != NULL ? b + o : NULL;
        walk at = {.shape = s};
        size_t cell = 0;
        for (; cell + TILE <= cells; cell += TILE) {
            forward_cells(TILE, s, &at, x, weights, bias, floor, y + cell * s->o + o);
        }
        for (; cell < cells; cell++) {
            forward_cells(1, s, &at, x, weights, bias, floor, y + cell * s->o + o);
        }
    }
}

void ludus_conv_forward(const ludus_conv_shape *s, size_t n, const float *restrict x,
                        const float *restrict packed, const float *restrict b, bool relu,
                        float *restrict y)
{
    const ludus_vector floor = ludus_vector_all(relu ? 0.0f : -__builtin_inff());
    const size_t row_in = row_in_of(s), row_out = row_out_of(s);
    size_t done = 0; // rows
    for (size_t row = 0; row < n; row++) {
        ludus_sparse_row sparse;
        if (ludus_sparse_row_find(s, x + row * row_in, &sparse)) {
            forward_rows(s, row - done, x + done * row_in, packed, b, floor, y + done * row_out);
            ludus_sparse_conv_forward(s, &sparse, packed, b, relu, y + row * row_out);
            done = row + 1;
        }
    }
    forward_rows(s, n - done, x + done * row_in, packed, b, floor, y + done * row_out);
}

// ---- Backward --------------------------------------------------------------------------------

// Weights i..i+taps of one panel += their sums over the cells of `rows` rows; x begins at
// the first row's value of weight i, dy at its first output of the panel.
LUDUS_ALWAYS_INLINE void backward_tile(int taps, const ludus_conv_shape *s, size_t rows,
                                       const float *x, const float *dy, float *packed)
{
    ludus_vector sum[TILE][PANEL_VECTORS] = {{{0}}};
    const size_t step = s->stride * s->c;
    for (size_t r = 0; r < rows * s->ho; r++) {
        const float *line = x + (r / s->ho * s->h + r % s->ho * s->stride) * s->w * s->c;
        for (size_t w = 0; w < s->wo; w++) {
            ludus_vector d[PANEL_VECTORS];
            for (int v = 0; v < PANEL_VECTORS; v++) {
                d[v] = ludus_vector_hold(ludus_vector_load(dy + v * V));
            }
            dy += s->o;
            for (int t = 0; t < taps; t++) {
                const ludus_vector a = ludus_vector_hold(ludus_vector_all(line[t]));
                for (int v = 0; v < PANEL_VECTORS; v++) {
                    sum[t][v] = ludus_vector_fma(a, d[v], sum[t][v]);
                }
            }
            line += step;
        }
    }
    for (int t = 0; t < taps; t++) {
        for (int v = 0; v < PANEL_VECTORS; v++) {
            float *to = packed + t * PANEL + v * V;
            ludus_vector_store(to, ludus_vector_load(to) + sum[t][v]);
        }
    }
}

// All weights of one panel and one line of the patch.
static void backward_line(const ludus_conv_shape *s, size_t rows, const float *x, const float *dy,
                          float *packed)
{
    const size_t run = s->kernel * s->c;
    size_t i = 0;
    for (; i + TILE <= run; i += TILE) {
        backward_tile(TILE, s, rows, x + i, dy, packed + i * PANEL);
    }
    for (; i + 2 <= run; i += 2) {
        backward_tile(2, s, rows, x + i, dy, packed + i * PANEL);
    }
    for (; i < run; i++) {
        backward_tile(1, s, rows, x + i, dy, packed + i * PANEL);
    }
}

static void backward_rows(const ludus_conv_shape *s, size_t n, const float *x, const float *dy,
                          float *packed)
{
    const size_t row_in = row_in_of(s), row_out = row_out_of(s);
    const size_t fit = BLOCK_FLOATS / (row_in + row_out), block = fit > 0 ? fit : 1;
    for (size_t first = 0; first < n; first += block) {
        const size_t rows = n - first < block ? n - first : block;
        for (size_t o = 0; o < s->o; o += PANEL) {
            for (size_t kh = 0; kh < s->kernel; kh++) {
                backward_line(s, rows, x + first * row_in + kh * s->w * s->c,
                              dy + first * row_out + o,
                              packed + o * depth_of(s) + kh * s->kernel * s->c * PANEL);
            }
        }
    }
}

void ludus_conv_backward_weights(const ludus_conv_shape *s, size_t n, const float *restrict x,
                                 const float *restrict dy, float *restrict packed,
                                 float *restrict db)
{
    const size_t row_in = row_in_of(s), row_out = row_out_of(s);
    size_t done = 0; // rows
    memset(packed, 0, s->o * depth_of(s) * sizeof *packed);
    for (size_t row = 0; row < n; row++) {
        ludus_sparse_row sparse;
        if (ludus_sparse_row_find(s, x + row * row_in, &sparse)) {
            backward_rows(s, row - done, x + done * row_in, dy + done * row_out, packed);
            ludus_sparse_conv_backward_weights(s, &sparse, dy + row * row_out, packed);
            done = row + 1;
        }
    }
    backward_rows(s, n - done, x + done * row_in, dy + done * row_out, packed);
    if (db != NULL) {
        ludus_column_sums(n * s->ho * s->wo, s->o, dy, db);
    }
}
