// Connect Four, 7 columns by 6 rows. A move is its column, 0..6; in text columns are 1..7.
// A position in text is the columns played so far ("4453"; "" is the start), or a board in text
// (envs/board.h), which must be reachable by a real game.

#include "envs/board.h"
#include "envs/connect4_board.h"
#include "envs/game_internal.h"

#include <string.h>

#define COLUMNS LUDUS_CONNECT4_COLUMNS
#define ROWS LUDUS_CONNECT4_ROWS
#define CELLS LUDUS_CONNECT4_CELLS

typedef ludus_connect4_position position;

static const ludus_board_shape shape = {ROWS, COLUMNS, LUDUS_BOARD_COLUMNS};

static ludus_status create(int32_t size, ludus_game_spec *spec, void **ctx)
{
    (void)size;
    *ctx = NULL;
    *spec = (ludus_game_spec){.name = "connect4",
                              .planes = {3, ROWS, COLUMNS},
                              .num_moves = COLUMNS,
                              .max_legal = COLUMNS,
                              .max_plies = CELLS,
                              .num_symmetries = 2,
                              .state_bytes = sizeof(position),
                              .board = {ROWS, COLUMNS},
                              .summary = "Connect Four, four in a row on 7x6"};
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

static int32_t to_move(const void *ctx, const void *pos)
{
    (void)ctx;
    return ludus_connect4_plies(pos) & 1;
}

// Landing cells, none when the game is over.
static uint64_t legal_cells(const position *p)
{
    return ludus_connect4_has_four(p->own ^ p->all) ? 0 : ludus_connect4_landing(p);
}

static int32_t legal(const void *ctx, const void *pos, ludus_move *out)
{
    (void)ctx;
    int32_t count = 0;
    for (uint64_t cells = legal_cells(pos); cells != 0; cells &= cells - 1) {
        out[count++] = __builtin_ctzll(cells) / 7;
    }
    return count;
}

static void play(const void *ctx, void *pos, ludus_move move)
{
    (void)ctx;
    position *p = pos;
    ludus_connect4_drop(p, ludus_connect4_landing(p) & ludus_connect4_column(move));
}

static ludus_outcome outcome(const void *ctx, const void *pos)
{
    (void)ctx;
    const position *p = pos;
    if (ludus_connect4_has_four(p->own ^ p->all)) {
        return LUDUS_LOSS;
    }
    return p->all == LUDUS_CONNECT4_BOARD ? LUDUS_DRAW : LUDUS_ONGOING;
}

static uint64_t hash(const void *ctx, const void *pos)
{
    (void)ctx;
    return ludus_mix64(ludus_connect4_key(pos));
}

static void encode(const void *ctx, const void *pos, int32_t sym, float *planes)
{
    (void)ctx;
    const position *p = pos;
    const uint64_t other = p->own ^ p->all;
    for (int32_t column = 0; column < COLUMNS; column++) {
        float *out = planes + (sym ? COLUMNS - 1 - column : column);
        for (int32_t row = 0; row < ROWS; row++) {
            const int32_t bit = column * 7 + ROWS - 1 - row;
            out[row * COLUMNS] = (float)(int32_t)(p->own >> bit & 1);
            out[CELLS + row * COLUMNS] = (float)(int32_t)(other >> bit & 1);
            out[2 * CELLS + row * COLUMNS] = 1.0f;
        }
    }
}

static void permute(const void *ctx, int32_t sym, ludus_move *out)
{
    (void)ctx;
    for (int32_t column = 0; column < COLUMNS; column++) {
        out[column] = sym ? COLUMNS - 1 - column : column;
    }
}

static ludus_status move_from_text(const void *ctx, const void *pos, const char *text,
                                   ludus_move *out)
{
    (void)ctx;
    (void)pos;
    if (text[0] < '1' || text[0] > '7' || text[1] != '\0') {
        return LUDUS_ERR_FORMAT;
    }
    *out = text[0] - '1';
    return LUDUS_OK;
}

static void move_to_text(const void *ctx, const void *pos, ludus_move move, char *out)
{
    (void)ctx;
    (void)pos;
    out[0] = (char)('1' + move);
    out[1] = '\0';
}

static ludus_status from_moves(position *p, const char *text, ludus_error *error)
{
    for (int32_t i = 0; text[i] != '\0'; i++) {
        if (text[i] < '1' || text[i] > '7') {
            return ludus_fail(error, LUDUS_ERR_FORMAT, "'%c' is no column (1..7)", text[i]);
        }
        const uint64_t cell = legal_cells(p) & ludus_connect4_column(text[i] - '1');
        if (cell == 0) {
            return ludus_fail(error, LUDUS_ERR_FORMAT, "move %d, column %c: %s", (int)i + 1,
                              text[i],
                              legal_cells(p) == 0 ? "the game is over" : "the column is full");
        }
        ludus_connect4_drop(p, cell);
    }
    return LUDUS_OK;
}

// Takes stones off the tops of the columns, alternately, until the board is empty: the search for
// a game that leads to a board. A set of column heights is visited once, so there are at most 7^7.
typedef struct unwinding {
    uint64_t stones[2];
    uint8_t *visited; // bit per set of heights, height of column i counting 7^i
} unwinding;

static bool can_unwind(const unwinding *u, uint64_t all, int32_t plies)
{
    static const int32_t weight[COLUMNS] = {1, 7, 49, 343, 2401, 16807, 117649};
    if (plies == 0) {
        return true;
    }
    int32_t index = 0;
    for (int32_t column = 0; column < COLUMNS; column++) {
        const int32_t height = __builtin_popcountll(all & ludus_connect4_column(column));
        index += height * weight[column];
    }
    if (u->visited[index / 8] >> (index % 8) & 1) {
        return false;
    }
    u->visited[index / 8] |= (uint8_t)(1u << (index % 8));
    const uint64_t tops = ((all + LUDUS_CONNECT4_BOTTOM) >> 1) & all;
    const uint64_t last = u->stones[(plies - 1) & 1];
    for (uint64_t cells = tops & last; cells != 0; cells &= cells - 1) {
        const uint64_t before = all & ~(cells & (0 - cells));
        if (!ludus_connect4_has_four(last & before) && can_unwind(u, before, plies - 1)) {
            return true;
        }
    }
    return false;
}

static ludus_status check_reachable(const position *p, ludus_error *error)
{
    const int32_t plies = ludus_connect4_plies(p);
    unwinding u = {{0, 0}, ludus_alloc(7 * 7 * 7 * 7 * 7 * 7 * 7 / 8 + 1, 1)};
    if (u.visited == NULL) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "no memory to check the board");
    }
    u.stones[plies & 1] = p->own;
    u.stones[1 - (plies & 1)] = p->own ^ p->all;
    const bool reachable = !ludus_connect4_has_four(p->own) && can_unwind(&u, p->all, plies);
    ludus_free(u.visited);
    return reachable ? LUDUS_OK
                     : ludus_fail(error, LUDUS_ERR_FORMAT, "no game leads to this board");
}

static ludus_status from_board(position *p, const char *text, ludus_error *error)
{
    char cells[CELLS];
    int32_t turn;
    const ludus_status status = ludus_board_parse_alternating(shape, text, cells, &turn, error);
    if (status != LUDUS_OK) {
        return status;
    }
    for (int32_t cell = 0; cell < CELLS; cell++) {
        const uint64_t bit = UINT64_C(1) << (cell % COLUMNS * 7 + ROWS - 1 - cell / COLUMNS);
        p->all |= cells[cell] != '.' ? bit : 0;
        p->own |= cells[cell] == (turn == 0 ? 'x' : 'o') ? bit : 0;
    }
    if (((p->all + LUDUS_CONNECT4_BOTTOM) & p->all) != 0) {
        return ludus_fail(error, LUDUS_ERR_FORMAT, "a stone hangs in the air");
    }
    return check_reachable(p, error);
}

static ludus_status from_text(const void *ctx, void *pos, const char *text, ludus_error *error)
{
    (void)ctx;
    position p = {0, 0};
    const ludus_status status =
        strchr(text, '/') != NULL ? from_board(&p, text, error) : from_moves(&p, text, error);
    if (status == LUDUS_OK) {
        memcpy(pos, &p, sizeof(p));
    }
    return status;
}

static void draw(const void *ctx, const void *pos, ludus_move last, char *out)
{
    (void)ctx;
    const position *p = pos;
    const uint64_t first = ludus_connect4_plies(p) % 2 == 0 ? p->own : p->own ^ p->all;
    char cells[CELLS];
    for (int32_t cell = 0; cell < CELLS; cell++) {
        const int32_t bit = cell % COLUMNS * 7 + ROWS - 1 - cell / COLUMNS;
        cells[cell] = !(p->all >> bit & 1) ? '.' : first >> bit & 1 ? 'x' : 'o';
    }
    int32_t marked = -1;
    if (last != LUDUS_MOVE_NONE) {
        const int32_t height = __builtin_popcountll(p->all & ludus_connect4_column(last));
        marked = (ROWS - height) * COLUMNS + last;
    }
    ludus_board_draw(shape, cells, marked, out);
}

// Fours still possible, i.e. windows of four without a stone of the other side, counted by how
// many stones they hold: one, two or three.
static int32_t count_windows(uint64_t stones, uint64_t other)
{
    const uint64_t usable = LUDUS_CONNECT4_BOARD & ~other;
    static const int32_t steps[4] = {1, 6, 7, 8};
    int32_t score = 0;
    for (int32_t i = 0; i < 4; i++) {
        const int32_t s = steps[i];
        const uint64_t pairs = usable & (usable >> s);
        const uint64_t open = pairs & (pairs >> (2 * s));
        const uint64_t a = stones, b = stones >> s, c = stones >> (2 * s), d = stones >> (3 * s);
        const uint64_t low = a ^ b, high = c ^ d;
        const uint64_t odd = low ^ high; // one or three stones
        const uint64_t two_or_more = (a & b) | (c & d) | (low & high);
        score += __builtin_popcountll(open & odd & ~two_or_more);
        score += 3 * __builtin_popcountll(open & ~odd & two_or_more);
        score += 9 * __builtin_popcountll(open & odd & two_or_more);
    }
    return score;
}

// Threats count more on the rows where zugzwang favours their owner: odd rows (1, 3, 5 from the
// bottom) for the first player, even rows for the second (V. Allis 1988).
static float heuristic(const void *ctx, const void *pos)
{
    (void)ctx;
    const uint64_t odd_rows = LUDUS_CONNECT4_BOTTOM * 0x15;
    const position *p = pos;
    const uint64_t other = p->own ^ p->all;
    const uint64_t landing = ludus_connect4_landing(p);
    const uint64_t mine = ludus_connect4_threats(p->own, p->all);
    const uint64_t theirs = ludus_connect4_threats(other, p->all);
    if ((mine & landing) != 0) {
        return 0.99f;
    }
    const uint64_t forced = theirs & landing;
    if ((forced & (forced - 1)) != 0) {
        return -0.98f;
    }
    const bool first = ludus_connect4_plies(p) % 2 == 0;
    const uint64_t my_rows = first ? odd_rows : odd_rows << 1;
    const uint64_t their_rows = first ? odd_rows << 1 : odd_rows;
    int32_t score = count_windows(p->own, other) - count_windows(other, p->own);
    score += 20 * __builtin_popcountll(mine & my_rows) + 5 * __builtin_popcountll(mine);
    score -= 20 * __builtin_popcountll(theirs & their_rows) + 5 * __builtin_popcountll(theirs);
    const float x = (float)score / 80.0f;
    return 0.9f * x / (1.0f + (x < 0.0f ? -x : x));
}

static uint64_t perft_leaves(const void *ctx, const void *pos)
{
    (void)ctx;
    return (uint64_t)__builtin_popcountll(legal_cells(pos));
}

const ludus_game_ops ludus_connect4_ops = {
    .family = "connect4",
    .names = "connect4",
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
