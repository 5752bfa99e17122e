#include "nets/net_plan.h"

#include <assert.h>
#include <string.h>

#include "nets/layer.h"

bool ludus_plan_is_matrix(const ludus_node *node)
{
    return node->kind == LUDUS_NODE_CONV || node->kind == LUDUS_NODE_DENSE;
}

int32_t ludus_plan_input_channels(const ludus_graph *graph)
{
    for (int32_t i = 1; i < graph->num_nodes; i++) {
        const ludus_node *node = &graph->nodes[i];
        if (node->in[0] == 0 && node->kind == LUDUS_NODE_CONV && node->kernel > 1 &&
            !ludus_kernel_is_direct_conv(node->kernel, node->pad, node->c)) {
            return (graph->nodes[0].c + 7) / 8 * 8;
        }
    }
    return graph->nodes[0].c;
}

size_t ludus_plan_row_floats(const ludus_graph *graph, int32_t node)
{
    const ludus_node *n = &graph->nodes[node];
    const int32_t c = node == 0 ? ludus_plan_input_channels(graph) : n->c;
    return (size_t)n->h * (size_t)n->w * (size_t)c;
}

ludus_kernel_desc ludus_plan_kernel(const ludus_graph *graph, int32_t node, int32_t rows,
                                    ludus_kernel_pass pass)
{
    const ludus_node *n = &graph->nodes[node];
    const ludus_node *from = &graph->nodes[n->in[0]];
    ludus_kernel_desc d = {.pass = pass,
                           .precision = LUDUS_PRECISION_F32,
                           .n = rows,
                           .h = from->h,
                           .w = from->w,
                           .c = from->c,
                           .o = n->c,
                           .kernel = n->kernel,
                           .stride = n->stride,
                           .pad = n->pad,
                           .has_bias = n->param[1] >= 0};
    if (n->kind == LUDUS_NODE_DENSE) {
        d.c = from->h * from->w * from->c;
        d.h = d.w = d.kernel = d.stride = 1;
        d.pad = 0;
    }
    d.c_stored =
        n->in[0] == 0 && n->kind == LUDUS_NODE_CONV ? ludus_plan_input_channels(graph) : d.c;
    return d;
}

bool ludus_plan_flattens(const ludus_graph *graph, int32_t node)
{
    const ludus_node *n = &graph->nodes[node];
    const ludus_node *from = &graph->nodes[n->in[0]];
    return n->kind == LUDUS_NODE_DENSE && from->h * from->w > 1 && from->c > 1;
}

void ludus_plan_flatten(const ludus_graph *graph, int32_t node, int32_t n, const float *value,
                        float *flat)
{
    const ludus_node *from = &graph->nodes[graph->nodes[node].in[0]];
    const size_t cells = (size_t)(from->h * from->w), c = (size_t)from->c;
    for (size_t r = 0; r < (size_t)n; r++) {
        ludus_transpose(cells, c, value + r * cells * c, flat + r * cells * c);
    }
}

void ludus_plan_unflatten(const ludus_graph *graph, int32_t node, int32_t n, const float *flat,
                          float *value)
{
    const ludus_node *from = &graph->nodes[graph->nodes[node].in[0]];
    const size_t cells = (size_t)(from->h * from->w), c = (size_t)from->c;
    for (size_t r = 0; r < (size_t)n; r++) {
        ludus_transpose(c, cells, flat + r * cells * c, value + r * cells * c);
    }
}

void ludus_plan_load_input(const ludus_graph *graph, int32_t n, const float *in, float *value)
{
    const ludus_node *input = &graph->nodes[0];
    const size_t cells = (size_t)(input->h * input->w), c = (size_t)input->c;
    const size_t stored = (size_t)ludus_plan_input_channels(graph);
    if (stored == c) {
        for (size_t r = 0; r < (size_t)n; r++) {
            ludus_transpose(c, cells, in + r * c * cells, value + r * c * cells);
        }
        return;
    }
    memset(value, 0, (size_t)n * cells * stored * sizeof *value);
    for (size_t r = 0; r < (size_t)n; r++) {
        for (size_t k = 0; k < c; k++) {
            const float *plane = in + (r * c + k) * cells;
            float *to = value + r * cells * stored + k;
            for (size_t i = 0; i < cells; i++) {
                to[i * stored] = plane[i];
            }
        }
    }
}

void ludus_plan_store_output(const ludus_node *node, int32_t n, const float *value, float *out)
{
    const size_t cells = (size_t)(node->h * node->w), c = (size_t)node->c;
    if (cells == 1) {
        memcpy(out, value, (size_t)n * c * sizeof *out);
        return;
    }
    for (size_t r = 0; r < (size_t)n; r++) {
        for (size_t i = 0; i < cells * c; i++) {
            out[r * cells * c + i % c * cells + i / c] = value[r * cells * c + i];
        }
    }
}

void ludus_plan_load_output(const ludus_node *node, int32_t n, const float *out, float *value)
{
    const size_t cells = (size_t)(node->h * node->w), c = (size_t)node->c;
    for (size_t r = 0; r < (size_t)n; r++) {
        for (size_t i = 0; i < cells * c; i++) {
            value[r * cells * c + i] = out[r * cells * c + i % c * cells + i / c];
        }
    }
}
