// Claims about Connect Four's rules.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "envs/connect4_board.h"
#include "envs/game.h"
#include "tests/sanitized.h"

static ludus_game game;

static int open_game(void **state)
{
    (void)state;
    return ludus_game_open(&game, "connect4", NULL) == LUDUS_OK ? 0 : -1;
}

static int close_game(void **state)
{
    (void)state;
    ludus_game_close(&game);
    return 0;
}

static void perft_matches_the_known_counts(void **state)
{
    (void)state;
    static const uint64_t leaves[] = {1,     7,      49,     343,     2401,
                                      16807, 117649, 823536, 5673234, 39394572};
    ludus_connect4_position pos;
    ludus_game_init(&game, &pos);
    for (int32_t depth = 0; depth <= (LUDUS_TEST_SANITIZED ? 7 : 9); depth++) {
        assert_int_equal(ludus_game_perft(&game, &pos, depth, 2), leaves[depth]);
    }
}

static int compare_positions(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(ludus_connect4_position));
}

// All positions one ply after those of `from`, each once.
static size_t next_layer(const ludus_connect4_position *from, size_t count,
                         ludus_connect4_position *to)
{
    size_t all = 0;
    for (size_t i = 0; i < count; i++) {
        ludus_move moves[LUDUS_CONNECT4_COLUMNS];
        const int32_t num = ludus_game_legal(&game, &from[i], moves);
        for (int32_t j = 0; j < num; j++, all++) {
            to[all] = from[i];
            ludus_game_play(&game, &to[all], moves[j]);
        }
    }
    qsort(to, all, sizeof(*to), compare_positions);
    size_t distinct = 0;
    for (size_t i = 0; i < all; i++) {
        if (distinct == 0 || compare_positions(&to[distinct - 1], &to[i]) != 0) {
            to[distinct++] = to[i];
        }
    }
    return distinct;
}

// OEIS A212693 (J. Tromp): legal positions after n plies, finished ones included.
static void distinct_positions_match_the_published_counts(void **state)
{
    (void)state;
    static const size_t published[] = {1, 7, 49, 238, 1120, 4263, 16422, 54859, 184275, 558186};
    const int32_t plies = LUDUS_TEST_SANITIZED ? 7 : 9;
    ludus_connect4_position *layer = ludus_alloc(600000, sizeof(*layer));
    ludus_connect4_position *next = ludus_alloc(1400000, sizeof(*next));
    assert_true(layer != NULL && next != NULL);
    ludus_game_init(&game, layer);
    size_t count = 1;
    for (int32_t ply = 1; ply <= plies; ply++) {
        count = next_layer(layer, count, next);
        assert_int_equal(count, published[ply]);
        memcpy(layer, next, count * sizeof(*layer));
    }
    ludus_free(next);
    ludus_free(layer);
}

// ---- Against plain loops ------------------------------------------------------------------------

static const int32_t directions[4][2] = {{0, 1}, {1, 0}, {1, 1}, {1, -1}};

static bool is_on_board(int32_t row, int32_t column)
{
    return row >= 0 && row < 6 && column >= 0 && column < 7;
}

static uint64_t bit_at(int32_t row, int32_t column)
{
    return UINT64_C(1) << (column * 7 + row);
}

// The four cells of the line from a cell; 0 when it leaves the board.
static uint64_t line_from(int32_t row, int32_t column, int32_t direction)
{
    uint64_t line = 0;
    for (int32_t i = 0; i < 4; i++) {
        const int32_t r = row + i * directions[direction][0];
        const int32_t c = column + i * directions[direction][1];
        if (!is_on_board(r, c)) {
            return 0;
        }
        line |= bit_at(r, c);
    }
    return line;
}

static int32_t all_lines(uint64_t *lines)
{
    int32_t count = 0;
    for (int32_t cell = 0; cell < 42; cell++) {
        for (int32_t direction = 0; direction < 4; direction++) {
            const uint64_t line = line_from(cell / 7, cell % 7, direction);
            if (line != 0) {
                lines[count++] = line;
            }
        }
    }
    return count;
}

// Stones do not hang in the air, so a column's line is completed at its top only.
static bool can_complete(uint64_t line, uint64_t cell)
{
    const bool is_vertical = (line & (line >> 1)) != 0;
    return !is_vertical || cell > (line & ~cell);
}

static void each_of_the_69_lines_wins(void **state)
{
    (void)state;
    uint64_t lines[4 * 42];
    assert_int_equal(all_lines(lines), 69);
    for (int32_t i = 0; i < 69; i++) {
        assert_true(ludus_connect4_has_four(lines[i]));
        for (uint64_t left = lines[i]; left != 0; left &= left - 1) {
            const uint64_t cell = left & (0 - left);
            assert_false(ludus_connect4_has_four(lines[i] & ~cell));
            const uint64_t others = lines[i] & ~cell;
            const uint64_t threat = can_complete(lines[i], cell) ? cell : 0;
            assert_int_equal(ludus_connect4_threats(others, others) & cell, threat);
        }
    }
}

static void fours_and_threats_match_the_reference(void **state)
{
    (void)state;
    uint64_t lines[4 * 42];
    const int32_t num_lines = all_lines(lines);
    ludus_rng rng;
    ludus_rng_init(&rng, 4, 4);
    for (int32_t round = 0; round < (LUDUS_TEST_SANITIZED ? 5000 : 100000); round++) {
        const uint64_t all = ludus_rng_u64(&rng) & LUDUS_CONNECT4_BOARD;
        const uint64_t stones = all & (ludus_rng_u64(&rng) | ludus_rng_u64(&rng));
        bool has_four = false;
        uint64_t threats = 0;
        for (int32_t i = 0; i < num_lines; i++) {
            const uint64_t missing = lines[i] & ~stones;
            has_four |= missing == 0;
            if ((missing & (missing - 1)) == 0 && can_complete(lines[i], missing)) {
                threats |= missing & ~all;
            }
        }
        assert_int_equal(ludus_connect4_has_four(stones), has_four);
        assert_int_equal(ludus_connect4_threats(stones, all), threats);
    }
}

// ---- Text ---------------------------------------------------------------------------------------

static void boards_and_move_lists_give_the_same_position(void **state)
{
    (void)state;
    ludus_connect4_position a, b;
    assert_int_equal(ludus_game_from_text(&game, &a, "4445372", NULL), LUDUS_OK);
    // 4: x o x, 5: o, 3: x, 7: o, 2: x
    assert_int_equal(ludus_game_from_text(&game, &b, "7/7/7/3x3/3o3/1xxxo.o o", NULL), LUDUS_OK);
    assert_memory_equal(&a, &b, sizeof(a));
    assert_int_equal(ludus_game_from_text(&game, &a, "", NULL), LUDUS_OK);
    assert_int_equal(ludus_game_from_text(&game, &b, "7/7/7/7/7/7 x", NULL), LUDUS_OK);
    assert_memory_equal(&a, &b, sizeof(a));
}

static void every_random_game_is_found_reachable_from_its_board(void **state)
{
    (void)state;
    ludus_rng rng;
    ludus_rng_init(&rng, 6, 6);
    for (int32_t round = 0; round < (LUDUS_TEST_SANITIZED ? 20 : 300); round++) {
        ludus_connect4_position pos, back;
        ludus_move moves[LUDUS_CONNECT4_COLUMNS];
        ludus_game_init(&game, &pos);
        for (int32_t num; (num = ludus_game_legal(&game, &pos, moves)) > 0;) {
            ludus_game_play(&game, &pos, moves[ludus_rng_below(&rng, (uint32_t)num)]);
        }
        char text[64];
        int32_t at = 0;
        const uint64_t x = ludus_connect4_plies(&pos) % 2 == 0 ? pos.own : pos.own ^ pos.all;
        for (int32_t cell = 0; cell < 42; cell++) {
            const uint64_t bit = bit_at(5 - cell / 7, cell % 7);
            if (cell > 0 && cell % 7 == 0) {
                text[at++] = '/';
            }
            text[at++] = (pos.all & bit) == 0 ? '.' : (x & bit) != 0 ? 'x' : 'o';
        }
        text[at] = '\0';
        assert_int_equal(ludus_game_from_text(&game, &back, text, NULL), LUDUS_OK);
        assert_memory_equal(&pos, &back, sizeof(pos));
    }
}

static void unreachable_and_malformed_positions_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "8",                           // no such column
        "0",                           //
        "1111111",                     // seven stones in a column
        "12121213",                    // a move after the end
        "7/7/7/7/x6/7",                // a stone in the air
        "7/7/7/7/7/x6 x",              // the turn
        "7/7/7/7/7/o6",                // o moved first
        "7/7/7/7/7/xxooooxx/x",        // a long row
        "7/7/7/7/7",                   // a row too few
        "7/7/7/7/7/7/7",               // a row too many
        "7/7/7/7/xxxx3/oooo3",         // two winners
        "o6/o6/o6/x6/x6/x6",           // o's stones lie above: x would have moved thrice
        "7/7/x6/o2x3/xoox3/xoooxxo 1", // trailing
        "7/7/7/3o3/oooxooo/xxxxxxx",   // the stone that joined the row lies buried
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        ludus_connect4_position pos;
        ludus_error error = {LUDUS_OK, ""};
        if (ludus_game_from_text(&game, &pos, bad[i], &error) != LUDUS_ERR_FORMAT) {
            fail_msg("'%s' was accepted", bad[i]);
        }
        assert_true(strlen(error.text) > 0);
    }
}

static void a_drawing_shows_the_last_stone(void **state)
{
    (void)state;
    char drawing[LUDUS_GAME_DRAW_MAX];
    ludus_connect4_position pos;
    assert_int_equal(ludus_game_from_text(&game, &pos, "44537", NULL), LUDUS_OK);
    ludus_game_draw(&game, &pos, 6, drawing);
    assert_string_equal(drawing, "    1 2 3 4 5 6 7\n"
                                 "    . . . . . . .\n"
                                 "    . . . . . . .\n"
                                 "    . . . . . . .\n"
                                 "    . . . . . . .\n"
                                 "    . . . o . . .\n"
                                 "    . . o x x .(x)\n");
}

// ---- Planes and heuristic -----------------------------------------------------------------------

static void planes_show_the_board_from_the_mover(void **state)
{
    (void)state;
    float planes[3 * 42];
    ludus_connect4_position pos;
    assert_int_equal(ludus_game_from_text(&game, &pos, "443", NULL), LUDUS_OK);
    ludus_game_encode(&game, &pos, 0, planes);
    for (int32_t cell = 0; cell < 42; cell++) {
        assert_true(planes[cell] == (cell == 4 * 7 + 3 ? 1.0f : 0.0f)); // o, to move
        assert_true(planes[42 + cell] == (cell == 5 * 7 + 3 || cell == 5 * 7 + 2 ? 1.0f : 0.0f));
        assert_true(planes[84 + cell] == 1.0f);
    }
}

static void the_heuristic_sees_wins_and_double_threats(void **state)
{
    (void)state;
    ludus_connect4_position pos;
    assert_int_equal(ludus_game_from_text(&game, &pos, "414141", NULL), LUDUS_OK);
    assert_true(ludus_game_heuristic(&game, &pos) > 0.98f);
    assert_int_equal(ludus_game_from_text(&game, &pos, "44335", NULL), LUDUS_OK);
    assert_true(ludus_game_heuristic(&game, &pos) < -0.9f); // 2 and 6 both complete four
    assert_int_equal(ludus_game_from_text(&game, &pos, "4142434", NULL), LUDUS_OK);
    assert_true(ludus_game_heuristic(&game, &pos) == -1.0f); // finished
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(perft_matches_the_known_counts),
        cmocka_unit_test(distinct_positions_match_the_published_counts),
        cmocka_unit_test(each_of_the_69_lines_wins),
        cmocka_unit_test(fours_and_threats_match_the_reference),
        cmocka_unit_test(boards_and_move_lists_give_the_same_position),
        cmocka_unit_test(every_random_game_is_found_reachable_from_its_board),
        cmocka_unit_test(unreachable_and_malformed_positions_are_refused),
        cmocka_unit_test(a_drawing_shows_the_last_stone),
        cmocka_unit_test(planes_show_the_board_from_the_mover),
        cmocka_unit_test(the_heuristic_sees_wins_and_double_threats),
    };
    return cmocka_run_group_tests(tests, open_game, close_game);
}
