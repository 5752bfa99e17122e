// random: uniform over the legal moves.

#include "agents/player_internal.h"

typedef struct random_player {
    const ludus_game *game;
    ludus_move *legal; // [max_legal]
} random_player;

static void random_destroy(void *self)
{
    random_player *p = self;
    ludus_free(p->legal);
    ludus_free(p);
}

static ludus_status random_create(void **self, const ludus_game *game, const char *args,
                                  ludus_error *error)
{
    if (*args != '\0') {
        return ludus_fail(error, LUDUS_ERR_ARG, "takes no settings, not \"%s\"", args);
    }
    random_player *p = ludus_alloc(1, sizeof *p);
    if (p != NULL) {
        p->game = game;
        p->legal = ludus_alloc((size_t)game->spec.max_legal, sizeof *p->legal);
    }
    if (p == NULL || p->legal == NULL) {
        ludus_free(p);
        return ludus_fail(error, LUDUS_ERR_NOMEM, "out of memory");
    }
    *self = p;
    return LUDUS_OK;
}

static ludus_status random_choose(void *self, const void *pos, ludus_rng *rng, ludus_move *out,
                                  ludus_error *error)
{
    random_player *p = self;
    (void)error;
    const int32_t n = ludus_game_legal(p->game, pos, p->legal);
    *out = p->legal[ludus_rng_below(rng, (uint32_t)n)];
    return LUDUS_OK;
}

const ludus_player_ops ludus_player_random = {
    .kind = "random",
    .usage = "random                uniform over the legal moves",
    .create = random_create,
    .destroy = random_destroy,
    .choose = random_choose,
};
