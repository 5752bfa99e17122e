// Claims about what the window makes of SDL's events, which are pushed here without a display.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "viewer/window_internal.h"

// ---- A screen that keeps what it gets -----------------------------------------------------------

typedef struct keeper {
    ludus_event events[16];
    int32_t count;
    bool uses; // what it answers
} keeper;

static bool keep(void *self, const ludus_event *event)
{
    keeper *k = self;
    assert_true(k->count < 16);
    k->events[k->count++] = *event;
    return k->uses;
}

static const ludus_screen_ops screen = {.event = keep};

static ludus_window window;
static keeper kept;

static int open_window(void **state)
{
    (void)state;
    setenv("SDL_VIDEODRIVER", "dummy", 1);
    assert_int_equal(SDL_Init(SDL_INIT_VIDEO), 0);
    SDL_Event event;
    while (SDL_PollEvent(&event)) {
    }
    kept = (keeper){.uses = true};
    window = (ludus_window){.ops = &screen, .self = &kept, .ratio = 1, .scale = 1};
    return 0;
}

static int close_window(void **state)
{
    (void)state;
    SDL_Quit();
    unsetenv("SDL_VIDEODRIVER");
    return 0;
}

static void give(const SDL_Event *event)
{
    SDL_Event copy = *event;
    assert_int_equal(SDL_PushEvent(&copy), 1);
    ludus_window_pump(&window);
}

// ---- Claims -------------------------------------------------------------------------------------

static void turn(float x, float y)
{
    SDL_Event event = {.type = SDL_MOUSEWHEEL};
    event.wheel.preciseX = x;
    event.wheel.preciseY = y;
    give(&event);
}

static void the_wheel_counts_whole_notches_and_none_sideways(void **state)
{
    (void)state;
    static const struct {
        float y;
        int32_t steps;
    } turns[] = {{1, 1},    {-2, -2},  {.25f, 0}, {.5f, 0},
                 {.25f, 1}, {.75f, 0}, {-.5f, 0}, {-.5f, -1}};
    const int32_t n = (int32_t)(sizeof(turns) / sizeof(turns[0]));
    turn(1, 0);
    turn(-.5f, 0);
    assert_int_equal(kept.count, 0);
    for (int32_t i = 0; i < n; i++) {
        turn(0, turns[i].y);
        assert_int_equal(kept.count, i + 1);
        assert_float_equal(kept.events[i].wheel, turns[i].y, 0);
        assert_int_equal(kept.events[i].wheel_steps, turns[i].steps);
    }
}

static void press(SDL_Keycode sym, const char *text, bool is_repeat)
{
    SDL_Event event = {.type = SDL_KEYDOWN};
    event.key.keysym.sym = sym;
    event.key.repeat = is_repeat;
    give(&event);
    event = (SDL_Event){.type = SDL_TEXTINPUT};
    snprintf(event.text.text, sizeof(event.text.text), "%s", text);
    give(&event);
}

static void digits_and_signs_come_as_the_keyboard_writes_them(void **state)
{
    (void)state;
    press(SDLK_1, "1", false);
    press(SDLK_AMPERSAND, "2", false); // of a French keyboard, with shift
    press(SDLK_KP_3, "3", false);
    press(SDLK_SLASH, "?", false);
    press(SDLK_EQUALS, "+", true);
    press(SDLK_a, "a", false);
    static const int32_t keys[] = {'1', '2', '3', '?', '+', 'a'};
    assert_int_equal(kept.count, 6); // each once
    for (int i = 0; i < 6; i++) {
        assert_int_equal(kept.events[i].key, keys[i]);
        assert_int_equal(kept.events[i].is_repeat, keys[i] == '+');
    }
}

static void click(Uint32 type)
{
    SDL_Event event = {.type = type};
    event.button.button = SDL_BUTTON_LEFT;
    give(&event);
}

static void a_click_counts_when_it_was_of_use(void **state)
{
    (void)state;
    kept.uses = false;
    click(SDL_MOUSEBUTTONDOWN);
    assert_true(window.click_time == 0);
    kept.uses = true;
    click(SDL_MOUSEBUTTONUP);
    assert_true(window.click_time != 0);
}

static void what_is_held_can_be_let_go_while_the_help_shows(void **state)
{
    (void)state;
    window.is_help = true;
    click(SDL_MOUSEBUTTONUP);
    assert_true(window.is_help);
    assert_int_equal(kept.count, 1);
    click(SDL_MOUSEBUTTONDOWN); // closes the help and is nothing else
    assert_false(window.is_help);
    assert_int_equal(kept.count, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_wheel_counts_whole_notches_and_none_sideways,
                                        open_window, close_window),
        cmocka_unit_test_setup_teardown(digits_and_signs_come_as_the_keyboard_writes_them,
                                        open_window, close_window),
        cmocka_unit_test_setup_teardown(a_click_counts_when_it_was_of_use, open_window,
                                        close_window),
        cmocka_unit_test_setup_teardown(what_is_held_can_be_let_go_while_the_help_shows,
                                        open_window, close_window),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
