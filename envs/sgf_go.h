// Go in SGF: what a game record says about the game, positions of its nodes, records of our games.
//
//     ludus_sgf_go_info_get(sgf, ludus_sgf_root(sgf, 0), &info, &error);
//     (open "go<info.size>", ludus_game_init)
//     for (node = root; node >= 0; node = ludus_sgf_child(sgf, node, 0))
//         ludus_sgf_go_apply(sgf, node, &game, pos, &error);
//
// A node's setup stones (AB, AW, AE, rectangles included) and PL come before its moves. Records are
// played as they stand: a move that our rules forbid (superko, suicide, moves after two passes) is
// put on the board all the same, ludus_go_force; only a stone on a stone is an error.
//
// Threads: as envs/sgf.h.

#ifndef LUDUS_ENVS_SGF_GO_H
#define LUDUS_ENVS_SGF_GO_H

#include "envs/go.h"
#include "envs/sgf.h"

typedef struct ludus_sgf_go_info {
    int32_t size; // SZ, 19 when it does not say
    bool has_komi;
    int32_t komi;                                     // KM in halves of a point
    int32_t handicap;                                 // HA
    char rules[32], result[32], black[64], white[64]; // RU, RE, PB, PW; "" when it does not say
} ludus_sgf_go_info;

// Of the game that begins at `root`. Fails for other games and for boards that are not 2x2 ..
// 19x19.
ludus_status ludus_sgf_go_info_get(const ludus_sgf *sgf, int32_t root, ludus_sgf_go_info *out,
                                   ludus_error *error);
// Applies one node to the position before it; the game's komi too, at its root. On failure `pos` is
// as after the part that could be applied. *move: the node's move, or LUDUS_MOVE_NONE; may be NULL.
ludus_status ludus_sgf_go_apply(const ludus_sgf *sgf, int32_t node, const ludus_game *game,
                                void *pos, ludus_move *move, ludus_error *error);

// A game to be written. Texts may be NULL.
typedef struct ludus_sgf_go_record {
    const char *black, *white, *rules, *result, *date;
    int32_t handicap;            // stones of `start` that are handicap
    const void *start;           // stones before the first move; its komi; whose turn
    const ludus_move *moves;     // [num_moves]
    const uint8_t *colours;      // [num_moves] ludus_go_colour; NULL: in turn from `start`
    const char *const *comments; // [num_moves] NULL entries for none; NULL for no comments at all
    int32_t num_moves;
} ludus_sgf_go_record;

// Adds the record as a further game. Memory that ran out shows when the tree is written.
void ludus_sgf_go_add(ludus_sgf *sgf, const ludus_game *game, const ludus_sgf_go_record *record);

#endif
