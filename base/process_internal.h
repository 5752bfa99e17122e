// A child's pipes and what was read from them. Internal to base/process*.c.

#ifndef LUDUS_BASE_PROCESS_INTERNAL_H
#define LUDUS_BASE_PROCESS_INTERNAL_H

#include "base/process.h"

#include <sys/types.h>

struct ludus_process {
    pid_t pid;
    int in, out, err; // our ends, non-blocking; -1 once closed
    char name[64];    // for messages: the program without its folder

    char buffer[LUDUS_PROCESS_LINE_MAX]; // read from out
    size_t begin, end;                   // the bytes not yet handed out
    size_t searched;                     // no line's end before here
    bool is_stopping;                    // nothing more will be handed out
    bool is_skipping;                    // inside a line too long to keep

    char words[256]; // the last line it wrote to err; empty for none
    size_t words_used;
    bool has_ended_words; // that line is whole: the next byte begins a new one
};

// Splits `command` into `words`, NULL after the last; their text lies in `room`, which holds
// 2 * strlen(command) + 2 bytes.
ludus_status ludus_process_split(const char *command, char *room,
                                 char *words[LUDUS_PROCESS_WORDS_MAX + 1], ludus_error *error);

#endif
