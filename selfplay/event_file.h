// TensorBoard event files: scalars by step. Format: TFRecord frames (length, masked CRC-32C, data,
// masked CRC-32C) around Event protocol buffers, as TensorFlow's record_writer.cc and event.proto
// document them.
//
// Threads: one file, one thread. Each event is flushed at once, so a viewer may follow.

#ifndef LUDUS_SELFPLAY_EVENT_FILE_H
#define LUDUS_SELFPLAY_EVENT_FILE_H

#include "base/base.h"

typedef struct ludus_event_file ludus_event_file;

// Creates FOLDER/events.out.tfevents.<time>.<pid>.ludus.
ludus_status ludus_event_file_create(ludus_event_file **out, const char *folder,
                                     ludus_error *error);
// Values that are not finite are left out.
ludus_status ludus_event_file_add(ludus_event_file *file, int64_t step, int32_t n,
                                  const char *const *tags, const double *values,
                                  ludus_error *error);
void ludus_event_file_destroy(ludus_event_file *file); // closes; NULL is accepted

// CRC-32C (Castagnoli), as TFRecord uses it; for tests.
uint32_t ludus_crc32c(const void *data, size_t size);

#endif
