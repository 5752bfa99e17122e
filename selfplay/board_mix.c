#include "selfplay/board_mix.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BLANKS " \t"

typedef struct mix_config {
    char games[256];
} mix_config;

static const ludus_option mix_options[] = {
    LUDUS_OPTION_TEXT(mix_config, "mix", "games", games,
                      "further games for the same net with shares of the self-play, "
                      "e.g. go5:0.1, go7:0.25"),
};
#define NUM_MIX_OPTIONS (sizeof(mix_options) / sizeof(mix_options[0]))

static ludus_status refuse(const char *entry, size_t length, ludus_error *error)
{
    return ludus_fail(error, LUDUS_ERR_ARG,
                      "mix.games: \"%.*s\" is not GAME:SHARE with a share between 0 and 1",
                      (int)length, entry);
}

// One "GAME:SHARE" of `length` bytes, without blanks around it.
static ludus_status read_entry(ludus_board_mix *mix, const char *entry, size_t length,
                               ludus_error *error)
{
    const size_t name = strcspn(entry, ":" BLANKS);
    const size_t colon = name + strspn(entry + name, BLANKS);
    char *end;
    if (name == 0 || name >= LUDUS_GAME_NAME_MAX || colon >= length || entry[colon] != ':') {
        return refuse(entry, length, error);
    }
    if (mix->num_boards == LUDUS_MAX_BOARDS) {
        return ludus_fail(error, LUDUS_ERR_ARG, "mix.games: at most %d games besides run.game",
                          LUDUS_MAX_BOARDS - 1);
    }
    const double share = strtod(entry + colon + 1, &end);
    if (end != entry + length || end == entry + colon + 1 || !(share > 0.0 && share < 1.0)) {
        return refuse(entry, length, error);
    }
    memcpy(mix->game[mix->num_boards], entry, name);
    mix->share[mix->num_boards++] = share;
    mix->share[0] -= share;
    return LUDUS_OK;
}

ludus_status ludus_board_mix_read(ludus_board_mix *mix, ludus_config *recipe, ludus_error *error)
{
    mix_config config = {.games = ""};
    *mix = (ludus_board_mix){.num_boards = 1, .share = {1.0}};
    ludus_status status = ludus_config_apply(recipe, mix_options, NUM_MIX_OPTIONS, &config, error);
    const char *p = config.games + strspn(config.games, BLANKS);
    while (status == LUDUS_OK && *p != '\0') {
        const size_t whole = strcspn(p, ",");
        size_t length = whole;
        while (length > 0 && strchr(BLANKS, p[length - 1]) != NULL) {
            length--;
        }
        status = read_entry(mix, p, length, error);
        p += whole + (p[whole] == ',');
        p += strspn(p, BLANKS);
    }
    if (status == LUDUS_OK && mix->share[0] <= 0.0) {
        status =
            ludus_fail(error, LUDUS_ERR_ARG, "mix.games: the shares leave nothing to run.game");
    }
    return status;
}

static int32_t part_of(const ludus_board_mix *mix, int32_t board, int32_t evaluations)
{
    return (int32_t)lround(mix->share[board] * (double)evaluations);
}

ludus_status ludus_board_mix_evaluations(const ludus_board_mix *mix, int32_t board,
                                         int32_t evaluations, int32_t *out, ludus_error *error)
{
    int32_t part = evaluations;
    for (int32_t i = 1; board == 0 && i < mix->num_boards; i++) {
        part -= part_of(mix, i, evaluations);
    }
    part = board == 0 ? part : part_of(mix, board, evaluations);
    if (part < 1) {
        return ludus_fail(error, LUDUS_ERR_ARG,
                          "mix.games: selfplay.evaluations = %d are too few for a share of %.3g",
                          evaluations, mix->share[board]);
    }
    *out = part;
    return LUDUS_OK;
}

int32_t ludus_board_mix_turn(int32_t num_boards, const double *owed, const double *debt,
                             double batch)
{
    int32_t best = -1;
    double best_left = 0.0;
    for (int32_t i = 0; i < num_boards; i++) {
        if (debt[i] >= batch && debt[i] / owed[i] > best_left) {
            best = i;
            best_left = debt[i] / owed[i];
        }
    }
    return best;
}
