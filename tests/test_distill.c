// Labels of an engine, stored games as data, and learning from them.

#include "selfplay/engine_labels.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "selfplay/game_data.h"
#include "selfplay/record.h"
#include "selfplay/replay.h"
#include "selfplay/run.h"
#include "small_run.h"
#include "temp_folder.h"

#define ENGINE "tests/tools/first_move_uci.sh"

// ---- Lines of UCI ----------------------------------------------------------------------------

static ludus_engine_opinion opinion_of(const char *text)
{
    ludus_uci_line line;
    ludus_engine_opinion opinion;
    assert_true(ludus_uci_line_parse(text, &line));
    ludus_engine_opinion_of(&line, &opinion);
    return opinion;
}

static void scores_and_odds_follow_from_lines(void **state)
{
    (void)state;
    const ludus_engine_opinion told =
        opinion_of("info depth 9 multipv 2 score cp -100 wdl 50 700 250 nodes 9 pv e2e4 e7e5");
    assert_true(fabsf(told.score + 0.5f) < 1e-6f && fabsf(told.wdl[1] - 0.7f) < 1e-6f);
    const ludus_engine_opinion guessed = opinion_of("info score cp 100 pv e2e4");
    assert_true(fabsf(guessed.wdl[0] - 0.5f) < 1e-6f && guessed.wdl[2] == 0.0f);
    const float mate_in_1 = opinion_of("info score mate 1 pv a7a8q").score;
    const float mate_in_3 = opinion_of("info score mate 3 pv a7a8q").score;
    assert_true(mate_in_3 < mate_in_1 && mate_in_3 > 1.0f);
    const ludus_engine_opinion mated = opinion_of("info score mate -3 pv a7a8q");
    assert_true(mated.score < -1.0f && mated.wdl[2] == 1.0f);
}

// ---- Labels ----------------------------------------------------------------------------------

typedef struct collected {
    ludus_buffer bytes; // all records one after another
    int32_t games, plies;
    ludus_replay *replay; // or NULL
} collected;

static ludus_status collect(const uint8_t *bytes, size_t size, int32_t plies, void *user,
                            ludus_error *error)
{
    collected *c = user;
    ludus_buffer_put(&c->bytes, bytes, size);
    c->games++;
    c->plies += plies;
    return c->replay != NULL ? ludus_replay_push(c->replay, bytes, size, plies, error) : LUDUS_OK;
}

static ludus_status label(const char *engine, int32_t games, int32_t threads, collected *out,
                          ludus_error *error)
{
    ludus_game game;
    ludus_engine_label_config config = ludus_engine_label_config_default();
    config.engine = engine;
    config.games = games;
    config.lines = 3;
    config.opening = 2;
    config.threads = threads;
    assert_int_equal(ludus_game_open(&game, "tictactoe", error), LUDUS_OK);
    const ludus_status status = ludus_engine_labels(&game, &config, collect, out, error);
    ludus_game_close(&game);
    return status;
}

static void labels_do_not_depend_on_the_threads(void **state)
{
    collected one = {.games = 0}, two = {.games = 0};
    ludus_error error;
    (void)state;
    if (label(ENGINE, 12, 1, &one, &error) || label(ENGINE, 12, 2, &two, &error)) {
        fail_msg("%s", error.text);
    }
    assert_int_equal(one.games, 12);
    assert_int_equal(one.bytes.size, two.bytes.size);
    assert_memory_equal(one.bytes.data, two.bytes.data, one.bytes.size);
    ludus_buffer_free(&one.bytes);
    ludus_buffer_free(&two.bytes);
}

static void an_engine_that_fails_is_named(void **state)
{
    collected none = {.games = 0};
    ludus_error error;
    (void)state;
    assert_int_not_equal(label("no-such-engine", 1, 1, &none, &error), LUDUS_OK);
    assert_non_null(strstr(error.text, "no-such-engine"));
    // Speaks, but plays nonsense.
    assert_int_not_equal(label("sh -c 'echo uciok; while read -r x y; do case $x in isready) echo "
                               "readyok;; go) echo info score cp 1 pv z9; "
                               "echo bestmove z9;; esac; done'",
                               1, 1, &none, &error),
                         LUDUS_OK);
    assert_non_null(strstr(error.text, "z9"));
    assert_int_equal(none.games, 0);
    ludus_buffer_free(&none.bytes);
}

// ---- Learning --------------------------------------------------------------------------------

static void write_data(const char *folder)
{
    ludus_error error;
    collected c = {.games = 0};
    ludus_replay_config config = ludus_replay_config_default();
    config.enable_segments = true;
    snprintf(config.folder, sizeof config.folder, "%s", folder);
    snprintf(config.tag, sizeof config.tag, "tictactoe");
    assert_int_equal(ludus_replay_create(&c.replay, &config, &error), LUDUS_OK);
    if (label(ENGINE, 100, 2, &c, &error)) {
        fail_msg("%s", error.text);
    }
    ludus_replay_destroy(c.replay);
    ludus_buffer_free(&c.bytes);
}

static const char recipe_text[] = "[run]\nagent = distill\ngame = tictactoe\nseed = 3\n"
                                  "iterations = 6\ncheckpoint_minutes = 0\nmeasure_every = 6\n"
                                  "[net]\nchannels = 16\nblocks = 1\n"
                                  "[learn]\nsteps = 100\nholdout = 0.25\nsymmetry = false\n"
                                  "[train]\nbatch = 32\nshards = 2\noptimiser = adamw\nlr = 0.003\n"
                                  "ema_decay = 0.9\n";

// The engine's first choice is always the first free cell: a net that has seen some of its games
// finds it in others. The first cell is not the first of a turned board, hence symmetry = false.
static void a_net_learns_the_engines_moves(void **state)
{
    char data[TEMP_PATH_MAX], folder[TEMP_PATH_MAX], assignment[TEMP_PATH_MAX + 16];
    ludus_error error;
    ludus_run *run = NULL;
    const ludus_report *report = NULL;
    temp_path(state, "data", data);
    temp_path(state, "run", folder);
    snprintf(assignment, sizeof assignment, "learn.data=%s", data);
    write_data(data);
    ludus_config *recipe = small_run_config(recipe_text);
    assert_int_equal(ludus_config_set(recipe, assignment, &error), LUDUS_OK);
    if (ludus_run_create(&run, folder, recipe, 1, &error)) {
        fail_msg("%s", error.text);
    }
    for (int i = 0; i < 6; i++) {
        assert_int_equal(ludus_run_step(run, &report, &error), LUDUS_OK);
    }
    print_message("held: %.3f\n", ludus_report_get(report, "held/first_move"));
    assert_true(ludus_report_get(report, "held/first_move") > 0.8);
    uint64_t hash, again;
    assert_int_equal(ludus_run_hash(run, &hash, &error), LUDUS_OK);
    ludus_run_destroy(run);
    ludus_config_destroy(recipe);
    assert_int_equal(ludus_run_resume(&run, folder, NULL, 0, 2, &error), LUDUS_OK);
    assert_int_equal(ludus_run_hash(run, &again, &error), LUDUS_OK);
    assert_int_equal(hash, again);
    ludus_run_destroy(run);
}

static void data_of_another_game_is_refused(void **state)
{
    char folder[TEMP_PATH_MAX];
    ludus_error error;
    ludus_game game;
    collected c = {.games = 0};
    temp_path(state, "foreign", folder);
    write_data(folder);
    assert_int_equal(ludus_game_open(&game, "othello", &error), LUDUS_OK);
    assert_int_equal(ludus_game_data_read(folder, &game, collect, &c, &error), LUDUS_ERR_FORMAT);
    assert_non_null(strstr(error.text, "000001.seg"));
    assert_non_null(strstr(error.text, "tictactoe"));
    assert_int_equal(ludus_game_data_read("/nowhere", &game, collect, &c, &error), LUDUS_ERR_IO);
    assert_int_equal(c.games, 0);
    ludus_game_close(&game);
    ludus_buffer_free(&c.bytes);
}

static void segments_of_distill_are_refused(void **state)
{
    ludus_learner learner;
    ludus_error error;
    ludus_config *config = small_run_config(recipe_text);
    (void)state;
    assert_int_equal(ludus_config_set(config, "replay.segments=true", &error), LUDUS_OK);
    assert_int_equal(ludus_learner_create(&learner, config, NULL, 1, &error), LUDUS_ERR_ARG);
    assert_non_null(strstr(error.text, "replay.segments"));
    ludus_config_destroy(config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scores_and_odds_follow_from_lines),
        cmocka_unit_test(labels_do_not_depend_on_the_threads),
        cmocka_unit_test(an_engine_that_fails_is_named),
        cmocka_unit_test(a_net_learns_the_engines_moves),
        cmocka_unit_test(data_of_another_game_is_refused),
        cmocka_unit_test(segments_of_distill_are_refused),
    };
    return cmocka_run_group_tests(tests, temp_folder_create, temp_folder_destroy);
}
