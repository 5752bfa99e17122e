// The learning curves of one or several runs: their metrics as they grow, ready to be charted over
// a common x.
//
//     ludus_run_curves_create(&curves, paths, n, &error);
//     changed = ludus_run_curves_update(curves, seconds);        // each frame
//     ludus_run_curves_fill(curves, theme, "loss/policy", &chart); ludus_line_chart_draw(...)
//
// Threads: one at a time.

#ifndef LUDUS_VIEWER_RUN_CURVES_H
#define LUDUS_VIEWER_RUN_CURVES_H

#include "viewer/line_chart.h"
#include "viewer/metrics_reader.h"

#define LUDUS_CURVES_MAX_RUNS LUDUS_NUM_SERIES
#define LUDUS_CURVES_MAX_METRICS 256

typedef struct ludus_run_curves ludus_run_curves;

// paths [n], 1 <= n <= LUDUS_CURVES_MAX_RUNS: folders of runs, or files of metrics.
ludus_status ludus_run_curves_create(ludus_run_curves **out, const char *const *paths, int32_t n,
                                     ludus_error *error);
void ludus_run_curves_destroy(ludus_run_curves *curves); // NULL is accepted

// Reads what is new, twice a second; true when something changed.
bool ludus_run_curves_update(ludus_run_curves *curves, double seconds);
// Reads everything there is now.
void ludus_run_curves_settle(ludus_run_curves *curves);

int32_t ludus_run_curves_runs(const ludus_run_curves *curves);
const ludus_metrics_reader *ludus_run_curves_run(const ludus_run_curves *curves, int32_t run);
const char *ludus_run_curves_notice(const ludus_run_curves *curves); // of any run, or ""
// Runs of one name in different folders are told apart by more of their paths.
const char *ludus_run_curves_label(const ludus_run_curves *curves, int32_t run);

// Names of all runs' metrics that can be charted, the telling ones (strength, return, loss) first.
int32_t ludus_run_curves_metrics(const ludus_run_curves *curves);
const char *ludus_run_curves_metric(const ludus_run_curves *curves, int32_t metric);
int32_t ludus_run_curves_find(const ludus_run_curves *curves, const char *name); // or -1
// The last number of a metric in a run; NAN = none.
double ludus_run_curves_last(const ludus_run_curves *curves, int32_t run, const char *name);

// What x counts: iterations, training time, games, steps, ... as far as some run has them.
int32_t ludus_run_curves_axes(const ludus_run_curves *curves);
int32_t ludus_run_curves_axis(const ludus_run_curves *curves); // chosen
void ludus_run_curves_choose_axis(ludus_run_curves *curves, int32_t axis);
// By its name; an unknown one fails with those that there are.
ludus_status ludus_run_curves_choose_axis_named(ludus_run_curves *curves, const char *name,
                                                ludus_error *error);
const char *ludus_run_curves_axis_name(const ludus_run_curves *curves, int32_t axis); // "games"

// Puts a metric's curve of each run into the chart, in the run's colour; borrowed until the next
// update. `colour` >= 0: that series colour instead (several metrics of one run in a chart), with
// the metric's name as label.
void ludus_run_curves_fill(const ludus_run_curves *curves, const ludus_theme *theme,
                           const char *metric, int32_t colour, ludus_line_chart *chart);

#endif
