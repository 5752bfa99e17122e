// Players in other programs: how they are written, what they hear, and what is made of programs
// that misbehave. The programs are small shell scripts, and GNU Go where it is installed.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "agents/player.h"
#include "agents/player_engine_internal.h"
#include "envs/go.h"
#include "temp_folder.h"

#define GNUGO "gtp:gnugo --mode gtp --chinese-rules --positional-superko --seed 1 --level 1"

// A GTP engine that writes what it hears into a file and answers genmove with what it was told to
// when it was started; "dies" and "sleeps" are no answers.
static const char script[] = "log=$1; answer=$2\n"
                             "while read -r line; do\n"
                             "  echo \"$line\" >>\"$log\"\n"
                             "  case $line in\n"
                             "  genmove*)\n"
                             "    case $answer in\n"
                             "    dies) echo 'out of cheese' >&2; exit 3;;\n"
                             "    sleeps) sleep 60;;\n"
                             "    refuses) printf '\\077 cannot do\\n\\n';;\n"
                             "    *) printf '= %s\\n\\n' \"$answer\";;\n"
                             "    esac;;\n"
                             "  kgs-genmove_cleanup*) printf '= B1\\n\\n';;\n"
                             "  known_command*) printf 'hello\\n=  true\\n\\n';;\n"
                             "  *) printf '=\\n\\n';;\n"
                             "  esac\n"
                             "done\n";

static ludus_move move_of(const ludus_game *game, const void *pos, const char *text)
{
    ludus_move move;
    ludus_error error;
    if (ludus_game_parse_move(game, pos, text, &move, &error)) {
        fail_msg("%s", error.text);
    }
    return move;
}

static void *open_game(ludus_game *game, const char *name)
{
    assert_int_equal(ludus_game_open(game, name, NULL), LUDUS_OK);
    void *pos = ludus_alloc(1, game->spec.state_bytes);
    ludus_game_init(game, pos);
    return pos;
}

// A game, its start, and a player of the script.
typedef struct table {
    ludus_game game;
    void *pos;
    ludus_player player;
    ludus_rng rng;
} table;

// The script answers genmove with `answer`; its log is emptied.
static void open_table(void **state, table *t, const char *game, const char *answer,
                       const char *settings)
{
    char path[TEMP_PATH_MAX], log[TEMP_PATH_MAX], text[3 * TEMP_PATH_MAX];
    ludus_error error;
    temp_path(state, "engine.sh", path);
    temp_path(state, "log", log);
    remove(log);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(script, file);
    fclose(file);
    snprintf(text, sizeof text, "gtp:sh %s %s %s%s", path, log, answer, settings);
    t->pos = open_game(&t->game, game);
    ludus_rng_init(&t->rng, 1, 0);
    if (ludus_player_open(&t->player, &t->game, text, &error)) {
        fail_msg("%s", error.text);
    }
}

static void close_table(table *t)
{
    ludus_player_close(&t->player);
    ludus_free(t->pos);
    ludus_game_close(&t->game);
}

static ludus_status choose(table *t, ludus_move *out, ludus_error *error)
{
    return ludus_player_choose(&t->player, t->pos, &t->rng, out, error);
}

static void assert_choice(table *t, const char *move)
{
    ludus_move chosen;
    assert_int_equal(choose(t, &chosen, NULL), LUDUS_OK);
    assert_int_equal(chosen, move_of(&t->game, t->pos, move));
}

static void assert_log(void **state, const char *expected)
{
    char log[TEMP_PATH_MAX], text[1024];
    temp_path(state, "log", log);
    FILE *file = fopen(log, "r");
    assert_non_null(file);
    const size_t n = fread(text, 1, sizeof text - 1, file);
    text[n] = '\0';
    fclose(file);
    assert_string_equal(text, expected);
}

static void play(ludus_player *player, const ludus_game *game, void *pos, const char *move)
{
    const ludus_move m = move_of(game, pos, move);
    ludus_player_observe(player, pos, m);
    ludus_game_play(game, pos, m);
}

static void an_engine_is_told_what_it_has_not_seen(void **state)
{
    table t;
    ludus_move move;
    ludus_error error;
    open_table(state, &t, "go9", "c3", "");
    ludus_player_reset(&t.player);
    play(&t.player, &t.game, t.pos, "D4");
    play(&t.player, &t.game, t.pos, "E5");
    play(&t.player, &t.game, t.pos, "pass");
    assert_choice(&t, "C3");
    play(&t.player, &t.game, t.pos, "C3");
    play(&t.player, &t.game, t.pos, "F6");
    // C3 is taken now: the answer is a move, but not a legal one.
    assert_int_equal(choose(&t, &move, &error), LUDUS_ERR_STATE);
    assert_log(state, "name\nknown_command kgs-genmove_cleanup\n"
                      "boardsize 9\nclear_board\nkomi 7.0\nplay b D4\nplay w E5\nplay b pass\n"
                      "genmove w\nplay b F6\ngenmove w\n");
    close_table(&t);
}

static void a_game_that_was_taken_back_is_told_anew(void **state)
{
    table t;
    open_table(state, &t, "go13", "A1", "");
    play(&t.player, &t.game, t.pos, "D4");
    assert_choice(&t, "A1");
    ludus_game_init(&t.game, t.pos);
    ludus_player_reset(&t.player);
    play(&t.player, &t.game, t.pos, "E5");
    assert_choice(&t, "A1");
    assert_log(state, "name\nknown_command kgs-genmove_cleanup\n"
                      "boardsize 13\nclear_board\nkomi 7.5\nplay b D4\ngenmove w\n"
                      "boardsize 13\nclear_board\nkomi 7.5\nplay b E5\ngenmove w\n");
    close_table(&t);
}

static void a_pass_is_asked_about_again(void **state)
{
    static const struct {
        const char *settings, *move, *log;
    } cases[] = {
        {"", "B1",
         "name\nknown_command kgs-genmove_cleanup\nboardsize 9\nclear_board\nkomi 7.0\n"
         "genmove b\nundo\nkgs-genmove_cleanup b\n"},
        {"?cleanup=0", "pass", "name\nboardsize 9\nclear_board\nkomi 7.0\ngenmove b\n"},
    };
    for (size_t i = 0; i < 2; i++) {
        table t;
        open_table(state, &t, "go9", "PASS", cases[i].settings);
        assert_choice(&t, cases[i].move);
        assert_log(state, cases[i].log);
        close_table(&t);
    }
}

static void other_games_are_played_too(void **state)
{
    table t;
    open_table(state, &t, "othello", "D3", "");
    assert_choice(&t, "d3");
    assert_log(state, "name\nboardsize 8\nclear_board\ngenmove b\n");
    close_table(&t);
}

static void each_failure_is_one_line_that_says_what(void **state)
{
    static const struct {
        const char *answer, *settings;
        ludus_status status;
        const char *part;
    } cases[] = {
        {"dies", "", LUDUS_ERR_IO, "out of cheese"},
        {"sleeps", "?timeout=.2", LUDUS_ERR_IO, "no answer to \"genmove b\" within 0.2 s"},
        {"refuses", "", LUDUS_ERR_FORMAT, "refused \"genmove b\": cannot do"},
        {"Z99", "", LUDUS_ERR_FORMAT, "Z99"},
        {"resign", "", LUDUS_ERR_STATE, "resigns"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        table t;
        ludus_error error;
        ludus_move move;
        open_table(state, &t, "go9", cases[i].answer, cases[i].settings);
        assert_int_equal(choose(&t, &move, &error), cases[i].status);
        if (!strstr(error.text, cases[i].part)) {
            fail_msg("\"%s\" does not say \"%s\"", error.text, cases[i].part);
        }
        assert_null(strchr(error.text, '\n'));
        close_table(&t);
    }
}

static void bad_texts_are_refused(void **state)
{
    static const struct {
        const char *text, *part;
    } cases[] = {
        {"gtp", "names no program"},
        {"gtp:", "names no program"},
        {"gtp:/nowhere/engine", "engine"},
        {"gtp:true", "ended with status 0"},
        {"gtp:cat?timeout=0", "timeout must be a number"},
        {"gtp:cat?cleanup=2", "cleanup must be a number"},
        {"gtp:cat?komi=5", "no such setting"},
        {"gtp:cat?", "a setting without a name"},
        {"gtp:cat?timeout=.1", "no answer to \"name\""},
        {"gtp:yes?timeout=.1", "no answer to \"name\""},   // floods, and never ends what it begins
        {"gtp:yes =?timeout=.1", "no answer to \"name\""}, // to answer
    };
    ludus_game game;
    (void)state;
    void *pos = open_game(&game, "go9");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ludus_player player;
        ludus_error error;
        assert_int_not_equal(ludus_player_open(&player, &game, cases[i].text, &error), LUDUS_OK);
        if (!strstr(error.text, cases[i].part)) {
            fail_msg("%s: \"%s\" does not say \"%s\"", cases[i].text, error.text, cases[i].part);
        }
    }
    ludus_free(pos);
    ludus_game_close(&game);
}

static void settings_are_split_at_the_last_question_mark(void **state)
{
    ludus_engine_text text;
    (void)state;
    assert_int_equal(ludus_engine_text_parse(&text, " a?b c ?x=1& Skill Level = 5 &y", NULL), 0);
    assert_string_equal(text.command, "a?b c");
    assert_int_equal(text.num_settings, 3);
    assert_string_equal(text.settings[1].key, "Skill Level");
    assert_string_equal(text.settings[1].value, "5");
    assert_string_equal(text.settings[2].key, "y");
    assert_null(text.settings[2].value);
    ludus_engine_text_free(&text);
}

// ---- GNU Go -------------------------------------------------------------------------------------

static void skip_without_gnugo(void)
{
    if (system("command -v gnugo >/dev/null") != 0) {
        skip();
    }
}

// Plays on until the game has ended; the outcome for the player to move first.
static ludus_outcome finish(ludus_player *first, ludus_player *second, const ludus_game *game,
                            void *pos)
{
    ludus_player *players[2] = {first, second};
    ludus_rng rng;
    ludus_rng_init(&rng, 9, 0);
    while (ludus_game_outcome(game, pos) == LUDUS_ONGOING) {
        ludus_move move;
        ludus_error error;
        const int32_t side = ludus_game_to_move(game, pos);
        if (ludus_player_choose(players[side], pos, &rng, &move, &error)) {
            fail_msg("%s", error.text);
        }
        ludus_player_observe(first, pos, move);
        ludus_player_observe(second, pos, move);
        ludus_game_play(game, pos, move);
    }
    const int32_t outcome = (int32_t)ludus_game_outcome(game, pos);
    return (ludus_outcome)(ludus_game_to_move(game, pos) == 0 ? outcome : -outcome);
}

static void gnugo_beats_random(void **state)
{
    ludus_game game;
    ludus_player gnugo, random;
    (void)state;
    skip_without_gnugo();
    void *pos = open_game(&game, "go5");
    assert_int_equal(ludus_player_open(&gnugo, &game, GNUGO, NULL), LUDUS_OK);
    assert_int_equal(ludus_player_open(&random, &game, "random", NULL), LUDUS_OK);
    assert_int_equal(finish(&gnugo, &random, &game, pos), LUDUS_WIN);
    ludus_player_reset(&gnugo);
    ludus_game_init(&game, pos);
    assert_int_equal(finish(&random, &gnugo, &game, pos), LUDUS_LOSS);
    ludus_player_close(&random);
    ludus_player_close(&gnugo);
    ludus_free(pos);
    ludus_game_close(&game);
}

// Black's wall owns the left; the white stones in it are dead but must be captured to count.
static void gnugo_captures_what_is_dead_before_it_passes(void **state)
{
    static const char *const moves[] = {"D1", "F1", "D2", "F2", "D3", "F3", "D4", "F4", "D5",
                                        "F5", "D6", "F6", "D7", "F7", "D8", "F8", "D9", "F9",
                                        "E9", "B5", "E7", "B2", "E5", "A8", "E3"};
    ludus_game game;
    ludus_player gnugo;
    (void)state;
    skip_without_gnugo();
    for (int cleanup = 0; cleanup < 2; cleanup++) {
        void *pos = open_game(&game, "go9");
        ludus_rng rng;
        ludus_rng_init(&rng, 1, 0);
        assert_int_equal(
            ludus_player_open(&gnugo, &game, cleanup ? GNUGO : GNUGO "?cleanup=0", NULL), 0);
        for (size_t i = 0; i < sizeof moves / sizeof moves[0]; i++) {
            play(&gnugo, &game, pos, moves[i]);
        }
        // White only passes from here on.
        while (ludus_game_outcome(&game, pos) == LUDUS_ONGOING) {
            ludus_move move = ludus_go_pass(9);
            if (ludus_game_to_move(&game, pos) == 0) {
                assert_int_equal(ludus_player_choose(&gnugo, pos, &rng, &move, NULL), LUDUS_OK);
            }
            ludus_player_observe(&gnugo, pos, move);
            ludus_game_play(&game, pos, move);
        }
        assert_int_equal(ludus_go_captures(&game, pos, LUDUS_GO_BLACK), cleanup ? 3 : 0);
        ludus_player_close(&gnugo);
        ludus_free(pos);
        ludus_game_close(&game);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_engine_is_told_what_it_has_not_seen),
        cmocka_unit_test(a_game_that_was_taken_back_is_told_anew),
        cmocka_unit_test(a_pass_is_asked_about_again),
        cmocka_unit_test(other_games_are_played_too),
        cmocka_unit_test(each_failure_is_one_line_that_says_what),
        cmocka_unit_test(bad_texts_are_refused),
        cmocka_unit_test(settings_are_split_at_the_last_question_mark),
        cmocka_unit_test(gnugo_beats_random),
        cmocka_unit_test(gnugo_captures_what_is_dead_before_it_passes),
    };
    return cmocka_run_group_tests(tests, temp_folder_create, temp_folder_destroy);
}
