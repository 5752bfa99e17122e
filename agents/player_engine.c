#include "agents/player_engine_internal.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// ---- How an engine is written -------------------------------------------------------------------

static char *trim(char *text)
{
    text += strspn(text, " \t");
    for (size_t n = strlen(text); n > 0 && (text[n - 1] == ' ' || text[n - 1] == '\t'); n--) {
        text[n - 1] = '\0';
    }
    return text;
}

static ludus_status parse_settings(ludus_engine_text *out, char *text, ludus_error *error)
{
    while (text != NULL) {
        char *next = strchr(text, '&');
        if (next != NULL) {
            *next++ = '\0';
        }
        if (out->num_settings == LUDUS_ENGINE_SETTINGS_MAX) {
            return ludus_fail(error, LUDUS_ERR_ARG, "over %d settings", LUDUS_ENGINE_SETTINGS_MAX);
        }
        ludus_engine_setting *setting = &out->settings[out->num_settings++];
        char *equals = strchr(text, '=');
        if (equals != NULL) {
            *equals = '\0';
            setting->value = trim(equals + 1);
        }
        setting->key = trim(text);
        if (setting->key[0] == '\0') {
            return ludus_fail(error, LUDUS_ERR_ARG, "a setting without a name after '?' or '&'");
        }
        text = next;
    }
    return LUDUS_OK;
}

ludus_status ludus_engine_text_parse(ludus_engine_text *out, const char *args, ludus_error *error)
{
    memset(out, 0, sizeof(*out));
    out->room = ludus_strdup(args);
    if (out->room == NULL) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "out of memory");
    }
    char *settings = strrchr(out->room, '?');
    if (settings != NULL) {
        *settings++ = '\0';
    }
    out->command = trim(out->room);
    const ludus_status status = parse_settings(out, settings, error);
    if (status != LUDUS_OK) {
        ludus_engine_text_free(out);
    }
    return status;
}

void ludus_engine_text_free(ludus_engine_text *text)
{
    ludus_free(text->room);
    memset(text, 0, sizeof(*text));
}

ludus_status ludus_engine_read_number(const ludus_engine_setting *setting, double low, double high,
                                      double *out, ludus_error *error)
{
    char *end = NULL;
    const char *text = setting->value != NULL ? setting->value : "";
    const double value = strtod(text, &end);
    if (end == text || *end != '\0' || !isfinite(value) || value < low || value > high) {
        return ludus_fail(error, LUDUS_ERR_ARG, "%s must be a number %g .. %g, not \"%s\"",
                          setting->key, low, high, text);
    }
    *out = value;
    return LUDUS_OK;
}

// ---- The game it hears --------------------------------------------------------------------------

ludus_status ludus_engine_game_init(ludus_engine_game *out, const ludus_game *game,
                                    ludus_error *error)
{
    *out = (ludus_engine_game){.game = game};
    out->pos = ludus_alloc(1, game->spec.state_bytes);
    out->moves = ludus_alloc((size_t)game->spec.max_plies, sizeof(*out->moves));
    if (out->pos == NULL || out->moves == NULL) {
        ludus_engine_game_free(out);
        return ludus_fail(error, LUDUS_ERR_NOMEM, "out of memory");
    }
    ludus_game_init(game, out->pos);
    return LUDUS_OK;
}

void ludus_engine_game_free(ludus_engine_game *heard)
{
    ludus_free(heard->moves);
    ludus_free(heard->pos);
    memset(heard, 0, sizeof(*heard));
}

void ludus_engine_game_reset(ludus_engine_game *heard)
{
    ludus_game_init(heard->game, heard->pos);
    heard->plies = 0;
    heard->is_lost = false;
}

static bool is_same(const ludus_engine_game *heard, const void *pos)
{
    return !heard->is_lost &&
           ludus_game_hash(heard->game, heard->pos) == ludus_game_hash(heard->game, pos);
}

void ludus_engine_game_observe(ludus_engine_game *heard, const void *pos, ludus_move move)
{
    if (!is_same(heard, pos) || heard->plies >= heard->game->spec.max_plies) {
        heard->is_lost = true;
        return;
    }
    ludus_engine_move *entry = &heard->moves[heard->plies++];
    entry->move = move;
    entry->side = ludus_game_to_move(heard->game, heard->pos);
    ludus_game_move_text(heard->game, heard->pos, move, entry->text);
    ludus_game_play(heard->game, heard->pos, move);
}

ludus_status ludus_engine_game_check(const ludus_engine_game *heard, const void *pos,
                                     ludus_error *error)
{
    if (!is_same(heard, pos)) {
        return ludus_fail(error, LUDUS_ERR_ARG,
                          "it was not told the moves from the game's start to this position");
    }
    return LUDUS_OK;
}

static void change_case(const char *text, int (*change)(int), char out[LUDUS_GAME_TEXT_MAX])
{
    snprintf(out, LUDUS_GAME_TEXT_MAX, "%s", text);
    for (char *c = out; *c != '\0'; c++) {
        *c = (char)change((unsigned char)*c);
    }
}

ludus_status ludus_engine_parse_move(const ludus_game *game, const void *pos, const char *text,
                                     ludus_move *out, ludus_error *error)
{
    int (*const changes[])(int) = {tolower, toupper};
    char other[LUDUS_GAME_TEXT_MAX];
    ludus_error why;
    ludus_status status = ludus_game_parse_move(game, pos, text, out, &why);
    bool is_move = status == LUDUS_ERR_ARG; // not legal
    for (int i = 0; i < 2 && status != LUDUS_OK && strlen(text) < sizeof(other); i++) {
        change_case(text, changes[i], other);
        status = ludus_game_parse_move(game, pos, other, out, NULL);
        is_move = is_move || status == LUDUS_ERR_ARG;
    }
    if (status == LUDUS_OK) {
        return LUDUS_OK;
    }
    return ludus_fail(error, is_move ? LUDUS_ERR_STATE : LUDUS_ERR_FORMAT, "its move: %s",
                      why.text);
}
