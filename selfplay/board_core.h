// What every learner of board games has in common: a game, a net and its trainer, a replay and the
// sampler that draws from it, reports and checkpoints. az_learner.c and distill_learner.c differ in
// where the games come from.
//
// Sections of the recipe: [run] game, seed, start_net; [net], [heads], [train], [replay] as their
// modules document; [learn] search_share, symmetry, eval_positions here.
//
// Threads and repeat: as selfplay/learner.h says.

#ifndef LUDUS_SELFPLAY_BOARD_CORE_H
#define LUDUS_SELFPLAY_BOARD_CORE_H

#include "agents/game_net.h"
#include "nets/trainer.h"
#include "selfplay/learner.h"
#include "selfplay/replay.h"
#include "selfplay/run.h"
#include "selfplay/sampler.h"

typedef struct ludus_board_core_config {
    ludus_run_config run;
    ludus_net_desc net;
    ludus_heads_config heads;
    ludus_trainer_config train;
    ludus_replay_config replay;
    float search_share;     // value target: share of the search's root estimate
    bool enable_symmetry;   // random board symmetry per training row
    int32_t eval_positions; // labelled or played positions per strength measurement
} ludus_board_core_config;

typedef struct ludus_board_core {
    ludus_board_core_config config;
    ludus_game game;
    int32_t threads;
    ludus_net *net;
    ludus_trainer *trainer;
    ludus_replay *replay;
    ludus_sampler *sampler;
} ludus_board_core;

ludus_board_core_config ludus_board_core_config_default(void);
// Reads every section named above into `config`.
ludus_status ludus_board_core_read(ludus_board_core_config *config, ludus_config *recipe,
                                   ludus_error *error);
// Builds all parts. `core` may be half built on failure: free it.
ludus_status ludus_board_core_init(ludus_board_core *core, const ludus_board_core_config *config,
                                   const char *folder, int32_t threads, ludus_error *error);
void ludus_board_core_free(ludus_board_core *core); // a zeroed one is accepted

// Sums over an iteration's training steps.
typedef struct ludus_board_means {
    int64_t steps;
    double loss[LUDUS_NET_MAX_HEADS], total, grad_norm, lr;
    double seconds, sample_seconds;
} ludus_board_means;

// One training step on the newest `window` positions; adds to *means.
ludus_status ludus_board_core_step(ludus_board_core *core, int64_t window, ludus_board_means *means,
                                   ludus_error *error);
void ludus_board_core_report(ludus_report *report, const ludus_board_core *core,
                             const ludus_board_means *means);
ludus_status ludus_board_core_measure(const ludus_board_core *core, ludus_report *report,
                                      ludus_error *error);

// Net, trainer and replay, for checkpoints.
void ludus_board_core_save(const ludus_board_core *core, ludus_buffer *out);
ludus_status ludus_board_core_load(ludus_board_core *core, ludus_cursor *in, ludus_error *error);

#endif
