#include "selfplay/pgn_data.h"

#include <assert.h>
#include <string.h>

#include "envs/pgn.h"
#include "selfplay/record.h"

typedef struct converting {
    const ludus_game *game;
    void *pos;
    ludus_record record;
    ludus_buffer bytes;
    int64_t games, left_out;
    ludus_error first; // why the first game was left out
} converting;

static ludus_outcome result_for_white(ludus_pgn_result result)
{
    switch (result) {
    case LUDUS_PGN_WHITE_WINS:
        return LUDUS_WIN;
    case LUDUS_PGN_BLACK_WINS:
        return LUDUS_LOSS;
    case LUDUS_PGN_DRAW:
        return LUDUS_DRAW;
    case LUDUS_PGN_UNKNOWN:
        break;
    }
    return LUDUS_ONGOING;
}

static void leave_out(converting *c, const ludus_error *why)
{
    if (c->left_out++ == 0) {
        c->first = *why;
    }
}

// Builds the record in c->bytes; false when the game cannot be one.
static bool convert(converting *c, const ludus_pgn_game *pgn)
{
    ludus_error why;
    ludus_outcome white;
    const char *fault = NULL;
    int32_t plies = 0;
    if (!pgn->is_standard) {
        fault = "it does not begin with the standard position";
    } else {
        plies = ludus_pgn_game_plies(c->game, pgn, c->pos, &white);
        white = white == LUDUS_ONGOING ? result_for_white(pgn->result) : white;
        fault = white == LUDUS_ONGOING ? "it has no result" : plies == 0 ? "no moves" : NULL;
    }
    if (fault != NULL) {
        ludus_fail(&why, LUDUS_ERR_FORMAT, "line %lld: %s", (long long)pgn->line, fault);
        leave_out(c, &why);
        return false;
    }
    ludus_record_reset(&c->record, (uint64_t)c->games, 0);
    for (int32_t i = 0; i < plies; i++) {
        const int32_t mover = i % 2 == 0 ? (int32_t)white : -(int32_t)white;
        const float all = 1.0f;
        ludus_ply ply = {.move = pgn->moves[i],
                         .is_target = true,
                         .num_policy = 1,
                         .policy_moves = &pgn->moves[i],
                         .policy = &all};
        ply.wdl[1 - mover] = 1.0f;
        ludus_record_add(&c->record, &ply);
    }
    c->record.outcome = white;
    c->bytes.size = 0;
    ludus_record_encode(&c->record, &c->bytes);
    return true;
}

static ludus_status convert_all(converting *c, ludus_pgn_reader *reader, ludus_game_data_sink *sink,
                                void *user, ludus_error *error)
{
    for (;;) {
        const ludus_pgn_game *pgn;
        ludus_error why;
        const ludus_status status = ludus_pgn_read(reader, &pgn, &why);
        if (status != LUDUS_OK) {
            leave_out(c, &why);
            continue;
        }
        if (pgn == NULL) {
            return LUDUS_OK;
        }
        if (!convert(c, pgn)) {
            continue;
        }
        if (c->bytes.failed) {
            return ludus_fail(error, LUDUS_ERR_NOMEM, "out of memory");
        }
        c->games++;
        const ludus_status kept =
            sink(c->bytes.data, c->bytes.size, c->record.num_plies, user, error);
        if (kept != LUDUS_OK) {
            return kept;
        }
    }
}

ludus_status ludus_pgn_data_read(const char *text, size_t size, const ludus_game *game,
                                 ludus_game_data_sink *sink, void *user, int64_t *num_left_out,
                                 ludus_error *error)
{
    assert(strcmp(game->spec.name, "chess") == 0);
    ludus_pgn_reader *reader = NULL;
    converting c = {.game = game, .pos = ludus_alloc(1, game->spec.state_bytes)};
    ludus_status status = c.pos != NULL ? ludus_pgn_reader_create(&reader, game, text, size, error)
                                        : ludus_fail(error, LUDUS_ERR_NOMEM, "out of memory");
    status = status ? status : convert_all(&c, reader, sink, user, error);
    if (status == LUDUS_OK && c.games == 0) {
        status = c.left_out > 0 ? ludus_fail(error, LUDUS_ERR_FORMAT, "%s", c.first.text)
                                : ludus_fail(error, LUDUS_ERR_FORMAT, "no games");
    }
    if (num_left_out != NULL) {
        *num_left_out = c.left_out;
    }
    ludus_pgn_reader_destroy(reader);
    ludus_record_free(&c.record);
    ludus_buffer_free(&c.bytes);
    ludus_free(c.pos);
    return status;
}
