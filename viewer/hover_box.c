#include "viewer/hover_box.h"

#include <math.h>

#define TEXT_SIZE 12.0f
#define ROW_HEIGHT 18.0f
#define MARGIN 10.0f
#define REACH 14.0f // between the mouse and the box

static ludus_rect place_box(ludus_canvas *canvas, ludus_rect plot, float mouse_x, const char *head,
                            const ludus_hover_row *rows, int32_t n)
{
    const ludus_text_style label = {.size = TEXT_SIZE};
    const ludus_text_style value = {.face = LUDUS_FACE_BOLD, .size = TEXT_SIZE};
    float labels = 0;
    float values = 0;
    for (int32_t i = 0; i < n; i++) {
        labels = fmaxf(labels, ludus_canvas_text_width(canvas, &label, rows[i].label));
        values = fmaxf(values, ludus_canvas_text_width(canvas, &value, rows[i].value));
    }
    const float wanted = fmaxf(labels + values + 30, ludus_canvas_text_width(canvas, &label, head));
    ludus_rect box = {mouse_x + REACH, plot.y + 6, wanted + 2 * MARGIN, 26 + ROW_HEIGHT * (float)n};
    if (box.x + box.w > plot.x + plot.w) {
        box.x = fmaxf(mouse_x - REACH - box.w, plot.x);
    }
    return box;
}

void ludus_hover_box_draw(ludus_canvas *canvas, ludus_rect plot, float mouse_x, const char *head,
                          const ludus_hover_row *rows, int32_t n)
{
    const ludus_theme *theme = ludus_canvas_theme(canvas);
    const ludus_rect box = place_box(canvas, plot, mouse_x, head, rows, n);
    const ludus_text_style soft = {.size = TEXT_SIZE, .colour = theme->soft};
    const ludus_text_style label = {.size = TEXT_SIZE, .colour = theme->text};
    const ludus_text_style value = {
        .face = LUDUS_FACE_BOLD, .size = TEXT_SIZE, .align = LUDUS_RIGHT, .colour = theme->text};
    ludus_canvas_fill_rounded(canvas, box, 6, ludus_colour_fade(theme->panel, .95f));
    ludus_canvas_stroke_rounded(canvas, box, 6, 1, theme->edge);
    ludus_rect row = {box.x + MARGIN, box.y + MARGIN - 5, box.w - 2 * MARGIN + 2, ROW_HEIGHT};
    ludus_canvas_text(canvas, row, &soft, head);
    for (int32_t i = 0; i < n; i++) {
        row.y += ROW_HEIGHT;
        ludus_canvas_fill_rounded(canvas, (ludus_rect){row.x, row.y + 7.5f, 10, 3}, 1.5f,
                                  rows[i].colour);
        ludus_canvas_text(canvas, (ludus_rect){row.x + 16, row.y, row.w - 16, row.h}, &label,
                          rows[i].label);
        ludus_canvas_text(canvas, row, &value, rows[i].value);
    }
}

void ludus_hover_dot_draw(ludus_canvas *canvas, ludus_point at, ludus_colour colour)
{
    ludus_canvas_disc(canvas, at, 5, ludus_canvas_theme(canvas)->panel);
    ludus_canvas_disc(canvas, at, 3.5f, colour);
}

void ludus_hover_line_draw(ludus_canvas *canvas, ludus_rect plot, float x)
{
    ludus_canvas_fill(canvas, (ludus_rect){x, plot.y, 1, plot.h},
                      ludus_colour_fade(ludus_canvas_theme(canvas)->soft, .6f));
}
