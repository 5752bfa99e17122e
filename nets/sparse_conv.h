// Unpadded convolutions of images that are mostly zeros, such as MinAtar's planes of bits: the sums
// of nets/direct_conv.h over the values that are there, in the same order. Adding nothing changes
// no sum, so a forward result has the same bits as the dense loop's (with finite weights); the
// weights' gradient is summed row by row, not in blocks of rows, and may differ in the last bits.
// Internal to nets/.
//
// Letters, layouts and packed weights as in nets/direct_conv.h; one row at a time, stride 1.
// Threads: no state.

#ifndef LUDUS_NETS_SPARSE_CONV_H
#define LUDUS_NETS_SPARSE_CONV_H

#include "nets/direct_conv.h"

#define LUDUS_SPARSE_MOST 256 // values of a row that may differ from zero

// The values of one row that differ from zero; x is borrowed.
typedef struct ludus_sparse_row {
    const float *x;
    size_t count;
    uint32_t place[LUDUS_SPARSE_MOST]; // indices into x [H,W,C], ascending
} ludus_sparse_row;

// Whether the shape and the row are such that the calls below are the faster ones; only then `row`
// is filled.
bool ludus_sparse_row_find(const ludus_conv_shape *s, const float *x, ludus_sparse_row *row);
// b: [O] or NULL.
void ludus_sparse_conv_forward(const ludus_conv_shape *s, const ludus_sparse_row *row,
                               const float *packed, const float *b, bool relu, float *y);
// packed += gradient of the weights.
void ludus_sparse_conv_backward_weights(const ludus_conv_shape *s, const ludus_sparse_row *row,
                                        const float *dy, float *packed);

#endif
