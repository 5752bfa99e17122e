// A program run beside ours and talked to by lines: what players in other programs stand on.
//
//     ludus_process *gnugo;
//     ludus_process_start(&gnugo, "gnugo --mode gtp --level 1", &error);
//     ludus_process_write(gnugo, "name\n", 5.0, &error);
//     ludus_process_read_line(gnugo, 5.0, &line, &error);    // "= GNU Go"
//     ludus_process_stop(gnugo, 1.0);
//
// The command line is split into words here; no shell sees it. Spaces separate words, '...' and
// "..." keep spaces, a backslash takes the next character as it is (not inside '...'). The first
// word is looked up in PATH.
//
// The child writes its errors into a pipe of their own; they are read along with its lines and the
// last line of them ends the message when the program has died. The child leads a process group of
// its own: Ctrl-C at the terminal does not reach it, and stop() ends its children too.
//
// Every wait has an end, given in seconds. A child that died while we write is an error line, not
// SIGPIPE. Descriptors are close-on-exec from their creation, so children started by other threads
// at the same moment do not hold our pipes open.
//
// Threads: one process, one thread at a time; processes are independent.

#ifndef LUDUS_BASE_PROCESS_H
#define LUDUS_BASE_PROCESS_H

#include "base/base.h"

#define LUDUS_PROCESS_LINE_MAX 65536 // bytes of one line, its end included
#define LUDUS_PROCESS_WORDS_MAX 64   // of one command line

typedef struct ludus_process ludus_process;

// *out is NULL unless LUDUS_OK is returned. LUDUS_ERR_ARG: the command line is empty, has an open
// quote or too many words; LUDUS_ERR_IO: the program cannot be started.
ludus_status ludus_process_start(ludus_process **out, const char *command, ludus_error *error);

// Sends `text` whole. LUDUS_ERR_IO: the program has died; LUDUS_ERR_STATE: it did not take the text
// within `seconds`.
ludus_status ludus_process_write(ludus_process *process, const char *text, double seconds,
                                 ludus_error *error);

// The next line without its end ("\n" or "\r\n"), borrowed until the next call; NUL bytes in it
// become '?'. LUDUS_ERR_STATE: no whole line within `seconds` (0: only look), the process lives on;
// LUDUS_ERR_IO: it has closed its output or died, the line says how; LUDUS_ERR_FORMAT: a line of
// LUDUS_PROCESS_LINE_MAX bytes or more, of which nothing is kept.
ludus_status ludus_process_read_line(ludus_process *process, double seconds, const char **line,
                                     ludus_error *error);

// Closes the child's input, gives it `seconds` to end and kills what is left of it and its group.
// NULL is accepted.
void ludus_process_stop(ludus_process *process, double seconds);

#endif
