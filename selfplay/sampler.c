#include "selfplay/sampler.h"

#include <assert.h>
#include <omp.h>
#include <string.h>

// How often a row draws again when it hits a ply of a random opening, before it gives up.
#define MAX_DRAWS 1000

typedef struct worker {
    ludus_replay_reader *reader;
    uint8_t *pos;
    ludus_move *moves; // [max_legal]
    float *weights;    // [max_legal]
    ludus_error error; // of the first row that failed on this thread
    bool failed;
} worker;

struct ludus_sampler {
    ludus_game game;
    const ludus_replay *replay;
    ludus_sampler_config config;
    int32_t policy_head, value_head;
    size_t planes;       // floats per row
    worker *workers;     // [threads]
    ludus_move *permute; // [num_symmetries, num_moves]
    float *in, *policy, *value;
};

static ludus_status create_worker(ludus_sampler *s, worker *w)
{
    const size_t max_legal = (size_t)s->game.spec.max_legal;
    w->pos = ludus_alloc(1, s->game.spec.state_bytes);
    w->moves = ludus_alloc(max_legal, sizeof *w->moves);
    w->weights = ludus_alloc(max_legal, sizeof *w->weights);
    if (!w->pos || !w->moves || !w->weights) {
        return LUDUS_ERR_NOMEM;
    }
    return ludus_replay_reader_create(&w->reader, s->replay);
}

static ludus_status create_arrays(ludus_sampler *s)
{
    const size_t rows = (size_t)s->config.batch;
    const size_t num_moves = (size_t)s->game.spec.num_moves;
    const size_t num_symmetries = (size_t)s->game.spec.num_symmetries;
    s->workers = ludus_alloc((size_t)s->config.threads, sizeof *s->workers);
    s->permute = ludus_alloc(num_symmetries * num_moves, sizeof *s->permute);
    s->in = ludus_alloc(rows * s->planes, sizeof *s->in);
    s->policy = ludus_alloc(rows * num_moves, sizeof *s->policy);
    s->value = ludus_alloc(rows * 3, sizeof *s->value);
    if (!s->workers || !s->permute || !s->in || !s->policy || !s->value) {
        return LUDUS_ERR_NOMEM;
    }
    for (size_t i = 0; i < num_symmetries; i++) {
        ludus_game_permute(&s->game, (int32_t)i, s->permute + i * num_moves);
    }
    for (int32_t i = 0; i < s->config.threads; i++) {
        const ludus_status status = create_worker(s, &s->workers[i]);
        if (status != LUDUS_OK) {
            return status;
        }
    }
    return LUDUS_OK;
}

ludus_status ludus_sampler_create(ludus_sampler **out, const ludus_game *game,
                                  const ludus_replay *replay, const ludus_net *net,
                                  const ludus_sampler_config *config, ludus_error *error)
{
    *out = NULL;
    ludus_sampler *s = ludus_alloc(1, sizeof *s);
    if (s == NULL) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "sampler: out of memory");
    }
    s->game = *game;
    s->replay = replay;
    s->config = *config;
    s->policy_head = ludus_net_find_head(net, "policy");
    s->value_head = ludus_net_find_head(net, "value");
    assert(s->policy_head >= 0 && s->value_head >= 0);
    s->planes = ludus_game_plane_count(game);
    if (create_arrays(s) != LUDUS_OK) {
        ludus_sampler_destroy(s);
        return ludus_fail(error, LUDUS_ERR_NOMEM, "sampler: out of memory");
    }
    *out = s;
    return LUDUS_OK;
}

void ludus_sampler_destroy(ludus_sampler *sampler)
{
    if (sampler == NULL) {
        return;
    }
    for (int32_t i = 0; sampler->workers != NULL && i < sampler->config.threads; i++) {
        worker *w = &sampler->workers[i];
        ludus_replay_reader_destroy(w->reader);
        ludus_free(w->pos);
        ludus_free(w->moves);
        ludus_free(w->weights);
    }
    ludus_free(sampler->workers);
    ludus_free(sampler->permute);
    ludus_free(sampler->in);
    ludus_free(sampler->policy);
    ludus_free(sampler->value);
    ludus_free(sampler);
}

static void fill_row(const ludus_sampler *s, const worker *w, const ludus_ply *ply,
                     ludus_outcome for_mover, int32_t sym, int32_t row)
{
    const size_t num_moves = (size_t)s->game.spec.num_moves;
    ludus_game_encode(&s->game, w->pos, sym, s->in + (size_t)row * s->planes);
    float *policy = s->policy + (size_t)row * num_moves;
    memset(policy, 0, num_moves * sizeof *policy);
    const ludus_move *permute = s->permute + (size_t)sym * num_moves;
    // A fast move's policy is no target: its row stays zero, which the loss skips.
    for (int32_t i = 0; ply->is_target && i < ply->num_policy; i++) {
        policy[permute[ply->policy_moves[i]]] = ply->policy[i];
    }
    float *value = s->value + (size_t)row * 3;
    const float share = s->config.search_share;
    for (int32_t i = 0; i < 3; i++) {
        value[i] = share * ply->wdl[i];
    }
    value[1 - (int32_t)for_mover] += 1.0f - share; // win 0, draw 1, loss 2
}

static ludus_status draw_row(ludus_sampler *s, worker *w, int64_t step, int64_t window, int32_t row)
{
    const int64_t end = ludus_replay_end(s->replay);
    int64_t first = ludus_replay_first(s->replay);
    if (end - window > first) {
        first = end - window;
    }
    ludus_rng rng;
    ludus_rng_init(&rng, s->config.seed,
                   (uint64_t)step * (uint64_t)s->config.batch + (uint64_t)row);
    for (int32_t tries = 0; tries < MAX_DRAWS; tries++) {
        const int64_t item = first + ludus_rng_below(&rng, (uint32_t)(end - first));
        ludus_replay_found found;
        ludus_status status = ludus_replay_find(w->reader, item, &found, &w->error);
        if (status != LUDUS_OK) {
            return status;
        }
        ludus_ply ply;
        ludus_outcome for_mover;
        status = ludus_record_at(&s->game, found.bytes, found.size, found.index, w->pos, &ply,
                                 w->moves, w->weights, &for_mover, &w->error);
        if (status != LUDUS_OK) {
            return status;
        }
        if (ply.num_policy > 0) {
            const int32_t sym =
                s->config.enable_symmetry
                    ? (int32_t)ludus_rng_below(&rng, (uint32_t)s->game.spec.num_symmetries)
                    : 0;
            fill_row(s, w, &ply, for_mover, sym, row);
            return LUDUS_OK;
        }
    }
    return ludus_fail(&w->error, LUDUS_ERR_STATE, "replay: no searched position in the window");
}

ludus_status ludus_sampler_draw(ludus_sampler *sampler, int64_t step, int64_t window,
                                ludus_batch *batch, ludus_error *error)
{
    assert(ludus_replay_end(sampler->replay) > ludus_replay_first(sampler->replay));
#pragma omp parallel for default(none) shared(sampler, step, window)                               \
    num_threads(sampler->config.threads) schedule(dynamic, 16)
    for (int32_t row = 0; row < sampler->config.batch; row++) {
        worker *w = &sampler->workers[omp_get_thread_num()];
        if (!w->failed && draw_row(sampler, w, step, window, row) != LUDUS_OK) {
            w->failed = true;
        }
    }
    for (int32_t i = 0; i < sampler->config.threads; i++) {
        if (sampler->workers[i].failed) {
            return ludus_fail(error, sampler->workers[i].error.status, "%s",
                              sampler->workers[i].error.text);
        }
    }
    memset(batch, 0, sizeof *batch);
    batch->in = sampler->in;
    batch->target[sampler->policy_head] = sampler->policy;
    batch->target[sampler->value_head] = sampler->value;
    return LUDUS_OK;
}
