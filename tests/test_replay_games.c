// Claims about replays of games: honest ones pass, forged moves behind right checksums do not.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "random_record.h"
#include "selfplay/replay_games.h"

#define GAMES 40

static const char *const names[] = {"tictactoe", "connect4", "othello", "gomoku9", "chess"};
enum { NUM_NAMES = sizeof(names) / sizeof(names[0]) };

static ludus_replay *open_replay(ludus_game *game, const char *name)
{
    ludus_error error;
    ludus_replay *replay;
    ludus_replay_config config = ludus_replay_config_default();
    config.chunk_bytes = 1024;
    assert_int_equal(ludus_game_open(game, name, &error), LUDUS_OK);
    strcpy(config.tag, name);
    assert_int_equal(ludus_replay_create(&replay, &config, &error), LUDUS_OK);
    return replay;
}

static void close_replay(ludus_replay *replay, ludus_game *game)
{
    ludus_replay_destroy(replay);
    ludus_game_close(game);
}

static void push_games(ludus_replay *replay, const ludus_game *game, uint64_t first, uint64_t count)
{
    for (uint64_t i = first; i < first + count; i++) {
        ludus_buffer bytes = {0};
        const int32_t plies = random_record_bytes(game, 5, i, &bytes);
        assert_int_equal(ludus_replay_push(replay, bytes.data, bytes.size, plies, NULL), LUDUS_OK);
        ludus_buffer_free(&bytes);
    }
}

static void honest_games_pass(void **state)
{
    ludus_error error;
    (void)state;
    for (int i = 0; i < NUM_NAMES; i++) {
        ludus_game game;
        ludus_replay *replay = open_replay(&game, names[i]);
        assert_int_equal(ludus_replay_check_games(replay, &game, &error), LUDUS_OK); // empty
        push_games(replay, &game, 0, GAMES);
        if (ludus_replay_check_games(replay, &game, &error)) {
            fail_msg("%s: %s", names[i], error.text);
        }
        close_replay(replay, &game);
    }
}

// A well-formed record of connect4 whose eighth disc goes into a full column.
static void push_forged(ludus_replay *replay)
{
    ludus_record record = {0};
    ludus_buffer bytes = {0};
    ludus_record_reset(&record, 1000, 1);
    for (int i = 0; i < 8; i++) {
        const ludus_ply ply = {.move = 3, .wdl = {0.25f, 0.5f, 0.25f}};
        ludus_record_add(&record, &ply);
    }
    record.outcome = LUDUS_DRAW;
    ludus_record_encode(&record, &bytes);
    assert_int_equal(ludus_replay_push(replay, bytes.data, bytes.size, 8, NULL), LUDUS_OK);
    ludus_buffer_free(&bytes);
    ludus_record_free(&record);
}

static void expect_refused(const ludus_replay *replay, const ludus_game *game, const char *why)
{
    ludus_error error;
    assert_int_equal(ludus_replay_check_games(replay, game, &error), LUDUS_ERR_FORMAT);
    assert_non_null(strstr(error.text, why));
    assert_null(strchr(error.text, '\n'));
}

// In the open chunk and in a full one, and after a save and load whose checksums are all right.
static void illegal_moves_behind_right_checksums_are_found(void **state)
{
    ludus_game game;
    ludus_error error;
    ludus_buffer saved = {0};
    (void)state;
    ludus_replay *replay = open_replay(&game, "connect4");
    push_games(replay, &game, 0, GAMES);
    push_forged(replay);
    expect_refused(replay, &game, "game 1000 of connect4, ply 7 of 8: an illegal move");
    push_games(replay, &game, 2000, GAMES);
    expect_refused(replay, &game, "an illegal move");
    ludus_replay_save(replay, &saved);
    close_replay(replay, &game);
    replay = open_replay(&game, "connect4");
    ludus_cursor cursor = {.data = saved.data, .size = saved.size};
    assert_int_equal(ludus_replay_load(replay, &cursor, &error), LUDUS_OK);
    expect_refused(replay, &game, "an illegal move");
    ludus_buffer_free(&saved);
    close_replay(replay, &game);
}

static void games_that_count_for_other_than_their_plies_are_refused(void **state)
{
    ludus_game game;
    ludus_buffer bytes = {0};
    (void)state;
    ludus_replay *replay = open_replay(&game, "tictactoe");
    const int32_t plies = random_record_bytes(&game, 5, 1, &bytes);
    assert_int_equal(ludus_replay_push(replay, bytes.data, bytes.size, plies + 1, NULL), LUDUS_OK);
    expect_refused(replay, &game, "counts for");
    ludus_buffer_free(&bytes);
    close_replay(replay, &game);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(honest_games_pass),
        cmocka_unit_test(illegal_moves_behind_right_checksums_are_found),
        cmocka_unit_test(games_that_count_for_other_than_their_plies_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
