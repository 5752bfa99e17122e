// Learning from games that are there already: those of an engine (`ludus label`), of earlier runs.
// The policy learns the recorded policies, the value the results and the recorded estimates; the
// net is then a start for self-play (run.start_net, train.freeze) or a player of its own
// (distillation, Hinton et al. 2015, with an engine as the teacher).
//
// An iteration is `steps` training steps. The last `holdout` share of the games is never trained
// on: measure() reports on it how often the policy's first move is the teacher's, and the losses.
//
// Sections of the recipe: those of selfplay/board_core.h; [learn] data, steps, holdout here.

#ifndef LUDUS_SELFPLAY_DISTILL_LEARNER_H
#define LUDUS_SELFPLAY_DISTILL_LEARNER_H

#include "selfplay/learner.h"

extern const ludus_learner_ops ludus_distill_learner_ops;

#endif
