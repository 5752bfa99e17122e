// Monte-Carlo tree search with a policy and a value: AlphaZero's PUCT (Silver et al. 2018) and
// Gumbel AlphaZero's root (Danihelka et al. 2022).
//
// The search never evaluates by itself. It hands out leaves and takes results, so that the caller
// can batch the leaves of many games (self-play) or several of one tree (play, analysis):
//
//     ludus_mcts_start(tree, pos, simulations, enable_noise, &rng);
//     while (!ludus_mcts_done(tree)) {
//         n = ludus_mcts_gather(tree, leaves, want);   // descends; finished games need no net
//         ludus_evaluate(evaluator, n, leaves);
//         ludus_mcts_apply(tree, leaves, n);           // expands and backs up, in order
//     }
//     move = ludus_mcts_choose(tree, ply, &rng);
//     ludus_mcts_advance(tree, move);                  // keeps the subtree
//
// With want = 1 the result is that of sequential search. Larger wants spread by virtual losses.
//
// Nodes and edges live in one arena sized at creation, with indices instead of pointers; nothing is
// allocated after creation. When the arena is full the search stops early and says so in its stats.
//
// Values are for the player to move at the node that holds them, in [-1,1]: win share - loss share.
// Threads: one tree, one thread. Repeat: given the evaluator's results, all choices follow from the
// config and the rng passed in.

#ifndef LUDUS_AGENTS_MCTS_H
#define LUDUS_AGENTS_MCTS_H

#include "agents/evaluator.h"
#include "base/config.h"

typedef struct ludus_mcts ludus_mcts;

typedef enum ludus_root_kind { LUDUS_ROOT_PUCT, LUDUS_ROOT_GUMBEL } ludus_root_kind;

typedef struct ludus_mcts_config {
    int32_t root;             // ludus_root_kind
    int32_t simulations;      // per move, the default of start(), 1..1e6
    float c_puct;             // exploration: c(N) = c_puct + log((N + c_base + 1) / c_base)
    float c_base;             // 19652 in AlphaZero
    float fpu_reduction;      // first-play urgency: parent value - reduction * sqrt(visited prior)
    float root_fpu_reduction; // the same at the root when noise is on
    float draw_value;         // -1..1, how a draw counts for the player to move at the root; 0.
                              // Others than 0 cost the subtree when advance() changes that player
    float noise_alpha;        // Dirichlet alpha; 0 = 10 / number of legal moves
    float noise_share;        // 0 = no noise, AlphaZero .25
    float temperature;        // of the visit counts for the first temperature_plies plies
    int32_t temperature_plies;
    float temperature_final;    // afterwards; 0 = most visits
    int32_t gumbel_actions;     // m: root actions considered by sequential halving
    float gumbel_c_visit;       // 50
    float gumbel_c_scale;       // 1.0
    bool enable_solver;         // proven wins and losses are backed up (Winands et al. 2008)
    bool enable_lookahead;      // with the solver: a new node whose player has a move that wins at
                                // once is proven, without an evaluation. Tries every move: for
                                // games whose rules are quick beside the net
    bool enable_symmetry;       // a random symmetry per evaluation (drawn from position hash)
    int32_t average_symmetries; // evaluations averaged per leaf at the root only; 1 = off
    int32_t cache_entries;      // evaluation cache keyed by position hash; 0 = off
    int32_t max_nodes;          // arena; 0 = simulations * 2 + 1024
    int32_t virtual_loss;       // visits added while a leaf is out, for wants > 1
} ludus_mcts_config;

ludus_mcts_config ludus_mcts_config_default(void);
// The defaults with what pays for playing this game: in chess lookahead, its rules being quick
// beside the net and a mate at once worth more than its visits. Symmetries stay on there as well:
// positions without castling rights alone have one, and nets learn from those both ways round.
ludus_mcts_config ludus_mcts_config_for_game(const ludus_game *game);
// The [search] section.
extern const ludus_option ludus_mcts_options[];
extern const size_t ludus_mcts_num_options;

// Per root move, for records, analysis and drawing.
typedef struct ludus_mcts_move {
    ludus_move move;
    int32_t visits;
    float prior;   // before noise
    float value;   // for the player to move at the root, -1..1; root's own estimate when unvisited
    int8_t proven; // +1 win, -1 loss, 0 draw for the root player when `is_proven`
    bool is_proven;
} ludus_mcts_move;

typedef struct ludus_mcts_stats {
    int32_t simulations; // done for this root since start()
    int32_t visits;      // simulations behind the root, those of a kept subtree included
    int32_t evaluations; // leaves handed out
    int32_t cache_hits;
    int32_t nodes;    // in the arena
    int32_t fullness; // of the arena, permille of its nodes or edges
    int32_t depth;    // deepest leaf below the root, plies
    float value;      // root value, -1..1 for the player to move
    float wdl[3];     // root's averaged win, draw, loss
    bool is_expanded; // the root's priors are known
    bool arena_full;
    bool proven; // the root's outcome is known for certain
} ludus_mcts_stats;

ludus_status ludus_mcts_create(ludus_mcts **out, const ludus_game *game,
                               const ludus_mcts_config *config, ludus_error *error);
void ludus_mcts_destroy(ludus_mcts *tree); // NULL is accepted

// Forgets the tree and the cache stays. Begin a new game with it.
void ludus_mcts_reset(ludus_mcts *tree);
void ludus_mcts_clear_cache(ludus_mcts *tree); // needed when the net's weights change
// Sets the root to `pos` (an unfinished position), reusing the subtree when advance() led here, and
// plans `simulations` more or until proven. `enable_noise`: root noise (PUCT) or Gumbel sampling.
void ludus_mcts_start(ludus_mcts *tree, const void *pos, int32_t simulations, bool enable_noise,
                      ludus_rng *rng);
bool ludus_mcts_done(const ludus_mcts *tree);
// Searches whose end is not known when they begin: `simulations` since start() are planned from
// now on. For PUCT roots; sequential halving needs its plan at the start.
void ludus_mcts_extend(ludus_mcts *tree, int32_t simulations);
// Until the next start(), only these root moves are searched, chosen and part of the policy and of
// the stats' value; a proof needs only them. moves: [n], legal; n = 0 lifts it.
void ludus_mcts_restrict(ludus_mcts *tree, const ludus_move *moves, int32_t n);
// Up to `want` leaves to evaluate (their fields point into the tree until apply). May return 0
// when the simulations ended in finished games, cached or proven positions; call again until done.
int32_t ludus_mcts_gather(ludus_mcts *tree, ludus_leaf *leaves, int32_t want);
// Takes the results of the leaves last gathered, `leaves` as filled by the evaluator.
void ludus_mcts_apply(ludus_mcts *tree, const ludus_leaf *leaves, int32_t n);

// The move to play: by temperature and ply for PUCT (proven wins first), by Gumbel's final rule.
ludus_move ludus_mcts_choose(const ludus_mcts *tree, int32_t ply, ludus_rng *rng);
// The most visited (or proven) move: no randomness.
ludus_move ludus_mcts_best(const ludus_mcts *tree);
// Whether a root move is the better one by ludus_mcts_best's order of a PUCT root: won, open, lost;
// then visits, with the prior to decide among equals.
bool ludus_mcts_is_better(const ludus_mcts_move *a, const ludus_mcts_move *b);
// The training target: visit shares (PUCT) or the completed-Q improved policy (Gumbel), over the
// root's legal moves as in ludus_mcts_moves. out: [n]. Proven moves as the header of mcts.c says.
void ludus_mcts_policy(const ludus_mcts *tree, float *out);
// Root moves in ascending order of move; returns how many. out: [max_legal].
int32_t ludus_mcts_moves(const ludus_mcts *tree, ludus_mcts_move *out);
// Principal variation from the root; returns its length.
int32_t ludus_mcts_line(const ludus_mcts *tree, ludus_move *out, int32_t max);
// The same beginning with a root move, tried or not: at least 1.
int32_t ludus_mcts_line_after(const ludus_mcts *tree, ludus_move move, ludus_move *out,
                              int32_t max);
// Unfinished positions along the principal variation, the root first, and how often each was
// visited; returns how many. pos: [max], borrowed until the tree's next call; visits: [max].
int32_t ludus_mcts_line_positions(const ludus_mcts *tree, const void **pos, int32_t *visits,
                                  int32_t max);
void ludus_mcts_stats_get(const ludus_mcts *tree, ludus_mcts_stats *out);
// Plays `move` at the root; its subtree becomes the tree (compacted in place), draw_value allowing.
void ludus_mcts_advance(ludus_mcts *tree, ludus_move move);
// Makes `pos` the root, its subtree kept, when it is the root, or one or two plies below it (a move
// and the reply) in the tree; else changes nothing and returns false.
bool ludus_mcts_advance_to(ludus_mcts *tree, const void *pos);
// Bytes of the arena per node of max_nodes, for those who are given a size in bytes.
size_t ludus_mcts_node_bytes(const ludus_game *game);

// The loop above for one tree and one evaluator: a whole search.
void ludus_mcts_run(ludus_mcts *tree, const void *pos, int32_t simulations, bool enable_noise,
                    ludus_rng *rng, ludus_evaluator *evaluator, int32_t want);

#endif
