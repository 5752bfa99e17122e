#include "selfplay/sampler.h"

#include <assert.h>
#include <omp.h>
#include <string.h>

#include "agents/game_net.h"

// How often a row draws again when it hits a ply of a random opening, before it gives up.
#define MAX_DRAWS 1000

typedef struct worker {
    ludus_replay_reader *reader;
    uint8_t *pos;
    ludus_move *moves; // [max_legal]
    float *weights;    // [max_legal]
    float *owner;      // [cells]
    ludus_error error; // of the first row that failed on this thread
    bool failed;
} worker;

struct ludus_sampler {
    ludus_game game;
    const ludus_replay *replay;
    ludus_sampler_config config;
    int32_t policy_head, value_head;
    int32_t owner_head, score_head, reply_head, length_head; // -1 = the net has none
    size_t planes;                                           // floats per row
    size_t cells;                                            // of the board
    worker *workers;                                         // [threads]
    ludus_move *permute;                                     // [num_symmetries, num_moves]
    float *in, *policy, *value;
    float *owner, *score, *reply, *length; // NULL without the head
};

static ludus_status create_worker(ludus_sampler *s, worker *w)
{
    const size_t max_legal = (size_t)s->game.spec.max_legal;
    w->pos = ludus_alloc(1, s->game.spec.state_bytes);
    w->moves = ludus_alloc(max_legal, sizeof *w->moves);
    w->weights = ludus_alloc(max_legal, sizeof *w->weights);
    w->owner = ludus_alloc(s->cells, sizeof *w->owner);
    if (!w->pos || !w->moves || !w->weights || !w->owner) {
        return LUDUS_ERR_NOMEM;
    }
    return ludus_replay_reader_create(&w->reader, s->replay);
}

static ludus_status create_targets(ludus_sampler *s)
{
    const struct {
        float **target;
        int32_t head;
        size_t per_row;
    } targets[] = {
        {&s->policy, s->policy_head, (size_t)s->game.spec.num_moves},
        {&s->value, s->value_head, 3},
        {&s->owner, s->owner_head, s->cells},
        {&s->score, s->score_head, 1},
        {&s->reply, s->reply_head, (size_t)s->game.spec.num_moves},
        {&s->length, s->length_head, 1},
    };
    for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
        if (targets[i].head >= 0) {
            *targets[i].target =
                ludus_alloc((size_t)s->config.batch * targets[i].per_row, sizeof(float));
            if (*targets[i].target == NULL) {
                return LUDUS_ERR_NOMEM;
            }
        }
    }
    return LUDUS_OK;
}

static ludus_status create_arrays(ludus_sampler *s)
{
    const size_t rows = (size_t)s->config.batch;
    const size_t num_moves = (size_t)s->game.spec.num_moves;
    const size_t num_symmetries = (size_t)s->game.spec.num_symmetries;
    s->workers = ludus_alloc((size_t)s->config.threads, sizeof *s->workers);
    s->permute = ludus_alloc(num_symmetries * num_moves, sizeof *s->permute);
    s->in = ludus_alloc(rows * s->planes, sizeof *s->in);
    if (!s->workers || !s->permute || !s->in || create_targets(s) != LUDUS_OK) {
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
    s->owner_head = ludus_net_find_head(net, "ownership");
    s->score_head = ludus_net_find_head(net, "score");
    s->reply_head = ludus_net_find_head(net, "reply");
    s->length_head = ludus_net_find_head(net, "moves_left");
    assert((s->owner_head < 0 && s->score_head < 0) || ludus_game_has_result(game));
    s->cells = (size_t)game->spec.planes[1] * (size_t)game->spec.planes[2];
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
        ludus_free(w->owner);
    }
    ludus_free(sampler->workers);
    ludus_free(sampler->permute);
    ludus_free(sampler->in);
    ludus_free(sampler->policy);
    ludus_free(sampler->value);
    ludus_free(sampler->owner);
    ludus_free(sampler->score);
    ludus_free(sampler->reply);
    ludus_free(sampler->length);
    ludus_free(sampler);
}

// A fast move's policy is no target: its row stays zero, which the loss skips.
static void fill_policy(const ludus_sampler *s, const ludus_ply *ply, int32_t sym, float *policy)
{
    const size_t num_moves = (size_t)s->game.spec.num_moves;
    const ludus_move *permute = s->permute + (size_t)sym * num_moves;
    memset(policy, 0, num_moves * sizeof *policy);
    for (int32_t i = 0; ply->is_target && i < ply->num_policy; i++) {
        policy[permute[ply->policy_moves[i]]] = ply->policy[i];
    }
}

static void fill_row(const ludus_sampler *s, const worker *w, const ludus_ply *ply,
                     ludus_outcome for_mover, int32_t sym, int32_t row)
{
    ludus_game_encode(&s->game, w->pos, sym, s->in + (size_t)row * s->planes);
    fill_policy(s, ply, sym, s->policy + (size_t)row * (size_t)s->game.spec.num_moves);
    float *value = s->value + (size_t)row * 3;
    const float share = s->config.search_share;
    for (int32_t i = 0; i < 3; i++) {
        value[i] = share * ply->wdl[i];
    }
    value[1 - (int32_t)for_mover] += 1.0f - share; // win 0, draw 1, loss 2
}

// What the game's end says about the position before ply `index`; w->pos becomes the last one.
static ludus_status fill_result(const ludus_sampler *s, worker *w, const ludus_replay_found *found,
                                int32_t num_plies, int32_t side, int32_t sym, int32_t row)
{
    ludus_ply last;
    const ludus_status status =
        ludus_record_at(&s->game, found->bytes, found->size, num_plies - 1, w->pos, &last, w->moves,
                        w->weights, NULL, &w->error);
    if (status != LUDUS_OK) {
        return status;
    }
    ludus_game_play(&s->game, w->pos, last.move);
    if (ludus_game_outcome(&s->game, w->pos) == LUDUS_ONGOING) {
        return ludus_fail(&w->error, LUDUS_ERR_FORMAT, "replay: a resigned game has no result");
    }
    float lead;
    const ludus_move *permute = s->permute + (size_t)sym * (size_t)s->game.spec.num_moves;
    const bool is_mover = ludus_game_to_move(&s->game, w->pos) == side;
    ludus_game_result(&s->game, w->pos, &lead, w->owner);
    for (size_t i = 0; s->owner != NULL && i < s->cells; i++) {
        s->owner[(size_t)row * s->cells + (size_t)permute[i]] =
            is_mover ? w->owner[i] : 1.0f - w->owner[i];
    }
    if (s->score != NULL) {
        s->score[row] = (is_mover ? lead : -lead) / LUDUS_SCORE_UNIT;
    }
    return LUDUS_OK;
}

// Targets that need more of the game than one ply.
static ludus_status fill_future(const ludus_sampler *s, worker *w, const ludus_replay_found *found,
                                int32_t sym, int32_t row)
{
    ludus_record_view view;
    const int32_t side = ludus_game_to_move(&s->game, w->pos);
    ludus_status status = ludus_record_open(&view, &s->game, found->bytes, found->size, &w->error);
    if (status == LUDUS_OK && s->length != NULL) {
        s->length[row] = (float)(view.num_plies - found->index) / LUDUS_LENGTH_UNIT;
    }
    if (status == LUDUS_OK && s->reply != NULL) {
        ludus_ply next = {.is_target = false}; // after the last ply there is none
        if (found->index + 1 < view.num_plies) {
            status = ludus_record_at(&s->game, found->bytes, found->size, found->index + 1, w->pos,
                                     &next, w->moves, w->weights, NULL, &w->error);
        }
        fill_policy(s, &next, sym, s->reply + (size_t)row * (size_t)s->game.spec.num_moves);
    }
    if (status == LUDUS_OK && (s->owner != NULL || s->score != NULL)) {
        status = fill_result(s, w, found, view.num_plies, side, sym, row);
    }
    return status;
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
            const int32_t sym = s->config.enable_symmetry
                                    ? (int32_t)ludus_rng_below(
                                          &rng, (uint32_t)ludus_game_symmetries(&s->game, w->pos))
                                    : 0;
            fill_row(s, w, &ply, for_mover, sym, row);
            return fill_future(s, w, &found, sym, row);
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
    const struct {
        int32_t head;
        const float *target;
    } targets[] = {
        {sampler->policy_head, sampler->policy}, {sampler->value_head, sampler->value},
        {sampler->owner_head, sampler->owner},   {sampler->score_head, sampler->score},
        {sampler->reply_head, sampler->reply},   {sampler->length_head, sampler->length},
    };
    for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
        if (targets[i].head >= 0) {
            batch->target[targets[i].head] = targets[i].target;
        }
    }
    return LUDUS_OK;
}
