#include "cmd_progress.h"

#include "base/clock.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define TERMINAL_INTERVAL 0.1 // seconds between redraws
#define PIPE_INTERVAL 10.0    // seconds between lines

void ludus_progress_init(ludus_progress *progress)
{
    *progress = (ludus_progress){.is_terminal = isatty(STDERR_FILENO) == 1};
}

static int terminal_width(void)
{
    struct winsize size = {0};
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
        return size.ws_col;
    }
    return 80;
}

// Bytes of `line` that fit in `columns`, never splitting a UTF-8 character.
static int fitting_bytes(const char *line, int columns)
{
    int bytes = 0;
    for (int used = 0; line[bytes]; bytes++) {
        const bool starts_character = ((unsigned char)line[bytes] & 0xc0) != 0x80;
        if (starts_character && used++ == columns) {
            break;
        }
    }
    return bytes;
}

static void draw(ludus_progress *progress)
{
    if (progress->is_terminal) {
        // The last column stays free: some terminals wrap when it is filled.
        const int bytes = fitting_bytes(progress->line, terminal_width() - 1);
        fprintf(stderr, "\r\033[K%.*s", bytes, progress->line);
        progress->is_shown = true;
    } else {
        fprintf(stderr, "%s\n", progress->line);
    }
    fflush(stderr);
    progress->is_held_back = false;
}

void ludus_progress_update(ludus_progress *progress, const char *line)
{
    const double now = ludus_clock();
    const double interval = progress->is_terminal ? TERMINAL_INTERVAL : PIPE_INTERVAL;
    snprintf(progress->line, sizeof(progress->line), "%s", line);
    progress->is_held_back = true;
    if (!progress->has_started && !progress->is_terminal) {
        progress->has_started = true; // short work prints nothing but its last line
        progress->last = now;
        return;
    }
    if (progress->has_started && now - progress->last < interval) {
        return;
    }
    progress->has_started = true;
    progress->last = now;
    draw(progress);
}

void ludus_progress_note(ludus_progress *progress, const char *line)
{
    if (progress->is_shown) {
        fprintf(stderr, "\r\033[K");
        progress->is_shown = false;
    }
    fprintf(stderr, "%s\n", line);
    if (progress->is_terminal && progress->has_started) {
        draw(progress);
    }
    fflush(stderr);
}

void ludus_progress_finish(ludus_progress *progress)
{
    if (progress->is_held_back) {
        draw(progress);
    }
    if (progress->is_shown) {
        fprintf(stderr, "\n");
    }
    *progress = (ludus_progress){.is_terminal = progress->is_terminal};
}

void ludus_progress_clear(ludus_progress *progress)
{
    if (progress->is_shown) {
        fprintf(stderr, "\r\033[K");
        fflush(stderr);
    }
    *progress = (ludus_progress){.is_terminal = progress->is_terminal};
}

const char *ludus_duration(double seconds, char *out)
{
    if (!(seconds >= 0) || seconds > 1e8) {
        snprintf(out, LUDUS_DURATION_MAX, "?");
        return out;
    }
    const unsigned total = (unsigned)lround(seconds);
    if (total < 60) {
        snprintf(out, LUDUS_DURATION_MAX, "%u s", total);
    } else if (total < 3600) {
        snprintf(out, LUDUS_DURATION_MAX, "%u m %02u s", total / 60, total % 60);
    } else {
        snprintf(out, LUDUS_DURATION_MAX, "%u h %02u m", total / 3600 % 100000, total / 60 % 60);
    }
    return out;
}
