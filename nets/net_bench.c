#include "nets/net_bench.h"

#include "base/median.h"

#include <assert.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#define SEED 1
#define WARM_UP 2 // forwards before the first timed one

// One thread's own.
typedef struct bench_worker {
    ludus_net_exec *exec;
    float *out[LUDUS_NET_MAX_HEADS]; // [batch, outputs]
    int64_t rows;
    double cpu; // seconds of its thread that they took
} bench_worker;

typedef struct bench {
    const ludus_net *net;
    ludus_net_bench_config config;
    ludus_precision precision;
    float *in;             // [batch, C, H, W] of 0 and 1; read by all
    bench_worker *workers; // [threads]
} bench;

// A repetition's figures.
typedef struct sample {
    double gflops, peak, share, one, all, speedup, scaling;
} sample;

ludus_net_bench_config ludus_net_bench_config_default(void)
{
    return (ludus_net_bench_config){.batch = 16, .threads = 1, .repetitions = 7, .seconds = 0.15};
}

// ---- Set-up -------------------------------------------------------------------------------------

static void fill_planes(float *in, size_t count)
{
    ludus_rng rng;
    ludus_rng_init(&rng, SEED, 0);
    for (size_t i = 0; i < count; i++) {
        in[i] = (float)ludus_rng_below(&rng, 2);
    }
}

static ludus_status create_worker(const bench *b, bench_worker *w, ludus_error *error)
{
    const ludus_exec_config config = {.max_batch = b->config.batch,
                                      .precision = b->precision,
                                      .calibration = b->in,
                                      .calibration_rows = b->config.batch};
    const int32_t heads = ludus_net_describe(b->net)->num_heads;
    ludus_status status = ludus_net_exec_create(&w->exec, b->net, &config, error);
    for (int32_t h = 0; !status && h < heads; h++) {
        const size_t count = (size_t)b->config.batch * ludus_net_head_outputs(b->net, h);
        w->out[h] = ludus_alloc(count, sizeof(float));
        if (!w->out[h]) {
            status = ludus_fail(error, LUDUS_ERR_NOMEM, "net bench: out of memory");
        }
    }
    for (int32_t i = 0; !status && i < WARM_UP; i++) {
        ludus_net_forward(w->exec, b->config.batch, b->in, w->out);
    }
    return status;
}

static ludus_status create(bench *b, ludus_error *error)
{
    const int32_t *shape = ludus_net_describe(b->net)->in_shape;
    const size_t planes = (size_t)shape[0] * (size_t)shape[1] * (size_t)shape[2];
    const size_t count = (size_t)b->config.batch * planes;
    b->in = ludus_alloc(count, sizeof(*b->in));
    b->workers = ludus_alloc((size_t)b->config.threads, sizeof(*b->workers));
    if (!b->in || !b->workers) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "net bench: out of memory");
    }
    fill_planes(b->in, count);
    ludus_status status = LUDUS_OK;
    for (int32_t t = 0; !status && t < b->config.threads; t++) {
        status = create_worker(b, &b->workers[t], error);
    }
    return status;
}

static void destroy(bench *b)
{
    for (int32_t t = 0; b->workers && t < b->config.threads; t++) {
        for (int h = 0; h < LUDUS_NET_MAX_HEADS; h++) {
            ludus_free(b->workers[t].out[h]);
        }
        ludus_net_exec_destroy(b->workers[t].exec);
    }
    ludus_free(b->workers);
    ludus_free(b->in);
}

// ---- Measurements -------------------------------------------------------------------------------

// Forwards for config.seconds of wall time.
static void work(const bench *b, bench_worker *w)
{
    const double start = ludus_clock(), cpu = ludus_clock_thread();
    w->rows = 0;
    do {
        ludus_net_forward(w->exec, b->config.batch, b->in, w->out);
        w->rows += b->config.batch;
    } while (ludus_clock() - start < b->config.seconds);
    w->cpu = ludus_clock_thread() - cpu;
}

// Rows per wall second of the whole team, and the sum of its members' rows per CPU second.
static double measure_team(const bench *b, double *per_cpu)
{
    double rows = 0.0;
    *per_cpu = 0.0;
    for (int32_t t = 0; t < b->config.threads; t++) {
        b->workers[t].rows = 0; // the team may turn out smaller
    }
    const double start = ludus_clock();
#pragma omp parallel num_threads(b->config.threads)
    work(b, &b->workers[omp_get_thread_num()]);
    const double seconds = ludus_clock() - start;
    for (int32_t t = 0; t < b->config.threads; t++) {
        rows += (double)b->workers[t].rows;
        if (b->workers[t].rows > 0) {
            *per_cpu += (double)b->workers[t].rows / b->workers[t].cpu;
        }
    }
    return rows / seconds;
}

static sample measure(const bench *b)
{
    sample s;
    double team_per_cpu;
    const double before = ludus_net_bench_peak(b->precision, b->config.seconds);
    const double wall = ludus_clock();
    work(b, &b->workers[0]);
    const double rows = (double)b->workers[0].rows, per_cpu = rows / b->workers[0].cpu;
    s.gflops = per_cpu * ludus_net_flops(b->net) * 1e-9;
    s.one = rows / (ludus_clock() - wall);
    const double after = ludus_net_bench_peak(b->precision, b->config.seconds);
    s.peak = 0.5 * (before + after);
    s.share = s.gflops / s.peak;
    s.all = measure_team(b, &team_per_cpu);
    s.speedup = s.all / s.one;
    s.scaling = team_per_cpu / per_cpu;
    return s;
}

ludus_status ludus_net_bench_run(const ludus_net *net, ludus_precision precision,
                                 const ludus_net_bench_config *config, ludus_net_bench *out,
                                 ludus_error *error)
{
    sample samples[LUDUS_NET_BENCH_MAX_REPETITIONS];
    bench b = {.net = net, .config = *config, .precision = precision};
    const int32_t n = config->repetitions;
    assert(config->batch >= 1 && config->batch <= 4096);
    assert(config->threads >= 1 && config->threads <= 1024);
    assert(n >= 1 && n <= LUDUS_NET_BENCH_MAX_REPETITIONS && config->seconds > 0.0);
    memset(out, 0, sizeof(*out));
    const ludus_status status = create(&b, error);
    for (int32_t i = 0; !status && i < n; i++) {
        samples[i] = measure(&b);
    }
    if (!status) {
        *out = (ludus_net_bench){
            .gflops = ludus_median(&samples[0].gflops, sizeof samples[0], (size_t)n),
            .peak_gflops = ludus_median(&samples[0].peak, sizeof samples[0], (size_t)n),
            .peak_share = ludus_median(&samples[0].share, sizeof samples[0], (size_t)n),
            .evals_per_s = ludus_median(&samples[0].one, sizeof samples[0], (size_t)n),
            .evals_per_s_all = ludus_median(&samples[0].all, sizeof samples[0], (size_t)n),
            .speedup = ludus_median(&samples[0].speedup, sizeof samples[0], (size_t)n),
            .scaling = ludus_median(&samples[0].scaling, sizeof samples[0], (size_t)n),
            .is_emulated = !ludus_precision_is_native(precision),
        };
    }
    destroy(&b);
    return status;
}
