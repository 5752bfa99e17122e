#include "scripted_screen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/file.h"

static void layout(void *self, float width, float height)
{
    scripted *s = self;
    s->ops->layout(s->self, width, height);
}

static bool no_event(void *self, const ludus_event *event)
{
    (void)self;
    (void)event;
    return false;
}

static bool update(void *self, double seconds)
{
    scripted *s = self;
    for (int32_t i = 0; i < s->num_events; i++) {
        if (s->events[i].frame == s->frame && s->events[i].happens != NULL) {
            s->events[i].happens(s->user);
        } else if (s->events[i].frame == s->frame) {
            s->ops->event(s->self, &s->events[i].event);
        }
    }
    s->frame++;
    return s->ops->update(s->self, seconds);
}

static void draw(void *self, ludus_canvas *canvas)
{
    scripted *s = self;
    s->ops->draw(s->self, canvas);
}

static void title(const void *self, char *out, size_t size)
{
    const scripted *s = self;
    s->ops->title(s->self, out, size);
    assert_true(strlen(out) > 0);
}

static void settle(void *self)
{
    scripted *s = self;
    if (s->ops->settle != NULL) {
        s->ops->settle(s->self);
    }
}

static const ludus_screen_ops screen = {
    .layout = layout,
    .event = no_event,
    .update = update,
    .draw = draw,
    .title = title,
    .settle = settle,
};

picture scripted_draw(void **state, scripted *script, int32_t frames, int32_t width, int32_t height)
{
    char path[TEMP_PATH_MAX], name[128];
    ludus_error error = {.text = ""};
    ludus_window_options options = ludus_window_options_default();
    picture p;
    temp_path(state, "picture.png", path);
    options.frames = frames;
    options.width = width;
    options.height = height;
    options.scale = script->scale;
    options.png = path;
    script->frame = 0;
    title(script, name, sizeof name);
    if (ludus_window_run(&screen, script, &options, NULL, &error) != LUDUS_OK) {
        fail_msg("%s", error.text);
    }
    assert_int_equal(ludus_file_read(path, 1 << 24, &p.bytes, &p.size, NULL), LUDUS_OK);
    return p;
}

picture scripted_film(void **state, const ludus_film_setup *setup, const scripted_event *events,
                      int32_t n, int32_t frames, int32_t width, int32_t height)
{
    ludus_film_view *view;
    ludus_error error = {.text = ""};
    if (ludus_film_view_create(&view, setup, &error) != LUDUS_OK) {
        fail_msg("%s", error.text);
    }
    scripted s = {.ops = ludus_film_screen(), .self = view, .events = events, .num_events = n};
    const picture p = scripted_draw(state, &s, frames, width, height);
    ludus_film_view_destroy(view);
    return p;
}

bool picture_equal(picture a, picture b)
{
    return a.size == b.size && memcmp(a.bytes, b.bytes, a.size) == 0;
}

void picture_free(picture p)
{
    ludus_free(p.bytes);
}

scripted_event scripted_key(int32_t frame, int32_t key)
{
    return (scripted_event){.frame = frame, .event = {.kind = LUDUS_EVENT_KEY, .key = key}};
}

scripted_event scripted_mouse(int32_t frame, ludus_event_kind kind, float x, float y)
{
    return (scripted_event){.frame = frame,
                            .event = {.kind = kind, .x = x, .y = y, .button = 1, .clicks = 1}};
}
