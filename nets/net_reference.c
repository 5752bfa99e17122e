#include "nets/net_reference.h"

#include <assert.h>
#include <string.h>

#include "nets/layer_ref.h"
#include "nets/noise.h"

// ---- Life cycle ------------------------------------------------------------------------------

size_t ludus_reference_count(const ludus_reference *ref, int32_t node)
{
    const ludus_node *n = &ref->net->graph.nodes[node];
    return (size_t)ref->n * (size_t)n->h * (size_t)n->w * (size_t)n->c;
}

static bool create_arrays(ludus_reference *ref)
{
    const ludus_graph *g = &ref->net->graph;
    const size_t nodes = (size_t)g->num_nodes;
    ref->params = ludus_alloc(g->num_floats, sizeof *ref->params);
    ref->gradient = ludus_alloc(g->num_floats, sizeof *ref->gradient);
    ref->values = ludus_alloc(nodes, sizeof *ref->values);
    ref->gradients = ludus_alloc(nodes, sizeof *ref->gradients);
    ref->dropout_keys = ludus_alloc(nodes, sizeof *ref->dropout_keys);
    ref->effective = ludus_alloc(g->num_floats, sizeof *ref->effective);
    ref->noise_vectors = ludus_alloc(g->num_floats, sizeof *ref->noise_vectors);
    ref->noise_factor = ludus_alloc(g->num_floats, sizeof *ref->noise_factor);
    bool complete = ref->params && ref->effective && ref->noise_factor && ref->noise_vectors &&
                    ref->gradient && ref->values && ref->gradients && ref->dropout_keys;
    for (int32_t i = 0; complete && i < g->num_nodes; i++) {
        ref->values[i] = ludus_alloc(ludus_reference_count(ref, i), sizeof(double));
        ref->gradients[i] = ludus_alloc(ludus_reference_count(ref, i), sizeof(double));
        complete = ref->values[i] && ref->gradients[i];
    }
    for (size_t i = 0; complete && i < g->num_floats; i++) {
        ref->params[i] = (double)ref->net->params[i];
    }
    return complete;
}

ludus_status ludus_reference_create(ludus_reference **out, const ludus_net *net, int32_t n)
{
    *out = NULL;
    ludus_reference *ref = ludus_alloc(1, sizeof *ref);
    if (ref == NULL) {
        return LUDUS_ERR_NOMEM;
    }
    ref->net = net;
    ref->n = n;
    if (!create_arrays(ref)) {
        ludus_reference_destroy(ref);
        return LUDUS_ERR_NOMEM;
    }
    *out = ref;
    return LUDUS_OK;
}

void ludus_reference_destroy(ludus_reference *ref)
{
    if (ref == NULL) {
        return;
    }
    for (int32_t i = 0; i < ref->net->graph.num_nodes; i++) {
        ludus_free(ref->values != NULL ? ref->values[i] : NULL);
        ludus_free(ref->gradients != NULL ? ref->gradients[i] : NULL);
    }
    ludus_free(ref->params);
    ludus_free(ref->effective);
    ludus_free(ref->noise_factor);
    ludus_free(ref->noise_vectors);
    ludus_free(ref->gradient);
    ludus_free(ref->values);
    ludus_free(ref->gradients);
    ludus_free(ref->dropout_keys);
    ludus_free(ref);
}

// ---- The walk --------------------------------------------------------------------------------

// A node's surroundings.
typedef struct view {
    const ludus_node *node;
    size_t n, a, c, m, count; // of the first input; m = n*a, count = m*c
    const double *x, *x2;
    double *y, *dx, *dx2, *dy;
    double *p[LUDUS_NODE_MAX_PARAMS], *dp[LUDUS_NODE_MAX_PARAMS];
    ludus_ref_conv conv;
} view;

static view look(const ludus_reference *ref, int32_t i)
{
    const ludus_graph *g = &ref->net->graph;
    const ludus_node *node = &g->nodes[i], *from = &g->nodes[node->in[0]];
    view v = {.node = node, .n = (size_t)ref->n, .c = (size_t)from->c};
    v.a = (size_t)from->h * (size_t)from->w;
    v.m = v.n * v.a;
    v.count = v.m * v.c;
    v.x = ref->values[node->in[0]];
    v.dx = ref->gradients[node->in[0]];
    if (node->in[1] >= 0) {
        v.x2 = ref->values[node->in[1]];
        v.dx2 = ref->gradients[node->in[1]];
    }
    v.y = ref->values[i];
    v.dy = ref->gradients[i];
    for (int k = 0; k < LUDUS_NODE_MAX_PARAMS; k++) {
        if (node->param[k] >= 0) {
            const ptrdiff_t at = g->tensors[node->param[k]].data - ref->net->params;
            v.p[k] = ref->effective + at;
            v.dp[k] = ref->gradient + at;
        }
    }
    v.conv = (ludus_ref_conv){v.n,
                              (size_t)from->h,
                              (size_t)from->w,
                              v.c,
                              (size_t)node->h,
                              (size_t)node->w,
                              (size_t)node->c,
                              (size_t)node->kernel,
                              (size_t)node->stride,
                              (size_t)node->pad};
    return v;
}

static void forward_batchnorm(const ludus_reference *ref, const view *v)
{
    const double *mean = v->p[2], *var = v->p[3];
    if (ref->training) {
        ludus_ref_moments(v->m, v->c, v->x, v->dp[2], v->dp[3]);
        mean = v->dp[2];
        var = v->dp[3];
    }
    ludus_ref_batchnorm_forward(v->m, v->c, v->x, v->p[0], v->p[1], mean, var, v->y);
}

static double dropout_of(const ludus_reference *ref, const ludus_node *node)
{
    return ref->dropout ? (double)node->dropout : 0.0;
}

static void forward_node(const ludus_reference *ref, int32_t i)
{
    const view v = look(ref, i);
    switch (v.node->kind) {
    case LUDUS_NODE_CONV:
        ludus_ref_conv_forward(&v.conv, v.x, v.p[0], v.p[1], v.y);
        break;
    case LUDUS_NODE_DENSE:
        ludus_ref_dense_forward(v.n, v.a, v.c, (size_t)v.node->c, v.x, v.p[0], v.p[1], v.y);
        break;
    case LUDUS_NODE_BATCHNORM:
        forward_batchnorm(ref, &v);
        break;
    case LUDUS_NODE_LAYERNORM:
        ludus_ref_layernorm_forward(v.n, v.a, v.c, v.x, v.p[0], v.p[1], v.y);
        break;
    case LUDUS_NODE_RELU:
        ludus_ref_relu_forward(v.count, v.x, v.y);
        break;
    case LUDUS_NODE_ADD:
        for (size_t k = 0; k < v.count; k++) {
            v.y[k] = v.x[k] + v.x2[k];
        }
        break;
    case LUDUS_NODE_POOL:
        ludus_ref_pool_forward(v.n, v.a, v.c, v.node->pool_mean, v.x, v.y);
        break;
    case LUDUS_NODE_SCALE:
        ludus_ref_scale_forward(v.n, v.a, v.c, v.x, v.x2, v.y);
        break;
    case LUDUS_NODE_BIAS:
        ludus_ref_bias_forward(v.n, v.a, v.c, v.x, v.x2, v.y);
        break;
    case LUDUS_NODE_DROPOUT:
        ludus_ref_dropout(v.count, dropout_of(ref, v.node), ref->dropout_keys[i], v.x, false, v.y);
        break;
    case LUDUS_NODE_DUELING:
        ludus_ref_dueling_forward(v.n, (size_t)v.node->c / v.c, v.c, v.x, v.x2, v.y);
        break;
    case LUDUS_NODE_CONCAT:
        for (size_t k = 0; k < v.n * (size_t)v.node->c; k++) {
            const size_t row = k / (size_t)v.node->c, at = k % (size_t)v.node->c, k1 = v.a * v.c;
            const size_t k2 = (size_t)v.node->c - k1;
            v.y[k] = at < k1 ? v.x[row * k1 + at] : v.x2[row * k2 + at - k1];
        }
        break;
    case LUDUS_NODE_INPUT:
        assert(false);
    }
}

static size_t place_of(const ludus_reference *ref, int32_t tensor)
{
    return (size_t)(ref->net->graph.tensors[tensor].data - ref->net->params);
}

// Fills noise_factor and effective for one noisy layer.
static void add_noise(ludus_reference *ref, int32_t index)
{
    const ludus_graph *g = &ref->net->graph;
    const ludus_node *node = &g->nodes[index];
    const size_t outputs = (size_t)node->c, inputs = ludus_noise_inputs(g, node);
    const size_t w = place_of(ref, node->param[0]), b = place_of(ref, node->param[1]);
    const size_t dw = place_of(ref, node->param[2]), db = place_of(ref, node->param[3]);
    float *in = ref->noise_vectors, *out = in + inputs;
    ludus_noise_draw(ref->noise, index, inputs, outputs, in, out);
    for (size_t o = 0; o < outputs; o++) {
        for (size_t i = 0; i < inputs; i++) {
            const size_t k = o * inputs + i;
            ref->noise_factor[dw + k] = (double)out[o] * (double)in[i];
            ref->effective[w + k] += ref->params[dw + k] * ref->noise_factor[dw + k];
        }
        ref->noise_factor[db + o] = (double)out[o];
        ref->effective[b + o] += ref->params[db + o] * ref->noise_factor[db + o];
    }
}

static void make_effective(ludus_reference *ref)
{
    const ludus_graph *g = &ref->net->graph;
    memcpy(ref->effective, ref->params, g->num_floats * sizeof *ref->params);
    for (int32_t i = 0; i < g->num_nodes; i++) {
        if (ludus_noise_is_on(&g->nodes[i])) {
            add_noise(ref, i);
        }
    }
}

void ludus_reference_forward(ludus_reference *ref, const float *in)
{
    const ludus_node *input = &ref->net->graph.nodes[0];
    const size_t a = (size_t)input->h * (size_t)input->w, c = (size_t)input->c;
    for (size_t i = 0; i < ludus_reference_count(ref, 0); i++) {
        ref->values[0][i] = (double)in[(i / (a * c) * c + i % c) * a + i / c % a];
    }
    make_effective(ref);
    for (int32_t i = 1; i < ref->net->graph.num_nodes; i++) {
        forward_node(ref, i);
    }
}

static void backward_node(const ludus_reference *ref, int32_t i)
{
    const view v = look(ref, i);
    switch (v.node->kind) {
    case LUDUS_NODE_CONV:
        ludus_ref_conv_backward(&v.conv, v.x, v.p[0], v.dy, v.dx, v.dp[0], v.dp[1]);
        break;
    case LUDUS_NODE_DENSE:
        ludus_ref_dense_backward(v.n, v.a, v.c, (size_t)v.node->c, v.x, v.p[0], v.dy, v.dx, v.dp[0],
                                 v.dp[1]);
        break;
    case LUDUS_NODE_BATCHNORM:
        assert(ref->training);
        ludus_ref_batchnorm_backward(v.m, v.c, v.x, v.p[0], v.dp[2], v.dp[3], v.dy, v.dx, v.dp[0],
                                     v.dp[1]);
        break;
    case LUDUS_NODE_LAYERNORM:
        ludus_ref_layernorm_backward(v.n, v.a, v.c, v.x, v.p[0], v.dy, v.dx, v.dp[0], v.dp[1]);
        break;
    case LUDUS_NODE_RELU:
        ludus_ref_relu_backward(v.count, v.x, v.dy, v.dx);
        break;
    case LUDUS_NODE_ADD:
        for (size_t k = 0; k < v.count; k++) {
            v.dx[k] += v.dy[k];
            v.dx2[k] += v.dy[k];
        }
        break;
    case LUDUS_NODE_POOL:
        ludus_ref_pool_backward(v.n, v.a, v.c, v.node->pool_mean, v.x, v.dy, v.dx);
        break;
    case LUDUS_NODE_SCALE:
        ludus_ref_scale_backward(v.n, v.a, v.c, v.x, v.x2, v.dy, v.dx, v.dx2);
        break;
    case LUDUS_NODE_BIAS:
        ludus_ref_bias_backward(v.n, v.a, v.c, v.dy, v.dx, v.dx2);
        break;
    case LUDUS_NODE_DROPOUT:
        ludus_ref_dropout(v.count, dropout_of(ref, v.node), ref->dropout_keys[i], v.dy, true, v.dx);
        break;
    case LUDUS_NODE_DUELING:
        ludus_ref_dueling_backward(v.n, (size_t)v.node->c / v.c, v.c, v.dy, v.dx, v.dx2);
        break;
    case LUDUS_NODE_CONCAT:
        for (size_t k = 0; k < v.n * (size_t)v.node->c; k++) {
            const size_t row = k / (size_t)v.node->c, at = k % (size_t)v.node->c, k1 = v.a * v.c;
            const size_t k2 = (size_t)v.node->c - k1;
            *(at < k1 ? &v.dx[row * k1 + at] : &v.dx2[row * k2 + at - k1]) += v.dy[k];
        }
        break;
    case LUDUS_NODE_INPUT:
        assert(false);
    }
}

// Zeroes what backward adds to: everything but the heads' gradients and the batch's statistics.
static void zero_gradients(ludus_reference *ref)
{
    const ludus_graph *g = &ref->net->graph;
    for (int32_t i = 0; i < g->num_nodes; i++) {
        if (g->nodes[i].head < 0) {
            memset(ref->gradients[i], 0, ludus_reference_count(ref, i) * sizeof(double));
        }
    }
    for (size_t i = 0; i < g->num_tensors; i++) {
        const ludus_tensor *t = &g->tensors[i];
        if (t->trainable) {
            memset(ref->gradient + (t->data - ref->net->params), 0,
                   ludus_tensor_count(t) * sizeof(double));
        }
    }
}

// A sigma's gradient is its mean's times the noise.
static void backward_sigmas(ludus_reference *ref)
{
    const ludus_graph *g = &ref->net->graph;
    for (int32_t i = 0; i < g->num_nodes; i++) {
        const ludus_node *node = &g->nodes[i];
        for (int k = 0; ludus_noise_is_on(node) && k < 2; k++) {
            const size_t mean = place_of(ref, node->param[k]);
            const size_t sigma = place_of(ref, node->param[k + 2]);
            const size_t count = (size_t)node->c * (k == 0 ? ludus_noise_inputs(g, node) : 1);
            for (size_t n = 0; n < count; n++) {
                ref->gradient[sigma + n] = ref->gradient[mean + n] * ref->noise_factor[sigma + n];
            }
        }
    }
}

void ludus_reference_backward(ludus_reference *ref)
{
    zero_gradients(ref);
    for (int32_t i = ref->net->graph.num_nodes - 1; i > 0; i--) {
        backward_node(ref, i);
    }
    backward_sigmas(ref);
}

// From [n,H,W,C] to [n,C,H,W].
static void store_output(const ludus_reference *ref, int32_t node, double *out)
{
    const ludus_node *n = &ref->net->graph.nodes[node];
    const size_t a = (size_t)n->h * (size_t)n->w, c = (size_t)n->c;
    for (size_t k = 0; k < ludus_reference_count(ref, node); k++) {
        out[(k / (a * c) * c + k % c) * a + k / c % a] = ref->values[node][k];
    }
}

ludus_status ludus_net_reference(const ludus_net *net, int32_t n, const float *in, bool training,
                                 uint64_t noise, double *const *out)
{
    ludus_reference *ref;
    const ludus_status status = ludus_reference_create(&ref, net, n);
    if (status != LUDUS_OK) {
        return status;
    }
    ref->training = training;
    ref->noise = noise;
    ludus_reference_forward(ref, in);
    for (int32_t i = 0; i < net->graph.num_nodes; i++) {
        const int32_t head = net->graph.nodes[i].head;
        if (head >= 0 && out[head] != NULL) {
            store_output(ref, i, out[head]);
        }
    }
    ludus_reference_destroy(ref);
    return LUDUS_OK;
}
