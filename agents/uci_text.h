// What a UCI program is told, as values: the words of "go", "setoption" and "position". Text from
// outside goes through here and nowhere else (fuzzed by tests/fuzz/fuzz_uci.c).
//
// The protocol: Meyer-Kahlen and Huber, "Description of the universal chess interface", 2006.
// Words are separated by blanks; unknown words are skipped, as the protocol asks.
//
// Threads: no state.

#ifndef LUDUS_AGENTS_UCI_TEXT_H
#define LUDUS_AGENTS_UCI_TEXT_H

#include "envs/chess.h"

// A part of a line: the next word, or what is left.
typedef struct ludus_uci_word {
    const char *text; // borrowed from the line, not NUL-terminated
    size_t length;    // 0 = none
} ludus_uci_word;

// Cuts the next word off *rest.
ludus_uci_word ludus_uci_next(const char **rest);
bool ludus_uci_is(ludus_uci_word word, const char *text);

// Limits of "go". Zero (or false) means "not said"; a clock of 0 or less is told as 1 ms.
typedef struct ludus_uci_go {
    bool infinite, ponder;
    int64_t time[2];      // ms left, by side: White, Black
    int64_t increment[2]; // ms
    bool has_time[2];
    int32_t moves_to_go;
    int64_t move_time; // ms
    bool has_move_time;
    int64_t nodes;
    int32_t depth;
    int32_t mate;       // moves
    int32_t num_search; // legal moves of `search`; searchmoves with none of them legal: 0
    ludus_move search[LUDUS_CHESS_MAX_MOVES];
} ludus_uci_go;

// rest: what follows "go". Numbers that cannot be read and moves that are not legal fail with a
// line that names them; *out then holds what was understood.
ludus_status ludus_uci_go_parse(const ludus_game *game, const void *pos, const char *rest,
                                ludus_uci_go *out, ludus_error *error);

// "name Skill Level value 5": name and value are words with blanks inside; no value: length 0.
// False when there is no name.
bool ludus_uci_setoption_parse(const char *rest, ludus_uci_word *name, ludus_uci_word *value);

// rest: what follows "position". Unlike the game itself the protocol plays on after draws by
// repetition and fifty moves: their past is then forgotten.
// On failure `pos` is untouched and the line names the FEN's fault or the move.
ludus_status ludus_uci_position_parse(const ludus_game *game, const char *rest, bool is_960,
                                      void *pos, ludus_error *error);

#endif
