// Go: what protocols, scoring and windows ask beyond the game interface.
//
// The rules of the game "go<size>" (2 to 19): area scoring, positional superko, suicide forbidden
// unless a position allows it, two passes end the game (Tromp-Taylor, but for suicide). Black moves
// first. A point is row * size + column, row 0 at the top; its number is also its move, and the
// pass is move size * size. Text moves are those of GTP: "D4", "pass"; the column I is left out.
//
// A game opened by name has the usual komi of its size; ludus_go_set_komi changes that of one
// position. The calls take any game of the family "go" (asserted) and a position of it.
//
// Threads: as envs/game.h.

#ifndef LUDUS_ENVS_GO_H
#define LUDUS_ENVS_GO_H

#include "envs/game.h"

#define LUDUS_GO_MAX_SIZE 19
#define LUDUS_GO_MAX_POINTS (LUDUS_GO_MAX_SIZE * LUDUS_GO_MAX_SIZE)
#define LUDUS_GO_MAX_KOMI 400 // points, either way

typedef enum ludus_go_colour { LUDUS_GO_BLACK, LUDUS_GO_WHITE, LUDUS_GO_EMPTY } ludus_go_colour;

bool ludus_is_go(const ludus_game *game);
int32_t ludus_go_size(const ludus_game *game);
static inline ludus_move ludus_go_pass(int32_t size)
{
    return size * size;
}

ludus_go_colour ludus_go_at(const ludus_game *game, const void *pos, int32_t point);
// Stones of the opponent that a colour has captured so far.
int32_t ludus_go_captures(const ludus_game *game, const void *pos, ludus_go_colour by);
ludus_move ludus_go_last_move(const ludus_game *game, const void *pos); // LUDUS_MOVE_NONE at first

// In halves of a point, for white: 15 is 7.5.
int32_t ludus_go_komi(const ludus_game *game, const void *pos);
void ludus_go_set_komi(const ludus_game *game, void *pos, int32_t halves);

// Whether a move may leave its own string without liberties, which then comes off (New Zealand);
// forbidden unless set.
void ludus_go_allow_suicide(const ludus_game *game, void *pos, bool allow);

// Setting up a board, for handicap and diagrams: replaces the stones, ends nothing, forgets the
// past. colours: [size*size]. LUDUS_ERR_FORMAT when a string has no liberty.
ludus_status ludus_go_set_up(const ludus_game *game, void *pos, const ludus_go_colour *colours,
                             ludus_go_colour to_move, ludus_error *error);
// Puts a stone as the rules would if they allowed it, e.g. against superko in another's game: it
// captures, and comes off again without a liberty. The past is forgotten; the point is empty.
void ludus_go_force(const ludus_game *game, void *pos, ludus_go_colour colour, int32_t point);
// Passes the turn without a move: the past and the count of passes stay (colour given by a
// protocol against the usual order).
void ludus_go_set_to_move(const ludus_game *game, void *pos, ludus_go_colour to_move);
// Play goes on after two passes, or in a game of the greatest length (that one forgets its past).
void ludus_go_resume(const ludus_game *game, void *pos);

// Whose each point is by area, all stones alive: a stone's colour, or that of all stones around an
// empty region, else EMPTY. owner: [size*size]. Returns black's lead in halves of a point, komi
// counted.
int32_t ludus_go_area(const ludus_game *game, const void *pos, ludus_go_colour *owner);
// The same with dead stones taken off first. dead: [size*size].
int32_t ludus_go_area_without(const ludus_game *game, const void *pos, const bool *dead,
                              ludus_go_colour *owner);
// Territory and prisoners (Japanese counting of a finished game), dead stones taken off as
// prisoners; black's lead in halves, komi counted.
int32_t ludus_go_territory(const ludus_game *game, const void *pos, const bool *dead,
                           ludus_go_colour *owner);

// Points of each colour that no play of the other can change, the owner passing for ever: strings
// alive unconditionally and their eyes (Benson 1976). safe: [size*size], EMPTY elsewhere.
void ludus_go_safe(const ludus_game *game, const void *pos, ludus_go_colour *safe);

// A random game to its end that fills no eyes of its own, for rollouts. Returns the moves played;
// *lead: black's in halves.
int32_t ludus_go_playout(const ludus_game *game, const void *pos, ludus_rng *rng, int32_t *lead);
// `count` of them: black[i] is the share in which point i ended as black's, half of it for
// nobody's. Returns black's mean lead in points.
float ludus_go_playouts(const ludus_game *game, const void *pos, ludus_rng *rng, int32_t count,
                        float *black); // [size*size]

// What players would agree on at the end of a game. `black`: [size*size], for each point the chance
// that it ends as black's, from a net or from playouts. Unconditional life overrules it; a string
// is dead when the opponent is to own its points.
typedef struct ludus_go_verdict {
    bool dead[LUDUS_GO_MAX_POINTS];             // stones
    ludus_go_colour owner[LUDUS_GO_MAX_POINTS]; // by area without the dead; EMPTY: nobody's
    bool is_settled; // no play by either side can be expected to change a point
} ludus_go_verdict;
void ludus_go_judge(const ludus_game *game, const void *pos, const float *black,
                    ludus_go_verdict *out);
// What a net says of the points as the mover's, turned into what it says of them as black's; both
// [size*size].
void ludus_go_black_share(const ludus_game *game, const void *pos, const float *mover,
                          float *black);

#endif
