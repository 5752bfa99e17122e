// An Atari-like world in the window: the picture, the values of the actions, what the network sees,
// the curves of value and score; the agent plays, or a person does.
//
// A screen that shows a world beside something else owns a view, gives it its place and passes its
// own calls on to ludus_world_screen()'s entries except layout().
//
// Threads: the window's. Headless, the same setup gives the same pictures.

#ifndef LUDUS_VIEWER_WORLD_SCREEN_H
#define LUDUS_VIEWER_WORLD_SCREEN_H

#include "viewer/window.h"
#include "viewer/world_session.h"

typedef struct ludus_world_view ludus_world_view;

typedef struct ludus_world_view_setup {
    ludus_world_setup session;
    double steps_per_second; // 0 = the world's own
    bool is_person;          // a person plays first, though there is an agent
    bool awaits_net;         // without a net nobody plays until take_net() brings one
    bool is_paused;
} ludus_world_view_setup;

ludus_status ludus_world_view_create(ludus_world_view **out, const ludus_world_view_setup *setup,
                                     ludus_error *error);
void ludus_world_view_destroy(ludus_world_view *view); // NULL is accepted
const ludus_screen_ops *ludus_world_screen(void);      // its self is the view

void ludus_world_view_place(ludus_world_view *view, ludus_rect area);
// As ludus_world_session_take_net.
ludus_status ludus_world_view_take_net(ludus_world_view *view, const char *net, ludus_error *error);

// Rows of the help, for screens that hold a view.
#define LUDUS_WORLD_KEYS                                                                           \
    {"space p", "pause or go on (space fires when you play)"}, {". right", "one step"},            \
        {"+ -", "faster, slower"}, {"n", "a new episode"},                                         \
        {"v", "curves or the net's view (small window)"},                                          \
        {"Return", "you play, or the agent does"},                                                 \
    {                                                                                              \
        "arrows w a s d", "move, when you play; space fires"                                       \
    }

#endif
