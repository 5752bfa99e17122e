// Talking to a child and ending it. How it starts is in process_start.c.

#include "base/process_internal.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define DEATH_SECONDS 0.5   // after its output closed, for the child to end and be asked how
#define PAUSE_SECONDS 0.002 // between looks at whether it has ended
#define LINE_ROOM (LUDUS_PROCESS_LINE_MAX - 1) // the last byte is for a NUL

static void close_end(int *end)
{
    if (*end >= 0) {
        close(*end);
        *end = -1;
    }
}

// ---- Reading what comes -------------------------------------------------------------------------

static void keep_words(ludus_process *process, const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '\n' || text[i] == '\r') {
            process->has_ended_words = true;
            continue;
        }
        if (process->has_ended_words) {
            process->has_ended_words = false;
            process->words_used = 0;
        }
        if (process->words_used + 1 < sizeof(process->words)) {
            process->words[process->words_used++] = text[i] != '\0' ? text[i] : '?';
            process->words[process->words_used] = '\0';
        }
    }
}

static void read_err(ludus_process *process)
{
    char text[4096];
    const ssize_t n = read(process->err, text, sizeof(text));
    if (n > 0) {
        keep_words(process, text, (size_t)n);
    } else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
        close_end(&process->err);
    }
}

// Room for at least one byte, unless the buffer is full of unread bytes.
static size_t make_room(ludus_process *process)
{
    if (process->begin > 0) {
        const size_t size = process->end - process->begin;
        memmove(process->buffer, process->buffer + process->begin, size);
        process->searched -= process->begin;
        process->begin = 0;
        process->end = size;
    }
    return LINE_ROOM - process->end;
}

static void read_out(ludus_process *process)
{
    const size_t room = make_room(process);
    assert(room > 0);
    const ssize_t n = read(process->out, process->buffer + process->end, room);
    if (n > 0) {
        process->end += (size_t)n;
    } else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
        close_end(&process->out);
    }
}

static int milliseconds(double seconds)
{
    return seconds <= 0 ? 0 : seconds > 1e6 ? 1000000000 : (int)(seconds * 1000) + 1;
}

// Waits for at most `seconds` until the child wrote something, which is read, or (with
// `wants_to_write`) takes something.
static void exchange(ludus_process *process, bool wants_to_write, double seconds)
{
    if (process->is_stopping) {
        process->begin = process->end = process->searched = 0;
    }
    const bool has_room = process->end - process->begin < LINE_ROOM;
    struct pollfd ends[3] = {
        {.fd = has_room ? process->out : -1, .events = POLLIN},
        {.fd = process->err, .events = POLLIN},
        {.fd = wants_to_write ? process->in : -1, .events = POLLOUT},
    };
    if (poll(ends, 3, milliseconds(seconds)) <= 0) {
        return; // out of time, or a signal: the caller looks at the clock
    }
    if (ends[0].revents != 0) {
        read_out(process);
    }
    if (ends[1].revents != 0) {
        read_err(process);
    }
}

// ---- How it ended -------------------------------------------------------------------------------

// True when the child has ended; it stays waitable.
static bool has_ended(const ludus_process *process, siginfo_t *info)
{
    memset(info, 0, sizeof(*info));
    return waitid(P_PID, (id_t)process->pid, info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           info->si_pid == process->pid;
}

// Reads what it writes on the way, so that it cannot hang on a full pipe.
static bool await_end(ludus_process *process, double seconds, siginfo_t *info)
{
    const double deadline = ludus_clock() + seconds;
    while (!has_ended(process, info)) {
        if (ludus_clock() >= deadline) {
            return false;
        }
        exchange(process, false, PAUSE_SECONDS);
    }
    return true;
}

static ludus_status fail_dead(ludus_process *process, ludus_error *error)
{
    siginfo_t info;
    char how[96];
    if (!await_end(process, DEATH_SECONDS, &info)) {
        snprintf(how, sizeof(how), "has closed its pipes");
    } else if (info.si_code == CLD_EXITED) {
        snprintf(how, sizeof(how), "has ended with status %d", info.si_status);
    } else {
        snprintf(how, sizeof(how), "was killed by signal %d", info.si_status);
    }
    for (int i = 0; i < 16 && process->err >= 0; i++) {
        exchange(process, false, 0); // its last words
    }
    return ludus_fail(error, LUDUS_ERR_IO, "%s %s%s%s", process->name, how,
                      process->words[0] ? ": " : "", process->words);
}

// ---- Lines --------------------------------------------------------------------------------------

static void finish_line(ludus_process *process, size_t size, const char **line)
{
    char *text = process->buffer + process->begin;
    process->begin += size < process->end - process->begin ? size + 1 : size;
    process->searched = process->begin;
    for (size_t i = 0; i < size; i++) {
        text[i] = text[i] != '\0' ? text[i] : '?';
    }
    text[size] = '\0';
    if (size > 0 && text[size - 1] == '\r') {
        text[size - 1] = '\0';
    }
    *line = text;
}

// True when something is to be returned: a line, or the end of one that was too long.
static bool take_line(ludus_process *process, const char **line)
{
    const char *from = process->buffer + process->searched;
    const char *found = memchr(from, '\n', process->end - process->searched);
    const bool is_last = found == NULL && process->out < 0 && process->end > process->begin;
    process->searched = process->end;
    if (found != NULL || is_last) {
        const char *stop = found != NULL ? found : process->buffer + process->end;
        finish_line(process, (size_t)(stop - (process->buffer + process->begin)), line);
        return true;
    }
    if (process->end - process->begin >= LINE_ROOM) {
        process->is_skipping = true;
        process->begin = process->end = process->searched = 0;
    }
    return false;
}

ludus_status ludus_process_read_line(ludus_process *process, double seconds, const char **line,
                                     ludus_error *error)
{
    const double deadline = ludus_clock() + seconds;
    for (bool is_last_look = false;;) {
        if (take_line(process, line)) {
            if (process->is_skipping) {
                process->is_skipping = false;
                return ludus_fail(error, LUDUS_ERR_FORMAT, "%s wrote a line of over %d bytes",
                                  process->name, LUDUS_PROCESS_LINE_MAX - 1);
            }
            return LUDUS_OK;
        }
        if (process->out < 0) {
            return fail_dead(process, error);
        }
        if (is_last_look) {
            return ludus_fail(error, LUDUS_ERR_STATE, "%s did not answer within %g s",
                              process->name, seconds);
        }
        const double left = deadline - ludus_clock();
        is_last_look = left <= 0;
        exchange(process, false, left);
    }
}

// ---- Writing ------------------------------------------------------------------------------------

// write() without SIGPIPE: the signal is blocked for this thread and, if the call raised it, taken
// back before the mask is restored.
static ssize_t write_quietly(int end, const char *text, size_t size)
{
    sigset_t pipe_set, old_set, pending;
    sigemptyset(&pipe_set);
    sigaddset(&pipe_set, SIGPIPE);
    sigpending(&pending);
    const bool was_pending = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &pipe_set, &old_set);
    const ssize_t n = write(end, text, size);
    const int number = errno;
    if (n < 0 && number == EPIPE && !was_pending) {
        const struct timespec now = {0};
        while (sigtimedwait(&pipe_set, NULL, &now) < 0 && errno == EINTR) {
        }
    }
    pthread_sigmask(SIG_SETMASK, &old_set, NULL);
    errno = number;
    return n;
}

ludus_status ludus_process_write(ludus_process *process, const char *text, double seconds,
                                 ludus_error *error)
{
    const double deadline = ludus_clock() + seconds;
    size_t left = strlen(text);
    while (left > 0) {
        const ssize_t n = process->in >= 0 ? write_quietly(process->in, text, left) : -1;
        if (n > 0) {
            text += n;
            left -= (size_t)n;
            continue;
        }
        if (process->in < 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
            close_end(&process->in);
            return fail_dead(process, error);
        }
        const double remaining = deadline - ludus_clock();
        if (remaining <= 0) {
            return ludus_fail(error, LUDUS_ERR_STATE, "%s did not read its input for %g s",
                              process->name, seconds);
        }
        exchange(process, true, remaining);
    }
    return LUDUS_OK;
}

// ---- The end ------------------------------------------------------------------------------------

void ludus_process_stop(ludus_process *process, double seconds)
{
    if (process == NULL) {
        return;
    }
    siginfo_t info;
    process->is_stopping = true;
    close_end(&process->in);
    await_end(process, seconds, &info);
    // The leader is not reaped yet, so its group's number cannot have been given to another. It may
    // have left that group.
    kill(-process->pid, SIGKILL);
    kill(process->pid, SIGKILL);
    while (waitpid(process->pid, NULL, 0) < 0 && errno == EINTR) {
    }
    close_end(&process->out);
    close_end(&process->err);
    ludus_free(process);
}
