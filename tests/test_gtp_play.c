// Claims about the moves that the GTP engine makes of its own: by rollouts, in small searches.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "agents/gtp_internal.h"
#include "agents/player.h"
#include "gtp_talk.h"

// ---- Moves of its own ---------------------------------------------------------------------------

static void games_against_itself_end_in_passes(void **state)
{
    (void)state;
    for (int32_t level = 1; level <= 10; level += 3) {
        talk t;
        ludus_gtp_config config = talk_config();
        config.level = level;
        config.size = 5;
        config.resign = 0;
        talk_open(&t, &config);
        int passes = 0, moves = 0;
        for (; passes < 2 && moves < 200; moves++) {
            const char *answer = talk_ask(&t, moves % 2 ? "genmove w" : "genmove b");
            assert_memory_equal(answer, "= ", 2);
            passes = strstr(answer, "pass") ? passes + 1 : 0;
        }
        assert_int_equal(passes, 2);
        assert_memory_equal(talk_ask(&t, "final_score"), "= ", 2);
        talk_close(&t);
    }
}

static void reg_genmove_plays_nothing(void **state)
{
    talk t;
    (void)state;
    talk_open_small(&t);
    talk_ask(&t, "play b E5");
    char *board = ludus_strdup(talk_ask(&t, "showboard"));
    char *move = ludus_strdup(talk_ask(&t, "reg_genmove w"));
    assert_memory_equal(move, "= ", 2);
    assert_string_equal(talk_ask(&t, "showboard"), board);
    // Equal lines, equal answers.
    talk other;
    talk_open_small(&other);
    talk_ask(&other, "play b E5");
    talk_expect(&other, "reg_genmove w", move);
    ludus_free(move);
    ludus_free(board);
    talk_close(&other);
    talk_close(&t);
}

// All is white's but for one black stone.
static void a_lost_game_is_resigned_and_cleanup_is_not(void **state)
{
    talk t;
    (void)state;
    ludus_gtp_config config = talk_config();
    config.resign = 0.2;
    talk_open(&t, &config);
    talk_ask(&t, "komi 50.5");
    for (int i = 0; i < 3; i++) {
        const char *answer = talk_ask(&t, "kgs-genmove_cleanup b");
        assert_null(strstr(answer, "resign"));
    }
    assert_null(strstr(talk_ask(&t, "reg_genmove b"), "resign"));
    talk_expect(&t, "genmove b", "= resign\n\n");
    talk_ask(&t, "komi -50.5");
    assert_null(strstr(talk_ask(&t, "genmove b"), "resign"));
    talk_close(&t);
}

// By either side's own looks: the other one's, which are good, do not count between them.
static void a_lost_game_against_itself_is_resigned(void **state)
{
    talk t;
    (void)state;
    ludus_gtp_config config = talk_config();
    config.resign = 0.2;
    talk_open(&t, &config);
    talk_ask(&t, "komi 50.5");
    assert_null(strstr(talk_ask(&t, "genmove b"), "resign"));
    assert_null(strstr(talk_ask(&t, "genmove w"), "resign"));
    talk_expect(&t, "genmove b", "= resign\n\n");
    talk_close(&t);
}

// By the clock alone: what it would not end, a full arena ends.
static void check_timed_move(talk *t, const char *line)
{
    assert_memory_equal(talk_ask(t, line), "= ", 2);
    assert_false(t->gtp->snapshot.stats.arena_full);
}

static void clocks_bound_the_search(void **state)
{
    static const char *const bad[] = {"time_settings 1 1",
                                      "time_settings -1 0 0",
                                      "time_settings x 0 0",
                                      "kgs-time_settings",
                                      "kgs-time_settings byoyomi 10",
                                      "kgs-time_settings fancy 1",
                                      "kgs-time_settings canadian 10 0 5",
                                      "time_left b",
                                      "time_left green 1 0",
                                      "time_left b nan 0"};
    static const struct {
        const char *line;
        ludus_gtp_time_kind kind;
    } good[] = {{"time_settings 0 0 0", LUDUS_GTP_TIME_CANADIAN},
                {"time_settings 0 1 0", LUDUS_GTP_TIME_NONE},
                {"time_settings 0.3 0.1 5", LUDUS_GTP_TIME_CANADIAN},
                {"kgs-time_settings none", LUDUS_GTP_TIME_NONE},
                {"kgs-time_settings absolute 1", LUDUS_GTP_TIME_CANADIAN},
                {"kgs-time_settings byoyomi 0.2 0.1 3", LUDUS_GTP_TIME_JAPANESE},
                {"kgs-time_settings canadian 0.2 0.5 5", LUDUS_GTP_TIME_CANADIAN}};
    talk t;
    (void)state;
    ludus_gtp_config config = talk_config();
    config.simulations = 0; // the clock alone
    config.max_nodes = 200000;
    talk_open(&t, &config);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        talk_expect_failure(&t, bad[i]);
    }
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        talk_ask(&t, "clear_board");
        talk_expect(&t, good[i].line, "=\n\n");
        assert_int_equal(t.gtp->time.kind, good[i].kind);
        for (int k = 0; k < 4; k++) {
            check_timed_move(&t, k % 2 ? "genmove w" : "genmove b");
        }
        talk_expect(&t, "time_left b 0 0", "=\n\n");
        check_timed_move(&t, "genmove b");
        talk_expect(&t, "time_left b 0.1 2", "=\n\n");
        check_timed_move(&t, "genmove b");
    }
    talk_close(&t);
}

// The controller's clock loses nearly two seconds to a move of a few simulations.
static void the_lag_is_learnt_from_the_controllers_clock(void **state)
{
    talk t;
    (void)state;
    talk_open_small(&t);
    talk_ask(&t, "time_settings 600 0 0");
    const double *lag = &t.gtp->time.watch[LUDUS_GO_BLACK].lag;
    assert_true(*lag == 0.1);
    for (int i = 0; i < 40; i++) { // nothing is lost by it, nor by our own reckoning
        talk_ask(&t, "time_left b 599.5 0");
        talk_ask(&t, "genmove b");
        talk_ask(&t, "undo");
        t.gtp->time.watch[LUDUS_GO_BLACK].expected = 0.0;
    }
    talk_ask(&t, "time_left b 599.5 0");
    assert_true(*lag == 0.01);
    talk_ask(&t, "genmove b");
    talk_ask(&t, "time_left b 597.6 0");
    assert_true(fabs(*lag - 0.1) < 1e-9);
    // Whole seconds teach nothing: they may be nearly one off.
    talk_ask(&t, "time_left b 500 0");
    talk_ask(&t, "genmove b");
    talk_ask(&t, "time_left b 499 0");
    talk_ask(&t, "time_left b 498.5 0");
    assert_true(fabs(*lag - 0.1) < 1e-9);
    assert_true(t.gtp->time.watch[LUDUS_GO_WHITE].lag == 0.1);
    talk_close(&t);
}

static void pondering_changes_nothing_but_the_tree(void **state)
{
    talk t;
    (void)state;
    ludus_gtp_config config = talk_config();
    config.enable_ponder = true;
    talk_open(&t, &config);
    for (int i = 0; i < 6; i++) {
        assert_memory_equal(talk_ask(&t, "genmove b"), "= ", 2);
        talk_expect(&t, "name", "= Ludus\n\n");
        assert_memory_equal(talk_ask(&t, "showboard"), "=\n", 2);
        talk_ask(&t, i % 2 ? "play w A1" : "play w pass");
    }
    assert_memory_equal(talk_ask(&t, "undo"), "=", 1);
    assert_memory_equal(talk_ask(&t, "genmove w"), "= ", 2);
    talk_expect(&t, "boardsize 5", "=\n\n");
    assert_memory_equal(talk_ask(&t, "genmove b"), "= ", 2);
    talk_expect(&t, "kgs-game_over", "=\n\n");
    assert_memory_equal(talk_ask(&t, "genmove w"), "= ", 2);
    talk_close(&t); // while it ponders
}

// ---- Against others -----------------------------------------------------------------------------

// The engine as a program, over pipes, against GNU Go. LUDUS names the program under test.
static void a_match_over_pipes_comes_to_its_end(void **state)
{
    ludus_game game;
    ludus_player players[2];
    ludus_error error;
    ludus_rng rng;
    char text[LUDUS_PLAYER_NAME_MAX];
    const char *program = getenv("LUDUS");
    (void)state;
    if (program == NULL || system("command -v gnugo >/dev/null") != 0) {
        skip();
    }
    snprintf(text, sizeof text, "gtp:%s gtp --net none --sims 20 --seed 1 --rules chinese",
             program);
    assert_int_equal(ludus_game_open(&game, "go5", NULL), LUDUS_OK);
    void *pos = ludus_alloc(1, game.spec.state_bytes);
    ludus_rng_init(&rng, 1, 0);
    for (int i = 0; i < 2; i++) {
        if (ludus_player_open(&players[i], &game, i ? text : GNUGO, &error)) {
            fail_msg("%s", error.text);
        }
    }
    for (int k = 0; k < 2; k++) {
        ludus_game_init(&game, pos);
        ludus_player_reset(&players[0]);
        ludus_player_reset(&players[1]);
        while (ludus_game_outcome(&game, pos) == LUDUS_ONGOING) {
            ludus_move move;
            const int32_t side = ludus_game_to_move(&game, pos) ^ k;
            const ludus_status status =
                ludus_player_choose(&players[side], pos, &rng, &move, &error);
            if (status == LUDUS_ERR_STATE && strstr(error.text, "resigns") != NULL) {
                break;
            }
            if (status != LUDUS_OK) {
                fail_msg("%s", error.text);
            }
            ludus_player_observe(&players[0], pos, move);
            ludus_player_observe(&players[1], pos, move);
            ludus_game_play(&game, pos, move);
        }
    }
    ludus_player_close(&players[1]);
    ludus_player_close(&players[0]);
    ludus_free(pos);
    ludus_game_close(&game);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(games_against_itself_end_in_passes),
        cmocka_unit_test(reg_genmove_plays_nothing),
        cmocka_unit_test(a_lost_game_is_resigned_and_cleanup_is_not),
        cmocka_unit_test(a_lost_game_against_itself_is_resigned),
        cmocka_unit_test(clocks_bound_the_search),
        cmocka_unit_test(the_lag_is_learnt_from_the_controllers_clock),
        cmocka_unit_test(pondering_changes_nothing_but_the_tree),
        cmocka_unit_test(a_match_over_pipes_comes_to_its_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
