#include "metrics_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/stat.h>

#include <cmocka.h>

void metrics_run_write(void **state, const char *name, int32_t rows, char path[TEMP_PATH_MAX])
{
    char file[TEMP_PATH_MAX + 16];
    temp_path(state, name, path);
    mkdir(path, 0777);
    snprintf(file, sizeof file, "%s/metrics.jsonl", path);
    FILE *stream = fopen(file, "w");
    assert_non_null(stream);
    for (int32_t i = 1; i <= rows; i++) {
        fprintf(stream,
                "{\"iteration\":%d,\"seconds\":%d,\"games\":%d,\"loss/total\":%g,"
                "\"strength/perfect_raw\":%s}\n",
                i, 8 * i, 30 * i, 3.0 / i + .5, i % 10 == 0 ? "0.75" : "null");
    }
    fclose(stream);
}
