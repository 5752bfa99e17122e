// The record of one self-play game: what is stored, listed, printed, re-played and trained on.
//
// A record holds moves and search results, never planes: positions are rebuilt by replaying the
// moves. Per ply: the move, whether the policy is a target, the search policy as sparse 8-bit
// weights, the root's win/draw/loss estimate in 8 bits each; per game: number, outcome.
//
// Bytes (varints as in selfplay/varint.h), version in the replay's header:
//     varint  game number, varint weights version, u8 outcome for the first player to move
//     (0 loss, 1 draw, 2 win), u8 flags (1 resigned, 2 varied), varint plies, then per ply:
//     varint  move, u8 win, u8 loss (of 255, draw is the rest), varint n << 1 | is_target,
//     n times varint move - previous move - 1 (the first: move), n times u8 weight >= 1
// Weights are in steps of 1/255 of the ply's largest, so the largest is 255; on reading they are
// divided by their sum. Equal games have equal bytes: no field has two spellings.
//
// A varied game began from ludus_game_init_varied with its own number, others from the usual start.
//
// Writing:  reset, add per ply, set outcome, encode.
// Reading:  open + next check every field against the game, for bytes from files; at() goes to one
//           ply without asking whether moves are legal, for memory that this process wrote or
//           has checked. Both stay inside the given bytes and arrays whatever the bytes are.
//
// Threads: builders and views are independent values.

#ifndef LUDUS_SELFPLAY_RECORD_H
#define LUDUS_SELFPLAY_RECORD_H

#include "base/file.h"
#include "envs/game.h"

// One ply as it is built or read.
typedef struct ludus_ply {
    ludus_move move;
    bool is_target; // the policy came from a full search
    float wdl[3];   // root estimate for the player to move, sums to 1 (stored in steps of 1/255)
    int32_t num_policy;
    const ludus_move *policy_moves; // ascending
    const float *policy;            // sums to 1; under 1/510 of the largest is dropped
} ludus_ply;

// A game in progress. A zeroed one is ready for reset; memory that runs out shows in body.failed
// and in the buffer it is encoded to.
typedef struct ludus_record {
    uint64_t number;       // game number in the run
    uint64_t weights;      // version of the net that began it
    ludus_outcome outcome; // for the player to move in the initial position
    bool resigned;
    bool is_varied; // at its start; not part of save and load
    int32_t num_plies;
    ludus_buffer body; // encoded plies
} ludus_record;

void ludus_record_reset(ludus_record *record, uint64_t number, uint64_t weights);
void ludus_record_add(ludus_record *record, const ludus_ply *ply);
// Appends the finished record's bytes.
void ludus_record_encode(const ludus_record *record, ludus_buffer *out);
void ludus_record_free(ludus_record *record);
// Checkpoints of games in progress, which have no outcome yet. load checks the frame alone: open
// and next check the plies. A record that cannot be loaded keeps its old content.
void ludus_record_save(const ludus_record *record, ludus_buffer *out);
ludus_status ludus_record_load(ludus_record *record, ludus_cursor *in);

// Reads a stored record ply by ply: validates every field against the game and replays it.
typedef struct ludus_record_view {
    const ludus_game *game;
    ludus_cursor cursor;
    uint64_t number, weights;
    ludus_outcome outcome; // for the player to move in the initial position
    bool resigned;
    bool is_varied;
    int32_t num_plies;
    int32_t next; // ply that the next call returns
} ludus_record_view;

// Fails with one line on damage. `bytes` stay the caller's and must outlive the view.
ludus_status ludus_record_open(ludus_record_view *view, const ludus_game *game, const void *bytes,
                               size_t size, ludus_error *error);
// The position in which the game began.
void ludus_record_start(const ludus_record_view *view, void *pos);
// Fills `ply` (its arrays are the caller's moves/weights, [max_legal] each) and checks that its
// moves are legal in `pos`, then plays it. Call num_plies times; `pos` is first as
// ludus_record_start leaves it. After a failure neither the view nor `pos` may be used further.
ludus_status ludus_record_next(ludus_record_view *view, void *pos, ludus_ply *ply,
                               ludus_move *moves, float *weights, ludus_error *error);

// One ply of a stored record, quickly: sets `pos` to the position before ply `index` (from 0) and
// fills `ply` as next does. `for_mover` (may be NULL) receives the game's outcome for the player to
// move there. Nothing is allocated.
ludus_status ludus_record_at(const ludus_game *game, const void *bytes, size_t size, int32_t index,
                             void *pos, ludus_ply *ply, ludus_move *moves, float *weights,
                             ludus_outcome *for_mover, ludus_error *error);

#endif
