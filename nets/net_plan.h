// What executor and trainer both need to walk a graph with kernels: sizes of the values,
// descriptions of the matrix nodes, and the order of their inputs and outputs. Internal to nets/.

#ifndef LUDUS_NETS_NET_PLAN_H
#define LUDUS_NETS_NET_PLAN_H

#include "nets/kernel.h"
#include "nets/net_graph.h"

// Floats of a node's value per row, the input's padding included.
size_t ludus_plan_row_floats(const ludus_graph *graph, int32_t node);
// Channels that a cell of the input takes in memory: multiples of 8 where oneDNN's fast kernels
// want that (convolutions wider than 1x1 with padding), else C.
int32_t ludus_plan_input_channels(const ludus_graph *graph);
bool ludus_plan_is_matrix(const ludus_node *node); // CONV or DENSE

// The kernel of a matrix node for `rows` rows; fusion off, f32.
ludus_kernel_desc ludus_plan_kernel(const ludus_graph *graph, int32_t node, int32_t rows,
                                    ludus_kernel_pass pass);
// Dense layers that follow an image see it in PyTorch's order [n, C*H*W], so that their weights
// need no change: whether this one does, its input in that order, and the gradient's way back.
bool ludus_plan_flattens(const ludus_graph *graph, int32_t node);
void ludus_plan_flatten(const ludus_graph *graph, int32_t node, int32_t n, const float *value,
                        float *flat);
void ludus_plan_unflatten(const ludus_graph *graph, int32_t node, int32_t n, const float *flat,
                          float *value);

// [n,C,H,W] to the input's value [n,H,W,C'].
void ludus_plan_load_input(const ludus_graph *graph, int32_t n, const float *in, float *value);
// A head's value to [n, outputs]: plane heads turn from channels-last to [n,K,H,W].
void ludus_plan_store_output(const ludus_node *node, int32_t n, const float *value, float *out);
// The reverse, for targets and gradients of plane heads.
void ludus_plan_load_output(const ludus_node *node, int32_t n, const float *out, float *value);

#endif
