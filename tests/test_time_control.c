// Claims about clocks: no plan goes beyond the clock, no long game is lost on time.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "agents/game_clock.h"

static double uniform(ludus_rng *rng, double low, double high)
{
    return low + (high - low) * ludus_rng_double(rng);
}

// Spread over orders of magnitude, as clocks are.
static double spread(ludus_rng *rng, double low, double high)
{
    return exp(uniform(rng, log(low), log(high)));
}

static ludus_clock_state random_clock(ludus_rng *rng)
{
    ludus_clock_state c = {.main_seconds = spread(rng, 0.001, 10000.0),
                           .lag = uniform(rng, 0.0, 0.1)};
    if (ludus_rng_below(rng, 2)) {
        c.increment = spread(rng, 0.001, 60.0);
    }
    if (ludus_rng_below(rng, 3) == 0) {
        c.moves_to_go = 1 + (int32_t)ludus_rng_below(rng, 60);
    }
    if (ludus_rng_below(rng, 3) == 0) {
        c.period_seconds = spread(rng, 0.1, 100.0);
        c.main_seconds = ludus_rng_below(rng, 2) ? 0.0 : c.main_seconds;
    }
    return c;
}

static void no_plan_goes_beyond_the_clock(void **state)
{
    ludus_rng rng;
    (void)state;
    ludus_rng_init(&rng, 3, 0);
    for (int i = 0; i < 200000; i++) {
        const ludus_clock_state c = random_clock(&rng);
        const ludus_time_plan plan =
            ludus_time_plan_move(&c, (int32_t)ludus_rng_below(&rng, 500), spread(&rng, 0.5, 600.0));
        // What is certain to be there: a Canadian period only follows the one before.
        const bool has_period = c.moves_to_go == 0 || c.main_seconds <= 0.0;
        const double left = c.main_seconds + (has_period ? c.period_seconds : 0.0);
        assert_true(isfinite(plan.seconds) && isfinite(plan.soft_seconds));
        assert_true(plan.soft_seconds >= 0.001 && plan.soft_seconds <= plan.seconds);
        assert_true(plan.seconds <= fmax(left - c.lag, 0.001) + 1e-12);
    }
}

// A game in which every move takes all that it may, and the lag.
typedef struct long_game {
    ludus_clock_state clock; // at the start
    double lag;              // real, each move
    int32_t moves;           // of this player
    double plies_left;       // as told at the start; never below 10
} long_game;

// The least that the clock showed.
static double play_out(long_game g, ludus_rng *rng)
{
    ludus_clock_state c = g.clock;
    double least = c.main_seconds;
    for (int32_t i = 0; i < g.moves; i++) {
        const double left = fmax(g.plies_left - 2.0 * i, 10.0);
        const ludus_time_plan plan = ludus_time_plan_move(&c, 2 * i, left);
        const bool takes_all = ludus_rng_below(rng, 2) == 0;
        c.main_seconds -= g.lag + (takes_all ? plan.seconds : plan.soft_seconds);
        least = fmin(least, c.main_seconds);
        if (c.main_seconds < 0.0) {
            break;
        }
        c.main_seconds += c.increment;
        if (c.moves_to_go > 0 && --c.moves_to_go == 0) {
            c.moves_to_go = g.clock.moves_to_go;
            c.main_seconds += g.clock.main_seconds;
        }
    }
    return least;
}

static void games_at_a_second_and_little_more_are_safe(void **state)
{
    ludus_rng rng;
    (void)state;
    ludus_rng_init(&rng, 4, 0);
    const double increments[] = {0.01, 0.1};
    for (int i = 0; i < 2; i++) {
        for (int game = 0; game < 300; game++) {
            const long_game g = {.clock = {.main_seconds = 1.0,
                                           .increment = increments[i],
                                           .lag = uniform(&rng, 0.005, 0.03)},
                                 .lag = 0.004,
                                 .moves = 300,
                                 .plies_left = uniform(&rng, 10.0, 200.0)};
            assert_true(play_out(g, &rng) > 0.02); // room for a hiccup, to the last
        }
    }
}

static void increments_and_controls_last_for_ever(void **state)
{
    ludus_rng rng;
    (void)state;
    ludus_rng_init(&rng, 5, 0);
    for (int game = 0; game < 1000; game++) {
        const double lag = uniform(&rng, 0.001, 0.05);
        const ludus_clock_state clock = {
            .main_seconds = spread(&rng, 60.0 * lag, 1000.0),
            .increment = game % 2 == 0 ? lag + 0.002 + spread(&rng, 0.001, 10.0) : 0.0,
            .moves_to_go = game % 2 == 0 ? 0 : 1 + (int32_t)ludus_rng_below(&rng, 40),
            .lag = lag};
        const long_game g = {clock, lag, 600, uniform(&rng, 2.0, 300.0)};
        assert_true(play_out(g, &rng) > 0.0);
    }
}

static void sudden_death_lasts_a_long_game(void **state)
{
    ludus_rng rng;
    (void)state;
    ludus_rng_init(&rng, 6, 0);
    for (int game = 0; game < 1000; game++) {
        // The lag alone takes up to a fifth of the clock over the game, whose length is told as
        // half to all of what it comes to.
        const int32_t moves = 50 + (int32_t)ludus_rng_below(&rng, 200);
        const double seconds = spread(&rng, 3.0, 3600.0);
        const double lag = fmin(seconds / (5.0 * moves), 0.1);
        const long_game g = {
            {.main_seconds = seconds, .lag = lag}, lag, moves, uniform(&rng, 1.0, 2.0) * moves};
        assert_true(play_out(g, &rng) > 0.0);
    }
}

static void byoyomi_never_outlasts_its_period(void **state)
{
    ludus_rng rng;
    (void)state;
    ludus_rng_init(&rng, 7, 0);
    for (int game = 0; game < 500; game++) {
        ludus_clock_state c = {.main_seconds = spread(&rng, 0.1, 600.0),
                               .period_seconds = spread(&rng, 0.5, 60.0),
                               .lag = uniform(&rng, 0.0, 0.1)};
        for (int i = 0; i < 200; i++) {
            const ludus_time_plan plan = ludus_time_plan_move(&c, 2 * i, fmax(200.0 - 2 * i, 10.0));
            const double used = plan.seconds + c.lag;
            assert_true(used <= c.main_seconds + c.period_seconds + 1e-9);
            // A period of one's own is there to be used.
            assert_true(plan.soft_seconds >= fmax(0.9 * (c.period_seconds - c.lag), 0.001));
            c.main_seconds = fmax(c.main_seconds - used, 0.0);
        }
    }
}

static void more_time_is_more_thought(void **state)
{
    ludus_rng rng;
    (void)state;
    ludus_rng_init(&rng, 8, 0);
    for (int i = 0; i < 20000; i++) {
        ludus_clock_state c = random_clock(&rng);
        const double plies_left = spread(&rng, 2.0, 300.0);
        const ludus_time_plan less = ludus_time_plan_move(&c, 20, plies_left);
        c.main_seconds += c.main_seconds > 0.0 ? spread(&rng, 0.01, 100.0) : 0.0;
        const ludus_time_plan more = ludus_time_plan_move(&c, 20, plies_left);
        assert_true(more.seconds >= less.seconds - 1e-9);
        assert_true(more.soft_seconds >= less.soft_seconds - 1e-9);
        const ludus_time_plan shorter = ludus_time_plan_move(&c, 20, 0.5 * plies_left);
        assert_true(shorter.soft_seconds >= more.soft_seconds - 1e-9);
    }
}

// Of three minutes for 60 moves about three seconds each are in order; the last move before a
// control may take nearly all.
static void plans_are_what_a_person_expects(void **state)
{
    (void)state;
    const ludus_clock_state sudden = {.main_seconds = 180.0, .lag = 0.05};
    const ludus_time_plan even = ludus_time_plan_move(&sudden, 0, 120.0);
    assert_true(even.soft_seconds > 2.5 && even.soft_seconds < 3.2);
    assert_true(even.seconds > 6.0 && even.seconds < 15.0);
    const ludus_clock_state control = {.main_seconds = 10.0, .moves_to_go = 1, .lag = 0.05};
    const ludus_time_plan last = ludus_time_plan_move(&control, 60, 60.0);
    assert_true(last.soft_seconds > 9.0 && last.seconds < 9.95);
    const ludus_clock_state canadian = {.moves_to_go = 25, .period_seconds = 300.0, .lag = 0.05};
    const ludus_time_plan stone = ludus_time_plan_move(&canadian, 60, 60.0);
    assert_true(stone.soft_seconds > 10.0 && stone.soft_seconds <= 12.0);
}

static void limits_are_shortened_to_a_millisecond_at_least(void **state)
{
    (void)state;
    ludus_think_limits l = {.simulations = 7, .seconds = 3.0, .soft_seconds = 1.0};
    ludus_time_shorten(&l, 0.5);
    assert_true(l.seconds == 2.5 && l.soft_seconds == 0.5 && l.simulations == 7);
    ludus_time_shorten(&l, 1.0);
    assert_true(l.seconds == 1.5 && l.soft_seconds == 0.001);
    ludus_time_shorten(&l, 9.0);
    assert_true(l.seconds == 0.001 && l.soft_seconds == 0.001);
    l = (ludus_think_limits){.simulations = 7};
    ludus_time_shorten(&l, 1.0);
    assert_true(l.seconds == 0.0 && l.soft_seconds == 0.0);
}

static void overruns_are_expected_again_and_forgotten(void **state)
{
    double lag = 0.01;
    (void)state;
    lag = ludus_time_lag_learn(lag, 0.01, 0.05, 0.055); // within what was expected
    assert_true(lag == 0.01);
    lag = ludus_time_lag_learn(lag, 0.01, 0.05, 0.09);
    assert_true(fabs(lag - 0.04) < 1e-9);
    lag = ludus_time_lag_learn(lag, 0.01, 0.05, 5.0);
    assert_true(fabs(lag - 0.1) < 1e-9); // nobody's clock survives more
    for (int i = 0; i < 60; i++) {
        const double next = ludus_time_lag_learn(lag, 0.01, 0.05, 0.04);
        assert_true(next <= lag && next >= 0.01);
        lag = next;
    }
    assert_true(lag == 0.01);
}

// Every tenth move the machine stalls for a quarter of a second.
static void a_stalling_machine_is_survived(void **state)
{
    ludus_rng rng;
    (void)state;
    ludus_rng_init(&rng, 9, 0);
    for (int game = 0; game < 200; game++) {
        ludus_clock_state c = {.main_seconds = 1.0, .increment = 0.1, .lag = 0.01};
        for (int32_t i = 0; i < 150; i++) {
            const ludus_time_plan plan = ludus_time_plan_move(&c, 2 * i, fmax(90.0 - 2 * i, 40.0));
            const double stall = ludus_rng_below(&rng, 10) == 0 ? uniform(&rng, 0.0, 0.25) : 0.0;
            const double used = plan.soft_seconds + stall;
            c.main_seconds -= used;
            assert_true(c.main_seconds > 0.0);
            c.main_seconds += c.increment;
            c.lag = ludus_time_lag_learn(c.lag, 0.01, plan.seconds, used);
        }
    }
}

// A game at 1+0.01 whose clock is kept elsewhere: it runs `delay` longer than we think for every
// move, and now and then much longer. The least that it showed, in seconds.
static double play_remotely(double delay, ludus_lag_watch *watch, ludus_rng *rng)
{
    ludus_time_control control;
    ludus_game_clock clock;
    double least = 1.0;
    assert_int_equal(ludus_time_control_parse(&control, "1+0.01", NULL), LUDUS_OK);
    ludus_game_clock_reset(&clock, &control);
    ludus_lag_watch_reset(watch, 0.01, 0.01);
    for (int32_t i = 0; i < 300; i++) {
        ludus_lag_watch_report(watch, clock.left[0], control.increment);
        const ludus_clock_state seen = ludus_game_clock_state(&clock, 0, watch->lag);
        const ludus_time_plan plan = ludus_time_plan_move(&seen, 2 * i, fmax(90.0 - 2 * i, 40.0));
        const double used = ludus_rng_below(rng, 4) == 0 ? plan.seconds : plan.soft_seconds;
        const double stall = ludus_rng_below(rng, 25) == 0 ? uniform(rng, 0.0, 0.06) : 0.0;
        ludus_lag_watch_move(watch, plan.seconds, used);
        assert_true(ludus_game_clock_press(&clock, 0, used + delay + stall));
        least = fmin(least, clock.left[0]);
    }
    return least;
}

static void no_game_at_a_second_and_a_hundredth_is_lost_to_a_remote_clock(void **state)
{
    ludus_lag_watch watch;
    ludus_rng rng;
    (void)state;
    ludus_rng_init(&rng, 10, 0);
    for (int game = 0; game < 300; game++) {
        assert_true(play_remotely(uniform(&rng, 0.0, 0.006), &watch, &rng) > 0.01);
        assert_true(watch.lag >= 0.01 && watch.lag <= 0.1);
    }
}

// Clock and moves as reported; what the watch then expects.
static void the_lag_of_a_remote_clock_is_learnt_within_bounds(void **state)
{
    ludus_lag_watch w;
    (void)state;
    ludus_lag_watch_reset(&w, 0.05, 0.01);
    double left = 60.0;
    for (int i = 0; i < 60; i++) { // it loses 30 ms a move: 20 that were not planned, 10 on the way
        ludus_lag_watch_report(&w, left, 0.5);
        ludus_lag_watch_move(&w, 0.48, 0.5);
        left += 0.5 - 0.51;
    }
    assert_true(fabs(w.lag - 0.03) < 1e-9);
    ludus_lag_watch_report(&w, left, 0.5);
    ludus_lag_watch_move(&w, 0.48, 0.5);
    ludus_lag_watch_report(&w, left - 1.0, 0.5); // a second and a half gone at once
    assert_true(fabs(w.lag - 0.1) < 1e-9);
    const double strange[] = {300.0, 1.0, 60.0}; // another game, another control
    for (int i = 0; i < 3; i++) {
        ludus_lag_watch_move(&w, 0.48, 0.5);
        ludus_lag_watch_report(&w, strange[i], 0.5);
        assert_true(fabs(w.lag - 0.1) < 1e-9);
    }
    ludus_lag_watch_move(&w, 0.48, 0.5);
    ludus_lag_watch_move(&w, 0.48, 0.5); // of which there was no report
    ludus_lag_watch_report(&w, 60.0, 0.5);
    assert_true(fabs(w.lag - 0.1) < 1e-9);
    for (int i = 0; i < 60; i++) { // nothing is lost any more
        ludus_lag_watch_move(&w, 0.5, 0.5);
        ludus_lag_watch_report(&w, 60.0, 0.5);
    }
    assert_true(w.lag == 0.01);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_plan_goes_beyond_the_clock),
        cmocka_unit_test(games_at_a_second_and_little_more_are_safe),
        cmocka_unit_test(increments_and_controls_last_for_ever),
        cmocka_unit_test(sudden_death_lasts_a_long_game),
        cmocka_unit_test(byoyomi_never_outlasts_its_period),
        cmocka_unit_test(more_time_is_more_thought),
        cmocka_unit_test(plans_are_what_a_person_expects),
        cmocka_unit_test(limits_are_shortened_to_a_millisecond_at_least),
        cmocka_unit_test(overruns_are_expected_again_and_forgotten),
        cmocka_unit_test(a_stalling_machine_is_survived),
        cmocka_unit_test(no_game_at_a_second_and_a_hundredth_is_lost_to_a_remote_clock),
        cmocka_unit_test(the_lag_of_a_remote_clock_is_learnt_within_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
