// ludus train: begins a run from a recipe or goes on with one.

#include "cmd.h"
#include "cmd_progress.h"
#include "cmd_signal.h"
#include "cmd_world.h"
#include "selfplay/run.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>

typedef struct train_options {
    const char *name;
    const char *resume;
    double minutes;
    int32_t iterations;
    int32_t threads;
    uint64_t seed;
    bool json;
    ludus_sets sets;
} train_options;

#define SEED_OF_RECIPE UINT64_MAX // no --seed given

static const ludus_arg train_args[] = {
    {"--name", LUDUS_ARG_TEXT, offsetof(train_options, name), 0, 0, "NAME", NULL,
     "keep the run in runs/NAME (default: the recipe's name)"},
    {"--resume", LUDUS_ARG_TEXT, offsetof(train_options, resume), 0, 0, "FOLDER", NULL,
     "go on with the run in this folder"},
    {"--minutes", LUDUS_ARG_DOUBLE, offsetof(train_options, minutes), 0, 1e7, "M", NULL,
     "stop after this much training time (0 = no limit)"},
    {"--iterations", LUDUS_ARG_INT32, offsetof(train_options, iterations), 0, 2e9, "N", NULL,
     "stop after this many iterations (0 = no limit)"},
    LUDUS_ARG_ROW_THREADS(train_options),
    LUDUS_ARG_ROW_SEED(train_options),
    LUDUS_ARG_ROW_SET(train_options),
    LUDUS_ARG_ROW_JSON(train_options),
};

#define MAX_OVERRIDES (LUDUS_SETS_MAX + 3)
#define OVERRIDE_BYTES 64

// What the options mean as recipe assignments, after those of --set.
typedef struct overrides {
    size_t count;
    const char *assignment[MAX_OVERRIDES];
    char text[3][OVERRIDE_BYTES];
} overrides;

static void collect_overrides(const train_options *options, overrides *out)
{
    out->count = 0;
    for (int32_t i = 0; i < options->sets.count; i++) {
        out->assignment[out->count++] = options->sets.assignment[i];
    }
    if (options->minutes >= 0.0) {
        snprintf(out->text[0], OVERRIDE_BYTES, "run.minutes=%.9g", options->minutes);
        out->assignment[out->count++] = out->text[0];
    }
    if (options->iterations >= 0) {
        snprintf(out->text[1], OVERRIDE_BYTES, "run.iterations=%" PRId32, options->iterations);
        out->assignment[out->count++] = out->text[1];
    }
    if (options->seed != SEED_OF_RECIPE) {
        snprintf(out->text[2], OVERRIDE_BYTES, "run.seed=%" PRIu64, options->seed);
        out->assignment[out->count++] = out->text[2];
    }
}

// "runs/" and the name: the one given, or the recipe's file name without folder and ending.
static void name_folder(const train_options *options, const char *recipe, char *out, size_t size)
{
    if (options->name != NULL) {
        snprintf(out, size, "runs/%s", options->name);
        return;
    }
    const char *slash = strrchr(recipe, '/');
    const char *base = slash != NULL ? slash + 1 : recipe;
    const char *dot = strrchr(base, '.');
    const int length = dot != NULL ? (int)(dot - base) : (int)strlen(base);
    snprintf(out, size, "runs/%.*s", length, base);
}

static ludus_status begin(ludus_run **run, ludus_config **recipe, const char *path,
                          const char *folder, const overrides *changes, int32_t threads,
                          ludus_error *error)
{
    ludus_status status = ludus_config_load(recipe, path, error);
    for (size_t i = 0; status == LUDUS_OK && i < changes->count; i++) {
        status = ludus_config_set(*recipe, changes->assignment[i], error);
    }
    return status == LUDUS_OK ? ludus_run_create(run, folder, *recipe, threads, error) : status;
}

// Share of the run that is done by its nearest limit, 0..1; 0 when it has none.
static double share_done(const ludus_run *run)
{
    const ludus_run_config *c = ludus_run_settings(run);
    double share = 0.0;
    if (c->iterations > 0) {
        share = (double)ludus_run_iteration(run) / (double)c->iterations;
    }
    if (c->minutes > 0.0f) {
        share = fmax(share, ludus_run_seconds(run) / (60.0 * (double)c->minutes));
    }
    return fmin(share, 1.0);
}

static void show_progress(ludus_progress *progress, const ludus_run *run,
                          const ludus_report *report)
{
    char line[512], numbers[320], left[LUDUS_DURATION_MAX], spent[LUDUS_DURATION_MAX];
    const double seconds = ludus_run_seconds(run);
    const double share = share_done(run);
    ludus_run_learner(run)->ops->describe(report, numbers, sizeof numbers);
    ludus_duration(seconds, spent);
    if (share > 0.0) {
        ludus_duration(seconds * (1.0 - share) / share, left);
        snprintf(line, sizeof line, "#%" PRId64 "  %s, %s left  %s", report->iteration, spent, left,
                 numbers);
    } else {
        snprintf(line, sizeof line, "#%" PRId64 "  %s  %s", report->iteration, spent, numbers);
    }
    ludus_progress_update(progress, line);
}

// Strength figures stay on the screen.
static void note_strength(ludus_progress *progress, const ludus_report *report)
{
    char line[256];
    size_t used = 0;
    for (int32_t i = 0; i < report->num_metrics && used < sizeof line; i++) {
        const char *name = report->metrics[i].name;
        if (strncmp(name, "strength/", 9) == 0) {
            const int n = snprintf(line + used, sizeof line - used, "%s%s %.4f",
                                   used > 0 ? "  " : "", name + 9, report->metrics[i].value);
            used += n > 0 ? (size_t)n : 0;
        }
    }
    if (used > 0) {
        char note[320];
        snprintf(note, sizeof note, "#%" PRId64 "  %s", report->iteration, line);
        ludus_progress_note(progress, note);
    }
}

static ludus_status go_on(ludus_run *run, ludus_error *error)
{
    ludus_progress progress;
    ludus_status status = LUDUS_OK;
    ludus_progress_init(&progress);
    while (status == LUDUS_OK && !ludus_run_finished(run) && !ludus_signal_requested()) {
        const ludus_report *report;
        status = ludus_run_step(run, &report, error);
        if (status == LUDUS_OK) {
            note_strength(&progress, report);
            show_progress(&progress, run, report);
        }
    }
    if (status == LUDUS_OK) {
        status = ludus_run_save(run, error);
    }
    ludus_progress_finish(&progress);
    return status;
}

// What `--resume` needs besides the folder: another limit in place of the one that was reached.
static const char *next_limit(const ludus_run *run)
{
    const int64_t iterations = ludus_run_settings(run)->iterations;
    if (!ludus_run_finished(run)) {
        return "";
    }
    return iterations > 0 && ludus_run_iteration(run) >= iterations
               ? " --iterations N   (N = iterations in all)"
               : " --minutes M   (M = total training time)";
}

static void print_json(const ludus_run *run, const char *folder, uint64_t hash, uint64_t weights)
{
    char text[2][17];
    snprintf(text[0], sizeof text[0], "%016" PRIx64, hash);
    snprintf(text[1], sizeof text[1], "%016" PRIx64, weights);
    json_t *object =
        json_pack("{s:s, s:I, s:f, s:b, s:s, s:s}", "run", folder, "iteration",
                  (json_int_t)ludus_run_iteration(run), "seconds", ludus_run_seconds(run),
                  "finished", ludus_run_finished(run), "hash", text[0], "weights", text[1]);
    json_dumpf(object, stdout, JSON_REAL_PRECISION(9));
    printf("\n");
    json_decref(object);
}

static ludus_status summarise(const ludus_run *run, const char *folder, bool json,
                              ludus_error *error)
{
    uint64_t hash;
    char spent[LUDUS_DURATION_MAX];
    const ludus_status status = ludus_run_hash(run, &hash, error);
    if (status != LUDUS_OK) {
        return status;
    }
    const uint64_t weights =
        ludus_net_hash(ludus_run_learner(run)->ops->net(ludus_run_learner(run)->self));
    if (json) {
        print_json(run, folder, hash, weights);
        return LUDUS_OK;
    }
    printf("saved %s after %s, iteration %" PRId64 "\n", folder,
           ludus_duration(ludus_run_seconds(run), spent), ludus_run_iteration(run));
    printf("state %016" PRIx64 "  weights %016" PRIx64 "\n", hash, weights);
    const ludus_run_config *c = ludus_run_settings(run);
    printf("go on:  ludus train --resume %s%s\n", folder, next_limit(run));
    printf("play:   ludus play %s %s%s/net.safetensors\n", c->game,
           ludus_world_exists(c->game) ? "--net " : "--opponent net:", folder);
    return LUDUS_OK;
}

static int train_run(int argc, char **argv)
{
    train_options options = {.minutes = -1.0, .iterations = -1, .seed = SEED_OF_RECIPE};
    ludus_words words;
    ludus_error error;
    int exit_status = ludus_cmd_parse(&ludus_cmd_train, argc, argv, &options, &words);
    if (exit_status >= 0) {
        return exit_status;
    }
    if ((words.count == 1) == (options.resume != NULL)) {
        return ludus_cmd_fail_usage(&ludus_cmd_train, "give a recipe or --resume FOLDER");
    }
    ludus_run *run = NULL;
    ludus_config *recipe = NULL;
    overrides changes;
    char folder[512];
    const int32_t threads = ludus_cmd_threads(options.threads);
    collect_overrides(&options, &changes);
    ludus_signal_install();
    ludus_status status;
    if (options.resume != NULL) {
        snprintf(folder, sizeof folder, "%s", options.resume);
        status = ludus_run_resume(&run, folder, changes.assignment, changes.count, threads, &error);
    } else {
        name_folder(&options, words.word[0], folder, sizeof folder);
        status = begin(&run, &recipe, words.word[0], folder, &changes, threads, &error);
    }
    if (status == LUDUS_OK) {
        status = go_on(run, &error);
    }
    if (status == LUDUS_OK) {
        status = summarise(run, folder, options.json, &error);
    }
    exit_status = status != LUDUS_OK        ? ludus_cmd_fail(&ludus_cmd_train, &error)
                  : ludus_run_finished(run) ? LUDUS_EXIT_OK
                                            : LUDUS_EXIT_STOPPED;
    ludus_run_destroy(run);
    ludus_config_destroy(recipe);
    return exit_status;
}

const ludus_command ludus_cmd_train = {
    .name = "train",
    .words = "RECIPE | --resume FOLDER",
    .min_words = 0,
    .max_words = 1,
    .summary = "trains an agent from a recipe, or goes on with a run",
    .details = "Ctrl-C saves and says how to go on. Every key of a recipe can be overridden:\n"
               "  ludus train configs/connect4.ini --minutes 10\n"
               "  ludus train configs/connect4.ini --name wide --set net.channels=96\n"
               "  ludus train --resume runs/wide --minutes 60\n"
               "The run's folder holds its recipe, checkpoint, net, metrics.jsonl and TensorBoard\n"
               "events. The same recipe and seed give the same games and weights on any number of\n"
               "threads, interrupted or not.\n",
    .args = train_args,
    .num_args = sizeof(train_args) / sizeof(train_args[0]),
    .run = train_run,
};
