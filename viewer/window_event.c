// From SDL's events to ours, and who gets them.

#include "viewer/window_internal.h"

typedef struct key_pair {
    SDL_Keycode sdl;
    int32_t key;
} key_pair;

static const key_pair special_keys[] = {
    {SDLK_ESCAPE, LUDUS_KEY_ESCAPE},
    {SDLK_RETURN, LUDUS_KEY_RETURN},
    {SDLK_KP_ENTER, LUDUS_KEY_RETURN},
    {SDLK_TAB, LUDUS_KEY_TAB},
    {SDLK_BACKSPACE, LUDUS_KEY_BACKSPACE},
    {SDLK_DELETE, LUDUS_KEY_DELETE},
    {SDLK_LEFT, LUDUS_KEY_LEFT},
    {SDLK_RIGHT, LUDUS_KEY_RIGHT},
    {SDLK_UP, LUDUS_KEY_UP},
    {SDLK_DOWN, LUDUS_KEY_DOWN},
    {SDLK_HOME, LUDUS_KEY_HOME},
    {SDLK_END, LUDUS_KEY_END},
    {SDLK_PAGEUP, LUDUS_KEY_PAGE_UP},
    {SDLK_PAGEDOWN, LUDUS_KEY_PAGE_DOWN},
};

// Our key of a key that went down; 0 for those that come as text or not at all.
static int32_t key_of(const SDL_KeyboardEvent *event)
{
    const SDL_Keycode sym = event->keysym.sym;
    for (size_t i = 0; i < sizeof(special_keys) / sizeof(special_keys[0]); i++) {
        if (special_keys[i].sdl == sym) {
            return special_keys[i].key;
        }
    }
    if (sym >= SDLK_F1 && sym <= SDLK_F12) {
        return LUDUS_KEY_F1 + (int32_t)(sym - SDLK_F1);
    }
    if ((sym >= 'a' && sym <= 'z') || sym == ' ') {
        return (int32_t)sym;
    }
    return 0;
}

// Signs ('?', '+') and digits depend on the keyboard (AZERTY, the keypad), so they are taken from
// the text it gives.
static int32_t sign_of(const SDL_TextInputEvent *event)
{
    const char c = event->text[0];
    const bool is_sign = c > ' ' && c < 127 && !((c | 32) >= 'a' && (c | 32) <= 'z');
    return is_sign ? c : 0;
}

static ludus_event mouse_event(const ludus_window *w, ludus_event_kind kind, float x, float y)
{
    const float share = w->ratio / w->scale;
    return (ludus_event){.kind = kind, .x = x * share, .y = y * share};
}

static ludus_event button_event(const ludus_window *w, const SDL_MouseButtonEvent *event)
{
    const bool is_down = event->type == SDL_MOUSEBUTTONDOWN;
    ludus_event out = mouse_event(w, is_down ? LUDUS_EVENT_MOUSE_DOWN : LUDUS_EVENT_MOUSE_UP,
                                  (float)event->x, (float)event->y);
    out.button = event->button == SDL_BUTTON_LEFT ? 1 : event->button == SDL_BUTTON_RIGHT ? 3 : 2;
    out.clicks = event->clicks;
    return out;
}

// Touchpads turn the wheel by parts of a notch, which add up to whole ones in one direction.
static ludus_event wheel_event(ludus_window *w, const SDL_MouseWheelEvent *event)
{
    int x = 0;
    int y = 0;
    SDL_GetMouseState(&x, &y);
    ludus_event out = mouse_event(w, LUDUS_EVENT_WHEEL, (float)x, (float)y);
    out.wheel = event->preciseY;
    if (out.wheel * w->wheel_rest < 0) {
        w->wheel_rest = 0;
    }
    w->wheel_rest += out.wheel;
    out.wheel_steps = (int32_t)w->wheel_rest;
    w->wheel_rest -= (float)out.wheel_steps;
    return out;
}

// Fills *out; false when the event is none of ours.
static bool translate(ludus_window *w, const SDL_Event *event, ludus_event *out)
{
    const SDL_Keymod mod = SDL_GetModState();
    *out = (ludus_event){0};
    switch (event->type) {
    case SDL_MOUSEMOTION:
        *out =
            mouse_event(w, LUDUS_EVENT_MOUSE_MOVE, (float)event->motion.x, (float)event->motion.y);
        break;
    case SDL_MOUSEBUTTONDOWN:
    case SDL_MOUSEBUTTONUP:
        *out = button_event(w, &event->button);
        break;
    case SDL_MOUSEWHEEL:
        if (event->wheel.preciseY == 0) {
            return false; // sideways
        }
        *out = wheel_event(w, &event->wheel);
        break;
    case SDL_KEYDOWN:
        *out = (ludus_event){.kind = LUDUS_EVENT_KEY, .key = key_of(&event->key)};
        out->is_repeat = w->is_key_repeat = event->key.repeat != 0;
        break;
    case SDL_TEXTINPUT: // follows its key
        *out = (ludus_event){.kind = LUDUS_EVENT_KEY, .key = sign_of(&event->text)};
        out->is_repeat = w->is_key_repeat;
        break;
    default:
        return false;
    }
    out->shift = (mod & KMOD_SHIFT) != 0;
    out->ctrl = (mod & KMOD_CTRL) != 0;
    out->alt = (mod & KMOD_ALT) != 0;
    return out->kind != LUDUS_EVENT_KEY || out->key != 0;
}

static bool window_key(ludus_window *w, const ludus_event *event)
{
    switch (event->key) {
    case '?':
    case LUDUS_KEY_F1:
        w->is_help = true;
        return true;
    case 't':
        w->is_dark = !w->is_dark;
        return true;
    case LUDUS_KEY_F11:
        w->is_fullscreen = !w->is_fullscreen;
        if (w->window) {
            SDL_SetWindowFullscreen(w->window,
                                    w->is_fullscreen ? SDL_WINDOW_FULLSCREEN_DESKTOP : 0);
        }
        return true;
    case LUDUS_KEY_F12:
        ludus_window_save_picture(w);
        return true;
    case 'q':
    case LUDUS_KEY_ESCAPE:
        w->is_closed = true;
        return true;
    default:
        return false;
    }
}

bool ludus_window_dispatch(ludus_window *w, const ludus_event *event)
{
    const bool is_press = event->kind == LUDUS_EVENT_KEY || event->kind == LUDUS_EVENT_MOUSE_DOWN;
    if (w->is_help && event->kind != LUDUS_EVENT_MOUSE_UP) { // what is held may be let go
        w->is_help = !is_press;
        return is_press;
    }
    if (w->ops->event(w->self, event)) {
        return true;
    }
    return event->kind == LUDUS_EVENT_KEY && !event->is_repeat && window_key(w, event);
}

static void take_sdl_event(ludus_window *w, const SDL_Event *event)
{
    ludus_event own;
    if (event->type == SDL_QUIT) {
        w->is_closed = true;
    } else if (event->type == SDL_WINDOWEVENT) {
        if (event->window.event == SDL_WINDOWEVENT_LEAVE) {
            own = (ludus_event){.kind = LUDUS_EVENT_MOUSE_LEAVE, .x = -1, .y = -1};
            ludus_window_dispatch(w, &own);
        }
        ludus_window_measure(w);
        w->wants_draw = true;
    } else if (translate(w, event, &own)) {
        const bool is_used = ludus_window_dispatch(w, &own);
        const bool is_click =
            own.kind == LUDUS_EVENT_MOUSE_DOWN || own.kind == LUDUS_EVENT_MOUSE_UP;
        if (is_click && is_used && w->click_time == 0) {
            const double age = (double)(SDL_GetTicks() - event->common.timestamp) * 1e-3;
            w->click_time = ludus_clock() - age;
        }
        w->wants_draw = true;
    }
}

bool ludus_window_pump(ludus_window *w)
{
    SDL_Event event;
    bool any = false;
    while (SDL_PollEvent(&event)) {
        take_sdl_event(w, &event);
        any = true;
    }
    return any && w->wants_draw;
}
