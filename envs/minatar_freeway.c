// MinAtar Freeway: bring the chicken across eight lanes of cars, again and again.

#include "envs/env_internal.h"
#include "envs/minatar_internal.h"

enum { CHICKEN, CAR, SPEED1, SPEED2, SPEED3, SPEED4, SPEED5, NUM_CHANNELS };

#define NUM_CARS 8 // car i drives in row i + 1
#define COLUMN 4   // the chicken's
#define START_ROW 9
#define MOVE_INTERVAL 3
#define TIME_LIMIT 2500

typedef struct state {
    int32_t row; // the chicken's
    int32_t move_timer;
    int32_t terminate_timer;
    int32_t padding;
    int8_t x[NUM_CARS];
    int8_t timer[NUM_CARS];
    int8_t interval[NUM_CARS];  // steps between moves, 1..5
    int8_t direction[NUM_CARS]; // -1 left, +1 right
} state;
_Static_assert(sizeof(state) == 48, "the saved layout");

static void choose_speeds(state *s, ludus_minatar_stream *stream)
{
    for (int i = 0; i < NUM_CARS; i++) {
        s->interval[i] = (int8_t)(1 + ludus_minatar_below(stream, 5));
        s->timer[i] = s->interval[i];
    }
    for (int i = 0; i < NUM_CARS; i++) {
        s->direction[i] = ludus_minatar_uniform(stream) < 0.5 ? -1 : 1;
    }
}

static void reset(void *self, ludus_minatar_stream *stream)
{
    state *s = self;
    choose_speeds(s, stream);
    s->row = START_ROW;
    s->move_timer = MOVE_INTERVAL;
    s->terminate_timer = TIME_LIMIT;
}

static bool is_hit(const state *s)
{
    return s->row >= 1 && s->row <= NUM_CARS && s->x[s->row - 1] == COLUMN;
}

// Branch-free, so that the eight lanes become one vector.
static void drive(state *s)
{
    for (int i = 0; i < NUM_CARS; i++) {
        const bool moves = s->timer[i] == 0;
        int8_t x = (int8_t)(s->x[i] + (moves ? s->direction[i] : 0));
        x = x < 0 ? 9 : x;
        x = x > 9 ? 0 : x;
        s->x[i] = x;
        s->timer[i] = (int8_t)(moves ? s->interval[i] : s->timer[i] - 1);
    }
}

static int32_t step(void *self, ludus_minatar_stream *stream, int32_t action, bool ramping,
                    bool *terminal)
{
    (void)ramping;
    state *s = self;
    int32_t reward = 0;
    const int32_t dy = (action == LUDUS_MINATAR_DOWN) - (action == LUDUS_MINATAR_UP);
    if (dy != 0 && s->move_timer == 0) {
        s->move_timer = MOVE_INTERVAL;
        s->row = ludus_minatar_clamp(s->row + dy, 0, 9);
    }
    if (s->row == 0) {
        reward = 1;
        choose_speeds(s, stream);
        s->row = START_ROW;
    }
    // Only the car of the chicken's own row can hit it, before or after its move.
    const bool hit_before = is_hit(s);
    drive(s);
    if (hit_before || is_hit(s)) {
        s->row = START_ROW;
    }
    s->move_timer -= s->move_timer > 0;
    s->terminate_timer--;
    if (s->terminate_timer < 0) {
        *terminal = true;
    }
    return reward;
}

static void paint(const void *self, uint64_t *words)
{
    const state *s = self;
    ludus_minatar_set(words, CHICKEN, COLUMN, s->row);
    for (int32_t i = 0; i < NUM_CARS; i++) {
        ludus_minatar_set(words, CAR, s->x[i], i + 1);
        int32_t behind = s->x[i] - s->direction[i];
        behind = behind < 0 ? 9 : behind > 9 ? 0 : behind;
        ludus_minatar_set(words, CAR + s->interval[i], behind, i + 1);
    }
}

static bool is_valid(const void *self)
{
    const state *s = self;
    bool valid = ludus_minatar_inside(s->row) && s->move_timer >= 0 &&
                 s->move_timer <= MOVE_INTERVAL && s->terminate_timer >= -1 &&
                 s->terminate_timer <= TIME_LIMIT && s->padding == 0;
    for (int i = 0; i < NUM_CARS; i++) {
        valid = valid && ludus_minatar_inside(s->x[i]) && s->interval[i] >= 1 &&
                s->interval[i] <= 5 && s->timer[i] >= 0 && s->timer[i] <= s->interval[i] &&
                (s->direction[i] == 1 || s->direction[i] == -1);
    }
    return valid;
}

static int32_t ramp(const void *self)
{
    (void)self;
    return 0;
}

static const ludus_minatar_rules rules = {
    .channels = NUM_CHANNELS,
    .num_minimal = 3,
    .minimal = {LUDUS_MINATAR_NONE, LUDUS_MINATAR_UP, LUDUS_MINATAR_DOWN},
    .minimal_names = {"none", "up", "down"},
    .state_bytes = sizeof(state),
    .looks =
        {
            [CHICKEN] = {"chicken", {0xf0, 0xe4, 0x42}, 2, false, '@'},
            [CAR] = {"car", {0xf5, 0xf5, 0xf5}, 1, false, 'O'},
            [SPEED1] = {"fastest", {0xd5, 0x5e, 0x00}, 5, true, '1'},
            [SPEED2] = {"fast", {0xe6, 0x9f, 0x00}, 5, true, '2'},
            [SPEED3] = {"medium", {0x00, 0x9e, 0x73}, 5, true, '3'},
            [SPEED4] = {"slow", {0x56, 0xb4, 0xe9}, 5, true, '4'},
            [SPEED5] = {"slowest", {0x00, 0x72, 0xb2}, 5, true, '5'},
        },
    .reset = reset,
    .step = step,
    .paint = paint,
    .is_valid = is_valid,
    .ramp = ramp,
};

const ludus_env_ops ludus_minatar_freeway_ops =
    LUDUS_MINATAR_OPS("freeway", &rules, "MinAtar: cross the road as often as the time allows");
