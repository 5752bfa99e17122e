// Replays that write segment files to a folder of their own, and readers that know what must be in
// there. For tests in a group with temp_folder_create.

#ifndef LUDUS_TESTS_SEGMENT_RUN_H
#define LUDUS_TESTS_SEGMENT_RUN_H

#include "selfplay/replay.h"
#include "temp_folder.h"

#include <sys/types.h>

typedef struct segment_run {
    char folder[TEMP_PATH_MAX];
    char first[TEMP_PATH_MAX + 16]; // its first file
    ludus_replay_config config;     // tag "connect4"
} segment_run;

segment_run segment_run_init(void **state, const char *name);
ludus_replay *segment_run_open(const segment_run *run);

// Record i follows from i alone. bytes: [1024]. Returns its items.
int32_t segment_record(int64_t i, uint8_t *bytes, size_t *size);
ludus_status segment_push_one(ludus_replay *replay, int64_t i, ludus_error *error);
void segment_push(ludus_replay *replay, int64_t from, int64_t to); // records from..to-1

// Counts records and checks that they are segment_record's, in order, without gaps.
typedef struct segment_checker {
    int64_t records, items;
    bool is_wrong;
} segment_checker;

ludus_segment_visit segment_check; // user: a segment_checker
// Reads all files of the folder, checks them, returns the number of records. `note` may be NULL.
int64_t segment_read_folder(const segment_run *run, ludus_error *note);

off_t segment_file_size(const char *path); // -1: no such file
void segment_write_file(const char *path, const void *data, size_t size);

#endif
