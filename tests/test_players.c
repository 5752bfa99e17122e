// Claims about players and evaluators.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "agents/negamax.h"
#include "agents/player.h"
#include "temp_folder.h"

#define STATE_BYTES 1024

static void open_game(ludus_game *game, const char *name)
{
    ludus_error error;
    if (ludus_game_open(game, name, &error)) {
        fail_msg("%s", error.text);
    }
    assert_true(game->spec.state_bytes <= STATE_BYTES);
}

static void open_player(ludus_player *player, const ludus_game *game, const char *text)
{
    ludus_error error;
    if (ludus_player_open(player, game, text, &error)) {
        fail_msg("%s", error.text);
    }
}

// Outcome for the first player.
static ludus_outcome play_game(const ludus_game *game, ludus_player *first, ludus_player *second,
                               uint64_t seed)
{
    uint8_t pos[STATE_BYTES];
    ludus_player *players[2] = {first, second};
    ludus_rng rng;
    ludus_error error;
    ludus_move move;
    ludus_rng_init(&rng, seed, 0);
    ludus_game_init(game, pos);
    ludus_player_reset(first);
    ludus_player_reset(second);
    while (ludus_game_outcome(game, pos) == LUDUS_ONGOING) {
        const int32_t side = ludus_game_to_move(game, pos);
        assert_int_equal(ludus_player_choose(players[side], pos, &rng, &move, &error), LUDUS_OK);
        ludus_player_observe(first, pos, move);
        ludus_player_observe(second, pos, move);
        ludus_game_play(game, pos, move);
    }
    const ludus_outcome outcome = ludus_game_outcome(game, pos);
    return ludus_game_to_move(game, pos) == 0 ? outcome : (ludus_outcome)-outcome;
}

static void perfect_never_loses(void **state)
{
    static const char *const others[] = {"random", "alphabeta:2", "mcts:50"};
    ludus_game game;
    ludus_player perfect, other;
    (void)state;
    open_game(&game, "tictactoe");
    open_player(&perfect, &game, "perfect");
    for (int k = 0; k < 3; k++) {
        open_player(&other, &game, others[k]);
        for (uint64_t i = 0; i < 60; i++) {
            assert_int_not_equal(play_game(&game, &perfect, &other, i), LUDUS_LOSS);
            assert_int_not_equal(play_game(&game, &other, &perfect, i), LUDUS_WIN);
        }
        ludus_player_close(&other);
    }
    ludus_player_close(&perfect);
    ludus_game_close(&game);
}

static void equal_moves_are_varied(void **state)
{
    ludus_game game;
    ludus_player player;
    uint8_t pos[STATE_BYTES];
    ludus_rng rng;
    ludus_error error;
    ludus_move move;
    uint32_t seen = 0;
    (void)state;
    open_game(&game, "tictactoe");
    open_player(&player, &game, "perfect");
    ludus_game_init(&game, pos);
    ludus_rng_init(&rng, 1, 0);
    for (int i = 0; i < 200; i++) {
        assert_int_equal(ludus_player_choose(&player, pos, &rng, &move, &error), LUDUS_OK);
        seen |= 1u << move;
    }
    assert_int_equal(seen, 0x1ff); // every first move draws
    ludus_player_close(&player);
    ludus_game_close(&game);
}

// Plain minimax without window, table or order.
static int32_t minimax(const ludus_game *game, const uint8_t *pos, int32_t depth, int32_t ply)
{
    ludus_move moves[64];
    const ludus_outcome outcome = ludus_game_outcome(game, pos);
    if (outcome != LUDUS_ONGOING) {
        return (int32_t)outcome * (LUDUS_NEGAMAX_WIN - ply);
    }
    if (depth == 0) {
        return (int32_t)(1000.0f * ludus_game_heuristic(game, pos));
    }
    int32_t best = -2 * LUDUS_NEGAMAX_WIN;
    const int32_t n = ludus_game_legal(game, pos, moves);
    for (int32_t i = 0; i < n; i++) {
        uint8_t next[STATE_BYTES];
        memcpy(next, pos, game->spec.state_bytes);
        ludus_game_play(game, next, moves[i]);
        const int32_t score = -minimax(game, next, depth - 1, ply + 1);
        best = score > best ? score : best;
    }
    return best;
}

static void alpha_beta_equals_minimax(void **state)
{
    static const char *const names[] = {"connect4", "othello6", "tictactoe"};
    (void)state;
    for (int k = 0; k < 3; k++) {
        ludus_game game;
        ludus_negamax *searcher;
        ludus_rng rng;
        uint8_t pos[STATE_BYTES];
        ludus_move moves[64];
        int32_t score;
        open_game(&game, names[k]);
        ludus_rng_init(&rng, 3, (uint64_t)k);
        assert_int_equal(ludus_negamax_create(&searcher, &game, 4, NULL), LUDUS_OK);
        for (int i = 0; i < 12; i++) {
            ludus_game_init(&game, pos);
            for (int ply = 0; ply < i && ludus_game_outcome(&game, pos) == LUDUS_ONGOING; ply++) {
                const int32_t n = ludus_game_legal(&game, pos, moves);
                ludus_game_play(&game, pos, moves[ludus_rng_below(&rng, (uint32_t)n)]);
            }
            if (ludus_game_outcome(&game, pos) != LUDUS_ONGOING) {
                continue;
            }
            const ludus_move move = ludus_negamax_best(searcher, pos, &rng, &score);
            // A win seen early ends the deepening, with the same score.
            assert_int_equal(score, minimax(&game, pos, 4, 0));
            assert_true(ludus_game_is_legal(&game, pos, move));
        }
        ludus_negamax_destroy(searcher);
        ludus_game_close(&game);
    }
}

static void alpha_beta_beats_random(void **state)
{
    ludus_game game;
    ludus_player searcher, random;
    int32_t points = 0;
    (void)state;
    open_game(&game, "othello");
    open_player(&searcher, &game, "alphabeta:4");
    open_player(&random, &game, "random");
    for (uint64_t i = 0; i < 6; i++) {
        points += play_game(&game, &searcher, &random, i) == LUDUS_WIN;
        points += play_game(&game, &random, &searcher, i) == LUDUS_LOSS;
    }
    assert_true(points >= 11);
    ludus_player_close(&searcher);
    ludus_player_close(&random);
    ludus_game_close(&game);
}

static void wrong_players_get_one_line(void **state)
{
    static const char *const cases[][2] = {
        {"alphbeta", "did you mean alphabeta?"},
        {"alphabeta:0", "1 .. 64"},
        {"alphabeta:x", "whole number"},
        {"mcts:1e9", "whole number"},
        {"random:5", "no settings"},
        {"perfect", "tictactoe"},
        {"net:", "give a file"},
        {"net:/nonexistent/file", "/nonexistent/file"},
        {"net:x,sims=abc", "sims must be a whole number"},
        {"net:x,simss=1", "did you mean sims?"},
        {"net:x,precision=f16", "f32, bf16 or int8"},
    };
    ludus_game game;
    (void)state;
    open_game(&game, "connect4");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ludus_player player;
        ludus_error error;
        assert_int_not_equal(ludus_player_open(&player, &game, cases[i][0], &error), LUDUS_OK);
        if (strstr(error.text, cases[i][1]) == NULL || strchr(error.text, '\n') != NULL) {
            fail_msg("%s: %s", cases[i][0], error.text);
        }
        ludus_player_close(&player);
    }
    ludus_game_close(&game);
}

// ---- Net evaluator -----------------------------------------------------------------------------

static ludus_net *random_net(const ludus_game *game)
{
    ludus_net *net;
    ludus_error error;
    ludus_net_desc desc = ludus_net_desc_default();
    desc.channels = 16;
    desc.blocks = 1;
    ludus_net_desc_for_game(&desc, game);
    if (ludus_net_create(&net, &desc, 5, &error)) {
        fail_msg("%s", error.text);
    }
    return net;
}

// The position seen through a symmetry equals the mirrored position seen plainly.
static void symmetries_permute_the_policy(void **state)
{
    ludus_game game;
    ludus_evaluator evaluator;
    ludus_error error;
    ludus_move move, mirrored[7], legal[7];
    uint8_t pos[STATE_BYTES], other[STATE_BYTES];
    float p1[7], p2[7];
    ludus_rng rng;
    (void)state;
    open_game(&game, "connect4");
    ludus_net *net = random_net(&game);
    const ludus_exec_config exec = {.max_batch = 2};
    assert_int_equal(ludus_evaluator_net(&evaluator, &game, net, &exec, &error), LUDUS_OK);
    ludus_game_permute(&game, 1, mirrored);
    ludus_game_init(&game, pos);
    ludus_game_init(&game, other);
    ludus_rng_init(&rng, 1, 1);
    for (int ply = 0; ply < 5; ply++) {
        move = (ludus_move)ludus_rng_below(&rng, 7);
        ludus_game_play(&game, pos, move);
        ludus_game_play(&game, other, mirrored[move]);
    }
    const int32_t n = ludus_game_legal(&game, pos, legal);
    assert_int_equal(n, 7);
    ludus_leaf leaves[2] = {{.pos = pos, .legal = legal, .num_legal = n, .sym = 1, .priors = p1},
                            {.pos = other, .legal = legal, .num_legal = n, .sym = 0, .priors = p2}};
    ludus_evaluate(&evaluator, 2, leaves);
    float sum = 0.0f;
    for (int i = 0; i < 7; i++) {
        assert_true(fabsf(p1[i] - p2[mirrored[i]]) < 1e-6f); // sums run in another order
        sum += p1[i];
    }
    assert_true(fabsf(sum - 1.0f) < 1e-5f);
    assert_memory_equal(leaves[0].wdl, leaves[1].wdl, sizeof leaves[0].wdl);
    ludus_evaluator_destroy(&evaluator);
    ludus_net_destroy(net);
    ludus_game_close(&game);
}

static void every_precision_plays(void **state)
{
    static const char *const suffixes[] = {",sims=30", ",sims=0", ",sims=30,precision=bf16",
                                           ",sims=30,precision=int8",
                                           ",sims=20,temperature=1,plies=4,batch=1"};
    char path[TEMP_PATH_MAX], text[LUDUS_PLAYER_NAME_MAX];
    ludus_game game;
    ludus_player net_player, random;
    ludus_error error;
    ludus_thought thought;
    temp_path(state, "c4.safetensors", path);
    open_game(&game, "connect4");
    ludus_net *net = random_net(&game);
    assert_int_equal(ludus_net_save(net, path, NULL, &error), LUDUS_OK);
    open_player(&random, &game, "random");
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
        snprintf(text, sizeof text, "net:%.200s%s", path, suffixes[i]);
        open_player(&net_player, &game, text);
        play_game(&game, &net_player, &random, i);
        ludus_player_thought(&net_player, &thought);
        assert_true(thought.has_value && thought.num_moves >= 1);
        ludus_player_close(&net_player);
    }
    ludus_player_close(&random);
    ludus_net_destroy(net);
    ludus_game_close(&game);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(perfect_never_loses),
        cmocka_unit_test(equal_moves_are_varied),
        cmocka_unit_test(alpha_beta_equals_minimax),
        cmocka_unit_test(alpha_beta_beats_random),
        cmocka_unit_test(wrong_players_get_one_line),
        cmocka_unit_test(symmetries_permute_the_policy),
        cmocka_unit_test(every_precision_plays),
    };
    return cmocka_run_group_tests(tests, temp_folder_create, temp_folder_destroy);
}
