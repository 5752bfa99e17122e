// Freestyle gomoku on 9x9 .. 19x19: five or more in a row win. Moves are cells; in text row 1 is
// at the bottom and no letter is left out ("h8" is the middle of 15x15). A position in text is a
// board (envs/board.h).

#include "envs/board.h"
#include "envs/game_internal.h"
#include "envs/gomoku_lines.h"

#include <stdio.h>
#include <string.h>

typedef struct position {
    ludus_gomoku_rows stones[2]; // [0] belongs to x, who moves first
    uint64_t hash;               // of the stones, kept up to date
    int32_t plies;
    int32_t has_five; // the last stone made five
} position;

typedef struct rules {
    int32_t size, cells;
    uint16_t turn[8][LUDUS_BOARD_MAX_CELLS]; // where cells land under each symmetry
} rules;

static ludus_board_shape shape_of(const rules *r)
{
    return (ludus_board_shape){r->size, r->size, LUDUS_BOARD_UPWARDS};
}

static ludus_status create(int32_t size, ludus_game_spec *spec, void **ctx)
{
    rules *r = ludus_alloc(1, sizeof(*r));
    if (r == NULL) {
        return LUDUS_ERR_NOMEM;
    }
    r->size = size;
    r->cells = size * size;
    for (int32_t sym = 0; sym < 8; sym++) {
        for (int32_t cell = 0; cell < r->cells; cell++) {
            r->turn[sym][cell] = (uint16_t)ludus_board_turn(size, sym, cell);
        }
    }
    *ctx = r;
    *spec = (ludus_game_spec){.planes = {3, size, size},
                              .num_moves = r->cells,
                              .max_legal = r->cells,
                              .max_plies = r->cells,
                              .num_symmetries = 8,
                              .state_bytes = sizeof(position),
                              .board = {size, size},
                              .has_cell_moves = true,
                              .summary = "freestyle gomoku, five or more in a row, 9x9 .. 19x19"};
    snprintf(spec->name, sizeof(spec->name), "gomoku%d", (int)size);
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
}

static int32_t to_move(const void *ctx, const void *pos)
{
    (void)ctx;
    return ((const position *)pos)->plies & 1;
}

static int32_t legal(const void *ctx, const void *pos, ludus_move *out)
{
    const rules *r = ctx;
    const position *p = pos;
    const uint32_t full = (1u << r->size) - 1;
    int32_t count = 0;
    for (int32_t row = 0; row < r->size && !p->has_five; row++) {
        uint32_t empty = full & ~(p->stones[0].row[row] | p->stones[1].row[row]);
        for (; empty != 0; empty &= empty - 1) {
            out[count++] = row * r->size + __builtin_ctz(empty);
        }
    }
    return count;
}

static void play(const void *ctx, void *pos, ludus_move move)
{
    const rules *r = ctx;
    position *p = pos;
    const int32_t side = p->plies & 1;
    const int32_t row = move / r->size;
    const int32_t column = move % r->size;
    p->stones[side].row[row] |= 1u << column;
    p->hash ^= ludus_mix64((uint64_t)(2 * move + side + 1) * UINT64_C(0x9e3779b97f4a7c15));
    p->plies++;
    p->has_five = ludus_gomoku_five_through(&p->stones[side], r->size, row, column);
}

static ludus_outcome outcome(const void *ctx, const void *pos)
{
    const rules *r = ctx;
    const position *p = pos;
    if (p->has_five) {
        return LUDUS_LOSS;
    }
    return p->plies == r->cells ? LUDUS_DRAW : LUDUS_ONGOING;
}

static uint64_t hash(const void *ctx, const void *pos)
{
    (void)ctx;
    return ((const position *)pos)->hash;
}

static void encode_stones(const rules *r, const ludus_gomoku_rows *stones, int32_t sym,
                          float *plane)
{
    for (int32_t row = 0; row < r->size; row++) {
        for (uint32_t bits = stones->row[row]; bits != 0; bits &= bits - 1) {
            plane[r->turn[sym][row * r->size + __builtin_ctz(bits)]] = 1.0f;
        }
    }
}

static void encode(const void *ctx, const void *pos, int32_t sym, float *planes)
{
    const rules *r = ctx;
    const position *p = pos;
    const int32_t side = p->plies & 1;
    memset(planes, 0, (size_t)(2 * r->cells) * sizeof(float));
    encode_stones(r, &p->stones[side], sym, planes);
    encode_stones(r, &p->stones[1 - side], sym, planes + r->cells);
    for (int32_t cell = 0; cell < r->cells; cell++) {
        planes[2 * r->cells + cell] = 1.0f;
    }
}

static void permute(const void *ctx, int32_t sym, ludus_move *out)
{
    const rules *r = ctx;
    for (int32_t cell = 0; cell < r->cells; cell++) {
        out[cell] = r->turn[sym][cell];
    }
}

static ludus_status move_from_text(const void *ctx, const void *pos, const char *text,
                                   ludus_move *out)
{
    (void)pos;
    const int32_t cell = ludus_board_cell(shape_of(ctx), text);
    if (cell < 0) {
        return LUDUS_ERR_FORMAT;
    }
    *out = cell;
    return LUDUS_OK;
}

static void move_to_text(const void *ctx, const void *pos, ludus_move move, char *out)
{
    (void)pos;
    ludus_board_cell_text(shape_of(ctx), move, out);
}

// A stone of `side` that all its fives share, which must have been the last; -1 when there are
// fives but no such stone. Any stone will do when there is no five.
static int32_t find_last(const rules *r, const position *p, int32_t side)
{
    for (int32_t cell = 0; cell < r->cells; cell++) {
        const int32_t row = cell / r->size;
        const uint32_t bit = 1u << (cell % r->size);
        if ((p->stones[side].row[row] & bit) != 0) {
            ludus_gomoku_rows before = p->stones[side];
            before.row[row] &= ~bit;
            if (!ludus_gomoku_has_five(&before, r->size)) {
                return cell;
            }
        }
    }
    return -1;
}

// All stones of one colour, in the order of the cells.
static void place(const rules *r, position *p, const char *cells, char stone)
{
    for (int32_t cell = 0; cell < r->cells; cell++) {
        if (cells[cell] == stone) {
            p->plies = stone == 'o'; // whose stone play() puts down
            play(r, p, cell);
        }
    }
}

static ludus_status from_text(const void *ctx, void *pos, const char *text, ludus_error *error)
{
    const rules *r = ctx;
    char cells[LUDUS_BOARD_MAX_CELLS];
    int32_t turn;
    const ludus_status status =
        ludus_board_parse_alternating(shape_of(r), text, cells, &turn, error);
    if (status != LUDUS_OK) {
        return status;
    }
    position p = {.plies = 0};
    int32_t plies = 0;
    for (int32_t cell = 0; cell < r->cells; cell++) {
        plies += cells[cell] != '.';
    }
    place(r, &p, cells, 'x');
    place(r, &p, cells, 'o');
    const int32_t last = plies > 0 ? find_last(r, &p, 1 - turn) : -1;
    if (ludus_gomoku_has_five(&p.stones[turn], r->size) || (plies > 0 && last < 0)) {
        return ludus_fail(error, LUDUS_ERR_FORMAT, "no game leads to this board");
    }
    p.plies = plies;
    p.has_five = ludus_gomoku_has_five(&p.stones[1 - turn], r->size);
    memcpy(pos, &p, sizeof(p));
    return LUDUS_OK;
}

static void draw(const void *ctx, const void *pos, ludus_move last, char *out)
{
    const rules *r = ctx;
    const position *p = pos;
    char cells[LUDUS_BOARD_MAX_CELLS];
    for (int32_t cell = 0; cell < r->cells; cell++) {
        const uint32_t bit = 1u << (cell % r->size);
        const bool is_x = (p->stones[0].row[cell / r->size] & bit) != 0;
        const bool is_o = (p->stones[1].row[cell / r->size] & bit) != 0;
        cells[cell] = is_x ? 'x' : is_o ? 'o' : '.';
    }
    ludus_board_draw(shape_of(r), cells, last, out);
}

static float weigh(const ludus_gomoku_lines *lines)
{
    return (float)(lines->windows[1] + 5 * lines->windows[2] + 20 * lines->windows[3] +
                   50 * lines->windows[4] + 60 * lines->open_threes);
}

// Fours decide at once, then open threes; else the lines still open, with the move worth a bit.
static float heuristic(const void *ctx, const void *pos)
{
    const rules *r = ctx;
    const position *p = pos;
    const ludus_gomoku_rows *own = &p->stones[p->plies & 1];
    const ludus_gomoku_rows *other = &p->stones[1 - (p->plies & 1)];
    ludus_gomoku_lines mine, theirs;
    ludus_gomoku_count(own, other, r->size, &mine);
    ludus_gomoku_count(other, own, r->size, &theirs);
    if (mine.completions > 0) {
        return 0.99f;
    }
    if (theirs.completions > 1) {
        return -0.98f;
    }
    if (mine.open_threes > 0 && theirs.completions == 0) {
        return 0.95f;
    }
    const float x = (1.5f * weigh(&mine) - weigh(&theirs)) / 300.0f;
    return 0.9f * x / (1.0f + (x < 0.0f ? -x : x));
}

static uint64_t perft_leaves(const void *ctx, const void *pos)
{
    const rules *r = ctx;
    const position *p = pos;
    return p->has_five ? 0 : (uint64_t)(r->cells - p->plies);
}

const ludus_game_ops ludus_gomoku_ops = {
    .family = "gomoku",
    .names = "gomoku (gomoku9 .. gomoku19, default gomoku15)",
    .default_size = 15,
    .min_size = 9,
    .max_size = 19,
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
    .perft_leaves = perft_leaves,
};
