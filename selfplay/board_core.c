#include "selfplay/board_core.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "selfplay/net_state.h"
#include "selfplay/replay_games.h"
#include "selfplay/strength.h"

static const ludus_option core_options[] = {
    LUDUS_OPTION_FLOAT(ludus_board_core_config, "learn", "search_share", search_share, 0, 1,
                       "share of the search's root estimate in the value target"),
    LUDUS_OPTION_BOOL(ludus_board_core_config, "learn", "symmetry", enable_symmetry,
                      "a random board symmetry per training row"),
    LUDUS_OPTION_INT32(ludus_board_core_config, "learn", "eval_positions", eval_positions, 0, 2000,
                       "positions per strength measurement, 0 = none"),
};
#define NUM_CORE_OPTIONS (sizeof(core_options) / sizeof(core_options[0]))

ludus_board_core_config ludus_board_core_config_default(void)
{
    return (ludus_board_core_config){
        .run = ludus_run_config_default(),
        .net = ludus_net_desc_default(),
        .heads = ludus_heads_config_default(),
        .train = ludus_trainer_config_default(),
        .replay = ludus_replay_config_default(),
        .search_share = 0.25f,
        .enable_symmetry = true,
        .eval_positions = 500,
    };
}

ludus_status ludus_board_core_read(ludus_board_core_config *config, ludus_config *recipe,
                                   ludus_error *error)
{
    const struct {
        const ludus_option *options;
        size_t count;
        void *target;
    } sections[] = {
        {ludus_run_options, ludus_run_num_options, &config->run},
        {ludus_net_options, ludus_net_num_options, &config->net},
        {ludus_heads_options, ludus_heads_num_options, &config->heads},
        {ludus_trainer_options, ludus_trainer_num_options, &config->train},
        {core_options, NUM_CORE_OPTIONS, config},
        {ludus_replay_options, ludus_replay_num_options, &config->replay},
    };
    for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
        const ludus_status status = ludus_config_apply(
            recipe, sections[i].options, sections[i].count, sections[i].target, error);
        if (status != LUDUS_OK) {
            return status;
        }
    }
    return LUDUS_OK;
}

// ---- Life cycle ------------------------------------------------------------------------------

static ludus_status create_net(ludus_board_core *core, ludus_error *error)
{
    ludus_board_core_config *c = &core->config;
    const ludus_game *game = &core->boards[0].game;
    const ludus_status status = ludus_net_desc_for_game(&c->net, game, &c->heads, error);
    if (status != LUDUS_OK) {
        return status;
    }
    return c->run.start_net[0] == '\0'
               ? ludus_net_create(&core->net, &c->net, (uint64_t)c->run.seed, error)
               : ludus_net_load_for_game(&core->net, c->run.start_net, game, error);
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

static ludus_status create_trainer(ludus_board_core *core, ludus_error *error)
{
    ludus_trainer_config *train = &core->config.train;
    train->threads = core->threads;
    train->seed = (uint64_t)core->config.run.seed;
    choose_losses(core->net, train);
    return ludus_trainer_create(&core->trainer, core->net, train, error);
}

static void name_metrics(ludus_board *board)
{
    static const char *const names[LUDUS_NUM_BOARD_METRICS] = {
        "games", "positions", "evaluations", "plies", "loss/policy", "loss/value"};
    for (int i = 0; i < LUDUS_NUM_BOARD_METRICS; i++) {
        snprintf(board->metrics[i], sizeof board->metrics[i], "%s/%s", board->game.spec.name,
                 names[i]);
    }
}

// Replay and sampler. The replay's segments are those of a run in `folder`, or none if it is NULL.
static ludus_status create_store(ludus_board *board, const ludus_board_core *core,
                                 const char *folder, ludus_error *error)
{
    const ludus_board_core_config *c = &core->config;
    board->config = c->replay;
    const ludus_status status = ludus_replay_create_for_run(&board->replay, &board->config,
                                                            board->game.spec.name, folder, error);
    if (status != LUDUS_OK) {
        return status;
    }
    const ludus_sampler_config sampler = {.batch = c->train.batch,
                                          .threads = core->threads,
                                          .seed = ludus_mix64(board->seed + 1),
                                          .search_share = c->search_share,
                                          .enable_symmetry = c->enable_symmetry};
    return ludus_sampler_create(&board->sampler, &board->game, board->replay, core->net, &sampler,
                                error);
}

ludus_status ludus_board_core_init(ludus_board_core *core, const ludus_board_core_config *config,
                                   const char *folder, int32_t threads, ludus_error *error)
{
    memset(core, 0, sizeof *core);
    core->config = *config;
    core->threads = threads;
    core->num_boards = 1;
    ludus_board *board = &core->boards[0];
    board->seed = (uint64_t)config->run.seed;
    ludus_status status = ludus_game_open(&board->game, config->run.game, error);
    if (status == LUDUS_OK) {
        name_metrics(board);
        status = create_net(core, error);
    }
    if (status == LUDUS_OK) {
        status = create_trainer(core, error);
    }
    if (status == LUDUS_OK) {
        status = create_store(board, core, folder, error);
    }
    return status;
}

static void free_board(ludus_board *board)
{
    ludus_sampler_destroy(board->sampler);
    ludus_replay_destroy(board->replay);
    ludus_game_close(&board->game);
}

void ludus_board_core_free(ludus_board_core *core)
{
    for (int32_t i = 0; i < core->num_boards; i++) {
        free_board(&core->boards[i]);
    }
    ludus_trainer_destroy(core->trainer);
    ludus_net_destroy(core->net);
    memset(core, 0, sizeof *core);
}

// ---- Further boards --------------------------------------------------------------------------

// Whether board `index` is another size of what board 0 is.
static ludus_status check_kin(const ludus_board_core *core, int32_t index, ludus_error *error)
{
    const ludus_game *game = &core->boards[index].game;
    for (int32_t i = 0; i < index; i++) {
        if (strcmp(core->boards[i].game.spec.name, game->spec.name) == 0) {
            return ludus_fail(error, LUDUS_ERR_ARG, "%s is %s", game->spec.name,
                              i == 0 ? "run.game already" : "there twice");
        }
    }
    if (core->boards[0].game.ops != game->ops) {
        return ludus_fail(error, LUDUS_ERR_ARG, "%s is not a size of %s: one net learns one game",
                          game->spec.name, core->boards[0].game.ops->family);
    }
    if (!core->config.heads.pooled) {
        return ludus_fail(error, LUDUS_ERR_ARG,
                          "%s: wants heads.pooled = true, for weights of any board's size",
                          game->spec.name);
    }
    return LUDUS_OK;
}

static ludus_status add_shape(ludus_board_core *core, ludus_board *board, ludus_error *error)
{
    const int32_t *planes = board->game.spec.planes;
    const ludus_status status =
        ludus_trainer_add_shape(core->trainer, planes[1], planes[2], &board->shape, error);
    return status == LUDUS_OK
               ? ludus_net_fits_game(ludus_trainer_ema_for(core->trainer, board->shape),
                                     &board->game, error)
               : status;
}

static ludus_status create_further_store(ludus_board *board, const ludus_board_core *core,
                                         const char *folder, ludus_error *error)
{
    char own[sizeof board->config.folder];
    const char *name = board->game.spec.name;
    if (folder != NULL && snprintf(own, sizeof own, "%s/%s", folder, name) >= (int)sizeof own) {
        return ludus_fail(error, LUDUS_ERR_ARG, "%s: the run's path is too long", folder);
    }
    return create_store(board, core, folder != NULL ? own : NULL, error);
}

ludus_status ludus_board_core_add(ludus_board_core *core, const char *game, const char *folder,
                                  ludus_error *error)
{
    assert(core->num_boards >= 1 && core->num_boards < LUDUS_MAX_BOARDS);
    const int32_t index = core->num_boards++;
    ludus_board *board = &core->boards[index];
    board->seed = ludus_mix64(core->boards[0].seed ^ (uint64_t)index << 32);
    ludus_status status = ludus_game_open(&board->game, game, error);
    if (status == LUDUS_OK) {
        name_metrics(board);
        status = check_kin(core, index, error);
    }
    if (status == LUDUS_OK) {
        status = add_shape(core, board, error);
    }
    if (status != LUDUS_OK) {
        return ludus_fail_within(error, "mix.games");
    }
    return create_further_store(board, core, folder, error);
}

const ludus_net *ludus_board_core_net(const ludus_board_core *core, int32_t board)
{
    return ludus_trainer_ema_for(core->trainer, core->boards[board].shape);
}

int64_t ludus_board_core_positions(const ludus_board_core *core)
{
    int64_t sum = 0;
    for (int32_t i = 0; i < core->num_boards; i++) {
        sum += ludus_replay_end(core->boards[i].replay);
    }
    return sum;
}

// ---- Training and reports --------------------------------------------------------------------

ludus_status ludus_board_core_step(ludus_board_core *core, int32_t board, int64_t window,
                                   ludus_board_means *means, ludus_error *error)
{
    ludus_batch batch;
    ludus_train_stats stats;
    const ludus_board *b = &core->boards[board];
    const double start = ludus_clock();
    const ludus_status status =
        ludus_sampler_draw(b->sampler, ludus_trainer_steps(core->trainer), window, &batch, error);
    if (status != LUDUS_OK) {
        return status;
    }
    batch.shape = b->shape;
    means->sample_seconds += ludus_clock() - start;
    ludus_trainer_step(core->trainer, &batch, &stats, NULL);
    for (int i = 0; i < LUDUS_NET_MAX_HEADS; i++) {
        means->loss[i] += (double)stats.loss[i];
        means->board_loss[board][i] += (double)stats.loss[i];
    }
    means->total += (double)stats.total;
    means->grad_norm += (double)stats.grad_norm;
    means->lr = (double)stats.lr;
    means->steps++;
    means->board_steps[board]++;
    means->seconds += ludus_clock() - start;
    return LUDUS_OK;
}

static const char *const loss_names[] = {"loss/policy", "loss/value", "loss/ownership",
                                         "loss/score",  "loss/reply", "loss/moves_left"};

static void report_replays(ludus_report *report, const ludus_board_core *core)
{
    ludus_replay_stats replay;
    double items = 0.0, bytes = 0.0;
    for (int32_t i = 0; i < core->num_boards; i++) {
        ludus_replay_stats_get(core->boards[i].replay, &replay);
        items += (double)replay.items;
        bytes += (double)replay.stored_bytes;
    }
    ludus_report_add(report, "replay/items", items);
    ludus_report_add(report, "replay/bytes_per_item", bytes / (items > 0.0 ? items : 1.0));
}

static void report_board(ludus_report *report, const ludus_board_core *core, int32_t board,
                         const ludus_board_means *m)
{
    const ludus_board *b = &core->boards[board];
    const double steps = m->board_steps[board] > 0 ? (double)m->board_steps[board] : (double)NAN;
    const double *loss = m->board_loss[board];
    ludus_report_add(report, b->metrics[LUDUS_BOARD_POSITIONS],
                     (double)ludus_replay_end(b->replay));
    ludus_report_add(report, b->metrics[LUDUS_BOARD_POLICY_LOSS],
                     loss[ludus_net_find_head(core->net, "policy")] / steps);
    ludus_report_add(report, b->metrics[LUDUS_BOARD_VALUE_LOSS],
                     loss[ludus_net_find_head(core->net, "value")] / steps);
}

void ludus_board_core_report(ludus_report *report, const ludus_board_core *core,
                             const ludus_board_means *m)
{
    const double steps = m->steps > 0 ? (double)m->steps : (double)NAN;
    const ludus_net_desc *desc = ludus_net_describe(core->net);
    ludus_report_add(report, "steps", (double)ludus_trainer_steps(core->trainer));
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
                     (double)m->steps * (double)core->config.train.batch / m->seconds);
    ludus_report_add(report, "train/sample_share", m->sample_seconds / m->seconds);
    report_replays(report, core);
    for (int32_t i = 0; core->num_boards > 1 && i < core->num_boards; i++) {
        report_board(report, core, i, m);
    }
}

ludus_status ludus_board_core_measure(const ludus_board_core *core, ludus_report *report,
                                      ludus_error *error)
{
    if (core->config.eval_positions == 0) {
        return LUDUS_OK;
    }
    return ludus_strength_measure(&core->boards[0].game, ludus_trainer_ema(core->trainer),
                                  core->config.eval_positions, core->threads, report, error);
}

// ---- Checkpoints -----------------------------------------------------------------------------

void ludus_board_core_save(const ludus_board_core *core, ludus_buffer *out)
{
    ludus_net_state_save(core->net, out);
    ludus_trainer_save(core->trainer, out);
    for (int32_t i = 0; i < core->num_boards; i++) {
        ludus_replay_save(core->boards[i].replay, out);
    }
}

static ludus_status load_board(ludus_board *board, ludus_cursor *in, ludus_error *error)
{
    ludus_status status = ludus_replay_load(board->replay, in, error);
    if (status == LUDUS_OK) {
        status = ludus_replay_check_games(board->replay, &board->game, error);
    }
    if (status == LUDUS_OK && board->config.enable_segments) {
        status =
            ludus_segments_truncate(board->config.folder, ludus_replay_end(board->replay), error);
    }
    return status;
}

ludus_status ludus_board_core_load(ludus_board_core *core, ludus_cursor *in, ludus_error *error)
{
    ludus_status status = ludus_net_state_load(core->net, in, error);
    if (status == LUDUS_OK) {
        status = ludus_trainer_load(core->trainer, in, error);
    }
    for (int32_t i = 0; status == LUDUS_OK && i < core->num_boards; i++) {
        status = load_board(&core->boards[i], in, error);
    }
    return status;
}
