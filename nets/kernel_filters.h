// Filters between the plain layout of nets, [O,C,k,k], and what kernels want of them; and the pass
// that ends a kernel whose primitive cannot add bias, residual and ReLU. Internal to nets/.
//
// Letters: O outputs, C inputs, C' = c_stored inputs with zeros after C, k kernel size.
// Threads: no state.

#ifndef LUDUS_NETS_KERNEL_FILTERS_H
#define LUDUS_NETS_KERNEL_FILTERS_H

#include "nets/kernel.h"

// The same sums as a longer row of cells, for 1x1 kernels; others as they are.
ludus_kernel_desc ludus_kernel_flattened(const ludus_kernel_desc *desc);

// [O,C,k,k] to [C',O,k,k] with each filter turned by 180 degrees.
void ludus_filters_turn(const ludus_kernel_desc *d, const float *weights, float *out);
// [O,C,k,k] to [O,C',k,k] and back.
void ludus_filters_pad(const ludus_kernel_desc *d, const float *weights, float *padded);
void ludus_filters_unpad(const ludus_kernel_desc *d, const float *padded, float *weights);
// [O,C',k,k] in units of scale [O], rounded and kept within +-limit.
void ludus_filters_round(const ludus_kernel_desc *d, const float *padded, const float *scale,
                         int32_t limit, int8_t *out);
// dst = [relu](dst [+ residual] + bias) for f32 rows of d->o channels at stride 1; bias: [O].
void ludus_kernel_finish(const ludus_kernel_desc *d, const float *bias, const float *residual,
                         float *dst);

#endif
