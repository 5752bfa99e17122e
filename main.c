// ludus: one table of verbs drives dispatch, help and "did you mean".

#include "base/config.h"
#include "base/version.h"
#include "cmd.h"

#include <stdio.h>
#include <string.h>

static const ludus_command *const verbs[] = {
    &ludus_cmd_train, &ludus_cmd_label, &ludus_cmd_play, &ludus_cmd_watch,  &ludus_cmd_match,
    &ludus_cmd_eval,  &ludus_cmd_list,  &ludus_cmd_info, &ludus_cmd_replay, &ludus_cmd_bench,
    &ludus_cmd_perft, &ludus_cmd_uci,   &ludus_cmd_gtp,
};
enum { NUM_VERBS = sizeof(verbs) / sizeof(verbs[0]) };

static void print_help(void)
{
    printf("ludus " LUDUS_VERSION ": trains, plays and shows game-playing agents\n\n"
           "usage: ludus COMMAND [words] [options]\n\n");
    for (int i = 0; i < NUM_VERBS; i++) {
        printf("  %-7s  %s\n", verbs[i]->name, verbs[i]->summary);
    }
    printf("\nludus COMMAND --help says more. Try: ludus play connect4\n");
}

static const ludus_command *find_verb(const char *name)
{
    for (int i = 0; i < NUM_VERBS; i++) {
        if (!strcmp(verbs[i]->name, name)) {
            return verbs[i];
        }
    }
    return NULL;
}

static int unknown_verb(const char *name)
{
    const char *names[NUM_VERBS + 1];
    ludus_error error;
    for (int i = 0; i < NUM_VERBS; i++) {
        names[i] = verbs[i]->name;
    }
    names[NUM_VERBS] = "help";
    const char *near = ludus_nearest(name, names, NUM_VERBS + 1);
    const char *what = name[0] == '-' ? "option" : "command";
    if (near) {
        ludus_fail(&error, LUDUS_ERR_ARG, "unknown %s \"%s\"; did you mean \"ludus %s\"?", what,
                   name, near);
    } else {
        ludus_fail(&error, LUDUS_ERR_ARG, "unknown %s \"%s\"; ludus --help lists them", what, name);
    }
    fprintf(stderr, "ludus: %s\n", error.text);
    return LUDUS_EXIT_USAGE;
}

static int dispatch(int argc, char **argv)
{
    const char *word = argc > 1 ? argv[1] : "help";
    const bool is_help = !strcmp(word, "help") || !strcmp(word, "--help") || !strcmp(word, "-h");
    if (!strcmp(word, "--version")) {
        printf("ludus " LUDUS_VERSION "\n");
        return LUDUS_EXIT_OK;
    }
    if (is_help && argc < 3) {
        print_help();
        return LUDUS_EXIT_OK;
    }
    const char *name = is_help ? argv[2] : word;
    const ludus_command *verb = find_verb(name);
    if (!verb) {
        return unknown_verb(name);
    }
    if (is_help) {
        ludus_cmd_help(verb);
        return LUDUS_EXIT_OK;
    }
    return verb->run(argc - 2, argv + 2);
}

int main(int argc, char **argv)
{
    const int status = dispatch(argc, argv);
    if (fflush(stdout) || ferror(stdout)) {
        fprintf(stderr, "ludus: the output could not be written\n");
        return status ? status : LUDUS_EXIT_FAILED;
    }
    return status;
}
