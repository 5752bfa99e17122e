// The program in a window on a display, with a real mouse and keyboard: Xvfb is the display and
// xdotool the hand. Whole games are played; the file that the program saves at the end tells that
// every event did what it should.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/base.h"
#include "base/file.h"
#include "display.h"
#include "other_program.h"
#include "temp_folder.h"
#include "viewer/play_screen.h"

#define PATIENCE 120 // seconds: sanitizers on a busy machine are slow

extern char **environ;

typedef struct desk {
    pid_t display;    // Xvfb, 0 = not running
    pid_t program;    // ludus, 0 = not running
    char window[32];  // its number for xdotool
    ludus_play *twin; // the same screen, to know where things are
    int32_t scale;    // pixels per logical unit
} desk;

// ---- Programs -----------------------------------------------------------------------------------

// A program that has died will not do what is waited for.
static void check_lives(desk *d)
{
    if (waitpid(d->program, NULL, WNOHANG) == d->program) {
        d->program = 0;
        fail_msg("the program has ended");
    }
}

// Starts `ludus play GAME --window` for two people in the test's folder and finds its window.
static void start_program(void **state, desk *d, const char *game)
{
    char program[1024], err[TEMP_PATH_MAX], before[1024];
    posix_spawn_file_actions_t actions;
    program_under_test(program);
    char scale[16], size[32];
    snprintf(scale, sizeof(scale), "%d", (int)d->scale);
    snprintf(size, sizeof(size), "%dx%d", 1280 / (int)d->scale, 800 / (int)d->scale);
    char *args[] = {program,    "play",       (char *)(uintptr_t)game,
                    "--window", "--opponent", "human",
                    "--scale",  scale,        "--size",
                    size,       NULL};
    temp_path(state, "stderr", err);
    assert_non_null(getcwd(before, sizeof(before)));
    assert_int_equal(chdir(*state), 0);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 2, err, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_int_equal(posix_spawn(&d->program, program, &actions, NULL, args, environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    assert_int_equal(chdir(before), 0);
    char *find[] = {"xdotool", "search", "--onlyvisible", "--name", "ludus", NULL};
    for (int i = 0; i < PATIENCE * 4; i++) {
        if (program_run(find, d->window, sizeof(d->window)) == 0 && strchr(d->window, '\n')) {
            *strchr(d->window, '\n') = '\0';
            return;
        }
        check_lives(d);
        program_nap(0.25);
    }
    fail_msg("no window came up");
}

// ---- The hand -----------------------------------------------------------------------------------

static void click_at(desk *d, ludus_point at)
{
    char x[16], y[16];
    snprintf(x, sizeof(x), "%.0f", (double)(at.x * (float)d->scale));
    snprintf(y, sizeof(y), "%.0f", (double)(at.y * (float)d->scale));
    char *args[] = {"xdotool", "mousemove", "--window", d->window, x, y, "click", "1", NULL};
    assert_int_equal(program_run(args, NULL, 0), 0);
}

static void click_cell(desk *d, int32_t cell)
{
    ludus_point at;
    assert_true(ludus_play_find_cell(d->twin, cell, &at));
    click_at(d, at);
}

static void press_key(desk *d, const char *name)
{
    char *args[] = {"xdotool", "key", "--window", d->window, (char *)(uintptr_t)name, NULL};
    assert_int_equal(program_run(args, NULL, 0), 0);
}

// Waits for the file that the program saves and compares.
static void check_saved(void **state, desk *d, const char *name, const char *part)
{
    char path[TEMP_PATH_MAX];
    char *data = NULL;
    size_t size;
    temp_path(state, name, path);
    for (int i = 0; i < PATIENCE * 4 && !ludus_file_exists(path); i++) {
        check_lives(d);
        program_nap(0.25);
    }
    assert_int_equal(ludus_file_read(path, 1 << 16, (void **)&data, &size, NULL), LUDUS_OK);
    const bool is_right = strstr(data, part) != NULL;
    if (!is_right) {
        print_error("%s lacks %s:\n%s\n", name, part, data);
    }
    ludus_free(data);
    assert_true(is_right);
}

// The program ends by the key for it, with status 0 and nothing on stderr.
static void check_quits(void **state, desk *d)
{
    char err[TEMP_PATH_MAX];
    void *text;
    size_t size;
    int how = -1;
    press_key(d, "q");
    assert_int_equal(waitpid(d->program, &how, 0), d->program);
    d->program = 0;
    assert_true(WIFEXITED(how));
    assert_int_equal(WEXITSTATUS(how), 0);
    temp_path(state, "stderr", err);
    assert_int_equal(ludus_file_read(err, 1 << 16, &text, &size, NULL), LUDUS_OK);
    assert_string_equal(text, "");
    ludus_free(text);
}

// ---- Tests --------------------------------------------------------------------------------------

static desk hand; // of the running test: torn down even when it fails

static int clear_desk(void **state)
{
    (void)state;
    program_stop(&hand.program);
    program_stop(&hand.display);
    ludus_play_destroy(hand.twin);
    hand = (desk){0};
    return 0;
}

static void set_up(void **state, const char *game, int32_t scale)
{
    if (!program_is_installed("Xvfb") || !program_is_installed("xdotool")) {
        skip();
    }
    const ludus_play_config config = {.game = game, .net = "", .threads = 1};
    assert_int_equal(ludus_play_create(&hand.twin, &config, NULL), LUDUS_OK);
    hand.scale = scale;
    ludus_play_screen.layout(hand.twin, 1280 / (float)scale, 800 / (float)scale);
    setenv("SDL_VIDEODRIVER", "x11", 1);
    setenv("SDL_RENDER_DRIVER", "software", 1);
    // Libraries of the display (X11, D-Bus) keep memory to the end; the tests without a display
    // look for leaks of ours.
    setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
    display_start(&hand.display);
    start_program(state, &hand, game);
}

static void play_connect4(void **state, int32_t scale)
{
    static const int32_t columns[] = {0, 6, 0, 6, 3, 3, 4, 4, 2, 5, 1};
    const int32_t n = (int32_t)(sizeof(columns) / sizeof(columns[0]));
    char saved[TEMP_PATH_MAX];
    temp_path(state, "connect4-001.txt", saved);
    remove(saved); // of another test
    set_up(state, "connect4", scale);
    for (int32_t i = 0; i < n; i++) {
        click_cell(&hand, columns[i]);
    }
    click_cell(&hand, 6);  // after the end nothing is dropped
    press_key(&hand, "u"); // the last move is taken back and made again
    click_cell(&hand, 1);
    click_cell(&hand, 6);
    press_key(&hand, "s");
    check_saved(state, &hand, "connect4-001.txt", "1 7 1 7 4 4 5 5 3 6 2\n");
    check_quits(state, &hand);
}

static void a_whole_game_of_connect_four_by_mouse(void **state)
{
    play_connect4(state, 1);
}

static void a_whole_game_with_two_pixels_per_unit(void **state)
{
    play_connect4(state, 2);
}

static int32_t square(const char *name)
{
    return (8 - (name[1] - '0')) * 8 + name[0] - 'a';
}

static void a_game_of_chess_with_promotion_by_mouse(void **state)
{
    static const char *const squares[] = {"h2", "h4", "g7", "g5", "h4", "g5", "a7",
                                          "a6", "g5", "g6", "a6", "a5", "g6", "h7",
                                          "a5", "a4", "h7", "g8", "g6", // the third choice: a rook
                                          "h8", "g8", "h1", "h7"};      // rook takes, rook moves
    const int32_t n = (int32_t)(sizeof(squares) / sizeof(squares[0]));
    set_up(state, "chess", 1);
    for (int32_t i = 0; i < n; i++) {
        click_cell(&hand, square(squares[i]));
    }
    press_key(&hand, "r"); // Black gives up
    press_key(&hand, "s");
    check_saved(state, &hand, "chess-001.pgn", "5. hxg8=R Rxg8 6. Rh7 1-0");
    check_quits(state, &hand);
}

static void a_game_of_9x9_go_with_scoring_by_mouse(void **state)
{
    set_up(state, "go9", 1);
    for (int32_t row = 0; row < 9; row++) {
        click_cell(&hand, row * 9 + 4); // Black's wall
        click_cell(&hand, row * 9 + 3); // White's
    }
    click_cell(&hand, 8 * 9);     // a black stone in White's part
    click_cell(&hand, 4 * 9 + 7); // a white one in Black's
    press_key(&hand, "p");
    press_key(&hand, "p");
    click_cell(&hand, 8 * 9); // both are dead
    click_cell(&hand, 4 * 9 + 7);
    press_key(&hand, "s");
    check_saved(state, &hand, "go9-001.sgf", "RE[B+2]");
    check_saved(state, &hand, "go9-001.sgf", ";B[ai];W[he];B[];W[]");
    check_quits(state, &hand);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_whole_game_of_connect_four_by_mouse, clear_desk),
        cmocka_unit_test_teardown(a_whole_game_with_two_pixels_per_unit, clear_desk),
        cmocka_unit_test_teardown(a_game_of_chess_with_promotion_by_mouse, clear_desk),
        cmocka_unit_test_teardown(a_game_of_9x9_go_with_scoring_by_mouse, clear_desk),
    };
    return cmocka_run_group_tests(tests, temp_folder_create, temp_folder_destroy);
}
