// Tic-tac-toe. Moves are cells 0..8 from the top left; text "a1" is the bottom left.

#include "envs/board.h"
#include "envs/game_internal.h"

#include <string.h>

#define FULL 0x1ffu

typedef struct position {
    uint32_t stones[2]; // bit = cell; [0] belongs to x, who moves first
} position;

static const ludus_board_shape shape = {3, 3, LUDUS_BOARD_UPWARDS};

static const uint32_t lines[8] = {0007, 0070, 0700, 0111, 0222, 0444, 0421, 0124};

static ludus_status create(int32_t size, ludus_game_spec *spec, void **ctx)
{
    (void)size;
    *ctx = NULL;
    *spec = (ludus_game_spec){.name = "tictactoe",
                              .planes = {3, 3, 3},
                              .num_moves = 9,
                              .max_legal = 9,
                              .max_plies = 9,
                              .num_symmetries = 8,
                              .state_bytes = sizeof(position),
                              .board = {3, 3},
                              .has_cell_moves = true,
                              .summary = "tic-tac-toe, three in a row on 3x3"};
    return LUDUS_OK;
}

static void destroy(void *ctx)
{
    (void)ctx;
}

static void init(const void *ctx, void *pos)
{
    (void)ctx;
    memset(pos, 0, sizeof(position));
}

static int32_t side(const position *p)
{
    return __builtin_popcount(p->stones[0] | p->stones[1]) & 1;
}

static bool has_line(uint32_t stones)
{
    for (int32_t i = 0; i < 8; i++) {
        if ((stones & lines[i]) == lines[i]) {
            return true;
        }
    }
    return false;
}

static int32_t to_move(const void *ctx, const void *pos)
{
    (void)ctx;
    return side(pos);
}

static uint32_t legal_cells(const position *p)
{
    return has_line(p->stones[1 - side(p)]) ? 0 : FULL & ~(p->stones[0] | p->stones[1]);
}

static int32_t legal(const void *ctx, const void *pos, ludus_move *out)
{
    (void)ctx;
    int32_t count = 0;
    for (uint32_t cells = legal_cells(pos); cells != 0; cells &= cells - 1) {
        out[count++] = __builtin_ctz(cells);
    }
    return count;
}

static void play(const void *ctx, void *pos, ludus_move move)
{
    (void)ctx;
    position *p = pos;
    p->stones[side(p)] |= 1u << move;
}

static ludus_outcome outcome(const void *ctx, const void *pos)
{
    (void)ctx;
    const position *p = pos;
    if (has_line(p->stones[1 - side(p)])) {
        return LUDUS_LOSS;
    }
    return (p->stones[0] | p->stones[1]) == FULL ? LUDUS_DRAW : LUDUS_ONGOING;
}

static uint64_t hash(const void *ctx, const void *pos)
{
    (void)ctx;
    const position *p = pos;
    return ludus_mix64(((uint64_t)p->stones[1] << 32 | p->stones[0]) + 0x7474740000000000u);
}

static void encode(const void *ctx, const void *pos, int32_t sym, float *planes)
{
    (void)ctx;
    const position *p = pos;
    const uint32_t own = p->stones[side(p)];
    const uint32_t other = p->stones[1 - side(p)];
    for (int32_t cell = 0; cell < 9; cell++) {
        const int32_t to = ludus_board_turn(3, sym, cell);
        planes[to] = (float)(own >> cell & 1);
        planes[9 + to] = (float)(other >> cell & 1);
        planes[18 + to] = 1.0f;
    }
}

static void permute(const void *ctx, int32_t sym, ludus_move *out)
{
    (void)ctx;
    for (int32_t cell = 0; cell < 9; cell++) {
        out[cell] = ludus_board_turn(3, sym, cell);
    }
}

static ludus_status move_from_text(const void *ctx, const void *pos, const char *text,
                                   ludus_move *out)
{
    (void)ctx;
    (void)pos;
    const int32_t cell = ludus_board_cell(shape, text);
    if (cell < 0) {
        return LUDUS_ERR_FORMAT;
    }
    *out = cell;
    return LUDUS_OK;
}

static void move_to_text(const void *ctx, const void *pos, ludus_move move, char *out)
{
    (void)ctx;
    (void)pos;
    ludus_board_cell_text(shape, move, out);
}

// Whether the last mover could have made the lines there are with one stone.
static bool is_reachable(const position *p)
{
    const uint32_t last = p->stones[1 - side(p)];
    if (has_line(p->stones[side(p)])) {
        return false;
    }
    if (!has_line(last)) {
        return true;
    }
    for (uint32_t left = last; left != 0; left &= left - 1) {
        if (!has_line(last & ~(left & (0u - left)))) {
            return true;
        }
    }
    return false;
}

static ludus_status from_text(const void *ctx, void *pos, const char *text, ludus_error *error)
{
    (void)ctx;
    char cells[9];
    int32_t turn;
    const ludus_status status = ludus_board_parse_alternating(shape, text, cells, &turn, error);
    if (status != LUDUS_OK) {
        return status;
    }
    position p = {{0, 0}};
    for (int32_t cell = 0; cell < 9; cell++) {
        p.stones[0] |= cells[cell] == 'x' ? 1u << cell : 0;
        p.stones[1] |= cells[cell] == 'o' ? 1u << cell : 0;
    }
    if (!is_reachable(&p)) {
        return ludus_fail(error, LUDUS_ERR_FORMAT, "no game leads to this board");
    }
    memcpy(pos, &p, sizeof(p));
    return LUDUS_OK;
}

static void draw(const void *ctx, const void *pos, ludus_move last, char *out)
{
    (void)ctx;
    const position *p = pos;
    char cells[9];
    for (int32_t cell = 0; cell < 9; cell++) {
        cells[cell] = p->stones[0] >> cell & 1 ? 'x' : p->stones[1] >> cell & 1 ? 'o' : '.';
    }
    ludus_board_draw(shape, cells, last, out);
}

// Lines still open to each side, two stones counting three times one.
static float heuristic(const void *ctx, const void *pos)
{
    (void)ctx;
    const position *p = pos;
    const uint32_t own = p->stones[side(p)];
    const uint32_t other = p->stones[1 - side(p)];
    int32_t score = 0;
    for (int32_t i = 0; i < 8; i++) {
        const int32_t mine = __builtin_popcount(own & lines[i]);
        const int32_t theirs = __builtin_popcount(other & lines[i]);
        if (theirs == 0) {
            score += mine == 2 ? 3 : mine;
        } else if (mine == 0) {
            score -= theirs == 2 ? 3 : theirs;
        }
    }
    return (float)score / 32.0f; // |score| <= 24
}

static uint64_t perft_leaves(const void *ctx, const void *pos)
{
    (void)ctx;
    return (uint64_t)__builtin_popcount(legal_cells(pos));
}

const ludus_game_ops ludus_tictactoe_ops = {
    .family = "tictactoe",
    .names = "tictactoe",
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
