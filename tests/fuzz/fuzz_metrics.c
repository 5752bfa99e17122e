// Fuzzes the reader of metrics.jsonl.
//
// Input: byte 0 says how long the pieces are in which the rest arrives. Whatever comes, the
// reader's rows must be whole and its iterations ascending, and the pieces must not matter.

#include "fuzz_require.h"
#include "viewer/metrics_reader.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static ludus_metrics_reader *read_in_pieces(const uint8_t *data, size_t size, size_t piece)
{
    ludus_metrics_reader *reader;
    REQUIRE(ludus_metrics_reader_create(&reader, ".", NULL) == LUDUS_OK);
    for (size_t at = 0; at < size; at += piece) {
        ludus_metrics_reader_feed(reader, (const char *)data + at,
                                  size - at < piece ? size - at : piece);
    }
    return reader;
}

static void check_rows(const ludus_metrics_reader *reader)
{
    const int32_t rows = ludus_metrics_reader_rows(reader);
    const double *iterations = ludus_metrics_reader_values(reader, 0);
    for (int32_t r = 0; r < rows; r++) {
        REQUIRE(isfinite(iterations[r]));
        REQUIRE(r == 0 || iterations[r] > iterations[r - 1]);
    }
    for (int32_t s = 0; s < ludus_metrics_reader_series(reader); s++) {
        REQUIRE(ludus_metrics_reader_find(reader, ludus_metrics_reader_name(reader, s)) <= s);
    }
}

static void require_equal(const ludus_metrics_reader *a, const ludus_metrics_reader *b)
{
    REQUIRE(ludus_metrics_reader_rows(a) == ludus_metrics_reader_rows(b));
    REQUIRE(ludus_metrics_reader_series(a) == ludus_metrics_reader_series(b));
    REQUIRE(ludus_metrics_reader_damaged(a) == ludus_metrics_reader_damaged(b));
    for (int32_t s = 0; s < ludus_metrics_reader_series(a); s++) {
        const double *x = ludus_metrics_reader_values(a, s);
        const double *y = ludus_metrics_reader_values(b, s);
        for (int32_t r = 0; r < ludus_metrics_reader_rows(a); r++) {
            REQUIRE(x[r] == y[r] || (isnan(x[r]) && isnan(y[r])));
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2) {
        return 0;
    }
    ludus_metrics_reader *whole = read_in_pieces(data + 1, size - 1, size);
    ludus_metrics_reader *pieces = read_in_pieces(data + 1, size - 1, (size_t)data[0] + 1);
    check_rows(whole);
    require_equal(whole, pieces);
    ludus_metrics_reader_destroy(pieces);
    ludus_metrics_reader_destroy(whole);
    return 0;
}
