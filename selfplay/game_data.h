// Games from files, for learning from what others played: records of runs and of `ludus label`
// (segment files), and chess in PGN. Every record is re-played and checked before it is handed on.
//
// A PGN game becomes a record whose moves are the policy targets and whose estimate is its result.
// Games without a result, from other positions than the standard start, or that make no sense are
// left out; a file of nothing else fails with the first reason. Where the rules end a game before
// the players did (a third repetition, fifty moves), the rules count.
//
// Threads: independent calls.

#ifndef LUDUS_SELFPLAY_GAME_DATA_H
#define LUDUS_SELFPLAY_GAME_DATA_H

#include "envs/game.h"

// A checked record; bytes are valid during the call.
typedef ludus_status ludus_game_data_sink(const uint8_t *bytes, size_t size, int32_t plies,
                                          void *user, ludus_error *error);

// `path`: a .seg or .pgn file, a folder of .seg files, or a run's folder (its replay/ is read).
// Games are handed on in the order of the files. Fails with one line that names the file.
ludus_status ludus_game_data_read(const char *path, const ludus_game *game,
                                  ludus_game_data_sink *sink, void *user, ludus_error *error);

#endif
