#include "envs/pgn.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "envs/chess_san.h"

struct ludus_pgn_reader {
    const ludus_game *game;
    const char *at, *end;
    const char *braces_end; // no "}" from here on; `end` as long as nobody has looked in vain
    int64_t line;
    ludus_pgn_game pgn;
    ludus_move moves[LUDUS_PGN_PLIES_MAX];
    ludus_error *error; // of the running call
};

// ---- Life cycle ---------------------------------------------------------------------------------

ludus_status ludus_pgn_reader_create(ludus_pgn_reader **out, const ludus_game *game,
                                     const char *text, size_t size, ludus_error *error)
{
    *out = ludus_alloc(1, sizeof(**out));
    if (*out == NULL) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "out of memory");
    }
    (*out)->game = game;
    (*out)->at = text;
    (*out)->end = (*out)->braces_end = text + size;
    (*out)->line = 1;
    if (size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
        (*out)->at += 3;
    }
    return LUDUS_OK;
}

void ludus_pgn_reader_destroy(ludus_pgn_reader *reader)
{
    ludus_free(reader);
}

// ---- Characters ---------------------------------------------------------------------------------

static bool at_end(const ludus_pgn_reader *r)
{
    return r->at == r->end;
}

static char peek(const ludus_pgn_reader *r)
{
    return at_end(r) ? '\0' : *r->at;
}

static bool is_line_end(char c)
{
    return c == '\n' || c == '\r';
}

// "\r\n" ends one line.
static void skip(ludus_pgn_reader *r)
{
    const bool is_pair = *r->at == '\r' && r->at + 1 < r->end && r->at[1] == '\n';
    r->line += is_line_end(*r->at) && !is_pair;
    r->at++;
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r') || c == '\0';
}

static bool is_line_start(const ludus_pgn_reader *r, const char *text)
{
    return r->at == text || is_line_end(r->at[-1]);
}

// At a '{'. False, and behind that alone, when the comment has no end; the text is searched in vain
// only once.
static bool skip_comment(ludus_pgn_reader *r)
{
    skip(r);
    const char *from = r->at;
    const int64_t line = r->line;
    while (r->at < r->braces_end && *r->at != '}') {
        skip(r);
    }
    if (r->at < r->braces_end) {
        skip(r);
        return true;
    }
    r->braces_end = from < r->braces_end ? from : r->braces_end;
    r->at = from;
    r->line = line;
    return false;
}

// Skips a comment to the end of its line, or an escaped line; false when none begins here.
static bool skip_line(ludus_pgn_reader *r, const char *text)
{
    if (*r->at != ';' && (*r->at != '%' || !is_line_start(r, text))) {
        return false;
    }
    while (!at_end(r) && !is_line_end(*r->at)) {
        r->at++;
    }
    return true;
}

// Blanks, comments and escaped lines. False when a comment has no end.
static bool skip_blanks(ludus_pgn_reader *r, const char *text)
{
    bool is_whole = true;
    while (is_whole && !at_end(r)) {
        if (is_blank(*r->at)) {
            skip(r);
        } else if (*r->at == '{') {
            is_whole = skip_comment(r);
        } else if (!skip_line(r, text)) {
            break;
        }
    }
    return is_whole;
}

// ---- Tags ---------------------------------------------------------------------------------------

static void read_quoted(ludus_pgn_reader *r, char *out, size_t size)
{
    size_t n = 0;
    skip(r); // the quote
    while (!at_end(r) && *r->at != '"' && !is_line_end(*r->at)) {
        if (*r->at == '\\' && r->at + 1 < r->end && (r->at[1] == '"' || r->at[1] == '\\')) {
            r->at++;
        }
        if (n + 1 < size) {
            out[n++] = *r->at == '\0' ? '?' : *r->at;
        }
        r->at++;
    }
    out[n] = '\0';
    if (peek(r) == '"') {
        r->at++;
    }
}

static void read_tag(ludus_pgn_reader *r)
{
    ludus_pgn_tag spare = {.name = ""};
    ludus_pgn_game *pgn = &r->pgn;
    ludus_pgn_tag *tag = pgn->num_tags < LUDUS_PGN_TAGS_MAX ? &pgn->tags[pgn->num_tags] : &spare;
    size_t n = 0;
    *tag = (ludus_pgn_tag){.name = ""};
    skip(r); // the bracket
    while (!at_end(r) && is_blank(*r->at)) {
        skip(r);
    }
    while (!at_end(r) && !is_blank(*r->at) && *r->at != '"' && *r->at != ']') {
        if (n + 1 < sizeof(tag->name)) {
            tag->name[n++] = *r->at;
        }
        r->at++;
    }
    while (!at_end(r) && is_blank(*r->at) && !is_line_end(*r->at)) {
        r->at++;
    }
    if (peek(r) == '"') {
        read_quoted(r, tag->value, sizeof(tag->value));
    }
    while (!at_end(r) && *r->at != ']' && !is_line_end(*r->at)) {
        r->at++;
    }
    if (peek(r) == ']') {
        r->at++;
    }
    pgn->num_tags += tag != &spare && n > 0;
}

const char *ludus_pgn_tag_of(const ludus_pgn_game *pgn, const char *name)
{
    for (int32_t i = 0; i < pgn->num_tags; i++) {
        if (strcmp(pgn->tags[i].name, name) == 0) {
            return pgn->tags[i].value;
        }
    }
    return NULL;
}

// ---- Failing ------------------------------------------------------------------------------------

// Skips to the next tag section: the first '[' at the start of a line that is outside comments and
// comes after movetext. A '{' without an end begins no comment.
static void skip_game(ludus_pgn_reader *r, const char *text)
{
    while (!at_end(r) && !(*r->at == '[' && is_line_start(r, text))) {
        if (*r->at == '{') {
            (void)skip_comment(r);
        } else if (!skip_line(r, text)) {
            skip(r);
        }
    }
}

static ludus_status refuse(ludus_pgn_reader *r, const char *text, int64_t line, const char *what,
                           const char *word, size_t length)
{
    ludus_fail(r->error, LUDUS_ERR_FORMAT, "line %lld: %s%s%.*s", (long long)line, what,
               length > 0 ? ": " : "", (int)(length < 32 ? length : 32), word);
    skip_game(r, text);
    return LUDUS_ERR_FORMAT;
}

static ludus_status refuse_comment(ludus_pgn_reader *r, const char *text)
{
    return refuse(r, text, r->line, "a comment has no end", "", 0);
}

// ---- Start position -----------------------------------------------------------------------------

static bool is_word_in(const char *word, const char *text)
{
    return strstr(text, word) != NULL;
}

// Whether text[0..length-1] says that the rules are the usual ones.
static bool is_usual(const char *text, size_t length)
{
    static const char *const names[] = {"", "?", "Standard", "Normal", "Chess", "From Position"};
    while (length > 0 && strchr(" -_", text[length - 1]) != NULL) {
        length--; // "Chess-960"
    }
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strlen(names[i]) == length && strncasecmp(text, names[i], length) == 0) {
            return true;
        }
    }
    return false;
}

// "Chess960", "Chess 960", "fischerandom"; "Crazyhouse960" is another game.
static bool is_960(const char *variant)
{
    const char *number = strstr(variant, "960");
    return is_word_in("ischer", variant) || is_word_in("andom", variant) ||
           (number != NULL && is_usual(variant, (size_t)(number - variant)));
}

static ludus_status set_start(ludus_pgn_reader *r)
{
    ludus_pgn_game *pgn = &r->pgn;
    const char *fen = ludus_pgn_tag_of(pgn, "FEN"), *variant = ludus_pgn_tag_of(pgn, "Variant");
    ludus_error error;
    pgn->is_standard = true;
    ludus_chess_board_start(&pgn->start, LUDUS_CHESS_STANDARD);
    if (fen != NULL) {
        const ludus_chess_board standard = pgn->start;
        if (ludus_chess_board_from_fen(&pgn->start, fen, &error)) {
            return ludus_fail(r->error, LUDUS_ERR_FORMAT, "line %lld: %s", (long long)pgn->line,
                              error.text);
        }
        pgn->is_standard = memcmp(&standard, &pgn->start, sizeof(standard)) == 0;
    }
    if (variant != NULL && is_960(variant)) {
        pgn->start.is_960 = 1;
        pgn->is_standard = false;
    } else if (variant != NULL && !is_usual(variant, strlen(variant))) {
        return ludus_fail(r->error, LUDUS_ERR_FORMAT, "line %lld: a game of %s",
                          (long long)pgn->line, variant);
    }
    return LUDUS_OK;
}

// ---- Movetext -----------------------------------------------------------------------------------

static bool ends_word(char c)
{
    return is_blank(c) || memchr("{}();[]$", c, 8) != NULL;
}

static bool is_word(const char *word, size_t length, const char *text)
{
    return strlen(text) == length && memcmp(word, text, length) == 0;
}

static bool read_result(const char *word, size_t length, ludus_pgn_result *out)
{
    static const struct {
        const char *text;
        ludus_pgn_result result;
    } known[] = {{"1-0", LUDUS_PGN_WHITE_WINS},
                 {"0-1", LUDUS_PGN_BLACK_WINS},
                 {"1/2-1/2", LUDUS_PGN_DRAW},
                 {"1/2", LUDUS_PGN_DRAW},
                 {"*", LUDUS_PGN_UNKNOWN}};
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (is_word(word, length, known[i].text)) {
            *out = known[i].result;
            return true;
        }
    }
    return false;
}

// "12.", "12...", "12" and "..." before a move, also without a blank: "12.Nf3".
static size_t number_length(const char *word, size_t length)
{
    size_t n = 0;
    while (n < length && word[n] >= '0' && word[n] <= '9') {
        n++;
    }
    if (n > 0 && n < length && word[n] != '.') {
        return 0; // "0-0", "1/2"
    }
    while (n < length && word[n] == '.') {
        n++;
    }
    return n;
}

static ludus_status read_move(ludus_pgn_reader *r, const char *text, ludus_chess_board *board,
                              const char *word, size_t length)
{
    ludus_pgn_game *pgn = &r->pgn;
    ludus_chess_move move;
    if (length == 0 || word[0] == '!' || word[0] == '?' || is_word(word, length, "e.p.") ||
        is_word(word, length, "ep")) {
        return LUDUS_OK; // a judgement or an "en passant" that stands alone
    }
    if (pgn->num_moves == LUDUS_PGN_PLIES_MAX) {
        return refuse(r, text, r->line, "a game of too many moves", "", 0);
    }
    const ludus_status status = ludus_chess_from_san(board, word, length, &move);
    if (status != LUDUS_OK) {
        return refuse(r, text, r->line,
                      status == LUDUS_ERR_FORMAT ? "no move" : "not a legal move, or several", word,
                      length);
    }
    pgn->moves[pgn->num_moves++] = ludus_chess_index_of(r->game, move);
    ludus_chess_make(board, move);
    return LUDUS_OK;
}

// At a '('. A variation with all that is in it; parentheses in comments do not count.
static ludus_status skip_variation(ludus_pgn_reader *r, const char *text)
{
    int64_t depth = 0;
    do {
        if (at_end(r) || (*r->at == '[' && is_line_start(r, text))) {
            return refuse(r, text, r->line, "a variation has no end", "", 0);
        }
        const char c = *r->at;
        if (c == '{') {
            if (!skip_comment(r)) {
                return refuse_comment(r, text);
            }
        } else if (!skip_line(r, text)) {
            skip(r);
            depth += (c == '(') - (c == ')');
        }
    } while (depth > 0);
    return LUDUS_OK;
}

// One word of the movetext; *is_last after a result.
static ludus_status read_word(ludus_pgn_reader *r, const char *text, ludus_chess_board *board,
                              bool *is_last)
{
    const char *word = r->at;
    r->at++;
    while (!at_end(r) && !ends_word(*r->at)) {
        r->at++;
    }
    const size_t length = (size_t)(r->at - word);
    if (word[0] == '$') {
        return LUDUS_OK;
    }
    if (memchr(")}[]", word[0], 4) != NULL) {
        return refuse(r, text, r->line, "out of place", word, 1);
    }
    *is_last = read_result(word, length, &r->pgn.result);
    const size_t number = number_length(word, length);
    return *is_last ? LUDUS_OK : read_move(r, text, board, word + number, length - number);
}

// Until a result, the next tag section or the end.
static ludus_status read_moves(ludus_pgn_reader *r, const char *text)
{
    ludus_chess_board board = r->pgn.start;
    ludus_status status = LUDUS_OK;
    for (bool is_last = false; status == LUDUS_OK && !is_last;) {
        if (!skip_blanks(r, text)) {
            return refuse_comment(r, text);
        }
        const char c = peek(r);
        if (at_end(r) || (c == '[' && is_line_start(r, text))) {
            return LUDUS_OK;
        }
        status = c == '(' ? skip_variation(r, text) : read_word(r, text, &board, &is_last);
    }
    return status;
}

// text: where the reader began, for "at the start of a line".
static ludus_status read_game(ludus_pgn_reader *r, const char *text)
{
    const char *result;
    ludus_pgn_game *pgn = &r->pgn;
    pgn->line = r->line;
    pgn->num_tags = pgn->num_moves = 0;
    pgn->moves = r->moves;
    pgn->result = LUDUS_PGN_UNKNOWN;
    while (peek(r) == '[') {
        read_tag(r);
        if (!skip_blanks(r, text)) {
            return refuse_comment(r, text);
        }
    }
    ludus_status status = set_start(r);
    if (status != LUDUS_OK) {
        skip_game(r, text);
        return status;
    }
    result = ludus_pgn_tag_of(pgn, "Result");
    if (result != NULL) {
        (void)read_result(result, strlen(result), &pgn->result);
    }
    const ludus_pgn_result by_tag = pgn->result;
    status = read_moves(r, text);
    if (pgn->result == LUDUS_PGN_UNKNOWN) {
        pgn->result = by_tag;
    }
    return status;
}

ludus_status ludus_pgn_read(ludus_pgn_reader *reader, const ludus_pgn_game **out,
                            ludus_error *error)
{
    const char *text = reader->at;
    reader->error = error;
    *out = NULL;
    if (!skip_blanks(reader, text)) {
        return refuse_comment(reader, text);
    }
    if (at_end(reader)) {
        return LUDUS_OK;
    }
    const ludus_status status = read_game(reader, text);
    if (status == LUDUS_OK) {
        *out = &reader->pgn;
    }
    return status;
}

int32_t ludus_pgn_game_plies(const ludus_game *game, const ludus_pgn_game *pgn, void *pos,
                             ludus_outcome *white)
{
    int32_t plies = 0;
    ludus_game_init(game, pos);
    ludus_outcome outcome = ludus_game_outcome(game, pos);
    while (plies < pgn->num_moves && outcome == LUDUS_ONGOING) {
        ludus_game_play(game, pos, pgn->moves[plies++]);
        outcome = ludus_game_outcome(game, pos);
    }
    const bool is_white = ludus_game_to_move(game, pos) == 0;
    *white = outcome == LUDUS_ONGOING || is_white ? outcome : (ludus_outcome) - (int32_t)outcome;
    return plies;
}

// ---- Writing ------------------------------------------------------------------------------------

#define LINE_MAX_BYTES 79

void ludus_pgn_set_tag(ludus_pgn_game *pgn, const char *name, const char *value)
{
    for (int32_t i = 0; i <= pgn->num_tags && i < LUDUS_PGN_TAGS_MAX; i++) {
        ludus_pgn_tag *tag = &pgn->tags[i];
        if (i == pgn->num_tags || strcmp(tag->name, name) == 0) {
            snprintf(tag->name, sizeof(tag->name), "%s", name);
            snprintf(tag->value, sizeof(tag->value), "%s", value);
            pgn->num_tags += i == pgn->num_tags;
            return;
        }
    }
}

static void put_tag(ludus_buffer *out, const char *name, const char *value)
{
    ludus_buffer_put_text(out, "[");
    ludus_buffer_put_text(out, name);
    ludus_buffer_put_text(out, " \"");
    for (; *value != '\0'; value++) {
        if (*value == '"' || *value == '\\') {
            ludus_buffer_put_text(out, "\\");
        }
        ludus_buffer_put(out, value, 1);
    }
    ludus_buffer_put_text(out, "\"]\n");
}

static const char *result_text(ludus_pgn_result result)
{
    static const char *const texts[] = {"*", "1-0", "0-1", "1/2-1/2"};
    return texts[result];
}

static const struct {
    const char *name, *missing;
} roster[] = {{"Event", "?"}, {"Site", "?"},  {"Date", "????.??.??"}, {"Round", "?"},
              {"White", "?"}, {"Black", "?"}, {"Result", "*"}};
#define NUM_ROSTER (sizeof(roster) / sizeof(roster[0]))

static bool is_derived(const char *name)
{
    for (size_t i = 0; i < NUM_ROSTER; i++) {
        if (strcmp(roster[i].name, name) == 0) {
            return true;
        }
    }
    return strcmp(name, "FEN") == 0 || strcmp(name, "SetUp") == 0 || strcmp(name, "Variant") == 0;
}

static void put_tags(const ludus_pgn_game *pgn, ludus_buffer *out)
{
    for (size_t i = 0; i < NUM_ROSTER; i++) {
        const char *value = ludus_pgn_tag_of(pgn, roster[i].name);
        if (strcmp(roster[i].name, "Result") == 0) {
            value = result_text(pgn->result);
        }
        put_tag(out, roster[i].name, value != NULL ? value : roster[i].missing);
    }
    if (pgn->start.is_960) {
        put_tag(out, "Variant", "Chess960");
    }
    if (!pgn->is_standard) {
        char fen[LUDUS_CHESS_FEN_MAX];
        ludus_chess_board_to_fen(&pgn->start, fen);
        put_tag(out, "SetUp", "1");
        put_tag(out, "FEN", fen);
    }
    for (int32_t i = 0; i < pgn->num_tags; i++) {
        if (!is_derived(pgn->tags[i].name)) {
            put_tag(out, pgn->tags[i].name, pgn->tags[i].value);
        }
    }
    ludus_buffer_put_text(out, "\n");
}

static void put_word(ludus_buffer *out, const char *word, size_t *column)
{
    const size_t length = strlen(word);
    if (*column > 0) {
        const bool fits = *column + 1 + length <= LINE_MAX_BYTES;
        ludus_buffer_put_text(out, fits ? " " : "\n");
        *column = fits ? *column + 1 : 0;
    }
    ludus_buffer_put_text(out, word);
    *column += length;
}

void ludus_pgn_write(const ludus_game *game, const ludus_pgn_game *pgn, ludus_buffer *out)
{
    ludus_chess_board board = pgn->start;
    size_t column = 0;
    put_tags(pgn, out);
    for (int32_t i = 0; i < pgn->num_moves; i++) {
        char word[24];
        if (board.side == 0 || i == 0) {
            snprintf(word, sizeof(word), "%u.%s", (unsigned)board.move_number,
                     board.side == 0 ? "" : "..");
            put_word(out, word, &column);
        }
        const ludus_chess_move move = ludus_chess_of_index(game, &board, pgn->moves[i]);
        ludus_chess_to_san(&board, move, word);
        put_word(out, word, &column);
        ludus_chess_make(&board, move);
    }
    put_word(out, result_text(pgn->result), &column);
    ludus_buffer_put_text(out, "\n\n");
}
