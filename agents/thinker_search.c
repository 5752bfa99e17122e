// The search itself: batch after batch until the limits, the tree or the caller end it.

#include <math.h>
#include <time.h>

#include "agents/thinker_internal.h"

// Simulations that may pass within one batch: those that need no evaluation come in free, and a
// tree of proven draws would have nothing else.
#define BATCH_SIMULATIONS 4096
// A batch takes no longer than this where the clock matters at all: stop() waits for it.
#define BATCH_SECONDS 0.01
#define RECENT_SHARE 0.25      // of the last batch in what a row is taken to cost
#define MOST_VISITS 1000000000 // what is counted in 32 bits ends here
#define LINE_MAX_DEPTH 256
#define SIMULATIONS_PER_PLY 2000 // end a search by depth whose line ends with the game

typedef enum verdict { GO_ON, WAIT, END } verdict;

static bool is_clocked(const ludus_think_limits *l)
{
    return l->seconds > 0.0 || l->enable_endless || (l->simulations == 0 && l->depth == 0);
}

// New limits, if there are any; whether stop() was called.
static bool take_orders(ludus_thinker *t)
{
    pthread_mutex_lock(&t->mutex);
    const bool is_stopping = t->is_stopping;
    const bool has_changed = t->taken != t->limits_serial;
    if (has_changed) {
        t->taken = t->limits_serial;
        t->obeyed = t->limits;
        t->obeyed_set = t->limits_set;
        for (int32_t i = 0; i < t->limits.num_only; i++) {
            t->obeyed_only[i] = t->only[i];
        }
        t->obeyed.only = t->obeyed_only;
    }
    pthread_mutex_unlock(&t->mutex);
    if (has_changed) {
        ludus_mcts_restrict(t->tree, t->obeyed_only, t->obeyed.num_only);
        t->watch = (ludus_think_watch){.best = LUDUS_MOVE_NONE};
    }
    return is_stopping;
}

static void begin(ludus_thinker *t)
{
    pthread_mutex_lock(&t->mutex);
    t->origin = t->started;
    t->draft.serial = t->serial;
    t->taken = 0;
    pthread_mutex_unlock(&t->mutex);
    t->reported = t->origin;
    for (int32_t i = 0; t->heads.has_score && i < t->game.spec.num_moves; i++) {
        t->scores[i] = NAN;
    }
    ludus_mcts_advance_to(t->tree, t->pos);
    ludus_mcts_start(t->tree, t->pos, 1, false, NULL);
}

static bool reaches_depth(const ludus_thinker *t, const ludus_mcts_stats *stats)
{
    ludus_move line[LINE_MAX_DEPTH];
    const int32_t depth = t->obeyed.depth < LINE_MAX_DEPTH ? t->obeyed.depth : LINE_MAX_DEPTH;
    return ludus_mcts_line(t->tree, line, depth) >= depth ||
           stats->visits / SIMULATIONS_PER_PLY >= depth;
}

// Whether the time is over, or would be with one more row and the final look at the main line.
static bool is_out_of_time(ludus_thinker *t, const ludus_mcts_stats *stats)
{
    const double elapsed = ludus_clock() - t->obeyed_set;
    const bool looks = t->heads.has_ownership || t->heads.has_score || t->heads.has_moves_left;
    const int32_t scored = t->heads.has_score ? ludus_think_num_scored(t) : 0;
    const int32_t rows = (looks ? 1 + LUDUS_THINK_OUTLOOK_MAX : 1) + scored;
    if (elapsed + rows * t->row_seconds >= t->obeyed.seconds) {
        return true;
    }
    if (t->obeyed.soft_seconds <= 0.0) {
        return false;
    }
    ludus_think_observe(t, stats, elapsed);
    return ludus_think_is_decided(t, stats, elapsed);
}

static verdict judge(ludus_thinker *t)
{
    ludus_mcts_stats stats;
    const bool is_stopping = take_orders(t);
    const ludus_think_limits *l = &t->obeyed;
    ludus_mcts_stats_get(t->tree, &stats);
    if (!stats.is_expanded) {
        return GO_ON; // without it there is no move to play
    }
    if (is_stopping || (l->simulations > 0 && stats.visits >= l->simulations) ||
        (l->depth > 0 && reaches_depth(t, &stats)) ||
        (l->seconds > 0.0 && is_out_of_time(t, &stats))) {
        return END;
    }
    if (stats.proven || stats.arena_full || stats.visits >= MOST_VISITS) {
        return l->enable_endless ? WAIT : END;
    }
    return GO_ON;
}

// ---- Batches ---------------------------------------------------------------------------------

static int32_t rows_of_batch(const ludus_thinker *t)
{
    double seconds = BATCH_SECONDS;
    const double each = t->row_seconds;
    if (!is_clocked(&t->obeyed) || each <= 0.0) {
        return t->config.batch;
    }
    if (t->obeyed.seconds > 0.0) {
        seconds = fmin(seconds, 0.25 * (t->obeyed.seconds - (ludus_clock() - t->obeyed_set)));
    }
    return (int32_t)fmax(1.0, fmin(seconds / each, t->config.batch));
}

static void run_batch(ludus_thinker *t)
{
    ludus_mcts_stats stats;
    ludus_mcts_stats_get(t->tree, &stats);
    int32_t more = BATCH_SIMULATIONS;
    if (t->obeyed.simulations > 0 && t->obeyed.simulations - stats.visits < more) {
        more = t->obeyed.simulations - stats.visits;
    }
    ludus_mcts_extend(t->tree, stats.simulations + more);
    const int32_t n = ludus_mcts_gather(t->tree, t->leaves, rows_of_batch(t));
    if (n > 0) {
        const double before = t->evaluator.seconds;
        ludus_evaluate(&t->evaluator, n, t->leaves);
        const double each = (t->evaluator.seconds - before) / n;
        t->row_seconds += (t->row_seconds > 0.0 ? RECENT_SHARE : 1.0) * (each - t->row_seconds);
        ludus_mcts_apply(t->tree, t->leaves, n);
    }
}

// ---- Reports ---------------------------------------------------------------------------------

static void report(ludus_thinker *t, bool is_final)
{
    ludus_thinker_view(t, is_final);
    pthread_mutex_lock(&t->mutex);
    ludus_thinker_snapshot_copy(&t->shown, &t->draft, &t->game);
    pthread_mutex_unlock(&t->mutex);
    if (t->config.on_report != NULL) {
        t->config.on_report(&t->draft, t->config.user);
    }
    t->reported = ludus_clock();
}

static bool is_report_due(const ludus_thinker *t)
{
    return t->config.report_seconds > 0.0 &&
           ludus_clock() - t->reported >= t->config.report_seconds;
}

// Sleeps until something new is said or the time is over.
static void wait_for_orders(ludus_thinker *t)
{
    const double until = t->obeyed.seconds > 0.0 ? t->obeyed_set + t->obeyed.seconds : 0.0;
    const struct timespec at = {.tv_sec = (time_t)until,
                                .tv_nsec = (long)((until - floor(until)) * 1e9)};
    int late = 0;
    pthread_mutex_lock(&t->mutex);
    while (!t->is_stopping && t->taken == t->limits_serial && late == 0) {
        if (until > 0.0) {
            late = pthread_cond_timedwait(&t->wake, &t->mutex, &at);
        } else {
            pthread_cond_wait(&t->wake, &t->mutex);
        }
    }
    pthread_mutex_unlock(&t->mutex);
}

void ludus_thinker_search(ludus_thinker *t)
{
    verdict v;
    begin(t);
    while ((v = judge(t)) != END) {
        if (v == WAIT) {
            report(t, false);
            wait_for_orders(t);
            continue;
        }
        run_batch(t);
        if (is_report_due(t)) {
            report(t, false);
        }
    }
    report(t, true);
}
