// metrics.jsonl: one JSON object per iteration, flushed line by line, so that other programs may
// follow a run.
//
//     {"iteration": 12, "seconds": 83.1, "games": 431, "loss/policy": 1.71, ...}
//
// Threads: one log, one thread.

#ifndef LUDUS_SELFPLAY_METRICS_LOG_H
#define LUDUS_SELFPLAY_METRICS_LOG_H

#include "base/base.h"

typedef struct ludus_metrics_log ludus_metrics_log;

// Opens the file for appending after cutting it back to `keep` bytes (0 = empty it).
ludus_status ludus_metrics_log_open(ludus_metrics_log **out, const char *path, uint64_t keep,
                                    ludus_error *error);
// Values that are not finite become null.
ludus_status ludus_metrics_log_add(ludus_metrics_log *log, int64_t iteration, double seconds,
                                   int32_t n, const char *const *names, const double *values,
                                   ludus_error *error);
uint64_t ludus_metrics_log_size(const ludus_metrics_log *log); // bytes written so far
void ludus_metrics_log_close(ludus_metrics_log *log);          // NULL is accepted

#endif
