// How well a Q net plays a world: whole episodes on streams of their own, apart from training.
//
// Episode e of a measurement starts from a seed made of (seed, e), whatever the number of threads.
// The interval is a percentile bootstrap of the mean over episodes (Agarwal et al. 2021 use the
// same for runs), 95 %.
//
// Threads: opens a team of `threads`. Repeat: depends on the net and the config alone.

#ifndef LUDUS_SELFPLAY_WORLD_EVAL_H
#define LUDUS_SELFPLAY_WORLD_EVAL_H

#include "agents/q_policy.h"

typedef struct ludus_world_eval_config {
    int32_t episodes;  // 1 .. 100000
    float epsilon;     // random actions, 0 = greedy
    int32_t max_steps; // an episode is cut after so many; 0 = never
    uint64_t seed;
    int32_t threads;
} ludus_world_eval_config;

// 30 episodes, epsilon .001, at most 27,000 steps, seed 1.
ludus_world_eval_config ludus_world_eval_config_default(void);

// What episode e's world is reset with; never a seed that training uses.
uint64_t ludus_world_eval_seed(uint64_t seed, int32_t episode);

typedef struct ludus_world_eval_result {
    int32_t episodes, cut;  // cut: episodes stopped by max_steps
    double mean, low, high; // of the raw return, 95 % bootstrap interval
    double median, min, max;
    double mean_length; // steps
    double seconds;
} ludus_world_eval_result;

ludus_status ludus_world_eval(const char *world, const ludus_env_config *env,
                              const ludus_q_config *q, const ludus_net *net,
                              const ludus_world_eval_config *config, ludus_world_eval_result *out,
                              ludus_error *error);

#endif
