#include "nets/sparse_conv.h"

#include "nets/vector.h"

#define V LUDUS_LANES
#define PANEL LUDUS_CONV_PANEL

// A value costs a load and a store for each of its multiply-adds here, which the dense loop saves.
#define LEAST_ZEROS_PER_VALUE 3

bool ludus_sparse_row_find(const ludus_conv_shape *s, const float *x, ludus_sparse_row *row)
{
    const size_t size = s->h * s->w * s->c, fit = size / (1 + LEAST_ZEROS_PER_VALUE),
                 most = fit < LUDUS_SPARSE_MOST ? fit : LUDUS_SPARSE_MOST;
    if (s->stride != 1) {
        return false;
    }
    row->x = x;
    row->count = 0;
    for (size_t at = 0; at < size; at += V) {
        const ludus_vector v =
            size - at < V ? ludus_vector_load_part(x + at, size - at) : ludus_vector_load(x + at);
        for (uint32_t lanes = ludus_vector_nonzeros(v); lanes != 0; lanes &= lanes - 1) {
            if (row->count == most) {
                return false;
            }
            row->place[row->count++] = (uint32_t)at + (uint32_t)__builtin_ctz(lanes);
        }
    }
    return true;
}

// The patches that hold one value: the last of their output cells, and those before it.
typedef struct reach {
    size_t cell;           // the last one, h * Wo + w
    size_t lines, columns; // of cells, the last one's included
    size_t weight;         // that meets the value in the last cell's patch: index into [k*k*C]
} reach;

// Along one side: the last output whose patch holds position `at`, and how many up to it do.
static size_t outputs_back(size_t at, size_t outputs, size_t kernel, size_t *last)
{
    *last = at < outputs ? at : outputs - 1;
    const size_t skipped = at - *last, room = *last + 1;
    return kernel - skipped < room ? kernel - skipped : room;
}

static reach reach_of(const ludus_conv_shape *s, uint32_t place)
{
    const uint32_t cell = place / (uint32_t)s->c, h = cell / (uint32_t)s->w;
    const size_t w = cell - h * (uint32_t)s->w, c = place - cell * (uint32_t)s->c;
    size_t last_h, last_w;
    reach r;
    r.lines = outputs_back(h, s->ho, s->kernel, &last_h);
    r.columns = outputs_back(w, s->wo, s->kernel, &last_w);
    r.cell = last_h * s->wo + last_w;
    r.weight = ((h - last_h) * s->kernel + (w - last_w)) * s->c + c;
    return r;
}

// Steps between the panels of neighbouring patches: their cells in y or dy, or their weights.
typedef struct steps {
    ptrdiff_t line, column;
} steps;

// to[0..PANEL] += a * from[0..PANEL] in each of the patches.
static void spread(const reach *r, float a, const float *from, steps f, float *to, steps t)
{
    const ludus_vector all = ludus_vector_all(a);
    for (ptrdiff_t line = 0; line < (ptrdiff_t)r->lines; line++) {
        for (ptrdiff_t column = 0; column < (ptrdiff_t)r->columns; column++) {
            const float *term = from + line * f.line + column * f.column;
            float *sum = to + line * t.line + column * t.column;
            for (size_t v = 0; v < PANEL; v += V) {
                ludus_vector_store(sum + v, ludus_vector_fma(all, ludus_vector_load(term + v),
                                                             ludus_vector_load(sum + v)));
            }
        }
    }
}

// From the last cell backwards.
static steps cell_steps(const ludus_conv_shape *s)
{
    return (steps){-(ptrdiff_t)(s->wo * s->o), -(ptrdiff_t)s->o};
}

// From a value's weights in the last cell onwards.
static steps weight_steps(const ludus_conv_shape *s)
{
    return (steps){(ptrdiff_t)(s->kernel * s->c * PANEL), (ptrdiff_t)(s->c * PANEL)};
}

// y[cell] = max(y[cell] + b, floor) for one panel.
static void finish(const ludus_conv_shape *s, const float *b, ludus_vector floor, float *y)
{
    for (size_t v = 0; v < PANEL; v += V) {
        const ludus_vector bias = b != NULL ? ludus_vector_load(b + v) : (ludus_vector){0};
        for (size_t cell = 0; cell < s->ho * s->wo; cell++) {
            float *to = y + cell * s->o + v;
            ludus_vector_store(to, ludus_vector_max(ludus_vector_load(to) + bias, floor));
        }
    }
}

void ludus_sparse_conv_forward(const ludus_conv_shape *s, const ludus_sparse_row *row,
                               const float *restrict packed, const float *restrict b, bool relu,
                               float *restrict y)
{
    const ludus_vector floor = ludus_vector_all(relu ? 0.0f : -__builtin_inff());
    const size_t depth = s->kernel * s->kernel * s->c;
    memset(y, 0, s->ho * s->wo * s->o * sizeof *y);
    for (size_t i = 0; i < row->count; i++) {
        const reach r = reach_of(s, row->place[i]);
        for (size_t o = 0; o < s->o; o += PANEL) {
            spread(&r, row->x[row->place[i]], packed + o * depth + r.weight * PANEL,
                   weight_steps(s), y + r.cell * s->o + o, cell_steps(s));
        }
    }
    for (size_t o = 0; o < s->o; o += PANEL) {
        finish(s, b != NULL ? b + o : NULL, floor, y + o);
    }
}

void ludus_sparse_conv_backward_weights(const ludus_conv_shape *s, const ludus_sparse_row *row,
                                        const float *restrict dy, float *restrict packed)
{
    const size_t depth = s->kernel * s->kernel * s->c;
    for (size_t i = 0; i < row->count; i++) {
        const reach r = reach_of(s, row->place[i]);
        for (size_t o = 0; o < s->o; o += PANEL) {
            spread(&r, row->x[row->place[i]], dy + r.cell * s->o + o, cell_steps(s),
                   packed + o * depth + r.weight * PANEL, weight_steps(s));
        }
    }
}
