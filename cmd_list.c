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

static ludus_status game_summary(const ludus_game_ops *family, json_t *out)
{
    ludus_game game;
    ludus_error error;
    const ludus_status status = ludus_game_open(&game, family->family, &error);
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

static ludus_status list_games(json_t *out)
{
    size_t count;
    const ludus_game_ops *const *families = ludus_game_families(&count);
    ludus_status status = LUDUS_OK;
    for (size_t i = 0; !status && i < count; i++) {
        status = game_summary(families[i], out);
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

static ludus_status list_files(json_t *out, const char *folder, const char *suffix)
{
    char place[LUDUS_PATH_MAX];
    ludus_names names = {0};
    if (!ludus_data_find(folder, place)) {
        return LUDUS_OK;
    }
    const ludus_status status = ludus_names_list(&names, place, suffix);
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

static int list_run(int argc, char **argv)
{
    list_options options = {0};
    ludus_words words;
    const int status = ludus_cmd_parse(&ludus_cmd_list, argc, argv, &options, &words);
    if (status >= 0) {
        return status;
    }
    json_t *root = json_pack("{s:[], s:[], s:[], s:[]}", "games", "players", "nets", "recipes");
    json_t *games = json_object_get(root, "games");
    json_t *players = json_object_get(root, "players");
    json_t *nets = json_object_get(root, "nets");
    json_t *recipes = json_object_get(root, "recipes");
    list_players(players);
    if (list_games(games) || list_files(nets, "nets/trained", ".safetensors") ||
        list_files(recipes, "configs", ".ini")) {
        json_decref(root);
        const ludus_error error = {LUDUS_ERR_NOMEM, "no memory"};
        return ludus_cmd_fail(&ludus_cmd_list, &error);
    }
    if (options.json) {
        json_dumpf(root, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
        printf("\n");
    } else {
        print_rows("games (ludus play GAME)", games, "names", "summary");
        print_rows("players (ludus match A B)", players, "usage", NULL);
        print_rows("nets (ludus info FILE)", nets, NULL, NULL);
        print_rows("recipes (ludus train RECIPE)", recipes, NULL, NULL);
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
