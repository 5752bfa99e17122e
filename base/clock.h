// Time that only runs forward. Never used where results must repeat.

#ifndef LUDUS_BASE_CLOCK_H
#define LUDUS_BASE_CLOCK_H

// Seconds since some fixed moment, monotonic, with at least microsecond resolution.
double ludus_clock(void);

// CPU seconds used by the calling thread.
double ludus_clock_thread(void);

// Seconds since 1970-01-01 UTC, for logs.
double ludus_clock_wall(void);

#endif
