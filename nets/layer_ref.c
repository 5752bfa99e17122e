#include "nets/layer_ref.h"

#include <math.h>

#define EPSILON 1e-5

// ---- Matrix layers ---------------------------------------------------------------------------

// The tap of output (oh, ow) at kernel position (kh, kw): a source cell's index, or -1 in the
// padding.
static int64_t tap(const ludus_ref_conv *s, size_t oh, size_t ow, size_t kh, size_t kw)
{
    const int64_t h = (int64_t)(oh * s->stride + kh) - (int64_t)s->pad;
    const int64_t w = (int64_t)(ow * s->stride + kw) - (int64_t)s->pad;
    const bool inside = h >= 0 && w >= 0 && h < (int64_t)s->h && w < (int64_t)s->w;
    return inside ? h * (int64_t)s->w + w : -1;
}

// Calls for every (output value y, source value x, weight) triple of one row's output cell.
typedef void visit(size_t y, size_t x, size_t weight, void *user);

static void visit_conv(const ludus_ref_conv *s, visit *f, void *user)
{
    for (size_t cell = 0; cell < s->n * s->ho * s->wo; cell++) {
        const size_t n = cell / (s->ho * s->wo), oh = cell / s->wo % s->ho, ow = cell % s->wo;
        for (size_t t = 0; t < s->kernel * s->kernel; t++) {
            const int64_t at = tap(s, oh, ow, t / s->kernel, t % s->kernel);
            for (size_t k = 0; at >= 0 && k < s->o * s->c; k++) {
                const size_t o = k / s->c, c = k % s->c;
                f(cell * s->o + o, (n * s->h * s->w + (size_t)at) * s->c + c,
                  k * s->kernel * s->kernel + t, user);
            }
        }
    }
}

typedef struct conv_pass {
    const double *x, *weight, *dy;
    double *y, *dx, *dweight;
} conv_pass;

static void visit_forward(size_t y, size_t x, size_t weight, void *user)
{
    const conv_pass *p = user;
    p->y[y] += p->x[x] * p->weight[weight];
}

static void visit_backward(size_t y, size_t x, size_t weight, void *user)
{
    const conv_pass *p = user;
    p->dweight[weight] += p->x[x] * p->dy[y];
    if (p->dx != NULL) {
        p->dx[x] += p->weight[weight] * p->dy[y];
    }
}

void ludus_ref_conv_forward(const ludus_ref_conv *s, const double *x, const double *weight,
                            const double *bias, double *y)
{
    for (size_t i = 0; i < s->n * s->ho * s->wo * s->o; i++) {
        y[i] = bias != NULL ? bias[i % s->o] : 0.0;
    }
    conv_pass pass = {.x = x, .weight = weight, .y = y};
    visit_conv(s, visit_forward, &pass);
}

void ludus_ref_conv_backward(const ludus_ref_conv *s, const double *x, const double *weight,
                             const double *dy, double *dx, double *dweight, double *dbias)
{
    conv_pass pass = {.x = x, .weight = weight, .dy = dy, .dx = dx, .dweight = dweight};
    visit_conv(s, visit_backward, &pass);
    for (size_t i = 0; dbias != NULL && i < s->n * s->ho * s->wo * s->o; i++) {
        dbias[i % s->o] += dy[i];
    }
}

void ludus_ref_dense_forward(size_t n, size_t a, size_t c, size_t o, const double *x,
                             const double *weight, const double *bias, double *y)
{
    for (size_t r = 0; r < n; r++) {
        for (size_t k = 0; k < o; k++) {
            double sum = bias != NULL ? bias[k] : 0.0;
            for (size_t i = 0; i < a * c; i++) {
                sum += x[r * a * c + i] * weight[k * a * c + i % c * a + i / c];
            }
            y[r * o + k] = sum;
        }
    }
}

void ludus_ref_dense_backward(size_t n, size_t a, size_t c, size_t o, const double *x,
                              const double *weight, const double *dy, double *dx, double *dweight,
                              double *dbias)
{
    for (size_t r = 0; r < n; r++) {
        for (size_t k = 0; k < o; k++) {
            const double d = dy[r * o + k];
            for (size_t i = 0; i < a * c; i++) {
                const size_t at = k * a * c + i % c * a + i / c;
                dweight[at] += x[r * a * c + i] * d;
                if (dx != NULL) {
                    dx[r * a * c + i] += weight[at] * d;
                }
            }
            if (dbias != NULL) {
                dbias[k] += d;
            }
        }
    }
}

// ---- Norms -----------------------------------------------------------------------------------

void ludus_ref_moments(size_t m, size_t c, const double *x, double *mean, double *var)
{
    for (size_t i = 0; i < c; i++) {
        mean[i] = 0.0;
        var[i] = 0.0;
        for (size_t r = 0; r < m; r++) {
            mean[i] += x[r * c + i] / (double)m;
        }
        for (size_t r = 0; r < m; r++) {
            var[i] += (x[r * c + i] - mean[i]) * (x[r * c + i] - mean[i]) / (double)m;
        }
    }
}

void ludus_ref_batchnorm_forward(size_t m, size_t c, const double *x, const double *gamma,
                                 const double *beta, const double *mean, const double *var,
                                 double *y)
{
    for (size_t at = 0; at < m * c; at++) {
        const size_t i = at % c;
        y[at] = gamma[i] * (x[at] - mean[i]) / sqrt(var[i] + EPSILON) + beta[i];
    }
}

// The gradient of y = gamma n(x) + beta through n's own mean and variance (Ioffe & Szegedy 2015,
// section 3), for `count` values `stride` apart; value i has gamma[i % period]. Adds to dx.
static void normalise_backward(size_t count, size_t stride, size_t period, const double *x,
                               const double *gamma, const double *dy, double mean, double var,
                               double *dx)
{
    const double deviation = sqrt(var + EPSILON);
    double dvar = 0.0, dmean = 0.0;
    for (size_t i = 0; i < count; i++) {
        const double dn = dy[i * stride] * gamma[i % period];
        dvar += dn * (x[i * stride] - mean) * -0.5 / (deviation * deviation * deviation);
        dmean -= dn / deviation;
    }
    for (size_t i = 0; i < count; i++) {
        const double dn = dy[i * stride] * gamma[i % period];
        dx[i * stride] += dn / deviation + dmean / (double)count +
                          dvar * 2.0 * (x[i * stride] - mean) / (double)count;
    }
}

void ludus_ref_batchnorm_backward(size_t m, size_t c, const double *x, const double *gamma,
                                  const double *mean, const double *var, const double *dy,
                                  double *dx, double *dgamma, double *dbeta)
{
    for (size_t i = 0; i < c; i++) {
        for (size_t r = 0; r < m; r++) {
            dgamma[i] += dy[r * c + i] * (x[r * c + i] - mean[i]) / sqrt(var[i] + EPSILON);
            dbeta[i] += dy[r * c + i];
        }
        normalise_backward(m, c, 1, x + i, gamma + i, dy + i, mean[i], var[i], dx + i);
    }
}

void ludus_ref_layernorm_forward(size_t n, size_t a, size_t c, const double *x, const double *gamma,
                                 const double *beta, double *y)
{
    for (size_t r = 0; r < n; r++) {
        double mean, var;
        ludus_ref_moments(a * c, 1, x + r * a * c, &mean, &var);
        for (size_t i = 0; i < a * c; i++) {
            const size_t at = r * a * c + i;
            y[at] = gamma[i % c] * (x[at] - mean) / sqrt(var + EPSILON) + beta[i % c];
        }
    }
}

void ludus_ref_layernorm_backward(size_t n, size_t a, size_t c, const double *x,
                                  const double *gamma, const double *dy, double *dx, double *dgamma,
                                  double *dbeta)
{
    for (size_t r = 0; r < n; r++) {
        const size_t first = r * a * c;
        double mean, var;
        ludus_ref_moments(a * c, 1, x + first, &mean, &var);
        for (size_t at = first; at < first + a * c; at++) {
            dgamma[at % c] += dy[at] * (x[at] - mean) / sqrt(var + EPSILON);
            dbeta[at % c] += dy[at];
        }
        normalise_backward(a * c, 1, c, x + first, gamma, dy + first, mean, var, dx + first);
    }
}

// ---- Others ----------------------------------------------------------------------------------

void ludus_ref_relu_forward(size_t count, const double *x, double *y)
{
    for (size_t i = 0; i < count; i++) {
        y[i] = fmax(x[i], 0.0);
    }
}

void ludus_ref_relu_backward(size_t count, const double *x, const double *dy, double *dx)
{
    for (size_t i = 0; i < count; i++) {
        dx[i] += x[i] > 0.0 ? dy[i] : 0.0;
    }
}

void ludus_ref_pool_forward(size_t n, size_t a, size_t c, bool mean_only, const double *x,
                            double *y)
{
    const size_t width = mean_only ? c : 2 * c;
    for (size_t r = 0; r < n; r++) {
        for (size_t i = 0; i < c; i++) {
            double sum = 0.0, max = -INFINITY;
            for (size_t cell = 0; cell < a; cell++) {
                sum += x[(r * a + cell) * c + i];
                max = fmax(max, x[(r * a + cell) * c + i]);
            }
            y[r * width + i] = sum / (double)a;
            if (!mean_only) {
                y[r * width + c + i] = max;
            }
        }
    }
}

void ludus_ref_pool_backward(size_t n, size_t a, size_t c, bool mean_only, const double *x,
                             const double *dy, double *dx)
{
    const size_t width = mean_only ? c : 2 * c;
    for (size_t r = 0; r < n; r++) {
        for (size_t i = 0; i < c; i++) {
            size_t best = 0; // the first maximum
            for (size_t cell = 0; cell < a; cell++) {
                dx[(r * a + cell) * c + i] += dy[r * width + i] / (double)a;
                if (x[(r * a + cell) * c + i] > x[(r * a + best) * c + i]) {
                    best = cell;
                }
            }
            if (!mean_only) {
                dx[(r * a + best) * c + i] += dy[r * width + c + i];
            }
        }
    }
}

static double sigmoid(double x)
{
    return 1.0 / (1.0 + exp(-x));
}

void ludus_ref_scale_forward(size_t n, size_t a, size_t c, const double *x, const double *st,
                             double *y)
{
    for (size_t at = 0; at < n * a * c; at++) {
        const size_t r = at / (a * c), i = at % c;
        y[at] = x[at] * sigmoid(st[r * 2 * c + i]) + st[r * 2 * c + c + i];
    }
}

void ludus_ref_scale_backward(size_t n, size_t a, size_t c, const double *x, const double *st,
                              const double *dy, double *dx, double *dst)
{
    for (size_t at = 0; at < n * a * c; at++) {
        const size_t r = at / (a * c), i = at % c;
        const double s = sigmoid(st[r * 2 * c + i]);
        dx[at] += dy[at] * s;
        dst[r * 2 * c + i] += dy[at] * x[at] * s * (1.0 - s);
        dst[r * 2 * c + c + i] += dy[at];
    }
}

void ludus_ref_bias_forward(size_t n, size_t a, size_t c, const double *x, const double *b,
                            double *y)
{
    for (size_t at = 0; at < n * a * c; at++) {
        y[at] = x[at] + b[at / (a * c) * c + at % c];
    }
}

void ludus_ref_bias_backward(size_t n, size_t a, size_t c, const double *dy, double *dx, double *db)
{
    for (size_t at = 0; at < n * a * c; at++) {
        dx[at] += dy[at];
        db[at / (a * c) * c + at % c] += dy[at];
    }
}

void ludus_ref_dropout(size_t count, double p, uint64_t key, const double *x, bool add, double *y)
{
    for (size_t i = 0; i < count; i++) {
        const double draw = (double)(ludus_mix64(key + i) >> 40);
        const double v = draw >= floor(p * 16777216.0) ? x[i] / (1.0 - p) : 0.0;
        y[i] = add ? y[i] + v : v;
    }
}

void ludus_ref_dueling_forward(size_t n, size_t actions, size_t atoms, const double *v,
                               const double *adv, double *q)
{
    for (size_t at = 0; at < n * actions * atoms; at++) {
        const size_t r = at / (actions * atoms), k = at % atoms;
        double mean = 0.0;
        for (size_t i = 0; i < actions; i++) {
            mean += adv[(r * actions + i) * atoms + k] / (double)actions;
        }
        q[at] = v[r * atoms + k] + adv[at] - mean;
    }
}

void ludus_ref_dueling_backward(size_t n, size_t actions, size_t atoms, const double *dq,
                                double *dv, double *dadv)
{
    for (size_t at = 0; at < n * actions * atoms; at++) {
        const size_t r = at / (actions * atoms), k = at % atoms;
        dv[r * atoms + k] += dq[at];
        dadv[at] += dq[at];
        for (size_t i = 0; i < actions; i++) {
            dadv[(r * actions + i) * atoms + k] -= dq[at] / (double)actions;
        }
    }
}
