#include "thinker_desk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

ludus_thinker_config desk_config(void)
{
    ludus_thinker_config config = ludus_thinker_config_default();
    config.precision = LUDUS_PRECISION_F32; // to be compared with other f32 evaluations
    config.max_nodes = 20000;
    config.report_seconds = 0.002;
    config.search.cache_entries = 1024;
    return config;
}

void desk_open(desk *d, const char *game, const ludus_thinker_config *config)
{
    ludus_error error;
    bench_open(&d->b, game);
    assert_int_equal(ludus_thinker_create(&d->thinker, &d->b.game, d->net, config, &error), 0);
    assert_int_equal(ludus_thinker_snapshot_init(&d->seen, &d->b.game), LUDUS_OK);
}

void desk_close(desk *d)
{
    ludus_thinker_destroy(d->thinker);
    ludus_thinker_snapshot_free(&d->seen);
    ludus_net_destroy(d->net);
    bench_close(&d->b);
}

ludus_net *desk_net(const char *name)
{
    ludus_game game;
    ludus_error error;
    ludus_net *net;
    assert_int_equal(ludus_game_open(&game, name, &error), LUDUS_OK);
    ludus_net_desc desc = ludus_net_desc_default();
    ludus_heads_config heads = ludus_heads_config_default();
    desc.channels = 8;
    desc.blocks = 1;
    heads.moves_left = 1.0f;
    heads.ownership = heads.score = ludus_game_has_result(&game) ? 1.0f : 0.0f;
    assert_int_equal(ludus_net_desc_for_game(&desc, &game, &heads, &error), LUDUS_OK);
    assert_int_equal(ludus_net_create(&net, &desc, 4, &error), LUDUS_OK);
    ludus_game_close(&game);
    return net;
}

void desk_start(desk *d, ludus_think_limits limits)
{
    ludus_thinker_start(d->thinker, d->b.pos, &limits);
}

void desk_search(desk *d, ludus_think_limits limits)
{
    desk_start(d, limits);
    assert_true(ludus_thinker_wait(d->thinker, 300.0));
    ludus_thinker_snapshot_get(d->thinker, &d->seen);
    assert_true(d->seen.is_final && !d->seen.is_running);
}

void desk_first_report(desk *d)
{
    do {
        ludus_thinker_wait(d->thinker, 0.001);
        ludus_thinker_snapshot_get(d->thinker, &d->seen);
    } while (d->seen.num_moves == 0);
}

void desk_play(desk *d, ludus_move move)
{
    ludus_game_play(&d->b.game, d->b.pos, move);
}

void desk_note_report(const ludus_thinker_snapshot *s, void *user)
{
    desk_reports *r = user;
    r->num++;
    r->is_broken = r->is_broken || s->serial < r->serial || s->num_top < 1 || s->num_moves < 1;
    r->serial = s->serial;
    if (s->is_final) {
        r->num_final++;
        r->best = s->top[0].at.move;
    }
}
