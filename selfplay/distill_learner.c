#include "selfplay/distill_learner.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "nets/softmax.h"
#include "selfplay/board_core.h"
#include "selfplay/game_data.h"

#define MEASURE_ROWS 256  // of a batch
#define MEASURE_BATCHES 8 // per measurement
#define MEASURE_SEED 77u

typedef struct distill_config {
    char data[512];
    int32_t steps;
    float holdout;
} distill_config;

static const ludus_option distill_options[] = {
    LUDUS_OPTION_TEXT(distill_config, "learn", "data", data,
                      "games to learn from: .seg and .pgn files, folders or runs, comma-separated"),
    LUDUS_OPTION_INT32(distill_config, "learn", "steps", steps, 1, 1000000,
                       "training steps per iteration"),
    LUDUS_OPTION_FLOAT(distill_config, "learn", "holdout", holdout, 0, 0.5,
                       "share of the games, the last, kept for measuring"),
};
#define NUM_DISTILL_OPTIONS (sizeof(distill_options) / sizeof(distill_options[0]))

typedef struct distill_learner {
    ludus_board_core core;
    distill_config config;
    ludus_replay *held; // games kept for measuring
    ludus_sampler *held_sampler;
    int64_t games; // of the data
    int64_t held_from;
    int64_t seen; // while reading
    int64_t iteration;
} distill_learner;

// ---- Data ------------------------------------------------------------------------------------

static ludus_status count_game(const uint8_t *bytes, size_t size, int32_t plies, void *user,
                               ludus_error *error)
{
    (void)bytes, (void)size, (void)plies, (void)error;
    ((distill_learner *)user)->games++;
    return LUDUS_OK;
}

static ludus_status keep_game(const uint8_t *bytes, size_t size, int32_t plies, void *user,
                              ludus_error *error)
{
    distill_learner *l = user;
    ludus_replay *into = l->seen++ < l->held_from ? l->core.boards[0].replay : l->held;
    return ludus_replay_push(into, bytes, size, plies, error);
}

static ludus_status read_all(distill_learner *l, ludus_game_data_sink *sink, ludus_error *error)
{
    char path[sizeof l->config.data];
    const char *p = l->config.data;
    ludus_status status = LUDUS_OK;
    if (*p == '\0') {
        return ludus_fail(error, LUDUS_ERR_ARG, "learn.data: no games to learn from");
    }
    while (status == LUDUS_OK && *p != '\0') {
        const size_t length = strcspn(p, ",");
        memcpy(path, p, length);
        path[length] = '\0';
        if (length > 0) {
            status = ludus_game_data_read(path, &l->core.boards[0].game, sink, l, error);
        }
        p += length + (p[length] == ',');
    }
    return status;
}

static ludus_status load_data(distill_learner *l, ludus_error *error)
{
    ludus_replay_config held = l->core.boards[0].config;
    held.enable_segments = false;
    ludus_status status = ludus_replay_create(&l->held, &held, error);
    if (status == LUDUS_OK) {
        status = read_all(l, count_game, error);
    }
    if (status == LUDUS_OK) {
        l->held_from = l->games - (int64_t)((double)l->config.holdout * (double)l->games);
        status = read_all(l, keep_game, error);
    }
    if (status == LUDUS_OK && ludus_replay_end(l->core.boards[0].replay) == 0) {
        status = ludus_fail(error, LUDUS_ERR_ARG, "learn.data: %s: no positions", l->config.data);
    }
    if (status == LUDUS_OK && ludus_replay_end(l->held) > 0) {
        const ludus_sampler_config sampler = {.batch = MEASURE_ROWS,
                                              .threads = l->core.threads,
                                              .seed = MEASURE_SEED,
                                              .search_share = l->core.config.search_share};
        status = ludus_sampler_create(&l->held_sampler, &l->core.boards[0].game, l->held,
                                      l->core.net, &sampler, error);
    }
    return status;
}

// ---- Life cycle ------------------------------------------------------------------------------

static void distill_destroy(void *self)
{
    distill_learner *l = self;
    ludus_sampler_destroy(l->held_sampler);
    ludus_replay_destroy(l->held);
    ludus_board_core_free(&l->core);
    ludus_free(l);
}

static ludus_status read_recipe(ludus_board_core_config *core, distill_config *config,
                                ludus_config *recipe, ludus_error *error)
{
    *core = ludus_board_core_config_default();
    *config = (distill_config){.steps = 250, .holdout = 0.05f};
    ludus_status status = ludus_board_core_read(core, recipe, error);
    if (status == LUDUS_OK && core->replay.enable_segments) {
        status = ludus_fail(error, LUDUS_ERR_ARG,
                            "replay.segments: the games of distill (learn.data) are files already");
    }
    return status == LUDUS_OK
               ? ludus_config_apply(recipe, distill_options, NUM_DISTILL_OPTIONS, config, error)
               : status;
}

static ludus_status distill_read(ludus_config *recipe, ludus_error *error)
{
    ludus_board_core_config core;
    distill_config config;
    return read_recipe(&core, &config, recipe, error);
}

static ludus_status distill_create(void **self, ludus_config *recipe, const char *folder,
                                   int32_t threads, ludus_error *error)
{
    ludus_board_core_config *core = ludus_alloc(1, sizeof *core);
    distill_learner *l = ludus_alloc(1, sizeof *l);
    *self = NULL;
    if (core == NULL || l == NULL) {
        ludus_free(core);
        ludus_free(l);
        return ludus_fail(error, LUDUS_ERR_NOMEM, "learner: out of memory");
    }
    ludus_status status = read_recipe(core, &l->config, recipe, error);
    if (status == LUDUS_OK) {
        status = ludus_board_core_init(&l->core, core, folder, threads, error);
    }
    if (status == LUDUS_OK) {
        status = load_data(l, error);
    }
    ludus_free(core);
    if (status != LUDUS_OK) {
        distill_destroy(l);
        return status;
    }
    *self = l;
    return LUDUS_OK;
}

// ---- Learning and measuring ------------------------------------------------------------------

static ludus_status distill_iterate(void *self, ludus_report *report, ludus_error *error)
{
    distill_learner *l = self;
    ludus_board_means means;
    memset(&means, 0, sizeof means);
    for (int32_t i = 0; i < l->config.steps; i++) {
        const ludus_status status = ludus_board_core_step(&l->core, 0, INT64_MAX, &means, error);
        if (status != LUDUS_OK) {
            return status;
        }
    }
    l->iteration++;
    memset(report, 0, sizeof *report);
    report->iteration = l->iteration;
    ludus_report_add(report, "games", (double)l->held_from);
    ludus_report_add(report, "positions", (double)ludus_replay_end(l->core.boards[0].replay));
    ludus_board_core_report(report, &l->core, &means);
    return LUDUS_OK;
}

typedef struct held_sums {
    int64_t rows, policies, hits;
    double policy_loss, value_loss;
} held_sums;

static int32_t largest(const float *x, int32_t n)
{
    int32_t best = 0;
    for (int32_t i = 1; i < n; i++) {
        best = x[i] > x[best] ? i : best;
    }
    return best;
}

static double cross_entropy(const float *target, const float *logits, float *scratch, int32_t n)
{
    double loss = 0.0;
    ludus_softmax((size_t)n, logits, scratch);
    for (int32_t i = 0; i < n; i++) {
        loss -= target[i] > 0.0f ? (double)target[i] * log((double)scratch[i] + 1e-30) : 0.0;
    }
    return loss;
}

static void add_rows(const distill_learner *l, const ludus_batch *batch, const float *policy,
                     const float *value, float *scratch, held_sums *sums)
{
    const int32_t moves = l->core.boards[0].game.spec.num_moves;
    const float *policies = batch->target[ludus_net_find_head(l->core.net, "policy")];
    const float *values = batch->target[ludus_net_find_head(l->core.net, "value")];
    for (size_t r = 0; r < MEASURE_ROWS; r++) {
        const float *target = policies + r * (size_t)moves, *logits = policy + r * (size_t)moves;
        const int32_t best = largest(target, moves);
        sums->rows++;
        sums->value_loss += cross_entropy(values + r * 3, value + r * 3, scratch, 3);
        if (target[best] > 0.0f) {
            sums->policies++;
            sums->hits += largest(logits, moves) == best;
            sums->policy_loss += cross_entropy(target, logits, scratch, moves);
        }
    }
}

static ludus_status measure_held(const distill_learner *l, held_sums *sums, ludus_error *error)
{
    const size_t moves = (size_t)l->core.boards[0].game.spec.num_moves;
    const ludus_net *net = ludus_trainer_ema(l->core.trainer);
    const ludus_exec_config config = {.max_batch = MEASURE_ROWS};
    ludus_net_exec *exec;
    float *policy = ludus_alloc(MEASURE_ROWS * moves, sizeof *policy);
    float *value = ludus_alloc(MEASURE_ROWS * 3, sizeof *value);
    float *scratch = ludus_alloc(moves > 3 ? moves : 3, sizeof *scratch);
    float *out[LUDUS_NET_MAX_HEADS] = {0};
    ludus_status status = ludus_net_exec_create(&exec, net, &config, error);
    if (status == LUDUS_OK && (policy == NULL || value == NULL || scratch == NULL)) {
        status = ludus_fail(error, LUDUS_ERR_NOMEM, "measuring: out of memory");
    }
    out[ludus_net_find_head(net, "policy")] = policy;
    out[ludus_net_find_head(net, "value")] = value;
    for (int64_t b = 0; status == LUDUS_OK && b < MEASURE_BATCHES; b++) {
        ludus_batch batch;
        status = ludus_sampler_draw(l->held_sampler, b, INT64_MAX, &batch, error);
        if (status == LUDUS_OK) {
            ludus_net_forward(exec, MEASURE_ROWS, batch.in, out);
            add_rows(l, &batch, policy, value, scratch, sums);
        }
    }
    ludus_net_exec_destroy(exec);
    ludus_free(policy);
    ludus_free(value);
    ludus_free(scratch);
    return status;
}

static ludus_status distill_measure(void *self, ludus_report *report, ludus_error *error)
{
    const distill_learner *l = self;
    held_sums sums;
    memset(&sums, 0, sizeof sums);
    if (l->held_sampler == NULL) {
        return LUDUS_OK;
    }
    const ludus_status status = measure_held(l, &sums, error);
    if (status == LUDUS_OK) {
        const double policies = sums.policies > 0 ? (double)sums.policies : 1.0;
        ludus_report_add(report, "held/first_move", (double)sums.hits / policies);
        ludus_report_add(report, "held/policy_loss", sums.policy_loss / policies);
        ludus_report_add(report, "held/value_loss", sums.value_loss / (double)sums.rows);
    }
    return status;
}

static const ludus_net *distill_net(const void *self)
{
    return ludus_trainer_ema(((const distill_learner *)self)->core.trainer);
}

static void distill_describe(const ludus_report *report, char *out, size_t size)
{
    snprintf(out, size, "steps %.0f  positions %.0f  loss %.3f + %.3f  lr %.5f  %.0f rows/s",
             ludus_report_get(report, "steps"), ludus_report_get(report, "positions"),
             ludus_report_get(report, "loss/policy"), ludus_report_get(report, "loss/value"),
             ludus_report_get(report, "train/lr"),
             ludus_report_get(report, "train/rows_per_second"));
}

// ---- Checkpoints -----------------------------------------------------------------------------

static void distill_save(const void *self, ludus_buffer *out)
{
    const distill_learner *l = self;
    ludus_buffer_put_u64(out, (uint64_t)l->iteration);
    ludus_board_core_save(&l->core, out);
}

static ludus_status distill_load(void *self, ludus_cursor *in, ludus_error *error)
{
    distill_learner *l = self;
    l->iteration = (int64_t)ludus_cursor_u64(in);
    if (in->failed || l->iteration < 0) {
        return ludus_fail(error, LUDUS_ERR_FORMAT, "the counters are damaged");
    }
    return ludus_board_core_load(&l->core, in, error);
}

const ludus_learner_ops ludus_distill_learner_ops = {
    .agent = "distill",
    .create = distill_create,
    .read = distill_read,
    .destroy = distill_destroy,
    .iterate = distill_iterate,
    .measure = distill_measure,
    .save = distill_save,
    .load = distill_load,
    .net = distill_net,
    .describe = distill_describe,
};
