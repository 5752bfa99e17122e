// What every learner of action values has in common: a world's settings, actors in it, a net and
// its trainer, the schedule of exploration, reports and checkpoints. dqn_learner.c and
// pqn_learner.c differ in how they learn from what the actors saw.
//
// Sections of the recipe: [run] game (the world), seed, start_net; [env], [atari], [net], [q],
// [actors], [train] as their modules document; [explore], [eval] and what [learn] has for both
// here.
//
// Threads and repeat: as selfplay/learner.h says.

#ifndef LUDUS_SELFPLAY_Q_CORE_H
#define LUDUS_SELFPLAY_Q_CORE_H

#include "nets/trainer.h"
#include "selfplay/actors.h"
#include "selfplay/learner.h"

typedef struct ludus_q_core_config {
    ludus_env_config env;
    ludus_q_config q;
    ludus_net_desc net;
    ludus_actors_config actors;
    ludus_trainer_config train;
    float epsilon_start, epsilon_final; // linear in between
    int64_t epsilon_frames;             // until epsilon_final is reached
    int64_t frames;                     // per iteration of the run (one log line)
    float gamma;                        // discount per step
    float reward_scale; // rewards are multiplied by this: errors beyond 1 count little in Huber's
                        // loss, and where most are, DQN's values may diverge
    int32_t eval_episodes; // per strength measurement; 0 = none
    char world[LUDUS_ENV_NAME_MAX];
    char start_net[256]; // as in ludus_run_config
    uint64_t seed;
} ludus_q_core_config;

typedef struct ludus_q_core {
    ludus_q_core_config config;
    ludus_env_spec spec;
    int32_t threads;
    ludus_net *net;
    ludus_trainer *trainer;
    ludus_actors *actors;
    int64_t iteration;
} ludus_q_core;

// Defaults for both learners: MinAtar's reference net and exploration.
ludus_q_core_config ludus_q_core_config_default(void);
// Reads every section named above into `config`.
ludus_status ludus_q_core_read(ludus_q_core_config *config, ludus_config *recipe,
                               ludus_error *error);
// Builds all parts. `core` may be half built on failure: free it.
ludus_status ludus_q_core_init(ludus_q_core *core, const ludus_q_core_config *config,
                               int32_t threads, ludus_error *error);
void ludus_q_core_free(ludus_q_core *core);

int64_t ludus_q_core_frames(const ludus_q_core *core); // all worlds' steps so far
float ludus_q_core_epsilon(const ludus_q_core *core);

// Sums over an iteration's training steps.
typedef struct ludus_q_means {
    int64_t steps;
    double loss, grad_norm, lr, value; // value: mean of the largest Q seen while acting
    int64_t phases;
    double act_seconds, sample_seconds, train_seconds;
} ludus_q_means;
void ludus_q_means_add(ludus_q_means *means, const ludus_train_stats *stats);
// One phase of the actors, timed, its values averaged.
const ludus_rollout *ludus_q_core_act(ludus_q_core *core, const ludus_net *net,
                                      ludus_q_means *means);

// Counts the iteration and fills the report.
void ludus_q_core_report(ludus_q_core *core, const ludus_q_means *means, ludus_report *report);
void ludus_q_core_describe(const ludus_report *report, char *out, size_t size);
ludus_status ludus_q_core_measure(const ludus_q_core *core, ludus_report *report,
                                  ludus_error *error);

void ludus_q_core_save(const ludus_q_core *core, ludus_buffer *out);
ludus_status ludus_q_core_load(ludus_q_core *core, ludus_cursor *in, ludus_error *error);

#endif
