#include "agents/uci_text.h"

#include <stdlib.h>
#include <string.h>

#define FEN_FIELDS 6
#define NUMBER_MAX INT64_C(1000000000000)

// ---- Words --------------------------------------------------------------------------------------

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

ludus_uci_word ludus_uci_next(const char **rest)
{
    const char *p = *rest;
    while (is_blank(*p)) {
        p++;
    }
    const char *end = p;
    while (*end != '\0' && !is_blank(*end)) {
        end++;
    }
    *rest = end;
    return (ludus_uci_word){p, (size_t)(end - p)};
}

bool ludus_uci_is(ludus_uci_word word, const char *text)
{
    return strlen(text) == word.length && memcmp(word.text, text, word.length) == 0;
}

// A whole number, bounded; false when the word is none.
static bool read_number(ludus_uci_word word, int64_t *out)
{
    char text[24], *end;
    if (word.length == 0 || word.length >= sizeof(text)) {
        return false;
    }
    memcpy(text, word.text, word.length);
    text[word.length] = '\0';
    const long long value = strtoll(text, &end, 10);
    if (*end != '\0') {
        return false;
    }
    *out = value > NUMBER_MAX ? NUMBER_MAX : value < -NUMBER_MAX ? -NUMBER_MAX : value;
    return true;
}

static ludus_status refuse(ludus_error *error, const char *what, ludus_uci_word word)
{
    return ludus_fail(error, LUDUS_ERR_FORMAT, "%s: \"%.*s\"", what,
                      (int)(word.length < 64 ? word.length : 64), word.text);
}

// ---- Moves --------------------------------------------------------------------------------------

// A move that the rules of movement allow, whether or not the game counts as drawn.
static bool find_move(const ludus_game *game, const void *pos, ludus_uci_word word, ludus_move *out)
{
    char text[LUDUS_GAME_TEXT_MAX];
    if (word.length == 0 || word.length >= sizeof(text)) {
        return false;
    }
    memcpy(text, word.text, word.length);
    text[word.length] = '\0';
    if (game->ops->move_from_text(game->ctx, pos, text, out) != LUDUS_OK) {
        return false;
    }
    ludus_chess_move legal[LUDUS_CHESS_MAX_MOVES];
    const int32_t n = ludus_chess_moves(ludus_chess_board_of(pos), legal);
    for (int32_t i = 0; i < n; i++) {
        if (ludus_chess_index_of(game, legal[i]) == *out) {
            return true;
        }
    }
    return false;
}

// ---- go -----------------------------------------------------------------------------------------

typedef struct number_word {
    const char *word;
    int64_t *to;    // or
    int32_t *small; // bounded to int32_t
    bool *has;      // NULL = the value itself tells
} number_word;

static bool take_number(const number_word *known, size_t count, ludus_uci_word word,
                        const char **rest, ludus_status *status, ludus_error *error)
{
    for (size_t i = 0; i < count; i++) {
        if (!ludus_uci_is(word, known[i].word)) {
            continue;
        }
        int64_t value;
        const ludus_uci_word number = ludus_uci_next(rest);
        if (!read_number(number, &value)) {
            *status = refuse(error, known[i].word, number);
            return true;
        }
        if (known[i].small != NULL) {
            *known[i].small = value < 0 ? 0 : value > INT32_MAX ? INT32_MAX : (int32_t)value;
        } else {
            *known[i].to = value;
        }
        if (known[i].has != NULL) {
            *known[i].has = true;
        }
        return true;
    }
    return false;
}

static bool is_new(const ludus_uci_go *go, ludus_move move)
{
    for (int32_t i = 0; i < go->num_search; i++) {
        if (go->search[i] == move) {
            return false;
        }
    }
    return true;
}

// Words that are moves; stops before the first other word.
static void take_search_moves(const ludus_game *game, const void *pos, const char **rest,
                              ludus_uci_go *out, ludus_status *status, ludus_error *error)
{
    for (;;) {
        const char *after = *rest;
        const ludus_uci_word word = ludus_uci_next(&after);
        const bool is_move_like = word.length >= 4 && word.length <= 5 && word.text[0] >= 'a' &&
                                  word.text[0] <= 'h' && word.text[1] >= '1' && word.text[1] <= '8';
        ludus_move move;
        if (!is_move_like) {
            return;
        }
        *rest = after;
        if (!find_move(game, pos, word, &move)) {
            *status = refuse(error, "searchmoves: not legal here", word);
        } else if (is_new(out, move)) {
            out->search[out->num_search++] = move;
        }
    }
}

static void make_sane(ludus_uci_go *go)
{
    for (int side = 0; side < 2; side++) {
        go->time[side] = go->time[side] < 1 ? 1 : go->time[side];
        go->increment[side] = go->increment[side] < 0 ? 0 : go->increment[side];
    }
    go->move_time = go->move_time < 1 ? 1 : go->move_time;
    go->nodes = go->nodes < 0 ? 0 : go->nodes;
}

ludus_status ludus_uci_go_parse(const ludus_game *game, const void *pos, const char *rest,
                                ludus_uci_go *out, ludus_error *error)
{
    ludus_status status = LUDUS_OK;
    memset(out, 0, sizeof(*out));
    const number_word known[] = {
        {"wtime", &out->time[0], NULL, &out->has_time[0]},
        {"btime", &out->time[1], NULL, &out->has_time[1]},
        {"winc", &out->increment[0], NULL, NULL},
        {"binc", &out->increment[1], NULL, NULL},
        {"movestogo", NULL, &out->moves_to_go, NULL},
        {"movetime", &out->move_time, NULL, &out->has_move_time},
        {"nodes", &out->nodes, NULL, NULL},
        {"depth", NULL, &out->depth, NULL},
        {"mate", NULL, &out->mate, NULL},
    };
    for (;;) {
        const ludus_uci_word word = ludus_uci_next(&rest);
        if (word.length == 0) {
            break;
        }
        if (ludus_uci_is(word, "infinite")) {
            out->infinite = true;
        } else if (ludus_uci_is(word, "ponder")) {
            out->ponder = true;
        } else if (ludus_uci_is(word, "searchmoves")) {
            take_search_moves(game, pos, &rest, out, &status, error);
        } else {
            take_number(known, sizeof(known) / sizeof(known[0]), word, &rest, &status, error);
        }
    }
    make_sane(out);
    return status;
}

// ---- setoption ----------------------------------------------------------------------------------

bool ludus_uci_setoption_parse(const char *rest, ludus_uci_word *name, ludus_uci_word *value)
{
    *name = *value = (ludus_uci_word){rest, 0};
    if (!ludus_uci_is(ludus_uci_next(&rest), "name")) {
        return false;
    }
    for (;;) {
        const ludus_uci_word word = ludus_uci_next(&rest);
        if (word.length == 0) {
            return name->length > 0;
        }
        if (ludus_uci_is(word, "value")) {
            break;
        }
        name->text = name->length == 0 ? word.text : name->text;
        name->length = (size_t)(word.text + word.length - name->text);
    }
    for (;;) {
        const ludus_uci_word word = ludus_uci_next(&rest);
        if (word.length == 0) {
            return name->length > 0;
        }
        value->text = value->length == 0 ? word.text : value->text;
        value->length = (size_t)(word.text + word.length - value->text);
    }
}

// ---- position -----------------------------------------------------------------------------------

static ludus_status read_fen(const ludus_game *game, const char **rest, void *pos,
                             ludus_error *error)
{
    char fen[LUDUS_CHESS_FEN_MAX];
    size_t length = 0;
    for (int field = 0; field < FEN_FIELDS; field++) {
        const char *after = *rest;
        const ludus_uci_word word = ludus_uci_next(&after);
        if (word.length == 0 || ludus_uci_is(word, "moves")) {
            break;
        }
        if (length + word.length + 2 > sizeof(fen)) {
            return ludus_fail(error, LUDUS_ERR_FORMAT, "no FEN: it is too long");
        }
        if (field > 0) {
            fen[length++] = ' ';
        }
        memcpy(fen + length, word.text, word.length);
        length += word.length;
        *rest = after;
    }
    fen[length] = '\0';
    return ludus_game_from_text(game, pos, fen, error);
}

static ludus_status play_moves(const ludus_game *game, const char *rest, void *pos,
                               ludus_error *error)
{
    for (;;) {
        const ludus_uci_word word = ludus_uci_next(&rest);
        ludus_move move;
        if (word.length == 0) {
            return LUDUS_OK;
        }
        if (!find_move(game, pos, word, &move)) {
            return refuse(error, "not a legal move", word);
        }
        ludus_chess_play_on(game, pos, move);
    }
}

static ludus_status read_position(const ludus_game *game, const char *rest, bool is_960, void *pos,
                                  ludus_error *error)
{
    const ludus_uci_word kind = ludus_uci_next(&rest);
    if (ludus_uci_is(kind, "startpos")) {
        ludus_game_init(game, pos);
    } else if (ludus_uci_is(kind, "fen")) {
        const ludus_status status = read_fen(game, &rest, pos, error);
        if (status != LUDUS_OK) {
            return status;
        }
    } else {
        return refuse(error, "position: neither startpos nor fen", kind);
    }
    if (is_960) {
        ludus_chess_set_960(pos, true);
    }
    const ludus_uci_word moves = ludus_uci_next(&rest);
    if (moves.length > 0 && !ludus_uci_is(moves, "moves")) {
        return refuse(error, "position: expected \"moves\"", moves);
    }
    return play_moves(game, rest, pos, error);
}

ludus_status ludus_uci_position_parse(const ludus_game *game, const char *rest, bool is_960,
                                      void *pos, ludus_error *error)
{
    void *scratch = ludus_alloc(1, game->spec.state_bytes);
    if (scratch == NULL) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "out of memory");
    }
    const ludus_status status = read_position(game, rest, is_960, scratch, error);
    if (status == LUDUS_OK) {
        memcpy(pos, scratch, game->spec.state_bytes);
    }
    ludus_free(scratch);
    return status;
}
