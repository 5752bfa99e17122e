#include "viewer/game_film.h"

#include "selfplay/record.h"
#include "viewer/board_view.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

// ---- Life ------------------------------------------------------------------------------------

static bool reserve(ludus_game_film *film, int32_t plies)
{
    if (plies <= film->capacity) {
        return true;
    }
    const size_t bytes = film->game.spec.state_bytes;
    const size_t old = (size_t)film->capacity;
    const size_t wanted = 2 * (size_t)plies + 64;
    ludus_film_ply *grown = ludus_realloc(film->plies, old, wanted, sizeof *grown);
    film->plies = grown != NULL ? grown : film->plies;
    uint8_t *positions =
        ludus_realloc(film->positions, film->capacity > 0 ? old + 1 : 0, wanted + 1, bytes);
    film->positions = positions != NULL ? positions : film->positions;
    if (grown == NULL || positions == NULL) {
        return false;
    }
    film->capacity = (int32_t)wanted;
    return true;
}

ludus_status ludus_game_film_create(ludus_game_film **out, const char *game, ludus_error *error)
{
    *out = NULL;
    ludus_game_film *film = ludus_alloc(1, sizeof *film);
    if (film == NULL) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "out of memory");
    }
    ludus_status status = ludus_game_open(&film->game, game, error);
    if (status == LUDUS_OK && !reserve(film, 1)) {
        status = ludus_fail(error, LUDUS_ERR_NOMEM, "out of memory");
    }
    if (status != LUDUS_OK) {
        ludus_game_film_destroy(film);
        return status;
    }
    ludus_game_init(&film->game, film->positions);
    *out = film;
    return LUDUS_OK;
}

void ludus_game_film_destroy(ludus_game_film *film)
{
    if (film != NULL) {
        ludus_free(film->plies);
        ludus_free(film->positions);
        ludus_game_close(&film->game);
        ludus_free(film);
    }
}

// ---- Plies -----------------------------------------------------------------------------------

static uint8_t *position(const ludus_game_film *film, int32_t i)
{
    return film->positions + (size_t)i * film->game.spec.state_bytes;
}

const void *ludus_game_film_position(const ludus_game_film *film, int32_t i)
{
    assert(i >= 0 && i <= film->num_plies);
    return position(film, i);
}

void ludus_game_film_begin(ludus_game_film *film, const void *pos)
{
    assert(film->num_plies == 0);
    memcpy(film->positions, pos, film->game.spec.state_bytes);
}

static ludus_status make_room(ludus_game_film *film, ludus_error *error)
{
    if (film->num_plies >= LUDUS_FILM_MAX_PLIES) {
        return ludus_fail(error, LUDUS_ERR_UNSUPPORTED, "more than %d moves", LUDUS_FILM_MAX_PLIES);
    }
    return reserve(film, film->num_plies + 1) ? LUDUS_OK
                                              : ludus_fail(error, LUDUS_ERR_NOMEM, "out of memory");
}

ludus_status ludus_game_film_add(ludus_game_film *film, const ludus_film_ply *ply,
                                 ludus_error *error)
{
    const ludus_game *game = &film->game;
    ludus_status status = make_room(film, error);
    if (status != LUDUS_OK) {
        return status;
    }
    const uint8_t *before = position(film, film->num_plies);
    if (ludus_game_outcome(game, before) != LUDUS_ONGOING ||
        !ludus_game_is_legal(game, before, ply->move)) {
        return ludus_fail(error, LUDUS_ERR_FORMAT, "move %d is not legal",
                          (int)film->num_plies + 1);
    }
    ludus_film_ply *added = &film->plies[film->num_plies];
    *added = *ply;
    added->mover = ludus_game_to_move(game, before);
    ludus_board_move_text(game, before, ply->move, added->text);
    uint8_t *after = position(film, film->num_plies + 1);
    memcpy(after, before, game->spec.state_bytes);
    ludus_game_play(game, after, ply->move);
    film->num_plies++;
    return LUDUS_OK;
}

ludus_status ludus_game_film_add_position(ludus_game_film *film, const void *pos, ludus_move move,
                                          ludus_error *error)
{
    const ludus_game *game = &film->game;
    const ludus_status status = make_room(film, error);
    if (status != LUDUS_OK) {
        return status;
    }
    const uint8_t *before = position(film, film->num_plies);
    ludus_film_ply *added = &film->plies[film->num_plies];
    *added = (ludus_film_ply){.move = move, .mover = 1 - ludus_game_to_move(game, pos)};
    if (move != LUDUS_MOVE_NONE) {
        ludus_game_move_text(game, before, move, added->text);
    } else {
        snprintf(added->text, sizeof added->text, "setup");
    }
    memcpy(position(film, film->num_plies + 1), pos, game->spec.state_bytes);
    film->num_plies++;
    return LUDUS_OK;
}

void ludus_film_ply_set_policy(ludus_film_ply *ply, int32_t n, const ludus_move *moves,
                               const float *policy)
{
    ply->num_policy = 0;
    for (int32_t i = 0; i < n; i++) {
        int32_t at = ply->num_policy;
        while (at > 0 && ply->policy[at - 1] < policy[i]) {
            if (at < LUDUS_FILM_POLICY_MAX) {
                ply->policy[at] = ply->policy[at - 1];
                ply->policy_moves[at] = ply->policy_moves[at - 1];
            }
            at--;
        }
        if (at < LUDUS_FILM_POLICY_MAX) {
            ply->policy[at] = policy[i];
            ply->policy_moves[at] = moves[i];
            ply->num_policy += ply->num_policy < LUDUS_FILM_POLICY_MAX;
        }
    }
}

// ---- Records ---------------------------------------------------------------------------------

static const char *result_text(ludus_outcome first)
{
    return first == LUDUS_WIN ? "1-0" : first == LUDUS_LOSS ? "0-1" : "draw";
}

// Memory to read one record with.
typedef struct record_space {
    void *pos;
    ludus_move *moves;
    float *weights;
} record_space;

static ludus_status add_plies(ludus_game_film *film, ludus_record_view *view, record_space *space,
                              ludus_error *error)
{
    ludus_status status = LUDUS_OK;
    for (int32_t i = 0; i < view->num_plies && status == LUDUS_OK; i++) {
        ludus_ply read;
        ludus_film_ply ply = {0};
        status = ludus_record_next(view, space->pos, &read, space->moves, space->weights, error);
        if (status != LUDUS_OK) {
            break;
        }
        const int32_t mover = ludus_game_to_move(&film->game, position(film, film->num_plies));
        const float value = read.wdl[0] - read.wdl[2];
        ply.move = read.move;
        ply.has_value = true;
        ply.value = mover == 0 ? value : -value;
        ply.draw = read.wdl[1];
        ludus_film_ply_set_policy(&ply, read.num_policy, read.policy_moves, read.policy);
        status = ludus_game_film_add(film, &ply, error);
    }
    return status;
}

static ludus_status read_record(ludus_game_film *film, const void *bytes, size_t size,
                                ludus_error *error)
{
    const ludus_game_spec *spec = &film->game.spec;
    ludus_record_view view;
    ludus_status status = ludus_record_open(&view, &film->game, bytes, size, error);
    if (status != LUDUS_OK) {
        return status;
    }
    record_space space = {.pos = ludus_alloc(1, spec->state_bytes),
                          .moves = ludus_alloc((size_t)spec->max_legal, sizeof *space.moves),
                          .weights = ludus_alloc((size_t)spec->max_legal, sizeof *space.weights)};
    if (space.pos != NULL && space.moves != NULL && space.weights != NULL) {
        ludus_game_init(&film->game, space.pos);
        status = add_plies(film, &view, &space, error);
    } else {
        status = ludus_fail(error, LUDUS_ERR_NOMEM, "out of memory");
    }
    snprintf(film->title, sizeof film->title, "game %" PRIu64 ", net %" PRIu64, view.number,
             view.weights);
    snprintf(film->result, sizeof film->result, "%s%s", result_text(view.outcome),
             view.resigned ? " resigned" : "");
    ludus_free(space.pos);
    ludus_free(space.moves);
    ludus_free(space.weights);
    return status;
}

ludus_status ludus_game_film_from_record(ludus_game_film **out, const char *game, const void *bytes,
                                         size_t size, ludus_error *error)
{
    ludus_status status = ludus_game_film_create(out, game, error);
    if (status == LUDUS_OK) {
        status = read_record(*out, bytes, size, error);
        if (status != LUDUS_OK) {
            ludus_game_film_destroy(*out);
            *out = NULL;
        }
    }
    return status;
}
