// What wrappers share: one struct, forwarding entries, and the way to put one around a world.
//
// A saved wrapper is its inner world's block (ludus_env_save) and then its own bytes.

#ifndef LUDUS_ENVS_ENV_WRAPPER_INTERNAL_H
#define LUDUS_ENVS_ENV_WRAPPER_INTERNAL_H

#include "envs/env_wrapper.h"

#define LUDUS_WRAPPER_SCRATCH 2

typedef struct ludus_env_wrapper {
    ludus_env inner; // owned
    int32_t amount;  // no-op maximum, skip, stack depth
    bool life_lost;  // life: the inner game goes on
    ludus_rng rng;   // no-op
    uint8_t *kept;   // owned; [kept_bytes], saved: newest maximum, stack
    size_t kept_bytes;
    uint8_t *scratch[LUDUS_WRAPPER_SCRATCH]; // owned or NULL; not saved
    void *table;                             // owned or NULL: weights of the resize
} ludus_env_wrapper;

// Puts a wrapper around *env: moves it inside, copies its spec. `own_bytes` is what the wrapper
// saves beside its inner world. The caller then edits env->spec. On failure *env is as before.
ludus_status ludus_env_wrap(ludus_env *env, const ludus_env_ops *ops, size_t own_bytes,
                            size_t kept_bytes, const size_t *scratch_bytes, ludus_error *error);
// Takes the wrapper off again, when its set-up failed after ludus_env_wrap.
void ludus_env_unwrap(ludus_env *env);

// Entries that only pass on; LUDUS_WRAPPER_FORWARDS lists them.
void ludus_wrapper_destroy(void *self);
void ludus_wrapper_reset(void *self, uint64_t seed);
void ludus_wrapper_restart(void *self);
void ludus_wrapper_step(void *self, int32_t action, ludus_env_result *out);
void ludus_wrapper_observe(const void *self, void *obs);
void ludus_wrapper_observe_packed(const void *self, uint8_t *packed);
void ludus_wrapper_frame(const void *self, uint8_t *rgb);
void ludus_wrapper_draw(const void *self, char *out);
int32_t ludus_wrapper_lives(const void *self);
void ludus_wrapper_save(const void *self, uint8_t *state);         // inner, then kept
ludus_status ludus_wrapper_load(void *self, const uint8_t *state); // inner, then kept

#define LUDUS_WRAPPER_COMMON(wrapper_name)                                                         \
    .name = wrapper_name, .is_wrapper = true, .destroy = ludus_wrapper_destroy,                    \
    .frame = ludus_wrapper_frame, .draw = ludus_wrapper_draw, .lives = ludus_wrapper_lives

#endif
