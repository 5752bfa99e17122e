// Claims about DQN and PQN in training: the same weights, replay and worlds on any number of
// threads and after an interruption, with every key of the agent; and both learn cartpole.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "agents/q_net.h"
#include "small_run.h"
#include "temp_folder.h"

#define COMMON                                                                                     \
    "[explore]\nepsilon_frames = 400\nframes = 256\n[eval]\nepisodes = 0\n"                        \
    "[net]\ntrunk = conv\nconvs = 8x3\nhidden = 16\n"

#define DQN                                                                                        \
    "[run]\nagent = dqn\ngame = %s\nseed = 5\niterations = %d\n"                                   \
    "checkpoint_minutes = 0\nmeasure_every = 0\n" COMMON                                           \
    "[actors]\nworlds = 6\nbatch = 3\nsteps = 5\n"                                                 \
    "[replay]\ncapacity_items = 300\nchunk_bytes = 1024\nsegments = true\n"                        \
    "[train]\nbatch = 24\nshards = 4\noptimiser = rmsprop\nlr = 0.001\nema_decay = 0\n"            \
    "[learn]\nstart = 60\nframes_per_step = 7\ntarget_every = 20\npiece = 8\n"

#define PQN                                                                                        \
    "[run]\nagent = pqn\ngame = %s\nseed = 5\niterations = %d\n"                                   \
    "checkpoint_minutes = 0\nmeasure_every = 0\n" COMMON "norm = layer\n"                          \
    "[actors]\nworlds = 8\nbatch = 2\nsteps = 8\n"                                                 \
    "[train]\nbatch = 16\nshards = 4\noptimiser = adam\nlr = 0.001\nema_decay = 0.9\n"

typedef struct sample {
    const char *name, *recipe, *world, *more;
} sample;

static const sample samples[] = {
    {"plain", DQN, "breakout", ""},
    {"cartpole", DQN, "cartpole", "[env]\nmax_steps = 30\n"},
    {"double", DQN, "seaquest", "double = true\nn_step = 3\ntarget_tau = 0.01\n"},
    {"prioritised", DQN, "asterix", "prioritised = true\nn_step = 2\n"},
    {"rainbow", DQN, "freeway",
     "prioritised = true\ndouble = true\nn_step = 3\n[q]\nkind = c51\natoms = 11\ndueling = on\n"},
    {"quantile", DQN, "space_invaders", "[q]\nkind = quantile\natoms = 8\n"},
    {"noisy", DQN, "asterix", "double = true\n[net]\nnoisy = on\n[q]\ndueling = on\n"},
    {"munchausen", DQN, "breakout", "munchausen = true\n"},
    {"pixels", DQN, "breakout",
     "[env]\npixels = on\n[atari]\nheight = 20\nwidth = 20\nframe_skip = 2\nnoop_max = 3\n"},
    {"pqn", PQN, "breakout", ""},
    {"pqn_cut", PQN, "cartpole", "[env]\nmax_steps = 20\n"},
};
#define NUM_SAMPLES (sizeof(samples) / sizeof(samples[0]))

// cartpole's four numbers are no image.
static void write_recipe(const sample *s, int iterations, char *out, size_t size)
{
    char text[2048];
    snprintf(text, sizeof text, s->recipe, s->world, iterations);
    char *convs =
        strcmp(s->world, "cartpole") == 0 ? strstr(text, "trunk = conv\nconvs = 8x3\n") : NULL;
    if (convs != NULL) {
        memcpy(convs, "trunk = mlp \n;onvs = 8x3\n", strlen("trunk = conv\nconvs = 8x3\n"));
    }
    snprintf(out, size, "%s%s", text, s->more);
}

static void threads_do_not_change_the_result(void **state)
{
    for (size_t i = 0; i < NUM_SAMPLES; i++) {
        uint64_t hash[3];
        for (int k = 0; k < 3; k++) {
            char folder[TEMP_PATH_MAX], recipe[4096], name[64];
            snprintf(name, sizeof name, "%s%d", samples[i].name, 1 << k);
            temp_path(state, name, folder);
            write_recipe(&samples[i], 3, recipe, sizeof recipe);
            hash[k] = small_run_whole(recipe, folder, 1 << k);
        }
        if (hash[0] != hash[1] || hash[0] != hash[2]) {
            fail_msg("%s: another result on other threads", samples[i].name);
        }
    }
}

static void an_interrupted_run_goes_on_bit_for_bit(void **state)
{
    for (size_t i = 0; i < NUM_SAMPLES; i++) {
        char whole[TEMP_PATH_MAX], cut[TEMP_PATH_MAX], recipe[4096], name[64];
        ludus_error error;
        ludus_run *run;
        const ludus_report *report;
        snprintf(name, sizeof name, "%s_whole", samples[i].name);
        temp_path(state, name, whole);
        snprintf(name, sizeof name, "%s_cut", samples[i].name);
        temp_path(state, name, cut);
        write_recipe(&samples[i], 4, recipe, sizeof recipe);
        const uint64_t wanted = small_run_whole(recipe, whole, 2);
        ludus_config *config = small_run_config(recipe);
        assert_int_equal(ludus_run_create(&run, cut, config, 2, &error), LUDUS_OK);
        assert_int_equal(ludus_run_step(run, &report, &error), LUDUS_OK);
        assert_int_equal(ludus_run_step(run, &report, &error), LUDUS_OK);
        ludus_run_destroy(run); // after the second checkpoint
        ludus_config_destroy(config);
        if (small_run_resumed(cut, 1) != wanted) {
            fail_msg("%s: resumed, it ends elsewhere", samples[i].name);
        }
    }
}

// Trains on cartpole by a recipe; what the last iteration reported as `key`.
static double learned(void **state, const char *name, const char *recipe, const char *key)
{
    char folder[TEMP_PATH_MAX];
    ludus_error error;
    ludus_run *run;
    double value = 0.0;
    temp_path(state, name, folder);
    ludus_config *config = small_run_config(recipe);
    assert_int_equal(ludus_run_create(&run, folder, config, 1, &error), LUDUS_OK);
    while (!ludus_run_finished(run)) {
        const ludus_report *report;
        assert_int_equal(ludus_run_step(run, &report, &error), LUDUS_OK);
        value = ludus_report_get(report, key);
    }
    ludus_run_destroy(run);
    ludus_config_destroy(config);
    return value;
}

#define CARTPOLE                                                                                   \
    "game = cartpole\nseed = 1\ncheckpoint_minutes = 100\nmeasure_every = 0\n"                     \
    "[eval]\nepisodes = 0\n"

// A reward of 1 per step, halved, and a discount of a half: 1 in every state far from the end.
static void dqn_values_reach_their_fixed_point(void **state)
{
    const double value =
        learned(state, "fixed_point",
                "[run]\nagent = dqn\niterations = 2\n" CARTPOLE "[net]\ntrunk = mlp\nhidden = 64\n"
                "[actors]\nworlds = 4\nbatch = 4\nsteps = 2\n"
                "[explore]\nepsilon_final = 0.05\nepsilon_frames = 5000\nframes = 4000\n"
                "[learn]\ngamma = 0.5\nreward_scale = 0.5\nstart = 500\n"
                "frames_per_step = 2\ntarget_every = 100\n"
                "double = on\nn_step = 3\n[replay]\ncapacity_items = 20000\n"
                "[train]\nbatch = 32\nshards = 1\noptimiser = adam\nlr = 0.001\n"
                "weight_decay = 0\nema_decay = 0\n",
                "value");
    assert_true(value > 0.85 && value < 1.05);
}

// Random play balances for 22 steps.
static void dqn_learns_to_balance(void **state)
{
    const double balanced = learned(
        state, "balance_dqn",
        "[run]\nagent = dqn\niterations = 2\n" CARTPOLE "[net]\ntrunk = mlp\nhidden = 64 64\n"
        "[actors]\nworlds = 8\nbatch = 8\nsteps = 1\n"
        "[explore]\nepsilon_final = 0.05\nepsilon_frames = 10000\nframes = 10000\n"
        "[learn]\nreward_scale = 0.1\ndouble = on\nn_step = 3\nstart = 1000\n"
        "frames_per_step = 4\ntarget_every = 100\n[replay]\ncapacity_items = 50000\n"
        "[train]\nbatch = 64\nshards = 1\noptimiser = adam\nlr = 0.001\n"
        "weight_decay = 0\ngrad_clip = 10\nema_decay = 0\n",
        "return");
    assert_true(balanced > 100.0);
}

static void pqn_learns_to_balance(void **state)
{
    const double balanced =
        learned(state, "balance",
                "[run]\nagent = pqn\niterations = 5\n" CARTPOLE
                "[net]\ntrunk = mlp\nhidden = 64 64\nnorm = layer\n"
                "[actors]\nworlds = 16\nbatch = 16\nsteps = 32\n"
                "[explore]\nepsilon_final = 0.05\nepsilon_frames = 30000\nframes = 10000\n"
                "[learn]\nreward_scale = 0.1\nepochs = 4\n"
                "[train]\nbatch = 64\nshards = 1\noptimiser = adam\nlr = 0.001\n"
                "weight_decay = 0\ngrad_clip = 10\nema_decay = 0\n",
                "return");
    assert_true(balanced > 120.0);
}

static void refused(const char *more, const char *part)
{
    char recipe[4096];
    ludus_error error;
    ludus_learner learner;
    const sample s = {"refused", DQN, "breakout", more};
    write_recipe(&s, 1, recipe, sizeof recipe);
    ludus_config *config = small_run_config(recipe);
    assert_int_not_equal(ludus_learner_create(&learner, config, NULL, 1, &error), LUDUS_OK);
    if (strstr(error.text, part) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", error.text, part);
    }
    ludus_config_destroy(config);
}

static void impossible_recipes_get_one_line(void **state)
{
    (void)state;
    refused("munchausen = true\nn_step = 3\n", "munchausen");
    refused("munchausen = true\n[q]\nkind = c51\n", "munchausen");
    refused("[q]\nkind = c51\nv_min = 3\nv_max = 2\n", "v_min");
    refused("[q]\nkind = c52\n", "c51");
    refused("doubel = true\n", "double");
}

static void malformed_layers_get_one_line(void **state)
{
    (void)state;
    static const struct {
        const char *convs, *hidden, *part;
    } bad[] = {{"16", "128", "net.convs = 16"},
               {"16x3/", "128", "net.convs"},
               {"x3", "128", "net.convs"},
               {"16x3 y", "128", "net.convs"},
               {"16x3", "128 a", "net.hidden"},
               {"16x3", "0", "net.hidden"},
               {"16x3/4", "128", "convolution 1"},
               {"16x11 16x3", "8", "convolution 1"},
               {"8x1 8x1 8x1 8x1 8x1 8x1 8x1 8x1 8x1", "8", "net.convs"}};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        ludus_env env;
        ludus_error error;
        ludus_net_desc desc = ludus_net_desc_default();
        ludus_q_config q = ludus_q_config_default();
        desc.trunk = LUDUS_TRUNK_CONV;
        desc.norm = LUDUS_NORM_NONE;
        snprintf(q.convs, sizeof q.convs, "%s", bad[i].convs);
        snprintf(q.hidden, sizeof q.hidden, "%s", bad[i].hidden);
        assert_int_equal(ludus_env_open(&env, "breakout", NULL, &error), LUDUS_OK);
        assert_int_not_equal(ludus_q_net_desc(&desc, &env.spec, &q, &error), LUDUS_OK);
        if (strstr(error.text, bad[i].part) == NULL) {
            fail_msg("\"%s\" does not say \"%s\"", error.text, bad[i].part);
        }
        ludus_env_close(&env);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_do_not_change_the_result),
        cmocka_unit_test(an_interrupted_run_goes_on_bit_for_bit),
        cmocka_unit_test(dqn_values_reach_their_fixed_point),
        cmocka_unit_test(dqn_learns_to_balance),
        cmocka_unit_test(pqn_learns_to_balance),
        cmocka_unit_test(impossible_recipes_get_one_line),
        cmocka_unit_test(malformed_layers_get_one_line),
    };
    return cmocka_run_group_tests(tests, temp_folder_create, temp_folder_destroy);
}
