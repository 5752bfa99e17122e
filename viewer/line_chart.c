#include "viewer/line_chart.h"

#include "viewer/hover_box.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define TEXT_SIZE 12.0f
#define TITLE_SIZE 14.0f
#define TITLE_HEIGHT 24.0f
#define X_AXIS_HEIGHT 22.0f
#define Y_TICK_GAP 22.0f // at least, between two texts' middles
#define TICK_GAP 6.0f    // between a tick's text and the plot
#define MAX_DOTS 40      // a curve of so few points shows them
#define LEGEND_GAP 14.0f

// ---- Series ----------------------------------------------------------------------------------

ludus_line_chart ludus_line_chart_default(void)
{
    return (ludus_line_chart){.has_legend = true};
}

void ludus_line_chart_clear(ludus_line_chart *chart)
{
    chart->num_series = 0;
}

void ludus_line_chart_add(ludus_line_chart *chart, const ludus_chart_series *series)
{
    if (chart->num_series < LUDUS_CHART_MAX_SERIES) {
        chart->series[chart->num_series++] = *series;
    }
}

static double x_of(const ludus_chart_series *series, int32_t i)
{
    return series->x != NULL ? series->x[i] : (double)i;
}

int32_t ludus_chart_series_nearest(const ludus_chart_series *series, double x)
{
    int32_t low = 0; // the first point that is not before x
    int32_t high = series->count;
    while (low < high) {
        const int32_t middle = low + (high - low) / 2;
        if (x_of(series, middle) < x) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    int32_t after = low;
    int32_t before = low - 1;
    while (after < series->count && !isfinite(series->y[after])) {
        after++;
    }
    while (before >= 0 && !isfinite(series->y[before])) {
        before--;
    }
    if (after >= series->count) {
        return before;
    }
    return before < 0 || x_of(series, after) - x < x - x_of(series, before) ? after : before;
}

// The points of one column: first to last, with the extremes between.
typedef struct column {
    int32_t number; // -1 = none yet
    ludus_point first, low, high, last;
} column;

static int32_t put(ludus_point *out, int32_t n, int32_t capacity, ludus_point point)
{
    if (n < capacity && (n == 0 || out[n - 1].x != point.x || out[n - 1].y != point.y)) {
        out[n++] = point;
    }
    return n;
}

static int32_t flush(const column *c, ludus_point *out, int32_t n, int32_t capacity)
{
    if (c->number < 0) {
        return n;
    }
    // Two points tell it: the extremes, in the order in which they came.
    const bool rises = c->low.x <= c->high.x;
    n = put(out, n, capacity, rises ? c->low : c->high);
    return put(out, n, capacity, rises ? c->high : c->low);
}

int32_t ludus_chart_series_trace(const ludus_chart_series *series, const ludus_scale *x_scale,
                                 const ludus_scale *y_scale, double smoothing, float width,
                                 ludus_point *out, int32_t capacity)
{
    ludus_smoother smoother = {0};
    int32_t n = 0;
    column c = {.number = -1};
    for (int32_t i = 0; i < series->count; i++) {
        if (!isfinite(series->y[i])) {
            continue;
        }
        const double mean = ludus_smoother_add(&smoother, smoothing, series->y[i]);
        const double x = ludus_scale_place(x_scale, x_of(series, i));
        const double y = ludus_scale_place(y_scale, mean);
        if (!isfinite(x) || !isfinite(y) || x < -0.01 || x > 1.01) {
            continue;
        }
        const ludus_point point = {(float)x, (float)fmin(fmax(y, -4.0), 5.0)};
        const int32_t number = 1 + (int32_t)(fmax(x, 0.0) * (double)width);
        if (number != c.number) {
            n = flush(&c, out, n, capacity);
            c = (column){number, point, point, point, point};
        }
        c.low = point.y < c.low.y ? point : c.low;
        c.high = point.y > c.high.y ? point : c.high;
    }
    return flush(&c, out, n, capacity);
}

// ---- Axes ------------------------------------------------------------------------------------

static void widen_smooth(const ludus_chart_series *series, double smoothing, bool is_log,
                         double range[2])
{
    ludus_smoother smoother = {0};
    for (int32_t i = 0; i < series->count; i++) {
        if (isfinite(series->y[i])) {
            const double value = ludus_smoother_add(&smoother, smoothing, series->y[i]);
            ludus_scale_widen(&value, 1, is_log, &range[0], &range[1]);
        }
    }
}

// Room for the plain curves behind the smooth ones, as long as they do not flatten these.
static void widen_plain(const ludus_line_chart *chart, double range[2])
{
    const double room = .6 * (range[1] - range[0]);
    double plain[2] = {range[0], range[1]};
    for (int32_t s = 0; s < chart->num_series; s++) {
        ludus_scale_widen(chart->series[s].y, chart->series[s].count, chart->log_y, &plain[0],
                          &plain[1]);
    }
    range[0] = chart->log_y ? range[0] : fmax(plain[0], range[0] - room);
    range[1] = fmin(plain[1], range[1] + room);
}

// x of the points that can be drawn at all.
static void widen_x(const ludus_chart_series *series, bool is_log, double range[2])
{
    for (int32_t i = 0; i < series->count; i++) {
        const double x = x_of(series, i);
        if (isfinite(series->y[i])) {
            ludus_scale_widen(&x, 1, is_log, &range[0], &range[1]);
        }
    }
}

// most: ticks of the y axis. False when there is nothing to draw.
static bool set_scales(ludus_line_chart *chart, int32_t most)
{
    double x[2] = {(double)NAN, (double)NAN};
    double y[2] = {(double)NAN, (double)NAN};
    for (int32_t s = 0; s < chart->num_series; s++) {
        widen_x(&chart->series[s], chart->log_x, x);
        widen_smooth(&chart->series[s], chart->smoothing, chart->log_y, y);
    }
    if (chart->smoothing > 0.0) {
        widen_plain(chart, y);
    }
    const bool has_points = isfinite(x[0]) && isfinite(y[0]);
    if (chart->has_x_range) {
        memcpy(x, chart->x_range, sizeof x);
    }
    if (chart->has_baseline && !chart->has_y_range) {
        ludus_scale_widen(&chart->baseline, 1, chart->log_y, &y[0], &y[1]);
    }
    chart->x_scale = ludus_scale_over(x[0], x[1], chart->log_x);
    chart->y_scale = chart->has_y_range
                         ? ludus_scale_over(chart->y_range[0], chart->y_range[1], chart->log_y)
                         : ludus_scale_rounded(y[0], y[1], chart->log_y, most);
    return has_points;
}

static float to_x(const ludus_line_chart *chart, double place)
{
    return chart->plot.x + (float)place * chart->plot.w;
}

static float to_y(const ludus_line_chart *chart, double place)
{
    return chart->plot.y + (1.0f - (float)place) * chart->plot.h;
}

static ludus_text_style label_style(ludus_canvas *canvas, ludus_align align)
{
    return (ludus_text_style){
        .size = TEXT_SIZE, .align = align, .colour = ludus_canvas_theme(canvas)->soft};
}

static int32_t tick_count(float length, float each)
{
    const int32_t n = (int32_t)(length / each);
    return n < 3 ? 3 : n > LUDUS_SCALE_MAX_TICKS ? LUDUS_SCALE_MAX_TICKS : n;
}

static void draw_y_axis(ludus_line_chart *chart, ludus_canvas *canvas, const double *ticks,
                        int32_t n)
{
    const ludus_theme *theme = ludus_canvas_theme(canvas);
    const ludus_text_style style = label_style(canvas, LUDUS_RIGHT);
    for (int32_t i = 0; i < n; i++) {
        char text[LUDUS_SCALE_TEXT_MAX];
        const float y = to_y(chart, ludus_scale_place(&chart->y_scale, ticks[i]));
        ludus_scale_tick_text(&chart->y_scale, ticks[i], text);
        ludus_canvas_fill(canvas, (ludus_rect){chart->plot.x, y, chart->plot.w, 1}, theme->grid);
        ludus_canvas_text(canvas, (ludus_rect){chart->plot.x - TICK_GAP - 120, y - 9, 120, 18},
                          &style, text);
    }
}

static void draw_x_axis(ludus_line_chart *chart, ludus_canvas *canvas, float label_width)
{
    const ludus_theme *theme = ludus_canvas_theme(canvas);
    const ludus_text_style style = label_style(canvas, LUDUS_CENTRE);
    const ludus_rect plot = chart->plot;
    double ticks[LUDUS_SCALE_MAX_TICKS];
    const int32_t n = ludus_scale_ticks(&chart->x_scale, tick_count(plot.w, 76), ticks);
    for (int32_t i = 0; i < n; i++) {
        char text[LUDUS_SCALE_TEXT_MAX];
        const float x = to_x(chart, ludus_scale_place(&chart->x_scale, ticks[i]));
        ludus_scale_tick_text(&chart->x_scale, ticks[i], text);
        const float half = ludus_canvas_text_width(canvas, &style, text) / 2;
        ludus_canvas_fill(canvas, (ludus_rect){x, plot.y + plot.h, 1, 4}, theme->edge);
        if (x + half < plot.x + plot.w - label_width) {
            ludus_canvas_text(canvas, (ludus_rect){x - 50, plot.y + plot.h + 5, 100, 16}, &style,
                              text);
        }
    }
    ludus_canvas_fill(canvas, (ludus_rect){plot.x, plot.y + plot.h, plot.w, 1}, theme->edge);
}

// Cuts the room of the axes off `rect`, draws them and leaves the plot. most: ticks of the y axis.
static void draw_axes(ludus_line_chart *chart, ludus_canvas *canvas, ludus_rect rect, int32_t most)
{
    const ludus_text_style style = label_style(canvas, LUDUS_RIGHT);
    double ticks[LUDUS_SCALE_MAX_TICKS];
    float widest = 0;
    ludus_rect bottom = ludus_rect_cut_bottom(&rect, X_AXIS_HEIGHT, 0);
    const int32_t n = ludus_scale_ticks(&chart->y_scale, most, ticks);
    for (int32_t i = 0; i < n; i++) {
        char text[LUDUS_SCALE_TEXT_MAX];
        ludus_scale_tick_text(&chart->y_scale, ticks[i], text);
        widest = fmaxf(widest, ludus_canvas_text_width(canvas, &style, text));
    }
    (void)ludus_rect_cut_left(&rect, widest, TICK_GAP);
    (void)ludus_rect_cut_top(&rect, 6, 0);
    (void)ludus_rect_cut_right(&rect, 8, 0);
    chart->plot = rect;
    draw_y_axis(chart, canvas, ticks, n);
    float label_width = 0;
    if (chart->x_label != NULL) {
        label_width = ludus_canvas_text_width(canvas, &style, chart->x_label) + 12;
        bottom = (ludus_rect){rect.x, rect.y + rect.h + 5, rect.w, 16};
        ludus_canvas_text(canvas, bottom, &style, chart->x_label);
    }
    draw_x_axis(chart, canvas, label_width);
}

// ---- Title and legend ------------------------------------------------------------------------

static void draw_legend(const ludus_line_chart *chart, ludus_canvas *canvas, ludus_rect room)
{
    const ludus_text_style style = label_style(canvas, LUDUS_LEFT);
    for (int32_t s = chart->num_series - 1; s >= 0; s--) {
        const ludus_chart_series *series = &chart->series[s];
        if (series->label == NULL || series->label[0] == '\0') {
            continue;
        }
        const float width = ludus_canvas_text_width(canvas, &style, series->label);
        if (room.w < width + 22) {
            return;
        }
        const ludus_rect at = ludus_rect_cut_right(&room, width + 20, LEGEND_GAP);
        ludus_canvas_fill_rounded(canvas, (ludus_rect){at.x, at.y + at.h / 2 - 1.5f, 14, 3}, 1.5f,
                                  series->colour);
        ludus_canvas_text(canvas, (ludus_rect){at.x + 19, at.y, width + 2, at.h}, &style,
                          series->label);
    }
}

static void draw_title(const ludus_line_chart *chart, ludus_canvas *canvas, ludus_rect *rect)
{
    int32_t named = 0;
    for (int32_t s = 0; s < chart->num_series; s++) {
        named += chart->series[s].label != NULL && chart->series[s].label[0] != '\0';
    }
    const bool has_legend = chart->has_legend && named > 0;
    if (chart->title == NULL && !has_legend) {
        return;
    }
    ludus_rect row = ludus_rect_cut_top(rect, TITLE_HEIGHT, 2);
    if (chart->title != NULL) {
        const ludus_text_style style = {.face = LUDUS_FACE_BOLD,
                                        .size = TITLE_SIZE,
                                        .colour = ludus_canvas_theme(canvas)->text};
        const float width = ludus_canvas_text_width(canvas, &style, chart->title) + 2;
        ludus_canvas_text(canvas, ludus_rect_cut_left(&row, width, LEGEND_GAP), &style,
                          chart->title);
    }
    if (has_legend) {
        draw_legend(chart, canvas, row);
    }
}

// ---- Curves ----------------------------------------------------------------------------------

static void draw_dots(const ludus_line_chart *chart, ludus_canvas *canvas,
                      const ludus_point *points, int32_t n, ludus_colour colour)
{
    for (int32_t i = 0; i < n; i++) {
        if (ludus_rect_holds(ludus_rect_inset(chart->plot, -1), points[i].x, points[i].y)) {
            ludus_canvas_disc(canvas, points[i], n == 1 ? 4 : 3, colour);
        }
    }
}

// A trapezoid between each two points and the baseline.
static void draw_fill(const ludus_line_chart *chart, ludus_canvas *canvas,
                      const ludus_point *points, int32_t n, ludus_colour colour)
{
    const float base = to_y(chart, ludus_scale_place(&chart->y_scale, chart->baseline));
    for (int32_t i = 1; i < n; i++) {
        const ludus_point a = points[i - 1];
        const ludus_point b = points[i];
        const float from = roundf(a.x);
        const float to = roundf(b.x);
        for (float x = from; x < to; x += 1) {
            const float share = b.x > a.x ? (x + .5f - a.x) / (b.x - a.x) : 0;
            const float y = a.y + (b.y - a.y) * fminf(fmaxf(share, 0), 1);
            ludus_canvas_fill(canvas, (ludus_rect){x, fminf(y, base), 1, fabsf(y - base)}, colour);
        }
    }
}

static void draw_curve(const ludus_line_chart *chart, ludus_canvas *canvas,
                       const ludus_chart_series *series, double smoothing, float width, float alpha)
{
    ludus_point points[LUDUS_POLYLINE_MAX];
    const int32_t n = ludus_chart_series_trace(series, &chart->x_scale, &chart->y_scale, smoothing,
                                               fminf(chart->plot.w, LUDUS_POLYLINE_MAX / 2 - 8),
                                               points, LUDUS_POLYLINE_MAX);
    const ludus_colour colour = ludus_colour_fade(series->colour, alpha);
    for (int32_t i = 0; i < n; i++) {
        points[i].x = to_x(chart, (double)points[i].x);
        points[i].y = to_y(chart, (double)points[i].y);
    }
    if (chart->has_fill && series == &chart->series[0] && alpha == 1) {
        draw_fill(chart, canvas, points, n, ludus_colour_fade(colour, .14f));
    }
    ludus_canvas_polyline(canvas, points, n, width, colour);
    if (n <= MAX_DOTS && alpha == 1 && (float)n * 14 < chart->plot.w) {
        draw_dots(chart, canvas, points, n, colour);
    }
}

static void draw_curves(const ludus_line_chart *chart, ludus_canvas *canvas)
{
    const ludus_theme *theme = ludus_canvas_theme(canvas);
    ludus_rect room = ludus_rect_inset(chart->plot, -4);
    ludus_canvas_clip(canvas, room);
    if (chart->has_baseline) {
        const float y = to_y(chart, ludus_scale_place(&chart->y_scale, chart->baseline));
        ludus_canvas_fill(canvas, (ludus_rect){chart->plot.x, y, chart->plot.w, 1}, theme->soft);
    }
    for (int32_t s = 0; s < chart->num_series && chart->smoothing > 0.0; s++) {
        draw_curve(chart, canvas, &chart->series[s], 0.0, 1, .3f);
    }
    for (int32_t s = 0; s < chart->num_series; s++) {
        draw_curve(chart, canvas, &chart->series[s], chart->smoothing, 2, 1);
    }
    if (chart->has_marker) {
        const float x = to_x(chart, ludus_scale_place(&chart->x_scale, chart->marker));
        ludus_canvas_fill(canvas, (ludus_rect){x - 1, chart->plot.y, 2, chart->plot.h},
                          ludus_colour_fade(theme->text, .7f));
    }
    ludus_canvas_unclip(canvas);
}

// ---- Hover -----------------------------------------------------------------------------------

// The value of the curve as drawn: smoothed up to point `at`.
static double smooth_value(const ludus_chart_series *series, int32_t at, double smoothing)
{
    ludus_smoother smoother = {0};
    double value = (double)NAN;
    for (int32_t i = 0; i <= at; i++) {
        if (isfinite(series->y[i])) {
            value = ludus_smoother_add(&smoother, smoothing, series->y[i]);
        }
    }
    return value;
}

// Rows of the box, dots on the curves; returns how many rows and sets *x to the nearest x.
static int32_t hover_rows(const ludus_line_chart *chart, ludus_canvas *canvas,
                          ludus_hover_row *rows, double *x)
{
    const double mouse = ludus_scale_value(
        &chart->x_scale, (double)((chart->mouse[0] - chart->plot.x) / chart->plot.w));
    const double reach = 24.0 / (double)chart->plot.w;
    double best = (double)INFINITY;
    int32_t n = 0;
    *x = mouse;
    for (int32_t s = 0; s < chart->num_series; s++) {
        const ludus_chart_series *series = &chart->series[s];
        const int32_t at = ludus_chart_series_nearest(series, mouse);
        if (at < 0) {
            continue;
        }
        const double distance = fabs(ludus_scale_place(&chart->x_scale, x_of(series, at)) -
                                     ludus_scale_place(&chart->x_scale, mouse));
        const double value = smooth_value(series, at, chart->smoothing);
        const double y = ludus_scale_place(&chart->y_scale, value);
        if (!(distance < best + reach) || !isfinite(y)) {
            continue;
        }
        if (distance < best) {
            best = distance;
            *x = x_of(series, at);
        }
        ludus_hover_row *row = &rows[n++];
        snprintf(row->label, sizeof row->label, "%s", series->label != NULL ? series->label : "");
        ludus_scale_value_text(value, 4, row->value);
        row->colour = series->colour;
        const ludus_point point = {
            to_x(chart, ludus_scale_place(&chart->x_scale, x_of(series, at))), to_y(chart, y)};
        if (ludus_rect_holds(ludus_rect_inset(chart->plot, -1), point.x, point.y)) {
            ludus_hover_dot_draw(canvas, point, series->colour);
        }
    }
    return n;
}

static void draw_hover(const ludus_line_chart *chart, ludus_canvas *canvas)
{
    ludus_hover_row rows[LUDUS_CHART_MAX_SERIES];
    char text[LUDUS_SCALE_TEXT_MAX];
    char head[LUDUS_SCALE_TEXT_MAX + 64];
    double x;
    if (!chart->has_mouse || !ludus_rect_holds(chart->plot, chart->mouse[0], chart->mouse[1])) {
        return;
    }
    const int32_t n = hover_rows(chart, canvas, rows, &x);
    if (n == 0) {
        return;
    }
    ludus_scale_value_text(x, 4, text);
    snprintf(head, sizeof head, "%.60s %s", chart->x_label != NULL ? chart->x_label : "", text);
    const float at = to_x(chart, ludus_scale_place(&chart->x_scale, x));
    ludus_hover_line_draw(canvas, chart->plot, at);
    ludus_hover_box_draw(canvas, chart->plot, chart->mouse[0], head, rows, n);
}

// ---- The whole -------------------------------------------------------------------------------

void ludus_line_chart_draw(ludus_line_chart *chart, ludus_canvas *canvas, ludus_rect rect)
{
    draw_title(chart, canvas, &rect);
    chart->plot = rect;
    if (rect.w < 60 || rect.h < 40) {
        chart->plot = (ludus_rect){0};
        return;
    }
    // One more tick than gaps between them.
    const int32_t most = tick_count(rect.h - X_AXIS_HEIGHT + Y_TICK_GAP, Y_TICK_GAP);
    const bool has_points = set_scales(chart, most);
    if (!has_points && !chart->has_x_range) {
        const ludus_text_style style = {
            .size = 14, .align = LUDUS_CENTRE, .colour = ludus_canvas_theme(canvas)->soft};
        ludus_canvas_text(canvas, rect, &style,
                          chart->empty != NULL ? chart->empty : "no values yet");
        chart->plot = (ludus_rect){0};
        return;
    }
    draw_axes(chart, canvas, rect, most);
    draw_curves(chart, canvas);
    draw_hover(chart, canvas);
}

bool ludus_line_chart_event(ludus_line_chart *chart, const ludus_event *event)
{
    const bool had = chart->has_mouse;
    if (event->kind == LUDUS_EVENT_MOUSE_LEAVE) {
        chart->has_mouse = false;
        return had;
    }
    if (event->kind != LUDUS_EVENT_MOUSE_MOVE) {
        return false;
    }
    chart->has_mouse = ludus_rect_holds(chart->plot, event->x, event->y);
    chart->mouse[0] = event->x;
    chart->mouse[1] = event->y;
    return had || chart->has_mouse;
}

bool ludus_line_chart_x_at(const ludus_line_chart *chart, float x, float y, double *out)
{
    if (!ludus_rect_holds(chart->plot, x, y)) {
        return false;
    }
    *out = ludus_scale_value(&chart->x_scale, (double)((x - chart->plot.x) / chart->plot.w));
    return true;
}
