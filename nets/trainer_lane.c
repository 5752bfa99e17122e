#include "nets/trainer_lane.h"

#include <assert.h>
#include <string.h>

#include "nets/dnnl_backend.h"
#include "nets/layer.h"
#include "nets/noise.h"

// ---- Life cycle ------------------------------------------------------------------------------

static size_t value_floats(const ludus_lane *l, int32_t node)
{
    return (ludus_plan_row_floats(&l->net->graph, node) * (size_t)l->rows + 15) / 16 * 16;
}

static size_t flat_floats(const ludus_lane *l, int32_t node)
{
    const ludus_graph *g = &l->net->graph;
    return node > 0 && ludus_plan_flattens(g, node) ? value_floats(l, g->nodes[node].in[0]) : 0;
}

static ludus_kernel_desc describe_kernel(const ludus_lane *l, int32_t node, ludus_kernel_pass pass)
{
    ludus_kernel_desc d = ludus_plan_kernel(&l->net->graph, node, l->rows, pass);
    d.precision = l->is_bf16 ? LUDUS_PRECISION_BF16 : LUDUS_PRECISION_F32;
    d.is_wide = true; // values and gradients between matrix nodes stay f32
    return d;
}

static ludus_status create_kernels(ludus_lane *l, int32_t node, size_t *packed_bytes,
                                   ludus_error *error)
{
    const ludus_graph *g = &l->net->graph;
    ludus_kernel_desc d = describe_kernel(l, node, LUDUS_KERNEL_FORWARD);
    ludus_status status = ludus_kernel_create(&l->forward[node], &d, NULL, error);
    if (status != LUDUS_OK) {
        return status;
    }
    d = describe_kernel(l, node, LUDUS_KERNEL_BACKWARD_WEIGHTS);
    status = ludus_kernel_create(&l->backward_weights[node], &d, NULL, error);
    if (status != LUDUS_OK) {
        return status;
    }
    const size_t bytes = ludus_kernel_weights_bytes(l->backward_weights[node]);
    *packed_bytes = bytes > *packed_bytes ? bytes : *packed_bytes;
    if (g->nodes[node].in[0] == 0) {
        return LUDUS_OK; // nobody asks for the input's gradient
    }
    d = describe_kernel(l, node, LUDUS_KERNEL_BACKWARD_DATA);
    d.has_bias = false;
    return ludus_kernel_create(&l->backward_data[node], &d, NULL, error);
}

// Room for the bf16 copies of what matrix nodes read.
static ludus_status create_halves(ludus_lane *l, size_t largest)
{
    const ludus_graph *g = &l->net->graph;
    l->halves = ludus_alloc((size_t)g->num_nodes, sizeof *l->halves);
    l->flat_halves = ludus_alloc((size_t)g->num_nodes, sizeof *l->flat_halves);
    l->half_scratch = ludus_alloc(l->is_bf16 ? largest : 1, sizeof *l->half_scratch);
    bool complete = l->halves && l->flat_halves && l->half_scratch;
    for (int32_t i = 1; l->is_bf16 && complete && i < g->num_nodes; i++) {
        const int32_t in = g->nodes[i].in[0];
        if (!ludus_plan_is_matrix(&g->nodes[i])) {
            continue;
        }
        uint16_t **place = ludus_plan_flattens(g, i) ? &l->flat_halves[i] : &l->halves[in];
        *place = *place != NULL ? *place : ludus_alloc(value_floats(l, in), sizeof **place);
        complete = *place != NULL;
    }
    return complete ? LUDUS_OK : LUDUS_ERR_NOMEM;
}

static ludus_status create_arrays(ludus_lane *l)
{
    const ludus_graph *g = &l->net->graph;
    const size_t nodes = (size_t)g->num_nodes;
    size_t total = 0, largest = 0, weights = 0;
    for (int32_t i = 0; i < g->num_nodes; i++) {
        const size_t n = value_floats(l, i);
        total += i == 0 ? n : 2 * n;
        total += flat_floats(l, i);
        largest = n > largest ? n : largest;
    }
    for (size_t i = 0; i < g->num_tensors; i++) {
        const size_t end = i + 1 < g->num_tensors
                               ? (size_t)(g->tensors[i + 1].data - g->tensors[i].data)
                               : g->num_floats - (size_t)(g->tensors[i].data - l->net->params);
        weights = end > weights ? end : weights;
    }
    l->forward = ludus_alloc(nodes, sizeof *l->forward);
    l->backward_data = ludus_alloc(nodes, sizeof *l->backward_data);
    l->backward_weights = ludus_alloc(nodes, sizeof *l->backward_weights);
    l->values = ludus_alloc(nodes, sizeof *l->values);
    l->gradients = ludus_alloc(nodes, sizeof *l->gradients);
    l->has_gradient = ludus_alloc(nodes, sizeof *l->has_gradient);
    l->arena = ludus_alloc(total, sizeof *l->arena);
    l->scratch = ludus_alloc(largest, sizeof *l->scratch);
    l->flat = ludus_alloc(nodes, sizeof *l->flat);
    l->weights = ludus_alloc(weights, sizeof *l->weights);
    return l->forward && l->backward_data && l->backward_weights && l->values && l->gradients &&
                   l->has_gradient && l->arena && l->scratch && l->weights && l->flat
               ? create_halves(l, largest)
               : LUDUS_ERR_NOMEM;
}

ludus_status ludus_lane_init(ludus_lane *lane, ludus_net *net, const ludus_trainer_config *config,
                             ludus_error *error)
{
    memset(lane, 0, sizeof *lane);
    lane->net = net;
    lane->config = config;
    lane->rows = config->batch / config->shards;
    lane->is_bf16 =
        config->precision == LUDUS_PRECISION_BF16 && ludus_backend_has_native(LUDUS_PRECISION_BF16);
    const ludus_graph *g = &net->graph;
    if (create_arrays(lane) != LUDUS_OK) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "trainer: out of memory");
    }
    float *next = lane->arena;
    size_t packed_bytes = 64;
    for (int32_t i = 0; i < g->num_nodes; i++) {
        lane->values[i] = next;
        next += value_floats(lane, i);
        if (i > 0) {
            lane->gradients[i] = next;
            next += value_floats(lane, i);
        }
        if (flat_floats(lane, i) > 0) {
            lane->flat[i] = next;
            next += flat_floats(lane, i);
        }
        if (ludus_plan_is_matrix(&g->nodes[i])) {
            const ludus_status status = create_kernels(lane, i, &packed_bytes, error);
            if (status != LUDUS_OK) {
                return status;
            }
        }
    }
    lane->packed = ludus_alloc(packed_bytes, 1);
    return lane->packed != NULL ? LUDUS_OK
                                : ludus_fail(error, LUDUS_ERR_NOMEM, "trainer: out of memory");
}

void ludus_lane_free(ludus_lane *lane)
{
    for (int32_t i = 0; lane->net != NULL && i < lane->net->graph.num_nodes; i++) {
        ludus_kernel_destroy(lane->forward != NULL ? lane->forward[i] : NULL);
        ludus_kernel_destroy(lane->backward_data != NULL ? lane->backward_data[i] : NULL);
        ludus_kernel_destroy(lane->backward_weights != NULL ? lane->backward_weights[i] : NULL);
        ludus_free(lane->halves != NULL ? lane->halves[i] : NULL);
        ludus_free(lane->flat_halves != NULL ? lane->flat_halves[i] : NULL);
    }
    ludus_free(lane->halves);
    ludus_free(lane->flat_halves);
    ludus_free(lane->half_scratch);
    ludus_free(lane->forward);
    ludus_free(lane->backward_data);
    ludus_free(lane->backward_weights);
    ludus_free(lane->values);
    ludus_free(lane->gradients);
    ludus_free(lane->has_gradient);
    ludus_free(lane->arena);
    ludus_free(lane->scratch);
    ludus_free(lane->flat);
    ludus_free(lane->weights);
    ludus_free(lane->packed);
    memset(lane, 0, sizeof *lane);
}

static bool create_noise(ludus_lane_noise *noise, size_t inputs, size_t outputs)
{
    noise->in = ludus_alloc(inputs + 2 * outputs, sizeof *noise->in);
    if (noise->in != NULL) {
        noise->out = noise->in + inputs;
        noise->bias = noise->out + outputs;
    }
    return noise->in != NULL;
}

// Rounded operands and f32 arithmetic.
static bool emulates_bf16(const ludus_lane *l)
{
    return l->config->precision == LUDUS_PRECISION_BF16 && !l->is_bf16;
}

// Kernels that take plain weights read the net's own, unless something is done to them first.
static bool create_weights(ludus_lane_weights *w, const ludus_lane *lane, int32_t node)
{
    const ludus_node *n = &lane->net->graph.nodes[node];
    ludus_kernel *forward = lane->forward[node], *backward = lane->backward_data[node];
    const bool changes = ludus_noise_is_on(n) || emulates_bf16(lane);
    w->forward = w->backward = lane->net->graph.tensors[n->param[0]].data;
    bool complete = true;
    if (changes || !ludus_kernel_is_plain(forward)) {
        w->blocks[0] = ludus_alloc(ludus_kernel_weights_bytes(forward), 1);
        w->forward = w->backward = w->blocks[0];
        complete = w->blocks[0] != NULL;
    }
    if (backward != NULL && !ludus_kernel_is_plain(backward)) {
        w->blocks[1] = ludus_alloc(ludus_kernel_weights_bytes(backward), 1);
        w->backward = w->blocks[1];
        complete = complete && w->blocks[1] != NULL;
    }
    return complete;
}

ludus_status ludus_lane_shared_init(ludus_lane_shared *shared, const ludus_net *net,
                                    const ludus_lane *lane, ludus_error *error)
{
    const int32_t nodes = net->graph.num_nodes;
    shared->weights = ludus_alloc((size_t)nodes, sizeof *shared->weights);
    shared->noise = ludus_alloc((size_t)nodes, sizeof *shared->noise);
    bool complete = shared->weights != NULL && shared->noise != NULL;
    for (int32_t i = 0; complete && i < nodes; i++) {
        const ludus_node *node = &net->graph.nodes[i];
        if (ludus_plan_is_matrix(node)) {
            complete = create_weights(&shared->weights[i], lane, i);
        }
        if (complete && ludus_noise_is_on(node)) {
            complete = create_noise(&shared->noise[i], ludus_noise_inputs(&net->graph, node),
                                    (size_t)node->c);
        }
    }
    return complete ? LUDUS_OK : ludus_fail(error, LUDUS_ERR_NOMEM, "trainer: out of memory");
}

void ludus_lane_shared_free(ludus_lane_shared *shared, const ludus_net *net)
{
    for (int32_t i = 0; i < net->graph.num_nodes; i++) {
        ludus_free(shared->weights != NULL ? shared->weights[i].blocks[0] : NULL);
        ludus_free(shared->weights != NULL ? shared->weights[i].blocks[1] : NULL);
        ludus_free(shared->noise != NULL ? shared->noise[i].in : NULL);
    }
    ludus_free(shared->noise);
    ludus_free(shared->weights);
}

// Draws a noisy layer's noise of this step; its bias under it goes to the shared place.
static void make_noisy(const ludus_lane *lane, const ludus_lane_noise *noise, int32_t index,
                       int64_t step, float *weights)
{
    const ludus_graph *g = &lane->net->graph;
    const ludus_node *node = &g->nodes[index];
    const size_t inputs = ludus_noise_inputs(g, node), outputs = (size_t)node->c;
    const float one = 1.0f;
    ludus_noise_draw(ludus_noise_step_seed(lane->config->seed, step), index, inputs, outputs,
                     noise->in, noise->out);
    ludus_noise_apply(outputs, inputs, g->tensors[node->param[0]].data,
                      g->tensors[node->param[2]].data, noise->out, noise->in, weights);
    ludus_noise_apply(outputs, 1, g->tensors[node->param[1]].data, g->tensors[node->param[3]].data,
                      noise->out, &one, noise->bias);
}

void ludus_lane_pack(ludus_lane *lane, ludus_lane_shared *shared, int32_t node, int64_t step)
{
    const ludus_graph *g = &lane->net->graph;
    const ludus_lane_weights *w = &shared->weights[node];
    if (w->blocks[0] == NULL) {
        return; // no matrix node, or nothing to do
    }
    const ludus_tensor *t = &g->tensors[g->nodes[node].param[0]];
    const bool is_plain = ludus_kernel_is_plain(lane->forward[node]);
    const float *weights = t->data;
    float *changed = is_plain ? w->blocks[0] : lane->weights;
    if (ludus_noise_is_on(&g->nodes[node])) {
        make_noisy(lane, &shared->noise[node], node, step, changed);
        weights = changed;
    }
    if (emulates_bf16(lane)) {
        ludus_round_bf16(ludus_tensor_count(t), weights, changed);
        weights = changed;
    }
    if (!is_plain) {
        ludus_kernel_pack(lane->forward[node], weights, w->forward);
    }
    if (w->blocks[1] != NULL) {
        ludus_kernel_pack(lane->backward_data[node], weights, w->backward);
    }
}

// ---- Forward ---------------------------------------------------------------------------------

// A node's surroundings, looked up once for forward and backward alike.
typedef struct view {
    const ludus_node *node, *from;
    size_t n, area, c; // rows, cells and channels of the first input
    const float *x, *x2;
    float *y, *dy;
    const float *p[LUDUS_NODE_MAX_PARAMS];
    float *dp[LUDUS_NODE_MAX_PARAMS]; // in the shard's gradient block
} view;

static view look(const ludus_lane *l, int32_t i, const ludus_lane_shard *shard)
{
    const ludus_graph *g = &l->net->graph;
    const ludus_node *node = &g->nodes[i], *from = &g->nodes[node->in[0]];
    view v = {.node = node,
              .from = from,
              .n = (size_t)l->rows,
              .area = (size_t)(from->h * from->w),
              .c = (size_t)from->c,
              .x = l->values[node->in[0]],
              .x2 = node->in[1] >= 0 ? l->values[node->in[1]] : NULL,
              .y = l->values[i],
              .dy = l->gradients[i]};
    for (int k = 0; k < LUDUS_NODE_MAX_PARAMS; k++) {
        if (node->param[k] >= 0) {
            v.p[k] = g->tensors[node->param[k]].data;
            v.dp[k] = shard->gradient + (v.p[k] - l->net->params);
        }
    }
    return v;
}

static uint64_t dropout_key(const ludus_lane *l, int32_t node, int32_t shard, int64_t step)
{
    return ludus_mix64(l->config->seed ^ ludus_mix64((uint64_t)step * 64 + (uint64_t)shard + 1) ^
                       ludus_mix64((uint64_t)node << 32));
}

// What a matrix node's kernels read; `flattens` where it is not yet in order.
static const void *matrix_source(const ludus_lane *l, int32_t i, bool flattens)
{
    const ludus_graph *g = &l->net->graph;
    const int32_t in = g->nodes[i].in[0];
    if (l->flat[i] == NULL) {
        return l->is_bf16 ? (const void *)l->halves[in] : l->values[in];
    }
    if (flattens) {
        ludus_plan_flatten(g, i, l->rows, l->values[in], l->flat[i]);
    }
    if (flattens && l->is_bf16) {
        ludus_to_bf16(flat_floats(l, i), l->flat[i], l->flat_halves[i]);
    }
    return l->is_bf16 ? (const void *)l->flat_halves[i] : l->flat[i];
}

// The bf16 copy of a value, if a matrix node reads it.
static void halve(const ludus_lane *l, int32_t node)
{
    if (l->halves[node] != NULL) {
        ludus_to_bf16(value_floats(l, node), l->values[node], l->halves[node]);
    }
}

static void forward_node(const ludus_lane *l, const ludus_lane_shared *shared, int32_t i,
                         const ludus_lane_shard *shard, uint64_t key)
{
    const view v = look(l, i, shard);
    const size_t cells = v.n * v.area, count = cells * v.c;
    switch (v.node->kind) {
    case LUDUS_NODE_CONV:
    case LUDUS_NODE_DENSE:
        ludus_kernel_forward(l->forward[i], matrix_source(l, i, true), shared->weights[i].forward,
                             ludus_noise_is_on(v.node) ? shared->noise[i].bias : v.p[1], NULL, v.y);
        break;
    case LUDUS_NODE_BATCHNORM:
        // The shard's statistics take the places of the running ones in its block.
        ludus_batchnorm_train(cells, v.c, v.x, v.p[0], v.p[1], v.dp[2], v.dp[3], v.y);
        break;
    case LUDUS_NODE_LAYERNORM:
        ludus_layernorm_forward(v.n, v.area, v.c, v.x, v.p[0], v.p[1], v.y);
        break;
    case LUDUS_NODE_RELU:
        ludus_relu_forward(count, v.x, v.y);
        break;
    case LUDUS_NODE_ADD:
        ludus_add_forward(count, v.x, v.x2, v.y);
        break;
    case LUDUS_NODE_POOL:
        ludus_pool_forward(v.n, v.area, v.c, v.node->pool_mean, v.x, v.y);
        break;
    case LUDUS_NODE_SCALE:
        ludus_scale_forward(v.n, v.area, v.c, v.x, v.x2, v.y);
        break;
    case LUDUS_NODE_BIAS:
        ludus_bias_forward(v.n, v.area, v.c, v.x, v.x2, v.y);
        break;
    case LUDUS_NODE_DROPOUT:
        ludus_dropout(count, v.node->dropout, key, v.x, false, v.y);
        break;
    case LUDUS_NODE_DUELING:
        ludus_dueling_forward(v.n, (size_t)v.node->c / v.c, v.c, v.x, v.x2, v.y);
        break;
    case LUDUS_NODE_CONCAT:
        ludus_concat_forward(v.n, v.area * v.c, (size_t)v.node->c - v.area * v.c, v.x, v.x2, v.y);
        break;
    case LUDUS_NODE_INPUT:
        break;
    }
}

// ---- Backward --------------------------------------------------------------------------------

// Whether the input already holds a gradient to add to; afterwards it does.
static bool claim(ludus_lane *l, int32_t node)
{
    const bool add = l->has_gradient[node];
    l->has_gradient[node] = true;
    return add;
}

static void weights_gradient(ludus_lane *l, int32_t i, const view *v, const void *dy)
{
    ludus_kernel *kernel = l->backward_weights[i];
    const void *x = matrix_source(l, i, false);
    if (ludus_kernel_is_plain(kernel)) {
        ludus_kernel_backward_weights(kernel, x, dy, v->dp[0], v->dp[1]);
        return;
    }
    ludus_kernel_backward_weights(kernel, x, dy, l->packed, v->dp[1]);
    ludus_kernel_unpack(kernel, l->packed, v->dp[0]);
}

// A matrix node's gradient as its kernels read it. Nobody else does: it may be rounded in place.
static const void *matrix_gradient(ludus_lane *l, int32_t i)
{
    if (l->is_bf16) {
        ludus_to_bf16(value_floats(l, i), l->gradients[i], l->half_scratch);
        return l->half_scratch;
    }
    if (emulates_bf16(l)) {
        ludus_round_bf16(value_floats(l, i), l->gradients[i], l->gradients[i]);
    }
    return l->gradients[i];
}

static void backward_matrix(ludus_lane *l, const ludus_lane_shared *shared, int32_t i,
                            const view *v)
{
    const void *dy = matrix_gradient(l, i);
    weights_gradient(l, i, v, dy);
    const int32_t in = v->node->in[0];
    if (in == 0) {
        return;
    }
    const bool add = claim(l, in);
    float *dx = add ? l->scratch : l->gradients[in];
    if (l->flat[i] != NULL) {
        // The flat input is not needed any more: its place takes the flat gradient.
        ludus_kernel_backward_data(l->backward_data[i], dy, shared->weights[i].backward,
                                   l->flat[i]);
        ludus_plan_unflatten(&l->net->graph, i, l->rows, l->flat[i], dx);
    } else {
        ludus_kernel_backward_data(l->backward_data[i], dy, shared->weights[i].backward, dx);
    }
    if (add) {
        ludus_copy_backward(v->n * v->area * v->c, dx, true, l->gradients[in]);
    }
}

static void backward_node(ludus_lane *l, const ludus_lane_shared *shared, int32_t i,
                          const ludus_lane_shard *shard, uint64_t key)
{
    const view v = look(l, i, shard);
    const size_t cells = v.n * v.area, count = cells * v.c;
    if (ludus_plan_is_matrix(v.node)) {
        backward_matrix(l, shared, i, &v);
        return;
    }
    const int32_t in = v.node->in[0], in2 = v.node->in[1];
    assert(in > 0); // only matrix nodes read the input
    const bool add = claim(l, in), add2 = in2 >= 0 && claim(l, in2);
    float *dx = l->gradients[in], *dx2 = in2 >= 0 ? l->gradients[in2] : NULL;
    switch (v.node->kind) {
    case LUDUS_NODE_BATCHNORM:
        ludus_batchnorm_backward(cells, v.c, v.x, v.p[0], v.dp[2], v.dp[3], v.dy, add, dx, v.dp[0],
                                 v.dp[1]);
        break;
    case LUDUS_NODE_LAYERNORM:
        ludus_layernorm_backward(v.n, v.area, v.c, v.x, v.p[0], v.dy, add, dx, v.dp[0], v.dp[1]);
        break;
    case LUDUS_NODE_RELU:
        ludus_relu_backward(count, v.y, v.dy, add, dx);
        break;
    case LUDUS_NODE_ADD:
        ludus_copy_backward(count, v.dy, add, dx);
        ludus_copy_backward(count, v.dy, add2, dx2);
        break;
    case LUDUS_NODE_POOL:
        ludus_pool_backward(v.n, v.area, v.c, v.node->pool_mean, v.x, v.y, v.dy, add, dx);
        break;
    case LUDUS_NODE_SCALE:
        ludus_scale_backward(v.n, v.area, v.c, v.x, v.x2, v.dy, add, dx, add2, dx2);
        break;
    case LUDUS_NODE_BIAS:
        ludus_copy_backward(count, v.dy, add, dx);
        ludus_bias_backward(v.n, v.area, v.c, v.dy, add2, dx2);
        break;
    case LUDUS_NODE_DROPOUT:
        ludus_dropout(count, v.node->dropout, key, v.dy, add, dx);
        break;
    case LUDUS_NODE_DUELING:
        ludus_dueling_backward(v.n, (size_t)v.node->c / v.c, v.c, v.dy, add, dx, add2, dx2);
        break;
    case LUDUS_NODE_CONCAT:
        ludus_concat_backward(v.n, v.area * v.c, (size_t)v.node->c - v.area * v.c, v.dy, add, dx,
                              add2, dx2);
        break;
    default:
        assert(false);
    }
}

// Of a node that no loss reaches.
static void zero_gradient(const ludus_lane *l, int32_t node, ludus_lane_shard *out)
{
    const ludus_graph *g = &l->net->graph;
    for (int k = 0; k < LUDUS_NODE_MAX_PARAMS; k++) {
        const int32_t tensor = g->nodes[node].param[k];
        if (tensor >= 0 && g->tensors[tensor].trainable) {
            const float *data = g->tensors[tensor].data;
            memset(out->gradient + (data - l->net->params), 0,
                   ludus_tensor_count(&g->tensors[tensor]) * sizeof *out->gradient);
        }
    }
}

void ludus_lane_run(ludus_lane *lane, const ludus_lane_shared *shared, const ludus_batch *batch,
                    int32_t shard, int64_t step, ludus_lane_shard *out, float *td_error)
{
    const ludus_graph *g = &lane->net->graph;
    const ludus_node *input = &g->nodes[0];
    const size_t row_in = (size_t)input->h * (size_t)input->w * (size_t)input->c;
    const bool round = emulates_bf16(lane);
    memset(lane->has_gradient, 0, (size_t)g->num_nodes * sizeof *lane->has_gradient);
    memset(out->loss, 0, sizeof out->loss);
    ludus_plan_load_input(g, lane->rows, batch->in + (size_t)shard * (size_t)lane->rows * row_in,
                          lane->values[0]);
    if (round) {
        ludus_round_bf16(value_floats(lane, 0), lane->values[0], lane->values[0]);
    }
    halve(lane, 0);
    for (int32_t i = 1; i < g->num_nodes; i++) {
        forward_node(lane, shared, i, out, dropout_key(lane, i, shard, step));
        halve(lane, i);
        if (round && g->nodes[i].head < 0) {
            ludus_round_bf16(value_floats(lane, i), lane->values[i], lane->values[i]);
        }
    }
    for (int32_t i = 1; i < g->num_nodes; i++) {
        const int32_t head = g->nodes[i].head;
        if (head >= 0 && batch->target[head] != NULL) {
            ludus_lane_loss(lane, i, batch, shard, out, td_error);
        }
    }
    for (int32_t i = g->num_nodes - 1; i > 0; i--) {
        if (lane->has_gradient[i]) {
            backward_node(lane, shared, i, out, dropout_key(lane, i, shard, step));
        } else {
            zero_gradient(lane, i, out);
        }
    }
}
