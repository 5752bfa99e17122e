// Someone who chooses moves in board games: what a match, the terminal, the window and the protocol
// front ends talk to.
//
// Players are named by text, so that command lines, recipes and logs can say them:
//     random                    uniform over legal moves
//     mcts[:SIMS]               rollout MCTS, 1 playout per leaf (default 1000)
//     alphabeta[:DEPTH]         negamax with the game's heuristic (default depth 4)
//     solver                    exact Connect Four
//     perfect                   exact tic-tac-toe (full search), random among best moves
//     net:FILE[,sims=N,level=N,movetime=S,tc=1+0.1,threads=N,...]   net + search
//     gtp:COMMAND[?timeout=S&cleanup=0]   a program that speaks GTP 2, see player_gtp.c
//     uci:COMMAND[?nodes=N&tc=1+0.1&OPTION=VALUE]  a program that speaks UCI, see player_uci.c
// Kinds are rows of the table in player_registry.c.
//
// Threads: one player, one thread; instances are independent.
// Repeat: a player's draws come from the rng given to choose() alone.

#ifndef LUDUS_AGENTS_PLAYER_H
#define LUDUS_AGENTS_PLAYER_H

#include "agents/mcts.h"
#include "envs/game.h"

#define LUDUS_PLAYER_NAME_MAX 256

// What a player can tell about its last choice; zeroed fields mean "does not know".
typedef struct ludus_thought {
    bool has_value;
    float value; // -1..1 for the player who moved
    int32_t simulations;
    int32_t num_moves;      // entries of moves, 0 = none
    ludus_mcts_move *moves; // borrowed from the player until its next call
    int32_t line_length;    // principal variation
    ludus_move line[32];
} ludus_thought;

typedef struct ludus_player_ops {
    const char *kind;  // "net": the word before the colon
    const char *usage; // "net:FILE[,sims=N,...]  net + search"
    // `args` is the text after the colon or "". `game` outlives the player.
    ludus_status (*create)(void **self, const ludus_game *game, const char *args,
                           ludus_error *error);
    void (*destroy)(void *self);
    // A new game begins from the initial position. (optional)
    void (*reset)(void *self);
    // `pos` is unfinished. LUDUS_ERR_STATE means that the game is over for the player: it resigns,
    // its input ended, its time is up, or its move is one that the rules forbid; the error line
    // says which. External engines may fail with LUDUS_ERR_IO or LUDUS_ERR_FORMAT besides.
    ludus_status (*choose)(void *self, const void *pos, ludus_rng *rng, ludus_move *out,
                           ludus_error *error);
    // Any player (itself included) made a move from `pos`. (optional)
    void (*observe)(void *self, const void *pos, ludus_move move);
    void (*thought)(const void *self, ludus_thought *out); // (optional)
} ludus_player_ops;

typedef struct ludus_player {
    const ludus_player_ops *ops;
    void *self;                       // owned
    const ludus_game *game;           // borrowed
    char name[LUDUS_PLAYER_NAME_MAX]; // as given
} ludus_player;

ludus_status ludus_player_open(ludus_player *out, const ludus_game *game, const char *text,
                               ludus_error *error);
void ludus_player_close(ludus_player *player); // a zeroed one is accepted
void ludus_player_reset(ludus_player *player);
// The entry's failures, and LUDUS_ERR_STATE for a move that is not legal.
ludus_status ludus_player_choose(ludus_player *player, const void *pos, ludus_rng *rng,
                                 ludus_move *out, ludus_error *error);
void ludus_player_observe(ludus_player *player, const void *pos, ludus_move move);
void ludus_player_thought(const ludus_player *player, ludus_thought *out);
const ludus_player_ops *const *ludus_player_kinds(size_t *count);

#endif
