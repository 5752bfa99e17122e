// What a search shows of itself.

#include <math.h>
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

static void fill_top(ludus_thinker *t)
{
    ludus_thinker_snapshot *s = &t->draft;
    s->num_top = 0;
    for (int32_t i = 0; i < s->num_moves; i++) {
        if (!ludus_thinker_may_choose(t, s->moves[i].move)) {
            continue;
        }
        int32_t place = s->num_top;
        while (place > 0 && ludus_mcts_is_better(&s->moves[i], &s->top[place - 1].at)) {
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

// Of o[0..n-1], n at most LUDUS_THINK_OUTLOOK_MAX, with their positions set.
static void look(ludus_thinker *t, ludus_outlook *o, int32_t n)
{
    for (int32_t i = 0; i < n; i++) {
        o[i].ownership = t->ownership + (size_t)i * cells_of(&t->game);
    }
    for (int32_t done = 0; done < n;) {
        const int32_t left = n - done, most = t->first->max_batch;
        const int32_t rows = left < most ? left : most;
        ludus_evaluator_outlook(t->first, rows, o + done);
        done += rows;
    }
}

static void ask_outlooks(ludus_thinker *t, outlooks *o)
{
    o->n = ludus_mcts_line_positions(t->tree, o->pos, o->visits, LUDUS_THINK_OUTLOOK_MAX);
    for (int32_t i = 0; i < o->n; i++) {
        o->of[i] = (ludus_outlook){.pos = o->pos[i]};
    }
    look(t, o->of, o->n);
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

// ---- Scores of root moves --------------------------------------------------------------------

int32_t ludus_think_num_scored(const ludus_thinker *t)
{
    const int32_t n = t->obeyed.num_scored;
    return n < LUDUS_THOUGHT_TOP_MAX ? n : LUDUS_THOUGHT_TOP_MAX;
}

// Positions after root moves that wait for the net's word.
typedef struct unscored {
    int32_t n;
    ludus_move move[LUDUS_THINK_OUTLOOK_MAX];
    ludus_outlook after[LUDUS_THINK_OUTLOOK_MAX];
} unscored;

static float score_for_root(const ludus_thinker *t, const void *after, float score)
{
    const bool is_same =
        ludus_game_to_move(&t->game, after) == ludus_game_to_move(&t->game, t->pos);
    return is_same ? score : -score;
}

static void score_all(ludus_thinker *t, unscored *u)
{
    look(t, u->after, u->n);
    for (int32_t i = 0; i < u->n; i++) {
        t->scores[u->move[i]] = score_for_root(t, u->after[i].pos, u->after[i].score);
    }
    u->n = 0;
}

static void add_unscored(ludus_thinker *t, unscored *u, ludus_move move)
{
    uint8_t *after = t->after + (size_t)u->n * t->game.spec.state_bytes;
    memcpy(after, t->pos, t->game.spec.state_bytes);
    ludus_game_play(&t->game, after, move);
    if (ludus_game_outcome(&t->game, after) != LUDUS_ONGOING) {
        float lead = 0.0f;
        ludus_game_result(&t->game, after, &lead, t->ownership);
        t->scores[move] = score_for_root(t, after, lead);
        return;
    }
    u->move[u->n] = move;
    u->after[u->n++] = (ludus_outlook){.pos = after};
    if (u->n == LUDUS_THINK_OUTLOOK_MAX) {
        score_all(t, u);
    }
}

// A position after a root move is looked at once a search, however many reports tell of it.
static void fill_scores(ludus_thinker *t)
{
    ludus_thinker_snapshot *s = &t->draft;
    unscored u = {0};
    int32_t n = t->heads.has_score ? ludus_think_num_scored(t) : 0;
    n = n < s->num_top ? n : s->num_top;
    for (int32_t i = 0; i < n; i++) {
        if (s->top[i].at.visits > 0 && isnan(t->scores[s->top[i].at.move])) {
            add_unscored(t, &u, s->top[i].at.move);
        }
    }
    if (u.n > 0) {
        score_all(t, &u);
    }
    for (int32_t i = 0; i < s->num_top; i++) {
        s->top[i].has_score = i < n && s->top[i].at.visits > 0;
        s->top[i].score = s->top[i].has_score ? t->scores[s->top[i].at.move] : 0.0f;
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
    fill_scores(t);
}
