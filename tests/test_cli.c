// The program as a person or a script meets it: exit statuses, one clear line for each mistake,
// suggestions for typos, output that programs can read. Runs the binary beside the tests.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "other_program.h"
#include "sample_nets.h"
#include "temp_folder.h"

#define TEXT_MAX 65536
#define ARGS_MAX 16

extern char **environ;

// One run of the program and what came of it.
typedef struct outcome {
    int status;
    char out[TEXT_MAX];
    char err[TEXT_MAX];
} outcome;

static void read_text(const char *path, char *out)
{
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    const size_t n = fread(out, 1, TEXT_MAX - 1, file);
    out[n] = '\0';
    fclose(file);
}

static void write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

// Runs `ludus LINE` (words separated by single spaces) with `input` on stdin.
static const outcome *run_to(void **state, const char *line, const char *input, const char *out)
{
    static outcome result; // large; one at a time
    char program[1024], words[2048], in[TEMP_PATH_MAX], err[TEMP_PATH_MAX];
    char *args[ARGS_MAX + 2] = {program};
    int count = 1;
    posix_spawn_file_actions_t actions;
    pid_t child;
    program_under_test(program);
    snprintf(words, sizeof(words), "%s", line);
    for (char *word = strtok(words, " "); word; word = strtok(NULL, " ")) {
        assert_true(count <= ARGS_MAX);
        args[count++] = word;
    }
    temp_path(state, "stdin", in);
    temp_path(state, "stderr", err);
    write_text(in, input ? input : "");
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, in, O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, out, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawn_file_actions_addopen(&actions, 2, err, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_int_equal(posix_spawn(&child, program, &actions, NULL, args, environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    assert_int_equal(waitpid(child, &result.status, 0), child);
    assert_true(WIFEXITED(result.status));
    result.status = WEXITSTATUS(result.status);
    read_text(out, result.out);
    read_text(err, result.err);
    return &result;
}

static const outcome *run(void **state, const char *line, const char *input)
{
    char out[TEMP_PATH_MAX];
    temp_path(state, "stdout", out);
    return run_to(state, line, input, out);
}

static void assert_contains(const char *text, const char *part)
{
    if (!strstr(text, part)) {
        fail_msg("\"%s\" is not in:\n%s", part, text);
    }
}

static void assert_status(const outcome *r, int status)
{
    if (r->status != status) {
        fail_msg("status %d, not %d:\n%s%s", r->status, status, r->out, r->err);
    }
}

// Fails with this status, nothing on stdout and one line on stderr that says `part`.
static void assert_one_line(void **state, const char *line, int status, const char *part)
{
    const outcome *r = run(state, line, NULL);
    assert_status(r, status);
    assert_string_equal(r->out, "");
    assert_contains(r->err, part);
    const char *newline = strchr(r->err, '\n');
    assert_non_null(newline);
    assert_string_equal(newline, "\n");
    assert_true(strncmp(r->err, "ludus", 5) == 0);
}

// ---- Help and mistakes --------------------------------------------------------------------------

static const char *const verbs[] = {"train", "label",  "play",  "watch", "match", "eval", "list",
                                    "info",  "replay", "bench", "perft", "uci",   "gtp"};

static void no_words_print_a_short_help(void **state)
{
    const outcome *r = run(state, "", NULL);
    assert_status(r, 0);
    assert_string_equal(r->err, "");
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
        char row[32];
        snprintf(row, sizeof(row), "\n  %s ", verbs[i]);
        assert_contains(r->out, row);
    }
}

static void every_verb_has_help(void **state)
{
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
        char line[64], usage[64];
        snprintf(usage, sizeof(usage), "usage: ludus %s", verbs[i]);
        snprintf(line, sizeof(line), "%s --help", verbs[i]);
        const outcome *r = run(state, line, NULL);
        assert_status(r, 0);
        assert_true(strncmp(r->out, usage, strlen(usage)) == 0);
        assert_contains(r->out, "--help");
        snprintf(line, sizeof(line), "help %s", verbs[i]);
        assert_contains(run(state, line, NULL)->out, usage);
    }
}

static void typos_get_the_nearest_word(void **state)
{
    assert_one_line(state, "mtach random random", 2, "did you mean \"ludus match\"");
    assert_one_line(state, "match random random --pear 3", 2, "did you mean --pairs");
    assert_one_line(state, "perft conect4 3", 2, "connect4");
    assert_one_line(state, "match randm random --pairs 1", 2, "random");
    assert_one_line(state, "play connect4 --colour frist", 2, "did you mean first");
    assert_one_line(state, "eval connect4 --net x --set serch.c_puct=2", 2, "search");
}

static void wrong_command_lines_end_with_status_2(void **state)
{
    assert_one_line(state, "frobnicate", 2, "frobnicate");
    assert_one_line(state, "match random", 2, "usage: ludus match A B");
    assert_one_line(state, "match random random random", 2, "unexpected word");
    assert_one_line(state, "match random random --pairs", 2, "--pairs needs a value");
    assert_one_line(state, "match random random --pairs 0", 2, "from 1 to");
    assert_one_line(state, "match random random --pairs 3x", 2, "3x");
    assert_one_line(state, "match random random --sprt 5,5", 2, "LOW,HIGH");
    assert_one_line(state, "match random random --json=yes", 2, "takes no value");
    assert_one_line(state, "match random random --seed -4", 2, "whole number");
    assert_one_line(state, "match human random", 2, "ludus play");
    assert_one_line(state, "play breakout --opponent random", 2, "--opponent: not in a world");
    assert_one_line(state, "play breakout --png p.png", 2, "only with --window");
    assert_one_line(state, "perft connect4 many", 2, "many");
    assert_one_line(state, "perft connect4 -3", 2, "-3");
    assert_one_line(state, "eval connect4", 2, "--net");
    assert_one_line(state, "train", 2, "recipe");
    assert_one_line(state, "eval connect4 --net x --set c_puct", 2, "section.key=value");
}

static void hostile_words_cannot_forge_output(void **state)
{
    const outcome *r = run(state, "perft con\033[2J\nnect 3", NULL);
    assert_status(r, 2);
    assert_null(strchr(r->err, '\033'));
    assert_string_equal(strchr(r->err, '\n'), "\n");
}

static void output_that_cannot_be_written_is_an_error(void **state)
{
    if (access("/dev/full", W_OK) != 0) {
        skip();
    }
    char err[TEMP_PATH_MAX], program[1024], command[2048];
    temp_path(state, "stderr", err);
    program_under_test(program);
    snprintf(command, sizeof(command), "'%s' list > /dev/full 2> '%s'", program, err);
    const int status = system(command);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
    char text[TEXT_MAX];
    read_text(err, text);
    assert_contains(text, "could not be written");
}

// ---- Verbs --------------------------------------------------------------------------------------

static void assert_last_line(const char *text, const char *last)
{
    const size_t n = strlen(text), tail = strlen(last);
    assert_true(n > tail);
    assert_string_equal(text + n - tail, last);
    assert_true(text[n - tail - 1] == '\n');
}

static void perft_ends_with_the_count(void **state)
{
    assert_last_line(run(state, "perft connect4 7", NULL)->out, "nodes 823536\n");
    assert_last_line(run(state, "perft tictactoe 9 --threads 2", NULL)->out, "nodes 127872\n");
    assert_last_line(run(state, "perft othello 6", NULL)->out, "nodes 8200\n");
    assert_last_line(run(state, "perft othello 0", NULL)->out, "nodes 1\n");
    const outcome *r = run(state, "perft connect4 3 --divide --position 444", NULL);
    assert_status(r, 0);
    assert_contains(r->out, "\n4 49\n");
    assert_last_line(r->out, "nodes 343\n");
    assert_one_line(state, "perft connect4 3 --position 49", 1, "9");
}

static json_t *run_json(void **state, const char *line)
{
    json_error_t error;
    const outcome *r = run(state, line, NULL);
    assert_status(r, 0);
    json_t *root = json_loads(r->out, 0, &error);
    if (!root) {
        fail_msg("%s: %s\n%s", line, error.text, r->out);
    }
    return root;
}

static void list_names_games_and_players(void **state)
{
    json_t *root = run_json(state, "list --json");
    size_t i;
    json_t *game;
    bool has_connect4 = false;
    json_array_foreach(json_object_get(root, "games"), i, game)
    {
        const char *name = json_string_value(json_object_get(game, "name"));
        has_connect4 = has_connect4 || !strcmp(name, "connect4");
    }
    assert_true(has_connect4);
    assert_true(json_array_size(json_object_get(root, "players")) >= 4);
    json_decref(root);
    const outcome *r = run(state, "list", NULL);
    assert_contains(r->out, "othello");
    assert_contains(r->out, "alphabeta");
}

static void match_results_are_readable_and_repeatable(void **state)
{
    json_t *first = run_json(
        state, "match alphabeta:2 random --pairs 20 --seed 5 --threads 1 --sprt 0,100 --json");
    json_t *second = run_json(
        state, "match alphabeta:2 random --pairs 20 --seed 5 --threads 3 --sprt 0,100 --json");
    assert_int_equal(json_array_size(json_object_get(first, "pentanomial")), 5);
    assert_true(json_number_value(json_object_get(first, "score")) > 0.5);
    assert_non_null(json_object_get(json_object_get(first, "sprt"), "llr"));
    json_object_del(first, "seconds");
    json_object_del(second, "seconds");
    assert_true(json_equal(first, second));
    json_decref(first);
    json_decref(second);
}

static void match_shows_elo_and_a_game(void **state)
{
    const outcome *r =
        run(state, "match random random --pairs 3 --game tictactoe --show --opening-plies 1", NULL);
    assert_status(r, 0);
    assert_contains(r->out, "1. ");
    assert_contains(r->out, "result ");
    assert_contains(r->out, "Elo ");
    assert_contains(r->out, "with 0, 0.5, 1, 1.5, 2 points");
}

static void the_signature_is_the_same_every_time(void **state)
{
    json_t *first = run_json(state, "bench --signature --json");
    json_t *second = run_json(state, "bench --signature --json");
    assert_int_equal(strlen(json_string_value(json_object_get(first, "signature"))), 16);
    assert_true(json_equal(first, second));
    assert_one_line(state, "bench serach", 2, "did you mean search");
    json_decref(first);
    json_decref(second);
}

static void bad_files_get_one_line(void **state)
{
    char path[TEMP_PATH_MAX], line[TEMP_PATH_MAX + 64];
    assert_one_line(state, "info no/such/file", 1, "no/such/file");
    temp_path(state, "garbage", path);
    write_text(path, "this is nothing of ours, and long enough to look at");
    snprintf(line, sizeof(line), "info %s", path);
    assert_one_line(state, line, 1, path);
    write_text(path, "\x01\x02\x03\x04\x05\x06\x07\x7f{ torn");
    snprintf(line, sizeof(line), "info %s", path);
    assert_one_line(state, line, 1, path);
    snprintf(line, sizeof(line), "eval connect4 --net %s", path);
    assert_one_line(state, line, 1, path);
    snprintf(line, sizeof(line), "match net:%s random --pairs 2", path);
    assert_one_line(state, line, 1, path);
    temp_path(state, "torn.seg", path);
    write_text(path,
               "LUDUSSEG and then nothing that makes sense, at some length: more than its header");
    snprintf(line, sizeof(line), "info %s", path);
    assert_one_line(state, line, 1, path);
    snprintf(line, sizeof(line), "replay %s", path);
    assert_one_line(state, line, 1, path);
    assert_one_line(state, "replay no/such/run", 1, "no/such/run");
}

static void info_prints_a_recipe(void **state)
{
    char path[TEMP_PATH_MAX], line[TEMP_PATH_MAX + 64];
    temp_path(state, "mine.ini", path);
    write_text(path, "[run]\ngame = connect4\n[search]\nc_puct = 1.5\n");
    snprintf(line, sizeof(line), "info %s", path);
    const outcome *r = run(state, line, NULL);
    assert_status(r, 0);
    assert_contains(r->out, "recipe");
    assert_contains(r->out, "c_puct = 1.5");
}

// Recipes that are here, by their files.
static json_t *known_recipes(void **state)
{
    json_t *root = run_json(state, "list --json");
    json_t *recipes = json_incref(json_object_get(root, "recipes"));
    json_decref(root);
    return recipes;
}

static void info_lists_every_key_of_a_recipes_agent(void **state)
{
    char path[TEMP_PATH_MAX], line[TEMP_PATH_MAX + 64];
    temp_path(state, "mine.ini", path);
    snprintf(line, sizeof(line), "info %s", path);
    write_text(path, "[run]\ngame = c\302\2334\177\n[search]\nc_puct = 1.75\n");
    const outcome *r = run(state, line, NULL);
    assert_status(r, 0);
    assert_contains(r->out, "\ngame = c?4? "); // nothing that a terminal obeys
    assert_contains(r->out, "\nroot = puct  ");
    assert_contains(r->out, " ; puct or gumbel: ");
    assert_contains(r->out, "\n[mix]\ngames = ");
    assert_contains(strstr(r->out, "\nc_puct = 1.75 "), ", default 1.");
    assert_null(strstr(r->out, "[explore]")); // another agent's
    write_text(path, "[run]\nagent = dqn\n[learn]\nn_step = 3\n");
    r = run(state, line, NULL);
    assert_contains(r->out, "[explore]");
    assert_contains(strstr(r->out, "\nn_step = 3 "), "steps of rewards");
    write_text(path, "[run]\nagent = dqn\n[learn]\nnstep = 3\n");
    assert_one_line(state, line, 2, "did you mean learn.n_step?");
}

// What is listed of a recipe, read as one, says the same.
static void the_list_of_keys_is_a_recipe(void **state)
{
    static char first[TEXT_MAX];
    char path[TEMP_PATH_MAX], line[TEMP_PATH_MAX + 512];
    size_t i;
    json_t *name, *recipes = known_recipes(state);
    assert_true(json_array_size(recipes) > 0);
    temp_path(state, "whole.ini", path);
    json_array_foreach(recipes, i, name)
    {
        snprintf(line, sizeof(line), "info %s", json_string_value(name));
        const outcome *r = run(state, line, NULL);
        assert_status(r, 0);
        assert_non_null(strstr(r->out, "\n["));
        strcpy(first, strstr(r->out, "\n["));
        write_text(path, first);
        snprintf(line, sizeof(line), "info %s", path);
        r = run(state, line, NULL);
        assert_status(r, 0);
        assert_string_equal(strstr(r->out, "\n["), first);
    }
    json_decref(recipes);
}

static void words_in_a_net_cannot_forge_output(void **state)
{
    char path[TEMP_PATH_MAX], line[TEMP_PATH_MAX + 64];
    sample_net nets[NUM_SAMPLE_NETS];
    ludus_error error;
    sample_nets(nets);
    ludus_net *net = sample_net_create(&nets[0].desc, 1);
    temp_path(state, "hostile.safetensors", path);
    const char *words = "{\"by\\u001b]0\": \"a\\u007f\", \"note\": \"\\u001b[2J\\u009b\\n.\"}";
    assert_int_equal(ludus_net_save(net, path, words, &error), LUDUS_OK);
    ludus_net_destroy(net);
    snprintf(line, sizeof(line), "info %s", path);
    const outcome *r = run(state, line, NULL);
    assert_status(r, 0);
    assert_contains(r->out, "by?]0");
    assert_contains(r->out, "  a?\n");
    assert_contains(r->out, "?[2J?");
    assert_null(strchr(r->out, '\033'));
    assert_null(strstr(r->out, "\302\233"));
}

// A short run, and everything that can be asked about it afterwards.
static void games_of_a_run_can_be_listed_and_replayed(void **state)
{
    static const char recipe[] =
        "[run]\nagent = alphazero\ngame = tictactoe\nseed = 3\niterations = 2\n"
        "measure_every = 0\n[net]\nchannels = 8\nblocks = 1\n"
        "[search]\nsimulations = 8\n[selfplay]\nslots = 8\nbatch = 4\nevaluations = 60\n"
        "[replay]\nchunk_bytes = 1024\nsegments = true\n"
        "[learn]\nstart = 40\nwindow_min = 40\neval_positions = 0\n"
        "[train]\nbatch = 16\nshards = 2\n";
    char folder[1024], path[TEMP_PATH_MAX], home[TEMP_PATH_MAX];
    assert_non_null(getcwd(folder, sizeof(folder)));
    temp_path(state, "small.ini", path);
    temp_path(state, "", home);
    write_text(path, recipe);
    assert_int_equal(chdir(home), 0);
    assert_status(run(state, "train small.ini --threads 2", NULL), 0);
    json_t *info = run_json(state, "info runs/small --json");
    const json_int_t games = json_integer_value(json_object_get(info, "records"));
    assert_true(games > 0);
    char line[64];
    snprintf(line, sizeof(line), "verified %lld games", (long long)games);
    assert_contains(run(state, "replay runs/small --verify", NULL)->out, line);
    json_t *list = run_json(state, "replay runs/small --count 3 --first 1 --json");
    assert_int_equal(json_array_size(list), 3);
    snprintf(line, sizeof(line), "replay runs/small --game %lld",
             (long long)json_integer_value(json_object_get(json_array_get(list, 0), "game")));
    const outcome *r = run(state, line, NULL);
    assert_status(r, 0);
    assert_contains(r->out, "win ");
    assert_contains(r->out, "result ");
    assert_one_line(state, "replay runs/small --game 999999", 2, "no game 999999");
    assert_contains(run(state, "info runs/small/checkpoint.ludus", NULL)->out, "iteration");
    assert_contains(run(state, "info runs/small/net.safetensors", NULL)->out, "residual");
    assert_one_line(state, "eval connect4 --net runs/small/net.safetensors", 2,
                    "runs/small/net.safetensors: ");
    assert_int_equal(chdir(folder), 0);
    json_decref(list);
    json_decref(info);
}

// Whether the process catches SIGINT by now; see proc(5), SigCgt.
static bool catches_sigint(pid_t process)
{
    char path[64], line[256];
    unsigned long long caught = 0;
    snprintf(path, sizeof(path), "/proc/%d/status", (int)process);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    while (fgets(line, sizeof(line), file) && sscanf(line, "SigCgt: %llx", &caught) != 1) {
    }
    fclose(file);
    return (caught >> (SIGINT - 1) & 1) != 0;
}

static void ctrl_c_ends_a_match_with_its_result(void **state)
{
    char program[1024], out[TEMP_PATH_MAX], text[TEXT_MAX];
    char *args[] = {program, "match", "mcts:200", "mcts:200", "--pairs", "5000", "--json", NULL};
    posix_spawn_file_actions_t actions;
    pid_t child;
    int status;
    program_under_test(program);
    temp_path(state, "stdout", out);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 1, out, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    assert_int_equal(posix_spawn(&child, program, &actions, NULL, args, environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    while (!catches_sigint(child)) {
        assert_int_equal(waitpid(child, &status, WNOHANG), 0);
        program_nap(0.01);
    }
    kill(child, SIGINT);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 130);
    read_text(out, text);
    json_t *root = json_loads(text, 0, NULL);
    assert_non_null(root);
    json_decref(root);
}

// ---- Play ---------------------------------------------------------------------------------------

static int count_of(const char *text, const char *part)
{
    int count = 0;
    for (const char *at = strstr(text, part); at; at = strstr(at + 1, part)) {
        count++;
    }
    return count;
}

static void play_answers_illegal_moves_and_asks_again(void **state)
{
    const outcome *r = run(state, "play connect4 --opponent random --seed 1",
                           "9\nhello\n\n4\nhint\nmoves\nudno\nhelp\nquit\n");
    assert_status(r, 0);
    assert_string_equal(r->err, "");
    assert_contains(r->out, "'9' is no move");
    assert_contains(r->out, "'hello' is no move");
    assert_contains(r->out, "did you mean undo?");
    assert_contains(r->out, "hint: ");
    assert_contains(r->out, "legal: 1 2 3 4 5 6 7\n");
    assert_int_equal(count_of(r->out, "opponent plays"), 1);
}

static void play_reaches_the_end_of_a_game(void **state)
{
    char moves[512] = "";
    for (int i = 0; i < 24; i++) {
        strcat(moves, "1\n2\n3\n4\n5\n6\n7\n");
    }
    const outcome *r = run(state, "play connect4 --opponent random --seed 2", moves);
    assert_status(r, 0);
    assert_int_equal(count_of(r->out, "you win\n") + count_of(r->out, "you lose\n") +
                         count_of(r->out, "a draw\n"),
                     1);
    r = run(state, "play tictactoe --opponent human", "a1\nb1\na2\nb2\na3\n");
    assert_contains(r->out, "x wins");
}

static void play_ends_cleanly_with_its_input(void **state)
{
    const outcome *r = run(state, "play othello --opponent random --colour second", "");
    assert_status(r, 0);
    r = run(state, "play connect4 --opponent random", "4\n4");
    assert_status(r, 0);
    r = run(state, "play connect4 --opponent random", "resign\n4\n4\n");
    assert_status(r, 0);
    assert_contains(r->out, "you resign");
    assert_int_equal(count_of(r->out, "opponent plays"), 0);
}

static void undo_takes_back_both_moves(void **state)
{
    const outcome *r =
        run(state, "play connect4 --opponent random --seed 4", "undo\n4\nundo\nundo\nmoves\n");
    assert_status(r, 0);
    assert_int_equal(count_of(r->out, "nothing to undo"), 2);
    r = run(state, "play connect4 --opponent human", "1\n1\n1\n1\n1\n1\n1\nundo\n1\nquit\n");
    assert_int_equal(count_of(r->out, "not legal"), 1);
}

static void the_same_seed_plays_the_same_game(void **state)
{
    static char first[TEXT_MAX];
    const char *line = "play connect4 --opponent random --seed 9 --colour random";
    strcpy(first, run(state, line, "4\n3\n4\n2\n")->out);
    assert_string_equal(run(state, line, "4\n3\n4\n2\n")->out, first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_words_print_a_short_help),
        cmocka_unit_test(every_verb_has_help),
        cmocka_unit_test(typos_get_the_nearest_word),
        cmocka_unit_test(wrong_command_lines_end_with_status_2),
        cmocka_unit_test(hostile_words_cannot_forge_output),
        cmocka_unit_test(output_that_cannot_be_written_is_an_error),
        cmocka_unit_test(perft_ends_with_the_count),
        cmocka_unit_test(list_names_games_and_players),
        cmocka_unit_test(match_results_are_readable_and_repeatable),
        cmocka_unit_test(match_shows_elo_and_a_game),
        cmocka_unit_test(the_signature_is_the_same_every_time),
        cmocka_unit_test(bad_files_get_one_line),
        cmocka_unit_test(info_prints_a_recipe),
        cmocka_unit_test(info_lists_every_key_of_a_recipes_agent),
        cmocka_unit_test(the_list_of_keys_is_a_recipe),
        cmocka_unit_test(words_in_a_net_cannot_forge_output),
        cmocka_unit_test(games_of_a_run_can_be_listed_and_replayed),
        cmocka_unit_test(ctrl_c_ends_a_match_with_its_result),
        cmocka_unit_test(play_answers_illegal_moves_and_asks_again),
        cmocka_unit_test(play_reaches_the_end_of_a_game),
        cmocka_unit_test(play_ends_cleanly_with_its_input),
        cmocka_unit_test(undo_takes_back_both_moves),
        cmocka_unit_test(the_same_seed_plays_the_same_game),
    };
    return cmocka_run_group_tests(tests, temp_folder_create, temp_folder_destroy);
}
