// What the registries of games and worlds share.

#ifndef LUDUS_ENVS_REGISTRY_INTERNAL_H
#define LUDUS_ENVS_REGISTRY_INTERNAL_H

#include "base/base.h"

// LUDUS_ERR_ARG: no game, world or other `kind` is named so; names the nearest of `known`, or the
// command that lists them.
ludus_status ludus_registry_fail_unknown(const char *kind, const char *name,
                                         const char *const *known, size_t count,
                                         ludus_error *error);

#endif
