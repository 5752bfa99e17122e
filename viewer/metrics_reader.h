// Reads the metrics.jsonl of a run (selfplay/metrics_log.h) while it grows: one row per iteration,
// one series per name.
//
//     ludus_metrics_reader_create(&reader, "runs/connect4", &error);
//     while (watching) {
//         if (ludus_metrics_reader_poll(reader)) { ... draw again ... }
//     }
//
// The file is another program's and may be cut, replaced or removed at any moment. A line without
// its newline waits for the rest; a line that is no JSON object with an iteration is counted and
// left out. What a resumed run cut off (the file became shorter, or other bytes stand where the
// last line was) is read anew from the start. A file that disappears keeps its rows here, and
// notice() says so; when it comes back it is read from its start.
//
// One poll reads at most LUDUS_METRICS_POLL_BYTES, so that a window never waits for a long file.
//
// Threads: one reader, one thread.

#ifndef LUDUS_VIEWER_METRICS_READER_H
#define LUDUS_VIEWER_METRICS_READER_H

#include "base/base.h"

#define LUDUS_METRICS_POLL_BYTES ((size_t)4 << 20)
#define LUDUS_METRICS_MAX_LINE ((size_t)64 << 10) // bytes; longer lines are damage
#define LUDUS_METRICS_MAX_SERIES 128              // further names are left out
#define LUDUS_METRICS_MAX_ROWS ((int32_t)1 << 17) // then every second row is dropped
#define LUDUS_METRICS_NAME_MAX 64                 // bytes, NUL included; longer names are cut

typedef struct ludus_metrics_reader ludus_metrics_reader;

// `path`: the run's folder, that of a further board in it (RUN/go7 of a mixed run has the metrics
// of RUN), or a file of such lines. Fails when none is there; a run that has no metrics yet is
// fine. Reads nothing yet.
ludus_status ludus_metrics_reader_create(ludus_metrics_reader **out, const char *path,
                                         ludus_error *error);
void ludus_metrics_reader_destroy(ludus_metrics_reader *reader); // NULL is accepted

// Reads what is new. True when rows or the notice changed.
bool ludus_metrics_reader_poll(ludus_metrics_reader *reader);
// Whether the last poll stopped at its limit: poll again soon.
bool ludus_metrics_reader_has_more(const ludus_metrics_reader *reader);
// Feeds bytes as if the file had grown by them; what poll does with what it reads. For tests.
void ludus_metrics_reader_feed(ludus_metrics_reader *reader, const char *bytes, size_t size);

// "" or one line to show: the file is gone, lines were damaged, there are none yet.
const char *ludus_metrics_reader_notice(const ludus_metrics_reader *reader);
int64_t ludus_metrics_reader_damaged(const ludus_metrics_reader *reader);   // lines left out
const char *ludus_metrics_reader_title(const ludus_metrics_reader *reader); // "connect4"

int32_t ludus_metrics_reader_rows(const ludus_metrics_reader *reader);
int32_t ludus_metrics_reader_series(const ludus_metrics_reader *reader);
// In order of first appearance; 0 is "iteration". Borrowed from the reader.
const char *ludus_metrics_reader_name(const ludus_metrics_reader *reader, int32_t series);
// The series of that name, or -1.
int32_t ludus_metrics_reader_find(const ludus_metrics_reader *reader, const char *name);
// Its values [rows], NAN where a line had none. Borrowed until the next poll.
const double *ludus_metrics_reader_values(const ludus_metrics_reader *reader, int32_t series);

#endif
