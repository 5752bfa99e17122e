// Claims about passing in Go: at once when nothing is left to gain, never before.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "agents/go_pass.h"
#include "agents/player.h"
#include "selfplay/match.h"
#include "temp_folder.h"
#include "thinker_desk.h"
#include "viewer/play_seat.h"

#define SIZE 7
#define POINTS (SIZE * SIZE)
#define PASS POINTS

// Black leads by 7 on the board. Every string lives unconditionally.
static const char *const settled = ".XXXOO."
                                   "XXXXOOO"
                                   ".XXXOO."
                                   "XXXXOOO"
                                   ".XXXOO."
                                   "XXXXOOO"
                                   ".XXXOO.";
// The middle is nobody's.
static const char *const neutral = ".XXXOO."
                                   "XXXXOOO"
                                   ".XXXOO."
                                   "XXX.OOO"
                                   ".XXXOO."
                                   "XXXXOOO"
                                   ".XXXOO.";
// Black leads by 4 as it stands and by 7 with the stone in the corner taken.
static const char *const dead = "O.XXOO."
                                "XXXXOOO"
                                ".XXXOO."
                                "XXXXOOO"
                                ".XXXOO."
                                "XXXXOOO"
                                ".XXXOO.";
// Dead stones with an eye: no point is nobody's.
static const char *const dead_eye = ".OXXOO."
                                    "OXXXOOO"
                                    "XXXXOO."
                                    "XXXXOOO"
                                    ".XXXOO."
                                    "XXXXOOO"
                                    ".XXXOO.";
// Territories with room to live in.
static const char *const roomy = "..XXOO."
                                 "..XXOO."
                                 "..XXOO."
                                 "..XXOO."
                                 "..XXOO."
                                 "..XXOO."
                                 "..XXOO.";
static const char *const sparse = "......."
                                  "......."
                                  "......."
                                  "...X..."
                                  "......."
                                  "......."
                                  ".......";

static void draw(bench *b, const char *board, ludus_go_colour to_move, int32_t komi)
{
    ludus_go_colour colours[POINTS];
    for (int32_t i = 0; i < POINTS; i++) {
        colours[i] = board[i] == 'X'   ? LUDUS_GO_BLACK
                     : board[i] == 'O' ? LUDUS_GO_WHITE
                                       : LUDUS_GO_EMPTY;
    }
    ludus_go_set_komi(&b->game, b->pos, komi);
    assert_int_equal(ludus_go_set_up(&b->game, b->pos, colours, to_move, NULL), LUDUS_OK);
}

// ---- The rule -----------------------------------------------------------------------------------

// What a net would say that is sure of the left four columns for black: [POINTS] for the mover.
static void say_halves(ludus_go_colour to_move, float sureness, float *ownership)
{
    for (int32_t i = 0; i < POINTS; i++) {
        const bool is_own = (i % SIZE < 4) == (to_move == LUDUS_GO_BLACK);
        ownership[i] = is_own ? sureness : 1.0f - sureness;
    }
}

static bool is_due(const char *board, ludus_go_colour to_move, int32_t komi, float value,
                   float sureness, bool removes_dead)
{
    bench b;
    float ownership[POINTS];
    bench_open(&b, "go7");
    draw(&b, board, to_move, komi);
    say_halves(to_move, sureness, ownership);
    const ludus_pass_case c = {
        .game = &b.game, .pos = b.pos, .value = value, .removes_dead = removes_dead};
    const bool due = ludus_pass_is_due(&c, ownership);
    assert_true(!due || ludus_pass_may_be_due(&c));
    bench_close(&b);
    return due;
}

static void a_settled_board_is_passed_by_both(void **state)
{
    (void)state;
    assert_true(is_due(settled, LUDUS_GO_BLACK, 0, 0.9f, 0.98f, false));
    assert_true(is_due(settled, LUDUS_GO_WHITE, 0, -0.9f, 0.98f, false));
    assert_true(is_due(roomy, LUDUS_GO_BLACK, 0, 0.5f, 0.98f, false));
}

static void a_pass_that_loses_waits_for_the_search_to_give_up(void **state)
{
    (void)state;
    assert_false(is_due(settled, LUDUS_GO_WHITE, 0, 0.0f, 0.98f, false));
    assert_true(is_due(settled, LUDUS_GO_BLACK, 12, 0.0f, 0.98f, false));
    assert_false(is_due(settled, LUDUS_GO_BLACK, 16, 0.0f, 0.98f, false));
    assert_true(is_due(settled, LUDUS_GO_BLACK, 16, -0.6f, 0.98f, false));
}

static void dead_stones_must_go_where_all_stones_count(void **state)
{
    (void)state;
    assert_false(is_due(dead, LUDUS_GO_BLACK, 0, 0.9f, 0.98f, false));
    assert_true(is_due(dead, LUDUS_GO_BLACK, 0, 0.9f, 0.98f, true));
    assert_false(is_due(dead_eye, LUDUS_GO_BLACK, 0, 0.9f, 0.98f, false));
    assert_true(is_due(dead_eye, LUDUS_GO_BLACK, 0, 0.9f, 0.98f, true));
}

static void open_boards_are_played_on(void **state)
{
    (void)state;
    assert_false(is_due(neutral, LUDUS_GO_BLACK, 0, 0.9f, 0.98f, false));
    assert_false(is_due(neutral, LUDUS_GO_BLACK, 0, 0.9f, 0.98f, true));
    assert_false(is_due(roomy, LUDUS_GO_BLACK, 0, 0.5f, 0.8f, false));
    assert_false(is_due(roomy, LUDUS_GO_BLACK, 0, 0.95f, 0.8f, false)); // invaders may live
    assert_false(is_due(roomy, LUDUS_GO_BLACK, 0, 0.95f, 0.8f, true));
}

static void a_search_sure_of_it_asks_playouts_beside_the_net(void **state)
{
    static const char *const small = "..XXOO." // room for stones in the corner, not for life
                                     ".XXXOOO"
                                     "XXXXOO."
                                     "XXXXOOO"
                                     ".XXXOO."
                                     "XXXXOOO"
                                     ".XXXOO.";
    (void)state;
    assert_false(is_due(small, LUDUS_GO_BLACK, 0, 0.5f, 0.8f, false));
    assert_true(is_due(small, LUDUS_GO_BLACK, 0, 0.95f, 0.8f, false));
}

static void a_pass_that_the_search_sees_cost_much_is_not_due(void **state)
{
    bench b;
    float ownership[POINTS];
    ludus_mcts_move moves[2] = {{.move = 0, .visits = 90, .value = 0.9f},
                                {.move = PASS, .visits = 10, .value = 0.85f}};
    (void)state;
    bench_open(&b, "go7");
    draw(&b, settled, LUDUS_GO_BLACK, 0);
    say_halves(LUDUS_GO_BLACK, 0.98f, ownership);
    const ludus_pass_case c = {
        .game = &b.game, .pos = b.pos, .value = 0.9f, .moves = moves, .num_moves = 2};
    assert_true(ludus_pass_is_due(&c, ownership));
    moves[1].value = -0.2f;
    assert_false(ludus_pass_is_due(&c, ownership));
    moves[1].visits = 1; // too few to be believed
    assert_true(ludus_pass_is_due(&c, ownership));
    bench_close(&b);
}

static void a_pass_is_answered_when_it_wins_or_all_is_lost(void **state)
{
    bench b;
    float ownership[POINTS];
    (void)state;
    bench_open(&b, "go7");
    ludus_pass_case c = {.game = &b.game, .pos = b.pos};
    for (int32_t to_move = 0; to_move < 2; to_move++) {
        const ludus_go_colour side = (ludus_go_colour)to_move;
        draw(&b, sparse, side, 0);
        say_halves(side, 0.5f, ownership);
        c.value = side == LUDUS_GO_BLACK ? 0.95f : -0.95f;
        assert_false(ludus_pass_is_due(&c, ownership)); // hardly begun
        ludus_go_set_to_move(&b.game, b.pos, (ludus_go_colour)(1 - to_move));
        ludus_game_play(&b.game, b.pos, PASS);
        assert_true(ludus_pass_is_due(&c, ownership));
        c.value = 0.0f;
        assert_int_equal(ludus_pass_is_due(&c, ownership), side == LUDUS_GO_BLACK);
    }
    bench_close(&b);
}

static void no_other_game_is_touched(void **state)
{
    static const char *const names[] = {"othello", "connect4", "chess", "tictactoe"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const ludus_thinker_config config = desk_config();
        desk d = {0};
        desk_open(&d, names[i], &config);
        const ludus_pass_case c = {.game = &d.b.game, .pos = d.b.pos, .value = 1.0f};
        assert_false(ludus_pass_may_be_due(&c) || ludus_pass_is_due(&c, NULL));
        desk_search(&d, (ludus_think_limits){.simulations = 20});
        assert_false(ludus_thinker_should_pass(d.thinker, false));
        desk_close(&d);
    }
}

// ---- Players ------------------------------------------------------------------------------------

static ludus_move choose(const bench *b, const char *text)
{
    ludus_player player;
    ludus_error error;
    ludus_rng rng;
    ludus_move move = LUDUS_MOVE_NONE;
    ludus_rng_init(&rng, 1, 0);
    if (ludus_player_open(&player, &b->game, text, &error) ||
        ludus_player_choose(&player, b->pos, &rng, &move, &error)) {
        fail_msg("%s", error.text);
    }
    ludus_player_close(&player);
    return move;
}

static void save_net(void **state, char path[TEMP_PATH_MAX])
{
    ludus_error error;
    ludus_net *net = desk_net("go7");
    temp_path(state, "go7.safetensors", path);
    assert_int_equal(ludus_net_save(net, path, NULL, &error), LUDUS_OK);
    ludus_net_destroy(net);
}

static void rollout_players_pass_at_once_and_keep_the_win(void **state)
{
    bench b;
    (void)state;
    bench_open(&b, "go7");
    draw(&b, settled, LUDUS_GO_BLACK, 0);
    for (int32_t i = 0; i < 2; i++) {
        assert_int_equal(ludus_game_outcome(&b.game, b.pos), LUDUS_ONGOING);
        assert_int_equal(choose(&b, "mcts:50"), PASS);
        ludus_game_play(&b.game, b.pos, PASS);
    }
    assert_int_equal(ludus_game_to_move(&b.game, b.pos), LUDUS_GO_BLACK);
    assert_int_equal(ludus_game_outcome(&b.game, b.pos), LUDUS_WIN);
    bench_close(&b);
}

static void net_players_pass_at_once(void **state)
{
    static const char *const suffixes[] = {",sims=0", ",sims=8", ",sims=8,threads=2", ",level=1"};
    char path[TEMP_PATH_MAX], text[LUDUS_PLAYER_NAME_MAX];
    bench b;
    save_net(state, path);
    bench_open(&b, "go7");
    draw(&b, settled, LUDUS_GO_BLACK, 0);
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
        snprintf(text, sizeof text, "net:%.200s%s", path, suffixes[i]);
        assert_int_equal(choose(&b, text), PASS);
    }
    bench_close(&b);
}

static void a_stone_that_decides_is_taken_before_the_pass(void **state)
{
    bench b;
    (void)state;
    bench_open(&b, "go7");
    draw(&b, dead, LUDUS_GO_BLACK, 9); // 4 - 4.5 points as it stands
    assert_int_equal(choose(&b, "mcts:400"), 1);
    ludus_game_play(&b.game, b.pos, 1);
    ludus_game_play(&b.game, b.pos, PASS);
    assert_int_equal(choose(&b, "mcts:400"), PASS);
    bench_close(&b);
}

static void the_windows_seat_passes_at_once(void **state)
{
    char path[TEMP_PATH_MAX];
    bench b;
    ludus_error error;
    ludus_play_record record;
    ludus_player_answer answer;
    ludus_seat seat;
    save_net(state, path);
    bench_open(&b, "go7");
    for (int32_t with_net = 0; with_net < 2; with_net++) {
        ludus_seat_spec spec = {.kind = LUDUS_SEAT_SEARCH, .level = 2, .threads = 1, .seed = 1};
        snprintf(spec.net, sizeof spec.net, "%s", with_net ? path : "");
        draw(&b, settled, LUDUS_GO_BLACK, 0);
        assert_int_equal(ludus_play_record_create(&record, &b.game, b.pos, &error), LUDUS_OK);
        assert_int_equal(ludus_seat_open(&seat, &b.game, &spec, &error), LUDUS_OK);
        ludus_seat_ask(&seat, &record);
        ludus_seat_wait(&seat);
        assert_int_equal(ludus_seat_poll(&seat, &answer), LUDUS_PLAYER_MOVED);
        assert_int_equal(answer.move, PASS);
        ludus_seat_close(&seat);
        ludus_play_record_free(&record);
    }
    bench_close(&b);
}

// ---- Matches ------------------------------------------------------------------------------------

typedef struct match_log {
    uint64_t hash;         // of all moves
    int32_t games, passed; // that ended by two passes
} match_log;

static void log_game(int32_t pair, int32_t game, const ludus_move *moves, int32_t plies,
                     ludus_outcome outcome, void *user)
{
    match_log *log = user;
    (void)pair;
    (void)game;
    (void)outcome;
    log->hash = ludus_hash64(moves, (size_t)plies * sizeof *moves, log->hash);
    log->games++;
    log->passed += plies >= 2 && moves[plies - 1] == 25 && moves[plies - 2] == 25;
}

static match_log play_match(int32_t threads)
{
    ludus_match_config config = ludus_match_config_default();
    ludus_match_result result;
    ludus_game game;
    ludus_error error;
    match_log log = {0};
    config.player[0] = "mcts:60";
    config.player[1] = "mcts:40";
    config.pairs = 4;
    config.threads = threads;
    assert_int_equal(ludus_game_open(&game, "go5", &error), LUDUS_OK);
    assert_int_equal(ludus_match_run(&game, &config, NULL, log_game, &log, &result, &error),
                     LUDUS_OK);
    ludus_game_close(&game);
    return log;
}

static void matches_repeat_and_end_in_passes(void **state)
{
    (void)state;
    const match_log one = play_match(1), two = play_match(2);
    assert_int_equal(one.games, 8);
    assert_int_equal(one.passed, one.games);
    assert_true(one.hash == two.hash);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_settled_board_is_passed_by_both),
        cmocka_unit_test(a_pass_that_loses_waits_for_the_search_to_give_up),
        cmocka_unit_test(dead_stones_must_go_where_all_stones_count),
        cmocka_unit_test(open_boards_are_played_on),
        cmocka_unit_test(a_search_sure_of_it_asks_playouts_beside_the_net),
        cmocka_unit_test(a_pass_that_the_search_sees_cost_much_is_not_due),
        cmocka_unit_test(a_pass_is_answered_when_it_wins_or_all_is_lost),
        cmocka_unit_test(no_other_game_is_touched),
        cmocka_unit_test(rollout_players_pass_at_once_and_keep_the_win),
        cmocka_unit_test(net_players_pass_at_once),
        cmocka_unit_test(a_stone_that_decides_is_taken_before_the_pass),
        cmocka_unit_test(the_windows_seat_passes_at_once),
        cmocka_unit_test(matches_repeat_and_end_in_passes),
    };
    return cmocka_run_group_tests(tests, temp_folder_create, temp_folder_destroy);
}
