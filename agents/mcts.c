#include "agents/mcts_internal.h"

#include <assert.h>
#include <math.h>
#include <string.h>

// Proven moves in training targets and choices: a proven win takes all the weight; proven losses
// get none unless every move loses.

// ---- Life cycle ------------------------------------------------------------------------------

// Edges per node that the arena provides for: games with more legal moves than this visit few of
// them, so their average node has fewer edges than the bound.
#define EDGES_PER_NODE 64

static int32_t edges_per_node(const ludus_game *game)
{
    return game->spec.max_legal < EDGES_PER_NODE ? game->spec.max_legal : EDGES_PER_NODE;
}

size_t ludus_mcts_node_bytes(const ludus_game *game)
{
    const ludus_mcts *t = NULL;
    const size_t edge = sizeof *t->edge_move + sizeof *t->edge_prior + sizeof *t->edge_value +
                        sizeof *t->edge_visits + sizeof *t->edge_virtual + sizeof *t->edge_child +
                        sizeof *t->edge_proof;
    return sizeof *t->nodes + sizeof *t->moved_to + game->spec.state_bytes +
           edge * (size_t)edges_per_node(game);
}

static bool create_arena(ludus_mcts *t)
{
    const size_t nodes = (size_t)t->max_nodes, edges = (size_t)t->max_edges;
    t->nodes = ludus_alloc(nodes, sizeof *t->nodes);
    t->states = ludus_alloc(nodes, t->game.spec.state_bytes);
    t->moved_to = ludus_alloc(nodes, sizeof *t->moved_to);
    t->edge_move = ludus_alloc(edges, sizeof *t->edge_move);
    t->edge_prior = ludus_alloc(edges, sizeof *t->edge_prior);
    t->edge_value = ludus_alloc(edges, sizeof *t->edge_value);
    t->edge_visits = ludus_alloc(edges, sizeof *t->edge_visits);
    t->edge_virtual = ludus_alloc(edges, sizeof *t->edge_virtual);
    t->edge_child = ludus_alloc(edges, sizeof *t->edge_child);
    t->edge_proof = ludus_alloc(edges, sizeof *t->edge_proof);
    return t->nodes && t->states && t->moved_to && t->edge_move && t->edge_prior && t->edge_value &&
           t->edge_visits && t->edge_virtual && t->edge_child && t->edge_proof;
}

static bool create_rest(ludus_mcts *t)
{
    const size_t max_legal = (size_t)t->game.spec.max_legal;
    const size_t entries = (size_t)t->config.cache_entries;
    t->max_depth = t->game.spec.max_plies + 1;
    t->halving_capacity = t->config.simulations > 4096 ? t->config.simulations : 4096;
    t->round_priors = ludus_alloc(max_legal, sizeof *t->round_priors);
    t->root_noise = ludus_alloc(max_legal, sizeof *t->root_noise);
    t->root_before = ludus_alloc(max_legal, sizeof *t->root_before);
    t->root_open = ludus_alloc(max_legal, sizeof *t->root_open);
    t->halving = ludus_alloc((size_t)t->halving_capacity + 1, sizeof *t->halving);
    t->path_edges = ludus_alloc((size_t)t->max_depth * LUDUS_MCTS_MAX_WANT, sizeof *t->path_edges);
    if (entries > 0) {
        t->cache = ludus_alloc(entries, sizeof *t->cache);
        t->cache_priors = ludus_alloc(entries * max_legal, sizeof *t->cache_priors);
    }
    for (int32_t i = 0; t->path_edges != NULL && i < LUDUS_MCTS_MAX_WANT; i++) {
        t->paths[i].edges = t->path_edges + (size_t)i * (size_t)t->max_depth;
    }
    return t->round_priors && t->root_noise && t->root_before && t->root_open && t->halving &&
           t->path_edges && (entries == 0 || (t->cache && t->cache_priors));
}

ludus_status ludus_mcts_create(ludus_mcts **out, const ludus_game *game,
                               const ludus_mcts_config *config, ludus_error *error)
{
    *out = NULL;
    ludus_mcts *t = ludus_alloc(1, sizeof *t);
    if (t == NULL) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "search: out of memory");
    }
    t->game = *game;
    t->config = *config;
    t->max_nodes = config->max_nodes > 0 ? config->max_nodes : 2 * config->simulations + 1024;
    const int32_t per_node = edges_per_node(game);
    if (t->max_nodes > (INT32_MAX - game->spec.max_legal) / per_node) {
        ludus_free(t);
        return ludus_fail(error, LUDUS_ERR_ARG, "search.max_nodes = %d: too many for %s",
                          config->max_nodes, game->spec.name);
    }
    t->max_edges = t->max_nodes * per_node + game->spec.max_legal;
    if (!create_arena(t) || !create_rest(t)) {
        ludus_mcts_destroy(t);
        return ludus_fail(error, LUDUS_ERR_NOMEM, "search: no memory for %d nodes", t->max_nodes);
    }
    *out = t;
    return LUDUS_OK;
}

void ludus_mcts_destroy(ludus_mcts *tree)
{
    if (tree == NULL) {
        return;
    }
    void *blocks[] = {tree->nodes,        tree->states,     tree->moved_to,     tree->edge_move,
                      tree->edge_prior,   tree->edge_value, tree->edge_visits,  tree->edge_virtual,
                      tree->edge_child,   tree->edge_proof, tree->round_priors, tree->root_noise,
                      tree->root_before,  tree->halving,    tree->path_edges,   tree->cache,
                      tree->cache_priors, tree->root_open};
    for (size_t i = 0; i < sizeof blocks / sizeof blocks[0]; i++) {
        ludus_free(blocks[i]);
    }
    ludus_free(tree);
}

void ludus_mcts_reset(ludus_mcts *tree)
{
    tree->num_nodes = 0;
    tree->num_edges = 0;
    tree->num_paths = 0;
    tree->is_full = false;
}

void ludus_mcts_clear_cache(ludus_mcts *tree)
{
    for (int32_t i = 0; i < tree->config.cache_entries; i++) {
        tree->cache[i].num_legal = 0;
    }
}

// ---- Nodes -----------------------------------------------------------------------------------

uint8_t *ludus_mcts_state(const ludus_mcts *t, int32_t node)
{
    return t->states + (size_t)node * t->game.spec.state_bytes;
}

// Proves a node with a move that wins at once. The place of the next node serves as scratch.
static void look_ahead(ludus_mcts *t, int32_t index)
{
    ludus_mcts_node *node = &t->nodes[index];
    uint8_t *next = ludus_mcts_state(t, t->num_nodes);
    if (t->num_nodes == t->max_nodes) {
        return;
    }
    for (int32_t e = node->first_edge; e < node->first_edge + node->num_edges; e++) {
        memcpy(next, ludus_mcts_state(t, index), t->game.spec.state_bytes);
        ludus_game_play(&t->game, next, t->edge_move[e]);
        const ludus_outcome outcome = ludus_game_outcome(&t->game, next);
        const bool is_same = ludus_game_to_move(&t->game, next) == node->side;
        if (outcome == (is_same ? LUDUS_WIN : LUDUS_LOSS)) {
            t->edge_proof[e] = LUDUS_PROOF_WIN;
            node->proof = LUDUS_PROOF_WIN;
            return;
        }
    }
}

static bool has_room(const ludus_mcts *t)
{
    return t->num_nodes < t->max_nodes && t->max_edges - t->num_edges >= t->game.spec.max_legal;
}

// A node for the position already written at its place in `states`.
static int32_t make_node(ludus_mcts *t, int32_t parent)
{
    const int32_t index = t->num_nodes++;
    const uint8_t *pos = ludus_mcts_state(t, index);
    ludus_mcts_node *node = &t->nodes[index];
    const ludus_outcome outcome = ludus_game_outcome(&t->game, pos);
    *node = (ludus_mcts_node){.parent = parent,
                              .first_edge = t->num_edges,
                              .side = (int8_t)ludus_game_to_move(&t->game, pos),
                              .proof = LUDUS_PROOF_NONE};
    if (outcome != LUDUS_ONGOING) {
        node->proof = (int8_t)outcome;
        return index;
    }
    const int32_t first = t->num_edges;
    node->num_edges = ludus_game_legal(&t->game, pos, t->edge_move + first);
    t->num_edges += node->num_edges;
    for (int32_t e = first; e < t->num_edges; e++) {
        t->edge_prior[e] = 0.0f;
        t->edge_value[e] = 0.0;
        t->edge_visits[e] = 0;
        t->edge_virtual[e] = 0;
        t->edge_child[e] = LUDUS_MCTS_NO_NODE;
        t->edge_proof[e] = LUDUS_PROOF_NONE;
    }
    if (t->config.enable_solver && t->config.enable_lookahead) {
        look_ahead(t, index);
    }
    return index;
}

static int32_t make_child(ludus_mcts *t, int32_t parent, int32_t edge)
{
    uint8_t *pos = ludus_mcts_state(t, t->num_nodes);
    memcpy(pos, ludus_mcts_state(t, parent), t->game.spec.state_bytes);
    ludus_game_play(&t->game, pos, t->edge_move[edge]);
    const int32_t child = make_node(t, parent);
    t->edge_child[edge] = child;
    return child;
}

void ludus_mcts_start(ludus_mcts *tree, const void *pos, int32_t simulations, bool enable_noise,
                      ludus_rng *rng)
{
    assert(simulations >= 1 && tree->num_paths == 0);
    assert(ludus_game_outcome(&tree->game, pos) == LUDUS_ONGOING);
    const bool keeps =
        tree->num_nodes > 0 && memcmp(tree->states, pos, tree->game.spec.state_bytes) == 0;
    if (!keeps) {
        ludus_mcts_reset(tree);
        memcpy(tree->states, pos, tree->game.spec.state_bytes);
        make_node(tree, LUDUS_MCTS_NO_NODE);
    }
    tree->planned = simulations;
    tree->done = 0;
    tree->is_noisy = enable_noise;
    tree->is_full = false;
    tree->is_restricted = false;
    tree->evaluations = 0;
    tree->cache_hits = 0;
    tree->max_depth_seen = 0;
    tree->rounds = 0;
    ludus_mcts_prepare_root(tree, rng);
}

static bool root_is_proven(const ludus_mcts *t)
{
    return ludus_mcts_root_proof(t) != LUDUS_PROOF_NONE;
}

bool ludus_mcts_done(const ludus_mcts *tree)
{
    return tree->num_paths == 0 && tree->nodes[0].is_expanded &&
           (tree->done >= tree->planned || tree->is_full || root_is_proven(tree));
}

// ---- Backing up ------------------------------------------------------------------------------

// Chances for the player of `side`.
typedef struct chances {
    float value, win, loss;
    int8_t side;
} chances;

static chances seen_by(chances c, int8_t side)
{
    return c.side == side ? c : (chances){-c.value, c.loss, c.win, side};
}

static chances chances_of_proof(const ludus_mcts *t, int32_t node)
{
    const ludus_mcts_node *n = &t->nodes[node];
    return (chances){ludus_mcts_proof_value(t, n->proof, n->side),
                     n->proof == LUDUS_PROOF_WIN ? 1.0f : 0.0f,
                     n->proof == LUDUS_PROOF_LOSS ? 1.0f : 0.0f, n->side};
}

static void add_chances(ludus_mcts_node *node, chances c)
{
    node->visits++;
    node->value_sum += (double)c.value;
    node->win_sum += (double)c.win;
    node->loss_sum += (double)c.loss;
}

// A node is won if one move wins; when every move is proven, it is worth the best of them.
static int8_t proof_of(const ludus_mcts *t, const ludus_mcts_node *n)
{
    int8_t best = LUDUS_PROOF_LOSS;
    bool all = true;
    for (int32_t e = n->first_edge; e < n->first_edge + n->num_edges; e++) {
        if (t->edge_proof[e] == LUDUS_PROOF_NONE) {
            all = false;
        } else if (t->edge_proof[e] > best) {
            best = t->edge_proof[e];
        }
    }
    return all || best == LUDUS_PROOF_WIN ? best : LUDUS_PROOF_NONE;
}

static void update_proof(ludus_mcts *t, int32_t node, int32_t edge, int32_t child)
{
    const ludus_mcts_node *below = &t->nodes[child];
    ludus_mcts_node *n = &t->nodes[node];
    const bool same = below->side == n->side;
    t->edge_proof[edge] = (int8_t)(same ? below->proof : -below->proof);
    n->proof = proof_of(t, n);
}

static void back_up(ludus_mcts *t, const ludus_mcts_path *path, chances c)
{
    int32_t child = path->leaf;
    add_chances(&t->nodes[child], seen_by(c, t->nodes[child].side));
    for (int32_t i = path->length - 1; i >= 0; i--) {
        const int32_t edge = path->edges[i], node = t->nodes[child].parent;
        if (t->config.enable_solver && t->nodes[child].proof != LUDUS_PROOF_NONE) {
            update_proof(t, node, edge, child);
            c = chances_of_proof(t, t->nodes[node].proof != LUDUS_PROOF_NONE ? node : child);
        }
        c = seen_by(c, t->nodes[node].side);
        t->edge_visits[edge]++;
        t->edge_value[edge] += (double)c.value;
        add_chances(&t->nodes[node], c);
        child = node;
    }
    t->done++;
}

// ---- Evaluations -----------------------------------------------------------------------------

static chances chances_of_wdl(const ludus_mcts *t, const float *wdl, int8_t side)
{
    const float draw = side == t->nodes[0].side ? t->config.draw_value : -t->config.draw_value;
    return (chances){wdl[0] - wdl[2] + wdl[1] * draw, wdl[0], wdl[2], side};
}

static void expand(ludus_mcts *t, const ludus_mcts_path *path, const float *wdl)
{
    ludus_mcts_node *node = &t->nodes[path->leaf];
    const chances c = chances_of_wdl(t, wdl, node->side);
    node->is_expanded = true;
    node->own_value = c.value;
    if (path->length == 0) {
        add_chances(node, c); // the root's own evaluation is no simulation
    } else {
        back_up(t, path, c);
    }
}

static ludus_mcts_cache_entry *cache_slot(const ludus_mcts *t, uint64_t hash, size_t *index)
{
    *index = (size_t)(hash % (uint64_t)t->config.cache_entries);
    return &t->cache[*index];
}

static bool expand_from_cache(ludus_mcts *t, const ludus_mcts_path *path, uint64_t hash)
{
    if (t->config.cache_entries == 0) {
        return false;
    }
    size_t index;
    const ludus_mcts_cache_entry *entry = cache_slot(t, hash, &index);
    const ludus_mcts_node *node = &t->nodes[path->leaf];
    if (entry->num_legal == 0 || entry->hash != hash || entry->num_legal != node->num_edges) {
        return false;
    }
    const size_t max_legal = (size_t)t->game.spec.max_legal;
    memcpy(t->edge_prior + node->first_edge, t->cache_priors + index * max_legal,
           (size_t)node->num_edges * sizeof *t->edge_prior);
    t->cache_hits++;
    expand(t, path, entry->wdl);
    return true;
}

static void remember(ludus_mcts *t, int32_t node, const float *wdl)
{
    if (t->config.cache_entries == 0) {
        return;
    }
    size_t index;
    const ludus_mcts_node *n = &t->nodes[node];
    const uint64_t hash = ludus_game_hash(&t->game, ludus_mcts_state(t, node));
    ludus_mcts_cache_entry *entry = cache_slot(t, hash, &index);
    entry->hash = hash;
    entry->num_legal = n->num_edges;
    memcpy(entry->wdl, wdl, sizeof entry->wdl);
    memcpy(t->cache_priors + index * (size_t)t->game.spec.max_legal, t->edge_prior + n->first_edge,
           (size_t)n->num_edges * sizeof *t->edge_prior);
}

// ---- Descending ------------------------------------------------------------------------------

static void lend(ludus_mcts *t, const ludus_mcts_path *path, int32_t visits)
{
    for (int32_t i = 0; i < path->length; i++) {
        t->edge_virtual[path->edges[i]] += visits;
    }
}

// Follows the best edges to a node without priors, finished, or proven. False: no way down now.
static bool descend(ludus_mcts *t, ludus_mcts_path *path)
{
    int32_t node = 0;
    path->length = 0;
    while (t->nodes[node].is_expanded &&
           (node == 0 || !t->config.enable_solver || t->nodes[node].proof == LUDUS_PROOF_NONE)) {
        const int32_t edge = ludus_mcts_select_edge(t, node);
        if (edge < 0 || path->length == t->max_depth) {
            return false;
        }
        path->edges[path->length++] = edge;
        int32_t child = t->edge_child[edge];
        if (child == LUDUS_MCTS_NO_NODE) {
            if (!has_room(t)) {
                t->is_full = true;
                return false;
            }
            child = make_child(t, node, edge);
        }
        node = child;
    }
    path->leaf = node;
    if (path->length > t->max_depth_seen) {
        t->max_depth_seen = path->length;
    }
    return true;
}

static void hand_out(ludus_mcts *t, const ludus_mcts_path *path, uint64_t hash, ludus_leaf *leaf)
{
    const ludus_mcts_node *node = &t->nodes[path->leaf];
    const void *pos = ludus_mcts_state(t, path->leaf);
    const uint64_t symmetries = (uint64_t)ludus_game_symmetries(&t->game, pos);
    int32_t sym = t->config.enable_symmetry ? (int32_t)(ludus_mix64(hash) % symmetries) : 0;
    if (path->length == 0 && t->config.average_symmetries > 1) {
        sym = (int32_t)((uint64_t)t->rounds % symmetries);
    }
    *leaf = (ludus_leaf){.pos = pos,
                         .legal = t->edge_move + node->first_edge,
                         .num_legal = node->num_edges,
                         .sym = sym,
                         .priors = t->edge_prior + node->first_edge};
    t->evaluations++;
    lend(t, path, t->config.virtual_loss);
    t->num_paths++;
}

static bool is_waiting(const ludus_mcts *t, int32_t node)
{
    for (int32_t i = 0; i < t->num_paths; i++) {
        if (t->paths[i].leaf == node) {
            return true;
        }
    }
    return false;
}

int32_t ludus_mcts_gather(ludus_mcts *tree, ludus_leaf *leaves, int32_t want)
{
    assert(tree->num_paths == 0 && want >= 1);
    const int32_t limit = want < LUDUS_MCTS_MAX_WANT ? want : LUDUS_MCTS_MAX_WANT;
    while (tree->num_paths < limit && !tree->is_full &&
           (!root_is_proven(tree) || !tree->nodes[0].is_expanded) &&
           (tree->done + tree->num_paths < tree->planned || !tree->nodes[0].is_expanded)) {
        ludus_mcts_path *path = &tree->paths[tree->num_paths];
        if (!descend(tree, path) || is_waiting(tree, path->leaf)) {
            break;
        }
        if (tree->nodes[path->leaf].proof != LUDUS_PROOF_NONE && path->length > 0) {
            back_up(tree, path, chances_of_proof(tree, path->leaf));
            continue;
        }
        const uint64_t hash = ludus_game_hash(&tree->game, ludus_mcts_state(tree, path->leaf));
        const bool averages = path->length == 0 && tree->config.average_symmetries > 1;
        if (averages || !expand_from_cache(tree, path, hash)) {
            hand_out(tree, path, hash, &leaves[tree->num_paths]);
        }
    }
    return tree->num_paths;
}

// Collects the root's evaluations through several symmetries; true when all are in `leaf`.
static bool average_root(ludus_mcts *t, ludus_leaf *leaf)
{
    const float share = 1.0f / (float)t->config.average_symmetries;
    if (t->rounds == 0) {
        memset(t->round_wdl, 0, sizeof t->round_wdl);
        memset(t->round_priors, 0, (size_t)leaf->num_legal * sizeof *t->round_priors);
    }
    for (int32_t i = 0; i < 3; i++) {
        t->round_wdl[i] += share * leaf->wdl[i];
    }
    for (int32_t i = 0; i < leaf->num_legal; i++) {
        t->round_priors[i] += share * leaf->priors[i];
    }
    if (++t->rounds < t->config.average_symmetries) {
        return false;
    }
    memcpy(leaf->wdl, t->round_wdl, sizeof leaf->wdl);
    memcpy(leaf->priors, t->round_priors, (size_t)leaf->num_legal * sizeof *leaf->priors);
    return true;
}

void ludus_mcts_apply(ludus_mcts *tree, const ludus_leaf *leaves, int32_t n)
{
    assert(n == tree->num_paths);
    for (int32_t i = 0; i < n; i++) {
        const ludus_mcts_path *path = &tree->paths[i];
        lend(tree, path, -tree->config.virtual_loss);
        ludus_leaf leaf = leaves[i];
        if (path->length == 0 && tree->config.average_symmetries > 1) {
            if (average_root(tree, &leaf)) {
                expand(tree, path, leaf.wdl);
            }
            continue;
        }
        remember(tree, path->leaf, leaf.wdl);
        expand(tree, path, leaf.wdl);
    }
    tree->num_paths = 0;
}

void ludus_mcts_run(ludus_mcts *tree, const void *pos, int32_t simulations, bool enable_noise,
                    ludus_rng *rng, ludus_evaluator *evaluator, int32_t want)
{
    ludus_leaf leaves[LUDUS_MCTS_MAX_WANT];
    int32_t limit = want < evaluator->max_batch ? want : evaluator->max_batch;
    limit = limit < LUDUS_MCTS_MAX_WANT ? limit : LUDUS_MCTS_MAX_WANT;
    ludus_mcts_start(tree, pos, simulations, enable_noise, rng);
    while (!ludus_mcts_done(tree)) {
        const int32_t n = ludus_mcts_gather(tree, leaves, limit);
        if (n > 0) {
            ludus_evaluate(evaluator, n, leaves);
            ludus_mcts_apply(tree, leaves, n);
        }
    }
}
