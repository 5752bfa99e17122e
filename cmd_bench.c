// ludus bench: speeds of the parts, and the signature of what they compute.

#include "agents/evaluator.h"
#include "agents/search_bench.h"
#include "agents/thinker_bench.h"
#include "agents/world_net.h"
#include "base/config.h"
#include "cmd.h"
#include "cmd_data.h"
#include "envs/env_bench.h"
#include "envs/go_bench.h"
#include "nets/net_bench.h"
#include "nets/train_bench.h"
#include "selfplay/replay_bench.h"
#include "selfplay/selfplay_bench.h"
#include "selfplay/signature.h"
#include "selfplay/transition_bench.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_COLUMNS 24
#define CELL_MAX 48 // bytes of a printed value

typedef struct bench_options {
    int32_t threads;
    int32_t batch;
    bool signature;
    bool json;
} bench_options;

static const ludus_arg bench_args[] = {
    {"--signature", LUDUS_ARG_FLAG, offsetof(bench_options, signature), 0, 0, NULL, NULL,
     "print only the hash of what rules, search and nets compute; no timing"},
    {"--batch", LUDUS_ARG_INT32, offsetof(bench_options, batch), 1, 4096, "N", NULL,
     "net: rows per forward (default 16)"},
    LUDUS_ARG_ROW_THREADS(bench_options),
    LUDUS_ARG_ROW_JSON(bench_options),
};

// One part: appends objects with the same keys, the rows of a table.
typedef ludus_status bench_measure(const bench_options *options, json_t *rows, ludus_error *error);

typedef struct bench_part {
    const char *name;
    bench_measure *measure;
} bench_part;

#define REPLAY_POSITIONS 200000
#define THINK_SECONDS 2.0
#define ENV_STEPS 2000000
#define NAME_MAX_BYTES 48

// A residual net of random weights for a game, as its players would use it.
static ludus_status make_net(ludus_net **out, const ludus_game *game, int32_t channels,
                             int32_t blocks, ludus_error *error)
{
    ludus_net_desc desc = ludus_net_desc_default();
    desc.channels = channels;
    desc.blocks = blocks;
    ludus_net_desc_for_game(&desc, game, NULL, NULL);
    return ludus_net_create(out, &desc, 1, error);
}

static ludus_status add_net_rows(const ludus_net *net, const char *name,
                                 const bench_options *options, json_t *rows, ludus_error *error)
{
    ludus_net_bench_config config = ludus_net_bench_config_default();
    ludus_status status = LUDUS_OK;
    config.batch = options->batch;
    config.threads = options->threads;
    for (int32_t p = 0; !status && p < LUDUS_NUM_PRECISIONS; p++) {
        const ludus_precision precision = (ludus_precision)p;
        ludus_net_bench b;
        status = ludus_net_bench_run(net, precision, &config, &b, error);
        if (status == LUDUS_ERR_UNSUPPORTED) {
            status = LUDUS_OK; // this machine has no such kernels: no row
            continue;
        }
        if (!status) {
            json_array_append_new(
                rows, json_pack("{s:s, s:s, s:i, s:f, s:f, s:f, s:f, s:i, s:f, s:f, s:f, s:b, s:s}",
                                "net", name, "precision", ludus_precision_name(precision), "batch",
                                config.batch, "gflops", b.gflops, "peak_gflops", b.peak_gflops,
                                "peak_share", b.peak_share, "evals_per_s", b.evals_per_s, "threads",
                                config.threads, "evals_per_s_all", b.evals_per_s_all, "speedup",
                                b.speedup, "scaling", b.scaling, "emulated", b.is_emulated ? 1 : 0,
                                "peak_by", ludus_net_bench_peak_name(precision)));
        }
    }
    return status;
}

static ludus_status measure_net(const bench_options *options, json_t *rows, ludus_error *error)
{
    static const struct {
        const char *game;
        int32_t channels, blocks;
    } nets[] = {{"gomoku9", 64, 5}, {"othello", 128, 6}, {"connect4", 64, 5}};
    ludus_status status = LUDUS_OK;
    for (size_t i = 0; !status && i < sizeof(nets) / sizeof(nets[0]); i++) {
        ludus_game game;
        ludus_net *net = NULL;
        char name[NAME_MAX_BYTES];
        status = ludus_game_open(&game, nets[i].game, error);
        if (status) {
            break;
        }
        snprintf(name, sizeof(name), "%dx%d on %dx%d", nets[i].channels, nets[i].blocks,
                 game.spec.planes[1], game.spec.planes[2]);
        status = make_net(&net, &game, nets[i].channels, nets[i].blocks, error);
        status = status ? status : add_net_rows(net, name, options, rows, error);
        ludus_net_destroy(net);
        ludus_game_close(&game);
    }
    return status;
}

static ludus_status measure_search(const bench_options *options, json_t *rows, ludus_error *error)
{
    static const char *const games[] = {"connect4", "othello", "gomoku9"};
    const ludus_search_bench_config config = ludus_search_bench_config_default();
    ludus_status status = LUDUS_OK;
    (void)options;
    for (size_t i = 0; !status && i < sizeof(games) / sizeof(games[0]); i++) {
        ludus_game game;
        ludus_search_bench b;
        status = ludus_game_open(&game, games[i], error);
        if (status) {
            break;
        }
        status = ludus_search_bench_run(&game, &config, &b, error);
        if (!status) {
            json_array_append_new(rows,
                                  json_pack("{s:s, s:i, s:f, s:f, s:f, s:f}", "game", games[i],
                                            "simulations", config.simulations, "us_per_simulation",
                                            b.us_per_simulation, "us_in_evaluate", b.evaluate_us,
                                            "simulations_per_s", b.simulations_per_s,
                                            "evals_per_simulation", b.evaluations_per_simulation));
        }
        ludus_game_close(&game);
    }
    return status;
}

// A thinker on one core, then on all.
static ludus_status add_think_rows(const ludus_game *game, const ludus_net *net,
                                   const bench_options *options, json_t *rows, ludus_error *error)
{
    const int32_t cores[] = {1, options->threads};
    ludus_status status = LUDUS_OK;
    for (int i = 0; !status && i < 2 && (i == 0 || cores[i] > 1); i++) {
        ludus_thinker_bench b;
        ludus_thinker_config config = ludus_thinker_config_for_game(game);
        config.threads = cores[i] < 64 ? cores[i] : 64;
        status = ludus_thinker_bench_run(game, net, &config, THINK_SECONDS, &b, error);
        if (!status) {
            json_array_append_new(rows,
                                  json_pack("{s:s, s:s, s:i, s:i, s:f, s:f, s:f}", "game",
                                            game->spec.name, "precision",
                                            ludus_precision_name((ludus_precision)config.precision),
                                            "threads", config.threads, "batch", config.batch,
                                            "evals_per_s", b.evaluations_per_s, "simulations_per_s",
                                            b.simulations_per_s, "stop_ms", b.stop_ms));
        }
    }
    return status;
}

// Searches for one game with nets of 64x5, as protocols and windows run them.
static ludus_status measure_think(const bench_options *options, json_t *rows, ludus_error *error)
{
    static const char *const games[] = {"connect4", "go9", "chess"};
    ludus_status status = LUDUS_OK;
    for (size_t i = 0; !status && i < sizeof(games) / sizeof(games[0]); i++) {
        ludus_game game;
        ludus_net *net = NULL;
        status = ludus_game_open(&game, games[i], error);
        if (status) {
            break;
        }
        status = make_net(&net, &game, 64, 5, error);
        status = status ? status : add_think_rows(&game, net, options, rows, error);
        ludus_net_destroy(net);
        ludus_game_close(&game);
    }
    return status;
}

// The net of DQN on MinAtar (Young & Tian 2019): one convolution, one dense layer, values.
static ludus_net_desc minatar_desc(int32_t channels, bool noisy)
{
    ludus_net_desc desc = ludus_net_desc_default();
    desc.in_shape[0] = channels;
    desc.in_shape[1] = desc.in_shape[2] = 10;
    desc.trunk = LUDUS_TRUNK_CONV;
    desc.norm = LUDUS_NORM_NONE;
    desc.num_convs = 1;
    desc.convs[0] = (ludus_conv_layer){.channels = 16, .kernel = 3, .stride = 1, .pad = 0};
    desc.num_hidden = 1;
    desc.hidden[0] = 128;
    desc.noisy = noisy;
    desc.num_heads = 1;
    desc.heads[0] = (ludus_head_desc){
        .name = "q", .kind = LUDUS_HEAD_Q, .size = 6, .atoms = 1, .loss_weight = 1.0f};
    return desc;
}

// The net of AlphaZero on a 9x9 board.
static ludus_net_desc board_desc(void)
{
    ludus_net_desc desc = ludus_net_desc_default();
    desc.in_shape[0] = 3;
    desc.in_shape[1] = desc.in_shape[2] = 9;
    desc.num_heads = 2;
    desc.heads[0] = (ludus_head_desc){.name = "policy",
                                      .kind = LUDUS_HEAD_POLICY,
                                      .size = 81,
                                      .channels = 16,
                                      .atoms = 1,
                                      .loss_weight = 1.0f};
    desc.heads[1] = (ludus_head_desc){.name = "value",
                                      .kind = LUDUS_HEAD_WDL,
                                      .size = 3,
                                      .channels = 8,
                                      .hidden = 64,
                                      .atoms = 1,
                                      .loss_weight = 1.0f};
    return desc;
}

static ludus_status measure_train(const bench_options *options, json_t *rows, ludus_error *error)
{
    static const struct {
        const char *name;
        int32_t channels, batch, shards, threads; // no channels: a board's net
        bool noisy;
        ludus_precision precision;
    } cases[] = {{"minatar 4 planes", 4, 32, 1, 1, false, LUDUS_PRECISION_F32},
                 {"minatar 10 planes", 10, 32, 1, 1, false, LUDUS_PRECISION_F32},
                 {"minatar 10 planes", 10, 32, 2, 2, false, LUDUS_PRECISION_F32},
                 {"noisy minatar 10", 10, 32, 1, 1, true, LUDUS_PRECISION_F32},
                 {"64x5 on 9x9", 0, 256, 4, 1, false, LUDUS_PRECISION_F32},
                 {"64x5 on 9x9", 0, 256, 4, 1, false, LUDUS_PRECISION_BF16}};
    ludus_status status = LUDUS_OK;
    for (size_t i = 0; !status && i < sizeof(cases) / sizeof(cases[0]); i++) {
        const ludus_net_desc desc =
            cases[i].channels > 0 ? minatar_desc(cases[i].channels, cases[i].noisy) : board_desc();
        ludus_train_bench_config config = ludus_train_bench_config_default();
        ludus_train_bench b;
        if (cases[i].threads > 1 && options->threads < cases[i].threads) {
            continue;
        }
        config.train.batch = cases[i].batch;
        config.train.precision = cases[i].precision;
        config.train.shards = cases[i].shards;
        config.train.threads = cases[i].threads;
        config.train.optimiser = LUDUS_OPTIMISER_RMSPROP;
        config.train.weight_decay = 0.0f;
        config.train.lr = 0.00025f;
        config.train.beta2 = 0.95f;
        config.train.epsilon = 0.01f;
        status = ludus_train_bench_run(&desc, &config, &b, error);
        if (!status) {
            json_array_append_new(
                rows, json_pack("{s:s, s:s, s:i, s:i, s:i, s:f, s:f, s:f}", "net", cases[i].name,
                                "precision", ludus_precision_name(cases[i].precision), "batch",
                                config.train.batch, "shards", config.train.shards, "threads",
                                config.train.threads, "steps_per_s", b.steps_per_s,
                                "steps_per_cpu_s", b.steps_per_cpu_s, "gflops", b.gflops));
        }
    }
    return status;
}

static ludus_status measure_replay(const bench_options *options, json_t *rows, ludus_error *error)
{
    static const char *const games[] = {"connect4", "othello"};
    ludus_status status = LUDUS_OK;
    (void)options;
    for (size_t i = 0; !status && i < sizeof(games) / sizeof(games[0]); i++) {
        ludus_replay_bench b;
        status = ludus_replay_bench_run(games[i], NULL, REPLAY_POSITIONS, &b, error);
        if (!status) {
            json_array_append_new(
                rows,
                json_pack("{s:s, s:I, s:f, s:f, s:f, s:f, s:f, s:f}", "game", games[i], "positions",
                          (json_int_t)b.positions, "raw_bytes", b.raw_bytes_per_position,
                          "stored_bytes", b.stored_bytes_per_position, "pushed_per_s",
                          b.pushed_per_second, "pushed_mb_per_s", b.pushed_megabytes_per_second,
                          "drawn_per_s", b.drawn_per_second, "drawn_sorted_per_s",
                          b.drawn_sorted_per_second));
        }
    }
    return status;
}

static ludus_status measure_selfplay_game(const char *name, ludus_precision precision,
                                          int32_t threads, json_t *rows, ludus_error *error)
{
    ludus_selfplay_bench_config config = ludus_selfplay_bench_config_default();
    ludus_selfplay_bench b;
    ludus_game game;
    ludus_net *net = NULL;
    config.threads = threads;
    config.selfplay.precision = (int32_t)precision;
    ludus_status status = ludus_game_open(&game, name, error);
    if (status) {
        return status;
    }
    status = make_net(&net, &game, 64, 5, error);
    status = status ? status : ludus_selfplay_bench_run(&game, net, &config, &b, error);
    if (!status) {
        json_t *bytes = b.games > 0 ? json_real(b.bytes_per_position) : json_null();
        json_array_append_new(
            rows,
            json_pack("{s:s, s:s, s:s, s:i, s:i, s:f, s:f, s:o, s:f}", "game", name, "net", "64x5",
                      "precision", ludus_precision_name(precision), "threads", config.threads,
                      "batch", config.selfplay.batch, "evals_per_s", b.evals_per_s, "moves_per_s",
                      b.moves_per_s, "bytes_per_position", bytes, "net_share", b.net_share));
    }
    ludus_net_destroy(net);
    ludus_game_close(&game);
    return status;
}

static ludus_status measure_selfplay(const bench_options *options, json_t *rows, ludus_error *error)
{
    static const char *const games[] = {"connect4", "othello"};
    ludus_status status = LUDUS_OK;
    for (size_t i = 0; !status && i < sizeof(games) / sizeof(games[0]); i++) {
        for (int32_t p = 0; !status && p < LUDUS_NUM_PRECISIONS; p++) {
            const ludus_precision precision = (ludus_precision)p;
            if (ludus_precision_is_native(precision)) {
                status = measure_selfplay_game(games[i], precision, options->threads, rows, error);
            }
        }
    }
    return status;
}

static ludus_status measure_env(const bench_options *options, json_t *rows, ludus_error *error)
{
    size_t count;
    const ludus_env_ops *const *worlds = ludus_env_worlds(&count);
    ludus_status status = LUDUS_OK;
    (void)options;
    for (size_t i = 0; !status && i < count; i++) {
        ludus_env_bench bytes = {0}, bits = {0};
        status = ludus_env_bench_run(worlds[i]->name, NULL, ENV_STEPS, false, &bytes, error);
        if (!status) {
            status = ludus_env_bench_run(worlds[i]->name, NULL, ENV_STEPS, true, &bits, error);
        }
        if (!status) {
            json_array_append_new(
                rows, json_pack("{s:s, s:I, s:I, s:f, s:f}", "world", worlds[i]->name, "steps",
                                (json_int_t)bits.steps, "episodes", (json_int_t)bits.episodes,
                                "msteps_per_s", 1e-6 * bytes.steps_per_second,
                                "msteps_per_s_packed", 1e-6 * bits.steps_per_second));
        }
    }
    return status;
}

// A world's shipped net plays, if it is there; otherwise play is random.
static ludus_status add_transitions_row(const char *world, bool pixels, json_t *rows,
                                        ludus_error *error)
{
    ludus_transition_bench_config config =
        pixels ? ludus_transition_bench_config_pixels() : ludus_transition_bench_config_default();
    ludus_transition_bench b;
    ludus_world_net player = {0};
    char path[LUDUS_PATH_MAX];
    ludus_status status = LUDUS_OK;
    if (!pixels && ludus_data_find_trained(world, path)) {
        status = ludus_world_net_load(&player, path, error);
        config.player = player.net;
        config.player_q = &player.q;
    }
    if (!status) {
        status = ludus_transition_bench_run(world, &config, &b, error);
    }
    if (!status) {
        json_array_append_new(
            rows, json_pack("{s:s, s:s, s:I, s:i, s:f, s:f, s:f, s:f, s:f, s:f}", "world", world,
                            "play", config.player ? "net" : "random", "transitions",
                            (json_int_t)b.transitions, "frame_bytes", (int)b.frame_bytes,
                            "mb_per_million", b.stored_bytes_per_transition, "stored_per_s",
                            b.stored_per_second, "draw_us", b.draw_us, "target_us", b.target_us,
                            "train_us", b.train_us, "decode_share", b.decode_share));
    }
    ludus_world_net_free(&player);
    return status;
}

static ludus_status measure_transitions(const bench_options *options, json_t *rows,
                                        ludus_error *error)
{
    static const struct {
        const char *world;
        bool pixels;
    } cases[] = {{"asterix", false},  {"breakout", false},       {"freeway", false},
                 {"seaquest", false}, {"space_invaders", false}, {"breakout", true}};
    ludus_status status = LUDUS_OK;
    (void)options;
    for (size_t i = 0; !status && i < sizeof(cases) / sizeof(cases[0]); i++) {
        status = add_transitions_row(cases[i].world, cases[i].pixels, rows, error);
    }
    return status;
}

#define PLAYOUTS_SECONDS 2.0

static ludus_status measure_playouts(const bench_options *options, json_t *rows, ludus_error *error)
{
    static const int32_t sizes[] = {9, 13, 19};
    ludus_status status = LUDUS_OK;
    (void)options;
    for (size_t i = 0; !status && i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        ludus_go_bench b;
        status = ludus_go_bench_run(sizes[i], PLAYOUTS_SECONDS, &b, error);
        if (!status) {
            json_array_append_new(rows,
                                  json_pack("{s:i, s:f, s:f, s:f}", "board", sizes[i],
                                            "playouts_per_s", b.playouts_per_s, "moves_per_playout",
                                            b.moves_per_playout, "legal_per_s", b.positions_per_s));
        }
    }
    return status;
}

static const bench_part parts[] = {
    {"net", measure_net},     {"search", measure_search},           {"think", measure_think},
    {"train", measure_train}, {"replay", measure_replay},           {"selfplay", measure_selfplay},
    {"env", measure_env},     {"transitions", measure_transitions}, {"go", measure_playouts},
};
enum { NUM_PARTS = sizeof(parts) / sizeof(parts[0]) };

// ---- Printing -----------------------------------------------------------------------------------

static void cell_text(const json_t *value, char *out)
{
    if (json_is_real(value)) {
        const double x = json_real_value(value);
        snprintf(out, CELL_MAX, x >= 1000 ? "%.0f" : x >= 10 ? "%.1f" : "%.3f", x);
    } else if (json_is_integer(value)) {
        snprintf(out, CELL_MAX, "%lld", (long long)json_integer_value(value));
    } else if (json_is_boolean(value)) {
        snprintf(out, CELL_MAX, "%s", json_is_true(value) ? "yes" : "no");
    } else {
        snprintf(out, CELL_MAX, "%s", json_is_string(value) ? json_string_value(value) : "-");
    }
}

static int column_width(const json_t *rows, const char *key)
{
    char text[CELL_MAX];
    size_t i, width = strlen(key);
    json_t *row;
    json_array_foreach(rows, i, row)
    {
        cell_text(json_object_get(row, key), text);
        width = strlen(text) > width ? strlen(text) : width;
    }
    return (int)width;
}

static void print_table(const char *name, const json_t *rows)
{
    const char *keys[MAX_COLUMNS], *key;
    int widths[MAX_COLUMNS], count = 0;
    char text[CELL_MAX];
    size_t i;
    json_t *row, *value;
    printf("%s\n ", name);
    json_object_foreach(json_array_get(rows, 0), key, value)
    {
        if (count < MAX_COLUMNS) {
            keys[count] = key;
            widths[count] = column_width(rows, key);
            printf(" %*s", widths[count], key);
            count++;
        }
    }
    printf("\n");
    json_array_foreach(rows, i, row)
    {
        printf(" ");
        for (int k = 0; k < count; k++) {
            cell_text(json_object_get(row, keys[k]), text);
            printf(" %*s", widths[k], text);
        }
        printf("\n");
    }
}

// ---- What to run --------------------------------------------------------------------------------

static int run_signature(const bench_options *options)
{
    ludus_signature s;
    ludus_error error;
    if (ludus_signature_compute(&s, &error)) {
        return ludus_cmd_fail(&ludus_cmd_bench, &error);
    }
    if (options->json) {
        printf("{\"games\": \"%016" PRIx64 "\", \"search\": \"%016" PRIx64
               "\", \"net\": \"%016" PRIx64 "\", \"signature\": \"%016" PRIx64 "\"}\n",
               s.games, s.search, s.net, s.all);
    } else {
        printf("games     %016" PRIx64 "\nsearch    %016" PRIx64 "\nnet       %016" PRIx64
               "\nsignature %016" PRIx64 "\n",
               s.games, s.search, s.net, s.all);
    }
    return LUDUS_EXIT_OK;
}

static ludus_status run_part(const bench_part *part, const bench_options *options, json_t *out,
                             ludus_error *error)
{
    json_t *rows = json_array();
    const ludus_status status = part->measure(options, rows, error);
    if (!status && !options->json && json_array_size(rows) > 0) {
        print_table(part->name, rows);
        fflush(stdout); // parts take a while
    }
    json_object_set_new(out, part->name, rows);
    return status;
}

static int unknown_part(const char *name)
{
    const char *names[NUM_PARTS + 1];
    for (int i = 0; i < NUM_PARTS; i++) {
        names[i] = parts[i].name;
    }
    const char *near = ludus_nearest(name, names, NUM_PARTS);
    return ludus_cmd_fail_usage(&ludus_cmd_bench, "unknown part \"%s\"; did you mean %s?", name,
                                near ? near : "net");
}

static int bench_run(int argc, char **argv)
{
    bench_options options = {.batch = 16};
    ludus_words words;
    ludus_error error;
    int status = ludus_cmd_parse(&ludus_cmd_bench, argc, argv, &options, &words);
    if (status >= 0) {
        return status;
    }
    if (options.signature) {
        return run_signature(&options);
    }
    options.threads = ludus_cmd_threads(options.threads);
    json_t *out = json_object();
    bool found = false;
    status = LUDUS_EXIT_OK;
    for (int i = 0; i < NUM_PARTS && status == LUDUS_EXIT_OK; i++) {
        if (words.count == 0 || !strcmp(words.word[0], parts[i].name)) {
            found = true;
            if (run_part(&parts[i], &options, out, &error)) {
                status = ludus_cmd_fail(&ludus_cmd_bench, &error);
            }
        }
    }
    if (!found) {
        status = unknown_part(words.word[0]);
    } else if (options.json && status == LUDUS_EXIT_OK) {
        json_dumpf(out, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
        printf("\n");
    }
    json_decref(out);
    return status;
}

const ludus_command ludus_cmd_bench = {
    .name = "bench",
    .words = "[net|search|think|train|replay|selfplay|env|transitions|go]",
    .min_words = 0,
    .max_words = 1,
    .summary = "speeds of nets, search, training, replay, self-play and worlds",
    .details = "Without a word all parts are measured.\n"
               "  ludus bench net --json\n"
               "  ludus bench --signature\n",
    .args = bench_args,
    .num_args = sizeof(bench_args) / sizeof(bench_args[0]),
    .run = bench_run,
};
