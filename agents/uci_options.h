// The options of `ludus uci`, as "setoption" sets them and "uci" lists them.
//
// Elo: UCI_Elo is a name for one of the ten levels of agents/level.h, 600 for level 1 and 200 more
// for each level after it up to 2400 for level 10, to the nearest. Nobody has measured these
// figures against rated players: the order is sure, the numbers are not.
//
// Threads: plain data.

#ifndef LUDUS_AGENTS_UCI_OPTIONS_H
#define LUDUS_AGENTS_UCI_OPTIONS_H

#include "agents/uci_text.h"

#define LUDUS_UCI_PATH_MAX 512
#define LUDUS_UCI_ELO_MIN 600
#define LUDUS_UCI_ELO_MAX 2400

typedef struct ludus_uci_options {
    int32_t hash;     // MiB for the tree
    int32_t threads;  // cores that evaluate
    int32_t multi_pv; // lines reported
    int32_t overhead; // ms lost per move outside our clock ("Move Overhead")
    int32_t elo;
    int32_t precision; // ludus_precision
    int32_t batch;     // leaves per evaluation
    bool show_wdl, chess960, limit_strength;
    bool ponder;                      // known to the protocol only; "go ponder" says it all
    char weights[LUDUS_UCI_PATH_MAX]; // the net's file; "" = none, random playouts
} ludus_uci_options;

// 64 MiB, one thread, one line, 10 ms, int8, batches of 8, everything off, no net.
ludus_uci_options ludus_uci_options_default(void);

// What a change of an option asks for.
typedef enum ludus_uci_change {
    LUDUS_UCI_UNCHANGED,
    LUDUS_UCI_CHANGED, // takes effect with the next search
    LUDUS_UCI_REBUILD, // the search has to be made anew: hash, threads, net, ...
    LUDUS_UCI_CLEAR    // "Clear Hash": forget what was searched
} ludus_uci_change;

// Names are told apart without regard to case. LUDUS_ERR_ARG with a line: no such option (and the
// nearest), or a value out of range, which is then left as it was.
ludus_status ludus_uci_options_set(ludus_uci_options *options, ludus_uci_word name,
                                   ludus_uci_word value, ludus_uci_change *change,
                                   ludus_error *error);
// "option name ..." lines, each with its newline. out: [LUDUS_UCI_OPTIONS_TEXT_MAX].
#define LUDUS_UCI_OPTIONS_TEXT_MAX 4096
void ludus_uci_options_text(const ludus_uci_options *options, char *out);

// 1..LUDUS_LEVEL_MAX: the nearest of equal steps between LUDUS_UCI_ELO_MIN and LUDUS_UCI_ELO_MAX.
int32_t ludus_uci_level_of_elo(int32_t elo);

#endif
