#include "cmd_keys.h"

#include "cmd_text.h"
#include "selfplay/learner.h"

#include <stdio.h>
#include <string.h>

#define ALLOWED_MAX 200 // bytes of a key's range or choices

// ---- Collecting ---------------------------------------------------------------------------------

static void describe_choices(const ludus_option *option, char out[ALLOWED_MAX])
{
    size_t used = 0;
    out[0] = '\0';
    for (int32_t i = 0; option->choices[i] && used < ALLOWED_MAX; i++) {
        const int n = snprintf(out + used, ALLOWED_MAX - used, "%s%s", i > 0 ? " or " : "",
                               option->choices[i]);
        used += n > 0 ? (size_t)n : 0;
    }
}

static void describe_allowed(const ludus_option *option, char out[ALLOWED_MAX])
{
    switch (option->type) {
    case LUDUS_OPTION_TYPE_INT32:
    case LUDUS_OPTION_TYPE_INT64:
    case LUDUS_OPTION_TYPE_FLOAT:
        snprintf(out, ALLOWED_MAX, "%.9g .. %.9g", option->min, option->max);
        break;
    case LUDUS_OPTION_TYPE_BOOL:
        snprintf(out, ALLOWED_MAX, "true or false");
        break;
    case LUDUS_OPTION_TYPE_ENUM:
        describe_choices(option, out);
        break;
    case LUDUS_OPTION_TYPE_TEXT:
        snprintf(out, ALLOWED_MAX, "text");
        break;
    }
}

static const char *text_of(const json_t *key, const char *name)
{
    const char *text = json_string_value(json_object_get(key, name));
    return text ? text : "";
}

static bool is_listed(const json_t *keys, const ludus_option *option)
{
    size_t i;
    json_t *key;
    json_array_foreach(keys, i, key)
    {
        if (!strcmp(text_of(key, "section"), option->section) &&
            !strcmp(text_of(key, "key"), option->key)) {
            return true;
        }
    }
    return false;
}

// Tables that several parts of an agent read are seen more than once.
static void add_key(const ludus_option *option, const ludus_option_texts *texts, void *user)
{
    json_t *keys = user;
    char allowed[ALLOWED_MAX];
    if (!is_listed(keys, option)) {
        describe_allowed(option, allowed);
        json_array_append_new(keys,
                              json_pack("{s:s, s:s, s:s, s:s, s:b, s:s, s:s}", "section",
                                        option->section, "key", option->key, "value", texts->value,
                                        "default", texts->initial, "is_set", (int)texts->is_set,
                                        "allowed", allowed, "help", option->help));
    }
}

ludus_status ludus_keys_list(ludus_config *recipe, json_t *out, ludus_error *error)
{
    ludus_config_watch(recipe, add_key, out);
    const ludus_status status = ludus_learner_read(recipe, error);
    ludus_config_watch(recipe, NULL, NULL);
    return status;
}

// ---- Printing -----------------------------------------------------------------------------------

static void print_key(const json_t *key)
{
    const char *value = text_of(key, "value"), *initial = text_of(key, "default");
    const int width = 23 - (int)(strlen(text_of(key, "key")) + strlen(value));
    printf("%s = ", text_of(key, "key"));
    ludus_text_print(value, false); // the person's own words, perhaps
    printf("%*s ; %s", width > 0 ? width : 0, "", text_of(key, "allowed"));
    if (strcmp(value, initial) != 0) {
        printf(", default %s", initial[0] ? initial : "empty");
    }
    printf(": %s\n", text_of(key, "help"));
}

// Sections in the order of their first key.
void ludus_keys_print(const json_t *keys)
{
    size_t first, i;
    json_t *head, *key;
    json_array_foreach(keys, first, head)
    {
        const char *section = text_of(head, "section");
        bool is_new = true;
        for (i = 0; i < first && is_new; i++) {
            is_new = strcmp(text_of(json_array_get(keys, i), "section"), section) != 0;
        }
        if (!is_new) {
            continue;
        }
        printf("\n[%s]\n", section);
        json_array_foreach(keys, i, key)
        {
            if (!strcmp(text_of(key, "section"), section)) {
                print_key(key);
            }
        }
    }
}
