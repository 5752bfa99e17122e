// Training: losses, backward pass, optimisers, schedules, EMA.
//
// One step:  ludus_trainer_step(trainer, &batch, &stats)  =
//   split the batch into `shards` equal parts (a property of the recipe, never of the threads)
//   -> each shard forward, loss, backward on one thread -> gradients added in shard order
//   -> clip -> optimiser -> EMA.
// Batch norm uses each shard's own statistics (ghost batch norm, Hoffer et al. 2017); the running
// statistics take the shards' mean in shard order.
//
// Boards of several sizes: a net whose weights fit any size (pooled heads) learns them all in one
// trainer. A step's batch is of one size, its `shape`; the shapes share weights, optimiser, average
// and step counter, and nothing is padded. Batch norm's running statistics follow the shapes of the
// latest steps, so callers alternate.
//
//     ludus_trainer_add_shape(trainer, 7, 7, &seven, &error);   // shape 0 is the net's own
//     ludus_trainer_step(trainer, &(ludus_batch){.shape = seven, ...}, &stats, NULL);
//
// Noisy layers draw new noise in every step from (seed, step), the same for all rows and shards.
//
// Letters as in nets/net.h; B = rows of a batch.
// Threads: one step at a time; it opens an OpenMP team of `threads` itself.
// Repeat: the same weights, state and batch give the same bits for any `threads`.

#ifndef LUDUS_NETS_TRAINER_H
#define LUDUS_NETS_TRAINER_H

#include "base/file.h"
#include "nets/net.h"

typedef struct ludus_trainer ludus_trainer;

typedef enum ludus_optimiser_kind {
    LUDUS_OPTIMISER_SGD,     // momentum (Nesterov off), L2 into the gradient
    LUDUS_OPTIMISER_RMSPROP, // centred, as Mnih et al. 2015
    LUDUS_OPTIMISER_ADAM,    // Kingma & Ba 2015, L2 into the gradient
    LUDUS_OPTIMISER_ADAMW    // decoupled decay (Loshchilov & Hutter 2019)
} ludus_optimiser_kind;

typedef enum ludus_schedule_kind {
    LUDUS_SCHEDULE_CONSTANT,
    LUDUS_SCHEDULE_STEP,       // times `gamma` every `period` steps
    LUDUS_SCHEDULE_COSINE,     // from lr to lr_final over `period` steps, then lr_final
    LUDUS_SCHEDULE_EXPONENTIAL // times gamma^(step/period), never below lr_final
} ludus_schedule_kind;

typedef enum ludus_loss_kind {
    LUDUS_LOSS_AUTO,          // POLICY, WDL: cross-entropy; SCALARS: MSE; PLANES: sigmoid
                              // cross-entropy; Q: Huber, or cross-entropy when atoms > 1
    LUDUS_LOSS_CROSS_ENTROPY, // softmax over K (or over the taken action's atoms) vs a distribution
    LUDUS_LOSS_MSE,
    LUDUS_LOSS_HUBER,   // delta = 1
    LUDUS_LOSS_QUANTILE // quantile Huber, kappa = 1 (Dabney et al. 2018, eq. 10)
} ludus_loss_kind;

typedef struct ludus_trainer_config {
    int32_t batch;             // rows of every step, 1..65536; a multiple of shards
    int32_t shards;            // 1..64
    int32_t threads;           // OpenMP threads, 1..shards are of use
    ludus_precision precision; // F32, or BF16: operands of the matrix products, both ways, are
                               // bf16 and their sums f32, natively or emulated as the executor's
                               // (nets/net.h); weights, other layers and the optimiser stay f32
    ludus_optimiser_kind optimiser;
    float lr;            // per step, before the schedule
    float momentum;      // SGD 0..1
    float beta1, beta2;  // Adam; RMSProp uses beta2 as its decay
    float epsilon;       // Adam: beside the root; RMSProp: under it
    float weight_decay;  // on convolution and dense weights, not on biases, norms, sigmas
    float grad_clip;     // global L2 norm; 0 = off
    float ema_decay;     // 0 = no EMA, else 0..1, e.g. 0.999
    float norm_momentum; // share of the new statistics in the running ones, 0..1
    ludus_schedule_kind schedule;
    int64_t warmup;   // steps of linear rise from lr / warmup; 0 = off. The schedule counts them
    int64_t period;   // steps, see ludus_schedule_kind
    float gamma;      // STEP, EXPONENTIAL
    float lr_final;   // COSINE, EXPONENTIAL
    char freeze[128]; // comma-separated beginnings of tensor names that stay as they are; each must
                      // begin one. A frozen norm keeps its running statistics, and training goes
                      // on to normalise by each shard's own
    ludus_loss_kind loss[LUDUS_NET_MAX_HEADS];
    uint64_t seed; // dropout, noise of noisy layers
} ludus_trainer_config;

// Batch 256 in 4 shards, SGD 0.9, lr 0.02, L2 1e-4, EMA 0.999.
ludus_trainer_config ludus_trainer_config_default(void);
// The [train] section.
extern const ludus_option ludus_trainer_options[];
extern const size_t ludus_trainer_num_options;

#define LUDUS_TRAINER_MAX_SHAPES 8

// Borrowed pointers, read during the call only.
typedef struct ludus_batch {
    int32_t shape;   // 0 = the net's own, else from ludus_trainer_add_shape: it says H, W and K
    const float *in; // [B,C,H,W]
    // POLICY [B,K] distribution (rows of all zeros are skipped); WDL [B,3]; SCALARS [B,K];
    // PLANES [B,K,H,W] in 0..1; Q [B,1], or [B,atoms] with atoms > 1. NULL = head not trained now.
    const float *target[LUDUS_NET_MAX_HEADS];
    const int32_t *action; // [B], Q heads only, else NULL
    const float *weight;   // [B] importance weights, NULL = all 1
} ludus_batch;

typedef struct ludus_train_stats {
    float loss[LUDUS_NET_MAX_HEADS]; // batch means, before loss_weight
    float total;                     // weighted sum
    float grad_norm;                 // before clipping
    float lr;                        // that was used
} ludus_train_stats;

// `net` is written by every step and must outlive the trainer.
ludus_status ludus_trainer_create(ludus_trainer **out, ludus_net *net,
                                  const ludus_trainer_config *config, ludus_error *error);
void ludus_trainer_destroy(ludus_trainer *trainer); // NULL is accepted
// From now on also trains on boards of height h and width w: *shape is what their batches say. At
// most LUDUS_TRAINER_MAX_SHAPES with the net's own. Fails with one line when a layer's weights are
// tied to the board's size; the trainer is as before then. A step on a shape is the step of a
// trainer for that size alone (tests/test_trainer.c: a_shapes_step_is_that_of_its_own_trainer).
ludus_status ludus_trainer_add_shape(ludus_trainer *trainer, int32_t h, int32_t w, int32_t *shape,
                                     ludus_error *error);
// One optimiser step. td_error: [B] |target - prediction| of the Q head, or NULL.
void ludus_trainer_step(ludus_trainer *trainer, const ludus_batch *batch, ludus_train_stats *stats,
                        float *td_error);
int64_t ludus_trainer_steps(const ludus_trainer *trainer);
// The averaged weights (the live ones when ema_decay is 0); borrowed, valid until the next step.
const ludus_net *ludus_trainer_ema(const ludus_trainer *trainer);
// The same as a net for the boards of `shape`.
const ludus_net *ludus_trainer_ema_for(const ludus_trainer *trainer, int32_t shape);

// Optimiser moments, EMA and step counter, for checkpoints; the net is saved by the caller.
void ludus_trainer_save(const ludus_trainer *trainer, ludus_buffer *out);
// Checks sizes against this trainer before it changes anything.
ludus_status ludus_trainer_load(ludus_trainer *trainer, ludus_cursor *in, ludus_error *error);

// Gradients of the last step in the order of ludus_net_tensor, before clipping; for tests.
// Borrowed; NULL for tensors that are not trainable.
const float *ludus_trainer_gradient(const ludus_trainer *trainer, size_t tensor);
// Runs forward, loss and backward without changing anything but gradients; for tests.
void ludus_trainer_probe(ludus_trainer *trainer, const ludus_batch *batch,
                         ludus_train_stats *stats);

#endif
