// Claims about reading the metrics of a run while another program writes them.

#include "viewer/metrics_reader.h"

#include "selfplay/metrics_log.h"
#include "temp_folder.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

// A run's folder of its own and the file in it.
typedef struct run_folder {
    char folder[TEMP_PATH_MAX];
    char file[TEMP_PATH_MAX + 16];
} run_folder;

static run_folder make_run(void **state, const char *name)
{
    run_folder run;
    temp_path(state, name, run.folder);
    assert_int_equal(mkdir(run.folder, 0777), 0);
    snprintf(run.file, sizeof run.file, "%s/metrics.jsonl", run.folder);
    return run;
}

static void write_text(const char *path, const char *mode, const char *text)
{
    FILE *stream = fopen(path, mode);
    assert_non_null(stream);
    assert_int_equal(fwrite(text, 1, strlen(text), stream), strlen(text));
    assert_int_equal(fclose(stream), 0);
}

static ludus_metrics_reader *open_reader(const char *path)
{
    ludus_metrics_reader *reader;
    ludus_error error;
    if (ludus_metrics_reader_create(&reader, path, &error) != LUDUS_OK) {
        fail_msg("%s", error.text);
    }
    return reader;
}

static double value_at(const ludus_metrics_reader *reader, const char *name, int32_t row)
{
    const int32_t series = ludus_metrics_reader_find(reader, name);
    assert_true(series >= 0);
    assert_in_range(row, 0, ludus_metrics_reader_rows(reader) - 1);
    return ludus_metrics_reader_values(reader, series)[row];
}

// ---- Whole files -------------------------------------------------------------------------------

static void what_a_run_logs_is_read_back(void **state)
{
    const run_folder run = make_run(state, "logged");
    const char *const names[] = {"loss/policy", "games"};
    ludus_metrics_log *log;
    assert_int_equal(ludus_metrics_log_open(&log, run.file, 0, NULL), LUDUS_OK);
    for (int64_t i = 1; i <= 1000; i++) {
        const double values[] = {1.0 / (double)i, i % 2 ? (double)NAN : (double)i};
        assert_int_equal(ludus_metrics_log_add(log, i, .5 * (double)i, 2, names, values, NULL),
                         LUDUS_OK);
    }
    ludus_metrics_log_close(log);
    ludus_metrics_reader *reader = open_reader(run.folder);
    assert_true(ludus_metrics_reader_poll(reader));
    assert_false(ludus_metrics_reader_poll(reader));
    assert_int_equal(ludus_metrics_reader_rows(reader), 1000);
    assert_int_equal(ludus_metrics_reader_series(reader), 4);
    assert_string_equal(ludus_metrics_reader_name(reader, 0), "iteration");
    assert_string_equal(ludus_metrics_reader_title(reader), "logged");
    assert_string_equal(ludus_metrics_reader_notice(reader), "");
    assert_float_equal(value_at(reader, "loss/policy", 999), .001, 1e-9);
    assert_float_equal(value_at(reader, "seconds", 7), 4.0, 1e-9);
    assert_float_equal(value_at(reader, "games", 9), 10.0, 1e-9);
    assert_true(isnan(value_at(reader, "games", 10)));
    ludus_metrics_reader_destroy(reader);
}

static void a_series_that_begins_late_has_no_values_before(void **state)
{
    const run_folder run = make_run(state, "late");
    write_text(run.file, "w",
               "{\"iteration\":1,\"a\":1}\n{\"iteration\":2,\"a\":2,\"b\":7}\n"
               "{\"iteration\":3,\"a\":3}\n");
    ludus_metrics_reader *reader = open_reader(run.file);
    assert_true(ludus_metrics_reader_poll(reader));
    assert_true(isnan(value_at(reader, "b", 0)));
    assert_float_equal(value_at(reader, "b", 1), 7.0, 0.0);
    assert_true(isnan(value_at(reader, "b", 2)));
    assert_int_equal(ludus_metrics_reader_find(reader, "c"), -1);
    ludus_metrics_reader_destroy(reader);
}

// ---- Lines in pieces, damage -------------------------------------------------------------------

static void the_cuts_between_writes_do_not_matter(void **state)
{
    const char *text = "{\"iteration\":1,\"loss\":3.5}\n{\"iteration\":2,\"loss\":2.5}\n";
    const size_t first = (size_t)(strchr(text, '\n') - text); // bytes of its line
    const run_folder run = make_run(state, "cuts");
    for (size_t cut = 0; cut <= strlen(text); cut++) {
        char head[128];
        snprintf(head, sizeof head, "%.*s", (int)cut, text);
        write_text(run.file, "w", head);
        ludus_metrics_reader *reader = open_reader(run.file);
        ludus_metrics_reader_poll(reader);
        assert_int_equal(ludus_metrics_reader_rows(reader), cut <= first         ? 0
                                                            : cut < strlen(text) ? 1
                                                                                 : 2);
        write_text(run.file, "a", text + cut);
        ludus_metrics_reader_poll(reader);
        assert_int_equal(ludus_metrics_reader_rows(reader), 2);
        assert_int_equal(ludus_metrics_reader_damaged(reader), 0);
        assert_float_equal(value_at(reader, "loss", 1), 2.5, 0.0);
        ludus_metrics_reader_destroy(reader);
    }
}

static void damaged_lines_are_counted_and_left_out(void **state)
{
    const run_folder run = make_run(state, "damaged");
    write_text(run.file, "w",
               "{\"iteration\":1,\"loss\":3}\n"
               "{\"iteration\":2,\"loss\":\n"       // cut in the middle
               "[1,2]\n"                            // no object
               "{\"loss\":1}\n"                     // no iteration
               "\n"                                 // nothing: no damage
               "{\"iteration\":\"3\",\"loss\":1}\n" // no number
               "\x80\xff\xfe{\n"                    // no text
               "{\"iteration\":4,\"loss\":{\"a\":1},\"t\":\"x\",\"d\":null,\"ok\":2}\n");
    ludus_metrics_reader *reader = open_reader(run.folder);
    ludus_metrics_reader_poll(reader);
    assert_int_equal(ludus_metrics_reader_rows(reader), 2);
    assert_int_equal(ludus_metrics_reader_damaged(reader), 5);
    assert_non_null(strstr(ludus_metrics_reader_notice(reader), "5 damaged lines"));
    assert_true(isnan(value_at(reader, "loss", 1)));
    assert_float_equal(value_at(reader, "ok", 1), 2.0, 0.0);
    assert_int_equal(ludus_metrics_reader_find(reader, "t"), -1);
    ludus_metrics_reader_destroy(reader);
}

static void an_endless_line_is_skipped(void **state)
{
    const run_folder run = make_run(state, "endless");
    char *text = malloc(LUDUS_METRICS_MAX_LINE + 1);
    assert_non_null(text);
    memset(text, 'x', LUDUS_METRICS_MAX_LINE);
    text[LUDUS_METRICS_MAX_LINE] = '\0';
    write_text(run.file, "w", text);
    write_text(run.file, "a", text);
    write_text(run.file, "a", "\n{\"iteration\":1,\"loss\":3}\n");
    free(text);
    ludus_metrics_reader *reader = open_reader(run.folder);
    ludus_metrics_reader_poll(reader);
    assert_int_equal(ludus_metrics_reader_rows(reader), 1);
    assert_int_equal(ludus_metrics_reader_damaged(reader), 1);
    ludus_metrics_reader_destroy(reader);
}

static void names_beyond_the_limit_are_left_out(void **state)
{
    const run_folder run = make_run(state, "names");
    for (int i = 0; i < LUDUS_METRICS_MAX_SERIES + 20; i++) {
        char line[64];
        snprintf(line, sizeof line, "{\"iteration\":%d,\"name%d\":%d}\n", i, i, i);
        write_text(run.file, "a", line);
    }
    ludus_metrics_reader *reader = open_reader(run.folder);
    ludus_metrics_reader_poll(reader);
    assert_int_equal(ludus_metrics_reader_rows(reader), LUDUS_METRICS_MAX_SERIES + 20);
    assert_int_equal(ludus_metrics_reader_series(reader), LUDUS_METRICS_MAX_SERIES);
    ludus_metrics_reader_destroy(reader);
}

static void a_long_file_comes_in_several_polls(void **state)
{
    const run_folder run = make_run(state, "long");
    FILE *stream = fopen(run.file, "w");
    assert_non_null(stream);
    int32_t rows = 0;
    for (size_t bytes = 0; bytes < 2 * LUDUS_METRICS_POLL_BYTES; rows++) {
        bytes += (size_t)fprintf(stream, "{\"iteration\":%d,\"pad\":\"%0480d\"}\n", rows, 0);
    }
    assert_int_equal(fclose(stream), 0);
    ludus_metrics_reader *reader = open_reader(run.folder);
    assert_true(ludus_metrics_reader_poll(reader));
    assert_true(ludus_metrics_reader_has_more(reader));
    assert_true(ludus_metrics_reader_rows(reader) < rows);
    while (ludus_metrics_reader_has_more(reader)) {
        ludus_metrics_reader_poll(reader);
    }
    assert_int_equal(ludus_metrics_reader_rows(reader), rows);
    ludus_metrics_reader_destroy(reader);
}

// More rows than are kept: every second one goes, the newest stays.
static void a_very_long_run_is_thinned_out(void **state)
{
    const run_folder run = make_run(state, "thinned");
    ludus_metrics_reader *reader = open_reader(run.folder);
    char line[64];
    for (int32_t i = 1; i <= LUDUS_METRICS_MAX_ROWS + 10; i++) {
        const int length = snprintf(line, sizeof line, "{\"iteration\":%d}\n", i);
        ludus_metrics_reader_feed(reader, line, (size_t)length);
    }
    const int32_t rows = ludus_metrics_reader_rows(reader);
    assert_int_equal(rows, LUDUS_METRICS_MAX_ROWS / 2 + 10);
    assert_float_equal(value_at(reader, "iteration", 0), 2.0, 0.0);
    assert_float_equal(value_at(reader, "iteration", rows - 1), LUDUS_METRICS_MAX_ROWS + 10, 0.0);
    ludus_metrics_reader_destroy(reader);
}

// ---- Resume, removal ---------------------------------------------------------------------------

static void a_resumed_run_replaces_what_was_cut_off(void **state)
{
    const run_folder run = make_run(state, "resumed");
    const char *first = "{\"iteration\":1,\"loss\":3}\n";
    write_text(run.file, "w", first);
    write_text(run.file, "a", "{\"iteration\":2,\"loss\":2}\n{\"iteration\":3,\"loss\":9}\n");
    ludus_metrics_reader *reader = open_reader(run.folder);
    ludus_metrics_reader_poll(reader);
    assert_int_equal(ludus_metrics_reader_rows(reader), 3);
    assert_int_equal(truncate(run.file, (off_t)strlen(first)), 0);
    assert_true(ludus_metrics_reader_poll(reader));
    assert_int_equal(ludus_metrics_reader_rows(reader), 1);
    write_text(run.file, "a", "{\"iteration\":2,\"loss\":5}\n");
    assert_true(ludus_metrics_reader_poll(reader));
    assert_float_equal(value_at(reader, "loss", 1), 5.0, 0.0);
    ludus_metrics_reader_destroy(reader);
}

// Cut and grown past the old end between two polls: only the bytes tell.
static void a_file_that_grew_over_its_cut_is_read_anew(void **state)
{
    const run_folder run = make_run(state, "regrown");
    write_text(run.file, "w", "{\"iteration\":1,\"loss\":3}\n{\"iteration\":2,\"loss\":2}\n");
    ludus_metrics_reader *reader = open_reader(run.folder);
    ludus_metrics_reader_poll(reader);
    write_text(run.file, "w",
               "{\"iteration\":1,\"loss\":3}\n{\"iteration\":2,\"loss\":8}\n"
               "{\"iteration\":3,\"loss\":7}\n");
    assert_true(ludus_metrics_reader_poll(reader));
    assert_int_equal(ludus_metrics_reader_rows(reader), 3);
    assert_float_equal(value_at(reader, "loss", 1), 8.0, 0.0);
    ludus_metrics_reader_destroy(reader);
}

static void a_line_that_goes_back_replaces_what_follows(void **state)
{
    const run_folder run = make_run(state, "back");
    write_text(run.file, "w",
               "{\"iteration\":1,\"a\":1}\n{\"iteration\":2,\"a\":2}\n"
               "{\"iteration\":3,\"a\":3}\n{\"iteration\":2,\"a\":20}\n");
    ludus_metrics_reader *reader = open_reader(run.folder);
    ludus_metrics_reader_poll(reader);
    assert_int_equal(ludus_metrics_reader_rows(reader), 2);
    assert_float_equal(value_at(reader, "a", 1), 20.0, 0.0);
    ludus_metrics_reader_destroy(reader);
}

static void a_removed_run_keeps_its_rows_and_says_so(void **state)
{
    const run_folder run = make_run(state, "removed");
    write_text(run.file, "w", "{\"iteration\":1,\"loss\":3}\n");
    ludus_metrics_reader *reader = open_reader(run.folder);
    ludus_metrics_reader_poll(reader);
    assert_int_equal(remove(run.file), 0);
    assert_int_equal(rmdir(run.folder), 0);
    assert_true(ludus_metrics_reader_poll(reader));
    assert_non_null(strstr(ludus_metrics_reader_notice(reader), "gone"));
    assert_int_equal(ludus_metrics_reader_rows(reader), 1);
    assert_false(ludus_metrics_reader_poll(reader));
    assert_int_equal(mkdir(run.folder, 0777), 0);
    write_text(run.file, "w", "{\"iteration\":1,\"loss\":4}\n{\"iteration\":2,\"loss\":3}\n");
    assert_true(ludus_metrics_reader_poll(reader));
    assert_string_equal(ludus_metrics_reader_notice(reader), "");
    assert_int_equal(ludus_metrics_reader_rows(reader), 2);
    assert_float_equal(value_at(reader, "loss", 0), 4.0, 0.0);
    ludus_metrics_reader_destroy(reader);
}

static void a_run_without_metrics_yet_waits_for_them(void **state)
{
    const run_folder run = make_run(state, "fresh");
    ludus_metrics_reader *reader = open_reader(run.folder);
    ludus_metrics_reader_poll(reader);
    assert_non_null(strstr(ludus_metrics_reader_notice(reader), "no metrics yet"));
    write_text(run.file, "w", "{\"iteration\":1,\"loss\":3}\n");
    assert_true(ludus_metrics_reader_poll(reader));
    assert_string_equal(ludus_metrics_reader_notice(reader), "");
    ludus_metrics_reader_destroy(reader);
}

static void a_further_board_of_a_run_has_the_runs_metrics(void **state)
{
    const run_folder run = make_run(state, "mixed");
    char recipe[TEMP_PATH_MAX], board[TEMP_PATH_MAX];
    temp_path(state, "mixed/recipe.ini", recipe);
    write_text(recipe, "w", "[run]\ngame = go9\n");
    temp_path(state, "mixed/go7", board);
    assert_int_equal(mkdir(board, 0777), 0);
    ludus_metrics_reader *reader = open_reader(board); // before the run's first iteration
    ludus_metrics_reader_poll(reader);
    assert_non_null(strstr(ludus_metrics_reader_notice(reader), "no metrics yet"));
    write_text(run.file, "w", "{\"iteration\":1,\"loss\":3}\n");
    ludus_metrics_reader_poll(reader);
    assert_string_equal(ludus_metrics_reader_notice(reader), "");
    assert_true(value_at(reader, "loss", 0) == 3);
    ludus_metrics_reader_destroy(reader);
}

static void what_is_no_run_is_refused_in_one_line(void **state)
{
    char path[TEMP_PATH_MAX];
    ludus_metrics_reader *reader;
    ludus_error error;
    temp_path(state, "nowhere", path);
    assert_int_equal(ludus_metrics_reader_create(&reader, path, &error), LUDUS_ERR_IO);
    assert_null(reader);
    assert_non_null(strstr(error.text, path));
    assert_int_equal(ludus_metrics_reader_create(&reader, "/dev/null", &error), LUDUS_ERR_IO);
    // A folder where the file should be.
    const run_folder run = make_run(state, "folder");
    assert_int_equal(mkdir(run.file, 0777), 0);
    reader = open_reader(run.folder);
    assert_true(ludus_metrics_reader_poll(reader));
    assert_int_equal(ludus_metrics_reader_rows(reader), 0);
    ludus_metrics_reader_destroy(reader);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_run_logs_is_read_back),
        cmocka_unit_test(a_series_that_begins_late_has_no_values_before),
        cmocka_unit_test(the_cuts_between_writes_do_not_matter),
        cmocka_unit_test(damaged_lines_are_counted_and_left_out),
        cmocka_unit_test(an_endless_line_is_skipped),
        cmocka_unit_test(names_beyond_the_limit_are_left_out),
        cmocka_unit_test(a_long_file_comes_in_several_polls),
        cmocka_unit_test(a_very_long_run_is_thinned_out),
        cmocka_unit_test(a_resumed_run_replaces_what_was_cut_off),
        cmocka_unit_test(a_file_that_grew_over_its_cut_is_read_anew),
        cmocka_unit_test(a_line_that_goes_back_replaces_what_follows),
        cmocka_unit_test(a_removed_run_keeps_its_rows_and_says_so),
        cmocka_unit_test(a_run_without_metrics_yet_waits_for_them),
        cmocka_unit_test(a_further_board_of_a_run_has_the_runs_metrics),
        cmocka_unit_test(what_is_no_run_is_refused_in_one_line),
    };
    return cmocka_run_group_tests(tests, temp_folder_create, temp_folder_destroy);
}
