#include "agents/time_control.h"

#include <assert.h>
#include <math.h>

#define LEAST_SECONDS 0.001
#define LEAST_MOVES 12.0    // that the rest of the clock is shared among, unless a control is near
#define PLIES_PER_MOVE 12.0 // a long game has, by experience, yet more moves to come
#define LOSING_MOVES 120.0  // whose lag a clock without increments is made to last, at first
#define RESERVE_LAGS 25.0   // kept for hiccups, of this machine and of the one that holds the clock
#define MOST_LAG 0.1        // that is learnt from overruns
#define LAG_KEPT 0.9
#define STRANGE_GAIN 0.05 // a clock that shows so much more than we reckon with is another one
#define STRANGE_LOSS 2.0  // or so much less
#define CONTROL_LAGS 3.0  // kept before a control, which brings new time
#define RESERVE_SHARE 0.5 // but no more of the clock than this
#define MOST_SOFTS 4.0    // how far doubt may stretch a move
#define MOST_SHARE 0.3    // of the clock that one move may take while more are to come
#define TYPICAL_PLIES 90.0
#define LEAST_PLIES 40.0

// What there is to share, for a clock that runs out.
typedef struct budget {
    double pool;         // seconds on the clock
    double moves;        // it has to last for, >= 1
    double losing_moves; // as many may come, for what the lag takes when nothing is granted
    double granted;      // seconds that each move brings anew, lag taken off; may be below 0
    double reserve;      // of pool, not to be touched
    double low;          // pools below this should grow
} budget;

static budget budget_of(const ludus_clock_state *c, int32_t plies, double plies_left)
{
    budget b = {.pool = fmax(c->main_seconds, 0.0), .granted = fmax(c->increment, 0.0) - c->lag};
    const bool has_control = c->moves_to_go > 0;
    if (has_control && b.pool <= 0.0) {
        b.pool = c->period_seconds; // Canadian: the next stones' time
    }
    b.moves = has_control ? (double)c->moves_to_go
                          : fmax(0.5 * plies_left, LEAST_MOVES + (double)plies / PLIES_PER_MOVE);
    b.losing_moves = has_control ? b.moves : fmax(b.moves, LOSING_MOVES + 0.25 * (double)plies);
    const double lags = b.moves <= 1.0 ? CONTROL_LAGS : RESERVE_LAGS;
    b.reserve = fmin(lags * c->lag, RESERVE_SHARE * b.pool);
    b.low = 2.0 * lags * c->lag;
    return b;
}

static ludus_time_plan plan_pool(const budget *b)
{
    const double deficit = fmax(LEAST_SECONDS - b->granted, 0.0) * (b->losing_moves - 1.0);
    const double free = fmax(b->pool - b->reserve - deficit, 0.0);
    // Near the reserve a move spends less than it brings, so that the clock recovers.
    const double plenty = b->low > 0.0 ? fmin(b->pool / b->low, 1.0) : 1.0;
    const double granted = plenty * fmax(b->granted, 0.0);
    const double soft = free / b->moves + granted;
    const double most = free * fmax(1.0 / b->moves, MOST_SHARE) + granted;
    return (ludus_time_plan){
        .soft_seconds = soft,
        .seconds = fmin(fmin(MOST_SOFTS * soft, most), b->pool - b->reserve),
    };
}

ludus_time_plan ludus_time_plan_move(const ludus_clock_state *clock, int32_t plies,
                                     double plies_left)
{
    assert(clock->lag >= 0.0 && plies >= 0 && plies_left > 0.0);
    const bool is_byoyomi = clock->period_seconds > 0.0 && clock->moves_to_go <= 0;
    const budget b = budget_of(clock, plies, plies_left);
    ludus_time_plan plan = plan_pool(&b);
    double most = b.pool - clock->lag;
    if (is_byoyomi) {
        // A period not used up is lost: every move has one, and its share of the main time.
        const double period = fmax(clock->period_seconds - clock->lag, 0.0);
        plan.soft_seconds += period;
        plan.seconds += period;
        most += clock->period_seconds;
    }
    plan.seconds = fmax(fmin(plan.seconds, most), LEAST_SECONDS);
    plan.soft_seconds = fmax(fmin(plan.soft_seconds, plan.seconds), LEAST_SECONDS);
    return plan;
}

double ludus_time_plies_left(int32_t plies)
{
    return fmax(TYPICAL_PLIES - (double)plies, LEAST_PLIES);
}

void ludus_time_shorten(ludus_think_limits *limits, double used)
{
    double *const times[] = {&limits->seconds, &limits->soft_seconds};
    for (int i = 0; i < 2; i++) {
        if (*times[i] > 0.0) {
            *times[i] = fmax(*times[i] - used, LEAST_SECONDS);
        }
    }
}

double ludus_time_lag_learn(double lag, double least, double planned, double used)
{
    const double overrun = fmin(used - planned, MOST_LAG);
    return fmax(fmax(least, overrun), LAG_KEPT * lag);
}

void ludus_lag_watch_reset(ludus_lag_watch *watch, double lag, double least)
{
    *watch = (ludus_lag_watch){.lag = fmax(lag, least), .least = least};
    ludus_lag_watch_forget(watch);
}

void ludus_lag_watch_report(ludus_lag_watch *watch, double left, double granted)
{
    if (watch->shown >= 0.0 && watch->expected >= 0.0) {
        const double taken = watch->shown + granted - left;
        const double lost = taken - watch->expected;
        if (lost > -STRANGE_GAIN && lost < STRANGE_LOSS) {
            watch->lag = ludus_time_lag_learn(watch->lag, watch->least, watch->expected, taken);
        }
    }
    watch->shown = left;
    watch->expected = -1.0;
}

void ludus_lag_watch_move(ludus_lag_watch *watch, double planned, double used)
{
    if (watch->expected >= 0.0) {
        ludus_lag_watch_forget(watch); // two moves and no report between them
    } else {
        watch->expected = fmin(planned, used); // what it took beyond the plan is lag as well
    }
}

void ludus_lag_watch_forget(ludus_lag_watch *watch)
{
    watch->shown = watch->expected = -1.0;
}
