// The verbs of the program, one per cmd_*.c; main.c lists them in the order of its help.
// Only main.c and cmd_*.c print for the user or end the program.

#ifndef LUDUS_CMD_H
#define LUDUS_CMD_H

#include "cmd_line.h"

extern const ludus_command ludus_cmd_train;
extern const ludus_command ludus_cmd_play;
extern const ludus_command ludus_cmd_match;
extern const ludus_command ludus_cmd_eval;
extern const ludus_command ludus_cmd_bench;
extern const ludus_command ludus_cmd_list;
extern const ludus_command ludus_cmd_info;
extern const ludus_command ludus_cmd_replay;
extern const ludus_command ludus_cmd_perft;
extern const ludus_command ludus_cmd_label;
extern const ludus_command ludus_cmd_uci;
extern const ludus_command ludus_cmd_watch;
extern const ludus_command ludus_cmd_gtp;

#endif
