#include "envs/chess_board.h"

#include "envs/chess_attacks.h"

#include <assert.h>
#include <string.h>

_Static_assert(sizeof(ludus_chess_board) == 88, "a board has no padding");

// ---- Zobrist keys -------------------------------------------------------------------------------

// Keys are computed, not kept: the n-th output of SplitMix64 from a fixed seed.
enum {
    KEY_PIECE = 1,                    // [colour 2][kind 6][square 64]
    KEY_CASTLE = KEY_PIECE + 12 * 64, // [colour 2][wing 2][file 8]
    KEY_EP = KEY_CASTLE + 32,         // [file 8]
    KEY_SIDE = KEY_EP + 8
};

static inline uint64_t key_of(int32_t index)
{
    return ludus_mix64(UINT64_C(0x9e3779b97f4a7c15) * (uint64_t)index);
}

// colour is the mover's (0) or the opponent's (1), square as the mover sees it.
static inline uint64_t piece_key(const ludus_chess_board *b, int32_t colour, int32_t kind,
                                 int32_t square)
{
    const int32_t real = square ^ (b->side ? 56 : 0);
    return key_of(KEY_PIECE + ((colour ^ b->side) * 6 + kind) * 64 + real);
}

// ---- Changing a board ---------------------------------------------------------------------------

void ludus_chess_toggle(ludus_chess_board *b, int32_t colour, int32_t kind, int32_t square)
{
    const uint64_t bit = UINT64_C(1) << square;
    b->colour[colour] ^= bit;
    b->kind[kind] ^= bit;
    b->key ^= piece_key(b, colour, kind, square);
}

static uint64_t castle_key(const ludus_chess_board *b, int32_t colour, int32_t wing)
{
    const int32_t file = b->castle[colour][wing];
    const int32_t row = ((colour ^ b->side) * 2 + wing) * 8;
    return file == LUDUS_CHESS_NO_FILE ? 0 : key_of(KEY_CASTLE + row + file);
}

void ludus_chess_set_castle(ludus_chess_board *b, int32_t colour, int32_t wing, int32_t file)
{
    b->key ^= castle_key(b, colour, wing);
    b->castle[colour][wing] = (uint8_t)file;
    b->key ^= castle_key(b, colour, wing);
}

void ludus_chess_set_ep(ludus_chess_board *b, int32_t file)
{
    if (ludus_chess_ep_takers(b, file) != 0) {
        b->ep = (uint8_t)file;
        b->key ^= key_of(KEY_EP + file);
    }
}

static void clear_ep(ludus_chess_board *b)
{
    if (b->ep != LUDUS_CHESS_NO_FILE) {
        b->key ^= key_of(KEY_EP + b->ep);
        b->ep = LUDUS_CHESS_NO_FILE;
    }
}

void ludus_chess_turn(ludus_chess_board *b)
{
    const uint64_t own = b->colour[0];
    b->colour[0] = __builtin_bswap64(b->colour[1]);
    b->colour[1] = __builtin_bswap64(own);
    for (int32_t kind = 0; kind < LUDUS_CHESS_NUM_KINDS; kind++) {
        b->kind[kind] = __builtin_bswap64(b->kind[kind]);
    }
    uint8_t rights[2];
    memcpy(rights, b->castle[0], sizeof(rights));
    memcpy(b->castle[0], b->castle[1], sizeof(rights));
    memcpy(b->castle[1], rights, sizeof(rights));
    b->side ^= 1;
    b->key ^= key_of(KEY_SIDE);
}

void ludus_chess_board_clear(ludus_chess_board *b)
{
    memset(b, 0, sizeof(*b));
    memset(b->castle, LUDUS_CHESS_NO_FILE, sizeof(b->castle));
    b->ep = LUDUS_CHESS_NO_FILE;
    b->move_number = 1;
}

// ---- Questions ----------------------------------------------------------------------------------

// The number of the kind, bit by bit.
int32_t ludus_chess_kind_at(const ludus_chess_board *b, int32_t square)
{
    const uint64_t *kind = b->kind;
    const uint64_t one = kind[LUDUS_CHESS_KNIGHT] | kind[LUDUS_CHESS_ROOK] | kind[LUDUS_CHESS_KING];
    const uint64_t two = kind[LUDUS_CHESS_BISHOP] | kind[LUDUS_CHESS_ROOK];
    const uint64_t four = kind[LUDUS_CHESS_QUEEN] | kind[LUDUS_CHESS_KING];
    return (int32_t)((one >> square & 1) | (two >> square & 1) << 1 | (four >> square & 1) << 2);
}

// Where the opponent's pawns stand that attack a square: they go down.
static uint64_t pawn_attackers_above(uint64_t square_bit)
{
    return (square_bit << 9 & ~LUDUS_CHESS_FILE_A) | (square_bit << 7 & ~LUDUS_CHESS_FILE_H);
}

uint64_t ludus_chess_attackers(const ludus_chess_board *b, int32_t square, uint64_t occupied)
{
    const uint64_t *kind = b->kind;
    const uint64_t bit = UINT64_C(1) << square;
    const uint64_t rooks = kind[LUDUS_CHESS_ROOK] | kind[LUDUS_CHESS_QUEEN];
    const uint64_t bishops = kind[LUDUS_CHESS_BISHOP] | kind[LUDUS_CHESS_QUEEN];
    const uint64_t attackers = (ludus_chess_rook(square, occupied) & rooks) |
                               (ludus_chess_bishop(square, occupied) & bishops) |
                               (ludus_chess_knight[square] & kind[LUDUS_CHESS_KNIGHT]) |
                               (ludus_chess_king[square] & kind[LUDUS_CHESS_KING]) |
                               (pawn_attackers_above(bit) & kind[LUDUS_CHESS_PAWN]);
    return attackers & b->colour[1];
}

bool ludus_chess_board_is_check(const ludus_chess_board *b)
{
    return ludus_chess_attackers(b, ludus_chess_king_square(b, 0), b->colour[0] | b->colour[1]) !=
           0;
}

bool ludus_chess_is_insufficient(const ludus_chess_board *b)
{
    const uint64_t dark = UINT64_C(0xaa55aa55aa55aa55);
    const uint64_t bishops = b->kind[LUDUS_CHESS_BISHOP];
    const uint64_t knights = b->kind[LUDUS_CHESS_KNIGHT];
    if ((b->kind[LUDUS_CHESS_PAWN] | b->kind[LUDUS_CHESS_ROOK] | b->kind[LUDUS_CHESS_QUEEN]) != 0) {
        return false;
    }
    if (knights != 0) {
        return bishops == 0 && (knights & (knights - 1)) == 0;
    }
    return (bishops & dark) == 0 || (bishops & ~dark) == 0;
}

uint64_t ludus_chess_ep_takers(const ludus_chess_board *b, int32_t file)
{
    const uint64_t taken = UINT64_C(1) << (32 + file);
    const uint64_t beside = (taken << 1 & ~LUDUS_CHESS_FILE_A) | (taken >> 1 & ~LUDUS_CHESS_FILE_H);
    const uint64_t all = b->colour[0] | b->colour[1];
    const int32_t king = ludus_chess_king_square(b, 0);
    uint64_t takers = 0;
    uint64_t pawns = beside & b->colour[0] & b->kind[LUDUS_CHESS_PAWN];
    for (; pawns != 0; pawns &= pawns - 1) {
        const uint64_t pawn = pawns & (~pawns + 1);
        const uint64_t after = (all ^ pawn ^ taken) | taken << 8;
        if ((ludus_chess_attackers(b, king, after) & ~taken) == 0) {
            takers |= pawn;
        }
    }
    return takers;
}

// ---- Making a move ------------------------------------------------------------------------------

// The board is turned around first and changed afterwards: from here on the player who moves is
// colour 1, and squares are turned. (Turning moves wide vectors, which would wait for the narrow
// stores of the changes.)

static void castle(ludus_chess_board *b, int32_t from, int32_t to)
{
    const bool is_kingside = to > from;
    ludus_chess_toggle(b, 1, LUDUS_CHESS_KING, from);
    ludus_chess_toggle(b, 1, LUDUS_CHESS_ROOK, to);
    ludus_chess_toggle(b, 1, LUDUS_CHESS_KING, 56 + (is_kingside ? 6 : 2));
    ludus_chess_toggle(b, 1, LUDUS_CHESS_ROOK, 56 + (is_kingside ? 5 : 3));
}

static void take(ludus_chess_board *b, int32_t square)
{
    ludus_chess_toggle(b, 0, ludus_chess_kind_at(b, square), square);
    b->fifty = 0;
    for (int32_t wing = 0; wing < 2; wing++) {
        if (square == b->castle[0][wing] && square != LUDUS_CHESS_NO_FILE) {
            ludus_chess_set_castle(b, 0, wing, LUDUS_CHESS_NO_FILE);
        }
    }
}

static void drop_rights(ludus_chess_board *b, int32_t kind, int32_t from)
{
    for (int32_t wing = 0; wing < 2; wing++) {
        const int32_t file = b->castle[1][wing];
        if (file != LUDUS_CHESS_NO_FILE && (kind == LUDUS_CHESS_KING || from == 56 + file)) {
            ludus_chess_set_castle(b, 1, wing, LUDUS_CHESS_NO_FILE);
        }
    }
}

// A pawn's move beyond its change of place; ep: the file of the pawn that could be taken so.
static void finish_pawn_move(ludus_chess_board *b, int32_t from, int32_t to, int32_t ep)
{
    b->fifty = 0;
    if (from - to == 16) {
        ludus_chess_set_ep(b, to & 7);
    } else if (ep == (to & 7) && from >> 3 == 3 && (from & 7) != ep) {
        take(b, to + 8);
    }
}

void ludus_chess_make(ludus_chess_board *b, ludus_chess_move move)
{
    const int32_t from = ludus_chess_from(move) ^ 56;
    const int32_t to = ludus_chess_to(move) ^ 56;
    const int32_t kind = ludus_chess_kind_at(b, ludus_chess_from(move));
    const int32_t ep = b->ep;
    assert((b->colour[0] >> ludus_chess_from(move) & 1) != 0);
    clear_ep(b);
    b->fifty = (uint8_t)(b->fifty + (b->fifty < UINT8_MAX));
    b->move_number += b->side;
    ludus_chess_turn(b);
    if ((b->colour[1] >> to & 1) != 0) {
        castle(b, from, to);
    } else {
        const int32_t promotion = ludus_chess_promotion(move);
        if ((b->colour[0] >> to & 1) != 0) {
            take(b, to);
        }
        ludus_chess_toggle(b, 1, kind, from);
        ludus_chess_toggle(b, 1, promotion != 0 ? promotion : kind, to);
        if (kind == LUDUS_CHESS_PAWN) {
            finish_pawn_move(b, from, to, ep);
        }
    }
    drop_rights(b, kind, from);
}
