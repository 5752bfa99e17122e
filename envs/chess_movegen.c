// Legal moves by masks: what checks allow, what pins allow, what the king may step on. No move is
// tried out, except en passant.
//
// The same look at a board serves the list (square by square, in policy order) and the count
// (piece kinds at once); tests/test_chess.c holds them against each other.

#include "envs/chess_attacks.h"
#include "envs/chess_board.h"

#include <assert.h>

#define FILE_A LUDUS_CHESS_FILE_A
#define FILE_H LUDUS_CHESS_FILE_H
#define LAST_RANK LUDUS_CHESS_RANK(7)

typedef struct look {
    const ludus_chess_board *board;
    uint64_t own, other, occupied;
    uint64_t rooks, bishops; // of both colours, queens in both
    int32_t king;
    uint64_t checkers;
    uint64_t target;                        // where pieces other than the king may land
    uint64_t danger;                        // where the king may not be
    uint64_t pinned[LUDUS_CHESS_NUM_LINES]; // by the line of the king on which they must stay
    uint64_t all_pinned;
} look;

static inline int32_t lowest(uint64_t set)
{
    return __builtin_ctzll(set);
}

static inline int32_t count(uint64_t set)
{
    return __builtin_popcountll(set);
}

// One ray from the king: the squares up to and including the nearest sniper.
static inline void look_at_ray(look *l, int32_t line, uint64_t ray, uint64_t sniper)
{
    const uint64_t blockers = ray & l->occupied & ~sniper;
    if (blockers == 0) {
        l->checkers |= sniper;
        l->target &= ray;
    } else if ((blockers & (blockers - 1)) == 0) {
        l->pinned[line] |= blockers & l->own;
    }
}

static inline void look_along(look *l, int32_t line, uint64_t snipers)
{
    const uint64_t mask = ludus_chess_lines[l->king][line];
    const uint64_t upper = snipers & ludus_chess_above(l->king);
    const uint64_t lower = snipers & ludus_chess_below(l->king);
    if (upper != 0) {
        const uint64_t sniper = upper & (~upper + 1);
        look_at_ray(l, line, mask & ludus_chess_above(l->king) & (sniper | (sniper - 1)), sniper);
    }
    if (lower != 0) {
        const uint64_t sniper = UINT64_C(1) << (63 - __builtin_clzll(lower));
        look_at_ray(l, line, mask & ludus_chess_below(l->king) & ~(sniper - 1), sniper);
    }
}

static inline uint64_t danger_of(const look *l)
{
    const uint64_t *kind = l->board->kind;
    const uint64_t pawns = kind[LUDUS_CHESS_PAWN] & l->other;
    const uint64_t king = UINT64_C(1) << l->king;
    return (pawns >> 9 & ~FILE_H) | (pawns >> 7 & ~FILE_A) |
           ludus_chess_knights_attack(kind[LUDUS_CHESS_KNIGHT] & l->other) |
           ludus_chess_king[lowest(kind[LUDUS_CHESS_KING] & l->other)] |
           ludus_chess_sliders_attack(l->rooks & l->other, l->bishops & l->other,
                                      l->occupied ^ king);
}

static inline void look_at(look *l, const ludus_chess_board *b)
{
    const uint64_t *kind = b->kind;
    *l = (look){.board = b, .own = b->colour[0], .other = b->colour[1]};
    l->occupied = l->own | l->other;
    l->rooks = kind[LUDUS_CHESS_ROOK] | kind[LUDUS_CHESS_QUEEN];
    l->bishops = kind[LUDUS_CHESS_BISHOP] | kind[LUDUS_CHESS_QUEEN];
    l->king = ludus_chess_king_square(b, 0);
    l->danger = danger_of(l);
    l->target = ~l->own;
    const uint64_t king = UINT64_C(1) << l->king;
    const uint64_t pawns = (king << 7 & ~FILE_H) | (king << 9 & ~FILE_A);
    const uint64_t near = (ludus_chess_knight[l->king] & kind[LUDUS_CHESS_KNIGHT] & l->other) |
                          (pawns & kind[LUDUS_CHESS_PAWN] & l->other);
    if (near != 0) {
        l->checkers = near;
        l->target &= near;
    }
    for (int32_t line = 0; line < LUDUS_CHESS_NUM_LINES; line++) {
        const uint64_t sliders = line <= LUDUS_CHESS_LINE_RANK ? l->rooks : l->bishops;
        const uint64_t snipers = ludus_chess_lines[l->king][line] & sliders & l->other;
        if (snipers != 0) {
            look_along(l, line, snipers);
        }
        l->all_pinned |= l->pinned[line];
    }
    if ((l->checkers & (l->checkers - 1)) != 0) {
        l->target = 0;
    }
}

// ---- Castling -----------------------------------------------------------------------------------

// The squares from a to b, both included, on one rank.
static inline uint64_t span(int32_t a, int32_t b)
{
    const int32_t low = a < b ? a : b;
    const int32_t high = a < b ? b : a;
    return ludus_chess_below(high + 1) & ~ludus_chess_below(low);
}

static bool can_castle(const look *l, int32_t wing)
{
    const int32_t rook = l->board->castle[0][wing];
    if (rook == LUDUS_CHESS_NO_FILE || l->checkers != 0) {
        return false;
    }
    const int32_t king_to = wing == 0 ? 6 : 2;
    const int32_t rook_to = wing == 0 ? 5 : 3;
    const uint64_t king_path = span(l->king, king_to);
    const uint64_t others = l->occupied & ~(UINT64_C(1) << l->king | UINT64_C(1) << rook);
    if (((king_path | span(rook, rook_to)) & others) != 0 || (king_path & l->danger) != 0) {
        return false;
    }
    // In Chess960 the rook may have been the king's shield.
    const uint64_t after = others | UINT64_C(1) << rook_to;
    const uint64_t rank = ludus_chess_slide(king_to, LUDUS_CHESS_LINE_RANK, after);
    return (rank & l->rooks & l->other) == 0;
}

// The rooks that the king may castle with.
static inline uint64_t castlings(const look *l)
{
    uint64_t rooks = 0;
    for (int32_t wing = 0; wing < 2; wing++) {
        rooks |= can_castle(l, wing) ? UINT64_C(1) << l->board->castle[0][wing] : 0;
    }
    return rooks;
}

// ---- The list -----------------------------------------------------------------------------------

static uint64_t pawn_targets(const look *l, int32_t from, const uint64_t free[])
{
    const uint64_t pawn = UINT64_C(1) << from;
    const uint64_t empty = ~l->occupied;
    uint64_t to = 0;
    if ((pawn & free[LUDUS_CHESS_LINE_FILE]) != 0) {
        const uint64_t push = pawn << 8 & empty;
        to |= push | ((push & LUDUS_CHESS_RANK(2)) << 8 & empty);
    }
    if ((pawn & free[LUDUS_CHESS_LINE_ANTI]) != 0) {
        to |= pawn << 7 & ~FILE_H & l->other;
    }
    if ((pawn & free[LUDUS_CHESS_LINE_DIAGONAL]) != 0) {
        to |= pawn << 9 & ~FILE_A & l->other;
    }
    to &= l->target;
    const int32_t ep = l->board->ep;
    if (ep != LUDUS_CHESS_NO_FILE && (ludus_chess_ep_takers(l->board, ep) & pawn) != 0) {
        to |= UINT64_C(1) << (40 + ep);
    }
    return to;
}

// free[line]: what is not bound to another line through the king.
static void free_along(const look *l, uint64_t free[LUDUS_CHESS_NUM_LINES])
{
    for (int32_t line = 0; line < LUDUS_CHESS_NUM_LINES; line++) {
        free[line] = ~l->all_pinned | l->pinned[line];
    }
}

static uint64_t slider_targets(const look *l, int32_t from, const uint64_t free[])
{
    const uint64_t piece = UINT64_C(1) << from;
    uint64_t to = 0;
    for (int32_t line = 0; line < LUDUS_CHESS_NUM_LINES; line++) {
        const uint64_t movers = line <= LUDUS_CHESS_LINE_RANK ? l->rooks : l->bishops;
        if ((piece & movers & free[line]) != 0) {
            to |= ludus_chess_slide(from, line, l->occupied);
        }
    }
    return to & l->target;
}

// Legal destinations of the mover's piece on `from`; castling is its rook's square.
static uint64_t targets(const look *l, int32_t from, const uint64_t free[])
{
    const uint64_t piece = UINT64_C(1) << from;
    if ((piece & l->board->kind[LUDUS_CHESS_PAWN]) != 0) {
        return pawn_targets(l, from, free);
    }
    if ((piece & l->board->kind[LUDUS_CHESS_KNIGHT]) != 0) {
        return (piece & l->all_pinned) != 0 ? 0 : ludus_chess_knight[from] & l->target;
    }
    if (from == l->king) {
        return (ludus_chess_king[from] & ~l->own & ~l->danger) | castlings(l);
    }
    return slider_targets(l, from, free);
}

static int32_t put_underpromotions(int32_t from, uint64_t to, ludus_chess_move *out)
{
    int32_t num = 0;
    for (to &= LAST_RANK; to != 0; to &= to - 1) {
        for (int32_t kind = LUDUS_CHESS_KNIGHT; kind <= LUDUS_CHESS_ROOK; kind++) {
            out[num++] = ludus_chess_move_of(from, lowest(to), kind);
        }
    }
    return num;
}

int32_t ludus_chess_moves(const ludus_chess_board *b, ludus_chess_move *out)
{
    look l;
    uint64_t free[LUDUS_CHESS_NUM_LINES];
    uint64_t promoting[8]; // destinations of the pawn on the seventh rank, by its file
    int32_t num = 0;
    look_at(&l, b);
    free_along(&l, free);
    const uint64_t pawns = l.own & b->kind[LUDUS_CHESS_PAWN] & LUDUS_CHESS_RANK(6);
    for (uint64_t pieces = l.own; pieces != 0; pieces &= pieces - 1) {
        const int32_t from = lowest(pieces);
        const bool is_promoting = (pawns >> from & 1) != 0;
        const uint64_t to = targets(&l, from, free);
        for (uint64_t rest = to; rest != 0; rest &= rest - 1) {
            out[num++] =
                ludus_chess_move_of(from, lowest(rest), is_promoting ? LUDUS_CHESS_QUEEN : 0);
        }
        if (is_promoting) {
            promoting[from & 7] = to;
        }
    }
    for (uint64_t rest = pawns; rest != 0; rest &= rest - 1) {
        const int32_t from = lowest(rest);
        num += put_underpromotions(from, promoting[from & 7], out + num);
    }
    assert(num <= LUDUS_CHESS_MAX_MOVES);
    return num;
}

// ---- The count ----------------------------------------------------------------------------------

static inline int32_t count_pawn_moves(const look *l)
{
    const uint64_t pawns = l->own & l->board->kind[LUDUS_CHESS_PAWN];
    const uint64_t unpinned = pawns & ~l->all_pinned;
    const uint64_t forward = unpinned | (pawns & l->pinned[LUDUS_CHESS_LINE_FILE]);
    const uint64_t left = unpinned | (pawns & l->pinned[LUDUS_CHESS_LINE_ANTI]);
    const uint64_t right = unpinned | (pawns & l->pinned[LUDUS_CHESS_LINE_DIAGONAL]);
    const uint64_t step = forward << 8 & ~l->occupied;
    const uint64_t doubled = (step & LUDUS_CHESS_RANK(2)) << 8 & ~l->occupied & l->target;
    const uint64_t takeable = l->other & l->target;
    const uint64_t steps = step & l->target;
    const uint64_t lefts = left << 7 & ~FILE_H & takeable;
    const uint64_t rights = right << 9 & ~FILE_A & takeable;
    int32_t num = count(steps) + count(doubled) + count(lefts) + count(rights);
    if (((steps | lefts | rights) & LAST_RANK) != 0) {
        num +=
            3 * (count(steps & LAST_RANK) + count(lefts & LAST_RANK) + count(rights & LAST_RANK));
    }
    if (l->board->ep != LUDUS_CHESS_NO_FILE) {
        num += count(ludus_chess_ep_takers(l->board, l->board->ep));
    }
    return num;
}

static inline int32_t count_unpinned(const look *l)
{
    const uint64_t free = l->own & ~l->all_pinned;
    int32_t num = 0;
    for (uint64_t s = free & l->board->kind[LUDUS_CHESS_KNIGHT]; s != 0; s &= s - 1) {
        num += count(ludus_chess_knight[lowest(s)] & l->target);
    }
    for (uint64_t s = free & l->bishops; s != 0; s &= s - 1) {
        num += count(ludus_chess_bishop(lowest(s), l->occupied) & l->target);
    }
    for (uint64_t s = free & l->rooks; s != 0; s &= s - 1) {
        num += count(ludus_chess_rook(lowest(s), l->occupied) & l->target);
    }
    return num;
}

static int32_t count_pinned(const look *l)
{
    int32_t num = 0;
    for (int32_t line = 0; line < LUDUS_CHESS_NUM_LINES; line++) {
        const uint64_t movers = line <= LUDUS_CHESS_LINE_RANK ? l->rooks : l->bishops;
        for (uint64_t s = l->pinned[line] & movers; s != 0; s &= s - 1) {
            num += count(ludus_chess_slide(lowest(s), line, l->occupied) & l->target);
        }
    }
    return num;
}

int32_t ludus_chess_count_moves(const ludus_chess_board *b)
{
    look l;
    look_at(&l, b);
    int32_t num = count(ludus_chess_king[l.king] & ~l.own & ~l.danger) + count(castlings(&l));
    if (l.target != 0 || b->ep != LUDUS_CHESS_NO_FILE) {
        num += count_pawn_moves(&l) + count_unpinned(&l);
        num += l.all_pinned != 0 ? count_pinned(&l) : 0;
    }
    return num;
}

uint64_t ludus_chess_board_perft(const ludus_chess_board *board, int32_t depth)
{
    if (depth <= 1) {
        return depth <= 0 ? 1 : (uint64_t)ludus_chess_count_moves(board);
    }
    ludus_chess_move moves[LUDUS_CHESS_MAX_MOVES];
    const int32_t num = ludus_chess_moves(board, moves);
    uint64_t leaves = 0;
    for (int32_t i = 0; i < num; i++) {
        ludus_chess_board next = *board;
        ludus_chess_make(&next, moves[i]);
        leaves += ludus_chess_board_perft(&next, depth - 1);
    }
    return leaves;
}
