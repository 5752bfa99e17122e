#include "selfplay/dqn_learner.h"

#include <math.h>
#include <omp.h>
#include <string.h>

#include "agents/td_target.h"
#include "selfplay/net_state.h"
#include "selfplay/q_core.h"
#include "selfplay/transition_sampler.h"
#include "selfplay/transition_store.h"

typedef struct dqn_config {
    int32_t n_step;
    int64_t start;         // frames before training begins
    float frames_per_step; // frames acted per training step
    int32_t piece;         // transitions per record
    int64_t target_every;  // training steps between copies
    float target_tau;      // soft updates instead, when > 0
    bool is_double;
    bool prioritised;
    float priority_alpha, priority_beta;
    int64_t beta_frames;
    ludus_munchausen munchausen;
} dqn_config;

static const ludus_option dqn_options[] = {
    LUDUS_OPTION_INT32(dqn_config, "learn", "n_step", n_step, 1, LUDUS_MAX_N_STEP,
                       "steps of rewards in a target"),
    LUDUS_OPTION_INT64(dqn_config, "learn", "start", start, 1, 1e12,
                       "frames before training begins"),
    LUDUS_OPTION_FLOAT(dqn_config, "learn", "frames_per_step", frames_per_step, 0.01, 1e6,
                       "frames acted per training step"),
    LUDUS_OPTION_INT32(dqn_config, "learn", "piece", piece, 1, LUDUS_PIECE_MAX_ITEMS,
                       "transitions stored together"),
    LUDUS_OPTION_INT64(dqn_config, "learn", "target_every", target_every, 1, 1e12,
                       "training steps between copies into the target network"),
    LUDUS_OPTION_FLOAT(dqn_config, "learn", "target_tau", target_tau, 0, 1,
                       "share of the net mixed into the target network at every step; 0 = copies"),
    LUDUS_OPTION_BOOL(dqn_config, "learn", "double", is_double,
                      "the net that learns chooses the next action, the target network values it"),
    LUDUS_OPTION_BOOL(dqn_config, "learn", "prioritised", prioritised,
                      "draw by the size of the last error"),
    LUDUS_OPTION_FLOAT(dqn_config, "learn", "priority_alpha", priority_alpha, 0, 1,
                       "exponent of the error: 0 = uniform"),
    LUDUS_OPTION_FLOAT(dqn_config, "learn", "priority_beta", priority_beta, 0, 1,
                       "first exponent of the importance weights; it rises to 1"),
    LUDUS_OPTION_INT64(dqn_config, "learn", "beta_frames", beta_frames, 1, 1e12,
                       "frames until it is 1"),
    LUDUS_OPTION_BOOL(dqn_config, "learn", "munchausen", munchausen.enable,
                      "soft targets with the log-policy added to the reward"),
    LUDUS_OPTION_FLOAT(dqn_config, "learn", "munchausen_tau", munchausen.tau, 1e-6, 1e3,
                       "their temperature"),
    LUDUS_OPTION_FLOAT(dqn_config, "learn", "munchausen_alpha", munchausen.alpha, 0, 1,
                       "share of the log-policy"),
    LUDUS_OPTION_FLOAT(dqn_config, "learn", "munchausen_low", munchausen.low, -1e3, 0,
                       "lower bound of tau times the log-policy"),
};
#define NUM_DQN_OPTIONS (sizeof(dqn_options) / sizeof(dqn_options[0]))
#define PRIORITY_EPSILON 1e-6f

static dqn_config dqn_config_default(void)
{
    return (dqn_config){
        .n_step = 1,
        .start = 5000,
        .frames_per_step = 1.0f,
        .piece = 32,
        .target_every = 1000,
        .priority_alpha = 0.5f,
        .priority_beta = 0.4f,
        .beta_frames = 5000000,
        .munchausen = {.tau = 0.03f, .alpha = 0.9f, .low = -1.0f},
    };
}

// What one thread needs to compute targets of its share of a batch.
typedef struct target_lane {
    ludus_q_policy *target, *online; // online: double only
    float *current;                  // [rows, A] target net's values before the step; Munchausen
} target_lane;

typedef struct dqn_learner {
    ludus_q_core core;
    dqn_config config;
    ludus_replay_config replay_config;
    ludus_replay *replay;
    ludus_piece_format format;
    ludus_transition_store *store;
    ludus_transition_sampler *sampler;
    ludus_sum_tree *priorities; // NULL when drawn uniformly
    ludus_net *target;
    bool target_changed; // since the lanes took it
    double credit;       // training steps owed
    int32_t num_lanes, lane_rows;
    target_lane *lanes;
    size_t cells; // floats per observation
    // One batch
    float *in, *wanted, *td_error;
    int32_t *action;
} dqn_learner;

// ---- Life cycle ------------------------------------------------------------------------------

static void dqn_destroy(void *self)
{
    dqn_learner *l = self;
    for (int32_t i = 0; l->lanes != NULL && i < l->num_lanes; i++) {
        ludus_q_policy_destroy(l->lanes[i].target);
        ludus_q_policy_destroy(l->lanes[i].online);
        ludus_free(l->lanes[i].current);
    }
    ludus_transition_sampler_destroy(l->sampler);
    ludus_transition_store_destroy(l->store);
    ludus_sum_tree_destroy(l->priorities);
    ludus_replay_destroy(l->replay);
    ludus_net_destroy(l->target);
    ludus_q_core_free(&l->core);
    ludus_free(l->lanes);
    ludus_free(l->in);
    ludus_free(l->wanted);
    ludus_free(l->td_error);
    ludus_free(l->action);
    ludus_free(l);
}

static ludus_status check_config(const dqn_config *c, const ludus_q_core_config *core,
                                 ludus_error *error)
{
    if (c->munchausen.enable && (core->q.kind != LUDUS_Q_SCALAR || c->n_step > 1)) {
        return ludus_fail(error, LUDUS_ERR_ARG,
                          "learn.munchausen: goes with q.kind = scalar and learn.n_step = 1 only");
    }
    return LUDUS_OK;
}

static ludus_status create_lane(dqn_learner *l, target_lane *lane, ludus_error *error)
{
    const ludus_q_config *q = &l->core.config.q;
    ludus_status status =
        ludus_q_policy_create(&lane->target, l->target, &l->core.spec, q, l->lane_rows, error);
    if (status == LUDUS_OK && l->config.is_double) {
        status = ludus_q_policy_create(&lane->online, l->core.net, &l->core.spec, q, l->lane_rows,
                                       error);
    }
    lane->current =
        ludus_alloc((size_t)l->lane_rows * (size_t)l->core.spec.num_actions, sizeof *lane->current);
    return status != LUDUS_OK || lane->current != NULL
               ? status
               : ludus_fail(error, LUDUS_ERR_NOMEM, "learner: out of memory");
}

static ludus_status create_batch(dqn_learner *l, ludus_error *error)
{
    const size_t batch = (size_t)l->core.config.train.batch;
    const size_t atoms = (size_t)ludus_q_atoms(&l->core.config.q);
    l->cells = ludus_env_obs_cells(&l->core.spec);
    l->num_lanes = l->core.threads < (int32_t)batch ? l->core.threads : (int32_t)batch;
    l->lane_rows = ((int32_t)batch + l->num_lanes - 1) / l->num_lanes;
    l->lanes = ludus_alloc((size_t)l->num_lanes, sizeof *l->lanes);
    l->in = ludus_alloc(batch * l->cells, sizeof *l->in);
    l->wanted = ludus_alloc(batch * atoms, sizeof *l->wanted);
    l->td_error = ludus_alloc(batch, sizeof *l->td_error);
    l->action = ludus_alloc(batch, sizeof *l->action);
    if (!l->lanes || !l->in || !l->wanted || !l->td_error || !l->action) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "learner: out of memory");
    }
    for (int32_t i = 0; i < l->num_lanes; i++) {
        const ludus_status status = create_lane(l, &l->lanes[i], error);
        if (status != LUDUS_OK) {
            return status;
        }
    }
    return LUDUS_OK;
}

static ludus_status create_replay(dqn_learner *l, const char *folder, ludus_error *error)
{
    ludus_status status =
        ludus_piece_format_for(&l->format, &l->core.spec, l->config.n_step, l->config.piece, error);
    if (status == LUDUS_OK) {
        status = ludus_replay_create_for_run(&l->replay, &l->replay_config, l->core.config.world,
                                             folder, error);
    }
    if (status == LUDUS_OK) {
        status = ludus_transition_store_create(&l->store, l->replay, &l->format,
                                               l->core.config.actors.worlds, error);
    }
    if (status != LUDUS_OK) {
        return status;
    }
    const ludus_transition_sampler_config config = {
        .batch = l->core.config.train.batch,
        .threads = l->core.threads,
        .num_actions = l->core.spec.num_actions,
        .gamma = l->core.config.gamma,
        .seed = ludus_mix64(l->core.config.seed + 4),
    };
    status = ludus_transition_sampler_create(&l->sampler, l->replay, &l->format, &config, error);
    if (status == LUDUS_OK && l->config.prioritised) {
        status = ludus_sum_tree_create(&l->priorities, l->replay_config.capacity_items, error);
    }
    return status;
}

static ludus_status create_parts(dqn_learner *l, const ludus_q_core_config *config,
                                 const char *folder, int32_t threads, ludus_error *error)
{
    ludus_status status = ludus_q_core_init(&l->core, config, threads, error);
    if (status == LUDUS_OK && ludus_net_clone(&l->target, l->core.net) != LUDUS_OK) {
        status = ludus_fail(error, LUDUS_ERR_NOMEM, "learner: out of memory");
    }
    if (status == LUDUS_OK) {
        status = create_replay(l, folder, error);
    }
    return status == LUDUS_OK ? create_batch(l, error) : status;
}

static ludus_status read_recipe(ludus_q_core_config *core, dqn_config *config,
                                ludus_replay_config *replay, ludus_config *recipe,
                                ludus_error *error)
{
    *core = ludus_q_core_config_default();
    *config = dqn_config_default();
    *replay = ludus_replay_config_default();
    replay->cache_bytes = 16 << 20;
    replay->chunk_bytes = 1024;
    replay->level = -5;
    ludus_status status = ludus_q_core_read(core, recipe, error);
    if (status == LUDUS_OK) {
        status = ludus_config_apply(recipe, ludus_replay_options, ludus_replay_num_options, replay,
                                    error);
    }
    if (status == LUDUS_OK) {
        status = ludus_config_apply(recipe, dqn_options, NUM_DQN_OPTIONS, config, error);
    }
    return status == LUDUS_OK ? check_config(config, core, error) : status;
}

static ludus_status dqn_read(ludus_config *recipe, ludus_error *error)
{
    ludus_q_core_config core;
    dqn_config config;
    ludus_replay_config replay;
    return read_recipe(&core, &config, &replay, recipe, error);
}

static ludus_status dqn_create(void **self, ludus_config *recipe, const char *folder,
                               int32_t threads, ludus_error *error)
{
    *self = NULL;
    dqn_learner *l = ludus_alloc(1, sizeof *l);
    if (l == NULL) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "learner: out of memory");
    }
    ludus_q_core_config config;
    ludus_status status = read_recipe(&config, &l->config, &l->replay_config, recipe, error);
    if (status == LUDUS_OK) {
        status = create_parts(l, &config, folder, threads, error);
    }
    if (status != LUDUS_OK) {
        dqn_destroy(l);
        return status;
    }
    *self = l;
    return LUDUS_OK;
}

// ---- Storing ---------------------------------------------------------------------------------

// Items that left lose their priority, new ones get the largest so far.
static void follow_replay(dqn_learner *l, int64_t first, int64_t end)
{
    const int64_t capacity = l->replay_config.capacity_items;
    for (int64_t i = first; i < ludus_replay_first(l->replay); i++) {
        ludus_sum_tree_set(l->priorities, i % capacity, 0.0f);
    }
    const float largest = ludus_sum_tree_max(l->priorities);
    for (int64_t i = end; i < ludus_replay_end(l->replay); i++) {
        ludus_sum_tree_set(l->priorities, i % capacity, largest);
    }
}

static ludus_status store(dqn_learner *l, const ludus_rollout *r, ludus_error *error)
{
    const int64_t first = ludus_replay_first(l->replay), end = ludus_replay_end(l->replay);
    const ludus_status status = ludus_transition_store_add(l->store, r, error);
    if (l->priorities != NULL) {
        follow_replay(l, first, end);
    }
    return status;
}

// ---- Learning --------------------------------------------------------------------------------

static void refresh_lane(dqn_learner *l, target_lane *lane)
{
    if (l->target_changed) {
        ludus_q_policy_refresh(lane->target, l->target);
    }
    if (lane->online != NULL) {
        ludus_q_policy_refresh(lane->online, l->core.net);
    }
    if (l->core.config.net.noisy) { // both nets draw their own noise (Fortunato et al., eq. 12)
        const uint64_t step = (uint64_t)ludus_trainer_steps(l->core.trainer);
        const uint64_t seed = ludus_mix64(l->core.config.seed + 6);
        ludus_q_policy_noise(lane->target, ludus_mix64(seed ^ (2 * step)));
        if (lane->online != NULL) {
            ludus_q_policy_noise(lane->online, ludus_mix64(seed ^ (2 * step + 1)));
        }
    }
}

// Targets of rows first..first+n-1.
static void compute_targets(dqn_learner *l, target_lane *lane, const ludus_transitions *batch,
                            int32_t first, int32_t n)
{
    const size_t bytes = (size_t)l->format.stack * l->format.frame_bytes;
    const int32_t actions = l->core.spec.num_actions;
    const int32_t atoms = ludus_q_atoms(&l->core.config.q);
    const bool soft = l->config.munchausen.enable;
    for (int32_t i = 0; i < n; i++) {
        float *row = l->in + (size_t)(first + i) * l->cells;
        ludus_env_packed_to_floats(&l->core.spec, batch->obs + (size_t)(first + i) * bytes, row);
        if (soft) {
            memcpy(ludus_q_policy_row(lane->target, i), row, l->cells * sizeof *row);
        }
    }
    if (soft) {
        memcpy(lane->current, ludus_q_policy_run(lane->target, n),
               (size_t)n * (size_t)actions * sizeof *lane->current);
    }
    for (int32_t i = 0; i < n; i++) {
        const uint8_t *next = batch->next + (size_t)(first + i) * bytes;
        ludus_q_policy_set(lane->target, i, next);
        if (lane->online != NULL) {
            ludus_q_policy_set(lane->online, i, next);
        }
    }
    const float *values = ludus_q_policy_run(lane->target, n);
    const float *select = lane->online != NULL ? ludus_q_policy_run(lane->online, n) : values;
    const float *outputs = ludus_q_policy_outputs(lane->target);
    for (int32_t i = 0; i < n; i++) {
        const ludus_transition *t = &batch->row[first + i];
        const ludus_td_row row = {
            .reward = l->core.config.reward_scale * t->reward,
            .discount = t->discount,
            .action = t->action,
            .target = outputs + (size_t)i * (size_t)actions * (size_t)atoms,
            .select = select + (size_t)i * (size_t)actions,
            .current = soft ? lane->current + (size_t)i * (size_t)actions : NULL,
        };
        l->action[first + i] = t->action;
        ludus_td_target(&l->core.config.q, &l->config.munchausen, actions, &row,
                        l->wanted + (size_t)(first + i) * (size_t)atoms);
    }
}

static void fill_targets(dqn_learner *l, const ludus_transitions *batch)
{
    const int32_t rows = l->core.config.train.batch;
#pragma omp parallel for default(none) shared(l, batch, rows) num_threads(l->num_lanes)            \
    schedule(static, 1)
    for (int32_t i = 0; i < l->num_lanes; i++) {
        const int32_t first = i * l->lane_rows;
        const int32_t left = rows - first, n = left < l->lane_rows ? left : l->lane_rows;
        refresh_lane(l, &l->lanes[i]);
        if (n > 0) {
            compute_targets(l, &l->lanes[i], batch, first, n);
        }
    }
    l->target_changed = false;
}

// target += tau * (net - target), tensor by tensor.
static void move_target(dqn_learner *l, float tau)
{
    for (size_t i = 0; i < ludus_net_num_tensors(l->target); i++) {
        const ludus_tensor from = ludus_net_tensor(l->core.net, i);
        const ludus_tensor to = ludus_net_tensor(l->target, i);
        const size_t count = ludus_tensor_count(&to);
        for (size_t k = 0; k < count; k++) {
            to.data[k] = tau < 1.0f ? to.data[k] + tau * (from.data[k] - to.data[k]) : from.data[k];
        }
    }
    l->target_changed = true;
}

static void follow_net(dqn_learner *l)
{
    if (l->config.target_tau > 0.0f) {
        move_target(l, l->config.target_tau);
    } else if (ludus_trainer_steps(l->core.trainer) % l->config.target_every == 0) {
        move_target(l, 1.0f);
    }
}

static float beta_now(const dqn_learner *l)
{
    const double done =
        fmin(1.0, (double)ludus_q_core_frames(&l->core) / (double)l->config.beta_frames);
    return l->config.priority_beta + (float)done * (1.0f - l->config.priority_beta);
}

static ludus_status learn_once(dqn_learner *l, ludus_q_means *means, ludus_error *error)
{
    ludus_transitions drawn;
    ludus_train_stats stats;
    const double start = ludus_clock();
    const int64_t capacity = l->replay_config.capacity_items;
    const ludus_status status =
        ludus_transition_sampler_draw(l->sampler, ludus_trainer_steps(l->core.trainer),
                                      l->priorities, capacity, beta_now(l), &drawn, error);
    if (status != LUDUS_OK) {
        return status;
    }
    const double ready = ludus_clock();
    fill_targets(l, &drawn);
    const ludus_batch batch = {
        .in = l->in, .target = {l->wanted}, .action = l->action, .weight = drawn.weight};
    ludus_trainer_step(l->core.trainer, &batch, &stats, l->priorities != NULL ? l->td_error : NULL);
    for (int32_t i = 0; l->priorities != NULL && i < l->core.config.train.batch; i++) {
        ludus_sum_tree_set(
            l->priorities, drawn.item[i] % capacity,
            ludus_priority(l->td_error[i], l->config.priority_alpha, PRIORITY_EPSILON));
    }
    follow_net(l);
    ludus_q_means_add(means, &stats);
    means->sample_seconds += ready - start;
    means->train_seconds += ludus_clock() - ready;
    return LUDUS_OK;
}

static ludus_status round_of(dqn_learner *l, ludus_q_means *means, ludus_error *error)
{
    const ludus_rollout *rollout = ludus_q_core_act(&l->core, l->core.net, means);
    const double start = ludus_clock();
    ludus_status status = store(l, rollout, error);
    means->sample_seconds += ludus_clock() - start;
    if (status != LUDUS_OK || ludus_q_core_frames(&l->core) < l->config.start ||
        ludus_replay_end(l->replay) == 0) {
        return status;
    }
    l->credit += (double)(rollout->worlds * rollout->steps) / (double)l->config.frames_per_step;
    while (l->credit >= 1.0 && status == LUDUS_OK) {
        status = learn_once(l, means, error);
        l->credit -= 1.0;
    }
    return status;
}

static ludus_status dqn_iterate(void *self, ludus_report *report, ludus_error *error)
{
    dqn_learner *l = self;
    ludus_q_means means = {0};
    const int64_t until = ludus_q_core_frames(&l->core) + l->core.config.frames;
    while (ludus_q_core_frames(&l->core) < until) {
        const ludus_status status = round_of(l, &means, error);
        if (status != LUDUS_OK) {
            return status;
        }
    }
    ludus_replay_stats replay;
    ludus_replay_stats_get(l->replay, &replay);
    ludus_q_core_report(&l->core, &means, report);
    ludus_report_add(report, "replay/items", (double)replay.items);
    ludus_report_add(report, "replay/bytes_per_item",
                     (double)replay.stored_bytes / (double)(replay.items > 0 ? replay.items : 1));
    return LUDUS_OK;
}

static ludus_status dqn_measure(void *self, ludus_report *report, ludus_error *error)
{
    const dqn_learner *l = self;
    return ludus_q_core_measure(&l->core, report, error);
}

static const ludus_net *dqn_net(const void *self)
{
    const dqn_learner *l = self;
    return ludus_trainer_ema(l->core.trainer);
}

// ---- Checkpoints -----------------------------------------------------------------------------

static void dqn_save(const void *self, ludus_buffer *out)
{
    const dqn_learner *l = self;
    ludus_buffer_put(out, &l->credit, sizeof l->credit);
    ludus_q_core_save(&l->core, out);
    ludus_net_state_save(l->target, out);
    ludus_replay_save(l->replay, out);
    ludus_transition_store_save(l->store, out);
    if (l->priorities != NULL) {
        ludus_sum_tree_save(l->priorities, out);
    }
}

// Every item held can be drawn and nothing else, as follow_replay leaves it.
static bool priorities_fit_replay(const dqn_learner *l)
{
    const int64_t capacity = l->replay_config.capacity_items;
    const int64_t first = ludus_replay_first(l->replay), end = ludus_replay_end(l->replay);
    int64_t positive = 0;
    for (int64_t i = 0; i < capacity; i++) {
        positive += ludus_sum_tree_get(l->priorities, i) > 0.0f;
    }
    for (int64_t i = first; i < end; i++) {
        if (!(ludus_sum_tree_get(l->priorities, i % capacity) > 0.0f)) {
            return false;
        }
    }
    return positive == end - first;
}

static ludus_status dqn_load(void *self, ludus_cursor *in, ludus_error *error)
{
    dqn_learner *l = self;
    ludus_cursor_get(in, &l->credit, sizeof l->credit);
    if (in->failed || !(l->credit >= 0.0 && l->credit < 1.0)) {
        return ludus_fail(error, LUDUS_ERR_FORMAT, "the counters are damaged");
    }
    ludus_status status = ludus_q_core_load(&l->core, in, error);
    if (status == LUDUS_OK) {
        status = ludus_net_state_load(l->target, in, error);
        l->target_changed = true;
    }
    if (status == LUDUS_OK) {
        status = ludus_replay_load(l->replay, in, error);
    }
    if (status == LUDUS_OK) {
        status = ludus_transition_store_load(l->store, in, error);
    }
    if (status == LUDUS_OK && l->priorities != NULL) {
        status = ludus_sum_tree_load(l->priorities, in, error);
        if (status == LUDUS_OK && !priorities_fit_replay(l)) {
            status = ludus_fail(error, LUDUS_ERR_FORMAT, "the priorities are not the replay's");
        }
    }
    if (status == LUDUS_OK && l->replay_config.enable_segments) {
        status =
            ludus_segments_truncate(l->replay_config.folder, ludus_replay_end(l->replay), error);
    }
    return status;
}

const ludus_learner_ops ludus_dqn_learner_ops = {
    .agent = "dqn",
    .create = dqn_create,
    .read = dqn_read,
    .destroy = dqn_destroy,
    .iterate = dqn_iterate,
    .measure = dqn_measure,
    .save = dqn_save,
    .load = dqn_load,
    .net = dqn_net,
    .describe = ludus_q_core_describe,
};
