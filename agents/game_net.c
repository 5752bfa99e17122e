#include "agents/game_net.h"

#include <stdio.h>
#include <string.h>

const ludus_option ludus_heads_options[] = {
    LUDUS_OPTION_BOOL(ludus_heads_config, "heads", "pooled", pooled,
                      "global pooling instead of dense layers: weights fit boards of any size"),
    LUDUS_OPTION_FLOAT(ludus_heads_config, "heads", "ownership", ownership, 0, 100,
                       "loss share of who owns each cell in the end; 0 = no such head"),
    LUDUS_OPTION_FLOAT(ludus_heads_config, "heads", "score", score, 0, 100,
                       "loss share of the points ahead in the end; 0 = no such head"),
    LUDUS_OPTION_FLOAT(ludus_heads_config, "heads", "reply", reply, 0, 100,
                       "loss share of the opponent's next policy; 0 = no such head"),
    LUDUS_OPTION_FLOAT(ludus_heads_config, "heads", "moves_left", moves_left, 0, 100,
                       "loss share of the plies to the end; 0 = no such head"),
};
const size_t ludus_heads_num_options = sizeof(ludus_heads_options) / sizeof(ludus_heads_options[0]);

ludus_heads_config ludus_heads_config_default(void)
{
    return (ludus_heads_config){.pooled = false};
}

// Narrow heads: their dense layers would otherwise weigh as much as the trunk.
#define POLICY_CHANNELS 16
#define VALUE_CHANNELS 8
#define POOLED_CHANNELS 32 // means and maxima say less than a dense layer over the board
#define VALUE_HIDDEN 64

static void add_head(ludus_net_desc *desc, const ludus_heads_config *heads, const char *name,
                     ludus_head_kind kind, int32_t size, float loss_weight)
{
    if (loss_weight <= 0.0f) {
        return;
    }
    const bool is_policy = kind == LUDUS_HEAD_POLICY, is_planes = kind == LUDUS_HEAD_PLANES;
    const int32_t narrow = is_policy ? POLICY_CHANNELS : VALUE_CHANNELS;
    ludus_head_desc *head = &desc->heads[desc->num_heads++];
    *head = (ludus_head_desc){
        .kind = kind,
        .size = size,
        .channels = is_planes       ? 0
                    : heads->pooled ? POOLED_CHANNELS
                                    : narrow,
        .hidden = is_planes || is_policy ? 0 : VALUE_HIDDEN,
        .atoms = 1,
        .pooled = heads->pooled && !is_planes,
        .loss_weight = loss_weight,
    };
    snprintf(head->name, sizeof head->name, "%s", name);
}

ludus_status ludus_net_desc_for_game(ludus_net_desc *desc, const ludus_game *game,
                                     const ludus_heads_config *heads, ludus_error *error)
{
    const ludus_heads_config plain = ludus_heads_config_default();
    const ludus_heads_config *h = heads != NULL ? heads : &plain;
    const int32_t num_moves = game->spec.num_moves;
    if (h->pooled && !game->spec.has_cell_moves) {
        return ludus_fail(error, LUDUS_ERR_ARG, "heads.pooled: %s has not one move per cell",
                          game->spec.name);
    }
    if ((h->ownership > 0.0f || h->score > 0.0f) && !ludus_game_has_result(game)) {
        return ludus_fail(error, LUDUS_ERR_ARG, "heads.%s: %s has no such result",
                          h->score > 0.0f ? "score" : "ownership", game->spec.name);
    }
    for (int i = 0; i < 3; i++) {
        desc->in_shape[i] = game->spec.planes[i];
    }
    desc->num_heads = 0;
    add_head(desc, h, "policy", LUDUS_HEAD_POLICY, num_moves, 1.0f);
    add_head(desc, h, "value", LUDUS_HEAD_WDL, 3, 1.0f);
    add_head(desc, h, "ownership", LUDUS_HEAD_PLANES, 1, h->ownership);
    add_head(desc, h, "score", LUDUS_HEAD_SCALARS, 1, h->score);
    add_head(desc, h, "reply", LUDUS_HEAD_POLICY, num_moves, h->reply);
    add_head(desc, h, "moves_left", LUDUS_HEAD_SCALARS, 1, h->moves_left);
    return LUDUS_OK;
}

ludus_status ludus_net_fits_game(const ludus_net *net, const ludus_game *game, ludus_error *error)
{
    const ludus_net_desc *d = ludus_net_describe(net);
    const int32_t *want = game->spec.planes;
    const int32_t policy = ludus_net_find_head(net, "policy");
    const int32_t value = ludus_net_find_head(net, "value");
    if (policy < 0 || value < 0 || d->heads[value].kind != LUDUS_HEAD_WDL) {
        return ludus_fail(error, LUDUS_ERR_ARG,
                          "the net has no policy and value heads: not one "
                          "for board games");
    }
    if (memcmp(d->in_shape, want, sizeof d->in_shape) != 0 ||
        d->heads[policy].size != game->spec.num_moves) {
        return ludus_fail(error, LUDUS_ERR_ARG,
                          "the net reads %dx%dx%d planes and knows %d moves; %s has %dx%dx%d and "
                          "%d: it was trained for another game",
                          d->in_shape[0], d->in_shape[1], d->in_shape[2], d->heads[policy].size,
                          game->spec.name, want[0], want[1], want[2], game->spec.num_moves);
    }
    return LUDUS_OK;
}

ludus_status ludus_net_load_for_game(ludus_net **out, const char *path, const ludus_game *game,
                                     ludus_error *error)
{
    ludus_net *net, *resized;
    const int32_t *want = game->spec.planes;
    ludus_status status = ludus_net_load(&net, path, error);
    *out = NULL;
    if (status != LUDUS_OK) {
        return status;
    }
    const ludus_net_desc *d = ludus_net_describe(net);
    const int32_t policy = ludus_net_find_head(net, "policy");
    const bool is_other_size = d->in_shape[1] != want[1] || d->in_shape[2] != want[2];
    if (policy >= 0 && d->heads[policy].pooled && is_other_size) {
        status = ludus_net_resize(&resized, net, want[1], want[2], error);
        ludus_net_destroy(net);
        net = resized;
    }
    if (status == LUDUS_OK) {
        status = ludus_net_fits_game(net, game, error);
    }
    if (status != LUDUS_OK) {
        ludus_net_destroy(net);
        ludus_fail_within(error, "%s", path);
        return status;
    }
    *out = net;
    return LUDUS_OK;
}
