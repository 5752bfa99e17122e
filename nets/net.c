#include "nets/net.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "nets/noise.h"

static ludus_status build(ludus_net **out, const ludus_net_desc *desc)
{
    ludus_net *net = ludus_alloc(1, sizeof *net);
    if (net == NULL) {
        return LUDUS_ERR_NOMEM;
    }
    net->desc = *desc;
    if (ludus_graph_build(&net->graph, &net->desc) == LUDUS_OK) {
        net->params = ludus_alloc(net->graph.num_floats, sizeof *net->params);
    }
    if (net->params == NULL) {
        ludus_net_destroy(net);
        return LUDUS_ERR_NOMEM;
    }
    float *next = net->params;
    for (size_t i = 0; i < net->graph.num_tensors; i++) {
        net->graph.tensors[i].data = next;
        next += (ludus_tensor_count(&net->graph.tensors[i]) + 15) / 16 * 16;
    }
    *out = net;
    return LUDUS_OK;
}

// ---- Initial weights -------------------------------------------------------------------------

static void fill(ludus_net *net, int32_t tensor, float value)
{
    if (tensor < 0) {
        return;
    }
    const ludus_tensor *t = &net->graph.tensors[tensor];
    const size_t count = ludus_tensor_count(t);
    for (size_t i = 0; i < count; i++) {
        t->data[i] = value;
    }
}

// A concatenation is always a head's output.
static bool feeds_concat(const ludus_graph *g, const ludus_node *node)
{
    const int32_t index = (int32_t)(node - g->nodes);
    for (int32_t i = index + 1; i < g->num_nodes; i++) {
        const ludus_node *reader = &g->nodes[i];
        if (reader->kind == LUDUS_NODE_CONCAT &&
            (reader->in[0] == index || reader->in[1] == index)) {
            return true;
        }
    }
    return false;
}

static void init_weights(ludus_net *net, const ludus_node *node, ludus_rng *rng)
{
    const ludus_tensor *t = &net->graph.tensors[node->param[0]];
    const double area = t->rank == 4 ? (double)(t->shape[2] * t->shape[3]) : 1.0;
    const double fan_in = (double)t->shape[1] * area, fan_out = (double)t->shape[0] * area;
    // He et al. 2015, eq. 10; Glorot & Bengio 2010, eq. 16 as a normal of the same variance.
    double deviation =
        net->desc.init == LUDUS_INIT_HE ? sqrt(2.0 / fan_in) : sqrt(2.0 / (fan_in + fan_out));
    // Outputs begin near zero: policies near uniform, values near even. (A dueling head's streams
    // are not scaled down.)
    if (node->head >= 0 || feeds_concat(&net->graph, node)) {
        deviation *= 0.1;
    }
    const size_t count = ludus_tensor_count(t);
    for (size_t i = 0; i < count; i++) {
        t->data[i] = (float)(deviation * ludus_rng_normal(rng));
    }
}

// Fortunato et al. 2018, section 3.2: mu uniform within 1/sqrt(I), sigma 0.5/sqrt(I).
static void init_noisy(ludus_net *net, const ludus_node *node, ludus_rng *rng)
{
    const float bound = 1.0f / sqrtf((float)ludus_noise_inputs(&net->graph, node));
    for (int k = 0; k < 2; k++) {
        const ludus_tensor *mu = &net->graph.tensors[node->param[k]];
        const size_t count = ludus_tensor_count(mu);
        for (size_t i = 0; i < count; i++) {
            mu->data[i] = bound * (2.0f * ludus_rng_float(rng) - 1.0f);
        }
        fill(net, node->param[2 + k], 0.5f * bound);
    }
}

static void init_node(ludus_net *net, const ludus_node *node, uint64_t seed, uint64_t index)
{
    ludus_rng rng;
    ludus_rng_init(&rng, seed, index);
    switch (node->kind) {
    case LUDUS_NODE_CONV:
    case LUDUS_NODE_DENSE:
        if (ludus_noise_is_on(node)) {
            init_noisy(net, node, &rng);
        } else {
            init_weights(net, node, &rng);
        }
        break;
    case LUDUS_NODE_BATCHNORM:
        fill(net, node->param[3], 1.0f);
        fill(net, node->param[0], 1.0f);
        break;
    case LUDUS_NODE_LAYERNORM:
        fill(net, node->param[0], 1.0f);
        break;
    default:
        break;
    }
}

ludus_status ludus_net_create(ludus_net **out, const ludus_net_desc *desc, uint64_t seed,
                              ludus_error *error)
{
    *out = NULL;
    ludus_status status = ludus_net_desc_check(desc, error);
    if (status != LUDUS_OK) {
        return status;
    }
    status = build(out, desc);
    if (status != LUDUS_OK) {
        return ludus_fail(error, status, "net: out of memory");
    }
    for (int32_t i = 0; i < (*out)->graph.num_nodes; i++) {
        init_node(*out, &(*out)->graph.nodes[i], seed, (uint64_t)i);
    }
    return LUDUS_OK;
}

ludus_status ludus_net_clone(ludus_net **out, const ludus_net *net)
{
    *out = NULL;
    const ludus_status status = build(out, &net->desc);
    if (status == LUDUS_OK) {
        memcpy((*out)->params, net->params, net->graph.num_floats * sizeof *net->params);
    }
    return status;
}

static bool same_shape(const ludus_tensor *a, const ludus_tensor *b)
{
    return a->rank == b->rank && memcmp(a->shape, b->shape, sizeof a->shape) == 0;
}

static ludus_net_desc resized(const ludus_net_desc *desc, int32_t h, int32_t w)
{
    ludus_net_desc d = *desc;
    d.in_shape[1] = h;
    d.in_shape[2] = w;
    for (int32_t i = 0; i < d.num_heads; i++) {
        if (d.heads[i].kind == LUDUS_HEAD_POLICY && d.heads[i].pooled) {
            d.heads[i].size += h * w - desc->in_shape[1] * desc->in_shape[2];
        }
    }
    return d;
}

// A net of another size without weights; fails when those of `net` would not fit it.
static ludus_status build_resized(ludus_net **out, const ludus_net *net, int32_t h, int32_t w,
                                  ludus_error *error)
{
    const ludus_net_desc desc = resized(&net->desc, h, w);
    *out = NULL;
    ludus_status status = ludus_net_desc_check(&desc, error);
    if (status == LUDUS_OK && build(out, &desc) != LUDUS_OK) {
        status = ludus_fail(error, LUDUS_ERR_NOMEM, "net: out of memory");
    }
    // The nodes are the same, so the tensors are, but for their shapes.
    for (size_t i = 0; status == LUDUS_OK && i < net->graph.num_tensors; i++) {
        const ludus_tensor *from = &net->graph.tensors[i];
        if (!same_shape(from, &(*out)->graph.tensors[i])) {
            status = ludus_fail(error, LUDUS_ERR_ARG, "net: %s is tied to %dx%d boards", from->name,
                                net->desc.in_shape[1], net->desc.in_shape[2]);
        }
    }
    if (status != LUDUS_OK) {
        ludus_net_destroy(*out);
        *out = NULL;
    }
    return status;
}

ludus_status ludus_net_resize(ludus_net **out, const ludus_net *net, int32_t h, int32_t w,
                              ludus_error *error)
{
    const ludus_status status = build_resized(out, net, h, w, error);
    if (status == LUDUS_OK) {
        memcpy((*out)->params, net->params, net->graph.num_floats * sizeof *net->params);
    }
    return status;
}

ludus_status ludus_net_view(ludus_net **out, const ludus_net *net, int32_t h, int32_t w,
                            ludus_error *error)
{
    const ludus_status status = build_resized(out, net, h, w, error);
    if (status == LUDUS_OK) {
        ludus_free((*out)->params);
        (*out)->params = net->params;
        (*out)->borrows_params = true;
        for (size_t i = 0; i < net->graph.num_tensors; i++) {
            (*out)->graph.tensors[i].data = net->graph.tensors[i].data;
        }
    }
    return status;
}

void ludus_net_destroy(ludus_net *net)
{
    if (net != NULL) {
        ludus_graph_free(&net->graph);
        ludus_free(net->borrows_params ? NULL : net->params);
        ludus_free(net);
    }
}

// ---- Questions -------------------------------------------------------------------------------

const ludus_net_desc *ludus_net_describe(const ludus_net *net)
{
    return &net->desc;
}

size_t ludus_net_num_params(const ludus_net *net)
{
    size_t total = 0;
    for (size_t i = 0; i < net->graph.num_tensors; i++) {
        total += ludus_tensor_count(&net->graph.tensors[i]);
    }
    return total;
}

const char *ludus_net_nonfinite(const ludus_net *net)
{
    for (size_t i = 0; i < net->graph.num_tensors; i++) {
        const ludus_tensor *t = &net->graph.tensors[i];
        const size_t count = ludus_tensor_count(t);
        for (size_t k = 0; k < count; k++) {
            if (!isfinite(t->data[k])) {
                return t->name;
            }
        }
    }
    return NULL;
}

uint64_t ludus_net_hash(const ludus_net *net)
{
    return ludus_hash64(net->params, net->graph.num_floats * sizeof *net->params, 0);
}

size_t ludus_net_head_outputs(const ludus_net *net, int32_t head)
{
    assert(head >= 0 && head < net->desc.num_heads);
    for (int32_t i = 0; i < net->graph.num_nodes; i++) {
        const ludus_node *node = &net->graph.nodes[i];
        if (node->head == head) {
            return (size_t)node->h * (size_t)node->w * (size_t)node->c;
        }
    }
    assert(false);
    return 0;
}

int32_t ludus_net_find_head(const ludus_net *net, const char *name)
{
    for (int32_t i = 0; i < net->desc.num_heads; i++) {
        if (strcmp(net->desc.heads[i].name, name) == 0) {
            return i;
        }
    }
    return -1;
}

// Pairs of an output line and a filter line that meet inside the image, for one dimension.
static double meetings(int32_t out, int32_t in, const ludus_node *node)
{
    double count = 0.0;
    for (int32_t o = 0; o < out; o++) {
        for (int32_t k = 0; k < node->kernel; k++) {
            const int32_t at = o * node->stride + k - node->pad;
            count += at >= 0 && at < in;
        }
    }
    return count;
}

double ludus_net_flops(const ludus_net *net)
{
    double total = 0.0;
    for (int32_t i = 0; i < net->graph.num_nodes; i++) {
        const ludus_node *node = &net->graph.nodes[i];
        if (node->kind == LUDUS_NODE_CONV) {
            const ludus_node *from = &net->graph.nodes[node->in[0]];
            total += 2.0 * (double)node->c * (double)from->c * meetings(node->h, from->h, node) *
                     meetings(node->w, from->w, node);
        } else if (node->kind == LUDUS_NODE_DENSE) {
            total += 2.0 * (double)ludus_tensor_count(&net->graph.tensors[node->param[0]]);
        }
    }
    return total;
}

size_t ludus_net_num_tensors(const ludus_net *net)
{
    return net->graph.num_tensors;
}

ludus_tensor ludus_net_tensor(const ludus_net *net, size_t index)
{
    assert(index < net->graph.num_tensors);
    return net->graph.tensors[index];
}

const char *ludus_precision_name(ludus_precision precision)
{
    static const char *const names[LUDUS_NUM_PRECISIONS] = {"f32", "bf16", "int8"};
    assert((unsigned)precision < LUDUS_NUM_PRECISIONS);
    return names[precision];
}
