#include "viewer/world_session.h"

#include "agents/q_policy.h"
#include "agents/world_net.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define MAX_HISTORY ((int32_t)1 << 18) // steps of one episode that are kept

struct ludus_world_session {
    char name[LUDUS_ENV_NAME_MAX]; // of the world
    ludus_env env;
    ludus_world_net agent;
    ludus_q_policy *policy;
    ludus_rng rng; // of epsilon
    float epsilon;
    float *q;        // [num_actions]
    uint8_t *packed; // [packed_bytes]
    ludus_world_state state;
    int32_t capacity; // of values and scores
    double *values, *scores;
    double returns[LUDUS_SESSION_EPISODES];
};

// ---- What is seen ----------------------------------------------------------------------------

static void evaluate(ludus_world_session *s)
{
    const int32_t n = s->env.spec.num_actions;
    ludus_env_observe_packed(&s->env, s->packed);
    if (s->policy == NULL) {
        return;
    }
    ludus_q_policy_set(s->policy, 0, s->packed);
    memcpy(s->q, ludus_q_policy_run(s->policy, 1), (size_t)n * sizeof *s->q);
    for (int32_t a = 0; a < n; a++) {
        s->state.q_low = fminf(s->state.q_low, s->q[a]);
        s->state.q_high = fmaxf(s->state.q_high, s->q[a]);
    }
}

static bool has_room(ludus_world_session *s)
{
    if (s->state.count < s->capacity) {
        return true;
    }
    const int32_t wanted = s->capacity > 0 ? 2 * s->capacity : 1024;
    if (wanted > MAX_HISTORY) {
        return false;
    }
    double *values = ludus_realloc(s->values, (size_t)s->capacity, (size_t)wanted, sizeof *values);
    s->values = values != NULL ? values : s->values;
    double *scores = ludus_realloc(s->scores, (size_t)s->capacity, (size_t)wanted, sizeof *scores);
    s->scores = scores != NULL ? scores : s->scores;
    s->capacity = values != NULL && scores != NULL ? wanted : s->capacity;
    return s->state.count < s->capacity;
}

// Adds the shown observation to the history.
static void remember(ludus_world_session *s)
{
    const int32_t n = s->env.spec.num_actions;
    if (has_room(s)) {
        const int32_t i = s->state.count++;
        s->values[i] = s->policy != NULL && !s->state.is_over ? (double)s->q[ludus_q_best(n, s->q)]
                                                              : (double)NAN;
        s->scores[i] = s->state.score;
    }
}

// ---- Playing ---------------------------------------------------------------------------------

static void begin_episode(ludus_world_session *s)
{
    s->state.action = s->state.done = -1;
    s->state.was_stuck = s->state.was_random = s->state.was_person = false;
    s->state.reward = 0;
    s->state.steps = s->state.stuck = 0;
    s->state.score = 0;
    s->state.is_over = false;
    s->state.count = 0;
    evaluate(s);
    remember(s);
}

void ludus_world_session_new_episode(ludus_world_session *s)
{
    ludus_env_restart(&s->env);
    begin_episode(s);
}

static void end_episode(ludus_world_session *s)
{
    s->state.is_over = true;
    if (s->state.episodes == LUDUS_SESSION_EPISODES) {
        memmove(s->returns, s->returns + 1, (LUDUS_SESSION_EPISODES - 1) * sizeof *s->returns);
        s->state.episodes--;
    }
    s->returns[s->state.episodes++] = s->state.score;
}

static int32_t choose(ludus_world_session *s)
{
    const int32_t n = s->env.spec.num_actions;
    const int32_t best = ludus_q_best(n, s->q);
    const int32_t action = ludus_q_choose(n, s->q, s->epsilon, &s->rng);
    s->state.was_random = action != best;
    return action;
}

void ludus_world_session_step(ludus_world_session *s, int32_t action)
{
    ludus_env_result result;
    const int32_t before = s->state.done;
    if (s->state.is_over) {
        ludus_world_session_new_episode(s);
        return;
    }
    s->state.was_random = false;
    s->state.was_person = action != LUDUS_AGENT_CHOOSES;
    assert(s->policy != NULL || s->state.was_person);
    s->state.action = s->state.was_person ? action : choose(s);
    ludus_env_step(&s->env, s->state.action, &result);
    s->state.was_stuck = result.stuck;
    s->state.done = result.stuck ? before : s->state.action;
    s->state.stuck += result.stuck;
    s->state.steps++;
    s->state.reward = result.raw_reward;
    s->state.score += (double)result.raw_reward;
    if (s->env.over && result.game_over) {
        end_episode(s);
    } else if (s->env.over) {
        ludus_env_restart(&s->env); // the next life
    }
    evaluate(s);
    remember(s);
}

void ludus_world_session_set_epsilon(ludus_world_session *s, float epsilon)
{
    s->epsilon = fminf(fmaxf(epsilon, 0), 1);
}

void ludus_world_session_look(const ludus_world_session *s, ludus_world_state *out)
{
    *out = s->state;
    out->env = &s->env;
    out->has_agent = s->policy != NULL;
    out->epsilon = s->epsilon;
    out->q = s->policy != NULL ? s->q : NULL;
    out->packed = s->packed;
    out->values = s->values;
    out->scores = s->scores;
    out->returns = s->returns;
}

// ---- Life ------------------------------------------------------------------------------------

static ludus_status load_agent(ludus_world_net *out, const char *world, const char *path,
                               ludus_error *error)
{
    const ludus_status status = ludus_world_net_load(out, path, error);
    if (status == LUDUS_OK && strcmp(out->world, world) != 0) {
        ludus_fail(error, LUDUS_ERR_ARG, "%s: trained for %s, not for %s", path, out->world, world);
        ludus_world_net_free(out);
        return LUDUS_ERR_ARG;
    }
    return status;
}

// Lets the agent play in the world, in place of the one before. Takes ownership of what it holds.
static ludus_status seat_agent(ludus_world_session *s, ludus_world_net *agent, ludus_error *error)
{
    ludus_q_policy *policy = NULL;
    ludus_status status = ludus_q_net_fits(agent->net, &s->env.spec, &agent->q, error);
    if (status == LUDUS_OK) {
        status = ludus_q_policy_create(&policy, agent->net, &s->env.spec, &agent->q, 1, error);
    }
    if (status != LUDUS_OK) {
        ludus_world_net_free(agent);
        return status;
    }
    ludus_q_policy_destroy(s->policy);
    ludus_world_net_free(&s->agent);
    s->policy = policy;
    s->agent = *agent;
    s->state.q_low = INFINITY;
    s->state.q_high = -INFINITY;
    return LUDUS_OK;
}

static ludus_status open_world(ludus_world_session *s, const ludus_world_setup *setup,
                               ludus_error *error)
{
    ludus_world_net agent = {0};
    if (setup->net == NULL) {
        return ludus_env_open(&s->env, setup->name, setup->env, error);
    }
    ludus_status status = load_agent(&agent, setup->name, setup->net, error);
    if (status == LUDUS_OK) {
        const ludus_env_config *env = setup->env != NULL ? setup->env : &agent.env;
        status = ludus_env_open(&s->env, setup->name, env, error);
        if (status == LUDUS_OK) {
            return seat_agent(s, &agent, error);
        }
        ludus_world_net_free(&agent);
    }
    return status;
}

ludus_status ludus_world_session_take_net(ludus_world_session *s, const char *net,
                                          ludus_error *error)
{
    ludus_world_net agent;
    ludus_status status = load_agent(&agent, s->name, net, error);
    if (status == LUDUS_OK) {
        status = seat_agent(s, &agent, error);
    }
    if (status == LUDUS_OK) {
        s->state.count--; // what is shown now is seen anew
        evaluate(s);
        remember(s);
    }
    return status;
}

ludus_status ludus_world_session_create(ludus_world_session **out, const ludus_world_setup *setup,
                                        ludus_error *error)
{
    *out = NULL;
    ludus_world_session *s = ludus_alloc(1, sizeof *s);
    if (s == NULL) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "out of memory");
    }
    snprintf(s->name, sizeof s->name, "%s", setup->name);
    ludus_status status = open_world(s, setup, error);
    if (status == LUDUS_OK) {
        s->q = ludus_alloc((size_t)s->env.spec.num_actions, sizeof *s->q);
        s->packed = ludus_alloc(1, ludus_env_packed_bytes(&s->env.spec));
        status = s->q != NULL && s->packed != NULL
                     ? LUDUS_OK
                     : ludus_fail(error, LUDUS_ERR_NOMEM, "out of memory");
    }
    if (status != LUDUS_OK) {
        ludus_world_session_destroy(s);
        return status;
    }
    ludus_rng_init(&s->rng, setup->seed, 1);
    ludus_world_session_set_epsilon(s, setup->epsilon);
    ludus_env_reset(&s->env, setup->seed);
    begin_episode(s);
    *out = s;
    return LUDUS_OK;
}

void ludus_world_session_destroy(ludus_world_session *s)
{
    if (s == NULL) {
        return;
    }
    ludus_q_policy_destroy(s->policy);
    ludus_world_net_free(&s->agent);
    ludus_env_close(&s->env);
    ludus_free(s->q);
    ludus_free(s->packed);
    ludus_free(s->values);
    ludus_free(s->scores);
    ludus_free(s);
}
