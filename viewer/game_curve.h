// The curve of a game: who is winning after each move, to look at, to read off and to click.
//
// Threads: the window's.

#ifndef LUDUS_VIEWER_GAME_CURVE_H
#define LUDUS_VIEWER_GAME_CURVE_H

#include "viewer/hover_box.h"
#include "viewer/play_record.h"
#include "viewer/widget.h"

// Where a ply lies, and the ply at a place or -1 beside the curve.
float ludus_game_curve_x(const ludus_play_record *record, ludus_rect rect, int32_t ply);
int32_t ludus_game_curve_ply_at(const ludus_play_record *record, ludus_rect rect, float x, float y);
// The share of the first player's chance as a filled area, points ahead as a line, the ply shown as
// a bar. colours: of the first and the second player.
void ludus_game_curve_draw(ludus_canvas *canvas, const ludus_play_record *record, ludus_rect rect,
                           int32_t cursor, const ludus_colour colours[2]);

// What is known of a ply as the box beside the mouse says it, without colours: the first player's
// chance ("Black", "63 %") and points ahead ("points", "+3.5"). Returns how many rows, 0..2.
int32_t ludus_game_curve_rows(const ludus_play_record *record, int32_t ply, const char *first,
                              ludus_hover_row rows[2]);
// The box for a ply under the mouse, with dots on the curves. head: "move 12: e4"; first: the first
// player's name.
void ludus_game_curve_draw_hover(ludus_canvas *canvas, const ludus_play_record *record,
                                 ludus_rect rect, int32_t ply, const char *head, const char *first);

#endif
