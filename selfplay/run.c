#include "selfplay/run.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "selfplay/checkpoint.h"
#include "selfplay/event_file.h"
#include "selfplay/metrics_log.h"
#include "selfplay/replay.h"

#define PATH_MAX_BYTES 512
#define START_NET "start.safetensors"
#define START_NET_MAX_BYTES ((size_t)2 << 30)

const ludus_option ludus_run_options[] = {
    LUDUS_OPTION_TEXT(ludus_run_config, "run", "agent", agent,
                      "who learns: alphazero, distill, dqn or pqn"),
    LUDUS_OPTION_TEXT(ludus_run_config, "run", "game", game, "what is played; see ludus list"),
    LUDUS_OPTION_INT64(ludus_run_config, "run", "seed", seed, 0, 9e15,
                       "of everything random in the run"),
    LUDUS_OPTION_INT64(ludus_run_config, "run", "iterations", iterations, 0, 1e12,
                       "stop after this many; 0 = no limit"),
    LUDUS_OPTION_FLOAT(ludus_run_config, "run", "minutes", minutes, 0, 1e7,
                       "stop after this much training time; 0 = no limit"),
    LUDUS_OPTION_FLOAT(ludus_run_config, "run", "checkpoint_minutes", checkpoint_minutes, 0, 1e6,
                       "between checkpoints; 0 = after every iteration"),
    LUDUS_OPTION_INT32(ludus_run_config, "run", "measure_every", measure_every, 0, 1e9,
                       "iterations between strength measurements; 0 = never"),
    LUDUS_OPTION_TEXT(ludus_run_config, "run", "start_net", start_net,
                      "weights to begin from; empty = random"),
};
const size_t ludus_run_num_options = sizeof(ludus_run_options) / sizeof(ludus_run_options[0]);

ludus_run_config ludus_run_config_default(void)
{
    return (ludus_run_config){
        .agent = "alphazero",
        .game = "connect4",
        .seed = 1,
        .checkpoint_minutes = 5.0f,
        .measure_every = 10,
    };
}

struct ludus_run {
    ludus_run_config config;
    ludus_config *own_recipe; // of a resumed run; NULL when the caller's is used
    char *recipe_text;        // as stored in checkpoints
    ludus_learner learner;
    ludus_metrics_log *log;
    ludus_event_file *events;
    ludus_report report;
    int64_t iteration;
    double seconds;       // before this session
    double session_start; // ludus_clock()
    double last_save;     // training seconds
    char folder[PATH_MAX_BYTES];
    int lock; // FOLDER/lock: one process trains a run
};

// Writes FOLDER/NAME into out; folders longer than the buffer were refused at creation.
static void path_in(const ludus_run *run, const char *name, char out[PATH_MAX_BYTES + 32])
{
    snprintf(out, PATH_MAX_BYTES + 32, "%s/%s", run->folder, name);
}

static ludus_status check_folder(ludus_run *run, const char *folder, ludus_error *error)
{
    const size_t length = strlen(folder);
    run->lock = -1;
    if (length == 0 || length >= sizeof run->folder) {
        return ludus_fail(error, LUDUS_ERR_ARG, "%s: the run's path is empty or too long", folder);
    }
    memcpy(run->folder, folder, length + 1);
    return LUDUS_OK;
}

static ludus_status lock_folder(ludus_run *run, ludus_error *error)
{
    char path[PATH_MAX_BYTES + 32];
    path_in(run, "lock", path);
    const ludus_status status = ludus_file_lock(&run->lock, path, error);
    if (status == LUDUS_ERR_STATE) {
        return ludus_fail(error, status, "%s: another process trains this run", run->folder);
    }
    if (status == LUDUS_OK) {
        ludus_file_forget_temporaries(run->folder);
    }
    return status;
}

static ludus_status read_settings(ludus_run *run, ludus_config *recipe, ludus_error *error)
{
    run->config = ludus_run_config_default();
    return ludus_config_apply(recipe, ludus_run_options, ludus_run_num_options, &run->config,
                              error);
}

// Copies the start net into the run, which then holds all that resuming needs.
static ludus_status keep_start_net(const ludus_run *run, ludus_error *error)
{
    char path[PATH_MAX_BYTES + 32];
    void *bytes;
    size_t size;
    if (run->config.start_net[0] == '\0') {
        return LUDUS_OK;
    }
    ludus_status status =
        ludus_file_read(run->config.start_net, START_NET_MAX_BYTES, &bytes, &size, error);
    if (status == LUDUS_OK) {
        path_in(run, START_NET, path);
        status = ludus_file_replace(path, bytes, size, error);
        ludus_free(bytes);
    }
    return status;
}

// From now on the start net is the run's own copy, if it has one. Where the run's path is too long
// for a recipe's line, it stays the one that the recipe names.
static void use_kept_start_net(const ludus_run *run)
{
    char path[PATH_MAX_BYTES + 32], assignment[PATH_MAX_BYTES + 64];
    path_in(run, START_NET, path);
    if (ludus_file_exists(path)) {
        snprintf(assignment, sizeof assignment, "run.start_net=%s", path);
        (void)ludus_config_set(run->own_recipe, assignment, NULL);
    }
}

static ludus_status take_recipe_text(ludus_run *run, const ludus_config *recipe, ludus_error *error)
{
    ludus_free(run->recipe_text);
    run->recipe_text = NULL;
    return ludus_config_to_text(recipe, &run->recipe_text) == LUDUS_OK
               ? LUDUS_OK
               : ludus_fail(error, LUDUS_ERR_NOMEM, "%s: no memory for the recipe", run->folder);
}

static ludus_status open_logs(ludus_run *run, uint64_t metrics_bytes, ludus_error *error)
{
    char path[PATH_MAX_BYTES + 32];
    path_in(run, "metrics.jsonl", path);
    const ludus_status status = ludus_metrics_log_open(&run->log, path, metrics_bytes, error);
    if (status != LUDUS_OK) {
        return status;
    }
    return ludus_event_file_create(&run->events, run->folder, error);
}

ludus_status ludus_run_create(ludus_run **out, const char *folder, ludus_config *recipe,
                              int32_t threads, ludus_error *error)
{
    *out = NULL;
    char path[PATH_MAX_BYTES + 32];
    ludus_run *run = ludus_alloc(1, sizeof *run);
    if (run == NULL) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "run: out of memory");
    }
    ludus_status status = check_folder(run, folder, error);
    if (status == LUDUS_OK) {
        status = read_settings(run, recipe, error);
    }
    path_in(run, "recipe.ini", path);
    if (status == LUDUS_OK && ludus_file_exists(path)) {
        status = ludus_fail(error, LUDUS_ERR_STATE,
                            "%s: holds a run already; go on with --resume %s", folder, folder);
    }
    if (status == LUDUS_OK) {
        status = take_recipe_text(run, recipe, error);
    }
    // The recipe is tried out in full before anything is written.
    if (status == LUDUS_OK) {
        status = ludus_learner_create(&run->learner, recipe, folder, threads, error);
    }
    if (status == LUDUS_OK) {
        status = ludus_file_make_folder(folder, error);
    }
    if (status == LUDUS_OK) {
        status = lock_folder(run, error);
    }
    if (status == LUDUS_OK) {
        status = keep_start_net(run, error);
    }
    if (status == LUDUS_OK) {
        status = ludus_file_replace(path, run->recipe_text, strlen(run->recipe_text), error);
    }
    if (status == LUDUS_OK) {
        status = open_logs(run, 0, error);
    }
    if (status != LUDUS_OK) {
        ludus_run_destroy(run);
        return status;
    }
    run->session_start = ludus_clock();
    *out = run;
    return LUDUS_OK;
}

// ---- Resume ----------------------------------------------------------------------------------

static bool may_change(const char *assignment)
{
    static const char *const limits[] = {
        "run.iterations=", "run.minutes=", "run.checkpoint_minutes=", "run.measure_every="};
    for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
        if (strncmp(assignment, limits[i], strlen(limits[i])) == 0) {
            return true;
        }
    }
    return false;
}

// New limits stay with the run: its next checkpoint has them.
static ludus_status apply_overrides(ludus_run *run, const char *const *overrides, size_t count,
                                    ludus_error *error)
{
    for (size_t i = 0; i < count; i++) {
        if (!may_change(overrides[i])) {
            return ludus_fail(error, LUDUS_ERR_ARG,
                              "%s: a resumed run may only change run.iterations, run.minutes, "
                              "run.checkpoint_minutes and run.measure_every",
                              overrides[i]);
        }
        const ludus_status status = ludus_config_set(run->own_recipe, overrides[i], error);
        if (status != LUDUS_OK) {
            return status;
        }
    }
    return LUDUS_OK;
}

// The recipe with new limits, read from `path`, as this session uses it.
static ludus_status adopt_recipe(ludus_run *run, const char *const *overrides, size_t count,
                                 ludus_error *error)
{
    ludus_status status = apply_overrides(run, overrides, count, error);
    if (status == LUDUS_OK) {
        status = take_recipe_text(run, run->own_recipe, error);
    }
    if (status != LUDUS_OK) {
        return status;
    }
    use_kept_start_net(run);
    return read_settings(run, run->own_recipe, error);
}

static ludus_status load_learner(ludus_run *run, const ludus_checkpoint *checkpoint,
                                 const char *path, int32_t threads, ludus_error *error)
{
    ludus_status status =
        ludus_learner_create(&run->learner, run->own_recipe, run->folder, threads, error);
    if (status != LUDUS_OK) {
        return status;
    }
    ludus_cursor cursor = {.data = checkpoint->state, .size = checkpoint->state_bytes};
    status = run->learner.ops->load(run->learner.self, &cursor, error);
    if (status == LUDUS_OK && (cursor.failed || cursor.offset != cursor.size)) {
        status = ludus_fail(error, LUDUS_ERR_FORMAT, "the state is cut short or too long");
    }
    return status == LUDUS_OK ? status : ludus_fail_within(error, "%s", path);
}

static ludus_status resume_from(ludus_run *run, const char *path, const char *const *overrides,
                                size_t count, int32_t threads, ludus_error *error)
{
    ludus_checkpoint checkpoint;
    void *bytes = NULL;
    ludus_status status = ludus_checkpoint_read(&checkpoint, path, &bytes, error);
    if (status == LUDUS_OK) {
        status = ludus_config_parse(&run->own_recipe, path, checkpoint.recipe,
                                    checkpoint.recipe_bytes, error);
    }
    if (status == LUDUS_OK) {
        status = adopt_recipe(run, overrides, count, error);
    }
    if (status == LUDUS_OK) {
        status = load_learner(run, &checkpoint, path, threads, error);
    }
    if (status == LUDUS_OK) {
        run->iteration = (int64_t)checkpoint.iteration;
        run->seconds = checkpoint.seconds;
        run->last_save = checkpoint.seconds;
        status = open_logs(run, checkpoint.metrics_bytes, error);
    }
    ludus_free(bytes);
    return status;
}

// Removes the segments of RUN/replay and of RUN/GAME/replay, but not those of a run in a run.
static ludus_status forget_records(const ludus_run *run, ludus_error *error)
{
    char path[PATH_MAX_BYTES + 320];
    DIR *stream = opendir(run->folder);
    snprintf(path, sizeof path, "%s/replay", run->folder);
    ludus_status status = ludus_segments_truncate(path, 0, error);
    const struct dirent *entry;
    while (status == LUDUS_OK && stream != NULL && (entry = readdir(stream)) != NULL) {
        snprintf(path, sizeof path, "%s/%s/recipe.ini", run->folder, entry->d_name);
        const bool is_run = ludus_file_exists(path);
        snprintf(path, sizeof path, "%s/%s/replay", run->folder, entry->d_name);
        if (entry->d_name[0] != '.' && !is_run && ludus_file_exists(path)) {
            status = ludus_segments_truncate(path, 0, error);
        }
    }
    if (stream != NULL) {
        closedir(stream);
    }
    return status;
}

// Killed before its first checkpoint, a run begins again from its recipe: the same run.
static ludus_status restart(ludus_run *run, const char *const *overrides, size_t count,
                            int32_t threads, ludus_error *error)
{
    char path[PATH_MAX_BYTES + 32];
    path_in(run, "recipe.ini", path);
    ludus_status status = ludus_config_load(&run->own_recipe, path, error);
    if (status == LUDUS_OK) {
        status = adopt_recipe(run, overrides, count, error);
    }
    if (status == LUDUS_OK) {
        status = forget_records(run, error);
    }
    if (status == LUDUS_OK) {
        status = ludus_learner_create(&run->learner, run->own_recipe, run->folder, threads, error);
    }
    return status == LUDUS_OK ? open_logs(run, 0, error) : status;
}

// Nothing in a folder is touched before it is known to be a run's.
static ludus_status check_is_run(const ludus_run *run, ludus_error *error)
{
    char recipe[PATH_MAX_BYTES + 32], checkpoint[PATH_MAX_BYTES + 32];
    path_in(run, "recipe.ini", recipe);
    path_in(run, "checkpoint.ludus", checkpoint);
    return ludus_file_exists(recipe) || ludus_file_exists(checkpoint)
               ? LUDUS_OK
               : ludus_fail(error, LUDUS_ERR_ARG,
                            "%s: holds no run (neither recipe.ini nor checkpoint.ludus)",
                            run->folder);
}

ludus_status ludus_run_resume(ludus_run **out, const char *folder, const char *const *overrides,
                              size_t count, int32_t threads, ludus_error *error)
{
    *out = NULL;
    char path[PATH_MAX_BYTES + 32];
    ludus_run *run = ludus_alloc(1, sizeof *run);
    if (run == NULL) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "run: out of memory");
    }
    ludus_status status = check_folder(run, folder, error);
    if (status == LUDUS_OK) {
        status = check_is_run(run, error);
    }
    if (status == LUDUS_OK) {
        status = lock_folder(run, error);
    }
    if (status == LUDUS_OK) {
        path_in(run, "checkpoint.ludus", path);
        status = ludus_file_exists(path) ? resume_from(run, path, overrides, count, threads, error)
                                         : restart(run, overrides, count, threads, error);
    }
    if (status != LUDUS_OK) {
        ludus_run_destroy(run);
        return status;
    }
    run->session_start = ludus_clock();
    *out = run;
    return LUDUS_OK;
}

void ludus_run_destroy(ludus_run *run)
{
    if (run == NULL) {
        return;
    }
    ludus_learner_destroy(&run->learner);
    ludus_metrics_log_close(run->log);
    ludus_event_file_destroy(run->events);
    ludus_config_destroy(run->own_recipe);
    ludus_free(run->recipe_text);
    ludus_file_unlock(run->lock);
    ludus_free(run);
}

// ---- Going on --------------------------------------------------------------------------------

const ludus_run_config *ludus_run_settings(const ludus_run *run)
{
    return &run->config;
}

int64_t ludus_run_iteration(const ludus_run *run)
{
    return run->iteration;
}

double ludus_run_seconds(const ludus_run *run)
{
    return run->seconds + (ludus_clock() - run->session_start);
}

const ludus_learner *ludus_run_learner(const ludus_run *run)
{
    return &run->learner;
}

bool ludus_run_finished(const ludus_run *run)
{
    const ludus_run_config *c = &run->config;
    return (c->iterations > 0 && run->iteration >= c->iterations) ||
           (c->minutes > 0.0f && ludus_run_seconds(run) >= 60.0 * (double)c->minutes);
}

static ludus_status log_report(ludus_run *run, ludus_error *error)
{
    const char *names[LUDUS_MAX_METRICS];
    double values[LUDUS_MAX_METRICS];
    for (int32_t i = 0; i < run->report.num_metrics; i++) {
        names[i] = run->report.metrics[i].name;
        values[i] = run->report.metrics[i].value;
    }
    const ludus_status status =
        ludus_metrics_log_add(run->log, run->report.iteration, ludus_run_seconds(run),
                              run->report.num_metrics, names, values, error);
    if (status != LUDUS_OK) {
        return status;
    }
    return ludus_event_file_add(run->events, run->report.iteration, run->report.num_metrics, names,
                                values, error);
}

// A net that is not finite never learns again, and its file could not be loaded.
static ludus_status check_finite(const ludus_run *run, ludus_error *error)
{
    const char *tensor = ludus_net_nonfinite(run->learner.ops->net(run->learner.self));
    return tensor == NULL
               ? LUDUS_OK
               : ludus_fail(error, LUDUS_ERR_STATE,
                            "%s: the training diverged in iteration %lld (%s is not finite); the "
                            "last checkpoint stays as it is",
                            run->folder, (long long)run->iteration, tensor);
}

ludus_status ludus_run_step(ludus_run *run, const ludus_report **report, ludus_error *error)
{
    const ludus_learner_ops *ops = run->learner.ops;
    ludus_status status = ops->iterate(run->learner.self, &run->report, error);
    if (status != LUDUS_OK) {
        return status;
    }
    run->iteration = run->report.iteration;
    status = check_finite(run, error);
    if (status != LUDUS_OK) {
        return status;
    }
    const int32_t every = run->config.measure_every;
    if (ops->measure != NULL && every > 0 && run->iteration % every == 0) {
        status = ops->measure(run->learner.self, &run->report, error);
    }
    if (status == LUDUS_OK) {
        status = log_report(run, error);
    }
    const double due = run->last_save + 60.0 * (double)run->config.checkpoint_minutes;
    if (status == LUDUS_OK && ludus_run_seconds(run) >= due) {
        status = ludus_run_save(run, error);
    }
    *report = &run->report;
    return status;
}

static ludus_status serialise(const ludus_run *run, ludus_buffer *state, ludus_error *error)
{
    run->learner.ops->save(run->learner.self, state);
    if (state->failed) {
        ludus_buffer_free(state);
        return ludus_fail(error, LUDUS_ERR_NOMEM, "%s: no memory for a checkpoint", run->folder);
    }
    return LUDUS_OK;
}

static ludus_status save_net(const ludus_run *run, ludus_error *error)
{
    char path[PATH_MAX_BYTES + 32];
    path_in(run, "net.safetensors", path);
    json_t *provenance = json_pack("{s:s, s:s, s:I, s:I, s:f, s:s}", "agent", run->config.agent,
                                   "game", run->config.game, "seed", (json_int_t)run->config.seed,
                                   "iteration", (json_int_t)run->iteration, "training_seconds",
                                   ludus_run_seconds(run), "recipe", run->recipe_text);
    char *text = provenance != NULL ? json_dumps(provenance, JSON_COMPACT) : NULL;
    const ludus_status status =
        ludus_net_save(run->learner.ops->net(run->learner.self), path, text, error);
    free(text);
    json_decref(provenance);
    return status;
}

ludus_status ludus_run_save(ludus_run *run, ludus_error *error)
{
    char path[PATH_MAX_BYTES + 32];
    ludus_buffer state = {0};
    path_in(run, "checkpoint.ludus", path);
    ludus_status status = serialise(run, &state, error);
    if (status != LUDUS_OK) {
        return status;
    }
    ludus_checkpoint checkpoint = {
        .iteration = (uint64_t)run->iteration,
        .seconds = ludus_run_seconds(run),
        .metrics_bytes = ludus_metrics_log_size(run->log),
        .recipe = run->recipe_text,
        .recipe_bytes = strlen(run->recipe_text),
        .state = state.data,
        .state_bytes = state.size,
    };
    status = ludus_checkpoint_write(path, &checkpoint, error);
    ludus_buffer_free(&state);
    if (status != LUDUS_OK) {
        return status;
    }
    run->last_save = checkpoint.seconds;
    return save_net(run, error);
}

ludus_status ludus_run_hash(const ludus_run *run, uint64_t *hash, ludus_error *error)
{
    ludus_buffer state = {0};
    const ludus_status status = serialise(run, &state, error);
    if (status == LUDUS_OK) {
        *hash = ludus_hash64(state.data, state.size, 0);
        ludus_buffer_free(&state);
    }
    return status;
}

ludus_status ludus_checkpoint_describe(const char *path, ludus_checkpoint_info *out,
                                       ludus_error *error)
{
    ludus_checkpoint checkpoint;
    void *bytes;
    const ludus_status status = ludus_checkpoint_read(&checkpoint, path, &bytes, error);
    if (status != LUDUS_OK) {
        return status;
    }
    *out = (ludus_checkpoint_info){
        .iteration = (int64_t)checkpoint.iteration,
        .seconds = checkpoint.seconds,
        .hash = checkpoint.state_hash,
        .bytes = checkpoint.state_bytes,
        .recipe = ludus_alloc(checkpoint.recipe_bytes + 1, 1),
    };
    if (out->recipe != NULL) {
        memcpy(out->recipe, checkpoint.recipe, checkpoint.recipe_bytes);
    }
    ludus_free(bytes);
    return out->recipe != NULL ? LUDUS_OK
                               : ludus_fail(error, LUDUS_ERR_NOMEM, "%s: out of memory", path);
}
