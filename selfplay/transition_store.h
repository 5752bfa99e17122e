// How rollouts of actors get into the replay: one writer of pieces per world, full pieces pushed in
// world order.
//
//     ludus_transition_store_create(&store, replay, &format, worlds, &error);
//     ludus_transition_store_add(store, ludus_actors_phase(actors, net, epsilon), &error);
//
// A world's newest steps are in its writer until the piece is full; they cannot be drawn yet.
//
// Threads: one at a time, while no reader of the replay is in use.
// Repeat: what is stored depends on the rollouts alone. Saved and loaded, it goes on bit for bit.

#ifndef LUDUS_SELFPLAY_TRANSITION_STORE_H
#define LUDUS_SELFPLAY_TRANSITION_STORE_H

#include "selfplay/actors.h"
#include "selfplay/piece.h"
#include "selfplay/replay.h"

typedef struct ludus_transition_store ludus_transition_store;

// `replay` is borrowed until destroy. worlds >= 1, those of the rollouts.
ludus_status ludus_transition_store_create(ludus_transition_store **out, ludus_replay *replay,
                                           const ludus_piece_format *format, int32_t worlds,
                                           ludus_error *error);
void ludus_transition_store_destroy(ludus_transition_store *store); // NULL is accepted

ludus_status ludus_transition_store_add(ludus_transition_store *store, const ludus_rollout *rollout,
                                        ludus_error *error);

// The open pieces; the replay saves itself.
void ludus_transition_store_save(const ludus_transition_store *store, ludus_buffer *out);
ludus_status ludus_transition_store_load(ludus_transition_store *store, ludus_cursor *in,
                                         ludus_error *error);

#endif
