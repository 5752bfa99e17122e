// The layers that are not matrix products, forward and backward, on channels-last values.
// Internal to nets/.
//
// Letters: M cells of a batch (N*H*W), A cells of one row (H*W), N rows = M/A, C channels.
// x, y: values [M,C]; dx, dy: their gradients. Backward functions add to dx when `add` is set and
// write it otherwise, because a value with several readers collects its gradient from each.
//
// Threads: no state. Repeat: sums run in one fixed order.

#ifndef LUDUS_NETS_LAYER_H
#define LUDUS_NETS_LAYER_H

#include "base/base.h"

// Batch norm (Ioffe & Szegedy 2015) over the M cells; eps = 1e-5. mean, var: [C], written.
void ludus_batchnorm_train(size_t m, size_t c, const float *x, const float *gamma,
                           const float *beta, float *mean, float *var, float *y);
// With given statistics.
void ludus_batchnorm_infer(size_t m, size_t c, const float *x, const float *gamma,
                           const float *beta, const float *mean, const float *var, float *y);
// dgamma, dbeta: [C], written. dx may not be dy.
void ludus_batchnorm_backward(size_t m, size_t c, const float *x, const float *gamma,
                              const float *mean, const float *var, const float *dy, bool add,
                              float *dx, float *dgamma, float *dbeta);
float ludus_batchnorm_epsilon(void);

// Layer norm (Ba et al. 2016) over the A*C features of each row; gamma, beta: [C]. eps = 1e-5.
void ludus_layernorm_forward(size_t n, size_t a, size_t c, const float *x, const float *gamma,
                             const float *beta, float *y);
void ludus_layernorm_backward(size_t n, size_t a, size_t c, const float *x, const float *gamma,
                              const float *dy, bool add, float *dx, float *dgamma, float *dbeta);

void ludus_relu_forward(size_t count, const float *x, float *y);
void ludus_relu_backward(size_t count, const float *y, const float *dy, bool add, float *dx);

void ludus_add_forward(size_t count, const float *x1, const float *x2, float *y);
void ludus_copy_backward(size_t count, const float *dy, bool add, float *dx);

// y: [N,C] means, or [N,2C] means then maxima.
void ludus_pool_forward(size_t n, size_t a, size_t c, bool mean_only, const float *x, float *y);
void ludus_pool_backward(size_t n, size_t a, size_t c, bool mean_only, const float *x,
                         const float *y, const float *dy, bool add, float *dx);

// y = x * sigmoid(s) + t per row and channel; st: [N,2C] = s then t.
void ludus_scale_forward(size_t n, size_t a, size_t c, const float *x, const float *st, float *y);
void ludus_scale_backward(size_t n, size_t a, size_t c, const float *x, const float *st,
                          const float *dy, bool add, float *dx, bool add_st, float *dst);

// y = x + b per row and channel; b: [N,C].
void ludus_bias_forward(size_t n, size_t a, size_t c, const float *x, const float *b, float *y);
void ludus_bias_backward(size_t n, size_t a, size_t c, const float *dy, bool add_b, float *db);

// Inverted dropout: kept values are scaled by 1/(1-p). The mask follows from `key` alone, so
// forward and backward agree without storing it. In place or not.
void ludus_dropout(size_t count, float p, uint64_t key, const float *x, bool add, float *y);

// q[a,k] = v[k] + adv[a,k] - mean over a of adv[a,k] (Wang et al. 2016, eq. 9).
void ludus_dueling_forward(size_t n, size_t actions, size_t atoms, const float *v, const float *adv,
                           float *q);
void ludus_dueling_backward(size_t n, size_t actions, size_t atoms, const float *dq, bool add_v,
                            float *dv, bool add_adv, float *dadv);

// y: [N,K1+K2] = rows of x1 [N,K1] and x2 [N,K2] side by side.
void ludus_concat_forward(size_t n, size_t k1, size_t k2, const float *x1, const float *x2,
                          float *y);
void ludus_concat_backward(size_t n, size_t k1, size_t k2, const float *dy, bool add1, float *dx1,
                           bool add2, float *dx2);

// from: [rows,columns], to: [columns,rows]; they do not overlap.
void ludus_transpose(size_t rows, size_t columns, const float *from, float *to);

// Rounds to the nearest bf16 value, ties to even. In place or not.
void ludus_round_bf16(size_t count, const float *x, float *y);
// The same to and from bf16 itself, the upper half of a float. They do not overlap.
void ludus_to_bf16(size_t count, const float *x, uint16_t *y);
void ludus_from_bf16(size_t count, const uint16_t *x, float *y);

#endif
