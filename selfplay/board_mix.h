// The [mix] section of a recipe: further games that the net of run.game learns in the same run, so
// that one set of weights knows several sizes of a board.
//
//     [run]
//     game = go9
//     [mix]
//     games = go5:0.1, go7:0.25
//
// A game's number is its share of the self-play's net evaluations; run.game, whose board the net
// file describes, has the rest. Every game has selfplay.slots games in flight and ends a phase at
// the end of a move, so small shares of few evaluations come out larger.
//
// Threads: no state.

#ifndef LUDUS_SELFPLAY_BOARD_MIX_H
#define LUDUS_SELFPLAY_BOARD_MIX_H

#include "base/config.h"
#include "envs/game.h"
#include "nets/trainer.h"

#define LUDUS_MAX_BOARDS LUDUS_TRAINER_MAX_SHAPES // run.game included

typedef struct ludus_board_mix {
    int32_t num_boards;                               // 1 = run.game alone
    char game[LUDUS_MAX_BOARDS][LUDUS_GAME_NAME_MAX]; // 0 stays empty: run.game
    double share[LUDUS_MAX_BOARDS];                   // 0..1, their sum is 1
} ludus_board_mix;

// Fails with one line that names the key. Whether the games go together is the board core's
// question (ludus_board_core_add).
ludus_status ludus_board_mix_read(ludus_board_mix *mix, ludus_config *recipe, ludus_error *error);
// The board's part of `evaluations`; the parts add up to it. Fails when one has none.
ludus_status ludus_board_mix_evaluations(const ludus_board_mix *mix, int32_t board,
                                         int32_t evaluations, int32_t *out, ludus_error *error);

// Which board takes the next training step: of those that still owe a whole batch, the one with the
// largest part of what it owed left, the first of equals; so large and small debts are paid side by
// side. -1 when none owes a batch. owed, debt: [num_boards] rows, at first and now.
int32_t ludus_board_mix_turn(int32_t num_boards, const double *owed, const double *debt,
                             double batch);

#endif
