// ludus perft: counts move trees, the classic check of a game's rules and its speed.

#include "cmd.h"
#include "envs/game.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct perft_options {
    int32_t threads;
    bool divide;
    const char *position;
} perft_options;

static const ludus_arg perft_args[] = {
    {"--divide", LUDUS_ARG_FLAG, offsetof(perft_options, divide), 0, 0, NULL, NULL,
     "also print the count below each first move"},
    {"--position", LUDUS_ARG_TEXT, offsetof(perft_options, position), 0, 0, "TEXT", NULL,
     "start from this position instead of the first one"},
    LUDUS_ARG_ROW_THREADS(perft_options),
};

static uint64_t divide(const ludus_game *game, const void *pos, int32_t depth, int32_t threads,
                       ludus_move *legal, void *next)
{
    uint64_t total = 0;
    const int32_t n = ludus_game_legal(game, pos, legal);
    for (int32_t i = 0; i < n; i++) {
        char text[LUDUS_GAME_TEXT_MAX];
        ludus_game_move_text(game, pos, legal[i], text);
        memcpy(next, pos, game->spec.state_bytes);
        ludus_game_play(game, next, legal[i]);
        const uint64_t nodes = ludus_game_perft(game, next, depth - 1, threads);
        printf("%s %" PRIu64 "\n", text, nodes);
        total += nodes;
    }
    return total;
}

static int count_nodes(const ludus_game *game, const perft_options *options, int32_t depth)
{
    ludus_error error;
    int status = LUDUS_EXIT_OK;
    const int32_t threads = ludus_cmd_threads(options->threads);
    void *pos = ludus_alloc(1, game->spec.state_bytes);
    void *next = ludus_alloc(1, game->spec.state_bytes);
    ludus_move *legal = ludus_alloc((size_t)game->spec.max_legal, sizeof(*legal));
    if (!pos || !next || !legal) {
        ludus_fail(&error, LUDUS_ERR_NOMEM, "no memory");
        status = ludus_cmd_fail(&ludus_cmd_perft, &error);
        goto done;
    }
    ludus_game_init(game, pos);
    if (options->position && ludus_game_from_text(game, pos, options->position, &error)) {
        status = ludus_cmd_fail(&ludus_cmd_perft, &error);
        goto done;
    }
    const double start = ludus_clock();
    const uint64_t nodes = options->divide && depth > 0
                               ? divide(game, pos, depth, threads, legal, next)
                               : ludus_game_perft(game, pos, depth, threads);
    const double seconds = ludus_clock() - start;
    printf("time %.3f s, %.1f million nodes/s\n", seconds,
           seconds > 0 ? (double)nodes / seconds / 1e6 : 0.0);
    printf("nodes %" PRIu64 "\n", nodes);
done:
    ludus_free(legal);
    ludus_free(next);
    ludus_free(pos);
    return status;
}

static int perft_run(int argc, char **argv)
{
    perft_options options = {0};
    ludus_words words;
    ludus_error error;
    int status = ludus_cmd_parse(&ludus_cmd_perft, argc, argv, &options, &words);
    if (status >= 0) {
        return status;
    }
    char *end;
    const long depth = strtol(words.word[1], &end, 10);
    if (end == words.word[1] || *end || depth < 0 || depth > 64) {
        return ludus_cmd_fail_usage(&ludus_cmd_perft, "depth \"%s\": must be a number from 0 to 64",
                                    words.word[1]);
    }
    ludus_game game;
    if (ludus_game_open(&game, words.word[0], &error)) {
        return ludus_cmd_fail(&ludus_cmd_perft, &error);
    }
    status = count_nodes(&game, &options, (int32_t)depth);
    ludus_game_close(&game);
    return status;
}

const ludus_command ludus_cmd_perft = {
    .name = "perft",
    .words = "GAME DEPTH",
    .min_words = 2,
    .max_words = 2,
    .summary = "counts the positions DEPTH moves ahead: a check of the rules",
    .details = "The last line is `nodes N`.\n"
               "  ludus perft othello 9\n"
               "  ludus perft connect4 8 --divide\n",
    .args = perft_args,
    .num_args = sizeof(perft_args) / sizeof(perft_args[0]),
    .run = perft_run,
};
