// Random games with random policies as records, for the tests of records, replay and segments.

#ifndef LUDUS_TESTS_RANDOM_RECORD_H
#define LUDUS_TESTS_RANDOM_RECORD_H

#include "selfplay/record.h"
#include "selfplay/replay.h"

#define RANDOM_RECORD_MAX_PLIES 256
#define RANDOM_RECORD_MAX_LEGAL 512

// What went into a ply.
typedef struct random_ply {
    ludus_ply ply; // its arrays are the two below
    ludus_move moves[RANDOM_RECORD_MAX_LEGAL];
    float policy[RANDOM_RECORD_MAX_LEGAL];
} random_ply;

// Plays game `number` of a seed and fills `record` (freed by the caller). `plies`, when not NULL,
// has room for RANDOM_RECORD_MAX_PLIES. Policies look like visit counts: most moves have few
// visits or none; every tenth ply is a random opening move without a policy.
void random_record(const ludus_game *game, uint64_t seed, uint64_t number, ludus_record *record,
                   random_ply *plies);
// The encoded bytes of the same, appended to `out`; returns the number of plies.
int32_t random_record_bytes(const ludus_game *game, uint64_t seed, uint64_t number,
                            ludus_buffer *out);
// Pushes Connect Four games from..to-1 of a seed. Fails the test on an error.
void random_record_push(ludus_replay *replay, uint64_t seed, uint64_t from, uint64_t to);

#endif
