// MinAtar Breakout: a ball, a paddle in the bottom row, three rows of bricks.

#include "envs/env_internal.h"
#include "envs/minatar_internal.h"

enum { PADDLE, BALL, TRAIL, BRICK, NUM_CHANNELS };

#define FIRST_BRICK_ROW 1
#define NUM_BRICKS 30
#define ALL_BRICKS ((1u << NUM_BRICKS) - 1)
#define PADDLE_ROW 9

typedef struct state {
    uint32_t bricks; // bit (y-1)*10+x
    int32_t ball_x, ball_y;
    int32_t last_x, last_y; // the ball's cell before the step
    int32_t direction;      // 0 up-left, 1 up-right, 2 down-right, 3 down-left
    int32_t paddle;         // column
    uint32_t is_striking;   // the ball hit a brick in the last step: it passes the next one
} state;
_Static_assert(sizeof(state) == 32, "the saved layout");

static const int8_t step_x[4] = {-1, 1, 1, -1};
static const int8_t step_y[4] = {-1, -1, 1, 1};
static const int8_t mirror_x[4] = {1, 0, 3, 2};
static const int8_t mirror_y[4] = {3, 2, 1, 0};
static const int8_t turn_back[4] = {2, 3, 0, 1};

static void reset(void *self, ludus_minatar_stream *stream)
{
    state *s = self;
    const bool from_right = ludus_minatar_below(stream, 2) == 1;
    s->bricks = ALL_BRICKS;
    s->ball_x = from_right ? 9 : 0;
    s->ball_y = 3;
    s->last_x = s->ball_x;
    s->last_y = s->ball_y;
    s->direction = from_right ? 3 : 2;
    s->paddle = 4;
    s->is_striking = 0;
}

// The bit of a brick at (x,y), 0 outside the brick rows.
static uint32_t brick_bit(int32_t x, int32_t y)
{
    const uint32_t row = (uint32_t)(y - FIRST_BRICK_ROW);
    return row < 3 ? 1u << (row * LUDUS_MINATAR_SIZE + (uint32_t)x) : 0;
}

// The ball reaches the paddle's row at column x; returns its new row.
static int32_t meet_paddle(state *s, int32_t x, bool *terminal)
{
    if (s->bricks == 0) {
        s->bricks = ALL_BRICKS;
    }
    if (s->ball_x == s->paddle) {
        s->direction = mirror_y[s->direction];
    } else if (x == s->paddle) {
        s->direction = turn_back[s->direction];
    } else {
        *terminal = true;
        return PADDLE_ROW;
    }
    return s->last_y;
}

static int32_t step(void *self, ludus_minatar_stream *stream, int32_t action, bool ramping,
                    bool *terminal)
{
    (void)stream;
    (void)ramping;
    state *s = self;
    int32_t reward = 0;
    const int32_t shift = (action == LUDUS_MINATAR_RIGHT) - (action == LUDUS_MINATAR_LEFT);
    s->paddle = ludus_minatar_clamp(s->paddle + shift, 0, 9);
    s->last_x = s->ball_x;
    s->last_y = s->ball_y;
    int32_t x = s->ball_x + step_x[s->direction];
    int32_t y = s->ball_y + step_y[s->direction];
    if (!ludus_minatar_inside(x)) {
        x = ludus_minatar_clamp(x, 0, 9);
        s->direction = mirror_x[s->direction];
    }
    const uint32_t brick = brick_bit(x, y) & s->bricks;
    if (y < 0) {
        y = 0;
        s->direction = mirror_y[s->direction];
    } else if (brick != 0) {
        if (s->is_striking == 0) {
            reward = 1;
            s->bricks ^= brick;
            y = s->last_y;
            s->direction = mirror_y[s->direction];
        }
    } else if (y >= PADDLE_ROW) {
        y = meet_paddle(s, x, terminal);
    }
    s->is_striking = brick != 0;
    s->ball_x = x;
    s->ball_y = y;
    return reward;
}

static void paint(const void *self, uint64_t *words)
{
    const state *s = self;
    ludus_minatar_set(words, PADDLE, s->paddle, PADDLE_ROW);
    ludus_minatar_set(words, BALL, s->ball_x, s->ball_y);
    ludus_minatar_set(words, TRAIL, s->last_x, s->last_y);
    ludus_minatar_set_row(words, BRICK, FIRST_BRICK_ROW, s->bricks);
}

static bool is_valid(const void *self)
{
    const state *s = self;
    return s->bricks <= ALL_BRICKS && ludus_minatar_inside(s->ball_x) &&
           ludus_minatar_inside(s->ball_y) && ludus_minatar_inside(s->last_x) &&
           ludus_minatar_inside(s->last_y) && (uint32_t)s->direction < 4 &&
           ludus_minatar_inside(s->paddle) && s->is_striking <= 1;
}

static int32_t ramp(const void *self)
{
    (void)self;
    return 0;
}

static const ludus_minatar_rules rules = {
    .channels = NUM_CHANNELS,
    .num_minimal = 3,
    .minimal = {LUDUS_MINATAR_NONE, LUDUS_MINATAR_LEFT, LUDUS_MINATAR_RIGHT},
    .minimal_names = {"none", "left", "right"},
    .state_bytes = sizeof(state),
    .looks =
        {
            [PADDLE] = {"paddle", {0x56, 0xb4, 0xe9}, 1, false, '='},
            [BALL] = {"ball", {0xf0, 0xe4, 0x42}, 3, false, 'o'},
            [TRAIL] = {"trail", {0x99, 0x99, 0x99}, 5, true, '\''},
            [BRICK] = {"brick", {0xd5, 0x5e, 0x00}, 1, true, '#'},
        },
    .reset = reset,
    .step = step,
    .paint = paint,
    .is_valid = is_valid,
    .ramp = ramp,
};

const ludus_env_ops ludus_minatar_breakout_ops =
    LUDUS_MINATAR_OPS("breakout", &rules, "MinAtar: keep the ball up, break the bricks");
