// An agent in training: makes experience, stores it, learns from it, one iteration after another.
//
// The interface that `ludus train` drives. AlphaZero (az_learner.c) is one; each further kind of
// agent is a new table in learner_registry.c. Run folders, checkpoint files, metrics and time
// limits are not the learner's business: see selfplay/run.h.
//
// Threads: one call at a time; an iteration opens its own OpenMP teams.
// Repeat: state after an iteration depends on the recipe (its seed included) alone, not on
// threads, time or interruptions: save() then load() into a fresh learner continues bit for bit.

#ifndef LUDUS_SELFPLAY_LEARNER_H
#define LUDUS_SELFPLAY_LEARNER_H

#include "base/config.h"
#include "base/file.h"
#include "nets/net.h"

#define LUDUS_MAX_METRICS 96

// One number of an iteration, e.g. {"loss/policy", 1.23}. Names are static or the learner's.
typedef struct ludus_metric {
    const char *name;
    double value;
} ludus_metric;

typedef struct ludus_report {
    int64_t iteration; // just done, from 1
    int32_t num_metrics;
    ludus_metric metrics[LUDUS_MAX_METRICS];
} ludus_report;

void ludus_report_add(ludus_report *report, const char *name, double value);
// The value of a metric, or NAN.
double ludus_report_get(const ludus_report *report, const char *name);

typedef struct ludus_learner_ops {
    const char *agent; // the recipe's run.agent: "alphazero"
    // Reads its sections of the recipe. `folder`: the run's folder for files that grow (replay
    // segments), or NULL for none.
    ludus_status (*create)(void **self, ludus_config *recipe, const char *folder, int32_t threads,
                           ludus_error *error);
    // Reads and checks its sections as create() does, and makes nothing of them.
    ludus_status (*read)(ludus_config *recipe, ludus_error *error);
    void (*destroy)(void *self);
    ludus_status (*iterate)(void *self, ludus_report *report, ludus_error *error);
    // Measures strength without touching the state; adds metrics. (optional)
    ludus_status (*measure)(void *self, ludus_report *report, ludus_error *error);
    void (*save)(const void *self, ludus_buffer *out);
    ludus_status (*load)(void *self, ludus_cursor *in, ludus_error *error);
    const ludus_net *(*net)(const void *self); // the net to ship: EMA weights; borrowed
    // One line for people about an iteration, e.g. "games 1204  loss 1.92 ...".
    void (*describe)(const ludus_report *report, char *out, size_t size);
} ludus_learner_ops;

typedef struct ludus_learner {
    const ludus_learner_ops *ops;
    void *self; // owned
} ludus_learner;

// Finds the agent that the recipe names and creates it; every key must be known.
ludus_status ludus_learner_create(ludus_learner *out, ludus_config *recipe, const char *folder,
                                  int32_t threads, ludus_error *error);
// Only reads the recipe, all of it: whether its keys are known and their values allowed. For lists
// of keys, see ludus_config_watch.
ludus_status ludus_learner_read(ludus_config *recipe, ludus_error *error);
void ludus_learner_destroy(ludus_learner *learner); // a zeroed one is accepted

#endif
