// Fuzzes the readers of text of every game: positions and moves.
//
// Input: byte 0 chooses the family, byte 1 its size, the rest is a position in text, a newline and
// moves separated by newlines. Whatever is accepted must behave like a position of the game.

#include "fuzz_require.h"
#include "envs/game.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MAX_TEXT 1024

static bool open_chosen(ludus_game *game, uint8_t family, uint8_t size)
{
    size_t count;
    const ludus_game_ops *const *families = ludus_game_families(&count);
    const ludus_game_ops *ops = families[family % count];
    char name[LUDUS_GAME_NAME_MAX];
    const int32_t sizes = ops->max_size - ops->min_size + 1;
    snprintf(name, sizeof(name), "%s%d", ops->family, (int)(ops->min_size + size % sizes));
    return ludus_game_open(game, name, NULL) == LUDUS_OK ||
           ludus_game_open(game, ops->family, NULL) == LUDUS_OK;
}

static void check_position(const ludus_game *game, const void *pos, ludus_move last)
{
    char drawing[LUDUS_GAME_DRAW_MAX];
    ludus_move *moves = ludus_alloc((size_t)game->spec.max_legal, sizeof(*moves));
    float *planes = ludus_alloc(ludus_game_plane_count(game), sizeof(*planes));
    REQUIRE(moves != NULL && planes != NULL);
    const int32_t count = ludus_game_legal(game, pos, moves);
    REQUIRE(count >= 0 && count <= game->spec.max_legal);
    REQUIRE((count == 0) == (ludus_game_outcome(game, pos) != LUDUS_ONGOING));
    ludus_game_encode(game, pos, game->spec.num_symmetries - 1, planes);
    const float value = ludus_game_heuristic(game, pos);
    REQUIRE(value >= -1.0f && value <= 1.0f);
    ludus_game_draw(game, pos, last, drawing);
    REQUIRE(strlen(drawing) < sizeof(drawing));
    ludus_free(planes);
    ludus_free(moves);
}

static void play_line(const ludus_game *game, void *pos, const char *text)
{
    ludus_move move = LUDUS_MOVE_NONE;
    char name[LUDUS_GAME_TEXT_MAX];
    ludus_error error;
    if (ludus_game_parse_move(game, pos, text, &move, &error) != LUDUS_OK) {
        REQUIRE(strlen(error.text) > 0);
        return;
    }
    ludus_move again = LUDUS_MOVE_NONE;
    ludus_game_move_text(game, pos, move, name);
    REQUIRE(ludus_game_parse_move(game, pos, name, &again, NULL) == LUDUS_OK && again == move);
    ludus_game_play(game, pos, move);
    check_position(game, pos, move);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ludus_game game;
    char text[MAX_TEXT];
    ludus_error error;
    if (size < 2 || size - 2 >= sizeof(text) || !open_chosen(&game, data[0], data[1])) {
        return 0;
    }
    memcpy(text, data + 2, size - 2);
    text[size - 2] = '\0';
    void *pos = ludus_alloc(1, game.spec.state_bytes);
    REQUIRE(pos != NULL);
    char *rest = text + strcspn(text, "\n");
    if (*rest == '\n') {
        *rest++ = '\0';
    }
    if (ludus_game_from_text(&game, pos, text, &error) != LUDUS_OK) {
        REQUIRE(strlen(error.text) > 0);
    }
    check_position(&game, pos, LUDUS_MOVE_NONE);
    while (*rest != '\0') {
        char *end = rest + strcspn(rest, "\n");
        char *next = *end == '\n' ? end + 1 : end;
        *end = '\0';
        play_line(&game, pos, rest);
        rest = next;
    }
    ludus_free(pos);
    ludus_game_close(&game);
    return 0;
}
