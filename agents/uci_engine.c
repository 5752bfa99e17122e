#include "agents/uci_engine.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/config.h"
#include "base/process.h"

#define STOP_SECONDS 1.0
#define OPTIONS_MAX 512
#define NAME_MAX_BYTES 96

struct ludus_uci_engine {
    ludus_process *process;
    double timeout;
    char name[NAME_MAX_BYTES];
    int32_t num_options;
    char *options[OPTIONS_MAX]; // names, owned
};

// ---- Info lines ---------------------------------------------------------------------------------

// The text after the word `key`, or NULL.
static const char *value_of(const char *text, const char *key)
{
    const size_t length = strlen(key);
    for (const char *p = text; (p = strstr(p, key)) != NULL; p += length) {
        if ((p == text || p[-1] == ' ') && p[length] == ' ') {
            return p + length + 1;
        }
    }
    return NULL;
}

static bool read_int(const char *text, int32_t low, int32_t high, int32_t *out)
{
    char *end;
    const long value = strtol(text, &end, 10);
    if (end == text || value < low || value > high) {
        return false;
    }
    *out = (int32_t)value;
    return true;
}

static bool read_score(const char *text, ludus_uci_line *out)
{
    if (strncmp(text, "cp ", 3) == 0) {
        return read_int(text + 3, -1000000, 1000000, &out->score);
    }
    out->is_mate = strncmp(text, "mate ", 5) == 0;
    return out->is_mate && read_int(text + 5, -10000, 10000, &out->score);
}

static bool read_wdl(const char *text, int32_t wdl[3])
{
    int32_t sum = 0;
    for (int i = 0; i < 3; i++) {
        char *end;
        const long n = strtol(text, &end, 10);
        if (end == text || n < 0 || n > 1000) {
            return false;
        }
        wdl[i] = (int32_t)n;
        sum += wdl[i];
        text = end;
    }
    return sum > 0;
}

bool ludus_uci_line_parse(const char *text, ludus_uci_line *out)
{
    if (strncmp(text, "info ", 5) != 0 || strstr(text, "bound ") != NULL) {
        return false;
    }
    const char *score = value_of(text, "score"), *pv = value_of(text, "pv");
    const char *number = value_of(text, "multipv"), *wdl = value_of(text, "wdl");
    const char *depth = value_of(text, "depth");
    *out = (ludus_uci_line){.number = 1};
    if (score == NULL || pv == NULL || !read_score(score, out)) {
        return false;
    }
    const size_t length = strcspn(pv, " ");
    if (length == 0 || length >= sizeof(out->move)) {
        return false;
    }
    memcpy(out->move, pv, length);
    if (depth != NULL && !read_int(depth, 0, 1000, &out->depth)) {
        return false;
    }
    out->has_wdl = wdl != NULL && read_wdl(wdl, out->wdl);
    return number == NULL || read_int(number, 1, 1000, &out->number);
}

// ---- Talking ------------------------------------------------------------------------------------

static ludus_status say(ludus_uci_engine *engine, const char *text, ludus_error *error)
{
    ludus_status status = ludus_process_write(engine->process, text, engine->timeout, error);
    status = status ? status : ludus_process_write(engine->process, "\n", engine->timeout, error);
    return status == LUDUS_ERR_STATE ? LUDUS_ERR_IO : status;
}

static bool begins(const char *text, const char *word)
{
    const size_t length = strlen(word);
    return strncmp(text, word, length) == 0 && (text[length] == '\0' || text[length] == ' ');
}

typedef void on_line(void *user, const char *line);

// Reads until a line that begins with `word`, which is left in *line. LUDUS_ERR_STATE: it did not
// come within `seconds`, however many others did.
static ludus_status wait_for(ludus_uci_engine *engine, const char *word, double seconds,
                             const char **line, on_line *each, void *user, ludus_error *error)
{
    const double end = ludus_clock() + seconds;
    for (;;) {
        const double left = end - ludus_clock();
        const ludus_status status =
            ludus_process_read_line(engine->process, left > 0 ? left : 0, line, error);
        if (status != LUDUS_OK || begins(*line, word)) {
            return status;
        }
        if (each != NULL) {
            each(user, *line);
        }
        if (ludus_clock() >= end) {
            return ludus_fail(error, LUDUS_ERR_STATE, "no \"%s\" within %g s", word, seconds);
        }
    }
}

static ludus_status ask(ludus_uci_engine *engine, const char *question, const char *answer,
                        on_line *each, ludus_error *error)
{
    const char *line;
    ludus_status status = say(engine, question, error);
    status =
        status ? status : wait_for(engine, answer, engine->timeout, &line, each, engine, error);
    if (status == LUDUS_ERR_STATE) {
        return ludus_fail(error, LUDUS_ERR_IO, "no \"%s\" within %g s of \"%s\"", answer,
                          engine->timeout, question);
    }
    return status;
}

// ---- Life cycle ---------------------------------------------------------------------------------

// "option name Skill Level type spin ..."
static void note_option(ludus_uci_engine *engine, const char *text)
{
    const char *name = value_of(text, "name");
    const char *end = name != NULL ? strstr(name, " type ") : NULL;
    if (end == NULL || end == name || engine->num_options == OPTIONS_MAX) {
        return;
    }
    char *copy = ludus_strdup(name);
    if (copy != NULL) {
        copy[end - name] = '\0';
        engine->options[engine->num_options++] = copy;
    }
}

static void hear_introduction(void *user, const char *line)
{
    ludus_uci_engine *engine = user;
    if (begins(line, "option")) {
        note_option(engine, line);
    } else if (strncmp(line, "id name ", 8) == 0) {
        snprintf(engine->name, sizeof(engine->name), "%s", line + 8);
    }
}

ludus_status ludus_uci_engine_start(ludus_uci_engine **out, const char *command, double timeout,
                                    ludus_error *error)
{
    *out = NULL;
    ludus_uci_engine *engine = ludus_alloc(1, sizeof(*engine));
    if (engine == NULL) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "out of memory");
    }
    engine->timeout = timeout;
    ludus_status status = ludus_process_start(&engine->process, command, error);
    status = status ? status : ask(engine, "uci", "uciok", hear_introduction, error);
    if (status != LUDUS_OK) {
        ludus_uci_engine_stop(engine);
        return status;
    }
    *out = engine;
    return LUDUS_OK;
}

void ludus_uci_engine_stop(ludus_uci_engine *engine)
{
    if (engine == NULL) {
        return;
    }
    if (engine->process != NULL) {
        (void)ludus_process_write(engine->process, "quit\n", 0.1, NULL);
        ludus_process_stop(engine->process, STOP_SECONDS);
    }
    for (int32_t i = 0; i < engine->num_options; i++) {
        ludus_free(engine->options[i]);
    }
    ludus_free(engine);
}

const char *ludus_uci_engine_name(const ludus_uci_engine *engine)
{
    return engine->name;
}

// ---- Options and games --------------------------------------------------------------------------

// Options are told apart without regard to case.
bool ludus_uci_engine_has(const ludus_uci_engine *engine, const char *option)
{
    for (int32_t i = 0; i < engine->num_options; i++) {
        if (strcasecmp(engine->options[i], option) == 0) {
            return true;
        }
    }
    return false;
}

ludus_status ludus_uci_engine_set(ludus_uci_engine *engine, const char *option, const char *value,
                                  ludus_error *error)
{
    char text[512];
    if (!ludus_uci_engine_has(engine, option)) {
        const char *near = ludus_nearest(option, (const char *const *)engine->options,
                                         (size_t)engine->num_options);
        return ludus_fail(error, LUDUS_ERR_ARG, "it has no option \"%s\"%s%s%s", option,
                          near ? " (did you mean " : "", near ? near : "", near ? "?)" : "");
    }
    const int length = snprintf(text, sizeof(text), "setoption name %s%s%s", option,
                                value != NULL ? " value " : "", value != NULL ? value : "");
    if (length < 0 || (size_t)length >= sizeof(text)) {
        return ludus_fail(error, LUDUS_ERR_ARG, "option \"%.64s\": its value is too long", option);
    }
    return say(engine, text, error);
}

ludus_status ludus_uci_engine_new_game(ludus_uci_engine *engine, ludus_error *error)
{
    const ludus_status status = say(engine, "ucinewgame", error);
    return status ? status : ask(engine, "isready", "readyok", NULL, error);
}

// ---- Searching ----------------------------------------------------------------------------------

static void hear_search(void *user, const char *text)
{
    ludus_uci_search *search = user;
    ludus_uci_line line;
    if (search->read_lines > 0 && ludus_uci_line_parse(text, &line) &&
        line.number <= search->read_lines) {
        search->lines[line.number - 1] = line;
        search->num_lines = line.number > search->num_lines ? line.number : search->num_lines;
    }
}

static ludus_status read_best(ludus_uci_search *search, const char *line, ludus_error *error)
{
    const char *word = line + strlen("bestmove");
    word += strspn(word, " ");
    const size_t length = strcspn(word, " \t");
    if (length == 0 || length >= sizeof(search->best)) {
        return ludus_fail(error, LUDUS_ERR_FORMAT, "it said \"%.64s\"", line);
    }
    memcpy(search->best, word, length);
    search->best[length] = '\0';
    return LUDUS_OK;
}

ludus_status ludus_uci_engine_go(ludus_uci_engine *engine, const char *position, const char *go,
                                 ludus_uci_search *search, ludus_error *error)
{
    const char *line = NULL;
    search->is_late = false;
    search->num_lines = 0;
    memset(search->lines, 0, sizeof(search->lines));
    ludus_status status = say(engine, position, error);
    const double start = ludus_clock();
    status = status ? status : say(engine, go, error);
    status = status
                 ? status
                 : wait_for(engine, "bestmove", search->seconds, &line, hear_search, search, error);
    if (status == LUDUS_ERR_STATE) {
        search->is_late = true;
        status = say(engine, "stop", error);
        status = status ? status
                        : wait_for(engine, "bestmove", engine->timeout, &line, hear_search, search,
                                   error);
    }
    if (status == LUDUS_ERR_STATE) {
        return ludus_fail(error, LUDUS_ERR_IO,
                          "silent for %g s after \"%s\", and %g s after \"stop\"", search->seconds,
                          go, engine->timeout);
    }
    search->used = ludus_clock() - start;
    return status ? status : read_best(search, line, error);
}
