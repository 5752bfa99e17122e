// Files: whole reads within a limit, and writes that replace a file or leave it alone.

#define _XOPEN_SOURCE 700 // sys/stat.h's mkfifo

#include "base/file.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <dirent.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/temp_folder.h"

static void assert_holds(const char *path, const char *text)
{
    void *data;
    size_t size;
    assert_int_equal(ludus_file_read(path, 1 << 20, &data, &size, NULL), LUDUS_OK);
    assert_int_equal(size, strlen(text));
    assert_string_equal(data, text);
    ludus_free(data);
}

static int count_files(void **state)
{
    int count = 0;
    DIR *folder = opendir(*state);
    assert_non_null(folder);
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        count += entry->d_name[0] != '.';
    }
    closedir(folder);
    return count;
}

// ---- Writing ---------------------------------------------------------------------------------

static void a_commit_replaces_the_file(void **state)
{
    char path[TEMP_PATH_MAX];
    temp_path(state, "replaced", path);
    assert_int_equal(ludus_file_replace(path, "old", 3, NULL), LUDUS_OK);
    ludus_file_writer *writer;
    assert_int_equal(ludus_file_writer_create(&writer, path, NULL), LUDUS_OK);
    ludus_file_write(writer, "ne", 2);
    ludus_file_write(writer, "", 0);
    ludus_file_write(writer, "wer", 3);
    assert_holds(path, "old"); // until the commit
    const int before = count_files(state);
    assert_int_equal(ludus_file_commit(writer, NULL), LUDUS_OK);
    assert_holds(path, "newer");
    assert_int_equal(count_files(state), before - 1); // the temporary file is gone
    remove(path);
}

static void an_abandoned_write_leaves_nothing(void **state)
{
    char path[TEMP_PATH_MAX];
    temp_path(state, "abandoned", path);
    const int before = count_files(state);
    ludus_file_writer *writer;
    assert_int_equal(ludus_file_writer_create(&writer, path, NULL), LUDUS_OK);
    ludus_file_write(writer, "bytes", 5);
    ludus_file_abandon(writer);
    ludus_file_abandon(NULL);
    assert_int_equal(count_files(state), before);
}

// Writes `size` bytes where files may have 4,096: a stand-in for a full disk.
static ludus_status replace_on_small_disk(const char *path, size_t size, ludus_error *error)
{
    struct rlimit old, small;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    small = old;
    small.rlim_cur = 4096;
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    char *bytes = ludus_alloc(size, 1);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    const ludus_status status = ludus_file_replace(path, bytes, size, error);
    setrlimit(RLIMIT_FSIZE, &old);
    signal(SIGXFSZ, handler);
    ludus_free(bytes);
    return status;
}

// Small writes fail when the stream is flushed, large ones at once: both must be seen.
static void a_full_disk_keeps_the_old_file(void **state)
{
    static const size_t sizes[] = {4097, 5000, 1 << 20};
    char path[TEMP_PATH_MAX];
    temp_path(state, "full", path);
    assert_int_equal(ludus_file_replace(path, "old", 3, NULL), LUDUS_OK);
    const int before = count_files(state);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        ludus_error error;
        assert_int_equal(replace_on_small_disk(path, sizes[i], &error), LUDUS_ERR_IO);
        assert_non_null(strstr(error.text, path));
        assert_non_null(strstr(error.text, "File too large"));
        assert_holds(path, "old");
        assert_int_equal(count_files(state), before);
    }
    assert_int_equal(replace_on_small_disk(path, 4096, NULL), LUDUS_OK);
    remove(path);
}

static void a_missing_folder_is_named(void **state)
{
    char path[TEMP_PATH_MAX];
    temp_path(state, "nowhere/file", path);
    ludus_file_writer *writer;
    ludus_error error;
    assert_int_equal(ludus_file_writer_create(&writer, path, &error), LUDUS_ERR_IO);
    assert_null(writer);
    assert_non_null(strstr(error.text, "nowhere/file: No such file or directory"));
}

static void a_folder_in_the_way_fails_at_the_commit(void **state)
{
    char path[TEMP_PATH_MAX];
    temp_path(state, "taken", path);
    assert_int_equal(ludus_file_make_folder(path, NULL), LUDUS_OK);
    const int before = count_files(state);
    ludus_error error;
    assert_int_equal(ludus_file_replace(path, "x", 1, &error), LUDUS_ERR_IO);
    assert_int_equal(count_files(state), before);
    remove(path);
}

static mode_t kind_of(const char *path)
{
    struct stat info;
    assert_int_equal(lstat(path, &info), 0);
    return info.st_mode & S_IFMT;
}

// A link in the middle, so that a fault would cost nothing but the link.
static void devices_are_written_to_and_stay(void **state)
{
    char path[TEMP_PATH_MAX];
    temp_path(state, "null", path);
    assert_int_equal(symlink("/dev/null", path), 0);
    const int before = count_files(state);
    assert_int_equal(ludus_file_replace(path, "bytes", 5, NULL), LUDUS_OK);
    assert_int_equal(kind_of(path), S_IFLNK);
    assert_int_equal(kind_of("/dev/null"), S_IFCHR);
    assert_int_equal(count_files(state), before);
    remove(path);
    temp_path(state, "full", path);
    assert_int_equal(symlink("/dev/full", path), 0);
    ludus_error error;
    assert_int_equal(ludus_file_replace(path, "bytes", 5, &error), LUDUS_ERR_IO);
    assert_non_null(strstr(error.text, "No space left"));
    remove(path);
}

static void pipes_are_written_to_and_stay(void **state)
{
    char path[TEMP_PATH_MAX], text[8] = "";
    ludus_error error;
    temp_path(state, "fifo", path);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(ludus_file_replace(path, "lost", 4, &error), LUDUS_ERR_IO); // nobody reads
    assert_int_equal(kind_of(path), S_IFIFO);
    const int reader = open(path, O_RDONLY | O_NONBLOCK);
    assert_true(reader >= 0);
    const int before = count_files(state);
    assert_int_equal(ludus_file_replace(path, "bytes", 5, NULL), LUDUS_OK);
    assert_int_equal(read(reader, text, sizeof(text)), 5);
    assert_string_equal(text, "bytes");
    close(reader);
    ludus_file_writer *writer;
    const int other = open(path, O_RDONLY | O_NONBLOCK);
    assert_int_equal(ludus_file_writer_create(&writer, path, NULL), LUDUS_OK);
    ludus_file_abandon(writer);
    close(other);
    assert_int_equal(kind_of(path), S_IFIFO);
    assert_int_equal(count_files(state), before);
    remove(path);
}

// In a child whose standard output is `path`.
static void say_around_a_file(const char *path)
{
    const int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    const bool is_done = file >= 0 && dup2(file, STDOUT_FILENO) >= 0 &&
                         write(STDOUT_FILENO, "before ", 7) == 7 &&
                         ludus_file_replace("/dev/stdout", "file ", 5, NULL) == LUDUS_OK &&
                         write(STDOUT_FILENO, "after", 5) == 5;
    _exit(is_done ? 0 : 1);
}

static void standard_output_goes_on_behind_what_was_written(void **state)
{
    char path[TEMP_PATH_MAX];
    int how = -1;
    temp_path(state, "said", path);
    fflush(stdout);
    const pid_t child = fork();
    if (child == 0) {
        say_around_a_file(path);
    }
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_int_equal(how, 0);
    assert_holds(path, "before file after");
    remove(path);
}

static void a_link_stays_and_its_file_is_replaced(void **state)
{
    char link[TEMP_PATH_MAX], file[TEMP_PATH_MAX];
    temp_path(state, "link", link);
    temp_path(state, "linked", file);
    assert_int_equal(symlink("linked", link), 0);
    ludus_error error;
    assert_int_equal(ludus_file_replace(link, "x", 1, &error), LUDUS_ERR_IO); // to nothing
    assert_int_equal(ludus_file_replace(file, "old", 3, NULL), LUDUS_OK);
    const int before = count_files(state);
    assert_int_equal(ludus_file_replace(link, "new", 3, NULL), LUDUS_OK);
    assert_int_equal(kind_of(link), S_IFLNK);
    assert_int_equal(kind_of(file), S_IFREG);
    assert_holds(file, "new");
    assert_int_equal(count_files(state), before);
    remove(link);
    remove(file);
}

static void touch(void **state, const char *name, long pid)
{
    char full[64], path[TEMP_PATH_MAX];
    snprintf(full, sizeof(full), pid > 0 ? "%s.tmp.%ld" : "%s", name, pid);
    temp_path(state, full, path);
    assert_int_equal(ludus_file_replace(path, "x", 1, NULL), LUDUS_OK);
}

static void only_what_dead_writers_left_is_forgotten(void **state)
{
    char folder[TEMP_PATH_MAX], path[TEMP_PATH_MAX], name[64];
    const long own = (long)getpid();
    const pid_t dead = fork();
    if (dead == 0) {
        _exit(0);
    }
    assert_int_equal(waitpid(dead, NULL, 0), dead);
    temp_path(state, "run", folder);
    assert_int_equal(ludus_file_make_folder(folder, NULL), LUDUS_OK);
    touch(state, "run/net", dead);
    touch(state, "run/a.tmp.b", dead);
    static const char *const others[] = {"run/net",
                                         "run/.tmp.",
                                         "run/net.tmp.",
                                         "run/net.tmp.1x",
                                         "run/net.tmp.01",
                                         "run/net.tmp.-1",
                                         "run/net.tmp.99999999999999999999"};
    const size_t num_others = sizeof(others) / sizeof(others[0]);
    for (size_t i = 0; i < num_others; i++) {
        touch(state, others[i], 0);
    }
    touch(state, "run/net", own); // the last: it is what writing "run/net" would use
    snprintf(name, sizeof(name), "run/sub.tmp.%ld", (long)dead);
    temp_path(state, name, path);
    assert_int_equal(ludus_file_make_folder(path, NULL), LUDUS_OK);
    void *run = folder;
    assert_int_equal(ludus_file_forget_temporaries(folder), 2);
    assert_int_equal(count_files(&run), num_others - 1 + 2); // one begins with a dot
    assert_int_equal(ludus_file_forget_temporaries(folder), 0);
    temp_path(state, "nowhere", path);
    assert_int_equal(ludus_file_forget_temporaries(path), 0);
}

// ---- Reading ---------------------------------------------------------------------------------

static void reads_end_with_a_nul_beyond_the_size(void **state)
{
    char path[TEMP_PATH_MAX];
    temp_path(state, "bytes", path);
    static const char bytes[] = {'a', '\0', 'b'};
    assert_int_equal(ludus_file_replace(path, bytes, 3, NULL), LUDUS_OK);
    void *data;
    size_t size;
    assert_int_equal(ludus_file_read(path, 3, &data, &size, NULL), LUDUS_OK);
    assert_int_equal(size, 3);
    assert_memory_equal(data, "a\0b", 4);
    ludus_free(data);
    assert_int_equal(ludus_file_replace(path, "", 0, NULL), LUDUS_OK);
    assert_holds(path, "");
    remove(path);
}

static void too_large_a_file_is_refused_before_memory_is_taken(void **state)
{
    char path[TEMP_PATH_MAX];
    temp_path(state, "large", path);
    assert_int_equal(ludus_file_replace(path, "1234", 4, NULL), LUDUS_OK);
    void *data;
    size_t size;
    ludus_error error;
    const uint64_t before = ludus_alloc_count();
    assert_int_equal(ludus_file_read(path, 3, &data, &size, &error), LUDUS_ERR_FORMAT);
    assert_int_equal(ludus_alloc_count(), before);
    assert_null(data);
    assert_int_equal(size, 0);
    assert_non_null(strstr(error.text, "4 bytes, the limit is 3"));
    remove(path);
}

static void what_is_no_file_is_refused_at_once(void **state)
{
    char pipe[TEMP_PATH_MAX], missing[TEMP_PATH_MAX];
    temp_path(state, "pipe", pipe);
    temp_path(state, "missing", missing);
    assert_int_equal(mkfifo(pipe, 0600), 0);
    const char *paths[] = {pipe, *state, "/dev/zero", missing};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        void *data;
        size_t size;
        ludus_error error;
        assert_int_equal(ludus_file_read(paths[i], 100, &data, &size, &error), LUDUS_ERR_IO);
        assert_null(data);
        assert_non_null(strstr(error.text, paths[i]));
    }
    assert_false(ludus_file_exists(missing));
    assert_true(ludus_file_exists(pipe));
    remove(pipe);
}

static void folders_are_made_with_their_parents(void **state)
{
    char path[TEMP_PATH_MAX], file[TEMP_PATH_MAX];
    temp_path(state, "a//b/c/", path);
    assert_int_equal(ludus_file_make_folder(path, NULL), LUDUS_OK);
    assert_int_equal(ludus_file_make_folder(path, NULL), LUDUS_OK); // already there
    temp_path(state, "a/b/c/file", file);
    assert_int_equal(ludus_file_replace(file, "x", 1, NULL), LUDUS_OK);
    ludus_error error;
    assert_int_equal(ludus_file_make_folder("", &error), LUDUS_ERR_ARG);
    assert_int_equal(ludus_file_make_folder(file, &error), LUDUS_ERR_IO);
    temp_path(state, "a/b/c/file/d", file);
    assert_int_equal(ludus_file_make_folder(file, &error), LUDUS_ERR_IO);
}

// ---- Buffers and cursors ---------------------------------------------------------------------

static void what_a_buffer_takes_a_cursor_gives_back(void **state)
{
    (void)state;
    ludus_buffer buffer = {0};
    for (uint32_t i = 0; i < 1000; i++) {
        ludus_buffer_put_u32(&buffer, i * 0x01234567u);
        ludus_buffer_put_u64(&buffer, i * 0x0123456789abcdefu);
        ludus_buffer_put_text(&buffer, "xyz");
    }
    assert_false(buffer.failed);
    assert_int_equal(buffer.size, 15000);
    ludus_cursor cursor = {.data = buffer.data, .size = buffer.size};
    for (uint32_t i = 0; i < 1000; i++) {
        char text[3];
        assert_int_equal(ludus_cursor_u32(&cursor), i * 0x01234567u);
        assert_int_equal(ludus_cursor_u64(&cursor), i * 0x0123456789abcdefu);
        ludus_cursor_get(&cursor, text, 3);
        assert_memory_equal(text, "xyz", 3);
    }
    assert_false(cursor.failed);
    assert_int_equal(cursor.offset, cursor.size);
    ludus_buffer_free(&buffer);
    assert_null(buffer.data);
    assert_int_equal(buffer.size, 0);
}

static void fields_are_little_endian(void **state)
{
    (void)state;
    uint8_t bytes[8];
    ludus_store_u64(bytes, 0x0102030405060708u);
    assert_memory_equal(bytes, "\x08\x07\x06\x05\x04\x03\x02\x01", 8);
    assert_int_equal(ludus_load_u64(bytes), 0x0102030405060708u);
    assert_int_equal(ludus_load_u32(bytes), 0x05060708u);
}

static void a_read_past_the_end_gives_zeros_ever_after(void **state)
{
    (void)state;
    const uint8_t bytes[6] = {1, 2, 3, 4, 5, 6};
    ludus_cursor cursor = {.data = bytes, .size = sizeof bytes};
    assert_int_equal(ludus_cursor_u32(&cursor), 0x04030201u);
    assert_int_equal(ludus_cursor_u32(&cursor), 0); // two bytes are left
    assert_true(cursor.failed);
    uint8_t one = 9;
    ludus_cursor_get(&cursor, &one, 1); // although it would fit
    assert_int_equal(one, 0);
    assert_null(ludus_cursor_skip(&cursor, 0));
    assert_int_equal(ludus_cursor_u64(&cursor), 0);
}

static void sizes_from_outside_cannot_wrap_a_cursor(void **state)
{
    (void)state;
    const uint8_t bytes[4] = {0};
    ludus_cursor cursor = {.data = bytes, .size = sizeof bytes};
    assert_ptr_equal(ludus_cursor_skip(&cursor, 4), bytes);
    assert_non_null(ludus_cursor_skip(&cursor, 0));
    assert_false(cursor.failed);
    assert_null(ludus_cursor_skip(&cursor, SIZE_MAX));
    assert_true(cursor.failed);
    ludus_cursor empty = {0};
    ludus_cursor_get(&empty, NULL, 0);
    assert_false(empty.failed);
    assert_null(ludus_cursor_skip(&empty, SIZE_MAX));
    assert_true(empty.failed);
}

static void an_impossible_put_fails_for_good(void **state)
{
    (void)state;
    ludus_buffer buffer = {0};
    ludus_buffer_put_u32(&buffer, 7);
    ludus_buffer_put(&buffer, "x", SIZE_MAX / 2);
    assert_true(buffer.failed);
    ludus_buffer_put_u32(&buffer, 8);
    ludus_buffer_put_text(&buffer, "text");
    assert_int_equal(buffer.size, 4);
    ludus_buffer_free(&buffer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_commit_replaces_the_file),
        cmocka_unit_test(an_abandoned_write_leaves_nothing),
        cmocka_unit_test(a_full_disk_keeps_the_old_file),
        cmocka_unit_test(a_missing_folder_is_named),
        cmocka_unit_test(a_folder_in_the_way_fails_at_the_commit),
        cmocka_unit_test(devices_are_written_to_and_stay),
        cmocka_unit_test(pipes_are_written_to_and_stay),
        cmocka_unit_test(standard_output_goes_on_behind_what_was_written),
        cmocka_unit_test(a_link_stays_and_its_file_is_replaced),
        cmocka_unit_test(only_what_dead_writers_left_is_forgotten),
        cmocka_unit_test(reads_end_with_a_nul_beyond_the_size),
        cmocka_unit_test(too_large_a_file_is_refused_before_memory_is_taken),
        cmocka_unit_test(what_is_no_file_is_refused_at_once),
        cmocka_unit_test(folders_are_made_with_their_parents),
        cmocka_unit_test(what_a_buffer_takes_a_cursor_gives_back),
        cmocka_unit_test(fields_are_little_endian),
        cmocka_unit_test(a_read_past_the_end_gives_zeros_ever_after),
        cmocka_unit_test(sizes_from_outside_cannot_wrap_a_cursor),
        cmocka_unit_test(an_impossible_put_fails_for_good),
    };
    return cmocka_run_group_tests(tests, temp_folder_create, temp_folder_destroy);
}
