#include "cmd_line.h"

#include "base/config.h"

#include <errno.h>
#include <math.h>
#include <omp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_CANDIDATES 32 // options of one verb
#define LABEL_MAX 64      // bytes of "--name VALUE" in help

static int usage_error(const ludus_command *command, const ludus_error *error)
{
    fprintf(stderr, "ludus %s: %s\n", command->name, error->text);
    return LUDUS_EXIT_USAGE;
}

int ludus_cmd_fail(const ludus_command *command, const ludus_error *error)
{
    fprintf(stderr, "ludus %s: %s\n", command->name, error->text);
    return error->status == LUDUS_ERR_ARG ? LUDUS_EXIT_USAGE : LUDUS_EXIT_FAILED;
}

int ludus_cmd_fail_usage(const ludus_command *command, const char *format, ...)
{
    char text[LUDUS_ERROR_TEXT_MAX];
    ludus_error error;
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof(text), format, list);
    va_end(list);
    ludus_fail(&error, LUDUS_ERR_ARG, "%s", text); // cleans control characters
    return usage_error(command, &error);
}

int32_t ludus_cmd_threads(int32_t asked)
{
    return asked > 0 ? asked : (int32_t)omp_get_num_procs();
}

// ---- Help ---------------------------------------------------------------------------------------

static void arg_label(const ludus_arg *arg, char *out)
{
    if (arg->value) {
        snprintf(out, LABEL_MAX, "%s %s", arg->name, arg->value);
    } else {
        snprintf(out, LABEL_MAX, "%s", arg->name);
    }
}

static void print_choices(const ludus_arg *arg)
{
    printf(" (");
    for (const char *const *choice = arg->choices; *choice; choice++) {
        printf("%s%s", choice == arg->choices ? "" : ", ", *choice);
    }
    printf(")");
}

void ludus_cmd_help(const ludus_command *command)
{
    char label[LABEL_MAX];
    int width = (int)strlen("--help");
    for (size_t i = 0; i < command->num_args; i++) {
        arg_label(&command->args[i], label);
        const int length = (int)strlen(label);
        width = length > width ? length : width;
    }
    printf("usage: ludus %s%s%s [options]\n%s\n", command->name, command->words[0] ? " " : "",
           command->words, command->summary);
    if (command->details[0]) {
        printf("\n%s", command->details);
    }
    printf("\noptions:\n");
    for (size_t i = 0; i < command->num_args; i++) {
        arg_label(&command->args[i], label);
        printf("  %-*s  %s", width, label, command->args[i].help);
        if (command->args[i].type == LUDUS_ARG_CHOICE) {
            print_choices(&command->args[i]);
        }
        printf("\n");
    }
    printf("  %-*s  this text\n", width, "--help");
}

// ---- Values -------------------------------------------------------------------------------------

static ludus_status bad_value(const ludus_arg *arg, const char *text, ludus_error *error)
{
    return ludus_fail(error, LUDUS_ERR_ARG, "%s %s: must be a number from %.15g to %.15g",
                      arg->name, text, arg->min, arg->max);
}

static ludus_status parse_int32(const ludus_arg *arg, const char *text, void *field,
                                ludus_error *error)
{
    char *end;
    errno = 0;
    const long long value = strtoll(text, &end, 10);
    if (end == text || *end || errno || (double)value < arg->min || (double)value > arg->max) {
        return bad_value(arg, text, error);
    }
    *(int32_t *)field = (int32_t)value;
    return LUDUS_OK;
}

static ludus_status parse_uint64(const ludus_arg *arg, const char *text, void *field,
                                 ludus_error *error)
{
    char *end;
    errno = 0;
    const bool is_hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
    const unsigned long long value = strtoull(text, &end, is_hex ? 16 : 10);
    if (text[0] < '0' || text[0] > '9' || *end || errno) {
        return ludus_fail(error, LUDUS_ERR_ARG, "%s %s: must be a whole number from 0 to 2^64-1",
                          arg->name, text);
    }
    *(uint64_t *)field = (uint64_t)value;
    return LUDUS_OK;
}

static ludus_status parse_double(const ludus_arg *arg, const char *text, void *field,
                                 ludus_error *error)
{
    char *end;
    const double value = strtod(text, &end);
    if (end == text || *end || !isfinite(value) || value < arg->min || value > arg->max) {
        return bad_value(arg, text, error);
    }
    *(double *)field = value;
    return LUDUS_OK;
}

static ludus_status parse_pair(const ludus_arg *arg, const char *text, void *field,
                               ludus_error *error)
{
    char *end;
    double pair[2] = {strtod(text, &end), 0};
    if (end != text && *end == ',') {
        const char *second = end + 1;
        pair[1] = strtod(second, &end);
        if (end != second && !*end && pair[0] < pair[1] && pair[0] >= arg->min &&
            pair[1] <= arg->max) {
            memcpy(field, pair, sizeof(pair));
            return LUDUS_OK;
        }
    }
    return ludus_fail(error, LUDUS_ERR_ARG,
                      "%s %s: must be two numbers LOW,HIGH from %.15g to %.15g, e.g. 0,10",
                      arg->name, text, arg->min, arg->max);
}

static ludus_status parse_choice(const ludus_arg *arg, const char *text, void *field,
                                 ludus_error *error)
{
    size_t count = 0;
    for (; arg->choices[count]; count++) {
        if (!strcmp(arg->choices[count], text)) {
            *(int32_t *)field = (int32_t)count;
            return LUDUS_OK;
        }
    }
    const char *near = ludus_nearest(text, arg->choices, count);
    if (near) {
        return ludus_fail(error, LUDUS_ERR_ARG, "%s: unknown value \"%s\"; did you mean %s?",
                          arg->name, text, near);
    }
    char known[256] = "";
    for (size_t i = 0; i < count; i++) {
        const size_t used = strlen(known);
        snprintf(known + used, sizeof(known) - used, "%s%s", i ? ", " : "", arg->choices[i]);
    }
    return ludus_fail(error, LUDUS_ERR_ARG, "%s: unknown value \"%s\"; must be one of %s",
                      arg->name, text, known);
}

static ludus_status parse_set(const ludus_arg *arg, const char *text, void *field,
                              ludus_error *error)
{
    ludus_sets *sets = field;
    const char *dot = strchr(text, '.');
    const char *equals = strchr(text, '=');
    if (!dot || !equals || dot > equals || dot == text) {
        return ludus_fail(error, LUDUS_ERR_ARG, "%s %s: must look like section.key=value",
                          arg->name, text);
    }
    if (sets->count == LUDUS_SETS_MAX) {
        return ludus_fail(error, LUDUS_ERR_ARG, "%s: more than %d of them", arg->name,
                          LUDUS_SETS_MAX);
    }
    sets->assignment[sets->count++] = text;
    return LUDUS_OK;
}

static ludus_status parse_value(const ludus_arg *arg, const char *text, void *field,
                                ludus_error *error)
{
    switch (arg->type) {
    case LUDUS_ARG_FLAG:
        *(bool *)field = true;
        return LUDUS_OK;
    case LUDUS_ARG_INT32:
        return parse_int32(arg, text, field, error);
    case LUDUS_ARG_UINT64:
        return parse_uint64(arg, text, field, error);
    case LUDUS_ARG_DOUBLE:
        return parse_double(arg, text, field, error);
    case LUDUS_ARG_TEXT:
        *(const char **)field = text;
        return LUDUS_OK;
    case LUDUS_ARG_CHOICE:
        return parse_choice(arg, text, field, error);
    case LUDUS_ARG_PAIR:
        return parse_pair(arg, text, field, error);
    case LUDUS_ARG_SETS:
        return parse_set(arg, text, field, error);
    }
    return LUDUS_ERR_UNSUPPORTED;
}

// ---- Parsing ------------------------------------------------------------------------------------

static const ludus_arg *find_arg(const ludus_command *command, const char *text, size_t length)
{
    for (size_t i = 0; i < command->num_args; i++) {
        if (strlen(command->args[i].name) == length &&
            !strncmp(command->args[i].name, text, length)) {
            return &command->args[i];
        }
    }
    return NULL;
}

static ludus_status unknown_option(const ludus_command *command, const char *text, size_t length,
                                   ludus_error *error)
{
    const char *names[MAX_CANDIDATES + 1];
    size_t count = 0;
    for (size_t i = 0; i < command->num_args && count < MAX_CANDIDATES; i++) {
        names[count++] = command->args[i].name;
    }
    names[count++] = "--help";
    char word[LABEL_MAX];
    snprintf(word, sizeof(word), "%.*s", (int)length, text);
    const char *near = ludus_nearest(word, names, count);
    if (near) {
        return ludus_fail(error, LUDUS_ERR_ARG, "unknown option %s; did you mean %s?", word, near);
    }
    return ludus_fail(error, LUDUS_ERR_ARG, "unknown option %s; see ludus %s --help", word,
                      command->name);
}

// One option at argv[*at]; moves *at to its last word.
static ludus_status parse_option(const ludus_command *command, int argc, char **argv, int *at,
                                 void *target, ludus_error *error)
{
    const char *text = argv[*at];
    const char *equals = strchr(text, '=');
    const size_t length = equals ? (size_t)(equals - text) : strlen(text);
    const ludus_arg *arg = find_arg(command, text, length);
    if (!arg) {
        return unknown_option(command, text, length, error);
    }
    const char *value = equals ? equals + 1 : NULL;
    if (arg->type == LUDUS_ARG_FLAG && value) {
        return ludus_fail(error, LUDUS_ERR_ARG, "%s takes no value", arg->name);
    }
    if (arg->type != LUDUS_ARG_FLAG && !value) {
        if (*at + 1 >= argc) {
            return ludus_fail(error, LUDUS_ERR_ARG, "%s needs a value: %s %s", arg->name, arg->name,
                              arg->value);
        }
        value = argv[++*at];
    }
    return parse_value(arg, value, (char *)target + arg->offset, error);
}

static ludus_status add_word(const ludus_command *command, const char *text, ludus_words *words,
                             ludus_error *error)
{
    if (words->count >= command->max_words) {
        return ludus_fail(error, LUDUS_ERR_ARG, "unexpected word \"%s\"; usage: ludus %s %s", text,
                          command->name, command->words);
    }
    words->word[words->count++] = text;
    return LUDUS_OK;
}

int ludus_cmd_parse(const ludus_command *command, int argc, char **argv, void *target,
                    ludus_words *words)
{
    ludus_error error;
    bool options_ended = false;
    *words = (ludus_words){0};
    for (int i = 0; i < argc; i++) {
        const char *text = argv[i];
        ludus_status status;
        if (options_ended || text[0] != '-' || !text[1]) {
            status = add_word(command, text, words, &error);
        } else if (!strcmp(text, "--")) {
            options_ended = true;
            continue;
        } else if (!strcmp(text, "--help") || !strcmp(text, "-h")) {
            ludus_cmd_help(command);
            return LUDUS_EXIT_OK;
        } else {
            status = parse_option(command, argc, argv, &i, target, &error);
        }
        if (status) {
            return usage_error(command, &error);
        }
    }
    if (words->count < command->min_words) {
        return ludus_cmd_fail_usage(command, "missing words; usage: ludus %s %s", command->name,
                                    command->words);
    }
    return -1;
}
