// The arithmetic of charts: an axis with round ticks, linear or logarithmic, and smoothing.
//
//     ludus_scale scale = ludus_scale_over(low, high, is_log);       // what is shown
//     int32_t n = ludus_scale_ticks(&scale, 6, ticks);               // at round values
//     double share = ludus_scale_place(&scale, value);               // 0 = low end, 1 = high end
//
// Threads: no state.

#ifndef LUDUS_VIEWER_CHART_SCALE_H
#define LUDUS_VIEWER_CHART_SCALE_H

#include "base/base.h"

#define LUDUS_SCALE_MAX_TICKS 16
#define LUDUS_SCALE_TEXT_MAX 24 // bytes, NUL included

typedef struct ludus_scale {
    double low, high; // low < high; both positive on a logarithmic axis
    bool is_log;
    double step;       // between ticks whose texts must differ; 0 on a logarithmic axis
    double whole_step; // both ends are multiples of it; 0 = of nothing
} ludus_scale;

// A scale that shows low..high whatever they are: a single value gets room around it, bad numbers
// become 0..1, and a logarithmic axis begins above zero.
ludus_scale ludus_scale_over(double low, double high, bool is_log);
// The same, widened to whole steps of at most `most` ticks (3 or more) (a nice y axis). Linear
// only; a logarithmic one is widened to whole tenths of a decade.
ludus_scale ludus_scale_rounded(double low, double high, bool is_log, int32_t most);

// Ticks inside the scale, ascending, at 1, 2 or 5 times a power of ten: 1..most of them, where the
// scale holds such values at all; sets step. 2 <= most <= LUDUS_SCALE_MAX_TICKS.
int32_t ludus_scale_ticks(ludus_scale *scale, int32_t most, double *ticks);
// "0.25", "12k", "1.5M", "1e-5": short, and different for different ticks of the scale.
void ludus_scale_tick_text(const ludus_scale *scale, double value, char *out);
// A value to read off, with so many digits that count. out: [LUDUS_SCALE_TEXT_MAX].
void ludus_scale_value_text(double value, int digits, char *out);

// Where a value lies, 0..1 inside, beyond outside; NAN for what a logarithmic axis cannot show.
double ludus_scale_place(const ludus_scale *scale, double value);
// The value at a place.
double ludus_scale_value(const ludus_scale *scale, double place);

// Least and greatest finite value (positive ones alone for a logarithmic axis); false when there is
// none. Widens what *low and *high hold already when they are finite.
bool ludus_scale_widen(const double *values, int32_t count, bool is_log, double *low, double *high);

// Exponential smoothing with its beginning corrected (Kingma & Ba 2015, section 3): `weight` 0 is
// no smoothing, .99 much. NAN stays NAN and does not count. in and out may be the same.
void ludus_smooth(const double *in, int32_t count, double weight, double *out);

// The same, one value after the other: zeroed before the first; returns the mean so far. value is a
// number.
typedef struct ludus_smoother {
    double mean, mass; // mass: of the weights so far
} ludus_smoother;
double ludus_smoother_add(ludus_smoother *smoother, double weight, double value);

#endif
