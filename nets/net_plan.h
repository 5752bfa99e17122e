// What executor and trainer both need to walk a graph with oneDNN kernels: offsets of the values,
// descriptions of the matrix nodes, and the order of dense weights. Internal to nets/.

#ifndef LUDUS_NETS_NET_PLAN_H
#define LUDUS_NETS_NET_PLAN_H

#include "nets/dnnl_backend.h"
#include "nets/net_graph.h"

// Floats of a node's value per row, the input's padding included.
size_t ludus_plan_row_floats(const ludus_graph *graph, int32_t node);
// Channels that a cell of the input takes in memory: multiples of 8 where a convolution wider than
// 1x1 reads it (oneDNN's fast kernels want that), else C.
int32_t ludus_plan_input_channels(const ludus_graph *graph);
bool ludus_plan_is_matrix(const ludus_node *node); // CONV or DENSE

// The kernel of a matrix node for `rows` rows; fusion off, f32.
ludus_kernel_desc ludus_plan_kernel(const ludus_graph *graph, int32_t node, int32_t rows,
                                    ludus_kernel_pass pass);
// Dense weights that follow an image: from PyTorch's [O, C*H*W] to [O, H*W*C] and back. Others are
// copied.
void ludus_plan_weights_in(const ludus_graph *graph, int32_t node, const float *weights,
                           float *out);
void ludus_plan_weights_out(const ludus_graph *graph, int32_t node, const float *from,
                            float *weights);

// [n,C,H,W] to the input's value [n,H,W,C'].
void ludus_plan_load_input(const ludus_graph *graph, int32_t n, const float *in, float *value);
// A head's value to [n, outputs]: plane heads turn from channels-last to [n,K,H,W].
void ludus_plan_store_output(const ludus_node *node, int32_t n, const float *value, float *out);
// The reverse, for targets and gradients of plane heads.
void ludus_plan_load_output(const ludus_node *node, int32_t n, const float *out, float *value);

#endif
