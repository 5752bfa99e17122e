#include "small_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

ludus_config *small_run_config(const char *recipe)
{
    ludus_config *config;
    ludus_error error;
    if (ludus_config_parse(&config, "small", recipe, strlen(recipe), &error)) {
        fail_msg("%s", error.text);
    }
    return config;
}

uint64_t small_run_finish(ludus_run *run)
{
    ludus_error error;
    uint64_t hash = 0;
    while (!ludus_run_finished(run)) {
        const ludus_report *report;
        if (ludus_run_step(run, &report, &error)) {
            fail_msg("%s", error.text);
        }
    }
    assert_int_equal(ludus_run_hash(run, &hash, &error), LUDUS_OK);
    return hash;
}

uint64_t small_run_whole(const char *recipe, const char *folder, int32_t threads)
{
    ludus_error error;
    ludus_run *run;
    ludus_config *config = small_run_config(recipe);
    if (ludus_run_create(&run, folder, config, threads, &error)) {
        fail_msg("%s", error.text);
    }
    const uint64_t hash = small_run_finish(run);
    assert_int_equal(ludus_run_save(run, &error), LUDUS_OK);
    ludus_run_destroy(run);
    ludus_config_destroy(config);
    return hash;
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
