// One number for what the program computes: changes of rules, search or nets change it, changes of
// speed do not. `ludus bench --signature` prints it; commits that mean to change behaviour say so.
//
// games: perft and random games of every family. search: PUCT and Gumbel trees with a uniform
// evaluator. net: forward of a small seeded net in f32, rounded to 3 decimals, so that it is the
// same on nearly every CPU.
//
// Threads: one. Repeat: always.

#ifndef LUDUS_SELFPLAY_SIGNATURE_H
#define LUDUS_SELFPLAY_SIGNATURE_H

#include "base/base.h"

typedef struct ludus_signature {
    uint64_t games, search, net;
    uint64_t all; // of the three
} ludus_signature;

ludus_status ludus_signature_compute(ludus_signature *out, ludus_error *error);

#endif
