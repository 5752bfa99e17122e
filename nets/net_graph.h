// A net's description compiled into a list of nodes: what the executor, the trainer and the plain C
// reference all walk. Internal to nets/.
//
// Nodes are in execution order; each has one output value. Activations are channels-last:
// a value of shape [H,W,C] per row, so a batch is the matrix [N*H*W, C] and dense layers see
// rows of H*W*C (weights of dense layers that follow a spatial value are stored in PyTorch's
// [O, C*H*W] order and permuted on use).
//
// A new trunk is a new builder in net_graph.c plus, if it needs one, a new node kind with its
// reference, its forward and its backward; files, optimisers and tools need no change.

#ifndef LUDUS_NETS_NET_GRAPH_H
#define LUDUS_NETS_NET_GRAPH_H

#include "nets/net.h"

typedef enum ludus_node_kind {
    LUDUS_NODE_INPUT,     // the net's input
    LUDUS_NODE_CONV,      // param[0] weight [O,I,k,k], param[1] bias or -1
    LUDUS_NODE_DENSE,     // param[0] weight [O,I], param[1] bias or -1; flattens its input;
                          // with noise (nets/noise.h) param[2], param[3] their sigmas, else -1
    LUDUS_NODE_BATCHNORM, // gamma, beta, running mean, running variance
    LUDUS_NODE_LAYERNORM, // gamma, beta: over all features of a row, one pair per channel
    LUDUS_NODE_RELU,
    LUDUS_NODE_ADD,   // in[0] + in[1]
    LUDUS_NODE_POOL,  // global: [mean, max] over H*W -> [2C]; SE uses mean only (pool_mean)
    LUDUS_NODE_SCALE, // in[0] * sigmoid(first C of in[1]) + second C of in[1], per channel
    LUDUS_NODE_BIAS,  // in[0] + in[1] per channel (global-pooling bias)
    LUDUS_NODE_DROPOUT,
    LUDUS_NODE_DUELING, // in[0] value [atoms], in[1] advantages [actions*atoms]
    LUDUS_NODE_CONCAT   // a row of in[0], flattened, then one of in[1]; in[0] has one channel
} ludus_node_kind;

#define LUDUS_NODE_MAX_PARAMS 4

typedef struct ludus_node {
    ludus_node_kind kind;
    int32_t in[2];                        // producing nodes, -1 = none
    int32_t param[LUDUS_NODE_MAX_PARAMS]; // tensor indices, -1 = none
    int32_t h, w, c;                      // output shape per row; dense outputs are 1,1,O
    int32_t kernel, stride, pad;          // CONV
    int32_t head;                         // index of the head this node is the output of, or -1
    bool pool_mean;                       // POOL: mean alone, [C]
    float dropout;                        // DROPOUT
} ludus_node;

typedef struct ludus_graph {
    ludus_node *nodes; // owned
    int32_t num_nodes;
    ludus_tensor *tensors; // owned; data points into the net's parameter block
    size_t num_tensors;
    char (*names)[64];
    size_t num_floats; // of the whole parameter block
} ludus_graph;

// Builds nodes and tensor shapes; `data` pointers stay NULL until the net allocates its block.
ludus_status ludus_graph_build(ludus_graph *graph, const ludus_net_desc *desc);
void ludus_graph_free(ludus_graph *graph);

struct ludus_net {
    ludus_net_desc desc;
    ludus_graph graph;
    float *params;       // one block; tensor data point into it
    bool borrows_params; // of the net that this one is a view of
};

// The net for boards of height h and width w on the weights of `net` itself, whose changes it sees;
// `net` must outlive it. Fails as ludus_net_resize does. Nobody writes through a view.
ludus_status ludus_net_view(ludus_net **out, const ludus_net *net, int32_t h, int32_t w,
                            ludus_error *error);

#endif
