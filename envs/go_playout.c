// Random games at speed. Strings are kept as they grow, with pseudo-liberties: every pair of a
// stone and an empty point next to it counts, so a string dies at zero (as in Brügmann 1993 and
// programs after it). Of repetition only the simple ko is forbidden; the length is bounded.

#include "envs/go.h"

#include <assert.h>
#include <string.h>

#include "envs/go_board.h"

typedef struct fast_board {
    const ludus_go_rules *rules;
    uint8_t colour[LUDUS_GO_MAX_POINTS];
    uint16_t head[LUDUS_GO_MAX_POINTS];                              // of stones: their string
    uint16_t next[LUDUS_GO_MAX_POINTS];                              // ring of a string's stones
    uint16_t size[LUDUS_GO_MAX_POINTS];                              // at heads
    int16_t liberties[LUDUS_GO_MAX_POINTS];                          // at heads: pseudo-liberties
    uint16_t empty[LUDUS_GO_MAX_POINTS], place[LUDUS_GO_MAX_POINTS]; // list and where one is in it
    int32_t num_empty;
    int32_t ko; // forbidden now, or -1
} fast_board;

static void add_empty(fast_board *b, uint16_t point)
{
    b->place[point] = (uint16_t)b->num_empty;
    b->empty[b->num_empty++] = point;
}

static void remove_empty(fast_board *b, uint16_t point)
{
    const uint16_t last = b->empty[--b->num_empty];
    b->empty[b->place[point]] = last;
    b->place[last] = b->place[point];
}

static void merge(fast_board *b, uint16_t a, uint16_t c)
{
    uint16_t into = b->head[a], from = b->head[c];
    if (into == from) {
        return;
    }
    if (b->size[into] < b->size[from]) {
        const uint16_t other = into;
        into = from;
        from = other;
    }
    uint16_t at = from;
    do {
        b->head[at] = into;
        at = b->next[at];
    } while (at != from);
    const uint16_t after = b->next[into];
    b->next[into] = b->next[from];
    b->next[from] = after;
    b->size[into] = (uint16_t)(b->size[into] + b->size[from]);
    b->liberties[into] = (int16_t)(b->liberties[into] + b->liberties[from]);
}

static void take_string(fast_board *b, uint16_t head)
{
    uint16_t at = head;
    do {
        const uint16_t following = b->next[at];
        b->colour[at] = LUDUS_GO_EMPTY;
        add_empty(b, at);
        for (int k = 0; k < b->rules->num_neighbours[at]; k++) {
            const uint16_t n = b->rules->neighbours[at][k];
            if (b->colour[n] != LUDUS_GO_EMPTY) {
                b->liberties[b->head[n]]++; // the string itself too, which does not matter any more
            }
        }
        at = following;
    } while (at != head);
}

static void put(fast_board *b, uint16_t point, uint8_t colour)
{
    int32_t taken = 0;
    uint16_t last_taken = 0;
    b->colour[point] = colour;
    b->head[point] = b->next[point] = point;
    b->size[point] = 1;
    b->liberties[point] = 0;
    remove_empty(b, point);
    for (int k = 0; k < b->rules->num_neighbours[point]; k++) {
        const uint16_t n = b->rules->neighbours[point][k];
        if (b->colour[n] == LUDUS_GO_EMPTY) {
            b->liberties[b->head[point]]++;
            continue;
        }
        b->liberties[b->head[n]]--;
        if (b->colour[n] == colour) {
            merge(b, point, n);
        }
    }
    for (int k = 0; k < b->rules->num_neighbours[point]; k++) {
        const uint16_t n = b->rules->neighbours[point][k];
        if (b->colour[n] == 1 - colour && b->liberties[b->head[n]] == 0) {
            taken += b->size[b->head[n]];
            last_taken = n;
            take_string(b, b->head[n]);
        }
    }
    const bool alone = b->size[b->head[point]] == 1 && b->liberties[b->head[point]] == 1;
    b->ko = taken == 1 && alone ? (int32_t)last_taken : -1;
}

static bool is_suicide(const fast_board *b, uint16_t point, uint8_t colour)
{
    // A string that touches the point holds one pseudo-liberty of it per contact.
    for (int k = 0; k < b->rules->num_neighbours[point]; k++) {
        const uint16_t n = b->rules->neighbours[point][k];
        if (b->colour[n] == LUDUS_GO_EMPTY) {
            return false;
        }
        int16_t contacts = 0;
        for (int i = 0; i < b->rules->num_neighbours[point]; i++) {
            const uint16_t m = b->rules->neighbours[point][i];
            contacts =
                (int16_t)(contacts + (b->colour[m] != LUDUS_GO_EMPTY && b->head[m] == b->head[n]));
        }
        const bool has_more = b->liberties[b->head[n]] > contacts;
        if ((b->colour[n] == colour) == has_more) {
            return false; // a friend with another liberty, or an opponent without one
        }
    }
    return true;
}

// A point whose neighbours are all own, and whose diagonals the opponent cannot use to break it.
static bool is_eye(const fast_board *b, uint16_t point, uint8_t colour)
{
    const int32_t size = b->rules->size, row = point / size, column = point % size;
    for (int k = 0; k < b->rules->num_neighbours[point]; k++) {
        if (b->colour[b->rules->neighbours[point][k]] != colour) {
            return false;
        }
    }
    int foreign = 0;
    for (int32_t dr = -1; dr <= 1; dr += 2) {
        for (int32_t dc = -1; dc <= 1; dc += 2) {
            const int32_t r = row + dr, c = column + dc;
            if (r >= 0 && r < size && c >= 0 && c < size) {
                foreign += b->colour[r * size + c] == 1 - colour;
            }
        }
    }
    return foreign == 0 || (foreign == 1 && b->rules->num_neighbours[point] == 4);
}

// A random move, or -1 when none is left that is legal and fills no eye.
static int32_t choose(const fast_board *b, uint8_t colour, ludus_rng *rng)
{
    if (b->num_empty == 0) {
        return -1;
    }
    const int32_t start = (int32_t)ludus_rng_below(rng, (uint32_t)b->num_empty);
    for (int32_t i = 0; i < b->num_empty; i++) {
        const int32_t at = start + i < b->num_empty ? start + i : start + i - b->num_empty;
        const uint16_t point = b->empty[at];
        if (point != b->ko && !is_eye(b, point, colour) && !is_suicide(b, point, colour)) {
            return point;
        }
    }
    return -1;
}

static void load(fast_board *b, const ludus_go_position *p)
{
    const ludus_go_rules *r = b->rules;
    memset(b->colour, LUDUS_GO_EMPTY, sizeof b->colour);
    b->num_empty = 0;
    for (int32_t i = 0; i < r->points; i++) {
        add_empty(b, (uint16_t)i);
    }
    for (int32_t i = 0; i < r->points; i++) {
        if (p->bytes[i] != LUDUS_GO_EMPTY) {
            b->colour[i] = p->bytes[i];
            b->head[i] = b->next[i] = (uint16_t)i;
            b->size[i] = 1;
            b->liberties[i] = 0;
            remove_empty(b, (uint16_t)i);
        }
    }
    for (int32_t i = 0; i < r->points; i++) {
        for (int k = 0; b->colour[i] != LUDUS_GO_EMPTY && k < r->num_neighbours[i]; k++) {
            const uint16_t n = r->neighbours[i][k];
            b->liberties[b->head[i]] =
                (int16_t)(b->liberties[b->head[i]] + (b->colour[n] == LUDUS_GO_EMPTY));
            if (b->colour[n] == b->colour[i]) {
                merge(b, (uint16_t)i, n);
            }
        }
    }
    b->ko = p->ko;
}

// Plays to the end; returns the moves played.
static int32_t play_out(fast_board *b, const ludus_go_position *p, ludus_rng *rng)
{
    int32_t moves = 0, passes = 0;
    uint8_t colour = p->side;
    load(b, p);
    while (passes < 2 && moves < b->rules->max_plies) {
        const int32_t point = choose(b, colour, rng);
        if (point < 0) {
            passes++;
            b->ko = -1;
        } else {
            passes = 0;
            put(b, (uint16_t)point, colour);
        }
        colour = (uint8_t)(1 - colour);
        moves++;
    }
    return moves;
}

int32_t ludus_go_play_out(const ludus_go_rules *rules, const ludus_go_position *p, ludus_rng *rng,
                          int32_t *lead)
{
    uint8_t owner[LUDUS_GO_MAX_POINTS];
    fast_board b;
    b.rules = rules;
    const int32_t moves = play_out(&b, p, rng);
    *lead = 2 * ludus_go_count_area(rules, b.colour, owner) - p->komi;
    return moves;
}

int32_t ludus_go_playout(const ludus_game *game, const void *pos, ludus_rng *rng, int32_t *lead)
{
    assert(ludus_is_go(game));
    return ludus_go_play_out(game->ctx, pos, rng, lead);
}

float ludus_go_playouts(const ludus_game *game, const void *pos, ludus_rng *rng, int32_t count,
                        float *black)
{
    assert(ludus_is_go(game) && count > 0);
    const ludus_go_position *p = pos;
    const ludus_go_rules *r = game->ctx;
    const float share = 1.0f / (float)count;
    double lead = 0.0;
    fast_board b;
    b.rules = r;
    memset(black, 0, (size_t)r->points * sizeof *black);
    for (int32_t k = 0; k < count; k++) {
        uint8_t owner[LUDUS_GO_MAX_POINTS];
        (void)play_out(&b, p, rng);
        lead += (double)ludus_go_count_area(r, b.colour, owner) - 0.5 * (double)p->komi;
        for (int32_t i = 0; i < r->points; i++) {
            black[i] += owner[i] == LUDUS_GO_BLACK   ? share
                        : owner[i] == LUDUS_GO_EMPTY ? 0.5f * share
                                                     : 0.0f;
        }
    }
    return (float)(lead / (double)count);
}
