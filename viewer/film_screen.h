// Recorded games in the window: a list to choose from, the board, what was thought, the value over
// the game; step, play, jump.
//
//     ludus_film_view_create(&view, &setup, &error);
//     ludus_window_run(ludus_film_screen(), view, &options, NULL, &error);
//
// Threads: the window's.

#ifndef LUDUS_VIEWER_FILM_SCREEN_H
#define LUDUS_VIEWER_FILM_SCREEN_H

#include "viewer/film_source.h"
#include "viewer/window.h"

typedef struct ludus_film_view ludus_film_view;

typedef struct ludus_film_setup {
    ludus_film_source source;
    const char *title; // of the window; borrowed
    int32_t game;      // index to begin with; -1 = the last
    int32_t ply;       // to begin with; -1 = the end
    bool is_paused;
    double plies_per_second; // 0 = 2
} ludus_film_setup;

ludus_status ludus_film_view_create(ludus_film_view **out, const ludus_film_setup *setup,
                                    ludus_error *error);
void ludus_film_view_destroy(ludus_film_view *view); // NULL is accepted
const ludus_screen_ops *ludus_film_screen(void);     // its self is the view

#endif
