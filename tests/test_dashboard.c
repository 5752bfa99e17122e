// Claims about the dashboard of learning curves, drawn without a display: what is changed and
// changed back gives the same picture.

#include "viewer/dashboard_screen.h"

#include "metrics_run.h"
#include "scripted_screen.h"
#include "temp_folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static picture draw_run(void **state, const char *path, double smoothing,
                        const scripted_event *events, int32_t n)
{
    ludus_dashboard *dashboard;
    ludus_error error = {.text = ""};
    const ludus_dashboard_setup setup = {.runs = &path, .num_runs = 1, .smoothing = smoothing};
    if (ludus_dashboard_create(&dashboard, &setup, &error) != LUDUS_OK) {
        fail_msg("%s", error.text);
    }
    scripted s = {
        .ops = ludus_dashboard_screen(), .self = dashboard, .events = events, .num_events = n};
    const picture p = scripted_draw(state, &s, 12, 1280, 800);
    ludus_dashboard_destroy(dashboard);
    return p;
}

static void what_is_switched_on_and_off_leaves_the_same_dashboard(void **state)
{
    static const int32_t keys[] = {'l', 'k', LUDUS_KEY_TAB, LUDUS_KEY_RETURN};
    char path[TEMP_PATH_MAX];
    metrics_run_write(state, "dash", 60, path);
    const picture plain = draw_run(state, path, 0, NULL, 0);
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        const scripted_event once[] = {scripted_key(2, keys[i])};
        const scripted_event twice[] = {scripted_key(2, keys[i]), scripted_key(4, keys[i])};
        const picture changed = draw_run(state, path, 0, once, 1);
        const picture back = draw_run(state, path, 0, twice, 2);
        assert_false(picture_equal(plain, changed));
        assert_true(picture_equal(plain, back));
        picture_free(changed);
        picture_free(back);
    }
    picture_free(plain);
}

static void a_click_enlarges_a_chart_and_escape_brings_the_others_back(void **state)
{
    char path[TEMP_PATH_MAX];
    metrics_run_write(state, "click", 60, path);
    // The click goes to the first chart, which has the focus already.
    const scripted_event large[] = {scripted_mouse(2, LUDUS_EVENT_MOUSE_DOWN, 500, 150)};
    const scripted_event back[] = {large[0], scripted_key(5, LUDUS_KEY_ESCAPE)};
    const picture a = draw_run(state, path, 0, NULL, 0);
    const picture b = draw_run(state, path, 0, large, 1);
    const picture c = draw_run(state, path, 0, back, 2);
    assert_false(picture_equal(a, b));
    assert_true(picture_equal(a, c));
    picture_free(a);
    picture_free(b);
    picture_free(c);
}

static void hovering_shows_values(void **state)
{
    char path[TEMP_PATH_MAX];
    metrics_run_write(state, "hover", 60, path);
    const scripted_event hover[] = {scripted_mouse(2, LUDUS_EVENT_MOUSE_MOVE, 500, 180)};
    const picture a = draw_run(state, path, .5, NULL, 0);
    const picture b = draw_run(state, path, .5, hover, 1);
    assert_false(picture_equal(a, b));
    picture_free(a);
    picture_free(b);
}

static void unknown_metrics_and_axes_are_refused_with_the_nearest(void **state)
{
    char path[TEMP_PATH_MAX];
    ludus_dashboard *dashboard;
    ludus_error error;
    metrics_run_write(state, "names", 5, path);
    const char *runs[] = {path};
    ludus_dashboard_setup setup = {.runs = runs, .num_runs = 1, .metrics = "games,loss/totl"};
    assert_int_equal(ludus_dashboard_create(&dashboard, &setup, &error), LUDUS_ERR_ARG);
    assert_non_null(strstr(error.text, "loss/total"));
    setup.metrics = NULL;
    setup.axis = "weeks";
    assert_int_equal(ludus_dashboard_create(&dashboard, &setup, &error), LUDUS_ERR_ARG);
    assert_non_null(strstr(error.text, "minutes"));
    assert_null(dashboard);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_switched_on_and_off_leaves_the_same_dashboard),
        cmocka_unit_test(a_click_enlarges_a_chart_and_escape_brings_the_others_back),
        cmocka_unit_test(hovering_shows_values),
        cmocka_unit_test(unknown_metrics_and_axes_are_refused_with_the_nearest),
    };
    return cmocka_run_group_tests(tests, temp_folder_create, temp_folder_destroy);
}
