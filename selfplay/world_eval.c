#include "selfplay/world_eval.h"

#include <assert.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#define BATCH 16 // worlds per net evaluation
#define RESAMPLES 10000
#define BOOTSTRAP_SEED 5u
#define EVAL_SALT 0x6576616cu // keeps these streams apart from those of training

// One world that plays episode after episode.
typedef struct seat {
    ludus_env env;
    ludus_rng rng;
    int32_t episode; // -1: nothing left to play
    double score;
    int32_t length;
} seat;

typedef struct worker {
    ludus_q_policy *policy;
    seat seats[BATCH];
    uint8_t *obs; // packed
} worker;

typedef struct measurement {
    const ludus_world_eval_config *config;
    double *score;   // [episodes]
    int32_t *length; // [episodes]
    bool *cut;       // [episodes]
    int32_t next;    // episode not begun yet
} measurement;

static ludus_status create_worker(worker *w, const char *world, const ludus_env_config *env,
                                  const ludus_q_config *q, const ludus_net *net, ludus_error *error)
{
    for (int32_t i = 0; i < BATCH; i++) {
        const ludus_status status = ludus_env_open(&w->seats[i].env, world, env, error);
        if (status != LUDUS_OK) {
            return status;
        }
    }
    w->obs = ludus_alloc(1, ludus_env_packed_bytes(&w->seats[0].env.spec));
    if (w->obs == NULL) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "eval: out of memory");
    }
    return ludus_q_policy_create(&w->policy, net, &w->seats[0].env.spec, q, BATCH, error);
}

static void free_worker(worker *w)
{
    for (int32_t i = 0; i < BATCH; i++) {
        ludus_env_close(&w->seats[i].env);
    }
    ludus_q_policy_destroy(w->policy);
    ludus_free(w->obs);
}

uint64_t ludus_world_eval_seed(uint64_t seed, int32_t episode)
{
    return ludus_mix64(ludus_mix64(seed + EVAL_SALT) ^ ludus_mix64((uint64_t)episode));
}

static void begin_episode(measurement *m, seat *s)
{
    int32_t episode;
#pragma omp atomic capture
    episode = m->next++;
    s->episode = episode < m->config->episodes ? episode : -1;
    s->score = 0.0;
    s->length = 0;
    if (s->episode >= 0) {
        ludus_env_reset(&s->env, ludus_world_eval_seed(m->config->seed, episode));
        ludus_rng_init(&s->rng, ludus_mix64(m->config->seed + 1), (uint64_t)episode);
    }
}

static void step_seat(measurement *m, seat *s, const float *q)
{
    ludus_env_result result;
    const int32_t action = ludus_q_choose(s->env.spec.num_actions, q, m->config->epsilon, &s->rng);
    ludus_env_step(&s->env, action, &result);
    s->score += (double)result.raw_reward;
    s->length++;
    const bool cut = m->config->max_steps > 0 && s->length >= m->config->max_steps;
    if (result.game_over || cut) {
        m->score[s->episode] = s->score;
        m->length[s->episode] = s->length;
        m->cut[s->episode] = !result.game_over;
        begin_episode(m, s);
    } else if (s->env.over) { // a life
        ludus_env_restart(&s->env);
    }
}

static void run_worker(measurement *m, worker *w)
{
    for (int32_t i = 0; i < BATCH; i++) {
        begin_episode(m, &w->seats[i]);
    }
    for (;;) {
        seat *playing[BATCH];
        int32_t n = 0;
        for (int32_t i = 0; i < BATCH; i++) {
            if (w->seats[i].episode >= 0) {
                ludus_env_observe_packed(&w->seats[i].env, w->obs);
                ludus_q_policy_set(w->policy, n, w->obs);
                playing[n++] = &w->seats[i];
            }
        }
        if (n == 0) {
            return;
        }
        const float *q = ludus_q_policy_run(w->policy, n);
        for (int32_t i = 0; i < n; i++) {
            step_seat(m, playing[i], q + (size_t)i * (size_t)playing[i]->env.spec.num_actions);
        }
    }
}

// ---- Statistics ------------------------------------------------------------------------------

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void bootstrap(const double *scores, int32_t n, double *low, double *high)
{
    double *means = ludus_alloc(RESAMPLES, sizeof *means);
    ludus_rng rng;
    *low = *high = scores[0];
    if (means == NULL) {
        return;
    }
    ludus_rng_init(&rng, BOOTSTRAP_SEED, 0);
    for (int32_t r = 0; r < RESAMPLES; r++) {
        double sum = 0.0;
        for (int32_t i = 0; i < n; i++) {
            sum += scores[ludus_rng_below(&rng, (uint32_t)n)];
        }
        means[r] = sum / (double)n;
    }
    qsort(means, RESAMPLES, sizeof *means, compare);
    *low = means[RESAMPLES / 40];
    *high = means[RESAMPLES - 1 - RESAMPLES / 40];
    ludus_free(means);
}

static void summarise(const measurement *m, ludus_world_eval_result *out)
{
    const int32_t n = m->config->episodes;
    for (int32_t i = 0; i < n; i++) {
        out->mean += m->score[i] / (double)n;
        out->mean_length += (double)m->length[i] / (double)n;
        out->cut += m->cut[i];
    }
    out->episodes = n;
    bootstrap(m->score, n, &out->low, &out->high);
    qsort(m->score, (size_t)n, sizeof *m->score, compare);
    out->min = m->score[0];
    out->median = 0.5 * (m->score[(n - 1) / 2] + m->score[n / 2]);
    out->max = m->score[n - 1];
}

// ---- Measuring -------------------------------------------------------------------------------

ludus_world_eval_config ludus_world_eval_config_default(void)
{
    return (ludus_world_eval_config){
        .episodes = 30, .epsilon = 0.001f, .max_steps = 27000, .seed = 1, .threads = 1};
}

static ludus_status measure(measurement *m, worker *workers, int32_t threads,
                            ludus_world_eval_result *out, ludus_error *error)
{
    const size_t n = (size_t)m->config->episodes;
    const double start = ludus_clock();
    m->score = ludus_alloc(n, sizeof *m->score);
    m->length = ludus_alloc(n, sizeof *m->length);
    m->cut = ludus_alloc(n, sizeof *m->cut);
    if (!m->score || !m->length || !m->cut) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "eval: out of memory");
    }
#pragma omp parallel for default(none) shared(m, workers, threads) num_threads(threads)            \
    schedule(static, 1)
    for (int32_t i = 0; i < threads; i++) {
        run_worker(m, &workers[i]);
    }
    summarise(m, out);
    out->seconds = ludus_clock() - start;
    return LUDUS_OK;
}

ludus_status ludus_world_eval(const char *world, const ludus_env_config *env,
                              const ludus_q_config *q, const ludus_net *net,
                              const ludus_world_eval_config *config, ludus_world_eval_result *out,
                              ludus_error *error)
{
    assert(config->episodes >= 1 && config->threads >= 1);
    measurement m = {.config = config};
    memset(out, 0, sizeof *out);
    const int32_t useful = (config->episodes + BATCH - 1) / BATCH;
    const int32_t threads = config->threads < useful ? config->threads : useful;
    worker *workers = ludus_alloc((size_t)threads, sizeof *workers);
    ludus_status status =
        workers != NULL ? LUDUS_OK : ludus_fail(error, LUDUS_ERR_NOMEM, "eval: out of memory");
    for (int32_t i = 0; i < threads && status == LUDUS_OK; i++) {
        status = create_worker(&workers[i], world, env, q, net, error);
    }
    if (status == LUDUS_OK) {
        status = measure(&m, workers, threads, out, error);
    }
    for (int32_t i = 0; i < threads && workers != NULL; i++) {
        free_worker(&workers[i]);
    }
    ludus_free(workers);
    ludus_free(m.score);
    ludus_free(m.length);
    ludus_free(m.cut);
    return status;
}
