// Forced mates in chess, exactly: is there a mate in at most N moves, whatever the defence? What
// `go mate N` of UCI asks.
//
//     ludus_mate_limits limits = ludus_mate_limits_default(3);
//     ludus_mate_search(ludus_chess_board_of(pos), &limits, &found);
//     if (found.verdict == LUDUS_MATE_FOUND) { ... found.line, found.moves ... }
//
// Depth-first over the attacker's and all of the defender's moves, deepened move by move, with a
// table of what is known of a position (by 64-bit keys). First come mates of up to four moves, then
// longer ones by checks alone, which are quick to search, then longer ones by any moves. So
// LUDUS_MATE_NONE is a proof; a mate of four moves or less is the shortest there is, a longer one
// the shortest of its kind.
//
// Rules: those of movement. Draws that somebody would have to claim (repetition, fifty moves) are
// not looked at, as in problems.
//
// Threads: no state; `should_stop` is called from the search.
// Repeat: without `seconds` and `should_stop`, equal calls give equal results.

#ifndef LUDUS_AGENTS_MATE_SEARCH_H
#define LUDUS_AGENTS_MATE_SEARCH_H

#include "envs/chess_board.h"

#define LUDUS_MATE_MAX 64 // moves
#define LUDUS_MATE_LINE_MAX (2 * LUDUS_MATE_MAX - 1)

// Whether to give up; asked every few thousand positions.
typedef bool ludus_mate_poll(void *user);

typedef struct ludus_mate_limits {
    int32_t moves;                // of the attacker at most, 1..LUDUS_MATE_MAX
    uint64_t nodes;               // positions looked at; 0 = no limit
    double seconds;               // 0 = no limit
    size_t bytes;                 // of the table, at least 1024
    const ludus_chess_move *only; // [num_only] first moves to look at, NULL = all
    int32_t num_only;
    ludus_mate_poll *should_stop; // NULL = never
    void *user;
} ludus_mate_limits;

// No limit but the number of moves; a table of 16 MiB.
ludus_mate_limits ludus_mate_limits_default(int32_t moves);

typedef enum ludus_mate_verdict {
    LUDUS_MATE_FOUND,
    LUDUS_MATE_NONE,     // proven: none in so many moves
    LUDUS_MATE_UNDECIDED // a limit or should_stop ended the search
} ludus_mate_verdict;

typedef struct ludus_mate {
    ludus_mate_verdict verdict;
    uint64_t nodes;      // positions looked at
    int32_t moves;       // FOUND: of the attacker, the mating one included
    int32_t line_length; // FOUND: 2 * moves - 1, the defence holding out as long as it can; less,
                         // but at least 1, when should_stop cut the line short
    ludus_chess_move line[LUDUS_MATE_LINE_MAX]; // each in its mover's squares
} ludus_mate;

// Whether the board's mover has a mate. LUDUS_ERR_NOMEM without the table.
ludus_status ludus_mate_search(const ludus_chess_board *board, const ludus_mate_limits *limits,
                               ludus_mate *out);

#endif
