// How fast a world runs: random actions, every observation written, episodes restarted.

#ifndef LUDUS_ENVS_ENV_BENCH_H
#define LUDUS_ENVS_ENV_BENCH_H

#include "envs/env.h"

typedef struct ludus_env_bench {
    int64_t steps;
    int64_t episodes; // ended
    double seconds;   // CPU time of the calling thread
    double steps_per_second;
    uint64_t signature; // of rewards, ends and sampled observations: depends on the rules alone
} ludus_env_bench;

// Plays `steps` steps of a world with the given settings (NULL: the default ones) from seed 1.
// `packed` writes observations in their packed form instead. Memory is taken before the clock runs.
ludus_status ludus_env_bench_run(const char *name, const ludus_env_config *config, int64_t steps,
                                 bool packed, ludus_env_bench *out, ludus_error *error);

#endif
