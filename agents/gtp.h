// The Go Text Protocol, version 2 (https://www.lysator.liu.se/~gunnar/gtp/): an engine of Go that
// programs for people drive: GoGui, Sabaki, Lizzie, KGS clients, referees.
//
//     ludus_gtp_create(&gtp, &config, write, user, &error);
//     while (ludus_gtp_feed(gtp, bytes, size)) { ... more bytes ... }   // false after "quit"
//     ludus_gtp_end(gtp);          // the input has ended: a last line without its end counts
//     ludus_gtp_destroy(gtp);
//
// Bytes may be anything, in pieces of any size: whatever is no command is answered "? message".
// A command line is at most LUDUS_GTP_LINE_MAX bytes; the rest of a longer one is skipped.
//
// Commands: all of the protocol's required set, undo, fixed_handicap, place_free_handicap,
// set_free_handicap, loadsgf, printsgf, reg_genmove, final_score, final_status_list, time_settings,
// kgs-time_settings, time_left, kgs-genmove_cleanup, kgs-game_over, and analysis as Leela Zero
// (lz-analyze, lz-genmove_analyze) and KataGo (kata-analyze, kata-genmove_analyze) have it.
// Analysis runs beside the input until the next line, empty ones included.
// As in KataGo's, win rates, scores and ownership are for the player to move. A move's scoreLead is
// the net's word on the position after it (scoreMean and scoreSelfplay repeat it), the root's an
// average over the main line; nets without a score head tell none. lz-analyze has no such field.
//
// Rules: "chinese" counts area with dead stones off; "japanese" counts territory and prisoners, but
// the search always plays for area; "tromp-taylor" counts the board as it stands. Superko is
// positional throughout. Dead stones are told by the net's ownership or, without one, by playouts,
// and by unconditional life.
//
// Suicide: the engine never plays one nor reckons with one, by any rules, so it may play where the
// referee forbids suicide (`ludus match`, whose game "go9" does) and where it is legal. Under
// "tromp-taylor" a suicide of the opponent's is taken by "play"; the other rules refuse it.
//
// Clocks: a tenth of a second of lag is reckoned with per move, less as soon as time_left, told in
// fractions of a second, shows that less is lost (agents/time_control.h).
//
// genmove passes when the board is settled: no point can be expected to change its owner. It
// resigns after two looks in a row below the mark. kgs-genmove_cleanup does neither.
//
// Threads: one at a time calls; `write` may come from the thinker's thread too, never two at once.
// Repeat: with one thread and no clock, equal lines give equal answers.

#ifndef LUDUS_AGENTS_GTP_H
#define LUDUS_AGENTS_GTP_H

#include "base/base.h"

#define LUDUS_GTP_LINE_MAX 65536 // bytes of a command line

typedef struct ludus_gtp ludus_gtp;

typedef enum ludus_gtp_rules {
    LUDUS_GTP_CHINESE,
    LUDUS_GTP_JAPANESE,
    LUDUS_GTP_TROMP_TAYLOR
} ludus_gtp_rules;

typedef struct ludus_gtp_config {
    const char *net;     // file, NULL = playouts; borrowed for the engine's life
    int32_t size;        // of the board at first, 2..19
    int32_t rules;       // ludus_gtp_rules
    int32_t level;       // 1..LUDUS_LEVEL_MAX
    int32_t simulations; // per move; 0 = the level's, or without end when a clock runs at level 10
    double seconds;      // per move at most without a clock; 0 = no such limit
    int32_t threads;     // 1..64
    int32_t precision;   // ludus_precision
    int32_t max_nodes;   // of the tree; 0 = what 512 MiB hold
    bool enable_ponder;
    bool enable_files; // loadsgf reads and printsgf writes what they are told to
    double resign;     // resigns below this chance to win, 0..0.5; 0 = never
    uint64_t seed;     // of the weaker levels' draws and of playouts
} ludus_gtp_config;

// Level 10, 9x9, one thread, the thinker's precision, no net, Chinese rules, files enabled, resigns
// below 3 %.
ludus_gtp_config ludus_gtp_config_default(void);

// A piece of output: whole lines. Valid during the call only.
typedef void ludus_gtp_write(const char *text, void *user);

ludus_status ludus_gtp_create(ludus_gtp **out, const ludus_gtp_config *config,
                              ludus_gtp_write *write, void *user, ludus_error *error);
void ludus_gtp_destroy(ludus_gtp *gtp); // NULL is accepted
// false: quit was commanded, what follows is not read.
bool ludus_gtp_feed(ludus_gtp *gtp, const void *bytes, size_t size);
void ludus_gtp_end(ludus_gtp *gtp);

#endif
