#include "training_rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "nets/net_reference.h"
#include "nets/noise.h"
#include "sample_nets.h"

static void to_distribution(float *x, size_t k)
{
    float sum = 0.0f;
    for (size_t i = 0; i < k; i++) {
        x[i] = fabsf(x[i]) + 0.01f;
        sum += x[i];
    }
    for (size_t i = 0; i < k; i++) {
        x[i] /= sum;
    }
}

void training_rows_make(const ludus_net *net, training_rows *r)
{
    const ludus_net_desc *d = ludus_net_describe(net);
    memset(&r->batch, 0, sizeof r->batch);
    sample_fill(r->in, TRAINING_MAX_INPUT, 11);
    r->batch.in = r->in;
    for (int32_t h = 0; h < d->num_heads; h++) {
        sample_fill(r->target[h], TRAINING_MAX_OUTPUT, 12 + (uint64_t)h);
        const ludus_head_kind kind = d->heads[h].kind;
        const bool is_q = kind == LUDUS_HEAD_Q;
        const size_t k = is_q ? (size_t)d->heads[h].atoms : ludus_net_head_outputs(net, h);
        for (size_t n = 0; n < TRAINING_ROWS; n++) {
            if (kind == LUDUS_HEAD_POLICY || kind == LUDUS_HEAD_WDL || (is_q && k > 1)) {
                to_distribution(r->target[h] + n * k, k);
            }
        }
        for (size_t i = 0; kind == LUDUS_HEAD_PLANES && i < TRAINING_ROWS * k; i++) {
            r->target[h][i] = 0.5f + 0.5f * r->target[h][i];
        }
        r->batch.target[h] = r->target[h];
    }
    for (int32_t n = 0; n < TRAINING_ROWS; n++) {
        r->action[n] = n % 3;
        r->weight[n] = 0.5f + 0.1f * (float)n;
    }
    r->batch.action = r->action;
    r->batch.weight = r->weight;
}

static double log_sum_exp(const double *z, size_t k)
{
    double sum = 0.0;
    for (size_t i = 0; i < k; i++) {
        sum += exp(z[i]);
    }
    return log(sum);
}

static double cross_entropy(const double *z, const float *t, size_t k)
{
    double loss = 0.0;
    for (size_t i = 0; i < k; i++) {
        loss += (double)t[i] * (log_sum_exp(z, k) - z[i]);
    }
    return loss;
}

static double huber(double d)
{
    return fabs(d) <= 1.0 ? 0.5 * d * d : fabs(d) - 0.5;
}

static double quantile(const double *z, const float *t, size_t k)
{
    double loss = 0.0;
    for (size_t i = 0; i < k; i++) {
        for (size_t j = 0; j < k; j++) {
            const double d = (double)t[j] - z[i], tau = ((double)i + 0.5) / (double)k;
            loss += fabs(tau - (d < 0.0)) * huber(d) / (double)k;
        }
    }
    return loss;
}

// One row's loss by the definitions in nets/loss.h, in double.
static double row_loss(const ludus_head_desc *h, ludus_loss_kind kind, const double *z,
                       const float *t, size_t k, int32_t action)
{
    double sum = 0.0;
    switch (h->kind) {
    case LUDUS_HEAD_Q:
        z += action * h->atoms;
        if (kind == LUDUS_LOSS_QUANTILE) {
            return quantile(z, t, (size_t)h->atoms);
        }
        return h->atoms > 1             ? cross_entropy(z, t, (size_t)h->atoms)
               : kind == LUDUS_LOSS_MSE ? (z[0] - (double)t[0]) * (z[0] - (double)t[0])
                                        : huber(z[0] - (double)t[0]);
    case LUDUS_HEAD_PLANES:
        for (size_t i = 0; i < k; i++) {
            sum += (log1p(exp(z[i])) - (double)t[i] * z[i]) / (double)k;
        }
        return sum;
    case LUDUS_HEAD_SCALARS:
        for (size_t i = 0; i < k; i++) {
            const double d = z[i] - (double)t[i];
            sum += kind == LUDUS_LOSS_HUBER ? huber(d) : d * d;
        }
        return sum;
    default:
        return cross_entropy(z, t, k);
    }
}

double training_rows_loss(const ludus_net *net, const training_rows *r,
                          const ludus_trainer_config *c)
{
    static double out[LUDUS_NET_MAX_HEADS][TRAINING_MAX_OUTPUT];
    double *heads[LUDUS_NET_MAX_HEADS], total = 0.0;
    const ludus_net_desc *d = ludus_net_describe(net);
    for (int h = 0; h < LUDUS_NET_MAX_HEADS; h++) {
        heads[h] = out[h];
    }
    const uint64_t noise = ludus_noise_step_seed(c->seed, 0);
    assert_int_equal(ludus_net_reference(net, TRAINING_ROWS, r->in, true, noise, heads), LUDUS_OK);
    for (int32_t h = 0; h < d->num_heads; h++) {
        const size_t k = ludus_net_head_outputs(net, h);
        const size_t tk = d->heads[h].kind == LUDUS_HEAD_Q ? (size_t)d->heads[h].atoms : k;
        for (size_t n = 0; n < TRAINING_ROWS; n++) {
            total += (double)d->heads[h].loss_weight * (double)r->weight[n] / TRAINING_ROWS *
                     row_loss(&d->heads[h], c->loss[h], out[h] + n * k, r->target[h] + n * tk, k,
                              r->action[n]);
        }
    }
    return total;
}
