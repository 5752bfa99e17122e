// Claims about evaluators: nets, even chances, random games.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "hashed_evaluator.h"
#include "sample_nets.h"

#define ROWS 24

// Positions of random games with room for what an evaluator says about each.
typedef struct rows {
    ludus_game game;
    uint8_t pos[ROWS][STATE_BYTES];
    ludus_move legal[ROWS][MAX_LEGAL];
    float priors[ROWS][MAX_LEGAL];
    ludus_leaf leaves[ROWS];
} rows;

static void rows_open(rows *r, const char *name)
{
    bench b;
    bench_open(&b, name);
    r->game = b.game;
    for (int i = 0; i < ROWS; i++) {
        ludus_leaf *leaf = &r->leaves[i];
        const int32_t plies = i % b.game.spec.max_plies;
        do {
            ludus_game_init(&b.game, b.pos);
            for (int k = 0; k < plies && ludus_game_outcome(&b.game, b.pos) == LUDUS_ONGOING; k++) {
                const int32_t n = ludus_game_legal(&b.game, b.pos, r->legal[i]);
                ludus_game_play(&b.game, b.pos, r->legal[i][ludus_rng_below(&b.rng, (uint32_t)n)]);
            }
        } while (ludus_game_outcome(&b.game, b.pos) != LUDUS_ONGOING);
        memcpy(r->pos[i], b.pos, sizeof b.pos);
        *leaf = (ludus_leaf){.pos = r->pos[i],
                             .legal = r->legal[i],
                             .num_legal = ludus_game_legal(&b.game, b.pos, r->legal[i]),
                             .sym = i % b.game.spec.num_symmetries,
                             .priors = r->priors[i]};
    }
}

static void check_sums(const rows *r)
{
    for (int i = 0; i < ROWS; i++) {
        const ludus_leaf *leaf = &r->leaves[i];
        float sum = 0.0f;
        for (int32_t k = 0; k < leaf->num_legal; k++) {
            assert_true(leaf->priors[k] >= 0.0f && leaf->priors[k] <= 1.0f);
            sum += leaf->priors[k];
        }
        assert_true(fabsf(sum - 1.0f) < 1e-5f);
        assert_true(fabsf(leaf->wdl[0] + leaf->wdl[1] + leaf->wdl[2] - 1.0f) < 1e-5f);
    }
}

static ludus_net *make_net(const ludus_game *game, uint64_t seed)
{
    ludus_net_desc desc = ludus_net_desc_default();
    desc.channels = 16;
    desc.blocks = 2;
    ludus_net_desc_for_game(&desc, game, NULL, NULL);
    return sample_net_create(&desc, seed);
}

static ludus_evaluator make_evaluator(const ludus_game *game, const ludus_net *net, int32_t batch,
                                      ludus_precision precision)
{
    ludus_evaluator evaluator;
    ludus_error error;
    const ludus_exec_config config = {.max_batch = batch, .precision = precision};
    if (ludus_evaluator_net(&evaluator, game, net, &config, &error)) {
        fail_msg("%s", error.text);
    }
    return evaluator;
}

// ---- Nets ---------------------------------------------------------------------------------------

// A net reads the encoded planes and its logits are renamed by permute().
static void net_is_softmax_over_the_legal_moves(void **state)
{
    static rows r;
    float planes[4096], policy[MAX_LEGAL], value[3], *out[LUDUS_NET_MAX_HEADS] = {0};
    ludus_net_exec *exec;
    ludus_error error;
    ludus_move permute[MAX_LEGAL];
    (void)state;
    rows_open(&r, "othello");
    ludus_net *net = make_net(&r.game, 3);
    ludus_evaluator evaluator = make_evaluator(&r.game, net, ROWS, LUDUS_PRECISION_F32);
    const ludus_exec_config config = {.max_batch = 1};
    assert_int_equal(ludus_net_exec_create(&exec, net, &config, &error), LUDUS_OK);
    out[ludus_net_find_head(net, "policy")] = policy;
    out[ludus_net_find_head(net, "value")] = value;
    ludus_evaluate(&evaluator, ROWS, r.leaves);
    check_sums(&r);
    for (int i = 0; i < ROWS; i++) {
        const ludus_leaf *leaf = &r.leaves[i];
        double sum = 0.0, chances = 0.0;
        ludus_game_encode(&r.game, leaf->pos, leaf->sym, planes);
        ludus_game_permute(&r.game, leaf->sym, permute);
        ludus_net_forward(exec, 1, planes, out);
        for (int32_t k = 0; k < leaf->num_legal; k++) {
            sum += exp((double)policy[permute[leaf->legal[k]]]);
        }
        for (int32_t k = 0; k < leaf->num_legal; k++) {
            const double p = exp((double)policy[permute[leaf->legal[k]]]) / sum;
            assert_true(fabs(p - (double)leaf->priors[k]) < 1e-5);
        }
        for (int k = 0; k < 3; k++) {
            chances += exp((double)value[k]);
        }
        for (int k = 0; k < 3; k++) {
            assert_true(fabs(exp((double)value[k]) / chances - (double)leaf->wdl[k]) < 1e-5);
        }
    }
    ludus_net_exec_destroy(exec);
    ludus_evaluator_destroy(&evaluator);
    ludus_net_destroy(net);
    ludus_game_close(&r.game);
}

// Where move i lands under `sym`, played out: the transformed game seen plainly.
static void check_symmetry(const rows *r, ludus_evaluator *evaluator, int32_t sym)
{
    ludus_move permute[MAX_LEGAL], legal[2][MAX_LEGAL];
    float priors[2][MAX_LEGAL], by_move[MAX_LEGAL];
    uint8_t pos[2][STATE_BYTES];
    ludus_rng rng;
    ludus_leaf leaves[2];
    ludus_rng_init(&rng, 5, (uint64_t)sym);
    ludus_game_permute(&r->game, sym, permute);
    ludus_game_init(&r->game, pos[0]);
    ludus_game_init(&r->game, pos[1]);
    for (int ply = 0; ply < 5; ply++) {
        const int32_t n = ludus_game_legal(&r->game, pos[0], legal[0]);
        const ludus_move move = legal[0][ludus_rng_below(&rng, (uint32_t)n)];
        ludus_game_play(&r->game, pos[0], move);
        ludus_game_play(&r->game, pos[1], permute[move]);
    }
    for (int i = 0; i < 2; i++) {
        leaves[i] = (ludus_leaf){.pos = pos[i],
                                 .legal = legal[i],
                                 .num_legal = ludus_game_legal(&r->game, pos[i], legal[i]),
                                 .sym = i == 0 ? sym : 0,
                                 .priors = priors[i]};
    }
    ludus_evaluate(evaluator, 2, leaves);
    assert_int_equal(leaves[0].num_legal, leaves[1].num_legal);
    for (int32_t k = 0; k < leaves[1].num_legal; k++) {
        by_move[legal[1][k]] = priors[1][k];
    }
    for (int32_t k = 0; k < leaves[0].num_legal; k++) {
        assert_true(fabsf(priors[0][k] - by_move[permute[legal[0][k]]]) < 1e-6f);
    }
    assert_memory_equal(leaves[0].wdl, leaves[1].wdl, sizeof leaves[0].wdl);
}

static void looking_through_a_symmetry_permutes(void **state)
{
    static const char *const names[] = {"connect4", "gomoku9", "tictactoe"};
    static rows r;
    (void)state;
    for (int g = 0; g < 3; g++) {
        ludus_error error;
        if (ludus_game_open(&r.game, names[g], &error)) {
            fail_msg("%s", error.text);
        }
        ludus_net *net = make_net(&r.game, 4);
        ludus_evaluator evaluator = make_evaluator(&r.game, net, 2, LUDUS_PRECISION_F32);
        assert_true(r.game.spec.num_symmetries > 1);
        for (int32_t sym = 0; sym < r.game.spec.num_symmetries; sym++) {
            check_symmetry(&r, &evaluator, sym);
        }
        ludus_evaluator_destroy(&evaluator);
        ludus_net_destroy(net);
        ludus_game_close(&r.game);
    }
}

static void rows_do_not_depend_on_their_batch(void **state)
{
    static rows all, one;
    (void)state;
    for (int p = 0; p < LUDUS_NUM_PRECISIONS; p++) {
        rows_open(&all, "connect4");
        rows_open(&one, "connect4");
        ludus_net *net = make_net(&all.game, 5);
        ludus_evaluator batched = make_evaluator(&all.game, net, ROWS, (ludus_precision)p);
        ludus_evaluate(&batched, ROWS, all.leaves);
        for (int i = 0; i < ROWS; i++) {
            ludus_evaluate(&batched, 1, &one.leaves[ROWS - 1 - i]);
        }
        for (int i = 0; i < ROWS; i++) {
            const size_t n = (size_t)all.leaves[i].num_legal;
            assert_memory_equal(all.priors[i], one.priors[i], n * sizeof(float));
            assert_memory_equal(all.leaves[i].wdl, one.leaves[i].wdl, sizeof one.leaves[i].wdl);
        }
        assert_int_equal(batched.rows, 2 * ROWS);
        assert_true(batched.seconds > 0.0);
        ludus_evaluator_destroy(&batched);
        ludus_net_destroy(net);
        ludus_game_close(&all.game);
        ludus_game_close(&one.game);
    }
}

static void refresh_takes_the_new_weights(void **state)
{
    static rows a, b;
    ludus_error error;
    (void)state;
    for (int p = 0; p < 2; p++) {
        rows_open(&a, "connect4");
        rows_open(&b, "connect4");
        ludus_net *old = make_net(&a.game, 6), *new = make_net(&a.game, 7);
        ludus_evaluator kept = make_evaluator(&a.game, old, ROWS, (ludus_precision)p);
        ludus_evaluator fresh = make_evaluator(&a.game, new, ROWS, (ludus_precision)p);
        ludus_evaluate(&kept, ROWS, a.leaves);
        ludus_evaluate(&fresh, ROWS, b.leaves);
        assert_memory_not_equal(a.priors[0], b.priors[0], 7 * sizeof(float));
        assert_int_equal(ludus_evaluator_net_refresh(&kept, new, &error), LUDUS_OK);
        ludus_net_destroy(old);
        ludus_net_destroy(new);
        ludus_evaluate(&kept, ROWS, a.leaves);
        assert_memory_equal(a.priors, b.priors, sizeof a.priors);
        ludus_evaluator_destroy(&kept);
        ludus_evaluator_destroy(&fresh);
        ludus_game_close(&a.game);
        ludus_game_close(&b.game);
    }
}

static void a_net_for_another_game_is_refused(void **state)
{
    ludus_game made_for, asked;
    ludus_error error;
    ludus_evaluator evaluator;
    (void)state;
    assert_int_equal(ludus_game_open(&made_for, "connect4", &error), LUDUS_OK);
    assert_int_equal(ludus_game_open(&asked, "othello", &error), LUDUS_OK);
    ludus_net *net = make_net(&made_for, 1);
    const ludus_exec_config config = {.max_batch = 1};
    assert_int_equal(ludus_net_fits_game(net, &made_for, &error), LUDUS_OK);
    assert_int_equal(ludus_evaluator_net(&evaluator, &asked, net, &config, &error), LUDUS_ERR_ARG);
    assert_non_null(strstr(error.text, "othello"));
    assert_null(strchr(error.text, '\n'));
    assert_null(evaluator.ops);
    ludus_evaluator_destroy(&evaluator); // a zeroed one is accepted
    ludus_net_destroy(net);
    ludus_game_close(&made_for);
    ludus_game_close(&asked);
}

// A head of the right name but another kind has other numbers of outputs than the arrays made for
// it.
static void heads_of_another_kind_are_refused(void **state)
{
    static const struct {
        const char *name;
        ludus_head_kind kind;
        int32_t size, atoms;
    } wrong[] = {
        {"policy", LUDUS_HEAD_PLANES, 7, 1},     {"policy", LUDUS_HEAD_Q, 7, 51},
        {"value", LUDUS_HEAD_SCALARS, 3, 1},     {"reply", LUDUS_HEAD_POLICY, 8, 1},
        {"moves_left", LUDUS_HEAD_PLANES, 1, 1}, {"score", LUDUS_HEAD_SCALARS, 1, 1},
    };
    ludus_game game;
    ludus_error error;
    (void)state;
    assert_int_equal(ludus_game_open(&game, "connect4", &error), LUDUS_OK);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        ludus_net_desc desc = ludus_net_desc_default();
        ludus_net *net;
        desc.channels = 8;
        desc.blocks = 1;
        assert_int_equal(ludus_net_desc_for_game(&desc, &game, NULL, &error), LUDUS_OK);
        int32_t head = 0;
        while (head < desc.num_heads && strcmp(desc.heads[head].name, wrong[i].name) != 0) {
            head++;
        }
        desc.num_heads = head == desc.num_heads ? head + 1 : desc.num_heads;
        desc.heads[head] = (ludus_head_desc){.kind = wrong[i].kind,
                                             .size = wrong[i].size,
                                             .atoms = wrong[i].atoms,
                                             .loss_weight = 1.0f};
        strcpy(desc.heads[head].name, wrong[i].name);
        assert_int_equal(ludus_net_create(&net, &desc, 1, &error), LUDUS_OK);
        assert_int_equal(ludus_net_fits_game(net, &game, &error), LUDUS_ERR_ARG);
        ludus_net_destroy(net);
    }
    ludus_game_close(&game);
}

static void evaluating_allocates_nothing(void **state)
{
    static rows r;
    (void)state;
    rows_open(&r, "othello");
    ludus_net *net = make_net(&r.game, 2);
    ludus_evaluator evaluators[3] = {make_evaluator(&r.game, net, ROWS, LUDUS_PRECISION_F32)};
    assert_int_equal(ludus_evaluator_uniform(&evaluators[1], &r.game, ROWS), LUDUS_OK);
    assert_int_equal(ludus_evaluator_rollout(&evaluators[2], &r.game, ROWS, 2, 1), LUDUS_OK);
    for (int i = 0; i < 3; i++) {
        const uint64_t before = ludus_alloc_count();
        ludus_evaluate(&evaluators[i], ROWS, r.leaves);
        ludus_evaluate(&evaluators[i], 3, r.leaves);
        assert_int_equal(ludus_alloc_count(), before);
        ludus_evaluator_destroy(&evaluators[i]);
    }
    ludus_net_destroy(net);
    ludus_game_close(&r.game);
}

// ---- Without a net ------------------------------------------------------------------------------

static void uniform_is_even(void **state)
{
    static rows r;
    ludus_evaluator evaluator;
    (void)state;
    rows_open(&r, "othello");
    assert_int_equal(ludus_evaluator_uniform(&evaluator, &r.game, ROWS), LUDUS_OK);
    ludus_evaluate(&evaluator, ROWS, r.leaves);
    check_sums(&r);
    for (int i = 0; i < ROWS; i++) {
        assert_true(r.leaves[i].wdl[1] == 1.0f);
        assert_true(r.priors[i][0] == 1.0f / (float)r.leaves[i].num_legal);
    }
    ludus_evaluator_destroy(&evaluator);
    ludus_game_close(&r.game);
}

static void rollouts_repeat_in_any_batch_and_differ_by_seed(void **state)
{
    static rows a, b;
    ludus_evaluator evaluator, other;
    int32_t different = 0;
    (void)state;
    rows_open(&a, "connect4");
    rows_open(&b, "connect4");
    assert_int_equal(ludus_evaluator_rollout(&evaluator, &a.game, ROWS, 20, 1), LUDUS_OK);
    assert_int_equal(ludus_evaluator_rollout(&other, &a.game, ROWS, 20, 2), LUDUS_OK);
    ludus_evaluate(&evaluator, ROWS, a.leaves);
    check_sums(&a);
    for (int i = ROWS - 1; i >= 0; i--) {
        ludus_evaluate(&evaluator, 1, &b.leaves[i]);
        assert_memory_equal(a.leaves[i].wdl, b.leaves[i].wdl, sizeof b.leaves[i].wdl);
        ludus_evaluate(&other, 1, &b.leaves[i]);
        different += a.leaves[i].wdl[0] != b.leaves[i].wdl[0];
    }
    assert_true(different > ROWS / 2);
    ludus_evaluator_destroy(&evaluator);
    ludus_evaluator_destroy(&other);
    ludus_game_close(&a.game);
    ludus_game_close(&b.game);
}

// Every continuation by recursion, each move equally likely.
static void exact_chances(const ludus_game *game, const uint8_t *pos, int32_t side, double weight,
                          double *wdl)
{
    ludus_move legal[16];
    const ludus_outcome outcome = ludus_game_outcome(game, pos);
    if (outcome != LUDUS_ONGOING) {
        const int sign = ludus_game_to_move(game, pos) == side ? 1 : -1;
        wdl[1 - sign * (int)outcome] += weight;
        return;
    }
    const int32_t n = ludus_game_legal(game, pos, legal);
    for (int32_t i = 0; i < n; i++) {
        uint8_t next[STATE_BYTES];
        memcpy(next, pos, game->spec.state_bytes);
        ludus_game_play(game, next, legal[i]);
        exact_chances(game, next, side, weight / n, wdl);
    }
}

static void rollouts_estimate_the_chances_of_random_play(void **state)
{
    static rows r;
    ludus_evaluator evaluator;
    (void)state;
    rows_open(&r, "tictactoe");
    assert_int_equal(ludus_evaluator_rollout(&evaluator, &r.game, ROWS, 4000, 3), LUDUS_OK);
    ludus_evaluate(&evaluator, 9, r.leaves);
    for (int i = 0; i < 9; i++) {
        double wdl[3] = {0};
        exact_chances(&r.game, r.pos[i], ludus_game_to_move(&r.game, r.pos[i]), 1.0, wdl);
        for (int k = 0; k < 3; k++) {
            assert_true(fabs(wdl[k] - (double)r.leaves[i].wdl[k]) < 0.035); // over 4 sigma
        }
    }
    ludus_evaluator_destroy(&evaluator);
    ludus_game_close(&r.game);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(net_is_softmax_over_the_legal_moves),
        cmocka_unit_test(looking_through_a_symmetry_permutes),
        cmocka_unit_test(rows_do_not_depend_on_their_batch),
        cmocka_unit_test(refresh_takes_the_new_weights),
        cmocka_unit_test(a_net_for_another_game_is_refused),
        cmocka_unit_test(heads_of_another_kind_are_refused),
        cmocka_unit_test(evaluating_allocates_nothing),
        cmocka_unit_test(uniform_is_even),
        cmocka_unit_test(rollouts_repeat_in_any_batch_and_differ_by_seed),
        cmocka_unit_test(rollouts_estimate_the_chances_of_random_play),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
