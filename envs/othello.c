// Othello (Reversi) on 8x8 and 6x6. Cells are moves, row 1 at the top; the last move is the pass,
// legal exactly when the player to move has no other and the opponent has one. x is black and
// moves first. A position in text is a board and the player to move (envs/board.h).

#include "envs/board.h"
#include "envs/game_internal.h"
#include "envs/othello_board.h"

#include <string.h>

#define MAX_CELLS 64

typedef struct position {
    uint64_t own, other; // discs of the player to move and of the opponent; bit row * 8 + column
    uint64_t side;       // 0 or 1
} position;

typedef struct rules {
    int32_t size, cells; // side of the board, size * size; the pass is move `cells`
    uint64_t board;      // bits of the board
    uint64_t corners;
    uint64_t x_cells;           // diagonal neighbours of the corners
    uint8_t bit[MAX_CELLS];     // cell -> bit
    uint8_t cell[MAX_CELLS];    // bit -> cell
    uint8_t turn[8][MAX_CELLS]; // bit -> cell under each symmetry
} rules;

static ludus_board_shape shape_of(const rules *r)
{
    return (ludus_board_shape){r->size, r->size, LUDUS_BOARD_DOWNWARDS};
}

static uint64_t bit_at(int32_t row, int32_t column)
{
    return UINT64_C(1) << (row * 8 + column);
}

static void fill_rules(rules *r, int32_t size)
{
    const int32_t end = size - 1;
    r->size = size;
    r->cells = size * size;
    for (int32_t cell = 0; cell < r->cells; cell++) {
        const int32_t bit = cell / size * 8 + cell % size;
        r->bit[cell] = (uint8_t)bit;
        r->cell[bit] = (uint8_t)cell;
        r->board |= UINT64_C(1) << bit;
        for (int32_t sym = 0; sym < 8; sym++) {
            r->turn[sym][bit] = (uint8_t)ludus_board_turn(size, sym, cell);
        }
    }
    r->corners = bit_at(0, 0) | bit_at(0, end) | bit_at(end, 0) | bit_at(end, end);
    r->x_cells = bit_at(1, 1) | bit_at(1, end - 1) | bit_at(end - 1, 1) | bit_at(end - 1, end - 1);
}

static ludus_status create(int32_t size, ludus_game_spec *spec, void **ctx)
{
    if (size % 2 != 0) {
        return LUDUS_ERR_ARG;
    }
    rules *r = ludus_alloc(1, sizeof(*r));
    if (r == NULL) {
        return LUDUS_ERR_NOMEM;
    }
    fill_rules(r, size);
    *ctx = r;
    *spec = (ludus_game_spec){.planes = {3, size, size},
                              .num_moves = r->cells + 1,
                              .max_legal = r->cells - 4,
                              // A disc per ply, and no pass follows a pass.
                              .max_plies = 2 * (r->cells - 4),
                              .num_symmetries = 8,
                              .state_bytes = sizeof(position),
                              .board = {size, size},
                              .has_cell_moves = true,
                              .summary = size == 8 ? "Othello (Reversi) on 8x8"
                                                   : "Othello (Reversi) on 6x6"};
    strcpy(spec->name, size == 8 ? "othello" : "othello6");
    return LUDUS_OK;
}

static void destroy(void *ctx)
{
    ludus_free(ctx);
}

static void init(const void *ctx, void *pos)
{
    const rules *r = ctx;
    const int32_t low = r->size / 2 - 1;
    const position start = {
        .own = bit_at(low, low + 1) | bit_at(low + 1, low),
        .other = bit_at(low, low) | bit_at(low + 1, low + 1),
    };
    memcpy(pos, &start, sizeof(start));
}

static int32_t to_move(const void *ctx, const void *pos)
{
    (void)ctx;
    return (int32_t)((const position *)pos)->side;
}

static uint64_t own_moves(const rules *r, const position *p)
{
    return ludus_othello_moves(p->own, p->other) & r->board;
}

static uint64_t other_moves(const rules *r, const position *p)
{
    return ludus_othello_moves(p->other, p->own) & r->board;
}

static int32_t legal(const void *ctx, const void *pos, ludus_move *out)
{
    const rules *r = ctx;
    uint64_t moves = own_moves(r, pos);
    if (moves == 0) {
        out[0] = r->cells;
        return other_moves(r, pos) != 0;
    }
    int32_t count = 0;
    for (; moves != 0; moves &= moves - 1) {
        out[count++] = r->cell[__builtin_ctzll(moves)];
    }
    return count;
}

static void play(const void *ctx, void *pos, ludus_move move)
{
    const rules *r = ctx;
    position *p = pos;
    position next = {p->other, p->own, p->side ^ 1};
    if (move != r->cells) {
        const uint64_t disc = UINT64_C(1) << r->bit[move];
        const uint64_t flips = ludus_othello_flips(p->own, p->other, disc);
        next.own = p->other ^ flips;
        next.other = p->own | disc | flips;
    }
    *p = next;
}

static ludus_outcome outcome(const void *ctx, const void *pos)
{
    const rules *r = ctx;
    const position *p = pos;
    if (own_moves(r, p) != 0 || other_moves(r, p) != 0) {
        return LUDUS_ONGOING;
    }
    const int32_t lead = __builtin_popcountll(p->own) - __builtin_popcountll(p->other);
    return (ludus_outcome)((lead > 0) - (lead < 0));
}

static void result(const void *ctx, const void *pos, float *lead, float *owner)
{
    const rules *r = ctx;
    const position *p = pos;
    *lead = (float)(__builtin_popcountll(p->own) - __builtin_popcountll(p->other));
    for (int32_t cell = 0; cell < r->cells; cell++) {
        const float own = (float)(p->own >> r->bit[cell] & 1);
        const float other = (float)(p->other >> r->bit[cell] & 1);
        owner[cell] = 0.5f * (1.0f + own - other);
    }
}

static uint64_t hash(const void *ctx, const void *pos)
{
    (void)ctx;
    const position *p = pos;
    return ludus_mix64(ludus_mix64(p->own + p->side) ^ (p->other * UINT64_C(0x9e3779b97f4a7c15)));
}

static void encode(const void *ctx, const void *pos, int32_t sym, float *planes)
{
    const rules *r = ctx;
    const position *p = pos;
    const uint8_t *turn = r->turn[sym];
    memset(planes, 0, (size_t)(2 * r->cells) * sizeof(float));
    for (uint64_t discs = p->own; discs != 0; discs &= discs - 1) {
        planes[turn[__builtin_ctzll(discs)]] = 1.0f;
    }
    for (uint64_t discs = p->other; discs != 0; discs &= discs - 1) {
        planes[r->cells + turn[__builtin_ctzll(discs)]] = 1.0f;
    }
    for (int32_t cell = 0; cell < r->cells; cell++) {
        planes[2 * r->cells + cell] = 1.0f;
    }
}

static void permute(const void *ctx, int32_t sym, ludus_move *out)
{
    const rules *r = ctx;
    for (int32_t cell = 0; cell < r->cells; cell++) {
        out[cell] = r->turn[sym][r->bit[cell]];
    }
    out[r->cells] = r->cells;
}

static ludus_status move_from_text(const void *ctx, const void *pos, const char *text,
                                   ludus_move *out)
{
    (void)pos;
    const rules *r = ctx;
    const bool is_pass = strcmp(text, "pass") == 0 || strcmp(text, "PASS") == 0;
    const int32_t cell = is_pass ? r->cells : ludus_board_cell(shape_of(r), text);
    if (cell < 0) {
        return LUDUS_ERR_FORMAT;
    }
    *out = cell;
    return LUDUS_OK;
}

static void move_to_text(const void *ctx, const void *pos, ludus_move move, char *out)
{
    (void)pos;
    const rules *r = ctx;
    if (move == r->cells) {
        strcpy(out, "pass");
    } else {
        ludus_board_cell_text(shape_of(r), move, out);
    }
}

// Every game keeps the four centre cells filled and its discs in one piece.
static bool is_plausible(const rules *r, const position *p)
{
    position start;
    init(r, &start);
    const uint64_t centre = start.own | start.other;
    const uint64_t discs = p->own | p->other;
    if ((discs & centre) != centre) {
        return false;
    }
    uint64_t piece = centre;
    for (uint64_t before = 0; piece != before;) {
        before = piece;
        piece |= ludus_othello_neighbours(piece) & discs;
    }
    return piece == discs;
}

static ludus_status from_text(const void *ctx, void *pos, const char *text, ludus_error *error)
{
    const rules *r = ctx;
    char cells[MAX_CELLS];
    int32_t turn;
    const ludus_status status = ludus_board_parse(shape_of(r), text, cells, &turn, error);
    if (status != LUDUS_OK) {
        return status;
    }
    if (turn < 0) {
        return ludus_fail(error, LUDUS_ERR_FORMAT, "after the board comes x or o, who is to move");
    }
    position p = {.side = (uint64_t)turn};
    for (int32_t cell = 0; cell < r->cells; cell++) {
        const uint64_t bit = UINT64_C(1) << r->bit[cell];
        if (cells[cell] != '.') {
            *((cells[cell] == 'o') == (turn == 1) ? &p.own : &p.other) |= bit;
        }
    }
    if (!is_plausible(r, &p)) {
        return ludus_fail(error, LUDUS_ERR_FORMAT,
                          "no game leads to this board: the four centre cells are filled and all "
                          "discs connected");
    }
    memcpy(pos, &p, sizeof(p));
    return LUDUS_OK;
}

static void draw(const void *ctx, const void *pos, ludus_move last, char *out)
{
    const rules *r = ctx;
    const position *p = pos;
    const uint64_t black = p->side == 0 ? p->own : p->other;
    char cells[MAX_CELLS];
    for (int32_t cell = 0; cell < r->cells; cell++) {
        const int32_t bit = r->bit[cell];
        const bool is_filled = (p->own | p->other) >> bit & 1;
        cells[cell] = !is_filled ? '.' : black >> bit & 1 ? 'x' : 'o';
    }
    ludus_board_draw(shape_of(r), cells, last == r->cells ? -1 : last, out);
}

// Share of (mine - theirs), -1..1.
static float share(uint64_t mine, uint64_t theirs)
{
    const int32_t a = __builtin_popcountll(mine);
    const int32_t b = __builtin_popcountll(theirs);
    return (float)(a - b) / (float)(a + b + 1);
}

// Diagonal neighbours of corners that are still empty.
static uint64_t exposed(const rules *r, uint64_t empty)
{
    return ludus_othello_neighbours(r->corners & empty) & r->x_cells;
}

// The classical terms: mobility now, mobility to come (the opponent's discs that touch empty cells
// are one's chances), corners and the cells that give them away, and discs as the board fills.
static float heuristic(const void *ctx, const void *pos)
{
    const rules *r = ctx;
    const position *p = pos;
    const uint64_t empty = r->board & ~(p->own | p->other);
    const uint64_t frontier = ludus_othello_neighbours(empty);
    const uint64_t danger = exposed(r, empty);
    const int32_t num_empty = __builtin_popcountll(empty);
    const float fill = 1.0f - (float)num_empty / (float)(r->cells - 4);
    const int32_t corners =
        __builtin_popcountll(p->own & r->corners) - __builtin_popcountll(p->other & r->corners);
    const int32_t dangers =
        __builtin_popcountll(p->own & danger) - __builtin_popcountll(p->other & danger);
    float score = 2.0f * share(own_moves(r, p), other_moves(r, p));
    score += 1.2f * share(p->other & frontier, p->own & frontier);
    score += 0.9f * (float)corners - 0.35f * (float)dangers;
    score += (num_empty <= 8 ? 6.0f : 1.5f * fill * fill * fill) * share(p->own, p->other);
    score *= 0.5f;
    return 0.95f * score / (1.0f + (score < 0.0f ? -score : score));
}

static uint64_t perft_leaves(const void *ctx, const void *pos)
{
    const uint64_t moves = own_moves(ctx, pos);
    return moves != 0 ? (uint64_t)__builtin_popcountll(moves) : other_moves(ctx, pos) != 0;
}

const ludus_game_ops ludus_othello_ops = {
    .family = "othello",
    .names = "othello (8x8), othello6 (6x6)",
    .default_size = 8,
    .min_size = 6,
    .max_size = 8,
    .create = create,
    .destroy = destroy,
    .init = init,
    .to_move = to_move,
    .legal = legal,
    .play = play,
    .outcome = outcome,
    .hash = hash,
    .encode = encode,
    .permute = permute,
    .move_from_text = move_from_text,
    .move_to_text = move_to_text,
    .from_text = from_text,
    .draw = draw,
    .heuristic = heuristic,
    .result = result,
    .perft_leaves = perft_leaves,
};
