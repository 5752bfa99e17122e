// ludus watch: runs, recorded games, matches and worlds in a window.

#include "cmd.h"
#include "cmd_window.h"
#include "viewer/dashboard_screen.h"

#include <stdio.h>
#include <string.h>

typedef struct watch_options {
    ludus_window_args window;
    const char *metrics;
    const char *axis;
    double smoothing;
    bool log_x, log_y;
} watch_options;

static const ludus_arg watch_args[] = {
    {"--metrics", LUDUS_ARG_TEXT, offsetof(watch_options, metrics), 0, 0, "A,B", NULL,
     "curves of these metrics (default: strength, loss, ...)"},
    {"--x", LUDUS_ARG_TEXT, offsetof(watch_options, axis), 0, 0, "WHAT", NULL,
     "what x counts: iterations, minutes, games, frames, ..."},
    {"--smoothing", LUDUS_ARG_DOUBLE, offsetof(watch_options, smoothing), 0, .98, "S", NULL,
     "of curves, 0 (none) to .98"},
    {"--log-x", LUDUS_ARG_FLAG, offsetof(watch_options, log_x), 0, 0, NULL, NULL,
     "logarithmic x axis"},
    {"--log-y", LUDUS_ARG_FLAG, offsetof(watch_options, log_y), 0, 0, NULL, NULL,
     "logarithmic y axis"},
    LUDUS_ARG_ROWS_WINDOW(watch_options),
};

static int watch_dashboard(const ludus_words *words, const watch_options *options)
{
    ludus_dashboard *dashboard;
    ludus_error error;
    const ludus_dashboard_setup setup = {.runs = words->word,
                                         .num_runs = words->count,
                                         .metrics = options->metrics,
                                         .smoothing = options->smoothing,
                                         .log_x = options->log_x,
                                         .log_y = options->log_y,
                                         .axis = options->axis};
    if (ludus_dashboard_create(&dashboard, &setup, &error)) {
        return ludus_cmd_fail(&ludus_cmd_watch, &error);
    }
    const int status =
        ludus_cmd_window(&ludus_cmd_watch, &options->window, ludus_dashboard_screen(), dashboard);
    ludus_dashboard_destroy(dashboard);
    return status;
}

static int watch_run(int argc, char **argv)
{
    watch_options options = {.window = ludus_window_args_default()};
    ludus_words words;
    const int status = ludus_cmd_parse(&ludus_cmd_watch, argc, argv, &options, &words);
    if (status >= 0) {
        return status;
    }
    return watch_dashboard(&words, &options);
}

const ludus_command ludus_cmd_watch = {
    .name = "watch",
    .words = "RUN ...",
    .min_words = 1,
    .max_words = LUDUS_WORDS_MAX,
    .summary = "shows runs and games in a window",
    .details = "  ludus watch runs/a runs/b             learning curves of several runs\n"
               "  ludus watch runs/a --png curves.png   the same as a picture, without a display\n"
               "In the window ? shows the keys, F12 saves a picture.\n",
    .args = watch_args,
    .num_args = sizeof(watch_args) / sizeof(watch_args[0]),
    .run = watch_run,
};
