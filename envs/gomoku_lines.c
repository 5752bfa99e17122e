// All windows that begin in a row are counted at once: bit c of each word belongs to the window
// that begins in column c.

#include "envs/gomoku_lines.h"

#include <string.h>

typedef struct direction {
    int32_t down;  // rows per step
    int32_t right; // columns per step
} direction;

static const direction directions[4] = {{0, 1}, {1, 0}, {1, 1}, {1, -1}};

static bool has_run(uint32_t bits)
{
    const uint32_t pairs = bits & (bits >> 1);
    return (pairs & (pairs >> 2) & (bits >> 4)) != 0;
}

bool ludus_gomoku_five_through(const ludus_gomoku_rows *stones, int32_t size, int32_t row,
                               int32_t column)
{
    uint32_t vertical = 0, falling = 0, rising = 0;
    for (int32_t i = -4; i <= 4; i++) {
        const int32_t at = row + i;
        if (at < 0 || at >= size) {
            continue;
        }
        const uint64_t bits = (uint64_t)stones->row[at] << 4; // room for columns -4..-1
        vertical |= (uint32_t)(bits >> (column + 4) & 1) << (i + 4);
        falling |= (uint32_t)(bits >> (column + 4 + i) & 1) << (i + 4);
        rising |= (uint32_t)(bits >> (column + 4 - i) & 1) << (i + 4);
    }
    const uint32_t level = (uint32_t)((uint64_t)stones->row[row] << 4 >> column) & 0x1ff;
    return has_run(level) || has_run(vertical) || has_run(falling) || has_run(rising);
}

// The cells `i` steps along `d` from the cells of a row: bit c is the cell of the line from c.
static uint32_t step_along(const ludus_gomoku_rows *cells, int32_t size, direction d, int32_t row,
                           int32_t i)
{
    const int32_t at = row + i * d.down;
    if (at >= size) {
        return 0;
    }
    return d.right >= 0 ? cells->row[at] >> (i * d.right) : cells->row[at] << -(i * d.right);
}

bool ludus_gomoku_has_five(const ludus_gomoku_rows *stones, int32_t size)
{
    for (int32_t k = 0; k < 4; k++) {
        for (int32_t row = 0; row < size; row++) {
            uint32_t all = stones->row[row];
            for (int32_t i = 1; i < 5; i++) {
                all &= step_along(stones, size, directions[k], row, i);
            }
            if (all != 0) {
                return true;
            }
        }
    }
    return false;
}

// Bit-sliced counters: adds one bit to each of 32 three-bit numbers.
typedef struct tally {
    uint32_t ones, twos, fours;
} tally;

static void add(tally *t, uint32_t bits)
{
    const uint32_t carry = t->ones & bits;
    t->ones ^= bits;
    t->fours ^= t->twos & carry;
    t->twos ^= carry;
}

static uint32_t equals(const tally *t, uint32_t n)
{
    return (n & 1 ? t->ones : ~t->ones) & (n & 2 ? t->twos : ~t->twos) &
           (n & 4 ? t->fours : ~t->fours);
}

// Marks the empty cell of each window in `fours`.
static void mark_completions(const ludus_gomoku_rows *empty, int32_t size, direction d, int32_t row,
                             uint32_t fours, ludus_gomoku_rows *marks)
{
    for (int32_t i = 0; i < 5 && fours != 0; i++) {
        const uint32_t starts = fours & step_along(empty, size, d, row, i);
        if (starts != 0) {
            const int32_t shift = i * d.right;
            marks->row[row + i * d.down] |= shift >= 0 ? starts << shift : starts >> -shift;
        }
    }
}

static void count_row(const ludus_gomoku_rows *own, const ludus_gomoku_rows *empty, int32_t size,
                      direction d, int32_t row, ludus_gomoku_lines *out, ludus_gomoku_rows *marks)
{
    tally inner = {0, 0, 0}; // of cells 1..4
    uint32_t open = UINT32_MAX;
    for (int32_t i = 1; i < 5; i++) {
        const uint32_t stones = step_along(own, size, d, row, i);
        open &= stones | step_along(empty, size, d, row, i);
        add(&inner, stones);
    }
    const uint32_t ends = empty->row[row] & step_along(empty, size, d, row, 5);
    out->open_threes += __builtin_popcount(ends & open & equals(&inner, 3));
    tally all = inner;
    add(&all, own->row[row]);
    open &= own->row[row] | empty->row[row];
    for (uint32_t n = 0; n <= 5; n++) {
        out->windows[n] += __builtin_popcount(open & equals(&all, n));
    }
    mark_completions(empty, size, d, row, open & equals(&all, 4), marks);
}

void ludus_gomoku_count(const ludus_gomoku_rows *own, const ludus_gomoku_rows *other, int32_t size,
                        ludus_gomoku_lines *out)
{
    const uint32_t full = (1u << size) - 1;
    ludus_gomoku_rows empty = {{0}};
    ludus_gomoku_rows marks = {{0}};
    memset(out, 0, sizeof(*out));
    for (int32_t row = 0; row < size; row++) {
        empty.row[row] = full & ~(own->row[row] | other->row[row]);
    }
    for (int32_t k = 0; k < 4; k++) {
        for (int32_t row = 0; row < size; row++) {
            count_row(own, &empty, size, directions[k], row, out, &marks);
        }
    }
    for (int32_t row = 0; row < size; row++) {
        out->completions += __builtin_popcount(marks.row[row]);
    }
}
