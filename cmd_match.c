// ludus match: two players, pairs of games with swapped colours, Elo and a sequential test.

#include "cmd.h"
#include "cmd_progress.h"
#include "cmd_signal.h"
#include "envs/pgn.h"
#include "selfplay/match.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct match_options {
    const char *game;
    int32_t pairs;
    int32_t opening_plies;
    double sprt[2];
    int32_t threads;
    uint64_t seed;
    bool show;
    const char *pgn;
    bool json;
} match_options;

static const ludus_arg match_args[] = {
    {"--game", LUDUS_ARG_TEXT, offsetof(match_options, game), 0, 0, "GAME", NULL,
     "the game to play (default connect4)"},
    {"--pairs", LUDUS_ARG_INT32, offsetof(match_options, pairs), 1, 10000000, "N", NULL,
     "pairs of games, at most (default 100)"},
    {"--opening-plies", LUDUS_ARG_INT32, offsetof(match_options, opening_plies), 0, 100, "K", NULL,
     "random moves at the start of each pair (default 4)"},
    {"--sprt", LUDUS_ARG_PAIR, offsetof(match_options, sprt), -1000, 1000, "ELO0,ELO1", NULL,
     "stop when A is known to be nearer to ELO1 or to ELO0 (error rates 5 %)"},
    {"--show", LUDUS_ARG_FLAG, offsetof(match_options, show), 0, 0, NULL, NULL,
     "draw the first game move by move"},
    {"--pgn", LUDUS_ARG_TEXT, offsetof(match_options, pgn), 0, 0, "FILE", NULL,
     "chess: write the games to this file"},
    LUDUS_ARG_ROW_THREADS(match_options),
    LUDUS_ARG_ROW_SEED(match_options),
    LUDUS_ARG_ROW_JSON(match_options),
};

typedef struct match_view {
    const ludus_game *game;
    const ludus_match_config *config;
    ludus_progress progress;
    double start;
    bool show;
    ludus_buffer *pgn; // NULL: games are not kept
} match_view;

// ---- While it runs ------------------------------------------------------------------------------

static void elo_text(const ludus_match_result *result, char *out, size_t size)
{
    if (isinf(result->elo)) {
        snprintf(out, size, "%s", result->elo > 0 ? "+inf" : "-inf");
    } else if (isinf(result->elo_error)) {
        snprintf(out, size, "%+.0f +- inf", result->elo);
    } else {
        snprintf(out, size, "%+.1f +- %.1f", result->elo, result->elo_error);
    }
}

static bool on_pair(const ludus_match_result *so_far, void *user)
{
    match_view *view = user;
    char line[256], elo[48], left[LUDUS_DURATION_MAX];
    const double seconds = ludus_clock() - view->start;
    const double rate = seconds > 0 ? so_far->pairs / seconds : 0;
    elo_text(so_far, elo, sizeof(elo));
    int used = snprintf(
        line, sizeof(line), "pairs %d/%d  Elo %s  +%d =%d -%d  %.1f games/s  left %s",
        so_far->pairs, view->config->pairs, elo, so_far->wins, so_far->draws, so_far->losses,
        2 * rate, ludus_duration((view->config->pairs - so_far->pairs) / rate, left));
    if (view->config->enable_sprt) {
        snprintf(line + used, sizeof(line) - (size_t)used, "  LLR %.2f", so_far->llr);
    }
    ludus_progress_update(&view->progress, line);
    return !ludus_signal_requested();
}

static const char *result_text(ludus_outcome outcome)
{
    return outcome == LUDUS_WIN ? "1-0" : outcome == LUDUS_LOSS ? "0-1" : "1/2-1/2";
}

static void draw_game(const match_view *view, int32_t game, const ludus_move *moves, int32_t plies,
                      ludus_outcome outcome)
{
    const ludus_game *rules = view->game;
    void *pos = ludus_alloc(1, rules->spec.state_bytes);
    char *board = ludus_alloc(LUDUS_GAME_DRAW_MAX, 1);
    if (pos && board) {
        ludus_game_init(rules, pos);
        for (int32_t i = 0; i < plies; i++) {
            char text[LUDUS_GAME_TEXT_MAX];
            const int32_t side = ludus_game_to_move(rules, pos) ^ game;
            ludus_game_move_text(rules, pos, moves[i], text);
            ludus_game_play(rules, pos, moves[i]);
            ludus_game_draw(rules, pos, moves[i], board);
            printf("%d. %s  (%s)\n%s\n", i + 1, text, view->config->player[side], board);
        }
        printf("result %s: %s moved first\n\n", result_text(outcome), view->config->player[game]);
    }
    ludus_free(board);
    ludus_free(pos);
}

static void add_pgn(const match_view *view, int32_t pair, int32_t game, const ludus_move *moves,
                    int32_t plies, ludus_outcome outcome)
{
    ludus_pgn_game *pgn = ludus_alloc(1, sizeof(*pgn));
    char round[32];
    if (!pgn) {
        view->pgn->failed = true;
        return;
    }
    ludus_chess_board_start(&pgn->start, LUDUS_CHESS_STANDARD);
    pgn->is_standard = true;
    pgn->result = outcome == LUDUS_WIN    ? LUDUS_PGN_WHITE_WINS
                  : outcome == LUDUS_LOSS ? LUDUS_PGN_BLACK_WINS
                                          : LUDUS_PGN_DRAW;
    pgn->num_moves = plies;
    pgn->moves = ludus_alloc((size_t)plies + 1, sizeof(*pgn->moves));
    snprintf(round, sizeof(round), "%d.%d", pair + 1, game + 1);
    ludus_pgn_set_tag(pgn, "Event", "ludus match");
    ludus_pgn_set_tag(pgn, "Round", round);
    ludus_pgn_set_tag(pgn, "White", view->config->player[game]);
    ludus_pgn_set_tag(pgn, "Black", view->config->player[1 - game]);
    if (pgn->moves) {
        memcpy(pgn->moves, moves, (size_t)plies * sizeof(*moves));
        ludus_pgn_write(view->game, pgn, view->pgn);
    } else {
        view->pgn->failed = true;
    }
    ludus_free(pgn->moves);
    ludus_free(pgn);
}

static void on_game(int32_t pair, int32_t game, const ludus_move *moves, int32_t plies,
                    ludus_outcome outcome, void *user)
{
    match_view *view = user;
    if (view->show && pair == 0 && game == 0) {
        draw_game(view, game, moves, plies, outcome);
    }
    if (view->pgn) {
        add_pgn(view, pair, game, moves, plies, outcome);
    }
}

// ---- Results ------------------------------------------------------------------------------------

static const char *sprt_text(int32_t sprt)
{
    return sprt > 0 ? "H1 accepted" : sprt < 0 ? "H0 accepted" : "undecided";
}

static void print_text(const ludus_match_config *config, const match_options *options,
                       const ludus_match_result *r, double seconds)
{
    char elo[48];
    elo_text(r, elo, sizeof(elo));
    printf("%s vs %s, %s, %d random moves, seed %llu\n", config->player[0], config->player[1],
           options->game, config->opening_plies, (unsigned long long)config->seed);
    printf("games   %d: +%d =%d -%d, %.1f plies each, %.1f games/s\n", 2 * r->pairs, r->wins,
           r->draws, r->losses, r->plies, seconds > 0 ? 2 * r->pairs / seconds : 0.0);
    if (r->forfeits[0] + r->forfeits[1] > 0) {
        printf("gave up or lost on time: %d by the first, %d by the second\n", r->forfeits[0],
               r->forfeits[1]);
    }
    printf("pairs   %d: [%d, %d, %d, %d, %d] with 0, 0.5, 1, 1.5, 2 points\n", r->pairs,
           r->pentanomial[0], r->pentanomial[1], r->pentanomial[2], r->pentanomial[3],
           r->pentanomial[4]);
    printf("score   %.2f %% +- %.2f\n", 100 * r->score, 100 * r->score_error);
    if (config->enable_sprt) {
        printf("SPRT    LLR %.2f (%.2f, %.2f) for [%g, %g] Elo: %s\n", r->llr, r->llr_lower,
               r->llr_upper, config->elo0, config->elo1, sprt_text(r->sprt));
    }
    printf("Elo     %s (95 %%)\n", elo);
}

// JSON has no infinity: null means "no bound".
static json_t *finite(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *sprt_json(const ludus_match_config *config, const ludus_match_result *r)
{
    return json_pack("{s:f, s:f, s:f, s:f, s:f, s:s}", "elo0", config->elo0, "elo1", config->elo1,
                     "llr", r->llr, "lower", r->llr_lower, "upper", r->llr_upper, "verdict",
                     sprt_text(r->sprt));
}

static void print_json(const ludus_match_config *config, const match_options *options,
                       const ludus_match_result *r, double seconds)
{
    json_t *root =
        json_pack("{s:s, s:[s,s], s:I, s:i, s:i, s:i, s:i, s:i, s:[i,i,i,i,i], s:[i,i], s:f, s:f, "
                  "s:f, s:f}",                                                                //
                  "game", options->game, "players", config->player[0], config->player[1],     //
                  "seed", (json_int_t)config->seed, "opening_plies", config->opening_plies,   //
                  "pairs", r->pairs, "wins", r->wins, "draws", r->draws, "losses", r->losses, //
                  "pentanomial", r->pentanomial[0], r->pentanomial[1], r->pentanomial[2],     //
                  r->pentanomial[3], r->pentanomial[4],                                       //
                  "forfeits", r->forfeits[0], r->forfeits[1],                                 //
                  "score", r->score, "score_error", r->score_error, "plies", r->plies,        //
                  "seconds", seconds);
    json_object_set_new(root, "elo", finite(r->elo));
    json_object_set_new(root, "elo_error", finite(r->elo_error));
    if (config->enable_sprt) {
        json_object_set_new(root, "sprt", sprt_json(config, r));
    }
    json_dumpf(root, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
    printf("\n");
    json_decref(root);
}

static int run_match(const ludus_game *game, const ludus_match_config *config,
                     const match_options *options)
{
    ludus_error error;
    ludus_match_result result;
    ludus_buffer games = {0};
    match_view view = {.game = game,
                       .pgn = options->pgn ? &games : NULL,
                       .config = config,
                       .start = ludus_clock(),
                       .show = options->show && !options->json};
    ludus_progress_init(&view.progress);
    ludus_status status = ludus_match_run(game, config, on_pair, on_game, &view, &result, &error);
    ludus_progress_clear(&view.progress);
    const bool has_result = !status || result.pairs > 0; // a player that fails late costs no game
    ludus_error trouble;
    ludus_status saved = LUDUS_OK;
    if (has_result && options->pgn) {
        saved = games.failed ? ludus_fail(&trouble, LUDUS_ERR_NOMEM, "no memory for the games")
                             : ludus_file_replace(options->pgn, games.data, games.size, &trouble);
    }
    ludus_buffer_free(&games);
    const double seconds = ludus_clock() - view.start;
    if (has_result && options->json) {
        print_json(config, options, &result, seconds);
    } else if (has_result) {
        print_text(config, options, &result, seconds);
    }
    if (saved) {
        ludus_cmd_fail(&ludus_cmd_match, &trouble);
    }
    if (status) {
        return ludus_cmd_fail(&ludus_cmd_match, &error);
    }
    return saved                      ? LUDUS_EXIT_FAILED
           : ludus_signal_requested() ? LUDUS_EXIT_STOPPED
                                      : LUDUS_EXIT_OK;
}

static int match_run(int argc, char **argv)
{
    match_options options = {.game = "connect4", .pairs = 100, .opening_plies = 4, .seed = 1};
    ludus_words words;
    ludus_error error;
    int status = ludus_cmd_parse(&ludus_cmd_match, argc, argv, &options, &words);
    if (status >= 0) {
        return status;
    }
    for (int i = 0; i < 2; i++) {
        if (!strcmp(words.word[i], "human")) {
            return ludus_cmd_fail_usage(&ludus_cmd_match, "people play with: ludus play %s",
                                        options.game);
        }
    }
    ludus_game game;
    if (ludus_game_open(&game, options.game, &error)) {
        return ludus_cmd_fail(&ludus_cmd_match, &error);
    }
    if (options.pgn && strcmp(game.spec.name, "chess") != 0) {
        ludus_game_close(&game);
        return ludus_cmd_fail_usage(&ludus_cmd_match, "--pgn is for chess");
    }
    ludus_match_config config = ludus_match_config_default();
    config.player[0] = words.word[0];
    config.player[1] = words.word[1];
    config.pairs = options.pairs;
    config.opening_plies = options.opening_plies;
    config.threads = ludus_cmd_threads(options.threads);
    config.seed = options.seed;
    config.enable_sprt = options.sprt[0] < options.sprt[1];
    config.elo0 = options.sprt[0];
    config.elo1 = options.sprt[1];
    ludus_signal_install();
    status = run_match(&game, &config, &options);
    ludus_game_close(&game);
    return status;
}

const ludus_command ludus_cmd_match = {
    .name = "match",
    .words = "A B",
    .min_words = 2,
    .max_words = 2,
    .summary = "two players, many games: Elo with error bars",
    .details = "Players: random, mcts:1000, alphabeta:4, solver, perfect,\n"
               "         net:FILE[,sims=N,tc=1+0.1,precision=int8,...], gtp:COMMAND[?...],\n"
               "         uci:COMMAND[?nodes=N&tc=1+0.1&OPTION=VALUE...]\n"
               "  ludus match net:nets/trained/connect4.safetensors,sims=200 alphabeta:8\n"
               "  ludus match mcts:2000 mcts:1000 --game othello --pairs 1000 --sprt 0,50\n"
               "  ludus match net:FILE,tc=1+0.1 'uci:stockfish?UCI_LimitStrength=true&UCI_Elo=1700"
               "&tc=1+0.1' --game chess\n",
    .args = match_args,
    .num_args = sizeof(match_args) / sizeof(match_args[0]),
    .run = match_run,
};
