// `ludus play GAME --window`: the same game in a window.
//
// Threads: one at a time.

#ifndef LUDUS_CMD_PLAY_WINDOW_H
#define LUDUS_CMD_PLAY_WINDOW_H

#include "cmd_window.h"

typedef struct ludus_play_window_args {
    ludus_window_args window;
    const char *opponent; // a player's text, "human", or NULL = the default bot
    const char *me;       // the same for the person's side; NULL = the person
    const char *net;      // for the default bot and the analysis; NULL = the game's trained one
    const char *from;     // start position in the game's text, or NULL
    const char *moves;    // played at once, or NULL
    int32_t side;         // the person's: 0 moves first, 1 second
    int32_t level;        // of the default bot, 1..10
    int32_t threads;      // that think; 0 = all cores but one
    uint64_t seed;
    bool enable_analysis;
} ludus_play_window_args;

// Returns the exit status, after one line on stderr when it is not 0. Ends the program by itself
// when a player cannot be interrupted.
int ludus_play_window(const ludus_command *command, const char *game,
                      const ludus_play_window_args *args);

#endif
