// Claims about dense displays. None is needed: SDL's dummy driver opens a window of 640 x 400
// units, and what it draws on has 1.5 or 2 times as many pixels each way, as on such a display. The
// sizes are read, the mouse is mapped and the picture is painted by the window's own code.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>

#include "viewer/play_screen.h"
#include "viewer/window_internal.h"

#define WIDTH 640 // units
#define HEIGHT 400
#define BLOCK 16 // units
#define NUM_BLOCKS (WIDTH / BLOCK * (HEIGHT / BLOCK) * 3)

// ---- A window on a dense display ----------------------------------------------------------------

typedef struct dense {
    ludus_window_options options;
    ludus_window window;
    ludus_play *play;
} dense;

// density: pixels per unit of the window; scale: what the person asks for, 0 = nothing.
static void open_dense(dense *d, float density, float scale)
{
    const ludus_play_config config = {.game = "connect4", .net = "", .threads = 1, .moves = "4 4"};
    ludus_error error = {.text = ""};
    setenv("SDL_VIDEODRIVER", "dummy", 1);
    *d = (dense){.options = ludus_window_options_default()};
    d->options.scale = scale;
    ludus_play_create(&d->play, &config, &error);
    assert_string_equal(error.text, "");
    ludus_window *w = &d->window;
    w->ops = &ludus_play_screen;
    w->self = d->play;
    w->options = &d->options;
    assert_int_equal(SDL_Init(SDL_INIT_VIDEO), 0);
    w->window = SDL_CreateWindow("dense", 0, 0, WIDTH, HEIGHT, SDL_WINDOW_HIDDEN);
    w->surface = SDL_CreateRGBSurfaceWithFormat(0, (int)(WIDTH * density), (int)(HEIGHT * density),
                                                32, SDL_PIXELFORMAT_ARGB8888);
    w->renderer = SDL_CreateSoftwareRenderer(w->surface);
    assert_non_null(w->window);
    assert_non_null(w->renderer);
    assert_int_equal(ludus_canvas_create(&w->canvas, w->renderer, &error), LUDUS_OK);
    ludus_window_measure(w);
}

static void close_dense(dense *d)
{
    ludus_canvas_destroy(d->window.canvas);
    SDL_DestroyRenderer(d->window.renderer);
    SDL_FreeSurface(d->window.surface);
    SDL_DestroyWindow(d->window.window);
    SDL_Quit();
    assert_true(ludus_play_destroy(d->play));
    unsetenv("SDL_VIDEODRIVER");
}

// As the system reports a click: in units of the window.
static void click(dense *d, float x, float y)
{
    SDL_Event event = {.type = SDL_MOUSEMOTION};
    event.motion.x = (int)lroundf(x);
    event.motion.y = (int)lroundf(y);
    assert_int_equal(SDL_PushEvent(&event), 1);
    for (int i = 0; i < 2; i++) {
        event = (SDL_Event){.type = i == 0 ? SDL_MOUSEBUTTONDOWN : SDL_MOUSEBUTTONUP};
        event.button.button = SDL_BUTTON_LEFT;
        event.button.clicks = 1;
        event.button.x = (int)lroundf(x);
        event.button.y = (int)lroundf(y);
        assert_int_equal(SDL_PushEvent(&event), 1);
    }
    ludus_window_pump(&d->window);
}

// The mean colours of the painted picture's blocks of BLOCK x BLOCK units: letters and edges, which
// are finer with more pixels, weigh little.
static void paint(dense *d, float density, float out[NUM_BLOCKS])
{
    ludus_window_paint(&d->window);
    SDL_Surface *pixels = ludus_window_grab(&d->window);
    assert_non_null(pixels);
    const int size = (int)(BLOCK * density);
    assert_int_equal(pixels->w, WIDTH / BLOCK * size);
    for (int i = 0; i < NUM_BLOCKS; i++) {
        const int colour = i % 3;
        const int left = i / 3 % (WIDTH / BLOCK) * size;
        const int top = i / 3 / (WIDTH / BLOCK) * size;
        out[i] = 0;
        for (int k = 0; k < size * size; k++) {
            const uint8_t *row =
                (const uint8_t *)pixels->pixels + (ptrdiff_t)(top + k / size) * pixels->pitch;
            out[i] += (float)row[3 * (left + k % size) + colour] / (float)(size * size);
        }
    }
    SDL_FreeSurface(pixels);
}

// Mean difference of two pictures, 0..255.
static double difference(const float a[NUM_BLOCKS], const float b[NUM_BLOCKS])
{
    double sum = 0;
    for (int i = 0; i < NUM_BLOCKS; i++) {
        sum += fabs((double)a[i] - (double)b[i]);
    }
    return sum / NUM_BLOCKS;
}

// ---- Claims -------------------------------------------------------------------------------------

static const float densities[] = {1, 1.5f, 2};

static void the_layout_does_not_depend_on_the_density(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        dense d;
        ludus_point cell, first;
        open_dense(&d, densities[i], 0);
        assert_float_equal(d.window.scale, densities[i], 1e-6);
        assert_float_equal(d.window.ratio, densities[i], 1e-6);
        assert_float_equal(d.window.width, WIDTH, 1e-3);
        assert_float_equal(d.window.height, HEIGHT, 1e-3);
        assert_true(ludus_play_find_cell(d.play, 17, &cell));
        ludus_play_screen.layout(d.play, WIDTH, HEIGHT);
        assert_true(ludus_play_find_cell(d.play, 17, &first));
        assert_float_equal(cell.x, first.x, 1e-3);
        assert_float_equal(cell.y, first.y, 1e-3);
        close_dense(&d);
    }
}

static void clicks_land_where_they_are_seen_at_every_density(void **state)
{
    (void)state;
    static const int32_t columns[] = {0, 6, 3, 2};
    for (int i = 0; i < 6; i++) {
        dense d;
        const float density = densities[i % 3];
        const float scale = i < 3 ? 0 : 1.25f; // as the display asks, or as the person does
        open_dense(&d, density, scale);
        const ludus_play_record *record = ludus_play_record_of(d.play);
        const float per_unit = density / (scale > 0 ? scale : density);
        for (int k = 0; k < 4; k++) {
            ludus_point at;
            assert_true(ludus_play_find_cell(d.play, columns[k], &at));
            click(&d, at.x / per_unit, at.y / per_unit);
            assert_int_equal(record->count, 3 + k);
            assert_int_equal(record->moves[2 + k], columns[k]);
        }
        ludus_point undo;
        assert_true(ludus_play_find_button(d.play, "Undo", &undo));
        click(&d, undo.x / per_unit, undo.y / per_unit);
        assert_int_equal(record->count, 5);
        close_dense(&d);
    }
}

static void the_picture_is_the_same_with_more_pixels(void **state)
{
    (void)state;
    dense d;
    float plain[NUM_BLOCKS], found[NUM_BLOCKS], wrong[NUM_BLOCKS];
    open_dense(&d, 1, 0);
    paint(&d, 1, plain);
    close_dense(&d);
    for (int i = 1; i < 3; i++) {
        open_dense(&d, densities[i], 0);
        paint(&d, densities[i], found);
        close_dense(&d);
        open_dense(&d, densities[i], .94f * densities[i]); // all a little larger
        paint(&d, densities[i], wrong);
        close_dense(&d);
        assert_true(2 * difference(plain, found) < difference(plain, wrong));
    }
}

static void a_dense_x11_display_scales_in_quarters(void **state)
{
    (void)state;
    static const float cases[][2] = {{0, 1},   {96, 1},      {120, 1}, {143, 1}, {144, 1.5f},
                                     {192, 2}, {220, 2.25f}, {288, 3}, {1000, 3}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_float_equal(ludus_window_dense_scale(cases[i][0]), cases[i][1], 1e-6);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_layout_does_not_depend_on_the_density),
        cmocka_unit_test(clicks_land_where_they_are_seen_at_every_density),
        cmocka_unit_test(the_picture_is_the_same_with_more_pixels),
        cmocka_unit_test(a_dense_x11_display_scales_in_quarters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
