#include "agents/player_search.h"

#include <math.h>
#include <string.h>

#define MAX_BATCH 64
#define TYPICAL_PLIES 90.0 // of a game
#define LEAST_PLIES 40.0
#define SETTLED_SHARE 0.3 // of the time so far

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
    ludus_game_clock_reset(&p->clock, &p->control);
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

static ludus_status press_clock(ludus_player_search *p, const void *pos, double start,
                                ludus_error *error)
{
    const double used = ludus_clock() - start;
    if (p->control.seconds > 0.0 &&
        !ludus_game_clock_press(&p->clock, ludus_game_to_move(p->game, pos), used)) {
        return ludus_fail(error, LUDUS_ERR_STATE, "it lost on time: %.3f s used", used);
    }
    return LUDUS_OK;
}

// Plies that a game still lasts, for budgeting: late middle games are assumed to go on for a while.
static double plies_left(const ludus_player_search *p)
{
    const double most = (double)(p->game->spec.max_plies - p->ply);
    return fmax(fmin(fmax(TYPICAL_PLIES - (double)p->ply, LEAST_PLIES), most), 1.0);
}

// Searches until the clock says so. The plan's aim is kept unless the best move changed late.
static void run_by_clock(ludus_player_search *p, const void *pos, double start, ludus_rng *rng)
{
    const int32_t side = ludus_game_to_move(p->game, pos);
    const ludus_clock_state clock = ludus_game_clock_state(&p->clock, side, p->lag);
    const ludus_time_plan plan = ludus_time_plan_move(&clock, p->ply, plies_left(p));
    ludus_leaf leaves[MAX_BATCH];
    ludus_move best = LUDUS_MOVE_NONE;
    double settled = start, last = start; // when the best move last changed; of the last batch
    ludus_mcts_start(p->tree, pos, p->simulations, false, rng);
    while (!ludus_mcts_done(p->tree)) {
        const int32_t n = ludus_mcts_gather(p->tree, leaves, p->batch);
        if (n > 0) {
            ludus_evaluate(&p->evaluator, n, leaves);
        }
        ludus_mcts_apply(p->tree, leaves, n);
        const double now = ludus_clock(), batch = now - last;
        last = now;
        const ludus_move move = ludus_mcts_best(p->tree);
        settled = move != best ? now : settled;
        best = move;
        const bool is_settled = now - settled > SETTLED_SHARE * (now - start);
        if (now + batch - start >= plan.seconds ||
            (now - start >= plan.soft_seconds && is_settled)) {
            break;
        }
    }
}

ludus_status ludus_player_search_choose(void *self, const void *pos, ludus_rng *rng,
                                        ludus_move *out, ludus_error *error)
{
    ludus_player_search *p = self;
    const double start = ludus_clock();
    if (p->simulations == 0) {
        choose_raw(p, pos, out);
        return LUDUS_OK;
    }
    ludus_mcts_stats stats;
    if (p->control.seconds > 0.0) {
        run_by_clock(p, pos, start, rng);
    } else {
        ludus_mcts_run(p->tree, pos, p->simulations, false, rng, &p->evaluator, p->batch);
    }
    ludus_mcts_stats_get(p->tree, &stats);
    *out = ludus_mcts_choose(p->tree, p->ply, rng);
    p->thought = (ludus_thought){.has_value = true,
                                 .value = stats.value,
                                 .simulations = stats.simulations,
                                 .num_moves = ludus_mcts_moves(p->tree, p->moves),
                                 .moves = p->moves};
    p->thought.line_length = ludus_mcts_line(
        p->tree, p->thought.line, (int32_t)(sizeof p->thought.line / sizeof p->thought.line[0]));
    return press_clock(p, pos, start, error);
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
