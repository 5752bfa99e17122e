// Forsyth-Edwards notation, with the castling letters of Shredder-FEN and X-FEN for Chess960, and
// the numbered start positions of Chess960.

#include "envs/chess_attacks.h"
#include "envs/chess_board.h"

#include <stdio.h>
#include <string.h>

static const char letters[] = "pnbrqk";

// ---- Reading ------------------------------------------------------------------------------------

// The text not yet read, and a board of White's view until the side is known.
typedef struct reader {
    const char *rest;
    ludus_chess_board *board;
    ludus_error *error;
} reader;

static ludus_status refuse(const reader *r, const char *what)
{
    return ludus_fail(r->error, LUDUS_ERR_FORMAT, "no FEN: %s", what);
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

// Skips the blanks before a field; false when there is no further field.
static bool next_field(reader *r)
{
    const bool has_blank = *r->rest == ' ';
    r->rest += strspn(r->rest, " ");
    return has_blank && *r->rest != '\0';
}

static bool at_end_of_field(const reader *r)
{
    return *r->rest == ' ' || *r->rest == '\0';
}

static ludus_status read_rank(reader *r, int32_t rank)
{
    int32_t file = 0;
    for (; *r->rest != '/' && !at_end_of_field(r); r->rest++) {
        const char c = *r->rest;
        const char *letter = strchr(letters, lower(c));
        if (c >= '1' && c <= '8') {
            file += c - '0';
        } else if (letter != NULL && file < 8) {
            const int32_t kind = (int32_t)(letter - letters);
            ludus_chess_toggle(r->board, is_upper(c) ? 0 : 1, kind, rank * 8 + file);
            file++;
        } else {
            return refuse(r, letter == NULL ? "the board holds a strange letter"
                                            : "a rank of the board is longer than 8 squares");
        }
    }
    return file == 8 ? LUDUS_OK : refuse(r, "a rank of the board does not have 8 squares");
}

static ludus_status read_board(reader *r)
{
    r->rest += strspn(r->rest, " ");
    for (int32_t rank = 7; rank >= 0; rank--) {
        const ludus_status status = read_rank(r, rank);
        if (status != LUDUS_OK) {
            return status;
        }
        if (rank > 0 && *r->rest++ != '/') {
            return refuse(r, "the board has fewer than 8 ranks");
        }
    }
    return at_end_of_field(r) ? LUDUS_OK : refuse(r, "the board has more than 8 ranks");
}

static int32_t count_of(const ludus_chess_board *b, int32_t colour, int32_t kind)
{
    return __builtin_popcountll(b->colour[colour] & b->kind[kind]);
}

// At most 16 pieces, and no more promoted ones than pawns are missing.
static bool is_possible_army(const ludus_chess_board *b, int32_t colour)
{
    static const int32_t at_start[LUDUS_CHESS_NUM_KINDS] = {8, 2, 2, 2, 1, 1};
    int32_t promoted = 0;
    for (int32_t kind = LUDUS_CHESS_KNIGHT; kind <= LUDUS_CHESS_QUEEN; kind++) {
        const int32_t extra = count_of(b, colour, kind) - at_start[kind];
        promoted += extra > 0 ? extra : 0;
    }
    return count_of(b, colour, LUDUS_CHESS_KING) == 1 &&
           promoted + count_of(b, colour, LUDUS_CHESS_PAWN) <= 8;
}

static ludus_status check_pieces(reader *r)
{
    const ludus_chess_board *b = r->board;
    const uint64_t edges = LUDUS_CHESS_RANK(0) | LUDUS_CHESS_RANK(7);
    if (count_of(b, 0, LUDUS_CHESS_KING) != 1 || count_of(b, 1, LUDUS_CHESS_KING) != 1) {
        return refuse(r, "each player has one king");
    }
    if ((b->kind[LUDUS_CHESS_PAWN] & edges) != 0) {
        return refuse(r, "a pawn stands on the first or last rank");
    }
    return is_possible_army(b, 0) && is_possible_army(b, 1)
               ? LUDUS_OK
               : refuse(r, "more pieces than promotion can give");
}

static ludus_status read_side(reader *r)
{
    if (!next_field(r) || (*r->rest != 'w' && *r->rest != 'b')) {
        return refuse(r, "after the board comes w or b, who is to move");
    }
    const bool is_black = *r->rest++ == 'b';
    if (!at_end_of_field(r)) {
        return refuse(r, "after the board comes w or b, who is to move");
    }
    if (is_black) {
        ludus_chess_turn(r->board);
    }
    const ludus_chess_board *b = r->board;
    ludus_chess_board turned = *b;
    ludus_chess_turn(&turned);
    if (ludus_chess_board_is_check(&turned)) {
        return refuse(r, "the player who has just moved is in check");
    }
    const int32_t king = ludus_chess_king_square(b, 0);
    const uint64_t checkers = ludus_chess_attackers(b, king, b->colour[0] | b->colour[1]);
    return __builtin_popcountll(checkers) <= 2 ? LUDUS_OK : refuse(r, "more than two checks");
}

// Rooks of one player on the king's first rank, as bits of files; 0 when the king is not there.
static uint32_t home_rooks(const ludus_chess_board *b, int32_t colour, int32_t *king_file)
{
    const int32_t rank = colour == 0 ? 0 : 7;
    const int32_t king = ludus_chess_king_square(b, colour);
    *king_file = king & 7;
    if (king >> 3 != rank) {
        return 0;
    }
    return (uint32_t)((b->colour[colour] & b->kind[LUDUS_CHESS_ROOK]) >> 8 * rank & 0xff);
}

// The outermost rook on a wing, or NO_FILE.
static int32_t outer_rook(const ludus_chess_board *b, int32_t colour, int32_t wing)
{
    int32_t king;
    const uint32_t rooks = home_rooks(b, colour, &king);
    const uint32_t beyond = wing == 0 ? rooks & (0xfeu << king) : rooks & ((1u << king) - 1);
    if (beyond == 0) {
        return LUDUS_CHESS_NO_FILE;
    }
    return wing == 0 ? 31 - __builtin_clz(beyond) : __builtin_ctz(beyond);
}

// One letter of the castling field.
static bool read_right(reader *r, char letter)
{
    ludus_chess_board *b = r->board;
    const int32_t colour = (is_upper(letter) ? 0 : 1) ^ b->side;
    const char c = lower(letter);
    int32_t king;
    const uint32_t rooks = home_rooks(b, colour, &king);
    int32_t wing = c == 'k' ? 0 : 1;
    int32_t file = LUDUS_CHESS_NO_FILE;
    if (c == 'k' || c == 'q') {
        file = outer_rook(b, colour, wing);
    } else if (c >= 'a' && c <= 'h' && (rooks >> (c - 'a') & 1) != 0) {
        file = c - 'a';
        wing = file > king ? 0 : 1;
    }
    if (file == LUDUS_CHESS_NO_FILE || b->castle[colour][wing] != LUDUS_CHESS_NO_FILE) {
        return false;
    }
    if (king != 4 || file != (wing == 0 ? 7 : 0)) {
        b->is_960 = 1;
    }
    ludus_chess_set_castle(b, colour, wing, file);
    return true;
}

static ludus_status read_castling(reader *r)
{
    if (!next_field(r)) {
        return LUDUS_OK;
    }
    if (*r->rest == '-') {
        r->rest++;
        return at_end_of_field(r) ? LUDUS_OK : refuse(r, "strange castling rights");
    }
    for (; !at_end_of_field(r); r->rest++) {
        if (!read_right(r, *r->rest)) {
            return refuse(r, "castling rights without king and rook in place");
        }
    }
    return LUDUS_OK;
}

// The square behind a pawn that has just made a double step; dropped when no capture is legal.
static ludus_status read_ep(reader *r)
{
    ludus_chess_board *b = r->board;
    if (!next_field(r)) {
        return LUDUS_OK;
    }
    if (*r->rest == '-') {
        r->rest++;
        return at_end_of_field(r) ? LUDUS_OK : refuse(r, "a strange en-passant square");
    }
    const int32_t file = r->rest[0] - 'a';
    if (file < 0 || file > 7 || r->rest[1] != (b->side == 0 ? '6' : '3')) {
        return refuse(r, "a strange en-passant square");
    }
    r->rest += 2;
    const uint64_t all = b->colour[0] | b->colour[1];
    const uint64_t pawns = b->colour[1] & b->kind[LUDUS_CHESS_PAWN];
    const uint64_t behind = UINT64_C(0x01010000000000) << file;
    if (!at_end_of_field(r) || (pawns >> (32 + file) & 1) == 0 || (all & behind) != 0) {
        return refuse(r, "an en-passant square without a pawn that has just come by");
    }
    ludus_chess_set_ep(b, file);
    return LUDUS_OK;
}

static ludus_status read_number(reader *r, uint32_t limit, uint32_t *out)
{
    uint32_t value = 0;
    if (!next_field(r)) {
        return LUDUS_OK;
    }
    for (; *r->rest >= '0' && *r->rest <= '9' && value <= limit; r->rest++) {
        value = value * 10 + (uint32_t)(*r->rest - '0');
    }
    if (!at_end_of_field(r) || value > limit) {
        return refuse(r, "a counter is no number or too large");
    }
    *out = value;
    return LUDUS_OK;
}

static ludus_status read_counters(reader *r)
{
    uint32_t fifty = 0;
    uint32_t move_number = 1;
    ludus_status status = read_number(r, 200, &fifty);
    if (status == LUDUS_OK) {
        status = read_number(r, 9999, &move_number);
    }
    if (status == LUDUS_OK && next_field(r)) {
        status = refuse(r, "text after the last field");
    }
    r->board->fifty = (uint8_t)fifty;
    r->board->move_number = move_number > 0 ? move_number : 1;
    return status;
}

ludus_status ludus_chess_board_from_fen(ludus_chess_board *board, const char *text,
                                        ludus_error *error)
{
    reader r = {.rest = text, .board = board, .error = error};
    static ludus_status (*const steps[])(reader *) = {read_board,    check_pieces, read_side,
                                                      read_castling, read_ep,      read_counters};
    ludus_chess_board_clear(board);
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        const ludus_status status = steps[i](&r);
        if (status != LUDUS_OK) {
            return status;
        }
    }
    return LUDUS_OK;
}

// ---- Writing ------------------------------------------------------------------------------------

static char letter_at(const ludus_chess_board *b, int32_t square)
{
    const bool is_own = (b->colour[0] >> square & 1) != 0;
    if (!is_own && (b->colour[1] >> square & 1) == 0) {
        return ' ';
    }
    const char letter = letters[ludus_chess_kind_at(b, square)];
    return is_own == (b->side == 0) ? (char)(letter - 'a' + 'A') : letter;
}

static char *write_board(const ludus_chess_board *b, char *out)
{
    for (int32_t row = 7; row >= 0; row--) {
        int32_t empty = 0;
        for (int32_t file = 0; file < 8; file++) {
            const char letter = letter_at(b, (row * 8 + file) ^ (b->side ? 56 : 0));
            if (letter == ' ') {
                empty++;
                continue;
            }
            if (empty > 0) {
                *out++ = (char)('0' + empty);
                empty = 0;
            }
            *out++ = letter;
        }
        if (empty > 0) {
            *out++ = (char)('0' + empty);
        }
        *out++ = row > 0 ? '/' : ' ';
    }
    return out;
}

static char *write_castling(const ludus_chess_board *b, char *out)
{
    const char *start = out;
    for (int32_t i = 0; i < 4; i++) {
        const int32_t colour = (i >> 1) ^ b->side;
        const int32_t wing = i & 1;
        const int32_t file = b->castle[colour][wing];
        if (file == LUDUS_CHESS_NO_FILE) {
            continue;
        }
        const bool is_outer = outer_rook(b, colour, wing) == file;
        const char letter = (char)(is_outer ? "kq"[wing] : 'a' + file);
        *out++ = i < 2 ? (char)(letter - 'a' + 'A') : letter;
    }
    if (out == start) {
        *out++ = '-';
    }
    *out++ = ' ';
    return out;
}

void ludus_chess_board_to_fen(const ludus_chess_board *b, char *out)
{
    const char *end = out + LUDUS_CHESS_FEN_MAX;
    char ep[] = "-\0";
    if (b->ep != LUDUS_CHESS_NO_FILE) {
        ep[0] = (char)('a' + b->ep);
        ep[1] = b->side == 0 ? '6' : '3';
    }
    out = write_board(b, out);
    *out++ = b->side == 0 ? 'w' : 'b';
    *out++ = ' ';
    out = write_castling(b, out);
    snprintf(out, (size_t)(end - out), "%s %d %u", ep, (int)b->fifty, (unsigned)b->move_number);
}

// ---- Chess960 -----------------------------------------------------------------------------------

// The index-th file that is still free.
static int32_t free_file(const char row[8], int32_t index)
{
    int32_t file = 0;
    for (;; file++) {
        if (row[file] == '\0' && index-- == 0) {
            return file;
        }
    }
}

void ludus_chess_board_start(ludus_chess_board *board, int32_t number)
{
    static const int32_t knights[10][2] = {{0, 1}, {0, 2}, {0, 3}, {0, 4}, {1, 2},
                                           {1, 3}, {1, 4}, {2, 3}, {2, 4}, {3, 4}};
    static const char rest[] = {LUDUS_CHESS_ROOK, LUDUS_CHESS_KING, LUDUS_CHESS_ROOK};
    char row[8] = {0}; // kinds; a pawn stands for a free file
    int32_t n = number;
    row[2 * (n % 4) + 1] = LUDUS_CHESS_BISHOP;
    n /= 4;
    row[2 * (n % 4)] = LUDUS_CHESS_BISHOP;
    n /= 4;
    row[free_file(row, n % 6)] = LUDUS_CHESS_QUEEN;
    n /= 6;
    const int32_t second = free_file(row, knights[n][1]); // before the first one moves the count
    row[free_file(row, knights[n][0])] = LUDUS_CHESS_KNIGHT;
    row[second] = LUDUS_CHESS_KNIGHT;
    for (int32_t i = 0; i < 3; i++) {
        row[free_file(row, 0)] = rest[i];
    }
    ludus_chess_board_clear(board);
    for (int32_t file = 0; file < 8; file++) {
        for (int32_t colour = 0; colour < 2; colour++) {
            ludus_chess_toggle(board, colour, row[file], file + (colour == 0 ? 0 : 56));
            ludus_chess_toggle(board, colour, LUDUS_CHESS_PAWN, file + (colour == 0 ? 8 : 48));
        }
    }
    for (int32_t i = 0; i < 4; i++) {
        ludus_chess_set_castle(board, i >> 1, i & 1, outer_rook(board, i >> 1, i & 1));
    }
    board->is_960 = number != 518;
}
