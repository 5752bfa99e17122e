// ludus eval: how well a net plays, against the truth (Connect Four) or a fixed opponent.

#include "cmd.h"
#include "cmd_chess.h"
#include "cmd_progress.h"
#include "cmd_signal.h"
#include "cmd_world.h"
#include "selfplay/label_eval.h"
#include "selfplay/match.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define LABEL_SIMULATIONS 600
#define LABEL_POSITIONS 2000
#define MATCH_SIMULATIONS 200

typedef struct eval_options {
    const char *net;
    const char *opponent;
    int32_t simulations; // -1: the default of the kind of measurement
    int32_t positions;
    int32_t pairs;
    int32_t precision;
    int32_t episodes;
    int32_t max_steps;
    double epsilon; // -1: greedy and .001
    int32_t threads;
    uint64_t seed;
    bool json;
    ludus_sets sets;
} eval_options;

static const char *const precision_names[] = {"f32", "bf16", "int8", NULL};

static const ludus_arg eval_args[] = {
    {"--net", LUDUS_ARG_TEXT, offsetof(eval_options, net), 0, 0, "FILE", NULL,
     "the net to measure (required)"},
    {"--simulations", LUDUS_ARG_INT32, offsetof(eval_options, simulations), 0, 1e6, "N", NULL,
     "simulations per move (default 600 on positions, chess 1600, 200 in games; 0 = policy alone)"},
    {"--precision", LUDUS_ARG_CHOICE, offsetof(eval_options, precision), 0, 0, "P", precision_names,
     "arithmetic of the net"},
    {"--positions", LUDUS_ARG_INT32, offsetof(eval_options, positions), 1, 1e6, "K", NULL,
     "connect4: labelled positions to use (default 2000); chess: endings of each kind (500)"},
    {"--opponent", LUDUS_ARG_TEXT, offsetof(eval_options, opponent), 0, 0, "PLAYER", NULL,
     "measure in games against this player instead"},
    {"--pairs", LUDUS_ARG_INT32, offsetof(eval_options, pairs), 1, 1e7, "N", NULL,
     "pairs of games (default 100)"},
    {"--episodes", LUDUS_ARG_INT32, offsetof(eval_options, episodes), 1, 1e5, "N", NULL,
     "worlds: episodes to play (default 100)"},
    {"--epsilon", LUDUS_ARG_DOUBLE, offsetof(eval_options, epsilon), 0, 1, "E", NULL,
     "worlds: share of random actions (default: one line each for 0 and 0.001)"},
    {"--max-steps", LUDUS_ARG_INT32, offsetof(eval_options, max_steps), 0, 1e9, "N", NULL,
     "worlds: an episode is cut after so many, 0 = never (default 27000)"},
    LUDUS_ARG_ROW_THREADS(eval_options),
    LUDUS_ARG_ROW_SEED(eval_options),
    LUDUS_ARG_ROW_SET(eval_options),
    LUDUS_ARG_ROW_JSON(eval_options),
};

// ---- Against the truth --------------------------------------------------------------------------

typedef struct label_view {
    ludus_progress progress;
    double start;
    int32_t done; // of the part that runs
} label_view;

static bool on_positions(int32_t done, int32_t total, void *user)
{
    label_view *view = user;
    char line[128], left[LUDUS_DURATION_MAX];
    if (done < view->done) {
        view->start = ludus_clock(); // the search begins
    }
    view->done = done;
    const double rate = done / (ludus_clock() - view->start + 1e-9);
    snprintf(line, sizeof(line), "positions %d/%d  %.1f/s  left %s", done, total, rate,
             ludus_duration((total - done) / rate, left));
    ludus_progress_update(&view->progress, line);
    return !ludus_signal_requested();
}

static void print_share(const char *what, const ludus_share *share)
{
    printf("  %-22s %6.2f %%  [%.2f, %.2f]  %d of %d\n", what, 100 * share->share, 100 * share->low,
           100 * share->high, share->count, share->of);
}

static void print_marks(const char *title, const ludus_label_marks *marks)
{
    printf("%s (%.1f s)\n", title, marks->seconds);
    print_share("value-preserving moves", &marks->preserving);
    print_share("... where one can err", &marks->decisive);
    print_share("perfect moves", &marks->perfect);
    print_share("outcome foreseen", &marks->outcome);
}

static json_t *share_json(const ludus_share *share)
{
    return json_pack("{s:f, s:f, s:f, s:i, s:i}", "share", share->share, "low", share->low, "high",
                     share->high, "count", share->count, "of", share->of);
}

static json_t *marks_json(const ludus_label_marks *marks)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:f}", "preserving", share_json(&marks->preserving),
                     "decisive", share_json(&marks->decisive), "perfect",
                     share_json(&marks->perfect), "outcome", share_json(&marks->outcome), "seconds",
                     marks->seconds);
}

static void print_labels(const eval_options *options, const ludus_label_config *config,
                         const ludus_label_result *result)
{
    if (options->json) {
        json_t *root = json_pack(
            "{s:s, s:s, s:i, s:i, s:s, s:o}", "game", "connect4", "net", options->net, "positions",
            result->positions, "simulations", config->simulations, "precision",
            precision_names[options->precision], "policy", marks_json(&result->policy));
        if (config->simulations > 0) {
            json_object_set_new(root, "search", marks_json(&result->search));
        }
        json_dumpf(root, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
        printf("\n");
        json_decref(root);
        return;
    }
    char title[48];
    printf("%s on %d labelled positions, %s, 95 %% intervals\n", options->net, result->positions,
           precision_names[options->precision]);
    print_marks("raw policy", &result->policy);
    if (config->simulations > 0) {
        snprintf(title, sizeof(title), "%d simulations", config->simulations);
        print_marks(title, &result->search);
    }
}

static ludus_status apply_sets(const ludus_sets *sets, ludus_mcts_config *search,
                               ludus_error *error)
{
    ludus_config *config = NULL;
    ludus_status status = ludus_config_create(&config);
    if (status) {
        return ludus_fail(error, status, "no memory");
    }
    for (int32_t i = 0; !status && i < sets->count; i++) {
        status = ludus_config_set(config, sets->assignment[i], error);
    }
    if (!status) {
        status =
            ludus_config_apply(config, ludus_mcts_options, ludus_mcts_num_options, search, error);
    }
    status = status ? status : ludus_config_check_used(config, error);
    ludus_config_destroy(config);
    return status;
}

static int eval_labels(const eval_options *options)
{
    ludus_error error;
    ludus_net *net = NULL;
    ludus_label_result result;
    label_view view = {.start = ludus_clock()};
    ludus_label_config config = ludus_label_config_default();
    config.positions = options->positions < 0 ? LABEL_POSITIONS : options->positions;
    config.simulations = options->simulations < 0 ? LABEL_SIMULATIONS : options->simulations;
    config.threads = ludus_cmd_threads(options->threads);
    config.precision = options->precision;
    if (config.simulations > 0) {
        config.search.simulations = config.simulations;
    }
    ludus_progress_init(&view.progress);
    ludus_status status = apply_sets(&options->sets, &config.search, &error);
    status = status ? status : ludus_net_load(&net, options->net, &error);
    if (!status) {
        status = ludus_label_eval(net, &config, on_positions, &view, &result, &error);
        if (status) {
            ludus_fail_within(&error, "%s", options->net);
        }
    }
    ludus_progress_clear(&view.progress);
    ludus_net_destroy(net);
    if (status) {
        return ludus_signal_requested() ? LUDUS_EXIT_STOPPED
                                        : ludus_cmd_fail(&ludus_cmd_eval, &error);
    }
    print_labels(options, &config, &result);
    return LUDUS_EXIT_OK;
}

// ---- Against an opponent ------------------------------------------------------------------------

typedef struct games_view {
    ludus_progress progress;
    int32_t pairs;
} games_view;

static bool on_pair(const ludus_match_result *so_far, void *user)
{
    games_view *view = user;
    char line[128];
    snprintf(line, sizeof(line), "pairs %d/%d  score %.1f %%  +%d =%d -%d", so_far->pairs,
             view->pairs, 100 * so_far->score, so_far->wins, so_far->draws, so_far->losses);
    ludus_progress_update(&view->progress, line);
    return !ludus_signal_requested();
}

static void print_games(const eval_options *options, const ludus_game *game,
                        const ludus_match_config *config, const ludus_match_result *r)
{
    const ludus_share wins = ludus_share_of(r->wins, 2 * r->pairs);
    if (options->json) {
        json_t *root =
            json_pack("{s:s, s:s, s:s, s:i, s:i, s:i, s:i, s:f, s:f, s:o}", "game", game->spec.name,
                      "net", options->net, "opponent", config->player[1], "games", 2 * r->pairs,
                      "wins", r->wins, "draws", r->draws, "losses", r->losses, "score", r->score,
                      "score_error", r->score_error, "won", share_json(&wins));
        json_object_set_new(root, "elo", isfinite(r->elo) ? json_real(r->elo) : json_null());
        json_dumpf(root, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
        printf("\n");
        json_decref(root);
        return;
    }
    printf("%s vs %s, %s, %d random moves first\n", config->player[0], config->player[1],
           game->spec.name, config->opening_plies);
    printf("games %d: +%d =%d -%d, score %.2f %% +- %.2f\n", 2 * r->pairs, r->wins, r->draws,
           r->losses, 100 * r->score, 100 * r->score_error);
    print_share("won", &wins);
}

static int eval_games(const ludus_game *game, const eval_options *options)
{
    char player[LUDUS_PLAYER_NAME_MAX];
    ludus_error error;
    ludus_match_result result;
    games_view view = {.pairs = options->pairs};
    const bool is_tiny = !strcmp(game->spec.name, "tictactoe");
    ludus_match_config config = ludus_match_config_default();
    if (options->sets.count > 0) {
        return ludus_cmd_fail_usage(&ludus_cmd_eval, "--set is for connect4's positions; in games "
                                                     "settings belong to the player");
    }
    const int length = snprintf(player, sizeof(player), "net:%s,sims=%d,precision=%s", options->net,
                                options->simulations < 0 ? MATCH_SIMULATIONS : options->simulations,
                                precision_names[options->precision]);
    if (length < 0 || (size_t)length >= sizeof(player)) {
        return ludus_cmd_fail_usage(&ludus_cmd_eval, "--net: the path is too long");
    }
    config.player[0] = player;
    config.player[1] = options->opponent ? options->opponent : is_tiny ? "perfect" : "alphabeta:4";
    config.pairs = options->pairs;
    config.opening_plies = is_tiny ? 1 : 4; // every first move of tic-tac-toe is a draw
    config.threads = ludus_cmd_threads(options->threads);
    config.seed = options->seed;
    ludus_progress_init(&view.progress);
    const ludus_status status =
        ludus_match_run(game, &config, on_pair, NULL, &view, &result, &error);
    ludus_progress_clear(&view.progress);
    if (status) {
        return ludus_cmd_fail(&ludus_cmd_eval, &error);
    }
    print_games(options, game, &config, &result);
    return ludus_signal_requested() ? LUDUS_EXIT_STOPPED : LUDUS_EXIT_OK;
}

static int eval_world(const char *name, const eval_options *options)
{
    const ludus_world_eval_options world = {
        .net = options->net,
        .episodes = options->episodes,
        .epsilon = options->epsilon,
        .max_steps = options->max_steps,
        .threads = options->threads,
        .seed = options->seed,
        .json = options->json,
    };
    return ludus_eval_world(&ludus_cmd_eval, name, &world);
}

static int eval_chess(const eval_options *options)
{
    if (options->sets.count > 0) {
        return ludus_cmd_fail_usage(&ludus_cmd_eval, "--set is for connect4's positions");
    }
    const ludus_chess_eval_options chess = {
        .net = options->net,
        .simulations = options->simulations,
        .endings = options->positions,
        .precision = options->precision,
        .threads = options->threads,
        .seed = options->seed,
        .json = options->json,
    };
    return ludus_eval_chess(&ludus_cmd_eval, &chess);
}

static int eval_run(int argc, char **argv)
{
    eval_options options = {.simulations = -1,
                            .positions = -1,
                            .pairs = 100,
                            .seed = 1,
                            .episodes = 100,
                            .max_steps = 27000,
                            .epsilon = -1.0};
    ludus_words words;
    ludus_error error;
    ludus_game game;
    int status = ludus_cmd_parse(&ludus_cmd_eval, argc, argv, &options, &words);
    if (status >= 0) {
        return status;
    }
    if (!options.net) {
        return ludus_cmd_fail_usage(&ludus_cmd_eval, "which net? --net FILE");
    }
    if (ludus_world_exists(words.word[0])) {
        return eval_world(words.word[0], &options);
    }
    if (ludus_game_open(&game, words.word[0], &error)) {
        return ludus_cmd_fail(&ludus_cmd_eval, &error);
    }
    ludus_signal_install();
    const bool has_labels = !strcmp(game.spec.name, "connect4");
    const bool is_chess = !strcmp(game.spec.name, "chess");
    status = has_labels && !options.opponent ? eval_labels(&options)
             : is_chess && !options.opponent ? eval_chess(&options)
                                             : eval_games(&game, &options);
    ludus_game_close(&game);
    return status;
}

const ludus_command ludus_cmd_eval = {
    .name = "eval",
    .words = "GAME",
    .min_words = 1,
    .max_words = 1,
    .summary = "measures a net: against the solver's truth, in games or in worlds",
    .details = "connect4: share of value-preserving and of perfect moves on positions labelled by\n"
               "the exact solver, for the raw policy and for a search. chess: endings judged\n"
               "against exact tables, mates and tactics solved. Other games: a match against\n"
               "alphabeta:4 (tictactoe: against perfect play).\n"
               "  ludus eval connect4 --net nets/trained/connect4.safetensors --simulations 600\n"
               "Atari-like worlds: mean return of whole episodes.\n"
               "  ludus eval othello --net nets/trained/othello.safetensors\n"
               "  ludus eval breakout --net nets/trained/breakout.safetensors\n",
    .args = eval_args,
    .num_args = sizeof(eval_args) / sizeof(eval_args[0]),
    .run = eval_run,
};
