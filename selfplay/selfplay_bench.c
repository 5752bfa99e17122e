#include "selfplay/selfplay_bench.h"

#include <assert.h>
#include <string.h>

#define SEED 1
#define EVALUATIONS 100

// Sums over the phases counted.
typedef struct totals {
    int64_t bytes, positions;
    double worker_seconds, net_seconds;
} totals;

ludus_selfplay_bench_config ludus_selfplay_bench_config_default(void)
{
    ludus_selfplay_bench_config config = {
        .selfplay = ludus_selfplay_config_default(),
        .search = ludus_mcts_config_default(),
        .threads = 1,
        .seconds = 5.0,
    };
    config.selfplay.evaluations = EVALUATIONS;
    return config;
}

static ludus_status count_record(const uint8_t *bytes, size_t size, int32_t plies, void *user,
                                 ludus_error *error)
{
    totals *sums = user;
    (void)bytes;
    (void)error;
    sums->bytes += (int64_t)size;
    sums->positions += plies;
    return LUDUS_OK;
}

static void add_phase(ludus_selfplay_bench *out, totals *sums, const ludus_selfplay_stats *stats)
{
    out->phases++;
    out->games += stats->games;
    out->moves += stats->moves;
    out->evaluations += stats->evaluations;
    out->seconds += stats->seconds;
    sums->worker_seconds += stats->worker_seconds;
    sums->net_seconds += stats->net_seconds;
}

ludus_status ludus_selfplay_bench_run(const ludus_game *game, const ludus_net *net,
                                      const ludus_selfplay_bench_config *config,
                                      ludus_selfplay_bench *out, ludus_error *error)
{
    ludus_selfplay *selfplay = NULL;
    ludus_selfplay_stats stats;
    totals sums = {0};
    assert(config->threads >= 1 && config->threads <= 1024 && config->seconds > 0.0);
    memset(out, 0, sizeof(*out));
    ludus_status status = ludus_net_fits_game(net, game, error);
    status = status ? status
                    : ludus_selfplay_create(&selfplay, game, &config->selfplay, &config->search,
                                            net, SEED, config->threads, error);
    for (bool is_first = true; !status && out->seconds < config->seconds; is_first = false) {
        status = ludus_selfplay_phase(selfplay, net, 0, count_record, &sums, &stats, error);
        if (is_first) {
            memset(&sums, 0, sizeof(sums));
        } else if (!status) {
            add_phase(out, &sums, &stats);
        }
    }
    if (!status) {
        out->evals_per_s = (double)out->evaluations / out->seconds;
        out->moves_per_s = (double)out->moves / out->seconds;
        out->net_share = sums.net_seconds / sums.worker_seconds;
        if (sums.positions > 0) {
            out->bytes_per_position = (double)sums.bytes / (double)sums.positions;
        }
    }
    ludus_selfplay_destroy(selfplay);
    return status;
}
