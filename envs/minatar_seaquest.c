// MinAtar Seaquest: a submarine that shoots fish and submarines, picks up divers, and must surface
// for air.

#include "envs/minatar_seaquest_internal.h"

#include "envs/env_internal.h"

_Static_assert(sizeof(ludus_seaquest_thing) == 8, "compared as 8 bytes");

enum {
    SUB_FRONT,
    SUB_BACK,
    FRIENDLY_BULLET,
    TRAIL,
    ENEMY_BULLET,
    FISH,
    ENEMY_SUB,
    OXYGEN,
    DIVER_GAUGE,
    DIVER,
    NUM_CHANNELS
};

#define MAX_OXYGEN 200
#define FULL_CREW 6
#define FIRST_SPAWN_SPEED 20
#define FIRST_MOVE_SPEED 5
#define LAST_MOVE_SPEED 2
#define DIVER_SPAWN_INTERVAL 30
#define SHOT_INTERVAL 5
#define GAUGE_ROW 9

static void reset(void *self, ludus_minatar_stream *stream)
{
    (void)stream;
    ludus_seaquest *s = self;
    s->x = 5;
    s->direction = -1;
    s->is_surfaced = 1;
    s->oxygen = MAX_OXYGEN;
    s->spawn_speed = FIRST_SPAWN_SPEED;
    s->spawn_timer = FIRST_SPAWN_SPEED;
    s->diver_timer = DIVER_SPAWN_INTERVAL;
    s->move_speed = FIRST_MOVE_SPEED;
}

static void act(ludus_seaquest *s, int32_t action)
{
    if (action == LUDUS_MINATAR_FIRE && s->shot_timer == 0) {
        ludus_seaquest_shoot(s);
        s->shot_timer = SHOT_INTERVAL;
    }
    const int32_t dx = (action == LUDUS_MINATAR_RIGHT) - (action == LUDUS_MINATAR_LEFT);
    const int32_t dy = (action == LUDUS_MINATAR_DOWN) - (action == LUDUS_MINATAR_UP);
    s->direction = dx != 0 ? dx : s->direction;
    s->x = ludus_minatar_clamp(s->x + dx, 0, 9);
    s->y = ludus_minatar_clamp(s->y + dy, 0, 8);
}

static void grow_harder(ludus_seaquest *s)
{
    if (s->spawn_speed <= 1 && s->move_speed <= LAST_MOVE_SPEED) {
        return;
    }
    s->move_speed -= s->move_speed > LAST_MOVE_SPEED && s->ramp_index % 2 == 1;
    s->spawn_speed -= s->spawn_speed > 1;
    s->ramp_index++;
}

// Tenths of the air left, 0..10.
static int32_t air(const ludus_seaquest *s)
{
    return s->oxygen > 0 ? s->oxygen * 10 / MAX_OXYGEN : 0;
}

// Fresh air, and the crew is paid when complete. One diver leaves even then, so the count is -1
// after a full rescue and surfacing is free from then on: a quirk of the published game, kept.
static int32_t surface(ludus_seaquest *s, bool ramping)
{
    int32_t reward = 0;
    s->is_surfaced = 1;
    if (s->divers == FULL_CREW) {
        s->divers = 0;
        reward = s->oxygen * 10 / MAX_OXYGEN - (s->oxygen < 0 && s->oxygen * 10 % MAX_OXYGEN != 0);
    }
    s->oxygen = MAX_OXYGEN;
    s->divers--;
    if (ramping) {
        grow_harder(s);
    }
    return reward;
}

static int32_t breathe(ludus_seaquest *s, bool ramping, bool *terminal)
{
    *terminal = *terminal || s->oxygen <= 0;
    if (s->y > 0) {
        s->oxygen--;
        s->is_surfaced = 0;
    } else if (s->is_surfaced == 0) {
        if (s->divers == 0) {
            *terminal = true;
        } else {
            return surface(s, ramping);
        }
    }
    return 0;
}

static int32_t step(void *self, ludus_minatar_stream *stream, int32_t action, bool ramping,
                    bool *terminal)
{
    ludus_seaquest *s = self;
    if (s->spawn_timer == 0) {
        ludus_seaquest_spawn_enemy(s, stream);
        s->spawn_timer = s->spawn_speed;
    }
    if (s->diver_timer == 0) {
        ludus_seaquest_spawn_diver(s, stream);
        s->diver_timer = DIVER_SPAWN_INTERVAL;
    }
    act(s, action);
    const int32_t reward = ludus_seaquest_move_things(s, terminal);
    s->spawn_timer -= s->spawn_timer > 0;
    s->diver_timer -= s->diver_timer > 0;
    s->shot_timer -= s->shot_timer > 0;
    return reward + breathe(s, ramping, terminal);
}

static void paint_list(const ludus_seaquest_thing *list, int32_t count, int32_t channel,
                       bool has_trail, uint64_t *words)
{
    for (int32_t i = 0; i < count; i++) {
        const int32_t x = list[i].x;
        const int32_t behind = x - list[i].direction;
        ludus_minatar_set(words, channel, x, list[i].y);
        if (has_trail && ludus_minatar_inside(behind)) {
            ludus_minatar_set(words, TRAIL, behind, list[i].y);
        }
    }
}

static void paint(const void *self, uint64_t *words)
{
    const ludus_seaquest *s = self;
    ludus_minatar_set(words, SUB_FRONT, s->x, s->y);
    const int32_t back = s->x - s->direction;
    if (ludus_minatar_inside(back)) {
        ludus_minatar_set(words, SUB_BACK, back, s->y);
    }
    const uint32_t crew = s->divers > 0 ? (uint32_t)s->divers : 0;
    ludus_minatar_set_row(words, OXYGEN, GAUGE_ROW, (1u << air(s)) - 1);
    ludus_minatar_set_row(words, DIVER_GAUGE, GAUGE_ROW, ((1u << crew) - 1) << (9 - crew));
    paint_list(s->bullets, s->num_bullets, FRIENDLY_BULLET, false, words);
    paint_list(s->enemy_bullets, s->num_enemy_bullets, ENEMY_BULLET, false, words);
    paint_list(s->fish, s->num_fish, FISH, true, words);
    paint_list(s->subs, s->num_subs, ENEMY_SUB, true, words);
    paint_list(s->diving, s->num_diving, DIVER, true, words);
}

static bool is_valid(const void *self)
{
    const ludus_seaquest *s = self;
    return ludus_minatar_inside(s->x) && s->y >= 0 && s->y <= 8 &&
           (s->direction == 1 || s->direction == -1) && s->oxygen <= MAX_OXYGEN &&
           s->oxygen > INT32_MIN / 16 && s->divers <= FULL_CREW && s->divers > INT32_MIN / 2 &&
           (s->is_surfaced == 0 || s->is_surfaced == 1) && s->spawn_speed >= 1 &&
           s->spawn_speed <= FIRST_SPAWN_SPEED && s->spawn_timer >= 0 &&
           s->spawn_timer <= FIRST_SPAWN_SPEED && s->diver_timer >= 0 &&
           s->diver_timer <= DIVER_SPAWN_INTERVAL && s->move_speed >= LAST_MOVE_SPEED &&
           s->move_speed <= FIRST_MOVE_SPEED && s->shot_timer >= 0 &&
           s->shot_timer <= SHOT_INTERVAL && s->ramp_index >= 0 && s->ramp_index <= 20 &&
           s->padding == 0 && ludus_seaquest_things_are_valid(s);
}

static int32_t ramp(const void *self)
{
    return ((const ludus_seaquest *)self)->ramp_index;
}

static const ludus_minatar_rules rules = {
    .channels = NUM_CHANNELS,
    .num_minimal = LUDUS_MINATAR_ACTIONS,
    .minimal = {LUDUS_MINATAR_NONE, LUDUS_MINATAR_LEFT, LUDUS_MINATAR_UP, LUDUS_MINATAR_RIGHT,
                LUDUS_MINATAR_DOWN, LUDUS_MINATAR_FIRE},
    .minimal_names = {"none", "left", "up", "right", "down", "fire"},
    .state_bytes = sizeof(ludus_seaquest),
    .looks =
        {
            [SUB_FRONT] = {"submarine", {0xf5, 0xf5, 0xf5}, 1, false, '@'},
            [SUB_BACK] = {"its back", {0x99, 0x99, 0x99}, 1, false, 'o'},
            [FRIENDLY_BULLET] = {"bullet", {0xf0, 0xe4, 0x42}, 6, false, '*'},
            [TRAIL] = {"trail", {0x66, 0x63, 0x70}, 6, true, '-'},
            [ENEMY_BULLET] = {"enemy bullet", {0xd5, 0x5e, 0x00}, 6, false, '!'},
            [FISH] = {"fish", {0x00, 0x9e, 0x73}, 2, false, 'F'},
            [ENEMY_SUB] = {"enemy submarine", {0xcc, 0x79, 0xa7}, 1, false, 'S'},
            [OXYGEN] = {"air", {0x56, 0xb4, 0xe9}, 3, true, '='},
            [DIVER_GAUGE] = {"diver aboard", {0x00, 0x72, 0xb2}, 4, false, 'd'},
            [DIVER] = {"diver", {0xe6, 0x9f, 0x00}, 3, false, 'D'},
        },
    .reset = reset,
    .step = step,
    .paint = paint,
    .is_valid = is_valid,
    .ramp = ramp,
};

const ludus_env_ops ludus_minatar_seaquest_ops =
    LUDUS_MINATAR_OPS("seaquest", &rules, "MinAtar: shoot, rescue divers, mind the air");
