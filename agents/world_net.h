// A trained Q net with what it was trained for: the world's name, its settings and the kind of
// values, as the recipe in the file's provenance says.
//
// Threads: no state.

#ifndef LUDUS_AGENTS_WORLD_NET_H
#define LUDUS_AGENTS_WORLD_NET_H

#include "agents/q_net.h"

typedef struct ludus_world_net {
    char world[LUDUS_ENV_NAME_MAX];
    ludus_env_config env;
    ludus_q_config q;
    ludus_net *net; // owned
} ludus_world_net;

// Verifies the net against the world. On failure *out is zeroed and the line names the file.
ludus_status ludus_world_net_load(ludus_world_net *out, const char *path, ludus_error *error);
void ludus_world_net_free(ludus_world_net *net); // a zeroed one is accepted

#endif
