// Plain reference of every layer, forward and backward, in double: naive loops, one formula a line,
// no regard for speed. The oracle of nets/layer.h, and the parts of nets/net_reference.h.
// Internal to nets/ and the tests.
//
// Letters: N rows, A cells of a row (H*W), M cells of a batch (N*A), C channels, O outputs.
// Layout: channels-last as in nets/layer.h. Backward functions add to dx and to parameter
// gradients; the caller zeroes them first.
// Threads: no state.

#ifndef LUDUS_NETS_LAYER_REF_H
#define LUDUS_NETS_LAYER_REF_H

#include "base/base.h"

typedef struct ludus_ref_conv {
    size_t n, h, w, c; // source
    size_t ho, wo, o;  // destination
    size_t kernel, stride, pad;
} ludus_ref_conv;

// x: [N,H,W,C]; weight: [O,C,k,k]; bias: [O] or NULL; y: [N,Ho,Wo,O].
void ludus_ref_conv_forward(const ludus_ref_conv *s, const double *x, const double *weight,
                            const double *bias, double *y);
// dx or dbias may be NULL when nobody asks for them.
void ludus_ref_conv_backward(const ludus_ref_conv *s, const double *x, const double *weight,
                             const double *dy, double *dx, double *dweight, double *dbias);

// weight: [O, C*A] in PyTorch's order, input feature = channel * A + cell.
void ludus_ref_dense_forward(size_t n, size_t a, size_t c, size_t o, const double *x,
                             const double *weight, const double *bias, double *y);
void ludus_ref_dense_backward(size_t n, size_t a, size_t c, size_t o, const double *x,
                              const double *weight, const double *dy, double *dx, double *dweight,
                              double *dbias);

// Mean and biased variance of each channel over the M cells.
void ludus_ref_moments(size_t m, size_t c, const double *x, double *mean, double *var);
void ludus_ref_batchnorm_forward(size_t m, size_t c, const double *x, const double *gamma,
                                 const double *beta, const double *mean, const double *var,
                                 double *y);
// mean and var are x's own.
void ludus_ref_batchnorm_backward(size_t m, size_t c, const double *x, const double *gamma,
                                  const double *mean, const double *var, const double *dy,
                                  double *dx, double *dgamma, double *dbeta);

void ludus_ref_layernorm_forward(size_t n, size_t a, size_t c, const double *x, const double *gamma,
                                 const double *beta, double *y);
void ludus_ref_layernorm_backward(size_t n, size_t a, size_t c, const double *x,
                                  const double *gamma, const double *dy, double *dx, double *dgamma,
                                  double *dbeta);

void ludus_ref_relu_forward(size_t count, const double *x, double *y);
void ludus_ref_relu_backward(size_t count, const double *x, const double *dy, double *dx);

void ludus_ref_pool_forward(size_t n, size_t a, size_t c, bool mean_only, const double *x,
                            double *y);
void ludus_ref_pool_backward(size_t n, size_t a, size_t c, bool mean_only, const double *x,
                             const double *dy, double *dx);

void ludus_ref_scale_forward(size_t n, size_t a, size_t c, const double *x, const double *st,
                             double *y);
void ludus_ref_scale_backward(size_t n, size_t a, size_t c, const double *x, const double *st,
                              const double *dy, double *dx, double *dst);

void ludus_ref_bias_forward(size_t n, size_t a, size_t c, const double *x, const double *b,
                            double *y);
void ludus_ref_bias_backward(size_t n, size_t a, size_t c, const double *dy, double *dx,
                             double *db);

// Keeps x[i] when the top 24 bits of mix64(key + i) are at least p * 2^24. Linear: also backward.
void ludus_ref_dropout(size_t count, double p, uint64_t key, const double *x, bool add, double *y);

void ludus_ref_dueling_forward(size_t n, size_t actions, size_t atoms, const double *v,
                               const double *adv, double *q);
void ludus_ref_dueling_backward(size_t n, size_t actions, size_t atoms, const double *dq,
                                double *dv, double *dadv);

#endif
