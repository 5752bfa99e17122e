// The kernels of nets/kernel.h that are oneDNN primitives. Internal to nets/.
// dnnl_backend.c is the only file of the project that includes oneDNN's header; the differences
// between oneDNN 2.x and 3.x stay inside it.
//
// Functions are those of nets/kernel.h and promise the same. Threads: as there.

#ifndef LUDUS_NETS_DNNL_BACKEND_H
#define LUDUS_NETS_DNNL_BACKEND_H

#include "nets/kernel.h"

typedef struct ludus_dnnl_kernel ludus_dnnl_kernel;

ludus_status ludus_dnnl_create(ludus_dnnl_kernel **out, const ludus_kernel_desc *desc,
                               ludus_error *error);
void ludus_dnnl_destroy(ludus_dnnl_kernel *kernel);
size_t ludus_dnnl_weights_bytes(const ludus_dnnl_kernel *kernel);
void ludus_dnnl_pack(ludus_dnnl_kernel *kernel, const float *weights, void *packed);
void ludus_dnnl_unpack(ludus_dnnl_kernel *kernel, const void *packed, float *weights);
void ludus_dnnl_forward(ludus_dnnl_kernel *kernel, const void *src, void *packed, const float *bias,
                        const void *residual, void *dst);
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
