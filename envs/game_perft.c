// perft: the leaves of the move tree, the classic test of rules and their speed.

#include "envs/game_internal.h"

#include <assert.h>
#include <string.h>

// What one thread needs: a position per ply, and its legal moves.
typedef struct walk {
    const ludus_game *game;
    char *positions;   // [depth+1][state_bytes]
    ludus_move *moves; // [depth+1][max_legal]
} walk;

static uint64_t count_legal(const ludus_game *game, const void *pos, ludus_move *moves)
{
    if (game->ops->perft_leaves != NULL) {
        return game->ops->perft_leaves(game->ctx, pos);
    }
    return (uint64_t)game->ops->legal(game->ctx, pos, moves);
}

static uint64_t count(const walk *w, int32_t level, int32_t depth)
{
    const ludus_game *game = w->game;
    const size_t bytes = game->spec.state_bytes;
    const char *pos = w->positions + (size_t)level * bytes;
    ludus_move *moves = w->moves + (size_t)level * (size_t)game->spec.max_legal;
    if (depth == 0) {
        return 1;
    }
    if (depth == 1) {
        return count_legal(game, pos, moves);
    }
    char *next = w->positions + (size_t)(level + 1) * bytes;
    const int32_t num = game->ops->legal(game->ctx, pos, moves);
    uint64_t leaves = 0;
    for (int32_t i = 0; i < num; i++) {
        memcpy(next, pos, bytes);
        game->ops->play(game->ctx, next, moves[i]);
        leaves += count(w, level + 1, depth - 1);
    }
    return leaves;
}

static bool walk_init(walk *w, const ludus_game *game, int32_t depth)
{
    w->game = game;
    w->positions = ludus_alloc((size_t)depth + 1, game->spec.state_bytes);
    w->moves = ludus_alloc(((size_t)depth + 1) * (size_t)game->spec.max_legal, sizeof(ludus_move));
    return w->positions != NULL && w->moves != NULL;
}

static void walk_free(walk *w)
{
    ludus_free(w->positions);
    ludus_free(w->moves);
}

static uint64_t count_from(const ludus_game *game, const void *pos, int32_t depth, bool *failed)
{
    walk w;
    uint64_t leaves = 0;
    if (walk_init(&w, game, depth)) {
        memcpy(w.positions, pos, game->spec.state_bytes);
        leaves = count(&w, 0, depth);
    } else {
        *failed = true;
    }
    walk_free(&w);
    return leaves;
}

// All positions one ply after `from`: a list in one block, *num of them; NULL without memory.
static char *expand(const ludus_game *game, const char *from, size_t num_from, size_t *num)
{
    const size_t bytes = game->spec.state_bytes;
    char *list = ludus_alloc(num_from * (size_t)game->spec.max_legal, bytes);
    ludus_move *moves = ludus_alloc((size_t)game->spec.max_legal, sizeof(ludus_move));
    *num = 0;
    for (size_t i = 0; list != NULL && moves != NULL && i < num_from; i++) {
        const int32_t legal = game->ops->legal(game->ctx, from + i * bytes, moves);
        for (int32_t j = 0; j < legal; j++) {
            char *next = list + *num * bytes;
            memcpy(next, from + i * bytes, bytes);
            game->ops->play(game->ctx, next, moves[j]);
            ++*num;
        }
    }
    if (moves == NULL) {
        ludus_free(list);
        list = NULL;
    }
    ludus_free(moves);
    return list;
}

// Enough subtrees that the threads finish together.
#define SUBTREES_PER_THREAD 16

uint64_t ludus_game_perft(const ludus_game *game, const void *pos, int32_t depth, int32_t threads)
{
    assert(depth >= 0 && threads >= 1);
    const size_t bytes = game->spec.state_bytes;
    size_t num = 1;
    char *list = ludus_alloc(1, bytes);
    bool failed = list == NULL;
    if (!failed) {
        memcpy(list, pos, bytes);
    }
    while (!failed && threads > 1 && depth > 1 && num > 0 &&
           num < (size_t)threads * SUBTREES_PER_THREAD) {
        size_t num_next;
        char *next = expand(game, list, num, &num_next);
        ludus_free(list);
        list = next;
        num = num_next;
        failed = list == NULL;
        depth--;
    }
    uint64_t leaves = 0;
    if (!failed) {
#pragma omp parallel for default(none) shared(game, list, num, depth, bytes)                       \
    num_threads(threads) schedule(dynamic, 1) reduction(+ : leaves) reduction(|| : failed)
        for (size_t i = 0; i < num; i++) {
            leaves += count_from(game, list + i * bytes, depth, &failed);
        }
    }
    ludus_free(list);
    return failed ? UINT64_MAX : leaves;
}
