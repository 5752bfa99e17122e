#include "agents/evaluator_team.h"

#include <assert.h>
#include <pthread.h>
#include <string.h>

struct team;

typedef struct helper {
    struct team *team;
    pthread_t thread;
    ludus_evaluator evaluator;
    ludus_leaf *leaves; // share of the batch under way
    int32_t n;          // 0 = none
} helper;

typedef struct team {
    ludus_evaluator first; // works on the caller's thread
    int32_t num_helpers, num_started;
    helper *helpers; // [num_helpers]
    // Guards the shares and what follows.
    pthread_mutex_t mutex;
    pthread_cond_t dealt; // shares are there, or the team is quitting
    pthread_cond_t done;  // a share is finished
    int32_t num_working;
    bool is_quitting;
} team;

static void *help(void *argument)
{
    helper *h = argument;
    team *t = h->team;
    pthread_mutex_lock(&t->mutex);
    for (;;) {
        while (h->n == 0 && !t->is_quitting) {
            pthread_cond_wait(&t->dealt, &t->mutex);
        }
        if (t->is_quitting) {
            break;
        }
        pthread_mutex_unlock(&t->mutex);
        ludus_evaluate(&h->evaluator, h->n, h->leaves);
        pthread_mutex_lock(&t->mutex);
        h->n = 0;
        if (--t->num_working == 0) {
            pthread_cond_signal(&t->done);
        }
    }
    pthread_mutex_unlock(&t->mutex);
    return NULL;
}

// Deals out all leaves but the caller's share, which is the first; returns that.
static int32_t deal(team *t, int32_t n, ludus_leaf *leaves)
{
    const int32_t members = t->num_helpers + 1;
    const int32_t mine = (n + members - 1) / members;
    int32_t next = mine;
    pthread_mutex_lock(&t->mutex);
    for (int32_t i = 0; i < t->num_helpers && next < n; i++) {
        const int32_t left = members - 1 - i;
        const int32_t share = (n - next + left - 1) / left;
        t->helpers[i].leaves = leaves + next;
        t->helpers[i].n = share;
        t->num_working++;
        next += share;
    }
    if (t->num_working > 0) {
        pthread_cond_broadcast(&t->dealt);
    }
    pthread_mutex_unlock(&t->mutex);
    return mine;
}

static void team_evaluate(void *self, int32_t n, ludus_leaf *leaves)
{
    team *t = self;
    const int32_t mine = deal(t, n, leaves);
    ludus_evaluate(&t->first, mine, leaves);
    if (mine < n) {
        pthread_mutex_lock(&t->mutex);
        while (t->num_working > 0) {
            pthread_cond_wait(&t->done, &t->mutex);
        }
        pthread_mutex_unlock(&t->mutex);
    }
}

static void team_destroy(void *self)
{
    team *t = self;
    pthread_mutex_lock(&t->mutex);
    t->is_quitting = true;
    pthread_cond_broadcast(&t->dealt);
    pthread_mutex_unlock(&t->mutex);
    for (int32_t i = 0; i < t->num_helpers; i++) {
        if (i < t->num_started) {
            pthread_join(t->helpers[i].thread, NULL);
        }
        ludus_evaluator_destroy(&t->helpers[i].evaluator);
    }
    ludus_evaluator_destroy(&t->first);
    pthread_cond_destroy(&t->done);
    pthread_cond_destroy(&t->dealt);
    pthread_mutex_destroy(&t->mutex);
    ludus_free(t->helpers);
    ludus_free(t);
}

static const ludus_evaluator_ops team_ops = {"team", team_evaluate, team_destroy};

static ludus_status refuse(const ludus_evaluator *members, int32_t n, ludus_error *error)
{
    for (int32_t i = 0; i < n; i++) {
        ludus_evaluator member = members[i];
        ludus_evaluator_destroy(&member);
    }
    return ludus_fail(error, LUDUS_ERR_NOMEM, "evaluators: out of memory");
}

ludus_status ludus_evaluator_team(ludus_evaluator *out, const ludus_evaluator *members, int32_t n,
                                  ludus_error *error)
{
    assert(n >= 1 && n <= LUDUS_EVALUATOR_TEAM_MAX);
    memset(out, 0, sizeof *out);
    if (n == 1) {
        *out = members[0];
        return LUDUS_OK;
    }
    team *t = ludus_alloc(1, sizeof *t);
    helper *helpers = ludus_alloc((size_t)n - 1, sizeof *helpers);
    if (t == NULL || helpers == NULL) {
        ludus_free(t);
        ludus_free(helpers);
        return refuse(members, n, error);
    }
    t->first = members[0];
    t->num_helpers = n - 1;
    t->helpers = helpers;
    pthread_mutex_init(&t->mutex, NULL);
    pthread_cond_init(&t->dealt, NULL);
    pthread_cond_init(&t->done, NULL);
    for (int32_t i = 0; i < t->num_helpers; i++) {
        helpers[i] = (helper){.team = t, .evaluator = members[i + 1]};
    }
    for (int32_t i = 0; i < t->num_helpers; i++, t->num_started++) {
        if (pthread_create(&helpers[i].thread, NULL, help, &helpers[i]) != 0) {
            team_destroy(t);
            return ludus_fail(error, LUDUS_ERR_NOMEM, "evaluators: no more threads to be had");
        }
    }
    *out = (ludus_evaluator){.ops = &team_ops, .self = t, .max_batch = n * members[0].max_batch};
    return LUDUS_OK;
}

ludus_evaluator *ludus_evaluator_team_first(ludus_evaluator *evaluator)
{
    return evaluator->ops == &team_ops ? &((team *)evaluator->self)->first : evaluator;
}
