// What `ludus eval chess` measures besides games, and how `ludus play chess` speaks.

#ifndef LUDUS_CMD_CHESS_H
#define LUDUS_CMD_CHESS_H

#include "cmd_line.h"
#include "envs/game.h"

typedef struct ludus_chess_eval_options {
    const char *net;     // file
    int32_t simulations; // of exercises; -1: the default
    int32_t endings;     // positions of each table; -1: the default
    int32_t precision;   // ludus_precision
    int32_t threads;     // 0: one per core
    uint64_t seed;
    bool json;
} ludus_chess_eval_options;

// Judges endings against the exact tables and solves the exercises; prints the shares. Returns the
// exit status.
int ludus_eval_chess(const ludus_command *command, const ludus_chess_eval_options *options);

// A legal move as people write it: algebraic notation in chess, the game's own text elsewhere.
void ludus_spoken_move(const ludus_game *game, const void *pos, ludus_move move,
                       char *out); // [LUDUS_GAME_TEXT_MAX]
// What the side that moves first (0) or second (1) is called: "White", "x".
const char *ludus_side_name(const ludus_game *game, int32_t side);
// Why a finished game is over, as ", checkmate"; "" where the board shows it.
void ludus_end_reason(const ludus_game *game, const void *pos, char *out, size_t size);

#endif
