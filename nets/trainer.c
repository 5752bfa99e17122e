#include "nets/trainer.h"

#include <assert.h>
#include <math.h>
#include <omp.h>
#include <string.h>

#include "nets/noise.h"
#include "nets/optimiser.h"
#include "nets/trainer_lane.h"

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
    LUDUS_OPTION_FLOAT(ludus_trainer_config, "train", "beta2", beta2, 0, 0.99999999,
                       "of adam; decay of rmsprop"),
    LUDUS_OPTION_FLOAT(ludus_trainer_config, "train", "epsilon", epsilon, 0, 1,
                       "of adam and rmsprop"),
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

typedef struct tensor_role {
    bool frozen;
    bool is_sigma;
    int32_t sigma; // of a noisy layer's mean: the tensor of its sigma, else -1
    int32_t node;  // that layer
    float decay;
} tensor_role;

struct ludus_trainer {
    ludus_trainer_config config;
    ludus_net *net; // the caller's
    ludus_net *ema; // NULL when ema_decay is 0
    int64_t steps;
    int32_t num_lanes;
    ludus_lane *lanes;        // one per thread
    ludus_lane_shared shared; // packed weights
    ludus_lane_shard *shards; // gradients and losses of each shard
    float *gradient;          // sum over shards, as the parameter block
    float *m, *v;             // moments, as the parameter block
    tensor_role *roles;       // per tensor
    double *square;           // per tensor: sum of squared gradients
};

// ---- Life cycle ------------------------------------------------------------------------------

static bool is_frozen(const char *prefixes, const char *name)
{
    const char *p = prefixes;
    while (*p != '\0') {
        const size_t length = strcspn(p, ",");
        if (length > 0 && strncmp(name, p, length) == 0) {
            return true;
        }
        p += length + (p[length] == ',');
    }
    return false;
}

static ludus_status check_config(const ludus_trainer_config *c, ludus_error *error)
{
    if (c->batch < 1 || c->shards < 1 || c->threads < 1 || c->batch % c->shards != 0) {
        return ludus_fail(error, LUDUS_ERR_ARG,
                          "train.batch = %d: must be a multiple of train.shards = %d", c->batch,
                          c->shards);
    }
    return LUDUS_OK;
}

static void fill_roles(ludus_trainer *t)
{
    const ludus_graph *g = &t->net->graph;
    for (size_t i = 0; i < g->num_tensors; i++) {
        t->roles[i] = (tensor_role){
            .frozen = is_frozen(t->config.freeze, g->tensors[i].name),
            .sigma = -1,
            .decay = g->tensors[i].rank > 1 ? t->config.weight_decay : 0.0f,
        };
    }
    for (int32_t i = 0; i < g->num_nodes; i++) {
        const ludus_node *node = &g->nodes[i];
        for (int k = 0; ludus_noise_is_on(node) && k < 2; k++) {
            tensor_role *mean = &t->roles[node->param[k]], *sigma = &t->roles[node->param[k + 2]];
            mean->sigma = node->param[k + 2];
            mean->node = i;
            sigma->is_sigma = true;
            sigma->decay = 0.0f;
        }
    }
}

static ludus_status create_blocks(ludus_trainer *t)
{
    const ludus_graph *g = &t->net->graph;
    t->gradient = ludus_alloc(g->num_floats, sizeof *t->gradient);
    t->m = ludus_alloc(g->num_floats, sizeof *t->m);
    t->v = ludus_alloc(g->num_floats, sizeof *t->v);
    t->roles = ludus_alloc(g->num_tensors, sizeof *t->roles);
    t->square = ludus_alloc(g->num_tensors, sizeof *t->square);
    t->shards = ludus_alloc((size_t)t->config.shards, sizeof *t->shards);
    t->lanes = ludus_alloc((size_t)t->num_lanes, sizeof *t->lanes);
    if (!t->gradient || !t->m || !t->v || !t->roles || !t->square || !t->shards || !t->lanes) {
        return LUDUS_ERR_NOMEM;
    }
    for (int32_t i = 0; i < t->config.shards; i++) {
        t->shards[i].gradient = ludus_alloc(g->num_floats, sizeof(float));
        if (t->shards[i].gradient == NULL) {
            return LUDUS_ERR_NOMEM;
        }
    }
    fill_roles(t);
    return t->config.ema_decay > 0.0f ? ludus_net_clone(&t->ema, t->net) : LUDUS_OK;
}

ludus_status ludus_trainer_create(ludus_trainer **out, ludus_net *net,
                                  const ludus_trainer_config *config, ludus_error *error)
{
    *out = NULL;
    ludus_status status = check_config(config, error);
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
    for (int32_t i = 0; i < t->num_lanes && status == LUDUS_OK; i++) {
        status = ludus_lane_init(&t->lanes[i], net, &t->config, error);
    }
    if (status == LUDUS_OK) {
        status = ludus_lane_shared_init(&t->shared, net, &t->lanes[0], error);
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
    ludus_lane_shared_free(&trainer->shared, trainer->net);
    for (int32_t i = 0; trainer->lanes != NULL && i < trainer->num_lanes; i++) {
        ludus_lane_free(&trainer->lanes[i]);
    }
    for (int32_t i = 0; trainer->shards != NULL && i < trainer->config.shards; i++) {
        ludus_free(trainer->shards[i].gradient);
    }
    ludus_net_destroy(trainer->ema);
    ludus_free(trainer->lanes);
    ludus_free(trainer->shards);
    ludus_free(trainer->gradient);
    ludus_free(trainer->m);
    ludus_free(trainer->v);
    ludus_free(trainer->roles);
    ludus_free(trainer->square);
    ludus_free(trainer);
}

// ---- One step --------------------------------------------------------------------------------

static size_t tensor_count(const ludus_tensor *t)
{
    size_t count = 1;
    for (int32_t i = 0; i < t->rank; i++) {
        count *= (size_t)t->shape[i];
    }
    return count;
}

static void pack_weights(ludus_trainer *t)
{
    const int32_t num_nodes = t->net->graph.num_nodes;
#pragma omp parallel for default(none) shared(t, num_nodes) num_threads(t->num_lanes)              \
    schedule(dynamic, 1)
    for (int32_t i = 0; i < num_nodes; i++) {
        ludus_lane_pack(&t->lanes[omp_get_thread_num()], &t->shared, i, t->steps);
    }
}

static void run_shards(ludus_trainer *t, const ludus_batch *batch, float *td_error)
{
    const int64_t step = t->steps;
#pragma omp parallel for default(none) shared(t, batch, td_error, step) num_threads(t->num_lanes)  \
    schedule(dynamic, 1)
    for (int32_t s = 0; s < t->config.shards; s++) {
        ludus_lane_run(&t->lanes[omp_get_thread_num()], &t->shared, batch, s, step, &t->shards[s],
                       td_error);
    }
}

static float *gradient_of(const ludus_trainer *t, size_t tensor)
{
    return t->gradient + (t->net->graph.tensors[tensor].data - t->net->params);
}

// Adds the shards' gradients of a tensor in shard order.
static void add_shards(ludus_trainer *t, size_t tensor)
{
    float *sum = gradient_of(t, tensor);
    const size_t first = (size_t)(sum - t->gradient);
    const size_t n = tensor_count(&t->net->graph.tensors[tensor]);
    memcpy(sum, t->shards[0].gradient + first, n * sizeof *sum);
    for (int32_t s = 1; s < t->config.shards; s++) {
        const float *part = t->shards[s].gradient + first;
#pragma omp simd
        for (size_t k = 0; k < n; k++) {
            sum[k] += part[k];
        }
    }
}

static void add_squares(ludus_trainer *t, size_t tensor)
{
    const float *sum = gradient_of(t, tensor);
    const size_t n = tensor_count(&t->net->graph.tensors[tensor]);
    double square = 0.0;
    for (size_t k = 0; k < n; k++) {
        square += (double)sum[k] * (double)sum[k];
    }
    const bool counts = t->net->graph.tensors[tensor].trainable && !t->roles[tensor].frozen;
    t->square[tensor] = counts ? square : 0.0;
}

// All shards have the same noise, so a sigma's gradient follows from the sum of its mean's.
static void make_sigma_gradient(ludus_trainer *t, size_t mean)
{
    const tensor_role *role = &t->roles[mean];
    const ludus_tensor *tensor = &t->net->graph.tensors[mean];
    const ludus_lane_noise *noise = &t->shared.noise[role->node];
    const bool is_bias = tensor->rank == 1;
    const float one = 1.0f;
    ludus_noise_backward((size_t)tensor->shape[0], is_bias ? 1 : (size_t)tensor->shape[1],
                         gradient_of(t, mean), noise->out, is_bias ? &one : noise->in,
                         gradient_of(t, (size_t)role->sigma));
}

// The batch's gradient, tensor by tensor; also the squares for the norm.
static void add_gradients(ludus_trainer *t)
{
    const size_t num_tensors = t->net->graph.num_tensors;
#pragma omp parallel for default(none) shared(t, num_tensors) num_threads(t->num_lanes)            \
    schedule(dynamic, 1)
    for (size_t i = 0; i < num_tensors; i++) {
        if (t->roles[i].is_sigma) {
            continue; // with its mean
        }
        add_shards(t, i);
        add_squares(t, i);
        if (t->roles[i].sigma >= 0) {
            make_sigma_gradient(t, i);
            add_squares(t, (size_t)t->roles[i].sigma);
        }
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
    double square = 0.0;
    for (size_t i = 0; i < t->net->graph.num_tensors; i++) {
        square += t->square[i];
    }
    stats->grad_norm = (float)sqrt(square);
    stats->lr = ludus_schedule_lr(&t->config, t->steps);
}

// Running statistics: the shards' mean, mixed in.
static void update_statistics(const ludus_trainer *t, const ludus_tensor *tensor, size_t first)
{
    const float share = t->config.norm_momentum, scale = 1.0f / (float)t->config.shards;
    const size_t n = tensor_count(tensor);
    for (size_t k = 0; k < n; k++) {
        tensor->data[k] += share * (t->gradient[first + k] * scale - tensor->data[k]);
    }
}

static void update_weights(ludus_trainer *t, const ludus_train_stats *stats)
{
    const ludus_graph *g = &t->net->graph;
    const float limit = t->config.grad_clip;
    const float clip = limit > 0.0f && stats->grad_norm > limit ? limit / stats->grad_norm : 1.0f;
    const float lr = stats->lr;
    const size_t num_tensors = g->num_tensors;
#pragma omp parallel for default(none) shared(t, g, clip, lr, num_tensors)                         \
    num_threads(t->num_lanes) schedule(dynamic, 1)
    for (size_t i = 0; i < num_tensors; i++) {
        const ludus_tensor *tensor = &g->tensors[i];
        const size_t first = (size_t)(tensor->data - t->net->params);
        if (t->roles[i].frozen) {
            continue;
        }
        if (!tensor->trainable) {
            update_statistics(t, tensor, first);
            continue;
        }
        const ludus_update update = {
            .count = tensor_count(tensor),
            .w = tensor->data,
            .g = t->gradient + first,
            .m = t->m + first,
            .v = t->v + first,
            .clip = clip,
            .decay = t->roles[i].decay,
            .lr = lr,
            .step = t->steps,
        };
        ludus_optimiser_update(&t->config, &update);
    }
}

// The average forgets faster at first, so that it is of use from the start (as TensorFlow's
// ExponentialMovingAverage with num_updates).
static void update_ema(ludus_trainer *t)
{
    if (t->ema == NULL) {
        return;
    }
    const double early = (1.0 + (double)t->steps) / (10.0 + (double)t->steps);
    const float keep = (float)fmin((double)t->config.ema_decay, early);
    const size_t n = t->net->graph.num_floats;
    float *ema = t->ema->params;
    const float *now = t->net->params;
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        ema[i] = keep * ema[i] + (1.0f - keep) * now[i];
    }
}

void ludus_trainer_probe(ludus_trainer *trainer, const ludus_batch *batch, ludus_train_stats *stats)
{
    pack_weights(trainer);
    run_shards(trainer, batch, NULL);
    add_gradients(trainer);
    fill_stats(trainer, stats);
}

void ludus_trainer_step(ludus_trainer *trainer, const ludus_batch *batch, ludus_train_stats *stats,
                        float *td_error)
{
    pack_weights(trainer);
    run_shards(trainer, batch, td_error);
    add_gradients(trainer);
    fill_stats(trainer, stats);
    update_weights(trainer, stats);
    trainer->steps++;
    update_ema(trainer);
}

int64_t ludus_trainer_steps(const ludus_trainer *trainer)
{
    return trainer->steps;
}

const ludus_net *ludus_trainer_ema(const ludus_trainer *trainer)
{
    return trainer->ema != NULL ? trainer->ema : trainer->net;
}

const float *ludus_trainer_gradient(const ludus_trainer *trainer, size_t tensor)
{
    const ludus_tensor *t = &trainer->net->graph.tensors[tensor];
    return t->trainable ? trainer->gradient + (t->data - trainer->net->params) : NULL;
}

// ---- Checkpoints -----------------------------------------------------------------------------

void ludus_trainer_save(const ludus_trainer *trainer, ludus_buffer *out)
{
    const size_t bytes = trainer->net->graph.num_floats * sizeof(float);
    ludus_buffer_put_u64(out, trainer->net->graph.num_floats);
    ludus_buffer_put_u64(out, (uint64_t)trainer->steps);
    ludus_buffer_put_u32(out, trainer->ema != NULL);
    ludus_buffer_put(out, trainer->m, bytes);
    ludus_buffer_put(out, trainer->v, bytes);
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
    memcpy(trainer->m, m, bytes);
    memcpy(trainer->v, v, bytes);
    if (has_ema) {
        memcpy(trainer->ema->params, ema, bytes);
    }
    trainer->steps = (int64_t)steps;
    return LUDUS_OK;
}
