// Where the program finds the files it came with (nets, recipes), and sorted folder listings.
//
// Places, in this order: the current folder, the source tree or the share/ludus beside the
// program, LUDUS_DATA_DIR (set when it was built).
//
// Threads: one at a time.

#ifndef LUDUS_CMD_DATA_H
#define LUDUS_CMD_DATA_H

#include "envs/game.h"

#define LUDUS_PATH_MAX 1024 // bytes of a path, NUL included

// Writes the first PLACE/relative that exists into out [LUDUS_PATH_MAX]; false when none does.
bool ludus_data_find(const char *relative, char *out);

// The trained net of that name that came with the program, as ludus_data_find.
bool ludus_data_find_trained(const char *name, char *out);
// The file of the trained net that plays this game best: its own, or its family's for another
// board. out: [LUDUS_PATH_MAX], "" and false when none came with the program.
bool ludus_data_find_net(const ludus_game *game, char *out);

typedef struct ludus_names {
    char (*name)[256]; // owned
    size_t count;
} ludus_names;

// The names in `folder` that end in `suffix`, sorted; a folder that cannot be read is empty.
ludus_status ludus_names_list(ludus_names *out, const char *folder, const char *suffix);
void ludus_names_free(ludus_names *names);

#endif
