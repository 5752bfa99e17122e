// Claims about the window's foundation: themes, rectangles, controls, drawing without a display.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "temp_folder.h"
#include "viewer/widget.h"

// ---- A screen with everything on it -------------------------------------------------------------

typedef struct sampler {
    float width, height;
    int32_t updates, settles, draws;
    double seconds;
    ludus_button buttons[4];
    ludus_slider slider;
    ludus_list list;
} sampler;

static void sampler_layout(void *self, float width, float height)
{
    sampler *s = self;
    s->width = width;
    s->height = height;
    for (int32_t i = 0; i < 4; i++) {
        s->buttons[i] = (ludus_button){.rect = {20 + 110 * (float)i, height - 50, 100, 32},
                                       .id = i,
                                       .is_on = i == 1,
                                       .is_disabled = i == 2};
        snprintf(s->buttons[i].label, sizeof(s->buttons[i].label), "Button %d", i);
    }
    s->slider = (ludus_slider){.rect = {20, height - 100, 400, 28},
                               .label = "Level",
                               .value = 3,
                               .min = 1,
                               .max = 10,
                               .step = 1};
    s->list = (ludus_list){.rect = {width - 260, 60, 230, 200},
                           .row_height = 26,
                           .count = 40,
                           .chosen = 2,
                           .hover = 4};
}

static bool sampler_event(void *self, const ludus_event *event)
{
    (void)self;
    (void)event;
    return false;
}

static bool sampler_update(void *self, double seconds)
{
    sampler *s = self;
    s->updates++;
    s->seconds += seconds;
    return true;
}

static void draw_shapes(ludus_canvas *canvas)
{
    const ludus_theme *theme = ludus_canvas_theme(canvas);
    static const ludus_point star[10] = {{100, 20},  {118, 72}, {172, 72}, {128, 104}, {146, 156},
                                         {100, 124}, {54, 156}, {72, 104}, {28, 72},   {82, 72}};
    ludus_point moved[10], wave[200];
    for (int i = 0; i < 10; i++) {
        moved[i] = (ludus_point){star[i].x + 20, star[i].y + 60};
    }
    ludus_canvas_polygon(canvas, moved, 10, theme->series[1]);
    for (int i = 0; i < 200; i++) {
        wave[i] = (ludus_point){220 + 1.5f * (float)i, 140 + 50 * sinf(0.08f * (float)i)};
    }
    ludus_canvas_polyline(canvas, wave, 200, 2, theme->series[0]);
    ludus_canvas_arrow(canvas, (ludus_point){230, 300}, (ludus_point){400, 240}, 8,
                       ludus_colour_fade(theme->series[2], 0.8f));
    for (int i = 0; i < LUDUS_NUM_SERIES; i++) {
        const ludus_point at = {60 + 50 * (float)i, 360};
        ludus_canvas_shadow(canvas, (ludus_point){at.x + 2, at.y + 4}, 26, 0.5f);
        ludus_canvas_ball(canvas, at, 20, theme->series[i]);
    }
    ludus_canvas_ball(canvas, (ludus_point){480, 360}, 20, theme->stone[0]);
    ludus_canvas_ball(canvas, (ludus_point){530, 360}, 20, theme->stone[1]);
    ludus_canvas_ring(canvas, (ludus_point){580, 360}, 20, 3, theme->accent);
}

static void sampler_draw(void *self, ludus_canvas *canvas)
{
    sampler *s = self;
    const ludus_theme *theme = ludus_canvas_theme(canvas);
    static const uint8_t rgb[12] = {255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 0};
    const ludus_text_style text = {.size = 15, .colour = theme->text};
    const ludus_text_style piece = {
        .face = LUDUS_FACE_PIECES, .size = 48, .colour = theme->text, .align = LUDUS_CENTRE};
    s->draws++;
    ludus_card_draw(canvas, (ludus_rect){10, 10, s->width - 290, s->height - 130}, "Shapes");
    draw_shapes(canvas);
    ludus_canvas_text(canvas, (ludus_rect){540, 60, 200, 60}, &piece, "\xe2\x99\x9a\xe2\x99\x98");
    ludus_canvas_image(canvas, (ludus_rect){540, 140, 60, 60}, 2, 2, rgb, false);
    ludus_canvas_image(canvas, (ludus_rect){610, 140, 60, 60}, 2, 2, rgb, true);
    ludus_canvas_paragraph(canvas, (ludus_rect){540, 220, 200, 80}, &text,
                           "A paragraph is broken into lines where its words end.");
    ludus_card_draw(canvas, (ludus_rect){s->width - 270, 10, 260, s->height - 130}, "List");
    ludus_list_draw(canvas, &s->list);
    int32_t first, last;
    ludus_list_visible(&s->list, &first, &last);
    for (int32_t i = first; i <= last; i++) {
        char row[64];
        snprintf(row, sizeof(row), "Row %d with a text too long for its place", i);
        ludus_canvas_clip(canvas, s->list.rect);
        ludus_canvas_text(canvas, ludus_list_row(&s->list, i), &text, row);
        ludus_canvas_unclip(canvas);
    }
    ludus_slider_draw(canvas, &s->slider, "3");
    ludus_buttons_draw(canvas, s->buttons, 4);
}

static void sampler_title(const void *self, char *out, size_t size)
{
    (void)self;
    snprintf(out, size, "sampler");
}

static void sampler_settle(void *self)
{
    ((sampler *)self)->settles++;
}

static const ludus_screen_ops sampler_screen = {
    .layout = sampler_layout,
    .event = sampler_event,
    .update = sampler_update,
    .draw = sampler_draw,
    .title = sampler_title,
    .settle = sampler_settle,
};

static void render(sampler *s, const ludus_window_options *options)
{
    ludus_error error = {.text = ""};
    const ludus_status status = ludus_window_run(&sampler_screen, s, options, NULL, &error);
    assert_string_equal(error.text, "");
    assert_int_equal(status, LUDUS_OK);
}

// ---- Drawing without a display ------------------------------------------------------------------

static void headless_frames_take_a_fixed_step_of_time(void **state)
{
    (void)state;
    sampler s = {0};
    ludus_window_options options = ludus_window_options_default();
    options.frames = 30;
    render(&s, &options);
    assert_int_equal(s.updates, 30);
    assert_int_equal(s.settles, 30);
    assert_int_equal(s.draws, 30);
    assert_true(fabs(s.seconds - 0.5) < 1e-9);
    assert_true(s.width == 1280 && s.height == 800);
}

static void the_same_screen_gives_the_same_picture(void **state)
{
    char path[2][TEMP_PATH_MAX];
    void *data[2];
    size_t size[2];
    ludus_window_options options = ludus_window_options_default();
    options.frames = 1;
    for (int i = 0; i < 2; i++) {
        sampler s = {0};
        temp_path(state, i ? "two.png" : "one.png", path[i]);
        options.png = path[i];
        render(&s, &options);
        assert_int_equal(ludus_file_read(path[i], 1 << 22, &data[i], &size[i], NULL), LUDUS_OK);
    }
    assert_int_equal(size[0], size[1]);
    assert_memory_equal(data[0], data[1], size[0]);
    assert_memory_equal(data[0], "\x89PNG", 4);
    const char *keep = getenv("LUDUS_KEEP_PNG");
    if (keep) {
        assert_int_equal(ludus_file_replace(keep, data[0], size[0], NULL), LUDUS_OK);
    }
    ludus_free(data[0]);
    ludus_free(data[1]);
}

static void every_size_from_tiny_to_dense_can_be_drawn(void **state)
{
    (void)state;
    static const int32_t sizes[][2] = {{64, 64}, {320, 240}, {1920, 300}, {300, 1080}};
    static const float scales[] = {0.5f, 1, 1.25f, 2};
    for (size_t i = 0; i < 4; i++) {
        for (size_t k = 0; k < 4; k++) {
            sampler s = {0};
            ludus_window_options options = ludus_window_options_default();
            options.frames = 1;
            options.width = sizes[i][0];
            options.height = sizes[i][1];
            options.scale = scales[k];
            options.is_dark = k & 1;
            render(&s, &options);
            assert_int_equal(s.draws, 1);
        }
    }
}

static void a_picture_that_cannot_be_written_is_one_line(void **state)
{
    (void)state;
    sampler s = {0};
    ludus_error error;
    ludus_window_options options = ludus_window_options_default();
    options.frames = 1;
    options.png = "/nowhere/at/all.png";
    assert_int_equal(ludus_window_run(&sampler_screen, &s, &options, NULL, &error), LUDUS_ERR_IO);
    assert_non_null(strstr(error.text, "/nowhere/at/all.png"));
    assert_null(strchr(error.text, '\n'));
}

static void a_missing_display_is_one_line(void **state)
{
    (void)state;
    sampler s = {0};
    ludus_error error;
    const ludus_window_options options = ludus_window_options_default();
    setenv("SDL_VIDEODRIVER", "nosuchdriver", 1);
    assert_int_equal(ludus_window_run(&sampler_screen, &s, &options, NULL, &error),
                     LUDUS_ERR_UNSUPPORTED);
    unsetenv("SDL_VIDEODRIVER");
    assert_non_null(strstr(error.text, "no display"));
    assert_null(strchr(error.text, '\n'));
    unsetenv("DISPLAY");
    unsetenv("WAYLAND_DISPLAY");
    assert_int_equal(ludus_window_run(&sampler_screen, &s, &options, NULL, &error),
                     LUDUS_ERR_UNSUPPORTED);
    assert_non_null(strstr(error.text, "neither DISPLAY"));
}

static void a_machine_without_fonts_is_one_line(void **state)
{
    char empty[TEMP_PATH_MAX], config[TEMP_PATH_MAX], text[2 * TEMP_PATH_MAX + 200];
    sampler s = {0};
    ludus_error error = {.text = ""};
    ludus_window_options options = ludus_window_options_default();
    temp_path(state, "fonts", empty);
    temp_path(state, "fonts.conf", config);
    const int length = snprintf(text, sizeof(text),
                                "<?xml version=\"1.0\"?><fontconfig><dir>%s</dir><cachedir>%s"
                                "</cachedir></fontconfig>",
                                empty, empty);
    assert_int_equal(ludus_file_make_folder(empty, NULL), LUDUS_OK);
    assert_int_equal(ludus_file_replace(config, text, (size_t)length, NULL), LUDUS_OK);
    setenv("FONTCONFIG_FILE", config, 1);
    options.frames = 1;
    const ludus_status status = ludus_window_run(&sampler_screen, &s, &options, NULL, &error);
    unsetenv("FONTCONFIG_FILE");
    assert_int_equal(status, LUDUS_ERR_UNSUPPORTED);
    assert_non_null(strstr(error.text, "fonts-dejavu-core"));
    assert_null(strchr(error.text, '\n'));
}

static void a_tiny_window_shows_all_smaller_until_it_could_not_be_read(void **state)
{
    static const float cases[][4] = {// pixels, logical size
                                     {640, 400, 640, 400},
                                     {320, 240, 320, 240},
                                     {200, 150, 320, 240},
                                     {200, 300, 320, 480},
                                     {80, 64, 160, 128}};
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        sampler s = {0};
        ludus_window_options options = ludus_window_options_default();
        options.frames = 1;
        options.width = (int32_t)cases[i][0];
        options.height = (int32_t)cases[i][1];
        render(&s, &options);
        assert_float_equal(s.width, cases[i][2], 0.01);
        assert_float_equal(s.height, cases[i][3], 0.01);
    }
}

// ---- Themes -------------------------------------------------------------------------------------

static void text_has_enough_contrast_in_both_themes(void **state)
{
    (void)state;
    const ludus_theme *themes[2] = {ludus_theme_light(), ludus_theme_dark()};
    for (int i = 0; i < 2; i++) {
        const ludus_theme *t = themes[i];
        const ludus_colour grounds[3] = {t->ground, t->panel, t->control};
        for (int k = 0; k < 3; k++) {
            assert_true(ludus_colour_contrast(t->text, grounds[k]) >= 7);
            assert_true(ludus_colour_contrast(t->soft, grounds[k]) >= 4.5f);
        }
        assert_true(ludus_colour_contrast(t->on_accent, t->accent) >= 4.5f);
        assert_true(ludus_colour_contrast(t->board_line, t->board) >= 4.5f);
        for (int k = 0; k < 3; k++) {
            const ludus_colour said[3] = {t->good, t->bad, t->warning};
            assert_true(ludus_colour_contrast(said[k], t->panel) >= 4.5f);
        }
    }
    assert_true(ludus_colour_contrast((ludus_colour){0, 0, 0, 255},
                                      (ludus_colour){255, 255, 255, 255}) > 20.9f);
}

// ---- Rectangles and controls --------------------------------------------------------------------

static void cutting_keeps_all_space_and_never_goes_negative(void **state)
{
    (void)state;
    ludus_rect r = {10, 20, 100, 50};
    const ludus_rect top = ludus_rect_cut_top(&r, 10, 5);
    assert_true(top.y == 20 && top.h == 10 && r.y == 35 && r.h == 35);
    const ludus_rect right = ludus_rect_cut_right(&r, 30, 4);
    assert_true(right.x == 80 && right.w == 30 && r.w == 66);
    const ludus_rect all = ludus_rect_cut_left(&r, 1000, 5);
    assert_true(all.w == 66 && r.w == 0);
    const ludus_rect none = ludus_rect_cut_bottom(&r, -3, 0);
    assert_true(none.h == 0 && r.h == 35);
    const ludus_rect column = ludus_rect_column((ludus_rect){0, 0, 100, 10}, 2, 3, 5);
    assert_true(fabsf(column.x - 70) < 1e-3f && fabsf(column.w - 30) < 1e-3f);
}

static ludus_event mouse(ludus_event_kind kind, float x, float y)
{
    return (ludus_event){.kind = kind, .x = x, .y = y, .button = 1};
}

static int32_t click(ludus_button *buttons, int32_t n, float x, float y, float x2, float y2)
{
    const ludus_event down = mouse(LUDUS_EVENT_MOUSE_DOWN, x, y);
    const ludus_event up = mouse(LUDUS_EVENT_MOUSE_UP, x2, y2);
    assert_int_equal(ludus_buttons_event(buttons, n, &down, NULL), LUDUS_BUTTON_NONE);
    return ludus_buttons_event(buttons, n, &up, NULL);
}

static void a_button_is_clicked_when_the_mouse_goes_down_and_up_on_it(void **state)
{
    (void)state;
    ludus_button b[2] = {{.rect = {0, 0, 10, 10}, .id = 7}, {.rect = {20, 0, 10, 10}, .id = 8}};
    assert_int_equal(click(b, 2, 5, 5, 6, 6), 7);
    assert_int_equal(click(b, 2, 25, 5, 25, 5), 8);
    assert_int_equal(click(b, 2, 5, 5, 25, 5), LUDUS_BUTTON_NONE);
    assert_int_equal(click(b, 2, 15, 5, 15, 5), LUDUS_BUTTON_NONE);
    b[0].is_disabled = true;
    assert_int_equal(click(b, 2, 5, 5, 5, 5), LUDUS_BUTTON_NONE);
}

static void a_slider_follows_the_mouse_in_steps_and_stays_in_range(void **state)
{
    (void)state;
    ludus_slider s = {.rect = {0, 0, 400, 20}, .value = 1, .min = 1, .max = 10, .step = 1};
    ludus_event event = mouse(LUDUS_EVENT_MOUSE_DOWN, 399, 10);
    assert_true(ludus_slider_event(&s, &event, NULL));
    assert_true(s.value == 10);
    event = mouse(LUDUS_EVENT_MOUSE_MOVE, -50, 300);
    assert_true(ludus_slider_event(&s, &event, NULL));
    assert_true(s.value == 1);
    event = mouse(LUDUS_EVENT_MOUSE_MOVE, 170, 10);
    ludus_slider_event(&s, &event, NULL);
    assert_true(s.value == roundf(s.value));
    event = mouse(LUDUS_EVENT_MOUSE_UP, 170, 10);
    ludus_slider_event(&s, &event, NULL);
    event = mouse(LUDUS_EVENT_MOUSE_MOVE, 10, 10);
    assert_false(ludus_slider_event(&s, &event, NULL));
}

static void a_list_scrolls_within_its_rows_and_knows_the_row_under_the_mouse(void **state)
{
    (void)state;
    ludus_list list = {.rect = {0, 100, 50, 100}, .row_height = 20, .count = 30, .chosen = -1};
    ludus_event event = mouse(LUDUS_EVENT_MOUSE_DOWN, 10, 145);
    assert_int_equal(ludus_list_event(&list, &event, NULL), 2);
    ludus_list_show(&list, 29);
    assert_true(list.scroll == 500);
    assert_int_equal(ludus_list_event(&list, &event, NULL), 27);
    event = mouse(LUDUS_EVENT_WHEEL, 10, 145);
    event.wheel = 100;
    ludus_list_event(&list, &event, NULL);
    assert_true(list.scroll == 0);
    int32_t first, last;
    ludus_list_visible(&list, &first, &last);
    assert_int_equal(first, 0);
    assert_int_equal(last, 4);
    list.count = 0;
    ludus_list_visible(&list, &first, &last);
    assert_true(first > last);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headless_frames_take_a_fixed_step_of_time),
        cmocka_unit_test(the_same_screen_gives_the_same_picture),
        cmocka_unit_test(every_size_from_tiny_to_dense_can_be_drawn),
        cmocka_unit_test(a_picture_that_cannot_be_written_is_one_line),
        cmocka_unit_test(a_missing_display_is_one_line),
        cmocka_unit_test(a_machine_without_fonts_is_one_line),
        cmocka_unit_test(a_tiny_window_shows_all_smaller_until_it_could_not_be_read),
        cmocka_unit_test(text_has_enough_contrast_in_both_themes),
        cmocka_unit_test(cutting_keeps_all_space_and_never_goes_negative),
        cmocka_unit_test(a_button_is_clicked_when_the_mouse_goes_down_and_up_on_it),
        cmocka_unit_test(a_slider_follows_the_mouse_in_steps_and_stays_in_range),
        cmocka_unit_test(a_list_scrolls_within_its_rows_and_knows_the_row_under_the_mouse),
    };
    return cmocka_run_group_tests(tests, temp_folder_create, temp_folder_destroy);
}
