// PQN in training (Gallici et al. 2024): Q-learning without replay or target network. Many worlds
// act for a few steps, lambda-returns are computed from the values seen on the way, and a few
// epochs of minibatches learn them; layer norm keeps it stable. The fastest route on a CPU.
//
// Return of step t (their eq. 3 with Watkins' max):
//     G_t = r_t + gamma * ((1 - lambda) * max Q(s_t+1) + lambda * G_t+1)
// and after the phase's last step the largest Q of where it stopped.
//
// Sections of the recipe: those of selfplay/q_core.h, and [learn] here.

#ifndef LUDUS_SELFPLAY_PQN_LEARNER_H
#define LUDUS_SELFPLAY_PQN_LEARNER_H

#include "selfplay/learner.h"

extern const ludus_learner_ops ludus_pqn_learner_ops;

// gamma, lambda in 0..1. One world's phase: reward, end, cut_value [steps], value [steps+1] ->
// returns [steps]. See ludus_rollout.
void ludus_lambda_returns(int32_t steps, float gamma, float lambda, const float *reward,
                          const uint8_t *end, const float *value, const float *cut_value,
                          float *returns);

#endif
