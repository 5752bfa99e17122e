// Losses on head outputs and their gradients. Internal to nets/.
//
// Each function takes n rows, returns the sum of the rows' weighted losses and writes the gradient
// of (scale * that sum) into dlogits. weight: [n] or NULL = all 1.
// Threads: no state. Repeat: sums run in row order, in double.

#ifndef LUDUS_NETS_LOSS_H
#define LUDUS_NETS_LOSS_H

#include "base/base.h"

typedef struct ludus_loss_rows {
    size_t n;            // rows
    size_t k;            // outputs per row
    const float *logits; // [n,k]
    const float *target; // [n,k], or as each function says
    const float *weight; // [n] or NULL
    float scale;         // of the gradient: loss weight / rows of the whole batch
    float *dlogits;      // [n,k], written
} ludus_loss_rows;

// -sum t log softmax(z). Rows whose target is all zero count nothing.
double ludus_loss_cross_entropy(const ludus_loss_rows *rows);
// Sigmoid cross-entropy per output, target in 0..1, averaged over the k outputs.
double ludus_loss_sigmoid(const ludus_loss_rows *rows);
// (z - t)^2 and Huber with delta 1, summed over the outputs.
double ludus_loss_mse(const ludus_loss_rows *rows);
double ludus_loss_huber(const ludus_loss_rows *rows);

// Q heads: k = actions * atoms; only the taken action's atoms learn. td_error: [n] or NULL.
typedef struct ludus_loss_actions {
    size_t atoms;
    const int32_t *action; // [n]
    float *td_error;       // |target - prediction|: mean over atoms, or the loss itself for
                           // distributions
} ludus_loss_actions;
// target [n]: scalar Q, Huber or MSE.
double ludus_loss_q_scalar(const ludus_loss_rows *rows, const ludus_loss_actions *a, bool huber);
// target [n,atoms]: a distribution over the atoms (Bellemare et al. 2017).
double ludus_loss_q_categorical(const ludus_loss_rows *rows, const ludus_loss_actions *a);
// target [n,atoms]: samples of the return; quantile Huber, kappa 1 (Dabney et al. 2018, eq. 10),
// summed over predicted quantiles, averaged over targets.
double ludus_loss_q_quantile(const ludus_loss_rows *rows, const ludus_loss_actions *a);

#endif
