// Pieces of episodes: how what actors saw lies in the replay, and how a transition is rebuilt.
//
// A piece is a stretch of one world's stream: `items` transitions that can be drawn, and behind
// them the steps that n-step returns look ahead to. Every frame is stored once; stacks are rebuilt.
// A frame is kept as its difference (xor) from the one before, which zstd packs well: worlds
// change little from step to step.
//
// Bytes of a record: u16 steps, u16 items, u8 frames before the first step; then per step action
// u8, end u8 (ludus_step_end), reward f32; then the frames. There is one frame per step, one more
// after each truncated step, and one after the last step unless that ended an episode.
//
// Letters: S moments of a stack, F bytes of one moment's frame, n steps of a return.
// Threads: a writer belongs to one thread; reading has no state.

#ifndef LUDUS_SELFPLAY_PIECE_H
#define LUDUS_SELFPLAY_PIECE_H

#include "base/file.h"
#include "envs/env.h"

#define LUDUS_PIECE_MAX_ITEMS 1024
#define LUDUS_MAX_N_STEP 64

typedef struct ludus_piece_format {
    size_t frame_bytes; // F
    int32_t stack;      // S
    int32_t n_step;     // n >= 1
    int32_t items;      // transitions of a piece, 1 .. LUDUS_PIECE_MAX_ITEMS
} ludus_piece_format;

// Fails when a world's stacked observation cannot be cut into frames (stacked bits).
ludus_status ludus_piece_format_for(ludus_piece_format *out, const ludus_env_spec *spec,
                                    int32_t n_step, int32_t items, ludus_error *error);

// ---- Writing ---------------------------------------------------------------------------------

typedef struct ludus_piece_writer ludus_piece_writer; // of one world

ludus_status ludus_piece_writer_create(ludus_piece_writer **out, const ludus_piece_format *format);
void ludus_piece_writer_destroy(ludus_piece_writer *writer); // NULL is accepted

// One step: the stacked, packed observation before it [S,F], what was done and what followed.
// cut_obs [S,F] is read when `end` is LUDUS_STEP_TRUNCATED.
void ludus_piece_writer_step(ludus_piece_writer *writer, const uint8_t *obs, int32_t action,
                             float reward, uint8_t end, const uint8_t *cut_obs);
// True when a piece is complete: take it before the next step.
bool ludus_piece_writer_full(const ludus_piece_writer *writer);
// The record of format.items transitions. `next_obs` [S,F] is the observation after the last step.
// What the next piece needs stays in the writer.
void ludus_piece_writer_take(ludus_piece_writer *writer, const uint8_t *next_obs,
                             ludus_buffer *out);

void ludus_piece_writer_save(const ludus_piece_writer *writer, ludus_buffer *out);
ludus_status ludus_piece_writer_load(ludus_piece_writer *writer, ludus_cursor *in);

// ---- Reading ---------------------------------------------------------------------------------

typedef struct ludus_transition {
    int32_t action;
    float reward;   // discounted sum over the steps until `next`
    float discount; // of the value of `next`: gamma^steps, 0 after a terminated step
} ludus_transition;

// Transition `index` of a record. obs, next: [S,F], rebuilt; next is zero when discount is 0.
// Nothing in the bytes is trusted: false when they are no piece of this format.
bool ludus_piece_read(const ludus_piece_format *format, const uint8_t *bytes, size_t size,
                      int32_t index, float gamma, uint8_t *obs, uint8_t *next,
                      ludus_transition *out);

#endif
