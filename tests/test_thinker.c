// Claims about the search that runs beside its caller: same results as a search in line, endings,
// orders in any order. What it shows: tests/test_thinker_view.c.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdatomic.h>

#include "agents/level.h"
#include "sanitized.h"
#include "thinker_desk.h"

// ---- Settings -----------------------------------------------------------------------------------

static void a_game_changes_nothing_but_lookahead_in_chess(void **state)
{
    static const char *const names[] = {"chess", "go9", "connect4"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        ludus_game game;
        assert_int_equal(ludus_game_open(&game, names[i], NULL), LUDUS_OK);
        const ludus_thinker_config plain = ludus_thinker_config_default();
        const ludus_thinker_config config = ludus_thinker_config_for_game(&game);
        assert_int_equal(config.search.enable_lookahead, i == 0);
        assert_true(config.search.enable_symmetry && config.search.enable_solver);
        assert_int_equal(config.search.cache_entries, plain.search.cache_entries);
        assert_int_equal(config.batch, plain.batch);
        ludus_game_close(&game);
    }
}

// ---- Same results -------------------------------------------------------------------------------

static void check_against_run(const char *game, int32_t batch, int32_t threads, bool with_net)
{
    ludus_error error;
    ludus_mcts_move found[MAX_LEGAL];
    ludus_evaluator evaluator;
    ludus_thinker_config config = desk_config();
    desk d = {.net = with_net ? desk_net(game) : NULL};
    config.batch = batch;
    config.threads = threads;
    desk_open(&d, game, &config);
    const ludus_exec_config exec = {.max_batch = batch};
    if (with_net) {
        assert_int_equal(ludus_evaluator_net(&evaluator, &d.b.game, d.net, &exec, &error), 0);
    } else {
        assert_int_equal(ludus_evaluator_rollout(&evaluator, &d.b.game, batch, 1, 1), LUDUS_OK);
    }
    ludus_mcts_config plain = config.search;
    plain.max_nodes = config.max_nodes;
    ludus_mcts *tree = bench_tree(&d.b, &plain);
    ludus_mcts_run(tree, d.b.pos, 300, false, &d.b.rng, &evaluator, batch);
    desk_search(&d, (ludus_think_limits){.simulations = 300});
    assert_int_equal(d.seen.stats.simulations, 300);
    assert_int_equal(ludus_mcts_moves(tree, found), d.seen.num_moves);
    for (int32_t i = 0; i < d.seen.num_moves; i++) {
        assert_int_equal(found[i].move, d.seen.moves[i].move);
        assert_int_equal(found[i].visits, d.seen.moves[i].visits);
        assert_true(found[i].value == d.seen.moves[i].value);
    }
    assert_int_equal(ludus_mcts_best(tree), d.seen.top[0].at.move);
    ludus_mcts_destroy(tree);
    ludus_evaluator_destroy(&evaluator);
    desk_close(&d);
}

static void it_finds_what_a_search_in_line_finds(void **state)
{
    (void)state;
    for (int with_net = 0; with_net < 2; with_net++) {
        check_against_run("connect4", 1, 1, with_net == 1);
        check_against_run("othello", 8, 1, with_net == 1);
        check_against_run("othello", 8, 2, with_net == 1); // cores change nothing
        check_against_run("connect4", 5, 3, with_net == 1);
    }
    check_against_run("go5", 8, 2, true);
}

static void games_repeat_and_kept_subtrees_count(void **state)
{
    ludus_move first[12];
    (void)state;
    for (int round = 0; round < 3; round++) {
        const ludus_thinker_config config = desk_config();
        desk d = {0};
        desk_open(&d, "connect4", &config);
        for (int ply = 0; ply < 12; ply++) {
            desk_search(&d, (ludus_think_limits){.simulations = 200});
            const ludus_move move = ludus_thinker_choose(d.thinker, NULL, &d.b.rng);
            assert_int_equal(move, d.seen.top[0].at.move);
            assert_true(d.seen.stats.proven || d.seen.stats.visits >= 200);
            assert_true(ply == 0 || d.seen.stats.simulations < 200); // what was kept counts
            if (round == 0) {
                first[ply] = move;
            }
            assert_int_equal(move, first[ply]);
            desk_play(&d, move);
            if (ludus_game_outcome(&d.b.game, d.b.pos) != LUDUS_ONGOING) {
                break;
            }
            if (round == 2 && ply == 5) {
                break; // a reset below must not change the next game
            }
        }
        desk_close(&d);
    }
}

static void a_reset_forgets_everything(void **state)
{
    const ludus_thinker_config config = desk_config();
    desk d = {0};
    int32_t visits[MAX_LEGAL] = {0};
    (void)state;
    desk_open(&d, "othello", &config);
    for (int round = 0; round < 2; round++) {
        desk_search(&d, (ludus_think_limits){.simulations = 300});
        assert_int_equal(d.seen.stats.simulations, 300);
        assert_int_equal(d.seen.serial, round + 1);
        for (int32_t i = 0; i < d.seen.num_moves; i++) {
            assert_true(round == 0 || visits[i] == d.seen.moves[i].visits);
            visits[i] = d.seen.moves[i].visits;
        }
        ludus_thinker_reset(d.thinker);
    }
    desk_close(&d);
}

static void move_and_reply_keep_their_subtree(void **state)
{
    const ludus_thinker_config config = desk_config();
    desk d = {0};
    (void)state;
    desk_open(&d, "othello", &config);
    desk_search(&d, (ludus_think_limits){.simulations = 2000});
    assert_true(d.seen.top[0].line_length >= 3);
    desk_play(&d, d.seen.top[0].line[0]);
    desk_play(&d, d.seen.top[0].line[1]);
    desk_start(&d, (ludus_think_limits){.simulations = 1});
    assert_true(ludus_thinker_wait(d.thinker, 300.0));
    const ludus_move expected = d.seen.top[0].line[2];
    ludus_thinker_snapshot_get(d.thinker, &d.seen);
    assert_int_equal(d.seen.stats.simulations, 0); // enough was kept
    assert_true(d.seen.stats.visits > 50);
    assert_int_equal(d.seen.top[0].at.move, expected);
    desk_close(&d);
}

// ---- Endings ------------------------------------------------------------------------------------

static void a_proof_ends_a_search_unless_it_is_endless(void **state)
{
    const ludus_thinker_config config = desk_config();
    desk d = {0};
    (void)state;
    desk_open(&d, "connect4", &config);
    bench_play(&d.b, "1 1 2 2 3 3");
    desk_search(&d, (ludus_think_limits){0});
    assert_true(d.seen.stats.proven && d.seen.stats.value == 1.0f);
    assert_int_equal(d.seen.top[0].at.move, 3);
    desk_start(&d, (ludus_think_limits){.enable_endless = true});
    desk_first_report(&d); // the last, had the proof ended the search
    assert_true(d.seen.stats.proven && !d.seen.is_final);
    assert_true(ludus_thinker_is_running(d.thinker));
    ludus_thinker_stop(d.thinker);
    ludus_thinker_snapshot_get(d.thinker, &d.seen);
    assert_true(d.seen.is_final && d.seen.stats.proven && d.seen.top[0].at.move == 3);
    desk_start(&d, (ludus_think_limits){.enable_endless = true});
    ludus_thinker_limit(d.thinker, &(ludus_think_limits){.simulations = 10}); // ponderhit
    assert_true(ludus_thinker_wait(d.thinker, 300.0));
    desk_close(&d);
}

static void a_full_arena_ends_a_search_unless_it_is_endless(void **state)
{
    ludus_thinker_config config = desk_config();
    desk d = {0};
    (void)state;
    config.max_nodes = 200;
    desk_open(&d, "othello", &config);
    desk_search(&d, (ludus_think_limits){0});
    assert_true(d.seen.stats.arena_full && d.seen.fullness > 900);
    assert_true(d.seen.stats.simulations > 150);
    desk_start(&d, (ludus_think_limits){.enable_endless = true});
    desk_first_report(&d);
    assert_true(d.seen.stats.arena_full && !d.seen.is_final);
    assert_true(ludus_thinker_is_running(d.thinker));
    ludus_thinker_stop(d.thinker);
    const ludus_move move = ludus_thinker_choose(d.thinker, NULL, &d.b.rng);
    desk_play(&d, move);
    desk_search(&d, (ludus_think_limits){0}); // the kept subtree leaves room again
    assert_true(d.seen.stats.arena_full && d.seen.stats.simulations > 50);
    desk_close(&d);
}

// A search whose limit does not hold is ended by a full arena, and shows it.
static void check_limit(desk *d, ludus_think_limits limits)
{
    desk_search(d, limits);
    assert_true(d->seen.stats.visits >= 1 && d->seen.num_top >= 1);
    assert_false(d->seen.stats.arena_full || d->seen.stats.proven);
}

static void time_and_depth_end_searches(void **state)
{
    ludus_thinker_config config = desk_config();
    desk d = {0};
    (void)state;
    config.max_nodes = 400000; // seconds of work
    desk_open(&d, "othello", &config);
    check_limit(&d, (ludus_think_limits){.seconds = 0.05});
    check_limit(&d, (ludus_think_limits){.seconds = 1e-6}); // even so there is a move
    ludus_thinker_reset(d.thinker);
    check_limit(&d, (ludus_think_limits){.depth = 4});
    assert_true(d.seen.top[0].line_length >= 4);
    bench_play(&d.b, "d3 c3");
    check_limit(&d, (ludus_think_limits){.simulations = 4000}); // no doubt is left
    check_limit(&d, (ludus_think_limits){.seconds = 1e6, .soft_seconds = 0.02});
    desk_close(&d);
}

static void with_one_move_there_is_nothing_to_think_about(void **state)
{
    const ludus_thinker_config config = desk_config();
    desk d = {0};
    (void)state;
    desk_open(&d, "connect4", &config);
    const ludus_move only[] = {5};
    desk_search(&d, (ludus_think_limits){
                        .seconds = 250.0, .soft_seconds = 200.0, .only = only, .num_only = 1});
    assert_true(d.seen.stats.simulations < 100); // what it takes to know the root
    assert_int_equal(d.seen.top[0].at.move, 5);
    assert_int_equal(d.seen.num_top, 1);
    desk_close(&d);
}

static void a_decided_search_ends_before_its_soft_time(void **state)
{
    const ludus_thinker_config config = desk_config();
    desk d = {0};
    (void)state;
    // Any reply but 4 loses at once, which proofs show. Else the arena would end the search.
    desk_open(&d, "connect4", &config);
    bench_play(&d.b, "1 7 2 7 3");
    desk_search(&d, (ludus_think_limits){.seconds = 290.0, .soft_seconds = 280.0});
    assert_int_equal(d.seen.top[0].at.move, 3);
    assert_false(d.seen.stats.arena_full || d.seen.stats.proven);
    desk_close(&d);
}

// ---- Restricted roots ---------------------------------------------------------------------------

static void only_the_moves_asked_for_are_searched(void **state)
{
    const ludus_thinker_config config = desk_config();
    desk d = {0};
    (void)state;
    desk_open(&d, "connect4", &config);
    bench_play(&d.b, "1 1 2 2 3 3");
    desk_search(&d, (ludus_think_limits){.simulations = 100}); // finds the win at 4
    assert_true(d.seen.stats.proven);
    const ludus_move only[] = {0, 6};
    desk_search(&d, (ludus_think_limits){.simulations = 600, .only = only, .num_only = 2});
    assert_false(d.seen.stats.proven && d.seen.stats.value == 1.0f);
    assert_int_equal(d.seen.num_top, 2);
    assert_true(d.seen.top[0].at.move == 0 || d.seen.top[0].at.move == 6);
    assert_true(ludus_thinker_choose(d.thinker, NULL, &d.b.rng) == d.seen.top[0].at.move);
    for (int32_t level = 1; level <= LUDUS_LEVEL_MAX; level++) {
        const ludus_level l = ludus_level_of(level);
        const ludus_move move = ludus_thinker_choose(d.thinker, &l, &d.b.rng);
        assert_true(move == 0 || move == 6);
    }
    for (int32_t i = 0; i < d.seen.num_moves; i++) {
        const bool is_open = d.seen.moves[i].move == 0 || d.seen.moves[i].move == 6;
        assert_true(is_open ? d.seen.moves[i].visits > 0 : d.seen.moves[i].visits <= 100);
    }
    desk_search(&d, (ludus_think_limits){.simulations = 700}); // lifted
    assert_true(d.seen.stats.proven && d.seen.top[0].at.move == 3);
    desk_close(&d);
}

// ---- Orders in any order ------------------------------------------------------------------------

static ludus_think_limits random_limits(ludus_rng *rng, ludus_move *only)
{
    ludus_think_limits limits = {0};
    if (ludus_rng_below(rng, 2)) {
        limits.simulations = 1 + (int32_t)ludus_rng_below(rng, 400);
    }
    if (ludus_rng_below(rng, 2)) {
        limits.seconds = 0.01 * ludus_rng_double(rng);
        limits.soft_seconds = ludus_rng_below(rng, 2) ? 0.5 * limits.seconds : 0.0;
    }
    limits.enable_endless = ludus_rng_below(rng, 3) == 0;
    limits.depth = ludus_rng_below(rng, 3) == 0 ? 5 : 0;
    if (ludus_rng_below(rng, 4) == 0) {
        limits.only = only;
        limits.num_only = 1;
    }
    return limits;
}

static void after_stop(desk *d)
{
    const ludus_level level = ludus_level_of(1 + (int32_t)ludus_rng_below(&d->b.rng, 10));
    ludus_thinker_stop(d->thinker);
    assert_false(ludus_thinker_is_running(d->thinker));
    const ludus_move move =
        ludus_thinker_choose(d->thinker, ludus_rng_below(&d->b.rng, 2) ? &level : NULL, &d->b.rng);
    assert_true(ludus_game_is_legal(&d->b.game, d->b.pos, move));
    desk_play(d, move);
    if (ludus_game_outcome(&d->b.game, d->b.pos) != LUDUS_ONGOING) {
        ludus_game_init(&d->b.game, d->b.pos);
    }
}

static void give_random_order(desk *d)
{
    ludus_move legal[MAX_LEGAL];
    const uint32_t order = ludus_rng_below(&d->b.rng, 6);
    if (order == 3) {
        after_stop(d);
    }
    ludus_game_legal(&d->b.game, d->b.pos, legal);
    const ludus_think_limits limits = random_limits(&d->b.rng, legal);
    switch (order) {
    case 0:
        ludus_thinker_limit(d->thinker, &limits);
        break;
    case 1:
        ludus_thinker_wait(d->thinker, 0.003 * ludus_rng_double(&d->b.rng));
        break;
    case 2:
        ludus_thinker_snapshot_get(d->thinker, &d->seen);
        break;
    case 3:
    case 4:
        ludus_thinker_start(d->thinker, d->b.pos, &limits);
        break;
    default:
        if (ludus_rng_below(&d->b.rng, 8) == 0) {
            ludus_thinker_reset(d->thinker);
            ludus_thinker_start(d->thinker, d->b.pos, &limits);
        }
    }
}

typedef struct onlooker {
    ludus_thinker *thinker;
    const ludus_game *game;
    atomic_bool is_over;
} onlooker;

static void *look_on(void *argument)
{
    onlooker *o = argument;
    ludus_thinker_snapshot s;
    if (ludus_thinker_snapshot_init(&s, o->game)) {
        return NULL;
    }
    uint64_t serial = 0;
    bool is_broken = false;
    while (!atomic_load(&o->is_over)) {
        ludus_thinker_snapshot_get(o->thinker, &s);
        is_broken = is_broken || s.serial < serial;
        serial = s.serial;
        ludus_thinker_wait(o->thinker, 0.0005);
    }
    ludus_thinker_snapshot_free(&s);
    return is_broken ? o : NULL;
}

static void orders_come_in_any_order(void **state)
{
    ludus_thinker_config config = desk_config();
    desk_reports r = {.num = 0};
    (void)state;
    config.on_report = desk_note_report;
    config.user = &r;
    config.threads = 2;
    for (int with_net = 0; with_net < 2; with_net++) {
        desk d = {.net = with_net ? desk_net("connect4") : NULL};
        pthread_t thread;
        void *broken;
        r.serial = 0;
        desk_open(&d, "connect4", &config);
        onlooker o = {.thinker = d.thinker, .game = &d.b.game};
        assert_int_equal(pthread_create(&thread, NULL, look_on, &o), 0);
        desk_start(&d, (ludus_think_limits){.enable_endless = true});
        const int orders = LUDUS_TEST_SANITIZED ? 300 : 1500;
        for (int i = 0; i < orders; i++) {
            give_random_order(&d);
        }
        ludus_thinker_stop(d.thinker);
        atomic_store(&o.is_over, true);
        pthread_join(thread, &broken);
        assert_null(broken);
        assert_false(r.is_broken);
        desk_close(&d);
    }
    assert_true(r.num_final > 100);
}

static void thinking_allocates_nothing(void **state)
{
    ludus_thinker_config config = desk_config();
    desk d = {.net = desk_net("othello")};
    (void)state;
    config.threads = 2;
    desk_open(&d, "othello", &config);
    const uint64_t before = ludus_alloc_count();
    for (int ply = 0; ply < 6; ply++) {
        desk_search(&d, (ludus_think_limits){.simulations = 200});
        desk_play(&d, ludus_thinker_choose(d.thinker, NULL, &d.b.rng));
    }
    assert_int_equal(ludus_alloc_count(), before);
    desk_close(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_game_changes_nothing_but_lookahead_in_chess),
        cmocka_unit_test(it_finds_what_a_search_in_line_finds),
        cmocka_unit_test(games_repeat_and_kept_subtrees_count),
        cmocka_unit_test(a_reset_forgets_everything),
        cmocka_unit_test(move_and_reply_keep_their_subtree),
        cmocka_unit_test(a_proof_ends_a_search_unless_it_is_endless),
        cmocka_unit_test(a_full_arena_ends_a_search_unless_it_is_endless),
        cmocka_unit_test(time_and_depth_end_searches),
        cmocka_unit_test(with_one_move_there_is_nothing_to_think_about),
        cmocka_unit_test(a_decided_search_ends_before_its_soft_time),
        cmocka_unit_test(only_the_moves_asked_for_are_searched),
        cmocka_unit_test(orders_come_in_any_order),
        cmocka_unit_test(thinking_allocates_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
