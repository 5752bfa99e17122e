// A match between two players that goes on in a thread beside the window: game after game with
// colours changed, each move kept with what its player thought of it.
//
//     ludus_live_match_create(&match, &setup, &error);          // the thread begins
//     setup.source = ludus_live_match_source(match);            // for viewer/film_screen.h
//     ludus_live_match_destroy(match);                          // ends it, after the move in hand
//
// Threads: create, destroy and the source by one thread; the players belong to the match's own.
// Repeat: with players that do not look at the clock, the same setup gives the same games.

#ifndef LUDUS_VIEWER_LIVE_MATCH_H
#define LUDUS_VIEWER_LIVE_MATCH_H

#include "viewer/film_source.h"

typedef struct ludus_live_match ludus_live_match;

typedef struct ludus_live_match_setup {
    const char *game;
    const char *player[2]; // player texts, see agents/player.h; the first begins in games 1, 3, ..
    int32_t games;         // 0 = until it is destroyed
    int32_t
        opening_plies; // random moves at the beginning; the same for games 1 and 2, 3 and 4, ...
    uint64_t seed;
    double seconds_per_move; // at least, so that one can follow
    bool is_stepped;         // one move per settle(): for pictures without a display
} ludus_live_match_setup;

ludus_status ludus_live_match_create(ludus_live_match **out, const ludus_live_match_setup *setup,
                                     ludus_error *error);
void ludus_live_match_destroy(ludus_live_match *match); // NULL is accepted
ludus_film_source ludus_live_match_source(ludus_live_match *match);

typedef struct ludus_live_match_score {
    int32_t games;               // finished
    int32_t wins, draws, losses; // of the first player
    bool is_over;                // no more games follow
} ludus_live_match_score;
void ludus_live_match_score_get(ludus_live_match *match, ludus_live_match_score *out);

#endif
