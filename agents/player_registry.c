// Every kind of player. A new one is a row here and a table in a file of its own.

#include "agents/player_internal.h"

static const ludus_player_ops *const kinds[] = {
    &ludus_player_net,    &ludus_player_alphabeta, &ludus_player_mcts, &ludus_player_random,
    &ludus_player_solver, &ludus_player_perfect,   &ludus_player_gtp,  &ludus_player_uci,
};

const ludus_player_ops *const *ludus_player_kinds(size_t *count)
{
    *count = sizeof kinds / sizeof kinds[0];
    return kinds;
}
