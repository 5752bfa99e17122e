#include "selfplay/transition_store.h"

#include <assert.h>

struct ludus_transition_store {
    ludus_replay *replay; // the caller's
    ludus_piece_format format;
    int32_t worlds;
    ludus_piece_writer **writers; // [worlds]
};

ludus_status ludus_transition_store_create(ludus_transition_store **out, ludus_replay *replay,
                                           const ludus_piece_format *format, int32_t worlds,
                                           ludus_error *error)
{
    *out = NULL;
    ludus_transition_store *s = ludus_alloc(1, sizeof *s);
    ludus_status status = LUDUS_ERR_NOMEM;
    if (s != NULL) {
        *s = (ludus_transition_store){.replay = replay, .format = *format, .worlds = worlds};
        s->writers = ludus_alloc((size_t)worlds, sizeof *s->writers);
        status = s->writers != NULL ? LUDUS_OK : LUDUS_ERR_NOMEM;
    }
    for (int32_t i = 0; i < worlds && status == LUDUS_OK; i++) {
        status = ludus_piece_writer_create(&s->writers[i], format);
    }
    if (status != LUDUS_OK) {
        ludus_transition_store_destroy(s);
        return ludus_fail(error, LUDUS_ERR_NOMEM, "replay: out of memory");
    }
    *out = s;
    return LUDUS_OK;
}

void ludus_transition_store_destroy(ludus_transition_store *store)
{
    if (store == NULL) {
        return;
    }
    for (int32_t i = 0; store->writers != NULL && i < store->worlds; i++) {
        ludus_piece_writer_destroy(store->writers[i]);
    }
    ludus_free(store->writers);
    ludus_free(store);
}

static ludus_status push_piece(ludus_transition_store *s, int32_t w, const uint8_t *next_obs,
                               ludus_buffer *record, ludus_error *error)
{
    record->size = 0;
    ludus_piece_writer_take(s->writers[w], next_obs, record);
    if (record->failed) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "replay: out of memory");
    }
    return ludus_replay_push(s->replay, record->data, record->size, s->format.items, error);
}

static ludus_status add_world(ludus_transition_store *s, const ludus_rollout *r, int32_t w,
                              ludus_buffer *record, ludus_error *error)
{
    ludus_status status = LUDUS_OK;
    for (int32_t t = 0; t < r->steps && status == LUDUS_OK; t++) {
        const size_t at = (size_t)w * (size_t)r->steps + (size_t)t;
        const uint8_t *obs =
            r->obs + ((size_t)w * ((size_t)r->steps + 1) + (size_t)t) * r->packed_bytes;
        ludus_piece_writer_step(s->writers[w], obs, r->action[at], r->reward[at], r->end[at],
                                r->cut_obs + at * r->packed_bytes);
        if (ludus_piece_writer_full(s->writers[w])) {
            status = push_piece(s, w, obs + r->packed_bytes, record, error);
        }
    }
    return status;
}

ludus_status ludus_transition_store_add(ludus_transition_store *store, const ludus_rollout *rollout,
                                        ludus_error *error)
{
    ludus_buffer record = {0};
    ludus_status status = LUDUS_OK;
    assert(rollout->worlds == store->worlds);
    for (int32_t w = 0; w < rollout->worlds && status == LUDUS_OK; w++) {
        status = add_world(store, rollout, w, &record, error);
    }
    ludus_buffer_free(&record);
    return status;
}

void ludus_transition_store_save(const ludus_transition_store *store, ludus_buffer *out)
{
    for (int32_t i = 0; i < store->worlds; i++) {
        ludus_piece_writer_save(store->writers[i], out);
    }
}

ludus_status ludus_transition_store_load(ludus_transition_store *store, ludus_cursor *in,
                                         ludus_error *error)
{
    for (int32_t i = 0; i < store->worlds; i++) {
        if (ludus_piece_writer_load(store->writers[i], in) != LUDUS_OK) {
            return ludus_fail(error, LUDUS_ERR_FORMAT, "the open piece of world %d is damaged", i);
        }
    }
    return LUDUS_OK;
}
