#include "selfplay/pqn_learner.h"

#include <omp.h>
#include <string.h>

#include "selfplay/q_core.h"

typedef struct pqn_config {
    float lambda;
    int32_t epochs;
} pqn_config;

static const ludus_option pqn_options[] = {
    LUDUS_OPTION_FLOAT(pqn_config, "learn", "lambda", lambda, 0, 1,
                       "0: one-step targets, 1: whole returns"),
    LUDUS_OPTION_INT32(pqn_config, "learn", "epochs", epochs, 1, 100,
                       "times that every step of a phase is learned"),
};
#define NUM_PQN_OPTIONS (sizeof(pqn_options) / sizeof(pqn_options[0]))

typedef struct pqn_learner {
    ludus_q_core core;
    pqn_config config;
    int64_t phases; // learned from, in the run: names the shuffles
    int32_t rows;   // of a phase, W*T
    size_t cells;   // floats per observation
    int32_t *order; // [rows]
    float *returns; // [rows]
    // One minibatch
    float *in, *target;
    int32_t *action;
} pqn_learner;

void ludus_lambda_returns(int32_t steps, float gamma, float lambda, const float *reward,
                          const uint8_t *end, const float *value, const float *cut_value,
                          float *returns)
{
    float next = value[steps]; // return of the step after
    for (int32_t t = steps - 1; t >= 0; t--) {
        float after = (1.0f - lambda) * value[t + 1] + lambda * next;
        if (end[t] == LUDUS_STEP_TERMINATED) {
            after = 0.0f;
        } else if (end[t] == LUDUS_STEP_TRUNCATED) {
            after = cut_value[t];
        }
        next = reward[t] + gamma * after;
        returns[t] = next;
    }
}

// ---- Life cycle ------------------------------------------------------------------------------

static void pqn_destroy(void *self)
{
    pqn_learner *l = self;
    ludus_q_core_free(&l->core);
    ludus_free(l->order);
    ludus_free(l->returns);
    ludus_free(l->in);
    ludus_free(l->target);
    ludus_free(l->action);
    ludus_free(l);
}

static ludus_status create_arrays(pqn_learner *l, ludus_error *error)
{
    const ludus_q_core_config *c = &l->core.config;
    const size_t batch = (size_t)c->train.batch;
    l->rows = c->actors.worlds * c->actors.steps;
    if (l->rows % c->train.batch != 0) {
        return ludus_fail(error, LUDUS_ERR_ARG,
                          "train.batch = %d: must divide actors.worlds * actors.steps = %d",
                          c->train.batch, l->rows);
    }
    l->cells = ludus_env_obs_cells(&l->core.spec);
    l->order = ludus_alloc((size_t)l->rows, sizeof *l->order);
    l->returns = ludus_alloc((size_t)l->rows, sizeof *l->returns);
    l->in = ludus_alloc(batch * l->cells, sizeof *l->in);
    l->target = ludus_alloc(batch, sizeof *l->target);
    l->action = ludus_alloc(batch, sizeof *l->action);
    if (!l->order || !l->returns || !l->in || !l->target || !l->action) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "learner: out of memory");
    }
    return LUDUS_OK;
}

static ludus_status read_recipe(ludus_q_core_config *core, pqn_config *config, ludus_config *recipe,
                                ludus_error *error)
{
    *core = ludus_q_core_config_default();
    core->actors = (ludus_actors_config){.worlds = 128, .batch = 32, .steps = 32};
    *config = (pqn_config){.lambda = 0.65f, .epochs = 2};
    ludus_status status = ludus_q_core_read(core, recipe, error);
    if (status == LUDUS_OK) {
        status = ludus_config_apply(recipe, pqn_options, NUM_PQN_OPTIONS, config, error);
    }
    if (status == LUDUS_OK && core->q.kind != LUDUS_Q_SCALAR) {
        status = ludus_fail(error, LUDUS_ERR_ARG, "q.kind: pqn learns scalar values only");
    }
    core->train.loss[0] = LUDUS_LOSS_MSE;
    return status;
}

static ludus_status pqn_read(ludus_config *recipe, ludus_error *error)
{
    ludus_q_core_config core;
    pqn_config config;
    return read_recipe(&core, &config, recipe, error);
}

static ludus_status pqn_create(void **self, ludus_config *recipe, const char *folder,
                               int32_t threads, ludus_error *error)
{
    *self = NULL;
    (void)folder; // nothing of this agent's grows
    pqn_learner *l = ludus_alloc(1, sizeof *l);
    if (l == NULL) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "learner: out of memory");
    }
    ludus_q_core_config config;
    ludus_status status = read_recipe(&config, &l->config, recipe, error);
    if (status == LUDUS_OK) {
        status = ludus_q_core_init(&l->core, &config, threads, error);
    }
    if (status == LUDUS_OK) {
        status = create_arrays(l, error);
    }
    if (status != LUDUS_OK) {
        pqn_destroy(l);
        return status;
    }
    *self = l;
    return LUDUS_OK;
}

// ---- One iteration ---------------------------------------------------------------------------

static void compute_returns(pqn_learner *l, const ludus_rollout *r)
{
    const size_t steps = (size_t)r->steps;
    float scaled[4096];
    for (size_t w = 0; w < (size_t)r->worlds; w++) {
        for (size_t t = 0; t < steps; t++) {
            scaled[t] = l->core.config.reward_scale * r->reward[w * steps + t];
        }
        ludus_lambda_returns(r->steps, l->core.config.gamma, l->config.lambda, scaled,
                             r->end + w * steps, r->value + w * (steps + 1),
                             r->cut_value + w * steps, l->returns + w * steps);
    }
}

static void fill_batch(pqn_learner *l, const ludus_rollout *r, int32_t first)
{
    const ludus_env_spec *spec = &l->core.spec;
    const int32_t batch = l->core.config.train.batch, steps = r->steps;
#pragma omp parallel for default(none) shared(l, r, first, spec, batch, steps)                     \
    num_threads(l->core.threads) schedule(static)
    for (int32_t i = 0; i < batch; i++) {
        const int32_t at = l->order[first + i], w = at / steps, t = at % steps;
        const size_t obs = ((size_t)w * ((size_t)steps + 1) + (size_t)t) * r->packed_bytes;
        ludus_env_packed_to_floats(spec, r->obs + obs, l->in + (size_t)i * l->cells);
        l->target[i] = l->returns[at];
        l->action[i] = r->action[at];
    }
}

static void learn(pqn_learner *l, const ludus_rollout *r, ludus_q_means *means)
{
    ludus_rng rng;
    const double start = ludus_clock();
    double filling = 0.0;
    compute_returns(l, r);
    ludus_rng_init(&rng, ludus_mix64(l->core.config.seed + 3), (uint64_t)l->phases);
    for (int32_t epoch = 0; epoch < l->config.epochs; epoch++) {
        for (int32_t i = 0; i < l->rows; i++) {
            l->order[i] = i;
        }
        ludus_rng_shuffle(&rng, l->order, l->rows);
        for (int32_t first = 0; first < l->rows; first += l->core.config.train.batch) {
            ludus_train_stats stats;
            const double before = ludus_clock();
            fill_batch(l, r, first);
            filling += ludus_clock() - before;
            const ludus_batch batch = {.in = l->in, .target = {l->target}, .action = l->action};
            ludus_trainer_step(l->core.trainer, &batch, &stats, NULL);
            ludus_q_means_add(means, &stats);
        }
    }
    l->phases++;
    means->sample_seconds += filling;
    means->train_seconds += ludus_clock() - start - filling;
}

static ludus_status pqn_iterate(void *self, ludus_report *report, ludus_error *error)
{
    (void)error;
    pqn_learner *l = self;
    ludus_q_means means = {0};
    const int64_t until = ludus_q_core_frames(&l->core) + l->core.config.frames;
    while (ludus_q_core_frames(&l->core) < until) {
        const ludus_rollout *rollout = ludus_q_core_act(&l->core, l->core.net, &means);
        learn(l, rollout, &means);
    }
    ludus_q_core_report(&l->core, &means, report);
    return LUDUS_OK;
}

static ludus_status pqn_measure(void *self, ludus_report *report, ludus_error *error)
{
    const pqn_learner *l = self;
    return ludus_q_core_measure(&l->core, report, error);
}

static const ludus_net *pqn_net(const void *self)
{
    const pqn_learner *l = self;
    return ludus_trainer_ema(l->core.trainer);
}

static void pqn_save(const void *self, ludus_buffer *out)
{
    const pqn_learner *l = self;
    ludus_buffer_put_u64(out, (uint64_t)l->phases);
    ludus_q_core_save(&l->core, out);
}

static ludus_status pqn_load(void *self, ludus_cursor *in, ludus_error *error)
{
    pqn_learner *l = self;
    l->phases = (int64_t)ludus_cursor_u64(in);
    return ludus_q_core_load(&l->core, in, error);
}

const ludus_learner_ops ludus_pqn_learner_ops = {
    .agent = "pqn",
    .create = pqn_create,
    .read = pqn_read,
    .destroy = pqn_destroy,
    .iterate = pqn_iterate,
    .measure = pqn_measure,
    .save = pqn_save,
    .load = pqn_load,
    .net = pqn_net,
    .describe = ludus_q_core_describe,
};
