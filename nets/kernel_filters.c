#include "nets/kernel_filters.h"

#include <math.h>
#include <string.h>

// A 1x1 convolution does not see neighbours: rows and cells become one long row of cells.
ludus_kernel_desc ludus_kernel_flattened(const ludus_kernel_desc *desc)
{
    ludus_kernel_desc d = *desc;
    if (d.kernel == 1 && d.stride == 1 && d.pad == 0) {
        d.w = d.n * d.h * d.w;
        d.n = 1;
        d.h = 1;
    }
    return d;
}

// [O,C,k,k] to [C',O,k,k] with the filter turned by 180 degrees; C' = c_stored, zeros after C.
void ludus_filters_turn(const ludus_kernel_desc *d, const float *weights, float *out)
{
    const size_t area = (size_t)(d->kernel * d->kernel);
    memset(out, 0, (size_t)d->o * (size_t)d->c_stored * area * sizeof *out);
    for (size_t o = 0; o < (size_t)d->o; o++) {
        for (size_t c = 0; c < (size_t)d->c; c++) {
            const float *from = weights + (o * (size_t)d->c + c) * area;
            float *to = out + (c * (size_t)d->o + o) * area;
            for (size_t i = 0; i < area; i++) {
                to[i] = from[area - 1 - i];
            }
        }
    }
}

// Between [O,C,k,k] and [O,C',k,k]; C' = c_stored.
void ludus_filters_pad(const ludus_kernel_desc *d, const float *weights, float *padded)
{
    const size_t row = (size_t)(d->c * d->kernel * d->kernel);
    const size_t padded_row = (size_t)(d->c_stored * d->kernel * d->kernel);
    memset(padded, 0, (size_t)d->o * padded_row * sizeof *padded);
    for (size_t o = 0; o < (size_t)d->o; o++) {
        memcpy(padded + o * padded_row, weights + o * row, row * sizeof *weights);
    }
}

void ludus_filters_unpad(const ludus_kernel_desc *d, const float *padded, float *weights)
{
    const size_t row = (size_t)(d->c * d->kernel * d->kernel);
    const size_t padded_row = (size_t)(d->c_stored * d->kernel * d->kernel);
    for (size_t o = 0; o < (size_t)d->o; o++) {
        memcpy(weights + o * row, padded + o * padded_row, row * sizeof *weights);
    }
}

void ludus_filters_round(const ludus_kernel_desc *d, const float *padded, const float *scale,
                         int32_t limit, int8_t *out)
{
    const size_t per_output = (size_t)(d->c_stored * d->kernel * d->kernel);
    for (size_t i = 0; i < (size_t)d->o * per_output; i++) {
        const float q = rintf(padded[i] / scale[i / per_output]);
        out[i] = (int8_t)fmaxf(-(float)limit, fminf((float)limit, q));
    }
}

// Bias, residual and ReLU after a swapped forward pass: dst = [relu](dst [+ residual] + bias).
void ludus_kernel_finish(const ludus_kernel_desc *d, const float *restrict bias,
                         const float *restrict residual, float *restrict dst)
{
    const size_t rows = (size_t)d->n * (size_t)d->h * (size_t)d->w;
    const int32_t channels = d->o;
    const float floor = d->fuse_relu ? 0.0f : -INFINITY;
    for (size_t r = 0; r < rows; r++) {
        float *x = dst + r * (size_t)channels;
        const float *add = residual != NULL ? residual + r * (size_t)channels : NULL;
        if (add != NULL) {
#pragma omp simd
            for (int32_t i = 0; i < channels; i++) {
                const float v = x[i] + bias[i] + add[i];
                x[i] = v > floor ? v : floor;
            }
        } else {
#pragma omp simd
            for (int32_t i = 0; i < channels; i++) {
                const float v = x[i] + bias[i];
                x[i] = v > floor ? v : floor;
            }
        }
    }
}
