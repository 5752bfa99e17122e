// How long to think about a move: clocks as GTP and UCI tell them, turned into the limits of a
// search.
//
//     sudden death, increment   main_seconds, increment
//     UCI movestogo             main_seconds, increment, moves_to_go
//     Canadian, main time       main_seconds, and a stone's share of the period as period_seconds
//     Canadian, stones left     main_seconds = left of the period, moves_to_go, period_seconds
//     Japanese byo-yomi         main_seconds = left of the main time, period_seconds
//
// To overstep a main time that a period follows loses nothing: each move may take its share of the
// main time and the period's on top, until the main time is used up.
//
// A part of the clock (25 lags, at most half of it) is kept for hiccups; below that a move takes
// less than its increment brings.
//
// Threads: no state.

#ifndef LUDUS_AGENTS_TIME_CONTROL_H
#define LUDUS_AGENTS_TIME_CONTROL_H

#include "agents/thinker.h"

// The mover's clock. Zero means "none of this".
typedef struct ludus_clock_state {
    double main_seconds;   // left
    double increment;      // seconds added after each move
    int32_t moves_to_go;   // to the next control (UCI movestogo, Canadian stones left); 0 = all
    double period_seconds; // byo-yomi: of a period or a stone's share; main_seconds may be 0 then
    double lag;            // seconds lost per move outside our clock; .01 to .1
} ludus_clock_state;

typedef struct ludus_time_plan {
    double soft_seconds; // aim
    double seconds;      // never beyond: the clock stays above the lag
} ludus_time_plan;

// plies: made so far; plies_left: expected from here for both players (a game's typical length or
// the net's moves-left), > 0. soft <= seconds; both at least a millisecond.
ludus_time_plan ludus_time_plan_move(const ludus_clock_state *clock, int32_t plies,
                                     double plies_left);

// Plies that a game of chess still lasts after so many, by experience: for budgeting, where no net
// tells. Late middle games are taken to go on for a while.
double ludus_time_plies_left(int32_t plies);

// Takes off a search's time what was used before it began. At least a millisecond is left; limits
// without a time stay without one.
void ludus_time_shorten(ludus_think_limits *limits, double used);

// What to expect of the machine after a move that was planned to end by `planned` and took `used`
// seconds: at once as much lag as it overran by, at most a tenth of a second; forgotten by a tenth
// a move, down to `least`. lag: as expected so far.
double ludus_time_lag_learn(double lag, double least, double planned, double used);

// The lag of a game whose clock somebody else keeps, learnt from what that clock is said to show:
// between two of its reports it has run for our move, and for what lies between us and it.
//
//     ludus_lag_watch_reset(&watch, 0.05, 0.01);
//     ludus_lag_watch_report(&watch, left, increment);      // what the clock shows before a move
//     plan = ludus_time_plan_move(&(ludus_clock_state){..., .lag = watch.lag}, ...);
//     ludus_lag_watch_move(&watch, plan.seconds, used);     // by our own clock
//
// A difference that no move explains (another game, time added at a control) teaches nothing. The
// lag stays between `least` and the larger of a tenth of a second and what it began with.
typedef struct ludus_lag_watch {
    double lag;      // seconds to expect of a move beyond its plan
    double least;    // seconds
    double shown;    // seconds on the clock when it was last reported; below 0: not known
    double expected; // seconds that the move since then should have taken of it; below 0: none
} ludus_lag_watch;

void ludus_lag_watch_reset(ludus_lag_watch *watch, double lag, double least);
// granted: seconds that the clock has been given since its last report (the increment).
void ludus_lag_watch_report(ludus_lag_watch *watch, double left, double granted);
// planned: when the move had to be made; used: when it was made.
void ludus_lag_watch_move(ludus_lag_watch *watch, double planned, double used);
// The next report does not tell of the last move.
void ludus_lag_watch_forget(ludus_lag_watch *watch);

#endif
