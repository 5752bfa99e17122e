// Claims about Go games that start with another komi than the usual one.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "envs/go.h"
#include "selfplay/record.h"
#include "small_run.h"
#include "temp_folder.h"

static const char recipe[] = "[run]\nagent = alphazero\ngame = go4\nseed = 7\n"
                             "iterations = 4\ncheckpoint_minutes = 0\nmeasure_every = 0\n"
                             "[net]\nchannels = 8\nblocks = 1\n"
                             "[heads]\npooled = true\nownership = 1\nscore = 0.05\n"
                             "[search]\nroot = gumbel\nsimulations = 6\n"
                             "[selfplay]\nslots = 16\nbatch = 4\nevaluations = 60\n"
                             "fast_simulations = 3\nfull_share = 0.5\nvaried_share = 0.7\n"
                             "[replay]\ncapacity_items = 400\nchunk_bytes = 1024\n"
                             "[learn]\nreplay_ratio = 2\nstart = 60\nwindow_min = 100\n"
                             "eval_positions = 0\n"
                             "[train]\nbatch = 32\nshards = 4\nema_decay = 0.9\n";

static void komi_follows_from_the_games_number(void **state)
{
    static const char *const names[] = {"go2", "go7", "go9", "go19"};
    (void)state;
    for (size_t k = 0; k < 4; k++) {
        ludus_game game;
        int64_t sum = 0;
        int32_t lowest = INT32_MAX, highest = INT32_MIN;
        assert_int_equal(ludus_game_open(&game, names[k], NULL), LUDUS_OK);
        void *pos = ludus_alloc(2, game.spec.state_bytes);
        void *again = (uint8_t *)pos + game.spec.state_bytes;
        ludus_game_init(&game, pos);
        const int32_t usual = ludus_go_komi(&game, pos), far = 2 * ludus_go_size(&game);
        for (uint64_t number = 0; number < 4000; number++) {
            ludus_game_init_varied(&game, pos, number);
            ludus_game_init_varied(&game, again, number);
            assert_memory_equal(pos, again, game.spec.state_bytes);
            const int32_t komi = ludus_go_komi(&game, pos);
            lowest = komi < lowest ? komi : lowest;
            highest = komi > highest ? komi : highest;
            sum += komi - usual;
        }
        assert_true(lowest >= usual - far && lowest <= usual - far / 2);
        assert_true(highest <= usual + far && highest >= usual + far / 2);
        assert_true(sum > -4000 && sum < 4000); // within half a point of the usual
        ludus_free(pos);
        ludus_game_close(&game);
    }
}

static void a_record_begins_with_the_games_komi(void **state)
{
    ludus_game game;
    ludus_record record = {0};
    ludus_record_view view;
    ludus_buffer bytes = {0};
    ludus_ply read;
    ludus_move moves[82];
    float weights[82];
    (void)state;
    assert_int_equal(ludus_game_open(&game, "go9", NULL), LUDUS_OK);
    uint8_t *pos = ludus_alloc(2, game.spec.state_bytes);
    uint8_t *varied = pos + game.spec.state_bytes;
    ludus_record_reset(&record, 5, 1);
    record.is_varied = true;
    const ludus_ply ply = {.move = 40, .wdl = {0, 1, 0}};
    ludus_record_add(&record, &ply);
    ludus_record_add(&record, &ply); // never played: only the first is looked at
    record.outcome = LUDUS_WIN;
    ludus_record_encode(&record, &bytes);
    ludus_game_init_varied(&game, varied, 5);
    assert_int_equal(
        ludus_record_at(&game, bytes.data, bytes.size, 0, pos, &read, moves, weights, NULL, NULL),
        LUDUS_OK);
    assert_memory_equal(pos, varied, game.spec.state_bytes);
    assert_int_equal(ludus_record_open(&view, &game, bytes.data, bytes.size, NULL), LUDUS_OK);
    assert_true(view.is_varied && !view.resigned);
    // A game without variants has no such record.
    ludus_game othello;
    assert_int_equal(ludus_game_open(&othello, "othello", NULL), LUDUS_OK);
    assert_int_equal(ludus_record_open(&view, &othello, bytes.data, bytes.size, NULL),
                     LUDUS_ERR_FORMAT);
    ludus_game_close(&othello);
    ludus_buffer_free(&bytes);
    ludus_record_free(&record);
    ludus_free(pos);
    ludus_game_close(&game);
}

static void varied_runs_repeat_and_go_on_exactly(void **state)
{
    char one[TEMP_PATH_MAX], two[TEMP_PATH_MAX], halves[TEMP_PATH_MAX];
    ludus_config *config;
    temp_path(state, "one", one);
    temp_path(state, "two", two);
    temp_path(state, "halves", halves);
    const uint64_t expected = small_run_whole(recipe, one, 1);
    assert_int_equal(small_run_whole(recipe, two, 2), expected);
    small_run_part(recipe, halves, 2, 0);
    assert_int_equal(small_run_resumed(halves, 1), expected);
    temp_path(state, "usual", halves);
    ludus_run *run = small_run_begin(recipe, "selfplay.varied_share=0", halves, 2, &config);
    assert_int_not_equal(small_run_finish(run), expected);
    ludus_run_destroy(run);
    ludus_config_destroy(config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(komi_follows_from_the_games_number),
        cmocka_unit_test(a_record_begins_with_the_games_komi),
        cmocka_unit_test(varied_runs_repeat_and_go_on_exactly),
    };
    return cmocka_run_group_tests(tests, temp_folder_create, temp_folder_destroy);
}
