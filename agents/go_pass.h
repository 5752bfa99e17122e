// When a player of Go should pass: nobody can gain anything any more, and the count agrees.
// Searches do not find that by themselves, for to them every move of a decided game is as good as a
// pass, and they fill territory and throw in stones for as long as any point is left.
//
//     const ludus_pass_case c = {.game = game, .pos = pos, .value = value, ...}; // after a search
//     if (ludus_pass_may_be_due(&c)) {          // cheap
//         ... ask the net who will own the points ...
//         pass = ludus_pass_is_due(&c, ownership);
//     }
//
// A pass is due when a third of the points have been played, or the opponent has just passed, and
// the board is settled (ludus_go_judge). Where all stones count as alive it takes more, for the
// board must say as it stands who has won:
//   - no stones are dead, and no point is nobody's;
//   - the count does not lose and the search does not see the pass cost much, or it loses and the
//     search sees little hope;
//   - where the net does not call the board settled but the search is sure of the result, playouts
//     may say it.
// And there a pass in answer to a pass is due as well when it wins, or when the search has no hope.
// It is never due in games other than Go.
//
// Threads: no state. Repeat: equal arguments, equal answer; playouts draw by the position's hash.

#ifndef LUDUS_AGENTS_GO_PASS_H
#define LUDUS_AGENTS_GO_PASS_H

#include "agents/mcts.h"
#include "envs/go.h"

// What a search, just ended, says to the player to move at `pos`.
typedef struct ludus_pass_case {
    const ludus_game *game;
    const void *pos;              // unfinished
    float value;                  // -1..1
    const ludus_mcts_move *moves; // [num_moves] of the root
    int32_t num_moves;
    bool removes_dead; // those who count take dead stones off; they may stay then
} ludus_pass_case;

// Whether the board alone, without foresight, allows it: most positions end here, at the cost of
// counting the area once.
bool ludus_pass_may_be_due(const ludus_pass_case *c);
// ownership: [size*size], 1 the player's to move, 0 the opponent's, as nets tell it; NULL: from
// some hundred playouts, when they are needed. Asks ludus_pass_may_be_due first.
bool ludus_pass_is_due(const ludus_pass_case *c, const float *ownership);

#endif
