// The whole forward pass once more in plain C and double precision: no library, no fusion, no
// layout but the graph's own. Slow on purpose; the oracle of the tests for executors (forward) and
// trainers (their gradients are compared with finite differences of this).
//
// Threads: no state.

#ifndef LUDUS_NETS_NET_REFERENCE_H
#define LUDUS_NETS_NET_REFERENCE_H

#include "nets/net.h"

// out[h]: [n, outputs of head h], or NULL. `training`: batch norm takes the batch's own statistics
// (dropout stays off either way).
ludus_status ludus_net_reference(const ludus_net *net, int32_t n, const float *in, bool training,
                                 double *const *out);

#endif
