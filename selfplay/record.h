// The record of one self-play game: what is stored, listed, printed, re-played and trained on.
//
// A record holds moves and search results, never planes: positions are rebuilt by replaying the
// moves. Per ply: the move, whether the policy is a target, the search policy as sparse 8-bit
// weights, the root's win/draw/loss estimate in 8 bits each; per game: number, outcome, opening.
//
// Bytes (little-endian, varints as in LEB128), version in the replay's header:
//     varint  game number, varint weights version, u8 outcome for the first player to move (0..2),
//     u8 flags (resigned), varint plies, then per ply:
//     varint  move, u8 win, u8 loss (of 255, draw is the rest), varint n << 1 | is_target,
//     n times {varint move delta, u8 weight >= 1}
//
// Threads: builders and views are independent values.

#ifndef LUDUS_SELFPLAY_RECORD_H
#define LUDUS_SELFPLAY_RECORD_H

#include "base/file.h"
#include "envs/game.h"

// One ply as it is built or read.
typedef struct ludus_ply {
    ludus_move move;
    bool is_target;   // the policy came from a full search
    float wdl[3];     // root estimate for the player to move, sums to 1 (stored in steps of 1/255)
    int32_t num_policy;
    const ludus_move *policy_moves;  // ascending
    const float *policy;             // sums to 1; weights under 1/255 are dropped
} ludus_ply;

// A game in progress. Owned by its maker; grows without bound checks by the caller.
typedef struct ludus_record {
    uint64_t number;          // game number in the run
    uint64_t weights;         // version of the net that began it
    ludus_outcome outcome;    // for the player to move in the initial position
    bool resigned;
    int32_t num_plies;
    ludus_buffer body;        // encoded plies
} ludus_record;

void ludus_record_reset(ludus_record *record, uint64_t number, uint64_t weights);
void ludus_record_add(ludus_record *record, const ludus_ply *ply);
// Appends the finished record's bytes.
void ludus_record_encode(const ludus_record *record, ludus_buffer *out);
void ludus_record_free(ludus_record *record);
// Checkpoints of games in progress.
void ludus_record_save(const ludus_record *record, ludus_buffer *out);
ludus_status ludus_record_load(ludus_record *record, ludus_cursor *in);

// Reads a stored record ply by ply: validates every field against the game and replays it.
typedef struct ludus_record_view {
    const ludus_game *game;
    ludus_cursor cursor;
    uint64_t number, weights;
    ludus_outcome outcome; // for the player to move in the initial position
    bool resigned;
    int32_t num_plies;
    int32_t next;          // ply that the next call returns
} ludus_record_view;

// Fails with one line on damage. `bytes` stay the caller's and must outlive the view.
ludus_status ludus_record_open(ludus_record_view *view, const ludus_game *game,
                               const void *bytes, size_t size, ludus_error *error);
// Fills `ply` (its arrays are the caller's moves/weights, [max_legal] each) and checks the move is
// legal in `pos`, then plays it. Call num_plies times; `pos` starts at the initial position.
ludus_status ludus_record_next(ludus_record_view *view, void *pos, ludus_ply *ply,
                               ludus_move *moves, float *weights, ludus_error *error);

#endif
