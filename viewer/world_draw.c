#include "viewer/world_draw.h"

#include "viewer/widget.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

// ---- Status ----------------------------------------------------------------------------------

static const char *name_of(const ludus_world_state *state, int32_t action)
{
    return action >= 0 ? state->env->spec.action_names[action] : "none yet";
}

static double mean_return(const ludus_world_state *state)
{
    double sum = 0.0;
    for (int32_t i = 0; i < state->episodes; i++) {
        sum += state->returns[i];
    }
    return state->episodes > 0 ? sum / state->episodes : 0.0;
}

void ludus_world_draw_status(ludus_canvas *canvas, ludus_rect rect, const ludus_world_state *state,
                             bool is_person, const ludus_world_stuck *stuck)
{
    const ludus_theme *theme = ludus_canvas_theme(canvas);
    char text[160];
    ludus_text_style style = {.face = LUDUS_FACE_BOLD, .size = 17, .colour = theme->text};
    ludus_rect first = ludus_rect_cut_top(&rect, 24, 0);
    snprintf(text, sizeof text, "%s", state->env->spec.name);
    const float width = ludus_canvas_text_width(canvas, &style, text);
    ludus_canvas_text(canvas, ludus_rect_cut_left(&first, width + 2, 12), &style, text);
    style = (ludus_text_style){.size = 14, .colour = theme->text};
    snprintf(text, sizeof text, "%sstep %d  score %.0f",
             rect.w < 400 ? ""
             : is_person  ? "you play  "
                          : "the agent plays  ",
             (int)state->steps, state->score);
    const float used = ludus_canvas_text_width(canvas, &style, text);
    ludus_canvas_text(canvas, ludus_rect_cut_left(&first, used + 2, 12), &style, text);
    style.colour = theme->soft;
    style.align = LUDUS_RIGHT;
    style.size = 13;
    if (state->episodes > 0 && first.w > 120) {
        snprintf(text, sizeof text, "mean of %d: %.1f", (int)state->episodes, mean_return(state));
        ludus_canvas_text(canvas, first, &style, text);
    }
    style.align = LUDUS_LEFT;
    style.colour = stuck != NULL ? theme->warning : theme->soft;
    if (stuck != NULL) {
        snprintf(text, sizeof text, "sticky: %s was chosen, %s was repeated",
                 name_of(state, stuck->chosen), name_of(state, stuck->repeated));
    } else {
        snprintf(text, sizeof text, "action %s%s", name_of(state, state->done),
                 state->was_random ? " (random)" : "");
    }
    ludus_canvas_text(canvas, rect, &style, text);
    style.align = LUDUS_RIGHT;
    style.colour = theme->soft;
    const float left = ludus_canvas_text_width(canvas, &style, text) + 16;
    snprintf(text, sizeof text, "sticky %d of %d", (int)state->stuck, (int)state->steps);
    if (ludus_canvas_text_width(canvas, &style, text) + left < rect.w) {
        ludus_canvas_text(canvas, rect, &style, text);
    }
}

void ludus_world_draw_sign(ludus_canvas *canvas, ludus_rect rect, const char *text)
{
    const ludus_theme *theme = ludus_canvas_theme(canvas);
    ludus_text_style style = {.face = LUDUS_FACE_BOLD,
                              .size = rect.w < 400 ? 16 : 22,
                              .align = LUDUS_CENTRE,
                              .colour = theme->text};
    const float width = ludus_canvas_text_width(canvas, &style, text) + 48;
    const ludus_rect box = {rect.x + (rect.w - width) / 2, rect.y + rect.h / 2 - 28, width, 56};
    ludus_canvas_fill_rounded(canvas, box, 10, ludus_colour_fade(theme->panel, .93f));
    ludus_canvas_stroke_rounded(canvas, box, 10, 1, theme->edge);
    ludus_canvas_text(canvas, box, &style, text);
}

// ---- Action values ---------------------------------------------------------------------------

static void draw_value_row(ludus_canvas *canvas, ludus_rect row, const ludus_world_state *state,
                           int32_t action, float share, bool is_best)
{
    const ludus_theme *theme = ludus_canvas_theme(canvas);
    char text[24];
    const ludus_text_style name = {.size = 14, .colour = theme->text};
    const ludus_text_style figure = {
        .face = LUDUS_FACE_MONO, .size = 13, .align = LUDUS_RIGHT, .colour = theme->text};
    const ludus_rect dot = ludus_rect_cut_left(&row, 14, 0);
    if (action == state->done) {
        ludus_canvas_disc(canvas, (ludus_point){dot.x + 5, dot.y + dot.h / 2}, 3.5f,
                          state->was_stuck ? theme->warning : theme->text);
    }
    ludus_canvas_text(canvas, ludus_rect_cut_left(&row, 52, 6), &name, name_of(state, action));
    snprintf(text, sizeof text, "%.3f", (double)state->q[action]);
    ludus_canvas_text(canvas, ludus_rect_cut_right(&row, 72, 8), &figure, text);
    const float height = fminf(row.h - 6, 14);
    const ludus_rect track = {row.x, row.y + (row.h - height) / 2, row.w, height};
    ludus_canvas_fill_rounded(canvas, track, 3, theme->control);
    ludus_canvas_fill_rounded(canvas, (ludus_rect){track.x, track.y, track.w * share, track.h}, 3,
                              is_best ? theme->series[1] : theme->series[0]);
}

void ludus_world_draw_values(ludus_canvas *canvas, ludus_rect rect, const ludus_world_state *state)
{
    const ludus_theme *theme = ludus_canvas_theme(canvas);
    const int32_t n = state->env->spec.num_actions;
    const ludus_text_style soft = {.size = 12, .align = LUDUS_RIGHT, .colour = theme->soft};
    float low = state->q[0];
    float high = state->q[0];
    for (int32_t a = 1; a < n; a++) {
        low = fminf(low, state->q[a]);
        high = fmaxf(high, state->q[a]);
    }
    ludus_rect room = ludus_card_draw(canvas, rect, "Action values");
    ludus_canvas_text(canvas, (ludus_rect){room.x + 130, rect.y + 12, room.w - 130, 24}, &soft,
                      "dot: done last");
    // Values that hardly differ must not look as if they did.
    const float range = fmaxf(high - low, .02f * (state->q_high - state->q_low));
    const float height = fminf(room.h / (float)n, 26);
    for (int32_t a = 0; a < n; a++) {
        const float share = range > 0 ? (state->q[a] - low) / range : 0;
        draw_value_row(canvas, ludus_rect_cut_top(&room, height, 0), state, a, .06f + .94f * share,
                       state->q[a] == high);
    }
}

// ---- What the net sees -----------------------------------------------------------------------

#define SEAM 1 // pixels between planes

ludus_status ludus_world_planes_create(ludus_world_planes *out, const ludus_env_spec *spec,
                                       ludus_error *error)
{
    const size_t planes = (size_t)spec->obs_shape[0];
    const size_t height = (size_t)spec->obs_shape[1] + SEAM;
    const size_t width = (size_t)spec->obs_shape[2] + SEAM;
    // Any arrangement in rows and columns has fewer cells than twice the planes.
    out->bytes = 3 * 2 * planes * height * width;
    out->cells = ludus_alloc(ludus_env_obs_cells(spec), sizeof *out->cells);
    out->rgb = ludus_alloc(out->bytes, 1);
    if (out->cells == NULL || out->rgb == NULL) {
        ludus_world_planes_destroy(out);
        return ludus_fail(error, LUDUS_ERR_NOMEM, "out of memory");
    }
    return LUDUS_OK;
}

void ludus_world_planes_destroy(ludus_world_planes *planes)
{
    ludus_free(planes->cells);
    ludus_free(planes->rgb);
    *planes = (ludus_world_planes){0};
}

static void put_pixel(uint8_t *rgb, ludus_colour colour)
{
    rgb[0] = colour.r;
    rgb[1] = colour.g;
    rgb[2] = colour.b;
}

static void paint_plane(const ludus_theme *theme, const ludus_env_spec *spec, const float *cells,
                        int32_t plane, uint8_t *rgb, size_t stride)
{
    const int32_t height = spec->obs_shape[1];
    const int32_t width = spec->obs_shape[2];
    const bool is_bits = spec->obs_kind == LUDUS_OBS_BITS;
    const ludus_colour full =
        is_bits ? theme->series[plane % LUDUS_NUM_SERIES] : (ludus_colour){255, 255, 255, 255};
    const ludus_colour none = is_bits ? theme->control : (ludus_colour){0, 0, 0, 255};
    for (int32_t y = 0; y < height; y++) {
        for (int32_t x = 0; x < width; x++) {
            const float value = cells[(plane * height + y) * width + x];
            put_pixel(rgb + (size_t)y * stride + 3 * (size_t)x,
                      ludus_colour_mix(none, full, fminf(fmaxf(value, 0), 1)));
        }
    }
}

// Columns of planes that fill the room best; their number of rows is the least that holds them.
static int32_t plane_columns(ludus_rect room, const ludus_env_spec *spec)
{
    const int32_t n = spec->obs_shape[0];
    int32_t best = 1;
    float best_size = 0;
    for (int32_t columns = 1; columns <= n; columns++) {
        const int32_t rows = (n + columns - 1) / columns;
        const float size = fminf(room.w / (float)(columns * (spec->obs_shape[2] + SEAM)),
                                 room.h / (float)(rows * (spec->obs_shape[1] + SEAM)));
        if (size > best_size) {
            best = columns;
            best_size = size;
        }
    }
    return best;
}

static void draw_pictures(ludus_canvas *canvas, ludus_rect room, const ludus_env_spec *spec,
                          ludus_world_planes *planes)
{
    const ludus_theme *theme = ludus_canvas_theme(canvas);
    const int32_t n = spec->obs_shape[0];
    const int32_t columns = plane_columns(room, spec);
    const int32_t rows = (n + columns - 1) / columns;
    const int32_t width = columns * (spec->obs_shape[2] + SEAM) - SEAM;
    const int32_t height = rows * (spec->obs_shape[1] + SEAM) - SEAM;
    const size_t stride = 3 * (size_t)width;
    for (size_t i = 0; i < (size_t)width * (size_t)height; i++) {
        put_pixel(planes->rgb + 3 * i, theme->panel);
    }
    for (int32_t p = 0; p < n; p++) {
        const size_t y = (size_t)(p / columns) * (size_t)(spec->obs_shape[1] + SEAM);
        const size_t x = (size_t)(p % columns) * (size_t)(spec->obs_shape[2] + SEAM);
        paint_plane(theme, spec, planes->cells, p, planes->rgb + y * stride + 3 * x, stride);
    }
    const float scale = fminf(room.w / (float)width, room.h / (float)height);
    const ludus_rect at = {room.x, room.y, scale * (float)width, scale * (float)height};
    ludus_canvas_image(canvas, at, width, height, planes->rgb, false);
}

static void draw_figures(ludus_canvas *canvas, ludus_rect room, const float *cells, size_t count)
{
    const ludus_theme *theme = ludus_canvas_theme(canvas);
    const ludus_text_style style = {.face = LUDUS_FACE_MONO, .size = 14, .colour = theme->text};
    for (size_t i = 0; i < count && room.h >= 20; i++) {
        char text[48];
        snprintf(text, sizeof text, "%zu  %+.4f", i, (double)cells[i]);
        ludus_canvas_text(canvas, ludus_rect_cut_top(&room, 20, 0), &style, text);
    }
}

void ludus_world_draw_planes(ludus_canvas *canvas, ludus_rect rect, const ludus_world_state *state,
                             ludus_world_planes *planes)
{
    const ludus_theme *theme = ludus_canvas_theme(canvas);
    const ludus_env_spec *spec = &state->env->spec;
    const ludus_text_style soft = {.size = 12, .align = LUDUS_RIGHT, .colour = theme->soft};
    const ludus_rect room = ludus_card_draw(canvas, rect, "What the network sees");
    char text[64];
    snprintf(text, sizeof text, "%d x %d x %d", (int)spec->obs_shape[0], (int)spec->obs_shape[1],
             (int)spec->obs_shape[2]);
    ludus_canvas_text(canvas, (ludus_rect){room.x + 180, rect.y + 12, room.w - 180, 24}, &soft,
                      text);
    ludus_env_packed_to_floats(spec, state->packed, planes->cells);
    if (spec->obs_kind == LUDUS_OBS_FLOATS || spec->obs_shape[1] * spec->obs_shape[2] < 4) {
        draw_figures(canvas, room, planes->cells, ludus_env_obs_cells(spec));
    } else if (room.w > 20 && room.h > 20) {
        draw_pictures(canvas, room, spec, planes);
    }
}
