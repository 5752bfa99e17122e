#include "nets/net.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MAX_PARAMS ((double)(1 << 28))
#define MAX_ACTIVATIONS ((double)(1 << 24))

static const char *const trunk_names[] = {"residual", "conv", "mlp", NULL};
static const char *const norm_names[] = {"none", "batch", "layer", NULL};
static const char *const init_names[] = {"he", "xavier", NULL};

const ludus_option ludus_net_options[] = {
    LUDUS_OPTION_ENUM(ludus_net_desc, "net", "trunk", trunk, trunk_names,
                      "residual, conv (plain convolutions) or mlp"),
    LUDUS_OPTION_ENUM(ludus_net_desc, "net", "norm", norm, norm_names,
                      "normalisation: none, batch or layer"),
    LUDUS_OPTION_ENUM(ludus_net_desc, "net", "init", init, init_names,
                      "initial weights: he or xavier"),
    LUDUS_OPTION_INT32(ludus_net_desc, "net", "channels", channels, 8, 1024,
                       "width of a residual trunk, a multiple of 8"),
    LUDUS_OPTION_INT32(ludus_net_desc, "net", "blocks", blocks, 0, 64, "residual blocks"),
    LUDUS_OPTION_BOOL(ludus_net_desc, "net", "preactivation", preactivation,
                      "norm and ReLU before each convolution instead of after"),
    LUDUS_OPTION_INT32(ludus_net_desc, "net", "se_channels", se_channels, 0, 1024,
                       "squeeze-excitation bottleneck; 0 = off"),
    LUDUS_OPTION_INT32(ludus_net_desc, "net", "gpool_every", gpool_every, 0, 64,
                       "every k-th block pools globally; 0 = off"),
    LUDUS_OPTION_FLOAT(ludus_net_desc, "net", "dropout", dropout, 0, 0.9,
                       "after each hidden dense layer of a plain trunk"),
    LUDUS_OPTION_BOOL(ludus_net_desc, "net", "noisy", noisy,
                      "learned noise in the dense layers (NoisyNet); wants a Q head"),
};
const size_t ludus_net_num_options = sizeof(ludus_net_options) / sizeof(ludus_net_options[0]);

ludus_net_desc ludus_net_desc_default(void)
{
    return (ludus_net_desc){
        .trunk = LUDUS_TRUNK_RESIDUAL,
        .norm = LUDUS_NORM_BATCH,
        .init = LUDUS_INIT_HE,
        .channels = 64,
        .blocks = 5,
    };
}

static bool in_range(int32_t value, int32_t low, int32_t high)
{
    return value >= low && value <= high;
}

static ludus_status check_trunk(const ludus_net_desc *d, ludus_error *error)
{
    for (int i = 0; i < 3; i++) {
        if (!in_range(d->in_shape[i], 1, i == 0 ? 4096 : 256)) {
            return ludus_fail(error, LUDUS_ERR_ARG, "net: input shape %dx%dx%d is out of range",
                              d->in_shape[0], d->in_shape[1], d->in_shape[2]);
        }
    }
    if (!in_range((int32_t)d->trunk, 0, 2) || !in_range((int32_t)d->norm, 0, 2) ||
        !in_range((int32_t)d->init, 0, 1)) {
        return ludus_fail(error, LUDUS_ERR_ARG, "net: unknown trunk, norm or init");
    }
    if (d->trunk == LUDUS_TRUNK_RESIDUAL &&
        (!in_range(d->channels, 8, 1024) || d->channels % 8 != 0 || !in_range(d->blocks, 0, 64) ||
         !in_range(d->se_channels, 0, 1024) || !in_range(d->gpool_every, 0, 64) ||
         d->norm == LUDUS_NORM_LAYER)) {
        return ludus_fail(error, LUDUS_ERR_ARG,
                          "net: a residual trunk wants 8..1024 channels in eighths, 0..64 blocks "
                          "and batch norm or none");
    }
    if (!in_range(d->num_convs, 0, LUDUS_NET_MAX_LAYERS) ||
        !in_range(d->num_hidden, 0, LUDUS_NET_MAX_LAYERS) ||
        !(d->dropout >= 0.0f && d->dropout <= 0.9f)) {
        return ludus_fail(error, LUDUS_ERR_ARG, "net: too many layers or a wrong dropout");
    }
    return LUDUS_OK;
}

// Height or width of a convolution's output.
static int32_t conv_end(int32_t size, const ludus_conv_layer *l)
{
    return (size + 2 * l->pad - l->kernel) / l->stride + 1;
}

static ludus_status check_layers(const ludus_net_desc *d, ludus_error *error)
{
    int32_t h = d->in_shape[1], w = d->in_shape[2];
    for (int32_t i = 0; d->trunk == LUDUS_TRUNK_CONV && i < d->num_convs; i++) {
        const ludus_conv_layer *l = &d->convs[i];
        if (!in_range(l->channels, 1, 1024) || !in_range(l->kernel, 1, 11) ||
            !in_range(l->stride, 1, l->kernel) || !in_range(l->pad, 0, l->kernel - 1) ||
            h + 2 * l->pad < l->kernel || w + 2 * l->pad < l->kernel) {
            return ludus_fail(error, LUDUS_ERR_ARG, "net: convolution %d does not fit", i + 1);
        }
        h = conv_end(h, l);
        w = conv_end(w, l);
    }
    for (int32_t i = 0; i < d->num_hidden; i++) {
        if (!in_range(d->hidden[i], 1, 65536)) {
            return ludus_fail(error, LUDUS_ERR_ARG, "net: dense layer %d has %d outputs", i + 1,
                              d->hidden[i]);
        }
    }
    return LUDUS_OK;
}

static bool name_is_plain(const char *name)
{
    const size_t length = strnlen(name, LUDUS_NET_NAME_MAX);
    return length > 0 && length < LUDUS_NET_NAME_MAX &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == length;
}

static bool has_q_head(const ludus_net_desc *d)
{
    for (int32_t i = 0; i < d->num_heads; i++) {
        if (d->heads[i].kind == LUDUS_HEAD_Q) {
            return true;
        }
    }
    return false;
}

static bool may_pool(const ludus_net_desc *d, const ludus_head_desc *h)
{
    return d->trunk == LUDUS_TRUNK_RESIDUAL && h->channels > 0 && h->kind != LUDUS_HEAD_Q &&
           h->kind != LUDUS_HEAD_PLANES && d->in_shape[1] * d->in_shape[2] > 1 &&
           (h->kind != LUDUS_HEAD_POLICY || h->size >= d->in_shape[1] * d->in_shape[2]);
}

static ludus_status check_head(const ludus_net_desc *d, int32_t index, ludus_error *error)
{
    const ludus_head_desc *h = &d->heads[index];
    if (!name_is_plain(h->name)) {
        return ludus_fail(error, LUDUS_ERR_ARG, "net: head %d has no plain name", index);
    }
    for (int32_t i = 0; i < index; i++) {
        if (strcmp(d->heads[i].name, h->name) == 0) {
            return ludus_fail(error, LUDUS_ERR_ARG, "net: two heads named %s", h->name);
        }
    }
    const bool is_q = h->kind == LUDUS_HEAD_Q;
    if (!in_range((int32_t)h->kind, 0, LUDUS_HEAD_SCALARS) || !in_range(h->size, 1, 65536) ||
        !in_range(h->channels, 0, 1024) || !in_range(h->hidden, 0, 65536) ||
        !in_range(h->atoms, is_q ? 1 : 0, 1024) || (!is_q && h->dueling) ||
        (h->kind == LUDUS_HEAD_WDL && h->size != 3) || (h->pooled && !may_pool(d, h)) ||
        !(h->loss_weight >= 0.0f) || !isfinite(h->loss_weight)) {
        return ludus_fail(error, LUDUS_ERR_ARG, "net: head %s is out of range", h->name);
    }
    return LUDUS_OK;
}

// Estimates from above in floating point, so that nothing overflows before it is refused.
static ludus_status check_size(const ludus_net_desc *d, ludus_error *error)
{
    const double cells = (double)d->in_shape[1] * (double)d->in_shape[2];
    double width = (double)d->in_shape[0], params = 0.0, activations = width * cells;
    double end = cells; // of the trunk
    if (d->trunk == LUDUS_TRUNK_RESIDUAL) {
        const double c = (double)d->channels;
        params += 9.0 * c * (width + 2.0 * c * (double)d->blocks);
        params += (double)d->blocks * 5.0 * c * (c + (double)d->se_channels);
        activations += c * cells * (2.0 + 6.0 * (double)d->blocks);
        width = c;
    }
    int32_t h = d->in_shape[1], w = d->in_shape[2];
    for (int32_t i = 0; d->trunk == LUDUS_TRUNK_CONV && i < d->num_convs; i++) {
        const ludus_conv_layer *l = &d->convs[i];
        h = conv_end(h, l);
        w = conv_end(w, l);
        end = (double)h * (double)w;
        params += width * (double)(l->channels * l->kernel * l->kernel);
        activations += 3.0 * end * (double)l->channels;
        width = (double)l->channels;
    }
    double features = width * end;
    for (int32_t i = 0; d->trunk != LUDUS_TRUNK_RESIDUAL && i < d->num_hidden; i++) {
        params += features * (double)d->hidden[i];
        features = (double)d->hidden[i];
        activations += 3.0 * features;
        end = 1.0;
    }
    for (int32_t i = 0; i < d->num_heads; i++) {
        const ludus_head_desc *head = &d->heads[i];
        const double outputs = (double)head->size * (head->atoms > 0 ? (double)head->atoms : 1.0);
        const bool narrows = head->channels > 0 && end > 1.0; // nothing to narrow in a vector
        const double inner = narrows ? (double)head->channels * end : features;
        params += width * (double)head->channels + 2.0 * inner * (double)head->hidden +
                  2.0 * (head->hidden > 0 ? (double)head->hidden : inner) * outputs;
        activations += 3.0 * (inner + (double)head->hidden) + 2.0 * outputs * end;
    }
    params *= d->noisy ? 2.0 : 1.0; // a sigma for every weight
    if (params > MAX_PARAMS || activations > MAX_ACTIVATIONS) {
        return ludus_fail(error, LUDUS_ERR_ARG,
                          "net: about %.3g parameters and %.3g activations a row are too many",
                          params, activations);
    }
    return LUDUS_OK;
}

ludus_status ludus_net_desc_check(const ludus_net_desc *desc, ludus_error *error)
{
    ludus_status status = check_trunk(desc, error);
    if (status == LUDUS_OK) {
        status = check_layers(desc, error);
    }
    if (status == LUDUS_OK && !in_range(desc->num_heads, 1, LUDUS_NET_MAX_HEADS)) {
        status = ludus_fail(error, LUDUS_ERR_ARG, "net: 1..%d heads, not %d", LUDUS_NET_MAX_HEADS,
                            desc->num_heads);
    }
    for (int32_t i = 0; status == LUDUS_OK && i < desc->num_heads; i++) {
        status = check_head(desc, i, error);
    }
    if (status == LUDUS_OK && desc->noisy && !has_q_head(desc)) {
        status = ludus_fail(error, LUDUS_ERR_ARG, "net.noisy: only for nets with a Q head");
    }
    return status == LUDUS_OK ? check_size(desc, error) : status;
}
