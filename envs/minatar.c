// What the five MinAtar games share: sticky actions, random streams, state blocks.

#include "envs/minatar_internal.h"

#include "base/file.h"
#include "envs/obs_bits.h"

#include <math.h>
#include <string.h>

// The original has no limit. Random and beginning players are far below this one; it ends the
// games of agents that found a way to play on for ever.
#define MAX_STEPS 27000
#define DEFAULT_STICKY 0.1

// Saved: last action, terminal, then the generator in use, then the game's block.
#define HEADER_BYTES 8
#define FAST_BYTES sizeof(ludus_rng)
#define ORIGINAL_BYTES sizeof(ludus_mt19937)
_Static_assert(FAST_BYTES == 32 && ORIGINAL_BYTES == 2500, "saved as they are");

static const char *const full_names[] = {"none", "left", "up", "right", "down", "fire"};

static void choose_actions(ludus_minatar *world, bool is_minimal, ludus_env_spec *spec)
{
    const ludus_minatar_rules *rules = world->rules;
    for (uint8_t i = 0; i < LUDUS_MINATAR_ACTIONS; i++) {
        world->actions[i] = is_minimal ? rules->minimal[i] : i;
    }
    spec->num_actions = is_minimal ? rules->num_minimal : LUDUS_MINATAR_ACTIONS;
    spec->action_names = is_minimal ? rules->minimal_names : full_names;
}

static size_t stream_bytes(const ludus_minatar *world)
{
    return world->stream.is_original ? ORIGINAL_BYTES : FAST_BYTES;
}

ludus_status ludus_minatar_create(const ludus_env_ops *ops, const ludus_env_config *config,
                                  ludus_env_spec *spec, void **self, ludus_error *error)
{
    const ludus_minatar_rules *rules = ops->detail;
    ludus_minatar *world = ludus_alloc(1, sizeof(*world) + 2 * rules->state_bytes);
    if (world == NULL) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "no memory for %s", ops->name);
    }
    world->rules = rules;
    world->state = world + 1;
    world->staging = (uint8_t *)world->state + rules->state_bytes;
    // A recipe's 0.1 is a float; the original compares with the double 0.1.
    const double sticky = round((double)config->sticky * 1e6) / 1e6;
    world->sticky = config->sticky < 0.0f ? DEFAULT_STICKY : sticky;
    world->ramping = config->ramping;
    world->stream.is_original = config->stream == LUDUS_STREAM_ORIGINAL;
    choose_actions(world, config->actions == LUDUS_ACTIONS_MINIMAL, spec);
    const int32_t pixels = LUDUS_MINATAR_SIZE * LUDUS_MINATAR_CELL_PIXELS;
    spec->obs_kind = LUDUS_OBS_BITS;
    spec->obs_shape[0] = rules->channels;
    spec->obs_shape[1] = LUDUS_MINATAR_SIZE;
    spec->obs_shape[2] = LUDUS_MINATAR_SIZE;
    spec->stack = 1;
    spec->noop_action = 0;
    spec->sticky = (float)world->sticky;
    spec->max_steps = MAX_STEPS;
    spec->frame_size[0] = pixels;
    spec->frame_size[1] = pixels;
    spec->steps_per_second = 10.0f;
    spec->state_bytes = HEADER_BYTES + stream_bytes(world) + rules->state_bytes;
    *self = world;
    return LUDUS_OK;
}

void ludus_minatar_destroy(void *self)
{
    ludus_free(self);
}

void ludus_minatar_reset(void *self, uint64_t seed)
{
    ludus_minatar *world = self;
    world->last_action = LUDUS_MINATAR_NONE;
    if (world->stream.is_original) {
        ludus_mt19937_init(&world->stream.original, (uint32_t)(seed ^ seed >> 32));
    } else {
        ludus_rng_init(&world->stream.fast, seed, 0);
    }
    ludus_minatar_restart(self);
}

void ludus_minatar_restart(void *self)
{
    ludus_minatar *world = self;
    memset(world->state, 0, world->rules->state_bytes);
    world->terminal = false;
    world->rules->reset(world->state, &world->stream);
}

void ludus_minatar_step(void *self, int32_t action, ludus_env_result *out)
{
    ludus_minatar *world = self;
    const int32_t wanted = world->actions[action];
    // Drawn even when nothing sticks: the stream's use must not depend on the setting.
    const bool sticks = ludus_minatar_uniform(&world->stream) < world->sticky;
    out->stuck = sticks && world->last_action != wanted;
    world->last_action = sticks ? world->last_action : wanted;
    if (!world->terminal) {
        out->reward = (float)world->rules->step(world->state, &world->stream, world->last_action,
                                                world->ramping, &world->terminal);
    }
    out->terminated = world->terminal;
}

void ludus_minatar_observe(const void *self, void *obs)
{
    const ludus_minatar *world = self;
    uint64_t words[LUDUS_MINATAR_WORDS] = {0};
    world->rules->paint(world->state, words);
    const size_t cells = (size_t)world->rules->channels * LUDUS_MINATAR_CELLS;
    ludus_bits_unpack((const uint8_t *)words, cells, obs);
}

void ludus_minatar_observe_packed(const void *self, uint8_t *packed)
{
    const ludus_minatar *world = self;
    uint64_t words[LUDUS_MINATAR_WORDS] = {0};
    world->rules->paint(world->state, words);
    const size_t cells = (size_t)world->rules->channels * LUDUS_MINATAR_CELLS;
    memcpy(packed, words, ludus_bits_bytes(cells));
}

void ludus_minatar_save(const void *self, uint8_t *state)
{
    const ludus_minatar *world = self;
    ludus_store_u32(state, (uint32_t)world->last_action);
    ludus_store_u32(state + 4, world->terminal ? 1 : 0);
    const void *stream = world->stream.is_original ? (const void *)&world->stream.original
                                                   : (const void *)&world->stream.fast;
    memcpy(state + HEADER_BYTES, stream, stream_bytes(world));
    memcpy(state + HEADER_BYTES + stream_bytes(world), world->state, world->rules->state_bytes);
}

// Copies the saved generator when it is one that could have been saved.
static bool load_stream(ludus_minatar_stream *stream, const uint8_t *bytes)
{
    if (stream->is_original) {
        const uint32_t used = ludus_load_u32(bytes + ORIGINAL_BYTES - 4);
        if (used > LUDUS_MT19937_WORDS) {
            return false;
        }
        memcpy(&stream->original, bytes, ORIGINAL_BYTES);
        return true;
    }
    ludus_rng fast;
    memcpy(&fast, bytes, FAST_BYTES);
    if ((fast.s[0] | fast.s[1] | fast.s[2] | fast.s[3]) == 0) {
        return false;
    }
    stream->fast = fast;
    return true;
}

ludus_status ludus_minatar_load(void *self, const uint8_t *state)
{
    ludus_minatar *world = self;
    const uint32_t last_action = ludus_load_u32(state);
    const uint32_t terminal = ludus_load_u32(state + 4);
    const uint8_t *stream = state + HEADER_BYTES;
    memcpy(world->staging, stream + stream_bytes(world), world->rules->state_bytes);
    if (last_action >= LUDUS_MINATAR_ACTIONS || terminal > 1 ||
        !world->rules->is_valid(world->staging) || !load_stream(&world->stream, stream)) {
        return LUDUS_ERR_FORMAT;
    }
    world->last_action = (int32_t)last_action;
    world->terminal = terminal == 1;
    memcpy(world->state, world->staging, world->rules->state_bytes);
    return LUDUS_OK;
}
