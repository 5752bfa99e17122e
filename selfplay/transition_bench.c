#include "selfplay/transition_bench.h"

#include <assert.h>
#include <string.h>

#include "agents/q_policy.h"
#include "nets/train_bench.h"
#include "selfplay/transition_sampler.h"
#include "selfplay/transition_store.h"

#define SEED 1
#define WORLDS 16
#define STEPS 32   // of a world per phase
#define DRAWS 4000 // batches
#define TARGETS 50 // passes of the target network
#define GAMMA 0.99f

typedef struct bench {
    const ludus_transition_bench_config *config;
    ludus_env_spec spec;
    ludus_piece_format format;
    ludus_net *idler; // who plays when nobody is given: a net as small as can be
    ludus_q_config idler_q;
    ludus_actors *actors;
    ludus_replay *replay;
    ludus_transition_store *store;
    ludus_transition_sampler *sampler;
} bench;

ludus_transition_bench_config ludus_transition_bench_config_default(void)
{
    ludus_transition_bench_config config = {
        .env = ludus_env_config_default(),
        .replay = ludus_replay_config_default(),
        .q = ludus_q_config_default(),
        .train = ludus_trainer_config_default(),
        .piece = 6,
        .n_step = 1,
        .transitions = 1000000,
        .epsilon = 0.1f,
    };
    config.replay.chunk_bytes = 512;
    config.replay.level = -5;
    config.replay.cache_bytes = 16 << 20;
    config.train.batch = 32;
    config.train.shards = 1;
    config.train.optimiser = LUDUS_OPTIMISER_RMSPROP;
    config.train.lr = 0.00025f;
    config.train.beta2 = 0.95f;
    config.train.epsilon = 0.01f;
    config.train.weight_decay = 0.0f;
    config.train.ema_decay = 0.0f;
    return config;
}

ludus_transition_bench_config ludus_transition_bench_config_pixels(void)
{
    ludus_transition_bench_config config = ludus_transition_bench_config_default();
    config.env.pixels = true;
    config.env.atari.frame_skip = 1;
    config.env.atari.noop_max = 0;
    config.replay.chunk_bytes = 65536;
    config.replay.cache_bytes = 64 << 20;
    config.replay.level = 1;
    config.piece = 8;
    config.transitions = 100000;
    strcpy(config.q.convs, "32x8/4 64x4/2 64x3");
    strcpy(config.q.hidden, "512");
    return config;
}

// ---- Life cycle ------------------------------------------------------------------------------

static ludus_status read_spec(bench *b, const char *world, ludus_error *error)
{
    ludus_env env;
    const ludus_status status = ludus_env_open(&env, world, &b->config->env, error);
    if (status != LUDUS_OK) {
        return status;
    }
    b->spec = env.spec;
    ludus_env_close(&env);
    return ludus_piece_format_for(&b->format, &b->spec, b->config->n_step, b->config->piece, error);
}

static ludus_status create_actors(bench *b, const char *world, ludus_error *error)
{
    const ludus_actors_config config = {.worlds = WORLDS, .batch = WORLDS, .steps = STEPS};
    const ludus_net *net = b->config->player;
    const ludus_q_config *q = b->config->player_q;
    ludus_status status = LUDUS_OK;
    if (net == NULL) {
        ludus_net_desc desc = ludus_net_desc_default();
        desc.trunk = LUDUS_TRUNK_MLP;
        desc.norm = LUDUS_NORM_NONE;
        b->idler_q = ludus_q_config_default();
        strcpy(b->idler_q.hidden, "1");
        status = ludus_q_net_desc(&desc, &b->spec, &b->idler_q, error);
        if (status == LUDUS_OK) {
            status = ludus_net_create(&b->idler, &desc, SEED, error);
        }
        net = b->idler;
        q = &b->idler_q;
    }
    return status != LUDUS_OK ? status
                              : ludus_actors_create(&b->actors, world, &b->config->env, &config, q,
                                                    net, SEED, 1, error);
}

static ludus_status create_replay(bench *b, ludus_error *error)
{
    ludus_replay_config replay = b->config->replay;
    const ludus_transition_sampler_config sampler = {
        .batch = b->config->train.batch,
        .threads = 1,
        .num_actions = b->spec.num_actions,
        .gamma = GAMMA,
        .seed = SEED,
    };
    if (replay.capacity_items < 2 * b->config->transitions) {
        replay.capacity_items = 2 * b->config->transitions;
    }
    replay.enable_segments = false;
    ludus_status status = ludus_replay_create(&b->replay, &replay, error);
    if (status == LUDUS_OK) {
        status = ludus_transition_store_create(&b->store, b->replay, &b->format, WORLDS, error);
    }
    if (status == LUDUS_OK) {
        status =
            ludus_transition_sampler_create(&b->sampler, b->replay, &b->format, &sampler, error);
    }
    return status;
}

static void destroy(bench *b)
{
    ludus_transition_sampler_destroy(b->sampler);
    ludus_transition_store_destroy(b->store);
    ludus_replay_destroy(b->replay);
    ludus_actors_destroy(b->actors);
    ludus_net_destroy(b->idler);
}

// ---- The measurements ------------------------------------------------------------------------

static ludus_status measure_store(bench *b, ludus_transition_bench *out, ludus_error *error)
{
    const ludus_transition_bench_config *c = b->config;
    const ludus_net *net = c->player != NULL ? c->player : b->idler;
    const float epsilon = c->player != NULL ? c->epsilon : 1.0f;
    ludus_status status = LUDUS_OK;
    ludus_replay_stats stats;
    double seconds = 0.0;
    while (status == LUDUS_OK && ludus_replay_end(b->replay) < c->transitions) {
        const ludus_rollout *rollout = ludus_actors_phase(b->actors, net, epsilon);
        const double start = ludus_clock_thread();
        status = ludus_transition_store_add(b->store, rollout, error);
        seconds += ludus_clock_thread() - start;
    }
    ludus_replay_stats_get(b->replay, &stats);
    out->transitions = stats.items;
    out->frame_bytes = b->format.frame_bytes;
    out->stored_bytes_per_transition = (double)stats.stored_bytes / (double)stats.items;
    out->stored_per_second = (double)stats.items / seconds;
    return status;
}

// Batches before the clock starts: each place of the reader's cache has been filled, most of them
// twice, so that neither its allocations nor an emptier cache are timed.
static int64_t warm_up_draws(const ludus_transition_bench_config *c)
{
    return 100 + 2 * c->replay.cache_bytes / c->replay.chunk_bytes / c->train.batch;
}

static ludus_status measure_draws(bench *b, ludus_transition_bench *out, ludus_error *error)
{
    ludus_status status = LUDUS_OK;
    ludus_transitions drawn;
    double start = 0.0;
    const int64_t warm_up = warm_up_draws(b->config);
    for (int64_t i = -warm_up; i < DRAWS && status == LUDUS_OK; i++) {
        if (i == 0) {
            start = ludus_clock_thread();
        }
        status =
            ludus_transition_sampler_draw(b->sampler, i + warm_up, NULL, 0, 0.0f, &drawn, error);
    }
    out->draw_us = (ludus_clock_thread() - start) / DRAWS * 1e6;
    return status;
}

// What the target network's values of a batch cost, observations unpacked.
static ludus_status measure_target(bench *b, const ludus_net_desc *desc,
                                   ludus_transition_bench *out, ludus_error *error)
{
    ludus_net *net = NULL;
    ludus_q_policy *policy = NULL;
    ludus_transitions drawn;
    const int32_t rows = b->config->train.batch;
    const size_t bytes = ludus_env_packed_bytes(&b->spec);
    ludus_status status =
        ludus_transition_sampler_draw(b->sampler, 0, NULL, 0, 0.0f, &drawn, error);
    if (status == LUDUS_OK) {
        status = ludus_net_create(&net, desc, SEED, error);
    }
    if (status == LUDUS_OK) {
        status = ludus_q_policy_create(&policy, net, &b->spec, &b->config->q, rows, error);
    }
    double start = 0.0;
    for (int32_t pass = -1; pass < TARGETS && status == LUDUS_OK; pass++) {
        start = pass == 0 ? ludus_clock_thread() : start; // the first one warms up
        for (int32_t i = 0; i < rows; i++) {
            ludus_q_policy_set(policy, i, drawn.next + (size_t)i * bytes);
        }
        ludus_q_policy_run(policy, rows);
    }
    out->target_us = (ludus_clock_thread() - start) / TARGETS * 1e6;
    ludus_q_policy_destroy(policy);
    ludus_net_destroy(net);
    return status;
}

static ludus_status measure_training(bench *b, ludus_transition_bench *out, ludus_error *error)
{
    ludus_net_desc desc = ludus_net_desc_default();
    ludus_train_bench_config config = ludus_train_bench_config_default();
    ludus_train_bench measured;
    desc.trunk = LUDUS_TRUNK_CONV;
    desc.norm = LUDUS_NORM_NONE;
    config.train = b->config->train;
    ludus_status status = ludus_q_net_desc(&desc, &b->spec, &b->config->q, error);
    if (status == LUDUS_OK) {
        status = ludus_train_bench_run(&desc, &config, &measured, error);
    }
    if (status == LUDUS_OK) {
        status = measure_target(b, &desc, out, error);
    }
    if (status == LUDUS_OK) {
        out->train_us = 1e6 / measured.steps_per_cpu_s;
        out->decode_share = out->draw_us / (out->draw_us + out->target_us + out->train_us);
    }
    return status;
}

ludus_status ludus_transition_bench_run(const char *world,
                                        const ludus_transition_bench_config *config,
                                        ludus_transition_bench *out, ludus_error *error)
{
    assert(config->transitions >= 1 && config->transitions <= 100000000);
    assert((config->player == NULL) == (config->player_q == NULL));
    bench b = {.config = config};
    *out = (ludus_transition_bench){0};
    ludus_status status = read_spec(&b, world, error);
    if (status == LUDUS_OK) {
        status = create_actors(&b, world, error);
    }
    if (status == LUDUS_OK) {
        status = create_replay(&b, error);
    }
    if (status == LUDUS_OK) {
        status = measure_store(&b, out, error);
    }
    if (status == LUDUS_OK) {
        status = measure_draws(&b, out, error);
    }
    if (status == LUDUS_OK) {
        status = measure_training(&b, out, error);
    }
    destroy(&b);
    return status;
}
