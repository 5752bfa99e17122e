// Claims about players.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "agents/connect4_solver.h"
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

// Plays to the end of the game, in `pos`; returns a hash of the moves.
static uint64_t play_out(const ludus_game *game, ludus_player *first, ludus_player *second,
                         uint64_t seed, uint8_t *pos)
{
    ludus_player *players[2] = {first, second};
    ludus_rng rng;
    ludus_error error;
    ludus_move move;
    uint64_t hash = 0;
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
        hash = ludus_hash64(&move, sizeof move, hash);
    }
    return hash;
}

static uint64_t play_hashed(const ludus_game *game, ludus_player *first, ludus_player *second,
                            uint64_t seed)
{
    _Alignas(8) uint8_t pos[STATE_BYTES];
    return play_out(game, first, second, seed, pos);
}

// Outcome for the first player.
static ludus_outcome play_game(const ludus_game *game, ludus_player *first, ludus_player *second,
                               uint64_t seed)
{
    _Alignas(8) uint8_t pos[STATE_BYTES];
    play_out(game, first, second, seed, pos);
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
    _Alignas(8) uint8_t pos[STATE_BYTES];
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
        _Alignas(8) uint8_t next[STATE_BYTES];
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
        _Alignas(8) uint8_t pos[STATE_BYTES];
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

// ---- Single positions ---------------------------------------------------------------------------

static void set_position(const ludus_game *game, uint8_t *pos, const char *moves)
{
    char text[128], *rest = NULL;
    ludus_error error;
    ludus_move move;
    snprintf(text, sizeof text, "%s", moves);
    ludus_game_init(game, pos);
    for (char *word = strtok_r(text, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest)) {
        if (ludus_game_parse_move(game, pos, word, &move, &error)) {
            fail_msg("%s", error.text);
        }
        ludus_game_play(game, pos, move);
    }
}

static void random_is_uniform_over_the_legal_moves(void **state)
{
    ludus_game game;
    ludus_player player;
    _Alignas(8) uint8_t pos[STATE_BYTES];
    ludus_rng rng;
    ludus_error error;
    ludus_move move;
    int32_t drawn[7] = {0};
    double chi_square = 0.0;
    (void)state;
    open_game(&game, "connect4");
    open_player(&player, &game, "random");
    set_position(&game, pos, "4 4 4 4 4 4"); // the fourth column is full
    ludus_rng_init(&rng, 2, 0);
    for (int i = 0; i < 6000; i++) {
        assert_int_equal(ludus_player_choose(&player, pos, &rng, &move, &error), LUDUS_OK);
        drawn[move]++;
    }
    for (int i = 0; i < 7; i++) {
        chi_square += i == 3 ? 0.0 : (drawn[i] - 1000.0) * (drawn[i] - 1000.0) / 1000.0;
    }
    assert_int_equal(drawn[3], 0);
    assert_true(chi_square < 20.5); // 5 degrees of freedom, p = .001
    ludus_player_close(&player);
    ludus_game_close(&game);
}

static void searchers_find_wins_and_stop_threats(void **state)
{
    static const char *const players[] = {"alphabeta:4", "alphabeta:1", "mcts:2000", "solver"};
    static const struct {
        const char *moves;
        uint32_t good; // columns, bit 0 = the first
        bool is_deep;  // more than one ply away
    } cases[] = {
        {"1 1 2 2 3 3", 1u << 3, false},                        // four in the row now
        {"1 7 2 7 1 7", 1u << 6, true},                         // else 7 wins
        {"4 4 5 5", 1u << 2 | 1u << 5, true},                   // an open three
        {"4 4 5", 1u << 1 | 1u << 2 | 1u << 5 | 1u << 6, true}, // before it is one
    };
    ludus_game game;
    (void)state;
    open_game(&game, "connect4");
    for (size_t k = 0; k < sizeof players / sizeof players[0]; k++) {
        ludus_player player;
        open_player(&player, &game, players[k]);
        for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
            _Alignas(8) uint8_t pos[STATE_BYTES];
            ludus_rng rng;
            ludus_error error;
            ludus_move move;
            const bool is_early = strcmp(players[k], "solver") == 0 && i >= 2; // takes minutes
            if (is_early || (cases[i].is_deep && strcmp(players[k], "alphabeta:1") == 0)) {
                continue;
            }
            set_position(&game, pos, cases[i].moves);
            ludus_rng_init(&rng, 3, i);
            ludus_player_reset(&player);
            assert_int_equal(ludus_player_choose(&player, pos, &rng, &move, &error), LUDUS_OK);
            if (((cases[i].good >> move) & 1u) == 0) {
                fail_msg("%s plays %d after %s", players[k], move + 1, cases[i].moves);
            }
        }
        ludus_player_close(&player);
    }
    ludus_game_close(&game);
}

// Random openings of 16 plies, then the solver for the player to move; the outcome must be what the
// position is worth.
static void the_solver_keeps_what_it_has(void **state)
{
    ludus_game game;
    ludus_player solver, other;
    ludus_connect4_solver *judge;
    ludus_error error;
    int32_t games = 0;
    (void)state;
    open_game(&game, "connect4");
    open_player(&solver, &game, "solver");
    open_player(&other, &game, "alphabeta:5");
    assert_int_equal(ludus_connect4_solver_create(&judge, (size_t)16 << 20), LUDUS_OK);
    for (uint64_t seed = 0; seed < 30; seed++) {
        _Alignas(8) uint8_t pos[STATE_BYTES];
        ludus_move move, legal[7];
        ludus_rng rng;
        ludus_rng_init(&rng, seed, 0);
        ludus_game_init(&game, pos);
        for (int ply = 0; ply < 16 && ludus_game_outcome(&game, pos) == LUDUS_ONGOING; ply++) {
            const int32_t n = ludus_game_legal(&game, pos, legal);
            ludus_game_play(&game, pos, legal[ludus_rng_below(&rng, (uint32_t)n)]);
        }
        if (ludus_game_outcome(&game, pos) != LUDUS_ONGOING) {
            continue;
        }
        const int32_t worth = ludus_connect4_solve_weak(judge, (const void *)pos);
        ludus_player *players[2] = {&solver, &other};
        int32_t turn = 0;
        for (; ludus_game_outcome(&game, pos) == LUDUS_ONGOING; turn = 1 - turn) {
            assert_int_equal(ludus_player_choose(players[turn], pos, &rng, &move, &error),
                             LUDUS_OK);
            ludus_game_play(&game, pos, move);
        }
        const int32_t outcome = (int32_t)ludus_game_outcome(&game, pos);
        assert_true((turn == 0 ? outcome : -outcome) >= worth);
        games++;
    }
    assert_true(games >= 15);
    ludus_connect4_solver_destroy(judge);
    ludus_player_close(&solver);
    ludus_player_close(&other);
    ludus_game_close(&game);
}

// ---- Every kind ---------------------------------------------------------------------------------

// What a player draws comes from the rng alone: the same seed, the same game, also in a second game
// of the same player.
static void games_repeat_from_their_seed(void **state)
{
    static const char *const players[] = {"random", "alphabeta:2", "mcts:100", "perfect"};
    ludus_game game;
    (void)state;
    open_game(&game, "tictactoe");
    for (size_t k = 0; k < sizeof players / sizeof players[0]; k++) {
        ludus_player player, opponent;
        uint64_t hash[3] = {0};
        open_player(&player, &game, players[k]);
        open_player(&opponent, &game, "random");
        for (int i = 0; i < 3; i++) {
            hash[i] = play_hashed(&game, &player, &opponent, i == 1 ? 8 : 7);
        }
        assert_true(hash[0] == hash[2] && hash[0] != hash[1]);
        ludus_player_close(&player);
        ludus_player_close(&opponent);
    }
    ludus_game_close(&game);
}

static void rollout_players_tell_what_they_saw(void **state)
{
    ludus_game game;
    ludus_player player;
    ludus_thought thought;
    _Alignas(8) uint8_t pos[STATE_BYTES];
    ludus_rng rng;
    ludus_error error;
    ludus_move move;
    int32_t visits = 0;
    (void)state;
    open_game(&game, "othello");
    open_player(&player, &game, "mcts:200");
    ludus_game_init(&game, pos);
    ludus_rng_init(&rng, 1, 0);
    ludus_player_thought(&player, &thought);
    assert_false(thought.has_value);
    assert_int_equal(ludus_player_choose(&player, pos, &rng, &move, &error), LUDUS_OK);
    ludus_player_thought(&player, &thought);
    assert_true(thought.has_value && fabsf(thought.value) <= 1.0f);
    assert_int_equal(thought.simulations, 200);
    assert_int_equal(thought.num_moves, 4);
    assert_true(thought.line_length >= 2 && thought.line[0] == move);
    for (int32_t i = 0; i < thought.num_moves; i++) {
        visits += thought.moves[i].visits;
    }
    assert_int_equal(visits, 200);
    ludus_player_close(&player);
    ludus_game_close(&game);
}

// Random texts around the real ones: either a player or one line, and nothing leaks.
static void any_text_is_a_player_or_one_line(void **state)
{
    static const char alphabet[] = "rnadomctslphbevrfi:,=0129-. \t\n%x";
    static const char *const seeds[] = {
        "random", "mcts:5", "alphabeta:2", "perfect", "net:x,sims=3", "net:x,temperature=1", ""};
    ludus_game game;
    ludus_rng rng;
    (void)state;
    open_game(&game, "tictactoe");
    ludus_rng_init(&rng, 6, 0);
    for (int i = 0; i < 400; i++) {
        char text[64];
        ludus_player player;
        ludus_error error;
        snprintf(text, sizeof text, "%s", seeds[ludus_rng_below(&rng, 7)]);
        for (uint32_t k = ludus_rng_below(&rng, 3); k > 0; k--) {
            const size_t n = strlen(text), at = ludus_rng_below(&rng, (uint32_t)n + 1);
            text[n + 1 < sizeof text ? n + 1 : n] = '\0';
            text[at] = alphabet[ludus_rng_below(&rng, sizeof alphabet - 1)];
        }
        if (ludus_player_open(&player, &game, text, &error)) {
            assert_true(error.text[0] != '\0' && strchr(error.text, '\n') == NULL);
            assert_null(player.ops);
        }
        ludus_player_close(&player);
    }
    char long_text[2 * LUDUS_PLAYER_NAME_MAX];
    ludus_player player;
    ludus_error error;
    memset(long_text, 'x', sizeof long_text - 1);
    long_text[sizeof long_text - 1] = '\0';
    assert_int_equal(ludus_player_open(&player, &game, long_text, &error), LUDUS_ERR_ARG);
    ludus_game_close(&game);
}

static void the_solver_says_what_it_plays(void **state)
{
    ludus_game game;
    ludus_player player;
    ludus_error error;
    (void)state;
    open_game(&game, "othello");
    assert_int_equal(ludus_player_open(&player, &game, "solver", &error), LUDUS_ERR_UNSUPPORTED);
    assert_string_equal(error.text, "solver: plays connect4 alone, not othello");
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
        {"solver:3", "no settings"},
        {"perfect", "tictactoe"},
        {"net:", "give a file"},
        {"net:/nonexistent/file", "/nonexistent/file"},
        {"net:x,sims=abc", "sims must be a whole number"},
        {"net:x,simss=1", "did you mean sims?"},
        {"net:x,precision=f16", "f32, bf16 or int8"},
        {"net:x,level=11", "level must be a whole number 1 .. 10"},
        {"net:x,movetime=0", "movetime must be 0.001 .. 86400"},
        {"net:x,temperature=-1", "temperature must be 0 .. 100"},
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

// ---- Nets ---------------------------------------------------------------------------------------

static ludus_net *random_net(const ludus_game *game)
{
    ludus_net *net;
    ludus_error error;
    ludus_net_desc desc = ludus_net_desc_default();
    desc.channels = 16;
    desc.blocks = 1;
    ludus_net_desc_for_game(&desc, game, NULL, NULL);
    if (ludus_net_create(&net, &desc, 5, &error)) {
        fail_msg("%s", error.text);
    }
    return net;
}

static void every_precision_and_setting_plays(void **state)
{
    static const char *const suffixes[] = {",sims=30",
                                           ",sims=0",
                                           ",sims=30,precision=bf16",
                                           ",sims=30,precision=int8",
                                           ",sims=20,temperature=1,plies=4,batch=1",
                                           ",level=3",
                                           ",sims=50,threads=2,temperature=1",
                                           ",movetime=0.002,threads=2",
                                           ",level=2,movetime=1",
                                           ",tc=20+0.5,batch=2"};
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

static void no_search_goes_with_no_limits_of_one(void **state)
{
    static const char *const suffixes[] = {"level=3", "movetime=0.1", "tc=1+0.1", "temperature=1"};
    ludus_game game;
    (void)state;
    open_game(&game, "connect4");
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
        ludus_player player;
        ludus_error error;
        char text[LUDUS_PLAYER_NAME_MAX];
        snprintf(text, sizeof text, "net:x.safetensors,sims=0,%s", suffixes[i]);
        assert_int_equal(ludus_player_open(&player, &game, text, &error), LUDUS_ERR_ARG);
        assert_non_null(strstr(error.text, "sims=0 is the net without search"));
    }
    ludus_game_close(&game);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(perfect_never_loses),
        cmocka_unit_test(equal_moves_are_varied),
        cmocka_unit_test(alpha_beta_equals_minimax),
        cmocka_unit_test(alpha_beta_beats_random),
        cmocka_unit_test(random_is_uniform_over_the_legal_moves),
        cmocka_unit_test(searchers_find_wins_and_stop_threats),
        cmocka_unit_test(the_solver_keeps_what_it_has),
        cmocka_unit_test(games_repeat_from_their_seed),
        cmocka_unit_test(rollout_players_tell_what_they_saw),
        cmocka_unit_test(any_text_is_a_player_or_one_line),
        cmocka_unit_test(the_solver_says_what_it_plays),
        cmocka_unit_test(wrong_players_get_one_line),
        cmocka_unit_test(every_precision_and_setting_plays),
        cmocka_unit_test(no_search_goes_with_no_limits_of_one),
    };
    return cmocka_run_group_tests(tests, temp_folder_create, temp_folder_destroy);
}
