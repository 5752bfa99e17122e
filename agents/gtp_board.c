// The board that the protocol speaks of: its size, komi, moves and their undoing.

#include <stdio.h>
#include <string.h>

#include "agents/game_net.h"
#include "agents/gtp_internal.h"

#define FIRST_CAPACITY 64

// ---- Life cycle ----------------------------------------------------------------------------

static void free_game(ludus_gtp *gtp)
{
    ludus_thinker_destroy(gtp->thinker);
    gtp->thinker = NULL;
    ludus_net_destroy(gtp->net);
    gtp->net = NULL;
    ludus_thinker_snapshot_free(&gtp->snapshot);
    ludus_free(gtp->positions);
    ludus_free(gtp->moves);
    gtp->positions = NULL;
    gtp->moves = NULL;
    ludus_game_close(&gtp->game);
}

void ludus_gtp_close_board(ludus_gtp *gtp)
{
    free_game(gtp);
}

ludus_status ludus_gtp_open_board(ludus_gtp *gtp, int32_t size, ludus_error *error)
{
    char name[LUDUS_GAME_NAME_MAX];
    ludus_game game;
    if (gtp->positions != NULL && ludus_go_size(&gtp->game) == size) {
        ludus_gtp_clear_board(gtp);
        return LUDUS_OK;
    }
    snprintf(name, sizeof name, "go%d", (int)size);
    ludus_status status = ludus_game_open(&game, name, error);
    if (status != LUDUS_OK) {
        return status;
    }
    ludus_thinker_snapshot snapshot = {0};
    ludus_net *net = NULL;
    uint8_t *positions = ludus_alloc(FIRST_CAPACITY, game.spec.state_bytes);
    ludus_gtp_move *moves = ludus_alloc(FIRST_CAPACITY, sizeof *moves);
    if (gtp->config.net != NULL) {
        status = ludus_net_load_for_game(&net, gtp->config.net, &game, error);
    }
    if (status == LUDUS_OK && (positions == NULL || moves == NULL ||
                               ludus_thinker_snapshot_init(&snapshot, &game) != LUDUS_OK)) {
        status = ludus_fail(error, LUDUS_ERR_NOMEM, "out of memory");
    }
    if (status != LUDUS_OK) {
        ludus_net_destroy(net);
        ludus_free(moves);
        ludus_free(positions);
        ludus_game_close(&game);
        return status;
    }
    free_game(gtp);
    gtp->game = game;
    gtp->net = net;
    gtp->snapshot = snapshot;
    gtp->positions = positions;
    gtp->moves = moves;
    gtp->capacity = FIRST_CAPACITY;
    ludus_gtp_clear_board(gtp);
    return LUDUS_OK;
}

void ludus_gtp_empty_board(ludus_gtp *gtp)
{
    if (gtp->thinker != NULL) {
        ludus_thinker_reset(gtp->thinker);
    }
    gtp->plies = 0;
    gtp->handicap = 0;
    memset(gtp->low_looks, 0, sizeof gtp->low_looks);
    ludus_game_init(&gtp->game, ludus_gtp_pos(gtp));
    ludus_go_allow_suicide(&gtp->game, ludus_gtp_pos(gtp),
                           gtp->config.rules == LUDUS_GTP_TROMP_TAYLOR);
    if (gtp->komi != LUDUS_GTP_USUAL_KOMI) {
        ludus_go_set_komi(&gtp->game, ludus_gtp_pos(gtp), gtp->komi);
    }
}

void ludus_gtp_clear_board(ludus_gtp *gtp)
{
    ludus_gtp_empty_board(gtp);
    ludus_gtp_restart_clocks(&gtp->time);
}

// ---- Moves ---------------------------------------------------------------------------------

bool ludus_gtp_push(ludus_gtp *gtp, ludus_move move, ludus_go_colour colour)
{
    const size_t bytes = gtp->game.spec.state_bytes;
    const size_t held = (size_t)gtp->capacity;
    if (gtp->plies + 1 == gtp->capacity) {
        uint8_t *positions = ludus_realloc(gtp->positions, held, 2 * held, bytes);
        gtp->positions = positions != NULL ? positions : gtp->positions;
        ludus_gtp_move *moves =
            positions != NULL ? ludus_realloc(gtp->moves, held, 2 * held, sizeof *moves) : NULL;
        gtp->moves = moves != NULL ? moves : gtp->moves;
        if (moves == NULL) {
            return false;
        }
        gtp->capacity *= 2;
    }
    const void *from = ludus_gtp_pos(gtp);
    gtp->plies++;
    memcpy(ludus_gtp_pos(gtp), from, bytes);
    gtp->moves[gtp->plies] = (ludus_gtp_move){move, (uint8_t)colour};
    return true;
}

bool ludus_gtp_play(ludus_gtp *gtp, ludus_go_colour colour, ludus_move move)
{
    if (gtp->plies >= LUDUS_GTP_PLIES_MAX || !ludus_gtp_push(gtp, move, colour)) {
        return false;
    }
    void *pos = ludus_gtp_pos(gtp);
    if (ludus_game_outcome(&gtp->game, pos) != LUDUS_ONGOING) {
        ludus_go_resume(&gtp->game, pos);
    }
    ludus_go_set_to_move(&gtp->game, pos, colour);
    if (!ludus_game_is_legal(&gtp->game, pos, move)) {
        gtp->plies--;
        return false;
    }
    ludus_game_play(&gtp->game, pos, move);
    return true;
}

const char *ludus_gtp_vertex(const ludus_gtp *gtp, ludus_move move, char out[LUDUS_GAME_TEXT_MAX])
{
    ludus_game_move_text(&gtp->game, gtp->positions, move, out);
    return out;
}

// ---- Commands ------------------------------------------------------------------------------

static void run_boardsize(ludus_gtp *gtp, const ludus_gtp_words *words, ludus_gtp_answer *answer)
{
    ludus_error error;
    int32_t size;
    if (!ludus_gtp_read_int(words->word[1], 2, LUDUS_GO_MAX_SIZE, &size, answer)) {
        ludus_gtp_fail(answer, "unacceptable size");
    } else if (ludus_gtp_open_board(gtp, size, &error) != LUDUS_OK) {
        ludus_gtp_fail(answer, "unacceptable size: %s", error.text);
    }
}

static void run_clear_board(ludus_gtp *gtp, const ludus_gtp_words *words, ludus_gtp_answer *answer)
{
    (void)words;
    (void)answer;
    ludus_gtp_clear_board(gtp);
}

static void run_komi(ludus_gtp *gtp, const ludus_gtp_words *words, ludus_gtp_answer *answer)
{
    double komi;
    if (!ludus_gtp_read_double(words->word[1], -LUDUS_GO_MAX_KOMI, LUDUS_GO_MAX_KOMI, &komi,
                               answer)) {
        return;
    }
    gtp->komi = (int32_t)(2.0 * komi + (komi < 0 ? -0.5 : 0.5));
    for (int32_t i = 0; i <= gtp->plies; i++) {
        ludus_go_set_komi(&gtp->game, gtp->positions + (size_t)i * gtp->game.spec.state_bytes,
                          gtp->komi);
    }
}

static void run_play(ludus_gtp *gtp, const ludus_gtp_words *words, ludus_gtp_answer *answer)
{
    ludus_go_colour colour;
    ludus_move move;
    if (ludus_gtp_read_colour(words->word[1], &colour, answer) &&
        ludus_gtp_read_point(gtp, words->word[2], &move, answer) &&
        !ludus_gtp_play(gtp, colour, move)) {
        ludus_gtp_fail(answer, "illegal move");
    }
}

static void run_undo(ludus_gtp *gtp, const ludus_gtp_words *words, ludus_gtp_answer *answer)
{
    (void)words;
    if (gtp->plies == 0) {
        ludus_gtp_fail(answer, "cannot undo");
    } else {
        gtp->plies--;
        memset(gtp->low_looks, 0, sizeof gtp->low_looks);
    }
}

static void run_showboard(ludus_gtp *gtp, const ludus_gtp_words *words, ludus_gtp_answer *answer)
{
    char text[LUDUS_GAME_DRAW_MAX];
    (void)words;
    const ludus_move last = gtp->plies > 0 ? gtp->moves[gtp->plies].move : LUDUS_MOVE_NONE;
    const bool is_point = last != ludus_go_pass(ludus_go_size(&gtp->game));
    ludus_game_draw(&gtp->game, ludus_gtp_pos(gtp), is_point ? last : LUDUS_MOVE_NONE, text);
    ludus_gtp_print(answer, "\n");
    ludus_buffer_put(&answer->text, text, strlen(text));
}

const ludus_gtp_row ludus_gtp_board_rows[] = {
    {"boardsize", 1, 1, run_boardsize, false},
    {"clear_board", 0, 0, run_clear_board, false},
    {"komi", 1, 1, run_komi, false},
    {"play", 2, 2, run_play, true},
    {"undo", 0, 0, run_undo, false},
    {"showboard", 0, 0, run_showboard, true},
    {NULL, 0, 0, NULL, false},
};
