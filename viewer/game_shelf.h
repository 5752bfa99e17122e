// Many recorded games from one place, for the window to choose from: a run's folder or one of its
// segment files (self-play games, following those of a run that goes on), an SGF or a PGN file.
//
//     ludus_game_shelf_create(&shelf, path, &error);
//     ludus_game_shelf_poll(shelf);                       // now and then: what is new
//     ludus_game_shelf_film(shelf, i, &film, &error);      // 0 <= i < count, oldest first
//
// At most LUDUS_SHELF_MAX_GAMES are kept: the newest of a run, the first of a file.
//
// Threads: one shelf, one thread.

#ifndef LUDUS_VIEWER_GAME_SHELF_H
#define LUDUS_VIEWER_GAME_SHELF_H

#include "viewer/game_film.h"

#define LUDUS_SHELF_MAX_GAMES 20000

typedef struct ludus_game_shelf ludus_game_shelf;

typedef struct ludus_shelf_entry {
    int64_t number; // of the game in its run, or in the file from 1
    int32_t plies;
    char title[96];  // "Morphy - Anderssen", "game 1234, net 17"
    char result[32]; // "1-0", "B+R"
} ludus_shelf_entry;

// LUDUS_ERR_IO, LUDUS_ERR_FORMAT: one line that names the file. A run without stored games is an
// empty shelf whose notice says how to store them.
ludus_status ludus_game_shelf_create(ludus_game_shelf **out, const char *path, ludus_error *error);
void ludus_game_shelf_destroy(ludus_game_shelf *shelf); // NULL is accepted
// Whether the path names something that a shelf reads: a folder, *.seg, *.sgf, *.pgn.
bool ludus_game_shelf_reads(const char *path);

// Looks for new games of a run; true when the list or the notice changed. Reads a bounded amount.
bool ludus_game_shelf_poll(ludus_game_shelf *shelf);
const char *ludus_game_shelf_notice(const ludus_game_shelf *shelf); // "" or one line to show

int32_t ludus_game_shelf_count(const ludus_game_shelf *shelf);
// How many games have left at the old end since creation: entry i is the (left + i)-th.
int64_t ludus_game_shelf_left(const ludus_game_shelf *shelf);
const ludus_shelf_entry *ludus_game_shelf_entry(const ludus_game_shelf *shelf, int32_t i);
ludus_status ludus_game_shelf_film(const ludus_game_shelf *shelf, int32_t i, ludus_game_film **out,
                                   ludus_error *error);

#endif
