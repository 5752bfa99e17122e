#include "agents/negamax.h"

#include <assert.h>
#include <string.h>

#define TABLE_ENTRIES ((size_t)1 << 16)
#define INFINITE (2 * LUDUS_NEGAMAX_WIN)

typedef enum bound { BOUND_NONE, BOUND_EXACT, BOUND_LOWER, BOUND_UPPER } bound;

typedef struct entry {
    uint64_t hash;
    int32_t score;   // wins and losses by the plies from here
    ludus_move move; // best or cutting
    int8_t depth;
    int8_t bound;
} entry;

struct ludus_negamax {
    ludus_game game;
    int32_t depth;
    entry *table;
    uint8_t *states;   // [depth + 1] positions
    ludus_move *moves; // [depth + 1, max_legal]
    int32_t *scores;   // [max_legal] of the root
};

ludus_status ludus_negamax_create(ludus_negamax **out, const ludus_game *game, int32_t depth,
                                  ludus_error *error)
{
    assert(depth >= 1 && depth <= 64);
    const size_t plies = (size_t)depth + 2, max_legal = (size_t)game->spec.max_legal;
    ludus_negamax *s = ludus_alloc(1, sizeof *s);
    *out = NULL;
    if (s != NULL) {
        s->game = *game;
        s->depth = depth;
        s->table = ludus_alloc(TABLE_ENTRIES, sizeof *s->table);
        s->states = ludus_alloc(plies, game->spec.state_bytes);
        s->moves = ludus_alloc(plies * max_legal, sizeof *s->moves);
        s->scores = ludus_alloc(max_legal, sizeof *s->scores);
    }
    if (s == NULL || !s->table || !s->states || !s->moves || !s->scores) {
        ludus_negamax_destroy(s);
        return ludus_fail(error, LUDUS_ERR_NOMEM, "alpha-beta: out of memory");
    }
    *out = s;
    return LUDUS_OK;
}

void ludus_negamax_destroy(ludus_negamax *searcher)
{
    if (searcher != NULL) {
        ludus_free(searcher->table);
        ludus_free(searcher->states);
        ludus_free(searcher->moves);
        ludus_free(searcher->scores);
        ludus_free(searcher);
    }
}

static uint8_t *state_at(const ludus_negamax *s, int32_t ply)
{
    return s->states + (size_t)ply * s->game.spec.state_bytes;
}

// The table holds what is won and lost as seen from its own position, wherever that was met: by the
// plies from there. Scores speak of the plies from the root.
static int32_t shifted(int32_t score, int32_t plies)
{
    const int32_t decided = LUDUS_NEGAMAX_WIN / 2; // far from any heuristic
    return score > decided ? score + plies : score < -decided ? score - plies : score;
}

static int32_t leaf_score(const ludus_negamax *s, const void *pos)
{
    return (int32_t)(1000.0f * ludus_game_heuristic(&s->game, pos));
}

// The remembered move goes first.
static void order_moves(ludus_move *moves, int32_t n, ludus_move first)
{
    for (int32_t i = 1; i < n; i++) {
        if (moves[i] == first) {
            memmove(moves + 1, moves, (size_t)i * sizeof *moves);
            moves[0] = first;
            return;
        }
    }
}

// Whether an entry's score, as seen from the root, decides its position.
static bool table_decides(const entry *e, int32_t score, int32_t depth, int32_t alpha, int32_t beta)
{
    if (e->depth != depth) { // a deeper result would make scores depend on earlier searches
        return false;
    }
    return e->bound == BOUND_EXACT || (e->bound == BOUND_LOWER && score >= beta) ||
           (e->bound == BOUND_UPPER && score <= alpha);
}

static int32_t search(ludus_negamax *s, int32_t ply, int32_t depth, int32_t alpha, int32_t beta);

// Plays a move from `ply` and searches behind it: the score for the player at `ply`.
static int32_t score_move(ludus_negamax *s, int32_t ply, ludus_move move, int32_t depth,
                          int32_t alpha, int32_t beta)
{
    uint8_t *pos = state_at(s, ply), *next = state_at(s, ply + 1);
    memcpy(next, pos, s->game.spec.state_bytes);
    ludus_game_play(&s->game, next, move);
    assert(ludus_game_to_move(&s->game, next) != ludus_game_to_move(&s->game, pos));
    return -search(s, ply + 1, depth - 1, -beta, -alpha);
}

static int32_t search(ludus_negamax *s, int32_t ply, int32_t depth, int32_t alpha, int32_t beta)
{
    const uint8_t *pos = state_at(s, ply);
    const ludus_outcome outcome = ludus_game_outcome(&s->game, pos);
    if (outcome != LUDUS_ONGOING) {
        return (int32_t)outcome * (LUDUS_NEGAMAX_WIN - ply);
    }
    if (depth == 0) {
        return leaf_score(s, pos);
    }
    const uint64_t hash = ludus_game_hash(&s->game, pos);
    entry *e = &s->table[hash % TABLE_ENTRIES];
    const bool known = e->bound != BOUND_NONE && e->hash == hash;
    const int32_t told = shifted(e->score, -ply);
    if (known && table_decides(e, told, depth, alpha, beta)) {
        return told;
    }
    ludus_move *moves = s->moves + (size_t)ply * (size_t)s->game.spec.max_legal;
    const int32_t n = ludus_game_legal(&s->game, pos, moves);
    if (known) {
        order_moves(moves, n, e->move);
    }
    const int32_t floor = alpha;
    int32_t best = -INFINITE;
    ludus_move best_move = moves[0];
    for (int32_t i = 0; i < n && alpha < beta; i++) {
        const int32_t score = score_move(s, ply, moves[i], depth, alpha, beta);
        if (score > best) {
            best = score;
            best_move = moves[i];
        }
        alpha = best > alpha ? best : alpha;
    }
    const bound kind = best >= beta ? BOUND_LOWER : best > floor ? BOUND_EXACT : BOUND_UPPER;
    *e = (entry){hash, shifted(best, ply), best_move, (int8_t)depth, (int8_t)kind};
    return best;
}

static int32_t begin(ludus_negamax *s, const void *pos, ludus_move *moves)
{
    memset(s->table, 0, TABLE_ENTRIES * sizeof *s->table);
    memcpy(state_at(s, 0), pos, s->game.spec.state_bytes);
    return ludus_game_legal(&s->game, pos, moves);
}

int32_t ludus_negamax_scores(ludus_negamax *searcher, const void *pos, ludus_move *moves,
                             int32_t *scores)
{
    const int32_t n = begin(searcher, pos, moves);
    for (int32_t depth = 1; depth <= searcher->depth; depth++) {
        for (int32_t i = 0; i < n; i++) {
            scores[i] = score_move(searcher, 0, moves[i], depth, -INFINITE, INFINITE);
        }
    }
    return n;
}

ludus_move ludus_negamax_best(ludus_negamax *searcher, const void *pos, ludus_rng *rng,
                              int32_t *score)
{
    ludus_move *moves = searcher->moves;
    const int32_t n = begin(searcher, pos, moves);
    ludus_move best_move = moves[0];
    int32_t best = 0;
    // Drawn anew at each depth: a shuffled order, where only a better move replaces the first.
    for (int32_t depth = 1; depth <= searcher->depth; depth++) {
        best = -INFINITE;
        uint32_t equals = 0;
        for (int32_t i = 0; i < n; i++) {
            // The window keeps equal scores exact.
            const int32_t alpha = best > -INFINITE ? best - 1 : -INFINITE;
            const int32_t s = score_move(searcher, 0, moves[i], depth, alpha, INFINITE);
            if (s > best) {
                best = s;
                best_move = moves[i];
                equals = 1;
            } else if (s == best && ludus_rng_below(rng, ++equals) == 0) {
                best_move = moves[i];
            }
        }
        if (best >= LUDUS_NEGAMAX_WIN - depth) {
            break; // a win in sight is not bettered by looking further
        }
        order_moves(moves, n, best_move);
    }
    if (score != NULL) {
        *score = best;
    }
    return best_move;
}
