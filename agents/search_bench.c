#include "agents/search_bench.h"

#include "base/median.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define SEED 1
#define EXTRA 4 // evaluations of each leaf beyond the first when these are timed

typedef struct bench {
    const ludus_game *game;
    ludus_search_bench_config config;
    ludus_mcts *tree;
    ludus_evaluator evaluator;
    uint8_t *pos;
} bench;

// What a repetition did.
typedef struct counts {
    int64_t simulations, evaluations, moves;
} counts;

// A repetition's figures.
typedef struct sample {
    double overhead, evaluate, rate, per_move, share;
} sample;

ludus_search_bench_config ludus_search_bench_config_default(void)
{
    return (ludus_search_bench_config){.simulations = 400, .repetitions = 7, .seconds = 0.15};
}

static ludus_status create(bench *b, ludus_error *error)
{
    ludus_mcts_config config = ludus_mcts_config_default();
    config.simulations = b->config.simulations;
    config.enable_solver = b->config.enable_solver;
    config.cache_entries = 0;
    b->pos = ludus_alloc(1, b->game->spec.state_bytes);
    if (!b->pos || ludus_evaluator_uniform(&b->evaluator, b->game, 1)) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "search bench: out of memory");
    }
    return ludus_mcts_create(&b->tree, b->game, &config, error);
}

static void destroy(bench *b)
{
    ludus_mcts_destroy(b->tree);
    ludus_evaluator_destroy(&b->evaluator);
    ludus_free(b->pos);
}

// A search as ludus_mcts_run has it, each leaf evaluated `times` times.
static void search(bench *b, ludus_rng *rng, int32_t times)
{
    ludus_leaf leaf;
    ludus_mcts_start(b->tree, b->pos, b->config.simulations, true, rng);
    while (!ludus_mcts_done(b->tree)) {
        if (ludus_mcts_gather(b->tree, &leaf, 1) > 0) {
            for (int32_t i = 0; i < times; i++) {
                ludus_evaluate(&b->evaluator, 1, &leaf);
            }
            ludus_mcts_apply(b->tree, &leaf, 1);
        }
    }
}

static void play_game(bench *b, uint64_t number, int32_t times, counts *c)
{
    ludus_rng rng;
    ludus_rng_init(&rng, SEED, number);
    ludus_game_init(b->game, b->pos);
    ludus_mcts_reset(b->tree);
    for (int32_t ply = 0; ludus_game_outcome(b->game, b->pos) == LUDUS_ONGOING; ply++) {
        ludus_mcts_stats stats;
        search(b, &rng, times);
        ludus_mcts_stats_get(b->tree, &stats);
        const ludus_move move = ludus_mcts_choose(b->tree, ply, &rng);
        ludus_game_play(b->game, b->pos, move);
        ludus_mcts_advance(b->tree, move);
        c->simulations += stats.simulations;
        c->evaluations += stats.evaluations;
        c->moves++;
    }
}

// The same games once more, with each leaf evaluated over and over: the seconds of one evaluation
// of each. Reading the thread's clock around each of them would take longer than they do.
static double evaluation_seconds(bench *b, uint64_t games, double once)
{
    counts unused = {0};
    const double start = ludus_clock_thread();
    for (uint64_t number = 0; number < games; number++) {
        play_game(b, number, 1 + EXTRA, &unused);
    }
    const double more = ludus_clock_thread() - start - once;
    return more > 0.0 ? more / EXTRA : 0.0;
}

static sample measure(bench *b)
{
    counts c = {0};
    double seconds;
    uint64_t games = 0;
    const double start = ludus_clock_thread();
    do {
        play_game(b, games++, 1, &c);
        seconds = ludus_clock_thread() - start;
    } while (seconds < b->config.seconds);
    const double simulations = (double)c.simulations;
    const double inside = evaluation_seconds(b, games, seconds);
    return (sample){
        .overhead = (seconds - inside) / simulations * 1e6,
        .evaluate = inside / simulations * 1e6,
        .rate = simulations / seconds,
        .per_move = simulations / (double)c.moves,
        .share = (double)c.evaluations / simulations,
    };
}

ludus_status ludus_search_bench_run(const ludus_game *game, const ludus_search_bench_config *config,
                                    ludus_search_bench *out, ludus_error *error)
{
    sample samples[LUDUS_SEARCH_BENCH_MAX_REPETITIONS];
    bench b = {.game = game, .config = *config};
    const int32_t n = config->repetitions;
    assert(config->simulations >= 1 && config->simulations <= 1000000);
    assert(n >= 1 && n <= LUDUS_SEARCH_BENCH_MAX_REPETITIONS && config->seconds > 0.0);
    memset(out, 0, sizeof(*out));
    const ludus_status status = create(&b, error);
    for (int32_t i = 0; !status && i < n; i++) {
        samples[i] = measure(&b);
    }
    if (!status) {
        *out = (ludus_search_bench){
            .us_per_simulation = ludus_median(&samples[0].overhead, sizeof samples[0], (size_t)n),
            .evaluate_us = ludus_median(&samples[0].evaluate, sizeof samples[0], (size_t)n),
            .simulations_per_s = ludus_median(&samples[0].rate, sizeof samples[0], (size_t)n),
            .simulations_per_move =
                ludus_median(&samples[0].per_move, sizeof samples[0], (size_t)n),
            .evaluations_per_simulation =
                ludus_median(&samples[0].share, sizeof samples[0], (size_t)n),
        };
    }
    destroy(&b);
    return status;
}
