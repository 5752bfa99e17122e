#include "viewer/run_charts.h"

#include "viewer/run_curves.h"
#include "viewer/widget.h"

#include <math.h>
#include <stdio.h>

#define GAP 10.0f
#define LEAST_HEIGHT 110.0f // of a chart
#define MAX_CHARTS 4

struct ludus_run_charts {
    ludus_run_curves *curves;
    double smoothing;
    int32_t num_charts;
    char metrics[MAX_CHARTS][LUDUS_METRICS_NAME_MAX];
    ludus_line_chart charts[MAX_CHARTS];
};

// ---- What is shown ---------------------------------------------------------------------------

// One chart for each group: the first of its metrics that the run has.
static void choose_metrics(ludus_run_charts *c)
{
    static const char *const groups[MAX_CHARTS][5] = {
        {"strength/perfect_raw", "strength/return", "strength/raw_vs_alphabeta2", "held/first_move",
         "return"},
        {"loss/total", "loss", "loss/policy"},
        {"games", "episodes", "frames"},
        {"selfplay/evals_per_second", "frames_per_second", "train/rows_per_second",
         "steps_per_second"},
    };
    c->num_charts = 0;
    for (int32_t g = 0; g < MAX_CHARTS; g++) {
        for (int32_t k = 0; k < 5 && groups[g][k] != NULL; k++) {
            if (ludus_run_curves_find(c->curves, groups[g][k]) >= 0) {
                snprintf(c->metrics[c->num_charts++], LUDUS_METRICS_NAME_MAX, "%s", groups[g][k]);
                break;
            }
        }
    }
}

bool ludus_run_charts_update(ludus_run_charts *c, double seconds)
{
    const bool changed = ludus_run_curves_update(c->curves, seconds);
    if (changed) {
        choose_metrics(c);
    }
    return changed;
}

void ludus_run_charts_settle(ludus_run_charts *c)
{
    ludus_run_curves_settle(c->curves);
    choose_metrics(c);
}

bool ludus_run_charts_event(ludus_run_charts *c, const ludus_event *event)
{
    bool used = false;
    for (int32_t i = 0; i < c->num_charts; i++) {
        used |= ludus_line_chart_event(&c->charts[i], event);
    }
    return used;
}

const char *ludus_run_charts_name(const ludus_run_charts *c)
{
    return ludus_run_curves_label(c->curves, 0);
}

// ---- Drawing ---------------------------------------------------------------------------------

void ludus_run_charts_draw_head(const ludus_run_charts *c, ludus_canvas *canvas, ludus_rect bar,
                                const char *notice)
{
    const ludus_theme *theme = ludus_canvas_theme(canvas);
    const ludus_text_style bold = {.face = LUDUS_FACE_BOLD, .size = 17, .colour = theme->text};
    const char *name = ludus_run_charts_name(c);
    const float width = ludus_canvas_text_width(canvas, &bold, name);
    const char *gone = ludus_run_curves_notice(c->curves);
    const char *wrong = gone[0] != '\0' ? gone : notice;
    const double iteration = ludus_run_curves_last(c->curves, 0, "iteration");
    const double seconds = ludus_run_curves_last(c->curves, 0, "seconds");
    char text[LUDUS_ERROR_TEXT_MAX];
    ludus_canvas_text(canvas, ludus_rect_cut_left(&bar, width + 2, 14), &bold, name);
    if (wrong[0] != '\0') {
        snprintf(text, sizeof text, "%s", wrong);
    } else if (isfinite(iteration) && isfinite(seconds)) {
        snprintf(text, sizeof text, "iteration %.0f, %.0f min of training", iteration,
                 floor(seconds / 60));
    } else {
        snprintf(text, sizeof text, "no metrics yet");
    }
    const ludus_text_style style = {.size = 14,
                                    .colour = wrong[0] != '\0' ? theme->bad : theme->soft};
    ludus_canvas_text(canvas, bar, &style, text);
}

static void draw_chart(ludus_run_charts *c, ludus_canvas *canvas, int32_t i, ludus_rect card)
{
    ludus_line_chart *chart = &c->charts[i];
    ludus_card_draw(canvas, card, NULL);
    chart->title = c->metrics[i];
    chart->smoothing = c->smoothing;
    ludus_line_chart_clear(chart);
    ludus_run_curves_fill(c->curves, ludus_canvas_theme(canvas), c->metrics[i], -1, chart);
    ludus_line_chart_draw(chart, canvas, ludus_rect_inset(card, 10));
}

void ludus_run_charts_draw(ludus_run_charts *c, ludus_canvas *canvas, ludus_rect area)
{
    const ludus_theme *theme = ludus_canvas_theme(canvas);
    const int32_t columns = area.w > 560 ? 2 : 1;
    const int32_t fit = columns * (int32_t)((area.h + GAP) / (LEAST_HEIGHT + GAP));
    const int32_t n = c->num_charts < fit ? c->num_charts : fit;
    const int32_t rows = n > 0 ? (n + columns - 1) / columns : 1;
    const float height = (area.h - GAP * (float)(rows - 1)) / (float)rows;
    if (c->num_charts == 0 && area.h > 0) {
        const ludus_text_style style = {.size = 14, .align = LUDUS_CENTRE, .colour = theme->soft};
        ludus_canvas_text(canvas, ludus_card_draw(canvas, area, NULL), &style, "no metrics yet");
    }
    ludus_rect row = {0};
    for (int32_t i = 0; i < c->num_charts; i++) {
        if (i >= n) {
            c->charts[i].plot = (ludus_rect){0};
            continue;
        }
        row = i % columns == 0 ? ludus_rect_cut_top(&area, height, GAP) : row;
        draw_chart(c, canvas, i, ludus_rect_column(row, i % columns, columns, GAP));
    }
}

// ---- Life ------------------------------------------------------------------------------------

ludus_status ludus_run_charts_create(ludus_run_charts **out, const char *run, double smoothing,
                                     ludus_error *error)
{
    *out = NULL;
    ludus_run_charts *c = ludus_alloc(1, sizeof *c);
    if (c == NULL) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "out of memory");
    }
    c->smoothing = smoothing;
    for (int32_t i = 0; i < MAX_CHARTS; i++) {
        c->charts[i] = ludus_line_chart_default();
        c->charts[i].has_legend = false;
    }
    const ludus_status status = ludus_run_curves_create(&c->curves, &run, 1, error);
    if (status != LUDUS_OK) {
        ludus_run_charts_destroy(c);
        return status;
    }
    *out = c;
    return LUDUS_OK;
}

void ludus_run_charts_destroy(ludus_run_charts *charts)
{
    if (charts != NULL) {
        ludus_run_curves_destroy(charts->curves);
        ludus_free(charts);
    }
}
