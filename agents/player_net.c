// net:FILE[,sims=N,...]: a trained net and search. Under a clock, with a time for each move or with
// several cores it is a thinker that searches, else a tree in line. With
// tc=[MOVES/]SECONDS[+INCREMENT] it keeps a clock (agents/game_clock.h), plans its time and loses
// when it is over.
//
// sims=N is how many simulations a move is searched with: at most so many beside movetime or tc,
// in place of the level's own number beside level. sims=0 is no search at all: the net's most
// likely move, without any of those and without a temperature.

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agents/game_clock.h"
#include "agents/player_internal.h"
#include "agents/player_search.h"
#include "agents/thinker.h"
#include "base/config.h"
#include "envs/go.h"

#define DEFAULT_SIMULATIONS 600
#define MAX_SIMULATIONS 1000000
#define CLOCK_LAG 0.01 // seconds, at least

typedef struct net_settings {
    char file[LUDUS_PLAYER_NAME_MAX];
    int32_t simulations; // -1 = not given
    int32_t level;       // 0 = none
    int32_t threads;
    double seconds; // per move, 0 = not limited
    int32_t batch;
    int32_t precision;
    float temperature;
    int32_t temperature_plies;
    ludus_time_control control; // seconds 0 = no clock
} net_settings;

typedef struct net_player {
    ludus_player_search search; // in use when there is no thinker
    net_settings settings;
    ludus_thinker *thinker;
    ludus_thinker_snapshot seen;
    ludus_game_clock clock; // its own side's time alone is kept
    double lag;             // seconds that a move has lately taken beyond its plan
} net_player;

static const char *const keys[] = {"sims",  "level",     "movetime",    "tc",   "threads",
                                   "batch", "precision", "temperature", "plies"};
#define NUM_KEYS (sizeof(keys) / sizeof(keys[0]))

static ludus_status read_precision(const char *value, int32_t *out, ludus_error *error)
{
    if (ludus_precision_parse(value, out)) {
        return LUDUS_OK;
    }
    return ludus_fail(error, LUDUS_ERR_ARG, "precision must be f32, bf16 or int8, not \"%s\"",
                      value);
}

static ludus_status read_real(const char *value, const char *what, double low, double high,
                              double *out, ludus_error *error)
{
    char *end;
    *out = strtod(value, &end);
    if (*value == '\0' || *end != '\0' || !(*out >= low && *out <= high)) {
        return ludus_fail(error, LUDUS_ERR_ARG, "%s must be %g .. %g, not \"%s\"", what, low, high,
                          value);
    }
    return LUDUS_OK;
}

static ludus_status read_temperature(const char *value, float *out, ludus_error *error)
{
    double temperature;
    const ludus_status status = read_real(value, "temperature", 0.0, 100.0, &temperature, error);
    *out = (float)temperature;
    return status;
}

static ludus_status read_setting(net_settings *s, const char *key, const char *value,
                                 ludus_error *error)
{
    if (strcmp(key, "sims") == 0) {
        return ludus_player_read_number(value, "sims", 0, MAX_SIMULATIONS, &s->simulations, error);
    }
    if (strcmp(key, "batch") == 0) {
        return ludus_player_read_number(value, "batch", 1, 64, &s->batch, error);
    }
    if (strcmp(key, "precision") == 0) {
        return read_precision(value, &s->precision, error);
    }
    if (strcmp(key, "temperature") == 0) {
        return read_temperature(value, &s->temperature, error);
    }
    if (strcmp(key, "plies") == 0) {
        return ludus_player_read_number(value, "plies", 0, 10000, &s->temperature_plies, error);
    }
    if (strcmp(key, "level") == 0) {
        return ludus_player_read_number(value, "level", 1, LUDUS_LEVEL_MAX, &s->level, error);
    }
    if (strcmp(key, "threads") == 0) {
        return ludus_player_read_number(value, "threads", 1, 64, &s->threads, error);
    }
    if (strcmp(key, "movetime") == 0) {
        return read_real(value, "movetime", 0.001, 86400.0, &s->seconds, error);
    }
    if (strcmp(key, "tc") == 0) {
        return ludus_time_control_parse(&s->control, value, error);
    }
    const char *near = ludus_nearest(key, keys, NUM_KEYS);
    return ludus_fail(error, LUDUS_ERR_ARG, "unknown setting \"%s\" (did you mean %s?)", key,
                      near != NULL ? near : "sims");
}

// Without a number of simulations the level, the clock or the default has one.
static ludus_status settle_simulations(net_settings *s, ludus_error *error)
{
    const bool is_timed = s->seconds > 0.0 || s->control.seconds > 0.0;
    if (s->simulations == 0 && (is_timed || s->level > 0 || s->temperature > 0.0f)) {
        return ludus_fail(error, LUDUS_ERR_ARG,
                          "sims=0 is the net without search: no level, movetime, tc or temperature "
                          "goes with it");
    }
    if (s->simulations < 0) {
        s->simulations = s->level > 0 ? ludus_level_of(s->level).simulations
                         : is_timed   ? MAX_SIMULATIONS // the clock says when
                                      : DEFAULT_SIMULATIONS;
    }
    return LUDUS_OK;
}

static ludus_status read_settings(net_settings *s, const char *args, ludus_error *error)
{
    char text[LUDUS_PLAYER_NAME_MAX];
    char *rest = NULL;
    const ludus_thinker_config thinker = ludus_thinker_config_default();
    *s = (net_settings){.simulations = -1,
                        .threads = thinker.threads,
                        .batch = thinker.batch,
                        .precision = thinker.precision,
                        .temperature_plies = 8};
    snprintf(text, sizeof text, "%s", args);
    const char *file = strtok_r(text, ",", &rest);
    if (file == NULL) {
        return ludus_fail(error, LUDUS_ERR_ARG, "give a file: net:FILE[,sims=N]");
    }
    snprintf(s->file, sizeof s->file, "%s", file);
    for (char *item; (item = strtok_r(NULL, ",", &rest)) != NULL;) {
        char *equals = strchr(item, '=');
        if (equals == NULL) {
            return ludus_fail(error, LUDUS_ERR_ARG, "\"%s\" must be key=value", item);
        }
        *equals = '\0';
        const ludus_status status = read_setting(s, item, equals + 1, error);
        if (status != LUDUS_OK) {
            return status;
        }
    }
    return settle_simulations(s, error);
}

static bool wants_thinker(const net_settings *s)
{
    return s->simulations > 0 && (s->seconds > 0.0 || s->control.seconds > 0.0 || s->threads > 1);
}

static void net_destroy(void *self)
{
    net_player *p = self;
    ludus_player_search_free(&p->search);
    ludus_thinker_destroy(p->thinker);
    ludus_thinker_snapshot_free(&p->seen);
    ludus_free(p);
}

static ludus_status create_search(ludus_player_search *p, const ludus_game *game,
                                  const net_settings *s, const ludus_net *net, ludus_error *error)
{
    ludus_evaluator evaluator;
    const ludus_exec_config exec = {.max_batch = s->batch,
                                    .precision = (ludus_precision)s->precision};
    const ludus_status status = ludus_evaluator_net(&evaluator, game, net, &exec, error);
    if (status != LUDUS_OK) {
        return status;
    }
    ludus_mcts_config search = ludus_mcts_config_for_game(game);
    search.simulations = s->simulations > 0 ? s->simulations : 1;
    search.temperature = s->temperature;
    search.temperature_plies = s->temperature > 0.0f ? s->temperature_plies : 0;
    search.cache_entries = 4096;
    p->simulations = s->simulations;
    p->batch = s->batch;
    if (s->level > 0) {
        p->level = ludus_level_of(s->level);
    }
    return ludus_player_search_init(p, game, &search, evaluator, error);
}

static ludus_status create_thinker(net_player *p, const ludus_game *game, const ludus_net *net,
                                   ludus_error *error)
{
    const net_settings *s = &p->settings;
    ludus_thinker_config config = ludus_thinker_config_for_game(game);
    config.threads = s->threads;
    config.batch = s->batch;
    config.precision = s->precision;
    config.report_seconds = 0.0;
    p->search.game = game;
    if (ludus_thinker_snapshot_init(&p->seen, game)) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "out of memory");
    }
    return ludus_thinker_create(&p->thinker, game, net, &config, error);
}

static ludus_status create_player(net_player *p, const ludus_game *game, ludus_error *error)
{
    ludus_net *net;
    ludus_status status = ludus_net_load_for_game(&net, p->settings.file, game, error);
    if (status != LUDUS_OK) {
        return status;
    }
    status = wants_thinker(&p->settings)
                 ? create_thinker(p, game, net, error)
                 : create_search(&p->search, game, &p->settings, net, error);
    ludus_net_destroy(net);
    if (status != LUDUS_OK) {
        ludus_fail_within(error, "%s", p->settings.file);
    }
    return status;
}

static ludus_status net_create(void **self, const ludus_game *game, const char *args,
                               ludus_error *error)
{
    net_player *p = ludus_alloc(1, sizeof *p);
    if (p == NULL) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "out of memory");
    }
    ludus_status status = read_settings(&p->settings, args, error);
    if (status == LUDUS_OK) {
        status = create_player(p, game, error);
    }
    if (status != LUDUS_OK) {
        net_destroy(p);
        return status;
    }
    p->lag = CLOCK_LAG;
    ludus_game_clock_reset(&p->clock, &p->settings.control);
    *self = p;
    return LUDUS_OK;
}

static void net_reset(void *self)
{
    net_player *p = self;
    ludus_game_clock_reset(&p->clock, &p->settings.control);
    if (p->thinker == NULL) {
        ludus_player_search_reset(&p->search);
        return;
    }
    ludus_thinker_reset(p->thinker);
    p->search.ply = 0;
    p->search.thought = (ludus_thought){.has_value = false};
    p->seen.moves_left = 0.0f;
}

// ---- With a thinker --------------------------------------------------------------------------

// Plies that the game still lasts, for budgeting: by the net's last word or by experience.
static double plies_left(const net_player *p)
{
    const double most = (double)(p->search.game->spec.max_plies - p->search.ply);
    const double typical = ludus_time_plies_left(p->search.ply);
    const double told = (double)p->seen.moves_left;
    return fmax(fmin(told > 0.0 ? told : typical, most), 1.0);
}

static ludus_think_limits plan_limits(const net_player *p, const void *pos)
{
    const net_settings *s = &p->settings;
    ludus_think_limits limits = {.simulations = s->simulations, .seconds = s->seconds};
    if (s->control.seconds > 0.0) {
        const int32_t side = ludus_game_to_move(p->search.game, pos);
        const ludus_clock_state clock = ludus_game_clock_state(&p->clock, side, p->lag);
        const ludus_time_plan plan = ludus_time_plan_move(&clock, p->search.ply, plies_left(p));
        limits.seconds = s->seconds > 0.0 ? fmin(s->seconds, plan.seconds) : plan.seconds;
        limits.soft_seconds = fmin(plan.soft_seconds, limits.seconds);
    }
    return limits;
}

static ludus_move choose_thought(net_player *p, ludus_rng *rng)
{
    const net_settings *s = &p->settings;
    const bool is_early = s->temperature > 0.0f && p->search.ply < s->temperature_plies;
    const ludus_level level = s->level > 0
                                  ? ludus_level_of(s->level)
                                  : (ludus_level){.temperature = s->temperature, .max_loss = 2.0f};
    return ludus_thinker_choose(p->thinker, s->level > 0 || is_early ? &level : NULL, rng);
}

static void note_thought(net_player *p)
{
    ludus_thought *thought = &p->search.thought;
    ludus_thinker_snapshot_get(p->thinker, &p->seen);
    *thought = (ludus_thought){.has_value = true,
                               .value = p->seen.stats.value,
                               .simulations = p->seen.stats.simulations,
                               .num_moves = p->seen.num_moves,
                               .moves = p->seen.moves,
                               .line_length = p->seen.top[0].line_length};
    memcpy(thought->line, p->seen.top[0].line, sizeof thought->line);
}

static ludus_status net_choose(void *self, const void *pos, ludus_rng *rng, ludus_move *out,
                               ludus_error *error)
{
    net_player *p = self;
    const double start = ludus_clock();
    if (p->thinker == NULL) {
        return ludus_player_search_choose(&p->search, pos, rng, out, error);
    }
    const ludus_think_limits limits = plan_limits(p, pos);
    ludus_thinker_start(p->thinker, pos, &limits);
    while (!ludus_thinker_wait(p->thinker, 3600.0)) {
    }
    *out = choose_thought(p, rng);
    note_thought(p);
    if (ludus_thinker_should_pass(p->thinker, false)) {
        *out = ludus_go_pass(ludus_go_size(p->search.game));
    }
    const int32_t side = ludus_game_to_move(p->search.game, pos);
    const double used = ludus_clock() - start;
    p->lag = ludus_time_lag_learn(p->lag, CLOCK_LAG, limits.seconds, used);
    if (p->settings.control.seconds > 0.0 && !ludus_game_clock_press(&p->clock, side, used)) {
        return ludus_fail(error, LUDUS_ERR_STATE, "it lost on time: %.3f s used", used);
    }
    return LUDUS_OK;
}

static void net_observe(void *self, const void *pos, ludus_move move)
{
    net_player *p = self;
    if (p->thinker == NULL) {
        ludus_player_search_observe(&p->search, pos, move);
    } else {
        p->search.ply++; // the thinker finds the position below its root
    }
}

const ludus_player_ops ludus_player_net = {
    .kind = "net",
    .usage = "net:FILE[,sims=N,level=N,movetime=S,tc=1+0.1,threads=N,batch=N,precision=f32,"
             "temperature=T,plies=N]  net and search (600)",
    .create = net_create,
    .destroy = net_destroy,
    .reset = net_reset,
    .choose = net_choose,
    .observe = net_observe,
    .thought = ludus_player_search_thought,
};
