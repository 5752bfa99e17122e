// The insides of the shelf (viewer/game_shelf.h). Internal to viewer/.

#ifndef LUDUS_VIEWER_GAME_SHELF_INTERNAL_H
#define LUDUS_VIEWER_GAME_SHELF_INTERNAL_H

#include "base/file.h"
#include "viewer/game_shelf.h"

struct ludus_sgf;

#define LUDUS_SHELF_PATH_MAX 1024

// Where a game's moves are: its record's bytes, its moves in a PGN file, its root in an SGF tree.
typedef struct ludus_shelved {
    ludus_shelf_entry entry;
    uint8_t *bytes; // record, or moves (int32 in the machine's order); owned
    size_t size;
    char *start; // PGN: FEN of a start that is not the usual one; owned
    char names[2][64];
    int32_t root; // SGF: node
} ludus_shelved;

// Where the reading of a run's segments stands.
typedef struct ludus_shelf_source {
    char folder[LUDUS_SHELF_PATH_MAX]; // of the segments; "" for a single file
    char file[LUDUS_SHELF_PATH_MAX + 24];
    uint32_t number;  // of the file in the folder, 0 = none yet
    uint64_t offset;  // read so far
    int64_t next;     // item after the newest game: what is before it has been read
    int64_t bad_size; // the file was damaged at this size: wait until it changes; -1 = it is fine
    bool has_more;    // the last poll stopped early
} ludus_shelf_source;

typedef enum ludus_shelf_kind {
    LUDUS_SHELF_RUN,
    LUDUS_SHELF_SGF,
    LUDUS_SHELF_PGN
} ludus_shelf_kind;

struct ludus_game_shelf {
    ludus_shelf_kind kind;
    char path[LUDUS_SHELF_PATH_MAX];
    char notice[LUDUS_ERROR_TEXT_MAX];
    char game[LUDUS_GAME_NAME_MAX]; // of records; "" = not known yet
    ludus_game rules;               // of records and PGN, opened when known
    struct ludus_sgf *sgf;          // owned
    ludus_shelf_source source;
    int32_t count, capacity;
    int64_t left;
    ludus_shelved *games;
};

// A place for one more game, zeroed, or NULL when memory is short; the oldest go when it is full.
// `keeps_oldest`: NULL instead when it is full.
ludus_shelved *ludus_game_shelf_push(ludus_game_shelf *shelf, bool keeps_oldest);
void ludus_game_shelf_pop(ludus_game_shelf *shelf); // takes the newest back

// Runs (game_shelf_run.c).
bool ludus_game_shelf_poll_run(ludus_game_shelf *shelf);

// Files (game_shelf_file.c): read the list, make films.
ludus_status ludus_game_shelf_load_sgf(ludus_game_shelf *shelf, ludus_error *error);
ludus_status ludus_game_shelf_load_pgn(ludus_game_shelf *shelf, ludus_error *error);
ludus_status ludus_game_shelf_sgf_film(const ludus_game_shelf *shelf, const ludus_shelved *game,
                                       ludus_game_film **out, ludus_error *error);
ludus_status ludus_game_shelf_pgn_film(const ludus_game_shelf *shelf, const ludus_shelved *game,
                                       ludus_game_film **out, ludus_error *error);

#endif
