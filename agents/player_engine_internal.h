// What players in other programs (gtp:, uci:) share: how they are written, and the game they hear.
//
// An engine is written COMMAND LINE[?KEY=VALUE[&KEY=VALUE...]], e.g.
//     gnugo --mode gtp --level 10?timeout=30
//     stockfish?nodes=1000&Hash=64&Skill Level=5
// The last '?' begins the settings; what the command line may look like is said in
// base/process.h. Internal to agents/player*.c.

#ifndef LUDUS_AGENTS_PLAYER_ENGINE_INTERNAL_H
#define LUDUS_AGENTS_PLAYER_ENGINE_INTERNAL_H

#include "agents/player.h"

#define LUDUS_ENGINE_SETTINGS_MAX 32
#define LUDUS_ENGINE_TIMEOUT 120.0 // seconds, when the settings do not say

typedef struct ludus_engine_setting {
    char *key;
    char *value; // NULL when there was no '='
} ludus_engine_setting;

// Texts lie in `room`, a ludus_alloc block.
typedef struct ludus_engine_text {
    char *room;
    char *command;
    int32_t num_settings;
    ludus_engine_setting settings[LUDUS_ENGINE_SETTINGS_MAX];
} ludus_engine_text;

// On failure nothing is to be freed.
ludus_status ludus_engine_text_parse(ludus_engine_text *out, const char *args, ludus_error *error);
void ludus_engine_text_free(ludus_engine_text *text); // a zeroed one is accepted

// A setting's value as a number in low..high; the failure names the key.
ludus_status ludus_engine_read_number(const ludus_engine_setting *setting, double low, double high,
                                      double *out, ludus_error *error);

// The game as an engine must be told it: every move since its start, as text.
typedef struct ludus_engine_move {
    ludus_move move;
    int32_t side; // 0 or 1: who made it
    char text[LUDUS_GAME_TEXT_MAX];
} ludus_engine_move;

typedef struct ludus_engine_game {
    const ludus_game *game;   // borrowed
    void *pos;                // after the moves; owned
    ludus_engine_move *moves; // [max_plies], owned
    int32_t plies;
    bool is_lost; // a move came from a position that these moves do not reach
} ludus_engine_game;

ludus_status ludus_engine_game_init(ludus_engine_game *out, const ludus_game *game,
                                    ludus_error *error);
void ludus_engine_game_free(ludus_engine_game *heard); // a zeroed one is accepted
void ludus_engine_game_reset(ludus_engine_game *heard);
void ludus_engine_game_observe(ludus_engine_game *heard, const void *pos, ludus_move move);
// LUDUS_ERR_ARG when the moves heard do not lead to `pos`.
ludus_status ludus_engine_game_check(const ludus_engine_game *heard, const void *pos,
                                     ludus_error *error);

// A move as engines spell it, upper or lower case.
// LUDUS_ERR_STATE: a move of the game, but one that the rules forbid here, which loses the game, as
// programs may differ in their rules; LUDUS_ERR_FORMAT: no move at all, which ends a match.
ludus_status ludus_engine_parse_move(const ludus_game *game, const void *pos, const char *text,
                                     ludus_move *out, ludus_error *error);

#endif
