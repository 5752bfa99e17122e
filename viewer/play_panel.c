// The panel beside the board: players, what is thought, buttons.

#include "viewer/play_internal.h"

#include "envs/chess.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

// ---- Players ------------------------------------------------------------------------------------

static void count_pieces(const ludus_mark *cells, int32_t out[2][LUDUS_CHESS_NUM_KINDS])
{
    memset(out, 0, 2 * sizeof(*out));
    for (int32_t cell = 0; cell < 64; cell++) {
        if (cells[cell] != LUDUS_MARK_NONE) {
            out[cells[cell] > 6][(cells[cell] - 1) % 6]++;
        }
    }
}

// Pieces that a side has lost, by kind, against the start of this game.
static void draw_lost_pieces(const ludus_play *p, ludus_canvas *canvas, ludus_rect rect,
                             int32_t side)
{
    static const float worth[LUDUS_CHESS_NUM_KINDS] = {1, 3, 3, 5, 9, 0};
    ludus_mark first[LUDUS_PLAY_CELLS];
    int32_t start[2][LUDUS_CHESS_NUM_KINDS], left[2][LUDUS_CHESS_NUM_KINDS];
    float lead = 0;
    const float size = fminf(rect.h, 22);
    const ludus_colour ground = ludus_canvas_theme(canvas)->square[1 - side];
    float x = rect.x;
    ludus_board_view_read(&p->view, p->record.start, first);
    count_pieces(first, start);
    count_pieces(p->cells, left);
    for (int32_t kind = LUDUS_CHESS_QUEEN; kind >= 0; kind--) {
        lead += worth[kind] * (float)(left[side][kind] - left[1 - side][kind]);
        for (int32_t i = left[1 - side][kind]; i < start[1 - side][kind]; i++) {
            if (x + size > rect.x + rect.w - 28) {
                break;
            }
            ludus_canvas_fill_rounded(
                canvas, (ludus_rect){x, rect.y + (rect.h - size) / 2, size, size}, 4, ground);
            ludus_board_view_draw_mark(&p->view, canvas,
                                       (ludus_point){x + size / 2, rect.y + rect.h / 2}, size,
                                       (ludus_mark)(1 + kind + 6 * (1 - side)), 1);
            x += size * 0.55f;
        }
    }
    if (lead > 0) {
        char text[16];
        const ludus_text_style style = {.size = 12, .colour = ludus_canvas_theme(canvas)->soft};
        snprintf(text, sizeof(text), "+%.0f", (double)lead);
        ludus_canvas_text(canvas, (ludus_rect){x + size * 0.5f, rect.y, 40, rect.h}, &style, text);
    }
}

// What a side has to show: captured stones, discs on the board, pieces taken.
static void draw_account(const ludus_play *p, ludus_canvas *canvas, ludus_rect rect, int32_t side)
{
    const ludus_theme *theme = ludus_canvas_theme(canvas);
    ludus_text_style style = {
        .size = p->layout.is_narrow ? 12 : 13, .colour = theme->soft, .align = LUDUS_RIGHT};
    char text[48] = "";
    if (p->view.kind == LUDUS_BOARD_PIECES) {
        draw_lost_pieces(p, canvas, rect, side);
        return;
    }
    if (ludus_is_go(&p->game)) {
        snprintf(text, sizeof(text), p->layout.is_narrow ? "+%d" : "captured %d",
                 ludus_go_captures(&p->game, p->pos, (ludus_go_colour)side));
    } else if (p->view.kind == LUDUS_BOARD_CLOTH) {
        int32_t discs = 0;
        for (int32_t i = 0; i < p->view.rows * p->view.columns; i++) {
            discs += p->cells[i] == side + 1;
        }
        snprintf(text, sizeof(text), "%d", discs);
        style.face = LUDUS_FACE_BOLD;
        style.colour = theme->text;
    }
    ludus_canvas_text(canvas, rect, &style, text);
}

static void draw_player(const ludus_play *p, ludus_canvas *canvas, ludus_rect rect, int32_t side)
{
    const ludus_theme *theme = ludus_canvas_theme(canvas);
    const bool is_turn = !p->is_over && p->cursor == p->record.count &&
                         ludus_game_to_move(&p->game, p->record.end) == side;
    const float mark = rect.h;
    const bool is_chess = p->view.kind == LUDUS_BOARD_PIECES;
    char name[64], text[128];
    ludus_seat_name(&p->seats[side].spec, name, sizeof(name));
    if (p->seats[0].spec.kind == LUDUS_SEAT_PERSON && p->seats[1].spec.kind == LUDUS_SEAT_PERSON) {
        snprintf(text, sizeof(text), "%s", ludus_board_view_side_name(&p->view, side));
    } else if (p->layout.is_narrow) {
        snprintf(text, sizeof(text), "%s", name);
    } else {
        snprintf(text, sizeof(text), "%s: %s", ludus_board_view_side_name(&p->view, side), name);
    }
    if (is_turn) {
        ludus_canvas_fill_rounded(canvas, (ludus_rect){rect.x - 6, rect.y, rect.w + 12, rect.h}, 6,
                                  ludus_colour_fade(theme->accent, 0.16f));
    }
    if (is_chess) {
        const ludus_rect tile = {rect.x, rect.y, mark, mark};
        ludus_canvas_fill_rounded(canvas, ludus_rect_inset(tile, 1), 5, theme->square[1 - side]);
    }
    ludus_board_view_draw_mark(
        &p->view, canvas, (ludus_point){rect.x + mark / 2, rect.y + rect.h / 2}, mark * 0.86f,
        (ludus_mark)(is_chess ? 1 + LUDUS_CHESS_KING + 6 * side : side + 1), 1);
    rect.x += mark + 6;
    rect.w -= mark + 6;
    const ludus_text_style style = {.face = is_turn ? LUDUS_FACE_BOLD : LUDUS_FACE_TEXT,
                                    .size = p->layout.is_narrow ? 13 : 15,
                                    .colour = theme->text};
    ludus_rect account = rect;
    if (is_chess) {
        const float wanted = fminf(ludus_canvas_text_width(canvas, &style, text), 0.62f * rect.w);
        account = (ludus_rect){rect.x + wanted + 8, rect.y, rect.w - wanted - 8, rect.h};
        rect.w = wanted + 2;
    } else {
        account = ludus_rect_cut_right(&rect, p->layout.is_narrow ? 34 : 88, 4);
    }
    ludus_canvas_text(canvas, rect, &style, text);
    draw_account(p, canvas, account, side);
}

static void draw_players(const ludus_play *p, ludus_canvas *canvas)
{
    const ludus_theme *theme = ludus_canvas_theme(canvas);
    const bool is_narrow = p->layout.is_narrow;
    const bool is_past = p->cursor < p->record.count;
    char line[LUDUS_PLAY_TEXT + 32];
    ludus_card_draw(canvas, p->layout.players, NULL);
    ludus_rect inside = ludus_rect_inset(p->layout.players, is_narrow ? 8 : 14);
    const float row = is_narrow ? 24 : 30;
    draw_player(p, canvas, ludus_rect_cut_top(&inside, row, 2), 0);
    draw_player(p, canvas, ludus_rect_cut_top(&inside, row, is_narrow ? 3 : 8), 1);
    const ludus_text_style style = {.face = LUDUS_FACE_BOLD,
                                    .size = is_narrow ? 13 : 16,
                                    .colour = is_past      ? theme->soft
                                              : p->is_over ? theme->accent
                                                           : theme->text};
    if (is_past) {
        snprintf(line, sizeof(line), "Move %d of %d", p->cursor, p->record.count);
    } else {
        snprintf(line, sizeof(line), "%s", p->status);
    }
    ludus_canvas_text(canvas, inside, &style, line);
}

// ---- Thinking -----------------------------------------------------------------------------------

static void count_text(char *out, size_t size, double n)
{
    if (n < 10000) {
        snprintf(out, size, "%.0f", n);
    } else if (n < 1e6) {
        snprintf(out, size, "%.1fk", n / 1e3);
    } else {
        snprintf(out, size, "%.1fM", n / 1e6);
    }
}

static void value_text(char *out, size_t size, const ludus_mcts_move *m)
{
    if (m->visits == 0 && !m->is_proven) { // its value is that of the position before
        snprintf(out, size, "\xe2\x80\x93");
    } else if (m->is_proven) {
        snprintf(out, size, "%s", m->proven > 0 ? "wins" : m->proven < 0 ? "loses" : "draws");
    } else {
        snprintf(out, size, "%.0f %%", 50 + 50 * (double)m->value);
    }
}

static void draw_heading(const ludus_play *p, ludus_canvas *canvas)
{
    const ludus_theme *theme = ludus_canvas_theme(canvas);
    const bool is_narrow = p->layout.is_narrow;
    ludus_rect inside = ludus_rect_inset(p->layout.thinking, is_narrow ? 8 : 14);
    ludus_rect row = ludus_rect_cut_top(&inside, is_narrow ? 18 : 24, 0);
    const ludus_text_style bold = {
        .face = LUDUS_FACE_BOLD, .size = is_narrow ? 12 : 14, .colour = theme->text};
    const ludus_text_style soft = {
        .size = is_narrow ? 11 : 12, .colour = theme->soft, .align = LUDUS_RIGHT};
    char text[128], visits[24], score[32] = "";
    if (p->seen_ply < 0) {
        ludus_canvas_text(canvas, row, &bold, "The game so far");
        return;
    }
    const ludus_mcts_stats *s = &p->seen.stats;
    if (p->seen.has_score) {
        snprintf(score, sizeof(score), "  %+.1f", (double)p->seen.score);
    }
    // The search's account is the mover's; the curve below is the first player's.
    snprintf(text, sizeof(text), "%s %.0f %%%s", ludus_board_view_side_name(&p->view, p->seen_side),
             50 + 50 * (double)s->value, score);
    ludus_canvas_text(canvas, row, &bold, text);
    ludus_rect_cut_left(&row, ludus_canvas_text_width(canvas, &bold, text), 10);
    count_text(visits, sizeof(visits), s->simulations);
    if (s->depth > 0 && !is_narrow) {
        snprintf(text, sizeof(text), "%s, %s visits, depth %d", p->seen_by, visits, s->depth);
    } else {
        snprintf(text, sizeof(text), "%s, %s", p->seen_by, visits);
    }
    ludus_canvas_text(canvas, row, &soft, text);
}

static void draw_table_heads(const ludus_play *p, ludus_canvas *canvas)
{
    static const char *const heads[4] = {"move", "visits", "win", "prior"};
    const ludus_theme *theme = ludus_canvas_theme(canvas);
    const ludus_rect row = ludus_play_table_row(p, -1);
    for (int32_t i = 0; i < 4; i++) {
        const ludus_text_style style = {.size = p->layout.is_narrow ? 11 : 12,
                                        .colour = theme->soft,
                                        .align = i == 0 ? LUDUS_LEFT : LUDUS_RIGHT};
        ludus_canvas_text(canvas, ludus_rect_inset(ludus_rect_column(row, i, 4, 2), 3), &style,
                          heads[i]);
    }
}

static void draw_table_row(const ludus_play *p, ludus_canvas *canvas, int32_t i, const void *pos,
                           float share)
{
    const ludus_theme *theme = ludus_canvas_theme(canvas);
    const ludus_mcts_move *m = &p->seen.top[i].at;
    const ludus_rect row = ludus_play_table_row(p, i);
    const ludus_rect bar = {row.x, row.y + 1, row.w * share, row.h - 2};
    char cells[4][24];
    ludus_board_move_text(&p->game, pos, m->move, cells[0]);
    count_text(cells[1], sizeof(cells[1]), m->visits);
    value_text(cells[2], sizeof(cells[2]), m);
    snprintf(cells[3], sizeof(cells[3]), "%.1f", 100 * (double)m->prior);
    ludus_canvas_fill_rounded(canvas, bar, 3,
                              ludus_colour_fade(theme->series[i == 0 ? 2 : 0], 0.25f));
    if (i == p->row_hover) {
        ludus_canvas_stroke_rounded(canvas, row, 3, 1, theme->accent);
    }
    for (int32_t k = 0; k < 4; k++) {
        const ludus_text_style style = {.face = k == 0 ? LUDUS_FACE_BOLD : LUDUS_FACE_TEXT,
                                        .size = p->layout.is_narrow ? 12 : 13,
                                        .colour = theme->text,
                                        .align = k == 0 ? LUDUS_LEFT : LUDUS_RIGHT};
        ludus_rect cell = ludus_rect_column(row, k, 4, 2);
        cell.x += 3;
        cell.w -= 6;
        ludus_canvas_text(canvas, cell, &style, cells[k]);
    }
}

static void draw_table(const ludus_play *p, ludus_canvas *canvas)
{
    const int32_t rows = ludus_play_table_rows(p);
    int32_t most = 1;
    void *pos = ludus_alloc(1, p->game.spec.state_bytes);
    if (!pos || p->seen_ply > p->record.count) {
        ludus_free(pos);
        return;
    }
    ludus_play_record_at(&p->record, p->seen_ply, pos);
    draw_table_heads(p, canvas);
    for (int32_t i = 0; i < p->seen.num_top; i++) {
        most = p->seen.top[i].at.visits > most ? p->seen.top[i].at.visits : most;
    }
    for (int32_t i = 0; i < rows && i < p->seen.num_top; i++) {
        draw_table_row(p, canvas, i, pos, (float)p->seen.top[i].at.visits / (float)most);
    }
    ludus_free(pos);
}

// Where there is no table: how a finished game of Go counts, or what could be here.
static void draw_words(const ludus_play *p, ludus_canvas *canvas)
{
    const ludus_text_style style = {.size = 13, .colour = ludus_canvas_theme(canvas)->soft};
    char text[256] = "";
    if (p->is_scoring) {
        char area[48], territory[48];
        ludus_play_say_lead(area, sizeof(area), p->area_lead);
        ludus_play_say_lead(territory, sizeof(territory), p->territory_lead);
        snprintf(text, sizeof(text),
                 "Area: %s\nTerritory and prisoners: %s\nClick stones that are dead.", area,
                 territory);
    } else if (!p->is_analysing && !p->is_over) {
        snprintf(text, sizeof(text),
                 "Analyse (a) shows what a search thinks of each move. ? lists the keys.");
    }
    ludus_canvas_paragraph(canvas, p->layout.table, &style, text);
}

// Whose chance the curve is.
static void draw_curve_name(const ludus_play *p, ludus_canvas *canvas)
{
    const ludus_rect curve = p->layout.curve;
    const ludus_text_style style = {.size = 11, .colour = ludus_canvas_theme(canvas)->text};
    char text[32];
    if (p->layout.is_narrow || curve.h < 60) {
        return;
    }
    snprintf(text, sizeof(text), "%s's chance", ludus_board_view_side_name(&p->view, 0));
    ludus_canvas_text(canvas, (ludus_rect){curve.x + 6, curve.y + 3, curve.w - 12, 14}, &style,
                      text);
}

static void draw_thinking(const ludus_play *p, ludus_canvas *canvas)
{
    const ludus_theme *theme = ludus_canvas_theme(canvas);
    const bool is_crosses = p->view.kind == LUDUS_BOARD_CROSSES;
    const bool is_drops = p->view.kind == LUDUS_BOARD_DROPS;
    ludus_colour colours[2] = {theme->stone[0], theme->stone[1]};
    if (is_crosses) {
        colours[0] = theme->series[0];
        colours[1] = theme->series[1];
    } else if (is_drops) {
        colours[0] = theme->disc[0];
        colours[1] = theme->disc[1];
    } else if (p->view.kind == LUDUS_BOARD_PIECES) {
        colours[0] = theme->stone[1];
        colours[1] = theme->stone[0];
    }
    if (p->layout.thinking.h < 30) {
        return;
    }
    ludus_card_draw(canvas, p->layout.thinking, NULL);
    draw_heading(p, canvas);
    ludus_game_curve_draw(canvas, &p->record, p->layout.curve, p->cursor, colours);
    draw_curve_name(p, canvas);
    if (p->seen_ply >= 0 && p->seen.num_top > 0 && !p->is_scoring) {
        draw_table(p, canvas);
    } else {
        draw_words(p, canvas);
    }
    ludus_play_draw_list(p, canvas);
}

static void draw_curve_hover(const ludus_play *p, ludus_canvas *canvas)
{
    const int32_t ply = p->curve_hover;
    char head[LUDUS_GAME_TEXT_MAX + 32];
    if (ply < 0 || ply > p->record.count || p->dialog.is_open) {
        return;
    }
    if (ply == 0) {
        snprintf(head, sizeof(head), "start");
    } else {
        snprintf(head, sizeof(head), "move %d: %s", (int)ply, p->texts[ply - 1]);
    }
    ludus_game_curve_draw_hover(canvas, &p->record, p->layout.curve, ply, head,
                                ludus_board_view_side_name(&p->view, 0));
}

void ludus_play_draw_panel(ludus_play *p, ludus_canvas *canvas)
{
    draw_players(p, canvas);
    draw_thinking(p, canvas);
    ludus_buttons_draw(canvas, p->buttons, LUDUS_PLAY_NUM_BUTTONS);
    draw_curve_hover(p, canvas);
}
