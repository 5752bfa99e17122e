// Claims about pieces of episodes: every transition rebuilt from the bytes is the one that a plain
// list of everything seen gives, for stacks, n-step returns, ends of both kinds and open writers
// that were saved; and bytes that are no piece are refused.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "selfplay/actors.h"
#include "selfplay/piece.h"

#define STEPS 700
#define FRAME 5
#define MAX_STACK 4
#define GAMMA 0.9f

// One world's stream, kept in full.
typedef struct story {
    ludus_piece_format format;
    uint8_t obs[STEPS + 1][MAX_STACK * FRAME];
    uint8_t cut[STEPS][MAX_STACK * FRAME];
    uint8_t action[STEPS], end[STEPS];
    float reward[STEPS];
} story;

// Shifts a new random frame into a stack that held `age` frames of the episode.
static void shift(const ludus_piece_format *f, const uint8_t *from, ludus_rng *rng, uint8_t *to)
{
    const size_t keep = (size_t)(f->stack - 1) * FRAME;
    if (from != NULL) {
        memmove(to, from + FRAME, keep);
    } else {
        memset(to, 0, keep);
    }
    for (size_t i = 0; i < FRAME; i++) {
        to[keep + i] = (uint8_t)(ludus_rng_below(rng, 255) + 1);
    }
}

static void tell(story *s, int32_t stack, int32_t n_step, int32_t items, uint64_t seed)
{
    ludus_rng rng;
    memset(s, 0, sizeof *s);
    s->format = (ludus_piece_format){
        .frame_bytes = FRAME, .stack = stack, .n_step = n_step, .items = items};
    ludus_rng_init(&rng, seed, 0);
    shift(&s->format, NULL, &rng, s->obs[0]);
    for (int t = 0; t < STEPS; t++) {
        const uint32_t fate = ludus_rng_below(&rng, 12);
        s->action[t] = (uint8_t)ludus_rng_below(&rng, 6);
        s->reward[t] = (float)ludus_rng_below(&rng, 9) - 4.0f;
        s->end[t] = fate == 0   ? LUDUS_STEP_TERMINATED
                    : fate == 1 ? LUDUS_STEP_TRUNCATED
                                : LUDUS_STEP_GOES_ON;
        if (s->end[t] == LUDUS_STEP_TRUNCATED) {
            shift(&s->format, s->obs[t], &rng, s->cut[t]);
        }
        shift(&s->format, s->end[t] == LUDUS_STEP_GOES_ON ? s->obs[t] : NULL, &rng, s->obs[t + 1]);
    }
}

// The transition at t by definition.
static void expected(const story *s, int t, ludus_transition *out, const uint8_t **next)
{
    float discount = 1.0f;
    *out = (ludus_transition){.action = s->action[t]};
    for (int k = t; k < t + s->format.n_step; k++) {
        out->reward += discount * s->reward[k];
        discount *= GAMMA;
        *next = s->obs[k + 1];
        if (s->end[k] == LUDUS_STEP_TERMINATED) {
            discount = 0.0f;
            *next = NULL;
            break;
        }
        if (s->end[k] == LUDUS_STEP_TRUNCATED) {
            *next = s->cut[k];
            break;
        }
    }
    out->discount = discount;
}

static void check_piece(const story *s, const ludus_buffer *record, int first)
{
    const size_t bytes = (size_t)s->format.stack * FRAME;
    static const uint8_t nothing[MAX_STACK * FRAME];
    for (int32_t i = 0; i < s->format.items; i++) {
        uint8_t obs[MAX_STACK * FRAME], next[MAX_STACK * FRAME];
        ludus_transition got, wanted;
        const uint8_t *wanted_next;
        assert_true(
            ludus_piece_read(&s->format, record->data, record->size, i, GAMMA, obs, next, &got));
        expected(s, first + i, &wanted, &wanted_next);
        assert_memory_equal(obs, s->obs[first + i], bytes);
        assert_memory_equal(next, wanted_next != NULL ? wanted_next : nothing, bytes);
        assert_int_equal(got.action, wanted.action);
        assert_true(got.reward == wanted.reward && got.discount == wanted.discount);
    }
    uint8_t obs[MAX_STACK * FRAME], next[MAX_STACK * FRAME];
    ludus_transition got;
    assert_false(ludus_piece_read(&s->format, record->data, record->size, s->format.items, GAMMA,
                                  obs, next, &got));
}

// Replaces the writer by one that was loaded from its saved state.
static ludus_piece_writer *reload(ludus_piece_writer *writer, const ludus_piece_format *format)
{
    ludus_buffer state = {0};
    ludus_piece_writer *fresh;
    ludus_piece_writer_save(writer, &state);
    ludus_piece_writer_destroy(writer);
    assert_int_equal(ludus_piece_writer_create(&fresh, format), LUDUS_OK);
    ludus_cursor in = {.data = state.data, .size = state.size};
    assert_int_equal(ludus_piece_writer_load(fresh, &in), LUDUS_OK);
    assert_int_equal(in.offset, state.size);
    ludus_buffer_free(&state);
    return fresh;
}

static void check_story(const story *s, bool reloads)
{
    ludus_piece_writer *writer;
    ludus_buffer record = {0};
    int first = 0;
    assert_int_equal(ludus_piece_writer_create(&writer, &s->format), LUDUS_OK);
    for (int t = 0; t < STEPS; t++) {
        ludus_piece_writer_step(writer, s->obs[t], s->action[t], s->reward[t], s->end[t],
                                s->cut[t]);
        if (ludus_piece_writer_full(writer)) {
            record.size = 0;
            ludus_piece_writer_take(writer, s->obs[t + 1], &record);
            check_piece(s, &record, first);
            first += s->format.items;
        }
        if (reloads) {
            writer = reload(writer, &s->format);
        }
    }
    assert_true(first > STEPS - 2 * (s->format.items + s->format.n_step));
    ludus_buffer_free(&record);
    ludus_piece_writer_destroy(writer);
}

static void every_transition_is_rebuilt(void **state)
{
    (void)state;
    static const int32_t items[] = {1, 2, 7, 32};
    story *s = malloc(sizeof *s);
    assert_non_null(s);
    for (int32_t stack = 1; stack <= MAX_STACK; stack++) {
        for (int32_t n = 1; n <= 5; n += 2) {
            for (size_t k = 0; k < sizeof(items) / sizeof(items[0]); k++) {
                tell(s, stack, n, items[k], (uint64_t)(stack * 100 + n * 10) + k);
                check_story(s, k % 2 == 1);
            }
        }
    }
    free(s);
}

// One record of a story, for damaging.
static void write_one(const story *s, ludus_buffer *record)
{
    ludus_piece_writer *writer;
    assert_int_equal(ludus_piece_writer_create(&writer, &s->format), LUDUS_OK);
    for (int t = 0; !ludus_piece_writer_full(writer); t++) {
        ludus_piece_writer_step(writer, s->obs[t], s->action[t], s->reward[t], s->end[t],
                                s->cut[t]);
        if (ludus_piece_writer_full(writer)) {
            ludus_piece_writer_take(writer, s->obs[t + 1], record);
            break;
        }
    }
    ludus_piece_writer_destroy(writer);
}

static void damaged_pieces_are_refused_or_harmless(void **state)
{
    (void)state;
    story *s = malloc(sizeof *s);
    ludus_buffer record = {0};
    ludus_rng rng;
    assert_non_null(s);
    tell(s, 3, 3, 8, 77);
    write_one(s, &record);
    ludus_rng_init(&rng, 1, 1);
    uint8_t obs[MAX_STACK * FRAME], next[MAX_STACK * FRAME];
    ludus_transition got;
    for (size_t size = 0; size < record.size; size++) {
        uint8_t *copy = malloc(size > 0 ? size : 1); // exact, so that asan sees one byte beyond
        assert_non_null(copy);
        memcpy(copy, record.data, size);
        assert_false(ludus_piece_read(&s->format, copy, size, 0, GAMMA, obs, next, &got));
        free(copy);
    }
    for (int i = 0; i < 20000; i++) {
        const size_t at = ludus_rng_below(&rng, (uint32_t)record.size);
        const uint8_t before = record.data[at];
        record.data[at] = (uint8_t)ludus_rng_u64(&rng);
        for (int32_t k = 0; k < s->format.items; k++) {
            ludus_piece_read(&s->format, record.data, record.size, k, GAMMA, obs, next, &got);
        }
        record.data[at] = before;
    }
    check_piece(s, &record, 0);
    ludus_buffer_free(&record);
    free(s);
}

// An end of no known kind would have no frame after it, and yet a value.
static void unknown_ends_are_refused(void **state)
{
    (void)state;
    story *s = malloc(sizeof *s);
    ludus_buffer record = {0};
    uint8_t obs[MAX_STACK * FRAME], next[MAX_STACK * FRAME];
    ludus_transition got;
    assert_non_null(s);
    tell(s, 2, 1, 8, 5);
    write_one(s, &record);
    for (size_t i = 0; i < 8; i++) {
        uint8_t *end = record.data + 5 + 8 + i;
        const uint8_t before = *end;
        *end = LUDUS_STEP_TRUNCATED + 1;
        assert_false(
            ludus_piece_read(&s->format, record.data, record.size, 7, GAMMA, obs, next, &got));
        *end = before;
    }
    assert_true(ludus_piece_read(&s->format, record.data, record.size, 7, GAMMA, obs, next, &got));
    ludus_buffer_free(&record);
    free(s);
}

static void a_damaged_writer_is_refused(void **state)
{
    (void)state;
    story *s = malloc(sizeof *s);
    ludus_buffer saved = {0};
    ludus_piece_writer *writer;
    assert_non_null(s);
    tell(s, 2, 1, 16, 3);
    assert_int_equal(ludus_piece_writer_create(&writer, &s->format), LUDUS_OK);
    for (int t = 0; t < 9; t++) {
        ludus_piece_writer_step(writer, s->obs[t], s->action[t], s->reward[t], s->end[t],
                                s->cut[t]);
    }
    ludus_piece_writer_save(writer, &saved);
    for (size_t size = 0; size < saved.size; size++) {
        ludus_cursor in = {.data = saved.data, .size = size};
        assert_int_equal(ludus_piece_writer_load(writer, &in), LUDUS_ERR_FORMAT);
    }
    saved.data[4] = 200; // more steps than fit
    ludus_cursor in = {.data = saved.data, .size = saved.size};
    assert_int_equal(ludus_piece_writer_load(writer, &in), LUDUS_ERR_FORMAT);
    ludus_buffer_free(&saved);
    ludus_piece_writer_destroy(writer);
    free(s);
}

static void worlds_give_formats(void **state)
{
    (void)state;
    ludus_env env;
    ludus_error error;
    ludus_piece_format format;
    ludus_env_config config = ludus_env_config_default();
    assert_int_equal(ludus_env_open(&env, "seaquest", &config, &error), LUDUS_OK);
    assert_int_equal(ludus_piece_format_for(&format, &env.spec, 3, 32, &error), LUDUS_OK);
    assert_int_equal(format.frame_bytes, 125);
    assert_int_equal(format.stack, 1);
    ludus_env_close(&env);
    config.pixels = true;
    assert_int_equal(ludus_env_open(&env, "breakout", &config, &error), LUDUS_OK);
    assert_int_equal(ludus_piece_format_for(&format, &env.spec, 1, 16, &error), LUDUS_OK);
    assert_int_equal(format.frame_bytes, 84 * 84);
    assert_int_equal(format.stack, 4);
    ludus_env_close(&env);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_transition_is_rebuilt),
        cmocka_unit_test(damaged_pieces_are_refused_or_harmless),
        cmocka_unit_test(unknown_ends_are_refused),
        cmocka_unit_test(a_damaged_writer_is_refused),
        cmocka_unit_test(worlds_give_formats),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
