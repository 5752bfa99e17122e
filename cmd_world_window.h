// A world in a window: what `ludus watch WORLD` and `ludus play WORLD --window` open.

#ifndef LUDUS_CMD_WORLD_WINDOW_H
#define LUDUS_CMD_WORLD_WINDOW_H

#include "cmd_line.h"
#include "cmd_window.h"

typedef struct ludus_world_window_args {
    ludus_window_args window;
    const char *net;         // the agent; NULL = the world's trained net, if there is one
    double epsilon;          // share of random actions
    double steps_per_second; // 0 = the world's own
    uint64_t seed;
    bool is_person; // the person plays first; Return changes that
    bool is_paused;
} ludus_world_window_args;

// Returns the exit status.
int ludus_world_window(const ludus_command *command, const char *name,
                       const ludus_world_window_args *args);

#endif
