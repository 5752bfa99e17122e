// Saving the game: SGF for Go, PGN for chess, the moves as text for the others.

#include "viewer/play_internal.h"

#include "base/file.h"
#include "envs/pgn.h"
#include "envs/sgf_go.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

// The first free name of GAME-001.EXT, ...; false when all are taken.
static bool free_name(const ludus_play *p, const char *extension, char *out, size_t size)
{
    for (int i = 1; i < 1000; i++) {
        snprintf(out, size, "%s-%03d.%s", p->game.spec.name, i, extension);
        if (access(out, F_OK)) {
            return true;
        }
    }
    return false;
}

// Today as "2026-11-25", with another separator for PGN.
static void today(char separator, char out[16])
{
    struct tm local = {0};
    const time_t now = time(NULL);
    localtime_r(&now, &local);
    snprintf(out, 16, "%04d%c%02d%c%02d", (local.tm_year + 1900) % 10000, separator,
             (local.tm_mon + 1) % 100, separator, local.tm_mday % 100);
}

// ---- Forms --------------------------------------------------------------------------------------

// Moves separated by spaces, as --moves reads them.
static void put_moves(const ludus_play *p, void *pos, ludus_buffer *out)
{
    memcpy(pos, p->record.start, p->game.spec.state_bytes);
    for (int32_t i = 0; i < p->record.count; i++) {
        char move[LUDUS_GAME_TEXT_MAX];
        ludus_game_move_text(&p->game, pos, p->record.moves[i], move);
        ludus_buffer_put(out, move, strlen(move));
        ludus_buffer_put(out, i + 1 < p->record.count ? " " : "\n", 1);
        ludus_game_play(&p->game, pos, p->record.moves[i]);
    }
}

// "B+3.5", "W+R", "0", "?" as SGF writes it.
static void go_result(const ludus_play *p, char *out, size_t size)
{
    const int32_t lead = p->area_lead;
    if (p->resigned >= 0) {
        snprintf(out, size, "%c+R", p->resigned == 0 ? 'W' : 'B');
    } else if (!p->is_scoring) {
        snprintf(out, size, "?");
    } else if (lead == 0) {
        snprintf(out, size, "0");
    } else {
        snprintf(out, size, "%c+%g", lead > 0 ? 'B' : 'W', 0.5 * (double)(lead > 0 ? lead : -lead));
    }
}

static ludus_status put_sgf(const ludus_play *p, ludus_buffer *out, ludus_error *error)
{
    char names[2][64], result[32], date[16];
    ludus_sgf *sgf;
    const ludus_status status = ludus_sgf_create(&sgf, error);
    if (status) {
        return status;
    }
    ludus_seat_name(&p->seats[0].spec, names[0], sizeof(names[0]));
    ludus_seat_name(&p->seats[1].spec, names[1], sizeof(names[1]));
    go_result(p, result, sizeof(result));
    today('-', date);
    const ludus_sgf_go_record record = {.black = names[0],
                                        .white = names[1],
                                        .rules = "Chinese",
                                        .result = result,
                                        .date = date,
                                        .start = p->record.start,
                                        .moves = p->record.moves,
                                        .num_moves = p->record.count};
    ludus_sgf_go_add(sgf, &p->game, &record);
    ludus_sgf_write(sgf, out);
    ludus_sgf_destroy(sgf);
    return LUDUS_OK;
}

static ludus_pgn_result chess_result(const ludus_play *p)
{
    const ludus_outcome outcome = ludus_game_outcome(&p->game, p->record.end);
    const bool is_white = ludus_game_to_move(&p->game, p->record.end) == 0;
    if (p->resigned >= 0) {
        return p->resigned == 0 ? LUDUS_PGN_BLACK_WINS : LUDUS_PGN_WHITE_WINS;
    }
    switch (outcome) {
    case LUDUS_DRAW:
        return LUDUS_PGN_DRAW;
    case LUDUS_LOSS:
        return is_white ? LUDUS_PGN_BLACK_WINS : LUDUS_PGN_WHITE_WINS;
    case LUDUS_WIN:
        return is_white ? LUDUS_PGN_WHITE_WINS : LUDUS_PGN_BLACK_WINS;
    default:
        return LUDUS_PGN_UNKNOWN;
    }
}

static ludus_status put_pgn(const ludus_play *p, ludus_buffer *out, ludus_error *error)
{
    char names[2][64], date[16];
    ludus_pgn_game *pgn = ludus_alloc(1, sizeof(*pgn));
    if (!pgn) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "no memory to save the game");
    }
    ludus_chess_board standard;
    ludus_chess_board_start(&standard, LUDUS_CHESS_STANDARD);
    pgn->start = *ludus_chess_board_of(p->record.start);
    pgn->is_standard = memcmp(&pgn->start, &standard, sizeof(standard)) == 0;
    pgn->result = chess_result(p);
    pgn->num_moves = p->record.count;
    pgn->moves = p->record.moves;
    ludus_seat_name(&p->seats[0].spec, names[0], sizeof(names[0]));
    ludus_seat_name(&p->seats[1].spec, names[1], sizeof(names[1]));
    today('.', date);
    ludus_pgn_set_tag(pgn, "Event", "ludus");
    ludus_pgn_set_tag(pgn, "Date", date);
    ludus_pgn_set_tag(pgn, "White", names[0]);
    ludus_pgn_set_tag(pgn, "Black", names[1]);
    ludus_pgn_write(&p->game, pgn, out);
    ludus_free(pgn);
    return LUDUS_OK;
}

// ---- Files --------------------------------------------------------------------------------------

static ludus_status write_game(const ludus_play *p, const char *path, ludus_error *error)
{
    ludus_buffer text = {0};
    ludus_status status = LUDUS_OK;
    void *pos = ludus_alloc(1, p->game.spec.state_bytes);
    if (!pos) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "no memory to save the game");
    }
    if (p->view.kind == LUDUS_BOARD_PIECES) {
        status = put_pgn(p, &text, error);
    } else if (ludus_is_go(&p->game)) {
        status = put_sgf(p, &text, error);
    } else {
        put_moves(p, pos, &text);
    }
    if (!status && text.failed) {
        status = ludus_fail(error, LUDUS_ERR_NOMEM, "no memory to save the game");
    }
    if (!status) {
        status = ludus_file_replace(path, text.data, text.size, error);
    }
    ludus_buffer_free(&text);
    ludus_free(pos);
    return status;
}

void ludus_play_save(ludus_play *p)
{
    char path[64];
    ludus_error error;
    const char *extension = p->view.kind == LUDUS_BOARD_PIECES ? "pgn"
                            : ludus_is_go(&p->game)            ? "sgf"
                                                               : "txt";
    if (!free_name(p, extension, path, sizeof(path))) {
        ludus_notice_show(&p->notice, 5, "there are 999 saved games here already");
    } else if (write_game(p, path, &error)) {
        ludus_notice_show(&p->notice, 6, "%s", error.text);
    } else {
        ludus_notice_show(&p->notice, 4, "saved %s", path);
    }
}
