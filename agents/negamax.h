// Alpha-beta search with a game's heuristic: the classic opponent.
//
// Iterative deepening negamax (Knuth & Moore 1975) over plies, with a transposition table that
// serves move ordering and cut-offs. Scores are for the player to move: a finished game counts
// +-LUDUS_NEGAMAX_WIN less the plies it took, an unfinished leaf 1000 * heuristic.
//
// Threads: one searcher, one thread. Repeat: the scores depend on position and depth alone, not on
// earlier searches (the table is cleared for each).

#ifndef LUDUS_AGENTS_NEGAMAX_H
#define LUDUS_AGENTS_NEGAMAX_H

#include "envs/game.h"

#define LUDUS_NEGAMAX_WIN 1000000

typedef struct ludus_negamax ludus_negamax;

// depth 1..64 plies.
ludus_status ludus_negamax_create(ludus_negamax **out, const ludus_game *game, int32_t depth,
                                  ludus_error *error);
void ludus_negamax_destroy(ludus_negamax *searcher); // NULL is accepted

// Exact minimax scores at the full depth of every legal move, in the order of legal(); returns how
// many. scores, moves: [max_legal].
int32_t ludus_negamax_scores(ludus_negamax *searcher, const void *pos, ludus_move *moves,
                             int32_t *scores);
// The best move; among equals one drawn by rng. Faster than all scores. *score may be NULL.
ludus_move ludus_negamax_best(ludus_negamax *searcher, const void *pos, ludus_rng *rng,
                              int32_t *score);

#endif
