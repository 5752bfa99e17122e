#include "nets/trainer_part.h"

#include <math.h>
#include <string.h>

#include "nets/noise.h"
#include "nets/optimiser.h"
#include "nets/vector.h"

#define PART_FLOATS 4096 // 16 KiB: weights, gradient and moments of a part fill a quarter of an L2

static const float one = 1.0f;

// ---- Life cycle ------------------------------------------------------------------------------

static size_t row_floats(const ludus_tensor *t)
{
    size_t count = 1;
    for (int32_t i = 1; i < t->rank; i++) {
        count *= (size_t)t->shape[i];
    }
    return count;
}

const char *ludus_freeze_next(const char **list, size_t *length)
{
    const char *prefix = *list + strspn(*list, ", \t");
    *length = strcspn(prefix, ", \t");
    *list = prefix + *length;
    return *length > 0 ? prefix : NULL;
}

static bool is_frozen(const char *list, const char *name)
{
    const char *prefix;
    size_t length;
    while ((prefix = ludus_freeze_next(&list, &length)) != NULL) {
        if (strncmp(name, prefix, length) == 0) {
            return true;
        }
    }
    return false;
}

static size_t rows_per_part(const ludus_tensor *t)
{
    const size_t fit = PART_FLOATS / row_floats(t);
    return fit > 0 ? fit : 1;
}

static size_t parts_of(const ludus_tensor *t)
{
    return ((size_t)t->shape[0] + rows_per_part(t) - 1) / rows_per_part(t);
}

// Appends a tensor's parts; `like` holds what they have in common.
static void add_parts(ludus_parts *p, const ludus_tensor *t, ludus_part like)
{
    const size_t row = row_floats(t), rows = (size_t)t->shape[0], step = rows_per_part(t);
    for (size_t r = 0; r < rows; r += step) {
        const size_t here = rows - r < step ? rows - r : step;
        ludus_part *part = &p->part[p->count++];
        *part = like;
        part->first = (size_t)(t->data - p->w) + r * row;
        part->count = here * row;
        part->inputs = row;
        if (like.has_sigma) {
            part->sigma += r * row;
            part->noise_out += r;
        }
    }
}

// The node of which the tensor is a mean (*sigma = its sigma) or a sigma (*sigma = -1), or -1.
static int32_t noisy_node(const ludus_graph *g, int32_t tensor, int32_t *sigma)
{
    *sigma = -1;
    for (int32_t i = 0; i < g->num_nodes; i++) {
        const ludus_node *node = &g->nodes[i];
        for (int k = 0; ludus_noise_is_on(node) && k < LUDUS_NODE_MAX_PARAMS; k++) {
            if (node->param[k] == tensor) {
                *sigma = k < 2 ? node->param[k + 2] : -1;
                return i;
            }
        }
    }
    return -1;
}

static void add_tensor(ludus_parts *p, const ludus_graph *g, int32_t index,
                       const ludus_lane_shared *shared)
{
    const ludus_tensor *t = &g->tensors[index];
    ludus_part part = {.trainable = t->trainable,
                       .frozen = is_frozen(p->config->freeze, t->name),
                       .decay = t->rank > 1 ? p->config->weight_decay : 0.0f};
    int32_t sigma;
    const int32_t node = noisy_node(g, index, &sigma);
    if (node >= 0 && sigma < 0) {
        return; // a sigma goes with its mean
    }
    if (node >= 0) {
        part.has_sigma = true;
        part.sigma_frozen = is_frozen(p->config->freeze, g->tensors[sigma].name);
        part.sigma = (size_t)(g->tensors[sigma].data - p->w);
        part.noise_out = shared->noise[node].out;
        part.noise_in = t->rank > 1 ? shared->noise[node].in : &one;
    }
    add_parts(p, t, part);
}

ludus_status ludus_parts_init(ludus_parts *parts, ludus_net *net, ludus_net *ema,
                              const ludus_lane_shared *shared, const ludus_lane_shard *shards,
                              const ludus_trainer_config *config)
{
    const ludus_graph *g = &net->graph;
    size_t count = 0;
    for (size_t i = 0; i < g->num_tensors; i++) {
        count += parts_of(&g->tensors[i]);
    }
    *parts = (ludus_parts){.w = net->params,
                           .ema = ema != NULL ? ema->params : NULL,
                           .shards = shards,
                           .config = config};
    parts->part = ludus_alloc(count, sizeof *parts->part);
    parts->m = ludus_alloc(g->num_floats, sizeof *parts->m);
    parts->v = ludus_alloc(g->num_floats, sizeof *parts->v);
    parts->gradient = config->shards == 1 ? shards[0].gradient
                                          : ludus_alloc(g->num_floats, sizeof *parts->gradient);
    if (!parts->part || !parts->m || !parts->v || !parts->gradient) {
        return LUDUS_ERR_NOMEM;
    }
    for (size_t i = 0; i < g->num_tensors; i++) {
        add_tensor(parts, g, (int32_t)i, shared);
    }
    return LUDUS_OK;
}

void ludus_parts_free(ludus_parts *parts)
{
    if (parts->config != NULL && parts->config->shards > 1) {
        ludus_free(parts->gradient);
    }
    ludus_free(parts->part);
    ludus_free(parts->m);
    ludus_free(parts->v);
    memset(parts, 0, sizeof *parts);
}

// ---- The gradient ----------------------------------------------------------------------------

static void add_shards(ludus_parts *p, const ludus_part *part)
{
    float *restrict sum = p->gradient + part->first;
    for (int32_t s = 1; s < p->config->shards; s++) {
        const float *before = s == 1 ? p->shards[0].gradient + part->first : sum;
        const float *next = p->shards[s].gradient + part->first;
#pragma omp simd
        for (size_t k = 0; k < part->count; k++) {
            sum[k] = before[k] + next[k];
        }
    }
}

// In float by lanes, which are enough for the values of one part, then in double.
static double squares(const float *x, size_t count)
{
    enum { WIDTH = 4 };
    ludus_vector sum[WIDTH] = {{0}};
    size_t i = 0;
    for (; i + WIDTH * LUDUS_LANES <= count; i += WIDTH * LUDUS_LANES) {
        for (int k = 0; k < WIDTH; k++) {
            const ludus_vector v = ludus_vector_load(x + i + (size_t)(k * LUDUS_LANES));
            sum[k] = ludus_vector_fma(v, v, sum[k]);
        }
    }
    double total = 0.0;
    for (int k = 0; k < WIDTH; k++) {
        total += (double)ludus_vector_sum(sum[k]);
    }
    for (; i < count; i++) {
        total += (double)x[i] * (double)x[i];
    }
    return total;
}

void ludus_part_gather(ludus_parts *parts, int32_t index)
{
    ludus_part *part = &parts->part[index];
    const float *gradient = parts->gradient + part->first;
    add_shards(parts, part);
    part->square = part->trainable && !part->frozen ? squares(gradient, part->count) : 0.0;
    if (part->has_sigma) {
        // All shards have the same noise, so the sigmas' gradient follows from the means' sum.
        float *dsigma = parts->gradient + part->sigma;
        ludus_noise_backward(part->count / part->inputs, part->inputs, gradient, part->noise_out,
                             part->noise_in, dsigma);
        part->square += part->sigma_frozen ? 0.0 : squares(dsigma, part->count);
    }
}

float ludus_parts_norm(const ludus_parts *parts)
{
    double square = 0.0;
    for (int32_t i = 0; i < parts->count; i++) {
        square += parts->part[i].square;
    }
    return (float)sqrt(square);
}

// ---- The weights -----------------------------------------------------------------------------

// Running statistics: the shards' mean, mixed in.
static void update_statistics(const ludus_parts *p, const ludus_part *part)
{
    const float share = p->config->norm_momentum, scale = 1.0f / (float)p->config->shards;
    float *w = p->w + part->first;
    const float *sum = p->gradient + part->first;
    for (size_t k = 0; k < part->count; k++) {
        w[k] += share * (sum[k] * scale - w[k]);
    }
}

static void update_ema(const ludus_parts *p, size_t first, size_t count, float keep)
{
    float *ema = p->ema + first;
    const float *now = p->w + first;
#pragma omp simd
    for (size_t k = 0; k < count; k++) {
        ema[k] = keep * ema[k] + (1.0f - keep) * now[k];
    }
}

static void update(const ludus_parts *p, size_t first, size_t count, float decay,
                   const ludus_part_step *step)
{
    const ludus_update u = {
        .count = count,
        .w = p->w + first,
        .g = p->gradient + first,
        .m = p->m + first,
        .v = p->v + first,
        .clip = step->clip,
        .decay = decay,
        .lr = step->lr,
        .step = step->step,
    };
    ludus_optimiser_update(p->config, &u);
}

void ludus_part_update(ludus_parts *parts, int32_t index, const ludus_part_step *step)
{
    const ludus_part *part = &parts->part[index];
    if (!part->frozen) {
        if (part->trainable) {
            update(parts, part->first, part->count, part->decay, step);
        } else {
            update_statistics(parts, part);
        }
    }
    if (part->has_sigma && !part->sigma_frozen) {
        update(parts, part->sigma, part->count, 0.0f, step);
    }
    if (parts->ema != NULL) {
        update_ema(parts, part->first, part->count, step->ema_keep);
        if (part->has_sigma) {
            update_ema(parts, part->sigma, part->count, step->ema_keep);
        }
    }
}
