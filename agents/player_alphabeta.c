// alphabeta[:DEPTH]: negamax with the game's heuristic, and exact tic-tac-toe as `perfect`.

#include <math.h>
#include <string.h>

#include "agents/negamax.h"
#include "agents/player_internal.h"

#define DEFAULT_DEPTH 4
#define MAX_DEPTH 64

typedef struct alphabeta_player {
    ludus_negamax *searcher;
    ludus_thought thought;
} alphabeta_player;

static void alphabeta_destroy(void *self)
{
    alphabeta_player *p = self;
    ludus_negamax_destroy(p->searcher);
    ludus_free(p);
}

static ludus_status create_with_depth(void **self, const ludus_game *game, int32_t depth,
                                      ludus_error *error)
{
    alphabeta_player *p = ludus_alloc(1, sizeof *p);
    if (p == NULL) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "out of memory");
    }
    const ludus_status status = ludus_negamax_create(&p->searcher, game, depth, error);
    if (status != LUDUS_OK) {
        alphabeta_destroy(p);
        return status;
    }
    *self = p;
    return LUDUS_OK;
}

static ludus_status alphabeta_create(void **self, const ludus_game *game, const char *args,
                                     ludus_error *error)
{
    int32_t depth = DEFAULT_DEPTH;
    if (*args != '\0') {
        const ludus_status status =
            ludus_player_read_number(args, "depth", 1, MAX_DEPTH, &depth, error);
        if (status != LUDUS_OK) {
            return status;
        }
    }
    return create_with_depth(self, game, depth, error);
}

static ludus_status perfect_create(void **self, const ludus_game *game, const char *args,
                                   ludus_error *error)
{
    if (*args != '\0') {
        return ludus_fail(error, LUDUS_ERR_ARG, "takes no settings, not \"%s\"", args);
    }
    if (strcmp(game->spec.name, "tictactoe") != 0) {
        return ludus_fail(error, LUDUS_ERR_UNSUPPORTED,
                          "plays tictactoe alone, not %s (connect4 has solver)", game->spec.name);
    }
    return create_with_depth(self, game, game->spec.max_plies, error);
}

static ludus_status alphabeta_choose(void *self, const void *pos, ludus_rng *rng, ludus_move *out,
                                     ludus_error *error)
{
    alphabeta_player *p = self;
    int32_t score;
    (void)error;
    *out = ludus_negamax_best(p->searcher, pos, rng, &score);
    p->thought = (ludus_thought){.has_value = true,
                                 .value = fmaxf(-1.0f, fminf(1.0f, (float)score / 1000.0f)),
                                 .line_length = 1,
                                 .line = {*out}};
    return LUDUS_OK;
}

static void alphabeta_thought(const void *self, ludus_thought *out)
{
    const alphabeta_player *p = self;
    *out = p->thought;
}

const ludus_player_ops ludus_player_alphabeta = {
    .kind = "alphabeta",
    .usage = "alphabeta[:DEPTH]     classic search with the game's heuristic (4)",
    .create = alphabeta_create,
    .destroy = alphabeta_destroy,
    .choose = alphabeta_choose,
    .thought = alphabeta_thought,
};

const ludus_player_ops ludus_player_perfect = {
    .kind = "perfect",
    .usage = "perfect               exact tic-tac-toe, random among the best moves",
    .create = perfect_create,
    .destroy = alphabeta_destroy,
    .choose = alphabeta_choose,
    .thought = alphabeta_thought,
};
