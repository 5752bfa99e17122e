#include "agents/level.h"

#include <assert.h>
#include <math.h>

// Each step doubles the simulations (give or take) and narrows what may be drawn.
static const ludus_level levels[LUDUS_LEVEL_MAX] = {
    {8, 4.0f, 0.6f},     {12, 3.0f, 0.55f},  {16, 2.0f, 0.5f},   {32, 1.5f, 0.4f},
    {64, 1.0f, 0.3f},    {120, 0.7f, 0.2f},  {240, 0.5f, 0.15f}, {480, 0.3f, 0.1f},
    {800, 0.15f, 0.05f}, {1600, 0.0f, 0.0f},
};

ludus_level ludus_level_of(int32_t level)
{
    assert(level >= 1 && level <= LUDUS_LEVEL_MAX);
    return levels[level - 1];
}

// Won, open or lost: 1, 0, -1.
static int32_t class_of(const ludus_mcts_move *move)
{
    return move->is_proven ? move->proven : 0;
}

static float weight_of(const ludus_level *level, const ludus_mcts_move *move,
                       const ludus_mcts_move *best)
{
    if (move == best) {
        return 1.0f;
    }
    if (level->temperature <= 0.0f || move->visits == 0 || class_of(move) != class_of(best) ||
        move->value < best->value - level->max_loss) {
        return 0.0f;
    }
    // A proven best may have fewer visits than others of its class.
    const float share = fminf((float)move->visits / fmaxf((float)best->visits, 1.0f), 1.0f);
    return powf(share, 1.0f / level->temperature);
}

ludus_move ludus_level_choose(const ludus_level *level, const ludus_mcts_move *moves, int32_t n,
                              ludus_rng *rng)
{
    assert(n >= 1);
    const ludus_mcts_move *best = moves;
    double total = 0.0;
    for (int32_t i = 1; i < n; i++) {
        best = ludus_mcts_is_better(&moves[i], best) ? &moves[i] : best;
    }
    for (int32_t i = 0; i < n; i++) {
        total += (double)weight_of(level, &moves[i], best);
    }
    double left = level->temperature > 0.0f ? ludus_rng_double(rng) * total : 0.0;
    const ludus_mcts_move *chosen = best;
    for (int32_t i = 0; i < n && left >= 0.0 && level->temperature > 0.0f; i++) {
        const float weight = weight_of(level, &moves[i], best);
        if (weight > 0.0f) {
            chosen = &moves[i];
            left -= (double)weight;
        }
    }
    return chosen->move;
}
