#include "base/config_internal.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef ludus_config_entry entry;

// ---- Numbers ---------------------------------------------------------------------------------

static ludus_status refuse(const ludus_config *config, const entry *e, ludus_error *error,
                           const char *rule)
{
    char place[300];
    ludus_config_describe_place(config, e, place, sizeof place);
    return ludus_fail(error, LUDUS_ERR_ARG, "%s%s.%s = %s: must be %s", place, e->section, e->key,
                      e->value, rule);
}

// A number in decimal: no hexadecimal, nan or inf. *end is what follows it.
static bool read_real(const char *text, double *out, char **end)
{
    if (*text == '\0' || isspace((unsigned char)*text) || strpbrk(text, "xXnNiIpP") != NULL) {
        return false;
    }
    errno = 0;
    *out = strtod(text, end);
    return *end != text && isfinite(*out) && (errno != ERANGE || fabs(*out) < 1.0);
}

// What a suffix k, M or G multiplies by; 1 for none, 0 for anything else.
static int64_t suffix_factor(const char *text)
{
    if (*text == '\0') {
        return 1;
    }
    if (text[1] != '\0') {
        return 0;
    }
    return *text == 'k' ? 1000 : *text == 'M' ? 1000000 : *text == 'G' ? 1000000000 : 0;
}

// A whole number, exact over all of int64_t when written in digits; 1.5M and 2e6 are whole too.
static bool read_whole(const char *text, bool allow_suffix, int64_t *out)
{
    char *end;
    double real;
    if (!read_real(text, &real, &end)) {
        return false;
    }
    const int64_t factor = suffix_factor(end);
    if (factor == 0 || (factor > 1 && !allow_suffix)) {
        return false;
    }
    char *digits_end;
    errno = 0;
    const long long digits = strtoll(text, &digits_end, 10);
    if (digits_end == end) {
        return errno == 0 && !__builtin_mul_overflow((int64_t)digits, factor, out);
    }
    const double value = real * (double)factor;
    if (value != floor(value) || fabs(value) > 9007199254740992.0) {
        return false; // beyond 2^53 a double does not hold every whole number
    }
    *out = (int64_t)value;
    return true;
}

static ludus_status store_whole(const ludus_config *config, const entry *e, const ludus_option *o,
                                void *field, ludus_error *error)
{
    int64_t value;
    if (!read_whole(e->value, o->type == LUDUS_OPTION_TYPE_INT64, &value) ||
        (double)value < o->min || (double)value > o->max) {
        char rule[160];
        snprintf(rule, sizeof rule, "a whole number %.0f .. %.0f", o->min, o->max);
        return refuse(config, e, error, rule);
    }
    if (o->type == LUDUS_OPTION_TYPE_INT64) {
        *(int64_t *)field = value;
        return LUDUS_OK;
    }
    if (value < INT32_MIN || value > INT32_MAX) {
        return refuse(config, e, error, "a number of 32 bits");
    }
    *(int32_t *)field = (int32_t)value;
    return LUDUS_OK;
}

static ludus_status store_float(const ludus_config *config, const entry *e, const ludus_option *o,
                                float *field, ludus_error *error)
{
    char *end;
    double value;
    if (!read_real(e->value, &value, &end) || *end != '\0' || value < o->min || value > o->max ||
        !isfinite((float)value)) {
        char rule[160];
        snprintf(rule, sizeof rule, "%.9g .. %.9g", o->min, o->max);
        return refuse(config, e, error, rule);
    }
    *field = (float)value;
    return LUDUS_OK;
}

// ---- Words -----------------------------------------------------------------------------------

static ludus_status store_bool(const ludus_config *config, const entry *e, bool *field,
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

static ludus_status store_enum(const ludus_config *config, const entry *e, const ludus_option *o,
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

static ludus_status store_text(const ludus_config *config, const entry *e, const ludus_option *o,
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

ludus_status ludus_option_store(const ludus_config *config, const ludus_config_entry *e,
                                const ludus_option *option, void *target, ludus_error *error)
{
    void *field = (char *)target + option->offset;
    switch (option->type) {
    case LUDUS_OPTION_TYPE_INT32:
    case LUDUS_OPTION_TYPE_INT64:
        return store_whole(config, e, option, field, error);
    case LUDUS_OPTION_TYPE_FLOAT:
        return store_float(config, e, option, field, error);
    case LUDUS_OPTION_TYPE_BOOL:
        return store_bool(config, e, field, error);
    case LUDUS_OPTION_TYPE_ENUM:
        return store_enum(config, e, option, field, error);
    case LUDUS_OPTION_TYPE_TEXT:
        return store_text(config, e, option, field, error);
    }
    return ludus_fail(error, LUDUS_ERR_ARG, "%s.%s: an option of unknown type", e->section, e->key);
}

// ---- Writing ---------------------------------------------------------------------------------

// The shortest decimal that reads back as the same float.
static void float_to_text(float value, char *out, size_t size)
{
    for (int digits = 6; digits <= 9; digits++) {
        snprintf(out, size, "%.*g", digits, (double)value);
        if (strtof(out, NULL) == value) {
            return;
        }
    }
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
        float_to_text(*(const float *)field, out, size);
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
