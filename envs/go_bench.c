#include "envs/go_bench.h"

#include <stdio.h>

#include "envs/go.h"

#define PER_LOOK 64 // playouts or positions between looks at the clock

static void time_playouts(const ludus_game *game, void *pos, double seconds, ludus_go_bench *out)
{
    ludus_rng rng;
    int64_t playouts = 0, moves = 0;
    ludus_rng_init(&rng, 1, 0);
    ludus_game_init(game, pos);
    const double start = ludus_clock_thread();
    double elapsed = 0.0;
    while (elapsed < seconds) {
        for (int i = 0; i < PER_LOOK; i++) {
            int32_t lead;
            moves += ludus_go_playout(game, pos, &rng, &lead);
        }
        playouts += PER_LOOK;
        elapsed = ludus_clock_thread() - start;
    }
    out->playouts_per_s = (double)playouts / elapsed;
    out->moves_per_playout = (double)moves / (double)playouts;
}

static void time_positions(const ludus_game *game, void *pos, double seconds, ludus_go_bench *out)
{
    ludus_move legal[LUDUS_GO_MAX_POINTS + 1];
    ludus_rng rng;
    int64_t positions = 0;
    ludus_rng_init(&rng, 1, 0);
    ludus_game_init(game, pos);
    const double start = ludus_clock_thread();
    double elapsed = 0.0;
    while (elapsed < seconds) {
        for (int i = 0; i < PER_LOOK; i++) {
            const int32_t n = ludus_game_legal(game, pos, legal);
            if (n == 0) {
                ludus_game_init(game, pos);
            } else {
                ludus_game_play(game, pos, legal[ludus_rng_below(&rng, (uint32_t)n)]);
            }
        }
        positions += PER_LOOK;
        elapsed = ludus_clock_thread() - start;
    }
    out->positions_per_s = (double)positions / elapsed;
}

ludus_status ludus_go_bench_run(int32_t size, double seconds, ludus_go_bench *out,
                                ludus_error *error)
{
    char name[LUDUS_GAME_NAME_MAX];
    ludus_game game;
    snprintf(name, sizeof name, "go%d", (int)size);
    ludus_status status = ludus_game_open(&game, name, error);
    if (status != LUDUS_OK) {
        return status;
    }
    void *pos = ludus_alloc(1, game.spec.state_bytes);
    if (pos == NULL) {
        status = ludus_fail(error, LUDUS_ERR_NOMEM, "out of memory");
    } else {
        time_playouts(&game, pos, seconds, out);
        time_positions(&game, pos, seconds, out);
    }
    ludus_free(pos);
    ludus_game_close(&game);
    return status;
}
