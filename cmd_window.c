#include "cmd_window.h"

#include "cmd_signal.h"
#include "viewer/window.h"

#include <stdio.h>
#include <stdlib.h>

#define VIDEO_SECONDS 10

ludus_window_args ludus_window_args_default(void)
{
    return (ludus_window_args){0};
}

bool ludus_window_args_headless(const ludus_window_args *args)
{
    return args->png != NULL || args->video != NULL || args->frames > 0;
}

// "1280x800".
static bool read_size(const char *text, int32_t size[2])
{
    char *end;
    const long width = strtol(text, &end, 10);
    if (*end != 'x' && *end != 'X') {
        return false;
    }
    const long height = strtol(end + 1, &end, 10);
    if (*end != '\0' || width < 64 || width > 8192 || height < 64 || height > 8192) {
        return false;
    }
    size[0] = (int32_t)width;
    size[1] = (int32_t)height;
    return true;
}

static void print_stats(const ludus_window_stats *s)
{
    const double frames = s->frames > 0 ? (double)s->frames : 1;
    printf("renderer  %s\n", s->renderer);
    printf("frames    %lld, work %.2f ms each, worst %.2f ms\n", (long long)s->frames,
           1e3 * s->work_seconds / frames, 1e3 * s->worst_work);
    if (s->moving_frames > 0) {
        printf("moving    %.1f frames/s, longest gap %.1f ms\n",
               (double)s->moving_frames / s->moving_seconds, 1e3 * s->longest_gap);
    }
    if (s->clicks > 0) {
        printf("clicks    %d, shown after %.1f ms, worst %.1f ms\n", s->clicks,
               1e3 * s->click_seconds / s->clicks, 1e3 * s->worst_click);
    }
}

int ludus_cmd_window(const ludus_command *command, const ludus_window_args *args,
                     const ludus_screen_ops *screen, void *self)
{
    ludus_window_options options = ludus_window_options_default();
    ludus_window_stats stats;
    ludus_error error;
    int32_t size[2] = {options.width, options.height};
    if (args->size != NULL && !read_size(args->size, size)) {
        return ludus_cmd_fail_usage(command, "--size %s: two numbers from 64 to 8192, as 1280x800",
                                    args->size);
    }
    if (args->scale != 0 && args->scale < .5) {
        return ludus_cmd_fail_usage(command, "--scale %g: .5 to 4", args->scale);
    }
    options.width = size[0];
    options.height = size[1];
    options.is_dark = args->dark;
    options.scale = (float)args->scale;
    options.png = args->png;
    options.video = args->video;
    options.stop = ludus_signal_requested;
    if (ludus_window_args_headless(args)) {
        const int32_t frames =
            args->video != NULL ? (int32_t)(VIDEO_SECONDS * options.frames_per_s) : 1;
        options.frames = args->frames > 0 ? args->frames : frames;
    }
    ludus_signal_install();
    if (ludus_window_run(screen, self, &options, &stats, &error)) {
        return ludus_cmd_fail(command, &error);
    }
    if (args->stats) {
        print_stats(&stats);
    }
    return LUDUS_EXIT_OK;
}
