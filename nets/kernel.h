// The matrix arithmetic of the nets: convolutions and dense layers. Internal to nets/.
//
// A kernel is one fixed shape, pass and precision. A dense layer is a convolution over a 1x1 image.
// Source and destination are channels-last: [N,H,W,C]. Weights are given as plain f32 [O,I,k,k] and
// packed into whatever layout the kernel prefers.
//
// There are three kinds, chosen by the description alone: f32 dense layers run on plain weights
// (nets/direct_dense.h), f32 unpadded convolutions on our own loops (nets/direct_conv.h), and all
// others are oneDNN primitives (nets/dnnl_backend.h).
//
// Threads: a kernel may be run by one thread at a time (it owns scratch memory); packed weights are
// read-only and may be shared by kernels made with equal descriptions or alike. Runs
// single-threaded.

#ifndef LUDUS_NETS_KERNEL_H
#define LUDUS_NETS_KERNEL_H

#include "nets/net.h"

typedef struct ludus_kernel ludus_kernel;

typedef enum ludus_kernel_pass {
    LUDUS_KERNEL_FORWARD,         // dst = [relu](conv(src, weights) + bias [+ residual])
    LUDUS_KERNEL_BACKWARD_DATA,   // src gradient from dst gradient and weights
    LUDUS_KERNEL_BACKWARD_WEIGHTS // weight (and bias) gradient from src and dst gradient
} ludus_kernel_pass;

typedef struct ludus_kernel_desc {
    ludus_kernel_pass pass;
    ludus_precision precision;
    int32_t n, h, w, c; // source rows and shape
    int32_t c_stored;   // channels that a source cell takes in memory, zeros after c; >= c
    int32_t o;          // output channels
    int32_t kernel, stride, pad;
    bool has_bias;
    bool fuse_relu; // FORWARD
    bool fuse_sum;  // FORWARD: adds a residual before the ReLU
    // BF16: everything read is bf16 (uint16_t: an f32's upper half), sums are f32, and values are
    // written as bf16, or f32 if is_wide; gradients of weights and biases are f32.
    bool is_wide;
    // INT8 (FORWARD only): u8 source and residual, real value = scale * integer; the destination
    // likewise, or real f32 values with dst_scale 1 if is_wide (then without residual).
    // weight_scale: [o], real weight = weight_scale[o] * integer; read during creation only.
    float src_scale, dst_scale, residual_scale;
    const float *weight_scale;
} ludus_kernel_desc;

// like: a kernel of the same node, pass and precision for other rows whose packed weights the new
// one shall read as well; NULL leaves their layout open. Fails with LUDUS_ERR_UNSUPPORTED where the
// CPU has no such arithmetic (ludus_backend_has_native).
ludus_status ludus_kernel_create(ludus_kernel **out, const ludus_kernel_desc *desc,
                                 const ludus_kernel *like, ludus_error *error);
void ludus_kernel_destroy(ludus_kernel *kernel); // NULL is accepted

// Height or width of the result for that of the source.
int32_t ludus_kernel_out_size(int32_t size, const ludus_kernel_desc *d);
// Whether an f32 convolution of that shape runs on our own loops, forward and for its weights'
// gradient. These take any number of channels; oneDNN's fast ones want multiples of 8.
bool ludus_kernel_is_direct_conv(int32_t kernel, int32_t pad, int32_t o);
// Packed weights are the plain ones: callers may pass those as they are.
bool ludus_kernel_is_plain(const ludus_kernel *kernel);

// Bytes of packed weights (64-byte aligned block wanted).
size_t ludus_kernel_weights_bytes(const ludus_kernel *kernel);
// weights: f32 [O,I,k,k]. INT8 rounds them to multiples of weight_scale and keeps them within
// ludus_backend_int8_limit.
void ludus_kernel_pack(ludus_kernel *kernel, const float *weights, void *packed);
// BACKWARD_WEIGHTS: from the kernel's layout to f32 [O,I,k,k].
void ludus_kernel_unpack(ludus_kernel *kernel, const void *packed, float *weights);

// dst = [relu](conv(src, weights) + bias [+ residual]). bias: [O] exactly when has_bias (INT8: in
// units of src_scale * weight_scale); residual: of dst's shape exactly when fuse_sum; dst overlaps
// neither.
void ludus_kernel_forward(ludus_kernel *kernel, const void *src, void *packed, const float *bias,
                          const void *residual, void *dst);
// dsrc = gradient of the source.
void ludus_kernel_backward_data(ludus_kernel *kernel, const void *ddst, void *packed, void *dsrc);
// packed = gradient of the weights in the kernel's layout; dbias [O] exactly when has_bias.
void ludus_kernel_backward_weights(ludus_kernel *kernel, const void *src, const void *ddst,
                                   void *packed, float *dbias);

#endif
