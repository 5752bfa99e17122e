// How well a net plays Connect Four, measured against the truth: positions of all depths with the
// exact score of every move (agents/connect4_labels.h).
//
// A chosen move preserves the value when its outcome class (win, draw, loss) is that of the best
// move, and is perfect when its score is the best score (the quickest win, the slowest loss).
// Measured for the raw policy (most likely legal move) and for a search of N simulations without
// noise (most visited or proven move).
//
// Threads: opens a team of `threads`; each searches `batch` positions side by side, one leaf of
// each per net evaluation.
// Repeat: the result depends on net, precision, positions, simulations and search settings alone.

#ifndef LUDUS_SELFPLAY_LABEL_EVAL_H
#define LUDUS_SELFPLAY_LABEL_EVAL_H

#include "agents/mcts.h"
#include "nets/net.h"

typedef struct ludus_label_config {
    int32_t positions;   // of the labelled set, spread evenly over it; 0 = all
    int32_t simulations; // per searched position; 0 = raw policy alone
    int32_t threads;
    int32_t batch;     // 1..1024
    int32_t precision; // ludus_precision
    ludus_mcts_config search;
} ludus_label_config;

ludus_label_config ludus_label_config_default(void); // 2000 positions, 600 simulations, f32

// k of n with the Wilson 95 % interval.
typedef struct ludus_share {
    int32_t count, of;
    double share, low, high; // 0..1; share is 0 when of is 0
} ludus_share;
ludus_share ludus_share_of(int32_t count, int32_t of);

typedef struct ludus_label_marks {
    ludus_share preserving; // of all positions
    ludus_share perfect;    // of all positions
    ludus_share decisive;   // value-preserving, of the positions where some move is not
    ludus_share outcome;    // most likely of win, draw, loss is the true one
    double seconds;         // wall time
} ludus_label_marks;

typedef struct ludus_label_result {
    int32_t positions;
    ludus_label_marks policy;
    ludus_label_marks search; // zeroed without simulations
} ludus_label_result;

// Called now and then by one thread at a time; returns false to give up (LUDUS_ERR_STATE).
typedef bool ludus_label_progress(int32_t done, int32_t total, void *user);

// `net` must be one for connect4. `progress` may be NULL.
ludus_status ludus_label_eval(const ludus_net *net, const ludus_label_config *config,
                              ludus_label_progress *progress, void *user,
                              ludus_label_result *result, ludus_error *error);

#endif
