// Two-player, zero-sum, perfect-information board game: what tree search and self-play need.
//
//     ludus_game game;
//     ludus_game_open(&game, "othello", &error);
//     void *pos = ludus_alloc(1, game.spec.state_bytes);
//     ludus_game_init(&game, pos);
//     n = ludus_game_legal(&game, pos, moves);  ludus_game_play(&game, pos, moves[0]); ...
//     ludus_game_close(&game);
//
// A position is a plain block of `state_bytes` bytes without pointers: search copies it with
// memcpy, writes it to disk, keeps it in arrays. Whatever repetition or ko rules need from the
// past is inside the block. Its bytes beyond the fields in use are zero, so equal blocks are
// equal positions.
//
// Perspective: every value and every encoded plane is from the side of the PLAYER TO MOVE. There
// is no other perspective anywhere in this project.
//
// Letters: C, H, W planes, rows, columns; N of moves.
// Threads: a ludus_game is read-only after open and shared by all workers. No function keeps state
// outside `pos`.

#ifndef LUDUS_ENVS_GAME_H
#define LUDUS_ENVS_GAME_H

#include "base/base.h"

// A move is also its index in the policy vector: 0 .. num_moves-1.
typedef int32_t ludus_move;
#define LUDUS_MOVE_NONE ((ludus_move)-1)
#define LUDUS_GAME_TEXT_MAX 16   // longest move text with its NUL, e.g. "e7e8q", "pass"
#define LUDUS_GAME_NAME_MAX 24   // "gomoku15" with its NUL
#define LUDUS_GAME_DRAW_MAX 8192 // bytes enough for draw() of any game

// For the player to move.
typedef enum ludus_outcome {
    LUDUS_LOSS = -1,
    LUDUS_DRAW = 0,
    LUDUS_WIN = 1,
    LUDUS_ONGOING = 2
} ludus_outcome;

typedef struct ludus_game_spec {
    char name[LUDUS_GAME_NAME_MAX]; // what opens it again: "connect4", "othello6", "gomoku15"
    int32_t planes[3];              // [C,H,W] of encode(), float32
    int32_t num_moves;              // length of a policy vector
    int32_t max_legal;              // upper bound of legal(); sizes the caller's buffer
    int32_t max_plies;              // every game ends by then
    int32_t num_symmetries;         // >= 1; 0 is the identity
    size_t state_bytes;             // of a position block, a multiple of 8
    int32_t board[2];               // [rows, columns], for drawing
    bool has_cell_moves;            // move i < H*W is the cell i of the planes, row-major
    const char *summary;            // one line for `ludus list`
} ludus_game_spec;

// One table per game family, `static const`, listed in envs/game_registry.c. `ctx` is what create
// returned. Entries marked (optional) may be NULL; the others are asserted at open.
typedef struct ludus_game_ops {
    const char *family;         // "gomoku": names are FAMILY or FAMILY<size>
    const char *names;          // for messages and `ludus list`, e.g. "gomoku (9..19, gomoku15)"
    int32_t default_size;       // size when the name has no number
    int32_t min_size, max_size; // accepted sizes
    // Fills spec and *ctx (owned by the game, freed by destroy).
    ludus_status (*create)(int32_t size, ludus_game_spec *spec, void **ctx);
    void (*destroy)(void *ctx);
    void (*init)(const void *ctx, void *pos);
    int32_t (*to_move)(const void *ctx, const void *pos); // 0 (moves first) or 1
    // Writes the legal moves, ascending; returns how many. 0 exactly when the game is over.
    int32_t (*legal)(const void *ctx, const void *pos, ludus_move *out);
    void (*play)(const void *ctx, void *pos, ludus_move move); // move must be legal
    ludus_outcome (*outcome)(const void *ctx, const void *pos);
    uint64_t (*hash)(const void *ctx, const void *pos); // equal positions, equal hash
    // Planes of the position seen through symmetry `sym`: [C,H,W].
    void (*encode)(const void *ctx, const void *pos, int32_t sym, float *planes);
    // (optional) How many of the symmetries, counted from 0, hold at this position: the game goes
    // on the same when seen through one of them. 1..num_symmetries; NULL: all, always.
    int32_t (*symmetries)(const void *ctx, const void *pos);
    // out[i] = where move i lands under the same symmetry: [num_moves].
    void (*permute)(const void *ctx, int32_t sym, ludus_move *out);
    // LUDUS_ERR_FORMAT when it is no move of this game; legality is the wrapper's check.
    ludus_status (*move_from_text)(const void *ctx, const void *pos, const char *text,
                                   ludus_move *out);
    void (*move_to_text)(const void *ctx, const void *pos, ludus_move move,
                         char *out); // [LUDUS_GAME_TEXT_MAX]
    // (optional) FEN-like notation; unreachable or malformed positions are refused.
    ludus_status (*from_text)(const void *ctx, void *pos, const char *text, ludus_error *error);
    // Board as text lines with coordinates; `last` is marked unless LUDUS_MOVE_NONE.
    void (*draw)(const void *ctx, const void *pos, ludus_move last,
                 char *out); // [LUDUS_GAME_DRAW_MAX]
    // (optional) A quick static evaluation in (-1,1) for the player to move, for alpha-beta; NULL
    // means 0 for every unfinished position.
    float (*heuristic)(const void *ctx, const void *pos);
    // (optional) A random game to its end, by whatever moves are quick and not absurd: rollouts.
    // The outcome for the player to move at `pos`. NULL: uniformly random legal moves.
    ludus_outcome (*playout)(const void *ctx, const void *pos, ludus_rng *rng);
    // (optional) What a finished game left, for the player to move at `pos`: points ahead, and per
    // cell of the board, row-major [rows*columns], 1 own, 0 the opponent's, 0.5 nobody's. Nets for
    // games with it learn the score and who will own what.
    void (*result)(const void *ctx, const void *pos, float *lead, float *owner);
    // (optional) Changes what may differ from game to game at the start (Go: komi), drawn from
    // `number` alone. pos is as init leaves it.
    void (*vary)(const void *ctx, void *pos, uint64_t number);
    // (optional) Leaf counting for perft without making the last move; NULL = the generic way.
    uint64_t (*perft_leaves)(const void *ctx, const void *pos);
} ludus_game_ops;

typedef struct ludus_game {
    const ludus_game_ops *ops;
    void *ctx;
    ludus_game_spec spec;
} ludus_game;

// Opens "connect4", "othello6", ... An unknown name fails with the nearest known one.
ludus_status ludus_game_open(ludus_game *game, const char *name, ludus_error *error);
void ludus_game_close(ludus_game *game); // a zeroed game is accepted
// All families; *count of them.
const ludus_game_ops *const *ludus_game_families(size_t *count);

void ludus_game_init(const ludus_game *game, void *pos);
// Whether games can start differently, and the start of variant `number`; training varies it so
// that one net fits all variants.
bool ludus_game_can_vary(const ludus_game *game);
void ludus_game_init_varied(const ludus_game *game, void *pos, uint64_t number);
int32_t ludus_game_to_move(const ludus_game *game, const void *pos);
int32_t ludus_game_legal(const ludus_game *game, const void *pos, ludus_move *out);
bool ludus_game_is_legal(const ludus_game *game, const void *pos, ludus_move move);
void ludus_game_play(const ludus_game *game, void *pos, ludus_move move);
ludus_outcome ludus_game_outcome(const ludus_game *game, const void *pos);
uint64_t ludus_game_hash(const ludus_game *game, const void *pos);
void ludus_game_encode(const ludus_game *game, const void *pos, int32_t sym, float *planes);
void ludus_game_permute(const ludus_game *game, int32_t sym, ludus_move *out);
// Symmetries 0 .. count - 1 may be used for this position.
int32_t ludus_game_symmetries(const ludus_game *game, const void *pos);
// A legal move, or one line that says what is wrong: not a move, not legal now (with examples).
ludus_status ludus_game_parse_move(const ludus_game *game, const void *pos, const char *text,
                                   ludus_move *out, ludus_error *error);
void ludus_game_move_text(const ludus_game *game, const void *pos, ludus_move move, char *out);
ludus_status ludus_game_from_text(const ludus_game *game, void *pos, const char *text,
                                  ludus_error *error);
void ludus_game_draw(const ludus_game *game, const void *pos, ludus_move last, char *out);
float ludus_game_heuristic(const ludus_game *game, const void *pos);
// Whether finished games have a result beyond win, draw and loss; of a finished one.
bool ludus_game_has_result(const ludus_game *game);
void ludus_game_result(const ludus_game *game, const void *pos, float *lead, float *owner);
size_t ludus_game_plane_count(const ludus_game *game); // C*H*W

// Leaves of the legal move tree of exactly `depth` plies (finished games end early and count only
// at depth 0). Passes are plies. UINT64_MAX when memory is short. Threads: opens a team of
// `threads` over the first plies.
uint64_t ludus_game_perft(const ludus_game *game, const void *pos, int32_t depth, int32_t threads);

// Plays `games` random games from the start and checks the whole contract on the way: legal moves
// sorted and in range, hash and encode pure, equal blocks after equal moves, text round trip,
// symmetry maps are permutations that agree with encode (where the start has all symmetries),
// perft_leaves agrees with legal, the game ends within max_plies, to_move alternates unless the
// game says otherwise. Every game's unit test calls this.
ludus_status ludus_game_check(const ludus_game *game, uint64_t seed, int32_t games,
                              ludus_error *error);

#endif
