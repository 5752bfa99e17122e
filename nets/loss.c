#include "nets/loss.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "nets/softmax.h"

static float row_weight(const ludus_loss_rows *rows, size_t r)
{
    return rows->weight != NULL ? rows->weight[r] : 1.0f;
}

static float sum_of(size_t n, const float *x)
{
    float sum = 0.0f;
    for (size_t i = 0; i < n; i++) {
        sum += x[i];
    }
    return sum;
}

// Cross-entropy of one distribution; dz = scale * (mass * softmax - t).
static double cross_entropy_row(size_t k, const float *z, const float *t, float scale, float *dz)
{
    const float mass = sum_of(k, t);
    if (mass == 0.0f) {
        memset(dz, 0, k * sizeof *dz);
        return 0.0;
    }
    const float normal = ludus_log_sum_exp(k, z);
    double loss = 0.0;
    for (size_t i = 0; i < k; i++) {
        loss += (double)t[i] * (double)(normal - z[i]);
        dz[i] = scale * (mass * expf(z[i] - normal) - t[i]);
    }
    return loss;
}

double ludus_loss_cross_entropy(const ludus_loss_rows *rows)
{
    double total = 0.0;
    for (size_t r = 0; r < rows->n; r++) {
        const float w = row_weight(rows, r);
        total += (double)w * cross_entropy_row(rows->k, rows->logits + r * rows->k,
                                               rows->target + r * rows->k, rows->scale * w,
                                               rows->dlogits + r * rows->k);
    }
    return total;
}

double ludus_loss_sigmoid(const ludus_loss_rows *rows)
{
    double total = 0.0;
    const float share = 1.0f / (float)rows->k;
    for (size_t r = 0; r < rows->n; r++) {
        const float w = row_weight(rows, r) * share;
        for (size_t i = r * rows->k; i < (r + 1) * rows->k; i++) {
            const float z = rows->logits[i], t = rows->target[i];
            // log(1 + e^z) without overflow
            const float soft = z > 0.0f ? z + log1pf(expf(-z)) : log1pf(expf(z));
            total += (double)(w * (soft - t * z));
            rows->dlogits[i] = rows->scale * w * (1.0f / (1.0f + expf(-z)) - t);
        }
    }
    return total;
}

static float huber(float d, float *slope)
{
    if (fabsf(d) <= 1.0f) {
        *slope = d;
        return 0.5f * d * d;
    }
    *slope = d > 0.0f ? 1.0f : -1.0f;
    return fabsf(d) - 0.5f;
}

double ludus_loss_mse(const ludus_loss_rows *rows)
{
    double total = 0.0;
    for (size_t r = 0; r < rows->n; r++) {
        const float w = row_weight(rows, r);
        for (size_t i = r * rows->k; i < (r + 1) * rows->k; i++) {
            const float d = rows->logits[i] - rows->target[i];
            total += (double)(w * d * d);
            rows->dlogits[i] = rows->scale * w * 2.0f * d;
        }
    }
    return total;
}

double ludus_loss_huber(const ludus_loss_rows *rows)
{
    double total = 0.0;
    for (size_t r = 0; r < rows->n; r++) {
        const float w = row_weight(rows, r);
        for (size_t i = r * rows->k; i < (r + 1) * rows->k; i++) {
            float slope;
            total += (double)(w * huber(rows->logits[i] - rows->target[i], &slope));
            rows->dlogits[i] = rows->scale * w * slope;
        }
    }
    return total;
}

// ---- Q heads ---------------------------------------------------------------------------------

// Index of the taken action's first atom; everything else gets no gradient.
static size_t begin_row(const ludus_loss_rows *rows, const ludus_loss_actions *a, size_t r)
{
    const size_t at = r * rows->k + (size_t)a->action[r] * a->atoms;
    assert(a->action[r] >= 0 && ((size_t)a->action[r] + 1) * a->atoms <= rows->k);
    memset(rows->dlogits + r * rows->k, 0, rows->k * sizeof *rows->dlogits);
    return at;
}

static void set_error(const ludus_loss_actions *a, size_t r, float value)
{
    if (a->td_error != NULL) {
        a->td_error[r] = value;
    }
}

double ludus_loss_q_scalar(const ludus_loss_rows *rows, const ludus_loss_actions *a, bool use_huber)
{
    double total = 0.0;
    for (size_t r = 0; r < rows->n; r++) {
        const float w = row_weight(rows, r);
        const size_t at = begin_row(rows, a, r);
        const float d = rows->logits[at] - rows->target[r];
        float slope = 2.0f * d;
        const float loss = use_huber ? huber(d, &slope) : d * d;
        total += (double)(w * loss);
        rows->dlogits[at] = rows->scale * w * slope;
        set_error(a, r, fabsf(d));
    }
    return total;
}

double ludus_loss_q_categorical(const ludus_loss_rows *rows, const ludus_loss_actions *a)
{
    double total = 0.0;
    for (size_t r = 0; r < rows->n; r++) {
        const float w = row_weight(rows, r);
        const size_t at = begin_row(rows, a, r);
        const double loss =
            cross_entropy_row(a->atoms, rows->logits + at, rows->target + r * a->atoms,
                              rows->scale * w, rows->dlogits + at);
        total += (double)w * loss;
        set_error(a, r, (float)loss);
    }
    return total;
}

// One predicted quantile against all targets.
static float quantile_loss(size_t atoms, float z, const float *targets, float tau, float *dz,
                           float *distance)
{
    float loss = 0.0f;
    *dz = 0.0f;
    for (size_t j = 0; j < atoms; j++) {
        const float d = targets[j] - z;
        const float weight = d < 0.0f ? 1.0f - tau : tau;
        float slope;
        loss += weight * huber(d, &slope);
        *dz -= weight * slope;
        *distance += fabsf(d);
    }
    return loss;
}

double ludus_loss_q_quantile(const ludus_loss_rows *rows, const ludus_loss_actions *a)
{
    double total = 0.0;
    const float share = 1.0f / (float)a->atoms;
    for (size_t r = 0; r < rows->n; r++) {
        const float w = row_weight(rows, r);
        const size_t at = begin_row(rows, a, r);
        float distance = 0.0f;
        for (size_t i = 0; i < a->atoms; i++) {
            float dz;
            const float tau = ((float)i + 0.5f) * share;
            const float loss = quantile_loss(a->atoms, rows->logits[at + i],
                                             rows->target + r * a->atoms, tau, &dz, &distance);
            total += (double)(w * share * loss);
            rows->dlogits[at + i] = rows->scale * w * share * dz;
        }
        set_error(a, r, distance * share * share);
    }
    return total;
}
