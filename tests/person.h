// A person at the play screen: a game of theirs, its clicks and keys, its picture. Each fails the
// test on an error.

#ifndef LUDUS_TESTS_PERSON_H
#define LUDUS_TESTS_PERSON_H

#include "scripted_screen.h"
#include "viewer/play_screen.h"

// A game without a net or a display: the person begins, `second` has the other seat, and every bot
// plays at random.
ludus_play_config person_game(const char *game, ludus_seat_kind second);
ludus_play *person_open(const ludus_play_config *config); // laid out in 1280 x 800

bool person_mouse(ludus_play *play, ludus_event_kind kind, ludus_point at);
void person_click(ludus_play *play, ludus_point at);
void person_click_cell(ludus_play *play, int32_t cell);
void person_press(ludus_play *play, const char *label); // the button
bool person_key(ludus_play *play, int32_t code);
// Some frames, each after everything that thinks has come to rest.
void person_waits(ludus_play *play, int32_t frames);

// The analysed game of two people after `moves` (NULL: none), its 20th frame.
picture person_draw_game(void **state, const char *game, const char *moves,
                         const scripted_event *events, int32_t num_events);

#endif
