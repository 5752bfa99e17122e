// The root: which of its moves count, what they prove, and how a node below it takes its place.

#include <assert.h>
#include <string.h>

#include "agents/mcts_internal.h"

// ---- Plans and restrictions -------------------------------------------------------------------

void ludus_mcts_extend(ludus_mcts *tree, int32_t simulations)
{
    assert(tree->config.root == LUDUS_ROOT_PUCT && tree->num_paths == 0);
    tree->planned = simulations;
}

void ludus_mcts_restrict(ludus_mcts *tree, const ludus_move *moves, int32_t n)
{
    const ludus_mcts_node *root = &tree->nodes[0];
    int32_t found = 0;
    assert(tree->num_paths == 0);
    for (int32_t i = 0; i < root->num_edges; i++) {
        tree->root_open[i] = false;
        for (int32_t k = 0; k < n && !tree->root_open[i]; k++) {
            tree->root_open[i] = tree->edge_move[root->first_edge + i] == moves[k];
        }
        found += tree->root_open[i];
    }
    assert(found > 0 || n == 0);
    tree->is_restricted = found > 0;
}

int8_t ludus_mcts_root_proof(const ludus_mcts *t)
{
    const ludus_mcts_node *root = &t->nodes[0];
    int8_t best = LUDUS_PROOF_LOSS;
    bool all = true;
    if (!t->config.enable_solver) {
        return LUDUS_PROOF_NONE;
    }
    if (!t->is_restricted) {
        return root->proof;
    }
    for (int32_t e = root->first_edge; e < root->first_edge + root->num_edges; e++) {
        const int8_t proof = t->edge_proof[e];
        if (!ludus_mcts_is_open(t, 0, e)) {
            continue;
        }
        all = all && proof != LUDUS_PROOF_NONE;
        best = proof != LUDUS_PROOF_NONE && proof > best ? proof : best;
    }
    return all || best == LUDUS_PROOF_WIN ? best : (int8_t)LUDUS_PROOF_NONE;
}

// ---- Keeping the subtree ---------------------------------------------------------------------

static void move_node(ludus_mcts *t, int32_t from, int32_t to, int32_t *next_edge)
{
    const size_t bytes = t->game.spec.state_bytes;
    ludus_mcts_node node = t->nodes[from];
    const size_t n = (size_t)node.num_edges;
    const int32_t first = node.first_edge;
    memmove(t->states + (size_t)to * bytes, t->states + (size_t)from * bytes, bytes);
    memmove(t->edge_move + *next_edge, t->edge_move + first, n * sizeof *t->edge_move);
    memmove(t->edge_prior + *next_edge, t->edge_prior + first, n * sizeof *t->edge_prior);
    memmove(t->edge_value + *next_edge, t->edge_value + first, n * sizeof *t->edge_value);
    memmove(t->edge_visits + *next_edge, t->edge_visits + first, n * sizeof *t->edge_visits);
    memmove(t->edge_virtual + *next_edge, t->edge_virtual + first, n * sizeof *t->edge_virtual);
    memmove(t->edge_child + *next_edge, t->edge_child + first, n * sizeof *t->edge_child);
    memmove(t->edge_proof + *next_edge, t->edge_proof + first, n * sizeof *t->edge_proof);
    node.first_edge = *next_edge;
    node.parent = node.parent == LUDUS_MCTS_NO_NODE || to == 0 ? LUDUS_MCTS_NO_NODE
                                                               : t->moved_to[node.parent];
    t->nodes[to] = node;
    *next_edge += node.num_edges;
}

// What draws are worth is told for the root's player, and kept sums hold them: under the other
// player the search begins anew, its cache kept.
static void keep_subtree(ludus_mcts *t, int32_t root)
{
    int32_t nodes = 0, edges = 0;
    if (t->config.draw_value != 0.0f && t->nodes[root].side != t->nodes[0].side) {
        ludus_mcts_reset(t);
        return;
    }
    for (int32_t i = 0; i < t->num_nodes; i++) {
        const int32_t parent = t->nodes[i].parent;
        const bool stays = i == root || (i > root && parent >= root && t->moved_to[parent] >= 0);
        t->moved_to[i] = stays ? nodes : LUDUS_MCTS_NO_NODE;
        if (stays) {
            move_node(t, i, nodes++, &edges);
        }
    }
    for (int32_t e = 0; e < edges; e++) {
        if (t->edge_child[e] != LUDUS_MCTS_NO_NODE) {
            t->edge_child[e] = t->moved_to[t->edge_child[e]];
        }
    }
    t->num_nodes = nodes;
    t->num_edges = edges;
}

void ludus_mcts_advance(ludus_mcts *tree, ludus_move move)
{
    assert(tree->num_paths == 0);
    if (tree->num_nodes == 0) {
        return;
    }
    const ludus_mcts_node *root = &tree->nodes[0];
    for (int32_t e = root->first_edge; e < root->first_edge + root->num_edges; e++) {
        if (tree->edge_move[e] == move && tree->edge_child[e] != LUDUS_MCTS_NO_NODE) {
            keep_subtree(tree, tree->edge_child[e]);
            return;
        }
    }
    ludus_mcts_reset(tree);
}

static bool is_at(const ludus_mcts *t, int32_t node, const void *pos)
{
    return memcmp(ludus_mcts_state(t, node), pos, t->game.spec.state_bytes) == 0;
}

// The node of `pos` at most `plies` below `node`, or LUDUS_MCTS_NO_NODE.
static int32_t find_below(const ludus_mcts *t, int32_t node, const void *pos, int32_t plies)
{
    const ludus_mcts_node *n = &t->nodes[node];
    int32_t found = is_at(t, node, pos) ? node : LUDUS_MCTS_NO_NODE;
    for (int32_t e = n->first_edge; plies > 0 && e < n->first_edge + n->num_edges; e++) {
        if (found == LUDUS_MCTS_NO_NODE && t->edge_child[e] != LUDUS_MCTS_NO_NODE) {
            found = find_below(t, t->edge_child[e], pos, plies - 1);
        }
    }
    return found;
}

bool ludus_mcts_advance_to(ludus_mcts *tree, const void *pos)
{
    assert(tree->num_paths == 0);
    const int32_t node = tree->num_nodes > 0 ? find_below(tree, 0, pos, 2) : LUDUS_MCTS_NO_NODE;
    if (node > 0) {
        keep_subtree(tree, node);
    }
    return node != LUDUS_MCTS_NO_NODE && tree->num_nodes > 0;
}
