#include "selfplay/record.h"

#include "random_record.h"
#include "sanitized.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const names[] = {"connect4", "othello", "othello6", "tictactoe", "gomoku9"};
#define NUM_GAMES (sizeof(names) / sizeof(names[0]))
#define RECORDS (LUDUS_TEST_SANITIZED ? 10 : 40)

static ludus_game open_game(const char *name)
{
    ludus_game game;
    assert_int_equal(ludus_game_open(&game, name, NULL), LUDUS_OK);
    return game;
}

// Where a reader puts one ply.
typedef struct reading {
    void *pos;
    ludus_ply ply;
    ludus_move moves[RANDOM_RECORD_MAX_LEGAL];
    float weights[RANDOM_RECORD_MAX_LEGAL];
    ludus_error error;
} reading;

static reading *create_reading(const ludus_game *game)
{
    reading *r = calloc(1, sizeof *r);
    assert_non_null(r);
    r->pos = calloc(1, game->spec.state_bytes);
    assert_non_null(r->pos);
    ludus_game_init(game, r->pos);
    return r;
}

static void destroy_reading(reading *r)
{
    free(r->pos);
    free(r);
}

static ludus_status next(ludus_record_view *view, reading *r)
{
    return ludus_record_next(view, r->pos, &r->ply, r->moves, r->weights, &r->error);
}

// Reads everything; LUDUS_OK when the bytes are a whole, legal game.
static ludus_status read_all(const ludus_game *game, const void *bytes, size_t size, reading *r)
{
    ludus_record_view view;
    ludus_game_init(game, r->pos);
    ludus_status status = ludus_record_open(&view, game, bytes, size, &r->error);
    while (status == LUDUS_OK && view.next < view.num_plies) {
        status = next(&view, r);
    }
    return status;
}

// ---- Round trips -----------------------------------------------------------------------------

static float weight_of(const ludus_ply *ply, ludus_move move)
{
    for (int32_t i = 0; i < ply->num_policy; i++) {
        if (ply->policy_moves[i] == move) {
            return ply->policy[i];
        }
    }
    return 0.0f;
}

// Each weight is off by at most half a step of the largest, and the sum of n such errors again by
// renormalising.
static void assert_same_policy(const ludus_ply *in, const ludus_ply *out)
{
    float largest = 0.0f;
    for (int32_t i = 0; i < in->num_policy; i++) {
        largest = fmaxf(largest, in->policy[i]);
    }
    const float bound = largest / 510.0f * (float)(1 + in->num_policy) + 1e-6f;
    float sum = 0.0f;
    for (int32_t i = 0; i < in->num_policy; i++) {
        const float got = weight_of(out, in->policy_moves[i]);
        assert_true(fabsf(got - in->policy[i]) <= bound);
        sum += got;
    }
    assert_true(in->num_policy == 0 || fabsf(sum - 1.0f) < 1e-4f);
    for (int32_t i = 1; i < out->num_policy; i++) {
        assert_true(out->policy_moves[i] > out->policy_moves[i - 1]);
    }
}

static void assert_same_ply(const ludus_ply *in, const ludus_ply *out)
{
    assert_int_equal(in->move, out->move);
    assert_int_equal(in->is_target, out->is_target);
    for (int i = 0; i < 3; i++) {
        assert_true(fabsf(in->wdl[i] - out->wdl[i]) <= 1.01f / 255.0f);
    }
    assert_true(fabsf(out->wdl[0] + out->wdl[1] + out->wdl[2] - 1.0f) < 1e-6f);
    assert_same_policy(in, out);
}

static void games_come_back_within_quantisation(void **state)
{
    (void)state;
    random_ply *plies = calloc(RANDOM_RECORD_MAX_PLIES, sizeof *plies);
    for (size_t g = 0; g < NUM_GAMES; g++) {
        const ludus_game game = open_game(names[g]);
        reading *r = create_reading(&game);
        ludus_record record = {0};
        for (uint64_t number = 0; number < RECORDS; number++) {
            ludus_buffer bytes = {0};
            random_record(&game, 11, number, &record, plies);
            ludus_record_encode(&record, &bytes);
            ludus_record_view view;
            ludus_game_init(&game, r->pos);
            assert_int_equal(ludus_record_open(&view, &game, bytes.data, bytes.size, NULL), 0);
            assert_int_equal(view.number, number);
            assert_int_equal(view.weights, number / 7);
            assert_int_equal(view.outcome, record.outcome);
            assert_int_equal(view.resigned, record.resigned);
            assert_int_equal(view.num_plies, record.num_plies);
            for (int32_t i = 0; i < view.num_plies; i++) {
                assert_int_equal(next(&view, r), LUDUS_OK);
                assert_same_ply(&plies[i].ply, &r->ply);
            }
            assert_int_not_equal(ludus_game_outcome(&game, r->pos), LUDUS_ONGOING);
            ludus_buffer_free(&bytes);
        }
        ludus_record_free(&record);
        destroy_reading(r);
        ludus_game game_copy = game;
        ludus_game_close(&game_copy);
    }
    free(plies);
}

static void at_equals_reading_from_the_start(void **state)
{
    (void)state;
    for (size_t g = 0; g < NUM_GAMES; g++) {
        ludus_game game = open_game(names[g]);
        reading *a = create_reading(&game);
        reading *b = create_reading(&game);
        ludus_buffer bytes = {0};
        const int32_t plies = random_record_bytes(&game, 12, g, &bytes);
        ludus_record_view view;
        assert_int_equal(ludus_record_open(&view, &game, bytes.data, bytes.size, NULL), LUDUS_OK);
        const int32_t first = ludus_game_to_move(&game, a->pos);
        const uint64_t allocated = ludus_alloc_count();
        for (int32_t i = 0; i < plies; i++) {
            ludus_outcome mover;
            assert_int_equal(ludus_record_at(&game, bytes.data, bytes.size, i, b->pos, &b->ply,
                                             b->moves, b->weights, &mover, NULL),
                             LUDUS_OK);
            assert_memory_equal(a->pos, b->pos, game.spec.state_bytes);
            const int32_t sign = ludus_game_to_move(&game, b->pos) == first ? 1 : -1;
            assert_int_equal(mover, sign * (int32_t)view.outcome);
            assert_int_equal(next(&view, a), LUDUS_OK);
            assert_int_equal(a->ply.move, b->ply.move);
            assert_int_equal(a->ply.num_policy, b->ply.num_policy);
            assert_memory_equal(a->weights, b->weights, (size_t)a->ply.num_policy * sizeof(float));
            assert_memory_equal(a->moves, b->moves, (size_t)a->ply.num_policy * sizeof(ludus_move));
        }
        assert_int_equal(ludus_alloc_count(), allocated);
        assert_int_equal(ludus_record_at(&game, bytes.data, bytes.size, plies, b->pos, &b->ply,
                                         b->moves, b->weights, NULL, &b->error),
                         LUDUS_ERR_FORMAT);
        ludus_buffer_free(&bytes);
        destroy_reading(a);
        destroy_reading(b);
        ludus_game_close(&game);
    }
}

static void stored_policies_survive_a_second_round_exactly(void **state)
{
    (void)state;
    ludus_game game = open_game("othello");
    reading *r = create_reading(&game);
    ludus_buffer bytes[2] = {{0}, {0}};
    ludus_record copy = {0};
    (void)random_record_bytes(&game, 13, 0, &bytes[0]);
    ludus_record_view view;
    assert_int_equal(ludus_record_open(&view, &game, bytes[0].data, bytes[0].size, NULL), LUDUS_OK);
    ludus_record_reset(&copy, view.number, view.weights);
    while (view.next < view.num_plies) {
        assert_int_equal(next(&view, r), LUDUS_OK);
        ludus_record_add(&copy, &r->ply);
    }
    copy.outcome = view.outcome;
    copy.resigned = view.resigned;
    ludus_record_encode(&copy, &bytes[1]);
    assert_int_equal(bytes[0].size, bytes[1].size);
    assert_memory_equal(bytes[0].data, bytes[1].data, bytes[0].size);
    ludus_record_free(&copy);
    ludus_buffer_free(&bytes[0]);
    ludus_buffer_free(&bytes[1]);
    destroy_reading(r);
    ludus_game_close(&game);
}

static void unfinished_games_are_saved_and_go_on(void **state)
{
    (void)state;
    ludus_game game = open_game("connect4");
    ludus_record a = {0};
    ludus_record b = {0};
    const ludus_move moves[] = {2, 3, 6};
    const float policy[] = {0.25f, 0.5f, 0.25f};
    const ludus_ply ply = {.move = 3,
                           .is_target = true,
                           .wdl = {0.5f, 0.0f, 0.5f},
                           .num_policy = 3,
                           .policy_moves = moves,
                           .policy = policy};
    ludus_record_reset(&a, 300, 7);
    ludus_record_add(&a, &ply);
    ludus_record_add(&a, &ply);
    ludus_buffer saved = {0};
    ludus_record_save(&a, &saved);
    for (size_t size = 0; size < saved.size; size++) {
        ludus_cursor cut = {.data = saved.data, .size = size};
        assert_int_not_equal(ludus_record_load(&b, &cut), LUDUS_OK);
        assert_int_equal(b.num_plies, 0);
    }
    ludus_cursor in = {.data = saved.data, .size = saved.size};
    assert_int_equal(ludus_record_load(&b, &in), LUDUS_OK);
    assert_int_equal(in.offset, saved.size);
    assert_int_equal(b.outcome, LUDUS_ONGOING);
    ludus_buffer bytes[2] = {{0}, {0}};
    ludus_record *records[2] = {&a, &b};
    for (int i = 0; i < 2; i++) {
        ludus_record_add(records[i], &ply);
        records[i]->outcome = LUDUS_WIN;
        ludus_record_encode(records[i], &bytes[i]);
    }
    assert_int_equal(bytes[0].size, bytes[1].size);
    assert_memory_equal(bytes[0].data, bytes[1].data, bytes[0].size);
    for (int i = 0; i < 2; i++) {
        ludus_buffer_free(&bytes[i]);
        ludus_record_free(records[i]);
    }
    ludus_buffer_free(&saved);
    ludus_game_close(&game);
}

static void flat_policies_of_many_moves_keep_every_move(void **state)
{
    (void)state;
    ludus_game game = open_game("gomoku19");
    reading *r = create_reading(&game);
    random_ply *flat = calloc(1, sizeof *flat);
    const int32_t n = ludus_game_legal(&game, r->pos, flat->moves);
    for (int32_t i = 0; i < n; i++) {
        flat->policy[i] = 1.0f / (float)n;
    }
    flat->ply = (ludus_ply){.move = 5,
                            .is_target = true,
                            .wdl = {0.0f, 1.0f, 0.0f},
                            .num_policy = n,
                            .policy_moves = flat->moves,
                            .policy = flat->policy};
    ludus_record record = {0};
    ludus_buffer bytes = {0};
    ludus_record_reset(&record, 1, 1);
    ludus_record_add(&record, &flat->ply);
    record.outcome = LUDUS_DRAW;
    ludus_record_encode(&record, &bytes);
    assert_int_equal(read_all(&game, bytes.data, bytes.size, r), LUDUS_OK);
    assert_int_equal(r->ply.num_policy, n);
    assert_true(fabsf(r->weights[0] - 1.0f / (float)n) < 1e-7f);
    ludus_buffer_free(&bytes);
    ludus_record_free(&record);
    free(flat);
    destroy_reading(r);
    ludus_game_close(&game);
}

// ---- Bytes from outside ------------------------------------------------------------------------

// Reading must stay inside the bytes (the sanitizers watch) and say no, or find a legal game.
static void try_bytes(const ludus_game *game, const uint8_t *bytes, size_t size, reading *r)
{
    uint8_t *exact = malloc(size + 1);
    assert_non_null(exact);
    memcpy(exact, bytes, size);
    (void)read_all(game, exact, size, r);
    free(exact);
}

static void every_truncation_is_refused(void **state)
{
    (void)state;
    for (size_t g = 0; g < NUM_GAMES; g++) {
        ludus_game game = open_game(names[g]);
        reading *r = create_reading(&game);
        ludus_buffer bytes = {0};
        (void)random_record_bytes(&game, 14, 0, &bytes);
        for (size_t size = 0; size < bytes.size; size++) {
            assert_int_equal(read_all(&game, bytes.data, size, r), LUDUS_ERR_FORMAT);
        }
        ludus_buffer_put(&bytes, "x", 1);
        assert_int_equal(read_all(&game, bytes.data, bytes.size, r), LUDUS_ERR_FORMAT);
        ludus_buffer_free(&bytes);
        destroy_reading(r);
        ludus_game_close(&game);
    }
}

static void damaged_bytes_never_lead_outside(void **state)
{
    (void)state;
    ludus_rng rng;
    ludus_rng_init(&rng, 15, 0);
    for (size_t g = 0; g < NUM_GAMES; g++) {
        ludus_game game = open_game(names[g]);
        reading *r = create_reading(&game);
        ludus_buffer bytes = {0};
        (void)random_record_bytes(&game, 15, 1, &bytes);
        for (int i = 0; i < (LUDUS_TEST_SANITIZED ? 2000 : 10000); i++) {
            const size_t at = ludus_rng_below(&rng, (uint32_t)bytes.size);
            const uint8_t was = bytes.data[at];
            bytes.data[at] = (uint8_t)ludus_rng_u64(&rng);
            try_bytes(&game, bytes.data, bytes.size, r);
            bytes.data[at] = was;
        }
        ludus_buffer_free(&bytes);
        destroy_reading(r);
        ludus_game_close(&game);
    }
}

// A Connect Four record of one ply: number 1, weights 2, outcome win, not resigned.
static void refused(const uint8_t *bytes, size_t size, const char *why)
{
    ludus_game game = open_game("connect4");
    reading *r = create_reading(&game);
    assert_int_equal(read_all(&game, bytes, size, r), LUDUS_ERR_FORMAT);
    assert_non_null(strstr(r->error.text, why));
    destroy_reading(r);
    ludus_game_close(&game);
}

static void each_field_is_checked(void **state)
{
    (void)state;
    const uint8_t good[] = {1, 2, 2, 0, 1, 3, 100, 55, 2 << 1 | 1, 0, 2, 255, 7};
    ludus_game game = open_game("connect4");
    reading *r = create_reading(&game);
    assert_int_equal(read_all(&game, good, sizeof good, r), LUDUS_OK);
    destroy_reading(r);
    ludus_game_close(&game);
    const struct {
        size_t at;
        uint8_t value;
        const char *why;
    } cases[] = {
        {2, 3, "header"},         // outcome
        {3, 2, "header"},         // flags
        {4, 43, "header"},        // more plies than the game can have
        {4, 0, "header"},         // bytes after the last ply
        {5, 7, "damaged"},        // no such move
        {7, 156, "damaged"},      // win + loss > 1
        {8, 1, "damaged"},        // a target without a policy
        {8, 8 << 1, "damaged"},   // more moves than the game has
        {10, 6, "illegal moves"}, // move 7
        {11, 254, "weights"},     // the largest must be 255
        {12, 0, "weights"},       // no zeros
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint8_t bytes[sizeof good];
        memcpy(bytes, good, sizeof good);
        bytes[cases[i].at] = cases[i].value;
        refused(bytes, sizeof bytes, cases[i].why);
    }
    const uint8_t overlong[] = {0x81, 0, 2, 2, 0, 1, 3, 100, 55, 0};
    refused(overlong, sizeof overlong, "header");
    // Column 3 a seventh time, and a policy for the full column.
    uint8_t full[5 + 7 * 4] = {1, 2, 1, 0, 7};
    for (size_t i = 0; i < 7; i++) {
        full[5 + 4 * i] = 3;
    }
    refused(full, sizeof full, "an illegal move");
    uint8_t policy[5 + 7 * 4 + 2] = {1, 2, 1, 0, 7};
    memcpy(policy + 5, full + 5, 7 * 4);
    memcpy(policy + 5 + 6 * 4, (const uint8_t[]){2, 0, 0, 3, 3, 255}, 6);
    refused(policy, sizeof policy, "illegal moves");
    // Four in column 0 against column 1: over after the seventh ply.
    uint8_t over[5 + 8 * 4] = {1, 2, 2, 0, 8};
    for (size_t i = 0; i < 8; i++) {
        over[5 + 4 * i] = i % 2;
    }
    refused(over, sizeof over, "over before");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(games_come_back_within_quantisation),
        cmocka_unit_test(at_equals_reading_from_the_start),
        cmocka_unit_test(stored_policies_survive_a_second_round_exactly),
        cmocka_unit_test(unfinished_games_are_saved_and_go_on),
        cmocka_unit_test(flat_policies_of_many_moves_keep_every_move),
        cmocka_unit_test(every_truncation_is_refused),
        cmocka_unit_test(damaged_bytes_never_lead_outside),
        cmocka_unit_test(each_field_is_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
