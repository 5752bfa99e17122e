#include "agents/uci_report.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "envs/chess.h"

#define PAWN_SCALE 180.0f
#define MOST_CENTIPAWNS 10000.0f

typedef struct text {
    char *out;
    size_t length, size;
} text;

static void add(text *t, const char *word)
{
    const size_t length = strlen(word);
    if (t->length + length < t->size) {
        memcpy(t->out + t->length, word, length + 1);
        t->length += length;
    }
}

int32_t ludus_uci_centipawns(float value)
{
    const float v = fmaxf(-0.9999999f, fminf(0.9999999f, value));
    const float cp = PAWN_SCALE * logf((1.0f + v) / (1.0f - v));
    return (int32_t)lrintf(fmaxf(-MOST_CENTIPAWNS, fminf(MOST_CENTIPAWNS, cp)));
}

// What the line comes to when it is played out.
typedef struct ending {
    char moves[LUDUS_THOUGHT_LINE_MAX * LUDUS_GAME_TEXT_MAX]; // " e2e4 e7e5"
    bool is_mate;
} ending;

static void play_line(const ludus_game *game, const void *root, const ludus_thought_move *top,
                      void *pos, ending *out)
{
    text t = {.out = out->moves, .size = sizeof(out->moves)};
    out->moves[0] = '\0';
    memcpy(pos, root, game->spec.state_bytes);
    for (int32_t i = 0; i < top->line_length; i++) {
        char move[LUDUS_GAME_TEXT_MAX + 1] = " ";
        ludus_game_move_text(game, pos, top->line[i], move + 1);
        ludus_game_play(game, pos, top->line[i]);
        add(&t, move);
    }
    out->is_mate = ludus_chess_end_of(pos) == LUDUS_CHESS_CHECKMATE;
}

static void add_score(text *t, const ludus_thought_move *top, const ending *end)
{
    char word[64];
    const int32_t plies = top->line_length;
    if (top->at.is_proven && top->at.proven != 0 && end->is_mate) {
        snprintf(word, sizeof(word), " score mate %d",
                 top->at.proven > 0 ? (plies + 1) / 2 : -(plies / 2));
    } else if (top->at.is_proven) {
        snprintf(word, sizeof(word), " score cp %d", (int)(top->at.proven * MOST_CENTIPAWNS));
    } else {
        snprintf(word, sizeof(word), " score cp %d", ludus_uci_centipawns(top->at.value));
    }
    add(t, word);
}

static void add_wdl(text *t, const ludus_thought_move *top, const ludus_mcts_stats *stats)
{
    char word[64];
    float win, loss;
    if (top->at.is_proven) {
        win = top->at.proven > 0 ? 1.0f : 0.0f;
        loss = top->at.proven < 0 ? 1.0f : 0.0f;
    } else {
        const float value = fmaxf(-1.0f, fminf(1.0f, top->at.value));
        const float draw = fminf(fmaxf(stats->wdl[1], 0.0f), 1.0f - fabsf(value));
        win = 0.5f * (1.0f - draw + value);
        loss = 0.5f * (1.0f - draw - value);
    }
    const int32_t w = (int32_t)lrintf(1000.0f * win), l = (int32_t)lrintf(1000.0f * loss);
    snprintf(word, sizeof(word), " wdl %d %d %d", w, w + l > 1000 ? 0 : 1000 - w - l, l);
    add(t, word);
}

// What a report tells of.
typedef struct report {
    const ludus_game *game;
    const void *root;
    const ludus_thinker_snapshot *snapshot;
    const ludus_uci_options *options;
    void *scratch; // a position
} report;

// Beside the best move those alone that were tried, or are known without.
static bool is_told(const ludus_thinker_snapshot *s, int32_t index)
{
    const ludus_mcts_move *at = &s->top[index].at;
    return index == 0 || at->visits > 0 || at->is_proven;
}

// number: of MultiPV, from 1.
static void add_line(text *t, const report *r, const ludus_thought_move *top, int32_t number)
{
    char word[192];
    ending end;
    const ludus_thinker_snapshot *s = r->snapshot;
    const int64_t visits = s->stats.visits;
    const double seconds = s->seconds > 1e-4 ? s->seconds : 1e-4;
    play_line(r->game, r->root, top, r->scratch, &end);
    snprintf(word, sizeof(word), "info depth %d seldepth %d",
             top->line_length > 0 ? top->line_length : 1,
             s->stats.depth > top->line_length ? s->stats.depth : top->line_length);
    add(t, word);
    if (r->options->multi_pv > 1) {
        snprintf(word, sizeof(word), " multipv %d", number);
        add(t, word);
    }
    add_score(t, top, &end);
    if (r->options->show_wdl) {
        add_wdl(t, top, &s->stats);
    }
    snprintf(word, sizeof(word), " nodes %lld nps %.0f hashfull %d time %.0f pv", (long long)visits,
             (double)s->stats.simulations / seconds, s->fullness, 1000.0 * s->seconds);
    add(t, word);
    add(t, end.moves);
    add(t, "\n");
}

void ludus_uci_report(const ludus_game *game, const void *pos,
                      const ludus_thinker_snapshot *snapshot, const ludus_uci_options *options,
                      char *out)
{
    text t = {.out = out, .size = LUDUS_UCI_REPORT_MAX};
    const report r = {game, pos, snapshot, options, ludus_alloc(1, game->spec.state_bytes)};
    int32_t lines = 0;
    out[0] = '\0';
    for (int32_t i = 0; r.scratch != NULL && i < snapshot->num_top && lines < options->multi_pv;
         i++) {
        if (is_told(snapshot, i)) {
            add_line(&t, &r, &snapshot->top[i], ++lines);
        }
    }
    ludus_free(r.scratch);
}

void ludus_uci_report_mate(const ludus_game *game, const void *pos, const ludus_mate *mate,
                           double seconds, const ludus_uci_options *options, void *at, char *out)
{
    char word[192], first[2][LUDUS_GAME_TEXT_MAX];
    text t = {.out = out, .size = LUDUS_UCI_REPORT_MAX};
    const double nps = (double)mate->nodes / (seconds > 1e-4 ? seconds : 1e-4);
    snprintf(word, sizeof(word), "info depth %d seldepth %d score mate %d%s nodes %llu nps %.0f ",
             2 * mate->moves - 1, 2 * mate->moves - 1, mate->moves,
             options->show_wdl ? " wdl 1000 0 0" : "", (unsigned long long)mate->nodes, nps);
    out[0] = '\0';
    add(&t, word);
    snprintf(word, sizeof(word), "time %.0f pv", 1000.0 * seconds);
    add(&t, word);
    memcpy(at, pos, game->spec.state_bytes);
    for (int32_t i = 0; i < mate->line_length; i++) {
        char move[LUDUS_GAME_TEXT_MAX + 1] = " ";
        const ludus_move index = ludus_chess_index_of(game, mate->line[i]);
        ludus_game_move_text(game, at, index, move + 1);
        ludus_chess_play_on(game, at, index); // where our game may count as drawn
        add(&t, move);
        if (i < 2) {
            strcpy(first[i], move + 1);
        }
    }
    const bool has_reply = mate->line_length > 1;
    snprintf(word, sizeof(word), "\nbestmove %s%s%s\n", first[0], has_reply ? " ponder " : "",
             has_reply ? first[1] : "");
    add(&t, word);
}
