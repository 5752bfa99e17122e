// The film screen's state, shared by its events and its drawing. Internal to viewer/.

#ifndef LUDUS_VIEWER_FILM_INTERNAL_H
#define LUDUS_VIEWER_FILM_INTERNAL_H

#include "viewer/film_board.h"
#include "viewer/film_screen.h"
#include "viewer/line_chart.h"
#include "viewer/widget.h"

enum {
    FILM_BUTTON_LIST,
    FILM_BUTTON_FIRST,
    FILM_BUTTON_BACK,
    FILM_BUTTON_PLAY,
    FILM_BUTTON_ON,
    FILM_BUTTON_LAST,
    FILM_NUM_BUTTONS
};

struct ludus_film_view {
    ludus_film_source source;
    const char *title;
    float width, height;
    bool was_wide, has_list;
    bool shows_policy, is_flipped;
    bool is_playing;
    bool follows;          // playing a live game: stays at its newest move
    double poll_wait;      // seconds
    double debt;           // seconds of play owed
    double drop;           // 0..1: the last move on its way
    bool has_values;       // some position of the game has a recorded value
    int64_t left;          // the source's, when `game` was chosen
    int32_t game;          // index, -1 = none
    int32_t ply;           // shown
    ludus_game_film *film; // NULL: none, `error` says why
    ludus_error error;
    // Percent for the first player, NAN = not known. Of a match, what each side thought.
    double values[2][LUDUS_FILM_MAX_PLIES + 1];
    ludus_button buttons[FILM_NUM_BUTTONS];
    ludus_slider scrubber, speed; // speed: power of two
    ludus_list list, moves;
    ludus_line_chart chart;
    ludus_rect list_card, board_card, moves_card, think_card, chart_card;
    ludus_rect head, board; // inside the board's card
};

void ludus_film_draw_list(ludus_film_view *view, ludus_canvas *canvas);
void ludus_film_draw_head(const ludus_film_view *view, ludus_canvas *canvas);
void ludus_film_draw_moves(ludus_film_view *view, ludus_canvas *canvas);
void ludus_film_draw_thought(const ludus_film_view *view, ludus_canvas *canvas);
void ludus_film_draw_chart(ludus_film_view *view, ludus_canvas *canvas);

#endif
