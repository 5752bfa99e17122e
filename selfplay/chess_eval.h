// How well a net plays chess, measured against the truth: endings of king and one piece against
// king with exact tables (envs/chess_endgame.h), and positions with one best move
// (envs/chess_positions.h).
//
// Endings: positions drawn evenly among the legal ones that have a move, half of them with the
// strong side to move; judged right when the most likely of win, draw and loss is the true one, by
// the raw net and after a search. Exercises: the raw policy's most likely move, and the search's;
// solved when it is the one given, or another that mates in as few moves (agents/mate_search.h).
//
// Threads: opens a team of `threads`. Repeat: the result depends on the net and the rest of the
// config alone.

#ifndef LUDUS_SELFPLAY_CHESS_EVAL_H
#define LUDUS_SELFPLAY_CHESS_EVAL_H

#include "nets/net.h"
#include "selfplay/label_eval.h"

typedef enum ludus_chess_topic {
    LUDUS_CHESS_TOPIC_KQK,
    LUDUS_CHESS_TOPIC_KRK,
    LUDUS_CHESS_TOPIC_KPK,
    LUDUS_CHESS_TOPIC_MATE_1,
    LUDUS_CHESS_TOPIC_MATE_2,
    LUDUS_CHESS_TOPIC_MATE_3,
    LUDUS_CHESS_TOPIC_TACTICS,
    LUDUS_CHESS_NUM_TOPICS
} ludus_chess_topic;

const char *ludus_chess_topic_name(ludus_chess_topic topic); // "KQK judged", "mates in 2", ...

typedef struct ludus_chess_eval_config {
    int32_t endings;            // positions of each table, 0..100000
    int32_t ending_simulations; // >= 1
    int32_t simulations;        // in exercises, >= 1
    int32_t threads;
    int32_t batch;     // leaves per evaluation, 1..64
    int32_t precision; // ludus_precision
    uint64_t seed;     // of the endings
    ludus_mcts_config search;
} ludus_chess_eval_config;

// 500 endings of each table at 400 simulations, exercises at 1600, batches of 8, f32, the solver
// on.
ludus_chess_eval_config ludus_chess_eval_config_default(void);

typedef struct ludus_chess_eval_result {
    ludus_share raw[LUDUS_CHESS_NUM_TOPICS];
    ludus_share search[LUDUS_CHESS_NUM_TOPICS];
    double seconds; // wall time
} ludus_chess_eval_result;

// `net` must be one for chess; NULL: even priors and values, the search alone. `progress` may be
// NULL.
ludus_status ludus_chess_eval(const ludus_net *net, const ludus_chess_eval_config *config,
                              ludus_label_progress *progress, void *user,
                              ludus_chess_eval_result *result, ludus_error *error);

#endif
