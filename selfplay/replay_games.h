// A replay whose records are games: are they? What a checkpoint holds passed checksums, which a
// forger can compute as well; afterwards records are read by ludus_record_at, which plays moves
// without asking whether they are legal.
//
// Cost: one pass of the rules over every position held; about a microsecond each.
// Threads: no push meanwhile, as for any reader. Allocates a reader and one position.

#ifndef LUDUS_SELFPLAY_REPLAY_GAMES_H
#define LUDUS_SELFPLAY_REPLAY_GAMES_H

#include "selfplay/record.h"
#include "selfplay/replay.h"

// Replays every record by the game's rules, all fields of every ply checked (ludus_record_next),
// and that it counts for as many items as it has plies. Fails with one line at the first that
// does not hold.
ludus_status ludus_replay_check_games(const ludus_replay *replay, const ludus_game *game,
                                      ludus_error *error);

#endif
