#include "nets/net.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "nets/dnnl_backend.h"
#include "nets/layer.h"
#include "nets/net_exec_internal.h"
#include "nets/noise.h"

// ---- Planning --------------------------------------------------------------------------------

static int32_t readers_of(const ludus_graph *g, int32_t node, int32_t *only)
{
    int32_t count = 0;
    *only = node;
    for (int32_t i = node + 1; i < g->num_nodes; i++) {
        if (g->nodes[i].in[0] == node || g->nodes[i].in[1] == node) {
            *only = i;
            count++;
        }
    }
    return count + (g->nodes[node].head >= 0);
}

// Follows a matrix node through the nodes that read it alone and can be fused.
static void fuse(const ludus_graph *g, ludus_exec_step *s, bool *taken)
{
    int32_t next;
    s->out = s->node;
    if (readers_of(g, s->out, &next) == 1 && g->nodes[next].kind == LUDUS_NODE_BATCHNORM) {
        s->norm = s->out = next;
        taken[next] = true;
    }
    if (readers_of(g, s->out, &next) == 1 && g->nodes[next].kind == LUDUS_NODE_ADD) {
        const ludus_node *add = &g->nodes[next];
        const int32_t other = add->in[0] == s->out ? add->in[1] : add->in[0];
        if (other < s->node) { // already computed
            s->residual = other;
            s->out = next;
            taken[next] = true;
        }
    }
    if (readers_of(g, s->out, &next) == 1 && g->nodes[next].kind == LUDUS_NODE_RELU) {
        s->relu = true;
        s->out = next;
        taken[next] = true;
    }
}

static bool is_native_bf16(const ludus_net_exec *e)
{
    return e->config.precision == LUDUS_PRECISION_BF16 &&
           ludus_backend_has_native(LUDUS_PRECISION_BF16);
}

// Rounded values and f32 arithmetic.
static bool emulates_bf16(const ludus_net_exec *e)
{
    return e->config.precision == LUDUS_PRECISION_BF16 && !is_native_bf16(e);
}

static ludus_status plan_steps(ludus_net_exec *e)
{
    const ludus_graph *g = &e->net->graph;
    bool *taken = ludus_alloc((size_t)g->num_nodes, sizeof *taken);
    e->steps = ludus_alloc((size_t)g->num_nodes, sizeof *e->steps);
    if (taken == NULL || e->steps == NULL) {
        ludus_free(taken);
        return LUDUS_ERR_NOMEM;
    }
    for (int32_t i = 1; i < g->num_nodes; i++) {
        // Dropout is the identity here; its value pointer is its input's.
        if (taken[i] || g->nodes[i].kind == LUDUS_NODE_DROPOUT) {
            continue;
        }
        ludus_exec_step *s = &e->steps[e->num_steps++];
        *s = (ludus_exec_step){.node = i, .norm = -1, .residual = -1, .out = i};
        s->is_matrix = ludus_plan_is_matrix(&g->nodes[i]);
        if (s->is_matrix) {
            fuse(g, s, taken);
            s->precision = is_native_bf16(e) ? LUDUS_PRECISION_BF16 : LUDUS_PRECISION_F32;
        }
    }
    ludus_free(taken);
    return LUDUS_OK;
}

static void choose_sizes(ludus_net_exec *e)
{
    int32_t size = e->config.max_batch;
    if (size > 16) {
        size = 16; // larger chunks leave the second-level cache
    }
    while (e->num_sizes < LUDUS_EXEC_SIZES) {
        e->sizes[e->num_sizes++] = size;
        if (size == 1) {
            break;
        }
        size = size > 4 ? size / 2 : 1;
    }
    e->sizes[e->num_sizes - 1] = 1;
}

static ludus_status create_noise(ludus_net_exec *e)
{
    const ludus_graph *g = &e->net->graph;
    size_t inputs = 1, outputs = 1;
    for (int32_t i = 0; i < g->num_nodes; i++) {
        const size_t in = ludus_noise_inputs(g, &g->nodes[i]), out = (size_t)g->nodes[i].c;
        inputs = in > inputs ? in : inputs;
        outputs = in > 0 && out > outputs ? out : outputs;
    }
    e->noise_in = ludus_alloc(inputs, sizeof *e->noise_in);
    e->noise_out = ludus_alloc(outputs, sizeof *e->noise_out);
    return e->noise_in != NULL && e->noise_out != NULL ? LUDUS_OK : LUDUS_ERR_NOMEM;
}

static ludus_status create_values(ludus_net_exec *e)
{
    const ludus_graph *g = &e->net->graph;
    size_t total = 0, largest = 0, flat = 1;
    e->values = ludus_alloc((size_t)g->num_nodes, sizeof *e->values);
    if (e->values == NULL) {
        return LUDUS_ERR_NOMEM;
    }
    for (int32_t i = 0; i < g->num_nodes; i++) {
        const size_t row = ludus_plan_row_floats(g, i);
        total += (row * (size_t)e->sizes[0] + 15) / 16 * 16;
        flat = row > flat ? row : flat;
    }
    for (size_t i = 0; i < g->num_tensors; i++) {
        const size_t count = ludus_tensor_count(&g->tensors[i]);
        largest = count > largest ? count : largest;
    }
    e->arena = ludus_alloc(total, sizeof *e->arena);
    e->weights = ludus_alloc(largest, sizeof *e->weights);
    e->flat = ludus_alloc(flat * (size_t)e->sizes[0], sizeof *e->flat);
    e->flat_halves = ludus_alloc(flat * (size_t)e->sizes[0], sizeof *e->flat_halves);
    if (!e->arena || !e->weights || !e->flat || !e->flat_halves || create_noise(e) != LUDUS_OK) {
        return LUDUS_ERR_NOMEM;
    }
    float *next = e->arena;
    for (int32_t i = 0; i < g->num_nodes; i++) {
        if (g->nodes[i].kind == LUDUS_NODE_DROPOUT) {
            e->values[i] = e->values[g->nodes[i].in[0]];
            continue;
        }
        e->values[i] = next;
        next += (ludus_plan_row_floats(g, i) * (size_t)e->sizes[0] + 15) / 16 * 16;
    }
    return LUDUS_OK;
}

static ludus_status create_kernels(ludus_net_exec *e, ludus_exec_step *s, ludus_error *error)
{
    const ludus_graph *g = &e->net->graph;
    for (int32_t i = 0; i < e->num_sizes; i++) {
        ludus_kernel_desc d = ludus_plan_kernel(g, s->node, e->sizes[i], LUDUS_KERNEL_FORWARD);
        d.precision = s->precision;
        d.is_wide = e->made[s->out] == LUDUS_PRECISION_F32;
        d.has_bias = true; // folding a norm makes one
        d.fuse_relu = s->relu;
        d.fuse_sum = s->residual >= 0;
        // All sizes share the packed weights.
        const ludus_status status =
            ludus_kernel_create(&s->kernels[i], &d, i > 0 ? s->kernels[0] : NULL, error);
        if (status != LUDUS_OK) {
            return status;
        }
        assert(ludus_kernel_weights_bytes(s->kernels[i]) ==
               ludus_kernel_weights_bytes(s->kernels[0]));
    }
    s->packed = ludus_alloc(1, ludus_kernel_weights_bytes(s->kernels[0]));
    s->bias = ludus_alloc((size_t)g->nodes[s->node].c, sizeof *s->bias);
    if (s->packed == NULL || s->bias == NULL) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "net: out of memory for an executor");
    }
    return LUDUS_OK;
}

// ---- Weights ---------------------------------------------------------------------------------

// w' = w * gamma / sqrt(var + eps);  b' = (b - mean) * gamma / sqrt(var + eps) + beta
static void fold_norm(const ludus_graph *g, const ludus_node *norm, size_t per_output,
                      float *weights, float *bias)
{
    const float *gamma = g->tensors[norm->param[0]].data, *beta = g->tensors[norm->param[1]].data;
    const float *mean = g->tensors[norm->param[2]].data, *var = g->tensors[norm->param[3]].data;
    for (size_t o = 0; o < (size_t)norm->c; o++) {
        const float scale = gamma[o] / sqrtf(var[o] + ludus_batchnorm_epsilon());
        bias[o] = (bias[o] - mean[o]) * scale + beta[o];
        for (size_t i = 0; i < per_output; i++) {
            weights[o * per_output + i] *= scale;
        }
    }
}

// The layer's weights and bias under the present noise.
static void make_noisy(ludus_net_exec *e, ludus_exec_step *s, float *weights)
{
    const ludus_graph *g = &e->net->graph;
    const ludus_node *node = &g->nodes[s->node];
    const size_t inputs = ludus_noise_inputs(g, node), outputs = (size_t)node->c;
    const float one = 1.0f;
    ludus_noise_draw(e->noise, s->node, inputs, outputs, e->noise_in, e->noise_out);
    ludus_noise_apply(outputs, inputs, g->tensors[node->param[0]].data,
                      g->tensors[node->param[2]].data, e->noise_out, e->noise_in, weights);
    ludus_noise_apply(outputs, 1, g->tensors[node->param[1]].data, g->tensors[node->param[3]].data,
                      e->noise_out, &one, s->bias);
}

static void copy_bias(const ludus_graph *g, const ludus_node *node, float *bias)
{
    if (node->param[1] >= 0) {
        memcpy(bias, g->tensors[node->param[1]].data, (size_t)node->c * sizeof *bias);
    } else {
        memset(bias, 0, (size_t)node->c * sizeof *bias);
    }
}

static ludus_status prepare_step(ludus_net_exec *e, ludus_exec_step *s, ludus_error *error)
{
    const ludus_graph *g = &e->net->graph;
    const ludus_node *node = &g->nodes[s->node];
    const ludus_tensor *t = &g->tensors[node->param[0]];
    const size_t count = ludus_tensor_count(t);
    if (e->noise != 0 && ludus_noise_is_on(node)) {
        make_noisy(e, s, e->weights);
    } else {
        memcpy(e->weights, t->data, count * sizeof *e->weights);
        copy_bias(g, node, s->bias);
    }
    if (s->norm >= 0) {
        fold_norm(g, &g->nodes[s->norm], count / (size_t)node->c, e->weights, s->bias);
    }
    if (emulates_bf16(e)) {
        ludus_round_bf16(count, e->weights, e->weights);
    }
    if (s->precision == LUDUS_PRECISION_INT8) {
        return ludus_exec_prepare_int8(e, s, error);
    }
    ludus_kernel_pack(s->kernels[0], e->weights, s->packed);
    return LUDUS_OK;
}

ludus_status ludus_net_exec_refresh(ludus_net_exec *exec, const ludus_net *net, ludus_error *error)
{
    ludus_status status = LUDUS_OK;
    assert(net->graph.num_floats == exec->net->graph.num_floats);
    memcpy(exec->net->params, net->params, net->graph.num_floats * sizeof *net->params);
    for (int32_t i = 0; i < exec->num_steps && status == LUDUS_OK; i++) {
        if (exec->steps[i].is_matrix) {
            status = prepare_step(exec, &exec->steps[i], error);
        }
    }
    return status;
}

void ludus_net_exec_noise(ludus_net_exec *exec, uint64_t seed)
{
    exec->noise = seed;
    for (int32_t i = 0; i < exec->num_steps; i++) {
        ludus_exec_step *s = &exec->steps[i];
        if (ludus_noise_is_on(&exec->net->graph.nodes[s->node])) {
            const ludus_status status = prepare_step(exec, s, NULL);
            assert(status == LUDUS_OK); // only new int8 kernels can fail; dense layers have none
            (void)status;
        }
    }
}

// ---- Life cycle ------------------------------------------------------------------------------

static void free_kernels(ludus_net_exec *e, ludus_exec_step *s)
{
    for (int32_t i = 0; i < e->num_sizes; i++) {
        ludus_kernel_destroy(s->kernels[i]);
        s->kernels[i] = NULL;
    }
    ludus_free(s->packed);
    ludus_free(s->bias);
    s->packed = NULL;
    s->bias = NULL;
}

// The f32 plan measures the ranges; then steps change over to 8 bits, and the others to bf16 where
// the CPU has it: what they lose is far below what 8 bits do.
static ludus_status change_to_int8(ludus_net_exec *e, const ludus_net *net, ludus_error *error)
{
    ludus_status status = ludus_exec_plan_int8(e, error);
    for (int32_t i = 0; i < e->num_steps && status == LUDUS_OK; i++) {
        if (e->steps[i].precision == LUDUS_PRECISION_BF16) {
            free_kernels(e, &e->steps[i]);
            status = create_kernels(e, &e->steps[i], error);
        }
    }
    return status == LUDUS_OK ? ludus_net_exec_refresh(e, net, error) : status;
}

static ludus_status create_parts(ludus_net_exec *e, const ludus_net *net, ludus_error *error)
{
    if (ludus_net_clone(&e->net, net) != LUDUS_OK || plan_steps(e) != LUDUS_OK) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "net: out of memory for an executor");
    }
    choose_sizes(e);
    if (create_values(e) != LUDUS_OK || ludus_exec_plan_forms(e) != LUDUS_OK) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "net: out of memory for an executor");
    }
    for (int32_t i = 0; i < e->num_steps; i++) {
        if (e->steps[i].is_matrix) {
            const ludus_status status = create_kernels(e, &e->steps[i], error);
            if (status != LUDUS_OK) {
                return status;
            }
        }
    }
    ludus_status status = ludus_net_exec_refresh(e, net, error);
    if (status == LUDUS_OK && e->config.precision == LUDUS_PRECISION_INT8) {
        status = change_to_int8(e, net, error);
    }
    return status;
}

ludus_status ludus_net_exec_create(ludus_net_exec **out, const ludus_net *net,
                                   const ludus_exec_config *config, ludus_error *error)
{
    *out = NULL;
    if (config->max_batch < 1 || config->max_batch > 4096) {
        return ludus_fail(error, LUDUS_ERR_ARG, "net: a batch of %d rows; must be 1 .. 4096",
                          config->max_batch);
    }
    if (config->precision == LUDUS_PRECISION_INT8 && config->calibration_rows < 1) {
        return ludus_fail(error, LUDUS_ERR_ARG, "net: int8 needs rows to calibrate with");
    }
    ludus_net_exec *e = ludus_alloc(1, sizeof *e);
    if (e == NULL) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "net: out of memory for an executor");
    }
    e->config = *config;
    const ludus_status status = create_parts(e, net, error);
    if (status != LUDUS_OK) {
        ludus_net_exec_destroy(e);
        return status;
    }
    *out = e;
    return LUDUS_OK;
}

void ludus_net_exec_destroy(ludus_net_exec *exec)
{
    if (exec == NULL) {
        return;
    }
    ludus_exec_free_int8(exec);
    ludus_exec_free_forms(exec);
    for (int32_t i = 0; exec->steps != NULL && i < exec->num_steps; i++) {
        free_kernels(exec, &exec->steps[i]);
    }
    ludus_free(exec->steps);
    ludus_free(exec->values);
    ludus_free(exec->arena);
    ludus_free(exec->weights);
    ludus_free(exec->flat);
    ludus_free(exec->flat_halves);
    ludus_free(exec->noise_in);
    ludus_free(exec->noise_out);
    ludus_net_destroy(exec->net);
    ludus_free(exec);
}

// ---- Forward ---------------------------------------------------------------------------------

static void run_layer(const ludus_net_exec *e, const ludus_exec_step *s, size_t n)
{
    const ludus_graph *g = &e->net->graph;
    const ludus_node *node = &g->nodes[s->node];
    const ludus_node *from = &g->nodes[node->in[0]];
    const float *x = e->values[node->in[0]];
    const float *x2 = node->in[1] >= 0 ? e->values[node->in[1]] : NULL;
    float *y = e->values[s->out];
    const size_t area = (size_t)(from->h * from->w), c = (size_t)from->c;
    const float *p[LUDUS_NODE_MAX_PARAMS] = {0};
    for (int i = 0; i < LUDUS_NODE_MAX_PARAMS; i++) {
        p[i] = node->param[i] >= 0 ? g->tensors[node->param[i]].data : NULL;
    }
    switch (node->kind) {
    case LUDUS_NODE_BATCHNORM:
        ludus_batchnorm_infer(n * area, c, x, p[0], p[1], p[2], p[3], y);
        break;
    case LUDUS_NODE_LAYERNORM:
        ludus_layernorm_forward(n, area, c, x, p[0], p[1], y);
        break;
    case LUDUS_NODE_RELU:
        ludus_relu_forward(n * area * c, x, y);
        break;
    case LUDUS_NODE_ADD:
        ludus_add_forward(n * area * c, x, x2, y);
        break;
    case LUDUS_NODE_POOL:
        ludus_pool_forward(n, area, c, node->pool_mean, x, y);
        break;
    case LUDUS_NODE_SCALE:
        ludus_scale_forward(n, area, c, x, x2, y);
        break;
    case LUDUS_NODE_BIAS:
        ludus_bias_forward(n, area, c, x, x2, y);
        break;
    case LUDUS_NODE_DUELING:
        ludus_dueling_forward(n, (size_t)(node->c / from->c), c, x, x2, y);
        break;
    case LUDUS_NODE_CONCAT:
        ludus_concat_forward(n, area * c, (size_t)node->c - area * c, x, x2, y);
        break;
    default:
        assert(false); // input, dropout and matrix nodes are dealt with elsewhere
    }
}

static void run_matrix(const ludus_net_exec *e, const ludus_exec_step *s, int32_t size)
{
    const ludus_graph *g = &e->net->graph;
    const int32_t in = g->nodes[s->node].in[0], rows = e->sizes[size];
    const void *x = ludus_exec_value(e, in, s->precision);
    if (ludus_plan_flattens(g, s->node)) {
        ludus_plan_flatten(g, s->node, rows, e->values[in], e->flat);
        x = e->flat;
        if (s->precision == LUDUS_PRECISION_BF16) {
            ludus_to_bf16(ludus_plan_row_floats(g, in) * (size_t)rows, e->flat, e->flat_halves);
            x = e->flat_halves;
        }
    }
    ludus_kernel_forward(s->kernels[size], x, s->packed,
                         s->precision == LUDUS_PRECISION_INT8 ? s->int8_bias : s->bias,
                         s->residual >= 0 ? ludus_exec_value(e, s->residual, s->precision) : NULL,
                         ludus_exec_value(e, s->out, e->made[s->out]));
}

void ludus_exec_run_chunk(const ludus_net_exec *e, int32_t size, const float *in)
{
    const ludus_graph *g = &e->net->graph;
    const int32_t n = e->sizes[size];
    const bool round = emulates_bf16(e);
    ludus_plan_load_input(g, n, in, e->values[0]);
    if (round) {
        ludus_round_bf16(ludus_plan_row_floats(g, 0) * (size_t)n, e->values[0], e->values[0]);
    }
    ludus_exec_convert(e, 0, n);
    for (int32_t i = 0; i < e->num_steps; i++) {
        const ludus_exec_step *s = &e->steps[i];
        if (s->is_matrix) {
            run_matrix(e, s, size);
        } else {
            run_layer(e, s, (size_t)n);
        }
        ludus_exec_convert(e, s->out, n);
        if (round && g->nodes[s->out].head < 0) {
            ludus_round_bf16(ludus_plan_row_floats(g, s->out) * (size_t)n, e->values[s->out],
                             e->values[s->out]);
        }
    }
}

void ludus_net_forward(ludus_net_exec *exec, int32_t n, const float *in, float *const *out)
{
    assert(n >= 1 && n <= exec->config.max_batch);
    const ludus_graph *g = &exec->net->graph;
    const size_t row_in = (size_t)g->nodes[0].h * (size_t)g->nodes[0].w * (size_t)g->nodes[0].c;
    int32_t done = 0, size = 0;
    while (done < n) {
        while (exec->sizes[size] > n - done) {
            size++;
        }
        const int32_t rows = exec->sizes[size];
        ludus_exec_run_chunk(exec, size, in + (size_t)done * row_in);
        for (int32_t i = 0; i < g->num_nodes; i++) {
            const ludus_node *node = &g->nodes[i];
            if (node->head >= 0 && out[node->head] != NULL) {
                const size_t outputs = (size_t)node->h * (size_t)node->w * (size_t)node->c;
                ludus_plan_store_output(node, rows, exec->values[i],
                                        out[node->head] + (size_t)done * outputs);
            }
        }
        done += rows;
    }
}

bool ludus_precision_is_native(ludus_precision precision)
{
    return ludus_backend_has_native(precision);
}
