#include "selfplay/piece.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "selfplay/actors.h"

#define HEADER 5   // bytes before the steps
#define PER_STEP 6 // action, end, reward

ludus_status ludus_piece_format_for(ludus_piece_format *out, const ludus_env_spec *spec,
                                    int32_t n_step, int32_t items, ludus_error *error)
{
    if (spec->obs_kind == LUDUS_OBS_BITS && spec->stack > 1) {
        return ludus_fail(error, LUDUS_ERR_UNSUPPORTED, "%s: stacked bits cannot be replayed",
                          spec->name);
    }
    *out = (ludus_piece_format){
        .frame_bytes = ludus_env_packed_bytes(spec) / (size_t)spec->stack,
        .stack = spec->stack,
        .n_step = n_step,
        .items = items,
    };
    return LUDUS_OK;
}

// to[i] ^= with[i], a word at a time: frames are some tens of bytes to some thousand.
static void xor_frame(uint8_t *restrict to, const uint8_t *restrict with, size_t bytes)
{
    size_t i = 0;
    for (; i + sizeof(uint64_t) <= bytes; i += sizeof(uint64_t)) {
        uint64_t a, b;
        memcpy(&a, to + i, sizeof a);
        memcpy(&b, with + i, sizeof b);
        a ^= b;
        memcpy(to + i, &a, sizeof a);
    }
    for (; i < bytes; i++) {
        to[i] ^= with[i];
    }
}

// ---- Writing ---------------------------------------------------------------------------------

typedef struct step {
    float reward;
    int32_t frame; // index of the frame before it
    uint8_t action, end;
} step;

struct ludus_piece_writer {
    ludus_piece_format format;
    int32_t back;      // frames before the first step, of its episode
    int32_t num_steps; // held
    int32_t num_frames;
    int32_t max_steps, max_frames;
    step *steps;
    uint8_t *frames; // [max_frames, F]
};

ludus_status ludus_piece_writer_create(ludus_piece_writer **out, const ludus_piece_format *format)
{
    *out = NULL;
    ludus_piece_writer *w = ludus_alloc(1, sizeof *w);
    if (w == NULL) {
        return LUDUS_ERR_NOMEM;
    }
    w->format = *format;
    w->max_steps = format->items + format->n_step - 1;
    w->max_frames = format->stack + 2 * w->max_steps + 1;
    w->steps = ludus_alloc((size_t)w->max_steps, sizeof *w->steps);
    w->frames = ludus_alloc((size_t)w->max_frames, format->frame_bytes);
    if (w->steps == NULL || w->frames == NULL) {
        ludus_piece_writer_destroy(w);
        return LUDUS_ERR_NOMEM;
    }
    *out = w;
    return LUDUS_OK;
}

void ludus_piece_writer_destroy(ludus_piece_writer *writer)
{
    if (writer != NULL) {
        ludus_free(writer->steps);
        ludus_free(writer->frames);
        ludus_free(writer);
    }
}

static uint8_t *frame_at(const ludus_piece_writer *w, int32_t i)
{
    return w->frames + (size_t)i * w->format.frame_bytes;
}

// The newest moment of a stacked observation.
static void add_frame(ludus_piece_writer *w, const uint8_t *obs)
{
    assert(w->num_frames < w->max_frames);
    memcpy(frame_at(w, w->num_frames++),
           obs + (size_t)(w->format.stack - 1) * w->format.frame_bytes, w->format.frame_bytes);
}

void ludus_piece_writer_step(ludus_piece_writer *writer, const uint8_t *obs, int32_t action,
                             float reward, uint8_t end, const uint8_t *cut_obs)
{
    assert(!ludus_piece_writer_full(writer));
    writer->steps[writer->num_steps++] = (step){
        .reward = reward,
        .frame = writer->num_frames,
        .action = (uint8_t)action,
        .end = end,
    };
    add_frame(writer, obs);
    if (end == LUDUS_STEP_TRUNCATED) {
        add_frame(writer, cut_obs);
    }
}

bool ludus_piece_writer_full(const ludus_piece_writer *writer)
{
    return writer->num_steps == writer->max_steps;
}

static void put_frames(const ludus_piece_writer *w, ludus_buffer *out)
{
    const size_t bytes = w->format.frame_bytes, first = out->size;
    ludus_buffer_put(out, w->frames, (size_t)w->num_frames * bytes);
    if (out->failed) {
        return;
    }
    for (size_t i = (size_t)w->num_frames - 1; i > 0; i--) {
        uint8_t *to = out->data + first + i * bytes;
        xor_frame(to, to - bytes, bytes);
    }
}

// Frames of the same episode before step k, at most S-1.
static int32_t frames_before(const ludus_piece_writer *w, int32_t k)
{
    int32_t age = w->back;
    for (int32_t i = 0; i < k; i++) {
        age = w->steps[i].end != LUDUS_STEP_GOES_ON ? 0 : age + 1;
    }
    return age < w->format.stack - 1 ? age : w->format.stack - 1;
}

// Forgets the first `items` steps.
static void drop_steps(ludus_piece_writer *w)
{
    const int32_t items = w->format.items, kept = w->num_steps - items;
    const int32_t back = frames_before(w, items);
    // Without steps left, the next one's frame comes behind all that are here.
    const int32_t newest = kept > 0 ? w->steps[items].frame : w->num_frames;
    const int32_t first = newest - back;
    memmove(w->frames, frame_at(w, first), (size_t)(w->num_frames - first) * w->format.frame_bytes);
    memmove(w->steps, w->steps + items, (size_t)kept * sizeof *w->steps);
    for (int32_t i = 0; i < kept; i++) {
        w->steps[i].frame -= first;
    }
    w->num_frames -= first;
    w->num_steps = kept;
    w->back = back;
}

void ludus_piece_writer_take(ludus_piece_writer *writer, const uint8_t *next_obs, ludus_buffer *out)
{
    assert(ludus_piece_writer_full(writer));
    const int32_t held = writer->num_frames;
    if (writer->steps[writer->num_steps - 1].end == LUDUS_STEP_GOES_ON) {
        add_frame(writer, next_obs);
    }
    const uint8_t header[HEADER] = {(uint8_t)writer->num_steps, (uint8_t)(writer->num_steps >> 8),
                                    (uint8_t)writer->format.items,
                                    (uint8_t)(writer->format.items >> 8), (uint8_t)writer->back};
    ludus_buffer_put(out, header, sizeof header);
    for (int32_t i = 0; i < writer->num_steps; i++) {
        ludus_buffer_put(out, &writer->steps[i].action, 1);
    }
    for (int32_t i = 0; i < writer->num_steps; i++) {
        ludus_buffer_put(out, &writer->steps[i].end, 1);
    }
    for (int32_t i = 0; i < writer->num_steps; i++) {
        ludus_buffer_put(out, &writer->steps[i].reward, sizeof(float));
    }
    put_frames(writer, out);
    writer->num_frames = held; // the next step brings that frame itself
    drop_steps(writer);
}

void ludus_piece_writer_save(const ludus_piece_writer *writer, ludus_buffer *out)
{
    ludus_buffer_put_u32(out, (uint32_t)writer->back);
    ludus_buffer_put_u32(out, (uint32_t)writer->num_steps);
    ludus_buffer_put_u32(out, (uint32_t)writer->num_frames);
    for (int32_t i = 0; i < writer->num_steps; i++) {
        const step *s = &writer->steps[i];
        ludus_buffer_put(out, &s->reward, sizeof s->reward);
        ludus_buffer_put_u32(out, (uint32_t)s->frame);
        ludus_buffer_put(out, &s->action, 1);
        ludus_buffer_put(out, &s->end, 1);
    }
    ludus_buffer_put(out, writer->frames, (size_t)writer->num_frames * writer->format.frame_bytes);
}

ludus_status ludus_piece_writer_load(ludus_piece_writer *writer, ludus_cursor *in)
{
    const uint32_t back = ludus_cursor_u32(in), steps = ludus_cursor_u32(in);
    const uint32_t frames = ludus_cursor_u32(in);
    if (in->failed || back >= (uint32_t)writer->format.stack ||
        steps >= (uint32_t)writer->max_steps || frames > (uint32_t)writer->max_frames ||
        frames < back + steps || frames > back + 2 * steps) {
        return LUDUS_ERR_FORMAT;
    }
    uint32_t frame = back;
    for (uint32_t i = 0; i < steps; i++) {
        step *s = &writer->steps[i];
        ludus_cursor_get(in, &s->reward, sizeof s->reward);
        s->frame = (int32_t)ludus_cursor_u32(in);
        ludus_cursor_get(in, &s->action, 1);
        ludus_cursor_get(in, &s->end, 1);
        if (in->failed || (uint32_t)s->frame != frame || s->end > LUDUS_STEP_TRUNCATED ||
            !isfinite(s->reward)) {
            return LUDUS_ERR_FORMAT;
        }
        frame += s->end == LUDUS_STEP_TRUNCATED ? 2 : 1;
    }
    const uint8_t *bytes = ludus_cursor_skip(in, (size_t)frames * writer->format.frame_bytes);
    if (bytes == NULL || frame != frames) {
        return LUDUS_ERR_FORMAT;
    }
    memcpy(writer->frames, bytes, (size_t)frames * writer->format.frame_bytes);
    writer->back = (int32_t)back;
    writer->num_steps = (int32_t)steps;
    writer->num_frames = (int32_t)frames;
    return LUDUS_OK;
}

// ---- Reading ---------------------------------------------------------------------------------

// A stack as a place in the frames: its newest frame and how many of its moments exist.
typedef struct stack_place {
    int32_t newest, depth;
} stack_place;

typedef struct piece_view {
    int32_t steps, items, back;
    const uint8_t *action, *end, *reward, *frames;
    int32_t num_frames;
} piece_view;

static bool open_piece(const ludus_piece_format *f, const uint8_t *bytes, size_t size,
                       piece_view *v)
{
    if (size < HEADER) {
        return false;
    }
    v->steps = bytes[0] | bytes[1] << 8;
    v->items = bytes[2] | bytes[3] << 8;
    v->back = bytes[4];
    const size_t head = HEADER + (size_t)v->steps * PER_STEP;
    if (v->items < 1 || v->items + f->n_step - 1 > v->steps || v->back >= f->stack || size < head ||
        (size - head) % f->frame_bytes != 0) {
        return false;
    }
    v->action = bytes + HEADER;
    v->end = v->action + v->steps;
    v->reward = v->end + v->steps;
    v->frames = bytes + head;
    const size_t frames = (size - head) / f->frame_bytes;
    size_t wanted = (size_t)v->back + (size_t)v->steps;
    for (int32_t i = 0; i < v->steps; i++) {
        if (v->end[i] > LUDUS_STEP_TRUNCATED) {
            return false;
        }
        wanted += v->end[i] == LUDUS_STEP_TRUNCATED;
    }
    wanted += v->end[v->steps - 1] == LUDUS_STEP_GOES_ON;
    v->num_frames = (int32_t)frames;
    return frames == wanted;
}

static int32_t cap(int32_t depth, int32_t stack)
{
    return depth < stack ? depth : stack;
}

// Walks from the first step to `index`; returns the place of its observation.
static stack_place place_of(const ludus_piece_format *f, const piece_view *v, int32_t index)
{
    stack_place p = {v->back, v->back + 1};
    for (int32_t i = 0; i < index; i++) {
        p.newest += v->end[i] == LUDUS_STEP_TRUNCATED ? 2 : 1;
        p.depth = v->end[i] == LUDUS_STEP_GOES_ON ? p.depth + 1 : 1;
    }
    p.depth = cap(p.depth, f->stack);
    return p;
}

// Sums the rewards of up to n steps from `index` and moves *p to the observation after them.
static void look_ahead(const ludus_piece_format *f, const piece_view *v, int32_t index, float gamma,
                       stack_place *p, ludus_transition *out)
{
    float discount = 1.0f;
    out->reward = 0.0f;
    for (int32_t k = 0; k < f->n_step; k++) {
        float reward;
        memcpy(&reward, v->reward + (size_t)(index + k) * sizeof reward, sizeof reward);
        out->reward += discount * reward;
        discount *= gamma;
        p->newest++;
        p->depth = cap(p->depth + 1, f->stack);
        if (v->end[index + k] != LUDUS_STEP_GOES_ON) {
            out->discount = v->end[index + k] == LUDUS_STEP_TERMINATED ? 0.0f : discount;
            return;
        }
    }
    out->discount = discount;
}

static void put_moment(const ludus_piece_format *f, const stack_place *p, int32_t frame,
                       const uint8_t *bytes, uint8_t *stack)
{
    const int32_t age = p->newest - frame;
    if (age >= 0 && age < p->depth) {
        memcpy(stack + (size_t)(f->stack - 1 - age) * f->frame_bytes, bytes, f->frame_bytes);
    }
}

// Undoes the differences from the first frame on, and picks the moments wanted.
static void rebuild(const ludus_piece_format *f, const piece_view *v, const stack_place *at,
                    const stack_place *after, uint8_t *obs, uint8_t *next)
{
    uint8_t *running = next; // the newest moment's place, used last
    running += (size_t)(f->stack - 1) * f->frame_bytes;
    const int32_t last = after->newest > at->newest ? after->newest : at->newest;
    for (int32_t i = 0; i <= last; i++) {
        xor_frame(running, v->frames + (size_t)i * f->frame_bytes, f->frame_bytes);
        put_moment(f, at, i, running, obs);
        if (i < after->newest) {
            put_moment(f, after, i, running, next);
        }
    }
}

bool ludus_piece_read(const ludus_piece_format *format, const uint8_t *bytes, size_t size,
                      int32_t index, float gamma, uint8_t *obs, uint8_t *next,
                      ludus_transition *out)
{
    piece_view v;
    const size_t stack_bytes = (size_t)format->stack * format->frame_bytes;
    if (!open_piece(format, bytes, size, &v) || index < 0 || index >= v.items) {
        return false;
    }
    const stack_place at = place_of(format, &v, index);
    stack_place after = at;
    out->action = v.action[index];
    look_ahead(format, &v, index, gamma, &after, out);
    if (out->discount == 0.0f) {
        after = at; // there is nothing after it
    }
    memset(obs, 0, stack_bytes);
    memset(next, 0, stack_bytes);
    rebuild(format, &v, &at, &after, obs, next);
    if (out->discount == 0.0f) {
        memset(next, 0, stack_bytes);
    }
    return isfinite(out->reward);
}
