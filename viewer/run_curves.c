#include "viewer/run_curves.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define POLL_SECONDS 0.5
#define LABEL_MAX 96

// What x may count.
static const struct {
    const char *series, *name;
    double unit; // of the series per unit of x
} axes[] = {
    {"iteration", "iterations", 1}, {"seconds", "minutes", 60}, {"games", "games", 1},
    {"positions", "positions", 1},  {"frames", "frames", 1},    {"episodes", "episodes", 1},
    {"steps", "training steps", 1},
};
enum { NUM_AXES = sizeof axes / sizeof axes[0] };

// What people look at first.
static const char *const telling[] = {
    "strength/return",
    "strength/perfect_raw",
    "strength/preserving_raw",
    "strength/raw_vs_alphabeta2",
    "strength/outcome_raw",
    "return",
    "loss/total",
    "loss",
    "loss/policy",
    "loss/value",
    "held/first_move",
    "value",
    "games",
    "selfplay/evals_per_second",
    "frames_per_second",
    "steps_per_second",
    "selfplay/plies",
    "epsilon",
    "selfplay/first_player_score",
    "train/grad_norm",
    "train/lr",
};

typedef struct curve_run {
    ludus_metrics_reader *reader;
    char label[LABEL_MAX];
    double *x; // [capacity], of the chosen axis, ascending; valid up to the reader's rows
    int32_t capacity;
} curve_run;

struct ludus_run_curves {
    curve_run runs[LUDUS_CURVES_MAX_RUNS];
    int32_t num_runs;
    int32_t axis; // of `axes`
    double wait;  // seconds until the next poll
    int32_t num_metrics;
    char metrics[LUDUS_CURVES_MAX_METRICS][LUDUS_METRICS_NAME_MAX];
};

// ---- Metrics ---------------------------------------------------------------------------------

int32_t ludus_run_curves_find(const ludus_run_curves *curves, const char *name)
{
    for (int32_t i = 0; i < curves->num_metrics; i++) {
        if (strcmp(curves->metrics[i], name) == 0) {
            return i;
        }
    }
    return -1;
}

static bool is_somewhere(const ludus_run_curves *curves, const char *name)
{
    for (int32_t r = 0; r < curves->num_runs; r++) {
        if (ludus_metrics_reader_find(curves->runs[r].reader, name) >= 0) {
            return true;
        }
    }
    return false;
}

static void add_metric(ludus_run_curves *curves, const char *name)
{
    if (curves->num_metrics < LUDUS_CURVES_MAX_METRICS && strcmp(name, "iteration") != 0 &&
        ludus_run_curves_find(curves, name) < 0) {
        snprintf(curves->metrics[curves->num_metrics++], LUDUS_METRICS_NAME_MAX, "%s", name);
    }
}

static void list_metrics(ludus_run_curves *curves)
{
    curves->num_metrics = 0;
    for (size_t i = 0; i < sizeof telling / sizeof telling[0]; i++) {
        if (is_somewhere(curves, telling[i])) {
            add_metric(curves, telling[i]);
        }
    }
    for (int32_t r = 0; r < curves->num_runs; r++) {
        const ludus_metrics_reader *reader = curves->runs[r].reader;
        for (int32_t s = 0; s < ludus_metrics_reader_series(reader); s++) {
            add_metric(curves, ludus_metrics_reader_name(reader, s));
        }
    }
}

// The chosen x of a run's rows. A row without it takes the one before: x must ascend.
static void set_x(const ludus_run_curves *curves, curve_run *run)
{
    const int32_t rows = ludus_metrics_reader_rows(run->reader);
    if (rows > run->capacity) {
        double *grown =
            ludus_realloc(run->x, (size_t)run->capacity, 2 * (size_t)rows, sizeof *grown);
        if (grown == NULL) {
            return; // fill() then draws what there was
        }
        run->x = grown;
        run->capacity = 2 * rows;
    }
    const int32_t series = ludus_metrics_reader_find(run->reader, axes[curves->axis].series);
    const double *values = series >= 0 ? ludus_metrics_reader_values(run->reader, series) : NULL;
    double last = 0.0;
    for (int32_t i = 0; i < rows; i++) {
        const double x = values != NULL ? values[i] / axes[curves->axis].unit : (double)NAN;
        last = x > last || (i == 0 && isfinite(x)) ? x : last;
        run->x[i] = last;
    }
}

static void refresh(ludus_run_curves *curves)
{
    list_metrics(curves);
    for (int32_t r = 0; r < curves->num_runs; r++) {
        set_x(curves, &curves->runs[r]);
    }
}

// ---- Following -------------------------------------------------------------------------------

bool ludus_run_curves_update(ludus_run_curves *curves, double seconds)
{
    bool changed = false;
    curves->wait -= seconds;
    if (curves->wait > 0.0) {
        return false;
    }
    curves->wait = POLL_SECONDS;
    for (int32_t r = 0; r < curves->num_runs; r++) {
        changed |= ludus_metrics_reader_poll(curves->runs[r].reader);
        if (ludus_metrics_reader_has_more(curves->runs[r].reader)) {
            curves->wait = 0.0;
        }
    }
    if (changed) {
        refresh(curves);
    }
    return changed;
}

void ludus_run_curves_settle(ludus_run_curves *curves)
{
    do {
        ludus_run_curves_update(curves, POLL_SECONDS);
    } while (curves->wait <= 0.0);
}

// ---- Life ------------------------------------------------------------------------------------

// "connect4", or "a/connect4" where another run has that name.
static void set_labels(ludus_run_curves *curves, const char *const *paths)
{
    for (int32_t r = 0; r < curves->num_runs; r++) {
        const char *title = ludus_metrics_reader_title(curves->runs[r].reader);
        bool is_double = false;
        for (int32_t other = 0; other < curves->num_runs; other++) {
            const ludus_metrics_reader *reader = curves->runs[other].reader;
            is_double |= other != r && strcmp(title, ludus_metrics_reader_title(reader)) == 0;
        }
        const size_t length = strlen(paths[r]);
        const char *path = paths[r] + (length >= LABEL_MAX ? length - LABEL_MAX + 1 : 0);
        snprintf(curves->runs[r].label, LABEL_MAX, "%s", is_double ? path : title);
    }
}

ludus_status ludus_run_curves_create(ludus_run_curves **out, const char *const *paths, int32_t n,
                                     ludus_error *error)
{
    assert(n >= 1 && n <= LUDUS_CURVES_MAX_RUNS);
    *out = NULL;
    ludus_run_curves *curves = ludus_alloc(1, sizeof *curves);
    if (curves == NULL) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "out of memory");
    }
    ludus_status status = LUDUS_OK;
    for (int32_t r = 0; r < n && status == LUDUS_OK; r++) {
        status = ludus_metrics_reader_create(&curves->runs[r].reader, paths[r], error);
        curves->num_runs += status == LUDUS_OK;
    }
    if (status != LUDUS_OK) {
        ludus_run_curves_destroy(curves);
        return status;
    }
    set_labels(curves, paths);
    *out = curves;
    return LUDUS_OK;
}

void ludus_run_curves_destroy(ludus_run_curves *curves)
{
    for (int32_t r = 0; curves != NULL && r < curves->num_runs; r++) {
        ludus_metrics_reader_destroy(curves->runs[r].reader);
        ludus_free(curves->runs[r].x);
    }
    ludus_free(curves);
}

// ---- Looking ---------------------------------------------------------------------------------

int32_t ludus_run_curves_runs(const ludus_run_curves *curves)
{
    return curves->num_runs;
}

const ludus_metrics_reader *ludus_run_curves_run(const ludus_run_curves *curves, int32_t run)
{
    return curves->runs[run].reader;
}

const char *ludus_run_curves_label(const ludus_run_curves *curves, int32_t run)
{
    return curves->runs[run].label;
}

const char *ludus_run_curves_notice(const ludus_run_curves *curves)
{
    for (int32_t r = 0; r < curves->num_runs; r++) {
        const char *notice = ludus_metrics_reader_notice(curves->runs[r].reader);
        if (notice[0] != '\0') {
            return notice;
        }
    }
    return "";
}

int32_t ludus_run_curves_metrics(const ludus_run_curves *curves)
{
    return curves->num_metrics;
}

const char *ludus_run_curves_metric(const ludus_run_curves *curves, int32_t metric)
{
    return curves->metrics[metric];
}

double ludus_run_curves_last(const ludus_run_curves *curves, int32_t run, const char *name)
{
    const ludus_metrics_reader *reader = curves->runs[run].reader;
    const int32_t series = ludus_metrics_reader_find(reader, name);
    const double *values = series >= 0 ? ludus_metrics_reader_values(reader, series) : NULL;
    for (int32_t i = ludus_metrics_reader_rows(reader) - 1; values != NULL && i >= 0; i--) {
        if (isfinite(values[i])) {
            return values[i];
        }
    }
    return (double)NAN;
}

// Axes that some run has, in the order of the table; the i-th of them, or how many.
static int32_t axis_at(const ludus_run_curves *curves, int32_t wanted)
{
    int32_t n = 0;
    for (int32_t a = 0; a < NUM_AXES; a++) {
        if (is_somewhere(curves, axes[a].series)) {
            if (n == wanted) {
                return a;
            }
            n++;
        }
    }
    return wanted < 0 ? n : 0;
}

int32_t ludus_run_curves_axes(const ludus_run_curves *curves)
{
    return axis_at(curves, -1);
}

int32_t ludus_run_curves_axis(const ludus_run_curves *curves)
{
    for (int32_t i = 0; i < ludus_run_curves_axes(curves); i++) {
        if (axis_at(curves, i) == curves->axis) {
            return i;
        }
    }
    return 0;
}

void ludus_run_curves_choose_axis(ludus_run_curves *curves, int32_t axis)
{
    curves->axis = axis_at(curves, axis);
    refresh(curves);
}

ludus_status ludus_run_curves_choose_axis_named(ludus_run_curves *curves, const char *name,
                                                ludus_error *error)
{
    char all[128] = "";
    for (int32_t i = 0; i < ludus_run_curves_axes(curves); i++) {
        const char *axis = ludus_run_curves_axis_name(curves, i);
        const size_t length = strlen(all);
        if (strcmp(axis, name) == 0) {
            ludus_run_curves_choose_axis(curves, i);
            return LUDUS_OK;
        }
        snprintf(all + length, sizeof all - length, "%s%s", i > 0 ? ", " : "", axis);
    }
    return ludus_fail(error, LUDUS_ERR_ARG, "no axis \"%s\"; there are %s", name,
                      all[0] != '\0' ? all : "none yet");
}

const char *ludus_run_curves_axis_name(const ludus_run_curves *curves, int32_t axis)
{
    return axes[axis_at(curves, axis)].name;
}

void ludus_run_curves_fill(const ludus_run_curves *curves, const ludus_theme *theme,
                           const char *metric, int32_t colour, ludus_line_chart *chart)
{
    for (int32_t r = 0; r < curves->num_runs; r++) {
        const curve_run *run = &curves->runs[r];
        const int32_t series = ludus_metrics_reader_find(run->reader, metric);
        const int32_t rows = ludus_metrics_reader_rows(run->reader);
        if (series < 0) {
            continue;
        }
        ludus_line_chart_add(
            chart, &(ludus_chart_series){
                       .label = colour >= 0 ? metric : run->label,
                       .x = run->x,
                       .y = ludus_metrics_reader_values(run->reader, series),
                       .count = rows < run->capacity ? rows : run->capacity,
                       .colour = theme->series[(colour >= 0 ? colour : r) % LUDUS_NUM_SERIES]});
    }
    chart->x_label = axes[curves->axis].name;
}
