// How boards look: grounds, stones, and what is laid over them.

#include "viewer/board_draw_internal.h"

#include "envs/go.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define LEAST_HEAT 0.006f // smaller shares are not shown
#define LEAST_LEAN 0.08f  // of an owner that is shown

ludus_board_scene ludus_board_scene_empty(void)
{
    return (ludus_board_scene){.last_from = -1,
                               .last_to = -1,
                               .selected = -1,
                               .alarm = -1,
                               .moving = -1,
                               .moving_from = -1,
                               .drop = 1};
}

// ---- Grounds ------------------------------------------------------------------------------------

static void draw_label(ludus_canvas *canvas, float x, float y, float size, ludus_colour colour,
                       const char *text)
{
    const ludus_text_style style = {.size = size, .align = LUDUS_CENTRE, .colour = colour};
    ludus_canvas_text(canvas, (ludus_rect){x - 20, y - 12, 40, 24}, &style, text);
}

static void label_of_column(const ludus_board_view *view, int32_t column, char out[16])
{
    if (view->kind == LUDUS_BOARD_DROPS) {
        snprintf(out, 16, "%d", column + 1);
    } else if (ludus_is_go(view->game)) { // the letter I is left out
        snprintf(out, 16, "%c", 'A' + column + (column >= 8));
    } else {
        snprintf(out, 16, "%c", 'a' + column);
    }
}

static void draw_labels(const ludus_board_view *view, ludus_canvas *canvas, ludus_colour colour)
{
    const float margin = view->grid.x - view->rect.x;
    const float size = fminf(fminf(margin * 0.62f, 13), view->cell * 0.7f);
    const bool is_downwards = view->kind == LUDUS_BOARD_CLOTH; // row 1 on top
    char text[16];
    if (margin < 10 || size < 6) {
        return;
    }
    for (int32_t column = 0; column < view->columns; column++) {
        const int32_t cell = column + (view->rows - 1) * view->columns;
        label_of_column(view, column, text);
        draw_label(canvas, ludus_board_view_centre(view, cell).x,
                   view->grid.y + view->grid.h + margin / 2, size, colour, text);
    }
    for (int32_t row = 0; row < view->rows && view->kind != LUDUS_BOARD_DROPS; row++) {
        snprintf(text, sizeof(text), "%d", is_downwards ? row + 1 : view->rows - row);
        draw_label(canvas, view->grid.x - margin / 2,
                   ludus_board_view_centre(view, row * view->columns).y, size, colour, text);
    }
}

static void draw_star_points(const ludus_board_view *view, ludus_canvas *canvas,
                             ludus_colour colour)
{
    const int32_t n = view->rows;
    const int32_t edge = n >= 13 ? 3 : 2;
    const int32_t at[3] = {edge, n / 2, n - 1 - edge};
    for (int32_t i = 0; n >= 9 && n % 2 && i < 9; i++) {
        const bool is_side = (i % 3 == 1) != (i / 3 == 1);
        if (is_side && n < 15) {
            continue;
        }
        const ludus_point p = ludus_board_view_centre(view, at[i / 3] * n + at[i % 3]);
        ludus_canvas_disc(canvas, p, fmaxf(0.09f * view->cell, 1.5f), colour);
    }
}

static void draw_points_ground(const ludus_board_view *view, ludus_canvas *canvas)
{
    const ludus_theme *theme = ludus_canvas_theme(canvas);
    const float half = view->cell / 2;
    const ludus_rect g = view->grid;
    const ludus_colour line = ludus_colour_fade(theme->board_line, 0.75f);
    ludus_canvas_fill_rounded(canvas, view->rect, 8, theme->board);
    ludus_canvas_stroke_rounded(canvas, view->rect, 8, 1,
                                ludus_colour_fade(theme->board_line, 0.35f));
    for (int32_t i = 0; i < view->columns; i++) {
        const bool is_edge = i == 0 || i == view->columns - 1;
        const float x = g.x + half + (float)i * view->cell;
        const float thick = is_edge ? 1.6f : 1;
        ludus_canvas_fill(canvas, (ludus_rect){x - thick / 2, g.y + half, thick, g.h - view->cell},
                          line);
    }
    for (int32_t i = 0; i < view->rows; i++) {
        const bool is_edge = i == 0 || i == view->rows - 1;
        const float y = g.y + half + (float)i * view->cell;
        const float thick = is_edge ? 1.6f : 1;
        ludus_canvas_fill(canvas, (ludus_rect){g.x + half, y - thick / 2, g.w - view->cell, thick},
                          line);
    }
    draw_star_points(view, canvas, theme->board_line);
}

static void draw_cloth_ground(const ludus_board_view *view, ludus_canvas *canvas)
{
    const ludus_theme *theme = ludus_canvas_theme(canvas);
    const ludus_colour frame = ludus_colour_mix(theme->cloth, (ludus_colour){0, 0, 0, 255}, 0.45f);
    const ludus_colour line = ludus_colour_mix(theme->cloth, (ludus_colour){0, 0, 0, 255}, 0.35f);
    ludus_canvas_fill_rounded(canvas, view->rect, 8, frame);
    ludus_canvas_fill(canvas, view->grid, theme->cloth);
    for (int32_t i = 0; i <= view->columns; i++) {
        const float x = view->grid.x + (float)i * view->cell;
        ludus_canvas_fill(canvas, (ludus_rect){x - 0.5f, view->grid.y, 1, view->grid.h}, line);
    }
    for (int32_t i = 0; i <= view->rows; i++) {
        const float y = view->grid.y + (float)i * view->cell;
        ludus_canvas_fill(canvas, (ludus_rect){view->grid.x, y - 0.5f, view->grid.w, 1}, line);
    }
}

static void draw_crosses_ground(const ludus_board_view *view, ludus_canvas *canvas)
{
    const ludus_theme *theme = ludus_canvas_theme(canvas);
    const float thick = fmaxf(0.035f * view->cell, 2);
    ludus_canvas_fill_rounded(canvas, view->rect, 10, theme->panel);
    ludus_canvas_stroke_rounded(canvas, view->rect, 10, 1, theme->edge);
    for (int32_t i = 1; i < view->columns; i++) {
        const float at = (float)i * view->cell - thick / 2;
        ludus_canvas_fill_rounded(
            canvas, (ludus_rect){view->grid.x + at, view->grid.y + 6, thick, view->grid.h - 12},
            thick / 2, theme->soft);
        ludus_canvas_fill_rounded(
            canvas, (ludus_rect){view->grid.x + 6, view->grid.y + at, view->grid.w - 12, thick},
            thick / 2, theme->soft);
    }
}

static void draw_squares(const ludus_board_view *view, ludus_canvas *canvas)
{
    const ludus_theme *theme = ludus_canvas_theme(canvas);
    const ludus_colour frame =
        ludus_colour_mix(theme->square[1], (ludus_colour){0, 0, 0, 255}, 0.55f);
    ludus_canvas_fill_rounded(canvas, view->rect, 8, frame);
    for (int32_t cell = 0; cell < view->rows * view->columns; cell++) {
        const bool is_dark = (cell / 8 + cell % 8) & 1;
        ludus_canvas_fill(canvas, ludus_board_view_square(view, cell), theme->square[is_dark]);
    }
}

static void draw_ground(const ludus_board_view *view, ludus_canvas *canvas, bool has_labels)
{
    const ludus_theme *theme = ludus_canvas_theme(canvas);
    ludus_colour label = theme->board_line;
    switch (view->kind) {
    case LUDUS_BOARD_POINTS:
        draw_points_ground(view, canvas);
        break;
    case LUDUS_BOARD_CLOTH:
        draw_cloth_ground(view, canvas);
        label = (ludus_colour){220, 232, 224, 255};
        break;
    case LUDUS_BOARD_CROSSES:
        draw_crosses_ground(view, canvas);
        label = theme->soft;
        break;
    case LUDUS_BOARD_PIECES:
        draw_squares(view, canvas);
        label = (ludus_colour){236, 222, 200, 255};
        break;
    case LUDUS_BOARD_DROPS:
        ludus_canvas_fill_rounded(canvas, view->rect, 12, theme->frame);
        label = (ludus_colour){226, 234, 248, 255};
        break;
    }
    if (has_labels) {
        draw_labels(view, canvas, label);
    }
}

// ---- Marks --------------------------------------------------------------------------------------

static void draw_cross(ludus_canvas *canvas, ludus_point c, float r, float width,
                       ludus_colour colour)
{
    ludus_canvas_line(canvas, (ludus_point){c.x - r, c.y - r}, (ludus_point){c.x + r, c.y + r},
                      width, colour);
    ludus_canvas_line(canvas, (ludus_point){c.x + r, c.y - r}, (ludus_point){c.x - r, c.y + r},
                      width, colour);
}

void ludus_board_view_draw_mark(const ludus_board_view *view, ludus_canvas *canvas,
                                ludus_point centre, float cell, ludus_mark mark, float alpha)
{
    const ludus_theme *theme = ludus_canvas_theme(canvas);
    if (mark == LUDUS_MARK_NONE || cell < 2) {
        return;
    }
    switch (view->kind) {
    case LUDUS_BOARD_PIECES:
        ludus_board_draw_piece(canvas, centre, cell, mark, alpha);
        break;
    case LUDUS_BOARD_CROSSES:
        if (mark == 1) {
            draw_cross(canvas, centre, 0.27f * cell, 0.11f * cell,
                       ludus_colour_fade(theme->series[0], alpha));
        } else {
            ludus_canvas_ring(canvas, centre, 0.33f * cell, 0.11f * cell,
                              ludus_colour_fade(theme->series[1], alpha));
        }
        break;
    case LUDUS_BOARD_DROPS:
        ludus_canvas_ball(canvas, centre, 0.41f * cell,
                          ludus_colour_fade(theme->disc[mark - 1], alpha));
        break;
    default: {
        const float r = (view->kind == LUDUS_BOARD_CLOTH ? 0.40f : 0.475f) * cell;
        ludus_canvas_shadow(canvas, (ludus_point){centre.x + 0.05f * cell, centre.y + 0.07f * cell},
                            r * 1.18f, 0.55f * alpha);
        ludus_canvas_ball(canvas, centre, r, ludus_colour_fade(theme->stone[mark - 1], alpha));
        break;
    }
    }
}

static float eased(float x)
{
    return 1 - (1 - x) * (1 - x);
}

static void draw_holes(const ludus_board_view *view, ludus_canvas *canvas)
{
    const ludus_theme *theme = ludus_canvas_theme(canvas);
    const ludus_colour hole = ludus_colour_mix(theme->frame, theme->ground, 0.82f);
    const ludus_colour rim = ludus_colour_mix(theme->frame, (ludus_colour){0, 0, 0, 255}, 0.3f);
    for (int32_t cell = 0; cell < view->rows * view->columns; cell++) {
        const ludus_point p = ludus_board_view_centre(view, cell);
        ludus_canvas_disc(canvas, p, 0.44f * view->cell, rim);
        ludus_canvas_disc(canvas, p, 0.41f * view->cell, hole);
    }
}

// Where the mark of a cell is drawn now: on its way while it moves.
static ludus_point place_of(const ludus_board_view *view, const ludus_board_scene *scene,
                            int32_t cell)
{
    ludus_point at = ludus_board_view_centre(view, cell);
    if (scene->drop >= 1) {
        return at;
    }
    if (view->kind == LUDUS_BOARD_DROPS && cell == scene->last_to) {
        const float start = view->grid.y - 0.5f * view->cell;
        at.y = start + (at.y - start) * scene->drop * scene->drop;
    } else if (cell == scene->moving && scene->moving_from >= 0) {
        const ludus_point from = ludus_board_view_centre(view, scene->moving_from);
        const float share = eased(scene->drop);
        at.x = from.x + (at.x - from.x) * share;
        at.y = from.y + (at.y - from.y) * share;
    }
    return at;
}

static void draw_marks(const ludus_board_view *view, ludus_canvas *canvas,
                       const ludus_board_scene *scene)
{
    const bool is_falling = view->kind == LUDUS_BOARD_DROPS && scene->drop < 1;
    if (is_falling) {
        ludus_canvas_clip(canvas, view->rect);
    }
    for (int32_t cell = 0; cell < view->rows * view->columns; cell++) {
        const bool is_dead = scene->dead && scene->dead[cell];
        if (cell != scene->moving) {
            ludus_board_view_draw_mark(view, canvas, place_of(view, scene, cell), view->cell,
                                       scene->cells[cell], is_dead ? 0.35f : 1);
        }
    }
    if (scene->moving >= 0) { // over the others
        ludus_board_view_draw_mark(view, canvas, place_of(view, scene, scene->moving), view->cell,
                                   scene->cells[scene->moving], 1);
    }
    if (is_falling) {
        ludus_canvas_unclip(canvas);
    }
}

// ---- Overlays -----------------------------------------------------------------------------------

// Text colours that show on a mark.
static ludus_colour ink_on(const ludus_board_view *view, const ludus_theme *theme, ludus_mark mark)
{
    if (mark == LUDUS_MARK_NONE || view->kind == LUDUS_BOARD_PIECES) {
        return theme->board_line;
    }
    const ludus_colour ground = view->kind == LUDUS_BOARD_DROPS     ? theme->disc[mark - 1]
                                : view->kind == LUDUS_BOARD_CROSSES ? theme->panel
                                                                    : theme->stone[mark - 1];
    const ludus_colour dark = {20, 20, 20, 255};
    const ludus_colour light = {250, 250, 250, 255};
    return ludus_colour_contrast(ground, dark) > ludus_colour_contrast(ground, light) ? dark
                                                                                      : light;
}

static void draw_last(const ludus_board_view *view, ludus_canvas *canvas,
                      const ludus_board_scene *scene)
{
    const ludus_theme *theme = ludus_canvas_theme(canvas);
    if (scene->last_to < 0 || scene->drop < 1 || view->kind == LUDUS_BOARD_PIECES) {
        return;
    }
    const ludus_point p = ludus_board_view_centre(view, scene->last_to);
    const ludus_mark mark = scene->cells[scene->last_to];
    if (view->kind == LUDUS_BOARD_CROSSES) {
        ludus_canvas_stroke_rounded(
            canvas, ludus_rect_inset(ludus_board_view_square(view, scene->last_to), 6), 8, 2,
            ludus_colour_fade(theme->accent, 0.6f));
    } else if (mark != LUDUS_MARK_NONE) {
        ludus_canvas_ring(canvas, p, 0.2f * view->cell, fmaxf(0.05f * view->cell, 1.4f),
                          ink_on(view, theme, mark));
    }
}

static void draw_squares_marked(const ludus_board_view *view, ludus_canvas *canvas,
                                const ludus_board_scene *scene)
{
    const ludus_theme *theme = ludus_canvas_theme(canvas);
    const ludus_colour gold = {246, 205, 70, 120};
    if (view->kind != LUDUS_BOARD_PIECES) {
        return;
    }
    if (scene->last_from >= 0) {
        ludus_canvas_fill(canvas, ludus_board_view_square(view, scene->last_from), gold);
    }
    if (scene->last_to >= 0) {
        ludus_canvas_fill(canvas, ludus_board_view_square(view, scene->last_to), gold);
    }
    if (scene->selected >= 0) {
        ludus_canvas_fill(canvas, ludus_board_view_square(view, scene->selected),
                          ludus_colour_fade(theme->series[2], 0.55f));
    }
    if (scene->alarm >= 0) {
        ludus_canvas_fill(canvas, ludus_board_view_square(view, scene->alarm),
                          (ludus_colour){214, 64, 40, 150});
    }
}

static void draw_heat(const ludus_board_view *view, ludus_canvas *canvas,
                      const ludus_board_scene *scene)
{
    const ludus_theme *theme = ludus_canvas_theme(canvas);
    for (int32_t cell = 0; scene->heat && cell < view->rows * view->columns; cell++) {
        const float share = scene->heat[cell];
        if (share < LEAST_HEAT) {
            continue;
        }
        const ludus_point p = ludus_board_view_centre(view, cell);
        ludus_canvas_disc(canvas, p, (0.24f + 0.2f * sqrtf(share)) * view->cell,
                          ludus_colour_heat(theme, share));
        if (view->cell >= 22) {
            char text[16];
            const ludus_text_style style = {.face = LUDUS_FACE_BOLD,
                                            .size = fminf(0.26f * view->cell, 18),
                                            .align = LUDUS_CENTRE,
                                            .colour = {255, 255, 255, 255}};
            snprintf(text, sizeof(text), "%.0f", (double)(100 * share));
            ludus_rect square = ludus_board_view_square(view, cell);
            ludus_text_style under = style;
            under.colour = (ludus_colour){0, 0, 0, 170};
            under.outline = 1;
            ludus_canvas_text(canvas, square, &under, text);
            ludus_canvas_text(canvas, square, &style, text);
        }
    }
}

static bool is_hot(const ludus_board_scene *scene, int32_t cell)
{
    return scene->heat && scene->heat[cell] >= LEAST_HEAT;
}

// A square in the owner's colour, larger and fuller the surer it is; beside the number where the
// cell has one.
static void draw_owner_of(const ludus_board_view *view, ludus_canvas *canvas,
                          const ludus_board_scene *scene, int32_t cell)
{
    const ludus_theme *theme = ludus_canvas_theme(canvas);
    const float lean = 2 * scene->owner[cell] - 1; // 1 the first player's
    const float sure = fabsf(lean);
    const int32_t owner = lean > 0 ? 0 : 1;
    const bool is_aside = is_hot(scene, cell);
    const float shift = is_aside ? 0.3f * view->cell : 0;
    const float size = (is_aside ? 0.2f : 0.36f) * view->cell * sqrtf(sure);
    const ludus_point p = ludus_board_view_centre(view, cell);
    const ludus_rect box = {p.x + shift - size / 2, p.y + shift - size / 2, size, size};
    if (sure < LEAST_LEAN) {
        return;
    }
    ludus_canvas_fill(canvas, ludus_rect_inset(box, -1),
                      ludus_colour_fade(theme->stone[1 - owner], 0.5f * sure));
    ludus_canvas_fill(canvas, box, ludus_colour_fade(theme->stone[owner], 0.4f + 0.6f * sure));
}

static void draw_owner(const ludus_board_view *view, ludus_canvas *canvas,
                       const ludus_board_scene *scene)
{
    for (int32_t cell = 0; scene->owner && cell < view->rows * view->columns; cell++) {
        const ludus_mark own = scene->owner[cell] > 0.5f ? 1 : 2;
        const bool is_dead = scene->dead && scene->dead[cell];
        if (scene->cells[cell] != own || is_dead) { // its own living stone says it already
            draw_owner_of(view, canvas, scene, cell);
        }
    }
}

static void draw_targets(const ludus_board_view *view, ludus_canvas *canvas,
                         const ludus_board_scene *scene)
{
    const ludus_theme *theme = ludus_canvas_theme(canvas);
    const ludus_colour dot = view->kind == LUDUS_BOARD_CROSSES
                                 ? ludus_colour_fade(theme->soft, 0.35f)
                                 : (ludus_colour){20, 40, 30, 96};
    for (int32_t cell = 0; scene->targets && cell < view->rows * view->columns; cell++) {
        if (!scene->targets[cell] || is_hot(scene, cell)) {
            continue;
        }
        const ludus_point p = ludus_board_view_centre(view, cell);
        if (scene->cells[cell] != LUDUS_MARK_NONE) {
            ludus_canvas_ring(canvas, p, 0.47f * view->cell, 0.08f * view->cell, dot);
        } else {
            ludus_canvas_disc(canvas, p, 0.13f * view->cell, dot);
        }
    }
}

static void draw_winning(const ludus_board_view *view, ludus_canvas *canvas,
                         const ludus_board_scene *scene)
{
    const ludus_colour white = {255, 255, 255, 235};
    const ludus_colour dark = {0, 0, 0, 150};
    for (int32_t cell = 0; scene->winning && cell < view->rows * view->columns; cell++) {
        if (scene->winning[cell]) {
            const ludus_point p = ludus_board_view_centre(view, cell);
            ludus_canvas_ring(canvas, p, 0.44f * view->cell, 0.1f * view->cell, dark);
            ludus_canvas_ring(canvas, p, 0.425f * view->cell, 0.065f * view->cell, white);
        }
    }
}

static void draw_ghosts(const ludus_board_view *view, ludus_canvas *canvas,
                        const ludus_board_scene *scene)
{
    const ludus_theme *theme = ludus_canvas_theme(canvas);
    for (int32_t i = 0; i < scene->num_ghosts; i++) {
        const ludus_board_ghost *ghost = &scene->ghosts[i];
        const ludus_point p = ludus_board_view_centre(view, ghost->cell);
        ludus_board_view_draw_mark(view, canvas, p, view->cell, ghost->mark,
                                   ghost->number ? 0.62f : 0.5f);
        if (ghost->number > 0 && view->cell >= 14) {
            char text[16];
            const ludus_text_style style = {.face = LUDUS_FACE_BOLD,
                                            .size = 0.38f * view->cell,
                                            .align = LUDUS_CENTRE,
                                            .colour = ink_on(view, theme, ghost->mark)};
            snprintf(text, sizeof(text), "%d", ghost->number);
            ludus_canvas_text(canvas, ludus_board_view_square(view, ghost->cell), &style, text);
        }
    }
}

static void draw_arrows(const ludus_board_view *view, ludus_canvas *canvas,
                        const ludus_board_scene *scene)
{
    for (int32_t i = scene->num_arrows - 1; i >= 0; i--) { // the first on top
        const ludus_board_arrow *arrow = &scene->arrows[i];
        const ludus_point a = ludus_board_view_centre(view, arrow->from);
        const ludus_point b = ludus_board_view_centre(view, arrow->to);
        const float length = hypotf(b.x - a.x, b.y - a.y);
        if (length <= 0) {
            continue;
        }
        const float back = 0.3f * view->cell / length; // leaves the piece free
        const ludus_point from = {a.x + (b.x - a.x) * back, a.y + (b.y - a.y) * back};
        ludus_canvas_arrow(canvas, from, b, (0.07f + 0.11f * arrow->weight) * view->cell,
                           arrow->colour);
    }
}

void ludus_board_view_draw(const ludus_board_view *view, ludus_canvas *canvas,
                           const ludus_board_scene *scene)
{
    if (view->cell < 1) {
        return;
    }
    draw_ground(view, canvas, !scene->hides_labels);
    draw_squares_marked(view, canvas, scene);
    if (view->kind == LUDUS_BOARD_DROPS) {
        draw_holes(view, canvas);
    }
    draw_marks(view, canvas, scene);
    draw_winning(view, canvas, scene);
    draw_last(view, canvas, scene);
    draw_heat(view, canvas, scene);
    draw_owner(view, canvas, scene);
    draw_targets(view, canvas, scene);
    draw_ghosts(view, canvas, scene);
    draw_arrows(view, canvas, scene);
}
