#include "viewer/film_internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define GAP 10.0f
#define LIST_WIDTH 250.0f
#define SIDE_WIDTH 270.0f
#define WIDE 1000.0f // room for list, board and side
#define DROP_SECONDS 0.18
#define END_PAUSE 2.0 // seconds before the next game
#define SLOWEST (-2)
#define FASTEST 5
#define POLL_SECONDS 0.5       // between looks for new games
#define LIVE_POLL_SECONDS 0.05 // and for new moves
#define PAGE 10                // plies

static void film_layout(void *self, float width, float height);

// ---- The game shown --------------------------------------------------------------------------

static int32_t last_ply(const ludus_film_view *v)
{
    return v->film != NULL ? v->film->num_plies : 0;
}

// Scrolls both lists to what is shown.
static void show_places(ludus_film_view *v)
{
    ludus_list_show(&v->moves, v->ply > 0 ? (v->ply - 1) / 2 : 0);
    ludus_list_show(&v->list, v->game > 0 ? v->game : 0);
}

static bool is_newest(const ludus_film_view *v)
{
    return v->source.ops->is_live && v->ply == last_ply(v) && v->game == v->list.count - 1;
}

static void set_ply(ludus_film_view *v, int32_t ply)
{
    const int32_t to = ply < 0 ? 0 : ply > last_ply(v) ? last_ply(v) : ply;
    v->drop = to == v->ply + 1 ? 0.0 : 1.0;
    v->ply = to;
    v->debt = 0.0;
    v->follows = v->is_playing && is_newest(v);
    v->scrubber.value = (float)to;
    show_places(v);
}

static void set_values(ludus_film_view *v)
{
    const ludus_game_film *film = v->film;
    v->has_values = false;
    for (int32_t i = 0; i <= film->num_plies; i++) {
        const void *pos = ludus_game_film_position(film, i);
        const ludus_outcome outcome = ludus_game_outcome(&film->game, pos);
        v->values[0][i] = v->values[1][i] = (double)NAN;
        if (i < film->num_plies && film->plies[i].has_value) {
            v->values[v->source.ops->is_live ? film->plies[i].mover : 0][i] =
                50.0 + 50.0 * (double)film->plies[i].value;
            v->has_values = true;
        } else if (outcome != LUDUS_ONGOING) {
            const int32_t sign = ludus_game_to_move(&film->game, pos) == 0 ? 1 : -1;
            v->values[0][i] = v->values[1][i] = 50.0 + 50.0 * sign * (int32_t)outcome;
        }
    }
}

static void load_game(ludus_film_view *v, int32_t game)
{
    ludus_game_film *film = NULL;
    const int32_t count = v->source.ops->count(v->source.self);
    if (count == 0) {
        return;
    }
    v->game = game < 0 ? 0 : game >= count ? count - 1 : game;
    v->left = v->source.ops->left(v->source.self);
    v->error.text[0] = '\0';
    (void)v->source.ops->film(v->source.self, v->game, &film, &v->error);
    ludus_game_film_destroy(v->film);
    v->film = film;
    v->list.chosen = v->game;
    v->moves.count = (last_ply(v) + 1) / 2;
    v->scrubber.max = (float)(last_ply(v) > 0 ? last_ply(v) : 1);
    const bool had = v->has_values;
    if (film != NULL) {
        set_values(v);
    }
    if (had != v->has_values && v->width > 0) {
        film_layout(v, v->width, v->height);
    }
}

static void choose_game(ludus_film_view *v, int32_t game)
{
    load_game(v, game);
    set_ply(v, v->source.ops->is_live && v->is_playing ? last_ply(v) : 0);
}

// The live game has gone on: the same game with more moves, or a further one.
static void follow(ludus_film_view *v)
{
    const int32_t newest = v->source.ops->count(v->source.self) - 1;
    const int32_t before = last_ply(v);
    if (!v->follows && v->game == newest) { // looking back: nothing else changes
        load_game(v, v->game);
        v->ply = v->ply < last_ply(v) ? v->ply : last_ply(v);
        v->follows = v->is_playing && is_newest(v);
    } else if (v->follows) {
        const bool is_next = v->game != newest;
        load_game(v, newest);
        v->ply = !is_next && last_ply(v) == before + 1 ? before : last_ply(v);
        set_ply(v, last_ply(v));
    }
}

// The list may have lost games at its old end.
static void keep_place(ludus_film_view *v)
{
    const int64_t left = v->source.ops->left(v->source.self);
    const int64_t gone = left - v->left;
    v->list.count = v->source.ops->count(v->source.self);
    v->left = left;
    v->game = v->game >= gone ? v->game - (int32_t)gone : -1;
    v->list.chosen = v->game;
    if (v->film == NULL && v->list.count > 0) {
        choose_game(v, v->list.count - 1);
    } else if (v->source.ops->is_live) {
        follow(v);
    }
}

// ---- Places ----------------------------------------------------------------------------------

static void place_side(ludus_film_view *v, ludus_rect side)
{
    const bool has_values = v->source.ops->is_live || v->has_values;
    v->chart_card = v->think_card = (ludus_rect){0};
    if (has_values) {
        v->chart_card = ludus_rect_cut_bottom(&side, fminf(side.h * .42f, 230), GAP);
    }
    if (has_values && side.h > 330) {
        v->think_card = ludus_rect_cut_bottom(&side, side.h * .55f, GAP);
    }
    v->moves_card = side;
    v->moves.row_height = 24;
    v->moves.rect = ludus_card_inside(v->moves_card, true);
    v->moves.rect.h = floorf(v->moves.rect.h / v->moves.row_height) * v->moves.row_height;
}

static void place_controls(ludus_film_view *v, ludus_rect rows)
{
    static const char *const labels[FILM_NUM_BUTTONS] = {"List", "|<", "<", "Play", ">", ">|"};
    v->scrubber.rect = ludus_rect_cut_top(&rows, 24, 6);
    ludus_rect row = ludus_rect_cut_top(&rows, 30, 0);
    v->speed.rect = row.w > 420 ? ludus_rect_cut_right(&row, 190, 12) : (ludus_rect){0};
    for (int32_t i = 0; i < FILM_NUM_BUTTONS; i++) {
        v->buttons[i].rect = ludus_rect_column(row, i, FILM_NUM_BUTTONS, 6);
        v->buttons[i].id = i;
        snprintf(v->buttons[i].label, sizeof v->buttons[i].label, "%s", labels[i]);
    }
}

static void film_layout(void *self, float width, float height)
{
    ludus_film_view *v = self;
    v->width = width;
    v->height = height;
    if ((width >= WIDE) != v->was_wide) {
        v->was_wide = width >= WIDE;
        v->has_list = v->was_wide && v->source.ops->count(v->source.self) > 1;
    }
    ludus_rect room = ludus_rect_inset((ludus_rect){0, 0, width, height}, GAP);
    v->list_card = v->list.rect = (ludus_rect){0};
    if (v->has_list) {
        v->list_card = ludus_rect_cut_left(&room, fminf(LIST_WIDTH, room.w * .4f), GAP);
        v->list.rect = ludus_card_inside(v->list_card, true);
    }
    v->list.row_height = 44;
    v->moves_card = v->think_card = v->chart_card = v->moves.rect = (ludus_rect){0};
    if (!v->has_list || v->was_wide) {
        place_side(v, ludus_rect_cut_right(&room, fminf(SIDE_WIDTH, room.w * .36f), GAP));
    }
    v->board_card = room;
    ludus_rect inside = ludus_rect_inset(room, 12);
    place_controls(v, ludus_rect_cut_bottom(&inside, 60, 8));
    v->head = ludus_rect_cut_top(&inside, 44, 6);
    v->board = inside;
    show_places(v);
}

// ---- Time ------------------------------------------------------------------------------------

static double ply_seconds(const ludus_film_view *v)
{
    return .5 / exp2((double)v->speed.value);
}

static bool play_on(ludus_film_view *v, double seconds)
{
    const bool at_end = v->ply >= last_ply(v);
    if (!v->is_playing || v->film == NULL || v->follows) {
        return false;
    }
    v->debt += seconds;
    if (v->debt < (at_end ? END_PAUSE : ply_seconds(v))) {
        return false;
    }
    if (!at_end) {
        set_ply(v, v->ply + 1);
    } else if (v->game + 1 < v->list.count) {
        choose_game(v, v->game + 1);
    } else {
        v->is_playing = v->source.ops->is_live;
        v->debt = 0.0;
    }
    return true;
}

static bool film_update(void *self, double seconds)
{
    ludus_film_view *v = self;
    bool changed = v->drop < 1.0;
    const double time = fmin(DROP_SECONDS, .8 * ply_seconds(v));
    v->drop = fmin(v->drop + seconds / time, 1.0);
    v->poll_wait -= seconds;
    if (v->poll_wait <= 0.0) {
        v->poll_wait = v->source.ops->is_live ? LIVE_POLL_SECONDS : POLL_SECONDS;
    } else {
        return play_on(v, seconds) || changed;
    }
    if (v->source.ops->poll(v->source.self)) {
        keep_place(v);
        changed = true;
    }
    return play_on(v, seconds) || changed;
}

// ---- Events ----------------------------------------------------------------------------------

// Whoever steps to the newest move of a live game follows it again.
static void go_to(ludus_film_view *v, int32_t ply)
{
    set_ply(v, ply);
    v->follows = is_newest(v);
    v->is_playing = v->is_playing || v->follows;
}

static void press(ludus_film_view *v, int32_t button)
{
    switch (button) {
    case FILM_BUTTON_LIST:
        v->has_list = !v->has_list;
        film_layout(v, v->width, v->height);
        break;
    case FILM_BUTTON_FIRST:
        set_ply(v, 0);
        break;
    case FILM_BUTTON_BACK:
        v->is_playing = false;
        set_ply(v, v->ply - 1);
        break;
    case FILM_BUTTON_PLAY:
        v->is_playing = !v->is_playing;
        if (v->is_playing && v->ply >= last_ply(v) && !v->source.ops->is_live) {
            set_ply(v, 0);
        }
        v->follows = v->is_playing && is_newest(v);
        break;
    case FILM_BUTTON_ON:
        v->is_playing = false;
        go_to(v, v->ply + 1);
        break;
    case FILM_BUTTON_LAST:
        go_to(v, last_ply(v));
        break;
    default:
        break;
    }
}

static bool can_flip(const ludus_film_view *v)
{
    ludus_board_view view;
    if (v->film == NULL) {
        return false;
    }
    ludus_board_view_init(&view, &v->film->game);
    return view.kind == LUDUS_BOARD_PIECES;
}

static bool press_key(ludus_film_view *v, const ludus_event *event)
{
    static const struct {
        int32_t key, button;
    } table[] = {{' ', FILM_BUTTON_PLAY},           {LUDUS_KEY_LEFT, FILM_BUTTON_BACK},
                 {LUDUS_KEY_RIGHT, FILM_BUTTON_ON}, {LUDUS_KEY_HOME, FILM_BUTTON_FIRST},
                 {LUDUS_KEY_END, FILM_BUTTON_LAST}, {LUDUS_KEY_TAB, FILM_BUTTON_LIST}};
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (event->key == table[i].key) {
            press(v, table[i].button);
            return true;
        }
    }
    switch (event->key) {
    case LUDUS_KEY_PAGE_UP:
    case LUDUS_KEY_PAGE_DOWN:
        set_ply(v, v->ply + (event->key == LUDUS_KEY_PAGE_UP ? -PAGE : PAGE));
        return true;
    case LUDUS_KEY_UP:
    case LUDUS_KEY_DOWN:
        choose_game(v, v->game + (event->key == LUDUS_KEY_UP ? -1 : 1));
        return true;
    case '+':
    case '=':
    case '-':
        v->speed.value += event->key == '-' ? -1 : 1;
        v->speed.value = fminf(fmaxf(v->speed.value, SLOWEST), FASTEST);
        return true;
    case 'h':
        v->shows_policy = !v->shows_policy;
        return true;
    case 'f':
        v->is_flipped = !v->is_flipped && can_flip(v);
        return true;
    default:
        return false;
    }
}

// A click on a move: the row of the list and the half of it.
static void click_moves(ludus_film_view *v, const ludus_event *event, bool *used)
{
    const int32_t row = ludus_list_event(&v->moves, event, used);
    if (row >= 0) {
        const ludus_rect at = ludus_list_row(&v->moves, row);
        set_ply(v, 2 * row + (event->x < at.x + at.w * .55f ? 1 : 2));
    }
}

static bool film_event(void *self, const ludus_event *event)
{
    ludus_film_view *v = self;
    bool used = false;
    double x;
    if (event->kind == LUDUS_EVENT_KEY) {
        return press_key(v, event);
    }
    press(v, ludus_buttons_event(v->buttons, FILM_NUM_BUTTONS, event, &used));
    if (ludus_slider_event(&v->scrubber, event, &used)) {
        set_ply(v, (int32_t)lrintf(v->scrubber.value));
    }
    ludus_slider_event(&v->speed, event, &used);
    if (v->has_list) {
        const int32_t row = ludus_list_event(&v->list, event, &used);
        if (row >= 0) {
            choose_game(v, row);
        }
    }
    click_moves(v, event, &used);
    used |= ludus_line_chart_event(&v->chart, event);
    if (event->kind == LUDUS_EVENT_MOUSE_DOWN && event->button == 1 && !used &&
        ludus_line_chart_x_at(&v->chart, event->x, event->y, &x)) {
        set_ply(v, (int32_t)lrint(x));
        used = true;
    }
    if (event->kind == LUDUS_EVENT_WHEEL && ludus_rect_holds(v->board_card, event->x, event->y) &&
        !used) {
        if (event->wheel_steps != 0) {
            set_ply(v, v->ply - event->wheel_steps);
        }
        used = true;
    }
    return used || event->kind == LUDUS_EVENT_MOUSE_MOVE;
}

// ---- Drawing ---------------------------------------------------------------------------------

static void draw_board(const ludus_film_view *v, ludus_canvas *canvas)
{
    const ludus_theme *theme = ludus_canvas_theme(canvas);
    if (v->film == NULL) {
        const char *notice = v->source.ops->notice(v->source.self);
        const char *text = v->error.text[0] != '\0' ? v->error.text
                           : notice[0] != '\0'      ? notice
                                                    : "no games yet";
        const ludus_text_style style = {.size = 16, .align = LUDUS_CENTRE, .colour = theme->soft};
        ludus_rect middle = ludus_rect_inset(v->board, 20);
        middle.y += middle.h * .4f;
        ludus_canvas_paragraph(canvas, middle, &style, text);
        return;
    }
    const ludus_film_look look = {
        .shows_policy = v->shows_policy, .is_flipped = v->is_flipped, .drop = (float)v->drop};
    ludus_film_board_draw(canvas, v->board, v->film, v->ply, &look);
}

static void draw_controls(ludus_film_view *v, ludus_canvas *canvas)
{
    char text[32];
    ludus_button *play = &v->buttons[FILM_BUTTON_PLAY];
    snprintf(play->label, sizeof play->label, "%s", v->is_playing ? "Pause" : "Play");
    play->is_on = v->is_playing;
    v->buttons[FILM_BUTTON_LIST].is_on = v->has_list;
    snprintf(text, sizeof text, "%d / %d", (int)v->ply, (int)last_ply(v));
    ludus_slider_draw(canvas, &v->scrubber, text);
    ludus_buttons_draw(canvas, v->buttons, FILM_NUM_BUTTONS);
    if (v->speed.rect.w > 0) {
        snprintf(text, sizeof text, "%.3g/s", 1.0 / ply_seconds(v));
        ludus_slider_draw(canvas, &v->speed, text);
    }
}

static void film_draw(void *self, ludus_canvas *canvas)
{
    ludus_film_view *v = self;
    if (v->has_list) {
        ludus_film_draw_list(v, canvas);
    }
    ludus_card_draw(canvas, v->board_card, NULL);
    ludus_film_draw_head(v, canvas);
    draw_board(v, canvas);
    draw_controls(v, canvas);
    v->chart.plot = (ludus_rect){0}; // a chart that is not drawn takes no clicks
    if (v->moves_card.w > 0) {
        ludus_film_draw_moves(v, canvas);
        if (v->think_card.h > 0) {
            ludus_film_draw_thought(v, canvas);
        }
        if (v->chart_card.h > 0) {
            ludus_film_draw_chart(v, canvas);
        }
    }
}

static void film_settle(void *self)
{
    ludus_film_view *v = self;
    if (v->source.ops->settle != NULL) {
        v->source.ops->settle(v->source.self);
        v->poll_wait = 0.0;
    }
}

static void film_title(const void *self, char *out, size_t size)
{
    const ludus_film_view *v = self;
    snprintf(out, size, "%s - ludus", v->title);
}

static const ludus_key_help keys[] = {
    {"space", "play or pause"},
    {"left right", "one move back, on"},
    {"Home End", "the beginning, the end"},
    {"PgUp PgDn", "ten moves back, on"},
    {"up down", "the game before, the next one"},
    {"+ -", "faster, slower"},
    {"h", "what the search thought, on the board"},
    {"f", "turn the board (chess)"},
    {"Tab", "open or close the list of games"},
};

static const ludus_screen_ops screen = {
    .keys = keys,
    .num_keys = sizeof keys / sizeof keys[0],
    .layout = film_layout,
    .event = film_event,
    .update = film_update,
    .draw = film_draw,
    .title = film_title,
    .settle = film_settle,
};

const ludus_screen_ops *ludus_film_screen(void)
{
    return &screen;
}

// ---- Life ------------------------------------------------------------------------------------

ludus_status ludus_film_view_create(ludus_film_view **out, const ludus_film_setup *setup,
                                    ludus_error *error)
{
    *out = NULL;
    ludus_film_view *v = ludus_alloc(1, sizeof *v);
    if (v == NULL) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "out of memory");
    }
    const double rate = setup->plies_per_second > 0.0 ? setup->plies_per_second : 2.0;
    v->source = setup->source;
    v->title = setup->title;
    v->shows_policy = true;
    v->is_playing = !setup->is_paused;
    v->drop = 1.0;
    v->game = -1;
    v->list.chosen = v->list.hover = v->moves.chosen = v->moves.hover = -1;
    v->list.count = v->source.ops->count(v->source.self);
    v->scrubber = (ludus_slider){.max = 1, .step = 1};
    v->speed = (ludus_slider){.label = "Speed", .min = SLOWEST, .max = FASTEST, .step = 1};
    v->speed.value = (float)fmin(fmax(round(log2(rate / 2.0)), SLOWEST), FASTEST);
    v->chart = ludus_line_chart_default();
    if (v->list.count > 0) {
        choose_game(v, setup->game < 0 ? v->list.count - 1 : setup->game);
        set_ply(v, setup->ply < 0 ? last_ply(v) : setup->ply);
        v->drop = 1.0;
    }
    *out = v;
    return LUDUS_OK;
}

void ludus_film_view_destroy(ludus_film_view *view)
{
    if (view != NULL) {
        ludus_game_film_destroy(view->film);
        ludus_free(view);
    }
}
