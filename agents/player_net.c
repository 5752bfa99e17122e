// net:FILE[,sims=N,...]: a trained net and search. With tc=[MOVES/]SECONDS[+INCREMENT] it keeps a
// clock (agents/game_clock.h), thinks by it and loses on it; sims is then only an upper bound.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agents/player_internal.h"
#include "agents/player_search.h"
#include "base/config.h"

#define DEFAULT_SIMULATIONS 600
#define MAX_SIMULATIONS 1000000
#define CLOCK_NODES 40000 // of the tree when a clock, not a number of simulations, ends searches
#define CLOCK_LAG 0.01    // seconds

typedef struct net_settings {
    char file[LUDUS_PLAYER_NAME_MAX];
    int32_t simulations;
    int32_t batch;
    int32_t precision;
    float temperature;
    int32_t temperature_plies;
    bool has_sims;
    ludus_time_control control;
} net_settings;

static const char *const keys[] = {"sims", "batch", "precision", "temperature", "plies", "tc"};
#define NUM_KEYS (sizeof(keys) / sizeof(keys[0]))

static ludus_status read_precision(const char *value, int32_t *out, ludus_error *error)
{
    for (int32_t i = 0; i < LUDUS_NUM_PRECISIONS; i++) {
        if (strcmp(value, ludus_precision_name((ludus_precision)i)) == 0) {
            *out = i;
            return LUDUS_OK;
        }
    }
    return ludus_fail(error, LUDUS_ERR_ARG, "precision must be f32, bf16 or int8, not \"%s\"",
                      value);
}

static ludus_status read_temperature(const char *value, float *out, ludus_error *error)
{
    char *end;
    const double t = strtod(value, &end);
    if (*value == '\0' || *end != '\0' || !(t >= 0.0 && t <= 100.0)) {
        return ludus_fail(error, LUDUS_ERR_ARG, "temperature must be 0 .. 100, not \"%s\"", value);
    }
    *out = (float)t;
    return LUDUS_OK;
}

static ludus_status read_setting(net_settings *s, const char *key, const char *value,
                                 ludus_error *error)
{
    if (strcmp(key, "sims") == 0) {
        s->has_sims = true;
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
    if (strcmp(key, "tc") == 0) {
        return ludus_time_control_parse(&s->control, value, error);
    }
    const char *near = ludus_nearest(key, keys, NUM_KEYS);
    return ludus_fail(error, LUDUS_ERR_ARG, "unknown setting \"%s\" (did you mean %s?)", key,
                      near != NULL ? near : "sims");
}

static ludus_status read_settings(net_settings *s, const char *args, ludus_error *error)
{
    char text[LUDUS_PLAYER_NAME_MAX];
    char *rest = NULL;
    *s = (net_settings){.simulations = DEFAULT_SIMULATIONS, .batch = 8, .temperature_plies = 8};
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
    if (s->control.seconds > 0.0 && !s->has_sims) {
        s->simulations = MAX_SIMULATIONS; // the clock alone says when
    }
    return LUDUS_OK;
}

static void net_destroy(void *self)
{
    ludus_player_search_free(self);
    ludus_free(self);
}

static ludus_status create_search(ludus_player_search *p, const ludus_game *game,
                                  const net_settings *s, const ludus_net *net, ludus_error *error)
{
    ludus_evaluator evaluator;
    const ludus_exec_config exec = {.max_batch = s->batch,
                                    .precision = (ludus_precision)s->precision};
    const ludus_status status = ludus_evaluator_net(&evaluator, game, net, &exec, error);
    if (status != LUDUS_OK) {
        ludus_fail_within(error, "%s", s->file);
        return status;
    }
    ludus_mcts_config search = ludus_mcts_config_default();
    p->control = s->control;
    p->lag = CLOCK_LAG;
    if (s->control.seconds > 0.0) {
        search.max_nodes = CLOCK_NODES;
    }
    search.simulations = s->simulations > 0 ? s->simulations : 1;
    search.temperature = s->temperature;
    search.temperature_plies = s->temperature > 0.0f ? s->temperature_plies : 0;
    search.cache_entries = 4096;
    p->simulations = s->simulations;
    p->batch = s->batch;
    return ludus_player_search_init(p, game, &search, evaluator, error);
}

static ludus_status net_create(void **self, const ludus_game *game, const char *args,
                               ludus_error *error)
{
    net_settings s;
    ludus_net *net = NULL;
    ludus_status status = read_settings(&s, args, error);
    if (status == LUDUS_OK) {
        status = ludus_net_load_for_game(&net, s.file, game, error);
    }
    if (status != LUDUS_OK) {
        return status;
    }
    ludus_player_search *p = ludus_alloc(1, sizeof *p);
    status = p == NULL ? ludus_fail(error, LUDUS_ERR_NOMEM, "out of memory")
                       : create_search(p, game, &s, net, error);
    ludus_net_destroy(net);
    if (status != LUDUS_OK) {
        if (p != NULL) {
            net_destroy(p);
        }
        return status;
    }
    *self = p;
    return LUDUS_OK;
}

const ludus_player_ops ludus_player_net = {
    .kind = "net",
    .usage = "net:FILE[,sims=N,tc=1+0.1,batch=N,precision=f32,temperature=T,plies=N]  net and "
             "search (600)",
    .create = net_create,
    .destroy = net_destroy,
    .reset = ludus_player_search_reset,
    .choose = ludus_player_search_choose,
    .observe = ludus_player_search_observe,
    .thought = ludus_player_search_thought,
};
