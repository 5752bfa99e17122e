#include "agents/thinker_bench.h"

#include "base/median.h"

#include <assert.h>
#include <string.h>

#define SEED 1
#define SEARCHES 5
#define PLIES_BETWEEN 2

typedef struct bench {
    const ludus_game *game;
    ludus_thinker *thinker;
    ludus_thinker_snapshot seen;
    void *pos;
    ludus_move *moves;
    ludus_rng rng;
} bench;

static ludus_status create(bench *b, const ludus_net *net, const ludus_thinker_config *config,
                           ludus_error *error)
{
    ludus_rng_init(&b->rng, SEED, 0);
    b->pos = ludus_alloc(1, b->game->spec.state_bytes);
    b->moves = ludus_alloc((size_t)b->game->spec.max_legal, sizeof *b->moves);
    if (!b->pos || !b->moves || ludus_thinker_snapshot_init(&b->seen, b->game)) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "thinker bench: out of memory");
    }
    ludus_game_init(b->game, b->pos);
    return ludus_thinker_create(&b->thinker, b->game, net, config, error);
}

static void destroy(bench *b)
{
    ludus_thinker_destroy(b->thinker);
    ludus_thinker_snapshot_free(&b->seen);
    ludus_free(b->pos);
    ludus_free(b->moves);
}

static void play_on(bench *b)
{
    for (int32_t i = 0; i < PLIES_BETWEEN; i++) {
        const int32_t n = ludus_game_legal(b->game, b->pos, b->moves);
        ludus_game_play(b->game, b->pos, b->moves[ludus_rng_below(&b->rng, (uint32_t)n)]);
        if (ludus_game_outcome(b->game, b->pos) != LUDUS_ONGOING) {
            ludus_game_init(b->game, b->pos);
        }
    }
}

static ludus_thinker_bench measure(bench *b, double seconds)
{
    const ludus_think_limits endless = {.enable_endless = true};
    ludus_thinker_reset(b->thinker);
    ludus_thinker_start(b->thinker, b->pos, &endless);
    ludus_thinker_wait(b->thinker, seconds);
    const double asked = ludus_clock();
    ludus_thinker_stop(b->thinker);
    const double stopped = ludus_clock();
    ludus_thinker_snapshot_get(b->thinker, &b->seen);
    return (ludus_thinker_bench){
        .evaluations_per_s = b->seen.evaluations_per_s,
        .simulations_per_s = (double)b->seen.stats.simulations / b->seen.seconds,
        .stop_ms = 1e3 * (stopped - asked),
    };
}

ludus_status ludus_thinker_bench_run(const ludus_game *game, const ludus_net *net,
                                     const ludus_thinker_config *config, double seconds,
                                     ludus_thinker_bench *out, ludus_error *error)
{
    bench b = {.game = game};
    ludus_thinker_bench samples[SEARCHES];
    assert(seconds > 0.0);
    memset(out, 0, sizeof *out);
    const ludus_status status = create(&b, net, config, error);
    for (int32_t i = 0; status == LUDUS_OK && i < SEARCHES; i++, play_on(&b)) {
        samples[i] = measure(&b, seconds / SEARCHES);
    }
    if (status == LUDUS_OK) {
        const size_t step = sizeof samples[0];
        *out = (ludus_thinker_bench){
            .evaluations_per_s = ludus_median(&samples[0].evaluations_per_s, step, SEARCHES),
            .simulations_per_s = ludus_median(&samples[0].simulations_per_s, step, SEARCHES),
            .stop_ms = ludus_median(&samples[0].stop_ms, step, SEARCHES),
        };
    }
    destroy(&b);
    return status;
}
