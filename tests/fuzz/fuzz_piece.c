// Fuzzes the reader of pieces of episodes, and the loader of open ones.
//
// Input: three bytes give the format (stack and n-step, frame bytes, items), the fourth says
// whether the rest is a record or a writer's saved state. A record that can be read gives the same
// transitions twice, within bounds; a state that is accepted is saved again byte for byte and goes
// on to a record that can be read.

#include "fuzz_require.h"
#include "selfplay/actors.h"
#include "selfplay/piece.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MAX_FRAME 16
#define MAX_STACK 4
#define GAMMA 0.5f

typedef struct drawn {
    ludus_transition t;
    uint8_t obs[MAX_STACK * MAX_FRAME], next[MAX_STACK * MAX_FRAME];
} drawn;

static bool draw(const ludus_piece_format *f, const uint8_t *bytes, size_t size, int32_t index,
                 uint8_t junk, drawn *out)
{
    memset(out, junk, sizeof *out);
    return ludus_piece_read(f, bytes, size, index, GAMMA, out->obs, out->next, &out->t);
}

// How many transitions can be read.
static int32_t read_all(const ludus_piece_format *f, const uint8_t *bytes, size_t size)
{
    const size_t stack = (size_t)f->stack * f->frame_bytes;
    int32_t count = 0;
    for (int32_t i = -1; i <= LUDUS_PIECE_MAX_ITEMS; i++) {
        drawn a, b;
        if (!draw(f, bytes, size, i, 0, &a)) {
            continue;
        }
        REQUIRE(i >= 0 && draw(f, bytes, size, i, 0xff, &b)); // whatever was in the memory before
        REQUIRE(memcmp(a.obs, b.obs, stack) == 0 && memcmp(a.next, b.next, stack) == 0);
        REQUIRE(isfinite(a.t.reward) && a.t.reward == b.t.reward && a.t.action == b.t.action);
        REQUIRE(a.t.discount >= 0.0f && a.t.discount <= GAMMA && a.t.discount == b.t.discount);
        count++;
    }
    return count;
}

// Fills an accepted writer up and reads what it gives.
static void go_on(const ludus_piece_format *f, ludus_piece_writer *writer)
{
    static const uint8_t obs[MAX_STACK * MAX_FRAME] = {1, 2, 3};
    ludus_buffer record = {0};
    while (!ludus_piece_writer_full(writer)) {
        ludus_piece_writer_step(writer, obs, 1, 1.0f, LUDUS_STEP_TRUNCATED, obs);
    }
    ludus_piece_writer_take(writer, obs, &record);
    // Rewards that sum to infinity are refused; a state holds finite ones of any size.
    REQUIRE(!record.failed && read_all(f, record.data, record.size) <= f->items);
    ludus_buffer_free(&record);
}

static void load_writer(const ludus_piece_format *f, const uint8_t *bytes, size_t size)
{
    ludus_piece_writer *writer;
    ludus_buffer again = {0};
    ludus_cursor in = {.data = bytes, .size = size};
    REQUIRE(ludus_piece_writer_create(&writer, f) == LUDUS_OK);
    if (ludus_piece_writer_load(writer, &in) == LUDUS_OK) {
        ludus_piece_writer_save(writer, &again);
        REQUIRE(again.size == in.offset && memcmp(again.data, bytes, again.size) == 0);
        go_on(f, writer);
    }
    ludus_buffer_free(&again);
    ludus_piece_writer_destroy(writer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 4) {
        return 0;
    }
    const ludus_piece_format format = {
        .stack = 1 + data[0] % MAX_STACK,
        .n_step = 1 + data[0] / MAX_STACK % 8,
        .frame_bytes = 1 + data[1] % MAX_FRAME,
        .items = 1 + data[2] % 40,
    };
    if (data[3] % 2 == 0) {
        read_all(&format, data + 4, size - 4);
    } else {
        load_writer(&format, data + 4, size - 4);
    }
    return 0;
}
