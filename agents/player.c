#include "agents/player.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agents/player_internal.h"
#include "base/config.h"

#define MAX_KINDS 32 // named in suggestions

static const ludus_player_ops *find_kind(const char *kind, ludus_error *error)
{
    const char *names[MAX_KINDS];
    size_t count;
    const ludus_player_ops *const *kinds = ludus_player_kinds(&count);
    assert(count <= MAX_KINDS);
    for (size_t i = 0; i < count; i++) {
        names[i] = kinds[i]->kind;
        if (strcmp(names[i], kind) == 0) {
            return kinds[i];
        }
    }
    const char *near = ludus_nearest(kind, names, count);
    if (near != NULL) {
        ludus_fail(error, LUDUS_ERR_ARG, "%s: no such player (did you mean %s?)", kind, near);
    } else {
        ludus_fail(error, LUDUS_ERR_ARG, "%s: no such player; ludus list shows them", kind);
    }
    return NULL;
}

ludus_status ludus_player_read_number(const char *text, const char *what, int32_t low, int32_t high,
                                      int32_t *out, ludus_error *error)
{
    char *end;
    const long value = strtol(text, &end, 10);
    if (*text == '\0' || *end != '\0' || text[0] == ' ' || value < low || value > high) {
        return ludus_fail(error, LUDUS_ERR_ARG, "%s must be a whole number %d .. %d, not \"%s\"",
                          what, low, high, text);
    }
    *out = (int32_t)value;
    return LUDUS_OK;
}

ludus_status ludus_player_open(ludus_player *out, const ludus_game *game, const char *text,
                               ludus_error *error)
{
    char kind[32];
    memset(out, 0, sizeof *out);
    if (strlen(text) >= sizeof out->name) {
        return ludus_fail(error, LUDUS_ERR_ARG, "a player's name of over %zu characters",
                          sizeof out->name - 1);
    }
    const char *colon = strchr(text, ':');
    const size_t length = colon != NULL ? (size_t)(colon - text) : strlen(text);
    snprintf(kind, sizeof kind, "%.*s", (int)(length < 31 ? length : 31), text);
    const ludus_player_ops *ops = find_kind(kind, error);
    if (ops == NULL) {
        return LUDUS_ERR_ARG;
    }
    const ludus_status status =
        ops->create(&out->self, game, colon != NULL ? colon + 1 : "", error);
    if (status != LUDUS_OK) {
        out->self = NULL;
        ludus_fail_within(error, "%s", kind);
        return status;
    }
    out->ops = ops;
    out->game = game;
    snprintf(out->name, sizeof out->name, "%s", text);
    return LUDUS_OK;
}

void ludus_player_close(ludus_player *player)
{
    if (player->ops != NULL) {
        player->ops->destroy(player->self);
    }
    memset(player, 0, sizeof *player);
}

void ludus_player_reset(ludus_player *player)
{
    if (player->ops->reset != NULL) {
        player->ops->reset(player->self);
    }
}

ludus_status ludus_player_choose(ludus_player *player, const void *pos, ludus_rng *rng,
                                 ludus_move *out, ludus_error *error)
{
    assert(ludus_game_outcome(player->game, pos) == LUDUS_ONGOING);
    const ludus_status status = player->ops->choose(player->self, pos, rng, out, error);
    if (status == LUDUS_OK && !ludus_game_is_legal(player->game, pos, *out)) {
        return ludus_fail(error, LUDUS_ERR_STATE, "%s chose an illegal move", player->name);
    }
    return status;
}

void ludus_player_observe(ludus_player *player, const void *pos, ludus_move move)
{
    if (player->ops->observe != NULL) {
        player->ops->observe(player->self, pos, move);
    }
}

void ludus_player_thought(const ludus_player *player, ludus_thought *out)
{
    memset(out, 0, sizeof *out);
    if (player->ops->thought != NULL) {
        player->ops->thought(player->self, out);
    }
}
