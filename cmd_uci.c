// ludus uci: chess for programs that speak UCI.

#include "agents/uci_session.h"
#include "cmd.h"
#include "cmd_data.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_NET "nets/trained/chess.safetensors"

typedef struct uci_options {
    const char *net;
    int32_t threads;
    int32_t hash;
    uint64_t seed;
} uci_options;

static const ludus_arg uci_args[] = {
    {"--net", LUDUS_ARG_TEXT, offsetof(uci_options, net), 0, 0, "FILE", NULL,
     "the net that plays (default " DEFAULT_NET ")"},
    {"--hash", LUDUS_ARG_INT32, offsetof(uci_options, hash), 1, 65536, "MIB", NULL,
     "memory of the search tree (default 64)"},
    {"--threads", LUDUS_ARG_INT32, offsetof(uci_options, threads), 1, 64, "N", NULL,
     "cores that evaluate positions (default 1)"},
    LUDUS_ARG_ROW_SEED(uci_options),
};

static void print_lines(const char *text, void *user)
{
    (void)user;
    fputs(text, stdout);
    fflush(stdout);
}

static ludus_status choose_net(ludus_uci_options *options, const char *asked, ludus_error *error)
{
    char found[LUDUS_PATH_MAX];
    if (asked == NULL && !ludus_data_find(DEFAULT_NET, found)) {
        return LUDUS_OK; // the session says that there is none
    }
    const char *path = asked != NULL ? asked : found;
    if (strlen(path) >= sizeof(options->weights)) {
        return ludus_fail(error, LUDUS_ERR_ARG, "--net: the path is too long");
    }
    strcpy(options->weights, path);
    return LUDUS_OK;
}

static void hear_all(ludus_uci_session *session)
{
    char *line = NULL;
    size_t capacity = 0;
    ssize_t length;
    bool goes_on = true;
    while (goes_on && (length = getline(&line, &capacity, stdin)) >= 0) {
        goes_on = ludus_uci_session_hear(session, line);
    }
    if (goes_on) {
        ludus_uci_session_finish(session);
    }
    free(line);
}

static int uci_run(int argc, char **argv)
{
    uci_options options = {.seed = 1};
    ludus_words words;
    ludus_error error;
    ludus_game game = {0};
    ludus_uci_session *session = NULL;
    const int parsed = ludus_cmd_parse(&ludus_cmd_uci, argc, argv, &options, &words);
    if (parsed >= 0) {
        return parsed;
    }
    ludus_uci_session_config config = {.options = ludus_uci_options_default(),
                                       .name = "Ludus",
                                       .say = print_lines,
                                       .seed = options.seed};
    config.options.threads = options.threads > 0 ? options.threads : config.options.threads;
    config.options.hash = options.hash > 0 ? options.hash : config.options.hash;
    ludus_status status = choose_net(&config.options, options.net, &error);
    status = status ? status : ludus_game_open(&game, "chess", &error);
    status = status ? status : ludus_uci_session_create(&session, &game, &config, &error);
    if (status == LUDUS_OK) {
        hear_all(session);
    }
    ludus_uci_session_destroy(session);
    ludus_game_close(&game);
    return status == LUDUS_OK ? LUDUS_EXIT_OK : ludus_cmd_fail(&ludus_cmd_uci, &error);
}

const ludus_command ludus_cmd_uci = {
    .name = "uci",
    .words = "",
    .min_words = 0,
    .max_words = 0,
    .summary = "plays chess for programs that speak UCI: xboard -fcp, cutechess, Arena, ...",
    .details = "Started by the program that it plays for; a person uses `ludus play chess`.\n"
               "  ludus match 'uci:ludus uci?tc=10+0.1' 'uci:stockfish?tc=10+0.1' --game chess\n"
               "Options (setoption): Hash, Clear Hash, Threads, WeightsFile, MultiPV, Ponder,\n"
               "UCI_ShowWDL, UCI_Chess960, UCI_LimitStrength, UCI_Elo, Move Overhead, Precision,\n"
               "Batch.\n"
               "UCI_Elo 600, 800, .. 2400 are the levels 1, 2, .. 10; not calibrated.\n",
    .args = uci_args,
    .num_args = sizeof(uci_args) / sizeof(uci_args[0]),
    .run = uci_run,
};
