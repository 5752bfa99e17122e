// Claims about tree search.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hashed_evaluator.h"

// ---- PUCT against a slow, recursive tree --------------------------------------------------------

typedef struct slow_node {
    uint8_t pos[STATE_BYTES];
    int32_t num_legal, visits;
    double value_sum; // for the player to move
    ludus_move legal[MAX_LEGAL];
    float priors[MAX_LEGAL];
    int32_t edge_visits[MAX_LEGAL];
    double edge_value[MAX_LEGAL];
    struct slow_node *child[MAX_LEGAL];
} slow_node;

static slow_node *slow_create(bench *b, const void *pos, double *value)
{
    slow_node *n = calloc(1, sizeof *n);
    assert_non_null(n);
    memcpy(n->pos, pos, b->game.spec.state_bytes);
    const ludus_outcome outcome = ludus_game_outcome(&b->game, pos);
    *value = (double)outcome;
    if (outcome == LUDUS_ONGOING) {
        n->num_legal = ludus_game_legal(&b->game, pos, n->legal);
        ludus_leaf leaf = {
            .pos = n->pos, .legal = n->legal, .num_legal = n->num_legal, .priors = n->priors};
        ludus_evaluate(&b->evaluator, 1, &leaf);
        *value = (double)(leaf.wdl[0] - leaf.wdl[2]);
    }
    n->visits = 1;
    n->value_sum = *value;
    return n;
}

static int32_t slow_select(const slow_node *n, const ludus_mcts_config *c)
{
    double mass = 0.0, best_score = -INFINITY;
    int32_t best = 0;
    for (int32_t i = 0; i < n->num_legal; i++) {
        mass += n->edge_visits[i] > 0 ? (double)n->priors[i] : 0.0;
    }
    const double unvisited = n->value_sum / n->visits - (double)c->fpu_reduction * sqrt(mass);
    const double rate =
        (double)c->c_puct + log((n->visits + (double)c->c_base + 1.0) / (double)c->c_base);
    for (int32_t i = 0; i < n->num_legal; i++) {
        const double q = n->edge_visits[i] > 0 ? n->edge_value[i] / n->edge_visits[i] : unvisited;
        const double score =
            q + rate * (double)n->priors[i] * sqrt((double)n->visits) / (1.0 + n->edge_visits[i]);
        if (score > best_score) {
            best_score = score;
            best = i;
        }
    }
    return best;
}

// Returns the value for the player to move at `n`.
static double slow_simulate(bench *b, slow_node *n, const ludus_mcts_config *c)
{
    double value;
    const ludus_outcome outcome = ludus_game_outcome(&b->game, n->pos);
    if (outcome != LUDUS_ONGOING) {
        value = (double)outcome;
    } else {
        const int32_t i = slow_select(n, c);
        if (n->child[i] == NULL) {
            uint8_t next[STATE_BYTES];
            memcpy(next, n->pos, sizeof next);
            ludus_game_play(&b->game, next, n->legal[i]);
            n->child[i] = slow_create(b, next, &value);
        } else {
            value = slow_simulate(b, n->child[i], c);
        }
        value = -value;
        n->edge_visits[i]++;
        n->edge_value[i] += value;
    }
    n->visits++;
    n->value_sum += value;
    return value;
}

static void slow_destroy(slow_node *n)
{
    for (int32_t i = 0; i < n->num_legal; i++) {
        if (n->child[i] != NULL) {
            slow_destroy(n->child[i]);
        }
    }
    free(n);
}

static void check_visits(const char *game, const char *moves)
{
    bench b;
    double value;
    ludus_mcts_move found[MAX_LEGAL];
    const ludus_mcts_config config = bench_config();
    bench_open(&b, game);
    bench_play(&b, moves);
    slow_node *slow = slow_create(&b, b.pos, &value);
    for (int i = 0; i < 200; i++) {
        slow_simulate(&b, slow, &config);
    }
    ludus_mcts *tree = bench_tree(&b, &config);
    ludus_mcts_run(tree, b.pos, 200, false, &b.rng, &b.evaluator, 1);
    const int32_t n = ludus_mcts_moves(tree, found);
    assert_int_equal(n, slow->num_legal);
    for (int32_t i = 0; i < n; i++) {
        assert_int_equal(found[i].move, slow->legal[i]);
        assert_int_equal(found[i].visits, slow->edge_visits[i]);
    }
    ludus_mcts_destroy(tree);
    slow_destroy(slow);
    bench_close(&b);
}

static void puct_equals_a_slow_recursive_search(void **state)
{
    (void)state;
    check_visits("tictactoe", "");
    check_visits("connect4", "");
    check_visits("connect4", "4 4 4 3 5 5 2 6");
    check_visits("othello6", "");
    check_visits("gomoku9", "");
}

// ---- The shape of a search --------------------------------------------------------------------

static void every_want_does_all_simulations(void **state)
{
    bench b;
    ludus_mcts_stats stats;
    (void)state;
    bench_open(&b, "connect4");
    for (int solver = 0; solver < 2; solver++) {
        for (int32_t want = 1; want <= 64; want *= 4) {
            ludus_mcts_config config = bench_config();
            config.enable_solver = solver == 1;
            ludus_mcts *tree = bench_tree(&b, &config);
            ludus_mcts_run(tree, b.pos, 333, false, &b.rng, &b.evaluator, want);
            ludus_mcts_stats_get(tree, &stats);
            assert_int_equal(stats.simulations, 333);
            ludus_mcts_destroy(tree);
        }
    }
    bench_close(&b);
}

static void a_simulation_allocates_nothing(void **state)
{
    bench b;
    (void)state;
    bench_open(&b, "othello");
    const ludus_mcts_config config = bench_config();
    ludus_mcts *tree = bench_tree(&b, &config);
    const uint64_t before = ludus_alloc_count();
    for (int i = 0; i < 10; i++) {
        ludus_mcts_run(tree, b.pos, 100, true, &b.rng, &b.evaluator, 8);
        const ludus_move move = ludus_mcts_choose(tree, i, &b.rng);
        ludus_game_play(&b.game, b.pos, move);
        ludus_mcts_advance(tree, move);
    }
    assert_int_equal(ludus_alloc_count(), before);
    ludus_mcts_destroy(tree);
    bench_close(&b);
}

static void a_full_arena_stops_the_search(void **state)
{
    bench b;
    ludus_mcts_stats stats;
    (void)state;
    bench_open(&b, "connect4");
    ludus_mcts_config config = bench_config();
    config.max_nodes = 50;
    ludus_mcts *tree = bench_tree(&b, &config);
    ludus_mcts_run(tree, b.pos, 1000, false, &b.rng, &b.evaluator, 8);
    ludus_mcts_stats_get(tree, &stats);
    assert_true(stats.arena_full);
    assert_true(stats.nodes <= 50 && stats.simulations >= 40);
    assert_true(ludus_game_is_legal(&b.game, b.pos, ludus_mcts_best(tree)));
    ludus_mcts_destroy(tree);
    bench_close(&b);
}

static void say_nan(void *self, int32_t n, ludus_leaf *leaves)
{
    (void)self;
    for (int32_t i = 0; i < n; i++) {
        for (int32_t k = 0; k < leaves[i].num_legal; k++) {
            leaves[i].priors[k] = NAN;
        }
        leaves[i].wdl[0] = leaves[i].wdl[1] = leaves[i].wdl[2] = NAN;
    }
}

static void nothing_to_destroy(void *self)
{
    (void)self;
}

static const ludus_evaluator_ops nan_ops = {"nan", say_nan, nothing_to_destroy};

// A net that has diverged must not hang what plays with it.
static void a_search_ends_with_a_move_whatever_the_net_says(void **state)
{
    bench b;
    ludus_mcts_stats stats;
    (void)state;
    bench_open(&b, "connect4");
    b.evaluator.ops = &nan_ops;
    for (int i = 0; i < 8; i++) {
        ludus_mcts_config config = bench_config();
        config.root = i & 1 ? LUDUS_ROOT_GUMBEL : LUDUS_ROOT_PUCT;
        config.enable_solver = i & 2;
        config.noise_share = 0.25f;
        config.temperature_plies = 1;
        ludus_mcts *tree = bench_tree(&b, &config);
        ludus_mcts_run(tree, b.pos, 100, true, &b.rng, &b.evaluator, i & 4 ? 8 : 1);
        ludus_mcts_stats_get(tree, &stats);
        assert_true(stats.simulations >= 100 || stats.proven);
        assert_true(ludus_game_is_legal(&b.game, b.pos, ludus_mcts_best(tree)));
        for (int32_t ply = 0; ply < 2; ply++) { // drawn, and not
            assert_true(ludus_game_is_legal(&b.game, b.pos, ludus_mcts_choose(tree, ply, &b.rng)));
        }
        ludus_mcts_destroy(tree);
    }
    bench_close(&b);
}

static void advance_keeps_the_subtree(void **state)
{
    bench b;
    ludus_mcts_move before[MAX_LEGAL], after[MAX_LEGAL];
    ludus_move line[16];
    (void)state;
    bench_open(&b, "connect4");
    const ludus_mcts_config config = bench_config();
    ludus_mcts *tree = bench_tree(&b, &config);
    ludus_mcts_run(tree, b.pos, 800, false, &b.rng, &b.evaluator, 1);
    const int32_t n = ludus_mcts_moves(tree, before);
    assert_true(ludus_mcts_line(tree, line, 16) >= 3);
    for (int32_t i = 0; i < n; i++) {
        if (before[i].move != line[0]) {
            continue;
        }
        ludus_game_play(&b.game, b.pos, line[0]);
        ludus_mcts_advance(tree, line[0]);
        ludus_mcts_start(tree, b.pos, 1, false, &b.rng);
        const int32_t m = ludus_mcts_moves(tree, after);
        int32_t total = 1; // the child's own evaluation
        for (int32_t k = 0; k < m; k++) {
            total += after[k].visits;
        }
        assert_int_equal(total, before[i].visits);
        ludus_move next;
        assert_int_equal(ludus_mcts_line(tree, &next, 1), 1);
        assert_int_equal(next, line[1]);
    }
    ludus_mcts_destroy(tree);
    bench_close(&b);
}

static void the_cache_changes_nothing_but_work(void **state)
{
    bench b;
    ludus_mcts_move with[MAX_LEGAL], without[MAX_LEGAL];
    ludus_mcts_stats stats;
    (void)state;
    bench_open(&b, "tictactoe");
    ludus_mcts_config config = bench_config();
    ludus_mcts *plain = bench_tree(&b, &config);
    config.cache_entries = 10000;
    ludus_mcts *cached = bench_tree(&b, &config);
    ludus_mcts_run(plain, b.pos, 1000, false, &b.rng, &b.evaluator, 1);
    ludus_mcts_run(cached, b.pos, 1000, false, &b.rng, &b.evaluator, 1);
    const int32_t n = ludus_mcts_moves(plain, without);
    assert_int_equal(ludus_mcts_moves(cached, with), n);
    for (int32_t i = 0; i < n; i++) {
        assert_int_equal(with[i].visits, without[i].visits);
        assert_true(with[i].value == without[i].value);
    }
    ludus_mcts_stats_get(cached, &stats);
    assert_true(stats.cache_hits > 20);
    assert_true(stats.evaluations + stats.cache_hits <= 1001);
    ludus_mcts_destroy(plain);
    ludus_mcts_destroy(cached);
    bench_close(&b);
}

// ---- Proofs ------------------------------------------------------------------------------------

static void expect_proof(const char *game, const char *moves, int32_t simulations, int8_t proof,
                         ludus_root_kind root)
{
    bench b;
    ludus_mcts_stats stats;
    ludus_mcts_move found[MAX_LEGAL];
    float policy[MAX_LEGAL];
    bench_open(&b, game);
    bench_play(&b, moves);
    ludus_mcts_config config = bench_config();
    config.enable_solver = true;
    config.root = (int32_t)root;
    config.max_nodes = 400000;
    ludus_mcts *tree = bench_tree(&b, &config);
    ludus_mcts_run(tree, b.pos, simulations, false, &b.rng, &b.evaluator, 1);
    ludus_mcts_stats_get(tree, &stats);
    assert_true(stats.proven);
    assert_int_equal((int)stats.value, proof);
    const int32_t n = ludus_mcts_moves(tree, found);
    ludus_mcts_policy(tree, policy);
    float sum = 0.0f;
    for (int32_t i = 0; i < n; i++) {
        sum += policy[i];
        if (proof == 1 && policy[i] > 0.0f) {
            assert_true(found[i].is_proven && found[i].proven == 1);
        }
        if (found[i].move == ludus_mcts_best(tree)) {
            assert_int_equal(found[i].proven, proof);
        }
    }
    assert_true(fabsf(sum - 1.0f) < 1e-4f);
    ludus_mcts_destroy(tree);
    bench_close(&b);
}

static void wins_and_losses_are_proven(void **state)
{
    (void)state;
    for (int root = 0; root < 2; root++) {
        expect_proof("connect4", "1 1 2 2 3 3", 400, 1,
                     (ludus_root_kind)root);                                 // four in the row now
        expect_proof("connect4", "4 4 5 5", 3000, 1, (ludus_root_kind)root); // an open three next
        expect_proof("connect4", "4 4 5 5 3", 3000, -1, (ludus_root_kind)root); // and its victim
    }
}

static void tictactoe_openings_are_proven(void **state)
{
    (void)state;
    expect_proof("tictactoe", "b2 a1 c1 a3 a2 c2", 1000, 0, LUDUS_ROOT_PUCT);
    expect_proof("tictactoe", "a1 b1", 100000, 1, LUDUS_ROOT_PUCT); // b1 in reply to a1 loses
}

// ---- Roots -------------------------------------------------------------------------------------

static void gumbel_halves_as_published(void **state)
{
    bench b;
    ludus_mcts_move found[MAX_LEGAL];
    int32_t counts[64] = {0};
    (void)state;
    bench_open(&b, "gomoku9");
    ludus_mcts_config config = bench_config();
    config.root = LUDUS_ROOT_GUMBEL;
    config.gumbel_actions = 16;
    ludus_mcts *tree = bench_tree(&b, &config);
    ludus_mcts_run(tree, b.pos, 200, true, &b.rng, &b.evaluator, 1);
    const int32_t n = ludus_mcts_moves(tree, found);
    for (int32_t i = 0; i < n; i++) {
        assert_true(found[i].visits < 64);
        counts[found[i].visits]++;
    }
    // 200 simulations over 4 phases: 16 moves x 3, 8 x 6, 4 x 12, 2 x 25, and 6 left for the two
    // that remain: 3, 9, 21 and about 49 visits.
    assert_int_equal(counts[3], 8);
    assert_int_equal(counts[9], 4);
    assert_int_equal(counts[21], 2);
    assert_int_equal(counts[0], n - 16);
    ludus_mcts_destroy(tree);
    bench_close(&b);
}

static void noise_keeps_priors_and_changes_choices(void **state)
{
    bench b;
    ludus_mcts_move quiet[MAX_LEGAL], noisy[MAX_LEGAL];
    (void)state;
    bench_open(&b, "connect4");
    ludus_mcts_config config = bench_config();
    config.noise_share = 0.5f;
    ludus_mcts *tree = bench_tree(&b, &config);
    ludus_mcts_run(tree, b.pos, 100, false, &b.rng, &b.evaluator, 1);
    const int32_t n = ludus_mcts_moves(tree, quiet);
    ludus_mcts_reset(tree);
    ludus_mcts_run(tree, b.pos, 100, true, &b.rng, &b.evaluator, 1);
    ludus_mcts_moves(tree, noisy);
    int32_t different = 0;
    for (int32_t i = 0; i < n; i++) {
        assert_true(quiet[i].prior == noisy[i].prior);
        different += quiet[i].visits != noisy[i].visits;
    }
    assert_true(different > 0);
    ludus_mcts_destroy(tree);
    bench_close(&b);
}

static void temperature_one_plays_by_visits(void **state)
{
    bench b;
    ludus_mcts_move found[MAX_LEGAL];
    int32_t drawn[7] = {0};
    double chi_square = 0.0;
    (void)state;
    bench_open(&b, "connect4");
    ludus_mcts_config config = bench_config();
    config.temperature_plies = 1;
    ludus_mcts *tree = bench_tree(&b, &config);
    ludus_mcts_run(tree, b.pos, 200, false, &b.rng, &b.evaluator, 1);
    assert_int_equal(ludus_mcts_moves(tree, found), 7);
    for (int i = 0; i < 7000; i++) {
        drawn[ludus_mcts_choose(tree, 0, &b.rng)]++;
        assert_int_equal(ludus_mcts_choose(tree, 1, &b.rng), ludus_mcts_best(tree));
    }
    for (int i = 0; i < 7; i++) {
        const double expected = 35.0 * found[i].visits;
        assert_true(found[i].visits > 0);
        chi_square += (drawn[i] - expected) * (drawn[i] - expected) / expected;
    }
    assert_true(chi_square < 22.5); // 6 degrees of freedom, p = .001
    ludus_mcts_destroy(tree);
    bench_close(&b);
}

static void averaged_symmetries_make_the_root_symmetric(void **state)
{
    bench b;
    ludus_mcts_move found[MAX_LEGAL];
    ludus_error error;
    ludus_net *net;
    ludus_evaluator evaluator;
    (void)state;
    bench_open(&b, "connect4");
    ludus_net_desc desc = ludus_net_desc_default();
    desc.channels = 8;
    desc.blocks = 1;
    ludus_net_desc_for_game(&desc, &b.game, NULL, NULL);
    assert_int_equal(ludus_net_create(&net, &desc, 4, &error), LUDUS_OK);
    const ludus_exec_config exec = {.max_batch = 4};
    assert_int_equal(ludus_evaluator_net(&evaluator, &b.game, net, &exec, &error), LUDUS_OK);
    ludus_mcts_config config = bench_config();
    config.average_symmetries = 2;
    ludus_mcts *tree = bench_tree(&b, &config);
    ludus_mcts_run(tree, b.pos, 10, false, &b.rng, &evaluator, 4);
    assert_int_equal(ludus_mcts_moves(tree, found), 7);
    for (int i = 0; i < 7; i++) {
        assert_true(fabsf(found[i].prior - found[6 - i].prior) < 1e-6f);
    }
    ludus_mcts_destroy(tree);
    ludus_evaluator_destroy(&evaluator);
    ludus_net_destroy(net);
    bench_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(puct_equals_a_slow_recursive_search),
        cmocka_unit_test(every_want_does_all_simulations),
        cmocka_unit_test(a_simulation_allocates_nothing),
        cmocka_unit_test(a_full_arena_stops_the_search),
        cmocka_unit_test(a_search_ends_with_a_move_whatever_the_net_says),
        cmocka_unit_test(advance_keeps_the_subtree),
        cmocka_unit_test(the_cache_changes_nothing_but_work),
        cmocka_unit_test(wins_and_losses_are_proven),
        cmocka_unit_test(tictactoe_openings_are_proven),
        cmocka_unit_test(gumbel_halves_as_published),
        cmocka_unit_test(noise_keeps_priors_and_changes_choices),
        cmocka_unit_test(temperature_one_plays_by_visits),
        cmocka_unit_test(averaged_symmetries_make_the_root_symmetric),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
