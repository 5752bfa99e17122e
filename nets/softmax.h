// Softmax for those who read head outputs.

#ifndef LUDUS_NETS_SOFTMAX_H
#define LUDUS_NETS_SOFTMAX_H

#include <stddef.h>

// out = softmax(x); n >= 1; x and out may be the same. Sums to 1 up to rounding.
void ludus_softmax(size_t n, const float *x, float *out);
// log(sum(exp(x))).
float ludus_log_sum_exp(size_t n, const float *x);

#endif
