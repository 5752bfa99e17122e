// Claims about the game interface itself, on every game of the registry: the contract, names,
// messages, perft on threads. Rules of single games: test_tictactoe.c, test_connect4.c, ...

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "envs/game.h"
#include "tests/sanitized.h"

static void check_game(const char *name, int32_t games)
{
    ludus_game game;
    ludus_error error;
    if (ludus_game_open(&game, name, &error) != LUDUS_OK) {
        fail_msg("%s", error.text);
    }
    if (ludus_game_check(&game, 1, games, &error) != LUDUS_OK) {
        fail_msg("%s", error.text);
    }
    ludus_game_close(&game);
}

static void every_game_keeps_the_contract(void **state)
{
    (void)state;
    size_t count;
    const ludus_game_ops *const *families = ludus_game_families(&count);
    for (size_t i = 0; i < count; i++) {
        check_game(families[i]->family, LUDUS_TEST_SANITIZED ? 8 : 48);
    }
}

static void every_size_keeps_the_contract(void **state)
{
    (void)state;
    size_t count;
    const ludus_game_ops *const *families = ludus_game_families(&count);
    for (size_t i = 0; i < count; i++) {
        for (int32_t size = families[i]->min_size; size <= families[i]->max_size; size++) {
            char name[LUDUS_GAME_NAME_MAX];
            ludus_game game;
            snprintf(name, sizeof(name), "%s%d", families[i]->family, (int)size);
            if (size > 0 && ludus_game_open(&game, name, NULL) == LUDUS_OK) {
                ludus_game_close(&game);
                check_game(name, LUDUS_TEST_SANITIZED ? 2 : 8);
            }
        }
    }
}

static void a_game_opens_again_by_its_own_name(void **state)
{
    (void)state;
    static const char *const names[][2] = {{"connect4", "connect4"}, {"othello", "othello"},
                                           {"othello8", "othello"},  {"othello6", "othello6"},
                                           {"gomoku", "gomoku15"},   {"gomoku9", "gomoku9"},
                                           {"gomoku19", "gomoku19"}, {"tictactoe", "tictactoe"}};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        ludus_game game;
        assert_int_equal(ludus_game_open(&game, names[i][0], NULL), LUDUS_OK);
        assert_string_equal(game.spec.name, names[i][1]);
        ludus_game_close(&game);
    }
}

static void an_unknown_name_is_answered_with_the_nearest(void **state)
{
    (void)state;
    ludus_game game;
    ludus_error error;
    assert_int_equal(ludus_game_open(&game, "conect4", &error), LUDUS_ERR_ARG);
    assert_non_null(strstr(error.text, "'connect4'"));
    assert_int_equal(ludus_game_open(&game, "othelo", &error), LUDUS_ERR_ARG);
    assert_non_null(strstr(error.text, "'othello'"));
    assert_int_equal(ludus_game_open(&game, "zzzzzzzzzzzz", &error), LUDUS_ERR_ARG);
    assert_int_equal(ludus_game_open(&game, "", &error), LUDUS_ERR_ARG);
    ludus_game_close(&game); // a failed open leaves a zeroed game
}

static void sizes_a_game_does_not_have_are_refused(void **state)
{
    (void)state;
    static const char *const names[] = {
        "othello7", "othello4",   "othello10", "othello08", "gomoku8",    "gomoku20",  "gomoku015",
        "gomoku9x", "gomoku9999", "gomoku-9",  "connect44", "tictactoe3", "gomoku 15", "gomoku0"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        ludus_game game;
        ludus_error error = {LUDUS_OK, ""};
        assert_int_equal(ludus_game_open(&game, names[i], &error), LUDUS_ERR_ARG);
        assert_true(strlen(error.text) > 0);
        assert_null(game.ops);
    }
}

static void a_wrong_move_is_answered_with_legal_ones(void **state)
{
    (void)state;
    ludus_game game;
    ludus_error error;
    ludus_move move = 77;
    uint64_t pos[8];
    assert_int_equal(ludus_game_open(&game, "connect4", &error), LUDUS_OK);
    assert_int_equal(ludus_game_from_text(&game, pos, "111111", &error), LUDUS_OK);
    assert_int_equal(ludus_game_parse_move(&game, pos, "8", &move, &error), LUDUS_ERR_FORMAT);
    assert_non_null(strstr(error.text, "no move of connect4 (legal now: 2, 3"));
    assert_int_equal(ludus_game_parse_move(&game, pos, "1", &move, &error), LUDUS_ERR_ARG);
    assert_non_null(strstr(error.text, "1 is not legal now (legal: 2, 3"));
    assert_int_equal(move, 77);
    assert_int_equal(ludus_game_parse_move(&game, pos, "4", &move, &error), LUDUS_OK);
    assert_int_equal(move, 3);
    ludus_game_close(&game);
}

static void a_refused_position_leaves_the_start(void **state)
{
    (void)state;
    ludus_game game;
    uint64_t pos[8], start[8];
    assert_int_equal(ludus_game_open(&game, "connect4", NULL), LUDUS_OK);
    ludus_game_init(&game, start);
    assert_int_equal(ludus_game_from_text(&game, pos, "12345x", NULL), LUDUS_ERR_FORMAT);
    assert_memory_equal(pos, start, game.spec.state_bytes);
    ludus_game_close(&game);
}

static void perft_is_the_same_on_any_number_of_threads(void **state)
{
    (void)state;
    static const char *const names[] = {"tictactoe", "connect4", "othello6", "gomoku9"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        ludus_game game;
        assert_int_equal(ludus_game_open(&game, names[i], NULL), LUDUS_OK);
        void *pos = ludus_alloc(1, game.spec.state_bytes);
        ludus_game_init(&game, pos);
        for (int32_t depth = 0; depth <= (game.spec.num_moves > 40 ? 2 : 6); depth++) {
            const uint64_t leaves = ludus_game_perft(&game, pos, depth, 1);
            assert_int_equal(ludus_game_perft(&game, pos, depth, 2), leaves);
            assert_int_equal(ludus_game_perft(&game, pos, depth, 4), leaves);
        }
        ludus_free(pos);
        ludus_game_close(&game);
    }
}

static void perft_counts_finished_games_at_their_end_only(void **state)
{
    (void)state;
    ludus_game game;
    uint64_t pos[8];
    assert_int_equal(ludus_game_open(&game, "connect4", NULL), LUDUS_OK);
    assert_int_equal(ludus_game_from_text(&game, pos, "1212121", NULL), LUDUS_OK);
    assert_int_equal(ludus_game_perft(&game, pos, 0, 1), 1);
    assert_int_equal(ludus_game_perft(&game, pos, 1, 1), 0);
    assert_int_equal(ludus_game_perft(&game, pos, 2, 2), 0);
    ludus_game_close(&game);
}

// ---- The check finds what it promises to find: Connect Four with one entry broken each ----------

static void mirror_nothing(const void *ctx, int32_t sym, ludus_move *out)
{
    (void)ctx;
    (void)sym;
    for (ludus_move move = 0; move < 7; move++) {
        out[move] = move;
    }
}

static void mirror_twice_the_same(const void *ctx, int32_t sym, ludus_move *out)
{
    mirror_nothing(ctx, sym, out);
    out[6] = sym == 0 ? 6 : 5;
}

static int32_t always_first(const void *ctx, const void *pos)
{
    (void)ctx;
    (void)pos;
    return 0;
}

static uint64_t hash_of_the_address(const void *ctx, const void *pos)
{
    (void)ctx;
    return (uint64_t)(uintptr_t)pos;
}

static void always_the_first_column(const void *ctx, const void *pos, ludus_move move, char *out)
{
    (void)ctx;
    (void)pos;
    (void)move;
    strcpy(out, "1");
}

static uint64_t one_leaf(const void *ctx, const void *pos)
{
    (void)ctx;
    (void)pos;
    return 1;
}

static float above_one(const void *ctx, const void *pos)
{
    (void)ctx;
    (void)pos;
    return 1.5f;
}

static void expect_broken(const ludus_game_ops *ops, const char *complaint)
{
    ludus_game game;
    ludus_error error = {LUDUS_OK, ""};
    assert_int_equal(ludus_game_open(&game, "connect4", NULL), LUDUS_OK);
    game.ops = ops;
    assert_int_equal(ludus_game_check(&game, 1, 4, &error), LUDUS_ERR_STATE);
    if (strstr(error.text, complaint) == NULL) {
        fail_msg("expected '%s', got '%s'", complaint, error.text);
    }
}

static void the_check_finds_broken_games(void **state)
{
    (void)state;
    ludus_game game;
    assert_int_equal(ludus_game_open(&game, "connect4", NULL), LUDUS_OK);
    ludus_game_ops ops = *game.ops;
    ops.permute = mirror_nothing;
    expect_broken(&ops, "permuted moves does not look like");
    ops.permute = mirror_twice_the_same;
    expect_broken(&ops, "no permutation");
    ops = *game.ops;
    ops.to_move = always_first;
    expect_broken(&ops, "to_move");
    ops = *game.ops;
    ops.hash = hash_of_the_address;
    expect_broken(&ops, "different hash");
    ops = *game.ops;
    ops.move_to_text = always_the_first_column;
    expect_broken(&ops, "does not read back");
    ops = *game.ops;
    ops.perft_leaves = one_leaf;
    expect_broken(&ops, "perft_leaves");
    ops = *game.ops;
    ops.heuristic = above_one;
    expect_broken(&ops, "heuristic");
    ludus_game_close(&game);
    assert_int_equal(ludus_game_open(&game, "connect4", NULL), LUDUS_OK);
    game.spec.max_plies = 10;
    assert_int_equal(ludus_game_check(&game, 1, 4, NULL), LUDUS_ERR_STATE);
    ludus_game_close(&game);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_game_keeps_the_contract),
        cmocka_unit_test(every_size_keeps_the_contract),
        cmocka_unit_test(a_game_opens_again_by_its_own_name),
        cmocka_unit_test(an_unknown_name_is_answered_with_the_nearest),
        cmocka_unit_test(sizes_a_game_does_not_have_are_refused),
        cmocka_unit_test(a_wrong_move_is_answered_with_legal_ones),
        cmocka_unit_test(a_refused_position_leaves_the_start),
        cmocka_unit_test(perft_is_the_same_on_any_number_of_threads),
        cmocka_unit_test(perft_counts_finished_games_at_their_end_only),
        cmocka_unit_test(the_check_finds_broken_games),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
