#include "nets/net_plan.h"

#include <assert.h>
#include <string.h>

bool ludus_plan_is_matrix(const ludus_node *node)
{
    return node->kind == LUDUS_NODE_CONV || node->kind == LUDUS_NODE_DENSE;
}

int32_t ludus_plan_input_channels(const ludus_graph *graph)
{
    for (int32_t i = 1; i < graph->num_nodes; i++) {
        const ludus_node *node = &graph->nodes[i];
        if (node->in[0] == 0 && node->kind == LUDUS_NODE_CONV && node->kernel > 1) {
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

static size_t weights_count(const ludus_graph *graph, int32_t node)
{
    const ludus_tensor *t = &graph->tensors[graph->nodes[node].param[0]];
    size_t count = 1;
    for (int32_t i = 0; i < t->rank; i++) {
        count *= (size_t)t->shape[i];
    }
    return count;
}

static bool is_permuted(const ludus_graph *graph, int32_t node)
{
    const ludus_node *n = &graph->nodes[node];
    const ludus_node *from = &graph->nodes[n->in[0]];
    return n->kind == LUDUS_NODE_DENSE && from->h * from->w > 1 && from->c > 1;
}

// from: [rows,columns], to: [columns,rows].
static void transpose(size_t rows, size_t columns, const float *restrict from, float *restrict to)
{
    for (size_t k = 0; k < columns; k++) {
        for (size_t i = 0; i < rows; i++) {
            to[k * rows + i] = from[i * columns + k];
        }
    }
}

void ludus_plan_weights_in(const ludus_graph *graph, int32_t node, const float *weights, float *out)
{
    if (!is_permuted(graph, node)) {
        memcpy(out, weights, weights_count(graph, node) * sizeof *out);
        return;
    }
    const ludus_node *from = &graph->nodes[graph->nodes[node].in[0]];
    const size_t cells = (size_t)(from->h * from->w), c = (size_t)from->c;
    for (size_t o = 0; o < (size_t)graph->nodes[node].c; o++) {
        transpose(c, cells, weights + o * cells * c, out + o * cells * c);
    }
}

void ludus_plan_weights_out(const ludus_graph *graph, int32_t node, const float *from_kernel,
                            float *weights)
{
    if (!is_permuted(graph, node)) {
        memcpy(weights, from_kernel, weights_count(graph, node) * sizeof *weights);
        return;
    }
    const ludus_node *from = &graph->nodes[graph->nodes[node].in[0]];
    const size_t cells = (size_t)(from->h * from->w), c = (size_t)from->c;
    for (size_t o = 0; o < (size_t)graph->nodes[node].c; o++) {
        transpose(cells, c, from_kernel + o * cells * c, weights + o * cells * c);
    }
}

void ludus_plan_load_input(const ludus_graph *graph, int32_t n, const float *in, float *value)
{
    const ludus_node *input = &graph->nodes[0];
    const size_t cells = (size_t)(input->h * input->w), c = (size_t)input->c;
    const size_t stored = (size_t)ludus_plan_input_channels(graph);
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
