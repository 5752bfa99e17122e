// A chart of curves: round ticks, linear or logarithmic axes, smoothing, values under the mouse.
//
//     ludus_line_chart chart = ludus_line_chart_default();           // kept by the screen
//     chart.title = "loss/policy";
//     ludus_line_chart_clear(&chart);
//     ludus_line_chart_add(&chart, &(ludus_chart_series){.label = "run", .x = x, .y = y, .count =
//     n,
//                                                        .colour = theme->series[0]});
//     ludus_line_chart_event(&chart, event);                         // follows the mouse
//     ludus_line_chart_draw(&chart, canvas, rect);
//     if (clicked && ludus_line_chart_x_at(&chart, event->x, event->y, &x)) { ... jump to x ... }
//
// Curves connect the values that are numbers; NAN is "not measured here". Any number of points is
// drawn in time: what falls into one column of pixels becomes one upright stroke.
//
// Threads: the window's.

#ifndef LUDUS_VIEWER_LINE_CHART_H
#define LUDUS_VIEWER_LINE_CHART_H

#include "viewer/canvas.h"
#include "viewer/chart_scale.h"
#include "viewer/window.h"

#define LUDUS_CHART_MAX_SERIES 16

typedef struct ludus_chart_series {
    const char *label; // for legend and hover; NULL = unnamed
    const double *x;   // [count] ascending; NULL: 0, 1, 2, ...
    const double *y;   // [count], NAN = none. Borrowed until the next clear
    int32_t count;
    ludus_colour colour;
} ludus_chart_series;

typedef struct ludus_line_chart {
    // The screen sets these.
    const char *title;   // NULL = none; borrowed
    const char *x_label; // what x counts, "ply"; NULL = none; borrowed
    const char *empty;   // said when there is nothing to draw; borrowed
    bool log_x, log_y;
    double smoothing; // 0 = none .. .999; the plain curve stays, faint, behind the smooth one
    bool has_x_range, has_y_range; // else as the values need
    double x_range[2], y_range[2];
    bool has_baseline; // a level line across: a draw, a pass mark
    double baseline;
    bool has_marker; // an upright line: the place that other parts of the screen show
    double marker;
    bool has_fill;   // the area between the first curve and the baseline is tinted
    bool has_legend; // labels beside the title
    // Kept by event().
    bool has_mouse;
    float mouse[2];
    // Kept by draw().
    ludus_rect plot;
    ludus_scale x_scale, y_scale;
    int32_t num_series;
    ludus_chart_series series[LUDUS_CHART_MAX_SERIES];
} ludus_line_chart;

ludus_line_chart ludus_line_chart_default(void);      // linear, no smoothing, with a legend
void ludus_line_chart_clear(ludus_line_chart *chart); // forgets the curves
// More than LUDUS_CHART_MAX_SERIES are left out.
void ludus_line_chart_add(ludus_line_chart *chart, const ludus_chart_series *series);

// Follows the mouse; true when the picture changes.
bool ludus_line_chart_event(ludus_line_chart *chart, const ludus_event *event);
void ludus_line_chart_draw(ludus_line_chart *chart, ludus_canvas *canvas, ludus_rect rect);
// The x under a point of the window, as last drawn; false outside of the plot.
bool ludus_line_chart_x_at(const ludus_line_chart *chart, float x, float y, double *out);
// The point of a series whose x is nearest and whose y is a number; -1 when there is none.
int32_t ludus_chart_series_nearest(const ludus_chart_series *series, double x);

// What is drawn of a series: points in the order of x, at most two per unit of `width`, [capacity].
// Returns how many. x and y are 0..1 along the scales (y upwards), unclipped. For tests and draw.
int32_t ludus_chart_series_trace(const ludus_chart_series *series, const ludus_scale *x_scale,
                                 const ludus_scale *y_scale, double smoothing, float width,
                                 ludus_point *out, int32_t capacity);

#endif
