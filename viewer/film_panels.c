// The panels of the film screen.

#include "viewer/film_internal.h"

#include <stdio.h>
#include <string.h>

#define POLICY_ROWS 8

// ---- List of games ---------------------------------------------------------------------------

void ludus_film_draw_list(ludus_film_view *v, ludus_canvas *canvas)
{
    const ludus_theme *theme = ludus_canvas_theme(canvas);
    const ludus_text_style name = {.size = 13, .colour = theme->text};
    const ludus_text_style soft = {.size = 12, .colour = theme->soft};
    char title[48];
    int32_t first, last;
    snprintf(title, sizeof title, "%d game%s", (int)v->list.count, v->list.count == 1 ? "" : "s");
    ludus_card_draw(canvas, v->list_card, title);
    ludus_list_draw(canvas, &v->list);
    ludus_list_visible(&v->list, &first, &last);
    ludus_canvas_clip(canvas, v->list.rect);
    for (int32_t i = first; i <= last; i++) {
        ludus_shelf_entry entry;
        char line[64];
        v->source.ops->entry(v->source.self, i, &entry);
        ludus_rect row = ludus_list_row(&v->list, i);
        row.x += 6;
        row.w -= 16;
        (void)ludus_rect_cut_top(&row, 5, 0);
        ludus_canvas_text(canvas, ludus_rect_cut_top(&row, 18, 0), &name, entry.title);
        snprintf(line, sizeof line, "%s%s%d moves", entry.result, entry.result[0] ? ", " : "",
                 (int)entry.plies);
        ludus_canvas_text(canvas, ludus_rect_cut_top(&row, 16, 0), &soft, line);
    }
    ludus_canvas_unclip(canvas);
}

// ---- Head ------------------------------------------------------------------------------------

static void draw_side(const ludus_film_view *v, ludus_canvas *canvas, ludus_rect rect, int32_t side)
{
    const ludus_theme *theme = ludus_canvas_theme(canvas);
    const void *pos = ludus_game_film_position(v->film, v->ply);
    const bool is_to_move = ludus_game_outcome(&v->film->game, pos) == LUDUS_ONGOING &&
                            ludus_game_to_move(&v->film->game, pos) == side;
    ludus_text_style style = {.face = is_to_move ? LUDUS_FACE_BOLD : LUDUS_FACE_TEXT,
                              .size = 15,
                              .colour = is_to_move ? theme->text : theme->soft};
    ludus_board_view view;
    ludus_board_view_init(&view, &v->film->game);
    const ludus_mark mark =
        view.kind == LUDUS_BOARD_PIECES ? (ludus_mark)(1 + 5 + 6 * side) : (ludus_mark)(1 + side);
    ludus_board_view_draw_mark(&view, canvas, (ludus_point){rect.x + 11, rect.y + rect.h / 2}, 22,
                               mark, 1);
    (void)ludus_rect_cut_left(&rect, 26, 0);
    ludus_canvas_text(canvas, rect, &style, ludus_film_side_name(v->film, side));
}

void ludus_film_draw_head(const ludus_film_view *v, ludus_canvas *canvas)
{
    const ludus_theme *theme = ludus_canvas_theme(canvas);
    const ludus_text_style soft = {.size = 13, .align = LUDUS_RIGHT, .colour = theme->soft};
    const char *notice = v->source.ops->notice(v->source.self);
    ludus_rect rect = v->head;
    if (v->film == NULL) {
        return;
    }
    char text[240];
    ludus_rect first = ludus_rect_cut_top(&rect, 22, 0);
    ludus_rect second = ludus_rect_cut_top(&rect, 22, 0);
    const bool has_names = v->film->names[0][0] != '\0' || v->film->names[1][0] != '\0';
    snprintf(text, sizeof text, "%s%s%s",
             has_names && !v->source.ops->is_live ? "" : v->film->title,
             v->film->result[0] ? "   " : "", v->film->result);
    ludus_canvas_text(canvas, ludus_rect_cut_right(&first, first.w * .55f, 8), &soft, text);
    draw_side(v, canvas, first, 0);
    const char *last = v->ply > 0 ? v->film->plies[v->ply - 1].text : "";
    snprintf(text, sizeof text, "%s%s", v->ply > 0 ? "last move " : "", last);
    ludus_canvas_text(canvas, ludus_rect_cut_right(&second, second.w * .55f, 8), &soft,
                      notice[0] != '\0' ? notice : text);
    draw_side(v, canvas, second, 1);
}

// ---- Moves -----------------------------------------------------------------------------------

static void draw_move(const ludus_film_view *v, ludus_canvas *canvas, ludus_rect cell, int32_t ply)
{
    const ludus_theme *theme = ludus_canvas_theme(canvas);
    const bool is_here = ply + 1 == v->ply;
    if (ply >= v->film->num_plies) {
        return;
    }
    if (is_here) {
        ludus_canvas_fill_rounded(canvas, ludus_rect_inset(cell, 1), 4, theme->accent);
    }
    const ludus_text_style style = {.size = 13, .colour = is_here ? theme->on_accent : theme->text};
    cell.x += 8;
    cell.w -= 8;
    ludus_canvas_text(canvas, cell, &style, v->film->plies[ply].text);
}

void ludus_film_draw_moves(ludus_film_view *v, ludus_canvas *canvas)
{
    const ludus_theme *theme = ludus_canvas_theme(canvas);
    const ludus_text_style number = {.size = 12, .align = LUDUS_RIGHT, .colour = theme->soft};
    int32_t first, last;
    ludus_card_draw(canvas, v->moves_card, "Moves");
    if (v->film == NULL) {
        return;
    }
    ludus_list_draw(canvas, &v->moves);
    ludus_list_visible(&v->moves, &first, &last);
    ludus_canvas_clip(canvas, v->moves.rect);
    for (int32_t i = first; i <= last; i++) {
        char text[16];
        ludus_rect row = ludus_list_row(&v->moves, i);
        row.w -= 8;
        snprintf(text, sizeof text, "%d.", (int)i + 1);
        ludus_canvas_text(canvas, ludus_rect_cut_left(&row, 30, 4), &number, text);
        draw_move(v, canvas, ludus_rect_column(row, 0, 2, 4), 2 * i);
        draw_move(v, canvas, ludus_rect_column(row, 1, 2, 4), 2 * i + 1);
    }
    ludus_canvas_unclip(canvas);
}

// ---- What the search thought -----------------------------------------------------------------

static void draw_policy_row(const ludus_film_view *v, ludus_canvas *canvas, ludus_rect row,
                            int32_t at, int32_t i)
{
    const ludus_theme *theme = ludus_canvas_theme(canvas);
    const ludus_film_ply *ply = &v->film->plies[at];
    const bool is_played = ply->policy_moves[i] == ply->move;
    const ludus_text_style name = {
        .face = is_played ? LUDUS_FACE_BOLD : LUDUS_FACE_TEXT, .size = 13, .colour = theme->text};
    const ludus_text_style share = {
        .face = LUDUS_FACE_MONO, .size = 12, .align = LUDUS_RIGHT, .colour = theme->text};
    char text[LUDUS_GAME_TEXT_MAX + 8];
    ludus_board_move_text(&v->film->game, ludus_game_film_position(v->film, at),
                          ply->policy_moves[i], text);
    ludus_canvas_text(canvas, ludus_rect_cut_left(&row, 54, 4), &name, text);
    snprintf(text, sizeof text, "%.1f%%", 100.0 * (double)ply->policy[i]);
    ludus_canvas_text(canvas, ludus_rect_cut_right(&row, 52, 6), &share, text);
    const ludus_rect track = {row.x, row.y + 6, row.w, row.h - 12};
    ludus_canvas_fill_rounded(canvas, track, 3, theme->control);
    ludus_canvas_fill_rounded(canvas,
                              (ludus_rect){track.x, track.y, track.w * ply->policy[i], track.h}, 3,
                              is_played ? theme->series[1] : theme->series[0]);
}

// The ply whose search is shown: the next one, or of a live game the last one made; -1 = none.
static int32_t thought_ply(const ludus_film_view *v)
{
    if (v->film == NULL) {
        return -1;
    }
    return v->ply < v->film->num_plies ? v->ply : v->source.ops->is_live ? v->ply - 1 : -1;
}

// Of recorded games the first player's chance; in a match each side thinks for itself, so there it
// is the mover's.
static void say_chance(const ludus_film_view *v, const ludus_film_ply *ply, char *out, size_t size)
{
    const double draw = (double)ply->draw;
    const int32_t side = v->source.ops->is_live ? ply->mover : 0;
    const double value = side == 0 ? (double)ply->value : -(double)ply->value;
    const int used = snprintf(out, size, "%.24s %.0f%%", ludus_film_side_name(v->film, side),
                              100.0 * (1.0 - draw + value) / 2.0);
    if (draw > 0) {
        snprintf(out + used, size - (size_t)used, ", draw %.0f%%", 100.0 * draw);
    }
}

void ludus_film_draw_thought(const ludus_film_view *v, ludus_canvas *canvas)
{
    const ludus_theme *theme = ludus_canvas_theme(canvas);
    const ludus_text_style soft = {.size = 13, .colour = theme->soft};
    const int32_t at = thought_ply(v);
    const bool is_next = at == v->ply;
    ludus_rect room = ludus_card_draw(canvas, v->think_card,
                                      is_next || at < 0 ? "The search" : "Before the last move");
    const ludus_film_ply *ply = at >= 0 ? &v->film->plies[at] : NULL;
    if (ply == NULL || (ply->num_policy == 0 && !ply->has_value)) {
        ludus_canvas_text(canvas, ludus_rect_cut_top(&room, 22, 0), &soft,
                          v->film == NULL ? ""
                          : ply != NULL   ? "nothing recorded"
                                          : "the game is over");
        return;
    }
    char text[96];
    if (ply->has_value) {
        say_chance(v, ply, text, sizeof text);
        ludus_canvas_text(canvas, ludus_rect_cut_top(&room, 22, 2), &soft, text);
    }
    for (int32_t i = 0; i < ply->num_policy && i < POLICY_ROWS && room.h >= 22; i++) {
        draw_policy_row(v, canvas, ludus_rect_cut_top(&room, 22, 0), at, i);
    }
}

void ludus_film_draw_chart(ludus_film_view *v, ludus_canvas *canvas)
{
    const ludus_theme *theme = ludus_canvas_theme(canvas);
    char title[80];
    ludus_card_draw(canvas, v->chart_card, NULL);
    ludus_line_chart_clear(&v->chart);
    v->chart.empty = "no values recorded";
    v->chart.plot = (ludus_rect){0};
    if (v->film == NULL) {
        return;
    }
    snprintf(title, sizeof title, "%.48s's chance, %%", ludus_film_side_name(v->film, 0));
    v->chart.title = title;
    v->chart.has_baseline = v->chart.has_y_range = v->chart.has_marker = v->chart.has_fill = true;
    v->chart.baseline = 50;
    v->chart.y_range[0] = 0;
    v->chart.y_range[1] = 100;
    v->chart.marker = v->ply;
    const bool is_match = v->source.ops->is_live;
    for (int32_t side = is_match ? 1 : 0; side >= 0; side--) {
        ludus_line_chart_add(
            &v->chart,
            &(ludus_chart_series){.label = is_match ? ludus_film_side_name(v->film, side) : NULL,
                                  .y = v->values[side],
                                  .count = v->film->num_plies + 1,
                                  .colour = theme->series[side]});
    }
    v->chart.has_fill = !is_match;
    v->chart.has_legend = false; // the hover says whose opinion it is
    ludus_line_chart_draw(&v->chart, canvas, ludus_rect_inset(v->chart_card, 12));
    v->chart.title = NULL; // it was here
}
