// The measurement against labelled Connect Four positions.

#include "selfplay/label_eval.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static ludus_net *make_net(const char *name)
{
    ludus_game game;
    ludus_net *net = NULL;
    ludus_net_desc desc = ludus_net_desc_default();
    desc.channels = 8;
    desc.blocks = 1;
    assert_int_equal(ludus_game_open(&game, name, NULL), LUDUS_OK);
    ludus_net_desc_for_game(&desc, &game, NULL, NULL);
    assert_int_equal(ludus_net_create(&net, &desc, 3, NULL), LUDUS_OK);
    ludus_game_close(&game);
    return net;
}

static ludus_label_result measure(const ludus_net *net, const ludus_label_config *config)
{
    ludus_error error;
    ludus_label_result result;
    if (ludus_label_eval(net, config, NULL, NULL, &result, &error)) {
        print_error("%s\n", error.text);
        fail();
    }
    result.policy.seconds = 0;
    result.search.seconds = 0;
    return result;
}

// Wilson 1927; 8 of 10 and 10 of 10 by hand.
static void intervals_are_wilsons(void **state)
{
    (void)state;
    const ludus_share eight = ludus_share_of(8, 10);
    assert_true(fabs(eight.low - 0.4902) < 1e-4 && fabs(eight.high - 0.9433) < 1e-4);
    const ludus_share ten = ludus_share_of(10, 10);
    assert_true(fabs(ten.low - 1 / (1 + 0.38415)) < 1e-4 && fabs(ten.high - 1) < 1e-9);
    const ludus_share none = ludus_share_of(0, 0);
    assert_true(none.share == 0 && none.low == 0 && none.high == 1);
}

static void result_does_not_depend_on_threads_or_batch(void **state)
{
    ludus_net *net = make_net("connect4");
    ludus_label_config config = ludus_label_config_default();
    (void)state;
    config.positions = 150;
    config.simulations = 24;
    const ludus_label_result expected = measure(net, &config);
    assert_int_equal(expected.positions, 150);
    for (config.threads = 2; config.threads <= 4; config.threads += 2) {
        config.batch = 7 * config.threads;
        const ludus_label_result r = measure(net, &config);
        assert_memory_equal(&r.policy, &expected.policy, sizeof(r.policy));
        assert_memory_equal(&r.search, &expected.search, sizeof(r.search));
    }
    ludus_net_destroy(net);
}

// An untrained net knows nothing, but a search sees wins and losses by itself.
static void search_finds_what_an_untrained_policy_does_not(void **state)
{
    ludus_net *net = make_net("connect4");
    ludus_label_config config = ludus_label_config_default();
    (void)state;
    config.positions = 300;
    config.simulations = 200;
    config.threads = 2;
    const ludus_label_result r = measure(net, &config);
    assert_true(r.search.preserving.share > r.policy.preserving.share + 0.05);
    assert_true(r.search.perfect.count <= r.search.preserving.count);
    assert_true(r.search.decisive.share <= r.search.preserving.share);
    assert_true(r.policy.preserving.share > 0.3 && r.policy.preserving.share < 1);
    ludus_net_destroy(net);
}

static void all_precisions_can_be_measured(void **state)
{
    ludus_net *net = make_net("connect4");
    ludus_label_config config = ludus_label_config_default();
    (void)state;
    config.positions = 64;
    config.simulations = 0;
    for (config.precision = 0; config.precision < LUDUS_NUM_PRECISIONS; config.precision++) {
        const ludus_label_result r = measure(net, &config);
        assert_int_equal(r.policy.preserving.of, 64);
        assert_int_equal(r.search.preserving.of, 0);
    }
    ludus_net_destroy(net);
}

static bool give_up(int32_t done, int32_t total, void *user)
{
    (void)user;
    assert_true(done <= total);
    return false;
}

static void it_can_be_stopped(void **state)
{
    ludus_net *net = make_net("connect4");
    ludus_error error;
    ludus_label_result result;
    const ludus_label_config config = ludus_label_config_default();
    (void)state;
    assert_int_equal(ludus_label_eval(net, &config, give_up, NULL, &result, &error),
                     LUDUS_ERR_STATE);
    ludus_net_destroy(net);
}

static void a_net_for_another_game_is_refused(void **state)
{
    ludus_net *net = make_net("othello");
    ludus_error error = {0};
    ludus_label_result result;
    const ludus_label_config config = ludus_label_config_default();
    (void)state;
    assert_int_not_equal(ludus_label_eval(net, &config, NULL, NULL, &result, &error), LUDUS_OK);
    assert_non_null(strstr(error.text, "connect4"));
    ludus_net_destroy(net);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(intervals_are_wilsons),
        cmocka_unit_test(result_does_not_depend_on_threads_or_batch),
        cmocka_unit_test(search_finds_what_an_untrained_policy_does_not),
        cmocka_unit_test(all_precisions_can_be_measured),
        cmocka_unit_test(it_can_be_stopped),
        cmocka_unit_test(a_net_for_another_game_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
