// ludus list: what there is to play, play against and train.

#include "agents/player.h"
#include "cmd.h"
#include "cmd_data.h"
#include "envs/game.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

typedef struct list_options {
    bool json;
} list_options;

static const ludus_arg list_args[] = {LUDUS_ARG_ROW_JSON(list_options)};

static ludus_status game_summary(const ludus_game_ops *family, json_t *out, ludus_error *error)
{
    ludus_game game;
    const ludus_status status = ludus_game_open(&game, family->family, error);
    if (!status) {
        const ludus_game_spec *spec = &game.spec;
        json_array_append_new(
            out, json_pack("{s:s, s:s, s:s, s:i, s:i, s:[i,i]}", "name", spec->name, "names",
                           family->names, "summary", spec->summary, "moves", spec->num_moves,
                           "max_plies", spec->max_plies, "board", spec->board[0], spec->board[1]));
        ludus_game_close(&game);
    }
    return status;
}

static ludus_status list_games(json_t *out, ludus_error *error)
{
    size_t count;
    const ludus_game_ops *const *families = ludus_game_families(&count);
    ludus_status status = LUDUS_OK;
    for (size_t i = 0; !status && i < count; i++) {
        status = game_summary(families[i], out, error);
    }
    return status;
}

static void list_players(json_t *out)
{
    size_t count;
    const ludus_player_ops *const *kinds = ludus_player_kinds(&count);
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(
            out, json_pack("{s:s, s:s}", "kind", kinds[i]->kind, "usage", kinds[i]->usage));
    }
}

static ludus_status list_files(json_t *out, const char *folder, const char *suffix,
                               ludus_error *error)
{
    char place[LUDUS_PATH_MAX];
    ludus_names names = {0};
    if (!ludus_data_find(folder, place)) {
        return LUDUS_OK;
    }
    ludus_status status = ludus_names_list(&names, place, suffix);
    if (status) {
        status = ludus_fail(error, status, "%s: cannot be listed", place);
    }
    for (size_t i = 0; i < names.count; i++) {
        json_array_append_new(out, json_sprintf("%s/%s", place, names.name[i]));
    }
    ludus_names_free(&names);
    return status;
}

static const char *text_of(const json_t *row, const char *key)
{
    return key ? json_string_value(json_object_get(row, key)) : json_string_value(row);
}

static void print_rows(const char *title, const json_t *rows, const char *first, const char *second)
{
    size_t i;
    json_t *row;
    int width = 0;
    printf("%s\n", title);
    json_array_foreach(rows, i, row)
    {
        const int length = (int)strlen(text_of(row, first));
        width = length > width ? length : width;
    }
    json_array_foreach(rows, i, row)
    {
        if (second) {
            printf("  %-*s  %s\n", width, text_of(row, first), text_of(row, second));
        } else {
            printf("  %s\n", text_of(row, first));
        }
    }
    if (json_array_size(rows) == 0) {
        printf("  none found\n");
    }
}

static ludus_status list_all(json_t *root, ludus_error *error)
{
    list_players(json_object_get(root, "players"));
    ludus_status status = list_games(json_object_get(root, "games"), error);
    if (!status) {
        status = list_files(json_object_get(root, "nets"), "nets/trained", ".safetensors", error);
    }
    return status ? status : list_files(json_object_get(root, "recipes"), "configs", ".ini", error);
}

static int list_run(int argc, char **argv)
{
    list_options options = {0};
    ludus_words words;
    ludus_error error;
    const int parsed = ludus_cmd_parse(&ludus_cmd_list, argc, argv, &options, &words);
    if (parsed >= 0) {
        return parsed;
    }
    json_t *root = json_pack("{s:[], s:[], s:[], s:[]}", "games", "players", "nets", "recipes");
    if (list_all(root, &error)) {
        json_decref(root);
        return ludus_cmd_fail(&ludus_cmd_list, &error);
    }
    if (options.json) {
        json_dumpf(root, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
        printf("\n");
    } else {
        print_rows("games (ludus play GAME)", json_object_get(root, "games"), "names", "summary");
        print_rows("players (ludus match A B)", json_object_get(root, "players"), "usage", NULL);
        print_rows("nets (ludus info FILE)", json_object_get(root, "nets"), NULL, NULL);
        print_rows("recipes (ludus train RECIPE)", json_object_get(root, "recipes"), NULL, NULL);
    }
    json_decref(root);
    return LUDUS_EXIT_OK;
}

const ludus_command ludus_cmd_list = {
    .name = "list",
    .words = "",
    .min_words = 0,
    .max_words = 0,
    .summary = "games, players, trained nets and recipes",
    .details = "",
    .args = list_args,
    .num_args = sizeof(list_args) / sizeof(list_args[0]),
    .run = list_run,
};
