// A program that speaks UCI, from the outside: started, told positions, asked for moves. Players
// (uci:...) and labels stand on it.
//
//     ludus_uci_engine *engine;
//     ludus_uci_engine_start(&engine, "stockfish", 20.0, &error);
//     ludus_uci_engine_set(engine, "Hash", "16", &error);          // an option it does not have
//     ludus_uci_engine_new_game(engine, &error);                   // fails with its name
//     ludus_uci_engine_go(engine, "position startpos moves e2e4", "go nodes 1000", &search,
//     &error);
//
// The protocol: Meyer-Kahlen and Huber, "Description of the universal chess interface", 2006.
// Any game can be played with a program that calls its start "startpos" and spells moves as ludus
// does. Nothing the program says is trusted; every wait has an end. Silence is LUDUS_ERR_IO with a
// line that says what was asked.
//
// Threads: one engine, one thread at a time.

#ifndef LUDUS_AGENTS_UCI_ENGINE_H
#define LUDUS_AGENTS_UCI_ENGINE_H

#include "base/base.h"

#define LUDUS_UCI_WORD_MAX 16  // longest move with its NUL
#define LUDUS_UCI_LINES_MAX 16 // of MultiPV

typedef struct ludus_uci_engine ludus_uci_engine;

// "info ... score ... pv MOVE ...": an exact score with a variation.
typedef struct ludus_uci_line {
    int32_t number; // multipv, from 1
    int32_t depth;  // plies; 0 = not said
    bool is_mate;
    int32_t score; // centipawns, or moves to mate (negative: against the mover)
    bool has_wdl;
    int32_t wdl[3]; // permille for the mover
    char move[LUDUS_UCI_WORD_MAX];
} ludus_uci_line;

typedef struct ludus_uci_search {
    double seconds;    // to wait for "bestmove"; then "stop" is said and is_late set
    bool is_late;      // out: it answered only after that
    double used;       // out: seconds from go to bestmove
    int32_t num_lines; // out: of the last report
    ludus_uci_line lines[LUDUS_UCI_LINES_MAX]; // out: by number - 1; number 0 = not reported
    char best[LUDUS_UCI_WORD_MAX];             // out: "e2e4", "(none)", "0000"
    int32_t read_lines; // lines of UCI kept, 0..LUDUS_UCI_LINES_MAX; 0 skips reading them
} ludus_uci_search;

// Starts the program and waits for "uciok". timeout: seconds for every answer but a search.
ludus_status ludus_uci_engine_start(ludus_uci_engine **out, const char *command, double timeout,
                                    ludus_error *error);
void ludus_uci_engine_stop(ludus_uci_engine *engine); // NULL is accepted

const char *ludus_uci_engine_name(const ludus_uci_engine *engine); // "id name"; "" when not said
bool ludus_uci_engine_has(const ludus_uci_engine *engine, const char *option);
// value NULL: a button. LUDUS_ERR_ARG names the nearest option when there is no such one.
ludus_status ludus_uci_engine_set(ludus_uci_engine *engine, const char *option, const char *value,
                                  ludus_error *error);
// "ucinewgame", and waits until it is ready.
ludus_status ludus_uci_engine_new_game(ludus_uci_engine *engine, ludus_error *error);
// position: "position ..." without its newline; go: "go ...".
ludus_status ludus_uci_engine_go(ludus_uci_engine *engine, const char *position, const char *go,
                                 ludus_uci_search *search, ludus_error *error);

// For tests: false when the text is no such line, or one of a bound.
bool ludus_uci_line_parse(const char *text, ludus_uci_line *out);

#endif
