// What `ludus eval` and `ludus play` do when the game is an Atari-like world.

#ifndef LUDUS_CMD_WORLD_H
#define LUDUS_CMD_WORLD_H

#include "cmd_line.h"

bool ludus_world_exists(const char *name);

typedef struct ludus_world_eval_options {
    const char *net;   // file
    int32_t episodes;  // >= 1
    double epsilon;    // < 0: greedy and .001, a line each
    int32_t max_steps; // per episode; 0 = no limit
    int32_t threads;   // 0: one per core
    uint64_t seed;
    bool json;
} ludus_world_eval_options;

// Plays whole episodes and prints the mean return with its interval, and the protocol. Returns the
// exit status.
int ludus_eval_world(const ludus_command *command, const char *name,
                     const ludus_world_eval_options *options);

typedef struct ludus_world_play_options {
    const char *net;         // the agent plays; NULL: the person does
    double steps_per_second; // 0: the world's own
    uint64_t seed;
} ludus_world_play_options;

// Draws the world on the terminal while the person (keys on a terminal, else a line per step with
// the action's name) or the agent plays one episode.
int ludus_play_world(const ludus_command *command, const char *name,
                     const ludus_world_play_options *options);

#endif
