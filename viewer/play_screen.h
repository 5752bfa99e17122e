// The screen of `ludus play --window`: a board to play on with the mouse, the players, what they
// think, and the game so far.
//
//     ludus_play_config config = ...;
//     ludus_play_create(&play, &config, &error);
//     ludus_window_run(&ludus_play_screen, play, &options, &stats, &error);
//     was_clean = ludus_play_destroy(play);
//
// A move is made where the mouse goes down; pieces of chess are taken and put down by two clicks or
// by dragging. Any earlier position can be looked at (arrow keys, clicks into the curve) and played
// on from. A finished game of Go is counted; clicks on stones mark them dead or alive.
//
// Threads: the window's; players and the analysis think in their own.

#ifndef LUDUS_VIEWER_PLAY_SCREEN_H
#define LUDUS_VIEWER_PLAY_SCREEN_H

#include "viewer/play_seat.h"
#include "viewer/window.h"

typedef struct ludus_play_config {
    const char *game;         // name
    const char *start;        // position in the game's text, or NULL
    const char *moves;        // played at once, separated by spaces or commas, or NULL
    ludus_seat_spec seats[2]; // who plays first and second
    ludus_seat_spec bot;      // who sits down when the person asks for a bot
    const char *net;          // file for the analysis, "" = random playouts
    int32_t threads;          // cores for the analysis
    uint64_t seed;
    bool enable_analysis; // shown from the start
    bool is_headless;     // thinking has an end, so that pictures repeat
} ludus_play_config;

typedef struct ludus_play ludus_play;

// Texts of the config are used during the call only.
ludus_status ludus_play_create(ludus_play **out, const ludus_play_config *config,
                               ludus_error *error);
// False when a player that was still thinking had to be left behind: end the program by _Exit.
// NULL is accepted (true).
bool ludus_play_destroy(ludus_play *play);

extern const ludus_screen_ops ludus_play_screen; // self is a ludus_play

// For tests and scripts: what the screen shows.
const ludus_play_record *ludus_play_record_of(const ludus_play *play);
bool ludus_play_is_over(const ludus_play *play);
const char *ludus_play_status(const ludus_play *play);  // "your move", "White wins: checkmate"
int32_t ludus_play_hovered_ply(const ludus_play *play); // read off the curve, -1 = none
// Where to click for a cell, for a ply in the curve, for a button by its label; false when there is
// no such one.
bool ludus_play_find_cell(const ludus_play *play, int32_t cell, ludus_point *out);
bool ludus_play_find_ply(const ludus_play *play, int32_t ply, ludus_point *out);
bool ludus_play_find_button(const ludus_play *play, const char *label, ludus_point *out);

#endif
