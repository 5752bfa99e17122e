// The box beside the mouse that reads values off a curve: a heading and a row per value.
//
// Threads: the window's.

#ifndef LUDUS_VIEWER_HOVER_BOX_H
#define LUDUS_VIEWER_HOVER_BOX_H

#include "viewer/canvas.h"

typedef struct ludus_hover_row {
    char label[48];
    char value[24];
    ludus_colour colour; // of the curve, shown as a dash
} ludus_hover_row;

// To the right of mouse_x at the top of `plot`, or to the left where there is no room.
void ludus_hover_box_draw(ludus_canvas *canvas, ludus_rect plot, float mouse_x, const char *head,
                          const ludus_hover_row *rows, int32_t n);
// The point that is read off: a dot in the curve's colour, set off from the curve.
void ludus_hover_dot_draw(ludus_canvas *canvas, ludus_point at, ludus_colour colour);
// The upright line through it.
void ludus_hover_line_draw(ludus_canvas *canvas, ludus_rect plot, float x);

#endif
