#include "envs/chess_attacks.h"
#include "envs/chess_internal.h"

#include <assert.h>
#include <string.h>

enum { NUM_PLAIN = 1792, NUM_INDICES = 1858 };

static bool is_last_step(ludus_chess_move move)
{
    return ludus_chess_from(move) >> 3 == 6 && ludus_chess_to(move) >> 3 == 7;
}

void ludus_chess_policy_init(ludus_chess_policy *p)
{
    int32_t num = 0;
    memset(p->index_of, -1, sizeof(p->index_of));
    memset(p->under_of, -1, sizeof(p->under_of));
    for (int32_t from = 0; from < 64; from++) {
        uint64_t to = ludus_chess_rook(from, 0) | ludus_chess_bishop(from, 0);
        for (to |= ludus_chess_knight[from]; to != 0; to &= to - 1) {
            const int32_t square = __builtin_ctzll(to);
            p->move_at[num] = ludus_chess_move_of(from, square, 0);
            p->index_of[from][square] = (int16_t)num++;
        }
    }
    assert(num == NUM_PLAIN);
    for (int32_t from = 0; from < 8; from++) {
        for (int32_t to = from == 0 ? 0 : from - 1; to <= from + 1 && to < 8; to++) {
            p->under_of[from][to] = (int16_t)num;
            for (int32_t kind = LUDUS_CHESS_KNIGHT; kind <= LUDUS_CHESS_ROOK; kind++) {
                p->move_at[num++] = ludus_chess_move_of(48 + from, 56 + to, kind);
            }
        }
    }
    assert(num == NUM_INDICES);
}

ludus_move ludus_chess_policy_index(const ludus_chess_policy *p, ludus_chess_move move)
{
    const int32_t from = ludus_chess_from(move);
    const int32_t to = ludus_chess_to(move);
    const int32_t promotion = ludus_chess_promotion(move);
    if (promotion == 0 || promotion == LUDUS_CHESS_QUEEN) {
        return p->index_of[from][to];
    }
    if (!is_last_step(move) || p->under_of[from & 7][to & 7] < 0) {
        return LUDUS_MOVE_NONE;
    }
    return p->under_of[from & 7][to & 7] + promotion - LUDUS_CHESS_KNIGHT;
}

ludus_chess_move ludus_chess_policy_move(const ludus_chess_policy *p,
                                         const ludus_chess_board *board, ludus_move index)
{
    const ludus_chess_move move = p->move_at[index];
    const int32_t from = ludus_chess_from(move);
    const bool is_pawn = (board->kind[LUDUS_CHESS_PAWN] >> from & 1) != 0;
    if (index < NUM_PLAIN && is_last_step(move) && is_pawn) {
        return ludus_chess_move_of(from, ludus_chess_to(move), LUDUS_CHESS_QUEEN);
    }
    return move;
}
