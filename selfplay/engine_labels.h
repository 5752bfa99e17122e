// Games labelled by a UCI engine: positions with the engine's policy and win/draw/loss, stored as
// records of self-play are, for agent = distill.
//
// A game begins at the start position with random moves, goes on with moves drawn from the
// engine's policy, and now and then a random one, so that positions are varied and mistakes are
// seen punished. Every position is searched with a fixed number of nodes and several lines
// (MultiPV); the policy weighs a line by exp(s / temperature), s = cp / (100 + |cp|), its squashed
// score. The value estimate is the engine's UCI_ShowWDL, or a guess from the score when it has
// none.
//
// The engine is trusted with nothing: moves are parsed and checked, every wait has an end.
//
// Threads: opens a team of `threads`, one engine each.
// Repeat: game k depends on (seed, k) and the engine's answers; records come in game order.

#ifndef LUDUS_SELFPLAY_ENGINE_LABELS_H
#define LUDUS_SELFPLAY_ENGINE_LABELS_H

#include "agents/uci_engine.h"
#include "base/config.h"
#include "envs/game.h"

#define LUDUS_LABEL_MAX_LINES LUDUS_UCI_LINES_MAX

typedef struct ludus_engine_label_config {
    const char *engine; // command line, e.g. "stockfish"
    int64_t first_game; // number of the first game: to go on with more of them
    int64_t games;      // to play
    int32_t nodes;      // per position
    int32_t lines;      // MultiPV, 1..LUDUS_LABEL_MAX_LINES
    int32_t opening;    // random moves at the start, 0..opening
    int32_t max_plies;  // longer games are adjudicated by the score
    float random_share; // of later moves
    float temperature;  // of the policy, in squashed score
    float resign_share; // of games that end when the score is decisive
    uint64_t seed;
    int32_t threads;
} ludus_engine_label_config;

ludus_engine_label_config ludus_engine_label_config_default(void);

// A finished game, in game order; bytes are valid during the call. Any status but LUDUS_OK ends
// the work.
typedef ludus_status ludus_engine_label_sink(const uint8_t *bytes, size_t size, int32_t plies,
                                             void *user, ludus_error *error);

ludus_status ludus_engine_labels(const ludus_game *game, const ludus_engine_label_config *config,
                                 ludus_engine_label_sink *sink, void *user, ludus_error *error);

// What a line of the engine's says of a position, for the player to move there.
typedef struct ludus_engine_opinion {
    float score;  // squashed: -1.5 .. 1.5, mates beyond +-1
    float wdl[3]; // sums to 1
} ludus_engine_opinion;
void ludus_engine_opinion_of(const ludus_uci_line *line, ludus_engine_opinion *out);

#endif
