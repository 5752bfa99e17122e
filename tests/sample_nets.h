// Small nets of every kind, and rows for them, for tests of executors, trainers and files.

#ifndef LUDUS_TESTS_SAMPLE_NETS_H
#define LUDUS_TESTS_SAMPLE_NETS_H

#include "nets/net.h"

typedef struct sample_net {
    const char *name;
    ludus_net_desc desc;
} sample_net;

#define NUM_SAMPLE_NETS 10
// Fills nets with: residual post-norm, pre-activation, squeeze-excitation, global pooling, without
// norm, plain convolutions with layer norm, mlp, dueling distributional Q on convolutions, the same
// with noisy dense layers, heads that pool globally.
void sample_nets(sample_net nets[NUM_SAMPLE_NETS]);

// Creates the net and moves every weight (norm statistics too) off its initial value.
ludus_net *sample_net_create(const ludus_net_desc *desc, uint64_t seed);
// count values in -1..1.
void sample_fill(float *values, size_t count, uint64_t seed);

#endif
