// The state of MinAtar Seaquest, shared by its rules (minatar_seaquest.c) and its lists of things
// that move (minatar_seaquest_things.c).
//
// The published game keeps Python lists, walks them backwards and removes "the first equal entry".
// With two equal entries this is not "remove this one", and the order of the survivors shows in
// later steps; so lists here are arrays of values with the same removal.

#ifndef LUDUS_ENVS_MINATAR_SEAQUEST_INTERNAL_H
#define LUDUS_ENVS_MINATAR_SEAQUEST_INTERNAL_H

#include "envs/minatar_internal.h"

// Capacities. An enemy lives at most 61 steps (ten moves, one every six steps), and at most one
// comes per step. A submarine shoots every 11th step and a bullet flies at most 10. A diver comes
// every 30 steps and lives 61. A friendly bullet comes every 5 steps and flies at most 10.
#define LUDUS_SEAQUEST_ENEMIES 64
#define LUDUS_SEAQUEST_ENEMY_BULLETS 128
#define LUDUS_SEAQUEST_FEW 8

// Something that moves sideways. Unused fields are zero, so equal bytes are equal things.
typedef struct ludus_seaquest_thing {
    int8_t x, y;
    int8_t direction; // -1 left, +1 right
    int8_t timer;     // steps to the next move; 0 in bullets, which always move
    int8_t shot;      // steps to the next shot; 0 in all but submarines
    int8_t padding[3];
} ludus_seaquest_thing;

typedef struct ludus_seaquest {
    int32_t x, y;      // the player's front
    int32_t direction; // it faces -1 left, +1 right
    int32_t oxygen;    // 200 at most; negative only in games continued past their end
    int32_t divers;    // aboard, 6 at most; falls below 0 after a full rescue
    int32_t is_surfaced;
    int32_t spawn_speed, spawn_timer; // of enemies
    int32_t diver_timer, move_speed, shot_timer;
    int32_t ramp_index;
    int32_t num_bullets, num_enemy_bullets, num_fish, num_subs, num_diving;
    int32_t padding;
    ludus_seaquest_thing bullets[LUDUS_SEAQUEST_FEW];
    ludus_seaquest_thing diving[LUDUS_SEAQUEST_FEW];
    ludus_seaquest_thing fish[LUDUS_SEAQUEST_ENEMIES];
    ludus_seaquest_thing subs[LUDUS_SEAQUEST_ENEMIES];
    ludus_seaquest_thing enemy_bullets[LUDUS_SEAQUEST_ENEMY_BULLETS];
} ludus_seaquest;

void ludus_seaquest_spawn_enemy(ludus_seaquest *s, ludus_minatar_stream *stream);
void ludus_seaquest_spawn_diver(ludus_seaquest *s, ludus_minatar_stream *stream);
void ludus_seaquest_shoot(ludus_seaquest *s);
// One step of all lists in the order of the rules; returns the reward.
int32_t ludus_seaquest_move_things(ludus_seaquest *s, bool *terminal);
// Whether the lists could be those of a game.
bool ludus_seaquest_things_are_valid(const ludus_seaquest *s);

#endif
