// The forms that values take in an executor. Each matrix step reads and writes the form of its own
// precision, every other step f32; a value that is read in several forms, or in another one than it
// is made in, is converted as soon as it is made.

#include <assert.h>
#include <string.h>

#include "nets/layer.h"
#include "nets/net_exec_internal.h"

int32_t ludus_exec_source(const ludus_graph *graph, int32_t node)
{
    while (graph->nodes[node].kind == LUDUS_NODE_DROPOUT) {
        node = graph->nodes[node].in[0];
    }
    return node;
}

static void want(ludus_net_exec *e, int32_t node, ludus_precision form)
{
    const int32_t source = ludus_exec_source(&e->net->graph, node);
    e->wanted[source] = (uint8_t)(e->wanted[source] | 1u << form);
}

static bool is_wanted(const ludus_net_exec *e, int32_t node, ludus_precision form)
{
    return ((uint32_t)e->wanted[node] >> form & 1u) != 0;
}

static void want_sources(ludus_net_exec *e, const ludus_exec_step *s)
{
    const ludus_graph *g = &e->net->graph;
    const ludus_node *node = &g->nodes[s->node];
    // Flattening is done in f32.
    want(e, node->in[0], ludus_plan_flattens(g, s->node) ? LUDUS_PRECISION_F32 : s->precision);
    if (node->in[1] >= 0) {
        want(e, node->in[1], s->precision);
    }
    if (s->residual >= 0) {
        want(e, s->residual, s->precision);
    }
}

// Sums are wider than a narrow form and stay f32 for readers that do not want that form; a
// residual's form is the result's.
static ludus_precision choose_result(const ludus_net_exec *e, const ludus_exec_step *s)
{
    const bool widens = s->residual < 0 && !is_wanted(e, s->out, s->precision);
    return widens ? LUDUS_PRECISION_F32 : s->precision;
}

static size_t chunk_values(const ludus_net_exec *e, int32_t node)
{
    return ludus_plan_row_floats(&e->net->graph, node) * (size_t)e->sizes[0];
}

static ludus_status make_room(ludus_net_exec *e, int32_t node)
{
    const size_t count = chunk_values(e, node);
    if (is_wanted(e, node, LUDUS_PRECISION_BF16) || e->made[node] == LUDUS_PRECISION_BF16) {
        e->halves[node] = ludus_alloc(count, sizeof *e->halves[node]);
        if (e->halves[node] == NULL) {
            return LUDUS_ERR_NOMEM;
        }
    }
    if (is_wanted(e, node, LUDUS_PRECISION_INT8) || e->made[node] == LUDUS_PRECISION_INT8) {
        e->bytes[node] = ludus_alloc(count, sizeof *e->bytes[node]);
        if (e->bytes[node] == NULL) {
            return LUDUS_ERR_NOMEM;
        }
    }
    return LUDUS_OK;
}

ludus_status ludus_exec_plan_forms(ludus_net_exec *exec)
{
    const ludus_graph *g = &exec->net->graph;
    const size_t nodes = (size_t)g->num_nodes;
    ludus_exec_free_forms(exec);
    exec->wanted = ludus_alloc(nodes, sizeof *exec->wanted);
    exec->made = ludus_alloc(nodes, sizeof *exec->made);
    exec->halves = ludus_alloc(nodes, sizeof *exec->halves);
    exec->bytes = ludus_alloc(nodes, sizeof *exec->bytes);
    if (!exec->wanted || !exec->made || !exec->halves || !exec->bytes) {
        return LUDUS_ERR_NOMEM;
    }
    for (int32_t i = 0; i < exec->num_steps; i++) {
        want_sources(exec, &exec->steps[i]);
    }
    for (int32_t i = 0; i < g->num_nodes; i++) {
        if (g->nodes[i].head >= 0) {
            want(exec, i, LUDUS_PRECISION_F32);
        }
    }
    for (int32_t i = 0; i < exec->num_steps; i++) {
        exec->made[exec->steps[i].out] = choose_result(exec, &exec->steps[i]);
    }
    ludus_status status = LUDUS_OK;
    for (int32_t i = 0; status == LUDUS_OK && i < g->num_nodes; i++) {
        status = make_room(exec, i);
    }
    return status;
}

void ludus_exec_free_forms(ludus_net_exec *exec)
{
    for (int32_t i = 0; exec->halves != NULL && i < exec->net->graph.num_nodes; i++) {
        ludus_free(exec->halves[i]);
    }
    for (int32_t i = 0; exec->bytes != NULL && i < exec->net->graph.num_nodes; i++) {
        ludus_free(exec->bytes[i]);
    }
    ludus_free(exec->halves);
    ludus_free(exec->bytes);
    ludus_free(exec->wanted);
    ludus_free(exec->made);
    exec->halves = NULL;
    exec->bytes = NULL;
    exec->wanted = NULL;
    exec->made = NULL;
}

void *ludus_exec_value(const ludus_net_exec *exec, int32_t node, ludus_precision form)
{
    const int32_t source = ludus_exec_source(&exec->net->graph, node);
    switch (form) {
    case LUDUS_PRECISION_BF16:
        return exec->halves[source];
    case LUDUS_PRECISION_INT8:
        return exec->bytes[source];
    default:
        return exec->values[source];
    }
}

// ---- Conversions -----------------------------------------------------------------------------

static void from_bytes(size_t count, float scale, const uint8_t *restrict x, float *restrict y)
{
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        y[i] = scale * (float)x[i];
    }
}

// Values are not negative.
static void to_bytes(size_t count, float scale, const float *restrict x, uint8_t *restrict y)
{
    const float inverse = 1.0f / scale;
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        const float q = x[i] * inverse + 0.5f;
        y[i] = (uint8_t)(int32_t)(q < 255.0f ? q : 255.0f);
    }
}

void ludus_exec_convert(const ludus_net_exec *exec, int32_t node, int32_t rows)
{
    const size_t count = ludus_plan_row_floats(&exec->net->graph, node) * (size_t)rows;
    const ludus_precision made = exec->made[node];
    if ((exec->wanted[node] | 1u << made) == 1u << made) {
        return; // the common case
    }
    if (made == LUDUS_PRECISION_BF16) {
        ludus_from_bf16(count, exec->halves[node], exec->values[node]);
    } else if (made == LUDUS_PRECISION_INT8) {
        from_bytes(count, exec->scale[node], exec->bytes[node], exec->values[node]);
    }
    if (made != LUDUS_PRECISION_BF16 && is_wanted(exec, node, LUDUS_PRECISION_BF16)) {
        ludus_to_bf16(count, exec->values[node], exec->halves[node]);
    }
    if (made != LUDUS_PRECISION_INT8 && is_wanted(exec, node, LUDUS_PRECISION_INT8)) {
        to_bytes(count, exec->scale[node], exec->values[node], exec->bytes[node]);
    }
}
