// Go positions as protocols, scoring and windows see them; see envs/go.h.

#include "envs/go.h"

#include <assert.h>
#include <string.h>

#include "envs/game_internal.h"
#include "envs/go_board.h"

static const ludus_go_rules *rules_of(const ludus_game *game)
{
    assert(ludus_is_go(game));
    return game->ctx;
}

bool ludus_is_go(const ludus_game *game)
{
    return game->ops == &ludus_go_ops;
}

int32_t ludus_go_size(const ludus_game *game)
{
    return rules_of(game)->size;
}

ludus_go_colour ludus_go_at(const ludus_game *game, const void *pos, int32_t point)
{
    assert(point >= 0 && point < rules_of(game)->points);
    (void)game;
    return (ludus_go_colour)ludus_go_stones(pos)[point];
}

int32_t ludus_go_captures(const ludus_game *game, const void *pos, ludus_go_colour by)
{
    assert(ludus_is_go(game) && by != LUDUS_GO_EMPTY);
    (void)game;
    return ((const ludus_go_position *)pos)->captures[by];
}

ludus_move ludus_go_last_move(const ludus_game *game, const void *pos)
{
    assert(ludus_is_go(game));
    (void)game;
    return ((const ludus_go_position *)pos)->recent[0];
}

int32_t ludus_go_komi(const ludus_game *game, const void *pos)
{
    assert(ludus_is_go(game));
    (void)game;
    return ((const ludus_go_position *)pos)->komi;
}

void ludus_go_set_komi(const ludus_game *game, void *pos, int32_t halves)
{
    assert(ludus_is_go(game));
    assert(halves >= -2 * LUDUS_GO_MAX_KOMI && halves <= 2 * LUDUS_GO_MAX_KOMI);
    (void)game;
    ((ludus_go_position *)pos)->komi = (int16_t)halves;
}

ludus_status ludus_go_set_up(const ludus_game *game, void *pos, const ludus_go_colour *colours,
                             ludus_go_colour to_move, ludus_error *error)
{
    const ludus_go_rules *r = rules_of(game);
    ludus_go_position *p = pos;
    uint8_t stones[LUDUS_GO_MAX_POINTS];
    ludus_go_strings strings;
    for (int32_t i = 0; i < r->points; i++) {
        stones[i] = (uint8_t)colours[i];
    }
    ludus_go_find_strings(r, stones, &strings);
    for (int32_t i = 0; i < r->points; i++) {
        if (stones[i] != LUDUS_GO_EMPTY && strings.liberties[strings.root[i]] == 0) {
            return ludus_fail(error, LUDUS_ERR_FORMAT, "a string on this board has no liberty");
        }
    }
    memcpy(p->bytes, stones, (size_t)r->points);
    p->side = (uint8_t)to_move;
    ludus_go_forget(r, p);
    return LUDUS_OK;
}

void ludus_go_allow_suicide(const ludus_game *game, void *pos, bool allow)
{
    assert(ludus_is_go(game));
    (void)game;
    ((ludus_go_position *)pos)->allows_suicide = allow ? 1 : 0;
}

void ludus_go_force(const ludus_game *game, void *pos, ludus_go_colour colour, int32_t point)
{
    const ludus_go_rules *r = rules_of(game);
    ludus_go_position *p = pos;
    assert(colour != LUDUS_GO_EMPTY && p->bytes[point] == LUDUS_GO_EMPTY);
    p->side = (uint8_t)colour;
    ludus_go_put_stone(r, p, point);
    p->side = (uint8_t)(1 - colour);
    ludus_go_forget(r, p);
    p->recent[0] = (int16_t)point;
}

void ludus_go_set_to_move(const ludus_game *game, void *pos, ludus_go_colour to_move)
{
    assert(ludus_is_go(game) && to_move != LUDUS_GO_EMPTY);
    (void)game;
    ((ludus_go_position *)pos)->side = (uint8_t)to_move;
}

void ludus_go_resume(const ludus_game *game, void *pos)
{
    const ludus_go_rules *r = rules_of(game);
    ludus_go_position *p = pos;
    p->passes = 0;
    if (p->plies >= r->max_plies) {
        ludus_go_forget(r, p);
    }
}

// ---- Counting --------------------------------------------------------------------------------

static void widen(int32_t points, const uint8_t *from, ludus_go_colour *to)
{
    for (int32_t i = 0; i < points; i++) {
        to[i] = (ludus_go_colour)from[i];
    }
}

int32_t ludus_go_area(const ludus_game *game, const void *pos, ludus_go_colour *owner)
{
    const bool dead[LUDUS_GO_MAX_POINTS] = {false};
    return ludus_go_area_without(game, pos, dead, owner);
}

// The stones without the dead ones; prisoners[c] counts what colour c loses by that.
static void take_dead(const ludus_go_rules *r, const ludus_go_position *p, const bool *dead,
                      uint8_t *stones, int32_t *prisoners)
{
    prisoners[0] = prisoners[1] = 0;
    for (int32_t i = 0; i < r->points; i++) {
        stones[i] = p->bytes[i];
        if (dead[i] && stones[i] != LUDUS_GO_EMPTY) {
            prisoners[stones[i]]++;
            stones[i] = LUDUS_GO_EMPTY;
        }
    }
}

int32_t ludus_go_area_without(const ludus_game *game, const void *pos, const bool *dead,
                              ludus_go_colour *owner)
{
    const ludus_go_rules *r = rules_of(game);
    const ludus_go_position *p = pos;
    uint8_t stones[LUDUS_GO_MAX_POINTS], owners[LUDUS_GO_MAX_POINTS];
    int32_t prisoners[2];
    take_dead(r, p, dead, stones, prisoners);
    const int32_t lead = ludus_go_count_area(r, stones, owners);
    widen(r->points, owners, owner);
    return 2 * lead - p->komi;
}

int32_t ludus_go_territory(const ludus_game *game, const void *pos, const bool *dead,
                           ludus_go_colour *owner)
{
    const ludus_go_rules *r = rules_of(game);
    const ludus_go_position *p = pos;
    uint8_t stones[LUDUS_GO_MAX_POINTS], owners[LUDUS_GO_MAX_POINTS];
    int32_t prisoners[2], lead = 0;
    take_dead(r, p, dead, stones, prisoners);
    (void)ludus_go_count_area(r, stones, owners);
    for (int32_t i = 0; i < r->points; i++) {
        owners[i] = stones[i] == LUDUS_GO_EMPTY ? owners[i] : LUDUS_GO_EMPTY;
        lead += (owners[i] == LUDUS_GO_BLACK) - (owners[i] == LUDUS_GO_WHITE);
    }
    widen(r->points, owners, owner);
    lead += p->captures[0] + prisoners[1] - p->captures[1] - prisoners[0];
    return 2 * lead - p->komi;
}

// ---- Unconditional life ----------------------------------------------------------------------
// Benson 1976: of one colour's strings and the regions that they enclose, those stay in which
// every string has two vital regions and every region is bordered by remaining strings alone. A
// region is vital to a string when each of its empty points is a liberty of it.

typedef struct benson {
    const ludus_go_rules *rules;
    const uint8_t *stones;
    uint8_t colour;
    ludus_go_strings strings;
    int16_t region[LUDUS_GO_MAX_POINTS]; // of points that are not the colour's, else -1
    int32_t num_regions;
    bool is_open[LUDUS_GO_MAX_POINTS];      // regions ruled out
    bool is_mortal[LUDUS_GO_MAX_POINTS];    // strings ruled out, at roots
    uint8_t num_vital[LUDUS_GO_MAX_POINTS]; // at roots
} benson;

static void find_regions(benson *b)
{
    uint16_t members[LUDUS_GO_MAX_POINTS];
    const ludus_go_rules *r = b->rules;
    for (int32_t i = 0; i < r->points; i++) {
        b->region[i] = -1;
    }
    for (int32_t i = 0; i < r->points; i++) {
        if (b->stones[i] == b->colour || b->region[i] >= 0) {
            continue;
        }
        int32_t count = 1;
        members[0] = (uint16_t)i;
        b->region[i] = (int16_t)b->num_regions;
        for (int32_t k = 0; k < count; k++) {
            for (int n = 0; n < r->num_neighbours[members[k]]; n++) {
                const uint16_t at = r->neighbours[members[k]][n];
                if (b->stones[at] != b->colour && b->region[at] < 0) {
                    b->region[at] = (int16_t)b->num_regions;
                    members[count++] = at;
                }
            }
        }
        b->num_regions++;
    }
}

static bool touches(const benson *b, int32_t point, uint16_t root)
{
    for (int n = 0; n < b->rules->num_neighbours[point]; n++) {
        const uint16_t at = b->rules->neighbours[point][n];
        if (b->stones[at] == b->colour && b->strings.root[at] == root) {
            return true;
        }
    }
    return false;
}

static bool is_vital(const benson *b, int32_t region, uint16_t root)
{
    for (int32_t i = 0; i < b->rules->points; i++) {
        if (b->region[i] == region && b->stones[i] == LUDUS_GO_EMPTY && !touches(b, i, root)) {
            return false;
        }
    }
    return true;
}

static void count_vital(benson *b)
{
    memset(b->num_vital, 0, sizeof b->num_vital);
    for (int32_t region = 0; region < b->num_regions; region++) {
        bool seen[LUDUS_GO_MAX_POINTS] = {false};
        for (int32_t i = 0; i < b->rules->points && !b->is_open[region]; i++) {
            for (int n = 0; b->region[i] == region && n < b->rules->num_neighbours[i]; n++) {
                const uint16_t at = b->rules->neighbours[i][n];
                const uint16_t root = b->strings.root[at];
                if (b->stones[at] == b->colour && !seen[root]) {
                    seen[root] = true;
                    b->num_vital[root] =
                        (uint8_t)(b->num_vital[root] + (is_vital(b, region, root) ? 1 : 0));
                }
            }
        }
    }
}

// One round of ruling out; whether anything changed.
static bool rule_out(benson *b)
{
    bool changed = false;
    count_vital(b);
    for (int32_t i = 0; i < b->rules->points; i++) {
        const uint16_t root = b->strings.root[i];
        if (b->stones[i] == b->colour && !b->is_mortal[root] && b->num_vital[root] < 2) {
            b->is_mortal[root] = changed = true;
        }
    }
    for (int32_t i = 0; i < b->rules->points; i++) {
        for (int n = 0; b->region[i] >= 0 && n < b->rules->num_neighbours[i]; n++) {
            const uint16_t at = b->rules->neighbours[i][n];
            if (b->stones[at] == b->colour && b->is_mortal[b->strings.root[at]] &&
                !b->is_open[b->region[i]]) {
                b->is_open[b->region[i]] = changed = true;
            }
        }
    }
    return changed;
}

// Stones that live, and regions in which every empty point is next to them: nobody else can live
// there.
static void mark_safe(const benson *b, ludus_go_colour *safe)
{
    bool is_settled[LUDUS_GO_MAX_POINTS];
    memset(is_settled, true, sizeof is_settled);
    for (int32_t i = 0; i < b->rules->points; i++) {
        bool next_to_life = false;
        for (int n = 0; n < b->rules->num_neighbours[i]; n++) {
            const uint16_t at = b->rules->neighbours[i][n];
            next_to_life =
                next_to_life || (b->stones[at] == b->colour && !b->is_mortal[b->strings.root[at]]);
        }
        if (b->region[i] >= 0 && b->stones[i] == LUDUS_GO_EMPTY && !next_to_life) {
            is_settled[b->region[i]] = false;
        }
    }
    for (int32_t i = 0; i < b->rules->points; i++) {
        const bool lives = b->stones[i] == b->colour && !b->is_mortal[b->strings.root[i]];
        const int16_t region = b->region[i];
        if (lives || (region >= 0 && !b->is_open[region] && is_settled[region])) {
            safe[i] = (ludus_go_colour)b->colour;
        }
    }
}

void ludus_go_safe(const ludus_game *game, const void *pos, ludus_go_colour *safe)
{
    const ludus_go_rules *r = rules_of(game);
    for (int32_t i = 0; i < r->points; i++) {
        safe[i] = LUDUS_GO_EMPTY;
    }
    for (uint8_t colour = 0; colour < 2; colour++) {
        benson b = {.rules = r, .stones = ludus_go_stones(pos), .colour = colour};
        ludus_go_find_strings(r, b.stones, &b.strings);
        find_regions(&b);
        bool has_stones = false;
        for (int32_t i = 0; i < r->points; i++) {
            has_stones = has_stones || b.stones[i] == colour;
        }
        while (has_stones && rule_out(&b)) {
        }
        if (has_stones) {
            mark_safe(&b, safe);
        }
    }
}
