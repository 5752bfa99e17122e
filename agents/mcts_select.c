// Which edge to descend: PUCT inside the tree and, by choice, sequential halving at the root.
//
// Gumbel AlphaZero is used at the root only, with PUCT below it, as in section 5 of Danihelka et
// al. 2022 ("Gumbel AlphaZero"; the deterministic rule of its "Full" variant is not used).

#include <assert.h>
#include <math.h>
#include <string.h>

#include "agents/mcts_internal.h"

float ludus_mcts_proof_value(const ludus_mcts *t, int32_t proof, int8_t side)
{
    if (proof == LUDUS_PROOF_DRAW) {
        return side == t->nodes[0].side ? t->config.draw_value : -t->config.draw_value;
    }
    return (float)proof;
}

float ludus_mcts_edge_mean(const ludus_mcts *t, int32_t edge, float otherwise)
{
    const int32_t visits = t->edge_visits[edge] + t->edge_virtual[edge];
    if (visits == 0) {
        return otherwise;
    }
    // A descent under way counts as a loss until its result is in.
    return (float)((t->edge_value[edge] - (double)t->edge_virtual[edge]) / (double)visits);
}

static float edge_value(const ludus_mcts *t, const ludus_mcts_node *node, int32_t edge,
                        float otherwise)
{
    const int8_t proof = t->edge_proof[edge];
    if (t->config.enable_solver && proof != LUDUS_PROOF_NONE) {
        return ludus_mcts_proof_value(t, proof, node->side);
    }
    return ludus_mcts_edge_mean(t, edge, otherwise);
}

static bool is_lost(const ludus_mcts *t, int32_t edge)
{
    return t->config.enable_solver && t->edge_proof[edge] == LUDUS_PROOF_LOSS;
}

// ---- PUCT ------------------------------------------------------------------------------------

// First-play urgency: what an unvisited move is taken to be worth.
static float first_play_value(const ludus_mcts *t, const ludus_mcts_node *n, float reduction)
{
    float mass = 0.0f;
    for (int32_t e = n->first_edge; e < n->first_edge + n->num_edges; e++) {
        mass += t->edge_visits[e] > 0 ? t->edge_prior[e] : 0.0f;
    }
    return (float)(n->value_sum / (double)n->visits) - reduction * sqrtf(mass);
}

static float prior_of(const ludus_mcts *t, int32_t node, int32_t edge)
{
    const float prior = t->edge_prior[edge];
    if (node != 0 || !t->is_noisy || t->config.root != LUDUS_ROOT_PUCT) {
        return prior;
    }
    const float share = t->config.noise_share;
    return (1.0f - share) * prior + share * t->root_noise[edge - t->nodes[0].first_edge];
}

// Silver et al. 2018, eq. in the supplement: argmax Q + c(N) P sqrt(N) / (1 + n).
static int32_t select_puct(const ludus_mcts *t, int32_t node)
{
    const ludus_mcts_node *n = &t->nodes[node];
    const bool is_noisy_root = node == 0 && t->is_noisy;
    const float unvisited = first_play_value(
        t, n, is_noisy_root ? t->config.root_fpu_reduction : t->config.fpu_reduction);
    float total = (float)n->visits;
    for (int32_t e = n->first_edge; e < n->first_edge + n->num_edges; e++) {
        total += (float)t->edge_virtual[e];
    }
    const float c = t->config.c_puct + logf((total + t->config.c_base + 1.0f) / t->config.c_base);
    const float scale = c * sqrtf(total);
    int32_t best = -1;
    float best_score = -INFINITY;
    for (int32_t e = n->first_edge; e < n->first_edge + n->num_edges; e++) {
        if (is_lost(t, e) || !ludus_mcts_is_open(t, node, e)) {
            continue;
        }
        const float visits = (float)(t->edge_visits[e] + t->edge_virtual[e]);
        const float score =
            edge_value(t, n, e, unvisited) + scale * prior_of(t, node, e) / (1.0f + visits);
        if (best < 0 || score > best_score) { // whatever the net says, NaN included, one is chosen
            best_score = score;
            best = e;
        }
    }
    return best;
}

// ---- Gumbel ----------------------------------------------------------------------------------

static float log_prior(float prior)
{
    return logf(prior > 1e-12f ? prior : 1e-12f);
}

// The value given to moves never tried: the paper's v_mix (appendix D), which weighs the net's
// value against the priors' mean of the values seen.
static float mixed_value(const ludus_mcts *t)
{
    const ludus_mcts_node *root = &t->nodes[0];
    float visits = 0.0f, mass = 0.0f, weighted = 0.0f;
    for (int32_t e = root->first_edge; e < root->first_edge + root->num_edges; e++) {
        if (t->edge_visits[e] > 0) {
            visits += (float)t->edge_visits[e];
            mass += t->edge_prior[e];
            weighted += t->edge_prior[e] * edge_value(t, root, e, 0.0f);
        }
    }
    if (mass <= 0.0f) {
        return root->own_value;
    }
    return (root->own_value + visits * weighted / mass) / (1.0f + visits);
}

// sigma(q) = (c_visit + max N) c_scale q with q in [0,1] (paper, eq. 8).
void ludus_mcts_improved_logits(const ludus_mcts *t, float *out)
{
    const ludus_mcts_node *root = &t->nodes[0];
    const float untried = mixed_value(t);
    int32_t most = 0;
    for (int32_t e = root->first_edge; e < root->first_edge + root->num_edges; e++) {
        most = t->edge_visits[e] > most ? t->edge_visits[e] : most;
    }
    const float scale = (t->config.gumbel_c_visit + (float)most) * t->config.gumbel_c_scale;
    for (int32_t i = 0; i < root->num_edges; i++) {
        const int32_t e = root->first_edge + i;
        const float q = 0.5f + 0.5f * edge_value(t, root, e, untried);
        out[i] = log_prior(t->edge_prior[e]) + scale * q;
    }
}

// Sequential halving as a list: the k-th simulation goes to a move that has halving[k] visits so
// far. Phase by phase the number of considered moves halves; each is visited equally often.
static void plan_halving(ludus_mcts *t, int32_t considered)
{
    const int32_t n = t->planned < t->halving_capacity ? t->planned : t->halving_capacity;
    if (considered <= 1) {
        for (int32_t i = 0; i < n; i++) {
            t->halving[i] = i;
        }
        return;
    }
    int32_t phases = 0;
    while ((1 << phases) < considered) {
        phases++;
    }
    int32_t filled = 0, visits = 0, moves = considered;
    while (filled < n) {
        int32_t extra = t->planned / (phases * moves);
        extra = extra > 1 ? extra : 1;
        for (int32_t round = 0; round < extra; round++, visits++) {
            for (int32_t i = 0; i < moves && filled < n; i++) {
                t->halving[filled++] = visits;
            }
        }
        moves = moves / 2 > 2 ? moves / 2 : 2;
    }
}

void ludus_mcts_prepare_root(ludus_mcts *t, ludus_rng *rng)
{
    const ludus_mcts_node *root = &t->nodes[0];
    const int32_t n = root->num_edges;
    for (int32_t i = 0; i < n; i++) {
        t->root_before[i] = t->edge_visits[root->first_edge + i];
        t->root_noise[i] = 0.0f;
    }
    if (t->config.root == LUDUS_ROOT_GUMBEL) {
        for (int32_t i = 0; t->is_noisy && i < n; i++) {
            const double u = 1.0 - ludus_rng_double(rng);
            t->root_noise[i] = (float)-log(-log(u) + 1e-30);
        }
        plan_halving(t, n < t->config.gumbel_actions ? n : t->config.gumbel_actions);
    } else if (t->is_noisy && t->config.noise_share > 0.0f) {
        const float alpha = t->config.noise_alpha;
        ludus_rng_dirichlet(rng, alpha > 0.0f ? (double)alpha : 10.0 / (double)n, n, t->root_noise);
    }
}

// Visits since this search began: a kept subtree brings values, not a place in the schedule.
static int32_t new_visits(const ludus_mcts *t, int32_t i)
{
    const int32_t e = t->nodes[0].first_edge + i;
    return t->edge_visits[e] + t->edge_virtual[e] - t->root_before[i];
}

// Score by which the root's moves are ranked: g + log prior + sigma(completed q). `untried` stands
// in for the value of moves never visited: without it a kept subtree's moves would always go first.
static float root_score(const ludus_mcts *t, int32_t i, float scale, float untried)
{
    const int32_t e = t->nodes[0].first_edge + i;
    const float q = edge_value(t, &t->nodes[0], e, untried);
    return t->root_noise[i] + log_prior(t->edge_prior[e]) + scale * (0.5f + 0.5f * q);
}

static int32_t select_gumbel(const ludus_mcts *t)
{
    const ludus_mcts_node *root = &t->nodes[0];
    int32_t started = t->done + t->num_paths;
    started = started < t->halving_capacity ? started : t->halving_capacity - 1;
    int32_t most = 0, best = -1, fewest = -1;
    for (int32_t i = 0; i < root->num_edges; i++) {
        const int32_t visits = t->edge_visits[root->first_edge + i];
        most = visits > most ? visits : most;
    }
    const float scale = (t->config.gumbel_c_visit + (float)most) * t->config.gumbel_c_scale;
    const float untried = mixed_value(t);
    float best_score = -INFINITY;
    for (int32_t i = 0; i < root->num_edges; i++) {
        if (is_lost(t, root->first_edge + i) || !ludus_mcts_is_open(t, 0, root->first_edge + i)) {
            continue;
        }
        if (fewest < 0 || new_visits(t, i) < new_visits(t, fewest)) {
            fewest = i;
        }
        const float score = root_score(t, i, scale, untried);
        if (new_visits(t, i) == t->halving[started] && (best < 0 || score > best_score)) {
            best_score = score;
            best = i;
        }
    }
    // Proven losses leave the schedule; then the least visited of the rest takes the turn.
    const int32_t chosen = best >= 0 ? best : fewest;
    return chosen >= 0 ? root->first_edge + chosen : -1;
}

int32_t ludus_mcts_select_edge(const ludus_mcts *t, int32_t node)
{
    return node == 0 && t->config.root == LUDUS_ROOT_GUMBEL ? select_gumbel(t)
                                                            : select_puct(t, node);
}
