// The executor's plan, shared by the net_exec*.c files. Internal to nets/.

#ifndef LUDUS_NETS_NET_EXEC_INTERNAL_H
#define LUDUS_NETS_NET_EXEC_INTERNAL_H

#include "nets/net_plan.h"

// Batches run in chunks of these sizes, largest first; each has kernels of its own. A row's sums
// run in the same order in every chunk size, so its result does not depend on the batch.
#define LUDUS_EXEC_SIZES 8

// A graph node as inference runs it: convolutions take the batch norm, the residual sum and the
// ReLU behind them along.
typedef struct ludus_exec_step {
    int32_t node;     // matrix node, or any other kind run as it is
    int32_t norm;     // folded batch norm node, or -1
    int32_t residual; // value added before the ReLU, or -1
    bool relu;
    int32_t out; // node whose value the step makes
    bool is_matrix;
    ludus_precision precision; // matrix: of the arithmetic and of what is read; others F32
    void *packed;
    float *bias; // [O] folded
    ludus_kernel *kernels[LUDUS_EXEC_SIZES];
    // INT8
    float *weight_scale; // [O]
    float *int8_bias;    // [O] in units of src_scale * weight_scale
} ludus_exec_step;

struct ludus_net_exec {
    ludus_net *net; // our own copy: the description, the graph and the weights of other layers
    ludus_exec_config config;
    int32_t sizes[LUDUS_EXEC_SIZES]; // descending
    int32_t num_sizes;
    ludus_exec_step *steps;
    int32_t num_steps;
    float **values;        // per node, for sizes[0] rows
    float *arena;          // all values
    float *flat;           // a dense layer's input in PyTorch's order, for sizes[0] rows; scratch
    uint16_t *flat_halves; // the same in bf16
    float *weights;        // folded weights of one layer, scratch
    uint64_t noise;        // seed of the noisy layers' noise, 0 = none
    float *noise_in, *noise_out; // for the widest layer
    // Forms of values other than f32, per node, for sizes[0] rows; NULL where there is none.
    uint16_t **halves;     // bf16
    uint8_t **bytes;       // INT8, real value = scale * byte
    float *scale;          // per node
    uint8_t *wanted;       // per node: bit 1 << precision for each form it is read in
    ludus_precision *made; // per node: the form it is made in
};

// From the steps' precisions: which forms values are made and read in, and room for them. Again
// after a precision changed.
ludus_status ludus_exec_plan_forms(ludus_net_exec *exec);
void ludus_exec_free_forms(ludus_net_exec *exec);
// The node whose value a node's reader finds: dropout is the identity here.
int32_t ludus_exec_source(const ludus_graph *graph, int32_t node);
void *ludus_exec_value(const ludus_net_exec *exec, int32_t node, ludus_precision form);
// After a value is made: the other forms that its readers want.
void ludus_exec_convert(const ludus_net_exec *exec, int32_t node, int32_t rows);

// Marks the steps that can run in 8 bits, measures the ranges of their values with the plan as it
// is (f32), and makes room. Call once, with weights in place.
ludus_status ludus_exec_plan_int8(ludus_net_exec *exec, ludus_error *error);
// New kernels for an 8-bit step from the folded weights in exec->weights and step->bias.
ludus_status ludus_exec_prepare_int8(ludus_net_exec *exec, ludus_exec_step *step,
                                     ludus_error *error);
void ludus_exec_free_int8(ludus_net_exec *exec);
// Runs one chunk of sizes[size] rows through all steps; values stay in exec->values.
void ludus_exec_run_chunk(const ludus_net_exec *exec, int32_t size, const float *in);

#endif
