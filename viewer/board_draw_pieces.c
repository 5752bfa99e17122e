// Chess pieces: the font's glyphs, filled and outlined; letters on discs when no font has them.

#include "viewer/board_draw_internal.h"

#include <math.h>

// By kind: pawn, knight, bishop, rook, queen, king. The solid forms and the outlined ones.
static const char *const solid[6] = {"\xe2\x99\x9f", "\xe2\x99\x9e", "\xe2\x99\x9d",
                                     "\xe2\x99\x9c", "\xe2\x99\x9b", "\xe2\x99\x9a"};
static const char *const lined[6] = {"\xe2\x99\x99", "\xe2\x99\x98", "\xe2\x99\x97",
                                     "\xe2\x99\x96", "\xe2\x99\x95", "\xe2\x99\x94"};
static const char *const letters[6] = {"P", "N", "B", "R", "Q", "K"};

static void draw_glyph(ludus_canvas *canvas, ludus_point centre, float size, ludus_colour colour,
                       float outline, const char *glyph)
{
    const ludus_text_style style = {.face = LUDUS_FACE_PIECES,
                                    .size = size,
                                    .align = LUDUS_CENTRE,
                                    .colour = colour,
                                    .outline = outline};
    const float room = 2 * size;
    ludus_canvas_text(canvas, (ludus_rect){centre.x - room / 2, centre.y - room / 2, room, room},
                      &style, glyph);
}

static void draw_lettered(ludus_canvas *canvas, ludus_point centre, float cell, int32_t kind,
                          bool is_black, float alpha)
{
    const ludus_theme *theme = ludus_canvas_theme(canvas);
    const ludus_text_style style = {.face = LUDUS_FACE_BOLD,
                                    .size = 0.45f * cell,
                                    .align = LUDUS_CENTRE,
                                    .colour = ludus_colour_fade(theme->stone[is_black], alpha)};
    ludus_canvas_ball(canvas, centre, 0.4f * cell,
                      ludus_colour_fade(theme->stone[!is_black], alpha));
    ludus_canvas_text(canvas, (ludus_rect){centre.x - cell / 2, centre.y - cell / 2, cell, cell},
                      &style, letters[kind]);
}

void ludus_board_draw_piece(ludus_canvas *canvas, ludus_point centre, float cell, ludus_mark mark,
                            float alpha)
{
    const int32_t kind = (mark - 1) % 6;
    const bool is_black = mark > 6;
    const float size = 0.96f * cell;
    const ludus_colour ivory = ludus_colour_fade((ludus_colour){252, 249, 240, 255}, alpha);
    const ludus_colour ink = ludus_colour_fade((ludus_colour){28, 26, 24, 255}, alpha);
    const ludus_colour rim = ludus_colour_fade((ludus_colour){204, 188, 164, 255}, alpha);
    if (!ludus_canvas_has_pieces(canvas)) {
        draw_lettered(canvas, centre, cell, kind, is_black, alpha);
        return;
    }
    centre.y -= 0.02f * cell;
    if (is_black) {
        draw_glyph(canvas, centre, size, rim, 0.018f * cell, solid[kind]);
        draw_glyph(canvas, centre, size, ink, 0, solid[kind]);
    } else {
        draw_glyph(canvas, centre, size, ivory, 0.022f * cell, solid[kind]);
        draw_glyph(canvas, centre, size, ivory, 0, solid[kind]);
        draw_glyph(canvas, centre, size, ink, 0, lined[kind]);
    }
}
