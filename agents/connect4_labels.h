// 2,000 random Connect Four positions with the exact score of every move: what an evaluation of a
// player against perfect play needs without solving anything.
//
// Each is the position of a random game, unfinished and unlike the others: the empty board with its
// published scores, 30 of ply 4, and 54 or 55 of each ply 5..40, in the order of plies. Plies 1..3
// are left out: solving them takes hours. Collected from two runs of tests/tools/label_connect4.c,
// which makes an equivalent table; tests/test_connect4_labels.c solves a sample anew.

#ifndef LUDUS_AGENTS_CONNECT4_LABELS_H
#define LUDUS_AGENTS_CONNECT4_LABELS_H

#include <stddef.h>
#include <stdint.h>

#define LUDUS_CONNECT4_NO_MOVE INT8_MIN // the score of a full column

typedef struct ludus_connect4_label {
    const char *moves; // columns "1".."7" played from the start; from_text of "connect4" reads it
    int8_t score[7];   // of each column for the player to move, as in agents/connect4_solver.h
} ludus_connect4_label;

// The table; *count of them.
const ludus_connect4_label *ludus_connect4_labels(size_t *count);

#endif
