#include "viewer/video.h"
#include "viewer/window_internal.h"

#include <SDL2/SDL_image.h>
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STEP_MAX 0.25    // seconds: a window that was stopped does not jump
#define IDLE_WAIT 10     // milliseconds between looks when nothing moves
#define DENSE_DPI 144.0f // from here on a display counts as dense
#define NORMAL_DPI 96.0f
// In smaller windows everything is drawn smaller, as far as it can be read.
#define LEAST_WIDTH 320
#define LEAST_HEIGHT 240
#define LEAST_SCALE .5f

ludus_window_options ludus_window_options_default(void)
{
    return (ludus_window_options){.width = 1280, .height = 800, .frames_per_s = 60};
}

// ---- Painting -----------------------------------------------------------------------------------

void ludus_window_paint(ludus_window *w)
{
    const ludus_theme *theme = w->is_dark ? ludus_theme_dark() : ludus_theme_light();
    ludus_canvas_begin(w->canvas, theme, w->width, w->height, w->scale);
    w->ops->draw(w->self, w->canvas);
    ludus_notice_draw(w->canvas, &w->notice, (ludus_rect){0, 0, w->width, w->height});
    if (w->is_help) {
        ludus_window_draw_help(w);
    }
}

// ---- On the display -----------------------------------------------------------------------------

float ludus_window_dense_scale(float dpi)
{
    return dpi >= DENSE_DPI ? fminf(roundf(4 * dpi / NORMAL_DPI) / 4, 3) : 1;
}

float ludus_window_choose_scale(ludus_window *w, const int pixels[2])
{
    int units[2] = {0, 0};
    float dpi = 0;
    if (w->window) {
        SDL_GetWindowSize(w->window, &units[0], &units[1]);
    }
    w->ratio = units[0] > 0 ? (float)pixels[0] / (float)units[0] : 1;
    if (w->options->scale > 0) {
        return w->options->scale;
    }
    float scale = w->ratio;
    if (w->window && w->ratio == 1 &&
        SDL_GetDisplayDPI(SDL_GetWindowDisplayIndex(w->window), NULL, &dpi, NULL) == 0) {
        scale = ludus_window_dense_scale(dpi);
    }
    const float fits = fminf((float)pixels[0] / LEAST_WIDTH, (float)pixels[1] / LEAST_HEIGHT);
    return fminf(scale, fmaxf(fits, LEAST_SCALE));
}

void ludus_window_measure(ludus_window *w)
{
    int pixels[2] = {1, 1};
    SDL_GetRendererOutputSize(w->renderer, &pixels[0], &pixels[1]);
    const float scale = ludus_window_choose_scale(w, pixels);
    const float width = fmaxf((float)pixels[0] / scale, 1);
    const float height = fmaxf((float)pixels[1] / scale, 1);
    if (width != w->width || height != w->height || scale != w->scale) {
        w->width = width;
        w->height = height;
        w->scale = scale;
        w->ops->layout(w->self, width, height);
        w->wants_draw = true;
    }
}

// The window was made as many of the display's units large as it is to have logical ones. Which
// scale is in use is known only now.
static void fit_to_scale(ludus_window *w)
{
    int pixels[2] = {1, 1};
    SDL_Rect room;
    SDL_GetRendererOutputSize(w->renderer, &pixels[0], &pixels[1]);
    const float scale = ludus_window_choose_scale(w, pixels);
    int width = (int)lrintf((float)w->options->width * scale / w->ratio);
    int height = (int)lrintf((float)w->options->height * scale / w->ratio);
    if (SDL_GetDisplayUsableBounds(SDL_GetWindowDisplayIndex(w->window), &room) == 0) {
        width = width < room.w ? width : room.w;
        height = height < room.h ? height : room.h;
    }
    if (width != w->options->width || height != w->options->height) {
        SDL_SetWindowSize(w->window, width, height);
    }
}

// Without a wish in SDL_VIDEODRIVER SDL tries all drivers, also those that show nothing, and the
// libraries of the others complain on stderr. False when there is no display to try.
static bool choose_driver(void)
{
    const bool has_x11 = getenv("DISPLAY") != NULL;
    const bool has_wayland = getenv("WAYLAND_DISPLAY") != NULL;
    SDL_SetHint(SDL_HINT_VIDEODRIVER, has_x11 && has_wayland ? "x11,wayland"
                                      : has_wayland          ? "wayland"
                                                             : "x11");
    return has_x11 || has_wayland || getenv("SDL_VIDEODRIVER");
}

static ludus_status open_display(ludus_window *w, ludus_error *error)
{
    char title[128] = "ludus";
    const Uint32 flags = SDL_WINDOW_RESIZABLE | SDL_WINDOW_ALLOW_HIGHDPI | SDL_WINDOW_HIDDEN;
    SDL_SetHint(SDL_HINT_VIDEO_ALLOW_SCREENSAVER, "1");
    SDL_SetHint(SDL_HINT_MOUSE_FOCUS_CLICKTHROUGH, "1");
    SDL_SetHint(SDL_HINT_VIDEO_X11_NET_WM_BYPASS_COMPOSITOR, "0");
    if (!choose_driver()) {
        return ludus_fail(error, LUDUS_ERR_UNSUPPORTED,
                          "no display: neither DISPLAY nor WAYLAND_DISPLAY is set (--png FILE "
                          "draws without one)");
    }
    if (SDL_Init(SDL_INIT_VIDEO)) {
        const char *display = getenv("DISPLAY");
        return ludus_fail(error, LUDUS_ERR_UNSUPPORTED,
                          "no display%s%s: %s (--png FILE draws without one)", display ? " " : "",
                          display ? display : "", SDL_GetError());
    }
    w->window = SDL_CreateWindow(title, SDL_WINDOWPOS_UNDEFINED, SDL_WINDOWPOS_UNDEFINED,
                                 w->options->width, w->options->height, flags);
    if (!w->window) {
        return ludus_fail(error, LUDUS_ERR_UNSUPPORTED, "no window: %s", SDL_GetError());
    }
    SDL_SetWindowMinimumSize(w->window, LEAST_WIDTH, LEAST_HEIGHT);
    w->renderer =
        SDL_CreateRenderer(w->window, -1, SDL_RENDERER_ACCELERATED | SDL_RENDERER_PRESENTVSYNC);
    if (!w->renderer) {
        w->renderer = SDL_CreateRenderer(w->window, -1, SDL_RENDERER_SOFTWARE);
    }
    if (!w->renderer) {
        return ludus_fail(error, LUDUS_ERR_UNSUPPORTED, "nothing to draw with: %s", SDL_GetError());
    }
    fit_to_scale(w);
    SDL_ShowWindow(w->window);
    return LUDUS_OK;
}

static void note_frame(ludus_window *w, double work, double gap, bool was_moving)
{
    ludus_window_stats *s = &w->stats;
    s->frames++;
    s->work_seconds += work;
    s->worst_work = fmax(s->worst_work, work);
    if (was_moving) {
        s->moving_frames++;
        s->moving_seconds += gap;
        s->longest_gap = fmax(s->longest_gap, gap);
    }
    if (w->click_time > 0) {
        const double wait = ludus_clock() - w->click_time;
        s->clicks++;
        s->click_seconds += wait;
        s->worst_click = fmax(s->worst_click, wait);
        w->click_time = 0;
    }
}

static void show_title(ludus_window *w, char *shown, size_t size)
{
    char title[128] = "";
    w->ops->title(w->self, title, sizeof(title));
    if (strcmp(title, shown)) {
        snprintf(shown, size, "%s", title);
        SDL_SetWindowTitle(w->window, title);
    }
}

// Seconds of one frame at the display's rate.
static double display_period(SDL_Window *window)
{
    SDL_DisplayMode mode;
    const int display = SDL_GetWindowDisplayIndex(window);
    if (display >= 0 && SDL_GetCurrentDisplayMode(display, &mode) == 0 && mode.refresh_rate >= 24) {
        return 1.0 / mode.refresh_rate;
    }
    return 1.0 / 60;
}

// Waits until a frame's time has passed since `start`, where vsync has not done so.
static void wait_for_frame(double start, double period)
{
    const double left = period - (ludus_clock() - start) - 0.0005;
    if (left > 0.001) {
        SDL_Delay((Uint32)(left * 1000));
    }
}

static bool can_be_seen(SDL_Window *window)
{
    return !(SDL_GetWindowFlags(window) & (SDL_WINDOW_MINIMIZED | SDL_WINDOW_HIDDEN));
}

static void run_on_display(ludus_window *w)
{
    char title[128] = "";
    double before = ludus_clock();
    double shown_at = before;
    bool was_moving = false;
    const double period = display_period(w->window);
    w->wants_draw = true;
    while (!w->is_closed) {
        const double now = ludus_clock();
        const double seconds = fmin(now - before, STEP_MAX);
        before = now;
        bool changed = ludus_window_pump(w);
        changed |= w->ops->update(w->self, seconds);
        changed |= ludus_notice_update(&w->notice, seconds);
        w->wants_draw |= changed;
        if (!w->wants_draw || !can_be_seen(w->window)) {
            was_moving = false;
            SDL_WaitEventTimeout(NULL, IDLE_WAIT);
        } else {
            w->wants_draw = false;
            ludus_window_paint(w);
            const double work = ludus_clock() - now;
            SDL_RenderPresent(w->renderer);
            const double shown = ludus_clock();
            note_frame(w, work, shown - shown_at, was_moving);
            shown_at = shown;
            was_moving = true;
            show_title(w, title, sizeof(title));
            wait_for_frame(now, period);
        }
        w->is_closed |= w->options->stop && w->options->stop();
    }
}

// ---- Without a display --------------------------------------------------------------------------

static ludus_status open_headless(ludus_window *w, ludus_error *error)
{
    const float scale = w->options->scale > 0 ? w->options->scale : 1;
    const int width = (int)lrintf((float)w->options->width * scale);
    const int height = (int)lrintf((float)w->options->height * scale);
    if (SDL_Init(0)) {
        return ludus_fail(error, LUDUS_ERR_UNSUPPORTED, "SDL: %s", SDL_GetError());
    }
    w->surface = SDL_CreateRGBSurfaceWithFormat(0, width, height, 32, SDL_PIXELFORMAT_ARGB8888);
    w->renderer = w->surface ? SDL_CreateSoftwareRenderer(w->surface) : NULL;
    return w->renderer ? LUDUS_OK
                       : ludus_fail(error, LUDUS_ERR_UNSUPPORTED, "nothing to draw with: %s",
                                    SDL_GetError());
}

// Adds what was painted to the video. False when it takes no more: its end says why.
static bool film_frame(ludus_window *w, ludus_video *video, ludus_status *status,
                       ludus_error *error)
{
    SDL_Surface *grabbed = ludus_window_grab(w);
    if (!grabbed) {
        *status = ludus_fail(error, LUDUS_ERR_IO, "the picture cannot be read: %s", SDL_GetError());
        return false;
    }
    const bool is_taken = ludus_video_add(video, grabbed->pixels, grabbed->pitch);
    SDL_FreeSurface(grabbed);
    return is_taken;
}

static ludus_status run_headless(ludus_window *w, ludus_error *error)
{
    const ludus_window_options *o = w->options;
    const double step = 1.0 / o->frames_per_s;
    ludus_status status = LUDUS_OK;
    ludus_video *video = NULL;
    if (o->video) {
        status = ludus_video_create(&video, o->video, w->surface->w, w->surface->h, o->frames_per_s,
                                    error);
    }
    bool goes_on = !status;
    for (int32_t i = 0; i < o->frames && goes_on && !w->is_closed; i++) {
        const double start = ludus_clock();
        if (w->ops->settle) {
            w->ops->settle(w->self);
        }
        w->ops->update(w->self, step);
        ludus_notice_update(&w->notice, step);
        ludus_window_paint(w);
        SDL_RenderPresent(w->renderer);
        note_frame(w, ludus_clock() - start, 0, false);
        goes_on = !video || film_frame(w, video, &status, error);
        w->is_closed |= o->stop && o->stop();
    }
    if (video) {
        const ludus_status ended = ludus_video_finish(video, status ? NULL : error);
        status = status ? status : ended;
    }
    if (!status && o->png) {
        status = ludus_window_save_png(w, o->png, error);
    }
    return status;
}

// ---- Running ------------------------------------------------------------------------------------

static void close_window(ludus_window *w)
{
    ludus_canvas_destroy(w->canvas);
    if (w->renderer) {
        SDL_DestroyRenderer(w->renderer);
    }
    if (w->window) {
        SDL_DestroyWindow(w->window);
    }
    SDL_FreeSurface(w->surface);
    IMG_Quit();
    SDL_Quit();
}

ludus_status ludus_window_run(const ludus_screen_ops *ops, void *self,
                              const ludus_window_options *options, ludus_window_stats *stats,
                              ludus_error *error)
{
    assert(ops->layout && ops->event && ops->update && ops->draw && ops->title);
    assert(options->width >= 64 && options->height >= 64);
    ludus_window w = {.ops = ops, .self = self, .options = options, .is_dark = options->is_dark};
    const bool is_headless = options->frames > 0;
    ludus_status status = is_headless ? open_headless(&w, error) : open_display(&w, error);
    if (!status) {
        status = ludus_canvas_create(&w.canvas, w.renderer, error);
    }
    if (!status) {
        SDL_RendererInfo info;
        if (SDL_GetRendererInfo(w.renderer, &info) == 0) {
            snprintf(w.stats.renderer, sizeof(w.stats.renderer), "%s", info.name);
        }
        ludus_window_measure(&w);
        if (is_headless) {
            status = run_headless(&w, error);
        } else {
            run_on_display(&w);
        }
    }
    close_window(&w);
    if (stats) {
        *stats = w.stats;
    }
    return status;
}
