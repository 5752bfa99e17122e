#include "agents/uci_options.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "agents/level.h"
#include "agents/thinker.h"
#include "base/config.h"
#include "nets/net.h"

typedef enum kind { SPIN, CHECK, COMBO, STRING, BUTTON } kind;

typedef struct row {
    const char *name;
    kind kind;
    size_t offset;
    int32_t low, high; // SPIN
    ludus_uci_change change;
} row;

#define AT(field) offsetof(ludus_uci_options, field)

static const row rows[] = {
    {"Hash", SPIN, AT(hash), 1, 65536, LUDUS_UCI_REBUILD},
    {"Clear Hash", BUTTON, 0, 0, 0, LUDUS_UCI_CLEAR},
    {"Threads", SPIN, AT(threads), 1, 64, LUDUS_UCI_REBUILD},
    {"WeightsFile", STRING, AT(weights), 0, 0, LUDUS_UCI_REBUILD},
    {"MultiPV", SPIN, AT(multi_pv), 1, 16, LUDUS_UCI_CHANGED},
    {"Ponder", CHECK, AT(ponder), 0, 0, LUDUS_UCI_CHANGED},
    {"UCI_ShowWDL", CHECK, AT(show_wdl), 0, 0, LUDUS_UCI_CHANGED},
    {"UCI_Chess960", CHECK, AT(chess960), 0, 0, LUDUS_UCI_CHANGED},
    {"UCI_LimitStrength", CHECK, AT(limit_strength), 0, 0, LUDUS_UCI_CHANGED},
    {"UCI_Elo", SPIN, AT(elo), LUDUS_UCI_ELO_MIN, LUDUS_UCI_ELO_MAX, LUDUS_UCI_CHANGED},
    {"Move Overhead", SPIN, AT(overhead), 0, 5000, LUDUS_UCI_CHANGED},
    {"Precision", COMBO, AT(precision), 0, 0, LUDUS_UCI_REBUILD},
    {"Batch", SPIN, AT(batch), 1, 64, LUDUS_UCI_REBUILD},
};
#define NUM_ROWS (sizeof(rows) / sizeof(rows[0]))

ludus_uci_options ludus_uci_options_default(void)
{
    const ludus_thinker_config thinker = ludus_thinker_config_default();
    return (ludus_uci_options){.hash = 64,
                               .threads = thinker.threads,
                               .multi_pv = 1,
                               .overhead = 10,
                               .elo = 1500,
                               .batch = thinker.batch,
                               .precision = thinker.precision};
}

int32_t ludus_uci_level_of_elo(int32_t elo)
{
    const int32_t span = LUDUS_UCI_ELO_MAX - LUDUS_UCI_ELO_MIN;
    const int32_t steps = LUDUS_LEVEL_MAX - 1;
    const int32_t level = 1 + ((elo - LUDUS_UCI_ELO_MIN) * steps + span / 2) / span;
    return level < 1 ? 1 : level > LUDUS_LEVEL_MAX ? LUDUS_LEVEL_MAX : level;
}

// ---- Setting ------------------------------------------------------------------------------------

static bool is_same_word(ludus_uci_word word, const char *text)
{
    return strlen(text) == word.length && strncasecmp(word.text, text, word.length) == 0;
}

static void copy_word(ludus_uci_word word, char *out, size_t size)
{
    const size_t length = word.length < size ? word.length : size - 1;
    memcpy(out, word.text, length);
    out[length] = '\0';
}

static const row *find_row(ludus_uci_word name, ludus_error *error)
{
    const char *names[NUM_ROWS];
    char text[64];
    for (size_t i = 0; i < NUM_ROWS; i++) {
        names[i] = rows[i].name;
        if (is_same_word(name, rows[i].name)) {
            return &rows[i];
        }
    }
    copy_word(name, text, sizeof(text));
    const char *near = ludus_nearest(text, names, NUM_ROWS);
    ludus_fail(error, LUDUS_ERR_ARG, "no option \"%s\"%s%s%s", text, near ? " (did you mean " : "",
               near ? near : "", near ? "?)" : "");
    return NULL;
}

static ludus_status set_spin(const row *r, const char *text, int32_t *field, ludus_error *error)
{
    char *end;
    const long value = strtol(text, &end, 10);
    if (end == text || *end != '\0' || value < r->low || value > r->high) {
        return ludus_fail(error, LUDUS_ERR_ARG, "%s must be %d .. %d, not \"%.64s\"", r->name,
                          r->low, r->high, text);
    }
    *field = (int32_t)value;
    return LUDUS_OK;
}

static ludus_status set_check(const row *r, ludus_uci_word value, bool *field, ludus_error *error)
{
    const bool is_true = is_same_word(value, "true");
    if (!is_true && !is_same_word(value, "false")) {
        return ludus_fail(error, LUDUS_ERR_ARG, "%s must be true or false", r->name);
    }
    *field = is_true;
    return LUDUS_OK;
}

static ludus_status set_precision(const char *text, int32_t *field, ludus_error *error)
{
    if (ludus_precision_parse(text, field)) {
        return LUDUS_OK;
    }
    return ludus_fail(error, LUDUS_ERR_ARG, "Precision must be f32, bf16 or int8");
}

static ludus_status set_string(const row *r, ludus_uci_word value, char *field, ludus_error *error)
{
    if (value.length >= LUDUS_UCI_PATH_MAX) {
        return ludus_fail(error, LUDUS_ERR_ARG, "%s: over %d characters", r->name,
                          LUDUS_UCI_PATH_MAX - 1);
    }
    const bool is_empty = is_same_word(value, "<empty>");
    copy_word(is_empty ? (ludus_uci_word){value.text, 0} : value, field, LUDUS_UCI_PATH_MAX);
    return LUDUS_OK;
}

ludus_status ludus_uci_options_set(ludus_uci_options *options, ludus_uci_word name,
                                   ludus_uci_word value, ludus_uci_change *change,
                                   ludus_error *error)
{
    char text[64];
    ludus_status status = LUDUS_OK;
    *change = LUDUS_UCI_UNCHANGED;
    const row *r = find_row(name, error);
    if (r == NULL) {
        return LUDUS_ERR_ARG;
    }
    void *field = (char *)options + r->offset;
    copy_word(value, text, sizeof(text));
    switch (r->kind) {
    case SPIN:
        status = set_spin(r, text, field, error);
        break;
    case CHECK:
        status = set_check(r, value, field, error);
        break;
    case COMBO:
        status = set_precision(text, field, error);
        break;
    case STRING:
        status = set_string(r, value, field, error);
        break;
    case BUTTON:
        break;
    }
    *change = status == LUDUS_OK ? r->change : LUDUS_UCI_UNCHANGED;
    return status;
}

// ---- Listing ------------------------------------------------------------------------------------

void ludus_uci_options_text(const ludus_uci_options *options, char *out)
{
    size_t n = 0;
    const size_t size = LUDUS_UCI_OPTIONS_TEXT_MAX;
    for (size_t i = 0; i < NUM_ROWS; i++) {
        const row *r = &rows[i];
        const void *field = (const char *)options + r->offset;
        char rest[LUDUS_UCI_PATH_MAX + 96];
        switch (r->kind) {
        case SPIN:
            snprintf(rest, sizeof(rest), "spin default %d min %d max %d", *(const int32_t *)field,
                     r->low, r->high);
            break;
        case CHECK:
            snprintf(rest, sizeof(rest), "check default %s",
                     *(const bool *)field ? "true" : "false");
            break;
        case COMBO:
            snprintf(rest, sizeof(rest), "combo default %s var f32 var bf16 var int8",
                     ludus_precision_name((ludus_precision) * (const int32_t *)field));
            break;
        case STRING:
            snprintf(rest, sizeof(rest), "string default %s",
                     *(const char *)field != '\0' ? (const char *)field : "<empty>");
            break;
        case BUTTON:
            snprintf(rest, sizeof(rest), "button");
            break;
        }
        n += (size_t)snprintf(out + n, size - n, "option name %s type %s\n", r->name, rest);
    }
}
