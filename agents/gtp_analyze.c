// Analysis as Leela Zero and KataGo have it: a search that reports beside the input until the next
// line comes.

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "agents/gtp_internal.h"

// What a command asks for.
typedef struct request {
    ludus_go_colour colour;
    ludus_gtp_analysis analysis;
    bool is_forbidden[LUDUS_GO_MAX_POINTS + 1]; // root moves not to be looked at
    bool has_allow;
} request;

// ---- Reports -------------------------------------------------------------------------------

static double winrate_of(float value)
{
    return 0.5 * (1.0 + (double)value);
}

// A lower bound of a win rate from so many visits: two standard errors of a share.
static double lower_bound(double winrate, int32_t visits)
{
    const double share = winrate < 0.01 ? 0.01 : winrate > 0.99 ? 0.99 : winrate;
    const double bound = winrate - 1.96 * sqrt(share * (1.0 - share) / (double)visits);
    return bound > 0.0 ? bound : 0.0;
}

static void print_kata_values(const ludus_thought_move *move, ludus_gtp_answer *out)
{
    const ludus_mcts_move *at = &move->at;
    const double winrate = winrate_of(at->value), score = (double)move->score;
    ludus_gtp_print(out, "utility %.4f winrate %.4f ", (double)at->value, winrate);
    if (move->has_score) {
        ludus_gtp_print(out, "scoreMean %.2f scoreLead %.2f scoreSelfplay %.2f ", score, score,
                        score);
    }
    ludus_gtp_print(out, "prior %.4f lcb %.4f ", (double)at->prior,
                    lower_bound(winrate, at->visits));
}

static void print_lz_values(const ludus_mcts_move *at, ludus_gtp_answer *out)
{
    const double winrate = winrate_of(at->value);
    ludus_gtp_print(out, "winrate %d prior %d lcb %d ", (int)lround(1e4 * winrate),
                    (int)lround(1e4 * (double)at->prior),
                    (int)lround(1e4 * lower_bound(winrate, at->visits)));
}

static void print_move(const ludus_gtp *gtp, const ludus_thinker_snapshot *s, int32_t order,
                       ludus_gtp_answer *out)
{
    char text[LUDUS_GAME_TEXT_MAX];
    const ludus_thought_move *move = &s->top[order];
    ludus_gtp_print(out, "%sinfo move %s visits %d ", order > 0 ? " " : "",
                    ludus_gtp_vertex(gtp, move->at.move, text), (int)move->at.visits);
    if (gtp->analysis.is_kata) {
        print_kata_values(move, out);
    } else {
        print_lz_values(&move->at, out);
    }
    ludus_gtp_print(out, "order %d pv", (int)order);
    for (int32_t i = 0; i < move->line_length; i++) {
        ludus_gtp_print(out, " %s", ludus_gtp_vertex(gtp, move->line[i], text));
    }
}

static void print_report(const ludus_gtp *gtp, const ludus_thinker_snapshot *s,
                         ludus_gtp_answer *out)
{
    const ludus_gtp_analysis *a = &gtp->analysis;
    for (int32_t i = 0; i < s->num_top && i < a->max_moves; i++) {
        if (s->top[i].at.visits > 0) {
            print_move(gtp, s, i, out);
        }
    }
    if (a->has_root && out->text.size > 0) {
        ludus_gtp_print(out, " rootInfo visits %d utility %.4f winrate %.4f", (int)s->stats.visits,
                        (double)s->stats.value, winrate_of(s->stats.value));
        if (s->has_score) {
            ludus_gtp_print(out, " scoreLead %.2f", (double)s->score);
        }
    }
    if (a->has_ownership && s->has_ownership && out->text.size > 0) {
        ludus_gtp_print(out, " ownership");
        for (int32_t i = 0; i < gtp->game.spec.num_moves - 1; i++) {
            ludus_gtp_print(out, " %.3f", 2.0 * (double)s->ownership[i] - 1.0);
        }
    }
}

int32_t ludus_gtp_num_scored(const ludus_gtp *gtp)
{
    const ludus_gtp_analysis *a = &gtp->analysis;
    return a->is_on && a->is_kata ? a->max_moves : 0;
}

void ludus_gtp_report(const ludus_thinker_snapshot *snapshot, void *user)
{
    ludus_gtp *gtp = user;
    ludus_gtp_analysis *a = &gtp->analysis;
    const double now = ludus_clock();
    // A little early counts, or an interval of one report would become two.
    if (!a->is_on || (now - a->last < a->interval - 0.02 && !snapshot->is_final)) {
        return;
    }
    ludus_gtp_answer line = {0};
    print_report(gtp, snapshot, &line);
    if (line.text.size > 0) {
        ludus_buffer_put(&line.text, "\n", 2);
        a->last = now;
        if (!line.text.failed) {
            ludus_gtp_send(gtp, (const char *)line.text.data);
        }
    }
    ludus_buffer_free(&line.text);
}

// ---- Requests ------------------------------------------------------------------------------

// "avoid|allow COLOUR MOVES UNTIL" from word[i] on; moves apart from this turn's do not matter to
// us.
static bool read_restriction(ludus_gtp *gtp, const ludus_gtp_words *words, int32_t i, request *r,
                             ludus_gtp_answer *answer)
{
    ludus_go_colour colour;
    int32_t until;
    char *rest = NULL;
    const bool is_allow = !strcmp(words->word[i], "allow");
    if (i + 3 >= words->count) {
        ludus_gtp_fail(answer, "%s: missing arguments", words->word[i]);
        return false;
    }
    if (!ludus_gtp_read_colour(words->word[i + 1], &colour, answer) ||
        !ludus_gtp_read_int(words->word[i + 3], 1, LUDUS_GTP_PLIES_MAX, &until, answer)) {
        return false;
    }
    if (is_allow && colour == r->colour && !r->has_allow) {
        memset(r->is_forbidden, true, sizeof r->is_forbidden);
        r->has_allow = true;
    }
    for (char *word = strtok_r(words->word[i + 2], ",", &rest); word != NULL;
         word = strtok_r(NULL, ",", &rest)) {
        ludus_move move;
        if (!ludus_gtp_read_point(gtp, word, &move, answer)) {
            return false;
        }
        if (colour == r->colour) {
            r->is_forbidden[move] = !is_allow;
        }
    }
    return true;
}

static bool read_flag(const char *word, bool *out, ludus_gtp_answer *answer)
{
    *out = !strcmp(word, "true");
    if (!*out && strcmp(word, "false") != 0) {
        ludus_gtp_fail(answer, "not true or false");
        return false;
    }
    return true;
}

// One option at word[i]; returns how many words it took, 0 when the answer says what is wrong.
static int32_t read_option(ludus_gtp *gtp, const ludus_gtp_words *words, int32_t i, request *r,
                           ludus_gtp_answer *answer)
{
    static const char *const unheeded[] = {
        "movesOwnership", "ownershipStdev",      "pvVisits",
        "pvEdgeVisits",   "movesOwnershipStdev", "noResultValue"};
    const char *name = words->word[i];
    const char *value = i + 1 < words->count ? words->word[i + 1] : "";
    ludus_gtp_analysis *a = &r->analysis;
    bool flag = false;
    int32_t unheeded_count;
    if (!strcmp(name, "avoid") || !strcmp(name, "allow")) {
        return read_restriction(gtp, words, i, r, answer) ? 4 : 0;
    }
    if (!strcmp(name, "interval")) {
        double centis;
        if (!ludus_gtp_read_double(value, 0, 1e6, &centis, answer)) {
            return 0;
        }
        a->interval = centis / 100.0;
        return 2;
    }
    if (!strcmp(name, "minmoves")) {
        return ludus_gtp_read_int(value, 0, LUDUS_GTP_PLIES_MAX, &unheeded_count, answer) ? 2 : 0;
    }
    if (!strcmp(name, "maxmoves")) {
        return ludus_gtp_read_int(value, 1, LUDUS_GTP_PLIES_MAX, &a->max_moves, answer) ? 2 : 0;
    }
    if (!strcmp(name, "ownership")) {
        return read_flag(value, &a->has_ownership, answer) ? 2 : 0;
    }
    if (!strcmp(name, "rootInfo")) {
        return read_flag(value, &a->has_root, answer) ? 2 : 0;
    }
    for (size_t k = 0; k < sizeof unheeded / sizeof unheeded[0]; k++) {
        if (!strcmp(name, unheeded[k])) {
            return read_flag(value, &flag, answer) ? 2 : 0;
        }
    }
    ludus_gtp_fail(answer, "unknown option %.40s", name);
    return 0;
}

// "[COLOUR] [INTERVAL] [OPTION VALUE ...]".
static bool read_request(ludus_gtp *gtp, const ludus_gtp_words *words, bool is_kata, request *r,
                         ludus_gtp_answer *answer)
{
    ludus_gtp_answer unused = {0};
    int32_t i = 1;
    *r = (request){.colour = (ludus_go_colour)ludus_game_to_move(&gtp->game, ludus_gtp_pos(gtp)),
                   .analysis = {.is_kata = is_kata, .max_moves = LUDUS_GTP_PLIES_MAX}};
    if (i < words->count && ludus_gtp_read_colour(words->word[i], &r->colour, &unused)) {
        i++;
    }
    double centis;
    if (i < words->count && ludus_gtp_read_double(words->word[i], 0, 1e6, &centis, &unused)) {
        r->analysis.interval = centis / 100.0;
        i++;
    }
    ludus_buffer_free(&unused.text);
    while (i < words->count) {
        const int32_t taken = read_option(gtp, words, i, r, answer);
        if (taken == 0) {
            return false;
        }
        i += taken;
    }
    return true;
}

// The root moves that a request leaves, 0 for all; -1: none, and the answer says so.
static int32_t moves_left(const ludus_gtp *gtp, const request *r, const void *pos, ludus_move *out,
                          ludus_gtp_answer *answer)
{
    int32_t n = 0;
    const int32_t legal = ludus_game_legal(&gtp->game, pos, out);
    for (int32_t i = 0; i < legal; i++) {
        if (!r->is_forbidden[out[i]]) {
            out[n++] = out[i];
        }
    }
    if (n == 0) {
        ludus_gtp_fail(answer, "no move is left to analyze");
        return -1;
    }
    return n == legal ? 0 : n;
}

// ---- Commands ------------------------------------------------------------------------------

static void open_answer(ludus_gtp *gtp, const ludus_gtp_words *words, ludus_gtp_answer *answer)
{
    char head[64];
    snprintf(head, sizeof head, "=%s\n", words->id);
    ludus_gtp_send(gtp, head);
    answer->is_open = true;
}

void ludus_gtp_close_answer(ludus_gtp *gtp)
{
    if (gtp->is_answer_open) {
        ludus_gtp_stop_thinking(gtp);
        gtp->analysis.is_on = false;
        gtp->is_answer_open = false;
        ludus_gtp_send(gtp, "\n");
    }
}

static void analyze(ludus_gtp *gtp, const ludus_gtp_words *words, bool is_kata,
                    ludus_gtp_answer *answer)
{
    ludus_move only[LUDUS_GO_MAX_POINTS + 1];
    ludus_error error;
    request r;
    void *pos = ludus_alloc(1, gtp->game.spec.state_bytes);
    if (pos == NULL || ludus_gtp_need_thinker(gtp, &error) != LUDUS_OK) {
        ludus_gtp_fail(answer, "%s", pos == NULL ? "out of memory" : error.text);
    } else if (read_request(gtp, words, is_kata, &r, answer)) {
        ludus_gtp_search_pos(gtp, r.colour, pos);
        const int32_t n = moves_left(gtp, &r, pos, only, answer);
        if (n >= 0) {
            open_answer(gtp, words, answer);
            gtp->is_answer_open = true;
            gtp->analysis = r.analysis;
            gtp->analysis.is_on = true;
            const ludus_think_limits limits = {.enable_endless = true,
                                               .only = n > 0 ? only : NULL,
                                               .num_only = n,
                                               .num_scored = ludus_gtp_num_scored(gtp)};
            ludus_thinker_start(gtp->thinker, pos, &limits);
        }
    }
    ludus_free(pos);
}

static void generate(ludus_gtp *gtp, const ludus_gtp_words *words, bool is_kata,
                     ludus_gtp_answer *answer)
{
    ludus_move only[LUDUS_GO_MAX_POINTS + 1], move;
    ludus_error error;
    request r;
    bool resigns = false;
    char text[LUDUS_GAME_TEXT_MAX], tail[LUDUS_GAME_TEXT_MAX + 16];
    void *pos = ludus_alloc(1, gtp->game.spec.state_bytes);
    if (pos == NULL || ludus_gtp_need_thinker(gtp, &error) != LUDUS_OK) {
        ludus_gtp_fail(answer, "%s", pos == NULL ? "out of memory" : error.text);
    } else if (read_request(gtp, words, is_kata, &r, answer)) {
        ludus_gtp_search_pos(gtp, r.colour, pos);
        const int32_t n = moves_left(gtp, &r, pos, only, answer);
        if (n >= 0) {
            open_answer(gtp, words, answer);
            gtp->analysis = r.analysis;
            gtp->analysis.is_on = true;
            const bool has_move =
                ludus_gtp_choose_move(gtp, r.colour, false, only, n, &move, &resigns, answer) &&
                (resigns || ludus_gtp_play(gtp, r.colour, move));
            gtp->analysis.is_on = false;
            snprintf(tail, sizeof tail, "play %s\n\n",
                     !has_move || resigns ? "resign" : ludus_gtp_vertex(gtp, move, text));
            ludus_gtp_send(gtp, tail);
            if (has_move && !resigns && gtp->config.enable_ponder) {
                ludus_gtp_ponder(gtp);
            }
        }
    }
    ludus_free(pos);
}

static void run_lz_analyze(ludus_gtp *gtp, const ludus_gtp_words *words, ludus_gtp_answer *answer)
{
    analyze(gtp, words, false, answer);
}

static void run_kata_analyze(ludus_gtp *gtp, const ludus_gtp_words *words, ludus_gtp_answer *answer)
{
    analyze(gtp, words, true, answer);
}

static void run_lz_genmove(ludus_gtp *gtp, const ludus_gtp_words *words, ludus_gtp_answer *answer)
{
    generate(gtp, words, false, answer);
}

static void run_kata_genmove(ludus_gtp *gtp, const ludus_gtp_words *words, ludus_gtp_answer *answer)
{
    generate(gtp, words, true, answer);
}

const ludus_gtp_row ludus_gtp_analyze_rows[] = {
    {"lz-analyze", 0, LUDUS_GTP_WORDS_MAX - 1, run_lz_analyze, false},
    {"kata-analyze", 0, LUDUS_GTP_WORDS_MAX - 1, run_kata_analyze, false},
    {"lz-genmove_analyze", 0, LUDUS_GTP_WORDS_MAX - 1, run_lz_genmove, false},
    {"kata-genmove_analyze", 0, LUDUS_GTP_WORDS_MAX - 1, run_kata_genmove, false},
    {NULL, 0, 0, NULL, false},
};
