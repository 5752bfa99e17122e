#include "person.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

ludus_play_config person_game(const char *game, ludus_seat_kind second)
{
    ludus_play_config config = {.game = game, .threads = 1, .seed = 1, .is_headless = true};
    config.net = "";
    config.seats[0].kind = LUDUS_SEAT_PERSON;
    config.seats[1].kind = second;
    strcpy(config.seats[1].player, "random");
    config.bot = config.seats[1];
    config.bot.kind = LUDUS_SEAT_PLAYER;
    strcpy(config.bot.player, "random");
    return config;
}

ludus_play *person_open(const ludus_play_config *config)
{
    ludus_play *play = NULL;
    ludus_error error = {.text = ""};
    ludus_play_create(&play, config, &error);
    assert_string_equal(error.text, "");
    assert_non_null(play);
    ludus_play_screen.layout(play, 1280, 800);
    return play;
}

bool person_mouse(ludus_play *play, ludus_event_kind kind, ludus_point at)
{
    const ludus_event event = {.kind = kind, .x = at.x, .y = at.y, .button = 1, .clicks = 1};
    return ludus_play_screen.event(play, &event);
}

void person_click(ludus_play *play, ludus_point at)
{
    person_mouse(play, LUDUS_EVENT_MOUSE_MOVE, at);
    person_mouse(play, LUDUS_EVENT_MOUSE_DOWN, at);
    person_mouse(play, LUDUS_EVENT_MOUSE_UP, at);
}

void person_click_cell(ludus_play *play, int32_t cell)
{
    ludus_point at;
    assert_true(ludus_play_find_cell(play, cell, &at));
    person_click(play, at);
}

void person_press(ludus_play *play, const char *label)
{
    ludus_point at;
    assert_true(ludus_play_find_button(play, label, &at));
    person_click(play, at);
}

bool person_key(ludus_play *play, int32_t code)
{
    const ludus_event event = {.kind = LUDUS_EVENT_KEY, .key = code};
    return ludus_play_screen.event(play, &event);
}

void person_waits(ludus_play *play, int32_t frames)
{
    for (int32_t i = 0; i < frames; i++) {
        ludus_play_screen.settle(play);
        ludus_play_screen.update(play, 1.0 / 60);
    }
}

picture person_draw_game(void **state, const char *game, const char *moves,
                         const scripted_event *events, int32_t num_events)
{
    ludus_play_config config = person_game(game, LUDUS_SEAT_PERSON);
    config.moves = moves;
    config.enable_analysis = true;
    ludus_play *play = person_open(&config);
    scripted s = {
        .ops = &ludus_play_screen, .self = play, .events = events, .num_events = num_events};
    const picture p = scripted_draw(state, &s, 20, 1280, 800);
    ludus_play_destroy(play);
    return p;
}
