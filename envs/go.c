// The game "go<size>" for search and self-play; rules in envs/go.h.
//
// Planes [16,H,W], from the side of the player to move:
//   0, 1    own and the opponent's stones
//   2..4    own stones in strings of 1, 2, 3 liberties
//   5..7    the same for the opponent
//   8..10   the last three moves, the newest first (a pass leaves its plane empty)
//   11      empty points where playing would repeat a board or be suicide
//   12      komi for the player to move, in units of 20 points
//   13      1 after a pass: another ends the game
//   14      1 for black
//   15      ones: where the board is

#include "envs/go.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "envs/board.h"
#include "envs/game_internal.h"
#include "envs/go_board.h"

#define NUM_PLANES 16
#define KOMI_UNIT 40.0f // halves
#define KOMI_SEED UINT64_C(0x6b6f6d69)

// ---- Life cycle ------------------------------------------------------------------------------

static ludus_status create(int32_t size, ludus_game_spec *spec, void **ctx)
{
    ludus_go_rules *r = ludus_alloc(1, sizeof *r);
    if (r == NULL) {
        return LUDUS_ERR_NOMEM;
    }
    ludus_go_rules_init(r, size);
    *ctx = r;
    *spec = (ludus_game_spec){.planes = {NUM_PLANES, size, size},
                              .num_moves = r->points + 1,
                              .max_legal = r->points + 1,
                              .max_plies = r->max_plies,
                              .num_symmetries = 8,
                              .state_bytes = ludus_go_position_bytes(r),
                              .board = {size, size},
                              .has_cell_moves = true,
                              .summary = "Go, area scoring, positional superko, 2x2 .. 19x19"};
    snprintf(spec->name, sizeof spec->name, "go%d", (int)size);
    return LUDUS_OK;
}

static void destroy(void *ctx)
{
    ludus_free(ctx);
}

static void init(const void *ctx, void *pos)
{
    const ludus_go_rules *r = ctx;
    ludus_go_position *p = pos;
    memset(p, 0, ludus_go_position_bytes(r));
    memset(p->bytes, LUDUS_GO_EMPTY, (size_t)r->points);
    p->komi = (int16_t)r->komi;
    ludus_go_forget(r, p);
}

// Komi near the usual one, now and then far from it, so that nets learn what a point is worth.
static void vary(const void *ctx, void *pos, uint64_t number)
{
    const ludus_go_rules *r = ctx;
    ludus_go_position *p = pos;
    ludus_rng rng;
    ludus_rng_init(&rng, KOMI_SEED, number);
    const uint32_t near = (uint32_t)(r->size < 8 ? r->size : 8), far = 2 * (uint32_t)r->size;
    const uint32_t reach = ludus_rng_below(&rng, 4) == 0 ? far : near; // halves
    const int32_t up = (int32_t)ludus_rng_below(&rng, reach + 1);
    const int32_t down = (int32_t)ludus_rng_below(&rng, reach + 1);
    p->komi = (int16_t)(r->komi + up - down);
}

// ---- Moves -----------------------------------------------------------------------------------

static int32_t to_move(const void *ctx, const void *pos)
{
    (void)ctx;
    return ((const ludus_go_position *)pos)->side;
}

static bool is_over(const ludus_go_rules *r, const ludus_go_position *p)
{
    return p->passes >= 2 || p->plies >= r->max_plies;
}

static int32_t legal(const void *ctx, const void *pos, ludus_move *out)
{
    const ludus_go_rules *r = ctx;
    const ludus_go_position *p = pos;
    ludus_go_strings strings;
    int32_t count = 0;
    if (is_over(r, p)) {
        return 0;
    }
    ludus_go_find_strings(r, p->bytes, &strings);
    for (int32_t i = 0; i < r->points; i++) {
        if (ludus_go_may_play(r, p, &strings, i)) {
            out[count++] = i;
        }
    }
    out[count++] = r->points;
    return count;
}

static void play(const void *ctx, void *pos, ludus_move move)
{
    ludus_go_move(ctx, pos, move);
}

// Black's lead in halves, komi counted.
static int32_t lead_of(const ludus_go_rules *r, const ludus_go_position *p, uint8_t *owner)
{
    return 2 * ludus_go_count_area(r, p->bytes, owner) - p->komi;
}

static ludus_outcome outcome(const void *ctx, const void *pos)
{
    const ludus_go_rules *r = ctx;
    const ludus_go_position *p = pos;
    uint8_t owner[LUDUS_GO_MAX_POINTS];
    if (!is_over(r, p)) {
        return LUDUS_ONGOING;
    }
    const int32_t black = lead_of(r, p, owner);
    const int32_t mine = p->side == LUDUS_GO_BLACK ? black : -black;
    return (ludus_outcome)((mine > 0) - (mine < 0));
}

static ludus_outcome playout(const void *ctx, const void *pos, ludus_rng *rng)
{
    const ludus_go_position *p = pos;
    int32_t lead;
    (void)ludus_go_play_out(ctx, p, rng, &lead);
    const int32_t mine = p->side == LUDUS_GO_BLACK ? lead : -lead;
    return (ludus_outcome)((mine > 0) - (mine < 0));
}

static void result(const void *ctx, const void *pos, float *lead, float *owner)
{
    const ludus_go_rules *r = ctx;
    const ludus_go_position *p = pos;
    uint8_t owners[LUDUS_GO_MAX_POINTS];
    const int32_t black = lead_of(r, p, owners);
    *lead = 0.5f * (float)(p->side == LUDUS_GO_BLACK ? black : -black);
    for (int32_t i = 0; i < r->points; i++) {
        owner[i] = owners[i] == LUDUS_GO_EMPTY ? 0.5f : owners[i] == p->side ? 1.0f : 0.0f;
    }
}

// Superko depends on the past: positions that differ in it alone share a hash, and searches know
// them by their number of legal moves.
static uint64_t hash(const void *ctx, const void *pos)
{
    (void)ctx;
    const ludus_go_position *p = pos;
    uint64_t recent = 0;
    for (int i = 0; i < LUDUS_GO_RECENT; i++) {
        recent = recent << 10 | (uint64_t)(p->recent[i] + 1);
    }
    return ludus_mix64(p->hash ^
                       ludus_mix64((uint64_t)p->side << 48 | (uint64_t)p->passes << 40 |
                                   (uint64_t)(uint16_t)p->komi << 50) ^
                       ludus_mix64(recent));
}

// ---- Planes ----------------------------------------------------------------------------------

static void encode(const void *ctx, const void *pos, int32_t sym, float *planes)
{
    const ludus_go_rules *r = ctx;
    const ludus_go_position *p = pos;
    const uint16_t *turn = r->turn[sym];
    const size_t points = (size_t)r->points;
    const bool is_black = p->side == LUDUS_GO_BLACK;
    const float komi = (float)(is_black ? -p->komi : p->komi) / KOMI_UNIT;
    ludus_go_strings strings;
    ludus_go_find_strings(r, p->bytes, &strings);
    memset(planes, 0, NUM_PLANES * points * sizeof *planes);
    for (size_t i = 0; i < points; i++) {
        float *to = planes + turn[i];
        to[12 * points] = komi;
        to[13 * points] = p->passes > 0 ? 1.0f : 0.0f;
        to[14 * points] = is_black ? 1.0f : 0.0f;
        to[15 * points] = 1.0f;
        if (p->bytes[i] == LUDUS_GO_EMPTY) {
            to[11 * points] = ludus_go_may_play(r, p, &strings, (int32_t)i) ? 0.0f : 1.0f;
            continue;
        }
        const size_t other = p->bytes[i] != p->side, liberties = strings.liberties[strings.root[i]];
        to[other * points] = 1.0f;
        if (liberties <= 3) {
            to[(1 + 3 * other + liberties) * points] = 1.0f;
        }
    }
    for (size_t i = 0; i < LUDUS_GO_RECENT; i++) {
        if (p->recent[i] >= 0 && p->recent[i] < r->points) {
            planes[(8 + i) * points + turn[p->recent[i]]] = 1.0f;
        }
    }
}

static void permute(const void *ctx, int32_t sym, ludus_move *out)
{
    const ludus_go_rules *r = ctx;
    for (int32_t i = 0; i < r->points; i++) {
        out[i] = r->turn[sym][i];
    }
    out[r->points] = r->points;
}

// ---- Text ------------------------------------------------------------------------------------

static ludus_status move_from_text(const void *ctx, const void *pos, const char *text,
                                   ludus_move *out)
{
    const ludus_go_rules *r = ctx;
    (void)pos;
    if (tolower((unsigned char)text[0]) == 'p' && tolower((unsigned char)text[1]) == 'a' &&
        tolower((unsigned char)text[2]) == 's' && tolower((unsigned char)text[3]) == 's' &&
        text[4] == '\0') {
        *out = r->points;
        return LUDUS_OK;
    }
    const int letter = toupper((unsigned char)text[0]);
    int32_t row = 0;
    if (letter < 'A' || letter > 'Z' || letter == 'I' || text[1] < '1' || text[1] > '9') {
        return LUDUS_ERR_FORMAT;
    }
    for (int i = 1; text[i] != '\0'; i++) {
        if (text[i] < '0' || text[i] > '9' || i > 2) {
            return LUDUS_ERR_FORMAT;
        }
        row = 10 * row + (text[i] - '0');
    }
    const int32_t column = letter - 'A' - (letter > 'I');
    if (column >= r->size || row > r->size) {
        return LUDUS_ERR_FORMAT;
    }
    *out = (r->size - row) * r->size + column;
    return LUDUS_OK;
}

static char column_letter(int32_t column)
{
    return (char)('A' + column + (column >= 'I' - 'A'));
}

static void move_to_text(const void *ctx, const void *pos, ludus_move move, char *out)
{
    const ludus_go_rules *r = ctx;
    (void)pos;
    if (move == r->points) {
        strcpy(out, "pass");
        return;
    }
    snprintf(out, LUDUS_GAME_TEXT_MAX, "%c%d", column_letter(move % r->size),
             (int)(r->size - move / r->size));
}

// The handicap points of a board: "+" in diagrams.
static bool is_star(const ludus_go_rules *r, int32_t row, int32_t column)
{
    const int32_t edge = r->size >= 13 ? 3 : 2, end = r->size - 1, middle = end / 2;
    const bool line_row = row == edge || row == end - edge;
    const bool line_column = column == edge || column == end - edge;
    const bool has_middle = r->size % 2 == 1;
    if (r->size < 7) {
        return false;
    }
    return (line_row && line_column) || (has_middle && row == middle && column == middle) ||
           (r->size > 13 && has_middle &&
            ((line_row && column == middle) || (row == middle && line_column)));
}

static char *draw_letters(const ludus_go_rules *r, char *out)
{
    out += sprintf(out, "   ");
    for (int32_t column = 0; column < r->size; column++) {
        out += sprintf(out, " %c", column_letter(column));
    }
    return out + sprintf(out, "\n");
}

static void draw(const void *ctx, const void *pos, ludus_move last, char *out)
{
    const ludus_go_rules *r = ctx;
    const ludus_go_position *p = pos;
    out = draw_letters(r, out);
    for (int32_t row = 0; row < r->size; row++) {
        out += sprintf(out, " %2d", (int)(r->size - row));
        for (int32_t column = 0; column <= r->size; column++) {
            const int32_t point = row * r->size + column;
            const bool inside = column < r->size;
            const char before = inside && point == last                        ? '('
                                : column > 0 && last >= 0 && point - 1 == last ? ')'
                                                                               : ' ';
            out += sprintf(out, "%c", before);
            if (inside) {
                const uint8_t stone = p->bytes[point];
                out += sprintf(out, "%c",
                               stone == LUDUS_GO_BLACK   ? 'X'
                               : stone == LUDUS_GO_WHITE ? 'O'
                               : is_star(r, row, column) ? '+'
                                                         : '.');
            }
        }
        out += sprintf(out, "%d\n", (int)(r->size - row));
    }
    out = draw_letters(r, out);
    sprintf(out, "X has taken %d, O %d; komi %.1f%s\n", p->captures[0], p->captures[1],
            0.5 * (double)p->komi, p->passes == 1 ? "; a pass was played" : "");
}

static ludus_status from_text(const void *ctx, void *pos, const char *text, ludus_error *error)
{
    const ludus_go_rules *r = ctx;
    const ludus_board_shape shape = {r->size, r->size, LUDUS_BOARD_UPWARDS};
    char cells[LUDUS_BOARD_MAX_CELLS];
    ludus_go_strings strings;
    int32_t turn;
    const ludus_status status = ludus_board_parse(shape, text, cells, &turn, error);
    if (status != LUDUS_OK) {
        return status;
    }
    init(ctx, pos);
    ludus_go_position *p = pos;
    for (int32_t i = 0; i < r->points; i++) {
        p->bytes[i] = cells[i] == 'x'   ? LUDUS_GO_BLACK
                      : cells[i] == 'o' ? LUDUS_GO_WHITE
                                        : LUDUS_GO_EMPTY;
    }
    ludus_go_find_strings(r, p->bytes, &strings);
    for (int32_t i = 0; i < r->points; i++) {
        if (p->bytes[i] != LUDUS_GO_EMPTY && strings.liberties[strings.root[i]] == 0) {
            return ludus_fail(error, LUDUS_ERR_FORMAT, "a string on this board has no liberty");
        }
    }
    p->side = turn == 1 ? LUDUS_GO_WHITE : LUDUS_GO_BLACK;
    ludus_go_forget(r, p);
    return LUDUS_OK;
}

const ludus_game_ops ludus_go_ops = {
    .family = "go",
    .names = "go (go2 .. go19, default go9)",
    .default_size = 9,
    .min_size = 2,
    .max_size = LUDUS_GO_MAX_SIZE,
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
    .playout = playout,
    .result = result,
    .vary = vary,
};
