// Where cells are and what stands on them.

#include "viewer/board_view.h"

#include "envs/chess.h"
#include "envs/chess_san.h"
#include "envs/connect4_board.h"
#include "envs/go.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#define LABEL_MIN_SIDE 150.0f // smaller boards have no coordinates

// ---- Geometry -----------------------------------------------------------------------------------

static ludus_board_kind kind_of(const char *family)
{
    return !strcmp(family, "chess")       ? LUDUS_BOARD_PIECES
           : !strcmp(family, "connect4")  ? LUDUS_BOARD_DROPS
           : !strcmp(family, "othello")   ? LUDUS_BOARD_CLOTH
           : !strcmp(family, "tictactoe") ? LUDUS_BOARD_CROSSES
                                          : LUDUS_BOARD_POINTS;
}

void ludus_board_view_init(ludus_board_view *view, const ludus_game *game)
{
    *view = (ludus_board_view){.game = game,
                               .kind = kind_of(game->ops->family),
                               .rows = game->spec.board[0],
                               .columns = game->spec.board[1]};
    assert(view->rows <= LUDUS_BOARD_MAX_SIDE && view->columns <= LUDUS_BOARD_MAX_SIDE);
}

static float margin_for(float side)
{
    return side < LABEL_MIN_SIDE ? fmaxf(0.02f * side, 2) : fminf(fmaxf(0.045f * side, 15), 26);
}

void ludus_board_view_place(ludus_board_view *view, ludus_rect rect)
{
    const float side = fminf(rect.w, rect.h);
    const float margin = fminf(margin_for(side), fmaxf(side / 4, 0));
    const float wide = fmaxf(rect.w - 2 * margin, 0) / (float)view->columns;
    const float high = fmaxf(rect.h - 2 * margin, 0) / (float)view->rows;
    view->cell = fminf(wide, high);
    if (view->cell >= 8) {
        view->cell = floorf(view->cell); // crisp lines
    }
    const float w = view->cell * (float)view->columns;
    const float h = view->cell * (float)view->rows;
    view->grid =
        (ludus_rect){roundf(rect.x + (rect.w - w) / 2), roundf(rect.y + (rect.h - h) / 2), w, h};
    view->rect = ludus_rect_inset(view->grid, -margin);
}

static int32_t turned(const ludus_board_view *view, int32_t cell)
{
    return view->is_flipped ? view->rows * view->columns - 1 - cell : cell;
}

int32_t ludus_board_view_cell_at(const ludus_board_view *view, float x, float y)
{
    if (!ludus_rect_holds(view->grid, x, y) || view->cell <= 0) {
        return -1;
    }
    const int32_t column = (int32_t)((x - view->grid.x) / view->cell);
    const int32_t row = (int32_t)((y - view->grid.y) / view->cell);
    if (column >= view->columns || row >= view->rows) {
        return -1; // on the very edge, by rounding
    }
    return turned(view, row * view->columns + column);
}

ludus_rect ludus_board_view_square(const ludus_board_view *view, int32_t cell)
{
    const int32_t shown = turned(view, cell);
    const float row = (float)(shown / view->columns);
    const float column = (float)(shown % view->columns);
    return (ludus_rect){view->grid.x + column * view->cell, view->grid.y + row * view->cell,
                        view->cell, view->cell};
}

ludus_point ludus_board_view_centre(const ludus_board_view *view, int32_t cell)
{
    const ludus_rect square = ludus_board_view_square(view, cell);
    return (ludus_point){square.x + square.w / 2, square.y + square.h / 2};
}

// ---- What stands on cells -----------------------------------------------------------------------

static int32_t cell_of_square(int32_t square) // of chess: a1 = 0
{
    return (7 - square / 8) * 8 + square % 8;
}

static void read_chess(const void *pos, ludus_mark *cells)
{
    const ludus_chess_board *board = ludus_chess_board_of(pos);
    for (int32_t square = 0; square < 64; square++) {
        const int32_t seen = board->side ? square ^ 56 : square; // as the mover sees it
        const uint64_t bit = UINT64_C(1) << seen;
        const int32_t cell = cell_of_square(square);
        cells[cell] = LUDUS_MARK_NONE;
        if ((board->colour[0] | board->colour[1]) & bit) {
            const int32_t is_mover = (board->colour[0] & bit) != 0;
            const int32_t colour = is_mover ? board->side : 1 - board->side;
            cells[cell] = (ludus_mark)(1 + ludus_chess_kind_at(board, seen) + 6 * colour);
        }
    }
}

static void read_connect4(const void *pos, ludus_mark *cells)
{
    const ludus_connect4_position *p = pos;
    const int32_t mover = ludus_connect4_plies(p) % 2;
    for (int32_t row = 0; row < LUDUS_CONNECT4_ROWS; row++) {
        for (int32_t column = 0; column < LUDUS_CONNECT4_COLUMNS; column++) {
            const int32_t bit = column * 7 + LUDUS_CONNECT4_ROWS - 1 - row;
            const bool own = p->own >> bit & 1;
            const bool any = p->all >> bit & 1;
            cells[row * LUDUS_CONNECT4_COLUMNS + column] =
                (ludus_mark)(any ? 1 + (own ? mover : 1 - mover) : LUDUS_MARK_NONE);
        }
    }
}

// Placement games: the first two planes are the mover's stones and the opponent's.
static void read_planes(const ludus_board_view *view, const void *pos, ludus_mark *cells)
{
    const int32_t count = view->rows * view->columns;
    float *planes = ludus_alloc(ludus_game_plane_count(view->game), sizeof(*planes));
    const int32_t mover = ludus_game_to_move(view->game, pos);
    memset(cells, LUDUS_MARK_NONE, (size_t)count * sizeof(*cells));
    if (!planes) {
        return;
    }
    ludus_game_encode(view->game, pos, 0, planes);
    for (int32_t i = 0; i < count; i++) {
        cells[i] = (ludus_mark)(planes[i] > 0           ? 1 + mover
                                : planes[count + i] > 0 ? 2 - mover
                                                        : LUDUS_MARK_NONE);
    }
    ludus_free(planes);
}

void ludus_board_view_read(const ludus_board_view *view, const void *pos, ludus_mark *cells)
{
    if (view->kind == LUDUS_BOARD_PIECES) {
        read_chess(pos, cells);
    } else if (view->kind == LUDUS_BOARD_DROPS) {
        read_connect4(pos, cells);
    } else if (ludus_is_go(view->game)) {
        for (int32_t i = 0; i < view->rows * view->columns; i++) {
            const ludus_go_colour colour = ludus_go_at(view->game, pos, i);
            cells[i] = (ludus_mark)(colour == LUDUS_GO_EMPTY ? 0 : 1 + (int32_t)colour);
        }
    } else {
        read_planes(view, pos, cells);
    }
}

// ---- Moves --------------------------------------------------------------------------------------

int32_t ludus_board_view_move_to(const ludus_board_view *view, const void *pos, ludus_move move)
{
    if (move == LUDUS_MOVE_NONE) {
        return -1;
    }
    if (view->kind == LUDUS_BOARD_PIECES) {
        ludus_chess_parts_of_move parts;
        ludus_chess_parts(view->game, pos, move, &parts);
        if (parts.is_castling) { // where the king goes, not its rook
            const int32_t file = parts.to > parts.from ? 6 : 2;
            return cell_of_square(parts.from / 8 * 8 + file);
        }
        return cell_of_square(parts.to);
    }
    if (view->kind == LUDUS_BOARD_DROPS) {
        const ludus_connect4_position *p = pos;
        const uint64_t column = p->all >> (move * 7) & 63;
        const int32_t height = __builtin_popcountll(column);
        return height < LUDUS_CONNECT4_ROWS
                   ? (LUDUS_CONNECT4_ROWS - 1 - height) * LUDUS_CONNECT4_COLUMNS + move
                   : -1;
    }
    return move < view->rows * view->columns ? move : -1;
}

int32_t ludus_board_view_move_from(const ludus_board_view *view, const void *pos, ludus_move move)
{
    if (view->kind != LUDUS_BOARD_PIECES || move == LUDUS_MOVE_NONE) {
        return -1;
    }
    ludus_chess_parts_of_move parts;
    ludus_chess_parts(view->game, pos, move, &parts);
    return cell_of_square(parts.from);
}

void ludus_board_move_text(const ludus_game *game, const void *pos, ludus_move move, char *out)
{
    if (strcmp(game->ops->family, "chess") == 0) {
        const ludus_chess_board *board = ludus_chess_board_of(pos);
        ludus_chess_to_san(board, ludus_chess_of_index(game, board, move), out);
    } else {
        ludus_game_move_text(game, pos, move, out);
    }
}

ludus_mark ludus_board_view_move_mark(const ludus_board_view *view, const void *pos,
                                      ludus_move move)
{
    const int32_t side = ludus_game_to_move(view->game, pos);
    if (view->kind != LUDUS_BOARD_PIECES) {
        return (ludus_mark)(1 + side);
    }
    ludus_chess_parts_of_move parts;
    ludus_chess_parts(view->game, pos, move, &parts);
    const int32_t kind = parts.promotion ? parts.promotion : parts.kind;
    return (ludus_mark)(1 + kind + 6 * side);
}

ludus_move ludus_board_view_pass(const ludus_board_view *view)
{
    const bool has_pass = view->kind == LUDUS_BOARD_CLOTH || ludus_is_go(view->game);
    return has_pass ? view->rows * view->columns : LUDUS_MOVE_NONE;
}

static int32_t line_needed(const ludus_board_view *view)
{
    switch (view->kind) {
    case LUDUS_BOARD_DROPS:
        return 4;
    case LUDUS_BOARD_CROSSES:
        return 3;
    case LUDUS_BOARD_POINTS:
        return ludus_is_go(view->game) ? 0 : 5;
    default:
        return 0;
    }
}

// Length of the run of equal marks from a cell in a direction.
static int32_t run_length(const ludus_board_view *view, const ludus_mark *cells, int32_t row,
                          int32_t column, int32_t down, int32_t right)
{
    const ludus_mark mark = cells[row * view->columns + column];
    int32_t length = 0;
    while (row >= 0 && row < view->rows && column >= 0 && column < view->columns &&
           cells[row * view->columns + column] == mark) {
        length++;
        row += down;
        column += right;
    }
    return length;
}

bool ludus_board_view_winning_line(const ludus_board_view *view, const ludus_mark *cells, bool *out)
{
    static const int32_t directions[4][2] = {{0, 1}, {1, 0}, {1, 1}, {1, -1}};
    const int32_t need = line_needed(view);
    const int32_t count = view->rows * view->columns;
    bool found = false;
    memset(out, 0, (size_t)count * sizeof(*out));
    for (int32_t cell = 0; need > 0 && cell < count; cell++) {
        const int32_t row = cell / view->columns;
        const int32_t column = cell % view->columns;
        for (int d = 0; cells[cell] != LUDUS_MARK_NONE && d < 4; d++) {
            const int32_t length =
                run_length(view, cells, row, column, directions[d][0], directions[d][1]);
            for (int32_t i = 0; length >= need && i < length; i++) {
                out[(row + i * directions[d][0]) * view->columns + column + i * directions[d][1]] =
                    true;
                found = true;
            }
        }
    }
    return found;
}

const char *ludus_board_view_side_name(const ludus_board_view *view, int32_t side)
{
    switch (view->kind) {
    case LUDUS_BOARD_DROPS:
        return side == 0 ? "Yellow" : "Red";
    case LUDUS_BOARD_CROSSES:
        return side == 0 ? "Cross" : "Nought";
    case LUDUS_BOARD_PIECES:
        return side == 0 ? "White" : "Black";
    default:
        return side == 0 ? "Black" : "White";
    }
}
