#include "selfplay/actors.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <omp.h>
#include <string.h>

const ludus_option ludus_actors_options[] = {
    LUDUS_OPTION_INT32(ludus_actors_config, "actors", "worlds", worlds, 1, 4096,
                       "worlds side by side"),
    LUDUS_OPTION_INT32(ludus_actors_config, "actors", "batch", batch, 1, 1024,
                       "worlds per net evaluation"),
    LUDUS_OPTION_INT32(ludus_actors_config, "actors", "steps", steps, 1, 4096,
                       "steps of each world between trainings"),
};
const size_t ludus_actors_num_options =
    sizeof(ludus_actors_options) / sizeof(ludus_actors_options[0]);

ludus_actors_config ludus_actors_config_default(void)
{
    return (ludus_actors_config){.worlds = 8, .batch = 8, .steps = 4};
}

// One finished episode.
typedef struct episode {
    float score; // raw rewards summed
    float length;
} episode;

typedef struct actor {
    ludus_env env;
    ludus_rng rng;     // of exploration
    double score;      // of the running episode
    int64_t length;    // of the running game, in steps
    episode *finished; // [T] in the phase
    int32_t num_finished;
} actor;

struct ludus_actors {
    ludus_actors_config config;
    int32_t threads;
    uint64_t noise_seed;
    size_t packed_bytes;
    actor *actors;             // [W]
    ludus_q_policy **policies; // [threads]
    uint8_t *obs, *cut_obs, *action, *end;
    float *reward, *value, *cut_value;
    ludus_rollout rollout;
    int64_t episodes, steps;
    episode recent[LUDUS_RECENT_EPISODES]; // ring: episode e at e % LUDUS_RECENT_EPISODES
};

// ---- Life cycle ------------------------------------------------------------------------------

static ludus_status create_arrays(ludus_actors *a)
{
    const size_t w = (size_t)a->config.worlds, t = (size_t)a->config.steps;
    a->obs = ludus_alloc(w * (t + 1), a->packed_bytes);
    a->cut_obs = ludus_alloc(w * t, a->packed_bytes);
    a->action = ludus_alloc(w * t, 1);
    a->end = ludus_alloc(w * t, 1);
    a->reward = ludus_alloc(w * t, sizeof *a->reward);
    a->value = ludus_alloc(w * (t + 1), sizeof *a->value);
    a->cut_value = ludus_alloc(w * t, sizeof *a->cut_value);
    bool complete =
        a->obs && a->cut_obs && a->action && a->end && a->reward && a->value && a->cut_value;
    for (size_t i = 0; complete && i < w; i++) {
        a->actors[i].finished = ludus_alloc(t, sizeof *a->actors[i].finished);
        complete = a->actors[i].finished != NULL;
    }
    a->rollout = (ludus_rollout){
        .worlds = a->config.worlds,
        .steps = a->config.steps,
        .packed_bytes = a->packed_bytes,
        .obs = a->obs,
        .cut_obs = a->cut_obs,
        .action = a->action,
        .reward = a->reward,
        .end = a->end,
        .value = a->value,
        .cut_value = a->cut_value,
    };
    return complete ? LUDUS_OK : LUDUS_ERR_NOMEM;
}

static ludus_status open_worlds(ludus_actors *a, const char *world, const ludus_env_config *env,
                                uint64_t seed, ludus_error *error)
{
    for (int32_t i = 0; i < a->config.worlds; i++) {
        actor *who = &a->actors[i];
        const ludus_status status = ludus_env_open(&who->env, world, env, error);
        if (status != LUDUS_OK) {
            return status;
        }
        ludus_env_reset(&who->env, ludus_mix64(seed ^ ludus_mix64((uint64_t)i + 1)));
        ludus_rng_init(&who->rng, ludus_mix64(seed + 2), (uint64_t)i);
    }
    return LUDUS_OK;
}

static ludus_status create_policies(ludus_actors *a, const ludus_q_config *q, const ludus_net *net,
                                    ludus_error *error)
{
    for (int32_t i = 0; i < a->threads; i++) {
        const ludus_status status = ludus_q_policy_create(
            &a->policies[i], net, &a->actors[0].env.spec, q, a->config.batch, error);
        if (status != LUDUS_OK) {
            return status;
        }
    }
    return LUDUS_OK;
}

ludus_status ludus_actors_create(ludus_actors **out, const char *world, const ludus_env_config *env,
                                 const ludus_actors_config *config, const ludus_q_config *q,
                                 const ludus_net *net, uint64_t seed, int32_t threads,
                                 ludus_error *error)
{
    *out = NULL;
    if (config->worlds % config->batch != 0) {
        return ludus_fail(error, LUDUS_ERR_ARG,
                          "actors.worlds = %d: must be a multiple of actors.batch = %d",
                          config->worlds, config->batch);
    }
    ludus_actors *a = ludus_alloc(1, sizeof *a);
    if (a == NULL) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "actors: out of memory");
    }
    const int32_t groups = config->worlds / config->batch;
    a->config = *config;
    a->noise_seed = ludus_mix64(seed + 5);
    a->threads = threads < groups ? threads : groups;
    a->actors = ludus_alloc((size_t)config->worlds, sizeof *a->actors);
    a->policies = ludus_alloc((size_t)a->threads, sizeof *a->policies);
    ludus_status status = LUDUS_OK;
    if (a->actors == NULL || a->policies == NULL) {
        status = ludus_fail(error, LUDUS_ERR_NOMEM, "actors: out of memory");
    }
    if (status == LUDUS_OK) {
        status = open_worlds(a, world, env, seed, error);
    }
    if (status == LUDUS_OK) {
        a->packed_bytes = ludus_env_packed_bytes(&a->actors[0].env.spec);
        status = create_policies(a, q, net, error);
    }
    if (status == LUDUS_OK && create_arrays(a) != LUDUS_OK) {
        status = ludus_fail(error, LUDUS_ERR_NOMEM, "actors: out of memory");
    }
    if (status != LUDUS_OK) {
        ludus_actors_destroy(a);
        return status;
    }
    *out = a;
    return LUDUS_OK;
}

void ludus_actors_destroy(ludus_actors *actors)
{
    if (actors == NULL) {
        return;
    }
    for (int32_t i = 0; actors->actors != NULL && i < actors->config.worlds; i++) {
        ludus_env_close(&actors->actors[i].env);
        ludus_free(actors->actors[i].finished);
    }
    for (int32_t i = 0; actors->policies != NULL && i < actors->threads; i++) {
        ludus_q_policy_destroy(actors->policies[i]);
    }
    ludus_free(actors->actors);
    ludus_free(actors->policies);
    ludus_free(actors->obs);
    ludus_free(actors->cut_obs);
    ludus_free(actors->action);
    ludus_free(actors->end);
    ludus_free(actors->reward);
    ludus_free(actors->value);
    ludus_free(actors->cut_value);
    ludus_free(actors);
}

// ---- A phase ---------------------------------------------------------------------------------

static float largest(int32_t n, const float *q)
{
    return q[ludus_q_best(n, q)];
}

static void finish_episode(actor *who, const ludus_env_result *result)
{
    if (result->game_over) { // under the life wrapper an end is not always the game's
        who->finished[who->num_finished++] = (episode){(float)who->score, (float)who->length};
        who->score = 0.0;
        who->length = 0;
    }
    ludus_env_restart(&who->env);
}

// Takes one step of world w, recorded as step t.
static void step_world(ludus_actors *a, int32_t w, int32_t t, int32_t action)
{
    actor *who = &a->actors[w];
    const size_t at = (size_t)w * (size_t)a->config.steps + (size_t)t;
    ludus_env_result result;
    ludus_env_step(&who->env, action, &result);
    who->score += (double)result.raw_reward;
    who->length++;
    a->action[at] = (uint8_t)action;
    a->reward[at] = result.reward;
    a->end[at] = result.terminated  ? LUDUS_STEP_TERMINATED
                 : result.truncated ? LUDUS_STEP_TRUNCATED
                                    : LUDUS_STEP_GOES_ON;
    if (result.truncated) {
        ludus_env_observe_packed(&who->env, a->cut_obs + at * a->packed_bytes);
    }
    if (who->env.over) {
        finish_episode(who, &result);
    }
}

// Values of what truncated episodes ended with. Rare, so one row at a time.
static void value_cuts(ludus_actors *a, ludus_q_policy *policy, int32_t w, int32_t num_actions)
{
    const size_t first = (size_t)w * (size_t)a->config.steps;
    for (size_t at = first; at < first + (size_t)a->config.steps; at++) {
        if (a->end[at] == LUDUS_STEP_TRUNCATED) {
            ludus_q_policy_set(policy, 0, a->cut_obs + at * a->packed_bytes);
            a->cut_value[at] = largest(num_actions, ludus_q_policy_run(policy, 1));
        }
    }
}

static void run_group(ludus_actors *a, ludus_q_policy *policy, int32_t first, float epsilon)
{
    const int32_t batch = a->config.batch, steps = a->config.steps;
    const int32_t num_actions = a->actors[0].env.spec.num_actions;
    for (int32_t t = 0; t <= steps; t++) {
        for (int32_t i = 0; i < batch; i++) {
            const size_t at = (size_t)(first + i) * ((size_t)steps + 1) + (size_t)t;
            uint8_t *obs = a->obs + at * a->packed_bytes;
            ludus_env_observe_packed(&a->actors[first + i].env, obs);
            ludus_q_policy_set(policy, i, obs);
        }
        const float *q = ludus_q_policy_run(policy, batch);
        for (int32_t i = 0; i < batch; i++) {
            const int32_t w = first + i;
            const float *of_world = q + (size_t)i * (size_t)num_actions;
            a->value[(size_t)w * ((size_t)steps + 1) + (size_t)t] = largest(num_actions, of_world);
            if (t < steps) {
                step_world(a, w, t,
                           ludus_q_choose(num_actions, of_world, epsilon, &a->actors[w].rng));
            }
        }
    }
    for (int32_t w = first; w < first + batch; w++) {
        value_cuts(a, policy, w, num_actions);
    }
}

// In world order, so that the moving mean does not depend on threads.
static void collect_episodes(ludus_actors *a)
{
    for (int32_t w = 0; w < a->config.worlds; w++) {
        for (int32_t i = 0; i < a->actors[w].num_finished; i++) {
            a->recent[a->episodes % LUDUS_RECENT_EPISODES] = a->actors[w].finished[i];
            a->episodes++;
        }
        a->actors[w].num_finished = 0;
    }
}

const ludus_rollout *ludus_actors_phase(ludus_actors *actors, const ludus_net *net, float epsilon)
{
    const int32_t groups = actors->config.worlds / actors->config.batch;
#pragma omp parallel default(none) shared(actors, net, epsilon, groups) num_threads(actors->threads)
    {
        ludus_q_policy *policy = actors->policies[omp_get_thread_num()];
        ludus_q_policy_refresh(policy, net);
#pragma omp for schedule(dynamic, 1)
        for (int32_t g = 0; g < groups; g++) {
            // A group explores under its own noise, anew in every phase.
            ludus_q_policy_noise(policy,
                                 ludus_mix64(actors->noise_seed ^ (uint64_t)(actors->steps + g)));
            run_group(actors, policy, g * actors->config.batch, epsilon);
        }
    }
    actors->steps += (int64_t)actors->config.worlds * actors->config.steps;
    collect_episodes(actors);
    return &actors->rollout;
}

void ludus_actors_stats_get(const ludus_actors *actors, ludus_actor_stats *out)
{
    const int64_t held =
        actors->episodes < LUDUS_RECENT_EPISODES ? actors->episodes : LUDUS_RECENT_EPISODES;
    double score = 0.0, length = 0.0;
    for (int64_t i = 0; i < held; i++) {
        score += (double)actors->recent[i].score;
        length += (double)actors->recent[i].length;
    }
    *out = (ludus_actor_stats){
        .episodes = actors->episodes,
        .steps = actors->steps,
        .recent_return = held > 0 ? score / (double)held : (double)NAN,
        .recent_length = held > 0 ? length / (double)held : (double)NAN,
    };
}

// ---- Checkpoints -----------------------------------------------------------------------------

void ludus_actors_save(const ludus_actors *actors, ludus_buffer *out)
{
    const size_t bytes = ludus_env_state_bytes(&actors->actors[0].env);
    uint8_t *state = ludus_alloc(bytes, 1);
    if (state == NULL) {
        out->failed = true;
        return;
    }
    ludus_buffer_put_u64(out, (uint64_t)actors->episodes);
    ludus_buffer_put_u64(out, (uint64_t)actors->steps);
    ludus_buffer_put(out, actors->recent, sizeof actors->recent);
    for (int32_t i = 0; i < actors->config.worlds; i++) {
        const actor *who = &actors->actors[i];
        ludus_env_save(&who->env, state);
        ludus_buffer_put(out, state, bytes);
        ludus_buffer_put(out, &who->rng, sizeof who->rng);
        ludus_buffer_put(out, &who->score, sizeof who->score);
        ludus_buffer_put_u64(out, (uint64_t)who->length);
    }
    ludus_free(state);
}

static ludus_status load_actor(actor *who, size_t bytes, ludus_cursor *in)
{
    const uint8_t *state = ludus_cursor_skip(in, bytes);
    const uint8_t *rng = ludus_cursor_skip(in, sizeof who->rng);
    const uint8_t *score = ludus_cursor_skip(in, sizeof who->score);
    who->length = (int64_t)ludus_cursor_u64(in);
    if (in->failed || ludus_env_load(&who->env, state, bytes, NULL) != LUDUS_OK) {
        return LUDUS_ERR_FORMAT;
    }
    memcpy(&who->rng, rng, sizeof who->rng);
    memcpy(&who->score, score, sizeof who->score);
    const bool valid =
        isfinite(who->score) && who->length >= 0 && !who->env.over && ludus_rng_is_valid(&who->rng);
    return valid ? LUDUS_OK : LUDUS_ERR_FORMAT;
}

ludus_status ludus_actors_load(ludus_actors *actors, ludus_cursor *in, ludus_error *error)
{
    const size_t bytes = ludus_env_state_bytes(&actors->actors[0].env);
    actors->episodes = (int64_t)ludus_cursor_u64(in);
    actors->steps = (int64_t)ludus_cursor_u64(in);
    const uint8_t *recent = ludus_cursor_skip(in, sizeof actors->recent);
    if (in->failed || actors->episodes < 0 || actors->steps < 0) {
        return ludus_fail(error, LUDUS_ERR_FORMAT, "the worlds' counters are damaged");
    }
    memcpy(actors->recent, recent, sizeof actors->recent);
    for (int32_t i = 0; i < actors->config.worlds; i++) {
        if (load_actor(&actors->actors[i], bytes, in) != LUDUS_OK) {
            return ludus_fail(error, LUDUS_ERR_FORMAT, "world %d is damaged", i);
        }
    }
    return LUDUS_OK;
}
