// Moves of the engine's own: search, clocks, passing, resigning, pondering.

#include <math.h>
#include <string.h>

#include "agents/game_net.h"
#include "agents/gtp_internal.h"
#include "agents/level.h"

#define LAG 0.1        // seconds kept per move for what lies between us and the clock, at first
#define LEAST_LAG 0.01 // and when the clock is seen to lose nothing
#define TREE_BYTES ((size_t)512 << 20)
#define FOREVER 1e8 // seconds

// ---- The search ----------------------------------------------------------------------------

ludus_status ludus_gtp_need_thinker(ludus_gtp *gtp, ludus_error *error)
{
    ludus_net *net = NULL;
    ludus_status status = LUDUS_OK;
    if (gtp->thinker != NULL) {
        return LUDUS_OK;
    }
    if (gtp->config.net != NULL) {
        status = ludus_net_load_for_game(&net, gtp->config.net, &gtp->game, error);
    }
    if (status == LUDUS_OK) {
        ludus_thinker_config config = ludus_thinker_config_default();
        config.threads = gtp->config.threads;
        config.precision = gtp->config.precision;
        config.max_nodes = gtp->config.max_nodes > 0
                               ? gtp->config.max_nodes
                               : ludus_thinker_nodes_for(&gtp->game, TREE_BYTES);
        config.on_report = ludus_gtp_report;
        config.user = gtp;
        status = ludus_thinker_create(&gtp->thinker, &gtp->game, net, &config, error);
    }
    ludus_net_destroy(net);
    return status;
}

void ludus_gtp_stop_thinking(ludus_gtp *gtp)
{
    if (gtp->thinker != NULL) {
        ludus_thinker_stop(gtp->thinker);
    }
}

void ludus_gtp_search_pos(const ludus_gtp *gtp, ludus_go_colour colour, void *out)
{
    memcpy(out, ludus_gtp_pos(gtp), gtp->game.spec.state_bytes);
    if (ludus_game_outcome(&gtp->game, out) != LUDUS_ONGOING) {
        ludus_go_resume(&gtp->game, out);
    }
    ludus_go_set_to_move(&gtp->game, out, colour);
    ludus_go_allow_suicide(&gtp->game, out, false);
}

void ludus_gtp_ponder(ludus_gtp *gtp)
{
    const ludus_think_limits endless = {.enable_endless = true};
    void *pos = ludus_alloc(1, gtp->game.spec.state_bytes);
    if (pos != NULL && ludus_game_outcome(&gtp->game, ludus_gtp_pos(gtp)) == LUDUS_ONGOING) {
        const int32_t side = ludus_game_to_move(&gtp->game, ludus_gtp_pos(gtp));
        ludus_gtp_search_pos(gtp, (ludus_go_colour)side, pos);
        ludus_thinker_start(gtp->thinker, pos, &endless);
    }
    ludus_free(pos);
}

// ---- Clocks --------------------------------------------------------------------------------

static bool has_clock(const ludus_gtp_time *time)
{
    return time->kind != LUDUS_GTP_TIME_NONE;
}

static ludus_clock_state clock_state(const ludus_gtp_time *time, int32_t colour)
{
    const ludus_gtp_clock *clock = &time->clock[colour];
    const bool is_over = clock->stones > 0; // the main time
    ludus_clock_state state = {.lag = time->watch[colour].lag};
    if (time->kind == LUDUS_GTP_TIME_JAPANESE) {
        state.main_seconds = is_over ? 0.0 : clock->seconds;
        state.period_seconds = is_over ? clock->seconds : time->period;
        state.periods = is_over ? clock->stones : time->stones;
    } else {
        state.main_seconds = clock->seconds;
        state.moves_to_go = clock->stones;
        state.period_seconds = is_over ? time->period : 0.0;
        state.increment = !is_over && time->stones > 0 ? time->period / (double)time->stones : 0.0;
    }
    return state;
}

// Our own account of a move's time, until the next time_left.
static void spend(ludus_gtp_time *time, ludus_gtp_clock *clock, double seconds)
{
    const bool was_over = clock->stones > 0;
    clock->seconds -= seconds;
    if (!was_over && clock->seconds <= 0.0 && time->stones > 0) {
        clock->seconds = time->period;
        clock->stones = time->stones;
    } else if (was_over && time->kind == LUDUS_GTP_TIME_JAPANESE) {
        clock->stones -= clock->seconds < 0.0 && clock->stones > 1;
        clock->seconds = time->period;
    } else if (was_over && --clock->stones == 0) {
        clock->seconds = time->period;
        clock->stones = time->stones;
    }
    clock->seconds = clock->seconds > 0.0 ? clock->seconds : 0.0;
}

static void set_time(ludus_gtp *gtp, ludus_gtp_time_kind kind, double main, double period,
                     int32_t stones)
{
    gtp->time = (ludus_gtp_time){.kind = kind, .main = main, .period = period, .stones = stones};
    for (int i = 0; i < 2; i++) {
        const bool starts_over = main <= 0.0 && stones > 0;
        gtp->time.clock[i] =
            starts_over ? (ludus_gtp_clock){period, stones} : (ludus_gtp_clock){.seconds = main};
        ludus_lag_watch_reset(&gtp->time.watch[i], LAG, LEAST_LAG);
    }
}

// What the controller says of a clock tells of the last move too, if it is finer than a second and
// of the same main time or Canadian period.
static void watch_clock(ludus_gtp_time *time, int32_t colour, double seconds, int32_t stones)
{
    const bool is_period = time->kind == LUDUS_GTP_TIME_JAPANESE && stones > 0;
    if (is_period || stones != time->clock[colour].stones || seconds == floor(seconds)) {
        ludus_lag_watch_forget(&time->watch[colour]);
    } else {
        ludus_lag_watch_report(&time->watch[colour], seconds, 0.0);
    }
}

// ---- A move --------------------------------------------------------------------------------

static ludus_think_limits limits_for(const ludus_gtp *gtp, ludus_go_colour colour)
{
    const ludus_gtp_config *config = &gtp->config;
    const int32_t usual = ludus_level_of(config->level).simulations;
    const int32_t points = gtp->game.spec.num_moves - 1;
    ludus_think_limits limits = {.simulations = config->simulations};
    if (config->simulations == 0 && config->level < LUDUS_LEVEL_MAX) {
        limits.simulations = usual;
    }
    if (has_clock(&gtp->time)) {
        const ludus_clock_state state = clock_state(&gtp->time, (int32_t)colour);
        const int32_t left = points * 3 / 4 - gtp->plies, least = points / 5 + 2;
        const ludus_time_plan plan =
            ludus_time_plan_move(&state, gtp->plies, left > least ? left : least);
        limits.seconds = plan.seconds;
        limits.soft_seconds = plan.soft_seconds;
    } else if (config->seconds > 0.0) {
        limits.seconds = config->seconds;
    } else if (limits.simulations == 0) {
        limits.simulations = usual;
    }
    return limits;
}

static bool wants_to_resign(ludus_gtp *gtp, bool is_cleanup)
{
    const double chance = 0.5 * (1.0 + (double)gtp->snapshot.stats.value);
    const bool is_low = gtp->config.resign > 0.0 && chance < gtp->config.resign;
    gtp->low_looks = is_low ? gtp->low_looks + 1 : 0;
    return !is_cleanup && gtp->low_looks >= 2;
}

bool ludus_gtp_choose_move(ludus_gtp *gtp, ludus_go_colour colour, bool is_cleanup,
                           const ludus_move *only, int32_t num_only, ludus_move *out, bool *resigns,
                           ludus_gtp_answer *answer)
{
    ludus_error error;
    const double start = ludus_clock();
    void *pos = ludus_alloc(1, gtp->game.spec.state_bytes);
    if (pos == NULL || ludus_gtp_need_thinker(gtp, &error) != LUDUS_OK) {
        ludus_gtp_fail(answer, "%s", pos == NULL ? "out of memory" : error.text);
        ludus_free(pos);
        return false;
    }
    ludus_think_limits limits = limits_for(gtp, colour);
    limits.only = num_only > 0 ? only : NULL;
    limits.num_only = num_only;
    limits.num_scored = ludus_gtp_num_scored(gtp);
    ludus_gtp_search_pos(gtp, colour, pos);
    ludus_thinker_start(gtp->thinker, pos, &limits);
    while (!ludus_thinker_wait(gtp->thinker, FOREVER)) {
    }
    ludus_free(pos);
    ludus_thinker_snapshot_get(gtp->thinker, &gtp->snapshot);
    const ludus_level level = ludus_level_of(gtp->config.level);
    const bool is_best = gtp->config.level == LUDUS_LEVEL_MAX;
    *out = ludus_thinker_choose(gtp->thinker, is_best ? NULL : &level, &gtp->rng);
    *resigns = wants_to_resign(gtp, is_cleanup);
    const bool removes_dead = gtp->config.rules != LUDUS_GTP_TROMP_TAYLOR;
    if (!is_cleanup && ludus_thinker_should_pass(gtp->thinker, removes_dead)) {
        *out = ludus_go_pass(ludus_go_size(&gtp->game));
    }
    if (has_clock(&gtp->time)) {
        const double used = ludus_clock() - start;
        spend(&gtp->time, &gtp->time.clock[colour], used);
        ludus_lag_watch_move(&gtp->time.watch[colour], limits.seconds, used);
    }
    return true;
}

// ---- Commands ------------------------------------------------------------------------------

static void generate(ludus_gtp *gtp, const ludus_gtp_words *words, bool is_cleanup, bool plays,
                     ludus_gtp_answer *answer)
{
    ludus_go_colour colour;
    ludus_move move;
    bool resigns;
    char text[LUDUS_GAME_TEXT_MAX];
    if (!ludus_gtp_read_colour(words->word[1], &colour, answer) ||
        !ludus_gtp_choose_move(gtp, colour, is_cleanup, NULL, 0, &move, &resigns, answer)) {
        return;
    }
    if (resigns) {
        ludus_gtp_print(answer, "resign");
        return;
    }
    if (plays && !ludus_gtp_play(gtp, colour, move)) {
        ludus_gtp_fail(answer, "out of memory");
        return;
    }
    ludus_gtp_print(answer, "%s", ludus_gtp_vertex(gtp, move, text));
    if (plays && gtp->config.enable_ponder) {
        ludus_gtp_ponder(gtp);
    }
}

static void run_genmove(ludus_gtp *gtp, const ludus_gtp_words *words, ludus_gtp_answer *answer)
{
    generate(gtp, words, false, true, answer);
}

static void run_cleanup(ludus_gtp *gtp, const ludus_gtp_words *words, ludus_gtp_answer *answer)
{
    generate(gtp, words, true, true, answer);
}

static void run_reg_genmove(ludus_gtp *gtp, const ludus_gtp_words *words, ludus_gtp_answer *answer)
{
    const int32_t looks = gtp->low_looks;
    generate(gtp, words, true, false, answer);
    gtp->low_looks = looks;
}

static void run_game_over(ludus_gtp *gtp, const ludus_gtp_words *words, ludus_gtp_answer *answer)
{
    (void)gtp; // pondering has been stopped
    (void)words;
    (void)answer;
}

static void run_time_settings(ludus_gtp *gtp, const ludus_gtp_words *words,
                              ludus_gtp_answer *answer)
{
    double main, period;
    int32_t stones;
    if (ludus_gtp_read_double(words->word[1], 0, FOREVER, &main, answer) &&
        ludus_gtp_read_double(words->word[2], 0, FOREVER, &period, answer) &&
        ludus_gtp_read_int(words->word[3], 0, LUDUS_GTP_PLIES_MAX, &stones, answer)) {
        // A period for no stones means no limit at all, no period that all is main time.
        const bool is_endless = period > 0 && stones == 0;
        set_time(gtp, is_endless ? LUDUS_GTP_TIME_NONE : LUDUS_GTP_TIME_CANADIAN, main, period,
                 period > 0 ? stones : 0);
    }
}

static void run_kgs_time_settings(ludus_gtp *gtp, const ludus_gtp_words *words,
                                  ludus_gtp_answer *answer)
{
    const char *kind = words->word[1];
    const bool has_period = !strcmp(kind, "byoyomi") || !strcmp(kind, "canadian");
    const int32_t needed = has_period ? 5 : !strcmp(kind, "absolute") ? 3 : 2;
    double main = 0, period = 0;
    int32_t stones = 0;
    if (!has_period && strcmp(kind, "none") != 0 && strcmp(kind, "absolute") != 0) {
        ludus_gtp_fail(answer, "unknown time system");
        return;
    }
    if (words->count != needed) {
        ludus_gtp_fail(answer, "%s takes %d numbers", kind, needed - 2);
        return;
    }
    if (needed > 2 && !ludus_gtp_read_double(words->word[2], 0, FOREVER, &main, answer)) {
        return;
    }
    if (has_period &&
        (!ludus_gtp_read_double(words->word[3], 0.001, FOREVER, &period, answer) ||
         !ludus_gtp_read_int(words->word[4], 1, LUDUS_GTP_PLIES_MAX, &stones, answer))) {
        return;
    }
    set_time(gtp,
             !strcmp(kind, "none")      ? LUDUS_GTP_TIME_NONE
             : !strcmp(kind, "byoyomi") ? LUDUS_GTP_TIME_JAPANESE
                                        : LUDUS_GTP_TIME_CANADIAN,
             main, period, stones);
}

static void run_time_left(ludus_gtp *gtp, const ludus_gtp_words *words, ludus_gtp_answer *answer)
{
    ludus_go_colour colour;
    double seconds;
    int32_t stones;
    if (ludus_gtp_read_colour(words->word[1], &colour, answer) &&
        ludus_gtp_read_double(words->word[2], -FOREVER, FOREVER, &seconds, answer) &&
        ludus_gtp_read_int(words->word[3], 0, LUDUS_GTP_PLIES_MAX, &stones, answer)) {
        // A clock that nobody has set: it runs all the same.
        if (gtp->time.kind == LUDUS_GTP_TIME_NONE) {
            set_time(gtp, LUDUS_GTP_TIME_CANADIAN, 0, 0, 0);
        }
        watch_clock(&gtp->time, (int32_t)colour, seconds, stones);
        gtp->time.clock[colour] = (ludus_gtp_clock){seconds > 0 ? seconds : 0, stones};
    }
}

const ludus_gtp_row ludus_gtp_play_rows[] = {
    {"genmove", 1, 1, run_genmove, true},
    {"reg_genmove", 1, 1, run_reg_genmove, false},
    {"kgs-genmove_cleanup", 1, 1, run_cleanup, true},
    {"kgs-game_over", 0, 0, run_game_over, false},
    {"time_settings", 3, 3, run_time_settings, true},
    {"kgs-time_settings", 1, 4, run_kgs_time_settings, true},
    {"time_left", 3, 3, run_time_left, true},
    {NULL, 0, 0, NULL, false},
};
