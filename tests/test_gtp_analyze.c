// Claims about analysis over GTP, and about nets behind it: of random weights, in small searches.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "agents/game_net.h"
#include "gtp_talk.h"
#include "temp_folder.h"

// ---- Analysis -----------------------------------------------------------------------------------

static void analysis_reports_until_the_next_line(void **state)
{
    static const char *const commands[] = {"7 lz-analyze 1", "7 kata-analyze w interval 1",
                                           "7 lz-analyze b 5 minmoves 2 maxmoves 3",
                                           "7 kata-analyze 1 ownership true rootInfo true"};
    talk t;
    (void)state;
    talk_open_small(&t);
    talk_ask(&t, "play b E5");
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        talk_begin_analysis(&t, commands[i]);
        const char *got = talk_ask(&t, i % 2 ? "8 name" : "");
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
    talk_close(&t);
}

static void analysis_obeys_its_limits(void **state)
{
    static const char *const bad[] = {
        "lz-analyze b 5 fancy 1",       "lz-analyze interval x", "lz-analyze interval",
        "kata-analyze ownership maybe", "lz-analyze avoid b D4", "lz-analyze avoid b Z9 5",
        "lz-analyze allow b E5 5",      "lz-analyze 1 2",        "kata-analyze maxmoves 0"};
    talk t;
    (void)state;
    talk_open_small(&t);
    talk_ask(&t, "play w E5");
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        talk_expect_failure(&t, bad[i]);
    }
    talk_begin_analysis(&t, "lz-analyze b 1 allow b D4,C3 10 allow w A1 10");
    const char *got = talk_ask(&t, "");
    assert_true(strstr(got, "info move D4") != NULL || strstr(got, "info move C3") != NULL);
    for (const char *at = strstr(got, "info move "); at; at = strstr(at + 1, "info move ")) {
        assert_true(!strncmp(at + 10, "D4 ", 3) || !strncmp(at + 10, "C3 ", 3));
    }
    talk_begin_analysis(&t, "lz-analyze b 1 avoid b D4,C3 10 maxmoves 30");
    got = talk_ask(&t, "");
    assert_non_null(strstr(got, "info move "));
    assert_null(strstr(got, "info move D4 "));
    talk_close(&t);
}

static void genmove_analyze_plays_what_it_says(void **state)
{
    talk t;
    (void)state;
    talk_open_small(&t);
    for (int i = 0; i < 4; i++) {
        char vertex[8], line[32];
        const char *got =
            talk_ask(&t, i % 2 ? "4 kata-genmove_analyze w 10" : "4 lz-genmove_analyze b");
        assert_memory_equal(got, "=4\ninfo move ", 13);
        const char *play = strstr(got, "\nplay ");
        assert_non_null(play);
        assert_int_equal(sscanf(play, "\nplay %7s", vertex), 1);
        assert_string_equal(strchr(play + 1, '\n'), "\n\n");
        snprintf(line, sizeof line, "play b %s", vertex);
        talk_expect(&t, line, "? illegal move\n\n"); // a stone is there
    }
    talk_close(&t);
}

// ---- Nets ---------------------------------------------------------------------------------------

// A net of random weights for 5x5, whose weights fit other boards if it is pooled.
static void save_net(const char *path, bool is_pooled)
{
    ludus_game game;
    ludus_net *net = NULL;
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

// An engine with such a net; `path` is its file's, to be kept as long.
static void open_with_net(void **state, talk *t, bool is_pooled, int32_t size,
                          char path[TEMP_PATH_MAX])
{
    ludus_gtp_config config = talk_config();
    temp_path(state, "net.safetensors", path);
    save_net(path, is_pooled);
    config.net = path;
    config.size = size;
    talk_open(t, &config);
}

static void a_pooled_net_plays_on_any_board(void **state)
{
    static const int sizes[] = {5, 9, 13, 2};
    char path[TEMP_PATH_MAX];
    talk t;
    open_with_net(state, &t, true, 7, path);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        char line[32];
        snprintf(line, sizeof line, "boardsize %d", sizes[i]);
        talk_expect(&t, line, "=\n\n");
        assert_memory_equal(talk_ask(&t, "genmove b"), "= ", 2);
        const char *got = talk_ask(&t, "kata-genmove_analyze w 1 ownership true rootInfo true");
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
        assert_memory_equal(talk_ask(&t, "final_score"), "= ", 2);
    }
    talk_close(&t);
}

// Its own, not the root's for all of them; Leela Zero's format has none.
static void every_move_is_told_with_its_own_score(void **state)
{
    char path[TEMP_PATH_MAX];
    talk t;
    open_with_net(state, &t, true, 5, path);
    talk_ask(&t, "play b C3");
    assert_null(strstr(talk_ask(&t, "lz-genmove_analyze w"), "scoreLead"));
    talk_ask(&t, "undo");
    const char *line = talk_ask(&t, "kata-genmove_analyze w maxmoves 5 rootInfo true");
    for (const char *at = strstr(line, "\ninfo "); at; at = strstr(at + 1, "\ninfo ")) {
        line = at; // the last report
    }
    double first = 0.0;
    int num = 0, num_other = 0;
    for (const char *at = strstr(line, "info move "); at; at = strstr(at + 1, "info move ")) {
        double mean, lead;
        const char *score = strstr(at, " scoreMean ");
        assert_non_null(score);
        assert_int_equal(sscanf(score, " scoreMean %lf scoreLead %lf", &mean, &lead), 2);
        assert_true(mean == lead);
        first = num++ == 0 ? lead : first;
        num_other += lead != first;
    }
    assert_int_equal(num, 5);
    assert_true(num_other > 0);
    talk_close(&t);
}

static void a_net_of_one_size_refuses_others(void **state)
{
    char path[TEMP_PATH_MAX];
    talk t;
    open_with_net(state, &t, false, 5, path);
    talk_ask(&t, "play b C3");
    const char *got = talk_ask(&t, "boardsize 9");
    assert_memory_equal(got, "? unacceptable size: ", 21);
    assert_non_null(strstr(talk_ask(&t, "showboard"), "(X)")); // the game goes on
    assert_memory_equal(talk_ask(&t, "genmove w"), "= ", 2);
    talk_close(&t);
    ludus_gtp_config config = talk_config();
    config.net = path;
    ludus_gtp *none;
    assert_int_not_equal(ludus_gtp_create(&none, &config, talk_collect, &t, NULL), LUDUS_OK);
    assert_null(none);
}

// Programs forbid what lies outside a region point by point, four words each.
static void a_request_may_have_many_words(void **state)
{
    char line[4096] = "lz-genmove_analyze b 10";
    talk t;
    (void)state;
    talk_open_small(&t);
    for (int i = 0; i < 72; i++) {
        const size_t length = strlen(line);
        snprintf(line + length, sizeof line - length, " avoid b %c%d 1", "ABCDEFGHJ"[i % 9],
                 1 + i / 9);
    }
    const char *played = strstr(talk_ask(&t, line), "play ");
    assert_non_null(played);
    assert_true(strstr(played, "9\n") != NULL || strstr(played, "pass") != NULL); // the last row
    talk_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(analysis_reports_until_the_next_line),
        cmocka_unit_test(analysis_obeys_its_limits),
        cmocka_unit_test(genmove_analyze_plays_what_it_says),
        cmocka_unit_test(a_pooled_net_plays_on_any_board),
        cmocka_unit_test(every_move_is_told_with_its_own_score),
        cmocka_unit_test(a_net_of_one_size_refuses_others),
        cmocka_unit_test(a_request_may_have_many_words),
    };
    return cmocka_run_group_tests(tests, temp_folder_create, temp_folder_destroy);
}
