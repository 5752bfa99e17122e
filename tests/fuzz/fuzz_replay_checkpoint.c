// Fuzzes the loading of a replay from a checkpoint.
//
// Input: the replay's part of a checkpoint, tag "fuzz". Each is tried as it is and with its
// checksums made right. What is accepted can be read item by item and is saved byte for byte.

#include "fuzz_require.h"
#include "chunk_repair.h"
#include "selfplay/replay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define HEADER 56 // bytes before the first chunk

static void check_items(const ludus_replay *replay)
{
    ludus_replay_reader *reader;
    ludus_replay_found found;
    uint64_t sum = 0;
    REQUIRE(ludus_replay_reader_create(&reader, replay) == LUDUS_OK);
    for (int64_t item = ludus_replay_first(replay); item < ludus_replay_end(replay);) {
        REQUIRE(ludus_replay_find(reader, item, &found, NULL) == LUDUS_OK);
        REQUIRE(found.first == item && found.index == 0 && found.items >= 1);
        for (size_t i = 0; i < found.size; i++) {
            sum += found.bytes[i];
        }
        item += found.items;
    }
    ludus_replay_reader_destroy(reader);
    REQUIRE(sum != UINT64_MAX);
}

static void load(const uint8_t *bytes, size_t size)
{
    ludus_replay *replay;
    ludus_replay_config config = ludus_replay_config_default();
    config.capacity_items = INT64_MAX / 4;
    strcpy(config.tag, "fuzz");
    REQUIRE(ludus_replay_create(&replay, &config, NULL) == LUDUS_OK);
    REQUIRE(ludus_replay_push(replay, "before", 6, 3, NULL) == LUDUS_OK);
    ludus_error error = {0};
    ludus_cursor in = {.data = bytes, .size = size};
    if (ludus_replay_load(replay, &in, &error) == LUDUS_OK) {
        ludus_buffer again = {0};
        ludus_replay_save(replay, &again);
        REQUIRE(again.size == in.offset && memcmp(again.data, bytes, again.size) == 0);
        ludus_buffer_free(&again);
        check_items(replay);
        REQUIRE(ludus_replay_push(replay, "after", 5, 2, NULL) == LUDUS_OK);
    } else {
        REQUIRE(error.text[0] != '\0');
        REQUIRE(ludus_replay_first(replay) == 0 && ludus_replay_end(replay) == 3);
    }
    ludus_replay_destroy(replay);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    load(data, size);
    if (size < HEADER) {
        return 0;
    }
    uint8_t *repaired = malloc(size);
    REQUIRE(repaired != NULL);
    memcpy(repaired, data, size);
    const uint64_t chunks = ludus_load_u64(repaired + HEADER - 8);
    size_t end = repair_chunks(repaired, size, HEADER, chunks);
    if (size - end >= 32) { // the open chunk: first item, counts, size, bytes, checksum
        const uint64_t open = ludus_load_u64(repaired + end + 16);
        end += 24;
        if (open <= size - end - 8) {
            end += (size_t)open;
            ludus_store_u64(repaired + end, ludus_hash64(repaired, end, 0));
        }
    }
    load(repaired, size);
    free(repaired);
    return 0;
}
