// solver: exact Connect Four, random among the perfect moves.

#include <string.h>

#include "agents/connect4_solver.h"
#include "agents/player_internal.h"

#define TABLE_BYTES ((size_t)128 << 20)

static ludus_status solver_create(void **self, const ludus_game *game, const char *args,
                                  ludus_error *error)
{
    ludus_connect4_solver *solver;
    if (*args != '\0') {
        return ludus_fail(error, LUDUS_ERR_ARG, "takes no settings, not \"%s\"", args);
    }
    if (strcmp(game->spec.name, "connect4") != 0) {
        return ludus_fail(error, LUDUS_ERR_UNSUPPORTED, "plays connect4 alone, not %s",
                          game->spec.name);
    }
    if (ludus_connect4_solver_create(&solver, TABLE_BYTES) != LUDUS_OK) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "out of memory");
    }
    *self = solver;
    return LUDUS_OK;
}

static void solver_destroy(void *self)
{
    ludus_connect4_solver_destroy(self);
}

static ludus_status solver_choose(void *self, const void *pos, ludus_rng *rng, ludus_move *out,
                                  ludus_error *error)
{
    int32_t score[LUDUS_CONNECT4_COLUMNS], best = INT32_MIN;
    uint32_t equals = 0;
    (void)error;
    ludus_connect4_scores(self, pos, score);
    for (int32_t i = 0; i < LUDUS_CONNECT4_COLUMNS; i++) {
        if (score[i] > best) {
            best = score[i];
            *out = i;
            equals = 1;
        } else if (score[i] != INT32_MIN && score[i] == best &&
                   ludus_rng_below(rng, ++equals) == 0) {
            *out = i;
        }
    }
    return LUDUS_OK;
}

const ludus_player_ops ludus_player_solver = {
    .kind = "solver",
    .usage = "solver                exact Connect Four; slow in the first ten plies",
    .create = solver_create,
    .destroy = solver_destroy,
    .choose = solver_choose,
};
