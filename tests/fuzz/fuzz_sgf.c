// Bytes as a game record: refused in one line, or a tree that is written and read back the same.
// Its first game's main line is played as Go.

#include "fuzz_require.h"
#include "envs/sgf_go.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void play(const ludus_sgf *sgf)
{
    ludus_sgf_go_info info;
    ludus_error error;
    ludus_game game;
    char name[LUDUS_GAME_NAME_MAX], drawing[LUDUS_GAME_DRAW_MAX];
    int32_t node = ludus_sgf_root(sgf, 0);
    if (ludus_sgf_go_info_get(sgf, node, &info, &error)) {
        REQUIRE(strchr(error.text, '\n') == NULL);
        return;
    }
    snprintf(name, sizeof name, "go%d", (int)info.size);
    REQUIRE(ludus_game_open(&game, name, NULL) == LUDUS_OK);
    void *pos = ludus_alloc(1, game.spec.state_bytes);
    ludus_game_init(&game, pos);
    for (; node >= 0; node = ludus_sgf_child(sgf, node, 0)) {
        if (ludus_sgf_go_apply(sgf, node, &game, pos, NULL, &error)) {
            REQUIRE(strchr(error.text, '\n') == NULL);
            break;
        }
    }
    ludus_game_draw(&game, pos, LUDUS_MOVE_NONE, drawing);
    ludus_free(pos);
    ludus_game_close(&game);
}

static void read_every_value(const ludus_sgf *sgf)
{
    for (int32_t node = ludus_sgf_root(sgf, 0); node >= 0; node = ludus_sgf_child(sgf, node, 0)) {
        const char *name;
        for (int32_t i = 0; i < 8 && (name = ludus_sgf_property(sgf, node, i)) != NULL; i++) {
            char text[16];
            const int32_t length = ludus_sgf_text(sgf, node, name, 0, text, sizeof text);
            REQUIRE(length >= -1 && (length < 0 || strlen(text) < sizeof text));
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ludus_sgf *sgf, *again;
    ludus_error error;
    ludus_buffer once = {0}, twice = {0};
    if (ludus_sgf_parse(&sgf, data, size, &error) != LUDUS_OK) {
        REQUIRE(sgf == NULL && strchr(error.text, '\n') == NULL);
        return 0;
    }
    ludus_sgf_write(sgf, &once);
    REQUIRE(ludus_sgf_parse(&again, once.data, once.size, &error) == LUDUS_OK);
    ludus_sgf_write(again, &twice);
    REQUIRE(once.size == twice.size && memcmp(once.data, twice.data, once.size) == 0);
    read_every_value(sgf);
    play(sgf);
    ludus_buffer_free(&twice);
    ludus_buffer_free(&once);
    ludus_sgf_destroy(again);
    ludus_sgf_destroy(sgf);
    return 0;
}
