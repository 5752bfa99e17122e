#include "agents/td_target.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "nets/softmax.h"

#define MAX_ACTIONS 64
#define MAX_ATOMS 256

// Moves the mass of R + d * z to the two atoms beside it.
static void project(const ludus_q_config *q, float reward, float discount, const float *p,
                    float *out)
{
    const float step = (q->v_max - q->v_min) / (float)(q->atoms - 1);
    memset(out, 0, (size_t)q->atoms * sizeof *out);
    for (int32_t j = 0; j < q->atoms; j++) {
        const float z = reward + discount * ludus_q_support(q, j);
        const float bounded = fminf(fmaxf(z, q->v_min), q->v_max);
        const float place = (bounded - q->v_min) / step;
        int32_t low = (int32_t)place;
        low = low > q->atoms - 2 ? q->atoms - 2 : low;
        const float share = fminf(place - (float)low, 1.0f);
        out[low] += p[j] * (1.0f - share);
        out[low + 1] += p[j] * share;
    }
}

// ln softmax(q / tau).
static void log_policy(int32_t num_actions, float tau, const float *q, float *out)
{
    for (int32_t a = 0; a < num_actions; a++) {
        out[a] = q[a] / tau;
    }
    const float normal = ludus_log_sum_exp((size_t)num_actions, out);
    for (int32_t a = 0; a < num_actions; a++) {
        out[a] -= normal;
    }
}

static float munchausen_target(const ludus_munchausen *m, int32_t num_actions,
                               const ludus_td_row *row)
{
    float log_pi[MAX_ACTIONS], soft = 0.0f;
    assert(num_actions <= MAX_ACTIONS);
    log_policy(num_actions, m->tau, row->current, log_pi);
    const float bonus = fmaxf(m->tau * log_pi[row->action], m->low);
    log_policy(num_actions, m->tau, row->target, log_pi);
    for (int32_t a = 0; a < num_actions; a++) {
        soft += expf(log_pi[a]) * (row->target[a] - m->tau * log_pi[a]);
    }
    return row->reward + m->alpha * fminf(bonus, 0.0f) + row->discount * soft;
}

void ludus_td_target(const ludus_q_config *q, const ludus_munchausen *munchausen,
                     int32_t num_actions, const ludus_td_row *row, float *out)
{
    const int32_t best = ludus_q_best(num_actions, row->select);
    const int32_t atoms = ludus_q_atoms(q);
    const float *of_best = row->target + (size_t)best * (size_t)atoms;
    if (q->kind == LUDUS_Q_CATEGORICAL) {
        float p[MAX_ATOMS];
        assert(atoms <= MAX_ATOMS);
        ludus_softmax((size_t)atoms, of_best, p);
        project(q, row->reward, row->discount, p, out);
    } else if (munchausen->enable) {
        assert(q->kind == LUDUS_Q_SCALAR && row->current != NULL);
        out[0] = munchausen_target(munchausen, num_actions, row);
    } else {
        for (int32_t i = 0; i < atoms; i++) {
            out[i] = row->reward + row->discount * of_best[i];
        }
    }
}
