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

// Every head that a net for board games may have; the first two are always there.
typedef struct board_head {
    const char *name;
    ludus_head_kind kind;
    int32_t size; // 0 = the game's moves
} board_head;

#define NUM_BOARD_HEADS 6
static const board_head board_heads[NUM_BOARD_HEADS] = {
    {"policy", LUDUS_HEAD_POLICY, 0},    {"value", LUDUS_HEAD_WDL, 3},
    {"ownership", LUDUS_HEAD_PLANES, 1}, {"score", LUDUS_HEAD_SCALARS, 1},
    {"reply", LUDUS_HEAD_POLICY, 0},     {"moves_left", LUDUS_HEAD_SCALARS, 1},
};

static int32_t head_size(const board_head *head, const ludus_game *game)
{
    return head->size > 0 ? head->size : game->spec.num_moves;
}

static bool wants_result(const board_head *head)
{
    return strcmp(head->name, "ownership") == 0 || strcmp(head->name, "score") == 0;
}

static void add_head(ludus_net_desc *desc, const ludus_heads_config *heads,
                     const board_head *wanted, const ludus_game *game, float loss_weight)
{
    if (loss_weight <= 0.0f) {
        return;
    }
    const bool is_policy = wanted->kind == LUDUS_HEAD_POLICY;
    const bool is_planes = wanted->kind == LUDUS_HEAD_PLANES;
    const int32_t narrow = is_policy ? POLICY_CHANNELS : VALUE_CHANNELS;
    ludus_head_desc *head = &desc->heads[desc->num_heads++];
    *head = (ludus_head_desc){
        .kind = wanted->kind,
        .size = head_size(wanted, game),
        .channels = is_planes       ? 0
                    : heads->pooled ? POOLED_CHANNELS
                                    : narrow,
        .hidden = is_planes || is_policy ? 0 : VALUE_HIDDEN,
        .atoms = 1,
        .pooled = heads->pooled && !is_planes,
        .loss_weight = loss_weight,
    };
    snprintf(head->name, sizeof head->name, "%s", wanted->name);
}

ludus_status ludus_net_desc_for_game(ludus_net_desc *desc, const ludus_game *game,
                                     const ludus_heads_config *heads, ludus_error *error)
{
    const ludus_heads_config plain = ludus_heads_config_default();
    const ludus_heads_config *h = heads != NULL ? heads : &plain;
    const float weights[NUM_BOARD_HEADS] = {1.0f,     1.0f,     h->ownership,
                                            h->score, h->reply, h->moves_left};
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
    for (int32_t i = 0; i < NUM_BOARD_HEADS; i++) {
        add_head(desc, h, &board_heads[i], game, weights[i]);
    }
    return LUDUS_OK;
}

// Arrays for a head's outputs and targets are sized by the game: a net from outside must agree.
static ludus_status check_head(const ludus_net *net, const board_head *wanted,
                               const ludus_game *game, ludus_error *error)
{
    const int32_t index = ludus_net_find_head(net, wanted->name);
    if (index < 0) {
        return LUDUS_OK;
    }
    const ludus_head_desc *head = &ludus_net_describe(net)->heads[index];
    const bool fits = head->kind == wanted->kind && head->size == head_size(wanted, game) &&
                      (!wants_result(wanted) || ludus_game_has_result(game));
    return fits ? LUDUS_OK
                : ludus_fail(error, LUDUS_ERR_ARG, "the net's head \"%s\" is not one for %s",
                             wanted->name, game->spec.name);
}

ludus_status ludus_net_fits_game(const ludus_net *net, const ludus_game *game, ludus_error *error)
{
    const ludus_net_desc *d = ludus_net_describe(net);
    const int32_t *want = game->spec.planes;
    const int32_t policy = ludus_net_find_head(net, "policy");
    if (policy < 0 || ludus_net_find_head(net, "value") < 0) {
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
    ludus_status status = LUDUS_OK;
    for (int32_t i = 0; i < NUM_BOARD_HEADS && status == LUDUS_OK; i++) {
        status = check_head(net, &board_heads[i], game, error);
    }
    return status;
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
