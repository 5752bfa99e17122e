// Actors: many worlds stepped side by side on all cores, one net batch per step of a group.
//
// A phase lets every world take `steps` steps under one net, epsilon-greedy, and leaves what
// happened in a rollout: observations, actions, rewards, ends and the values seen. Worlds come in
// groups of `batch`; a group is one unit of work for a thread, without barriers between groups.
// An episode that ends is followed at once by the next one of the same world's stream.
//
// Letters: W worlds, T steps of a phase, P bytes of a packed observation (envs/env.h).
// Threads: a phase opens a team; each worker has its own net executor.
// Repeat: world w's stream depends on (seed, w) and on the nets and epsilons of its phases alone.

#ifndef LUDUS_SELFPLAY_ACTORS_H
#define LUDUS_SELFPLAY_ACTORS_H

#include "agents/q_policy.h"
#include "base/file.h"

#define LUDUS_RECENT_EPISODES 100 // of the moving mean, as in published curves

typedef struct ludus_actors ludus_actors;

typedef enum ludus_step_end {
    LUDUS_STEP_GOES_ON,
    LUDUS_STEP_TERMINATED, // no value after it
    LUDUS_STEP_TRUNCATED   // cut: its value is that of `cut_obs`
} ludus_step_end;

typedef struct ludus_actors_config {
    int32_t worlds; // W
    int32_t batch;  // worlds per net evaluation
    int32_t steps;  // T of a phase
} ludus_actors_config;

ludus_actors_config ludus_actors_config_default(void);
extern const ludus_option ludus_actors_options[]; // the [actors] section
extern const size_t ludus_actors_num_options;

// What a phase saw, world by world. Borrowed from the actors, valid until the next phase.
typedef struct ludus_rollout {
    int32_t worlds, steps;
    size_t packed_bytes;    // P
    const uint8_t *obs;     // [W,T+1,P] before each step, and after the last one
    const uint8_t *cut_obs; // [W,T,P] after a truncated step; other rows hold nothing
    const uint8_t *action;  // [W,T]
    const float *reward;    // [W,T]
    const uint8_t *end;     // [W,T] ludus_step_end
    const float *value;     // [W,T+1] largest Q before each step, and after the last one
    const float *cut_value; // [W,T] largest Q of cut_obs
} ludus_rollout;

typedef struct ludus_actor_stats {
    int64_t episodes;     // finished since the beginning
    int64_t steps;        // taken since the beginning, all worlds
    double recent_return; // mean of the newest LUDUS_RECENT_EPISODES, NAN before the first
    double recent_length; // in steps
} ludus_actor_stats;

// `net` gives the shape; weights come with each phase.
ludus_status ludus_actors_create(ludus_actors **out, const char *world, const ludus_env_config *env,
                                 const ludus_actors_config *config, const ludus_q_config *q,
                                 const ludus_net *net, uint64_t seed, int32_t threads,
                                 ludus_error *error);
void ludus_actors_destroy(ludus_actors *actors); // NULL is accepted

const ludus_rollout *ludus_actors_phase(ludus_actors *actors, const ludus_net *net, float epsilon);
void ludus_actors_stats_get(const ludus_actors *actors, ludus_actor_stats *out);

// Worlds in mid-episode, streams and counters; between phases only.
void ludus_actors_save(const ludus_actors *actors, ludus_buffer *out);
ludus_status ludus_actors_load(ludus_actors *actors, ludus_cursor *in, ludus_error *error);

#endif
