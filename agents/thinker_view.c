// What a search shows of itself.

#include <string.h>

#include "agents/thinker_internal.h"

// ---- Snapshots -------------------------------------------------------------------------------

static size_t cells_of(const ludus_game *game)
{
    return (size_t)game->spec.board[0] * (size_t)game->spec.board[1];
}

ludus_status ludus_thinker_snapshot_init(ludus_thinker_snapshot *out, const ludus_game *game)
{
    memset(out, 0, sizeof *out);
    out->moves = ludus_alloc((size_t)game->spec.max_legal, sizeof *out->moves);
    out->ownership = ludus_alloc(cells_of(game), sizeof *out->ownership);
    if (out->moves == NULL || out->ownership == NULL) {
        ludus_thinker_snapshot_free(out);
        return LUDUS_ERR_NOMEM;
    }
    return LUDUS_OK;
}

void ludus_thinker_snapshot_free(ludus_thinker_snapshot *snapshot)
{
    ludus_free(snapshot->moves);
    ludus_free(snapshot->ownership);
    memset(snapshot, 0, sizeof *snapshot);
}

void ludus_thinker_snapshot_copy(ludus_thinker_snapshot *out, const ludus_thinker_snapshot *from,
                                 const ludus_game *game)
{
    ludus_mcts_move *moves = out->moves;
    float *ownership = out->ownership;
    *out = *from;
    out->moves = moves;
    out->ownership = ownership;
    memcpy(moves, from->moves, (size_t)from->num_moves * sizeof *moves);
    if (from->has_ownership) {
        memcpy(ownership, from->ownership, cells_of(game) * sizeof *ownership);
    }
}

// ---- Root moves ------------------------------------------------------------------------------

bool ludus_thinker_may_choose(const ludus_thinker *t, ludus_move move)
{
    bool may = t->obeyed.num_only == 0;
    for (int32_t i = 0; i < t->obeyed.num_only && !may; i++) {
        may = t->obeyed_only[i] == move;
    }
    return may;
}

// As ludus_mcts_best has it: won, open, lost; then visits with the prior to decide among equals.
static bool is_better(const ludus_mcts_move *a, const ludus_mcts_move *b)
{
    const int class_a = a->is_proven && a->proven != 0 ? a->proven : 0;
    const int class_b = b->is_proven && b->proven != 0 ? b->proven : 0;
    if (class_a != class_b) {
        return class_a > class_b;
    }
    return (float)a->visits + 0.5f * a->prior > (float)b->visits + 0.5f * b->prior;
}

static void fill_top(ludus_thinker *t)
{
    ludus_thinker_snapshot *s = &t->draft;
    s->num_top = 0;
    for (int32_t i = 0; i < s->num_moves; i++) {
        if (!ludus_thinker_may_choose(t, s->moves[i].move)) {
            continue;
        }
        int32_t place = s->num_top;
        while (place > 0 && is_better(&s->moves[i], &s->top[place - 1].at)) {
            if (place < LUDUS_THOUGHT_TOP_MAX) {
                s->top[place].at = s->top[place - 1].at;
            }
            place--;
        }
        if (place < LUDUS_THOUGHT_TOP_MAX) {
            s->top[place].at = s->moves[i];
            s->num_top += s->num_top < LUDUS_THOUGHT_TOP_MAX;
        }
    }
    for (int32_t i = 0; i < s->num_top; i++) {
        s->top[i].line_length = ludus_mcts_line_after(t->tree, s->top[i].at.move, s->top[i].line,
                                                      LUDUS_THOUGHT_LINE_MAX);
    }
}

// ---- Outlook ---------------------------------------------------------------------------------

// The net's word on the positions of the main line, with the weight of each.
typedef struct outlooks {
    int32_t n;
    const void *pos[LUDUS_THINK_OUTLOOK_MAX];
    int32_t visits[LUDUS_THINK_OUTLOOK_MAX];
    ludus_outlook of[LUDUS_THINK_OUTLOOK_MAX];
} outlooks;

static void ask_outlooks(ludus_thinker *t, outlooks *o)
{
    o->n = ludus_mcts_line_positions(t->tree, o->pos, o->visits, LUDUS_THINK_OUTLOOK_MAX);
    for (int32_t i = 0; i < o->n; i++) {
        o->of[i] = (ludus_outlook){.pos = o->pos[i],
                                   .ownership = t->ownership + (size_t)i * cells_of(&t->game)};
    }
    for (int32_t done = 0; done < o->n;) {
        const int32_t left = o->n - done, most = t->first->max_batch;
        const int32_t rows = left < most ? left : most;
        ludus_evaluator_outlook(t->first, rows, o->of + done);
        done += rows;
    }
}

static void add_outlook(ludus_thinker *t, const ludus_outlook *o, int32_t ply, bool is_mover,
                        float weight)
{
    ludus_thinker_snapshot *s = &t->draft;
    s->score += weight * (is_mover ? o->score : -o->score);
    s->moves_left += weight * ((float)ply + o->moves_left);
    for (size_t i = 0; s->has_ownership && i < cells_of(&t->game); i++) {
        s->ownership[i] += weight * (is_mover ? o->ownership[i] : 1.0f - o->ownership[i]);
    }
}

static void fill_outlook(ludus_thinker *t)
{
    ludus_thinker_snapshot *s = &t->draft;
    outlooks o;
    float total = 0.0f;
    s->has_ownership = t->heads.has_ownership;
    s->has_score = t->heads.has_score;
    s->score = s->moves_left = 0.0f;
    if (!s->has_ownership && !s->has_score && !t->heads.has_moves_left) {
        return;
    }
    ask_outlooks(t, &o);
    memset(s->ownership, 0, cells_of(&t->game) * sizeof *s->ownership);
    for (int32_t i = 0; i < o.n; i++) {
        total += (float)o.visits[i];
    }
    const int32_t side = ludus_game_to_move(&t->game, o.pos[0]);
    for (int32_t i = 0; i < o.n; i++) {
        add_outlook(t, &o.of[i], i, ludus_game_to_move(&t->game, o.pos[i]) == side,
                    (float)o.visits[i] / total);
    }
    if (!t->heads.has_moves_left) {
        s->moves_left = 0.0f;
    }
}

void ludus_thinker_view(ludus_thinker *t, bool is_final)
{
    ludus_thinker_snapshot *s = &t->draft;
    const double seconds = ludus_clock() - t->origin;
    s->is_running = !is_final;
    s->is_final = is_final;
    ludus_mcts_stats_get(t->tree, &s->stats);
    s->seconds = seconds;
    s->evaluations_per_s = seconds > 0.0 ? (double)s->stats.evaluations / seconds : 0.0;
    s->fullness = s->stats.fullness;
    s->num_moves = ludus_mcts_moves(t->tree, s->moves);
    fill_top(t);
    fill_outlook(t);
}
