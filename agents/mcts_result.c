// What a search says when it is done: the move, the training target, analysis.

#include <assert.h>
#include <math.h>
#include <string.h>

#include "agents/mcts_internal.h"
#include "nets/softmax.h"

// The moves that count: proven wins alone if there are any, else all but proven losses, else all.
typedef enum selection { KEEP_WINS, KEEP_UNLOST, KEEP_ALL } selection;

static selection choose_selection(const ludus_mcts *t)
{
    const ludus_mcts_node *root = &t->nodes[0];
    bool unlost = false;
    if (!t->config.enable_solver) {
        return KEEP_ALL;
    }
    for (int32_t e = root->first_edge; e < root->first_edge + root->num_edges; e++) {
        if (!ludus_mcts_is_open(t, 0, e)) {
            continue;
        }
        if (t->edge_proof[e] == LUDUS_PROOF_WIN) {
            return KEEP_WINS;
        }
        unlost = unlost || t->edge_proof[e] != LUDUS_PROOF_LOSS;
    }
    return unlost ? KEEP_UNLOST : KEEP_ALL;
}

static bool counts(const ludus_mcts *t, selection s, int32_t edge)
{
    return ludus_mcts_is_open(t, 0, edge) &&
           (s == KEEP_ALL || (s == KEEP_WINS && t->edge_proof[edge] == LUDUS_PROOF_WIN) ||
            (s == KEEP_UNLOST && t->edge_proof[edge] != LUDUS_PROOF_LOSS));
}

// The best counted root edge by `score` [num_edges]; ties go to the earlier one.
static int32_t best_edge(const ludus_mcts *t, const float *score)
{
    const ludus_mcts_node *root = &t->nodes[0];
    const selection s = choose_selection(t);
    int32_t best = -1;
    for (int32_t i = 0; i < root->num_edges; i++) {
        if (counts(t, s, root->first_edge + i) && (best < 0 || score[i] > score[best])) {
            best = i;
        }
    }
    assert(best >= 0);
    return best;
}

// Visits first; priors decide among equals.
static void visit_scores(const ludus_mcts *t, float *out)
{
    const ludus_mcts_node *root = &t->nodes[0];
    for (int32_t i = 0; i < root->num_edges; i++) {
        const int32_t e = root->first_edge + i;
        out[i] = (float)t->edge_visits[e] + 0.5f * t->edge_prior[e];
    }
}

// Most visited in this search, then g + log prior + sigma(q): the winner of sequential halving.
static void gumbel_scores(const ludus_mcts *t, float *out)
{
    const ludus_mcts_node *root = &t->nodes[0];
    int32_t most = 0;
    ludus_mcts_improved_logits(t, out);
    for (int32_t i = 0; i < root->num_edges; i++) {
        const int32_t visits = t->edge_visits[root->first_edge + i] - t->root_before[i];
        out[i] += t->root_noise[i];
        most = visits > most ? visits : most;
    }
    for (int32_t i = 0; i < root->num_edges; i++) {
        if (t->edge_visits[root->first_edge + i] - t->root_before[i] < most) {
            out[i] -= 1e6f;
        }
    }
}

void ludus_mcts_policy(const ludus_mcts *tree, float *out)
{
    const ludus_mcts_node *root = &tree->nodes[0];
    const selection s = choose_selection(tree);
    float total = 0.0f;
    if (tree->config.root == LUDUS_ROOT_GUMBEL) {
        ludus_mcts_improved_logits(tree, out);
        ludus_softmax((size_t)root->num_edges, out, out);
    } else {
        for (int32_t i = 0; i < root->num_edges; i++) {
            out[i] = (float)tree->edge_visits[root->first_edge + i];
        }
    }
    for (int32_t i = 0; i < root->num_edges; i++) {
        out[i] = counts(tree, s, root->first_edge + i) ? out[i] : 0.0f;
        total += out[i];
    }
    // A proof can come before any visit or weight: then the counted moves share.
    for (int32_t i = 0; total <= 0.0f && i < root->num_edges; i++) {
        out[i] = counts(tree, s, root->first_edge + i) ? 1.0f : 0.0f;
    }
    float sum = 0.0f;
    for (int32_t i = 0; i < root->num_edges; i++) {
        sum += out[i];
    }
    for (int32_t i = 0; i < root->num_edges; i++) {
        out[i] /= sum;
    }
}

static int32_t draw_by_temperature(const ludus_mcts *t, float temperature, ludus_rng *rng)
{
    const ludus_mcts_node *root = &t->nodes[0];
    float *weights = t->round_priors; // free once the root is expanded
    double total = 0.0;
    float most = 0.0f;
    ludus_mcts_policy(t, weights);
    for (int32_t i = 0; i < root->num_edges; i++) {
        most = weights[i] > most ? weights[i] : most;
    }
    // Relative to the largest: at low temperatures all other powers may vanish, never its own.
    for (int32_t i = 0; i < root->num_edges; i++) {
        weights[i] = weights[i] > 0.0f ? powf(weights[i] / most, 1.0f / temperature) : 0.0f;
        total += (double)weights[i];
    }
    double left = ludus_rng_double(rng) * total;
    int32_t chosen = best_edge(t, weights); // stays where no weight is a number
    for (int32_t i = 0; i < root->num_edges; i++) {
        if (weights[i] > 0.0f) {
            chosen = i;
            left -= (double)weights[i];
            if (left < 0.0) {
                break;
            }
        }
    }
    return chosen;
}

ludus_move ludus_mcts_choose(const ludus_mcts *tree, int32_t ply, ludus_rng *rng)
{
    const ludus_mcts_node *root = &tree->nodes[0];
    const bool early = ply < tree->config.temperature_plies;
    const float temperature = early ? tree->config.temperature : tree->config.temperature_final;
    int32_t chosen;
    if (temperature > 0.0f && !(tree->config.root == LUDUS_ROOT_GUMBEL && !early)) {
        chosen = draw_by_temperature(tree, temperature, rng);
    } else if (tree->config.root == LUDUS_ROOT_GUMBEL) {
        gumbel_scores(tree, tree->round_priors);
        chosen = best_edge(tree, tree->round_priors);
    } else {
        visit_scores(tree, tree->round_priors);
        chosen = best_edge(tree, tree->round_priors);
    }
    return tree->edge_move[root->first_edge + chosen];
}

ludus_move ludus_mcts_best(const ludus_mcts *tree)
{
    if (tree->config.root == LUDUS_ROOT_GUMBEL) {
        gumbel_scores(tree, tree->round_priors);
    } else {
        visit_scores(tree, tree->round_priors);
    }
    return tree->edge_move[tree->nodes[0].first_edge + best_edge(tree, tree->round_priors)];
}

// Won, open or lost: 1, 0, -1.
static int32_t class_of(const ludus_mcts_move *move)
{
    return move->is_proven ? move->proven : 0;
}

bool ludus_mcts_is_better(const ludus_mcts_move *a, const ludus_mcts_move *b)
{
    if (class_of(a) != class_of(b)) {
        return class_of(a) > class_of(b);
    }
    return (float)a->visits + 0.5f * a->prior > (float)b->visits + 0.5f * b->prior;
}

int32_t ludus_mcts_moves(const ludus_mcts *tree, ludus_mcts_move *out)
{
    const ludus_mcts_node *root = &tree->nodes[0];
    const float own = root->visits > 0 ? (float)(root->value_sum / (double)root->visits) : 0.0f;
    for (int32_t i = 0; i < root->num_edges; i++) {
        const int32_t e = root->first_edge + i;
        const bool proven = tree->config.enable_solver && tree->edge_proof[e] != LUDUS_PROOF_NONE;
        out[i] = (ludus_mcts_move){
            .move = tree->edge_move[e],
            .visits = tree->edge_visits[e],
            .prior = tree->edge_prior[e],
            .value = proven ? ludus_mcts_proof_value(tree, tree->edge_proof[e], root->side)
                            : ludus_mcts_edge_mean(tree, e, own),
            .proven = (int8_t)(proven ? tree->edge_proof[e] : 0),
            .is_proven = proven,
        };
    }
    return root->num_edges;
}

// Most visited, or proven best, among a node's edges.
static int32_t main_edge(const ludus_mcts *t, int32_t node)
{
    const ludus_mcts_node *n = &t->nodes[node];
    int32_t best = -1;
    float best_score = 0.0f;
    for (int32_t e = n->first_edge; e < n->first_edge + n->num_edges; e++) {
        float score = ludus_mcts_is_open(t, node, e) ? (float)t->edge_visits[e] : -1.0f;
        if (score < 0.0f) {
            continue;
        }
        if (t->config.enable_solver && t->edge_proof[e] == LUDUS_PROOF_WIN) {
            score += 1e9f;
        } else if (t->config.enable_solver && t->edge_proof[e] == LUDUS_PROOF_LOSS) {
            score *= 1e-9f;
        }
        if (score > best_score) {
            best_score = score;
            best = e;
        }
    }
    return best;
}

// Appends the moves of the main line from `node` to out, which holds `length`; the new length.
static int32_t follow_line(const ludus_mcts *t, int32_t node, ludus_move *out, int32_t length,
                           int32_t max)
{
    while (length < max && node != LUDUS_MCTS_NO_NODE) {
        const int32_t edge = main_edge(t, node);
        if (edge < 0) {
            break;
        }
        out[length++] = t->edge_move[edge];
        node = t->edge_child[edge];
    }
    return length;
}

int32_t ludus_mcts_line(const ludus_mcts *tree, ludus_move *out, int32_t max)
{
    return follow_line(tree, 0, out, 0, max);
}

int32_t ludus_mcts_line_after(const ludus_mcts *tree, ludus_move move, ludus_move *out, int32_t max)
{
    const ludus_mcts_node *root = &tree->nodes[0];
    int32_t edge = root->first_edge;
    while (tree->edge_move[edge] != move) {
        edge++;
        assert(edge < root->first_edge + root->num_edges);
    }
    out[0] = move;
    return follow_line(tree, tree->edge_child[edge], out, 1, max);
}

int32_t ludus_mcts_line_positions(const ludus_mcts *tree, const void **pos, int32_t *visits,
                                  int32_t max)
{
    int32_t n = 0, node = 0;
    while (n < max && node != LUDUS_MCTS_NO_NODE && tree->nodes[node].num_edges > 0) {
        pos[n] = ludus_mcts_state(tree, node);
        visits[n++] = tree->nodes[node].visits;
        const int32_t edge = main_edge(tree, node);
        node = edge < 0 ? LUDUS_MCTS_NO_NODE : tree->edge_child[edge];
    }
    return n;
}

// Sums over the root, or over the moves that it is restricted to.
typedef struct root_sums {
    double visits, value, win, loss;
} root_sums;

static root_sums sums_of_root(const ludus_mcts *t)
{
    const ludus_mcts_node *root = &t->nodes[0];
    root_sums s = {0};
    for (int32_t e = root->first_edge; t->is_restricted && e < root->first_edge + root->num_edges;
         e++) {
        if (!ludus_mcts_is_open(t, 0, e) || t->edge_visits[e] == 0) {
            continue;
        }
        const ludus_mcts_node *child = &t->nodes[t->edge_child[e]];
        const bool same = child->side == root->side;
        s.visits += (double)child->visits;
        s.value += same ? child->value_sum : -child->value_sum;
        s.win += same ? child->win_sum : child->loss_sum;
        s.loss += same ? child->loss_sum : child->win_sum;
    }
    return s.visits > 0.0
               ? s
               : (root_sums){(double)root->visits, root->value_sum, root->win_sum, root->loss_sum};
}

static int32_t fullness_of(const ludus_mcts *t)
{
    const int64_t nodes = (int64_t)1000 * t->num_nodes / t->max_nodes;
    const int64_t edges = (int64_t)1000 * t->num_edges / t->max_edges;
    return (int32_t)(nodes > edges ? nodes : edges);
}

void ludus_mcts_stats_get(const ludus_mcts *tree, ludus_mcts_stats *out)
{
    const ludus_mcts_node *root = &tree->nodes[0];
    const int8_t proof = ludus_mcts_root_proof(tree);
    *out = (ludus_mcts_stats){
        .simulations = tree->done,
        .visits = root->visits > 0 ? root->visits - 1 : 0,
        .evaluations = tree->evaluations,
        .cache_hits = tree->cache_hits,
        .nodes = tree->num_nodes,
        .fullness = fullness_of(tree),
        .depth = tree->max_depth_seen,
        .is_expanded = root->is_expanded,
        .arena_full = tree->is_full,
        .proven = proof != LUDUS_PROOF_NONE,
    };
    if (out->proven) {
        out->value = ludus_mcts_proof_value(tree, proof, root->side);
        out->wdl[1 - proof] = 1.0f;
        return;
    }
    const root_sums sums = sums_of_root(tree);
    const double visits = sums.visits > 0.0 ? sums.visits : 1.0;
    out->value = (float)(sums.value / visits);
    out->wdl[0] = (float)(sums.win / visits);
    out->wdl[2] = (float)(sums.loss / visits);
    out->wdl[1] = 1.0f - out->wdl[0] - out->wdl[2];
}
