#include "nets/trainer.h"

#include <assert.h>
#include <math.h>
#include <omp.h>
#include <string.h>

#include "nets/optimiser.h"
#include "nets/trainer_part.h"

static const char *const precision_names[] = {"f32", "bf16", NULL};
static const char *const optimiser_names[] = {"sgd", "rmsprop", "adam", "adamw", NULL};
static const char *const schedule_names[] = {"constant", "step", "cosine", "exponential", NULL};

const ludus_option ludus_trainer_options[] = {
    LUDUS_OPTION_INT32(ludus_trainer_config, "train", "batch", batch, 1, 65536, "rows per step"),
    LUDUS_OPTION_INT32(ludus_trainer_config, "train", "shards", shards, 1, 64,
                       "parts of a batch, computed apart; part of the result"),
    LUDUS_OPTION_ENUM(ludus_trainer_config, "train", "precision", precision, precision_names,
                      "of the arithmetic: f32 or bf16 (weights stay f32)"),
    LUDUS_OPTION_ENUM(ludus_trainer_config, "train", "optimiser", optimiser, optimiser_names,
                      "sgd, rmsprop (centred), adam or adamw"),
    LUDUS_OPTION_FLOAT(ludus_trainer_config, "train", "lr", lr, 0, 100, "learning rate"),
    LUDUS_OPTION_FLOAT(ludus_trainer_config, "train", "momentum", momentum, 0, 1, "of sgd"),
    LUDUS_OPTION_FLOAT(ludus_trainer_config, "train", "beta1", beta1, 0, 0.99999, "of adam"),
    LUDUS_OPTION_FLOAT(ludus_trainer_config, "train", "beta2", beta2, 0, 0.9999999,
                       "of adam; decay of rmsprop"),
    LUDUS_OPTION_FLOAT(ludus_trainer_config, "train", "epsilon", epsilon, 0, 1,
                       "of adam, beside the root; of rmsprop, under it"),
    LUDUS_OPTION_FLOAT(ludus_trainer_config, "train", "weight_decay", weight_decay, 0, 10,
                       "L2 on convolution and dense weights"),
    LUDUS_OPTION_FLOAT(ludus_trainer_config, "train", "grad_clip", grad_clip, 0, 1e9,
                       "largest global norm of the gradient; 0 = off"),
    LUDUS_OPTION_FLOAT(ludus_trainer_config, "train", "ema_decay", ema_decay, 0, 0.9999999,
                       "averaging of the weights; 0 = off"),
    LUDUS_OPTION_FLOAT(ludus_trainer_config, "train", "norm_momentum", norm_momentum, 0, 1,
                       "share of new statistics in batch norm's running ones"),
    LUDUS_OPTION_ENUM(ludus_trainer_config, "train", "schedule", schedule, schedule_names,
                      "of the learning rate"),
    LUDUS_OPTION_INT64(ludus_trainer_config, "train", "warmup", warmup, 0, 1e12,
                       "steps of linear rise of the learning rate"),
    LUDUS_OPTION_INT64(ludus_trainer_config, "train", "period", period, 0, 1e12,
                       "steps, see schedule"),
    LUDUS_OPTION_FLOAT(ludus_trainer_config, "train", "gamma", gamma, 0, 1,
                       "factor per period, step and exponential schedules"),
    LUDUS_OPTION_FLOAT(ludus_trainer_config, "train", "lr_final", lr_final, 0, 100,
                       "end of the cosine and exponential schedules"),
    LUDUS_OPTION_TEXT(ludus_trainer_config, "train", "freeze", freeze,
                      "comma-separated beginnings of tensor names that stay as they are"),
};
const size_t ludus_trainer_num_options =
    sizeof(ludus_trainer_options) / sizeof(ludus_trainer_options[0]);

ludus_trainer_config ludus_trainer_config_default(void)
{
    return (ludus_trainer_config){
        .batch = 256,
        .shards = 4,
        .threads = 1,
        .precision = LUDUS_PRECISION_F32,
        .optimiser = LUDUS_OPTIMISER_SGD,
        .lr = 0.02f,
        .momentum = 0.9f,
        .beta1 = 0.9f,
        .beta2 = 0.999f,
        .epsilon = 1e-8f,
        .weight_decay = 1e-4f,
        .ema_decay = 0.999f,
        .norm_momentum = 0.1f,
        .schedule = LUDUS_SCHEDULE_CONSTANT,
        .gamma = 0.1f,
    };
}

// What each size of the input has of its own.
typedef struct trainer_shape {
    ludus_net *net, *ema;     // the trainer's for shape 0, else views of them, owned
    ludus_lane *lanes;        // one per thread
    ludus_lane_shared shared; // packed weights, in the order that this size's kernels like
} trainer_shape;

struct ludus_trainer {
    ludus_trainer_config config;
    ludus_net *net; // the caller's
    ludus_net *ema; // NULL when ema_decay is 0
    int64_t steps;
    int32_t num_lanes, num_shapes;
    trainer_shape shapes[LUDUS_TRAINER_MAX_SHAPES];
    ludus_lane_shard *shards; // gradients and losses of each shard
    ludus_parts parts;        // gradient, moments, and what is done with them
};

// ---- Life cycle ------------------------------------------------------------------------------

// A beginning of names that begins none freezes nothing: a misspelt one.
static ludus_status check_freeze(const char *list, const ludus_net *net, ludus_error *error)
{
    const char *prefix;
    size_t length;
    while ((prefix = ludus_freeze_next(&list, &length)) != NULL) {
        size_t i = 0;
        while (i < net->graph.num_tensors &&
               strncmp(net->graph.tensors[i].name, prefix, length) != 0) {
            i++;
        }
        if (i == net->graph.num_tensors) {
            return ludus_fail(error, LUDUS_ERR_ARG,
                              "train.freeze: no tensor's name begins with \"%.*s\"", (int)length,
                              prefix);
        }
    }
    return LUDUS_OK;
}

static ludus_status check_config(const ludus_trainer_config *c, const ludus_net *net,
                                 ludus_error *error)
{
    assert(c->batch >= 1 && c->shards >= 1 && c->threads >= 1);
    if (c->batch % c->shards != 0) {
        return ludus_fail(error, LUDUS_ERR_ARG,
                          "train.batch = %d: must be a multiple of train.shards = %d", c->batch,
                          c->shards);
    }
    if (c->schedule != LUDUS_SCHEDULE_CONSTANT && c->period == 0) {
        return ludus_fail(error, LUDUS_ERR_ARG, "train.schedule = %s: wants a train.period",
                          schedule_names[c->schedule]);
    }
    // Where nothing was ever learned both moments are 0, and 0/0 is no step.
    if (c->optimiser >= LUDUS_OPTIMISER_ADAM && c->epsilon == 0.0f) {
        return ludus_fail(error, LUDUS_ERR_ARG, "train.epsilon = 0: %s wants more",
                          optimiser_names[c->optimiser]);
    }
    return check_freeze(c->freeze, net, error);
}

static ludus_status create_blocks(ludus_trainer *t)
{
    const ludus_graph *g = &t->net->graph;
    t->shards = ludus_alloc((size_t)t->config.shards, sizeof *t->shards);
    if (t->shards == NULL) {
        return LUDUS_ERR_NOMEM;
    }
    for (int32_t i = 0; i < t->config.shards; i++) {
        t->shards[i].gradient = ludus_alloc(g->num_floats, sizeof(float));
        if (t->shards[i].gradient == NULL) {
            return LUDUS_ERR_NOMEM;
        }
    }
    return t->config.ema_decay > 0.0f ? ludus_net_clone(&t->ema, t->net) : LUDUS_OK;
}

static ludus_status init_shape(trainer_shape *s, const ludus_trainer *t, ludus_error *error)
{
    s->lanes = ludus_alloc((size_t)t->num_lanes, sizeof *s->lanes);
    if (s->lanes == NULL) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "trainer: out of memory");
    }
    ludus_status status = LUDUS_OK;
    for (int32_t i = 0; i < t->num_lanes && status == LUDUS_OK; i++) {
        status = ludus_lane_init(&s->lanes[i], s->net, &t->config, error);
    }
    return status == LUDUS_OK ? ludus_lane_shared_init(&s->shared, s->net, &s->lanes[0], error)
                              : status;
}

static void free_shape(trainer_shape *s, const ludus_trainer *t)
{
    if (s->net != NULL) {
        ludus_lane_shared_free(&s->shared, s->net);
    }
    for (int32_t i = 0; s->lanes != NULL && i < t->num_lanes; i++) {
        ludus_lane_free(&s->lanes[i]);
    }
    ludus_free(s->lanes);
    if (s->net != t->net) {
        ludus_net_destroy(s->net);
        ludus_net_destroy(s->ema);
    }
    memset(s, 0, sizeof *s);
}

ludus_status ludus_trainer_create(ludus_trainer **out, ludus_net *net,
                                  const ludus_trainer_config *config, ludus_error *error)
{
    *out = NULL;
    ludus_status status = check_config(config, net, error);
    if (status != LUDUS_OK) {
        return status;
    }
    ludus_trainer *t = ludus_alloc(1, sizeof *t);
    if (t == NULL) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "trainer: out of memory");
    }
    t->config = *config;
    t->net = net;
    t->num_lanes = config->threads < config->shards ? config->threads : config->shards;
    if (create_blocks(t) != LUDUS_OK) {
        status = ludus_fail(error, LUDUS_ERR_NOMEM, "trainer: out of memory");
    }
    if (status == LUDUS_OK) {
        t->shapes[0] = (trainer_shape){.net = net, .ema = t->ema};
        t->num_shapes = 1;
        status = init_shape(&t->shapes[0], t, error);
    }
    if (status == LUDUS_OK && ludus_parts_init(&t->parts, net, t->ema, &t->shapes[0].shared,
                                               t->shards, &t->config) != LUDUS_OK) {
        status = ludus_fail(error, LUDUS_ERR_NOMEM, "trainer: out of memory");
    }
    if (status != LUDUS_OK) {
        ludus_trainer_destroy(t);
        return status;
    }
    *out = t;
    return LUDUS_OK;
}

void ludus_trainer_destroy(ludus_trainer *trainer)
{
    if (trainer == NULL) {
        return;
    }
    ludus_parts_free(&trainer->parts);
    for (int32_t i = trainer->num_shapes - 1; i >= 0; i--) {
        free_shape(&trainer->shapes[i], trainer);
    }
    for (int32_t i = 0; trainer->shards != NULL && i < trainer->config.shards; i++) {
        ludus_free(trainer->shards[i].gradient);
    }
    ludus_net_destroy(trainer->ema);
    ludus_free(trainer->shards);
    ludus_free(trainer);
}

ludus_status ludus_trainer_add_shape(ludus_trainer *trainer, int32_t h, int32_t w, int32_t *shape,
                                     ludus_error *error)
{
    const int32_t index = trainer->num_shapes;
    assert(index < LUDUS_TRAINER_MAX_SHAPES);
    trainer_shape *s = &trainer->shapes[index];
    if (trainer->net->desc.noisy) {
        return ludus_fail(error, LUDUS_ERR_ARG, "trainer: a noisy net learns inputs of one size");
    }
    ludus_status status = ludus_net_view(&s->net, trainer->net, h, w, error);
    if (status == LUDUS_OK && trainer->ema != NULL) {
        status = ludus_net_view(&s->ema, trainer->ema, h, w, error);
    }
    if (status == LUDUS_OK) {
        status = init_shape(s, trainer, error);
    }
    if (status != LUDUS_OK) {
        free_shape(s, trainer);
        return status;
    }
    trainer->num_shapes++;
    *shape = index;
    return LUDUS_OK;
}

// ---- One step --------------------------------------------------------------------------------

static void pack_weights(ludus_trainer *t, trainer_shape *shape)
{
    const int32_t num_nodes = shape->net->graph.num_nodes;
#pragma omp parallel for default(none) shared(t, shape, num_nodes) num_threads(t->num_lanes)       \
    schedule(dynamic, 1)
    for (int32_t i = 0; i < num_nodes; i++) {
        ludus_lane_pack(&shape->lanes[omp_get_thread_num()], &shape->shared, i, t->steps);
    }
}

static void run_shards(ludus_trainer *t, const ludus_batch *batch, float *td_error)
{
    assert(batch->shape >= 0 && batch->shape < t->num_shapes);
    trainer_shape *shape = &t->shapes[batch->shape];
    const int64_t step = t->steps;
    pack_weights(t, shape);
#pragma omp parallel for default(none) shared(t, shape, batch, td_error, step)                     \
    num_threads(t->num_lanes) schedule(dynamic, 1)
    for (int32_t s = 0; s < t->config.shards; s++) {
        ludus_lane_run(&shape->lanes[omp_get_thread_num()], &shape->shared, batch, s, step,
                       &t->shards[s], td_error);
    }
}

static void gather_parts(ludus_trainer *t)
{
#pragma omp parallel for default(none) shared(t) num_threads(t->num_lanes) schedule(static)
    for (int32_t i = 0; i < t->parts.count; i++) {
        ludus_part_gather(&t->parts, i);
    }
}

static void update_parts(ludus_trainer *t, const ludus_part_step *step)
{
#pragma omp parallel for default(none) shared(t, step) num_threads(t->num_lanes) schedule(static)
    for (int32_t i = 0; i < t->parts.count; i++) {
        ludus_part_update(&t->parts, i, step);
    }
}

// Both at once, for when an update does not depend on the norm: each part passes a cache once.
static void gather_and_update_parts(ludus_trainer *t, const ludus_part_step *step)
{
#pragma omp parallel for default(none) shared(t, step) num_threads(t->num_lanes) schedule(static)
    for (int32_t i = 0; i < t->parts.count; i++) {
        ludus_part_gather(&t->parts, i);
        ludus_part_update(&t->parts, i, step);
    }
}

static void fill_stats(const ludus_trainer *t, ludus_train_stats *stats)
{
    memset(stats, 0, sizeof *stats);
    const ludus_net_desc *desc = &t->net->desc;
    for (int32_t h = 0; h < desc->num_heads; h++) {
        double sum = 0.0;
        for (int32_t s = 0; s < t->config.shards; s++) {
            sum += t->shards[s].loss[h];
        }
        stats->loss[h] = (float)(sum / (double)t->config.batch);
        stats->total += stats->loss[h] * desc->heads[h].loss_weight;
    }
    stats->grad_norm = ludus_parts_norm(&t->parts);
    stats->lr = ludus_schedule_lr(&t->config, t->steps);
}

// The average forgets faster at first, so that it is of use from the start (as TensorFlow's
// ExponentialMovingAverage with num_updates).
static float ema_keep(const ludus_trainer *t)
{
    const double steps = (double)(t->steps + 1);
    return (float)fmin((double)t->config.ema_decay, (1.0 + steps) / (10.0 + steps));
}

void ludus_trainer_probe(ludus_trainer *trainer, const ludus_batch *batch, ludus_train_stats *stats)
{
    run_shards(trainer, batch, NULL);
    gather_parts(trainer);
    fill_stats(trainer, stats);
}

void ludus_trainer_step(ludus_trainer *trainer, const ludus_batch *batch, ludus_train_stats *stats,
                        float *td_error)
{
    const float limit = trainer->config.grad_clip;
    ludus_part_step step = {.clip = 1.0f,
                            .lr = ludus_schedule_lr(&trainer->config, trainer->steps),
                            .ema_keep = ema_keep(trainer),
                            .step = trainer->steps};
    run_shards(trainer, batch, td_error);
    if (limit > 0.0f) {
        gather_parts(trainer);
        const float norm = ludus_parts_norm(&trainer->parts);
        step.clip = norm > limit ? limit / norm : 1.0f;
        update_parts(trainer, &step);
    } else {
        gather_and_update_parts(trainer, &step);
    }
    fill_stats(trainer, stats);
    trainer->steps++;
}

int64_t ludus_trainer_steps(const ludus_trainer *trainer)
{
    return trainer->steps;
}

const ludus_net *ludus_trainer_ema(const ludus_trainer *trainer)
{
    return trainer->ema != NULL ? trainer->ema : trainer->net;
}

const ludus_net *ludus_trainer_ema_for(const ludus_trainer *trainer, int32_t shape)
{
    assert(shape >= 0 && shape < trainer->num_shapes);
    const trainer_shape *s = &trainer->shapes[shape];
    return s->ema != NULL ? s->ema : s->net;
}

const float *ludus_trainer_gradient(const ludus_trainer *trainer, size_t tensor)
{
    const ludus_tensor *t = &trainer->net->graph.tensors[tensor];
    return t->trainable ? trainer->parts.gradient + (t->data - trainer->net->params) : NULL;
}

// ---- Checkpoints -----------------------------------------------------------------------------

void ludus_trainer_save(const ludus_trainer *trainer, ludus_buffer *out)
{
    const size_t bytes = trainer->net->graph.num_floats * sizeof(float);
    ludus_buffer_put_u64(out, trainer->net->graph.num_floats);
    ludus_buffer_put_u64(out, (uint64_t)trainer->steps);
    ludus_buffer_put_u32(out, trainer->ema != NULL);
    ludus_buffer_put(out, trainer->parts.m, bytes);
    ludus_buffer_put(out, trainer->parts.v, bytes);
    if (trainer->ema != NULL) {
        ludus_buffer_put(out, trainer->ema->params, bytes);
    }
}

ludus_status ludus_trainer_load(ludus_trainer *trainer, ludus_cursor *in, ludus_error *error)
{
    const size_t bytes = trainer->net->graph.num_floats * sizeof(float);
    const uint64_t num_floats = ludus_cursor_u64(in);
    const uint64_t steps = ludus_cursor_u64(in);
    const uint32_t has_ema = ludus_cursor_u32(in);
    if (in->failed || num_floats != trainer->net->graph.num_floats || steps > INT64_MAX ||
        has_ema != (trainer->ema != NULL)) {
        return ludus_fail(error, LUDUS_ERR_FORMAT, "the optimiser's state is for another net");
    }
    const uint8_t *m = ludus_cursor_skip(in, bytes);
    const uint8_t *v = ludus_cursor_skip(in, bytes);
    const uint8_t *ema = has_ema ? ludus_cursor_skip(in, bytes) : v;
    if (m == NULL || v == NULL || ema == NULL) {
        return ludus_fail(error, LUDUS_ERR_FORMAT, "the optimiser's state is cut short");
    }
    memcpy(trainer->parts.m, m, bytes);
    memcpy(trainer->parts.v, v, bytes);
    if (has_ema) {
        memcpy(trainer->ema->params, ema, bytes);
    }
    trainer->steps = (int64_t)steps;
    return LUDUS_OK;
}
