// Moves of the engine's own: search, clocks, passing, resigning, pondering.

#include <string.h>

#include "agents/gtp_internal.h"
#include "agents/level.h"

#define TREE_BYTES ((size_t)512 << 20)
#define FOREVER 1e8 // seconds

// ---- The search ----------------------------------------------------------------------------

ludus_status ludus_gtp_need_thinker(ludus_gtp *gtp, ludus_error *error)
{
    if (gtp->thinker != NULL) {
        return LUDUS_OK;
    }
    ludus_thinker_config config = ludus_thinker_config_for_game(&gtp->game);
    config.threads = gtp->config.threads;
    config.precision = gtp->config.precision;
    config.max_nodes = gtp->config.max_nodes > 0 ? gtp->config.max_nodes
                                                 : ludus_thinker_nodes_for(&gtp->game, TREE_BYTES);
    config.on_report = ludus_gtp_report;
    config.user = gtp;
    const ludus_status status =
        ludus_thinker_create(&gtp->thinker, &gtp->game, gtp->net, &config, error);
    if (status == LUDUS_OK) { // which has its weights now
        ludus_net_destroy(gtp->net);
        gtp->net = NULL;
    }
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
    if (gtp->time.kind != LUDUS_GTP_TIME_NONE) {
        const ludus_clock_state state = ludus_gtp_clock_state(&gtp->time, colour);
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

static bool wants_to_resign(ludus_gtp *gtp, ludus_go_colour colour, bool is_cleanup)
{
    int32_t *looks = &gtp->low_looks[colour];
    const double chance = 0.5 * (1.0 + (double)gtp->snapshot.stats.value);
    const bool is_low = gtp->config.resign > 0.0 && chance < gtp->config.resign;
    *looks = is_low ? *looks + 1 : 0;
    return !is_cleanup && *looks >= 2;
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
    const double planned = limits.seconds;
    limits.only = num_only > 0 ? only : NULL;
    limits.num_only = num_only;
    limits.num_scored = ludus_gtp_num_scored(gtp);
    ludus_gtp_search_pos(gtp, colour, pos);
    ludus_time_shorten(&limits, ludus_clock() - start); // the thinker may be new
    ludus_thinker_start(gtp->thinker, pos, &limits);
    while (!ludus_thinker_wait(gtp->thinker, FOREVER)) {
    }
    ludus_free(pos);
    ludus_thinker_snapshot_get(gtp->thinker, &gtp->snapshot);
    const ludus_level level = ludus_level_of(gtp->config.level);
    const bool is_best = gtp->config.level == LUDUS_LEVEL_MAX;
    *out = ludus_thinker_choose(gtp->thinker, is_best ? NULL : &level, &gtp->rng);
    *resigns = wants_to_resign(gtp, colour, is_cleanup);
    const bool removes_dead = gtp->config.rules != LUDUS_GTP_TROMP_TAYLOR;
    if (!is_cleanup && ludus_thinker_should_pass(gtp->thinker, removes_dead)) {
        *out = ludus_go_pass(ludus_go_size(&gtp->game));
    }
    if (gtp->time.kind != LUDUS_GTP_TIME_NONE) {
        const double used = ludus_clock() - start;
        ludus_gtp_spend(&gtp->time, colour, used);
        ludus_lag_watch_move(&gtp->time.watch[colour], planned, used);
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
    // A question, no move: the clocks stand still.
    const ludus_gtp_time time = gtp->time;
    const int32_t looks[2] = {gtp->low_looks[0], gtp->low_looks[1]};
    generate(gtp, words, true, false, answer);
    gtp->time = time;
    memcpy(gtp->low_looks, looks, sizeof looks);
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
        ludus_gtp_set_time(&gtp->time, is_endless ? LUDUS_GTP_TIME_NONE : LUDUS_GTP_TIME_CANADIAN,
                           main, period, period > 0 ? stones : 0);
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
    ludus_gtp_set_time(&gtp->time,
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
        ludus_gtp_tell_time(&gtp->time, colour, seconds, stones);
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
