#include "viewer/play_record.h"

#include <assert.h>
#include <math.h>
#include <string.h>

static void forget_from(ludus_play_record *record, int32_t ply)
{
    for (int32_t i = ply; i <= record->capacity; i++) {
        record->win[i] = -1;
        record->score[i] = NAN;
    }
}

ludus_status ludus_play_record_create(ludus_play_record *out, const ludus_game *game,
                                      const void *start, ludus_error *error)
{
    const size_t plies = (size_t)game->spec.max_plies;
    *out = (ludus_play_record){.game = game, .capacity = game->spec.max_plies};
    out->start = ludus_alloc(1, game->spec.state_bytes);
    out->end = ludus_alloc(1, game->spec.state_bytes);
    out->moves = ludus_alloc(plies, sizeof(*out->moves));
    out->win = ludus_alloc(plies + 1, sizeof(*out->win));
    out->score = ludus_alloc(plies + 1, sizeof(*out->score));
    if (!out->start || !out->end || !out->moves || !out->win || !out->score) {
        ludus_play_record_free(out);
        return ludus_fail(error, LUDUS_ERR_NOMEM, "no memory for a game's record");
    }
    if (start) {
        memcpy(out->start, start, game->spec.state_bytes);
    } else {
        ludus_game_init(game, out->start);
    }
    ludus_play_record_clear(out);
    return LUDUS_OK;
}

void ludus_play_record_free(ludus_play_record *record)
{
    ludus_free(record->start);
    ludus_free(record->end);
    ludus_free(record->moves);
    ludus_free(record->win);
    ludus_free(record->score);
    *record = (ludus_play_record){0};
}

void ludus_play_record_clear(ludus_play_record *record)
{
    record->count = 0;
    memcpy(record->end, record->start, record->game->spec.state_bytes);
    forget_from(record, 0);
}

void ludus_play_record_add(ludus_play_record *record, ludus_move move)
{
    assert(record->count < record->capacity);
    assert(ludus_game_is_legal(record->game, record->end, move));
    ludus_game_play(record->game, record->end, move);
    record->moves[record->count++] = move;
}

void ludus_play_record_at(const ludus_play_record *record, int32_t ply, void *pos)
{
    assert(ply >= 0 && ply <= record->count);
    if (ply == record->count) {
        memcpy(pos, record->end, record->game->spec.state_bytes);
        return;
    }
    memcpy(pos, record->start, record->game->spec.state_bytes);
    for (int32_t i = 0; i < ply; i++) {
        ludus_game_play(record->game, pos, record->moves[i]);
    }
}

void ludus_play_record_cut(ludus_play_record *record, int32_t count)
{
    assert(count >= 0 && count <= record->count);
    record->count = count;
    memcpy(record->end, record->start, record->game->spec.state_bytes);
    for (int32_t i = 0; i < count; i++) {
        ludus_game_play(record->game, record->end, record->moves[i]);
    }
    forget_from(record, count + 1);
}

// Whose turn it is at a ply, by playing the moves: a pass or a double turn is a move like others.
static int32_t mover_at(const ludus_play_record *record, int32_t ply)
{
    if (ply == record->count) {
        return ludus_game_to_move(record->game, record->end);
    }
    void *pos = ludus_alloc(1, record->game->spec.state_bytes);
    if (!pos) {
        return ply % 2;
    }
    ludus_play_record_at(record, ply, pos);
    const int32_t mover = ludus_game_to_move(record->game, pos);
    ludus_free(pos);
    return mover;
}

void ludus_play_record_note(ludus_play_record *record, int32_t ply, float value, float score)
{
    assert(ply >= 0 && ply <= record->count);
    const float sign = mover_at(record, ply) == 0 ? 1.0f : -1.0f;
    record->win[ply] = 0.5f + 0.5f * sign * fminf(fmaxf(value, -1), 1);
    record->score[ply] = isnan(score) ? NAN : sign * score;
}
