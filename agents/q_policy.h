// A Q net at work: rows of packed observations in, action values out. One per thread.
//
// Threads: one policy, one thread; the net is only read at creation and refresh.
// Repeat: a row's values depend on the net and its observation alone.

#ifndef LUDUS_AGENTS_Q_POLICY_H
#define LUDUS_AGENTS_Q_POLICY_H

#include "agents/q_net.h"

typedef struct ludus_q_policy ludus_q_policy;

ludus_status ludus_q_policy_create(ludus_q_policy **out, const ludus_net *net,
                                   const ludus_env_spec *spec, const ludus_q_config *config,
                                   int32_t max_batch, ludus_error *error);
void ludus_q_policy_destroy(ludus_q_policy *policy); // NULL is accepted
// Takes the weights of `net`, of the same description.
void ludus_q_policy_refresh(ludus_q_policy *policy, const ludus_net *net);

// Noisy nets act under noise drawn from `seed` from now on; 0 = none. See ludus_net_exec_noise.
void ludus_q_policy_noise(ludus_q_policy *policy, uint64_t seed);

// Row i's observation, packed (envs/env.h), for the next run. 0 <= i < max_batch.
void ludus_q_policy_set(ludus_q_policy *policy, int32_t i, const uint8_t *packed);
// The same as floats: the caller fills [C,H,W].
float *ludus_q_policy_row(ludus_q_policy *policy, int32_t i);
// Evaluates rows 0..n-1 and returns their values [n,A], valid until the next run.
const float *ludus_q_policy_run(ludus_q_policy *policy, int32_t n);
// The last run's outputs, [n,A,K].
const float *ludus_q_policy_outputs(const ludus_q_policy *policy);

#endif
