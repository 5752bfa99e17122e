// Reading lines of EPD; the lines themselves are in envs/chess_positions.c.

#include "envs/chess_positions.h"

#include <string.h>

#include "envs/chess_san.h"

// The end of the FEN: before " bm ".
static ludus_status read_board(const ludus_game *game, const char *line, size_t length, void *pos,
                               ludus_error *error)
{
    char fen[LUDUS_CHESS_FEN_MAX];
    if (length >= sizeof(fen)) {
        return ludus_fail(error, LUDUS_ERR_FORMAT, "no FEN: it is too long");
    }
    memcpy(fen, line, length);
    fen[length] = '\0';
    return ludus_game_from_text(game, pos, fen, error);
}

ludus_status ludus_chess_exercise_read(const ludus_game *game, const char *line, void *pos,
                                       ludus_chess_exercise *out, ludus_error *error)
{
    ludus_chess_move move;
    const char *best = strstr(line, " bm "), *mate = strstr(line, "\"mate");
    if (best == NULL) {
        return ludus_fail(error, LUDUS_ERR_FORMAT, "no best move (bm)");
    }
    const ludus_status status = read_board(game, line, (size_t)(best - line), pos, error);
    if (status != LUDUS_OK) {
        return status;
    }
    best += 4;
    const size_t length = strcspn(best, "; ");
    const ludus_chess_board *board = ludus_chess_board_of(pos);
    if (ludus_chess_from_san(board, best, length, &move) != LUDUS_OK) {
        return ludus_fail(error, LUDUS_ERR_FORMAT, "bm: no legal move: %.*s",
                          (int)(length < 16 ? length : 16), best);
    }
    out->best = ludus_chess_index_of(game, move);
    out->mate = mate != NULL && mate[5] >= '1' && mate[5] <= '3' ? mate[5] - '0' : 0;
    return LUDUS_OK;
}
