// Bitboards of Othello: bit row * 8 + column; a smaller board lies in the corner at bit 0, and the
// bits outside it are empty. tests/test_othello.c compares each function with a plain one:
// flips_and_moves_match_the_reference.

#ifndef LUDUS_ENVS_OTHELLO_BOARD_H
#define LUDUS_ENVS_OTHELLO_BOARD_H

#include <stdint.h>

// Cells where the owner of `own` flips something. On smaller boards the caller masks the result.
uint64_t ludus_othello_moves(uint64_t own, uint64_t other);

// The discs of `other` that a disc of `own` on the empty cell `disc` flips.
uint64_t ludus_othello_flips(uint64_t own, uint64_t other, uint64_t disc);

// The cells and the eight neighbours of each.
uint64_t ludus_othello_neighbours(uint64_t cells);

#endif
