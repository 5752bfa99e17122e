#include "selfplay/az_learner.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "selfplay/board_core.h"

static const ludus_option az_options[] = {
    LUDUS_OPTION_FLOAT(ludus_az_config, "learn", "replay_ratio", replay_ratio, 0.01, 1000,
                       "training rows per new position"),
    LUDUS_OPTION_INT64(ludus_az_config, "learn", "window_min", window_min, 1, 1e12,
                       "newest positions drawn from at first"),
    LUDUS_OPTION_FLOAT(ludus_az_config, "learn", "window_share", window_share, 0.01, 1,
                       "later: share of all positions so far, within replay.capacity_items"),
    LUDUS_OPTION_INT64(ludus_az_config, "learn", "start", start, 1, 1e12,
                       "positions before training begins"),
};
#define NUM_AZ_OPTIONS (sizeof(az_options) / sizeof(az_options[0]))

static ludus_az_config az_config_default(void)
{
    return (ludus_az_config){
        .replay_ratio = 4.0f,
        .window_min = 20000,
        .window_share = 0.5f,
        .start = 2000,
    };
}

typedef struct az_learner {
    ludus_board_core core;
    ludus_az_config config;
    ludus_selfplay *selfplay;
    // Counters of the run
    int64_t iteration, games, evaluations;
    double debt; // training rows owed by positions not yet trained on
} az_learner;

// Everything a recipe says about this agent, in one place.
typedef struct az_recipe {
    ludus_board_core_config core;
    ludus_mcts_config search;
    ludus_selfplay_config selfplay;
    ludus_az_config learn;
} az_recipe;

static az_recipe az_recipe_default(void)
{
    return (az_recipe){
        .core = ludus_board_core_config_default(),
        .search = ludus_mcts_config_default(),
        .selfplay = ludus_selfplay_config_default(),
        .learn = az_config_default(),
    };
}

static ludus_status read_recipe(az_recipe *r, ludus_config *config, ludus_error *error)
{
    ludus_status status = ludus_board_core_read(&r->core, config, error);
    if (status == LUDUS_OK) {
        status = ludus_config_apply(config, ludus_mcts_options, ludus_mcts_num_options, &r->search,
                                    error);
    }
    if (status == LUDUS_OK) {
        status = ludus_config_apply(config, ludus_selfplay_options, ludus_selfplay_num_options,
                                    &r->selfplay, error);
    }
    if (status == LUDUS_OK) {
        status = ludus_config_apply(config, az_options, NUM_AZ_OPTIONS, &r->learn, error);
    }
    if (status == LUDUS_OK && r->selfplay.resign_value > -1.0f &&
        (r->core.heads.ownership > 0.0f || r->core.heads.score > 0.0f)) {
        status = ludus_fail(error, LUDUS_ERR_ARG,
                            "selfplay.resign_value: heads.ownership and heads.score want games "
                            "that are played to the end");
    }
    return status;
}

static void az_destroy(void *self)
{
    az_learner *l = self;
    ludus_selfplay_destroy(l->selfplay);
    ludus_board_core_free(&l->core);
    ludus_free(l);
}

static ludus_status az_create(void **self, ludus_config *recipe, const char *folder,
                              int32_t threads, ludus_error *error)
{
    *self = NULL;
    az_recipe *r = ludus_alloc(1, sizeof *r);
    az_learner *l = ludus_alloc(1, sizeof *l);
    if (r == NULL || l == NULL) {
        ludus_free(r);
        ludus_free(l);
        return ludus_fail(error, LUDUS_ERR_NOMEM, "learner: out of memory");
    }
    *r = az_recipe_default();
    ludus_status status = read_recipe(r, recipe, error);
    if (status == LUDUS_OK) {
        l->config = r->learn;
        status = ludus_board_core_init(&l->core, &r->core, folder, threads, error);
    }
    if (status == LUDUS_OK) {
        status = ludus_selfplay_create(&l->selfplay, &l->core.game, &r->selfplay, &r->search,
                                       l->core.net, (uint64_t)r->core.run.seed, threads, error);
    }
    ludus_free(r);
    if (status != LUDUS_OK) {
        az_destroy(l);
        return status;
    }
    *self = l;
    return LUDUS_OK;
}

// ---- One iteration ---------------------------------------------------------------------------

static ludus_status store_game(const uint8_t *bytes, size_t size, int32_t plies, void *user,
                               ludus_error *error)
{
    az_learner *l = user;
    return ludus_replay_push(l->core.replay, bytes, size, plies, error);
}

static int64_t window_of(const az_learner *l)
{
    const int64_t grown =
        (int64_t)((double)l->config.window_share * (double)ludus_replay_end(l->core.replay));
    return grown > l->config.window_min ? grown : l->config.window_min;
}

static ludus_status train(az_learner *l, int64_t new_positions, ludus_board_means *means,
                          ludus_error *error)
{
    const double batch = (double)l->core.config.train.batch;
    ludus_status status = LUDUS_OK;
    memset(means, 0, sizeof *means);
    if (ludus_replay_end(l->core.replay) < l->config.start) {
        return LUDUS_OK;
    }
    l->debt += (double)l->config.replay_ratio * (double)new_positions;
    for (; status == LUDUS_OK && l->debt >= batch; l->debt -= batch) {
        status = ludus_board_core_step(&l->core, window_of(l), means, error);
    }
    return status;
}

static void report_selfplay(ludus_report *report, const az_learner *l,
                            const ludus_selfplay_stats *s)
{
    const double games = s->games > 0 ? (double)s->games : 1.0;
    const double moves = s->moves > 0 ? (double)s->moves : 1.0;
    ludus_report_add(report, "games", (double)l->games);
    ludus_report_add(report, "positions", (double)ludus_replay_end(l->core.replay));
    ludus_report_add(report, "evaluations", (double)l->evaluations);
    ludus_report_add(report, "selfplay/seconds", s->seconds);
    ludus_report_add(report, "selfplay/evals_per_second", (double)s->evaluations / s->seconds);
    ludus_report_add(report, "selfplay/moves_per_second", (double)s->moves / s->seconds);
    ludus_report_add(report, "selfplay/net_share", s->net_seconds / s->worker_seconds);
    ludus_report_add(report, "selfplay/simulations_per_move", (double)s->simulations / moves);
    ludus_report_add(report, "selfplay/plies", (double)s->plies / games);
    ludus_report_add(report, "selfplay/first_player_score",
                     ((double)s->wins + 0.5 * (double)s->draws) / games);
    ludus_report_add(report, "selfplay/draws", (double)s->draws / games);
}

static ludus_status az_iterate(void *self, ludus_report *report, ludus_error *error)
{
    az_learner *l = self;
    ludus_selfplay_stats selfplay;
    ludus_board_means means;
    const int64_t before = ludus_replay_end(l->core.replay);
    ludus_status status = ludus_selfplay_phase(l->selfplay, ludus_trainer_ema(l->core.trainer),
                                               (uint64_t)ludus_trainer_steps(l->core.trainer),
                                               store_game, l, &selfplay, error);
    if (status != LUDUS_OK) {
        return status;
    }
    l->games += selfplay.games;
    l->evaluations += selfplay.evaluations;
    status = train(l, ludus_replay_end(l->core.replay) - before, &means, error);
    if (status != LUDUS_OK) {
        return status;
    }
    l->iteration++;
    memset(report, 0, sizeof *report);
    report->iteration = l->iteration;
    report_selfplay(report, l, &selfplay);
    ludus_board_core_report(report, &l->core, &means);
    return LUDUS_OK;
}

static ludus_status az_measure(void *self, ludus_report *report, ludus_error *error)
{
    const az_learner *l = self;
    return ludus_board_core_measure(&l->core, report, error);
}

static const ludus_net *az_net(const void *self)
{
    const az_learner *l = self;
    return ludus_trainer_ema(l->core.trainer);
}

static void az_describe(const ludus_report *report, char *out, size_t size)
{
    const double policy = ludus_report_get(report, "loss/policy");
    char loss[48] = "gathering"; // no training step yet
    if (!isnan(policy)) {
        snprintf(loss, sizeof loss, "loss %.3f + %.3f", policy,
                 ludus_report_get(report, "loss/value"));
    }
    snprintf(out, size, "games %.0f  positions %.0f  %s  %.0f evals/s  net %.0f%%",
             ludus_report_get(report, "games"), ludus_report_get(report, "positions"), loss,
             ludus_report_get(report, "selfplay/evals_per_second"),
             100.0 * ludus_report_get(report, "selfplay/net_share"));
}

// ---- Checkpoints -----------------------------------------------------------------------------

static void az_save(const void *self, ludus_buffer *out)
{
    const az_learner *l = self;
    ludus_buffer_put_u64(out, (uint64_t)l->iteration);
    ludus_buffer_put_u64(out, (uint64_t)l->games);
    ludus_buffer_put_u64(out, (uint64_t)l->evaluations);
    uint64_t debt_bits;
    memcpy(&debt_bits, &l->debt, sizeof debt_bits);
    ludus_buffer_put_u64(out, debt_bits);
    ludus_board_core_save(&l->core, out);
    ludus_selfplay_save(l->selfplay, out);
}

static ludus_status az_load(void *self, ludus_cursor *in, ludus_error *error)
{
    az_learner *l = self;
    l->iteration = (int64_t)ludus_cursor_u64(in);
    l->games = (int64_t)ludus_cursor_u64(in);
    l->evaluations = (int64_t)ludus_cursor_u64(in);
    const uint64_t debt_bits = ludus_cursor_u64(in);
    memcpy(&l->debt, &debt_bits, sizeof l->debt);
    if (in->failed || !isfinite(l->debt) || l->iteration < 0) {
        return ludus_fail(error, LUDUS_ERR_FORMAT, "the counters are damaged");
    }
    ludus_status status = ludus_board_core_load(&l->core, in, error);
    if (status == LUDUS_OK) {
        status = ludus_selfplay_load(l->selfplay, in, error);
    }
    return status;
}

const ludus_learner_ops ludus_az_learner_ops = {
    .agent = "alphazero",
    .create = az_create,
    .destroy = az_destroy,
    .iterate = az_iterate,
    .measure = az_measure,
    .save = az_save,
    .load = az_load,
    .net = az_net,
    .describe = az_describe,
};
