#include "selfplay/board_core.h"

#include <math.h>
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
    const ludus_status status = ludus_net_desc_for_game(&c->net, &core->game, &c->heads, error);
    if (status != LUDUS_OK) {
        return status;
    }
    return c->run.start_net[0] == '\0'
               ? ludus_net_create(&core->net, &c->net, (uint64_t)c->run.seed, error)
               : ludus_net_load_for_game(&core->net, c->run.start_net, &core->game, error);
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

ludus_status ludus_board_core_init(ludus_board_core *core, const ludus_board_core_config *config,
                                   const char *folder, int32_t threads, ludus_error *error)
{
    memset(core, 0, sizeof *core);
    core->config = *config;
    core->threads = threads;
    ludus_board_core_config *c = &core->config;
    const uint64_t seed = (uint64_t)c->run.seed;
    ludus_status status = ludus_game_open(&core->game, c->run.game, error);
    if (status == LUDUS_OK) {
        status = create_net(core, error);
    }
    if (status == LUDUS_OK) {
        c->train.threads = threads;
        c->train.seed = seed;
        choose_losses(core->net, &c->train);
        status = ludus_trainer_create(&core->trainer, core->net, &c->train, error);
    }
    if (status == LUDUS_OK) {
        status = ludus_replay_create_for_run(&core->replay, &c->replay, core->game.spec.name,
                                             folder, error);
    }
    if (status == LUDUS_OK) {
        const ludus_sampler_config sampler = {.batch = c->train.batch,
                                              .threads = threads,
                                              .seed = ludus_mix64(seed + 1),
                                              .search_share = c->search_share,
                                              .enable_symmetry = c->enable_symmetry};
        status = ludus_sampler_create(&core->sampler, &core->game, core->replay, core->net,
                                      &sampler, error);
    }
    return status;
}

void ludus_board_core_free(ludus_board_core *core)
{
    ludus_sampler_destroy(core->sampler);
    ludus_replay_destroy(core->replay);
    ludus_trainer_destroy(core->trainer);
    ludus_net_destroy(core->net);
    ludus_game_close(&core->game);
    memset(core, 0, sizeof *core);
}

// ---- Training and reports --------------------------------------------------------------------

ludus_status ludus_board_core_step(ludus_board_core *core, int64_t window, ludus_board_means *means,
                                   ludus_error *error)
{
    ludus_batch batch;
    ludus_train_stats stats;
    const double start = ludus_clock();
    const ludus_status status = ludus_sampler_draw(
        core->sampler, ludus_trainer_steps(core->trainer), window, &batch, error);
    if (status != LUDUS_OK) {
        return status;
    }
    means->sample_seconds += ludus_clock() - start;
    ludus_trainer_step(core->trainer, &batch, &stats, NULL);
    for (int i = 0; i < LUDUS_NET_MAX_HEADS; i++) {
        means->loss[i] += (double)stats.loss[i];
    }
    means->total += (double)stats.total;
    means->grad_norm += (double)stats.grad_norm;
    means->lr = (double)stats.lr;
    means->steps++;
    means->seconds += ludus_clock() - start;
    return LUDUS_OK;
}

static const char *const loss_names[] = {"loss/policy", "loss/value", "loss/ownership",
                                         "loss/score",  "loss/reply", "loss/moves_left"};

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
    ludus_replay_stats replay;
    ludus_replay_stats_get(core->replay, &replay);
    ludus_report_add(report, "replay/items", (double)replay.items);
    ludus_report_add(report, "replay/bytes_per_item",
                     (double)replay.stored_bytes / (double)(replay.items > 0 ? replay.items : 1));
}

ludus_status ludus_board_core_measure(const ludus_board_core *core, ludus_report *report,
                                      ludus_error *error)
{
    if (core->config.eval_positions == 0) {
        return LUDUS_OK;
    }
    return ludus_strength_measure(&core->game, ludus_trainer_ema(core->trainer),
                                  core->config.eval_positions, core->threads, report, error);
}

// ---- Checkpoints -----------------------------------------------------------------------------

void ludus_board_core_save(const ludus_board_core *core, ludus_buffer *out)
{
    ludus_net_state_save(core->net, out);
    ludus_trainer_save(core->trainer, out);
    ludus_replay_save(core->replay, out);
}

ludus_status ludus_board_core_load(ludus_board_core *core, ludus_cursor *in, ludus_error *error)
{
    ludus_status status = ludus_net_state_load(core->net, in, error);
    if (status == LUDUS_OK) {
        status = ludus_trainer_load(core->trainer, in, error);
    }
    if (status == LUDUS_OK) {
        status = ludus_replay_load(core->replay, in, error);
    }
    if (status == LUDUS_OK) {
        status = ludus_replay_check_games(core->replay, &core->game, error);
    }
    if (status == LUDUS_OK && core->config.replay.enable_segments) {
        status = ludus_segments_truncate(core->config.replay.folder, ludus_replay_end(core->replay),
                                         error);
    }
    return status;
}
