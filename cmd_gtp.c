// ludus gtp: the Go engine that other programs drive over its standard input and output.

#include "agents/gtp.h"
#include "agents/level.h"
#include "cmd.h"
#include "cmd_data.h"
#include "nets/net.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define SHIPPED_NET "nets/trained/go9.safetensors"

typedef struct gtp_options {
    const char *net;
    int32_t size;
    int32_t rules;
    int32_t level;
    int32_t simulations;
    double seconds;
    int32_t precision;
    double resign; // percent
    int32_t threads;
    uint64_t seed;
    bool ponder;
} gtp_options;

static const char *const rules_names[] = {"chinese", "japanese", "tromp-taylor", NULL};
static const char *const precision_names[] = {"f32", "bf16", "int8", NULL};

static const ludus_arg gtp_args[] = {
    {"--net", LUDUS_ARG_TEXT, offsetof(gtp_options, net), 0, 0, "FILE", NULL,
     "the net (default: the shipped one; \"none\": random playouts)"},
    {"--level", LUDUS_ARG_INT32, offsetof(gtp_options, level), 1, LUDUS_LEVEL_MAX, "L", NULL,
     "strength, 1 to 10 (default 10)"},
    {"--sims", LUDUS_ARG_INT32, offsetof(gtp_options, simulations), 1, 1000000, "N", NULL,
     "simulations per move (default: the level's, or what the clock allows)"},
    {"--seconds", LUDUS_ARG_DOUBLE, offsetof(gtp_options, seconds), 0.001, 1e6, "S", NULL,
     "time per move while nobody sets a clock"},
    {"--size", LUDUS_ARG_INT32, offsetof(gtp_options, size), 2, 19, "N", NULL,
     "board at first, before boardsize (default 9)"},
    {"--rules", LUDUS_ARG_CHOICE, offsetof(gtp_options, rules), 0, 0, "RULES", rules_names,
     "what is counted at the end; japanese changes the counting only"},
    {"--resign", LUDUS_ARG_DOUBLE, offsetof(gtp_options, resign), 0, 50, "PERCENT", NULL,
     "resign below this chance to win (default 3, 0 = never)"},
    {"--ponder", LUDUS_ARG_FLAG, offsetof(gtp_options, ponder), 0, 0, NULL, NULL,
     "think on the opponent's time"},
    {"--precision", LUDUS_ARG_CHOICE, offsetof(gtp_options, precision), 0, 0, "P", precision_names,
     "arithmetic of the net; default int8, the quickest"},
    LUDUS_ARG_ROW_THREADS(gtp_options),
    LUDUS_ARG_ROW_SEED(gtp_options),
};

// Answers go out at once and whole.
static void write_out(const char *text, void *user)
{
    size_t left = strlen(text);
    (void)user;
    while (left > 0) {
        const ssize_t n = write(STDOUT_FILENO, text, left);
        if (n < 0 && errno != EINTR) {
            return; // nobody listens any more; the input's end will tell
        }
        text += n > 0 ? n : 0;
        left -= n > 0 ? (size_t)n : 0;
    }
}

static void serve(ludus_gtp *gtp)
{
    char bytes[4096];
    for (;;) {
        const ssize_t n = read(STDIN_FILENO, bytes, sizeof bytes);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            ludus_gtp_end(gtp);
            return;
        }
        if (!ludus_gtp_feed(gtp, bytes, (size_t)n)) {
            return;
        }
    }
}

// The net to play with, NULL for none.
static const char *choose_net(const gtp_options *options, char path[LUDUS_PATH_MAX])
{
    if (options->net != NULL && strcmp(options->net, "none") != 0) {
        return options->net;
    }
    if (options->net == NULL && ludus_data_find(SHIPPED_NET, path)) {
        return path;
    }
    fprintf(stderr, "ludus gtp: plays without a net, by random playouts, which is weak%s\n",
            options->net == NULL ? "; " SHIPPED_NET " is not here, --net FILE names one" : "");
    return NULL;
}

static int gtp_run(int argc, char **argv)
{
    ludus_gtp_config config = ludus_gtp_config_default();
    gtp_options options = {.size = config.size,
                           .level = config.level,
                           .precision = config.precision,
                           .resign = 100.0 * config.resign,
                           .seed = config.seed};
    char path[LUDUS_PATH_MAX];
    ludus_words words;
    ludus_error error;
    ludus_gtp *gtp;
    const int status = ludus_cmd_parse(&ludus_cmd_gtp, argc, argv, &options, &words);
    if (status >= 0) {
        return status;
    }
    const int32_t threads = ludus_cmd_threads(options.threads);
    config.net = choose_net(&options, path);
    config.size = options.size;
    config.rules = options.rules;
    config.level = options.level;
    config.simulations = options.simulations;
    config.seconds = options.seconds;
    config.threads = threads < 64 ? threads : 64;
    config.precision = options.precision;
    config.enable_ponder = options.ponder;
    config.resign = options.resign / 100.0;
    config.seed = options.seed;
    if (ludus_gtp_create(&gtp, &config, write_out, NULL, &error)) {
        return ludus_cmd_fail(&ludus_cmd_gtp, &error);
    }
    serve(gtp);
    ludus_gtp_destroy(gtp);
    return LUDUS_EXIT_OK;
}

const ludus_command ludus_cmd_gtp = {
    .name = "gtp",
    .words = "",
    .min_words = 0,
    .max_words = 0,
    .summary = "a Go engine for GoGui, Sabaki, Lizzie and other programs (GTP 2)",
    .details = "Speaks the Go Text Protocol on standard input and output, lz-analyze and\n"
               "kata-analyze included. In a program for people, the engine's command line is\n"
               "  /path/to/ludus gtp --level 7\n"
               "Any board from 2x2 to 19x19, if the net's weights fit boards of any size.\n",
    .args = gtp_args,
    .num_args = sizeof(gtp_args) / sizeof(gtp_args[0]),
    .run = gtp_run,
};
