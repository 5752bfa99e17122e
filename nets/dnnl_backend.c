#include "nets/dnnl_backend.h"

#include <assert.h>
#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <string.h>

#include <oneapi/dnnl/dnnl.h>

#include "nets/kernel_filters.h"

#define MAX_ARGS 8

// ---- oneDNN 2.x and 3.x ----------------------------------------------------------------------
// 3.x makes memory descriptors opaque objects and merges operation and primitive descriptors.

#if DNNL_VERSION_MAJOR >= 3
typedef dnnl_memory_desc_t layout;
typedef const_dnnl_memory_desc_t const_layout;
#define LAYOUT_OF(l) (l)
#else
typedef struct layout_box {
    dnnl_memory_desc_t desc;
} * layout;
typedef const dnnl_memory_desc_t *const_layout;
#define LAYOUT_OF(l) (&(l)->desc)
#endif

static bool layout_create(layout *out, int rank, const int64_t *dims, dnnl_data_type_t type,
                          dnnl_format_tag_t tag)
{
    dnnl_dims_t d = {0};
    for (int i = 0; i < rank; i++) {
        d[i] = dims[i];
    }
#if DNNL_VERSION_MAJOR >= 3
    return dnnl_memory_desc_create_with_tag(out, rank, d, type, tag) == dnnl_success;
#else
    *out = ludus_alloc(1, sizeof **out);
    return *out != NULL &&
           dnnl_memory_desc_init_by_tag(&(*out)->desc, rank, d, type, tag) == dnnl_success;
#endif
}

static void layout_destroy(layout l)
{
#if DNNL_VERSION_MAJOR >= 3
    if (l != NULL) {
        dnnl_memory_desc_destroy(l);
    }
#else
    ludus_free(l);
#endif
}

// The layouts of a convolution's operands; weights may be "any" and are asked for afterwards.
typedef struct operands {
    layout src, weights, bias, dst;
} operands;

typedef struct spatial {
    dnnl_dims_t strides, padding, dilation;
} spatial;

static dnnl_status_t forward_desc(dnnl_primitive_desc_t *out, dnnl_engine_t engine,
                                  const operands *o, const spatial *s, bool has_bias,
                                  const_dnnl_primitive_attr_t attr)
{
    const dnnl_prop_kind_t kind = dnnl_forward_inference;
#if DNNL_VERSION_MAJOR >= 3
    return dnnl_convolution_forward_primitive_desc_create(
        out, engine, kind, dnnl_convolution_direct, o->src, o->weights, has_bias ? o->bias : NULL,
        o->dst, s->strides, s->dilation, s->padding, s->padding, attr);
#else
    dnnl_convolution_desc_t desc;
    const dnnl_status_t status = dnnl_convolution_forward_desc_init(
        &desc, kind, dnnl_convolution_direct, &o->src->desc, &o->weights->desc,
        has_bias ? &o->bias->desc : NULL, &o->dst->desc, s->strides, s->padding, s->padding);
    return status != dnnl_success ? status
                                  : dnnl_primitive_desc_create(out, &desc, attr, engine, NULL);
#endif
}

static dnnl_status_t backward_data_desc(dnnl_primitive_desc_t *out, dnnl_engine_t engine,
                                        const operands *o, const spatial *s,
                                        const_dnnl_primitive_attr_t attr,
                                        const_dnnl_primitive_desc_t hint)
{
#if DNNL_VERSION_MAJOR >= 3
    return dnnl_convolution_backward_data_primitive_desc_create(
        out, engine, dnnl_convolution_direct, o->src, o->weights, o->dst, s->strides, s->dilation,
        s->padding, s->padding, hint, attr);
#else
    dnnl_convolution_desc_t desc;
    const dnnl_status_t status = dnnl_convolution_backward_data_desc_init(
        &desc, dnnl_convolution_direct, &o->src->desc, &o->weights->desc, &o->dst->desc, s->strides,
        s->padding, s->padding);
    return status != dnnl_success ? status
                                  : dnnl_primitive_desc_create(out, &desc, attr, engine, hint);
#endif
}

static dnnl_status_t backward_weights_desc(dnnl_primitive_desc_t *out, dnnl_engine_t engine,
                                           const operands *o, const spatial *s, bool has_bias,
                                           const_dnnl_primitive_attr_t attr,
                                           const_dnnl_primitive_desc_t hint)
{
#if DNNL_VERSION_MAJOR >= 3
    return dnnl_convolution_backward_weights_primitive_desc_create(
        out, engine, dnnl_convolution_direct, o->src, o->weights, has_bias ? o->bias : NULL, o->dst,
        s->strides, s->dilation, s->padding, s->padding, hint, attr);
#else
    dnnl_convolution_desc_t desc;
    const dnnl_status_t status = dnnl_convolution_backward_weights_desc_init(
        &desc, dnnl_convolution_direct, &o->src->desc, &o->weights->desc,
        has_bias ? &o->bias->desc : NULL, &o->dst->desc, s->strides, s->padding, s->padding);
    return status != dnnl_success ? status
                                  : dnnl_primitive_desc_create(out, &desc, attr, engine, hint);
#endif
}

static bool succeeds(dnnl_status_t status)
{
    return status == dnnl_success;
}

static size_t layout_bytes(const_dnnl_primitive_desc_t desc, dnnl_query_t what)
{
    return dnnl_memory_desc_get_size(dnnl_primitive_desc_query_md(desc, what, 0));
}

static dnnl_status_t memory_for(dnnl_memory_t *out, const_dnnl_primitive_desc_t desc,
                                dnnl_query_t what, dnnl_engine_t engine)
{
    return dnnl_memory_create(out, dnnl_primitive_desc_query_md(desc, what, 0), engine,
                              DNNL_MEMORY_NONE);
}

// ---- Kernels ---------------------------------------------------------------------------------

struct ludus_dnnl_kernel {
    ludus_kernel_desc desc;
    dnnl_engine_t engine;
    dnnl_stream_t stream;
    dnnl_primitive_desc_t primitive_desc;
    dnnl_primitive_t primitive;
    dnnl_memory_t src, weights, bias, dst, scratch;
    void *scratchpad;
    size_t weights_bytes;
    // Between f32 [O,I,k,k] and the packed layout:
    dnnl_memory_t plain;
    dnnl_primitive_t reorder;
    bool swaps_channels;  // FORWARD through the backward-data primitive, see below
    float *plain_weights; // [O,I,k,k] after padding or turning
    int8_t *rounded;      // INT8: the same in units of weight_scale
    float *weight_scale;  // INT8: our copy
};

// oneDNN 2.6 on AVX2 runs backward-data 15-20 % faster than forward for 3x3 convolutions in
// channels-last order. With source and destination exchanged and the filter turned by 180 degrees
// it computes the same sums, so FORWARD in f32 at stride 1 uses it; bias, sum and ReLU are then a
// pass of our own over a destination that is still in the cache.
static bool prefers_backward_data(const ludus_kernel_desc *d)
{
    return d->pass == LUDUS_KERNEL_FORWARD && d->precision == LUDUS_PRECISION_F32 &&
           d->stride == 1 && d->kernel == 3 && d->pad == 1 && d->c_stored % 8 == 0 && d->o % 8 == 0;
}

static bool make_operands(const ludus_kernel_desc *d, bool swap, operands *o)
{
    const int64_t n = d->n, ho = ludus_kernel_out_size(d->h, d),
                  wo = ludus_kernel_out_size(d->w, d);
    const int64_t src[] = {n, d->c_stored, d->h, d->w}, dst[] = {n, d->o, ho, wo}, bias[] = {d->o};
    const int64_t weights[] = {swap ? d->c_stored : d->o, swap ? d->o : d->c_stored, d->kernel,
                               d->kernel};
    const bool is_int8 = d->precision == LUDUS_PRECISION_INT8;
    const dnnl_data_type_t type = is_int8 ? dnnl_u8 : dnnl_f32;
    // Exchanged: what the primitive calls its (differential) source is our destination.
    return layout_create(&o->src, 4, swap ? dst : src, type, dnnl_nhwc) &&
           layout_create(&o->dst, 4, swap ? src : dst, type, dnnl_nhwc) &&
           layout_create(&o->weights, 4, weights, is_int8 ? dnnl_s8 : dnnl_f32,
                         dnnl_format_tag_any) &&
           layout_create(&o->bias, 1, bias, dnnl_f32, dnnl_a);
}

static void free_operands(operands *o)
{
    layout_destroy(o->src);
    layout_destroy(o->weights);
    layout_destroy(o->bias);
    layout_destroy(o->dst);
}

// INT8: integer sums times src_scale * weight_scale / dst_scale, per output channel.
static dnnl_status_t set_output_scales(dnnl_primitive_attr_t attr, const ludus_kernel_desc *d)
{
#if DNNL_VERSION_MAJOR >= 3
    (void)attr;
    (void)d;
    return dnnl_unimplemented; // 3.x passes scales at execution; not written yet
#else
    float *scales = ludus_alloc((size_t)d->o, sizeof *scales);
    if (scales == NULL) {
        return dnnl_out_of_memory;
    }
    for (int32_t i = 0; i < d->o; i++) {
        scales[i] = d->src_scale * d->weight_scale[i] / d->dst_scale;
    }
    const dnnl_status_t status = dnnl_primitive_attr_set_output_scales(attr, d->o, 1 << 1, scales);
    ludus_free(scales);
    return status;
#endif
}

// `fuses`: the primitive itself adds residuals and rectifies.
static bool append_relu(dnnl_post_ops_t ops)
{
#if DNNL_VERSION_MAJOR >= 3
    return succeeds(dnnl_post_ops_append_eltwise(ops, dnnl_eltwise_relu, 0.0f, 0.0f));
#else
    return succeeds(dnnl_post_ops_append_eltwise(ops, 1.0f, dnnl_eltwise_relu, 0.0f, 0.0f));
#endif
}

static bool append_sum(dnnl_post_ops_t ops, float scale)
{
#if DNNL_VERSION_MAJOR >= 3
    return succeeds(dnnl_post_ops_append_sum(ops, scale, 0, dnnl_data_type_undef));
#else
    return succeeds(dnnl_post_ops_append_sum(ops, scale));
#endif
}

static bool make_attributes(dnnl_primitive_attr_t *attr, const ludus_kernel_desc *d, bool fuses)
{
    const bool is_int8 = d->precision == LUDUS_PRECISION_INT8;
    const float scale = is_int8 ? d->residual_scale / d->dst_scale : 1.0f;
    dnnl_post_ops_t ops = NULL;
    bool complete =
        succeeds(dnnl_primitive_attr_create(attr)) &&
        succeeds(dnnl_primitive_attr_set_scratchpad_mode(*attr, dnnl_scratchpad_mode_user)) &&
        (!is_int8 || succeeds(set_output_scales(*attr, d)));
    if (complete && fuses) {
        complete = succeeds(dnnl_post_ops_create(&ops)) &&
                   (!d->fuse_sum || append_sum(ops, scale)) &&
                   (!d->fuse_relu || append_relu(ops)) &&
                   succeeds(dnnl_primitive_attr_set_post_ops(*attr, ops));
    }
    if (ops != NULL) {
        dnnl_post_ops_destroy(ops);
    }
    return complete;
}

static bool make_primitive_desc(ludus_dnnl_kernel *k, const ludus_kernel_desc *d, const operands *o)
{
    const spatial s = {{d->stride, d->stride}, {d->pad, d->pad}, {0, 0}};
    const bool forward = d->pass == LUDUS_KERNEL_FORWARD && !k->swaps_channels;
    dnnl_primitive_attr_t attr = NULL;
    dnnl_primitive_desc_t hint = NULL, *pd = &k->primitive_desc;
    bool complete = make_attributes(&attr, d, forward && (d->fuse_relu || d->fuse_sum));
    if (complete && forward) {
        complete = succeeds(forward_desc(pd, k->engine, o, &s, d->has_bias, attr));
    } else if (complete) {
        complete =
            succeeds(forward_desc(&hint, k->engine, o, &s, false, NULL)) &&
            succeeds(d->pass == LUDUS_KERNEL_BACKWARD_WEIGHTS
                         ? backward_weights_desc(pd, k->engine, o, &s, d->has_bias, attr, hint)
                         : backward_data_desc(pd, k->engine, o, &s, attr, hint));
    }
    if (hint != NULL) {
        dnnl_primitive_desc_destroy(hint);
    }
    dnnl_primitive_attr_destroy(attr);
    return complete;
}

static size_t plain_count(const ludus_dnnl_kernel *k)
{
    const ludus_kernel_desc *d = &k->desc;
    return (size_t)d->o * (size_t)d->c_stored * (size_t)d->kernel * (size_t)d->kernel;
}

static dnnl_query_t weights_query(const ludus_dnnl_kernel *k)
{
    return k->desc.pass == LUDUS_KERNEL_BACKWARD_WEIGHTS ? dnnl_query_diff_weights_md
                                                         : dnnl_query_weights_md;
}

// The reorder between plain f32 weights and what the primitive wants, in the pass's direction.
static bool make_reorder(ludus_dnnl_kernel *k)
{
    const ludus_kernel_desc *d = &k->desc;
    const bool swap = k->swaps_channels;
    const bool unpacks = d->pass == LUDUS_KERNEL_BACKWARD_WEIGHTS;
    const int64_t dims[] = {swap ? d->c_stored : d->o, swap ? d->o : d->c_stored, d->kernel,
                            d->kernel};
    const dnnl_data_type_t type =
        d->precision == LUDUS_PRECISION_INT8 ? dnnl_s8 : dnnl_f32; // we quantise ourselves
    layout plain = NULL;
    dnnl_primitive_desc_t desc = NULL;
    bool complete =
        layout_create(&plain, 4, dims, type, dnnl_oihw) &&
        succeeds(dnnl_memory_create(&k->plain, LAYOUT_OF(plain), k->engine, DNNL_MEMORY_NONE));
    if (complete) {
        const_layout packed = dnnl_primitive_desc_query_md(k->primitive_desc, weights_query(k), 0);
        const_layout from = unpacks ? packed : LAYOUT_OF(plain);
        const_layout to = unpacks ? LAYOUT_OF(plain) : packed;
        complete = succeeds(dnnl_reorder_primitive_desc_create(&desc, from, k->engine, to,
                                                               k->engine, NULL)) &&
                   succeeds(dnnl_primitive_create(&k->reorder, desc));
    }
    if (desc != NULL) {
        dnnl_primitive_desc_destroy(desc);
    }
    layout_destroy(plain);
    return complete;
}

static bool make_memories(ludus_dnnl_kernel *k, const ludus_kernel_desc *d)
{
    const_dnnl_primitive_desc_t pd = k->primitive_desc;
    const bool data = d->pass == LUDUS_KERNEL_BACKWARD_DATA || k->swaps_channels;
    const bool gradient = data || d->pass == LUDUS_KERNEL_BACKWARD_WEIGHTS;
    const int64_t dims[] = {d->o};
    layout bias = NULL;
    const bool created =
        succeeds(memory_for(&k->src, pd, data ? dnnl_query_diff_src_md : dnnl_query_src_md,
                            k->engine)) &&
        succeeds(memory_for(&k->dst, pd, gradient ? dnnl_query_diff_dst_md : dnnl_query_dst_md,
                            k->engine)) &&
        succeeds(memory_for(&k->weights, pd, weights_query(k), k->engine)) &&
        succeeds(memory_for(&k->scratch, pd, dnnl_query_scratchpad_md, k->engine)) &&
        layout_create(&bias, 1, dims, dnnl_f32, dnnl_a) &&
        succeeds(dnnl_memory_create(&k->bias, LAYOUT_OF(bias), k->engine, DNNL_MEMORY_NONE));
    layout_destroy(bias);
    if (!created) {
        return false;
    }
    k->weights_bytes = layout_bytes(pd, weights_query(k));
    k->scratchpad = ludus_alloc(1, layout_bytes(pd, dnnl_query_scratchpad_md));
    k->plain_weights = ludus_alloc(plain_count(k), sizeof(float));
    k->rounded = ludus_alloc(plain_count(k), 1);
    k->weight_scale = ludus_alloc((size_t)d->o, sizeof *k->weight_scale);
    if (!k->scratchpad || !k->plain_weights || !k->rounded || !k->weight_scale) {
        return false;
    }
    if (d->weight_scale != NULL) {
        memcpy(k->weight_scale, d->weight_scale, (size_t)d->o * sizeof *k->weight_scale);
    }
    return true;
}

// oneDNN plans for the OpenMP team it finds at creation and opens it at execution, whatever the
// setting then: one thread both times. Returns the caller's setting, to be put back.
static int begin_single_thread(void)
{
    const int threads = omp_get_max_threads();
    omp_set_num_threads(1);
    return threads;
}

static bool create_parts(ludus_dnnl_kernel *k)
{
    operands o = {0};
    const ludus_kernel_desc d = ludus_kernel_flattened(&k->desc);
    const bool complete =
        succeeds(dnnl_engine_create(&k->engine, dnnl_cpu, 0)) &&
        succeeds(dnnl_stream_create(&k->stream, k->engine, dnnl_stream_default_flags)) &&
        make_operands(&d, k->swaps_channels, &o) && make_primitive_desc(k, &d, &o) &&
        succeeds(dnnl_primitive_create(&k->primitive, k->primitive_desc)) && make_memories(k, &d) &&
        make_reorder(k);
    free_operands(&o);
    return complete;
}

ludus_status ludus_dnnl_create(ludus_dnnl_kernel **out, const ludus_kernel_desc *desc,
                               ludus_error *error)
{
    *out = NULL;
    ludus_dnnl_kernel *k = ludus_alloc(1, sizeof *k);
    if (k == NULL) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "kernel: out of memory");
    }
    k->desc = *desc;
    k->swaps_channels = prefers_backward_data(desc);
    const int threads = begin_single_thread();
    const bool complete = create_parts(k);
    omp_set_num_threads(threads);
    if (!complete) {
        ludus_dnnl_destroy(k);
        return ludus_fail(error, LUDUS_ERR_UNSUPPORTED,
                          "oneDNN cannot do this %s convolution: %dx%dx%d to %d, kernel %d",
                          ludus_precision_name(desc->precision), desc->h, desc->w, desc->c, desc->o,
                          desc->kernel);
    }
    *out = k;
    return LUDUS_OK;
}

void ludus_dnnl_destroy(ludus_dnnl_kernel *kernel)
{
    if (kernel == NULL) {
        return;
    }
    dnnl_memory_t memories[] = {kernel->src, kernel->weights, kernel->bias,
                                kernel->dst, kernel->scratch, kernel->plain};
    for (size_t i = 0; i < sizeof memories / sizeof memories[0]; i++) {
        if (memories[i] != NULL) {
            dnnl_memory_destroy(memories[i]);
        }
    }
    if (kernel->reorder != NULL) {
        dnnl_primitive_destroy(kernel->reorder);
    }
    if (kernel->primitive != NULL) {
        dnnl_primitive_destroy(kernel->primitive);
    }
    if (kernel->primitive_desc != NULL) {
        dnnl_primitive_desc_destroy(kernel->primitive_desc);
    }
    if (kernel->stream != NULL) {
        dnnl_stream_destroy(kernel->stream);
    }
    if (kernel->engine != NULL) {
        dnnl_engine_destroy(kernel->engine);
    }
    ludus_free(kernel->scratchpad);
    ludus_free(kernel->plain_weights);
    ludus_free(kernel->rounded);
    ludus_free(kernel->weight_scale);
    ludus_free(kernel);
}

size_t ludus_dnnl_weights_bytes(const ludus_dnnl_kernel *kernel)
{
    return kernel->weights_bytes;
}

static void execute(ludus_dnnl_kernel *k, dnnl_primitive_t primitive, int n,
                    const dnnl_exec_arg_t *args)
{
    const int threads = begin_single_thread();
    const dnnl_status_t status = dnnl_primitive_execute(primitive, k->stream, n, args);
    dnnl_stream_wait(k->stream);
    omp_set_num_threads(threads);
    assert(status == dnnl_success);
    (void)status;
}

static void reorder(ludus_dnnl_kernel *k, void *plain, void *packed)
{
    const bool unpacks = k->desc.pass == LUDUS_KERNEL_BACKWARD_WEIGHTS;
    dnnl_memory_set_data_handle(k->plain, plain);
    dnnl_memory_set_data_handle(k->weights, packed);
    const dnnl_exec_arg_t args[] = {{DNNL_ARG_FROM, unpacks ? k->weights : k->plain},
                                    {DNNL_ARG_TO, unpacks ? k->plain : k->weights}};
    execute(k, k->reorder, 2, args);
}

void ludus_dnnl_pack(ludus_dnnl_kernel *kernel, const float *weights, void *packed)
{
    if (kernel->swaps_channels) {
        ludus_filters_turn(&kernel->desc, weights, kernel->plain_weights);
    } else {
        ludus_filters_pad(&kernel->desc, weights, kernel->plain_weights);
    }
    if (kernel->desc.precision == LUDUS_PRECISION_INT8) {
        ludus_filters_round(&kernel->desc, kernel->plain_weights, kernel->weight_scale,
                            ludus_backend_int8_limit(), kernel->rounded);
        reorder(kernel, kernel->rounded, packed);
    } else {
        reorder(kernel, kernel->plain_weights, packed);
    }
}

void ludus_dnnl_unpack(ludus_dnnl_kernel *kernel, const void *packed, float *weights)
{
    reorder(kernel, kernel->plain_weights, (void *)(uintptr_t)packed);
    ludus_filters_unpad(&kernel->desc, kernel->plain_weights, weights);
}

static void run_forward(ludus_dnnl_kernel *k, void *packed, const float *bias, const void *residual,
                        void *dst)
{
    const ludus_kernel_desc *d = &k->desc;
    dnnl_memory_set_data_handle(k->weights, packed);
    if (k->swaps_channels) {
        const dnnl_exec_arg_t args[] = {{DNNL_ARG_DIFF_DST, k->dst},
                                        {DNNL_ARG_WEIGHTS, k->weights},
                                        {DNNL_ARG_DIFF_SRC, k->src},
                                        {DNNL_ARG_SCRATCHPAD, k->scratch}};
        execute(k, k->primitive, 4, args);
        if (d->has_bias || d->fuse_relu || residual != NULL) {
            ludus_kernel_finish(d, bias, residual, dst);
        }
        return;
    }
    if (residual != NULL) {
        const size_t rows = (size_t)d->n * (size_t)ludus_kernel_out_size(d->h, d) *
                            (size_t)ludus_kernel_out_size(d->w, d);
        const size_t bytes = d->precision == LUDUS_PRECISION_INT8 ? 1 : sizeof(float);
        memcpy(dst, residual, rows * (size_t)d->o * bytes);
    }
    dnnl_exec_arg_t args[MAX_ARGS] = {{DNNL_ARG_SRC, k->src},
                                      {DNNL_ARG_WEIGHTS, k->weights},
                                      {DNNL_ARG_DST, k->dst},
                                      {DNNL_ARG_SCRATCHPAD, k->scratch}};
    if (d->has_bias) {
        dnnl_memory_set_data_handle(k->bias, (void *)(uintptr_t)bias);
        args[4] = (dnnl_exec_arg_t){DNNL_ARG_BIAS, k->bias};
    }
    execute(k, k->primitive, 4 + d->has_bias, args);
}

void ludus_dnnl_forward(ludus_dnnl_kernel *kernel, const void *src, void *packed, const float *bias,
                        const void *residual, void *dst)
{
    // Exchanged operands: see prefers_backward_data.
    void *in = (void *)(uintptr_t)src;
    dnnl_memory_set_data_handle(kernel->src, kernel->swaps_channels ? dst : in);
    dnnl_memory_set_data_handle(kernel->dst, kernel->swaps_channels ? in : dst);
    dnnl_memory_set_data_handle(kernel->scratch, kernel->scratchpad);
    run_forward(kernel, packed, bias, residual, dst);
}

void ludus_dnnl_backward_data(ludus_dnnl_kernel *kernel, const void *ddst, void *packed, void *dsrc)
{
    dnnl_memory_set_data_handle(kernel->src, dsrc);
    dnnl_memory_set_data_handle(kernel->dst, (void *)(uintptr_t)ddst);
    dnnl_memory_set_data_handle(kernel->weights, packed);
    dnnl_memory_set_data_handle(kernel->scratch, kernel->scratchpad);
    const dnnl_exec_arg_t args[] = {{DNNL_ARG_DIFF_DST, kernel->dst},
                                    {DNNL_ARG_WEIGHTS, kernel->weights},
                                    {DNNL_ARG_DIFF_SRC, kernel->src},
                                    {DNNL_ARG_SCRATCHPAD, kernel->scratch}};
    execute(kernel, kernel->primitive, 4, args);
}

void ludus_dnnl_backward_weights(ludus_dnnl_kernel *kernel, const void *src, const void *ddst,
                                 void *packed, float *dbias)
{
    dnnl_memory_set_data_handle(kernel->src, (void *)(uintptr_t)src);
    dnnl_memory_set_data_handle(kernel->dst, (void *)(uintptr_t)ddst);
    dnnl_memory_set_data_handle(kernel->weights, packed);
    dnnl_memory_set_data_handle(kernel->scratch, kernel->scratchpad);
    dnnl_exec_arg_t args[MAX_ARGS] = {{DNNL_ARG_SRC, kernel->src},
                                      {DNNL_ARG_DIFF_DST, kernel->dst},
                                      {DNNL_ARG_DIFF_WEIGHTS, kernel->weights},
                                      {DNNL_ARG_SCRATCHPAD, kernel->scratch}};
    if (kernel->desc.has_bias) {
        dnnl_memory_set_data_handle(kernel->bias, dbias);
        args[4] = (dnnl_exec_arg_t){DNNL_ARG_DIFF_BIAS, kernel->bias};
    }
    execute(kernel, kernel->primitive, 4 + kernel->desc.has_bias, args);
}

// ---- The machine -----------------------------------------------------------------------------

bool ludus_backend_has_native(ludus_precision precision)
{
    const unsigned isa = (unsigned)dnnl_get_effective_cpu_isa();
    const unsigned avx2 = (unsigned)dnnl_cpu_isa_avx2;
    // bf16 is rounded values and f32 arithmetic on every machine so far.
    return precision == LUDUS_PRECISION_F32 ||
           (precision == LUDUS_PRECISION_INT8 && (isa & avx2) == avx2);
}

int32_t ludus_backend_int8_limit(void)
{
    const unsigned isa = (unsigned)dnnl_get_effective_cpu_isa();
    const unsigned vnni = (unsigned)dnnl_cpu_isa_avx512_core_vnni;
    return (isa & vnni) == vnni ? 127 : 63;
}

void ludus_backend_describe(char *out, size_t size)
{
    const dnnl_version_t *v = dnnl_version();
    const unsigned isa = (unsigned)dnnl_get_effective_cpu_isa();
    static const unsigned known[] = {
        (unsigned)dnnl_cpu_isa_sse41,
        (unsigned)dnnl_cpu_isa_avx2,
        (unsigned)dnnl_cpu_isa_avx512_core,
        (unsigned)dnnl_cpu_isa_avx512_core_vnni,
        (unsigned)dnnl_cpu_isa_avx512_core_bf16,
        (unsigned)dnnl_cpu_isa_avx512_core_amx,
    };
    static const char *const names[] = {"sse4.1",      "avx2",        "avx512",
                                        "avx512_vnni", "avx512_bf16", "amx"};
    const char *name = "generic";
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        name = (isa & known[i]) == known[i] ? names[i] : name;
    }
    snprintf(out, size, "oneDNN %d.%d.%d, %s", v->major, v->minor, v->patch, name);
}
