// MinAtar Space Invaders: a cannon, a marching block of aliens, bullets both ways.

#include "envs/env_internal.h"
#include "envs/minatar_internal.h"

#include <string.h>

enum { CANNON, ALIEN, ALIEN_LEFT, ALIEN_RIGHT, FRIENDLY_BULLET, ENEMY_BULLET, NUM_CHANNELS };

#define ROWS LUDUS_MINATAR_SIZE
#define ROW_MASK 0x3ffu
#define BLOCK_ROWS 4
#define BLOCK_MASK 0x0fcu // columns 2..7
#define FIRST_INTERVAL 12
#define LAST_INTERVAL 6
#define SHOT_INTERVAL 5
#define ALIEN_SHOT_INTERVAL 10

// Maps are rows of bits, bit x for column x.
typedef struct state {
    uint16_t aliens[ROWS];
    uint16_t friendly[ROWS];
    uint16_t enemy[ROWS];
    uint16_t padding[2];
    int32_t position; // the cannon's column, row 9
    int32_t direction;
    int32_t interval, move_timer;
    int32_t alien_shot_timer, shot_timer;
    int32_t ramp_index;
    int32_t count; // aliens
} state;
_Static_assert(sizeof(state) == 96, "the saved layout");

static void fill_block(state *s)
{
    memset(s->aliens, 0, sizeof(s->aliens));
    for (int y = 0; y < BLOCK_ROWS; y++) {
        s->aliens[y] = BLOCK_MASK;
    }
    s->count = 24;
}

static void reset(void *self, ludus_minatar_stream *stream)
{
    (void)stream;
    state *s = self;
    fill_block(s);
    s->position = 5;
    s->direction = -1;
    s->interval = FIRST_INTERVAL;
    s->move_timer = FIRST_INTERVAL;
    s->alien_shot_timer = ALIEN_SHOT_INTERVAL;
}

static uint32_t all_columns(const state *s)
{
    uint32_t columns = 0;
    for (int y = 0; y < ROWS; y++) {
        columns |= s->aliens[y];
    }
    return columns;
}

static void march_down(state *s)
{
    const uint16_t last = s->aliens[ROWS - 1];
    memmove(s->aliens + 1, s->aliens, (ROWS - 1) * sizeof(s->aliens[0]));
    s->aliens[0] = last;
}

static void march_sideways(state *s)
{
    for (int y = 0; y < ROWS; y++) {
        const uint32_t row = s->aliens[y];
        const uint32_t rolled = s->direction > 0 ? row << 1 | row >> 9 : row >> 1 | row << 9;
        s->aliens[y] = (uint16_t)(rolled & ROW_MASK);
    }
}

static bool has(uint32_t row, int32_t x)
{
    return (row >> x & 1u) != 0;
}

static bool alien_on_cannon(const state *s)
{
    return has(s->aliens[ROWS - 1], s->position);
}

static void march(state *s, bool *terminal)
{
    s->move_timer = s->count < s->interval ? s->count : s->interval;
    const uint32_t columns = all_columns(s);
    if ((s->direction < 0 && has(columns, 0)) || (s->direction > 0 && has(columns, 9))) {
        s->direction = -s->direction;
        *terminal = *terminal || s->aliens[ROWS - 1] != 0;
        march_down(s);
    } else {
        march_sideways(s);
    }
    *terminal = *terminal || alien_on_cannon(s);
}

// The alien nearest by column (the left one of two), lowest in that column, shoots.
static void shoot_back(state *s)
{
    const uint32_t columns = all_columns(s);
    for (int32_t distance = 0; distance < ROWS; distance++) {
        const int32_t left = s->position - distance;
        const int32_t right = s->position + distance;
        const bool has_left = left >= 0 && has(columns, left);
        const bool has_right = right < ROWS && has(columns, right);
        if (!has_left && !has_right) {
            continue;
        }
        const int32_t x = has_left ? left : right;
        int32_t y = ROWS - 1;
        while (!has(s->aliens[y], x)) {
            y--;
        }
        s->enemy[y] = (uint16_t)(s->enemy[y] | 1u << x);
        return;
    }
}

// Aliens under friendly bullets vanish with them; returns how many.
static int32_t hit_aliens(state *s)
{
    uint32_t any = 0;
    for (int y = 0; y < ROWS; y++) {
        any |= (uint32_t)s->aliens[y] & s->friendly[y];
    }
    if (any == 0) {
        return 0;
    }
    int32_t hits = 0;
    for (int y = 0; y < ROWS; y++) {
        const uint16_t both = s->aliens[y] & s->friendly[y];
        s->aliens[y] ^= both;
        s->friendly[y] ^= both;
        hits += __builtin_popcount(both);
    }
    s->count -= hits;
    return hits;
}

static void move_bullets(state *s, bool *terminal)
{
    memmove(s->friendly, s->friendly + 1, (ROWS - 1) * sizeof(s->friendly[0]));
    s->friendly[ROWS - 1] = 0;
    memmove(s->enemy + 1, s->enemy, (ROWS - 1) * sizeof(s->enemy[0]));
    s->enemy[0] = 0;
    *terminal = *terminal || has(s->enemy[ROWS - 1], s->position);
}

static void move_cannon(state *s, int32_t action)
{
    if (action == LUDUS_MINATAR_FIRE && s->shot_timer == 0) {
        s->friendly[ROWS - 1] = (uint16_t)(s->friendly[ROWS - 1] | 1u << s->position);
        s->shot_timer = SHOT_INTERVAL;
    }
    const int32_t dx = (action == LUDUS_MINATAR_RIGHT) - (action == LUDUS_MINATAR_LEFT);
    s->position = ludus_minatar_clamp(s->position + dx, 0, 9);
}

static int32_t step(void *self, ludus_minatar_stream *stream, int32_t action, bool ramping,
                    bool *terminal)
{
    (void)stream;
    state *s = self;
    move_cannon(s, action);
    move_bullets(s, terminal);
    *terminal = *terminal || alien_on_cannon(s);
    if (s->move_timer == 0) {
        march(s, terminal);
    }
    if (s->alien_shot_timer == 0) {
        s->alien_shot_timer = ALIEN_SHOT_INTERVAL;
        shoot_back(s);
    }
    const int32_t reward = hit_aliens(s);
    s->shot_timer -= s->shot_timer > 0;
    s->move_timer--;
    s->alien_shot_timer--;
    if (s->count == 0) {
        if (s->interval > LAST_INTERVAL && ramping) {
            s->interval--;
            s->ramp_index++;
        }
        fill_block(s);
    }
    return reward;
}

// A map as its observation bits.
static void paint_map(const uint16_t *rows, int32_t channel, uint64_t *words)
{
    uint64_t top = 0;
    uint64_t bottom = 0;
    for (int y = 0; y < ROWS / 2; y++) {
        top |= (uint64_t)rows[y] << (10 * y);
        bottom |= (uint64_t)rows[y + ROWS / 2] << (10 * y);
    }
    ludus_minatar_set_row(words, channel, 0, top);
    ludus_minatar_set_row(words, channel, ROWS / 2, bottom);
}

static void paint(const void *self, uint64_t *words)
{
    const state *s = self;
    ludus_minatar_set(words, CANNON, s->position, ROWS - 1);
    paint_map(s->aliens, ALIEN, words);
    paint_map(s->aliens, s->direction < 0 ? ALIEN_LEFT : ALIEN_RIGHT, words);
    paint_map(s->friendly, FRIENDLY_BULLET, words);
    paint_map(s->enemy, ENEMY_BULLET, words);
}

static bool is_valid(const void *self)
{
    const state *s = self;
    int32_t count = 0;
    uint32_t all = 0;
    for (int y = 0; y < ROWS; y++) {
        count += __builtin_popcount(s->aliens[y]);
        all |= (uint32_t)s->aliens[y] | s->friendly[y] | s->enemy[y];
    }
    return count >= 1 && count == s->count && all <= ROW_MASK && s->padding[0] == 0 &&
           s->padding[1] == 0 && ludus_minatar_inside(s->position) &&
           (s->direction == 1 || s->direction == -1) && s->interval >= LAST_INTERVAL &&
           s->interval <= FIRST_INTERVAL && s->move_timer >= 0 && s->move_timer <= FIRST_INTERVAL &&
           s->alien_shot_timer >= 0 && s->alien_shot_timer <= ALIEN_SHOT_INTERVAL &&
           s->shot_timer >= 0 && s->shot_timer <= SHOT_INTERVAL && s->ramp_index >= 0 &&
           s->ramp_index <= 6;
}

static int32_t ramp(const void *self)
{
    return ((const state *)self)->ramp_index;
}

static const ludus_minatar_rules rules = {
    .channels = NUM_CHANNELS,
    .num_minimal = 4,
    .minimal = {LUDUS_MINATAR_NONE, LUDUS_MINATAR_LEFT, LUDUS_MINATAR_RIGHT, LUDUS_MINATAR_FIRE},
    .minimal_names = {"none", "left", "right", "fire"},
    .state_bytes = sizeof(state),
    .looks =
        {
            [CANNON] = {"cannon", {0x56, 0xb4, 0xe9}, 1, false, '^'},
            [ALIEN] = {"alien", {0x00, 0x9e, 0x73}, 1, true, 'M'},
            [ALIEN_LEFT] = {"alien going left", {0xcc, 0x79, 0xa7}, 5, false, '<'},
            [ALIEN_RIGHT] = {"alien going right", {0xf5, 0xf5, 0xf5}, 5, false, '>'},
            [FRIENDLY_BULLET] = {"bullet", {0xf0, 0xe4, 0x42}, 6, false, '|'},
            [ENEMY_BULLET] = {"alien bullet", {0xd5, 0x5e, 0x00}, 6, false, '!'},
        },
    .reset = reset,
    .step = step,
    .paint = paint,
    .is_valid = is_valid,
    .ramp = ramp,
};

const ludus_env_ops ludus_minatar_space_invaders_ops = LUDUS_MINATAR_OPS(
    "space_invaders", &rules, "MinAtar: shoot the marching aliens before they land");
