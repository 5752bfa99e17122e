// Prioritised sampling (Schaul et al. 2016, proportional variant): draws leaves with probability
// priority / total in logarithmic time, with the importance weights that undo the bias.
//
//     ludus_sum_tree_create(&tree, capacity, &error);
//     ludus_sum_tree_set(tree, item % capacity, ludus_sum_tree_max(tree));       // a new item
//     ludus_sum_tree_sample(tree, &rng, batch, beta, leaves, weights);
//     ludus_sum_tree_set(tree, leaves[i], ludus_priority(td_error, alpha, 1e-6f)); // afterwards
//
// A node sums 16 children, always left to right, so every sum follows from the leaves alone: no
// drift, and a saved tree goes on bit for bit. 1M leaves take 4.5 MB.
//
// Threads: one at a time for set and load; the reading calls may run side by side.
// Repeat: draws depend on the priorities and the rng alone.

#ifndef LUDUS_SELFPLAY_SUM_TREE_H
#define LUDUS_SELFPLAY_SUM_TREE_H

#include "base/file.h"

#define LUDUS_SUM_TREE_MAX ((int64_t)1 << 32) // leaves

typedef struct ludus_sum_tree ludus_sum_tree;

// All priorities are 0. 1 <= capacity <= LUDUS_SUM_TREE_MAX. Nothing is allocated later.
ludus_status ludus_sum_tree_create(ludus_sum_tree **out, int64_t capacity, ludus_error *error);
void ludus_sum_tree_destroy(ludus_sum_tree *tree); // NULL is accepted

// `priority` is finite and >= 0; 0 = never drawn. 0 <= leaf < capacity.
void ludus_sum_tree_set(ludus_sum_tree *tree, int64_t leaf, float priority);
float ludus_sum_tree_get(const ludus_sum_tree *tree, int64_t leaf);
double ludus_sum_tree_total(const ludus_sum_tree *tree);
float ludus_sum_tree_max(const ludus_sum_tree *tree); // largest ever set; 1 before the first

// The leaf whose stretch of the cumulated priorities holds `mass`, 0 <= mass < total. total > 0.
int64_t ludus_sum_tree_find(const ludus_sum_tree *tree, double mass);

// `n` draws, the k-th from the k-th n-th of the total (Schaul et al., appendix B.2.1). weights[i] =
// (N P(i))^-beta over its largest value among the n, 0..1. Among all leaves the largest would be
// that of a transition that is long understood, and would shrink every step by orders of magnitude.
// leaves, weights: [n]; weights may be NULL. total > 0.
void ludus_sum_tree_sample(const ludus_sum_tree *tree, ludus_rng *rng, int32_t n, float beta,
                           int64_t *leaves, float *weights);

// (|td_error| + epsilon)^alpha.
float ludus_priority(float td_error, float alpha, float epsilon);

// Checkpoints. load takes a tree of the same capacity only and leaves it as it was on failure.
void ludus_sum_tree_save(const ludus_sum_tree *tree, ludus_buffer *out);
ludus_status ludus_sum_tree_load(ludus_sum_tree *tree, ludus_cursor *in, ludus_error *error);

#endif
