#include "viewer/world_screen.h"

#include "viewer/line_chart.h"
#include "viewer/widget.h"
#include "viewer/world_draw.h"

#include <SDL2/SDL_keyboard.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define GAP 10.0f
#define BUTTON_HEIGHT 32.0f
#define SLIDER_HEIGHT 26.0f
#define NARROW 440.0f // a stage of less width has its sliders one below the other
#define LOW 260.0f
#define LEAST_BUTTON 56.0f
#define STATUS_HEIGHT 48.0f
#define VALUES_HEAD 52.0f
#define LEAST_VALUE_ROW 14.0f
#define SLOWEST (-3) // powers of two of the world's own speed
#define FASTEST 8
#define STEP_BUDGET 0.008 // seconds of one frame spent on steps
#define END_PAUSE 1.2     // seconds that the end of an episode stays

enum { BUTTON_PAUSE, BUTTON_STEP, BUTTON_NEW, BUTTON_WHO, NUM_BUTTONS };

struct ludus_world_view {
    ludus_world_session *session;
    char name[LUDUS_ENV_NAME_MAX];
    ludus_rect area; // of everything
    double rate;     // the world's own steps per second
    double debt;     // seconds of play owed
    double end_wait;
    double stuck_shown; // seconds for which the last sticky action stays marked
    ludus_world_stuck stuck;
    bool is_paused, is_person, awaits_net;
    int32_t pressed; // action pressed since the last step, -1 = none
    uint8_t *frame;  // [H,W,3]
    ludus_world_planes planes;
    ludus_rect stage, status, room, values, seen, charts;
    bool swaps_seen; // where there is room for one: what the net sees instead of the curves
    ludus_button buttons[NUM_BUTTONS];
    ludus_slider speed, epsilon;
    ludus_line_chart value_chart, score_chart;
};

// ---- Places ----------------------------------------------------------------------------------

// Two columns of buttons where four have no room for their words.
static int32_t button_columns(float width)
{
    return width < 4 * LEAST_BUTTON ? 2 : NUM_BUTTONS;
}

// Rows of sliders; low windows have none, the keys do the same.
static int32_t slider_rows(const ludus_world_view *v, float width)
{
    return v->area.h < LOW ? 0 : width < NARROW ? 2 : 1;
}

static float controls_height(const ludus_world_view *v, float width)
{
    const int32_t rows = NUM_BUTTONS / button_columns(width);
    return (float)rows * (BUTTON_HEIGHT + 8) + (float)slider_rows(v, width) * SLIDER_HEIGHT;
}

static void place_controls(ludus_world_view *v, ludus_rect rows)
{
    const int32_t columns = button_columns(rows.w);
    const int32_t sliders = slider_rows(v, rows.w);
    ludus_rect row = {0};
    for (int32_t i = 0; i < NUM_BUTTONS; i++) {
        row = i % columns == 0 ? ludus_rect_cut_top(&rows, BUTTON_HEIGHT, 8) : row;
        v->buttons[i].rect = ludus_rect_column(row, i % columns, columns, 8);
        v->buttons[i].id = i;
    }
    v->speed.rect = v->epsilon.rect = (ludus_rect){0};
    if (sliders == 2) {
        v->speed.rect = ludus_rect_cut_top(&rows, SLIDER_HEIGHT, 0);
        v->epsilon.rect = ludus_rect_cut_top(&rows, SLIDER_HEIGHT, 0);
    } else if (sliders == 1) {
        v->speed.rect = ludus_rect_column(rows, 0, 2, 16);
        v->epsilon.rect = ludus_rect_column(rows, 1, 2, 16);
    }
}

// The right side: values, what the net sees, curves, as far as there is room.
static void place_side(ludus_world_view *v, ludus_rect side)
{
    ludus_world_state state;
    ludus_world_session_look(v->session, &state);
    v->values = v->seen = v->charts = (ludus_rect){0};
    if (!state.has_agent) {
        v->charts = side;
        return;
    }
    const float rows = (float)state.env->spec.num_actions;
    const bool is_tight = side.h * .45f < VALUES_HEAD + LEAST_VALUE_ROW * rows;
    const float share = is_tight ? 1 : .45f;
    v->values = ludus_rect_cut_top(&side, fminf(58 + 22 * rows, side.h * share), GAP);
    if (side.h > 330) {
        v->seen = ludus_rect_cut_top(&side, side.h * .42f, GAP);
    } else if (v->swaps_seen) {
        v->seen = side;
        return;
    }
    v->charts = side;
}

void ludus_world_view_place(ludus_world_view *v, ludus_rect area)
{
    ludus_rect room = area;
    v->area = area;
    const float left = fminf(room.h - 150, room.w * .55f);
    ludus_rect main = ludus_rect_cut_left(&room, fmaxf(left, room.w * .45f), GAP);
    place_side(v, room);
    v->stage = main; // the card
    ludus_rect inside = ludus_rect_inset(main, 12);
    place_controls(v, ludus_rect_cut_bottom(&inside, controls_height(v, inside.w), 10));
    v->status = ludus_rect_cut_top(&inside, STATUS_HEIGHT, 6);
    v->room = inside;
}

static void world_layout(void *self, float width, float height)
{
    ludus_world_view_place(self, ludus_rect_inset((ludus_rect){0, 0, width, height}, GAP));
}

// The picture's place inside the card.
static ludus_rect picture_rect(const ludus_world_view *v, const ludus_env_spec *spec)
{
    const ludus_rect room = v->room;
    const float h = (float)spec->frame_size[0];
    const float w = (float)spec->frame_size[1];
    const float scale = w > 0 && h > 0 ? fminf(room.w / w, room.h / h) : 0;
    return (ludus_rect){room.x + (room.w - w * scale) / 2, room.y + (room.h - h * scale) / 2,
                        w * scale, h * scale};
}

// ---- Playing ---------------------------------------------------------------------------------

static int32_t action_named(const ludus_env_spec *spec, const char *name)
{
    for (int32_t a = 0; a < spec->num_actions; a++) {
        if (strcmp(spec->action_names[a], name) == 0) {
            return a;
        }
    }
    return -1;
}

static const struct {
    int32_t key, letter;
    SDL_Scancode held, held_letter;
    const char *name;
} moves[] = {
    {LUDUS_KEY_LEFT, 'a', SDL_SCANCODE_LEFT, SDL_SCANCODE_A, "left"},
    {LUDUS_KEY_RIGHT, 'd', SDL_SCANCODE_RIGHT, SDL_SCANCODE_D, "right"},
    {LUDUS_KEY_UP, 'w', SDL_SCANCODE_UP, SDL_SCANCODE_W, "up"},
    {LUDUS_KEY_DOWN, 's', SDL_SCANCODE_DOWN, SDL_SCANCODE_S, "down"},
    {' ', ' ', SDL_SCANCODE_SPACE, SDL_SCANCODE_SPACE, "fire"},
};
enum { NUM_MOVES = sizeof moves / sizeof moves[0] };

// The person's action: a key pressed since the last step, else one that is held, else -1.
static int32_t key_action(const ludus_world_view *v, const ludus_env_spec *spec)
{
    int count = 0;
    const uint8_t *held = SDL_GetKeyboardState(&count);
    int32_t action = v->pressed;
    for (int i = 0; i < NUM_MOVES && action < 0; i++) {
        if (held != NULL && (held[moves[i].held] || held[moves[i].held_letter])) {
            action = action_named(spec, moves[i].name);
        }
    }
    return action;
}

static int32_t person_action(ludus_world_view *v, const ludus_env_spec *spec)
{
    const int32_t action = key_action(v, spec);
    v->pressed = -1;
    return action >= 0 ? action : spec->noop_action >= 0 ? spec->noop_action : 0;
}

// An episode of a person begins with the first key.
static bool awaits_key(const ludus_world_view *v)
{
    ludus_world_state state;
    ludus_world_session_look(v->session, &state);
    return v->is_person && state.steps == 0 && key_action(v, &state.env->spec) < 0;
}

static bool has_player(const ludus_world_view *v)
{
    ludus_world_state state;
    ludus_world_session_look(v->session, &state);
    return v->is_person || state.has_agent;
}

static void step(ludus_world_view *v)
{
    ludus_world_state state;
    ludus_world_session_look(v->session, &state);
    if (!has_player(v)) {
        return;
    }
    ludus_world_session_step(v->session, v->is_person ? person_action(v, &state.env->spec)
                                                      : LUDUS_AGENT_CHOOSES);
    ludus_world_session_look(v->session, &state);
    if (state.was_stuck) {
        v->stuck_shown = .5;
        v->stuck = (ludus_world_stuck){state.action, state.done};
    }
    v->end_wait = state.is_over ? END_PAUSE : 0.0;
}

static double step_seconds(const ludus_world_view *v)
{
    return 1.0 / (v->rate * exp2((double)v->speed.value));
}

static bool world_update(void *self, double seconds)
{
    ludus_world_view *v = self;
    const double until = ludus_clock() + STEP_BUDGET;
    bool changed = v->stuck_shown > 0.0;
    v->stuck_shown -= seconds;
    if (v->is_paused) {
        v->debt = 0.0;
        return changed;
    }
    if (v->end_wait > 0.0) {
        v->end_wait -= seconds;
        return true;
    }
    if (awaits_key(v) || !has_player(v)) {
        v->debt = 0.0;
        return changed;
    }
    v->debt += seconds;
    while (v->debt >= step_seconds(v)) {
        v->debt -= step_seconds(v);
        step(v);
        changed = true;
        if (v->end_wait > 0.0 || ludus_clock() > until) {
            v->debt = 0.0;
        }
    }
    return changed;
}

// ---- Events ----------------------------------------------------------------------------------

static void press(ludus_world_view *v, int32_t button)
{
    ludus_world_state state;
    ludus_world_session_look(v->session, &state);
    switch (button) {
    case BUTTON_PAUSE:
        v->is_paused = !v->is_paused;
        break;
    case BUTTON_STEP:
        v->is_paused = true;
        step(v);
        break;
    case BUTTON_NEW:
        ludus_world_session_new_episode(v->session);
        v->end_wait = 0.0;
        break;
    case BUTTON_WHO:
        v->is_person = !v->is_person || !(state.has_agent || v->awaits_net);
        v->pressed = -1;
        break;
    default:
        break;
    }
}

// A key that moves the person's player.
static bool press_move(ludus_world_view *v, int32_t key)
{
    ludus_world_state state;
    ludus_world_session_look(v->session, &state);
    for (int i = 0; i < NUM_MOVES; i++) {
        if (key == moves[i].key || key == moves[i].letter) {
            v->pressed = action_named(&state.env->spec, moves[i].name);
            return true;
        }
    }
    return false;
}

static bool press_key(ludus_world_view *v, const ludus_event *event)
{
    if (v->is_person && press_move(v, event->key)) {
        if (v->is_paused) {
            step(v);
        }
        return true;
    }
    switch (event->key) {
    case ' ':
    case 'p':
        press(v, BUTTON_PAUSE);
        return true;
    case '.':
    case LUDUS_KEY_RIGHT:
        press(v, BUTTON_STEP);
        return true;
    case 'v':
        v->swaps_seen = !v->swaps_seen;
        ludus_world_view_place(v, v->area);
        return true;
    case 'n':
        press(v, BUTTON_NEW);
        return true;
    case LUDUS_KEY_RETURN:
        press(v, BUTTON_WHO);
        return true;
    case '+':
    case '=':
    case '-':
        v->speed.value += event->key == '-' ? -1 : 1;
        v->speed.value = fminf(fmaxf(v->speed.value, SLOWEST), FASTEST);
        return true;
    default:
        return false;
    }
}

static bool world_event(void *self, const ludus_event *event)
{
    ludus_world_view *v = self;
    bool used = false;
    if (event->kind == LUDUS_EVENT_KEY) {
        return press_key(v, event);
    }
    press(v, ludus_buttons_event(v->buttons, NUM_BUTTONS, event, &used));
    ludus_slider_event(&v->speed, event, &used);
    if (ludus_slider_event(&v->epsilon, event, &used)) {
        ludus_world_session_set_epsilon(v->session, v->epsilon.value);
    }
    used |= ludus_line_chart_event(&v->value_chart, event);
    used |= ludus_line_chart_event(&v->score_chart, event);
    return used || event->kind == LUDUS_EVENT_MOUSE_MOVE;
}

// ---- Drawing ---------------------------------------------------------------------------------

static void draw_controls(ludus_world_view *v, ludus_canvas *canvas, const ludus_world_state *state)
{
    char text[24];
    snprintf(v->buttons[BUTTON_PAUSE].label, LUDUS_BUTTON_TEXT_MAX, "%s",
             v->is_paused ? "Play" : "Pause");
    snprintf(v->buttons[BUTTON_STEP].label, LUDUS_BUTTON_TEXT_MAX, "Step");
    snprintf(v->buttons[BUTTON_NEW].label, LUDUS_BUTTON_TEXT_MAX, "New");
    snprintf(v->buttons[BUTTON_WHO].label, LUDUS_BUTTON_TEXT_MAX, "%s",
             v->is_person ? "You" : "Agent");
    v->buttons[BUTTON_WHO].is_on = v->is_person;
    v->buttons[BUTTON_WHO].is_disabled = !(state->has_agent || v->awaits_net);
    v->buttons[BUTTON_PAUSE].is_on = v->is_paused;
    ludus_buttons_draw(canvas, v->buttons, NUM_BUTTONS);
    v->epsilon.value = state->epsilon;
    if (v->speed.rect.w <= 0) {
        return;
    }
    snprintf(text, sizeof text, "%.3g/s", 1.0 / step_seconds(v));
    ludus_slider_draw(canvas, &v->speed, text);
    if (state->has_agent) {
        snprintf(text, sizeof text, "%.2f", (double)state->epsilon);
        ludus_slider_draw(canvas, &v->epsilon, text);
    }
}

static void draw_curves(ludus_world_view *v, ludus_canvas *canvas, const ludus_world_state *state)
{
    if (v->charts.h < 60) {
        v->value_chart.plot = v->score_chart.plot = (ludus_rect){0};
        return;
    }
    const ludus_theme *theme = ludus_canvas_theme(canvas);
    const bool has_both = state->has_agent && v->charts.h > 260;
    ludus_rect score = v->charts;
    if (state->has_agent) {
        ludus_rect value = has_both ? ludus_rect_cut_top(&score, (score.h - GAP) / 2, GAP)
                                    : ludus_rect_cut_top(&score, score.h, 0);
        ludus_card_draw(canvas, value, NULL);
        ludus_line_chart_clear(&v->value_chart);
        ludus_line_chart_add(&v->value_chart, &(ludus_chart_series){.y = state->values,
                                                                    .count = state->count,
                                                                    .colour = theme->series[0]});
        ludus_line_chart_draw(&v->value_chart, canvas, ludus_rect_inset(value, 12));
    }
    if (score.h < 60) {
        v->score_chart.plot = (ludus_rect){0};
        return;
    }
    ludus_card_draw(canvas, score, NULL);
    ludus_line_chart_clear(&v->score_chart);
    ludus_line_chart_add(&v->score_chart, &(ludus_chart_series){.y = state->scores,
                                                                .count = state->count,
                                                                .colour = theme->series[2]});
    ludus_line_chart_draw(&v->score_chart, canvas, ludus_rect_inset(score, 12));
}

// What is to be said over the picture.
static void draw_sign(const ludus_world_view *v, ludus_canvas *canvas,
                      const ludus_world_state *state, ludus_rect picture)
{
    char text[64] = "";
    if (!has_player(v)) {
        snprintf(text, sizeof text, "Waiting for a net");
    } else if (state->is_over) {
        snprintf(text, sizeof text, "Over: score %.0f", state->score);
    } else if (awaits_key(v)) {
        snprintf(text, sizeof text, "Press a key to begin");
    }
    if (text[0] != '\0') {
        ludus_world_draw_sign(canvas, picture, text);
    }
}

static void world_draw(void *self, ludus_canvas *canvas)
{
    ludus_world_view *v = self;
    ludus_world_state state;
    ludus_world_session_look(v->session, &state);
    const ludus_env_spec *spec = &state.env->spec;
    ludus_card_draw(canvas, v->stage, NULL);
    ludus_world_draw_status(canvas, v->status, &state, v->is_person,
                            v->stuck_shown > 0.0 ? &v->stuck : NULL);
    const ludus_rect picture = picture_rect(v, spec);
    if (spec->frame_size[0] > 0) {
        ludus_env_frame(state.env, v->frame);
        ludus_canvas_image(canvas, picture, spec->frame_size[1], spec->frame_size[0], v->frame,
                           false);
    }
    draw_sign(v, canvas, &state, picture);
    draw_controls(v, canvas, &state);
    if (state.has_agent) {
        ludus_world_draw_values(canvas, v->values, &state);
        if (v->seen.h > 0) {
            ludus_world_draw_planes(canvas, v->seen, &state, &v->planes);
        }
    }
    draw_curves(v, canvas, &state);
}

static void world_title(const void *self, char *out, size_t size)
{
    const ludus_world_view *v = self;
    snprintf(out, size, "%s - ludus", v->name);
}

static const ludus_key_help keys[] = {LUDUS_WORLD_KEYS};

static const ludus_screen_ops screen = {
    .keys = keys,
    .num_keys = sizeof keys / sizeof keys[0],
    .layout = world_layout,
    .event = world_event,
    .update = world_update,
    .draw = world_draw,
    .title = world_title,
};

const ludus_screen_ops *ludus_world_screen(void)
{
    return &screen;
}

// ---- Life ------------------------------------------------------------------------------------

static ludus_line_chart curve(const char *title, const char *empty)
{
    ludus_line_chart chart = ludus_line_chart_default();
    chart.title = title;
    chart.x_label = "step";
    chart.empty = empty;
    return chart;
}

ludus_status ludus_world_view_create(ludus_world_view **out, const ludus_world_view_setup *setup,
                                     ludus_error *error)
{
    *out = NULL;
    ludus_world_view *v = ludus_alloc(1, sizeof *v);
    if (v == NULL) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "out of memory");
    }
    ludus_status status = ludus_world_session_create(&v->session, &setup->session, error);
    if (status == LUDUS_OK) {
        ludus_world_state state;
        ludus_world_session_look(v->session, &state);
        const ludus_env_spec *spec = &state.env->spec;
        snprintf(v->name, sizeof v->name, "%s", spec->name);
        v->rate = setup->steps_per_second > 0.0 ? setup->steps_per_second
                                                : (double)spec->steps_per_second;
        v->is_person = setup->is_person || !(state.has_agent || setup->awaits_net);
        v->frame = ludus_alloc((size_t)spec->frame_size[0] * (size_t)spec->frame_size[1], 3);
        status = v->frame != NULL ? ludus_world_planes_create(&v->planes, spec, error)
                                  : ludus_fail(error, LUDUS_ERR_NOMEM, "out of memory");
    }
    if (status != LUDUS_OK) {
        ludus_world_view_destroy(v);
        return status;
    }
    v->is_paused = setup->is_paused;
    v->awaits_net = setup->awaits_net;
    v->pressed = -1;
    v->speed = (ludus_slider){.label = "Speed", .min = SLOWEST, .max = FASTEST, .step = 1};
    v->epsilon = (ludus_slider){.label = "Epsilon", .max = 1, .step = .01f};
    v->value_chart = curve("Value of the best action", "no agent");
    v->score_chart = curve("Score", "no step yet");
    *out = v;
    return LUDUS_OK;
}

ludus_status ludus_world_view_take_net(ludus_world_view *v, const char *net, ludus_error *error)
{
    const ludus_status status = ludus_world_session_take_net(v->session, net, error);
    ludus_world_view_place(v, v->area); // there may be values now
    return status;
}

void ludus_world_view_destroy(ludus_world_view *v)
{
    if (v != NULL) {
        ludus_world_planes_destroy(&v->planes);
        ludus_world_session_destroy(v->session);
        ludus_free(v->frame);
        ludus_free(v);
    }
}
