// A search's view as UCI's "info" lines.
//
// Scores: a proven mate is "mate N" when the line shows it to its end; otherwise a value v in
// (-1,1) is 180 ln((1 + v) / (1 - v)) centipawns, a pawn for every 27 points of expected score in
// a hundred near equality. WDL of a line other than the first takes the root's share of draws.
//
// Threads: no state.

#ifndef LUDUS_AGENTS_UCI_REPORT_H
#define LUDUS_AGENTS_UCI_REPORT_H

#include "agents/mate_search.h"
#include "agents/thinker.h"
#include "agents/uci_options.h"

#define LUDUS_UCI_REPORT_MAX 16384 // bytes of all lines, NUL included

// -10000..10000
int32_t ludus_uci_centipawns(float value);
// Lines for the best moves, at most options->multi_pv, each with its newline. pos: the root.
// Nothing when the search has not seen anything yet.
void ludus_uci_report(const ludus_game *game, const void *pos,
                      const ludus_thinker_snapshot *snapshot, const ludus_uci_options *options,
                      char *out);
// A mate that was found, in one line, and its "bestmove". seconds: of the search. scratch: a
// position block.
void ludus_uci_report_mate(const ludus_game *game, const void *pos, const ludus_mate *mate,
                           double seconds, const ludus_uci_options *options, void *scratch,
                           char *out);

#endif
