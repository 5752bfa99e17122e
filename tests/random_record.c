#include "random_record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void random_policy(const ludus_game *game, const void *pos, ludus_rng *rng, random_ply *out)
{
    const int32_t n = ludus_game_legal(game, pos, out->moves);
    float sum = 0.0f;
    for (int32_t i = 0; i < n; i++) {
        const float u = ludus_rng_float(rng);
        out->policy[i] = floorf(600.0f * u * u * u * u * u);
        sum += out->policy[i];
    }
    for (int32_t i = 0; i < n; i++) {
        out->policy[i] = sum > 0.0f ? out->policy[i] / sum : 1.0f / (float)n;
    }
    out->ply = (ludus_ply){
        .move = out->moves[ludus_rng_below(rng, (uint32_t)n)],
        .is_target = ludus_rng_below(rng, 4) != 0,
        .num_policy = n,
    };
    ludus_rng_dirichlet(rng, 0.5, 3, out->ply.wdl);
    if (ludus_rng_below(rng, 10) == 0) {
        out->ply.num_policy = 0;
        out->ply.is_target = false;
    }
}

void random_record(const ludus_game *game, uint64_t seed, uint64_t number, ludus_record *record,
                   random_ply *plies)
{
    ludus_rng rng;
    random_ply *one = plies == NULL ? calloc(1, sizeof *one) : NULL;
    void *pos = calloc(1, game->spec.state_bytes);
    if (pos == NULL || (plies == NULL && one == NULL)) {
        abort();
    }
    ludus_rng_init(&rng, seed, number);
    ludus_record_reset(record, number, number / 7);
    ludus_game_init(game, pos);
    const int32_t first = ludus_game_to_move(game, pos);
    while (ludus_game_outcome(game, pos) == LUDUS_ONGOING) {
        random_ply *out = plies != NULL ? &plies[record->num_plies] : one;
        random_policy(game, pos, &rng, out);
        out->ply.policy_moves = out->moves;
        out->ply.policy = out->policy;
        ludus_record_add(record, &out->ply);
        ludus_game_play(game, pos, out->ply.move);
    }
    const int32_t outcome = (int32_t)ludus_game_outcome(game, pos);
    record->outcome = (ludus_outcome)(ludus_game_to_move(game, pos) == first ? outcome : -outcome);
    record->resigned = ludus_rng_below(&rng, 5) == 0;
    free(pos);
    free(one);
}

int32_t random_record_bytes(const ludus_game *game, uint64_t seed, uint64_t number,
                            ludus_buffer *out)
{
    ludus_record record = {0};
    random_record(game, seed, number, &record, NULL);
    ludus_record_encode(&record, out);
    const int32_t plies = record.num_plies;
    ludus_record_free(&record);
    return plies;
}

void random_record_push(ludus_replay *replay, uint64_t seed, uint64_t from, uint64_t to)
{
    ludus_game game;
    assert_int_equal(ludus_game_open(&game, "connect4", NULL), LUDUS_OK);
    for (uint64_t i = from; i < to; i++) {
        ludus_buffer bytes = {0};
        const int32_t plies = random_record_bytes(&game, seed, i, &bytes);
        assert_int_equal(ludus_replay_push(replay, bytes.data, bytes.size, plies, NULL), LUDUS_OK);
        ludus_buffer_free(&bytes);
    }
    ludus_game_close(&game);
}
