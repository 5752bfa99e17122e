// The thinker's insides, shared by agents/thinker*.c.
//
// Two sides: callers give orders and read what is shown, under the mutex; the thread of its own
// searches. The tree and the evaluator are the thread's while `is_running`, else the callers'.

#ifndef LUDUS_AGENTS_THINKER_INTERNAL_H
#define LUDUS_AGENTS_THINKER_INTERNAL_H

#include <pthread.h>

#include "agents/evaluator_team.h"
#include "agents/thinker.h"

#define LUDUS_THINK_OUTLOOK_MAX 6 // positions asked for ownership, score and length

// How the favourite of a search came to be, for those that may end early or go on longer.
typedef struct ludus_think_watch {
    ludus_move best;
    double best_since;  // seconds since the limits were set
    float early_value;  // of the root, when a quarter of the time was over
    bool is_early_over; // early_value is known
} ludus_think_watch;

struct ludus_thinker {
    ludus_game game;
    ludus_thinker_config config;
    pthread_t thread;

    // Orders and news, under the mutex.
    pthread_mutex_t mutex;
    pthread_cond_t wake; // to the thread: an order, new limits, stop, quit
    pthread_cond_t idle; // to callers: the search has ended
    bool has_order, is_running, is_stopping, is_quitting;
    uint64_t serial;        // of the search
    double started;         // clock at start()
    void *pos;              // [state_bytes] to search
    uint64_t limits_serial; // grows with every change of the limits
    ludus_think_limits limits;
    ludus_move *only;             // [max_legal] what limits.only points to
    double limits_set;            // clock
    ludus_thinker_snapshot shown; // the latest

    // The thread's while it searches.
    ludus_mcts *tree;
    ludus_evaluator evaluator;
    ludus_evaluator *first; // the member that tells the outlook
    ludus_outlook_heads heads;
    ludus_leaf leaves[64];
    uint64_t taken;            // limits_serial of the copies below
    ludus_think_limits obeyed; // limits under way
    ludus_move *obeyed_only;   // [max_legal]
    double obeyed_set, origin; // clocks
    double row_seconds;        // what a row costs, lately; 0 = not known
    ludus_think_watch watch;
    double reported;        // clock of the last report
    ludus_mcts_move *moves; // [max_legal] scratch
    ludus_thinker_snapshot draft;
    float *ownership; // [LUDUS_THINK_OUTLOOK_MAX, cells] scratch
    uint8_t *after;   // [LUDUS_THINK_OUTLOOK_MAX, state_bytes] scratch
    float *scores;    // [num_moves] after a move, for the root's player; NAN = not asked yet
};

// ---- thinker_search.c: on the thread ----
// Carries out the order; returns when the search has ended and its final report is out.
void ludus_thinker_search(ludus_thinker *t);

// ---- thinker_limits.c: on the thread ----
// The favourite of the root's moves as the watch should know it, after every batch.
void ludus_think_observe(ludus_thinker *t, const ludus_mcts_stats *stats, double elapsed);
// Whether the soft time says that the search is over. `elapsed` since the limits were set.
bool ludus_think_is_decided(ludus_thinker *t, const ludus_mcts_stats *stats, double elapsed);

// ---- thinker_view.c ----
bool ludus_thinker_may_choose(const ludus_thinker *t, ludus_move move);
// At most how many top moves get a score of their own.
int32_t ludus_think_num_scored(const ludus_thinker *t);
// Fills t->draft from the tree.
void ludus_thinker_view(ludus_thinker *t, bool is_final);
// Between snapshots of one game: plain fields and the contents of the arrays.
void ludus_thinker_snapshot_copy(ludus_thinker_snapshot *out, const ludus_thinker_snapshot *from,
                                 const ludus_game *game);

#endif
