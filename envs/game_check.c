// The contract of games, checked by random play.

#include "envs/game_internal.h"

#include <assert.h>
#include <string.h>

typedef struct checker {
    const ludus_game *game;
    ludus_error *error;
    int32_t game_number, ply;
    char *pos, *copy; // position blocks
    char *twin;       // a second game, played from the moves of the first
    char *mirror;     // the game seen through symmetry `sym`
    int32_t sym;
    bool enable_mirror;       // the start position looks the same through `sym`
    ludus_move *moves, *more; // [max_legal]
    ludus_move *map;          // [num_moves], permute of `sym`
    float *planes, *other;    // [C,H,W]
    bool *seen;               // [num_moves]
} checker;

static ludus_status broken(const checker *c, const char *what)
{
    return ludus_fail(c->error, LUDUS_ERR_STATE, "%s, game %d, ply %d: %s", c->game->spec.name,
                      (int)c->game_number, (int)c->ply, what);
}

static ludus_status allocate(checker *c)
{
    const ludus_game_spec *spec = &c->game->spec;
    const size_t legal = (size_t)spec->max_legal;
    const size_t planes = ludus_game_plane_count(c->game);
    c->pos = ludus_alloc(1, spec->state_bytes);
    c->copy = ludus_alloc(1, spec->state_bytes);
    c->twin = ludus_alloc(1, spec->state_bytes);
    c->mirror = ludus_alloc(1, spec->state_bytes);
    c->moves = ludus_alloc(legal, sizeof(ludus_move));
    c->more = ludus_alloc(legal, sizeof(ludus_move));
    c->map = ludus_alloc((size_t)spec->num_moves, sizeof(ludus_move));
    c->planes = ludus_alloc(planes, sizeof(float));
    c->other = ludus_alloc(planes, sizeof(float));
    c->seen = ludus_alloc((size_t)spec->num_moves, sizeof(bool));
    const bool complete = c->pos && c->copy && c->twin && c->mirror && c->moves && c->more &&
                          c->map && c->planes && c->other && c->seen;
    return complete ? LUDUS_OK : ludus_fail(c->error, LUDUS_ERR_NOMEM, "no memory for the check");
}

static void release(checker *c)
{
    void *blocks[] = {c->pos,  c->copy, c->twin,   c->mirror, c->moves,
                      c->more, c->map,  c->planes, c->other,  c->seen};
    for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++) {
        ludus_free(blocks[i]);
    }
}

static bool same_planes(const checker *c)
{
    const size_t count = ludus_game_plane_count(c->game);
    return memcmp(c->planes, c->other, count * sizeof(float)) == 0;
}

// The map of one symmetry: a permutation; the identity for symmetry 0.
static ludus_status check_map(checker *c)
{
    const ludus_game *game = c->game;
    ludus_game_permute(game, c->sym, c->map);
    memset(c->seen, 0, (size_t)game->spec.num_moves * sizeof(bool));
    for (ludus_move move = 0; move < game->spec.num_moves; move++) {
        const ludus_move to = c->map[move];
        if (to < 0 || to >= game->spec.num_moves || c->seen[to]) {
            return broken(c, "a symmetry is no permutation of the moves");
        }
        if (c->sym == 0 && to != move) {
            return broken(c, "symmetry 0 is not the identity");
        }
        c->seen[to] = true;
    }
    return LUDUS_OK;
}

static ludus_status check_legal(checker *c, int32_t *count)
{
    const ludus_game *game = c->game;
    *count = ludus_game_legal(game, c->pos, c->moves);
    if (*count < 0 || *count > game->spec.max_legal) {
        return broken(c, "more legal moves than max_legal");
    }
    for (int32_t i = 0; i < *count; i++) {
        if (c->moves[i] < 0 || c->moves[i] >= game->spec.num_moves) {
            return broken(c, "a legal move out of range");
        }
        if (i > 0 && c->moves[i] <= c->moves[i - 1]) {
            return broken(c, "legal moves do not ascend");
        }
    }
    if ((*count == 0) != (ludus_game_outcome(game, c->pos) != LUDUS_ONGOING)) {
        return broken(c, "outcome and legal moves disagree on whether the game is over");
    }
    const int32_t symmetries = ludus_game_symmetries(game, c->pos);
    if (symmetries < 1 || symmetries > game->spec.num_symmetries) {
        return broken(c, "symmetries is out of range");
    }
    if (game->ops->perft_leaves != NULL &&
        game->ops->perft_leaves(game->ctx, c->pos) != (uint64_t)*count) {
        return broken(c, "perft_leaves differs from the number of legal moves");
    }
    if (*count > 0 && (ludus_game_is_legal(game, c->pos, LUDUS_MOVE_NONE) ||
                       !ludus_game_is_legal(game, c->pos, c->moves[*count - 1]))) {
        return broken(c, "is_legal differs from the list of legal moves");
    }
    return LUDUS_OK;
}

// Every question leaves the position as it was, and a repeated one gets the same answer.
static ludus_status check_pure(checker *c)
{
    const ludus_game *game = c->game;
    char drawing[LUDUS_GAME_DRAW_MAX];
    memcpy(c->copy, c->pos, game->spec.state_bytes);
    const uint64_t hash = ludus_game_hash(game, c->pos);
    memset(c->planes, 0xff, ludus_game_plane_count(game) * sizeof(float));
    ludus_game_encode(game, c->pos, 0, c->planes);
    ludus_game_encode(game, c->copy, 0, c->other);
    const float value = ludus_game_heuristic(game, c->pos);
    ludus_game_draw(game, c->pos, LUDUS_MOVE_NONE, drawing);
    if (memcmp(c->copy, c->pos, game->spec.state_bytes) != 0) {
        return broken(c, "a question changed the position");
    }
    if (ludus_game_hash(game, c->copy) != hash || ludus_game_hash(game, c->twin) != hash) {
        return broken(c, "equal positions, different hash");
    }
    if (!same_planes(c)) {
        return broken(c, "encode leaves a number unset or differs between calls");
    }
    if (!(value >= -1.0f && value <= 1.0f) || value != ludus_game_heuristic(game, c->copy)) {
        return broken(c, "heuristic is out of range or differs between calls");
    }
    return strlen(drawing) > 0 ? LUDUS_OK : broken(c, "draw is empty");
}

static ludus_status check_text(checker *c, int32_t count)
{
    const ludus_game *game = c->game;
    char text[LUDUS_GAME_TEXT_MAX];
    for (int32_t i = 0; i < count; i++) {
        ludus_move back = LUDUS_MOVE_NONE;
        memset(text, 'x', sizeof(text));
        ludus_game_move_text(game, c->pos, c->moves[i], text);
        if (memchr(text, '\0', sizeof(text)) == NULL || text[0] == '\0') {
            return broken(c, "a move's text is empty or too long");
        }
        if (game->ops->move_from_text(game->ctx, c->pos, text, &back) != LUDUS_OK ||
            back != c->moves[i]) {
            return broken(c, "a move's text does not read back as the move");
        }
    }
    return LUDUS_OK;
}

// Whether moves are the cells of the board (and perhaps a pass), so that planes turn with them.
static bool moves_are_cells(const ludus_game_spec *spec)
{
    const int32_t cells = spec->planes[1] * spec->planes[2];
    return spec->num_moves == cells || spec->num_moves == cells + 1;
}

static ludus_status check_planes_turn(checker *c)
{
    const ludus_game_spec *spec = &c->game->spec;
    const int32_t cells = spec->planes[1] * spec->planes[2];
    ludus_game_encode(c->game, c->pos, 0, c->planes);
    ludus_game_encode(c->game, c->pos, c->sym, c->other);
    for (int32_t plane = 0; plane < spec->planes[0]; plane++) {
        for (int32_t cell = 0; cell < cells; cell++) {
            const int32_t at = plane * cells + cell;
            const int32_t to = plane * cells + c->map[cell];
            if (c->map[cell] >= cells || c->planes[at] != c->other[to]) {
                return broken(c, "encode and permute disagree on a symmetry");
            }
        }
    }
    return LUDUS_OK;
}

// The game of permuted moves shows what encode says the symmetry shows, and allows the same.
static ludus_status check_mirror(checker *c, int32_t count)
{
    const ludus_game *game = c->game;
    ludus_game_encode(game, c->pos, c->sym, c->planes);
    ludus_game_encode(game, c->mirror, 0, c->other);
    if (!same_planes(c)) {
        return broken(c, "the game of permuted moves does not look like encode's symmetry");
    }
    if (ludus_game_legal(game, c->mirror, c->more) != count ||
        ludus_game_outcome(game, c->mirror) != ludus_game_outcome(game, c->pos)) {
        return broken(c, "the game of permuted moves has other legal moves or another outcome");
    }
    for (int32_t i = 0; i < count; i++) {
        if (!ludus_game_is_legal(game, c->mirror, c->map[c->moves[i]])) {
            return broken(c, "a legal move's image is not legal in the game of permuted moves");
        }
    }
    return LUDUS_OK;
}

static ludus_status check_position(checker *c, int32_t *count)
{
    const ludus_game *game = c->game;
    ludus_status status = check_legal(c, count);
    if (status == LUDUS_OK && memcmp(c->pos, c->twin, game->spec.state_bytes) != 0) {
        status = broken(c, "equal moves gave different blocks");
    }
    if (status == LUDUS_OK && ludus_game_to_move(game, c->pos) != (c->ply & 1)) {
        status = broken(c, "to_move does not alternate");
    }
    if (status == LUDUS_OK) {
        status = check_pure(c);
    }
    if (status == LUDUS_OK) {
        status = check_text(c, *count);
    }
    if (status == LUDUS_OK && moves_are_cells(&game->spec)) {
        status = check_planes_turn(c);
    }
    if (status == LUDUS_OK && c->enable_mirror) {
        status = check_mirror(c, *count);
    }
    return status;
}

// Every other game starts varied, where that can be.
static void start(const checker *c, void *pos)
{
    if (ludus_game_can_vary(c->game) && c->game_number % 2 == 1) {
        ludus_game_init_varied(c->game, pos, (uint64_t)c->game_number);
    } else {
        ludus_game_init(c->game, pos);
    }
}

static void begin(checker *c)
{
    const ludus_game *game = c->game;
    memset(c->pos, 0xff, game->spec.state_bytes); // init must not rely on zeroes
    start(c, c->pos);
    start(c, c->twin);
    start(c, c->mirror);
    c->sym = c->game_number % game->spec.num_symmetries;
    ludus_game_encode(game, c->pos, 0, c->planes);
    ludus_game_encode(game, c->pos, c->sym, c->other);
    c->enable_mirror = same_planes(c) && c->sym < ludus_game_symmetries(game, c->pos);
}

static ludus_status check_one_game(checker *c, ludus_rng *rng)
{
    const ludus_game *game = c->game;
    begin(c);
    ludus_status status = check_map(c);
    for (c->ply = 0; status == LUDUS_OK; c->ply++) {
        int32_t count = 0;
        status = check_position(c, &count);
        if (status != LUDUS_OK || count == 0) {
            break;
        }
        if (c->ply >= game->spec.max_plies) {
            return broken(c, "the game outlives max_plies");
        }
        const ludus_move move = c->moves[ludus_rng_below(rng, (uint32_t)count)];
        ludus_game_play(game, c->pos, move);
        ludus_game_play(game, c->twin, move);
        ludus_game_play(game, c->mirror, c->enable_mirror ? c->map[move] : move);
    }
    return status;
}

ludus_status ludus_game_check(const ludus_game *game, uint64_t seed, int32_t games,
                              ludus_error *error)
{
    checker c = {.game = game, .error = error};
    ludus_status status = allocate(&c);
    for (; status == LUDUS_OK && c.game_number < games; c.game_number++) {
        ludus_rng rng;
        ludus_rng_init(&rng, seed, (uint64_t)c.game_number);
        status = check_one_game(&c, &rng);
    }
    release(&c);
    return status;
}
