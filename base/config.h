// Recipes: `[section] key = value` files (read by libinih) plus `section.key=value` overrides,
// and the tables that bind them to plain structs.
//
//   static const ludus_option options[] = {
//       LUDUS_OPTION_FLOAT(my_config, "search", "c_puct", c_puct, 0.0, 100.0, "exploration"),
//       ...
//   };
//   ludus_config *config;
//   ludus_config_load(&config, "configs/connect4.ini", &error);
//   ludus_config_set(config, "search.c_puct=1.5", &error);
//   my_config mine = my_config_default();
//   ludus_config_apply(config, options, COUNT, &mine, &error);
//   ludus_config_check_used(config, &error);      // an unknown key is an error with a suggestion
//
// One table serves the reader and `ludus info RECIPE`, which lists the keys, so that the two cannot
// disagree. A key absent from the recipe leaves the struct's value: call _default() first.
//
// Threads: one at a time.

#ifndef LUDUS_BASE_CONFIG_H
#define LUDUS_BASE_CONFIG_H

#include "base/base.h"

typedef struct ludus_config ludus_config;

typedef enum ludus_option_type {
    LUDUS_OPTION_TYPE_INT32, // int32_t, decimal, min..max
    LUDUS_OPTION_TYPE_INT64, // int64_t, decimal with optional k/M/G suffix (powers of 1000)
    LUDUS_OPTION_TYPE_FLOAT, // float, finite, min..max
    LUDUS_OPTION_TYPE_BOOL,  // bool: true/false, yes/no, on/off, 1/0
    LUDUS_OPTION_TYPE_ENUM,  // int32_t: index into `choices`
    LUDUS_OPTION_TYPE_TEXT   // char[max]: copied with its NUL
} ludus_option_type;

typedef struct ludus_option {
    const char *section; // "search"
    const char *key;     // "c_puct"
    ludus_option_type type;
    size_t offset;              // of the field in the bound struct, bytes
    double min, max;            // inclusive range; for TEXT max is the field's size in bytes
    const char *const *choices; // ENUM: names, NULL-terminated
    const char *help;           // one line, with unit
} ludus_option;

#define LUDUS_OPTION_INT32(type, section, key, field, min, max, help)                              \
    {                                                                                              \
        section, key, LUDUS_OPTION_TYPE_INT32, offsetof(type, field), min, max, NULL, help         \
    }
#define LUDUS_OPTION_INT64(type, section, key, field, min, max, help)                              \
    {                                                                                              \
        section, key, LUDUS_OPTION_TYPE_INT64, offsetof(type, field), min, max, NULL, help         \
    }
#define LUDUS_OPTION_FLOAT(type, section, key, field, min, max, help)                              \
    {                                                                                              \
        section, key, LUDUS_OPTION_TYPE_FLOAT, offsetof(type, field), min, max, NULL, help         \
    }
#define LUDUS_OPTION_BOOL(type, section, key, field, help)                                         \
    {                                                                                              \
        section, key, LUDUS_OPTION_TYPE_BOOL, offsetof(type, field), 0, 1, NULL, help              \
    }
#define LUDUS_OPTION_ENUM(type, section, key, field, names, help)                                  \
    {                                                                                              \
        section, key, LUDUS_OPTION_TYPE_ENUM, offsetof(type, field), 0, 0, names, help             \
    }
#define LUDUS_OPTION_TEXT(type, section, key, field, help)                                         \
    {                                                                                              \
        section, key, LUDUS_OPTION_TYPE_TEXT, offsetof(type, field), 0,                            \
            (double)sizeof(((type *)0)->field), NULL, help                                         \
    }

// An empty recipe.
ludus_status ludus_config_create(ludus_config **out);
// Reads a file (at most 1 MiB and 2,000 keys). A repeated key is an error that names both lines.
ludus_status ludus_config_load(ludus_config **out, const char *path, ludus_error *error);
// The same from memory; `name` stands for the file in messages.
ludus_status ludus_config_parse(ludus_config **out, const char *name, const char *text, size_t size,
                                ludus_error *error);
void ludus_config_destroy(ludus_config *config); // NULL is accepted

// "section.key=value": adds or replaces.
ludus_status ludus_config_set(ludus_config *config, const char *assignment, ludus_error *error);
// The value, borrowed from config until it is set again; NULL when absent. Marks the key used.
const char *ludus_config_get(ludus_config *config, const char *section, const char *key);

// Copies every key that `options` names and the recipe has into `target`, checking type and
// range. Stops at the first bad value with a line like
//   connect4.ini:12: search.c_puct = -1: must be 0 .. 100
ludus_status ludus_config_apply(ludus_config *config, const ludus_option *options, size_t count,
                                void *target, ludus_error *error);

// An option as text: before a recipe was applied, that is the default, and after.
typedef struct ludus_option_texts {
    const char *initial, *value;
    bool is_set; // by the recipe
} ludus_option_texts;

typedef void ludus_config_watcher(const ludus_option *option, const ludus_option_texts *texts,
                                  void *user);
// From now on apply() tells `watcher` of every option that it has brought into its struct; NULL
// ends that. The texts live during the call.
void ludus_config_watch(ludus_config *config, ludus_config_watcher *watcher, void *user);

// Fails on the first key no apply or get has used, naming the nearest known key.
ludus_status ludus_config_check_used(const ludus_config *config, ludus_error *error);

// The recipe as text that parses to the same values, in the order first set; what checkpoints and
// cards store. The caller frees *text with ludus_free; it is NULL on failure.
ludus_status ludus_config_to_text(const ludus_config *config, char **text);

// Writes `target`'s value of one option as recipe text, e.g. "1.5". out: [size] bytes.
void ludus_option_to_text(const ludus_option *option, const void *target, char *out, size_t size);

// The candidate nearest to `word` by edit distance, or NULL when none is near. Shared by recipes,
// command lines and registries for "did you mean".
const char *ludus_nearest(const char *word, const char *const *candidates, size_t count);

#endif
