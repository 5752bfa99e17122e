#include "envs/go_board.h"

#include <string.h>

#include "envs/board.h"

#define BLOOM_BITS (64 * LUDUS_GO_BLOOM_WORDS)

// ---- Rules and layout ------------------------------------------------------------------------

// Komi of the usual kind where one is customary; on small boards what best play is worth.
static int32_t usual_komi(int32_t size)
{
    return size >= 13 ? 15 : size >= 8 ? 14 : size == 7 ? 18 : size == 6 ? 8 : 0;
}

static void add_neighbour(ludus_go_rules *r, int32_t row, int32_t column, int32_t point)
{
    if (row >= 0 && row < r->size && column >= 0 && column < r->size) {
        r->neighbours[point][r->num_neighbours[point]++] = (uint16_t)(row * r->size + column);
    }
}

void ludus_go_rules_init(ludus_go_rules *rules, int32_t size)
{
    memset(rules, 0, sizeof *rules);
    rules->size = size;
    rules->points = size * size;
    rules->max_plies = 3 * rules->points;
    rules->komi = usual_komi(size);
    for (int32_t i = 0; i < rules->points; i++) {
        add_neighbour(rules, i / size - 1, i % size, i);
        add_neighbour(rules, i / size, i % size - 1, i);
        add_neighbour(rules, i / size, i % size + 1, i);
        add_neighbour(rules, i / size + 1, i % size, i);
        for (int32_t c = 0; c < 2; c++) {
            rules->keys[c][i] =
                ludus_mix64((uint64_t)(2 * i + c + 1) * UINT64_C(0x9e3779b97f4a7c15));
        }
        for (int32_t sym = 0; sym < 8; sym++) {
            rules->turn[sym][i] = (uint16_t)ludus_board_turn(size, sym, i);
        }
    }
}

static size_t history_at(const ludus_go_rules *r)
{
    return ((size_t)r->points + 7) / 8 * 8;
}

size_t ludus_go_position_bytes(const ludus_go_rules *rules)
{
    const size_t entries = (size_t)rules->max_plies + 1;
    return (sizeof(ludus_go_position) + history_at(rules) + entries * sizeof(uint32_t) + 7) / 8 * 8;
}

// ---- History ---------------------------------------------------------------------------------
// Half of each hash is kept: a board is taken for a repetition once in 2^32 / history by mistake.

static void push_history(const ludus_go_rules *r, ludus_go_position *p)
{
    const uint32_t half = (uint32_t)p->hash;
    memcpy(p->bytes + history_at(r) + (size_t)p->plies * sizeof half, &half, sizeof half);
    p->bloom[half % BLOOM_BITS / 64] |= UINT64_C(1) << (half % 64);
}

static bool was_seen(const ludus_go_rules *r, const ludus_go_position *p, uint64_t hash)
{
    const uint32_t half = (uint32_t)hash;
    if ((p->bloom[half % BLOOM_BITS / 64] >> (half % 64) & 1) == 0) {
        return false;
    }
    const uint8_t *history = p->bytes + history_at(r);
    for (int32_t i = p->plies; i >= 0; i--) {
        uint32_t entry;
        memcpy(&entry, history + (size_t)i * sizeof entry, sizeof entry);
        if (entry == half) {
            return true;
        }
    }
    return false;
}

void ludus_go_forget(const ludus_go_rules *rules, ludus_go_position *p)
{
    memset(p->bloom, 0, sizeof p->bloom);
    memset(p->bytes + history_at(rules), 0, ((size_t)rules->max_plies + 1) * sizeof(uint32_t));
    p->plies = 0;
    p->passes = 0;
    p->ko = -1;
    for (int i = 0; i < LUDUS_GO_RECENT; i++) {
        p->recent[i] = -1;
    }
    p->hash = ludus_go_stones_hash(rules, p->bytes);
    push_history(rules, p);
}

uint64_t ludus_go_stones_hash(const ludus_go_rules *rules, const uint8_t *stones)
{
    uint64_t hash = 0;
    for (int32_t i = 0; i < rules->points; i++) {
        if (stones[i] != LUDUS_GO_EMPTY) {
            hash ^= rules->keys[stones[i]][i];
        }
    }
    return hash;
}

// ---- Strings ---------------------------------------------------------------------------------

static uint16_t find_root(uint16_t *root, uint16_t i)
{
    while (root[i] != i) {
        root[i] = root[root[i]];
        i = root[i];
    }
    return i;
}

static void join(uint16_t *root, uint16_t a, uint16_t b)
{
    const uint16_t ra = find_root(root, a), rb = find_root(root, b);
    if (ra < rb) {
        root[rb] = ra;
    } else {
        root[ra] = rb;
    }
}

void ludus_go_find_strings(const ludus_go_rules *rules, const uint8_t *stones,
                           ludus_go_strings *strings)
{
    const int32_t size = rules->size, points = rules->points;
    uint16_t *root = strings->root;
    for (int32_t i = 0; i < points; i++) {
        root[i] = (uint16_t)i;
        strings->liberties[i] = 0;
        strings->keys[i] = 0;
        if (stones[i] != LUDUS_GO_EMPTY) {
            if (i % size > 0 && stones[i - 1] == stones[i]) {
                join(root, (uint16_t)(i - 1), (uint16_t)i);
            }
            if (i >= size && stones[i - size] == stones[i]) {
                join(root, (uint16_t)(i - size), (uint16_t)i);
            }
        }
    }
    for (int32_t i = 0; i < points; i++) {
        if (stones[i] != LUDUS_GO_EMPTY) {
            root[i] = find_root(root, (uint16_t)i);
            strings->keys[root[i]] ^= rules->keys[stones[i]][i];
        }
    }
    for (int32_t i = 0; i < points; i++) {
        if (stones[i] != LUDUS_GO_EMPTY) {
            continue;
        }
        uint16_t seen[4];
        int n = 0;
        for (int k = 0; k < rules->num_neighbours[i]; k++) {
            const uint16_t at = rules->neighbours[i][k];
            if (stones[at] == LUDUS_GO_EMPTY) {
                continue;
            }
            int s = 0;
            while (s < n && seen[s] != root[at]) {
                s++;
            }
            if (s == n) {
                seen[n++] = root[at];
                strings->liberties[root[at]]++;
            }
        }
    }
}

// ---- Moves -----------------------------------------------------------------------------------

// Adds a string to the list unless it is in it; its keys go into *hash.
static void take_once(const ludus_go_strings *strings, uint16_t root, uint16_t list[4], int *n,
                      uint64_t *hash)
{
    for (int i = 0; i < *n; i++) {
        if (list[i] == root) {
            return;
        }
    }
    list[(*n)++] = root;
    *hash ^= strings->keys[root];
}

bool ludus_go_may_play(const ludus_go_rules *rules, const ludus_go_position *p,
                       const ludus_go_strings *strings, int32_t point)
{
    const uint8_t *stones = p->bytes;
    if (stones[point] != LUDUS_GO_EMPTY) {
        return false;
    }
    uint64_t hash = p->hash ^ rules->keys[p->side][point]; // after the move
    uint64_t without = p->hash;                            // after a suicide
    uint16_t taken[4], lost[4];
    int num_taken = 0, num_lost = 0;
    bool lives = false;
    for (int k = 0; k < rules->num_neighbours[point]; k++) {
        const uint16_t at = rules->neighbours[point][k];
        if (stones[at] == LUDUS_GO_EMPTY) {
            lives = true;
            continue;
        }
        const uint16_t root = strings->root[at];
        if (stones[at] == p->side) {
            lives = lives || strings->liberties[root] > 1;
            if (p->allows_suicide) {
                take_once(strings, root, lost, &num_lost, &without);
            }
        } else if (strings->liberties[root] == 1) {
            take_once(strings, root, taken, &num_taken, &hash);
            lives = true;
        }
    }
    if (!lives && !p->allows_suicide) {
        return false;
    }
    return !was_seen(rules, p, lives ? hash : without);
}

// Takes the string at `point` off if it has no liberty; returns its stones.
static int32_t take_if_dead(const ludus_go_rules *r, ludus_go_position *p, int32_t point)
{
    uint16_t members[LUDUS_GO_MAX_POINTS];
    bool seen[LUDUS_GO_MAX_POINTS] = {false};
    const uint8_t colour = p->bytes[point];
    int32_t count = 1;
    members[0] = (uint16_t)point;
    seen[point] = true;
    for (int32_t i = 0; i < count; i++) {
        for (int k = 0; k < r->num_neighbours[members[i]]; k++) {
            const uint16_t at = r->neighbours[members[i]][k];
            if (p->bytes[at] == LUDUS_GO_EMPTY) {
                return 0;
            }
            if (p->bytes[at] == colour && !seen[at]) {
                seen[at] = true;
                members[count++] = at;
            }
        }
    }
    for (int32_t i = 0; i < count; i++) {
        p->bytes[members[i]] = LUDUS_GO_EMPTY;
        p->hash ^= r->keys[colour][members[i]];
    }
    return count;
}

void ludus_go_put_stone(const ludus_go_rules *rules, ludus_go_position *p, int32_t point)
{
    const ludus_go_rules *r = rules;
    const uint8_t other = (uint8_t)(1 - p->side);
    int32_t taken = 0, last_taken = -1;
    bool has_friend = false, has_liberty = false;
    p->bytes[point] = p->side;
    p->hash ^= r->keys[p->side][point];
    for (int k = 0; k < r->num_neighbours[point]; k++) {
        const uint16_t at = r->neighbours[point][k];
        has_friend = has_friend || p->bytes[at] == p->side;
        has_liberty = has_liberty || p->bytes[at] == LUDUS_GO_EMPTY;
        if (p->bytes[at] == other) {
            const int32_t stones = take_if_dead(r, p, at);
            taken += stones;
            last_taken = stones > 0 ? at : last_taken;
        }
    }
    p->captures[p->side] = (uint16_t)(p->captures[p->side] + taken);
    if (!has_liberty && taken == 0) {
        p->captures[other] = (uint16_t)(p->captures[other] + take_if_dead(r, p, point));
    }
    p->ko = taken == 1 && !has_friend && !has_liberty ? (int16_t)last_taken : (int16_t)-1;
}

void ludus_go_move(const ludus_go_rules *rules, ludus_go_position *p, int32_t point)
{
    if (point == rules->points) {
        p->passes++;
        p->ko = -1;
    } else {
        p->passes = 0;
        ludus_go_put_stone(rules, p, point);
    }
    p->side = (uint8_t)(1 - p->side);
    p->plies++;
    push_history(rules, p);
    for (int i = LUDUS_GO_RECENT - 1; i > 0; i--) {
        p->recent[i] = p->recent[i - 1];
    }
    p->recent[0] = (int16_t)point;
}

// ---- Area ------------------------------------------------------------------------------------

// Fills the empty region of `point` with the colour that surrounds it alone.
static void fill_region(const ludus_go_rules *r, const uint8_t *stones, int32_t point,
                        uint8_t *owner, bool *seen)
{
    uint16_t members[LUDUS_GO_MAX_POINTS];
    int32_t count = 1;
    bool touches[2] = {false, false};
    members[0] = (uint16_t)point;
    seen[point] = true;
    for (int32_t i = 0; i < count; i++) {
        for (int k = 0; k < r->num_neighbours[members[i]]; k++) {
            const uint16_t at = r->neighbours[members[i]][k];
            if (stones[at] != LUDUS_GO_EMPTY) {
                touches[stones[at]] = true;
            } else if (!seen[at]) {
                seen[at] = true;
                members[count++] = at;
            }
        }
    }
    const uint8_t colour = touches[0] == touches[1] ? LUDUS_GO_EMPTY
                           : touches[0]             ? LUDUS_GO_BLACK
                                                    : LUDUS_GO_WHITE;
    for (int32_t i = 0; i < count; i++) {
        owner[members[i]] = colour;
    }
}

int32_t ludus_go_count_area(const ludus_go_rules *rules, const uint8_t *stones, uint8_t *owner)
{
    bool seen[LUDUS_GO_MAX_POINTS] = {false};
    int32_t lead = 0;
    for (int32_t i = 0; i < rules->points; i++) {
        if (stones[i] != LUDUS_GO_EMPTY) {
            owner[i] = stones[i];
        } else if (!seen[i]) {
            fill_region(rules, stones, i, owner, seen);
        }
    }
    for (int32_t i = 0; i < rules->points; i++) {
        lead += (owner[i] == LUDUS_GO_BLACK) - (owner[i] == LUDUS_GO_WHITE);
    }
    return lead;
}
