// 8-bit inference: the convolutions (larger than 1x1) that follow one another, with unsigned
// activations (they come out of ReLUs) and signed weights per output channel. Everything else, and
// on a CPU without 8-bit products these too, stays f32, or becomes bf16 where the CPU has that;
// values are converted where two forms meet.
//
// Ranges: a value's scale is its largest magnitude over the calibration rows / 255 (Jacob et al.
// 2018, section 3); later values beyond it saturate.

#include <assert.h>
#include <math.h>
#include <string.h>

#include "nets/dnnl_backend.h"
#include "nets/net_exec_internal.h"

// A convolution whose result is at least zero, or may stay f32: nobody wants bytes of it, as those
// who do ask is_unsigned.
static bool can_run(const ludus_net_exec *e, const ludus_exec_step *s)
{
    const ludus_node *node = &e->net->graph.nodes[s->node];
    return s->is_matrix && node->kind == LUDUS_NODE_CONV && node->kernel > 1 &&
           (s->relu || s->residual < 0) && node->in[0] != 0;
}

static const ludus_exec_step *maker_of(const ludus_net_exec *e, int32_t node)
{
    for (int32_t i = 0; i < e->num_steps; i++) {
        if (e->steps[i].out == node) {
            return &e->steps[i];
        }
    }
    return NULL;
}

// Rectified by its own step: then an unsigned byte can hold it.
static bool is_unsigned(const ludus_net_exec *e, int32_t node)
{
    const ludus_exec_step *maker = maker_of(e, node);
    return maker != NULL &&
           (maker->relu || e->net->graph.nodes[maker->node].kind == LUDUS_NODE_RELU);
}

static void mark_steps(ludus_net_exec *e)
{
    const ludus_graph *g = &e->net->graph;
    const bool has_bf16 = ludus_backend_has_native(LUDUS_PRECISION_BF16);
    const bool has_int8 = ludus_backend_has_native(LUDUS_PRECISION_INT8);
    for (int32_t i = 0; i < e->num_steps; i++) {
        ludus_exec_step *s = &e->steps[i];
        if (has_int8 && can_run(e, s) && is_unsigned(e, g->nodes[s->node].in[0]) &&
            (s->residual < 0 || is_unsigned(e, s->residual))) {
            s->precision = LUDUS_PRECISION_INT8;
        } else if (s->is_matrix && has_bf16) {
            s->precision = LUDUS_PRECISION_BF16;
        }
    }
}

static void widen_ranges(ludus_net_exec *e, int32_t rows)
{
    for (int32_t i = 0; i < e->num_steps; i++) {
        const int32_t node = e->steps[i].out;
        const size_t n = ludus_plan_row_floats(&e->net->graph, node) * (size_t)rows;
        for (size_t k = 0; k < n; k++) {
            e->scale[node] = fmaxf(e->scale[node], e->values[node][k]);
        }
    }
}

static void measure_ranges(ludus_net_exec *e)
{
    const ludus_node *input = &e->net->graph.nodes[0];
    const size_t row = (size_t)input->h * (size_t)input->w * (size_t)input->c;
    int32_t size = 0;
    for (int32_t done = 0; done < e->config.calibration_rows; done += e->sizes[size]) {
        while (e->sizes[size] > e->config.calibration_rows - done) {
            size++;
        }
        ludus_exec_run_chunk(e, size, e->config.calibration + (size_t)done * row);
        widen_ranges(e, e->sizes[size]);
    }
    for (int32_t i = 0; i < e->net->graph.num_nodes; i++) {
        e->scale[i] = e->scale[i] > 0.0f ? e->scale[i] / 255.0f : 1.0f;
    }
}

ludus_status ludus_exec_plan_int8(ludus_net_exec *exec, ludus_error *error)
{
    exec->scale = ludus_alloc((size_t)exec->net->graph.num_nodes, sizeof *exec->scale);
    bool complete = exec->scale != NULL;
    if (complete) {
        measure_ranges(exec);
        mark_steps(exec);
        complete = ludus_exec_plan_forms(exec) == LUDUS_OK;
    }
    for (int32_t i = 0; complete && i < exec->num_steps; i++) {
        ludus_exec_step *s = &exec->steps[i];
        if (s->precision == LUDUS_PRECISION_INT8) {
            const size_t o = (size_t)exec->net->graph.nodes[s->node].c;
            s->weight_scale = ludus_alloc(o, sizeof *s->weight_scale);
            s->int8_bias = ludus_alloc(o, sizeof *s->int8_bias);
            complete = s->weight_scale != NULL && s->int8_bias != NULL;
        }
    }
    exec->config.calibration = NULL; // the caller's, for creation only
    return complete ? LUDUS_OK
                    : ludus_fail(error, LUDUS_ERR_NOMEM, "net: out of memory for an executor");
}

static void choose_weight_scales(const ludus_net_exec *e, ludus_exec_step *s)
{
    const ludus_graph *g = &e->net->graph;
    const ludus_node *node = &g->nodes[s->node];
    const size_t per_output = (size_t)(g->nodes[node->in[0]].c * node->kernel * node->kernel);
    const float limit = (float)ludus_backend_int8_limit();
    for (size_t o = 0; o < (size_t)node->c; o++) {
        float largest = 1e-8f;
        for (size_t i = 0; i < per_output; i++) {
            largest = fmaxf(largest, fabsf(e->weights[o * per_output + i]));
        }
        s->weight_scale[o] = largest / limit;
        s->int8_bias[o] = s->bias[o] / (e->scale[node->in[0]] * s->weight_scale[o]);
    }
}

ludus_status ludus_exec_prepare_int8(ludus_net_exec *exec, ludus_exec_step *step,
                                     ludus_error *error)
{
    const ludus_graph *g = &exec->net->graph;
    choose_weight_scales(exec, step);
    for (int32_t i = 0; i < exec->num_sizes; i++) {
        ludus_kernel_desc d =
            ludus_plan_kernel(g, step->node, exec->sizes[i], LUDUS_KERNEL_FORWARD);
        d.precision = LUDUS_PRECISION_INT8;
        d.has_bias = true;
        d.fuse_relu = step->relu;
        d.fuse_sum = step->residual >= 0;
        d.src_scale = exec->scale[g->nodes[step->node].in[0]];
        d.is_wide = exec->made[step->out] == LUDUS_PRECISION_F32;
        d.dst_scale = d.is_wide ? 1.0f : exec->scale[step->out];
        d.residual_scale = d.fuse_sum ? exec->scale[step->residual] : 1.0f;
        d.weight_scale = step->weight_scale;
        ludus_kernel_destroy(step->kernels[i]);
        step->kernels[i] = NULL;
        const ludus_status status =
            ludus_kernel_create(&step->kernels[i], &d, i > 0 ? step->kernels[0] : NULL, error);
        if (status != LUDUS_OK) {
            return status;
        }
    }
    ludus_free(step->packed);
    step->packed = ludus_alloc(1, ludus_kernel_weights_bytes(step->kernels[0]));
    if (step->packed == NULL) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "net: out of memory for an executor");
    }
    ludus_kernel_pack(step->kernels[0], exec->weights, step->packed);
    return LUDUS_OK;
}

void ludus_exec_free_int8(ludus_net_exec *exec)
{
    for (int32_t i = 0; exec->steps != NULL && i < exec->num_steps; i++) {
        ludus_free(exec->steps[i].weight_scale);
        ludus_free(exec->steps[i].int8_bias);
    }
    ludus_free(exec->scale);
}
