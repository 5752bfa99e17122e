// The clocks of both colours, as time_settings and time_left tell of them and as our own account
// has them in between.

#include <math.h>

#include "agents/gtp_internal.h"

#define LAG 0.1        // seconds kept per move for what lies between us and the clock, at first
#define LEAST_LAG 0.01 // and when the clock is seen to lose nothing

void ludus_gtp_set_time(ludus_gtp_time *time, ludus_gtp_time_kind kind, double main, double period,
                        int32_t stones)
{
    *time = (ludus_gtp_time){.kind = kind, .main = main, .period = period, .stones = stones};
    ludus_gtp_restart_clocks(time);
    for (int i = 0; i < 2; i++) {
        ludus_lag_watch_reset(&time->watch[i], LAG, LEAST_LAG);
    }
}

void ludus_gtp_restart_clocks(ludus_gtp_time *time)
{
    const bool starts_over = time->main <= 0.0 && time->stones > 0;
    if (time->is_told_only) {
        time->kind = LUDUS_GTP_TIME_NONE; // until the next time_left
    }
    for (int i = 0; i < 2; i++) {
        time->clock[i] = starts_over ? (ludus_gtp_clock){time->period, time->stones}
                                     : (ludus_gtp_clock){.seconds = time->main};
        ludus_lag_watch_forget(&time->watch[i]);
    }
}

ludus_clock_state ludus_gtp_clock_state(const ludus_gtp_time *time, ludus_go_colour colour)
{
    const ludus_gtp_clock *clock = &time->clock[colour];
    const bool is_over = clock->stones > 0; // the main time
    ludus_clock_state state = {.lag = time->watch[colour].lag};
    if (time->kind == LUDUS_GTP_TIME_JAPANESE) {
        state.main_seconds = is_over ? 0.0 : clock->seconds;
        state.period_seconds = is_over ? clock->seconds : time->period;
    } else if (is_over) {
        state.main_seconds = clock->seconds;
        state.moves_to_go = clock->stones;
        state.period_seconds = time->period;
    } else {
        state.main_seconds = clock->seconds;
        state.period_seconds = time->stones > 0 ? time->period / (double)time->stones : 0.0;
    }
    return state;
}

void ludus_gtp_spend(ludus_gtp_time *time, ludus_go_colour colour, double seconds)
{
    ludus_gtp_clock *clock = &time->clock[colour];
    const bool is_japanese = time->kind == LUDUS_GTP_TIME_JAPANESE;
    const bool was_over = clock->stones > 0;
    clock->seconds -= seconds;
    if (!was_over && clock->seconds <= 0.0 && time->stones > 0) {
        // What a move takes beyond the main time is off the Canadian period.
        clock->seconds = time->period + (is_japanese ? 0.0 : clock->seconds);
        clock->stones = time->stones;
    } else if (was_over && is_japanese) {
        clock->stones -= clock->seconds < 0.0 && clock->stones > 1;
        clock->seconds = time->period;
    } else if (was_over && --clock->stones == 0) {
        clock->seconds = time->period;
        clock->stones = time->stones;
    }
    clock->seconds = clock->seconds > 0.0 ? clock->seconds : 0.0;
}

// What the controller says of a clock tells of the last move too, if it is finer than a second and
// of the same main time or Canadian period.
static void watch_clock(ludus_gtp_time *time, ludus_go_colour colour, double seconds,
                        int32_t stones)
{
    const bool is_period = time->kind == LUDUS_GTP_TIME_JAPANESE && stones > 0;
    if (is_period || stones != time->clock[colour].stones || seconds == floor(seconds)) {
        ludus_lag_watch_forget(&time->watch[colour]);
    } else {
        ludus_lag_watch_report(&time->watch[colour], seconds, 0.0);
    }
}

void ludus_gtp_tell_time(ludus_gtp_time *time, ludus_go_colour colour, double seconds,
                         int32_t stones)
{
    if (time->kind == LUDUS_GTP_TIME_NONE && !time->is_told_only) {
        ludus_gtp_set_time(time, LUDUS_GTP_TIME_NONE, 0.0, 0.0, 0);
        time->is_told_only = true;
    }
    if (time->is_told_only) {
        time->kind = LUDUS_GTP_TIME_CANADIAN;
    }
    watch_clock(time, colour, seconds, stones);
    time->clock[colour] = (ludus_gtp_clock){seconds > 0.0 ? seconds : 0.0, stones};
}
