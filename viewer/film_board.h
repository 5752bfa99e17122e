// One position of a film on a board, the last move and what the search thought marked.
//
//     ludus_film_board_draw(canvas, rect, film, ply, &look);
//
// Threads: the window's.

#ifndef LUDUS_VIEWER_FILM_BOARD_H
#define LUDUS_VIEWER_FILM_BOARD_H

#include "viewer/board_view.h"
#include "viewer/game_film.h"

typedef struct ludus_film_look {
    bool shows_policy; // of the search at this position: heat on the cells, arrows for chess
    bool is_flipped;
    bool hides_labels;
    float drop; // 0..1: how far the last move has come; 1 = there
} ludus_film_look;

// The board after `ply` plies, 0 .. film->num_plies, as large as fits in the middle of `rect`.
void ludus_film_board_draw(ludus_canvas *canvas, ludus_rect rect, const ludus_game_film *film,
                           int32_t ply, const ludus_film_look *look);
// "Black" or the player's name.
const char *ludus_film_side_name(const ludus_game_film *film, int32_t side);

#endif
