// The protocol's form: lines, commands, answers.

#include "agents/gtp.h"

#include <assert.h>
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "agents/gtp_internal.h"
#include "agents/level.h"
#include "base/version.h"

ludus_gtp_config ludus_gtp_config_default(void)
{
    const ludus_thinker_config thinker = ludus_thinker_config_default();
    return (ludus_gtp_config){.size = 9,
                              .rules = LUDUS_GTP_CHINESE,
                              .level = LUDUS_LEVEL_MAX,
                              .threads = thinker.threads,
                              .precision = thinker.precision,
                              .enable_files = true,
                              .resign = 0.03,
                              .seed = 1};
}

// ---- Answers -------------------------------------------------------------------------------

static void print_args(ludus_gtp_answer *answer, const char *format, va_list args)
{
    char text[512];
    vsnprintf(text, sizeof text, format, args);
    ludus_buffer_put(&answer->text, text, strlen(text));
}

void ludus_gtp_print(ludus_gtp_answer *answer, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    print_args(answer, format, args);
    va_end(args);
}

void ludus_gtp_fail(ludus_gtp_answer *answer, const char *format, ...)
{
    va_list args;
    answer->text.size = 0;
    answer->has_failed = true;
    va_start(args, format);
    print_args(answer, format, args);
    va_end(args);
}

void ludus_gtp_fail_error(ludus_gtp_answer *answer, const ludus_error *error)
{
    ludus_gtp_fail(answer, "%s", error->text);
}

void ludus_gtp_send(ludus_gtp *gtp, const char *text)
{
    pthread_mutex_lock(&gtp->lock);
    gtp->write(text, gtp->user);
    pthread_mutex_unlock(&gtp->lock);
}

static void send_answer(ludus_gtp *gtp, ludus_gtp_answer *answer, const char *id)
{
    ludus_buffer out = {0};
    if (answer->text.failed) {
        ludus_gtp_fail(answer, "out of memory");
        answer->text = (ludus_buffer){0};
    }
    size_t size = answer->text.size;
    while (size > 0 && answer->text.data[size - 1] == '\n') {
        size--;
    }
    const bool has_gap = size > 0 && answer->text.data[0] != '\n';
    ludus_buffer_put(&out, answer->has_failed ? "?" : "=", 1);
    ludus_buffer_put(&out, id, strlen(id));
    ludus_buffer_put(&out, " ", has_gap ? 1 : 0);
    ludus_buffer_put(&out, answer->text.data, size);
    ludus_buffer_put(&out, "\n\n", 3);
    ludus_gtp_send(gtp, out.failed ? "? out of memory\n\n" : (const char *)out.data);
    ludus_buffer_free(&out);
    ludus_buffer_free(&answer->text);
}

// ---- Words ---------------------------------------------------------------------------------

bool ludus_gtp_read_colour(const char *word, ludus_go_colour *out, ludus_gtp_answer *answer)
{
    if (!strcasecmp(word, "b") || !strcasecmp(word, "black")) {
        *out = LUDUS_GO_BLACK;
    } else if (!strcasecmp(word, "w") || !strcasecmp(word, "white")) {
        *out = LUDUS_GO_WHITE;
    } else {
        ludus_gtp_fail(answer, "invalid color");
        return false;
    }
    return true;
}

bool ludus_gtp_read_point(ludus_gtp *gtp, const char *word, ludus_move *out,
                          ludus_gtp_answer *answer)
{
    if (gtp->game.ops->move_from_text(gtp->game.ctx, ludus_gtp_pos(gtp), word, out) != LUDUS_OK) {
        ludus_gtp_fail(answer, "invalid coordinate");
        return false;
    }
    return true;
}

bool ludus_gtp_read_int(const char *word, int32_t low, int32_t high, int32_t *out,
                        ludus_gtp_answer *answer)
{
    char *end;
    const long value = strtol(word, &end, 10);
    if (*end != '\0' || end == word || value < low || value > high) {
        ludus_gtp_fail(answer, "not an integer from %d to %d", low, high);
        return false;
    }
    *out = (int32_t)value;
    return true;
}

bool ludus_gtp_read_double(const char *word, double low, double high, double *out,
                           ludus_gtp_answer *answer)
{
    char *end;
    const double value = strtod(word, &end);
    if (*end != '\0' || end == word || !(value >= low && value <= high)) {
        ludus_gtp_fail(answer, "not a number from %g to %g", low, high);
        return false;
    }
    *out = value;
    return true;
}

// ---- Commands about commands ---------------------------------------------------------------

static void run_protocol_version(ludus_gtp *gtp, const ludus_gtp_words *words,
                                 ludus_gtp_answer *answer)
{
    (void)gtp;
    (void)words;
    ludus_gtp_print(answer, "2");
}

static void run_name(ludus_gtp *gtp, const ludus_gtp_words *words, ludus_gtp_answer *answer)
{
    (void)gtp;
    (void)words;
    ludus_gtp_print(answer, "Ludus");
}

static void run_version(ludus_gtp *gtp, const ludus_gtp_words *words, ludus_gtp_answer *answer)
{
    (void)gtp;
    (void)words;
    ludus_gtp_print(answer, LUDUS_VERSION);
}

static void run_quit(ludus_gtp *gtp, const ludus_gtp_words *words, ludus_gtp_answer *answer)
{
    (void)words;
    (void)answer;
    gtp->has_quit = true;
}

static ludus_gtp_command run_known_command, run_list_commands;

static const ludus_gtp_row own_rows[] = {
    {"protocol_version", 0, 0, run_protocol_version, true},
    {"name", 0, 0, run_name, true},
    {"version", 0, 0, run_version, true},
    {"known_command", 1, 1, run_known_command, true},
    {"list_commands", 0, 0, run_list_commands, true},
    {"quit", 0, 0, run_quit, false},
    {NULL, 0, 0, NULL, false},
};

static const ludus_gtp_row *const tables[] = {own_rows,
                                              ludus_gtp_board_rows,
                                              ludus_gtp_setup_rows,
                                              ludus_gtp_play_rows,
                                              ludus_gtp_analyze_rows,
                                              ludus_gtp_score_rows};
enum { NUM_TABLES = sizeof tables / sizeof tables[0] };

static const ludus_gtp_row *find_row(const char *name)
{
    for (int t = 0; t < NUM_TABLES; t++) {
        for (const ludus_gtp_row *row = tables[t]; row->name != NULL; row++) {
            if (strcmp(row->name, name) == 0) {
                return row;
            }
        }
    }
    return NULL;
}

static void run_known_command(ludus_gtp *gtp, const ludus_gtp_words *words,
                              ludus_gtp_answer *answer)
{
    (void)gtp;
    ludus_gtp_print(answer, "%s", find_row(words->word[1]) != NULL ? "true" : "false");
}

static void run_list_commands(ludus_gtp *gtp, const ludus_gtp_words *words,
                              ludus_gtp_answer *answer)
{
    (void)gtp;
    (void)words;
    for (int t = 0; t < NUM_TABLES; t++) {
        for (const ludus_gtp_row *row = tables[t]; row->name != NULL; row++) {
            ludus_gtp_print(answer, "%s\n", row->name);
        }
    }
}

// ---- Lines ---------------------------------------------------------------------------------

// Splits a line in place; false: too many words.
static bool split(char *line, ludus_gtp_words *words)
{
    char *rest = NULL;
    words->count = 0;
    words->id[0] = '\0';
    for (char *word = strtok_r(line, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest)) {
        const bool is_first = words->count == 0 && words->id[0] == '\0';
        if (is_first && word[strspn(word, "0123456789")] == '\0' &&
            strlen(word) < sizeof words->id) {
            strcpy(words->id, word);
            continue;
        }
        if (words->count == LUDUS_GTP_WORDS_MAX) {
            return false;
        }
        words->word[words->count++] = word;
    }
    return true;
}

static void run_words(ludus_gtp *gtp, const ludus_gtp_words *words, ludus_gtp_answer *answer)
{
    const ludus_gtp_row *row = words->count > 0 ? find_row(words->word[0]) : NULL;
    if (row == NULL) {
        ludus_gtp_fail(answer, "unknown command");
        return;
    }
    const int32_t given = words->count - 1;
    if (given < row->min_words || given > row->max_words) {
        ludus_gtp_fail(answer, "%s: %s arguments", row->name,
                       given < row->min_words ? "missing" : "too many");
        return;
    }
    if (!row->keeps_thinking) {
        ludus_gtp_stop_thinking(gtp);
    }
    row->run(gtp, words, answer);
}

static void run_line(ludus_gtp *gtp)
{
    ludus_gtp_answer answer = {0};
    ludus_gtp_words words = {0};
    ludus_gtp_close_answer(gtp);
    gtp->line[gtp->line_length] = '\0';
    gtp->line[strcspn(gtp->line, "#")] = '\0';
    if (!split(gtp->line, &words)) {
        ludus_gtp_fail(&answer, "over %d words", LUDUS_GTP_WORDS_MAX);
    } else if (gtp->is_long) {
        ludus_gtp_fail(&answer, "a line of over %d bytes", LUDUS_GTP_LINE_MAX);
    } else if (words.count == 0 && words.id[0] == '\0') {
        return;
    } else {
        run_words(gtp, &words, &answer);
    }
    if (answer.is_open) {
        ludus_buffer_free(&answer.text);
    } else {
        send_answer(gtp, &answer, words.id);
    }
}

static void end_line(ludus_gtp *gtp)
{
    run_line(gtp);
    gtp->line_length = 0;
    gtp->is_long = false;
}

bool ludus_gtp_feed(ludus_gtp *gtp, const void *bytes, size_t size)
{
    const uint8_t *in = bytes;
    for (size_t i = 0; i < size && !gtp->has_quit; i++) {
        if (in[i] == '\n') {
            end_line(gtp);
        } else if (in[i] == '\t' || (in[i] >= ' ' && in[i] != 0x7f)) {
            if (gtp->line_length == LUDUS_GTP_LINE_MAX) {
                gtp->is_long = true;
                continue;
            }
            gtp->line[gtp->line_length++] = in[i] == '\t' ? ' ' : (char)in[i];
        } // other control characters are left out
    }
    return !gtp->has_quit;
}

void ludus_gtp_end(ludus_gtp *gtp)
{
    if (!gtp->has_quit && gtp->line_length > 0) {
        end_line(gtp);
    }
    ludus_gtp_close_answer(gtp);
    ludus_gtp_stop_thinking(gtp);
}

// ---- Life cycle ----------------------------------------------------------------------------

ludus_status ludus_gtp_create(ludus_gtp **out, const ludus_gtp_config *config,
                              ludus_gtp_write *write, void *user, ludus_error *error)
{
    assert(config->level >= 1 && config->level <= LUDUS_LEVEL_MAX && config->threads >= 1);
    *out = NULL;
    ludus_gtp *gtp = ludus_alloc(1, sizeof *gtp);
    if (gtp == NULL) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "out of memory");
    }
    gtp->config = *config;
    gtp->write = write;
    gtp->user = user;
    gtp->komi = LUDUS_GTP_USUAL_KOMI;
    ludus_rng_init(&gtp->rng, config->seed, 0);
    pthread_mutex_init(&gtp->lock, NULL);
    gtp->line = ludus_alloc(LUDUS_GTP_LINE_MAX + 1, 1);
    const ludus_status status = gtp->line == NULL
                                    ? ludus_fail(error, LUDUS_ERR_NOMEM, "out of memory")
                                    : ludus_gtp_open_board(gtp, config->size, error);
    if (status != LUDUS_OK) {
        ludus_gtp_destroy(gtp);
        return status;
    }
    *out = gtp;
    return LUDUS_OK;
}

void ludus_gtp_destroy(ludus_gtp *gtp)
{
    if (gtp == NULL) {
        return;
    }
    ludus_gtp_close_board(gtp);
    ludus_free(gtp->line);
    pthread_mutex_destroy(&gtp->lock);
    ludus_free(gtp);
}
