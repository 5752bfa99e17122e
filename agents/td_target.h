// What a Q net should have said: targets of one-step and n-step temporal differences.
//
//   scalar       y = R + d * Q'(s', a*)                  (Mnih et al. 2015)
//   double       a* = argmax Q(s', .), the net that learns   (van Hasselt et al. 2016)
//   otherwise    a* = argmax Q'(s', .), the target net
//   categorical  the distribution of R + d * Z'(s', a*), projected on the atoms
//                (Bellemare et al. 2017, algorithm 1)
//   quantile     R + d * Z'_j(s', a*), j = 1..K          (Dabney et al. 2018, eq. 9)
//   Munchausen   R + alpha * [tau ln pi(a|s)]_low..0
//                  + d * sum_a' pi(a'|s') (Q'(s',a') - tau ln pi(a'|s')),
//                pi = softmax(Q'/tau)                     (Vieillard et al. 2020, eq. 1)
// R: discounted rewards, d: discount of what follows (0 at the end), Q': the target net.
//
// Letters: A actions, K atoms. Threads: no state. Rows are independent.

#ifndef LUDUS_AGENTS_TD_TARGET_H
#define LUDUS_AGENTS_TD_TARGET_H

#include "agents/q_net.h"

typedef struct ludus_munchausen {
    bool enable;
    float tau;   // temperature, > 0
    float alpha; // share of the log-policy, 0..1
    float low;   // its lower bound, <= 0
} ludus_munchausen;

typedef struct ludus_td_row {
    float reward;         // R
    float discount;       // d
    int32_t action;       // a
    const float *target;  // [A,K] outputs of the target net at s'
    const float *select;  // [A] values that choose a*: see above
    const float *current; // [A] target net's values at s; Munchausen only, else NULL
} ludus_td_row;

// out: [K]: the value, the distribution or the quantiles that the net should have for (s, a).
void ludus_td_target(const ludus_q_config *q, const ludus_munchausen *munchausen,
                     int32_t num_actions, const ludus_td_row *row, float *out);

#endif
