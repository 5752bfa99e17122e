#include "viewer/play_internal.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define DROP_SECONDS 0.22 // a move's way on the board
#define FALL_SECONDS 0.3  // of a disc, per board height

static const ludus_key_help keys[] = {
    {"mouse", "move; click the curve to jump; click dead stones"},
    {"n", "new game"},
    {"u", "undo"},
    {"h", "hint"},
    {"a", "analyse: what a search thinks"},
    {"v", "visits, policy or best line on the board"},
    {"o", "who owns what (Go)"},
    {"p", "pass"},
    {"r", "resign"},
    {"f", "turn the board (chess)"},
    {"left, right", "one move back, on; Home, End"},
    {"space", "pause or go on when bots play"},
    {"s", "save the game"},
};

// ---- Making -------------------------------------------------------------------------------------

static ludus_status play_given_moves(ludus_play *p, const char *moves, ludus_error *error)
{
    char word[LUDUS_GAME_TEXT_MAX];
    while (*moves) {
        size_t length = 0;
        while (*moves && (isspace((unsigned char)*moves) || *moves == ',')) {
            moves++;
        }
        while (moves[length] && !isspace((unsigned char)moves[length]) && moves[length] != ',') {
            length++;
        }
        if (length == 0) {
            return LUDUS_OK;
        }
        ludus_move move;
        snprintf(word, sizeof(word), "%.*s", (int)length, moves);
        const ludus_status status =
            ludus_game_parse_move(&p->game, p->record.end, word, &move, error);
        if (status) {
            return ludus_fail_within(error, "--moves, move %d", p->record.count + 1);
        }
        ludus_play_move(p, move);
        moves += length;
    }
    return LUDUS_OK;
}

static ludus_status open_game(ludus_play *p, const ludus_play_config *config, ludus_error *error)
{
    ludus_status status = ludus_game_open(&p->game, config->game, error);
    if (status) {
        return status;
    }
    const size_t bytes = p->game.spec.state_bytes;
    p->pos = ludus_alloc(1, bytes);
    p->analysed = ludus_alloc(1, bytes);
    p->legal = ludus_alloc((size_t)p->game.spec.max_legal, sizeof(*p->legal));
    if (!p->pos || !p->analysed || !p->legal || ludus_thinker_snapshot_init(&p->seen, &p->game) ||
        ludus_thinker_snapshot_init(&p->latest, &p->game)) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "no memory for the game");
    }
    if (config->start) {
        status = ludus_game_from_text(&p->game, p->pos, config->start, error);
    }
    p->texts = ludus_alloc((size_t)p->game.spec.max_plies, sizeof(*p->texts));
    if (!status && !p->texts) {
        status = ludus_fail(error, LUDUS_ERR_NOMEM, "no memory for the game");
    }
    if (!status) {
        status =
            ludus_play_record_create(&p->record, &p->game, config->start ? p->pos : NULL, error);
    }
    return status;
}

ludus_status ludus_play_create(ludus_play **out, const ludus_play_config *config,
                               ludus_error *error)
{
    *out = NULL;
    ludus_play *p = ludus_alloc(1, sizeof(*p));
    if (!p) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "no memory for the game");
    }
    p->bot = config->bot;
    p->threads = config->threads;
    p->seed = config->seed;
    p->is_headless = config->is_headless;
    p->is_analysing = config->enable_analysis;
    p->shows_owner = true;
    p->hover = p->row_hover = p->curve_hover = p->promoting_to = p->resigned = -1;
    snprintf(p->net, sizeof(p->net), "%s", config->net ? config->net : "");
    ludus_status status = open_game(p, config, error);
    if (!status) {
        ludus_board_view_init(&p->view, &p->game);
        status = ludus_play_start(p, config->seats, error);
    }
    if (!status && config->moves) {
        status = play_given_moves(p, config->moves, error);
        p->drop = 1;
        ludus_play_set_buttons(p);
    }
    if (status) {
        ludus_play_destroy(p);
        return status;
    }
    *out = p;
    return LUDUS_OK;
}

bool ludus_play_destroy(ludus_play *p)
{
    if (!p) {
        return true;
    }
    for (int side = 0; side < 2; side++) {
        ludus_seat_close(&p->seats[side]);
        p->left_thread = p->left_thread || p->seats[side].was_left;
    }
    const bool was_clean = !p->left_thread;
    ludus_thinker_destroy(p->analyst);
    ludus_thinker_snapshot_free(&p->seen);
    ludus_thinker_snapshot_free(&p->latest);
    ludus_play_record_free(&p->record);
    ludus_free(p->pos);
    ludus_free(p->analysed);
    ludus_free(p->legal);
    ludus_free(p->texts);
    ludus_game_close(&p->game);
    ludus_free(p);
    return was_clean;
}

// ---- The screen ---------------------------------------------------------------------------------

static bool move_pieces(ludus_play *p, double seconds)
{
    if (p->drop >= 1) {
        return false;
    }
    double way = DROP_SECONDS;
    if (p->view.kind == LUDUS_BOARD_DROPS && p->last_to >= 0) {
        const double rows = 1 + p->last_to / p->view.columns;
        way = FALL_SECONDS * sqrt(rows / p->view.rows);
    } else if (p->moving_from < 0) {
        way = 0; // stones are put, not moved
    }
    p->drop = way > 0 ? fmin(p->drop + seconds / way, 1) : 1;
    return true;
}

static bool update(void *self, double seconds)
{
    ludus_play *p = self;
    bool changed = move_pieces(p, seconds);
    p->since_move += seconds;
    changed |= ludus_play_take_turns(p);
    changed |= ludus_play_follow_thinking(p, seconds);
    changed |= ludus_notice_update(&p->notice, seconds);
    if (changed) {
        ludus_play_set_buttons(p);
    }
    return changed;
}

static void draw(void *self, ludus_canvas *canvas)
{
    ludus_play *p = self;
    ludus_play_draw_board(p, canvas);
    ludus_play_draw_panel(p, canvas);
    if (p->dialog.is_open) {
        ludus_play_dialog_draw(p, canvas);
    }
    ludus_notice_draw(canvas, &p->notice, p->layout.board);
}

static void title(const void *self, char *out, size_t size)
{
    const ludus_play *p = self;
    snprintf(out, size, "%s - ludus", p->game.spec.name);
}

static void settle(void *self)
{
    ludus_play *p = self;
    for (int side = 0; side < 2; side++) {
        ludus_seat_wait(&p->seats[side]);
    }
    if (p->is_analyst_on) {
        while (!ludus_thinker_wait(p->analyst, 1)) {
        }
    }
}

const ludus_screen_ops ludus_play_screen = {
    .keys = keys,
    .num_keys = sizeof(keys) / sizeof(keys[0]),
    .layout = ludus_play_place,
    .event = ludus_play_event,
    .update = update,
    .draw = draw,
    .title = title,
    .settle = settle,
};

// ---- For tests and scripts ----------------------------------------------------------------------

const ludus_play_record *ludus_play_record_of(const ludus_play *play)
{
    return &play->record;
}

bool ludus_play_is_over(const ludus_play *play)
{
    return play->is_over;
}

const char *ludus_play_status(const ludus_play *play)
{
    return play->status;
}

bool ludus_play_find_cell(const ludus_play *play, int32_t cell, ludus_point *out)
{
    *out = (ludus_point){0, 0};
    if (cell < 0 || cell >= play->view.rows * play->view.columns) {
        return false;
    }
    *out = ludus_board_view_centre(&play->view, cell);
    return true;
}

bool ludus_play_find_ply(const ludus_play *play, int32_t ply, ludus_point *out)
{
    const ludus_rect curve = play->layout.curve;
    *out = (ludus_point){0, 0};
    if (ply < 0 || ply > play->record.count || curve.h <= 0) {
        return false;
    }
    *out = (ludus_point){ludus_game_curve_x(&play->record, curve, ply), curve.y + curve.h / 2};
    return true;
}

int32_t ludus_play_hovered_ply(const ludus_play *play)
{
    return play->curve_hover;
}

bool ludus_play_find_button(const ludus_play *play, const char *label, ludus_point *out)
{
    const ludus_button *sets[2] = {play->buttons, play->dialog.buttons};
    const int32_t counts[2] = {LUDUS_PLAY_NUM_BUTTONS,
                               play->dialog.is_open ? LUDUS_DIALOG_NUM_BUTTONS : 0};
    for (int set = 1; set >= 0; set--) {
        for (int32_t i = 0; i < counts[set]; i++) {
            const ludus_button *b = &sets[set][i];
            if (!b->is_hidden && !strcmp(b->label, label)) {
                *out = (ludus_point){b->rect.x + b->rect.w / 2, b->rect.y + b->rect.h / 2};
                return true;
            }
        }
    }
    return false;
}
