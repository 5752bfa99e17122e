// Claims about tic-tac-toe.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "envs/game.h"

static ludus_game game;

static int open_game(void **state)
{
    (void)state;
    return ludus_game_open(&game, "tictactoe", NULL) == LUDUS_OK ? 0 : -1;
}

static int close_game(void **state)
{
    (void)state;
    ludus_game_close(&game);
    return 0;
}

// The counts per ply of the full game tree; wins end a branch. Together 255,168 finished games.
static void perft_matches_the_published_counts(void **state)
{
    (void)state;
    static const uint64_t leaves[] = {1, 9, 72, 504, 3024, 15120, 54720, 148176, 200448, 127872};
    uint64_t pos[1];
    ludus_game_init(&game, pos);
    for (int32_t depth = 0; depth <= 9; depth++) {
        assert_int_equal(ludus_game_perft(&game, pos, depth, 1), leaves[depth]);
    }
    assert_int_equal(ludus_game_perft(&game, pos, 10, 1), 0);
}

typedef struct totals {
    int32_t first, second, draws;
} totals;

static void count_games(const void *pos, totals *t)
{
    ludus_move moves[9];
    const ludus_outcome outcome = ludus_game_outcome(&game, pos);
    if (outcome == LUDUS_ONGOING) {
        const int32_t count = ludus_game_legal(&game, pos, moves);
        for (int32_t i = 0; i < count; i++) {
            uint64_t next[1];
            memcpy(next, pos, sizeof(next));
            ludus_game_play(&game, next, moves[i]);
            count_games(next, t);
        }
    } else if (outcome == LUDUS_DRAW) {
        t->draws++;
    } else if (ludus_game_to_move(&game, pos) == 1) {
        t->first++;
    } else {
        t->second++;
    }
}

static void all_games_end_as_published(void **state)
{
    (void)state;
    uint64_t pos[1];
    totals t = {0, 0, 0};
    ludus_game_init(&game, pos);
    count_games(pos, &t);
    assert_int_equal(t.first, 131184);
    assert_int_equal(t.second, 77904);
    assert_int_equal(t.draws, 46080);
}

static void positions_in_text_are_checked(void **state)
{
    (void)state;
    uint64_t pos[1];
    assert_int_equal(ludus_game_from_text(&game, pos, "x.o/1x1/..o", NULL), LUDUS_OK);
    assert_int_equal(ludus_game_to_move(&game, pos), 0);
    assert_int_equal(ludus_game_from_text(&game, pos, "3/3/3 x", NULL), LUDUS_OK);
    assert_int_equal(ludus_game_from_text(&game, pos, "xxx/oo1/xxo", NULL), LUDUS_ERR_FORMAT);
    assert_int_equal(ludus_game_from_text(&game, pos, "xxx/oo1/3 o", NULL), LUDUS_OK);
    assert_int_equal(ludus_game_outcome(&game, pos), LUDUS_LOSS);
    // Five x make two lines with one stone; o played after x had won.
    assert_int_equal(ludus_game_from_text(&game, pos, "xxx/xoo/xoo", NULL), LUDUS_OK);
    static const char *const bad[] = {"",       "3/3",          "3/3/3/3",  "xxx/ooo/3",
                                      "4/3/3",  "x2/3/3 x",     "3/3/3 o",  "3/3/3 z",
                                      "xo/3/3", "x11/3/3",      "3/3/3  ",  "xx1/3/3",
                                      "o2/3/3", "xxx/oo1/o2 x", "0xo1/3/3", "3/3/99"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        ludus_error error = {LUDUS_OK, ""};
        assert_int_equal(ludus_game_from_text(&game, pos, bad[i], &error), LUDUS_ERR_FORMAT);
        assert_true(strlen(error.text) > 0);
    }
}

static void cells_are_named_from_the_bottom_left(void **state)
{
    (void)state;
    char drawing[LUDUS_GAME_DRAW_MAX];
    uint64_t pos[1];
    ludus_move move;
    ludus_game_init(&game, pos);
    assert_int_equal(ludus_game_parse_move(&game, pos, "a1", &move, NULL), LUDUS_OK);
    assert_int_equal(move, 6);
    ludus_game_play(&game, pos, move);
    assert_int_equal(ludus_game_parse_move(&game, pos, "C3", &move, NULL), LUDUS_OK);
    assert_int_equal(move, 2);
    ludus_game_play(&game, pos, move);
    ludus_game_draw(&game, pos, move, drawing);
    assert_string_equal(drawing, "    a b c\n  3 . .(o)\n  2 . . .\n  1 x . .\n");
    assert_int_equal(ludus_game_parse_move(&game, pos, "a1", &move, NULL), LUDUS_ERR_ARG);
    static const char *const bad[] = {"", "a", "a0", "a4", "d1", "11", "a11", "a1 ", "aa"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(ludus_game_parse_move(&game, pos, bad[i], &move, NULL), LUDUS_ERR_FORMAT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(perft_matches_the_published_counts),
        cmocka_unit_test(all_games_end_as_published),
        cmocka_unit_test(positions_in_text_are_checked),
        cmocka_unit_test(cells_are_named_from_the_bottom_left),
    };
    return cmocka_run_group_tests(tests, open_game, close_game);
}
