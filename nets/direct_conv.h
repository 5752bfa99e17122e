// Convolutions without padding, f32, for the few channels of small images: the patch of an output
// cell is k runs of k*C neighbouring values, read where they lie. Internal to nets/.
//
// Letters: N rows, H W C source, Ho Wo O destination, k kernel. x [N,H,W,C], y [N,Ho,Wo,O].
// Weights are packed as [O/P][k*k*C][P]; O is a multiple of P = LUDUS_CONV_PANEL.
// Threads: no state.
// Repeat: a cell of y is summed in the same order whatever N is.

#ifndef LUDUS_NETS_DIRECT_CONV_H
#define LUDUS_NETS_DIRECT_CONV_H

#include "base/base.h"

#define LUDUS_CONV_PANEL 16

typedef struct ludus_conv_shape {
    size_t h, w, c;
    size_t ho, wo, o;
    size_t kernel, stride;
} ludus_conv_shape;

// weights: [O,C,k,k].
void ludus_conv_pack(const ludus_conv_shape *s, const float *weights, float *packed);
void ludus_conv_unpack(const ludus_conv_shape *s, const float *packed, float *weights);
// b: [O] or NULL.
void ludus_conv_forward(const ludus_conv_shape *s, size_t n, const float *x, const float *packed,
                        const float *b, bool relu, float *y);
// packed = gradient of the weights; db: [O] or NULL.
void ludus_conv_backward_weights(const ludus_conv_shape *s, size_t n, const float *x,
                                 const float *dy, float *packed, float *db);

#endif
