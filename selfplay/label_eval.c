#include "selfplay/label_eval.h"

#include "agents/connect4_labels.h"

#include <assert.h>
#include <math.h>
#include <stdatomic.h>
#include <string.h>

#define COLUMNS 7
#define MAX_CALIBRATION 256 // rows that set the ranges of int8
#define REPORT_EVERY 16     // positions between calls of progress
#define Z95 1.959963984540054

// What was chosen in one position.
typedef struct choice {
    int8_t column;
    int8_t outcome; // most likely: 1 win, 0 draw, -1 loss
} choice;

typedef struct evaluation {
    ludus_game game;
    const ludus_label_config *config;
    const ludus_net *net;
    const ludus_connect4_label **labels; // [positions]
    uint8_t *positions;                  // [positions, state_bytes]
    choice *choices;                     // [positions] of the part that runs
    float *calibration;                  // [calibration_rows, C,H,W], int8 only
    int32_t calibration_rows;
    int32_t count;
    ludus_label_progress *progress;
    void *user;
    atomic_int next;  // position to take; relaxed: only its uniqueness matters
    atomic_bool stop; // relaxed: late news cost time, not correctness
    // Inside the critical section only.
    int32_t done;
    int32_t reported;
    ludus_status status;
    ludus_error failure;
} evaluation;

// One thread's evaluator and search trees.
typedef struct label_worker {
    ludus_evaluator evaluator;
    ludus_mcts **trees; // [batch]; NULL entries when only the policy is wanted
    int32_t *at;        // [batch] position each tree searches, -1 = idle
    ludus_leaf *leaves; // [batch]
    int32_t *owner;     // [batch] tree of each leaf
    ludus_move *legal;  // [batch, COLUMNS]
    float *priors;      // [batch, COLUMNS]
    int32_t batch;
} label_worker;

ludus_label_config ludus_label_config_default(void)
{
    return (ludus_label_config){.positions = 2000,
                                .simulations = 600,
                                .threads = 1,
                                .batch = 32,
                                .precision = LUDUS_PRECISION_F32,
                                .search = ludus_mcts_config_default()};
}

ludus_share ludus_share_of(int32_t count, int32_t of)
{
    ludus_share share = {.count = count, .of = of, .high = 1};
    if (of > 0) {
        const double n = of, p = count / n, z2 = Z95 * Z95;
        const double centre = (p + z2 / (2 * n)) / (1 + z2 / n);
        const double half = Z95 * sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / (1 + z2 / n);
        share.share = p;
        share.low = fmax(0, centre - half);
        share.high = fmin(1, centre + half);
    }
    return share;
}

// ---- Failing and reporting ----------------------------------------------------------------------

static void fail_all(evaluation *e, ludus_status status, const ludus_error *error)
{
#pragma omp critical(ludus_label_eval)
    {
        if (!e->status) {
            e->status = status;
            e->failure = *error;
        }
        atomic_store_explicit(&e->stop, true, memory_order_relaxed);
    }
}

static void report_done(evaluation *e, int32_t more)
{
#pragma omp critical(ludus_label_eval)
    {
        e->done += more;
        if (e->progress && (e->done - e->reported >= REPORT_EVERY || e->done == e->count)) {
            e->reported = e->done;
            if (!e->status && !e->progress(e->done, e->count, e->user)) {
                e->status = ludus_fail(&e->failure, LUDUS_ERR_STATE, "stopped");
                atomic_store_explicit(&e->stop, true, memory_order_relaxed);
            }
        }
    }
}

// ---- The set ------------------------------------------------------------------------------------

static ludus_status load_positions(evaluation *e, ludus_error *error)
{
    size_t total;
    const ludus_connect4_label *labels = ludus_connect4_labels(&total);
    const int32_t wanted = e->config->positions;
    const size_t state_bytes = e->game.spec.state_bytes;
    const size_t count = wanted > 0 && (size_t)wanted < total ? (size_t)wanted : total;
    e->count = (int32_t)count;
    e->labels = ludus_alloc(count, sizeof(*e->labels));
    e->positions = ludus_alloc(count, state_bytes);
    e->choices = ludus_alloc(count, sizeof(*e->choices));
    if (!e->labels || !e->positions || !e->choices) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "no memory for %d positions", e->count);
    }
    for (size_t i = 0; i < count; i++) {
        e->labels[i] = &labels[i * total / count];
        ludus_status status = ludus_game_from_text(&e->game, e->positions + i * state_bytes,
                                                   e->labels[i]->moves, error);
        if (status) {
            return status;
        }
    }
    return LUDUS_OK;
}

static ludus_status calibrate(evaluation *e, ludus_error *error)
{
    if (e->config->precision != LUDUS_PRECISION_INT8) {
        return LUDUS_OK;
    }
    const size_t planes = ludus_game_plane_count(&e->game);
    e->calibration_rows = e->count < MAX_CALIBRATION ? e->count : MAX_CALIBRATION;
    e->calibration = ludus_alloc((size_t)e->calibration_rows * planes, sizeof(float));
    if (!e->calibration) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "no memory for calibration");
    }
    for (int32_t i = 0; i < e->calibration_rows; i++) {
        const size_t at = (size_t)i * (size_t)e->count / (size_t)e->calibration_rows;
        ludus_game_encode(&e->game, e->positions + at * e->game.spec.state_bytes, 0,
                          e->calibration + (size_t)i * planes);
    }
    return LUDUS_OK;
}

// ---- Workers ------------------------------------------------------------------------------------

static void close_worker(label_worker *worker)
{
    for (int32_t i = 0; worker->trees && i < worker->batch; i++) {
        ludus_mcts_destroy(worker->trees[i]);
    }
    ludus_free(worker->priors);
    ludus_free(worker->legal);
    ludus_free(worker->owner);
    ludus_free(worker->leaves);
    ludus_free(worker->at);
    ludus_free(worker->trees);
    ludus_evaluator_destroy(&worker->evaluator);
}

static ludus_status open_worker(const evaluation *e, bool search, label_worker *worker,
                                ludus_error *error)
{
    const size_t batch = (size_t)e->config->batch;
    const ludus_exec_config exec = {.max_batch = e->config->batch,
                                    .precision = (ludus_precision)e->config->precision,
                                    .calibration = e->calibration,
                                    .calibration_rows = e->calibration_rows};
    worker->batch = e->config->batch;
    worker->trees = ludus_alloc(batch, sizeof(ludus_mcts *));
    worker->at = ludus_alloc(batch, sizeof(int32_t));
    worker->leaves = ludus_alloc(batch, sizeof(ludus_leaf));
    worker->owner = ludus_alloc(batch, sizeof(int32_t));
    worker->legal = ludus_alloc(batch * COLUMNS, sizeof(ludus_move));
    worker->priors = ludus_alloc(batch * COLUMNS, sizeof(float));
    if (!worker->trees || !worker->at || !worker->leaves || !worker->owner || !worker->legal ||
        !worker->priors) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "no memory for a worker");
    }
    ludus_status status = ludus_evaluator_net(&worker->evaluator, &e->game, e->net, &exec, error);
    for (size_t i = 0; !status && search && i < batch; i++) {
        status = ludus_mcts_create(&worker->trees[i], &e->game, &e->config->search, error);
    }
    return status;
}

static int8_t likeliest_outcome(const float wdl[3])
{
    if (wdl[0] >= wdl[1] && wdl[0] >= wdl[2]) {
        return 1;
    }
    return wdl[1] >= wdl[2] ? 0 : -1;
}

static void policy_batch(evaluation *e, label_worker *worker, int32_t first, int32_t n)
{
    const size_t state_bytes = e->game.spec.state_bytes;
    for (int32_t i = 0; i < n; i++) {
        ludus_move *legal = worker->legal + (size_t)i * COLUMNS;
        const void *pos = e->positions + (size_t)(first + i) * state_bytes;
        worker->leaves[i] = (ludus_leaf){.pos = pos,
                                         .legal = legal,
                                         .num_legal = ludus_game_legal(&e->game, pos, legal),
                                         .priors = worker->priors + (size_t)i * COLUMNS};
    }
    ludus_evaluate(&worker->evaluator, n, worker->leaves);
    for (int32_t i = 0; i < n; i++) {
        const ludus_leaf *leaf = &worker->leaves[i];
        int32_t best = 0;
        for (int32_t k = 1; k < leaf->num_legal; k++) {
            best = leaf->priors[k] > leaf->priors[best] ? k : best;
        }
        e->choices[first + i].column = (int8_t)leaf->legal[best];
        e->choices[first + i].outcome = likeliest_outcome(leaf->wdl);
    }
}

static void run_policy(evaluation *e, label_worker *worker)
{
    while (!atomic_load_explicit(&e->stop, memory_order_relaxed)) {
        const int32_t batch = worker->batch;
        const int32_t first = atomic_fetch_add_explicit(&e->next, batch, memory_order_relaxed);
        if (first >= e->count) {
            break;
        }
        const int32_t n = e->count - first < batch ? e->count - first : batch;
        policy_batch(e, worker, first, n);
        report_done(e, n);
    }
}

// Gives idle trees the next positions; returns how many trees are searching.
static int32_t start_trees(evaluation *e, label_worker *worker)
{
    int32_t active = 0;
    for (int32_t i = 0; i < worker->batch; i++) {
        if (worker->at[i] < 0) {
            const int32_t next = atomic_fetch_add_explicit(&e->next, 1, memory_order_relaxed);
            if (next >= e->count) {
                atomic_store_explicit(&e->next, e->count, memory_order_relaxed);
                continue;
            }
            ludus_rng rng;
            ludus_rng_init(&rng, 0, (uint64_t)next);
            worker->at[i] = next;
            ludus_mcts_reset(worker->trees[i]);
            ludus_mcts_start(worker->trees[i],
                             e->positions + (size_t)next * e->game.spec.state_bytes,
                             e->config->simulations, false, &rng);
        }
        active++;
    }
    return active;
}

static void evaluate_leaves(label_worker *worker)
{
    int32_t n = 0;
    for (int32_t i = 0; i < worker->batch; i++) {
        if (worker->at[i] >= 0 && !ludus_mcts_done(worker->trees[i]) &&
            ludus_mcts_gather(worker->trees[i], &worker->leaves[n], 1) == 1) {
            worker->owner[n++] = i;
        }
    }
    if (n > 0) {
        ludus_evaluate(&worker->evaluator, n, worker->leaves);
    }
    for (int32_t k = 0; k < n; k++) {
        ludus_mcts_apply(worker->trees[worker->owner[k]], &worker->leaves[k], 1);
    }
}

static int32_t finish_trees(evaluation *e, label_worker *worker)
{
    int32_t finished = 0;
    for (int32_t i = 0; i < worker->batch; i++) {
        if (worker->at[i] >= 0 && ludus_mcts_done(worker->trees[i])) {
            ludus_mcts_stats stats;
            choice *out = &e->choices[worker->at[i]];
            ludus_mcts_stats_get(worker->trees[i], &stats);
            out->column = (int8_t)ludus_mcts_best(worker->trees[i]);
            out->outcome = likeliest_outcome(stats.wdl);
            worker->at[i] = -1;
            finished++;
        }
    }
    return finished;
}

static void run_search(evaluation *e, label_worker *worker)
{
    memset(worker->at, -1, (size_t)worker->batch * sizeof(*worker->at));
    while (!atomic_load_explicit(&e->stop, memory_order_relaxed) && start_trees(e, worker) > 0) {
        evaluate_leaves(worker);
        const int32_t finished = finish_trees(e, worker);
        if (finished > 0) {
            report_done(e, finished);
        }
    }
}

static void run_worker(evaluation *e, bool search)
{
    label_worker worker = {0};
    ludus_error error = {0};
    const ludus_status status = open_worker(e, search, &worker, &error);
    if (status) {
        fail_all(e, status, &error);
    } else if (search) {
        run_search(e, &worker);
    } else {
        run_policy(e, &worker);
    }
    close_worker(&worker);
}

// ---- Counting -----------------------------------------------------------------------------------

static int32_t sign(int32_t x)
{
    return (x > 0) - (x < 0);
}

static void count_marks(const evaluation *e, ludus_label_marks *marks)
{
    int32_t preserving = 0, perfect = 0, outcome = 0, decisive = 0, decisions = 0;
    for (int32_t i = 0; i < e->count; i++) {
        ludus_move legal[COLUMNS];
        const int8_t *score = e->labels[i]->score;
        const void *pos = e->positions + (size_t)i * e->game.spec.state_bytes;
        const int32_t n = ludus_game_legal(&e->game, pos, legal);
        int32_t best = score[legal[0]], worst = score[legal[0]];
        for (int32_t k = 1; k < n; k++) {
            best = score[legal[k]] > best ? score[legal[k]] : best;
            worst = score[legal[k]] < worst ? score[legal[k]] : worst;
        }
        const int32_t chosen = score[e->choices[i].column];
        const bool preserves = sign(chosen) == sign(best);
        preserving += preserves;
        perfect += chosen == best;
        outcome += e->choices[i].outcome == sign(best);
        if (sign(worst) != sign(best)) {
            decisions++;
            decisive += preserves;
        }
    }
    marks->preserving = ludus_share_of(preserving, e->count);
    marks->perfect = ludus_share_of(perfect, e->count);
    marks->outcome = ludus_share_of(outcome, e->count);
    marks->decisive = ludus_share_of(decisive, decisions);
}

static ludus_status run_part(evaluation *e, bool search, ludus_label_marks *marks,
                             ludus_error *error)
{
    const double start = ludus_clock();
    const int threads = e->config->threads;
    e->done = 0;
    e->reported = 0;
    atomic_store_explicit(&e->next, 0, memory_order_relaxed);
#pragma omp parallel num_threads(threads) default(none) shared(e, search)
    run_worker(e, search);
    if (e->status) {
        if (error) {
            *error = e->failure;
        }
        return e->status;
    }
    count_marks(e, marks);
    marks->seconds = ludus_clock() - start;
    return LUDUS_OK;
}

ludus_status ludus_label_eval(const ludus_net *net, const ludus_label_config *config,
                              ludus_label_progress *progress, void *user,
                              ludus_label_result *result, ludus_error *error)
{
    evaluation e = {.config = config, .net = net, .progress = progress, .user = user};
    assert(config->threads >= 1 && config->batch >= 1 && config->batch <= 1024);
    *result = (ludus_label_result){0};
    ludus_status status = ludus_game_open(&e.game, "connect4", error);
    if (status) {
        return status;
    }
    status = ludus_net_fits_game(net, &e.game, error);
    status = status ? status : load_positions(&e, error);
    status = status ? status : calibrate(&e, error);
    if (!status) {
        result->positions = e.count;
        status = run_part(&e, false, &result->policy, error);
    }
    if (!status && config->simulations > 0) {
        status = run_part(&e, true, &result->search, error);
    }
    ludus_free(e.calibration);
    ludus_free(e.choices);
    ludus_free(e.positions);
    ludus_free(e.labels);
    ludus_game_close(&e.game);
    return status;
}
