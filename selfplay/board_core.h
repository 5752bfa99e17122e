// What every learner of board games has in common: a net and its trainer, reports and checkpoints,
// and the boards it learns on. A board is a game with what belongs to it alone: its replay and the
// sampler that draws from it. az_learner.c and distill_learner.c differ in where the games come
// from.
//
// Board 0 is run.game, and often the only one. Further boards are other sizes of the same game,
// learned by the same weights, which heads.pooled makes possible; a training step is on a batch of
// one of them. The records of a further board, say go7, are a run's records in FOLDER/go7.
//
// Sections of the recipe: [run] game, seed, start_net; [net], [heads], [train], [replay] as their
// modules document; [learn] search_share, symmetry, eval_positions here.
//
// Threads and repeat: as selfplay/learner.h says.

#ifndef LUDUS_SELFPLAY_BOARD_CORE_H
#define LUDUS_SELFPLAY_BOARD_CORE_H

#include "agents/game_net.h"
#include "nets/trainer.h"
#include "selfplay/board_mix.h"
#include "selfplay/learner.h"
#include "selfplay/replay.h"
#include "selfplay/run.h"
#include "selfplay/sampler.h"

typedef struct ludus_board_core_config {
    ludus_run_config run;
    ludus_net_desc net;
    ludus_heads_config heads;
    ludus_trainer_config train;
    ludus_replay_config replay; // of every board
    float search_share;         // value target: share of the search's root estimate
    bool enable_symmetry;       // random board symmetry per training row
    int32_t eval_positions;     // labelled or played positions per strength measurement
} ludus_board_core_config;

// A board's own numbers in a report, named "go7/games" and so on, when there are several boards.
typedef enum ludus_board_metric {
    LUDUS_BOARD_GAMES,
    LUDUS_BOARD_POSITIONS,
    LUDUS_BOARD_EVALUATIONS,
    LUDUS_BOARD_PLIES, // of a game, in the iteration
    LUDUS_BOARD_POLICY_LOSS,
    LUDUS_BOARD_VALUE_LOSS,
    LUDUS_NUM_BOARD_METRICS
} ludus_board_metric;

typedef struct ludus_board {
    ludus_game game;
    int32_t shape;              // of its batches, for the trainer
    uint64_t seed;              // of what is random on this board
    ludus_replay_config config; // with tag and folder
    ludus_replay *replay;
    ludus_sampler *sampler;
    char metrics[LUDUS_NUM_BOARD_METRICS][LUDUS_GAME_NAME_MAX + 16]; // names
} ludus_board;

typedef struct ludus_board_core {
    ludus_board_core_config config;
    int32_t threads;
    ludus_net *net; // for board 0
    ludus_trainer *trainer;
    int32_t num_boards;
    ludus_board boards[LUDUS_MAX_BOARDS];
} ludus_board_core;

ludus_board_core_config ludus_board_core_config_default(void);
// Reads every section named above into `config`.
ludus_status ludus_board_core_read(ludus_board_core_config *config, ludus_config *recipe,
                                   ludus_error *error);
// Builds all parts, with board 0. `core` may be half built on failure: free it.
ludus_status ludus_board_core_init(ludus_board_core *core, const ludus_board_core_config *config,
                                   const char *folder, int32_t threads, ludus_error *error);
// A further board, the next in number. Fails with one line about mix.games when the net of board 0
// cannot learn that game as well. At most LUDUS_MAX_BOARDS.
ludus_status ludus_board_core_add(ludus_board_core *core, const char *game, const char *folder,
                                  ludus_error *error);
void ludus_board_core_free(ludus_board_core *core); // a zeroed one is accepted

// The averaged weights as a net for the board's game; borrowed, its weights change with each step.
const ludus_net *ludus_board_core_net(const ludus_board_core *core, int32_t board);
int64_t ludus_board_core_positions(const ludus_board_core *core); // of all boards, since the start

// Sums over an iteration's training steps.
typedef struct ludus_board_means {
    int64_t steps;
    double loss[LUDUS_NET_MAX_HEADS], total, grad_norm, lr;
    double seconds, sample_seconds;
    int64_t board_steps[LUDUS_MAX_BOARDS];
    double board_loss[LUDUS_MAX_BOARDS][LUDUS_NET_MAX_HEADS];
} ludus_board_means;

// One training step on the newest `window` positions of a board; adds to *means.
ludus_status ludus_board_core_step(ludus_board_core *core, int32_t board, int64_t window,
                                   ludus_board_means *means, ludus_error *error);
void ludus_board_core_report(ludus_report *report, const ludus_board_core *core,
                             const ludus_board_means *means);
// Of board 0.
ludus_status ludus_board_core_measure(const ludus_board_core *core, ludus_report *report,
                                      ludus_error *error);

// Net, trainer and replays, for checkpoints.
void ludus_board_core_save(const ludus_board_core *core, ludus_buffer *out);
ludus_status ludus_board_core_load(ludus_board_core *core, ludus_cursor *in, ludus_error *error);

#endif
