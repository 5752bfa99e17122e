// A made-up evaluator for tests of the search: priors and chances follow from the position's hash
// alone, so that a slow reference search sees the same ones.

#ifndef LUDUS_TESTS_HASHED_EVALUATOR_H
#define LUDUS_TESTS_HASHED_EVALUATOR_H

#include "agents/mcts.h"

#define MAX_LEGAL 512
#define STATE_BYTES 1024

// A game, a position of it and who evaluates it.
typedef struct bench {
    ludus_game game;
    ludus_evaluator evaluator; // up to 64 rows; its destroy does nothing
    uint8_t pos[STATE_BYTES];
    ludus_rng rng;
} bench;

// At the initial position. Fails the test when there is no such game.
void bench_open(bench *b, const char *name);
void bench_close(bench *b);
// Moves as the game writes them, with spaces between.
void bench_play(bench *b, const char *moves);
ludus_mcts *bench_tree(const bench *b, const ludus_mcts_config *config);
// Defaults without proofs and noise, 5000 nodes.
ludus_mcts_config bench_config(void);

#endif
