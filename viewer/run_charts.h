// The curves of one run beside what else a screen shows of it: a line that says how far it is, and
// a chart of each kind (strength, loss, games, speed) for which it has a metric.
//
//     ludus_run_charts_create(&charts, "runs/connect4", smoothing, &error);
//     changed = ludus_run_charts_update(charts, seconds);        // each frame
//     ludus_run_charts_draw_head(charts, canvas, bar, "");  ludus_run_charts_draw(charts, canvas,
//     area)
//
// Threads: the window's.

#ifndef LUDUS_VIEWER_RUN_CHARTS_H
#define LUDUS_VIEWER_RUN_CHARTS_H

#include "viewer/window.h"

typedef struct ludus_run_charts ludus_run_charts;

// smoothing: of the curves, 0 .. .98.
ludus_status ludus_run_charts_create(ludus_run_charts **out, const char *run, double smoothing,
                                     ludus_error *error);
void ludus_run_charts_destroy(ludus_run_charts *charts); // NULL is accepted

bool ludus_run_charts_update(ludus_run_charts *charts, double seconds);
void ludus_run_charts_settle(ludus_run_charts *charts); // reads everything there is now
bool ludus_run_charts_event(ludus_run_charts *charts, const ludus_event *event);

const char *ludus_run_charts_name(const ludus_run_charts *charts); // the run's
// The name and the iteration; what is wrong with the run instead: its files are gone, or `notice`
// unless that is "".
void ludus_run_charts_draw_head(const ludus_run_charts *charts, ludus_canvas *canvas,
                                ludus_rect bar, const char *notice);
// As many charts as there is room for.
void ludus_run_charts_draw(ludus_run_charts *charts, ludus_canvas *canvas, ludus_rect area);

#endif
