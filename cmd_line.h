// The command line: one table of options per verb drives parsing, ranges, help text and
// "did you mean".
//
//     typedef struct { int32_t depth; bool json; } my_options;
//     static const ludus_arg my_args[] = {
//         {"--depth", LUDUS_ARG_INT32, offsetof(my_options, depth), 0, 64, "N", NULL, "plies"},
//         LUDUS_ARG_ROW_JSON(my_options),
//     };
//     static int my_run(int argc, char **argv)
//     {
//         my_options options = {.depth = 4};
//         ludus_words words;
//         int status = ludus_cmd_parse(&ludus_cmd_my, argc, argv, &options, &words);
//         if (status >= 0) {
//             return status; // help was printed, or one line said what is wrong
//         }
//
// Options are `--name value` or `--name=value`; the last one counts, except LUDUS_ARG_SETS, which
// collects. `--` ends the options. `--help` is understood by every verb.
//
// Threads: one at a time, at the start of the program.

#ifndef LUDUS_CMD_LINE_H
#define LUDUS_CMD_LINE_H

#include "base/base.h"

#define LUDUS_EXIT_OK 0
#define LUDUS_EXIT_FAILED 1    // the work could not be done; one line on stderr says why
#define LUDUS_EXIT_USAGE 2     // the command line is wrong
#define LUDUS_EXIT_STOPPED 130 // ended by Ctrl-C

#define LUDUS_WORDS_MAX 8 // words of a command that are not options
#define LUDUS_SETS_MAX 64 // --set on one command line

typedef enum ludus_arg_type {
    LUDUS_ARG_FLAG,   // bool; takes no value
    LUDUS_ARG_INT32,  // int32_t in min..max
    LUDUS_ARG_UINT64, // uint64_t, decimal or 0x hexadecimal
    LUDUS_ARG_DOUBLE, // double in min..max
    LUDUS_ARG_TEXT,   // const char *, borrowed from argv
    LUDUS_ARG_CHOICE, // int32_t: index into choices
    LUDUS_ARG_PAIR,   // double[2], "a,b" with min <= a < b <= max
    LUDUS_ARG_SETS    // ludus_sets: every occurrence is kept, in order
} ludus_arg_type;

typedef struct ludus_arg {
    const char *name; // "--depth"
    ludus_arg_type type;
    size_t offset;              // of the field in the verb's struct, bytes
    double min, max;            // inclusive, for the numeric types
    const char *value;          // how help calls the value: "N", "FILE"; NULL for flags
    const char *const *choices; // CHOICE: names, NULL-terminated
    const char *help;           // one line
} ludus_arg;

typedef struct ludus_words {
    int32_t count;
    const char *word[LUDUS_WORDS_MAX]; // borrowed from argv
} ludus_words;

typedef struct ludus_sets {
    int32_t count;
    const char *assignment[LUDUS_SETS_MAX]; // "section.key=value"; borrowed from argv
} ludus_sets;

// A verb. `run` receives the words after the verb and returns the exit status.
typedef struct ludus_command {
    const char *name;  // "match"
    const char *words; // "A B", "" when it takes none
    int32_t min_words, max_words;
    const char *summary; // one line for the list of commands
    const char *details; // the rest of --help, lines ending in \n; may be ""
    const ludus_arg *args;
    size_t num_args;
    int (*run)(int argc, char **argv);
} ludus_command;

// Rows that verbs share; `type` must have the field of that name.
// int32_t threads; 0 means all cores, see ludus_cmd_threads.
#define LUDUS_ARG_ROW_THREADS(type)                                                                \
    {                                                                                              \
        "--threads", LUDUS_ARG_INT32, offsetof(type, threads), 0, 1024, "N", NULL,                 \
            "worker threads (default: one per core)"                                               \
    }
// uint64_t seed
#define LUDUS_ARG_ROW_SEED(type)                                                                   \
    {                                                                                              \
        "--seed", LUDUS_ARG_UINT64, offsetof(type, seed), 0, 0, "N", NULL,                         \
            "seed of everything random: same seed, same result"                                    \
    }
// bool json
#define LUDUS_ARG_ROW_JSON(type)                                                                   \
    {                                                                                              \
        "--json", LUDUS_ARG_FLAG, offsetof(type, json), 0, 0, NULL, NULL,                          \
            "print one JSON object instead of text"                                                \
    }
// ludus_sets sets
#define LUDUS_ARG_ROW_SET(type)                                                                    \
    {                                                                                              \
        "--set", LUDUS_ARG_SETS, offsetof(type, sets), 0, 0, "SECTION.KEY=VALUE", NULL,            \
            "override one setting; may be repeated"                                                \
    }

// Fills `target` and `words`. Returns -1 to go on, or the exit status with which to end: 0 after
// --help, LUDUS_EXIT_USAGE after one line on stderr.
int ludus_cmd_parse(const ludus_command *command, int argc, char **argv, void *target,
                    ludus_words *words);
// What --help prints.
void ludus_cmd_help(const ludus_command *command);

// Print "ludus VERB: ..." on stderr and return LUDUS_EXIT_FAILED or LUDUS_EXIT_USAGE. A status of
// LUDUS_ERR_ARG counts as usage: a value the person gave is unknown or out of range.
int ludus_cmd_fail(const ludus_command *command, const ludus_error *error);
int ludus_cmd_fail_usage(const ludus_command *command, const char *format, ...) LUDUS_PRINTF(2, 3);

// The number of threads to use: `asked`, or all cores when it is 0.
int32_t ludus_cmd_threads(int32_t asked);

#endif
