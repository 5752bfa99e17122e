// The wrappers: they check the contract once for all games, then call the game's table.

#include "envs/game.h"

#include "envs/game_internal.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

void ludus_game_init(const ludus_game *game, void *pos)
{
    memset(pos, 0, game->spec.state_bytes);
    game->ops->init(game->ctx, pos);
}

bool ludus_game_can_vary(const ludus_game *game)
{
    return game->ops->vary != NULL;
}

void ludus_game_init_varied(const ludus_game *game, void *pos, uint64_t number)
{
    assert(ludus_game_can_vary(game));
    ludus_game_init(game, pos);
    game->ops->vary(game->ctx, pos, number);
}

int32_t ludus_game_to_move(const ludus_game *game, const void *pos)
{
    return game->ops->to_move(game->ctx, pos);
}

int32_t ludus_game_legal(const ludus_game *game, const void *pos, ludus_move *out)
{
    const int32_t count = game->ops->legal(game->ctx, pos, out);
    assert(count >= 0 && count <= game->spec.max_legal);
    return count;
}

bool ludus_game_is_legal(const ludus_game *game, const void *pos, ludus_move move)
{
    ludus_move moves[LUDUS_GAME_MAX_LEGAL];
    const int32_t count = ludus_game_legal(game, pos, moves);
    int32_t low = 0;
    int32_t high = count;
    while (low < high) {
        const int32_t middle = low + (high - low) / 2;
        if (moves[middle] < move) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < count && moves[low] == move;
}

void ludus_game_play(const ludus_game *game, void *pos, ludus_move move)
{
    assert(move >= 0 && move < game->spec.num_moves);
    game->ops->play(game->ctx, pos, move);
}

ludus_outcome ludus_game_outcome(const ludus_game *game, const void *pos)
{
    return game->ops->outcome(game->ctx, pos);
}

uint64_t ludus_game_hash(const ludus_game *game, const void *pos)
{
    return game->ops->hash(game->ctx, pos);
}

void ludus_game_encode(const ludus_game *game, const void *pos, int32_t sym, float *planes)
{
    assert(sym >= 0 && sym < game->spec.num_symmetries);
    game->ops->encode(game->ctx, pos, sym, planes);
}

void ludus_game_permute(const ludus_game *game, int32_t sym, ludus_move *out)
{
    assert(sym >= 0 && sym < game->spec.num_symmetries);
    game->ops->permute(game->ctx, sym, out);
}

int32_t ludus_game_symmetries(const ludus_game *game, const void *pos)
{
    return game->ops->symmetries != NULL ? game->ops->symmetries(game->ctx, pos)
                                         : game->spec.num_symmetries;
}

// Up to five legal moves as text, for messages. out: [size].
static void legal_examples(const ludus_game *game, const void *pos, char *out, size_t size)
{
    ludus_move moves[LUDUS_GAME_MAX_LEGAL];
    const int32_t count = ludus_game_legal(game, pos, moves);
    size_t used = 0;
    for (int32_t i = 0; i < count && i < 5 && used + LUDUS_GAME_TEXT_MAX + 8 < size; i++) {
        char text[LUDUS_GAME_TEXT_MAX];
        const int32_t shown = count <= 5 ? i : i * (count - 1) / 4;
        ludus_game_move_text(game, pos, moves[shown], text);
        used += (size_t)snprintf(out + used, size - used, "%s%s", i > 0 ? ", " : "", text);
    }
    if (count > 5) {
        snprintf(out + used, size - used, ", ...");
    } else if (count == 0) {
        snprintf(out, size, "none, the game is over");
    }
}

ludus_status ludus_game_parse_move(const ludus_game *game, const void *pos, const char *text,
                                   ludus_move *out, ludus_error *error)
{
    ludus_move move = LUDUS_MOVE_NONE;
    char examples[8 * LUDUS_GAME_TEXT_MAX];
    const ludus_status status = game->ops->move_from_text(game->ctx, pos, text, &move);
    if (status != LUDUS_OK) {
        legal_examples(game, pos, examples, sizeof(examples));
        return ludus_fail(error, status, "'%.40s' is no move of %s (legal now: %s)", text,
                          game->spec.name, examples);
    }
    if (!ludus_game_is_legal(game, pos, move)) {
        legal_examples(game, pos, examples, sizeof(examples));
        return ludus_fail(error, LUDUS_ERR_ARG, "%.40s is not legal now (legal: %s)", text,
                          examples);
    }
    *out = move;
    return LUDUS_OK;
}

void ludus_game_move_text(const ludus_game *game, const void *pos, ludus_move move, char *out)
{
    assert(move >= 0 && move < game->spec.num_moves);
    game->ops->move_to_text(game->ctx, pos, move, out);
}

ludus_status ludus_game_from_text(const ludus_game *game, void *pos, const char *text,
                                  ludus_error *error)
{
    if (game->ops->from_text == NULL) {
        return ludus_fail(error, LUDUS_ERR_UNSUPPORTED, "%s cannot read positions",
                          game->spec.name);
    }
    memset(pos, 0, game->spec.state_bytes);
    const ludus_status status = game->ops->from_text(game->ctx, pos, text, error);
    if (status != LUDUS_OK) {
        memset(pos, 0, game->spec.state_bytes);
        game->ops->init(game->ctx, pos);
    }
    return status;
}

void ludus_game_draw(const ludus_game *game, const void *pos, ludus_move last, char *out)
{
    game->ops->draw(game->ctx, pos, last, out);
}

bool ludus_game_has_result(const ludus_game *game)
{
    return game->ops->result != NULL;
}

void ludus_game_result(const ludus_game *game, const void *pos, float *lead, float *owner)
{
    assert(ludus_game_outcome(game, pos) != LUDUS_ONGOING);
    game->ops->result(game->ctx, pos, lead, owner);
}

float ludus_game_heuristic(const ludus_game *game, const void *pos)
{
    const ludus_outcome outcome = ludus_game_outcome(game, pos);
    if (outcome != LUDUS_ONGOING) {
        return (float)outcome;
    }
    return game->ops->heuristic != NULL ? game->ops->heuristic(game->ctx, pos) : 0.0f;
}

size_t ludus_game_plane_count(const ludus_game *game)
{
    const int32_t *planes = game->spec.planes;
    return (size_t)planes[0] * (size_t)planes[1] * (size_t)planes[2];
}
