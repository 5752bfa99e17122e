#include "small_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

ludus_config *small_run_config(const char *recipe)
{
    ludus_config *config;
    ludus_error error;
    if (ludus_config_parse(&config, "small", recipe, strlen(recipe), &error)) {
        fail_msg("%s", error.text);
    }
    return config;
}

ludus_run *small_run_begin(const char *recipe, const char *assignment, const char *folder,
                           int32_t threads, ludus_config **config)
{
    ludus_error error;
    ludus_run *run;
    *config = small_run_config(recipe);
    if (assignment != NULL) {
        assert_int_equal(ludus_config_set(*config, assignment, &error), LUDUS_OK);
    }
    if (ludus_run_create(&run, folder, *config, threads, &error)) {
        fail_msg("%s", error.text);
    }
    return run;
}

const ludus_report *small_run_steps(ludus_run *run, int32_t count)
{
    ludus_error error;
    const ludus_report *report = NULL;
    for (int32_t i = 0; i < count; i++) {
        if (ludus_run_step(run, &report, &error)) {
            fail_msg("%s", error.text);
        }
    }
    return report;
}

uint64_t small_run_finish(ludus_run *run)
{
    ludus_error error;
    uint64_t hash = 0;
    while (!ludus_run_finished(run)) {
        small_run_steps(run, 1);
    }
    assert_int_equal(ludus_run_hash(run, &hash, &error), LUDUS_OK);
    return hash;
}

uint64_t small_run_whole(const char *recipe, const char *folder, int32_t threads)
{
    ludus_error error;
    ludus_config *config;
    ludus_run *run = small_run_begin(recipe, NULL, folder, threads, &config);
    const uint64_t hash = small_run_finish(run);
    assert_int_equal(ludus_run_save(run, &error), LUDUS_OK);
    ludus_run_destroy(run);
    ludus_config_destroy(config);
    return hash;
}

void small_run_part(const char *recipe, const char *folder, int32_t saved, int32_t lost)
{
    ludus_error error;
    ludus_config *config;
    ludus_run *run = small_run_begin(recipe, NULL, folder, 2, &config);
    small_run_steps(run, saved);
    assert_int_equal(ludus_run_save(run, &error), LUDUS_OK);
    small_run_steps(run, lost);
    ludus_run_destroy(run);
    ludus_config_destroy(config);
}

uint64_t small_run_resumed(const char *folder, int32_t threads)
{
    ludus_error error;
    ludus_run *run;
    if (ludus_run_resume(&run, folder, NULL, 0, threads, &error)) {
        fail_msg("%s", error.text);
    }
    const uint64_t hash = small_run_finish(run);
    ludus_run_destroy(run);
    return hash;
}

// Begins or resumes the run and never returns.
static void run_child(const char *recipe, const char *folder, bool resume)
{
    ludus_error error;
    ludus_run *run;
    const ludus_report *report;
    ludus_config *config = small_run_config(recipe);
    const ludus_status status = resume ? ludus_run_resume(&run, folder, NULL, 0, 1, &error)
                                       : ludus_run_create(&run, folder, config, 1, &error);
    if (status != LUDUS_OK) {
        fprintf(stderr, "child: %s\n", error.text);
        _exit(3);
    }
    while (!ludus_run_finished(run)) {
        if (ludus_run_step(run, &report, &error)) {
            fprintf(stderr, "child: %s\n", error.text);
            _exit(3);
        }
    }
    _exit(0);
}

uint64_t small_run_killed(const char *recipe, const char *folder, int kills, double seconds)
{
    char begun[512];
    ludus_rng rng;
    ludus_rng_init(&rng, 99, 0);
    snprintf(begun, sizeof begun, "%s/recipe.ini", folder);
    for (int i = 0; i < kills; i++) {
        const bool resume = access(begun, F_OK) == 0;
        const pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            run_child(recipe, folder, resume);
        }
        const double wait = seconds * ludus_rng_double(&rng);
        const struct timespec pause = {(time_t)wait, (long)((wait - (double)(time_t)wait) * 1e9)};
        nanosleep(&pause, NULL);
        kill(child, SIGKILL);
        int status;
        waitpid(child, &status, 0);
        assert_false(WIFEXITED(status) && WEXITSTATUS(status) != 0);
    }
    return small_run_resumed(folder, 2);
}
