// Claims about the GTP engine's commands: their form, the board, records, scores. See also
// tests/test_gtp_play.c and tests/test_gtp_analyze.c.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/version.h"
#include "gtp_talk.h"
#include "temp_folder.h"

// ---- The form -----------------------------------------------------------------------------------

static void lines_are_read_as_the_protocol_says(void **state)
{
    talk t;
    (void)state;
    talk_open_small(&t);
    talk_expect(&t, "protocol_version", "= 2\n\n");
    talk_expect(&t, "12 name", "=12 Ludus\n\n");
    talk_expect(&t, "  007\tname\t \r", "=007 Ludus\n\n");
    talk_expect(&t, "na\x01me # a comment", "= Ludus\n\n");
    talk_expect(&t, "# nothing but a comment", "");
    talk_expect(&t, " \t \r", "");
    talk_expect(&t, "", "");
    talk_expect(&t, "3 known_command genmove", "=3 true\n\n");
    talk_expect(&t, "known_command genmover", "= false\n\n");
    talk_expect(&t, "genmover", "? unknown command\n\n");
    talk_expect(&t, "5", "?5 unknown command\n\n");
    talk_expect(&t, "5a name", "? unknown command\n\n");
    talk_expect(&t, "NAME", "? unknown command\n\n");
    talk_expect(&t, "99999999999999999999999999999 name", "? unknown command\n\n");
    talk_expect_failure(&t, "play b");
    talk_expect_failure(&t, "name too many words");
    // Pieces of lines, several lines in a piece, a last line without its end.
    assert_true(ludus_gtp_feed(t.gtp, "na", 2));
    assert_true(ludus_gtp_feed(t.gtp, "me\n1 version\n2 na", 17));
    assert_string_equal(talk_news(&t), "= Ludus\n\n=1 " LUDUS_VERSION "\n\n");
    ludus_gtp_feed(t.gtp, "me", 2);
    ludus_gtp_end(t.gtp);
    assert_string_equal(talk_news(&t), "=2 Ludus\n\n");
    // Nothing is read after quit.
    assert_false(ludus_gtp_feed(t.gtp, "quit\nname\n", 10));
    assert_string_equal(talk_news(&t), "=\n\n");
    talk_close(&t);
}

static void every_listed_command_is_known(void **state)
{
    static const char *const needed[] = {"protocol_version",
                                         "name",
                                         "version",
                                         "known_command",
                                         "list_commands",
                                         "quit",
                                         "boardsize",
                                         "clear_board",
                                         "komi",
                                         "play",
                                         "genmove",
                                         "undo",
                                         "fixed_handicap",
                                         "place_free_handicap",
                                         "set_free_handicap",
                                         "time_settings",
                                         "kgs-time_settings",
                                         "time_left",
                                         "final_score",
                                         "final_status_list",
                                         "loadsgf",
                                         "printsgf",
                                         "showboard",
                                         "reg_genmove",
                                         "lz-analyze",
                                         "kata-analyze",
                                         "lz-genmove_analyze",
                                         "kata-genmove_analyze",
                                         "kgs-genmove_cleanup",
                                         "kgs-game_over"};
    talk t;
    (void)state;
    talk_open_small(&t);
    char *list = ludus_strdup(talk_ask(&t, "list_commands"));
    assert_memory_equal(list, "= ", 2);
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++) {
        char line[64];
        snprintf(line, sizeof line, "known_command %s", needed[i]);
        talk_expect(&t, line, "= true\n\n");
    }
    char *rest = NULL;
    for (char *name = strtok_r(list + 2, "\n", &rest); name; name = strtok_r(NULL, "\n", &rest)) {
        char line[64];
        snprintf(line, sizeof line, "known_command %s", name);
        talk_expect(&t, line, "= true\n\n");
    }
    ludus_free(list);
    talk_close(&t);
}

static void endless_and_binary_lines_are_refused(void **state)
{
    talk t;
    (void)state;
    talk_open_small(&t);
    talk_ask(&t, "play b E5");
    for (int i = 0; i < 3 * LUDUS_GTP_LINE_MAX; i++) {
        ludus_gtp_feed(t.gtp, "x", 1);
    }
    talk_expect_failure(&t, "");
    for (int i = 0; i < LUDUS_GTP_LINE_MAX / 2; i++) {
        ludus_gtp_feed(t.gtp, "y ", 2);
    }
    talk_expect_failure(&t, "");
    ludus_rng rng;
    ludus_rng_init(&rng, 3, 0);
    for (int i = 0; i < 200000; i++) {
        const uint8_t byte = (uint8_t)ludus_rng_below(&rng, 256);
        ludus_gtp_feed(t.gtp, &byte, 1);
    }
    talk_ask(&t, "");
    assert_non_null(strstr(talk_ask(&t, "final_status_list alive"), "E5")); // the game is as it was
    talk_close(&t);
}

// ---- The board ----------------------------------------------------------------------------------

static void moves_are_played_and_taken_back(void **state)
{
    talk t;
    (void)state;
    talk_open_small(&t);
    talk_expect(&t, "undo", "? cannot undo\n\n");
    talk_expect(&t, "play black d4", "=\n\n");
    talk_expect(&t, "play w D4", "? illegal move\n\n");
    talk_expect(&t, "play w Z4", "? invalid coordinate\n\n");
    talk_expect(&t, "play w I4", "? invalid coordinate\n\n");
    talk_expect(&t, "play red D5", "? invalid color\n\n");
    talk_expect(&t, "play W D5", "=\n\n");
    char *before = ludus_strdup(talk_ask(&t, "showboard"));
    assert_non_null(strstr(before, "(O)"));
    talk_expect(&t, "play white pass", "=\n\n"); // twice the same colour
    talk_expect(&t, "play b PASS", "=\n\n");     // both have passed
    talk_expect(&t, "play b E5", "=\n\n");       // and play goes on all the same
    talk_expect(&t, "undo", "=\n\n");
    talk_expect(&t, "undo", "=\n\n");
    talk_expect(&t, "undo", "=\n\n");
    assert_string_equal(talk_ask(&t, "showboard"), before);
    talk_expect(&t, "clear_board", "=\n\n");
    talk_expect(&t, "undo", "? cannot undo\n\n");
    ludus_free(before);
    talk_close(&t);
}

static void sizes_and_komi_are_kept_or_refused(void **state)
{
    static const char *const bad[] = {
        "boardsize 1", "boardsize 20", "boardsize 9x", "boardsize -9", "boardsize 99999999999",
        "komi x",      "komi 1e9",     "komi nan",     "komi inf"};
    talk t;
    (void)state;
    talk_open_small(&t);
    talk_expect(&t, "komi 6.5", "=\n\n");
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        talk_expect_failure(&t, bad[i]);
    }
    for (int size = 2; size <= 19; size++) {
        char line[32];
        snprintf(line, sizeof line, "boardsize %d", size);
        talk_expect(&t, line, "=\n\n");
        assert_non_null(strstr(talk_ask(&t, "showboard"), "komi 6.5"));
    }
    talk_expect(&t, "komi -3", "=\n\n");
    assert_non_null(strstr(talk_ask(&t, "showboard"), "komi -3.0"));
    talk_close(&t);
}

static void handicaps_are_where_the_protocol_has_them(void **state)
{
    talk t;
    (void)state;
    talk_open_small(&t);
    talk_expect(&t, "boardsize 19", "=\n\n");
    talk_expect(&t, "fixed_handicap 9", "= D4 Q16 D16 Q4 D10 Q10 K4 K16 K10\n\n");
    talk_expect(&t, "fixed_handicap 2", "? board not empty\n\n");
    talk_expect(&t, "clear_board", "=\n\n");
    talk_expect(&t, "fixed_handicap 5", "= D4 Q16 D16 Q4 K10\n\n");
    talk_expect(&t, "clear_board", "=\n\n");
    talk_expect(&t, "fixed_handicap 10", "? invalid number of stones\n\n");
    talk_expect(&t, "fixed_handicap 1", "? invalid number of stones\n\n");
    talk_expect(&t, "boardsize 8", "=\n\n");
    talk_expect(&t, "fixed_handicap 5", "? invalid number of stones\n\n");
    talk_expect(&t, "fixed_handicap 4", "= C3 F6 C6 F3\n\n");
    talk_expect(&t, "boardsize 9", "=\n\n");
    talk_expect(&t, "set_free_handicap A1 B2 C3", "=\n\n");
    talk_expect(&t, "play w D4", "=\n\n");
    talk_expect(&t, "clear_board", "=\n\n");
    talk_expect(&t, "set_free_handicap A1 A1", "? bad vertex list\n\n");
    talk_expect(&t, "set_free_handicap A1 pass", "? bad vertex list\n\n");
    talk_expect(&t, "set_free_handicap A1", "? set_free_handicap: missing arguments\n\n");
    talk_expect(&t, "place_free_handicap 3", "= C3 G7 C7\n\n");
    talk_expect(&t, "clear_board", "=\n\n");
    // As many as there is sensible room for.
    const char *many = talk_ask(&t, "place_free_handicap 80");
    assert_memory_equal(many, "= C3 ", 5);
    talk_expect(&t, "boardsize 5", "=\n\n");
    assert_memory_equal(talk_ask(&t, "place_free_handicap 2"), "= ", 2);
    talk_close(&t);
}

// Fixed handicaps of GNU Go, size by size; on 12x12 it takes the fourth line, the protocol the
// third.
static void handicaps_are_gnugos(void **state)
{
    talk t;
    if (system("command -v gnugo >/dev/null") != 0) {
        skip();
    }
    talk_open_small(&t);
    char command[1024], path[TEMP_PATH_MAX], line[128];
    temp_path(state, "handicaps", path);
    snprintf(command, sizeof command,
             "for s in 7 8 9 11 13 18 19; do for n in 2 3 4 5 6 7 8 9; do"
             " printf 'boardsize %%d\\nfixed_handicap %%d\\n' $s $n; done; done |"
             " gnugo --mode gtp | grep -v '^$' >%s",
             path);
    assert_int_equal(system(command), 0);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    static const int sizes[] = {7, 8, 9, 11, 13, 18, 19};
    for (int s = 0; s < 7; s++) {
        for (int n = 2; n <= 9; n++) {
            char ours[128], theirs[16][4] = {{0}};
            int count = 0;
            snprintf(ours, sizeof ours, "boardsize %d", sizes[s]);
            talk_expect(&t, ours, "=\n\n");
            snprintf(ours, sizeof ours, "fixed_handicap %d", n);
            const char *answer = talk_ask(&t, ours);
            assert_non_null(fgets(line, sizeof line, file)); // of boardsize
            assert_non_null(fgets(line, sizeof line, file));
            assert_int_equal(line[0], answer[0]);
            if (answer[0] == '=') {
                char *rest = NULL;
                for (char *w = strtok_r(line + 1, " \n", &rest); w && count < 16;
                     w = strtok_r(NULL, " \n", &rest)) {
                    snprintf(theirs[count++], 4, "%.3s", w);
                }
                assert_int_equal(count, n);
                for (int i = 0; i < count; i++) {
                    char padded[64];
                    snprintf(padded, sizeof padded, " %.3s", theirs[i]);
                    assert_non_null(strstr(answer, padded));
                }
            }
        }
    }
    fclose(file);
    talk_close(&t);
}

static void records_are_written_and_loaded(void **state)
{
    char path[TEMP_PATH_MAX], line[2 * TEMP_PATH_MAX];
    talk t;
    ludus_gtp_config config = talk_config();
    temp_path(state, "game.sgf", path);
    talk_open(&t, &config);
    talk_ask(&t, "boardsize 13");
    talk_ask(&t, "komi 0.5");
    talk_ask(&t, "fixed_handicap 2");
    talk_ask(&t, "play w C3");
    talk_ask(&t, "play b pass");
    talk_ask(&t, "play w E5");
    char *board = ludus_strdup(talk_ask(&t, "showboard"));
    const char *text = talk_ask(&t, "printsgf");
    assert_non_null(strstr(text, "SZ[13]KM[0.5]HA[2]"));
    assert_non_null(strstr(text, ";W[ck];B[];W[ei])"));
    snprintf(line, sizeof line, "printsgf %s", path);
    talk_expect(&t, line, "=\n\n");
    talk_ask(&t, "boardsize 9");
    snprintf(line, sizeof line, "loadsgf %s", path);
    talk_expect(&t, line, "=\n\n");
    assert_string_equal(talk_ask(&t, "showboard"), board);
    talk_expect(&t, "undo", "=\n\n");
    talk_expect(&t, "play w E5", "=\n\n");
    assert_string_equal(talk_ask(&t, "showboard"), board);
    snprintf(line, sizeof line, "loadsgf %s 2", path); // up to the first move
    talk_expect(&t, line, "=\n\n");
    talk_expect(&t, "undo", "=\n\n");
    talk_expect(&t, "undo", "? cannot undo\n\n");
    talk_expect_failure(&t, "loadsgf /nowhere/x.sgf");
    snprintf(line, sizeof line, "loadsgf %s 0", path);
    talk_expect_failure(&t, line);
    talk_close(&t);
    config.enable_files = false;
    talk_open(&t, &config);
    snprintf(line, sizeof line, "loadsgf %s", path);
    talk_expect_failure(&t, line);
    talk_expect_failure(&t, "printsgf x.sgf");
    assert_memory_equal(talk_ask(&t, "printsgf"), "= (;", 4);
    ludus_free(board);
    talk_close(&t);
}

// ---- Scores -------------------------------------------------------------------------------------

// Black's wall at D, white's at F, a dead white stone at B5, a dead black one at H5; E is nobody's
// but for E9, E7, E5, E3 and E1, which black has.
static void set_up_walls(talk *t)
{
    talk_ask(t, "clear_board");
    talk_ask(t, "komi 0");
    for (int row = 1; row <= 9; row++) {
        char line[32];
        snprintf(line, sizeof line, "play b D%d", row);
        talk_expect(t, line, "=\n\n");
        snprintf(line, sizeof line, "play w F%d", row);
        talk_expect(t, line, "=\n\n");
        if (row % 2 == 1) {
            snprintf(line, sizeof line, "play b E%d", row);
            talk_expect(t, line, "=\n\n");
        }
    }
    talk_expect(t, "play w B5", "=\n\n");
    talk_expect(t, "play b H5", "=\n\n");
}

static void scores_follow_the_rules_chosen(void **state)
{
    static const char *const scores[] = {
        [LUDUS_GTP_CHINESE] = "= B+5.0\n\n",      // 36 + 5 to 36, dead stones off
        [LUDUS_GTP_JAPANESE] = "= 0\n\n",         // 27 and a prisoner each
        [LUDUS_GTP_TROMP_TAYLOR] = "= B+5.0\n\n", // walls and stones alone: 15 to 10
    };
    (void)state;
    for (int32_t rules = 0; rules < 3; rules++) {
        talk t;
        ludus_gtp_config config = talk_config();
        config.rules = rules;
        talk_open(&t, &config);
        set_up_walls(&t);
        talk_expect(&t, "final_score", scores[rules]);
        talk_expect(&t, "final_status_list dead",
                    rules == LUDUS_GTP_TROMP_TAYLOR ? "=\n\n" : "= B5\nH5\n\n");
        if (rules != LUDUS_GTP_TROMP_TAYLOR) {
            assert_non_null(strstr(talk_ask(&t, "final_status_list black_territory"), "A1"));
            assert_null(strstr(talk_ask(&t, "final_status_list black_territory"), "G1"));
            assert_non_null(strstr(talk_ask(&t, "final_status_list white_territory"), "H5"));
        }
        assert_non_null(strstr(talk_ask(&t, "final_status_list alive"), "D4"));
        talk_expect(&t, "final_status_list seki", "=\n\n");
        talk_expect_failure(&t, "final_status_list sleeping");
        talk_close(&t);
    }
}

static void suicide_is_taken_by_tromp_taylor_and_played_by_none(void **state)
{
    (void)state;
    for (int32_t rules = 0; rules < 3; rules++) {
        talk t;
        ludus_gtp_config config = talk_config();
        config.rules = rules;
        talk_open(&t, &config);
        talk_ask(&t, "boardsize 5");
        talk_ask(&t, "set_free_handicap A3 B2 C1");
        talk_ask(&t, "play w A2");
        talk_ask(&t, "play w B1");
        talk_ask(&t, "play b E5"); // or the suicide would repeat the first board
        talk_expect(&t, "play w A1",
                    rules == LUDUS_GTP_TROMP_TAYLOR ? "=\n\n" : "? illegal move\n\n");
        talk_close(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_read_as_the_protocol_says),
        cmocka_unit_test(every_listed_command_is_known),
        cmocka_unit_test(endless_and_binary_lines_are_refused),
        cmocka_unit_test(moves_are_played_and_taken_back),
        cmocka_unit_test(sizes_and_komi_are_kept_or_refused),
        cmocka_unit_test(handicaps_are_where_the_protocol_has_them),
        cmocka_unit_test(handicaps_are_gnugos),
        cmocka_unit_test(records_are_written_and_loaded),
        cmocka_unit_test(scores_follow_the_rules_chosen),
        cmocka_unit_test(suicide_is_taken_by_tromp_taylor_and_played_by_none),
    };
    return cmocka_run_group_tests(tests, temp_folder_create, temp_folder_destroy);
}
