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

// What self-play adds to a board of the core, and its counters over the run.
typedef struct az_board {
    ludus_selfplay *selfplay;
    int64_t games, evaluations;
    double debt; // training rows owed by positions not yet trained on
} az_board;

typedef struct az_learner {
    ludus_board_core core;
    az_board boards[LUDUS_MAX_BOARDS]; // as the core's
    ludus_az_config config;
    int64_t iteration;
} az_learner;

// Everything a recipe says about this agent, in one place.
typedef struct az_recipe {
    ludus_board_core_config core;
    ludus_board_mix mix;
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
    if (status == LUDUS_OK) {
        status = ludus_board_mix_read(&r->mix, config, error);
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
    for (int32_t i = 0; i < LUDUS_MAX_BOARDS; i++) {
        ludus_selfplay_destroy(l->boards[i].selfplay);
    }
    ludus_board_core_free(&l->core);
    ludus_free(l);
}

static ludus_status create_selfplay(az_learner *l, int32_t board, const az_recipe *r,
                                    ludus_error *error)
{
    const ludus_board *b = &l->core.boards[board];
    ludus_selfplay_config selfplay = r->selfplay;
    const ludus_status status = ludus_board_mix_evaluations(&r->mix, board, r->selfplay.evaluations,
                                                            &selfplay.evaluations, error);
    return status == LUDUS_OK
               ? ludus_selfplay_create(&l->boards[board].selfplay, &b->game, &selfplay, &r->search,
                                       ludus_board_core_net(&l->core, board), b->seed,
                                       l->core.threads, error)
               : status;
}

static ludus_status create_parts(az_learner *l, const az_recipe *r, const char *folder,
                                 int32_t threads, ludus_error *error)
{
    l->config = r->learn;
    ludus_status status = ludus_board_core_init(&l->core, &r->core, folder, threads, error);
    for (int32_t i = 1; status == LUDUS_OK && i < r->mix.num_boards; i++) {
        status = ludus_board_core_add(&l->core, r->mix.game[i], folder, error);
    }
    for (int32_t i = 0; status == LUDUS_OK && i < r->mix.num_boards; i++) {
        status = create_selfplay(l, i, r, error);
    }
    return status;
}

static ludus_status az_read(ludus_config *recipe, ludus_error *error)
{
    az_recipe r = az_recipe_default();
    return read_recipe(&r, recipe, error);
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
        status = create_parts(l, r, folder, threads, error);
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
    return ludus_replay_push(user, bytes, size, plies, error);
}

// What an iteration's self-play brought, per board.
typedef struct az_harvest {
    ludus_selfplay_stats stats[LUDUS_MAX_BOARDS];
    int64_t positions[LUDUS_MAX_BOARDS];
} az_harvest;

static ludus_status play(az_learner *l, az_harvest *harvest, ludus_error *error)
{
    const uint64_t version = (uint64_t)ludus_trainer_steps(l->core.trainer);
    memset(harvest, 0, sizeof *harvest);
    for (int32_t i = 0; i < l->core.num_boards; i++) {
        az_board *b = &l->boards[i];
        ludus_replay *replay = l->core.boards[i].replay;
        const int64_t before = ludus_replay_end(replay);
        const ludus_status status =
            ludus_selfplay_phase(b->selfplay, ludus_board_core_net(&l->core, i), version,
                                 store_game, replay, &harvest->stats[i], error);
        if (status != LUDUS_OK) {
            return status;
        }
        harvest->positions[i] = ludus_replay_end(replay) - before;
        b->games += harvest->stats[i].games;
        b->evaluations += harvest->stats[i].evaluations;
    }
    return LUDUS_OK;
}

static int64_t window_of(const az_learner *l, int32_t board)
{
    const int64_t end = ludus_replay_end(l->core.boards[board].replay);
    const int64_t grown = (int64_t)((double)l->config.window_share * (double)end);
    return grown > l->config.window_min ? grown : l->config.window_min;
}

static ludus_status train(az_learner *l, const int64_t *new_positions, ludus_board_means *means,
                          ludus_error *error)
{
    const double batch = (double)l->core.config.train.batch;
    const int32_t num_boards = l->core.num_boards;
    double owed[LUDUS_MAX_BOARDS], debt[LUDUS_MAX_BOARDS];
    memset(means, 0, sizeof *means);
    if (ludus_board_core_positions(&l->core) < l->config.start) {
        return LUDUS_OK;
    }
    for (int32_t i = 0; i < num_boards; i++) {
        debt[i] = l->boards[i].debt + (double)l->config.replay_ratio * (double)new_positions[i];
        owed[i] = debt[i];
    }
    ludus_status status = LUDUS_OK;
    for (int32_t i;
         status == LUDUS_OK && (i = ludus_board_mix_turn(num_boards, owed, debt, batch)) >= 0;) {
        debt[i] -= batch;
        status = ludus_board_core_step(&l->core, i, window_of(l, i), means, error);
    }
    for (int32_t i = 0; i < num_boards; i++) {
        l->boards[i].debt = debt[i];
    }
    return status;
}

static ludus_selfplay_stats sum_stats(const az_learner *l, const ludus_selfplay_stats *stats)
{
    ludus_selfplay_stats sum = stats[0];
    for (int32_t i = 1; i < l->core.num_boards; i++) {
        const ludus_selfplay_stats *s = &stats[i];
        sum.games += s->games;
        sum.plies += s->plies;
        sum.moves += s->moves;
        sum.simulations += s->simulations;
        sum.evaluations += s->evaluations;
        sum.wins += s->wins;
        sum.draws += s->draws;
        sum.resigned += s->resigned;
        sum.played_on += s->played_on;
        sum.false_resignations += s->false_resignations;
        sum.seconds += s->seconds;
        sum.worker_seconds += s->worker_seconds;
        sum.net_seconds += s->net_seconds;
    }
    return sum;
}

static void report_boards(ludus_report *report, const az_learner *l,
                          const ludus_selfplay_stats *stats)
{
    for (int32_t i = 0; l->core.num_boards > 1 && i < l->core.num_boards; i++) {
        const ludus_board *b = &l->core.boards[i];
        const double games = stats[i].games > 0 ? (double)stats[i].games : (double)NAN;
        ludus_report_add(report, b->metrics[LUDUS_BOARD_GAMES], (double)l->boards[i].games);
        ludus_report_add(report, b->metrics[LUDUS_BOARD_EVALUATIONS],
                         (double)l->boards[i].evaluations);
        ludus_report_add(report, b->metrics[LUDUS_BOARD_PLIES], (double)stats[i].plies / games);
    }
}

static void report_selfplay(ludus_report *report, const az_learner *l,
                            const ludus_selfplay_stats *s)
{
    const double games = s->games > 0 ? (double)s->games : 1.0;
    const double moves = s->moves > 0 ? (double)s->moves : 1.0;
    int64_t all_games = 0, all_evaluations = 0;
    for (int32_t i = 0; i < l->core.num_boards; i++) {
        all_games += l->boards[i].games;
        all_evaluations += l->boards[i].evaluations;
    }
    ludus_report_add(report, "games", (double)all_games);
    ludus_report_add(report, "positions", (double)ludus_board_core_positions(&l->core));
    ludus_report_add(report, "evaluations", (double)all_evaluations);
    ludus_report_add(report, "selfplay/seconds", s->seconds);
    ludus_report_add(report, "selfplay/evals_per_second", (double)s->evaluations / s->seconds);
    ludus_report_add(report, "selfplay/moves_per_second", (double)s->moves / s->seconds);
    ludus_report_add(report, "selfplay/net_share", s->net_seconds / s->worker_seconds);
    ludus_report_add(report, "selfplay/simulations_per_move", (double)s->simulations / moves);
    ludus_report_add(report, "selfplay/plies", (double)s->plies / games);
    ludus_report_add(report, "selfplay/first_player_score",
                     ((double)s->wins + 0.5 * (double)s->draws) / games);
    ludus_report_add(report, "selfplay/draws", (double)s->draws / games);
    ludus_report_add(report, "selfplay/resigned", (double)s->resigned / games);
    if (s->played_on > 0) {
        ludus_report_add(report, "selfplay/false_resignations",
                         (double)s->false_resignations / (double)s->played_on);
    }
}

static ludus_status az_iterate(void *self, ludus_report *report, ludus_error *error)
{
    az_learner *l = self;
    az_harvest harvest;
    ludus_board_means means;
    ludus_status status = play(l, &harvest, error);
    if (status == LUDUS_OK) {
        status = train(l, harvest.positions, &means, error);
    }
    if (status != LUDUS_OK) {
        return status;
    }
    const ludus_selfplay_stats sum = sum_stats(l, harvest.stats);
    l->iteration++;
    memset(report, 0, sizeof *report);
    report->iteration = l->iteration;
    report_selfplay(report, l, &sum);
    ludus_board_core_report(report, &l->core, &means);
    report_boards(report, l, harvest.stats);
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

static void save_counters(const az_board *b, ludus_buffer *out)
{
    uint64_t debt_bits;
    memcpy(&debt_bits, &b->debt, sizeof debt_bits);
    ludus_buffer_put_u64(out, (uint64_t)b->games);
    ludus_buffer_put_u64(out, (uint64_t)b->evaluations);
    ludus_buffer_put_u64(out, debt_bits);
}

static ludus_status load_counters(az_board *b, ludus_cursor *in, ludus_error *error)
{
    b->games = (int64_t)ludus_cursor_u64(in);
    b->evaluations = (int64_t)ludus_cursor_u64(in);
    const uint64_t debt_bits = ludus_cursor_u64(in);
    memcpy(&b->debt, &debt_bits, sizeof b->debt);
    return !in->failed && isfinite(b->debt)
               ? LUDUS_OK
               : ludus_fail(error, LUDUS_ERR_FORMAT, "the counters are damaged");
}

// Board 0 first, so that a run of one game is what it was before there were several boards.
static void az_save(const void *self, ludus_buffer *out)
{
    const az_learner *l = self;
    ludus_buffer_put_u64(out, (uint64_t)l->iteration);
    save_counters(&l->boards[0], out);
    ludus_board_core_save(&l->core, out);
    ludus_selfplay_save(l->boards[0].selfplay, out);
    for (int32_t i = 1; i < l->core.num_boards; i++) {
        save_counters(&l->boards[i], out);
        ludus_selfplay_save(l->boards[i].selfplay, out);
    }
}

static ludus_status az_load(void *self, ludus_cursor *in, ludus_error *error)
{
    az_learner *l = self;
    l->iteration = (int64_t)ludus_cursor_u64(in);
    if (l->iteration < 0) {
        return ludus_fail(error, LUDUS_ERR_FORMAT, "the counters are damaged");
    }
    ludus_status status = load_counters(&l->boards[0], in, error);
    if (status == LUDUS_OK) {
        status = ludus_board_core_load(&l->core, in, error);
    }
    if (status == LUDUS_OK) {
        status = ludus_selfplay_load(l->boards[0].selfplay, in, error);
    }
    for (int32_t i = 1; status == LUDUS_OK && i < l->core.num_boards; i++) {
        status = load_counters(&l->boards[i], in, error);
        if (status == LUDUS_OK) {
            status = ludus_selfplay_load(l->boards[i].selfplay, in, error);
        }
    }
    return status;
}

const ludus_learner_ops ludus_az_learner_ops = {
    .agent = "alphazero",
    .create = az_create,
    .read = az_read,
    .destroy = az_destroy,
    .iterate = az_iterate,
    .measure = az_measure,
    .save = az_save,
    .load = az_load,
    .net = az_net,
    .describe = az_describe,
};
