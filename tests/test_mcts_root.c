// Claims about the root of the search: sequential halving, noise, temperature, proofs in targets.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "hashed_evaluator.h"

static ludus_mcts_config gumbel_config(int32_t actions)
{
    ludus_mcts_config config = bench_config();
    config.root = LUDUS_ROOT_GUMBEL;
    config.gumbel_actions = actions;
    return config;
}

static void run(ludus_mcts *tree, bench *b, int32_t simulations, bool enable_noise)
{
    ludus_mcts_run(tree, b->pos, simulations, enable_noise, &b->rng, &b->evaluator, 1);
}

// ---- Gumbel -------------------------------------------------------------------------------------

// Danihelka et al. 2022, figure 1: n = 32, m = 4 gives each of four moves 4 visits, then the better
// two 8 more.
static void halving_of_32_among_4_gives_4_4_12_12(void **state)
{
    bench b;
    ludus_mcts_move found[MAX_LEGAL];
    int32_t with[64] = {0};
    (void)state;
    bench_open(&b, "gomoku9");
    const ludus_mcts_config config = gumbel_config(4);
    ludus_mcts *tree = bench_tree(&b, &config);
    for (int seed = 0; seed < 20; seed++) {
        ludus_mcts_reset(tree);
        run(tree, &b, 32, true);
        memset(with, 0, sizeof with);
        const int32_t n = ludus_mcts_moves(tree, found);
        for (int32_t i = 0; i < n; i++) {
            assert_true(found[i].visits < 64);
            with[found[i].visits]++;
        }
        assert_int_equal(with[4], 2);
        assert_int_equal(with[12], 2);
        assert_int_equal(with[0], n - 4);
        const ludus_move chosen = ludus_mcts_choose(tree, 0, &b.rng);
        for (int32_t i = 0; i < n; i++) {
            assert_true(found[i].move != chosen || found[i].visits == 12);
        }
    }
    ludus_mcts_destroy(tree);
    bench_close(&b);
}

// log prior + sigma(completed q) of equations 8 and 10, from what the search tells about its root.
static void completed_scores(bench *b, const ludus_mcts_config *c, const ludus_mcts_move *moves,
                             int32_t n, double *out)
{
    ludus_move legal[MAX_LEGAL];
    float priors[MAX_LEGAL];
    ludus_leaf leaf = {.pos = b->pos, .legal = legal, .num_legal = n, .priors = priors};
    double visits = 0.0, mass = 0.0, weighted = 0.0, most = 0.0;
    assert_int_equal(ludus_game_legal(&b->game, b->pos, legal), n);
    ludus_evaluate(&b->evaluator, 1, &leaf);
    for (int32_t i = 0; i < n; i++) {
        if (moves[i].visits > 0) {
            visits += moves[i].visits;
            mass += (double)moves[i].prior;
            weighted += (double)moves[i].prior * (double)moves[i].value;
            most = fmax(most, moves[i].visits);
        }
    }
    const double own = (double)(leaf.wdl[0] - leaf.wdl[2]);
    const double mixed = (own + (mass > 0.0 ? visits * weighted / mass : 0.0)) / (1.0 + visits);
    const double scale = ((double)c->gumbel_c_visit + most) * (double)c->gumbel_c_scale;
    for (int32_t i = 0; i < n; i++) {
        const double q = moves[i].visits > 0 ? (double)moves[i].value : mixed;
        out[i] = log((double)moves[i].prior) + scale * (0.5 + 0.5 * q);
    }
}

static void one_simulation(ludus_mcts *tree, bench *b)
{
    ludus_leaf leaf;
    const int32_t n = ludus_mcts_gather(tree, &leaf, 1);
    assert_int_equal(n, 1);
    ludus_evaluate(&b->evaluator, 1, &leaf);
    ludus_mcts_apply(tree, &leaf, 1);
}

static void one_simulation_if_any(ludus_mcts *tree, bench *b)
{
    ludus_leaf leaf;
    const int32_t n = ludus_mcts_gather(tree, &leaf, 1);
    if (n > 0) {
        ludus_evaluate(&b->evaluator, 1, &leaf);
        ludus_mcts_apply(tree, &leaf, 1);
    }
}

// The first simulations go to the eight best moves in turn; returns how many of those had no
// visits.
static int32_t check_first_eight(ludus_mcts *tree, bench *b, const ludus_mcts_config *config)
{
    ludus_mcts_move before[MAX_LEGAL], found[MAX_LEGAL];
    double score[MAX_LEGAL];
    int32_t untried = 0;
    const int32_t n = ludus_mcts_moves(tree, before);
    memcpy(found, before, sizeof found);
    for (int turn = 0; turn < 8; turn++) {
        int32_t best = -1;
        completed_scores(b, config, found, n, score);
        for (int32_t i = 0; i < n; i++) {
            if (found[i].visits == before[i].visits && (best < 0 || score[i] > score[best])) {
                best = i;
            }
        }
        one_simulation(tree, b);
        ludus_mcts_moves(tree, found);
        assert_int_equal(found[best].visits, before[best].visits + 1);
        untried += before[best].visits == 0;
    }
    return untried;
}

static void kept_visits_are_no_head_start_in_halving(void **state)
{
    bench b;
    int32_t untried = 0;
    (void)state;
    bench_open(&b, "gomoku9");
    const ludus_mcts_config config = gumbel_config(8);
    ludus_mcts *tree = bench_tree(&b, &config);
    for (int ply = 0; ply < 20; ply++) {
        run(tree, &b, 64, false);
        const ludus_move move = ludus_mcts_best(tree);
        ludus_game_play(&b.game, b.pos, move);
        ludus_mcts_advance(tree, move);
        ludus_mcts_start(tree, b.pos, 64, false, &b.rng);
        untried += check_first_eight(tree, &b, &config);
    }
    assert_true(untried > 0 && untried < 160); // else nothing was compared
    ludus_mcts_destroy(tree);
    bench_close(&b);
}

// ---- Noise and first-play urgency ---------------------------------------------------------------

static int32_t moves_tried(ludus_mcts *tree)
{
    ludus_mcts_move found[MAX_LEGAL];
    int32_t tried = 0;
    const int32_t n = ludus_mcts_moves(tree, found);
    for (int32_t i = 0; i < n; i++) {
        tried += found[i].visits > 0;
    }
    return tried;
}

static void urgency_narrows_and_the_noisy_root_has_its_own(void **state)
{
    bench b;
    (void)state;
    bench_open(&b, "gomoku9");
    ludus_mcts_config config = bench_config();
    int32_t tried[4];
    for (int k = 0; k < 4; k++) {
        config.fpu_reduction = k == 1 || k == 3 ? 2.0f : 0.0f;
        config.root_fpu_reduction = k == 2 ? 2.0f : 0.0f;
        ludus_mcts *tree = bench_tree(&b, &config);
        run(tree, &b, 300, k >= 2);
        tried[k] = moves_tried(tree);
        ludus_mcts_destroy(tree);
    }
    assert_true(tried[1] < tried[0]);
    assert_true(tried[2] < tried[0]); // under noise root_fpu_reduction counts
    assert_true(tried[3] > tried[1]); // and fpu_reduction does not, at the root
    bench_close(&b);
}

static void noise_alone_explores_when_its_share_is_one(void **state)
{
    bench b;
    ludus_mcts_move found[MAX_LEGAL];
    int32_t first[7] = {0};
    double chi_square = 0.0;
    (void)state;
    bench_open(&b, "connect4");
    ludus_mcts_config config = bench_config();
    config.noise_share = 1.0f;
    ludus_mcts *tree = bench_tree(&b, &config);
    for (int i = 0; i < 1400; i++) {
        ludus_mcts_reset(tree);
        run(tree, &b, 1, true); // one simulation goes to the largest noise: any move, equally
        const int32_t n = ludus_mcts_moves(tree, found);
        for (int32_t k = 0; k < n; k++) {
            first[k] += found[k].visits;
        }
    }
    for (int k = 0; k < 7; k++) {
        chi_square += (first[k] - 200.0) * (first[k] - 200.0) / 200.0;
    }
    assert_true(chi_square < 22.5); // 6 degrees of freedom, p = .001
    ludus_mcts_destroy(tree);
    bench_close(&b);
}

static void a_search_repeats_from_its_seed(void **state)
{
    bench b;
    ludus_mcts_move one[MAX_LEGAL], two[MAX_LEGAL];
    (void)state;
    bench_open(&b, "othello");
    for (int root = 0; root < 2; root++) {
        ludus_mcts_config config = bench_config();
        config.root = root;
        config.noise_share = 0.25f;
        ludus_mcts *tree = bench_tree(&b, &config);
        for (int i = 0; i < 2; i++) {
            ludus_mcts_reset(tree);
            ludus_rng_init(&b.rng, 4, 0);
            run(tree, &b, 150, true);
            const int32_t n = ludus_mcts_moves(tree, i == 0 ? one : two);
            for (int32_t k = 0; i == 1 && k < n; k++) {
                assert_int_equal(one[k].visits, two[k].visits);
                assert_true(one[k].value == two[k].value);
            }
        }
        ludus_mcts_destroy(tree);
    }
    bench_close(&b);
}

// ---- Choices and targets ------------------------------------------------------------------------

static void low_temperatures_play_the_most_visited(void **state)
{
    bench b;
    (void)state;
    bench_open(&b, "gomoku9");
    for (float temperature = 0.1f; temperature > 1e-5f; temperature *= 0.1f) {
        ludus_mcts_config config = bench_config();
        config.temperature = temperature;
        config.temperature_plies = 1;
        ludus_mcts *tree = bench_tree(&b, &config);
        run(tree, &b, 300, false);
        int32_t best = 0;
        for (int i = 0; i < 100; i++) {
            const ludus_move move = ludus_mcts_choose(tree, 0, &b.rng);
            assert_true(ludus_game_is_legal(&b.game, b.pos, move));
            best += move == ludus_mcts_best(tree);
        }
        assert_true(best >= (temperature < 0.05f ? 100 : 50));
        ludus_mcts_destroy(tree);
    }
    bench_close(&b);
}

// Black threatens four at 4: any other reply loses at once.
static void proven_losses_leave_the_target(void **state)
{
    bench b;
    ludus_mcts_move found[MAX_LEGAL];
    float policy[MAX_LEGAL];
    (void)state;
    bench_open(&b, "connect4");
    bench_play(&b, "1 7 2 7 3");
    for (int root = 0; root < 2; root++) {
        ludus_mcts_config config = bench_config();
        config.root = root;
        config.enable_solver = true;
        ludus_mcts *tree = bench_tree(&b, &config);
        run(tree, &b, 600, false);
        const int32_t n = ludus_mcts_moves(tree, found);
        ludus_mcts_policy(tree, policy);
        assert_int_equal(ludus_mcts_best(tree), 3);
        for (int32_t i = 0; i < n; i++) {
            assert_true(found[i].move == 3 || (found[i].is_proven && found[i].proven == -1));
            assert_true(fabsf(policy[i] - (found[i].move == 3 ? 1.0f : 0.0f)) < 1e-6f);
        }
        ludus_mcts_destroy(tree);
    }
    bench_close(&b);
}

static void draw_value_is_what_a_proven_draw_is_worth(void **state)
{
    bench b;
    ludus_mcts_stats stats;
    (void)state;
    bench_open(&b, "tictactoe");
    bench_play(&b, "b2 a1 c1 a3 a2 c2");
    for (int root = 0; root < 2; root++) {
        ludus_mcts_config config = bench_config();
        config.root = root;
        config.enable_solver = true;
        config.draw_value = -0.5f;
        ludus_mcts *tree = bench_tree(&b, &config);
        run(tree, &b, 1000, false);
        ludus_mcts_stats_get(tree, &stats);
        assert_true(stats.proven && stats.value == -0.5f && stats.wdl[1] == 1.0f);
        ludus_mcts_destroy(tree);
    }
    bench_close(&b);
}

// Advances `tree` by the first `plies` moves of its main line; searches on; equal to a search that
// begins there when what draws were worth to the other player must not be kept.
static void check_advanced(const ludus_mcts_config *config, int32_t plies, bool keeps)
{
    bench b;
    ludus_mcts_move found[MAX_LEGAL], anew[MAX_LEGAL];
    ludus_move line[2];
    ludus_mcts_stats stats;
    bench_open(&b, "connect4");
    ludus_mcts *tree = bench_tree(&b, config), *fresh = bench_tree(&b, config);
    run(tree, &b, 200, false);
    assert_int_equal(ludus_mcts_line(tree, line, 2), 2);
    for (int32_t i = 0; i < plies; i++) {
        ludus_game_play(&b.game, b.pos, line[i]);
    }
    if (plies == 1) {
        ludus_mcts_advance(tree, line[0]);
    } else {
        assert_int_equal(ludus_mcts_advance_to(tree, b.pos), keeps);
    }
    run(tree, &b, 100, false);
    run(fresh, &b, 100, false);
    ludus_mcts_stats_get(tree, &stats);
    assert_int_equal(stats.visits > 100, keeps);
    const int32_t n = ludus_mcts_moves(tree, found);
    assert_int_equal(ludus_mcts_moves(fresh, anew), n);
    for (int32_t i = 0; !keeps && i < n; i++) {
        assert_int_equal(found[i].visits, anew[i].visits);
        assert_true(found[i].value == anew[i].value);
    }
    ludus_mcts_destroy(fresh);
    ludus_mcts_destroy(tree);
    bench_close(&b);
}

static void draws_are_valued_for_the_player_at_the_root_alone(void **state)
{
    ludus_mcts_config config = bench_config();
    (void)state;
    check_advanced(&config, 1, true);
    config.draw_value = -0.5f;
    check_advanced(&config, 1, false);
    check_advanced(&config, 2, true);
}

static void tictactoe_is_proven_a_draw_from_the_start(void **state)
{
    bench b;
    ludus_evaluator uniform;
    ludus_mcts_stats stats;
    (void)state;
    bench_open(&b, "tictactoe");
    assert_int_equal(ludus_evaluator_uniform(&uniform, &b.game, 1), LUDUS_OK);
    ludus_mcts_config config = bench_config();
    config.enable_solver = true;
    config.c_puct = 100.0f; // to look beyond the moves that are proven draws already
    config.max_nodes = 100000;
    ludus_mcts *tree = bench_tree(&b, &config);
    ludus_mcts_run(tree, b.pos, 500000, false, &b.rng, &uniform, 1);
    ludus_mcts_stats_get(tree, &stats);
    assert_true(stats.proven && stats.value == 0.0f && stats.wdl[1] == 1.0f);
    assert_true(stats.simulations < 500000 && !stats.arena_full);
    ludus_mcts_destroy(tree);
    ludus_evaluator_destroy(&uniform);
    bench_close(&b);
}

// ---- Restricted, moved and read -----------------------------------------------------------------

// Black threatens four at 4: every other reply loses, so a root held to those is lost.
static void a_restricted_root_searches_and_proves_its_moves_alone(void **state)
{
    bench b;
    ludus_mcts_move found[MAX_LEGAL];
    float policy[MAX_LEGAL];
    ludus_mcts_stats stats;
    const ludus_move losing[] = {0, 5};
    (void)state;
    bench_open(&b, "connect4");
    bench_play(&b, "1 7 2 7 3");
    ludus_mcts_config config = bench_config();
    config.enable_solver = true;
    ludus_mcts *tree = bench_tree(&b, &config);
    ludus_mcts_start(tree, b.pos, 500, false, &b.rng);
    ludus_mcts_restrict(tree, losing, 2);
    while (!ludus_mcts_done(tree)) {
        one_simulation_if_any(tree, &b);
    }
    ludus_mcts_stats_get(tree, &stats);
    assert_true(stats.proven && stats.value == -1.0f && stats.wdl[2] == 1.0f);
    const int32_t n = ludus_mcts_moves(tree, found);
    ludus_mcts_policy(tree, policy);
    for (int32_t i = 0; i < n; i++) {
        const bool is_open = found[i].move == 0 || found[i].move == 5;
        assert_true(is_open ? found[i].is_proven : found[i].visits == 0 && policy[i] == 0.0f);
    }
    assert_true(ludus_mcts_best(tree) == 0 || ludus_mcts_best(tree) == 5);
    run(tree, &b, 500, false); // start() lifts it, and the reply that holds is found
    assert_int_equal(ludus_mcts_best(tree), 3);
    ludus_mcts_stats_get(tree, &stats);
    assert_false(stats.proven && stats.value < 0.0f);
    ludus_mcts_destroy(tree);
    bench_close(&b);
}

static void advance_to_equals_advancing_by_moves(void **state)
{
    bench b;
    ludus_mcts_move by_moves[MAX_LEGAL], by_position[MAX_LEGAL];
    ludus_move line[2];
    uint8_t elsewhere[STATE_BYTES];
    (void)state;
    bench_open(&b, "othello");
    const ludus_mcts_config config = bench_config();
    ludus_mcts *one = bench_tree(&b, &config), *two = bench_tree(&b, &config);
    assert_false(ludus_mcts_advance_to(two, b.pos)); // an empty tree has no root
    for (int ply = 0; ply < 16; ply += 2) {
        run(one, &b, 300, false);
        run(two, &b, 300, false);
        ludus_game_init(&b.game, elsewhere);
        assert_true(ply == 0 || !ludus_mcts_advance_to(two, elsewhere));
        assert_true(ludus_mcts_advance_to(two, b.pos)); // stays
        assert_int_equal(ludus_mcts_line(one, line, 2), 2);
        for (int i = 0; i < 2; i++) {
            ludus_game_play(&b.game, b.pos, line[i]);
            ludus_mcts_advance(one, line[i]);
        }
        assert_true(ludus_mcts_advance_to(two, b.pos));
        ludus_mcts_start(one, b.pos, 1, false, &b.rng);
        ludus_mcts_start(two, b.pos, 1, false, &b.rng);
        const int32_t n = ludus_mcts_moves(one, by_moves);
        assert_int_equal(ludus_mcts_moves(two, by_position), n);
        for (int32_t i = 0; i < n; i++) {
            assert_int_equal(by_moves[i].visits, by_position[i].visits);
            assert_true(by_moves[i].value == by_position[i].value);
        }
    }
    ludus_mcts_destroy(one);
    ludus_mcts_destroy(two);
    bench_close(&b);
}

static void lines_begin_with_any_move(void **state)
{
    bench b;
    ludus_mcts_move found[MAX_LEGAL];
    ludus_move main_line[16], line[16];
    const void *positions[16];
    int32_t visits[16];
    (void)state;
    bench_open(&b, "othello");
    const ludus_mcts_config config = bench_config();
    ludus_mcts *tree = bench_tree(&b, &config);
    run(tree, &b, 400, false);
    const int32_t length = ludus_mcts_line(tree, main_line, 16);
    const int32_t n = ludus_mcts_moves(tree, found);
    for (int32_t i = 0; i < n; i++) {
        const int32_t l = ludus_mcts_line_after(tree, found[i].move, line, 16);
        assert_true(l >= 1 && line[0] == found[i].move);
        if (found[i].move == main_line[0]) {
            assert_int_equal(l, length);
            assert_memory_equal(line, main_line, (size_t)l * sizeof *line);
        }
    }
    const int32_t nodes = ludus_mcts_line_positions(tree, positions, visits, 16);
    assert_int_equal(nodes, length + 1);
    for (int32_t i = 0; i < nodes; i++) {
        assert_memory_equal(positions[i], b.pos, b.game.spec.state_bytes);
        assert_true(i == 0 ? visits[i] == 401 : visits[i] < visits[i - 1]);
        if (i < length) {
            ludus_game_play(&b.game, b.pos, main_line[i]);
        }
    }
    ludus_mcts_destroy(tree);
    bench_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(halving_of_32_among_4_gives_4_4_12_12),
        cmocka_unit_test(kept_visits_are_no_head_start_in_halving),
        cmocka_unit_test(urgency_narrows_and_the_noisy_root_has_its_own),
        cmocka_unit_test(noise_alone_explores_when_its_share_is_one),
        cmocka_unit_test(a_search_repeats_from_its_seed),
        cmocka_unit_test(low_temperatures_play_the_most_visited),
        cmocka_unit_test(proven_losses_leave_the_target),
        cmocka_unit_test(draw_value_is_what_a_proven_draw_is_worth),
        cmocka_unit_test(draws_are_valued_for_the_player_at_the_root_alone),
        cmocka_unit_test(a_restricted_root_searches_and_proves_its_moves_alone),
        cmocka_unit_test(advance_to_equals_advancing_by_moves),
        cmocka_unit_test(lines_begin_with_any_move),
        cmocka_unit_test(tictactoe_is_proven_a_draw_from_the_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
