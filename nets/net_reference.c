#include "nets/net_reference.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "nets/layer.h"
#include "nets/net_graph.h"

// Values are [n,H,W,C] here too, so that this file reads side by side with the graph.
typedef struct reference {
    const ludus_graph *graph;
    int32_t n;
    bool training;
    double **values; // per node
} reference;

static const float *param(const reference *r, const ludus_node *node, int32_t i)
{
    return node->param[i] >= 0 ? r->graph->tensors[node->param[i]].data : NULL;
}

static size_t row_floats(const ludus_node *node)
{
    return (size_t)node->h * (size_t)node->w * (size_t)node->c;
}

static double conv_at(const ludus_node *node, const ludus_node *from, const double *x,
                      const float *w, int32_t o, int32_t y0, int32_t x0)
{
    double sum = 0.0;
    for (int32_t c = 0; c < from->c; c++) {
        for (int32_t i = 0; i < node->kernel; i++) {
            for (int32_t j = 0; j < node->kernel; j++) {
                const int32_t yy = y0 + i, xx = x0 + j;
                if (yy >= 0 && yy < from->h && xx >= 0 && xx < from->w) {
                    const int32_t at = ((o * from->c + c) * node->kernel + i) * node->kernel + j;
                    sum += (double)w[at] * x[(yy * from->w + xx) * from->c + c];
                }
            }
        }
    }
    return sum;
}

static void conv(const reference *r, const ludus_node *node, const ludus_node *from,
                 const double *x, double *y)
{
    const float *w = param(r, node, 0), *b = param(r, node, 1);
    for (int32_t n = 0; n < r->n; n++) {
        for (int32_t i = 0; i < node->h * node->w * node->c; i++) {
            const int32_t o = i % node->c, cell = i / node->c;
            const int32_t y0 = cell / node->w * node->stride - node->pad;
            const int32_t x0 = cell % node->w * node->stride - node->pad;
            const double *row = x + (size_t)n * row_floats(from);
            y[(size_t)n * row_floats(node) + (size_t)i] =
                conv_at(node, from, row, w, o, y0, x0) + (b != NULL ? (double)b[o] : 0.0);
        }
    }
}

// Weights are in PyTorch's order: [O, C*H*W].
static void dense(const reference *r, const ludus_node *node, const ludus_node *from,
                  const double *x, double *y)
{
    const float *w = param(r, node, 0), *b = param(r, node, 1);
    const size_t features = row_floats(from), cells = (size_t)(from->h * from->w);
    for (size_t n = 0; n < (size_t)r->n; n++) {
        for (size_t o = 0; o < (size_t)node->c; o++) {
            double sum = (double)b[o];
            for (size_t i = 0; i < features; i++) {
                const size_t torch = i % (size_t)from->c * cells + i / (size_t)from->c;
                sum += (double)w[o * features + torch] * x[n * features + i];
            }
            y[n * (size_t)node->c + o] = sum;
        }
    }
}

static void batchnorm(const reference *r, const ludus_node *node, const double *x, double *y)
{
    const size_t c = (size_t)node->c, m = (size_t)r->n * row_floats(node) / c;
    for (size_t i = 0; i < c; i++) {
        double mean = (double)param(r, node, 2)[i], var = (double)param(r, node, 3)[i];
        if (r->training) {
            mean = var = 0.0;
            for (size_t k = 0; k < m; k++) {
                mean += x[k * c + i] / (double)m;
            }
            for (size_t k = 0; k < m; k++) {
                var += (x[k * c + i] - mean) * (x[k * c + i] - mean) / (double)m;
            }
        }
        const double scale =
            (double)param(r, node, 0)[i] / sqrt(var + (double)ludus_batchnorm_epsilon());
        for (size_t k = 0; k < m; k++) {
            y[k * c + i] = (x[k * c + i] - mean) * scale + (double)param(r, node, 1)[i];
        }
    }
}

static void layernorm(const reference *r, const ludus_node *node, const double *x, double *y)
{
    const size_t features = row_floats(node), c = (size_t)node->c;
    for (size_t n = 0; n < (size_t)r->n; n++) {
        const double *row = x + n * features;
        double mean = 0.0, var = 0.0;
        for (size_t i = 0; i < features; i++) {
            mean += row[i] / (double)features;
        }
        for (size_t i = 0; i < features; i++) {
            var += (row[i] - mean) * (row[i] - mean) / (double)features;
        }
        for (size_t i = 0; i < features; i++) {
            y[n * features + i] = (row[i] - mean) /
                                      sqrt(var + (double)ludus_batchnorm_epsilon()) *
                                      (double)param(r, node, 0)[i % c] +
                                  (double)param(r, node, 1)[i % c];
        }
    }
}

static void pool(const reference *r, const ludus_node *node, const ludus_node *from,
                 const double *x, double *y)
{
    const size_t c = (size_t)from->c, cells = (size_t)(from->h * from->w);
    for (size_t n = 0; n < (size_t)r->n; n++) {
        for (size_t i = 0; i < c; i++) {
            double mean = 0.0, max = -INFINITY;
            for (size_t k = 0; k < cells; k++) {
                const double v = x[(n * cells + k) * c + i];
                mean += v / (double)cells;
                max = v > max ? v : max;
            }
            y[n * (size_t)node->c + i] = mean;
            if (!node->pool_mean) {
                y[n * (size_t)node->c + c + i] = max;
            }
        }
    }
}

// SCALE and BIAS: one factor or summand per row and channel.
static void per_channel(const reference *r, const ludus_node *node, const double *x,
                        const double *p, double *y)
{
    const size_t c = (size_t)node->c, features = row_floats(node);
    const bool scales = node->kind == LUDUS_NODE_SCALE;
    for (size_t n = 0; n < (size_t)r->n; n++) {
        for (size_t i = 0; i < features; i++) {
            const double *row = p + n * (scales ? 2 * c : c);
            const double v = x[n * features + i];
            y[n * features + i] = scales ? v / (1.0 + exp(-row[i % c])) + row[c + i % c]
                                         : v + row[i % c];
        }
    }
}

static void dueling(const reference *r, const ludus_node *node, const ludus_node *value,
                    const double *v, const double *adv, double *q)
{
    const size_t atoms = (size_t)value->c, actions = (size_t)node->c / atoms;
    for (size_t n = 0; n < (size_t)r->n; n++) {
        for (size_t k = 0; k < atoms; k++) {
            double mean = 0.0;
            for (size_t a = 0; a < actions; a++) {
                mean += adv[(n * actions + a) * atoms + k] / (double)actions;
            }
            for (size_t a = 0; a < actions; a++) {
                const size_t at = (n * actions + a) * atoms + k;
                q[at] = v[n * atoms + k] + adv[at] - mean;
            }
        }
    }
}

static void run_node(const reference *r, int32_t index)
{
    const ludus_node *node = &r->graph->nodes[index], *from = &r->graph->nodes[node->in[0]];
    const double *x = r->values[node->in[0]];
    const double *x2 = node->in[1] >= 0 ? r->values[node->in[1]] : NULL;
    double *y = r->values[index];
    const size_t count = (size_t)r->n * row_floats(node);
    switch (node->kind) {
    case LUDUS_NODE_CONV:
        conv(r, node, from, x, y);
        break;
    case LUDUS_NODE_DENSE:
        dense(r, node, from, x, y);
        break;
    case LUDUS_NODE_BATCHNORM:
        batchnorm(r, node, x, y);
        break;
    case LUDUS_NODE_LAYERNORM:
        layernorm(r, node, x, y);
        break;
    case LUDUS_NODE_POOL:
        pool(r, node, from, x, y);
        break;
    case LUDUS_NODE_SCALE:
    case LUDUS_NODE_BIAS:
        per_channel(r, node, x, x2, y);
        break;
    case LUDUS_NODE_DUELING:
        dueling(r, node, from, x, x2, y);
        break;
    case LUDUS_NODE_RELU:
        for (size_t i = 0; i < count; i++) {
            y[i] = x[i] > 0.0 ? x[i] : 0.0;
        }
        break;
    case LUDUS_NODE_ADD:
        for (size_t i = 0; i < count; i++) {
            y[i] = x[i] + x2[i];
        }
        break;
    case LUDUS_NODE_DROPOUT:
        memcpy(y, x, count * sizeof *y);
        break;
    case LUDUS_NODE_INPUT:
        assert(false);
    }
}

// Between [n,H,W,C] here and [n,C,H,W] outside.
static void load_input(const reference *r, const float *in)
{
    const ludus_node *node = &r->graph->nodes[0];
    const size_t cells = (size_t)(node->h * node->w), c = (size_t)node->c;
    for (size_t i = 0; i < (size_t)r->n * cells * c; i++) {
        const size_t n = i / (cells * c), cell = i / c % cells, channel = i % c;
        r->values[0][i] = (double)in[(n * c + channel) * cells + cell];
    }
}

static void store_output(const reference *r, const ludus_node *node, const double *value,
                         double *out)
{
    const size_t cells = (size_t)(node->h * node->w), c = (size_t)node->c;
    for (size_t i = 0; i < (size_t)r->n * cells * c; i++) {
        const size_t n = i / (cells * c), cell = i / c % cells, channel = i % c;
        out[(n * c + channel) * cells + cell] = value[i];
    }
}

ludus_status ludus_net_reference(const ludus_net *net, int32_t n, const float *in, bool training,
                                 double *const *out)
{
    reference r = {.graph = &net->graph, .n = n, .training = training};
    ludus_status status = LUDUS_OK;
    r.values = ludus_alloc((size_t)net->graph.num_nodes, sizeof *r.values);
    for (int32_t i = 0; r.values != NULL && i < net->graph.num_nodes; i++) {
        r.values[i] = ludus_alloc((size_t)n * row_floats(&net->graph.nodes[i]), sizeof(double));
        if (r.values[i] == NULL) {
            status = LUDUS_ERR_NOMEM;
        }
    }
    if (r.values == NULL) {
        return LUDUS_ERR_NOMEM;
    }
    if (status == LUDUS_OK) {
        load_input(&r, in);
        for (int32_t i = 1; i < net->graph.num_nodes; i++) {
            const ludus_node *node = &net->graph.nodes[i];
            run_node(&r, i);
            if (node->head >= 0 && out[node->head] != NULL) {
                store_output(&r, node, r.values[i], out[node->head]);
            }
        }
    }
    for (int32_t i = 0; i < net->graph.num_nodes; i++) {
        ludus_free(r.values[i]);
    }
    ludus_free(r.values);
    return status;
}
