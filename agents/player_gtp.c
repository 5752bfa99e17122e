// gtp:COMMAND[?timeout=S&komi=K]: a program that speaks the Go Text Protocol, version 2
// (https://www.lysator.liu.se/~gunnar/gtp/). The side that moves first is "b", the other "w"; moves
// are spelled as ludus does, so any game can be played with a program that spells them alike.
//
// The engine is brought to the position only when it is to choose: moves it has not seen are sent
// then, and a game that is not a continuation of the one on its board is sent from the start.

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "agents/player_engine_internal.h"
#include "agents/player_internal.h"
#include "base/process.h"

#define ANSWER_MAX 128 // bytes kept of an answer's first line
#define DEFAULT_KOMI 7.5

typedef struct gtp_player {
    ludus_process *process;
    ludus_engine_game heard;
    ludus_move *on_board; // [max_plies] the engine's moves
    int32_t plies;        // of them; -1: it has no board yet
    double timeout;       // seconds for one answer
    double komi;
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

static bool is_go(const ludus_game *game)
{
    return strncmp(game->spec.name, "go", 2) == 0 && isdigit((unsigned char)game->spec.name[2]);
}

// An empty board. Outside Go an engine need not know of sizes and komi.
static ludus_status clear_board(gtp_player *p, ludus_error *error)
{
    char size[32], komi[48], answer[ANSWER_MAX];
    const ludus_game_spec *spec = &p->heard.game->spec;
    const char *const commands[] = {size, "clear_board", komi};
    snprintf(size, sizeof(size), "boardsize %d", (int)spec->board[0]);
    snprintf(komi, sizeof(komi), "komi %g", p->komi);
    for (int i = 0; i < 3; i++) {
        bool accepted = true;
        const bool is_needed = i == 1 || is_go(p->heard.game);
        const ludus_status status = is_needed ? ask(p, commands[i], answer, error)
                                              : exchange(p, commands[i], &accepted, answer, error);
        if (status != LUDUS_OK) {
            return status;
        }
    }
    p->plies = 0;
    return LUDUS_OK;
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
        snprintf(command, sizeof(command), "play %c %s", "bw"[move->side], move -> text);
        status = ask(p, command, answer, error);
        if (status == LUDUS_OK) {
            p->on_board[p->plies++] = move->move;
        }
    }
    return status;
}

static ludus_status generate(gtp_player *p, const void *pos, ludus_move *out, ludus_error *error)
{
    char command[16], answer[ANSWER_MAX];
    ludus_error why;
    const int32_t side = ludus_game_to_move(p->heard.game, pos);
    snprintf(command, sizeof(command), "genmove %c", "bw"[side]);
    const ludus_status status = ask(p, command, answer, error);
    if (status != LUDUS_OK) {
        return status;
    }
    answer[strcspn(answer, " \t")] = '\0';
    if (strcmp(answer, "resign") == 0 || strcmp(answer, "RESIGN") == 0) {
        return ludus_fail(error, LUDUS_ERR_STATE, "it resigns");
    }
    if (ludus_engine_parse_move(p->heard.game, pos, answer, out, &why)) {
        return ludus_fail(error, LUDUS_ERR_FORMAT, "its move: %s", why.text);
    }
    p->on_board[p->plies++] = *out;
    return LUDUS_OK;
}

// ---- The player ---------------------------------------------------------------------------------

static ludus_status read_settings(gtp_player *p, const ludus_engine_text *text, ludus_error *error)
{
    for (int32_t i = 0; i < text->num_settings; i++) {
        const ludus_engine_setting *setting = &text->settings[i];
        ludus_status status;
        if (strcmp(setting->key, "timeout") == 0) {
            status = ludus_engine_read_number(setting, 0.01, 1e6, &p->timeout, error);
        } else if (strcmp(setting->key, "komi") == 0) {
            status = ludus_engine_read_number(setting, -1000, 1000, &p->komi, error);
        } else {
            status = ludus_fail(error, LUDUS_ERR_ARG, "%s: no such setting (timeout, komi)",
                                setting->key);
        }
        if (status != LUDUS_OK) {
            return status;
        }
    }
    return LUDUS_OK;
}

static ludus_status open_engine(gtp_player *p, const ludus_game *game, const char *args,
                                ludus_error *error)
{
    bool accepted;
    char answer[ANSWER_MAX];
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
    // Tells early of a program that dies at once or speaks something else.
    status = status ? status : exchange(p, "name", &accepted, answer, error);
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
    p->komi = DEFAULT_KOMI;
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
    .usage = "gtp:COMMAND[?timeout=S&komi=K]  a program that speaks GTP, e.g. gnugo --mode gtp",
    .create = gtp_create,
    .destroy = gtp_destroy,
    .reset = gtp_reset,
    .choose = gtp_choose,
    .observe = gtp_observe,
};
