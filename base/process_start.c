// Starting a child: its command line in words, its pipes, its signals.

#define _GNU_SOURCE // pipe2, environ

#include "base/process_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

// ---- Words --------------------------------------------------------------------------------------

// Takes one word from *text into *out, advancing both; false when a quote stays open.
static bool take_word(const char **text, char **out)
{
    char quote = '\0';
    const char *in = *text;
    for (; *in != '\0' && (quote != '\0' || strchr(" \t\r\n", *in) == NULL); in++) {
        if (*in == '\\' && quote != '\'' && in[1] != '\0') {
            *(*out)++ = *++in;
        } else if (quote == '\0' && (*in == '\'' || *in == '"')) {
            quote = *in;
        } else if (*in == quote) {
            quote = '\0';
        } else {
            *(*out)++ = *in;
        }
    }
    *(*out)++ = '\0';
    *text = in;
    return quote == '\0';
}

ludus_status ludus_process_split(const char *command, char *room,
                                 char *words[LUDUS_PROCESS_WORDS_MAX + 1], ludus_error *error)
{
    int count = 0;
    for (;;) {
        command += strspn(command, " \t\r\n");
        if (*command == '\0') {
            break;
        }
        if (count == LUDUS_PROCESS_WORDS_MAX) {
            return ludus_fail(error, LUDUS_ERR_ARG, "a command line of over %d words",
                              LUDUS_PROCESS_WORDS_MAX);
        }
        words[count++] = room;
        if (!take_word(&command, &room)) {
            return ludus_fail(error, LUDUS_ERR_ARG, "a quote stays open in the command line");
        }
    }
    words[count] = NULL;
    if (count == 0 || words[0][0] == '\0') {
        return ludus_fail(error, LUDUS_ERR_ARG, "the command line names no program");
    }
    return LUDUS_OK;
}

// ---- Pipes --------------------------------------------------------------------------------------

static void close_pipe(int ends[2])
{
    for (int i = 0; i < 2; i++) {
        if (ends[i] >= 0) {
            close(ends[i]);
            ends[i] = -1;
        }
    }
}

// A pipe whose ends are not 0, 1 or 2, which the child replaces; `ours` (0 reads, 1 writes) never
// blocks.
static bool open_pipe(int ends[2], int ours)
{
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return false;
    }
    for (int i = 0; i < 2; i++) {
        if (ends[i] < 3) {
            const int higher = fcntl(ends[i], F_DUPFD_CLOEXEC, 3);
            if (higher < 0) {
                return false;
            }
            close(ends[i]);
            ends[i] = higher;
        }
    }
    return fcntl(ends[ours], F_SETFL, O_NONBLOCK) == 0;
}

// ---- The child ----------------------------------------------------------------------------------

// Signals as a program expects them at its start; a group of its own.
static int set_attributes(posix_spawnattr_t *attributes)
{
    sigset_t none, defaults;
    sigemptyset(&none);
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    sigaddset(&defaults, SIGINT);
    sigaddset(&defaults, SIGTERM);
    int failed = posix_spawnattr_setsigmask(attributes, &none);
    failed = failed ? failed : posix_spawnattr_setsigdefault(attributes, &defaults);
    failed = failed ? failed : posix_spawnattr_setpgroup(attributes, 0);
    const int flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP;
    return failed ? failed : posix_spawnattr_setflags(attributes, (short)flags);
}

// 0 or an errno.
static int spawn(pid_t *pid, char **words, int in, int out, int err)
{
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_t actions;
    int failed = posix_spawnattr_init(&attributes);
    if (failed) {
        return failed;
    }
    failed = posix_spawn_file_actions_init(&actions);
    if (!failed) {
        failed = set_attributes(&attributes);
        failed = failed ? failed : posix_spawn_file_actions_adddup2(&actions, in, 0);
        failed = failed ? failed : posix_spawn_file_actions_adddup2(&actions, out, 1);
        failed = failed ? failed : posix_spawn_file_actions_adddup2(&actions, err, 2);
        failed =
            failed ? failed : posix_spawnp(pid, words[0], &actions, &attributes, words, environ);
        posix_spawn_file_actions_destroy(&actions);
    }
    posix_spawnattr_destroy(&attributes);
    return failed;
}

static int start_child(ludus_process *process, char **words)
{
    int pipes[3][2] = {{-1, -1}, {-1, -1}, {-1, -1}}; // by the child's descriptor
    int failed = 0;
    if (!open_pipe(pipes[0], 1) || !open_pipe(pipes[1], 0) || !open_pipe(pipes[2], 0)) {
        failed = errno;
    } else {
        failed = spawn(&process->pid, words, pipes[0][0], pipes[1][1], pipes[2][1]);
    }
    if (!failed) {
        process->in = pipes[0][1];
        process->out = pipes[1][0];
        process->err = pipes[2][0];
        pipes[0][1] = pipes[1][0] = pipes[2][0] = -1;
    }
    for (int i = 0; i < 3; i++) {
        close_pipe(pipes[i]);
    }
    return failed;
}

static void name_after(ludus_process *process, const char *program)
{
    const char *slash = strrchr(program, '/');
    snprintf(process->name, sizeof(process->name), "%s", slash != NULL ? slash + 1 : program);
}

ludus_status ludus_process_start(ludus_process **out, const char *command, ludus_error *error)
{
    char *words[LUDUS_PROCESS_WORDS_MAX + 1];
    *out = NULL;
    char *room = ludus_alloc(2 * strlen(command) + 2, 1);
    ludus_process *process = ludus_alloc(1, sizeof(*process));
    ludus_status status = LUDUS_OK;
    if (room == NULL || process == NULL) {
        status = ludus_fail(error, LUDUS_ERR_NOMEM, "out of memory");
        goto done;
    }
    status = ludus_process_split(command, room, words, error);
    if (status != LUDUS_OK) {
        goto done;
    }
    name_after(process, words[0]);
    const int failed = start_child(process, words);
    if (failed) {
        status =
            ludus_fail(error, LUDUS_ERR_IO, "%s cannot be started: %s", words[0], strerror(failed));
        goto done;
    }
    *out = process;
    process = NULL;
done:
    ludus_free(process);
    ludus_free(room);
    return status;
}
