#include "cmd_signal.h"

#include "cmd_line.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

static volatile sig_atomic_t stop_requested = 0;

static void on_signal(int number)
{
    if (stop_requested && number == SIGINT) {
        _exit(LUDUS_EXIT_STOPPED);
    }
    stop_requested = 1;
}

void ludus_signal_install(void)
{
    struct sigaction action;
    memset(&action, 0, sizeof(action));
    action.sa_handler = on_signal;
    sigemptyset(&action.sa_mask);
    // No SA_RESTART: a read from the terminal ends, so that `play` sees the request.
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    // A closed terminal ends a run as SIGTERM does, unless nohup said otherwise.
    struct sigaction hangup;
    sigaction(SIGHUP, NULL, &hangup);
    if (hangup.sa_handler != SIG_IGN) {
        sigaction(SIGHUP, &action, NULL);
    }
    // Ctrl-C ends the `tee` behind a pipe too: what is printed then is lost, not what is to be
    // saved.
    action.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &action, NULL);
}

bool ludus_signal_requested(void)
{
    return stop_requested != 0;
}
