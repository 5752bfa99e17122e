// Claims about recorded games as films: records, SGF, PGN, runs that go on, matches being played.

#include "viewer/live_match.h"

#include "envs/go.h"
#include "random_record.h"
#include "segment_run.h"
#include "temp_folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

static void write_text(const char *path, const char *text)
{
    segment_write_file(path, text, strlen(text));
}

static ludus_game_shelf *open_shelf(const char *path)
{
    ludus_game_shelf *shelf;
    ludus_error error = {.text = ""};
    if (ludus_game_shelf_create(&shelf, path, &error) != LUDUS_OK) {
        fail_msg("%s", error.text);
    }
    return shelf;
}

static ludus_game_film *film_of(const ludus_game_shelf *shelf, int32_t i)
{
    ludus_game_film *film;
    ludus_error error = {.text = ""};
    if (ludus_game_shelf_film(shelf, i, &film, &error) != LUDUS_OK) {
        fail_msg("%s", error.text);
    }
    return film;
}

// ---- Records -----------------------------------------------------------------------------------

static void a_record_becomes_its_positions_and_thoughts(void **state)
{
    (void)state;
    static random_ply plies[RANDOM_RECORD_MAX_PLIES];
    ludus_game game;
    assert_int_equal(ludus_game_open(&game, "othello", NULL), LUDUS_OK);
    ludus_record record = {0};
    ludus_buffer bytes = {0};
    random_record(&game, 3, 17, &record, plies);
    ludus_record_encode(&record, &bytes);
    ludus_game_film *film;
    assert_int_equal(ludus_game_film_from_record(&film, "othello", bytes.data, bytes.size, NULL),
                     LUDUS_OK);
    assert_int_equal(film->num_plies, record.num_plies);
    void *pos = ludus_alloc(1, game.spec.state_bytes);
    ludus_game_init(&game, pos);
    for (int32_t i = 0; i < film->num_plies; i++) {
        assert_memory_equal(pos, ludus_game_film_position(film, i), game.spec.state_bytes);
        assert_int_equal(film->plies[i].move, plies[i].ply.move);
        assert_int_equal(film->plies[i].mover, ludus_game_to_move(&game, pos));
        for (int32_t k = 1; k < film->plies[i].num_policy; k++) {
            assert_true(film->plies[i].policy[k] <= film->plies[i].policy[k - 1]);
        }
        ludus_game_play(&game, pos, film->plies[i].move);
    }
    assert_memory_equal(pos, ludus_game_film_position(film, film->num_plies),
                        game.spec.state_bytes);
    ludus_free(pos);
    ludus_game_film_destroy(film);
    ludus_buffer_free(&bytes);
    ludus_record_free(&record);
    ludus_game_close(&game);
}

static void a_value_is_the_first_players(void **state)
{
    (void)state;
    ludus_record record = {0};
    ludus_buffer bytes = {0};
    const float wdl[2][3] = {{1, 0, 0}, {1, 0, 0}}; // both movers think that they win
    ludus_game_film *film;
    ludus_record_reset(&record, 1, 0);
    for (int i = 0; i < 2; i++) {
        const ludus_move move = 3;
        const float all = 1;
        ludus_ply ply = {
            .move = 3, .is_target = true, .num_policy = 1, .policy_moves = &move, .policy = &all};
        memcpy(ply.wdl, wdl[i], sizeof ply.wdl);
        ludus_record_add(&record, &ply);
    }
    record.resigned = true;
    record.outcome = LUDUS_WIN;
    ludus_record_encode(&record, &bytes);
    assert_int_equal(ludus_game_film_from_record(&film, "connect4", bytes.data, bytes.size, NULL),
                     LUDUS_OK);
    assert_true(film->plies[0].value == 1.0f && film->plies[1].value == -1.0f);
    assert_string_equal(film->result, "1-0 resigned");
    ludus_game_film_destroy(film);
    ludus_buffer_free(&bytes);
    ludus_record_free(&record);
}

static void a_cut_record_is_refused(void **state)
{
    (void)state;
    ludus_game game;
    assert_int_equal(ludus_game_open(&game, "connect4", NULL), LUDUS_OK);
    ludus_buffer bytes = {0};
    random_record_bytes(&game, 1, 1, &bytes);
    for (size_t size = 0; size < bytes.size; size++) {
        ludus_game_film *film = NULL;
        ludus_error error = {.text = ""};
        assert_int_not_equal(
            ludus_game_film_from_record(&film, "connect4", bytes.data, size, &error), LUDUS_OK);
        assert_null(film);
        assert_true(error.text[0] != '\0');
    }
    ludus_buffer_free(&bytes);
    ludus_game_close(&game);
}

static void an_illegal_move_changes_nothing(void **state)
{
    (void)state;
    ludus_game_film *film;
    ludus_error error;
    assert_int_equal(ludus_game_film_create(&film, "tictactoe", NULL), LUDUS_OK);
    assert_int_equal(ludus_game_film_add(film, &(ludus_film_ply){.move = 4}, NULL), LUDUS_OK);
    assert_int_equal(ludus_game_film_add(film, &(ludus_film_ply){.move = 4}, &error),
                     LUDUS_ERR_FORMAT);
    assert_int_equal(film->num_plies, 1);
    assert_string_equal(film->plies[0].text, "b2");
    ludus_game_film_destroy(film);
}

static void a_policy_keeps_its_likeliest_moves(void **state)
{
    (void)state;
    ludus_film_ply ply = {0};
    ludus_move moves[100];
    float policy[100];
    for (int i = 0; i < 100; i++) {
        moves[i] = i;
        policy[i] = (float)(i * 37 % 100) / 4950.0f;
    }
    ludus_film_ply_set_policy(&ply, 100, moves, policy);
    assert_int_equal(ply.num_policy, LUDUS_FILM_POLICY_MAX);
    for (int i = 0; i < LUDUS_FILM_POLICY_MAX; i++) {
        assert_int_equal(ply.policy_moves[i] * 37 % 100, 99 - i);
    }
}

// ---- Files -------------------------------------------------------------------------------------

static void an_sgf_file_is_a_shelf_of_go_games(void **state)
{
    char path[TEMP_PATH_MAX];
    temp_path(state, "two.sgf", path);
    write_text(path, "(;GM[1]SZ[9]PB[Kuro]PW[Shiro]RE[B+R];B[ee];W[ce];B[cf])"
                     "(;GM[1]SZ[13]AB[dd][jj]PL[W];W[cc];AE[cc];B[ab])");
    assert_true(ludus_game_shelf_reads(path));
    ludus_game_shelf *shelf = open_shelf(path);
    assert_int_equal(ludus_game_shelf_count(shelf), 2);
    assert_string_equal(ludus_game_shelf_entry(shelf, 0)->title, "Kuro - Shiro");
    assert_string_equal(ludus_game_shelf_entry(shelf, 0)->result, "B+R");
    assert_int_equal(ludus_game_shelf_entry(shelf, 0)->plies, 3);
    ludus_game_film *film = film_of(shelf, 0);
    assert_int_equal(film->num_plies, 3);
    assert_string_equal(film->names[1], "Shiro");
    assert_string_equal(film->plies[0].text, "E5");
    ludus_game_film_destroy(film);
    film = film_of(shelf, 1); // handicap before the first move, a removed stone in the middle
    assert_string_equal(film->game.spec.name, "go13");
    assert_int_equal(film->num_plies, 3);
    assert_int_equal(film->plies[1].move, LUDUS_MOVE_NONE);
    assert_int_equal(ludus_go_at(&film->game, ludus_game_film_position(film, 0), 3 * 13 + 3),
                     ludus_go_at(&film->game, ludus_game_film_position(film, 3), 13));
    ludus_game_film_destroy(film);
    ludus_game_shelf_destroy(shelf);
}

static void a_pgn_file_is_a_shelf_of_chess_games(void **state)
{
    char path[TEMP_PATH_MAX];
    temp_path(state, "three.pgn", path);
    write_text(path, "[White \"A\"]\n[Black \"B\"]\n[Result \"0-1\"]\n\n1. f3 e5 2. g4 Qh4# 0-1\n\n"
                     "[White \"C\"]\n\n1. e4 Ke4 *\n\n"
                     "[Event \"Ending\"]\n[SetUp \"1\"]\n"
                     "[FEN \"4k3/8/8/8/8/8/4P3/4K3 w - - 0 1\"]\n\n1. e4 Kd7 1/2-1/2\n");
    ludus_game_shelf *shelf = open_shelf(path);
    assert_int_equal(ludus_game_shelf_count(shelf), 2);
    assert_non_null(strstr(ludus_game_shelf_notice(shelf), "1 games left out"));
    ludus_game_film *film = film_of(shelf, 0);
    assert_int_equal(film->num_plies, 4);
    assert_string_equal(film->plies[3].text, "Qh4#");
    assert_string_equal(film->result, "0-1");
    assert_int_equal(ludus_game_outcome(&film->game, ludus_game_film_position(film, 4)),
                     LUDUS_LOSS);
    ludus_game_film_destroy(film);
    film = film_of(shelf, 1);
    assert_int_equal(film->num_plies, 2);
    assert_string_equal(film->plies[1].text, "Kd7");
    ludus_game_film_destroy(film);
    ludus_game_shelf_destroy(shelf);
}

static void what_is_no_game_is_refused_in_one_line(void **state)
{
    static const struct {
        const char *name, *text;
    } files[] = {
        {"broken.sgf", "(;GM[1]SZ[9];B[ee]"},
        {"other.sgf", "(;GM[2]SZ[8])"},
        {"empty.sgf", ""},
        {"empty.pgn", ""},
        {"wrong.pgn", "1. e5 e4 *"},
        {"no.seg", "LUDUSNOT"},
        {"zero.seg", ""},
    };
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        char path[TEMP_PATH_MAX];
        ludus_game_shelf *shelf = NULL;
        ludus_error error = {.text = ""};
        temp_path(state, files[i].name, path);
        write_text(path, files[i].text);
        const ludus_status status = ludus_game_shelf_create(&shelf, path, &error);
        if (strcmp(files[i].name, "zero.seg") == 0) { // a run has just begun it
            assert_int_equal(status, LUDUS_OK);
            assert_int_equal(ludus_game_shelf_count(shelf), 0);
            ludus_game_shelf_destroy(shelf);
            continue;
        }
        assert_int_not_equal(status, LUDUS_OK);
        assert_null(shelf);
        assert_non_null(strstr(error.text, files[i].name));
        assert_null(strchr(error.text, '\n'));
    }
}

// ---- Runs --------------------------------------------------------------------------------------

// The segments of a run at FOLDER/NAME, and its path.
static segment_run make_run(void **state, const char *name, char path[TEMP_PATH_MAX])
{
    char replay[64];
    temp_path(state, name, path);
    assert_int_equal(mkdir(path, 0777), 0);
    snprintf(replay, sizeof replay, "%s/replay", name);
    return segment_run_init(state, replay);
}

// Polls until nothing new comes.
static void poll_all(ludus_game_shelf *shelf)
{
    for (int i = 0; i < 3; i++) {
        while (ludus_game_shelf_poll(shelf)) {
        }
    }
}

static void require_games(const ludus_game_shelf *shelf, int32_t count)
{
    assert_int_equal(ludus_game_shelf_count(shelf), count);
    for (int32_t i = 0; i < count; i++) {
        assert_int_equal(ludus_game_shelf_entry(shelf, i)->number, i);
    }
}

static void games_of_a_run_come_in_while_it_goes_on(void **state)
{
    char path[TEMP_PATH_MAX];
    const segment_run run = make_run(state, "growing", path);
    ludus_game_shelf *shelf = open_shelf(path);
    assert_non_null(strstr(ludus_game_shelf_notice(shelf), "replay.segments=on"));
    ludus_replay *replay = segment_run_open(&run);
    for (uint64_t n = 0; n < 200; n += 50) {
        random_record_push(replay, 5, n, n + 50);
        assert_int_equal(ludus_replay_flush(replay, NULL), LUDUS_OK); // provisional chunks too
        poll_all(shelf);
        require_games(shelf, (int32_t)n + 50);
    }
    assert_string_equal(ludus_game_shelf_notice(shelf), "");
    ludus_game_film *film = film_of(shelf, 123);
    assert_true(film->num_plies >= 7);
    ludus_game_film_destroy(film);
    ludus_replay_destroy(replay);
    ludus_game_shelf_destroy(shelf);
}

// A resumed run cuts its files back and writes the same games again.
static void a_resumed_runs_games_are_not_shown_twice(void **state)
{
    char path[TEMP_PATH_MAX];
    const segment_run run = make_run(state, "resumed", path);
    ludus_replay *replay = segment_run_open(&run);
    random_record_push(replay, 5, 0, 300);
    ludus_replay_destroy(replay);
    ludus_game_shelf *shelf = open_shelf(path);
    require_games(shelf, 300);
    assert_int_equal(remove(run.first), 0);
    replay = segment_run_open(&run);
    random_record_push(replay, 5, 0, 350);
    ludus_replay_destroy(replay);
    poll_all(shelf);
    require_games(shelf, 350);
    ludus_game_shelf_destroy(shelf);
}

static void a_run_that_disappears_keeps_its_games_and_says_so(void **state)
{
    char path[TEMP_PATH_MAX];
    const segment_run run = make_run(state, "gone", path);
    ludus_replay *replay = segment_run_open(&run);
    random_record_push(replay, 5, 0, 30);
    ludus_replay_destroy(replay);
    ludus_game_shelf *shelf = open_shelf(path);
    assert_int_equal(remove(run.first), 0);
    assert_int_equal(rmdir(run.folder), 0);
    assert_int_equal(rmdir(path), 0);
    assert_true(ludus_game_shelf_poll(shelf));
    assert_non_null(strstr(ludus_game_shelf_notice(shelf), "gone"));
    require_games(shelf, 30);
    ludus_game_film_destroy(film_of(shelf, 29));
    ludus_game_shelf_destroy(shelf);
}

static void a_damaged_segment_is_a_notice(void **state)
{
    char path[TEMP_PATH_MAX];
    const segment_run run = make_run(state, "damaged", path);
    ludus_replay *replay = segment_run_open(&run);
    random_record_push(replay, 5, 0, 200);
    ludus_replay_destroy(replay);
    FILE *stream = fopen(run.first, "r+");
    assert_non_null(stream);
    fseek(stream, segment_file_size(run.first) / 2, SEEK_SET);
    fputs("damage", stream);
    fclose(stream);
    ludus_game_shelf *shelf = open_shelf(path);
    assert_true(ludus_game_shelf_count(shelf) > 0 && ludus_game_shelf_count(shelf) < 200);
    assert_non_null(strstr(ludus_game_shelf_notice(shelf), "000001.seg"));
    assert_false(ludus_game_shelf_poll(shelf));
    ludus_game_shelf_destroy(shelf);
}

// ---- Matches -----------------------------------------------------------------------------------

static ludus_live_match *open_match(const ludus_live_match_setup *setup)
{
    ludus_live_match *match;
    ludus_error error = {.text = ""};
    if (ludus_live_match_create(&match, setup, &error) != LUDUS_OK) {
        fail_msg("%s", error.text);
    }
    return match;
}

static void wait_for_end(ludus_live_match *match, ludus_live_match_score *score)
{
    const ludus_film_source source = ludus_live_match_source(match);
    const struct timespec pause = {0, 2000000};
    for (;;) {
        ludus_live_match_score_get(match, score);
        if (score->is_over) {
            return;
        }
        (void)source.ops->poll(source.self);
        for (int32_t i = 0; i < source.ops->count(source.self); i++) {
            ludus_game_film *film = NULL;
            ludus_shelf_entry entry;
            source.ops->entry(source.self, i, &entry);
            if (source.ops->film(source.self, i, &film, NULL) == LUDUS_OK) {
                assert_true(film->num_plies >= entry.plies);
                ludus_game_film_destroy(film);
            }
        }
        nanosleep(&pause, NULL);
    }
}

static void a_match_plays_its_games_beside_the_window(void **state)
{
    (void)state;
    const ludus_live_match_setup setup = {.game = "connect4",
                                          .player = {"mcts:60", "random"},
                                          .games = 4,
                                          .opening_plies = 2,
                                          .seed = 3};
    ludus_live_match *match = open_match(&setup);
    ludus_live_match_score score;
    wait_for_end(match, &score);
    assert_int_equal(score.games, 4);
    assert_int_equal(score.wins + score.draws + score.losses, 4);
    assert_true(score.wins > score.losses);
    const ludus_film_source source = ludus_live_match_source(match);
    assert_int_equal(source.ops->count(source.self), 4);
    ludus_game_film *films[2];
    for (int i = 0; i < 2; i++) {
        assert_int_equal(source.ops->film(source.self, i, &films[i], NULL), LUDUS_OK);
    }
    assert_string_equal(films[0]->names[0], "mcts:60");
    assert_string_equal(films[1]->names[1], "mcts:60");
    assert_int_equal(films[0]->plies[1].move, films[1]->plies[1].move); // the same opening
    assert_true(films[0]->plies[2].num_policy > 0 && films[0]->plies[2].has_value);
    assert_true(source.ops->poll(source.self));
    assert_non_null(strstr(source.ops->notice(source.self), "mcts:60"));
    ludus_game_film_destroy(films[0]);
    ludus_game_film_destroy(films[1]);
    ludus_live_match_destroy(match);
}

static void a_stepped_match_makes_one_move_at_a_time(void **state)
{
    (void)state;
    const ludus_live_match_setup setup = {
        .game = "othello6", .player = {"random", "random"}, .seed = 1, .is_stepped = true};
    ludus_live_match *match = open_match(&setup);
    const ludus_film_source source = ludus_live_match_source(match);
    for (int32_t i = 1; i <= 12; i++) {
        ludus_shelf_entry entry;
        source.ops->settle(source.self);
        source.ops->entry(source.self, 0, &entry);
        assert_int_equal(entry.plies, i);
    }
    ludus_live_match_destroy(match); // in the middle of a game
}

static void unknown_players_and_games_are_refused(void **state)
{
    (void)state;
    ludus_live_match *match;
    ludus_error error;
    ludus_live_match_setup setup = {.game = "connect4", .player = {"random", "nobody"}};
    assert_int_not_equal(ludus_live_match_create(&match, &setup, &error), LUDUS_OK);
    assert_null(match);
    assert_non_null(strstr(error.text, "nobody"));
    setup.game = "connect5";
    assert_int_not_equal(ludus_live_match_create(&match, &setup, &error), LUDUS_OK);
    assert_non_null(strstr(error.text, "connect4"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_becomes_its_positions_and_thoughts),
        cmocka_unit_test(a_value_is_the_first_players),
        cmocka_unit_test(a_cut_record_is_refused),
        cmocka_unit_test(an_illegal_move_changes_nothing),
        cmocka_unit_test(a_policy_keeps_its_likeliest_moves),
        cmocka_unit_test(an_sgf_file_is_a_shelf_of_go_games),
        cmocka_unit_test(a_pgn_file_is_a_shelf_of_chess_games),
        cmocka_unit_test(what_is_no_game_is_refused_in_one_line),
        cmocka_unit_test(games_of_a_run_come_in_while_it_goes_on),
        cmocka_unit_test(a_resumed_runs_games_are_not_shown_twice),
        cmocka_unit_test(a_run_that_disappears_keeps_its_games_and_says_so),
        cmocka_unit_test(a_damaged_segment_is_a_notice),
        cmocka_unit_test(a_match_plays_its_games_beside_the_window),
        cmocka_unit_test(a_stepped_match_makes_one_move_at_a_time),
        cmocka_unit_test(unknown_players_and_games_are_refused),
    };
    return cmocka_run_group_tests(tests, temp_folder_create, temp_folder_destroy);
}
