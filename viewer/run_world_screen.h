// A training run of an agent in a world: the agent plays its world with the run's newest net,
// beside the run's curves.
//
//     ludus_run_world_create(&run_world, &setup, &error);
//     ludus_window_run(ludus_run_world_screen(), run_world, &options, NULL, &error);
//     ludus_run_world_destroy(run_world);
//
// Everything is read from the run's files (selfplay/run.h); the training need not know and does not
// wait. The net is read whenever it was replaced and goes on with the episode. A run without a net
// yet waits for it; a net that cannot be read is a line on the screen, and the one before plays on.
//
// Threads: the window's.

#ifndef LUDUS_VIEWER_RUN_WORLD_SCREEN_H
#define LUDUS_VIEWER_RUN_WORLD_SCREEN_H

#include "viewer/window.h"

typedef struct ludus_run_world ludus_run_world;

typedef struct ludus_run_world_setup {
    const char *run; // folder
    uint64_t seed;
    float epsilon;           // share of random actions, 0..1
    double steps_per_second; // 0 = the world's own
    double smoothing;        // of the curves, 0 .. .98
    bool is_person;          // a person plays first
    bool is_paused;
} ludus_run_world_setup;

// What the run's recipe says it learns, a game or a world; false when there is no such recipe.
bool ludus_run_game(const char *run, char *out, size_t size);

// Fails when the recipe cannot be read or its world is unknown.
ludus_status ludus_run_world_create(ludus_run_world **out, const ludus_run_world_setup *setup,
                                    ludus_error *error);
void ludus_run_world_destroy(ludus_run_world *run_world); // NULL is accepted
const ludus_screen_ops *ludus_run_world_screen(void);     // its self is the run_world
// "" or the line that says why the newest net does not play.
const char *ludus_run_world_notice(const ludus_run_world *run_world);

#endif
