#include "envs/plane_resize.h"

#include <math.h>
#include <string.h>

#define ONE 16384 // a weight of 1

// Output i of an axis is the sum of `count` inputs from `start` on, times weights that sum to ONE.
typedef struct axis {
    int32_t from, to; // pixels
    int32_t taps;     // weights held per output
    int32_t *start;   // [to]
    int32_t *count;   // [to]
    int32_t *weight;  // [to,taps]
} axis;

struct ludus_plane_resize {
    axis vertical, horizontal;
};

static int32_t max_taps(int32_t from, int32_t to)
{
    return from > to ? from / to + 2 : 2;
}

static double overlap(double a0, double a1, double b0, double b1)
{
    return fmax(0.0, fmin(a1, b1) - fmax(a0, b0));
}

// The exact weights of output i; returns how many and where they start.
static int32_t area_weights(const axis *a, int32_t i, int32_t *start, double *weight)
{
    const double scale = (double)a->from / a->to;
    const double low = i * scale;
    const double high = low + scale;
    int32_t count = 0;
    *start = (int32_t)floor(low);
    for (int32_t k = *start; k < a->from && k < high && count < a->taps; k++) {
        weight[count++] = overlap(low, high, k, k + 1) / scale;
    }
    return count;
}

static int32_t bilinear_weights(const axis *a, int32_t i, int32_t *start, double *weight)
{
    const double scale = (double)a->from / a->to;
    const double centre = fmin(fmax((i + 0.5) * scale - 0.5, 0.0), a->from - 1);
    *start = (int32_t)floor(centre);
    weight[0] = 1.0 - (centre - *start);
    weight[1] = centre - *start;
    return *start + 1 < a->from ? 2 : 1;
}

// Rounds so that the sum is ONE: what is missing goes to the heaviest.
static void round_weights(const double *exact, int32_t count, int32_t *weight)
{
    int32_t sum = 0;
    int32_t heaviest = 0;
    for (int32_t k = 0; k < count; k++) {
        weight[k] = (int32_t)lround(exact[k] * ONE);
        sum += weight[k];
        heaviest = weight[k] > weight[heaviest] ? k : heaviest;
    }
    weight[heaviest] += ONE - sum;
}

static void fill_axis(axis *a, ludus_resize method, double *exact)
{
    const bool is_area = method == LUDUS_RESIZE_AREA && a->from > a->to;
    for (int32_t i = 0; i < a->to; i++) {
        a->count[i] = is_area ? area_weights(a, i, &a->start[i], exact)
                              : bilinear_weights(a, i, &a->start[i], exact);
        round_weights(exact, a->count[i], a->weight + i * a->taps);
    }
}

// Lays the axis out in the block at `ints`; returns the next free place.
static int32_t *place_axis(axis *a, int32_t from, int32_t to, int32_t *ints)
{
    a->from = from;
    a->to = to;
    a->taps = max_taps(from, to);
    a->start = ints;
    a->count = a->start + to;
    a->weight = a->count + to;
    return a->weight + (size_t)to * (size_t)a->taps;
}

ludus_plane_resize *ludus_plane_resize_create(const int32_t from[2], const int32_t to[2],
                                              ludus_resize method)
{
    size_t ints = 0;
    int32_t most = 0;
    for (int i = 0; i < 2; i++) {
        const int32_t taps = max_taps(from[i], to[i]);
        ints += (size_t)to[i] * (size_t)(2 + taps);
        most = taps > most ? taps : most;
    }
    ludus_plane_resize *resize = ludus_alloc(1, sizeof(*resize) + ints * sizeof(int32_t));
    double *exact = ludus_alloc((size_t)most, sizeof(*exact));
    if (resize == NULL || exact == NULL) {
        ludus_free(resize);
        ludus_free(exact);
        return NULL;
    }
    int32_t *next = (int32_t *)(void *)(resize + 1);
    next = place_axis(&resize->vertical, from[0], to[0], next);
    place_axis(&resize->horizontal, from[1], to[1], next);
    fill_axis(&resize->vertical, method, exact);
    fill_axis(&resize->horizontal, method, exact);
    ludus_free(exact);
    return resize;
}

#define ROW_BLOCK 128 // columns summed at a time

// One output row: the weighted sum of whole input rows.
static void blend_rows(const axis *a, int32_t i, const uint8_t *restrict in, int32_t width,
                       uint8_t *restrict out)
{
    const int32_t *weight = a->weight + i * a->taps;
    const uint8_t *first = in + (size_t)a->start[i] * (size_t)width;
    for (int32_t x0 = 0; x0 < width; x0 += ROW_BLOCK) {
        const int32_t n = width - x0 < ROW_BLOCK ? width - x0 : ROW_BLOCK;
        int32_t sum[ROW_BLOCK];
        for (int32_t x = 0; x < n; x++) {
            sum[x] = ONE / 2;
        }
        for (int32_t k = 0; k < a->count[i]; k++) {
            const uint8_t *row = first + (size_t)k * (size_t)width + x0;
            for (int32_t x = 0; x < n; x++) {
                sum[x] += weight[k] * row[x];
            }
        }
        for (int32_t x = 0; x < n; x++) {
            out[x0 + x] = (uint8_t)(sum[x] / ONE);
        }
    }
}

static void blend_columns(const axis *a, const uint8_t *restrict row, uint8_t *restrict out)
{
    for (int32_t i = 0; i < a->to; i++) {
        const int32_t *weight = a->weight + i * a->taps;
        const uint8_t *first = row + a->start[i];
        int32_t sum = ONE / 2;
        for (int32_t k = 0; k < a->count[i]; k++) {
            sum += weight[k] * first[k];
        }
        out[i] = (uint8_t)(sum / ONE);
    }
}

void ludus_plane_resize_run(const ludus_plane_resize *resize, const uint8_t *in, uint8_t *row,
                            uint8_t *out)
{
    const axis *v = &resize->vertical;
    const axis *h = &resize->horizontal;
    for (int32_t y = 0; y < v->to; y++) {
        blend_rows(v, y, in, h->from, row);
        blend_columns(h, row, out + (size_t)y * (size_t)h->to);
    }
}
