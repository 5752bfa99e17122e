#include "selfplay/chess_eval.h"

#include <stdatomic.h>
#include <string.h>

#include "agents/mate_search.h"
#include "envs/chess_endgame.h"
#include "envs/chess_positions.h"

// One position and its truth.
typedef struct item {
    ludus_chess_topic topic;
    ludus_move best;       // of exercises
    int32_t mate;          // of exercises: in so many moves, 0 = a tactic
    ludus_outcome outcome; // of endings
    bool raw_is_right, search_is_right;
} item;

typedef struct evaluation {
    const ludus_chess_eval_config *config;
    const ludus_net *net;
    ludus_game game;
    item *items;        // [count]
    uint8_t *positions; // [count, state_bytes]
    int32_t count, capacity;
    ludus_label_progress *progress;
    void *user;
    atomic_bool stop; // relaxed: late news cost time, not correctness
    // Inside the critical section only.
    int32_t done;
    ludus_error failure; // status LUDUS_OK = none
} evaluation;

const char *ludus_chess_topic_name(ludus_chess_topic topic)
{
    static const char *const names[LUDUS_CHESS_NUM_TOPICS] = {
        "KQK judged", "KRK judged", "KPK judged", "mates in 1",
        "mates in 2", "mates in 3", "tactics"};
    return names[topic];
}

ludus_chess_eval_config ludus_chess_eval_config_default(void)
{
    ludus_chess_eval_config config = {.endings = 500,
                                      .ending_simulations = 400,
                                      .simulations = 1600,
                                      .threads = 1,
                                      .batch = 8,
                                      .precision = LUDUS_PRECISION_F32,
                                      .seed = 1,
                                      .search = ludus_mcts_config_default()};
    config.search.enable_lookahead = true; // as ludus_mcts_config_for_game has it for chess
    return config;
}

// ---- The positions ------------------------------------------------------------------------------

static void *position_at(const evaluation *e, int32_t i)
{
    return e->positions + (size_t)i * e->game.spec.state_bytes;
}

static ludus_status reserve(evaluation *e, ludus_error *error)
{
    int32_t exercises = 0;
    while (ludus_chess_positions[exercises] != NULL) {
        exercises++;
    }
    e->capacity = exercises + 3 * e->config->endings;
    e->items = ludus_alloc((size_t)e->capacity, sizeof(*e->items));
    e->positions = ludus_alloc((size_t)e->capacity, e->game.spec.state_bytes);
    if (e->items == NULL || e->positions == NULL) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "no memory for %d positions", e->capacity);
    }
    return LUDUS_OK;
}

static ludus_status add_exercises(evaluation *e, ludus_error *error)
{
    for (int32_t i = 0; ludus_chess_positions[i] != NULL; i++) {
        ludus_chess_exercise exercise;
        const ludus_status status = ludus_chess_exercise_read(
            &e->game, ludus_chess_positions[i], position_at(e, e->count), &exercise, error);
        if (status != LUDUS_OK) {
            return status;
        }
        const int32_t topic = exercise.mate > 0 ? LUDUS_CHESS_TOPIC_MATE_1 + exercise.mate - 1
                                                : LUDUS_CHESS_TOPIC_TACTICS;
        e->items[e->count++] =
            (item){.topic = (ludus_chess_topic)topic, .best = exercise.best, .mate = exercise.mate};
    }
    return LUDUS_OK;
}

static void add_endings_of(evaluation *e, const ludus_chess_endgame *table, int32_t kind,
                           ludus_chess_topic topic)
{
    ludus_rng rng;
    ludus_rng_init(&rng, e->config->seed, (uint64_t)topic);
    for (int32_t num = 0; num < e->config->endings;) {
        const bool is_strong = num % 2 == 0;
        const int32_t strong = (int32_t)ludus_rng_below(&rng, 64);
        const int32_t weak = (int32_t)ludus_rng_below(&rng, 64);
        const int32_t piece = (int32_t)ludus_rng_below(&rng, 64);
        const int32_t plies = ludus_chess_endgame_plies(table, is_strong, strong, weak, piece);
        if (plies == LUDUS_CHESS_ENDGAME_ILLEGAL) {
            continue;
        }
        ludus_chess_board board;
        char fen[LUDUS_CHESS_FEN_MAX];
        void *pos = position_at(e, e->count);
        ludus_chess_endgame_board(kind, is_strong, strong, weak, piece, &board);
        ludus_chess_board_to_fen(&board, fen);
        if (ludus_game_from_text(&e->game, pos, fen, NULL) ||
            ludus_game_outcome(&e->game, pos) != LUDUS_ONGOING) {
            continue;
        }
        const ludus_outcome outcome = plies < 0 ? LUDUS_DRAW : is_strong ? LUDUS_WIN : LUDUS_LOSS;
        e->items[e->count++] = (item){.topic = topic, .outcome = outcome};
        num++;
    }
}

static ludus_status add_endings(evaluation *e, ludus_error *error)
{
    static const int32_t kinds[3] = {LUDUS_CHESS_QUEEN, LUDUS_CHESS_ROOK, LUDUS_CHESS_PAWN};
    for (int32_t i = 0; i < 3 && e->config->endings > 0; i++) {
        ludus_chess_endgame *table;
        const ludus_status status = ludus_chess_endgame_create(&table, kinds[i], error);
        if (status != LUDUS_OK) {
            return status;
        }
        add_endings_of(e, table, kinds[i], (ludus_chess_topic)(LUDUS_CHESS_TOPIC_KQK + i));
        ludus_chess_endgame_destroy(table);
    }
    return LUDUS_OK;
}

// ---- Judging ------------------------------------------------------------------------------------

typedef struct eval_worker {
    ludus_evaluator evaluator;
    ludus_mcts *tree;
    ludus_move legal[LUDUS_CHESS_MAX_MOVES];
    float priors[LUDUS_CHESS_MAX_MOVES];
} eval_worker;

static ludus_outcome most_likely(const float wdl[3])
{
    if (wdl[0] >= wdl[1] && wdl[0] >= wdl[2]) {
        return LUDUS_WIN;
    }
    return wdl[2] > wdl[1] ? LUDUS_LOSS : LUDUS_DRAW;
}

static bool is_ending(const item *it)
{
    return it->topic <= LUDUS_CHESS_TOPIC_KPK;
}

// Some mates have a second key, which is as good.
static bool solves(const evaluation *e, const void *pos, const item *it, ludus_move move)
{
    if (move == it->best || it->mate == 0) {
        return move == it->best;
    }
    const ludus_chess_board *board = ludus_chess_board_of(pos);
    const ludus_chess_move key = ludus_chess_of_index(&e->game, board, move);
    ludus_mate_limits limits = ludus_mate_limits_default(it->mate);
    ludus_mate found;
    limits.only = &key;
    limits.num_only = 1;
    return ludus_mate_search(board, &limits, &found) == LUDUS_OK &&
           found.verdict == LUDUS_MATE_FOUND;
}

static void judge_raw(const evaluation *e, eval_worker *w, const void *pos, item *it)
{
    ludus_leaf leaf = {.pos = pos, .legal = w->legal, .priors = w->priors};
    int32_t best = 0;
    leaf.num_legal = ludus_game_legal(&e->game, pos, w->legal);
    ludus_evaluate(&w->evaluator, 1, &leaf);
    for (int32_t i = 1; i < leaf.num_legal; i++) {
        best = w->priors[i] > w->priors[best] ? i : best;
    }
    it->raw_is_right =
        is_ending(it) ? most_likely(leaf.wdl) == it->outcome : solves(e, pos, it, w->legal[best]);
}

static void judge_search(const evaluation *e, eval_worker *w, const void *pos, item *it)
{
    ludus_rng rng;
    ludus_mcts_stats stats;
    const int32_t simulations =
        is_ending(it) ? e->config->ending_simulations : e->config->simulations;
    ludus_rng_init(&rng, 1, 0);
    ludus_mcts_reset(w->tree);
    ludus_mcts_clear_cache(w->tree);
    ludus_mcts_run(w->tree, pos, simulations, false, &rng, &w->evaluator, e->config->batch);
    ludus_mcts_stats_get(w->tree, &stats);
    const ludus_outcome seen = !stats.proven         ? most_likely(stats.wdl)
                               : stats.value > 0.5f  ? LUDUS_WIN
                               : stats.value < -0.5f ? LUDUS_LOSS
                                                     : LUDUS_DRAW;
    it->search_is_right =
        is_ending(it) ? seen == it->outcome : solves(e, pos, it, ludus_mcts_best(w->tree));
}

static ludus_status open_worker(const evaluation *e, eval_worker *w, ludus_error *error)
{
    const ludus_chess_eval_config *c = e->config;
    const ludus_exec_config exec = {.max_batch = c->batch,
                                    .precision = (ludus_precision)c->precision};
    ludus_mcts_config search = c->search;
    search.simulations =
        c->simulations > c->ending_simulations ? c->simulations : c->ending_simulations;
    search.root = LUDUS_ROOT_PUCT;
    ludus_status status = e->net != NULL
                              ? ludus_evaluator_net(&w->evaluator, &e->game, e->net, &exec, error)
                              : ludus_evaluator_uniform(&w->evaluator, &e->game, c->batch);
    if (status != LUDUS_OK && e->net == NULL) {
        return ludus_fail(error, status, "out of memory");
    }
    return status ? status : ludus_mcts_create(&w->tree, &e->game, &search, error);
}

static void note_failure(evaluation *e, const ludus_error *error)
{
#pragma omp critical(ludus_chess_eval)
    e->failure = e->failure.status == LUDUS_OK ? *error : e->failure;
    atomic_store_explicit(&e->stop, true, memory_order_relaxed);
}

static void count_one(evaluation *e)
{
#pragma omp critical(ludus_chess_eval)
    {
        e->done++;
        if (e->progress != NULL && e->failure.status == LUDUS_OK &&
            !e->progress(e->done, e->count, e->user)) {
            ludus_fail(&e->failure, LUDUS_ERR_STATE, "stopped");
            atomic_store_explicit(&e->stop, true, memory_order_relaxed);
        }
    }
}

static void judge_all(evaluation *e)
{
    const int32_t count = e->count;
#pragma omp parallel default(none) shared(e, count) num_threads(e->config->threads)
    {
        eval_worker *w = ludus_alloc(1, sizeof(*w));
        ludus_error error = {.status = LUDUS_OK};
        if (w == NULL) {
            ludus_fail(&error, LUDUS_ERR_NOMEM, "out of memory");
            note_failure(e, &error);
        } else if (open_worker(e, w, &error)) {
            note_failure(e, &error);
        }
#pragma omp for schedule(dynamic, 1)
        for (int32_t i = 0; i < count; i++) {
            if (!atomic_load_explicit(&e->stop, memory_order_relaxed)) {
                judge_raw(e, w, position_at(e, i), &e->items[i]);
                judge_search(e, w, position_at(e, i), &e->items[i]);
                count_one(e);
            }
        }
        if (w != NULL) {
            ludus_mcts_destroy(w->tree);
            ludus_evaluator_destroy(&w->evaluator);
        }
        ludus_free(w);
    }
}

static void sum_up(const evaluation *e, ludus_chess_eval_result *result)
{
    for (int32_t topic = 0; topic < LUDUS_CHESS_NUM_TOPICS; topic++) {
        int32_t of = 0, raw = 0, search = 0;
        for (int32_t i = 0; i < e->count; i++) {
            const bool is_it = (int32_t)e->items[i].topic == topic;
            of += is_it;
            raw += is_it && e->items[i].raw_is_right;
            search += is_it && e->items[i].search_is_right;
        }
        result->raw[topic] = ludus_share_of(raw, of);
        result->search[topic] = ludus_share_of(search, of);
    }
}

ludus_status ludus_chess_eval(const ludus_net *net, const ludus_chess_eval_config *config,
                              ludus_label_progress *progress, void *user,
                              ludus_chess_eval_result *result, ludus_error *error)
{
    evaluation e = {.config = config, .net = net, .progress = progress, .user = user};
    const double start = ludus_clock();
    memset(result, 0, sizeof(*result));
    ludus_status status = ludus_game_open(&e.game, "chess", error);
    if (status != LUDUS_OK) {
        return status;
    }
    status = net != NULL ? ludus_net_fits_game(net, &e.game, error) : LUDUS_OK;
    status = status ? status : reserve(&e, error);
    status = status ? status : add_endings(&e, error);
    status = status ? status : add_exercises(&e, error);
    if (status == LUDUS_OK) {
        judge_all(&e);
        status = e.failure.status;
        if (status == LUDUS_OK) {
            sum_up(&e, result);
        } else {
            ludus_fail(error, status, "%s", e.failure.text);
        }
    }
    result->seconds = ludus_clock() - start;
    ludus_free(e.items);
    ludus_free(e.positions);
    ludus_game_close(&e.game);
    return status;
}
