// The curve of a game: who is winning after each move, to look at and to click.
//
// Threads: the window's.

#ifndef LUDUS_VIEWER_GAME_CURVE_H
#define LUDUS_VIEWER_GAME_CURVE_H

#include "viewer/play_record.h"
#include "viewer/widget.h"

// The curve's ply at a place, or -1 beside it.
int32_t ludus_game_curve_ply_at(const ludus_play_record *record, ludus_rect rect, float x, float y);
// The share of the first player's chance as a filled area, points ahead as a line, the ply shown as
// a bar. colours: of the first and the second player.
void ludus_game_curve_draw(ludus_canvas *canvas, const ludus_play_record *record, ludus_rect rect,
                           int32_t cursor, const ludus_colour colours[2]);

#endif
