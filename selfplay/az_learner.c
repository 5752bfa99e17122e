#include "selfplay/az_learner.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "agents/game_net.h"
#include "nets/trainer.h"
#include "selfplay/net_state.h"
#include "selfplay/replay.h"
#include "selfplay/run.h"
#include "selfplay/sampler.h"
#include "selfplay/strength.h"

static const ludus_option az_options[] = {
    LUDUS_OPTION_FLOAT(ludus_az_config, "learn", "replay_ratio", replay_ratio, 0.01, 1000,
                       "training rows per new position"),
    LUDUS_OPTION_INT64(ludus_az_config, "learn", "window_min", window_min, 1, 1e12,
                       "newest positions drawn from at first"),
    LUDUS_OPTION_FLOAT(ludus_az_config, "learn", "window_share", window_share, 0.01, 1,
                       "later: share of all positions so far, within replay.capacity_items"),
    LUDUS_OPTION_INT64(ludus_az_config, "learn", "start", start, 1, 1e12,
                       "positions before training begins"),
    LUDUS_OPTION_FLOAT(ludus_az_config, "learn", "search_share", search_share, 0, 1,
                       "share of the search's root estimate in the value target"),
    LUDUS_OPTION_BOOL(ludus_az_config, "learn", "symmetry", enable_symmetry,
                      "a random board symmetry per training row"),
    LUDUS_OPTION_INT32(ludus_az_config, "learn", "eval_positions", eval_positions, 0, 2000,
                       "positions per strength measurement, 0 = none"),
};
#define NUM_AZ_OPTIONS (sizeof(az_options) / sizeof(az_options[0]))

static ludus_az_config az_config_default(void)
{
    return (ludus_az_config){
        .replay_ratio = 4.0f,
        .window_min = 20000,
        .window_share = 0.5f,
        .start = 2000,
        .search_share = 0.25f,
        .enable_symmetry = true,
        .eval_positions = 500,
    };
}

typedef struct az_learner {
    ludus_game game;
    ludus_az_config config;
    ludus_replay_config replay_config;
    int32_t batch;
    int32_t threads;
    ludus_net *net;
    ludus_trainer *trainer;
    ludus_replay *replay;
    ludus_sampler *sampler;
    ludus_selfplay *selfplay;
    // Counters of the run
    int64_t iteration, games, evaluations;
    double debt; // training rows owed by positions not yet trained on
} az_learner;

// Everything a recipe says about this agent, in one place.
typedef struct az_recipe {
    ludus_run_config run;
    ludus_net_desc net;
    ludus_heads_config heads;
    ludus_mcts_config search;
    ludus_selfplay_config selfplay;
    ludus_trainer_config train;
    ludus_az_config learn;
    ludus_replay_config replay;
} az_recipe;

static az_recipe az_recipe_default(void)
{
    return (az_recipe){
        .run = ludus_run_config_default(),
        .net = ludus_net_desc_default(),
        .heads = ludus_heads_config_default(),
        .search = ludus_mcts_config_default(),
        .selfplay = ludus_selfplay_config_default(),
        .train = ludus_trainer_config_default(),
        .learn = az_config_default(),
        .replay = ludus_replay_config_default(),
    };
}

static ludus_status read_recipe(az_recipe *r, ludus_config *config, ludus_error *error)
{
    const struct {
        const ludus_option *options;
        size_t count;
        void *target;
    } sections[] = {
        {ludus_run_options, ludus_run_num_options, &r->run},
        {ludus_net_options, ludus_net_num_options, &r->net},
        {ludus_heads_options, ludus_heads_num_options, &r->heads},
        {ludus_mcts_options, ludus_mcts_num_options, &r->search},
        {ludus_selfplay_options, ludus_selfplay_num_options, &r->selfplay},
        {ludus_trainer_options, ludus_trainer_num_options, &r->train},
        {az_options, NUM_AZ_OPTIONS, &r->learn},
        {ludus_replay_options, ludus_replay_num_options, &r->replay},
    };
    for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
        const ludus_status status = ludus_config_apply(
            config, sections[i].options, sections[i].count, sections[i].target, error);
        if (status != LUDUS_OK) {
            return status;
        }
    }
    return LUDUS_OK;
}

static ludus_status create_net(az_learner *l, az_recipe *r, ludus_error *error)
{
    ludus_status status = ludus_net_desc_for_game(&r->net, &l->game, &r->heads, error);
    if (status != LUDUS_OK) {
        return status;
    }
    if ((r->heads.ownership > 0.0f || r->heads.score > 0.0f) && r->selfplay.resign_value > -1.0f) {
        return ludus_fail(error, LUDUS_ERR_ARG,
                          "selfplay.resign_value: heads.ownership and heads.score want games that "
                          "are played to the end");
    }
    return r->run.start_net[0] == '\0'
               ? ludus_net_create(&l->net, &r->net, (uint64_t)r->run.seed, error)
               : ludus_net_load_for_game(&l->net, r->run.start_net, &l->game, error);
}

// A game lost by twice the usual should not weigh four times as much.
static void choose_losses(const ludus_net *net, ludus_trainer_config *train)
{
    const ludus_net_desc *d = ludus_net_describe(net);
    for (int32_t i = 0; i < d->num_heads; i++) {
        if (d->heads[i].kind == LUDUS_HEAD_SCALARS) {
            train->loss[i] = LUDUS_LOSS_HUBER;
        }
    }
}

static ludus_status create_parts(az_learner *l, az_recipe *r, const char *folder,
                                 ludus_error *error)
{
    const uint64_t seed = (uint64_t)r->run.seed;
    ludus_status status = create_net(l, r, error);
    if (status == LUDUS_OK) {
        r->train.threads = l->threads;
        r->train.seed = seed;
        choose_losses(l->net, &r->train);
        status = ludus_trainer_create(&l->trainer, l->net, &r->train, error);
    }
    if (status == LUDUS_OK) {
        status =
            ludus_replay_create_for_run(&l->replay, &r->replay, l->game.spec.name, folder, error);
        l->replay_config = r->replay;
    }
    if (status == LUDUS_OK) {
        const ludus_sampler_config sampler = {.batch = r->train.batch,
                                              .threads = l->threads,
                                              .seed = ludus_mix64(seed + 1),
                                              .search_share = r->learn.search_share,
                                              .enable_symmetry = r->learn.enable_symmetry};
        status = ludus_sampler_create(&l->sampler, &l->game, l->replay, l->net, &sampler, error);
    }
    if (status == LUDUS_OK) {
        status = ludus_selfplay_create(&l->selfplay, &l->game, &r->selfplay, &r->search, l->net,
                                       seed, l->threads, error);
    }
    return status;
}

static void az_destroy(void *self)
{
    az_learner *l = self;
    ludus_selfplay_destroy(l->selfplay);
    ludus_sampler_destroy(l->sampler);
    ludus_replay_destroy(l->replay);
    ludus_trainer_destroy(l->trainer);
    ludus_net_destroy(l->net);
    ludus_game_close(&l->game);
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
        status = ludus_game_open(&l->game, r->run.game, error);
    }
    if (status == LUDUS_OK) {
        l->config = r->learn;
        l->batch = r->train.batch;
        l->threads = threads;
        status = create_parts(l, r, folder, error);
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
    return ludus_replay_push(l->replay, bytes, size, plies, error);
}

static int64_t window_of(const az_learner *l)
{
    const int64_t grown =
        (int64_t)((double)l->config.window_share * (double)ludus_replay_end(l->replay));
    return grown > l->config.window_min ? grown : l->config.window_min;
}

// Means over the iteration's steps.
typedef struct train_means {
    int64_t steps;
    double loss[LUDUS_NET_MAX_HEADS], total, grad_norm, lr;
    double seconds, sample_seconds;
} train_means;

static void add_step(train_means *m, const ludus_train_stats *stats)
{
    for (int i = 0; i < LUDUS_NET_MAX_HEADS; i++) {
        m->loss[i] += (double)stats->loss[i];
    }
    m->total += (double)stats->total;
    m->grad_norm += (double)stats->grad_norm;
    m->lr = (double)stats->lr;
    m->steps++;
}

static ludus_status train(az_learner *l, int64_t new_positions, train_means *means,
                          ludus_error *error)
{
    memset(means, 0, sizeof *means);
    const double start = ludus_clock();
    if (ludus_replay_end(l->replay) < l->config.start) {
        return LUDUS_OK;
    }
    l->debt += (double)l->config.replay_ratio * (double)new_positions;
    while (l->debt >= (double)l->batch) {
        ludus_batch batch;
        ludus_train_stats stats;
        const double before = ludus_clock();
        const ludus_status status = ludus_sampler_draw(l->sampler, ludus_trainer_steps(l->trainer),
                                                       window_of(l), &batch, error);
        if (status != LUDUS_OK) {
            return status;
        }
        means->sample_seconds += ludus_clock() - before;
        ludus_trainer_step(l->trainer, &batch, &stats, NULL);
        add_step(means, &stats);
        l->debt -= (double)l->batch;
    }
    means->seconds = ludus_clock() - start;
    return LUDUS_OK;
}

static void report_selfplay(ludus_report *report, const az_learner *l,
                            const ludus_selfplay_stats *s)
{
    const double games = s->games > 0 ? (double)s->games : 1.0;
    const double moves = s->moves > 0 ? (double)s->moves : 1.0;
    ludus_report_add(report, "games", (double)l->games);
    ludus_report_add(report, "positions", (double)ludus_replay_end(l->replay));
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

static const char *const loss_names[] = {"loss/policy", "loss/value", "loss/ownership",
                                         "loss/score",  "loss/reply", "loss/moves_left"};

static void report_training(ludus_report *report, const az_learner *l, const train_means *m)
{
    const double steps = m->steps > 0 ? (double)m->steps : (double)NAN;
    const ludus_net_desc *desc = ludus_net_describe(l->net);
    ludus_report_add(report, "steps", (double)ludus_trainer_steps(l->trainer));
    for (int32_t i = 0; i < desc->num_heads; i++) {
        for (size_t k = 0; k < sizeof(loss_names) / sizeof(loss_names[0]); k++) {
            if (strcmp(desc->heads[i].name, strchr(loss_names[k], '/') + 1) == 0) {
                ludus_report_add(report, loss_names[k], m->loss[i] / steps);
            }
        }
    }
    ludus_report_add(report, "loss/total", m->total / steps);
    ludus_report_add(report, "train/grad_norm", m->grad_norm / steps);
    ludus_report_add(report, "train/lr", m->lr);
    ludus_report_add(report, "train/seconds", m->seconds);
    ludus_report_add(report, "train/rows_per_second",
                     (double)m->steps * (double)l->batch / m->seconds);
    ludus_report_add(report, "train/sample_share", m->sample_seconds / m->seconds);
    ludus_replay_stats replay;
    ludus_replay_stats_get(l->replay, &replay);
    ludus_report_add(report, "replay/items", (double)replay.items);
    ludus_report_add(report, "replay/bytes_per_item",
                     (double)replay.stored_bytes / (double)(replay.items > 0 ? replay.items : 1));
}

static ludus_status az_iterate(void *self, ludus_report *report, ludus_error *error)
{
    az_learner *l = self;
    ludus_selfplay_stats selfplay;
    train_means means;
    const int64_t before = ludus_replay_end(l->replay);
    ludus_status status = ludus_selfplay_phase(l->selfplay, ludus_trainer_ema(l->trainer),
                                               (uint64_t)ludus_trainer_steps(l->trainer),
                                               store_game, l, &selfplay, error);
    if (status != LUDUS_OK) {
        return status;
    }
    l->games += selfplay.games;
    l->evaluations += selfplay.evaluations;
    status = train(l, ludus_replay_end(l->replay) - before, &means, error);
    if (status != LUDUS_OK) {
        return status;
    }
    l->iteration++;
    memset(report, 0, sizeof *report);
    report->iteration = l->iteration;
    report_selfplay(report, l, &selfplay);
    report_training(report, l, &means);
    return LUDUS_OK;
}

static ludus_status az_measure(void *self, ludus_report *report, ludus_error *error)
{
    az_learner *l = self;
    if (l->config.eval_positions == 0) {
        return LUDUS_OK;
    }
    return ludus_strength_measure(&l->game, ludus_trainer_ema(l->trainer), l->config.eval_positions,
                                  l->threads, report, error);
}

static const ludus_net *az_net(const void *self)
{
    const az_learner *l = self;
    return ludus_trainer_ema(l->trainer);
}

static void az_describe(const ludus_report *report, char *out, size_t size)
{
    snprintf(out, size, "games %.0f  positions %.0f  loss %.3f + %.3f  %.0f evals/s  net %.0f%%",
             ludus_report_get(report, "games"), ludus_report_get(report, "positions"),
             ludus_report_get(report, "loss/policy"), ludus_report_get(report, "loss/value"),
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
    ludus_net_state_save(l->net, out);
    ludus_trainer_save(l->trainer, out);
    ludus_replay_save(l->replay, out);
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
    ludus_status status = ludus_net_state_load(l->net, in, error);
    if (status == LUDUS_OK) {
        status = ludus_trainer_load(l->trainer, in, error);
    }
    if (status == LUDUS_OK) {
        status = ludus_replay_load(l->replay, in, error);
    }
    if (status == LUDUS_OK) {
        status = ludus_selfplay_load(l->selfplay, in, error);
    }
    if (status == LUDUS_OK && l->replay_config.enable_segments) {
        status =
            ludus_segments_truncate(l->replay_config.folder, ludus_replay_end(l->replay), error);
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
