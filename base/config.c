#include "base/config.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ini.h>

#include "base/file.h"

#define MAX_FILE_BYTES ((size_t)1 << 20)
#define MAX_LINE_BYTES 190 // libinih's default buffer is 200 with line end and NUL
#define FROM_OVERRIDE 0    // line number of a value that came from ludus_config_set

typedef struct entry {
    char *section, *key, *value; // owned
    int32_t line;                // of the file, or FROM_OVERRIDE
    bool used;
} entry;

struct ludus_config {
    char *name; // of the file, for messages
    entry *entries;
    size_t count, capacity;
    // Keys that apply() offered, for suggestions: "section.key" strings.
    char **known;
    size_t num_known, known_capacity;
};

// ---- Entries ---------------------------------------------------------------------------------

static entry *find_entry(const ludus_config *config, const char *section, const char *key)
{
    for (size_t i = 0; i < config->count; i++) {
        entry *e = &config->entries[i];
        if (strcmp(e->section, section) == 0 && strcmp(e->key, key) == 0) {
            return e;
        }
    }
    return NULL;
}

static void free_entry(entry *e)
{
    ludus_free(e->section);
    ludus_free(e->key);
    ludus_free(e->value);
}

static ludus_status add_entry(ludus_config *config, const char *section, const char *key,
                              const char *value, int32_t line)
{
    if (config->count == config->capacity) {
        const size_t capacity = config->capacity * 2 + 16;
        entry *grown =
            ludus_realloc(config->entries, config->count, capacity, sizeof *config->entries);
        if (grown == NULL) {
            return LUDUS_ERR_NOMEM;
        }
        config->entries = grown;
        config->capacity = capacity;
    }
    entry e = {ludus_strdup(section), ludus_strdup(key), ludus_strdup(value), line, false};
    if (e.section == NULL || e.key == NULL || e.value == NULL) {
        free_entry(&e);
        return LUDUS_ERR_NOMEM;
    }
    config->entries[config->count++] = e;
    return LUDUS_OK;
}

ludus_status ludus_config_create(ludus_config **out)
{
    *out = ludus_alloc(1, sizeof **out);
    if (*out != NULL) {
        (*out)->name = ludus_strdup("command line");
    }
    if (*out == NULL || (*out)->name == NULL) {
        ludus_config_destroy(*out);
        *out = NULL;
        return LUDUS_ERR_NOMEM;
    }
    return LUDUS_OK;
}

void ludus_config_destroy(ludus_config *config)
{
    if (config == NULL) {
        return;
    }
    for (size_t i = 0; i < config->count; i++) {
        free_entry(&config->entries[i]);
    }
    for (size_t i = 0; i < config->num_known; i++) {
        ludus_free(config->known[i]);
    }
    ludus_free(config->entries);
    ludus_free(config->known);
    ludus_free(config->name);
    ludus_free(config);
}

// ---- Reading ---------------------------------------------------------------------------------

typedef struct parser {
    ludus_config *config;
    ludus_error *error;
    const char *text; // what libinih has not seen yet; it is fed line by line
    int32_t line;
    ludus_status status;
} parser;

static char *next_line(char *out, int size, void *stream)
{
    parser *p = stream;
    if (*p->text == '\0') {
        return NULL;
    }
    const char *end = strchr(p->text, '\n');
    const size_t length = end != NULL ? (size_t)(end - p->text) + 1 : strlen(p->text);
    assert(length < (size_t)size); // check_text refused longer lines
    memcpy(out, p->text, length);
    out[length] = '\0';
    p->text += length;
    p->line++;
    (void)size;
    return out;
}

static int on_pair(void *user, const char *section, const char *key, const char *value)
{
    parser *p = user;
    if (p->status != LUDUS_OK) {
        return 1;
    }
    const entry *earlier = find_entry(p->config, section, key);
    if (earlier != NULL) {
        p->status = ludus_fail(p->error, LUDUS_ERR_FORMAT, "%s:%d: %s.%s stands already on line %d",
                               p->config->name, p->line, section, key, earlier->line);
        return 1;
    }
    p->status = add_entry(p->config, section, key, value, p->line);
    if (p->status != LUDUS_OK) {
        ludus_fail(p->error, p->status, "%s: out of memory", p->config->name);
    }
    return 1;
}

// What libinih would cut or misread in silence.
static ludus_status check_text(const char *name, const char *text, size_t size, ludus_error *error)
{
    int32_t line = 1;
    size_t start = 0;
    for (size_t i = 0; i < size; i++) {
        const unsigned char c = (unsigned char)text[i];
        if (c < 0x20 && c != '\n' && c != '\r' && c != '\t') {
            return ludus_fail(error, LUDUS_ERR_FORMAT, "%s:%d: not a text file", name, line);
        }
        if (i - start >= MAX_LINE_BYTES) {
            return ludus_fail(error, LUDUS_ERR_FORMAT, "%s:%d: longer than %d characters", name,
                              line, MAX_LINE_BYTES);
        }
        if (c == '\n') {
            line++;
            start = i + 1;
        }
    }
    return LUDUS_OK;
}

static ludus_status parse_text(ludus_config *config, const char *text, ludus_error *error)
{
    parser p = {.config = config, .error = error, .text = text};
    const int wrong_line = ini_parse_stream(next_line, &p, on_pair, &p);
    if (p.status != LUDUS_OK) {
        return p.status;
    }
    if (wrong_line != 0) {
        return ludus_fail(error, LUDUS_ERR_FORMAT,
                          "%s:%d: neither [section] nor key = value nor ; comment", config->name,
                          wrong_line);
    }
    return LUDUS_OK;
}

ludus_status ludus_config_parse(ludus_config **out, const char *name, const char *text, size_t size,
                                ludus_error *error)
{
    *out = NULL;
    if (size > MAX_FILE_BYTES) {
        return ludus_fail(error, LUDUS_ERR_FORMAT, "%s: longer than 1 MiB", name);
    }
    ludus_status status = check_text(name, text, size, error);
    if (status != LUDUS_OK) {
        return status;
    }
    ludus_config *config;
    char *copy = ludus_alloc(size + 1, 1);
    if (copy == NULL || ludus_config_create(&config) != LUDUS_OK) {
        ludus_free(copy);
        return ludus_fail(error, LUDUS_ERR_NOMEM, "%s: out of memory", name);
    }
    memcpy(copy, text, size);
    ludus_free(config->name);
    config->name = ludus_strdup(name);
    status = config->name == NULL ? ludus_fail(error, LUDUS_ERR_NOMEM, "out of memory")
                                  : parse_text(config, copy, error);
    ludus_free(copy);
    if (status != LUDUS_OK) {
        ludus_config_destroy(config);
        return status;
    }
    *out = config;
    return LUDUS_OK;
}

ludus_status ludus_config_load(ludus_config **out, const char *path, ludus_error *error)
{
    void *text;
    size_t size;
    *out = NULL;
    ludus_status status = ludus_file_read(path, MAX_FILE_BYTES, &text, &size, error);
    if (status == LUDUS_OK) {
        status = ludus_config_parse(out, path, text, size, error);
        ludus_free(text);
    }
    return status;
}

ludus_status ludus_config_set(ludus_config *config, const char *assignment, ludus_error *error)
{
    const char *dot = strchr(assignment, '.');
    const char *equals = strchr(assignment, '=');
    char section[64], key[64];
    if (dot == NULL || equals == NULL || dot > equals || dot == assignment || equals == dot + 1 ||
        (size_t)(dot - assignment) >= sizeof section || (size_t)(equals - dot) > sizeof key) {
        return ludus_fail(error, LUDUS_ERR_ARG, "%s: must be section.key=value", assignment);
    }
    if (strlen(equals) > MAX_LINE_BYTES - 70 ||
        check_text(assignment, equals, strlen(equals), NULL) != LUDUS_OK ||
        strchr(equals, '\n') != NULL || strchr(equals, ';') != NULL) {
        return ludus_fail(error, LUDUS_ERR_ARG, "%s: not a value that a recipe can hold",
                          assignment);
    }
    snprintf(section, sizeof section, "%.*s", (int)(dot - assignment), assignment);
    snprintf(key, sizeof key, "%.*s", (int)(equals - dot - 1), dot + 1);
    entry *present = find_entry(config, section, key);
    if (present == NULL) {
        const ludus_status status = add_entry(config, section, key, equals + 1, FROM_OVERRIDE);
        return status == LUDUS_OK ? status : ludus_fail(error, status, "out of memory");
    }
    char *value = ludus_strdup(equals + 1);
    if (value == NULL) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "out of memory");
    }
    ludus_free(present->value);
    present->value = value;
    present->line = FROM_OVERRIDE;
    return LUDUS_OK;
}

const char *ludus_config_get(ludus_config *config, const char *section, const char *key)
{
    entry *e = find_entry(config, section, key);
    if (e == NULL) {
        return NULL;
    }
    e->used = true;
    return e->value;
}

// ---- Values ----------------------------------------------------------------------------------

// "FILE:12: " or nothing for overrides.
static void describe_place(const ludus_config *config, const entry *e, char *out, size_t size)
{
    out[0] = '\0';
    if (e->line != FROM_OVERRIDE) {
        snprintf(out, size, "%s:%d: ", config->name, e->line);
    }
}

static ludus_status refuse(const ludus_config *config, const entry *e, ludus_error *error,
                           const char *rule)
{
    char place[300];
    describe_place(config, e, place, sizeof place);
    return ludus_fail(error, LUDUS_ERR_ARG, "%s%s.%s = %s: must be %s", place, e->section, e->key,
                      e->value, rule);
}

// A number with an optional suffix k, M or G (powers of 1000).
static bool read_number(const char *text, bool allow_suffix, double *out)
{
    char *end;
    errno = 0;
    if (*text == '\0' || isspace((unsigned char)*text) || strpbrk(text, "xXnNiIpP") != NULL) {
        return false; // no hexadecimal, nan or inf
    }
    double value = strtod(text, &end);
    if (end == text || errno == ERANGE) {
        return false;
    }
    if (allow_suffix && *end != '\0' && end[1] == '\0') {
        const char *suffixes = "kMG";
        const char *found = strchr(suffixes, *end);
        for (const char *s = suffixes; found != NULL && s <= found; s++) {
            value *= 1000.0;
        }
        end += found != NULL;
    }
    *out = value;
    return *end == '\0' && isfinite(value);
}

static ludus_status apply_number(const ludus_config *config, const entry *e, const ludus_option *o,
                                 void *field, ludus_error *error)
{
    char rule[160];
    double value;
    const bool is_whole = o->type != LUDUS_OPTION_TYPE_FLOAT;
    if (!read_number(e->value, o->type == LUDUS_OPTION_TYPE_INT64, &value) ||
        (is_whole && value != floor(value)) || value < o->min || value > o->max) {
        snprintf(rule, sizeof rule, "%s%.9g .. %.9g", is_whole ? "a whole number " : "", o->min,
                 o->max);
        return refuse(config, e, error, rule);
    }
    if (o->type == LUDUS_OPTION_TYPE_INT32) {
        *(int32_t *)field = (int32_t)value;
    } else if (o->type == LUDUS_OPTION_TYPE_INT64) {
        *(int64_t *)field = (int64_t)value;
    } else {
        *(float *)field = (float)value;
    }
    return LUDUS_OK;
}

static ludus_status apply_bool(const ludus_config *config, const entry *e, bool *field,
                               ludus_error *error)
{
    static const char *const words[2][4] = {{"false", "no", "off", "0"},
                                            {"true", "yes", "on", "1"}};
    for (int value = 0; value < 2; value++) {
        for (int i = 0; i < 4; i++) {
            if (strcmp(e->value, words[value][i]) == 0) {
                *field = value == 1;
                return LUDUS_OK;
            }
        }
    }
    return refuse(config, e, error, "true or false");
}

static ludus_status apply_enum(const ludus_config *config, const entry *e, const ludus_option *o,
                               int32_t *field, ludus_error *error)
{
    char rule[200];
    size_t used = 0;
    for (int32_t i = 0; o->choices[i] != NULL; i++) {
        if (strcmp(o->choices[i], e->value) == 0) {
            *field = i;
            return LUDUS_OK;
        }
        const int n =
            snprintf(rule + used, sizeof rule - used, "%s%s", i > 0 ? ", " : "", o->choices[i]);
        used = n > 0 && used + (size_t)n < sizeof rule ? used + (size_t)n : sizeof rule - 1;
    }
    char sentence[220];
    snprintf(sentence, sizeof sentence, "one of %s", rule);
    return refuse(config, e, error, sentence);
}

static ludus_status apply_text(const ludus_config *config, const entry *e, const ludus_option *o,
                               char *field, ludus_error *error)
{
    char rule[64];
    const size_t room = (size_t)o->max;
    if (strlen(e->value) >= room) {
        snprintf(rule, sizeof rule, "shorter than %zu characters", room);
        return refuse(config, e, error, rule);
    }
    snprintf(field, room, "%s", e->value);
    return LUDUS_OK;
}

static ludus_status apply_option(const ludus_config *config, const entry *e, const ludus_option *o,
                                 void *target, ludus_error *error)
{
    void *field = (char *)target + o->offset;
    switch (o->type) {
    case LUDUS_OPTION_TYPE_BOOL:
        return apply_bool(config, e, field, error);
    case LUDUS_OPTION_TYPE_ENUM:
        return apply_enum(config, e, o, field, error);
    case LUDUS_OPTION_TYPE_TEXT:
        return apply_text(config, e, o, field, error);
    default:
        return apply_number(config, e, o, field, error);
    }
}

static ludus_status remember_known(ludus_config *config, const ludus_option *o)
{
    if (config->num_known == config->known_capacity) {
        const size_t capacity = config->known_capacity * 2 + 64;
        char **grown =
            ludus_realloc(config->known, config->num_known, capacity, sizeof *config->known);
        if (grown == NULL) {
            return LUDUS_ERR_NOMEM;
        }
        config->known = grown;
        config->known_capacity = capacity;
    }
    const size_t size = strlen(o->section) + strlen(o->key) + 2;
    char *name = ludus_alloc(size, 1);
    if (name == NULL) {
        return LUDUS_ERR_NOMEM;
    }
    snprintf(name, size, "%s.%s", o->section, o->key);
    config->known[config->num_known++] = name;
    return LUDUS_OK;
}

ludus_status ludus_config_apply(ludus_config *config, const ludus_option *options, size_t count,
                                void *target, ludus_error *error)
{
    for (size_t i = 0; i < count; i++) {
        if (remember_known(config, &options[i]) != LUDUS_OK) {
            return ludus_fail(error, LUDUS_ERR_NOMEM, "%s: out of memory", config->name);
        }
        entry *e = find_entry(config, options[i].section, options[i].key);
        if (e == NULL) {
            continue;
        }
        e->used = true;
        const ludus_status status = apply_option(config, e, &options[i], target, error);
        if (status != LUDUS_OK) {
            return status;
        }
    }
    return LUDUS_OK;
}

ludus_status ludus_config_check_used(const ludus_config *config, ludus_error *error)
{
    for (size_t i = 0; i < config->count; i++) {
        const entry *e = &config->entries[i];
        if (e->used) {
            continue;
        }
        char place[300], name[160];
        describe_place(config, e, place, sizeof place);
        snprintf(name, sizeof name, "%.70s.%.70s", e->section, e->key);
        const char *near =
            ludus_nearest(name, (const char *const *)config->known, config->num_known);
        if (near == NULL) {
            return ludus_fail(error, LUDUS_ERR_ARG, "%sunknown key %s", place, name);
        }
        return ludus_fail(error, LUDUS_ERR_ARG, "%sunknown key %s (did you mean %s?)", place, name,
                          near);
    }
    return LUDUS_OK;
}

// ---- Writing ---------------------------------------------------------------------------------

static void put_text(ludus_buffer *buffer, const char *text)
{
    ludus_buffer_put(buffer, text, strlen(text));
}

static bool is_first_of_section(const ludus_config *config, size_t index)
{
    for (size_t i = 0; i < index; i++) {
        if (strcmp(config->entries[i].section, config->entries[index].section) == 0) {
            return false;
        }
    }
    return true;
}

static void put_section(ludus_buffer *buffer, const ludus_config *config, size_t first)
{
    const char *section = config->entries[first].section;
    put_text(buffer, "[");
    put_text(buffer, section);
    put_text(buffer, "]\n");
    for (size_t i = first; i < config->count; i++) {
        const entry *e = &config->entries[i];
        if (strcmp(e->section, section) == 0) {
            put_text(buffer, e->key);
            put_text(buffer, " = ");
            put_text(buffer, e->value);
            put_text(buffer, "\n");
        }
    }
}

ludus_status ludus_config_to_text(const ludus_config *config, char **text)
{
    ludus_buffer buffer = {0};
    for (size_t i = 0; i < config->count; i++) {
        if (is_first_of_section(config, i)) {
            put_section(&buffer, config, i);
        }
    }
    ludus_buffer_put(&buffer, "", 1);
    *text = (char *)buffer.data;
    return buffer.failed ? LUDUS_ERR_NOMEM : LUDUS_OK;
}

void ludus_option_to_text(const ludus_option *option, const void *target, char *out, size_t size)
{
    const void *field = (const char *)target + option->offset;
    switch (option->type) {
    case LUDUS_OPTION_TYPE_INT32:
        snprintf(out, size, "%d", *(const int32_t *)field);
        break;
    case LUDUS_OPTION_TYPE_INT64:
        snprintf(out, size, "%lld", (long long)*(const int64_t *)field);
        break;
    case LUDUS_OPTION_TYPE_FLOAT:
        snprintf(out, size, "%.7g", (double)*(const float *)field);
        break;
    case LUDUS_OPTION_TYPE_BOOL:
        snprintf(out, size, "%s", *(const bool *)field ? "true" : "false");
        break;
    case LUDUS_OPTION_TYPE_ENUM:
        snprintf(out, size, "%s", option->choices[*(const int32_t *)field]);
        break;
    case LUDUS_OPTION_TYPE_TEXT:
        snprintf(out, size, "%s", (const char *)field);
        break;
    }
}

// ---- Suggestions -----------------------------------------------------------------------------

#define MAX_WORD 64

// Levenshtein distance of words cut to MAX_WORD characters.
static size_t edit_distance(const char *a, const char *b)
{
    size_t row[MAX_WORD + 1];
    const size_t n = strnlen(b, MAX_WORD);
    for (size_t j = 0; j <= n; j++) {
        row[j] = j;
    }
    for (size_t i = 1; i <= strnlen(a, MAX_WORD); i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= n; j++) {
            const size_t change = diagonal + (a[i - 1] != b[j - 1]);
            const size_t least = row[j] < row[j - 1] ? row[j] + 1 : row[j - 1] + 1;
            diagonal = row[j];
            row[j] = change < least ? change : least;
        }
    }
    return row[n];
}

const char *ludus_nearest(const char *word, const char *const *candidates, size_t count)
{
    const char *best = NULL;
    size_t best_distance = strnlen(word, MAX_WORD) / 3 + 2; // farther is no suggestion
    for (size_t i = 0; i < count; i++) {
        const size_t distance = edit_distance(word, candidates[i]);
        if (distance < best_distance) {
            best_distance = distance;
            best = candidates[i];
        }
    }
    return best;
}
