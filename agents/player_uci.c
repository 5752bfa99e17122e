// uci:COMMAND[?KEY=VALUE&...]: a program that speaks UCI. Keys of ours say how long it thinks:
//     nodes=N depth=N movetime=MS    per move; 100 ms when nothing is said
//     tc=[MOVES/]SECONDS[+INCREMENT] a game clock of its own; the opponent's is taken to be alike
//     margin=MS                      beyond its clock before it loses on time (0)
//     timeout=S                      for answers other than moves, and beyond the limit for moves
// Any other key is an option of the program's, sent with setoption: UCI_Elo=1700, Skill Level=5.

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "agents/game_clock.h"
#include "agents/player_engine_internal.h"
#include "agents/player_internal.h"
#include "agents/uci_engine.h"

#define DEFAULT_MOVETIME 100.0 // ms

typedef struct uci_player {
    ludus_uci_engine *engine;
    ludus_engine_game heard;
    char *position; // "position startpos moves ..."
    size_t position_size;
    double nodes, depth, movetime; // 0 = no such limit; movetime in ms
    double timeout, margin;        // s
    ludus_time_control control;    // seconds 0: no clock
    ludus_game_clock clock;
    double since; // when the opponent's time began; 0 = not known
    bool is_new;  // the game is not yet told of
    ludus_uci_search search;
} uci_player;

static void uci_destroy(void *self)
{
    uci_player *p = self;
    ludus_uci_engine_stop(p->engine);
    ludus_engine_game_free(&p->heard);
    ludus_free(p->position);
    ludus_free(p);
}

// ---- Settings -----------------------------------------------------------------------------------

typedef struct number_key {
    const char *key;
    double low, high;
    size_t offset;
    bool is_whole;
} number_key;

static const number_key number_keys[] = {
    {"nodes", 1, 1e12, offsetof(uci_player, nodes), true},
    {"depth", 1, 1000, offsetof(uci_player, depth), true},
    {"movetime", 1, 1e9, offsetof(uci_player, movetime), true},
    {"margin", 0, 1e6, offsetof(uci_player, margin), false},
    {"timeout", 0.01, 1e6, offsetof(uci_player, timeout), false},
};

// Reads a setting that is ours; *is_ours says whether it was.
static ludus_status read_setting(uci_player *p, const ludus_engine_setting *setting, bool *is_ours,
                                 ludus_error *error)
{
    *is_ours = true;
    if (strcmp(setting->key, "tc") == 0) {
        return ludus_time_control_parse(&p->control, setting->value ? setting->value : "", error);
    }
    for (size_t i = 0; i < sizeof(number_keys) / sizeof(number_keys[0]); i++) {
        const number_key *key = &number_keys[i];
        double *field = (double *)(void *)((char *)p + key->offset);
        if (strcmp(setting->key, key->key) != 0) {
            continue;
        }
        const ludus_status status =
            ludus_engine_read_number(setting, key->low, key->high, field, error);
        if (status == LUDUS_OK && key->is_whole && *field != floor(*field)) {
            return ludus_fail(error, LUDUS_ERR_ARG, "%s must be a whole number", setting->key);
        }
        return status;
    }
    *is_ours = false;
    return LUDUS_OK;
}

// Before the program runs: mistakes of ours cost no process.
static ludus_status read_settings(uci_player *p, const ludus_engine_text *text, ludus_error *error)
{
    bool is_ours;
    ludus_status status = LUDUS_OK;
    for (int32_t i = 0; status == LUDUS_OK && i < text->num_settings; i++) {
        status = read_setting(p, &text->settings[i], &is_ours, error);
    }
    p->margin /= 1000.0;
    if (p->nodes + p->depth + p->movetime + p->control.seconds <= 0.0) {
        p->movetime = DEFAULT_MOVETIME;
    }
    return status;
}

static ludus_status send_options(uci_player *p, const ludus_engine_text *text, ludus_error *error)
{
    uci_player scratch = {0};
    for (int32_t i = 0; i < text->num_settings; i++) {
        bool is_ours;
        const ludus_engine_setting *setting = &text->settings[i];
        ludus_status status = read_setting(&scratch, setting, &is_ours, error);
        if (status == LUDUS_OK && !is_ours) {
            status = ludus_uci_engine_set(p->engine, setting->key, setting->value, error);
        }
        if (status != LUDUS_OK) {
            return status;
        }
    }
    return LUDUS_OK;
}

// ---- Life cycle ---------------------------------------------------------------------------------

static void uci_reset(void *self)
{
    uci_player *p = self;
    ludus_engine_game_reset(&p->heard);
    ludus_game_clock_reset(&p->clock, &p->control);
    p->since = 0.0;
    p->is_new = true;
}

static ludus_status open_engine(uci_player *p, const ludus_game *game,
                                const ludus_engine_text *text, ludus_error *error)
{
    ludus_status status = read_settings(p, text, error);
    status = status ? status : ludus_engine_game_init(&p->heard, game, error);
    if (status == LUDUS_OK) {
        p->position_size = 64 + (size_t)game->spec.max_plies * LUDUS_GAME_TEXT_MAX;
        p->position = ludus_alloc(p->position_size, 1);
        if (p->position == NULL) {
            status = ludus_fail(error, LUDUS_ERR_NOMEM, "out of memory");
        }
    }
    status = status ? status : ludus_uci_engine_start(&p->engine, text->command, p->timeout, error);
    return status ? status : send_options(p, text, error);
}

static ludus_status uci_create(void **self, const ludus_game *game, const char *args,
                               ludus_error *error)
{
    ludus_engine_text text;
    ludus_status status = ludus_engine_text_parse(&text, args, error);
    if (status != LUDUS_OK) {
        return status;
    }
    uci_player *p = ludus_alloc(1, sizeof(*p));
    if (p == NULL) {
        ludus_engine_text_free(&text);
        return ludus_fail(error, LUDUS_ERR_NOMEM, "out of memory");
    }
    p->timeout = LUDUS_ENGINE_TIMEOUT;
    status = open_engine(p, game, &text, error);
    ludus_engine_text_free(&text);
    if (status != LUDUS_OK) {
        uci_destroy(p);
        return status;
    }
    uci_reset(p);
    *self = p;
    return LUDUS_OK;
}

// ---- A move -------------------------------------------------------------------------------------

static void write_position(uci_player *p)
{
    size_t length = (size_t)snprintf(p->position, p->position_size, "position startpos%s",
                                     p->heard.plies > 0 ? " moves" : "");
    for (int32_t i = 0; i < p->heard.plies; i++) {
        length += (size_t)snprintf(p->position + length, p->position_size - length, " %s",
                                   p->heard.moves[i].text);
    }
}

static long long milliseconds(double seconds)
{
    return (long long)fmax(seconds * 1000.0, 1.0);
}

static void write_go(const uci_player *p, char *out, size_t size)
{
    int n = snprintf(out, size, "go");
    const char *const names[] = {"nodes", "depth", "movetime"};
    const double limits[] = {p->nodes, p->depth, p->movetime};
    for (int i = 0; i < 3; i++) {
        if (limits[i] > 0.0) {
            n += snprintf(out + n, size - (size_t)n, " %s %.0f", names[i], limits[i]);
        }
    }
    if (p->control.seconds > 0.0) {
        const long long increment = (long long)(p->control.increment * 1000.0 + 0.5);
        n += snprintf(out + n, size - (size_t)n, " wtime %lld btime %lld winc %lld binc %lld",
                      milliseconds(p->clock.left[0]), milliseconds(p->clock.left[1]), increment,
                      increment);
        const int32_t to_go = ludus_game_clock_moves_to_go(
            &p->clock, ludus_game_to_move(p->heard.game, p->heard.pos));
        if (to_go > 0) {
            snprintf(out + n, size - (size_t)n, " movestogo %d", to_go);
        }
    }
}

// How long its move is waited for.
static double patience(const uci_player *p, int32_t side)
{
    if (p->control.seconds > 0.0) {
        return p->clock.left[side] + p->margin;
    }
    return p->movetime > 0.0 ? p->movetime / 1000.0 + p->timeout : p->timeout;
}

static ludus_status press_clock(uci_player *p, int32_t side, ludus_error *error)
{
    const double used = p->search.used;
    if (p->control.seconds <= 0.0) {
        return LUDUS_OK;
    }
    const double left = p->clock.left[side];
    if (p->search.is_late || used > left + p->margin) {
        return ludus_fail(error, LUDUS_ERR_STATE, "it lost on time: %.3f s used, %.3f s left", used,
                          left);
    }
    ludus_game_clock_press(&p->clock, side, fmin(used, left));
    p->since = ludus_clock();
    return LUDUS_OK;
}

static ludus_status uci_choose(void *self, const void *pos, ludus_rng *rng, ludus_move *out,
                               ludus_error *error)
{
    uci_player *p = self;
    char go[192];
    (void)rng;
    const int32_t side = ludus_game_to_move(p->heard.game, pos);
    ludus_status status = ludus_engine_game_check(&p->heard, pos, error);
    if (status == LUDUS_OK && p->is_new) {
        status = ludus_uci_engine_new_game(p->engine, error);
        p->is_new = status != LUDUS_OK;
    }
    if (status != LUDUS_OK) {
        return status;
    }
    if (p->control.seconds > 0.0 && p->since > 0.0) {
        ludus_game_clock_press(&p->clock, 1 - side, ludus_clock() - p->since);
    }
    write_position(p);
    write_go(p, go, sizeof(go));
    p->search.seconds = patience(p, side);
    p->search.read_lines = 1;
    status = ludus_uci_engine_go(p->engine, p->position, go, &p->search, error);
    if (status == LUDUS_OK && p->search.is_late && p->control.seconds <= 0.0) {
        status =
            ludus_fail(error, LUDUS_ERR_IO, "no move within %g s of \"%s\"", p->search.seconds, go);
    }
    status = status ? status : press_clock(p, side, error);
    return status ? status
                  : ludus_engine_parse_move(p->heard.game, pos, p->search.best, out, error);
}

static void uci_observe(void *self, const void *pos, ludus_move move)
{
    uci_player *p = self;
    ludus_engine_game_observe(&p->heard, pos, move);
}

static void uci_thought(const void *self, ludus_thought *out)
{
    const uci_player *p = self;
    const ludus_uci_line *line = &p->search.lines[0];
    if (p->search.num_lines < 1) {
        return;
    }
    out->has_value = true;
    if (line->is_mate) {
        out->value = line->score > 0 ? 1.0f : -1.0f;
    } else if (line->has_wdl) {
        const int32_t sum = line->wdl[0] + line->wdl[1] + line->wdl[2];
        out->value = (float)(line->wdl[0] - line->wdl[2]) / (float)sum;
    } else {
        out->value = (float)line->score / (100.0f + fabsf((float)line->score));
    }
}

const ludus_player_ops ludus_player_uci = {
    .kind = "uci",
    .usage = "uci:COMMAND[?nodes=N&tc=1+0.1&OPTION=VALUE&...]  a program that speaks UCI",
    .create = uci_create,
    .destroy = uci_destroy,
    .reset = uci_reset,
    .choose = uci_choose,
    .observe = uci_observe,
    .thought = uci_thought,
};
