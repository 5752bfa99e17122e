// Games in PGN as records: what ludus_game_data_read does with .pgn files. See there for what is
// left out.
//
// Threads: independent calls.

#ifndef LUDUS_SELFPLAY_PGN_DATA_H
#define LUDUS_SELFPLAY_PGN_DATA_H

#include "selfplay/game_data.h"

// text: [size]; game: chess. *num_left_out (may be NULL): games that were skipped. Fails with the
// reason of the first one when no game is left.
ludus_status ludus_pgn_data_read(const char *text, size_t size, const ludus_game *game,
                                 ludus_game_data_sink *sink, void *user, int64_t *num_left_out,
                                 ludus_error *error);

#endif
