// A training run in the window: several of its self-play games side by side, as they come in, and
// its curves.
//
//     ludus_watch_create(&watch, "runs/connect4", &error);
//     ludus_window_run(ludus_watch_screen(), watch, &options, NULL, &error);
//     ludus_watch_destroy(watch);
//
// Everything is read from the run's files; the training need not know and does not wait. A run that
// stores no games shows its curves and says how to store them.
//
// Threads: the window's.

#ifndef LUDUS_VIEWER_WATCH_SCREEN_H
#define LUDUS_VIEWER_WATCH_SCREEN_H

#include "viewer/window.h"

typedef struct ludus_watch ludus_watch;

typedef struct ludus_watch_setup {
    const char *run;         // folder
    int32_t boards;          // 1, 2, 4, 6 or 9; 0 = 4
    double plies_per_second; // 0 = 2
    double smoothing;        // of the curves, 0 .. .98
    bool is_paused;
} ludus_watch_setup;

ludus_status ludus_watch_create(ludus_watch **out, const ludus_watch_setup *setup,
                                ludus_error *error);
void ludus_watch_destroy(ludus_watch *watch);     // NULL is accepted
const ludus_screen_ops *ludus_watch_screen(void); // its self is the watch

#endif
