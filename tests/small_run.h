// Runs of a few seconds, for claims about what a run ends with.

#ifndef LUDUS_TESTS_SMALL_RUN_H
#define LUDUS_TESTS_SMALL_RUN_H

#include "selfplay/run.h"

// Each fails the test on an error.
ludus_config *small_run_config(const char *recipe); // the caller destroys it
// The caller destroys the run, then the config. `assignment` overrides a key; NULL: none.
ludus_run *small_run_begin(const char *recipe, const char *assignment, const char *folder,
                           int32_t threads, ludus_config **config);
const ludus_report *small_run_steps(ludus_run *run, int32_t count); // the last one's
uint64_t small_run_finish(ludus_run *run); // steps to its limit; the state's hash
// A run from its beginning to its end, saved; the state's hash.
uint64_t small_run_whole(const char *recipe, const char *folder, int32_t threads);
// A run on two threads that ends early: saved after `saved` iterations, `lost` more are not.
void small_run_part(const char *recipe, const char *folder, int32_t saved, int32_t lost);
uint64_t small_run_resumed(const char *folder, int32_t threads);
// A run in child processes, `kills` of which are killed within `seconds` of their start, then
// resumed to its end. It forks: before any OpenMP team exists.
uint64_t small_run_killed(const char *recipe, const char *folder, int kills, double seconds);

#endif
