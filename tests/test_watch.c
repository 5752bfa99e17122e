// Claims about the screens of `ludus watch`, drawn without a display: the same state gives the same
// picture, what is changed and changed back too, and nothing that happens to files is a crash.

#include "viewer/film_screen.h"
#include "viewer/live_match.h"
#include "viewer/run_world_screen.h"
#include "viewer/watch_screen.h"
#include "viewer/world_screen.h"

#include "base/file.h"
#include "metrics_run.h"
#include "other_program.h"
#include "random_record.h"
#include "scripted_screen.h"
#include "segment_run.h"
#include "small_run.h"
#include "temp_folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

// ---- Runs --------------------------------------------------------------------------------------

typedef struct doomed_run {
    char path[TEMP_PATH_MAX];
    segment_run segments;
} doomed_run;

static doomed_run make_run(void **state, const char *name, uint64_t games)
{
    doomed_run run;
    char replay[64];
    metrics_run_write(state, name, 40, run.path);
    snprintf(replay, sizeof replay, "%s/replay", name);
    run.segments = segment_run_init(state, replay);
    if (games > 0) {
        ludus_replay *store = segment_run_open(&run.segments);
        random_record_push(store, 9, 0, games);
        ludus_replay_destroy(store);
    }
    return run;
}

static void remove_run(void *user)
{
    const doomed_run *run = user;
    char file[TEMP_PATH_MAX + 16];
    snprintf(file, sizeof file, "%s/metrics.jsonl", run->path);
    remove(file);
    remove(run->segments.first);
    rmdir(run->segments.folder);
    assert_int_equal(rmdir(run->path), 0);
}

static picture draw_watch(void **state, doomed_run *run, const scripted_event *events, int32_t n,
                          int32_t width)
{
    ludus_watch *watch;
    ludus_error error = {.text = ""};
    const ludus_watch_setup setup = {.run = run->path};
    if (ludus_watch_create(&watch, &setup, &error) != LUDUS_OK) {
        fail_msg("%s", error.text);
    }
    scripted s = {
        .ops = ludus_watch_screen(), .self = watch, .events = events, .num_events = n, .user = run};
    const picture p = scripted_draw(state, &s, 50, width, width * 5 / 8);
    ludus_watch_destroy(watch);
    return p;
}

static void games_of_a_run_move_on_unless_paused(void **state)
{
    doomed_run run = make_run(state, "moving", 60);
    const scripted_event pause[] = {scripted_key(0, ' ')};
    const scripted_event both[] = {scripted_key(0, ' '), scripted_key(20, ' '),
                                   scripted_key(20, 'b'), scripted_key(30, 'h')};
    const picture a = draw_watch(state, &run, NULL, 0, 800);
    const picture b = draw_watch(state, &run, pause, 1, 800);
    const picture c = draw_watch(state, &run, pause, 1, 800);
    const picture d = draw_watch(state, &run, both, 4, 640);
    assert_false(picture_equal(a, b));
    assert_true(picture_equal(b, c));
    picture_free(a);
    picture_free(b);
    picture_free(c);
    picture_free(d);
}

static void a_run_that_disappears_is_a_notice_on_the_screen(void **state)
{
    for (int with_games = 0; with_games < 2; with_games++) {
        doomed_run run = make_run(state, with_games ? "doomed1" : "doomed0", with_games ? 40 : 0);
        const scripted_event gone[] = {{.frame = 20, .happens = remove_run}};
        const picture before = draw_watch(state, &run, NULL, 0, 640);
        const picture after = draw_watch(state, &run, gone, 1, 640);
        assert_false(picture_equal(before, after));
        picture_free(before);
        picture_free(after);
    }
}

// ---- Films -------------------------------------------------------------------------------------

static picture draw_film(void **state, const char *path, const scripted_event *events, int32_t n,
                         int32_t width)
{
    ludus_game_shelf *shelf;
    ludus_error error = {.text = ""};
    if (ludus_game_shelf_create(&shelf, path, &error) != LUDUS_OK) {
        fail_msg("%s", error.text);
    }
    const ludus_film_setup setup = {
        .source = ludus_game_shelf_source(shelf), .title = "film", .game = 0, .is_paused = true};
    const picture p = scripted_film(state, &setup, events, n, 36, width, width * 5 / 8);
    ludus_game_shelf_destroy(shelf);
    return p;
}

static void stepping_on_and_back_shows_the_same_position(void **state)
{
    char path[TEMP_PATH_MAX];
    temp_path(state, "film.sgf", path);
    static const char text[] = "(;GM[1]SZ[9];B[ee];W[ce];B[cf];W[df];B[de];W[dd])";
    segment_write_file(path, text, sizeof text - 1);
    const scripted_event on[] = {scripted_key(1, LUDUS_KEY_RIGHT),
                                 scripted_key(2, LUDUS_KEY_RIGHT)};
    const scripted_event away[] = {
        scripted_key(1, LUDUS_KEY_END),   scripted_key(2, LUDUS_KEY_HOME),
        scripted_key(3, LUDUS_KEY_RIGHT), scripted_key(4, LUDUS_KEY_RIGHT),
        scripted_key(5, LUDUS_KEY_RIGHT), scripted_key(6, LUDUS_KEY_LEFT)};
    // The third move in the list of moves, then one back.
    const scripted_event clicked[] = {scripted_mouse(1, LUDUS_EVENT_MOUSE_DOWN, 1070, 88),
                                      scripted_key(4, LUDUS_KEY_LEFT)};
    const picture start = draw_film(state, path, NULL, 0, 1280);
    const picture a = draw_film(state, path, on, 2, 1280);
    const picture b = draw_film(state, path, away, 6, 1280);
    const picture c = draw_film(state, path, clicked, 2, 1280);
    assert_false(picture_equal(start, a));
    assert_true(picture_equal(a, b));
    assert_true(picture_equal(a, c));
    picture_free(start);
    picture_free(a);
    picture_free(b);
    picture_free(c);
}

static void a_film_plays_by_itself_to_its_end(void **state)
{
    char path[TEMP_PATH_MAX];
    temp_path(state, "short.pgn", path);
    segment_write_file(path, "1. e4 *\n", 8);
    const scripted_event play[] = {scripted_key(0, '+'), scripted_key(0, '+'), scripted_key(0, ' '),
                                   scripted_key(30, ' ')};
    const scripted_event step[] = {scripted_key(0, '+'), scripted_key(0, '+'),
                                   scripted_key(1, LUDUS_KEY_RIGHT)};
    const picture a = draw_film(state, path, play, 4, 640);
    const picture b = draw_film(state, path, step, 3, 640);
    assert_true(picture_equal(a, b));
    picture_free(a);
    picture_free(b);
}

static picture draw_match(void **state, int32_t frames)
{
    ludus_live_match *match;
    const ludus_live_match_setup setup = {
        .game = "connect4", .player = {"mcts:20", "random"}, .seed = 4, .is_stepped = true};
    assert_int_equal(ludus_live_match_create(&match, &setup, NULL), LUDUS_OK);
    const ludus_film_setup film = {
        .source = ludus_live_match_source(match), .title = "match", .game = -1, .ply = -1};
    const picture p = scripted_film(state, &film, NULL, 0, frames, 960, 600);
    ludus_live_match_destroy(match);
    return p;
}

static void a_match_is_followed_move_by_move(void **state)
{
    const picture a = draw_match(state, 16);
    const picture b = draw_match(state, 16);
    const picture c = draw_match(state, 17);
    assert_true(picture_equal(a, b));
    assert_false(picture_equal(a, c));
    picture_free(a);
    picture_free(b);
    picture_free(c);
}

// ---- Worlds ------------------------------------------------------------------------------------

#define BREAKOUT "nets/trained/breakout.safetensors"

static picture draw_world(void **state, const ludus_world_view_setup *setup,
                          const scripted_event *events, int32_t n, int32_t width)
{
    ludus_world_view *view;
    ludus_error error = {.text = ""};
    if (ludus_world_view_create(&view, setup, &error) != LUDUS_OK) {
        fail_msg("%s", error.text);
    }
    scripted s = {.ops = ludus_world_screen(), .self = view, .events = events, .num_events = n};
    const picture p = scripted_draw(state, &s, 36, width, width * 5 / 8);
    ludus_world_view_destroy(view);
    return p;
}

static void an_agent_plays_the_same_for_the_same_seed(void **state)
{
    ludus_world_view_setup setup = {
        .session = {.name = "breakout", .net = BREAKOUT, .seed = 3, .epsilon = .1f}};
    const scripted_event small[] = {scripted_key(3, 'v'), scripted_key(10, '+'),
                                    scripted_key(20, 'n'), scripted_key(30, '.')};
    const picture a = draw_world(state, &setup, NULL, 0, 1000);
    const picture b = draw_world(state, &setup, NULL, 0, 1000);
    const picture d = draw_world(state, &setup, small, 4, 640);
    setup.session.seed = 4;
    const picture c = draw_world(state, &setup, NULL, 0, 1000);
    assert_true(picture_equal(a, b));
    assert_false(picture_equal(a, c));
    picture_free(a);
    picture_free(b);
    picture_free(c);
    picture_free(d);
}

static void a_person_plays_every_world(void **state)
{
    size_t count;
    const ludus_env_ops *const *worlds = ludus_env_worlds(&count);
    for (size_t i = 0; i < count; i++) {
        const ludus_world_view_setup setup = {.session = {.name = worlds[i]->name, .seed = 1},
                                              .is_person = true};
        const scripted_event keys[] = {scripted_key(5, LUDUS_KEY_LEFT), scripted_key(12, 'd'),
                                       scripted_key(18, ' '), scripted_key(24, 'p'),
                                       scripted_key(25, LUDUS_KEY_RIGHT)};
        picture_free(draw_world(state, &setup, keys, 5, 640));
    }
}

static void the_session_knows_what_a_sticky_action_did(void **state)
{
    (void)state;
    ludus_world_session *session;
    const ludus_world_setup setup = {.name = "breakout", .net = BREAKOUT, .seed = 1, .epsilon = 1};
    int32_t before = -1, stuck = 0, returns = 0;
    assert_int_equal(ludus_world_session_create(&session, &setup, NULL), LUDUS_OK);
    for (int i = 0; i < 1500; i++) {
        ludus_world_state s;
        ludus_world_session_step(session, LUDUS_AGENT_CHOOSES);
        ludus_world_session_look(session, &s);
        assert_int_equal(s.count, s.steps + 1);
        assert_true(s.q_low <= s.q_high);
        if (s.steps > 0 && s.was_stuck) {
            assert_int_equal(s.done, before);
            assert_int_not_equal(s.done, s.action);
            stuck++;
        } else if (s.steps > 0) {
            assert_int_equal(s.done, s.action);
        }
        before = s.done;
        returns = s.episodes;
    }
    // The game's own stickiness is .1, and five of six random actions are another than before.
    assert_in_range(stuck, 75, 175);
    assert_true(returns > 5);
    ludus_world_session_destroy(session);
}

static void a_net_for_another_world_is_refused(void **state)
{
    (void)state;
    ludus_world_session *session;
    ludus_error error;
    const ludus_world_setup setup = {.name = "freeway", .net = BREAKOUT};
    assert_int_equal(ludus_world_session_create(&session, &setup, &error), LUDUS_ERR_ARG);
    assert_null(session);
    assert_non_null(strstr(error.text, "freeway"));
}

// ---- Runs in worlds ----------------------------------------------------------------------------

#define WORLD_RECIPE                                                                               \
    "[run]\nagent = dqn\ngame = breakout\nseed = 5\niterations = 2\nmeasure_every = 0\n"           \
    "[explore]\nepsilon_frames = 400\nframes = 256\n[eval]\nepisodes = 0\n"                        \
    "[net]\ntrunk = conv\nconvs = 8x3\nhidden = 16\n[actors]\nworlds = 6\nbatch = 3\nsteps = 5\n"  \
    "[replay]\ncapacity_items = 300\nchunk_bytes = 1024\n"                                         \
    "[train]\nbatch = 24\nshards = 4\noptimiser = rmsprop\nlr = 0.001\nema_decay = 0\n"            \
    "[learn]\nstart = 60\nframes_per_step = 7\ntarget_every = 20\npiece = 8\n"

typedef struct world_run {
    char path[TEMP_PATH_MAX];
    char net[TEMP_PATH_MAX + 32];
    const char *newer; // file that becomes its net
} world_run;

static world_run make_world_run(void **state, const char *name)
{
    world_run run = {.newer = BREAKOUT};
    temp_path(state, name, run.path);
    snprintf(run.net, sizeof run.net, "%s/net.safetensors", run.path);
    (void)small_run_whole(WORLD_RECIPE, run.path, 1);
    return run;
}

static void copy_file(const char *from, const char *to)
{
    void *bytes;
    size_t size;
    assert_int_equal(ludus_file_read(from, 1 << 24, &bytes, &size, NULL), LUDUS_OK);
    assert_int_equal(ludus_file_replace(to, bytes, size, NULL), LUDUS_OK);
    ludus_free(bytes);
}

static void newer_net_comes(void *user)
{
    const world_run *run = user;
    copy_file(run->newer, run->net);
}

static void net_goes(void *user)
{
    const world_run *run = user;
    assert_int_equal(remove(run->net), 0);
}

static void net_breaks(void *user)
{
    const world_run *run = user;
    segment_write_file(run->net, "no net", 6);
}

static void folder_goes(void *user)
{
    const world_run *run = user;
    char away[TEMP_PATH_MAX + 8];
    snprintf(away, sizeof away, "%s.away", run->path);
    assert_int_equal(rename(run->path, away), 0);
}

// `notice`: what the screen says at the end must hold this; NULL = nothing is said.
static picture draw_run_world(void **state, world_run *run, const scripted_event *events, int32_t n,
                              int32_t width, const char *notice)
{
    ludus_run_world *run_world;
    ludus_error error = {.text = ""};
    const ludus_run_world_setup setup = {.run = run->path, .seed = 3};
    if (ludus_run_world_create(&run_world, &setup, &error) != LUDUS_OK) {
        fail_msg("%s", error.text);
    }
    scripted s = {.ops = ludus_run_world_screen(),
                  .self = run_world,
                  .events = events,
                  .num_events = n,
                  .user = run};
    const picture p = scripted_draw(state, &s, 70, width, width * 5 / 8);
    if (notice == NULL) {
        assert_string_equal(ludus_run_world_notice(run_world), "");
    } else if (strstr(ludus_run_world_notice(run_world), notice) == NULL) {
        fail_msg("not %s: %s", notice, ludus_run_world_notice(run_world));
    }
    ludus_run_world_destroy(run_world);
    return p;
}

static void a_runs_agent_plays_with_the_newest_net(void **state)
{
    world_run run = make_world_run(state, "agent");
    const scripted_event newer[] = {{.frame = 10, .happens = newer_net_comes}};
    const scripted_event there_and_back[] = {scripted_key(5, 'c'), scripted_key(9, 'c')};
    const picture a = draw_run_world(state, &run, NULL, 0, 1100, NULL);
    const picture b = draw_run_world(state, &run, there_and_back, 2, 1100, NULL);
    const picture c = draw_run_world(state, &run, newer, 1, 1100, NULL);
    const picture d = draw_run_world(state, &run, there_and_back, 1, 640, NULL);
    const picture e = draw_run_world(state, &run, there_and_back, 2, 640, NULL);
    assert_true(picture_equal(a, b));
    assert_false(picture_equal(a, c));
    assert_false(picture_equal(d, e));
    picture_free(a);
    picture_free(b);
    picture_free(c);
    picture_free(d);
    picture_free(e);
}

static void a_run_without_a_net_waits_for_it(void **state)
{
    world_run run = make_world_run(state, "netless");
    const scripted_event comes[] = {{.frame = 10, .happens = newer_net_comes}};
    const scripted_event tried[] = {scripted_key(5, '.'), scripted_key(6, 'n')};
    net_goes(&run);
    const picture waiting = draw_run_world(state, &run, NULL, 0, 1100, NULL);
    const picture stepped = draw_run_world(state, &run, tried, 1, 1100, NULL);
    const picture playing = draw_run_world(state, &run, comes, 1, 1100, NULL);
    assert_false(picture_equal(waiting, playing));
    assert_false(picture_equal(waiting, stepped)); // the button says Play
    picture_free(waiting);
    picture_free(stepped);
    picture_free(playing);
}

static void a_net_that_cannot_play_is_a_notice(void **state)
{
    world_run run = make_world_run(state, "broken");
    const scripted_event gone[] = {{.frame = 10, .happens = net_goes}};
    const scripted_event breaks[] = {{.frame = 10, .happens = net_breaks}};
    const scripted_event foreign[] = {{.frame = 10, .happens = newer_net_comes}};
    picture_free(draw_run_world(state, &run, gone, 1, 640, "the net is gone"));
    picture_free(draw_run_world(state, &run, breaks, 1, 640, "net.safetensors"));
    picture_free(draw_run_world(state, &run, NULL, 0, 640, "net.safetensors"));
    run.newer = "nets/trained/freeway.safetensors";
    picture_free(draw_run_world(state, &run, foreign, 1, 640, "trained for freeway"));
    run.newer = "nets/trained/connect4.safetensors"; // no Q net at all
    picture_free(draw_run_world(state, &run, foreign, 1, 640, "net.safetensors"));
    const scripted_event vanishes[] = {{.frame = 10, .happens = folder_goes}};
    picture_free(draw_run_world(state, &run, vanishes, 1, 640, "the net is gone"));
}

static void a_run_says_what_it_learns(void **state)
{
    char game[64], path[TEMP_PATH_MAX];
    ludus_run_world *run_world;
    ludus_error error;
    const world_run run = make_world_run(state, "named");
    assert_true(ludus_run_game(run.path, game, sizeof game));
    assert_string_equal(game, "breakout");
    temp_path(state, "nowhere", path);
    assert_false(ludus_run_game(path, game, sizeof game));
    const ludus_run_world_setup setup = {.run = path};
    assert_int_not_equal(ludus_run_world_create(&run_world, &setup, &error), LUDUS_OK);
    assert_null(run_world);
    assert_non_null(strstr(error.text, "nowhere"));
}

// ---- The command line --------------------------------------------------------------------------

static void what_cannot_be_watched_is_one_line(void **state)
{
    static const char *const cases[][2] = {
        {"runs/nosuch", "runs/nosuch: no such run, file or world\n"},
        {"breakot", "did you mean breakout?"},
        {"Makefile", "games are read from .sgf"},
        {"viewer", "viewer: not the folder of a run"},
        {"match random", "a match needs two players"},
        {"match random mtcs:4", "did you mean mcts?"},
        {"breakout --net nosuch", "nosuch: No such file"},
        {"breakout --size 9x9", "--size 9x9: two numbers"},
        {"breakout --png /nowhere/x.png", "/nowhere/x.png: No such file or directory"},
        {"breakout", "no display"}};
    char program[1024];
    (void)state;
    program_under_test(program);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char line[1400], out[1024];
        snprintf(line, sizeof line, "SDL_VIDEODRIVER=nosuch '%s' watch %s 2>&1", program,
                 cases[i][0]);
        char *args[] = {"sh", "-c", line, NULL};
        const int status = program_run(args, out, sizeof out);
        assert_in_range(status, 1, 2);
        if (strstr(out, cases[i][1]) == NULL || strchr(out, '\n') != out + strlen(out) - 1) {
            fail_msg("not one line with \"%s\": %s", cases[i][1], out);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(games_of_a_run_move_on_unless_paused),
        cmocka_unit_test(a_run_that_disappears_is_a_notice_on_the_screen),
        cmocka_unit_test(stepping_on_and_back_shows_the_same_position),
        cmocka_unit_test(a_film_plays_by_itself_to_its_end),
        cmocka_unit_test(a_match_is_followed_move_by_move),
        cmocka_unit_test(an_agent_plays_the_same_for_the_same_seed),
        cmocka_unit_test(a_person_plays_every_world),
        cmocka_unit_test(the_session_knows_what_a_sticky_action_did),
        cmocka_unit_test(a_net_for_another_world_is_refused),
        cmocka_unit_test(a_runs_agent_plays_with_the_newest_net),
        cmocka_unit_test(a_run_without_a_net_waits_for_it),
        cmocka_unit_test(a_net_that_cannot_play_is_a_notice),
        cmocka_unit_test(a_run_says_what_it_learns),
        cmocka_unit_test(what_cannot_be_watched_is_one_line),
    };
    return cmocka_run_group_tests(tests, temp_folder_create, temp_folder_destroy);
}
