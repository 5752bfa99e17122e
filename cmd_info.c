// ludus info: what a file or a run is and holds.

#include "base/file.h"
#include "cmd.h"
#include "cmd_data.h"
#include "cmd_keys.h"
#include "cmd_text.h"
#include "nets/net.h"
#include "selfplay/replay.h"
#include "selfplay/run.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define NET_BYTES_MAX ((size_t)1 << 30) // larger files are not ours

typedef struct info_options {
    bool json;
} info_options;

static const ludus_arg info_args[] = {LUDUS_ARG_ROW_JSON(info_options)};

// Every describer fills a JSON object; printing it as text or JSON is one function's business.

// ---- Nets ---------------------------------------------------------------------------------------

static const char *trunk_name(ludus_trunk_kind trunk)
{
    static const char *const names[] = {"residual", "conv", "mlp"}; // as in recipes
    return (size_t)trunk < sizeof(names) / sizeof(names[0]) ? names[trunk] : "?";
}

static const char *head_name(ludus_head_kind kind)
{
    static const char *const names[] = {"policy", "wdl", "q", "planes", "scalars"};
    return (size_t)kind < sizeof(names) / sizeof(names[0]) ? names[kind] : "?";
}

static void describe_desc(const ludus_net_desc *desc, json_t *out)
{
    json_object_set_new(
        out, "input",
        json_pack("[i,i,i]", desc->in_shape[0], desc->in_shape[1], desc->in_shape[2]));
    json_object_set_new(out, "trunk", json_string(trunk_name(desc->trunk)));
    if (desc->trunk == LUDUS_TRUNK_RESIDUAL) {
        json_object_set_new(out, "channels", json_integer(desc->channels));
        json_object_set_new(out, "blocks", json_integer(desc->blocks));
        json_object_set_new(out, "se_channels", json_integer(desc->se_channels));
        json_object_set_new(out, "gpool_every", json_integer(desc->gpool_every));
    }
    if (desc->noisy) {
        json_object_set_new(out, "noisy", json_true());
    }
    json_t *heads = json_array();
    for (int32_t i = 0; i < desc->num_heads; i++) {
        json_array_append_new(heads, json_pack("{s:s, s:s, s:i}", "name", desc->heads[i].name,
                                               "kind", head_name(desc->heads[i].kind), "size",
                                               desc->heads[i].size));
    }
    json_object_set_new(out, "heads", heads);
}

static ludus_status describe_net(const void *bytes, size_t size, json_t *out, ludus_error *error)
{
    ludus_net *net = NULL;
    char *provenance = NULL;
    ludus_status status = ludus_net_from_bytes(&net, bytes, size, error);
    if (status) {
        return status;
    }
    json_object_set_new(out, "kind", json_string("net"));
    describe_desc(ludus_net_describe(net), out);
    json_object_set_new(out, "parameters", json_integer((json_int_t)ludus_net_num_params(net)));
    json_object_set_new(out, "megaflops", json_real(ludus_net_flops(net) / 1e6));
    json_object_set_new(out, "hash", json_sprintf("%016" PRIx64, ludus_net_hash(net)));
    status = ludus_net_provenance(bytes, size, &provenance, error);
    if (!status && provenance) {
        json_t *parsed = json_loads(provenance, 0, NULL);
        json_object_set_new(out, "provenance", parsed ? parsed : json_string(provenance));
    }
    ludus_free(provenance);
    ludus_net_destroy(net);
    return status;
}

// ---- Segments of records ------------------------------------------------------------------------

typedef struct segment_count {
    int64_t records, items, first, end;
    size_t raw_bytes;
} segment_count;

static ludus_status count_record(const uint8_t *record, size_t size, int64_t first_item,
                                 int32_t items, void *user)
{
    segment_count *count = user;
    (void)record;
    if (count->records == 0) {
        count->first = first_item;
    }
    count->records++;
    count->items += items;
    count->end = first_item + items;
    count->raw_bytes += size;
    return LUDUS_OK;
}

static int64_t file_bytes(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 ? (int64_t)info.st_size : 0;
}

static ludus_status describe_segment(const char *path, json_t *out, ludus_error *error)
{
    segment_count count = {0};
    char tag[33] = "";
    const ludus_status status = ludus_segment_read(path, tag, count_record, &count, error);
    if (status) {
        return status;
    }
    const int64_t bytes = file_bytes(path);
    json_object_set_new(out, "kind", json_string("replay segment"));
    json_object_set_new(out, "of", json_string(tag));
    json_object_set_new(out, "records", json_integer(count.records));
    json_object_set_new(out, "items", json_integer(count.items));
    json_object_set_new(out, "first_item", json_integer(count.first));
    json_object_set_new(out, "raw_bytes", json_integer((json_int_t)count.raw_bytes));
    json_object_set_new(out, "file_bytes", json_integer(bytes));
    if (count.items > 0) {
        json_object_set_new(out, "bytes_per_item", json_real((double)bytes / (double)count.items));
    }
    return LUDUS_OK;
}

// ---- Checkpoints, recipes and runs --------------------------------------------------------------

static ludus_status describe_checkpoint(const char *path, json_t *out, ludus_error *error)
{
    ludus_checkpoint_info info = {0};
    const ludus_status status = ludus_checkpoint_describe(path, &info, error);
    if (status) {
        return status;
    }
    json_object_set_new(out, "kind", json_string("checkpoint"));
    json_object_set_new(out, "iteration", json_integer(info.iteration));
    json_object_set_new(out, "minutes", json_real(info.seconds / 60));
    json_object_set_new(out, "hash", json_sprintf("%016" PRIx64, info.hash));
    json_object_set_new(out, "bytes", json_integer((json_int_t)info.bytes));
    json_object_set_new(out, "text", json_string(info.recipe ? info.recipe : ""));
    ludus_free(info.recipe);
    return LUDUS_OK;
}

static ludus_status describe_recipe(const char *path, json_t *out, ludus_error *error)
{
    ludus_config *config = NULL;
    char *text = NULL;
    ludus_status status = ludus_config_load(&config, path, error);
    if (!status && ludus_config_to_text(config, &text)) {
        status = ludus_fail(error, LUDUS_ERR_NOMEM, "no memory for %s", path);
    }
    json_t *keys = json_array();
    status = status ? status : ludus_keys_list(config, keys, error);
    if (!status) {
        json_object_set_new(out, "kind", json_string("recipe"));
        json_object_set_new(out, "text", json_string(text));
        json_object_set(out, "keys", keys);
    }
    json_decref(keys);
    ludus_free(text);
    ludus_config_destroy(config);
    return status;
}

// Adds the last complete line of metrics.jsonl, when there is one.
static void add_last_metrics(const char *folder, json_t *out)
{
    char path[LUDUS_PATH_MAX];
    char *text = NULL;
    size_t size = 0;
    snprintf(path, sizeof(path), "%s/metrics.jsonl", folder);
    if (ludus_file_read(path, (size_t)256 << 20, (void **)&text, &size, NULL)) {
        return;
    }
    while (size > 0 && text[size - 1] == '\n') {
        text[--size] = '\0';
    }
    const char *line = strrchr(text, '\n');
    json_t *metrics = json_loads(line ? line + 1 : text, 0, NULL);
    if (metrics) {
        json_object_set_new(out, "last_metrics", metrics);
    }
    ludus_free(text);
}

static ludus_status add_records(const char *folder, json_t *out, ludus_error *error)
{
    char path[LUDUS_PATH_MAX + 300];
    char segment[sizeof(path) + 256];
    char tag[33];
    segment_count count = {0};
    ludus_names names;
    snprintf(path, sizeof(path), "%s/replay", folder);
    ludus_status status = ludus_names_list(&names, path, ".seg");
    for (size_t i = 0; !status && i < names.count; i++) {
        snprintf(segment, sizeof(segment), "%s/%s", path, names.name[i]);
        status = ludus_segment_read(segment, tag, count_record, &count, error);
    }
    if (!status && names.count > 0) {
        json_object_set_new(out, "segments", json_integer((json_int_t)names.count));
        json_object_set_new(out, "records", json_integer(count.records));
        json_object_set_new(out, "items", json_integer(count.items));
    }
    ludus_names_free(&names);
    return status;
}

// Of the run's game, and of further games, which have folders of their own in the run's.
static ludus_status add_all_records(const char *folder, const ludus_names *names, json_t *out,
                                    ludus_error *error)
{
    char path[LUDUS_PATH_MAX + 280];
    ludus_status status = add_records(folder, out, error);
    for (size_t i = 0; !status && i < names->count; i++) {
        json_t *further = json_object();
        snprintf(path, sizeof(path), "%s/%s", folder, names->name[i]);
        status = add_records(path, further, error);
        if (json_object_size(further) > 0) {
            json_object_set(out, names->name[i], further);
        }
        json_decref(further);
    }
    return status;
}

static ludus_status describe_run(const char *folder, json_t *out, ludus_error *error)
{
    ludus_names names;
    json_object_set_new(out, "kind", json_string("run"));
    if (ludus_names_list(&names, folder, "")) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "no memory for %s", folder);
    }
    json_t *files = json_array();
    for (size_t i = 0; i < names.count; i++) {
        json_array_append_new(files, json_string(names.name[i]));
    }
    json_object_set_new(out, "files", files);
    add_last_metrics(folder, out);
    char path[LUDUS_PATH_MAX];
    snprintf(path, sizeof(path), "%s/checkpoint.ludus", folder);
    ludus_status status = LUDUS_OK;
    if (ludus_file_exists(path)) {
        json_t *checkpoint = json_object();
        status = describe_checkpoint(path, checkpoint, error);
        json_object_del(checkpoint, "text"); // recipe.ini has it
        json_object_set_new(out, "checkpoint", checkpoint);
    }
    status = status ? status : add_all_records(folder, &names, out, error);
    ludus_names_free(&names);
    return status;
}

// ---- Which of them it is ------------------------------------------------------------------------

static bool has_suffix(const char *path, const char *suffix)
{
    const size_t length = strlen(path);
    const size_t tail = strlen(suffix);
    return length > tail && !strcmp(path + length - tail, suffix);
}

static ludus_status describe_file(const char *path, json_t *out, ludus_error *error)
{
    void *bytes = NULL;
    size_t size = 0;
    if (has_suffix(path, ".ini")) {
        return describe_recipe(path, out, error);
    }
    ludus_status status = ludus_file_read(path, NET_BYTES_MAX, &bytes, &size, error);
    if (status) {
        return status;
    }
    if (size >= 8 && !memcmp(bytes, "LUDUSSEG", 8)) {
        status = describe_segment(path, out, error);
    } else if (size >= 8 && !memcmp(bytes, "LUDUSCKP", 8)) {
        status = describe_checkpoint(path, out, error);
    } else if (size > 8 && ((const char *)bytes)[8] == '{') {
        status = describe_net(bytes, size, out, error);
        if (status && error && !strstr(error->text, path)) {
            ludus_fail_within(error, "%s", path);
        }
    } else {
        status = ludus_fail(error, LUDUS_ERR_FORMAT,
                            "%s: neither a net, a replay segment, a checkpoint nor a recipe", path);
    }
    ludus_free(bytes);
    return status;
}

// ---- Printing -----------------------------------------------------------------------------------

static bool is_long_text(const json_t *value)
{
    return json_is_string(value) && strchr(json_string_value(value), '\n');
}

static void print_value(const char *key, const json_t *value, int indent);

// Texts of several lines (recipes) come last.
static void print_object(json_t *object, int indent)
{
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value)
    {
        if (!is_long_text(value)) {
            print_value(key, value, indent);
        }
    }
    json_object_foreach(object, key, value)
    {
        if (is_long_text(value)) {
            putchar('\n');
            ludus_text_print(json_string_value(value), true);
        }
    }
}

static void print_value(const char *key, const json_t *value, int indent)
{
    printf("%*s", indent, "");
    ludus_text_print(key, false);
    if (json_is_object(value)) {
        putchar('\n');
        print_object((json_t *)value, indent + 2);
        return;
    }
    const int width = 16 - indent - (int)strlen(key);
    printf("%*s  ", width > 0 ? width : 0, "");
    if (json_is_string(value)) {
        ludus_text_print(json_string_value(value), false);
    } else {
        char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(6));
        ludus_text_print(text ? text : "?", false);
        free(text);
    }
    putchar('\n');
}

static void print_all(json_t *out)
{
    json_t *keys = json_incref(json_object_get(out, "keys"));
    if (keys) {
        json_object_del(out, "keys");
        json_object_del(out, "text"); // the keys say all of it
    }
    print_object(out, 0);
    ludus_keys_print(keys);
    json_decref(keys);
}

static int info_run(int argc, char **argv)
{
    info_options options = {0};
    ludus_words words;
    ludus_error error;
    struct stat info;
    int status = ludus_cmd_parse(&ludus_cmd_info, argc, argv, &options, &words);
    if (status >= 0) {
        return status;
    }
    const char *path = words.word[0];
    json_t *out = json_pack("{s:s}", "path", path);
    if (!out) {
        return ludus_cmd_fail_usage(&ludus_cmd_info, "%s: the name is not UTF-8 text", path);
    }
    const bool is_folder = stat(path, &info) == 0 && S_ISDIR(info.st_mode);
    if (is_folder ? describe_run(path, out, &error) : describe_file(path, out, &error)) {
        status = ludus_cmd_fail(&ludus_cmd_info, &error);
    } else {
        status = LUDUS_EXIT_OK;
        if (options.json) {
            json_dumpf(out, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(9) | JSON_ENSURE_ASCII);
            printf("\n");
        } else {
            print_all(out);
        }
    }
    json_decref(out);
    return status;
}

const ludus_command ludus_cmd_info = {
    .name = "info",
    .words = "FILE|RUN",
    .min_words = 1,
    .max_words = 1,
    .summary = "what a net, recipe, record file or run holds",
    .details = "  ludus info nets/trained/connect4.safetensors\n"
               "  ludus info runs/connect4\n"
               "  ludus info configs/connect4.ini\n"
               "Of a recipe it lists every key that its agent knows: the value in force, what is\n"
               "allowed, the default where the recipe says otherwise, and what the key is for.\n",
    .args = info_args,
    .num_args = sizeof(info_args) / sizeof(info_args[0]),
    .run = info_run,
};
