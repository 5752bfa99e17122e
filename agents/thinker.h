// A search for one game that runs beside its caller: what GTP, UCI and the window think with.
//
//     ludus_thinker_create(&thinker, &game, net, &config, &error);
//     ludus_thinker_start(thinker, pos, &limits);      // returns at once
//     ludus_thinker_snapshot_get(thinker, &snapshot);  // any time: what it sees so far
//     ludus_thinker_limit(thinker, &tighter);          // ponderhit: the search goes on under these
//     ludus_thinker_stop(thinker);                     // returns when it stands still
//     move = ludus_thinker_choose(thinker, &level, &rng);
//
// One thread of its own owns the tree; leaves of a batch are evaluated by a team of
// `config.threads` cores. start() keeps the subtree when `pos` is the root's child or grandchild
// (a move and the reply), so pondering is not lost.
//
// Reports: `on_report` runs on the thinker's own thread every `report_seconds` while a search runs
// and once, with is_final set, when it ends by itself or by stop(). It may read the snapshot it is
// given during the call only and must not call back into the thinker.
//
// Endings: the limits below; a proven root; a full arena; stop(), which waits for the batch being
// evaluated (where time counts, a batch is kept to 10 ms). Whatever ends it, the root itself has
// been evaluated by then, so there always is a move. The final snapshot's top[0] is the move that
// choose() plays without a level: a report can hand it on.
//
// Values are for the player to move at the root, -1..1.
// Threads: all calls may come from any one thread at a time; snapshot_get() also beside them.
// Repeat: without a clock in the limits, equal net, position and calls give equal results, for any
// number of threads (a row does not depend on its batch).

#ifndef LUDUS_AGENTS_THINKER_H
#define LUDUS_AGENTS_THINKER_H

#include "agents/mcts.h"

#define LUDUS_THOUGHT_LINE_MAX 32 // moves of a variation
#define LUDUS_THOUGHT_TOP_MAX 16  // root moves with variations of their own

typedef struct ludus_thinker ludus_thinker;

// When a search ends; zero means "not for this". All zero: until stop().
typedef struct ludus_think_limits {
    int32_t simulations; // of this search, what a kept subtree holds included
    double seconds;      // ends then, whatever it sees
    double soft_seconds; // ends then unless the best move is in doubt, and before it when no other
                         // move can overtake within the time (needs seconds too)
    int32_t depth;       // plies of the principal variation, 1..256; where the line ends with the
                         // game before, 2000 simulations a ply count as well
    bool enable_endless; // even a proven or full tree waits for stop() (UCI infinite, pondering)
    const ludus_move *only; // [num_only] root moves searched, NULL = all; read during the call
    int32_t num_only;
    int32_t num_scored; // the first so many of the snapshot's top moves are told with their score
} ludus_think_limits;

typedef struct ludus_thought_move {
    ludus_mcts_move at;  // visits, prior, value, proof
    int32_t line_length; // this move first
    ludus_move line[LUDUS_THOUGHT_LINE_MAX];
    bool has_score; // limits.num_scored asks for it, the net has a score head, it was visited
    float score;    // points ahead for the root's player: the net's word on the position after it
} ludus_thought_move;

// What a search sees. Plain data; arrays are those of the snapshot's owner.
typedef struct ludus_thinker_snapshot {
    uint64_t serial; // counts start() calls: 1 is the first, 0 = none yet. A new search shows
                     // nothing (num_moves 0) until its first report
    bool is_running; // now
    bool is_final;   // the search's last
    ludus_mcts_stats stats;
    double seconds; // since start()
    double evaluations_per_s;
    int32_t fullness; // of the arena, permille
    int32_t num_top;  // best first: proven wins, then visits, then priors, losses last
    ludus_thought_move top[LUDUS_THOUGHT_TOP_MAX];
    int32_t num_moves;      // all root moves, ascending
    ludus_mcts_move *moves; // [max_legal]
    bool has_ownership, has_score;
    float *ownership; // [rows*columns], 1 the player's to move, 0 the opponent's, averaged over the
                      // positions of the main line by visits
    float score;      // points ahead, likewise
    float moves_left; // plies to the end by the net, 0 = not known
} ludus_thinker_snapshot;

typedef void ludus_think_report(const ludus_thinker_snapshot *snapshot, void *user);

typedef struct ludus_thinker_config {
    int32_t threads;   // cores that evaluate, 1..64; no more of them work than a batch has leaves
    int32_t batch;     // leaves per evaluation, 1..64, shared out among the cores
    int32_t precision; // ludus_precision
    int32_t max_nodes; // of the tree's arena
    double report_seconds;         // between snapshots; 0 = only the final one
    ludus_think_report *on_report; // NULL = none; snapshots are made all the same
    void *user;
    ludus_mcts_config search; // c_puct, solver, cache, ...; a PUCT root (asserted)
} ludus_thinker_config;

// One thread, batches of 8, int8 (3.5 times the positions of f32 in the same time in chess, and
// games are played against a clock), 400,000 nodes, reports every .1 s, the search's defaults with
// the solver on and a cache of 16,384 evaluations. Memory fills as the tree grows.
ludus_thinker_config ludus_thinker_config_default(void);
// The same with what pays for playing this game (ludus_mcts_config_for_game).
ludus_thinker_config ludus_thinker_config_for_game(const ludus_game *game);
// max_nodes for an arena of `bytes` (UCI's Hash), 1000..1e7.
int32_t ludus_thinker_nodes_for(const ludus_game *game, size_t bytes);

// `net` NULL: even priors and random playouts instead. The net is read during the call only.
ludus_status ludus_thinker_create(ludus_thinker **out, const ludus_game *game, const ludus_net *net,
                                  const ludus_thinker_config *config, ludus_error *error);
void ludus_thinker_destroy(ludus_thinker *thinker); // stops; NULL is accepted
// Forgets tree and cache: another game.
void ludus_thinker_reset(ludus_thinker *thinker);

// `pos` is unfinished. A running search is stopped first.
void ludus_thinker_start(ludus_thinker *thinker, const void *pos, const ludus_think_limits *limits);
// New limits for the running search, `only` included; seconds count from now. Without a running
// search nothing happens.
void ludus_thinker_limit(ludus_thinker *thinker, const ludus_think_limits *limits);
void ludus_thinker_stop(ludus_thinker *thinker);
// Blocks until the search has ended or `seconds` are over; whether it has ended. Its final report
// is out by then.
bool ludus_thinker_wait(ludus_thinker *thinker, double seconds);
bool ludus_thinker_is_running(ludus_thinker *thinker);

// A snapshot that fits the game, zeroed; free it with ludus_thinker_snapshot_free.
ludus_status ludus_thinker_snapshot_init(ludus_thinker_snapshot *out, const ludus_game *game);
void ludus_thinker_snapshot_free(ludus_thinker_snapshot *snapshot);
// Copies the latest report, at most report_seconds old.
void ludus_thinker_snapshot_get(ludus_thinker *thinker, ludus_thinker_snapshot *out);

// The move to play after a search has ended: a level's (agents/level.h) or, with level NULL, the
// best.
struct ludus_level;
ludus_move ludus_thinker_choose(ludus_thinker *thinker, const struct ludus_level *level,
                                ludus_rng *rng);
// Whether to pass instead, Go being over in all but name, see agents/go_pass.h; false in other
// games. removes_dead: those who count take dead stones off.
bool ludus_thinker_should_pass(ludus_thinker *thinker, bool removes_dead);

#endif
