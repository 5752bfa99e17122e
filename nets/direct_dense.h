// Dense layers straight from plain weights [O,I], f32: nothing to pack before a step and nothing to
// unpack after it, which costs more than the arithmetic where a batch is small. Internal to nets/.
//
// Letters: N rows, I inputs, O outputs. x [N,I], y [N,O], w [O,I], b [O]; no two overlap.
// Threads: no state.
// Repeat: a row of y and of dx is summed in the same order whatever N is.

#ifndef LUDUS_NETS_DIRECT_DENSE_H
#define LUDUS_NETS_DIRECT_DENSE_H

#include "base/base.h"

typedef struct ludus_dense_shape {
    size_t n, i, o;
} ludus_dense_shape;

// y = x w^T + b, or at least zero with relu; b may be NULL.
void ludus_dense_forward(const ludus_dense_shape *s, const float *x, const float *w, const float *b,
                         bool relu, float *y);
// dx = dy w.
void ludus_dense_backward_data(const ludus_dense_shape *s, const float *dy, const float *w,
                               float *dx);
// dw = dy^T x, db = sum of dy's rows; db may be NULL.
void ludus_dense_backward_weights(const ludus_dense_shape *s, const float *x, const float *dy,
                                  float *dw, float *db);

#endif
