// Boards on a terminal: colours and round stones where the terminal shows them, the plain text of
// ludus_game_draw elsewhere. NO_COLOR and TERM=dumb are respected.

#ifndef LUDUS_CMD_BOARD_H
#define LUDUS_CMD_BOARD_H

#include "envs/game.h"

typedef struct ludus_board_style {
    bool has_colour;  // ANSI colours
    bool has_unicode; // UTF-8 stones
} ludus_board_style;

ludus_board_style ludus_board_style_detect(void); // for stdout
// Prints the position; `last` is marked unless LUDUS_MOVE_NONE.
void ludus_board_print(const ludus_board_style *style, const ludus_game *game, const void *pos,
                       ludus_move last);

#endif
