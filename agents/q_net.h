// Nets that estimate action values (Q) in worlds: their description and what their outputs mean.
//
//     ludus_net_desc desc = ludus_net_desc_default();      // [net] applied to it
//     ludus_q_config q = ludus_q_config_default();         // [q] applied to it
//     ludus_q_net_desc(&desc, &env.spec, &q, &error);      // input and the head "q"
//
// Scalar (Mnih et al. 2015): one output per action. Categorical, "C51" (Bellemare et al. 2017):
// logits over `atoms` fixed values from v_min to v_max. Quantile (Dabney et al. 2018): `atoms`
// equally likely values. Outputs are [actions, atoms] per row.
//
// Letters: N rows, A actions, K atoms. Threads: no state.

#ifndef LUDUS_AGENTS_Q_NET_H
#define LUDUS_AGENTS_Q_NET_H

#include "base/config.h"
#include "envs/env.h"
#include "nets/net.h"

typedef enum ludus_q_kind { LUDUS_Q_SCALAR, LUDUS_Q_CATEGORICAL, LUDUS_Q_QUANTILE } ludus_q_kind;

typedef struct ludus_q_config {
    char convs[64];     // "32x8/4 64x4/2 64x3": channels x kernel / stride, no padding
    char hidden[64];    // outputs of the dense layers, "128" or "256 128"
    int32_t kind;       // ludus_q_kind
    int32_t atoms;      // of the distributional kinds
    float v_min, v_max; // C51: values of the first and the last atom
    bool dueling;       // value and advantage streams (Wang et al. 2016)
} ludus_q_config;

ludus_q_config ludus_q_config_default(void); // MinAtar's: convs 16x3, hidden 128, scalar
extern const ludus_option ludus_q_options[]; // the [q] section, and convs and hidden of [net]
extern const size_t ludus_q_num_options;

// Outputs per action: 1, or the atoms.
int32_t ludus_q_atoms(const ludus_q_config *config);
// Completes `desc` for a world: input shape, layers, the head "q". A malformed list fails with one
// line that quotes it.
ludus_status ludus_q_net_desc(ludus_net_desc *desc, const ludus_env_spec *spec,
                              const ludus_q_config *config, ludus_error *error);
// Fails with one line when the net was made for another world or another kind of values.
ludus_status ludus_q_net_fits(const ludus_net *net, const ludus_env_spec *spec,
                              const ludus_q_config *config, ludus_error *error);

// Expected values of one row: outputs [A,K] -> q [A].
void ludus_q_values(const ludus_q_config *config, int32_t num_actions, const float *outputs,
                    float *q);
// Value of C51's atom i.
float ludus_q_support(const ludus_q_config *config, int32_t i);

// Index of the largest value; the first of equals.
int32_t ludus_q_best(int32_t num_actions, const float *q);
// Epsilon-greedy: a uniform action with that probability, else the best. Draws one float, and one
// more number when it explores.
int32_t ludus_q_choose(int32_t num_actions, const float *q, float epsilon, ludus_rng *rng);

#endif
