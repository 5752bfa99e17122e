// ludus label: games of a UCI engine with its opinion of every position, to learn from.

#include "cmd.h"
#include "cmd_data.h"
#include "cmd_progress.h"
#include "cmd_signal.h"
#include "selfplay/engine_labels.h"
#include "selfplay/replay.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

typedef struct label_options {
    const char *engine;
    const char *out;
    int32_t games, nodes, lines, opening, threads;
    uint64_t first_game, seed;
    double random_share;
} label_options;

static const ludus_arg label_args[] = {
    {"--engine", LUDUS_ARG_TEXT, offsetof(label_options, engine), 0, 0, "COMMAND", NULL,
     "the UCI engine's command line (default stockfish)"},
    {"--out", LUDUS_ARG_TEXT, offsetof(label_options, out), 0, 0, "FOLDER", NULL,
     "where the record files go (required)"},
    {"--games", LUDUS_ARG_INT32, offsetof(label_options, games), 1, 1e9, "N", NULL,
     "games to play (default 1000)"},
    {"--first-game", LUDUS_ARG_UINT64, offsetof(label_options, first_game), 0, 0, "N", NULL,
     "number of the first game: more games of the same kind in another folder"},
    {"--nodes", LUDUS_ARG_INT32, offsetof(label_options, nodes), 1, 1e9, "N", NULL,
     "the engine's nodes per position (default 2000)"},
    {"--lines", LUDUS_ARG_INT32, offsetof(label_options, lines), 1, LUDUS_LABEL_MAX_LINES, "N",
     NULL, "moves that the policy weighs, MultiPV (default 4)"},
    {"--opening", LUDUS_ARG_INT32, offsetof(label_options, opening), 0, 100, "N", NULL,
     "most random moves at the start of a game (default 10)"},
    {"--random", LUDUS_ARG_DOUBLE, offsetof(label_options, random_share), 0, 1, "SHARE", NULL,
     "share of random moves later (default 0.05)"},
    LUDUS_ARG_ROW_THREADS(label_options),
    LUDUS_ARG_ROW_SEED(label_options),
};

typedef struct label_view {
    ludus_progress progress;
    ludus_replay *replay;
    int64_t games, positions, wanted;
    double start;
} label_view;

static ludus_status keep_game(const uint8_t *bytes, size_t size, int32_t plies, void *user,
                              ludus_error *error)
{
    label_view *view = user;
    char line[160], left[LUDUS_DURATION_MAX];
    const ludus_status status = ludus_replay_push(view->replay, bytes, size, plies, error);
    if (status != LUDUS_OK) {
        return status;
    }
    view->games++;
    view->positions += plies;
    const double seconds = ludus_clock() - view->start;
    snprintf(
        line, sizeof line, "games %" PRId64 "/%" PRId64 "  positions %" PRId64 "  %.0f/s  left %s",
        view->games, view->wanted, view->positions, (double)view->positions / seconds,
        ludus_duration(seconds / (double)view->games * (double)(view->wanted - view->games), left));
    ludus_progress_update(&view->progress, line);
    return ludus_signal_requested()
               ? ludus_fail(error, LUDUS_ERR_STATE, "stopped; what was finished is kept")
               : LUDUS_OK;
}

static ludus_status open_replay(label_view *view, const ludus_game *game, const char *folder,
                                ludus_error *error)
{
    ludus_replay_config config = ludus_replay_config_default();
    ludus_names names;
    ludus_status status = ludus_names_list(&names, folder, ".seg");
    if (status == LUDUS_OK && names.count > 0) {
        status = ludus_fail(error, LUDUS_ERR_STATE,
                            "%s holds records already; give the new ones a folder of their own "
                            "(and --first-game)",
                            folder);
    }
    ludus_names_free(&names);
    if (status != LUDUS_OK) {
        return status;
    }
    // Memory is not what the games are kept in here.
    config.capacity_items = 4096;
    config.enable_segments = true;
    if (strlen(folder) >= sizeof config.folder) {
        return ludus_fail(error, LUDUS_ERR_ARG, "--out: the path is too long");
    }
    strcpy(config.folder, folder);
    snprintf(config.tag, sizeof config.tag, "%s", game->spec.name);
    return ludus_replay_create(&view->replay, &config, error);
}

static int label_run(int argc, char **argv)
{
    const ludus_engine_label_config plain = ludus_engine_label_config_default();
    label_options options = {.engine = plain.engine,
                             .games = (int32_t)plain.games,
                             .nodes = plain.nodes,
                             .lines = plain.lines,
                             .opening = plain.opening,
                             .random_share = (double)plain.random_share,
                             .seed = plain.seed};
    ludus_words words;
    ludus_error error;
    ludus_game game = {0};
    label_view view = {.start = ludus_clock()};
    const int parsed = ludus_cmd_parse(&ludus_cmd_label, argc, argv, &options, &words);
    if (parsed >= 0) {
        return parsed;
    }
    if (options.out == NULL) {
        return ludus_cmd_fail_usage(&ludus_cmd_label, "--out FOLDER is missing");
    }
    ludus_engine_label_config config = plain;
    config.engine = options.engine;
    config.games = view.wanted = options.games;
    config.first_game = (int64_t)options.first_game;
    config.nodes = options.nodes;
    config.lines = options.lines;
    config.opening = options.opening;
    config.random_share = (float)options.random_share;
    config.seed = options.seed;
    config.threads = ludus_cmd_threads(options.threads);
    ludus_progress_init(&view.progress);
    ludus_signal_install();
    ludus_status status = ludus_game_open(&game, words.word[0], &error);
    if (status == LUDUS_OK) {
        status = open_replay(&view, &game, options.out, &error);
    }
    if (status == LUDUS_OK) {
        status = ludus_engine_labels(&game, &config, keep_game, &view, &error);
    }
    if (view.replay != NULL) {
        const ludus_status flushed = ludus_replay_flush(view.replay, status ? NULL : &error);
        status = status != LUDUS_OK ? status : flushed;
    }
    ludus_progress_finish(&view.progress);
    ludus_replay_destroy(view.replay);
    ludus_game_close(&game);
    if (status != LUDUS_OK) {
        return ludus_signal_requested() ? LUDUS_EXIT_STOPPED
                                        : ludus_cmd_fail(&ludus_cmd_label, &error);
    }
    printf("%" PRId64 " games, %" PRId64 " positions in %s\n", view.games, view.positions,
           options.out);
    return LUDUS_EXIT_OK;
}

const ludus_command ludus_cmd_label = {
    .name = "label",
    .words = "GAME",
    .min_words = 1,
    .max_words = 1,
    .summary = "lets a UCI engine play varied games and stores its policy and value to learn from",
    .details = "  ludus label chess --engine stockfish --games 5000 --out data/chess\n"
               "  ludus train configs/chess-distill.ini --set learn.data=data/chess\n",
    .args = label_args,
    .num_args = sizeof(label_args) / sizeof(label_args[0]),
    .run = label_run,
};
