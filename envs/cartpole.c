// Cart and pole: the task of Barto, Sutton & Anderson 1983 ("Neuronlike adaptive elements that can
// solve difficult learning control problems", IEEE SMC-13), without friction, by Euler steps of
// 0.02 s, with the limits that became common: 2.4 m, 12 degrees, 500 steps.
//
// Observation: cart position (m), its speed (m/s), pole angle (rad), its speed (rad/s); float32.
// Reward 1 for every step, also for the one that ends the episode.

#include "envs/env_internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define GRAVITY 9.8   // m/s^2
#define CART_MASS 1.0 // kg
#define POLE_MASS 0.1 // kg
#define HALF_POLE 0.5 // m, from the joint to the pole's centre of mass
#define FORCE 10.0    // N
#define TAU 0.02      // s per step
#define MAX_POSITION 2.4
#define MAX_ANGLE (12.0 * 3.14159265358979323846 / 180.0)
#define FIRST_RANGE 0.05 // every variable begins in +-this
#define MAX_STEPS 500

#define HEIGHT 100 // of the drawing, pixels
#define WIDTH 150

typedef struct cartpole {
    double x, speed, angle, angle_speed;
    ludus_rng rng;
} cartpole;
_Static_assert(sizeof(cartpole) == 64, "the saved layout");

static const char *const action_names[] = {"left", "right"};

static ludus_status create(const ludus_env_ops *ops, const ludus_env_config *config,
                           ludus_env_spec *spec, void **self, ludus_error *error)
{
    if (config->sticky > 0.0f) {
        return ludus_fail(error, LUDUS_ERR_UNSUPPORTED, "%s has no sticky actions: env.sticky = 0",
                          ops->name);
    }
    cartpole *s = ludus_alloc(1, sizeof(*s));
    if (s == NULL) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "no memory for %s", ops->name);
    }
    spec->obs_kind = LUDUS_OBS_FLOATS;
    spec->obs_shape[0] = 4;
    spec->obs_shape[1] = 1;
    spec->obs_shape[2] = 1;
    spec->stack = 1;
    spec->num_actions = 2;
    spec->noop_action = -1;
    spec->action_names = action_names;
    spec->max_steps = MAX_STEPS;
    spec->frame_size[0] = HEIGHT;
    spec->frame_size[1] = WIDTH;
    spec->steps_per_second = (float)(1.0 / TAU);
    spec->state_bytes = sizeof(*s);
    ludus_rng_init(&s->rng, 0, 0);
    *self = s;
    return LUDUS_OK;
}

static void destroy(void *self)
{
    ludus_free(self);
}

static double draw_first(ludus_rng *rng)
{
    return (2.0 * ludus_rng_double(rng) - 1.0) * FIRST_RANGE;
}

static void restart(void *self)
{
    cartpole *s = self;
    s->x = draw_first(&s->rng);
    s->speed = draw_first(&s->rng);
    s->angle = draw_first(&s->rng);
    s->angle_speed = draw_first(&s->rng);
}

static void reset(void *self, uint64_t seed)
{
    ludus_rng_init(&((cartpole *)self)->rng, seed, 0);
    restart(self);
}

static void step(void *self, int32_t action, ludus_env_result *out)
{
    cartpole *s = self;
    const double mass = CART_MASS + POLE_MASS;
    const double moment = POLE_MASS * HALF_POLE;
    const double sine = sin(s->angle);
    const double cosine = cos(s->angle);
    // The paper's equations of motion, appendix; `push` is the force and the pole's pull per mass.
    const double force = action == 1 ? FORCE : -FORCE;
    const double push = (force + moment * s->angle_speed * s->angle_speed * sine) / mass;
    const double angle_acceleration =
        (GRAVITY * sine - cosine * push) /
        (HALF_POLE * (4.0 / 3.0 - POLE_MASS * cosine * cosine / mass));
    const double acceleration = push - moment * angle_acceleration * cosine / mass;
    s->x += TAU * s->speed;
    s->speed += TAU * acceleration;
    s->angle += TAU * s->angle_speed;
    s->angle_speed += TAU * angle_acceleration;
    out->reward = 1.0f;
    out->terminated = fabs(s->x) > MAX_POSITION || fabs(s->angle) > MAX_ANGLE;
}

static void observe(const void *self, void *obs)
{
    const cartpole *s = self;
    const float values[4] = {(float)s->x, (float)s->speed, (float)s->angle, (float)s->angle_speed};
    memcpy(obs, values, sizeof(values));
}

static void put(uint8_t *rgb, int32_t x, int32_t y, uint32_t colour)
{
    if (x >= 0 && x < WIDTH && y >= 0 && y < HEIGHT) {
        uint8_t *pixel = rgb + 3 * (y * WIDTH + x);
        pixel[0] = (uint8_t)(colour >> 16);
        pixel[1] = (uint8_t)(colour >> 8);
        pixel[2] = (uint8_t)colour;
    }
}

static void fill(uint8_t *rgb, int32_t x0, int32_t y0, int32_t x1, int32_t y1, uint32_t colour)
{
    for (int32_t y = y0; y < y1; y++) {
        for (int32_t x = x0; x < x1; x++) {
            put(rgb, x, y, colour);
        }
    }
}

static void frame(const void *self, uint8_t *rgb)
{
    const cartpole *s = self;
    const int32_t track = 80;
    const double pole = 50.0; // pixels
    // States just past the limit are drawn at the edge.
    const double shown = fmin(fmax(s->x / MAX_POSITION, -1.2), 1.2);
    const int32_t cart = (int32_t)lround(WIDTH / 2.0 + shown * (WIDTH / 2.0 - 15.0));
    fill(rgb, 0, 0, WIDTH, HEIGHT, 0x121418);
    fill(rgb, 0, track, WIDTH, track + 2, 0x999999);
    fill(rgb, cart - 10, track - 10, cart + 10, track, 0x56b4e9);
    for (double along = 0.0; along < pole; along += 0.5) {
        const int32_t x = cart + (int32_t)lround(along * sin(s->angle));
        const int32_t y = track - 10 - (int32_t)lround(along * cos(s->angle));
        fill(rgb, x - 1, y - 1, x + 2, y + 2, 0xe69f00);
    }
}

static void draw(const void *self, char *out)
{
    const cartpole *s = self;
    const double shown = fmin(fmax(s->x / MAX_POSITION, -1.0), 1.0);
    const int32_t at = (int32_t)lround(20.0 + 20.0 * shown);
    char line[42];
    memset(line, '-', 41);
    line[41] = '\0';
    line[at] = s->angle < -0.03 ? '\\' : s->angle > 0.03 ? '/' : '|';
    snprintf(out, LUDUS_ENV_DRAW_MAX, "%s\nposition %+.2f m, pole %+.1f degrees\n", line, s->x,
             s->angle * 180.0 / 3.14159265358979323846);
}

static void save(const void *self, uint8_t *state)
{
    memcpy(state, self, sizeof(cartpole));
}

static ludus_status load(void *self, const uint8_t *state)
{
    cartpole loaded;
    memcpy(&loaded, state, sizeof(loaded));
    // Speeds in 500 steps stay far below this bound.
    const double most = 1e4;
    const uint64_t *words = loaded.rng.s;
    if (!(fabs(loaded.x) < most && fabs(loaded.speed) < most && fabs(loaded.angle) < most &&
          fabs(loaded.angle_speed) < most) ||
        (words[0] | words[1] | words[2] | words[3]) == 0) {
        return LUDUS_ERR_FORMAT;
    }
    *(cartpole *)self = loaded;
    return LUDUS_OK;
}

const ludus_env_ops ludus_cartpole_ops = {
    .name = "cartpole",
    .summary = "balance a pole on a cart (Barto, Sutton & Anderson 1983)",
    .create = create,
    .destroy = destroy,
    .reset = reset,
    .restart = restart,
    .step = step,
    .observe = observe,
    .frame = frame,
    .draw = draw,
    .save = save,
    .load = load,
};
