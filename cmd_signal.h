// Ctrl-C: the first SIGINT, SIGTERM or SIGHUP (a closed terminal, unless nohup is there) asks the
// running verb to stop (and save); a second SIGINT ends the program at once. SIGPIPE is ignored, so
// that a pipe that Ctrl-C ends first does not keep a run from being saved.
//
// The flag is the one mutable variable with static storage beside the count of allocations: a
// signal handler can reach nothing else. It is volatile sig_atomic_t and only ever goes from 0
// to 1.
//
// Threads: requested() from any thread.

#ifndef LUDUS_CMD_SIGNAL_H
#define LUDUS_CMD_SIGNAL_H

#include <stdbool.h>

void ludus_signal_install(void);
bool ludus_signal_requested(void); // a stop was asked for

#endif
