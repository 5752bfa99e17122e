// The dashboard: learning curves of one or several runs, as they grow.
//
//     ludus_dashboard_create(&dashboard, &setup, &error);
//     ludus_window_run(ludus_dashboard_screen(), dashboard, &options, NULL, &error);
//     ludus_dashboard_destroy(dashboard);
//
// A list of the runs and of all metrics stands to the left (a narrow window shows it on Tab), the
// charts of the chosen metrics beside it. A click on a chart enlarges it, a click on a metric shows
// or hides it.
//
// Threads: the window's.

#ifndef LUDUS_VIEWER_DASHBOARD_SCREEN_H
#define LUDUS_VIEWER_DASHBOARD_SCREEN_H

#include "viewer/window.h"

typedef struct ludus_dashboard ludus_dashboard;

typedef struct ludus_dashboard_setup {
    const char *const *runs; // [num_runs] folders or files of metrics
    int32_t num_runs;        // 1 .. LUDUS_CURVES_MAX_RUNS
    const char *metrics;     // names to chart, separated by commas; NULL = the telling ones
    double smoothing;        // 0 .. .99
    bool log_x, log_y;
    const char *axis; // "iterations", "minutes", "games", ...; NULL = iterations
} ludus_dashboard_setup;

// Fails when a run is not there, or none of its metrics has a name that was asked for.
ludus_status ludus_dashboard_create(ludus_dashboard **out, const ludus_dashboard_setup *setup,
                                    ludus_error *error);
void ludus_dashboard_destroy(ludus_dashboard *dashboard); // NULL is accepted
const ludus_screen_ops *ludus_dashboard_screen(void);     // its self is the dashboard

#endif
