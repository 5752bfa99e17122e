// A recorded game as a list of positions, with what was thought at each: what the window steps
// through.
//
//     ludus_game_film_create(&film, "connect4", &error);
//     ludus_game_film_add(film, &ply, &error);                 // plays it
//     for (i = 0; i < film->num_plies; i++) ... film->plies[i], ludus_game_film_position(film, i +
//     1)
//
// Position 0 is the one before ply 0; ply i leads from position i to position i + 1.
//
// Threads: a film belongs to one thread at a time.

#ifndef LUDUS_VIEWER_GAME_FILM_H
#define LUDUS_VIEWER_GAME_FILM_H

#include "envs/game.h"

#define LUDUS_FILM_MAX_PLIES 4096
#define LUDUS_FILM_POLICY_MAX 32 // moves of a search's policy that are kept, the likeliest

typedef struct ludus_film_ply {
    ludus_move move; // LUDUS_MOVE_NONE: stones were set up, nobody moved
    int32_t mover;   // 0 or 1
    bool has_value;
    float value; // -1..1 for the first player, of the position before
    float draw;  // 0..1, share of draws in it
    int32_t num_policy;
    ludus_move policy_moves[LUDUS_FILM_POLICY_MAX]; // the likeliest first
    float policy[LUDUS_FILM_POLICY_MAX];            // 0..1
    char text[LUDUS_GAME_TEXT_MAX];                 // "e4"; filled by add
} ludus_film_ply;

// Fields are for reading; the functions below change them.
typedef struct ludus_game_film {
    ludus_game game; // owned
    char title[128];
    char names[2][64]; // of the players, first to move first; may be ""
    char result[32];   // "1-0", "B+3.5"; "" while it goes on
    int32_t num_plies, capacity;
    ludus_film_ply *plies; // [num_plies]
    uint8_t *positions;    // [num_plies + 1] blocks of game.spec.state_bytes
} ludus_game_film;

// A film of no plies from the game's initial position.
ludus_status ludus_game_film_create(ludus_game_film **out, const char *game, ludus_error *error);
void ludus_game_film_destroy(ludus_game_film *film); // NULL is accepted

// Replaces the first position; only before any ply.
void ludus_game_film_begin(ludus_game_film *film, const void *pos);
// Adds a ply: checks that its move is legal and plays it. mover and text are filled.
ludus_status ludus_game_film_add(ludus_game_film *film, const ludus_film_ply *ply,
                                 ludus_error *error);
// Adds a position that rules need not lead to (SGF setup, a forced move), with the move if there is
// one.
ludus_status ludus_game_film_add_position(ludus_game_film *film, const void *pos, ludus_move move,
                                          ludus_error *error);
// Keeps the likeliest moves of a policy.
void ludus_film_ply_set_policy(ludus_film_ply *ply, int32_t n, const ludus_move *moves,
                               const float *policy);

// 0 <= i <= num_plies. Borrowed until the next add.
const void *ludus_game_film_position(const ludus_game_film *film, int32_t i);

// A film of a self-play record (selfplay/record.h), every field checked.
ludus_status ludus_game_film_from_record(ludus_game_film **out, const char *game, const void *bytes,
                                         size_t size, ludus_error *error);

#endif
