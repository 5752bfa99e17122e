// The dialog for a new game: who plays which side, and how strong the bot is.

#include "viewer/play_internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void set_dialog_buttons(ludus_play *p)
{
    static const char *const labels[LUDUS_DIALOG_NUM_BUTTONS] = {"You", "Bot",   "You",
                                                                 "Bot", "Start", "Cancel"};
    ludus_play_dialog *d = &p->dialog;
    for (int32_t i = 0; i < LUDUS_DIALOG_NUM_BUTTONS; i++) {
        d->buttons[i].id = i;
        snprintf(d->buttons[i].label, sizeof(d->buttons[i].label), "%s", labels[i]);
    }
    d->buttons[LUDUS_DIALOG_FIRST_PERSON].is_on = !d->is_bot[0];
    d->buttons[LUDUS_DIALOG_FIRST_BOT].is_on = d->is_bot[0];
    d->buttons[LUDUS_DIALOG_SECOND_PERSON].is_on = !d->is_bot[1];
    d->buttons[LUDUS_DIALOG_SECOND_BOT].is_on = d->is_bot[1];
    d->buttons[LUDUS_DIALOG_START].is_on = true;
}

void ludus_play_dialog_place(ludus_play *p)
{
    ludus_play_dialog *d = &p->dialog;
    const float width = fminf(380, p->layout.width - 16);
    const float height = fminf(256, p->layout.height - 16);
    const float row = fminf(34, (height - 80) / 5);
    d->card =
        (ludus_rect){(p->layout.width - width) / 2, (p->layout.height - height) / 2, width, height};
    ludus_rect inside = ludus_card_inside(d->card, true);
    for (int side = 0; side < 2; side++) {
        ludus_rect line = ludus_rect_cut_top(&inside, row, 8);
        ludus_rect_cut_left(&line, 0.32f * inside.w, 0);
        d->buttons[2 * side].rect = ludus_rect_column(line, 0, 2, 6);
        d->buttons[2 * side + 1].rect = ludus_rect_column(line, 1, 2, 6);
    }
    d->level.rect = ludus_rect_cut_top(&inside, row, 8);
    const ludus_rect last = ludus_rect_cut_bottom(&inside, row, 0);
    d->buttons[LUDUS_DIALOG_START].rect = ludus_rect_column(last, 0, 2, 8);
    d->buttons[LUDUS_DIALOG_CANCEL].rect = ludus_rect_column(last, 1, 2, 8);
}

void ludus_play_dialog_open(ludus_play *p)
{
    ludus_play_dialog *d = &p->dialog;
    memset(d->buttons, 0, sizeof(d->buttons));
    d->is_open = true;
    for (int side = 0; side < 2; side++) {
        d->is_bot[side] = p->seats[side].spec.kind != LUDUS_SEAT_PERSON;
    }
    d->has_level = p->bot.kind != LUDUS_SEAT_PLAYER;
    d->level = (ludus_slider){.label = "Level", .min = 1, .max = 10, .step = 1};
    d->level.value = (float)p->bot.level;
    set_dialog_buttons(p);
    ludus_play_dialog_place(p);
}

static void start_game(ludus_play *p)
{
    ludus_error error;
    const ludus_seat_spec person = {.kind = LUDUS_SEAT_PERSON};
    ludus_play_dialog *d = &p->dialog;
    d->is_open = false;
    p->bot.level = (int32_t)d->level.value;
    p->bot.seed += 2;
    const ludus_seat_spec seats[2] = {d->is_bot[0] ? p->bot : person,
                                      d->is_bot[1] ? p->bot : person};
    if (ludus_play_start(p, seats, &error)) {
        ludus_notice_show(&p->notice, 8, "%s", error.text);
    }
    ludus_play_place(p, p->layout.width, p->layout.height); // other buttons
}

static void press_dialog(ludus_play *p, int32_t id)
{
    switch (id) {
    case LUDUS_DIALOG_FIRST_PERSON:
    case LUDUS_DIALOG_FIRST_BOT:
        p->dialog.is_bot[0] = id == LUDUS_DIALOG_FIRST_BOT;
        break;
    case LUDUS_DIALOG_SECOND_PERSON:
    case LUDUS_DIALOG_SECOND_BOT:
        p->dialog.is_bot[1] = id == LUDUS_DIALOG_SECOND_BOT;
        break;
    case LUDUS_DIALOG_START:
        start_game(p);
        break;
    case LUDUS_DIALOG_CANCEL:
        p->dialog.is_open = false;
        break;
    default:
        return;
    }
    set_dialog_buttons(p);
}

// All events belong to the dialog while it is open, but for the window's own keys.
bool ludus_play_dialog_event(ludus_play *p, const ludus_event *event)
{
    ludus_play_dialog *d = &p->dialog;
    if (event->kind == LUDUS_EVENT_KEY) {
        if (event->key == LUDUS_KEY_RETURN) {
            press_dialog(p, LUDUS_DIALOG_START);
        } else if (event->key == LUDUS_KEY_ESCAPE) {
            press_dialog(p, LUDUS_DIALOG_CANCEL);
        } else if (event->key >= '1' && event->key <= '9') {
            d->level.value = (float)(event->key - '0');
        } else if (event->key == '0') {
            d->level.value = 10;
        } else {
            return false;
        }
        return true;
    }
    press_dialog(p, ludus_buttons_event(d->buttons, LUDUS_DIALOG_NUM_BUTTONS, event, NULL));
    if (d->is_open && d->has_level) {
        ludus_slider_event(&d->level, event, NULL);
    }
    return true;
}

void ludus_play_dialog_draw(ludus_play *p, ludus_canvas *canvas)
{
    const ludus_theme *theme = ludus_canvas_theme(canvas);
    const ludus_play_dialog *d = &p->dialog;
    const ludus_text_style label = {.size = 15, .colour = theme->text};
    ludus_canvas_fill(canvas, (ludus_rect){0, 0, p->layout.width, p->layout.height},
                      (ludus_colour){0, 0, 0, 120});
    ludus_rect inside = ludus_card_draw(canvas, d->card, "New game");
    for (int side = 0; side < 2; side++) {
        const ludus_rect row = d->buttons[2 * side].rect;
        ludus_canvas_text(canvas, (ludus_rect){inside.x, row.y, 0.3f * inside.w, row.h}, &label,
                          ludus_board_view_side_name(&p->view, side));
    }
    if (d->has_level) {
        char text[16];
        snprintf(text, sizeof(text), "%d", (int)d->level.value);
        ludus_slider_draw(canvas, &d->level, text);
    } else {
        char name[64];
        const ludus_text_style soft = {.size = 14, .colour = theme->soft};
        ludus_seat_name(&p->bot, name, sizeof(name));
        ludus_canvas_text(canvas, d->level.rect, &soft, name);
    }
    ludus_buttons_draw(canvas, d->buttons, LUDUS_DIALOG_NUM_BUTTONS);
}
