// ludus watch: runs, recorded games, matches and worlds in a window.

#include "cmd.h"
#include "cmd_data.h"
#include "cmd_window.h"
#include "cmd_world.h"
#include "cmd_world_window.h"
#include "envs/env.h"
#include "viewer/dashboard_screen.h"
#include "viewer/film_screen.h"
#include "viewer/live_match.h"
#include "viewer/run_world_screen.h"
#include "viewer/watch_screen.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct watch_options {
    ludus_window_args window;
    const char *metrics;
    const char *axis;
    double smoothing;
    bool log_x, log_y;
    const char *net;
    bool person;
    double epsilon;
    double rate;
    int32_t number; // 0 = not said
    int32_t ply;
    bool paused, curves;
    int32_t boards;
    const char *game;
    int32_t games, opening_plies;
    uint64_t seed;
} watch_options;

static const ludus_arg watch_args[] = {
    {"--metrics", LUDUS_ARG_TEXT, offsetof(watch_options, metrics), 0, 0, "A,B", NULL,
     "curves of these metrics (default: strength, loss, ...)"},
    {"--x", LUDUS_ARG_TEXT, offsetof(watch_options, axis), 0, 0, "WHAT", NULL,
     "what x counts: iterations, minutes, games, frames, ..."},
    {"--smoothing", LUDUS_ARG_DOUBLE, offsetof(watch_options, smoothing), 0, .98, "S", NULL,
     "of curves, 0 (none) to .98"},
    {"--log-x", LUDUS_ARG_FLAG, offsetof(watch_options, log_x), 0, 0, NULL, NULL,
     "logarithmic x axis"},
    {"--log-y", LUDUS_ARG_FLAG, offsetof(watch_options, log_y), 0, 0, NULL, NULL,
     "logarithmic y axis"},
    {"--net", LUDUS_ARG_TEXT, offsetof(watch_options, net), 0, 0, "FILE", NULL,
     "a world: the agent that plays (default: the world's trained net)"},
    {"--person", LUDUS_ARG_FLAG, offsetof(watch_options, person), 0, 0, NULL, NULL,
     "a world: you play (Return changes that)"},
    {"--epsilon", LUDUS_ARG_DOUBLE, offsetof(watch_options, epsilon), 0, 1, "E", NULL,
     "a world: share of random actions (default 0)"},
    {"--rate", LUDUS_ARG_DOUBLE, offsetof(watch_options, rate), 0, 1000, "N", NULL,
     "moves or steps per second (default 2; a world: its own)"},
    {"--curves", LUDUS_ARG_FLAG, offsetof(watch_options, curves), 0, 0, NULL, NULL,
     "a run: its curves alone"},
    {"--boards", LUDUS_ARG_INT32, offsetof(watch_options, boards), 1, 9, "N", NULL,
     "a run: games side by side (default 4)"},
    {"--game", LUDUS_ARG_TEXT, offsetof(watch_options, game), 0, 0, "GAME", NULL,
     "a match: what is played (default connect4)"},
    {"--games", LUDUS_ARG_INT32, offsetof(watch_options, games), 0, 1e6, "N", NULL,
     "a match: how many games (default: until the window is closed)"},
    {"--opening-plies", LUDUS_ARG_INT32, offsetof(watch_options, opening_plies), 0, 100, "K", NULL,
     "a match: random moves at the beginning (default 2)"},
    {"--paused", LUDUS_ARG_FLAG, offsetof(watch_options, paused), 0, 0, NULL, NULL,
     "begin with everything standing still"},
    {"--number", LUDUS_ARG_INT32, offsetof(watch_options, number), 1, 2e9, "N", NULL,
     "recorded games: the one with this number (default: the last of a run, the first of a file)"},
    {"--ply", LUDUS_ARG_INT32, offsetof(watch_options, ply), 0, 1e6, "N", NULL,
     "recorded games: begin after so many moves"},
    LUDUS_ARG_ROW_SEED(watch_options),
    LUDUS_ARG_ROWS_WINDOW(watch_options),
};

static int watch_dashboard(const ludus_words *words, const watch_options *options)
{
    ludus_dashboard *dashboard;
    ludus_error error;
    const ludus_dashboard_setup setup = {.runs = words->word,
                                         .num_runs = words->count,
                                         .metrics = options->metrics,
                                         .smoothing = options->smoothing,
                                         .log_x = options->log_x,
                                         .log_y = options->log_y,
                                         .axis = options->axis};
    if (ludus_dashboard_create(&dashboard, &setup, &error)) {
        return ludus_cmd_fail(&ludus_cmd_watch, &error);
    }
    const int status =
        ludus_cmd_window(&ludus_cmd_watch, &options->window, ludus_dashboard_screen(), dashboard);
    ludus_dashboard_destroy(dashboard);
    return status;
}

static int watch_world(const char *name, const watch_options *options)
{
    const ludus_world_window_args args = {.window = options->window,
                                          .net = options->net,
                                          .epsilon = options->epsilon,
                                          .steps_per_second = options->rate,
                                          .seed = options->seed,
                                          .is_person = options->person,
                                          .is_paused = options->paused};
    return ludus_world_window(&ludus_cmd_watch, name, &args);
}

static bool is_folder(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

// The shelf's game of that number, or -1.
static int32_t find_game(const ludus_game_shelf *shelf, int32_t number)
{
    for (int32_t i = 0; i < ludus_game_shelf_count(shelf); i++) {
        if (ludus_game_shelf_entry(shelf, i)->number == number) {
            return i;
        }
    }
    return -1;
}

static int watch_games(const char *path, const watch_options *options)
{
    ludus_game_shelf *shelf;
    ludus_film_view *view;
    ludus_error error;
    if (ludus_game_shelf_create(&shelf, path, &error)) {
        return ludus_cmd_fail(&ludus_cmd_watch, &error);
    }
    const bool is_file = !is_folder(path);
    int32_t game = is_file ? 0 : -1;
    if (options->number > 0) {
        game = find_game(shelf, options->number);
    }
    const ludus_film_setup setup = {.source = ludus_game_shelf_source(shelf),
                                    .title = path,
                                    .game = game,
                                    .ply = options->ply,
                                    .is_paused = options->paused,
                                    .plies_per_second = options->rate};
    int status;
    if (options->number > 0 && game < 0) {
        status =
            ludus_cmd_fail_usage(&ludus_cmd_watch, "%s: no game %d", path, (int)options->number);
    } else if (ludus_film_view_create(&view, &setup, &error)) {
        status = ludus_cmd_fail(&ludus_cmd_watch, &error);
    } else {
        status = ludus_cmd_window(&ludus_cmd_watch, &options->window, ludus_film_screen(), view);
        ludus_film_view_destroy(view);
    }
    ludus_game_shelf_destroy(shelf);
    return status;
}

static int watch_match(const ludus_words *words, const watch_options *options)
{
    ludus_live_match *match;
    ludus_film_view *view;
    ludus_error error;
    const ludus_live_match_setup setup = {
        .game = options->game,
        .player = {words->word[1], words->word[2]},
        .games = options->games,
        .opening_plies = options->opening_plies,
        .seed = options->seed,
        .seconds_per_move = 1.0 / (options->rate > 0.0 ? options->rate : 2.0),
        .is_stepped = ludus_window_args_headless(&options->window)};
    if (ludus_live_match_create(&match, &setup, &error)) {
        return ludus_cmd_fail(&ludus_cmd_watch, &error);
    }
    const ludus_film_setup film = {.source = ludus_live_match_source(match),
                                   .title = "match",
                                   .game = -1,
                                   .ply = options->paused ? 0 : -1,
                                   .is_paused = options->paused};
    int status;
    if (ludus_film_view_create(&view, &film, &error)) {
        status = ludus_cmd_fail(&ludus_cmd_watch, &error);
    } else {
        status = ludus_cmd_window(&ludus_cmd_watch, &options->window, ludus_film_screen(), view);
        ludus_film_view_destroy(view);
    }
    ludus_live_match_destroy(match);
    return status;
}

static int watch_one_run(const char *folder, const watch_options *options)
{
    ludus_watch *watch;
    ludus_error error;
    const ludus_watch_setup setup = {.run = folder,
                                     .boards = options->boards,
                                     .plies_per_second = options->rate,
                                     .smoothing = options->smoothing,
                                     .is_paused = options->paused};
    if (ludus_watch_create(&watch, &setup, &error)) {
        return ludus_cmd_fail(&ludus_cmd_watch, &error);
    }
    const int status =
        ludus_cmd_window(&ludus_cmd_watch, &options->window, ludus_watch_screen(), watch);
    ludus_watch_destroy(watch);
    return status;
}

// A run that learns a world: its agent plays.
static int watch_run_world(const char *folder, const watch_options *options)
{
    ludus_run_world *run_world;
    ludus_error error;
    const ludus_run_world_setup setup = {.run = folder,
                                         .seed = options->seed,
                                         .epsilon = (float)options->epsilon,
                                         .steps_per_second = options->rate,
                                         .smoothing = options->smoothing,
                                         .is_person = options->person,
                                         .is_paused = options->paused};
    if (ludus_run_world_create(&run_world, &setup, &error)) {
        return ludus_cmd_fail(&ludus_cmd_watch, &error);
    }
    const int status =
        ludus_cmd_window(&ludus_cmd_watch, &options->window, ludus_run_world_screen(), run_world);
    ludus_run_world_destroy(run_world);
    return status;
}

static bool learns_world(const char *folder)
{
    char name[LUDUS_ENV_NAME_MAX];
    return ludus_run_game(folder, name, sizeof name) && ludus_world_exists(name);
}

static bool ends_with_jsonl(const char *path)
{
    const size_t length = strlen(path);
    return length > 6 && strcmp(path + length - 6, ".jsonl") == 0;
}

// The world or word that was meant, or NULL.
static const char *nearest_word(const char *word)
{
    const char *names[65] = {"match"};
    size_t count;
    const ludus_env_ops *const *worlds = ludus_env_worlds(&count);
    count = count < 64 ? count : 64;
    for (size_t i = 0; i < count; i++) {
        names[i + 1] = worlds[i]->name;
    }
    return ludus_nearest(word, names, count + 1);
}

// Options of the dashboard alone ask for it.
static bool wants_boards(const watch_options *options)
{
    return !options->curves && options->metrics == NULL && options->axis == NULL &&
           !options->log_x && !options->log_y;
}

static bool is_run(const char *folder)
{
    static const char *const files[] = {"recipe.ini", "metrics.jsonl", "replay"};
    char file[LUDUS_PATH_MAX];
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        snprintf(file, sizeof file, "%s/%s", folder, files[i]);
        if (access(file, F_OK) == 0) {
            return true;
        }
    }
    return false;
}

// Whether the path names something to watch.
static ludus_status check_path(const char *path, ludus_error *error)
{
    if (access(path, F_OK) != 0) {
        const char *near = nearest_word(path);
        return ludus_fail(error, LUDUS_ERR_IO, "%s: no such run, file or world%s%s%s", path,
                          near != NULL ? "; did you mean " : "", near != NULL ? near : "",
                          near != NULL ? "?" : "");
    }
    if (is_folder(path) && !is_run(path)) {
        return ludus_fail(error, LUDUS_ERR_FORMAT,
                          "%s: not the folder of a run (no recipe.ini, no metrics.jsonl)", path);
    }
    if (!ends_with_jsonl(path) && !ludus_game_shelf_reads(path)) {
        return ludus_fail(error, LUDUS_ERR_FORMAT,
                          "%s: games are read from .sgf, .pgn and .seg, curves from .jsonl", path);
    }
    return LUDUS_OK;
}

static int watch_run(int argc, char **argv)
{
    watch_options options = {
        .window = ludus_window_args_default(), .seed = 1, .game = "connect4", .opening_plies = 2};
    ludus_words words;
    const int status = ludus_cmd_parse(&ludus_cmd_watch, argc, argv, &options, &words);
    if (status >= 0) {
        return status;
    }
    if (!strcmp(words.word[0], "match")) {
        return words.count == 3 ? watch_match(&words, &options)
                                : ludus_cmd_fail_usage(&ludus_cmd_watch,
                                                       "a match needs two players: ludus watch "
                                                       "match A B --game %s",
                                                       options.game);
    }
    if (words.count == 1 && ludus_world_exists(words.word[0])) {
        return watch_world(words.word[0], &options);
    }
    for (int32_t i = 0; i < words.count; i++) {
        ludus_error error;
        if (check_path(words.word[i], &error)) {
            return ludus_cmd_fail(&ludus_cmd_watch, &error);
        }
    }
    if (words.count == 1 && !ends_with_jsonl(words.word[0]) && !is_folder(words.word[0])) {
        return watch_games(words.word[0], &options);
    }
    if (words.count == 1 && is_folder(words.word[0]) && wants_boards(&options)) {
        return learns_world(words.word[0]) ? watch_run_world(words.word[0], &options)
                                           : watch_one_run(words.word[0], &options);
    }
    return watch_dashboard(&words, &options);
}

const ludus_command ludus_cmd_watch = {
    .name = "watch",
    .words = "RUN ... | FILE | WORLD | match A B",
    .min_words = 1,
    .max_words = LUDUS_WORDS_MAX,
    .summary = "shows trainings, games, matches and worlds in a window",
    .details =
        "  ludus watch runs/a                        a training: games side by side or the agent "
        "playing its world, curves\n"
        "  ludus watch runs/a runs/b                 learning curves of several runs\n"
        "  ludus watch runs/a --curves --png a.png   the curves as a picture, no display needed\n"
        "  ludus watch game.sgf                      recorded games: .sgf, .pgn, .seg\n"
        "  ludus watch breakout                      a world: its trained agent plays\n"
        "  ludus watch match mcts:400 alphabeta:4 --game othello\n"
        "In the window ? shows the keys, F12 saves a picture.\n",
    .args = watch_args,
    .num_args = sizeof(watch_args) / sizeof(watch_args[0]),
    .run = watch_run,
};
