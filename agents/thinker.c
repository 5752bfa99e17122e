#include "agents/thinker.h"

#include <assert.h>
#include <math.h>
#include <string.h>
#include <time.h>

#include "agents/go_pass.h"
#include "agents/level.h"
#include "agents/thinker_internal.h"

#define CACHE_ENTRIES 16384

ludus_thinker_config ludus_thinker_config_default(void)
{
    ludus_thinker_config config = {
        .threads = 1,
        .batch = 8,
        .precision = LUDUS_PRECISION_INT8,
        .max_nodes = 400000,
        .report_seconds = 0.1,
    };
    config.search = ludus_mcts_config_default();
    config.search.cache_entries = CACHE_ENTRIES;
    return config;
}

ludus_thinker_config ludus_thinker_config_for_game(const ludus_game *game)
{
    ludus_thinker_config config = ludus_thinker_config_default();
    config.search = ludus_mcts_config_for_game(game);
    config.search.cache_entries = CACHE_ENTRIES;
    return config;
}

int32_t ludus_thinker_nodes_for(const ludus_game *game, size_t bytes)
{
    const size_t nodes = bytes / ludus_mcts_node_bytes(game);
    return nodes < 1000 ? 1000 : nodes > 10000000 ? 10000000 : (int32_t)nodes;
}

// ---- Life cycle ------------------------------------------------------------------------------

static void *think(void *argument)
{
    ludus_thinker *t = argument;
    pthread_mutex_lock(&t->mutex);
    for (;;) {
        while (!t->has_order && !t->is_quitting) {
            pthread_cond_wait(&t->wake, &t->mutex);
        }
        if (t->is_quitting) {
            break;
        }
        t->has_order = false;
        pthread_mutex_unlock(&t->mutex);
        ludus_thinker_search(t);
        pthread_mutex_lock(&t->mutex);
        t->is_running = false;
        pthread_cond_broadcast(&t->idle);
    }
    pthread_mutex_unlock(&t->mutex);
    return NULL;
}

static ludus_status create_member(ludus_evaluator *out, const ludus_game *game,
                                  const ludus_net *net, const ludus_thinker_config *config,
                                  ludus_error *error)
{
    const int32_t rows = (config->batch + config->threads - 1) / config->threads;
    const ludus_exec_config exec = {.max_batch = rows,
                                    .precision = (ludus_precision)config->precision};
    if (net != NULL) {
        return ludus_evaluator_net(out, game, net, &exec, error);
    }
    if (ludus_evaluator_rollout(out, game, rows, 1, 1)) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "thinker: out of memory");
    }
    return LUDUS_OK;
}

static ludus_status create_team(ludus_thinker *t, const ludus_net *net, ludus_error *error)
{
    ludus_evaluator members[LUDUS_EVALUATOR_TEAM_MAX];
    int32_t n = 0;
    ludus_status status = LUDUS_OK;
    while (status == LUDUS_OK && n < t->config.threads) {
        status = create_member(&members[n], &t->game, net, &t->config, error);
        n += status == LUDUS_OK;
    }
    if (status != LUDUS_OK) {
        for (int32_t i = 0; i < n; i++) {
            ludus_evaluator_destroy(&members[i]);
        }
        return status;
    }
    status = ludus_evaluator_team(&t->evaluator, members, n, error);
    t->first = ludus_evaluator_team_first(&t->evaluator);
    return status;
}

static ludus_status create_parts(ludus_thinker *t, const ludus_net *net, ludus_error *error)
{
    const size_t max_legal = (size_t)t->game.spec.max_legal;
    const size_t cells = (size_t)t->game.spec.board[0] * (size_t)t->game.spec.board[1];
    t->pos = ludus_alloc(1, t->game.spec.state_bytes);
    t->only = ludus_alloc(max_legal, sizeof *t->only);
    t->obeyed_only = ludus_alloc(max_legal, sizeof *t->obeyed_only);
    t->moves = ludus_alloc(max_legal, sizeof *t->moves);
    t->ownership = ludus_alloc(LUDUS_THINK_OUTLOOK_MAX * cells, sizeof *t->ownership);
    t->after = ludus_alloc(LUDUS_THINK_OUTLOOK_MAX, t->game.spec.state_bytes);
    t->scores = ludus_alloc((size_t)t->game.spec.num_moves, sizeof *t->scores);
    if (!t->pos || !t->only || !t->obeyed_only || !t->moves || !t->ownership || !t->after ||
        !t->scores || ludus_thinker_snapshot_init(&t->shown, &t->game) ||
        ludus_thinker_snapshot_init(&t->draft, &t->game)) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "thinker: out of memory");
    }
    ludus_mcts_config search = t->config.search;
    search.max_nodes = t->config.max_nodes;
    const ludus_status status = create_team(t, net, error);
    if (status != LUDUS_OK) {
        return status;
    }
    t->heads = ludus_evaluator_outlook_heads(t->first);
    return ludus_mcts_create(&t->tree, &t->game, &search, error);
}

static void free_parts(ludus_thinker *t)
{
    ludus_mcts_destroy(t->tree);
    ludus_evaluator_destroy(&t->evaluator);
    ludus_thinker_snapshot_free(&t->shown);
    ludus_thinker_snapshot_free(&t->draft);
    ludus_free(t->pos);
    ludus_free(t->only);
    ludus_free(t->obeyed_only);
    ludus_free(t->moves);
    ludus_free(t->ownership);
    ludus_free(t->after);
    ludus_free(t->scores);
    ludus_free(t);
}

static void destroy_signals(ludus_thinker *t)
{
    pthread_cond_destroy(&t->idle);
    pthread_cond_destroy(&t->wake);
    pthread_mutex_destroy(&t->mutex);
}

static bool start_thread(ludus_thinker *t)
{
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&t->mutex, NULL);
    pthread_cond_init(&t->wake, &monotonic);
    pthread_cond_init(&t->idle, &monotonic);
    pthread_condattr_destroy(&monotonic);
    return pthread_create(&t->thread, NULL, think, t) == 0;
}

ludus_status ludus_thinker_create(ludus_thinker **out, const ludus_game *game, const ludus_net *net,
                                  const ludus_thinker_config *config, ludus_error *error)
{
    assert(config->threads >= 1 && config->threads <= LUDUS_EVALUATOR_TEAM_MAX);
    assert(config->batch >= 1 && config->batch <= 64 && config->max_nodes >= 1);
    assert(config->search.root == LUDUS_ROOT_PUCT);
    *out = NULL;
    ludus_thinker *t = ludus_alloc(1, sizeof *t);
    if (t == NULL) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "thinker: out of memory");
    }
    t->game = *game;
    t->config = *config;
    const ludus_status status = create_parts(t, net, error);
    if (status != LUDUS_OK) {
        free_parts(t);
        return status;
    }
    if (!start_thread(t)) {
        destroy_signals(t);
        free_parts(t);
        return ludus_fail(error, LUDUS_ERR_NOMEM, "thinker: no more threads to be had");
    }
    *out = t;
    return LUDUS_OK;
}

void ludus_thinker_destroy(ludus_thinker *thinker)
{
    if (thinker == NULL) {
        return;
    }
    ludus_thinker_stop(thinker);
    pthread_mutex_lock(&thinker->mutex);
    thinker->is_quitting = true;
    pthread_cond_signal(&thinker->wake);
    pthread_mutex_unlock(&thinker->mutex);
    pthread_join(thinker->thread, NULL);
    destroy_signals(thinker);
    free_parts(thinker);
}

// ---- Orders ----------------------------------------------------------------------------------

// Under the mutex.
static void set_limits(ludus_thinker *t, const ludus_think_limits *limits, double now)
{
    assert(limits->num_only >= 0 && limits->num_only <= t->game.spec.max_legal);
    assert(limits->soft_seconds <= 0.0 || limits->seconds > 0.0);
    t->limits = *limits;
    t->limits.only = t->only;
    t->limits.num_only = limits->only != NULL ? limits->num_only : 0;
    if (t->limits.num_only > 0) {
        memcpy(t->only, limits->only, (size_t)limits->num_only * sizeof *t->only);
    }
    t->limits_set = now;
    t->limits_serial++;
}

void ludus_thinker_start(ludus_thinker *thinker, const void *pos, const ludus_think_limits *limits)
{
    ludus_thinker *t = thinker;
    const double now = ludus_clock(); // a running search's last batch is on this one's time
    ludus_thinker_stop(t);
    pthread_mutex_lock(&t->mutex);
    memcpy(t->pos, pos, t->game.spec.state_bytes);
    set_limits(t, limits, now);
    t->started = now;
    t->serial++;
    t->is_running = t->has_order = true;
    t->is_stopping = false;
    t->shown = (ludus_thinker_snapshot){.serial = t->serial,
                                        .is_running = true,
                                        .moves = t->shown.moves,
                                        .ownership = t->shown.ownership};
    pthread_cond_signal(&t->wake);
    pthread_mutex_unlock(&t->mutex);
}

void ludus_thinker_limit(ludus_thinker *thinker, const ludus_think_limits *limits)
{
    pthread_mutex_lock(&thinker->mutex);
    if (thinker->is_running) {
        set_limits(thinker, limits, ludus_clock());
        pthread_cond_signal(&thinker->wake);
    }
    pthread_mutex_unlock(&thinker->mutex);
}

void ludus_thinker_stop(ludus_thinker *thinker)
{
    pthread_mutex_lock(&thinker->mutex);
    thinker->is_stopping = true;
    pthread_cond_signal(&thinker->wake);
    while (thinker->is_running) {
        pthread_cond_wait(&thinker->idle, &thinker->mutex);
    }
    pthread_mutex_unlock(&thinker->mutex);
}

void ludus_thinker_reset(ludus_thinker *thinker)
{
    ludus_thinker_stop(thinker);
    ludus_mcts_reset(thinker->tree);
    ludus_mcts_clear_cache(thinker->tree);
}

// ---- News ------------------------------------------------------------------------------------

bool ludus_thinker_wait(ludus_thinker *thinker, double seconds)
{
    const double until = ludus_clock() + fmin(fmax(seconds, 0.0), 1e8);
    const struct timespec at = {.tv_sec = (time_t)until,
                                .tv_nsec = (long)((until - floor(until)) * 1e9)};
    int late = 0;
    pthread_mutex_lock(&thinker->mutex);
    while (thinker->is_running && late == 0) {
        late = pthread_cond_timedwait(&thinker->idle, &thinker->mutex, &at);
    }
    const bool has_ended = !thinker->is_running;
    pthread_mutex_unlock(&thinker->mutex);
    return has_ended;
}

bool ludus_thinker_is_running(ludus_thinker *thinker)
{
    return !ludus_thinker_wait(thinker, 0.0);
}

void ludus_thinker_snapshot_get(ludus_thinker *thinker, ludus_thinker_snapshot *out)
{
    pthread_mutex_lock(&thinker->mutex);
    ludus_thinker_snapshot_copy(out, &thinker->shown, &thinker->game);
    out->is_running = thinker->is_running;
    pthread_mutex_unlock(&thinker->mutex);
}

ludus_move ludus_thinker_choose(ludus_thinker *thinker, const struct ludus_level *level,
                                ludus_rng *rng)
{
    const bool is_running = ludus_thinker_is_running(thinker);
    assert(!is_running && thinker->serial > 0);
    (void)is_running;
    if (level == NULL) {
        return ludus_mcts_best(thinker->tree);
    }
    const int32_t n = ludus_mcts_moves(thinker->tree, thinker->moves);
    int32_t open = 0;
    for (int32_t i = 0; i < n; i++) {
        if (ludus_thinker_may_choose(thinker, thinker->moves[i].move)) {
            thinker->moves[open++] = thinker->moves[i];
        }
    }
    return ludus_level_choose(level, thinker->moves, open, rng);
}

bool ludus_thinker_should_pass(ludus_thinker *thinker, bool removes_dead)
{
    const bool is_running = ludus_thinker_is_running(thinker);
    const ludus_thinker_snapshot *s = &thinker->shown;
    assert(!is_running && thinker->serial > 0);
    (void)is_running;
    if (!ludus_is_go(&thinker->game) || thinker->obeyed.num_only > 0) {
        return false;
    }
    const ludus_pass_case c = {.game = &thinker->game,
                               .pos = thinker->pos,
                               .value = s->stats.value,
                               .moves = s->moves,
                               .num_moves = s->num_moves,
                               .removes_dead = removes_dead};
    return ludus_pass_is_due(&c, s->has_ownership ? s->ownership : NULL);
}
