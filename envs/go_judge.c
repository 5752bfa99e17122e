// What players would agree on at the end of a game; see envs/go.h.

#include "envs/go.h"

#include <string.h>

#include "envs/go_board.h"

#define DEAD_SHARE 0.35f // a string whose points are its own less often than this is dead
#define SURE_SHARE 0.93f // a point owned so often is settled

// The chance that a point ends as `colour`'s.
static float share_of(const float *black, int32_t point, uint8_t colour)
{
    return colour == LUDUS_GO_BLACK ? black[point] : 1.0f - black[point];
}

// Mean share of each string's own colour, at roots; 1 or 0 where life or death is unconditional.
static void weigh_strings(const ludus_go_rules *r, const uint8_t *stones,
                          const ludus_go_strings *strings, const float *black,
                          const ludus_go_colour *safe, float *own)
{
    int32_t count[LUDUS_GO_MAX_POINTS] = {0};
    bool is_certain[LUDUS_GO_MAX_POINTS] = {false};
    memset(own, 0, (size_t)r->points * sizeof *own);
    for (int32_t i = 0; i < r->points; i++) {
        if (stones[i] == LUDUS_GO_EMPTY) {
            continue;
        }
        const uint16_t root = strings->root[i];
        count[root]++;
        own[root] += share_of(black, i, stones[i]);
        is_certain[root] = is_certain[root] || safe[i] != LUDUS_GO_EMPTY;
    }
    for (int32_t i = 0; i < r->points; i++) {
        if (count[i] > 0 && is_certain[i]) {
            own[i] = safe[i] == (ludus_go_colour)stones[i] ? 1.0f : 0.0f;
        } else if (count[i] > 0) {
            own[i] /= (float)count[i];
        }
    }
}

static bool is_sure(const float *black, const ludus_go_colour *safe, int32_t point)
{
    const bool is_clear = black[point] >= SURE_SHARE || black[point] <= 1.0f - SURE_SHARE;
    return is_clear || safe[point] != LUDUS_GO_EMPTY;
}

void ludus_go_judge(const ludus_game *game, const void *pos, const float *black,
                    ludus_go_verdict *out)
{
    const ludus_go_rules *r = game->ctx;
    const uint8_t *stones = ludus_go_stones(pos);
    ludus_go_colour safe[LUDUS_GO_MAX_POINTS];
    ludus_go_strings strings;
    float own[LUDUS_GO_MAX_POINTS];
    memset(out, 0, sizeof *out);
    ludus_go_find_strings(r, stones, &strings);
    ludus_go_safe(game, pos, safe);
    weigh_strings(r, stones, &strings, black, safe, own);
    out->is_settled = true;
    for (int32_t i = 0; i < r->points; i++) {
        out->dead[i] = stones[i] != LUDUS_GO_EMPTY && own[strings.root[i]] < DEAD_SHARE;
        out->is_settled = out->is_settled && is_sure(black, safe, i);
    }
    (void)ludus_go_area_without(game, pos, out->dead, out->owner);
    // Nobody's points and intrusions are still played for under area rules.
    for (int32_t i = 0; i < r->points; i++) {
        const bool is_stone = stones[i] != LUDUS_GO_EMPTY && !out->dead[i];
        const bool disagrees = out->owner[i] == LUDUS_GO_EMPTY ||
                               (!is_stone && share_of(black, i, (uint8_t)out->owner[i]) < 0.5f &&
                                safe[i] == LUDUS_GO_EMPTY);
        out->is_settled = out->is_settled && !disagrees;
    }
}

void ludus_go_black_share(const ludus_game *game, const void *pos, const float *mover, float *black)
{
    const ludus_go_rules *r = game->ctx;
    const uint8_t colour = (uint8_t)ludus_game_to_move(game, pos);
    for (int32_t i = 0; i < r->points; i++) {
        black[i] = share_of(mover, i, colour);
    }
}
