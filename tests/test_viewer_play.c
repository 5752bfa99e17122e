// Claims about the play screen, fed with the events of a person: whole games by mouse, promotion,
// scoring, undo, jumps, dialogs, bots in threads.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "other_program.h"
#include "person.h"
#include "envs/board.h"
#include "envs/chess.h"
#include "viewer/game_curve.h"
#include "viewer/play_screen.h"

static int32_t square(const char *name) // "e4" of chess
{
    return (8 - (name[1] - '0')) * 8 + name[0] - 'a';
}

static void move_piece(ludus_play *play, const char *from, const char *to)
{
    const int32_t count = ludus_play_record_of(play)->count;
    person_click_cell(play, square(from));
    assert_int_equal(ludus_play_record_of(play)->count, count);
    person_click_cell(play, square(to));
    person_waits(play, 30);
}

// ---- Games --------------------------------------------------------------------------------------

static void connect_four_is_won_by_clicks_into_columns(void **state)
{
    (void)state;
    const ludus_play_config config = person_game("connect4", LUDUS_SEAT_PERSON);
    ludus_play *play = person_open(&config);
    static const int32_t columns[] = {3, 4, 3, 4, 3, 4, 3};
    for (int i = 0; i < 7; i++) {
        assert_false(ludus_play_is_over(play));
        person_click_cell(play, columns[i]); // the top row: anywhere in the column will do
        assert_int_equal(ludus_play_record_of(play)->count, i + 1);
        person_waits(play, 40);
    }
    assert_true(ludus_play_is_over(play));
    assert_string_equal(ludus_play_status(play), "Yellow wins");
    person_click_cell(play, 0);
    assert_int_equal(ludus_play_record_of(play)->count, 7);
    assert_true(ludus_play_destroy(play));
}

static void a_bot_answers_each_move_until_the_game_ends(void **state)
{
    (void)state;
    static const char *const games[] = {"connect4", "othello6", "gomoku9", "tictactoe"};
    for (size_t g = 0; g < sizeof(games) / sizeof(games[0]); g++) {
        const ludus_play_config config = person_game(games[g], LUDUS_SEAT_PLAYER);
        ludus_play *play = person_open(&config);
        const ludus_play_record *record = ludus_play_record_of(play);
        for (int32_t turn = 0; turn < 200 && !ludus_play_is_over(play); turn++) {
            ludus_move legal[LUDUS_BOARD_MAX_CELLS + 1];
            ludus_point at;
            const int32_t count = record->count;
            const int32_t n = ludus_game_legal(record->game, record->end, legal);
            assert_true(n > 0);
            assert_int_equal(ludus_game_to_move(record->game, record->end), 0);
            if (ludus_play_find_cell(play, legal[n / 2], &at)) {
                person_click(play, at);
                assert_int_equal(record->count, count + 1);
            }
            person_waits(play, 60);
        }
        assert_true(ludus_play_is_over(play));
        assert_true(ludus_play_destroy(play));
    }
}

static void chess_promotes_to_the_piece_that_is_chosen(void **state)
{
    (void)state;
    // Strips of 4 squares from the promotion's: queen, knight, rook, bishop.
    static const int32_t kinds[4] = {LUDUS_CHESS_QUEEN, LUDUS_CHESS_KNIGHT, LUDUS_CHESS_ROOK,
                                     LUDUS_CHESS_BISHOP};
    for (int choice = 0; choice < 4; choice++) {
        ludus_play_config config = person_game("chess", LUDUS_SEAT_PERSON);
        config.start = "8/4P3/8/8/8/k7/8/K7 w - - 0 1";
        ludus_play *play = person_open(&config);
        person_click_cell(play, square("e7"));
        person_click_cell(play, square("e8"));
        assert_int_equal(ludus_play_record_of(play)->count, 0); // asked first
        person_click_cell(play, square("e8") + 8 * choice);
        assert_int_equal(ludus_play_record_of(play)->count, 1);
        ludus_chess_parts_of_move parts;
        const ludus_play_record *record = ludus_play_record_of(play);
        ludus_chess_parts(record->game, record->start, record->moves[0], &parts);
        assert_int_equal(parts.promotion, kinds[choice]);
        assert_int_equal(parts.to, 60);
        ludus_play_destroy(play);
    }
}

static void a_promotion_can_be_thought_better_of(void **state)
{
    (void)state;
    ludus_play_config config = person_game("chess", LUDUS_SEAT_PERSON);
    config.start = "8/4P3/8/8/8/k7/8/K7 w - - 0 1";
    ludus_play *play = person_open(&config);
    person_click_cell(play, square("e7"));
    person_click_cell(play, square("e8"));
    person_click_cell(play, square("a5"));
    assert_int_equal(ludus_play_record_of(play)->count, 0);
    move_piece(play, "a1", "b1");
    assert_int_equal(ludus_play_record_of(play)->count, 1);
    ludus_play_destroy(play);
}

static void chess_ends_in_mate_with_castling_on_the_way(void **state)
{
    (void)state;
    ludus_play_config config = person_game("chess", LUDUS_SEAT_PERSON);
    ludus_play *play = person_open(&config);
    static const char *const moves[][2] = {{"e2", "e4"}, {"e7", "e5"}, {"g1", "f3"}, {"a7", "a6"},
                                           {"f1", "c4"}, {"a6", "a5"}, {"e1", "g1"}, {"a5", "a4"},
                                           {"f3", "e5"}, {"a4", "a3"}, {"d1", "f3"}, {"a3", "b2"},
                                           {"f3", "f7"}};
    const int32_t n = (int32_t)(sizeof(moves) / sizeof(moves[0]));
    for (int32_t i = 0; i < n; i++) {
        move_piece(play, moves[i][0], moves[i][1]);
        assert_int_equal(ludus_play_record_of(play)->count, i + 1);
    }
    assert_true(ludus_play_is_over(play));
    assert_string_equal(ludus_play_status(play), "White wins: checkmate");
    ludus_play_destroy(play);
}

static void pieces_can_be_dragged(void **state)
{
    (void)state;
    const ludus_play_config config = person_game("chess", LUDUS_SEAT_PERSON);
    ludus_play *play = person_open(&config);
    ludus_point from, to;
    ludus_play_find_cell(play, square("d2"), &from);
    ludus_play_find_cell(play, square("d4"), &to);
    person_mouse(play, LUDUS_EVENT_MOUSE_DOWN, from);
    person_mouse(play, LUDUS_EVENT_MOUSE_MOVE, to);
    person_mouse(play, LUDUS_EVENT_MOUSE_UP, to);
    assert_int_equal(ludus_play_record_of(play)->count, 1);
    // Dropped where it cannot go, a piece goes back.
    ludus_play_find_cell(play, square("d7"), &from);
    person_mouse(play, LUDUS_EVENT_MOUSE_DOWN, from);
    person_mouse(play, LUDUS_EVENT_MOUSE_UP, to);
    assert_int_equal(ludus_play_record_of(play)->count, 1);
    ludus_play_destroy(play);
}

// Black holds the right of a 9x9 board from column E on, White the left; one white stone is dead
// inside Black's part.
static ludus_play *divided_board(void)
{
    ludus_play_config config = person_game("go9", LUDUS_SEAT_PERSON);
    config.moves = "E9 D9 E8 D8 E7 D7 E6 D6 E5 D5 E4 D4 E3 D3 E2 D2 E1 D1 A1 H5";
    return person_open(&config);
}

static void go_is_counted_after_two_passes_and_dead_stones_are_clicked(void **state)
{
    (void)state;
    ludus_play *play = divided_board();
    person_press(play, "Pass");
    person_press(play, "Pass");
    assert_true(ludus_play_is_over(play));
    // A1 in White's part and H5 in Black's make both parts neutral as long as they live; 10 stones
    // of each are left and the komi of 7 decides.
    assert_non_null(strstr(ludus_play_status(play), "White wins by 7.0"));
    person_click_cell(play, 4 * 9 + 7); // H5 dead: Black has 45 points and A1
    assert_non_null(strstr(ludus_play_status(play), "Black wins by 30.0"));
    person_click_cell(play, 8 * 9 + 0); // A1 dead too: White has 36 points
    assert_non_null(strstr(ludus_play_status(play), "Black wins by 2.0"));
    person_click_cell(play, 4 * 9 + 7); // H5 alive again: Black has the 9 stones of its wall
    assert_non_null(strstr(ludus_play_status(play), "White wins by 35.0"));
    ludus_play_destroy(play);
}

// ---- Going back and forth -----------------------------------------------------------------------

static void undo_goes_to_the_persons_last_turn(void **state)
{
    (void)state;
    const ludus_play_config config = person_game("connect4", LUDUS_SEAT_PLAYER);
    ludus_play *play = person_open(&config);
    const ludus_play_record *record = ludus_play_record_of(play);
    for (int i = 0; i < 2; i++) {
        person_click_cell(play, i);
        person_waits(play, 60);
    }
    assert_int_equal(record->count, 4);
    person_press(play, "Undo");
    assert_int_equal(record->count, 2);
    person_press(play, "Undo");
    assert_int_equal(record->count, 0);
    person_press(play, "Undo");
    assert_int_equal(record->count, 0);
    person_click_cell(play, 5);
    person_waits(play, 60);
    assert_int_equal(record->count, 2);
    assert_int_equal(record->moves[0], 5);
    ludus_play_destroy(play);
}

static void an_earlier_position_can_be_played_on_from(void **state)
{
    (void)state;
    ludus_play_config config = person_game("connect4", LUDUS_SEAT_PERSON);
    config.moves = "1 2 1 2 1";
    ludus_play *play = person_open(&config);
    const ludus_play_record *record = ludus_play_record_of(play);
    assert_int_equal(record->count, 5);
    person_key(play, LUDUS_KEY_HOME);
    person_key(play, LUDUS_KEY_RIGHT);
    person_key(play, LUDUS_KEY_RIGHT);
    assert_int_equal(record->count, 5); // only looked at
    person_click_cell(play, 6);
    assert_int_equal(record->count, 3);
    assert_int_equal(record->moves[2], 6);
    ludus_play_destroy(play);
}

static void resigning_ends_the_game_and_undo_takes_it_back(void **state)
{
    (void)state;
    ludus_play_config config = person_game("connect4", LUDUS_SEAT_PERSON);
    config.moves = "4 4";
    ludus_play *play = person_open(&config);
    person_press(play, "Resign");
    assert_true(ludus_play_is_over(play));
    assert_string_equal(ludus_play_status(play), "Red wins: Yellow resigned");
    person_click_cell(play, 1);
    assert_int_equal(ludus_play_record_of(play)->count, 2);
    person_press(play, "Undo");
    assert_false(ludus_play_is_over(play));
    assert_int_equal(ludus_play_record_of(play)->count, 2);
    ludus_play_destroy(play);
}

static void a_new_game_lets_bots_play_both_sides_and_space_pauses_them(void **state)
{
    (void)state;
    const ludus_play_config config = person_game("connect4", LUDUS_SEAT_PERSON);
    ludus_play *play = person_open(&config);
    const ludus_play_record *record = ludus_play_record_of(play);
    ludus_point at;
    person_press(play, "New game");
    assert_true(ludus_play_find_button(play, "Start", &at));
    // Both "Bot" buttons: the first is found by its label, the second lies below it.
    assert_true(ludus_play_find_button(play, "Bot", &at));
    person_click(play, at);
    person_click(play, (ludus_point){at.x, at.y + 42});
    person_press(play, "Start");
    person_waits(play, 5);
    const int32_t count = record->count;
    assert_true(count >= 2);
    person_key(play, ' ');
    person_waits(play, 20);
    assert_int_equal(record->count, count);
    person_key(play, ' ');
    person_waits(play, 400);
    assert_true(ludus_play_is_over(play));
    ludus_play_destroy(play);
}

// ---- Thinking -----------------------------------------------------------------------------------

static void analysis_fills_the_curve_and_a_hint_names_a_legal_move(void **state)
{
    (void)state;
    ludus_play_config config = person_game("tictactoe", LUDUS_SEAT_PERSON);
    config.moves = "b2";
    ludus_play *play = person_open(&config);
    const ludus_play_record *record = ludus_play_record_of(play);
    assert_true(record->win[1] < 0);
    person_press(play, "Analyse");
    person_waits(play, 10);
    assert_true(record->win[1] >= 0 && record->win[1] <= 1);
    assert_true(record->win[0] < 0);
    person_key(play, LUDUS_KEY_LEFT);
    person_waits(play, 10);
    assert_true(record->win[0] >= 0);
    person_key(play, 'h');
    person_waits(play, 120);
    assert_int_equal(record->count, 1);
    ludus_play_destroy(play);
}

static void the_curve_is_read_off_under_the_mouse(void **state)
{
    ludus_play_config config = person_game("go9", LUDUS_SEAT_PERSON);
    config.moves = "E5 C3 G7";
    ludus_play *play = person_open(&config);
    ludus_play_record record;
    const ludus_play_record *shown = ludus_play_record_of(play);
    ludus_hover_row rows[2];
    ludus_point at;
    // White, to move after one stone, sees itself at 30 % and 4.5 points behind.
    assert_int_equal(ludus_play_record_create(&record, shown->game, NULL, NULL), LUDUS_OK);
    ludus_play_record_add(&record, shown->moves[0]);
    ludus_play_record_note(&record, 1, -.4f, -4.5f);
    ludus_play_record_note(&record, 0, .1f, NAN);
    assert_int_equal(ludus_game_curve_rows(&record, 1, "Black", rows), 2);
    assert_string_equal(rows[0].label, "Black");
    assert_string_equal(rows[0].value, "70 %");
    assert_string_equal(rows[1].label, "points");
    assert_string_equal(rows[1].value, "+4.5");
    assert_int_equal(ludus_game_curve_rows(&record, 0, "Black", rows), 1);
    assert_string_equal(rows[0].value, "55 %");
    ludus_play_record_free(&record);
    assert_int_equal(ludus_game_curve_rows(shown, 2, "Black", rows), 0);
    for (int32_t ply = 0; ply <= 3; ply++) {
        assert_true(ludus_play_find_ply(play, ply, &at));
        person_mouse(play, LUDUS_EVENT_MOUSE_MOVE, at);
        assert_int_equal(ludus_play_hovered_ply(play), ply);
    }
    assert_false(ludus_play_find_ply(play, 4, &at));
    ludus_play_find_cell(play, 40, &at);
    person_mouse(play, LUDUS_EVENT_MOUSE_MOVE, at);
    assert_int_equal(ludus_play_hovered_ply(play), -1);
    ludus_play_find_ply(play, 2, &at);
    ludus_play_destroy(play);

    const scripted_event hover[] = {scripted_mouse(18, LUDUS_EVENT_MOUSE_MOVE, at.x, at.y),
                                    scripted_mouse(19, LUDUS_EVENT_MOUSE_LEAVE, -1, -1)};
    const picture plain = person_draw_game(state, "go9", config.moves, NULL, 0);
    const picture read_off = person_draw_game(state, "go9", config.moves, hover, 1);
    const picture left = person_draw_game(state, "go9", config.moves, hover, 2);
    assert_false(picture_equal(plain, read_off));
    assert_true(picture_equal(plain, left));
    picture_free(plain);
    picture_free(read_off);
    picture_free(left);
}

// A program that thinks for minutes about its first move, and says before that it does: its process
// group is in the file `asked`.
static void write_slow_engine(const char *path, const char *asked)
{
    char script[4 * TEMP_PATH_MAX];
    snprintf(script, sizeof(script),
             "while read -r line; do\n"
             "    case $line in\n"
             "    genmove*) echo $$ >'%s.new'; mv '%s.new' '%s'; sleep 300 ;;\n"
             "    *) printf '=\\n\\n' ;;\n"
             "    esac\n"
             "done\n",
             asked, asked, asked);
    assert_int_equal(ludus_file_replace(path, script, strlen(script), NULL), LUDUS_OK);
}

static void closing_does_not_wait_for_a_player_that_thinks(void **state)
{
    char engine[TEMP_PATH_MAX], asked[TEMP_PATH_MAX];
    void *group;
    size_t size;
    temp_path(state, "engine", engine);
    temp_path(state, "asked", asked);
    write_slow_engine(engine, asked);
    ludus_play_config config = person_game("go9", LUDUS_SEAT_PERSON);
    config.is_headless = false;
    config.seats[0].kind = LUDUS_SEAT_PLAYER;
    char *player = config.seats[0].player;
    assert_true(snprintf(player, LUDUS_PLAYER_NAME_MAX, "gtp:sh '%s'", engine) <
                LUDUS_PLAYER_NAME_MAX);
    ludus_play *play = person_open(&config);
    for (int i = 0; i < 60000 && !ludus_file_exists(asked); i++) {
        ludus_play_screen.update(play, 0.1); // asks
        program_nap(0.001);
    }
    assert_int_equal(ludus_file_read(asked, 32, &group, &size, NULL), LUDUS_OK);
    assert_false(ludus_play_destroy(play)); // it is left behind
    kill((pid_t)-strtol(group, NULL, 10), SIGKILL);
    ludus_free(group);
}

static void a_player_that_cannot_play_is_one_notice(void **state)
{
    (void)state;
    ludus_play_config config = person_game("connect4", LUDUS_SEAT_PLAYER);
    strcpy(config.seats[1].player, "net:/nowhere/at/all.safetensors");
    ludus_play *play = person_open(&config);
    person_click_cell(play, 3);
    person_waits(play, 60);
    assert_int_equal(ludus_play_record_of(play)->count, 1);
    assert_string_equal(ludus_play_status(play), "Red cannot play on");
    person_press(play, "Undo");
    assert_int_equal(ludus_play_record_of(play)->count, 0);
    ludus_play_destroy(play);
}

static void wrong_starts_are_one_line(void **state)
{
    (void)state;
    ludus_play *play;
    ludus_error error;
    ludus_play_config config = person_game("connect4", LUDUS_SEAT_PERSON);
    config.moves = "4 4 9";
    assert_int_not_equal(ludus_play_create(&play, &config, &error), LUDUS_OK);
    assert_null(play);
    assert_non_null(strstr(error.text, "--moves, move 3"));
    config = person_game("chess", LUDUS_SEAT_PERSON);
    config.start = "nonsense";
    assert_int_not_equal(ludus_play_create(&play, &config, &error), LUDUS_OK);
    config = person_game("nosuchgame", LUDUS_SEAT_PERSON);
    assert_int_not_equal(ludus_play_create(&play, &config, &error), LUDUS_OK);
    assert_non_null(strstr(error.text, "nosuchgame"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(connect_four_is_won_by_clicks_into_columns),
        cmocka_unit_test(a_bot_answers_each_move_until_the_game_ends),
        cmocka_unit_test(chess_promotes_to_the_piece_that_is_chosen),
        cmocka_unit_test(a_promotion_can_be_thought_better_of),
        cmocka_unit_test(chess_ends_in_mate_with_castling_on_the_way),
        cmocka_unit_test(pieces_can_be_dragged),
        cmocka_unit_test(go_is_counted_after_two_passes_and_dead_stones_are_clicked),
        cmocka_unit_test(undo_goes_to_the_persons_last_turn),
        cmocka_unit_test(an_earlier_position_can_be_played_on_from),
        cmocka_unit_test(resigning_ends_the_game_and_undo_takes_it_back),
        cmocka_unit_test(a_new_game_lets_bots_play_both_sides_and_space_pauses_them),
        cmocka_unit_test(analysis_fills_the_curve_and_a_hint_names_a_legal_move),
        cmocka_unit_test(the_curve_is_read_off_under_the_mouse),
        cmocka_unit_test(closing_does_not_wait_for_a_player_that_thinks),
        cmocka_unit_test(a_player_that_cannot_play_is_one_notice),
        cmocka_unit_test(wrong_starts_are_one_line),
    };
    return cmocka_run_group_tests(tests, temp_folder_create, temp_folder_destroy);
}
