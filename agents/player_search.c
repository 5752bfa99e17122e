#include "agents/player_search.h"

#include <string.h>

#include "agents/go_pass.h"

ludus_status ludus_player_search_init(ludus_player_search *p, const ludus_game *game,
                                      const ludus_mcts_config *search, ludus_evaluator evaluator,
                                      ludus_error *error)
{
    const size_t max_legal = (size_t)game->spec.max_legal;
    p->game = game;
    p->evaluator = evaluator;
    p->moves = ludus_alloc(max_legal, sizeof *p->moves);
    p->legal = ludus_alloc(max_legal, sizeof *p->legal);
    p->priors = ludus_alloc(max_legal, sizeof *p->priors);
    if (!p->moves || !p->legal || !p->priors) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "out of memory");
    }
    return ludus_mcts_create(&p->tree, game, search, error);
}

void ludus_player_search_free(ludus_player_search *p)
{
    ludus_mcts_destroy(p->tree);
    ludus_evaluator_destroy(&p->evaluator);
    ludus_free(p->moves);
    ludus_free(p->legal);
    ludus_free(p->priors);
}

void ludus_player_search_reset(void *self)
{
    ludus_player_search *p = self;
    ludus_mcts_reset(p->tree);
    p->ply = 0;
    memset(&p->thought, 0, sizeof p->thought);
}

// Without simulations: the evaluator's most likely move.
static void choose_raw(ludus_player_search *p, const void *pos, ludus_move *out)
{
    ludus_leaf leaf = {.pos = pos, .legal = p->legal, .priors = p->priors};
    leaf.num_legal = ludus_game_legal(p->game, pos, p->legal);
    ludus_evaluate(&p->evaluator, 1, &leaf);
    int32_t best = 0;
    for (int32_t i = 0; i < leaf.num_legal; i++) {
        best = p->priors[i] > p->priors[best] ? i : best;
        p->moves[i] = (ludus_mcts_move){.move = p->legal[i], .prior = p->priors[i]};
    }
    *out = p->legal[best];
    p->thought = (ludus_thought){.has_value = true,
                                 .value = leaf.wdl[0] - leaf.wdl[2],
                                 .num_moves = leaf.num_legal,
                                 .moves = p->moves};
}

static void choose_searched(ludus_player_search *p, const void *pos, ludus_rng *rng,
                            ludus_move *out)
{
    ludus_mcts_stats stats;
    ludus_mcts_run(p->tree, pos, p->simulations, false, rng, &p->evaluator, p->batch);
    ludus_mcts_stats_get(p->tree, &stats);
    p->thought = (ludus_thought){.has_value = true,
                                 .value = stats.value,
                                 .simulations = stats.simulations,
                                 .num_moves = ludus_mcts_moves(p->tree, p->moves),
                                 .moves = p->moves};
    p->thought.line_length = ludus_mcts_line(
        p->tree, p->thought.line, (int32_t)(sizeof p->thought.line / sizeof p->thought.line[0]));
    *out = p->level.simulations > 0
               ? ludus_level_choose(&p->level, p->moves, p->thought.num_moves, rng)
               : ludus_mcts_choose(p->tree, p->ply, rng);
}

// Asks the net, or playouts where it does not tell, only when the board allows a pass.
static bool should_pass(ludus_player_search *p, const void *pos)
{
    const ludus_pass_case c = {.game = p->game,
                               .pos = pos,
                               .value = p->thought.value,
                               .moves = p->moves,
                               .num_moves = p->thought.num_moves};
    if (!ludus_pass_may_be_due(&c)) {
        return false;
    }
    float ownership[LUDUS_GO_MAX_POINTS];
    ludus_outlook outlook = {.pos = pos, .ownership = ownership};
    if (!ludus_evaluator_outlook_heads(&p->evaluator).has_ownership) {
        return ludus_pass_is_due(&c, NULL);
    }
    ludus_evaluator_outlook(&p->evaluator, 1, &outlook);
    return ludus_pass_is_due(&c, ownership);
}

ludus_status ludus_player_search_choose(void *self, const void *pos, ludus_rng *rng,
                                        ludus_move *out, ludus_error *error)
{
    ludus_player_search *p = self;
    (void)error;
    if (p->simulations == 0) {
        choose_raw(p, pos, out);
    } else {
        choose_searched(p, pos, rng, out);
    }
    if (should_pass(p, pos)) {
        *out = ludus_go_pass(ludus_go_size(p->game));
    }
    return LUDUS_OK;
}

void ludus_player_search_observe(void *self, const void *pos, ludus_move move)
{
    ludus_player_search *p = self;
    (void)pos; // start() checks that the kept root is the position asked about
    ludus_mcts_advance(p->tree, move);
    p->ply++;
}

void ludus_player_search_thought(const void *self, ludus_thought *out)
{
    const ludus_player_search *p = self;
    *out = p->thought;
}
