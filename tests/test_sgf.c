// Claims about game records in SGF.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "envs/sgf_go.h"
#include "temp_folder.h"

static ludus_sgf *parse(const char *text)
{
    ludus_sgf *sgf;
    ludus_error error;
    if (ludus_sgf_parse(&sgf, text, strlen(text), &error)) {
        fail_msg("%s: %s", text, error.text);
    }
    return sgf;
}

static void assert_refused(const char *text, const char *part)
{
    ludus_sgf *sgf;
    ludus_error error;
    assert_int_equal(ludus_sgf_parse(&sgf, text, strlen(text), &error), LUDUS_ERR_FORMAT);
    assert_null(sgf);
    if (!strstr(error.text, part)) {
        fail_msg("%s: \"%s\" does not say \"%s\"", text, error.text, part);
    }
}

// The tree as text, to be freed.
static char *written(const ludus_sgf *sgf)
{
    ludus_buffer out = {0};
    ludus_sgf_write(sgf, &out);
    ludus_buffer_put(&out, "", 1);
    assert_false(out.failed);
    return (char *)out.data;
}

static void assert_written(const char *text, const char *expected)
{
    ludus_sgf *sgf = parse(text);
    char *once = written(sgf);
    assert_string_equal(once, expected);
    ludus_sgf_destroy(sgf);
    sgf = parse(once);
    char *twice = written(sgf);
    assert_string_equal(twice, once);
    ludus_sgf_destroy(sgf);
    ludus_free(twice);
    ludus_free(once);
}

static void assert_text(const ludus_sgf *sgf, int32_t node, const char *name, int32_t index,
                        const char *expected)
{
    char text[256];
    assert_int_equal(ludus_sgf_text(sgf, node, name, index, text, sizeof text),
                     expected ? (int)strlen(expected) : -1);
    if (expected != NULL) {
        assert_string_equal(text, expected);
    }
}

// ---- The form -----------------------------------------------------------------------------------

static void trees_are_kept_in_order(void **state)
{
    (void)state;
    ludus_sgf *sgf = parse("noise (;FF[4]C[root](;C[a];C[b](;C[c])(;C[d];C[e]))\r\n"
                           "(;C[f](;C[g];C[h];C[i])(;C[j])))(;C[second])");
    const int32_t root = ludus_sgf_root(sgf, 0);
    assert_int_equal(ludus_sgf_num_children(sgf, root), 2);
    const int32_t a = ludus_sgf_child(sgf, root, 0), f = ludus_sgf_child(sgf, root, 1);
    const int32_t b = ludus_sgf_child(sgf, a, 0);
    assert_text(sgf, b, "C", 0, "b");
    assert_int_equal(ludus_sgf_num_children(sgf, b), 2);
    assert_text(sgf, ludus_sgf_child(sgf, ludus_sgf_child(sgf, b, 1), 0), "C", 0, "e");
    assert_text(sgf, ludus_sgf_child(sgf, f, 1), "C", 0, "j");
    assert_int_equal(ludus_sgf_child(sgf, f, 2), -1);
    assert_int_equal(ludus_sgf_parent(sgf, f), root);
    assert_text(sgf, ludus_sgf_root(sgf, 1), "C", 0, "second");
    assert_int_equal(ludus_sgf_root(sgf, 2), -1);
    assert_string_equal(ludus_sgf_property(sgf, root, 1), "C");
    assert_null(ludus_sgf_property(sgf, root, 2));
    ludus_sgf_destroy(sgf);
}

static void what_is_written_reads_back_the_same(void **state)
{
    (void)state;
    assert_written("(;FF[4]C[root](;C[a];C[b](;C[c])(;C[d];C[e]))(;C[f](;C[g];C[h];C[i])(;C[j])))",
                   "(;FF[4]C[root]\n\n(;C[a];C[b]\n(;C[c])\n(;C[d];C[e]))\n(;C[f]\n"
                   "(;C[g];C[h];C[i])\n(;C[j])))\n");
    assert_written("(;)", "(;\n)\n");
    assert_written(" (;FooBar [x]\n[] \t[y\\]\\\\]AB[aa][bb:cc];B[]) trailing",
                   "(;FB[x][][y\\]\\\\]AB[aa][bb:cc]\n;B[])\n");
}

static void text_is_read_as_the_standard_says(void **state)
{
    (void)state;
    ludus_sgf *sgf =
        parse("(;C[a\\]b\\\\c\\:d]GC[one\r\ntwo\nthree\n\rfour\\\nfive\tsix\\\r\nseven]"
              "AB[aa][bb][][cc]N[]"
              "W[dd\\])(;)];ZZ[\\)])");
    const int32_t root = ludus_sgf_root(sgf, 0);
    assert_text(sgf, root, "C", 0, "a]b\\c:d");
    assert_text(sgf, root, "GC", 0, "one\ntwo\nthree\nfourfive sixseven");
    assert_text(sgf, root, "AB", 3, "cc");
    assert_text(sgf, root, "AB", 4, NULL);
    assert_text(sgf, root, "N", 0, "");
    assert_text(sgf, root, "W", 0, "dd])(;)");
    assert_text(sgf, root, "XX", 0, NULL);
    assert_int_equal(ludus_sgf_count(sgf, root, "AB"), 4);
    assert_int_equal(ludus_sgf_count(sgf, root, "XX"), 0);
    char cut[4];
    assert_int_equal(ludus_sgf_text(sgf, root, "C", 0, cut, sizeof cut), 7);
    assert_string_equal(cut, "a]b");
    ludus_sgf_destroy(sgf);
}

// The second byte of a letter may be a bracket or a backslash.
static void letters_of_two_bytes_are_no_brackets(void **state)
{
    static const char *const encodings[] = {"Shift_JIS", "sjis", "GBK", "big5"};
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        char text[128];
        snprintf(text, sizeof text, "(;CA[%s]PB[\x83\x5d\x83\x5c]PW[x])(;C[\x83])", encodings[i]);
        ludus_sgf *sgf = parse(text);
        const int32_t root = ludus_sgf_root(sgf, 0);
        assert_text(sgf, root, "PB", 0, "\x83\x5d\x83\x5c");
        assert_text(sgf, root, "PW", 0, "x");
        assert_text(sgf, ludus_sgf_root(sgf, 1), "C", 0, "\x83"); // the next game says nothing
        ludus_sgf_destroy(sgf);
    }
    ludus_sgf *kana = parse("(;CA[Shift_JIS]PB[\xb1])");
    assert_text(kana, ludus_sgf_root(kana, 0), "PB", 0, "\xb1");
    ludus_sgf_destroy(kana);
    ludus_sgf *utf8 = parse("(;CA[UTF-8]PB[\xe5\xb1\xb1])");
    assert_text(utf8, ludus_sgf_root(utf8, 0), "PB", 0, "\xe5\xb1\xb1");
    ludus_sgf_destroy(utf8);
}

static void damage_is_refused_with_its_line(void **state)
{
    (void)state;
    assert_refused("", "no SGF");
    assert_refused("PK\003\004 hello", "no SGF");
    assert_refused("(;C[a]", "ends within a game");
    assert_refused("(;C[a]\n(;B[aa", "line 2: a value that begins here has no end");
    assert_refused("(;C[a\\]", "has no end");
    assert_refused("(;C[a]())", "holds no node");
    assert_refused("(;C[a]\n\n((;B[aa]))", "line 3: \"(\" without a node");
    assert_refused("(;C)", "expected \"[\"");
    assert_refused("(;c[x])", "no capitals");
    assert_refused("(;ABCDEFGHIJKLMNOPQRST[x])", "too long");
    assert_refused("(;1[x])", "expected");
    assert_refused("(;A[x](C[y]))", "expected");
}

static void deep_and_wide_trees_are_read(void **state)
{
    (void)state;
    const size_t n = 200000;
    char *text = malloc(4 * n + 8);
    assert_non_null(text);
    size_t used = 0;
    for (size_t i = 0; i < n; i++) {
        used += (size_t)sprintf(text + used, "(;");
    }
    memset(text + used, ')', n);
    text[used + n] = '\0';
    ludus_sgf *deep = parse(text);
    int32_t depth = 0;
    for (int32_t i = ludus_sgf_root(deep, 0); i >= 0; i = ludus_sgf_child(deep, i, 0)) {
        depth++;
    }
    assert_int_equal(depth, n);
    ludus_sgf_destroy(deep);
    used = (size_t)sprintf(text, "(;");
    for (size_t i = 0; i < n; i++) {
        used += (size_t)sprintf(text + used, "(;)");
    }
    sprintf(text + used, ")");
    ludus_sgf *wide = parse(text);
    assert_int_equal(ludus_sgf_num_children(wide, ludus_sgf_root(wide, 0)), n);
    char *again = written(wide);
    assert_true(strlen(again) > 3 * n);
    ludus_free(again);
    ludus_sgf_destroy(wide);
    free(text);
}

// "(;HEAD", `first` n times, `second` n times and ")", read.
static ludus_sgf *parse_many(const char *head, const char *first, const char *second, size_t n)
{
    char *text = malloc(strlen(head) + n * (strlen(first) + strlen(second)) + 8);
    assert_non_null(text);
    char *end = text + sprintf(text, "(;%s", head);
    for (size_t i = 0; i < 2 * n; i++) {
        end = stpcpy(end, i < n ? first : second);
    }
    strcpy(end, ")");
    ludus_sgf *sgf = parse(text);
    free(text);
    return sgf;
}

// Searched from its start for each of them, such a node would take many minutes.
static void a_node_of_many_properties_is_read_at_once(void **state)
{
    (void)state;
    ludus_sgf *sgf = parse_many("", "A[]", "CA[]", 500000);
    const int32_t root = ludus_sgf_root(sgf, 0);
    assert_int_equal(ludus_sgf_count(sgf, root, "CA"), 1); // of the first
    ludus_sgf_destroy(sgf);
}

static void too_many_nodes_are_refused(void **state)
{
    (void)state;
    const size_t most = LUDUS_SGF_NODES_MAX;
    char *text = malloc(most + 8);
    assert_non_null(text);
    memset(text, ';', most + 1);
    text[0] = '(';
    strcpy(text + most + 1, ")");
    ludus_sgf *sgf = parse(text);
    assert_int_equal(ludus_sgf_add_node(sgf, 0), -1);
    ludus_buffer out = {0};
    ludus_sgf_write(sgf, &out);
    assert_true(out.failed); // it lacks the node
    ludus_buffer_free(&out);
    ludus_sgf_destroy(sgf);
    strcpy(text + most + 1, ";)");
    assert_refused(text, "too many nodes");
    free(text);
}

static void trees_are_built(void **state)
{
    ludus_sgf *sgf;
    (void)state;
    assert_int_equal(ludus_sgf_create(&sgf, NULL), LUDUS_OK);
    const int32_t root = ludus_sgf_add_node(sgf, -1);
    ludus_sgf_add(sgf, root, "C", "a [b] c\\d");
    ludus_sgf_add(sgf, root, "AB", "aa");
    ludus_sgf_add(sgf, root, "KM", "");
    ludus_sgf_add(sgf, root, "AB", "bb");
    const int32_t move = ludus_sgf_add_node(sgf, root);
    ludus_sgf_add(sgf, move, "B", "cc");
    ludus_sgf_add(sgf, ludus_sgf_add_node(sgf, root), "B", "dd");
    char *text = written(sgf);
    assert_string_equal(text, "(;C[a [b\\] c\\\\d]AB[aa][bb]KM[]\n\n(;B[cc])\n(;B[dd]))\n");
    ludus_sgf_destroy(sgf);
    sgf = parse(text);
    assert_text(sgf, ludus_sgf_root(sgf, 0), "C", 0, "a [b] c\\d");
    ludus_sgf_destroy(sgf);
    ludus_free(text);
}

// ---- Go -----------------------------------------------------------------------------------------

// The position after a game's main line. The caller closes.
static void *play_main_line(const ludus_sgf *sgf, ludus_game *game, int32_t *moves)
{
    ludus_sgf_go_info info;
    ludus_error error;
    char name[LUDUS_GAME_NAME_MAX];
    const int32_t root = ludus_sgf_root(sgf, 0);
    if (ludus_sgf_go_info_get(sgf, root, &info, &error)) {
        fail_msg("%s", error.text);
    }
    snprintf(name, sizeof name, "go%d", (int)info.size);
    assert_int_equal(ludus_game_open(game, name, NULL), LUDUS_OK);
    void *pos = ludus_alloc(1, game->spec.state_bytes);
    ludus_game_init(game, pos);
    *moves = 0;
    for (int32_t node = root; node >= 0; node = ludus_sgf_child(sgf, node, 0)) {
        ludus_move move;
        if (ludus_sgf_go_apply(sgf, node, game, pos, &move, &error)) {
            fail_msg("%s", error.text);
        }
        *moves += move >= 0;
    }
    return pos;
}

static void assert_board(const ludus_game *game, const void *pos, const char *expected)
{
    const int32_t size = ludus_go_size(game);
    char text[LUDUS_GO_MAX_POINTS + LUDUS_GO_MAX_SIZE + 1];
    size_t used = 0;
    for (int32_t i = 0; i < size * size; i++) {
        if (i > 0 && i % size == 0) {
            text[used++] = '/';
        }
        text[used++] = "xo."[ludus_go_at(game, pos, i)];
    }
    text[used] = '\0';
    assert_string_equal(text, expected);
}

static void setup_moves_and_handicap_make_the_board(void **state)
{
    static const struct {
        const char *text, *board;
        int32_t turn, komi, moves;
    } cases[] = {
        {"(;GM[1]SZ[5]KM[5.5];B[bb];W[cb])", "...../.xo../...../...../.....", 0, 11, 2},
        {"(;SZ[5]HA[2]AB[bb][dd]KM[0.5];W[cc])", "...../.x.../..o../...x./.....", 0, 1, 1},
        {"(;SZ[5]HA[2]AB[bb][dd]KM[0])", "...../.x.../...../...x./.....", 1, 0, 0},
        {"(;SZ[5:5]AB[aa:ca]AW[aa:ac]AE[aa]PL[W]KM[-3])", ".xx../o..../o..../...../.....", 1, -6,
         0},
        // Setup in the middle, a pass of each kind, two moves of one colour.
        {"(;SZ[5]KM[0];B[aa];W[];B[tt];AE[aa]AW[ee];B[bb];B[cc])", "...../.x.../..x../...../....o",
         1, 0, 5},
        // A capture in the corner.
        {"(;SZ[5]KM[0];B[ba];W[aa];B[ab])", ".x.../x..../...../...../.....", 1, 0, 3},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ludus_game game;
        int32_t moves;
        ludus_sgf *sgf = parse(cases[i].text);
        void *pos = play_main_line(sgf, &game, &moves);
        assert_board(&game, pos, cases[i].board);
        assert_int_equal(ludus_game_to_move(&game, pos), cases[i].turn);
        assert_int_equal(ludus_go_komi(&game, pos), cases[i].komi);
        assert_int_equal(moves, cases[i].moves);
        ludus_free(pos);
        ludus_game_close(&game);
        ludus_sgf_destroy(sgf);
    }
}

// Records of other rules: a ko taken back at once, suicide, stones after two passes.
static void moves_against_our_rules_are_put_all_the_same(void **state)
{
    ludus_game game;
    int32_t moves;
    (void)state;
    ludus_sgf *sgf = parse("(;SZ[4]AB[ba][ab][bc]AW[bb][ca][cc][db];B[cb];W[bb])");
    void *pos = play_main_line(sgf, &game, &moves);
    assert_board(&game, pos, ".xo./xo.o/.xo./....");
    assert_int_equal(ludus_go_captures(&game, pos, LUDUS_GO_BLACK), 1);
    assert_int_equal(ludus_go_captures(&game, pos, LUDUS_GO_WHITE), 1);
    ludus_free(pos);
    ludus_game_close(&game);
    ludus_sgf_destroy(sgf);
    sgf = parse("(;SZ[3]AB[ba][bb][ac]PL[W];W[aa];B[];W[ab];B[];W[];B[];B[cc])");
    pos = play_main_line(sgf, &game, &moves);
    assert_board(&game, pos, ".x./.x./x.x");
    assert_int_equal(ludus_go_captures(&game, pos, LUDUS_GO_BLACK), 2);
    ludus_free(pos);
    ludus_game_close(&game);
    ludus_sgf_destroy(sgf);
}

static void what_a_record_says_is_read(void **state)
{
    ludus_sgf_go_info info;
    (void)state;
    ludus_sgf *sgf = parse("(;GM[1]FF[4]SZ[13]HA[3]KM[0.5]RU[Chinese]PB[A B]PW[C]RE[W+R])");
    assert_int_equal(ludus_sgf_go_info_get(sgf, 0, &info, NULL), LUDUS_OK);
    assert_int_equal(info.size, 13);
    assert_int_equal(info.handicap, 3);
    assert_true(info.has_komi && info.komi == 1);
    assert_string_equal(info.rules, "Chinese");
    assert_string_equal(info.black, "A B");
    assert_string_equal(info.white, "C");
    assert_string_equal(info.result, "W+R");
    ludus_sgf_destroy(sgf);
    static const char *const bad[] = {"(;GM[2])", "(;SZ[20])", "(;SZ[9:13])", "(;SZ[x])",
                                      "(;SZ[99999999999999999999])"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        sgf = parse(bad[i]);
        assert_int_not_equal(ludus_sgf_go_info_get(sgf, 0, &info, NULL), LUDUS_OK);
        ludus_sgf_destroy(sgf);
    }
}

// Each value reached from the first would take many minutes.
static void a_node_of_many_stones_is_read_at_once(void **state)
{
    ludus_game game;
    int32_t moves;
    (void)state;
    ludus_sgf *sgf = parse_many("SZ[5]AB", "[aa]", "[cc]", 500000);
    void *pos = play_main_line(sgf, &game, &moves);
    assert_board(&game, pos, "x..../...../..x../...../.....");
    ludus_free(pos);
    ludus_game_close(&game);
    ludus_sgf_destroy(sgf);
}

static void bad_points_and_boards_are_refused(void **state)
{
    static const char *const bad[] = {
        "(;B[jj])",     "(;B[a])", "(;B[abc])",           "(;B[AA])",      "(;AB[aa:])",
        "(;AB[aa:zz])", "(;AB[])", "(;AB[aa]AW[ba][ab])", "(;AB[aa]B[aa])"};
    ludus_game game;
    (void)state;
    assert_int_equal(ludus_game_open(&game, "go9", NULL), LUDUS_OK);
    void *pos = ludus_alloc(1, game.spec.state_bytes);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        ludus_error error;
        ludus_sgf *sgf = parse(bad[i]);
        ludus_game_init(&game, pos);
        assert_int_equal(ludus_sgf_go_apply(sgf, 0, &game, pos, NULL, &error), LUDUS_ERR_FORMAT);
        assert_true(error.text[0] != '\0');
        ludus_sgf_destroy(sgf);
    }
    ludus_free(pos);
    ludus_game_close(&game);
}

static void random_games_go_round(void **state)
{
    static const char *const names[] = {"go5", "go9", "go19"};
    ludus_rng rng;
    (void)state;
    ludus_rng_init(&rng, 4, 0);
    for (int k = 0; k < 30; k++) {
        ludus_game game, same;
        ludus_sgf *sgf;
        int32_t count;
        assert_int_equal(ludus_game_open(&game, names[k % 3], NULL), LUDUS_OK);
        uint8_t *start = ludus_alloc(2, game.spec.state_bytes);
        uint8_t *pos = start + game.spec.state_bytes;
        ludus_move *moves = ludus_alloc((size_t)game.spec.max_plies, sizeof *moves);
        ludus_move *legal = ludus_alloc((size_t)game.spec.max_legal, sizeof *legal);
        const char **comments = ludus_alloc((size_t)game.spec.max_plies, sizeof *comments);
        ludus_game_init(&game, start);
        ludus_go_set_komi(&game, start, (int32_t)ludus_rng_below(&rng, 31) - 15);
        for (int i = 0; i < k % 5; i++) { // some setup stones
            ludus_go_force(&game, start, LUDUS_GO_BLACK, i * (ludus_go_size(&game) + 1));
        }
        memcpy(pos, start, game.spec.state_bytes);
        int32_t n = 0;
        while (ludus_game_outcome(&game, pos) == LUDUS_ONGOING) {
            const int32_t num_legal = ludus_game_legal(&game, pos, legal);
            comments[n] = n % 7 == 3 ? "a \\comment] with (;odd letters" : NULL;
            moves[n] = legal[ludus_rng_below(&rng, (uint32_t)num_legal)];
            ludus_game_play(&game, pos, moves[n++]);
        }
        const ludus_sgf_go_record record = {.black = "b]",
                                            .white = "w",
                                            .result = "?",
                                            .start = start,
                                            .moves = moves,
                                            .num_moves = n,
                                            .comments = (const char *const *)comments};
        assert_int_equal(ludus_sgf_create(&sgf, NULL), LUDUS_OK);
        ludus_sgf_go_add(sgf, &game, &record);
        char *text = written(sgf);
        ludus_sgf_destroy(sgf);
        sgf = parse(text);
        char *twice = written(sgf);
        assert_string_equal(text, twice);
        void *reached = play_main_line(sgf, &same, &count);
        assert_int_equal(count, n);
        assert_int_equal(ludus_game_hash(&game, pos), ludus_game_hash(&same, reached));
        for (int32_t i = 0; i < ludus_go_pass(ludus_go_size(&game)); i++) {
            assert_int_equal(ludus_go_at(&game, pos, i), ludus_go_at(&same, reached, i));
        }
        ludus_free(reached);
        ludus_game_close(&same);
        ludus_sgf_destroy(sgf);
        ludus_free(twice);
        ludus_free(text);
        ludus_free(comments);
        ludus_free(legal);
        ludus_free(moves);
        ludus_free(start);
        ludus_game_close(&game);
    }
}

static int32_t count_of(const char *text, const char *part)
{
    int32_t count = 0;
    for (const char *at = strstr(text, part); at != NULL; at = strstr(at + 1, part)) {
        count++;
    }
    return count;
}

// Games that GNU Go plays against a list of points (those taken are asked for again) and writes.
static void gnugos_games_are_read_whole(void **state)
{
    static const char *const options[] = {"--boardsize 9 --komi 6.5",
                                          "--boardsize 13 --handicap 4 --color white",
                                          "--boardsize 19 --chinese-rules"};
    if (system("command -v gnugo >/dev/null") != 0) {
        skip();
    }
    for (int i = 0; i < 3; i++) {
        char path[TEMP_PATH_MAX], command[3 * TEMP_PATH_MAX];
        ludus_sgf *sgf;
        ludus_game game;
        ludus_error error;
        int32_t moves;
        temp_path(state, "gnugo.sgf", path);
        snprintf(command, sizeof command,
                 "for i in 3 5 7 4 6 2; do for c in C G E B H; do echo $c$i; done; done |"
                 " gnugo --mode ascii --level 1 --seed 1 %s -o %s >/dev/null 2>&1",
                 options[i], path);
        assert_true(system(command) != -1);
        if (ludus_sgf_load(&sgf, path, &error)) {
            fail_msg("%s", error.text);
        }
        void *pos = play_main_line(sgf, &game, &moves);
        char *once = written(sgf);
        ludus_sgf_destroy(sgf);
        assert_true(moves >= 30);
        assert_int_equal(moves, count_of(once, ";B[") + count_of(once, ";W["));
        sgf = parse(once);
        char *twice = written(sgf);
        assert_string_equal(once, twice);
        ludus_sgf_destroy(sgf);
        ludus_free(twice);
        ludus_free(once);
        ludus_free(pos);
        ludus_game_close(&game);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trees_are_kept_in_order),
        cmocka_unit_test(what_is_written_reads_back_the_same),
        cmocka_unit_test(text_is_read_as_the_standard_says),
        cmocka_unit_test(letters_of_two_bytes_are_no_brackets),
        cmocka_unit_test(damage_is_refused_with_its_line),
        cmocka_unit_test(deep_and_wide_trees_are_read),
        cmocka_unit_test(a_node_of_many_properties_is_read_at_once),
        cmocka_unit_test(too_many_nodes_are_refused),
        cmocka_unit_test(trees_are_built),
        cmocka_unit_test(setup_moves_and_handicap_make_the_board),
        cmocka_unit_test(moves_against_our_rules_are_put_all_the_same),
        cmocka_unit_test(what_a_record_says_is_read),
        cmocka_unit_test(a_node_of_many_stones_is_read_at_once),
        cmocka_unit_test(bad_points_and_boards_are_refused),
        cmocka_unit_test(random_games_go_round),
        cmocka_unit_test(gnugos_games_are_read_whole),
    };
    return cmocka_run_group_tests(tests, temp_folder_create, temp_folder_destroy);
}
