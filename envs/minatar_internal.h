// What the five MinAtar games share (Young & Tian 2019, arXiv:1903.03176): the random stream with
// its two generators, the wrapper with sticky actions, the observation as bits, the drawing.
//
// A game is a table of rules over a plain state block. Cells are (x right, y down), 0..9.
// Observation bit of channel c: c * 100 + y * 10 + x, so the packed form is [C,10,10] in order.

#ifndef LUDUS_ENVS_MINATAR_INTERNAL_H
#define LUDUS_ENVS_MINATAR_INTERNAL_H

#include "envs/env.h"
#include "envs/mt19937.h"

#define LUDUS_MINATAR_SIZE 10        // cells per side
#define LUDUS_MINATAR_CELLS 100      // per channel
#define LUDUS_MINATAR_CHANNELS 10    // at most
#define LUDUS_MINATAR_CELL_PIXELS 16 // side of a cell in the drawing
#define LUDUS_MINATAR_WORDS 17       // 64-bit words enough for an observation and a row beyond

typedef enum ludus_minatar_action {
    LUDUS_MINATAR_NONE,
    LUDUS_MINATAR_LEFT,
    LUDUS_MINATAR_UP,
    LUDUS_MINATAR_RIGHT,
    LUDUS_MINATAR_DOWN,
    LUDUS_MINATAR_FIRE,
    LUDUS_MINATAR_ACTIONS
} ludus_minatar_action;

// One of the two generators, behind the draws that the rules name.
typedef struct ludus_minatar_stream {
    ludus_rng fast;
    bool is_original;
    ludus_mt19937 original;
} ludus_minatar_stream;

// 0 <= result < 1.
static inline double ludus_minatar_uniform(ludus_minatar_stream *stream)
{
    return stream->is_original ? ludus_mt19937_double(&stream->original)
                               : ludus_rng_double(&stream->fast);
}

// 0 <= result < n.
static inline int32_t ludus_minatar_below(ludus_minatar_stream *stream, int32_t n)
{
    const uint32_t bound = (uint32_t)n;
    return (int32_t)(stream->is_original ? ludus_mt19937_below(&stream->original, bound)
                                         : ludus_rng_below(&stream->fast, bound));
}

// Sets one cell of an observation.
static inline void ludus_minatar_set(uint64_t *words, int32_t channel, int32_t x, int32_t y)
{
    const uint32_t bit = (uint32_t)(channel * LUDUS_MINATAR_CELLS + y * LUDUS_MINATAR_SIZE + x);
    words[bit / 64] |= (uint64_t)1 << (bit % 64);
}

// Sets the cells of `mask` (bit x is column x, below 1 << 60) from (0,y) on; a mask of more than
// ten bits covers the rows below as well.
static inline void ludus_minatar_set_row(uint64_t *words, int32_t channel, int32_t y, uint64_t mask)
{
    const uint32_t bit = (uint32_t)(channel * LUDUS_MINATAR_CELLS + y * LUDUS_MINATAR_SIZE);
    words[bit / 64] |= mask << (bit % 64);
    if (bit % 64 > 4) {
        words[bit / 64 + 1] |= mask >> (64 - bit % 64);
    }
}

// Whether a coordinate is on the board.
static inline bool ludus_minatar_inside(int32_t value)
{
    return (uint32_t)value < LUDUS_MINATAR_SIZE;
}

static inline int32_t ludus_minatar_clamp(int32_t value, int32_t low, int32_t high)
{
    return value < low ? low : value > high ? high : value;
}

// How one channel is drawn.
typedef struct ludus_minatar_look {
    const char *name;
    uint8_t rgb[3]; // from palettes that colour-blind people can tell apart (Okabe & Ito, Tol)
    uint8_t inset;  // pixels left free at each side of the cell, 0..7
    bool is_under;  // drawn before the channels that are not
    char glyph;     // in the text drawing
} ludus_minatar_look;

// One game.
typedef struct ludus_minatar_rules {
    int32_t channels;
    int32_t num_minimal;                              // actions that do something, "none" first
    uint8_t minimal[LUDUS_MINATAR_ACTIONS];           // [num_minimal]
    const char *minimal_names[LUDUS_MINATAR_ACTIONS]; // [num_minimal]
    size_t state_bytes; // of the state block, a multiple of 8, without pointers
    ludus_minatar_look looks[LUDUS_MINATAR_CHANNELS];
    void (*reset)(void *state, ludus_minatar_stream *stream);
    // One step; returns the reward and sets *terminal when the game ended (never clears it).
    int32_t (*step)(void *state, ludus_minatar_stream *stream, int32_t action, bool ramping,
                    bool *terminal);
    // Sets the observation's bits; words: [LUDUS_MINATAR_WORDS], zero before.
    void (*paint)(const void *state, uint64_t *words);
    // Whether step and paint are safe on this block (it came from outside).
    bool (*is_valid)(const void *state);
    int32_t (*ramp)(const void *state); // difficulty increases so far
} ludus_minatar_rules;

typedef struct ludus_minatar {
    const ludus_minatar_rules *rules;
    double sticky; // probability that the last action repeats
    bool ramping;
    uint8_t actions[LUDUS_MINATAR_ACTIONS]; // of the chosen set, as ludus_minatar_action
    int32_t last_action;                    // executed; survives restart, as in the original
    bool terminal;
    ludus_minatar_stream stream;
    void *state;   // rules->state_bytes, in the same allocation
    void *staging; // as much again, behind it, where a loaded block is checked
} ludus_minatar;

// The entries of every game's table; `detail` is its rules.
ludus_status ludus_minatar_create(const ludus_env_ops *ops, const ludus_env_config *config,
                                  ludus_env_spec *spec, void **self, ludus_error *error);
void ludus_minatar_destroy(void *self);
void ludus_minatar_reset(void *self, uint64_t seed);
void ludus_minatar_restart(void *self);
void ludus_minatar_step(void *self, int32_t action, ludus_env_result *out);
void ludus_minatar_observe(const void *self, void *obs);
void ludus_minatar_observe_packed(const void *self, uint8_t *packed);
void ludus_minatar_frame(const void *self, uint8_t *rgb);
void ludus_minatar_draw(const void *self, char *out);
void ludus_minatar_save(const void *self, uint8_t *state);
ludus_status ludus_minatar_load(void *self, const uint8_t *state);

#define LUDUS_MINATAR_OPS(game_name, game_rules, text)                                             \
    {                                                                                              \
        .name = game_name, .summary = text, .detail = game_rules, .create = ludus_minatar_create,  \
        .destroy = ludus_minatar_destroy, .reset = ludus_minatar_reset,                            \
        .restart = ludus_minatar_restart, .step = ludus_minatar_step,                              \
        .observe = ludus_minatar_observe, .observe_packed = ludus_minatar_observe_packed,          \
        .frame = ludus_minatar_frame, .draw = ludus_minatar_draw, .save = ludus_minatar_save,      \
        .load = ludus_minatar_load,                                                                \
    }

#endif
