#include "envs/chess_san.h"

#include <string.h>

#include "envs/chess_internal.h"

static const char letters[] = "PNBRQK";

static bool is_castling(const ludus_chess_board *b, ludus_chess_move move)
{
    return (b->colour[0] >> ludus_chess_to(move) & 1) != 0;
}

// ---- Writing ------------------------------------------------------------------------------------

// Which of file and rank the origin needs, among other pieces of its kind that could go there.
static char *put_origin(const ludus_chess_board *b, ludus_chess_move move, int32_t kind, char *out)
{
    ludus_chess_move legal[LUDUS_CHESS_MAX_MOVES];
    const int32_t from = ludus_chess_from(move), n = ludus_chess_moves(b, legal);
    bool is_shared = false, shares_file = false, shares_rank = false;
    for (int32_t i = 0; i < n; i++) {
        const int32_t other = ludus_chess_from(legal[i]);
        if (other != from && ludus_chess_to(legal[i]) == ludus_chess_to(move) &&
            !is_castling(b, legal[i]) && ludus_chess_kind_at(b, other) == kind) {
            is_shared = true;
            shares_file = shares_file || (other & 7) == (from & 7);
            shares_rank = shares_rank || other >> 3 == from >> 3;
        }
    }
    if (is_shared && (!shares_file || shares_rank)) {
        *out++ = (char)('a' + (from & 7));
    }
    if (is_shared && shares_file) {
        *out++ = (char)('1' + ((from ^ ludus_chess_view_of(b)) >> 3));
    }
    return out;
}

static char *put_check(const ludus_chess_board *b, ludus_chess_move move, char *out)
{
    ludus_chess_board next = *b;
    ludus_chess_make(&next, move);
    if (ludus_chess_board_is_check(&next)) {
        *out++ = ludus_chess_count_moves(&next) == 0 ? '#' : '+';
    }
    return out;
}

static char *put_square(const ludus_chess_board *b, int32_t square, char *out)
{
    *out++ = (char)('a' + (square & 7));
    *out++ = (char)('1' + ((square ^ ludus_chess_view_of(b)) >> 3));
    return out;
}

void ludus_chess_to_san(const ludus_chess_board *board, ludus_chess_move move, char *out)
{
    const int32_t from = ludus_chess_from(move), to = ludus_chess_to(move);
    const int32_t kind = ludus_chess_kind_at(board, from);
    const bool is_pawn = kind == LUDUS_CHESS_PAWN;
    if (is_castling(board, move)) {
        strcpy(out, to > from ? "O-O" : "O-O-O");
        out += strlen(out);
    } else {
        const bool is_capture =
            (board->colour[1] >> to & 1) != 0 || (is_pawn && (from & 7) != (to & 7));
        if (!is_pawn) {
            *out++ = letters[kind];
            out = kind == LUDUS_CHESS_KING ? out : put_origin(board, move, kind, out);
        } else if (is_capture) {
            *out++ = (char)('a' + (from & 7));
        }
        if (is_capture) {
            *out++ = 'x';
        }
        out = put_square(board, to, out);
        if (ludus_chess_promotion(move) != 0) {
            *out++ = '=';
            *out++ = letters[ludus_chess_promotion(move)];
        }
    }
    out = put_check(board, move, out);
    *out = '\0';
}

// ---- Reading ------------------------------------------------------------------------------------

// What a text asks for; -1 = does not say.
typedef struct wish {
    int32_t kind, promotion; // promotion 0: none
    int32_t from_file, from_rank, to;
    int32_t castling; // wing
} wish;

// Takes "=Q", "Q" or "(Q)" off the end; returns the kind or 0.
static int32_t take_promotion(const char *text, size_t *length)
{
    size_t n = *length;
    n -= n > 0 && text[n - 1] == ')';
    if (n < 3) {
        return 0;
    }
    const char *letter = memchr("NBRQnbrq", text[n - 1], 8);
    const bool is_after_rank = text[n - 2] >= '1' && text[n - 2] <= '8';
    if (letter == NULL || (!is_after_rank && memchr("=(/", text[n - 2], 3) == NULL)) {
        return 0;
    }
    *length = n - (is_after_rank ? 1 : 2);
    return (int32_t)(strchr("NBRQnbrq", text[n - 1]) - "NBRQnbrq") % 4 + LUDUS_CHESS_KNIGHT;
}

static bool read_castling(const char *text, size_t length, wish *out)
{
    if (length != 3 && length != 5) {
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        const bool is_right = i % 2 == 1 ? text[i] == '-' : memchr("O0o", text[i], 3) != NULL;
        if (!is_right) {
            return false;
        }
    }
    out->castling = length == 3 ? 0 : 1;
    return true;
}

// The destination, and what comes before it.
static bool read_squares(const char *text, size_t length, wish *out)
{
    if (length < 2 || text[length - 2] < 'a' || text[length - 2] > 'h' || text[length - 1] < '1' ||
        text[length - 1] > '8') {
        return false;
    }
    out->to = (text[length - 1] - '1') * 8 + text[length - 2] - 'a';
    for (size_t i = 0; i + 2 < length; i++) {
        if (text[i] >= 'a' && text[i] <= 'h' && out->from_file < 0) {
            out->from_file = text[i] - 'a';
        } else if (text[i] >= '1' && text[i] <= '8' && out->from_rank < 0) {
            out->from_rank = text[i] - '1';
        } else if (memchr("x-:", text[i], 3) == NULL) {
            return false;
        }
    }
    return true;
}

static bool read_wish(const char *text, size_t length, wish *out)
{
    *out = (wish){.from_file = -1, .from_rank = -1, .castling = -1};
    if (length > 4 && memcmp(text + length - 4, "e.p.", 4) == 0) {
        length -= 4;
    }
    while (length > 0 && memchr("+#!?", text[length - 1], 4) != NULL) {
        length--;
    }
    if (read_castling(text, length, out)) {
        return true;
    }
    const char *letter = length > 0 ? memchr(letters, text[0], 6) : NULL;
    out->kind = letter != NULL ? (int32_t)(letter - letters) : LUDUS_CHESS_PAWN;
    text += letter != NULL;
    length -= letter != NULL;
    out->promotion = take_promotion(text, &length);
    return read_squares(text, length, out);
}

static bool fits(const ludus_chess_board *b, const wish *w, ludus_chess_move move)
{
    const int32_t from = ludus_chess_from(move), to = ludus_chess_to(move);
    if (is_castling(b, move) || w->castling >= 0) {
        return is_castling(b, move) && w->castling == (to > from ? 0 : 1);
    }
    return (to ^ ludus_chess_view_of(b)) == w->to && ludus_chess_kind_at(b, from) == w->kind &&
           ludus_chess_promotion(move) == w->promotion &&
           (w->from_file < 0 || w->from_file == (from & 7)) &&
           (w->from_rank < 0 || w->from_rank == (from ^ ludus_chess_view_of(b)) >> 3);
}

ludus_status ludus_chess_from_san(const ludus_chess_board *board, const char *text, size_t length,
                                  ludus_chess_move *out)
{
    wish w;
    ludus_chess_move legal[LUDUS_CHESS_MAX_MOVES], found = 0;
    int32_t num = 0;
    if (!read_wish(text, length, &w)) {
        return LUDUS_ERR_FORMAT;
    }
    const int32_t n = ludus_chess_moves(board, legal);
    for (int32_t i = 0; i < n; i++) {
        if (fits(board, &w, legal[i])) {
            found = legal[i];
            num++;
        }
    }
    if (num != 1) {
        return LUDUS_ERR_ARG;
    }
    *out = found;
    return LUDUS_OK;
}
