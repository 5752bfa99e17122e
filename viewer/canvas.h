// Everything the window draws: shapes with smooth edges, text, images.
//
//     ludus_canvas_begin(canvas, theme, width, height, scale);
//     ludus_canvas_fill(canvas, rect, theme->panel);
//     ludus_canvas_text(canvas, rect, &(ludus_text_style){.size = 15, .colour = theme->text},
//     "hi");
//
// Units are logical: a size of 16 is as large on a dense display as on any other; `scale` says how
// many pixels that is. y grows downwards. Edges of rectangles fall on whole pixels, so that they
// are sharp. Shapes with a width or height of 0 or less draw nothing.
//
// A screen draws into the canvas it is given, during draw() only. Textures of discs, text and
// images are kept between frames and thrown away when they are old: memory stays bounded.
//
// Threads: the window's.

#ifndef LUDUS_VIEWER_CANVAS_H
#define LUDUS_VIEWER_CANVAS_H

#include "viewer/font.h"
#include "viewer/theme.h"

struct SDL_Renderer;

typedef struct ludus_canvas ludus_canvas;

typedef struct ludus_point {
    float x, y;
} ludus_point;

typedef struct ludus_rect {
    float x, y, w, h;
} ludus_rect;

typedef enum ludus_align { LUDUS_LEFT, LUDUS_CENTRE, LUDUS_RIGHT } ludus_align;

typedef struct ludus_text_style {
    ludus_face face;
    float size; // of the em; 15 is normal text
    ludus_align align;
    ludus_colour colour;
    float outline; // thickness added around the letters, usually 0
} ludus_text_style;

#define LUDUS_POLYGON_MAX 128     // corners of one polygon
#define LUDUS_POLYLINE_MAX 4096   // points of one polyline
#define LUDUS_CANVAS_TEXT_MAX 512 // bytes of one line of text, NUL included; the rest is cut

// The renderer must outlive the canvas; it sets its draw state freely.
ludus_status ludus_canvas_create(ludus_canvas **out, struct SDL_Renderer *renderer,
                                 ludus_error *error);
void ludus_canvas_destroy(ludus_canvas *canvas); // NULL is accepted
// A new frame of that logical size: paints theme->ground and ages the kept textures.
void ludus_canvas_begin(ludus_canvas *canvas, const ludus_theme *theme, float width, float height,
                        float scale);
const ludus_theme *ludus_canvas_theme(const ludus_canvas *canvas);
float ludus_canvas_scale(const ludus_canvas *canvas);     // pixels per unit
bool ludus_canvas_has_pieces(const ludus_canvas *canvas); // LUDUS_FACE_PIECES has chess pieces

// ---- Shapes ----
void ludus_canvas_fill(ludus_canvas *canvas, ludus_rect rect, ludus_colour colour);
void ludus_canvas_stroke(ludus_canvas *canvas, ludus_rect rect, float width, ludus_colour colour);
void ludus_canvas_fill_rounded(ludus_canvas *canvas, ludus_rect rect, float radius,
                               ludus_colour colour);
void ludus_canvas_stroke_rounded(ludus_canvas *canvas, ludus_rect rect, float radius, float width,
                                 ludus_colour colour);
void ludus_canvas_disc(ludus_canvas *canvas, ludus_point centre, float radius, ludus_colour colour);
// `radius` is the outer one.
void ludus_canvas_ring(ludus_canvas *canvas, ludus_point centre, float radius, float width,
                       ludus_colour colour);
// A disc with a highlight and a rim, like a stone or a counter; and the soft shadow under it.
void ludus_canvas_ball(ludus_canvas *canvas, ludus_point centre, float radius, ludus_colour colour);
void ludus_canvas_shadow(ludus_canvas *canvas, ludus_point centre, float radius, float alpha);
void ludus_canvas_line(ludus_canvas *canvas, ludus_point from, ludus_point to, float width,
                       ludus_colour colour);
// points: [n]; more than LUDUS_POLYLINE_MAX are cut.
void ludus_canvas_polyline(ludus_canvas *canvas, const ludus_point *points, int32_t n, float width,
                           ludus_colour colour);
// A simple polygon (no edge crosses another), either way round, 3 <= n <= LUDUS_POLYGON_MAX.
void ludus_canvas_polygon(ludus_canvas *canvas, const ludus_point *points, int32_t n,
                          ludus_colour colour);
// A straight arrow whose head is `width` * 3 wide.
void ludus_canvas_arrow(ludus_canvas *canvas, ludus_point from, ludus_point to, float width,
                        ludus_colour colour);

// ---- Text (UTF-8) ----
// One line, placed in `rect` by style->align, in the middle of its height; too wide a text ends
// with an ellipsis.
void ludus_canvas_text(ludus_canvas *canvas, ludus_rect rect, const ludus_text_style *style,
                       const char *text);
// Lines broken at spaces and at '\n'; returns the height they take (drawn or not: `rect.h` cuts).
float ludus_canvas_paragraph(ludus_canvas *canvas, ludus_rect rect, const ludus_text_style *style,
                             const char *text);
float ludus_canvas_text_width(ludus_canvas *canvas, const ludus_text_style *style,
                              const char *text);
float ludus_canvas_line_height(ludus_canvas *canvas, const ludus_text_style *style);

// ---- Images ----
// Pixels [height,width,3] stretched to `rect`; smooth blends, else pixels stay square.
void ludus_canvas_image(ludus_canvas *canvas, ludus_rect rect, int32_t width, int32_t height,
                        const uint8_t *rgb, bool is_smooth);

// ---- Clipping ----
// Draws inside `rect` only until the matching unclip; clips nest (up to 8).
void ludus_canvas_clip(ludus_canvas *canvas, ludus_rect rect);
void ludus_canvas_unclip(ludus_canvas *canvas);

// ---- Rectangles ----
static inline bool ludus_rect_holds(ludus_rect r, float x, float y)
{
    return x >= r.x && y >= r.y && x < r.x + r.w && y < r.y + r.h;
}
static inline ludus_rect ludus_rect_inset(ludus_rect r, float by)
{
    r.x += by;
    r.y += by;
    r.w -= 2 * by;
    r.h -= 2 * by;
    return r;
}
// Cuts a strip off a side of *rect and returns it; no more than there is. `gap` is cut as well.
ludus_rect ludus_rect_cut_top(ludus_rect *rect, float height, float gap);
ludus_rect ludus_rect_cut_bottom(ludus_rect *rect, float height, float gap);
ludus_rect ludus_rect_cut_left(ludus_rect *rect, float width, float gap);
ludus_rect ludus_rect_cut_right(ludus_rect *rect, float width, float gap);
// The i-th of n equal columns with gaps between.
ludus_rect ludus_rect_column(ludus_rect rect, int32_t i, int32_t n, float gap);

#endif
