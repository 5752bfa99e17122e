// Options of the verbs that open a window, and running a screen under them.
//
//     typedef struct { ludus_window_args window; ... } my_options;
//     static const ludus_arg my_args[] = { ..., LUDUS_ARG_ROWS_WINDOW(my_options) };
//     my_options options = {.window = ludus_window_args_default()};
//     return ludus_cmd_window(&ludus_cmd_my, &options.window, screen, self);
//
// Threads: one at a time.

#ifndef LUDUS_CMD_WINDOW_H
#define LUDUS_CMD_WINDOW_H

#include "cmd_line.h"

struct ludus_screen_ops;

typedef struct ludus_window_args {
    const char *png;   // draw without a display, save the last frame
    const char *video; // draw without a display, every frame into a film
    int32_t frames;    // 0: one for --png, ten seconds for --video
    const char *size;  // "1280x800"
    double scale;      // pixels per unit; 0 = the display's
    bool dark;
    bool stats; // print what the window measured
} ludus_window_args;

ludus_window_args ludus_window_args_default(void);

// `type` must have a ludus_window_args named window.
#define LUDUS_ARG_ROWS_WINDOW(type)                                                                \
    {"--png",                                                                                      \
     LUDUS_ARG_TEXT,                                                                               \
     offsetof(type, window.png),                                                                   \
     0,                                                                                            \
     0,                                                                                            \
     "FILE",                                                                                       \
     NULL,                                                                                         \
     "draw without a display and save the picture"},                                               \
        {"--video",                                                                                \
         LUDUS_ARG_TEXT,                                                                           \
         offsetof(type, window.video),                                                             \
         0,                                                                                        \
         0,                                                                                        \
         "FILE",                                                                                   \
         NULL,                                                                                     \
         "draw without a display into a film (needs ffmpeg)"},                                     \
        {"--frames",                                                                               \
         LUDUS_ARG_INT32,                                                                          \
         offsetof(type, window.frames),                                                            \
         0,                                                                                        \
         1e6,                                                                                      \
         "N",                                                                                      \
         NULL,                                                                                     \
         "frames to draw before --png, or of --video (60 a second)"},                              \
        {"--size",                                                                                 \
         LUDUS_ARG_TEXT,                                                                           \
         offsetof(type, window.size),                                                              \
         0,                                                                                        \
         0,                                                                                        \
         "WxH",                                                                                    \
         NULL,                                                                                     \
         "size of the window (default 1280x800)"},                                                 \
        {"--scale",                                                                                \
         LUDUS_ARG_DOUBLE,                                                                         \
         offsetof(type, window.scale),                                                             \
         0,                                                                                        \
         4,                                                                                        \
         "X",                                                                                      \
         NULL,                                                                                     \
         "pixels per unit, .5 to 4 (default: as the display asks)"},                               \
        {"--dark",                                                                                 \
         LUDUS_ARG_FLAG,                                                                           \
         offsetof(type, window.dark),                                                              \
         0,                                                                                        \
         0,                                                                                        \
         NULL,                                                                                     \
         NULL,                                                                                     \
         "begin with the dark colours (t changes them)"},                                          \
    {                                                                                              \
        "--window-stats", LUDUS_ARG_FLAG, offsetof(type, window.stats), 0, 0, NULL, NULL,          \
            "print frame times when the window closes"                                             \
    }

// Whether the options ask for pictures without a display.
bool ludus_window_args_headless(const ludus_window_args *args);
// Runs the screen until it is closed, Ctrl-C or the last frame. Returns the exit status, after one
// line on stderr when it is not 0.
int ludus_cmd_window(const ludus_command *command, const ludus_window_args *args,
                     const struct ludus_screen_ops *screen, void *self);

#endif
