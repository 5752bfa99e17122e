#include "nets/net_graph.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

// Enough for 64 blocks with every option, and six heads; checked as nodes are added.
#define MAX_NODES 2048
#define MAX_TENSORS 4096
#define NAME_BYTES 64

typedef struct builder {
    ludus_graph *graph;
    const ludus_net_desc *desc;
} builder;

// ---- Nodes and tensors -----------------------------------------------------------------------

static int32_t add_tensor(builder *b, const char *prefix, const char *name, bool trainable,
                          int32_t rank, const int32_t *shape)
{
    ludus_graph *g = b->graph;
    assert(g->num_tensors < MAX_TENSORS);
    const size_t index = g->num_tensors++;
    const int length = snprintf(g->names[index], NAME_BYTES, "%s.%s", prefix, name);
    assert(length > 0 && length < NAME_BYTES);
    (void)length;
    ludus_tensor *t = &g->tensors[index];
    *t = (ludus_tensor){.name = g->names[index], .rank = rank, .trainable = trainable};
    size_t count = 1;
    for (int32_t i = 0; i < rank; i++) {
        t->shape[i] = shape[i];
        count *= (size_t)shape[i];
    }
    // Every tensor begins on a cache line.
    g->num_floats += (count + 15) / 16 * 16;
    return (int32_t)index;
}

static int32_t add_vector(builder *b, const char *prefix, const char *name, bool trainable,
                          int32_t size)
{
    return add_tensor(b, prefix, name, trainable, 1, &size);
}

static int32_t add_node(builder *b, ludus_node node)
{
    assert(b->graph->num_nodes < MAX_NODES);
    b->graph->nodes[b->graph->num_nodes] = node;
    return b->graph->num_nodes++;
}

static ludus_node node_like(const builder *b, ludus_node_kind kind, int32_t in)
{
    const ludus_node *from = &b->graph->nodes[in];
    return (ludus_node){.kind = kind,
                        .in = {in, -1},
                        .param = {-1, -1, -1, -1},
                        .h = from->h,
                        .w = from->w,
                        .c = from->c,
                        .head = -1};
}

static int32_t add_simple(builder *b, ludus_node_kind kind, int32_t in, int32_t in2)
{
    ludus_node node = node_like(b, kind, in);
    node.in[1] = in2;
    return add_node(b, node);
}

static int32_t add_conv(builder *b, const char *prefix, int32_t in, ludus_conv_layer layer,
                        bool has_bias)
{
    ludus_node node = node_like(b, LUDUS_NODE_CONV, in);
    const int32_t shape[4] = {layer.channels, node.c, layer.kernel, layer.kernel};
    node.param[0] = add_tensor(b, prefix, "weight", true, 4, shape);
    node.param[1] = has_bias ? add_vector(b, prefix, "bias", true, layer.channels) : -1;
    node.kernel = layer.kernel;
    node.stride = layer.stride;
    node.pad = layer.pad;
    node.h = (node.h + 2 * layer.pad - layer.kernel) / layer.stride + 1;
    node.w = (node.w + 2 * layer.pad - layer.kernel) / layer.stride + 1;
    node.c = layer.channels;
    return add_node(b, node);
}

static int32_t add_dense(builder *b, const char *prefix, int32_t in, int32_t size, bool noisy)
{
    ludus_node node = node_like(b, LUDUS_NODE_DENSE, in);
    const int32_t shape[2] = {size, node.h * node.w * node.c};
    node.param[0] = add_tensor(b, prefix, "weight", true, 2, shape);
    node.param[1] = add_vector(b, prefix, "bias", true, size);
    if (noisy) {
        node.param[2] = add_tensor(b, prefix, "weight_sigma", true, 2, shape);
        node.param[3] = add_vector(b, prefix, "bias_sigma", true, size);
    }
    node.h = 1;
    node.w = 1;
    node.c = size;
    return add_node(b, node);
}

static int32_t add_norm(builder *b, const char *prefix, int32_t in, ludus_norm_kind kind)
{
    if (kind == LUDUS_NORM_NONE) {
        return in;
    }
    const bool batch = kind == LUDUS_NORM_BATCH;
    ludus_node node = node_like(b, batch ? LUDUS_NODE_BATCHNORM : LUDUS_NODE_LAYERNORM, in);
    node.param[0] = add_vector(b, prefix, "weight", true, node.c);
    node.param[1] = add_vector(b, prefix, "bias", true, node.c);
    if (batch) {
        node.param[2] = add_vector(b, prefix, "running_mean", false, node.c);
        node.param[3] = add_vector(b, prefix, "running_var", false, node.c);
    }
    return add_node(b, node);
}

// Convolution and its normalisation, the pair named PREFIX.convK and PREFIX.normK.
static int32_t add_conv_norm(builder *b, const char *prefix, int32_t number, int32_t in,
                             ludus_conv_layer layer)
{
    char name[NAME_BYTES];
    const ludus_norm_kind norm = b->desc->norm;
    snprintf(name, sizeof name, "%s.conv%d", prefix, number);
    const int32_t conv = add_conv(b, name, in, layer, norm == LUDUS_NORM_NONE);
    snprintf(name, sizeof name, "%s.norm%d", prefix, number);
    return add_norm(b, name, conv, norm);
}

static int32_t add_relu(builder *b, int32_t in)
{
    return add_simple(b, LUDUS_NODE_RELU, in, -1);
}

// ---- Trunks ----------------------------------------------------------------------------------

static int32_t add_pool(builder *b, int32_t in, bool mean_only)
{
    ludus_node node = node_like(b, LUDUS_NODE_POOL, in);
    node.pool_mean = mean_only;
    node.h = 1;
    node.w = 1;
    node.c = mean_only ? node.c : 2 * node.c;
    return add_node(b, node);
}

// Squeeze-excitation with scale and bias, as Lc0 uses it.
static int32_t add_squeeze(builder *b, const char *prefix, int32_t in)
{
    char name[NAME_BYTES];
    const int32_t channels = b->graph->nodes[in].c;
    snprintf(name, sizeof name, "%s.se.fc1", prefix);
    const int32_t squeezed =
        add_relu(b, add_dense(b, name, add_pool(b, in, true), b->desc->se_channels, false));
    snprintf(name, sizeof name, "%s.se.fc2", prefix);
    const int32_t excited = add_dense(b, name, squeezed, 2 * channels, false);
    return add_simple(b, LUDUS_NODE_SCALE, in, excited);
}

static int32_t add_pool_bias(builder *b, const char *prefix, int32_t in)
{
    char name[NAME_BYTES];
    const int32_t channels = b->graph->nodes[in].c;
    snprintf(name, sizeof name, "%s.gpool.fc", prefix);
    const int32_t bias = add_dense(b, name, add_pool(b, in, false), channels, false);
    return add_simple(b, LUDUS_NODE_BIAS, in, bias);
}

static int32_t add_block(builder *b, int32_t index, int32_t in)
{
    const ludus_net_desc *d = b->desc;
    const ludus_conv_layer conv3 = {d->channels, 3, 1, 1};
    const bool pools = d->gpool_every > 0 && (index + 1) % d->gpool_every == 0;
    char prefix[32], name[NAME_BYTES];
    snprintf(prefix, sizeof prefix, "trunk.block%d", index);
    int32_t x = in;
    if (d->preactivation) {
        snprintf(name, sizeof name, "%s.norm1", prefix);
        x = add_relu(b, add_norm(b, name, x, d->norm));
        snprintf(name, sizeof name, "%s.conv1", prefix);
        x = add_conv(b, name, x, conv3, d->norm == LUDUS_NORM_NONE);
        x = pools ? add_pool_bias(b, prefix, x) : x;
        snprintf(name, sizeof name, "%s.norm2", prefix);
        x = add_relu(b, add_norm(b, name, x, d->norm));
        snprintf(name, sizeof name, "%s.conv2", prefix);
        x = add_conv(b, name, x, conv3, d->norm == LUDUS_NORM_NONE);
    } else {
        x = add_relu(b, add_conv_norm(b, prefix, 1, x, conv3));
        x = pools ? add_pool_bias(b, prefix, x) : x;
        x = add_conv_norm(b, prefix, 2, x, conv3);
    }
    x = d->se_channels > 0 ? add_squeeze(b, prefix, x) : x;
    x = add_simple(b, LUDUS_NODE_ADD, x, in);
    return d->preactivation ? x : add_relu(b, x);
}

static int32_t add_residual_trunk(builder *b, int32_t in)
{
    const ludus_net_desc *d = b->desc;
    int32_t x = add_conv(b, "trunk.stem.conv", in, (ludus_conv_layer){d->channels, 3, 1, 1},
                         d->norm == LUDUS_NORM_NONE || d->preactivation);
    if (!d->preactivation) {
        x = add_relu(b, add_norm(b, "trunk.stem.norm", x, d->norm));
    }
    for (int32_t i = 0; i < d->blocks; i++) {
        x = add_block(b, i, x);
    }
    return d->preactivation ? add_relu(b, add_norm(b, "trunk.norm", x, d->norm)) : x;
}

static int32_t add_dropout(builder *b, int32_t in)
{
    if (b->desc->dropout <= 0.0f) {
        return in;
    }
    ludus_node node = node_like(b, LUDUS_NODE_DROPOUT, in);
    node.dropout = b->desc->dropout;
    return add_node(b, node);
}

static int32_t add_hidden_layers(builder *b, int32_t x)
{
    const ludus_net_desc *d = b->desc;
    char name[NAME_BYTES];
    for (int32_t i = 0; i < d->num_hidden; i++) {
        snprintf(name, sizeof name, "trunk.fc%d", i + 1);
        x = add_dense(b, name, x, d->hidden[i], d->noisy);
        // Batch norm over a handful of dense features is of no use: plain trunks take layer norm.
        snprintf(name, sizeof name, "trunk.fcnorm%d", i + 1);
        x = add_norm(b, name, x, d->norm == LUDUS_NORM_LAYER ? LUDUS_NORM_LAYER : LUDUS_NORM_NONE);
        x = add_dropout(b, add_relu(b, x));
    }
    return x;
}

static int32_t add_plain_trunk(builder *b, int32_t x)
{
    for (int32_t i = 0; i < b->desc->num_convs; i++) {
        x = add_relu(b, add_conv_norm(b, "trunk", i + 1, x, b->desc->convs[i]));
    }
    return add_hidden_layers(b, x);
}

// ---- Heads -----------------------------------------------------------------------------------

// 1x1 convolution, norm and ReLU before the dense layers, for trunks that end in an image.
static int32_t add_head_conv(builder *b, const char *prefix, const ludus_head_desc *head,
                             int32_t trunk)
{
    const ludus_node *end = &b->graph->nodes[trunk];
    if (head->channels == 0 || end->h * end->w == 1) {
        return trunk;
    }
    return add_relu(
        b, add_conv_norm(b, prefix, 1, trunk, (ludus_conv_layer){head->channels, 1, 1, 0}));
}

static int32_t add_head_hidden(builder *b, const char *prefix, const ludus_head_desc *head,
                               int32_t x, const char *layer)
{
    char name[NAME_BYTES];
    if (head->hidden == 0) {
        return x;
    }
    snprintf(name, sizeof name, "%s.%s", prefix, layer);
    const bool noisy = b->desc->noisy && head->kind == LUDUS_HEAD_Q;
    return add_relu(b, add_dense(b, name, x, head->hidden, noisy));
}

static int32_t add_q_head(builder *b, const char *prefix, const ludus_head_desc *head, int32_t x)
{
    char name[NAME_BYTES];
    const int32_t outputs = head->size * head->atoms;
    const int32_t hidden = add_head_hidden(b, prefix, head, x, "fc1");
    snprintf(name, sizeof name, "%s.out", prefix);
    const int32_t advantages = add_dense(b, name, hidden, outputs, b->desc->noisy);
    if (!head->dueling) {
        return advantages;
    }
    const int32_t value_hidden = add_head_hidden(b, prefix, head, x, "value_fc1");
    snprintf(name, sizeof name, "%s.value_out", prefix);
    const int32_t value = add_dense(b, name, value_hidden, head->atoms, b->desc->noisy);
    ludus_node node = node_like(b, LUDUS_NODE_DUELING, value);
    node.in[1] = advantages;
    node.c = outputs;
    return add_node(b, node);
}

// The board's cells by 1x1 convolutions, the further moves by a dense layer over the pooled board.
static int32_t add_pooled_policy(builder *b, const char *prefix, const ludus_head_desc *head,
                                 int32_t x)
{
    char name[NAME_BYTES];
    const int32_t pool = add_pool(b, x, false);
    snprintf(name, sizeof name, "%s.gpool.fc", prefix);
    const int32_t bias = add_dense(b, name, pool, head->channels, false);
    const int32_t biased = add_relu(b, add_simple(b, LUDUS_NODE_BIAS, x, bias));
    snprintf(name, sizeof name, "%s.out", prefix);
    const int32_t cells = add_conv(b, name, biased, (ludus_conv_layer){1, 1, 1, 0}, true);
    ludus_node node = node_like(b, LUDUS_NODE_CONCAT, cells);
    const int32_t further = head->size - node.h * node.w;
    if (further == 0) {
        return cells;
    }
    snprintf(name, sizeof name, "%s.further", prefix);
    node.in[1] = add_dense(b, name, pool, further, false);
    node.h = node.w = 1;
    node.c = head->size;
    return add_node(b, node);
}

static int32_t add_outputs(builder *b, const char *prefix, const ludus_head_desc *head, int32_t x)
{
    char name[NAME_BYTES];
    if (head->kind == LUDUS_HEAD_Q) {
        return add_q_head(b, prefix, head, x);
    }
    if (head->pooled && head->kind == LUDUS_HEAD_POLICY) {
        return add_pooled_policy(b, prefix, head, x);
    }
    if (head->pooled) {
        x = add_pool(b, x, false);
    }
    snprintf(name, sizeof name, "%s.out", prefix);
    return add_dense(b, name, add_head_hidden(b, prefix, head, x, "fc1"), head->size, false);
}

static void add_head(builder *b, int32_t index, int32_t trunk)
{
    const ludus_head_desc *head = &b->desc->heads[index];
    char prefix[32], name[NAME_BYTES];
    snprintf(prefix, sizeof prefix, "heads.%s", head->name);
    snprintf(name, sizeof name, "heads.%s.out", head->name);
    int32_t x;
    if (head->kind == LUDUS_HEAD_PLANES) {
        x = add_conv(b, name, trunk, (ludus_conv_layer){head->size, 1, 1, 0}, true);
    } else {
        x = add_outputs(b, prefix, head, add_head_conv(b, prefix, head, trunk));
    }
    b->graph->nodes[x].head = index;
}

ludus_status ludus_graph_build(ludus_graph *graph, const ludus_net_desc *desc)
{
    memset(graph, 0, sizeof *graph);
    graph->nodes = ludus_alloc(MAX_NODES, sizeof *graph->nodes);
    graph->tensors = ludus_alloc(MAX_TENSORS, sizeof *graph->tensors);
    graph->names = ludus_alloc(MAX_TENSORS, sizeof *graph->names);
    if (!graph->nodes || !graph->tensors || !graph->names) {
        ludus_graph_free(graph);
        return LUDUS_ERR_NOMEM;
    }
    builder b = {.graph = graph, .desc = desc};
    const ludus_node input = {.kind = LUDUS_NODE_INPUT,
                              .in = {-1, -1},
                              .param = {-1, -1, -1, -1},
                              .h = desc->in_shape[1],
                              .w = desc->in_shape[2],
                              .c = desc->in_shape[0],
                              .head = -1};
    const int32_t in = add_node(&b, input);
    const int32_t trunk = desc->trunk == LUDUS_TRUNK_RESIDUAL ? add_residual_trunk(&b, in)
                          : desc->trunk == LUDUS_TRUNK_CONV   ? add_plain_trunk(&b, in)
                                                              : add_hidden_layers(&b, in);
    for (int32_t i = 0; i < desc->num_heads; i++) {
        add_head(&b, i, trunk);
    }
    return LUDUS_OK;
}

void ludus_graph_free(ludus_graph *graph)
{
    ludus_free(graph->nodes);
    ludus_free(graph->tensors);
    ludus_free(graph->names);
    memset(graph, 0, sizeof *graph);
}
