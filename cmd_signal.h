// Ctrl-C: the first SIGINT or SIGTERM asks the running verb to stop (and save); a second SIGINT
// ends the program at once.
//
// The flag is the one mutable variable with static storage in the project: a signal handler can
// reach nothing else. It is volatile sig_atomic_t and only ever goes from 0 to 1.
//
// Threads: requested() from any thread.

#ifndef LUDUS_CMD_SIGNAL_H
#define LUDUS_CMD_SIGNAL_H

#include <stdbool.h>

void ludus_signal_install(void);
bool ludus_signal_requested(void); // a stop was asked for

#endif
