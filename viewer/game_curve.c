#include "viewer/game_curve.h"

#include <math.h>
#include <stdio.h>

#define LEAST_PLIES 20 // a young game does not fill the width

static float span_of(const ludus_play_record *record)
{
    return (float)(record->count > LEAST_PLIES ? record->count : LEAST_PLIES);
}

float ludus_game_curve_x(const ludus_play_record *record, ludus_rect rect, int32_t ply)
{
    return rect.x + rect.w * (float)ply / span_of(record);
}

int32_t ludus_game_curve_ply_at(const ludus_play_record *record, ludus_rect rect, float x, float y)
{
    if (!ludus_rect_holds(rect, x, y) || rect.w <= 0) {
        return -1;
    }
    const int32_t ply = (int32_t)lroundf((x - rect.x) / rect.w * span_of(record));
    return ply < record->count ? ply : record->count;
}

static bool has_win(const ludus_play_record *record, int32_t ply)
{
    return record->win[ply] >= 0;
}

static bool has_score(const ludus_play_record *record, int32_t ply)
{
    return !isnan(record->score[ply]);
}

static ludus_point win_point(const ludus_play_record *record, ludus_rect rect, int32_t ply)
{
    return (ludus_point){ludus_game_curve_x(record, rect, ply),
                         rect.y + rect.h * (1 - record->win[ply])};
}

// Points of what is known, in order; returns how many.
static int32_t gather_wins(const ludus_play_record *record, ludus_rect rect, ludus_point *out,
                           int32_t most)
{
    int32_t n = 0;
    for (int32_t ply = 0; ply <= record->count && n < most; ply++) {
        if (has_win(record, ply)) {
            out[n++] = win_point(record, rect, ply);
        }
    }
    return n;
}

// The score that reaches the edge.
static float largest_score(const ludus_play_record *record)
{
    float largest = 10;
    for (int32_t ply = 0; ply <= record->count; ply++) {
        largest = has_score(record, ply) ? fmaxf(largest, fabsf(record->score[ply])) : largest;
    }
    return largest;
}

static ludus_point score_point(const ludus_play_record *record, ludus_rect rect, int32_t ply,
                               float largest)
{
    const float share = 0.5f + 0.5f * record->score[ply] / largest;
    return (ludus_point){ludus_game_curve_x(record, rect, ply), rect.y + rect.h * (1 - share)};
}

static int32_t gather_scores(const ludus_play_record *record, ludus_rect rect, ludus_point *out,
                             int32_t most)
{
    const float largest = largest_score(record);
    int32_t n = 0;
    for (int32_t ply = 0; ply <= record->count && n < most; ply++) {
        if (has_score(record, ply)) {
            out[n++] = score_point(record, rect, ply, largest);
        }
    }
    return n;
}

void ludus_game_curve_draw(ludus_canvas *canvas, const ludus_play_record *record, ludus_rect rect,
                           int32_t cursor, const ludus_colour colours[2])
{
    enum { MOST = 800 };
    ludus_point points[MOST];
    const ludus_theme *theme = ludus_canvas_theme(canvas);
    const ludus_colour low_area = ludus_colour_mix(theme->panel, colours[0], 0.45f);
    const ludus_colour high_area = ludus_colour_mix(theme->panel, colours[1], 0.45f);
    if (rect.w < 8 || rect.h < 8) {
        return;
    }
    ludus_canvas_fill_rounded(canvas, rect, 4, ludus_colour_mix(theme->panel, theme->grid, 0.6f));
    const int32_t n = gather_wins(record, rect, points, MOST);
    const float scale = ludus_canvas_scale(canvas);
    const float top = roundf(rect.y * scale) / scale;
    const float low = roundf((rect.y + rect.h) * scale) / scale;
    for (int32_t i = 0; i + 1 < n; i++) { // columns beside the curve, from pixel to pixel
        const ludus_point a = {roundf(points[i].x * scale) / scale, points[i].y};
        const ludus_point b = {roundf(points[i + 1].x * scale) / scale, points[i + 1].y};
        const ludus_point below[4] = {a, b, {b.x, low}, {a.x, low}};
        const ludus_rect all = {a.x, top, b.x - a.x, low - top};
        ludus_canvas_fill(canvas, all, high_area);
        ludus_canvas_polygon(canvas, below, 4, low_area);
    }
    ludus_canvas_fill(canvas, (ludus_rect){rect.x, rect.y + rect.h / 2 - 0.5f, rect.w, 1},
                      ludus_colour_fade(theme->soft, 0.5f));
    if (n >= 2) {
        ludus_canvas_polyline(canvas, points, n, 2, theme->series[0]);
    } else if (n == 1) {
        ludus_canvas_disc(canvas, points[0], 3, theme->series[0]);
    }
    const int32_t scores = gather_scores(record, rect, points, MOST);
    if (scores >= 2) {
        ludus_canvas_polyline(canvas, points, scores, 1.5f, theme->series[1]);
    }
    const float x = ludus_game_curve_x(record, rect, cursor);
    ludus_canvas_fill(canvas, (ludus_rect){x - 1, rect.y, 2, rect.h}, theme->accent);
    ludus_canvas_stroke_rounded(canvas, rect, 4, 1, theme->edge);
}

int32_t ludus_game_curve_rows(const ludus_play_record *record, int32_t ply, const char *first,
                              ludus_hover_row rows[2])
{
    int32_t n = 0;
    if (has_win(record, ply)) {
        snprintf(rows[n].label, sizeof(rows[n].label), "%s", first);
        snprintf(rows[n].value, sizeof(rows[n].value), "%.0f %%", 100 * (double)record->win[ply]);
        n++;
    }
    if (has_score(record, ply)) {
        snprintf(rows[n].label, sizeof(rows[n].label), "points");
        snprintf(rows[n].value, sizeof(rows[n].value), "%+.1f", (double)record->score[ply]);
        n++;
    }
    return n;
}

void ludus_game_curve_draw_hover(ludus_canvas *canvas, const ludus_play_record *record,
                                 ludus_rect rect, int32_t ply, const char *head, const char *first)
{
    const ludus_theme *theme = ludus_canvas_theme(canvas);
    ludus_hover_row rows[2];
    char text[96];
    const int32_t n = ludus_game_curve_rows(record, ply, first, rows);
    const float x = ludus_game_curve_x(record, rect, ply);
    rows[0].colour = theme->series[has_win(record, ply) ? 0 : 1];
    rows[1].colour = theme->series[1];
    ludus_hover_line_draw(canvas, rect, x);
    if (has_win(record, ply)) {
        ludus_hover_dot_draw(canvas, win_point(record, rect, ply), theme->series[0]);
    }
    if (has_score(record, ply)) {
        ludus_hover_dot_draw(canvas, score_point(record, rect, ply, largest_score(record)),
                             theme->series[1]);
    }
    snprintf(text, sizeof(text), "%.70s%s", head, n == 0 ? ": not analysed" : "");
    ludus_hover_box_draw(canvas, rect, x, text, rows, n);
}
