// Who plays a side in the window: a person, a search with a level, or any named player.
//
//     ludus_seat_open(&seat, &game, &spec, &error);
//     ludus_seat_ask(&seat, &record);                  // the end of the record, unfinished; its
//                                                      // start may be any position
//     state = ludus_seat_poll(&seat, &answer);         // each frame, never waits
//     ludus_seat_see(&seat, &snapshot);                // what it sees while it thinks
//     ludus_seat_close(&seat);
//
// Threads: the calls belong to one thread at a time; the thinking has its own.

#ifndef LUDUS_VIEWER_PLAY_SEAT_H
#define LUDUS_VIEWER_PLAY_SEAT_H

#include "agents/thinker.h"
#include "viewer/play_record.h"
#include "viewer/player_thread.h"

typedef enum ludus_seat_kind {
    LUDUS_SEAT_PERSON,
    LUDUS_SEAT_SEARCH,    // a thinker with net (or random playouts) at a level
    LUDUS_SEAT_ALPHABETA, // alpha-beta with the game's heuristic at a level
    LUDUS_SEAT_PLAYER     // agents/player.h by its text
} ludus_seat_kind;

typedef struct ludus_seat_spec {
    ludus_seat_kind kind;
    int32_t level;                      // SEARCH, ALPHABETA: 1..10
    char net[1024];                     // SEARCH: file, "" = random playouts
    char player[LUDUS_PLAYER_NAME_MAX]; // PLAYER
    int32_t threads;                    // SEARCH: cores
    uint64_t seed;
} ludus_seat_spec;

typedef struct ludus_seat {
    ludus_seat_spec spec;
    const ludus_game *game;      // borrowed
    ludus_thinker *thinker;      // SEARCH, owned
    ludus_player_thread *player; // PLAYER, owned
    ludus_rng rng;
    bool is_asked;
    bool has_failed; // its player cannot play on; another has to sit down
    bool was_left;   // a thread had to be left behind, see player_thread.h
} ludus_seat;

ludus_status ludus_seat_open(ludus_seat *seat, const ludus_game *game, const ludus_seat_spec *spec,
                             ludus_error *error);
void ludus_seat_close(ludus_seat *seat); // never waits long; a zeroed seat is accepted
// A thinker for a net file ("" = random playouts) as seats and the analysis use it.
ludus_status ludus_seat_thinker(ludus_thinker **out, const ludus_game *game, const char *net,
                                int32_t threads, ludus_error *error);

void ludus_seat_ask(ludus_seat *seat, const ludus_play_record *record);
void ludus_seat_forget(ludus_seat *seat); // the question is no longer of interest
ludus_player_state ludus_seat_poll(ludus_seat *seat, ludus_player_answer *answer);
// Copies what a search sees; false when this seat shows nothing while it thinks.
bool ludus_seat_see(ludus_seat *seat, ludus_thinker_snapshot *snapshot);
// Waits for the answer to what was asked, for headless use.
void ludus_seat_wait(ludus_seat *seat);
// "level 8", "alphabeta:4", "you".
void ludus_seat_name(const ludus_seat_spec *spec, char *out, size_t size);

#endif
