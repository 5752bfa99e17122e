// Claims about the film screen's mouse and about matches that go on beside it.

#include "viewer/film_screen.h"
#include "viewer/live_match.h"

#include "random_record.h"
#include "scripted_screen.h"
#include "segment_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

// ---- Recorded games ----------------------------------------------------------------------------

static picture draw_games(void **state, const char *path, const scripted_event *events, int32_t n)
{
    ludus_game_shelf *shelf;
    ludus_error error = {.text = ""};
    if (ludus_game_shelf_create(&shelf, path, &error) != LUDUS_OK) {
        fail_msg("%s", error.text);
    }
    const ludus_film_setup setup = {
        .source = ludus_game_shelf_source(shelf), .title = "film", .is_paused = true};
    const picture p = scripted_film(state, &setup, events, n, 20, 640, 400);
    ludus_game_shelf_destroy(shelf);
    return p;
}

static void a_chart_that_is_not_shown_takes_no_clicks(void **state)
{
    segment_run run = segment_run_init(state, "charted");
    ludus_replay *store = segment_run_open(&run);
    random_record_push(store, 9, 0, 40);
    ludus_replay_destroy(store);
    // The chart is low at the right; the list of games covers that side of a small window.
    const scripted_event chart[] = {scripted_mouse(6, LUDUS_EVENT_MOUSE_DOWN, 540, 290)};
    const scripted_event list[] = {scripted_key(3, LUDUS_KEY_TAB),
                                   scripted_mouse(6, LUDUS_EVENT_MOUSE_DOWN, 540, 290)};
    const picture plain = draw_games(state, run.first, NULL, 0);
    const picture clicked = draw_games(state, run.first, chart, 1);
    const picture opened = draw_games(state, run.first, list, 1);
    const picture covered = draw_games(state, run.first, list, 2);
    assert_false(picture_equal(plain, clicked));
    assert_false(picture_equal(plain, opened));
    assert_true(picture_equal(opened, covered));
    picture_free(plain);
    picture_free(clicked);
    picture_free(opened);
    picture_free(covered);
}

// ---- Matches -----------------------------------------------------------------------------------

static ludus_live_match *open_match(const char *game, int32_t games)
{
    ludus_live_match *match;
    const ludus_live_match_setup setup = {.game = game,
                                          .player = {"random", "random"},
                                          .games = games,
                                          .seed = 4,
                                          .is_stepped = true};
    assert_int_equal(ludus_live_match_create(&match, &setup, NULL), LUDUS_OK);
    return match;
}

static picture draw_match(void **state, const scripted_event *events, int32_t n, bool is_paused)
{
    ludus_live_match *match = open_match("othello6", 0);
    const ludus_film_setup film = {.source = ludus_live_match_source(match),
                                   .title = "match",
                                   .game = -1,
                                   .ply = is_paused ? 0 : -1,
                                   .is_paused = is_paused};
    const picture p = scripted_film(state, &film, events, n, 18, 960, 600);
    ludus_live_match_destroy(match);
    return p;
}

static void looking_back_in_a_live_match_plays_on_while_moves_come(void **state)
{
    const scripted_event back[] = {scripted_key(0, '+'), scripted_key(0, '+'),
                                   scripted_key(5, LUDUS_KEY_LEFT),
                                   scripted_key(5, LUDUS_KEY_HOME)};
    const scripted_event played[] = {scripted_key(0, '+'),
                                     scripted_key(0, '+'),
                                     scripted_key(5, LUDUS_KEY_LEFT),
                                     scripted_key(5, LUDUS_KEY_HOME),
                                     scripted_key(6, ' '),
                                     scripted_key(16, ' ')};
    const picture a = draw_match(state, back, 4, false);
    const picture b = draw_match(state, back, 4, false);
    const picture c = draw_match(state, played, 6, false);
    assert_true(picture_equal(a, b));
    assert_false(picture_equal(a, c)); // a move arrives although new ones come each frame
    picture_free(a);
    picture_free(b);
    picture_free(c);
}

static void a_paused_match_stays_at_its_start(void **state)
{
    const scripted_event goes_on[] = {scripted_key(9, LUDUS_KEY_END)};
    const picture paused = draw_match(state, NULL, 0, true);
    const picture again = draw_match(state, NULL, 0, true);
    const picture followed = draw_match(state, NULL, 0, false);
    const picture joined = draw_match(state, goes_on, 1, true);
    assert_true(picture_equal(paused, again));
    assert_false(picture_equal(paused, followed));
    assert_true(picture_equal(followed, joined));
    picture_free(paused);
    picture_free(again);
    picture_free(followed);
    picture_free(joined);
}

// After each step all that follows from its move is there: results, the score, the next game.
static void a_step_of_a_match_is_seen_whole(void **state)
{
    (void)state;
    enum { GAMES = 150 };
    ludus_live_match *match = open_match("tictactoe", GAMES);
    const ludus_film_source source = ludus_live_match_source(match);
    ludus_live_match_score score = {0};
    while (!score.is_over) {
        source.ops->settle(source.self);
        ludus_live_match_score_get(match, &score);
        const int32_t count = source.ops->count(source.self);
        int32_t finished = 0;
        for (int32_t i = 0; i < count; i++) {
            ludus_shelf_entry entry;
            source.ops->entry(source.self, i, &entry);
            finished += entry.result[0] != '\0';
        }
        assert_int_equal(finished, score.games);
        assert_int_equal(count, score.is_over ? score.games : score.games + 1);
        ludus_game_film *film;
        assert_int_equal(source.ops->film(source.self, count - 1, &film, NULL), LUDUS_OK);
        const void *last = ludus_game_film_position(film, film->num_plies);
        assert_int_equal(ludus_game_outcome(&film->game, last) != LUDUS_ONGOING, score.is_over);
        ludus_game_film_destroy(film);
    }
    assert_int_equal(score.games, GAMES);
    assert_int_equal(score.wins + score.draws + score.losses, GAMES);
    ludus_live_match_destroy(match);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_chart_that_is_not_shown_takes_no_clicks),
        cmocka_unit_test(looking_back_in_a_live_match_plays_on_while_moves_come),
        cmocka_unit_test(a_paused_match_stays_at_its_start),
        cmocka_unit_test(a_step_of_a_match_is_seen_whole),
    };
    return cmocka_run_group_tests(tests, temp_folder_create, temp_folder_destroy);
}
