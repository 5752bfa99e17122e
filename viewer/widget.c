#include "viewer/widget.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#define CARD_PADDING 14.0f
#define CARD_TITLE 22.0f

static void set_used(bool *used)
{
    if (used) {
        *used = true;
    }
}

// ---- Buttons ------------------------------------------------------------------------------------

int32_t ludus_buttons_event(ludus_button *buttons, int32_t n, const ludus_event *event, bool *used)
{
    int32_t clicked = LUDUS_BUTTON_NONE;
    for (int32_t i = 0; i < n; i++) {
        ludus_button *b = &buttons[i];
        const bool is_live = !b->is_hidden && !b->is_disabled;
        const bool is_over = !b->is_hidden && ludus_rect_holds(b->rect, event->x, event->y);
        switch (event->kind) {
        case LUDUS_EVENT_MOUSE_MOVE:
        case LUDUS_EVENT_MOUSE_LEAVE:
            b->is_hover = is_live && is_over;
            break;
        case LUDUS_EVENT_MOUSE_DOWN:
            b->is_down = is_live && is_over && event->button == 1;
            if (is_over) {
                set_used(used);
            }
            break;
        case LUDUS_EVENT_MOUSE_UP:
            if (b->is_down) {
                set_used(used);
            }
            if (b->is_down && is_live && is_over && event->button == 1) {
                clicked = b->id;
            }
            b->is_down = false;
            break;
        default:
            break;
        }
    }
    return clicked;
}

static void draw_button(ludus_canvas *canvas, const ludus_button *b)
{
    const ludus_theme *theme = ludus_canvas_theme(canvas);
    const bool is_hot = b->is_hover && !b->is_disabled;
    ludus_colour ground = b->is_on ? theme->accent : is_hot ? theme->hover : theme->control;
    ludus_colour text = b->is_on ? theme->on_accent : theme->text;
    ludus_colour edge = b->is_on ? theme->accent : theme->edge;
    if (b->is_on && is_hot) {
        ground = ludus_colour_mix(theme->accent, theme->text, 0.15f);
    }
    if (b->is_down) {
        ground = ludus_colour_mix(ground, theme->text, 0.12f);
    }
    if (b->is_disabled) {
        text = ludus_colour_mix(theme->soft, theme->panel, 0.45f);
        ground = ludus_colour_mix(theme->control, theme->panel, 0.5f);
    }
    ludus_canvas_fill_rounded(canvas, b->rect, 6, ground);
    ludus_canvas_stroke_rounded(canvas, b->rect, 6, 1, edge);
    const ludus_text_style style = {
        .size = fminf(14, b->rect.h * 0.5f), .align = LUDUS_CENTRE, .colour = text};
    ludus_canvas_text(canvas, ludus_rect_inset(b->rect, 4), &style, b->label);
}

void ludus_buttons_draw(ludus_canvas *canvas, const ludus_button *buttons, int32_t n)
{
    for (int32_t i = 0; i < n; i++) {
        if (!buttons[i].is_hidden) {
            draw_button(canvas, &buttons[i]);
        }
    }
}

// ---- Sliders ------------------------------------------------------------------------------------

#define SLIDER_LABEL 0.36f // share of the width
#define SLIDER_VALUE 0.20f

static ludus_rect slider_track(const ludus_slider *s)
{
    const float left = s->label ? s->rect.w * SLIDER_LABEL : 8;
    const float right = s->rect.w * SLIDER_VALUE;
    return (ludus_rect){s->rect.x + left, s->rect.y, fmaxf(s->rect.w - left - right, 1), s->rect.h};
}

static float slider_value_at(const ludus_slider *s, float x)
{
    const ludus_rect track = slider_track(s);
    const float share = fminf(fmaxf((x - track.x) / track.w, 0), 1);
    float value = s->min + share * (s->max - s->min);
    if (s->step > 0) {
        value = s->min + roundf((value - s->min) / s->step) * s->step;
    }
    return fminf(fmaxf(value, s->min), s->max);
}

bool ludus_slider_event(ludus_slider *s, const ludus_event *event, bool *used)
{
    const bool is_over = ludus_rect_holds(s->rect, event->x, event->y);
    float value = s->value;
    if (event->kind == LUDUS_EVENT_MOUSE_MOVE) {
        s->is_hover = is_over;
        value = s->is_down ? slider_value_at(s, event->x) : value;
    } else if (event->kind == LUDUS_EVENT_MOUSE_DOWN && is_over && event->button == 1) {
        s->is_down = true;
        value = slider_value_at(s, event->x);
    } else if (event->kind == LUDUS_EVENT_MOUSE_UP && s->is_down) {
        s->is_down = false;
        set_used(used);
    } else if (event->kind == LUDUS_EVENT_WHEEL && is_over) {
        const float step = s->step > 0 ? s->step : (s->max - s->min) / 20;
        value = fminf(fmaxf(s->value + step * (float)event->wheel_steps, s->min), s->max);
        set_used(used);
    }
    if (s->is_down) {
        set_used(used);
    }
    const bool changed = value != s->value;
    s->value = value;
    return changed;
}

void ludus_slider_draw(ludus_canvas *canvas, const ludus_slider *s, const char *text)
{
    const ludus_theme *theme = ludus_canvas_theme(canvas);
    const ludus_rect track = slider_track(s);
    const float span = s->max - s->min;
    const float share = span > 0 ? (s->value - s->min) / span : 0;
    const float y = track.y + track.h / 2;
    const float knob = fminf(7, track.h / 2 - 1);
    const ludus_text_style label = {.size = fminf(14, s->rect.h * 0.7f), .colour = theme->soft};
    if (s->label) {
        ludus_canvas_text(canvas,
                          (ludus_rect){s->rect.x, s->rect.y, track.x - s->rect.x - 10, s->rect.h},
                          &label, s->label);
    }
    ludus_canvas_fill_rounded(canvas, (ludus_rect){track.x, y - 2, track.w, 4}, 2, theme->edge);
    ludus_canvas_fill_rounded(canvas, (ludus_rect){track.x, y - 2, track.w * share, 4}, 2,
                              theme->accent);
    ludus_canvas_disc(canvas, (ludus_point){track.x + track.w * share, y},
                      knob + (s->is_hover || s->is_down ? 1 : 0), theme->accent);
    if (text) {
        ludus_text_style value = label;
        value.align = LUDUS_RIGHT;
        value.colour = theme->text;
        const float x = track.x + track.w + 10;
        ludus_canvas_text(canvas, (ludus_rect){x, s->rect.y, s->rect.x + s->rect.w - x, s->rect.h},
                          &value, text);
    }
}

// ---- Lists --------------------------------------------------------------------------------------

static void keep_scroll(ludus_list *list)
{
    const float most = (float)list->count * list->row_height - list->rect.h;
    list->scroll = fmaxf(fminf(list->scroll, most), 0);
}

static int32_t row_at(const ludus_list *list, float x, float y)
{
    if (!ludus_rect_holds(list->rect, x, y) || list->row_height <= 0) {
        return -1;
    }
    const int32_t row = (int32_t)floorf((y - list->rect.y + list->scroll) / list->row_height);
    return row >= 0 && row < list->count ? row : -1;
}

int32_t ludus_list_event(ludus_list *list, const ludus_event *event, bool *used)
{
    const bool is_over = ludus_rect_holds(list->rect, event->x, event->y);
    keep_scroll(list);
    switch (event->kind) {
    case LUDUS_EVENT_MOUSE_MOVE:
    case LUDUS_EVENT_MOUSE_LEAVE:
        list->hover = row_at(list, event->x, event->y);
        return -1;
    case LUDUS_EVENT_WHEEL:
        if (is_over) {
            list->scroll -= event->wheel * 3 * list->row_height;
            keep_scroll(list);
            list->hover = row_at(list, event->x, event->y);
            set_used(used);
        }
        return -1;
    case LUDUS_EVENT_MOUSE_DOWN:
        if (is_over) {
            set_used(used);
        }
        return is_over && event->button == 1 ? row_at(list, event->x, event->y) : -1;
    default:
        return -1;
    }
}

void ludus_list_show(ludus_list *list, int32_t row)
{
    const float top = (float)row * list->row_height;
    list->scroll = fminf(list->scroll, top);
    list->scroll = fmaxf(list->scroll, top + list->row_height - list->rect.h);
    keep_scroll(list);
}

ludus_rect ludus_list_row(const ludus_list *list, int32_t row)
{
    return (ludus_rect){list->rect.x, list->rect.y + (float)row * list->row_height - list->scroll,
                        list->rect.w, list->row_height};
}

void ludus_list_visible(const ludus_list *list, int32_t *first, int32_t *last)
{
    *first = 0;
    *last = -1;
    if (list->row_height > 0 && list->rect.h > 0) {
        const int32_t top = (int32_t)floorf(list->scroll / list->row_height);
        const int32_t low = (int32_t)ceilf((list->scroll + list->rect.h) / list->row_height) - 1;
        *first = top > 0 ? top : 0;
        *last = low < list->count - 1 ? low : list->count - 1;
    }
}

void ludus_list_draw(ludus_canvas *canvas, const ludus_list *list)
{
    const ludus_theme *theme = ludus_canvas_theme(canvas);
    const float whole = (float)list->count * list->row_height;
    ludus_canvas_clip(canvas, list->rect);
    if (list->hover >= 0 && list->hover < list->count) {
        ludus_canvas_fill_rounded(canvas, ludus_list_row(list, list->hover), 4,
                                  ludus_colour_fade(theme->hover, 0.6f));
    }
    if (list->chosen >= 0 && list->chosen < list->count) {
        ludus_canvas_fill_rounded(canvas, ludus_list_row(list, list->chosen), 4,
                                  ludus_colour_fade(theme->accent, 0.25f));
    }
    if (whole > list->rect.h && list->rect.h > 0) {
        const float share = list->rect.h / whole;
        const float height = fmaxf(share * list->rect.h, 16);
        const float room = list->rect.h - height;
        const float y = list->rect.y + room * list->scroll / fmaxf(whole - list->rect.h, 1);
        ludus_canvas_fill_rounded(
            canvas, (ludus_rect){list->rect.x + list->rect.w - 4, y, 4, height}, 2, theme->edge);
    }
    ludus_canvas_unclip(canvas);
}

// ---- Notices ------------------------------------------------------------------------------------

#define NOTICE_FADE 0.4 // seconds

void ludus_notice_show(ludus_notice *notice, double seconds, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(notice->text, sizeof(notice->text), format, args);
    va_end(args);
    notice->seconds_left = seconds;
}

bool ludus_notice_update(ludus_notice *notice, double seconds)
{
    if (notice->seconds_left <= 0) {
        return false;
    }
    notice->seconds_left -= seconds;
    return notice->seconds_left < NOTICE_FADE;
}

void ludus_notice_draw(ludus_canvas *canvas, const ludus_notice *notice, ludus_rect area)
{
    const ludus_theme *theme = ludus_canvas_theme(canvas);
    if (notice->seconds_left <= 0 || !notice->text[0]) {
        return;
    }
    const float alpha = (float)fmin(notice->seconds_left / NOTICE_FADE, 1);
    const ludus_text_style style = {
        .size = 15, .align = LUDUS_CENTRE, .colour = ludus_colour_fade(theme->ground, alpha)};
    const float wanted = ludus_canvas_text_width(canvas, &style, notice->text) + 36;
    const float width = fminf(wanted, area.w - 48);
    // As many lines as it needs: without room a paragraph is only measured.
    const ludus_rect inside = {area.x, area.y, width - 28, 0};
    const float height = 20 + ludus_canvas_paragraph(canvas, inside, &style, notice->text);
    const ludus_rect box = {area.x + (area.w - width) / 2, area.y + area.h - height - 20, width,
                            height};
    ludus_canvas_fill_rounded(canvas, box, 8, ludus_colour_fade(theme->text, 0.93f * alpha));
    ludus_canvas_paragraph(canvas, (ludus_rect){box.x + 14, box.y + 10, box.w - 28, box.h - 18},
                           &style, notice->text);
}

// ---- Cards --------------------------------------------------------------------------------------

ludus_rect ludus_card_inside(ludus_rect rect, bool has_title)
{
    ludus_rect inside = ludus_rect_inset(rect, CARD_PADDING);
    if (has_title) {
        ludus_rect_cut_top(&inside, CARD_TITLE, 6);
    }
    inside.w = fmaxf(inside.w, 0);
    inside.h = fmaxf(inside.h, 0);
    return inside;
}

ludus_rect ludus_card_draw(ludus_canvas *canvas, ludus_rect rect, const char *title)
{
    const ludus_theme *theme = ludus_canvas_theme(canvas);
    ludus_canvas_fill_rounded(canvas, rect, 10, theme->panel);
    ludus_canvas_stroke_rounded(canvas, rect, 10, 1, theme->edge);
    if (title) {
        const ludus_text_style style = {.face = LUDUS_FACE_BOLD, .size = 15, .colour = theme->text};
        ludus_rect inside = ludus_rect_inset(rect, CARD_PADDING);
        ludus_canvas_text(canvas, ludus_rect_cut_top(&inside, CARD_TITLE, 0), &style, title);
    }
    return ludus_card_inside(rect, title != NULL);
}
