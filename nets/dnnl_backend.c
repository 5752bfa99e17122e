#include "nets/dnnl_backend.h"

#include <assert.h>
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
#define LAYOUT_COPY(to, from) (dnnl_memory_desc_clone(to, from) == dnnl_success)
#define LAYOUT_INIT(to, rank, dims, type, tag)                                                     \
    (dnnl_memory_desc_create_with_tag(to, rank, dims, type, tag) == dnnl_success)
#define LAYOUT_FREE(l) ((l) != NULL ? (void)dnnl_memory_desc_destroy(l) : (void)0)
#else
typedef struct layout_box {
    dnnl_memory_desc_t desc;
} * layout;
typedef const dnnl_memory_desc_t *const_layout;
#define LAYOUT_OF(l) (&(l)->desc)
#define LAYOUT_COPY(to, from)                                                                      \
    ((*(to) = ludus_alloc(1, sizeof **(to))) != NULL && ((*(to))->desc = *(from), true))
#define LAYOUT_INIT(to, rank, dims, type, tag)                                                     \
    ((*(to) = ludus_alloc(1, sizeof **(to))) != NULL &&                                            \
     dnnl_memory_desc_init_by_tag(&(*(to))->desc, rank, dims, type, tag) == dnnl_success)
#define LAYOUT_FREE(l) ludus_free(l)
#endif

static bool layout_create(layout *out, int rank, const int64_t *dims, dnnl_data_type_t type,
                          dnnl_format_tag_t tag)
{
    dnnl_dims_t d = {0};
    for (int i = 0; i < rank; i++) {
        d[i] = dims[i];
    }
    return LAYOUT_INIT(out, rank, d, type, tag);
}

// The layouts of a convolution's operands; weights may be "any" and are asked for afterwards.
typedef struct operands {
    layout src, weights, bias, dst;
} operands;

typedef struct spatial {
    dnnl_dims_t strides, padding, dilation;
} spatial;

// bias: NULL for none. hint: the forward pass, for backward ones.
static dnnl_status_t create_desc(dnnl_primitive_desc_t *out, ludus_kernel_pass pass,
                                 dnnl_engine_t engine, const operands *o, const spatial *s,
                                 layout bias, const_dnnl_primitive_attr_t attr,
                                 const_dnnl_primitive_desc_t hint)
{
    const dnnl_alg_kind_t direct = dnnl_convolution_direct;
#if DNNL_VERSION_MAJOR >= 3
    switch (pass) {
    case LUDUS_KERNEL_BACKWARD_DATA:
        return dnnl_convolution_backward_data_primitive_desc_create(
            out, engine, direct, o->src, o->weights, o->dst, s->strides, s->dilation, s->padding,
            s->padding, hint, attr);
    case LUDUS_KERNEL_BACKWARD_WEIGHTS:
        return dnnl_convolution_backward_weights_primitive_desc_create(
            out, engine, direct, o->src, o->weights, bias, o->dst, s->strides, s->dilation,
            s->padding, s->padding, hint, attr);
    default:
        return dnnl_convolution_forward_primitive_desc_create(
            out, engine, dnnl_forward_inference, direct, o->src, o->weights, bias, o->dst,
            s->strides, s->dilation, s->padding, s->padding, attr);
    }
#else
    const dnnl_memory_desc_t *src = &o->src->desc, *weights = &o->weights->desc,
                             *dst = &o->dst->desc, *b = bias != NULL ? &bias->desc : NULL;
    dnnl_convolution_desc_t desc;
    const dnnl_status_t status =
        pass == LUDUS_KERNEL_BACKWARD_DATA
            ? dnnl_convolution_backward_data_desc_init(&desc, direct, src, weights, dst, s->strides,
                                                       s->padding, s->padding)
        : pass == LUDUS_KERNEL_BACKWARD_WEIGHTS
            ? dnnl_convolution_backward_weights_desc_init(&desc, direct, src, weights, b, dst,
                                                          s->strides, s->padding, s->padding)
            : dnnl_convolution_forward_desc_init(&desc, dnnl_forward_inference, direct, src,
                                                 weights, b, dst, s->strides, s->padding,
                                                 s->padding);
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
    dnnl_memory_t src, weights, bias, dst, scratch, scales;
    void *scratchpad;
    float *scale, *scaled_bias; // INT8, [o]
    size_t weights_bytes;
    // Between f32 [O,I,k,k] and the packed layout:
    dnnl_memory_t plain;
    dnnl_primitive_t reorder;
    bool swaps_channels; // FORWARD through the backward-data primitive, see below
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

// What the operands are made of. A hint is the forward pass that a backward one belongs to.
typedef struct operand_types {
    dnnl_data_type_t src, weights, dst;
} operand_types;

static operand_types types_of(const ludus_kernel_desc *d, bool is_hint)
{
    if (d->precision == LUDUS_PRECISION_INT8) {
        return (operand_types){dnnl_u8, dnnl_s8, d->is_wide ? dnnl_f32 : dnnl_u8};
    }
    operand_types t = {dnnl_f32, dnnl_f32, dnnl_f32};
    if (d->precision == LUDUS_PRECISION_BF16) {
        const bool widens = d->is_wide && !is_hint;
        t.src = widens && d->pass == LUDUS_KERNEL_BACKWARD_DATA ? dnnl_f32 : dnnl_bf16;
        t.dst = widens && d->pass == LUDUS_KERNEL_FORWARD ? dnnl_f32 : dnnl_bf16;
        t.weights = d->pass == LUDUS_KERNEL_BACKWARD_WEIGHTS && !is_hint ? dnnl_f32 : dnnl_bf16;
    }
    return t;
}

static dnnl_query_t weights_query(const ludus_dnnl_kernel *k)
{
    return k->desc.pass == LUDUS_KERNEL_BACKWARD_WEIGHTS ? dnnl_query_diff_weights_md
                                                         : dnnl_query_weights_md;
}

// In the layout of another kernel's, or left to the primitive.
static bool make_weights(const int64_t *dims, dnnl_data_type_t type, const ludus_dnnl_kernel *like,
                         layout *out)
{
    if (like == NULL) {
        return layout_create(out, 4, dims, type, dnnl_format_tag_any);
    }
    return LAYOUT_COPY(out,
                       dnnl_primitive_desc_query_md(like->primitive_desc, weights_query(like), 0));
}

static bool make_operands(const ludus_kernel_desc *d, bool swap, bool is_hint,
                          const ludus_dnnl_kernel *like, operands *o)
{
    const int64_t n = d->n, ho = ludus_kernel_out_size(d->h, d),
                  wo = ludus_kernel_out_size(d->w, d);
    const int64_t src[] = {n, d->c_stored, d->h, d->w}, dst[] = {n, d->o, ho, wo}, bias[] = {d->o};
    const int64_t weights[] = {swap ? d->c_stored : d->o, swap ? d->o : d->c_stored, d->kernel,
                               d->kernel};
    const operand_types types = types_of(d, is_hint);
    // Exchanged: what the primitive calls its (differential) source is our destination.
    return layout_create(&o->src, 4, swap ? dst : src, types.src, dnnl_nhwc) &&
           layout_create(&o->dst, 4, swap ? src : dst, types.dst, dnnl_nhwc) &&
           make_weights(weights, types.weights, like, &o->weights) &&
           layout_create(&o->bias, 1, bias, dnnl_f32, dnnl_a);
}

static void free_operands(operands *o)
{
    LAYOUT_FREE(o->src);
    LAYOUT_FREE(o->weights);
    LAYOUT_FREE(o->bias);
    LAYOUT_FREE(o->dst);
}

// INT8: integer sums, bias included, times src_scale * weight_scale / dst_scale per output channel.
// 2.x has that as it stands. 3.x reads scales of the weights at execution and adds the bias after
// them, so that run_forward multiplies the bias; source and destination then need no scale.
static bool set_scales(dnnl_primitive_attr_t attr, ludus_dnnl_kernel *k)
{
    const ludus_kernel_desc *d = &k->desc;
    k->scale = ludus_alloc((size_t)d->o, sizeof *k->scale);
    k->scaled_bias = ludus_alloc((size_t)d->o, sizeof *k->scaled_bias);
    if (k->scale == NULL || k->scaled_bias == NULL) {
        return false;
    }
    for (int32_t i = 0; i < d->o; i++) {
        k->scale[i] = d->src_scale * d->weight_scale[i] / d->dst_scale;
    }
#if DNNL_VERSION_MAJOR >= 3
    const dnnl_dims_t dims = {d->o};
    dnnl_memory_desc_t plain = NULL;
    const bool complete =
        succeeds(dnnl_primitive_attr_set_scales_mask(attr, DNNL_ARG_WEIGHTS, 1)) &&
        succeeds(dnnl_memory_desc_create_with_tag(&plain, 1, dims, dnnl_f32, dnnl_a)) &&
        succeeds(dnnl_memory_create(&k->scales, plain, k->engine, k->scale));
    LAYOUT_FREE(plain);
    return complete;
#else
    return succeeds(dnnl_primitive_attr_set_output_scales(attr, d->o, 1 << 1, k->scale));
#endif
}

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

// fuses: the primitive itself adds residuals and rectifies.
static bool make_attributes(dnnl_primitive_attr_t *attr, ludus_dnnl_kernel *k, bool fuses)
{
    const ludus_kernel_desc *d = &k->desc;
    const bool is_int8 = d->precision == LUDUS_PRECISION_INT8;
    const float scale = is_int8 ? d->residual_scale / d->dst_scale : 1.0f;
    dnnl_post_ops_t ops = NULL;
    bool complete =
        succeeds(dnnl_primitive_attr_create(attr)) &&
        succeeds(dnnl_primitive_attr_set_scratchpad_mode(*attr, dnnl_scratchpad_mode_user)) &&
        (!is_int8 || set_scales(*attr, k));
    if (complete && fuses && (d->fuse_sum || d->fuse_relu)) {
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

// Backward passes want the forward one as a hint.
static bool make_hint(ludus_dnnl_kernel *k, const ludus_kernel_desc *d, const spatial *s,
                      dnnl_primitive_desc_t *hint)
{
    operands o = {0};
    const bool complete =
        make_operands(d, k->swaps_channels, true, NULL, &o) &&
        succeeds(create_desc(hint, LUDUS_KERNEL_FORWARD, k->engine, &o, s, NULL, NULL, NULL));
    free_operands(&o);
    return complete;
}

static bool make_primitive_desc(ludus_dnnl_kernel *k, const ludus_kernel_desc *d, const operands *o)
{
    const spatial s = {{d->stride, d->stride}, {d->pad, d->pad}, {0, 0}};
    const ludus_kernel_pass pass = k->swaps_channels ? LUDUS_KERNEL_BACKWARD_DATA : d->pass;
    dnnl_primitive_attr_t attr = NULL;
    dnnl_primitive_desc_t hint = NULL;
    const bool complete = make_attributes(&attr, k, pass == LUDUS_KERNEL_FORWARD) &&
                          (pass == LUDUS_KERNEL_FORWARD || make_hint(k, d, &s, &hint)) &&
                          succeeds(create_desc(&k->primitive_desc, pass, k->engine, o, &s,
                                               d->has_bias ? o->bias : NULL, attr, hint));
    if (hint != NULL) {
        dnnl_primitive_desc_destroy(hint);
    }
    dnnl_primitive_attr_destroy(attr);
    return complete;
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
    LAYOUT_FREE(plain);
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
    LAYOUT_FREE(bias);
    if (!created) {
        return false;
    }
    k->weights_bytes = layout_bytes(pd, weights_query(k));
    k->scratchpad = ludus_alloc(1, layout_bytes(pd, dnnl_query_scratchpad_md));
    return k->scratchpad != NULL;
}

// oneDNN plans for the OpenMP team it finds at creation and opens it at execution, whatever the
// setting then: one thread both times. Returns the caller's setting, to be put back.
static int begin_single_thread(void)
{
    const int threads = omp_get_max_threads();
    omp_set_num_threads(1);
    return threads;
}

static bool create_parts(ludus_dnnl_kernel *k, const ludus_dnnl_kernel *like)
{
    operands o = {0};
    const ludus_kernel_desc d = ludus_kernel_flattened(&k->desc);
    const bool complete =
        succeeds(dnnl_engine_create(&k->engine, dnnl_cpu, 0)) &&
        succeeds(dnnl_stream_create(&k->stream, k->engine, dnnl_stream_default_flags)) &&
        make_operands(&d, k->swaps_channels, false, like, &o) && make_primitive_desc(k, &d, &o) &&
        succeeds(dnnl_primitive_create(&k->primitive, k->primitive_desc)) && make_memories(k, &d) &&
        make_reorder(k);
    free_operands(&o);
    return complete;
}

ludus_status ludus_dnnl_create(ludus_dnnl_kernel **out, const ludus_kernel_desc *desc,
                               const ludus_dnnl_kernel *like, ludus_error *error)
{
    *out = NULL;
    ludus_dnnl_kernel *k = ludus_alloc(1, sizeof *k);
    if (k == NULL) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "kernel: out of memory");
    }
    k->desc = *desc;
    k->swaps_channels = prefers_backward_data(desc);
    const int threads = begin_single_thread();
    const bool complete = create_parts(k, like);
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
    dnnl_memory_t memories[] = {kernel->src,     kernel->weights, kernel->bias, kernel->dst,
                                kernel->scratch, kernel->scales,  kernel->plain};
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
    ludus_free(kernel->scale);
    ludus_free(kernel->scaled_bias);
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

bool ludus_dnnl_turns(const ludus_dnnl_kernel *kernel)
{
    return kernel->swaps_channels;
}

void ludus_dnnl_pack(ludus_dnnl_kernel *kernel, const void *plain, void *packed)
{
    reorder(kernel, (void *)(uintptr_t)plain, packed);
}

void ludus_dnnl_unpack(ludus_dnnl_kernel *kernel, const void *packed, float *plain)
{
    reorder(kernel, plain, (void *)(uintptr_t)packed);
}

// packed: weights, or their gradient.
static void bind(ludus_dnnl_kernel *k, const void *src, void *packed, const void *dst)
{
    dnnl_memory_set_data_handle(k->src, (void *)(uintptr_t)src);
    dnnl_memory_set_data_handle(k->dst, (void *)(uintptr_t)dst);
    dnnl_memory_set_data_handle(k->weights, packed);
    dnnl_memory_set_data_handle(k->scratch, k->scratchpad);
}

static void run_backward_data(ludus_dnnl_kernel *k)
{
    const dnnl_exec_arg_t args[] = {{DNNL_ARG_DIFF_DST, k->dst},
                                    {DNNL_ARG_WEIGHTS, k->weights},
                                    {DNNL_ARG_DIFF_SRC, k->src},
                                    {DNNL_ARG_SCRATCHPAD, k->scratch}};
    execute(k, k->primitive, 4, args);
}

static void run_forward(ludus_dnnl_kernel *k, const float *bias)
{
    dnnl_exec_arg_t args[MAX_ARGS] = {{DNNL_ARG_SRC, k->src},
                                      {DNNL_ARG_WEIGHTS, k->weights},
                                      {DNNL_ARG_DST, k->dst},
                                      {DNNL_ARG_SCRATCHPAD, k->scratch}};
    int count = 4;
#if DNNL_VERSION_MAJOR >= 3
    if (k->scales != NULL) {
        args[count++] = (dnnl_exec_arg_t){DNNL_ARG_ATTR_SCALES | DNNL_ARG_WEIGHTS, k->scales};
        for (int32_t i = 0; bias != NULL && i < k->desc.o; i++) {
            k->scaled_bias[i] = bias[i] * k->scale[i];
        }
        bias = bias != NULL ? k->scaled_bias : NULL;
    }
#endif
    if (bias != NULL) {
        dnnl_memory_set_data_handle(k->bias, (void *)(uintptr_t)bias);
        args[count++] = (dnnl_exec_arg_t){DNNL_ARG_BIAS, k->bias};
    }
    execute(k, k->primitive, count, args);
}

void ludus_dnnl_forward(ludus_dnnl_kernel *kernel, const void *src, void *packed, const float *bias,
                        void *dst)
{
    if (kernel->swaps_channels) {
        bind(kernel, dst, packed, src);
        run_backward_data(kernel);
    } else {
        bind(kernel, src, packed, dst);
        run_forward(kernel, bias);
    }
}

void ludus_dnnl_backward_data(ludus_dnnl_kernel *kernel, const void *ddst, void *packed, void *dsrc)
{
    bind(kernel, dsrc, packed, ddst);
    run_backward_data(kernel);
}

void ludus_dnnl_backward_weights(ludus_dnnl_kernel *kernel, const void *src, const void *ddst,
                                 void *packed, float *dbias)
{
    bind(kernel, src, packed, ddst);
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
    const unsigned bf16 = (unsigned)dnnl_cpu_isa_avx512_core_bf16;
    return precision == LUDUS_PRECISION_F32 ||
           (precision == LUDUS_PRECISION_BF16 && (isa & bf16) == bf16) ||
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
    static const struct {
        unsigned isa;
        const char *name;
    } known[] = {{(unsigned)dnnl_cpu_isa_sse41, "sse4.1"},
                 {(unsigned)dnnl_cpu_isa_avx2, "avx2"},
                 {(unsigned)dnnl_cpu_isa_avx512_core, "avx512"},
                 {(unsigned)dnnl_cpu_isa_avx512_core_vnni, "avx512_vnni"},
                 {(unsigned)dnnl_cpu_isa_avx512_core_bf16, "avx512_bf16"},
                 {(unsigned)dnnl_cpu_isa_avx512_core_amx, "amx"}};
    const char *name = "generic";
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        name = (isa & known[i].isa) == known[i].isa ? known[i].name : name;
    }
    snprintf(out, size, "oneDNN %d.%d.%d, %s", v->major, v->minor, v->patch, name);
}
