#include "viewer/watch_screen.h"

#include "viewer/film_board.h"
#include "viewer/game_shelf.h"
#include "viewer/run_charts.h"
#include "viewer/widget.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define GAP 10.0f
#define BAR_HEIGHT 32.0f
#define MAX_BOARDS 9
#define POLL_SECONDS 0.5
#define END_PAUSE 1.6 // seconds that a finished game stays
#define DROP_SECONDS 0.18
#define RECENT 32    // games that are shown again while no new ones come
#define STAGGER 0.17 // seconds between the boards' moves: not all at once
#define SLOWEST (-2)
#define FASTEST 5

enum { BUTTON_PAUSE, BUTTON_BOARDS, BUTTON_HEAT, NUM_BUTTONS };

// A board and the game on it.
typedef struct watch_slot {
    ludus_game_film *film; // NULL = empty
    int32_t ply;
    double debt, drop; // as in the film screen
    double head_start; // seconds of debt that the first game begins with
    ludus_rect cell;   // its card, as last drawn
} watch_slot;

struct ludus_watch {
    ludus_run_charts *charts;
    ludus_game_shelf *shelf;
    float width, height;
    bool is_paused, shows_policy;
    int32_t num_boards;
    int32_t zoomed; // slot that fills the room, -1 = none
    int64_t next;   // games that have been shown, counted as the shelf does (left + index)
    double poll_wait;
    watch_slot slots[MAX_BOARDS];
    ludus_button buttons[NUM_BUTTONS];
    ludus_slider speed; // power of two
    ludus_rect bar, boards, side;
};

// ---- Games on boards -------------------------------------------------------------------------

static void clear_slot(watch_slot *slot)
{
    ludus_game_film_destroy(slot->film);
    slot->film = NULL;
    slot->ply = 0;
    slot->debt = 0.0;
    slot->drop = 1.0;
}

// The next game that comes in; recent ones again while there is none.
static void next_game(ludus_watch *w, watch_slot *slot)
{
    const int64_t left = ludus_game_shelf_left(w->shelf);
    const int64_t end = left + ludus_game_shelf_count(w->shelf);
    const int64_t oldest = end - RECENT > left ? end - RECENT : left;
    clear_slot(slot);
    if (end == left) {
        return;
    }
    if (w->next >= end || w->next < left) {
        w->next = oldest;
    }
    // A record that does not fit its game is left out; the shelf has checked its frame.
    (void)ludus_game_shelf_film(w->shelf, (int32_t)(w->next - left), &slot->film, NULL);
    w->next++;
}

// Training makes games faster than they can be watched: go on with the newest.
static void skip_old(ludus_watch *w)
{
    const int64_t end = ludus_game_shelf_left(w->shelf) + ludus_game_shelf_count(w->shelf);
    if (w->next < end - RECENT) {
        w->next = end - RECENT;
    }
}

static void fill_slots(ludus_watch *w)
{
    for (int32_t i = 0; i < w->num_boards; i++) {
        if (w->slots[i].film == NULL) {
            next_game(w, &w->slots[i]);
            w->slots[i].debt = w->slots[i].head_start;
        }
    }
}

static double ply_seconds(const ludus_watch *w)
{
    return .5 / exp2((double)w->speed.value);
}

static bool play_slot(ludus_watch *w, watch_slot *slot, double seconds)
{
    const double time = fmin(DROP_SECONDS, .8 * ply_seconds(w));
    bool changed = slot->drop < 1.0;
    slot->drop = fmin(slot->drop + seconds / time, 1.0);
    if (slot->film == NULL || w->is_paused) {
        return changed;
    }
    const bool at_end = slot->ply >= slot->film->num_plies;
    slot->debt += seconds;
    if (slot->debt < (at_end ? END_PAUSE : ply_seconds(w))) {
        return changed;
    }
    slot->debt = 0.0;
    if (at_end) {
        next_game(w, slot);
    } else {
        slot->ply++;
        slot->drop = 0.0;
    }
    return true;
}

static bool watch_update(void *self, double seconds)
{
    ludus_watch *w = self;
    bool changed = ludus_run_charts_update(w->charts, seconds);
    w->poll_wait -= seconds;
    if (w->poll_wait <= 0.0) {
        w->poll_wait = POLL_SECONDS;
        if (ludus_game_shelf_poll(w->shelf)) {
            skip_old(w);
            changed = true;
        }
        fill_slots(w);
    }
    for (int32_t i = 0; i < w->num_boards; i++) {
        changed |= play_slot(w, &w->slots[i], seconds);
    }
    return changed;
}

static void watch_settle(void *self)
{
    ludus_watch *w = self;
    ludus_run_charts_settle(w->charts);
    fill_slots(w);
}

// ---- Places ----------------------------------------------------------------------------------

static void watch_layout(void *self, float width, float height)
{
    ludus_watch *w = self;
    w->width = width;
    w->height = height;
    ludus_rect room = ludus_rect_inset((ludus_rect){0, 0, width, height}, GAP);
    w->bar = ludus_rect_cut_top(&room, BAR_HEIGHT, GAP);
    w->side = ludus_rect_cut_right(&room, fminf(room.w * .4f, 420), GAP);
    w->boards = room;
    ludus_rect bar = w->bar;
    w->speed.rect = bar.w > 700 ? ludus_rect_cut_right(&bar, 200, 12) : (ludus_rect){0};
    for (int32_t i = NUM_BUTTONS - 1; i >= 0; i--) {
        w->buttons[i].rect = ludus_rect_cut_right(&bar, i == BUTTON_BOARDS ? 86 : 70, 6);
        w->buttons[i].id = i;
    }
    w->bar = bar;
}

static void place_boards(ludus_watch *w)
{
    static const int32_t columns_of[MAX_BOARDS + 1] = {1, 1, 2, 2, 2, 3, 3, 3, 3, 3};
    const int32_t columns = columns_of[w->num_boards];
    const int32_t rows = (w->num_boards + columns - 1) / columns;
    for (int32_t i = 0; i < MAX_BOARDS; i++) {
        ludus_rect row = w->boards;
        row.h = (w->boards.h - GAP * (float)(rows - 1)) / (float)rows;
        row.y += (float)(i / columns) * (row.h + GAP);
        const bool is_shown = i < w->num_boards && (w->zoomed < 0 || i == w->zoomed);
        w->slots[i].cell = (ludus_rect){0};
        if (is_shown) {
            w->slots[i].cell =
                w->zoomed < 0 ? ludus_rect_column(row, i % columns, columns, GAP) : w->boards;
        }
    }
}

// ---- Events ----------------------------------------------------------------------------------

static void next_number(ludus_watch *w)
{
    static const int32_t numbers[] = {1, 2, 4, 6, 9};
    int32_t to = numbers[0];
    for (size_t i = 0; i + 1 < sizeof numbers / sizeof numbers[0]; i++) {
        if (numbers[i] == w->num_boards) {
            to = numbers[i + 1];
        }
    }
    for (int32_t i = to; i < MAX_BOARDS; i++) {
        clear_slot(&w->slots[i]);
    }
    w->num_boards = to;
    w->zoomed = -1;
    fill_slots(w);
}

static void press(ludus_watch *w, int32_t button)
{
    switch (button) {
    case BUTTON_PAUSE:
        w->is_paused = !w->is_paused;
        break;
    case BUTTON_BOARDS:
        next_number(w);
        break;
    case BUTTON_HEAT:
        w->shows_policy = !w->shows_policy;
        break;
    default:
        break;
    }
}

static bool press_key(ludus_watch *w, const ludus_event *event)
{
    switch (event->key) {
    case ' ':
        press(w, BUTTON_PAUSE);
        return true;
    case 'b':
        press(w, BUTTON_BOARDS);
        return true;
    case 'h':
        press(w, BUTTON_HEAT);
        return true;
    case 'n':
        for (int32_t i = 0; i < w->num_boards; i++) {
            next_game(w, &w->slots[i]);
        }
        return true;
    case '+':
    case '=':
    case '-':
        w->speed.value += event->key == '-' ? -1 : 1;
        w->speed.value = fminf(fmaxf(w->speed.value, SLOWEST), FASTEST);
        return true;
    case LUDUS_KEY_ESCAPE:
        if (w->zoomed >= 0) {
            w->zoomed = -1;
            return true;
        }
        return false;
    default:
        return false;
    }
}

static bool watch_event(void *self, const ludus_event *event)
{
    ludus_watch *w = self;
    bool used = false;
    if (event->kind == LUDUS_EVENT_KEY) {
        return press_key(w, event);
    }
    press(w, ludus_buttons_event(w->buttons, NUM_BUTTONS, event, &used));
    ludus_slider_event(&w->speed, event, &used);
    used |= ludus_run_charts_event(w->charts, event);
    for (int32_t i = 0; i < w->num_boards && event->kind == LUDUS_EVENT_MOUSE_DOWN && !used; i++) {
        if (event->button == 1 && ludus_rect_holds(w->slots[i].cell, event->x, event->y)) {
            w->zoomed = w->zoomed >= 0 ? -1 : i;
            used = true;
        }
    }
    return used || event->kind == LUDUS_EVENT_MOUSE_MOVE;
}

// ---- Drawing ---------------------------------------------------------------------------------

static void draw_bar(ludus_watch *w, ludus_canvas *canvas)
{
    char text[24];
    ludus_run_charts_draw_head(w->charts, canvas, w->bar, "");
    snprintf(w->buttons[BUTTON_PAUSE].label, LUDUS_BUTTON_TEXT_MAX, "%s",
             w->is_paused ? "Play" : "Pause");
    snprintf(w->buttons[BUTTON_BOARDS].label, LUDUS_BUTTON_TEXT_MAX, "Boards %d",
             (int)w->num_boards);
    snprintf(w->buttons[BUTTON_HEAT].label, LUDUS_BUTTON_TEXT_MAX, "Search");
    w->buttons[BUTTON_PAUSE].is_on = w->is_paused;
    w->buttons[BUTTON_HEAT].is_on = w->shows_policy;
    ludus_buttons_draw(canvas, w->buttons, NUM_BUTTONS);
    if (w->speed.rect.w > 0) {
        snprintf(text, sizeof text, "%.3g/s", 1.0 / ply_seconds(w));
        ludus_slider_draw(canvas, &w->speed, text);
    }
}

// The share of the first player's chance, as a thin bar.
static void draw_chance(ludus_canvas *canvas, ludus_rect bar, const watch_slot *slot)
{
    const ludus_theme *theme = ludus_canvas_theme(canvas);
    const ludus_game_film *film = slot->film;
    if (slot->ply >= film->num_plies || !film->plies[slot->ply].has_value) {
        return;
    }
    const float share = .5f + .5f * film->plies[slot->ply].value;
    ludus_canvas_fill_rounded(canvas, bar, 2, theme->series[1]);
    ludus_canvas_fill_rounded(canvas, (ludus_rect){bar.x, bar.y, bar.w * share, bar.h}, 2,
                              theme->series[0]);
    ludus_canvas_fill(canvas, (ludus_rect){bar.x + bar.w / 2, bar.y, 1, bar.h}, theme->panel);
}

static void draw_slot(const ludus_watch *w, ludus_canvas *canvas, const watch_slot *slot)
{
    const ludus_theme *theme = ludus_canvas_theme(canvas);
    const ludus_text_style left = {.size = 13, .colour = theme->soft};
    const ludus_text_style right = {
        .face = LUDUS_FACE_BOLD, .size = 13, .align = LUDUS_RIGHT, .colour = theme->text};
    ludus_card_draw(canvas, slot->cell, NULL);
    ludus_rect room = ludus_rect_inset(slot->cell, 8);
    ludus_rect head = ludus_rect_cut_top(&room, 18, 4);
    if (slot->film == NULL) {
        return;
    }
    const bool at_end = slot->ply >= slot->film->num_plies;
    char text[48];
    snprintf(text, sizeof text, "move %d", (int)slot->ply);
    if (at_end || head.w > 220) {
        ludus_canvas_text(canvas, ludus_rect_cut_right(&head, head.w * .42f, 6), &right,
                          at_end ? slot->film->result : text);
    }
    ludus_canvas_text(canvas, head, &left, slot->film->title);
    draw_chance(canvas, ludus_rect_cut_bottom(&room, 5, 5), slot);
    const ludus_film_look look = {
        .shows_policy = w->shows_policy, .hides_labels = room.h < 260, .drop = (float)slot->drop};
    ludus_film_board_draw(canvas, room, slot->film, slot->ply, &look);
}

// No games: one line about it, and the curves get the room.
static void draw_note(const ludus_watch *w, ludus_canvas *canvas, ludus_rect rect)
{
    const ludus_theme *theme = ludus_canvas_theme(canvas);
    const char *notice = ludus_game_shelf_notice(w->shelf);
    const ludus_text_style style = {.size = 14, .colour = theme->text};
    ludus_rect room = ludus_card_draw(canvas, rect, NULL);
    ludus_canvas_paragraph(canvas, room, &style,
                           notice[0] != '\0' ? notice : "Waiting for the first game.");
}

static void watch_draw(void *self, ludus_canvas *canvas)
{
    ludus_watch *w = self;
    draw_bar(w, canvas);
    place_boards(w);
    if (ludus_game_shelf_count(w->shelf) == 0) {
        ludus_rect area = {w->boards.x, w->boards.y, w->side.x + w->side.w - w->boards.x,
                           w->boards.h};
        draw_note(w, canvas, ludus_rect_cut_top(&area, w->width < 760 ? 76 : 56, GAP));
        ludus_run_charts_draw(w->charts, canvas, area);
        return;
    }
    for (int32_t i = 0; i < w->num_boards; i++) {
        if (w->slots[i].cell.w > 0) {
            draw_slot(w, canvas, &w->slots[i]);
        }
    }
    ludus_run_charts_draw(w->charts, canvas, w->side);
}

static void watch_title(const void *self, char *out, size_t size)
{
    const ludus_watch *w = self;
    snprintf(out, size, "%s - ludus", ludus_run_charts_name(w->charts));
}

static const ludus_key_help keys[] = {
    {"space", "pause or go on (the training does not notice)"},
    {"+ -", "faster, slower"},
    {"n", "other games on all boards"},
    {"b", "more boards: 1, 2, 4, 6, 9"},
    {"h", "what the search thought, on the boards"},
    {"click", "one board alone, and back"},
    {"bar", "the first player's chance"},
};

static const ludus_screen_ops screen = {
    .keys = keys,
    .num_keys = sizeof keys / sizeof keys[0],
    .layout = watch_layout,
    .event = watch_event,
    .update = watch_update,
    .draw = watch_draw,
    .title = watch_title,
    .settle = watch_settle,
};

const ludus_screen_ops *ludus_watch_screen(void)
{
    return &screen;
}

// ---- Life ------------------------------------------------------------------------------------

ludus_status ludus_watch_create(ludus_watch **out, const ludus_watch_setup *setup,
                                ludus_error *error)
{
    *out = NULL;
    ludus_watch *w = ludus_alloc(1, sizeof *w);
    if (w == NULL) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "out of memory");
    }
    const double rate = setup->plies_per_second > 0.0 ? setup->plies_per_second : 2.0;
    w->num_boards = setup->boards > 0 && setup->boards <= MAX_BOARDS ? setup->boards : 4;
    w->zoomed = -1;
    w->is_paused = setup->is_paused;
    w->speed = (ludus_slider){.label = "Speed", .min = SLOWEST, .max = FASTEST, .step = 1};
    w->speed.value = (float)fmin(fmax(round(log2(rate / 2.0)), SLOWEST), FASTEST);
    ludus_status status = ludus_run_charts_create(&w->charts, setup->run, setup->smoothing, error);
    if (status == LUDUS_OK) {
        status = ludus_game_shelf_create(&w->shelf, setup->run, error);
    }
    if (status != LUDUS_OK) {
        ludus_watch_destroy(w);
        return status;
    }
    for (int32_t i = 0; i < MAX_BOARDS; i++) {
        w->slots[i].head_start = STAGGER * i;
    }
    // Begin with the newest games, one behind the other.
    w->next = ludus_game_shelf_left(w->shelf) + ludus_game_shelf_count(w->shelf) - w->num_boards;
    *out = w;
    return LUDUS_OK;
}

void ludus_watch_destroy(ludus_watch *watch)
{
    if (watch == NULL) {
        return;
    }
    for (int32_t i = 0; i < MAX_BOARDS; i++) {
        ludus_game_film_destroy(watch->slots[i].film);
    }
    ludus_game_shelf_destroy(watch->shelf);
    ludus_run_charts_destroy(watch->charts);
    ludus_free(watch);
}
