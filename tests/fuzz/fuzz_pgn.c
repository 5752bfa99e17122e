// Bytes as PGN: every game is refused in one line or can be written, and what is written reads back
// as the same game.

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz_require.h"
#include "envs/pgn.h"
#include "selfplay/pgn_data.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_and_read(const ludus_game *game, const ludus_pgn_game *pgn)
{
    ludus_buffer text = {0};
    ludus_pgn_reader *reader;
    const ludus_pgn_game *again;
    ludus_error error;
    ludus_pgn_write(game, pgn, &text);
    REQUIRE(!text.failed);
    REQUIRE(ludus_pgn_reader_create(&reader, game, (const char *)text.data, text.size, &error) ==
            LUDUS_OK);
    REQUIRE(ludus_pgn_read(reader, &again, &error) == LUDUS_OK && again != NULL);
    REQUIRE(again->num_moves == pgn->num_moves && again->result == pgn->result);
    REQUIRE(memcmp(again->moves, pgn->moves, (size_t)pgn->num_moves * sizeof(ludus_move)) == 0);
    REQUIRE(memcmp(&again->start, &pgn->start, sizeof(pgn->start)) == 0);
    ludus_pgn_reader_destroy(reader);
    ludus_buffer_free(&text);
}

static ludus_status ignore(const uint8_t *bytes, size_t size, int32_t plies, void *user,
                           ludus_error *error)
{
    (void)bytes, (void)size, (void)plies, (void)user, (void)error;
    return LUDUS_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ludus_game game;
    ludus_pgn_reader *reader;
    ludus_error error;
    const ludus_pgn_game *pgn;
    const char *text = (const char *)data;
    if (size > 1 << 16 || ludus_game_open(&game, "chess", &error)) {
        return 0;
    }
    REQUIRE(ludus_pgn_reader_create(&reader, &game, text, size, &error) == LUDUS_OK);
    for (;;) {
        const ludus_status status = ludus_pgn_read(reader, &pgn, &error);
        if (status != LUDUS_OK) {
            REQUIRE(pgn == NULL && strstr(error.text, "line ") == error.text);
            REQUIRE(strchr(error.text, '\n') == NULL);
            continue;
        }
        if (pgn == NULL) {
            break;
        }
        write_and_read(&game, pgn);
    }
    ludus_pgn_reader_destroy(reader);
    (void)ludus_pgn_data_read(text, size, &game, ignore, NULL, NULL, &error);
    ludus_game_close(&game);
    return 0;
}
