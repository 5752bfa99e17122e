// DQN in training (Mnih et al. 2015) and its descendants, each a key of the recipe: double,
// dueling (q.dueling), n-step returns, prioritised replay, distributional values (q.kind), noisy
// layers (net.noisy), Munchausen targets, hard and soft target networks. All of them together are
// Rainbow (Hessel et al. 2018); configs/rainbow.ini.
//
// A round: every world takes actors.steps steps under the net that learns, finished pieces of
// episodes go into the replay in world order, then one training step per learn.frames_per_step
// frames.
//
// Sections of the recipe: those of selfplay/q_core.h; [replay]; [learn] here.

#ifndef LUDUS_SELFPLAY_DQN_LEARNER_H
#define LUDUS_SELFPLAY_DQN_LEARNER_H

#include "selfplay/learner.h"

extern const ludus_learner_ops ludus_dqn_learner_ops;

#endif
