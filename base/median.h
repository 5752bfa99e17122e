// Medians for benches: the figure to quote on a noisy machine.

#ifndef LUDUS_BASE_MEDIAN_H
#define LUDUS_BASE_MEDIAN_H

#include <stddef.h>

#define LUDUS_MEDIAN_MAX 128 // samples

// The median of one double in each of `count` samples of `stride` bytes: the upper one when count
// is even. `first`: the field in the first sample. 1 <= count <= LUDUS_MEDIAN_MAX.
double ludus_median(const void *first, size_t stride, size_t count);

#endif
