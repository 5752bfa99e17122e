#include "agents/q_policy.h"

#include <assert.h>

struct ludus_q_policy {
    ludus_q_config config;
    ludus_env_spec spec;
    ludus_net_exec *exec;
    int32_t max_batch;
    size_t cells;   // floats per observation
    size_t outputs; // floats per row of the head
    int32_t head;
    float *in;  // [max_batch, cells]
    float *out; // [max_batch, outputs]
    float *q;   // [max_batch, actions]
};

static ludus_status create_parts(ludus_q_policy *p, const ludus_net *net, ludus_error *error)
{
    const size_t rows = (size_t)p->max_batch;
    p->in = ludus_alloc(rows * p->cells, sizeof *p->in);
    p->out = ludus_alloc(rows * p->outputs, sizeof *p->out);
    p->q = ludus_alloc(rows * (size_t)p->spec.num_actions, sizeof *p->q);
    if (!p->in || !p->out || !p->q) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "policy: out of memory");
    }
    const ludus_exec_config exec = {.max_batch = p->max_batch, .precision = LUDUS_PRECISION_F32};
    return ludus_net_exec_create(&p->exec, net, &exec, error);
}

ludus_status ludus_q_policy_create(ludus_q_policy **out, const ludus_net *net,
                                   const ludus_env_spec *spec, const ludus_q_config *config,
                                   int32_t max_batch, ludus_error *error)
{
    *out = NULL;
    ludus_status status = ludus_q_net_fits(net, spec, config, error);
    if (status != LUDUS_OK) {
        return status;
    }
    ludus_q_policy *p = ludus_alloc(1, sizeof *p);
    if (p == NULL) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "policy: out of memory");
    }
    p->config = *config;
    p->spec = *spec;
    p->max_batch = max_batch;
    p->cells = ludus_env_obs_cells(spec);
    p->outputs = (size_t)spec->num_actions * (size_t)ludus_q_atoms(config);
    p->head = ludus_net_find_head(net, "q");
    status = create_parts(p, net, error);
    if (status != LUDUS_OK) {
        ludus_q_policy_destroy(p);
        return status;
    }
    *out = p;
    return LUDUS_OK;
}

void ludus_q_policy_destroy(ludus_q_policy *policy)
{
    if (policy == NULL) {
        return;
    }
    ludus_net_exec_destroy(policy->exec);
    ludus_free(policy->in);
    ludus_free(policy->out);
    ludus_free(policy->q);
    ludus_free(policy);
}

void ludus_q_policy_refresh(ludus_q_policy *policy, const ludus_net *net)
{
    const ludus_status status = ludus_net_exec_refresh(policy->exec, net, NULL);
    assert(status == LUDUS_OK); // f32 cannot fail
    (void)status;
}

void ludus_q_policy_noise(ludus_q_policy *policy, uint64_t seed)
{
    ludus_net_exec_noise(policy->exec, seed);
}

float *ludus_q_policy_row(ludus_q_policy *policy, int32_t i)
{
    assert(i >= 0 && i < policy->max_batch);
    return policy->in + (size_t)i * policy->cells;
}

void ludus_q_policy_set(ludus_q_policy *policy, int32_t i, const uint8_t *packed)
{
    ludus_env_packed_to_floats(&policy->spec, packed, ludus_q_policy_row(policy, i));
}

const float *ludus_q_policy_run(ludus_q_policy *policy, int32_t n)
{
    float *out[LUDUS_NET_MAX_HEADS] = {0};
    out[policy->head] = policy->out;
    ludus_net_forward(policy->exec, n, policy->in, out);
    for (int32_t i = 0; i < n; i++) {
        ludus_q_values(&policy->config, policy->spec.num_actions,
                       policy->out + (size_t)i * policy->outputs,
                       policy->q + (size_t)i * (size_t)policy->spec.num_actions);
    }
    return policy->q;
}

const float *ludus_q_policy_outputs(const ludus_q_policy *policy)
{
    return policy->out;
}
