// One thread's part of a training step: forward, loss and backward of one shard at a time.
// Internal to nets/.

#ifndef LUDUS_NETS_TRAINER_LANE_H
#define LUDUS_NETS_TRAINER_LANE_H

#include "nets/net_plan.h"
#include "nets/trainer.h"

// What a shard leaves behind. The gradient block is laid out as the net's parameter block; in the
// places of running statistics it holds the shard's own mean and variance.
typedef struct ludus_lane_shard {
    float *gradient;
    double loss[LUDUS_NET_MAX_HEADS]; // sums over rows
} ludus_lane_shard;

// The noise of one noisy layer in one step, and its bias under it.
typedef struct ludus_lane_noise {
    float *in, *out, *bias; // [I], [O], [O]; one block, owned through `in`
} ludus_lane_noise;

// A matrix node's weights as its kernels read them.
typedef struct ludus_lane_weights {
    void *forward, *backward; // a block, or the net's own tensor where kernels take that
    void *blocks[2];          // owned; NULL where there is nothing to pack, round or add noise to
} ludus_lane_weights;

// What a step's shards share, per node; zeroed for nodes without weights or noise.
typedef struct ludus_lane_shared {
    ludus_lane_weights *weights;
    ludus_lane_noise *noise;
} ludus_lane_shared;

typedef struct ludus_lane {
    ludus_net *net; // borrowed
    const ludus_trainer_config *config;
    int32_t rows; // of a shard
    bool is_bf16; // matrix products in the CPU's own bf16; else f32, on rounded operands if asked
    ludus_kernel **forward, **backward_data, **backward_weights; // per node
    float **values, **gradients; // per node; gradients NULL for the input
    bool *has_gradient;          // per node: something was written in this pass
    float *arena;
    float **flat; // per dense node that flattens an image: its input in PyTorch's order
    // bf16: what matrix nodes read, per node; NULL where none does. flat_halves: per dense node
    // that flattens.
    uint16_t **halves, **flat_halves;
    uint16_t *half_scratch; // as scratch
    float *scratch;         // largest of any value of a shard
    float *weights;         // plain weights of one layer
    void *packed;           // weight gradient in a kernel's layout
} ludus_lane;

ludus_status ludus_lane_init(ludus_lane *lane, ludus_net *net, const ludus_trainer_config *config,
                             ludus_error *error);
void ludus_lane_free(ludus_lane *lane); // a zeroed one is accepted
ludus_status ludus_lane_shared_init(ludus_lane_shared *shared, const ludus_net *net,
                                    const ludus_lane *lane, ludus_error *error);
void ludus_lane_shared_free(ludus_lane_shared *shared, const ludus_net *net);

// Packs one node's weights, if it has any, with the noise of this step.
void ludus_lane_pack(ludus_lane *lane, ludus_lane_shared *shared, int32_t node, int64_t step);
// Forward, loss and backward of shard `shard` of the batch. td_error: [B] of the batch or NULL.
void ludus_lane_run(ludus_lane *lane, const ludus_lane_shared *shared, const ludus_batch *batch,
                    int32_t shard, int64_t step, ludus_lane_shard *out, float *td_error);
// Of the above: the loss of the head that `node` is the output of, into out->loss, and the gradient
// of its logits.
void ludus_lane_loss(ludus_lane *lane, int32_t node, const ludus_batch *batch, int32_t shard,
                     ludus_lane_shard *out, float *td_error);

#endif
