// MinAtar Asterix: eight lanes of treasures to collect and enemies to avoid.

#include "envs/env_internal.h"
#include "envs/minatar_internal.h"

#include <string.h>

enum { PLAYER, ENEMY, TRAIL, GOLD, NUM_CHANNELS };

#define NUM_SLOTS 8 // slot i moves in row i + 1
#define ALL_SLOTS ((1u << NUM_SLOTS) - 1)
#define RAMP_INTERVAL 100

typedef struct state {
    int32_t player_x, player_y;
    uint32_t used;  // bit i: something moves in slot i
    uint32_t gold;  // bit i: and it is gold
    uint32_t right; // bit i: and it moves right
    int32_t spawn_speed, spawn_timer;
    int32_t move_speed, move_timer;
    int32_t ramp_timer, ramp_index;
    int32_t padding;
    int8_t x[NUM_SLOTS];
} state;
_Static_assert(sizeof(state) == 56, "the saved layout");

static void reset(void *self, ludus_minatar_stream *stream)
{
    (void)stream;
    state *s = self;
    s->player_x = 5;
    s->player_y = 5;
    s->spawn_speed = 10;
    s->spawn_timer = 10;
    s->move_speed = 5;
    s->move_timer = 5;
    s->ramp_timer = RAMP_INTERVAL;
}

// The bit number of the n-th (from 0) set bit.
static uint32_t nth_bit(uint32_t bits, int32_t n)
{
    for (; n > 0; n--) {
        bits &= bits - 1;
    }
    return (uint32_t)__builtin_ctz(bits);
}

static void spawn(state *s, ludus_minatar_stream *stream)
{
    const bool moves_right = ludus_minatar_uniform(stream) < 0.5;
    const bool is_gold = ludus_minatar_uniform(stream) < 1.0 / 3.0;
    const uint32_t empty = ~s->used & ALL_SLOTS;
    if (empty == 0) {
        return;
    }
    const uint32_t slot = nth_bit(empty, ludus_minatar_below(stream, __builtin_popcount(empty)));
    const uint32_t bit = 1u << slot;
    s->used |= bit;
    s->gold = is_gold ? s->gold | bit : s->gold & ~bit;
    s->right = moves_right ? s->right | bit : s->right & ~bit;
    s->x[slot] = moves_right ? 0 : 9;
}

// Gold on the player's cell is collected, an enemy there ends the game. Only one slot is in the
// player's row.
static int32_t touch(state *s, bool *terminal)
{
    const int32_t slot = s->player_y - 1;
    const uint32_t bit = 1u << slot;
    if ((s->used & bit) == 0 || s->x[slot] != s->player_x) {
        return 0;
    }
    if ((s->gold & bit) == 0) {
        *terminal = true;
        return 0;
    }
    s->used &= ~bit;
    return 1;
}

static void move_all(state *s)
{
    for (uint32_t left = s->used; left != 0; left &= left - 1) {
        const int32_t slot = __builtin_ctz(left);
        const uint32_t bit = 1u << slot;
        const int32_t x = s->x[slot] + ((s->right & bit) != 0 ? 1 : -1);
        s->x[slot] = (int8_t)x;
        if (!ludus_minatar_inside(x)) {
            s->used &= ~bit;
        }
    }
}

static void grow_harder(state *s)
{
    if (s->spawn_speed <= 1 && s->move_speed <= 1) {
        return;
    }
    if (s->ramp_timer >= 0) {
        s->ramp_timer--;
        return;
    }
    s->move_speed -= s->move_speed > 1 && s->ramp_index % 2 == 1;
    s->spawn_speed -= s->spawn_speed > 1;
    s->ramp_index++;
    s->ramp_timer = RAMP_INTERVAL;
}

static int32_t step(void *self, ludus_minatar_stream *stream, int32_t action, bool ramping,
                    bool *terminal)
{
    state *s = self;
    if (s->spawn_timer == 0) {
        spawn(s, stream);
        s->spawn_timer = s->spawn_speed;
    }
    const int32_t dx = (action == LUDUS_MINATAR_RIGHT) - (action == LUDUS_MINATAR_LEFT);
    const int32_t dy = (action == LUDUS_MINATAR_DOWN) - (action == LUDUS_MINATAR_UP);
    s->player_x = ludus_minatar_clamp(s->player_x + dx, 0, 9);
    s->player_y = ludus_minatar_clamp(s->player_y + dy, 1, 8);
    int32_t reward = touch(s, terminal);
    if (s->move_timer == 0) {
        s->move_timer = s->move_speed;
        move_all(s);
        reward += touch(s, terminal);
    }
    s->spawn_timer--;
    s->move_timer--;
    if (ramping) {
        grow_harder(s);
    }
    return reward;
}

static void paint(const void *self, uint64_t *words)
{
    const state *s = self;
    ludus_minatar_set(words, PLAYER, s->player_x, s->player_y);
    for (uint32_t left = s->used; left != 0; left &= left - 1) {
        const int32_t slot = __builtin_ctz(left);
        const uint32_t bit = 1u << slot;
        const int32_t x = s->x[slot];
        ludus_minatar_set(words, (s->gold & bit) != 0 ? GOLD : ENEMY, x, slot + 1);
        const int32_t behind = x - ((s->right & bit) != 0 ? 1 : -1);
        if (ludus_minatar_inside(behind)) {
            ludus_minatar_set(words, TRAIL, behind, slot + 1);
        }
    }
}

static bool is_valid(const void *self)
{
    const state *s = self;
    bool valid = ludus_minatar_inside(s->player_x) && s->player_y >= 1 && s->player_y <= 8 &&
                 (s->used | s->gold | s->right) <= ALL_SLOTS && s->padding == 0;
    for (int i = 0; i < NUM_SLOTS; i++) {
        valid = valid && (ludus_minatar_inside(s->x[i]) || (s->used >> i & 1u) == 0);
    }
    return valid && s->spawn_speed >= 1 && s->spawn_speed <= 10 && s->move_speed >= 1 &&
           s->move_speed <= 5 && s->spawn_timer >= 0 && s->spawn_timer <= 10 &&
           s->move_timer >= 0 && s->move_timer <= 5 && s->ramp_timer >= -1 &&
           s->ramp_timer <= RAMP_INTERVAL && s->ramp_index >= 0 && s->ramp_index <= 10;
}

static int32_t ramp(const void *self)
{
    return ((const state *)self)->ramp_index;
}

static const ludus_minatar_rules rules = {
    .channels = NUM_CHANNELS,
    .num_minimal = 5,
    .minimal = {LUDUS_MINATAR_NONE, LUDUS_MINATAR_LEFT, LUDUS_MINATAR_UP, LUDUS_MINATAR_RIGHT,
                LUDUS_MINATAR_DOWN},
    .minimal_names = {"none", "left", "up", "right", "down"},
    .state_bytes = sizeof(state),
    .looks =
        {
            [PLAYER] = {"player", {0x56, 0xb4, 0xe9}, 1, false, '@'},
            [ENEMY] = {"enemy", {0xd5, 0x5e, 0x00}, 1, false, 'X'},
            [TRAIL] = {"trail", {0x99, 0x99, 0x99}, 5, true, '-'},
            [GOLD] = {"gold", {0xf0, 0xe4, 0x42}, 3, false, '$'},
        },
    .reset = reset,
    .step = step,
    .paint = paint,
    .is_valid = is_valid,
    .ramp = ramp,
};

const ludus_env_ops ludus_minatar_asterix_ops =
    LUDUS_MINATAR_OPS("asterix", &rules, "MinAtar: collect the gold, avoid the enemies");
