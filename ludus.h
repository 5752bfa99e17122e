// Ludus as a library: everything a program needs that plays, searches or trains. Includes only.
//
// Each header is the manual of its module; start with envs/game.h (rules), nets/net.h (nets),
// agents/mcts.h (search) and selfplay/run.h (training).

#ifndef LUDUS_LUDUS_H
#define LUDUS_LUDUS_H

#include "base/base.h"
#include "base/config.h"
#include "base/file.h"
#include "base/version.h"

#include "envs/game.h"

#include "nets/net.h"
#include "nets/trainer.h"

#include "agents/evaluator.h"
#include "agents/mcts.h"
#include "agents/player.h"

#include "selfplay/label_eval.h"
#include "selfplay/learner.h"
#include "selfplay/match.h"
#include "selfplay/record.h"
#include "selfplay/replay.h"
#include "selfplay/run.h"
#include "selfplay/sampler.h"
#include "selfplay/selfplay.h"

#endif
