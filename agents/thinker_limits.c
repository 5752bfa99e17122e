// When a search with a soft time is over: early when nothing can change the move any more, late
// while the move is in doubt.

#include <stddef.h>

#include "agents/thinker_internal.h"

#define MIN_SIMULATIONS 16 // before rates are believed
#define SETTLED_SHARE 0.3  // of the time that the favourite has to hold to be out of doubt
#define EARLY_SHARE 0.25   // of the soft time, when the root's value is noted
#define VALUE_DROP 0.08f   // since then that raises doubt
#define RIVAL_VISITS 0.25f // of the favourite's, for a better value to raise doubt
#define RIVAL_MARGIN 0.02f // better by so much

// The two moves that matter, among those that may be chosen and are not lost.
typedef struct race {
    const ludus_mcts_move *first, *second; // by visits; NULL = none
    bool has_rival;                        // another well-tried move has a better value
} race;

static void enter(race *r, const ludus_mcts_move *move)
{
    if (r->first == NULL || move->visits > r->first->visits) {
        r->second = r->first;
        r->first = move;
    } else if (r->second == NULL || move->visits > r->second->visits) {
        r->second = move;
    }
}

static race race_of(ludus_thinker *t)
{
    race r = {0};
    const int32_t n = ludus_mcts_moves(t->tree, t->moves);
    for (int32_t i = 0; i < n; i++) {
        const ludus_mcts_move *move = &t->moves[i];
        if (ludus_thinker_may_choose(t, move->move) && !(move->is_proven && move->proven < 0)) {
            enter(&r, move);
        }
    }
    for (int32_t i = 0; i < n && r.first != NULL; i++) {
        const ludus_mcts_move *move = &t->moves[i];
        r.has_rival = r.has_rival || (ludus_thinker_may_choose(t, move->move) &&
                                      (float)move->visits > RIVAL_VISITS * (float)r.first->visits &&
                                      move->value > r.first->value + RIVAL_MARGIN);
    }
    return r;
}

void ludus_think_observe(ludus_thinker *t, const ludus_mcts_stats *stats, double elapsed)
{
    ludus_think_watch *w = &t->watch;
    const ludus_move best = ludus_mcts_best(t->tree);
    if (best != w->best) {
        w->best_since = w->best == LUDUS_MOVE_NONE ? 0.0 : elapsed;
        w->best = best;
    }
    if (!w->is_early_over) {
        w->early_value = stats->value;
        w->is_early_over = elapsed >= EARLY_SHARE * t->obeyed.soft_seconds;
    }
}

bool ludus_think_is_decided(ludus_thinker *t, const ludus_mcts_stats *stats, double elapsed)
{
    const ludus_think_watch *w = &t->watch;
    const race r = race_of(t);
    if (r.second == NULL) {
        return true; // nothing else to play
    }
    const double since_start = ludus_clock() - t->origin;
    const double rate = (double)stats->simulations / (since_start > 1e-6 ? since_start : 1e-6);
    const bool is_early = elapsed < t->obeyed.soft_seconds;
    const double left = (is_early ? t->obeyed.soft_seconds : t->obeyed.seconds) - elapsed;
    const double lead = (double)(r.first->visits - r.second->visits);
    if (stats->simulations >= MIN_SIMULATIONS && lead > rate * left) {
        return true;
    }
    const bool is_settled = elapsed - w->best_since >= SETTLED_SHARE * elapsed;
    const bool has_dropped = stats->value < w->early_value - VALUE_DROP;
    return !is_early && is_settled && !has_dropped && !r.has_rival;
}
