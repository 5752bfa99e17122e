#include "base/config.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include <ini.h>

#include "base/config_internal.h"
#include "base/file.h"

#define MAX_FILE_BYTES ((size_t)1 << 20)
#define MAX_LINE_BYTES 190    // libinih's default buffer is 200 with line end and NUL
#define MAX_OPTION_BYTES 1024 // of an option's value as text
#define MAX_NAME_BYTES 48     // of a section or key; libinih cuts at 49 in silence
#define MAX_ENTRIES 2000      // every key is compared with all before it

typedef ludus_config_entry entry;

struct ludus_config {
    char *name; // of the file, for messages
    entry *entries;
    size_t count, capacity;
    // Keys that apply() offered, for suggestions: "section.key" strings.
    char **known;
    size_t num_known, known_capacity;
    ludus_config_watcher *watcher; // NULL = none
    void *watcher_user;
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

// Text after "[section]" other than a comment, which libinih would ignore.
static bool has_text_behind_section(const char *line, const char *end)
{
    const char *close = *line == '[' ? memchr(line, ']', (size_t)(end - line)) : NULL;
    if (close == NULL) {
        return false;
    }
    do {
        close++;
    } while (close < end && isspace((unsigned char)*close));
    return close < end && *close != ';' && *close != '#';
}

static char *next_line(char *out, int size, void *stream)
{
    parser *p = stream;
    if (*p->text == '\0') {
        return NULL;
    }
    const char *newline = strchr(p->text, '\n');
    const char *end = newline != NULL ? newline + 1 : p->text + strlen(p->text);
    p->line++;
    // libinih takes an indented line for more of the value before it; here indenting means nothing.
    while (*p->text == ' ' || *p->text == '\t') {
        p->text++;
    }
    if (p->status == LUDUS_OK && has_text_behind_section(p->text, end)) {
        p->status = ludus_fail(p->error, LUDUS_ERR_FORMAT, "%s:%d: text behind the ]",
                               p->config->name, p->line);
    }
    const size_t length = (size_t)(end - p->text);
    assert(length < (size_t)size); // check_text refused longer lines
    (void)size;
    memcpy(out, p->text, length);
    out[length] = '\0';
    p->text = end;
    return out;
}

static ludus_status add_pair(parser *p, const char *section, const char *key, const char *value)
{
    const char *name = p->config->name;
    if (*key == '\0' || strlen(key) > MAX_NAME_BYTES || strlen(section) > MAX_NAME_BYTES) {
        return ludus_fail(p->error, LUDUS_ERR_FORMAT,
                          "%s:%d: sections have at most %d characters, keys 1 to %d", name, p->line,
                          MAX_NAME_BYTES, MAX_NAME_BYTES);
    }
    const entry *earlier = find_entry(p->config, section, key);
    if (earlier != NULL) {
        return ludus_fail(p->error, LUDUS_ERR_FORMAT, "%s:%d: %s.%s stands already on line %d",
                          name, p->line, section, key, earlier->line);
    }
    if (p->config->count == MAX_ENTRIES) {
        return ludus_fail(p->error, LUDUS_ERR_FORMAT, "%s:%d: over %d keys", name, p->line,
                          MAX_ENTRIES);
    }
    const ludus_status status = add_entry(p->config, section, key, value, p->line);
    return status == LUDUS_OK ? status : ludus_fail(p->error, status, "%s: out of memory", name);
}

static int on_pair(void *user, const char *section, const char *key, const char *value)
{
    parser *p = user;
    if (p->status == LUDUS_OK) {
        p->status = add_pair(p, section, key, value);
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
        if (i - start >= MAX_LINE_BYTES && c != '\n') {
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

// Copies text[0..size-1] when it is a name: letters, digits, _ and -.
static bool copy_name(char out[MAX_NAME_BYTES + 1], const char *text, size_t size)
{
    if (size < 1 || size > MAX_NAME_BYTES) {
        return false;
    }
    for (size_t i = 0; i < size; i++) {
        if (!isalnum((unsigned char)text[i]) && text[i] != '_' && text[i] != '-') {
            return false;
        }
    }
    memcpy(out, text, size);
    out[size] = '\0';
    return true;
}

// Copies the value without the blanks around it; false when a recipe cannot hold it.
static bool copy_value(char out[MAX_LINE_BYTES + 1], const char *text, size_t room)
{
    while (*text == ' ' || *text == '\t') {
        text++;
    }
    size_t size = strlen(text);
    while (size > 0 && (text[size - 1] == ' ' || text[size - 1] == '\t')) {
        size--;
    }
    if (size > room) {
        return false;
    }
    for (size_t i = 0; i < size; i++) {
        const unsigned char c = (unsigned char)text[i];
        const bool begins_comment =
            c == ';' && i > 0 && (text[i - 1] == ' ' || text[i - 1] == '\t');
        if ((c < 0x20 && c != '\t') || begins_comment) {
            return false;
        }
    }
    memcpy(out, text, size);
    out[size] = '\0';
    return true;
}

ludus_status ludus_config_set(ludus_config *config, const char *assignment, ludus_error *error)
{
    char section[MAX_NAME_BYTES + 1], key[MAX_NAME_BYTES + 1], value[MAX_LINE_BYTES + 1];
    const char *dot = strchr(assignment, '.');
    const char *equals = strchr(assignment, '=');
    if (dot == NULL || equals == NULL || dot > equals ||
        !copy_name(section, assignment, (size_t)(dot - assignment)) ||
        !copy_name(key, dot + 1, (size_t)(equals - dot - 1))) {
        return ludus_fail(error, LUDUS_ERR_ARG, "%s: must be section.key=value", assignment);
    }
    if (!copy_value(value, equals + 1, MAX_LINE_BYTES - strlen(key) - 1)) {
        return ludus_fail(error, LUDUS_ERR_ARG, "%s: not a value that a recipe can hold",
                          assignment);
    }
    entry *present = find_entry(config, section, key);
    if (present == NULL && config->count == MAX_ENTRIES) {
        return ludus_fail(error, LUDUS_ERR_ARG, "%s: over %d keys", assignment, MAX_ENTRIES);
    }
    if (present == NULL) {
        const ludus_status status =
            add_entry(config, section, key, value, LUDUS_CONFIG_FROM_OVERRIDE);
        return status == LUDUS_OK ? status : ludus_fail(error, status, "out of memory");
    }
    char *copy = ludus_strdup(value);
    if (copy == NULL) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "out of memory");
    }
    ludus_free(present->value);
    present->value = copy;
    present->line = LUDUS_CONFIG_FROM_OVERRIDE;
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

// ---- Binding ---------------------------------------------------------------------------------

void ludus_config_describe_place(const ludus_config *config, const entry *e, char *out, size_t size)
{
    out[0] = '\0';
    if (e->line != LUDUS_CONFIG_FROM_OVERRIDE) {
        snprintf(out, size, "%s:%d: ", config->name, e->line);
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

void ludus_config_watch(ludus_config *config, ludus_config_watcher *watcher, void *user)
{
    config->watcher = watcher;
    config->watcher_user = user;
}

static ludus_status apply_option(ludus_config *config, const ludus_option *option, void *target,
                                 ludus_error *error)
{
    char initial[MAX_OPTION_BYTES], value[MAX_OPTION_BYTES];
    ludus_status status = LUDUS_OK;
    entry *e = find_entry(config, option->section, option->key);
    if (config->watcher != NULL) {
        ludus_option_to_text(option, target, initial, sizeof initial);
    }
    if (e != NULL) {
        e->used = true;
        status = ludus_option_store(config, e, option, target, error);
    }
    if (config->watcher != NULL && status == LUDUS_OK) {
        const ludus_option_texts texts = {initial, value, e != NULL};
        ludus_option_to_text(option, target, value, sizeof value);
        config->watcher(option, &texts, config->watcher_user);
    }
    return status;
}

ludus_status ludus_config_apply(ludus_config *config, const ludus_option *options, size_t count,
                                void *target, ludus_error *error)
{
    for (size_t i = 0; i < count; i++) {
        if (remember_known(config, &options[i]) != LUDUS_OK) {
            return ludus_fail(error, LUDUS_ERR_NOMEM, "%s: out of memory", config->name);
        }
        const ludus_status status = apply_option(config, &options[i], target, error);
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
        ludus_config_describe_place(config, e, place, sizeof place);
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
    ludus_buffer_put_text(buffer, "[");
    ludus_buffer_put_text(buffer, section);
    ludus_buffer_put_text(buffer, "]\n");
    for (size_t i = first; i < config->count; i++) {
        const entry *e = &config->entries[i];
        if (strcmp(e->section, section) == 0) {
            // Blanks would make a comment of "key =;value", and too long a line of the longest.
            const bool is_tight =
                e->value[0] == ';' || strlen(e->key) + strlen(e->value) + 3 > MAX_LINE_BYTES;
            ludus_buffer_put_text(buffer, e->key);
            ludus_buffer_put_text(buffer, is_tight ? "=" : " = ");
            ludus_buffer_put_text(buffer, e->value);
            ludus_buffer_put_text(buffer, "\n");
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
    if (buffer.failed) {
        ludus_buffer_free(&buffer);
    }
    *text = (char *)buffer.data;
    return *text != NULL ? LUDUS_OK : LUDUS_ERR_NOMEM;
}
