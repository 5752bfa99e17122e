#include "selfplay/strength.h"

#include <omp.h>
#include <stdio.h>
#include <string.h>

#include "agents/evaluator.h"
#include "agents/player.h"
#include "selfplay/label_eval.h"

#define OPPONENT "alphabeta:2"
#define OPENING_PLIES 4
#define MATCH_SEED 20u // the same openings at every measurement

static ludus_status measure_labels(const ludus_net *net, int32_t positions, int32_t threads,
                                   ludus_report *report, ludus_error *error)
{
    ludus_label_config config = ludus_label_config_default();
    ludus_label_result result;
    config.positions = positions;
    config.simulations = 0;
    config.threads = threads;
    const ludus_status status = ludus_label_eval(net, &config, NULL, NULL, &result, error);
    if (status == LUDUS_OK) {
        ludus_report_add(report, "strength/preserving_raw", result.policy.preserving.share);
        ludus_report_add(report, "strength/perfect_raw", result.policy.perfect.share);
        ludus_report_add(report, "strength/outcome_raw", result.policy.outcome.share);
    }
    return status;
}

// ---- Raw policy against a fixed opponent -----------------------------------------------------

typedef struct arena {
    const ludus_game *game;
    ludus_evaluator evaluator;
    ludus_player opponent;
    uint8_t *pos;
    ludus_move *legal;
    float *priors;
} arena;

static void arena_free(arena *a)
{
    ludus_player_close(&a->opponent);
    ludus_evaluator_destroy(&a->evaluator);
    ludus_free(a->pos);
    ludus_free(a->legal);
    ludus_free(a->priors);
}

static ludus_status arena_init(arena *a, const ludus_game *game, const ludus_net *net,
                               ludus_error *error)
{
    memset(a, 0, sizeof *a);
    a->game = game;
    a->pos = ludus_alloc(1, game->spec.state_bytes);
    a->legal = ludus_alloc((size_t)game->spec.max_legal, sizeof *a->legal);
    a->priors = ludus_alloc((size_t)game->spec.max_legal, sizeof *a->priors);
    if (!a->pos || !a->legal || !a->priors) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "strength: out of memory");
    }
    const ludus_exec_config exec = {.max_batch = 1, .precision = LUDUS_PRECISION_F32};
    const ludus_status status = ludus_evaluator_net(&a->evaluator, game, net, &exec, error);
    return status == LUDUS_OK ? ludus_player_open(&a->opponent, game, OPPONENT, error) : status;
}

static ludus_move likeliest_move(arena *a)
{
    ludus_leaf leaf = {.pos = a->pos, .legal = a->legal, .priors = a->priors};
    leaf.num_legal = ludus_game_legal(a->game, a->pos, a->legal);
    ludus_evaluate(&a->evaluator, 1, &leaf);
    int32_t best = 0;
    for (int32_t i = 1; i < leaf.num_legal; i++) {
        best = a->priors[i] > a->priors[best] ? i : best;
    }
    return a->legal[best];
}

static void play_opening(arena *a, ludus_rng *rng)
{
    ludus_game_init(a->game, a->pos);
    for (int32_t i = 0; i < OPENING_PLIES; i++) {
        if (ludus_game_outcome(a->game, a->pos) != LUDUS_ONGOING) {
            return;
        }
        const int32_t n = ludus_game_legal(a->game, a->pos, a->legal);
        ludus_game_play(a->game, a->pos, a->legal[ludus_rng_below(rng, (uint32_t)n)]);
    }
}

// One game; the net plays `side`. *score: its points, 0, .5 or 1.
static ludus_status play_game(arena *a, int32_t side, ludus_rng *rng, double *score,
                              ludus_error *error)
{
    play_opening(a, rng);
    ludus_player_reset(&a->opponent);
    ludus_outcome outcome;
    while ((outcome = ludus_game_outcome(a->game, a->pos)) == LUDUS_ONGOING) {
        ludus_move move;
        if (ludus_game_to_move(a->game, a->pos) == side) {
            move = likeliest_move(a);
        } else {
            const ludus_status status =
                ludus_player_choose(&a->opponent, a->pos, rng, &move, error);
            if (status != LUDUS_OK) {
                return status;
            }
        }
        ludus_game_play(a->game, a->pos, move);
    }
    const double mover = 0.5 + 0.5 * (double)outcome;
    *score = ludus_game_to_move(a->game, a->pos) == side ? mover : 1.0 - mover;
    return LUDUS_OK;
}

static ludus_status measure_match(const ludus_game *game, const ludus_net *net, int32_t games,
                                  int32_t threads, ludus_report *report, ludus_error *error)
{
    ludus_status result = LUDUS_OK;
    double total = 0.0;
#pragma omp parallel default(none) shared(game, net, games, result, error)                         \
    reduction(+ : total) num_threads(threads)
    {
        arena a;
        ludus_error mine;
        ludus_status status = arena_init(&a, game, net, &mine);
#pragma omp for schedule(dynamic, 1)
        for (int32_t i = 0; i < games; i++) {
            double score = 0.0;
            ludus_rng rng;
            ludus_rng_init(&rng, MATCH_SEED, (uint64_t)i / 2);
            if (status == LUDUS_OK) {
                status = play_game(&a, i % 2, &rng, &score, &mine);
            }
            total += score;
        }
        if (status != LUDUS_OK) {
#pragma omp critical
            result = ludus_fail(error, status, "%s", mine.text);
        }
        arena_free(&a);
    }
    if (result == LUDUS_OK) {
        ludus_report_add(report, "strength/raw_vs_alphabeta2", total / (double)games);
    }
    return result;
}

ludus_status ludus_strength_measure(const ludus_game *game, const ludus_net *net, int32_t positions,
                                    int32_t threads, ludus_report *report, ludus_error *error)
{
    if (strcmp(game->spec.name, "connect4") == 0) {
        return measure_labels(net, positions, threads, report, error);
    }
    // A game of the match costs about as much as ten labelled positions.
    const int32_t games = positions < 20 ? 2 : positions / 10;
    return measure_match(game, net, games, threads, report, error);
}
