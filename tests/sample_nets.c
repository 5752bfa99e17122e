#include "sample_nets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const ludus_head_desc policy = {.name = "policy",
                                       .kind = LUDUS_HEAD_POLICY,
                                       .size = 5,
                                       .channels = 4,
                                       .atoms = 1,
                                       .loss_weight = 1.0f};
static const ludus_head_desc value = {.name = "value",
                                      .kind = LUDUS_HEAD_WDL,
                                      .size = 3,
                                      .channels = 3,
                                      .hidden = 6,
                                      .atoms = 1,
                                      .loss_weight = 0.5f};
static const ludus_head_desc planes = {
    .name = "ownership", .kind = LUDUS_HEAD_PLANES, .size = 2, .atoms = 1, .loss_weight = 0.7f};
static const ludus_head_desc scalars = {.name = "score",
                                        .kind = LUDUS_HEAD_SCALARS,
                                        .size = 2,
                                        .channels = 2,
                                        .hidden = 5,
                                        .atoms = 1,
                                        .loss_weight = 0.3f};
static const ludus_head_desc scalar_q = {
    .name = "q", .kind = LUDUS_HEAD_Q, .size = 4, .atoms = 1, .loss_weight = 1.0f};
static const ludus_head_desc dueling_q = {.name = "q",
                                          .kind = LUDUS_HEAD_Q,
                                          .size = 3,
                                          .hidden = 8,
                                          .atoms = 4,
                                          .dueling = true,
                                          .loss_weight = 1.0f};

static ludus_net_desc board_net(void)
{
    ludus_net_desc d = ludus_net_desc_default();
    d.in_shape[0] = 3;
    d.in_shape[1] = 4;
    d.in_shape[2] = 5;
    d.channels = 8;
    d.blocks = 2;
    d.num_heads = 2;
    d.heads[0] = policy;
    d.heads[1] = value;
    return d;
}

static ludus_net_desc plain_net(ludus_trunk_kind trunk, ludus_norm_kind norm)
{
    ludus_net_desc d = board_net();
    d.trunk = trunk;
    d.norm = norm;
    d.init = LUDUS_INIT_XAVIER;
    d.num_convs = 2;
    d.convs[0] = (ludus_conv_layer){8, 3, 1, 0};
    d.convs[1] = (ludus_conv_layer){16, 2, 1, 1};
    d.num_hidden = 1;
    d.hidden[0] = 12;
    d.num_heads = 1;
    d.heads[0] = scalar_q;
    return d;
}

void sample_nets(sample_net nets[NUM_SAMPLE_NETS])
{
    nets[0] = (sample_net){"residual", board_net()};
    nets[1] = (sample_net){"preactivation", board_net()};
    nets[1].desc.preactivation = true;
    nets[2] = (sample_net){"squeeze-excitation", board_net()};
    nets[2].desc.se_channels = 4;
    nets[3] = (sample_net){"global pooling, all heads", board_net()};
    nets[3].desc.gpool_every = 2;
    nets[3].desc.num_heads = 4;
    nets[3].desc.heads[2] = planes;
    nets[3].desc.heads[3] = scalars;
    nets[4] = (sample_net){"without norm", board_net()};
    nets[4].desc.norm = LUDUS_NORM_NONE;
    nets[5] = (sample_net){"convolutions", plain_net(LUDUS_TRUNK_CONV, LUDUS_NORM_LAYER)};
    nets[6] = (sample_net){"mlp", plain_net(LUDUS_TRUNK_MLP, LUDUS_NORM_NONE)};
    nets[7] = (sample_net){"dueling", plain_net(LUDUS_TRUNK_CONV, LUDUS_NORM_NONE)};
    nets[7].desc.heads[0] = dueling_q;
    nets[8] = (sample_net){"noisy dueling", nets[7].desc};
    nets[8].desc.noisy = true;
    nets[9] = (sample_net){"pooled heads", nets[3].desc};
    nets[9].desc.heads[0].size = 4 * 5 + 2;
    for (int h = 0; h < 4; h++) {
        nets[9].desc.heads[h].pooled = nets[9].desc.heads[h].kind != LUDUS_HEAD_PLANES;
    }
}

ludus_net *sample_net_create(const ludus_net_desc *desc, uint64_t seed)
{
    ludus_net *net;
    ludus_error error;
    ludus_rng rng;
    if (ludus_net_create(&net, desc, seed, &error)) {
        fprintf(stderr, "%s\n", error.text);
        abort();
    }
    ludus_rng_init(&rng, seed, 77);
    for (size_t i = 0; i < ludus_net_num_tensors(net); i++) {
        const ludus_tensor t = ludus_net_tensor(net, i);
        size_t count = 1;
        for (int32_t k = 0; k < t.rank; k++) {
            count *= (size_t)t.shape[k];
        }
        const bool is_variance = strstr(t.name, "running_var") != NULL;
        for (size_t k = 0; k < count; k++) {
            const float step = 0.2f * (ludus_rng_float(&rng) - 0.5f);
            t.data[k] += is_variance ? 0.5f + ludus_rng_float(&rng) : step;
        }
    }
    return net;
}

void sample_fill(float *values, size_t count, uint64_t seed)
{
    ludus_rng rng;
    ludus_rng_init(&rng, seed, 5);
    for (size_t i = 0; i < count; i++) {
        values[i] = 2.0f * ludus_rng_float(&rng) - 1.0f;
    }
}
