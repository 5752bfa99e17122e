// Where the film screen gets its games from: a shelf of recorded games, a match being played.
//
// Threads: the window's.

#ifndef LUDUS_VIEWER_FILM_SOURCE_H
#define LUDUS_VIEWER_FILM_SOURCE_H

#include "viewer/game_shelf.h"

// One table per source, `static const`.
typedef struct ludus_film_source_ops {
    // Looks for what is new; whether anything changed.
    bool (*poll)(void *self);
    int32_t (*count)(const void *self);
    // Games that have left at the old end; entry i keeps its place as long as this does not change.
    int64_t (*left)(const void *self);
    void (*entry)(const void *self, int32_t i, ludus_shelf_entry *out);
    ludus_status (*film)(const void *self, int32_t i, ludus_game_film **out, ludus_error *error);
    const char *(*notice)(const void *self); // "" or one line; of a match its score
    void (*settle)(void *self);              // (optional) as of ludus_screen_ops
    bool is_live;                            // the last game goes on: follow its newest move
} ludus_film_source_ops;

typedef struct ludus_film_source {
    const ludus_film_source_ops *ops;
    void *self; // borrowed
} ludus_film_source;

ludus_film_source ludus_game_shelf_source(ludus_game_shelf *shelf);

#endif
