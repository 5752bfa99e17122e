// The matrix arithmetic of the nets: convolutions and dense layers on oneDNN. Internal to nets/.
// dnnl_backend.c is the only file of the project that includes oneDNN's header; the differences
// between oneDNN 2.x and 3.x stay inside it.
//
// A kernel is one oneDNN primitive for one fixed shape, pass and precision. A dense layer is a
// convolution over a 1x1 image. Source and destination are channels-last: [N,H,W,C]. Weights are
// given as plain f32 [O,I,k,k] and packed into whatever layout the primitive prefers.
//
// Threads: a kernel may be run by one thread at a time (it owns scratch memory); packed weights are
// read-only and may be shared by kernels made with equal descriptions. Runs single-threaded.

#ifndef LUDUS_NETS_DNNL_BACKEND_H
#define LUDUS_NETS_DNNL_BACKEND_H

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
    // INT8 (FORWARD only): u8 source, residual and destination, real value = scale * integer.
    // weight_scale: [o], real weight = weight_scale[o] * integer; read during creation only.
    float src_scale, dst_scale, residual_scale;
    const float *weight_scale;
} ludus_kernel_desc;

ludus_status ludus_kernel_create(ludus_kernel **out, const ludus_kernel_desc *desc,
                                 ludus_error *error);
void ludus_kernel_destroy(ludus_kernel *kernel);

// Bytes of packed weights (64-byte aligned block wanted).
size_t ludus_kernel_weights_bytes(const ludus_kernel *kernel);
// weights: f32 [O,I,k,k]. INT8 rounds them to multiples of weight_scale and keeps them within
// ludus_backend_int8_limit.
void ludus_kernel_pack(ludus_kernel *kernel, const float *weights, void *packed);
// BACKWARD_WEIGHTS: from the primitive's layout to f32 [O,I,k,k].
void ludus_kernel_unpack(ludus_kernel *kernel, const void *packed, float *weights);

// dst = [relu](conv(src, weights) + bias [+ residual]). bias: [O] exactly when has_bias (INT8: in
// units of src_scale * weight_scale); residual:
// of dst's shape exactly when fuse_sum; dst overlaps neither.
void ludus_kernel_forward(ludus_kernel *kernel, const void *src, void *packed, const float *bias,
                          const void *residual, void *dst);
// dsrc = gradient of the source.
void ludus_kernel_backward_data(ludus_kernel *kernel, const void *ddst, void *packed, void *dsrc);
// packed = gradient of the weights in the primitive's layout; dbias [O] exactly when has_bias.
void ludus_kernel_backward_weights(ludus_kernel *kernel, const void *src, const void *ddst,
                                   void *packed, float *dbias);

bool ludus_backend_has_native(ludus_precision precision);
// Largest magnitude of an int8 weight: 127, or 63 where the CPU adds products in 16 bits (no VNNI).
int32_t ludus_backend_int8_limit(void);
// "oneDNN 2.6.3, avx2": for bench and cards.
void ludus_backend_describe(char *out, size_t size);

#endif
