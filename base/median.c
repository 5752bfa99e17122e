#include "base/median.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double ludus_median(const void *first, size_t stride, size_t count)
{
    double values[LUDUS_MEDIAN_MAX] = {0};
    assert(count >= 1 && count <= LUDUS_MEDIAN_MAX);
    for (size_t i = 0; i < count; i++) {
        memcpy(&values[i], (const char *)first + i * stride, sizeof values[i]);
    }
    qsort(values, count, sizeof values[0], compare);
    return values[count / 2];
}
