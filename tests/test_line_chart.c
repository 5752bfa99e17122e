// Claims about the arithmetic of charts: ranges, round ticks, their texts, smoothing.

#include "viewer/line_chart.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static double mantissa(double value)
{
    const double size = fabs(value);
    return size / pow(10.0, floor(log10(size) + 1e-9));
}

static bool is_round(double step)
{
    const double m = mantissa(step);
    return fabs(m - 1.0) < 1e-6 || fabs(m - 2.0) < 1e-6 || fabs(m - 5.0) < 1e-6;
}

// ---- Ticks -------------------------------------------------------------------------------------

static void check_ticks(ludus_scale scale, int32_t most)
{
    double ticks[LUDUS_SCALE_MAX_TICKS];
    char texts[LUDUS_SCALE_MAX_TICKS][LUDUS_SCALE_TEXT_MAX];
    const int32_t count = ludus_scale_ticks(&scale, most, ticks);
    assert_in_range(count, 0, most);
    for (int32_t i = 0; i < count; i++) {
        const double place = ludus_scale_place(&scale, ticks[i]);
        assert_true(place >= -1e-6 && place <= 1.0 + 1e-6);
        assert_true(i == 0 || ticks[i] > ticks[i - 1]);
        ludus_scale_tick_text(&scale, ticks[i], texts[i]);
        assert_true(strlen(texts[i]) > 0 && strlen(texts[i]) <= 9);
        if (i > 0 && strcmp(texts[i], texts[i - 1]) == 0) {
            fail_msg("%g..%g: two ticks are called %s", scale.low, scale.high, texts[i]);
        }
    }
    if (count > 2 && !scale.is_log) {
        assert_true(is_round(ticks[1] - ticks[0]));
    }
}

static void ticks_are_round_ascending_and_told_apart(void **state)
{
    (void)state;
    ludus_rng rng;
    ludus_rng_init(&rng, 1, 0);
    for (int i = 0; i < 20000; i++) {
        const double size = pow(10.0, 14.0 * ludus_rng_double(&rng) - 6.0);
        const double low = (ludus_rng_double(&rng) - .5) * size;
        const double high = low + size * (.01 + ludus_rng_double(&rng));
        const int32_t most = 2 + (int32_t)ludus_rng_below(&rng, 10);
        check_ticks(ludus_scale_over(low, high, false), most);
        check_ticks(ludus_scale_over(fabs(low) + 1e-9, fabs(low) + size, true), most);
    }
}

static void a_usual_axis_has_the_expected_ticks(void **state)
{
    (void)state;
    double ticks[LUDUS_SCALE_MAX_TICKS];
    ludus_scale scale = ludus_scale_over(0.0, 1.0, false);
    assert_int_equal(ludus_scale_ticks(&scale, 6, ticks), 6);
    assert_true(fabs(ticks[1] - .2) < 1e-12);
    scale = ludus_scale_over(.13, 2.9, false);
    assert_int_equal(ludus_scale_ticks(&scale, 6, ticks), 5);
    assert_true(fabs(ticks[0] - .5) < 1e-12);
    assert_true(fabs(ticks[4] - 2.5) < 1e-12);
    scale = ludus_scale_over(1.0, 1000.0, true);
    assert_int_equal(ludus_scale_ticks(&scale, 5, ticks), 4);
    assert_float_equal(ticks[3], 1000.0, 1e-9);
    scale = ludus_scale_over(1.0, 100.0, true);
    assert_int_equal(ludus_scale_ticks(&scale, 8, ticks), 7); // 1 2 5 10 20 50 100
    assert_float_equal(ticks[2], 5.0, 1e-9);
}

static void a_rounded_scale_begins_and_ends_at_ticks(void **state)
{
    (void)state;
    double ticks[LUDUS_SCALE_MAX_TICKS];
    ludus_scale scale = ludus_scale_rounded(.13, 2.87, false, 6);
    const int32_t count = ludus_scale_ticks(&scale, 7, ticks);
    assert_true(count >= 2);
    assert_true(fabs(ticks[0] - scale.low) < 1e-12);
    assert_true(fabs(ticks[count - 1] - scale.high) < 1e-12);
    assert_true(scale.low <= .13 && scale.high >= 2.87);
    scale = ludus_scale_rounded(.003, 4.1, true, 6);
    assert_true(scale.low <= .003 && scale.low > .002 && scale.high >= 4.1 && scale.high < 6.0);
}

static void a_rounded_scale_has_ticks_at_both_ends(void **state)
{
    (void)state;
    ludus_rng rng;
    ludus_rng_init(&rng, 2, 0);
    for (int i = 0; i < 20000; i++) {
        double ticks[LUDUS_SCALE_MAX_TICKS];
        const double size = pow(10.0, 10.0 * ludus_rng_double(&rng) - 5.0);
        const double low = (ludus_rng_double(&rng) - .5) * size;
        const double high = low + size * (.01 + ludus_rng_double(&rng));
        const int32_t most = 3 + (int32_t)ludus_rng_below(&rng, 9);
        ludus_scale scale = ludus_scale_rounded(low, high, false, most);
        const int32_t count = ludus_scale_ticks(&scale, most, ticks);
        assert_in_range(count, 2, most);
        assert_true(fabs(ticks[0] - scale.low) < 1e-6 * size);
        assert_true(fabs(ticks[count - 1] - scale.high) < 1e-6 * size);
    }
}

static void texts_are_short_and_exact(void **state)
{
    (void)state;
    static const struct {
        double low, high, value;
        const char *text;
    } cases[] = {
        {0, 1, .2, "0.2"},       {0, 1, 0, "0"},          {0, 10, 5, "5"},
        {0, 10000, 2000, "2k"},  {0, 3000, 1500, "1.5k"}, {0, 3e6, 5e5, "500k"},
        {0, 3e6, 1.5e6, "1.5M"}, {-1, 1, -.5, "-0.5"},    {0, 1e-5, 5e-6, "5e-06"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        double ticks[LUDUS_SCALE_MAX_TICKS];
        char text[LUDUS_SCALE_TEXT_MAX];
        ludus_scale scale = ludus_scale_over(cases[i].low, cases[i].high, false);
        ludus_scale_ticks(&scale, 7, ticks);
        ludus_scale_tick_text(&scale, cases[i].value, text);
        assert_string_equal(text, cases[i].text);
    }
    char text[LUDUS_SCALE_TEXT_MAX];
    ludus_scale_value_text(32720.4, 4, text);
    assert_string_equal(text, "32.72k");
    ludus_scale_value_text(.87234, 4, text);
    assert_string_equal(text, "0.8723");
    ludus_scale_value_text((double)NAN, 4, text);
    assert_string_equal(text, "-");
}

// ---- Ranges ------------------------------------------------------------------------------------

static void any_range_becomes_a_scale(void **state)
{
    (void)state;
    static const double values[] = {
        0,     1,   -1,          5e-324,           1e-310,           1e308, -1e308, 3.25,
        1e-12, 1e9, (double)NAN, (double)INFINITY, -(double)INFINITY};
    const size_t n = sizeof values / sizeof values[0];
    for (size_t i = 0; i < n * n * 2; i++) {
        const bool is_log = i >= n * n;
        const ludus_scale scale = ludus_scale_over(values[i % n], values[i / n % n], is_log);
        assert_true(isfinite(scale.low) && isfinite(scale.high) && scale.high > scale.low);
        assert_true(!is_log || scale.low > 0.0);
        const ludus_scale rounded =
            ludus_scale_rounded(values[i % n], values[i / n % n], is_log, 6);
        assert_true(isfinite(rounded.low) && isfinite(rounded.high) && rounded.high > rounded.low);
        check_ticks(scale, 6);
        check_ticks(rounded, 6);
    }
}

static void places_and_values_are_inverse(void **state)
{
    (void)state;
    const ludus_scale scales[] = {ludus_scale_over(-3.0, 7.0, false),
                                  ludus_scale_over(1e-4, 30.0, true)};
    for (int k = 0; k < 2; k++) {
        assert_true(fabs(ludus_scale_place(&scales[k], scales[k].low) - 0.0) < 1e-12);
        assert_true(fabs(ludus_scale_place(&scales[k], scales[k].high) - 1.0) < 1e-12);
        for (double place = 0.0; place <= 1.0; place += .125) {
            const double value = ludus_scale_value(&scales[k], place);
            assert_float_equal(ludus_scale_place(&scales[k], value), place, 1e-9);
        }
    }
    assert_true(isnan(ludus_scale_place(&scales[1], 0.0)));
    assert_true(isnan(ludus_scale_place(&scales[1], -1.0)));
}

static void a_range_counts_what_the_axis_can_show(void **state)
{
    (void)state;
    const double values[] = {(double)NAN, -2.0, 0.0, 3.0, (double)INFINITY};
    double low = (double)NAN;
    double high = (double)NAN;
    assert_true(ludus_scale_widen(values, 5, false, &low, &high));
    assert_true(low == -2.0 && high == 3.0);
    low = high = (double)NAN;
    assert_true(ludus_scale_widen(values, 5, true, &low, &high));
    assert_true(low == 3.0 && high == 3.0);
    low = high = (double)NAN;
    assert_false(ludus_scale_widen(values, 1, false, &low, &high));
    assert_false(ludus_scale_widen(values, 0, false, &low, &high));
}

// ---- Smoothing ---------------------------------------------------------------------------------

static void smoothing_keeps_constants_and_gaps(void **state)
{
    (void)state;
    const double in[] = {4.0, 4.0, (double)NAN, 4.0, 4.0};
    double out[5];
    ludus_smooth(in, 5, .9, out);
    for (int i = 0; i < 5; i++) {
        assert_true(i == 2 ? isnan(out[i]) : fabs(out[i] - 4.0) < 1e-12);
    }
}

static void smoothing_is_the_corrected_exponential_mean(void **state)
{
    (void)state;
    const double in[] = {1.0, 2.0, 6.0};
    double out[3];
    ludus_smooth(in, 3, .5, out);
    assert_true(fabs(out[0] - 1.0) < 1e-12);
    assert_true(fabs(out[1] - (1.0 * .5 + 2.0) / 1.5) < 1e-12);
    assert_true(fabs(out[2] - (1.0 * .25 + 2.0 * .5 + 6.0) / 1.75) < 1e-12);
    ludus_smooth(in, 3, 0.0, out);
    assert_memory_equal(in, out, sizeof in);
}

// ---- Curves
// --------------------------------------------------------------------------------------

#define MANY 100000

static void any_number_of_points_becomes_two_per_column(void **state)
{
    (void)state;
    static double y[MANY];
    static ludus_point points[LUDUS_POLYLINE_MAX];
    for (int i = 0; i < MANY; i++) {
        y[i] = i % 7 == 0 ? (double)NAN : sin(i * .001) + (i == 54321 ? 5.0 : 0.0);
    }
    const ludus_chart_series series = {.y = y, .count = MANY};
    const ludus_scale x = ludus_scale_over(0, MANY, false);
    const ludus_scale v = ludus_scale_over(-1, 6, false);
    const int32_t n =
        ludus_chart_series_trace(&series, &x, &v, 0.0, 500, points, LUDUS_POLYLINE_MAX);
    assert_in_range(n, 500, 1004);
    float highest = 0;
    for (int32_t i = 0; i < n; i++) {
        assert_true(i == 0 || points[i].x >= points[i - 1].x);
        highest = fmaxf(highest, points[i].y);
    }
    assert_true(highest > .7f); // the one spike is not lost
    assert_int_equal(ludus_chart_series_trace(&series, &x, &v, 0.0, 500, points, 10), 10);
}

static void the_nearest_point_is_a_number(void **state)
{
    (void)state;
    const double x[] = {1, 2, 4, 8, 9};
    const double y[] = {5, (double)NAN, 6, (double)NAN, (double)NAN};
    const ludus_chart_series series = {.x = x, .y = y, .count = 5};
    assert_int_equal(ludus_chart_series_nearest(&series, -3), 0);
    assert_int_equal(ludus_chart_series_nearest(&series, 2.2), 0);
    assert_int_equal(ludus_chart_series_nearest(&series, 3), 2);
    assert_int_equal(ludus_chart_series_nearest(&series, 100), 2);
    const ludus_chart_series empty = {.x = x, .y = y + 3, .count = 2};
    assert_int_equal(ludus_chart_series_nearest(&empty, 1), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ticks_are_round_ascending_and_told_apart),
        cmocka_unit_test(a_usual_axis_has_the_expected_ticks),
        cmocka_unit_test(a_rounded_scale_begins_and_ends_at_ticks),
        cmocka_unit_test(a_rounded_scale_has_ticks_at_both_ends),
        cmocka_unit_test(texts_are_short_and_exact),
        cmocka_unit_test(any_range_becomes_a_scale),
        cmocka_unit_test(places_and_values_are_inverse),
        cmocka_unit_test(a_range_counts_what_the_axis_can_show),
        cmocka_unit_test(smoothing_keeps_constants_and_gaps),
        cmocka_unit_test(smoothing_is_the_corrected_exponential_mean),
        cmocka_unit_test(any_number_of_points_becomes_two_per_column),
        cmocka_unit_test(the_nearest_point_is_a_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
