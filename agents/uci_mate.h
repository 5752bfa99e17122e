// `go mate N`: a search for a mate (agents/mate_search.h) on a thread of its own, beside the
// session that hears "stop".
//
//     ludus_uci_mate_create(&mate, done, user);
//     ludus_uci_mate_start(mate, board, &limits);   // returns at once; done is called at the end
//     ludus_uci_mate_stop(mate);                    // or _wait: returns when done has returned
//
// Threads: all calls from one thread; `done` runs on the search's own and must not call back.

#ifndef LUDUS_AGENTS_UCI_MATE_H
#define LUDUS_AGENTS_UCI_MATE_H

#include "agents/mate_search.h"

typedef struct ludus_uci_mate ludus_uci_mate;

// seconds: since start. found is valid during the call.
typedef void ludus_uci_mate_done(const ludus_mate *found, double seconds, void *user);

// LUDUS_ERR_NOMEM: *out is NULL.
ludus_status ludus_uci_mate_create(ludus_uci_mate **out, ludus_uci_mate_done *done, void *user);
void ludus_uci_mate_destroy(ludus_uci_mate *mate); // stops; NULL is accepted
// None is running. `limits` and its moves are copied; should_stop is ours. False: no thread to be
// had, and done will not be called. Without memory for the search the verdict is UNDECIDED.
bool ludus_uci_mate_start(ludus_uci_mate *mate, const ludus_chess_board *board,
                          const ludus_mate_limits *limits);
void ludus_uci_mate_stop(ludus_uci_mate *mate);
void ludus_uci_mate_wait(ludus_uci_mate *mate);
bool ludus_uci_mate_is_running(const ludus_uci_mate *mate);

#endif
