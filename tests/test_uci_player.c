// Claims about programs that speak UCI, as players.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agents/game_clock.h"
#include "agents/player.h"
#include "agents/uci_engine.h"
#include "other_program.h"
#include "selfplay/match.h"

#define FIRST_MOVE "uci:tests/tools/first_move_uci.sh"
// A program that answers everything but says `answer` to "go".
#define SAYS(answer)                                                                               \
    "uci:sh -c 'while read -r x y; do case $x in uci) echo uciok;; isready) echo readyok;; "       \
    "go) " answer ";; quit) exit 0;; esac; done'"

// ---- Clocks -------------------------------------------------------------------------------------

static void time_controls_are_read(void **state)
{
    ludus_time_control control;
    ludus_error error;
    (void)state;
    assert_int_equal(ludus_time_control_parse(&control, "1+0.1", &error), LUDUS_OK);
    assert_true(control.moves == 0 && control.seconds == 1.0 && control.increment == 0.1);
    assert_int_equal(ludus_time_control_parse(&control, "40/60", &error), LUDUS_OK);
    assert_true(control.moves == 40 && control.seconds == 60.0 && control.increment == 0.0);
    assert_int_equal(ludus_time_control_parse(&control, "3/2.5+1", &error), LUDUS_OK);
    assert_true(control.moves == 3 && control.seconds == 2.5 && control.increment == 1.0);
    const char *const bad[] = {"",      "x",    "0",  "1+",  "+1",   "1/",   "0/5",
                               "1.5/5", "5+1x", "-1", "nan", "1e99", "5 + 1"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(ludus_time_control_parse(&control, bad[i], &error), LUDUS_ERR_ARG);
        assert_non_null(strstr(error.text, "1+0.1"));
    }
}

static void a_clock_adds_increments_and_new_periods(void **state)
{
    const ludus_time_control control = {.moves = 2, .seconds = 10.0, .increment = 1.0};
    ludus_game_clock clock;
    (void)state;
    ludus_game_clock_reset(&clock, &control);
    assert_int_equal(ludus_game_clock_moves_to_go(&clock, 0), 2);
    assert_true(ludus_game_clock_press(&clock, 0, 4.0));
    assert_true(fabs(clock.left[0] - 7.0) < 1e-9 && clock.left[1] == 10.0);
    assert_int_equal(ludus_game_clock_moves_to_go(&clock, 0), 1);
    assert_true(ludus_game_clock_press(&clock, 0, 7.0));
    assert_true(fabs(clock.left[0] - 11.0) < 1e-9);
    assert_true(ludus_game_clock_state(&clock, 0, 0.01).main_seconds == clock.left[0]);
    assert_false(ludus_game_clock_press(&clock, 0, 11.5));
    assert_true(clock.left[0] == 0.0);
}

// ---- Players ------------------------------------------------------------------------------------

static void open_game(ludus_game *game, const char *name)
{
    ludus_error error;
    if (ludus_game_open(game, name, &error)) {
        fail_msg("%s", error.text);
    }
}

// Opens the player and asks it for a first move; returns the line of whichever failed, or the move.
static ludus_status first_move(const char *game_name, const char *text, char *out, size_t size)
{
    ludus_game game;
    ludus_player player;
    ludus_error error;
    ludus_rng rng;
    ludus_move move;
    open_game(&game, game_name);
    void *pos = ludus_alloc(1, game.spec.state_bytes);
    ludus_game_init(&game, pos);
    ludus_rng_init(&rng, 1, 0);
    ludus_status status = ludus_player_open(&player, &game, text, &error);
    if (status == LUDUS_OK) {
        status = ludus_player_choose(&player, pos, &rng, &move, &error);
        ludus_player_close(&player);
    }
    if (status == LUDUS_OK) {
        char word[LUDUS_GAME_TEXT_MAX];
        ludus_game_move_text(&game, pos, move, word);
        snprintf(out, size, "%s", word);
    } else {
        snprintf(out, size, "%s", error.text);
    }
    ludus_free(pos);
    ludus_game_close(&game);
    return status;
}

// Two games of tic-tac-toe from its beginning.
static ludus_match_result play_pair(const char *first, const char *second)
{
    ludus_game game;
    ludus_error error;
    ludus_match_result result;
    ludus_match_config config = ludus_match_config_default();
    open_game(&game, "tictactoe");
    config.player[0] = first;
    config.player[1] = second;
    config.pairs = 1;
    config.opening_plies = 0;
    if (ludus_match_run(&game, &config, NULL, NULL, NULL, &result, &error)) {
        fail_msg("%s", error.text);
    }
    ludus_game_close(&game);
    return result;
}

static void an_engine_plays_whole_games(void **state)
{
    (void)state;
    const ludus_match_result result = play_pair(FIRST_MOVE, FIRST_MOVE "?tc=60");
    // a1 b1 c1 a2 b2 c2 a3: the first player wins with a1 b2.. in the seventh move, both times.
    assert_true(fabs(result.plies - 7.0) < 1e-9);
    assert_int_equal(result.wins, 1);
    assert_int_equal(result.losses, 1);
    assert_int_equal(result.forfeits[0] + result.forfeits[1], 0);
}

static void failures_are_named(void **state)
{
    const struct {
        const char *player, *words[2];
    } cases[] = {
        {"uci:no-such-program", {"no-such-program", NULL}},
        {"uci:cat?timeout=0.2", {"uciok", NULL}},
        {"uci:yes?timeout=0.2", {"uciok", NULL}},
        {"uci:sh -c 'exit 3'?timeout=2", {"status 3", NULL}},
        {FIRST_MOVE "?Skill=3", {"no option \"Skill\"", NULL}},
        {FIRST_MOVE "?tc=abc", {"tc must be", NULL}},
        {FIRST_MOVE "?nodes=0", {"nodes must be", NULL}},
        {FIRST_MOVE "?depth=1.5", {"depth must be", NULL}},
        {SAYS("echo bestmove z9"), {"its move", "z9"}},
        {SAYS("echo bestmove"), {"bestmove", NULL}},
        {SAYS("echo bestmove a-word-that-is-far-too-long"), {"a-word", NULL}},
        {SAYS("echo bestmove d4"), {"its move", "d4"}},
        {SAYS("exit 7"), {"status 7", NULL}},
        {SAYS(":") "?movetime=50&timeout=0.2", {"silent", "go movetime 50"}},
        {SAYS("yes info") "?movetime=50&timeout=0.2", {"silent", "go movetime 50"}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char line[LUDUS_ERROR_TEXT_MAX];
        const ludus_status status = first_move("tictactoe", cases[i].player, line, sizeof(line));
        print_message("%s\n", line);
        assert_int_not_equal(status, LUDUS_OK);
        assert_int_not_equal(status, LUDUS_ERR_STATE); // that is giving up, which none of them did
        for (int w = 0; w < 2 && cases[i].words[w] != NULL; w++) {
            assert_non_null(strstr(line, cases[i].words[w]));
        }
    }
}

// Its clock runs out while it thinks: that costs the game, not the match.
static void an_engine_that_oversteps_its_time_loses_the_game(void **state)
{
    (void)state;
    const ludus_match_result result =
        play_pair(SAYS(":;; stop) echo bestmove a1") "?tc=0.05", "random");
    assert_int_equal(result.losses, 2);
    assert_int_equal(result.forfeits[0], 2);
    assert_int_equal(result.forfeits[1], 0);
}

// The second time a1 is taken. That too costs the game, not the match.
static void an_engine_that_breaks_the_rules_loses_the_game(void **state)
{
    (void)state;
    const ludus_match_result result = play_pair(SAYS("echo bestmove a1"), "random");
    assert_int_equal(result.losses, 2);
    assert_int_equal(result.forfeits[0], 2);
}

static void lines_with_mates_and_bounds_are_told_apart(void **state)
{
    ludus_uci_line line;
    (void)state;
    assert_true(ludus_uci_line_parse(
        "info depth 9 seldepth 12 multipv 2 score cp -100 wdl 50 700 250 nodes 9 pv e2e4 e7e5",
        &line));
    assert_true(line.number == 2 && line.depth == 9 && line.score == -100 && !line.is_mate);
    assert_true(line.has_wdl && line.wdl[1] == 700);
    assert_string_equal(line.move, "e2e4");
    assert_true(ludus_uci_line_parse("info score mate -3 pv a7a8q", &line));
    assert_true(line.is_mate && line.score == -3 && line.number == 1 && !line.has_wdl);
    const char *const bad[] = {"info score cp 20 lowerbound pv e2e4",
                               "info string pv score",
                               "info depth 3 score cp 5 nodes 100",
                               "bestmove e2e4",
                               "info score cp 1 pv aaaaaaaaaaaaaaaaaaaaaaaaaa",
                               "info score cp pv e2e4",
                               "info score mate 99999999999 pv e2e4",
                               "info multipv -1 score cp 1 pv e2e4"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_false(ludus_uci_line_parse(bad[i], &line));
    }
}

// ---- A real one ---------------------------------------------------------------------------------

static void stockfish_plays_a_timed_match(void **state)
{
    ludus_game game;
    ludus_error error;
    ludus_match_result result;
    ludus_match_config config = ludus_match_config_default();
    (void)state;
    if (!program_is_installed("stockfish")) {
        skip();
    }
    open_game(&game, "chess");
    config.player[0] = "uci:stockfish?nodes=2000&Hash=16";
    config.player[1] = "uci:stockfish?UCI_LimitStrength=true&UCI_Elo=1350&tc=60&depth=1";
    config.pairs = 1;
    config.opening_plies = 4;
    if (ludus_match_run(&game, &config, NULL, NULL, NULL, &result, &error)) {
        fail_msg("%s", error.text);
    }
    assert_int_equal(result.losses, 0);
    assert_int_equal(result.forfeits[0] + result.forfeits[1], 0);
    ludus_game_close(&game);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(time_controls_are_read),
        cmocka_unit_test(a_clock_adds_increments_and_new_periods),
        cmocka_unit_test(lines_with_mates_and_bounds_are_told_apart),
        cmocka_unit_test(an_engine_plays_whole_games),
        cmocka_unit_test(failures_are_named),
        cmocka_unit_test(an_engine_that_oversteps_its_time_loses_the_game),
        cmocka_unit_test(an_engine_that_breaks_the_rules_loses_the_game),
        cmocka_unit_test(stockfish_plays_a_timed_match),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
