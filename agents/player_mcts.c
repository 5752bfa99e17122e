// mcts[:SIMS]: search without a net, one random game per leaf.

#include "agents/player_internal.h"
#include "agents/player_search.h"

#define DEFAULT_SIMULATIONS 1000
#define ROLLOUT_SEED 2006u // the leaf's position picks the stream below it

static void mcts_destroy(void *self)
{
    ludus_player_search_free(self);
    ludus_free(self);
}

static ludus_status mcts_create(void **self, const ludus_game *game, const char *args,
                                ludus_error *error)
{
    int32_t simulations = DEFAULT_SIMULATIONS;
    ludus_evaluator evaluator;
    if (*args != '\0') {
        const ludus_status status =
            ludus_player_read_number(args, "simulations", 1, 1000000, &simulations, error);
        if (status != LUDUS_OK) {
            return status;
        }
    }
    ludus_player_search *p = ludus_alloc(1, sizeof *p);
    if (p == NULL || ludus_evaluator_rollout(&evaluator, game, 1, 1, ROLLOUT_SEED)) {
        ludus_free(p);
        return ludus_fail(error, LUDUS_ERR_NOMEM, "out of memory");
    }
    ludus_mcts_config search = ludus_mcts_config_default();
    search.simulations = simulations;
    search.fpu_reduction = 0.0f; // equal priors: every move deserves a look
    search.enable_symmetry = false;
    const ludus_status status = ludus_player_search_init(p, game, &search, evaluator, error);
    if (status != LUDUS_OK) {
        mcts_destroy(p);
        return status;
    }
    p->simulations = simulations;
    p->batch = 1;
    *self = p;
    return LUDUS_OK;
}

const ludus_player_ops ludus_player_mcts = {
    .kind = "mcts",
    .usage = "mcts[:SIMS]           search with random playouts (1000)",
    .create = mcts_create,
    .destroy = mcts_destroy,
    .reset = ludus_player_search_reset,
    .choose = ludus_player_search_choose,
    .observe = ludus_player_search_observe,
    .thought = ludus_player_search_thought,
};
