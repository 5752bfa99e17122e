// Claims about Othello.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "envs/game.h"
#include "envs/othello_board.h"
#include "tests/sanitized.h"

typedef struct boards {
    ludus_game large, small; // 8x8, 6x6
    uint64_t pos[8];
} boards;

static int open_games(void **state)
{
    boards *b = ludus_alloc(1, sizeof(*b));
    *state = b;
    return ludus_game_open(&b->large, "othello", NULL) == LUDUS_OK &&
                   ludus_game_open(&b->small, "othello6", NULL) == LUDUS_OK
               ? 0
               : -1;
}

static int close_games(void **state)
{
    boards *b = *state;
    ludus_game_close(&b->large);
    ludus_game_close(&b->small);
    ludus_free(b);
    return 0;
}

// The known perft of 8x8 with passes as plies. Depth 10 is published as 24,571,284: that counts
// the 228 games that end with ply 9 (all discs of one colour) again; here they end there.
static void perft_matches_the_published_counts(void **state)
{
    static const uint64_t leaves[] = {1,    4,     12,     56,      244,           1396,
                                      8200, 55092, 390216, 3005288, 24571284 - 228};
    boards *b = *state;
    ludus_game_init(&b->large, b->pos);
    for (int32_t depth = 0; depth <= (LUDUS_TEST_SANITIZED ? 7 : 10); depth++) {
        assert_int_equal(ludus_game_perft(&b->large, b->pos, depth, 2), leaves[depth]);
    }
}

static int32_t count_wipeouts(const ludus_game *game, const void *pos, int32_t depth)
{
    ludus_move moves[64];
    if (depth == 0) {
        return ludus_game_outcome(game, pos) != LUDUS_ONGOING;
    }
    int32_t count = 0;
    const int32_t num = ludus_game_legal(game, pos, moves);
    for (int32_t i = 0; i < num; i++) {
        uint64_t next[8];
        memcpy(next, pos, game->spec.state_bytes);
        ludus_game_play(game, next, moves[i]);
        count += count_wipeouts(game, next, depth - 1);
    }
    return count;
}

static void the_shortest_games_have_nine_plies(void **state)
{
    boards *b = *state;
    ludus_game_init(&b->large, b->pos);
    assert_int_equal(count_wipeouts(&b->large, b->pos, LUDUS_TEST_SANITIZED ? 6 : 8), 0);
    if (!LUDUS_TEST_SANITIZED) {
        assert_int_equal(count_wipeouts(&b->large, b->pos, 9), 228);
    }
}

// ---- Against plain loops ------------------------------------------------------------------------

static uint64_t reference_flips(uint64_t own, uint64_t other, int32_t bit)
{
    uint64_t flips = 0;
    for (int32_t direction = 0; direction < 9; direction++) {
        const int32_t down = direction / 3 - 1;
        const int32_t right = direction % 3 - 1;
        uint64_t run = 0;
        int32_t row = bit / 8 + down;
        int32_t column = bit % 8 + right;
        while ((down != 0 || right != 0) && row >= 0 && row < 8 && column >= 0 && column < 8) {
            const uint64_t cell = UINT64_C(1) << (row * 8 + column);
            if ((other & cell) == 0) {
                flips |= (own & cell) != 0 ? run : 0;
                break;
            }
            run |= cell;
            row += down;
            column += right;
        }
    }
    return flips;
}

static void compare_with_reference(uint64_t own, uint64_t other)
{
    uint64_t moves = 0;
    for (int32_t bit = 0; bit < 64; bit++) {
        const uint64_t cell = UINT64_C(1) << bit;
        if (((own | other) & cell) == 0) {
            const uint64_t flips = reference_flips(own, other, bit);
            assert_int_equal(ludus_othello_flips(own, other, cell), flips);
            moves |= flips != 0 ? cell : 0;
        }
    }
    assert_int_equal(ludus_othello_moves(own, other), moves);
}

static void flips_and_moves_match_the_reference(void **state)
{
    (void)state;
    ludus_rng rng;
    ludus_rng_init(&rng, 8, 8);
    for (int32_t round = 0; round < (LUDUS_TEST_SANITIZED ? 2000 : 50000); round++) {
        uint64_t discs = ludus_rng_u64(&rng);
        for (int32_t i = round % 4; i > 0; i--) {
            discs |= ludus_rng_u64(&rng); // fuller boards have longer lines
        }
        uint64_t own = discs & ludus_rng_u64(&rng);
        for (int32_t i = round / 4 % 3; i > 0; i--) {
            own &= ludus_rng_u64(&rng);
        }
        compare_with_reference(own, discs & ~own);
    }
}

static void neighbours_do_not_run_around_the_edges(void **state)
{
    (void)state;
    for (int32_t bit = 0; bit < 64; bit++) {
        uint64_t expected = 0;
        for (int32_t other = 0; other < 64; other++) {
            const int32_t rows = other / 8 - bit / 8;
            const int32_t columns = other % 8 - bit % 8;
            if (rows >= -1 && rows <= 1 && columns >= -1 && columns <= 1) {
                expected |= UINT64_C(1) << other;
            }
        }
        assert_int_equal(ludus_othello_neighbours(UINT64_C(1) << bit), expected);
    }
}

// ---- Passes and ends ----------------------------------------------------------------------------

static void play_text(const ludus_game *game, void *pos, const char *text)
{
    ludus_move move;
    ludus_error error;
    if (ludus_game_parse_move(game, pos, text, &move, &error) != LUDUS_OK) {
        fail_msg("%s", error.text);
    }
    ludus_game_play(game, pos, move);
}

static void black_begins_with_the_four_known_moves(void **state)
{
    boards *b = *state;
    static const char *const first[] = {"d3", "c4", "f5", "e6"};
    ludus_move moves[64], move;
    ludus_game_init(&b->large, b->pos);
    assert_int_equal(ludus_game_legal(&b->large, b->pos, moves), 4);
    for (int32_t i = 0; i < 4; i++) {
        assert_int_equal(ludus_game_parse_move(&b->large, b->pos, first[i], &move, NULL), LUDUS_OK);
        assert_int_equal(move, moves[i]);
    }
    assert_int_equal(ludus_game_parse_move(&b->large, b->pos, "pass", &move, NULL), LUDUS_ERR_ARG);
    assert_int_equal(ludus_game_parse_move(&b->large, b->pos, "d4", &move, NULL), LUDUS_ERR_ARG);
    assert_int_equal(ludus_game_parse_move(&b->large, b->pos, "i9", &move, NULL), LUDUS_ERR_FORMAT);
    assert_int_equal(ludus_game_parse_move(&b->small, b->pos, "g1", &move, NULL), LUDUS_ERR_FORMAT);
}

// Rows 4 and 5 are o's but for x at their left ends, and h4, h5 are empty: only x attacks there.
static const char only_x_moves[] = "8/8/8/xoooooo1/xoooooo1/8/8/8";

static void set_up(const ludus_game *game, void *pos, const char *board, const char *side)
{
    char text[80];
    ludus_error error;
    snprintf(text, sizeof(text), "%s %s", board, side);
    if (ludus_game_from_text(game, pos, text, &error) != LUDUS_OK) {
        fail_msg("%s: %s", text, error.text);
    }
}

static void the_pass_is_legal_only_without_another_move(void **state)
{
    boards *b = *state;
    ludus_move move;
    set_up(&b->large, b->pos, only_x_moves, "x");
    assert_int_equal(ludus_game_parse_move(&b->large, b->pos, "pass", &move, NULL), LUDUS_ERR_ARG);
    set_up(&b->large, b->pos, only_x_moves, "o");
    assert_int_equal(ludus_game_parse_move(&b->large, b->pos, "pass", &move, NULL), LUDUS_OK);
    assert_int_equal(move, 64);
}

static void the_game_is_over_when_neither_can_move(void **state)
{
    boards *b = *state;
    ludus_move moves[64];
    set_up(&b->large, b->pos, "8/8/8/3oo3/3oo3/8/8/8", "x");
    assert_int_equal(ludus_game_legal(&b->large, b->pos, moves), 0);
    assert_int_equal(ludus_game_outcome(&b->large, b->pos), LUDUS_LOSS);
    set_up(&b->large, b->pos, "8/8/8/3oo3/3oo3/8/8/8", "o");
    assert_int_equal(ludus_game_legal(&b->large, b->pos, moves), 0);
    assert_int_equal(ludus_game_outcome(&b->large, b->pos), LUDUS_WIN);
}

static void after_a_pass_the_opponent_moves_on_the_same_board(void **state)
{
    boards *b = *state;
    ludus_move moves[64];
    char text[LUDUS_GAME_TEXT_MAX];
    set_up(&b->large, b->pos, only_x_moves, "o");
    assert_int_equal(ludus_game_legal(&b->large, b->pos, moves), 1);
    assert_int_equal(moves[0], 64);
    ludus_game_move_text(&b->large, b->pos, moves[0], text);
    assert_string_equal(text, "pass");
    assert_int_equal(ludus_game_outcome(&b->large, b->pos), LUDUS_ONGOING);
    assert_int_equal(ludus_game_perft(&b->large, b->pos, 1, 1), 1);
    play_text(&b->large, b->pos, "pass");
    assert_int_equal(ludus_game_to_move(&b->large, b->pos), 0);
    play_text(&b->large, b->pos, "h4");
    assert_int_equal(ludus_game_to_move(&b->large, b->pos), 1);
}

static void a_wiped_out_side_has_lost(void **state)
{
    boards *b = *state;
    // A published nine-ply wipe-out line ends with white gone.
    static const char *const line[] = {"e6", "f4", "e3", "f6", "g5", "d6", "e7", "f5", "c5"};
    ludus_move moves[64];
    ludus_game_init(&b->large, b->pos);
    for (size_t i = 0; i < sizeof(line) / sizeof(line[0]); i++) {
        assert_int_equal(ludus_game_outcome(&b->large, b->pos), LUDUS_ONGOING);
        play_text(&b->large, b->pos, line[i]);
    }
    assert_int_equal(ludus_game_legal(&b->large, b->pos, moves), 0);
    assert_int_equal(ludus_game_outcome(&b->large, b->pos), LUDUS_LOSS);
    assert_true(ludus_game_heuristic(&b->large, b->pos) == -1.0f);
}

static void a_full_board_is_counted(void **state)
{
    boards *b = *state;
    static const char *const full[] = {
        "xxxxxx/xxxxxx/xxxxxx/oooooo/oooooo/oooooo x",
        "xxxxxx/xxxxxx/xxxxxx/xooooo/oooooo/oooooo x",
        "xxxxxx/xxxxxx/xxxxxx/xooooo/oooooo/oooooo o",
    };
    static const ludus_outcome outcomes[] = {LUDUS_DRAW, LUDUS_WIN, LUDUS_LOSS};
    for (int32_t i = 0; i < 3; i++) {
        assert_int_equal(ludus_game_from_text(&b->small, b->pos, full[i], NULL), LUDUS_OK);
        assert_int_equal(ludus_game_outcome(&b->small, b->pos), outcomes[i]);
    }
}

// ---- Symmetry, text, heuristic ------------------------------------------------------------------

static void play_random(const ludus_game *game, void *pos, ludus_rng *rng, int32_t plies)
{
    ludus_move moves[64];
    ludus_game_init(game, pos);
    for (int32_t ply = 0; ply < plies; ply++) {
        const int32_t num = ludus_game_legal(game, pos, moves);
        if (num > 0) {
            ludus_game_play(game, pos, moves[ludus_rng_below(rng, (uint32_t)num)]);
        }
    }
}

// The position that encode shows through `sym`.
static void turn_board(const ludus_game *game, const void *pos, int32_t sym, void *turned)
{
    float planes[3 * 64];
    char text[80];
    int32_t at = 0;
    const bool is_o = ludus_game_to_move(game, pos) == 1;
    ludus_game_encode(game, pos, sym, planes);
    for (int32_t cell = 0; cell < 64; cell++) {
        if (cell > 0 && cell % 8 == 0) {
            text[at++] = '/';
        }
        const bool is_own = planes[cell] == 1.0f;
        const bool is_other = planes[64 + cell] == 1.0f;
        text[at++] = !is_own && !is_other ? '.' : is_own == is_o ? 'o' : 'x';
    }
    memcpy(text + at, is_o ? " o" : " x", 3);
    assert_int_equal(ludus_game_from_text(game, turned, text, NULL), LUDUS_OK);
}

// What the contract check cannot see: the start position looks different through four symmetries.
static void legal_moves_turn_with_the_board(void **state)
{
    boards *b = *state;
    const ludus_game *game = &b->large;
    ludus_rng rng;
    ludus_rng_init(&rng, 9, 9);
    for (int32_t round = 0; round < 200; round++) {
        ludus_move map[65], moves[64], turned_moves[64];
        uint64_t turned[8];
        play_random(game, b->pos, &rng, 5 + round % 40);
        turn_board(game, b->pos, round % 8, turned);
        ludus_game_permute(game, round % 8, map);
        const int32_t num = ludus_game_legal(game, b->pos, moves);
        assert_int_equal(ludus_game_legal(game, turned, turned_moves), num);
        for (int32_t i = 0; i < num; i++) {
            assert_true(ludus_game_is_legal(game, turned, map[moves[i]]));
        }
        assert_true(ludus_game_heuristic(game, turned) == ludus_game_heuristic(game, b->pos));
    }
}

static void malformed_and_impossible_boards_are_refused(void **state)
{
    boards *b = *state;
    static const char *const bad[] = {
        "8/8/8/3ox3/3xo3/8/8/8",    // who is to move?
        "8/8/8/3ox3/3xo3/8/8/8 b",  //
        "8/8/8/3o4/3xo3/8/8/8 x",   // a centre cell is empty
        "x7/8/8/3ox3/3xo3/8/8/8 x", // a disc on its own
        "8/8/8/3ox3/3xo3/8/8 x",    // seven rows
        "8/8/8/3ox4/3xo3/8/8/8 x",  // nine columns
        "8/8/8/3ox3/3xo3/8/8/8  x", //
        "8/8/8/3o?3/3xo3/8/8/8 x",  //
        "",                         //
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        ludus_error error = {LUDUS_OK, ""};
        assert_int_equal(ludus_game_from_text(&b->large, b->pos, bad[i], &error), LUDUS_ERR_FORMAT);
        assert_true(strlen(error.text) > 0);
    }
}

static void the_start_reads_back_and_draws(void **state)
{
    boards *b = *state;
    uint64_t read[8];
    char drawing[LUDUS_GAME_DRAW_MAX];
    ludus_game_init(&b->small, b->pos);
    assert_int_equal(ludus_game_from_text(&b->small, read, "6/6/2ox2/2xo2/6/6 x", NULL), LUDUS_OK);
    assert_memory_equal(read, b->pos, b->small.spec.state_bytes);
    play_text(&b->small, b->pos, "c2");
    ludus_game_draw(&b->small, b->pos, 8, drawing);
    assert_string_equal(drawing, "    a b c d e f\n"
                                 "  1 . . . . . .\n"
                                 "  2 . .(x). . .\n"
                                 "  3 . . x x . .\n"
                                 "  4 . . x o . .\n"
                                 "  5 . . . . . .\n"
                                 "  6 . . . . . .\n");
}

static void the_heuristic_likes_corners_and_fears_to_give_them(void **state)
{
    boards *b = *state;
    float with, without;
    assert_int_equal(ludus_game_from_text(&b->large, b->pos, "x7/1x6/2x5/3xo3/3ox3/8/8/8 x", NULL),
                     LUDUS_OK);
    with = ludus_game_heuristic(&b->large, b->pos);
    assert_int_equal(ludus_game_from_text(&b->large, b->pos, "8/1x6/2x5/3xo3/3ox3/8/8/8 x", NULL),
                     LUDUS_OK);
    without = ludus_game_heuristic(&b->large, b->pos);
    assert_true(with > without + 0.1f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(perft_matches_the_published_counts),
        cmocka_unit_test(the_shortest_games_have_nine_plies),
        cmocka_unit_test(flips_and_moves_match_the_reference),
        cmocka_unit_test(neighbours_do_not_run_around_the_edges),
        cmocka_unit_test(black_begins_with_the_four_known_moves),
        cmocka_unit_test(the_pass_is_legal_only_without_another_move),
        cmocka_unit_test(the_game_is_over_when_neither_can_move),
        cmocka_unit_test(after_a_pass_the_opponent_moves_on_the_same_board),
        cmocka_unit_test(a_wiped_out_side_has_lost),
        cmocka_unit_test(a_full_board_is_counted),
        cmocka_unit_test(legal_moves_turn_with_the_board),
        cmocka_unit_test(malformed_and_impossible_boards_are_refused),
        cmocka_unit_test(the_start_reads_back_and_draws),
        cmocka_unit_test(the_heuristic_likes_corners_and_fears_to_give_them),
    };
    return cmocka_run_group_tests(tests, open_games, close_games);
}
