#include "selfplay/learner.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "selfplay/az_learner.h"
#include "selfplay/distill_learner.h"
#include "selfplay/dqn_learner.h"
#include "selfplay/pqn_learner.h"
#include "selfplay/run.h"

static const ludus_learner_ops *const learners[] = {
    &ludus_az_learner_ops,
    &ludus_dqn_learner_ops,
    &ludus_pqn_learner_ops,
    &ludus_distill_learner_ops,
};
#define NUM_LEARNERS (sizeof(learners) / sizeof(learners[0]))

void ludus_report_add(ludus_report *report, const char *name, double value)
{
    assert(report->num_metrics < LUDUS_MAX_METRICS);
    report->metrics[report->num_metrics++] = (ludus_metric){name, value};
}

double ludus_report_get(const ludus_report *report, const char *name)
{
    for (int32_t i = 0; i < report->num_metrics; i++) {
        if (strcmp(report->metrics[i].name, name) == 0) {
            return report->metrics[i].value;
        }
    }
    return (double)NAN;
}

static ludus_status find_agent(const ludus_learner_ops **out, const char *agent, ludus_error *error)
{
    const char *names[NUM_LEARNERS];
    for (size_t i = 0; i < NUM_LEARNERS; i++) {
        names[i] = learners[i]->agent;
        if (strcmp(agent, names[i]) == 0) {
            *out = learners[i];
            return LUDUS_OK;
        }
    }
    const char *near = ludus_nearest(agent, names, NUM_LEARNERS);
    return ludus_fail(error, LUDUS_ERR_ARG, "run.agent = %s: no such agent (did you mean %s?)",
                      agent, near != NULL ? near : names[0]);
}

static ludus_status find_learner(const ludus_learner_ops **out, ludus_config *recipe,
                                 ludus_error *error)
{
    ludus_run_config run = ludus_run_config_default();
    const ludus_status status =
        ludus_config_apply(recipe, ludus_run_options, ludus_run_num_options, &run, error);
    return status == LUDUS_OK ? find_agent(out, run.agent, error) : status;
}

ludus_status ludus_learner_create(ludus_learner *out, ludus_config *recipe, const char *folder,
                                  int32_t threads, ludus_error *error)
{
    const ludus_learner_ops *ops = NULL;
    memset(out, 0, sizeof *out);
    ludus_status status = find_learner(&ops, recipe, error);
    if (status == LUDUS_OK) {
        status = ops->create(&out->self, recipe, folder, threads, error);
    }
    if (status != LUDUS_OK) {
        return status;
    }
    out->ops = ops;
    status = ludus_config_check_used(recipe, error);
    if (status != LUDUS_OK) {
        ludus_learner_destroy(out);
    }
    return status;
}

ludus_status ludus_learner_read(ludus_config *recipe, ludus_error *error)
{
    const ludus_learner_ops *ops = NULL;
    ludus_status status = find_learner(&ops, recipe, error);
    if (status == LUDUS_OK) {
        status = ops->read(recipe, error);
    }
    return status == LUDUS_OK ? ludus_config_check_used(recipe, error) : status;
}

void ludus_learner_destroy(ludus_learner *learner)
{
    if (learner->ops != NULL) {
        learner->ops->destroy(learner->self);
    }
    memset(learner, 0, sizeof *learner);
}
