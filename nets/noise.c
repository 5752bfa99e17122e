#include "nets/noise.h"

#include <math.h>
#include <string.h>

bool ludus_noise_is_on(const ludus_node *node)
{
    return node->kind == LUDUS_NODE_DENSE && node->param[2] >= 0;
}

size_t ludus_noise_inputs(const ludus_graph *graph, const ludus_node *node)
{
    return ludus_noise_is_on(node) ? (size_t)graph->tensors[node->param[2]].shape[1] : 0;
}

uint64_t ludus_noise_step_seed(uint64_t seed, int64_t step)
{
    const uint64_t mixed = ludus_mix64(seed ^ ludus_mix64((uint64_t)step + 0x6e6f697365u));
    return mixed != 0 ? mixed : 1;
}

static void draw(ludus_rng *rng, size_t count, float *out)
{
    for (size_t i = 0; i < count; i++) {
        const float x = (float)ludus_rng_normal(rng);
        out[i] = copysignf(sqrtf(fabsf(x)), x);
    }
}

void ludus_noise_draw(uint64_t seed, int32_t node, size_t inputs, size_t outputs, float *in,
                      float *out)
{
    if (seed == 0) {
        memset(in, 0, inputs * sizeof *in);
        memset(out, 0, outputs * sizeof *out);
        return;
    }
    ludus_rng rng;
    ludus_rng_init(&rng, seed, (uint64_t)node);
    draw(&rng, inputs, in);
    draw(&rng, outputs, out);
}

void ludus_noise_apply(size_t outputs, size_t inputs, const float *restrict mu,
                       const float *restrict sigma, const float *restrict out,
                       const float *restrict in, float *restrict w)
{
    for (size_t o = 0; o < outputs; o++) {
        const size_t row = o * inputs;
#pragma omp simd
        for (size_t i = 0; i < inputs; i++) {
            w[row + i] = mu[row + i] + sigma[row + i] * (out[o] * in[i]);
        }
    }
}

void ludus_noise_backward(size_t outputs, size_t inputs, const float *restrict dw,
                          const float *restrict out, const float *restrict in,
                          float *restrict dsigma)
{
    for (size_t o = 0; o < outputs; o++) {
        const size_t row = o * inputs;
#pragma omp simd
        for (size_t i = 0; i < inputs; i++) {
            dsigma[row + i] = dw[row + i] * (out[o] * in[i]);
        }
    }
}
