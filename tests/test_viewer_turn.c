// Claims about whose turn it is on the play screen when the game is not an ordinary one: other
// start positions, Chess960, passes, moves played over, players that fail.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "envs/board.h"
#include "envs/chess.h"
#include "person.h"

#define NET "nets/trained/connect4.safetensors"

static int32_t square(const char *name) // "e4" of chess
{
    return (8 - (name[1] - '0')) * 8 + name[0] - 'a';
}

static void click_pair(ludus_play *play, const char *from, const char *to)
{
    person_click_cell(play, square(from));
    person_click_cell(play, square(to));
}

// ---- Other starts -------------------------------------------------------------------------------

// Every move of the record is legal where it was made.
static void check_record(const ludus_play_record *record)
{
    void *pos = ludus_alloc(1, record->game->spec.state_bytes);
    assert_non_null(pos);
    memcpy(pos, record->start, record->game->spec.state_bytes);
    for (int32_t i = 0; i < record->count; i++) {
        assert_true(ludus_game_is_legal(record->game, pos, record->moves[i]));
        ludus_game_play(record->game, pos, record->moves[i]);
    }
    assert_memory_equal(pos, record->end, record->game->spec.state_bytes);
    ludus_free(pos);
}

static void players_in_threads_play_on_from_any_start(void **state)
{
    (void)state;
    static const char *const players[] = {"random", "alphabeta:1", "mcts:8"};
    for (size_t i = 0; i < sizeof(players) / sizeof(players[0]); i++) {
        ludus_play_config config = person_game("chess", LUDUS_SEAT_PLAYER);
        strcpy(config.seats[1].player, players[i]);
        config.start = "4k3/8/8/8/8/8/4P3/4K3 w - - 0 1";
        ludus_play *play = person_open(&config);
        const ludus_play_record *record = ludus_play_record_of(play);
        click_pair(play, "e2", "e4");
        person_waits(play, 60);
        assert_int_equal(record->count, 2);
        check_record(record);
        click_pair(play, "e4", "e5"); // heard on top of what it has heard
        person_waits(play, 60);
        assert_int_equal(record->count, 4);
        person_press(play, "Undo"); // and again from the start
        click_pair(play, "e1", "d1");
        person_waits(play, 60);
        assert_int_equal(record->count, 4);
        check_record(record);
        assert_true(ludus_play_destroy(play));
    }
}

static ludus_chess_parts_of_move first_move(const ludus_play *play)
{
    ludus_chess_parts_of_move parts;
    const ludus_play_record *record = ludus_play_record_of(play);
    assert_int_equal(record->count, 1);
    ludus_chess_parts(record->game, record->start, record->moves[0], &parts);
    return parts;
}

static void chess960_castles_onto_the_rook_and_the_king_may_just_step(void **state)
{
    (void)state;
    for (int onto_rook = 0; onto_rook < 2; onto_rook++) {
        ludus_play_config config = person_game("chess", LUDUS_SEAT_PERSON);
        config.start = "4k3/8/8/8/8/8/8/5K1R w H - 0 1";
        ludus_play *play = person_open(&config);
        click_pair(play, "f1", onto_rook ? "h1" : "g1");
        const ludus_chess_parts_of_move made = first_move(play);
        assert_int_equal(made.is_castling, onto_rook);
        assert_int_equal(made.kind, LUDUS_CHESS_KING);
        ludus_play_destroy(play);
    }
    // Where the king cannot step there, the square where it ends castles too.
    static const char *const targets[] = {"g1", "h1"};
    for (int i = 0; i < 2; i++) {
        ludus_play_config config = person_game("chess", LUDUS_SEAT_PERSON);
        config.start = "4k3/8/8/8/8/8/8/4K2R w K - 0 1";
        ludus_play *play = person_open(&config);
        click_pair(play, "e1", targets[i]);
        assert_true(first_move(play).is_castling);
        ludus_play_destroy(play);
    }
}

// ---- Undoing ------------------------------------------------------------------------------------

// Moves of a random game of othello6 up to its first forced pass; returns how many.
static int32_t moves_to_a_pass(char *out, size_t size)
{
    ludus_game game;
    ludus_rng rng;
    ludus_move legal[LUDUS_BOARD_MAX_CELLS + 1];
    assert_int_equal(ludus_game_open(&game, "othello6", NULL), LUDUS_OK);
    void *pos = ludus_alloc(1, game.spec.state_bytes);
    ludus_rng_init(&rng, 3, 0);
    int32_t count = -1;
    for (int32_t i = 0; i < 1000 && count < 0; i++) {
        size_t used = 0;
        ludus_game_init(&game, pos);
        for (int32_t ply = 0; ludus_game_outcome(&game, pos) == LUDUS_ONGOING; ply++) {
            char text[LUDUS_GAME_TEXT_MAX];
            const int32_t n = ludus_game_legal(&game, pos, legal);
            if (n == 1 && legal[0] == game.spec.board[0] * game.spec.board[1]) {
                count = ply;
                break;
            }
            const ludus_move move = legal[ludus_rng_below(&rng, (uint32_t)n)];
            ludus_game_move_text(&game, pos, move, text);
            used += (size_t)snprintf(out + used, size - used, "%s ", text);
            ludus_game_play(&game, pos, move);
        }
    }
    ludus_free(pos);
    ludus_game_close(&game);
    return count;
}

static void undo_goes_past_a_forced_pass(void **state)
{
    (void)state;
    char moves[1024];
    const int32_t count = moves_to_a_pass(moves, sizeof(moves));
    assert_true(count > 0);
    ludus_play_config config = person_game("othello6", LUDUS_SEAT_PERSON);
    config.moves = moves;
    ludus_play *play = person_open(&config);
    const ludus_play_record *record = ludus_play_record_of(play);
    person_waits(play, 60);
    assert_int_equal(record->count, count + 1); // passed by itself
    person_press(play, "Undo");
    person_waits(play, 60);
    assert_int_equal(record->count, count - 1);
    ludus_play_destroy(play);
}

static void the_first_move_of_a_bot_is_not_taken_back(void **state)
{
    (void)state;
    ludus_play_config config = person_game("connect4", LUDUS_SEAT_PERSON);
    config.seats[0] = config.bot;
    ludus_play *play = person_open(&config);
    const ludus_play_record *record = ludus_play_record_of(play);
    person_waits(play, 60);
    assert_int_equal(record->count, 1);
    const ludus_move first = record->moves[0];
    person_press(play, "Undo");
    assert_int_equal(record->count, 1);
    person_press(play, "Resign");
    assert_true(ludus_play_is_over(play));
    person_press(play, "Undo"); // this much is
    assert_false(ludus_play_is_over(play));
    assert_int_equal(record->count, 1);
    assert_int_equal(record->moves[0], first);
    ludus_play_destroy(play);
}

static void a_key_held_down_undoes_once(void **state)
{
    (void)state;
    ludus_play_config config = person_game("connect4", LUDUS_SEAT_PERSON);
    config.moves = "1 2 3";
    ludus_play *play = person_open(&config);
    const ludus_event held = {.kind = LUDUS_EVENT_KEY, .key = 'u', .is_repeat = true};
    const ludus_event with_ctrl = {.kind = LUDUS_EVENT_KEY, .key = 'r', .ctrl = true};
    const ludus_event with_alt = {.kind = LUDUS_EVENT_KEY, .key = 'r', .alt = true};
    person_key(play, 'u');
    ludus_play_screen.event(play, &held);
    assert_int_equal(ludus_play_record_of(play)->count, 2);
    ludus_play_screen.event(play, &with_ctrl);
    ludus_play_screen.event(play, &with_alt);
    assert_false(ludus_play_is_over(play));
    ludus_play_destroy(play);
}

// ---- Going back and forth -----------------------------------------------------------------------

static void the_wheel_goes_back_by_whole_notches(void **state)
{
    (void)state;
    static const struct {
        float wheel;
        int32_t steps, count; // count: moves after a click that plays on from there
    } cases[] = {{.4f, 0, 4}, {1, 1, 3}, {2, 2, 2}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        ludus_play_config config = person_game("connect4", LUDUS_SEAT_PERSON);
        config.moves = "1 2 3";
        ludus_play *play = person_open(&config);
        const ludus_event turn = {
            .kind = LUDUS_EVENT_WHEEL, .wheel = cases[i].wheel, .wheel_steps = cases[i].steps};
        ludus_play_screen.event(play, &turn);
        person_click_cell(play, 5);
        assert_int_equal(ludus_play_record_of(play)->count, cases[i].count);
        ludus_play_destroy(play);
    }
}

static void what_was_thought_of_moves_played_over_is_forgotten(void **state)
{
    ludus_play_config config = person_game("chess", LUDUS_SEAT_PERSON);
    config.moves = "e2e4 e7e5 g1f3";
    picture pictures[2];
    for (int is_analysed = 0; is_analysed < 2; is_analysed++) {
        ludus_play *play = person_open(&config);
        scripted s = {.ops = &ludus_play_screen, .self = play};
        if (is_analysed) {
            person_key(play, 'a');
            person_waits(play, 20);
            assert_true(ludus_play_record_of(play)->win[3] >= 0);
            person_key(play, 'a');
        }
        person_key(play, LUDUS_KEY_HOME);
        click_pair(play, "a2", "a4");
        click_pair(play, "h7", "h5");
        click_pair(play, "a1", "a3");
        assert_int_equal(ludus_play_record_of(play)->count, 3);
        person_waits(play, 60);
        pictures[is_analysed] = scripted_draw(state, &s, 2, 1280, 800);
        ludus_play_destroy(play);
    }
    assert_true(picture_equal(pictures[0], pictures[1]));
    picture_free(pictures[0]);
    picture_free(pictures[1]);
}

// ---- Players that fail --------------------------------------------------------------------------

static void a_player_that_failed_is_replaced_by_a_new_game(void **state)
{
    char net[TEMP_PATH_MAX];
    void *bytes;
    size_t size;
    temp_path(state, "late.safetensors", net);
    ludus_play_config config = person_game("connect4", LUDUS_SEAT_PLAYER);
    snprintf(config.seats[1].player, sizeof(config.seats[1].player), "net:%.200s,sims=1", net);
    config.bot = config.seats[1];
    ludus_play *play = person_open(&config);
    const ludus_play_record *record = ludus_play_record_of(play);
    person_click_cell(play, 3);
    person_waits(play, 60);
    assert_string_equal(ludus_play_status(play), "Red cannot play on");
    person_press(play, "Undo");
    assert_string_equal(ludus_play_status(play), "Your move (Yellow)");
    person_click_cell(play, 2);
    person_waits(play, 60);
    assert_string_equal(ludus_play_status(play), "Red cannot play on");
    assert_int_equal(ludus_file_read(NET, 1 << 26, &bytes, &size, NULL), LUDUS_OK);
    assert_int_equal(ludus_file_replace(net, bytes, size, NULL), LUDUS_OK);
    ludus_free(bytes);
    person_press(play, "New game");
    person_press(play, "Start");
    person_click_cell(play, 3);
    person_waits(play, 60);
    assert_int_equal(record->count, 2);
    assert_string_equal(ludus_play_status(play), "Your move (Yellow)");
    assert_true(ludus_play_destroy(play));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(players_in_threads_play_on_from_any_start),
        cmocka_unit_test(chess960_castles_onto_the_rook_and_the_king_may_just_step),
        cmocka_unit_test(undo_goes_past_a_forced_pass),
        cmocka_unit_test(the_first_move_of_a_bot_is_not_taken_back),
        cmocka_unit_test(a_key_held_down_undoes_once),
        cmocka_unit_test(the_wheel_goes_back_by_whole_notches),
        cmocka_unit_test(what_was_thought_of_moves_played_over_is_forgotten),
        cmocka_unit_test(a_player_that_failed_is_replaced_by_a_new_game),
    };
    return cmocka_run_group_tests(tests, temp_folder_create, temp_folder_destroy);
}
