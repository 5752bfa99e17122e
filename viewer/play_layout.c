// Where everything of the play screen is, at any size.

#include "viewer/play_internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define GAP 12.0f
#define ROW 24.0f // of the table of moves

static const char *const button_labels[LUDUS_PLAY_NUM_BUTTONS] = {
    "New game", "Undo", "Hint", "Analyse", "Pass", "Resign", "Flip", "Save", "Pause"};

// ---- Buttons ------------------------------------------------------------------------------------

static bool has_button(const ludus_play *p, int32_t id)
{
    const bool has_person =
        p->seats[0].spec.kind == LUDUS_SEAT_PERSON || p->seats[1].spec.kind == LUDUS_SEAT_PERSON;
    switch (id) {
    case LUDUS_PLAY_PASS:
        return ludus_board_view_pass(&p->view) != LUDUS_MOVE_NONE;
    case LUDUS_PLAY_FLIP:
        return p->view.kind == LUDUS_BOARD_PIECES;
    case LUDUS_PLAY_PAUSE:
        return !has_person;
    case LUDUS_PLAY_HINT:
    case LUDUS_PLAY_RESIGN:
        return has_person;
    default:
        return true;
    }
}

// What can be pressed now; called after each change of the game.
void ludus_play_set_buttons(ludus_play *p)
{
    for (int32_t i = 0; i < LUDUS_PLAY_NUM_BUTTONS; i++) {
        ludus_button *b = &p->buttons[i];
        b->id = i;
        b->is_hidden = !has_button(p, i);
        b->is_disabled = false;
        snprintf(b->label, sizeof(b->label), "%s", button_labels[i]);
    }
    const bool is_persons = ludus_play_is_persons_turn(p);
    const ludus_move pass = ludus_board_view_pass(&p->view);
    const bool may_pass =
        is_persons && pass != LUDUS_MOVE_NONE && ludus_game_is_legal(&p->game, p->pos, pass);
    p->buttons[LUDUS_PLAY_UNDO].is_disabled = p->record.count == 0 && p->resigned < 0;
    p->buttons[LUDUS_PLAY_HINT].is_disabled = !is_persons;
    p->buttons[LUDUS_PLAY_PASS].is_disabled = !may_pass;
    p->buttons[LUDUS_PLAY_RESIGN].is_disabled = p->is_over;
    p->buttons[LUDUS_PLAY_SAVE].is_disabled = p->record.count == 0;
    p->buttons[LUDUS_PLAY_ANALYSE].is_on = p->is_analysing;
    p->buttons[LUDUS_PLAY_PAUSE].is_on = p->is_paused;
    p->buttons[LUDUS_PLAY_PAUSE].is_disabled = p->is_over;
    p->buttons[LUDUS_PLAY_NEW].is_on = p->is_over;
}

static void place_buttons(ludus_play *p, ludus_rect area, int32_t columns, float height, float gap)
{
    int32_t place = 0;
    for (int32_t i = 0; i < LUDUS_PLAY_NUM_BUTTONS; i++) {
        if (!has_button(p, i)) {
            p->buttons[i].rect = (ludus_rect){0, 0, 0, 0};
            continue;
        }
        ludus_rect row = {area.x, area.y + (float)(place / columns) * (height + gap), area.w,
                          height};
        p->buttons[i].rect = ludus_rect_column(row, place % columns, columns, gap);
        place++;
    }
}

static int32_t count_buttons(const ludus_play *p)
{
    int32_t n = 0;
    for (int32_t i = 0; i < LUDUS_PLAY_NUM_BUTTONS; i++) {
        n += has_button(p, i);
    }
    return n;
}

// ---- The panel ----------------------------------------------------------------------------------

static void place_panel(ludus_play *p, ludus_rect panel)
{
    ludus_play_layout *l = &p->layout;
    l->is_narrow = panel.w < 280 || panel.h < 460;
    const float gap = l->is_narrow ? 6 : GAP;
    const float height = l->is_narrow ? 26 : 34;
    const float space = l->is_narrow ? 5 : 8;
    int32_t columns = (int32_t)fmaxf(floorf((panel.w + space) / 92), 1);
    columns = columns > 4 ? 4 : columns;
    const int32_t rows = (count_buttons(p) + columns - 1) / columns;
    l->players = ludus_rect_cut_top(&panel, l->is_narrow ? 92 : 126, gap);
    l->buttons = ludus_rect_cut_bottom(&panel, (float)rows * (height + space) - space, gap);
    l->thinking = panel;
    place_buttons(p, l->buttons, columns, height, space);
    ludus_rect inside = ludus_rect_inset(panel, l->is_narrow ? 8 : 14);
    ludus_rect_cut_top(&inside, l->is_narrow ? 18 : 24, l->is_narrow ? 2 : 4); // the heading
    const float curve = panel.h < 120 ? 0 : fminf(fmaxf(0.26f * panel.h, 40), 110);
    l->curve = ludus_rect_cut_top(&inside, curve, l->is_narrow ? 6 : 10);
    // What is more than a table needs belongs to the list of moves.
    const float list = inside.h > 300 ? fminf(inside.h - 216, 190) : 0;
    l->moves = ludus_rect_cut_bottom(&inside, list, list > 0 ? 10 : 0);
    l->table = inside;
}

void ludus_play_place(void *self, float width, float height)
{
    ludus_play *p = self;
    ludus_play_layout *l = &p->layout;
    const float margin = width < 700 ? 8 : 16;
    ludus_rect all = ludus_rect_inset((ludus_rect){0, 0, width, height}, margin);
    l->width = width;
    l->height = height;
    if (width >= height || width >= 560) {
        const float panel = fminf(fmaxf(0.31f * width, 196), 400);
        const ludus_rect side = ludus_rect_cut_right(&all, fminf(panel, 0.6f * all.w), margin);
        l->board = all;
        place_panel(p, side);
    } else {
        l->board = ludus_rect_cut_top(&all, fminf(all.w, 0.62f * all.h), margin);
        place_panel(p, all);
    }
    ludus_board_view_place(&p->view, l->board);
    ludus_play_dialog_place(p);
}

// ---- The table of moves -------------------------------------------------------------------------

int32_t ludus_play_table_rows(const ludus_play *p)
{
    const float row = p->layout.is_narrow ? 19 : ROW;
    const int32_t rows = (int32_t)floorf(p->layout.table.h / row) - 1; // less the heads
    return rows < 0 ? 0 : rows < LUDUS_THOUGHT_TOP_MAX ? rows : LUDUS_THOUGHT_TOP_MAX;
}

ludus_rect ludus_play_table_row(const ludus_play *p, int32_t i)
{
    const float row = p->layout.is_narrow ? 19 : ROW;
    return (ludus_rect){p->layout.table.x, p->layout.table.y + (float)(i + 1) * row,
                        p->layout.table.w, row};
}

// ---- Promotion ----------------------------------------------------------------------------------

// Four squares in the file of the promotion, from its end of the board inwards.
ludus_rect ludus_play_promotion_square(const ludus_play *p, int32_t i)
{
    ludus_rect square = ludus_board_view_square(&p->view, p->promoting_to);
    const bool is_low = square.y > p->view.grid.y + p->view.grid.h / 2;
    square.y += (is_low ? -1.0f : 1.0f) * (float)i * square.h;
    return square;
}
