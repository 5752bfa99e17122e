// Programs beside ours: lines both ways, deaths, silences and floods.

#define _XOPEN_SOURCE 700 // getpgid
#define _DEFAULT_SOURCE   // usleep

#include "base/process.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <dirent.h>
#include <unistd.h>

#include <cmocka.h>

#define LONG 20.0  // seconds that never pass in a test that holds
#define SHORT 0.05 // seconds waited for what does not come

static ludus_process *start(const char *command)
{
    ludus_process *process;
    ludus_error error;
    if (ludus_process_start(&process, command, &error)) {
        fail_msg("%s: %s", command, error.text);
    }
    return process;
}

static void assert_line(ludus_process *process, const char *expected)
{
    const char *line;
    ludus_error error;
    if (ludus_process_read_line(process, LONG, &line, &error)) {
        fail_msg("%s", error.text);
    }
    assert_string_equal(line, expected);
}

static void assert_no_line(ludus_process *process, ludus_status status, const char *part)
{
    const char *line;
    ludus_error error;
    const double seconds = status == LUDUS_ERR_STATE ? SHORT : LONG;
    assert_int_equal(ludus_process_read_line(process, seconds, &line, &error), status);
    if (!strstr(error.text, part)) {
        fail_msg("\"%s\" does not say \"%s\"", error.text, part);
    }
}

static void lines_come_back_from_cat(void **state)
{
    (void)state;
    ludus_process *cat = start("cat");
    assert_int_equal(ludus_process_write(cat, "one\ntwo\r\n\nthree", LONG, NULL), LUDUS_OK);
    assert_line(cat, "one");
    assert_line(cat, "two");
    assert_line(cat, "");
    assert_no_line(cat, LUDUS_ERR_STATE, "cat did not answer");
    assert_int_equal(ludus_process_write(cat, " and four\n", LONG, NULL), LUDUS_OK);
    assert_line(cat, "three and four");
    ludus_process_stop(cat, LONG);
}

static void words_are_split_as_documented(void **state)
{
    (void)state;
    ludus_process *p =
        start(" printf  '%s\\n'\t\"a b\" 'c \"d' e\\ f \"g\\\"h\" '' i'j'\"k\" $HOME ");
    assert_line(p, "a b");
    assert_line(p, "c \"d");
    assert_line(p, "e f");
    assert_line(p, "g\"h");
    assert_line(p, "");
    assert_line(p, "ijk");
    assert_line(p, "$HOME");
    assert_no_line(p, LUDUS_ERR_IO, "printf has ended with status 0");
    ludus_process_stop(p, LONG);
}

static void bad_command_lines_are_refused(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"", "names no program"},       {" \t ", "names no program"},    {"''", "names no program"},
        {"cat 'x", "quote stays open"}, {"cat \"x", "quote stays open"},
    };
    ludus_error error;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        ludus_process *process = (ludus_process *)&error;
        assert_int_equal(ludus_process_start(&process, cases[i][0], &error), LUDUS_ERR_ARG);
        assert_null(process);
        assert_non_null(strstr(error.text, cases[i][1]));
    }
    char many[4 * LUDUS_PROCESS_WORDS_MAX + 8] = "";
    for (int i = 0; i <= LUDUS_PROCESS_WORDS_MAX; i++) {
        strcat(many, "cat ");
    }
    ludus_process *process;
    assert_int_equal(ludus_process_start(&process, many, &error), LUDUS_ERR_ARG);
}

static void a_missing_program_is_named(void **state)
{
    (void)state;
    ludus_process *process;
    ludus_error error;
    assert_int_equal(ludus_process_start(&process, "no-such-program --gtp", &error), LUDUS_ERR_IO);
    assert_null(process);
    assert_non_null(strstr(error.text, "no-such-program cannot be started: No such file"));
}

static void a_death_tells_its_status_and_last_words(void **state)
{
    (void)state;
    ludus_process *p = start("sh -c 'echo hello; echo first >&2; echo no weights >&2; exit 3'");
    assert_line(p, "hello");
    assert_no_line(p, LUDUS_ERR_IO, "sh has ended with status 3: no weights");
    assert_no_line(p, LUDUS_ERR_IO, "sh has ended with status 3: no weights");
    ludus_process_stop(p, LONG);
    p = start("sh -c 'kill -9 $$'");
    assert_no_line(p, LUDUS_ERR_IO, "sh was killed by signal 9");
    ludus_process_stop(p, LONG);
}

static void an_unfinished_last_line_is_a_line(void **state)
{
    (void)state;
    ludus_process *p = start("printf 'a\\nb'");
    assert_line(p, "a");
    assert_line(p, "b");
    assert_no_line(p, LUDUS_ERR_IO, "status 0");
    ludus_process_stop(p, LONG);
}

static void writing_to_the_dead_is_an_error_line(void **state)
{
    (void)state;
    ludus_process *p = start("sh -c 'exec <&-; echo closed; sleep 60'");
    assert_line(p, "closed");
    ludus_error error;
    assert_int_equal(ludus_process_write(p, "hello\n", LONG, &error), LUDUS_ERR_IO);
    assert_non_null(strstr(error.text, "sh has closed its pipes"));
    assert_int_equal(ludus_process_write(p, "hello\n", LONG, &error), LUDUS_ERR_IO);
    ludus_process_stop(p, 0);
    sigset_t pending;
    sigpending(&pending);
    assert_false(sigismember(&pending, SIGPIPE));
}

// ---- Silence and floods -------------------------------------------------------------------------

static void a_child_that_does_not_read_is_waited_for_no_longer(void **state)
{
    (void)state;
    static char text[1 << 20];
    memset(text, 'x', sizeof(text) - 1);
    ludus_process *p = start("sleep 60");
    ludus_error error;
    assert_int_equal(ludus_process_write(p, text, SHORT, &error), LUDUS_ERR_STATE);
    assert_non_null(strstr(error.text, "sleep did not read"));
    ludus_process_stop(p, 0);
}

static void a_line_too_long_is_dropped_whole(void **state)
{
    (void)state;
    char command[256];
    for (int extra = -1; extra <= 1; extra++) { // around the limit
        snprintf(command, sizeof(command),
                 "sh -c 'echo a; head -c %d /dev/zero | tr \"\\0\" x; echo; echo b'",
                 LUDUS_PROCESS_LINE_MAX - 1 + extra);
        ludus_process *p = start(command);
        const char *line;
        assert_line(p, "a");
        if (extra < 0) {
            assert_int_equal(ludus_process_read_line(p, LONG, &line, NULL), LUDUS_OK);
            assert_int_equal(strlen(line), LUDUS_PROCESS_LINE_MAX - 2);
        } else {
            assert_no_line(p, LUDUS_ERR_FORMAT, "wrote a line of over");
        }
        assert_line(p, "b");
        ludus_process_stop(p, LONG);
    }
    ludus_process *p = start("sh -c 'head -c 1000000 /dev/zero; echo; echo; echo end'");
    assert_no_line(p, LUDUS_ERR_FORMAT, "wrote a line of over");
    assert_line(p, "");
    assert_line(p, "end");
    ludus_process_stop(p, LONG);
}

static void an_endless_line_ends_with_the_time(void **state)
{
    (void)state;
    ludus_process *p = start("cat /dev/zero");
    assert_no_line(p, LUDUS_ERR_STATE, "cat did not answer");
    ludus_process_stop(p, 0);
}

static void nul_bytes_do_not_cut_a_line(void **state)
{
    (void)state;
    ludus_process *p = start("printf 'a\\000b\\n'");
    assert_line(p, "a?b");
    ludus_process_stop(p, LONG);
}

static void chatter_on_its_errors_does_not_block_it(void **state)
{
    (void)state;
    ludus_process *p = start("sh -c 'head -c 1000000 /dev/zero >&2; echo done; cat'");
    assert_line(p, "done");
    assert_int_equal(ludus_process_write(p, "still here\n", LONG, NULL), LUDUS_OK);
    assert_line(p, "still here");
    ludus_process_stop(p, LONG);
}

static void answers_are_taken_in_while_much_is_written(void **state)
{
    (void)state;
    enum { LINES = 5000 }; // both pipes hold 64 KiB: cat blocks unless we read
    static char text[LINES * 16];
    size_t used = 0;
    for (int i = 0; i < LINES; i++) {
        used += (size_t)snprintf(text + used, sizeof(text) - used, "line %d\n", i);
    }
    ludus_process *p = start("cat");
    assert_int_equal(ludus_process_write(p, text, LONG, NULL), LUDUS_OK);
    for (int i = 0; i < LINES; i++) {
        char expected[32];
        snprintf(expected, sizeof(expected), "line %d", i);
        assert_line(p, expected);
    }
    ludus_process_stop(p, LONG);
}

// ---- The end ------------------------------------------------------------------------------------

// False also for one that waits to be reaped by whoever inherited it.
static bool is_running(long pid)
{
    char path[64], stat[512] = "";
    snprintf(path, sizeof(path), "/proc/%ld/stat", pid);
    FILE *file = fopen(path, "r");
    if (!file) {
        return false;
    }
    const size_t n = fread(stat, 1, sizeof(stat) - 1, file);
    fclose(file);
    stat[n] = '\0';
    const char *name_end = strrchr(stat, ')');
    return name_end && name_end[2] != 'Z' && name_end[2] != 'X';
}

static void stopping_ends_its_children_too(void **state)
{
    (void)state;
    ludus_process *p = start("sh -c 'sleep 60 & echo $!; wait'");
    const char *line;
    long pid = 0;
    assert_int_equal(ludus_process_read_line(p, LONG, &line, NULL), LUDUS_OK);
    assert_int_equal(sscanf(line, "%ld", &pid), 1);
    assert_true(is_running(pid));
    ludus_process_stop(p, 0);
    for (int i = 0; i < 2000 && is_running(pid); i++) { // the signal is on its way
        usleep(1000);
    }
    assert_false(is_running(pid));
    ludus_process_stop(NULL, 1);
}

// What this program does as a child of the next test.
static int leave_the_group(void)
{
    const bool is_gone = setpgid(0, getpgid(getppid())) == 0;
    printf(is_gone ? "gone\n" : "stuck\n");
    fflush(stdout);
    return pause();
}

static void a_child_that_left_its_group_is_ended_too(void **state)
{
    (void)state;
    ludus_process *p = start("/proc/self/exe leave");
    assert_line(p, "gone");
    alarm((unsigned)LONG); // ends this program, should the child live on
    ludus_process_stop(p, 0);
    alarm(0);
}

static int count_descriptors(void)
{
    int count = 0;
    DIR *folder = opendir("/proc/self/fd");
    assert_non_null(folder);
    while (readdir(folder)) {
        count++;
    }
    closedir(folder);
    return count;
}

static void no_descriptor_stays_open(void **state)
{
    (void)state;
    const int before = count_descriptors();
    for (int i = 0; i < 5; i++) {
        ludus_process *process;
        ludus_process_stop(start("cat"), LONG);
        assert_int_not_equal(ludus_process_start(&process, "no-such-program", NULL), LUDUS_OK);
    }
    assert_int_equal(count_descriptors(), before);
}

// What a child sees of our descriptors, as text; empty when it cannot be read.
static void list_descriptors(char *out, size_t size)
{
    ludus_process *p;
    const char *line;
    out[0] = '\0';
    if (ludus_process_start(&p, "ls /proc/self/fd", NULL) == LUDUS_OK) {
        while (ludus_process_read_line(p, LONG, &line, NULL) == LUDUS_OK) {
            const size_t used = strlen(out);
            snprintf(out + used, size - used, "%s ", line);
        }
        ludus_process_stop(p, LONG);
    }
}

static void children_of_other_threads_inherit_no_pipe(void **state)
{
    (void)state;
    char alone[256];
    int different = 0;
    list_descriptors(alone, sizeof(alone));
    assert_true(strncmp(alone, "0 1 ", 4) == 0); // more where the tests were given more
#pragma omp parallel num_threads(4) default(none) shared(alone) reduction(+ : different)
    for (int i = 0; i < 8; i++) {
        char together[256];
        list_descriptors(together, sizeof(together));
        different += strcmp(alone, together) != 0;
    }
    assert_int_equal(different, 0);
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "leave") == 0) {
        return leave_the_group();
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_come_back_from_cat),
        cmocka_unit_test(words_are_split_as_documented),
        cmocka_unit_test(bad_command_lines_are_refused),
        cmocka_unit_test(a_missing_program_is_named),
        cmocka_unit_test(a_death_tells_its_status_and_last_words),
        cmocka_unit_test(an_unfinished_last_line_is_a_line),
        cmocka_unit_test(writing_to_the_dead_is_an_error_line),
        cmocka_unit_test(a_child_that_does_not_read_is_waited_for_no_longer),
        cmocka_unit_test(a_line_too_long_is_dropped_whole),
        cmocka_unit_test(an_endless_line_ends_with_the_time),
        cmocka_unit_test(nul_bytes_do_not_cut_a_line),
        cmocka_unit_test(chatter_on_its_errors_does_not_block_it),
        cmocka_unit_test(answers_are_taken_in_while_much_is_written),
        cmocka_unit_test(stopping_ends_its_children_too),
        cmocka_unit_test(a_child_that_left_its_group_is_ended_too),
        cmocka_unit_test(no_descriptor_stays_open),
        cmocka_unit_test(children_of_other_threads_inherit_no_pipe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
