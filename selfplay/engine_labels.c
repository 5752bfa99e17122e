#include "selfplay/engine_labels.h"

#include <assert.h>
#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agents/uci_engine.h"
#include "selfplay/record.h"

#define START_SECONDS 20.0
#define THINK_SECONDS 60.0
#define GAMES_AT_ONCE 4     // per thread, between deliveries
#define DECISIVE_SCORE 0.9f // squashed: 9 pawns
#define ADJUDGED_SCORE 0.7f // of a game that is too long

ludus_engine_label_config ludus_engine_label_config_default(void)
{
    return (ludus_engine_label_config){
        .engine = "stockfish",
        .games = 1000,
        .nodes = 2000,
        .lines = 4,
        .opening = 10,
        .max_plies = 240,
        .random_share = 0.05f,
        .temperature = 0.07f,
        .resign_share = 0.5f,
        .seed = 1,
        .threads = 1,
    };
}

// ---- What the engine says ---------------------------------------------------------------------

static float squash(const ludus_uci_line *line)
{
    const float score = (float)line->score;
    if (!line->is_mate) {
        return score / (100.0f + fabsf(score));
    }
    const float size = 1.2f + 0.3f / (1.0f + fabsf(score));
    return score > 0.0f ? size : -size;
}

// Without the engine's own estimate: even odds of a decision at a lead of a pawn.
static void guess_wdl(float score, float *wdl)
{
    const float s = score > 1.0f ? 1.0f : score < -1.0f ? -1.0f : score;
    wdl[0] = s > 0.0f ? s : 0.0f;
    wdl[2] = s < 0.0f ? -s : 0.0f;
    wdl[1] = 1.0f - wdl[0] - wdl[2];
}

void ludus_engine_opinion_of(const ludus_uci_line *line, ludus_engine_opinion *out)
{
    out->score = squash(line);
    if (!line->has_wdl) {
        guess_wdl(out->score, out->wdl);
        return;
    }
    const float sum = (float)(line->wdl[0] + line->wdl[1] + line->wdl[2]);
    for (int i = 0; i < 3; i++) {
        out->wdl[i] = (float)line->wdl[i] / sum;
    }
}

// ---- The engine ------------------------------------------------------------------------------

static ludus_status start_engine(ludus_uci_engine **out, const ludus_engine_label_config *c,
                                 ludus_error *error)
{
    char lines[16];
    snprintf(lines, sizeof lines, "%d", c->lines);
    const char *const options[][2] = {
        {"Threads", "1"}, {"Hash", "16"}, {"MultiPV", lines}, {"UCI_ShowWDL", "true"}};
    ludus_status status = ludus_uci_engine_start(out, c->engine, START_SECONDS, error);
    for (size_t i = 0; status == LUDUS_OK && i < sizeof options / sizeof options[0]; i++) {
        if (ludus_uci_engine_has(*out, options[i][0])) {
            status = ludus_uci_engine_set(*out, options[i][0], options[i][1], error);
        }
    }
    return status;
}

// ---- One game --------------------------------------------------------------------------------

typedef struct teacher {
    const ludus_game *game;
    const ludus_engine_label_config *config;
    ludus_uci_engine *engine; // owned
    ludus_uci_search search;  // its last answer
    void *pos;
    ludus_move *legal; // [max_legal]
    char *position;    // the game so far, "position startpos moves ..."
    size_t position_size, position_length;
    ludus_record record;
    ludus_rng rng;
    ludus_error error; // of the first game that failed
    bool failed;
} teacher;

static ludus_status ask(teacher *t)
{
    char go[64];
    snprintf(go, sizeof go, "go nodes %d", t->config->nodes);
    t->search.seconds = THINK_SECONDS;
    t->search.read_lines = t->config->lines;
    return ludus_uci_engine_go(t->engine, t->position, go, &t->search, &t->error);
}

static void restart_position(teacher *t)
{
    t->position_length = (size_t)snprintf(t->position, t->position_size, "position startpos");
}

static void note_move(teacher *t, ludus_move move)
{
    char text[LUDUS_GAME_TEXT_MAX];
    ludus_game_move_text(t->game, t->pos, move, text);
    t->position_length +=
        (size_t)snprintf(t->position + t->position_length, t->position_size - t->position_length,
                         "%s %s", t->record.num_plies == 0 ? " moves" : "", text);
}

typedef struct weighed_move {
    ludus_move move;
    float weight;
} weighed_move;

static int by_move(const void *a, const void *b)
{
    const ludus_move x = ((const weighed_move *)a)->move, y = ((const weighed_move *)b)->move;
    return (x > y) - (x < y);
}

// The lines as a policy over moves, ascending; returns how many.
static int32_t weigh(teacher *t, weighed_move *out)
{
    int32_t n = 0;
    float sum = 0.0f;
    const ludus_uci_line *lines = t->search.lines;
    for (int32_t i = 0; i < t->search.num_lines; i++) {
        ludus_move move;
        if (lines[i].number == 0) {
            continue; // not reported
        }
        if (ludus_game_parse_move(t->game, t->pos, lines[i].move, &move, &t->error) != LUDUS_OK) {
            return -1;
        }
        bool is_known = false;
        for (int32_t k = 0; k < n; k++) {
            is_known = is_known || out[k].move == move;
        }
        if (!is_known) {
            const float weight =
                expf((squash(&lines[i]) - squash(&lines[0])) / t->config->temperature);
            out[n++] = (weighed_move){move, weight < 1e-6f ? 1e-6f : weight};
            sum += out[n - 1].weight;
        }
    }
    for (int32_t i = 0; i < n; i++) {
        out[i].weight /= sum;
    }
    qsort(out, (size_t)n, sizeof *out, by_move);
    return n;
}

static void play(teacher *t, const ludus_ply *ply)
{
    note_move(t, ply->move);
    ludus_record_add(&t->record, ply);
    ludus_game_play(t->game, t->pos, ply->move);
}

static ludus_move random_move(teacher *t)
{
    const int32_t n = ludus_game_legal(t->game, t->pos, t->legal);
    return t->legal[ludus_rng_below(&t->rng, (uint32_t)n)];
}

// A position's label and move. *score: of the best line, for the player to move.
static ludus_status label_ply(teacher *t, float *score)
{
    weighed_move weighed[LUDUS_LABEL_MAX_LINES];
    ludus_move moves[LUDUS_LABEL_MAX_LINES];
    float policy[LUDUS_LABEL_MAX_LINES];
    ludus_engine_opinion opinion;
    const ludus_status status = ask(t);
    if (status != LUDUS_OK) {
        return status;
    }
    const int32_t n = t->search.lines[0].number == 1 ? weigh(t, weighed) : 0;
    if (n < 0) {
        return LUDUS_ERR_FORMAT; // weigh said why
    }
    if (n == 0) {
        return ludus_fail(&t->error, LUDUS_ERR_FORMAT, "no line with a score and a move: %.200s",
                          t->position);
    }
    ludus_engine_opinion_of(&t->search.lines[0], &opinion);
    ludus_ply ply = {.is_target = true, .num_policy = n, .policy_moves = moves, .policy = policy};
    float draw = ludus_rng_float(&t->rng);
    ply.move = weighed[n - 1].move;
    for (int32_t i = 0; i < n; i++) {
        moves[i] = weighed[i].move;
        policy[i] = weighed[i].weight;
        if (draw >= 0.0f && draw < policy[i]) {
            ply.move = moves[i];
        }
        draw -= policy[i];
    }
    if (ludus_rng_float(&t->rng) < t->config->random_share) {
        ply.move = random_move(t);
    }
    memcpy(ply.wdl, opinion.wdl, sizeof ply.wdl);
    *score = opinion.score;
    play(t, &ply);
    return LUDUS_OK;
}

static void play_opening(teacher *t)
{
    const uint32_t plies = ludus_rng_below(&t->rng, (uint32_t)t->config->opening + 1);
    for (uint32_t i = 0; i < plies && ludus_game_outcome(t->game, t->pos) == LUDUS_ONGOING; i++) {
        const ludus_ply ply = {.move = random_move(t), .wdl = {0.0f, 1.0f, 0.0f}};
        play(t, &ply);
    }
}

static ludus_outcome decided_by(float score, float mark)
{
    return score > mark ? LUDUS_WIN : score < -mark ? LUDUS_LOSS : LUDUS_DRAW;
}

static ludus_status label_game(teacher *t, int64_t number)
{
    const ludus_engine_label_config *c = t->config;
    ludus_status status = ludus_uci_engine_new_game(t->engine, &t->error);
    ludus_rng_init(&t->rng, c->seed, (uint64_t)number);
    ludus_record_reset(&t->record, (uint64_t)number, 0);
    ludus_game_init(t->game, t->pos);
    const int32_t first = ludus_game_to_move(t->game, t->pos);
    restart_position(t);
    const bool may_resign = ludus_rng_float(&t->rng) < c->resign_share;
    play_opening(t);
    ludus_outcome outcome = ludus_game_outcome(t->game, t->pos);
    bool adjudged = false;
    while (status == LUDUS_OK && outcome == LUDUS_ONGOING) {
        float score = 0.0f;
        status = label_ply(t, &score);
        outcome = ludus_game_outcome(t->game, t->pos);
        const bool too_long = t->record.num_plies >= c->max_plies;
        const bool decisive = may_resign && fabsf(score) > DECISIVE_SCORE;
        if (outcome == LUDUS_ONGOING && (too_long || decisive)) {
            // The score was for the player who has just moved.
            outcome = (ludus_outcome) - (int32_t)decided_by(score, ADJUDGED_SCORE);
            adjudged = true;
            break;
        }
    }
    const bool is_first = ludus_game_to_move(t->game, t->pos) == first;
    t->record.outcome = is_first ? outcome : (ludus_outcome) - (int32_t)outcome;
    t->record.resigned = adjudged;
    return status;
}

// ---- All games -------------------------------------------------------------------------------

static ludus_status start_teacher(teacher *t, const ludus_game *game,
                                  const ludus_engine_label_config *c, ludus_error *error)
{
    t->game = game;
    t->config = c;
    t->position_size = ((size_t)game->spec.max_plies + 3) * LUDUS_GAME_TEXT_MAX;
    t->pos = ludus_alloc(1, game->spec.state_bytes);
    t->legal = ludus_alloc((size_t)game->spec.max_legal, sizeof *t->legal);
    t->position = ludus_alloc(t->position_size, 1);
    if (t->pos == NULL || t->legal == NULL || t->position == NULL) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "labels: out of memory");
    }
    return start_engine(&t->engine, c, error);
}

static void stop_teachers(teacher *teachers, int32_t count)
{
    for (int32_t i = 0; teachers != NULL && i < count; i++) {
        ludus_uci_engine_stop(teachers[i].engine);
        ludus_record_free(&teachers[i].record);
        ludus_free(teachers[i].pos);
        ludus_free(teachers[i].legal);
        ludus_free(teachers[i].position);
    }
    ludus_free(teachers);
}

typedef struct labelled {
    ludus_buffer bytes;
    int32_t plies;
} labelled;

// Games first .. first + count - 1 into `games`.
static void label_games(teacher *teachers, int32_t threads, int64_t first, int32_t count,
                        labelled *games)
{
#pragma omp parallel for default(none) shared(teachers, first, count, games) num_threads(threads)  \
    schedule(dynamic, 1)
    for (int32_t i = 0; i < count; i++) {
        teacher *t = &teachers[omp_get_thread_num()];
        games[i].bytes.size = 0;
        if (!t->failed) {
            t->failed = label_game(t, first + i) != LUDUS_OK;
        }
        if (!t->failed) {
            games[i].plies = t->record.num_plies;
            ludus_record_encode(&t->record, &games[i].bytes);
        }
    }
}

static ludus_status first_failure(const teacher *teachers, const ludus_engine_label_config *c,
                                  ludus_error *error)
{
    for (int32_t i = 0; i < c->threads; i++) {
        if (teachers[i].failed) {
            return ludus_fail(error, teachers[i].error.status, "engine '%s': %s", c->engine,
                              teachers[i].error.text);
        }
    }
    return LUDUS_OK;
}

static ludus_status deliver(const labelled *games, int32_t count, ludus_engine_label_sink *sink,
                            void *user, ludus_error *error)
{
    ludus_status status = LUDUS_OK;
    for (int32_t i = 0; status == LUDUS_OK && i < count; i++) {
        if (games[i].bytes.failed) {
            return ludus_fail(error, LUDUS_ERR_NOMEM, "labels: out of memory");
        }
        status = sink(games[i].bytes.data, games[i].bytes.size, games[i].plies, user, error);
    }
    return status;
}

ludus_status ludus_engine_labels(const ludus_game *game, const ludus_engine_label_config *config,
                                 ludus_engine_label_sink *sink, void *user, ludus_error *error)
{
    assert(config->threads >= 1 && config->lines >= 1 && config->lines <= LUDUS_LABEL_MAX_LINES);
    const int32_t at_once = config->threads * GAMES_AT_ONCE;
    teacher *teachers = ludus_alloc((size_t)config->threads, sizeof *teachers);
    labelled *games = ludus_alloc((size_t)at_once, sizeof *games);
    ludus_status status = teachers != NULL && games != NULL
                              ? LUDUS_OK
                              : ludus_fail(error, LUDUS_ERR_NOMEM, "labels: out of memory");
    for (int32_t i = 0; status == LUDUS_OK && i < config->threads; i++) {
        status = start_teacher(&teachers[i], game, config, error);
    }
    const int64_t end = config->first_game + config->games;
    for (int64_t first = config->first_game; status == LUDUS_OK && first < end; first += at_once) {
        const int32_t count = end - first < at_once ? (int32_t)(end - first) : at_once;
        label_games(teachers, config->threads, first, count, games);
        status = first_failure(teachers, config, error);
        if (status == LUDUS_OK) {
            status = deliver(games, count, sink, user, error);
        }
    }
    for (int32_t i = 0; games != NULL && i < at_once; i++) {
        ludus_buffer_free(&games[i].bytes);
    }
    ludus_free(games);
    stop_teachers(teachers, config->threads);
    return status;
}
