// A progress line on stderr: rewritten in place on a terminal (cut to its width, at most ten times
// a second), plain lines in a pipe (at most one every ten seconds).
//
//     ludus_progress progress;
//     ludus_progress_init(&progress);
//     while (working) {
//         snprintf(line, sizeof(line), "games %d  left %s", games, ludus_duration(left, text));
//         ludus_progress_update(&progress, line);
//     }
//     ludus_progress_finish(&progress);
//
// Threads: one at a time.

#ifndef LUDUS_CMD_PROGRESS_H
#define LUDUS_CMD_PROGRESS_H

#include <stdbool.h>

#define LUDUS_DURATION_MAX 16 // bytes, NUL included

typedef struct ludus_progress {
    bool is_terminal;
    bool is_shown;    // an unfinished line stands on the terminal
    bool has_started; // an update was seen
    double last;      // seconds, when something was last printed
    char line[512];   // the newest text, printed by finish when it was held back
    bool is_held_back;
} ludus_progress;

void ludus_progress_init(ludus_progress *progress);
void ludus_progress_update(ludus_progress *progress, const char *line);
// A line that stays (a saved checkpoint, a finished game), above the progress line.
void ludus_progress_note(ludus_progress *progress, const char *line);
// Prints the newest text if it was held back and ends the line.
void ludus_progress_finish(ludus_progress *progress);
// Removes the progress line from a terminal: what follows is a result that says it all.
void ludus_progress_clear(ludus_progress *progress);

// "45 s", "3 m 10 s", "2 h 05 m"; returns out [LUDUS_DURATION_MAX].
const char *ludus_duration(double seconds, char *out);

#endif
