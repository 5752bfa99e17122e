// The tree behind agents/mcts.h. Internal to agents/mcts*.c.
//
// Nodes and edges are columns of arrays: node i's position is states + i * state_bytes, its edges
// are first_edge .. first_edge + num_edges - 1. A node is made when an edge is first descended, and
// gets its edges at once, so node and edge numbers rise together and children follow their parents:
// that order is what lets advance() compact in place.

#ifndef LUDUS_AGENTS_MCTS_INTERNAL_H
#define LUDUS_AGENTS_MCTS_INTERNAL_H

#include "agents/mcts.h"

#define LUDUS_MCTS_MAX_WANT 64 // leaves out at a time
#define LUDUS_MCTS_NO_NODE (-1)

// What a position is known to be for its player to move.
typedef enum ludus_proof {
    LUDUS_PROOF_LOSS = -1,
    LUDUS_PROOF_DRAW = 0,
    LUDUS_PROOF_WIN = 1,
    LUDUS_PROOF_NONE = 2
} ludus_proof;

typedef struct ludus_mcts_node {
    int32_t parent; // node, LUDUS_MCTS_NO_NODE at the root
    int32_t first_edge, num_edges;
    int32_t visits;   // evaluations backed up through this node, its own included
    double value_sum; // of them, for the player to move here; floats would stand still at 2^24
    double win_sum, loss_sum;
    float own_value;  // the evaluator's
    int8_t side;      // player to move, 0 or 1
    int8_t proof;     // ludus_proof
    bool is_expanded; // priors are known
} ludus_mcts_node;

// A descent that waits for its leaf's evaluation.
typedef struct ludus_mcts_path {
    int32_t leaf;   // node
    int32_t length; // edges
    int32_t *edges; // [max_depth]
} ludus_mcts_path;

typedef struct ludus_mcts_cache_entry {
    uint64_t hash;
    int32_t num_legal; // 0 = empty
    float wdl[3];
} ludus_mcts_cache_entry;

struct ludus_mcts {
    ludus_game game;
    ludus_mcts_config config;
    // Arena
    int32_t max_nodes, max_edges, num_nodes, num_edges;
    ludus_mcts_node *nodes;
    uint8_t *states;
    ludus_move *edge_move;
    float *edge_prior;
    double *edge_value; // sum, for the player to move at the parent
    int32_t *edge_visits;
    int32_t *edge_virtual; // descents under way, times virtual_loss
    int32_t *edge_child;   // node or LUDUS_MCTS_NO_NODE
    int8_t *edge_proof;    // ludus_proof for the parent's player
    int32_t *moved_to;     // scratch of advance: new number of each node
    // This search
    int32_t planned, done;
    bool is_noisy, is_full;
    bool is_restricted; // to the root edges of root_open
    bool *root_open;    // [max_legal]
    int32_t evaluations, cache_hits, max_depth_seen;
    int32_t rounds; // symmetries of the root averaged so far
    float round_wdl[3];
    float *round_priors;  // [max_legal]
    float *root_noise;    // [max_legal] Dirichlet sample or Gumbel draws
    int32_t *root_before; // [max_legal] visits when the search began
    int32_t *halving;     // [simulations + 1] visits that the next considered move has
    int32_t halving_capacity;
    // Leaves out
    int32_t num_paths;
    ludus_mcts_path paths[LUDUS_MCTS_MAX_WANT];
    int32_t *path_edges; // storage of paths
    int32_t max_depth;
    // Cache
    ludus_mcts_cache_entry *cache; // [cache_entries], direct mapped
    float *cache_priors;           // [cache_entries, max_legal]
};

// ---- mcts.c ----
uint8_t *ludus_mcts_state(const ludus_mcts *t, int32_t node);

// ---- mcts_root.c ----
// What the root is known to be worth by the moves that may be chosen; LUDUS_PROOF_NONE when open or
// without the solver.
int8_t ludus_mcts_root_proof(const ludus_mcts *t);
// Whether an edge may be descended: all but root edges left out by restrict().
static inline bool ludus_mcts_is_open(const ludus_mcts *t, int32_t node, int32_t edge)
{
    return node != 0 || !t->is_restricted || t->root_open[edge - t->nodes[0].first_edge];
}

// ---- mcts_select.c ----
// The edge to descend from a node; -1 when none may be (all in flight or lost).
int32_t ludus_mcts_select_edge(const ludus_mcts *t, int32_t node);
// Draws noise for the root's edges and plans sequential halving.
void ludus_mcts_prepare_root(ludus_mcts *t, ludus_rng *rng);
// Gumbel: out[i] = log prior + sigma(completed Q) of root edge i.
void ludus_mcts_improved_logits(const ludus_mcts *t, float *out);
// Mean value of an edge for the player at its parent; `otherwise` when never visited.
float ludus_mcts_edge_mean(const ludus_mcts *t, int32_t edge, float otherwise);
// Value of a proof, draws as draw_value says for that side.
float ludus_mcts_proof_value(const ludus_mcts *t, int32_t proof, int8_t side);

#endif
