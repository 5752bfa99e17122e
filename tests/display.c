#include "display.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

extern char **environ;

void display_start(pid_t *server)
{
    int ends[2];
    char number[16], name[32] = "";
    posix_spawn_file_actions_t actions;
    assert_int_equal(pipe(ends), 0);
    snprintf(number, sizeof(number), "%d", ends[1]);
    // Without -noreset the server begins anew when xdotool, its only client so far, leaves, and
    // refuses whoever comes then.
    char *args[] = {"Xvfb",        "-displayfd", number, "-screen",  "0",
                    "1400x900x24", "-nolisten",  "tcp",  "-noreset", NULL};
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    assert_int_equal(posix_spawnp(server, args[0], &actions, NULL, args, environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    name[0] = ':';
    size_t used = 1;
    while (used + 1 < sizeof(name) && read(ends[0], name + used, 1) == 1 && name[used] != '\n') {
        used++;
    }
    name[used] = '\0';
    close(ends[0]);
    assert_true(used > 1);
    setenv("DISPLAY", name, 1);
}
