// Programs that tests run beside the one under test: xdotool, ffprobe.

#ifndef LUDUS_TESTS_OTHER_PROGRAM_H
#define LUDUS_TESTS_OTHER_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

bool program_is_installed(const char *name); // in PATH
// Runs a program to its end with its output in `out` [size], a text (NULL = dropped); its exit
// status. Its errors are dropped. args: [..., NULL].
int program_run(char *const *args, char *out, size_t size);
// The path of ludus beside the running test.
void program_under_test(char out[1024]);
// Ends a child by SIGTERM and waits for it; *child is 0 then. 0 does nothing.
void program_stop(pid_t *child);
// Between two looks at what another program is about to do.
void program_nap(double seconds);

#endif
