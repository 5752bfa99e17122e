#include "viewer/run_world_screen.h"

#include "base/config.h"
#include "viewer/run_charts.h"
#include "viewer/widget.h"
#include "viewer/world_screen.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define GAP 10.0f
#define BAR_HEIGHT 32.0f
#define WIDE 900.0f // from here on world and curves stand side by side
#define POLL_SECONDS 0.5
#define PATH_MAX_BYTES 1024

// What tells one version of a file from another.
typedef struct file_stamp {
    ino_t inode;
    off_t size;
    struct timespec time;
} file_stamp;

struct ludus_run_world {
    ludus_run_charts *charts;
    ludus_world_view *view;
    char net[PATH_MAX_BYTES];
    file_stamp stamp; // of the net looked at last
    int32_t nets;     // that have played
    double poll_wait;
    char wrong[LUDUS_ERROR_TEXT_MAX];
    ludus_notice notice;
    float width, height;
    bool is_swapped; // wide: the world alone; else the curves instead of the world
    ludus_button button;
    ludus_rect bar, side;
};

// ---- The run's files -------------------------------------------------------------------------

static ludus_status read_recipe(const char *run, char *game, size_t size, ludus_env_config *env,
                                ludus_error *error)
{
    char path[PATH_MAX_BYTES];
    ludus_config *recipe;
    snprintf(path, sizeof path, "%s/recipe.ini", run);
    ludus_status status = ludus_config_load(&recipe, path, error);
    if (status == LUDUS_OK) {
        const char *name = ludus_config_get(recipe, "run", "game");
        snprintf(game, size, "%s", name != NULL ? name : "");
        *env = ludus_env_config_default();
        status = ludus_config_apply(recipe, ludus_env_options, ludus_env_num_options, env, error);
        ludus_config_destroy(recipe);
    }
    return status;
}

bool ludus_run_game(const char *run, char *out, size_t size)
{
    ludus_env_config env;
    return read_recipe(run, out, size, &env, NULL) == LUDUS_OK;
}

static bool is_same(const file_stamp *a, const file_stamp *b)
{
    return a->inode == b->inode && a->size == b->size && a->time.tv_sec == b->time.tv_sec &&
           a->time.tv_nsec == b->time.tv_nsec;
}

// Takes the net if it is another than the last one looked at; true when something changed.
static bool look_for_net(ludus_run_world *r)
{
    struct stat info;
    ludus_error error;
    file_stamp stamp = {0};
    if (stat(r->net, &info) == 0) {
        stamp = (file_stamp){info.st_ino, info.st_size, info.st_mtim};
    }
    if (is_same(&stamp, &r->stamp)) {
        return false;
    }
    r->stamp = stamp;
    r->wrong[0] = '\0';
    if (stamp.inode == 0) {
        snprintf(r->wrong, sizeof r->wrong, "the net is gone; the last one plays on");
    } else if (ludus_world_view_take_net(r->view, r->net, &error) != LUDUS_OK) {
        snprintf(r->wrong, sizeof r->wrong, "%s", error.text);
    } else if (r->nets++ > 0) {
        ludus_notice_show(&r->notice, 3, "a newer net plays");
    }
    return true;
}

const char *ludus_run_world_notice(const ludus_run_world *r)
{
    return r->wrong;
}

// ---- Places ----------------------------------------------------------------------------------

static void place(ludus_run_world *r)
{
    ludus_rect room = ludus_rect_inset((ludus_rect){0, 0, r->width, r->height}, GAP);
    ludus_rect bar = ludus_rect_cut_top(&room, BAR_HEIGHT, GAP);
    const bool is_wide = r->width >= WIDE;
    r->button.rect = ludus_rect_cut_right(&bar, 76, 12);
    r->button.is_on = r->is_swapped != is_wide;
    r->bar = bar;
    r->side = (ludus_rect){0};
    if (!is_wide && r->is_swapped) {
        r->side = room;
        room = (ludus_rect){0};
    } else if (is_wide && !r->is_swapped) {
        r->side = ludus_rect_cut_right(&room, fminf(room.w * .36f, 420), GAP);
    }
    ludus_world_view_place(r->view, room);
}

static void run_world_layout(void *self, float width, float height)
{
    ludus_run_world *r = self;
    r->width = width;
    r->height = height;
    place(r);
}

// ---- The screen ------------------------------------------------------------------------------

static void swap(ludus_run_world *r)
{
    r->is_swapped = !r->is_swapped;
    place(r);
}

static bool run_world_event(void *self, const ludus_event *event)
{
    ludus_run_world *r = self;
    bool used = false;
    if (event->kind == LUDUS_EVENT_KEY && event->key == 'c') {
        swap(r);
        return true;
    }
    if (ludus_buttons_event(&r->button, 1, event, &used) != LUDUS_BUTTON_NONE) {
        swap(r);
    }
    used |= ludus_run_charts_event(r->charts, event);
    return ludus_world_screen()->event(r->view, event) || used;
}

static bool run_world_update(void *self, double seconds)
{
    ludus_run_world *r = self;
    bool changed = ludus_run_charts_update(r->charts, seconds);
    r->poll_wait -= seconds;
    if (r->poll_wait <= 0.0) {
        r->poll_wait = POLL_SECONDS;
        changed |= look_for_net(r);
    }
    changed |= ludus_notice_update(&r->notice, seconds);
    return ludus_world_screen()->update(r->view, seconds) || changed;
}

static void run_world_settle(void *self)
{
    ludus_run_world *r = self;
    ludus_run_charts_settle(r->charts);
}

static void run_world_draw(void *self, ludus_canvas *canvas)
{
    ludus_run_world *r = self;
    ludus_run_charts_draw_head(r->charts, canvas, r->bar, r->wrong);
    ludus_buttons_draw(canvas, &r->button, 1);
    if (r->side.w < r->width - 2 * GAP) {
        ludus_world_screen()->draw(r->view, canvas);
    }
    ludus_run_charts_draw(r->charts, canvas, r->side);
    ludus_notice_draw(canvas, &r->notice, (ludus_rect){0, 0, r->width, r->height});
}

static void run_world_title(const void *self, char *out, size_t size)
{
    const ludus_run_world *r = self;
    snprintf(out, size, "%s - ludus", ludus_run_charts_name(r->charts));
}

static const ludus_key_help keys[] = {LUDUS_WORLD_KEYS, {"c", "the run's curves"}};

static const ludus_screen_ops screen = {
    .keys = keys,
    .num_keys = sizeof keys / sizeof keys[0],
    .layout = run_world_layout,
    .event = run_world_event,
    .update = run_world_update,
    .draw = run_world_draw,
    .title = run_world_title,
    .settle = run_world_settle,
};

const ludus_screen_ops *ludus_run_world_screen(void)
{
    return &screen;
}

// ---- Life ------------------------------------------------------------------------------------

static ludus_status open_view(ludus_run_world *r, const ludus_run_world_setup *setup,
                              ludus_error *error)
{
    char world[LUDUS_ENV_NAME_MAX];
    ludus_env_config env;
    const ludus_status status = read_recipe(setup->run, world, sizeof world, &env, error);
    if (status != LUDUS_OK) {
        return status;
    }
    const ludus_world_view_setup view = {
        .session = {.name = world, .env = &env, .seed = setup->seed, .epsilon = setup->epsilon},
        .steps_per_second = setup->steps_per_second,
        .is_person = setup->is_person,
        .is_paused = setup->is_paused,
        .awaits_net = true};
    return ludus_world_view_create(&r->view, &view, error);
}

ludus_status ludus_run_world_create(ludus_run_world **out, const ludus_run_world_setup *setup,
                                    ludus_error *error)
{
    *out = NULL;
    ludus_run_world *r = ludus_alloc(1, sizeof *r);
    if (r == NULL) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "out of memory");
    }
    snprintf(r->net, sizeof r->net, "%s/net.safetensors", setup->run);
    snprintf(r->button.label, sizeof r->button.label, "Curves");
    ludus_status status = ludus_run_charts_create(&r->charts, setup->run, setup->smoothing, error);
    if (status == LUDUS_OK) {
        status = open_view(r, setup, error);
    }
    if (status != LUDUS_OK) {
        ludus_run_world_destroy(r);
        return status;
    }
    (void)look_for_net(r);
    *out = r;
    return LUDUS_OK;
}

void ludus_run_world_destroy(ludus_run_world *r)
{
    if (r != NULL) {
        ludus_world_view_destroy(r->view);
        ludus_run_charts_destroy(r->charts);
        ludus_free(r);
    }
}
