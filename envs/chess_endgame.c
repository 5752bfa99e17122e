#include "envs/chess_endgame.h"

#include <assert.h>
#include <string.h>

#include "envs/chess_attacks.h"

#define POSITIONS (64 * 64 * 64)
#define UNKNOWN 255 // in the end: a draw
#define ILLEGAL 254
#define MOST_PLIES 100

struct ludus_chess_endgame {
    int32_t kind;
    uint8_t strong[POSITIONS]; // to move; plies to mate
    uint8_t weak[POSITIONS];
};

// What a promotion leads to; NULL without pawns.
typedef struct promotions {
    const ludus_chess_endgame *queen, *rook;
} promotions;

static inline int32_t index_of(int32_t strong_king, int32_t weak_king, int32_t piece)
{
    return (strong_king * 64 + weak_king) * 64 + piece;
}

static inline uint64_t bit(int32_t square)
{
    return UINT64_C(1) << square;
}

static uint64_t piece_attacks(int32_t kind, int32_t square, uint64_t occupied)
{
    const uint64_t pawn = bit(square);
    switch (kind) {
    case LUDUS_CHESS_PAWN:
        return (pawn << 7 & ~LUDUS_CHESS_FILE_H) | (pawn << 9 & ~LUDUS_CHESS_FILE_A);
    case LUDUS_CHESS_ROOK:
        return ludus_chess_rook(square, occupied);
    default:
        return ludus_chess_rook(square, occupied) | ludus_chess_bishop(square, occupied);
    }
}

// Where the piece can go without capturing; promotions not among them.
static uint64_t piece_moves(int32_t kind, int32_t square, uint64_t occupied)
{
    if (kind != LUDUS_CHESS_PAWN) {
        return piece_attacks(kind, square, occupied) & ~occupied;
    }
    const uint64_t step = bit(square) << 8 & ~occupied;
    const uint64_t twice = (step & LUDUS_CHESS_RANK(2)) << 8 & ~occupied;
    return (step | twice) & ~LUDUS_CHESS_RANK(7);
}

// ---- Legality -----------------------------------------------------------------------------------

static void mark_illegal(ludus_chess_endgame *t, int32_t s, int32_t w, int32_t p)
{
    const int32_t i = index_of(s, w, p);
    const bool is_on_board = t->kind != LUDUS_CHESS_PAWN || (p >= 8 && p < 56);
    const bool is_sound =
        s != w && s != p && w != p && is_on_board && (ludus_chess_king[s] & bit(w)) == 0;
    const uint64_t attacked = piece_attacks(t->kind, p, bit(s) | bit(w));
    t->weak[i] = is_sound ? UNKNOWN : ILLEGAL;
    t->strong[i] = is_sound && (attacked & bit(w)) == 0 ? UNKNOWN : ILLEGAL;
}

// ---- One ply back -------------------------------------------------------------------------------

// A promotion's value for the weak side to move: the least plies to mate, or UNKNOWN.
static uint8_t promoted(const promotions *to, int32_t s, int32_t w, int32_t p)
{
    const int32_t target = index_of(s, w, p + 8);
    const uint8_t queen = to->queen->weak[target], rook = to->rook->weak[target];
    return queen < rook ? queen : rook;
}

// Whether the strong side has a move to a position lost for the weak side in `plies` or less.
static bool can_win(const ludus_chess_endgame *t, const promotions *to, int32_t s, int32_t w,
                    int32_t p, int32_t plies)
{
    const uint64_t occupied = bit(s) | bit(w) | bit(p);
    for (uint64_t m = ludus_chess_king[s] & ~bit(p) & ~ludus_chess_king[w]; m != 0; m &= m - 1) {
        if (t->weak[index_of(__builtin_ctzll(m), w, p)] <= plies) {
            return true;
        }
    }
    for (uint64_t m = piece_moves(t->kind, p, occupied); m != 0; m &= m - 1) {
        if (t->weak[index_of(s, w, __builtin_ctzll(m))] <= plies) {
            return true;
        }
    }
    const bool can_promote = t->kind == LUDUS_CHESS_PAWN && p >= 48 && (bit(p + 8) & occupied) == 0;
    return can_promote && promoted(to, s, w, p) <= plies;
}

// Whether every move of the weak side leads to a position that the strong side wins; without moves
// only a mate counts, so `plies` 0 finds the mates.
static bool must_lose(const ludus_chess_endgame *t, int32_t s, int32_t w, int32_t p, int32_t plies)
{
    const uint64_t attacked = piece_attacks(t->kind, p, bit(s));
    bool has_move = false;
    for (uint64_t m = ludus_chess_king[w] & ~ludus_chess_king[s] & ~(attacked & ~bit(p)); m != 0;
         m &= m - 1) {
        const int32_t target = __builtin_ctzll(m);
        if (target == p || t->strong[index_of(s, target, p)] >= plies) {
            return false; // takes the piece, or is not lost yet
        }
        has_move = true;
    }
    return has_move ? plies > 0 : plies == 0 && (attacked & bit(w)) != 0;
}

// Settles what takes exactly `plies`; returns how many positions that were.
static int32_t step(ludus_chess_endgame *t, const promotions *to, int32_t plies)
{
    int32_t num = 0;
    uint8_t *values = plies % 2 == 1 ? t->strong : t->weak;
    for (int32_t i = 0; i < POSITIONS; i++) {
        const int32_t s = i >> 12, w = i >> 6 & 63, p = i & 63;
        if (values[i] == UNKNOWN &&
            (plies % 2 == 1 ? can_win(t, to, s, w, p, plies - 1) : must_lose(t, s, w, p, plies))) {
            values[i] = (uint8_t)plies;
            num++;
        }
    }
    return num;
}

static void solve(ludus_chess_endgame *t, const promotions *to)
{
    for (int32_t i = 0; i < POSITIONS; i++) {
        mark_illegal(t, i >> 12, i >> 6 & 63, i & 63);
    }
    // A promotion can be quicker than anything on the board, so a ply without news is no end while
    // the promotions' own mates are not all passed.
    int32_t quiet = 0;
    for (int32_t plies = 0; plies < MOST_PLIES && quiet < 2; plies++) {
        const int32_t num = step(t, to, plies);
        const bool may_come = to->queen != NULL && plies < 40;
        quiet = num > 0 || may_come ? 0 : quiet + 1;
    }
}

// ---- Life cycle ---------------------------------------------------------------------------------

ludus_status ludus_chess_endgame_create(ludus_chess_endgame **out, int32_t kind, ludus_error *error)
{
    assert(kind == LUDUS_CHESS_PAWN || kind == LUDUS_CHESS_ROOK || kind == LUDUS_CHESS_QUEEN);
    ludus_chess_endgame *queen = NULL, *rook = NULL;
    ludus_status status = LUDUS_OK;
    *out = ludus_alloc(1, sizeof(**out));
    if (*out == NULL) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "out of memory");
    }
    (*out)->kind = kind;
    if (kind == LUDUS_CHESS_PAWN) {
        status = ludus_chess_endgame_create(&queen, LUDUS_CHESS_QUEEN, error);
        status = status ? status : ludus_chess_endgame_create(&rook, LUDUS_CHESS_ROOK, error);
    }
    if (status == LUDUS_OK) {
        solve(*out, &(promotions){queen, rook});
    } else {
        ludus_chess_endgame_destroy(*out);
        *out = NULL;
    }
    ludus_chess_endgame_destroy(queen);
    ludus_chess_endgame_destroy(rook);
    return status;
}

void ludus_chess_endgame_destroy(ludus_chess_endgame *table)
{
    ludus_free(table);
}

// ---- Asking -------------------------------------------------------------------------------------

int32_t ludus_chess_endgame_plies(const ludus_chess_endgame *table, bool is_strong_to_move,
                                  int32_t strong_king, int32_t weak_king, int32_t piece)
{
    const int32_t i = index_of(strong_king, weak_king, piece);
    const uint8_t value = is_strong_to_move ? table->strong[i] : table->weak[i];
    return value == UNKNOWN   ? LUDUS_CHESS_ENDGAME_DRAW
           : value == ILLEGAL ? LUDUS_CHESS_ENDGAME_ILLEGAL
                              : value;
}

int32_t ludus_chess_endgame_probe(const ludus_chess_endgame *table, const ludus_chess_board *board)
{
    const uint64_t pieces = board->kind[table->kind];
    assert(pieces != 0 && (pieces & (pieces - 1)) == 0);
    const int32_t strong = (pieces & board->colour[0]) != 0 ? 0 : 1;
    const int32_t view = strong == 0 ? 0 : 56;
    return ludus_chess_endgame_plies(
        table, strong == 0, ludus_chess_king_square(board, strong) ^ view,
        ludus_chess_king_square(board, 1 - strong) ^ view, __builtin_ctzll(pieces) ^ view);
}

void ludus_chess_endgame_board(int32_t kind, bool is_strong_to_move, int32_t strong_king,
                               int32_t weak_king, int32_t piece, ludus_chess_board *out)
{
    ludus_chess_board_clear(out);
    ludus_chess_toggle(out, 0, LUDUS_CHESS_KING, strong_king);
    ludus_chess_toggle(out, 1, LUDUS_CHESS_KING, weak_king);
    ludus_chess_toggle(out, 0, kind, piece);
    if (!is_strong_to_move) {
        ludus_chess_turn(out);
    }
}
