#include "selfplay/replay_bench.h"

#include "agents/mcts.h"
#include "selfplay/record.h"

#include <assert.h>
#include <string.h>

#define POOL_POSITIONS 6000 // distinct ones
#define DRAWS 100000
#define SEED 1

// One game of the pool, in `bytes`.
typedef struct pooled_game {
    size_t offset, size;
    int32_t plies;
} pooled_game;

typedef struct bench {
    ludus_game game;
    ludus_evaluator evaluator;
    ludus_mcts *tree;
    ludus_record record;
    uint64_t *pos;
    ludus_move *moves; // [max_legal]
    float *weights;    // [max_legal]
    ludus_buffer bytes;
    pooled_game *games; // [POOL_POSITIONS]
    size_t num_games;
} bench;

static ludus_status create(bench *b, const char *name, ludus_error *error)
{
    ludus_status status = ludus_game_open(&b->game, name, error);
    if (status != LUDUS_OK) {
        return status;
    }
    const size_t max_legal = (size_t)b->game.spec.max_legal;
    b->pos = ludus_alloc(1, b->game.spec.state_bytes);
    b->moves = ludus_alloc(max_legal, sizeof *b->moves);
    b->weights = ludus_alloc(max_legal, sizeof *b->weights);
    b->games = ludus_alloc(POOL_POSITIONS, sizeof *b->games);
    if (!b->pos || !b->moves || !b->weights || !b->games ||
        ludus_evaluator_rollout(&b->evaluator, &b->game, 1, 1, SEED) != LUDUS_OK) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "replay bench: out of memory");
    }
    ludus_mcts_config config = ludus_mcts_config_default();
    config.simulations = LUDUS_REPLAY_BENCH_SIMULATIONS;
    return ludus_mcts_create(&b->tree, &b->game, &config, error);
}

static void destroy(bench *b)
{
    ludus_mcts_destroy(b->tree);
    ludus_evaluator_destroy(&b->evaluator);
    ludus_record_free(&b->record);
    ludus_buffer_free(&b->bytes);
    ludus_free(b->games);
    ludus_free(b->weights);
    ludus_free(b->moves);
    ludus_free(b->pos);
    ludus_game_close(&b->game);
}

// ---- The games -------------------------------------------------------------------------------

static void play_game(bench *b, uint64_t number)
{
    const ludus_game *game = &b->game;
    ludus_rng rng;
    ludus_rng_init(&rng, SEED, number);
    ludus_record_reset(&b->record, number, number / 100);
    ludus_game_init(game, b->pos);
    ludus_mcts_reset(b->tree);
    const int32_t first = ludus_game_to_move(game, b->pos);
    while (ludus_game_outcome(game, b->pos) == LUDUS_ONGOING) {
        ludus_mcts_stats search;
        ludus_mcts_run(b->tree, b->pos, LUDUS_REPLAY_BENCH_SIMULATIONS, true, &rng, &b->evaluator,
                       1);
        ludus_mcts_stats_get(b->tree, &search);
        ludus_ply ply = {
            .move = ludus_mcts_choose(b->tree, b->record.num_plies, &rng),
            .is_target = true,
            .num_policy = ludus_game_legal(game, b->pos, b->moves),
            .policy_moves = b->moves,
            .policy = b->weights,
        };
        memcpy(ply.wdl, search.wdl, sizeof ply.wdl);
        ludus_mcts_policy(b->tree, b->weights);
        ludus_record_add(&b->record, &ply);
        ludus_game_play(game, b->pos, ply.move);
        ludus_mcts_advance(b->tree, ply.move);
    }
    const int32_t outcome = (int32_t)ludus_game_outcome(game, b->pos);
    b->record.outcome =
        (ludus_outcome)(ludus_game_to_move(game, b->pos) == first ? outcome : -outcome);
}

static ludus_status play_pool(bench *b, ludus_error *error)
{
    int64_t positions = 0;
    while (positions < POOL_POSITIONS) {
        pooled_game *pooled = &b->games[b->num_games];
        play_game(b, b->num_games++);
        pooled->offset = b->bytes.size;
        pooled->plies = b->record.num_plies;
        positions += b->record.num_plies;
        ludus_record_encode(&b->record, &b->bytes);
        pooled->size = b->bytes.size - pooled->offset;
    }
    return b->bytes.failed ? ludus_fail(error, LUDUS_ERR_NOMEM, "replay bench: out of memory")
                           : LUDUS_OK;
}

// ---- The measurements --------------------------------------------------------------------------

static ludus_status measure_push(const bench *b, ludus_replay *replay, int64_t positions,
                                 ludus_replay_bench *out, ludus_error *error)
{
    ludus_status status = LUDUS_OK;
    size_t bytes = 0;
    const double start = ludus_clock_thread();
    for (size_t i = 0; status == LUDUS_OK && ludus_replay_end(replay) < positions; i++) {
        const pooled_game *pooled = &b->games[i % b->num_games];
        status = ludus_replay_push(replay, b->bytes.data + pooled->offset, pooled->size,
                                   pooled->plies, error);
        bytes += pooled->size;
    }
    const double seconds = ludus_clock_thread() - start;
    ludus_replay_stats stats;
    ludus_replay_stats_get(replay, &stats);
    const double items = (double)stats.items;
    out->records = stats.records;
    out->positions = stats.items;
    out->raw_bytes_per_position = (double)bytes / items;
    out->stored_bytes_per_position = (double)stats.stored_bytes / items;
    out->pushed_per_second = items / seconds;
    out->pushed_megabytes_per_second = (double)bytes / seconds * 1e-6;
    return status;
}

// Draws per second; ascending through the same number of evenly spread items when `sorted`.
static ludus_status measure_draws(const bench *b, ludus_replay_reader *reader, int64_t positions,
                                  bool sorted, double *per_second, ludus_error *error)
{
    ludus_status status = LUDUS_OK;
    ludus_rng rng;
    ludus_rng_init(&rng, SEED, 0);
    const double start = ludus_clock_thread();
    for (int64_t i = 0; status == LUDUS_OK && i < DRAWS; i++) {
        const int64_t item =
            sorted ? i * positions / DRAWS : (int64_t)(ludus_rng_double(&rng) * (double)positions);
        ludus_replay_found found;
        ludus_ply ply;
        ludus_outcome for_mover;
        status = ludus_replay_find(reader, item, &found, error);
        if (status == LUDUS_OK) {
            status = ludus_record_at(&b->game, found.bytes, found.size, found.index, b->pos, &ply,
                                     b->moves, b->weights, &for_mover, error);
        }
    }
    *per_second = DRAWS / (ludus_clock_thread() - start);
    return status;
}

static ludus_status measure(const bench *b, const ludus_replay_config *config, int64_t positions,
                            ludus_replay_bench *out, ludus_error *error)
{
    ludus_replay *replay;
    ludus_replay_reader *reader = NULL;
    ludus_status status = ludus_replay_create(&replay, config, error);
    if (status != LUDUS_OK) {
        return status;
    }
    status = measure_push(b, replay, positions, out, error);
    if (status == LUDUS_OK && ludus_replay_reader_create(&reader, replay) != LUDUS_OK) {
        status = ludus_fail(error, LUDUS_ERR_NOMEM, "replay bench: out of memory");
    }
    if (status == LUDUS_OK) {
        status = measure_draws(b, reader, positions, false, &out->drawn_per_second, error);
    }
    if (status == LUDUS_OK) {
        status = measure_draws(b, reader, positions, true, &out->drawn_sorted_per_second, error);
    }
    ludus_replay_reader_destroy(reader);
    ludus_replay_destroy(replay);
    return status;
}

ludus_status ludus_replay_bench_run(const char *game, const ludus_replay_config *config,
                                    int64_t positions, ludus_replay_bench *out, ludus_error *error)
{
    assert(positions >= 1 && positions <= 100000000);
    bench b = {0};
    ludus_replay_config used = config != NULL ? *config : ludus_replay_config_default();
    if (used.capacity_items < 2 * positions) {
        used.capacity_items = 2 * positions;
    }
    used.enable_segments = false;
    *out = (ludus_replay_bench){0};
    ludus_status status = create(&b, game, error);
    if (status == LUDUS_OK) {
        status = play_pool(&b, error);
    }
    if (status == LUDUS_OK) {
        status = measure(&b, &used, positions, out, error);
    }
    destroy(&b);
    return status;
}
