// The keys of a recipe, for `ludus info`: every one that its agent knows, with the value in force.
//
// Threads: one at a time.

#ifndef LUDUS_CMD_KEYS_H
#define LUDUS_CMD_KEYS_H

#include "base/config.h"

#include <jansson.h>

// Appends to the array `out`, in the order in which the agent asks for them, objects with section,
// key, value, default, is_set (by the recipe), allowed (range or choices) and help. Fails where
// training from the recipe would, as far as its keys tell: an unknown key, a value out of range.
ludus_status ludus_keys_list(ludus_config *recipe, json_t *out, ludus_error *error);
// As a recipe that says all of it: `key = value ; allowed, default where it differs: help`.
void ludus_keys_print(const json_t *keys);

#endif
