// Claims about runs: the same games and weights on any number of threads, exact resume after
// SIGKILL at random moments, and no trust in checkpoint files.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "selfplay/checkpoint.h"
#include "selfplay/run.h"
#include "small_run.h"
#include "temp_folder.h"

// Small enough for seconds, large enough that games span iterations and training takes part.
static const char small_recipe[] = "[run]\nagent = alphazero\ngame = tictactoe\nseed = 7\n"
                                   "iterations = 6\ncheckpoint_minutes = 0\nmeasure_every = 0\n"
                                   "[net]\nchannels = 8\nblocks = 1\n"
                                   "[search]\nroot = gumbel\nsimulations = 8\n"
                                   "[selfplay]\nslots = 16\nbatch = 4\nevaluations = 40\n"
                                   "fast_simulations = 3\nfull_share = 0.5\n"
                                   "opening_share = 0.5\nopening_plies = 3\n"
                                   "[replay]\ncapacity_items = 400\nchunk_bytes = 1024\n"
                                   "segments = true\n"
                                   "[learn]\nreplay_ratio = 2\nstart = 60\nwindow_min = 100\n"
                                   "eval_positions = 0\n"
                                   "[train]\nbatch = 32\nshards = 4\nema_decay = 0.9\n";

static void threads_do_not_change_the_result(void **state)
{
    char folder[3][TEMP_PATH_MAX];
    static const int32_t threads[3] = {1, 2, 4};
    uint64_t hash[3];
    for (int i = 0; i < 3; i++) {
        char name[16];
        snprintf(name, sizeof name, "threads%d", (int)threads[i]);
        temp_path(state, name, folder[i]);
        hash[i] = small_run_whole(small_recipe, folder[i], threads[i]);
    }
    assert_int_equal(hash[0], hash[1]);
    assert_int_equal(hash[0], hash[2]);
}

static void seed_changes_the_result(void **state)
{
    char folder[TEMP_PATH_MAX], other[TEMP_PATH_MAX];
    ludus_error error;
    ludus_run *run;
    temp_path(state, "seed7", folder);
    temp_path(state, "seed8", other);
    ludus_config *config = small_run_config(small_recipe);
    assert_int_equal(ludus_config_set(config, "run.seed=8", &error), LUDUS_OK);
    assert_int_equal(ludus_run_create(&run, other, config, 2, &error), LUDUS_OK);
    assert_int_not_equal(small_run_finish(run), small_run_whole(small_recipe, folder, 2));
    ludus_run_destroy(run);
    ludus_config_destroy(config);
}

static void stop_and_resume_continues_exactly(void **state)
{
    char straight[TEMP_PATH_MAX], halves[TEMP_PATH_MAX];
    temp_path(state, "straight", straight);
    temp_path(state, "halves", halves);
    const uint64_t expected = small_run_whole(small_recipe, straight, 2);
    small_run_part(small_recipe, halves, 3, 0);
    assert_int_equal(small_run_resumed(halves, 1), expected);
}

static void kill_ten_times_changes_nothing(void **state)
{
    char straight[TEMP_PATH_MAX], killed[TEMP_PATH_MAX];
    temp_path(state, "undisturbed", straight);
    temp_path(state, "killed", killed);
    const double start = ludus_clock();
    const uint64_t expected = small_run_whole(small_recipe, straight, 1);
    const double whole = ludus_clock() - start;
    assert_int_equal(small_run_killed(small_recipe, killed, 10, 0.4 * whole), expected);
}

static void run_folder_is_never_overwritten(void **state)
{
    char folder[TEMP_PATH_MAX];
    ludus_error error;
    ludus_run *run;
    temp_path(state, "twice", folder);
    small_run_whole(small_recipe, folder, 2);
    ludus_config *config = small_run_config(small_recipe);
    assert_int_equal(ludus_run_create(&run, folder, config, 1, &error), LUDUS_ERR_STATE);
    assert_non_null(strstr(error.text, "--resume"));
    assert_null(run);
    ludus_config_destroy(config);
}

static void one_process_trains_a_run(void **state)
{
    char folder[TEMP_PATH_MAX];
    ludus_error error;
    ludus_run *run, *second;
    int status;
    temp_path(state, "locked", folder);
    ludus_config *recipe = small_run_config(small_recipe);
    assert_int_equal(ludus_run_create(&run, folder, recipe, 1, &error), LUDUS_OK);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        _exit(ludus_run_resume(&second, folder, NULL, 0, 1, &error) == LUDUS_ERR_STATE &&
                      strstr(error.text, "another process trains this run") != NULL
                  ? 0
                  : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    ludus_run_destroy(run);
    ludus_config_destroy(recipe);
    assert_int_not_equal(small_run_resumed(folder, 1), 0);
}

static void resume_refuses_another_recipe(void **state)
{
    char folder[TEMP_PATH_MAX];
    ludus_error error;
    ludus_run *run;
    const char *overrides[] = {"train.lr=0.5"};
    temp_path(state, "recipe", folder);
    small_run_whole(small_recipe, folder, 2);
    assert_int_equal(ludus_run_resume(&run, folder, overrides, 1, 1, &error), LUDUS_ERR_ARG);
    assert_non_null(strstr(error.text, "train.lr"));
}

// A run's folder named one level too high: nothing in there may change.
static void resume_leaves_a_folder_of_runs_alone(void **state)
{
    char folder[TEMP_PATH_MAX], inner[TEMP_PATH_MAX + 16], path[TEMP_PATH_MAX + 64];
    ludus_error error;
    ludus_run *run;
    void *before, *after;
    size_t before_bytes, after_bytes;
    temp_path(state, "runs", folder);
    snprintf(inner, sizeof inner, "%s/inner", folder);
    small_run_whole(small_recipe, inner, 1);
    snprintf(path, sizeof path, "%s/replay/000001.seg", inner);
    assert_int_equal(ludus_file_read(path, 1 << 24, &before, &before_bytes, &error), LUDUS_OK);
    assert_int_equal(ludus_run_resume(&run, folder, NULL, 0, 1, &error), LUDUS_ERR_ARG);
    assert_non_null(strstr(error.text, "holds no run"));
    assert_int_equal(ludus_file_read(path, 1 << 24, &after, &after_bytes, &error), LUDUS_OK);
    assert_int_equal(before_bytes, after_bytes);
    assert_memory_equal(before, after, before_bytes);
    snprintf(path, sizeof path, "%s/lock", folder);
    assert_false(ludus_file_exists(path));
    ludus_free(before);
    ludus_free(after);
}

// Another run inside a run that begins again is none of its business.
static void restart_forgets_its_own_records_only(void **state)
{
    char folder[TEMP_PATH_MAX], inner[TEMP_PATH_MAX + 16], path[TEMP_PATH_MAX + 64];
    temp_path(state, "outer", folder);
    small_run_part(small_recipe, folder, 2, 0);
    snprintf(path, sizeof path, "%s/checkpoint.ludus", folder);
    assert_int_equal(unlink(path), 0);
    snprintf(inner, sizeof inner, "%s/inner", folder);
    const uint64_t hash = small_run_whole(small_recipe, inner, 1);
    assert_int_equal(small_run_resumed(folder, 1), hash);
    snprintf(path, sizeof path, "%s/replay/000001.seg", inner);
    assert_true(ludus_file_exists(path));
}

// A run in `folder` that began from another's net, whose path is left in `net`, saved half way; the
// state's hash at its end.
static uint64_t run_from_net(void **state, const char *other, const char *folder,
                             char net[TEMP_PATH_MAX + 32])
{
    char first[TEMP_PATH_MAX], assignment[TEMP_PATH_MAX + 64];
    ludus_error error;
    ludus_config *config;
    temp_path(state, other, first);
    small_run_whole(small_recipe, first, 1);
    snprintf(net, TEMP_PATH_MAX + 32, "%s/net.safetensors", first);
    snprintf(assignment, sizeof assignment, "run.start_net=%s", net);
    ludus_run *run = small_run_begin(small_recipe, assignment, folder, 1, &config);
    small_run_steps(run, 2);
    assert_int_equal(ludus_run_save(run, &error), LUDUS_OK);
    const uint64_t hash = small_run_finish(run);
    ludus_run_destroy(run);
    ludus_config_destroy(config);
    return hash;
}

static void a_run_keeps_the_net_it_began_from(void **state)
{
    char folder[TEMP_PATH_MAX], net[TEMP_PATH_MAX + 32];
    temp_path(state, "second", folder);
    const uint64_t straight = run_from_net(state, "first", folder, net);
    assert_int_equal(unlink(net), 0);
    assert_int_equal(small_run_resumed(folder, 1), straight);
}

// Where its path is longer than a recipe's line, the start net is the one that the recipe names.
static void a_run_with_a_long_path_goes_on(void **state)
{
    char folder[TEMP_PATH_MAX], net[TEMP_PATH_MAX + 32], name[190];
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    temp_path(state, name, folder);
    const uint64_t straight = run_from_net(state, "short", folder, net);
    assert_int_equal(small_run_resumed(folder, 1), straight);
}

static void new_limits_stay_with_the_run(void **state)
{
    char folder[TEMP_PATH_MAX];
    ludus_error error;
    ludus_run *run;
    const char *overrides[] = {"run.iterations=8"};
    temp_path(state, "limits", folder);
    small_run_whole(small_recipe, folder, 1);
    assert_int_equal(ludus_run_resume(&run, folder, overrides, 1, 1, &error), LUDUS_OK);
    small_run_steps(run, 1);
    assert_int_equal(ludus_run_save(run, &error), LUDUS_OK);
    ludus_run_destroy(run);
    assert_int_equal(ludus_run_resume(&run, folder, NULL, 0, 1, &error), LUDUS_OK);
    assert_int_equal(ludus_run_settings(run)->iterations, 8);
    assert_false(ludus_run_finished(run));
    ludus_run_destroy(run);
}

static void a_diverged_run_keeps_its_last_checkpoint(void **state)
{
    char folder[TEMP_PATH_MAX];
    ludus_error error;
    ludus_config *config;
    const ludus_report *report;
    temp_path(state, "diverged", folder);
    ludus_run *run = small_run_begin(small_recipe, "run.iterations=3", folder, 1, &config);
    small_run_steps(run, 2); // a checkpoint after every iteration
    const ludus_learner *learner = ludus_run_learner(run);
    ludus_net_tensor(learner->ops->net(learner->self), 0).data[0] = NAN;
    assert_int_equal(ludus_run_step(run, &report, &error), LUDUS_ERR_STATE);
    assert_non_null(strstr(error.text, "diverged"));
    ludus_run_destroy(run);
    ludus_config_destroy(config);
    small_run_resumed(folder, 1);
}

// With a mark in the middle about every other player resigns, or would; who would and does not lose
// gave up too early.
static void false_resignations_are_counted(void **state)
{
    char recipe[1200], folder[TEMP_PATH_MAX];
    ludus_config *config;
    for (int playout = 0; playout < 2; playout++) {
        snprintf(recipe, sizeof recipe, "%s[selfplay]\nresign_value = 0\nresign_playout = %d\n",
                 small_recipe, playout);
        temp_path(state, playout ? "played_on" : "resigned", folder);
        ludus_run *run = small_run_begin(recipe, NULL, folder, 1, &config);
        const ludus_report *report = small_run_steps(run, 3);
        const double wrong = ludus_report_get(report, "selfplay/false_resignations");
        const double resigned = ludus_report_get(report, "selfplay/resigned");
        if (playout) {
            assert_true(resigned == 0.0);
            assert_true(wrong > 0.0 && wrong < 1.0);
        } else {
            assert_true(resigned > 0.0 && resigned <= 1.0);
            assert_true(isnan(wrong));
        }
        ludus_run_destroy(run);
        ludus_config_destroy(config);
    }
}

// ---- Checkpoint files ------------------------------------------------------------------------

static void *checkpoint_bytes(void **state, const char *name, size_t *size)
{
    char folder[TEMP_PATH_MAX], path[TEMP_PATH_MAX + 32];
    ludus_error error;
    void *bytes;
    temp_path(state, name, folder);
    small_run_whole(small_recipe, folder, 2);
    snprintf(path, sizeof path, "%s/checkpoint.ludus", folder);
    assert_int_equal(ludus_file_read(path, (size_t)1 << 30, &bytes, size, &error), LUDUS_OK);
    return bytes;
}

static void truncated_checkpoint_is_refused(void **state)
{
    size_t size;
    ludus_checkpoint checkpoint;
    ludus_error error;
    uint8_t *bytes = checkpoint_bytes(state, "cut", &size);
    assert_int_equal(ludus_checkpoint_parse(&checkpoint, bytes, size, &error), LUDUS_OK);
    for (size_t n = 0; n < size; n += n < 200 ? 1 : 997) {
        assert_int_not_equal(ludus_checkpoint_parse(&checkpoint, bytes, n, &error), LUDUS_OK);
    }
    ludus_free(bytes);
}

static void flipped_bit_is_refused(void **state)
{
    size_t size;
    ludus_checkpoint checkpoint;
    ludus_error error;
    ludus_rng rng;
    uint8_t *bytes = checkpoint_bytes(state, "flip", &size);
    ludus_rng_init(&rng, 3, 0);
    for (int i = 0; i < 500; i++) {
        const size_t at = i < 100 ? (size_t)i % 88 : ludus_rng_below(&rng, (uint32_t)size);
        const uint8_t mask = (uint8_t)(1u << ludus_rng_below(&rng, 8));
        bytes[at] ^= mask;
        assert_int_not_equal(ludus_checkpoint_parse(&checkpoint, bytes, size, &error), LUDUS_OK);
        bytes[at] ^= mask;
    }
    ludus_free(bytes);
}

// The state behind a valid checksum may still be wrong: every cut of it must fail in one line.
static void truncated_state_is_refused(void **state)
{
    size_t size;
    ludus_checkpoint checkpoint;
    ludus_error error;
    uint8_t *bytes = checkpoint_bytes(state, "state", &size);
    ludus_config *config = small_run_config(small_recipe);
    assert_int_equal(ludus_checkpoint_parse(&checkpoint, bytes, size, &error), LUDUS_OK);
    for (size_t n = 0; n < checkpoint.state_bytes; n += 1 + checkpoint.state_bytes / 40) {
        ludus_learner learner;
        assert_int_equal(ludus_learner_create(&learner, config, NULL, 1, &error), LUDUS_OK);
        ludus_cursor cursor = {.data = checkpoint.state, .size = n};
        assert_int_not_equal(learner.ops->load(learner.self, &cursor, &error), LUDUS_OK);
        assert_null(strchr(error.text, '\n'));
        ludus_learner_destroy(&learner);
    }
    ludus_config_destroy(config);
    ludus_free(bytes);
}

// A file size limit stands for a full disk.
static void full_disk_keeps_the_old_checkpoint(void **state)
{
    char folder[TEMP_PATH_MAX], path[TEMP_PATH_MAX + 32];
    ludus_error error;
    ludus_run *run;
    ludus_checkpoint_info before, after;
    temp_path(state, "full", folder);
    const uint64_t hash = small_run_whole(small_recipe, folder, 1);
    snprintf(path, sizeof path, "%s/checkpoint.ludus", folder);
    assert_int_equal(ludus_checkpoint_describe(path, &before, &error), LUDUS_OK);
    assert_int_equal(ludus_run_resume(&run, folder, NULL, 0, 1, &error), LUDUS_OK);
    struct rlimit old, small = {1024, 1024};
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    small.rlim_max = old.rlim_max;
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &small);
    const ludus_status status = ludus_run_save(run, &error);
    setrlimit(RLIMIT_FSIZE, &old);
    assert_int_equal(status, LUDUS_ERR_IO);
    assert_non_null(strstr(error.text, "checkpoint.ludus"));
    ludus_run_destroy(run);
    assert_int_equal(ludus_checkpoint_describe(path, &after, &error), LUDUS_OK);
    assert_int_equal(before.hash, after.hash);
    assert_int_equal(small_run_resumed(folder, 1), hash);
    ludus_free(before.recipe);
    ludus_free(after.recipe);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kill_ten_times_changes_nothing), // forks: before any OpenMP team exists
        cmocka_unit_test(threads_do_not_change_the_result),
        cmocka_unit_test(seed_changes_the_result),
        cmocka_unit_test(stop_and_resume_continues_exactly),
        cmocka_unit_test(run_folder_is_never_overwritten),
        cmocka_unit_test(one_process_trains_a_run),
        cmocka_unit_test(resume_refuses_another_recipe),
        cmocka_unit_test(resume_leaves_a_folder_of_runs_alone),
        cmocka_unit_test(restart_forgets_its_own_records_only),
        cmocka_unit_test(a_run_keeps_the_net_it_began_from),
        cmocka_unit_test(a_run_with_a_long_path_goes_on),
        cmocka_unit_test(new_limits_stay_with_the_run),
        cmocka_unit_test(a_diverged_run_keeps_its_last_checkpoint),
        cmocka_unit_test(false_resignations_are_counted),
        cmocka_unit_test(truncated_checkpoint_is_refused),
        cmocka_unit_test(flipped_bit_is_refused),
        cmocka_unit_test(truncated_state_is_refused),
        cmocka_unit_test(full_disk_keeps_the_old_checkpoint),
    };
    return cmocka_run_group_tests(tests, temp_folder_create, temp_folder_destroy);
}
