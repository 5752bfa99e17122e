#include "cmd_chess.h"

#include "envs/chess.h"
#include "envs/chess_san.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static bool is_chess(const ludus_game *game)
{
    return strcmp(game->spec.name, "chess") == 0;
}

void ludus_spoken_move(const ludus_game *game, const void *pos, ludus_move move, char *out)
{
    if (!is_chess(game)) {
        ludus_game_move_text(game, pos, move, out);
        return;
    }
    const ludus_chess_board *board = ludus_chess_board_of(pos);
    ludus_chess_to_san(board, ludus_chess_of_index(game, board, move), out);
}

const char *ludus_side_name(const ludus_game *game, int32_t side)
{
    const bool is_go =
        strncmp(game->spec.name, "go", 2) == 0 && isdigit((unsigned char)game->spec.name[2]);
    static const char *const names[3][2] = {{"x", "o"}, {"White", "Black"}, {"Black", "White"}};
    return names[is_chess(game) ? 1 : is_go ? 2 : 0][side];
}

void ludus_end_reason(const ludus_game *game, const void *pos, char *out, size_t size)
{
    out[0] = '\0';
    if (is_chess(game)) {
        snprintf(out, size, ", %s", ludus_chess_end_name(ludus_chess_end_of(pos)));
    }
}
