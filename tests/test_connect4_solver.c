// Claims about the exact Connect Four solver.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "agents/connect4_solver.h"
#include "tests/sanitized.h"

static ludus_connect4_solver *solver;

static int create_solver(void **state)
{
    (void)state;
    return ludus_connect4_solver_create(&solver, (size_t)64 << 20) == LUDUS_OK ? 0 : -1;
}

static int destroy_solver(void **state)
{
    (void)state;
    ludus_connect4_solver_destroy(solver);
    return 0;
}

static ludus_connect4_position position_of(const char *moves)
{
    ludus_connect4_position p = {0, 0};
    for (; *moves != '\0'; moves++) {
        ludus_connect4_drop(&p, ludus_connect4_landing(&p) & ludus_connect4_column(*moves - '1'));
    }
    return p;
}

typedef struct published {
    const char *moves;
    int32_t score;
} published;

// Positions and scores published with P. Pons's "Solving Connect 4" (its six test sets).
static const published positions[] = {
    {"2252576253462244111563365343671351441", -1},
    {"7422341735647741166133573473242566", 1},
    {"23163416124767223154467471272416755633", 0},
    {"71255763773133525731261364622167124446454", 0},
    {"34441157374153736716346556774311552222", 0},
    {"7172212567451542223676134464437761515", 0},
    {"6242432155656447531617622", 0},
    {"274552224131661", 0},
    {"5455174361263362", -1},
    {"2531276566711153", 2},
    {"37313333717124171162542", 3},
    {"43745416472735", -13},
    {"5512243243536", 13},
    {"17516442226766", 8},
    {"51756773145177", -10},
    {"42434653771434", 9},
    {"27534134362633", 10},
    {"22144426444", 15},
    {"165746146225", -11},
    {"427631264721", 10},
    {"543772563551", 14},
    {"265756512", -12},
    {"335662333565", -2},
};

static void published_scores_are_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(positions) / sizeof(positions[0]); i++) {
        const ludus_connect4_position p = position_of(positions[i].moves);
        if (LUDUS_TEST_SANITIZED && ludus_connect4_plies(&p) < 13) {
            continue;
        }
        const int32_t score = ludus_connect4_solve(solver, &p);
        if (score != positions[i].score) {
            fail_msg("%s: %d, published %d", positions[i].moves, (int)score,
                     (int)positions[i].score);
        }
        const int32_t sign = (score > 0) - (score < 0);
        assert_int_equal(ludus_connect4_solve_weak(solver, &p), sign);
    }
}

static void published_scores_of_each_move_are_found(void **state)
{
    (void)state;
    static const struct {
        const char *moves;
        int32_t score[LUDUS_CONNECT4_COLUMNS];
    } cases[] = {
        {"274552224131661", {-9, -11, -12, 0, -11, -11, -11}},
        {"5455174361263362", {-12, -1, -12, -13, -12, -12, -12}},
        {"2531276566711153", {-2, 2, -1, 0, -1, 0, -12}},
        {"37313333717124171162542", {INT32_MIN, -7, INT32_MIN, 3, -8, -2, -7}},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int32_t score[LUDUS_CONNECT4_COLUMNS], weak[LUDUS_CONNECT4_COLUMNS];
        const ludus_connect4_position p = position_of(cases[i].moves);
        ludus_connect4_scores(solver, &p, score);
        assert_memory_equal(score, cases[i].score, sizeof(score));
        ludus_connect4_scores_weak(solver, &p, weak);
        for (int32_t column = 0; column < LUDUS_CONNECT4_COLUMNS; column++) {
            const int32_t sign = (score[column] > 0) - (score[column] < 0);
            assert_int_equal(weak[column], score[column] == INT32_MIN ? INT32_MIN : sign);
        }
    }
}

// ---- Against plain full search of the last plies ------------------------------------------------

static int32_t reference_score(const ludus_connect4_position *p)
{
    const int32_t plies = ludus_connect4_plies(p);
    if (p->all == LUDUS_CONNECT4_BOARD) {
        return 0;
    }
    int32_t best = -100;
    for (uint64_t cells = ludus_connect4_landing(p); cells != 0; cells &= cells - 1) {
        const uint64_t cell = cells & (0 - cells);
        ludus_connect4_position child = *p;
        if (ludus_connect4_has_four(p->own | cell)) {
            return (LUDUS_CONNECT4_CELLS + 1 - plies) / 2;
        }
        ludus_connect4_drop(&child, cell);
        const int32_t score = -reference_score(&child);
        best = score > best ? score : best;
    }
    return best;
}

// A random unfinished position; false when the game ended on the way.
static bool draw_position(ludus_rng *rng, int32_t plies, ludus_connect4_position *p)
{
    *p = (ludus_connect4_position){0, 0};
    for (int32_t ply = 0; ply < plies; ply++) {
        uint64_t cells = ludus_connect4_landing(p);
        for (uint32_t skip = ludus_rng_below(rng, (uint32_t)__builtin_popcountll(cells)); skip > 0;
             skip--) {
            cells &= cells - 1;
        }
        ludus_connect4_drop(p, cells & (0 - cells));
        if (ludus_connect4_has_four(p->own ^ p->all)) {
            return false;
        }
    }
    return true;
}

static void scores_equal_a_plain_search(void **state)
{
    (void)state;
    ludus_rng rng;
    ludus_rng_init(&rng, 2, 2);
    const int32_t rounds = LUDUS_TEST_SANITIZED ? 100 : 1500;
    for (int32_t round = 0; round < rounds;) {
        ludus_connect4_position p;
        if (draw_position(&rng, 28 + round % 14, &p)) {
            assert_int_equal(ludus_connect4_solve(solver, &p), reference_score(&p));
            round++;
        }
    }
}

static ludus_connect4_position mirror(const ludus_connect4_position *p)
{
    ludus_connect4_position m = {0, 0};
    for (int32_t column = 0; column < LUDUS_CONNECT4_COLUMNS; column++) {
        const int32_t to = (LUDUS_CONNECT4_COLUMNS - 1 - column) * 7;
        m.own |= (p->own >> (column * 7) & 127) << to;
        m.all |= (p->all >> (column * 7) & 127) << to;
    }
    return m;
}

static void mirrored_positions_have_mirrored_scores(void **state)
{
    (void)state;
    ludus_rng rng;
    ludus_rng_init(&rng, 3, 3);
    for (int32_t round = 0; round < (LUDUS_TEST_SANITIZED ? 5 : 60);) {
        ludus_connect4_position p;
        if (draw_position(&rng, 18 + round % 12, &p)) {
            int32_t score[LUDUS_CONNECT4_COLUMNS], mirrored[LUDUS_CONNECT4_COLUMNS];
            const ludus_connect4_position m = mirror(&p);
            ludus_connect4_scores(solver, &p, score);
            ludus_connect4_scores(solver, &m, mirrored);
            for (int32_t i = 0; i < LUDUS_CONNECT4_COLUMNS; i++) {
                assert_int_equal(score[i], mirrored[LUDUS_CONNECT4_COLUMNS - 1 - i]);
            }
            round++;
        }
    }
}

static void the_best_move_has_the_score_of_the_position(void **state)
{
    (void)state;
    ludus_rng rng;
    ludus_rng_init(&rng, 7, 7);
    for (int32_t round = 0; round < (LUDUS_TEST_SANITIZED ? 20 : 200);) {
        ludus_connect4_position p;
        if (draw_position(&rng, 16 + round % 26, &p)) {
            int32_t score[LUDUS_CONNECT4_COLUMNS];
            int32_t best = INT32_MIN;
            ludus_connect4_scores(solver, &p, score);
            for (int32_t i = 0; i < LUDUS_CONNECT4_COLUMNS; i++) {
                best = score[i] > best ? score[i] : best;
            }
            assert_int_equal(best, ludus_connect4_solve(solver, &p));
            round++;
        }
    }
}

static void scores_do_not_depend_on_the_table(void **state)
{
    (void)state;
    ludus_connect4_solver *small;
    ludus_rng rng;
    ludus_rng_init(&rng, 11, 11);
    assert_int_equal(ludus_connect4_solver_create(&small, 0), LUDUS_OK);
    for (int32_t round = 0; round < (LUDUS_TEST_SANITIZED ? 5 : 100);) {
        ludus_connect4_position p;
        if (draw_position(&rng, 15 + round % 20, &p)) {
            assert_int_equal(ludus_connect4_solve(small, &p), ludus_connect4_solve(solver, &p));
            round++;
        }
    }
    ludus_connect4_solver_destroy(small);
}

static void solving_does_not_allocate(void **state)
{
    (void)state;
    const ludus_connect4_position p = position_of("274552224131661");
    int32_t score[LUDUS_CONNECT4_COLUMNS];
    const uint64_t before = ludus_alloc_count();
    ludus_connect4_scores(solver, &p, score);
    assert_int_equal(ludus_alloc_count(), before);
    ludus_connect4_solver_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_scores_are_found),
        cmocka_unit_test(published_scores_of_each_move_are_found),
        cmocka_unit_test(scores_equal_a_plain_search),
        cmocka_unit_test(mirrored_positions_have_mirrored_scores),
        cmocka_unit_test(the_best_move_has_the_score_of_the_position),
        cmocka_unit_test(scores_do_not_depend_on_the_table),
        cmocka_unit_test(solving_does_not_allocate),
    };
    return cmocka_run_group_tests(tests, create_solver, destroy_solver);
}
