// A GTP engine spoken to in this process, for tests: text in, text out.
//
//     talk t;
//     talk_open_small(&t);
//     talk_expect(&t, "play b D4", "=\n\n");
//     talk_close(&t);

#ifndef LUDUS_TESTS_GTP_TALK_H
#define LUDUS_TESTS_GTP_TALK_H

#include "agents/gtp.h"
#include "base/file.h"

#define GNUGO "gtp:gnugo --mode gtp --chinese-rules --positional-superko --seed 1 --level 1"

// What the engine has written.
typedef struct talk {
    ludus_gtp *gtp;
    ludus_buffer out;
    size_t read;
    int32_t reports; // analysis lines written; atomic: the thinker's thread counts them
} talk;

// The defaults with small searches by playouts: 40 simulations.
ludus_gtp_config talk_config(void);
// Fails the test when there is no engine to be had.
void talk_open(talk *t, const ludus_gtp_config *config);
void talk_open_small(talk *t); // with talk_config
void talk_close(talk *t);
// What the engine writes to; user is the talk.
void talk_collect(const char *text, void *user);

// A line without its end.
void talk_say(talk *t, const char *line);
// What came since the last call, to be used before the next line is fed.
const char *talk_news(talk *t);
// Both. Not for commands that begin an analysis: it may be writing.
const char *talk_ask(talk *t, const char *line);
void talk_expect(talk *t, const char *line, const char *answer);
// "? ..." in one line.
void talk_expect_failure(talk *t, const char *line);
// Begins an analysis and waits for a first report, however busy the machine is.
void talk_begin_analysis(talk *t, const char *line);

#endif
