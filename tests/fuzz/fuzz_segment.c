// Fuzzes the reader of segment files and the truncation after a resume.
//
// Input: a file. Each is tried as it is and with its checksums made right.

#include "fuzz_require.h"
#include "selfplay/segment.h"

#include "chunk_repair.h"
#include "selfplay/segment_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct totals {
    int64_t end; // one past the last item
    int64_t records;
    uint64_t bytes;
} totals;

static ludus_status add(const uint8_t *record, size_t size, int64_t first_item, int32_t items,
                        void *user)
{
    totals *t = user;
    REQUIRE(items >= 1 && first_item >= t->end);
    for (size_t i = 0; i < size; i++) {
        t->bytes += record[i]; // the sanitizer sees every byte read
    }
    t->end = first_item + items;
    t->records++;
    return LUDUS_OK;
}

static void read_bytes(const char *folder, const uint8_t *bytes, size_t size)
{
    char path[300];
    char tag[LUDUS_SEGMENT_TAG_MAX];
    totals whole = {0};
    totals cut = {0};
    ludus_error error = {0};
    ludus_segment_path(folder, 1, path, sizeof path);
    FILE *stream = fopen(path, "wb");
    REQUIRE(stream != NULL);
    REQUIRE(size == 0 || fwrite(bytes, 1, size, stream) == size);
    fclose(stream);
    if (ludus_segment_read(path, tag, add, &whole, &error) != LUDUS_OK) {
        REQUIRE(strstr(error.text, path) != NULL);
        (void)ludus_segments_truncate(folder, whole.end / 2, NULL);
        return;
    }
    const int64_t half = whole.end / 2;
    REQUIRE(ludus_segments_truncate(folder, half, NULL) == LUDUS_OK);
    if (ludus_file_exists(path)) {
        REQUIRE(ludus_segment_read(path, tag, add, &cut, NULL) == LUDUS_OK);
        REQUIRE(cut.end <= half && cut.records <= whole.records);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *base = getenv("TMPDIR");
    char folder[200], path[300];
    const int length =
        snprintf(folder, sizeof folder, "%s/ludus-fuzz-XXXXXX", base != NULL ? base : "/tmp");
    REQUIRE(length < (int)sizeof folder && mkdtemp(folder) != NULL);
    read_bytes(folder, data, size);
    if (size >= LUDUS_SEGMENT_HEADER) {
        uint8_t *repaired = malloc(size);
        REQUIRE(repaired != NULL);
        memcpy(repaired, data, size);
        ludus_store_u64(repaired + 48, ludus_hash64(repaired, 48, 0));
        (void)repair_chunks(repaired, size, LUDUS_SEGMENT_HEADER, UINT64_MAX);
        read_bytes(folder, repaired, size);
        free(repaired);
    }
    ludus_segment_path(folder, 1, path, sizeof path);
    remove(path);
    REQUIRE(rmdir(folder) == 0);
    return 0;
}
