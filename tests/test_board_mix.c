// Claims about runs in which one net learns several sizes of a board: they repeat and go on
// exactly, every board plays and trains, and what cannot be learned together is refused.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "agents/game_net.h"
#include "selfplay/board_mix.h"
#include "small_run.h"
#include "temp_folder.h"

static const char recipe[] = "[run]\nagent = alphazero\ngame = go5\nseed = 7\n"
                             "iterations = 4\ncheckpoint_minutes = 0\nmeasure_every = 0\n"
                             "[mix]\ngames = go3:0.2, go4:0.3\n"
                             "[net]\nchannels = 8\nblocks = 1\ngpool_every = 1\n"
                             "[heads]\npooled = true\nownership = 1\nscore = 0.05\n"
                             "[search]\nroot = gumbel\nsimulations = 6\n"
                             "[selfplay]\nslots = 16\nbatch = 4\nevaluations = 100\n"
                             "fast_simulations = 3\nfull_share = 0.5\nvaried_share = 0.7\n"
                             "[replay]\ncapacity_items = 400\nchunk_bytes = 1024\n"
                             "segments = true\n"
                             "[learn]\nreplay_ratio = 2\nstart = 60\nwindow_min = 100\n"
                             "eval_positions = 0\n"
                             "[train]\nbatch = 32\nshards = 4\nema_decay = 0.9\n";

static const char *const segments[] = {"replay/000001.seg", "go3/replay/000001.seg",
                                       "go4/replay/000001.seg"};

static void assert_same_segments(const char *one, const char *other)
{
    for (size_t i = 0; i < sizeof(segments) / sizeof(segments[0]); i++) {
        char path[TEMP_PATH_MAX + 64];
        void *bytes[2];
        size_t size[2];
        ludus_error error;
        for (int k = 0; k < 2; k++) {
            snprintf(path, sizeof path, "%s/%s", k == 0 ? one : other, segments[i]);
            if (ludus_file_read(path, (size_t)1 << 30, &bytes[k], &size[k], &error)) {
                fail_msg("%s", error.text);
            }
        }
        assert_int_equal(size[0], size[1]);
        assert_memory_equal(bytes[0], bytes[1], size[0]);
        ludus_free(bytes[0]);
        ludus_free(bytes[1]);
    }
}

// ---- Repeating and going on ------------------------------------------------------------------

static void killed_runs_end_the_same(void **state)
{
    char straight[TEMP_PATH_MAX], killed[TEMP_PATH_MAX];
    temp_path(state, "undisturbed", straight);
    temp_path(state, "killed", killed);
    const double start = ludus_clock();
    const uint64_t expected = small_run_whole(recipe, straight, 1);
    const double whole = ludus_clock() - start;
    assert_int_equal(small_run_killed(recipe, killed, 6, 0.6 * whole), expected);
    assert_same_segments(straight, killed);
}

static void a_mix_does_not_depend_on_threads_or_stops(void **state)
{
    char one[TEMP_PATH_MAX], more[TEMP_PATH_MAX], halves[TEMP_PATH_MAX];
    temp_path(state, "one", one);
    temp_path(state, "two", more);
    temp_path(state, "halves", halves);
    const uint64_t expected = small_run_whole(recipe, one, 1);
    assert_int_equal(small_run_whole(recipe, more, 2), expected);
    temp_path(state, "four", more);
    assert_int_equal(small_run_whole(recipe, more, 4), expected);
    small_run_part(recipe, halves, 2, 1); // the last one's records are cut off again
    assert_int_equal(small_run_resumed(halves, 1), expected);
    assert_same_segments(one, halves);
}

// Without a checkpoint the run begins again, and so do the records of every board.
static void a_mix_without_a_checkpoint_begins_again(void **state)
{
    char straight[TEMP_PATH_MAX], lost[TEMP_PATH_MAX];
    ludus_config *config;
    temp_path(state, "whole", straight);
    temp_path(state, "lost", lost);
    const uint64_t expected = small_run_whole(recipe, straight, 2);
    ludus_run *run = small_run_begin(recipe, "run.checkpoint_minutes=1000", lost, 2, &config);
    small_run_steps(run, 3);
    ludus_run_destroy(run);
    ludus_config_destroy(config);
    assert_int_equal(small_run_resumed(lost, 2), expected);
    assert_same_segments(straight, lost);
}

static void a_damaged_state_is_refused(void **state)
{
    ludus_error error;
    ludus_learner learner;
    ludus_report report;
    ludus_buffer saved = {0};
    (void)state;
    ludus_config *config = small_run_config(recipe);
    assert_int_equal(ludus_learner_create(&learner, config, NULL, 1, &error), LUDUS_OK);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(learner.ops->iterate(learner.self, &report, &error), LUDUS_OK);
    }
    learner.ops->save(learner.self, &saved);
    ludus_learner_destroy(&learner);
    for (size_t n = 0; n < saved.size; n += 1 + saved.size / 40) {
        assert_int_equal(ludus_learner_create(&learner, config, NULL, 1, &error), LUDUS_OK);
        ludus_cursor cursor = {.data = saved.data, .size = n};
        assert_int_not_equal(learner.ops->load(learner.self, &cursor, &error), LUDUS_OK);
        assert_null(strchr(error.text, '\n'));
        ludus_learner_destroy(&learner);
    }
    ludus_buffer_free(&saved);
    ludus_config_destroy(config);
}

// ---- What is learned -------------------------------------------------------------------------

static double sum_of(const ludus_report *report, const char *what)
{
    static const char *const games[] = {"go5", "go3", "go4"};
    double sum = 0.0;
    for (int i = 0; i < 3; i++) {
        char name[48];
        snprintf(name, sizeof name, "%s/%s", games[i], what);
        const double value = ludus_report_get(report, name);
        assert_true(value > 0.0); // not NAN either
        sum += value;
    }
    return sum;
}

static void every_board_plays_its_share_and_trains(void **state)
{
    char folder[TEMP_PATH_MAX];
    ludus_config *config;
    temp_path(state, "shares", folder);
    ludus_run *run = small_run_begin(recipe, "selfplay.evaluations=400", folder, 2, &config);
    const ludus_report *report = small_run_steps(run, 3);
    const double all = ludus_report_get(report, "evaluations");
    assert_true(sum_of(report, "evaluations") == all);
    assert_true(sum_of(report, "games") == ludus_report_get(report, "games"));
    assert_true(sum_of(report, "positions") == ludus_report_get(report, "positions"));
    assert_true(sum_of(report, "loss/policy") > 0.0 && sum_of(report, "loss/value") > 0.0);
    assert_true(fabs(ludus_report_get(report, "go3/evaluations") / all - 0.2) < 0.02);
    assert_true(fabs(ludus_report_get(report, "go4/evaluations") / all - 0.3) < 0.02);
    // Each board pays for its own positions: 2 rows for each, up to a batch that is still owed.
    const double rows = 32.0 * ludus_report_get(report, "steps");
    const double owed = 2.0 * ludus_report_get(report, "positions");
    assert_true(rows <= owed && rows > owed - 3.0 * 32.0);
    ludus_run_destroy(run);
    ludus_config_destroy(config);
}

static void a_mixs_net_fits_every_size(void **state)
{
    static const char *const names[] = {"go5", "go3", "go9", "go13", "go19"};
    char folder[TEMP_PATH_MAX], path[TEMP_PATH_MAX + 32];
    ludus_error error;
    temp_path(state, "fits", folder);
    small_run_whole(recipe, folder, 1);
    snprintf(path, sizeof path, "%s/net.safetensors", folder);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        ludus_game game;
        ludus_net *net;
        assert_int_equal(ludus_game_open(&game, names[i], &error), LUDUS_OK);
        if (ludus_net_load_for_game(&net, path, &game, &error)) {
            fail_msg("%s", error.text);
        }
        ludus_net_destroy(net);
        ludus_game_close(&game);
    }
}

// ---- Recipes ---------------------------------------------------------------------------------

static void mixes_that_cannot_be_are_refused(void **state)
{
    static const struct {
        const char *assignment, *text;
    } cases[] = {
        {"mix.games=go7", "mix.games: \"go7\" is not GAME:SHARE"},
        {"mix.games=go7:", "mix.games: \"go7:\" is not GAME:SHARE"},
        {"mix.games=:0.5", "mix.games: \":0.5\" is not GAME:SHARE"},
        {"mix.games=go7:0.1 x", "is not GAME:SHARE"},
        {"mix.games=go7:nan", "is not GAME:SHARE"},
        {"mix.games=go7:1", "is not GAME:SHARE"},
        {"mix.games=go7:-0.1", "is not GAME:SHARE"},
        {"mix.games=go7:0.1,,go4:0.1", "mix.games: \"\" is not GAME:SHARE"},
        {"mix.games=go7:0.5, go4:0.5", "mix.games: the shares leave nothing to run.game"},
        {"mix.games=go7:0.1, go7:0.2", "mix.games: go7 is there twice"},
        {"mix.games=go7:0.1, go5:0.2", "mix.games: go5 is run.game already"},
        {"mix.games=go7:0.1, othello:0.2", "mix.games: othello"},
        {"mix.games=go77:0.1", "mix.games: 'go77' is no size of go"},
        {"mix.games=go7:0.001", "mix.games: selfplay.evaluations = 100 are too few"},
        {"mix.games=go2:.1,go3:.1,go4:.1,go6:.1,go7:.1,go8:.1,go9:.1,go11:.1",
         "mix.games: at most 7 games"},
        {"heads.pooled=false", "mix.games: go3: wants heads.pooled = true"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        ludus_learner learner;
        ludus_error error = {0};
        ludus_config *config = small_run_config(recipe);
        assert_int_equal(ludus_config_set(config, cases[i].assignment, &error), LUDUS_OK);
        assert_int_equal(ludus_learner_create(&learner, config, NULL, 1, &error), LUDUS_ERR_ARG);
        if (strstr(error.text, cases[i].text) == NULL) {
            fail_msg("%s: \"%s\"", cases[i].assignment, error.text);
        }
        ludus_config_destroy(config);
    }
}

static void parts_of_the_evaluations_add_up(void **state)
{
    ludus_board_mix mix;
    ludus_error error;
    (void)state;
    ludus_config *config = small_run_config("[mix]\ngames = go5 : 0.125,go7:.25\n");
    assert_int_equal(ludus_board_mix_read(&mix, config, &error), LUDUS_OK);
    assert_int_equal(mix.num_boards, 3);
    assert_string_equal(mix.game[1], "go5");
    assert_string_equal(mix.game[2], "go7");
    for (int32_t whole = 4; whole < 1000; whole++) {
        int32_t sum = 0, part;
        for (int32_t i = 0; i < 3; i++) {
            assert_int_equal(ludus_board_mix_evaluations(&mix, i, whole, &part, &error), LUDUS_OK);
            assert_true(fabs((double)part - mix.share[i] * (double)whole) <= 1.0);
            sum += part;
        }
        assert_int_equal(sum, whole);
    }
    ludus_config_destroy(config);
    config = small_run_config("[run]\ngame = go9\n");
    assert_int_equal(ludus_board_mix_read(&mix, config, &error), LUDUS_OK);
    assert_true(mix.num_boards == 1 && mix.share[0] == 1.0);
    ludus_config_destroy(config);
}

static void debts_are_paid_side_by_side(void **state)
{
    const double owed[3] = {610.0, 95.0, 310.0}, batch = 10.0;
    double debt[3] = {610.0, 95.0, 310.0};
    int32_t steps[3] = {0}, total = 0, i;
    (void)state;
    while ((i = ludus_board_mix_turn(3, owed, debt, batch)) >= 0) {
        debt[i] -= batch;
        steps[i]++;
        total++;
        for (int k = 0; k < 3; k++) { // nobody is ahead or behind by more than a step or so
            const double due = (double)total * owed[k] / (610.0 + 95.0 + 310.0);
            assert_true(fabs((double)steps[k] - due) < 1.5);
        }
    }
    assert_int_equal(steps[0], 61);
    assert_int_equal(steps[1], 9);
    assert_int_equal(steps[2], 31);
    const double few[2] = {9.0, 0.0};
    assert_int_equal(ludus_board_mix_turn(2, few, few, batch), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(killed_runs_end_the_same), // forks: before any OpenMP team exists
        cmocka_unit_test(a_mix_does_not_depend_on_threads_or_stops),
        cmocka_unit_test(a_mix_without_a_checkpoint_begins_again),
        cmocka_unit_test(a_damaged_state_is_refused),
        cmocka_unit_test(every_board_plays_its_share_and_trains),
        cmocka_unit_test(a_mixs_net_fits_every_size),
        cmocka_unit_test(mixes_that_cannot_be_are_refused),
        cmocka_unit_test(parts_of_the_evaluations_add_up),
        cmocka_unit_test(debts_are_paid_side_by_side),
    };
    return cmocka_run_group_tests(tests, temp_folder_create, temp_folder_destroy);
}
