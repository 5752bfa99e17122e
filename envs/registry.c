#include "envs/registry_internal.h"

#include "base/config.h"

ludus_status ludus_registry_fail_unknown(const char *kind, const char *name,
                                         const char *const *known, size_t count, ludus_error *error)
{
    const char *nearest = ludus_nearest(name, known, count);
    if (nearest != NULL) {
        return ludus_fail(error, LUDUS_ERR_ARG, "unknown %s '%.40s'; did you mean '%s'?", kind,
                          name, nearest);
    }
    return ludus_fail(error, LUDUS_ERR_ARG, "unknown %s '%.40s'; `ludus list` shows the %ss", kind,
                      name, kind);
}
