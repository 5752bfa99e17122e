// A whole net once more in plain C and double precision, forward and backward: no library, no
// fusion, no layout but the graph's own. Slow on purpose; the oracle of the tests for executors and
// trainers. Internal to nets/ and the tests.
//
//     ludus_reference *ref;
//     ludus_reference_create(&ref, net, n);
//     ref->training = true;
//     ludus_reference_forward(ref, planes);       // fills values
//     ... write the heads' gradients into gradients[node] ...
//     ludus_reference_backward(ref);              // fills gradient and gradients
//
// Threads: instances are independent.

#ifndef LUDUS_NETS_NET_REFERENCE_H
#define LUDUS_NETS_NET_REFERENCE_H

#include "nets/net.h"

typedef struct ludus_reference {
    const ludus_net *net;   // borrowed
    int32_t n;              // rows
    bool training;          // batch norm takes the batch's own statistics
    bool dropout;           // dropout is on
    uint64_t noise;         // seed of the noisy layers' noise; 0 = none
    double *params;         // as the net's block: a copy of its weights, free to be changed
    double *effective;      // params with the noise; filled by forward
    double *noise_factor;   // in the sigmas' places: what they are multiplied with
    float *noise_vectors;   // scratch
    double *gradient;       // as the block; running statistics' places hold the batch's
    double **values;        // per node [n,H,W,C]
    double **gradients;     // per node [n,H,W,C]
    uint64_t *dropout_keys; // per node, set by the caller, see ludus_dropout
} ludus_reference;

ludus_status ludus_reference_create(ludus_reference **out, const ludus_net *net, int32_t n);
void ludus_reference_destroy(ludus_reference *ref); // NULL is accepted
// in: [n,C,H,W].
void ludus_reference_forward(ludus_reference *ref, const float *in);
// From the gradients of the head nodes, which the caller has written, to all others. Wants
// `training`.
void ludus_reference_backward(ludus_reference *ref);
size_t ludus_reference_count(const ludus_reference *ref, int32_t node); // values of a node

// Forward in one call. out[h]: [n, outputs of head h], or NULL. `training`: batch norm takes the
// batch's own statistics (dropout stays off either way). `noise`: seed of the noisy layers' noise.
ludus_status ludus_net_reference(const ludus_net *net, int32_t n, const float *in, bool training,
                                 uint64_t noise, double *const *out);

#endif
