// How many optimiser steps a second a net takes on this machine.
//
//     ludus_train_bench_config config = ludus_train_bench_config_default();
//     config.train.batch = 32;
//     ludus_train_bench b;
//     ludus_train_bench_run(&desc, &config, &b, &error);
//
// What is timed is ludus_trainer_step on fixed random 0/1 planes with random targets: all of a step
// but the making of batches. Reported are medians over the repetitions. The operations counted are
// those of the matrix products, forward (ludus_net_flops) and twice that for the gradients.
//
// Clocks: steps_per_s is of wall time and suffers when others compute; steps_per_cpu_s is per CPU
// second of the calling thread, of use with one thread.
// Threads: opens the trainer's OpenMP team.
// Repeat: the times do not; everything else follows from the arguments.

#ifndef LUDUS_NETS_TRAIN_BENCH_H
#define LUDUS_NETS_TRAIN_BENCH_H

#include "nets/trainer.h"

#define LUDUS_TRAIN_BENCH_MAX_REPETITIONS 101

typedef struct ludus_train_bench_config {
    ludus_trainer_config train;
    int32_t repetitions; // 1..LUDUS_TRAIN_BENCH_MAX_REPETITIONS
    double seconds;      // wall time of each; > 0
} ludus_train_bench_config;

typedef struct ludus_train_bench {
    double steps_per_s;     // wall
    double steps_per_cpu_s; // of the calling thread
    double rows_per_s;      // wall
    double gflops;          // 1e9 operations per CPU second of the calling thread
} ludus_train_bench;

// The trainer's defaults without EMA; 9 repetitions of .2 s.
ludus_train_bench_config ludus_train_bench_config_default(void);

// Trains a net of that description with random weights.
ludus_status ludus_train_bench_run(const ludus_net_desc *desc,
                                   const ludus_train_bench_config *config, ludus_train_bench *out,
                                   ludus_error *error);

#endif
