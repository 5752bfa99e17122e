// AlphaZero in training (Silver et al. 2018): self-play with search, replay, policy and value
// learning, over and over.
//
// One iteration: a self-play phase with the averaged (EMA) weights, the finished games into the
// replay in game order, then replay_ratio * new positions / batch training steps.
//
// With [mix] games (selfplay/board_mix.h) the iteration plays every board for its share, then
// trains on all of them: each board owes steps for its own new positions, and the steps take turns
// in proportion to that. Window and replay are each board's own; `start` counts the positions of
// all.
//
// Sections of the recipe: those of selfplay/board_core.h; [search], [selfplay], [mix] as their
// modules document, [learn] here.

#ifndef LUDUS_SELFPLAY_AZ_LEARNER_H
#define LUDUS_SELFPLAY_AZ_LEARNER_H

#include "selfplay/learner.h"
#include "selfplay/selfplay.h"

typedef struct ludus_az_config {
    float replay_ratio; // training rows per new position
    int64_t window_min; // newest positions drawn from at first
    float window_share; // later: this share of all positions so far, within the replay's capacity
    int64_t start;      // positions before training begins, of all boards
} ludus_az_config;

extern const ludus_learner_ops ludus_az_learner_ops;

#endif
