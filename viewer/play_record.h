// A game as it was played: its moves from a start position, and what was thought of each position.
//
// Ply i is the position after i moves; 0 is the start. What is known of a position is seen by the
// FIRST player, unlike elsewhere, because it is a curve over the game.
//
// Threads: one at a time.

#ifndef LUDUS_VIEWER_PLAY_RECORD_H
#define LUDUS_VIEWER_PLAY_RECORD_H

#include "envs/game.h"

typedef struct ludus_play_record {
    const ludus_game *game; // borrowed
    void *start;            // position block, owned
    void *end;              // the position after all moves, owned
    ludus_move *moves;      // [capacity], owned
    int32_t count;
    int32_t capacity; // the game's max_plies
    float *win;       // [capacity + 1], owned: 0..1 the first player's chance; < 0 = not known
    float *score;     // [capacity + 1], owned: points the first player is ahead; NAN = not known
} ludus_play_record;

// start NULL: the game's own start position.
ludus_status ludus_play_record_create(ludus_play_record *out, const ludus_game *game,
                                      const void *start, ludus_error *error);
void ludus_play_record_free(ludus_play_record *record); // a zeroed one is accepted
// A new game from the same start.
void ludus_play_record_clear(ludus_play_record *record);

// move is legal at the end, which is unfinished.
void ludus_play_record_add(ludus_play_record *record, ludus_move move);
// Only the first `count` moves stay.
void ludus_play_record_cut(ludus_play_record *record, int32_t count);
// The position at a ply, 0..count, into a position block.
void ludus_play_record_at(const ludus_play_record *record, int32_t ply, void *pos);
// Notes what the player to move at `ply` thinks: value -1..1 and, unless NAN, points ahead.
void ludus_play_record_note(ludus_play_record *record, int32_t ply, float value, float score);

#endif
