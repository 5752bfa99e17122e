// `ludus uci` without its pipes: lines in, lines out, a search beside them.
//
//     ludus_uci_session_create(&session, &game, &config, &error);
//     while (read a line && ludus_uci_session_hear(session, line)) {}
//     ludus_uci_session_finish(session);            // at the end of input
//     ludus_uci_session_destroy(session);
//
// Understands uci, isready, ucinewgame, setoption, position, go (every limit of the protocol),
// stop, ponderhit, debug, register, quit, and "d", which draws the board. hear() returns at once
// but for loading a net; the search goes on beside it and its lines come from the search's own
// thread. `say` is called under a lock, so lines never mix. What cannot be understood is answered
// with "info string ..." and otherwise left alone: a peer's mistakes never end the program.
//
// Search:   agents/thinker.h.
// Clocks:   agents/time_control.h. The lag is "Move Overhead" at least, and what the peer's clock
//           is seen to lose beyond our moves, up to a tenth of a second; "debug on" has it told.
// `mate N`: a mate in at most N moves (64, if N is more) is looked for exactly
//           (agents/mate_search.h), in 70 % of the time or for so many nodes if there is a limit,
//           else until it is found or ruled out. With no mate the move is an ordinary search's, of
//           2,000 simulations unless another limit was given. With "infinite", and after
//           "ponderhit", only the ordinary search is made.
// Strength: UCI_LimitStrength plays the level that UCI_Elo names (agents/uci_options.h, not
//           calibrated): that level's simulations at most, its draw among good moves, and the clock
//           besides.
// Draws:    the peer is the referee. Where the game counts as drawn by repetition or fifty moves
//           the past is forgotten and a move found; without legal moves the answer is
//           "bestmove (none)".
// No net:   random playouts, with an info string that says so.
//
// Threads: one session, one thread; `say` is called from that thread and the search's.

#ifndef LUDUS_AGENTS_UCI_SESSION_H
#define LUDUS_AGENTS_UCI_SESSION_H

#include "agents/uci_options.h"

typedef struct ludus_uci_session ludus_uci_session;

// text: whole lines, each with its newline.
typedef void ludus_uci_say(const char *text, void *user);

typedef struct ludus_uci_session_config {
    ludus_uci_options options; // at the start
    const char *name;          // of the program, for "id name"; borrowed
    ludus_uci_say *say;
    void *user;
    uint64_t seed; // of the draws of limited strength
} ludus_uci_session_config;

// game: chess; outlives the session. *out is NULL unless LUDUS_OK is returned.
ludus_status ludus_uci_session_create(ludus_uci_session **out, const ludus_game *game,
                                      const ludus_uci_session_config *config, ludus_error *error);
void ludus_uci_session_destroy(ludus_uci_session *session); // NULL is accepted
// One line, its end is optional. False after "quit".
bool ludus_uci_session_hear(ludus_uci_session *session, const char *line);
// No more input: a search with an end of its own is waited for, any other stopped.
void ludus_uci_session_finish(ludus_uci_session *session);

#endif
