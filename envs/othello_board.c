// Parallel-prefix fills along the four lines, each in both directions. The arrays of four let the
// compiler put the directions side by side in one vector.

#include "envs/othello_board.h"

#define INNER UINT64_C(0x7e7e7e7e7e7e7e7e) // columns b..g: lines along rows stop at the edges

static const uint64_t step[4] = {1, 7, 8, 9};
static const uint64_t inner[4] = {INNER, INNER, UINT64_MAX, INNER};

uint64_t ludus_othello_moves(uint64_t own, uint64_t other)
{
    uint64_t moves[4];
    for (int i = 0; i < 4; i++) {
        const uint64_t s = step[i];
        const uint64_t prey = other & inner[i];
        const uint64_t up_pairs = prey & (prey << s);
        const uint64_t down_pairs = prey & (prey >> s);
        uint64_t up = prey & (own << s);
        uint64_t down = prey & (own >> s);
        up |= prey & (up << s);
        down |= prey & (down >> s);
        up |= up_pairs & (up << (2 * s));
        down |= down_pairs & (down >> (2 * s));
        up |= up_pairs & (up << (2 * s));
        down |= down_pairs & (down >> (2 * s));
        moves[i] = (up << s) | (down >> s);
    }
    return (moves[0] | moves[1] | moves[2] | moves[3]) & ~(own | other);
}

uint64_t ludus_othello_flips(uint64_t own, uint64_t other, uint64_t disc)
{
    uint64_t flips[4];
    for (int i = 0; i < 4; i++) {
        const uint64_t s = step[i];
        const uint64_t prey = other & inner[i];
        const uint64_t up_pairs = prey & (prey << s);
        const uint64_t down_pairs = prey & (prey >> s);
        uint64_t up = prey & (disc << s);
        uint64_t down = prey & (disc >> s);
        up |= prey & (up << s);
        down |= prey & (down >> s);
        up |= up_pairs & (up << (2 * s));
        down |= down_pairs & (down >> (2 * s));
        up |= up_pairs & (up << (2 * s));
        down |= down_pairs & (down >> (2 * s));
        const uint64_t up_end = (up << s) & own;
        const uint64_t down_end = (down >> s) & own;
        flips[i] = (up_end != 0 ? up : 0) | (down_end != 0 ? down : 0);
    }
    return flips[0] | flips[1] | flips[2] | flips[3];
}

uint64_t ludus_othello_neighbours(uint64_t cells)
{
    const uint64_t not_a = UINT64_C(0xfefefefefefefefe);
    const uint64_t not_h = UINT64_C(0x7f7f7f7f7f7f7f7f);
    const uint64_t rows = cells | ((cells << 1) & not_a) | ((cells >> 1) & not_h);
    return rows | (rows << 8) | (rows >> 8);
}
