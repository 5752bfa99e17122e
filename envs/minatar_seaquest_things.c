// Bullets, divers, fish and submarines of MinAtar Seaquest. Every list is walked from its last
// entry to its first; `i` after a removal is the entry that the published game visits next.

#include "envs/minatar_seaquest_internal.h"

#include <string.h>

#define DIVER_INTERVAL 5 // steps between moves
#define SUB_SHOT_INTERVAL 10
#define MAX_DIVERS 6

typedef ludus_seaquest_thing thing;

static void append(thing *list, int32_t *count, int32_t capacity, thing item)
{
    if (*count < capacity) {
        list[(*count)++] = item;
    }
}

static bool equal(const thing *a, const thing *b)
{
    return memcmp(a, b, sizeof(*a)) == 0;
}

static void erase(thing *list, int32_t *count, int32_t index)
{
    (*count)--;
    memmove(list + index, list + index + 1, (size_t)(*count - index) * sizeof(*list));
}

// Removes the first entry equal to list[index], which may be an earlier one; returns which.
static int32_t remove_equal(thing *list, int32_t *count, int32_t index)
{
    const thing item = list[index];
    int32_t first = 0;
    while (!equal(&list[first], &item)) {
        first++;
    }
    erase(list, count, first);
    return first;
}

// The first entry on a cell, or -1.
static int32_t find_at(const thing *list, int32_t count, int32_t x, int32_t y)
{
    for (int32_t i = 0; i < count; i++) {
        if (list[i].x == x && list[i].y == y) {
            return i;
        }
    }
    return -1;
}

static bool on_player(const ludus_seaquest *s, const thing *item)
{
    return item->x == s->x && item->y == s->y;
}

static thing entering(bool moves_right, int32_t y, int32_t timer, int32_t shot)
{
    return (thing){
        .x = moves_right ? 0 : 9,
        .y = (int8_t)y,
        .direction = moves_right ? 1 : -1,
        .timer = (int8_t)timer,
        .shot = (int8_t)shot,
    };
}

static bool comes_against(const thing *list, int32_t count, const thing *item)
{
    for (int32_t i = 0; i < count; i++) {
        if (list[i].y == item->y && list[i].direction != item->direction) {
            return true;
        }
    }
    return false;
}

void ludus_seaquest_spawn_enemy(ludus_seaquest *s, ludus_minatar_stream *stream)
{
    const bool moves_right = ludus_minatar_uniform(stream) < 0.5;
    const bool is_sub = ludus_minatar_uniform(stream) < 1.0 / 3.0;
    const int32_t y = 1 + ludus_minatar_below(stream, 8);
    const thing item = entering(moves_right, y, s->move_speed, is_sub ? SUB_SHOT_INTERVAL : 0);
    if (comes_against(s->subs, s->num_subs, &item) || comes_against(s->fish, s->num_fish, &item)) {
        return;
    }
    if (is_sub) {
        append(s->subs, &s->num_subs, LUDUS_SEAQUEST_ENEMIES, item);
    } else {
        append(s->fish, &s->num_fish, LUDUS_SEAQUEST_ENEMIES, item);
    }
}

void ludus_seaquest_spawn_diver(ludus_seaquest *s, ludus_minatar_stream *stream)
{
    const bool moves_right = ludus_minatar_uniform(stream) < 0.5;
    const int32_t y = 1 + ludus_minatar_below(stream, 8);
    append(s->diving, &s->num_diving, LUDUS_SEAQUEST_FEW,
           entering(moves_right, y, DIVER_INTERVAL, 0));
}

void ludus_seaquest_shoot(ludus_seaquest *s)
{
    const thing bullet = {.x = (int8_t)s->x, .y = (int8_t)s->y, .direction = (int8_t)s->direction};
    append(s->bullets, &s->num_bullets, LUDUS_SEAQUEST_FEW, bullet);
}

static void move(thing *item)
{
    item->x = (int8_t)(item->x + item->direction);
}

static int32_t move_bullets(ludus_seaquest *s)
{
    int32_t reward = 0;
    for (int32_t i = s->num_bullets - 1; i >= 0; i--) {
        thing *bullet = &s->bullets[i];
        move(bullet);
        if (!ludus_minatar_inside(bullet->x)) {
            remove_equal(s->bullets, &s->num_bullets, i);
            continue;
        }
        const int32_t fish = find_at(s->fish, s->num_fish, bullet->x, bullet->y);
        const int32_t sub = fish >= 0 ? -1 : find_at(s->subs, s->num_subs, bullet->x, bullet->y);
        if (fish >= 0) {
            erase(s->fish, &s->num_fish, fish);
        } else if (sub >= 0) {
            erase(s->subs, &s->num_subs, sub);
        } else {
            continue;
        }
        remove_equal(s->bullets, &s->num_bullets, i);
        reward++;
    }
    return reward;
}

static bool pick_up(ludus_seaquest *s, int32_t i)
{
    if (!on_player(s, &s->diving[i]) || s->divers >= MAX_DIVERS) {
        return false;
    }
    remove_equal(s->diving, &s->num_diving, i);
    s->divers++;
    return true;
}

static void move_divers(ludus_seaquest *s)
{
    for (int32_t i = s->num_diving - 1; i >= 0; i--) {
        thing *diver = &s->diving[i];
        if (pick_up(s, i)) {
            continue;
        }
        if (diver->timer > 0) {
            diver->timer--;
            continue;
        }
        diver->timer = DIVER_INTERVAL;
        move(diver);
        if (!ludus_minatar_inside(diver->x)) {
            remove_equal(s->diving, &s->num_diving, i);
        } else {
            pick_up(s, i);
        }
    }
}

// Takes away the first friendly bullet on an enemy's cell.
static bool is_shot(ludus_seaquest *s, const thing *enemy)
{
    const int32_t bullet = find_at(s->bullets, s->num_bullets, enemy->x, enemy->y);
    if (bullet >= 0) {
        erase(s->bullets, &s->num_bullets, bullet);
    }
    return bullet >= 0;
}

// Moves entry *at of a list of enemies when its timer says so, and returns it. *at becomes its new
// place: the same, one lower (an equal entry before it went in its stead), or -1 (gone).
static thing move_enemy(ludus_seaquest *s, thing *list, int32_t *count, int32_t *at,
                        int32_t *reward, bool *terminal)
{
    thing *enemy = &list[*at];
    *terminal = *terminal || on_player(s, enemy);
    if (enemy->timer > 0) {
        enemy->timer--;
        return *enemy;
    }
    enemy->timer = (int8_t)s->move_speed;
    move(enemy);
    const thing moved = *enemy;
    bool is_gone = !ludus_minatar_inside(moved.x);
    if (!is_gone && on_player(s, &moved)) {
        *terminal = true;
    } else if (!is_gone && is_shot(s, &moved)) {
        is_gone = true;
        ++*reward;
    }
    if (is_gone) {
        const int32_t removed = remove_equal(list, count, *at);
        *at = removed == *at ? -1 : *at - 1;
    }
    return moved;
}

// A submarine shoots in its turn even if it was removed in the same turn.
static int32_t move_subs(ludus_seaquest *s, bool *terminal)
{
    int32_t reward = 0;
    for (int32_t i = s->num_subs - 1; i >= 0; i--) {
        int32_t at = i;
        thing sub = move_enemy(s, s->subs, &s->num_subs, &at, &reward, terminal);
        if (sub.shot > 0) {
            sub.shot--;
        } else {
            sub.shot = SUB_SHOT_INTERVAL;
            const thing bullet = {.x = sub.x, .y = sub.y, .direction = sub.direction};
            append(s->enemy_bullets, &s->num_enemy_bullets, LUDUS_SEAQUEST_ENEMY_BULLETS, bullet);
        }
        if (at >= 0) {
            s->subs[at] = sub;
        }
    }
    return reward;
}

static int32_t move_fish(ludus_seaquest *s, bool *terminal)
{
    int32_t reward = 0;
    for (int32_t i = s->num_fish - 1; i >= 0; i--) {
        int32_t at = i;
        move_enemy(s, s->fish, &s->num_fish, &at, &reward, terminal);
    }
    return reward;
}

static void move_enemy_bullets(ludus_seaquest *s, bool *terminal)
{
    for (int32_t i = s->num_enemy_bullets - 1; i >= 0; i--) {
        thing *bullet = &s->enemy_bullets[i];
        *terminal = *terminal || on_player(s, bullet);
        move(bullet);
        if (!ludus_minatar_inside(bullet->x)) {
            remove_equal(s->enemy_bullets, &s->num_enemy_bullets, i);
        } else {
            *terminal = *terminal || on_player(s, bullet);
        }
    }
}

int32_t ludus_seaquest_move_things(ludus_seaquest *s, bool *terminal)
{
    int32_t reward = move_bullets(s);
    move_divers(s);
    reward += move_subs(s, terminal);
    move_enemy_bullets(s, terminal);
    return reward + move_fish(s, terminal);
}

// Refuses what the rules cannot make, so that nothing moves off the arrays.
static bool list_is_valid(const thing *list, int32_t count, int32_t capacity, int32_t max_timer,
                          int32_t max_shot)
{
    if (count < 0 || count > capacity) {
        return false;
    }
    for (int32_t i = 0; i < count; i++) {
        const thing *t = &list[i];
        if (!ludus_minatar_inside(t->x) || t->y < 0 || t->y > 8 ||
            (t->direction != 1 && t->direction != -1) || t->timer < 0 || t->timer > max_timer ||
            t->shot < 0 || t->shot > max_shot || t->padding[0] != 0 || t->padding[1] != 0 ||
            t->padding[2] != 0) {
            return false;
        }
    }
    return true;
}

bool ludus_seaquest_things_are_valid(const ludus_seaquest *s)
{
    return list_is_valid(s->bullets, s->num_bullets, LUDUS_SEAQUEST_FEW, 0, 0) &&
           list_is_valid(s->diving, s->num_diving, LUDUS_SEAQUEST_FEW, DIVER_INTERVAL, 0) &&
           list_is_valid(s->fish, s->num_fish, LUDUS_SEAQUEST_ENEMIES, 5, 0) &&
           list_is_valid(s->subs, s->num_subs, LUDUS_SEAQUEST_ENEMIES, 5, SUB_SHOT_INTERVAL) &&
           list_is_valid(s->enemy_bullets, s->num_enemy_bullets, LUDUS_SEAQUEST_ENEMY_BULLETS, 0,
                         0);
}
