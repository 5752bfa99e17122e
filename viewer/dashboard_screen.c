#include "viewer/dashboard_screen.h"

#include "base/config.h"
#include "viewer/run_curves.h"
#include "viewer/widget.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define MAX_SHOWN 12
#define DEFAULT_SHOWN 6
#define GAP 10.0f
#define BAR_HEIGHT 32.0f
#define SIDE_WIDTH 270.0f
#define WIDE 900.0f // a window of that width has room for the lists
#define RUN_HEIGHT 40.0f
#define ROW_HEIGHT 25.0f
#define SMOOTH_STEP 0.05f
#define SMOOTH_MAX 0.98f

enum { BUTTON_AXIS, BUTTON_LOG_X, BUTTON_LOG_Y, BUTTON_LISTS, NUM_BUTTONS };

struct ludus_dashboard {
    ludus_run_curves *curves;
    float width, height;
    bool is_chosen; // by the person or the command line: new metrics do not change what is shown
    bool has_lists; // the side is open
    bool was_wide;  // at the last layout
    bool is_large;  // one chart fills the room
    int32_t focus;  // index into shown: the chart that Enter enlarges
    bool log_x, log_y;
    int32_t num_shown;
    char shown[MAX_SHOWN][LUDUS_METRICS_NAME_MAX];
    ludus_line_chart charts[MAX_SHOWN];
    ludus_notice notice;
    ludus_rect cells[MAX_SHOWN]; // where the charts' cards were drawn
    ludus_button buttons[NUM_BUTTONS];
    ludus_slider smoothing;
    ludus_list list;
    ludus_rect bar, side_runs, side_metrics, area;
};

// ---- What is shown ---------------------------------------------------------------------------

static int32_t shown_index(const ludus_dashboard *d, const char *name)
{
    for (int32_t i = 0; i < d->num_shown; i++) {
        if (strcmp(d->shown[i], name) == 0) {
            return i;
        }
    }
    return -1;
}

static void show_metric(ludus_dashboard *d, const char *name)
{
    if (d->num_shown < MAX_SHOWN && shown_index(d, name) < 0) {
        d->charts[d->num_shown] = ludus_line_chart_default();
        snprintf(d->shown[d->num_shown++], LUDUS_METRICS_NAME_MAX, "%s", name);
    }
}

static void hide_metric(ludus_dashboard *d, int32_t at)
{
    for (int32_t i = at; i + 1 < d->num_shown; i++) {
        memcpy(d->shown[i], d->shown[i + 1], sizeof d->shown[i]);
        d->charts[i] = d->charts[i + 1];
    }
    d->num_shown--;
    d->focus = d->focus < d->num_shown ? d->focus : d->num_shown - 1;
    d->is_large = d->is_large && d->num_shown > 0;
}

static void show_telling(ludus_dashboard *d)
{
    d->num_shown = 0;
    for (int32_t i = 0; i < ludus_run_curves_metrics(d->curves) && i < DEFAULT_SHOWN; i++) {
        show_metric(d, ludus_run_curves_metric(d->curves, i));
    }
}

// New metrics have come: those shown by default may be others now.
static void refresh(ludus_dashboard *d)
{
    const int32_t metrics = ludus_run_curves_metrics(d->curves);
    if (!d->is_chosen && metrics != d->list.count) {
        show_telling(d);
    }
    d->list.count = metrics;
}

static void toggle_metric(ludus_dashboard *d, int32_t row)
{
    if (row < 0 || row >= d->list.count) {
        return;
    }
    const char *name = ludus_run_curves_metric(d->curves, row);
    const int32_t at = shown_index(d, name);
    d->is_chosen = true;
    d->list.chosen = row;
    if (at >= 0) {
        hide_metric(d, at);
    } else if (d->num_shown < MAX_SHOWN) {
        show_metric(d, name);
        d->focus = d->num_shown - 1;
    } else {
        ludus_notice_show(&d->notice, 4, "at most %d charts are shown", MAX_SHOWN);
    }
}

// ---- Places ----------------------------------------------------------------------------------

static void place_bar(ludus_dashboard *d)
{
    static const char *const labels[NUM_BUTTONS] = {"", "Log x", "Log y", "Lists"};
    static const float widths[NUM_BUTTONS] = {128, 64, 64, 64};
    ludus_rect bar = d->bar;
    for (int32_t i = NUM_BUTTONS - 1; i >= 0; i--) {
        // The lists' button stands first, at the left, above what it opens.
        const int32_t b = i == NUM_BUTTONS - 1 ? BUTTON_LISTS : NUM_BUTTONS - 2 - i;
        d->buttons[b].rect = ludus_rect_cut_left(&bar, widths[b], 8);
        d->buttons[b].id = b;
        snprintf(d->buttons[b].label, sizeof d->buttons[b].label, "%s", labels[b]);
    }
    // A narrower slider is of no use.
    d->smoothing.rect =
        bar.w >= 150 ? ludus_rect_cut_left(&bar, fminf(bar.w, 290), 12) : (ludus_rect){0};
    d->bar = bar; // what is left is for the notice
}

static void dashboard_layout(void *self, float width, float height)
{
    ludus_dashboard *d = self;
    d->width = width;
    d->height = height;
    if ((width >= WIDE) != d->was_wide) {
        d->was_wide = width >= WIDE;
        d->has_lists = d->was_wide;
    }
    ludus_rect room = ludus_rect_inset((ludus_rect){0, 0, width, height}, GAP);
    d->bar = ludus_rect_cut_top(&room, BAR_HEIGHT, GAP);
    d->side_runs = d->side_metrics = (ludus_rect){0};
    if (d->has_lists) {
        ludus_rect side = ludus_rect_cut_left(&room, fminf(SIDE_WIDTH, width * .45f), GAP);
        const float rows = (float)ludus_run_curves_runs(d->curves) * RUN_HEIGHT;
        d->side_runs = ludus_rect_cut_top(&side, fminf(rows + 54, side.h * .45f), GAP);
        d->side_metrics = side;
    }
    d->area = room;
    d->list.rect = ludus_card_inside(d->side_metrics, true);
    d->list.row_height = ROW_HEIGHT;
    place_bar(d);
}

// Columns that make charts of about 1.8 : 1 as large as possible.
static int32_t grid_columns(ludus_rect area, int32_t n)
{
    int32_t best = 1;
    float best_size = 0;
    for (int32_t columns = 1; columns <= n; columns++) {
        const int32_t rows = (n + columns - 1) / columns;
        const float size = fminf(area.w / (float)columns, 1.8f * area.h / (float)rows);
        if (size > best_size) {
            best = columns;
            best_size = size;
        }
    }
    return best;
}

static void place_cells(ludus_dashboard *d)
{
    const int32_t n = d->num_shown;
    const int32_t columns = grid_columns(d->area, n);
    const int32_t rows = n > 0 ? (n + columns - 1) / columns : 1;
    for (int32_t i = 0; i < n; i++) {
        ludus_rect row = d->area;
        row.h = (d->area.h - GAP * (float)(rows - 1)) / (float)rows;
        row.y += (float)(i / columns) * (row.h + GAP);
        d->cells[i] = ludus_rect_column(row, i % columns, columns, GAP);
        if (d->is_large) {
            d->cells[i] = i == d->focus ? d->area : (ludus_rect){0};
        }
    }
}

// ---- Events ----------------------------------------------------------------------------------

static void next_axis(ludus_dashboard *d)
{
    const int32_t n = ludus_run_curves_axes(d->curves);
    if (n > 0) {
        ludus_run_curves_choose_axis(d->curves, (ludus_run_curves_axis(d->curves) + 1) % n);
    }
}

static void press(ludus_dashboard *d, int32_t button)
{
    switch (button) {
    case BUTTON_AXIS:
        next_axis(d);
        break;
    case BUTTON_LOG_X:
        d->log_x = !d->log_x;
        break;
    case BUTTON_LOG_Y:
        d->log_y = !d->log_y;
        break;
    case BUTTON_LISTS:
        d->has_lists = !d->has_lists;
        dashboard_layout(d, d->width, d->height);
        break;
    default:
        break;
    }
}

static void move_focus(ludus_dashboard *d, int32_t by)
{
    if (d->num_shown > 0) {
        d->focus = (d->focus + by + d->num_shown) % d->num_shown;
    }
}

static void move_cursor(ludus_dashboard *d, int32_t by)
{
    const int32_t to = d->list.chosen + by;
    if (d->list.count > 0) {
        d->list.chosen = to < 0 ? 0 : to >= d->list.count ? d->list.count - 1 : to;
        ludus_list_show(&d->list, d->list.chosen);
    }
}

static bool press_key(ludus_dashboard *d, const ludus_event *event)
{
    switch (event->key) {
    case 'x':
        press(d, BUTTON_AXIS);
        return true;
    case 'k':
        press(d, BUTTON_LOG_X);
        return true;
    case 'l':
        press(d, BUTTON_LOG_Y);
        return true;
    case '+':
    case '=':
    case '-':
        d->smoothing.value += event->key == '-' ? -SMOOTH_STEP : SMOOTH_STEP;
        d->smoothing.value = fminf(fmaxf(d->smoothing.value, 0), SMOOTH_MAX);
        return true;
    case LUDUS_KEY_TAB:
        press(d, BUTTON_LISTS);
        return true;
    case LUDUS_KEY_RETURN:
        d->is_large = !d->is_large && d->num_shown > 0;
        return true;
    case LUDUS_KEY_LEFT:
    case LUDUS_KEY_RIGHT:
        move_focus(d, event->key == LUDUS_KEY_LEFT ? -1 : 1);
        return true;
    case LUDUS_KEY_UP:
    case LUDUS_KEY_DOWN:
        move_cursor(d, event->key == LUDUS_KEY_UP ? -1 : 1);
        return true;
    case ' ':
        toggle_metric(d, d->list.chosen);
        return true;
    case LUDUS_KEY_ESCAPE:
        if (d->is_large) {
            d->is_large = false;
            return true;
        }
        return false;
    default:
        return false;
    }
}

static bool click_chart(ludus_dashboard *d, const ludus_event *event)
{
    for (int32_t i = 0; i < d->num_shown; i++) {
        if (ludus_rect_holds(d->cells[i], event->x, event->y)) {
            d->focus = i;
            d->is_large = !d->is_large;
            return true;
        }
    }
    return false;
}

static bool dashboard_event(void *self, const ludus_event *event)
{
    ludus_dashboard *d = self;
    bool used = false;
    if (event->kind == LUDUS_EVENT_KEY) {
        return press_key(d, event);
    }
    press(d, ludus_buttons_event(d->buttons, NUM_BUTTONS, event, &used));
    ludus_slider_event(&d->smoothing, event, &used);
    if (d->has_lists) {
        toggle_metric(d, ludus_list_event(&d->list, event, &used));
    }
    for (int32_t i = 0; i < d->num_shown; i++) {
        used |= ludus_line_chart_event(&d->charts[i], event);
    }
    if (!used && event->kind == LUDUS_EVENT_MOUSE_DOWN && event->button == 1) {
        used = click_chart(d, event);
    }
    return used || event->kind == LUDUS_EVENT_MOUSE_MOVE;
}

static bool dashboard_update(void *self, double seconds)
{
    ludus_dashboard *d = self;
    const bool changed = ludus_run_curves_update(d->curves, seconds);
    if (changed) {
        refresh(d);
    }
    return ludus_notice_update(&d->notice, seconds) || changed;
}

static void dashboard_settle(void *self)
{
    ludus_dashboard *d = self;
    ludus_run_curves_settle(d->curves);
    refresh(d);
}

// ---- Drawing ---------------------------------------------------------------------------------

static void draw_bar(ludus_dashboard *d, ludus_canvas *canvas)
{
    const ludus_theme *theme = ludus_canvas_theme(canvas);
    char value[16];
    snprintf(d->buttons[BUTTON_AXIS].label, LUDUS_BUTTON_TEXT_MAX, "x: %s",
             ludus_run_curves_axes(d->curves) > 0
                 ? ludus_run_curves_axis_name(d->curves, ludus_run_curves_axis(d->curves))
                 : "-");
    d->buttons[BUTTON_LOG_X].is_on = d->log_x;
    d->buttons[BUTTON_LOG_Y].is_on = d->log_y;
    d->buttons[BUTTON_LISTS].is_on = d->has_lists;
    ludus_buttons_draw(canvas, d->buttons, NUM_BUTTONS);
    snprintf(value, sizeof value, "%.2f", (double)d->smoothing.value);
    if (d->smoothing.rect.w > 0) {
        ludus_slider_draw(canvas, &d->smoothing, value);
    }
    const char *notice = ludus_run_curves_notice(d->curves);
    const ludus_text_style style = {
        .size = 13, .align = LUDUS_RIGHT, .colour = notice[0] != '\0' ? theme->bad : theme->soft};
    if (d->bar.w >= 60) {
        ludus_canvas_text(canvas, d->bar, &style, notice[0] != '\0' ? notice : "? keys");
    }
}

// "iteration 47   6 min 44 s"
static void run_state(const ludus_dashboard *d, int32_t run, char *out, size_t size)
{
    const double iteration = ludus_run_curves_last(d->curves, run, "iteration");
    const double seconds = ludus_run_curves_last(d->curves, run, "seconds");
    if (!isfinite(iteration)) {
        snprintf(out, size, "no metrics yet");
    } else if (seconds >= 3600) {
        snprintf(out, size, "iteration %.0f, %.0f h %02d min", iteration, floor(seconds / 3600),
                 (int)(fmod(seconds, 3600) / 60));
    } else if (isfinite(seconds)) {
        snprintf(out, size, "iteration %.0f, %.0f min %02.0f s", iteration, floor(seconds / 60),
                 floor(fmod(seconds, 60)));
    } else {
        snprintf(out, size, "iteration %.0f", iteration);
    }
}

static void draw_runs(const ludus_dashboard *d, ludus_canvas *canvas)
{
    const ludus_theme *theme = ludus_canvas_theme(canvas);
    const ludus_text_style name = {.size = 14, .colour = theme->text};
    const ludus_text_style soft = {.size = 12, .colour = theme->soft};
    ludus_rect room = ludus_card_draw(canvas, d->side_runs, "Runs");
    ludus_canvas_clip(canvas, room);
    for (int32_t r = 0; r < ludus_run_curves_runs(d->curves); r++) {
        char state[64];
        ludus_rect row = ludus_rect_cut_top(&room, RUN_HEIGHT, 0);
        run_state(d, r, state, sizeof state);
        ludus_canvas_fill_rounded(canvas, (ludus_rect){row.x, row.y + 4, 4, row.h - 12}, 2,
                                  theme->series[r]);
        (void)ludus_rect_cut_left(&row, 12, 0);
        ludus_canvas_text(canvas, ludus_rect_cut_top(&row, 20, 0), &name,
                          ludus_run_curves_label(d->curves, r));
        ludus_canvas_text(canvas, ludus_rect_cut_top(&row, 15, 0), &soft, state);
    }
    ludus_canvas_unclip(canvas);
}

static void draw_tick(ludus_canvas *canvas, ludus_rect box, bool is_on)
{
    const ludus_theme *theme = ludus_canvas_theme(canvas);
    if (!is_on) {
        ludus_canvas_stroke_rounded(canvas, box, 3, 1, theme->edge);
        return;
    }
    const ludus_point hook[3] = {{box.x + 3, box.y + box.h * .52f},
                                 {box.x + box.w * .42f, box.y + box.h - 4},
                                 {box.x + box.w - 3, box.y + 4}};
    ludus_canvas_fill_rounded(canvas, box, 3, theme->accent);
    ludus_canvas_polyline(canvas, hook, 3, 2, theme->on_accent);
}

static void draw_metrics(ludus_dashboard *d, ludus_canvas *canvas)
{
    const ludus_theme *theme = ludus_canvas_theme(canvas);
    const ludus_text_style name = {.size = 13, .colour = theme->text};
    const ludus_text_style figure = {.size = 12, .align = LUDUS_RIGHT, .colour = theme->soft};
    const bool is_one = ludus_run_curves_runs(d->curves) == 1;
    int32_t first, last;
    ludus_card_draw(canvas, d->side_metrics, "Metrics");
    ludus_list_draw(canvas, &d->list);
    ludus_list_visible(&d->list, &first, &last);
    ludus_canvas_clip(canvas, d->list.rect);
    for (int32_t i = first; i <= last; i++) {
        const char *metric = ludus_run_curves_metric(d->curves, i);
        ludus_rect row = ludus_list_row(&d->list, i);
        row.w -= 8; // the scroll bar's
        draw_tick(canvas, (ludus_rect){row.x + 4, row.y + 5, 15, 15}, shown_index(d, metric) >= 0);
        (void)ludus_rect_cut_left(&row, 26, 0);
        if (is_one) {
            char value[LUDUS_SCALE_TEXT_MAX];
            ludus_scale_value_text(ludus_run_curves_last(d->curves, 0, metric), 3, value);
            ludus_canvas_text(canvas, ludus_rect_cut_right(&row, 52, 4), &figure, value);
        }
        ludus_canvas_text(canvas, row, &name, metric);
    }
    ludus_canvas_unclip(canvas);
}

static void draw_chart(ludus_dashboard *d, ludus_canvas *canvas, int32_t i)
{
    const ludus_theme *theme = ludus_canvas_theme(canvas);
    ludus_line_chart *chart = &d->charts[i];
    ludus_card_draw(canvas, d->cells[i], NULL);
    if (i == d->focus && !d->is_large && d->num_shown > 1) {
        ludus_canvas_stroke_rounded(canvas, d->cells[i], 10, 1.5f,
                                    ludus_colour_fade(theme->accent, .7f));
    }
    chart->title = d->shown[i];
    chart->log_x = d->log_x;
    chart->log_y = d->log_y;
    chart->smoothing = (double)d->smoothing.value;
    chart->has_legend = ludus_run_curves_runs(d->curves) > 1 && (d->is_large || !d->has_lists);
    ludus_line_chart_clear(chart);
    ludus_run_curves_fill(d->curves, theme, d->shown[i], -1, chart);
    chart->empty = d->log_y ? "no values above 0" : "no values yet";
    ludus_rect inside = ludus_rect_inset(d->cells[i], 12);
    inside.y -= 2;
    inside.h += 4;
    ludus_line_chart_draw(chart, canvas, inside);
}

static void draw_nothing(const ludus_dashboard *d, ludus_canvas *canvas)
{
    const ludus_theme *theme = ludus_canvas_theme(canvas);
    const ludus_text_style style = {.size = 16, .align = LUDUS_CENTRE, .colour = theme->soft};
    ludus_card_draw(canvas, d->area, NULL);
    ludus_canvas_text(canvas, d->area, &style,
                      d->list.count == 0 ? "no metrics yet: they appear here as the run goes on"
                                         : "choose metrics on the left (Tab)");
}

static void dashboard_draw(void *self, ludus_canvas *canvas)
{
    ludus_dashboard *d = self;
    draw_bar(d, canvas);
    if (d->has_lists) {
        draw_runs(d, canvas);
        draw_metrics(d, canvas);
    }
    place_cells(d);
    if (d->num_shown == 0) {
        draw_nothing(d, canvas);
    }
    for (int32_t i = 0; i < d->num_shown; i++) {
        if (!d->is_large || i == d->focus) {
            draw_chart(d, canvas, i);
        } else {
            d->charts[i].plot = (ludus_rect){0};
        }
    }
    ludus_notice_draw(canvas, &d->notice, d->area);
}

static void dashboard_title(const void *self, char *out, size_t size)
{
    const ludus_dashboard *d = self;
    const int32_t runs = ludus_run_curves_runs(d->curves);
    if (runs == 1) {
        snprintf(out, size, "%s - ludus", ludus_run_curves_label(d->curves, 0));
    } else {
        snprintf(out, size, "%s and %d more - ludus", ludus_run_curves_label(d->curves, 0),
                 (int)runs - 1);
    }
}

// ---- Life ------------------------------------------------------------------------------------

static const ludus_key_help keys[] = {
    {"x", "what x counts: iterations, minutes, games, ..."},
    {"l", "logarithmic y axis"},
    {"k", "logarithmic x axis"},
    {"+ -", "more or less smoothing"},
    {"left right", "choose a chart"},
    {"Return", "enlarge the chart, and back (or click it)"},
    {"up down", "choose a metric of the list"},
    {"space", "show or hide that metric (or click it)"},
    {"Tab", "open or close the lists"},
};

static const ludus_screen_ops screen = {
    .keys = keys,
    .num_keys = sizeof keys / sizeof keys[0],
    .layout = dashboard_layout,
    .event = dashboard_event,
    .update = dashboard_update,
    .draw = dashboard_draw,
    .title = dashboard_title,
    .settle = dashboard_settle,
};

const ludus_screen_ops *ludus_dashboard_screen(void)
{
    return &screen;
}

static ludus_status choose_metrics(ludus_dashboard *d, const char *names, ludus_error *error)
{
    const char *known[LUDUS_CURVES_MAX_METRICS];
    const int32_t n = ludus_run_curves_metrics(d->curves);
    for (int32_t i = 0; i < n; i++) {
        known[i] = ludus_run_curves_metric(d->curves, i);
    }
    while (names[0] != '\0') {
        char name[LUDUS_METRICS_NAME_MAX];
        const size_t length = strcspn(names, ",");
        snprintf(name, sizeof name, "%.*s", (int)length, names);
        names += length + (names[length] == ',');
        if (name[0] == '\0') {
            continue;
        }
        if (ludus_run_curves_find(d->curves, name) < 0) {
            const char *near = ludus_nearest(name, known, (size_t)n);
            return ludus_fail(error, LUDUS_ERR_ARG, "no metric \"%s\"%s%s%s", name,
                              near != NULL ? "; did you mean \"" : "", near != NULL ? near : "",
                              near != NULL ? "\"?" : "");
        }
        show_metric(d, name);
    }
    d->is_chosen = true;
    return LUDUS_OK;
}

ludus_status ludus_dashboard_create(ludus_dashboard **out, const ludus_dashboard_setup *setup,
                                    ludus_error *error)
{
    assert(setup->smoothing >= 0.0 && setup->smoothing < 1.0);
    *out = NULL;
    ludus_dashboard *d = ludus_alloc(1, sizeof *d);
    if (d == NULL) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "out of memory");
    }
    d->log_x = setup->log_x;
    d->log_y = setup->log_y;
    d->list.chosen = d->list.hover = -1;
    d->smoothing =
        (ludus_slider){.label = "Smoothing", .value = (float)setup->smoothing, .max = SMOOTH_MAX};
    ludus_status status = ludus_run_curves_create(&d->curves, setup->runs, setup->num_runs, error);
    if (status == LUDUS_OK) {
        ludus_run_curves_settle(d->curves);
        status = setup->metrics != NULL ? choose_metrics(d, setup->metrics, error) : LUDUS_OK;
    }
    if (status == LUDUS_OK && setup->axis != NULL) {
        status = ludus_run_curves_choose_axis_named(d->curves, setup->axis, error);
    }
    if (status != LUDUS_OK) {
        ludus_dashboard_destroy(d);
        return status;
    }
    refresh(d);
    *out = d;
    return LUDUS_OK;
}

void ludus_dashboard_destroy(ludus_dashboard *dashboard)
{
    if (dashboard != NULL) {
        ludus_run_curves_destroy(dashboard->curves);
        ludus_free(dashboard);
    }
}
