#include "cmd_signal.h"
#include "cmd_world.h"

#include "agents/world_net.h"
#include "selfplay/world_eval.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

bool ludus_world_exists(const char *name)
{
    size_t count;
    const ludus_env_ops *const *worlds = ludus_env_worlds(&count);
    for (size_t i = 0; i < count; i++) {
        if (!strcmp(worlds[i]->name, name)) {
            return true;
        }
    }
    return false;
}

// The settings of the world that a result depends on, as they are in force.
static ludus_status describe_world(const ludus_world_net *w, char *out, size_t size,
                                   ludus_error *error)
{
    ludus_env env;
    const ludus_status status = ludus_env_open(&env, w->world, &w->env, error);
    if (status != LUDUS_OK) {
        return status;
    }
    snprintf(out, size, "%s, sticky %g, %s, %d actions (%s)%s", w->world, (double)env.spec.sticky,
             w->env.ramping ? "ramping" : "no ramping", env.spec.num_actions,
             w->env.actions == LUDUS_ACTIONS_MINIMAL ? "minimal" : "all",
             w->env.pixels ? ", pixels" : "");
    ludus_env_close(&env);
    return LUDUS_OK;
}

static void print_result(const ludus_world_eval_options *options, const ludus_world_net *w,
                         const char *world, const ludus_world_eval_config *c,
                         const ludus_world_eval_result *r)
{
    if (options->json) {
        json_t *root = json_pack(
            "{s:s, s:s, s:s, s:i, s:f, s:i, s:I, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:i, s:f}",
            "world", w->world, "settings", world, "net", options->net, "episodes", c->episodes,
            "epsilon", (double)c->epsilon, "max_steps", c->max_steps, "seed", (json_int_t)c->seed,
            "mean", r->mean, "low", r->low, "high", r->high, "median", r->median, "min", r->min,
            "max", r->max, "mean_length", r->mean_length, "cut", r->cut, "seconds", r->seconds);
        json_dumpf(root, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
        printf("\n");
        json_decref(root);
        return;
    }
    printf("return %.2f [%.2f, %.2f], median %.1f, %.0f .. %.0f, length %.0f  (%s; %d episodes, "
           "epsilon %g, at most %d steps: %d cut, seed %llu, 95 %% bootstrap interval)\n",
           r->mean, r->low, r->high, r->median, r->min, r->max, r->mean_length, world, c->episodes,
           (double)c->epsilon, c->max_steps, r->cut, (unsigned long long)c->seed);
}

static ludus_status measure(const ludus_world_eval_options *options, const ludus_world_net *w,
                            float epsilon, ludus_error *error)
{
    ludus_world_eval_result result;
    const ludus_world_eval_config config = {
        .episodes = options->episodes,
        .epsilon = epsilon,
        .max_steps = options->max_steps,
        .seed = options->seed,
        .threads = ludus_cmd_threads(options->threads),
    };
    char world[160];
    ludus_status status = describe_world(w, world, sizeof world, error);
    if (status == LUDUS_OK) {
        status = ludus_world_eval(w->world, &w->env, &w->q, w->net, &config, &result, error);
    }
    if (status == LUDUS_OK) {
        print_result(options, w, world, &config, &result);
    }
    return status;
}

int ludus_eval_world(const ludus_command *command, const char *name,
                     const ludus_world_eval_options *options)
{
    ludus_world_net w;
    ludus_error error;
    ludus_status status = ludus_world_net_load(&w, options->net, &error);
    if (status == LUDUS_OK && strcmp(w.world, name) != 0) {
        status = ludus_fail(&error, LUDUS_ERR_ARG, "%s: trained for %s, not for %s", options->net,
                            w.world, name);
    }
    if (status == LUDUS_OK && options->epsilon >= 0.0) {
        status = measure(options, &w, (float)options->epsilon, &error);
    } else if (status == LUDUS_OK) {
        status = measure(options, &w, 0.0f, &error);
        status = status ? status : measure(options, &w, 0.001f, &error);
    }
    ludus_world_net_free(&w);
    return status ? ludus_cmd_fail(command, &error) : LUDUS_EXIT_OK;
}
