// Claims about playing strengths: never silly, in order, honestly drawn.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "agents/level.h"

#define MAX_MOVES 20

// Root moves as a search might leave them: visits, values and proofs at random.
static int32_t random_moves(ludus_rng *rng, ludus_mcts_move *moves)
{
    const int32_t n = 1 + (int32_t)ludus_rng_below(rng, MAX_MOVES);
    for (int32_t i = 0; i < n; i++) {
        moves[i] = (ludus_mcts_move){
            .move = 3 * i,
            .visits = ludus_rng_below(rng, 4) ? (int32_t)ludus_rng_below(rng, 300) : 0,
            .prior = ludus_rng_float(rng),
            .value = 2.0f * ludus_rng_float(rng) - 1.0f,
            .is_proven = ludus_rng_below(rng, 5) == 0,
        };
        if (moves[i].is_proven) {
            moves[i].proven = (int8_t)((int32_t)ludus_rng_below(rng, 3) - 1);
            moves[i].value = (float)moves[i].proven;
        }
    }
    return n;
}

static int32_t class_of(const ludus_mcts_move *move)
{
    return move->is_proven ? move->proven : 0;
}

// What the search would play.
static const ludus_mcts_move *best_of(const ludus_mcts_move *moves, int32_t n)
{
    const ludus_mcts_move *best = moves;
    for (int32_t i = 1; i < n; i++) {
        const ludus_mcts_move *m = &moves[i];
        const float lead = (float)(m->visits - best->visits) + 0.5f * (m->prior - best->prior);
        const int32_t rise = class_of(m) - class_of(best);
        best = rise > 0 || (rise == 0 && lead > 0.0f) ? m : best;
    }
    return best;
}

static void no_level_gives_away_more_than_its_loss(void **state)
{
    ludus_mcts_move moves[MAX_MOVES];
    ludus_rng rng;
    int others = 0;
    (void)state;
    ludus_rng_init(&rng, 5, 0);
    for (int i = 0; i < 20000; i++) {
        const ludus_level level = ludus_level_of(1 + i % LUDUS_LEVEL_MAX);
        const int32_t n = random_moves(&rng, moves);
        const ludus_mcts_move *best = best_of(moves, n);
        const ludus_move move = ludus_level_choose(&level, moves, n, &rng);
        assert_true(move % 3 == 0 && move / 3 < n);
        const ludus_mcts_move *chosen = &moves[move / 3];
        assert_int_equal(class_of(chosen), class_of(best));
        assert_true(chosen->value >= best->value - level.max_loss - 1e-6f);
        assert_true(chosen == best || chosen->visits > 0);
        others += chosen != best;
    }
    assert_true(others > 1000); // else nothing was drawn
}

static void the_highest_level_plays_the_best_move(void **state)
{
    ludus_mcts_move moves[MAX_MOVES];
    ludus_rng rng;
    (void)state;
    ludus_rng_init(&rng, 6, 0);
    const ludus_level level = ludus_level_of(LUDUS_LEVEL_MAX);
    for (int i = 0; i < 5000; i++) {
        const int32_t n = random_moves(&rng, moves);
        assert_int_equal(ludus_level_choose(&level, moves, n, &rng), best_of(moves, n)->move);
    }
}

static void settings_rise_with_the_level(void **state)
{
    (void)state;
    for (int32_t i = 2; i <= LUDUS_LEVEL_MAX; i++) {
        const ludus_level below = ludus_level_of(i - 1), level = ludus_level_of(i);
        assert_true(level.simulations > below.simulations);
        assert_true(level.temperature < below.temperature);
        assert_true(level.max_loss < below.max_loss);
        assert_true(below.max_loss <= 0.6f && below.simulations >= 1);
    }
}

// At temperature 1 the shares are those of the visits, among the moves that may be drawn.
static void draws_follow_the_visits(void **state)
{
    const ludus_mcts_move moves[] = {
        {.move = 0, .visits = 100, .value = 0.1f},
        {.move = 1, .visits = 60, .value = 0.05f},
        {.move = 2, .visits = 40, .value = -0.1f},
        {.move = 3, .visits = 90, .value = -0.5f}, // loses too much
        {.move = 4, .visits = 95, .value = -1.0f, .is_proven = true, .proven = -1},
    };
    const ludus_level level = {.simulations = 1, .temperature = 1.0f, .max_loss = 0.3f};
    int32_t drawn[5] = {0};
    double chi_square = 0.0;
    ludus_rng rng;
    (void)state;
    ludus_rng_init(&rng, 7, 0);
    for (int i = 0; i < 10000; i++) {
        drawn[ludus_level_choose(&level, moves, 5, &rng)]++;
    }
    assert_int_equal(drawn[3] + drawn[4], 0);
    for (int i = 0; i < 3; i++) {
        const double expected = 10000.0 * moves[i].visits / 200.0;
        chi_square += (drawn[i] - expected) * (drawn[i] - expected) / expected;
    }
    assert_true(chi_square < 13.9); // 2 degrees of freedom, p = .001
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_level_gives_away_more_than_its_loss),
        cmocka_unit_test(the_highest_level_plays_the_best_move),
        cmocka_unit_test(settings_rise_with_the_level),
        cmocka_unit_test(draws_follow_the_visits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
