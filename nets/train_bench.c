#include "nets/train_bench.h"

#include "base/median.h"

#include <assert.h>
#include <string.h>

#define SEED 1
#define WARM_UP 3 // steps before the first timed one

typedef struct bench {
    ludus_net *net;
    ludus_trainer *trainer;
    ludus_batch batch;
    float *in;
    float *target[LUDUS_NET_MAX_HEADS];
    int32_t *action;
} bench;

typedef struct sample {
    double wall, cpu; // steps per second
} sample;

ludus_train_bench_config ludus_train_bench_config_default(void)
{
    ludus_train_bench_config config = {
        .train = ludus_trainer_config_default(), .repetitions = 9, .seconds = 0.2};
    config.train.ema_decay = 0.0f;
    return config;
}

// Values in 0..1/K: no distributions, but in their range.
static void fill_target(float *target, size_t rows, size_t k, ludus_rng *rng)
{
    for (size_t i = 0; i < rows * k; i++) {
        target[i] = ludus_rng_float(rng) / (float)k;
    }
}

static ludus_status fill_batch(bench *b, int32_t rows)
{
    const ludus_net_desc *desc = ludus_net_describe(b->net);
    const size_t n = (size_t)rows, planes = (size_t)desc->in_shape[0] * (size_t)desc->in_shape[1] *
                                            (size_t)desc->in_shape[2];
    ludus_rng rng;
    ludus_rng_init(&rng, SEED, 0);
    b->in = ludus_alloc(n * planes, sizeof *b->in);
    b->action = ludus_alloc(n, sizeof *b->action);
    if (b->in == NULL || b->action == NULL) {
        return LUDUS_ERR_NOMEM;
    }
    for (size_t i = 0; i < n * planes; i++) {
        b->in[i] = (float)ludus_rng_below(&rng, 2);
    }
    b->batch.in = b->in;
    for (int32_t h = 0; h < desc->num_heads; h++) {
        const bool is_q = desc->heads[h].kind == LUDUS_HEAD_Q;
        const size_t k = is_q ? (size_t)desc->heads[h].atoms : ludus_net_head_outputs(b->net, h);
        b->target[h] = ludus_alloc(n * k, sizeof(float));
        if (b->target[h] == NULL) {
            return LUDUS_ERR_NOMEM;
        }
        fill_target(b->target[h], n, k, &rng);
        b->batch.target[h] = b->target[h];
        for (size_t i = 0; is_q && i < n; i++) {
            b->action[i] = (int32_t)ludus_rng_below(&rng, (uint32_t)desc->heads[h].size);
            b->batch.action = b->action;
        }
    }
    return LUDUS_OK;
}

static void destroy(bench *b)
{
    ludus_trainer_destroy(b->trainer);
    ludus_net_destroy(b->net);
    for (int h = 0; h < LUDUS_NET_MAX_HEADS; h++) {
        ludus_free(b->target[h]);
    }
    ludus_free(b->in);
    ludus_free(b->action);
}

static sample measure(bench *b, double seconds)
{
    ludus_train_stats stats;
    const double wall = ludus_clock(), cpu = ludus_clock_thread();
    double steps = 0.0;
    do {
        ludus_trainer_step(b->trainer, &b->batch, &stats, NULL);
        steps += 1.0;
    } while (ludus_clock() - wall < seconds);
    return (sample){steps / (ludus_clock() - wall), steps / (ludus_clock_thread() - cpu)};
}

ludus_status ludus_train_bench_run(const ludus_net_desc *desc,
                                   const ludus_train_bench_config *config, ludus_train_bench *out,
                                   ludus_error *error)
{
    sample samples[LUDUS_TRAIN_BENCH_MAX_REPETITIONS];
    bench b = {0};
    const int32_t n = config->repetitions;
    assert(n >= 1 && n <= LUDUS_TRAIN_BENCH_MAX_REPETITIONS && config->seconds > 0.0);
    memset(out, 0, sizeof *out);
    ludus_status status = ludus_net_create(&b.net, desc, SEED, error);
    if (status == LUDUS_OK) {
        status = ludus_trainer_create(&b.trainer, b.net, &config->train, error);
    }
    if (status == LUDUS_OK && fill_batch(&b, config->train.batch) != LUDUS_OK) {
        status = ludus_fail(error, LUDUS_ERR_NOMEM, "train bench: out of memory");
    }
    for (int i = 0; status == LUDUS_OK && i < WARM_UP; i++) {
        ludus_train_stats stats;
        ludus_trainer_step(b.trainer, &b.batch, &stats, NULL);
    }
    for (int32_t i = 0; status == LUDUS_OK && i < n; i++) {
        samples[i] = measure(&b, config->seconds);
    }
    if (status == LUDUS_OK) {
        const double operations = 3.0 * ludus_net_flops(b.net) * (double)config->train.batch;
        out->steps_per_s = ludus_median(&samples[0].wall, sizeof samples[0], (size_t)n);
        out->steps_per_cpu_s = ludus_median(&samples[0].cpu, sizeof samples[0], (size_t)n);
        out->rows_per_s = out->steps_per_s * (double)config->train.batch;
        out->gflops = out->steps_per_cpu_s * operations * 1e-9;
    }
    destroy(&b);
    return status;
}
