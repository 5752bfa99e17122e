// The kernels of nets/kernel.h that are oneDNN primitives. Internal to nets/.
// dnnl_backend.c is the only file of the project that includes oneDNN's header; the differences
// between oneDNN 2.x and 3.x stay inside it.
//
// Functions are those of nets/kernel.h and promise the same but for what is said here. Threads: as
// there.

#ifndef LUDUS_NETS_DNNL_BACKEND_H
#define LUDUS_NETS_DNNL_BACKEND_H

#include "nets/kernel.h"

typedef struct ludus_dnnl_kernel ludus_dnnl_kernel;

// like: a kernel of the same pass and channels whose packed weights this one shall read, or NULL.
ludus_status ludus_dnnl_create(ludus_dnnl_kernel **out, const ludus_kernel_desc *desc,
                               const ludus_dnnl_kernel *like, ludus_error *error);
void ludus_dnnl_destroy(ludus_dnnl_kernel *kernel);
size_t ludus_dnnl_weights_bytes(const ludus_dnnl_kernel *kernel);
// A kernel that turns wants filters that way to pack (ludus_filters_turn), and leaves bias,
// residual and ReLU of the forward pass to its caller (ludus_kernel_finish).
bool ludus_dnnl_turns(const ludus_dnnl_kernel *kernel);
// plain: [O,C',k,k], C' = c_stored; f32, or int8 for INT8 (ludus_filters_round).
void ludus_dnnl_pack(ludus_dnnl_kernel *kernel, const void *plain, void *packed);
void ludus_dnnl_unpack(ludus_dnnl_kernel *kernel, const void *packed, float *plain);
// With fuse_sum the residual stands in dst before.
void ludus_dnnl_forward(ludus_dnnl_kernel *kernel, const void *src, void *packed, const float *bias,
                        void *dst);
void ludus_dnnl_backward_data(ludus_dnnl_kernel *kernel, const void *ddst, void *packed,
                              void *dsrc);
void ludus_dnnl_backward_weights(ludus_dnnl_kernel *kernel, const void *src, const void *ddst,
                                 void *packed, float *dbias);

bool ludus_backend_has_native(ludus_precision precision);
// Largest magnitude of an int8 weight: 127, or 63 where the CPU adds products in 16 bits (no VNNI).
int32_t ludus_backend_int8_limit(void);
// "oneDNN 2.6.3, avx2": for bench and cards.
void ludus_backend_describe(char *out, size_t size);

#endif
