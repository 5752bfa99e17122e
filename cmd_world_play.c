#include "cmd_signal.h"
#include "cmd_world.h"

#include "agents/q_policy.h"
#include "agents/world_net.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

typedef struct stage {
    ludus_env env;
    ludus_world_net agent; // when the agent plays
    ludus_q_policy *policy;
    uint8_t *packed;
    bool is_terminal; // keys are read one by one
    struct termios before;
    double score;
    bool has_left;
} stage;

// ---- Keys ---------------------------------------------------------------------------------------

static void raw_keys(stage *s)
{
    struct termios raw;
    s->is_terminal =
        isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && tcgetattr(STDIN_FILENO, &s->before) == 0;
    if (s->is_terminal) {
        raw = s->before;
        raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
        tcsetattr(STDIN_FILENO, TCSANOW, &raw);
    }
}

static void restore_keys(const stage *s)
{
    if (s->is_terminal) {
        tcsetattr(STDIN_FILENO, TCSANOW, &s->before);
    }
}

static int32_t action_named(const ludus_env_spec *spec, const char *name)
{
    for (int32_t a = 0; a < spec->num_actions; a++) {
        if (!strcmp(spec->action_names[a], name)) {
            return a;
        }
    }
    return -1;
}

static const char *name_of_key(const char *keys)
{
    static const struct {
        const char *keys, *name;
    } table[] = {{"\033[D", "left"}, {"\033[A", "up"},   {"\033[C", "right"}, {"\033[B", "down"},
                 {"a", "left"},      {"w", "up"},        {"d", "right"},      {"s", "down"},
                 {" ", "fire"},      {"\033OD", "left"}, {"\033OC", "right"}};
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        if (!strcmp(keys, table[i].keys)) {
            return table[i].name;
        }
    }
    return "";
}

static int32_t idle_action(const ludus_env_spec *spec)
{
    return spec->noop_action >= 0 ? spec->noop_action : 0;
}

// The key pressed within the time of a step, the last one if several.
static int32_t action_by_key(stage *s, double seconds)
{
    int32_t action = idle_action(&s->env.spec);
    const double until = ludus_clock() + seconds;
    for (double left = seconds; left > 0.0; left = until - ludus_clock()) {
        struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
        if (poll(&in, 1, (int)(left * 1000.0) + 1) <= 0) {
            break;
        }
        char keys[8] = {0};
        const ssize_t n = read(STDIN_FILENO, keys, sizeof keys - 1);
        if (n <= 0 || keys[0] == 'q') {
            s->has_left = true;
            break;
        }
        const int32_t wanted = action_named(&s->env.spec, name_of_key(keys));
        action = wanted >= 0 ? wanted : action;
    }
    return action;
}

// Before the first step, so that nobody is late for the ball.
static void wait_for_key(stage *s)
{
    char keys[8];
    struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
    while (!ludus_signal_requested()) {
        if (poll(&in, 1, 100) > 0) {
            const ssize_t n = read(STDIN_FILENO, keys, sizeof keys);
            s->has_left = n <= 0 || keys[0] == 'q';
            return;
        }
    }
}

// A line per step: the action's name, nothing for none, quit to end.
static int32_t action_by_line(stage *s)
{
    char line[64];
    for (;;) {
        if (!fgets(line, sizeof line, stdin)) {
            s->has_left = true;
            return idle_action(&s->env.spec);
        }
        line[strcspn(line, "\r\n")] = '\0';
        if (!strcmp(line, "quit")) {
            s->has_left = true;
        }
        const int32_t action = action_named(&s->env.spec, line);
        if (line[0] == '\0' || s->has_left) {
            return idle_action(&s->env.spec);
        }
        if (action >= 0) {
            return action;
        }
        printf("no action \"%.40s\"; there are:", line);
        for (int32_t a = 0; a < s->env.spec.num_actions; a++) {
            printf(" %s", s->env.spec.action_names[a]);
        }
        printf(", quit\n");
    }
}

static int32_t action_by_agent(stage *s)
{
    ludus_env_observe_packed(&s->env, s->packed);
    ludus_q_policy_set(s->policy, 0, s->packed);
    return ludus_q_best(s->env.spec.num_actions, ludus_q_policy_run(s->policy, 1));
}

// ---- Showing ------------------------------------------------------------------------------------

static void show(const stage *s, const char *what)
{
    char text[LUDUS_ENV_DRAW_MAX];
    ludus_env_draw(&s->env, text);
    if (s->is_terminal) {
        printf("\033[H\033[J");
    }
    const bool by_key = s->is_terminal && s->policy == NULL;
    printf("%sstep %d  score %.0f  %s%s\n", text, s->env.steps, s->score, what,
           by_key ? "\narrows or wasd, space fires, q ends" : "");
    fflush(stdout);
}

static void wait_for(double seconds)
{
    const struct timespec pause = {(time_t)seconds,
                                   (long)((seconds - (double)(time_t)seconds) * 1e9)};
    nanosleep(&pause, NULL);
}

static void play_episode(stage *s, double seconds)
{
    show(s, s->policy ? "the agent plays" : s->is_terminal ? "a key begins" : "an action a line");
    if (s->is_terminal && s->policy == NULL) {
        wait_for_key(s);
    }
    while (!s->env.over && !s->has_left && !ludus_signal_requested()) {
        ludus_env_result result;
        int32_t action;
        if (s->policy) {
            action = action_by_agent(s);
            wait_for(s->is_terminal ? seconds : 0.0);
        } else {
            action = s->is_terminal ? action_by_key(s, seconds) : action_by_line(s);
        }
        if (s->has_left) {
            break;
        }
        ludus_env_step(&s->env, action, &result);
        s->score += (double)result.raw_reward;
        show(s, s->env.spec.action_names[action]);
    }
    printf("%s: score %.0f after %d steps\n", s->env.over ? "over" : "left", s->score,
           s->env.steps);
}

static ludus_status open_agent(stage *s, const char *name, const char *net, ludus_error *error)
{
    ludus_status status = ludus_world_net_load(&s->agent, net, error);
    if (status == LUDUS_OK && strcmp(s->agent.world, name) != 0) {
        status = ludus_fail(error, LUDUS_ERR_ARG, "%s: trained for %s, not for %s", net,
                            s->agent.world, name);
    }
    if (status == LUDUS_OK) {
        status = ludus_env_open(&s->env, name, &s->agent.env, error);
    }
    if (status != LUDUS_OK) {
        return status;
    }
    s->packed = ludus_alloc(1, ludus_env_packed_bytes(&s->env.spec));
    if (s->packed == NULL) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "no memory");
    }
    return ludus_q_policy_create(&s->policy, s->agent.net, &s->env.spec, &s->agent.q, 1, error);
}

int ludus_play_world(const ludus_command *command, const char *name,
                     const ludus_world_play_options *options)
{
    stage s = {0};
    ludus_error error;
    const ludus_status status = options->net ? open_agent(&s, name, options->net, &error)
                                             : ludus_env_open(&s.env, name, NULL, &error);
    if (status == LUDUS_OK) {
        const double rate = options->steps_per_second > 0.0 ? options->steps_per_second
                                                            : (double)s.env.spec.steps_per_second;
        ludus_signal_install();
        ludus_env_reset(&s.env, options->seed);
        raw_keys(&s);
        play_episode(&s, 1.0 / rate);
        restore_keys(&s);
    }
    ludus_q_policy_destroy(s.policy);
    ludus_world_net_free(&s.agent);
    ludus_free(s.packed);
    ludus_env_close(&s.env);
    return status                     ? ludus_cmd_fail(command, &error)
           : ludus_signal_requested() ? LUDUS_EXIT_STOPPED
                                      : LUDUS_EXIT_OK;
}
