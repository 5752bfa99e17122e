// A screen of the window drawn without a display while a script of events drives it, and the
// pictures that come of it. For tests in a group with temp_folder_create:
//
//     const scripted_event events[] = {scripted_key(2, 'v'), scripted_mouse(4, KIND, x, y)};
//     scripted s = {.ops = screen, .self = self, .events = events, .num_events = 2};
//     picture p = scripted_draw(state, &s, frames, 1280, 800);
//     picture_free(p);

#ifndef LUDUS_TESTS_SCRIPTED_SCREEN_H
#define LUDUS_TESTS_SCRIPTED_SCREEN_H

#include "temp_folder.h"
#include "viewer/film_screen.h"
#include "viewer/window.h"

// One event before the update of the given frame, or something else that happens then.
typedef struct scripted_event {
    int32_t frame; // from 0
    ludus_event event;
    void (*happens)(void *user); // NULL: the event
} scripted_event;

typedef struct scripted {
    const ludus_screen_ops *ops;
    void *self;
    const scripted_event *events;
    int32_t num_events, frame;
    void *user;
    float scale; // pixels per logical unit; 0 = 1
} scripted;

typedef struct picture {
    void *bytes; // of the PNG file
    size_t size;
} picture;

// The last of so many frames of a window of this logical size. Fails the test on an error.
picture scripted_draw(void **state, scripted *script, int32_t frames, int32_t width,
                      int32_t height);
// The same of a film of `setup`, for its own life.
picture scripted_film(void **state, const ludus_film_setup *setup, const scripted_event *events,
                      int32_t n, int32_t frames, int32_t width, int32_t height);
bool picture_equal(picture a, picture b);
void picture_free(picture p);

scripted_event scripted_key(int32_t frame, int32_t key);
scripted_event scripted_mouse(int32_t frame, ludus_event_kind kind, float x, float y);

#endif
