// Scores, dead stones and who owns what.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agents/gtp_internal.h"

#define JUDGE_SIMULATIONS 64
#define JUDGE_PLAYOUTS 500

// ---- Judgement -----------------------------------------------------------------------------

// From the last search for the player to move, if its net knows ownership, else from playouts.
static void judge_search(const ludus_gtp *gtp, ludus_go_verdict *out, float *black)
{
    if (gtp->snapshot.has_ownership) {
        ludus_go_black_share(&gtp->game, ludus_gtp_pos(gtp), gtp->snapshot.ownership, black);
    } else {
        ludus_rng rng;
        ludus_rng_init(&rng, gtp->config.seed, (uint64_t)gtp->plies + 1);
        (void)ludus_go_playouts(&gtp->game, ludus_gtp_pos(gtp), &rng, JUDGE_PLAYOUTS, black);
    }
    ludus_go_judge(&gtp->game, ludus_gtp_pos(gtp), black, out);
}

bool ludus_gtp_judge(ludus_gtp *gtp, ludus_go_verdict *out, float *black, ludus_gtp_answer *answer)
{
    ludus_error error;
    const ludus_go_colour colour =
        (ludus_go_colour)ludus_game_to_move(&gtp->game, ludus_gtp_pos(gtp));
    gtp->snapshot.has_ownership = false;
    if (gtp->config.net != NULL) {
        const ludus_think_limits limits = {.simulations = JUDGE_SIMULATIONS};
        void *pos = ludus_alloc(1, gtp->game.spec.state_bytes);
        if (pos == NULL || ludus_gtp_need_thinker(gtp, &error) != LUDUS_OK) {
            ludus_gtp_fail(answer, "%s", pos == NULL ? "out of memory" : error.text);
            ludus_free(pos);
            return false;
        }
        ludus_gtp_search_pos(gtp, colour, pos);
        ludus_thinker_start(gtp->thinker, pos, &limits);
        while (!ludus_thinker_wait(gtp->thinker, 1e8)) {
        }
        ludus_free(pos);
        ludus_thinker_snapshot_get(gtp->thinker, &gtp->snapshot);
    }
    judge_search(gtp, out, black);
    return true;
}

// ---- final_score ---------------------------------------------------------------------------

static void run_final_score(ludus_gtp *gtp, const ludus_gtp_words *words, ludus_gtp_answer *answer)
{
    ludus_go_verdict verdict;
    ludus_go_colour owner[LUDUS_GO_MAX_POINTS];
    float black[LUDUS_GO_MAX_POINTS];
    int32_t lead;
    (void)words;
    if (gtp->config.rules == LUDUS_GTP_TROMP_TAYLOR) {
        lead = ludus_go_area(&gtp->game, ludus_gtp_pos(gtp), owner);
    } else if (!ludus_gtp_judge(gtp, &verdict, black, answer)) {
        return;
    } else if (gtp->config.rules == LUDUS_GTP_JAPANESE) {
        lead = ludus_go_territory(&gtp->game, ludus_gtp_pos(gtp), verdict.dead, owner);
    } else {
        lead = ludus_go_area_without(&gtp->game, ludus_gtp_pos(gtp), verdict.dead, owner);
    }
    if (lead == 0) {
        ludus_gtp_print(answer, "0");
    } else {
        ludus_gtp_print(answer, "%c+%.1f", lead > 0 ? 'B' : 'W', 0.5 * abs(lead));
    }
}

// ---- final_status_list ---------------------------------------------------------------------

static int32_t neighbours_of(int32_t size, int32_t point, bool diagonals, int32_t out[8])
{
    int32_t n = 0;
    for (int32_t dr = -1; dr <= 1; dr++) {
        for (int32_t dc = -1; dc <= 1; dc++) {
            const int32_t row = point / size + dr, column = point % size + dc;
            const bool is_straight = (dr == 0) != (dc == 0);
            const bool is_diagonal = dr != 0 && dc != 0;
            if ((is_straight || (diagonals && is_diagonal)) && row >= 0 && row < size &&
                column >= 0 && column < size) {
                out[n++] = row * size + column;
            }
        }
    }
    return n;
}

// Points that a flood from `start` reaches over points for which label equals its own; marks them.
static int32_t flood(int32_t size, const uint8_t *label, int32_t start, bool diagonals, bool *seen,
                     int32_t *members)
{
    int32_t count = 1;
    members[0] = start;
    seen[start] = true;
    for (int32_t i = 0; i < count; i++) {
        int32_t next[8];
        const int32_t n = neighbours_of(size, members[i], diagonals, next);
        for (int32_t k = 0; k < n; k++) {
            if (!seen[next[k]] && label[next[k]] == label[start]) {
                seen[next[k]] = true;
                members[count++] = next[k];
            }
        }
    }
    return count;
}

// Living stones of groups without a point of territory: groups are what a side's stones and
// territory hold together, diagonals included.
static void find_seki(const ludus_gtp *gtp, const ludus_go_verdict *verdict, bool *seki)
{
    const int32_t size = ludus_go_size(&gtp->game), points = size * size;
    uint8_t label[LUDUS_GO_MAX_POINTS];
    bool seen[LUDUS_GO_MAX_POINTS] = {false};
    int32_t members[LUDUS_GO_MAX_POINTS];
    for (int32_t i = 0; i < points; i++) {
        label[i] = (uint8_t)verdict->owner[i];
    }
    for (int32_t i = 0; i < points; i++) {
        if (seen[i] || label[i] == LUDUS_GO_EMPTY) {
            continue;
        }
        const int32_t n = flood(size, label, i, true, seen, members);
        bool has_territory = false;
        for (int32_t k = 0; k < n; k++) {
            const ludus_go_colour at = ludus_go_at(&gtp->game, ludus_gtp_pos(gtp), members[k]);
            has_territory = has_territory || at == LUDUS_GO_EMPTY || verdict->dead[members[k]];
        }
        for (int32_t k = 0; k < n && !has_territory; k++) {
            seki[members[k]] = true;
        }
    }
}

enum { STATUS_ALIVE, STATUS_SEKI, STATUS_DEAD, STATUS_BLACK, STATUS_WHITE, STATUS_NONE };

static uint8_t status_of(const ludus_gtp *gtp, const ludus_go_verdict *verdict, const bool *seki,
                         int32_t point, bool wants_territory)
{
    const ludus_go_colour at = ludus_go_at(&gtp->game, ludus_gtp_pos(gtp), point);
    if (wants_territory) {
        const bool is_free = at == LUDUS_GO_EMPTY || verdict->dead[point];
        return !is_free || verdict->owner[point] == LUDUS_GO_EMPTY ? STATUS_NONE
               : verdict->owner[point] == LUDUS_GO_BLACK           ? STATUS_BLACK
                                                                   : STATUS_WHITE;
    }
    return at == LUDUS_GO_EMPTY   ? STATUS_NONE
           : verdict->dead[point] ? STATUS_DEAD
           : seki[point]          ? STATUS_SEKI
                                  : STATUS_ALIVE;
}

// The points of one status, a string of stones a line.
static void print_status(const ludus_gtp *gtp, const ludus_go_verdict *verdict, uint8_t status,
                         ludus_gtp_answer *answer)
{
    const int32_t size = ludus_go_size(&gtp->game), points = size * size;
    const bool wants_territory = status == STATUS_BLACK || status == STATUS_WHITE;
    uint8_t label[LUDUS_GO_MAX_POINTS];
    bool seki[LUDUS_GO_MAX_POINTS], seen[LUDUS_GO_MAX_POINTS] = {false};
    int32_t members[LUDUS_GO_MAX_POINTS];
    memset(seki, 0, sizeof seki);
    if (gtp->config.rules != LUDUS_GTP_TROMP_TAYLOR) {
        find_seki(gtp, verdict, seki);
    }
    for (int32_t i = 0; i < points; i++) {
        // A string's stones share status and colour.
        const uint8_t own = status_of(gtp, verdict, seki, i, wants_territory);
        const uint8_t colour = (uint8_t)ludus_go_at(&gtp->game, ludus_gtp_pos(gtp), i);
        label[i] = (uint8_t)(own * 4 + (wants_territory ? 0 : colour));
    }
    for (int32_t i = 0; i < points; i++) {
        char text[LUDUS_GAME_TEXT_MAX];
        if (seen[i] || label[i] / 4 != status) {
            continue;
        }
        const int32_t n = flood(size, label, i, false, seen, members);
        for (int32_t k = 0; k < n; k++) {
            ludus_gtp_print(answer, "%s%s", k > 0 ? " " : "",
                            ludus_gtp_vertex(gtp, members[k], text));
        }
        ludus_gtp_print(answer, "\n");
    }
}

static void run_final_status_list(ludus_gtp *gtp, const ludus_gtp_words *words,
                                  ludus_gtp_answer *answer)
{
    static const char *const names[] = {"alive", "seki", "dead", "black_territory",
                                        "white_territory"};
    ludus_go_verdict verdict = {0};
    float black[LUDUS_GO_MAX_POINTS];
    uint8_t status = 0;
    while (status < STATUS_NONE && strcmp(words->word[1], names[status]) != 0) {
        status++;
    }
    if (status == STATUS_NONE) {
        ludus_gtp_fail(answer, "invalid status");
        return;
    }
    if (gtp->config.rules == LUDUS_GTP_TROMP_TAYLOR) {
        (void)ludus_go_area(&gtp->game, ludus_gtp_pos(gtp), verdict.owner); // no stone is dead
    } else if (!ludus_gtp_judge(gtp, &verdict, black, answer)) {
        return;
    }
    print_status(gtp, &verdict, status, answer);
}

// ---- For GoGui -----------------------------------------------------------------------------

static void run_analyze_commands(ludus_gtp *gtp, const ludus_gtp_words *words,
                                 ludus_gtp_answer *answer)
{
    (void)gtp;
    (void)words;
    ludus_gtp_print(answer, "dboard/Ownership/ludus-ownership\n"
                            "plist/Dead stones/final_status_list dead\n"
                            "string/Score/final_score\n");
}

// 1 black's, -1 white's, row by row as GoGui's dboard.
static void run_ownership(ludus_gtp *gtp, const ludus_gtp_words *words, ludus_gtp_answer *answer)
{
    ludus_go_verdict verdict;
    float black[LUDUS_GO_MAX_POINTS];
    const int32_t size = ludus_go_size(&gtp->game);
    (void)words;
    if (!ludus_gtp_judge(gtp, &verdict, black, answer)) {
        return;
    }
    for (int32_t i = 0; i < size * size; i++) {
        ludus_gtp_print(answer, "%.3f%c", 2.0 * (double)black[i] - 1.0,
                        i % size == size - 1 ? '\n' : ' ');
    }
}

const ludus_gtp_row ludus_gtp_score_rows[] = {
    {"final_score", 0, 0, run_final_score, false},
    {"final_status_list", 1, 1, run_final_status_list, false},
    {"gogui-analyze_commands", 0, 0, run_analyze_commands, true},
    {"ludus-ownership", 0, 0, run_ownership, false},
    {NULL, 0, 0, NULL, false},
};
