// Playing strengths 1 to 10: honestly weaker, never silly. A level plays from fewer simulations and
// draws among moves that its own search finds nearly as good; it never gives away what the search
// sees being lost.
//
// Measured with the chess net of the repository, level N against N - 2, 20 pairs of games: 3 scores
// 74 % +- 11, 4 scores 76 % +- 12, 5 scores 96 % +- 5, 6 scores 98 % +- 3, 7 scores 98 % +- 5. For
// 3:
//     N=net:nets/trained/chess.safetensors
//     ludus match $N,level=3 $N,level=1 --game chess --pairs 20 --threads 1
//
// Threads: no state.

#ifndef LUDUS_AGENTS_LEVEL_H
#define LUDUS_AGENTS_LEVEL_H

#include "agents/mcts.h"

#define LUDUS_LEVEL_MAX 10

typedef struct ludus_level {
    int32_t simulations; // per move
    float temperature;   // of visit counts, 0 = the best move
    float max_loss;      // moves whose value is more below the best one's are not drawn, 0..2
} ludus_level;

// level 1..LUDUS_LEVEL_MAX. 10 is full strength: the best move always, and its number of
// simulations is only a default for searches that have no other limit (no clock).
ludus_level ludus_level_of(int32_t level);
// A move by that level from the root's moves of an ended search. moves: [n], n >= 1. The best of
// them is what the search itself would play: a proven win, else the most visited that is not lost.
// A proven win is never passed over and a proven loss only played when all are; one draw of rng.
ludus_move ludus_level_choose(const ludus_level *level, const ludus_mcts_move *moves, int32_t n,
                              ludus_rng *rng);

#endif
