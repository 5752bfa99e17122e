// Where chess pieces attack, as sets of squares.
//
// A square is rank * 8 + file, a1 = 0, h8 = 63; a set is a uint64_t with bit `square`. Sliding
// attacks are computed, not looked up: on each of the four lines through a square, the nearest
// occupied squares below and above it bound the attack, and a subtraction fills the bits between
// them ("obstruction difference"). That needs 2 KiB of constants, no start-up and no shared
// state; bench figures are in tests/test_chess.c's perft.
//
// Threads: any; nothing but constants.

#ifndef LUDUS_ENVS_CHESS_ATTACKS_H
#define LUDUS_ENVS_CHESS_ATTACKS_H

#include <stdint.h>

#define LUDUS_CHESS_FILE_A UINT64_C(0x0101010101010101)
#define LUDUS_CHESS_FILE_H UINT64_C(0x8080808080808080)
#define LUDUS_CHESS_RANK(index) (UINT64_C(0xff) << (8 * (index))) // 0..7

// The lines through a square; the first two are a rook's, the others a bishop's.
enum {
    LUDUS_CHESS_LINE_FILE,
    LUDUS_CHESS_LINE_RANK,
    LUDUS_CHESS_LINE_DIAGONAL, // a1-h8 and its parallels
    LUDUS_CHESS_LINE_ANTI,     // a8-h1 and its parallels
    LUDUS_CHESS_NUM_LINES
};

extern const uint64_t ludus_chess_lines[64][LUDUS_CHESS_NUM_LINES]; // without the square itself
extern const uint64_t ludus_chess_knight[64];
extern const uint64_t ludus_chess_king[64];

// Bits above / below `square`.
static inline uint64_t ludus_chess_above(int32_t square)
{
    return ~UINT64_C(1) << square;
}

static inline uint64_t ludus_chess_below(int32_t square)
{
    return (UINT64_C(1) << square) - 1;
}

// Attacks from `square` along one line up to and including the first occupied squares.
static inline uint64_t ludus_chess_slide(int32_t square, int32_t line, uint64_t occupied)
{
    const uint64_t mask = ludus_chess_lines[square][line];
    const uint64_t blockers = mask & occupied;
    const uint64_t upper = blockers & ludus_chess_above(square);
    const uint64_t lower = (blockers & ludus_chess_below(square)) | 1;
    const uint64_t floor = UINT64_C(1) << (63 - __builtin_clzll(lower));
    return mask & (2 * (upper & (~upper + 1)) - floor);
}

static inline uint64_t ludus_chess_rook(int32_t square, uint64_t occupied)
{
    return ludus_chess_slide(square, LUDUS_CHESS_LINE_FILE, occupied) |
           ludus_chess_slide(square, LUDUS_CHESS_LINE_RANK, occupied);
}

static inline uint64_t ludus_chess_bishop(int32_t square, uint64_t occupied)
{
    return ludus_chess_slide(square, LUDUS_CHESS_LINE_DIAGONAL, occupied) |
           ludus_chess_slide(square, LUDUS_CHESS_LINE_ANTI, occupied);
}

// Everything that these knights, rook-like and bishop-like sliders attack at once.
uint64_t ludus_chess_knights_attack(uint64_t knights);
uint64_t ludus_chess_sliders_attack(uint64_t rooks, uint64_t bishops, uint64_t occupied);

#endif
