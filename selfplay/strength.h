// Quick strength figures during training: cheap enough to take every few iterations.
//
// Connect Four: share of value-preserving moves on solver-labelled positions (raw policy).
// Other games: score of the raw policy against alpha-beta at depth 2, from random openings.
// `ludus eval` measures thoroughly; these figures show the trend.
//
// Threads: opens a team of `threads`. Repeat: depends on the net alone.

#ifndef LUDUS_SELFPLAY_STRENGTH_H
#define LUDUS_SELFPLAY_STRENGTH_H

#include "envs/game.h"
#include "selfplay/learner.h"

// Adds metrics named "strength/...". `positions`: labelled positions, or plies of openings tried.
ludus_status ludus_strength_measure(const ludus_game *game, const ludus_net *net, int32_t positions,
                                    int32_t threads, ludus_report *report, ludus_error *error);

#endif
