// Claims about the GTP engine's clocks: what is planned from them over whole games, when they begin
// anew and when they stand still. Moves take the time that was planned for them, by our word.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "agents/gtp_internal.h"
#include "gtp_talk.h"

#define BLACK LUDUS_GO_BLACK

static ludus_time_plan plan_move(const ludus_gtp_time *time, int32_t plies)
{
    const ludus_clock_state state = ludus_gtp_clock_state(time, BLACK);
    return ludus_time_plan_move(&state, plies, fmax(60.0 - plies, 18.0));
}

// Moves by plan, and the lag with each; returns how many were made before the main time was over.
static int32_t use_up_main_time(ludus_gtp_time *time, double least)
{
    int32_t moves = 0;
    for (; time->clock[BLACK].stones == 0; moves++) {
        const ludus_time_plan plan = plan_move(time, 2 * moves);
        assert_true(plan.soft_seconds >= least && moves < 1000);
        ludus_gtp_spend(time, BLACK, plan.soft_seconds + time->watch[BLACK].lag);
    }
    return moves;
}

// A minute, then five stones in 30 seconds each: no move is given less than a stone's share but for
// the lag, in the main time, at its end and beyond it.
static void canadian_time_is_played_through_into_overtime(void **state)
{
    ludus_gtp_time time;
    const double share = 6.0, least = share - 0.11;
    (void)state;
    ludus_gtp_set_time(&time, LUDUS_GTP_TIME_CANADIAN, 60.0, 30.0, 5);
    assert_true(use_up_main_time(&time, least) > 5);
    // All but what the last move had beyond the main time.
    assert_int_equal(time.clock[BLACK].stones, 5);
    assert_true(time.clock[BLACK].seconds <= 30.0 && time.clock[BLACK].seconds > 30.0 - share);
    for (int32_t i = 0; i < 40; i++) {
        const ludus_time_plan plan = plan_move(&time, 100 + 2 * i);
        const double left = time.clock[BLACK].seconds;
        // The first period began late.
        assert_true(plan.soft_seconds >= (i < 5 ? 0.7 : 0.9) * share);
        assert_true(plan.seconds + time.watch[BLACK].lag <= left);
        ludus_gtp_spend(&time, BLACK, plan.soft_seconds + time.watch[BLACK].lag);
        assert_int_equal(time.clock[BLACK].stones, 5 - (i + 1) % 5);
    }
}

static void japanese_periods_are_whole_and_the_last_one_stays(void **state)
{
    ludus_gtp_time time;
    (void)state;
    ludus_gtp_set_time(&time, LUDUS_GTP_TIME_JAPANESE, 60.0, 10.0, 3);
    assert_true(use_up_main_time(&time, 9.0) > 5);
    assert_true(time.clock[BLACK].seconds == 10.0 && time.clock[BLACK].stones == 3);
    for (int i = 0; i < 4; i++) {
        ludus_gtp_spend(&time, BLACK, 11.0);
        assert_int_equal(time.clock[BLACK].stones, i == 0 ? 2 : 1);
        assert_true(time.clock[BLACK].seconds == 10.0);
    }
}

static void assert_clock(const talk *t, double seconds, int32_t stones)
{
    for (int colour = 0; colour < 2; colour++) {
        assert_true(t->gtp->time.clock[colour].seconds == seconds);
        assert_int_equal(t->gtp->time.clock[colour].stones, stones);
    }
}

static void a_new_game_begins_where_its_settings_say(void **state)
{
    static const struct {
        const char *settings;
        double seconds;
        int32_t stones;
    } cases[] = {{"time_settings 0 30 5", 30.0, 5},
                 {"time_settings 60 30 5", 60.0, 0},
                 {"time_settings 60 0 0", 60.0, 0},
                 {"kgs-time_settings byoyomi 0 10 3", 10.0, 3}};
    static const char *const anew[] = {"clear_board", "boardsize 9"};
    talk t;
    (void)state;
    talk_open_small(&t);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        talk_expect(&t, cases[i].settings, "=\n\n");
        assert_clock(&t, cases[i].seconds, cases[i].stones);
        for (size_t k = 0; k < sizeof anew / sizeof anew[0]; k++) {
            talk_expect(&t, "time_left b 1.5 0", "=\n\n");
            talk_expect(&t, anew[k], "=\n\n");
            assert_clock(&t, cases[i].seconds, cases[i].stones);
        }
    }
    talk_close(&t);
}

static void handicap_stones_leave_the_clocks_alone(void **state)
{
    static const char *const handicaps[] = {"fixed_handicap 2", "place_free_handicap 3",
                                            "set_free_handicap C3 D4"};
    talk t;
    (void)state;
    talk_open_small(&t);
    for (size_t i = 0; i < sizeof handicaps / sizeof handicaps[0]; i++) {
        talk_expect(&t, "clear_board", "=\n\n");
        talk_expect(&t, "time_settings 0 30 5", "=\n\n");
        talk_expect(&t, "time_left w 12.5 4", "=\n\n");
        assert_memory_equal(talk_ask(&t, handicaps[i]), "=", 1);
        assert_true(t.gtp->time.clock[LUDUS_GO_WHITE].seconds == 12.5);
        assert_int_equal(t.gtp->time.clock[LUDUS_GO_WHITE].stones, 4);
        assert_true(t.gtp->time.clock[BLACK].seconds == 30.0);
    }
    talk_close(&t);
}

// Nobody says how much there is at the start of another game: there is no clock until it is told.
static void a_clock_that_is_only_told_of_ends_with_its_game(void **state)
{
    talk t;
    (void)state;
    talk_open_small(&t);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(t.gtp->time.kind, LUDUS_GTP_TIME_NONE);
        talk_expect(&t, "time_left b 20 0", "=\n\n");
        talk_expect(&t, "time_left w 30 0", "=\n\n");
        assert_int_equal(t.gtp->time.kind, LUDUS_GTP_TIME_CANADIAN);
        assert_true(t.gtp->time.clock[BLACK].seconds == 20.0);
        assert_true(t.gtp->time.clock[LUDUS_GO_WHITE].seconds == 30.0);
        talk_expect(&t, "clear_board", "=\n\n");
    }
    talk_close(&t);
}

static void reg_genmove_takes_no_time(void **state)
{
    talk t;
    (void)state;
    talk_open_small(&t);
    talk_expect(&t, "time_settings 60 0 0", "=\n\n");
    assert_memory_equal(talk_ask(&t, "reg_genmove b"), "= ", 2);
    assert_clock(&t, 60.0, 0);
    assert_memory_equal(talk_ask(&t, "genmove b"), "= ", 2);
    assert_true(t.gtp->time.clock[BLACK].seconds < 60.0);
    talk_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(canadian_time_is_played_through_into_overtime),
        cmocka_unit_test(japanese_periods_are_whole_and_the_last_one_stays),
        cmocka_unit_test(a_new_game_begins_where_its_settings_say),
        cmocka_unit_test(handicap_stones_leave_the_clocks_alone),
        cmocka_unit_test(a_clock_that_is_only_told_of_ends_with_its_game),
        cmocka_unit_test(reg_genmove_takes_no_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
