// How fast nets compute on this machine, and how close that is to what its arithmetic can do.
//
//     ludus_net_bench b;
//     ludus_net_bench_config config = ludus_net_bench_config_default();
//     ludus_net_bench_run(net, LUDUS_PRECISION_F32, &config, &b, &error);
//     printf("%.0f %% of the peak\n", 100.0 * b.peak_share);
//
// A repetition measures the peak, the net, the peak again, and the net on all threads; what is
// reported are medians over the repetitions, so that a machine that is slower for a while is slower
// for the peak and the net alike. The peak is that of a loop of independent multiply-adds held in
// registers (ludus_net_bench_peak).
//
// What is timed is ludus_net_forward with all heads on random 0/1 planes: the whole pass, not only
// its matrix products; the operations counted are those of the matrix products (ludus_net_flops).
//
// Clocks: gflops, peak_gflops and peak_share are per CPU second of the one thread that computes;
// the evaluations per second and the speed-up are of wall time, and suffer when others compute.
// The scaling is of CPU time: what threads cost one another, whatever else the machine does.
// Threads: opens an OpenMP team of config.threads; each member has its own executor.
// Repeat: the times do not; everything else follows from the net and the arguments.

#ifndef LUDUS_NETS_NET_BENCH_H
#define LUDUS_NETS_NET_BENCH_H

#include "nets/net.h"

typedef struct ludus_net_bench_config {
    int32_t batch;       // rows per forward, 1..4096
    int32_t threads;     // of the team, 1..1024
    int32_t repetitions; // 1..LUDUS_NET_BENCH_MAX_REPETITIONS
    double seconds;      // of each measurement, four per repetition; > 0
} ludus_net_bench_config;
#define LUDUS_NET_BENCH_MAX_REPETITIONS 101

typedef struct ludus_net_bench {
    double gflops;          // one thread, 1e9 operations per second
    double peak_gflops;     // one thread; int8: 1e9 8-bit operations per second
    double peak_share;      // median of gflops / peak within a repetition
    double evals_per_s;     // rows, one thread
    double evals_per_s_all; // rows, config.threads threads
    double speedup;         // median of the ratio of the two within a repetition
    double scaling;         // the same ratio of rows per CPU second, summed over the team
    bool is_emulated;       // this CPU has no such arithmetic: f32's is used, and f32's peak
} ludus_net_bench;

// Batch 16, one thread, 7 repetitions of .15 s.
ludus_net_bench_config ludus_net_bench_config_default(void);

// Measures `net` in one precision. INT8 is calibrated on the same random planes that are timed; it
// fails where the int8 kernels are not to be had (see LUDUS_PRECISION_INT8).
ludus_status ludus_net_bench_run(const ludus_net *net, ludus_precision precision,
                                 const ludus_net_bench_config *config, ludus_net_bench *out,
                                 ludus_error *error);

// 1e9 operations (a multiply and an add are two) per CPU second of the calling thread, measured for
// about `seconds`. F32: fused multiply-adds of AVX-512 or AVX2. INT8: u8 times s8 summed in 32
// bits, by VNNI where there is one, else by the three instructions AVX2 takes for it. BF16: pairs
// of products summed in f32, by AVX-512's instruction for it; f32's peak where bf16 is emulated or
// the program is built without it. Without AVX2 the loop is plain C.
double ludus_net_bench_peak(ludus_precision precision, double seconds);
// The instructions of that loop: "avx2 fma", "avx512 bf16", "avx512 vnni", "plain".
const char *ludus_net_bench_peak_name(ludus_precision precision);

#endif
