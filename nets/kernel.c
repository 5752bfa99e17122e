#include "nets/kernel.h"

#include <assert.h>
#include <string.h>

#include "nets/direct_conv.h"
#include "nets/direct_dense.h"
#include "nets/dnnl_backend.h"
#include "nets/kernel_filters.h"

typedef enum kernel_kind { KIND_DENSE, KIND_CONV, KIND_DNNL } kernel_kind;

struct ludus_kernel {
    ludus_kernel_desc desc;
    kernel_kind kind;
    ludus_dense_shape dense;
    ludus_conv_shape conv;
    ludus_dnnl_kernel *dnnl; // owned, as is what follows; NULL for other kinds
    float *plain;            // [O,C',k,k] after padding or turning
    int8_t *rounded;         // INT8: the same in units of weight_scale
    float *weight_scale;     // INT8: our copy
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

static ludus_status create_dnnl(ludus_kernel *k, const ludus_kernel *like, ludus_error *error)
{
    const ludus_kernel_desc *d = &k->desc;
    const size_t outputs = (size_t)d->o;
    const size_t count = outputs * (size_t)d->c_stored * (size_t)(d->kernel * d->kernel);
    const bool is_int8 = d->precision == LUDUS_PRECISION_INT8;
    if (!ludus_backend_has_native(d->precision)) {
        return ludus_fail(error, LUDUS_ERR_UNSUPPORTED, "this CPU has no %s arithmetic",
                          ludus_precision_name(d->precision));
    }
    k->plain = ludus_alloc(count, sizeof *k->plain);
    k->rounded = is_int8 ? ludus_alloc(count, sizeof *k->rounded) : NULL;
    k->weight_scale = is_int8 ? ludus_alloc(outputs, sizeof *k->weight_scale) : NULL;
    if (k->plain == NULL || (is_int8 && (k->rounded == NULL || k->weight_scale == NULL))) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "kernel: out of memory");
    }
    if (is_int8) {
        memcpy(k->weight_scale, d->weight_scale, outputs * sizeof *k->weight_scale);
    }
    return ludus_dnnl_create(&k->dnnl, d, like != NULL ? like->dnnl : NULL, error);
}

ludus_status ludus_kernel_create(ludus_kernel **out, const ludus_kernel_desc *desc,
                                 const ludus_kernel *like, ludus_error *error)
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
        const ludus_status status = create_dnnl(k, like, error);
        if (status != LUDUS_OK) {
            ludus_kernel_destroy(k);
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
        ludus_free(kernel->plain);
        ludus_free(kernel->rounded);
        ludus_free(kernel->weight_scale);
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

static void pack_dnnl(ludus_kernel *k, const float *weights, void *packed)
{
    const ludus_kernel_desc *d = &k->desc;
    if (ludus_dnnl_turns(k->dnnl)) {
        ludus_filters_turn(d, weights, k->plain);
    } else {
        ludus_filters_pad(d, weights, k->plain);
    }
    if (d->precision == LUDUS_PRECISION_INT8) {
        ludus_filters_round(d, k->plain, k->weight_scale, ludus_backend_int8_limit(), k->rounded);
        ludus_dnnl_pack(k->dnnl, k->rounded, packed);
    } else {
        ludus_dnnl_pack(k->dnnl, k->plain, packed);
    }
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
        pack_dnnl(kernel, weights, packed);
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
        ludus_dnnl_unpack(kernel->dnnl, packed, kernel->plain);
        ludus_filters_unpad(&kernel->desc, kernel->plain, weights);
        break;
    }
}

// Of one value of the destination.
static size_t dst_bytes(const ludus_kernel_desc *d)
{
    if (d->precision == LUDUS_PRECISION_F32 || d->is_wide) {
        return sizeof(float);
    }
    return d->precision == LUDUS_PRECISION_BF16 ? sizeof(uint16_t) : sizeof(uint8_t);
}

static void forward_dnnl(ludus_kernel *k, const void *src, void *packed, const float *bias,
                         const void *residual, void *dst)
{
    const ludus_kernel_desc *d = &k->desc;
    const bool turns = ludus_dnnl_turns(k->dnnl);
    if (residual != NULL && !turns) {
        const size_t cells = (size_t)d->n * (size_t)ludus_kernel_out_size(d->h, d) *
                             (size_t)ludus_kernel_out_size(d->w, d);
        memcpy(dst, residual, cells * (size_t)d->o * dst_bytes(d));
    }
    ludus_dnnl_forward(k->dnnl, src, packed, bias, dst);
    if (turns && (d->has_bias || d->fuse_relu || residual != NULL)) {
        ludus_kernel_finish(d, bias, residual, dst);
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
        forward_dnnl(kernel, src, packed, bias, residual, dst);
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
