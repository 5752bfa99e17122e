// The neural core shared by every agent: an input, a trunk, and named heads.
//
//   weights    ludus_net       immutable while shared; one per model
//   workspace  ludus_net_exec  forward passes in f32, bf16 or int8; one per thread
//   training   ludus_trainer   (nets/trainer.h) gradients, optimiser, EMA; writes into its net
//
//     ludus_net_desc desc = ludus_net_desc_default();
//     desc.in_shape[0] = 3; ...
//     ludus_net_create(&net, &desc, seed, &error);
//     ludus_net_exec_create(&exec, net, &(ludus_exec_config){.max_batch = 32}, &error);
//     ludus_net_forward(exec, n, planes, outputs);
//
// Letters: N rows of a batch, C channels, H height, W width, K outputs of a head.
// Layout: inputs are float32 [N,C,H,W] row-major; head outputs are [N,K] or, for plane heads,
// [N,K,H,W]. Heads return raw logits; softmax and the like are the caller's (nets/softmax.h).
// Value heads are from the side of the player to move.
//
// Threads: a ludus_net may be read by any number of threads; an exec belongs to one thread. Every
// call runs on the calling thread alone: parallelism is the caller's (one exec per worker).
// Repeat: a row's outputs do not depend on the other rows of its batch nor on n; the same weights
// and input give the same bits on one kind of CPU.

#ifndef LUDUS_NETS_NET_H
#define LUDUS_NETS_NET_H

#include "base/base.h"
#include "base/config.h"

#define LUDUS_NET_MAX_HEADS 6
#define LUDUS_NET_MAX_LAYERS 8
#define LUDUS_NET_NAME_MAX 24 // bytes, NUL included

typedef struct ludus_net ludus_net;
typedef struct ludus_net_exec ludus_net_exec;

typedef enum ludus_trunk_kind {
    LUDUS_TRUNK_RESIDUAL, // stem 3x3 convolution, then `blocks` blocks of two 3x3 convolutions
    LUDUS_TRUNK_CONV,     // `num_convs` convolutions, then `num_hidden` dense layers (Nature DQN)
    LUDUS_TRUNK_MLP       // `num_hidden` dense layers on the flattened input
} ludus_trunk_kind;

typedef enum ludus_norm_kind {
    LUDUS_NORM_NONE,  // biases instead
    LUDUS_NORM_BATCH, // per channel; folded into the convolution for inference
    LUDUS_NORM_LAYER  // per row over all features; dense layers and plain convolutions
} ludus_norm_kind;

typedef enum ludus_head_kind {
    LUDUS_HEAD_POLICY, // K = moves: 1x1 convolution to `channels`, ReLU, dense to K logits
    LUDUS_HEAD_WDL, // K = 3 logits (win, draw, loss): 1x1 conv, ReLU, dense `hidden`, ReLU, dense
    LUDUS_HEAD_Q,   // K = actions * atoms (row-major [actions, atoms]); dueling optional
    LUDUS_HEAD_PLANES, // K planes of logits by a 1x1 convolution (ownership): [N,K,H,W]
    LUDUS_HEAD_SCALARS // K scalars (score, moves left), shaped as WDL heads
} ludus_head_kind;

typedef enum ludus_init_kind { LUDUS_INIT_HE, LUDUS_INIT_XAVIER } ludus_init_kind;

typedef struct ludus_conv_layer {
    int32_t channels; // outputs, >= 1
    int32_t kernel;   // square, 1..11
    int32_t stride;   // 1..kernel
    int32_t pad;      // zeros on every side, 0..kernel-1
} ludus_conv_layer;

typedef struct ludus_head_desc {
    char name[LUDUS_NET_NAME_MAX]; // unique, e.g. "policy"; prefixes its weights' names
    ludus_head_kind kind;
    int32_t size;     // POLICY moves, WDL 3, Q actions, PLANES planes, SCALARS scalars
    int32_t channels; // 1x1 convolution's outputs (residual trunks; POLICY, WDL, SCALARS, Q)
    int32_t hidden;   // dense layer before the outputs, 0 = none (WDL, SCALARS, Q)
    int32_t atoms;    // Q only: outputs per action, 1 = scalar, 51 = C51, 32 = quantiles
    bool dueling;     // Q only: V + A - mean A (Wang et al. 2016, eq. 9), per atom
    bool
        pooled; // POLICY, WDL, SCALARS on residual trunks: global pooling (Wu 2019) takes the place
                // of dense layers over the board, so that the weights fit boards of any size. A
                // POLICY is then one logit per cell, row-major, and size - H*W more (a pass)
    float loss_weight; // this head's share of the summed loss, >= 0
} ludus_head_desc;

typedef struct ludus_net_desc {
    int32_t in_shape[3]; // [C,H,W]; an MLP may use [C,1,1]
    ludus_trunk_kind trunk;
    ludus_norm_kind norm;
    ludus_init_kind init;
    // Residual trunks
    int32_t channels;    // width
    int32_t blocks;      // 0 = stem only
    bool preactivation;  // norm-ReLU-conv order (He et al. 2016b) instead of conv-norm-ReLU
    int32_t se_channels; // squeeze-excitation bottleneck in every block; 0 = off (Hu et al. 2018)
    int32_t gpool_every; // every k-th block adds a global-pooling bias (Wu 2019); 0 = off
    // Plain and MLP trunks
    int32_t num_convs;
    ludus_conv_layer convs[LUDUS_NET_MAX_LAYERS];
    int32_t num_hidden;
    int32_t hidden[LUDUS_NET_MAX_LAYERS]; // outputs of the dense layers
    float dropout;                        // after each hidden dense layer, 0..0.9; training only
    // Nets with a Q head
    bool noisy; // the dense layers of plain and MLP trunks and of Q heads are NoisyNet layers
                // (Fortunato et al. 2018), see ludus_net_exec_noise
    // Heads
    int32_t num_heads;
    ludus_head_desc heads[LUDUS_NET_MAX_HEADS];
} ludus_net_desc;

// Residual, batch norm, He, 64x5, no heads, no input shape.
ludus_net_desc ludus_net_desc_default(void);
// Every rule on the fields above, before anything is sized by them. Also bounds the total number
// of parameters (2^28) and of activations per row (2^24).
ludus_status ludus_net_desc_check(const ludus_net_desc *desc, ludus_error *error);
// The [net] section: trunk, channels, blocks, norm, ... (not in_shape or heads, which games give).
extern const ludus_option ludus_net_options[];
extern const size_t ludus_net_num_options;

// Weights depend on desc and seed alone. *out is NULL unless LUDUS_OK is returned.
ludus_status ludus_net_create(ludus_net **out, const ludus_net_desc *desc, uint64_t seed,
                              ludus_error *error);
ludus_status ludus_net_clone(ludus_net **out, const ludus_net *net);
// The same weights for boards of height h and width w: pooled policies keep their further moves.
// Fails with one line when a layer's weights are tied to the board's size.
ludus_status ludus_net_resize(ludus_net **out, const ludus_net *net, int32_t h, int32_t w,
                              ludus_error *error);
void ludus_net_destroy(ludus_net *net);                         // NULL is accepted
const ludus_net_desc *ludus_net_describe(const ludus_net *net); // borrowed from net
size_t ludus_net_num_params(const ludus_net *net); // floats, norms' statistics included
// Hash of all weights; equal weights, equal hash.
uint64_t ludus_net_hash(const ludus_net *net);
// Name of a tensor with a value that is not finite, or NULL; borrowed from net.
const char *ludus_net_nonfinite(const ludus_net *net);
// Outputs per row of head h: K, or K*H*W for plane heads.
size_t ludus_net_head_outputs(const ludus_net *net, int32_t head);
// Index of the head with that name, or -1.
int32_t ludus_net_find_head(const ludus_net *net, const char *name);
// Multiply-adds of the matrix products of one row, times two: what GFLOP/s are counted in. Products
// with the zeros around an image are not counted: a 3x3 convolution with padding on an HxW board
// has (3H-2)(3W-2) of them per pair of channels, not 9HW.
double ludus_net_flops(const ludus_net *net);

// Named tensors, for files, freezing and tools. Shapes as PyTorch has them:
// convolution [O,I,kh,kw], dense [O,I], norm and bias [C].
typedef struct ludus_tensor {
    const char *name; // "trunk.block3.conv1.weight"; borrowed
    int32_t rank;     // 1, 2 or 4
    int32_t shape[4];
    float *data;    // borrowed from the net; product(shape) values
    bool trainable; // false for running statistics
} ludus_tensor;
static inline size_t ludus_tensor_count(const ludus_tensor *t) // product(shape)
{
    size_t count = 1;
    for (int32_t i = 0; i < t->rank; i++) {
        count *= (size_t)t->shape[i];
    }
    return count;
}
size_t ludus_net_num_tensors(const ludus_net *net);
ludus_tensor ludus_net_tensor(const ludus_net *net, size_t index);

// ---- Forward ------------------------------------------------------------------------------

typedef enum ludus_precision {
    LUDUS_PRECISION_F32,
    LUDUS_PRECISION_BF16, // matrix products of bf16 weights and activations, summed in f32; where
                          // the CPU has none (ludus_precision_is_native), f32 arithmetic on rounded
                          // weights and activations. Layers between them are f32
    LUDUS_PRECISION_INT8, // 8-bit weights per channel and activations in the convolutions larger
                          // than 1x1 that follow one another, if the CPU has 8-bit products; the
                          // rest bf16 where native, else f32; needs calibration
    LUDUS_NUM_PRECISIONS
} ludus_precision;
const char *ludus_precision_name(ludus_precision precision); // "f32", "bf16", "int8"

typedef struct ludus_exec_config {
    int32_t max_batch; // rows, 1..4096
    ludus_precision precision;
    // INT8 only: rows of typical input that set the activations' ranges. [rows,C,H,W]; read
    // during creation only.
    const float *calibration;
    int32_t calibration_rows;
} ludus_exec_config;

// Copies (folds, reorders, quantises) the weights: later changes of the net need
// ludus_net_exec_refresh, and the net may be destroyed first. No allocation after creation.
ludus_status ludus_net_exec_create(ludus_net_exec **out, const ludus_net *net,
                                   const ludus_exec_config *config, ludus_error *error);
void ludus_net_exec_destroy(ludus_net_exec *exec);
// Takes the weights of `net`, which must have the same description. INT8 keeps the activations'
// ranges and makes new kernels, which may fail for want of memory: then the executor can only be
// destroyed. Else it cannot fail.
ludus_status ludus_net_exec_refresh(ludus_net_exec *exec, const ludus_net *net, ludus_error *error);
// Noisy nets: from now on (refreshes included) the noisy layers' weights are mu + sigma * noise,
// the noise drawn from `seed` alone; seed 0 = no noise, as after creation. Of no effect on other
// nets.
void ludus_net_exec_noise(ludus_net_exec *exec, uint64_t seed);
// in: [n,C,H,W]; out[h]: [n, outputs of head h], or NULL when that head is not wanted.
// 1 <= n <= max_batch; in and out must not overlap.
void ludus_net_forward(ludus_net_exec *exec, int32_t n, const float *in, float *const *out);
// True when this CPU computes in that precision itself rather than emulating it.
bool ludus_precision_is_native(ludus_precision precision);

// ---- Files --------------------------------------------------------------------------------
// safetensors: PyTorch opens them as they are. The description, a checksum of the tensor bytes and
// `provenance` (a JSON object in text, may be NULL) stand in the metadata.
// save replaces the file atomically. load trusts nothing: header size, JSON, every shape against
// the description, file size and checksum are verified before anything sized by them is allocated.
ludus_status ludus_net_save(const ludus_net *net, const char *path, const char *provenance,
                            ludus_error *error);
ludus_status ludus_net_load(ludus_net **out, const char *path, ludus_error *error);
// The same to and from memory; what checkpoints embed. *bytes is a ludus_alloc block. to_bytes
// fails when memory is short or the provenance is not UTF-8.
ludus_status ludus_net_to_bytes(const ludus_net *net, const char *provenance, void **bytes,
                                size_t *size);
ludus_status ludus_net_from_bytes(ludus_net **out, const void *bytes, size_t size,
                                  ludus_error *error);
// The provenance text of a file's bytes (caller frees), or NULL text when it has none.
ludus_status ludus_net_provenance(const void *bytes, size_t size, char **text, ludus_error *error);

#endif
