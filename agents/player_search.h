// A player around one search tree and one evaluator: what net players and rollout players are.
// In Go it passes when that is due (agents/go_pass.h).
// Internal to agents/player*.c.

#ifndef LUDUS_AGENTS_PLAYER_SEARCH_H
#define LUDUS_AGENTS_PLAYER_SEARCH_H

#include "agents/level.h"
#include "agents/player.h"

typedef struct ludus_player_search {
    const ludus_game *game;
    ludus_mcts *tree;
    ludus_evaluator evaluator; // owned
    int32_t simulations;       // 0 = the evaluator's most likely move
    int32_t batch;             // leaves per evaluation
    int32_t ply;               // observed since reset, for the temperature
    ludus_level level;         // simulations > 0: it chooses in place of the tree's temperature
    ludus_mcts_move *moves;    // [max_legal] of the last choice
    ludus_move *legal;         // [max_legal]
    float *priors;             // [max_legal]
    ludus_thought thought;
} ludus_player_search;

// Takes ownership of `evaluator`, also on failure.
ludus_status ludus_player_search_init(ludus_player_search *p, const ludus_game *game,
                                      const ludus_mcts_config *search, ludus_evaluator evaluator,
                                      ludus_error *error);
void ludus_player_search_free(ludus_player_search *p); // a zeroed one is accepted
// Entries of ludus_player_ops for a struct that begins with a ludus_player_search.
void ludus_player_search_reset(void *self);
ludus_status ludus_player_search_choose(void *self, const void *pos, ludus_rng *rng,
                                        ludus_move *out, ludus_error *error);
void ludus_player_search_observe(void *self, const void *pos, ludus_move move);
void ludus_player_search_thought(const void *self, ludus_thought *out);

#endif
