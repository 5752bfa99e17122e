// Claims about runs: the same games and weights on any number of threads, exact resume after
// SIGKILL at random moments, and no trust in checkpoint files.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <inttypes.h>
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
        cmocka_unit_test(truncated_checkpoint_is_refused),
        cmocka_unit_test(flipped_bit_is_refused),
        cmocka_unit_test(truncated_state_is_refused),
        cmocka_unit_test(full_disk_keeps_the_old_checkpoint),
    };
    return cmocka_run_group_tests(tests, temp_folder_create, temp_folder_destroy);
}
