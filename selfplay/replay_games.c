#include "selfplay/replay_games.h"

#include <inttypes.h>

typedef struct checker {
    const ludus_game *game;
    ludus_replay_reader *reader;
    void *pos;
    ludus_move *moves; // [max_legal]
    float *weights;    // [max_legal]
} checker;

static ludus_status create(checker *c, const ludus_replay *replay, const ludus_game *game)
{
    const size_t legal = (size_t)game->spec.max_legal;
    c->game = game;
    c->pos = ludus_alloc(1, game->spec.state_bytes);
    c->moves = ludus_alloc(legal, sizeof *c->moves);
    c->weights = ludus_alloc(legal, sizeof *c->weights);
    return c->pos != NULL && c->moves != NULL && c->weights != NULL
               ? ludus_replay_reader_create(&c->reader, replay)
               : LUDUS_ERR_NOMEM;
}

static void destroy(checker *c)
{
    ludus_replay_reader_destroy(c->reader);
    ludus_free(c->pos);
    ludus_free(c->moves);
    ludus_free(c->weights);
}

static ludus_status check_record(const checker *c, const ludus_replay_found *found,
                                 ludus_error *error)
{
    ludus_record_view view;
    ludus_ply ply;
    ludus_status status = ludus_record_open(&view, c->game, found->bytes, found->size, error);
    if (status == LUDUS_OK && view.num_plies != found->items) {
        return ludus_fail(error, LUDUS_ERR_FORMAT,
                          "replay: game %" PRIu64 " has %d plies and counts for %d", view.number,
                          view.num_plies, found->items);
    }
    if (status == LUDUS_OK) {
        ludus_record_start(&view, c->pos);
    }
    while (status == LUDUS_OK && view.next < view.num_plies) {
        status = ludus_record_next(&view, c->pos, &ply, c->moves, c->weights, error);
    }
    return status;
}

ludus_status ludus_replay_check_games(const ludus_replay *replay, const ludus_game *game,
                                      ludus_error *error)
{
    checker c = {0};
    ludus_status status = create(&c, replay, game);
    if (status != LUDUS_OK) {
        destroy(&c);
        return ludus_fail(error, LUDUS_ERR_NOMEM, "replay: out of memory");
    }
    const int64_t end = ludus_replay_end(replay);
    int64_t item = ludus_replay_first(replay);
    while (status == LUDUS_OK && item < end) {
        ludus_replay_found found;
        status = ludus_replay_find(c.reader, item, &found, error);
        if (status == LUDUS_OK) {
            status = check_record(&c, &found, error);
            item = found.first + found.items;
        }
    }
    destroy(&c);
    return status;
}
