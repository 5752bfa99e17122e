// Claims about the exact tables of king and one piece against king.

#include "envs/chess_endgame.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

enum { PAWN, ROOK, QUEEN, NUM_TABLES };
static const int32_t kinds[NUM_TABLES] = {LUDUS_CHESS_PAWN, LUDUS_CHESS_ROOK, LUDUS_CHESS_QUEEN};
static ludus_chess_endgame *tables[NUM_TABLES];

static int make_tables(void **state)
{
    ludus_error error;
    (void)state;
    for (int i = 0; i < NUM_TABLES; i++) {
        if (ludus_chess_endgame_create(&tables[i], kinds[i], &error)) {
            return -1;
        }
    }
    return 0;
}

static int free_tables(void **state)
{
    (void)state;
    for (int i = 0; i < NUM_TABLES; i++) {
        ludus_chess_endgame_destroy(tables[i]);
    }
    return 0;
}

static int32_t longest(const ludus_chess_endgame *table)
{
    int32_t most = 0;
    for (int32_t i = 0; i < 64 * 64 * 64; i++) {
        const int32_t plies = ludus_chess_endgame_plies(table, true, i >> 12, i >> 6 & 63, i & 63);
        most = plies > most ? plies : most;
    }
    return (most + 1) / 2;
}

// Known since the first tables; e.g. chessprogramming.org/KRK, /KPK, /KQK.
static void the_longest_mates_are_the_published_ones(void **state)
{
    (void)state;
    assert_int_equal(longest(tables[QUEEN]), 10);
    assert_int_equal(longest(tables[ROOK]), 16);
    assert_int_equal(longest(tables[PAWN]), 28);
}

static int32_t probe(int table, const char *fen)
{
    ludus_chess_board board;
    ludus_error error;
    if (ludus_chess_board_from_fen(&board, fen, &error)) {
        fail_msg("%s: %s", fen, error.text);
    }
    return ludus_chess_endgame_probe(tables[table], &board);
}

static void known_positions_have_their_value(void **state)
{
    (void)state;
    assert_int_equal(probe(QUEEN, "7k/6Q1/6K1/8/8/8/8/8 b - - 0 1"), 0);
    assert_int_equal(probe(QUEEN, "7k/5Q2/6K1/8/8/8/8/8 b - - 0 1"), LUDUS_CHESS_ENDGAME_DRAW);
    assert_int_equal(probe(ROOK, "7k/8/6K1/8/8/8/8/R7 w - - 0 1"), 1);
    assert_int_equal(probe(ROOK, "7k/8/8/8/8/8/1r6/K7 w - - 0 1"), LUDUS_CHESS_ENDGAME_DRAW);
    // The opposition: who is to move decides.
    assert_int_equal(probe(PAWN, "4k3/8/4K3/4P3/8/8/8/8 b - - 0 1") > 0, true);
    assert_true(probe(PAWN, "8/4k3/8/4K3/4P3/8/8/8 b - - 0 1") > 0);
    assert_int_equal(probe(PAWN, "8/4k3/8/4K3/4P3/8/8/8 w - - 0 1"), LUDUS_CHESS_ENDGAME_DRAW);
    // The rook's pawn.
    assert_int_equal(probe(PAWN, "k7/8/K7/P7/8/8/8/8 w - - 0 1"), LUDUS_CHESS_ENDGAME_DRAW);
    // Black's, with colours turned.
    assert_true(probe(PAWN, "8/8/8/4p3/4k3/8/4K3/8 w - - 0 1") > 0);
}

// A promotion's value comes from the table of the new piece.
static int32_t value_after(int table, const ludus_chess_board *board)
{
    if (board->kind[kinds[table]] != 0) {
        return ludus_chess_endgame_probe(tables[table], board);
    }
    for (int other = ROOK; other <= QUEEN; other++) {
        if (board->kind[kinds[other]] != 0) {
            return ludus_chess_endgame_probe(tables[other], board);
        }
    }
    return LUDUS_CHESS_ENDGAME_DRAW; // taken, or a minor piece
}

// Every sampled value follows from those of the legal moves, by the move generator of the game.
static void values_agree_with_their_successors(void **state)
{
    ludus_rng rng;
    int32_t num = 0;
    (void)state;
    ludus_rng_init(&rng, 3, 0);
    while (num < 30000) {
        ludus_chess_board board;
        ludus_chess_move moves[LUDUS_CHESS_MAX_MOVES];
        const int table = (int)ludus_rng_below(&rng, NUM_TABLES);
        const bool is_strong = ludus_rng_below(&rng, 2) == 0;
        const int32_t s = (int32_t)ludus_rng_below(&rng, 64),
                      w = (int32_t)ludus_rng_below(&rng, 64);
        const int32_t p = (int32_t)ludus_rng_below(&rng, 64);
        const int32_t plies = ludus_chess_endgame_plies(tables[table], is_strong, s, w, p);
        if (plies == LUDUS_CHESS_ENDGAME_ILLEGAL) {
            continue;
        }
        num++;
        ludus_chess_endgame_board(kinds[table], is_strong, s, w, p, &board);
        const int32_t n = ludus_chess_moves(&board, moves);
        int32_t best = LUDUS_CHESS_ENDGAME_DRAW, worst = 0;
        bool has_draw = n == 0 && !ludus_chess_board_is_check(&board);
        for (int32_t i = 0; i < n; i++) {
            ludus_chess_board next = board;
            ludus_chess_make(&next, moves[i]);
            const int32_t value = value_after(table, &next);
            assert_int_not_equal(value, LUDUS_CHESS_ENDGAME_ILLEGAL);
            has_draw = has_draw || value < 0;
            best = value >= 0 && (best < 0 || value < best) ? value : best;
            worst = value > worst ? value : worst;
        }
        const int32_t expected = is_strong  ? (best < 0 ? LUDUS_CHESS_ENDGAME_DRAW : best + 1)
                                 : has_draw ? LUDUS_CHESS_ENDGAME_DRAW
                                 : n == 0   ? 0
                                            : worst + 1;
        assert_int_equal(plies, expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_longest_mates_are_the_published_ones),
        cmocka_unit_test(known_positions_have_their_value),
        cmocka_unit_test(values_agree_with_their_successors),
    };
    return cmocka_run_group_tests(tests, make_tables, free_tables);
}
