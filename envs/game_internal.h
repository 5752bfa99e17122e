// The game families, one per source file; listed in game_registry.c.

#ifndef LUDUS_ENVS_GAME_INTERNAL_H
#define LUDUS_ENVS_GAME_INTERNAL_H

#include "envs/game.h"

// No game has more legal moves at once, so they fit on the stack; asserted when one is opened.
#define LUDUS_GAME_MAX_LEGAL 1024

extern const ludus_game_ops ludus_tictactoe_ops;
extern const ludus_game_ops ludus_connect4_ops;
extern const ludus_game_ops ludus_othello_ops;
extern const ludus_game_ops ludus_gomoku_ops;
extern const ludus_game_ops ludus_go_ops;
extern const ludus_game_ops ludus_chess_ops;

#endif
