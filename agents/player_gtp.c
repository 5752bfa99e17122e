// gtp:COMMAND[?timeout=S&cleanup=0]: a program that speaks the Go Text Protocol, version 2
// (https://www.lysator.liu.se/~gunnar/gtp/). The side that moves first is "b", the other "w"; moves
// are spelled as ludus does, so any game can be played with a program that spells them alike.
//
// The engine is brought to the position only when it is to choose: moves it has not seen are sent
// then, and a game that is not a continuation of the one on its board is sent from the start.
//
// Matches count every stone left on the board as alive. A program that would agree on dead stones
// passes earlier than that allows, so a pass is taken back and kgs-genmove_cleanup asked instead
// where the program knows it: it captures what is dead before it passes. Programs that count
// territory unless told otherwise must be told (gnugo --chinese-rules), or they leave neutral
// points unplayed.

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "agents/player_engine_internal.h"
#include "agents/player_internal.h"
#include "base/process.h"
#include "envs/go.h"

#define ANSWER_MAX 128 // bytes kept of an answer's first line

typedef struct gtp_player {
    ludus_process *process;
    ludus_engine_game heard;
    ludus_move *on_board; // [max_plies] the engine's moves
    int32_t plies;        // of them; -1: it has no board yet
    double timeout;       // seconds for one answer
    bool enable_cleanup;  // passes are asked about again
} gtp_player;

static void gtp_destroy(void *self)
{
    gtp_player *p = self;
    if (p->process != NULL) {
        (void)ludus_process_write(p->process, "quit\n", 0.1, NULL);
        ludus_process_stop(p->process, 1.0);
    }
    ludus_engine_game_free(&p->heard);
    ludus_free(p->on_board);
    ludus_free(p);
}

// ---- The protocol -------------------------------------------------------------------------------

// To a match LUDUS_ERR_STATE is a resignation; a silent engine has not resigned.
static ludus_status as_failure(ludus_status status)
{
    return status == LUDUS_ERR_STATE ? LUDUS_ERR_IO : status;
}

// The text of a line "=[ID] TEXT" or "?[ID] TEXT".
static const char *text_of(const char *line)
{
    line++;
    while (isdigit((unsigned char)*line)) {
        line++;
    }
    return line + strspn(line, " \t");
}

// Sends a command and reads its whole answer; *accepted: it began with '='. Lines before the answer
// are none of the protocol's and skipped.
static ludus_status exchange(gtp_player *p, const char *command, bool *accepted,
                             char answer[ANSWER_MAX], ludus_error *error)
{
    char request[64];
    snprintf(request, sizeof(request), "%s\n", command);
    const double deadline = ludus_clock() + p->timeout;
    ludus_status status = ludus_process_write(p->process, request, p->timeout, error);
    for (bool has_begun = false; status == LUDUS_OK;) {
        const char *line;
        const double left = deadline - ludus_clock();
        status = ludus_process_read_line(p->process, left > 0 ? left : 0, &line, error);
        if (status == LUDUS_OK && has_begun && line[0] == '\0') {
            return LUDUS_OK;
        }
        if (status == LUDUS_OK && !has_begun && (line[0] == '=' || line[0] == '?')) {
            has_begun = true;
            *accepted = line[0] == '=';
            snprintf(answer, ANSWER_MAX, "%s", text_of(line));
        }
        if (status == LUDUS_OK && ludus_clock() >= deadline) { // it talks on and on
            status = LUDUS_ERR_STATE;
        }
        if (status == LUDUS_ERR_STATE) {
            ludus_fail(error, LUDUS_ERR_IO, "no answer to \"%s\" within %g s", command, p->timeout);
        }
    }
    return as_failure(status);
}

// As exchange, and a refusal fails.
static ludus_status ask(gtp_player *p, const char *command, char answer[ANSWER_MAX],
                        ludus_error *error)
{
    bool accepted;
    const ludus_status status = exchange(p, command, &accepted, answer, error);
    if (status == LUDUS_OK && !accepted) {
        return ludus_fail(error, LUDUS_ERR_FORMAT, "it refused \"%s\": %s", command, answer);
    }
    return status;
}

// ---- Following the game -------------------------------------------------------------------------

// An empty board. Outside Go an engine need not know of sizes, and there is no komi.
static ludus_status clear_board(gtp_player *p, ludus_error *error)
{
    char size[32], komi[32], answer[ANSWER_MAX];
    bool accepted;
    const ludus_game *game = p->heard.game;
    const bool is_go = ludus_is_go(game);
    snprintf(size, sizeof(size), "boardsize %d", (int)game->spec.board[0]);
    ludus_status status =
        is_go ? ask(p, size, answer, error) : exchange(p, size, &accepted, answer, error);
    status = status ? status : ask(p, "clear_board", answer, error);
    if (status == LUDUS_OK && is_go) {
        snprintf(komi, sizeof(komi), "komi %.1f", 0.5 * (double)ludus_go_komi(game, p->heard.pos));
        status = ask(p, komi, answer, error);
    }
    p->plies = status ? -1 : 0;
    return status;
}

static bool continues(const gtp_player *p)
{
    if (p->plies < 0 || p->plies > p->heard.plies) {
        return false;
    }
    for (int32_t i = 0; i < p->plies; i++) {
        if (p->on_board[i] != p->heard.moves[i].move) {
            return false;
        }
    }
    return true;
}

static ludus_status catch_up(gtp_player *p, ludus_error *error)
{
    ludus_status status = continues(p) ? LUDUS_OK : clear_board(p, error);
    while (status == LUDUS_OK && p->plies < p->heard.plies) {
        char command[LUDUS_GAME_TEXT_MAX + 16], answer[ANSWER_MAX];
        const ludus_engine_move *move = &p->heard.moves[p->plies];
        const char *colour = move->side == 0 ? "b" : "w";
        snprintf(command, sizeof(command), "play %s %s", colour, move->text);
        status = ask(p, command, answer, error);
        if (status == LUDUS_OK) {
            p->on_board[p->plies++] = move->move;
        }
    }
    return status;
}

// Asks `verb` for a move.
static ludus_status ask_move(gtp_player *p, const char *verb, const void *pos, ludus_move *out,
                             ludus_error *error)
{
    char command[32], answer[ANSWER_MAX];
    const ludus_game *game = p->heard.game;
    snprintf(command, sizeof(command), "%s %c", verb, "bw"[ludus_game_to_move(game, pos)]);
    const ludus_status status = ask(p, command, answer, error);
    if (status != LUDUS_OK) {
        return status;
    }
    answer[strcspn(answer, " \t")] = '\0';
    if (strcasecmp(answer, "resign") == 0) {
        return ludus_fail(error, LUDUS_ERR_STATE, "it resigns");
    }
    return ludus_engine_parse_move(game, pos, answer, out, error);
}

static ludus_status generate(gtp_player *p, const void *pos, ludus_move *out, ludus_error *error)
{
    char answer[ANSWER_MAX];
    ludus_status status = ask_move(p, "genmove", pos, out, error);
    if (status == LUDUS_OK && p->enable_cleanup &&
        *out == ludus_go_pass(ludus_go_size(p->heard.game))) {
        status = ask(p, "undo", answer, error);
        status = status ? status : ask_move(p, "kgs-genmove_cleanup", pos, out, error);
    }
    if (status == LUDUS_OK) {
        p->on_board[p->plies++] = *out;
    } else {
        p->plies = -1; // its board is not known any more
    }
    return status;
}

// ---- The player ---------------------------------------------------------------------------------

static ludus_status read_settings(gtp_player *p, const ludus_engine_text *text, ludus_error *error)
{
    for (int32_t i = 0; i < text->num_settings; i++) {
        const ludus_engine_setting *setting = &text->settings[i];
        ludus_status status;
        if (strcmp(setting->key, "timeout") == 0) {
            status = ludus_engine_read_number(setting, 0.01, 1e6, &p->timeout, error);
        } else if (strcmp(setting->key, "cleanup") == 0) {
            double value = 0;
            status = ludus_engine_read_number(setting, 0, 1, &value, error);
            p->enable_cleanup = value != 0;
        } else {
            status = ludus_fail(error, LUDUS_ERR_ARG, "%s: no such setting (timeout, cleanup)",
                                setting->key);
        }
        if (status != LUDUS_OK) {
            return status;
        }
    }
    return LUDUS_OK;
}

// Says early when a program dies at once or speaks something else, and learns whether it can clean
// up.
static ludus_status greet(gtp_player *p, ludus_error *error)
{
    bool accepted;
    char answer[ANSWER_MAX];
    ludus_status status = exchange(p, "name", &accepted, answer, error);
    if (status == LUDUS_OK && p->enable_cleanup) {
        status = exchange(p, "known_command kgs-genmove_cleanup", &accepted, answer, error);
        p->enable_cleanup = accepted && strcasecmp(answer, "true") == 0;
    }
    return status;
}

static ludus_status open_engine(gtp_player *p, const ludus_game *game, const char *args,
                                ludus_error *error)
{
    ludus_engine_text text;
    ludus_status status = ludus_engine_text_parse(&text, args, error);
    if (status != LUDUS_OK) {
        return status;
    }
    status = read_settings(p, &text, error);
    status = status ? status : ludus_engine_game_init(&p->heard, game, error);
    if (status == LUDUS_OK) {
        p->on_board = ludus_alloc((size_t)game->spec.max_plies, sizeof(*p->on_board));
        if (p->on_board == NULL) {
            status = ludus_fail(error, LUDUS_ERR_NOMEM, "out of memory");
        }
    }
    status = status ? status : ludus_process_start(&p->process, text.command, error);
    status = status ? status : greet(p, error);
    ludus_engine_text_free(&text);
    return status;
}

static ludus_status gtp_create(void **self, const ludus_game *game, const char *args,
                               ludus_error *error)
{
    gtp_player *p = ludus_alloc(1, sizeof(*p));
    if (p == NULL) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "out of memory");
    }
    p->plies = -1;
    p->timeout = LUDUS_ENGINE_TIMEOUT;
    p->enable_cleanup = ludus_is_go(game);
    const ludus_status status = open_engine(p, game, args, error);
    if (status != LUDUS_OK) {
        gtp_destroy(p);
        return status;
    }
    *self = p;
    return LUDUS_OK;
}

static void gtp_reset(void *self)
{
    gtp_player *p = self;
    ludus_engine_game_reset(&p->heard);
    p->plies = -1; // a new game, to the engine too
}

static ludus_status gtp_choose(void *self, const void *pos, ludus_rng *rng, ludus_move *out,
                               ludus_error *error)
{
    gtp_player *p = self;
    (void)rng;
    ludus_status status = ludus_engine_game_check(&p->heard, pos, error);
    status = status ? status : catch_up(p, error);
    return status ? status : generate(p, pos, out, error);
}

static void gtp_observe(void *self, const void *pos, ludus_move move)
{
    gtp_player *p = self;
    ludus_engine_game_observe(&p->heard, pos, move);
}

const ludus_player_ops ludus_player_gtp = {
    .kind = "gtp",
    .usage = "gtp:COMMAND[?timeout=S&cleanup=0]  a program that speaks GTP, e.g. gtp:gnugo --mode "
             "gtp --chinese-rules --level 1",
    .create = gtp_create,
    .destroy = gtp_destroy,
    .reset = gtp_reset,
    .choose = gtp_choose,
    .observe = gtp_observe,
};
