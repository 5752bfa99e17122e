// What the kinds of players share. Internal to agents/player*.c.

#ifndef LUDUS_AGENTS_PLAYER_INTERNAL_H
#define LUDUS_AGENTS_PLAYER_INTERNAL_H

#include "agents/player.h"

extern const ludus_player_ops ludus_player_random;
extern const ludus_player_ops ludus_player_mcts;
extern const ludus_player_ops ludus_player_alphabeta;
extern const ludus_player_ops ludus_player_solver;
extern const ludus_player_ops ludus_player_perfect;
extern const ludus_player_ops ludus_player_net;
extern const ludus_player_ops ludus_player_gtp;
extern const ludus_player_ops ludus_player_uci;

// `text` as a whole number in low..high; fails with "WHAT must be a whole number LOW .. HIGH".
ludus_status ludus_player_read_number(const char *text, const char *what, int32_t low, int32_t high,
                                      int32_t *out, ludus_error *error);

#endif
