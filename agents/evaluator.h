// What a tree search asks about a leaf: priors over its legal moves and the chances to win, draw
// and lose, for a batch of positions at once.
//
// Threads and cores: an evaluator belongs to one thread and computes on that thread alone. Whoever
// owns the cores (the self-play workers, a match) makes one evaluator per thread.
// Repeat: a row does not depend on the other rows of its batch.

#ifndef LUDUS_AGENTS_EVALUATOR_H
#define LUDUS_AGENTS_EVALUATOR_H

#include "agents/game_net.h"

// One position to evaluate. Pointers are the caller's and are used during the call only.
typedef struct ludus_leaf {
    const void *pos;         // not finished
    const ludus_move *legal; // [num_legal], ascending
    int32_t num_legal;
    int32_t sym;   // symmetry to look through: 0 .. num_symmetries-1
    float *priors; // out: [num_legal], sums to 1
    float wdl[3];  // out: win, draw, loss for the player to move; sums to 1
} ludus_leaf;

typedef struct ludus_evaluator_ops {
    const char *name;                                            // "net", "uniform", "rollout"
    void (*evaluate)(void *self, int32_t n, ludus_leaf *leaves); // 1 <= n <= max_batch
    void (*destroy)(void *self);
} ludus_evaluator_ops;

typedef struct ludus_evaluator {
    const ludus_evaluator_ops *ops;
    void *self;        // owned
    int32_t max_batch; // rows per call
    double seconds;    // thread's wall time spent inside evaluate so far
    uint64_t rows;     // positions evaluated so far
} ludus_evaluator;

void ludus_evaluate(ludus_evaluator *evaluator, int32_t n, ludus_leaf *leaves);
void ludus_evaluator_destroy(ludus_evaluator *evaluator); // a zeroed one is accepted

// Net: encodes through the leaf's symmetry, softmax over the legal moves. Copies the weights into
// its executor (see ludus_net_exec_create); refresh takes new ones of the same shape. INT8 without
// calibration rows calibrates itself on positions of random games, anew at each refresh. A refresh
// that fails leaves the evaluator as it was.
ludus_status ludus_evaluator_net(ludus_evaluator *out, const ludus_game *game, const ludus_net *net,
                                 const ludus_exec_config *config, ludus_error *error);
ludus_status ludus_evaluator_net_refresh(ludus_evaluator *evaluator, const ludus_net *net,
                                         ludus_error *error);
// A precision by its name, in upper or lower case; false when there is no such one.
bool ludus_precision_parse(const char *text, int32_t *out);
// Equal priors, even chances (draw): for tests and overhead measurements.
ludus_status ludus_evaluator_uniform(ludus_evaluator *out, const ludus_game *game,
                                     int32_t max_batch);
// Equal priors, outcome of `playouts` random games per leaf; its draws depend on (seed, position)
// alone, so results repeat.
ludus_status ludus_evaluator_rollout(ludus_evaluator *out, const ludus_game *game,
                                     int32_t max_batch, int32_t playouts, uint64_t seed);

// What a net's auxiliary heads say of an unfinished position, for the player to move there.
typedef struct ludus_outlook {
    const void *pos;
    float *ownership; // out: [rows*columns], 1 own, 0 the opponent's
    float score;      // out: points ahead
    float moves_left; // out: plies to the end, >= 0
} ludus_outlook;

// Which of them there are: fields of other heads are left as they are.
typedef struct ludus_outlook_heads {
    bool has_ownership, has_score, has_moves_left;
} ludus_outlook_heads;

// None for evaluators other than nets.
ludus_outlook_heads ludus_evaluator_outlook_heads(const ludus_evaluator *evaluator);
// One forward pass of 1 <= n <= max_batch positions through the identity symmetry; the evaluator
// has at least one of the heads.
void ludus_evaluator_outlook(ludus_evaluator *evaluator, int32_t n, ludus_outlook *outlooks);

#endif
