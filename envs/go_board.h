// The stones of a Go position and what follows from them. Internal to envs/.
//
// A position is small, for trees keep one in every node: stones and a history of hashes for
// superko. Strings and liberties are found when they are asked for.

#ifndef LUDUS_ENVS_GO_BOARD_H
#define LUDUS_ENVS_GO_BOARD_H

#include "envs/go.h"

#define LUDUS_GO_BLOOM_WORDS 16
#define LUDUS_GO_RECENT 3 // moves that nets see

typedef struct ludus_go_rules {
    int32_t size, points;
    int32_t max_plies;
    int32_t komi; // usual for the size, in halves
    uint8_t num_neighbours[LUDUS_GO_MAX_POINTS];
    uint16_t neighbours[LUDUS_GO_MAX_POINTS][4];
    uint64_t keys[2][LUDUS_GO_MAX_POINTS]; // Zobrist 1970
    uint16_t turn[8][LUDUS_GO_MAX_POINTS]; // point under each symmetry
} ludus_go_rules;

typedef struct ludus_go_position {
    uint64_t hash;  // of the stones
    int32_t plies;  // moves and passes so far, and entries of the history before this board
    int16_t komi;   // in halves
    uint8_t side;   // ludus_go_colour
    uint8_t passes; // in a row
    int16_t recent[LUDUS_GO_RECENT]; // last moves, the newest first; -1 = none
    int16_t ko;                      // the point of a simple ko just taken, or -1
    uint16_t captures[2];
    uint8_t allows_suicide;
    uint64_t bloom[LUDUS_GO_BLOOM_WORDS]; // of the history
    uint8_t bytes[];                      // stones [points], padding, history [max_plies+1] u32
} ludus_go_position;

static inline const uint8_t *ludus_go_stones(const ludus_go_position *p)
{
    return p->bytes;
}

// The strings of a board. A string is named by one of its points, its root.
typedef struct ludus_go_strings {
    uint16_t root[LUDUS_GO_MAX_POINTS];      // of stones
    uint16_t liberties[LUDUS_GO_MAX_POINTS]; // at roots
    uint64_t keys[LUDUS_GO_MAX_POINTS];      // at roots: the stones' Zobrist keys together
} ludus_go_strings;

void ludus_go_rules_init(ludus_go_rules *rules, int32_t size);
size_t ludus_go_position_bytes(const ludus_go_rules *rules);
void ludus_go_find_strings(const ludus_go_rules *rules, const uint8_t *stones,
                           ludus_go_strings *strings);
// Whether the side to move may play on a point.
bool ludus_go_may_play(const ludus_go_rules *rules, const ludus_go_position *p,
                       const ludus_go_strings *strings, int32_t point);
// Plays a legal move or the pass.
void ludus_go_move(const ludus_go_rules *rules, ludus_go_position *p, int32_t point);
// Puts a stone of the side to move on an empty point, captures and takes a string without liberties
// off; the turn, the hashes and the past are the caller's.
void ludus_go_put_stone(const ludus_go_rules *rules, ludus_go_position *p, int32_t point);
// Forgets the past: the present board alone is history.
void ludus_go_forget(const ludus_go_rules *rules, ludus_go_position *p);
uint64_t ludus_go_stones_hash(const ludus_go_rules *rules, const uint8_t *stones);
// owner: [points] ludus_go_colour of each point by area; returns black's points less white's.
int32_t ludus_go_count_area(const ludus_go_rules *rules, const uint8_t *stones, uint8_t *owner);
// A random game to its end, see ludus_go_playout.
int32_t ludus_go_play_out(const ludus_go_rules *rules, const ludus_go_position *p, ludus_rng *rng,
                          int32_t *lead);

#endif
