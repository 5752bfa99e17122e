#include "nets/kernel.h"

#include <assert.h>
#include <string.h>

#include "nets/direct_conv.h"
#include "nets/direct_dense.h"
#include "nets/dnnl_backend.h"

typedef enum kernel_kind { KIND_DENSE, KIND_CONV, KIND_DNNL } kernel_kind;

struct ludus_kernel {
    ludus_kernel_desc desc;
    kernel_kind kind;
    ludus_dense_shape dense;
    ludus_conv_shape conv;
    ludus_dnnl_kernel *dnnl; // owned; NULL for other kinds
};

int32_t ludus_kernel_out_size(int32_t size, const ludus_kernel_desc *d)
{
    return (size + 2 * d->pad - d->kernel) / d->stride + 1;
}

bool ludus_kernel_is_direct_conv(int32_t kernel, int32_t pad, int32_t o)
{
    return kernel > 1 && pad == 0 && o % LUDUS_CONV_PANEL == 0;
}

static kernel_kind choose_kind(const ludus_kernel_desc *d)
{
    if (d->precision != LUDUS_PRECISION_F32 || d->fuse_sum || d->c_stored != d->c) {
        return KIND_DNNL;
    }
    if (d->h == 1 && d->w == 1 && d->kernel == 1) {
        return KIND_DENSE;
    }
    const bool direct = ludus_kernel_is_direct_conv(d->kernel, d->pad, d->o);
    return direct && d->pass != LUDUS_KERNEL_BACKWARD_DATA ? KIND_CONV : KIND_DNNL;
}

ludus_status ludus_kernel_create(ludus_kernel **out, const ludus_kernel_desc *desc,
                                 ludus_error *error)
{
    *out = NULL;
    ludus_kernel *k = ludus_alloc(1, sizeof *k);
    if (k == NULL) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "kernel: out of memory");
    }
    k->desc = *desc;
    k->kind = choose_kind(desc);
    k->dense = (ludus_dense_shape){(size_t)desc->n, (size_t)desc->c, (size_t)desc->o};
    k->conv = (ludus_conv_shape){(size_t)desc->h,
                                 (size_t)desc->w,
                                 (size_t)desc->c,
                                 (size_t)ludus_kernel_out_size(desc->h, desc),
                                 (size_t)ludus_kernel_out_size(desc->w, desc),
                                 (size_t)desc->o,
                                 (size_t)desc->kernel,
                                 (size_t)desc->stride};
    if (k->kind == KIND_DNNL) {
        const ludus_status status = ludus_dnnl_create(&k->dnnl, desc, error);
        if (status != LUDUS_OK) {
            ludus_free(k);
            return status;
        }
    }
    *out = k;
    return LUDUS_OK;
}

void ludus_kernel_destroy(ludus_kernel *kernel)
{
    if (kernel != NULL) {
        ludus_dnnl_destroy(kernel->dnnl);
        ludus_free(kernel);
    }
}

bool ludus_kernel_is_plain(const ludus_kernel *kernel)
{
    return kernel->kind == KIND_DENSE;
}

static size_t plain_bytes(const ludus_kernel_desc *d)
{
    return (size_t)d->o * (size_t)d->c * (size_t)(d->kernel * d->kernel) * sizeof(float);
}

size_t ludus_kernel_weights_bytes(const ludus_kernel *kernel)
{
    return kernel->kind == KIND_DNNL ? ludus_dnnl_weights_bytes(kernel->dnnl)
                                     : plain_bytes(&kernel->desc);
}

void ludus_kernel_pack(ludus_kernel *kernel, const float *weights, void *packed)
{
    switch (kernel->kind) {
    case KIND_DENSE:
        memcpy(packed, weights, plain_bytes(&kernel->desc));
        break;
    case KIND_CONV:
        ludus_conv_pack(&kernel->conv, weights, packed);
        break;
    case KIND_DNNL:
        ludus_dnnl_pack(kernel->dnnl, weights, packed);
        break;
    }
}

void ludus_kernel_unpack(ludus_kernel *kernel, const void *packed, float *weights)
{
    assert(kernel->desc.pass == LUDUS_KERNEL_BACKWARD_WEIGHTS);
    switch (kernel->kind) {
    case KIND_DENSE:
        memcpy(weights, packed, plain_bytes(&kernel->desc));
        break;
    case KIND_CONV:
        ludus_conv_unpack(&kernel->conv, packed, weights);
        break;
    case KIND_DNNL:
        ludus_dnnl_unpack(kernel->dnnl, packed, weights);
        break;
    }
}

void ludus_kernel_forward(ludus_kernel *kernel, const void *src, void *packed, const float *bias,
                          const void *residual, void *dst)
{
    const ludus_kernel_desc *d = &kernel->desc;
    assert(d->pass == LUDUS_KERNEL_FORWARD);
    assert((bias != NULL) == d->has_bias && (residual != NULL) == d->fuse_sum);
    switch (kernel->kind) {
    case KIND_DENSE:
        ludus_dense_forward(&kernel->dense, src, packed, bias, d->fuse_relu, dst);
        break;
    case KIND_CONV:
        ludus_conv_forward(&kernel->conv, (size_t)d->n, src, packed, bias, d->fuse_relu, dst);
        break;
    case KIND_DNNL:
        ludus_dnnl_forward(kernel->dnnl, src, packed, bias, residual, dst);
        break;
    }
}

void ludus_kernel_backward_data(ludus_kernel *kernel, const void *ddst, void *packed, void *dsrc)
{
    assert(kernel->desc.pass == LUDUS_KERNEL_BACKWARD_DATA && kernel->kind != KIND_CONV);
    if (kernel->kind == KIND_DENSE) {
        ludus_dense_backward_data(&kernel->dense, ddst, packed, dsrc);
    } else {
        ludus_dnnl_backward_data(kernel->dnnl, ddst, packed, dsrc);
    }
}

void ludus_kernel_backward_weights(ludus_kernel *kernel, const void *src, const void *ddst,
                                   void *packed, float *dbias)
{
    const ludus_kernel_desc *d = &kernel->desc;
    assert(d->pass == LUDUS_KERNEL_BACKWARD_WEIGHTS && (dbias != NULL) == d->has_bias);
    switch (kernel->kind) {
    case KIND_DENSE:
        ludus_dense_backward_weights(&kernel->dense, src, ddst, packed, dbias);
        break;
    case KIND_CONV:
        ludus_conv_backward_weights(&kernel->conv, (size_t)d->n, src, ddst, packed, dbias);
        break;
    case KIND_DNNL:
        ludus_dnnl_backward_weights(kernel->dnnl, src, ddst, packed, dbias);
        break;
    }
}
