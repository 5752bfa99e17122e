// Claims about gomoku.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "envs/game.h"
#include "envs/gomoku_lines.h"
#include "tests/sanitized.h"

static const int32_t directions[4][2] = {{0, 1}, {1, 0}, {1, 1}, {1, -1}};

static bool is_on_board(int32_t size, int32_t row, int32_t column)
{
    return row >= 0 && row < size && column >= 0 && column < size;
}

static void *open_game(ludus_game *game, const char *name)
{
    assert_int_equal(ludus_game_open(game, name, NULL), LUDUS_OK);
    void *pos = ludus_alloc(1, game->spec.state_bytes);
    ludus_game_init(game, pos);
    return pos;
}

// ---- Wins ---------------------------------------------------------------------------------------

// x plays the line except `last`, o plays far apart cells, then x plays `last`.
static void expect_win(const ludus_game *game, void *pos, const int32_t *line, int32_t last)
{
    const int32_t size = game->spec.board[0];
    int32_t elsewhere = 0;
    ludus_game_init(game, pos);
    for (int32_t i = 0; i <= 5; i++) {
        if (i == last) {
            continue;
        }
        assert_int_equal(ludus_game_outcome(game, pos), LUDUS_ONGOING);
        ludus_game_play(game, pos, line[i == 5 ? last : i]);
        for (bool is_free = false; !is_free && i < 5; elsewhere++) {
            // Cells of a pattern that never makes five.
            const int32_t cell = elsewhere;
            is_free = (cell / size + 2 * (cell % size)) % 5 == 0;
            for (int32_t j = 0; j < 5; j++) {
                is_free = is_free && cell != line[j];
            }
            if (is_free) {
                ludus_game_play(game, pos, cell);
            }
        }
    }
    assert_int_equal(ludus_game_outcome(game, pos), LUDUS_LOSS);
    assert_int_equal(ludus_game_perft(game, pos, 1, 1), 0);
}

static void each_line_of_five_wins_whichever_stone_is_last(void **state)
{
    (void)state;
    static const char *const names[] = {"gomoku9", "gomoku15", "gomoku19"};
    for (size_t n = 0; n < sizeof(names) / sizeof(names[0]); n++) {
        ludus_game game;
        void *pos = open_game(&game, names[n]);
        const int32_t size = game.spec.board[0];
        int32_t lines = 0;
        for (int32_t start = 0; start < 4 * size * size; start++) {
            const int32_t *d = directions[start % 4];
            const int32_t row = start / 4 / size;
            const int32_t column = start / 4 % size;
            if (is_on_board(size, row + 4 * d[0], column + 4 * d[1])) {
                int32_t line[5];
                for (int32_t i = 0; i < 5; i++) {
                    line[i] = (row + i * d[0]) * size + column + i * d[1];
                }
                expect_win(&game, pos, line, lines++ % 5);
            }
        }
        assert_int_equal(lines, 2 * size * (size - 4) + 2 * (size - 4) * (size - 4));
        ludus_free(pos);
        ludus_game_close(&game);
    }
}

static void an_overline_wins(void **state)
{
    (void)state;
    ludus_game game;
    void *pos = open_game(&game, "gomoku15");
    static const char *const moves[] = {"a1",  "a15", "b1",  "c15", "c1",  "e15", "e1",
                                        "g15", "f1",  "i15", "g1",  "k15", "d1"};
    for (size_t i = 0; i < sizeof(moves) / sizeof(moves[0]); i++) {
        ludus_move move;
        assert_int_equal(ludus_game_outcome(&game, pos), LUDUS_ONGOING);
        assert_int_equal(ludus_game_parse_move(&game, pos, moves[i], &move, NULL), LUDUS_OK);
        ludus_game_play(&game, pos, move);
    }
    assert_int_equal(ludus_game_outcome(&game, pos), LUDUS_LOSS); // seven in a row
    ludus_free(pos);
    ludus_game_close(&game);
}

static void lines_do_not_run_around_the_edges(void **state)
{
    (void)state;
    ludus_game game;
    void *pos = open_game(&game, "gomoku9");
    static const char *const boards[] = {
        "5xxxx/x8/9/9/9/9/9/9/oo1oo4 o",     // along a row into the next
        "7x1/8x/x8/1x7/2x6/9/9/9/o1o1o1o1o", // a falling diagonal
        "1x7/x8/8x/7x1/6x2/9/9/9/o1o1o1o1o", // a rising one
    };
    for (size_t i = 0; i < sizeof(boards) / sizeof(boards[0]); i++) {
        assert_int_equal(ludus_game_from_text(&game, pos, boards[i], NULL), LUDUS_OK);
        assert_int_equal(ludus_game_outcome(&game, pos), LUDUS_ONGOING);
    }
    ludus_free(pos);
    ludus_game_close(&game);
}

static void a_full_board_without_five_is_drawn(void **state)
{
    (void)state;
    ludus_game game;
    ludus_move moves[81];
    void *pos = open_game(&game, "gomoku9");
    static const char full[] = "xxooxxoox/ooxxooxxo/xxooxxoox/ooxxooxxo/xxooxxoox/"
                               "ooxxooxxo/xxooxxoox/ooxxooxxo/xxooxxoox";
    assert_int_equal(ludus_game_from_text(&game, pos, full, NULL), LUDUS_OK);
    assert_int_equal(ludus_game_outcome(&game, pos), LUDUS_DRAW);
    assert_int_equal(ludus_game_legal(&game, pos, moves), 0);
    ludus_free(pos);
    ludus_game_close(&game);
}

// ---- Counts -------------------------------------------------------------------------------------

static void perft_counts_the_free_cells(void **state)
{
    (void)state;
    for (int32_t size = 9; size <= 19; size++) {
        char name[LUDUS_GAME_NAME_MAX];
        ludus_game game;
        snprintf(name, sizeof(name), "gomoku%d", (int)size);
        void *pos = open_game(&game, name);
        const uint64_t n = (uint64_t)(size * size);
        assert_int_equal(ludus_game_perft(&game, pos, 1, 1), n);
        assert_int_equal(ludus_game_perft(&game, pos, 2, 1), n * (n - 1));
        assert_int_equal(ludus_game_perft(&game, pos, 3, 2), n * (n - 1) * (n - 2));
        ludus_free(pos);
        ludus_game_close(&game);
    }
}

static char cell_at(const char *cells, int32_t size, int32_t row, int32_t column)
{
    return is_on_board(size, row, column) ? cells[row * size + column] : '#';
}

// One direction from one cell: its window of five and its six cells.
static void count_line(const char *cells, int32_t size, int32_t at, const int32_t *d,
                       ludus_gomoku_lines *out, bool *completes)
{
    int32_t own = 0, free = 0, hole = 0, inner = 0, inner_free = 0;
    char line[6];
    for (int32_t i = 0; i < 6; i++) {
        line[i] = cell_at(cells, size, at / size + i * d[0], at % size + i * d[1]);
    }
    for (int32_t i = 0; i < 5; i++) {
        own += line[i] == 'x';
        free += line[i] == '.';
        hole = line[i] == '.' ? i : hole;
        inner += i > 0 && line[i] == 'x';
        inner_free += i > 0 && line[i] == '.';
    }
    out->windows[own] += own + free == 5;
    if (own == 4 && free == 1) {
        completes[at + hole * (d[0] * size + d[1])] = true;
    }
    out->open_threes += line[0] == '.' && line[5] == '.' && inner == 3 && inner_free == 1;
}

static void compare_counts(const char *cells, int32_t size)
{
    ludus_gomoku_rows own = {{0}}, other = {{0}};
    ludus_gomoku_lines fast, plain;
    bool completes[LUDUS_BOARD_MAX_CELLS] = {false};
    memset(&plain, 0, sizeof(plain));
    for (int32_t cell = 0; cell < size * size; cell++) {
        own.row[cell / size] |= cells[cell] == 'x' ? 1u << (cell % size) : 0;
        other.row[cell / size] |= cells[cell] == 'o' ? 1u << (cell % size) : 0;
        for (int32_t i = 0; i < 4; i++) {
            count_line(cells, size, cell, directions[i], &plain, completes);
        }
    }
    for (int32_t cell = 0; cell < size * size; cell++) {
        plain.completions += completes[cell];
    }
    ludus_gomoku_count(&own, &other, size, &fast);
    assert_memory_equal(&fast, &plain, sizeof(fast));
    assert_int_equal(ludus_gomoku_has_five(&own, size), plain.windows[5] > 0);
    bool is_through = false;
    for (int32_t cell = 0; cell < size * size; cell++) {
        is_through |=
            cells[cell] == 'x' && ludus_gomoku_five_through(&own, size, cell / size, cell % size);
    }
    assert_int_equal(is_through, plain.windows[5] > 0);
}

static void line_counts_match_the_reference(void **state)
{
    (void)state;
    ludus_rng rng;
    ludus_rng_init(&rng, 5, 5);
    for (int32_t round = 0; round < (LUDUS_TEST_SANITIZED ? 400 : 4000); round++) {
        char cells[LUDUS_BOARD_MAX_CELLS];
        const int32_t size = 9 + round % 11;
        const uint32_t stones = 1 + ludus_rng_below(&rng, 70); // percent x, o gets a third of it
        for (int32_t cell = 0; cell < size * size; cell++) {
            const uint32_t draw = ludus_rng_below(&rng, 100);
            cells[cell] = draw < stones ? 'x' : draw < stones + stones / 3 ? 'o' : '.';
        }
        compare_counts(cells, size);
    }
}

// ---- Text, heuristic ----------------------------------------------------------------------------

static void malformed_and_impossible_boards_are_refused(void **state)
{
    (void)state;
    ludus_game game;
    void *pos = open_game(&game, "gomoku9");
    static const char *const bad[] = {
        "",
        "9/9/9/9/9/9/9/9",                          // a row too few
        "9/9/9/9/9/9/9/9/9/9",                      // a row too many
        "99/9/9/9/9/9/9/9/9",                       // too wide
        "9/9/9/9/9/9/9/9/8 x",                      // too narrow
        "9/9/9/9/9/9/9/9/9 o",                      // x begins
        "9/9/9/9/9/9/9/9/xx7",                      // two x
        "9/9/9/9/9/9/9/9/o8",                       // o begins
        "xxxxx4/9/ooooo4/9/9/9/9/9/9",              // both won
        "xxxxx4/9/oooo5/9/9/9/9/9/o8",              // x had won before o's last
        "xxxxx4/9/xxxxx4/9/ooo1ooo2/9/9/o1o6/o8 o", // two fives without a common stone
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        ludus_error error = {LUDUS_OK, ""};
        if (ludus_game_from_text(&game, pos, bad[i], &error) != LUDUS_ERR_FORMAT) {
            fail_msg("'%s' was accepted", bad[i]);
        }
        assert_true(strlen(error.text) > 0);
    }
    ludus_free(pos);
    ludus_game_close(&game);
}

static void a_board_in_text_equals_the_played_position(void **state)
{
    (void)state;
    ludus_game game;
    void *pos = open_game(&game, "gomoku9");
    void *read = ludus_alloc(1, game.spec.state_bytes);
    static const char *const moves[] = {"a9", "i1", "b9", "h1", "c9", "g1", "e9", "f1", "d9"};
    for (size_t i = 0; i < sizeof(moves) / sizeof(moves[0]); i++) {
        ludus_move move;
        assert_int_equal(ludus_game_parse_move(&game, pos, moves[i], &move, NULL), LUDUS_OK);
        ludus_game_play(&game, pos, move);
    }
    assert_int_equal(ludus_game_from_text(&game, read, "xxxxx4/9/9/9/9/9/9/9/5oooo o", NULL),
                     LUDUS_OK);
    assert_memory_equal(read, pos, game.spec.state_bytes);
    assert_int_equal(ludus_game_hash(&game, read), ludus_game_hash(&game, pos));
    ludus_free(read);
    ludus_free(pos);
    ludus_game_close(&game);
}

static void the_heuristic_knows_fours_and_open_threes(void **state)
{
    (void)state;
    ludus_game game;
    void *pos = open_game(&game, "gomoku9");
    static const struct {
        const char *board;
        float low, high;
    } cases[] = {
        {"9/9/1xxxx4/9/9/9/9/9/o1o1o1o2 x", 0.98f, 1.0f}, // five next
        {"9/9/1xxxx4/9/9/9/9/9/o1o1o3o", 0.98f, 1.0f},    //
        {"9/9/1xxxx4/9/9/9/9/9/o1o1o4 o", -1.0f, -0.97f}, // an open four against one
        {"9/9/2xxx4/9/9/9/9/o8/o3o4 x", 0.9f, 0.99f},     // an open four next
        {"9/9/9/9/4x4/9/9/9/9 o", -0.9f, 0.1f},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(ludus_game_from_text(&game, pos, cases[i].board, NULL), LUDUS_OK);
        const float value = ludus_game_heuristic(&game, pos);
        assert_true(value >= cases[i].low && value <= cases[i].high);
    }
    ludus_free(pos);
    ludus_game_close(&game);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_line_of_five_wins_whichever_stone_is_last),
        cmocka_unit_test(an_overline_wins),
        cmocka_unit_test(lines_do_not_run_around_the_edges),
        cmocka_unit_test(a_full_board_without_five_is_drawn),
        cmocka_unit_test(perft_counts_the_free_cells),
        cmocka_unit_test(line_counts_match_the_reference),
        cmocka_unit_test(malformed_and_impossible_boards_are_refused),
        cmocka_unit_test(a_board_in_text_equals_the_played_position),
        cmocka_unit_test(the_heuristic_knows_fours_and_open_threes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
