#include "agents/game_clock.h"

#include <math.h>
#include <stdlib.h>

#define MAX_SECONDS 1e6
#define MAX_MOVES 1000

// Reads a number and moves *text past it.
static bool read_number(const char **text, double low, double high, double *out)
{
    char *end;
    if ((**text < '0' || **text > '9') && **text != '.') {
        return false; // strtod would take signs, blanks and names
    }
    const double value = strtod(*text, &end);
    if (end == *text || !isfinite(value) || value < low || value > high) {
        return false;
    }
    *text = end;
    *out = value;
    return true;
}

static bool parse(ludus_time_control *out, const char *text)
{
    double value;
    *out = (ludus_time_control){0};
    if (!read_number(&text, 0.0, MAX_SECONDS, &value)) {
        return false;
    }
    if (*text == '/') {
        text++;
        if (value < 1 || value > MAX_MOVES || value != floor(value)) {
            return false;
        }
        out->moves = (int32_t)value;
        if (!read_number(&text, 0.0, MAX_SECONDS, &value)) {
            return false;
        }
    }
    out->seconds = value;
    if (*text == '+') {
        text++;
        if (!read_number(&text, 0.0, MAX_SECONDS, &out->increment)) {
            return false;
        }
    }
    return *text == '\0' && out->seconds > 0.0;
}

ludus_status ludus_time_control_parse(ludus_time_control *out, const char *text, ludus_error *error)
{
    if (!parse(out, text)) {
        return ludus_fail(error, LUDUS_ERR_ARG,
                          "tc must be [MOVES/]SECONDS[+INCREMENT], e.g. 1+0.1, not \"%s\"", text);
    }
    return LUDUS_OK;
}

void ludus_game_clock_reset(ludus_game_clock *clock, const ludus_time_control *control)
{
    *clock = (ludus_game_clock){.control = *control, .left = {control->seconds, control->seconds}};
}

bool ludus_game_clock_press(ludus_game_clock *clock, int32_t side, double used)
{
    const ludus_time_control *control = &clock->control;
    const bool is_in_time = used <= clock->left[side];
    clock->left[side] = is_in_time ? clock->left[side] - used + control->increment : 0.0;
    clock->num_moves[side]++;
    if (is_in_time && control->moves > 0 && clock->num_moves[side] % control->moves == 0) {
        clock->left[side] += control->seconds;
    }
    return is_in_time;
}

int32_t ludus_game_clock_moves_to_go(const ludus_game_clock *clock, int32_t side)
{
    const int32_t moves = clock->control.moves;
    return moves > 0 ? moves - clock->num_moves[side] % moves : 0;
}

ludus_clock_state ludus_game_clock_state(const ludus_game_clock *clock, int32_t side, double lag)
{
    return (ludus_clock_state){.main_seconds = clock->left[side],
                               .increment = clock->control.increment,
                               .moves_to_go = ludus_game_clock_moves_to_go(clock, side),
                               .lag = lag};
}
