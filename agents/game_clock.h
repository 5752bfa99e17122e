// The chess clock of a game: what each side has left. Players that play under a time control keep
// one of their own for both sides, so a match needs no referee.
//
//     ludus_time_control control;
//     ludus_time_control_parse(&control, "1+0.1", &error);
//     ludus_game_clock_reset(&clock, &control);
//     if (!ludus_game_clock_press(&clock, 0, seconds_used)) { ... the flag fell ... }
//
// A time control is written [MOVES/]SECONDS[+INCREMENT]: 1+0.1, 60, 40/120+1. With MOVES, SECONDS
// are added again after every MOVES moves.
//
// Sides are 0 (moves first) and 1. Threads: no state.

#ifndef LUDUS_AGENTS_GAME_CLOCK_H
#define LUDUS_AGENTS_GAME_CLOCK_H

#include "agents/time_control.h"

typedef struct ludus_time_control {
    int32_t moves;    // per SECONDS; 0 = all
    double seconds;   // > 0; 0: no clock at all
    double increment; // seconds after each move, >= 0
} ludus_time_control;

typedef struct ludus_game_clock {
    ludus_time_control control;
    double left[2];       // seconds
    int32_t num_moves[2]; // made
} ludus_game_clock;

// LUDUS_ERR_ARG with a line that shows the format.
ludus_status ludus_time_control_parse(ludus_time_control *out, const char *text,
                                      ludus_error *error);

void ludus_game_clock_reset(ludus_game_clock *clock, const ludus_time_control *control);
// `side` has moved after `used` seconds. False when its time was over; the clock then stands at 0.
bool ludus_game_clock_press(ludus_game_clock *clock, int32_t side, double used);
// Moves to the next control; 0 = all.
int32_t ludus_game_clock_moves_to_go(const ludus_game_clock *clock, int32_t side);
// What `side` knows when it is to move, for ludus_time_plan_move. lag: seconds.
ludus_clock_state ludus_game_clock_state(const ludus_game_clock *clock, int32_t side, double lag);

#endif
