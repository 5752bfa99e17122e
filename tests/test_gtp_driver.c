// Claims about `ludus gtp` and a program not written here that drives it: Quarry, a window for Go
// with rules and a GTP client of its own. Xvfb is the display, xdotool the hand; a script between
// the two programs keeps what they say. Skipped where one of them is not installed.

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

#define PATIENCE 120 // seconds: sanitizers on a busy machine are slow
#define GAME_MAX 1024

extern char **environ;

// Of the running test, 0 = not running: torn down even when it fails.
static pid_t display, quarry;

// A program that has died will not do what is waited for.
static void wait_a_little(void)
{
    if (waitpid(quarry, NULL, WNOHANG) == quarry) {
        quarry = 0;
        fail_msg("Quarry has ended");
    }
    program_nap(0.25);
}

// ---- What was said ------------------------------------------------------------------------------

// The record PLAYER.KIND so far, NULL before it is begun; the caller frees.
static char *read_record(void **state, const char *player, const char *kind)
{
    char name[64], path[TEMP_PATH_MAX];
    void *text;
    size_t size;
    snprintf(name, sizeof(name), "%s.%s", player, kind);
    temp_path(state, name, path);
    return ludus_file_read(path, 1 << 16, &text, &size, NULL) ? NULL : text;
}

// What stands before the next `end`, NULL when there is none. *rest goes on behind it.
static char *cut(char **rest, const char *end)
{
    char *text = *rest;
    char *at = strstr(text, end);
    if (at == NULL) {
        return NULL;
    }
    *at = '\0';
    *rest = at + strlen(end);
    return text;
}

// Whether the player was told a command that begins with `word` and has answered all it was told.
static bool has_answered(void **state, const char *player, const char *word)
{
    char *said = read_record(state, player, "said");
    char *answered = read_record(state, player, "answered");
    char *said_rest = said, *answered_rest = answered;
    bool is_told = false, is_answered = said != NULL && answered != NULL;
    while (is_answered) {
        const char *command = cut(&said_rest, "\n");
        if (command == NULL) {
            break;
        }
        is_told = is_told || strncmp(command, word, strlen(word)) == 0;
        is_answered = cut(&answered_rest, "\n\n") != NULL;
    }
    ludus_free(said);
    ludus_free(answered);
    return is_told && is_answered;
}

// The game as one player heard and made it: " A5 B5 pass". Every answer must be a success.
static void read_game(void **state, const char *player, char game[GAME_MAX])
{
    char *said = read_record(state, player, "said");
    char *answered = read_record(state, player, "answered");
    char *said_rest = said, *answered_rest = answered;
    assert_non_null(said);
    assert_non_null(answered);
    game[0] = '\0';
    for (char *command = cut(&said_rest, "\n"); command; command = cut(&said_rest, "\n")) {
        const char *answer = cut(&answered_rest, "\n\n"), *move = "";
        assert_non_null(answer);
        if (answer[0] != '=') {
            fail_msg("%s: \"%s\" to \"%s\"", player, answer, command);
        }
        if (strncmp(command, "play ", 5) == 0) {
            move = strrchr(command, ' ');
        } else if (strncmp(command, "genmove ", 8) == 0) {
            move = answer + 1;
        }
        assert_true(strlen(game) + strlen(move) < GAME_MAX);
        strcat(game, move);
    }
    assert_string_equal(answered_rest, ""); // nothing but answers
    ludus_free(said);
    ludus_free(answered);
}

// ---- Quarry -------------------------------------------------------------------------------------

static void write_file(void **state, const char *name, const char *text)
{
    char path[TEMP_PATH_MAX];
    temp_path(state, name, path);
    assert_int_equal(ludus_file_replace(path, text, strlen(text), NULL), LUDUS_OK);
}

// The script that runs ludus for one player, named by its argument, and keeps what is said.
static void write_script(void **state)
{
    char program[1024], text[2048];
    program_under_test(program);
    snprintf(text, sizeof(text),
             "cd '%s'\n"
             "tee $1.said | '%s' gtp --net none --sims 8 --threads 1 --resign 0 | "
             "tee $1.answered\n",
             (const char *)*state, program);
    write_file(state, "record", text);
}

// Quarry's file of settings: the engines, and a new game's players and rules.
static void write_settings(void **state, bool black_is_engine)
{
    char text[2048];
    const char *folder = *state;
    snprintf(text, sizeof(text),
             "[GTP Engine \"white\"]\n"
             "Name = \"white\"\n"
             "Command line = \"sh %s/record white\"\n"
             "Supported games = \"Go\"\n"
             "[GTP Engine \"black\"]\n"
             "Name = \"black\"\n"
             "Command line = \"sh %s/record black\"\n"
             "Supported games = \"Go\"\n"
             "[New Game Parameters]\n"
             "Game = \"Go\"\n"
             "White is computer = yes\n"
             "Engine playing white = \"white\"\n"
             "Black is computer = %s\n"
             "Engine playing black = \"black\"\n"
             "[New Go Game Parameters]\n"
             "Board size = 5\n"
             "Komi = 7.5\n",
             folder, folder, black_is_engine ? "yes" : "no");
    write_file(state, ".quarry", text);
}

static void start_quarry(void)
{
    posix_spawn_file_actions_t actions;
    char *args[] = {"quarry", NULL};
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    assert_int_equal(posix_spawnp(&quarry, args[0], &actions, NULL, args, environ), 0);
    posix_spawn_file_actions_destroy(&actions);
}

// Presses keys in the window with this title, a pattern; false when there is none yet.
static bool press(const char *title, const char *key, const char *next_key)
{
    char *args[] = {"xdotool",
                    "search",
                    "--onlyvisible",
                    "--name",
                    (char *)(uintptr_t)title,
                    "windowfocus",
                    "key",
                    (char *)(uintptr_t)key,
                    (char *)(uintptr_t)next_key,
                    NULL};
    return program_run(args, NULL, 0) == 0;
}

// Clicks the middle of the board of 5x5.
static void click_middle(void)
{
    char *args[] = {"xdotool",  "search", "--onlyvisible", "--name", " vs. ", "mousemove",
                    "--window", "%1",     "256",           "337",    "click", "1",
                    NULL};
    program_run(args, NULL, 0);
}

// Waits for the window and presses the keys in it once.
static void press_when_there(const char *title, const char *key, const char *next_key)
{
    bool is_done = press(title, key, next_key);
    for (int i = 0; i < PATIENCE * 4 && !is_done; i++) {
        wait_a_little();
        is_done = press(title, key, next_key);
    }
    assert_true(is_done);
}

// Goes through the dialog of a new game, whose two pages are as the settings say. A key pressed
// again while Quarry is busy could end it: its dialog is gone then.
static void start_game(void **state)
{
    press_when_there("Quarry Control Center", "alt+n", NULL);
    press_when_there("^New Game$", "alt+f", "alt+p"); // forward, play
    for (int i = 0; i < PATIENCE * 4 && !has_answered(state, "white", "name"); i++) {
        wait_a_little();
    }
    assert_true(has_answered(state, "white", "name"));
}

static void set_up(void **state, bool black_is_engine)
{
    static const char *const records[] = {"white.said", "white.answered", "black.said",
                                          "black.answered"};
    if (!program_is_installed("quarry") || !program_is_installed("Xvfb") ||
        !program_is_installed("xdotool")) {
        skip();
    }
    for (size_t i = 0; i < sizeof(records) / sizeof(records[0]); i++) {
        char path[TEMP_PATH_MAX];
        temp_path(state, records[i], path);
        remove(path); // of another test
    }
    setenv("HOME", *state, 1);
    setenv("LC_ALL", "C", 1); // the keys of the dialogs are those of English
    write_script(state);
    write_settings(state, black_is_engine);
    display_start(&display);
    start_quarry();
    start_game(state);
}

static int clear_up(void **state)
{
    (void)state;
    program_stop(&quarry);
    program_stop(&display);
    return 0;
}

// ---- Tests --------------------------------------------------------------------------------------

static void check_beginning(void **state, const char *player)
{
    static const char *const commands[] = {"name",        "version",     "list_commands",
                                           "boardsize 5", "clear_board", "komi 7.5"};
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        if (!has_answered(state, player, commands[i])) {
            fail_msg("%s was not told \"%s\"", player, commands[i]);
        }
    }
}

// Quarry tells each what the other has played, if it is a move by its own rules, and asks both for
// the dead stones after the second pass.
static void quarry_plays_two_engines_to_the_end_of_a_game(void **state)
{
    char white[GAME_MAX], black[GAME_MAX];
    set_up(state, true);
    for (int i = 0; i < PATIENCE * 4; i++) {
        if (has_answered(state, "white", "final_status_list") &&
            has_answered(state, "black", "final_status_list")) {
            break;
        }
        wait_a_little();
    }
    check_beginning(state, "white");
    check_beginning(state, "black");
    read_game(state, "white", white);
    read_game(state, "black", black);
    print_message("%s\n", white);
    assert_string_equal(white, black);
    const char *end = strstr(white, " pass pass");
    assert_non_null(end);
    assert_string_equal(end, " pass pass");
    assert_true(end - white >= 6 * 3); // at least six moves
    assert_true(has_answered(state, "white", "final_status_list"));
    assert_true(has_answered(state, "black", "final_status_list"));
}

static void a_person_s_click_in_quarry_is_answered(void **state)
{
    char game[GAME_MAX];
    set_up(state, false);
    for (int i = 0; i < PATIENCE * 4 && !has_answered(state, "white", "genmove white"); i++) {
        click_middle();
        wait_a_little();
    }
    check_beginning(state, "white");
    read_game(state, "white", game);
    assert_memory_equal(game, " C3 ", 4);
    assert_int_equal(strlen(game), strlen(" C3 A5"));
    assert_string_not_equal(game, " C3 C3");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(quarry_plays_two_engines_to_the_end_of_a_game, clear_up),
        cmocka_unit_test_teardown(a_person_s_click_in_quarry_is_answered, clear_up),
    };
    return cmocka_run_group_tests(tests, temp_folder_create, temp_folder_destroy);
}
