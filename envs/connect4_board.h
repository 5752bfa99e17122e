// Bitboards of Connect Four, shared by the rules and the exact solver.
//
// Bit column * 7 + height, heights 0..5 from the bottom; height 6 of each column is always empty
// and keeps lines from running into the next column (the layout of J. Tromp's Fhourstones). A
// position is the stones of the player to move and the stones of both; whose turn it is follows
// from their number.

#ifndef LUDUS_ENVS_CONNECT4_BOARD_H
#define LUDUS_ENVS_CONNECT4_BOARD_H

#include <stdbool.h>
#include <stdint.h>

#define LUDUS_CONNECT4_COLUMNS 7
#define LUDUS_CONNECT4_ROWS 6
#define LUDUS_CONNECT4_CELLS 42

// The position block of the game "connect4".
typedef struct ludus_connect4_position {
    uint64_t own; // stones of the player to move
    uint64_t all; // stones of both players
} ludus_connect4_position;

#define LUDUS_CONNECT4_BOTTOM UINT64_C(0x0000040810204081) // height 0 of each column
#define LUDUS_CONNECT4_BOARD (LUDUS_CONNECT4_BOTTOM * 63)  // the 42 cells

static inline uint64_t ludus_connect4_column(int32_t column)
{
    return UINT64_C(63) << (column * 7);
}

static inline int32_t ludus_connect4_plies(const ludus_connect4_position *p)
{
    return __builtin_popcountll(p->all);
}

// The lowest empty cell of each column that has one.
static inline uint64_t ludus_connect4_landing(const ludus_connect4_position *p)
{
    return (p->all + LUDUS_CONNECT4_BOTTOM) & LUDUS_CONNECT4_BOARD;
}

// Whether the stones hold four in a row.
static inline bool ludus_connect4_has_four(uint64_t stones)
{
    const uint64_t vertical = stones & (stones >> 1);
    const uint64_t level = stones & (stones >> 7);
    const uint64_t falling = stones & (stones >> 6);
    const uint64_t rising = stones & (stones >> 8);
    return ((vertical & (vertical >> 2)) | (level & (level >> 14)) | (falling & (falling >> 12)) |
            (rising & (rising >> 16))) != 0;
}

// Drops a stone on `cell`, a single bit of landing().
static inline void ludus_connect4_drop(ludus_connect4_position *p, uint64_t cell)
{
    p->own ^= p->all;
    p->all |= cell;
}

// Empty cells, reachable now or later, that complete four for the owner of `stones`. In a column
// only the cell on top, since stones do not hang in the air.
static inline uint64_t ludus_connect4_threats(uint64_t stones, uint64_t all)
{
    uint64_t cells = (stones << 1) & (stones << 2) & (stones << 3);
    for (int32_t step = 6; step <= 8; step++) {
        const uint64_t up = (stones << step) & (stones << (2 * step));
        const uint64_t down = (stones >> step) & (stones >> (2 * step));
        cells |= up & (stones << (3 * step));
        cells |= up & (stones >> step);
        cells |= down & (stones << step);
        cells |= down & (stones >> (3 * step));
    }
    return cells & (LUDUS_CONNECT4_BOARD ^ all);
}

// A number that no other position has: the stones with a guard bit on top of each column.
static inline uint64_t ludus_connect4_key(const ludus_connect4_position *p)
{
    return p->own + p->all + LUDUS_CONNECT4_BOTTOM;
}

#endif
