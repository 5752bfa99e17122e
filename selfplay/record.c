#include "selfplay/record.h"

#include "selfplay/varint.h"

#include <assert.h>
#include <inttypes.h>

#define STEPS 255 // of probabilities and of weights
#define FLAG_RESIGNED 1u
#define FLAG_VARIED 2u
#define MIN_PLY_BYTES 4 // move, win, loss, count
#define MAX_MOVE 0x7ffffffeu

// ---- Writing ---------------------------------------------------------------------------------

void ludus_record_reset(ludus_record *record, uint64_t number, uint64_t weights)
{
    record->number = number;
    record->weights = weights;
    record->outcome = LUDUS_ONGOING;
    record->resigned = false;
    record->is_varied = false;
    record->num_plies = 0;
    record->body.size = 0;
    record->body.failed = false;
}

static uint8_t quantise(double share)
{
    assert(share >= 0.0 && share <= 1.001);
    const double steps = share * STEPS + 0.5;
    return steps >= STEPS ? STEPS : (uint8_t)steps;
}

static float largest_of(const ludus_ply *ply)
{
    float largest = 0.0f;
    for (int32_t i = 0; i < ply->num_policy; i++) {
        assert(ply->policy[i] >= 0.0f);
        assert(i == 0 || ply->policy_moves[i] > ply->policy_moves[i - 1]);
        if (ply->policy[i] > largest) {
            largest = ply->policy[i];
        }
    }
    return largest;
}

static uint8_t weight_of(const ludus_ply *ply, int32_t i, float largest)
{
    return largest > 0.0f ? quantise((double)ply->policy[i] / (double)largest) : 0;
}

static void put_policy(ludus_buffer *out, const ludus_ply *ply)
{
    const float largest = largest_of(ply);
    uint64_t count = 0;
    for (int32_t i = 0; i < ply->num_policy; i++) {
        count += weight_of(ply, i, largest) > 0;
    }
    ludus_varint_put(out, count << 1 | (ply->is_target && count > 0));
    ludus_move next = 0;
    for (int32_t i = 0; i < ply->num_policy; i++) {
        if (weight_of(ply, i, largest) > 0) {
            ludus_varint_put(out, (uint64_t)(ply->policy_moves[i] - next));
            next = ply->policy_moves[i] + 1;
        }
    }
    for (int32_t i = 0; i < ply->num_policy; i++) {
        const uint8_t weight = weight_of(ply, i, largest);
        ludus_buffer_put(out, &weight, weight > 0);
    }
}

void ludus_record_add(ludus_record *record, const ludus_ply *ply)
{
    assert(ply->move >= 0);
    uint8_t wdl[2] = {quantise((double)ply->wdl[0]), quantise((double)ply->wdl[2])};
    if (wdl[0] + wdl[1] > STEPS) {
        wdl[1] = (uint8_t)(STEPS - wdl[0]);
    }
    ludus_varint_put(&record->body, (uint64_t)ply->move);
    ludus_buffer_put(&record->body, wdl, sizeof wdl);
    put_policy(&record->body, ply);
    record->num_plies++;
}

void ludus_record_encode(const ludus_record *record, ludus_buffer *out)
{
    assert(record->outcome != LUDUS_ONGOING);
    const unsigned flags =
        (record->resigned ? FLAG_RESIGNED : 0u) | (record->is_varied ? FLAG_VARIED : 0u);
    const uint8_t bytes[2] = {(uint8_t)(record->outcome + 1), (uint8_t)flags};
    ludus_varint_put(out, record->number);
    ludus_varint_put(out, record->weights);
    ludus_buffer_put(out, bytes, sizeof bytes);
    ludus_varint_put(out, (uint64_t)record->num_plies);
    ludus_buffer_put(out, record->body.data, record->body.size);
    out->failed = out->failed || record->body.failed;
}

void ludus_record_free(ludus_record *record)
{
    ludus_buffer_free(&record->body);
    record->num_plies = 0;
}

void ludus_record_save(const ludus_record *record, ludus_buffer *out)
{
    ludus_buffer_put_u64(out, record->number);
    ludus_buffer_put_u64(out, record->weights);
    ludus_buffer_put_u64(out, (uint64_t)record->num_plies);
    ludus_buffer_put_u64(out, record->body.size);
    ludus_buffer_put(out, record->body.data, record->body.size);
    out->failed = out->failed || record->body.failed;
}

ludus_status ludus_record_load(ludus_record *record, ludus_cursor *in)
{
    const uint64_t number = ludus_cursor_u64(in);
    const uint64_t weights = ludus_cursor_u64(in);
    const uint64_t num_plies = ludus_cursor_u64(in);
    const uint64_t size = ludus_cursor_u64(in);
    const uint8_t *body = size <= SIZE_MAX ? ludus_cursor_skip(in, (size_t)size) : NULL;
    if (body == NULL || num_plies > size / MIN_PLY_BYTES || num_plies > INT32_MAX) {
        return LUDUS_ERR_FORMAT;
    }
    ludus_buffer copy = {0};
    ludus_buffer_put(&copy, body, (size_t)size);
    if (copy.failed) {
        return LUDUS_ERR_NOMEM;
    }
    ludus_buffer_free(&record->body);
    *record = (ludus_record){
        .number = number,
        .weights = weights,
        .outcome = LUDUS_ONGOING,
        .num_plies = (int32_t)num_plies,
        .body = copy,
    };
    return LUDUS_OK;
}

// ---- Reading ---------------------------------------------------------------------------------

ludus_status ludus_record_open(ludus_record_view *view, const ludus_game *game, const void *bytes,
                               size_t size, ludus_error *error)
{
    ludus_cursor cursor = {.data = bytes, .size = size};
    const uint64_t number = ludus_varint_get(&cursor, UINT64_MAX);
    const uint64_t weights = ludus_varint_get(&cursor, UINT64_MAX);
    uint8_t fixed[2];
    ludus_cursor_get(&cursor, fixed, sizeof fixed);
    const uint64_t plies = ludus_varint_get(&cursor, (uint64_t)game->spec.max_plies);
    const unsigned known = FLAG_RESIGNED | (ludus_game_can_vary(game) ? FLAG_VARIED : 0u);
    if (cursor.failed || fixed[0] > 2 || (fixed[1] & ~known) != 0 ||
        (plies == 0 && cursor.offset != size)) {
        return ludus_fail(error, LUDUS_ERR_FORMAT, "a record of %s has a damaged header",
                          game->spec.name);
    }
    *view = (ludus_record_view){
        .game = game,
        .cursor = cursor,
        .number = number,
        .weights = weights,
        .outcome = (ludus_outcome)((int32_t)fixed[0] - 1),
        .resigned = (fixed[1] & FLAG_RESIGNED) != 0,
        .is_varied = (fixed[1] & FLAG_VARIED) != 0,
        .num_plies = (int32_t)plies,
    };
    return LUDUS_OK;
}

void ludus_record_start(const ludus_record_view *view, void *pos)
{
    if (view->is_varied) {
        ludus_game_init_varied(view->game, pos, view->number);
    } else {
        ludus_game_init(view->game, pos);
    }
}

// The fields before the policy. Returns the number of policy entries, or -1.
static int32_t get_ply(ludus_cursor *cursor, const ludus_game *game, ludus_ply *ply)
{
    const uint64_t move = ludus_varint_get(cursor, (uint64_t)game->spec.num_moves - 1);
    uint8_t wl[2];
    ludus_cursor_get(cursor, wl, sizeof wl);
    const uint64_t count = ludus_varint_get(cursor, (uint64_t)game->spec.max_legal << 1 | 1);
    if (cursor->failed || wl[0] + wl[1] > STEPS || count == 1) {
        return -1;
    }
    *ply = (ludus_ply){
        .move = (ludus_move)move,
        .is_target = (count & 1u) != 0,
        .num_policy = (int32_t)(count >> 1),
        .wdl = {(float)wl[0] / STEPS, (float)(STEPS - wl[0] - wl[1]) / STEPS, (float)wl[1] / STEPS},
    };
    return ply->num_policy;
}

// Ascending moves below num_moves, each among `legal` [num_legal] unless that is NULL. `moves` may
// be the same array as `legal`: entry i is written after legal[i] was read.
static bool get_moves(ludus_cursor *cursor, const ludus_game *game, int32_t n, ludus_move *moves,
                      const ludus_move *legal, int32_t num_legal)
{
    ludus_move next = 0;
    int32_t at = 0;
    for (int32_t i = 0; i < n; i++) {
        if (next >= game->spec.num_moves) {
            return false;
        }
        const ludus_move room = game->spec.num_moves - 1 - next;
        const ludus_move move = next + (ludus_move)ludus_varint_get(cursor, (uint64_t)room);
        while (legal != NULL && at < num_legal && legal[at] < move) {
            at++;
        }
        if (cursor->failed || (legal != NULL && (at >= num_legal || legal[at++] != move))) {
            return false;
        }
        moves[i] = move;
        next = move + 1;
    }
    return true;
}

static bool get_weights(ludus_cursor *cursor, int32_t n, float *weights)
{
    const uint8_t *steps = ludus_cursor_skip(cursor, (size_t)n);
    if (steps == NULL) {
        return false;
    }
    int32_t sum = 0;
    int32_t largest = 0;
    for (int32_t i = 0; i < n; i++) {
        if (steps[i] == 0) {
            return false;
        }
        sum += steps[i];
        largest = steps[i] > largest ? steps[i] : largest;
    }
    for (int32_t i = 0; i < n; i++) {
        weights[i] = (float)steps[i] / (float)sum;
    }
    return n == 0 || largest == STEPS;
}

static ludus_status damaged(const ludus_record_view *view, const char *what, ludus_error *error)
{
    return ludus_fail(error, LUDUS_ERR_FORMAT, "game %" PRIu64 " of %s, ply %d of %d: %s",
                      view->number, view->game->spec.name, view->next + 1, view->num_plies, what);
}

static bool contains(const ludus_move *moves, int32_t n, ludus_move move)
{
    int32_t i = 0;
    while (i < n && moves[i] < move) {
        i++;
    }
    return i < n && moves[i] == move;
}

ludus_status ludus_record_next(ludus_record_view *view, void *pos, ludus_ply *ply,
                               ludus_move *moves, float *weights, ludus_error *error)
{
    assert(view->next < view->num_plies);
    const ludus_game *game = view->game;
    const int32_t num_legal = ludus_game_legal(game, pos, moves);
    if (num_legal == 0) {
        return damaged(view, "the game was over before", error);
    }
    const int32_t n = get_ply(&view->cursor, game, ply);
    if (n < 0) {
        return damaged(view, "damaged", error);
    }
    if (!contains(moves, num_legal, ply->move)) {
        return damaged(view, "an illegal move", error);
    }
    if (!get_moves(&view->cursor, game, n, moves, moves, num_legal)) {
        return damaged(view, "a policy with illegal moves", error);
    }
    if (!get_weights(&view->cursor, n, weights)) {
        return damaged(view, "damaged policy weights", error);
    }
    ply->policy_moves = moves;
    ply->policy = weights;
    ludus_game_play(game, pos, ply->move);
    view->next++;
    if (view->next == view->num_plies && view->cursor.offset != view->cursor.size) {
        return damaged(view, "bytes left over", error);
    }
    return LUDUS_OK;
}

// ---- One ply, quickly --------------------------------------------------------------------------

// Steps over a policy of n entries.
static void skip_policy(ludus_cursor *cursor, int32_t n)
{
    for (int32_t i = 0; i < n && !cursor->failed; i++) {
        (void)ludus_varint_get(cursor, MAX_MOVE);
    }
    (void)ludus_cursor_skip(cursor, (size_t)n);
}

ludus_status ludus_record_at(const ludus_game *game, const void *bytes, size_t size, int32_t index,
                             void *pos, ludus_ply *ply, ludus_move *moves, float *weights,
                             ludus_outcome *for_mover, ludus_error *error)
{
    ludus_record_view view;
    const ludus_status status = ludus_record_open(&view, game, bytes, size, error);
    if (status != LUDUS_OK) {
        return status;
    }
    assert(index >= 0);
    if (index >= view.num_plies) {
        return ludus_fail(error, LUDUS_ERR_FORMAT, "game %" PRIu64 " has %d plies, not %d",
                          view.number, view.num_plies, index + 1);
    }
    ludus_record_start(&view, pos);
    const int32_t first = ludus_game_to_move(game, pos);
    for (; view.next < index; view.next++) {
        const int32_t n = get_ply(&view.cursor, game, ply);
        if (n < 0) {
            return damaged(&view, "damaged", error);
        }
        skip_policy(&view.cursor, n);
        ludus_game_play(game, pos, ply->move);
    }
    const int32_t n = get_ply(&view.cursor, game, ply);
    if (n < 0 || !get_moves(&view.cursor, game, n, moves, NULL, 0) ||
        !get_weights(&view.cursor, n, weights)) {
        return damaged(&view, "damaged", error);
    }
    ply->policy_moves = moves;
    ply->policy = weights;
    if (for_mover != NULL) {
        const bool is_first = ludus_game_to_move(game, pos) == first;
        *for_mover = is_first ? view.outcome : (ludus_outcome) - (int32_t)view.outcome;
    }
    return LUDUS_OK;
}
