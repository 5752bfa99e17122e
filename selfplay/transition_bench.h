// How small and how quick the replay is for a world: bytes per transition, transitions stored per
// second, and what drawing and decoding a batch costs beside the training step it is for.
//
// Actors play as in training and store what they see through the learner's own path
// (selfplay/transition_store.h); then batches are drawn uniformly from all of it
// (selfplay/transition_sampler.h: found, decompressed, stacks rebuilt), with caches as the recipe
// has them. The training step is the target network's values of the next observations and
// ludus_trainer_step of nets/train_bench.h on the recipe's net.
//
// Threads: one; all times are CPU times of the calling thread.
// Repeat: everything but the times depends on the arguments alone.

#ifndef LUDUS_SELFPLAY_TRANSITION_BENCH_H
#define LUDUS_SELFPLAY_TRANSITION_BENCH_H

#include "agents/q_net.h"
#include "envs/env.h"
#include "nets/trainer.h"
#include "selfplay/replay.h"

typedef struct ludus_transition_bench_config {
    ludus_env_config env;
    ludus_replay_config replay; // capacity is raised to hold `transitions`
    ludus_q_config q;           // convs and hidden of the net that is trained
    ludus_trainer_config train; // batch rows are drawn at a time
    int32_t piece;              // transitions stored together
    int32_t n_step;             // steps of rewards in a target
    int64_t transitions;        // to store, 1..1e8
    // Who plays (optional): a net with its kind of values, epsilon-greedy. NULL: random play.
    const ludus_net *player;
    const ludus_q_config *player_q;
    float epsilon;
} ludus_transition_bench_config;

// MinAtar's recipe: net, pieces of 6, chunks of 512 bytes at level -5, batches of 32; 1M
// transitions.
ludus_transition_bench_config ludus_transition_bench_config_default(void);
// The pixel recipe's: 84x84 in stacks of 4, the Nature network; 100k transitions.
ludus_transition_bench_config ludus_transition_bench_config_pixels(void);

typedef struct ludus_transition_bench {
    int64_t transitions;                // stored
    size_t frame_bytes;                 // of one frame, packed
    double stored_bytes_per_transition; // compressed, with chunk headers
    double stored_per_second;           // transitions: written as pieces, pushed, compressed
    double draw_us;                     // of one batch
    double target_us;                   // of the target network's values of a batch
    double train_us;                    // of the gradient and the weights' change
    double decode_share;                // draw_us / (draw_us + target_us + train_us)
} ludus_transition_bench;

ludus_status ludus_transition_bench_run(const char *world,
                                        const ludus_transition_bench_config *config,
                                        ludus_transition_bench *out, ludus_error *error);

#endif
