#include "viewer/chart_scale.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define SMALLEST 1e-300 // of a logarithmic axis
#define LARGEST 1e300

// ---- Ranges ----------------------------------------------------------------------------------

static double bounded(double value, double otherwise)
{
    return !isfinite(value)   ? otherwise
           : value > LARGEST  ? LARGEST
           : value < -LARGEST ? -LARGEST
                              : value;
}

ludus_scale ludus_scale_over(double low, double high, bool is_log)
{
    low = bounded(low, 0.0);
    high = bounded(high, 1.0);
    if (low > high) {
        const double swap = low;
        low = high;
        high = swap;
    }
    if (is_log) {
        high = high > SMALLEST * 1e9 ? high : 1.0;
        low = low > SMALLEST ? low : high * 1e-3;
        if (!(high > low * (1.0 + 1e-9))) {
            low = high / 2.0;
            high *= 2.0;
        }
    } else if (!(high - low > fmax(1e-9 * fmax(fabs(low), fabs(high)), SMALLEST))) {
        const double room = fabs(low) < 1e-200 ? 1.0 : fabs(low) * .5;
        low -= room;
        high += room;
    }
    return (ludus_scale){.low = low, .high = high, .is_log = is_log};
}

// The smallest of 1, 2, 5 times a power of ten that is not below `least`.
static double round_step(double least)
{
    const double power = pow(10.0, floor(log10(least)));
    const double digit = least / power;
    const double slack = 1.0 + 1e-9;
    return (digit <= 1.0 * slack   ? 1.0
            : digit <= 2.0 * slack ? 2.0
            : digit <= 5.0 * slack ? 5.0
                                   : 10.0) *
           power;
}

// Whole steps that cover the scale.
static double steps_over(const ludus_scale *scale, double step)
{
    return ceil(scale->high / step - 1e-9) - floor(scale->low / step + 1e-9);
}

ludus_scale ludus_scale_rounded(double low, double high, bool is_log, int32_t most)
{
    assert(most >= 3); // two cannot cover both sides of zero
    ludus_scale scale = ludus_scale_over(low, high, is_log);
    if (is_log) {
        scale.low = pow(10.0, floor(log10(scale.low) * 10.0) / 10.0);
        scale.high = pow(10.0, ceil(log10(scale.high) * 10.0) / 10.0);
        return ludus_scale_over(scale.low, scale.high, true);
    }
    double step = round_step((scale.high - scale.low) / most);
    while (steps_over(&scale, step) + 1.0 > most) {
        step = round_step(step * 1.5);
    }
    scale.low = floor(scale.low / step + 1e-9) * step;
    scale.high = ceil(scale.high / step - 1e-9) * step;
    scale = ludus_scale_over(scale.low, scale.high, false);
    scale.whole_step = step;
    return scale;
}

bool ludus_scale_widen(const double *values, int32_t count, bool is_log, double *low, double *high)
{
    bool found = false;
    for (int32_t i = 0; i < count; i++) {
        if (isfinite(values[i]) && (!is_log || values[i] > 0.0)) {
            *low = !(isfinite(*low) && *low <= values[i]) ? values[i] : *low;
            *high = !(isfinite(*high) && *high >= values[i]) ? values[i] : *high;
            found = true;
        }
    }
    return found;
}

// ---- Ticks -----------------------------------------------------------------------------------

static int32_t linear_ticks(ludus_scale *scale, int32_t most, double *ticks)
{
    const double slack = 1e-9 * (scale->high - scale->low);
    scale->step =
        scale->whole_step > 0.0 ? scale->whole_step : round_step((scale->high - scale->low) / most);
    for (;;) {
        const double first = ceil((scale->low - slack) / scale->step);
        const double last = floor((scale->high + slack) / scale->step);
        const double count = last - first + 1.0;
        if (count <= most) {
            for (int32_t i = 0; i < (int32_t)count; i++) {
                const double tick = (first + i) * scale->step;
                ticks[i] = tick == 0.0 ? 0.0 : tick; // no minus zero
            }
            return count > 0.0 ? (int32_t)count : 0;
        }
        scale->step = round_step(scale->step * 1.5);
    }
}

// Ticks at the given digits times every `decades`-th power of ten; returns how many there would be.
static int32_t log_ticks_at(const ludus_scale *scale, const double *digits, int32_t num_digits,
                            int32_t decades, int32_t most, double *ticks)
{
    int32_t count = 0;
    const int32_t first = (int32_t)floor(log10(scale->low));
    const int32_t last = (int32_t)ceil(log10(scale->high));
    for (int32_t power = first; power <= last && count <= most; power++) {
        for (int32_t d = 0; power % decades == 0 && d < num_digits && count <= most; d++) {
            const double tick = digits[d] * pow(10.0, power);
            if (tick >= scale->low * (1.0 - 1e-9) && tick <= scale->high * (1.0 + 1e-9)) {
                if (count < most) {
                    ticks[count] = tick;
                }
                count++;
            }
        }
    }
    return count;
}

static int32_t log_ticks(ludus_scale *scale, int32_t most, double *ticks)
{
    static const double digits[] = {1.0, 2.0, 5.0};
    if (log10(scale->high / scale->low) < 1.0) {
        // Within a decade the axis is nearly linear.
        const int32_t count = linear_ticks(scale, most, ticks);
        return count;
    }
    scale->step = 0.0;
    int32_t count = log_ticks_at(scale, digits, 3, 1, most, ticks);
    for (int32_t decades = 1; count > most; decades++) {
        count = log_ticks_at(scale, digits, 1, decades, most, ticks);
    }
    return count;
}

int32_t ludus_scale_ticks(ludus_scale *scale, int32_t most, double *ticks)
{
    assert(scale->high > scale->low && most >= 2 && most <= LUDUS_SCALE_MAX_TICKS);
    return scale->is_log ? log_ticks(scale, most, ticks) : linear_ticks(scale, most, ticks);
}

// ---- Texts -----------------------------------------------------------------------------------

// The power of a thousand that a size is written with: 12000 is 12k.
static double unit_of(double size, const char **letter)
{
    static const struct {
        double unit;
        const char *letter;
    } units[] = {{1e12, "T"}, {1e9, "G"}, {1e6, "M"}, {1e3, "k"}};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (size >= units[i].unit) {
            *letter = units[i].letter;
            return units[i].unit;
        }
    }
    *letter = "";
    return 1.0;
}

// Digits after the point that tell multiples of `step` apart.
static int digits_of(double step)
{
    int digits = 0;
    double rest = fabs(step);
    while (digits < 9 && fabs(rest - round(rest)) > 1e-6 * rest) {
        rest *= 10.0;
        digits++;
    }
    return digits;
}

void ludus_scale_tick_text(const ludus_scale *scale, double value, char *out)
{
    const double size = fabs(value);
    const double step = scale->step > 0.0 ? scale->step : size;
    const char *letter;
    if (size == 0.0) {
        snprintf(out, LUDUS_SCALE_TEXT_MAX, "0");
    } else if (fmax(fabs(scale->low), fabs(scale->high)) < 1e-3 || size >= 1e15 ||
               (scale->is_log && size < 1e-3)) {
        snprintf(out, LUDUS_SCALE_TEXT_MAX, "%.*g", 3, value);
    } else {
        const double unit = unit_of(size, &letter);
        const int digits = digits_of(step / unit);
        snprintf(out, LUDUS_SCALE_TEXT_MAX, "%.*f%s", digits, value / unit, letter);
    }
}

void ludus_scale_value_text(double value, int digits, char *out)
{
    const double size = fabs(value);
    const char *letter;
    if (!isfinite(value)) {
        snprintf(out, LUDUS_SCALE_TEXT_MAX, "-");
    } else if (size >= 1e4 && size < 1e15) {
        const double unit = unit_of(size, &letter);
        snprintf(out, LUDUS_SCALE_TEXT_MAX, "%.*g%s", digits, value / unit, letter);
    } else {
        snprintf(out, LUDUS_SCALE_TEXT_MAX, "%.*g", digits, value);
    }
}

// ---- Places ----------------------------------------------------------------------------------

double ludus_scale_place(const ludus_scale *scale, double value)
{
    if (!scale->is_log) {
        return (value - scale->low) / (scale->high - scale->low);
    }
    return value > 0.0 ? log(value / scale->low) / log(scale->high / scale->low) : (double)NAN;
}

double ludus_scale_value(const ludus_scale *scale, double place)
{
    return scale->is_log ? scale->low * pow(scale->high / scale->low, place)
                         : scale->low + place * (scale->high - scale->low);
}

double ludus_smoother_add(ludus_smoother *smoother, double weight, double value)
{
    smoother->mean = weight * smoother->mean + (1.0 - weight) * value;
    smoother->mass = weight * smoother->mass + (1.0 - weight);
    return smoother->mean / smoother->mass;
}

void ludus_smooth(const double *in, int32_t count, double weight, double *out)
{
    ludus_smoother smoother = {0};
    for (int32_t i = 0; i < count; i++) {
        out[i] = isfinite(in[i]) ? ludus_smoother_add(&smoother, weight, in[i]) : (double)NAN;
    }
}
