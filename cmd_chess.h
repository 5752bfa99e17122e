// What `ludus eval chess` measures besides games.

#ifndef LUDUS_CMD_CHESS_H
#define LUDUS_CMD_CHESS_H

#include "cmd_line.h"

typedef struct ludus_chess_eval_options {
    const char *net;     // file
    int32_t simulations; // of exercises; -1: the default
    int32_t endings;     // positions of each table; -1: the default
    int32_t precision;   // ludus_precision
    int32_t threads;     // 0: one per core
    uint64_t seed;
    bool json;
} ludus_chess_eval_options;

// Judges endings against the exact tables and solves the exercises; prints the shares. Returns the
// exit status.
int ludus_eval_chess(const ludus_command *command, const ludus_chess_eval_options *options);

#endif
