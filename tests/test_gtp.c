// Claims about the GTP engine, spoken to in this process: text in, text out. It plays by rollouts
// and nets of random weights in small searches.

#define _DEFAULT_SOURCE // usleep

#include <setjmp.h>
#include <stdatomic.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <unistd.h>

#include <cmocka.h>

#include "agents/game_net.h"
#include "agents/gtp.h"
#include "agents/player.h"
#include "base/file.h"
#include "envs/go.h"
#include "temp_folder.h"

#define GNUGO "gtp:gnugo --mode gtp --chinese-rules --positional-superko --seed 1 --level 1"

// What the engine has written.
typedef struct talk {
    ludus_gtp *gtp;
    ludus_buffer out;
    size_t read;
    atomic_int reports; // analysis lines written; relaxed: only their being there matters
} talk;

static void collect(const char *text, void *user)
{
    talk *t = user;
    ludus_buffer_put(&t->out, text, strlen(text));
    if (!strncmp(text, "info ", 5)) {
        atomic_fetch_add_explicit(&t->reports, 1, memory_order_relaxed);
    }
}

static ludus_gtp_config small_config(void)
{
    ludus_gtp_config config = ludus_gtp_config_default();
    config.simulations = 40;
    config.max_nodes = 20000;
    return config;
}

static void open_talk(talk *t, const ludus_gtp_config *config)
{
    ludus_error error;
    memset(t, 0, sizeof *t);
    if (ludus_gtp_create(&t->gtp, config, collect, t, &error)) {
        fail_msg("%s", error.text);
    }
}

static void close_talk(talk *t)
{
    ludus_gtp_destroy(t->gtp);
    ludus_buffer_free(&t->out);
}

// What came since the last call, to be used before the next line is fed.
static const char *news(talk *t)
{
    ludus_buffer_put(&t->out, "", 1);
    assert_false(t->out.failed);
    t->out.size--;
    const char *text = (const char *)t->out.data + t->read;
    t->read = t->out.size;
    return text;
}

static void say(talk *t, const char *line)
{
    ludus_gtp_feed(t->gtp, line, strlen(line));
    ludus_gtp_feed(t->gtp, "\n", 1);
}

// Begins an analysis and waits for a first report, however busy the machine is.
static void begin_analysis(talk *t, const char *line)
{
    atomic_store_explicit(&t->reports, 0, memory_order_relaxed);
    say(t, line);
    for (int i = 0; i < 6000 && !atomic_load_explicit(&t->reports, memory_order_relaxed); i++) {
        usleep(10000);
    }
}

// Not for commands that begin an analysis: it may be writing.
static const char *ask(talk *t, const char *line)
{
    say(t, line);
    return news(t);
}

static void expect(talk *t, const char *line, const char *answer)
{
    const char *got = ask(t, line);
    if (strcmp(got, answer) != 0) {
        fail_msg("%s: \"%s\" instead of \"%s\"", line, got, answer);
    }
}

static void expect_failure(talk *t, const char *line)
{
    const char *got = ask(t, line);
    const size_t length = strlen(got);
    if (got[0] != '?' || length < 5 || strcmp(got + length - 2, "\n\n") != 0 ||
        strchr(got, '\n') != got + length - 2) {
        fail_msg("%s: \"%s\" is no failure of one line", line, got);
    }
}

// ---- The form -----------------------------------------------------------------------------------

static void lines_are_read_as_the_protocol_says(void **state)
{
    talk t;
    (void)state;
    const ludus_gtp_config config = small_config();
    open_talk(&t, &config);
    expect(&t, "protocol_version", "= 2\n\n");
    expect(&t, "12 name", "=12 Ludus\n\n");
    expect(&t, "  007\tname\t \r", "=007 Ludus\n\n");
    expect(&t, "na\x01me # a comment", "= Ludus\n\n");
    expect(&t, "# nothing but a comment", "");
    expect(&t, " \t \r", "");
    expect(&t, "", "");
    expect(&t, "3 known_command genmove", "=3 true\n\n");
    expect(&t, "known_command genmover", "= false\n\n");
    expect(&t, "genmover", "? unknown command\n\n");
    expect(&t, "5", "?5 unknown command\n\n");
    expect(&t, "5a name", "? unknown command\n\n");
    expect(&t, "NAME", "? unknown command\n\n");
    expect(&t, "99999999999999999999999999999 name", "? unknown command\n\n");
    expect_failure(&t, "play b");
    expect_failure(&t, "name too many words");
    // Pieces of lines, several lines in a piece, a last line without its end.
    assert_true(ludus_gtp_feed(t.gtp, "na", 2));
    assert_true(ludus_gtp_feed(t.gtp, "me\n1 version\n2 na", 17));
    assert_string_equal(news(&t), "= Ludus\n\n=1 0.1.0\n\n");
    ludus_gtp_feed(t.gtp, "me", 2);
    ludus_gtp_end(t.gtp);
    assert_string_equal(news(&t), "=2 Ludus\n\n");
    // Nothing is read after quit.
    assert_false(ludus_gtp_feed(t.gtp, "quit\nname\n", 10));
    assert_string_equal(news(&t), "=\n\n");
    close_talk(&t);
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
    const ludus_gtp_config config = small_config();
    open_talk(&t, &config);
    char *list = ludus_strdup(ask(&t, "list_commands"));
    assert_memory_equal(list, "= ", 2);
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++) {
        char line[64];
        snprintf(line, sizeof line, "known_command %s", needed[i]);
        expect(&t, line, "= true\n\n");
    }
    char *rest = NULL;
    for (char *name = strtok_r(list + 2, "\n", &rest); name; name = strtok_r(NULL, "\n", &rest)) {
        char line[64];
        snprintf(line, sizeof line, "known_command %s", name);
        expect(&t, line, "= true\n\n");
    }
    ludus_free(list);
    close_talk(&t);
}

static void endless_and_binary_lines_are_refused(void **state)
{
    talk t;
    (void)state;
    const ludus_gtp_config config = small_config();
    open_talk(&t, &config);
    ask(&t, "play b E5");
    for (int i = 0; i < 3 * LUDUS_GTP_LINE_MAX; i++) {
        ludus_gtp_feed(t.gtp, "x", 1);
    }
    expect_failure(&t, "");
    for (int i = 0; i < LUDUS_GTP_LINE_MAX / 2; i++) {
        ludus_gtp_feed(t.gtp, "y ", 2);
    }
    expect_failure(&t, "");
    ludus_rng rng;
    ludus_rng_init(&rng, 3, 0);
    for (int i = 0; i < 200000; i++) {
        const uint8_t byte = (uint8_t)ludus_rng_below(&rng, 256);
        ludus_gtp_feed(t.gtp, &byte, 1);
    }
    ask(&t, "");
    assert_non_null(strstr(ask(&t, "final_status_list alive"), "E5")); // the game is as it was
    close_talk(&t);
}

// ---- The board ----------------------------------------------------------------------------------

static void moves_are_played_and_taken_back(void **state)
{
    talk t;
    (void)state;
    const ludus_gtp_config config = small_config();
    open_talk(&t, &config);
    expect(&t, "undo", "? cannot undo\n\n");
    expect(&t, "play black d4", "=\n\n");
    expect(&t, "play w D4", "? illegal move\n\n");
    expect(&t, "play w Z4", "? invalid coordinate\n\n");
    expect(&t, "play w I4", "? invalid coordinate\n\n");
    expect(&t, "play red D5", "? invalid color\n\n");
    expect(&t, "play W D5", "=\n\n");
    char *before = ludus_strdup(ask(&t, "showboard"));
    assert_non_null(strstr(before, "(O)"));
    expect(&t, "play white pass", "=\n\n"); // twice the same colour
    expect(&t, "play b PASS", "=\n\n");     // both have passed
    expect(&t, "play b E5", "=\n\n");       // and play goes on all the same
    expect(&t, "undo", "=\n\n");
    expect(&t, "undo", "=\n\n");
    expect(&t, "undo", "=\n\n");
    assert_string_equal(ask(&t, "showboard"), before);
    expect(&t, "clear_board", "=\n\n");
    expect(&t, "undo", "? cannot undo\n\n");
    ludus_free(before);
    close_talk(&t);
}

static void sizes_and_komi_are_kept_or_refused(void **state)
{
    static const char *const bad[] = {
        "boardsize 1", "boardsize 20", "boardsize 9x", "boardsize -9", "boardsize 99999999999",
        "komi x",      "komi 1e9",     "komi nan",     "komi inf"};
    talk t;
    (void)state;
    const ludus_gtp_config config = small_config();
    open_talk(&t, &config);
    expect(&t, "komi 6.5", "=\n\n");
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        expect_failure(&t, bad[i]);
    }
    for (int size = 2; size <= 19; size++) {
        char line[32];
        snprintf(line, sizeof line, "boardsize %d", size);
        expect(&t, line, "=\n\n");
        assert_non_null(strstr(ask(&t, "showboard"), "komi 6.5"));
    }
    expect(&t, "komi -3", "=\n\n");
    assert_non_null(strstr(ask(&t, "showboard"), "komi -3.0"));
    close_talk(&t);
}

static void handicaps_are_where_the_protocol_has_them(void **state)
{
    talk t;
    (void)state;
    const ludus_gtp_config config = small_config();
    open_talk(&t, &config);
    expect(&t, "boardsize 19", "=\n\n");
    expect(&t, "fixed_handicap 9", "= D4 Q16 D16 Q4 D10 Q10 K4 K16 K10\n\n");
    expect(&t, "fixed_handicap 2", "? board not empty\n\n");
    expect(&t, "clear_board", "=\n\n");
    expect(&t, "fixed_handicap 5", "= D4 Q16 D16 Q4 K10\n\n");
    expect(&t, "clear_board", "=\n\n");
    expect(&t, "fixed_handicap 10", "? invalid number of stones\n\n");
    expect(&t, "fixed_handicap 1", "? invalid number of stones\n\n");
    expect(&t, "boardsize 8", "=\n\n");
    expect(&t, "fixed_handicap 5", "? invalid number of stones\n\n");
    expect(&t, "fixed_handicap 4", "= C3 F6 C6 F3\n\n");
    expect(&t, "boardsize 9", "=\n\n");
    expect(&t, "set_free_handicap A1 B2 C3", "=\n\n");
    expect(&t, "play w D4", "=\n\n");
    expect(&t, "clear_board", "=\n\n");
    expect(&t, "set_free_handicap A1 A1", "? bad vertex list\n\n");
    expect(&t, "set_free_handicap A1 pass", "? bad vertex list\n\n");
    expect(&t, "set_free_handicap A1", "? set_free_handicap: missing arguments\n\n");
    expect(&t, "place_free_handicap 3", "= C3 G7 C7\n\n");
    expect(&t, "clear_board", "=\n\n");
    // As many as there is sensible room for.
    const char *many = ask(&t, "place_free_handicap 80");
    assert_memory_equal(many, "= C3 ", 5);
    expect(&t, "boardsize 5", "=\n\n");
    assert_memory_equal(ask(&t, "place_free_handicap 2"), "= ", 2);
    close_talk(&t);
}

// Fixed handicaps of GNU Go, size by size; on 12x12 it takes the fourth line, the protocol the
// third.
static void handicaps_are_gnugos(void **state)
{
    talk t;
    if (system("command -v gnugo >/dev/null") != 0) {
        skip();
    }
    const ludus_gtp_config config = small_config();
    open_talk(&t, &config);
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
            expect(&t, ours, "=\n\n");
            snprintf(ours, sizeof ours, "fixed_handicap %d", n);
            const char *answer = ask(&t, ours);
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
    close_talk(&t);
}

static void records_are_written_and_loaded(void **state)
{
    char path[TEMP_PATH_MAX], line[2 * TEMP_PATH_MAX];
    talk t;
    ludus_gtp_config config = small_config();
    temp_path(state, "game.sgf", path);
    open_talk(&t, &config);
    ask(&t, "boardsize 13");
    ask(&t, "komi 0.5");
    ask(&t, "fixed_handicap 2");
    ask(&t, "play w C3");
    ask(&t, "play b pass");
    ask(&t, "play w E5");
    char *board = ludus_strdup(ask(&t, "showboard"));
    const char *text = ask(&t, "printsgf");
    assert_non_null(strstr(text, "SZ[13]KM[0.5]HA[2]"));
    assert_non_null(strstr(text, ";W[ck];B[];W[ei])"));
    snprintf(line, sizeof line, "printsgf %s", path);
    expect(&t, line, "=\n\n");
    ask(&t, "boardsize 9");
    snprintf(line, sizeof line, "loadsgf %s", path);
    expect(&t, line, "=\n\n");
    assert_string_equal(ask(&t, "showboard"), board);
    expect(&t, "undo", "=\n\n");
    expect(&t, "play w E5", "=\n\n");
    assert_string_equal(ask(&t, "showboard"), board);
    snprintf(line, sizeof line, "loadsgf %s 2", path); // up to the first move
    expect(&t, line, "=\n\n");
    expect(&t, "undo", "=\n\n");
    expect(&t, "undo", "? cannot undo\n\n");
    expect_failure(&t, "loadsgf /nowhere/x.sgf");
    snprintf(line, sizeof line, "loadsgf %s 0", path);
    expect_failure(&t, line);
    close_talk(&t);
    config.enable_files = false;
    open_talk(&t, &config);
    snprintf(line, sizeof line, "loadsgf %s", path);
    expect_failure(&t, line);
    expect_failure(&t, "printsgf x.sgf");
    assert_memory_equal(ask(&t, "printsgf"), "= (;", 4);
    ludus_free(board);
    close_talk(&t);
}

// ---- Scores -------------------------------------------------------------------------------------

// Black's wall at D, white's at F, a dead white stone at B5, a dead black one at H5; E is nobody's
// but for E9, E7, E5, E3 and E1, which black has.
static void set_up_walls(talk *t)
{
    ask(t, "clear_board");
    ask(t, "komi 0");
    for (int row = 1; row <= 9; row++) {
        char line[32];
        snprintf(line, sizeof line, "play b D%d", row);
        expect(t, line, "=\n\n");
        snprintf(line, sizeof line, "play w F%d", row);
        expect(t, line, "=\n\n");
        if (row % 2 == 1) {
            snprintf(line, sizeof line, "play b E%d", row);
            expect(t, line, "=\n\n");
        }
    }
    expect(t, "play w B5", "=\n\n");
    expect(t, "play b H5", "=\n\n");
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
        ludus_gtp_config config = small_config();
        config.rules = rules;
        open_talk(&t, &config);
        set_up_walls(&t);
        expect(&t, "final_score", scores[rules]);
        expect(&t, "final_status_list dead",
               rules == LUDUS_GTP_TROMP_TAYLOR ? "=\n\n" : "= B5\nH5\n\n");
        if (rules != LUDUS_GTP_TROMP_TAYLOR) {
            assert_non_null(strstr(ask(&t, "final_status_list black_territory"), "A1"));
            assert_null(strstr(ask(&t, "final_status_list black_territory"), "G1"));
            assert_non_null(strstr(ask(&t, "final_status_list white_territory"), "H5"));
        }
        assert_non_null(strstr(ask(&t, "final_status_list alive"), "D4"));
        expect(&t, "final_status_list seki", "=\n\n");
        expect_failure(&t, "final_status_list sleeping");
        close_talk(&t);
    }
}

static void suicide_is_legal_by_tromp_taylor_alone(void **state)
{
    (void)state;
    for (int32_t rules = 0; rules < 3; rules++) {
        talk t;
        ludus_gtp_config config = small_config();
        config.rules = rules;
        open_talk(&t, &config);
        ask(&t, "boardsize 5");
        ask(&t, "set_free_handicap A3 B2 C1");
        ask(&t, "play w A2");
        ask(&t, "play w B1");
        ask(&t, "play b E5"); // or the suicide would repeat the first board
        expect(&t, "play w A1", rules == LUDUS_GTP_TROMP_TAYLOR ? "=\n\n" : "? illegal move\n\n");
        close_talk(&t);
    }
}

// ---- Moves of its own ---------------------------------------------------------------------------

static void games_against_itself_end_in_passes(void **state)
{
    (void)state;
    for (int32_t level = 1; level <= 10; level += 3) {
        talk t;
        ludus_gtp_config config = small_config();
        config.level = level;
        config.size = 5;
        config.resign = 0;
        open_talk(&t, &config);
        int passes = 0, moves = 0;
        for (; passes < 2 && moves < 200; moves++) {
            const char *answer = ask(&t, moves % 2 ? "genmove w" : "genmove b");
            assert_memory_equal(answer, "= ", 2);
            passes = strstr(answer, "pass") ? passes + 1 : 0;
        }
        assert_int_equal(passes, 2);
        assert_memory_equal(ask(&t, "final_score"), "= ", 2);
        close_talk(&t);
    }
}

static void reg_genmove_plays_nothing(void **state)
{
    talk t;
    (void)state;
    const ludus_gtp_config config = small_config();
    open_talk(&t, &config);
    ask(&t, "play b E5");
    char *board = ludus_strdup(ask(&t, "showboard"));
    char *move = ludus_strdup(ask(&t, "reg_genmove w"));
    assert_memory_equal(move, "= ", 2);
    assert_string_equal(ask(&t, "showboard"), board);
    // Equal lines, equal answers.
    talk other;
    open_talk(&other, &config);
    ask(&other, "play b E5");
    expect(&other, "reg_genmove w", move);
    ludus_free(move);
    ludus_free(board);
    close_talk(&other);
    close_talk(&t);
}

// All is white's but for one black stone.
static void a_lost_game_is_resigned_and_cleanup_is_not(void **state)
{
    talk t;
    (void)state;
    ludus_gtp_config config = small_config();
    config.resign = 0.2;
    open_talk(&t, &config);
    ask(&t, "komi 50.5");
    for (int i = 0; i < 3; i++) {
        const char *answer = ask(&t, "kgs-genmove_cleanup b");
        assert_null(strstr(answer, "resign"));
    }
    assert_null(strstr(ask(&t, "reg_genmove b"), "resign"));
    expect(&t, "genmove b", "= resign\n\n");
    ask(&t, "komi -50.5");
    assert_null(strstr(ask(&t, "genmove b"), "resign"));
    close_talk(&t);
}

static void clocks_bound_the_search(void **state)
{
    static const char *const bad[] = {"time_settings 1 1",
                                      "time_settings -1 0 0",
                                      "time_settings x 0 0",
                                      "kgs-time_settings",
                                      "kgs-time_settings byoyomi 10",
                                      "kgs-time_settings fancy 1",
                                      "kgs-time_settings canadian 10 0 5",
                                      "time_left b",
                                      "time_left green 1 0",
                                      "time_left b nan 0"};
    static const char *const good[] = {"time_settings 0 0 0",
                                       "time_settings 0 1 0",
                                       "time_settings 0.3 0.1 5",
                                       "kgs-time_settings none",
                                       "kgs-time_settings absolute 1",
                                       "kgs-time_settings byoyomi 0.2 0.1 3",
                                       "kgs-time_settings canadian 0.2 0.5 5"};
    talk t;
    (void)state;
    ludus_gtp_config config = small_config();
    config.simulations = 0; // the clock alone
    config.max_nodes = 200000;
    open_talk(&t, &config);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        expect_failure(&t, bad[i]);
    }
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        ask(&t, "clear_board");
        expect(&t, good[i], "=\n\n");
        for (int k = 0; k < 4; k++) {
            assert_memory_equal(ask(&t, k % 2 ? "genmove w" : "genmove b"), "= ", 2);
        }
        expect(&t, "time_left b 0 0", "=\n\n");
        assert_memory_equal(ask(&t, "genmove b"), "= ", 2);
        expect(&t, "time_left b 0.1 2", "=\n\n");
        assert_memory_equal(ask(&t, "genmove b"), "= ", 2);
    }
    close_talk(&t);
}

static void pondering_changes_nothing_but_the_tree(void **state)
{
    talk t;
    (void)state;
    ludus_gtp_config config = small_config();
    config.enable_ponder = true;
    open_talk(&t, &config);
    for (int i = 0; i < 6; i++) {
        assert_memory_equal(ask(&t, "genmove b"), "= ", 2);
        expect(&t, "name", "= Ludus\n\n");
        assert_memory_equal(ask(&t, "showboard"), "=\n", 2);
        ask(&t, i % 2 ? "play w A1" : "play w pass");
    }
    assert_memory_equal(ask(&t, "undo"), "=", 1);
    assert_memory_equal(ask(&t, "genmove w"), "= ", 2);
    expect(&t, "boardsize 5", "=\n\n");
    assert_memory_equal(ask(&t, "genmove b"), "= ", 2);
    expect(&t, "kgs-game_over", "=\n\n");
    assert_memory_equal(ask(&t, "genmove w"), "= ", 2);
    close_talk(&t); // while it ponders
}

// ---- Analysis -----------------------------------------------------------------------------------

static void analysis_reports_until_the_next_line(void **state)
{
    static const char *const commands[] = {"7 lz-analyze 1", "7 kata-analyze w interval 1",
                                           "7 lz-analyze b 5 minmoves 2 maxmoves 3",
                                           "7 kata-analyze 1 ownership true rootInfo true"};
    talk t;
    (void)state;
    const ludus_gtp_config config = small_config();
    open_talk(&t, &config);
    ask(&t, "play b E5");
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        begin_analysis(&t, commands[i]);
        const char *got = ask(&t, i % 2 ? "8 name" : "");
        assert_memory_equal(got, "=7\n", 3);
        const char *end = i % 2 ? "\n\n=8 Ludus\n\n" : "\n\n";
        const size_t length = strlen(got), tail = strlen(end);
        assert_true(length > tail + 3);
        assert_string_equal(got + length - tail, end);
        for (const char *line = got + 3; *line != '\n';) {
            assert_memory_equal(line, "info move ", 10);
            assert_non_null(strstr(line, " visits "));
            assert_non_null(strstr(line, " order 0 pv "));
            line = strchr(line, '\n') + 1;
        }
    }
    close_talk(&t);
}

static void analysis_obeys_its_limits(void **state)
{
    static const char *const bad[] = {
        "lz-analyze b 5 fancy 1",       "lz-analyze interval x", "lz-analyze interval",
        "kata-analyze ownership maybe", "lz-analyze avoid b D4", "lz-analyze avoid b Z9 5",
        "lz-analyze allow b E5 5",      "lz-analyze 1 2",        "kata-analyze maxmoves 0"};
    talk t;
    (void)state;
    const ludus_gtp_config config = small_config();
    open_talk(&t, &config);
    ask(&t, "play w E5");
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        expect_failure(&t, bad[i]);
    }
    begin_analysis(&t, "lz-analyze b 1 allow b D4,C3 10 allow w A1 10");
    const char *got = ask(&t, "");
    assert_true(strstr(got, "info move D4") != NULL || strstr(got, "info move C3") != NULL);
    for (const char *at = strstr(got, "info move "); at; at = strstr(at + 1, "info move ")) {
        assert_true(!strncmp(at + 10, "D4 ", 3) || !strncmp(at + 10, "C3 ", 3));
    }
    begin_analysis(&t, "lz-analyze b 1 avoid b D4,C3 10 maxmoves 30");
    got = ask(&t, "");
    assert_non_null(strstr(got, "info move "));
    assert_null(strstr(got, "info move D4 "));
    close_talk(&t);
}

static void genmove_analyze_plays_what_it_says(void **state)
{
    talk t;
    (void)state;
    const ludus_gtp_config config = small_config();
    open_talk(&t, &config);
    for (int i = 0; i < 4; i++) {
        char vertex[8], line[32];
        const char *got = ask(&t, i % 2 ? "4 kata-genmove_analyze w 10" : "4 lz-genmove_analyze b");
        assert_memory_equal(got, "=4\ninfo move ", 13);
        const char *play = strstr(got, "\nplay ");
        assert_non_null(play);
        assert_int_equal(sscanf(play, "\nplay %7s", vertex), 1);
        assert_string_equal(strchr(play + 1, '\n'), "\n\n");
        snprintf(line, sizeof line, "play b %s", vertex);
        expect(&t, line, "? illegal move\n\n"); // a stone is there
    }
    close_talk(&t);
}

// ---- Nets ---------------------------------------------------------------------------------------

// A net of random weights for 5x5, whose weights fit other boards if it is pooled.
static void save_net(const char *path, bool is_pooled)
{
    ludus_game game;
    ludus_net *net;
    ludus_error error;
    ludus_net_desc desc = ludus_net_desc_default();
    ludus_heads_config heads = ludus_heads_config_default();
    desc.channels = 8;
    desc.blocks = 1;
    heads.pooled = is_pooled;
    heads.ownership = 1.0f;
    heads.score = 0.05f;
    assert_int_equal(ludus_game_open(&game, "go5", NULL), LUDUS_OK);
    if (ludus_net_desc_for_game(&desc, &game, &heads, &error) ||
        ludus_net_create(&net, &desc, 3, &error) || ludus_net_save(net, path, NULL, &error)) {
        fail_msg("%s", error.text);
    }
    ludus_net_destroy(net);
    ludus_game_close(&game);
}

static void a_pooled_net_plays_on_any_board(void **state)
{
    static const int sizes[] = {5, 9, 13, 2};
    char path[TEMP_PATH_MAX];
    talk t;
    ludus_gtp_config config = small_config();
    temp_path(state, "pooled.safetensors", path);
    save_net(path, true);
    config.net = path;
    config.size = 7;
    open_talk(&t, &config);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        char line[32];
        snprintf(line, sizeof line, "boardsize %d", sizes[i]);
        expect(&t, line, "=\n\n");
        assert_memory_equal(ask(&t, "genmove b"), "= ", 2);
        const char *got = ask(&t, "kata-genmove_analyze w 1 ownership true rootInfo true");
        const char *owned = strstr(got, " ownership ");
        assert_non_null(strstr(got, " scoreLead "));
        assert_non_null(strstr(got, " rootInfo "));
        assert_non_null(owned);
        int values = 0;
        owned += strlen(" ownership");
        for (char *end; *owned == ' '; owned = end, values++) {
            const double value = strtod(owned, &end);
            assert_true(end > owned && value >= -1 && value <= 1);
        }
        assert_int_equal(*owned, '\n');
        assert_int_equal(values, sizes[i] * sizes[i]);
        assert_memory_equal(ask(&t, "final_score"), "= ", 2);
    }
    close_talk(&t);
}

static void a_net_of_one_size_refuses_others(void **state)
{
    char path[TEMP_PATH_MAX];
    talk t;
    ludus_gtp_config config = small_config();
    temp_path(state, "tied.safetensors", path);
    save_net(path, false);
    config.net = path;
    config.size = 5;
    open_talk(&t, &config);
    ask(&t, "play b C3");
    const char *got = ask(&t, "boardsize 9");
    assert_memory_equal(got, "? unacceptable size: ", 21);
    assert_non_null(strstr(ask(&t, "showboard"), "(X)")); // the game goes on
    assert_memory_equal(ask(&t, "genmove w"), "= ", 2);
    close_talk(&t);
    config.size = 9;
    ludus_gtp *none;
    assert_int_not_equal(ludus_gtp_create(&none, &config, collect, &t, NULL), LUDUS_OK);
    assert_null(none);
}

// ---- Against others -----------------------------------------------------------------------------

// The engine as a program, over pipes, against GNU Go. LUDUS names the program under test.
static void a_match_over_pipes_comes_to_its_end(void **state)
{
    ludus_game game;
    ludus_player players[2];
    ludus_error error;
    ludus_rng rng;
    char text[LUDUS_PLAYER_NAME_MAX];
    const char *program = getenv("LUDUS");
    (void)state;
    if (program == NULL || system("command -v gnugo >/dev/null") != 0) {
        skip();
    }
    snprintf(text, sizeof text, "gtp:%s gtp --net none --sims 20 --seed 1 --rules chinese",
             program);
    assert_int_equal(ludus_game_open(&game, "go5", NULL), LUDUS_OK);
    void *pos = ludus_alloc(1, game.spec.state_bytes);
    ludus_rng_init(&rng, 1, 0);
    for (int i = 0; i < 2; i++) {
        if (ludus_player_open(&players[i], &game, i ? text : GNUGO, &error)) {
            fail_msg("%s", error.text);
        }
    }
    for (int k = 0; k < 2; k++) {
        ludus_game_init(&game, pos);
        ludus_player_reset(&players[0]);
        ludus_player_reset(&players[1]);
        while (ludus_game_outcome(&game, pos) == LUDUS_ONGOING) {
            ludus_move move;
            const int32_t side = ludus_game_to_move(&game, pos) ^ k;
            const ludus_status status =
                ludus_player_choose(&players[side], pos, &rng, &move, &error);
            if (status == LUDUS_ERR_STATE && strstr(error.text, "resigns") != NULL) {
                break;
            }
            if (status != LUDUS_OK) {
                fail_msg("%s", error.text);
            }
            ludus_player_observe(&players[0], pos, move);
            ludus_player_observe(&players[1], pos, move);
            ludus_game_play(&game, pos, move);
        }
    }
    ludus_player_close(&players[1]);
    ludus_player_close(&players[0]);
    ludus_free(pos);
    ludus_game_close(&game);
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
        cmocka_unit_test(suicide_is_legal_by_tromp_taylor_alone),
        cmocka_unit_test(games_against_itself_end_in_passes),
        cmocka_unit_test(reg_genmove_plays_nothing),
        cmocka_unit_test(a_lost_game_is_resigned_and_cleanup_is_not),
        cmocka_unit_test(clocks_bound_the_search),
        cmocka_unit_test(pondering_changes_nothing_but_the_tree),
        cmocka_unit_test(analysis_reports_until_the_next_line),
        cmocka_unit_test(analysis_obeys_its_limits),
        cmocka_unit_test(genmove_analyze_plays_what_it_says),
        cmocka_unit_test(a_pooled_net_plays_on_any_board),
        cmocka_unit_test(a_net_of_one_size_refuses_others),
        cmocka_unit_test(a_match_over_pipes_comes_to_its_end),
    };
    return cmocka_run_group_tests(tests, temp_folder_create, temp_folder_destroy);
}
