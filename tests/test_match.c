// Matches: statistics against published and hand-computed figures, and the rules of play.

#include "selfplay/match.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "temp_folder.h"

#define MAX_GAMES 512
#define MAX_MOVES 64

static void assert_near(double a, double b, double tolerance)
{
    if (!(fabs(a - b) <= tolerance)) {
        print_error("%.6f is not within %g of %.6f\n", a, tolerance, b);
        fail();
    }
}

// ---- Statistics ---------------------------------------------------------------------------------

static ludus_match_result statistics(const int32_t counts[5], double elo0, double elo1)
{
    ludus_match_config config = ludus_match_config_default();
    ludus_match_result result = {0};
    config.enable_sprt = true;
    config.elo0 = elo0;
    config.elo1 = elo1;
    memcpy(result.pentanomial, counts, sizeof(result.pentanomial));
    ludus_match_statistics(&config, &result);
    return result;
}

// Elo, error and pentanomial counts as published with matches of chess engines (fastchess).
static void elo_and_error_are_those_of_published_matches(void **state)
{
    static const struct {
        int32_t counts[5];
        double elo, error;
    } matches[] = {
        {{73, 79, 296, 91, 118}, 27.02, 15.81},
        {{40, 67, 295, 123, 54}, 25.25, 13.92},
        {{66, 79, 5, 0, 0}, -303.61, 30.73},
        {{19, 23, 269, 81, 108}, 83.57, 16.15},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(matches) / sizeof(matches[0]); i++) {
        const ludus_match_result r = statistics(matches[i].counts, 0, 5);
        assert_near(r.elo, matches[i].elo, 0.006);
        assert_near(r.elo_error, matches[i].error, 0.006);
    }
}

// Logistic pentanomial cases of fastchess' own tests, which follow fishtest.
static void llr_is_that_of_published_tests(void **state)
{
    const int32_t a[5] = {223, 9863, 21279, 10037, 246};
    const int32_t b[5] = {871, 26175, 55983, 26678, 821};
    (void)state;
    assert_near(statistics(a, 0.5, 2.5).llr, -3.07, 0.01);
    assert_near(statistics(b, 0, 2).llr, -4.98, 0.01);
    assert_int_equal(statistics(a, 0.5, 2.5).sprt, -1);
}

// Near the hypotheses the likelihood ratio is a difference of squares over the variance (Van den
// Bergh, "GSPRT approximation"): another formula, without any root to find.
static void llr_agrees_with_the_normal_approximation(void **state)
{
    const int32_t counts[5] = {110, 480, 1200, 560, 150};
    double n = 0, mean = 0, variance = 0;
    (void)state;
    for (int i = 0; i < 5; i++) {
        n += counts[i];
        mean += 0.25 * i * counts[i];
    }
    mean /= n;
    for (int i = 0; i < 5; i++) {
        variance += (0.25 * i - mean) * (0.25 * i - mean) * counts[i] / n;
    }
    const double s0 = 1 / (1 + pow(10, -0.0 / 400)), s1 = 1 / (1 + pow(10, -10.0 / 400));
    const double expected = n * (s1 - s0) * (2 * mean - s0 - s1) / (2 * variance);
    assert_near(statistics(counts, 0, 10).llr, expected, 0.02 * fabs(expected));
}

static void sprt_bounds_are_walds(void **state)
{
    const int32_t counts[5] = {0, 0, 300, 400, 300};
    const ludus_match_result r = statistics(counts, 0, 10);
    (void)state;
    assert_near(r.llr_upper, log(0.95 / 0.05), 1e-12);
    assert_near(r.llr_lower, -log(0.95 / 0.05), 1e-12);
    assert_int_equal(r.sprt, 1);
}

// Four pairs, by hand: scores 0, .5, .5, 1; mean .5, variance .125; 1.96 * sqrt(.125 / 4) = .3465.
static void error_of_a_small_match_is_as_computed_by_hand(void **state)
{
    const int32_t counts[5] = {1, 0, 2, 0, 1};
    const ludus_match_result r = statistics(counts, 0, 10);
    (void)state;
    assert_int_equal(r.pairs, 4);
    assert_near(r.score, 0.5, 1e-12);
    assert_near(r.score_error, 1.95996 * sqrt(0.125 / 4), 1e-5);
    assert_near(r.elo, 0, 1e-9);
    assert_near(r.elo_error, 400 * log10(0.8465 / 0.1535), 0.3);
}

static void alike_pairs_do_not_claim_certainty(void **state)
{
    const int32_t won[5] = {0, 0, 0, 0, 10};
    const int32_t even[5] = {0, 0, 20, 0, 0};
    (void)state;
    ludus_match_result r = statistics(won, 0, 10);
    assert_true(isinf(r.elo) && r.elo > 0 && isinf(r.elo_error));
    assert_near(r.score_error, 1 - pow(0.05, 0.1), 1e-12);
    r = statistics(even, 0, 10);
    assert_near(r.elo, 0, 1e-9);
    assert_true(r.elo_error > 50 && r.elo_error < 200);
}

// ---- Play ---------------------------------------------------------------------------------------

typedef struct game_log {
    const ludus_game *game;
    int32_t count;
    int32_t plies[MAX_GAMES];
    ludus_move moves[MAX_GAMES][MAX_MOVES];
    ludus_outcome outcome[MAX_GAMES];
    int32_t reports;    // calls of progress
    int32_t stop_after; // pairs, 0 = never
} game_log;

static void log_game(int32_t pair, int32_t game, const ludus_move *moves, int32_t plies,
                     ludus_outcome outcome, void *user)
{
    game_log *log = user;
    const int32_t i = 2 * pair + game;
    assert_int_equal(i, log->count);
    assert_true(plies <= MAX_MOVES && i < MAX_GAMES);
    log->count++;
    log->plies[i] = plies;
    log->outcome[i] = outcome;
    memcpy(log->moves[i], moves, (size_t)plies * sizeof(*moves));
}

static bool log_progress(const ludus_match_result *so_far, void *user)
{
    game_log *log = user;
    log->reports++;
    assert_int_equal(so_far->pairs, log->reports);
    return log->reports != log->stop_after;
}

static ludus_match_result play(const char *name, const ludus_match_config *config, game_log *log)
{
    ludus_game game;
    ludus_error error;
    ludus_match_result result;
    assert_int_equal(ludus_game_open(&game, name, &error), LUDUS_OK);
    log->count = 0;
    log->reports = 0;
    log->game = &game;
    if (ludus_match_run(&game, config, log_progress, log_game, log, &result, &error)) {
        print_error("%s\n", error.text);
        fail();
    }
    ludus_game_close(&game);
    return result;
}

static ludus_match_config versus(const char *a, const char *b, int32_t pairs)
{
    ludus_match_config config = ludus_match_config_default();
    config.player[0] = a;
    config.player[1] = b;
    config.pairs = pairs;
    return config;
}

static void assert_same_result(const ludus_match_result *a, const ludus_match_result *b)
{
    assert_memory_equal(a->pentanomial, b->pentanomial, sizeof(a->pentanomial));
    assert_int_equal(a->pairs, b->pairs);
    assert_int_equal(a->wins, b->wins);
    assert_int_equal(a->draws, b->draws);
    assert_int_equal(a->sprt, b->sprt);
    assert_true(a->llr == b->llr && a->plies == b->plies && a->elo == b->elo);
}

static void results_do_not_depend_on_threads(void **state)
{
    static game_log one, more;
    ludus_match_config config = versus("mcts:20", "random", 40);
    (void)state;
    const ludus_match_result expected = play("connect4", &config, &one);
    for (config.threads = 2; config.threads <= 4; config.threads += 2) {
        const ludus_match_result r = play("connect4", &config, &more);
        assert_same_result(&r, &expected);
        assert_int_equal(more.count, one.count);
        assert_memory_equal(more.moves, one.moves, sizeof(one.moves));
    }
}

static void an_early_stop_does_not_depend_on_threads(void **state)
{
    static game_log log;
    ludus_match_config config = versus("alphabeta:2", "random", 250);
    config.enable_sprt = true;
    config.elo0 = 0;
    config.elo1 = 200;
    (void)state;
    const ludus_match_result expected = play("connect4", &config, &log);
    assert_int_equal(expected.sprt, 1);
    assert_true(expected.pairs < 100);
    config.threads = 4;
    ludus_match_result r = play("connect4", &config, &log);
    assert_same_result(&r, &expected);
    config.enable_sprt = false;
    log.stop_after = 7;
    r = play("connect4", &config, &log);
    assert_int_equal(r.pairs, 7);
    assert_int_equal(log.count, 14);
    log.stop_after = 0;
}

// A deterministic player against itself: both games of a pair are the same game, so each side wins
// it once, or it is drawn twice.
static void colours_are_swapped_within_a_pair(void **state)
{
    static game_log log;
    const ludus_match_config config = versus("mcts:40", "mcts:40", 30);
    const ludus_match_result r = play("connect4", &config, &log);
    (void)state;
    assert_int_equal(r.pentanomial[2], 30);
    assert_int_equal(r.wins, r.losses);
    for (int32_t i = 0; i < 60; i += 2) {
        assert_int_equal(log.plies[i], log.plies[i + 1]);
        assert_memory_equal(log.moves[i], log.moves[i + 1],
                            (size_t)log.plies[i] * sizeof(ludus_move));
    }
}

static void pairs_begin_from_different_openings(void **state)
{
    static game_log log;
    ludus_game game;
    uint64_t seen[50];
    const ludus_match_config config = versus("random", "random", 50);
    (void)state;
    play("connect4", &config, &log);
    assert_int_equal(ludus_game_open(&game, "connect4", NULL), LUDUS_OK);
    uint64_t *pos = ludus_alloc(1, game.spec.state_bytes);
    for (int32_t pair = 0; pair < 50; pair++) {
        assert_memory_equal(log.moves[2 * pair], log.moves[2 * pair + 1], 4 * sizeof(ludus_move));
        ludus_game_init(&game, pos);
        for (int32_t i = 0; i < 4; i++) {
            ludus_game_play(&game, pos, log.moves[2 * pair][i]);
        }
        seen[pair] = ludus_game_hash(&game, pos);
        for (int32_t i = 0; i < pair; i++) {
            assert_true(seen[i] != seen[pair]);
        }
    }
    ludus_free(pos);
    ludus_game_close(&game);
}

// More pairs than openings, and openings longer than some games.
static void scarce_openings_are_shared(void **state)
{
    static game_log log;
    ludus_match_config config = versus("random", "random", 60);
    config.opening_plies = 1;
    (void)state;
    assert_int_equal(play("tictactoe", &config, &log).pairs, 60);
    config.opening_plies = 9;
    assert_int_equal(play("tictactoe", &config, &log).pairs, 60);
}

static void reported_games_are_legal_and_end_as_reported(void **state)
{
    static game_log log;
    ludus_game game;
    const ludus_match_config config = versus("random", "alphabeta:2", 40);
    const ludus_match_result r = play("tictactoe", &config, &log);
    int32_t points = 0;
    (void)state;
    assert_int_equal(ludus_game_open(&game, "tictactoe", NULL), LUDUS_OK);
    void *pos = ludus_alloc(1, game.spec.state_bytes);
    for (int32_t i = 0; i < log.count; i++) {
        ludus_game_init(&game, pos);
        for (int32_t k = 0; k < log.plies[i]; k++) {
            assert_true(ludus_game_is_legal(&game, pos, log.moves[i][k]));
            ludus_game_play(&game, pos, log.moves[i][k]);
        }
        const int32_t outcome = (int32_t)ludus_game_outcome(&game, pos);
        const int32_t first = ludus_game_to_move(&game, pos) == 0 ? outcome : -outcome;
        assert_int_equal(first, log.outcome[i]);
        points += (i % 2 == 0 ? first : -first) + 1;
    }
    assert_int_equal(points, 2 * r.wins + r.draws);
    assert_near(r.score, points / (4.0 * r.pairs), 1e-12);
    ludus_free(pos);
    ludus_game_close(&game);
}

static void a_stronger_player_wins(void **state)
{
    static game_log log;
    ludus_match_config config = versus("alphabeta:4", "random", 50);
    config.threads = 2;
    (void)state;
    assert_true(play("connect4", &config, &log).score > 0.95);
}

// ---- Bad input ----------------------------------------------------------------------------------

static void refuse(const char *name, const ludus_match_config *config, const char *word)
{
    ludus_game game;
    ludus_error error = {0};
    ludus_match_result result;
    assert_int_equal(ludus_game_open(&game, name, &error), LUDUS_OK);
    assert_int_not_equal(ludus_match_run(&game, config, NULL, NULL, NULL, &result, &error),
                         LUDUS_OK);
    assert_int_equal(result.pairs, 0);
    if (!strstr(error.text, word)) {
        print_error("\"%s\" does not say \"%s\"\n", error.text, word);
        fail();
    }
    ludus_game_close(&game);
}

static void unknown_players_and_settings_are_refused(void **state)
{
    ludus_match_config config = versus("rnadom", "random", 4);
    (void)state;
    refuse("connect4", &config, "random");
    config.threads = 3;
    refuse("connect4", &config, "random");
    config = versus("random", "random", 0);
    refuse("connect4", &config, "pairs");
    config = versus("random", "random", 4);
    config.enable_sprt = true;
    config.elo0 = config.elo1 = 5;
    refuse("connect4", &config, "elo0");
}

static void a_net_for_another_game_is_refused(void **state)
{
    char path[TEMP_PATH_MAX], player[TEMP_PATH_MAX + 16];
    ludus_game game;
    ludus_net *net;
    ludus_net_desc desc = ludus_net_desc_default();
    desc.channels = 8;
    desc.blocks = 1;
    assert_int_equal(ludus_game_open(&game, "tictactoe", NULL), LUDUS_OK);
    ludus_net_desc_for_game(&desc, &game, NULL, NULL);
    assert_int_equal(ludus_net_create(&net, &desc, 1, NULL), LUDUS_OK);
    temp_path(state, "tictactoe.safetensors", path);
    assert_int_equal(ludus_net_save(net, path, NULL, NULL), LUDUS_OK);
    snprintf(player, sizeof(player), "net:%s,sims=2", path);
    const ludus_match_config config = versus(player, "random", 2);
    refuse("connect4", &config, path);
    static game_log log;
    assert_int_equal(play("tictactoe", &config, &log).pairs, 2);
    ludus_net_destroy(net);
    ludus_game_close(&game);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(elo_and_error_are_those_of_published_matches),
        cmocka_unit_test(llr_is_that_of_published_tests),
        cmocka_unit_test(llr_agrees_with_the_normal_approximation),
        cmocka_unit_test(sprt_bounds_are_walds),
        cmocka_unit_test(error_of_a_small_match_is_as_computed_by_hand),
        cmocka_unit_test(alike_pairs_do_not_claim_certainty),
        cmocka_unit_test(results_do_not_depend_on_threads),
        cmocka_unit_test(an_early_stop_does_not_depend_on_threads),
        cmocka_unit_test(colours_are_swapped_within_a_pair),
        cmocka_unit_test(pairs_begin_from_different_openings),
        cmocka_unit_test(scarce_openings_are_shared),
        cmocka_unit_test(reported_games_are_legal_and_end_as_reported),
        cmocka_unit_test(a_stronger_player_wins),
        cmocka_unit_test(unknown_players_and_settings_are_refused),
        cmocka_unit_test(a_net_for_another_game_is_refused),
    };
    return cmocka_run_group_tests(tests, temp_folder_create, temp_folder_destroy);
}
