// A small static evaluation: what alpha-beta and weak opponents need. Values are customary ones in
// hundredths of a pawn, not tuned.

#include "envs/chess_attacks.h"
#include "envs/chess_internal.h"

#include <math.h>

#define INNER UINT64_C(0x00003c3c3c3c0000)  // the sixteen squares in the middle
#define CENTRE UINT64_C(0x0000001818000000) // the four
#define EDGE UINT64_C(0xff818181818181ff)
// King's shelters on the own first rank: a1-b1-c1 and g1-h1.
#define SHELTER UINT64_C(0xc7)

static int32_t count(uint64_t set)
{
    return __builtin_popcountll(set);
}

typedef struct army {
    uint64_t pawns, knights, bishops, rooks, queens, king, all;
} army;

// One player's pieces, turned so that they go up.
static army army_of(const ludus_chess_board *b, int32_t colour)
{
    uint64_t set[LUDUS_CHESS_NUM_KINDS];
    for (int32_t kind = 0; kind < LUDUS_CHESS_NUM_KINDS; kind++) {
        const uint64_t pieces = b->kind[kind] & b->colour[colour];
        set[kind] = colour == 0 ? pieces : __builtin_bswap64(pieces);
    }
    return (army){.pawns = set[LUDUS_CHESS_PAWN],
                  .knights = set[LUDUS_CHESS_KNIGHT],
                  .bishops = set[LUDUS_CHESS_BISHOP],
                  .rooks = set[LUDUS_CHESS_ROOK],
                  .queens = set[LUDUS_CHESS_QUEEN],
                  .king = set[LUDUS_CHESS_KING],
                  .all = set[0] | set[1] | set[2] | set[3] | set[4] | set[5]};
}

static int32_t pieces_worth(const army *a)
{
    return 320 * count(a->knights) + 330 * count(a->bishops) + 500 * count(a->rooks) +
           950 * count(a->queens) + (count(a->bishops) >= 2 ? 30 : 0);
}

static int32_t pawns_worth(const army *a)
{
    int32_t worth = 100 * count(a->pawns) + 12 * count(a->pawns & CENTRE);
    for (int32_t rank = 3; rank < 7; rank++) {
        const int32_t step = rank * rank - 6;
        worth += step * count(a->pawns & LUDUS_CHESS_RANK(rank));
    }
    uint64_t behind = a->pawns >> 8; // a file with two pawns counts one of them
    behind |= behind >> 8;
    behind |= behind >> 16;
    behind |= behind >> 32;
    return worth - 12 * count(a->pawns & behind);
}

static int32_t places_worth(const army *a, const army *other, int32_t endgame)
{
    const uint64_t occupied = a->all | __builtin_bswap64(other->all);
    const uint64_t reached =
        ludus_chess_sliders_attack(a->rooks | a->queens, a->bishops | a->queens, occupied);
    const uint64_t jumps = ludus_chess_knights_attack(a->knights);
    int32_t worth = 4 * count(reached & ~a->all) + 4 * count(jumps & ~a->all);
    worth += 8 * count((a->knights | a->bishops) & INNER) - 14 * count(a->knights & EDGE);
    worth -= 10 * count((a->knights | a->bishops) & LUDUS_CHESS_RANK(0));
    const int32_t shelter = (a->king & SHELTER) != 0 ? 30 : (a->king & EDGE) != 0 ? 0 : -50;
    const int32_t centre = 25 * count(a->king & INNER) - 20 * count(a->king & EDGE);
    return worth + (shelter * (24 - endgame) + centre * endgame) / 24;
}

// 0 with all pieces on the board, 24 with none.
static int32_t endgame_of(const army *a, const army *b)
{
    const int32_t minor = count(a->knights | a->bishops) + count(b->knights | b->bishops);
    const int32_t rooks = count(a->rooks) + count(b->rooks);
    const int32_t left = minor + 2 * rooks + 4 * (count(a->queens) + count(b->queens));
    return left >= 24 ? 0 : 24 - left;
}

float ludus_chess_guess(const ludus_chess_board *board)
{
    const army own = army_of(board, 0);
    const army other = army_of(board, 1);
    const int32_t endgame = endgame_of(&own, &other);
    const int32_t score = pieces_worth(&own) - pieces_worth(&other) + pawns_worth(&own) -
                          pawns_worth(&other) + places_worth(&own, &other, endgame) -
                          places_worth(&other, &own, endgame) + 10;
    const float pawns = 0.01f * (float)score;
    return pawns / (3.0f + fabsf(pawns));
}
