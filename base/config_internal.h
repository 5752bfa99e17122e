// What the files of the recipe reader share: base/config.c keeps the entries, base/config_option.c
// turns them into fields of structs.

#ifndef LUDUS_BASE_CONFIG_INTERNAL_H
#define LUDUS_BASE_CONFIG_INTERNAL_H

#include "base/config.h"

#define LUDUS_CONFIG_FROM_OVERRIDE 0 // line number of a value that came from ludus_config_set

typedef struct ludus_config_entry {
    char *section, *key, *value; // owned
    int32_t line;                // of the file, or LUDUS_CONFIG_FROM_OVERRIDE
    bool used;                   // some apply or get has asked for it
} ludus_config_entry;

// "FILE:12: ", or nothing for overrides. out: [size] bytes.
void ludus_config_describe_place(const ludus_config *config, const ludus_config_entry *entry,
                                 char *out, size_t size);

// Checks the entry's text against `option` and stores it in `target`.
ludus_status ludus_option_store(const ludus_config *config, const ludus_config_entry *entry,
                                const ludus_option *option, void *target, ludus_error *error);

#endif
