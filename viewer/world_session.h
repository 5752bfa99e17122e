// An Atari-like world being played by an agent or a person, with what there is to show of it: the
// values of the actions, what was done and what came of it, the history of the episode.
//
//     ludus_world_session_create(&session, &setup, &error);
//     ludus_world_session_step(session, LUDUS_AGENT_CHOOSES);
//     ludus_world_session_step(session, action_of_a_person);
//
// A step at the end of an episode begins the next one instead. The values are always those of the
// observation that the world shows now.
//
// Threads: one session, one thread. Repeat: the same setup and actions give the same session.

#ifndef LUDUS_VIEWER_WORLD_SESSION_H
#define LUDUS_VIEWER_WORLD_SESSION_H

#include "envs/env.h"

#define LUDUS_AGENT_CHOOSES (-1)

typedef struct ludus_world_session ludus_world_session;

typedef struct ludus_world_setup {
    const char *name; // of the world, "breakout"
    const char *net;  // file of the agent, or NULL: only a person can play
    const ludus_env_config
        *env; // settings, or NULL: those under which the net learnt, else its own
    uint64_t seed;
    float epsilon; // share of random actions of the agent, 0..1
} ludus_world_setup;

// Fails when the net was made for another world.
ludus_status ludus_world_session_create(ludus_world_session **out, const ludus_world_setup *setup,
                                        ludus_error *error);
void ludus_world_session_destroy(ludus_world_session *session); // NULL is accepted

// Another net goes on with the episode, as a run's newest does. It fails, and changes nothing, when
// the net does not fit the world as it is.
ludus_status ludus_world_session_take_net(ludus_world_session *session, const char *net,
                                          ludus_error *error);

void ludus_world_session_step(ludus_world_session *session, int32_t action);
void ludus_world_session_new_episode(ludus_world_session *session);
void ludus_world_session_set_epsilon(ludus_world_session *session, float epsilon);

// What there is to show. Pointers are borrowed until the next step.
typedef struct ludus_world_state {
    const ludus_env *env;
    bool has_agent;
    float epsilon;
    const float *q;        // [num_actions] values of the shown observation; NULL without agent
    float q_low, q_high;   // range of all values seen, for scales
    const uint8_t *packed; // the shown observation, as envs/env.h packs it
    int32_t action;        // chosen last, -1 at the beginning
    int32_t done;          // carried out last: differs when the world stuck to the one before
    bool was_stuck;        // by a sticky action
    bool was_random;       // by epsilon
    bool was_person;
    float reward;          // of the last step
    int32_t steps, stuck;  // of the episode, and how many of them stuck
    double score;          // of the episode so far
    bool is_over;          // the episode has ended
    int32_t count;         // entries of values and scores: one per shown observation
    const double *values;  // greatest action value, NAN without agent
    const double *scores;  // so far
    int32_t episodes;      // ended, at most the last LUDUS_SESSION_EPISODES
    const double *returns; // their scores, oldest first
} ludus_world_state;

#define LUDUS_SESSION_EPISODES 512

void ludus_world_session_look(const ludus_world_session *session, ludus_world_state *out);

#endif
