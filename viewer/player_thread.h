// A ludus_player that thinks in a thread of its own, so that its caller never waits.
//
//     ludus_player_thread_create(&thread, "chess", "uci:stockfish", seed, &error);
//     ludus_player_thread_ask(thread, start, moves, count);     // returns at once
//     switch (ludus_player_thread_poll(thread, &answer)) ...    // each frame
//     ludus_player_thread_destroy(thread, 0.3);
//
// The thread opens the game and the player itself, since nets and engines take their time. It hears
// each game from its start, which need not be the game's own start position: moves that it has not
// heard yet are told, a move taken back or another start makes it hear the game again.
//
// A player cannot be interrupted. destroy() waits a moment; a thread that is still thinking then is
// left to end alone, keeps all it uses and frees it. The program must not tear down what such a
// thread uses: it ends by _Exit.
//
// Threads: the calls belong to one thread at a time.

#ifndef LUDUS_VIEWER_PLAYER_THREAD_H
#define LUDUS_VIEWER_PLAYER_THREAD_H

#include "agents/player.h"

#define LUDUS_ANSWER_MOVES 16 // moves that an answer tells about

typedef struct ludus_player_thread ludus_player_thread;

typedef enum ludus_player_state {
    LUDUS_PLAYER_OPENING,  // not ready yet; may be asked already
    LUDUS_PLAYER_IDLE,     // nothing to do
    LUDUS_PLAYER_THINKING, // asked
    LUDUS_PLAYER_MOVED,    // the answer holds a move; poll() says so once
    LUDUS_PLAYER_RESIGNED, // the answer holds why; once
    LUDUS_PLAYER_FAILED    // the answer holds one line; for ever
} ludus_player_state;

typedef struct ludus_player_answer {
    ludus_move move;
    bool has_value;
    float value; // -1..1 for the player who moved
    int32_t simulations;
    int32_t num_moves; // most visited first
    ludus_mcts_move moves[LUDUS_ANSWER_MOVES];
    int32_t line_length;
    ludus_move line[32];
    ludus_error error;
} ludus_player_answer;

ludus_status ludus_player_thread_create(ludus_player_thread **out, const char *game,
                                        const char *player, uint64_t seed, ludus_error *error);
// Whether its thread has ended; false = it was left behind. NULL is accepted (true).
bool ludus_player_thread_destroy(ludus_player_thread *thread, double seconds);
// The position is that after `count` moves from `start`, a position block of the game, and is
// unfinished. Both are copied. An older question is forgotten.
void ludus_player_thread_ask(ludus_player_thread *thread, const void *start,
                             const ludus_move *moves, int32_t count);
// The answer to the last question is no longer wanted.
void ludus_player_thread_forget(ludus_player_thread *thread);
// Never waits. answer is filled for MOVED, RESIGNED and FAILED.
ludus_player_state ludus_player_thread_poll(ludus_player_thread *thread,
                                            ludus_player_answer *answer);
// Waits until poll() would say something else than OPENING or THINKING, for tests and headless use.
void ludus_player_thread_wait(ludus_player_thread *thread);

#endif
