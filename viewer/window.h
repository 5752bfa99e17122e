// The window: what runs a screen (play, watch, dashboard), on a display or without one.
//
//     static const ludus_screen_ops my_screen = { ... };
//     ludus_window_options options = ludus_window_options_default();
//     status = ludus_window_run(&my_screen, self, &options, &stats, &error);
//
// Life of a screen: its maker creates `self`; the window calls layout() once before anything else
// and after each change of size, then event()* update() draw() per frame; its maker destroys it
// after run() has returned. No entry should block: work goes to threads, whose results update()
// looks at. The exceptions take their moment on the window's thread, at a person's wish or when a
// file is new: a net is loaded (a new game, the first analysis or hint, the newer net of a run that
// plays its world), a game is read or saved. A frame is drawn when something changed and the window
// can be seen, at most at the display's rate.
//
// Keys that the window knows itself, when the screen leaves them: ? and F1 help, t light or dark,
// F11 full screen, F12 saves the picture as PNG, q and Escape close.
//
// Headless (`frames` > 0): SDL's dummy driver and software renderer, `frames` frames with a fixed
// step of time, each after settle(); the last one goes to `png`, all of them to `video` through
// ffmpeg. The same screen gives the same picture.
//
// Threads: run() and all entries of the screen belong to the thread that calls run().

#ifndef LUDUS_VIEWER_WINDOW_H
#define LUDUS_VIEWER_WINDOW_H

#include "viewer/canvas.h"

typedef enum ludus_event_kind {
    LUDUS_EVENT_MOUSE_MOVE,
    LUDUS_EVENT_MOUSE_DOWN,
    LUDUS_EVENT_MOUSE_UP,
    LUDUS_EVENT_MOUSE_LEAVE, // the mouse left the window
    LUDUS_EVENT_WHEEL,
    LUDUS_EVENT_KEY // a key went down (or repeats)
} ludus_event_kind;

// Printable keys are their lower-case ASCII character as typed ('?' is shift and '/' on many
// keyboards); the others are these.
enum {
    LUDUS_KEY_ESCAPE = 27,
    LUDUS_KEY_RETURN = 13,
    LUDUS_KEY_TAB = 9,
    LUDUS_KEY_BACKSPACE = 8,
    LUDUS_KEY_DELETE = 127,
    LUDUS_KEY_LEFT = 256,
    LUDUS_KEY_RIGHT,
    LUDUS_KEY_UP,
    LUDUS_KEY_DOWN,
    LUDUS_KEY_HOME,
    LUDUS_KEY_END,
    LUDUS_KEY_PAGE_UP,
    LUDUS_KEY_PAGE_DOWN,
    LUDUS_KEY_F1,
    LUDUS_KEY_F5 = LUDUS_KEY_F1 + 4,
    LUDUS_KEY_F11 = LUDUS_KEY_F1 + 10,
    LUDUS_KEY_F12
};

typedef struct ludus_event {
    ludus_event_kind kind;
    float x, y;          // of the mouse, logical; 0 for keys
    int32_t button;      // 1 left, 2 middle, 3 right
    int32_t clicks;      // 2 = double click
    float wheel;         // notches, > 0 away from the person; touchpads turn it by parts of one
    int32_t wheel_steps; // whole notches that have come together with this event
    int32_t key;
    bool is_repeat; // a key held down
    bool shift, ctrl, alt;
} ludus_event;

// A row of the help that '?' shows.
typedef struct ludus_key_help {
    const char *key;  // "space"
    const char *does; // "pause or go on"
} ludus_key_help;

// One table per screen, `static const`. Entries marked (optional) may be NULL.
typedef struct ludus_screen_ops {
    const ludus_key_help *keys; // [num_keys]
    size_t num_keys;
    // The window has this logical size from now on, at least 1 x 1.
    void (*layout)(void *self, float width, float height);
    // Whether it was of use to the screen; the window uses the keys left over.
    bool (*event)(void *self, const ludus_event *event);
    // `seconds` have passed; whether the picture may have changed.
    bool (*update)(void *self, double seconds);
    void (*draw)(void *self, ludus_canvas *canvas);
    void (*title)(const void *self, char *out, size_t size);
    // (optional) Headless: waits until the work in threads has reached a state that does not
    // depend on their speed.
    void (*settle)(void *self);
} ludus_screen_ops;

typedef struct ludus_window_options {
    int32_t width, height; // logical, 64..8192
    bool is_dark;
    int32_t frames;      // 0 = on the display; else headless, that many frames
    double frames_per_s; // headless: 1 / step of time
    float scale;     // pixels per logical unit, .5 .. 4; 0 = what the display asks for, and less in
                     // windows of under 320 x 240
    const char *png; // headless: file for the last frame, or NULL
    const char *video;  // headless: file for all frames, or NULL
    bool (*stop)(void); // (optional) asked each frame; true closes the window
} ludus_window_options;

// What run() saw, for measurements.
typedef struct ludus_window_stats {
    int64_t frames;        // drawn
    double work_seconds;   // in update and draw, all frames together
    double worst_work;     // seconds, of one frame
    int64_t moving_frames; // drawn right after another, because something moved
    double moving_seconds; // between those and the ones before
    double longest_gap;    // seconds, of those
    int32_t clicks;        // mouse buttons pressed or let go that the screen used
    double click_seconds;  // from the click to the picture that shows its effect, all together
    double worst_click;    // seconds
    char renderer[32];     // SDL's name: "opengl", "software"
} ludus_window_stats;

// 1280 x 800, light, on the display, 60 frames a second.
ludus_window_options ludus_window_options_default(void);

// Runs until the window is closed or the frames are drawn. stats may be NULL.
// LUDUS_ERR_UNSUPPORTED with one line when there is no display or no font. A display is what
// DISPLAY or WAYLAND_DISPLAY names; others (kmsdrm) want SDL_VIDEODRIVER.
ludus_status ludus_window_run(const ludus_screen_ops *ops, void *self,
                              const ludus_window_options *options, ludus_window_stats *stats,
                              ludus_error *error);

#endif
