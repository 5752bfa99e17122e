#include "cmd_chess.h"
#include "cmd_progress.h"
#include "cmd_signal.h"

#include "agents/game_net.h"
#include "selfplay/chess_eval.h"

#include <jansson.h>
#include <stdio.h>

typedef struct chess_view {
    ludus_progress progress;
    double start;
} chess_view;

static bool on_positions(int32_t done, int32_t total, void *user)
{
    chess_view *view = user;
    char line[128], left[LUDUS_DURATION_MAX];
    const double rate = done / (ludus_clock() - view->start + 1e-9);
    snprintf(line, sizeof(line), "positions %d/%d  %.1f/s  left %s", done, total, rate,
             ludus_duration((total - done) / rate, left));
    ludus_progress_update(&view->progress, line);
    return !ludus_signal_requested();
}

static json_t *share_json(const ludus_share *share)
{
    return json_pack("{s:f, s:f, s:f, s:i, s:i}", "share", share->share, "low", share->low, "high",
                     share->high, "count", share->count, "of", share->of);
}

static void print_json(const ludus_chess_eval_options *options,
                       const ludus_chess_eval_config *config, const ludus_chess_eval_result *result)
{
    json_t *raw = json_object(), *search = json_object();
    for (int32_t i = 0; i < LUDUS_CHESS_NUM_TOPICS; i++) {
        const char *name = ludus_chess_topic_name((ludus_chess_topic)i);
        json_object_set_new(raw, name, share_json(&result->raw[i]));
        json_object_set_new(search, name, share_json(&result->search[i]));
    }
    json_t *root =
        json_pack("{s:s, s:s, s:i, s:i, s:o, s:o, s:f}", "game", "chess", "net", options->net,
                  "ending_simulations", config->ending_simulations, "simulations",
                  config->simulations, "raw", raw, "search", search, "seconds", result->seconds);
    json_dumpf(root, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
    printf("\n");
    json_decref(root);
}

static void print_text(const ludus_chess_eval_options *options,
                       const ludus_chess_eval_config *config, const ludus_chess_eval_result *result)
{
    printf("%s, %s, 95 %% intervals, %.1f s\n", options->net,
           ludus_precision_name((ludus_precision)config->precision), result->seconds);
    printf("  %-12s %6s   %-32s %s\n", "", "net", "net and search", "simulations");
    for (int32_t i = 0; i < LUDUS_CHESS_NUM_TOPICS; i++) {
        const ludus_share *raw = &result->raw[i], *search = &result->search[i];
        const bool is_ending = i <= LUDUS_CHESS_TOPIC_KPK;
        if (search->of > 0) {
            printf("  %-12s %5.1f %%  %5.1f %% [%5.1f, %5.1f] %4d of %-4d  %d\n",
                   ludus_chess_topic_name((ludus_chess_topic)i), 100 * raw->share,
                   100 * search->share, 100 * search->low, 100 * search->high, search->count,
                   search->of, is_ending ? config->ending_simulations : config->simulations);
        }
    }
}

int ludus_eval_chess(const ludus_command *command, const ludus_chess_eval_options *options)
{
    ludus_game game;
    ludus_error error;
    ludus_net *net = NULL;
    ludus_chess_eval_result result;
    chess_view view = {.start = ludus_clock()};
    ludus_chess_eval_config config = ludus_chess_eval_config_default();
    config.simulations = options->simulations >= 0 ? options->simulations : config.simulations;
    config.endings = options->endings >= 0 ? options->endings : config.endings;
    config.threads = ludus_cmd_threads(options->threads);
    config.precision = options->precision;
    config.seed = options->seed;
    ludus_status status = ludus_game_open(&game, "chess", &error);
    if (status == LUDUS_OK) {
        status = ludus_net_load_for_game(&net, options->net, &game, &error);
        ludus_game_close(&game);
    }
    ludus_progress_init(&view.progress);
    status = status ? status : ludus_chess_eval(net, &config, on_positions, &view, &result, &error);
    ludus_progress_clear(&view.progress);
    ludus_net_destroy(net);
    if (status != LUDUS_OK) {
        return ludus_signal_requested() ? LUDUS_EXIT_STOPPED : ludus_cmd_fail(command, &error);
    }
    if (options->json) {
        print_json(options, &config, &result);
    } else {
        print_text(options, &config, &result);
    }
    return LUDUS_EXIT_OK;
}
