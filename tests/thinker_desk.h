// A thinker with a game and a position before it, for tests.
//
//     const ludus_thinker_config config = desk_config();
//     desk d = {.net = desk_net("go5")};            // or {0}: playouts
//     desk_open(&d, "go5", &config);
//     desk_search(&d, (ludus_think_limits){.simulations = 100});
//     desk_close(&d);

#ifndef LUDUS_TESTS_THINKER_DESK_H
#define LUDUS_TESTS_THINKER_DESK_H

#include "agents/thinker.h"
#include "hashed_evaluator.h"

typedef struct desk {
    bench b;
    ludus_net *net; // owned; NULL = playouts
    ludus_thinker *thinker;
    ludus_thinker_snapshot seen;
} desk;

// Small, with many reports.
ludus_thinker_config desk_config(void);
void desk_open(desk *d, const char *game, const ludus_thinker_config *config);
void desk_close(desk *d);
// A small net of random weights, with the heads that the game can have.
ludus_net *desk_net(const char *game);

void desk_start(desk *d, ludus_think_limits limits);
// Runs to the search's own end and looks.
void desk_search(desk *d, ludus_think_limits limits);
// Looks at the first report of the search that was started.
void desk_first_report(desk *d);
void desk_play(desk *d, ludus_move move);

// What has been reported. Read it while no search runs.
typedef struct desk_reports {
    int32_t num, num_final;
    uint64_t serial;
    ludus_move best;
    bool is_broken;
} desk_reports;

// config.on_report; user is a desk_reports.
void desk_note_report(const ludus_thinker_snapshot *s, void *user);

#endif
