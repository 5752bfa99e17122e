// The noise of noisy dense layers (NoisyNet, Fortunato et al. 2018, section 3.b, factorised):
//   weight = mu + sigma * (out x in),  bias = mu + sigma * out
// with in = f(normal draws, one per input), out = f(normal draws, one per output) and
// f(x) = sign(x) sqrt|x|. Internal to nets/ and the tests.
//
// Letters: I inputs, O outputs of a layer; weights [O,I].
// Threads: no state.
// Repeat: a layer's noise depends on the seed and its node alone.

#ifndef LUDUS_NETS_NOISE_H
#define LUDUS_NETS_NOISE_H

#include "nets/net_graph.h"

bool ludus_noise_is_on(const ludus_node *node); // a DENSE node with sigmas
size_t ludus_noise_inputs(const ludus_graph *graph, const ludus_node *node); // I, 0 without noise

// The noise seed of a training step; never 0.
uint64_t ludus_noise_step_seed(uint64_t seed, int64_t step);
// in: [I], out: [O]; all zeros for seed 0.
void ludus_noise_draw(uint64_t seed, int32_t node, size_t inputs, size_t outputs, float *in,
                      float *out);
// w[o,i] = mu[o,i] + sigma[o,i] * out[o] * in[i]; a bias has one input of 1. w overlaps neither.
void ludus_noise_apply(size_t outputs, size_t inputs, const float *mu, const float *sigma,
                       const float *out, const float *in, float *w);
// dsigma[o,i] = dw[o,i] * out[o] * in[i]; the gradient of mu is dw itself.
void ludus_noise_backward(size_t outputs, size_t inputs, const float *dw, const float *out,
                          const float *in, float *dsigma);

#endif
