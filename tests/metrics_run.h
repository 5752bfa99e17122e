// The folder of a run that has metrics and nothing else: what the screens of `ludus watch` draw.

#ifndef LUDUS_TESTS_METRICS_RUN_H
#define LUDUS_TESTS_METRICS_RUN_H

#include "temp_folder.h"

#include <stdint.h>

// Makes the folder `name` in the test's own and writes its path; `rows` iterations, every tenth
// with a strength.
void metrics_run_write(void **state, const char *name, int32_t rows, char path[TEMP_PATH_MAX]);

#endif
