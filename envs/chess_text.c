// Moves as UCI writes and people type them, and boards as lines of text.

#include "envs/chess_internal.h"
#include "envs/chess_san.h"

#include <stdio.h>
#include <string.h>

// Letters of promotion by kind; 0 is none.
static const char promotions[] = "\0nbrq";

// "e4" -> a real square, or -1.
static int32_t read_square(const char *text)
{
    const bool is_square = text[0] >= 'a' && text[0] <= 'h' && text[1] >= '1' && text[1] <= '8';
    return is_square ? (text[1] - '1') * 8 + text[0] - 'a' : -1;
}

static void write_square(int32_t square, char out[2])
{
    out[0] = (char)('a' + (square & 7));
    out[1] = (char)('1' + (square >> 3));
}

// The rook's square of a castling written as the king's two steps; any other `to` unchanged.
static int32_t castling_rook(const ludus_chess_board *b, int32_t from, int32_t to)
{
    const int32_t steps = to > from ? to - from : from - to;
    const int32_t wing = to == 6 ? 0 : 1;
    const bool is_castling = from == ludus_chess_king_square(b, 0) && (to == 6 || to == 2) &&
                             from < 8 && steps > 1 && (b->colour[0] >> to & 1) == 0;
    const int32_t rook = b->castle[0][wing];
    return is_castling && rook != LUDUS_CHESS_NO_FILE ? rook : to;
}

static ludus_status read_uci(const void *ctx, const void *pos, const char *text, ludus_move *out)
{
    const ludus_chess_board *b = &((const ludus_chess_position *)pos)->board;
    const size_t length = strlen(text);
    if (length < 4 || length > 5 || read_square(text) < 0 || read_square(text + 2) < 0) {
        return LUDUS_ERR_FORMAT;
    }
    const int32_t from = read_square(text) ^ ludus_chess_view_of(b);
    const int32_t to = castling_rook(b, from, read_square(text + 2) ^ ludus_chess_view_of(b));
    const bool is_pawn = (b->kind[LUDUS_CHESS_PAWN] & b->colour[0]) >> from & 1;
    int32_t promotion = 0;
    if (length == 5) {
        const char *letter = memchr(promotions + 1, text[4] | 0x20, 4);
        promotion = letter != NULL ? (int32_t)(letter - promotions) : -1;
    }
    if (promotion < 0 || (is_pawn && to >= 56) != (promotion > 0)) {
        return LUDUS_ERR_FORMAT;
    }
    const ludus_move move = ludus_chess_policy_index(ctx, ludus_chess_move_of(from, to, promotion));
    if (move == LUDUS_MOVE_NONE) {
        return LUDUS_ERR_FORMAT;
    }
    *out = move;
    return LUDUS_OK;
}

// As UCI writes them, or in algebraic notation, which the board alone makes sense of.
ludus_status ludus_chess_move_from_text(const void *ctx, const void *pos, const char *text,
                                        ludus_move *out)
{
    const ludus_chess_board *b = &((const ludus_chess_position *)pos)->board;
    ludus_chess_move move;
    if (read_uci(ctx, pos, text, out) == LUDUS_OK) {
        return LUDUS_OK;
    }
    if (ludus_chess_from_san(b, text, strlen(text), &move) != LUDUS_OK) {
        return LUDUS_ERR_FORMAT;
    }
    *out = ludus_chess_policy_index(ctx, move);
    return LUDUS_OK;
}

void ludus_chess_move_to_text(const void *ctx, const void *pos, ludus_move move, char *out)
{
    const ludus_chess_board *b = &((const ludus_chess_position *)pos)->board;
    const ludus_chess_move m = ludus_chess_policy_move(ctx, b, move);
    const int32_t from = ludus_chess_from(m);
    int32_t to = ludus_chess_to(m);
    if ((b->colour[0] >> to & 1) != 0 && !b->is_960) {
        to = to > from ? 6 : 2;
    }
    write_square(from ^ ludus_chess_view_of(b), out);
    write_square(to ^ ludus_chess_view_of(b), out + 2);
    out[4] = promotions[ludus_chess_promotion(m)];
    out[5] = '\0';
}

// ---- Drawing ------------------------------------------------------------------------------------

static const char *const figures[2][LUDUS_CHESS_NUM_KINDS] = {
    {"\u2659", "\u2658", "\u2657", "\u2656", "\u2655", "\u2654"},
    {"\u265f", "\u265e", "\u265d", "\u265c", "\u265b", "\u265a"}};

static const char *figure_at(const ludus_chess_board *b, int32_t square)
{
    const int32_t seen = square ^ ludus_chess_view_of(b);
    for (int32_t colour = 0; colour < 2; colour++) {
        if ((b->colour[colour] >> seen & 1) != 0) {
            return figures[colour ^ b->side][ludus_chess_kind_at(b, seen)];
        }
    }
    return ".";
}

// The real square where the last move's piece stands now; after castling the king's.
static int32_t last_square(const ludus_chess_policy *policy, const ludus_chess_board *b,
                           ludus_move last)
{
    if (last == LUDUS_MOVE_NONE) {
        return -1;
    }
    const int32_t to = ludus_chess_to(policy->move_at[last]) ^ 56; // as the other player sees it
    const bool is_castling = (b->colour[1] >> to & 1) == 0;
    return (is_castling ? ludus_chess_king_square(b, 1) : to) ^ ludus_chess_view_of(b);
}

void ludus_chess_draw(const void *ctx, const void *pos, ludus_move last, char *out)
{
    const ludus_chess_board *b = &((const ludus_chess_position *)pos)->board;
    const int32_t marked = last_square(ctx, b, last);
    out += sprintf(out, "   a b c d e f g h\n");
    for (int32_t rank = 7; rank >= 0; rank--) {
        out += sprintf(out, " %d", (int)rank + 1);
        for (int32_t file = 0; file < 8; file++) {
            const int32_t square = rank * 8 + file;
            const bool is_after = file > 0 && square - 1 == marked;
            const char *gap = square == marked ? "(" : is_after ? ")" : " ";
            out += sprintf(out, "%s%s", gap, figure_at(b, square));
        }
        out += sprintf(out, "%s\n", rank * 8 + 7 == marked ? ")" : "");
    }
}
