// Training batches: the targets of all heads against what the positions themselves show.

#include "selfplay/sampler.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "agents/game_net.h"
#include "random_record.h"

#define ROWS 256
#define CELLS 64
#define MOVES 65
#define GAMES 40

typedef struct fixture {
    ludus_game game;
    ludus_net *net;
    ludus_replay *replay;
    ludus_sampler *sampler;
    ludus_batch batch;
} fixture;

static void begin(fixture *f, float search_share)
{
    ludus_error error;
    ludus_net_desc desc = ludus_net_desc_default();
    ludus_replay_config replay = ludus_replay_config_default();
    const ludus_heads_config heads = {
        .pooled = true, .ownership = 1, .score = 1, .reply = 1, .moves_left = 1};
    ludus_buffer bytes = {0};
    assert_int_equal(ludus_game_open(&f->game, "othello", &error), LUDUS_OK);
    desc.channels = 8;
    desc.blocks = 1;
    assert_int_equal(ludus_net_desc_for_game(&desc, &f->game, &heads, &error), LUDUS_OK);
    assert_int_equal(ludus_net_create(&f->net, &desc, 1, &error), LUDUS_OK);
    assert_int_equal(ludus_replay_create(&f->replay, &replay, &error), LUDUS_OK);
    for (uint64_t i = 0; i < GAMES; i++) {
        bytes.size = 0;
        const int32_t plies = random_record_bytes(&f->game, 3, i, &bytes);
        assert_int_equal(ludus_replay_push(f->replay, bytes.data, bytes.size, plies, &error),
                         LUDUS_OK);
    }
    ludus_buffer_free(&bytes);
    const ludus_sampler_config config = {.batch = ROWS,
                                         .threads = 2,
                                         .seed = 5,
                                         .search_share = search_share,
                                         .enable_symmetry = true};
    assert_int_equal(
        ludus_sampler_create(&f->sampler, &f->game, f->replay, f->net, &config, &error), LUDUS_OK);
    assert_int_equal(ludus_sampler_draw(f->sampler, 0, 1 << 20, &f->batch, &error), LUDUS_OK);
}

static void end(fixture *f)
{
    ludus_sampler_destroy(f->sampler);
    ludus_replay_destroy(f->replay);
    ludus_net_destroy(f->net);
    ludus_game_close(&f->game);
}

static const float *target(const fixture *f, const char *head, int32_t row)
{
    const int32_t index = ludus_net_find_head(f->net, head);
    return f->batch.target[index] + (size_t)row * ludus_net_head_outputs(f->net, index);
}

static const float *planes(const fixture *f, int32_t row)
{
    return f->batch.in + (size_t)row * ludus_game_plane_count(&f->game);
}

static void the_score_is_the_sum_of_what_is_owned_and_decides_the_value(void **state)
{
    fixture f;
    (void)state;
    begin(&f, 0.0f);
    for (int32_t row = 0; row < ROWS; row++) {
        const float *owner = target(&f, "ownership", row), *value = target(&f, "value", row);
        const float lead = *target(&f, "score", row) * LUDUS_SCORE_UNIT;
        float sum = 0.0f;
        for (int i = 0; i < CELLS; i++) {
            sum += 2.0f * owner[i] - 1.0f;
        }
        assert_true(fabsf(sum - lead) < 1e-3f);
        assert_true(value[0] - value[2] == (float)((lead > 0.5f) - (lead < -0.5f)));
    }
    end(&f);
}

// A disc in a corner is never turned over: so perspective and symmetry of ownership are those of
// the planes.
static void discs_in_corners_stay_with_their_owner(void **state)
{
    static const int corners[] = {0, 7, 56, 63};
    fixture f;
    int seen = 0;
    (void)state;
    begin(&f, 0.3f);
    for (int32_t row = 0; row < ROWS; row++) {
        const float *own = planes(&f, row), *other = own + CELLS;
        const float *owner = target(&f, "ownership", row);
        for (int i = 0; i < 4; i++) {
            if (own[corners[i]] + other[corners[i]] > 0.0f) {
                assert_true(owner[corners[i]] == own[corners[i]]);
                seen++;
            }
        }
    }
    assert_true(seen > ROWS / 2);
    end(&f);
}

// Moves go to empty cells, so do replies; and what is left of a game is at most its empty cells
// and passes.
static void replies_and_lengths_fit_the_position(void **state)
{
    fixture f;
    int replies = 0;
    (void)state;
    begin(&f, 0.3f);
    for (int32_t row = 0; row < ROWS; row++) {
        const float *own = planes(&f, row), *other = own + CELLS;
        const float *policy = target(&f, "policy", row), *reply = target(&f, "reply", row);
        float sum = 0.0f, reply_sum = 0.0f, empty = 0.0f;
        for (int i = 0; i < MOVES; i++) {
            const bool is_empty = i < CELLS && own[i] + other[i] == 0.0f;
            assert_true(i == MOVES - 1 || is_empty || (policy[i] == 0.0f && reply[i] == 0.0f));
            sum += policy[i];
            reply_sum += reply[i];
            empty += is_empty ? 1.0f : 0.0f;
        }
        assert_true(sum == 0.0f || fabsf(sum - 1.0f) < 1e-4f);
        assert_true(reply_sum == 0.0f || fabsf(reply_sum - 1.0f) < 1e-4f);
        replies += reply_sum > 0.0f;
        const float left = *target(&f, "moves_left", row) * LUDUS_LENGTH_UNIT;
        assert_true(left >= 0.99f && left <= 2.0f * empty + 2.0f);
    }
    assert_true(replies > ROWS / 3);
    end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_score_is_the_sum_of_what_is_owned_and_decides_the_value),
        cmocka_unit_test(discs_in_corners_stay_with_their_owner),
        cmocka_unit_test(replies_and_lengths_fit_the_position),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
