// The help that '?' shows: the keys of the screen and of the window.

#include "viewer/window_internal.h"

#include <math.h>

static const ludus_key_help own_keys[] = {
    {"? or F1", "this help"},           {"t", "light or dark"},           {"F11", "full screen"},
    {"F12", "save the picture as PNG"}, {"q or Esc", "close the window"},
};
enum { NUM_OWN = sizeof(own_keys) / sizeof(own_keys[0]) };

static float draw_rows(ludus_canvas *canvas, ludus_rect area, float key_width,
                       const ludus_key_help *rows, size_t n, float step)
{
    const ludus_theme *theme = ludus_canvas_theme(canvas);
    const float size = fminf(15, step * 0.62f);
    const ludus_text_style key = {
        .face = LUDUS_FACE_BOLD, .size = size, .colour = theme->text, .align = LUDUS_RIGHT};
    const ludus_text_style does = {.size = size, .colour = theme->text};
    for (size_t i = 0; i < n; i++) {
        const float y = area.y + (float)i * step;
        ludus_canvas_text(canvas, (ludus_rect){area.x, y, key_width, step}, &key, rows[i].key);
        ludus_canvas_text(canvas,
                          (ludus_rect){area.x + key_width + 16, y, area.w - key_width - 16, step},
                          &does, rows[i].does);
    }
    return (float)n * step;
}

void ludus_window_draw_help(ludus_window *w)
{
    ludus_canvas *canvas = w->canvas;
    const float rows = (float)(w->ops->num_keys + NUM_OWN) + 0.6f;
    const float step = fminf(28, (w->height - 110) / rows);
    const float height = rows * step + 78;
    const float width = fminf(560, w->width - 32);
    const ludus_rect card = {(w->width - width) / 2, (w->height - height) / 2, width, height};
    ludus_canvas_fill(canvas, (ludus_rect){0, 0, w->width, w->height},
                      (ludus_colour){0, 0, 0, 130});
    ludus_rect inside = ludus_card_draw(canvas, card, "Keys");
    const float key_width = fminf(150, inside.w * 0.35f);
    const float used =
        draw_rows(canvas, inside, key_width, w->ops->keys, w->ops->num_keys, step) + 0.6f * step;
    inside.y += used;
    draw_rows(canvas, inside, key_width, own_keys, NUM_OWN, step);
}
