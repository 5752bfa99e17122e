// Claims about what a search that runs beside its caller shows of itself.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "thinker_desk.h"

static void reports_come_and_the_last_is_final(void **state)
{
    ludus_thinker_config config = desk_config();
    desk_reports r = {.num = 0};
    desk d = {0};
    (void)state;
    config.on_report = desk_note_report;
    config.user = &r;
    desk_open(&d, "othello", &config);
    for (int32_t i = 1; i <= 5; i++) {
        desk_start(&d, (ludus_think_limits){.enable_endless = true});
        ludus_thinker_wait(d.thinker, 0.03);
        ludus_thinker_stop(d.thinker);
        assert_int_equal(r.num_final, i);
        assert_int_equal(r.serial, i);
        assert_int_equal(ludus_thinker_choose(d.thinker, NULL, &d.b.rng), r.best);
        desk_play(&d, r.best);
    }
    assert_true(r.num > 5 && !r.is_broken);
    desk_close(&d);
}

// Plays a line on a copy: all moves legal.
static void check_line(const desk *d, const ludus_thought_move *m)
{
    uint8_t pos[STATE_BYTES * 2];
    assert_true(d->b.game.spec.state_bytes <= sizeof pos);
    memcpy(pos, d->b.pos, d->b.game.spec.state_bytes);
    assert_true(m->line_length >= 1 && m->line_length <= LUDUS_THOUGHT_LINE_MAX);
    assert_int_equal(m->line[0], m->at.move);
    for (int32_t i = 0; i < m->line_length; i++) {
        assert_int_equal(ludus_game_outcome(&d->b.game, pos), LUDUS_ONGOING);
        assert_true(ludus_game_is_legal(&d->b.game, pos, m->line[i]));
        ludus_game_play(&d->b.game, pos, m->line[i]);
    }
}

static void every_top_move_has_a_line_of_legal_moves(void **state)
{
    const ludus_thinker_config config = desk_config();
    desk d = {0};
    (void)state;
    desk_open(&d, "gomoku9", &config);
    desk_search(&d, (ludus_think_limits){.simulations = 3000});
    assert_int_equal(d.seen.num_top, LUDUS_THOUGHT_TOP_MAX);
    for (int32_t i = 0; i < d.seen.num_top; i++) {
        check_line(&d, &d.seen.top[i]);
        assert_true(i == 0 || d.seen.top[i].at.visits <= d.seen.top[i - 1].at.visits);
    }
    assert_true(d.seen.top[0].line_length >= 2);
    desk_close(&d);
}

static void nets_with_the_heads_tell_ownership_score_and_length(void **state)
{
    const ludus_thinker_config config = desk_config();
    desk d = {.net = desk_net("go5")};
    (void)state;
    desk_open(&d, "go5", &config);
    desk_search(&d, (ludus_think_limits){.simulations = 100});
    assert_true(d.seen.has_ownership && d.seen.has_score && d.seen.moves_left > 0.0f);
    for (int i = 0; i < 25; i++) {
        assert_true(d.seen.ownership[i] > 0.0f && d.seen.ownership[i] < 1.0f);
    }
    // With no line below the root, they are the root's own.
    ludus_error error;
    ludus_evaluator evaluator;
    float ownership[25];
    const ludus_exec_config exec = {.max_batch = 1};
    ludus_thinker_reset(d.thinker);
    desk_search(&d, (ludus_think_limits){.seconds = 1e-9});
    assert_int_equal(ludus_evaluator_net(&evaluator, &d.b.game, d.net, &exec, &error), 0);
    ludus_outlook own = {.pos = d.b.pos, .ownership = ownership};
    ludus_evaluator_outlook(&evaluator, 1, &own);
    assert_int_equal(d.seen.stats.visits, 0);
    assert_true(fabsf(own.score - d.seen.score) < 1e-5f);
    assert_true(fabsf(own.moves_left - d.seen.moves_left) < 1e-4f);
    for (int i = 0; i < 25; i++) {
        assert_true(fabsf(ownership[i] - d.seen.ownership[i]) < 1e-5f);
    }
    ludus_evaluator_destroy(&evaluator);
    desk_close(&d);
}

static void nets_without_the_heads_do_not(void **state)
{
    const ludus_thinker_config config = desk_config();
    desk d = {0};
    (void)state;
    desk_open(&d, "go5", &config);
    desk_search(&d, (ludus_think_limits){.simulations = 20});
    assert_false(d.seen.has_ownership || d.seen.has_score || d.seen.moves_left > 0.0f);
    desk_close(&d);
}

// The net's word on the position after a move, or the result where the game is over; for the
// player who made it.
static float score_after(const desk *d, ludus_evaluator *evaluator, ludus_move move)
{
    uint8_t pos[STATE_BYTES * 2];
    float ownership[25], lead;
    assert_true(d->b.game.spec.state_bytes <= sizeof pos);
    memcpy(pos, d->b.pos, d->b.game.spec.state_bytes);
    ludus_game_play(&d->b.game, pos, move);
    if (ludus_game_outcome(&d->b.game, pos) != LUDUS_ONGOING) {
        ludus_game_result(&d->b.game, pos, &lead, ownership);
        return -lead;
    }
    ludus_outlook after = {.pos = pos, .ownership = ownership};
    ludus_evaluator_outlook(evaluator, 1, &after);
    return -after.score;
}

static void moves_are_scored_by_the_positions_after_them(void **state)
{
    const ludus_thinker_config config = desk_config();
    const ludus_exec_config exec = {.max_batch = 1};
    desk d = {.net = desk_net("go5")};
    ludus_evaluator evaluator;
    ludus_error error;
    (void)state;
    desk_open(&d, "go5", &config);
    assert_int_equal(ludus_evaluator_net(&evaluator, &d.b.game, d.net, &exec, &error), 0);
    bench_play(&d.b, "C3 pass"); // black's pass would end the game
    for (int32_t scored = 0; scored <= LUDUS_THOUGHT_TOP_MAX; scored += 8) {
        desk_search(&d, (ludus_think_limits){.simulations = 300, .num_scored = scored});
        assert_int_equal(d.seen.num_top, LUDUS_THOUGHT_TOP_MAX);
        for (int32_t i = 0; i < d.seen.num_top; i++) {
            const ludus_thought_move *top = &d.seen.top[i];
            assert_int_equal(top->has_score, i < scored && top->at.visits > 0);
            const float expected = top->has_score ? score_after(&d, &evaluator, top->at.move) : 0;
            assert_true(fabsf(top->score - expected) < 1e-4f);
        }
    }
    const ludus_move pass[] = {25};
    desk_search(
        &d, (ludus_think_limits){.simulations = 50, .only = pass, .num_only = 1, .num_scored = 1});
    assert_true(d.seen.top[0].score == score_after(&d, &evaluator, 25)); // black's stone to komi
    ludus_evaluator_destroy(&evaluator);
    desk_close(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reports_come_and_the_last_is_final),
        cmocka_unit_test(every_top_move_has_a_line_of_legal_moves),
        cmocka_unit_test(nets_with_the_heads_tell_ownership_score_and_length),
        cmocka_unit_test(nets_without_the_heads_do_not),
        cmocka_unit_test(moves_are_scored_by_the_positions_after_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
