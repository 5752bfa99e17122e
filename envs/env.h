// Single-agent environments ("worlds"): the interface of every Atari-like world.
//
//     ludus_env env;
//     ludus_env_open(&env, "breakout", NULL, &error);          // NULL: the default settings
//     uint8_t *obs = ludus_alloc(1, ludus_env_obs_bytes(&env.spec));
//     ludus_env_reset(&env, seed);
//     while (!env.over) {
//         ludus_env_observe(&env, obs);
//         ludus_env_step(&env, action, &result);
//     }
//     ludus_env_restart(&env);                    // the next episode of the same random stream
//     ludus_env_close(&env);
//
// An episode is over when step sets `terminated` (the task ended: no bootstrap) or `truncated` (a
// time limit: bootstrap from the last observation). Nothing resets by itself: the last observation
// stays readable until the caller resets (Gymnasium's semantics without vector auto-reset).
//
// Threads: instances share nothing; one instance is used by one thread at a time.
// Repeat:  same settings, seed and actions give the same bytes, on any thread count
//          (tests/test_env.c: every_world_keeps_the_contract).
// Memory:  step, observe, frame, save and load allocate nothing.
// Drawing: frame fills an RGB buffer. No world includes a window library.
// Letters: C, H, W planes, rows, columns.

#ifndef LUDUS_ENVS_ENV_H
#define LUDUS_ENVS_ENV_H

#include "base/base.h"
#include "base/config.h"
#include "envs/atari_wrapper.h"

#define LUDUS_ENV_NAME_MAX 24   // "space_invaders" with its NUL
#define LUDUS_ENV_DRAW_MAX 2048 // bytes enough for draw of any world

// What one cell of an observation is.
typedef enum ludus_obs_kind {
    LUDUS_OBS_BITS,  // one byte, 0 or 1; packs to one bit
    LUDUS_OBS_BYTES, // one byte, 0..255
    LUDUS_OBS_FLOATS // one float32
} ludus_obs_kind;

typedef struct ludus_env_spec {
    char name[LUDUS_ENV_NAME_MAX]; // what opens it again, e.g. "breakout"
    ludus_obs_kind obs_kind;
    int32_t obs_shape[3];            // [C,H,W]
    int32_t stack;                   // C is `stack` moments of C/stack planes, oldest first; >= 1.
                                     // Moments before the episode's first are zero
    int32_t num_actions;             // actions are 0 .. num_actions-1
    int32_t noop_action;             // the action "do nothing"; -1 when there is none
    const char *const *action_names; // [num_actions], static: "none", "left", ...
    float sticky;                    // probability that a step repeats the last action, 0..1
    int32_t max_steps;               // truncate after this many steps; 0 = never
    int32_t frame_size[2];           // [H,W] of frame, pixels; 0 when it draws nothing
    float steps_per_second;          // normal speed in the viewer, Hz
    size_t state_bytes;              // what the world's save writes
} ludus_env_spec;

typedef struct ludus_env_result {
    float reward;     // what to learn from; clipped only by a clipping wrapper
    float raw_reward; // the game's own
    bool terminated;  // the task ended (under the life wrapper: a life)
    bool truncated;   // a limit ended the episode
    bool game_over;   // the whole game ended or was cut; differs under the life wrapper
    bool stuck;       // a sticky action: the one before was carried out instead of this one
} ludus_env_result;

typedef enum ludus_env_actions { LUDUS_ACTIONS_FULL, LUDUS_ACTIONS_MINIMAL } ludus_env_actions;
typedef enum ludus_env_stream { LUDUS_STREAM_FAST, LUDUS_STREAM_ORIGINAL } ludus_env_stream;

// The [env] and [atari] sections of a recipe.
typedef struct ludus_env_config {
    float sticky;      // probability that the last action repeats, 0..1; -1 = the world's own
    bool ramping;      // difficulty grows, where the world knows that
    int32_t actions;   // ludus_env_actions
    int32_t stream;    // ludus_env_stream: our generator, or the one of the published world
    int32_t max_steps; // truncate after this many world steps; 0 = never, -1 = the world's own
    bool pixels;       // learn from the drawing, through the Atari protocol below
    ludus_atari_config atari;
} ludus_env_config;

ludus_env_config ludus_env_config_default(void);
extern const ludus_option ludus_env_options[]; // bind to ludus_env_config
extern const size_t ludus_env_num_options;

// One table per world or wrapper, `static const`; worlds are listed in envs/env_registry.c.
// Entries marked (optional) may be NULL; the others are asserted at creation.
typedef struct ludus_env_ops {
    const char *name;
    const char *summary; // one line for `ludus list`; NULL for wrappers
    const void *detail;  // (optional) the family's own table
    bool is_wrapper;
    // Fills spec (zeroed before) and *self. NULL for wrappers, which have their own calls.
    ludus_status (*create)(const struct ludus_env_ops *ops, const ludus_env_config *config,
                           ludus_env_spec *spec, void **self, ludus_error *error);
    void (*destroy)(void *self);
    void (*reset)(void *self, uint64_t seed); // everything from the seed
    void (*restart)(void *self);              // a new episode, the random stream goes on
    // *out is zeroed before; reward, terminated and truncated are the world's to set.
    void (*step)(void *self, int32_t action, ludus_env_result *out);
    void (*observe)(const void *self, void *obs);           // [C,H,W] of obs_kind
    void (*observe_packed)(const void *self, uint8_t *out); // (optional) see packed_bytes
    void (*frame)(const void *self, uint8_t *rgb);          // (optional) [H,W,3]
    void (*draw)(const void *self, char *out);              // (optional) [LUDUS_ENV_DRAW_MAX]
    int32_t (*lives)(const void *self);                     // (optional) NULL: always one
    void (*save)(const void *self, uint8_t *state);         // [state_bytes]
    // Refuses with LUDUS_ERR_FORMAT whatever save could not have written; then self is unchanged.
    ludus_status (*load)(void *self, const uint8_t *state);
} ludus_env_ops;

// A live world. Callers use the functions below, not ops, so that the contract (action in range,
// no step before the first reset or after the end) is asserted in one place.
typedef struct ludus_env {
    const ludus_env_ops *ops; // static storage
    void *self;               // owned; released by close
    ludus_env_spec spec;
    int32_t steps; // since the episode began
    bool over;     // the episode ended, or none has begun
} ludus_env;

// Opens a world by name, wrapped in the Atari protocol when config->pixels. On failure *env is
// zeroed; an unknown name fails with the nearest known one.
ludus_status ludus_env_open(ludus_env *env, const char *name, const ludus_env_config *config,
                            ludus_error *error);
// The same from a table; never wraps.
ludus_status ludus_env_create(ludus_env *env, const ludus_env_ops *ops,
                              const ludus_env_config *config, ludus_error *error);
void ludus_env_close(ludus_env *env); // a zeroed env is accepted
// All worlds; *count of them.
const ludus_env_ops *const *ludus_env_worlds(size_t *count);

void ludus_env_reset(ludus_env *env, uint64_t seed);
void ludus_env_restart(ludus_env *env); // needs a reset once before
void ludus_env_step(ludus_env *env, int32_t action, ludus_env_result *out);
void ludus_env_observe(const ludus_env *env, void *obs); // [obs_bytes], aligned for its kind
// The same cells in the fewest bytes, for the replay: [packed_bytes]. Bits: cell i is bit i%8 of
// byte i/8, the rest of the last byte is zero. Other kinds: as observe.
void ludus_env_observe_packed(const ludus_env *env, uint8_t *packed);
void ludus_env_frame(const ludus_env *env, uint8_t *rgb); // [H,W,3]; only with frame_size > 0
// The scene as text lines, NUL-terminated; empty when the world has no such drawing.
void ludus_env_draw(const ludus_env *env, char *out); // [LUDUS_ENV_DRAW_MAX]
int32_t ludus_env_lives(const ludus_env *env);

// World state as one plain block: a loaded world goes on exactly as the saved one would.
size_t ludus_env_state_bytes(const ludus_env *env);
void ludus_env_save(const ludus_env *env, uint8_t *state); // [ludus_env_state_bytes]
// `env` must have been opened with the same settings. On failure it is as before.
ludus_status ludus_env_load(ludus_env *env, const uint8_t *state, size_t size, ludus_error *error);

size_t ludus_env_obs_cells(const ludus_env_spec *spec); // C*H*W
size_t ludus_env_obs_bytes(const ludus_env_spec *spec);
size_t ludus_env_packed_bytes(const ludus_env_spec *spec);
// What a net reads, [C,H,W]: bits as 0 and 1, bytes as 0..1 (divided by 255), floats unchanged.
void ludus_env_packed_to_floats(const ludus_env_spec *spec, const uint8_t *packed, float *out);

// Random play of `episodes` episodes on `env`, checked against `twin`, a second world opened the
// same way: same seed and actions give the same bytes, observations are in bounds and agree with
// their packed form, frames repeat, save and load continue identically, damaged sizes are refused,
// episodes end within `step_limit` steps in all. Every world's test calls this.
ludus_status ludus_env_check(ludus_env *env, ludus_env *twin, uint64_t seed, int32_t episodes,
                             int64_t step_limit, ludus_error *error);

#endif
