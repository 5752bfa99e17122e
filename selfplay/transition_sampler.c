#include "selfplay/transition_sampler.h"

#include <assert.h>
#include <omp.h>

typedef struct worker {
    ludus_replay_reader *reader;
    ludus_error error; // of the first row that failed on this thread
    bool failed;
} worker;

struct ludus_transition_sampler {
    const ludus_replay *replay;
    ludus_piece_format format;
    ludus_transition_sampler_config config;
    size_t obs_bytes; // S*F
    worker *workers;  // [threads]
    uint8_t *obs, *next;
    ludus_transition *row;
    int64_t *item;
    float *weight;
};

static ludus_status create_arrays(ludus_transition_sampler *s)
{
    const size_t rows = (size_t)s->config.batch;
    s->workers = ludus_alloc((size_t)s->config.threads, sizeof *s->workers);
    s->obs = ludus_alloc(rows, s->obs_bytes);
    s->next = ludus_alloc(rows, s->obs_bytes);
    s->row = ludus_alloc(rows, sizeof *s->row);
    s->item = ludus_alloc(rows, sizeof *s->item);
    s->weight = ludus_alloc(rows, sizeof *s->weight);
    if (!s->workers || !s->obs || !s->next || !s->row || !s->item || !s->weight) {
        return LUDUS_ERR_NOMEM;
    }
    for (int32_t i = 0; i < s->config.threads; i++) {
        if (ludus_replay_reader_create(&s->workers[i].reader, s->replay) != LUDUS_OK) {
            return LUDUS_ERR_NOMEM;
        }
    }
    return LUDUS_OK;
}

ludus_status ludus_transition_sampler_create(ludus_transition_sampler **out,
                                             const ludus_replay *replay,
                                             const ludus_piece_format *format,
                                             const ludus_transition_sampler_config *config,
                                             ludus_error *error)
{
    *out = NULL;
    ludus_transition_sampler *s = ludus_alloc(1, sizeof *s);
    if (s == NULL) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "sampler: out of memory");
    }
    s->replay = replay;
    s->format = *format;
    s->config = *config;
    s->obs_bytes = (size_t)format->stack * format->frame_bytes;
    if (create_arrays(s) != LUDUS_OK) {
        ludus_transition_sampler_destroy(s);
        return ludus_fail(error, LUDUS_ERR_NOMEM, "sampler: out of memory");
    }
    *out = s;
    return LUDUS_OK;
}

void ludus_transition_sampler_destroy(ludus_transition_sampler *sampler)
{
    if (sampler == NULL) {
        return;
    }
    for (int32_t i = 0; sampler->workers != NULL && i < sampler->config.threads; i++) {
        ludus_replay_reader_destroy(sampler->workers[i].reader);
    }
    ludus_free(sampler->workers);
    ludus_free(sampler->obs);
    ludus_free(sampler->next);
    ludus_free(sampler->row);
    ludus_free(sampler->item);
    ludus_free(sampler->weight);
    ludus_free(sampler);
}

static void choose_items(ludus_transition_sampler *s, int64_t step,
                         const ludus_sum_tree *priorities, int64_t capacity, float beta)
{
    ludus_rng rng;
    const int64_t first = ludus_replay_first(s->replay), end = ludus_replay_end(s->replay);
    ludus_rng_init(&rng, s->config.seed, (uint64_t)step);
    if (priorities == NULL) {
        for (int32_t i = 0; i < s->config.batch; i++) {
            s->item[i] = first + ludus_rng_below(&rng, (uint32_t)(end - first));
        }
        return;
    }
    ludus_sum_tree_sample(priorities, &rng, s->config.batch, beta, s->item, s->weight);
    for (int32_t i = 0; i < s->config.batch; i++) {
        // The one held item of this leaf: first <= item < end <= first + capacity.
        const int64_t offset = (s->item[i] - first % capacity + capacity) % capacity;
        s->item[i] = first + offset;
        assert(s->item[i] < end);
    }
}

static ludus_status read_row(ludus_transition_sampler *s, worker *w, int32_t i)
{
    ludus_replay_found found;
    const ludus_status status = ludus_replay_find(w->reader, s->item[i], &found, &w->error);
    if (status != LUDUS_OK) {
        return status;
    }
    if (!ludus_piece_read(&s->format, found.bytes, found.size, found.index, s->config.gamma,
                          s->obs + (size_t)i * s->obs_bytes, s->next + (size_t)i * s->obs_bytes,
                          &s->row[i]) ||
        s->row[i].action >= s->config.num_actions) {
        return ludus_fail(&w->error, LUDUS_ERR_FORMAT, "replay: a damaged piece of an episode");
    }
    return LUDUS_OK;
}

ludus_status ludus_transition_sampler_draw(ludus_transition_sampler *sampler, int64_t step,
                                           const ludus_sum_tree *priorities, int64_t capacity,
                                           float beta, ludus_transitions *out, ludus_error *error)
{
    choose_items(sampler, step, priorities, capacity, beta);
    const int32_t rows = sampler->config.batch;
#pragma omp parallel default(none) shared(sampler, rows) num_threads(sampler->config.threads)
    {
        worker *w = &sampler->workers[omp_get_thread_num()];
#pragma omp for schedule(static) nowait // the next loop gives each thread the same rows
        for (int32_t i = 0; i < rows; i++) {
            ludus_replay_hint(w->reader, sampler->item[i]);
        }
#pragma omp for schedule(static)
        for (int32_t i = 0; i < rows; i++) {
            if (!w->failed && read_row(sampler, w, i) != LUDUS_OK) {
                w->failed = true;
            }
        }
    }
    for (int32_t i = 0; i < sampler->config.threads; i++) {
        if (sampler->workers[i].failed) {
            return ludus_fail(error, sampler->workers[i].error.status, "%s",
                              sampler->workers[i].error.text);
        }
    }
    *out = (ludus_transitions){
        .obs = sampler->obs,
        .next = sampler->next,
        .row = sampler->row,
        .item = sampler->item,
        .weight = priorities != NULL ? sampler->weight : NULL,
    };
    return LUDUS_OK;
}
