// Controls that screens share: buttons, toggles, sliders, lists, notices, cards.
//
// Controls are plain data that the screen owns and places in its layout(). A screen passes each
// event to its controls first:
//
//     const int32_t id = ludus_buttons_event(buttons, n, event);   // a click has ended on it
//     ludus_buttons_draw(canvas, buttons, n);
//
// Threads: the window's.

#ifndef LUDUS_VIEWER_WIDGET_H
#define LUDUS_VIEWER_WIDGET_H

#include "viewer/window.h"

#define LUDUS_BUTTON_NONE (-1)
#define LUDUS_BUTTON_TEXT_MAX 48 // bytes, NUL included

typedef struct ludus_button {
    ludus_rect rect;
    char label[LUDUS_BUTTON_TEXT_MAX];
    int32_t id;       // >= 0, the screen's own
    bool is_disabled; // drawn faint, not clickable
    bool is_on;       // a toggle that is on, or the main button
    bool is_hidden;
    bool is_hover, is_down; // kept by ludus_buttons_event
} ludus_button;

// The id of a button on which a left click has ended, or LUDUS_BUTTON_NONE. *used is set when the
// event belonged to a button at all (NULL is accepted).
int32_t ludus_buttons_event(ludus_button *buttons, int32_t n, const ludus_event *event, bool *used);
void ludus_buttons_draw(ludus_canvas *canvas, const ludus_button *buttons, int32_t n);

typedef struct ludus_slider {
    ludus_rect rect;
    const char *label; // to the left, may be NULL
    float value, min, max;
    float step; // 0 = any value
    bool is_hover, is_down;
} ludus_slider;

// Whether the value changed. *used as above.
bool ludus_slider_event(ludus_slider *slider, const ludus_event *event, bool *used);
// `text` is the value as shown, to the right; NULL = none.
void ludus_slider_draw(ludus_canvas *canvas, const ludus_slider *slider, const char *text);

// Rows of equal height that scroll.
typedef struct ludus_list {
    ludus_rect rect;
    float row_height;
    int32_t count;  // rows
    int32_t chosen; // or -1
    int32_t hover;  // or -1; kept by ludus_list_event
    float scroll;   // units scrolled down; kept in range
} ludus_list;

// The row clicked or -1. Wheel events over the list scroll it.
int32_t ludus_list_event(ludus_list *list, const ludus_event *event, bool *used);
void ludus_list_show(ludus_list *list, int32_t row); // scrolls until the row is visible
ludus_rect ludus_list_row(const ludus_list *list, int32_t row);
// First and last visible row; first > last when there is none.
void ludus_list_visible(const ludus_list *list, int32_t *first, int32_t *last);
// Paints the marks of chosen and hovered rows and the scroll bar, not the text.
void ludus_list_draw(ludus_canvas *canvas, const ludus_list *list);

// A line that shows for some seconds, at the bottom of the screen.
typedef struct ludus_notice {
    char text[LUDUS_ERROR_TEXT_MAX];
    double seconds_left;
} ludus_notice;

void ludus_notice_show(ludus_notice *notice, double seconds, const char *format, ...)
    LUDUS_PRINTF(3, 4);
bool ludus_notice_update(ludus_notice *notice, double seconds); // whether it went or fades
void ludus_notice_draw(ludus_canvas *canvas, const ludus_notice *notice, ludus_rect area);

// A card: rounded panel with an optional title; returns the space inside.
ludus_rect ludus_card_draw(ludus_canvas *canvas, ludus_rect rect, const char *title);
// The space inside, without drawing.
ludus_rect ludus_card_inside(ludus_rect rect, bool has_title);

#endif
