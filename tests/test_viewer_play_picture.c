// Claims about what the play screen saves and shows: files of games, its layout at every size,
// pictures without a display.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "person.h"

// ---- Saving -------------------------------------------------------------------------------------

static void check_saved(void **state, ludus_play *play, const char *file, const char *part)
{
    char before[1024], *data;
    size_t size;
    assert_non_null(getcwd(before, sizeof(before)));
    assert_int_equal(chdir(*state), 0);
    person_press(play, "Save");
    const ludus_status status = ludus_file_read(file, 1 << 16, (void **)&data, &size, NULL);
    assert_int_equal(chdir(before), 0);
    assert_int_equal(status, LUDUS_OK);
    if (!strstr(data, part)) {
        fail_msg("%s lacks %s:\n%s", file, part, data);
    }
    ludus_free(data);
    ludus_play_destroy(play);
}

static void games_are_saved_as_sgf_pgn_or_moves(void **state)
{
    ludus_play_config config = person_game("go9", LUDUS_SEAT_PERSON);
    config.moves = "E5 C3 pass";
    check_saved(state, person_open(&config), "go9-001.sgf", ";B[ee];W[cg]");
    config = person_game("chess", LUDUS_SEAT_PERSON);
    config.moves = "e2e4 e7e5 g1f3";
    check_saved(state, person_open(&config), "chess-001.pgn", "1. e4 e5 2. Nf3");
    config = person_game("connect4", LUDUS_SEAT_PERSON);
    config.moves = "4,4,1";
    check_saved(state, person_open(&config), "connect4-001.txt", "4 4 1\n");
    check_saved(state, person_open(&config), "connect4-002.txt", "4 4 1\n");
}

// ---- Layout and pictures ------------------------------------------------------------------------

static void buttons_stay_inside_and_apart_at_every_size(void **state)
{
    (void)state;
    static const float sizes[][2] = {{320, 240},  {400, 700},   {640, 480},
                                     {1280, 800}, {1920, 1080}, {3840, 2160}};
    static const char *const labels[] = {"New game", "Undo",   "Hint", "Analyse",
                                         "Pass",     "Resign", "Save"};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        const ludus_play_config config = person_game("go19", LUDUS_SEAT_PERSON);
        ludus_play *play = person_open(&config);
        ludus_point places[7], corner;
        ludus_play_screen.layout(play, sizes[i][0], sizes[i][1]);
        assert_true(ludus_play_find_cell(play, 360, &corner));
        assert_true(corner.x > 0 && corner.x < sizes[i][0] && corner.y < sizes[i][1]);
        for (int k = 0; k < 7; k++) {
            assert_true(ludus_play_find_button(play, labels[k], &places[k]));
            assert_true(places[k].x > 0 && places[k].x < sizes[i][0]);
            assert_true(places[k].y > 0 && places[k].y < sizes[i][1]);
            for (int j = 0; j < k; j++) {
                assert_true(fabsf(places[k].x - places[j].x) > 20 ||
                            fabsf(places[k].y - places[j].y) > 20);
            }
        }
        ludus_play_destroy(play);
    }
}

static void the_same_game_gives_the_same_picture_thinking_included(void **state)
{
    static const char *const games[][2] = {{"connect4", "4 4 3"}, {"tictactoe", "b2 a1"}};
    for (int i = 0; i < 2; i++) {
        const picture one = person_draw_game(state, games[i][0], games[i][1], NULL, 0);
        const picture two = person_draw_game(state, games[i][0], games[i][1], NULL, 0);
        const picture other = person_draw_game(state, games[i][0], NULL, NULL, 0);
        assert_true(picture_equal(one, two));
        assert_false(picture_equal(one, other));
        picture_free(one);
        picture_free(two);
        picture_free(other);
    }
}

static void every_game_draws_with_its_dialogs(void **state)
{
    (void)state;
    static const char *const games[] = {"tictactoe", "connect4", "othello", "gomoku15",
                                        "go9",       "go19",     "chess"};
    for (size_t i = 0; i < 2 * sizeof(games) / sizeof(games[0]); i++) {
        ludus_error error = {.text = ""};
        ludus_window_options options = ludus_window_options_default();
        const ludus_play_config config = person_game(games[i / 2], LUDUS_SEAT_PLAYER);
        ludus_play *play = person_open(&config);
        if (i % 2) {
            person_press(play, "New game");
            options.width = 240;
            options.height = 180;
        }
        options.frames = 2;
        ludus_window_run(&ludus_play_screen, play, &options, NULL, &error);
        assert_string_equal(error.text, "");
        ludus_play_destroy(play);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(games_are_saved_as_sgf_pgn_or_moves),
        cmocka_unit_test(buttons_stay_inside_and_apart_at_every_size),
        cmocka_unit_test(the_same_game_gives_the_same_picture_thinking_included),
        cmocka_unit_test(every_game_draws_with_its_dialogs),
    };
    return cmocka_run_group_tests(tests, temp_folder_create, temp_folder_destroy);
}
