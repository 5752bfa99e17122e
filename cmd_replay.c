// ludus replay: lists, prints and re-plays the self-play games that a run has stored.

#include "base/file.h"
#include "cmd.h"
#include "cmd_data.h"
#include "cmd_signal.h"
#include "envs/game.h"
#include "selfplay/record.h"
#include "selfplay/replay.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define TOP_MOVES 4                   // of the search policy, per drawn position
#define STOP_VISITING LUDUS_ERR_STATE // ends ludus_segment_read without being a failure

typedef struct replay_options {
    uint64_t game; // ANY_GAME: list them
    uint64_t first;
    int32_t count;
    bool verify;
    bool json;
} replay_options;

#define ANY_GAME UINT64_MAX

static const ludus_arg replay_args[] = {
    {"--game", LUDUS_ARG_UINT64, offsetof(replay_options, game), 0, 0, "N", NULL,
     "re-play game number N: boards, moves and what the search thought"},
    {"--first", LUDUS_ARG_UINT64, offsetof(replay_options, first), 0, 0, "N", NULL,
     "list from game number N on"},
    {"--count", LUDUS_ARG_INT32, offsetof(replay_options, count), 1, 2e9, "N", NULL,
     "list at most N games (default 20)"},
    {"--verify", LUDUS_ARG_FLAG, offsetof(replay_options, verify), 0, 0, NULL, NULL,
     "re-play every game and check moves and outcome; list nothing"},
    LUDUS_ARG_ROW_JSON(replay_options),
};

// The state of one walk over a run's records.
typedef struct replay_walk {
    const replay_options *options;
    ludus_game game; // opened for the first file's tag
    bool is_open;
    void *pos;
    ludus_move *moves; // [max_legal] of a ply's policy
    float *weights;    // [max_legal]
    char *board;
    json_t *list; // --json
    int64_t shown, verified, plies;
    ludus_error *error;
} replay_walk;

static ludus_status open_game(replay_walk *walk, const char *name)
{
    if (walk->is_open) {
        return strcmp(walk->game.spec.name, name) == 0
                   ? LUDUS_OK
                   : ludus_fail(walk->error, LUDUS_ERR_FORMAT, "records of %s among those of %s",
                                name, walk->game.spec.name);
    }
    ludus_status status = ludus_game_open(&walk->game, name, walk->error);
    if (status) {
        return status;
    }
    walk->is_open = true;
    walk->pos = ludus_alloc(1, walk->game.spec.state_bytes);
    walk->moves = ludus_alloc((size_t)walk->game.spec.max_legal, sizeof(*walk->moves));
    walk->weights = ludus_alloc((size_t)walk->game.spec.max_legal, sizeof(*walk->weights));
    walk->board = ludus_alloc(LUDUS_GAME_DRAW_MAX, 1);
    if (!walk->pos || !walk->moves || !walk->weights || !walk->board) {
        return ludus_fail(walk->error, LUDUS_ERR_NOMEM, "no memory");
    }
    return LUDUS_OK;
}

static void close_walk(replay_walk *walk)
{
    json_decref(walk->list);
    ludus_free(walk->board);
    ludus_free(walk->weights);
    ludus_free(walk->moves);
    ludus_free(walk->pos);
    if (walk->is_open) {
        ludus_game_close(&walk->game);
    }
}

static const char *outcome_text(ludus_outcome outcome)
{
    return outcome == LUDUS_WIN ? "1-0" : outcome == LUDUS_LOSS ? "0-1" : "1/2-1/2";
}

// ---- One record ---------------------------------------------------------------------------------

// "d4 62%  c3 21%": the search policy's largest shares.
static void policy_text(const replay_walk *walk, const ludus_ply *ply, char *out, size_t size)
{
    int32_t best[TOP_MOVES];
    int32_t count = 0;
    for (int32_t i = 0; i < ply->num_policy; i++) {
        int32_t at = count < TOP_MOVES ? count++ : TOP_MOVES;
        while (at > 0 && ply->policy[best[at - 1]] < ply->policy[i]) {
            if (at < TOP_MOVES) {
                best[at] = best[at - 1];
            }
            at--;
        }
        if (at < TOP_MOVES) {
            best[at] = i;
        }
    }
    out[0] = '\0';
    for (int32_t k = 0; k < count; k++) {
        char text[LUDUS_GAME_TEXT_MAX];
        const size_t length = strlen(out);
        ludus_game_move_text(&walk->game, walk->pos, ply->policy_moves[best[k]], text);
        snprintf(out + length, size - length, "%s%s %.0f%%", k ? "  " : "", text,
                 100.0 * (double)ply->policy[best[k]]);
    }
}

// Draws the position after `ply`, which is still to be played in a copy of the position.
static void draw_ply(replay_walk *walk, const ludus_record_view *view, const void *before,
                     const ludus_ply *ply, void *scratch)
{
    char text[LUDUS_GAME_TEXT_MAX], policy[128];
    memcpy(scratch, walk->pos, walk->game.spec.state_bytes);
    memcpy(walk->pos, before, walk->game.spec.state_bytes);
    ludus_game_move_text(&walk->game, walk->pos, ply->move, text);
    policy_text(walk, ply, policy, sizeof(policy));
    memcpy(walk->pos, scratch, walk->game.spec.state_bytes);
    ludus_game_draw(&walk->game, walk->pos, ply->move, walk->board);
    printf("%d. %s  win %.0f%% draw %.0f%% loss %.0f%%  %s%s\n%s\n", view->next, text,
           100.0 * (double)ply->wdl[0], 100.0 * (double)ply->wdl[1], 100.0 * (double)ply->wdl[2],
           ply->is_target ? "searched: " : "fast: ", policy, walk->board);
}

// Re-plays the whole record; `draws` shows it, `text` [size] collects the moves otherwise.
static ludus_status play_record(replay_walk *walk, ludus_record_view *view, bool draws, char *text,
                                size_t size)
{
    const size_t state_bytes = walk->game.spec.state_bytes;
    uint8_t *scratch = ludus_alloc(2, state_bytes);
    if (!scratch) {
        return ludus_fail(walk->error, LUDUS_ERR_NOMEM, "no memory");
    }
    size_t used = 0;
    ludus_status status = LUDUS_OK;
    ludus_record_start(view, walk->pos);
    for (int32_t i = 0; !status && i < view->num_plies; i++) {
        ludus_ply ply;
        memcpy(scratch, walk->pos, state_bytes);
        status = ludus_record_next(view, walk->pos, &ply, walk->moves, walk->weights, walk->error);
        if (!status && draws) {
            draw_ply(walk, view, scratch, &ply, scratch + state_bytes);
        } else if (!status && used + LUDUS_GAME_TEXT_MAX + 1 < size) {
            char move[LUDUS_GAME_TEXT_MAX];
            ludus_game_move_text(&walk->game, scratch, ply.move, move);
            used += (size_t)snprintf(text + used, size - used, "%s%s", i ? " " : "", move);
        }
    }
    ludus_free(scratch);
    return status;
}

// The stored outcome must be the one on the board, unless the game was resigned.
static ludus_status check_outcome(const replay_walk *walk, const ludus_record_view *view)
{
    const int32_t outcome = (int32_t)ludus_game_outcome(&walk->game, walk->pos);
    if (outcome == LUDUS_ONGOING) {
        return view->resigned ? LUDUS_OK
                              : ludus_fail(walk->error, LUDUS_ERR_FORMAT,
                                           "game %" PRIu64 ": unfinished", view->number);
    }
    const int32_t first = ludus_game_to_move(&walk->game, walk->pos) == 0 ? outcome : -outcome;
    if (first != (int32_t)view->outcome) {
        return ludus_fail(walk->error, LUDUS_ERR_FORMAT,
                          "game %" PRIu64 ": the stored outcome is not the board's", view->number);
    }
    return LUDUS_OK;
}

static void list_record(replay_walk *walk, const ludus_record_view *view, const char *moves)
{
    if (walk->list) {
        json_array_append_new(
            walk->list,
            json_pack("{s:I, s:I, s:s, s:b, s:i, s:s}", "game", (json_int_t)view->number, "weights",
                      (json_int_t)view->weights, "result", outcome_text(view->outcome), "resigned",
                      view->resigned ? 1 : 0, "plies", view->num_plies, "moves", moves));
    } else {
        printf("%8" PRIu64 "  net %-5" PRIu64 " %-7s %3d plies%s  %s\n", view->number,
               view->weights, outcome_text(view->outcome), view->num_plies,
               view->resigned ? " resigned" : "", moves);
    }
    walk->shown++;
}

static ludus_status show_record(replay_walk *walk, ludus_record_view *view)
{
    char moves[1024] = "";
    if (walk->options->game != ANY_GAME) {
        if (view->number != walk->options->game) {
            return LUDUS_OK;
        }
        printf("game %" PRIu64 " of %s, played by net version %" PRIu64 "\n\n", view->number,
               walk->game.spec.name, view->weights);
        ludus_status status = play_record(walk, view, true, NULL, 0);
        printf("result %s%s\n", outcome_text(view->outcome), view->resigned ? ", resigned" : "");
        walk->shown++;
        return status ? status : STOP_VISITING;
    }
    if (!walk->options->verify && view->number < walk->options->first) {
        return LUDUS_OK;
    }
    ludus_status status = play_record(walk, view, false, moves, sizeof(moves));
    if (!status && walk->options->verify) {
        walk->verified++;
        walk->plies += view->num_plies;
        return check_outcome(walk, view);
    }
    if (!status) {
        list_record(walk, view, moves);
    }
    return !status && walk->shown >= walk->options->count ? STOP_VISITING : status;
}

// ---- Files --------------------------------------------------------------------------------------

typedef struct segment_visit {
    replay_walk *walk;
    const char *tag; // filled by ludus_segment_read before the first record
    bool stopped;
} segment_visit;

static ludus_status visit_record(const uint8_t *record, size_t size, int64_t first_item,
                                 int32_t items, void *user)
{
    segment_visit *visit = user;
    replay_walk *walk = visit->walk;
    ludus_record_view view;
    (void)first_item;
    (void)items;
    ludus_status status = open_game(walk, visit->tag);
    status = status ? status : ludus_record_open(&view, &walk->game, record, size, walk->error);
    status = status ? status : show_record(walk, &view);
    if (status == STOP_VISITING || ludus_signal_requested()) {
        visit->stopped = true;
        return STOP_VISITING;
    }
    return status;
}

static ludus_status walk_file(replay_walk *walk, const char *path, bool *stopped)
{
    char tag[33] = "";
    segment_visit visit = {.walk = walk, .tag = tag};
    walk->error->text[0] = '\0';
    ludus_status status = ludus_segment_read(path, tag, visit_record, &visit, walk->error);
    *stopped = visit.stopped;
    if (status && !visit.stopped && !strstr(walk->error->text, path)) {
        ludus_fail_within(walk->error, "%s", path);
    }
    return visit.stopped ? LUDUS_OK : status;
}

static ludus_status walk_run(replay_walk *walk, const char *path)
{
    struct stat info;
    bool stopped = false;
    if (stat(path, &info) != 0 || !S_ISDIR(info.st_mode)) {
        return walk_file(walk, path, &stopped);
    }
    char folder[LUDUS_PATH_MAX], file[LUDUS_PATH_MAX + 260];
    ludus_names names;
    snprintf(folder, sizeof(folder), "%s/replay", path);
    ludus_status status = ludus_names_list(&names, folder, ".seg");
    if (!status && names.count == 0) {
        status = ludus_fail(walk->error, LUDUS_ERR_IO,
                            "%s: no record files; train with replay.segments on", folder);
    }
    for (size_t i = 0; !status && !stopped && i < names.count; i++) {
        snprintf(file, sizeof(file), "%s/%s", folder, names.name[i]);
        status = walk_file(walk, file, &stopped);
    }
    ludus_names_free(&names);
    return status;
}

static int finish(replay_walk *walk)
{
    if (ludus_signal_requested()) {
        return LUDUS_EXIT_STOPPED;
    }
    if (walk->options->verify) {
        printf("verified %" PRId64 " games, %" PRId64 " plies\n", walk->verified, walk->plies);
    } else if (walk->options->game != ANY_GAME && walk->shown == 0) {
        ludus_fail(walk->error, LUDUS_ERR_ARG, "no game %" PRIu64 " in there", walk->options->game);
        return ludus_cmd_fail(&ludus_cmd_replay, walk->error);
    } else if (walk->list) {
        json_dumpf(walk->list, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
        printf("\n");
    }
    return LUDUS_EXIT_OK;
}

static int replay_run(int argc, char **argv)
{
    replay_options options = {.game = ANY_GAME, .count = 20};
    ludus_words words;
    ludus_error error = {0};
    int status = ludus_cmd_parse(&ludus_cmd_replay, argc, argv, &options, &words);
    if (status >= 0) {
        return status;
    }
    replay_walk walk = {.options = &options, .error = &error};
    walk.list = options.json ? json_array() : NULL;
    ludus_signal_install();
    status =
        walk_run(&walk, words.word[0]) ? ludus_cmd_fail(&ludus_cmd_replay, &error) : finish(&walk);
    close_walk(&walk);
    return status;
}

const ludus_command ludus_cmd_replay = {
    .name = "replay",
    .words = "RUN|FILE.seg",
    .min_words = 1,
    .max_words = 1,
    .summary = "lists, prints and re-plays a run's self-play games",
    .details = "Runs keep their games when trained with --set replay.segments=on.\n"
               "  ludus replay runs/connect4 --count 50\n"
               "  ludus replay runs/connect4 --game 1234\n",
    .args = replay_args,
    .num_args = sizeof(replay_args) / sizeof(replay_args[0]),
    .run = replay_run,
};
