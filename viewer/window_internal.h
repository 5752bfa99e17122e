// What the files of the window share. Internal to viewer/.

#ifndef LUDUS_VIEWER_WINDOW_INTERNAL_H
#define LUDUS_VIEWER_WINDOW_INTERNAL_H

#include "viewer/widget.h"
#include "viewer/window.h"

#include <SDL2/SDL.h>

typedef struct ludus_window {
    const ludus_screen_ops *ops;
    void *self;
    const ludus_window_options *options;
    ludus_window_stats stats;
    SDL_Window *window;   // NULL when headless
    SDL_Surface *surface; // headless: what is drawn on
    SDL_Renderer *renderer;
    ludus_canvas *canvas;
    float scale;         // pixels per logical unit
    float ratio;         // pixels per unit of mouse events
    float width, height; // logical
    bool is_dark;
    bool is_help; // the help is shown
    bool is_closed;
    bool is_fullscreen;
    bool wants_draw;
    bool is_key_repeat; // the last key that went down was held
    float wheel_rest;   // notches turned that make no whole one yet
    double click_time;  // of a used click whose effect is not shown yet; 0 = none
    ludus_notice notice;
} ludus_window;

// Pixels per logical unit where the display says only how dense it is (X11): 1 below 1.5 times the
// usual density, then in quarters, at most 3.
float ludus_window_dense_scale(float dpi);
// The pixels per logical unit for what is drawn on, of this size in pixels. Sets window->ratio.
float ludus_window_choose_scale(ludus_window *window, const int pixels[2]);
// Reads the sizes and tells the screen when they are new. What is drawn on may have more pixels
// than the window has units, in which mouse events come (Wayland, macOS).
void ludus_window_measure(ludus_window *window);
// Handles all waiting events; whether there was one that may change the picture.
bool ludus_window_pump(ludus_window *window);
// One event of ours: help, screen, keys of the window, in this order; whether it was of use.
bool ludus_window_dispatch(ludus_window *window, const ludus_event *event);
// Paints the screen and what the window puts over it.
void ludus_window_paint(ludus_window *window);
void ludus_window_draw_help(ludus_window *window);
// ---- window_picture.c ----
// Writes what was painted last; a file that is there stays as it was unless this succeeds.
ludus_status ludus_window_save_png(ludus_window *window, const char *path, ludus_error *error);
// At a person's wish: under the next free name, and says so on the screen.
void ludus_window_save_picture(ludus_window *window);
// The pixels painted last as a surface of the caller's, RGB24; NULL with SDL's error.
SDL_Surface *ludus_window_grab(ludus_window *window);

#endif
