// The constants are written as expressions that the compiler evaluates, one per square.

#include "envs/chess_attacks.h"

#define BIT(s) (UINT64_C(1) << (s))
#define NOT_A (~LUDUS_CHESS_FILE_A)
#define NOT_H (~LUDUS_CHESS_FILE_H)
#define NOT_AB (NOT_A & ~(LUDUS_CHESS_FILE_A << 1))
#define NOT_GH (NOT_H & ~(LUDUS_CHESS_FILE_H >> 1))

// A long diagonal moved up or down by whole ranks; the shift counts stay in range on both branches.
#define DIAGONAL UINT64_C(0x8040201008040201)
#define ANTI UINT64_C(0x0102040810204080)
#define RAISED(line, ranks)                                                                        \
    ((ranks) >= 0 ? (line) << (8 * (ranks)&63) : (line) >> (8 * (0 - (ranks)) & 63))

#define FILE_OF(s) (LUDUS_CHESS_FILE_A << ((s)&7))
#define RANK_OF(s) LUDUS_CHESS_RANK((s) >> 3)
#define DIAGONAL_OF(s) RAISED(DIAGONAL, ((s) >> 3) - ((s)&7))
#define ANTI_OF(s) RAISED(ANTI, ((s) >> 3) + ((s)&7) - 7)

#define LINES(s)                                                                                   \
    {                                                                                              \
        FILE_OF(s) & ~BIT(s), RANK_OF(s) & ~BIT(s), DIAGONAL_OF(s) & ~BIT(s), ANTI_OF(s) & ~BIT(s) \
    }
#define KNIGHTS(n)                                                                                 \
    ((((n) << 17 | (n) >> 15) & NOT_A) | (((n) << 15 | (n) >> 17) & NOT_H) |                       \
     (((n) << 10 | (n) >> 6) & NOT_AB) | (((n) << 6 | (n) >> 10) & NOT_GH))
#define KNIGHT(s) KNIGHTS(BIT(s))
#define KING(s)                                                                                    \
    (((BIT(s) << 1 | BIT(s) << 9 | BIT(s) >> 7) & NOT_A) |                                         \
     ((BIT(s) >> 1 | BIT(s) >> 9 | BIT(s) << 7) & NOT_H) | BIT(s) << 8 | BIT(s) >> 8)

#define OF_RANK(f, s) f(s), f(s + 1), f(s + 2), f(s + 3), f(s + 4), f(s + 5), f(s + 6), f(s + 7)
#define OF_BOARD(f)                                                                                \
    OF_RANK(f, 0), OF_RANK(f, 8), OF_RANK(f, 16), OF_RANK(f, 24), OF_RANK(f, 32), OF_RANK(f, 40),  \
        OF_RANK(f, 48), OF_RANK(f, 56)

const uint64_t ludus_chess_lines[64][LUDUS_CHESS_NUM_LINES] = {OF_BOARD(LINES)};
const uint64_t ludus_chess_knight[64] = {OF_BOARD(KNIGHT)};
const uint64_t ludus_chess_king[64] = {OF_BOARD(KING)};

uint64_t ludus_chess_knights_attack(uint64_t knights)
{
    return KNIGHTS(knights);
}

// Squares reached from `from` by steps of `shift` bits upwards over empty squares, and one more.
// `mask` forbids the file on which a step comes in around the edge (parallel prefix fill).
static inline uint64_t fill_up(uint64_t from, uint64_t empty, int32_t shift, uint64_t mask)
{
    empty &= mask;
    from |= empty & from << shift;
    empty &= empty << shift;
    from |= empty & from << 2 * shift;
    empty &= empty << 2 * shift;
    from |= empty & from << 4 * shift;
    return (from << shift) & mask;
}

static inline uint64_t fill_down(uint64_t from, uint64_t empty, int32_t shift, uint64_t mask)
{
    empty &= mask;
    from |= empty & from >> shift;
    empty &= empty >> shift;
    from |= empty & from >> 2 * shift;
    empty &= empty >> 2 * shift;
    from |= empty & from >> 4 * shift;
    return (from >> shift) & mask;
}

uint64_t ludus_chess_sliders_attack(uint64_t rooks, uint64_t bishops, uint64_t occupied)
{
    const uint64_t empty = ~occupied;
    const uint64_t straight = fill_up(rooks, empty, 8, ~UINT64_C(0)) |
                              fill_down(rooks, empty, 8, ~UINT64_C(0)) |
                              fill_up(rooks, empty, 1, NOT_A) | fill_down(rooks, empty, 1, NOT_H);
    return straight | fill_up(bishops, empty, 9, NOT_A) | fill_up(bishops, empty, 7, NOT_H) |
           fill_down(bishops, empty, 9, NOT_H) | fill_down(bishops, empty, 7, NOT_A);
}
