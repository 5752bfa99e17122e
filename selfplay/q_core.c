#include "selfplay/q_core.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "selfplay/net_state.h"
#include "selfplay/run.h"
#include "selfplay/world_eval.h"

#define T ludus_q_core_config
static const ludus_option core_options[] = {
    LUDUS_OPTION_FLOAT(T, "explore", "epsilon_start", epsilon_start, 0, 1,
                       "share of random actions at first"),
    LUDUS_OPTION_FLOAT(T, "explore", "epsilon_final", epsilon_final, 0, 1,
                       "share of random actions later"),
    LUDUS_OPTION_INT64(T, "explore", "epsilon_frames", epsilon_frames, 0, 1e12,
                       "frames until then, linear"),
    LUDUS_OPTION_INT64(T, "explore", "frames", frames, 1, 1e12, "frames per iteration of the run"),
    LUDUS_OPTION_FLOAT(T, "learn", "gamma", gamma, 0, 1, "discount per step"),
    LUDUS_OPTION_FLOAT(T, "learn", "reward_scale", reward_scale, 0, 1e6,
                       "rewards are multiplied by this before learning"),
    LUDUS_OPTION_INT32(T, "eval", "episodes", eval_episodes, 0, 100000,
                       "per strength measurement, on seeds of their own; 0 = none"),
};
#undef T
#define NUM_CORE_OPTIONS (sizeof(core_options) / sizeof(core_options[0]))

ludus_q_core_config ludus_q_core_config_default(void)
{
    ludus_q_core_config config = {
        .env = ludus_env_config_default(),
        .q = ludus_q_config_default(),
        .net = ludus_net_desc_default(),
        .actors = ludus_actors_config_default(),
        .train = ludus_trainer_config_default(),
        .epsilon_start = 1.0f,
        .epsilon_final = 0.1f,
        .epsilon_frames = 100000,
        .frames = 100000,
        .gamma = 0.99f,
        .reward_scale = 1.0f,
        .eval_episodes = 30,
    };
    config.net.trunk = LUDUS_TRUNK_CONV;
    config.net.norm = LUDUS_NORM_NONE;
    return config;
}

ludus_status ludus_q_core_read(ludus_q_core_config *config, ludus_config *recipe,
                               ludus_error *error)
{
    ludus_run_config run = ludus_run_config_default();
    const struct {
        const ludus_option *options;
        size_t count;
        void *target;
    } sections[] = {
        {ludus_run_options, ludus_run_num_options, &run},
        {ludus_env_options, ludus_env_num_options, &config->env},
        {ludus_net_options, ludus_net_num_options, &config->net},
        {ludus_q_options, ludus_q_num_options, &config->q},
        {ludus_actors_options, ludus_actors_num_options, &config->actors},
        {ludus_trainer_options, ludus_trainer_num_options, &config->train},
        {core_options, NUM_CORE_OPTIONS, config},
    };
    for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
        const ludus_status status = ludus_config_apply(
            recipe, sections[i].options, sections[i].count, sections[i].target, error);
        if (status != LUDUS_OK) {
            return status;
        }
    }
    if (strlen(run.game) >= sizeof config->world) {
        return ludus_fail(error, LUDUS_ERR_ARG, "run.game = %s: unknown world", run.game);
    }
    memcpy(config->world, run.game, strlen(run.game) + 1);
    memcpy(config->start_net, run.start_net, sizeof config->start_net);
    config->seed = (uint64_t)run.seed;
    return LUDUS_OK;
}

// ---- Life cycle ------------------------------------------------------------------------------

static ludus_status read_spec(ludus_q_core *core, ludus_error *error)
{
    ludus_env env;
    const ludus_status status = ludus_env_open(&env, core->config.world, &core->config.env, error);
    if (status == LUDUS_OK) {
        core->spec = env.spec;
        ludus_env_close(&env);
    }
    return status;
}

static ludus_status create_net(ludus_q_core *core, ludus_error *error)
{
    ludus_q_core_config *c = &core->config;
    ludus_status status = ludus_q_net_desc(&c->net, &core->spec, &c->q, error);
    if (status != LUDUS_OK) {
        return status;
    }
    if (c->start_net[0] == '\0') {
        return ludus_net_create(&core->net, &c->net, c->seed, error);
    }
    status = ludus_net_load(&core->net, c->start_net, error);
    return status == LUDUS_OK ? ludus_q_net_fits(core->net, &core->spec, &c->q, error) : status;
}

ludus_status ludus_q_core_init(ludus_q_core *core, const ludus_q_core_config *config,
                               int32_t threads, ludus_error *error)
{
    memset(core, 0, sizeof *core);
    core->config = *config;
    core->threads = threads;
    core->config.train.threads = threads;
    core->config.train.seed = config->seed;
    if (config->q.kind == LUDUS_Q_QUANTILE) {
        core->config.train.loss[0] = LUDUS_LOSS_QUANTILE;
    }
    ludus_status status = read_spec(core, error);
    if (status == LUDUS_OK) {
        status = create_net(core, error);
    }
    if (status == LUDUS_OK) {
        status = ludus_trainer_create(&core->trainer, core->net, &core->config.train, error);
    }
    if (status == LUDUS_OK) {
        status = ludus_actors_create(&core->actors, config->world, &config->env, &config->actors,
                                     &config->q, core->net, config->seed, threads, error);
    }
    return status;
}

void ludus_q_core_free(ludus_q_core *core)
{
    ludus_actors_destroy(core->actors);
    ludus_trainer_destroy(core->trainer);
    ludus_net_destroy(core->net);
    memset(core, 0, sizeof *core);
}

int64_t ludus_q_core_frames(const ludus_q_core *core)
{
    ludus_actor_stats stats;
    ludus_actors_stats_get(core->actors, &stats);
    return stats.steps;
}

float ludus_q_core_epsilon(const ludus_q_core *core)
{
    const ludus_q_core_config *c = &core->config;
    const int64_t frames = ludus_q_core_frames(core);
    if (frames >= c->epsilon_frames) {
        return c->epsilon_final;
    }
    const float done = (float)((double)frames / (double)c->epsilon_frames);
    return c->epsilon_start + done * (c->epsilon_final - c->epsilon_start);
}

// ---- An iteration ----------------------------------------------------------------------------

void ludus_q_means_add(ludus_q_means *means, const ludus_train_stats *stats)
{
    means->loss += (double)stats->total;
    means->grad_norm += (double)stats->grad_norm;
    means->lr = (double)stats->lr;
    means->steps++;
}

const ludus_rollout *ludus_q_core_act(ludus_q_core *core, const ludus_net *net,
                                      ludus_q_means *means)
{
    const double start = ludus_clock();
    const ludus_rollout *rollout =
        ludus_actors_phase(core->actors, net, ludus_q_core_epsilon(core));
    const int32_t count = rollout->worlds * (rollout->steps + 1);
    double sum = 0.0;
    for (int32_t i = 0; i < count; i++) {
        sum += (double)rollout->value[i];
    }
    means->value += sum / (double)count;
    means->phases++;
    means->act_seconds += ludus_clock() - start;
    return rollout;
}

void ludus_q_core_report(ludus_q_core *core, const ludus_q_means *means, ludus_report *report)
{
    const double steps = means->steps > 0 ? (double)means->steps : (double)NAN;
    const double seconds = means->act_seconds + means->sample_seconds + means->train_seconds;
    ludus_actor_stats stats;
    ludus_actors_stats_get(core->actors, &stats);
    core->iteration++;
    memset(report, 0, sizeof *report);
    report->iteration = core->iteration;
    const int64_t frames =
        means->phases * (int64_t)core->config.actors.worlds * core->config.actors.steps;
    ludus_report_add(report, "frames", (double)stats.steps);
    ludus_report_add(report, "episodes", (double)stats.episodes);
    ludus_report_add(report, "return", stats.recent_return);
    ludus_report_add(report, "episode_length", stats.recent_length);
    ludus_report_add(report, "epsilon", (double)ludus_q_core_epsilon(core));
    ludus_report_add(report, "value", means->value / (double)means->phases);
    ludus_report_add(report, "steps", (double)ludus_trainer_steps(core->trainer));
    ludus_report_add(report, "loss", means->loss / steps);
    ludus_report_add(report, "train/grad_norm", means->grad_norm / steps);
    ludus_report_add(report, "train/lr", means->lr);
    ludus_report_add(report, "frames_per_second", (double)frames / seconds);
    ludus_report_add(report, "steps_per_second", (double)means->steps / seconds);
    ludus_report_add(report, "act_share", means->act_seconds / seconds);
    ludus_report_add(report, "sample_share", means->sample_seconds / seconds);
}

void ludus_q_core_describe(const ludus_report *report, char *out, size_t size)
{
    snprintf(out, size,
             "frames %.0f  episodes %.0f  return %.2f  value %.2f  loss %.4f  epsilon %.3f  %.0f "
             "frames/s",
             ludus_report_get(report, "frames"), ludus_report_get(report, "episodes"),
             ludus_report_get(report, "return"), ludus_report_get(report, "value"),
             ludus_report_get(report, "loss"), ludus_report_get(report, "epsilon"),
             ludus_report_get(report, "frames_per_second"));
}

ludus_status ludus_q_core_measure(const ludus_q_core *core, ludus_report *report,
                                  ludus_error *error)
{
    const ludus_q_core_config *c = &core->config;
    if (c->eval_episodes == 0) {
        return LUDUS_OK;
    }
    ludus_world_eval_config config = ludus_world_eval_config_default();
    ludus_world_eval_result result;
    config.episodes = c->eval_episodes;
    config.threads = core->threads;
    const ludus_status status = ludus_world_eval(
        c->world, &c->env, &c->q, ludus_trainer_ema(core->trainer), &config, &result, error);
    if (status == LUDUS_OK) {
        ludus_report_add(report, "strength/return", result.mean);
        ludus_report_add(report, "strength/return_low", result.low);
        ludus_report_add(report, "strength/return_high", result.high);
    }
    return status;
}

// ---- Checkpoints -----------------------------------------------------------------------------

void ludus_q_core_save(const ludus_q_core *core, ludus_buffer *out)
{
    ludus_buffer_put_u64(out, (uint64_t)core->iteration);
    ludus_net_state_save(core->net, out);
    ludus_trainer_save(core->trainer, out);
    ludus_actors_save(core->actors, out);
}

ludus_status ludus_q_core_load(ludus_q_core *core, ludus_cursor *in, ludus_error *error)
{
    core->iteration = (int64_t)ludus_cursor_u64(in);
    if (in->failed || core->iteration < 0) {
        return ludus_fail(error, LUDUS_ERR_FORMAT, "the counters are damaged");
    }
    ludus_status status = ludus_net_state_load(core->net, in, error);
    if (status == LUDUS_OK) {
        status = ludus_trainer_load(core->trainer, in, error);
    }
    return status == LUDUS_OK ? ludus_actors_load(core->actors, in, error) : status;
}
