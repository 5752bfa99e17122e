#include "agents/q_net.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "nets/softmax.h"

#define MAX_ATOMS 256

static const char *const kind_names[] = {"scalar", "c51", "quantile", NULL};

const ludus_option ludus_q_options[] = {
    LUDUS_OPTION_TEXT(
        ludus_q_config, "net", "convs", convs,
        "convolutions of a conv trunk: channels x kernel / stride, e.g. 32x8/4 64x4/2"),
    LUDUS_OPTION_TEXT(ludus_q_config, "net", "hidden", hidden,
                      "outputs of the dense layers of conv and mlp trunks, e.g. 256 128"),
    LUDUS_OPTION_ENUM(ludus_q_config, "q", "kind", kind, kind_names,
                      "of values: scalar, c51 (categorical) or quantile (QR-DQN)"),
    LUDUS_OPTION_INT32(ludus_q_config, "q", "atoms", atoms, 2, MAX_ATOMS,
                       "per action, of c51 and quantile"),
    LUDUS_OPTION_FLOAT(ludus_q_config, "q", "v_min", v_min, -1e6, 1e6, "c51: the first atom"),
    LUDUS_OPTION_FLOAT(ludus_q_config, "q", "v_max", v_max, -1e6, 1e6, "c51: the last atom"),
    LUDUS_OPTION_BOOL(ludus_q_config, "q", "dueling", dueling, "value and advantage streams"),
};
const size_t ludus_q_num_options = sizeof(ludus_q_options) / sizeof(ludus_q_options[0]);

ludus_q_config ludus_q_config_default(void)
{
    return (ludus_q_config){
        .convs = "16x3",
        .hidden = "128",
        .kind = LUDUS_Q_SCALAR,
        .atoms = 51,
        .v_min = -10.0f,
        .v_max = 10.0f,
    };
}

int32_t ludus_q_atoms(const ludus_q_config *config)
{
    return config->kind == LUDUS_Q_SCALAR ? 1 : config->atoms;
}

// ---- Description -----------------------------------------------------------------------------

static const char *skip_blanks(const char *p)
{
    while (*p == ' ' || *p == ',') {
        p++;
    }
    return p;
}

// Reads a positive number at *p and steps over it; 0 when there is none.
static int32_t take_number(const char **p)
{
    char *end;
    const long n = strtol(*p, &end, 10);
    if (end == *p || n < 1 || n > 65536) {
        return 0;
    }
    *p = end;
    return (int32_t)n;
}

static bool take_sign(const char **p, char sign)
{
    if (**p != sign) {
        return false;
    }
    (*p)++;
    return true;
}

static bool take_conv(const char **p, ludus_conv_layer *layer)
{
    *layer = (ludus_conv_layer){.stride = 1};
    layer->channels = take_number(p);
    if (layer->channels == 0 || !take_sign(p, 'x')) {
        return false;
    }
    layer->kernel = take_number(p);
    if (take_sign(p, '/')) {
        layer->stride = take_number(p);
    }
    return layer->kernel > 0 && layer->stride > 0;
}

static ludus_status read_convs(ludus_net_desc *desc, const char *text, ludus_error *error)
{
    desc->num_convs = 0;
    for (const char *p = skip_blanks(text); *p != '\0'; p = skip_blanks(p)) {
        if (desc->num_convs == LUDUS_NET_MAX_LAYERS ||
            !take_conv(&p, &desc->convs[desc->num_convs])) {
            return ludus_fail(error, LUDUS_ERR_ARG,
                              "net.convs = %s: want up to %d of channels x kernel / stride, "
                              "e.g. 32x8/4 64x4/2",
                              text, LUDUS_NET_MAX_LAYERS);
        }
        desc->num_convs++;
    }
    return LUDUS_OK;
}

static ludus_status read_hidden(ludus_net_desc *desc, const char *text, ludus_error *error)
{
    desc->num_hidden = 0;
    for (const char *p = skip_blanks(text); *p != '\0'; p = skip_blanks(p)) {
        const int32_t outputs = desc->num_hidden < LUDUS_NET_MAX_LAYERS ? take_number(&p) : 0;
        if (outputs == 0) {
            return ludus_fail(error, LUDUS_ERR_ARG,
                              "net.hidden = %s: want up to %d numbers of outputs, e.g. 256 128",
                              text, LUDUS_NET_MAX_LAYERS);
        }
        desc->hidden[desc->num_hidden++] = outputs;
    }
    return LUDUS_OK;
}

ludus_status ludus_q_net_desc(ludus_net_desc *desc, const ludus_env_spec *spec,
                              const ludus_q_config *config, ludus_error *error)
{
    if (config->kind == LUDUS_Q_CATEGORICAL && !(config->v_min < config->v_max)) {
        return ludus_fail(error, LUDUS_ERR_ARG, "q.v_min = %g: must be below q.v_max = %g",
                          (double)config->v_min, (double)config->v_max);
    }
    ludus_status status = read_convs(desc, config->convs, error);
    if (status == LUDUS_OK) {
        status = read_hidden(desc, config->hidden, error);
    }
    if (status != LUDUS_OK) {
        return status;
    }
    memcpy(desc->in_shape, spec->obs_shape, sizeof desc->in_shape);
    desc->num_heads = 1;
    desc->heads[0] = (ludus_head_desc){.name = "q",
                                       .kind = LUDUS_HEAD_Q,
                                       .size = spec->num_actions,
                                       .atoms = ludus_q_atoms(config),
                                       .dueling = config->dueling,
                                       .loss_weight = 1.0f};
    return ludus_net_desc_check(desc, error);
}

ludus_status ludus_q_net_fits(const ludus_net *net, const ludus_env_spec *spec,
                              const ludus_q_config *config, ludus_error *error)
{
    const ludus_net_desc *d = ludus_net_describe(net);
    const int32_t head = ludus_net_find_head(net, "q");
    if (d->num_heads != 1 || head != 0 || d->heads[head].kind != LUDUS_HEAD_Q) {
        return ludus_fail(error, LUDUS_ERR_ARG,
                          "the net has not one head named \"q\": not one for worlds");
    }
    const int32_t *want = spec->obs_shape;
    const ludus_head_desc *q = &d->heads[head];
    if (memcmp(d->in_shape, want, sizeof d->in_shape) != 0 || q->size != spec->num_actions ||
        q->atoms != ludus_q_atoms(config)) {
        return ludus_fail(error, LUDUS_ERR_ARG,
                          "the net reads %dx%dx%d and has %d actions of %d atoms; %s has %dx%dx%d "
                          "and %d of %d: it was trained for another world or other settings",
                          d->in_shape[0], d->in_shape[1], d->in_shape[2], q->size, q->atoms,
                          spec->name, want[0], want[1], want[2], spec->num_actions,
                          ludus_q_atoms(config));
    }
    return LUDUS_OK;
}

// ---- Values ----------------------------------------------------------------------------------

float ludus_q_support(const ludus_q_config *config, int32_t i)
{
    return config->v_min + (config->v_max - config->v_min) * (float)i / (float)(config->atoms - 1);
}

static float categorical_value(const ludus_q_config *config, const float *logits)
{
    float p[MAX_ATOMS], value = 0.0f;
    ludus_softmax((size_t)config->atoms, logits, p);
    for (int32_t i = 0; i < config->atoms; i++) {
        value += p[i] * ludus_q_support(config, i);
    }
    return value;
}

static float quantile_value(const ludus_q_config *config, const float *values)
{
    float sum = 0.0f;
    for (int32_t i = 0; i < config->atoms; i++) {
        sum += values[i];
    }
    return sum / (float)config->atoms;
}

void ludus_q_values(const ludus_q_config *config, int32_t num_actions, const float *outputs,
                    float *q)
{
    const int32_t atoms = ludus_q_atoms(config);
    assert(atoms <= MAX_ATOMS);
    for (int32_t a = 0; a < num_actions; a++) {
        const float *of_action = outputs + (size_t)a * (size_t)atoms;
        q[a] = config->kind == LUDUS_Q_SCALAR        ? of_action[0]
               : config->kind == LUDUS_Q_CATEGORICAL ? categorical_value(config, of_action)
                                                     : quantile_value(config, of_action);
    }
}

int32_t ludus_q_best(int32_t num_actions, const float *q)
{
    int32_t best = 0;
    for (int32_t a = 1; a < num_actions; a++) {
        best = q[a] > q[best] ? a : best;
    }
    return best;
}

int32_t ludus_q_choose(int32_t num_actions, const float *q, float epsilon, ludus_rng *rng)
{
    if (ludus_rng_float(rng) < epsilon) {
        return (int32_t)ludus_rng_below(rng, (uint32_t)num_actions);
    }
    return ludus_q_best(num_actions, q);
}
