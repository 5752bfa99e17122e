// Segment files when the disk is full, the folder is blocked or the writer is killed.

#include "sanitized.h"
#include "segment_run.h"
#include "selfplay/segment.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

// ------------------------------------------------------------------------

// In a child, because the limit cannot be taken back: files may have 20,000 bytes. Exit code 0 when
// everything went as it should.
static int fill_the_disk(const segment_run *run)
{
    const struct rlimit limit = {.rlim_cur = 20000, .rlim_max = RLIM_INFINITY};
    const struct rlimit none = {.rlim_cur = RLIM_INFINITY, .rlim_max = RLIM_INFINITY};
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigaction(SIGXFSZ, &ignore, NULL);
    ludus_replay *replay;
    ludus_error error = {0};
    if (ludus_replay_create(&replay, &run->config, &error) != LUDUS_OK) {
        return 1;
    }
    setrlimit(RLIMIT_FSIZE, &limit);
    int64_t i = 0;
    ludus_status status = LUDUS_OK;
    while (i < 500 && status == LUDUS_OK) {
        status = segment_push_one(replay, i++, &error);
    }
    if (status != LUDUS_ERR_IO || strstr(error.text, run->first) == NULL) {
        return 2;
    }
    segment_checker before = {0};
    char tag[LUDUS_SEGMENT_TAG_MAX];
    if (ludus_segment_read(run->first, tag, segment_check, &before, &error) != LUDUS_OK ||
        before.records == 0 || before.is_wrong || error.text[0] != '\0') {
        return 3; // whole chunks only, all of them right
    }
    setrlimit(RLIMIT_FSIZE, &none);
    for (; i < 500; i++) { // somebody made room: nothing is missing in the end
        if (segment_push_one(replay, i, &error) != LUDUS_OK) {
            return 4;
        }
    }
    ludus_replay_destroy(replay);
    return 0;
}

static void a_full_disk_loses_nothing_that_was_written(void **state)
{
    const segment_run run = segment_run_init(state, "full");
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        _exit(fill_the_disk(&run));
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_int_equal(segment_read_folder(&run, NULL), 500);
}

static void a_folder_that_cannot_be_made_is_an_error(void **state)
{
    segment_run run = segment_run_init(state, "blocked");
    segment_write_file(run.folder, "a file", 6);
    ludus_replay *replay = segment_run_open(&run);
    ludus_error error = {0};
    ludus_status status = LUDUS_OK;
    int64_t i = 0;
    while (i < 100 && status == LUDUS_OK) {
        status = segment_push_one(replay, i++, &error);
    }
    assert_int_equal(status, LUDUS_ERR_IO);
    assert_non_null(strstr(error.text, run.folder));
    ludus_replay_stats stats;
    ludus_replay_stats_get(replay, &stats);
    assert_int_equal(stats.records, i); // memory has them
    ludus_replay_destroy(replay);
}

// SIGKILL in the middle of writing, at whatever byte: what is there is right.
static void a_killed_writer_leaves_a_readable_file(void **state)
{
    for (int round = 0; round < (LUDUS_TEST_SANITIZED ? 3 : 10); round++) {
        char name[32];
        snprintf(name, sizeof name, "kill%d", round);
        const segment_run run = segment_run_init(state, name);
        const pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            ludus_replay *replay;
            if (ludus_replay_create(&replay, &run.config, NULL) == LUDUS_OK) {
                for (int64_t i = 0;; i++) {
                    (void)segment_push_one(replay, i, NULL);
                }
            }
            _exit(1);
        }
        while (segment_file_size(run.first) < 20000 + 10000 * round) {
            assert_int_equal(waitpid(child, NULL, WNOHANG), 0); // it writes on
            const struct timespec pause = {.tv_nsec = 200000};
            nanosleep(&pause, NULL);
        }
        assert_int_equal(kill(child, SIGKILL), 0);
        assert_int_equal(waitpid(child, NULL, 0), child);
        assert_true(segment_read_folder(&run, NULL) > 10);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_full_disk_loses_nothing_that_was_written),
        cmocka_unit_test(a_folder_that_cannot_be_made_is_an_error),
        cmocka_unit_test(a_killed_writer_leaves_a_readable_file),
    };
    return cmocka_run_group_tests(tests, temp_folder_create, temp_folder_destroy);
}
