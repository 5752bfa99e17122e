// A run: the folder in which an agent trains, and the loop that drives its learner.
//
//     runs/NAME/recipe.ini         the recipe with all overrides, as the run began
//     runs/NAME/checkpoint.ludus   everything needed to go on, the recipe with later limits
//                                  included; replaced atomically
//     runs/NAME/start.safetensors  the net it began from, if run.start_net names one
//     runs/NAME/net.safetensors    the averaged weights of the last checkpoint
//     runs/NAME/metrics.jsonl      one JSON object per iteration
//     runs/NAME/events.out.tfevents.*   the same numbers for TensorBoard
//     runs/NAME/lock               held by the process that trains the run
//     runs/NAME/replay/*.seg       game records, if replay.segments is on
//     runs/NAME/GAME/replay/*.seg  those of a further game of the mix (selfplay/board_mix.h)
//
// A checkpoint is written every `checkpoint_minutes`, at the end, and when asked to stop. It also
// stores how long metrics.jsonl was, so that a killed run's later lines are cut on resume. A run
// needs nothing outside its folder, except that of `distill` its data (learn.data).
//
// Threads: one run, one thread; its learner opens teams.
// Repeat: ludus_run_hash depends on the recipe and the iteration alone.

#ifndef LUDUS_SELFPLAY_RUN_H
#define LUDUS_SELFPLAY_RUN_H

#include "selfplay/learner.h"

typedef struct ludus_run ludus_run;

// The [run] section: which agent learns what, and when to stop and save.
typedef struct ludus_run_config {
    char agent[24];
    char game[32];            // game or world
    int64_t seed;             // of everything random, >= 0
    int64_t iterations;       // stop after this many; 0 = no limit
    float minutes;            // stop after this much training time; 0 = no limit
    float checkpoint_minutes; // between checkpoints; 0 = after every iteration
    int32_t measure_every;    // iterations between strength measurements; 0 = never
    char start_net[256];      // weights to begin from, or empty
} ludus_run_config;

ludus_run_config ludus_run_config_default(void);
extern const ludus_option ludus_run_options[];
extern const size_t ludus_run_num_options;

// Begins a run in `folder`, which must not hold one already. `recipe` is used during the call and
// while the run lives; the caller keeps it.
ludus_status ludus_run_create(ludus_run **out, const char *folder, ludus_config *recipe,
                              int32_t threads, ludus_error *error);
// Opens the run in `folder` where its last checkpoint left it. `overrides` [count]: assignments
// for limits ([run] iterations, minutes, checkpoint_minutes, measure_every); others are refused,
// because the run would no longer be the one its recipe names. New limits hold for later sessions
// too. A folder that holds no run is left as it is.
ludus_status ludus_run_resume(ludus_run **out, const char *folder, const char *const *overrides,
                              size_t count, int32_t threads, ludus_error *error);
void ludus_run_destroy(ludus_run *run); // without saving; NULL is accepted

const ludus_run_config *ludus_run_settings(const ludus_run *run); // borrowed
int64_t ludus_run_iteration(const ludus_run *run);
double ludus_run_seconds(const ludus_run *run); // training time over all sessions
bool ludus_run_finished(const ludus_run *run);  // a limit is reached
const ludus_learner *ludus_run_learner(const ludus_run *run);

// One iteration; measures, logs and saves when due. `report` is valid until the next call. Weights
// that are no longer finite are LUDUS_ERR_STATE: the run should end and not be saved.
ludus_status ludus_run_step(ludus_run *run, const ludus_report **report, ludus_error *error);
// Writes checkpoint and net now.
ludus_status ludus_run_save(ludus_run *run, ludus_error *error);
// Hash of the learner's whole state; equal states, equal hash.
ludus_status ludus_run_hash(const ludus_run *run, uint64_t *hash, ludus_error *error);

// What a checkpoint file says of itself, checked in full.
typedef struct ludus_checkpoint_info {
    int64_t iteration;
    double seconds; // training time
    uint64_t hash;  // of the learner's state
    size_t bytes;
    char *recipe; // ludus_alloc text; the caller frees
} ludus_checkpoint_info;
ludus_status ludus_checkpoint_describe(const char *path, ludus_checkpoint_info *out,
                                       ludus_error *error);

#endif
