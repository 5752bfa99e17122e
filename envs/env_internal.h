// The worlds, one per source file; listed in env_registry.c.

#ifndef LUDUS_ENVS_ENV_INTERNAL_H
#define LUDUS_ENVS_ENV_INTERNAL_H

#include "envs/env.h"

extern const ludus_env_ops ludus_minatar_asterix_ops;
extern const ludus_env_ops ludus_minatar_breakout_ops;
extern const ludus_env_ops ludus_minatar_freeway_ops;
extern const ludus_env_ops ludus_minatar_seaquest_ops;
extern const ludus_env_ops ludus_minatar_space_invaders_ops;
extern const ludus_env_ops ludus_cartpole_ops;

// Asserts that a world or wrapper keeps its side of the table's contract.
void ludus_env_assert_sound(const ludus_env *env);

#endif
