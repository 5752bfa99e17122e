// Claims about the positions that chess is measured on, and the measuring.

#include "selfplay/chess_eval.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "envs/chess_positions.h"
#include "sanitized.h"

#define NUM_TACTICS 300

static ludus_game game;

static int open_chess(void **state)
{
    ludus_error error;
    (void)state;
    return ludus_game_open(&game, "chess", &error) == LUDUS_OK ? 0 : -1;
}

static int close_chess(void **state)
{
    (void)state;
    ludus_game_close(&game);
    return 0;
}

static void read_line(const char *line, void *pos, ludus_chess_exercise *out)
{
    ludus_error error;
    if (ludus_chess_exercise_read(&game, line, pos, out, &error)) {
        fail_msg("%s: %s", line, error.text);
    }
}

static void every_exercise_has_a_legal_best_move(void **state)
{
    int32_t num[4] = {0};
    void *pos = ludus_alloc(1, game.spec.state_bytes);
    (void)state;
    for (int32_t i = 0; ludus_chess_positions[i] != NULL; i++) {
        ludus_chess_exercise exercise;
        read_line(ludus_chess_positions[i], pos, &exercise);
        assert_int_equal(ludus_game_outcome(&game, pos), LUDUS_ONGOING);
        num[exercise.mate]++;
        if (exercise.mate == 1) {
            ludus_game_play(&game, pos, exercise.best);
            assert_int_equal(ludus_chess_end_of(pos), LUDUS_CHESS_CHECKMATE);
        }
    }
    assert_true(num[0] >= NUM_TACTICS);
    assert_true(num[1] >= 10 && num[2] >= 10 && num[3] >= 10);
    ludus_free(pos);
}

// The number of simulations after which the search has proven the exercise's win by its best move,
// without any knowledge: even priors, every position worth a draw. 0 when it has not.
static int32_t prove(const char *line, int32_t simulations)
{
    void *pos = ludus_alloc(1, game.spec.state_bytes);
    ludus_chess_exercise exercise;
    ludus_evaluator evaluator;
    ludus_mcts_config config = ludus_mcts_config_default();
    ludus_mcts *tree;
    ludus_mcts_stats stats;
    ludus_error error;
    ludus_rng rng;
    read_line(line, pos, &exercise);
    config.enable_solver = true;
    config.simulations = simulations;
    config.max_nodes = simulations + 1024;
    ludus_rng_init(&rng, 1, 0);
    assert_int_equal(ludus_evaluator_uniform(&evaluator, &game, 1), LUDUS_OK);
    assert_int_equal(ludus_mcts_create(&tree, &game, &config, &error), LUDUS_OK);
    ludus_mcts_run(tree, pos, simulations, false, &rng, &evaluator, 1);
    ludus_mcts_stats_get(tree, &stats);
    const bool is_solved =
        stats.proven && stats.value > 0.99f && ludus_mcts_best(tree) == exercise.best;
    ludus_mcts_destroy(tree);
    ludus_evaluator_destroy(&evaluator);
    ludus_free(pos);
    return is_solved ? stats.simulations : 0;
}

static const char *line_of(const char *id)
{
    for (int32_t i = 0; ludus_chess_positions[i] != NULL; i++) {
        if (strstr(ludus_chess_positions[i], id) != NULL) {
            return ludus_chess_positions[i];
        }
    }
    fail_msg("no exercise %s", id);
    return NULL;
}

static void the_search_proves_mates_in_one_to_three(void **state)
{
    static const struct {
        const char *id;
        int32_t simulations;
    } cases[] = {
        {"mate1.1\"", 300},    {"mate1.2\"", 300},    {"mate1.3\"", 300},   {"mate1.4\"", 300},
        {"mate1.5\"", 300},    {"mate1.6\"", 300},    {"mate1.7\"", 300},   {"mate1.8\"", 300},
        {"mate1.9\"", 300},    {"mate1.10\"", 300},   {"mate1.11\"", 300},  {"mate1.12\"", 300},
        {"mate1.13\"", 300},   {"mate1.14\"", 300},   {"mate2.1\"", 4000},  {"mate2.3\"", 4000},
        {"mate2.4\"", 4000},   {"mate2.6\"", 4000},   {"mate2.7\"", 4000},  {"mate2.8\"", 4000},
        {"mate2.9\"", 4000},   {"mate2.10\"", 20000}, {"mate2.11\"", 4000}, {"mate2.13\"", 20000},
        {"mate2.14\"", 4000},  {"mate3.2\"", 60000},  {"mate3.4\"", 60000}, {"mate3.6\"", 60000},
        {"mate3.12\"", 90000}, {"mate3.14\"", 60000},
    };
    const size_t count = sizeof(cases) / sizeof(cases[0]);
    (void)state;
    for (size_t i = 0; i < count; i++) {
        const bool is_slow = cases[i].simulations > 4000 && LUDUS_TEST_SANITIZED;
        if (!is_slow && prove(line_of(cases[i].id), cases[i].simulations) == 0) {
            fail_msg("not proven: %s", line_of(cases[i].id));
        }
    }
}

// With lookahead a mate in one costs no simulation at all and one in two few, whatever the priors.
static void lookahead_sees_mates_in_one_at_once(void **state)
{
    int32_t num_best[3] = {0}, num[3] = {0};
    void *pos = ludus_alloc(1, game.spec.state_bytes);
    (void)state;
    for (int32_t i = 0; ludus_chess_positions[i] != NULL; i++) {
        ludus_chess_exercise exercise;
        ludus_evaluator evaluator;
        ludus_mcts_config config = ludus_mcts_config_for_game(&game);
        ludus_mcts *tree;
        ludus_mcts_stats stats;
        ludus_move line[4];
        ludus_error error;
        ludus_rng rng;
        read_line(ludus_chess_positions[i], pos, &exercise);
        if (exercise.mate < 1 || exercise.mate > 2) {
            continue;
        }
        num[exercise.mate]++;
        ludus_rng_init(&rng, 1, 0);
        assert_int_equal(ludus_evaluator_uniform(&evaluator, &game, 8), LUDUS_OK);
        assert_int_equal(ludus_mcts_create(&tree, &game, &config, &error), LUDUS_OK);
        ludus_mcts_run(tree, pos, exercise.mate == 1 ? 1 : 2500, false, &rng, &evaluator, 8);
        ludus_mcts_stats_get(tree, &stats);
        assert_true(stats.proven && stats.value > 0.99f);
        // A proof of a longer mate may come first: a win all the same.
        const bool is_best = ludus_mcts_best(tree) == exercise.best;
        num_best[exercise.mate] += is_best;
        if (is_best) {
            assert_int_equal(ludus_mcts_line(tree, line, 4), 2 * exercise.mate - 1);
        }
        // The proof survives a move and the reply.
        if (exercise.mate == 2 && is_best) {
            ludus_mcts_advance(tree, line[0]);
            ludus_mcts_advance(tree, line[1]);
            ludus_game_play(&game, pos, line[0]);
            ludus_game_play(&game, pos, line[1]);
            ludus_mcts_run(tree, pos, 1, false, &rng, &evaluator, 8);
            assert_int_equal(ludus_mcts_best(tree), line[2]);
        }
        ludus_mcts_destroy(tree);
        ludus_evaluator_destroy(&evaluator);
    }
    print_message("best: %d of %d, %d of %d\n", num_best[1], num[1], num_best[2], num[2]);
    assert_int_equal(num_best[1], num[1]);
    assert_true(4 * num_best[2] >= 3 * num[2]);
    ludus_free(pos);
}

static void bad_lines_are_named(void **state)
{
    void *pos = ludus_alloc(1, game.spec.state_bytes);
    ludus_chess_exercise exercise;
    ludus_error error;
    (void)state;
    assert_int_not_equal(
        ludus_chess_exercise_read(&game, "8/8 w - - bm e4;", pos, &exercise, &error), LUDUS_OK);
    assert_int_not_equal(ludus_chess_exercise_read(&game, "4k3/8/8/8/8/8/4P3/4K3 w - - 0 1 bm e5;",
                                                   pos, &exercise, &error),
                         LUDUS_OK);
    assert_non_null(strstr(error.text, "e5"));
    assert_int_not_equal(
        ludus_chess_exercise_read(&game, "4k3/8/8/8/8/8/4P3/4K3 w - - 0 1", pos, &exercise, &error),
        LUDUS_OK);
    assert_non_null(strstr(error.text, "bm"));
    ludus_free(pos);
}

// Even priors and values: few endings are won within the search, and the result is one thing on any
// number of threads.
static void measuring_does_not_depend_on_threads(void **state)
{
    ludus_chess_eval_config config = ludus_chess_eval_config_default();
    ludus_chess_eval_result one, two;
    ludus_error error;
    (void)state;
    config.endings = 10;
    config.ending_simulations = 50;
    config.simulations = 30;
    assert_int_equal(ludus_chess_eval(NULL, &config, NULL, NULL, &one, &error), LUDUS_OK);
    config.threads = 2;
    assert_int_equal(ludus_chess_eval(NULL, &config, NULL, NULL, &two, &error), LUDUS_OK);
    assert_memory_equal(one.raw, two.raw, sizeof(one.raw));
    assert_memory_equal(one.search, two.search, sizeof(one.search));
    assert_int_equal(one.search[LUDUS_CHESS_TOPIC_KRK].of, 10);
    assert_true(one.search[LUDUS_CHESS_TOPIC_TACTICS].of >= NUM_TACTICS);
    // Thirty simulations of even priors see a mate in one wherever it stands among so few moves.
    assert_true(one.search[LUDUS_CHESS_TOPIC_MATE_1].count >
                one.raw[LUDUS_CHESS_TOPIC_MATE_1].count);
}

static bool never(int32_t done, int32_t total, void *user)
{
    (void)done, (void)total, (void)user;
    return false;
}

static void measuring_stops_when_told(void **state)
{
    ludus_chess_eval_config config = ludus_chess_eval_config_default();
    ludus_chess_eval_result result;
    ludus_error error;
    (void)state;
    config.endings = 0;
    config.simulations = 10;
    assert_int_equal(ludus_chess_eval(NULL, &config, never, NULL, &result, &error),
                     LUDUS_ERR_STATE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_exercise_has_a_legal_best_move),
        cmocka_unit_test(bad_lines_are_named),
        cmocka_unit_test(the_search_proves_mates_in_one_to_three),
        cmocka_unit_test(lookahead_sees_mates_in_one_at_once),
        cmocka_unit_test(measuring_does_not_depend_on_threads),
        cmocka_unit_test(measuring_stops_when_told),
    };
    return cmocka_run_group_tests(tests, open_chess, close_chess);
}
