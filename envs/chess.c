// Chess: the game's table, its draws and its planes. Boards and moves: envs/chess_board.h; text of
// moves and drawings: envs/chess_text.c.

#include "envs/chess.h"

#include "envs/chess_internal.h"
#include "envs/game_internal.h"

#include <assert.h>
#include <string.h>

typedef ludus_chess_position position;

_Static_assert(sizeof(position) == 896, "a position has no padding");
_Static_assert(sizeof(((ludus_chess_policy *)0)->move_at) ==
                   LUDUS_CHESS_NUM_MOVES * sizeof(ludus_chess_move),
               "every index has a move");

static ludus_status create(int32_t size, ludus_game_spec *spec, void **ctx)
{
    (void)size;
    ludus_chess_policy *policy = ludus_alloc(1, sizeof(*policy));
    if (policy == NULL) {
        return LUDUS_ERR_NOMEM;
    }
    ludus_chess_policy_init(policy);
    *ctx = policy;
    *spec = (ludus_game_spec){.name = "chess",
                              .planes = {LUDUS_CHESS_NUM_PLANES, 8, 8},
                              .num_moves = LUDUS_CHESS_NUM_MOVES,
                              .max_legal = LUDUS_CHESS_MAX_MOVES,
                              .max_plies = LUDUS_CHESS_MAX_PLIES,
                              .num_symmetries = 2,
                              .state_bytes = sizeof(position),
                              .board = {8, 8},
                              .summary = "chess; Chess960 from positions"};
    return LUDUS_OK;
}

static void destroy(void *ctx)
{
    ludus_free(ctx);
}

static void init(const void *ctx, void *pos)
{
    (void)ctx;
    memset(pos, 0, sizeof(position));
    ludus_chess_board_start(&((position *)pos)->board, LUDUS_CHESS_STANDARD);
}

static int32_t to_move(const void *ctx, const void *pos)
{
    (void)ctx;
    return ((const position *)pos)->board.side;
}

// ---- The end ------------------------------------------------------------------------------------

// Draws that do not depend on the legal moves; a mate comes before them.
static ludus_chess_end drawn_by_rule(const position *p)
{
    if (p->num_earlier >= 2) {
        return LUDUS_CHESS_REPETITION;
    }
    if (p->board.fifty >= 100) {
        return LUDUS_CHESS_FIFTY_MOVES;
    }
    if (ludus_chess_is_insufficient(&p->board)) {
        return LUDUS_CHESS_BARE_MATERIAL;
    }
    return p->plies >= LUDUS_CHESS_MAX_PLIES ? LUDUS_CHESS_TOO_LONG : LUDUS_CHESS_ONGOING;
}

ludus_chess_end ludus_chess_end_of(const void *pos)
{
    const position *p = pos;
    if (ludus_chess_count_moves(&p->board) != 0) {
        return drawn_by_rule(p);
    }
    return ludus_chess_board_is_check(&p->board) ? LUDUS_CHESS_CHECKMATE : LUDUS_CHESS_STALEMATE;
}

const char *ludus_chess_end_name(ludus_chess_end end)
{
    switch (end) {
    case LUDUS_CHESS_ONGOING:
        return "not over";
    case LUDUS_CHESS_CHECKMATE:
        return "checkmate";
    case LUDUS_CHESS_STALEMATE:
        return "stalemate";
    case LUDUS_CHESS_REPETITION:
        return "threefold repetition";
    case LUDUS_CHESS_FIFTY_MOVES:
        return "fifty-move rule";
    case LUDUS_CHESS_BARE_MATERIAL:
        return "insufficient material";
    case LUDUS_CHESS_TOO_LONG:
        return "too long";
    }
    return "unknown";
}

static ludus_outcome outcome(const void *ctx, const void *pos)
{
    (void)ctx;
    const ludus_chess_end end = ludus_chess_end_of(pos);
    return end == LUDUS_CHESS_ONGOING     ? LUDUS_ONGOING
           : end == LUDUS_CHESS_CHECKMATE ? LUDUS_LOSS
                                          : LUDUS_DRAW;
}

// ---- Moves --------------------------------------------------------------------------------------

static int32_t legal(const void *ctx, const void *pos, ludus_move *out)
{
    const position *p = pos;
    if (drawn_by_rule(p) != LUDUS_CHESS_ONGOING) {
        return 0;
    }
    ludus_chess_move moves[LUDUS_CHESS_MAX_MOVES];
    const int32_t num = ludus_chess_moves(&p->board, moves);
    for (int32_t i = 0; i < num; i++) {
        out[i] = ludus_chess_policy_index(ctx, moves[i]);
    }
    return num;
}

static uint64_t perft_leaves(const void *ctx, const void *pos)
{
    (void)ctx;
    const position *p = pos;
    return drawn_by_rule(p) != LUDUS_CHESS_ONGOING ? 0
                                                   : (uint64_t)ludus_chess_count_moves(&p->board);
}

static void forget_history(position *p)
{
    memset(p->history, 0, p->num_history * sizeof(p->history[0]));
    p->num_history = 0;
}

// A position can occur again after four plies at the earliest, and only with the same side to move.
static uint8_t count_earlier(const position *p)
{
    uint8_t num = 0;
    for (int32_t i = p->num_history - 4; i >= 0; i -= 2) {
        num = (uint8_t)(num + (p->history[i] == p->board.key));
    }
    return num;
}

static void play(const void *ctx, void *pos, ludus_move move)
{
    position *p = pos;
    const uint64_t before = p->board.key;
    ludus_chess_make(&p->board, ludus_chess_policy_move(ctx, &p->board, move));
    p->plies = (uint16_t)(p->plies + (p->plies < UINT16_MAX));
    if (p->board.fifty == 0) {
        forget_history(p);
    } else {
        assert(p->num_history < LUDUS_CHESS_HISTORY);
        p->history[p->num_history++] = before;
    }
    p->num_earlier = count_earlier(p);
}

// The clocks are part of the position that a network sees, so they are part of its hash.
static uint64_t hash(const void *ctx, const void *pos)
{
    (void)ctx;
    const position *p = pos;
    return ludus_mix64(p->board.key + (uint64_t)p->num_earlier * 256 + p->board.fifty);
}

// ---- Planes -------------------------------------------------------------------------------------

enum { PLANE_EP = 12, PLANE_CASTLING = 13, PLANE_REPEATED = 17, PLANE_FIFTY = 18, PLANE_ONES = 19 };

static void fill(float *planes, int32_t plane, float value)
{
    for (int32_t i = 0; i < 64; i++) {
        planes[plane * 64 + i] = value;
    }
}

// Left and right change places; castling alone tells them apart.
static int32_t symmetries(const void *ctx, const void *pos)
{
    (void)ctx;
    const ludus_chess_board *b = &((const position *)pos)->board;
    for (int32_t i = 0; i < 4; i++) {
        if (b->castle[i >> 1][i & 1] != LUDUS_CHESS_NO_FILE) {
            return 1;
        }
    }
    return 2;
}

static int32_t flip_of(int32_t sym)
{
    return sym == 0 ? 0 : 7; // to be combined with squares and files by exclusive or
}

static void encode(const void *ctx, const void *pos, int32_t sym, float *planes)
{
    (void)ctx;
    const int32_t flip = flip_of(sym);
    const position *p = pos;
    const ludus_chess_board *b = &p->board;
    memset(planes, 0, sizeof(float) * LUDUS_CHESS_NUM_PLANES * 64);
    for (int32_t plane = 0; plane < PLANE_EP; plane++) {
        uint64_t pieces = b->colour[plane / 6] & b->kind[plane % 6];
        for (; pieces != 0; pieces &= pieces - 1) {
            planes[plane * 64 + (__builtin_ctzll(pieces) ^ flip)] = 1.0f;
        }
    }
    if (b->ep != LUDUS_CHESS_NO_FILE) {
        planes[PLANE_EP * 64 + 40 + (b->ep ^ flip)] = 1.0f;
    }
    for (int32_t i = 0; i < 4; i++) {
        if (b->castle[i >> 1][i & 1] != LUDUS_CHESS_NO_FILE) {
            fill(planes, PLANE_CASTLING + i, 1.0f);
        }
    }
    if (p->num_earlier > 0) {
        fill(planes, PLANE_REPEATED, 1.0f);
    }
    fill(planes, PLANE_FIFTY, b->fifty >= 100 ? 1.0f : 0.01f * (float)b->fifty);
    fill(planes, PLANE_ONES, 1.0f);
}

static void permute(const void *ctx, int32_t sym, ludus_move *out)
{
    const ludus_chess_policy *policy = ctx;
    const int32_t flip = flip_of(sym);
    for (ludus_move move = 0; move < LUDUS_CHESS_NUM_MOVES; move++) {
        const ludus_chess_move plain = policy->move_at[move];
        out[move] =
            ludus_chess_policy_index(policy, ludus_chess_move_of(ludus_chess_from(plain) ^ flip,
                                                                 ludus_chess_to(plain) ^ flip,
                                                                 ludus_chess_promotion(plain)));
    }
}

static ludus_status from_text(const void *ctx, void *pos, const char *text, ludus_error *error)
{
    (void)ctx;
    memset(pos, 0, sizeof(position));
    return ludus_chess_board_from_fen(&((position *)pos)->board, text, error);
}

static float heuristic(const void *ctx, const void *pos)
{
    (void)ctx;
    return ludus_chess_guess(&((const position *)pos)->board);
}

const ludus_game_ops ludus_chess_ops = {
    .family = "chess",
    .names = "chess",
    .create = create,
    .destroy = destroy,
    .init = init,
    .to_move = to_move,
    .legal = legal,
    .play = play,
    .outcome = outcome,
    .hash = hash,
    .encode = encode,
    .symmetries = symmetries,
    .permute = permute,
    .move_from_text = ludus_chess_move_from_text,
    .move_to_text = ludus_chess_move_to_text,
    .from_text = from_text,
    .draw = ludus_chess_draw,
    .heuristic = heuristic,
    .perft_leaves = perft_leaves,
};

// ---- envs/chess.h -------------------------------------------------------------------------------

static const ludus_chess_policy *policy_of(const ludus_game *game)
{
    assert(game->ops == &ludus_chess_ops);
    return game->ctx;
}

void ludus_chess_start(const ludus_game *game, void *pos, int32_t number)
{
    assert(game->ops == &ludus_chess_ops && number >= 0 && number < 960);
    init(game->ctx, pos);
    ludus_chess_board_start(&((position *)pos)->board, number);
}

void ludus_chess_set_960(void *pos, bool is_960)
{
    ((position *)pos)->board.is_960 = is_960;
}

void ludus_chess_restart_plies(void *pos)
{
    ((position *)pos)->plies = 0;
}

void ludus_chess_forgive_draw(void *pos)
{
    position *p = pos;
    const ludus_chess_end end = drawn_by_rule(p);
    if (end == LUDUS_CHESS_ONGOING || end == LUDUS_CHESS_BARE_MATERIAL) {
        return;
    }
    forget_history(p);
    p->num_earlier = 0;
    p->plies = 0;
    p->board.fifty = 0;
}

void ludus_chess_play_on(const ludus_game *game, void *pos, ludus_move move)
{
    ludus_chess_forgive_draw(pos);
    ludus_game_play(game, pos, move);
}

void ludus_chess_fen(const void *pos, char *out)
{
    ludus_chess_board_to_fen(&((const position *)pos)->board, out);
}

bool ludus_chess_is_check(const void *pos)
{
    return ludus_chess_board_is_check(&((const position *)pos)->board);
}

int32_t ludus_chess_fifty(const void *pos)
{
    return ((const position *)pos)->board.fifty;
}

int32_t ludus_chess_occurrences(const void *pos)
{
    return ((const position *)pos)->num_earlier + 1;
}

int32_t ludus_chess_plies(const void *pos)
{
    return ((const position *)pos)->plies;
}

const ludus_chess_board *ludus_chess_board_of(const void *pos)
{
    return &((const position *)pos)->board;
}

ludus_chess_move ludus_chess_of_index(const ludus_game *game, const ludus_chess_board *board,
                                      ludus_move move)
{
    assert(move >= 0 && move < LUDUS_CHESS_NUM_MOVES);
    return ludus_chess_policy_move(policy_of(game), board, move);
}

ludus_move ludus_chess_index_of(const ludus_game *game, ludus_chess_move move)
{
    return ludus_chess_policy_index(policy_of(game), move);
}

void ludus_chess_parts(const ludus_game *game, const void *pos, ludus_move move,
                       ludus_chess_parts_of_move *out)
{
    const ludus_chess_board *b = ludus_chess_board_of(pos);
    const ludus_chess_move m = ludus_chess_of_index(game, b, move);
    const int32_t from = ludus_chess_from(m);
    const int32_t to = ludus_chess_to(m);
    *out = (ludus_chess_parts_of_move){.from = from ^ ludus_chess_view_of(b),
                                       .to = to ^ ludus_chess_view_of(b),
                                       .kind = ludus_chess_kind_at(b, from),
                                       .promotion = ludus_chess_promotion(m),
                                       .is_castling = (b->colour[0] >> to & 1) != 0,
                                       .is_capture = (b->colour[1] >> to & 1) != 0};
    if (out->kind == LUDUS_CHESS_PAWN && (from & 7) != (to & 7)) {
        out->is_capture = true;
    }
}

ludus_move ludus_chess_find(const ludus_game *game, const void *pos, int32_t from, int32_t to,
                            int32_t promotion)
{
    const ludus_chess_board *b = ludus_chess_board_of(pos);
    const int32_t origin = from ^ ludus_chess_view_of(b);
    const int32_t target = to ^ ludus_chess_view_of(b);
    const bool is_promotion =
        (b->kind[LUDUS_CHESS_PAWN] & b->colour[0]) >> origin & 1 && target >= 56;
    if (is_promotion && promotion == 0) {
        return LUDUS_MOVE_NONE;
    }
    return ludus_chess_index_of(game,
                                ludus_chess_move_of(origin, target, is_promotion ? promotion : 0));
}
