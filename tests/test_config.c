// Recipes: what is accepted, the sentence for everything else, and the way back to text.

#include "base/config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
#include "tests/temp_folder.h"

typedef struct sample {
    int32_t simulations;
    int64_t capacity;
    int64_t seed;
    float c_puct;
    bool solver;
    int32_t root;
    char game[8];
} sample;

static const char *const roots[] = {"puct", "gumbel", NULL};
static const ludus_option options[] = {
    LUDUS_OPTION_INT32(sample, "search", "simulations", simulations, 1, 100000, "per move"),
    LUDUS_OPTION_INT64(sample, "replay", "capacity", capacity, 0, 1e12, "positions"),
    LUDUS_OPTION_INT64(sample, "run", "seed", seed, -9223372036854775808.0, 9223372036854775807.0,
                       "of all"),
    LUDUS_OPTION_FLOAT(sample, "search", "c_puct", c_puct, 0.0, 100.0, "exploration"),
    LUDUS_OPTION_BOOL(sample, "search", "solver", solver, "back up proofs"),
    LUDUS_OPTION_ENUM(sample, "search", "root", root, roots, "rule at the root"),
    LUDUS_OPTION_TEXT(sample, "run", "game", game, "what is played"),
};
#define NUM_OPTIONS (sizeof options / sizeof options[0])

static ludus_config *parse(const char *text)
{
    ludus_config *config;
    ludus_error error;
    if (ludus_config_parse(&config, "test.ini", text, strlen(text), &error) != LUDUS_OK) {
        fail_msg("%s", error.text);
    }
    return config;
}

static void assert_refused(const char *text, const char *line)
{
    ludus_config *config;
    ludus_error error;
    assert_int_equal(ludus_config_parse(&config, "test.ini", text, strlen(text), &error),
                     LUDUS_ERR_FORMAT);
    assert_null(config);
    assert_string_equal(error.text, line);
}

// ---- Reading ---------------------------------------------------------------------------------

static void every_type_is_read(void **state)
{
    (void)state;
    ludus_config *config = parse("; a comment\n# another\n\n"
                                 "[search]\nsimulations = 800 ; per move\n  c_puct=1.5\n"
                                 "solver : yes\nroot = gumbel\r\n"
                                 "[replay]\ncapacity = 1.5M\n"
                                 "[run]\nseed = -9223372036854775807\ngame = go9");
    sample s = {0};
    ludus_error error;
    assert_int_equal(ludus_config_apply(config, options, NUM_OPTIONS, &s, &error), LUDUS_OK);
    assert_int_equal(s.simulations, 800);
    assert_int_equal(s.capacity, 1500000);
    assert_true(s.seed == -INT64_MAX); // not by way of a double
    assert_true(s.c_puct == 1.5f);
    assert_true(s.solver);
    assert_int_equal(s.root, 1);
    assert_string_equal(s.game, "go9");
    assert_int_equal(ludus_config_check_used(config, &error), LUDUS_OK);
    ludus_config_destroy(config);
}

static void absent_keys_leave_defaults(void **state)
{
    (void)state;
    ludus_config *config = parse("[search]\nc_puct = 2\n");
    sample s = {.simulations = 5, .game = "chess"};
    assert_int_equal(ludus_config_apply(config, options, NUM_OPTIONS, &s, NULL), LUDUS_OK);
    assert_int_equal(s.simulations, 5);
    assert_string_equal(s.game, "chess");
    assert_true(s.c_puct == 2.0f);
    ludus_config_destroy(config);
    ludus_config_destroy(NULL);
}

static void what_is_no_recipe_is_refused_with_its_line(void **state)
{
    (void)state;
    assert_refused("[run]\nseed = 1\nnonsense\n",
                   "test.ini:3: neither [section] nor key = value nor ; comment");
    assert_refused("[run\n", "test.ini:1: neither [section] nor key = value nor ; comment");
    assert_refused("[run] seed = 1\n", "test.ini:1: text behind the ]");
    assert_refused("[run]\nseed = 1\n  stray words\n",
                   "test.ini:3: neither [section] nor key = value nor ; comment");
    assert_refused("[run]\n = 1\n",
                   "test.ini:2: sections have at most 48 characters, keys 1 to 48");
    assert_refused("[run]\na\x01 = 1\n", "test.ini:2: not a text file");
    assert_refused("[run]\nseed = 1\n[search]\nc_puct = 1\n[run]\nseed = 2\n",
                   "test.ini:6: run.seed stands already on line 2");
}

static void nul_bytes_do_not_end_a_recipe(void **state)
{
    (void)state;
    ludus_config *config;
    ludus_error error;
    assert_int_equal(ludus_config_parse(&config, "x", "[a]\n\0b = 1", 10, &error),
                     LUDUS_ERR_FORMAT);
    assert_string_equal(error.text, "x:2: not a text file");
}

// libinih reads at most 199 bytes of a line and takes the rest for another.
static void long_lines_are_errors_and_never_split(void **state)
{
    (void)state;
    for (int length = 100; length < 1000; length++) {
        char text[1100] = "[run]\ngame = ";
        const size_t start = strlen("[run]\n");
        memset(text + strlen(text), 'x', start + (size_t)length - strlen(text));
        strcpy(text + start + length, length % 2 == 0 ? "\n" : "");
        ludus_config *config;
        ludus_error error;
        const ludus_status status =
            ludus_config_parse(&config, "test.ini", text, strlen(text), &error);
        if (length <= 190) {
            assert_int_equal(status, LUDUS_OK);
            assert_int_equal(strlen(ludus_config_get(config, "run", "game")), length - 7);
            ludus_config_destroy(config);
        } else {
            assert_int_equal(status, LUDUS_ERR_FORMAT);
            assert_string_equal(error.text, "test.ini:2: longer than 190 characters");
        }
    }
}

static void long_names_are_errors_and_never_cut(void **state)
{
    (void)state;
    for (int length = 40; length < 60; length++) {
        char name[64], text[256];
        memset(name, 'n', sizeof name);
        name[length] = '\0';
        for (int in_section = 0; in_section < 2; in_section++) {
            snprintf(text, sizeof text, "[%s]\n%s = 1\n", in_section ? name : "s",
                     in_section ? "k" : name);
            ludus_config *config;
            const ludus_status status = ludus_config_parse(&config, "x", text, strlen(text), NULL);
            assert_int_equal(status, length <= 48 ? LUDUS_OK : LUDUS_ERR_FORMAT);
            if (status == LUDUS_OK) {
                assert_non_null(
                    ludus_config_get(config, in_section ? name : "s", in_section ? "k" : name));
            }
            ludus_config_destroy(config);
        }
    }
}

static void files_are_read_and_large_ones_refused(void **state)
{
    char path[TEMP_PATH_MAX];
    ludus_config *config;
    ludus_error error;
    temp_path(state, "recipe.ini", path);
    assert_int_equal(ludus_config_load(&config, path, &error), LUDUS_ERR_IO);
    assert_null(config);
    assert_int_equal(ludus_file_replace(path, "[run]\nseed = 3\n", 15, NULL), LUDUS_OK);
    assert_int_equal(ludus_config_load(&config, path, &error), LUDUS_OK);
    assert_string_equal(ludus_config_get(config, "run", "seed"), "3");
    ludus_config_destroy(config);
    const size_t size = ((size_t)1 << 20) + 1;
    char *blanks = ludus_alloc(size, 1);
    memset(blanks, '\n', size);
    assert_int_equal(ludus_file_replace(path, blanks, size, NULL), LUDUS_OK);
    assert_int_equal(ludus_config_load(&config, path, &error), LUDUS_ERR_FORMAT);
    assert_int_equal(ludus_config_parse(&config, "x", blanks, size, &error), LUDUS_ERR_FORMAT);
    assert_int_equal(ludus_config_parse(&config, "x", blanks, size - 1, &error), LUDUS_OK);
    ludus_config_destroy(config);
    ludus_free(blanks);
}

// A megabyte of keys, each compared with all before it, would take minutes.
static void too_many_keys_are_refused(void **state)
{
    enum { MOST = 2000 };
    const size_t room = (size_t)1 << 20;
    char *text = ludus_alloc(room, 1);
    size_t used = (size_t)snprintf(text, room, "[a]\n"), most = 0;
    int32_t count = 0;
    (void)state;
    for (; used + 16 < room; count++) {
        most = count == MOST ? used : most;
        used += (size_t)snprintf(text + used, room - used, "%x=\n", (unsigned)count);
    }
    ludus_config *config;
    ludus_error error;
    assert_int_equal(ludus_config_parse(&config, "x", text, used, &error), LUDUS_ERR_FORMAT);
    assert_null(config);
    assert_string_equal(error.text, "x:2002: over 2000 keys");
    assert_int_equal(ludus_config_parse(&config, "x", text, most, &error), LUDUS_OK);
    assert_int_equal(ludus_config_set(config, "a.new=1", &error), LUDUS_ERR_ARG);
    assert_string_equal(error.text, "a.new=1: over 2000 keys");
    assert_int_equal(ludus_config_set(config, "a.0=1", &error), LUDUS_OK); // replaces
    ludus_config_destroy(config);
    ludus_free(text);
}

// ---- Values ----------------------------------------------------------------------------------

static void assert_value_refused(const char *section, const char *key, const char *value,
                                 const char *rule)
{
    char text[256], line[512];
    snprintf(text, sizeof text, "[%s]\n%s = %s\n", section, key, value);
    snprintf(line, sizeof line, "test.ini:2: %s.%s = %s: must be %s", section, key, value, rule);
    ludus_config *config = parse(text);
    sample s = {0};
    const sample zero = {0};
    ludus_error error;
    assert_int_equal(ludus_config_apply(config, options, NUM_OPTIONS, &s, &error), LUDUS_ERR_ARG);
    assert_string_equal(error.text, line);
    assert_memory_equal(&s, &zero, sizeof s);
    ludus_config_destroy(config);
}

static void values_outside_their_range_name_it(void **state)
{
    (void)state;
    static const char *const floats[] = {"-1", "100.001", "nan",   "inf", "-inf", "0x10",
                                         "",   "1.5x",    "1e999", "one", "1 2",  "1k"};
    static const char *const ints[] = {"0",  "100001", "-5", "1.5", "99999999999999999999",
                                       "1k", ""};
    static const char *const counts[] = {"-1", "1001G", "1.0005k", "10kk", "1m", "9e99"};
    static const char *const switches[] = {"2", "TRUE", "y", ""};
    for (size_t i = 0; i < sizeof floats / sizeof floats[0]; i++) {
        assert_value_refused("search", "c_puct", floats[i], "0 .. 100");
    }
    for (size_t i = 0; i < sizeof ints / sizeof ints[0]; i++) {
        assert_value_refused("search", "simulations", ints[i], "a whole number 1 .. 100000");
    }
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        assert_value_refused("replay", "capacity", counts[i], "a whole number 0 .. 1000000000000");
    }
    for (size_t i = 0; i < sizeof switches / sizeof switches[0]; i++) {
        assert_value_refused("search", "solver", switches[i], "true or false");
    }
    assert_value_refused("search", "root", "uct", "one of puct, gumbel");
    assert_value_refused("run", "game", "connect4", "shorter than 8 characters");
}

static int64_t read_seed(const char *value, ludus_status *status)
{
    char text[128];
    sample s = {0};
    snprintf(text, sizeof text, "[run]\nseed = %s\n", value);
    ludus_config *config = parse(text);
    *status = ludus_config_apply(config, options, NUM_OPTIONS, &s, NULL);
    ludus_config_destroy(config);
    return s.seed;
}

static void whole_numbers_are_exact_to_64_bits(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t value;
    } cases[] = {{"9007199254740993", 9007199254740993},
                 {"9223372036854775807", INT64_MAX},
                 {"-9223372036854775808", INT64_MIN},
                 {"9223372036854775k", 9223372036854775000},
                 {"2e6", 2000000},
                 {"+7", 7},
                 {"0.25k", 250},
                 {"3G", 3000000000}};
    ludus_status status;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_true(read_seed(cases[i].text, &status) == cases[i].value);
        assert_int_equal(status, LUDUS_OK);
    }
    static const char *const beyond[] = {"9223372036854775808", "9223372036854776k", "1e17",
                                         "9223372036854775807.5"};
    for (size_t i = 0; i < sizeof beyond / sizeof beyond[0]; i++) {
        assert_int_equal(read_seed(beyond[i], &status), 0);
        assert_int_equal(status, LUDUS_ERR_ARG);
    }
}

// ---- Unknown keys ----------------------------------------------------------------------------

static void assert_unknown(const char *text, const char *line)
{
    ludus_config *config = parse(text);
    sample s = {0};
    ludus_error error;
    assert_int_equal(ludus_config_apply(config, options, NUM_OPTIONS, &s, &error), LUDUS_OK);
    assert_int_equal(ludus_config_check_used(config, &error), LUDUS_ERR_ARG);
    assert_string_equal(error.text, line);
    ludus_config_destroy(config);
}

static void unknown_keys_name_the_nearest(void **state)
{
    (void)state;
    assert_unknown("[search]\nc_puct = 1\ncpuct = 1\n",
                   "test.ini:3: unknown key search.cpuct (did you mean search.c_puct?)");
    assert_unknown("[serach]\nc_puct = 1\n",
                   "test.ini:2: unknown key serach.c_puct (did you mean search.c_puct?)");
    assert_unknown("[run]\nsimulations = 1\n",
                   "test.ini:2: unknown key run.simulations (did you mean search.simulations?)");
    assert_unknown("[viewer]\nfullscreen = 1\n", "test.ini:2: unknown key viewer.fullscreen");
}

static void keys_asked_for_are_known(void **state)
{
    (void)state;
    ludus_config *config = parse("[net]\ninit = x\n");
    assert_null(ludus_config_get(config, "net", "file"));
    assert_int_equal(ludus_config_check_used(config, NULL), LUDUS_ERR_ARG);
    assert_string_equal(ludus_config_get(config, "net", "init"), "x");
    assert_int_equal(ludus_config_check_used(config, NULL), LUDUS_OK);
    ludus_config_destroy(config);
}

static void the_nearest_word_is_near(void **state)
{
    (void)state;
    static const char *const words[] = {"connect4", "othello", "tictactoe", "gomoku9", "gomoku15"};
    assert_string_equal(ludus_nearest("conect4", words, 5), "connect4");
    assert_string_equal(ludus_nearest("otello", words, 5), "othello");
    assert_string_equal(ludus_nearest("gomoku", words, 5), "gomoku9");
    assert_string_equal(ludus_nearest("othello", words, 5), "othello");
    assert_null(ludus_nearest("chess", words, 5));
    assert_null(ludus_nearest("", words, 5));
    assert_null(ludus_nearest("x", words, 0));
}

// ---- Overrides -------------------------------------------------------------------------------

static void overrides_add_and_replace(void **state)
{
    (void)state;
    ludus_config *config = parse("[run]\nseed = 1\n");
    ludus_error error;
    assert_int_equal(ludus_config_set(config, "run.seed=2", &error), LUDUS_OK);
    assert_int_equal(ludus_config_set(config, "search.c_puct = 3 ", &error), LUDUS_ERR_ARG);
    assert_int_equal(ludus_config_set(config, "search.c_puct= 3 ", &error), LUDUS_OK);
    assert_string_equal(ludus_config_get(config, "run", "seed"), "2");
    assert_string_equal(ludus_config_get(config, "search", "c_puct"), "3");
    ludus_config_destroy(config);
    assert_int_equal(ludus_config_create(&config), LUDUS_OK);
    assert_int_equal(ludus_config_set(config, "search.c_puct=-1", &error), LUDUS_OK);
    sample s = {0};
    assert_int_equal(ludus_config_apply(config, options, NUM_OPTIONS, &s, &error), LUDUS_ERR_ARG);
    assert_string_equal(error.text, "search.c_puct = -1: must be 0 .. 100"); // no file, no line
    ludus_config_destroy(config);
}

static void bad_overrides_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"",        "seed",    "seed=1",  ".seed=1", "run.=1",
                                      "run=1.5", "a b.c=1", "a.b;=1",  "a.b=1\n", "a.b=1 ; note",
                                      "[a].b=1", "a.b.c=1", "a.b=\x07"};
    ludus_config *config;
    assert_int_equal(ludus_config_create(&config), LUDUS_OK);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        ludus_error error;
        assert_int_equal(ludus_config_set(config, bad[i], &error), LUDUS_ERR_ARG);
    }
    char text[300] = "a.b=";
    memset(text + 4, 'x', 189);
    assert_int_equal(ludus_config_set(config, text, NULL), LUDUS_ERR_ARG);
    text[4 + 188] = '\0'; // as long as a line of a recipe may be
    assert_int_equal(ludus_config_set(config, text, NULL), LUDUS_OK);
    ludus_config_destroy(config);
}

// ---- Back to text ----------------------------------------------------------------------------

static void text_parses_to_the_same_values(void **state)
{
    (void)state;
    ludus_config *config = parse("early = 1\n[b]\nx = 1\n[a]\ny =;no comment\n[b]\nz=\n");
    assert_int_equal(ludus_config_set(config, "a.w=a: b=c", NULL), LUDUS_OK);
    char *text, *again;
    assert_int_equal(ludus_config_to_text(config, &text), LUDUS_OK);
    assert_string_equal(text, "[]\nearly = 1\n[b]\nx = 1\nz = \n[a]\ny=;no comment\nw = a: b=c\n");
    ludus_config *second = parse(text);
    assert_string_equal(ludus_config_get(second, "a", "y"), ";no comment");
    assert_string_equal(ludus_config_get(second, "a", "w"), "a: b=c");
    assert_string_equal(ludus_config_get(second, "b", "z"), "");
    assert_int_equal(ludus_config_to_text(second, &again), LUDUS_OK);
    assert_string_equal(again, text);
    ludus_free(text);
    ludus_free(again);
    ludus_config_destroy(config);
    ludus_config_destroy(second);
}

static void the_longest_line_survives_the_way_back(void **state)
{
    (void)state;
    char line[256] = "[a]\nk=", *text;
    memset(line + 6, 'v', 188);
    ludus_config *config = parse(line);
    assert_int_equal(ludus_config_to_text(config, &text), LUDUS_OK);
    ludus_config *again = parse(text);
    assert_string_equal(ludus_config_get(again, "a", "k"), line + 6);
    ludus_free(text);
    ludus_config_destroy(config);
    ludus_config_destroy(again);
}

// What option_to_text writes, apply reads back to the bit.
static void options_survive_the_way_back(void **state)
{
    (void)state;
    ludus_rng rng;
    ludus_rng_init(&rng, 1, 0);
    for (int i = 0; i < 200; i++) {
        sample before = {.simulations = 1 + (int32_t)ludus_rng_below(&rng, 100000),
                         .capacity = (int64_t)(ludus_rng_u64(&rng) >> 25),
                         .seed = (int64_t)ludus_rng_u64(&rng),
                         .c_puct = 100.0f * ludus_rng_float(&rng),
                         .solver = i % 2 == 0,
                         .root = i % 2,
                         .game = "go9"};
        sample after = {0};
        ludus_config *config;
        assert_int_equal(ludus_config_create(&config), LUDUS_OK);
        for (size_t o = 0; o < NUM_OPTIONS; o++) {
            char value[64], assignment[160];
            ludus_option_to_text(&options[o], &before, value, sizeof value);
            snprintf(assignment, sizeof assignment, "%s.%s=%s", options[o].section, options[o].key,
                     value);
            assert_int_equal(ludus_config_set(config, assignment, NULL), LUDUS_OK);
        }
        assert_int_equal(ludus_config_apply(config, options, NUM_OPTIONS, &after, NULL), LUDUS_OK);
        assert_int_equal(after.simulations, before.simulations);
        assert_true(after.capacity == before.capacity && after.seed == before.seed);
        assert_true(after.c_puct == before.c_puct);
        assert_true(after.solver == before.solver && after.root == before.root);
        assert_string_equal(after.game, before.game);
        ludus_config_destroy(config);
    }
}

static void option_text_is_short(void **state)
{
    (void)state;
    const sample s = {.c_puct = 0.002f, .root = 1};
    char text[32];
    ludus_option_to_text(&options[3], &s, text, sizeof text);
    assert_string_equal(text, "0.002");
    ludus_option_to_text(&options[5], &s, text, sizeof text);
    assert_string_equal(text, "gumbel");
    ludus_option_to_text(&options[4], &s, text, sizeof text);
    assert_string_equal(text, "false");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_is_read),
        cmocka_unit_test(absent_keys_leave_defaults),
        cmocka_unit_test(what_is_no_recipe_is_refused_with_its_line),
        cmocka_unit_test(nul_bytes_do_not_end_a_recipe),
        cmocka_unit_test(long_lines_are_errors_and_never_split),
        cmocka_unit_test(long_names_are_errors_and_never_cut),
        cmocka_unit_test(files_are_read_and_large_ones_refused),
        cmocka_unit_test(too_many_keys_are_refused),
        cmocka_unit_test(values_outside_their_range_name_it),
        cmocka_unit_test(whole_numbers_are_exact_to_64_bits),
        cmocka_unit_test(unknown_keys_name_the_nearest),
        cmocka_unit_test(keys_asked_for_are_known),
        cmocka_unit_test(the_nearest_word_is_near),
        cmocka_unit_test(overrides_add_and_replace),
        cmocka_unit_test(bad_overrides_are_refused),
        cmocka_unit_test(text_parses_to_the_same_values),
        cmocka_unit_test(the_longest_line_survives_the_way_back),
        cmocka_unit_test(options_survive_the_way_back),
        cmocka_unit_test(option_text_is_short),
    };
    return cmocka_run_group_tests(tests, temp_folder_create, temp_folder_destroy);
}
