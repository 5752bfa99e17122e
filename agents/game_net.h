// Nets for board games: which heads they have, whether a net fits a game, files of them.
//
// Threads: no state.

#ifndef LUDUS_AGENTS_GAME_NET_H
#define LUDUS_AGENTS_GAME_NET_H

#include "envs/game.h"
#include "nets/net.h"

// The heads of a game's net. The auxiliary ones shape the trunk's features during training (Wu
// 2019, section 4); their weights are shares of the summed loss, 0 = no such head.
typedef struct ludus_heads_config {
    bool pooled;      // weights fit boards of any size; games with one move per cell only
    float ownership;  // "ownership": who owns each cell in the end
    float score;      // "score": points ahead in the end, in units of LUDUS_SCORE_UNIT
    float reply;      // "reply": the opponent's policy after the move
    float moves_left; // "moves_left": plies to the end, in units of LUDUS_LENGTH_UNIT
} ludus_heads_config;
#define LUDUS_SCORE_UNIT 10.0f
#define LUDUS_LENGTH_UNIT 50.0f

// Neither pooled nor auxiliary.
ludus_heads_config ludus_heads_config_default(void);
// The [heads] section.
extern const ludus_option ludus_heads_options[];
extern const size_t ludus_heads_num_options;

// The net's description for a game: input planes, policy and WDL heads named "policy" and "value",
// and those of `heads` (NULL = default). Fills in_shape and heads; trunk fields stay. Fails with
// one line when the game has no such heads.
ludus_status ludus_net_desc_for_game(ludus_net_desc *desc, const ludus_game *game,
                                     const ludus_heads_config *heads, ludus_error *error);
// Fails with one line when the net was made for another game (shape of input or heads).
ludus_status ludus_net_fits_game(const ludus_net *net, const ludus_game *game, ludus_error *error);

// A file's net, resized to the game's board if its weights allow that; fails with one line that
// names the file.
ludus_status ludus_net_load_for_game(ludus_net **out, const char *path, const ludus_game *game,
                                     ludus_error *error);

#endif
