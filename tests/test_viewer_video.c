// Claims about films and pictures: what reaches ffmpeg, what a real one makes of it, and one line
// for all that goes wrong with it.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "other_program.h"
#include "temp_folder.h"
#include "viewer/video.h"
#include "viewer/window.h"

#define WIDTH 65 // odd: films are padded to even sizes
#define HEIGHT 49
#define FRAMES 30

static const uint8_t colour[3] = {200, 40, 90};

// ---- Films --------------------------------------------------------------------------------------

// FRAMES frames of one colour; the status of the first call that fails.
static ludus_status make_film(const char *path, ludus_error *error)
{
    static uint8_t rgb[WIDTH * HEIGHT * 3];
    ludus_video *video;
    const ludus_status status = ludus_video_create(&video, path, WIDTH, HEIGHT, 30, error);
    for (size_t i = 0; i < sizeof(rgb); i++) {
        rgb[i] = colour[i % 3];
    }
    if (status) {
        return status;
    }
    for (int i = 0; i < FRAMES && ludus_video_add(video, rgb, WIDTH * 3); i++) {
    }
    return ludus_video_finish(video, error);
}

static void check_one_line(const ludus_error *error, const char *part)
{
    if (!strstr(error->text, part)) {
        fail_msg("not about %s: %s", part, error->text);
    }
    assert_null(strchr(error->text, '\n'));
}

// Another PATH until give_path_back.
static void set_path(const char *path)
{
    setenv("KEPT_PATH", getenv("PATH") ? getenv("PATH") : "", 1);
    setenv("PATH", path, 1);
}

static void give_path_back(void)
{
    setenv("PATH", getenv("KEPT_PATH"), 1);
}

// A shell script named ffmpeg, first in PATH, in place of the real one.
static void set_fake(void **state, const char *script)
{
    char folder[TEMP_PATH_MAX], file[TEMP_PATH_MAX + 8], path[8192];
    temp_path(state, "bin", folder);
    snprintf(file, sizeof(file), "%s/ffmpeg", folder);
    assert_int_equal(ludus_file_make_folder(folder, NULL), LUDUS_OK);
    assert_int_equal(ludus_file_replace(file, script, strlen(script), NULL), LUDUS_OK);
    assert_int_equal(chmod(file, 0700), 0);
    snprintf(path, sizeof(path), "%s:%s", folder, getenv("PATH") ? getenv("PATH") : "");
    set_path(path);
}

// ---- With a program in ffmpeg's place -----------------------------------------------------------

static void ignore_size(void *self, float width, float height)
{
    (void)self;
    (void)width;
    (void)height;
}

static bool ignore_event(void *self, const ludus_event *event)
{
    (void)self;
    (void)event;
    return false;
}

static bool ignore_time(void *self, double seconds)
{
    (void)self;
    (void)seconds;
    return true;
}

static void draw_nothing(void *self, ludus_canvas *canvas)
{
    (void)self;
    (void)canvas;
}

static void no_title(const void *self, char *out, size_t size)
{
    (void)self;
    snprintf(out, size, "film");
}

static const ludus_screen_ops empty_screen = {.layout = ignore_size,
                                              .event = ignore_event,
                                              .update = ignore_time,
                                              .draw = draw_nothing,
                                              .title = no_title};

static void every_frame_of_a_window_reaches_ffmpeg(void **state)
{
    char film[TEMP_PATH_MAX];
    char *text = NULL;
    size_t size;
    ludus_error error = {.text = ""};
    ludus_window_options options = ludus_window_options_default();
    temp_path(state, "film.mp4", film);
    set_fake(state, "#!/bin/sh\nfor last; do :; done\nwc -c > \"${last#file:}\"\n");
    options.frames = 5;
    options.width = 64;
    options.height = 80;
    options.video = film;
    (void)ludus_window_run(&empty_screen, NULL, &options, NULL, &error);
    give_path_back();
    assert_string_equal(error.text, "");
    assert_int_equal(ludus_file_read(film, 100, (void **)&text, &size, NULL), LUDUS_OK);
    assert_int_equal(atoi(text), 5 * 64 * 80 * 3);
    ludus_free(text);
}

static void ffmpeg_is_out_of_reach_of_the_terminals_ctrl_c(void **state)
{
    char film[TEMP_PATH_MAX];
    char *text = NULL;
    size_t size;
    ludus_error error = {.text = ""};
    temp_path(state, "group.mp4", film);
    set_fake(state, "#!/bin/sh\nfor last; do :; done\ncat >/dev/null\n"
                    "cut -d' ' -f5 /proc/$$/stat > \"${last#file:}\"\n");
    make_film(film, &error);
    give_path_back();
    assert_string_equal(error.text, "");
    assert_int_equal(ludus_file_read(film, 100, (void **)&text, &size, NULL), LUDUS_OK);
    assert_true(atoi(text) > 1);
    assert_int_not_equal(atoi(text), getpgrp()); // its process group
    ludus_free(text);
}

// ---- Pictures -----------------------------------------------------------------------------------

static void a_picture_that_cannot_be_written_leaves_the_old_one(void **state)
{
    char picture[TEMP_PATH_MAX], part[TEMP_PATH_MAX + 32];
    char *text = NULL;
    size_t size;
    struct rlimit before;
    ludus_error error = {.text = ""};
    ludus_window_options options = ludus_window_options_default();
    temp_path(state, "kept.png", picture);
    snprintf(part, sizeof(part), "%s.tmp.%ld", picture, (long)getpid());
    assert_int_equal(ludus_file_replace(picture, "good", 4, NULL), LUDUS_OK);
    options.frames = 1;
    options.png = picture;
    // Files that cannot grow are a full disk.
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    const struct rlimit full = {.rlim_cur = 16, .rlim_max = before.rlim_max};
    void (*was)(int) = signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &full), 0);
    const ludus_status status = ludus_window_run(&empty_screen, NULL, &options, NULL, &error);
    setrlimit(RLIMIT_FSIZE, &before);
    signal(SIGXFSZ, was);
    assert_int_equal(status, LUDUS_ERR_IO);
    check_one_line(&error, "kept.png");
    assert_int_equal(ludus_file_read(picture, 1 << 20, (void **)&text, &size, NULL), LUDUS_OK);
    assert_string_equal(text, "good");
    ludus_free(text);
    assert_false(ludus_file_exists(part));
    assert_int_equal(ludus_window_run(&empty_screen, NULL, &options, NULL, &error), LUDUS_OK);
    assert_int_equal(ludus_file_read(picture, 1 << 20, (void **)&text, &size, NULL), LUDUS_OK);
    assert_memory_equal(text, "\x89PNG", 4);
    ludus_free(text);
}

static void films_need_ffmpeg_and_say_so(void **state)
{
    char film[TEMP_PATH_MAX];
    ludus_error error;
    temp_path(state, "none.mp4", film);
    set_path("/nonexistent");
    const ludus_status status = make_film(film, &error);
    give_path_back();
    assert_int_equal(status, LUDUS_ERR_UNSUPPORTED);
    check_one_line(&error, "ffmpeg, which is not installed");
}

static void an_ffmpeg_that_fails_is_one_line_that_says_how(void **state)
{
    static const char *const scripts[][2] = {
        {"#!/bin/sh\nexit 3\n", "did not make"},
        {"#!/bin/sh\nkill -9 $$\n", "did not make"},
        {"#!/bin/sh\ncat >/dev/null\nexit 1\n", "did not make"},
        // It may say that a disk is full and end as if all were well.
        {"#!/bin/sh\ncat >/dev/null\necho '[mp4 @ 0x1] [warning] odd\n[error] no room\n[fatal] "
         "end' "
         ">&2\n",
         "ffmpeg: no room"}};
    char film[TEMP_PATH_MAX];
    temp_path(state, "failed.mp4", film);
    for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
        ludus_error error;
        set_fake(state, scripts[i][0]);
        const ludus_status status = make_film(film, &error);
        give_path_back();
        assert_int_equal(status, LUDUS_ERR_IO);
        check_one_line(&error, scripts[i][1]);
        check_one_line(&error, "failed.mp4");
    }
    // Words that are no errors do no harm.
    ludus_error error = {.text = ""};
    set_fake(state, "#!/bin/sh\ncat >/dev/null\necho 'Svt[info]: hello' >&2\n");
    make_film(film, &error);
    give_path_back();
    assert_string_equal(error.text, "");
}

// ---- With the real one --------------------------------------------------------------------------

static void need_ffmpeg(void)
{
    if (!program_is_installed("ffmpeg") || !program_is_installed("ffprobe")) {
        skip();
    }
}

static void a_film_has_the_size_the_frames_and_the_colours(void **state)
{
    char film[TEMP_PATH_MAX], out[2048] = "";
    ludus_error error = {.text = ""};
    need_ffmpeg();
    temp_path(state, "real.mp4", film);
    make_film(film, &error);
    assert_string_equal(error.text, "");
    char *probe[] = {"ffprobe",
                     "-v",
                     "error",
                     "-count_frames",
                     "-show_entries",
                     "stream=codec_type,width,height,pix_fmt,r_frame_rate,nb_read_frames",
                     "-of",
                     "default=noprint_wrappers=1",
                     film,
                     NULL};
    assert_int_equal(program_run(probe, out, sizeof(out)), 0);
    static const char *const wanted[] = {"codec_type=video\n",  "width=66\n",
                                         "height=50\n",         "pix_fmt=yuv420p\n",
                                         "r_frame_rate=30/1\n", "nb_read_frames=30\n"};
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        if (!strstr(out, wanted[i])) {
            fail_msg("not %s in %s", wanted[i], out);
        }
    }
    char raw[TEMP_PATH_MAX];
    uint8_t *pixels;
    size_t size;
    temp_path(state, "frame.rgb", raw);
    char *decode[] = {"ffmpeg", "-y", "-v",       "error",    "-i",    film, "-frames:v",
                      "1",      "-f", "rawvideo", "-pix_fmt", "rgb24", raw,  NULL};
    assert_int_equal(program_run(decode, NULL, 0), 0);
    assert_int_equal(ludus_file_read(raw, 1 << 16, (void **)&pixels, &size, NULL), LUDUS_OK);
    assert_int_equal(size, 66 * 50 * 3);
    for (int k = 0; k < 3; k++) {
        assert_in_range(pixels[3 * (20 * 66 + 20) + k], colour[k] - 12, colour[k] + 12);
    }
    ludus_free(pixels);
}

static void a_full_disk_and_a_bad_path_are_one_line(void **state)
{
    static const char *const names[][2] = {{"full.mkv", "No space left"},
                                           {"no/folder/x.mp4", "No such file"},
                                           {"x.nosuchformat", "nosuchformat"}};
    char film[TEMP_PATH_MAX];
    need_ffmpeg();
    temp_path(state, names[0][0], film);
    assert_int_equal(symlink("/dev/full", film), 0);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        ludus_error error;
        temp_path(state, names[i][0], film);
        assert_int_equal(make_film(film, &error), LUDUS_ERR_IO);
        check_one_line(&error, names[i][1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_frame_of_a_window_reaches_ffmpeg),
        cmocka_unit_test(ffmpeg_is_out_of_reach_of_the_terminals_ctrl_c),
        cmocka_unit_test(a_picture_that_cannot_be_written_leaves_the_old_one),
        cmocka_unit_test(films_need_ffmpeg_and_say_so),
        cmocka_unit_test(an_ffmpeg_that_fails_is_one_line_that_says_how),
        cmocka_unit_test(a_film_has_the_size_the_frames_and_the_colours),
        cmocka_unit_test(a_full_disk_and_a_bad_path_are_one_line),
    };
    return cmocka_run_group_tests(tests, temp_folder_create, temp_folder_destroy);
}
