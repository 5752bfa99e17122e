// What a fuzz target claims of its input: a broken claim is printed and ends the program, in every
// build.

#ifndef LUDUS_TESTS_FUZZ_FUZZ_REQUIRE_H
#define LUDUS_TESTS_FUZZ_FUZZ_REQUIRE_H

#include <stdio.h>
#include <stdlib.h>

#define REQUIRE(condition)                                                                         \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);                        \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

#endif
