// Claims about the shipped table of solved Connect Four positions.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "agents/connect4_labels.h"
#include "agents/connect4_solver.h"
#include "envs/game.h"
#include "tests/sanitized.h"

typedef struct fixture {
    ludus_game game;
    const ludus_connect4_label *labels;
    size_t count;
} fixture;

static int open_labels(void **state)
{
    fixture *f = ludus_alloc(1, sizeof(*f));
    *state = f;
    f->labels = ludus_connect4_labels(&f->count);
    return ludus_game_open(&f->game, "connect4", NULL) == LUDUS_OK ? 0 : -1;
}

static int close_labels(void **state)
{
    fixture *f = *state;
    ludus_game_close(&f->game);
    ludus_free(f);
    return 0;
}

static ludus_connect4_position read_label(const fixture *f, size_t i)
{
    ludus_connect4_position pos;
    ludus_error error;
    if (ludus_game_from_text(&f->game, &pos, f->labels[i].moves, &error) != LUDUS_OK) {
        fail_msg("label %zu: %s", i, error.text);
    }
    return pos;
}

static void labels_are_distinct_unfinished_positions_of_all_plies(void **state)
{
    const fixture *f = *state;
    int32_t of_ply[LUDUS_CONNECT4_CELLS] = {0};
    assert_int_equal(f->count, 2000);
    for (size_t i = 0; i < f->count; i++) {
        const ludus_connect4_position pos = read_label(f, i);
        assert_int_equal(ludus_game_outcome(&f->game, &pos), LUDUS_ONGOING);
        const int32_t ply = ludus_connect4_plies(&pos);
        of_ply[ply]++;
        for (size_t j = i; j-- > 0 && strlen(f->labels[j].moves) == (size_t)ply;) {
            const ludus_connect4_position other = read_label(f, j);
            assert_memory_not_equal(&pos, &other, sizeof(pos));
        }
    }
    assert_int_equal(of_ply[0], 1);
    assert_int_equal(of_ply[4], 30);
    for (int32_t ply = 5; ply <= 40; ply++) {
        assert_in_range(of_ply[ply], 54, 56);
    }
}

static void full_columns_and_only_they_have_no_score(void **state)
{
    const fixture *f = *state;
    for (size_t i = 0; i < f->count; i++) {
        const ludus_connect4_position pos = read_label(f, i);
        for (int32_t column = 0; column < LUDUS_CONNECT4_COLUMNS; column++) {
            const int8_t score = f->labels[i].score[column];
            const bool is_legal = ludus_game_is_legal(&f->game, &pos, column);
            assert_int_equal(score != LUDUS_CONNECT4_NO_MOVE, is_legal);
            assert_true(!is_legal || (score >= -21 && score <= 21));
        }
    }
}

// J. Tromp and P. Pons: the first player wins from the centre with his 21st stone, draws beside it
// and loses from the edges.
static void the_empty_board_has_the_published_scores(void **state)
{
    const fixture *f = *state;
    static const int8_t published[LUDUS_CONNECT4_COLUMNS] = {-2, -1, 0, 1, 0, -1, -2};
    assert_string_equal(f->labels[0].moves, "");
    assert_memory_equal(f->labels[0].score, published, sizeof(published));
}

static int32_t best_score(const ludus_connect4_label *label)
{
    int32_t best = INT8_MIN;
    for (int32_t column = 0; column < LUDUS_CONNECT4_COLUMNS; column++) {
        best = label->score[column] > best ? label->score[column] : best;
    }
    return best;
}

// A position's score is the best of its moves', so the table must agree with itself.
static void a_position_agrees_with_the_move_that_led_there(void **state)
{
    const fixture *f = *state;
    int32_t compared = 0;
    for (size_t i = 0; i < f->count; i++) {
        for (size_t j = 0; j < f->count; j++) {
            const size_t plies = strlen(f->labels[i].moves);
            if (strlen(f->labels[j].moves) == plies + 1 &&
                strncmp(f->labels[i].moves, f->labels[j].moves, plies) == 0) {
                const int8_t *score = f->labels[i].score;
                const int32_t move = f->labels[j].moves[plies] - '1';
                assert_int_equal(-best_score(&f->labels[j]), score[move]);
                compared++;
            }
        }
    }
    assert_true(compared >= 1);
}

static void a_sample_solved_anew_has_the_same_scores(void **state)
{
    const fixture *f = *state;
    ludus_connect4_solver *solver;
    const size_t first_ply = LUDUS_TEST_SANITIZED ? 20 : 14;
    const size_t step = LUDUS_TEST_SANITIZED ? 40 : 5;
    assert_int_equal(ludus_connect4_solver_create(&solver, (size_t)64 << 20), LUDUS_OK);
    for (size_t i = f->count; i-- > 0;) {
        if (strlen(f->labels[i].moves) < first_ply || i % step != 0) {
            continue;
        }
        int32_t score[LUDUS_CONNECT4_COLUMNS];
        const ludus_connect4_position pos = read_label(f, i);
        ludus_connect4_scores(solver, &pos, score);
        for (int32_t column = 0; column < LUDUS_CONNECT4_COLUMNS; column++) {
            const int32_t label = f->labels[i].score[column];
            assert_int_equal(label, score[column] == INT32_MIN ? INT8_MIN : score[column]);
        }
    }
    ludus_connect4_solver_destroy(solver);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(labels_are_distinct_unfinished_positions_of_all_plies),
        cmocka_unit_test(full_columns_and_only_they_have_no_score),
        cmocka_unit_test(the_empty_board_has_the_published_scores),
        cmocka_unit_test(a_position_agrees_with_the_move_that_led_there),
        cmocka_unit_test(a_sample_solved_anew_has_the_same_scores),
    };
    return cmocka_run_group_tests(tests, open_labels, close_labels);
}
