// MinAtar as pictures: RGB frames for the viewer and the pixel agents, text for the terminal.

#include "envs/minatar_internal.h"

#include <stdio.h>
#include <string.h>

#define CELL LUDUS_MINATAR_CELL_PIXELS
#define SIZE LUDUS_MINATAR_SIZE
#define ROW_BYTES (3 * SIZE * CELL)
#define LEGEND_COLUMNS 79

static const uint8_t background[3] = {0x12, 0x14, 0x18};

static bool is_set(const uint64_t *words, int32_t channel, int32_t cell)
{
    const uint32_t bit = (uint32_t)(channel * LUDUS_MINATAR_CELLS + cell);
    return (words[bit / 64] >> (bit % 64) & 1u) != 0;
}

static void fill_background(uint8_t *rgb)
{
    for (size_t i = 0; i < (size_t)SIZE * CELL; i++) {
        memcpy(rgb + 3 * i, background, 3);
    }
    for (size_t y = 1; y < (size_t)SIZE * CELL; y++) {
        memcpy(rgb + y * ROW_BYTES, rgb, ROW_BYTES);
    }
}

static void fill_cell(uint8_t *rgb, int32_t cell, const ludus_minatar_look *look)
{
    const int32_t side = CELL - 2 * look->inset;
    uint8_t line[3 * CELL];
    for (int32_t i = 0; i < side; i++) {
        memcpy(line + 3 * i, look->rgb, 3);
    }
    const int32_t top = cell / SIZE * CELL + look->inset;
    const int32_t left = cell % SIZE * CELL + look->inset;
    for (int32_t y = 0; y < side; y++) {
        memcpy(rgb + (top + y) * ROW_BYTES + 3 * left, line, (size_t)(3 * side));
    }
}

static void fill_channel(const ludus_minatar *world, const uint64_t *words, int32_t channel,
                         uint8_t *rgb)
{
    for (int32_t cell = 0; cell < LUDUS_MINATAR_CELLS; cell++) {
        if (is_set(words, channel, cell)) {
            fill_cell(rgb, cell, &world->rules->looks[channel]);
        }
    }
}

void ludus_minatar_frame(const void *self, uint8_t *rgb)
{
    const ludus_minatar *world = self;
    uint64_t words[LUDUS_MINATAR_WORDS] = {0};
    world->rules->paint(world->state, words);
    fill_background(rgb);
    for (int layer = 0; layer < 2; layer++) {
        for (int32_t c = 0; c < world->rules->channels; c++) {
            if (world->rules->looks[c].is_under == (layer == 0)) {
                fill_channel(world, words, c, rgb);
            }
        }
    }
}

// The glyph of the topmost channel on a cell.
static char glyph_at(const ludus_minatar *world, const uint64_t *words, int32_t cell)
{
    char glyph = '.';
    for (int layer = 0; layer < 2; layer++) {
        for (int32_t c = 0; c < world->rules->channels; c++) {
            const ludus_minatar_look *look = &world->rules->looks[c];
            if (look->is_under == (layer == 0) && is_set(words, c, cell)) {
                glyph = look->glyph;
            }
        }
    }
    return glyph;
}

// "@ player, X enemy": what the glyphs are, in lines that fit a terminal.
static void write_legend(const ludus_minatar_rules *rules, char *out, size_t size)
{
    size_t used = 0, line = 0;
    for (int32_t c = 0; c < rules->channels; c++) {
        char entry[64];
        const size_t length = (size_t)snprintf(entry, sizeof entry, "%c %s", rules->looks[c].glyph,
                                               rules->looks[c].name);
        const bool fits = line + 2 + length < LEGEND_COLUMNS;
        const char *between = c == 0 ? "" : fits ? ", " : ",\n";
        used += (size_t)snprintf(out + used, size - used, "%s%s", between, entry);
        line = (fits ? line + strlen(between) : 0) + length;
    }
    snprintf(out + used, size - used, "\n");
}

void ludus_minatar_draw(const void *self, char *out)
{
    const ludus_minatar *world = self;
    uint64_t words[LUDUS_MINATAR_WORDS] = {0};
    world->rules->paint(world->state, words);
    size_t used = 0;
    for (int32_t cell = 0; cell < LUDUS_MINATAR_CELLS; cell++) {
        out[used++] = glyph_at(world, words, cell);
        out[used++] = cell % SIZE == SIZE - 1 ? '\n' : ' ';
    }
    write_legend(world->rules, out + used, LUDUS_ENV_DRAW_MAX - used);
}
