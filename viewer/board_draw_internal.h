// What the files that draw boards share. Internal to viewer/.

#ifndef LUDUS_VIEWER_BOARD_DRAW_INTERNAL_H
#define LUDUS_VIEWER_BOARD_DRAW_INTERNAL_H

#include "viewer/board_view.h"

// A chess piece in the middle of a cell of that side.
void ludus_board_draw_piece(ludus_canvas *canvas, ludus_point centre, float cell, ludus_mark mark,
                            float alpha);

#endif
