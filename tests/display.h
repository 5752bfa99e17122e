// A display of a test's own, for programs with windows: Xvfb.

#ifndef LUDUS_TESTS_DISPLAY_H
#define LUDUS_TESTS_DISPLAY_H

#include <sys/types.h>

// Starts Xvfb on a free number and names it in DISPLAY; *server is to be ended by program_stop,
// also when the test fails here because none comes up.
void display_start(pid_t *server);

#endif
