// The executor's plan, shared by net_exec.c and net_exec_int8.c. Internal to nets/.

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
    void *packed;
    float *bias; // [O] folded
    ludus_kernel *kernels[LUDUS_EXEC_SIZES];
    // INT8
    bool is_int8;         // source, residual and result are 8-bit
    bool quantise_result; // an f32 result that an 8-bit step reads
    bool restore_result;  // an 8-bit result that an f32 step reads
    float *weight_scale;  // [O]
    float *int8_bias;     // [O] in units of src_scale * weight_scale
} ludus_exec_step;

struct ludus_net_exec {
    ludus_net *net; // our own copy: the description, the graph and the weights of other layers
    ludus_exec_config config;
    int32_t sizes[LUDUS_EXEC_SIZES]; // descending
    int32_t num_sizes;
    ludus_exec_step *steps;
    int32_t num_steps;
    float **values; // per node, for sizes[0] rows
    float *arena;   // all values
    float *flat;    // a dense layer's input in PyTorch's order, for sizes[0] rows; scratch
    float *weights; // folded weights of one layer, scratch
    uint64_t noise; // seed of the noisy layers' noise, 0 = none
    float *noise_in, *noise_out; // for the widest layer
    // INT8
    uint8_t **bytes; // per node, [sizes[0] rows], NULL where no 8-bit value is needed
    float *scale;    // per node: real value = scale * byte
};

// Marks the steps that can run in 8 bits, measures the ranges of their values with the plan as it
// is (f32), and makes room. Call once, with weights in place.
ludus_status ludus_exec_plan_int8(ludus_net_exec *exec, ludus_error *error);
// New kernels for an 8-bit step from the folded weights in exec->weights and step->bias.
ludus_status ludus_exec_prepare_int8(ludus_net_exec *exec, ludus_exec_step *step,
                                     ludus_error *error);
void ludus_exec_run_int8(const ludus_net_exec *exec, const ludus_exec_step *step, int32_t size);
// After any step: the conversions that its readers need.
void ludus_exec_convert(const ludus_net_exec *exec, const ludus_exec_step *step, int32_t rows);
void ludus_exec_free_int8(ludus_net_exec *exec);
// Runs one chunk of sizes[size] rows through all steps; values stay in exec->values.
void ludus_exec_run_chunk(const ludus_net_exec *exec, int32_t size, const float *in);

#endif
