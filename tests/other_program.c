#include "other_program.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

bool program_is_installed(const char *name)
{
    char path[4096], *place = NULL;
    snprintf(path, sizeof(path), "%s", getenv("PATH") ? getenv("PATH") : "");
    for (char *folder = strtok_r(path, ":", &place); folder; folder = strtok_r(NULL, ":", &place)) {
        char file[4200];
        snprintf(file, sizeof(file), "%s/%s", folder, name);
        if (access(file, X_OK) == 0) {
            return true;
        }
    }
    return false;
}

int program_run(char *const *args, char *out, size_t size)
{
    int ends[2], how = -1;
    pid_t child;
    posix_spawn_file_actions_t actions;
    assert_int_equal(pipe(ends), 0);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
    posix_spawn_file_actions_addclose(&actions, ends[0]);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    assert_int_equal(posix_spawnp(&child, args[0], &actions, NULL, args, environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    size_t used = 0;
    char chunk[256];
    for (ssize_t n = read(ends[0], chunk, sizeof(chunk)); n > 0;
         n = read(ends[0], chunk, sizeof(chunk))) {
        for (ssize_t i = 0; out && i < n && used + 1 < size; i++) {
            out[used++] = chunk[i];
        }
    }
    if (out) {
        out[used] = '\0';
    }
    close(ends[0]);
    assert_int_equal(waitpid(child, &how, 0), child);
    return WIFEXITED(how) ? WEXITSTATUS(how) : -1;
}

void program_under_test(char out[1024])
{
    const ssize_t n = readlink("/proc/self/exe", out, 1000);
    assert_true(n > 0);
    out[n] = '\0';
    for (int i = 0; i < 2; i++) {
        *strrchr(out, '/') = '\0';
    }
    strcat(out, "/ludus");
}

void program_stop(pid_t *child)
{
    if (*child > 0) {
        kill(*child, SIGTERM);
        waitpid(*child, NULL, 0);
    }
    *child = 0;
}

void program_nap(double seconds)
{
    const struct timespec time = {(time_t)seconds,
                                  (long)((seconds - (double)(time_t)seconds) * 1e9)};
    nanosleep(&time, NULL);
}
