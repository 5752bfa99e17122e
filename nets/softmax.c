#include "nets/softmax.h"

#include <math.h>

static float largest(size_t n, const float *x)
{
    float max = x[0];
    for (size_t i = 1; i < n; i++) {
        max = x[i] > max ? x[i] : max;
    }
    return max;
}

void ludus_softmax(size_t n, const float *x, float *out)
{
    const float max = largest(n, x);
    float sum = 0.0f;
    for (size_t i = 0; i < n; i++) {
        out[i] = expf(x[i] - max);
        sum += out[i];
    }
    const float scale = 1.0f / sum;
    for (size_t i = 0; i < n; i++) {
        out[i] *= scale;
    }
}

float ludus_log_sum_exp(size_t n, const float *x)
{
    const float max = largest(n, x);
    float sum = expf(x[0] - max);
    for (size_t i = 1; i < n; i++) {
        sum += expf(x[i] - max);
    }
    return max + logf(sum);
}
